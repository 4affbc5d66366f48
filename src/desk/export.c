/* export.c — the work list as CSV: a stream that holds 200 rows at a time, on a connection of its own. */
#include "desk/desk_internal.h"
#include <stdlib.h>
#include <string.h>

struct export { struct db_pool *pool; struct db *db; struct arena *arena, *line; struct db_cursor cursor; struct str head; struct buf b; size_t at; bool ended; };

static ptrdiff_t export_pull(void *ctx, char *out, size_t max)
{
	struct export *x = ctx;
	struct err e = {0};
	struct desk_export_row row;
	if (x->at == x->head.n && !x->ended) {
		arena_reset(x->line);
		x->b = buf_on(x->line);
		for (int i = 0; i < 200 && !x->ended; i++) {
			if (db_next(&x->cursor, &row))
				db_row_csv(&x->b, &query_desk_export, &row);
			else if (db_end(&x->cursor, &e))
				x->ended = true;
			else
				return -1;
		}
		x->head = buf_str(&x->b);
		x->at = 0;
	}
	size_t n = x->head.n - x->at < max ? x->head.n - x->at : max;
	memcpy(out, x->head.p + x->at, n);
	x->at += n;
	return (ptrdiff_t)n;
}

static void export_done(void *ctx)
{
	struct export *x = ctx;
	db_cursor_close(&x->cursor);
	db_checkin_long(x->pool, x->db);
	arena_free(x->line);
	arena_free(x->arena);
	free(x);
}

static struct str export_head(struct arena *a, enum lang l)
{
	static const enum msg_key heads[] = {MSG_DESK_COL_CODE, MSG_DESK_COL_PROCEDURE, MSG_DESK_APPLICANT, MSG_DESK_COL_STATE, MSG_DESK_COL_STEP,
		MSG_DESK_SENT_AT, MSG_DESK_COL_DUE, MSG_DESK_ANSWER_DUE, MSG_DESK_CHANNEL};
	struct buf b = buf_on(a);
	buf_put(&b, STR("\xEF\xBB\xBF")); /* spreadsheets read UTF-8 by this sign */
	for (size_t i = 0; i < ARRAY_LEN(heads); i++)
		buf_fmt(&b, "%s\"%.*s\"", i ? "," : "", STR_ARG(msg(l, heads[i])));
	buf_put(&b, STR("\r\n"));
	return buf_str(&b);
}

static struct export *export_open(struct request *r, const struct desk_filter *f, struct err *e)
{
	struct export *x = calloc(1, sizeof *x);
	CHECK(x != NULL);
	x->arena = arena_new(0);
	x->line = arena_new(0);
	x->pool = desk_have()->pool;
	x->head = export_head(x->arena, r->env.lang);
	struct env env = r->env;
	env.arena = x->arena; /* the cursor's parameters live as long as the cursor */
	if (!db_checkout_long(x->pool, &x->db, e) || !desk_filter_export(&env, x->db, f, &x->cursor, e)) {
		if (x->db)
			db_checkin_long(x->pool, x->db);
		arena_free(x->line);
		arena_free(x->arena);
		free(x);
		return NULL;
	}
	return x;
}

bool desk_export_page(struct request *r, struct err *e)
{
	struct desk_filter f = desk_filter_read(r);
	struct desk_ids_rows ids = {0};
	if (!desk_filter_ids(&r->env, &f, &ids, e))
		return false;
	for (size_t i = 0; i < ids.n; i++)
		req_note_read(r, ids.v[i].id.v);
	struct export *x = export_open(r, &f, e);
	return x && answer_stream(r, "text/csv; charset=utf-8", STR("ho-so.csv"), (struct answer_stream){export_pull, export_done, x});
}
