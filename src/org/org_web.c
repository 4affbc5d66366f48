/* org_web.c — the acts: forms, rules asked of src/directory, and where each leads. */
#include "account/account.h"
#include "dossier/dossier.h"
#include "org/org_internal.h"

bool org_agency_of(struct request *r, struct agency *out, struct err *e)
{
	int64_t id = 0;
	bool found = false;
	if (req_param_id(r, "id", &id) && !directory_agency(&r->env, (struct agency_id){id}, out, &found, e))
		return false;
	return found ? true : err_set(e, ERR_NOT_FOUND, "no such agency");
}

bool org_unit_of(struct request *r, struct unit *out, struct err *e)
{
	int64_t id = 0;
	bool found = false;
	if (req_param_id(r, "id", &id) && !directory_unit(&r->env, (struct unit_id){id}, out, &found, e))
		return false;
	return found ? true : err_set(e, ERR_NOT_FOUND, "no such unit");
}

struct str org_agency_url(struct arena *a, struct agency_id id) { return str_fmt(a, ORG "/co-quan/%lld", (long long)id.v); }
struct str org_unit_url(struct arena *a, struct unit_id id) { return str_fmt(a, ORG "/don-vi/%lld", (long long)id.v); }

/* Dates or links that do not fit are the form's errors, not failures. */
static bool fits(struct request *r, bool ok, const char *field, enum msg_key key, struct err *e)
{
	if (ok || (e->kind != ERR_INVALID && e->kind != ERR_CONFLICT))
		return ok;
	*e = (struct err){0};
	form_error(r, field, (int)key, STR_NONE, STR_NONE);
	return true;
}

static struct opt_date date_or_none(struct request *r, const char *name)
{
	struct opt_date d = {0};
	d.has = form_date(r, name, &d.v);
	return d;
}

/* ---- agencies ---- */

static const struct choice agency_kinds[] = {{"province", MSG_ORG_PROVINCE}, {"department", MSG_ORG_DEPARTMENT}, {"district", MSG_ORG_DISTRICT},
	{"commune", MSG_ORG_COMMUNE}, {"centre", MSG_ORG_CENTRE}};
static const struct field agency_fields[] = {
	{.name = "kind", .kind = FIELD_CHOICE, .required = true, .choices = agency_kinds, .n_choices = ARRAY_LEN(agency_kinds)},
	{.name = "code", .kind = FIELD_TEXT, .required = true, .max = 40}, {.name = "name", .kind = FIELD_TEXT, .required = true, .max = 200},
	{.name = "short", .kind = FIELD_TEXT, .max = 100}, {.name = "parent", .kind = FIELD_ID}, {.name = "address", .kind = FIELD_TEXT, .max = 300},
	{.name = "phone", .kind = FIELD_TEXT, .max = 30}, {.name = "email", .kind = FIELD_EMAIL, .max = 200},
	{.name = "from", .kind = FIELD_DATE, .required = true},
};
const struct form org_agency_form = {"org_agency", agency_fields, ARRAY_LEN(agency_fields)};

static bool agency_apply(struct request *r, struct err *e)
{
	struct agency same, a = {.kind = (enum agency_kind)form_choice(r, "kind"), .code = form_text(r, "code"), .name = form_text(r, "name"),
		.short_name = form_text(r, "short"), .parent = {form_id(r, "parent")}, .address = form_text(r, "address"), .phone = form_text(r, "phone"),
		.email = form_text(r, "email")};
	bool found = false;
	a.short_name = a.short_name.n ? a.short_name : a.name;
	a.is_centre = a.kind == AGENCY_CENTRE;
	form_date(r, "from", &a.valid_from);
	if (!account_epoch_ok(&r->env, e) || !directory_agency_by_code(&r->env, a.code, a.valid_from, &same, &found, e))
		return false;
	if (found) {
		form_error(r, "code", MSG_ORG_CODE_TAKEN, STR_NONE, STR_NONE);
		return true;
	}
	bool ok = fits(r, directory_agency_add(&r->env, &a, e), "from", MSG_ORG_AGENCY_REFUSED, e);
	r->redirect = form_ok(r) ? org_agency_url(r->env.arena, a.id) : STR_NONE;
	return ok;
}

