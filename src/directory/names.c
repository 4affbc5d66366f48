/* names.c — names of many people and units at once. See directory.h. */
#include "core/db/id.h"
#include "directory/directory.h"
#include "directory/directory_sql.h"

struct names names_begin(struct arena *a) { return (struct names){.people = buf_on(a), .units = buf_on(a)}; }

void names_want(struct names *x, int64_t person, int64_t unit)
{
	if (person && person != x->last_person)
		id_list_add(&x->people, x->last_person = person);
	if (unit && unit != x->last_unit)
		id_list_add(&x->units, x->last_unit = unit);
}

static bool load_people(struct env *env, struct names *x, struct err *e)
{
	struct person_names_rows rows = {0};
	if (!q_person_names(env->db, env->arena, id_list(&x->people), &rows, e))
		return err_wrap(e, "names of people");
	x->person = NEW_ARRAY(env->arena, rows.n, struct name);
	for (; x->n_person < rows.n; x->n_person++)
		x->person[x->n_person] = (struct name){rows.v[x->n_person].id.v, rows.v[x->n_person].name};
	return true;
}

static bool load_units(struct env *env, struct names *x, struct err *e)
{
	struct unit_names_rows rows = {0};
	if (!q_unit_names(env->db, env->arena, id_list(&x->units), &rows, e))
		return err_wrap(e, "names of units");
	x->unit = NEW_ARRAY(env->arena, rows.n, struct name);
	for (; x->n_unit < rows.n; x->n_unit++)
		x->unit[x->n_unit] = (struct name){rows.v[x->n_unit].id.v, rows.v[x->n_unit].name};
	return true;
}

bool names_load(struct env *env, struct names *x, struct err *e)
{
	return (!x->people.n || load_people(env, x, e)) && (!x->units.n || load_units(env, x, e));
}

static struct str find(const struct name *v, size_t n, int64_t id)
{
	for (size_t i = 0; i < n; i++)
		if (v[i].id == id)
			return v[i].name;
	return STR("");
}

struct str names_person(const struct names *x, int64_t id) { return find(x->person, x->n_person, id); }
struct str names_unit(const struct names *x, int64_t id) { return find(x->unit, x->n_unit, id); }
