/* sign_web.c — signing in, with the second factor, and tokens for programs. */
#include "account/account_views.h"
#include "account/web_internal.h"
#include "core/log/log.h"

enum outcome { DONE, WRONG, WAIT, ENDED, NO_FACTOR, TAKEN };
struct work {
	struct account_row_row row;
	struct attempt at;
	bool found, right;
	struct str token, secret; /* secret: sealed, for enrolment */
	struct str device;        /* the entry that this browser or program gets, when all factors were right */
	struct str rehash;        /* of a password that was hashed with less than is asked for now */
	enum stage stage;
	enum outcome outcome;
	struct instant expires;
};

/* ---- first factor ---- */

static const struct field sign_in_fields[] = {
	{.name = "login", .kind = FIELD_TEXT, .required = true, .max = 200, .label = MSG_ACCOUNT_LOGIN},
	{.name = "password", .kind = FIELD_PASSWORD, .required = true, .label = MSG_ACCOUNT_PASSWORD},
	{.name = "next", .kind = FIELD_HIDDEN, .max = 500},
};
static const struct form sign_in_form = {"sign_in", sign_in_fields, ARRAY_LEN(sign_in_fields)};

static void hidden_next(struct screen *s, struct request *r)
{
	struct ui_field f = page_field(r, "next", UI_HIDDEN, MSG_ACCOUNT_LOGIN);
	if (http_method_safe(r->method))
		f.value = req_query(r, "next");
	ui_field(&s->o, &f);
}

static bool sign_in_page(struct request *r, struct err *e)
{
	struct screen s;
	(void)e;
	screen_begin(&s, r, MSG_DO_SIGN_IN, MSG_ACCOUNT_SIGN_IN_LEAD);
	if (str_eq(req_query(r, "moi"), STR("1")))
		ui_notice(&s.o, &(struct ui_notice){.tone = UI_GOOD, .text = msg(s.o.lang, MSG_ACCOUNT_PASSWORD_SET)});
	screen_form(&s, r, STR("/dang-nhap"));
	struct ui_field login = page_field(r, "login", UI_TEXT, MSG_ACCOUNT_LOGIN), password = page_field(r, "password", UI_PASSWORD, MSG_ACCOUNT_PASSWORD);
	login.hint = msg(s.o.lang, MSG_ACCOUNT_LOGIN_HINT);
	login.autocomplete = "username";
	password.autocomplete = "current-password";
	login.required = password.required = login.plain = password.plain = true;
	ui_field(&s.o, &login);
	ui_field(&s.o, &password);
	hidden_next(&s, r);
	screen_submit(&s, MSG_DO_SIGN_IN);
	const struct ui_item ways[] = {{.title = msg(s.o.lang, MSG_ACCOUNT_REGISTER), .url = STR("/dang-ky")},
	                               {.title = msg(s.o.lang, MSG_ACCOUNT_FORGOT), .url = STR("/quen-mat-khau")}};
	ui_items(&s.o, ways, ARRAY_LEN(ways));
	if (account_cfg()->offer)
		account_cfg()->offer(&s.o, r);
	return screen_end(&s, r);
}

static bool sign_in_slow(struct request *r, struct err *e)
{
	struct work *w = r->state = NEW(r->env.arena, struct work);
	struct arena *a = r->env.arena;
	if (!account_find(&r->env, form_text(r, "login"), &w->row, &w->found, e))
		return false;
	w->right = secret_password_ok(w->found ? w->row.password : STR(""), form_text(r, "password"));
	w->token = secret_token(a);
	if (!w->found)
		return true;
	if (w->right && secret_is_weak(w->row.password) && !account_password_hash(a, form_text(r, "password"), &w->rehash, e))
		return false;
	bool needs = account_needs_totp(account_kind_of(w->row.kind));
	w->stage = w->row.totp.p ? STAGE_OTP : needs ? STAGE_ENROL : STAGE_FULL;
	if (w->stage != STAGE_ENROL)
		return true;
	AUTO_KEY k = {{0}};
	if (!account_key(&w->row, &k, e))
		return false;
	w->secret = crypto_seal(a, &k, STR("enrol"), crypto_random_str(a, SECRET_SIZE));
	return true;
}

