/* act.c — acts from pages and from programs: input checked, then dossier_do(). Several at once: bulk.c. */
#include "desk/desk_internal.h"
#include "dossier/fee.h"
#include <stdlib.h>
#include <string.h>

static const struct act_shape shapes[ACT_COUNT] = {
	[ACT_ACCEPT] = {0, 0, "a", false},
	[ACT_ASK_SUPPLEMENT] = {AF_REASON | AF_OVERRIDE, AF_REASON, NULL, false},
	[ACT_REFUSE] = {AF_REASON, AF_REASON, NULL, false},
	[ACT_SUPPLEMENT] = {AF_FILES, 0, NULL, false},
	[ACT_WITHDRAW] = {AF_REASON, AF_REASON, NULL, true},
	[ACT_ASSIGN] = {AF_TO, AF_TO, NULL, false},
	[ACT_FINISH] = {0, 0, "d", false},
	[ACT_SUBMIT] = {AF_OUTCOME | AF_TEXT, AF_OUTCOME, NULL, false},
	[ACT_APPROVE] = {0, 0, "d", false},
	[ACT_SEND_BACK] = {AF_REASON, AF_REASON, NULL, false},
	[ACT_ISSUE] = {0, 0, "d", false},
	[ACT_HAND_OVER] = {AF_COLLECTOR | AF_SEEN | AF_AUTHORISATION, AF_COLLECTOR, NULL, false},
	[ACT_ARCHIVE] = {0, 0, "d", false},
	[ACT_DEMAND_FEE] = {AF_NAME | AF_AMOUNT | AF_EXEMPT | AF_REASON | AF_BASIS, 0, NULL, true}, /* what it needs: desk_needs() */
	[ACT_CLAIM_PAID] = {AF_FEE, AF_FEE, NULL, true},
	[ACT_CONFIRM_PAID] = {AF_FEE | AF_AMOUNT | AF_METHOD | AF_VOUCHER, AF_FEE | AF_METHOD, NULL, true},
	[ACT_ASK_OPINION] = {AF_UNIT | AF_TEXT, AF_UNIT | AF_TEXT, NULL, true},
	[ACT_ANSWER_OPINION] = {AF_OPINION | AF_TEXT, AF_OPINION | AF_TEXT, NULL, true},
	[ACT_APOLOGISE] = {AF_REASON | AF_NEW_DUE, AF_REASON | AF_NEW_DUE, NULL, true},
	[ACT_REASSIGN] = {AF_TO | AF_REASON, AF_TO | AF_REASON, NULL, true},
	[ACT_TAKE_BACK] = {0, 0, NULL, true},
	[ACT_STOP] = {AF_REASON, AF_REASON, NULL, true},
	[ACT_RATE] = {AF_SCORE | AF_TEXT, AF_SCORE, NULL, true},
	[ACT_CORRECT] = {AF_FILES, 0, NULL, true},
	[ACT_TRANSCRIBE] = {0, 0, NULL, true},
	[ACT_TRANSFER] = {AF_UNIT | AF_REASON, AF_UNIT | AF_REASON, NULL, true},
};
const struct act_shape *act_shape(enum dossier_action a) { return &shapes[a]; }

static const struct choice outcomes[] = {{"result", MSG_DESK_OUTCOME_RESULT}, {"refuse", MSG_DESK_OUTCOME_REFUSE}};
static const struct choice methods[] = {{"cash", MSG_DESK_METHOD_CASH}, {"transfer", MSG_DESK_METHOD_TRANSFER}};

