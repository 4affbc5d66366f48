/* house.c — who receives and who settles: the agencies of the directory as they are on the days of the sample. */
#include "sample/internal.h"

static struct env env_of(struct maker *m) { return (struct env){.arena = m->arena, .db = m->stage, .now = m->begin, .actor = &actor_program, .ids = &m->stage_ids}; }

static struct person_id first_of(const struct officers *all) { return all->n ? all->v[0].person : (struct person_id){0}; }

static struct person_id *people_of(struct arena *a, const struct officers *x)
{
	struct person_id *out = NEW_ARRAY(a, x->n ? x->n : 1, struct person_id);
	for (size_t i = 0; i < x->n; i++)
		out[i] = x->v[i].person;
	return out;
}

static bool add_division(struct env *env, struct house *h, const struct unit *unit, struct date day, struct err *e)
{
	struct officers heads = {0}, staff = {0};
	if (!directory_holders(env, ROLE_HEAD, unit->id, day, &heads, e) || !directory_holders(env, ROLE_SPECIALIST, unit->id, day, &staff, e))
		return false;
	if (!heads.n || !staff.n)
		return true;
	h->divisions[h->n_divisions++] = (struct division){.unit = unit->id, .code = unit->code, .head = first_of(&heads), .staff = people_of(env->arena, &staff), .n_staff = staff.n};
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
		if (units.v[i].kind == UNIT_DIVISION && units.v[i].id.v != h.office.v && !add_division(env, &h, &units.v[i], day, e))
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

/* The centre's hall and counters that have people on the first day and on the last. */
static bool add_halls(struct maker *m, struct env *env, struct err *e)
{
	struct units all = {0};
	struct date day = date_of(m->begin), last = date_of(m->c->until);
	if (!directory_units(env, m->c->people->centre, day, &all, e))
		return err_wrap(e, "counters");
	for (int below = 0; below < 2; below++)
		for (size_t i = 0; i < all.n && m->n_halls < ARRAY_LEN(m->halls); i++) {
			struct officers now = {0}, then = {0};
			if (all.v[i].kind != UNIT_RECEPTION || (all.v[i].parent.v != 0) != below)
				continue;
			if (!directory_holders(env, ROLE_COUNTER, all.v[i].id, day, &now, e) || !directory_holders(env, ROLE_COUNTER, all.v[i].id, last, &then, e))
				return err_wrap(e, "counters");
			if (now.n && then.n)
				m->halls[m->n_halls++] = (struct hall){all.v[i].id, people_of(m->arena, &now), now.n};
		}
	return m->n_halls > 0 || err_set(e, ERR_INTERNAL, "nobody receives at the centre on %s", date_format(env->arena, day).p);
}

/* Another agency's divisions are asked, and settle nothing: the procedures, and what stands on their results, are one department's. */
static bool add_advisers(struct maker *m, struct env *env, const struct agency *a, struct date day, struct err *e)
{
	struct units units = {0};
	if (!directory_units(env, a->id, day, &units, e))
		return false;
	m->advisers_cap += units.n;
	struct adviser *all = NEW_ARRAY(m->arena, m->advisers_cap, struct adviser);
	for (size_t i = 0; i < m->n_advisers; i++)
		all[i] = m->advisers[i];
	m->advisers = all;
	for (size_t i = 0; i < units.n; i++) {
		struct officers heads = {0};
		if (units.v[i].kind != UNIT_DIVISION || str_eq(units.v[i].code, STR("VP")))
			continue;
		if (!directory_holders(env, ROLE_HEAD, units.v[i].id, day, &heads, e))
			return false;
		if (heads.n)
			m->advisers[m->n_advisers++] = (struct adviser){units.v[i].id, first_of(&heads), day};
	}
	return true;
}

static bool settles(const struct maker *m, struct agency_id a) { return a.v == m->c->people->department.v || a.v == m->c->people->department_2017.v; }

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
			if (a->kind != AGENCY_DEPARTMENT)
				continue;
			if (!settles(m, a->id) ? d == 1 && !add_advisers(m, &env, a, day, e) : !knows(m, a->id) && !add_house(m, &env, a, day, e))
				return err_wrap(e, "agencies");
		}
	}
	return add_halls(m, &env, e) && (m->n_houses > 0 || err_set(e, ERR_INTERNAL, "no department has people"));
}

