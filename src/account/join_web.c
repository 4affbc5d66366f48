/* join_web.c — registration, the code by mail, and a forgotten password.
 *
 * Nobody learns here whether an address or a number has an account: every answer is the same, and who owns the address
 * is told by mail. */
#include "account/web_internal.h"
#include "form/form.h"

enum outcome { DONE, WRONG, TAKEN };
struct work {
	struct str ticket, code, hash, token, never, device;
	enum outcome outcome;
	struct account_id account;
	enum account_kind kind;
};

static struct work *work_new(struct request *r)
{
	struct work *w = r->state = NEW(r->env.arena, struct work);
	w->ticket = secret_token(r->env.arena);
	w->code = secret_code(r->env.arena);
	w->never = secret_token(r->env.arena);
	w->token = secret_token(r->env.arena);
	return w;
}

bool account_mail_words(struct request *r, struct str to, enum msg_key subject, enum msg_key text, struct str arg, struct err *e)
{
	const struct account_config *c = account_cfg();
	const struct account_mail m = {.to = to, .subject = words(r, subject, STR_NONE, STR_NONE), .text = words(r, text, arg, STR_NONE)};
	return c->mail ? c->mail(&r->env, &m, e) : err_set(e, ERR_INTERNAL, "no way to send mail");
}

/* Five an hour to one address: more are not sent, and nobody is told. */
bool account_may_mail(struct request *r, struct str email, bool *may, struct err *e)
{
	struct recovery_count_row n = {0};
	bool found = false;
	if (!q_recovery_count(r->env.db, r->env.arena, email, (struct instant){r->env.now.ms - 3600 * 1000}, &n, &found, e))
		return false;
	*may = n.n < CODES_AN_HOUR;
	return true;
}

static void check_new_password(struct request *r, struct str login, struct str name)
{
	int fault = secret_password_fault(r->env.arena, form_text(r, "password"), login, name);
	if (fault)
		form_error(r, "password", fault, STR_NONE, STR_NONE);
	else if (!str_eq(form_text(r, "password"), form_text(r, "again")))
		form_error(r, "again", MSG_ACCOUNT_PASSWORD_DIFFERS, STR_NONE, STR_NONE);
}

static void password_fields(struct screen *s, struct request *r)
{
	struct ui_field p = page_field(r, "password", UI_PASSWORD, MSG_ACCOUNT_PASSWORD_NEW), a = page_field(r, "again", UI_PASSWORD, MSG_ACCOUNT_PASSWORD_AGAIN);
	p.hint = msg(s->o.lang, MSG_ACCOUNT_PASSWORD_HINT);
	p.autocomplete = a.autocomplete = "new-password";
	p.required = a.required = true;
	ui_field(&s->o, &p);
	ui_field(&s->o, &a);
}

static void mail_code_field(struct screen *s, struct request *r)
{
	struct ui_field f = page_field(r, "code", UI_CODE, MSG_ACCOUNT_MAIL_CODE);
	f.hint = msg(s->o.lang, MSG_ACCOUNT_MAIL_CODE_HINT);
	f.required = f.plain = true;
	f.value = STR("");
	ui_field(&s->o, &f);
}

static struct str ticket_path(struct request *r, const char *base, struct str ticket)
{
	return str_fmt(r->env.arena, "%s/%.*s", base, STR_ARG(ticket));
}

/* ---- registration ---- */

