/* core.c — configuration and the parts of the server that are not sockets. */
#include "core/http/exchange.h"
#include "core/http/metrics.h"
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MIB ((size_t)1 << 20)
#define BODIES_NICE 10 /* whoever sends a large file waits for those who want a page */

struct http_config http_config_usual(void)
{
	struct http_config c = {
		.listen = "127.0.0.1:8080", .connections = 4000, .connections_per_address = 200, .idle_s = 30, .deadline_ms = 10000,
		.slow_threads = 2, .slow_queue = 64, .arena_cap = 64 * MIB, .form_max = MIB, .json_max = 12 * MIB,
		.uploads_max = 1024 * MIB, .upload_max = 200 * MIB, .files_max = 50, .parts_max = 2000, .json_depth = 64,
		.json_values = 200000, .cache_bytes = 64 * MIB,
	};
	c.rate_address[RATE_NORMAL] = (struct rate){1200, 300};
	c.rate_address[RATE_SIGN_IN] = (struct rate){20, 20};
	c.rate_address[RATE_LOOKUP] = (struct rate){10, 10};
	c.rate_address[RATE_UPLOAD] = (struct rate){120, 60};
	c.rate_address[RATE_HEAVY] = (struct rate){20, 10};
	c.rate_address[RATE_API] = (struct rate){1200, 300};
	c.rate_account[RATE_NORMAL] = (struct rate){1200, 300};
	c.rate_account[RATE_UPLOAD] = (struct rate){120, 60};
	c.rate_account[RATE_HEAVY] = (struct rate){20, 10};
	c.rate_account[RATE_API] = (struct rate){3000, 600};
	return c;
}

static int64_t read_active(void *ctx) { return atomic_load(&((struct http *)ctx)->active); }
static int64_t read_acts(void *ctx) { return (int64_t)slow_length(((struct http *)ctx)->acts); }
static int64_t read_slow(void *ctx) { return (int64_t)(slow_length(((struct http *)ctx)->slow) + slow_length(((struct http *)ctx)->apart)); }

static bool config_check(const struct http_config *c, struct err *e)
{
	if ((c->hooks.db_checkout == NULL) != (c->hooks.db_checkin == NULL))
		return err_set(e, ERR_INTERNAL, "db_checkout and db_checkin go together");
	if (c->sign_in_path && !path_is_local(str_from(c->sign_in_path)))
		return err_set(e, ERR_INTERNAL, "sign_in_path is no path of ours");
	for (size_t i = 0; i < c->n_tables; i++)
		for (size_t k = 0; k < c->tables[i].n; k++) {
			const struct route *r = &c->tables[i].routes[k];
			if (r->apply && !c->submit)
				return err_set(e, ERR_INTERNAL, "%s acts, but there is no writer", r->path);
			if ((r->flags & ROUTE_PUBLIC_CACHE) && !c->hooks.revision)
				return err_set(e, ERR_INTERNAL, "%s is kept, but there is no revision hook", r->path);
			if (r->reads != READS_NONE && !c->hooks.read_apply && c->hooks.read_needed)
				return err_set(e, ERR_INTERNAL, "%s reads records, but there is no read_apply", r->path);
		}
	return true;
}

unsigned http_threads(const struct http_config *c)
{
	long n = c->threads ? (long)c->threads : sysconf(_SC_NPROCESSORS_ONLN);
	return n < 1 ? 1 : n > 64 ? 64 : (unsigned)n;
}

bool http_core_init(struct http *h, const struct http_config *cfg, struct err *e)
{
	h->cfg = cfg;
	CHECK(pthread_mutex_init(&h->free_lock, NULL) == 0);
	h->texts = arena_new(0);
	answer_policies(h);
	h->arenas = calloc(512, sizeof *h->arenas);
	CHECK(h->arenas != NULL);
	/* Ids of one run do not meet those of the next: microseconds of the start, then a counter. */
	atomic_store(&h->next_id, (uint64_t)instant_clock().ms * 1000);
	if (!config_check(cfg, e) || !router_new(&h->router, cfg->tables, cfg->n_tables, e))
		return false;
	h->limits = limits_new(65536);
	h->metrics = metrics_new(router_size(h->router));
	h->cache = cache_new(cfg->cache_bytes, h->ready_drop);
	if (cfg->flight_path && !flight_open(&h->flight, cfg->flight_path, e))
		return false;
	const struct slow_config slow = {.name = "slow", .run = exchange_slow, .threads = cfg->slow_threads, .queue = cfg->slow_queue};
	const struct slow_config apart = {.name = "slow apart", .run = exchange_slow, .threads = 1, .queue = cfg->slow_queue};
	const struct slow_config bodies = {.name = "bodies", .run = body_drain, .threads = 1, .queue = SIZE_MAX, .nice = BODIES_NICE};
	const struct slow_config acts = {.name = "acts", .run = exchange_act, .threads = http_threads(cfg), .queue = SIZE_MAX};
	if (!slow_new(&h->slow, &slow, e) || !slow_new(&h->apart, &apart, e) || !slow_new(&h->bodies, &bodies, e) || !slow_new(&h->acts, &acts, e))
		return false;
	metrics_gauge(h->metrics, "motcua_http_active", "Requests begun and not yet answered.", read_active, h);
	metrics_gauge(h->metrics, "motcua_acts_queue", "Acts that wait for a thread that reads, checks and answers them.", read_acts, h);
	metrics_gauge(h->metrics, "motcua_slow_queue", "Requests that wait for the slow pool.", read_slow, h);
	for (size_t i = 0; i < cfg->n_gauges; i++)
		metrics_gauge(h->metrics, cfg->gauges[i].name, cfg->gauges[i].help, cfg->gauges[i].read, cfg->app);
	return true;
}

void http_core_done(struct http *h)
{
	slow_free(h->slow);
	slow_free(h->apart);
	slow_free(h->bodies);
	slow_free(h->acts);
	flight_close(h->flight);
	cache_free(h->cache);
	metrics_free(h->metrics);
	limits_free(h->limits);
	router_free(h->router);
	for (size_t i = 0; i < h->n_arenas; i++)
		arena_free(h->arenas[i]);
	free(h->arenas);
	arena_free(h->texts);
	pthread_mutex_destroy(&h->free_lock);
}
