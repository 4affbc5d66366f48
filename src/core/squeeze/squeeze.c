/* squeeze.c — see squeeze.h. */
#include "core/squeeze/squeeze.h"
#include <pthread.h>
#include <string.h>
#include <zstd.h>

#define DICTIONARY 1 /* a frame without its magic */
#define ONE_BLOCK 2  /* of the same dictionary: its one block, after the byte that says how long the text is */
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

/* A short text is one compressed block: its length follows from that of the whole, what stands before it is always the same (RFC 8878, 3.1.1). */
#define ONE_BYTE_LONG 0x20
#define BEFORE_BLOCK (MAGIC + 5)

static uint32_t block_head(size_t n) { return (uint32_t)(n << 3 | 2 << 1 | 1); }

static struct str one_block(uint8_t *frame, size_t n)
{
	uint32_t head = block_head(n - BEFORE_BLOCK);
	const uint8_t want[3] = {(uint8_t)head, (uint8_t)(head >> 8), (uint8_t)(head >> 16)};
	size_t begin = MAGIC - 1;
	uint8_t first = DICTIONARY;
	if (n > BEFORE_BLOCK && frame[MAGIC] == ONE_BYTE_LONG && memcmp(frame + MAGIC + 2, want, sizeof want) == 0) {
		begin = BEFORE_BLOCK - 2;
		first = ONE_BLOCK;
		frame[begin + 1] = frame[MAGIC + 1];
	}
	frame[begin] = first;
	return (struct str){(const char *)frame + begin, n - begin};
}

static struct str frame_of(struct arena *a, struct str bytes)
{
	bool one = bytes.p[0] == ONE_BLOCK;
	size_t before = one ? BEFORE_BLOCK : MAGIC, skip = one ? 2 : 1;
	uint8_t *frame = arena_alloc(a, before + bytes.n - skip);
	memcpy(frame, "\x28\xb5\x2f\xfd", MAGIC);
	if (one) {
		uint32_t head = block_head(bytes.n - skip);
		memcpy(frame + MAGIC, (uint8_t[]){ONE_BYTE_LONG, (uint8_t)bytes.p[1], (uint8_t)head, (uint8_t)(head >> 8), (uint8_t)(head >> 16)}, 5);
	}
	memcpy(frame + before, bytes.p + skip, bytes.n - skip);
	return (struct str){(const char *)frame, before + bytes.n - skip};
}

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
	struct str out = one_block(room, n);
	return out.n >= text.n && is_plain(text) ? text : out;
}

bool unsqueeze(struct arena *a, struct str bytes, struct str *out)
{
	*out = bytes;
	if (is_plain(bytes))
		return true;
	if ((bytes.p[0] != DICTIONARY && bytes.p[0] != ONE_BLOCK) || bytes.n < 3)
		return false;
	loaded();
	struct str frame = frame_of(a, bytes);
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
