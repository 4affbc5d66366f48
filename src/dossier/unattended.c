/* unattended.c — dossiers that wait for nobody. See dossier.h. */
#include "directory/directory.h"
#include "dossier/internal.h"

/* Somebody present holds it, or stands in for a holder. */
static bool attended(struct env *env, enum role role, struct unit_id unit, bool *held, bool *present, struct err *e)
{
	struct officers all = {0};
	if (unit.v && !directory_holders(env, role, unit, date_of(env->now), &all, e))
		return err_wrap(e, "who holds the role");
	*held = all.n > 0;
	for (size_t i = 0; i < all.n; i++)
		*present = *present || !all.v[i].absent || all.v[i].acting.v;
	return true;
}

static bool attends(struct env *env, struct person_id person, enum role role, bool *held, bool *present, struct err *e)
{
	struct actor_role *roles = NULL;
	struct standing s = {0};
	size_t n = 0;
	struct date today = date_of(env->now);
	if (!directory_roles(env, person, today, &roles, &n, e) || !directory_standing(env, person, today, &s, e))
		return err_wrap(e, "where the person stands");
	for (size_t i = 0; i < n; i++)
		*held = *held || roles[i].role == role;
	*present = !s.absent || s.acting.v;
	return true;
}

bool dossier_unattended(struct env *env, struct agency_id agency, struct dossier_unattended **out, size_t *n, struct err *e)
{
	struct dossier_places_rows rows = {0};
	*n = 0;
	if (!q_dossier_places(env->db, env->arena, agency, &rows, e))
		return err_wrap(e, "where dossiers wait");
	*out = NEW_ARRAY(env->arena, rows.n, struct dossier_unattended);
	for (size_t i = 0; i < rows.n; i++) {
		const struct dossier_places_row *x = &rows.v[i];
		enum role role;
		bool held = false, present = false;
		if (!role_from_name(x->step_role, &role)) /* the applicant's turn */
			continue;
		if (!(x->assignee.v ? attends(env, x->assignee, role, &held, &present, e) : attended(env, role, x->step_unit, &held, &present, e)))
			return false;
		if (!held || !present)
			(*out)[(*n)++] = (struct dossier_unattended){.agency = x->settling_agency, .role = role, .unit = x->step_unit, .assignee = x->assignee, .n = x->n,
				.why = held ? UNATTENDED_AWAY : x->assignee.v ? UNATTENDED_LEFT : UNATTENDED_NOBODY};
	}
	return true;
}
