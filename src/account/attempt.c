/* attempt.c — wrong tries are counted under the account (whatever name was typed) or, when nobody has the name, under the
 * name itself: both see the same delay. Only a sign-in with all factors sets the count back. */
#include "account/account_internal.h"
#include <stdio.h>

#define FORGET_MS DAY_MS

static struct str key_of(struct arena *a, struct str what)
{
	AUTO_KEY k = account_lookup_key("account.attempt");
	struct digest d = crypto_hmac((struct str){(const char *)k.b, KEY_SIZE}, what);
	return str_dup(a, DIGEST_STR(d));
}

bool attempt_read(struct env *env, const struct account_row_row *row, bool found, struct str typed, struct attempt *out, struct err *e)
{
	struct try_get_row r = {0};
	bool has = false;
	struct arena *a = env->arena;
	struct str what = found ? str_fmt(a, "account %lld", (long long)row->id.v)
	                        : str_fmt(a, "name %.*s", STR_ARG(account_fold(a, typed)));
	*out = (struct attempt){.key = key_of(a, what)};
	if (!q_try_get(env->db, a, out->key, &r, &has, e))
		return false;
	if (has)
		*out = (struct attempt){.key = out->key, .fails = env->now.ms - r.last.ms > FORGET_MS ? 0 : r.fails, .otp_step = r.otp_step,
		                        .until = r.locked_until};
	return true;
}

static bool put(struct env *env, const struct attempt *t, struct err *e)
{
	const struct try_put_in in = {.key = t->key, .fails = t->fails, .now = env->now, .locked_until = t->until, .otp_step = t->otp_step};
	return q_try_put(env->db, &in, NULL, e);
}

bool attempt_failed(struct env *env, struct attempt *t, struct err *e)
{
	const struct account_config *c = account_cfg();
	int64_t over = ++t->fails - c->free_tries, delay = c->delay_ms;
	for (int64_t i = 0; i < over && delay < c->delay_max_ms; i++)
		delay *= 2;
	if (over >= 0)
		t->until.ms = env->now.ms + (delay < c->delay_max_ms ? delay : c->delay_max_ms);
	return put(env, t, e);
}

bool attempt_passed(struct env *env, struct attempt *t, int64_t otp_step, struct err *e)
{
	t->fails = 0;
	t->until = (struct instant){0};
	if (otp_step > t->otp_step)
		t->otp_step = otp_step;
	return put(env, t, e);
}
