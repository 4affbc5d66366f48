/* runner.c — the threads that run jobs. One lock, never held while a job or the database works. */
#include "core/base/thread.h"
#include "core/job/job_internal.h"
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#define THREADS_MAX 16

struct job_runner {
	struct job_config cfg;
	pthread_mutex_t mutex;
	pthread_cond_t wake;
	bool stopping;
	uint64_t kicks;       /* counted, so that a kick during a look is not lost */
	int64_t next_period;  /* ms since 1970: when a period begins */
	int64_t looked;       /* when periods were looked at last */
	bool looking;         /* a thread is adding periodic jobs, and has `seen` */
	int64_t *seen;        /* one a kind, see job_add_periods */
	struct job_counts counts;
	pthread_t threads[THREADS_MAX];
	unsigned n_threads;
};

static void count(struct job_runner *r, enum job_outcome o)
{
	pthread_mutex_lock(&r->mutex);
	r->counts.done += o == JOB_DONE;
	r->counts.failed += o == JOB_FAILED;
	r->counts.died += o == JOB_DIED;
	r->counts.lost += o == JOB_LOST;
	pthread_mutex_unlock(&r->mutex);
}

static bool stopping(struct job_runner *r)
{
	pthread_mutex_lock(&r->mutex);
	bool stop = r->stopping;
	pthread_mutex_unlock(&r->mutex);
	return stop;
}

bool job_stopping(const struct job_run *run) { return run->runner && stopping(run->runner); }

static int64_t next_period(const struct job_config *cfg, struct instant now)
{
	int64_t next = INT64_MAX;
	for (size_t i = 0; i < cfg->n_kinds; i++)
		if (cfg->kinds[i].every_ms) {
			int64_t t = job_period_start(&cfg->kinds[i], now) + cfg->kinds[i].every_ms;
			next = t < next ? t : next;
		}
	return next;
}

/* One thread at a time takes the turn; a failure is tried again at the next look. */
static void add_periodic(struct job_runner *r)
{
	struct instant now = r->cfg.now ? r->cfg.now(r->cfg.now_ctx) : instant_clock();
	struct err e = {0};
	pthread_mutex_lock(&r->mutex);
	int64_t was = r->next_period;
	bool mine = (now.ms >= was || now.ms < r->looked) && !r->looking; /* or the clock was set back */
	r->looking = r->looking || mine;
	pthread_mutex_unlock(&r->mutex);
	if (!mine)
		return;
	bool ok = job_add_periods(&r->cfg, r->seen, &e);
	pthread_mutex_lock(&r->mutex);
	r->next_period = ok ? next_period(&r->cfg, now) : was;
	r->looked = now.ms;
	r->looking = false;
	pthread_mutex_unlock(&r->mutex);
}

static void wait_for_work(struct job_runner *r, uint64_t seen)
{
	struct timespec until;
	int ms = r->cfg.poll_ms ? r->cfg.poll_ms : 1000;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += (long)(ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_nsec -= 1000000000;
		until.tv_sec++;
	}
	pthread_mutex_lock(&r->mutex);
	while (!r->stopping && r->kicks == seen && pthread_cond_timedwait(&r->wake, &r->mutex, &until) == 0)
		;
	pthread_mutex_unlock(&r->mutex);
}

static void *runner_main(void *arg)
{
	struct job_runner *r = arg;
	thread_name("jobs");
	thread_nice(NICE_JOBS);
	while (!stopping(r)) {
		enum job_outcome o = JOB_NONE;
		struct err e = {0};
		pthread_mutex_lock(&r->mutex);
		uint64_t seen = r->kicks;
		pthread_mutex_unlock(&r->mutex);
		add_periodic(r);
		if (job_step(&r->cfg, r, &o, &e) && o != JOB_NONE)
			count(r, o);
		else
			wait_for_work(r, seen);
	}
	return NULL;
}

bool job_start(struct job_runner **out, const struct job_config *cfg, struct err *e)
{
	CHECK(cfg->threads >= 1 && cfg->threads <= THREADS_MAX);
	if (cfg->alone && !job_release(cfg, e))
		return false;
	struct job_runner *r = calloc(1, sizeof *r);
	CHECK(r != NULL);
	r->cfg = *cfg;
	r->seen = calloc(cfg->n_kinds + 1, sizeof *r->seen);
	CHECK(r->seen != NULL);
	pthread_condattr_t clock;
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_mutex_init(&r->mutex, NULL);
	pthread_cond_init(&r->wake, &clock);
	pthread_condattr_destroy(&clock);
	for (; r->n_threads < cfg->threads; r->n_threads++)
		if (pthread_create(&r->threads[r->n_threads], NULL, runner_main, r) != 0) {
			job_stop(r);
			return err_set(e, ERR_INTERNAL, "cannot start a thread for jobs");
		}
	*out = r;
	return true;
}

void job_kick(struct job_runner *r)
{
	pthread_mutex_lock(&r->mutex);
	r->kicks++;
	pthread_cond_broadcast(&r->wake);
	pthread_mutex_unlock(&r->mutex);
}

void job_stop(struct job_runner *r)
{
	if (!r)
		return;
	pthread_mutex_lock(&r->mutex);
	r->stopping = true;
	pthread_cond_broadcast(&r->wake);
	pthread_mutex_unlock(&r->mutex);
	for (unsigned i = 0; i < r->n_threads; i++)
		pthread_join(r->threads[i], NULL);
	pthread_cond_destroy(&r->wake);
	pthread_mutex_destroy(&r->mutex);
	free(r->seen);
	free(r);
}

struct job_counts job_counts(struct job_runner *r)
{
	pthread_mutex_lock(&r->mutex);
	struct job_counts c = r->counts;
	pthread_mutex_unlock(&r->mutex);
	return c;
}
