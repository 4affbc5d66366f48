/* mine_web.c — my account: its page, password, second factor, e-mail. Its sessions: sessions_web.c. */
#include "account/account_views.h"
#include "account/mine_internal.h"

/* ---- the page ---- */

static void show_facts(struct screen *s, const struct account_row_row *row)
{
	enum lang l = s->o.lang;
	const struct ui_fact facts[] = {
		{.label = msg(l, MSG_ACCOUNT_NAME_SHORT), .value = row->name},
		{.label = msg(l, MSG_ACCOUNT_LOGIN), .value = row->login},
		{.label = msg(l, MSG_ACCOUNT_EMAIL), .value = row->email.n ? row->email : msg(l, MSG_NONE_YET),
		 .change_url = STR("/tai-khoan/thu-dien-tu")},
		{.label = msg(l, MSG_ACCOUNT_PASSWORD), .value = STR("••••••••"), .change_url = STR("/tai-khoan/mat-khau")},
		{.label = msg(l, MSG_ACCOUNT_FACTOR), .value = msg(l, row->totp.p ? MSG_ACCOUNT_FACTOR_ON : MSG_ACCOUNT_FACTOR_OFF),
		 .change_url = STR("/tai-khoan/ma-xac-thuc")}};
	ui_answers(&s->o, facts, ARRAY_LEN(facts));
}

/* The language that mails are written in. */
static const struct choice lang_choices[] = {{"vi", MSG_NAV_LANG_VI}, {"en", MSG_NAV_LANG_EN}};
static const struct field lang_fields[] = {{.name = "lang", .kind = FIELD_CHOICE, .required = true, .choices = lang_choices, .n_choices = ARRAY_LEN(lang_choices)}};
static const struct form lang_form = {"mail_language", lang_fields, ARRAY_LEN(lang_fields)};

static void show_language(struct screen *s, struct request *r, const struct account_row_row *row)
{
	const struct ui_option options[] = {
		{.value = STR("vi"), .label = msg(s->o.lang, MSG_NAV_LANG_VI), .chosen = !str_eq(row->lang, STR("en"))},
		{.value = STR("en"), .label = msg(s->o.lang, MSG_NAV_LANG_EN), .chosen = str_eq(row->lang, STR("en"))}};
	struct ui_field f = page_field(r, "lang", UI_RADIOS, MSG_ACCOUNT_MAIL_LANGUAGE);
	f.options = options;
	f.n_options = ARRAY_LEN(options);
	f.required = true;
	ui_section_begin(&s->o, msg(s->o.lang, MSG_ACCOUNT_MAILS));
	ui_form_begin(&s->o, &(struct ui_form){.action = STR("/tai-khoan/ngon-ngu")});
	ui_field(&s->o, &f);
	ui_button(&s->o, &(struct ui_button){.label = msg(s->o.lang, MSG_DO_SAVE), .weight = UI_QUIET});
	ui_form_end(&s->o);
	ui_section_end(&s->o);
}

static bool lang_apply(struct request *r, struct err *e)
{
	r->redirect = STR("/tai-khoan");
	return account_epoch_ok(&r->env, e) && q_account_set_lang(r->env.db, me(r), str_from(lang_choices[form_choice(r, "lang")].value), NULL, e) &&
	       account_record(&r->env, "account.lang", me(r), STR(""), e);
}

static bool mine_page(struct request *r, struct err *e)
{
	struct account_row_row row = {0};
	struct session_list_rows rows = {0};
	bool found = false;
	struct screen s;
	if (!q_account_row(r->env.db, r->env.arena, me(r), &row, &found, e) || !q_session_list(r->env.db, r->env.arena, me(r), &rows, e))
		return false;
	screen_begin(&s, r, MSG_NAV_ACCOUNT, 0);
	show_facts(&s, &row);
	show_language(&s, r, &row);
	ui_section_begin(&s.o, msg(s.o.lang, MSG_ACCOUNT_SESSIONS));
	mine_sessions(&s, r, &rows);
	ui_section_end(&s.o);
	ui_buttons(&s.o, &(struct ui_button){.label = msg(s.o.lang, MSG_ACCOUNT_OUT_EVERYWHERE), .url = STR("/tai-khoan/thoat-moi-noi"), .weight = UI_QUIET}, 1);
	return screen_end(&s, r);
}