static struct str known_again(struct request *r, const struct work *w, struct str nonce)
{
	return w->found ? device_entry(r->env.arena, w->row.id, w->row.password_at.has ? w->row.password_at.v : (struct instant){0}, nonce) : STR("");
}

/* Counts a wrong try. `shown`: what says that this is a known device. True when the first factor holds, also against what changed since the slow step. */
static bool first_factor(struct request *r, struct work *w, struct str shown, bool *pass, struct err *e)
{
	struct account_row_row now = {0};
	bool still = false;
	*pass = false;
	w->outcome = WRONG;
	if (w->found && !q_account_row(r->env.db, r->env.arena, w->row.id, &now, &still, e))
		return false;
	struct str nonce = device_known(r->env.arena, &w->row, w->found, shown);
	if (!attempt_read(&r->env, &w->row, w->found, form_text(r, "login"), nonce, &w->at, e))
		return false;
	w->device = known_again(r, w, nonce);
	if (attempt_wait(&r->env, &w->at)) {
		w->outcome = WAIT;
		return true;
	}
	*pass = w->right && still && now.epoch == w->row.epoch && str_eq(now.state, STR("active"));
	if (!*pass)
		return attempt_failed(&r->env, &w->at, e);
	return !w->rehash.n || !str_eq(now.password, w->row.password) ||
	       (q_account_rehash(r->env.db, w->row.id, w->rehash, NULL, e) && account_record(&r->env, "account.rehash", w->row.id, STR(""), e));
}

/* A new token at each stage: a cookie planted before is never the one that signs in. */
bool screen_session(struct request *r, struct session_new s, struct err *e)
{
	struct session_of_token_row old = {0};
	bool had = false;
	struct str cookie = req_cookie(r, SESSION_COOKIE);
	if (cookie.n && !q_session_of_token(r->env.db, r->env.arena, account_secret_hash(r->env.arena, cookie), &old, &had, e))
		return false;
	if (had && !q_session_end(r->env.db, old.id, old.account, NULL, e))
		return false;
	s.address = r->client.p ? r->client : STR("");
	s.agent = req_header(r, "User-Agent").p ? req_header(r, "User-Agent") : STR("");
	return session_add(&r->env, &s, e);
}

static bool begin_session(struct request *r, struct work *w, int64_t epoch, struct err *e)
{
	const struct session_new s = {.account = w->row.id, .epoch = epoch, .stage = w->stage, .token = w->token, .sealed_secret = w->secret};
	if (!screen_session(r, s, e))
		return false;
	w->outcome = DONE;
	return w->stage == STAGE_FULL ? account_record(&r->env, "account.sign_in", w->row.id, STR(""), e) : true;
}

static bool sign_in_apply(struct request *r, struct err *e)
{
	struct work *w = r->state;
	bool pass = false;
	if (!w)
		return true;
	if (!first_factor(r, w, req_cookie(r, DEVICE_COOKIE), &pass, e))
		return false;
	if (!pass)
		return true;
	if (w->stage == STAGE_FULL && !attempt_passed(&r->env, &w->at, 0, e))
		return false;
	return begin_session(r, w, w->row.epoch, e);
}

/* Guessing is seen in the log; no name stands in it, only the number of an account that there is. */
static void tell_refused(const struct request *r, const struct work *w, const char *step)
{
	log_event(LOG_INFO, "sign-in refused", log_id("id", r->env.request_id), log_text("step", step), log_int("account", w->found ? w->row.id.v : 0),
	          log_text("why", w->outcome == WAIT ? "delay" : w->outcome == NO_FACTOR ? "no second factor" : "wrong"));
}

static bool refuse(struct request *r, const struct work *w, route_fn *page, const char *field, enum msg_key wrong, struct err *e)
{
	tell_refused(r, w, field);
	if (w->outcome == WAIT)
		return screen_again(r, page, field, MSG_ACCOUNT_WAIT, screen_wait(r, w->at.until), e);
	return screen_again(r, page, field, wrong, STR_NONE, e);
}

