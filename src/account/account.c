/* account.c — see account.h: accounts, their keys and changes. */
#include "account/account_internal.h"
#include "core/log/log.h"
#include "core/text/text.h"
#include "directory/directory.h"
#include "form/form.h"
#include <stdio.h>

static struct account_config config;
static bool started;

static const char *const kinds[ACCOUNT_KIND_COUNT] = {"citizen", "business", "official", "admin", "system"};

struct account_config account_config_usual(const struct keyring *keys)
{
	return (struct account_config){.keys = keys, .argon_memory_kib = 64 * 1024, .argon_passes = 3, .argon_lanes = 1,
	                               .session_idle_ms = 2 * 3600 * 1000, .session_ms = 12 * 3600 * 1000, .token_ms = 12 * 3600 * 1000,
	                               .system_token_ms = 30 * DAY_MS, .free_tries = 5, .delay_ms = 30 * 1000,
	                               .delay_max_ms = 15 * 60 * 1000, .code_ms = 10 * 60 * 1000};
}

static struct key identity_key, number_key; /* derived once */

bool account_start(const struct account_config *cfg, struct err *e)
{
	if (!cfg->keys || cfg->argon_memory_kib < 8 * cfg->argon_lanes || cfg->argon_passes == 0 || cfg->argon_lanes == 0)
		return err_set(e, ERR_INVALID, "accounts: a keyring and argon2 parameters are needed");
	config = *cfg;
	started = true;
	identity_key = account_lookup_key("account.identity");
	number_key = keyring_lookup_key(config.keys, LOOKUP_NUMBER);
	session_cache_start();
	return breached_start(cfg->breached_passwords, e) && secret_start(e);
}

void account_stop(void)
{
	if (started)
		session_cache_stop();
	breached_stop();
	started = false;
}

const struct account_config *account_cfg(void)
{
	CHECK(started);
	return &config;
}

struct key account_lookup_key(const char *purpose) { return keyring_lookup_key(account_cfg()->keys, str_from(purpose)); }
struct str account_kind_name(enum account_kind k) { CHECK((size_t)k < ACCOUNT_KIND_COUNT); return str_from(kinds[k]); }
bool account_needs_totp(enum account_kind k) { return k == ACCOUNT_OFFICIAL || k == ACCOUNT_ADMIN; }

enum account_kind account_kind_of(struct str name)
{
	for (size_t i = 0; i < ACCOUNT_KIND_COUNT; i++)
		if (str_eq(name, str_from(kinds[i])))
			return (enum account_kind)i;
	log_event(LOG_ERROR, "database holds what its table refuses", log_text("column", "account.kind"));
	return ACCOUNT_CITIZEN; /* the least that an account may */
}

struct str account_fold(struct arena *a, struct str typed)
{
	struct str s = str_trim(text_nfc(a, typed));
	char *p = arena_alloc(a, s.n + 1);
	for (size_t i = 0; i < s.n; i++)
		p[i] = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] + 32) : s.p[i];
	return (struct str){p, s.n};
}

static struct str keyed(struct arena *a, const struct key *k, struct str number)
{
	struct digest d = crypto_hmac((struct str){(const char *)k->b, KEY_SIZE}, number);
	return str_dup(a, DIGEST_STR(d));
}

struct str account_identity_hash(struct arena *a, struct str number) { return keyed(a, &identity_key, number); }

static struct str context_of(char buf[40], struct account_id id)
{
	return (struct str){buf, (size_t)snprintf(buf, 40, "account:%lld", (long long)id.v)};
}

bool account_key(const struct account_row_row *row, struct key *out, struct err *e)
{
	char buf[40];
	return key_unwrap(account_cfg()->keys, context_of(buf, row->id), row->key, out, e);
}

bool account_totp_secret(struct arena *a, const struct account_row_row *row, struct str *out, struct err *e)
{
	AUTO_KEY k = {{0}};
	return account_key(row, &k, e) && crypto_open(a, &k, STR("totp"), row->totp, out, e);
}

/* ---- finding ---- */

static struct account account_from(const struct account_row_row *r)
{
	return (struct account){.id = r->id, .person = r->person, .kind = account_kind_of(r->kind), .active = str_eq(r->state, STR("active")),
	                        .login = r->login, .name = r->name, .email = r->email_confirmed.has ? r->email : STR(""), .phone = r->phone,
	                        .tax_code = r->tax_code, .lang = str_eq(r->lang, STR("en")) ? LANG_EN : LANG_VI, .epoch = r->epoch};
}