/* ---- password ---- */

static const struct field password_fields[] = {
	{.name = "current", .kind = FIELD_PASSWORD, .required = true, .label = MSG_ACCOUNT_PASSWORD_NOW},
	{.name = "password", .kind = FIELD_PASSWORD, .required = true, .label = MSG_ACCOUNT_PASSWORD_NEW},
	{.name = "again", .kind = FIELD_PASSWORD, .required = true, .label = MSG_ACCOUNT_PASSWORD_AGAIN},
};
static const struct form password_form = {"password", password_fields, ARRAY_LEN(password_fields)};

static bool password_page(struct request *r, struct err *e)
{
	static const struct { const char *name; enum msg_key label; const char *complete; } f[] = {
		{"current", MSG_ACCOUNT_PASSWORD_NOW, "current-password"}, {"password", MSG_ACCOUNT_PASSWORD_NEW, "new-password"},
		{"again", MSG_ACCOUNT_PASSWORD_AGAIN, "new-password"}};
	struct screen s;
	(void)e;
	screen_begin(&s, r, MSG_ACCOUNT_PASSWORD_CHANGE, MSG_ACCOUNT_PASSWORD_CHANGE_LEAD);
	screen_form(&s, r, STR("/tai-khoan/mat-khau"));
	for (size_t i = 0; i < ARRAY_LEN(f); i++) {
		struct ui_field x = page_field(r, f[i].name, UI_PASSWORD, f[i].label);
		x.autocomplete = f[i].complete;
		x.required = x.plain = true;
		x.hint = i == 1 ? msg(s.o.lang, MSG_ACCOUNT_PASSWORD_HINT) : STR("");
		ui_field(&s.o, &x);
	}
	screen_submit(&s, MSG_DO_SAVE);
	return screen_end(&s, r);
}

bool mine_verify(struct request *r, struct work *w, struct err *e)
{
	bool found = false;
	if (!q_account_row(r->env.db, r->env.arena, me(r), &w->row, &found, e))
		return false;
	w->right = secret_password_ok(found ? w->row.password : STR(""), form_text(r, "current")) && found;
	return true;
}

static bool password_slow(struct request *r, struct err *e)
{
	struct work *w = r->state = NEW(r->env.arena, struct work);
	if (!mine_verify(r, w, e))
		return false;
	int fault = secret_password_fault(r->env.arena, form_text(r, "password"), w->row.login, w->row.name);
	if (fault)
		form_error(r, "password", fault, STR_NONE, STR_NONE);
	else if (!str_eq(form_text(r, "password"), form_text(r, "again")))
		form_error(r, "again", MSG_ACCOUNT_PASSWORD_DIFFERS, STR_NONE, STR_NONE);
	return form_ok(r) ? account_password_hash(r->env.arena, form_text(r, "password"), &w->hash, e) : true;
}

bool mine_current_ok(struct request *r, struct work *w, struct err *e)
{
	if (!account_epoch_ok(&r->env, e) || !attempt_read_inside(&r->env, &w->row, &w->at, e))
		return false;
	w->outcome = attempt_wait(&r->env, &w->at) ? WAIT : w->right ? DONE : WRONG;
	return w->outcome == WRONG ? attempt_failed(&r->env, &w->at, e) : true;
}

static bool password_apply(struct request *r, struct err *e)
{
	struct work *w = r->state;
	if (!mine_current_ok(r, w, e))
		return false;
	if (w->outcome != DONE)
		return true;
	w->device = device_entry(r->env.arena, me(r), r->env.now, STR(""));
	return account_change_password(&r->env, me(r), w->hash, r->env.actor->session, e);
}

