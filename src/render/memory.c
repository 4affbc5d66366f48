/* memory.c — see papers.h: malloc(), calloc() and realloc() of the whole program, its libraries' too. */
#include "core/base/check.h"
#include "render/papers.h"
#include <dlfcn.h>
#include <stdlib.h>

/* What lies below: a sanitizer's where there is one. */
void *__interceptor_malloc(size_t n) __attribute__((weak));
void *__interceptor_calloc(size_t n, size_t size) __attribute__((weak));
void *__interceptor_realloc(void *p, size_t n) __attribute__((weak));
void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);

static bool ends;
static void *(*next_malloc)(size_t), *(*next_calloc)(size_t, size_t), *(*next_realloc)(void *, size_t);

void paper_memory_ends(void)
{
	/* A test may have loaded something between. */
	*(void **)&next_malloc = dlsym(RTLD_NEXT, "malloc");
	*(void **)&next_calloc = dlsym(RTLD_NEXT, "calloc");
	*(void **)&next_realloc = dlsym(RTLD_NEXT, "realloc");
	CHECK(next_malloc && next_calloc && next_realloc);
	ends = true;
}

void *malloc(size_t n)
{
	void *p = ends ? next_malloc(n) : __interceptor_malloc ? __interceptor_malloc(n) : __libc_malloc(n);
	CHECK(p || !ends);
	return p;
}

void *calloc(size_t n, size_t size)
{
	void *p = ends ? next_calloc(n, size) : __interceptor_calloc ? __interceptor_calloc(n, size) : __libc_calloc(n, size);
	CHECK(p || !ends);
	return p;
}

void *realloc(void *old, size_t n)
{
	void *p = ends ? next_realloc(old, n) : __interceptor_realloc ? __interceptor_realloc(old, n) : __libc_realloc(old, n);
	CHECK(p || !n || !ends);
	return p;
}
