/* attempt.c — wrong tries, and the delay after them.
 *
 * Counted: of a browser that the owner signed in from before (device.c), under that device; of all others, under the account
 * (whatever name was typed) or, when nobody has the name, under the name itself: both see the same delay. So whoever knows a
 * login holds up strangers, never the owner's own devices. Somebody signed in who is asked again counts apart, too.
 * Only a sign-in with all factors sets a count back, and only the count it went under. */
#include "account/account_internal.h"
#include <stdio.h>

#define FORGET_MS DAY_MS

static struct str key_of(struct arena *a, struct str what)
{
	AUTO_KEY k = account_lookup_key("account.attempt");
	struct digest d = crypto_hmac((struct str){(const char *)k.b, KEY_SIZE}, what);
	return str_dup(a, DIGEST_STR(d));
}

static bool read_one(struct env *env, struct str key, struct try_get_row *r, struct err *e)
{
	bool has = false;
	if (!q_try_get(env->db, env->arena, key, r, &has, e))
		return false;
	if (!has)
		*r = (struct try_get_row){0};
	if (env_wall(env).ms - r->last.ms > FORGET_MS)
		r->fails = 0;
	return true;
}

static bool read_count(struct env *env, struct account_id account, struct str bucket, struct attempt *out, struct err *e)
{
	struct try_get_row own = {0};
	*out = (struct attempt){.key = key_of(env->arena, bucket), .account = account};
	if (!read_one(env, out->key, &own, e))
		return false;
	out->fails = own.fails;
	out->until = own.locked_until;
	return true;
}

static struct str account_words(struct env *env, const struct account_row_row *row)
{
	return str_fmt(env->arena, "account %lld", (long long)row->id.v);
}

bool attempt_read(struct env *env, const struct account_row_row *row, bool found, struct str typed, struct str device, struct attempt *out, struct err *e)
{
	struct arena *a = env->arena;
	struct str account = found ? account_words(env, row) : str_fmt(a, "name %.*s", STR_ARG(account_fold(a, typed)));
	struct str bucket = found && device.n ? str_fmt(a, "device %lld %.*s", (long long)row->id.v, STR_ARG(device)) : account;
	return read_count(env, found ? row->id : (struct account_id){0}, bucket, out, e);
}

bool attempt_read_inside(struct env *env, const struct account_row_row *row, struct attempt *out, struct err *e)
{
	return read_count(env, row->id, str_fmt(env->arena, "inside %lld", (long long)row->id.v), out, e);
}

static bool put(struct env *env, const struct attempt *t, struct err *e)
{
	const struct try_put_in in = {.key = t->key, .fails = t->fails, .now = env_wall(env), .locked_until = t->until};
	return q_try_put(env->db, &in, NULL, e);
}

bool attempt_failed(struct env *env, struct attempt *t, struct err *e)
{
	const struct account_config *c = account_cfg();
	int64_t over = ++t->fails - c->free_tries, delay = c->delay_ms;
	for (int64_t i = 0; i < over && delay < c->delay_max_ms; i++)
		delay *= 2;
	if (over >= 0)
		t->until.ms = env_wall(env).ms + (delay < c->delay_max_ms ? delay : c->delay_max_ms);
	return put(env, t, e);
}

/* No longer than the longest delay: what a clock that was ahead left behind keeps nobody out. */
bool attempt_wait(const struct env *env, const struct attempt *t)
{
	int64_t left = t->until.ms - env_wall(env).ms;
	return left > 0 && left <= account_cfg()->delay_max_ms;
}

bool attempt_passed(struct env *env, struct attempt *t, int64_t otp_step, struct err *e)
{
	t->fails = 0;
	t->until = (struct instant){0};
	return put(env, t, e) && (otp_step == 0 || q_used_code_put(env->db, t->account, otp_step, NULL, e));
}

bool attempt_code(struct env *env, const struct attempt *t, struct str secret, struct str code, int64_t *step, struct err *e)
{
	struct instant now = env_wall(env);
	struct used_code_last_row used = {0};
	bool found;
	int64_t at = now.ms / 1000 / TOTP_STEP_S;
	if (!q_used_code_last(env->db, env->arena, t->account, at - 1, at + 1, &used, &found, e))
		return err_wrap(e, "one-time code");
	*step = secret_totp_step(secret, code, now, used.step);
	return true;
}
