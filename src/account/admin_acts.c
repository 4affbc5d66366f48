/* admin_acts.c — acts on one account and on what its person holds; each ends what the account has open. */
#include "account/admin_internal.h"
#include "directory/directory.h"

bool admin_load(struct request *r, struct account_row_row *row, struct err *e)
{
	int64_t id = 0;
	bool found = false;
	if (req_param_id(r, "id", &id) && !q_account_row(r->env.db, r->env.arena, (struct account_id){id}, row, &found, e))
		return false;
	return found ? true : err_set(e, ERR_NOT_FOUND, "no such account");
}

struct str admin_path(struct request *r, const char *tail)
{
	return str_fmt(r->env.arena, "%s/%.*s%s", str_starts(r->path, STR(TEAM)) ? TEAM : "/quan-tri/tai-khoan", STR_ARG(req_param(r, "id")), tail);
}

static bool other(struct request *r, struct account_row_row *row, struct err *e)
{
	if (!account_epoch_ok(&r->env, e) || !admin_load(r, row, e))
		return false;
	if (row->id.v == r->env.actor->account)
		return err_say(e, ERR_CONFLICT, MSG_ACCOUNT_NOT_SELF, "an administrator does not do this to himself");
	r->redirect = admin_path(r, "");
	return true;
}

static bool official(struct request *r, struct account_row_row *row, struct err *e)
{
	if (!account_epoch_ok(&r->env, e) || !admin_load(r, row, e))
		return false;
	r->redirect = admin_path(r, "");
	return row->person.v ? true : err_set(e, ERR_INVALID, "not an official's account");
}

bool admin_lock(struct request *r, struct err *e)
{
	struct account_row_row row = {0};
	return other(r, &row, e) && account_change_state(&r->env, row.id, "locked", e);
}

bool admin_unlock(struct request *r, struct err *e)
{
	struct account_row_row row = {0};
	return other(r, &row, e) && account_change_state(&r->env, row.id, "active", e);
}

/* A lost factor needs the proof that a new one needed: the papers, and their owner before the administrator (ASVS 6.4.4). */
static const struct field factor_fields[] = {
	{.name = "papers", .kind = FIELD_CHOICE, .required = true, .choices = admin_papers, .n_choices = ADMIN_PAPERS, .label = MSG_ACCOUNT_FACTOR_PAPERS},
	{.name = "met", .kind = FIELD_BOOL, .required = true, .label = MSG_ACCOUNT_FACTOR_MET},
};
const struct form admin_factor_form = {"factor_lost", factor_fields, ARRAY_LEN(factor_fields)};

bool admin_factor(struct request *r, struct err *e)
{
	struct account_row_row row = {0};
	struct str body = str_fmt(r->env.arena, "{\"papers\":\"%s\"}", admin_papers[form_choice(r, "papers")].value);
	return other(r, &row, e) && account_change_totp(&r->env, row.id, STR(""), 0, e) && account_record(&r->env, "account.factor_lost", row.id, body, e);
}

bool admin_seen(struct request *r, struct err *e)
{
	struct account_row_row row = {0};
	return other(r, &row, e) && account_identity_seen(&r->env, row.id, e);
}

bool admin_doubt(struct request *r, struct err *e)
{
	struct account_row_row row = {0};
	return other(r, &row, e) && account_identity_doubted(&r->env, row.id, e);
}

bool admin_end(struct request *r, struct err *e)
{
	struct account_row_row row = {0};
	return other(r, &row, e) && q_account_bump(r->env.db, row.id, NULL, e) && account_end_all(&r->env, row.id, 0, e) &&
	       account_record(&r->env, "account.sign_out_everywhere", row.id, STR(""), e);
}

bool admin_answer(struct request *r, struct err *e)
{
	int64_t id = 0;
	(void)e;
	if (req_param_id(r, "id", &id))
		session_forget((struct account_id){id});
	return answer_redirect(r, admin_path(r, ""));
}

static const struct field role_fields[] = {
	{.name = "role", .kind = FIELD_CHOICE, .required = true, .choices = admin_roles, .n_choices = ADMIN_ROLES},
	{.name = "unit", .kind = FIELD_ID, .required = true}, {.name = "title", .kind = FIELD_TEXT, .required = true, .max = 150},
	{.name = "deputy", .kind = FIELD_BOOL}, {.name = "from", .kind = FIELD_DATE, .required = true}, {.name = "to", .kind = FIELD_DATE},
};
const struct form admin_role_form = {"role", role_fields, ARRAY_LEN(role_fields)};

bool admin_fits(struct request *r, bool ok, const char *field, enum msg_key key, struct err *e)
{
	if (ok || (e->kind != ERR_INVALID && e->kind != ERR_CONFLICT))
		return ok;
	*e = (struct err){0};
	form_error(r, field, (int)key, STR_NONE, STR_NONE);
	return true;
}

