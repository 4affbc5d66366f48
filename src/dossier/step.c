/* step.c — where a step waits, who may take it, and moving from step to step. See internal.h. */
#include "core/db/id.h"
#include "directory/directory.h"
#include "dossier/internal.h"
#include "gen/messages.h"

static const enum role step_roles[] = {ROLE_COUNTER, ROLE_SPECIALIST, ROLE_HEAD, ROLE_DIRECTOR, ROLE_CLERK};

/* The unit in which a role of a step is held; 0: anywhere in the settling agency. */
static int64_t unit_of(const struct dossier_get_row *d, const struct node *step, enum role r)
{
	if (r == ROLE_COUNTER)
		return d->receiving_unit.v;
	return r == ROLE_DIRECTOR || step->unit == UNIT_AGENCY ? 0 : d->settling_unit.v;
}

/* The first present holder in the agency: where a director's or clerk's step waits. */
static bool holder_in_agency(struct env *env, const struct dossier_get_row *d, enum role r, struct place *out, struct err *e)
{
	struct officers all = {0};
	if (!directory_holders_in_agency(env, r, d->settling_agency, date_of(env->now), &all, e))
		return err_wrap(e, "who holds the role");
	if (all.n == 0)
		return err_say(e, ERR_CONFLICT, MSG_DOSSIER_NO_HOLDER, "nobody is %s", role_name(r));
	out->unit = all.v[0].unit;
	if (r == ROLE_DIRECTOR)
		out->assignee = all.v[0].absent && all.v[0].acting.v ? all.v[0].acting : all.v[0].person;
	return true;
}

bool place_step(struct env *env, const struct dossier_get_row *d, const struct node *step, struct place *out, struct err *e)
{
	*out = (struct place){.role = STR("none")};
	if (step->kind == NODE_END || step->unit == UNIT_APPLICANT) {
		out->role = step->kind == NODE_END ? STR("none") : STR("applicant");
		return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(step_roles); i++) {
		enum role r = step_roles[i];
		if (!workflow_step_has_role(step, str_from(role_name(r))))
			continue;
		out->role = str_from(role_name(r));
		if (r == ROLE_SPECIALIST)
			out->assignee = d->officer;
		if (unit_of(d, step, r) == 0 && r != ROLE_SPECIALIST)
			return holder_in_agency(env, d, r, out, e);
		out->unit = r == ROLE_COUNTER ? d->receiving_unit : d->settling_unit;
		return true;
	}
	return err_set(e, ERR_INTERNAL, "step %.*s names no role that waits", STR_ARG(step->id));
}

static bool applicant_may(const struct env *env, const struct dossier_get_row *d)
{
	return dossier_in_hand(env->actor, d) || actor_in_unit(env->actor, ROLE_COUNTER, d->receiving_unit.v);
}

/* As holder of the role in the unit, or for a holder who is absent. */
static bool may_as(struct env *env, enum role r, int64_t unit, int64_t agency, bool *may, struct person_id *instead, struct err *e)
{
	if (unit == 0) {
		*may = actor_in_agency(env->actor, ROLE_BIT(r), agency);
		return true;
	}
	*may = actor_in_unit(env->actor, r, unit);
	if (*may || env->actor->person == 0)
		return true;
	return directory_may_act(env, (struct person_id){env->actor->person}, r, (struct unit_id){unit}, date_of(env->now), may, instead, e);
}

/* A step assigned to a person is that person's, or the substitute's while that person is away. */
static bool may_for_assignee(struct env *env, const struct dossier_get_row *d, bool *may, struct person_id *instead, struct err *e)
{
	struct standing s = {0};
	*may = env->actor->person == d->assignee.v;
	if (*may || env->actor->person == 0)
		return true;
	if (!directory_standing(env, d->assignee, date_of(env->now), &s, e))
		return err_wrap(e, "standing");
	*may = s.absent && s.acting.v == env->actor->person;
	*instead = *may ? d->assignee : (struct person_id){0};
	return true;
}

bool may_take(struct env *env, const struct dossier_get_row *d, const struct node *step, bool *may, struct person_id *instead, struct err *e)
{
	*may = env->actor->program;
	*instead = (struct person_id){0};
	if (*may)
		return true;
	if (step->unit == UNIT_APPLICANT) {
		*may = applicant_may(env, d);
		return true;
	}
	if (d->assignee.v)
		return may_for_assignee(env, d, may, instead, e);
	for (size_t i = 0; i < ARRAY_LEN(step_roles) && !*may; i++)
		if (workflow_step_has_role(step, str_from(role_name(step_roles[i]))) &&
		    !may_as(env, step_roles[i], unit_of(d, step, step_roles[i]), d->settling_agency.v, may, instead, e))
			return false;
	return true;
}

bool clock_event(struct env *env, const struct law *law, struct dossier_get_row *d, const char *kind, struct err *e)
{
	struct opt_instant due;
	if (!q_dossier_clock_add(env->db, &(struct dossier_clock_add_in){.id = {id_new(env->ids, env->now)}, .dossier = d->id, .at = env->now, .kind = str_from(kind)}, NULL, e) ||
	    !clock_due(env, law, d, &due, e))
		return err_wrap(e, kind);
	d->due = due;
	return q_dossier_clock_set(env->db, d->id, d->clock_from, due, NULL, e);
}

bool clock_now(struct env *env, const struct law *law, struct dossier_get_row *d, struct err *e)
{
	d->clock_from = OPT_INSTANT(env->now);
	return clock_due(env, law, d, &d->due, e) || err_wrap(e, "starting the clock");
}

bool clock_start(struct env *env, const struct law *law, struct dossier_get_row *d, struct err *e)
{
	return clock_now(env, law, d, e) && (q_dossier_clock_set(env->db, d->id, d->clock_from, d->due, NULL, e) || err_wrap(e, "starting the clock"));
}
