/* writer_run.h — starting and stopping the writer; for app and tests. Submitting is in writer.h. */
#pragma once
#include "core/db/db.h"
#include "core/db/id.h"
#include "core/writer/writer.h"

struct writer_config {
	enum db_engine engine;
	struct str place;         /* file of SQLite, conninfo of PostgreSQL; must outlive the writer */
	int node;                 /* of this process, 0–63 */
	unsigned threads;         /* PostgreSQL: transactions at once, 1–4; SQLite has one */
	size_t queue_max;         /* jobs waiting */
	size_t batch_max;         /* SQLite: jobs a commit */
	struct id_source *ids;
	void (*now)(void *ctx, struct instant *out); /* NULL: the clock. Tests set it */
	void *ctx;
};

struct writer_stats { int64_t done, refused, batches, retried; size_t queued; int64_t longest_commit_ns; };

/* The usual limits: 4096 queued, 64 a batch, 4 threads. */
struct writer_config writer_config_usual(enum db_engine engine, struct str place);
MUST_CHECK bool writer_start(struct writer **out, const struct writer_config *cfg, struct err *e);
/* Finishes what is queued, then stops. NULL is fine. Jobs submitted meanwhile are refused. */
void writer_stop(struct writer *w);
struct writer_stats writer_stats(struct writer *w);