bool admin_role(struct request *r, struct err *e)
{
	static const enum role values[ADMIN_ROLES] = {ROLE_COUNTER, ROLE_SPECIALIST, ROLE_HEAD, ROLE_DIRECTOR, ROLE_CLERK, ROLE_INSPECTOR}; /* as admin_roles */
	struct account_row_row row = {0};
	struct role_grant g = {.unit = {form_id(r, "unit")}, .role = values[form_choice(r, "role")], .title = form_text(r, "title"), .is_deputy = form_bool(r, "deputy")};
	struct role_held_id id;
	form_date(r, "from", &g.from);
	g.to.has = form_date(r, "to", &g.to.v);
	if (!official(r, &row, e))
		return false;
	g.person = row.person;
	return admin_fits(r, directory_role_grant(&r->env, &g, &id, e), "from", MSG_ACCOUNT_ROLE_REFUSED, e) &&
	       (!form_ok(r) || account_roles_changed(&r->env, row.person, e));
}

bool admin_owns(struct request *r, struct person_id person, enum admin_list list, struct err *e)
{
	struct person_record rec;
	int64_t id = 0;
	if (!req_param_id(r, "row", &id) || !directory_person_record(&r->env, person, &rec, e))
		return err_set(e, ERR_NOT_FOUND, "no such row");
	const struct person_line *v[] = {[LIST_ROLES] = rec.roles, [LIST_POSTINGS] = rec.postings, [LIST_ABSENCES] = rec.absences};
	const size_t n[] = {[LIST_ROLES] = rec.n_roles, [LIST_POSTINGS] = rec.n_postings, [LIST_ABSENCES] = rec.n_absences};
	for (size_t i = 0; i < n[list]; i++)
		if (v[list][i].id == id)
			return true;
	return err_set(e, ERR_NOT_FOUND, "no such row of this person");
}

/* The row in the path, when it is one of this official's. */
static bool row_to_end(struct request *r, enum admin_list list, int64_t *id, struct err *e)
{
	struct account_row_row row = {0};
	return official(r, &row, e) && admin_owns(r, row.person, list, e) && req_param_id(r, "row", id);
}

bool admin_role_end(struct request *r, struct err *e)
{
	struct person_id person;
	int64_t id = 0;
	struct date yesterday = {date_of(r->env.now).day - 1};
	if (!row_to_end(r, LIST_ROLES, &id, e))
		return false;
	return directory_role_end(&r->env, (struct role_held_id){id}, yesterday, &person, e) && account_roles_changed(&r->env, person, e);
}

static const struct field posting_fields[] = {
	{.name = "unit", .kind = FIELD_ID, .required = true}, {.name = "field", .kind = FIELD_TEXT, .required = true, .max = 200},
	{.name = "substitute", .kind = FIELD_BOOL}, {.name = "decision", .kind = FIELD_TEXT, .max = 200},
	{.name = "from", .kind = FIELD_DATE, .required = true}, {.name = "to", .kind = FIELD_DATE, .required = true},
};
const struct form admin_posting_form = {"posting", posting_fields, ARRAY_LEN(posting_fields)};

bool admin_posting(struct request *r, struct err *e)
{
	struct account_row_row row = {0};
	struct posting_id id;
	struct posting_new p = {.unit = {form_id(r, "unit")}, .substitute = form_bool(r, "substitute"), .field = form_text(r, "field"), .decision = form_text(r, "decision")};
	form_date(r, "from", &p.from);
	form_date(r, "to", &p.to);
	if (!official(r, &row, e))
		return false;
	p.person = row.person;
	return admin_fits(r, directory_posting_add(&r->env, &p, &id, e), "to", MSG_ACCOUNT_POSTING_REFUSED, e) &&
	       (!form_ok(r) || account_roles_changed(&r->env, row.person, e));
}

bool admin_posting_end(struct request *r, struct err *e)
{
	struct person_id person;
	int64_t id = 0;
	struct date yesterday = {date_of(r->env.now).day - 1};
	if (!row_to_end(r, LIST_POSTINGS, &id, e))
		return false;
	return directory_posting_end(&r->env, (struct posting_id){id}, yesterday, &person, e) && account_roles_changed(&r->env, person, e);
}

static const struct field absence_fields[] = {
	{.name = "reason", .kind = FIELD_CHOICE, .required = true, .choices = admin_reasons, .n_choices = ADMIN_REASONS},
	{.name = "instead", .kind = FIELD_ID}, {.name = "from", .kind = FIELD_DATE, .required = true}, {.name = "to", .kind = FIELD_DATE, .required = true},
};
const struct form admin_absence_form = {"absence", absence_fields, ARRAY_LEN(absence_fields)};

bool admin_absence(struct request *r, struct err *e)
{
	struct account_row_row row = {0};
	struct absence_id id;
	struct absence_new x = {.substitute = {form_id(r, "instead")}, .reason = form_text(r, "reason")};
	form_date(r, "from", &x.first);
	form_date(r, "to", &x.last);
	if (!official(r, &row, e))
		return false;
	x.person = row.person;
	return admin_fits(r, directory_absence_add(&r->env, &x, &id, e), "to", MSG_ACCOUNT_ABSENCE_REFUSED, e);
}

bool admin_absence_end(struct request *r, struct err *e)
{
	struct person_id person;
	int64_t id = 0;
	if (!row_to_end(r, LIST_ABSENCES, &id, e))
		return false;
	return directory_absence_end(&r->env, (struct absence_id){id}, date_of(r->env.now), &person, e);
}