static const struct field agency_name_fields[] = {
	{.name = "name", .kind = FIELD_TEXT, .required = true, .max = 200}, {.name = "short", .kind = FIELD_TEXT, .max = 100},
	{.name = "name_from", .kind = FIELD_DATE, .required = true}};
static const struct field unit_name_fields[] = {
	{.name = "name", .kind = FIELD_TEXT, .required = true, .max = 200}, {.name = "name_from", .kind = FIELD_DATE, .required = true}};
const struct form org_agency_name_form = {"org_agency_name", agency_name_fields, ARRAY_LEN(agency_name_fields)};
const struct form org_unit_name_form = {"org_unit_name", unit_name_fields, ARRAY_LEN(unit_name_fields)};

static bool agency_name_apply(struct request *r, struct err *e)
{
	struct agency a;
	struct date from = {0};
	form_date(r, "name_from", &from);
	if (!account_epoch_ok(&r->env, e) || !org_agency_of(r, &a, e))
		return false;
	r->redirect = org_agency_url(r->env.arena, a.id);
	return fits(r, directory_agency_rename(&r->env, a.id, form_text(r, "name"), form_text(r, "short"), from, e), "name_from", MSG_ORG_NAME_REFUSED, e);
}

static const struct field close_fields[] = {{.name = "last", .kind = FIELD_DATE, .required = true}, {.name = "successor", .kind = FIELD_ID}};
const struct form org_close_form = {"org_close", close_fields, ARRAY_LEN(close_fields)};

static bool agency_close_apply(struct request *r, struct err *e)
{
	struct agency a;
	struct date last = {0};
	form_date(r, "last", &last);
	if (!account_epoch_ok(&r->env, e) || !org_agency_of(r, &a, e))
		return false;
	r->redirect = org_agency_url(r->env.arena, a.id);
	return fits(r, directory_agency_close(&r->env, a.id, last, (struct agency_id){form_id(r, "successor")}, e), "last", MSG_ORG_AGENCY_CLOSE_REFUSED, e);
}

/* ---- units ---- */

static const struct choice unit_kinds[] = {{"leadership", MSG_ORG_LEADERSHIP}, {"division", MSG_ORG_DIVISION}, {"branch", MSG_ORG_BRANCH},
	{"service", MSG_ORG_SERVICE}, {"reception", MSG_ORG_RECEPTION}};
static const struct field unit_fields[] = {
	{.name = "unit_kind", .kind = FIELD_CHOICE, .required = true, .choices = unit_kinds, .n_choices = ARRAY_LEN(unit_kinds)},
	{.name = "unit_code", .kind = FIELD_TEXT, .required = true, .max = 40}, {.name = "unit_name", .kind = FIELD_TEXT, .required = true, .max = 200},
	{.name = "parent", .kind = FIELD_ID}, {.name = "from", .kind = FIELD_DATE, .required = true},
};
const struct form org_unit_form = {"org_unit", unit_fields, ARRAY_LEN(unit_fields)};

static bool unit_apply(struct request *r, struct err *e)
{
	struct agency a;
	struct unit same, parent, u = {.kind = (enum unit_kind)form_choice(r, "unit_kind"), .code = form_text(r, "unit_code"), .name = form_text(r, "unit_name"),
		.parent = {form_id(r, "parent")}};
	bool found = false, has_parent = false;
	form_date(r, "from", &u.valid_from);
	if (!account_epoch_ok(&r->env, e) || !org_agency_of(r, &a, e) || !directory_unit_by_code(&r->env, a.id, u.code, u.valid_from, &same, &found, e) ||
	    (u.parent.v && !directory_unit(&r->env, u.parent, &parent, &has_parent, e)))
		return false;
	if (found)
		form_error(r, "unit_code", MSG_ORG_CODE_TAKEN, STR_NONE, STR_NONE);
	if (u.parent.v && (!has_parent || parent.agency.v != a.id.v))
		form_error(r, "parent", MSG_ORG_PARENT_REFUSED, STR_NONE, STR_NONE);
	if (!form_ok(r))
		return true;
	u.agency = a.id;
	bool ok = fits(r, directory_unit_add(&r->env, &u, e), "from", MSG_ORG_UNIT_REFUSED, e);
	r->redirect = form_ok(r) ? org_unit_url(r->env.arena, u.id) : STR_NONE;
	return ok;
}

