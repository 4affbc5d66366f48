/* slow.c — the bounded slow pool: argon2, fsync. A queue under one lock and a few threads. */
#include "core/http/exchange.h"
#include <stdlib.h>

struct slow {
	struct http *h;
	pthread_mutex_t lock;
	pthread_cond_t some;
	struct exchange *first, *last;
	size_t n, cap;
	bool stop;
	unsigned n_threads;
	pthread_t *threads;
};

static void run(struct exchange *x)
{
	flight_thread(x->digest);
	x->ok = db_take(x, &x->err) && x->r.route->slow(&x->r, &x->err);
	db_give(x);
	flight_thread(0);
	x->wake(x);
}

static void *work(void *ctx)
{
	struct slow *s = ctx;
	for (;;) {
		pthread_mutex_lock(&s->lock);
		while (!s->first && !s->stop)
			pthread_cond_wait(&s->some, &s->lock);
		struct exchange *x = s->first;
		if (x) {
			s->first = x->next;
			s->n--;
		}
		pthread_mutex_unlock(&s->lock);
		if (!x)
			return NULL;
		run(x);
	}
}

bool slow_new(struct slow **out, struct http *h, unsigned threads, unsigned queue, struct err *e)
{
	struct slow *s = calloc(1, sizeof *s);
	CHECK(s != NULL && pthread_mutex_init(&s->lock, NULL) == 0 && pthread_cond_init(&s->some, NULL) == 0);
	s->h = h;
	s->cap = queue;
	s->threads = calloc(threads ? threads : 1, sizeof *s->threads);
	CHECK(s->threads != NULL);
	*out = s;
	for (; s->n_threads < threads; s->n_threads++)
		if (pthread_create(&s->threads[s->n_threads], NULL, work, s) != 0)
			return err_set(e, ERR_INTERNAL, "slow pool: cannot start thread %u", s->n_threads);
	return true;
}

void slow_free(struct slow *s)
{
	if (!s)
		return;
	pthread_mutex_lock(&s->lock);
	s->stop = true;
	pthread_cond_broadcast(&s->some);
	pthread_mutex_unlock(&s->lock);
	for (unsigned i = 0; i < s->n_threads; i++)
		pthread_join(s->threads[i], NULL);
	pthread_cond_destroy(&s->some);
	pthread_mutex_destroy(&s->lock);
	free(s->threads);
	free(s);
}

bool slow_submit(struct slow *s, struct exchange *x, struct err *e)
{
	bool full;
	pthread_mutex_lock(&s->lock);
	full = s->n >= s->cap;
	if (!full) {
		x->next = NULL;
		if (s->n++ == 0)
			s->first = x;
		else
			s->last->next = x;
		s->last = x;
		pthread_cond_signal(&s->some);
	}
	pthread_mutex_unlock(&s->lock);
	return full ? err_set(e, ERR_BUSY, "the slow pool is full") : true;
}

size_t slow_length(struct slow *s)
{
	pthread_mutex_lock(&s->lock);
	size_t n = s->n;
	pthread_mutex_unlock(&s->lock);
	return n;
}