bool mine_refused(struct request *r, const struct work *w, route_fn *page, const char *field, enum msg_key wrong, struct err *e)
{
	if (w->outcome == WAIT)
		return screen_again(r, page, field, MSG_ACCOUNT_WAIT, screen_wait(r, w->at.until), e);
	return screen_again(r, page, field, wrong, STR_NONE, e);
}

static bool password_answer(struct request *r, struct err *e)
{
	struct work *w = r->state;
	if (!r->replayed && w->outcome != DONE)
		return mine_refused(r, w, password_page, "current", MSG_ACCOUNT_PASSWORD_WRONG, e);
	screen_know_device(r, w->device);
	session_forget(me(r));
	return answer_redirect(r, STR("/tai-khoan"));
}

/* ---- second factor ---- */

static const struct field start_fields[] = {{.name = "current", .kind = FIELD_PASSWORD, .required = true, .label = MSG_ACCOUNT_PASSWORD_NOW}};
static const struct form start_form = {"factor_start", start_fields, ARRAY_LEN(start_fields)};
static const struct field code_fields[] = {{.name = "code", .kind = FIELD_TEXT, .required = true, .max = 12, .label = MSG_ACCOUNT_CODE}};
static const struct form code_form = {"factor", code_fields, ARRAY_LEN(code_fields)};

/* The secret that waits in this session; empty when none does. */
static bool waiting_secret(struct request *r, struct account_row_row *row, struct str *secret, struct err *e)
{
	struct session_of_token_row s = {0};
	bool found = false;
	AUTO_KEY k = {{0}};
	*secret = STR("");
	if (r->auth != AUTH_COOKIE)
		return true;
	if (!q_session_of_token(r->env.db, r->env.arena, account_secret_hash(r->env.arena, req_cookie(r, SESSION_COOKIE)), &s, &found, e))
		return false;
	if (!found || !s.secret.p)
		return true;
	return q_account_row(r->env.db, r->env.arena, s.account, row, &found, e) && account_key(row, &k, e) &&
	       crypto_open(r->env.arena, &k, STR("enrol"), s.secret, secret, e);
}

static bool factor_page(struct request *r, struct err *e)
{
	struct account_row_row row = {0};
	struct str secret;
	struct screen s;
	if (!waiting_secret(r, &row, &secret, e))
		return false;
	screen_begin(&s, r, MSG_ACCOUNT_FACTOR, secret.n ? MSG_ACCOUNT_ENROL_LEAD : MSG_ACCOUNT_FACTOR_LEAD);
	if (secret.n) {
		account_enrol_picture(&s.o, STR("/tai-khoan/ma-xac-thuc.svg"), secret_base32(r->env.arena, secret));
		screen_form(&s, r, STR("/tai-khoan/ma-xac-thuc"));
		struct ui_field f = page_field(r, "code", UI_CODE, MSG_ACCOUNT_CODE);
		f.required = f.plain = true;
		f.value = STR("");
		ui_field(&s.o, &f);
		screen_submit(&s, MSG_DO_CONFIRM);
		return screen_end(&s, r);
	}
	screen_form(&s, r, STR("/tai-khoan/ma-xac-thuc/bat-dau"));
	struct ui_field p = page_field(r, "current", UI_PASSWORD, MSG_ACCOUNT_PASSWORD_NOW);
	p.required = p.plain = true;
	ui_field(&s.o, &p);
	screen_submit(&s, MSG_DO_CONTINUE);
	return screen_end(&s, r);
}

static bool factor_picture(struct request *r, struct err *e)
{
	struct account_row_row row = {0};
	struct str secret;
	if (!waiting_secret(r, &row, &secret, e))
		return false;
	if (!secret.n)
		return err_set(e, ERR_NOT_FOUND, "no enrolment is under way");
	struct str uri = secret_totp_uri(r->env.arena, secret, row.login, STR("Mot Cua"));
	return answer_bytes(r, 200, "image/svg+xml", secret_qr_svg(r->env.arena, uri));
}

