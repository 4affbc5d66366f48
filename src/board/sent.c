/* sent.c — table II.06a as it was sent: frozen, with who sent it and when. What is corrected afterwards is seen as a difference, and sent again as the
 * next version; no version is ever changed (sent_report is a logged table without an update).
 *
 * The figures are read on a worker, before the act; the writer only keeps them. */
#include "board/board_internal.h"
#include "core/audit/audit.h"
#include "core/base/json_text.h"
#include "core/db/id.h"

#define FORM STR("II.06a")

/* ---- a period that keeps its meaning ---- */

struct str board_period_word(struct arena *a, int32_t from, int32_t to)
{
	int year = from / 12, month = from % 12;
	if (from == to)
		return str_fmt(a, "%04d-%02d", year, month + 1);
	if (to == from + 2 && month % 3 == 0)
		return str_fmt(a, "%04d-Q%d", year, month / 3 + 1);
	return to == from + 11 && month == 0 ? str_fmt(a, "%04d", year) : STR_NONE;
}

/* ---- the table as text ---- */

static json_t *row_json(const struct board_report_row *v)
{
	json_t *x = json_object(), *n = json_array();
	json_object_set_new(x, "name", json_stringn(v->name.p, v->name.n));
	if (!v->field)
		json_object_set_new(x, "procedure", json_stringn(v->procedure.p, v->procedure.n));
	for (int k = II_RECEIVED; k <= II_COLS; k++)
		json_array_append_new(n, json_integer(v->n[k]));
	json_object_set_new(x, "n", n);
	json_object_set_new(x, "otherwise", json_integer(v->otherwise));
	if (v->kept.n)
		json_object_set_new(x, "overdue", board_kept_json(&v->kept));
	return x;
}

/* {"read": when the figures were read, "rows"}. */
static struct str report_text(struct arena *a, const struct board_report *x, struct instant read)
{
	json_t *all = json_object(), *rows = json_array();
	for (size_t i = 0; i < x->n; i++)
		json_array_append_new(rows, row_json(&x->v[i]));
	json_object_set_new(all, "read", json_integer(read.ms));
	json_object_set_new(all, "rows", rows);
	return json_text(a, all);
}

static void row_read(struct arena *a, const json_t *j, struct board_report_row *v)
{
	const json_t *n = json_object_get(j, "n");
	*v = (struct board_report_row){.name = json_member(a, j, "name"), .procedure = json_member(a, j, "procedure"), .otherwise = json_integer_value(json_object_get(j, "otherwise")),
		.kept = board_kept_from(a, json_object_get(j, "overdue"))};
	v->field = !v->procedure.n;
	for (int k = II_RECEIVED; k <= II_COLS; k++)
		v->n[k] = json_integer_value(json_array_get(n, (size_t)(k - II_RECEIVED)));
}

bool board_sent_body(struct arena *a, struct str text, struct board_report *out, struct instant *read, struct err *e)
{
	json_t *all = json_loadb(text.p, text.n, 0, NULL), *rows = json_object_get(all, "rows");
	size_t n = json_array_size(rows);
	*out = (struct board_report){.v = NEW_ARRAY(a, n + 1, struct board_report_row), .n = n};
	read->ms = json_integer_value(json_object_get(all, "read"));
	for (size_t i = 0; i < n; i++) {
		row_read(a, json_array_get(rows, i), &out->v[i]);
		if (!out->v[i].field)
			board_report_add(&out->sum, &out->v[i]);
	}
	bool good = json_is_array(rows);
	json_decref(all);
	return good || err_set(e, ERR_INTERNAL, "a sent table cannot be read");
}

/* ---- what differs now ---- */

const struct board_report_row *board_report_of(const struct board_report *x, struct str procedure)
{
	for (size_t i = 0; i < x->n; i++)
		if (!x->v[i].field && str_eq(x->v[i].procedure, procedure))
			return &x->v[i];
	return NULL;
}

/* The same row of the other table; NULL: it has none. */
static const struct board_report_row *same_row(const struct board_report *x, const struct board_report_row *v)
{
	if (!v->field)
		return board_report_of(x, v->procedure);
	for (size_t i = 0; i < x->n; i++)
		if (x->v[i].field && str_eq(x->v[i].name, v->name))
			return &x->v[i];
	return NULL;
}

