/* kept.c — the dossiers kept with a table that is sent, and such tables against the records (verify).
 *
 * When a period is over, all columns of II.06a but (12) and (13) count what no later act changes: when a dossier was sent, how it came, when and how it ended,
 * and its limit at that time. Overdue at the end are also dossiers that are open still: a supplement asked for later moves their limit. So those of (13), and no
 * others, are kept with the table; of (12) are the open ones without them. */
#include "board/board_internal.h"
#include "board/board_sql.h"
#include "core/audit/audit.h"
#include "core/db/id.h"
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#define MOMENT_MS 60000 /* an act that had begun when the figures were read may not be in them */

static struct instant end_of(const struct board_ask *q) { return instant_at(stat_month_first(q->to + 1), 0); }

/* ---- as text: each id but the first as its distance from the one before ---- */

json_t *board_kept_json(const struct board_kept *x)
{
	json_t *all = json_array();
	for (size_t i = 0; i < x->n; i++)
		json_array_append_new(all, json_integer(x->v[i] - (i ? x->v[i - 1] : 0)));
	return all;
}

struct board_kept board_kept_from(struct arena *a, const json_t *all)
{
	struct board_kept x = {NEW_ARRAY(a, json_array_size(all) + 1, int64_t), json_array_size(all)};
	for (size_t i = 0; i < x.n; i++)
		x.v[i] = json_integer_value(json_array_get(all, i)) + (i ? x.v[i - 1] : 0);
	return x;
}

static int rising(const void *pa, const void *pb)
{
	const int64_t *a = pa, *b = pb;
	return *a < *b ? -1 : *a > *b;
}

static bool has(const struct board_kept *x, int64_t id) { return x->n && bsearch(&id, x->v, x->n, sizeof id, rising); }

/* ---- who is overdue at the end, as the dossiers say ---- */

struct overdue { struct kept_running_rows running; struct kept_settled_rows settled; };

/* `n`: as many as the sums count; one more is looked for. */
static bool overdue_read(struct env *env, const struct board_ask *q, int64_t n, struct overdue *out, struct err *e)
{
	*out = (struct overdue){0};
	if (!q_kept_running(env->db, env->arena, q->of.agency, end_of(q), &out->running, e))
		return err_wrap(e, "dossiers overdue");
	int64_t rest = n - (int64_t)out->running.n;
	return rest <= 0 || q_kept_settled(env->db, env->arena, q->of.agency, end_of(q), rest + 1, &out->settled, e) || err_wrap(e, "dossiers overdue");
}

static struct board_kept overdue_of(struct arena *a, const struct overdue *x, struct str procedure)
{
	struct board_kept out = {NEW_ARRAY(a, x->running.n + x->settled.n + 1, int64_t), 0};
	for (size_t i = 0; i < x->running.n; i++)
		if (str_eq(x->running.v[i].procedure, procedure))
			out.v[out.n++] = x->running.v[i].id.v;
	for (size_t i = 0; i < x->settled.n; i++)
		if (str_eq(x->settled.v[i].procedure, procedure))
			out.v[out.n++] = x->settled.v[i].id.v;
	if (out.n > 1)
		qsort(out.v, out.n, sizeof *out.v, rising);
	return out;
}

bool board_kept_read(struct env *env, const struct board_ask *q, struct board_report *x, struct err *e)
{
	struct overdue all;
	if (!overdue_read(env, q, x->sum.n[II_OVERDUE], &all, e))
		return false;
	for (size_t i = 0; i < x->n; i++) {
		struct board_report_row *v = &x->v[i];
		if (v->field)
			continue;
		v->kept = overdue_of(env->arena, &all, v->procedure);
		if ((int64_t)v->kept.n != v->n[II_OVERDUE])
			return err_set(e, ERR_INTERNAL, "table II.06a, %.*s: %lld overdue by the sums, %zu by the dossiers: run motcua verify", STR_ARG(v->procedure), (long long)v->n[II_OVERDUE], v->kept.n);
	}
	return true;
}

struct str board_kept_list(struct arena *a, const struct board_report *x, struct str procedure)
{
	struct buf b = buf_on(a);
	for (size_t i = 0; i < x->n; i++)
		for (size_t k = 0; (!procedure.n || str_eq(x->v[i].procedure, procedure)) && k < x->v[i].kept.n; k++)
			id_list_add(&b, x->v[i].kept.v[k]);
	return id_list(&b);
}

/* ---- against the records ---- */

struct against {
	struct env *env;
	struct board_ask q;
	struct str period;
	int64_t version;
	struct instant read;
	struct board_report sent;
	struct board_lines now;
	struct kept_facts_rows facts; /* of all that were kept, by id */
	struct overdue overdue;       /* now; read when a row needs it */
	struct board_kept moved;
	struct board_sent_compared *out;
};

