/* directory.c — see directory.h: look-ups, and who may act. */
#include "directory/directory_internal.h"
#include "directory/kept.h"
#include "core/log/log.h"

/* A chain of substitutes longer than this is a mistake, not a plan. */
#define CHAIN_MAX 8

static const char *const agency_kinds[AGENCY_KIND_COUNT] = {"province", "department", "district", "commune", "centre"};
static const char *const unit_kinds[UNIT_KIND_COUNT] = {"leadership", "division", "branch", "service", "reception"};

static size_t kind_index(const char *const *names, size_t n, struct str s)
{
	size_t i = 0;
	while (i < n && !str_eq(s, str_from(names[i])))
		i++;
	if (i < n)
		return i;
	log_event(LOG_ERROR, "database holds what its table refuses", log_text("column", "kind of agency or unit"));
	return 0;
}

const char *agency_kind_name(enum agency_kind k) { CHECK((size_t)k < AGENCY_KIND_COUNT); return agency_kinds[k]; }
const char *unit_kind_name(enum unit_kind k) { CHECK((size_t)k < UNIT_KIND_COUNT); return unit_kinds[k]; }

/* ---- looking up ---- */

#define AGENCY_FROM(r)                                                                                              \
	((struct agency){.id = (r)->id, .parent = (r)->parent, .successor = (r)->successor, .code = (r)->code,      \
	                 .name = (r)->name, .short_name = (r)->short_name, .address = (r)->address,                 \
	                 .phone = (r)->phone, .email = (r)->email, .website = (r)->website,                         \
	                 .kind = (enum agency_kind)kind_index(agency_kinds, AGENCY_KIND_COUNT, (r)->kind),          \
	                 .is_centre = (r)->is_centre, .valid_from = (r)->valid_from, .valid_to = (r)->valid_to})
#define UNIT_FROM(r)                                                                                                \
	((struct unit){.id = (r)->id, .parent = (r)->parent, .successor = (r)->successor, .agency = (r)->agency,    \
	               .code = (r)->code, .name = (r)->name,                                                        \
	               .kind = (enum unit_kind)kind_index(unit_kinds, UNIT_KIND_COUNT, (r)->kind),                  \
	               .valid_from = (r)->valid_from, .valid_to = (r)->valid_to})

bool directory_mark(struct env *env, int64_t *changes, struct err *e)
{
	struct directory_mark_get_row row = {0};
	bool found = false;
	if (!q_directory_mark_get(env->db, env->arena, &row, &found, e))
		return err_wrap(e, "changes of the directory");
	*changes = row.value;
	return true;
}

bool directory_agency(struct env *env, struct agency_id id, struct agency *out, bool *found, struct err *e)
{
	struct agency_get_row r = {0};
	if (!q_agency_get(env->db, env->arena, id, &r, found, e))
		return false;
	if (*found)
		*out = AGENCY_FROM(&r);
	return true;
}

static const size_t unit_texts[] = {offsetof(struct unit, code), offsetof(struct unit, name)};
static const struct kept_shape unit_shape = {sizeof(struct unit), unit_texts, ARRAY_LEN(unit_texts)};

bool directory_unit(struct env *env, struct unit_id id, struct unit *out, bool *found, struct err *e)
{
	struct kept_ask ask = {.what = KEPT_UNIT, .unit = id.v};
	struct unit_get_row r = {0};
	size_t n = 0;
	const struct unit *kept = kept_find(env, &ask, &unit_shape, &n);
	if (!kept && !q_unit_get(env->db, env->arena, id, &r, found, e))
		return false;
	*found = kept || *found;
	if (*found)
		*out = kept ? *kept : UNIT_FROM(&r);
	if (*found && !kept)
		kept_put(env, &ask, &unit_shape, out, 1);
	return true;
}

bool directory_person(struct env *env, struct person_id id, struct official *out, bool *found, struct err *e)
{
	struct person_get_row r = {0};
	if (!q_person_get(env->db, env->arena, id, &r, found, e))
		return false;
	*out = (struct official){.id = r.id, .name = r.name, .title = r.title, .email = r.email, .phone = r.phone, .left_on = r.left_on};
	return true;
}

bool directory_agency_by_code(struct env *env, struct str code, struct date day, struct agency *out, bool *found, struct err *e)
{
	struct agency_of_code_row r = {0};
	if (!q_agency_of_code(env->db, env->arena, code, day, &r, found, e))
		return false;
	return *found ? directory_agency(env, r.id, out, found, e) : true;
}

bool directory_unit_by_code(struct env *env, struct agency_id agency, struct str code, struct date day, struct unit *out, bool *found, struct err *e)
{
	struct unit_of_code_row r = {0};
	if (!q_unit_of_code(env->db, env->arena, agency, code, day, &r, found, e))
		return false;
	return *found ? directory_unit(env, r.id, out, found, e) : true;
}

