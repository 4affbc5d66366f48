/* read.c — reading a dossier, its clock, and who may see it. See dossier.h. */
#include "core/db/id.h"
#include "dossier/internal.h"
#include <string.h>

#define ACTS_MAX 2000 /* far above what a process can hold; a page has its end */

bool dossier_load(struct env *env, struct dossier_id id, struct dossier_get_row *out, struct err *e)
{
	bool found = false;
	if (!q_dossier_get(env->db, env->arena, id, out, &found, e))
		return err_wrap(e, "dossier");
	return found || err_set(e, ERR_NOT_FOUND, "no dossier %lld", (long long)id.v);
}

bool dossier_timeline(struct env *env, struct dossier_id id, struct audit_entries *out, struct err *e)
{
	return audit_timeline_without(env, id.v, STR("dossier.read"), STR("dossier.read_count"), ACTS_MAX, out, e);
}

bool dossier_id_of(struct env *env, struct str code, struct dossier_id *out, bool *found, struct err *e)
{
	struct dossier_by_code_row row = {0};
	if (!q_dossier_by_code(env->db, env->arena, code, &row, found, e))
		return err_wrap(e, "dossier by code");
	*out = row.id;
	return true;
}

static const struct { const char *name; enum clock_event_kind kind; } kinds[] = {
	{"supplement_asked", CLOCK_SUPPLEMENT_ASKED},
	{"supplement_complete", CLOCK_SUPPLEMENT_COMPLETE},
	{"fee_demanded", CLOCK_FEE_DEMANDED},
	{"fee_paid", CLOCK_FEE_PAID},
};

/* Events before the clock started (a supplement before acceptance) do not move it. */
bool clock_course(struct env *env, const struct dossier_get_row *d, struct clock_course *out, struct err *e)
{
	struct dossier_clock_list_rows rows = {0};
	if (!q_dossier_clock_list(env->db, env->arena, d->id, &rows, e))
		return err_wrap(e, "clock");
	struct clock_event *v = NEW_ARRAY(env->arena, rows.n, struct clock_event);
	*out = (struct clock_course){.start = d->clock_from.v, .events = v};
	for (size_t i = 0; i < rows.n; i++)
		for (size_t k = 0; k < ARRAY_LEN(kinds); k++)
			if (str_eq(rows.v[i].kind, str_from(kinds[k].name)) && rows.v[i].at.ms >= d->clock_from.v.ms)
				v[out->n_events++] = (struct clock_event){.at = rows.v[i].at, .kind = kinds[k].kind};
	return true;
}

bool clock_due(struct env *env, const struct law *law, const struct dossier_get_row *d, struct opt_instant *due, struct err *e)
{
	const struct law_procedure *p = law_find(law, d->procedure);
	struct clock_course course;
	struct due now;
	*due = (struct opt_instant){0};
	if (!d->clock_from.has || !p || !p->has_limit)
		return true;
	if (!clock_course(env, d, &course, e) || !calendar_due(law->calendar, &p->clock, &course, &now, e))
		return err_wrap(e, "due time");
	if (now.state == DUE_RUNNING)
		*due = OPT_INSTANT(now.at);
	return true;
}

bool dossier_explain(struct env *env, const struct law *law, const struct dossier_get_row *d, struct dossier_clock *out, struct err *e)
{
	const struct law_procedure *p = law_find(law, d->procedure);
	struct clock_course course;
	*out = (struct dossier_clock){.known = p && p->has_limit, .started = d->clock_from.has};
	if (!out->known || !out->started)
		return true;
	return (clock_course(env, d, &course, e) && calendar_due(law->calendar, &p->clock, &course, &out->due, e) &&
	        calendar_explain(env->arena, law->calendar, &p->clock, &course, &out->cells, &out->n_cells, e)) ||
	       err_wrap(e, "explaining the due time");
}

static bool works_in(const struct actor *me, int64_t unit)
{
	for (size_t k = 0; k < me->n_held; k++)
		if (me->held[k].unit == unit)
			return true;
	return false;
}

