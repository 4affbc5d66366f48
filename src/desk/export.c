/* export.c — the work list as CSV, and as a workbook. */
#include "core/base/json_text.h"
#include "core/db/id.h"
#include "core/http/csv.h"
#include "core/sheet/sheet.h"
#include "desk/desk_internal.h"
#include <stdlib.h>

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
	struct dossier_ids ids = {0};
	if (!desk_filter_ids(&r->env, &f, &ids, e))
		return false;
	for (size_t i = 0; i < ids.n; i++)
		req_note_read(r, ids.v[i].v);
	struct csv_stream *x = NULL;
	return export_open(r, &f, &x, e) && answer_csv(r, STR("ho-so.csv"), x);
}

/* ---- as a workbook ---- */

/* What was chosen, for the job: the rest follows from who asked. */
static struct str chosen(struct arena *a, const struct desk_filter *f)
{
	json_t *j = json_pack("{s:s,s:s%,s:s%,s:s%,s:i,s:b}", "view", desk_view_slug(f->view), "state", f->state.n ? f->state.p : "", f->state.n, "field", f->field.n ? f->field.p : "", f->field.n,
		"channel", f->channel.n ? f->channel.p : "", f->channel.n, "until", f->has_until ? f->until.day : -1, "newest", f->newest);
	CHECK(j != NULL);
	return json_text(a, j);
}

static struct desk_filter filter_of(struct arena *a, struct str what)
{
	json_t *j = json_loadb(what.p, what.n, 0, NULL);
	struct desk_filter f = {.state = json_member(a, j, "state"), .field = json_member(a, j, "field"), .channel = json_member(a, j, "channel"), .newest = json_is_true(json_object_get(j, "newest"))};
	json_int_t until = json_integer_value(json_object_get(j, "until"));
	struct str view = json_member(a, j, "view");
	f.has_until = until >= 0;
	f.until.day = (int32_t)until;
	for (int v = 0; v < VIEW_COUNT; v++)
		if (str_eq(view, str_from(desk_view_slug((enum desk_view)v))))
			f.view = (enum desk_view)v;
	json_decref(j);
	return f;
}

/* "Mọi hồ sơ đang mở · Đang giải quyết · Trực tuyến": what the page's filters say. */
static struct str title_of(struct env *env, const struct desk_filter *f)
{
	struct buf b = buf_on(env->arena);
	struct str parts[] = {msg(env->lang, desk_view_label(f->view)), f->state.n ? msg(env->lang, desk_state_word(f->state)) : STR_NONE, f->field,
		f->channel.n ? msg(env->lang, desk_channel_word(f->channel)) : STR_NONE, STR_NONE};
	struct str day = f->has_until ? date_people(env->arena, f->until) : STR_NONE;
	if (f->has_until)
		parts[4] = msg_fmt(env->arena, env->lang, MSG_DESK_DUE_BY, &day, 1);
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		if (parts[i].n)
			buf_fmt(&b, "%s%.*s", b.n ? " · " : "", STR_ARG(parts[i]));
	return buf_str(&b);
}

bool desk_workbook_apply(struct request *r, struct err *e)
{
	struct desk_filter f = desk_filter_read(r);
	struct str filter = desk_filter_url(r->env.arena, &f, false);
	r->redirect = STR(WORKBOOK_PAGE);
	return workbook_ask(&r->env, &(struct workbook_new){.list = desk_workbook.name, .what = chosen(r->env.arena, &f), .filter = str_sub(filter, 1, filter.n), .title = title_of(&r->env, &f)}, e);
}

bool desk_workbook_answer(struct request *r, struct err *e)
{
	(void)e;
	workbook_soon();
	return answer_redirect(r, STR(WORKBOOK_PAGE));
}

enum { W_CODE, W_PROCEDURE, W_APPLICANT, W_STATE, W_STEP, W_WHOSE, W_CHANNEL, W_SENT, W_ANSWER, W_ACCEPTED, W_DUE, W_COLS };
static const struct workbook_column columns[W_COLS] = {
	[W_CODE] = {MSG_DESK_COL_CODE, 24}, [W_PROCEDURE] = {MSG_DESK_COL_PROCEDURE, 60}, [W_APPLICANT] = {MSG_DESK_APPLICANT, 30}, [W_STATE] = {MSG_DESK_COL_STATE, 18},
	[W_STEP] = {MSG_DESK_COL_STEP, 24}, [W_WHOSE] = {MSG_DESK_COL_WHOSE, 24}, [W_CHANNEL] = {MSG_DESK_CHANNEL, 16}, [W_SENT] = {MSG_DESK_SENT_AT, 17},
	[W_ANSWER] = {MSG_DESK_ANSWER_DUE, 17}, [W_ACCEPTED] = {MSG_DESK_ACCEPTED_AT, 17}, [W_DUE] = {MSG_DESK_COL_DUE, 17}};

static struct sheet_cell when(struct opt_instant t) { return t.has ? sheet_time(t.v) : (struct sheet_cell){0}; }

static void put_row(struct env *env, const struct desk_list_row *x, struct sheet_cell *c)
{
	c[W_CODE] = sheet_text(x->code);
	c[W_PROCEDURE] = sheet_text(x->procedure_name);
	c[W_APPLICANT] = sheet_text(x->applicant_name);
	c[W_STATE] = sheet_text(msg(env->lang, desk_state_word(x->state)));
	c[W_STEP] = sheet_text(desk_step_name(env->lang, x->process, x->step));
	c[W_WHOSE] = sheet_text(x->assignee_name);
	c[W_CHANNEL] = sheet_text(msg(env->lang, desk_channel_word(x->channel_in)));
	c[W_SENT] = sheet_time(x->sent_at);
	c[W_ANSWER] = sheet_time(x->answer_due);
	c[W_ACCEPTED] = when(x->accepted_at);
	c[W_DUE] = when(x->due);
}

static bool workbook_all(struct env *env, struct str what, struct workbook_ids *out, struct err *e)
{
	struct desk_filter f = filter_of(env->arena, what);
	return (actor_any(env->actor, ALLOW_STAFF) || err_set(e, ERR_DENIED, "no official any more")) && desk_filter_all(env, &f, out, e);
}

static bool workbook_rows(struct env *env, const int64_t *ids, size_t n, struct sheet_cell *cells, size_t *n_rows, struct err *e)
{
	struct desk_list_rows rows = {0};
	struct buf b = buf_on(env->arena);
	for (size_t i = 0; i < n; i++)
		id_list_add(&b, ids[i]);
	if (!q_desk_list(env->db, env->arena, id_list(&b), &rows, e))
		return false;
	for (size_t i = 0; i < rows.n; i++)
		put_row(env, &rows.v[i], cells + i * W_COLS);
	*n_rows = rows.n;
	return true;
}

const struct workbook_list desk_workbook = {.name = "desk", .columns = columns, .n_columns = W_COLS, .ids = workbook_all, .rows = workbook_rows};
