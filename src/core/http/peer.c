/* peer.c — see peer.h. */
#include "core/http/peer.h"
#include <arpa/inet.h>
#include <string.h>

bool peer_parse(struct str text, uint8_t out[16])
{
	char buf[64];
	text = str_trim(text);
	if (text.n == 0 || text.n >= sizeof buf)
		return false;
	memcpy(buf, text.p, text.n);
	buf[text.n] = 0;
	memset(out, 0, 10);
	memset(out + 10, 0xFF, 2);
	return inet_pton(AF_INET, buf, out + 12) == 1 || inet_pton(AF_INET6, buf, out) == 1;
}

static bool is_proxy(const struct http_config *c, struct str text)
{
	uint8_t a[16], b[16];
	bool address = c->n_proxies > 0 && peer_parse(text, a);
	for (size_t i = 0; i < c->n_proxies; i++) {
		struct str p = str_from(c->proxies[i]);
		if (str_eq(p, text) || (address && peer_parse(p, b) && memcmp(a, b, 16) == 0))
			return true;
	}
	return false;
}

void peer_set(struct exchange *x, const char *peer)
{
	const struct http_config *c = x->h->cfg;
	struct str who = str_from(peer), list = STR_NONE;
	uint8_t parsed[16];
	if (is_proxy(c, who))
		for (size_t i = 0; i < x->headers.n; i++)
			if (str_eq_nocase(x->headers.at[i].name, STR("X-Forwarded-For")))
				list = x->headers.at[i].value;
	/* From the right: each hop added what it saw; what stands left of the first stranger is only claimed. */
	while (list.n && is_proxy(c, who)) {
		size_t from = list.n;
		while (from > 0 && list.p[from - 1] != ',')
			from--;
		struct str last = str_trim(str_sub(list, from, list.n));
		if (!peer_parse(last, parsed))
			break;
		who = last;
		list = str_sub(list, 0, from ? from - 1 : 0);
	}
	x->unix_peer = str_eq(who, STR("unix"));
	x->r.client = str_dup(x->r.env.arena, who);
	if (!peer_parse(who, x->address))
		memset(x->address, 0, sizeof x->address);
}