/* Of an act on the unit in the path. */
static bool unit_begin(struct request *r, struct unit *u, struct err *e)
{
	if (!account_epoch_ok(&r->env, e) || !org_unit_of(r, u, e))
		return false;
	r->redirect = org_unit_url(r->env.arena, u->id);
	return true;
}

static bool unit_name_apply(struct request *r, struct err *e)
{
	struct unit u;
	struct date from = {0};
	form_date(r, "name_from", &from);
	return unit_begin(r, &u, e) && fits(r, directory_unit_rename(&r->env, u.id, form_text(r, "name"), from, e), "name_from", MSG_ORG_NAME_REFUSED, e);
}

static bool unit_close_apply(struct request *r, struct err *e)
{
	struct unit u;
	struct persons touched;
	struct dossier_of_unit_count_row open = {0};
	struct date last = {0};
	bool found = false;
	form_date(r, "last", &last);
	if (!unit_begin(r, &u, e) || !q_dossier_of_unit_count(r->env.db, r->env.arena, u.id, &open, &found, e))
		return false;
	if (open.n > 0) {
		form_error(r, "last", MSG_ORG_UNIT_HAS_DOSSIERS, str_fmt(r->env.arena, "%lld", (long long)open.n), STR_NONE);
		return true;
	}
	if (!fits(r, directory_unit_close(&r->env, u.id, last, (struct unit_id){form_id(r, "successor")}, &touched, e), "last", MSG_ORG_UNIT_CLOSE_REFUSED, e))
		return false;
	for (size_t i = 0; form_ok(r) && i < touched.n; i++)
		if (!account_roles_changed(&r->env, touched.v[i], e))
			return false;
	return true;
}

/* ---- posts ---- */

static const struct choice role_choices[] = {{"counter", MSG_ACCOUNT_ROLE_COUNTER}, {"specialist", MSG_ACCOUNT_ROLE_SPECIALIST},
	{"head", MSG_ACCOUNT_ROLE_HEAD}, {"director", MSG_ACCOUNT_ROLE_DIRECTOR}, {"clerk", MSG_ACCOUNT_ROLE_CLERK}, {"inspector", MSG_ACCOUNT_ROLE_INSPECTOR}};
static const struct field post_fields[] = {
	{.name = "post_title", .kind = FIELD_TEXT, .required = true, .max = 150}, {.name = "seats", .kind = FIELD_INT, .required = true, .max = 999},
	{.name = "role", .kind = FIELD_CHOICE, .choices = role_choices, .n_choices = ARRAY_LEN(role_choices)},
	{.name = "from", .kind = FIELD_DATE, .required = true}, {.name = "to", .kind = FIELD_DATE}};
const struct form org_post_form = {"org_post", post_fields, ARRAY_LEN(post_fields)};

static bool post_apply(struct request *r, struct err *e)
{
	struct unit u;
	enum role role = ROLE_STRANGER;
	int choice = form_choice(r, "role");
	struct post_new x = {.title = form_text(r, "post_title"), .seats = form_int(r, "seats"), .to = date_or_none(r, "to")};
	form_date(r, "from", &x.from);
	if (!unit_begin(r, &u, e))
		return false;
	x.unit = u.id;
	x.role = choice >= 0 && role_from_name(str_from(role_choices[choice].value), &role) ? &role : NULL;
	return fits(r, directory_post_add(&r->env, &x, e), "from", MSG_ORG_POST_REFUSED, e);
}

static bool post_end_apply(struct request *r, struct err *e)
{
	struct unit u;
	int64_t id = 0;
	struct date yesterday = {date_of(r->env.now).day - 1};
	if (!unit_begin(r, &u, e) || !req_param_id(r, "row", &id))
		return e->kind != ERR_NONE ? false : err_set(e, ERR_NOT_FOUND, "no such post");
	return directory_post_end(&r->env, (struct post_id){id}, u.id, yesterday, e);
}

/* ---- people ---- */

static const struct field move_fields[] = {{.name = "move_person", .kind = FIELD_ID, .required = true}, {.name = "move_to", .kind = FIELD_ID, .required = true},
	{.name = "move_from", .kind = FIELD_DATE, .required = true}};
const struct form org_move_form = {"org_move", move_fields, ARRAY_LEN(move_fields)};