static bool start_slow(struct request *r, struct err *e)
{
	struct work *w = r->state = NEW(r->env.arena, struct work);
	AUTO_KEY k = {{0}};
	if (!mine_verify(r, w, e) || !account_key(&w->row, &k, e))
		return false;
	w->secret = crypto_seal(r->env.arena, &k, STR("enrol"), crypto_random_str(r->env.arena, SECRET_SIZE));
	return true;
}

static bool start_apply(struct request *r, struct err *e)
{
	struct work *w = r->state;
	if (!mine_current_ok(r, w, e))
		return false;
	if (w->outcome != DONE)
		return true;
	return q_session_set_secret(r->env.db, r->env.actor->session, w->secret, NULL, e);
}

static bool start_answer(struct request *r, struct err *e)
{
	struct work *w = r->state;
	if (!r->replayed && w->outcome != DONE)
		return mine_refused(r, w, factor_page, "current", MSG_ACCOUNT_PASSWORD_WRONG, e);
	return answer_redirect(r, STR("/tai-khoan/ma-xac-thuc"));
}

static bool factor_apply(struct request *r, struct err *e)
{
	struct work *w = r->state = NEW(r->env.arena, struct work);
	struct str secret;
	w->outcome = DEAD;
	if (!account_epoch_ok(&r->env, e) || !waiting_secret(r, &w->row, &secret, e))
		return false;
	if (!secret.n)
		return true;
	if (!attempt_read_inside(&r->env, &w->row, &w->at, e))
		return false;
	w->outcome = attempt_wait(&r->env, &w->at) ? WAIT : WRONG;
	if (w->outcome == WAIT)
		return true;
	int64_t step;
	if (!attempt_code(&r->env, &w->at, secret, form_text(r, "code"), &step, e))
		return false;
	if (step < 0)
		return attempt_failed(&r->env, &w->at, e);
	w->outcome = DONE;
	return attempt_passed(&r->env, &w->at, step, e) && account_change_totp(&r->env, me(r), secret, r->env.actor->session, e) &&
	       q_session_set_secret(r->env.db, r->env.actor->session, STR_NONE, NULL, e);
}

static bool factor_answer(struct request *r, struct err *e)
{
	struct work *w = r->state;
	if (!r->replayed && w->outcome == DEAD)
		return answer_redirect(r, STR("/tai-khoan/ma-xac-thuc"));
	if (!r->replayed && w->outcome != DONE)
		return mine_refused(r, w, factor_page, "code", MSG_ACCOUNT_CODE_WRONG, e);
	session_forget(me(r));
	return answer_redirect(r, STR("/tai-khoan"));
}

/* ---- e-mail: confirmed at both addresses ---- */

static const struct field email_fields[] = {{.name = "email", .kind = FIELD_EMAIL, .required = true, .max = 200, .label = MSG_ACCOUNT_EMAIL_NEW},
                                            {.name = "current", .kind = FIELD_PASSWORD, .required = true, .label = MSG_ACCOUNT_PASSWORD_NOW}};
static const struct form email_form = {"email", email_fields, ARRAY_LEN(email_fields)};
static const struct field both_fields[] = {{.name = "old", .kind = FIELD_TEXT, .max = 12}, {.name = "code", .kind = FIELD_TEXT, .required = true, .max = 12}};
static const struct form both_form = {"email_codes", both_fields, ARRAY_LEN(both_fields)};

static bool email_page(struct request *r, struct err *e)
{
	struct screen s;
	(void)e;
	screen_begin(&s, r, MSG_ACCOUNT_EMAIL_CHANGE, MSG_ACCOUNT_EMAIL_CHANGE_LEAD);
	screen_form(&s, r, STR("/tai-khoan/thu-dien-tu"));
	struct ui_field email = page_field(r, "email", UI_EMAIL, MSG_ACCOUNT_EMAIL_NEW), now = page_field(r, "current", UI_PASSWORD, MSG_ACCOUNT_PASSWORD_NOW);
	now.autocomplete = "current-password";
	email.required = now.required = now.plain = true;
	ui_field(&s.o, &email);
	ui_field(&s.o, &now);
	screen_submit(&s, MSG_ACCOUNT_SEND_CODE);
	return screen_end(&s, r);
}

