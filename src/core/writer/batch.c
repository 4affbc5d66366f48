/* batch.c — SQLite: several jobs in one transaction. */
#include "core/writer/hand.h"
#include <string.h>

#define CAREFUL 32 /* batches with savepoints after an act was undone */

/* One job, `apart` in a savepoint. False: the transaction is gone, or holds what must be undone. */
static bool run_one(struct hand *h, struct write_job *job, bool apart)
{
	struct lane before = h->link.lane;
	struct later *last = h->last_later;
	int64_t written = db_written(h->link.db);
	AUTO_TX tx = {0};
	job->err = (struct err){0};
	job->ok = !hand_overdue(job, &job->err) && (!apart || db_savepoint(h->link.db, &tx, &job->err)) && hand_act(h, job, &job->err) &&
	          (!apart || db_commit(&tx, &job->err));
	if (!job->ok) {
		db_rollback(&tx);
		h->link.lane = before;
		h->last_later = last;
		last->next = NULL;
	}
	return db_in_tx(h->link.db) && (job->ok || apart || db_written(h->link.db) == written);
}

static void fail_all(struct write_job **jobs, size_t n, const struct err *why)
{
	for (size_t i = 0; i < n; i++)
		if (jobs[i]->ok) {
			jobs[i]->ok = false;
			jobs[i]->err = *why;
		}
}

static void note_commit(struct writer *w, int64_t ns)
{
	pthread_mutex_lock(&w->mutex);
	w->stats.batches++;
	if (ns > w->stats.longest_commit_ns)
		w->stats.longest_commit_ns = ns;
	pthread_mutex_unlock(&w->mutex);
}

static void run_batch(struct hand *h, struct write_job **jobs, size_t n, bool apart);

/* Job i took the others with it: they run again. One that wrote before it failed runs again too, and then loses only what is its own; one that
 * loses the whole transaction all the same (disk full) is left out. */
static void run_again(struct hand *h, struct write_job **jobs, size_t n, size_t i, bool apart)
{
	h->careful = CAREFUL;
	if (!apart) {
		run_batch(h, jobs, n, true);
		return;
	}
	struct write_job *lost = jobs[i];
	lost->ok = false;
	memmove(&jobs[i], &jobs[i + 1], (n - i - 1) * sizeof *jobs);
	run_batch(h, jobs, n - 1, true);
	jobs[n - 1] = lost;
}

/* Runs all in one transaction and commits once. A savepoint costs a copy of each page that is written in it, and acts seldom fail once they have
 * written: so they have savepoints only after one did. */
static void run_batch(struct hand *h, struct write_job **jobs, size_t n, bool apart)
{
	struct lane before = h->link.lane;
	struct err e = {0};
	AUTO_TX tx = {0};
	hand_later_begin(h);
	if (!db_begin(h->link.db, &tx, &e)) {
		for (size_t i = 0; i < n; i++)
			jobs[i]->ok = false, jobs[i]->err = e;
		return;
	}
	for (size_t i = 0; i < n; i++) {
		if (run_one(h, jobs[i], apart))
			continue;
		db_rollback(&tx);
		h->link.lane = before;
		run_again(h, jobs, n, i, apart);
		return;
	}
	int64_t start = monotonic_ns();
	if (!hand_later(h, &e) || !db_commit(&tx, &e)) {
		db_rollback(&tx);
		h->link.lane = before;
		fail_all(jobs, n, &e);
	}
	note_commit(h->w, monotonic_ns() - start);
}

void hand_batch(struct hand *h, struct write_job **jobs, size_t n)
{
	run_batch(h, jobs, n, h->careful > 0);
	h->careful -= h->careful > 0;
}
