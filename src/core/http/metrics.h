/* metrics.h — counters in Prometheus' text format. Threads: any; counters are atomics, no locks on the request path. */
#pragma once
#include "core/http/route.h"

struct metrics;
struct metrics *metrics_new(size_t n_routes);
void metrics_free(struct metrics *m);
/* One request is over. `route` is its index, or n_routes for none that matched. */
void metrics_request(struct metrics *m, size_t route, int status, int64_t ns);
/* A value read when the text is written: queue lengths, pool use. name and help must outlive m; not after start. */
void metrics_gauge(struct metrics *m, const char *name, const char *help, int64_t (*read)(void *ctx), void *ctx);
/* A counter that others may raise: returned pointer is valid as long as m. Not after start. */
_Atomic uint64_t *metrics_counter(struct metrics *m, const char *name, const char *help);
void metrics_write(struct buf *b, const struct metrics *m, const struct router *rt);
