/* csv.h — the rows of a query as a CSV file that streams: 200 rows at a time, on a connection of its own.
 *
 * Memory: constant. The stream owns itself: answer_csv() hands it to the answer, csv_drop() gives it up before. Threads: one at a time. */
#pragma once
#include "core/db/db.h"
#include "core/http/http.h"

struct csv_stream { struct db_pool *pool; struct db *db; struct arena *arena, *line; struct db_cursor cursor; const struct db_query *query; struct str piece; struct buf b; void *row; size_t at; bool ended; };

/* With a connection for long reading; ERR_BUSY when none is free. The caller opens `cursor` with a query whose parameters live in `arena`. */
MUST_CHECK bool csv_open(struct csv_stream **out, struct db_pool *pool, const struct db_query *query, const struct str *heads, size_t n_heads, struct err *e);
void csv_drop(struct csv_stream *s);
MUST_CHECK bool answer_csv(struct request *r, struct str file, struct csv_stream *s);