static bool asked_unit(struct env *env, struct dossier_id id, bool *may, struct err *e)
{
	struct dossier_opinion_list_rows rows = {0};
	if (!q_dossier_opinion_list(env->db, env->arena, id, &rows, e))
		return err_wrap(e, "opinions");
	for (size_t i = 0; i < rows.n; i++)
		*may = *may || works_in(env->actor, rows.v[i].unit.v);
	return true;
}

/* Is the dossier in the actor's name, by a number that papers proved? */
static bool is_named(const struct actor *me, struct str identity_key)
{
	return me->account != 0 && me->number.n && identity_key.n && str_eq(me->number, identity_key);
}

bool dossier_owned(const struct actor *me, const struct dossier_get_row *d)
{
	return (me->account != 0 && me->account == d->applicant_account) || is_named(me, d->identity_key);
}

bool dossier_in_hand(const struct actor *me, const struct dossier_get_row *d)
{
	return dossier_owned(me, d) && (d->applicant_account == 0 || d->applicant_account == me->account);
}

bool dossier_list_owned(struct env *env, struct dossier_id before, int64_t limit, struct dossier_list_account_rows *out, struct err *e)
{
	const struct dossier_list_account_in in = {.account = env->actor->account, .number = env->actor->number, .before = before, .limit = limit};
	*out = (struct dossier_list_account_rows){0};
	return !env->actor->account || q_dossier_list_account(env->db, env->arena, &in, out, e) || err_wrap(e, "own dossiers");
}

/* The rule of reading, but for units asked for an opinion. */
static bool has_right(const struct actor *me, const struct dossier_rights_row *d)
{
	return me->program || (me->account != 0 && (me->account == d->applicant_account || (d->filed_by.has && me->account == d->filed_by.v))) ||
	       is_named(me, d->identity_key) ||
	       actor_in_unit(me, ROLE_COUNTER, d->receiving_unit.v) || actor_in_agency(me, ALLOW_STAFF, d->settling_agency.v);
}

bool dossier_may_read(struct env *env, const struct dossier_get_row *d, bool *may, struct err *e)
{
	const struct actor *me = env->actor;
	*may = has_right(me, &(struct dossier_rights_row){.applicant_account = d->applicant_account, .filed_by = d->filed_by, .identity_key = d->identity_key,
	                                                  .receiving_unit = d->receiving_unit, .settling_agency = d->settling_agency});
	return *may || !actor_any(me, ALLOW_STAFF) || asked_unit(env, d->id, may, e);
}

static bool was_asked(const struct actor *me, const struct dossier_asked_rows *asked, struct dossier_id id)
{
	for (size_t i = 0; i < asked->n; i++)
		if (asked->v[i].dossier.v == id.v && works_in(me, asked->v[i].unit.v))
			return true;
	return false;
}

bool dossier_any_signed(struct env *env, struct dossier_ids ids, bool *yes, struct err *e)
{
	struct buf b = buf_on(env->arena);
	struct dossier_signed_of_row row = {0};
	bool found = false;
	for (size_t i = 0; i < ids.n; i++)
		id_list_add(&b, ids.v[i].v);
	if (ids.n && !q_dossier_signed_of(env->db, env->arena, id_list(&b), &row, &found, e))
		return err_wrap(e, "signed results");
	*yes = row.n > 0;
	return true;
}

