/* squeeze.c — see squeeze.h. */
#include "core/squeeze/squeeze.h"
#include <pthread.h>
#include <string.h>
#include <zstd.h>

#define DICTIONARY 1
#define LEVEL 3
#define SHORTEST 16
#define KEPT 8

/* dictionary-1.zdict, put in by dictionary.S */
extern const char squeeze_dictionary_1[], squeeze_dictionary_1_end[];

static struct { pthread_mutex_t lock; ZSTD_CCtx *in[KEPT]; ZSTD_DCtx *out[KEPT]; size_t n_in, n_out; } kept = {.lock = PTHREAD_MUTEX_INITIALIZER};
static ZSTD_CDict *into;
static ZSTD_DDict *from;

static void load(void)
{
	size_t n = (size_t)(squeeze_dictionary_1_end - squeeze_dictionary_1);
	into = ZSTD_createCDict(squeeze_dictionary_1, n, LEVEL);
	from = ZSTD_createDDict(squeeze_dictionary_1, n);
	CHECK(into && from);
}

static void loaded(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, load);
}

/* Nothing that any decoder knows already: no magic, no sum (rows and seals have theirs), no number of the dictionary. */
static ZSTD_CCtx *new_in(void)
{
	ZSTD_CCtx *c = ZSTD_createCCtx();
	CHECK(c != NULL);
	CHECK(!ZSTD_isError(ZSTD_CCtx_refCDict(c, into)) && !ZSTD_isError(ZSTD_CCtx_setParameter(c, ZSTD_c_dictIDFlag, 0)));
	return c;
}

static ZSTD_DCtx *new_out(void)
{
	ZSTD_DCtx *d = ZSTD_createDCtx();
	CHECK(d != NULL);
	CHECK(!ZSTD_isError(ZSTD_DCtx_refDDict(d, from)));
	return d;
}

static ZSTD_CCtx *take_in(void)
{
	pthread_mutex_lock(&kept.lock);
	ZSTD_CCtx *c = kept.n_in ? kept.in[--kept.n_in] : NULL;
	pthread_mutex_unlock(&kept.lock);
	return c ? c : new_in();
}

static void give_in(ZSTD_CCtx *c)
{
	pthread_mutex_lock(&kept.lock);
	bool room = kept.n_in < KEPT;
	if (room)
		kept.in[kept.n_in++] = c;
	pthread_mutex_unlock(&kept.lock);
	if (!room)
		ZSTD_freeCCtx(c);
}

static ZSTD_DCtx *take_out(void)
{
	pthread_mutex_lock(&kept.lock);
	ZSTD_DCtx *d = kept.n_out ? kept.out[--kept.n_out] : NULL;
	pthread_mutex_unlock(&kept.lock);
	return d ? d : new_out();
}

static void give_out(ZSTD_DCtx *d)
{
	pthread_mutex_lock(&kept.lock);
	bool room = kept.n_out < KEPT;
	if (room)
		kept.out[kept.n_out++] = d;
	pthread_mutex_unlock(&kept.lock);
	if (!room)
		ZSTD_freeDCtx(d);
}

static bool is_plain(struct str s) { return s.n == 0 || (uint8_t)s.p[0] >= SQUEEZE_PLAIN; }

/* MAGIC is left out: the byte of the dictionary says what comes. */
#define MAGIC 4

struct str squeeze(struct arena *a, struct str text)
{
	if (text.n < SHORTEST ? is_plain(text) : text.n > SQUEEZE_MOST)
		return text;
	loaded();
	size_t most = ZSTD_compressBound(text.n);
	uint8_t *room = arena_alloc(a, most);
	ZSTD_CCtx *c = take_in();
	size_t n = ZSTD_compress2(c, room, most, text.p, text.n);
	give_in(c);
	CHECK(!ZSTD_isError(n) && n > MAGIC);
	if (n - MAGIC + 1 >= text.n && is_plain(text))
		return text;
	room[MAGIC - 1] = DICTIONARY;
	return (struct str){(const char *)room + MAGIC - 1, n - MAGIC + 1};
}

bool unsqueeze(struct arena *a, struct str bytes, struct str *out)
{
	*out = bytes;
	if (is_plain(bytes))
		return true;
	if (bytes.p[0] != DICTIONARY)
		return false;
	loaded();
	struct str frame = {arena_alloc(a, bytes.n + MAGIC - 1), bytes.n + MAGIC - 1};
	memcpy((char *)(uintptr_t)frame.p, "\x28\xb5\x2f\xfd", MAGIC);
	memcpy((char *)(uintptr_t)frame.p + MAGIC, bytes.p + 1, bytes.n - 1);
	unsigned long long n = ZSTD_getFrameContentSize(frame.p, frame.n);
	if (n > SQUEEZE_MOST) /* or one of the library's two ways of saying that it does not know */
		return false;
	char *room = arena_alloc(a, (size_t)n + 1);
	ZSTD_DCtx *d = take_out();
	size_t got = ZSTD_decompressDCtx(d, room, (size_t)n, frame.p, frame.n);
	give_out(d);
	if (ZSTD_isError(got) || got != n)
		return false;
	*out = (struct str){room, got};
	return true;
}
