/* account_internal.h — what the files of this slice share. */
#pragma once
#include "account/account.h"
#include "account/account_sql.h"
#include "core/audit/audit.h"
#include "core/crypto/crypto.h"
#include "core/db/id.h"

#define SECRET_SIZE 20      /* of TOTP: 160 bits, RFC 4226 §4 */
#define TOTP_STEP_S 30
#define CODE_TRIES 5
#define CODES_AN_HOUR 5

/* ---- state of the process: account.c ---- */
const struct account_config *account_cfg(void);
struct key account_lookup_key(const char *purpose);
struct str account_kind_name(enum account_kind k);
enum account_kind account_kind_of(struct str name);
bool account_needs_totp(enum account_kind k);
/* Login names and addresses as they are compared: NFC, trimmed, ASCII letters small. */
struct str account_fold(struct arena *a, struct str typed);
struct str account_identity_hash(struct arena *a, struct str number);
/* The row's own key. */
MUST_CHECK bool account_key(const struct account_row_row *row, struct key *out, struct err *e);
MUST_CHECK bool account_totp_secret(struct arena *a, const struct account_row_row *row, struct str *out, struct err *e);
/* By login, personal id or tax code; always the same queries. *found false: no such account. */
MUST_CHECK bool account_find(struct env *env, struct str typed, struct account_row_row *row, bool *found, struct err *e);
/* The sample so called (demo.c), when its account is as it was made and not locked. */
MUST_CHECK bool account_sample_row(struct env *env, struct str sample, struct account_row_row *row, bool *found, struct err *e);
MUST_CHECK bool account_record(struct env *env, const char *kind, struct account_id id, struct str body, struct err *e);
/* Ends sessions and tokens; `keep` (0: none) is the session that goes on with the new epoch. */
MUST_CHECK bool account_end_all(struct env *env, struct account_id id, int64_t keep, struct err *e);
MUST_CHECK bool account_change_password(struct env *env, struct account_id id, struct str hash, int64_t keep, struct err *e);
MUST_CHECK bool account_change_email(struct env *env, struct account_id id, struct str email, int64_t keep, struct err *e);
/* `secret` empty: takes the second factor away. */
MUST_CHECK bool account_change_totp(struct env *env, struct account_id id, struct str secret, int64_t keep, struct err *e);
MUST_CHECK bool account_change_state(struct env *env, struct account_id id, const char *state, struct err *e);

/* ---- secret.c: passwords and one-time codes ---- */
/* Runs argon2 in any case: against a hash of nothing when `encoded` is empty. */
bool secret_password_ok(struct str encoded, struct str password);
/* Was it made with less memory or fewer passes than are asked for now? */
bool secret_is_weak(struct str encoded);
MUST_CHECK bool secret_start(struct err *e);
/* Is it, in small letters, among what people choose most, or that with up to four signs behind? */
bool password_is_known(struct str small);
/* breached.c. The file named, NULL: none, is opened and looked at: lines of hashes, in order. ERR_INVALID when it is none. */
MUST_CHECK bool breached_start(const char *path, struct err *e);
void breached_stop(void);
/* Is its hash in that file? False without a file; when it cannot be read, false and a line in the log. */
bool password_is_breached(struct str password);
/* A message key when the password is too weak for that login and name, else 0. */
int secret_password_fault(struct arena *a, struct str password, struct str login, struct str name);
/* The step (now ± 1) whose code it is, newer than `after`; -1: none. */
int64_t secret_totp_step(struct str secret, struct str code, struct instant now, int64_t after);
struct str secret_base32(struct arena *a, struct str raw);
/* otpauth://totp/…: what an authenticator reads from the picture. */
struct str secret_totp_uri(struct arena *a, struct str secret, struct str login, struct str issuer);
/* An SVG picture of the text as QR code; empty when it is too long. */
struct str secret_qr_svg(struct arena *a, struct str text);
struct str secret_token(struct arena *a);              /* 256 random bits, base64url */
struct str account_secret_hash(struct arena *a, struct str token);
struct str secret_code(struct arena *a);               /* eight digits */

/* ---- device.c: browsers and programs that the owner signed in from ---- */
/* The nonce of the entry in `shown` (of a cookie, or sent by a program) that belongs to this account and password; else empty. */
struct str device_known(struct arena *a, const struct account_row_row *row, bool found, struct str shown);
/* What proves it the next time; `nonce` empty: a new device. */
struct str device_entry(struct arena *a, struct account_id id, struct instant password_at, struct str nonce);
/* A cookie's value: this entry first, then the other people of that browser. */
struct str device_list(struct arena *a, struct str entry, struct str shown);

/* ---- attempt.c: wrong tries, and the delay they bring ---- */
/* `key`: where tries count. Counts and delays are by the wall clock (env_wall). */
struct attempt { struct str key; struct account_id account; int64_t fails; struct instant until; };
/* Under the account, or the name that nobody has; with a known device (device_known) under that device alone. */
MUST_CHECK bool attempt_read(struct env *env, const struct account_row_row *row, bool found, struct str typed, struct str device, struct attempt *out, struct err *e);
/* Of somebody who is signed in and is asked again: what strangers try does not count here. */
MUST_CHECK bool attempt_read_inside(struct env *env, const struct account_row_row *row, struct attempt *out, struct err *e);
bool attempt_wait(const struct env *env, const struct attempt *t);
MUST_CHECK bool attempt_failed(struct env *env, struct attempt *t, struct err *e);
/* The step whose code it is by the wall clock, if neither it nor a later one near now was used (RFC 6238 §5.2, whatever the try counts under); -1: none.
 * A clock that is set back takes nothing away: only what was used is not good again. */
MUST_CHECK bool attempt_code(struct env *env, const struct attempt *t, struct str secret, struct str code, int64_t *step, struct err *e);
/* All factors were right; `otp_step` (0: none used) may not be used again, which is kept for 400 days. */
MUST_CHECK bool attempt_passed(struct env *env, struct attempt *t, int64_t otp_step, struct err *e);

/* ---- session.c ---- */
enum stage { STAGE_OTP, STAGE_ENROL, STAGE_FULL };
struct session_new { struct account_id account; int64_t epoch; enum stage stage; struct str token, sealed_secret, address, agent; };
MUST_CHECK bool session_add(struct env *env, const struct session_new *x, struct err *e);
/* A session that waits for its second factor: not signed in. *found false: no such, expired, or another stage. */
MUST_CHECK bool session_staged(struct env *env, struct str token, enum stage stage, struct session_of_token_row *out, bool *found, struct err *e);
void session_forget(struct account_id id);   /* drops the account from the cache; after the commit */
void session_cache_start(void);
void session_cache_stop(void);

/* ---- code.c: codes sent by mail ---- */
struct code_new { const char *purpose; struct account_id account; struct str ticket, code, email, body; };
MUST_CHECK bool code_add(struct env *env, const struct code_new *x, struct err *e);
enum code_state { CODE_RIGHT, CODE_WRONG };
/* Compares and counts. CODE_WRONG also for unknown, expired and used-up tickets. */
MUST_CHECK bool code_try(struct env *env, struct str ticket, const char *purpose, struct str code, enum code_state *state, struct recovery_get_row *row, struct err *e);