bool account_get(struct env *env, struct account_id id, struct account *out, bool *found, struct err *e)
{
	struct account_row_row r = {0};
	if (!q_account_row(env->db, env->arena, id, &r, found, e))
		return false;
	if (*found)
		*out = account_from(&r);
	return true;
}

bool account_of_person(struct env *env, struct person_id person, struct account *out, bool *found, struct err *e)
{
	struct account_of_official_row r = {0};
	if (!q_account_of_official(env->db, env->arena, person, &r, found, e))
		return false;
	return *found ? account_get(env, r.id, out, found, e) : true;
}

/* Always the same three queries, so that time does not tell which kind of name it was. */
static bool find_id(struct env *env, struct str typed, struct account_id *id, struct err *e)
{
	struct account_of_login_row l = {0};
	struct account_of_identity_row i = {0};
	struct account_of_tax_code_row t = {0};
	bool has_l = false, has_i = false, has_t = false;
	struct str s = account_fold(env->arena, typed);
	if (!q_account_of_login(env->db, env->arena, s, &l, &has_l, e) ||
	    !q_account_of_identity(env->db, env->arena, account_identity_hash(env->arena, s), &i, &has_i, e) ||
	    !q_account_of_tax_code(env->db, env->arena, s, &t, &has_t, e))
		return false;
	*id = has_l ? l.id : has_i ? i.id : has_t ? t.id : (struct account_id){0};
	return true;
}

bool account_find(struct env *env, struct str typed, struct account_row_row *row, bool *found, struct err *e)
{
	struct account_id id;
	return find_id(env, typed, &id, e) && q_account_row(env->db, env->arena, id, row, found, e);
}

bool account_by_identity(struct env *env, struct str number, struct account *out, bool *found, struct err *e)
{
	struct account_row_row r = {0};
	if (!account_find(env, number, &r, found, e))
		return false;
	bool is_number = personal_id_ok(number) || tax_code_ok(number);
	*found = *found && is_number && r.identity_seen.has && str_eq(r.state, STR("active"));
	if (*found)
		*out = account_from(&r);
	return true;
}

bool account_identity(struct env *env, struct account_id id, struct str *out, struct err *e)
{
	struct account_row_row r = {0};
	bool found = false;
	AUTO_KEY k = {{0}};
	*out = STR("");
	if (!q_account_row(env->db, env->arena, id, &r, &found, e))
		return false;
	if (!found || !r.identity.p)
		return true;
	return account_key(&r, &k, e) && crypto_open(env->arena, &k, STR("identity"), r.identity, out, e);
}

bool account_proved_number(struct env *env, struct account_id id, struct str *out, struct err *e)
{
	struct account_row_row r = {0};
	struct str number;
	bool found = false;
	*out = STR_NONE;
	if (!q_account_row(env->db, env->arena, id, &r, &found, e))
		return false;
	if (!found || !r.identity_seen.has)
		return true;
	if (!account_identity(env, id, &number, e))
		return err_wrap(e, "the account's number");
	number = number.n ? number : r.tax_code;
	*out = number.n ? keyed(env->arena, &number_key, number) : STR_NONE;
	return true;
}

/* ---- changing ---- */

static enum role acting_role(const struct actor *a)
{
	for (int r = ROLE_CITIZEN; r < ROLE_COUNT; r++)
		if (a->roles & ROLE_BIT(r))
			return (enum role)r;
	return a->program ? ROLE_SYSTEM : ROLE_STRANGER;
}

bool account_record(struct env *env, const char *kind, struct account_id id, struct str body, struct err *e)
{
	return audit_record(env, &(struct audit_act){.kind = kind, .subject = id.v, .role = acting_role(env->actor), .body = body}, NULL, e);
}

bool account_epoch_ok(struct env *env, struct err *e)
{
	struct account_alive_row r = {0};
	bool found = false;
	const struct actor *a = env->actor;
	if (a->program || a->account == 0)
		return true;
	if (!q_account_alive(env->db, env->arena, (struct account_id){a->account}, a->session, a->token, &r, &found, e))
		return false;
	if (!found || r.epoch != a->epoch || !str_eq(r.state, STR("active")))
		return err_set(e, ERR_SIGN_IN, "the account changed since this session began");
	if ((a->session || a->token) && r.shown == 0)
		return err_set(e, ERR_SIGN_IN, "the session ended");
	return true;
}

