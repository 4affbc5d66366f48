/* directory_tree.c — renaming and closing agencies, units and posts, and moving people: see directory.h. */
#include "core/text/text.h"
#include "directory/directory_internal.h"

static struct str day_text(struct env *env, struct date d) { return date_format(env->arena, d); }

static bool unit_there(struct env *env, struct unit_id id, struct unit *out, struct err *e)
{
	bool found = false;
	if (!directory_unit(env, id, out, &found, e))
		return false;
	return found ? true : err_set(e, ERR_NOT_FOUND, "no such unit");
}

static bool agency_there(struct env *env, struct agency_id id, struct agency *out, struct err *e)
{
	bool found = false;
	if (!directory_agency(env, id, out, &found, e))
		return false;
	return found ? true : err_set(e, ERR_NOT_FOUND, "no such agency");
}

/* ---- names ---- */

/* What was called `name` since `begun` was called so until the day before `from`. */
static bool keep_name(struct env *env, struct former_insert_in in, struct date begun, struct opt_date end, struct date from, struct err *e)
{
	struct former_last_row last = {0};
	bool found = false;
	if (!q_former_last(env->db, env->arena, in.agency, in.unit, &last, &found, e))
		return false;
	in.id = (struct former_name_id){id_new(env->ids, env->now)};
	in.valid_from = last.last.has ? (struct date){last.last.v.day + 1} : begun;
	in.valid_to = (struct date){from.day - 1};
	if (from.day > date_of(env->now).day || in.valid_to.day < in.valid_from.day || (end.has && from.day > end.v.day))
		return err_set(e, ERR_INVALID, "the new name's first day is after today, before the present name's second day, or after the end");
	return q_former_insert(env->db, &in, NULL, e);
}

bool directory_agency_rename(struct env *env, struct agency_id id, struct str name, struct str short_name, struct date from, struct err *e)
{
	struct agency a;
	if (!agency_there(env, id, &a, e))
		return false;
	if (str_trim(name).n == 0 || str_eq(name, a.name))
		return err_set(e, ERR_INVALID, "another name is wanted");
	const struct former_insert_in old = {.agency = id, .name = a.name, .short_name = a.short_name};
	const struct agency_rename_in in = {.id = id, .name = name, .short_name = short_name.n ? short_name : name, .sort_key = text_sort_key(env->arena, name)};
	struct str body = str_fmt(env->arena, "{\"from\":\"%.*s\"}", STR_ARG(day_text(env, from)));
	return keep_name(env, old, a.valid_from, a.valid_to, from, e) && q_agency_rename(env->db, &in, NULL, e) &&
	       directory_record(env, "directory.agency_rename", id.v, body, e);
}

bool directory_unit_rename(struct env *env, struct unit_id id, struct str name, struct date from, struct err *e)
{
	struct unit u;
	if (!unit_there(env, id, &u, e))
		return false;
	if (str_trim(name).n == 0 || str_eq(name, u.name))
		return err_set(e, ERR_INVALID, "another name is wanted");
	const struct former_insert_in old = {.unit = id, .name = u.name, .short_name = STR("")};
	struct str body = str_fmt(env->arena, "{\"from\":\"%.*s\"}", STR_ARG(day_text(env, from)));
	return keep_name(env, old, u.valid_from, u.valid_to, from, e) &&
	       q_unit_rename(env->db, id, name, text_sort_key(env->arena, name), NULL, e) &&
	       directory_record(env, "directory.unit_rename", id.v, body, e);
}

bool directory_former_names(struct env *env, struct agency_id agency, struct unit_id unit, struct former_names *out, struct err *e)
{
	struct former_list_rows rows = {0};
	if (!q_former_list(env->db, env->arena, agency, unit, &rows, e))
		return false;
	*out = (struct former_names){NEW_ARRAY(env->arena, rows.n, struct former_name), rows.n};
	for (size_t i = 0; i < rows.n; i++)
		out->v[i] = (struct former_name){rows.v[i].name, rows.v[i].valid_from, rows.v[i].valid_to};
	return true;
}

/* ---- posts ---- */

