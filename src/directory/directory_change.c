/* directory_change.c — see directory.h: changes, each with its entry in the log. */
#include "core/text/text.h"
#include "directory/directory_internal.h"

#define POSTING_MONTHS_MIN 6  /* NĐ 61/2018 Điều 11(4) */
#define POSTING_MONTHS_MAX 24
#define FOREVER ((struct date){1 << 24})

bool directory_record(struct env *env, const char *kind, int64_t subject, struct str body, struct err *e)
{
	enum role role = actor_is(env->actor, ROLE_ADMIN) ? ROLE_ADMIN : ROLE_SYSTEM;
	return q_directory_mark_next(env->db, NULL, e) && audit_record(env, &(struct audit_act){.kind = kind, .subject = subject, .role = role, .body = body}, NULL, e);
}

static int64_t next_id(struct env *env)
{
	CHECK(env->ids != NULL);
	return id_new(env->ids, env->now);
}

static bool span_ok(struct date from, struct opt_date to, struct err *e)
{
	return !to.has || to.v.day >= from.day ? true : err_set(e, ERR_INVALID, "the last day is before the first");
}

struct date directory_months_later(struct date d, int n)
{
	struct civil c = date_civil(d);
	int months = c.year * 12 + c.month - 1 + n;
	int year = months / 12, month = months % 12 + 1, day = c.day;
	while (!date_is_civil(year, month, day))
		day--;
	return date_from_civil(year, month, day);
}

bool directory_agency_add(struct env *env, struct agency *x, struct err *e)
{
	if (!span_ok(x->valid_from, x->valid_to, e))
		return false;
	x->id = (struct agency_id){next_id(env)};
	const struct agency_insert_in in = {
		.id = x->id, .code = x->code, .name = x->name, .short_name = x->short_name, .kind = str_from(agency_kind_name(x->kind)),
		.parent = x->parent, .successor = x->successor, .is_centre = x->is_centre, .address = x->address.p ? x->address : STR(""),
		.phone = x->phone.p ? x->phone : STR(""), .email = x->email.p ? x->email : STR(""), .website = x->website.p ? x->website : STR(""),
		.sort_key = text_sort_key(env->arena, x->name), .valid_from = x->valid_from, .valid_to = x->valid_to};
	return q_agency_insert(env->db, &in, NULL, e) && directory_record(env, "directory.agency_add", x->id.v, STR(""), e);
}

bool directory_unit_add(struct env *env, struct unit *x, struct err *e)
{
	struct agency a;
	bool found = false;
	if (!span_ok(x->valid_from, x->valid_to, e) || !directory_agency(env, x->agency, &a, &found, e))
		return false;
	if (!found || x->valid_from.day < a.valid_from.day || (a.valid_to.has && (!x->valid_to.has || x->valid_to.v.day > a.valid_to.v.day)))
		return err_set(e, ERR_INVALID, "the unit's agency does not exist on all of its days");
	x->id = (struct unit_id){next_id(env)};
	const struct unit_insert_in in = {.id = x->id, .agency = x->agency, .code = x->code, .name = x->name,
		.kind = str_from(unit_kind_name(x->kind)), .parent = x->parent, .successor = x->successor,
		.sort_key = text_sort_key(env->arena, x->name), .valid_from = x->valid_from, .valid_to = x->valid_to};
	return q_unit_insert(env->db, &in, NULL, e) && directory_record(env, "directory.unit_add", x->id.v, STR(""), e);
}

bool directory_post_add(struct env *env, const struct post_new *x, struct err *e)
{
	struct unit u;
	bool found = false;
	if (!directory_unit(env, x->unit, &u, &found, e) || !span_ok(x->from, x->to, e))
		return false;
	if (!found || x->from.day < u.valid_from.day || (u.valid_to.has && (!x->to.has || x->to.v.day > u.valid_to.v.day)))
		return err_set(e, ERR_INVALID, "the unit does not exist on all of these days");
	if (str_trim(x->title).n == 0 || x->seats < 1)
		return err_set(e, ERR_INVALID, "a post has a title and at least one seat");
	const struct post_insert_in in = {.id = {next_id(env)}, .unit = x->unit, .title = x->title, .seats = x->seats,
		.role = x->role ? str_from(role_name(*x->role)) : STR_NONE, .valid_from = x->from, .valid_to = x->to};
	return q_post_insert(env->db, &in, NULL, e) && directory_record(env, "directory.post_add", x->unit.v, STR(""), e);
}

bool directory_person_add(struct env *env, struct official *x, struct err *e)
{
	if (str_trim(x->name).n == 0)
		return err_set(e, ERR_INVALID, "an official has a name");
	x->id = (struct person_id){next_id(env)};
	const struct person_insert_in in = {.id = x->id, .name = x->name, .sort_key = text_person_sort_key(env->arena, x->name),
		.title = x->title.p ? x->title : STR(""), .email = x->email.p ? x->email : STR(""), .phone = x->phone.p ? x->phone : STR("")};
	return q_person_insert(env->db, &in, NULL, e) && directory_record(env, "directory.person_add", x->id.v, STR(""), e);
}

