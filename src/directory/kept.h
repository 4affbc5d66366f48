/* kept.h — lists of the directory in memory, from one request to the next; private to this slice. See directory_keep_open().
 *
 *   struct kept_ask ask = {.what = KEPT_UNITS, .agency = agency.v, .day = day.day};
 *   struct unit *v = kept_find(env, &ask, &shape, &n);
 *   if (!v) { …ask the database…; kept_put(env, &ask, &shape, v, n); }
 *
 * What is kept is one list of structs with their texts. It holds under the mark of the directory that was read before it, in the same moment;
 * where there is no moment (the writer, jobs), nothing is kept or found. What is found lies in env->arena and is the caller's to change. */
#pragma once
#include "directory/directory.h"

enum kept_what { KEPT_UNIT, KEPT_UNITS, KEPT_HOLDERS };
/* `mark` is kept_find()'s; what does not belong to the question is 0. */
struct kept_ask { int64_t what, role, unit, agency, day, mark; };
/* The size of the struct, and where its texts are. */
struct kept_shape { size_t size; const size_t *texts; size_t n_texts; };

/* NULL: it is not there. */
void *kept_find(struct env *env, struct kept_ask *ask, const struct kept_shape *shape, size_t *n);
void kept_put(struct env *env, const struct kept_ask *ask, const struct kept_shape *shape, const void *v, size_t n);