/* One table for pages and programs: the first field is the program's alone. Which of them an action asks for is in shapes[]. */
static const struct field act_fields[] = {
	{.name = "action", .kind = FIELD_TEXT, .max = 40, .label = MSG_DESK_F_ACTION},
	{.name = "rev", .kind = FIELD_INT, .unseen = true, .low = 0, .high = INT64_MAX, .label = MSG_DESK_F_REV},
	{.name = "reason", .kind = FIELD_LONG_TEXT, .max = 4000, .label = MSG_DESK_F_REASON},
	{.name = "to", .kind = FIELD_ID, .label = MSG_DESK_F_TO},
	{.name = "unit", .kind = FIELD_ID, .label = MSG_DESK_F_UNIT},
	{.name = "fee", .kind = FIELD_ID, .label = MSG_DESK_F_FEE},
	{.name = "opinion", .kind = FIELD_ID, .label = MSG_DESK_F_OPINION},
	{.name = "outcome", .kind = FIELD_CHOICE, .choices = outcomes, .n_choices = ARRAY_LEN(outcomes), .label = MSG_DESK_F_OUTCOME},
	{.name = "text", .kind = FIELD_LONG_TEXT, .max = 20000, .label = MSG_DESK_F_TEXT},
	{.name = "name", .kind = FIELD_TEXT, .max = 300, .label = MSG_DESK_F_NAME},
	{.name = "amount", .kind = FIELD_MONEY, .low = 1, .high = 1000000000000, .label = MSG_DESK_F_AMOUNT},
	{.name = "exempt", .kind = FIELD_BOOL, .label = MSG_DESK_F_EXEMPT},
	{.name = "basis", .kind = FIELD_TEXT, .max = 300, .label = MSG_DESK_F_BASIS},
	{.name = "method", .kind = FIELD_CHOICE, .choices = methods, .n_choices = ARRAY_LEN(methods), .label = MSG_DESK_F_METHOD},
	{.name = "voucher", .kind = FIELD_TEXT, .max = 60, .label = MSG_DESK_F_VOUCHER},
	{.name = "new_due", .kind = FIELD_DATE, .label = MSG_DESK_F_NEW_DUE},
	{.name = "override_limit", .kind = FIELD_BOOL, .label = MSG_DESK_F_OVERRIDE},
	{.name = "collector", .kind = FIELD_TEXT, .max = 200, .label = MSG_DESK_F_COLLECTOR},
	{.name = "authorisation", .kind = FIELD_TEXT, .max = 300, .label = MSG_DESK_F_AUTHORISATION},
	{.name = "receipt_seen", .kind = FIELD_BOOL, .label = MSG_DESK_F_SEEN},
	{.name = "score", .kind = FIELD_INT, .low = 1, .high = 5, .label = MSG_DESK_F_SCORE},
	{.name = "late_reason", .kind = FIELD_TEXT, .max = 60, .label = MSG_DESK_F_LATE},
	{.name = "files", .kind = FIELD_FILE, .repeated = true, .most = 20, .label = MSG_DESK_F_FILES},
	{.name = "late_confirmed", .kind = FIELD_BOOL, .label = MSG_DESK_F_LATE_CONFIRMED},
};
const struct form desk_act_form = {"act", act_fields, ARRAY_LEN(act_fields)};
/* Files of programs go through the API of files first, and a program that names a reason means it. */
const struct form act_api_form = {"act", act_fields, ARRAY_LEN(act_fields) - 2};

static const struct { unsigned bit; const char *name; } bits[] = {
	{AF_REASON, "reason"}, {AF_TO, "to"}, {AF_UNIT, "unit"}, {AF_FEE, "fee"}, {AF_OPINION, "opinion"}, {AF_OUTCOME, "outcome"},
	{AF_TEXT, "text"}, {AF_NAME, "name"}, {AF_AMOUNT, "amount"}, {AF_METHOD, "method"}, {AF_VOUCHER, "voucher"}, {AF_NEW_DUE, "new_due"},
	{AF_OVERRIDE, "override_limit"}, {AF_COLLECTOR, "collector"}, {AF_AUTHORISATION, "authorisation"}, {AF_SEEN, "receipt_seen"},
	{AF_SCORE, "score"}, {AF_FILES, "files"}, {AF_EXEMPT, "exempt"}, {AF_BASIS, "basis"},
	{AF_LATE, "late_reason"}, {AF_CONFIRM, "late_confirmed"},
};

unsigned desk_needs(const struct dossier_get_row *d, enum dossier_action a)
{
	const struct law_procedure *p = law_find(LAW, d->procedure);
	bool typed = a == ACT_DEMAND_FEE && !(p && p->fee && p->fee->n);
	return shapes[a].needs | (typed ? AF_NAME | AF_AMOUNT | AF_REASON : 0);
}

bool desk_people(struct env *env, const struct dossier_get_row *d, enum dossier_action act, struct officers *out, struct err *e)
{
	enum role role = ROLE_SPECIALIST;
	struct date today = date_of(env->now);
	if (act == ACT_REASSIGN)
		(void)role_from_name(d->step_role, &role);
	return act == ACT_ASSIGN ? directory_holders(env, role, d->settling_unit, today, out, e)
	                         : directory_holders_in_agency(env, role, d->settling_agency, today, out, e);
}

