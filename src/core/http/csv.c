/* csv.c — see csv.h. */
#include "core/http/csv.h"
#include <stdlib.h>
#include <string.h>

#define ROWS 200 /* a piece */

static bool fill(struct csv_stream *x)
{
	struct err e = {0};
	arena_reset(x->line);
	x->b = buf_on(x->line);
	for (int i = 0; i < ROWS && !x->ended; i++) {
		if (db_next(&x->cursor, x->row))
			db_row_csv(&x->b, x->query, x->row);
		else if (db_end(&x->cursor, &e))
			x->ended = true;
		else
			return false;
	}
	x->piece = buf_str(&x->b);
	x->at = 0;
	return true;
}

static ptrdiff_t pull(void *ctx, char *out, size_t max)
{
	struct csv_stream *x = ctx;
	if (x->at == x->piece.n && !x->ended && !fill(x))
		return -1;
	size_t n = x->piece.n - x->at < max ? x->piece.n - x->at : max;
	memcpy(out, x->piece.p + x->at, n);
	x->at += n;
	return (ptrdiff_t)n;
}

static void drop(struct csv_stream *x)
{
	if (x->db)
		db_checkin_long(x->pool, x->db);
	arena_free(x->line);
	arena_free(x->arena);
	free(x);
}

static void done(void *ctx)
{
	struct csv_stream *x = ctx;
	db_cursor_close(&x->cursor);
	drop(x);
}

static struct str head_line(struct arena *a, const struct str *heads, size_t n)
{
	struct buf b = buf_on(a);
	buf_put(&b, STR("\xEF\xBB\xBF")); /* spreadsheets read UTF-8 by this sign */
	for (size_t i = 0; i < n; i++)
		buf_fmt(&b, "%s\"%.*s\"", i ? "," : "", STR_ARG(heads[i]));
	buf_put(&b, STR("\r\n"));
	return buf_str(&b);
}

bool csv_open(struct csv_stream **out, struct db_pool *pool, const struct db_query *query, const struct str *heads, size_t n_heads, struct err *e)
{
	struct csv_stream *x = calloc(1, sizeof *x);
	CHECK(x != NULL);
	x->arena = arena_new(0), x->line = arena_new(0), x->pool = pool, x->query = query;
	x->row = arena_alloc(x->arena, query->row_size);
	x->piece = head_line(x->arena, heads, n_heads);
	*out = x;
	if (db_checkout_long(pool, &x->db, e))
		return true;
	drop(x);
	return false;
}

void csv_drop(struct csv_stream *s) { drop(s); }

bool answer_csv(struct request *r, struct str file, struct csv_stream *s)
{
	return answer_stream(r, "text/csv; charset=utf-8", file, (struct answer_stream){pull, done, s});
}
