/* act.c — acts from pages, in bulk, and from programs: input checked, then dossier_do(). */
#include "desk/desk_internal.h"
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
	[ACT_DEMAND_FEE] = {AF_NAME | AF_AMOUNT, AF_NAME | AF_AMOUNT, NULL, true},
	[ACT_CLAIM_PAID] = {AF_FEE, AF_FEE, NULL, true},
	[ACT_CONFIRM_PAID] = {AF_FEE | AF_METHOD | AF_VOUCHER, AF_FEE | AF_METHOD, NULL, true},
	[ACT_ASK_OPINION] = {AF_UNIT | AF_TEXT, AF_UNIT | AF_TEXT, NULL, true},
	[ACT_ANSWER_OPINION] = {AF_OPINION | AF_TEXT, AF_OPINION | AF_TEXT, NULL, true},
	[ACT_APOLOGISE] = {AF_REASON | AF_NEW_DUE, AF_REASON | AF_NEW_DUE, NULL, true},
	[ACT_REASSIGN] = {AF_TO | AF_REASON, AF_TO | AF_REASON, NULL, true},
	[ACT_TAKE_BACK] = {0, 0, NULL, true},
	[ACT_STOP] = {AF_REASON, AF_REASON, NULL, true},
	[ACT_RATE] = {AF_SCORE | AF_TEXT, AF_SCORE, NULL, true},
	[ACT_CORRECT] = {AF_FILES, 0, NULL, true},
	[ACT_TRANSCRIBE] = {0, 0, NULL, true},
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
	{.name = "method", .kind = FIELD_CHOICE, .choices = methods, .n_choices = ARRAY_LEN(methods), .label = MSG_DESK_F_METHOD},
	{.name = "voucher", .kind = FIELD_TEXT, .max = 60, .label = MSG_DESK_F_VOUCHER},
	{.name = "new_due", .kind = FIELD_DATE, .label = MSG_DESK_F_NEW_DUE},
	{.name = "override_limit", .kind = FIELD_BOOL, .label = MSG_DESK_F_OVERRIDE},
	{.name = "collector", .kind = FIELD_TEXT, .max = 200, .label = MSG_DESK_F_COLLECTOR},
	{.name = "authorisation", .kind = FIELD_TEXT, .max = 300, .label = MSG_DESK_F_AUTHORISATION},
	{.name = "receipt_seen", .kind = FIELD_BOOL, .label = MSG_DESK_F_SEEN},
	{.name = "score", .kind = FIELD_INT, .low = 1, .high = 5, .label = MSG_DESK_F_SCORE},
	{.name = "files", .kind = FIELD_FILE, .repeated = true, .most = 20, .label = MSG_DESK_F_FILES},
};
const struct form desk_act_form = {"act", act_fields, ARRAY_LEN(act_fields)};
/* Files of programs go through the API of files first. */
const struct form act_api_form = {"act", act_fields, ARRAY_LEN(act_fields) - 1};

static const struct { unsigned bit; const char *name; } bits[] = {
	{AF_REASON, "reason"}, {AF_TO, "to"}, {AF_UNIT, "unit"}, {AF_FEE, "fee"}, {AF_OPINION, "opinion"}, {AF_OUTCOME, "outcome"},
	{AF_TEXT, "text"}, {AF_NAME, "name"}, {AF_AMOUNT, "amount"}, {AF_METHOD, "method"}, {AF_VOUCHER, "voucher"}, {AF_NEW_DUE, "new_due"},
	{AF_OVERRIDE, "override_limit"}, {AF_COLLECTOR, "collector"}, {AF_AUTHORISATION, "authorisation"}, {AF_SEEN, "receipt_seen"},
	{AF_SCORE, "score"}, {AF_FILES, "files"},
};