static bool move_apply(struct request *r, struct err *e)
{
	struct unit u;
	struct date day = {0};
	struct person_id person = {form_id(r, "move_person")};
	form_date(r, "move_from", &day);
	if (!unit_begin(r, &u, e))
		return false;
	return fits(r, directory_move(&r->env, person, u.id, (struct unit_id){form_id(r, "move_to")}, day, e), "move_from", MSG_ORG_MOVE_REFUSED, e) &&
	       (!form_ok(r) || account_roles_changed(&r->env, person, e));
}

static const struct field posting_fields[] = {
	{.name = "person", .kind = FIELD_ID, .required = true}, {.name = "substitute", .kind = FIELD_BOOL}, {.name = "field", .kind = FIELD_TEXT, .required = true, .max = 200},
	{.name = "decision", .kind = FIELD_TEXT, .max = 200}, {.name = "posting_from", .kind = FIELD_DATE, .required = true},
	{.name = "posting_to", .kind = FIELD_DATE, .required = true}};
const struct form org_posting_form = {"org_posting", posting_fields, ARRAY_LEN(posting_fields)};

static bool posting_apply(struct request *r, struct err *e)
{
	struct unit u;
	struct posting_id id;
	struct posting_new p = {.person = {form_id(r, "person")}, .substitute = form_bool(r, "substitute"), .field = form_text(r, "field"), .decision = form_text(r, "decision")};
	form_date(r, "posting_from", &p.from);
	form_date(r, "posting_to", &p.to);
	if (!unit_begin(r, &u, e))
		return false;
	p.unit = u.id;
	return fits(r, directory_posting_add(&r->env, &p, &id, e), "posting_to", MSG_ACCOUNT_POSTING_REFUSED, e) &&
	       (!form_ok(r) || account_roles_changed(&r->env, p.person, e));
}

#define ADMIN ROLE_BIT(ROLE_ADMIN)
#define BY_HAND "NONE: administration is done by a person"
static const struct route routes[] = {
	{.method = HTTP_GET, .path = ORG, .page = org_tree_page, .allow = ADMIN, .api = BY_HAND},
	{.method = HTTP_POST, .path = ORG "/co-quan", .form = &org_agency_form, .apply = agency_apply, .again = org_tree_page, .allow = ADMIN, .api = BY_HAND},
	{.method = HTTP_GET, .path = ORG_AGENCY, .page = org_agency_page, .allow = ADMIN, .api = BY_HAND},
	{.method = HTTP_POST, .path = ORG_AGENCY "/ten", .form = &org_agency_name_form, .apply = agency_name_apply, .again = org_agency_page, .allow = ADMIN, .api = BY_HAND},
	{.method = HTTP_POST, .path = ORG_AGENCY "/dong", .form = &org_close_form, .apply = agency_close_apply, .again = org_agency_page, .allow = ADMIN, .api = BY_HAND},
	{.method = HTTP_POST, .path = ORG_AGENCY "/don-vi", .form = &org_unit_form, .apply = unit_apply, .again = org_agency_page, .allow = ADMIN, .api = BY_HAND},
	{.method = HTTP_GET, .path = ORG_UNIT, .page = org_unit_page, .allow = ADMIN, .api = BY_HAND},
	{.method = HTTP_POST, .path = ORG_UNIT "/ten", .form = &org_unit_name_form, .apply = unit_name_apply, .again = org_unit_page, .allow = ADMIN, .api = BY_HAND},
	{.method = HTTP_POST, .path = ORG_UNIT "/dong", .form = &org_close_form, .apply = unit_close_apply, .again = org_unit_page, .allow = ADMIN, .api = BY_HAND},
	{.method = HTTP_POST, .path = ORG_UNIT "/vi-tri", .form = &org_post_form, .apply = post_apply, .again = org_unit_page, .allow = ADMIN, .api = BY_HAND},
	{.method = HTTP_POST, .path = ORG_UNIT "/vi-tri/:row/ket-thuc", .apply = post_end_apply, .allow = ADMIN, .api = BY_HAND},
	{.method = HTTP_POST, .path = ORG_UNIT "/chuyen", .form = &org_move_form, .apply = move_apply, .again = org_unit_page, .allow = ADMIN, .api = BY_HAND},
	{.method = HTTP_POST, .path = ORG_UNIT "/biet-phai", .form = &org_posting_form, .apply = posting_apply, .again = org_unit_page, .allow = ADMIN, .api = BY_HAND},
};
const struct route_table org_routes = {"org", routes, ARRAY_LEN(routes)};
