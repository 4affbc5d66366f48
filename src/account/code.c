/* code.c — codes sent by mail: a ticket in the address of the page, a code in the mailbox; both are needed. */
#include "account/account_internal.h"

static struct str code_hash(struct arena *a, struct str ticket, struct str code)
{
	return account_secret_hash(a, str_fmt(a, "%.*s %.*s", STR_ARG(ticket), STR_ARG(code)));
}

bool code_add(struct env *env, const struct code_new *x, struct err *e)
{
	struct arena *a = env->arena;
	const struct recovery_insert_in in = {
		.id = id_new(env->ids, env->now), .ticket_hash = account_secret_hash(a, x->ticket), .purpose = str_from(x->purpose), .account = x->account,
		.code_hash = code_hash(a, x->ticket, x->code), .email = x->email, .body = x->body, .now = env->now,
		.expires = {env->now.ms + account_cfg()->code_ms}};
	return q_recovery_insert(env->db, &in, NULL, e);
}

bool code_try(struct env *env, struct str ticket, const char *purpose, struct str code, enum code_state *state, struct recovery_get_row *row, struct err *e)
{
	bool found = false;
	struct arena *a = env->arena;
	*state = CODE_WRONG;
	if (!q_recovery_get(env->db, a, account_secret_hash(a, ticket), row, &found, e))
		return false;
	if (!found || row->tries >= CODE_TRIES || row->expires.ms < env->now.ms || !str_eq(row->purpose, str_from(purpose)))
		return true;
	if (!crypto_eq(row->code_hash, code_hash(a, ticket, code)))
		return q_recovery_tried(env->db, row->id, NULL, e);
	*state = CODE_RIGHT;
	return q_recovery_end(env->db, row->id, NULL, e);
}