bool desk_people(struct env *env, const struct dossier_get_row *d, enum dossier_action act, struct officers *out, struct err *e)
{
	enum role role = ROLE_SPECIALIST;
	struct date today = date_of(env->now);
	if (act == ACT_REASSIGN)
		(void)role_from_name(d->step_role, &role);
	return act == ACT_ASSIGN ? directory_holders(env, role, d->settling_unit, today, out, e)
	                         : directory_holders_in_agency(env, role, d->settling_agency, today, out, e);
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
		if (!intake_look(r, FILES, desk_have()->scan, u->fd, u->name, &mime[i], e))
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
		if (!blob_store_fd(desk_have()->blobs, u->fd, &(struct blob_put){.key = key, .quarantine = true}, &info, e))
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

static struct dossier_act read_act(struct request *r, enum dossier_action a, struct dossier_id id)
{
	struct date day;
	int64_t fee = form_id(r, "fee"), opinion = form_id(r, "opinion");
	struct dossier_act x = {
		.id = id, .rev = form_int(r, "rev"), .action = a, .reason = form_text(r, "reason"), .to = {form_id(r, "to")},
		.unit = {form_id(r, "unit")}, .item = a == ACT_ANSWER_OPINION ? opinion : fee, .text = form_text(r, "text"),
		.outcome = form_text(r, "outcome"), .name = form_text(r, "name"), .amount = form_money(r, "amount"),
		.method = form_text(r, "method"), .voucher = form_text(r, "voucher"), .override_limit = form_bool(r, "override_limit"),
		.score = (int)form_int(r, "score"), .collector = form_text(r, "collector"),
		.authorisation = form_text(r, "authorisation"), .receipt_seen = form_bool(r, "receipt_seen")};
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

static bool do_it(struct request *r, const struct dossier_act *x, struct dossier_done *done, struct err *e)
{
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
	struct dossier_act x = read_act(r, a, d.id);
	if (files) {
		x.files = files->v;
		x.n_files = files->n;
	}
	json_t *fields = a == ACT_SUBMIT ? desk_typed_fields(r, &d) : NULL;
	x.fields = fields;
	bool ok = do_it(r, &x, &done, e);
	json_decref(fields);
	if (!ok)
		return refused(r, e);
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
	if (a == ACT_SUBMIT && form_ok(r))
		return desk_proposal_check(r, e);
	return a != ACT_SUPPLEMENT || !form_ok(r) || sent_ahead(r, e);
}

/* What the rules refuse about one input stands at its field. */
static bool refused_field(struct request *r, struct err *e)
{
	static const struct { enum msg_key say; const char *field; } at[] = {
		{MSG_DOSSIER_NOT_OFFICER, "to"}, {MSG_DOSSIER_REASON, "reason"}, {MSG_DOSSIER_APOLOGY_DATE, "new_due"}, {MSG_DOSSIER_RECEIPT_SEEN, "receipt_seen"}};
	for (size_t i = 0; e->kind == ERR_INVALID && i < ARRAY_LEN(at); i++)
		if (e->say == (int)at[i].say) {
			form_error(r, at[i].field, at[i].say, STR_NONE, STR_NONE);
			*e = (struct err){0};
			return true;
		}
	return false;
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
	struct dossier_act x = read_act(r, a, d.id);
	json_t *answers = more && more->answers.n ? json_loadb(more->answers.p, more->answers.n, 0, NULL) : NULL;
	if (more) {
		x.files = more->files;
		x.n_files = more->n_files;
		x.answers = answers;
		x.rev = answers && !x.rev ? more->rev : x.rev; /* nobody else changed it since */
	}
	r->errors = (struct form_errors){0};
	x.fields = a == ACT_SUBMIT ? json_object_get(r->json, "fields") : NULL;
	bool ok = do_it(r, &x, &done, e);
	json_decref(answers);
	if (!ok)
		return refused_field(r, e);
	r->memo = str_fmt(r->env.arena, "{\"code\":\"%.*s\",\"state\":\"%.*s\",\"step\":\"%.*s\",\"rev\":%lld}", STR_ARG(d.code),
	                  STR_ARG(done.state), STR_ARG(done.step), (long long)done.rev);
	return true;
}

bool act_api_answer(struct request *r, struct err *e)
{
	(void)e;
	buf_put(&r->body, r->memo);
	return answer_json(r, 200);
}

/* ---- several at once: each an act of its own ---- */

static const enum dossier_action bulk_actions[] = {ACT_ACCEPT, ACT_ASSIGN, ACT_FINISH, ACT_APPROVE, ACT_ISSUE, ACT_ARCHIVE, ACT_REASSIGN};
static const struct choice bulk_choices[] = {
	{"accept", MSG_DESK_ACT_ACCEPT}, {"assign", MSG_DESK_ACT_ASSIGN}, {"finish", MSG_DESK_ACT_FINISH}, {"approve", MSG_DESK_ACT_APPROVE},
	{"issue", MSG_DESK_ACT_ISSUE}, {"archive", MSG_DESK_ACT_ARCHIVE}, {"reassign", MSG_DESK_ACT_REASSIGN}};
static const struct field bulk_fields[] = {
	{.name = "chosen", .kind = FIELD_TEXT, .unseen = true, .repeated = true, .max = 80, .most = DESK_PAGE, .label = MSG_DESK_F_CHOSEN},
	{.name = "action", .kind = FIELD_CHOICE, .unseen = true, .required = true, .choices = bulk_choices, .n_choices = ARRAY_LEN(bulk_choices), .label = MSG_DESK_F_ACTION},
	{.name = "to", .kind = FIELD_ID, .label = MSG_DESK_F_TO},
	{.name = "reason", .kind = FIELD_LONG_TEXT, .max = 4000, .label = MSG_DESK_F_REASON},
};
const struct form bulk_form = {"bulk", bulk_fields, ARRAY_LEN(bulk_fields)};

bool bulk_check(struct request *r, struct err *e)
{
	(void)e;
	int i = form_choice(r, "action");
	if (form_count(r, "chosen") == 0)
		form_error(r, "chosen", MSG_DESK_NONE_CHOSEN, STR_NONE, STR_NONE);
	if (i >= 0 && (shapes[bulk_actions[i]].needs & AF_TO) && !form_has(r, "to"))
		form_error(r, "to", MSG_DESK_CHOOSE_PERSON, STR_NONE, STR_NONE);
	if (i >= 0 && (shapes[bulk_actions[i]].needs & AF_REASON) && !form_has(r, "reason"))
		form_error(r, "reason", MSG_FIELD_REQUIRED, STR_NONE, STR_NONE);
	return true;
}

/* "CODE~REV" as the list showed it. */
static bool read_chosen(struct request *r, struct str chosen, struct dossier_act *x, struct str *code, struct err *e)
{
	ptrdiff_t at = str_find_char(chosen, '~');
	bool found = false;
	if (at <= 0)
		return err_set(e, ERR_INVALID, "not a row of the list");
	*code = str_sub(chosen, 0, (size_t)at);
	if (!str_to_i64(str_sub(chosen, (size_t)at + 1, chosen.n), &x->rev) || x->rev < 1)
		return err_set(e, ERR_INVALID, "not a row of the list");
	if (!dossier_id_of(&r->env, *code, &x->id, &found, e))
		return false;
	return found || err_set(e, ERR_NOT_FOUND, "no such dossier");
}

/* In a savepoint, so that one refusal leaves the others. False only when the database failed. */
static bool bulk_one(struct request *r, enum dossier_action a, struct str chosen, json_t *results, struct err *e)
{
	struct dossier_act x = {.action = a, .to = {form_id(r, "to")}, .reason = form_text(r, "reason")};
	struct dossier_done done = {0};
	struct str code = chosen;
	struct err why = {0};
	AUTO_TX tx = {0};
	if (!db_savepoint(r->env.db, &tx, e))
		return false;
	bool ok = read_chosen(r, chosen, &x, &code, &why) && do_it(r, &x, &done, &why);
	if (!ok && (why.kind == ERR_INTERNAL || why.kind == ERR_BUSY)) {
		*e = why;
		return false;
	}
	if (ok && !db_commit(&tx, e))
		return false;
	int say = ok ? 0 : why.say ? why.say : (int)msg_of_err(&why);
	json_array_append_new(results, json_pack("{s:s%,s:b,s:i}", "code", code.p, code.n, "ok", ok, "say", say));
	return true;
}

bool bulk_apply(struct request *r, struct err *e)
{
	int choice = form_choice(r, "action");
	json_t *results = json_array();
	bool ok = choice >= 0;
	for (size_t i = 0; ok && i < form_count(r, "chosen"); i++)
		ok = bulk_one(r, bulk_actions[choice], form_text_at(r, "chosen", i), results, e);
	char *text = json_dumps(results, JSON_COMPACT);
	if (text)
		r->memo = str_dup(r->env.arena, str_from(text));
	free(text);
	json_decref(results);
	return ok;
}

static void bulk_line(struct request *r, struct html_out *o, const struct ui_table *t, const json_t *x)
{
	struct str code = str_from(json_string_value(json_object_get(x, "code")));
	int say = (int)json_integer_value(json_object_get(x, "say"));
	bool ok = json_is_true(json_object_get(x, "ok"));
	ui_row_begin(o, t, &(struct ui_row){0});
	ui_cell_main(o, t, 0, (struct ui_crumb){code, str_fmt(r->env.arena, "/ban-lam-viec/ho-so/%.*s", STR_ARG(code))}, STR_NONE);
	ui_cell_begin(o, t, 1);
	ui_badge_word(o, ok ? UI_DONE : UI_REFUSED, msg(r->env.lang, ok ? MSG_DESK_BULK_OK : MSG_DESK_BULK_NO));
	ui_cell_end(o);
	ui_cell(o, t, 2, say ? page_say(r, say, NULL, 0) : STR(""));
	ui_row_end(o);
}

bool bulk_answer(struct request *r, struct err *e)
{
	struct html_out o = page_out(r);
	json_t *results = json_loadb(r->memo.p, r->memo.n, 0, NULL);
	struct ui_crumb crumb = {msg(r->env.lang, MSG_DESK_TITLE), STR("/ban-lam-viec")};
	struct ui_page p = {.title = msg(r->env.lang, MSG_DESK_BULK_RESULT), .staff = true, .crumbs = &crumb, .n_crumbs = 1};
	struct ui_column columns[] = {{.head = msg(r->env.lang, MSG_DESK_COL_CODE), .kind = UI_CELL_CODE},
		{.head = msg(r->env.lang, MSG_DESK_COL_RESULT)}, {.head = msg(r->env.lang, MSG_DESK_COL_WHY)}};
	struct ui_table t = {.caption = p.title, .caption_hidden = true, .columns = columns, .n_columns = ARRAY_LEN(columns), .keys = true};
	(void)e;
	ui_page_begin(&o, &p);
	ui_table_begin(&o, &t);
	for (size_t i = 0; i < json_array_size(results); i++)
		bulk_line(r, &o, &t, json_array_get(results, i));
	ui_table_end(&o);
	ui_buttons(&o, &(struct ui_button){.label = msg(r->env.lang, MSG_DESK_BACK_TO_LIST), .url = STR("/ban-lam-viec")}, 1);
	ui_page_end(&o, &p);
	json_decref(results);
	return answer_html(r, 200);
}

/* Who may have the chosen ones: by the first of them, since a list is mostly of one step; each is judged on its own. */
static struct ui_option *people_options(struct request *r, enum dossier_action act, size_t *n, struct err *e)
{
	struct officers all = {0};
	struct dossier_act first = {0};
	struct dossier_get_row d = {.settling_agency = {desk_agency_of(r->env.actor)}};
	struct str code;
	struct err none = {0};
	bool may = false;
	*n = 0;
	if (form_count(r, "chosen") && read_chosen(r, form_raw_at(r, "chosen", 0), &first, &code, &none)) {
		struct dossier_get_row x;
		if (!dossier_load(&r->env, first.id, &x, e) || !dossier_may_read(&r->env, &x, &may, e))
			return NULL;
		d = may ? x : d;
	}
	if (!desk_people(&r->env, &d, may ? act : ACT_FINISH, &all, e)) /* any other act: every specialist of the agency */
		return NULL;
	struct ui_option *v = NEW_ARRAY(r->env.arena, all.n + 1, struct ui_option);
	v[(*n)++] = (struct ui_option){.value = STR(""), .label = msg(r->env.lang, MSG_FIELD_CHOOSE)};
	for (size_t i = 0; i < all.n; i++)
		v[(*n)++] = (struct ui_option){.value = str_fmt(r->env.arena, "%lld", (long long)all.v[i].person.v), .chosen = form_id(r, "to") == all.v[i].person.v,
			.label = all.v[i].absent ? str_fmt(r->env.arena, "%.*s (%.*s)", STR_ARG(all.v[i].name), STR_ARG(msg(r->env.lang, MSG_DESK_ABSENT))) : all.v[i].name};
	return v;
}

/* Asks what the chosen act still needs, with the rows kept. */
bool bulk_again(struct request *r, struct err *e)
{
	struct html_out o = page_out(r);
	size_t n = 0;
	int i = form_choice(r, "action");
	struct ui_option *people = people_options(r, i >= 0 ? bulk_actions[i] : ACT_FINISH, &n, e);
	unsigned asks = i >= 0 ? shapes[bulk_actions[i]].asks : 0;
	struct ui_page p = {.title = i >= 0 ? msg(r->env.lang, desk_action_word(bulk_actions[i])) : msg(r->env.lang, MSG_BULK_BAR), .staff = true, .width = UI_READ};
	if (!people)
		return false;
	ui_page_begin(&o, &p);
	page_error_summary(&o, r);
	ui_form_begin(&o, &(struct ui_form){.action = STR("/ban-lam-viec/hang-loat")});
	for (size_t k = 0; k < form_count(r, "chosen"); k++)
		ui_field(&o, &(struct ui_field){.name = STR("chosen"), .kind = UI_HIDDEN, .value = form_raw_at(r, "chosen", k)});
	ui_field(&o, &(struct ui_field){.name = STR("action"), .kind = UI_HIDDEN, .value = form_raw(r, "action")});
	if (asks & AF_TO) {
		struct ui_field f = page_field(r, "to", UI_SELECT, MSG_DESK_F_TO);
		f.options = people, f.n_options = n, f.required = true;
		ui_field(&o, &f);
	}
	if (asks & AF_REASON) {
		struct ui_field f = page_field(r, "reason", UI_LONG_TEXT, MSG_DESK_F_REASON);
		f.required = true;
		ui_field(&o, &f);
	}
	ui_buttons(&o, &(struct ui_button){.label = p.title}, 1);
	ui_form_end(&o);
	ui_page_end(&o, &p);
	return page_answer(r);
}
