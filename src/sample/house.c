/* house.c — who receives and who settles: the agencies of the directory as they are on the days of the sample. */
#include "sample/internal.h"

static struct env env_of(struct maker *m) { return (struct env){.arena = m->arena, .db = m->stage, .now = m->begin, .actor = &actor_program, .ids = &m->stage_ids}; }

static struct person_id first_of(const struct officers *all) { return all->n ? all->v[0].person : (struct person_id){0}; }

static bool add_division(struct env *env, struct house *h, struct unit_id unit, struct date day, struct err *e)
{
	struct officers heads = {0}, staff = {0};
	if (!directory_holders(env, ROLE_HEAD, unit, day, &heads, e) || !directory_holders(env, ROLE_SPECIALIST, unit, day, &staff, e))
		return false;
	if (!heads.n || !staff.n)
		return true;
	struct division *d = &h->divisions[h->n_divisions++];
	*d = (struct division){.unit = unit, .head = first_of(&heads), .staff = NEW_ARRAY(env->arena, staff.n, struct person_id), .n_staff = staff.n};
	for (size_t i = 0; i < staff.n; i++)
		d->staff[i] = staff.v[i].person;
	return true;
}

static bool add_house(struct maker *m, struct env *env, const struct agency *a, struct date day, struct err *e)
{
	struct officers directors = {0}, clerks = {0};
	struct units units = {0};
	struct house h = {.agency = a->id, .from = day, .to = a->valid_to.has ? a->valid_to.v : (struct date){INT32_MAX}};
	if (!directory_holders_in_agency(env, ROLE_DIRECTOR, a->id, day, &directors, e) || !directory_holders_in_agency(env, ROLE_CLERK, a->id, day, &clerks, e) ||
	    !directory_units(env, a->id, day, &units, e))
		return false;
	if (!directors.n || !clerks.n)
		return true;
	h.director = first_of(&directors);
	h.leadership = directors.v[0].unit;
	h.clerk = first_of(&clerks);
	h.office = clerks.v[0].unit;
	h.divisions = NEW_ARRAY(m->arena, units.n, struct division);
	for (size_t i = 0; i < units.n; i++)
		if (units.v[i].kind == UNIT_DIVISION && units.v[i].id.v != h.office.v && !add_division(env, &h, units.v[i].id, day, e))
			return false;
	CHECK(m->n_houses < ARRAY_LEN(m->houses));
	if (h.n_divisions)
		m->houses[m->n_houses++] = h;
	return true;
}

static bool knows(const struct maker *m, struct agency_id id)
{
	for (size_t i = 0; i < m->n_houses; i++)
		if (m->houses[i].agency.v == id.v)
			return true;
	return false;
}

static bool add_counters(struct maker *m, struct env *env, struct err *e)
{
	struct officers all = {0};
	m->reception = m->c->people->reception;
	if (!directory_holders(env, ROLE_COUNTER, m->reception, date_of(m->begin), &all, e))
		return false;
	for (size_t i = 0; i < all.n && m->n_counters < ARRAY_LEN(m->counters); i++)
		m->counters[m->n_counters++] = all.v[i].person;
	return m->n_counters > 0 || err_set(e, ERR_INTERNAL, "nobody receives at the centre on %s", date_format(env->arena, date_of(m->begin)).p);
}

bool house_find(struct maker *m, struct err *e)
{
	struct env env = env_of(m);
	struct agencies all;
	const struct date days[] = {date_of(m->begin), date_of(m->c->until)};
	for (size_t d = 0; d < ARRAY_LEN(days); d++) {
		if (!directory_agencies(&env, days[d], &all, e))
			return err_wrap(e, "agencies");
		for (size_t i = 0; i < all.n; i++) {
			struct agency *a = &all.v[i];
			struct date day = a->valid_from.day > days[0].day ? a->valid_from : days[0];
			if (a->kind == AGENCY_DEPARTMENT && !knows(m, a->id) && !add_house(m, &env, a, day, e))
				return err_wrap(e, "agencies");
		}
	}
	return add_counters(m, &env, e) && (m->n_houses > 0 || err_set(e, ERR_INTERNAL, "no department has people"));
}

void house_cast(const struct maker *m, const struct life *l, uint64_t *chance, struct cast *out)
{
	const struct house *h = &m->houses[l->house];
	uint64_t field = 14695981039346656037ULL;
	for (size_t i = 0; i < l->p->p->field.n; i++)
		field = (field ^ (uint8_t)l->p->p->field.p[i]) * 1099511628211ULL;
	const struct division *d = &h->divisions[mix(field) % h->n_divisions];
	if (share(chance) < 0.3) /* the division with the sign-ins has some of every field */
		for (size_t i = 0; i < h->n_divisions; i++)
			if (h->divisions[i].unit.v == m->c->people->division.v)
				d = &h->divisions[i];
	*out = (struct cast){{[IN_RECEPTION] = m->reception.v, [IN_AGENCY] = h->agency.v, [IN_LEADERSHIP] = h->leadership.v, [IN_OFFICE] = h->office.v, [IN_DIVISION] = d->unit.v,
	                      [IN_COUNTER] = m->counters[draw(chance) % m->n_counters].v, [IN_HEAD] = d->head.v, [IN_SPECIALIST] = d->staff[draw(chance) % d->n_staff].v,
	                      [IN_DIRECTOR] = h->director.v, [IN_CLERK] = h->clerk.v, [IN_ACCOUNT] = l->account == 1 ? m->c->citizen : l->account == 2 ? m->c->business : 0}};
}
