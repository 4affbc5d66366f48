/* sample_web.c — signing in as a sample by one press, see account.h. No route: who offers it knows that this is the demonstration. */
#include "account/web_internal.h"
#include "core/log/log.h"

struct account_entry *account_entry_new(struct arena *a)
{
	struct account_entry *x = NEW(a, struct account_entry);
	x->token = secret_token(a);
	return x;
}

bool account_entry_begin(struct request *r, struct str sample, struct account_entry *x, struct err *e)
{
	struct account_row_row row = {0};
	bool found = false;
	x->account = (struct account_id){0};
	if (!account_sample_row(&r->env, sample, &row, &found, e))
		return false;
	if (!found)
		return true;
	x->account = row.id;
	return screen_session(r, (struct session_new){.account = row.id, .epoch = row.epoch, .stage = STAGE_FULL, .token = x->token}, e) &&
	       account_record(&r->env, "account.sample_sign_in", row.id, STR(""), e);
}

void account_entry_answer(struct request *r, const struct account_entry *x)
{
	answer_cookie(r, SESSION_COOKIE, x->token, 0);
	if (r->env.actor->account)
		session_forget((struct account_id){r->env.actor->account});
	log_event(LOG_INFO, "sample sign-in", log_id("id", r->env.request_id), log_int("account", x->account.v));
}