/* The person works here on that day, and the unit exists from `from` to `to`. */
static bool place_ok(struct env *env, struct person_id person, struct unit_id unit, struct date from, struct opt_date to, struct err *e)
{
	struct official p;
	struct unit u;
	bool has_person = false, has_unit = false;
	if (!directory_person(env, person, &p, &has_person, e) || !directory_unit(env, unit, &u, &has_unit, e))
		return false;
	if (!has_person || !has_unit)
		return err_set(e, ERR_INVALID, "no such person or unit");
	if (p.left_on.has && p.left_on.v.day <= from.day)
		return err_set(e, ERR_INVALID, "the person has left");
	if (from.day < u.valid_from.day || (u.valid_to.has && (!to.has || to.v.day > u.valid_to.v.day)))
		return err_set(e, ERR_INVALID, "the unit does not exist on all of these days");
	return span_ok(from, to, e);
}

bool directory_role_grant(struct env *env, const struct role_grant *x, struct role_held_id *id, struct err *e)
{
	struct role_overlap_row r = {0};
	bool found = false;
	if ((ROLE_BIT(x->role) & ALLOW_STAFF) == 0)
		return err_set(e, ERR_INVALID, "%s is not an official's role", role_name(x->role));
	if (!place_ok(env, x->person, x->unit, x->from, x->to, e))
		return false;
	struct str role = str_from(role_name(x->role));
	const struct role_overlap_in span = {.person = x->person, .unit = x->unit, .role = role, .valid_from = x->from,
	                                     .valid_to = x->to.has ? x->to.v : FOREVER};
	if (!q_role_overlap(env->db, env->arena, &span, &r, &found, e))
		return false;
	if (r.n > 0)
		return err_set(e, ERR_CONFLICT, "the person holds this role there already in these days");
	*id = (struct role_held_id){next_id(env)};
	const struct role_insert_in in = {.id = *id, .person = x->person, .unit = x->unit, .role = role, .title = x->title,
	                                  .is_deputy = x->is_deputy, .valid_from = x->from, .valid_to = x->to};
	struct str body = str_fmt(env->arena, "{\"unit\":\"%lld\",\"role\":\"%s\",\"from\":\"%.*s\"}", (long long)x->unit.v,
	                          role.p, STR_ARG(date_format(env->arena, x->from)));
	return q_role_insert(env->db, &in, NULL, e) && directory_record(env, "directory.role_grant", x->person.v, body, e);
}

bool directory_role_end(struct env *env, struct role_held_id id, struct date last, struct person_id *person, struct err *e)
{
	struct role_get_row r = {0};
	bool found = false;
	if (!q_role_get(env->db, env->arena, id, &r, &found, e))
		return false;
	if (!found)
		return err_set(e, ERR_NOT_FOUND, "no such role held");
	if (r.valid_to.has && r.valid_to.v.day < last.day)
		return err_set(e, ERR_CONFLICT, "the role ended before that day");
	*person = r.person;
	bool ok = last.day < r.valid_from.day ? q_role_delete(env->db, id, NULL, e) : q_role_close(env->db, id, last, NULL, e);
	struct str body = str_fmt(env->arena, "{\"unit\":\"%lld\",\"role\":\"%.*s\",\"last\":\"%.*s\"}", (long long)r.unit.v,
	                          STR_ARG(r.role), STR_ARG(date_format(env->arena, last)));
	return ok && directory_record(env, "directory.role_end", r.person.v, body, e);
}

static bool posting_span_ok(const struct posting_new *x, struct err *e)
{
	int32_t least = directory_months_later(x->from, POSTING_MONTHS_MIN).day - 1;
	int32_t most = directory_months_later(x->from, POSTING_MONTHS_MAX).day - 1;
	return x->to.day >= least && x->to.day <= most ? true : err_set(e, ERR_INVALID, "a posting lasts six to twenty-four months");
}

static bool at_centre(struct env *env, struct unit_id unit, struct err *e)
{
	struct unit u;
	struct agency a;
	bool found = false;
	if (!directory_unit(env, unit, &u, &found, e))
		return false;
	if (!found)
		return err_set(e, ERR_INVALID, "no such unit");
	if (!directory_agency(env, u.agency, &a, &found, e))
		return false;
	return a.is_centre ? true : err_set(e, ERR_INVALID, "a posting is to a one-stop centre");
}