static const struct choice kind_choices[] = {{"citizen", MSG_ACCOUNT_KIND_CITIZEN}, {"business", MSG_ACCOUNT_KIND_BUSINESS}};
static const struct field join_fields[] = {
	{.name = "kind", .kind = FIELD_CHOICE, .required = true, .label = MSG_ACCOUNT_KIND, .choices = kind_choices, .n_choices = ARRAY_LEN(kind_choices)},
	{.name = "name", .kind = FIELD_TEXT, .required = true, .max = 150, .label = MSG_ACCOUNT_NAME},
	{.name = "number", .kind = FIELD_TEXT, .required = true, .max = 20, .label = MSG_ACCOUNT_NUMBER},
	{.name = "email", .kind = FIELD_EMAIL, .required = true, .max = 200, .label = MSG_ACCOUNT_EMAIL},
	{.name = "phone", .kind = FIELD_TEXT, .max = 20, .label = MSG_ACCOUNT_PHONE},
	{.name = "password", .kind = FIELD_PASSWORD, .required = true, .label = MSG_ACCOUNT_PASSWORD_NEW},
	{.name = "again", .kind = FIELD_PASSWORD, .required = true, .label = MSG_ACCOUNT_PASSWORD_AGAIN},
	{.name = "agree", .kind = FIELD_BOOL, .required = true},
};
static const struct form join_form = {"join", join_fields, ARRAY_LEN(join_fields)};

static bool join_page(struct request *r, struct err *e)
{
	struct screen s;
	(void)e;
	screen_begin(&s, r, MSG_ACCOUNT_REGISTER, MSG_ACCOUNT_REGISTER_LEAD);
	screen_form(&s, r, STR("/dang-ky"));
	struct ui_field kind = page_field(r, "kind", UI_RADIOS, MSG_ACCOUNT_KIND), name = page_field(r, "name", UI_TEXT, MSG_ACCOUNT_NAME);
	struct ui_field number = page_field(r, "number", UI_TEXT, MSG_ACCOUNT_NUMBER), email = page_field(r, "email", UI_EMAIL, MSG_ACCOUNT_EMAIL);
	struct ui_field phone = page_field(r, "phone", UI_PHONE, MSG_ACCOUNT_PHONE), agree = page_field(r, "agree", UI_CHECK, MSG_ACCOUNT_AGREE);
	const struct ui_option options[] = {
		{.value = STR("citizen"), .label = msg(s.o.lang, MSG_ACCOUNT_KIND_CITIZEN), .chosen = !str_eq(kind.value, STR("business"))},
		{.value = STR("business"), .label = msg(s.o.lang, MSG_ACCOUNT_KIND_BUSINESS), .chosen = str_eq(kind.value, STR("business"))}};
	kind.options = options;
	kind.n_options = ARRAY_LEN(options);
	number.hint = msg(s.o.lang, MSG_ACCOUNT_NUMBER_HINT);
	email.hint = msg(s.o.lang, MSG_ACCOUNT_EMAIL_HINT);
	name.autocomplete = "name";
	kind.required = name.required = number.required = email.required = agree.required = true;
	number.width = 20;
	struct ui_field *const order[] = {&kind, &name, &number, &email, &phone};
	for (size_t i = 0; i < ARRAY_LEN(order); i++)
		ui_field(&s.o, order[i]);
	password_fields(&s, r);
	ui_field(&s.o, &agree);
	screen_submit(&s, MSG_DO_CONTINUE);
	return screen_end(&s, r);
}

static bool is_business(struct request *r) { return form_choice(r, "kind") == 1; }

static bool join_slow(struct request *r, struct err *e)
{
	struct work *w = work_new(r);
	bool number_ok = is_business(r) ? tax_code_ok(form_text(r, "number")) : personal_id_ok(form_text(r, "number"));
	if (!number_ok)
		form_error(r, "number", is_business(r) ? MSG_FIELD_NOT_TAX_CODE : MSG_FIELD_NOT_PERSONAL_ID, STR_NONE, STR_NONE);
	if (form_has(r, "phone") && !phone_ok(form_text(r, "phone")))
		form_error(r, "phone", MSG_FIELD_NOT_PHONE, STR_NONE, STR_NONE);
	check_new_password(r, form_text(r, "email"), form_text(r, "name"));
	return form_ok(r) ? account_password_hash(r->env.arena, form_text(r, "password"), &w->hash, e) : true;
}

