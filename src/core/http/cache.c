/* cache.c — kept public pages (exchange.h) in a bounded store (core/base/keep.h), each in all codings.
 * Compression is outside the lock: two threads may do it twice for one page, and the second is dropped. */
#include "core/base/hash.h"
#include "core/http/exchange.h"
#include "core/http/text.h"
#include <brotli/encode.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

struct cache { struct keep *keep; ready_drop_fn *ready_drop; };

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

static struct kept *kept_of(struct keep_item *x) { return (struct kept *)x; }

static void free_kept(struct keep_item *x)
{
	struct kept *k = kept_of(x);
	for (size_t i = 0; i < ARRAY_LEN(k->ready); i++)
		if (atomic_load(&k->ready[i]))
			k->ready_drop(atomic_load(&k->ready[i]));
	arena_free(k->a);
}

struct cache *cache_new(size_t bytes, ready_drop_fn *ready_drop)
{
	struct cache *c = calloc(1, sizeof *c);
	CHECK(c != NULL);
	c->keep = keep_new(bytes, free_kept);
	c->ready_drop = ready_drop;
	return c;
}

void cache_free(struct cache *c)
{
	if (c)
		keep_free(c->keep);
	free(c);
}

void kept_drop(struct kept *k)
{
	if (k)
		keep_drop(&k->item);
}

static struct str revision_str(const uint64_t *revision) { return (struct str){(const char *)revision, sizeof *revision}; }

struct kept *cache_find(struct cache *c, struct str key, uint64_t revision)
{
	struct str of = revision_str(&revision);
	return kept_of(keep_find(c->keep, key, &of, 0));
}

struct kept *cache_find_old(struct cache *c, struct str key) { return kept_of(keep_find(c->keep, key, NULL, 0)); }

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
	*k = (struct kept){.a = a, .type = str_dup(a, type), .item = {.key = str_dup(a, key), .revision = str_dup(a, revision_str(&revision))}};
	k->coded[CODING_IDENTITY] = str_dup(a, body);
	struct str coded[CODING_COUNT] = {[CODING_GZIP] = gzip_of(scratch, body), [CODING_BROTLI] = brotli_of(scratch, body)};
	for (int i = CODING_GZIP; i < CODING_COUNT; i++)
		if (coded[i].n)
			k->coded[i] = str_dup(a, coded[i]);
	k->etag = str_fmt(a, "p%016llx-%zx", (unsigned long long)hash_str(HASH_START, body), body.n);
	k->item.bytes = arena_used(a);
	return k;
}

struct kept *cache_keep(struct cache *c, struct str key, uint64_t revision, struct str type, struct str body)
{
	struct kept *k = kept_new(key, revision, type, body);
	k->ready_drop = c->ready_drop;
	return kept_of(keep_put(c->keep, &k->item, 0));
}
