/* keep.c — see keep.h: a hash table, and a list from the last used to the first. */
#include "core/base/keep.h"
#include "core/base/hash.h"
#include <pthread.h>
#include <stdlib.h>

#define TABLE 1024

struct keep {
	pthread_mutex_t lock;
	struct keep_item *table[TABLE], *newest, *oldest;
	struct keep_count count;
	size_t cap;
	keep_free_fn *free_item;
};

struct keep *keep_new(size_t bytes, keep_free_fn *free_item)
{
	struct keep *k = calloc(1, sizeof *k);
	CHECK(k != NULL && pthread_mutex_init(&k->lock, NULL) == 0);
	k->cap = bytes;
	k->free_item = free_item;
	return k;
}

void keep_drop(struct keep_item *x)
{
	if (x && atomic_fetch_sub(&x->refs, 1) == 1)
		x->free_item(x);
}

static struct keep_item **slot_of(struct keep *k, struct str key)
{
	uint64_t h = hash_str(HASH_START, key);
	return &k->table[(h ^ h >> 32) % TABLE];
}

static void leave_list(struct keep *k, struct keep_item *x)
{
	*(x->newer ? &x->newer->older : &k->newest) = x->older;
	*(x->older ? &x->older->newer : &k->oldest) = x->newer;
	x->newer = x->older = NULL;
}

static void enter_list(struct keep *k, struct keep_item *x, int64_t now_ms)
{
	x->used_ms = now_ms;
	x->older = k->newest;
	*(k->newest ? &k->newest->newer : &k->oldest) = x;
	k->newest = x;
}

static void leave(struct keep *k, struct keep_item *x)
{
	struct keep_item **at = slot_of(k, x->key);
	while (*at != x)
		at = &(*at)->next;
	*at = x->next;
	leave_list(k, x);
	k->count.n--;
	k->count.bytes -= x->bytes;
	keep_drop(x);
}

void keep_free(struct keep *k)
{
	if (!k)
		return;
	while (k->oldest)
		leave(k, k->oldest);
	pthread_mutex_destroy(&k->lock);
	free(k);
}

static struct keep_item *find_locked(struct keep *k, struct str key, const struct str *revision)
{
	for (struct keep_item *x = *slot_of(k, key); x; x = x->next)
		if (str_eq(x->key, key) && (!revision || str_eq(x->revision, *revision))) {
			atomic_fetch_add(&x->refs, 1);
			return x;
		}
	return NULL;
}

struct keep_item *keep_find(struct keep *k, struct str key, const struct str *revision, int64_t now_ms)
{
	pthread_mutex_lock(&k->lock);
	struct keep_item *x = find_locked(k, key, revision);
	if (x) {
		leave_list(k, x);
		enter_list(k, x, now_ms);
	}
	pthread_mutex_unlock(&k->lock);
	return x;
}

static void enter(struct keep *k, struct keep_item *x, int64_t now_ms)
{
	struct keep_item *old;
	while ((old = find_locked(k, x->key, NULL))) {
		leave(k, old);
		keep_drop(old);
	}
	x->next = *slot_of(k, x->key);
	*slot_of(k, x->key) = x;
	enter_list(k, x, now_ms);
	k->count.n++;
	k->count.bytes += x->bytes;
	while (k->count.bytes > k->cap)
		leave(k, k->oldest);
}

struct keep_item *keep_put(struct keep *k, struct keep_item *x, int64_t now_ms)
{
	atomic_init(&x->refs, 1);
	x->free_item = k->free_item;
	pthread_mutex_lock(&k->lock);
	struct keep_item *other = find_locked(k, x->key, &x->revision);
	if (!other && x->bytes <= k->cap) {
		atomic_fetch_add(&x->refs, 1);
		enter(k, x, now_ms);
	}
	pthread_mutex_unlock(&k->lock);
	if (other)
		keep_drop(x);
	return other ? other : x;
}

void keep_forget(struct keep *k, int64_t subject)
{
	pthread_mutex_lock(&k->lock);
	for (struct keep_item *x = k->newest, *older; x; x = older) {
		older = x->older;
		if (x->subject == subject)
			leave(k, x);
	}
	pthread_mutex_unlock(&k->lock);
}

void keep_age(struct keep *k, int64_t before_ms)
{
	pthread_mutex_lock(&k->lock);
	while (k->oldest && k->oldest->used_ms < before_ms)
		leave(k, k->oldest);
	pthread_mutex_unlock(&k->lock);
}

struct keep_count keep_count(struct keep *k)
{
	pthread_mutex_lock(&k->lock);
	struct keep_count c = k->count;
	pthread_mutex_unlock(&k->lock);
	return c;
}