/* What was typed waits sealed under a key of the process's ring, bound to its ticket. */
static struct str seal_request(struct request *r, const struct work *w)
{
	AUTO_KEY k = account_lookup_key("account.register");
	struct str body = str_fmt(r->env.arena, "%s\n%.*s\n%.*s\n%.*s\n%.*s", is_business(r) ? "business" : "citizen", STR_ARG(form_text(r, "name")),
	                          STR_ARG(form_text(r, "number")), STR_ARG(form_text(r, "phone")), STR_ARG(w->hash));
	return crypto_seal(r->env.arena, &k, w->ticket, body);
}

static bool join_apply(struct request *r, struct err *e)
{
	struct work *w = r->state;
	struct account_of_email_row owner = {0};
	struct account_of_login_row named = {0};
	bool by_email = false, by_login = false, may = false;
	struct str email = account_fold(r->env.arena, form_text(r, "email"));
	if (!q_account_of_email(r->env.db, r->env.arena, email, &owner, &by_email, e) ||
	    !q_account_of_login(r->env.db, r->env.arena, email, &named, &by_login, e) || !account_may_mail(r, email, &may, e))
		return false;
	bool taken = by_email || by_login;
	const struct code_new c = {.purpose = "register", .ticket = w->ticket, .code = taken ? w->never : w->code, .email = email, .body = seal_request(r, w)};
	if (!code_add(&r->env, &c, e))
		return false;
	if (!may)
		return true;
	return taken ? account_mail_words(r, email, MSG_ACCOUNT_MAIL_KNOWN_SUBJECT, MSG_ACCOUNT_MAIL_KNOWN, STR_NONE, e)
	             : account_mail_words(r, email, MSG_ACCOUNT_MAIL_JOIN_SUBJECT, MSG_ACCOUNT_MAIL_JOIN, w->code, e);
}

static bool join_answer(struct request *r, struct err *e)
{
	struct work *w = r->state;
	(void)e;
	return answer_redirect(r, r->replayed ? STR("/dang-ky") : ticket_path(r, "/dang-ky/ma", w->ticket));
}

static const struct field confirm_fields[] = {{.name = "code", .kind = FIELD_TEXT, .required = true, .max = 12, .label = MSG_ACCOUNT_MAIL_CODE}};
static const struct form confirm_form = {"confirm", confirm_fields, ARRAY_LEN(confirm_fields)};

static bool confirm_page(struct request *r, struct err *e)
{
	struct screen s;
	(void)e;
	screen_begin(&s, r, MSG_ACCOUNT_CONFIRM_TITLE, MSG_ACCOUNT_CONFIRM_LEAD);
	screen_form(&s, r, r->path);
	mail_code_field(&s, r);
	screen_submit(&s, MSG_DO_CONFIRM);
	return screen_end(&s, r);
}

static bool confirm_check(struct request *r, struct err *e)
{
	(void)e;
	work_new(r);
	return true;
}

static bool join_create(struct request *r, struct work *w, const struct recovery_get_row *row, struct err *e)
{
	AUTO_KEY k = account_lookup_key("account.register");
	struct str body, kind, part[4];
	struct account_row_row other = {0};
	bool taken = false;
	if (!crypto_open(r->env.arena, &k, req_param(r, "ticket"), row->body, &body, e))
		return false;
	bool whole = str_next(&body, '\n', &kind);
	for (size_t i = 0; i < ARRAY_LEN(part); i++)
		whole = whole && str_next(&body, '\n', &part[i]);
	if (!whole)
		return err_set(e, ERR_INTERNAL, "what was typed at registration is not whole");
	w->kind = account_kind_of(kind);
	bool business = w->kind == ACCOUNT_BUSINESS;
	if (!account_find(&r->env, part[1], &other, &taken, e))
		return false;
	if (taken) {
		w->outcome = TAKEN;
		return true;
	}
	const struct account_new x = {.kind = w->kind, .login = row->email, .name = part[0], .email = row->email, .email_confirmed = true,
	                              .phone = part[2], .identity = business ? STR("") : part[1], .tax_code = business ? part[1] : STR(""),
	                              .password_hash = part[3]};
	if (!account_create(&r->env, &x, &w->account, e))
		return false;
	w->device = device_entry(r->env.arena, w->account, r->env.now, STR(""));
	const struct session_new s = {.account = w->account, .epoch = 1, .stage = STAGE_FULL, .token = w->token,
	                              .address = r->client.p ? r->client : STR(""), .agent = req_header(r, "User-Agent").p ? req_header(r, "User-Agent") : STR("")};
	return session_add(&r->env, &s, e) && account_record(&r->env, "account.sign_in", w->account, STR(""), e);
}