static struct str with_next(struct request *r, const char *path)
{
	struct str next = form_text(r, "next");
	struct buf b = buf_on(r->env.arena);
	buf_put(&b, str_from(path));
	if (!next.n || !path_is_local(next))
		return buf_str(&b);
	buf_put(&b, STR("?next="));
	for (size_t i = 0; i < next.n; i++)
		if ((next.p[i] >= 'a' && next.p[i] <= 'z') || (next.p[i] >= '0' && next.p[i] <= '9') || next.p[i] == '/' || next.p[i] == '-')
			buf_char(&b, next.p[i]);
		else
			buf_fmt(&b, "%%%02X", (unsigned char)next.p[i]);
	return buf_str(&b);
}

static bool sign_in_answer(struct request *r, struct err *e)
{
	struct work *w = r->state;
	static const char *const pages[] = {"/dang-nhap/ma", "/dang-nhap/lap-ma"};
	if (!w || r->replayed)
		return answer_redirect(r, STR("/dang-nhap"));
	if (w->outcome != DONE)
		return refuse(r, w, sign_in_page, "login", MSG_ACCOUNT_SIGN_IN_WRONG, e);
	if (w->stage == STAGE_FULL)
		screen_know_device(r, w->device);
	answer_cookie(r, SESSION_COOKIE, w->token, 0);
	if (r->env.actor->account)
		session_forget((struct account_id){r->env.actor->account});
	if (w->stage != STAGE_FULL)
		return answer_redirect(r, with_next(r, pages[w->stage]));
	return answer_redirect(r, home_of(account_kind_of(w->row.kind), form_text(r, "next")));
}

/* ---- second factor ---- */

static const struct field code_fields[] = {
	{.name = "code", .kind = FIELD_TEXT, .required = true, .max = 12, .label = MSG_ACCOUNT_CODE},
	{.name = "next", .kind = FIELD_HIDDEN, .max = 500},
};
static const struct form code_form = {"code", code_fields, ARRAY_LEN(code_fields)};

static struct str typed_code(struct request *r)
{
	struct buf b = buf_on(r->env.arena);
	struct str s = form_text(r, "code");
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != ' ')
			buf_char(&b, s.p[i]);
	return buf_str(&b);
}

static void code_field(struct screen *s, struct request *r)
{
	struct ui_field f = page_field(r, "code", UI_CODE, MSG_ACCOUNT_CODE);
	f.value = STR("");
	f.hint = msg(s->o.lang, MSG_ACCOUNT_CODE_HINT);
	f.required = f.plain = true;
	ui_field(&s->o, &f);
}

static bool otp_page(struct request *r, struct err *e)
{
	struct session_of_token_row row = {0};
	bool found = false;
	struct screen s;
	if (!session_staged(&r->env, req_cookie(r, SESSION_COOKIE), STAGE_OTP, &row, &found, e))
		return false;
	if (!found)
		return answer_redirect(r, STR("/dang-nhap"));
	screen_begin(&s, r, MSG_ACCOUNT_OTP_TITLE, MSG_ACCOUNT_OTP_LEAD);
	screen_form(&s, r, STR("/dang-nhap/ma"));
	code_field(&s, r);
	hidden_next(&s, r);
	screen_submit(&s, MSG_DO_CONTINUE);
	return screen_end(&s, r);
}

/* Finds the staged session and its account; w->outcome says ENDED or WAIT when there is nothing to try. */
static bool staged(struct request *r, enum stage stage, struct work *w, struct session_of_token_row *s, struct err *e)
{
	bool found = false;
	w->outcome = ENDED;
	if (!session_staged(&r->env, req_cookie(r, SESSION_COOKIE), stage, s, &found, e))
		return false;
	if (!found)
		return true;
	if (!q_account_row(r->env.db, r->env.arena, s->account, &w->row, &w->found, e))
		return false;
	struct str nonce = device_known(r->env.arena, &w->row, w->found, req_cookie(r, DEVICE_COOKIE));
	if (!attempt_read(&r->env, &w->row, true, STR(""), nonce, &w->at, e))
		return false;
	w->device = known_again(r, w, nonce);
	w->outcome = attempt_wait(&r->env, &w->at) ? WAIT : WRONG;
	w->stage = STAGE_FULL;
	return true;
}

