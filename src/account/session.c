/* session.c — sessions and tokens: making, recognising, a cache of five seconds.
 *
 * Cache: SLOTS entries found by token hash, a lock per stripe. An entry is a copy: the request gets its own. */
#include "account/account_internal.h"
#include "core/http/http.h"
#include "directory/directory.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS 2048
#define STRIPES 32
#define FRESH_NS ((int64_t)5 * 1000 * 1000 * 1000)
#define HELD_MAX 16
#define NAME_MAX_BYTES 160
#define COOKIE "s"
#define BEARER STR("Bearer ")

struct entry {
	uint8_t hash[32], csrf[32], number[DIGEST_SIZE];
	int64_t session, token, account, person, epoch, loaded_ns, expires_ms;
	role_set roles;
	struct actor_role held[HELD_MAX];
	size_t n_held;
	struct kept_name { char v[NAME_MAX_BYTES]; size_t n; } name, agency;
	bool used, dirty, bearer, has_number;
};

static struct entry *slots;
static pthread_mutex_t locks[STRIPES];

void session_cache_start(void)
{
	session_cache_stop();
	slots = calloc(SLOTS, sizeof *slots);
	CHECK(slots != NULL);
	for (size_t i = 0; i < STRIPES; i++)
		CHECK(pthread_mutex_init(&locks[i], NULL) == 0);
}

void session_cache_stop(void)
{
	if (!slots)
		return;
	for (size_t i = 0; i < STRIPES; i++)
		pthread_mutex_destroy(&locks[i]);
	crypto_wipe(slots, SLOTS * sizeof *slots);
	free(slots);
	slots = NULL;
}

static size_t slot_of(struct str hash)
{
	uint32_t v;
	memcpy(&v, hash.p, sizeof v);
	return v % SLOTS;
}

void session_forget(struct account_id id)
{
	for (size_t i = 0; i < SLOTS; i++) {
		pthread_mutex_lock(&locks[i % STRIPES]);
		if (slots[i].used && slots[i].account == id.v)
			slots[i].used = false;
		pthread_mutex_unlock(&locks[i % STRIPES]);
	}
}

static bool cache_get(struct str hash, struct instant now, struct entry *out)
{
	size_t i = slot_of(hash);
	pthread_mutex_lock(&locks[i % STRIPES]);
	struct entry *x = &slots[i];
	bool hit = x->used && memcmp(x->hash, hash.p, sizeof x->hash) == 0 && monotonic_ns() - x->loaded_ns < FRESH_NS && now.ms < x->expires_ms;
	if (hit) {
		x->dirty = true;
		*out = *x;
	}
	pthread_mutex_unlock(&locks[i % STRIPES]);
	return hit;
}

static void cache_put(const struct entry *x)
{
	size_t i = slot_of((struct str){(const char *)x->hash, sizeof x->hash});
	pthread_mutex_lock(&locks[i % STRIPES]);
	slots[i] = *x;
	slots[i].used = slots[i].dirty = true;
	pthread_mutex_unlock(&locks[i % STRIPES]);
}

/* ---- making ---- */

bool session_add(struct env *env, const struct session_new *x, struct err *e)
{
	static const char *const stages[] = {"otp", "enrol", "full"};
	const struct account_config *c = account_cfg();
	const struct session_insert_in in = {
		.id = id_new(env->ids, env->now), .account = x->account, .token_hash = account_secret_hash(env->arena, x->token),
		.csrf = crypto_random_str(env->arena, 32), .stage = str_from(stages[x->stage]), .secret = x->sealed_secret, .epoch = x->epoch,
		.now = env->now, .expires = {env->now.ms + (x->stage == STAGE_FULL ? c->session_ms : c->code_ms)},
		.address = x->address, .agent = str_sub(x->agent, 0, 300)};
	return q_session_insert(env->db, &in, NULL, e);
}

bool session_staged(struct env *env, struct str token, enum stage stage, struct session_of_token_row *out, bool *found, struct err *e)
{
	*found = false;
	if (token.n == 0)
		return true;
	if (!q_session_of_token(env->db, env->arena, account_secret_hash(env->arena, token), out, found, e))
		return false;
	*found = *found && str_eq(out->stage, stage == STAGE_OTP ? STR("otp") : STR("enrol")) && out->expires.ms > env->now.ms &&
	         out->epoch == out->account_epoch && str_eq(out->state, STR("active"));
	return true;
}