bool dossier_readable(struct env *env, struct dossier_ids *ids, struct err *e)
{
	struct dossier_rights_rows rows = {0};
	struct dossier_asked_rows asked = {0};
	struct buf all = buf_on(env->arena), open = buf_on(env->arena);
	for (size_t i = 0; i < ids->n; i++)
		id_list_add(&all, ids->v[i].v);
	if (ids->n && !q_dossier_rights(env->db, env->arena, id_list(&all), &rows, e))
		return err_wrap(e, "rights");
	for (size_t i = 0; i < rows.n; i++)
		if (!has_right(env->actor, &rows.v[i]))
			id_list_add(&open, rows.v[i].id.v);
	if (open.n && actor_any(env->actor, ALLOW_STAFF) && !q_dossier_asked(env->db, env->arena, id_list(&open), &asked, e))
		return err_wrap(e, "units asked");
	ids->n = 0;
	for (size_t i = 0; i < rows.n; i++)
		if (has_right(env->actor, &rows.v[i]) || was_asked(env->actor, &asked, rows.v[i].id))
			ids->v[ids->n++] = rows.v[i].id;
	return true;
}

static const char *purpose_of(const struct actor *me, const struct dossier_looked_at_row *d)
{
	if (me->person && (me->person == d->assignee.v || me->person == d->officer.v))
		return "work";
	if (actor_in_agency(me, ROLE_BIT(ROLE_HEAD) | ROLE_BIT(ROLE_DIRECTOR), d->settling_agency.v))
		return "lead";
	if (actor_in_agency(me, ROLE_BIT(ROLE_INSPECTOR), d->settling_agency.v))
		return "inspect";
	if (actor_in_unit(me, ROLE_COUNTER, d->receiving_unit.v))
		return "receive";
	if (actor_in_agency(me, ALLOW_STAFF, d->settling_agency.v))
		return "office";
	return NULL;
}

bool dossier_read_purpose(struct env *env, struct dossier_id id, const char **out, struct err *e)
{
	struct dossier_looked_at_row d = {0};
	bool found = false, asked = false;
	if (!q_dossier_looked_at(env->db, env->arena, id, &d, &found, e))
		return err_wrap(e, "a dossier that was read");
	if (!found)
		return err_set(e, ERR_NOT_FOUND, "no dossier %lld", (long long)id.v);
	*out = purpose_of(env->actor, &d);
	if (!*out && !asked_unit(env, id, &asked, e))
		return false;
	*out = *out ? *out : asked ? "opinion" : "admin";
	return true;
}

bool dossier_opened(struct env *env, const struct dossier_get_row *d, struct err *e)
{
	const struct actor *me = env->actor;
	bool mine = d->assignee.v ? d->assignee.v == me->person : actor_in_unit(me, ROLE_COUNTER, d->step_unit.v) || actor_in_unit(me, ROLE_HEAD, d->step_unit.v);
	enum role role = ROLE_STRANGER;
	if (!mine || d->last_opened || d->last_actor == me->account)
		return true;
	(void)role_from_name(d->step_role, &role);
	return q_dossier_opened(env->db, d->id, NULL, e) &&
	       audit_record(env, &(struct audit_act){.kind = "dossier.open", .subject = d->id.v, .role = role, .unit = d->step_unit.v}, NULL, e);
}

static const struct { const char *state; int portal; } states[] = {
	{"received", 1}, {"supplement", 5}, {"fee", 6},      {"processing", 4}, {"signing", 4},
	{"done", 9},     {"returned", 10},  {"refused", 3}, {"stopped", 8},    {"withdrawn", 7},
};

int dossier_portal_state(const struct dossier_get_row *d)
{
	if (str_eq(d->state, STR("refused")) && d->accepted_at.has)
		return 8;
	for (size_t i = 0; i < ARRAY_LEN(states); i++)
		if (str_eq(d->state, str_from(states[i].state)))
			return states[i].portal;
	return 1;
}

struct instant dossier_amber_until(const struct law *law, struct instant now)
{
	struct err e = {0};
	struct date d;
	return calendar_add_working_days(law->calendar, date_of(now), 2, &d, &e) ? instant_at(d, (int32_t)DAY_MS - 1) : now;
}

struct str dossier_paper_text(struct arena *a, const struct key *key, const struct dossier_paper_list_row *p)
{
	struct err e = {0};
	struct str text;
	return crypto_open_text(a, key, str_fmt(a, "paper:%lld", (long long)p->id.v), p->body, &text, &e) ? text : STR("");
}