static bool code_check(struct request *r, struct err *e)
{
	struct work *w = r->state = NEW(r->env.arena, struct work);
	(void)e;
	w->token = secret_token(r->env.arena);
	return true;
}

static bool otp_apply(struct request *r, struct err *e)
{
	struct work *w = r->state;
	struct session_of_token_row s = {0};
	struct str secret;
	if (!staged(r, STAGE_OTP, w, &s, e))
		return false;
	if (w->outcome != WRONG)
		return true;
	if (!account_totp_secret(r->env.arena, &w->row, &secret, e))
		return false;
	int64_t step;
	if (!attempt_code(&r->env, &w->at, secret, typed_code(r), &step, e))
		return false;
	if (step < 0)
		return attempt_failed(&r->env, &w->at, e);
	return attempt_passed(&r->env, &w->at, step, e) && begin_session(r, w, w->row.epoch, e);
}

static bool second_answer(struct request *r, route_fn *page, struct err *e)
{
	struct work *w = r->state;
	if (!w || r->replayed || w->outcome == ENDED)
		return answer_redirect(r, STR("/dang-nhap"));
	if (w->outcome != DONE)
		return refuse(r, w, page, "code", MSG_ACCOUNT_CODE_WRONG, e);
	screen_know_device(r, w->device);
	answer_cookie(r, SESSION_COOKIE, w->token, 0);
	session_forget(w->row.id);
	return answer_redirect(r, home_of(account_kind_of(w->row.kind), form_text(r, "next")));
}

static bool otp_answer(struct request *r, struct err *e) { return second_answer(r, otp_page, e); }

/* ---- enrolment at the first sign-in ---- */

static bool enrol_secret(struct request *r, struct session_of_token_row *s, struct account_row_row *row, struct str *secret, bool *found, struct err *e)
{
	AUTO_KEY k = {{0}};
	if (!session_staged(&r->env, req_cookie(r, SESSION_COOKIE), STAGE_ENROL, s, found, e))
		return false;
	if (!*found)
		return true;
	return q_account_row(r->env.db, r->env.arena, s->account, row, found, e) && account_key(row, &k, e) &&
	       crypto_open(r->env.arena, &k, STR("enrol"), s->secret, secret, e);
}

static bool enrol_page(struct request *r, struct err *e)
{
	struct session_of_token_row row = {0};
	struct account_row_row account = {0};
	struct str secret = STR("");
	bool found = false;
	struct screen s;
	if (!enrol_secret(r, &row, &account, &secret, &found, e))
		return false;
	if (!found)
		return answer_redirect(r, STR("/dang-nhap"));
	screen_begin(&s, r, MSG_ACCOUNT_ENROL_TITLE, MSG_ACCOUNT_ENROL_LEAD);
	account_enrol_picture(&s.o, STR("/dang-nhap/lap-ma.svg"), secret_base32(r->env.arena, secret));
	screen_form(&s, r, STR("/dang-nhap/lap-ma"));
	code_field(&s, r);
	hidden_next(&s, r);
	screen_submit(&s, MSG_DO_CONTINUE);
	return screen_end(&s, r);
}

static bool enrol_picture(struct request *r, struct err *e)
{
	struct session_of_token_row row = {0};
	struct account_row_row account = {0};
	struct str secret = STR("");
	bool found = false;
	if (!enrol_secret(r, &row, &account, &secret, &found, e))
		return false;
	if (!found)
		return err_set(e, ERR_NOT_FOUND, "no enrolment is under way");
	struct str uri = secret_totp_uri(r->env.arena, secret, account.login, STR("Mot Cua"));
	return answer_bytes(r, 200, "image/svg+xml", secret_qr_svg(r->env.arena, uri));
}