struct units desk_units_for(struct env *env, const struct dossier_get_row *d, enum dossier_action act, const struct units *all)
{
	struct units out = {.v = NEW_ARRAY(env->arena, all->n, struct unit)};
	for (size_t i = 0; i < all->n; i++)
		if (act != ACT_TRANSFER || all->v[i].id.v != d->settling_unit.v)
			out.v[out.n++] = all->v[i];
	return out;
}

bool desk_units(struct env *env, const struct dossier_get_row *d, enum dossier_action act, struct units *out, struct err *e)
{
	struct units all = {0};
	if (!directory_units(env, d->settling_agency, date_of(env->now), &all, e))
		return false;
	*out = desk_units_for(env, d, act, &all);
	return true;
}

const struct field *act_field(size_t i, unsigned *bit)
{
	for (size_t k = 0; k < ARRAY_LEN(bits); k++)
		if (i < ARRAY_LEN(act_fields) && strcmp(bits[k].name, act_fields[i].name) == 0)
			*bit = bits[k].bit;
	return i < ARRAY_LEN(act_fields) ? &act_fields[i] : NULL;
}

static void check_needed(struct request *r, enum dossier_action a)
{
	for (size_t i = 0; i < ARRAY_LEN(bits); i++)
		if ((shapes[a].needs & bits[i].bit) && !form_has(r, bits[i].name) && !form_error_of(r, bits[i].name))
			form_error(r, bits[i].name, MSG_FIELD_REQUIRED, STR_NONE, STR_NONE);
}

static bool path_action(struct request *r, enum dossier_action *out, struct err *e)
{
	return dossier_action_from(req_param(r, "action"), out) || err_set(e, ERR_NOT_FOUND, "no such action");
}

static struct str hex_of(struct arena *a, struct digest d) { return digest_hex(a, d); }

static bool takes(const struct law_procedure *p, const char *mime)
{
	for (size_t i = 0; p && i < p->n_forms; i++)
		if (eform_takes(p->forms[i], str_from(mime)))
			return true;
	return !p || p->n_forms == 0;
}

/* Each is looked at before the first is kept. */
#define FILES "files"
static bool look_at_all(struct request *r, const struct law_procedure *p, const char **mime, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		struct upload *u = form_file_at(r, FILES, i);
		if (!intake_look(r, FILES, desk_have()->scan, u->file, u->name, &mime[i], e))
			return false;
		if (mime[i] && !takes(p, mime[i]))
			intake_unwanted(r, FILES);
	}
	return true;
}

bool desk_keep_uploads(struct request *r, struct str as, const struct law_procedure *p, const struct key *key, struct dossier_files *out, struct err *e)
{
	size_t n = 0;
	while (form_file_at(r, FILES, n))
		n++;
	out->v = NEW_ARRAY(r->env.arena, n, struct dossier_file_new);
	out->n = 0;
	const char **mime = NEW_ARRAY(r->env.arena, n, const char *);
	if (!look_at_all(r, p, mime, n, e))
		return false;
	for (size_t i = 0; i < n && form_ok(r); i++) {
		struct upload *u = form_file_at(r, FILES, i);
		struct blob_info info;
		if (!blob_writer_keep(u->file, &(struct blob_put){.key = key, .quarantine = true}, &info, e))
			return err_wrap(e, "keeping an upload");
		out->v[out->n++] = (struct dossier_file_new){.field = as, .name = u->name, .blob = hex_of(r->env.arena, info.address),
			.plain_hash = hex_of(r->env.arena, info.plain), .type = str_from(mime[i]), .size = info.size};
	}
	return true;
}

/* Files for a supplement are sealed before the act: the disk is slow. */
bool act_slow(struct request *r, struct err *e)
{
	enum dossier_action a;
	struct dossier_get_row d;
	AUTO_KEY key = {0};
	bool erased = false;
	struct dossier_files *files = NEW(r->env.arena, struct dossier_files);
	*files = (struct dossier_files){0};
	r->state = files;
	if (!path_action(r, &a, e))
		return false;
	if ((a != ACT_SUPPLEMENT && a != ACT_CORRECT) || !form_file(r, "files"))
		return true;
	struct db *db = db_checkout(desk_have()->pool, e); /* the slow pool has none of its own */
	if (!db)
		return false;
	r->env.db = db;
	bool ok = desk_record(r, &d, e) && dossier_key(&r->env, LAW, d.id, &key, &erased, e);
	r->env.db = NULL;
	db_checkin(desk_have()->pool, db);
	if (!ok)
		return false;
	return erased || desk_keep_uploads(r, STR("supplement"), law_find(LAW, d.procedure), &key, files, e);
}

