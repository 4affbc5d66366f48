/* job.h — background work that survives a crash.
 *
 * Owner:     table job.
 * Promise:   a job added in an action's transaction is run at least once after the commit. `fn` may run more than once (a
 *            crash, a lost lease), `finish` takes hold exactly once: it is in the transaction that closes the job.
 * Claims:    through the writer; a claim is a lease that ends by itself, so a dead process blocks nothing for long, and nothing at
 *            all once its node is back: the lease is an id and names the node. An attempt
 *            counts when it is claimed: a job that kills the process is dead after max_attempts, too.
 * Failure:   backs off 15 s · 2^n up to an hour; after max_attempts it is dead: kept, counted, listed, retried by hand, or by its slice (job_take_up).
 * Clock:     waits and leases are by writer_seen(): a wall clock that is set back lengthens and shortens none.
 * Periods:   a kind with every_ms is added by the runner once a period (run key = start of the period, unique over all
 *            nodes). Missed periods are not made up for: write such jobs to do all that is due. A kind with `due` is asked
 *            first, by a read: when there is nothing to do the period leaves no row, and an idle program writes nothing.
 * Threads:   job_add and the reading functions as any rule; the runner has its own threads. */
#pragma once
#include "core/auth/actor.h"
#include "core/db/db.h"
#include "core/writer/writer.h"

struct job_runner;

struct job_run {
	struct env env;        /* arena of this run; db: read-only in fn, the writer's in finish; actor_program */
	const struct job_kind *kind;
	int64_t id;
	struct str payload;    /* JSON as given to job_add */
	int64_t attempt;       /* 1, 2 … */
	bool last_attempt;
	bool hopeless;         /* set by fn before false: no more attempts, and job_take_up() leaves it: a person decides */
	int64_t later_ms;      /* set by fn before false: not now, for no fault of the job; the attempt does not count */
	void *state;           /* from fn to finish */
	void *app;             /* job_config.app */
	struct writer *writer; /* for steps that must be kept before the end: job_write() */
	struct job_runner *runner;
	int64_t lease;
};

struct job_kind {
	const char *name;                                   /* "slice.verb" */
	bool (*fn)(struct job_run *run, struct err *e);     /* off the writer, may wait; NULL: nothing to do there */
	bool (*finish)(struct job_run *run, struct err *e); /* in the writer, with the closing of the job; NULL: none */
	/* In the writer, with the burial, when attempts are used up; NULL: none. */
	bool (*dead)(struct job_run *run, struct err *e);
	int max_attempts;  /* 0: 8 */
	int64_t lease_ms;  /* 0: five minutes; longer work calls job_extend() */
	int64_t every_ms;  /* 0: on demand. DAY_MS: daily; periods are counted from midnight in Vietnam */
	/* Leaves much behind, as what goes over a million rows does: pages that both connections keep and what malloc() has not given back. It
	 * is given up at the end, whatever the end was. */
	bool large;
	int64_t at_ms;     /* into the period: 2 h for "daily at two" */
	/* At the start of a period, on a read-only connection: is there anything to do? Looks like fn, changes nothing. One that
	 * fails counts as yes: the job itself says what is wrong. NULL: there always is. */
	bool (*due)(struct job_run *run, bool *due, struct err *e);
	void *ctx;         /* the kind's own */
};

struct job_new {
	const char *kind;
	struct str payload;    /* JSON, at most 64 KiB; empty: {} */
	struct instant run_at; /* zero: now */
	struct str key;        /* same kind and key: added once. Empty: none */
};
/* In an action's transaction. A key that is there already is success. */
MUST_CHECK bool job_add(struct env *env, const struct job_new *job, struct err *e);

/* ---- running ---- */

struct job_config {
	struct writer *writer;
	struct db_pool *pool;          /* read-only connections for fn */
	const struct job_kind *kinds;
	size_t n_kinds;
	unsigned threads;              /* 1–16 */
	int poll_ms;                   /* 0: 1000 */
	bool alone;                    /* no other process has this node: what a dead one had claimed under it is free at the start */
	void *app;
	struct instant (*now)(void *); /* NULL: the clock. Tests set it */
	void *now_ctx;
};
MUST_CHECK bool job_start(struct job_runner **out, const struct job_config *cfg, struct err *e);
/* Claims nothing more, waits for what runs, frees. NULL is fine. */
void job_stop(struct job_runner *r);
/* There may be work: look now and not at the next poll. Any thread, after a commit. */
void job_kick(struct job_runner *r);
/* Runs one due job in this thread; *ran tells whether there was one. For tests and commands; no threads needed. */
MUST_CHECK bool job_run_one(const struct job_config *cfg, bool *ran, struct err *e);
/* Frees what is claimed under the writer's node. The runner does it when it starts `alone`. */
MUST_CHECK bool job_release(const struct job_config *cfg, struct err *e);
/* Adds the periodic jobs whose period has begun and that have something to do. The runner does it by itself. */
MUST_CHECK bool job_add_periodic(const struct job_config *cfg, struct err *e);

/* ---- inside fn ---- */
bool job_stopping(const struct job_run *run); /* end soon: true between pieces of long work */
/* The lease runs lease_ms from now. ERR_CONFLICT: another has the job; stop. */
MUST_CHECK bool job_extend(struct job_run *run, struct err *e);
/* One action on the writer, kept even when fn fails later. `act` sees run->env in the writer. */
MUST_CHECK bool job_write(struct job_run *run, bool (*act)(struct job_run *run, void *ctx, struct err *e), void *ctx, struct err *e);

/* ---- seeing ---- */
struct job_stats { int64_t open, running, late, dead; struct instant oldest; /* due and not run; 0: none */ };
MUST_CHECK bool job_stats(struct env *env, struct job_stats *out, struct err *e);
struct job_counts { int64_t done, failed, died, lost; }; /* of this runner since its start */
struct job_counts job_counts(struct job_runner *r);
struct job_dead { int64_t id; struct str kind, payload, last_error; int64_t attempts; struct instant made_at, ended_at; bool hopeless; };
struct job_dead_list { struct job_dead *v; size_t n; };
MUST_CHECK bool job_dead_list(struct env *env, int64_t limit, struct job_dead_list *out, struct err *e);
/* In an action: attempts start again, or the letter is thrown away. ERR_NOT_FOUND when it is not dead. */
MUST_CHECK bool job_retry(struct env *env, int64_t id, struct err *e);
MUST_CHECK bool job_drop(struct env *env, int64_t id, struct err *e);
/* In an action, for a kind whose fault may have gone by itself: what was given up until then has its attempts again, but not what was hopeless. */
MUST_CHECK bool job_take_up(struct env *env, const char *kind, struct instant until, struct err *e);
/* Has job_take_up() anything to do? */
MUST_CHECK bool job_may_take_up(struct env *env, const char *kind, struct instant until, bool *any, struct err *e);
/* How it stands with the job of that kind and key, for who waits for it. */
enum job_stage { JOB_ABSENT, JOB_OPEN, JOB_ENDED, JOB_DEAD };
struct job_state {
	enum job_stage stage;
	bool failed;              /* at least one run did; it may have waited only, then tries is 0 */
	int64_t tries;            /* that ended and count */
	struct instant next;      /* the next run; 0: it runs now, or there is none */
	struct instant ended_at;
};
MUST_CHECK bool job_of(struct env *env, const char *kind, struct str key, struct job_state *out, struct err *e);
/* Done jobs older than 30 days. A periodic kind for the app's list. */
extern const struct job_kind job_sweep_kind;