bool directory_agencies(struct env *env, struct date day, struct agencies *out, struct err *e)
{
	struct agency_on_day_rows rows = {0};
	if (!q_agency_on_day(env->db, env->arena, day, &rows, e))
		return false;
	*out = (struct agencies){.v = NEW_ARRAY(env->arena, rows.n, struct agency), .n = rows.n};
	for (size_t i = 0; i < rows.n; i++)
		out->v[i] = AGENCY_FROM(&rows.v[i]);
	return true;
}

bool directory_masthead(struct env *env, struct date day, struct masthead *out, struct err *e)
{
	struct agencies all;
	const struct agency *province = NULL, *centre = NULL, *other = NULL;
	size_t provinces = 0, centres = 0, others = 0;
	*out = (struct masthead){0};
	if (!directory_agencies(env, day, &all, e))
		return false;
	for (size_t i = 0; i < all.n; i++)
		if (all.v[i].kind == AGENCY_PROVINCE)
			province = &all.v[i], provinces++;
	for (size_t i = 0; i < all.n; i++) {
		const struct agency *x = &all.v[i];
		if (x->is_centre && (!x->parent.v || (province && x->parent.v == province->id.v))) /* a commune's centre is below the commune */
			centre = x, centres++;
		if (x->kind != AGENCY_PROVINCE)
			other = x, others++;
	}
	const struct agency *shown = centres == 1 ? centre : others == 1 ? other : provinces == 1 ? province : NULL;
	if (shown)
		out->name = shown->name;
	if (shown && province && shown != province)
		out->over = province->name;
	return true;
}

bool directory_units(struct env *env, struct agency_id agency, struct date day, struct units *out, struct err *e)
{
	struct kept_ask ask = {.what = KEPT_UNITS, .agency = agency.v, .day = day.day};
	struct unit_on_day_rows rows = {0};
	*out = (struct units){0};
	if ((out->v = kept_find(env, &ask, &unit_shape, &out->n)))
		return true;
	if (!q_unit_on_day(env->db, env->arena, agency, day, &rows, e))
		return false;
	*out = (struct units){.v = NEW_ARRAY(env->arena, rows.n, struct unit), .n = rows.n};
	for (size_t i = 0; i < rows.n; i++)
		out->v[i] = UNIT_FROM(&rows.v[i]);
	kept_put(env, &ask, &unit_shape, out->v, out->n);
	return true;
}

/* ---- who ---- */

bool directory_roles(struct env *env, struct person_id person, struct date day, struct actor_role **held, size_t *n, struct err *e)
{
	struct person_roles_rows roles = {0};
	struct person_postings_rows postings = {0};
	if (!q_person_roles(env->db, env->arena, person, day, &roles, e) ||
	    !q_person_postings(env->db, env->arena, person, day, &postings, e))
		return false;
	*held = NEW_ARRAY(env->arena, roles.n + postings.n, struct actor_role);
	*n = 0;
	for (size_t i = 0; i < roles.n; i++) {
		enum role role = ROLE_STRANGER;
		if (!role_from_name(roles.v[i].role, &role))
			return err_set(e, ERR_INTERNAL, "role_held: a role that the table refuses");
		(*held)[(*n)++] = (struct actor_role){.role = role, .unit = roles.v[i].unit.v, .agency = roles.v[i].agency.v};
	}
	for (size_t i = 0; i < postings.n; i++)
		(*held)[(*n)++] = (struct actor_role){.role = ROLE_COUNTER, .unit = postings.v[i].unit.v, .agency = postings.v[i].agency.v};
	return true;
}

bool directory_standing(struct env *env, struct person_id person, struct date day, struct standing *out, struct err *e)
{
	struct person_id seen[CHAIN_MAX];
	*out = (struct standing){.acting = person};
	for (size_t n = 0; n < CHAIN_MAX; n++) {
		struct absence_on_day_row r = {0};
		bool found = false;
		if (!q_absence_on_day(env->db, env->arena, out->acting, day, &r, &found, e))
			return false;
		if (!found)
			return true;
		if (n == 0)
			*out = (struct standing){.absent = true, .until = r.last_day, .acting = person};
		seen[n] = out->acting;
		out->acting = r.substitute;
		out->acting_name = r.substitute_name;
		bool circle = r.substitute.v == 0;
		for (size_t i = 0; i <= n; i++)
			circle = circle || seen[i].v == r.substitute.v;
		if (circle)
			break;
	}
	out->acting = (struct person_id){0};
	out->acting_name = STR_NONE;
	return true;
}

