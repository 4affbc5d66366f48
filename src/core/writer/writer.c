/* writer.c — queue, batches and retries. See writer.h.
 *
 * Lock order: writer.mutex is never held while the database works, nor while the keeper's locks are asked for. */
#include "core/writer/hand.h"
#include "core/archive/archive.h"
#include "core/audit/audit_sql.h"
#include "core/base/thread.h"
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BATCH_LIMIT 256
#define LOOK_S 1 /* an idle thread looks after its connection */

struct writer_config writer_config_usual(enum db_engine engine, struct str place)
{
	return (struct writer_config){.engine = engine, .place = place, .threads = 4, .queue_max = 4096, .batch_max = 64, .wal_max = (int64_t)1 << 30};
}

/* ---- one action inside its transaction or savepoint ---- */

/* Finds an earlier answer to the same key. */
static bool find_answer(struct write_job *job, struct env *env, struct err *e)
{
	struct idempotency_get_row row = {0};
	bool found = false;
	if (!q_idempotency_get(env->db, env->arena, env->actor->account, job->once.key, &row, &found, e))
		return err_wrap(e, "idempotency");
	job->once.replayed = job->once.mismatch = false;
	if (!found)
		return true;
	job->once.mismatch = row.request.n != sizeof job->once.request || memcmp(row.request.p, job->once.request, row.request.n) != 0;
	if (job->once.mismatch)
		return err_set(e, ERR_CONFLICT, "idempotency key used for another request");
	job->once.replayed = true;
	job->once.answer = row.answer;
	return true;
}

static bool keep_answer(struct write_job *job, struct env *env, struct err *e)
{
	struct str answer = job->once.answer.p ? job->once.answer : STR("");
	return q_idempotency_add(env->db,
	                         &(struct idempotency_add_in){.actor = env->actor->account, .key = job->once.key,
	                                                      .request = {(const char *)job->once.request, sizeof job->once.request},
	                                                      .answer = answer, .at = env->now},
	                         NULL, e);
}

/* Every row of a logged table that an action touched must have been recorded. */
static bool all_recorded(struct db *db, struct err *e)
{
	size_t n = 0;
	const struct db_touch *t = db_touched(db, &n);
	return n == 0 || err_set(e, ERR_INTERNAL, "row of %s changed without a log entry", t[0].table->name);
}

static bool act(struct write_job *job, struct env *env, struct err *e)
{
	if (job->once.key.n && !find_answer(job, env, e))
		return false;
	if (job->once.replayed)
		return true;
	if (!job->apply(job, e) || !all_recorded(env->db, e))
		return false;
	return !job->once.key.n || keep_answer(job, env, e);
}

static struct instant clock_now(const struct writer *w)
{
	struct instant t = {0};
	if (w->cfg.now)
		w->cfg.now(w->cfg.ctx, &t);
	else
		t = instant_clock();
	return t;
}

static int64_t steady_ms(const struct writer *w)
{
	return w->cfg.steady_ms ? w->cfg.steady_ms(w->cfg.ctx) : w->cfg.now ? 0 : monotonic_ns() / 1000000;
}

/* Kept is how far acts were ahead of the steady clock at most, so that what waits goes on while the wall clock is behind. */
static void note_time(struct writer *w, int64_t ms)
{
	int64_t ahead = ms - steady_ms(w), seen = atomic_load(&w->ahead_ms);
	while (seen < ahead && !atomic_compare_exchange_weak(&w->ahead_ms, &seen, ahead))
		;
}

struct instant writer_seen(struct writer *w) { return (struct instant){atomic_load(&w->ahead_ms) + steady_ms(w)}; }