static bool new_is_whole(const struct account_new *x, struct err *e)
{
	bool person_fits = x->kind == ACCOUNT_OFFICIAL ? x->person.v != 0 : x->kind == ACCOUNT_ADMIN || x->person.v == 0;
	if (str_trim(x->name).n == 0 || str_trim(x->login).n == 0 || !person_fits)
		return err_set(e, ERR_INVALID, "an account has a login, a name and, for officials, a person");
	if (x->kind == ACCOUNT_BUSINESS ? !tax_code_ok(x->tax_code) : x->tax_code.n > 0)
		return err_set(e, ERR_INVALID, "a business has a tax code, others have none");
	if (x->identity.n && (x->kind != ACCOUNT_CITIZEN || !personal_id_ok(x->identity)))
		return err_set(e, ERR_INVALID, "no personal identification number");
	if (x->totp_secret.n && x->totp_secret.n != SECRET_SIZE)
		return err_set(e, ERR_INVALID, "a TOTP secret has 20 bytes");
	return true;
}

static struct str or_null(struct str s) { return s.n ? s : STR_NONE; }

bool account_create(struct env *env, const struct account_new *x, struct account_id *id, struct err *e)
{
	struct arena *a = env->arena;
	char buf[40];
	if (!new_is_whole(x, e))
		return false;
	*id = (struct account_id){id_new(env->ids, env->now)};
	AUTO_KEY k = key_new();
	struct str login = account_fold(a, x->login), email = account_fold(a, x->email);
	const struct account_insert_in in = {
		.id = *id, .login = login, .kind = account_kind_name(x->kind), .person = x->person, .name = x->name,
		.sort_key = (x->kind == ACCOUNT_BUSINESS || x->kind == ACCOUNT_SYSTEM ? text_sort_key : text_person_sort_key)(a, x->name), .folded = text_fold(a, str_fmt(a, "%.*s %.*s", STR_ARG(x->name), STR_ARG(login))),
		.email = or_null(email), .email_confirmed = {.v = env->now, .has = x->email_confirmed && email.n > 0},
		.phone = x->phone.p ? x->phone : STR(""), .key = key_wrap(a, account_cfg()->keys, context_of(buf, *id), &k),
		.identity_hash = x->identity.n ? account_identity_hash(a, x->identity) : STR_NONE,
		.identity = x->identity.n ? crypto_seal(a, &k, STR("identity"), x->identity) : STR_NONE,
		.identity_seen = {.v = env->now, .has = x->identity_seen}, .tax_code = or_null(x->tax_code), .password = or_null(x->password_hash),
		.password_at = {.v = env->now, .has = x->password_hash.n > 0},
		.totp = x->totp_secret.n ? crypto_seal(a, &k, STR("totp"), x->totp_secret) : STR_NONE,
		.lang = env->lang == LANG_EN ? STR("en") : STR("vi"), .created = env->now};
	return q_account_insert(env->db, &in, NULL, e) && account_record(env, "account.create", *id, STR(""), e);
}

bool account_rewrap(struct env *env, const struct rewrap *from, struct rewrap *out, struct err *e)
{
	struct account_key_after_rows rows = {0};
	const struct keyring *keys = account_cfg()->keys;
	char buf[40];
	int64_t n = 0;
	if (!q_account_key_after(env->db, env->arena, (struct account_id){from->after}, REWRAP_ROWS, &rows, e))
		return err_wrap(e, "keys of accounts");
	*out = (struct rewrap){.after = from->after, .done = from->done, .more = rows.n == REWRAP_ROWS};
	for (size_t i = 0; i < rows.n; i++) {
		struct str wrapped;
		out->after = rows.v[i].id.v;
		if (!key_is_stale(keys, rows.v[i].key))
			continue;
		if (!key_rewrap(env->arena, keys, context_of(buf, rows.v[i].id), rows.v[i].key, &wrapped, e) ||
		    !q_account_rewrap(env->db, rows.v[i].id, wrapped, NULL, e))
			return err_wrap(e, "keys of accounts");
		n++;
	}
	out->done += n;
	return n == 0 || audit_record(env, &(struct audit_act){.kind = "account.rewrap", .body = str_fmt(env->arena, "{\"keys\":%lld}", (long long)n)}, NULL, e);
}

