/* hand.c — a request as flight.h knows it. */
#include "core/base/hash.h"
#include "core/http/exchange.h"

/* The account first: whoever makes two requests look alike makes two of his own. */
static uint64_t digest_of(struct exchange *x)
{
	const struct request *r = &x->r;
	uint8_t body[32];
	uint64_t h = hash_bytes(HASH_START, &r->env.actor->account, sizeof r->env.actor->account);
	if (r->method == HTTP_GET)
		return hash_str(hash_str(h, r->path), r->query) | 1;
	body_hash(x, body);
	return hash_bytes(h, body, sizeof body) | 1;
}

bool in_hand(struct exchange *x, struct err *e)
{
	if (!x->h->flight)
		return true;
	uint64_t digest = digest_of(x);
	if (!flight_take(x->h->flight, digest, &x->slot))
		return err_say(e, ERR_INTERNAL, x->h->cfg->say_poisoned, "in hand at two ends of the program: refused");
	x->digest = digest;
	return true;
}

void off_hand(struct exchange *x)
{
	flight_drop(x->h->flight, x->slot, x->digest);
	x->slot = FLIGHT_NONE;
	x->digest = 0;
}

void leave_hand(struct exchange *x, bool answered)
{
	flight_thread(0);
	if (answered && !x->has_stream)
		off_hand(x);
}