bool directory_posting_add(struct env *env, const struct posting_new *x, struct posting_id *id, struct err *e)
{
	struct posting_overlap_row r = {0};
	bool found = false;
	if (!posting_span_ok(x, e) || !at_centre(env, x->unit, e) || !place_ok(env, x->person, x->unit, x->from, OPT_DATE(x->to), e) ||
	    !q_posting_overlap(env->db, env->arena, x->person, x->from, x->to, &r, &found, e))
		return false;
	if (!x->substitute && r.n > 0)
		return err_set(e, ERR_CONFLICT, "the person is posted already in these days");
	*id = (struct posting_id){next_id(env)};
	const struct posting_insert_in in = {.id = *id, .person = x->person, .unit = x->unit,
		.kind = x->substitute ? STR("substitute") : STR("main"), .field = x->field, .decision = x->decision.p ? x->decision : STR(""),
		.valid_from = x->from, .valid_to = x->to};
	struct str body = str_fmt(env->arena, "{\"unit\":\"%lld\",\"kind\":\"%.*s\",\"from\":\"%.*s\",\"to\":\"%.*s\"}",
	                          (long long)x->unit.v, STR_ARG(in.kind), STR_ARG(date_format(env->arena, x->from)),
	                          STR_ARG(date_format(env->arena, x->to)));
	return q_posting_insert(env->db, &in, NULL, e) && directory_record(env, "directory.posting_add", x->person.v, body, e);
}

bool directory_posting_end(struct env *env, struct posting_id id, struct date last, struct person_id *person, struct err *e)
{
	struct posting_get_row r = {0};
	bool found = false;
	if (!q_posting_get(env->db, env->arena, id, &r, &found, e))
		return false;
	if (!found)
		return err_set(e, ERR_NOT_FOUND, "no such posting");
	if (r.valid_to.day < last.day)
		return err_set(e, ERR_CONFLICT, "the posting ended before that day");
	*person = r.person;
	bool ok = last.day < r.valid_from.day ? q_posting_delete(env->db, id, NULL, e) : q_posting_close(env->db, id, last, NULL, e);
	struct str body = str_fmt(env->arena, "{\"unit\":\"%lld\",\"last\":\"%.*s\"}", (long long)r.unit.v, STR_ARG(date_format(env->arena, last)));
	return ok && directory_record(env, "directory.posting_end", r.person.v, body, e);
}

bool directory_absence_add(struct env *env, const struct absence_new *x, struct absence_id *id, struct err *e)
{
	struct official p;
	bool found = false;
	if (x->last.day < x->first.day || x->substitute.v == x->person.v)
		return err_set(e, ERR_INVALID, "days in order, and nobody stands in for himself");
	if (!directory_person(env, x->person, &p, &found, e))
		return false;
	if (found && x->substitute.v && !directory_person(env, x->substitute, &p, &found, e))
		return false;
	if (!found)
		return err_set(e, ERR_INVALID, "no such person");
	*id = (struct absence_id){next_id(env)};
	const struct absence_insert_in in = {.id = *id, .person = x->person, .substitute = x->substitute, .reason = x->reason,
	                                     .first_day = x->first, .last_day = x->last};
	/* Why someone is away may be a matter of health: the log has the days and the substitute only. */
	struct str body = str_fmt(env->arena, "{\"first\":\"%.*s\",\"last\":\"%.*s\",\"substitute\":\"%lld\"}",
	                          STR_ARG(date_format(env->arena, x->first)), STR_ARG(date_format(env->arena, x->last)),
	                          (long long)x->substitute.v);
	return q_absence_insert(env->db, &in, NULL, e) && directory_record(env, "directory.absence_add", x->person.v, body, e);
}

bool directory_absence_end(struct env *env, struct absence_id id, struct date day, struct person_id *person, struct err *e)
{
	struct absence_get_row r = {0};
	bool found = false;
	struct date last = {day.day - 1};
	if (!q_absence_get(env->db, env->arena, id, &r, &found, e))
		return false;
	if (!found)
		return err_set(e, ERR_NOT_FOUND, "no such absence");
	if (r.last_day.day < day.day)
		return err_set(e, ERR_CONFLICT, "the absence is over");
	*person = r.person;
	bool ok = last.day < r.first_day.day ? q_absence_delete(env->db, id, NULL, e) : q_absence_close(env->db, id, last, NULL, e);
	return ok && directory_record(env, "directory.absence_end", r.person.v, STR(""), e);
}

bool directory_public_staff_add(struct env *env, struct person_id person, struct public_officer x, struct date from, struct err *e)
{
	const struct public_staff_insert_in in = {.id = {next_id(env)}, .person = person, .unit = x.unit, .position = x.position,
		.title = x.title, .field = x.field.p ? x.field : STR(""), .phone = x.phone, .valid_from = from};
	return q_public_staff_insert(env->db, &in, NULL, e) && directory_record(env, "directory.public_staff_add", person.v, STR(""), e);
}
