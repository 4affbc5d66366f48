/* hand.h — the writer and its threads. Private to core/writer. */
#pragma once
#include "core/writer/keeper.h"
#include "core/writer/link.h"
#include "core/writer/writer_run.h"
#include <pthread.h>

#define THREADS_MAX 4

struct hand { /* one writer thread */
	struct writer *w;
	pthread_t thread;
	bool started;
	bool connected; /* under the writer's mutex */
	struct link link;
	struct arena *arena;
	int careful; /* SQLite: so many batches have savepoints yet */
	struct later later, *last_later; /* a head without `run`, and the end of the list behind it */
};

struct writer {
	struct writer_config cfg;
	pthread_mutex_t mutex;
	pthread_cond_t work;
	struct write_job *first, *last;
	size_t queued;
	bool stopping;
	struct writer_stats stats;
	_Atomic int64_t ahead_ms;
	struct keeper *keeper; /* SQLite */
	struct hand hands[THREADS_MAX];
	size_t n_hands, n_connected;
};

/* One act inside its transaction or savepoint. */
MUST_CHECK bool hand_act(struct hand *h, struct write_job *job, struct err *e);
/* What waits for the end of the transaction: none yet; all of it now. */
void hand_later_begin(struct hand *h);
MUST_CHECK bool hand_later(struct hand *h, struct err *e);
/* Did the job wait longer than it may? Then e is ERR_BUSY. */
bool hand_overdue(const struct write_job *job, struct err *e);

/* ---- SQLite (batch.c) ---- */
/* Runs the jobs in one transaction; their ok and err tell. The order of those in `jobs` may change. */
void hand_batch(struct hand *h, struct write_job **jobs, size_t n);

/* ---- PostgreSQL (alone.c) ---- */
/* Notes, for writer_stats(), whether the thread has its connection. */
void hand_connected(struct hand *h, bool connected);
/* A connection and a lane to write with, opened again when they were lost. */
bool hand_ready(struct hand *h, struct err *e);
/* Runs the job in a transaction of its own; job->ok and job->err tell. */
void hand_alone(struct hand *h, struct write_job *job);