/* Runs the action with the writer's connection and time; puts the env back as it was. */
bool hand_act(struct hand *h, struct write_job *job, struct err *e)
{
	struct env *env = job->env;
	struct env before = *env;
	env->db = h->link.db;
	env->wall = clock_now(h->w);
	env->now = lane_time(&h->link.lane, env->wall);
	note_time(h->w, env->now.ms);
	env->lane = &h->link.lane;
	env->ids = h->w->cfg.ids;
	env->later = h->last_later;
	db_permit_logged(h->link.db, true);
	bool ok = act(job, env, e);
	struct later *last = env->later;
	db_permit_logged(h->link.db, false);
	db_touched_clear(h->link.db);
	env->db = before.db;
	env->lane = NULL;
	env->ids = before.ids;
	env->later = NULL;
	if (ok)
		h->last_later = last;
	else
		h->last_later->next = NULL;
	return ok;
}

/* ---- what waits for the end of the transaction ---- */

bool writer_later(struct env *env, struct later *l, struct err *e)
{
	if (!env->later)
		return l->run(env, l, e);
	l->next = NULL;
	env->later = env->later->next = l;
	return true;
}

void hand_later_begin(struct hand *h)
{
	h->later.next = NULL;
	h->last_later = &h->later;
}

static bool run_later(const struct hand *h, struct env *env, bool with_mend, struct err *e)
{
	bool ok = true;
	for (const struct later *l = h->later.next; ok && l; l = l->next)
		if (with_mend == (l->mend != NULL))
			ok = l->run(env, l, e);
	return ok;
}

/* The inner savepoint makes a virtual table write out what it holds: what is malformed shows here and not in the commit. */
static bool run_apart(const struct hand *h, struct env *env, struct err *e)
{
	AUTO_TX all = {0}, out = {0};
	return db_savepoint(env->db, &all, e) && run_later(h, env, true, e) && db_savepoint(env->db, &out, e) && db_commit(&out, e) && db_commit(&all, e);
}

static bool run_mendable(const struct hand *h, struct env *env, struct err *e)
{
	const struct later *first = h->later.next;
	struct err why = {0};
	while (first && !first->mend)
		first = first->next;
	if (!first || h->w->cfg.engine != DB_SQLITE)
		return run_later(h, env, true, e);
	if (run_apart(h, env, &why))
		return true;
	if (db_malformed(env->db) && db_in_tx(env->db))
		return first->mend(env, &why, e);
	*e = why;
	return false;
}

bool hand_later(struct hand *h, struct err *e)
{
	struct env env = {.arena = h->arena, .db = h->link.db, .now = h->link.lane.at, .actor = &actor_program, .ids = h->w->cfg.ids};
	bool ok = run_later(h, &env, false, e) && run_mendable(h, &env, e);
	hand_later_begin(h);
	arena_reset(h->arena);
	return ok || err_wrap(e, "derived rows");
}

bool hand_overdue(const struct write_job *job, struct err *e)
{
	if (job->deadline_ns == 0 || monotonic_ns() < job->deadline_ns)
		return false;
	err_set(e, ERR_BUSY, "waited longer than allowed");
	return true;
}

/* ---- the threads ---- */

/* One that has no connection leaves the work to those that have; when none has, it refuses. */
static bool may_take(const struct hand *h) { return h->w->first && (h->connected || h->w->n_connected == 0 || h->w->stopping); }

/* Takes up to `max` jobs, none after a second without. False: stopping and nothing is left. */
static bool take(struct hand *h, struct write_job **jobs, size_t max, size_t *n)
{
	struct writer *w = h->w;
	struct timespec until;
	int rc = 0;
	*n = 0;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += LOOK_S;
	pthread_mutex_lock(&w->mutex);
	while (!may_take(h) && !w->stopping && rc == 0)
		rc = w->cfg.engine == DB_SQLITE ? pthread_cond_wait(&w->work, &w->mutex) : pthread_cond_timedwait(&w->work, &w->mutex, &until);
	while (may_take(h) && *n < max) {
		jobs[(*n)++] = w->first;
		w->first = w->first->next;
		w->queued--;
	}
	if (!w->first)
		w->last = NULL;
	bool go_on = *n > 0 || !w->stopping;
	pthread_mutex_unlock(&w->mutex);
	return go_on;
}