bool act_check(struct request *r, struct err *e)
{
	enum dossier_action a;
	if (!path_action(r, &a, e))
		return false;
	check_needed(r, a);
	desk_late_check(r);
	desk_late_confirmed(r);
	if (a == ACT_DEMAND_FEE)
		return desk_demand_check(r, e);
	if (a == ACT_CONFIRM_PAID && !form_has(r, "amount") && !form_error_of(r, "amount")) /* counted before it is confirmed */
		form_error(r, "amount", MSG_FIELD_REQUIRED, STR_NONE, STR_NONE);
	if (a == ACT_SUBMIT && form_choice(r, "outcome") == 1 && !form_has(r, "text"))
		form_error(r, "text", MSG_FIELD_REQUIRED, STR_NONE, STR_NONE);
	return a != ACT_SUBMIT || desk_proposal_check(r, e);
}

/* The new time of an apology is the end of office hours of the day chosen. */
static struct instant end_of_day(struct date d)
{
	struct office_day o = calendar_office_hours(LAW->calendar, d);
	return instant_at(d, o.n ? o.at[o.n - 1].to_ms : (int32_t)(17 * 3600000));
}

struct dossier_act desk_read_act(struct request *r, enum dossier_action a, struct dossier_id id)
{
	struct date day;
	int64_t fee = form_id(r, "fee"), opinion = form_id(r, "opinion");
	struct dossier_act x = {
		.id = id, .rev = form_int(r, "rev"), .action = a, .reason = form_text(r, "reason"), .to = {form_id(r, "to")},
		.unit = {form_id(r, "unit")}, .item = a == ACT_ANSWER_OPINION ? opinion : fee, .text = form_text(r, "text"),
		.outcome = form_text(r, "outcome"), .name = form_text(r, "name"), .amount = form_money(r, "amount"),
		.method = form_text(r, "method"), .voucher = form_text(r, "voucher"), .override_limit = form_bool(r, "override_limit"),
		.score = (int)form_int(r, "score"), .collector = form_text(r, "collector"),
		.authorisation = form_text(r, "authorisation"), .receipt_seen = form_bool(r, "receipt_seen"), .exempt = form_bool(r, "exempt"),
		.basis = form_text(r, "basis"), .late_reason = form_text(r, "late_reason")};
	if (form_date(r, "new_due", &day))
		x.new_due = end_of_day(day);
	return x;
}

/* A refusal that the rules put in words stays on the page, with what was typed; anything else is an error. */
static bool refused(struct request *r, struct err *e)
{
	if ((e->kind != ERR_CONFLICT && e->kind != ERR_INVALID) || !e->say)
		return false;
	form_error(r, "", e->say, STR_NONE, STR_NONE);
	*e = (struct err){0};
	return true;
}

/* What the rules refuse about one input stands at its field. */
static bool refused_field(struct request *r, struct err *e)
{
	static const struct { enum msg_key say; const char *field; } at[] = {
		{MSG_DOSSIER_NOT_OFFICER, "to"}, {MSG_DOSSIER_REASON, "reason"}, {MSG_DOSSIER_APOLOGY_DATE, "new_due"}, {MSG_DOSSIER_RECEIPT_SEEN, "receipt_seen"},
		{MSG_DOSSIER_TRANSFER_UNIT, "unit"}, {MSG_DOSSIER_FEE_SHORT, "amount"}, {MSG_DOSSIER_FEE_OVER, "amount"},
		{MSG_DOSSIER_LATE_REASON, "late_reason"}, {MSG_DOSSIER_LATE_WORDS, "reason"}};
	for (size_t i = 0; e->kind == ERR_INVALID && i < ARRAY_LEN(at); i++)
		if (e->say == (int)at[i].say) {
			form_error(r, at[i].field, at[i].say, STR_NONE, STR_NONE);
			*e = (struct err){0};
			return true;
		}
	return false;
}

