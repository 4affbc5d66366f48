/* limit.h — rate limits: token buckets in memory, per class and key (address or account).
 *
 * A bounded table of `slots` buckets, open addressing over a window of eight; when the window is full the fullest
 * bucket (the one with least to remember) is forgotten. Drawback: with more active keys than slots a heavy user may be
 * forgotten too; size it well. Addresses of IPv6 count by /64. Threads: any; one lock per stripe. */
#pragma once
#include "core/http/route.h"

struct rate { uint32_t per_minute, burst; }; /* per_minute 0: no limit */

struct limits;
struct limits *limits_new(size_t slots);
void limits_free(struct limits *l);
/* Takes one token of that class for that key. False: none left; *retry_s is when one will be there. */
bool limits_take(struct limits *l, enum rate_class c, struct rate rate, uint64_t key, int64_t now_ns, int *retry_s);
/* The key of an address or of an account. */
uint64_t limits_key_address(const uint8_t address[16]);
uint64_t limits_key_account(int64_t account);