bool account_confirm(struct env *env, struct str code, bool *right, struct err *e)
{
	struct account_row_row row = {0};
	struct attempt at;
	struct str secret = STR("");
	bool found = false;
	*right = false;
	if (!q_account_row(env->db, env->arena, (struct account_id){env->actor->account}, &row, &found, e) || !found || !attempt_read_inside(env, &row, &at, e))
		return e->kind == ERR_NONE;
	if (attempt_wait(env, &at) || !row.totp.p)
		return true;
	if (!account_totp_secret(env->arena, &row, &secret, e))
		return false;
	int64_t step;
	if (!attempt_code(env, &at, secret, code, &step, e))
		return false;
	*right = step >= 0;
	return *right ? attempt_passed(env, &at, step, e) : attempt_failed(env, &at, e);
}

bool account_identity_seen(struct env *env, struct account_id id, struct err *e)
{
	struct account_row_row r = {0};
	bool found = false;
	if (!q_account_row(env->db, env->arena, id, &r, &found, e))
		return false;
	if (!found || (!r.identity.p && !r.tax_code.n))
		return err_set(e, ERR_INVALID, "no number to compare papers with");
	return q_account_set_identity_seen(env->db, id, env->now, NULL, e) && account_record(env, "account.identity_seen", id, STR(""), e);
}

bool account_identity_doubted(struct env *env, struct account_id id, struct err *e)
{
	return q_account_set_identity_doubted(env->db, id, NULL, e) && account_end_all(env, id, 0, e) &&
	       account_record(env, "account.identity_doubted", id, STR(""), e);
}

bool account_end_all(struct env *env, struct account_id id, int64_t keep, struct err *e)
{
	struct account_epoch_row r = {0};
	bool found = false;
	return q_session_end_others(env->db, id, keep, NULL, e) && q_token_end_all(env->db, id, NULL, e) &&
	       q_account_epoch(env->db, env->arena, id, &r, &found, e) && q_session_set_epoch(env->db, keep, r.epoch, NULL, e);
}

bool account_change_password(struct env *env, struct account_id id, struct str hash, int64_t keep, struct err *e)
{
	return q_account_set_password(env->db, id, hash, env->now, NULL, e) && account_end_all(env, id, keep, e) &&
	       account_record(env, "account.password", id, STR(""), e);
}

bool account_change_email(struct env *env, struct account_id id, struct str email, int64_t keep, struct err *e)
{
	return q_account_set_email(env->db, id, email, env->now, NULL, e) && account_end_all(env, id, keep, e) &&
	       account_record(env, "account.email", id, STR(""), e);
}

bool account_change_totp(struct env *env, struct account_id id, struct str secret, int64_t keep, struct err *e)
{
	struct account_row_row r = {0};
	bool found = false;
	AUTO_KEY k = {{0}};
	if (!q_account_row(env->db, env->arena, id, &r, &found, e) || !account_key(&r, &k, e))
		return false;
	struct str sealed = secret.n ? crypto_seal(env->arena, &k, STR("totp"), secret) : STR_NONE;
	return q_account_set_totp(env->db, id, sealed, NULL, e) && account_end_all(env, id, keep, e) &&
	       account_record(env, secret.n ? "account.totp_set" : "account.totp_removed", id, STR(""), e);
}

bool account_change_state(struct env *env, struct account_id id, const char *state, struct err *e)
{
	struct str body = str_fmt(env->arena, "{\"state\":\"%s\"}", state);
	return q_account_set_state(env->db, id, str_from(state), NULL, e) && account_end_all(env, id, 0, e) &&
	       account_record(env, "account.state", id, body, e);
}

bool account_roles_changed(struct env *env, struct person_id person, struct err *e)
{
	struct account a;
	bool found = false;
	if (!account_of_person(env, person, &a, &found, e))
		return false;
	if (!found)
		return true;
	session_forget(a.id);
	return q_account_bump(env->db, a.id, NULL, e) && account_end_all(env, a.id, 0, e) &&
	       account_record(env, "account.roles_changed", a.id, STR(""), e);
}
