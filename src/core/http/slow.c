/* slow.c — a queue under one lock and a few threads: acts, the slow pools (argon2, fsync), and the thread of bodies. */
#include "core/base/thread.h"
#include "core/http/exchange.h"
#include <semaphore.h>
#include <stdlib.h>

struct slow {
	struct slow_config cfg;
	pthread_mutex_t lock;
	sem_t some;
	struct exchange *first, *last;
	size_t n;
	unsigned n_threads;
	pthread_t *threads;
};

bool exchange_slow(struct exchange *x)
{
	flight_thread(x->digest);
	x->ok = db_take(x, &x->err) && x->r.route->slow(&x->r, &x->err);
	db_give(x);
	return exchange_act(x);
}

static void *work(void *ctx)
{
	struct slow *s = ctx;
	thread_name(s->cfg.name);
	thread_nice(s->cfg.nice);
	for (;;) {
		while (sem_wait(&s->some) != 0)
			;
		pthread_mutex_lock(&s->lock);
		struct exchange *x = s->first;
		if (x) {
			s->first = x->next;
			s->n--;
		}
		pthread_mutex_unlock(&s->lock);
		if (!x)
			return NULL;
		if (s->cfg.run(x))
			x->wake(x);
	}
}

bool slow_new(struct slow **out, const struct slow_config *cfg, struct err *e)
{
	struct slow *s = calloc(1, sizeof *s);
	CHECK(s != NULL && pthread_mutex_init(&s->lock, NULL) == 0 && sem_init(&s->some, 0, 0) == 0);
	s->cfg = *cfg;
	s->threads = calloc(cfg->threads ? cfg->threads : 1, sizeof *s->threads);
	CHECK(s->threads != NULL);
	*out = s;
	for (; s->n_threads < cfg->threads; s->n_threads++)
		if (pthread_create(&s->threads[s->n_threads], NULL, work, s) != 0)
			return err_set(e, ERR_INTERNAL, "cannot start thread %u of a pool", s->n_threads);
	return true;
}

void slow_free(struct slow *s)
{
	if (!s)
		return;
	for (unsigned i = 0; i < s->n_threads; i++)
		sem_post(&s->some);
	for (unsigned i = 0; i < s->n_threads; i++)
		pthread_join(s->threads[i], NULL);
	sem_destroy(&s->some);
	pthread_mutex_destroy(&s->lock);
	free(s->threads);
	free(s);
}

bool slow_submit(struct slow *s, struct exchange *x, struct err *e)
{
	bool full;
	pthread_mutex_lock(&s->lock);
	full = s->n >= s->cfg.queue;
	if (!full) {
		x->next = NULL;
		if (s->n++ == 0)
			s->first = x;
		else
			s->last->next = x;
		s->last = x;
	}
	pthread_mutex_unlock(&s->lock);
	if (!full)
		sem_post(&s->some); /* without the lock, which whoever wakes takes at once */
	return full ? err_set(e, ERR_BUSY, "the slow pool is full") : true;
}

size_t slow_length(struct slow *s)
{
	pthread_mutex_lock(&s->lock);
	size_t n = s->n;
	pthread_mutex_unlock(&s->lock);
	return n;
}