static bool add_standing(struct env *env, struct officers *list, struct date day, struct err *e)
{
	for (size_t i = 0; i < list->n; i++) {
		struct standing s = {.acting = list->v[i].person};
		struct officer *o = &list->v[i];
		if (o->absent && !directory_standing(env, o->person, day, &s, e))
			return false;
		o->absent = s.absent;
		o->acting = s.acting;
		o->acting_name = s.absent ? s.acting_name : o->name;
	}
	return true;
}

static bool add_posted(struct env *env, struct officers *list, const struct posting_holders_in *in, struct err *e)
{
	struct posting_holders_rows rows = {0};
	if (!q_posting_holders(env->db, env->arena, in->unit, in->agency, in->day, &rows, e))
		return false;
	struct officer *v = NEW_ARRAY(env->arena, list->n + rows.n, struct officer);
	for (size_t i = 0; i < list->n; i++)
		v[i] = list->v[i];
	for (size_t i = 0; i < rows.n; i++)
		v[list->n + i] = (struct officer){.person = rows.v[i].person, .unit = rows.v[i].unit, .role = ROLE_COUNTER,
		                                  .name = rows.v[i].name, .title = rows.v[i].title, .by_posting = true, .absent = rows.v[i].is_away,
		                                  .is_substitute = str_eq(rows.v[i].kind, STR("substitute"))};
	*list = (struct officers){.v = v, .n = list->n + rows.n};
	return true;
}

static bool read_holders(struct env *env, enum role role, const struct role_holders_in *in, struct officers *out, struct err *e)
{
	struct role_holders_rows rows = {0};
	if (!q_role_holders(env->db, env->arena, in, &rows, e))
		return false;
	*out = (struct officers){.v = NEW_ARRAY(env->arena, rows.n, struct officer), .n = rows.n};
	for (size_t i = 0; i < rows.n; i++)
		out->v[i] = (struct officer){.person = rows.v[i].person, .unit = rows.v[i].unit, .role = role, .name = rows.v[i].name,
		                             .title = rows.v[i].title, .is_deputy = rows.v[i].is_deputy, .absent = rows.v[i].is_away};
	const struct posting_holders_in posted = {.unit = in->unit, .agency = in->agency, .day = in->day};
	if (role == ROLE_COUNTER && !add_posted(env, out, &posted, e))
		return false;
	return add_standing(env, out, in->day, e);
}

static bool holders(struct env *env, enum role role, const struct role_holders_in *in, struct officers *out, struct err *e)
{
	static const size_t texts[] = {offsetof(struct officer, name), offsetof(struct officer, title), offsetof(struct officer, acting_name)};
	static const struct kept_shape shape = {sizeof(struct officer), texts, ARRAY_LEN(texts)};
	struct kept_ask ask = {.what = KEPT_HOLDERS, .role = role, .unit = in->unit.v, .agency = in->agency.v, .day = in->day.day};
	*out = (struct officers){0};
	if ((out->v = kept_find(env, &ask, &shape, &out->n)))
		return true;
	if (!read_holders(env, role, in, out, e))
		return false;
	kept_put(env, &ask, &shape, out->v, out->n);
	return true;
}

bool directory_holders(struct env *env, enum role role, struct unit_id unit, struct date day, struct officers *out, struct err *e)
{
	return holders(env, role, &(struct role_holders_in){.role = str_from(role_name(role)), .unit = unit, .day = day}, out, e);
}

bool directory_holders_in_agency(struct env *env, enum role role, struct agency_id agency, struct date day, struct officers *out, struct err *e)
{
	return holders(env, role, &(struct role_holders_in){.role = str_from(role_name(role)), .agency = agency, .day = day}, out, e);
}

static bool add_team(struct env *env, const struct actor_role *held, struct date day, struct officers *team, struct person_id chief, struct err *e)
{
	static const enum role roles[] = {ROLE_DIRECTOR, ROLE_HEAD, ROLE_SPECIALIST, ROLE_CLERK, ROLE_COUNTER, ROLE_INSPECTOR};
	for (size_t i = 0; i < ARRAY_LEN(roles); i++) {
		struct officers more = {0};
		bool ok = held->role == ROLE_DIRECTOR ? directory_holders_in_agency(env, roles[i], (struct agency_id){held->agency}, day, &more, e)
		                                      : directory_holders(env, roles[i], (struct unit_id){held->unit}, day, &more, e);
		if (!ok)
			return false;
		struct officer *all = NEW_ARRAY(env->arena, team->n + more.n, struct officer);
		for (size_t k = 0; k < team->n; k++)
			all[k] = team->v[k];
		team->v = all;
		for (size_t k = 0; k < more.n; k++) {
			bool known = more.v[k].person.v == chief.v;
			for (size_t j = 0; j < team->n && !known; j++)
				known = all[j].person.v == more.v[k].person.v;
			if (!known)
				all[team->n++] = more.v[k];
		}
	}
	return true;
}