/* ---- recognising ---- */

struct found { struct account_id account; struct person_id person; struct str kind, name; };

/* As much of it as there is room for, cut between characters. */
static void keep_name(struct kept_name *to, struct str name)
{
	to->n = name.n < NAME_MAX_BYTES ? name.n : NAME_MAX_BYTES;
	while (to->n > 0 && to->n < name.n && ((unsigned char)name.p[to->n] & 0xC0) == 0x80)
		to->n--;
	if (to->n)
		memcpy(to->v, name.p, to->n);
}

static bool add_agency(struct env *env, struct entry *x, struct err *e)
{
	struct agency agency;
	bool found = false;
	if (x->n_held && x->held[0].agency && !directory_agency(env, (struct agency_id){x->held[0].agency}, &agency, &found, e))
		return false;
	keep_name(&x->agency, found ? agency.name : STR_NONE);
	return true;
}

static bool add_roles(struct env *env, const struct found *f, struct entry *x, struct err *e)
{
	static const enum role plain[ACCOUNT_KIND_COUNT] = {ROLE_CITIZEN, ROLE_BUSINESS, ROLE_STRANGER, ROLE_ADMIN, ROLE_SYSTEM};
	struct actor_role *held = NULL;
	size_t n = 0;
	enum account_kind kind = account_kind_of(f->kind);
	if (kind != ACCOUNT_OFFICIAL)
		x->roles = ROLE_BIT(plain[kind]);
	if (f->person.v && !directory_roles(env, f->person, date_of(env->now), &held, &n, e))
		return false;
	for (size_t i = 0; i < n && i < HELD_MAX; i++) {
		x->held[x->n_held++] = held[i];
		x->roles |= ROLE_BIT(held[i].role);
	}
	return true;
}

static bool add_number(struct env *env, const struct found *f, struct entry *x, struct err *e)
{
	struct str number = STR_NONE;
	if ((x->roles & ALLOW_APPLICANTS) != 0 && !account_proved_number(env, f->account, &number, e))
		return false;
	x->has_number = number.n == sizeof x->number;
	if (x->has_number)
		memcpy(x->number, number.p, sizeof x->number);
	return true;
}

static bool fill(struct env *env, const struct found *f, struct str hash, struct entry *x, struct err *e)
{
	memcpy(x->hash, hash.p, sizeof x->hash);
	x->account = f->account.v;
	x->person = f->person.v;
	x->loaded_ns = monotonic_ns();
	keep_name(&x->name, f->name);
	return add_roles(env, f, x, e) && add_agency(env, x, e) && add_number(env, f, x, e);
}

static bool load_session(struct env *env, struct str hash, struct entry *x, bool *ok, struct err *e)
{
	struct session_of_token_row r = {0};
	bool found = false;
	if (!q_session_of_token(env->db, env->arena, hash, &r, &found, e))
		return false;
	*ok = found && str_eq(r.stage, STR("full")) && str_eq(r.state, STR("active")) && r.epoch == r.account_epoch &&
	      r.expires.ms > env->now.ms && r.seen.ms + account_cfg()->session_idle_ms > env->now.ms && r.csrf.n == sizeof x->csrf;
	if (!*ok)
		return true;
	*x = (struct entry){.session = r.id, .epoch = r.epoch, .expires_ms = r.expires.ms};
	memcpy(x->csrf, r.csrf.p, sizeof x->csrf);
	return fill(env, &(struct found){r.account, r.person, r.kind, r.name}, hash, x, e);
}

static bool load_token(struct env *env, struct str hash, struct entry *x, bool *ok, struct err *e)
{
	struct token_of_hash_row r = {0};
	bool found = false;
	if (!q_token_of_hash(env->db, env->arena, hash, &r, &found, e))
		return false;
	*ok = found && str_eq(r.state, STR("active")) && r.epoch == r.account_epoch && r.expires.ms > env->now.ms;
	if (!*ok)
		return true;
	*x = (struct entry){.token = r.id, .epoch = r.epoch, .expires_ms = r.expires.ms, .bearer = true};
	memcpy(x->csrf, hash.p, sizeof x->csrf); /* asks for no token of forms; it seals words in addresses */
	return fill(env, &(struct found){r.account, r.person, r.kind, r.name}, hash, x, e);
}