/* Which division has a field, by its code before and since 2025. A field that is not here: chance. */
static const struct { const char *field, *codes[2]; } of_field[] = {
	{"Hoạt động khoa học", {"QLKH", "KHCS"}}, {"Chuyển giao", {"QLCN", "CNDM"}}, {"Sở hữu", {"QLCNG", "CNDM"}}, {"Tiêu chuẩn", {"TDC-TCCL", "TDC-QL"}},
	{"Tiêu chuẩn", {"TDC-DL", "TDC-QL"}}, {"Năng lượng", {"QLCNG", "CNG"}}, {"Bưu chính", {"KHTC", "BCVT"}}, {"Tần số", {"QLCN", "BCVT"}}};

static const struct division *division_of(const struct maker *m, const struct house *h, const struct life *l, uint64_t *chance)
{
	const struct division *fit[16];
	size_t n = 0;
	bool some = share(chance) < 0.25; /* the division with the sign-ins has some of every field */
	for (size_t i = 0; i < h->n_divisions && some; i++)
		if (h->divisions[i].unit.v == m->c->people->division.v)
			return &h->divisions[i];
	for (size_t k = 0; k < ARRAY_LEN(of_field); k++)
		for (size_t i = 0; i < h->n_divisions && n < ARRAY_LEN(fit) && str_starts(l->p->p->field, str_from(of_field[k].field)); i++)
			if (str_eq(h->divisions[i].code, str_from(of_field[k].codes[0])) || str_eq(h->divisions[i].code, str_from(of_field[k].codes[1])))
				fit[n++] = &h->divisions[i];
	return n ? fit[draw(chance) % n] : &h->divisions[draw(chance) % h->n_divisions];
}

/* A division of another agency of that day; before there were any, the next one of the same. */
static struct adviser adviser_of(const struct maker *m, const struct house *h, const struct division *d, struct date day, uint64_t *chance)
{
	const struct division *next = &h->divisions[((size_t)(d - h->divisions) + 1) % h->n_divisions];
	const struct adviser *x = m->n_advisers ? &m->advisers[draw(chance) % m->n_advisers] : NULL;
	return x && x->from.day <= day.day ? *x : (struct adviser){next->unit, next->head, day};
}

/* Half comes to the hall, where the sign-in is. */
static const struct hall *hall_of(const struct maker *m, uint64_t *chance)
{
	return m->n_halls == 1 || share(chance) < 0.5 ? &m->halls[0] : &m->halls[1 + draw(chance) % (m->n_halls - 1)];
}

void house_cast(const struct maker *m, const struct life *l, struct date day, uint64_t *chance, struct cast *out)
{
	const struct house *h = &m->houses[l->house];
	const struct division *d = division_of(m, h, l, chance);
	const struct hall *hall = hall_of(m, chance);
	struct adviser asked = adviser_of(m, h, d, day, chance);
	*out = (struct cast){{[IN_RECEPTION] = hall->unit.v, [IN_AGENCY] = h->agency.v, [IN_LEADERSHIP] = h->leadership.v, [IN_OFFICE] = h->office.v, [IN_DIVISION] = d->unit.v,
	                      [IN_COUNTER] = hall->staff[draw(chance) % hall->n_staff].v, [IN_HEAD] = d->head.v, [IN_SPECIALIST] = d->staff[draw(chance) % d->n_staff].v,
	                      [IN_DIRECTOR] = h->director.v, [IN_CLERK] = h->clerk.v, [IN_ACCOUNT] = l->account == 1 ? m->c->citizen : l->account == 2 ? m->c->business : 0,
	                      [IN_ASKED] = asked.unit.v, [IN_ADVISER] = asked.head.v}};
}
