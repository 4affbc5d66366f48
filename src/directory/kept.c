/* kept.c — see kept.h: each list is one block, the structs and then their texts, whose places stand in the block as distances from its start. */
#include "directory/kept.h"
#include "core/base/keep.h"
#include <stdlib.h>
#include <string.h>

#define NO_MARK (-1)

struct kept { struct keep_item item; struct kept_ask ask; size_t n, size; _Alignas(max_align_t) char bytes[]; };

static struct keep *lists; /* set once, as directory.h says */

static void free_kept(struct keep_item *x) { free(x); }

void directory_keep_open(size_t bytes)
{
	CHECK(lists == NULL);
	lists = keep_new(bytes, free_kept);
}

void directory_keep_close(void)
{
	keep_free(lists);
	lists = NULL;
}

size_t directory_kept(void) { return lists ? keep_count(lists).n : 0; }

/* Of the moment in hand, read once in it. */
static int64_t mark_now(struct env *env)
{
	static _Thread_local struct { uint64_t moment; int64_t mark; } last;
	struct err e = {0};
	uint64_t moment = lists ? db_moment_number(env->db) : 0;
	int64_t mark = NO_MARK;
	if (!moment)
		return NO_MARK;
	if (last.moment != moment && directory_mark(env, &mark, &e))
		last.moment = moment, last.mark = mark;
	return last.moment == moment ? last.mark : NO_MARK;
}

static struct str question(const struct kept_ask *x) { return (struct str){(const char *)x, offsetof(struct kept_ask, day)}; }
static struct str revision(const struct kept_ask *x) { return (struct str){(const char *)&x->day, sizeof *x - offsetof(struct kept_ask, day)}; }

/* A text is {place, length}; place NULL: none. */
static void text_get(const char *block, size_t at, struct str *out) { memcpy(out, block + at, sizeof *out); }
static void text_set(char *block, size_t at, struct str s) { memcpy(block + at, &s, sizeof s); }

void *kept_find(struct env *env, struct kept_ask *ask, const struct kept_shape *shape, size_t *n)
{
	ask->mark = mark_now(env);
	struct str rev = revision(ask);
	struct kept *x = ask->mark == NO_MARK ? NULL : (struct kept *)keep_find(lists, question(ask), &rev, env->now.ms);
	if (!x)
		return NULL;
	char *out = arena_alloc(env->arena, x->size);
	memcpy(out, x->bytes, x->size);
	*n = x->n;
	keep_drop(&x->item);
	for (size_t i = 0; i < *n * shape->n_texts; i++) {
		size_t at = i / shape->n_texts * shape->size + shape->texts[i % shape->n_texts];
		struct str s;
		text_get(out, at, &s);
		if (s.p)
			text_set(out, at, (struct str){out + (uintptr_t)s.p, s.n});
	}
	return out;
}

static size_t size_of(const struct kept_shape *shape, const char *v, size_t n)
{
	size_t size = n * shape->size;
	for (size_t i = 0; i < n * shape->n_texts; i++) {
		struct str s;
		text_get(v, i / shape->n_texts * shape->size + shape->texts[i % shape->n_texts], &s);
		size += s.n;
	}
	return size;
}

void kept_put(struct env *env, const struct kept_ask *ask, const struct kept_shape *shape, const void *v, size_t n)
{
	size_t size = size_of(shape, v, n), end = n * shape->size;
	struct kept *x = ask->mark == NO_MARK ? NULL : calloc(1, sizeof *x + size);
	if (!x)
		return;
	x->ask = *ask, x->n = n, x->size = size;
	x->item.key = question(&x->ask), x->item.revision = revision(&x->ask), x->item.bytes = sizeof *x + size;
	if (n)
		memcpy(x->bytes, v, end);
	for (size_t i = 0; i < n * shape->n_texts; i++) {
		size_t at = i / shape->n_texts * shape->size + shape->texts[i % shape->n_texts];
		struct str s;
		text_get(v, at, &s);
		if (!s.p)
			continue;
		if (s.n)
			memcpy(x->bytes + end, s.p, s.n);
		text_set(x->bytes, at, (struct str){(const char *)(uintptr_t)end, s.n});
		end += s.n;
	}
	keep_drop(keep_put(lists, &x->item, env->now.ms));
}
