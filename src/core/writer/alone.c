/* alone.c — PostgreSQL: a transaction for each job, run again when the server says so or the connection is lost. */
#include "core/writer/hand.h"
#include <time.h>

#define RETRIES 8
#define ANSWER_WAIT_NS ((int64_t)15000000000) /* for the database to come back and tell whether a commit took hold */

void hand_connected(struct hand *h, bool connected)
{
	struct writer *w = h->w;
	pthread_mutex_lock(&w->mutex);
	w->stats.lost += h->connected && !connected;
	w->n_connected += (size_t)connected - (size_t)h->connected;
	h->connected = connected;
	pthread_mutex_unlock(&w->mutex);
}

bool hand_ready(struct hand *h, struct err *e)
{
	if (!h->link.db || db_lost(h->link.db))
		hand_connected(h, false);
	bool ok = link_ready(&h->link, e);
	hand_connected(h, ok);
	return ok;
}

/* END_UNSURE: the connection was lost between the commit and its answer. */
enum end { END_DONE, END_FAILED, END_AGAIN, END_UNSURE };

/* *wrote is where the lane ends if the transaction takes hold. */
static enum end run_in_tx(struct hand *h, struct write_job *job, struct lane *wrote)
{
	struct lane before = h->link.lane;
	AUTO_TX tx = {0};
	job->err = (struct err){0};
	hand_later_begin(h);
	job->ok = db_begin(h->link.db, &tx, &job->err) && hand_act(h, job, &job->err) && hand_later(h, &job->err);
	if (job->ok && db_lost(h->link.db)) /* known in time: the commit is not sent */
		job->ok = err_set(&job->err, ERR_BUSY, "the connection was lost before the commit");
	bool committing = job->ok;
	*wrote = h->link.lane;
	job->ok = committing && db_commit(&tx, &job->err);
	if (job->ok)
		return END_DONE;
	bool again = db_retryable(h->link.db);
	db_rollback(&tx);
	h->link.lane = before;
	if (db_lost(h->link.db))
		return committing ? END_UNSURE : END_AGAIN;
	return again ? END_AGAIN : END_FAILED;
}

static bool unsure(struct hand *h, struct write_job *job)
{
	job->ok = false;
	return err_say(&job->err, ERR_BUSY, h->w->cfg.say_unsure, "the connection was lost before the answer to a commit: whether the act took hold is not known");
}

/* The entry that the act left tells. Without one nothing but its key can, and that is asked for when it runs again. */
static enum end ask(struct hand *h, struct write_job *job, const struct lane *wrote)
{
	AUTO_ARENA a = arena_new(0);
	struct err why = {0};
	bool kept = false, told = false, logged = wrote->seq > h->link.lane.seq;
	int64_t until = monotonic_ns() + ANSWER_WAIT_NS;
	while (!told && monotonic_ns() < until) {
		told = hand_ready(h, &why) && (!logged || lane_kept(h->link.db, a, wrote, &kept, &why));
		if (!told)
			nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
	}
	job->ok = told && kept;
	if (job->ok)
		return END_DONE;
	if (told && (logged || job->once.key.n || job->repeatable))
		return END_AGAIN;
	unsure(h, job);
	return END_FAILED;
}

static bool away(struct hand *h, struct write_job *job)
{
	struct err why = {0};
	if (hand_ready(h, &why))
		return false;
	job->ok = false;
	err_say(&job->err, ERR_BUSY, h->w->cfg.say_away, "%s", why.text);
	return true;
}

void hand_alone(struct hand *h, struct write_job *job)
{
	job->ok = false;
	job->err = (struct err){0};
	for (int tries = 0; tries <= RETRIES && !hand_overdue(job, &job->err) && !away(h, job); tries++) {
		struct lane wrote;
		enum end end = run_in_tx(h, job, &wrote);
		if (end == END_UNSURE)
			end = ask(h, job, &wrote);
		if (end != END_AGAIN)
			return;
		pthread_mutex_lock(&h->w->mutex);
		h->w->stats.retried++;
		pthread_mutex_unlock(&h->w->mutex);
	}
}
