/* writer_run.h — starting and stopping the writer; for app and tests. Submitting is in writer.h. */
#pragma once
#include "core/db/db.h"
#include "core/db/id.h"
#include "core/writer/writer.h"

struct wal_archive;
struct writer_config {
	enum db_engine engine;
	struct str place;         /* file of SQLite, conninfo of PostgreSQL; must outlive the writer */
	int node;                 /* of this process, 0–63 */
	unsigned threads;         /* PostgreSQL: transactions at once, 1–4; SQLite has one */
	size_t queue_max;         /* jobs waiting */
	size_t batch_max;         /* SQLite: jobs a commit */
	int64_t wal_max;          /* SQLite: bytes of the write-ahead log past which nothing is written until it shrinks */
	struct wal_archive *archive;  /* SQLite: where the log is kept (core/archive); NULL: nowhere. Must outlive the writer */
	struct id_source *ids;
	int say_away, say_unsure; /* messages: the database is away; whether the act took hold is not known. 0: none */
	void (*now)(void *ctx, struct instant *out); /* NULL: the clock. Tests set it */
	int64_t (*steady_ms)(void *ctx);             /* a clock that nobody sets; NULL: the system's, or with `now` one that stands */
	void *ctx;
};

struct writer_stats {
	int64_t done, refused, batches, retried;
	size_t queued;
	int64_t lost; /* PostgreSQL: connections lost since the start */
	size_t connected; /* threads with a connection now; none: nothing can be written */
	int64_t longest_commit_ns;
	int64_t wal_bytes, wal_checkpoints, wal_restarts; /* SQLite */
	bool wal_full;
};

/* The usual limits: 4096 queued, 64 a batch, 4 threads, a log of 1 GB. */
struct writer_config writer_config_usual(enum db_engine engine, struct str place);
MUST_CHECK bool writer_start(struct writer **out, const struct writer_config *cfg, struct err *e);
/* Finishes what is queued, then stops. NULL is fine. Jobs submitted meanwhile are refused. */
void writer_stop(struct writer *w);
struct writer_stats writer_stats(struct writer *w);
/* Empties the write-ahead log, so that what was deleted is in no file any more. Any thread but the writer's. ERR_BUSY when a
 * reader holds an older state. On PostgreSQL nothing is done. */
MUST_CHECK bool writer_empty_log(struct writer *w, struct err *e);
/* Is the log so long that no new long read (backup, verify) should begin? */
bool writer_log_is_long(struct writer *w);