static bool email_slow(struct request *r, struct err *e)
{
	struct work *w = r->state = NEW(r->env.arena, struct work);
	w->ticket = secret_token(r->env.arena);
	return mine_verify(r, w, e);
}

/* One code to each mailbox; both are asked for as one. An address that has an account is told by mail, and by nothing else. */
static bool send_codes(struct request *r, struct work *w, struct err *e)
{
	struct arena *a = r->env.arena;
	struct str email = account_fold(a, form_text(r, "email")), fresh = secret_code(a), old = w->row.email.n ? secret_code(a) : STR("");
	struct account_of_email_row owner = {0};
	bool taken = false, may = false;
	if (!q_account_of_email(r->env.db, a, email, &owner, &taken, e) || !account_may_mail(r, email, &may, e))
		return false;
	const struct code_new c = {.purpose = "email", .account = me(r), .ticket = w->ticket, .code = taken ? secret_token(a) : str_cat(a, old, fresh), .email = email};
	if (!code_add(&r->env, &c, e) || !may)
		return e->kind == ERR_NONE;
	if (old.n && !account_mail_words(r, w->row.email, MSG_ACCOUNT_MAIL_OLD_SUBJECT, MSG_ACCOUNT_MAIL_OLD, old, e))
		return false;
	return taken ? account_mail_words(r, email, MSG_ACCOUNT_MAIL_KNOWN_SUBJECT, MSG_ACCOUNT_MAIL_KNOWN, STR_NONE, e)
	             : account_mail_words(r, email, MSG_ACCOUNT_MAIL_NEW_SUBJECT, MSG_ACCOUNT_MAIL_NEW, fresh, e);
}

static bool email_apply(struct request *r, struct err *e)
{
	struct work *w = r->state;
	return mine_current_ok(r, w, e) && (w->outcome != DONE || send_codes(r, w, e));
}

static bool email_answer(struct request *r, struct err *e)
{
	struct work *w = r->state;
	if (r->replayed)
		return answer_redirect(r, STR("/tai-khoan/thu-dien-tu"));
	if (w->outcome != DONE)
		return mine_refused(r, w, email_page, "current", MSG_ACCOUNT_PASSWORD_WRONG, e);
	return answer_redirect(r, str_fmt(r->env.arena, "/tai-khoan/thu-dien-tu/%.*s", STR_ARG(w->ticket)));
}

static void both_field(struct screen *s, struct request *r, const char *name, enum msg_key label)
{
	struct ui_field f = page_field(r, name, UI_CODE, label);
	f.required = f.plain = true;
	f.value = STR("");
	ui_field(&s->o, &f);
}

static bool both_page(struct request *r, struct err *e)
{
	struct account_row_row row = {0};
	struct screen s;
	bool found = false;
	if (!q_account_row(r->env.db, r->env.arena, me(r), &row, &found, e))
		return false;
	screen_begin(&s, r, MSG_ACCOUNT_EMAIL_CHANGE, row.email.n ? MSG_ACCOUNT_EMAIL_BOTH_LEAD : MSG_ACCOUNT_CONFIRM_LEAD);
	screen_form(&s, r, r->path);
	if (row.email.n)
		both_field(&s, r, "old", MSG_ACCOUNT_CODE_OLD);
	both_field(&s, r, "code", MSG_ACCOUNT_CODE_NEW);
	screen_submit(&s, MSG_DO_CONFIRM);
	return screen_end(&s, r);
}

