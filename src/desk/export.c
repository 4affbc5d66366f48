/* export.c — the work list as CSV. */
#include "core/http/csv.h"
#include "desk/desk_internal.h"

static bool export_open(struct request *r, const struct desk_filter *f, struct csv_stream **out, struct err *e)
{
	static const enum msg_key keys[] = {MSG_DESK_COL_CODE, MSG_DESK_COL_PROCEDURE, MSG_DESK_APPLICANT, MSG_DESK_COL_STATE, MSG_DESK_COL_STEP,
		MSG_DESK_SENT_AT, MSG_DESK_COL_DUE, MSG_DESK_ANSWER_DUE, MSG_DESK_CHANNEL};
	struct str heads[ARRAY_LEN(keys)];
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		heads[i] = msg(r->env.lang, keys[i]);
	if (!csv_open(out, desk_have()->pool, &query_desk_export, heads, ARRAY_LEN(heads), e))
		return false;
	struct env env = r->env;
	env.arena = (*out)->arena; /* the cursor's parameters live as long as the cursor */
	if (desk_filter_export(&env, (*out)->db, f, &(*out)->cursor, e))
		return true;
	csv_drop(*out);
	return false;
}

bool desk_export_page(struct request *r, struct err *e)
{
	struct desk_filter f = desk_filter_read(r);
	struct desk_ids_rows ids = {0};
	if (!desk_filter_ids(&r->env, &f, &ids, e))
		return false;
	for (size_t i = 0; i < ids.n; i++)
		req_note_read(r, ids.v[i].id.v);
	struct csv_stream *x = NULL;
	return export_open(r, &f, &x, e) && answer_csv(r, STR("ho-so.csv"), x);
}
