/* keep.h — a bounded store of what is dear to make, by key and revision; the least recently used leave first.
 *
 * The caller's struct begins with a struct keep_item and owns key and revision; one of a key is kept at a time, a new one drives
 * out those of other revisions. References are counted: the store holds one, each user another, and the last one frees.
 * Memory:  the sum of `bytes` stays within the bound: what is larger alone is not kept. Threads: one lock, held for a few comparisons. */
#pragma once
#include "core/base/str.h"
#include <stdatomic.h>

struct keep;
struct keep_item;
typedef void keep_free_fn(struct keep_item *x);
struct keep_item {
	struct keep_item *next, *newer, *older; /* the store's own, as used_ms, refs and free_item */
	struct str key, revision;               /* of any bytes */
	int64_t subject;                        /* whom it is about, for keep_forget(); 0: nobody */
	size_t bytes;
	int64_t used_ms;
	_Atomic int refs;
	keep_free_fn *free_item;
};

struct keep *keep_new(size_t bytes, keep_free_fn *free_item);
/* Frees all that nobody else holds. NULL is fine. */
void keep_free(struct keep *k);
/* The one of that key and revision, NULL: of whatever revision; a new reference, or NULL. now_ms: for keep_age(). */
struct keep_item *keep_find(struct keep *k, struct str key, const struct str *revision, int64_t now_ms);
/* Takes x, which nobody else has yet, and gives a reference: to x, or to one of the same key and revision that was there first. */
struct keep_item *keep_put(struct keep *k, struct keep_item *x, int64_t now_ms);
/* Gives a reference back, also after the store is gone. NULL is fine. */
void keep_drop(struct keep_item *x);
/* Those about the subject leave; and those that nobody used since `before_ms`. */
void keep_forget(struct keep *k, int64_t subject);
void keep_age(struct keep *k, int64_t before_ms);
struct keep_count { size_t n, bytes; };
struct keep_count keep_count(struct keep *k);