static bool both_apply(struct request *r, struct err *e)
{
	struct work *w = r->state = NEW(r->env.arena, struct work);
	struct recovery_get_row row = {0};
	struct account_of_email_row owner = {0};
	enum code_state state;
	bool taken = false;
	struct str codes = str_cat(r->env.arena, str_trim(form_text(r, "old")), str_trim(form_text(r, "code")));
	if (!account_epoch_ok(&r->env, e) || !code_try(&r->env, req_param(r, "ticket"), "email", codes, &state, &row, e))
		return false;
	w->outcome = state == CODE_RIGHT && row.account.v == me(r).v ? DONE : WRONG;
	if (w->outcome != DONE)
		return true;
	if (!q_account_of_email(r->env.db, r->env.arena, row.email, &owner, &taken, e))
		return false;
	w->outcome = taken ? TAKEN : DONE; /* somebody registered with it meanwhile */
	return taken || account_change_email(&r->env, me(r), row.email, r->env.actor->session, e);
}

static bool both_answer(struct request *r, struct err *e)
{
	struct work *w = r->state;
	if (!r->replayed && w->outcome != DONE)
		return screen_again(r, both_page, "code", w->outcome == TAKEN ? MSG_ACCOUNT_EMAIL_TAKEN : MSG_ACCOUNT_CODES_WRONG, STR_NONE, e);
	session_forget(me(r));
	return answer_redirect(r, STR("/tai-khoan"));
}

const struct route account_mine_routes[] = {
	{.method = HTTP_GET, .path = "/tai-khoan", .page = mine_page, .allow = ALLOW_SIGNED_IN, .api = SELF},
	{.method = HTTP_GET, .path = "/tai-khoan/mat-khau", .page = password_page, .allow = ALLOW_SIGNED_IN, .api = SELF},
	{.method = HTTP_POST, .path = "/tai-khoan/mat-khau", .slow = password_slow, .apply = password_apply, .answer = password_answer,
	 .again = password_page, .form = &password_form, .allow = ALLOW_SIGNED_IN, .rate = RATE_SIGN_IN, .api = SELF},
	{.method = HTTP_POST, .path = "/tai-khoan/ngon-ngu", .apply = lang_apply, .again = mine_page, .form = &lang_form, .allow = ALLOW_SIGNED_IN, .api = SELF},
	{.method = HTTP_GET, .path = "/tai-khoan/thu-dien-tu", .page = email_page, .allow = ALLOW_SIGNED_IN, .api = SELF},
	{.method = HTTP_POST, .path = "/tai-khoan/thu-dien-tu", .slow = email_slow, .apply = email_apply, .answer = email_answer,
	 .again = email_page, .form = &email_form, .allow = ALLOW_SIGNED_IN, .rate = RATE_SIGN_IN, .api = SELF},
	{.method = HTTP_GET, .path = "/tai-khoan/thu-dien-tu/:ticket", .page = both_page, .allow = ALLOW_SIGNED_IN, .api = SELF},
	{.method = HTTP_POST, .path = "/tai-khoan/thu-dien-tu/:ticket", .apply = both_apply, .answer = both_answer,
	 .again = both_page, .form = &both_form, .allow = ALLOW_SIGNED_IN, .rate = RATE_SIGN_IN, .api = SELF},
	{.method = HTTP_GET, .path = "/tai-khoan/ma-xac-thuc", .page = factor_page, .allow = ALLOW_SIGNED_IN, .api = SELF},
	{.method = HTTP_GET, .path = "/tai-khoan/ma-xac-thuc.svg", .page = factor_picture, .allow = ALLOW_SIGNED_IN, .api = SELF},
	{.method = HTTP_POST, .path = "/tai-khoan/ma-xac-thuc/bat-dau", .slow = start_slow, .apply = start_apply, .answer = start_answer,
	 .again = factor_page, .form = &start_form, .allow = ALLOW_SIGNED_IN, .rate = RATE_SIGN_IN, .api = SELF},
	{.method = HTTP_POST, .path = "/tai-khoan/ma-xac-thuc", .apply = factor_apply, .answer = factor_answer, .again = factor_page,
	 .form = &code_form, .allow = ALLOW_SIGNED_IN, .rate = RATE_SIGN_IN, .api = SELF},
};
const size_t n_account_mine_routes = ARRAY_LEN(account_mine_routes);