static bool enrol_apply(struct request *r, struct err *e)
{
	struct work *w = r->state;
	struct session_of_token_row s = {0};
	struct account_row_row account = {0};
	struct account_epoch_row epoch = {0};
	struct str secret = STR("");
	bool found = false;
	if (!staged(r, STAGE_ENROL, w, &s, e))
		return false;
	if (w->outcome != WRONG)
		return true;
	if (!enrol_secret(r, &s, &account, &secret, &found, e))
		return false;
	int64_t step;
	if (!attempt_code(&r->env, &w->at, secret, typed_code(r), &step, e))
		return false;
	if (step < 0)
		return attempt_failed(&r->env, &w->at, e);
	return account_change_totp(&r->env, w->row.id, secret, 0, e) && attempt_passed(&r->env, &w->at, step, e) &&
	       q_account_epoch(r->env.db, r->env.arena, w->row.id, &epoch, &found, e) && begin_session(r, w, epoch.epoch, e);
}

static bool enrol_answer(struct request *r, struct err *e) { return second_answer(r, enrol_page, e); }

/* ---- tokens for programs ---- */

static const struct field token_fields[] = {
	{.name = "login", .kind = FIELD_TEXT, .required = true, .max = 200},
	{.name = "password", .kind = FIELD_PASSWORD, .required = true},
	{.name = "otp", .kind = FIELD_TEXT, .max = 12},
	{.name = "device", .kind = FIELD_TEXT, .max = 100},
};
static const struct form token_form = {"token", token_fields, ARRAY_LEN(token_fields)};

/* The second factor of officials, administrators, and of whoever has one. */
static bool token_factor(struct request *r, struct work *w, bool *pass, int64_t *step, struct err *e)
{
	struct str secret;
	*pass = w->stage == STAGE_FULL;
	*step = 0;
	if (w->stage == STAGE_ENROL)
		w->outcome = NO_FACTOR;
	if (w->stage != STAGE_OTP)
		return true;
	if (!account_totp_secret(r->env.arena, &w->row, &secret, e) || !attempt_code(&r->env, &w->at, secret, form_text(r, "otp"), step, e))
		return false;
	*pass = *step > 0;
	return *pass ? true : attempt_failed(&r->env, &w->at, e);
}

static bool token_apply(struct request *r, struct err *e)
{
	struct work *w = r->state;
	bool pass = false;
	int64_t step = 0;
	if (!w || !first_factor(r, w, form_text(r, "device"), &pass, e))
		return w == NULL;
	if (!pass)
		return true;
	if (!token_factor(r, w, &pass, &step, e))
		return false;
	if (!pass)
		return true;
	const struct account_config *c = account_cfg();
	w->expires.ms = r->env.now.ms + (account_kind_of(w->row.kind) == ACCOUNT_SYSTEM ? c->system_token_ms : c->token_ms);
	const struct token_insert_in in = {.id = id_new(r->env.ids, r->env.now), .account = w->row.id, .token_hash = account_secret_hash(r->env.arena, w->token),
	                                   .epoch = w->row.epoch, .now = r->env.now, .expires = w->expires};
	w->outcome = DONE;
	return attempt_passed(&r->env, &w->at, step, e) && q_token_insert(r->env.db, &in, NULL, e) &&
	       account_record(&r->env, "account.token", w->row.id, STR(""), e);
}