bool directory_post_end(struct env *env, struct post_id id, struct unit_id unit, struct date last, struct err *e)
{
	struct post_get_row r = {0};
	bool found = false;
	if (!q_post_get(env->db, env->arena, id, &r, &found, e))
		return false;
	if (!found || r.unit.v != unit.v)
		return err_set(e, ERR_NOT_FOUND, "no such post in the unit");
	if (r.valid_to.has && r.valid_to.v.day <= last.day)
		return err_set(e, ERR_CONFLICT, "the post ended before that day");
	bool ok = last.day < r.valid_from.day ? q_post_delete(env->db, id, NULL, e) : q_post_close(env->db, id, last, NULL, e);
	return ok && directory_record(env, "directory.post_end", unit.v, str_fmt(env->arena, "{\"last\":\"%.*s\"}", STR_ARG(day_text(env, last))), e);
}

bool directory_posts(struct env *env, struct unit_id unit, struct date day, struct posts *out, struct err *e)
{
	struct unit_posts_rows rows = {0};
	if (!q_unit_posts(env->db, env->arena, unit, day, &rows, e))
		return false;
	*out = (struct posts){NEW_ARRAY(env->arena, rows.n, struct post), rows.n};
	for (size_t i = 0; i < rows.n; i++)
		out->v[i] = (struct post){.id = rows.v[i].id, .title = rows.v[i].title, .role = rows.v[i].role, .seats = rows.v[i].seats,
		                          .from = rows.v[i].valid_from, .to = rows.v[i].valid_to};
	return true;
}

bool directory_unit_people(struct env *env, struct unit_id unit, struct date day, struct unit_people *out, struct err *e)
{
	struct unit_roles_rows roles = {0};
	struct unit_postings_rows postings = {0};
	if (!q_unit_roles(env->db, env->arena, unit, day, &roles, e) || !q_unit_postings(env->db, env->arena, unit, day, &postings, e))
		return false;
	*out = (struct unit_people){.v = NEW_ARRAY(env->arena, roles.n + postings.n, struct unit_person)};
	for (size_t i = 0; i < roles.n; i++)
		out->v[out->n++] = (struct unit_person){.person = roles.v[i].person, .name = roles.v[i].name, .text = roles.v[i].title,
			.word = roles.v[i].role, .from = roles.v[i].valid_from, .to = roles.v[i].valid_to};
	for (size_t i = 0; i < postings.n; i++)
		out->v[out->n++] = (struct unit_person){.person = postings.v[i].person, .name = postings.v[i].name, .text = postings.v[i].field,
			.word = postings.v[i].kind, .posted = true, .from = postings.v[i].valid_from, .to = OPT_DATE(postings.v[i].valid_to)};
	return true;
}

/* ---- closing ---- */

static void touch(struct env *env, struct persons *p, struct person_id id)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->v[i].v == id.v)
			return;
	struct person_id *v = NEW_ARRAY(env->arena, p->n + 1, struct person_id);
	for (size_t i = 0; i < p->n; i++)
		v[i] = p->v[i];
	v[p->n++] = id;
	p->v = v;
}

/* Roles, postings, posts and what is published of the unit's people end with it. */
static bool end_people(struct env *env, struct unit_id unit, struct date last, struct persons *touched, struct err *e)
{
	struct date after = {last.day + 1};
	struct unit_roles_rows roles = {0};
	struct unit_postings_rows postings = {0};
	struct person_id person;
	if (!q_unit_roles(env->db, env->arena, unit, after, &roles, e) || !q_unit_postings(env->db, env->arena, unit, after, &postings, e))
		return false;
	for (size_t i = 0; i < roles.n; touch(env, touched, person), i++)
		if (!directory_role_end(env, roles.v[i].id, last, &person, e))
			return false;
	for (size_t i = 0; i < postings.n; touch(env, touched, person), i++)
		if (!directory_posting_end(env, postings.v[i].id, last, &person, e))
			return false;
	return true;
}

static bool end_rest(struct env *env, struct unit_id unit, struct date last, struct err *e)
{
	struct date after = {last.day + 1};
	struct unit_posts_rows posts = {0};
	struct unit_public_rows shown = {0};
	if (!q_unit_posts(env->db, env->arena, unit, after, &posts, e) || !q_unit_public(env->db, env->arena, unit, after, &shown, e))
		return false;
	for (size_t i = 0; i < posts.n; i++)
		if (!directory_post_end(env, posts.v[i].id, unit, last, e))
			return false;
	for (size_t i = 0; i < shown.n; i++) {
		bool begun = shown.v[i].valid_from.day <= last.day;
		if (!(begun ? q_public_staff_close(env->db, shown.v[i].id, last, NULL, e) : q_public_staff_delete(env->db, shown.v[i].id, NULL, e)) ||
		    !directory_record(env, "directory.public_staff_end", shown.v[i].person.v, STR(""), e))
			return false;
	}
	return true;
}