bool desk_do(struct request *r, const struct dossier_act *x, struct dossier_done *done, struct err *e)
{
	desk_counts_moved(&r->env);
	return dossier_do(&r->env, LAW, x, done, e) &&
	       (!desk_have()->queue || desk_have()->queue(&r->env, done, x->id, e));
}

bool desk_act_apply(struct request *r, struct err *e)
{
	enum dossier_action a;
	struct dossier_get_row d;
	struct dossier_done done;
	const struct dossier_files *files = r->state;
	r->errors = (struct form_errors){0};
	if (!path_action(r, &a, e) || !desk_record(r, &d, e))
		return false;
	struct dossier_act x = desk_read_act(r, a, d.id);
	if (files) {
		x.files = files->v;
		x.n_files = files->n;
	}
	json_t *fields = a == ACT_SUBMIT ? desk_typed_fields(r, &d) : NULL, *inputs = a == ACT_DEMAND_FEE ? desk_fee_inputs(r, &d) : NULL;
	x.fields = fields;
	x.inputs = inputs;
	bool ok = desk_do(r, &x, &done, e);
	json_decref(fields);
	json_decref(inputs);
	if (!ok)
		return refused_field(r, e) || refused(r, e);
	r->redirect = str_fmt(r->env.arena, "/ban-lam-viec/ho-so/%.*s?xong=%s", STR_ARG(d.code), dossier_action_name(a));
	return true;
}

/* ---- programs ---- */

static bool sent_ahead(struct request *r, struct err *e)
{
	struct dossier_get_row d;
	struct filing_more *more = NEW(r->env.arena, struct filing_more);
	*more = (struct filing_more){0};
	r->state = more;
	return !desk_have()->sent_ahead || (desk_record(r, &d, e) && desk_have()->sent_ahead(r, &d, more, e));
}

bool act_api_check(struct request *r, struct err *e)
{
	enum dossier_action a = ACT_COUNT;
	if (!dossier_action_from(form_text(r, "action"), &a))
		form_error(r, "action", form_has(r, "action") ? MSG_FIELD_NOT_CHOICE : MSG_FIELD_REQUIRED, STR_NONE, STR_NONE);
	else
		check_needed(r, a);
	desk_late_check(r);
	if (a == ACT_SUBMIT && form_ok(r))
		return desk_proposal_check(r, e);
	if (a == ACT_DEMAND_FEE)
		return desk_demand_check(r, e);
	return a != ACT_SUPPLEMENT || !form_ok(r) || sent_ahead(r, e);
}

bool act_api_apply(struct request *r, struct err *e)
{
	enum dossier_action a = ACT_ACCEPT;
	struct dossier_get_row d;
	struct dossier_done done;
	if (!dossier_action_from(form_text(r, "action"), &a))
		return err_set(e, ERR_INVALID, "no such action");
	if (!desk_record(r, &d, e))
		return false;
	const struct filing_more *more = r->state;
	struct dossier_act x = desk_read_act(r, a, d.id);
	json_t *answers = more && more->answers.n ? json_loadb(more->answers.p, more->answers.n, 0, NULL) : NULL;
	if (more) {
		x.files = more->files;
		x.n_files = more->n_files;
		x.answers = answers;
		x.rev = answers && !x.rev ? more->rev : x.rev; /* nobody else changed it since */
	}
	r->errors = (struct form_errors){0};
	x.fields = a == ACT_SUBMIT ? json_object_get(r->json, "fields") : NULL;
	json_t *inputs = a == ACT_DEMAND_FEE ? desk_fee_inputs(r, &d) : NULL;
	x.inputs = inputs;
	bool ok = desk_do(r, &x, &done, e);
	json_decref(answers);
	json_decref(inputs);
	if (!ok)
		return refused_field(r, e);
	struct str fee = done.fee.v ? str_fmt(r->env.arena, ",\"fee\":{\"id\":\"%lld\",\"amount\":%lld}", (long long)done.fee.v, (long long)done.amount.dong) : STR("");
	r->memo = str_fmt(r->env.arena, "{\"code\":\"%.*s\",\"state\":\"%.*s\",\"step\":\"%.*s\",\"rev\":%lld%.*s}", STR_ARG(d.code),
	                  STR_ARG(done.state), STR_ARG(done.step), (long long)done.rev, STR_ARG(fee));
	return true;
}

bool act_api_answer(struct request *r, struct err *e)
{
	(void)e;
	buf_put(&r->body, r->memo);
	return answer_json(r, 200);
}
