/* blocks.c — loaded before the program by scripts/soak: how much of its memory are pages that SQLite keeps, which have a bound, and how much is
 * all the rest, which must not grow. The serving process counts the blocks it has in the file TEST_BLOCKS (struct counts). glibc, no sanitizer. */
#include "serving.h"
#include <malloc.h>
#include <stdatomic.h>
#include <stdint.h>

/* A page of 4,096 bytes with what SQLite has before and behind it; nothing else here has that size often. */
#define PAGE_MIN 4340
#define PAGE_MAX 4400
struct counts { _Atomic int64_t pages, rest; }; /* bytes */
static struct counts before, *counts = &before;

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);
void *__libc_memalign(size_t align, size_t n);
void __libc_free(void *p);

static void *count(void *p, int64_t sign)
{
	size_t n = p ? malloc_usable_size(p) : 0;
	atomic_fetch_add_explicit(n >= PAGE_MIN && n <= PAGE_MAX ? &counts->pages : &counts->rest, sign * (int64_t)n, memory_order_relaxed);
	return p;
}

void *malloc(size_t n) { return count(__libc_malloc(n), 1); }
void *calloc(size_t n, size_t size) { return count(__libc_calloc(n, size), 1); }
void *memalign(size_t align, size_t n) { return count(__libc_memalign(align, n), 1); }
void *aligned_alloc(size_t align, size_t n) { return memalign(align, n); }
void free(void *p) { __libc_free(count(p, -1)); }

int posix_memalign(void **out, size_t align, size_t n)
{
	*out = memalign(align, n);
	return *out ? 0 : 12; /* ENOMEM */
}

void *realloc(void *old, size_t n)
{
	count(old, -1);
	void *p = __libc_realloc(old, n);
	count(p || !n ? p : old, 1); /* in vain: the old one stays */
	return p;
}

__attribute__((constructor)) static void begin(void)
{
	struct counts *p = shared_with_test("TEST_BLOCKS", sizeof *p);
	if (!p)
		return;
	memcpy(p, &before, sizeof before);
	counts = p;
}