int64_t board_sent_now(const struct board_report *now, const struct board_report_row *sent, int col)
{
	const struct board_report_row *v = sent->procedure.n || sent->field ? same_row(now, sent) : &now->sum;
	return v ? v->n[col] : 0;
}

int64_t board_sent_differences(const struct board_report *sent, const struct board_report *now)
{
	int64_t n = 0;
	for (size_t i = 0; i < sent->n; i++)
		for (int k = II_RECEIVED; k <= II_COLS; k++)
			n += board_sent_now(now, &sent->v[i], k) != sent->v[i].n[k];
	for (size_t i = 0; i < now->n; i++) /* what nobody reported */
		for (int k = II_RECEIVED; k <= II_COLS && !same_row(sent, &now->v[i]); k++)
			n += now->v[i].n[k] != 0;
	return n;
}

/* ---- reading ---- */

static struct board_ask ask_of(const struct board_ask *q, struct arena *a, const struct sent_report_of_row *x)
{
	struct board_ask out = *q;
	out.view = BOARD_OVERVIEW;
	out.from = (int32_t)x->first_month;
	out.to = (int32_t)x->last_month;
	out.period = board_period_word(a, out.from, out.to);
	out.of = (struct stat_dims){.agency = x->agency};
	out.sent = x->id;
	return out;
}

static bool fill(struct request *r, const struct board_ask *q, const struct sent_report_of_row *x, struct board_sent *out, struct err *e)
{
	struct names names = names_begin(r->env.arena);
	names_want(&names, x->sent_by.v, 0);
	*out = (struct board_sent){.id = x->id, .version = x->version, .at = x->sent_at, .q = ask_of(q, r->env.arena, x)};
	if (!names_load(&r->env, &names, e) || !board_sent_body(r->env.arena, x->body, &out->sent, &(struct instant){0}, e))
		return false;
	out->sent.sum.name = M(r, II_SUM);
	out->by = names_person(&names, x->sent_by.v);
	return true;
}

/* Tables are of a whole agency. */
static bool is_whole(const struct board_ask *q) { return q->of.agency.v && !q->of.unit.v && !q->of.officer.v && !q->of.procedure.n; }

bool board_sent_of(struct request *r, const struct board_ask *q, struct board_sent_list *out, struct err *e)
{
	struct sent_report_of_rows rows = {0};
	*out = (struct board_sent_list){0};
	if (!is_whole(q) || !board_period_word(r->env.arena, q->from, q->to).n)
		return true;
	if (!q_sent_report_of(r->env.db, r->env.arena, &(struct sent_report_of_in){.form = FORM, .agency = q->of.agency, .first_month = q->from, .last_month = q->to}, &rows, e))
		return err_wrap(e, "tables that were sent");
	out->v = NEW_ARRAY(r->env.arena, rows.n + 1, struct board_sent);
	for (; out->n < rows.n; out->n++)
		if (!fill(r, q, &rows.v[out->n], &out->v[out->n], e))
			return false;
	return true;
}

bool board_sent_get(struct request *r, const struct board_ask *q, struct str id, struct board_sent *out, struct err *e)
{
	struct sent_report_get_row x = {0};
	int64_t n = 0;
	bool found = false;
	if (str_to_i64(id, &n) && !q_sent_report_get(r->env.db, r->env.arena, (struct sent_report_id){n}, &x, &found, e))
		return err_wrap(e, "a table that was sent");
	if (!found)
		return err_set(e, ERR_NOT_FOUND, "no such table");
	if (!q->everything && (x.agency.v != q->own_agency.v || q->own_unit.v))
		return err_set(e, ERR_DENIED, "another's agency, or a head's unit alone");
	struct sent_report_of_row row = {.id = x.id, .agency = x.agency, .first_month = x.first_month, .last_month = x.last_month, .version = x.version, .sent_at = x.sent_at, .sent_by = x.sent_by, .body = x.body};
	return fill(r, q, &row, out, e);
}

bool board_sent_read(struct request *r, struct board_sent *out, struct err *e)
{
	struct board_ask q;
	return board_ask_read(r, &q, e) && board_sent_get(r, &q, req_param(r, "id"), out, e);
}