static void become(struct request *r, const struct entry *x)
{
	struct actor *a = NEW(r->env.arena, struct actor);
	struct actor_role *held = NEW_ARRAY(r->env.arena, x->n_held, struct actor_role);
	memcpy(held, x->held, x->n_held * sizeof *held);
	*a = (struct actor){.roles = x->roles, .account = x->account, .person = x->person, .session = x->session, .token = x->token, .epoch = x->epoch,
	                    .held = held, .n_held = x->n_held, .name = str_dup(r->env.arena, (struct str){x->name.v, x->name.n}),
	                    .agency = str_dup(r->env.arena, (struct str){x->agency.v, x->agency.n})};
	if (x->has_number)
		a->number = str_dup(r->env.arena, (struct str){(const char *)x->number, sizeof x->number});
	r->env.actor = a;
	r->auth = x->bearer ? AUTH_BEARER : AUTH_COOKIE;
	memcpy(r->csrf_secret, x->csrf, sizeof r->csrf_secret);
}

bool account_authenticate(struct request *r, struct err *e)
{
	struct str header = req_header(r, "Authorization");
	bool bearer = str_starts(header, BEARER), ok = false;
	struct str token = bearer ? str_trim(str_sub(header, BEARER.n, header.n)) : req_cookie(r, COOKIE);
	struct entry x;
	if (token.n == 0 || token.n > 100)
		return true;
	struct str hash = account_secret_hash(r->env.arena, token);
	ok = cache_get(hash, r->env.now, &x) && x.bearer == bearer;
	if (!ok) {
		if (!(bearer ? load_token : load_session)(&r->env, hash, &x, &ok, e))
			return false;
		if (ok)
			cache_put(&x);
	}
	/* A program that shows a token means to be somebody: it is told when the token is dead. */
	if (!ok && bearer)
		return err_set(e, ERR_SIGN_IN, "unknown or ended token");
	if (ok)
		become(r, &x);
	return true;
}

bool account_may_act(struct request *r, struct err *e) { return account_epoch_ok(&r->env, e); }

/* ---- the minute's work ---- */

#define TRIES_KEPT_MS (2 * DAY_MS)
#define CODES_KEPT_MS (400 * DAY_MS)
#define RECOVERY_KEPT_MS ((int64_t)3600 * 1000)

static bool seen_waits(void)
{
	bool waits = false;
	for (size_t i = 0; i < SLOTS && !waits; i++) {
		pthread_mutex_lock(&locks[i % STRIPES]);
		waits = slots[i].used && slots[i].dirty && !slots[i].bearer;
		pthread_mutex_unlock(&locks[i % STRIPES]);
	}
	return waits;
}

static int64_t codes_before(struct instant now) { return (now.ms - CODES_KEPT_MS) / 1000 / TOTP_STEP_S; }

bool account_sweep_due(struct env *env, bool *due, struct err *e)
{
	struct instant now = env->now;
	struct sweep_due_row row = {0};
	const struct sweep_due_in in = {.now = now, .idle = {now.ms - account_cfg()->session_idle_ms}, .tries = {now.ms - TRIES_KEPT_MS}, .recovery = {now.ms - RECOVERY_KEPT_MS},
	                                .codes = codes_before(now)};
	bool found;
	*due = seen_waits();
	if (*due)
		return true;
	if (!q_sweep_due(env->db, env->arena, &in, &row, &found, e))
		return false;
	*due = row.n > 0;
	return true;
}

bool account_sweep(struct env *env, struct err *e)
{
	const struct account_config *c = account_cfg();
	struct instant now = env->now;
	for (size_t i = 0; i < SLOTS; i++) {
		pthread_mutex_lock(&locks[i % STRIPES]);
		int64_t id = slots[i].used && slots[i].dirty && !slots[i].bearer ? slots[i].session : 0;
		slots[i].dirty = false;
		pthread_mutex_unlock(&locks[i % STRIPES]);
		if (id && !q_session_seen(env->db, id, now, NULL, e))
			return false;
	}
	return q_session_expire(env->db, now, (struct instant){now.ms - c->session_idle_ms}, NULL, e) && q_token_expire(env->db, now, NULL, e) &&
	       q_try_expire(env->db, (struct instant){now.ms - TRIES_KEPT_MS}, NULL, e) &&
	       q_recovery_expire(env->db, (struct instant){now.ms - RECOVERY_KEPT_MS}, NULL, e) && q_used_code_expire(env->db, codes_before(now), NULL, e);
}