static void wrong(struct against *x, struct str row, int col, int64_t sent, int64_t is)
{
	if (!x->out->wrong++)
		snprintf(x->out->first, sizeof x->out->first, "table II.06a of agency %lld, %.*s, version %lld: %.*s, column (%d): sent %lld, the records say %lld", (long long)x->q.of.agency.v,
		         STR_ARG(x->period), (long long)x->version, STR_ARG(row), col, (long long)sent, (long long)is);
}

/* Of the row now; nothing of a procedure that has nothing. */
static const struct board_report_row *now_of(const struct against *x, struct str procedure)
{
	static const struct board_report_row none = {0};
	for (size_t i = 0; i < x->now.n; i++)
		if (str_eq(x->now.v[i].procedure, procedure))
			return &x->now.v[i].row;
	return &none;
}

static int by_id(const void *id, const void *row)
{
	int64_t a = *(const int64_t *)id, b = ((const struct kept_facts_row *)row)->id.v;
	return a < b ? -1 : a > b;
}

/* A dossier kept in the row; NULL: none of that agency and procedure. */
static const struct kept_facts_row *own(const struct against *x, const struct board_report_row *sent, int64_t id)
{
	const struct kept_facts_row *d = x->facts.n ? bsearch(&id, x->facts.v, x->facts.n, sizeof *x->facts.v, by_id) : NULL;
	return d && d->settling_agency.v == x->q.of.agency.v && str_eq(d->procedure, sent->procedure) ? d : NULL;
}

/* Those kept that are overdue now as well. */
static int64_t still(const struct against *x, const struct board_report_row *sent)
{
	int64_t n = 0;
	for (size_t i = 0; i < sent->kept.n; i++) {
		const struct kept_facts_row *d = own(x, sent, sent->kept.v[i]);
		n += d && d->overdue;
	}
	return n;
}

static bool has_others(const struct against *x, const struct board_report_row *sent) { return still(x, sent) != now_of(x, sent->procedure)->n[II_OVERDUE]; }

static bool overdue_now(struct against *x, struct err *e)
{
	int64_t n = 0;
	bool needed = false;
	for (size_t i = 0; i < x->now.n; i++)
		n += x->now.v[i].row.n[II_OVERDUE];
	for (size_t i = 0; i < x->sent.n; i++)
		needed = needed || (!x->sent.v[i].field && has_others(x, &x->sent.v[i]));
	return !needed || overdue_read(x->env, &x->q, n, &x->overdue, e);
}

/* Was a limit begun anew, or the dossier ended while it waited, since the figures were read? Then it may be overdue now and not then, or the other way round. */
static bool moves(struct str kind)
{
	static const char *const kinds[] = {"dossier.ask_supplement", "dossier.supplement", "dossier.demand_fee", "dossier.confirm_paid", "dossier.refuse", "dossier.stop"};
	bool does = false;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		does = does || str_eq(kind, str_from(kinds[i]));
	return does;
}

/* Kept and overdue no more, or overdue now and not kept: all that may have moved. */
static struct str suspects(struct against *x)
{
	struct buf b = buf_on(x->env->arena);
	for (size_t i = 0; i < x->sent.n; i++) {
		const struct board_report_row *sent = &x->sent.v[i];
		for (size_t k = 0; !sent->field && k < sent->kept.n; k++) {
			const struct kept_facts_row *d = own(x, sent, sent->kept.v[k]);
			if (d && !d->overdue)
				id_list_add(&b, d->id.v);
		}
		struct board_kept is = sent->field ? (struct board_kept){0} : overdue_of(x->env->arena, &x->overdue, sent->procedure);
		for (size_t k = 0; k < is.n; k++)
			if (!has(&sent->kept, is.v[k]))
				id_list_add(&b, is.v[k]);
	}
	return b.n ? id_list(&b) : STR_NONE;
}

/* What the records say of the dossiers: as many queries however many there are. */
static bool read_dossiers(struct against *x, struct err *e)
{
	struct str kept = board_kept_list(x->env->arena, &x->sent, STR_NONE);
	struct audit_done_list done = {0};
	if (!q_kept_facts(x->env->db, x->env->arena, kept, end_of(&x->q), end_of(&x->q), &x->facts, e) || !overdue_now(x, e))
		return false;
	struct str ids = suspects(x);
	if (ids.n && !audit_done_since(x->env, ids, (struct instant){x->read.ms - MOMENT_MS}, STR("dossier.read"), STR("dossier.read_count"), &done, e))
		return false;
	x->moved.v = NEW_ARRAY(x->env->arena, done.n + 1, int64_t);
	for (size_t i = 0; i < done.n; i++)
		if (moves(done.v[i].kind))
			x->moved.v[x->moved.n++] = done.v[i].subject;
	return true;
}

