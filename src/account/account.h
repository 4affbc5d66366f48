/* account.h — who may sign in: citizens, businesses, officials, administrators and other programs.
 *
 * Owner:   tables account (logged), session, api_token, login_try, recovery (unlogged).
 * Secrets: session and API tokens are 256 random bits, stored hashed. Passwords: argon2id. TOTP secrets and personal ids
 *          are sealed under the account's own key, which the keyring wraps; look-up by keyed hash. A code by mail is
 *          stored hashed, lives 10 minutes and dies after five wrong tries.
 * Epoch:   every change of rights adds one; what was signed in before is dead, as is a session or token that was ended: at
 *          once for actions (account_epoch_ok), at once in this process and after at most five seconds in another for pages.
 * Silence: unknown login, wrong password, wrong code and locked account get the same answer, after the same work.
 * Threads: account_start() before the first request, account_stop() after the last; all else from any thread. */
#pragma once
#include "core/auth/actor.h"
#include "core/db/db.h"
#include "gen/ids.h"

struct keyring;
struct html_out;
struct request;
struct route_table;

/* A message to one address: subject and text are ready, in the reader's language. */
struct account_mail { struct str to, subject, text; };

struct account_config {
	const struct keyring *keys;
	uint32_t argon_memory_kib, argon_passes, argon_lanes;
	const char *breached_passwords;              /* a file of their hashes, sorted (breached.c); NULL: none is kept */
	int64_t session_idle_ms, session_ms;         /* a session ends after so long without use, or in all */
	int64_t token_ms, system_token_ms;           /* API tokens of people, and of system accounts */
	uint32_t free_tries;                         /* wrong tries before the delay begins, and then doubles */
	int64_t delay_ms, delay_max_ms;
	int64_t code_ms;
	bool (*mail)(struct env *env, const struct account_mail *m, struct err *e); /* in the writer's transaction */
	void (*offer)(struct html_out *o, struct request *r); /* below the form of the sign-in page; NULL: nothing */
};
/* 64 MiB, three passes, one lane; two hours idle and twelve in all; five tries, 30 s doubling to 15 minutes. */
struct account_config account_config_usual(const struct keyring *keys);
/* `cfg` is copied. */
MUST_CHECK bool account_start(const struct account_config *cfg, struct err *e);
void account_stop(void);

/* ---- who is asking ---- */

/* http_hooks.authenticate: fills env.actor, env.lang, auth and csrf_secret from cookie or bearer token. Applicants have
 * actor.person 0: what they own is theirs by actor.account. Whoever cannot be recognised is a stranger. */
bool account_authenticate(struct request *r, struct err *e);
/* http_hooks.may_act: account_epoch_ok() before every action. */
bool account_may_act(struct request *r, struct err *e);
/* In a writer's action: is the actor's account active, its epoch still the one seen, and the session or token shown still
 * there? ERR_SIGN_IN when not. Strangers and the program itself pass. */
MUST_CHECK bool account_epoch_ok(struct env *env, struct err *e);
/* A job, once a minute: writes when sessions were last seen, drops what has expired. In a writer's action. */
MUST_CHECK bool account_sweep(struct env *env, struct err *e);
/* On any connection: has account_sweep anything to do? */
MUST_CHECK bool account_sweep_due(struct env *env, bool *due, struct err *e);

/* ---- accounts for other slices ---- */
enum account_kind { ACCOUNT_CITIZEN, ACCOUNT_BUSINESS, ACCOUNT_OFFICIAL, ACCOUNT_ADMIN, ACCOUNT_SYSTEM, ACCOUNT_KIND_COUNT };
struct account {
	struct account_id id;
	struct person_id person;
	enum account_kind kind;
	bool active;
	struct str login, name, email, phone, tax_code; /* email: empty until confirmed */
	enum lang lang;
	int64_t epoch;
};
MUST_CHECK bool account_get(struct env *env, struct account_id id, struct account *out, bool *found, struct err *e);
MUST_CHECK bool account_of_person(struct env *env, struct person_id person, struct account *out, bool *found, struct err *e);
/* The applicant's personal identification number in clear; empty when none is kept. Lives in env->arena. */
MUST_CHECK bool account_identity(struct env *env, struct account_id id, struct str *out, struct err *e);
/* The account with that personal id or tax code: active, and an officer saw the papers (account_identity_seen). Anybody may
 * type a number when registering, so without that the number's owner would lose to whoever registered it. */