static bool confirm_apply(struct request *r, struct err *e)
{
	struct work *w = r->state;
	struct recovery_get_row row = {0};
	enum code_state state;
	if (!code_try(&r->env, req_param(r, "ticket"), "register", form_text(r, "code"), &state, &row, e))
		return false;
	w->outcome = state == CODE_RIGHT ? DONE : WRONG;
	return state == CODE_RIGHT ? join_create(r, w, &row, e) : true;
}

static bool confirm_answer(struct request *r, struct err *e)
{
	struct work *w = r->state;
	if (r->replayed)
		return answer_redirect(r, STR("/dang-nhap"));
	if (w->outcome != DONE)
		return screen_again(r, confirm_page, "code", w->outcome == TAKEN ? MSG_ACCOUNT_NUMBER_TAKEN : MSG_ACCOUNT_CODE_WRONG, STR_NONE, e);
	screen_know_device(r, w->device);
	answer_cookie(r, SESSION_COOKIE, w->token, 0);
	return answer_redirect(r, home_of(w->kind, STR("")));
}

/* ---- a forgotten password ---- */

static const struct field forgot_fields[] = {{.name = "login", .kind = FIELD_TEXT, .required = true, .max = 200, .label = MSG_ACCOUNT_LOGIN}};
static const struct form forgot_form = {"forgot", forgot_fields, ARRAY_LEN(forgot_fields)};

static bool forgot_page(struct request *r, struct err *e)
{
	struct screen s;
	(void)e;
	screen_begin(&s, r, MSG_ACCOUNT_FORGOT, MSG_ACCOUNT_FORGOT_LEAD);
	screen_form(&s, r, STR("/quen-mat-khau"));
	struct ui_field f = page_field(r, "login", UI_TEXT, MSG_ACCOUNT_LOGIN);
	f.hint = msg(s.o.lang, MSG_ACCOUNT_LOGIN_HINT);
	f.required = f.plain = true;
	ui_field(&s.o, &f);
	screen_submit(&s, MSG_ACCOUNT_SEND_CODE);
	return screen_end(&s, r);
}

static bool forgot_apply(struct request *r, struct err *e)
{
	struct work *w = r->state;
	struct account_row_row row = {0};
	bool found = false, may = false;
	if (!account_find(&r->env, form_text(r, "login"), &row, &found, e))
		return false;
	bool reachable = found && row.email_confirmed.has && row.email.n && str_eq(row.state, STR("active"));
	struct str email = reachable ? row.email : w->never;
	if (!account_may_mail(r, email, &may, e))
		return false;
	const struct code_new c = {.purpose = "password", .account = row.id, .ticket = w->ticket, .code = reachable && may ? w->code : w->never, .email = email};
	if (!code_add(&r->env, &c, e))
		return false;
	if (!reachable || !may)
		return true;
	return account_mail_words(r, email, MSG_ACCOUNT_MAIL_RESET_SUBJECT, MSG_ACCOUNT_MAIL_RESET, w->code, e);
}

static bool forgot_answer(struct request *r, struct err *e)
{
	struct work *w = r->state;
	(void)e;
	return answer_redirect(r, r->replayed ? STR("/quen-mat-khau") : ticket_path(r, "/quen-mat-khau/ma", w->ticket));
}

static const struct field reset_fields[] = {
	{.name = "code", .kind = FIELD_TEXT, .required = true, .max = 12, .label = MSG_ACCOUNT_MAIL_CODE},
	{.name = "password", .kind = FIELD_PASSWORD, .required = true, .label = MSG_ACCOUNT_PASSWORD_NEW},
	{.name = "again", .kind = FIELD_PASSWORD, .required = true, .label = MSG_ACCOUNT_PASSWORD_AGAIN},
};
static const struct form reset_form = {"reset", reset_fields, ARRAY_LEN(reset_fields)};