static bool token_answer(struct request *r, struct err *e)
{
	struct work *w = r->state;
	/* The token is told once and kept nowhere: a repeated key cannot get it again. */
	if (!w || r->replayed)
		return err_set(e, ERR_CONFLICT, "this key has given its token already");
	if (w->outcome != DONE)
		tell_refused(r, w, "token");
	if (w->outcome == WAIT)
		return err_say(e, ERR_LIMITED, MSG_ERR_LIMITED, "too many wrong tries");
	if (w->outcome == NO_FACTOR)
		return err_say(e, ERR_SIGN_IN, MSG_ACCOUNT_NO_FACTOR, "no second factor yet");
	if (w->outcome != DONE)
		return err_say(e, ERR_SIGN_IN, MSG_ACCOUNT_SIGN_IN_WRONG, "wrong sign-in");
	buf_fmt(&r->body, "{\"token\":\"%.*s\",\"expires\":\"%.*s\",\"device\":\"%.*s\"}", STR_ARG(w->token),
	        STR_ARG(instant_format(r->env.arena, w->expires)), STR_ARG(w->device));
	return answer_json(r, 201);
}

static bool token_end(struct request *r, struct err *e)
{
	struct str header = req_header(r, "Authorization");
	struct account_id id = {r->env.actor->account};
	struct str token = str_trim(str_sub(header, 7, header.n));
	if (r->auth != AUTH_BEARER)
		return err_say(e, ERR_INVALID, MSG_ACCOUNT_NO_TOKEN, "a session is no token");
	return q_token_end(r->env.db, account_secret_hash(r->env.arena, token), id, NULL, e) && account_record(&r->env, "account.token_end", id, STR(""), e);
}

static bool token_ended(struct request *r, struct err *e)
{
	(void)e;
	session_forget((struct account_id){r->env.actor->account});
	return answer_empty(r, 204);
}

const struct route account_sign_routes[] = {
	{.method = HTTP_GET, .path = "/dang-nhap", .page = sign_in_page, .allow = ALLOW_ALL, .api = "NONE: programs ask for a token"},
	{.method = HTTP_POST, .path = "/dang-nhap", .slow = sign_in_slow, .apply = sign_in_apply, .answer = sign_in_answer, .again = sign_in_page,
	 .form = &sign_in_form, .allow = ALLOW_ALL, .rate = RATE_SIGN_IN, .api = "POST /api/v1/tokens"},
	{.method = HTTP_GET, .path = "/dang-nhap/ma", .page = otp_page, .allow = ALLOW_ALL, .api = "NONE: programs send the code with the password"},
	{.method = HTTP_POST, .path = "/dang-nhap/ma", .check = code_check, .apply = otp_apply, .answer = otp_answer, .again = otp_page,
	 .form = &code_form, .allow = ALLOW_ALL, .rate = RATE_SIGN_IN, .api = "POST /api/v1/tokens"},
	{.method = HTTP_GET, .path = "/dang-nhap/lap-ma", .page = enrol_page, .allow = ALLOW_ALL, .api = "NONE: a person sets up the second factor"},
	{.method = HTTP_GET, .path = "/dang-nhap/lap-ma.svg", .page = enrol_picture, .allow = ALLOW_ALL, .api = "NONE: a person sets up the second factor"},
	{.method = HTTP_POST, .path = "/dang-nhap/lap-ma", .check = code_check, .apply = enrol_apply, .answer = enrol_answer, .again = enrol_page,
	 .form = &code_form, .allow = ALLOW_ALL, .rate = RATE_SIGN_IN, .api = "NONE: a person sets up the second factor"},
	{.method = HTTP_POST, .path = "/api/v1/tokens", .slow = sign_in_slow, .apply = token_apply, .answer = token_answer, .form = &token_form,
	 .allow = ALLOW_ALL, .flags = ROUTE_API, .rate = RATE_SIGN_IN,
	 .doc = DOC("Gives a token. Officials and administrators need the code of their second factor (otp). Send the `device` of an earlier answer: wrong tries of strangers then do not hold you up.", .answer = "Token", .status = 201)},
	{.method = HTTP_DELETE, .path = "/api/v1/tokens", .apply = token_end, .answer = token_ended, .allow = ALLOW_SIGNED_IN, .flags = ROUTE_API,
	 .rate = RATE_API, .doc = DOC("Ends the token that is shown. A session of a browser ends by POST /dang-xuat.", .status = 204)},
};
const size_t n_account_sign_routes = ARRAY_LEN(account_sign_routes);
