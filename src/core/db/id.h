/* id.h — 63-bit ids made by the program, so that provinces and nodes can be merged without renumbering.
 *
 * Layout:  milliseconds since 2020-01-01T00:00:00Z (41 bits, until 2089) · node (8) · counter (14).
 * Order:   strictly increasing per source, also when the clock stands still or goes back. An id is never 0: 0 is
 *          "none" everywhere.
 * Threads: id_new() from any thread; the source is one atomic word.
 * Drawback: more than 16,384 ids in one millisecond borrow from the next one. */
#pragma once
#include "core/base/instant.h"
#include <stdatomic.h>

#define ID_EPOCH_MS ((int64_t)1577836800000)
#define ID_NODES 256

struct id_source { _Atomic int64_t last; int64_t node; };

/* `node` is 0 … ID_NODES - 1 and unique among the processes that write to one database. */
void id_source_init(struct id_source *s, int node);
int64_t id_new(struct id_source *s, struct instant now);
/* Ids as a parameter of a query that reads many rows at once: "[1,2,3]". A buffer without any gives "[]". */
struct buf;
void id_list_add(struct buf *b, int64_t id);
struct str id_list(struct buf *b);
/* Which node made it, and when. */
int64_t id_node(int64_t id);
struct instant id_instant(int64_t id);