static bool reset_page(struct request *r, struct err *e)
{
	struct screen s;
	(void)e;
	screen_begin(&s, r, MSG_ACCOUNT_RESET_TITLE, MSG_ACCOUNT_RESET_LEAD);
	screen_form(&s, r, r->path);
	mail_code_field(&s, r);
	password_fields(&s, r);
	screen_submit(&s, MSG_DO_SAVE);
	return screen_end(&s, r);
}

static bool reset_slow(struct request *r, struct err *e)
{
	struct work *w = work_new(r);
	check_new_password(r, STR(""), STR(""));
	return form_ok(r) ? account_password_hash(r->env.arena, form_text(r, "password"), &w->hash, e) : true;
}

static bool reset_apply(struct request *r, struct err *e)
{
	struct work *w = r->state;
	struct recovery_get_row row = {0};
	enum code_state state;
	if (!code_try(&r->env, req_param(r, "ticket"), "password", form_text(r, "code"), &state, &row, e))
		return false;
	w->outcome = state == CODE_RIGHT && row.account.v ? DONE : WRONG;
	w->account = row.account;
	w->device = w->outcome == DONE ? device_entry(r->env.arena, row.account, r->env.now, STR("")) : STR("");
	return w->outcome == DONE ? account_change_password(&r->env, row.account, w->hash, 0, e) : true;
}

static bool reset_answer(struct request *r, struct err *e)
{
	struct work *w = r->state;
	if (r->replayed)
		return answer_redirect(r, STR("/dang-nhap"));
	if (w->outcome != DONE)
		return screen_again(r, reset_page, "code", MSG_ACCOUNT_CODE_WRONG, STR_NONE, e);
	screen_know_device(r, w->device);
	session_forget(w->account);
	return answer_redirect(r, STR("/dang-nhap?moi=1"));
}

#define PERSON "NONE: a person registers or recovers"
const struct route account_join_routes[] = {
	{.method = HTTP_GET, .path = "/dang-ky", .page = join_page, .allow = ALLOW_ALL, .api = PERSON},
	{.method = HTTP_POST, .path = "/dang-ky", .slow = join_slow, .apply = join_apply, .answer = join_answer, .again = join_page, .form = &join_form,
	 .allow = ALLOW_ALL, .rate = RATE_SIGN_IN, .api = PERSON},
	{.method = HTTP_GET, .path = "/dang-ky/ma/:ticket", .page = confirm_page, .allow = ALLOW_ALL, .api = PERSON},
	{.method = HTTP_POST, .path = "/dang-ky/ma/:ticket", .check = confirm_check, .apply = confirm_apply, .answer = confirm_answer,
	 .again = confirm_page, .form = &confirm_form, .allow = ALLOW_ALL, .rate = RATE_SIGN_IN, .api = PERSON},
	{.method = HTTP_GET, .path = "/quen-mat-khau", .page = forgot_page, .allow = ALLOW_ALL, .api = PERSON},
	{.method = HTTP_POST, .path = "/quen-mat-khau", .check = confirm_check, .apply = forgot_apply, .answer = forgot_answer, .again = forgot_page,
	 .form = &forgot_form, .allow = ALLOW_ALL, .rate = RATE_SIGN_IN, .api = PERSON},
	{.method = HTTP_GET, .path = "/quen-mat-khau/ma/:ticket", .page = reset_page, .allow = ALLOW_ALL, .api = PERSON},
	{.method = HTTP_POST, .path = "/quen-mat-khau/ma/:ticket", .slow = reset_slow, .apply = reset_apply, .answer = reset_answer, .again = reset_page,
	 .form = &reset_form, .allow = ALLOW_ALL, .rate = RATE_SIGN_IN, .api = PERSON},
};
const size_t n_account_join_routes = ARRAY_LEN(account_join_routes);
