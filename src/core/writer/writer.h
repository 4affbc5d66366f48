/* writer.h — the one place where records change.
 *
 * SQLite:     one thread takes queued jobs, runs them in one transaction, commits it once, and only then calls done(): no answer leaves before
 *             it is durable. When one fails after it has written, all is undone and each runs again in a savepoint.
 * PostgreSQL: a few threads, each job a transaction of its own, run again on 40001 and 40P01.
 *             So apply() must be repeatable: it may change only the database and memory that it sets anew each time.
 *             A connection that is lost is opened again. A job under way runs again; was its commit sent and the answer
 *             lost, its log entry tells whether it took hold, or its key when it runs again. One with neither, and not
 *             `repeatable`, is not run again: ERR_BUSY. While the database is away jobs are refused with ERR_BUSY.
 *
 * Threads: writer_submit() from any thread. apply() and done() run on a writer thread; the job and its env belong to
 *          the writer from submit until done() is called.
 * Limits:  a full queue refuses with ERR_BUSY; a job whose deadline passed while queued is not run (ERR_BUSY). */
#pragma once
#include "core/base/env.h"
#include "core/base/err.h"

struct writer;

/* A retry with the same key by the same actor gets the stored answer and changes nothing. Empty key: none. */
struct idempotency {
	struct str key;         /* from the client, or the form's action id; at most 64 bytes */
	uint8_t request[32];    /* SHA-256 of what was asked: same key with another body is refused with 422 */
	struct str answer;      /* out: stored with the act; in `replayed` the one stored earlier. Set by apply() */
	bool replayed, mismatch;
};

struct write_job {
	struct write_job *next; /* the writer's, while queued */
	struct env *env;        /* the writer sets env->db and env->now (the lane's event time) for apply() */
	bool (*apply)(struct write_job *job, struct err *e);
	void (*done)(struct write_job *job); /* after the commit or the refusal: result in ok and err */
	void *ctx;              /* the submitter's */
	struct idempotency once;
	bool repeatable;        /* a second run after one that took hold does no harm */
	int64_t deadline_ns;    /* on monotonic_ns(); 0: none */
	bool ok;
	struct err err;
};

/* Queues the job. On false the job was not taken and done() will not be called. */
MUST_CHECK bool writer_submit(struct writer *w, struct write_job *job, struct err *e);
/* Submits and waits: for commands, jobs and tests. */
MUST_CHECK bool writer_run(struct writer *w, struct write_job *job, struct err *e);

/* The latest time that an act here had, and what has passed since by a clock that nobody sets: later than the wall clock when that was set back.
 * For waits, which are by it as long as they were meant to be. Any thread. */
struct instant writer_seen(struct writer *w);

/* Derived rows that nothing reads inside the transaction (the search index) may wait for the end of the batch: there many are
 * written at once, outside of the actions' savepoints, and still before the commit. `run` is called with the writer's connection and
 * the env of the act's memory, or at once when `env` is not in a writer; when it fails the whole batch fails. The memory of `l`
 * is the env's arena. An action that is rolled back takes what it left for later with it.
 *
 * With `mend` (SQLite): what is kept of these rows may be malformed, and no act is refused for that. Then all that has a `mend` is taken back,
 * and one of them runs instead, in the same transaction: it sees to it that the rows are made anew. */
struct later {
	struct later *next;
	bool (*run)(struct env *env, const struct later *l, struct err *e);
	bool (*mend)(struct env *env, const struct err *why, struct err *e);
};
MUST_CHECK bool writer_later(struct env *env, struct later *l, struct err *e);
