/* peer.h — who is at the other end, inside core/http only. */
#pragma once
#include "core/http/exchange.h"

/* Sets client and address from the peer's address as text ("unix" for a socket file), and from X-Forwarded-For when the
 * peer is a configured proxy: the last address there that is no proxy. Headers must be known. */
void peer_set(struct exchange *x, const char *peer);
/* IPv4 as ::ffff:a.b.c.d. False: no address. */
bool peer_parse(struct str text, uint8_t out[16]);
