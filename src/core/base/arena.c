/* arena.c — see arena.h.
 * A block is a header and its bytes; blocks form a list, newest first. */
#include "core/base/arena.h"
#include "core/base/check.h"
#include <stdalign.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#define POISON(p, n) ASAN_POISON_MEMORY_REGION((p), (n))
#define UNPOISON(p, n) ASAN_UNPOISON_MEMORY_REGION((p), (n))
#define GAP 16U
#else
#define POISON(p, n) ((void)(p), (void)(n))
#define UNPOISON(p, n) ((void)(p), (void)(n))
#define GAP 0U
#endif

struct block {
	struct block *older;
	size_t size, used;
	alignas(16) char bytes[];
};

struct arena {
	struct block *newest;
	size_t total, cap;
	bool wipe, own_malloc;
};

static void *must(void *p)
{
	CHECK(p != NULL);
	return p;
}

static struct block *block_new(size_t size, struct block *older)
{
	struct block *b = must(malloc(sizeof *b + size));
	*b = (struct block){.older = older, .size = size};
	POISON(b->bytes, size);
	return b;
}

/* Wipe through a volatile pointer so that the compiler keeps it. */
static void wipe(char *p, size_t n)
{
	volatile char *v = p;
	while (n--)
		*v++ = 0;
}

static void block_drop(const struct arena *a, struct block *b, size_t keep)
{
	UNPOISON(b->bytes, b->size);
	if (a->wipe)
		wipe(b->bytes + keep, b->used - keep);
	b->used = keep;
	POISON(b->bytes + keep, b->size - keep);
}

/* Asked of the environment once: arenas are made many times a request. */
static bool own_malloc(void)
{
	static _Atomic int known; /* 1: no, 2: yes */
	int is = atomic_load_explicit(&known, memory_order_relaxed);
	if (!is) {
		is = getenv("MOTCUA_ARENA_MALLOC") ? 2 : 1;
		atomic_store_explicit(&known, is, memory_order_relaxed);
	}
	return is == 2;
}

struct arena *arena_new(size_t cap)
{
	struct arena *a = must(calloc(1, sizeof *a));
	a->cap = cap;
	a->own_malloc = own_malloc();
	a->newest = block_new(a->own_malloc ? 0 : ARENA_FIRST, NULL);
	return a;
}

struct arena *arena_new_wiping(size_t cap)
{
	struct arena *a = arena_new(cap);
	a->wipe = true;
	return a;
}

static void pop_block(struct arena *a)
{
	struct block *b = a->newest;
	a->newest = b->older;
	block_drop(a, b, 0);
	UNPOISON(b->bytes, b->size);
	free(b);
}

void arena_reset(struct arena *a)
{
	while (a->newest->older)
		pop_block(a);
	block_drop(a, a->newest, 0);
	a->total = 0;
}

void arena_free(struct arena *a)
{
	if (!a)
		return;
	while (a->newest)
		pop_block(a);
	free(a);
}

/* The size of the next block: doubling up to 1 MiB, or what the object needs. */
static size_t next_size(const struct arena *a, size_t need)
{
	if (a->own_malloc)
		return need;
	size_t size = a->newest->size * 2;
	if (size > (size_t)1 << 20)
		size = (size_t)1 << 20;
	return size > need ? size : need;
}

void *arena_raw(struct arena *a, size_t size)
{
	CHECK(size <= SIZE_MAX / 2);
	size_t need = (size + GAP + 15U) & ~(size_t)15U;
	if (need == 0)
		need = 16;
	struct block *b = a->newest;
	if (b->size - b->used < need)
		a->newest = b = block_new(next_size(a, need), b);
	char *p = b->bytes + b->used;
	UNPOISON(p, size);
	b->used += need;
	a->total += need;
	return p;
}

void *arena_alloc(struct arena *a, size_t size) { return memset(arena_raw(a, size), 0, size); }

void *arena_array(struct arena *a, size_t n, size_t size)
{
	size_t bytes = 0;
	CHECK(!__builtin_mul_overflow(n, size, &bytes));
	return arena_alloc(a, bytes);
}

struct arena_mark arena_mark(const struct arena *a)
{
	return (struct arena_mark){.block = a->newest, .used = a->newest->used, .total = a->total};
}

void arena_rewind(struct arena *a, struct arena_mark m)
{
	while (a->newest != m.block) {
		CHECK(a->newest->older != NULL);
		pop_block(a);
	}
	block_drop(a, a->newest, m.used);
	a->total = m.total;
}

bool arena_over(const struct arena *a) { return a->cap != 0 && a->total > a->cap; }
size_t arena_used(const struct arena *a) { return a->total; }