static struct str close_body(struct env *env, struct date last, int64_t successor)
{
	return str_fmt(env->arena, "{\"last\":\"%.*s\",\"successor\":\"%lld\"}", STR_ARG(day_text(env, last)), (long long)successor);
}

static bool span_closes(struct date from, struct opt_date to, struct date last, struct err *e)
{
	if (to.has)
		return err_set(e, ERR_CONFLICT, "it has an end already");
	return last.day >= from.day ? true : err_set(e, ERR_INVALID, "the last day is before the first");
}

static bool is_on(struct date from, struct opt_date to, struct date day) { return from.day <= day.day && (!to.has || to.v.day >= day.day); }

/* A successor is another, and there on the day after. */
static bool follows(bool same, struct date from, struct opt_date to, struct date last, struct err *e)
{
	return (!same && is_on(from, to, (struct date){last.day + 1})) || err_set(e, ERR_INVALID, "the successor is not there on the day after");
}

bool directory_unit_close(struct env *env, struct unit_id id, struct date last, struct unit_id successor, struct persons *touched, struct err *e)
{
	struct unit u, next = {0};
	struct unit_below_row below = {0};
	bool found = false;
	*touched = (struct persons){0};
	if (!unit_there(env, id, &u, e) || !span_closes(u.valid_from, u.valid_to, last, e) || (successor.v && !unit_there(env, successor, &next, e)) ||
	    !q_unit_below(env->db, env->arena, id, last, &below, &found, e))
		return false;
	if (successor.v && !follows(successor.v == id.v, next.valid_from, next.valid_to, last, e))
		return false;
	if (below.n > 0)
		return err_set(e, ERR_CONFLICT, "units below it still stand");
	return end_people(env, id, last, touched, e) && end_rest(env, id, last, e) && q_unit_close(env->db, id, last, successor, NULL, e) &&
	       directory_record(env, "directory.unit_close", id.v, close_body(env, last, successor.v), e);
}

bool directory_agency_close(struct env *env, struct agency_id id, struct date last, struct agency_id successor, struct err *e)
{
	struct agency a, next = {0};
	struct agency_below_row below = {0};
	bool found = false;
	if (!agency_there(env, id, &a, e) || !span_closes(a.valid_from, a.valid_to, last, e) || (successor.v && !agency_there(env, successor, &next, e)) ||
	    !q_agency_below(env->db, env->arena, id, last, &below, &found, e))
		return false;
	if (successor.v && !follows(successor.v == id.v, next.valid_from, next.valid_to, last, e))
		return false;
	if (below.n > 0)
		return err_set(e, ERR_CONFLICT, "units or agencies below it still stand");
	return q_agency_close(env->db, id, last, successor, NULL, e) && directory_record(env, "directory.agency_close", id.v, close_body(env, last, successor.v), e);
}

/* ---- moving ---- */

static bool move_role(struct env *env, const struct unit_roles_row *r, struct unit_id to, struct date day, struct err *e)
{
	struct role_held_id id;
	struct person_id person;
	struct role_grant g = {.person = r->person, .unit = to, .title = r->title, .is_deputy = r->is_deputy, .to = r->valid_to,
	                       .from = r->valid_from.day > day.day ? r->valid_from : day};
	if (!role_from_name(r->role, &g.role))
		return err_set(e, ERR_INTERNAL, "role_held: a role that the table refuses");
	return directory_role_end(env, r->id, (struct date){g.from.day - 1}, &person, e) && directory_role_grant(env, &g, &id, e);
}

bool directory_move(struct env *env, struct person_id person, struct unit_id from, struct unit_id to, struct date day, struct err *e)
{
	struct unit_roles_rows roles = {0};
	size_t moved = 0;
	if (from.v == to.v)
		return err_set(e, ERR_INVALID, "another unit is wanted");
	if (!q_unit_roles(env->db, env->arena, from, day, &roles, e))
		return false;
	for (size_t i = 0; i < roles.n; i++) {
		if (roles.v[i].person.v != person.v)
			continue;
		if (!move_role(env, &roles.v[i], to, day, e))
			return false;
		moved++;
	}
	return moved > 0 || err_set(e, ERR_CONFLICT, "the person holds no role in the unit from that day on");
}