bool directory_team(struct env *env, struct person_id chief, struct date day, struct officers *out, struct err *e)
{
	struct actor_role *held = NULL;
	size_t n = 0;
	*out = (struct officers){0};
	if (!directory_roles(env, chief, day, &held, &n, e))
		return false;
	for (size_t i = 0; i < n; i++)
		if ((held[i].role == ROLE_HEAD || held[i].role == ROLE_DIRECTOR) && !add_team(env, &held[i], day, out, chief, e))
			return err_wrap(e, "whom one leads");
	return true;
}

bool directory_may_act(struct env *env, struct person_id person, enum role role, struct unit_id unit, struct date day, bool *may, struct person_id *instead_of, struct err *e)
{
	struct officers list;
	*may = false;
	*instead_of = (struct person_id){0};
	if (!directory_holders(env, role, unit, day, &list, e))
		return false;
	for (size_t i = 0; i < list.n; i++)
		if (list.v[i].person.v == person.v) {
			*may = true;
			*instead_of = (struct person_id){0};
			return true;
		} else if (list.v[i].absent && list.v[i].acting.v == person.v && !*may) {
			*may = true;
			*instead_of = list.v[i].person;
		}
	return true;
}

bool directory_public_staff(struct env *env, struct unit_id unit, struct date day, struct public_officers *out, struct err *e)
{
	struct public_staff_rows rows = {0};
	if (!q_public_staff(env->db, env->arena, unit, day, &rows, e))
		return false;
	*out = (struct public_officers){.v = NEW_ARRAY(env->arena, rows.n, struct public_officer), .n = rows.n};
	for (size_t i = 0; i < rows.n; i++)
		out->v[i] = (struct public_officer){.unit = rows.v[i].unit, .unit_name = rows.v[i].unit_name, .name = rows.v[i].name,
		                                    .position = rows.v[i].position, .title = rows.v[i].title, .field = rows.v[i].field,
		                                    .phone = rows.v[i].phone};
	return true;
}

/* ---- lists of one person, for administration ---- */

bool directory_person_record(struct env *env, struct person_id person, struct person_record *out, struct err *e)
{
	struct person_role_list_rows roles = {0};
	struct person_posting_list_rows postings = {0};
	struct person_absence_list_rows absences = {0};
	if (!q_person_role_list(env->db, env->arena, person, &roles, e) ||
	    !q_person_posting_list(env->db, env->arena, person, &postings, e) ||
	    !q_person_absence_list(env->db, env->arena, person, &absences, e))
		return false;
	size_t most = roles.n + postings.n + absences.n;
	*out = (struct person_record){.roles = NEW_ARRAY(env->arena, most, struct person_line),
	                              .postings = NEW_ARRAY(env->arena, most, struct person_line),
	                              .absences = NEW_ARRAY(env->arena, most, struct person_line)};
	for (size_t i = 0; i < roles.n; i++)
		out->roles[out->n_roles++] = (struct person_line){.id = roles.v[i].id.v, .word = roles.v[i].role, .text = roles.v[i].title,
			.unit = roles.v[i].unit_name, .agency = roles.v[i].agency_name, .from = roles.v[i].valid_from, .to = roles.v[i].valid_to};
	for (size_t i = 0; i < postings.n; i++)
		out->postings[out->n_postings++] = (struct person_line){.id = postings.v[i].id.v, .word = postings.v[i].kind,
			.text = postings.v[i].field, .unit = postings.v[i].unit_name, .agency = postings.v[i].agency_name,
			.from = postings.v[i].valid_from, .to = OPT_DATE(postings.v[i].valid_to)};
	for (size_t i = 0; i < absences.n; i++)
		out->absences[out->n_absences++] = (struct person_line){.id = absences.v[i].id.v, .word = absences.v[i].reason,
			.text = absences.v[i].substitute_name, .from = absences.v[i].first_day, .to = OPT_DATE(absences.v[i].last_day)};
	return true;
}

bool directory_people(struct env *env, struct date day, struct officers *out, struct err *e)
{
	struct person_on_day_rows rows = {0};
	if (!q_person_on_day(env->db, env->arena, day, &rows, e))
		return false;
	*out = (struct officers){.v = NEW_ARRAY(env->arena, rows.n, struct officer), .n = rows.n};
	for (size_t i = 0; i < rows.n; i++)
		out->v[i] = (struct officer){.person = rows.v[i].id, .name = rows.v[i].name, .title = rows.v[i].title};
	return true;
}