static void compare_kept(struct against *x, const struct board_report_row *sent)
{
	int64_t strange = 0;
	for (size_t i = 0; i < sent->kept.n; i++) {
		const struct kept_facts_row *d = own(x, sent, sent->kept.v[i]);
		strange += !d || (!d->overdue && !has(&x->moved, d->id.v));
	}
	if (strange || (int64_t)sent->kept.n != sent->n[II_OVERDUE])
		wrong(x, sent->procedure, II_OVERDUE, sent->n[II_OVERDUE], (int64_t)sent->kept.n - strange);
}

/* Those overdue now that were not kept. */
static void compare_others(struct against *x, const struct board_report_row *sent)
{
	int64_t strange = 0;
	struct board_kept is = overdue_of(x->env->arena, &x->overdue, sent->procedure);
	for (size_t i = 0; i < is.n; i++)
		strange += !has(&sent->kept, is.v[i]) && !has(&x->moved, is.v[i]);
	if (strange)
		wrong(x, sent->procedure, II_OVERDUE, sent->n[II_OVERDUE], sent->n[II_OVERDUE] + strange);
}

static void compare_row(struct against *x, const struct board_report_row *sent)
{
	const struct board_report_row *now = now_of(x, sent->procedure);
	for (int k = II_RECEIVED; k < II_IN_TIME; k++)
		if (sent->n[k] != now->n[k])
			wrong(x, sent->procedure, k, sent->n[k], now->n[k]);
	if (sent->n[II_IN_TIME] + sent->n[II_OVERDUE] != sent->n[II_OPEN])
		wrong(x, sent->procedure, II_IN_TIME, sent->n[II_IN_TIME], sent->n[II_OPEN] - sent->n[II_OVERDUE]);
	x->out->figures += II_COLS - II_RECEIVED + 1;
	x->out->otherwise += 2 * (now->n[II_OVERDUE] != sent->n[II_OVERDUE]);
	compare_kept(x, sent);
	if (has_others(x, sent))
		compare_others(x, sent);
}

/* A field is the sum of what stands below it. */
static void compare_field(struct against *x, size_t at)
{
	const struct board_report_row *field = &x->sent.v[at];
	struct board_report_row sum = {0};
	for (size_t i = at + 1; i < x->sent.n && !x->sent.v[i].field; i++)
		board_report_add(&sum, &x->sent.v[i]);
	for (int k = II_RECEIVED; k <= II_COLS; k++)
		if (field->n[k] != sum.n[k])
			wrong(x, field->name, k, field->n[k], sum.n[k]);
}

static bool compare_table(struct against *x, struct err *e)
{
	if (!board_report_lines(x->env, &x->q, &x->now, e) || !read_dossiers(x, e))
		return false;
	for (size_t i = 0; i < x->now.n; i++) { /* what nobody reported */
		const struct board_line *v = &x->now.v[i];
		if (v->row.n[II_RECEIVED] && !board_report_of(&x->sent, v->procedure))
			wrong(x, v->procedure, II_RECEIVED, 0, v->row.n[II_RECEIVED]);
	}
	for (size_t i = 0; i < x->sent.n; i++)
		if (!x->sent.v[i].field)
			compare_row(x, &x->sent.v[i]);
	for (size_t i = 0; i < x->sent.n; i++)
		if (x->sent.v[i].field)
			compare_field(x, i);
	return true;
}

static bool compare_one(struct env *env, const struct sent_report_newest_row *r, struct board_sent_compared *out, struct err *e)
{
	struct env at = *env;
	struct sent_report_get_row row = {0};
	bool found = false;
	struct against x = {.env = &at, .q = {.from = (int32_t)r->first_month, .to = (int32_t)r->last_month, .of = {.agency = r->agency}}, .version = r->version, .out = out};
	at.now = env->now.ms < end_of(&x.q).ms ? end_of(&x.q) : env->now; /* a test's clock may have sent it */
	x.period = board_period_word(env->arena, x.q.from, x.q.to);
	if (!q_sent_report_get(env->db, env->arena, r->id, &row, &found, e) || !board_sent_body(env->arena, row.body, &x.sent, &x.read, e))
		return false;
	out->tables++;
	return compare_table(&x, e);
}

bool board_sent_compare(struct env *env, struct board_sent_compared *out, struct err *e)
{
	struct sent_report_newest_rows all = {0};
	*out = (struct board_sent_compared){0};
	bool ok = q_sent_report_newest(env->db, env->arena, &all, e);
	for (size_t i = 0; ok && i < all.n; i++) {
		struct arena_mark m = arena_mark(env->arena);
		ok = compare_one(env, &all.v[i], out, e);
		arena_rewind(env->arena, m);
	}
	return ok || err_wrap(e, "tables that were sent");
}
