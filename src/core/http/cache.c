/* cache.c — kept public pages (exchange.h): a hash table under one lock; the least recently used leave first.
 * Compression is outside the lock: two threads may do it twice for one page, and the second is dropped. */
#include "core/http/exchange.h"
#include "core/http/text.h"
#include <brotli/encode.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define TABLE 1024

struct cache { pthread_mutex_t lock; struct kept *table[TABLE]; size_t bytes, cap; uint64_t clock; ready_drop_fn *ready_drop; };

const char *const coding_names[CODING_COUNT] = {"identity", "gzip", "br"};

enum coding coding_choose(struct str accept, const bool have[CODING_COUNT])
{
	if (accept.n == 0)
		return CODING_IDENTITY;
	int gzip = have[CODING_GZIP] ? text_coding_quality(accept, "gzip") : 0;
	int brotli = have[CODING_BROTLI] ? text_coding_quality(accept, "br") : 0;
	if (brotli > 0 && brotli >= gzip)
		return CODING_BROTLI;
	return gzip > 0 ? CODING_GZIP : CODING_IDENTITY;
}

struct cache *cache_new(size_t bytes, ready_drop_fn *ready_drop)
{
	struct cache *c = calloc(1, sizeof *c);
	CHECK(c != NULL && pthread_mutex_init(&c->lock, NULL) == 0);
	c->cap = bytes;
	c->ready_drop = ready_drop;
	return c;
}

void kept_drop(struct kept *k)
{
	if (!k || atomic_fetch_sub(&k->refs, 1) != 1)
		return;
	for (size_t i = 0; i < ARRAY_LEN(k->ready); i++)
		if (atomic_load(&k->ready[i]))
			k->ready_drop(atomic_load(&k->ready[i]));
	arena_free(k->a);
}

void cache_free(struct cache *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < TABLE; i++)
		for (struct kept *k = c->table[i], *next; k; k = next) {
			next = k->next;
			kept_drop(k);
		}
	pthread_mutex_destroy(&c->lock);
	free(c);
}

static size_t slot_of(struct str key)
{
	uint64_t h = 14695981039346656037U;
	for (size_t i = 0; i < key.n; i++)
		h = (h ^ (unsigned char)key.p[i]) * 1099511628211U;
	return (h ^ h >> 32) % TABLE;
}

static void unlink_at(struct cache *c, struct kept **at)
{
	struct kept *k = *at;
	*at = k->next;
	c->bytes -= k->bytes;
	kept_drop(k);
}

/* Under the lock: the one of that revision, NULL: of whatever revision. */
static struct kept *find_locked(struct cache *c, struct str key, const uint64_t *revision)
{
	for (struct kept *k = c->table[slot_of(key)]; k; k = k->next)
		if (str_eq(k->key, key) && (!revision || k->revision == *revision)) {
			k->used = ++c->clock;
			atomic_fetch_add(&k->refs, 1);
			return k;
		}
	return NULL;
}

static struct kept *find(struct cache *c, struct str key, const uint64_t *revision)
{
	pthread_mutex_lock(&c->lock);
	struct kept *k = find_locked(c, key, revision);
	pthread_mutex_unlock(&c->lock);
	return k;
}

struct kept *cache_find(struct cache *c, struct str key, uint64_t revision)
{
	return find(c, key, &revision);
}

struct kept *cache_find_old(struct cache *c, struct str key)
{
	return find(c, key, NULL);
}

/* A new page drives out those of other revisions. */
static void drop_locked(struct cache *c, struct str key)
{
	for (struct kept **at = &c->table[slot_of(key)]; *at;)
		if (str_eq((*at)->key, key))
			unlink_at(c, at);
		else
			at = &(*at)->next;
}

static void make_room(struct cache *c)
{
	while (c->bytes > c->cap) {
		struct kept **oldest = NULL;
		for (size_t i = 0; i < TABLE; i++)
			for (struct kept **at = &c->table[i]; *at; at = &(*at)->next)
				if (!oldest || (*at)->used < (*oldest)->used)
					oldest = at;
		if (!oldest)
			return;
		unlink_at(c, oldest);
	}
}

static struct str gzip_of(struct arena *a, struct str s)
{
	z_stream z = {0};
	if (deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		return STR_NONE;
	size_t room = deflateBound(&z, s.n);
	unsigned char *out = arena_alloc(a, room);
	z.next_in = (unsigned char *)(uintptr_t)s.p;
	z.avail_in = (unsigned)s.n;
	z.next_out = out;
	z.avail_out = (unsigned)room;
	bool ok = deflate(&z, Z_FINISH) == Z_STREAM_END;
	struct str got = {(const char *)out, z.total_out};
	deflateEnd(&z);
	return ok && got.n < s.n ? got : STR_NONE;
}

static struct str brotli_of(struct arena *a, struct str s)
{
	size_t n = BrotliEncoderMaxCompressedSize(s.n);
	uint8_t *out = n ? arena_alloc(a, n) : NULL;
	if (!out || !BrotliEncoderCompress(5, 22, BROTLI_MODE_TEXT, s.n, (const uint8_t *)s.p, &n, out) || n >= s.n)
		return STR_NONE;
	return (struct str){(const char *)out, n};
}

static struct kept *kept_new(struct str key, uint64_t revision, struct str type, struct str body)
{
	AUTO_ARENA scratch = arena_new(0);
	struct arena *a = arena_new(0);
	struct kept *k = NEW(a, struct kept);
	*k = (struct kept){.a = a, .key = str_dup(a, key), .type = str_dup(a, type), .revision = revision};
	atomic_init(&k->refs, 2);
	k->coded[CODING_IDENTITY] = str_dup(a, body);
	struct str coded[CODING_COUNT] = {[CODING_GZIP] = gzip_of(scratch, body), [CODING_BROTLI] = brotli_of(scratch, body)};
	for (int i = CODING_GZIP; i < CODING_COUNT; i++)
		if (coded[i].n)
			k->coded[i] = str_dup(a, coded[i]);
	uint64_t h = 14695981039346656037U;
	for (size_t i = 0; i < body.n; i++)
		h = (h ^ (unsigned char)body.p[i]) * 1099511628211U;
	k->etag = str_fmt(a, "p%016llx-%zx", (unsigned long long)h, body.n);
	k->bytes = arena_used(a);
	return k;
}

struct kept *cache_keep(struct cache *c, struct str key, uint64_t revision, struct str type, struct str body)
{
	struct kept *k = kept_new(key, revision, type, body);
	k->ready_drop = c->ready_drop;
	pthread_mutex_lock(&c->lock);
	struct kept *other = find_locked(c, key, &revision);
	if (other) {
		pthread_mutex_unlock(&c->lock);
		kept_drop(k);
		kept_drop(k);
		return other;
	}
	drop_locked(c, key);
	size_t slot = slot_of(key);
	k->next = c->table[slot];
	k->used = ++c->clock;
	c->table[slot] = k;
	c->bytes += k->bytes;
	make_room(c);
	pthread_mutex_unlock(&c->lock);
	return k;
}
