/* bulk.h — many rows into one SQLite database that nobody else uses yet: sample data by the million (ADR 0016).
 *
 * While it is open the disk is not waited for and secondary indexes are missing: a power cut may leave a file that is worth
 * nothing, a killed process leaves what was committed. db_bulk_finish() makes it a database like any other. Rows are written as they
 * are and the log hears nothing: the caller writes its entries too.
 * Memory:  rows are the table's cells (db_row cells of db_table); texts need to live until the call returns.
 * Threads: one owner, like the connection. SQLite only: ERR_INVALID on PostgreSQL. */
#pragma once
#include "core/db/db.h"

struct db_bulk;
/* Drops the secondary indexes of these tables except those named in `keep`. `cache_mb`: pages kept in memory. The connection must not be
 * in a transaction. */
struct db_bulk_config { const struct db_table *const *tables; size_t n_tables; const char *const *keep; size_t n_keep; int cache_mb; };
MUST_CHECK bool db_bulk_begin(struct db *db, const struct db_bulk_config *c, struct db_bulk **out, struct err *e);
/* One row, every column. */
MUST_CHECK bool db_bulk_put(struct db_bulk *b, const struct db_table *t, const union db_cell *row, struct err *e);
/* Makes each index that the migrations know and this database lacks, and waits for the disk. */
MUST_CHECK bool db_bulk_finish(struct db_bulk *b, const struct db_schema *schema, struct err *e);
/* NULL is fine. Without db_bulk_finish() the database stays as it is. */
void db_bulk_free(struct db_bulk *b);

/* One row by its id as cells, texts in the arena; and the digest that the log holds of a row. */
MUST_CHECK bool db_row_cells(struct db *db, struct arena *a, const struct db_table *t, int64_t id, union db_cell **row, bool *found, struct err *e);
void db_cells_digest(struct arena *a, const struct db_table *t, const union db_cell *row, uint8_t out[32]);