static void finish(struct writer *w, struct write_job **jobs, size_t n)
{
	pthread_mutex_lock(&w->mutex);
	w->stats.done += (int64_t)n;
	pthread_mutex_unlock(&w->mutex);
	for (size_t i = 0; i < n; i++)
		jobs[i]->done(jobs[i]);
}

/* The log is full: a reader holds an old state. What waits is refused rather than the disk filled. */
static void refuse_all(struct hand *h, struct write_job **jobs, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		jobs[i]->ok = false;
		jobs[i]->err = (struct err){0};
		err_set(&jobs[i]->err, ERR_BUSY, "the database's log has %lld MB, for %s: nothing is written until that ends", (long long)(db_wal_bytes(h->link.db) >> 20),
		        h->w->cfg.archive && wal_archive_stats(h->w->cfg.archive).failing ? "its archive cannot be written" : "somebody reads it for long");
	}
	pthread_mutex_lock(&h->w->mutex);
	h->w->stats.refused += (int64_t)n;
	pthread_mutex_unlock(&h->w->mutex);
}

static void run_lite(struct hand *h, struct write_job **jobs, size_t n)
{
	if (!keeper_between(h->w->keeper, h->link.db)) {
		refuse_all(h, jobs, n);
		return;
	}
	hand_batch(h, jobs, n);
	keeper_after(h->w->keeper, h->link.db);
}

static void *hand_main(void *arg)
{
	struct hand *h = arg;
	thread_name("writer");
	thread_turn(TURN_LONG);
	struct write_job *jobs[BATCH_LIMIT];
	struct err ignored = {0};
	bool lite = h->w->cfg.engine == DB_SQLITE;
	size_t n, max = lite ? h->w->cfg.batch_max : 1;
	while (take(h, jobs, max, &n)) {
		if (n == 0) {
			hand_ready(h, &ignored);
			continue;
		}
		if (lite)
			run_lite(h, jobs, n);
		else
			hand_alone(h, jobs[0]);
		finish(h->w, jobs, n);
	}
	return NULL;
}

static bool hand_start(struct hand *h, struct err *e)
{
	const struct writer_config *cfg = &h->w->cfg;
	int64_t lane = cfg->engine == DB_SQLITE ? 0 : cfg->node * THREADS_MAX + (h - h->w->hands);
	h->arena = arena_new(0);
	h->link = (struct link){.engine = cfg->engine, .place = cfg->place, .node = cfg->node, .number = lane};
	if (!link_open(&h->link, e))
		return false;
	hand_connected(h, true);
	note_time(h->w, h->link.lane.at.ms);
	if (pthread_create(&h->thread, NULL, hand_main, h) != 0)
		return err_set(e, ERR_INTERNAL, "cannot start a writer thread");
	h->started = true;
	return true;
}

bool writer_start(struct writer **out, const struct writer_config *cfg, struct err *e)
{
	struct writer *w = calloc(1, sizeof *w);
	CHECK(w != NULL && cfg->ids != NULL);
	w->cfg = *cfg;
	pthread_mutex_init(&w->mutex, NULL);
	pthread_condattr_t clock;
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&w->work, &clock);
	pthread_condattr_destroy(&clock);
	if (w->cfg.batch_max == 0 || w->cfg.batch_max > BATCH_LIMIT)
		w->cfg.batch_max = BATCH_LIMIT;
	if (cfg->engine == DB_SQLITE && !keeper_start(&w->keeper, cfg->place, cfg->wal_max, cfg->archive, e)) {
		writer_stop(w);
		return err_wrap(e, "starting the writer");
	}
	size_t hands = cfg->engine == DB_SQLITE ? 1 : cfg->threads;
	CHECK(hands >= 1 && hands <= THREADS_MAX);
	for (; w->n_hands < hands; w->n_hands++) {
		w->hands[w->n_hands].w = w;
		if (!hand_start(&w->hands[w->n_hands], e)) {
			w->n_hands++;
			writer_stop(w);
			return err_wrap(e, "starting the writer");
		}
	}
	*out = w;
	return true;
}

