/* arena.h — memory that lives as long as one request (or one command).
 *
 * Owner:   whoever called arena_new(); one owner at a time, no locks. An arena travels with its request
 *          from worker to writer and back.
 * Memory:  blocks from malloc; the first is ARENA_FIRST bytes. Nothing is freed singly: arena_rewind() to a
 *          mark, arena_reset() or arena_free().
 * Failure: real out-of-memory stops the process. Past `cap` bytes memory is still given and arena_over()
 *          turns true; the framework answers 413 at its edge, so callers have no branch to test.
 * Debug:   under AddressSanitizer free space is poisoned and each object is followed by a 16-byte gap.
 *          With MOTCUA_ARENA_MALLOC=1 in the environment each object is a malloc of its own.
 * Drawback: a pointer kept past arena_reset() dangles; only the debug build notices. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARENA_FIRST ((size_t)16 * 1024)

struct arena;
struct arena_mark { void *block; size_t used, total; };

/* A new arena that reports arena_over() past `cap` bytes (0: never). */
struct arena *arena_new(size_t cap);
/* An arena for keys and passwords: its bytes are wiped on rewind, reset and free. */
struct arena *arena_new_wiping(size_t cap);
void arena_free(struct arena *a);
void arena_reset(struct arena *a);

/* `size` zeroed bytes aligned for any object. size 0 gives a valid pointer. */
void *arena_alloc(struct arena *a, size_t size) __attribute__((malloc, returns_nonnull));
/* The same, not zeroed: for texts, which are written from the front and end where they say. */
void *arena_raw(struct arena *a, size_t size) __attribute__((malloc, returns_nonnull));
/* An array; stops the process when n * size overflows. */
void *arena_array(struct arena *a, size_t n, size_t size) __attribute__((returns_nonnull));

struct arena_mark arena_mark(const struct arena *a);
void arena_rewind(struct arena *a, struct arena_mark m);
bool arena_over(const struct arena *a);
/* Bytes given out since the last reset. */
size_t arena_used(const struct arena *a);

#define NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define NEW_ARRAY(a, n, type) ((type *)arena_array((a), (n), sizeof(type)))

static inline void arena_cleanup(struct arena **a) { arena_free(*a); }
#define AUTO_ARENA __attribute__((cleanup(arena_cleanup))) struct arena *
