/* metrics.c — see metrics.h. */
#include "core/http/metrics.h"
#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>

#define EXTRA_MAX 32
#define STATUSES 6

static const int64_t bounds_us[] = {500, 1000, 2000, 5000, 10000, 25000, 50000, 100000, 250000, 1000000, 5000000};
#define BUCKETS (ARRAY_LEN(bounds_us) + 1)

struct counts { _Atomic uint64_t by_status[STATUSES], in_bucket[BUCKETS], sum_us; };
struct gauge { const char *name, *help; int64_t (*read)(void *ctx); void *ctx; };
struct counter { const char *name, *help; _Atomic uint64_t value; };

struct metrics {
	size_t n_routes, n_gauges, n_counters;
	struct counts *routes;
	struct gauge gauges[EXTRA_MAX];
	struct counter counters[EXTRA_MAX];
};

struct metrics *metrics_new(size_t n_routes)
{
	struct metrics *m = calloc(1, sizeof *m);
	CHECK(m != NULL);
	m->n_routes = n_routes;
	m->routes = calloc(n_routes + 1, sizeof *m->routes);
	CHECK(m->routes != NULL);
	return m;
}

void metrics_free(struct metrics *m)
{
	if (!m)
		return;
	free(m->routes);
	free(m);
}

static void add(_Atomic uint64_t *c, uint64_t n) { atomic_fetch_add_explicit(c, n, memory_order_relaxed); }
static uint64_t value(const _Atomic uint64_t *c) { return atomic_load_explicit(c, memory_order_relaxed); }

void metrics_request(struct metrics *m, size_t route, int status, int64_t ns)
{
	struct counts *c = &m->routes[route < m->n_routes ? route : m->n_routes];
	size_t b = 0;
	while (b < ARRAY_LEN(bounds_us) && ns > bounds_us[b] * 1000)
		b++;
	add(&c->by_status[status >= 100 && status < 600 ? status / 100 : 0], 1);
	add(&c->in_bucket[b], 1);
	add(&c->sum_us, ns > 0 ? (uint64_t)ns / 1000 : 0);
}

void metrics_gauge(struct metrics *m, const char *name, const char *help, int64_t (*read)(void *ctx), void *ctx)
{
	CHECK(m->n_gauges < EXTRA_MAX);
	m->gauges[m->n_gauges++] = (struct gauge){name, help, read, ctx};
}

_Atomic uint64_t *metrics_counter(struct metrics *m, const char *name, const char *help)
{
	CHECK(m->n_counters < EXTRA_MAX);
	struct counter *c = &m->counters[m->n_counters++];
	c->name = name;
	c->help = help;
	return &c->value;
}

static uint64_t total_of(const struct counts *c)
{
	uint64_t n = 0;
	for (size_t i = 0; i < BUCKETS; i++)
		n += value(&c->in_bucket[i]);
	return n;
}

static void put_labels(struct buf *b, const struct router *rt, size_t i)
{
	const struct route *r = i < router_size(rt) ? router_route(rt, i) : NULL;
	buf_fmt(b, "method=\"%s\",route=\"%s\"", r ? http_method_name(r->method) : "any", r ? r->path : "other");
}

static void put_statuses(struct buf *b, const struct metrics *m, const struct router *rt, size_t i)
{
	for (int s = 1; s < STATUSES; s++) {
		uint64_t n = value(&m->routes[i].by_status[s]);
		if (n == 0)
			continue;
		buf_put(b, STR("motcua_http_requests_total{"));
		put_labels(b, rt, i);
		buf_fmt(b, ",status=\"%dxx\"} %" PRIu64 "\n", s, n);
	}
}

static void put_histogram(struct buf *b, const struct metrics *m, const struct router *rt, size_t i)
{
	const struct counts *c = &m->routes[i];
	uint64_t run = 0;
	for (size_t k = 0; k < BUCKETS; k++) {
		run += value(&c->in_bucket[k]);
		buf_put(b, STR("motcua_http_request_seconds_bucket{"));
		put_labels(b, rt, i);
		if (k < ARRAY_LEN(bounds_us))
			buf_fmt(b, ",le=\"%g\"} %" PRIu64 "\n", (double)bounds_us[k] / 1e6, run);
		else
			buf_fmt(b, ",le=\"+Inf\"} %" PRIu64 "\n", run);
	}
	buf_put(b, STR("motcua_http_request_seconds_sum{"));
	put_labels(b, rt, i);
	buf_fmt(b, "} %g\nmotcua_http_request_seconds_count{", (double)value(&c->sum_us) / 1e6);
	put_labels(b, rt, i);
	buf_fmt(b, "} %" PRIu64 "\n", run);
}

void metrics_write(struct buf *b, const struct metrics *m, const struct router *rt)
{
	buf_put(b, STR("# HELP motcua_http_requests_total Requests answered.\n# TYPE motcua_http_requests_total counter\n"));
	for (size_t i = 0; i <= m->n_routes; i++)
		put_statuses(b, m, rt, i);
	buf_put(b, STR("# HELP motcua_http_request_seconds Time from first byte to last.\n"
	               "# TYPE motcua_http_request_seconds histogram\n"));
	for (size_t i = 0; i <= m->n_routes; i++)
		if (total_of(&m->routes[i]) > 0)
			put_histogram(b, m, rt, i);
	for (size_t i = 0; i < m->n_gauges; i++) {
		const struct gauge *g = &m->gauges[i];
		buf_fmt(b, "# HELP %s %s\n# TYPE %s gauge\n%s %" PRId64 "\n", g->name, g->help, g->name, g->name, g->read(g->ctx));
	}
	for (size_t i = 0; i < m->n_counters; i++) {
		const struct counter *c = &m->counters[i];
		buf_fmt(b, "# HELP %s %s\n# TYPE %s counter\n%s %" PRIu64 "\n", c->name, c->help, c->name, c->name, value(&c->value));
	}
}