void writer_stop(struct writer *w)
{
	if (!w)
		return;
	pthread_mutex_lock(&w->mutex);
	w->stopping = true;
	pthread_cond_broadcast(&w->work);
	pthread_mutex_unlock(&w->mutex);
	for (size_t i = 0; i < w->n_hands; i++) {
		if (w->hands[i].started)
			pthread_join(w->hands[i].thread, NULL);
		link_close(&w->hands[i].link);
		arena_free(w->hands[i].arena);
	}
	keeper_stop(w->keeper);
	pthread_cond_destroy(&w->work);
	pthread_mutex_destroy(&w->mutex);
	free(w);
}

struct writer_stats writer_stats(struct writer *w)
{
	pthread_mutex_lock(&w->mutex);
	struct writer_stats s = w->stats;
	s.queued = w->queued;
	s.connected = w->n_connected;
	pthread_mutex_unlock(&w->mutex);
	if (w->keeper) {
		struct keeper_stats k = keeper_stats(w->keeper);
		s.wal_bytes = k.bytes;
		s.wal_checkpoints = k.checkpoints;
		s.wal_restarts = k.restarts;
		s.wal_full = k.full != 0;
	}
	return s;
}

bool writer_empty_log(struct writer *w, struct err *e) { return !w->keeper || keeper_empty(w->keeper, e); }
bool writer_log_is_long(struct writer *w) { return w->keeper && keeper_stats(w->keeper).bytes >= w->cfg.wal_max / 2; }

bool writer_submit(struct writer *w, struct write_job *job, struct err *e)
{
	pthread_mutex_lock(&w->mutex);
	bool full = w->queued >= w->cfg.queue_max, stopping = w->stopping, all = w->n_connected != w->n_hands;
	if (!full && !stopping) {
		job->next = NULL;
		*(w->last ? &w->last->next : &w->first) = job;
		w->last = job;
		w->queued++;
	} else {
		w->stats.refused++;
	}
	pthread_mutex_unlock(&w->mutex);
	/* Without the mutex, which whoever wakes takes at once. One that has no connection would keep the signal. */
	if (all)
		pthread_cond_broadcast(&w->work);
	else
		pthread_cond_signal(&w->work);
	return !(full || stopping) || err_set(e, ERR_BUSY, stopping ? "the program is stopping" : "%zu actions are waiting", w->cfg.queue_max);
}

/* ---- waiting for one job ---- */

struct wait { pthread_mutex_t mutex; pthread_cond_t over; bool done; struct write_job *ctx; };

static void wake(struct write_job *job)
{
	struct wait *wait = job->ctx;
	pthread_mutex_lock(&wait->mutex);
	wait->done = true;
	pthread_cond_signal(&wait->over);
	pthread_mutex_unlock(&wait->mutex);
}

/* apply() must see the submitter's ctx, not ours. */
static bool apply_for(struct write_job *job, struct err *e)
{
	struct write_job *inner = ((struct wait *)job->ctx)->ctx;
	inner->once = job->once;
	bool ok = inner->apply(inner, e);
	job->once.answer = inner->once.answer;
	return ok;
}

bool writer_run(struct writer *w, struct write_job *job, struct err *e)
{
	struct wait wait = {.mutex = PTHREAD_MUTEX_INITIALIZER, .over = PTHREAD_COND_INITIALIZER, .ctx = job};
	struct write_job outer = {.env = job->env, .apply = apply_for, .done = wake, .ctx = &wait, .once = job->once, .repeatable = job->repeatable,
	                          .deadline_ns = job->deadline_ns};
	if (!writer_submit(w, &outer, e))
		return false;
	pthread_mutex_lock(&wait.mutex);
	while (!wait.done)
		pthread_cond_wait(&wait.over, &wait.mutex);
	pthread_mutex_unlock(&wait.mutex);
	job->once = outer.once;
	job->ok = outer.ok;
	*e = job->err = outer.err;
	return outer.ok;
}
