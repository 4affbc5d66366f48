/* limit.c — see limit.h. */
#include "core/http/limit.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define STRIPES 16
#define WINDOW 8

struct bucket { uint64_t key; double tokens; int64_t at_ns; };
struct limits { size_t per_stripe; pthread_mutex_t locks[STRIPES]; struct bucket *buckets; };

struct limits *limits_new(size_t slots)
{
	struct limits *l = calloc(1, sizeof *l);
	CHECK(l != NULL);
	l->per_stripe = slots / STRIPES < WINDOW ? WINDOW : slots / STRIPES;
	l->buckets = calloc(l->per_stripe * STRIPES, sizeof *l->buckets);
	CHECK(l->buckets != NULL);
	for (size_t i = 0; i < STRIPES; i++)
		CHECK(pthread_mutex_init(&l->locks[i], NULL) == 0);
	return l;
}

void limits_free(struct limits *l)
{
	if (!l)
		return;
	for (size_t i = 0; i < STRIPES; i++)
		pthread_mutex_destroy(&l->locks[i]);
	free(l->buckets);
	free(l);
}

static uint64_t mix(uint64_t x)
{
	x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9U;
	x = (x ^ x >> 27) * 0x94D049BB133111EBU;
	return x ^ x >> 31;
}

uint64_t limits_key_address(const uint8_t address[16])
{
	static const uint8_t v4[12] = {[10] = 0xFF, [11] = 0xFF};
	uint64_t high = 0, low = 0;
	memcpy(&high, address, 8);
	memcpy(&low, address + 8, 8);
	return mix(memcmp(address, v4, sizeof v4) == 0 ? low : mix(high)) | 1U;
}

uint64_t limits_key_account(int64_t account) { return mix((uint64_t)account ^ 0xACC0000000000000U) & ~(uint64_t)1; }

static double refilled(const struct bucket *b, struct rate rate, int64_t now_ns)
{
	double t = b->tokens + (double)(now_ns - b->at_ns) * rate.per_minute / 60e9;
	return t > rate.burst ? rate.burst : t;
}

/* The bucket of that key, or the emptiest memory in its window made new. */
static struct bucket *bucket_of(struct bucket *stripe, size_t n, uint64_t key, struct rate rate, int64_t now_ns)
{
	struct bucket *victim = NULL;
	double most = -1;
	for (size_t i = 0; i < WINDOW; i++) {
		struct bucket *b = &stripe[(key / STRIPES + i) % n];
		if (b->key == key)
			return b;
		double t = b->key ? refilled(b, rate, now_ns) / rate.burst : 2;
		if (t > most) {
			most = t;
			victim = b;
		}
	}
	*victim = (struct bucket){key, rate.burst, now_ns};
	return victim;
}

bool limits_take(struct limits *l, enum rate_class c, struct rate rate, uint64_t key, int64_t now_ns, int *retry_s)
{
	if (rate.per_minute == 0 || rate.burst == 0)
		return true;
	key = mix(key + (uint64_t)c * 0x9E3779B97F4A7C15U);
	key += key == 0;
	size_t s = key % STRIPES;
	pthread_mutex_lock(&l->locks[s]);
	struct bucket *b = bucket_of(l->buckets + s * l->per_stripe, l->per_stripe, key, rate, now_ns);
	b->tokens = refilled(b, rate, now_ns);
	b->at_ns = now_ns;
	bool ok = b->tokens >= 1;
	if (ok)
		b->tokens -= 1;
	double wait = (1 - b->tokens) * 60 / rate.per_minute;
	pthread_mutex_unlock(&l->locks[s]);
	if (!ok && retry_s)
		*retry_s = (int)wait + 1;
	return ok;
}