bool board_sent_kept(struct env *env, struct sent_report_id id, struct str procedure, struct str *ids, struct err *e)
{
	struct sent_report_get_row x = {0};
	struct board_report sent;
	bool found = false;
	if (!q_sent_report_get(env->db, env->arena, id, &x, &found, e) || (found && !board_sent_body(env->arena, x.body, &sent, &(struct instant){0}, e)))
		return err_wrap(e, "a table that was sent");
	if (!found)
		return err_set(e, ERR_NOT_FOUND, "no such table");
	*ids = board_kept_list(env->arena, &sent, procedure);
	return true;
}

/* ---- sending ---- */

bool board_sent_may(const struct request *r, const struct board_ask *q)
{
	return is_whole(q) && actor_in_agency(r->env.actor, ROLE_BIT(ROLE_DIRECTOR), q->of.agency.v) && board_period_word(r->env.arena, q->from, q->to).n && q->to < stat_month_of(date_of(r->env.now));
}

static bool may_send(struct request *r, const struct board_ask *q, struct err *e)
{
	if (!actor_in_agency(r->env.actor, ROLE_BIT(ROLE_DIRECTOR), q->of.agency.v))
		return err_set(e, ERR_DENIED, "who sends is the agency's director");
	return board_sent_may(r, q) || err_say(e, ERR_CONFLICT, MSG_BOARD_SENT_PERIOD, "not a whole agency, or a period that is not over");
}

/* Figures and dossiers are of one moment. */
static bool read_for_sending(struct request *r, const struct board_ask *q, struct board_report *x, struct err *e)
{
	AUTO_TX tx = {0};
	if (db_engine(r->env.db) == DB_PG && !db_begin_snapshot(r->env.db, &tx, e))
		return false;
	return board_report_read(r, q, x, e) && board_kept_read(&r->env, q, x, e);
}

bool board_sent_check(struct request *r, struct err *e)
{
	struct board_ask q;
	struct board_report x;
	if (!board_ask_read(r, &q, e) || !may_send(r, &q, e) || !read_for_sending(r, &q, &x, e))
		return false;
	if (!x.n)
		return err_say(e, ERR_CONFLICT, MSG_BOARD_SENT_EMPTY, "nothing to report");
	r->memo = report_text(r->env.arena, &x, r->env.now);
	return true;
}

static bool is_new(struct request *r, const struct sent_report_of_rows *before, struct err *e)
{
	struct board_report old, new;
	struct instant read;
	if (!before->n)
		return true;
	if (!board_sent_body(r->env.arena, before->v[0].body, &old, &read, e) || !board_sent_body(r->env.arena, r->memo, &new, &read, e))
		return false;
	return board_sent_differences(&old, &new) || err_say(e, ERR_CONFLICT, MSG_BOARD_SENT_SAME, "the same was sent before");
}

bool board_sent_apply(struct request *r, struct err *e)
{
	struct env *env = &r->env;
	struct board_ask q;
	struct sent_report_of_rows rows = {0};
	if (!board_ask_read(r, &q, e) || !may_send(r, &q, e) ||
	    !q_sent_report_of(env->db, env->arena, &(struct sent_report_of_in){.form = FORM, .agency = q.of.agency, .first_month = q.from, .last_month = q.to}, &rows, e) || !is_new(r, &rows, e))
		return false;
	struct sent_report_add_in in = {.id = {id_new(env->ids, env->now)}, .form = FORM, .agency = q.of.agency, .first_month = q.from, .last_month = q.to,
		.version = rows.n ? rows.v[0].version + 1 : 1, .at = env->now, .by = {env->actor->person}, .body = r->memo};
	if (!q_sent_report_add(env->db, &in, NULL, e))
		return err_wrap(e, "keeping the table that is sent");
	struct str period = board_period_word(env->arena, q.from, q.to);
	struct str body = str_fmt(env->arena, "{\"form\":\"II.06a\",\"period\":\"%.*s\",\"version\":%lld}", STR_ARG(period), (long long)in.version);
	r->memo = str_fmt(env->arena, "%lld", (long long)in.id.v);
	r->redirect = str_fmt(env->arena, BOARD_SENT "/%lld", (long long)in.id.v);
	return audit_record(env, &(struct audit_act){.kind = "report.send", .subject = in.id.v, .role = ROLE_DIRECTOR, .body = body}, NULL, e);
}