MUST_CHECK bool account_by_identity(struct env *env, struct str number, struct account *out, bool *found, struct err *e);
/* In a writer's action: the actor saw the papers that show whose number the account carries. ERR_INVALID when it carries none. */
MUST_CHECK bool account_identity_seen(struct env *env, struct account_id id, struct err *e);
/* In a writer's action: that was a mistake. The number is as if only typed, and what the account has open ends. */
MUST_CHECK bool account_identity_doubted(struct env *env, struct account_id id, struct err *e);
/* What actor.number holds while the account is signed in: empty until an official saw the papers. Lives in env->arena. */
MUST_CHECK bool account_proved_number(struct env *env, struct account_id id, struct str *out, struct err *e);
/* In a writer's action: the actor's own one-time code before an act that matters, counted as a try to sign in. *right false
 * also when the account waits after wrong tries. */
MUST_CHECK bool account_confirm(struct env *env, struct str code, bool *right, struct err *e);
/* After a rotation of the master key, as dossier_rewrap(). */
struct rewrap;
MUST_CHECK bool account_rewrap(struct env *env, const struct rewrap *from, struct rewrap *out, struct err *e);
/* In a writer's action, after roles, postings or absences of the person changed: ends what that person has open. */
MUST_CHECK bool account_roles_changed(struct env *env, struct person_id person, struct err *e);

/* ---- making accounts: `motcua user add`, the demonstration, administration ---- */
struct account_new {
	enum account_kind kind;
	struct person_id person;                     /* officials: required */
	struct str login, name, email, phone, identity, tax_code;
	struct str password_hash;                    /* account_password_hash(); empty: set later by recovery */
	struct str totp_secret;                      /* 20 raw bytes, or empty */
	bool email_confirmed, identity_seen;         /* identity_seen: see account_by_identity() */
};
/* Slow (argon2): never on a writer. */
MUST_CHECK bool account_password_hash(struct arena *a, struct str password, struct str *encoded, struct err *e);
/* In a writer's action. ERR_CONFLICT when login, e-mail, person, personal id or tax code has an account. */
MUST_CHECK bool account_create(struct env *env, const struct account_new *x, struct account_id *id, struct err *e);

struct account_sample { const char *role; struct str login, password, totp_secret; struct account_id account; };
#define ACCOUNT_SAMPLES 11
/* Accounts citizen, business, counter, specialist, head, director, clerk, inspector, admin, each called by its role, and the directors of
 * two other bodies, called centre and province, with passwords and base32
 * TOTP secrets (applicants: empty) made from `seed`, so that a second run prints the same. Hash the passwords before:
 * account_demo_prepare() anywhere, account_demo() in a writer's action. */
struct account_demo { struct account_sample sample[ACCOUNT_SAMPLES]; struct account_new account[ACCOUNT_SAMPLES]; };
struct directory_demo;
MUST_CHECK bool account_demo_prepare(struct arena *a, struct str seed, const struct directory_demo *people, struct account_demo *out, struct err *e);
MUST_CHECK bool account_demo(struct env *env, struct account_demo *demo, struct err *e);

/* ---- signing in as a sample by one press: for a caller that knows that this is the demonstration ---- */
/* token: account_entry_new() before the action, for it may run twice. account 0: no such sample, or it is locked or no longer of its kind. */
struct account_entry { struct str token; struct account_id account; };
struct account_entry *account_entry_new(struct arena *a);
/* In a writer's action: begins a whole session of the sample, without password and second factor; the one of this browser ends. An
 * entry of the log, account.sample_sign_in. An account that was added later is no sample, whatever its name. */
MUST_CHECK bool account_entry_begin(struct request *r, struct str sample, struct account_entry *x, struct err *e);
/* After the commit: the browser gets the session's cookie. */
void account_entry_answer(struct request *r, const struct account_entry *x);
/* The name of the person whose account is so called; empty when there is none. */
struct str account_sample_name(struct str sample);

extern struct route_table account_routes;
