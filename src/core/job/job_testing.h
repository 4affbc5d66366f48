/* job_testing.h — a writer, a pool and a clock over a test's database: for tests of what runs as jobs. */
#pragma once
#include "core/db/db_testing.h"
#include "core/db/id.h"
#include "core/job/job.h"
#include "core/writer/writer_run.h"

struct job_bench {
	struct arena *arena;
	enum db_engine engine;
	struct id_source ids;
	struct writer *writer;
	struct db_pool *pool;
	_Atomic int64_t now_ms;      /* 2026-11-25 14:00 in Vietnam at first */
	_Atomic int64_t steady_ms;   /* since the start, whatever the clock says */
	struct job_config cfg;
};
/* Once per test; kinds are copied by pointer. */
void job_bench_start(struct job_bench *b, struct arena *a, enum db_engine engine, const struct job_kind *kinds, size_t n_kinds);
void job_bench_stop(struct job_bench *b);
/* Runs act in an action's transaction. */
typedef bool bench_act(struct env *env, void *ctx, struct err *e);
bool job_bench_act(struct job_bench *b, bench_act *act, void *ctx, struct err *e) MUST_CHECK;
/* Runs due jobs until none is left; how many. */
int job_bench_run(struct job_bench *b);
void job_bench_wait(struct job_bench *b, int64_t ms); /* the clock goes on */
void job_bench_set_back(struct job_bench *b, int64_t ms); /* somebody sets it */
/* Reads with a fresh read-only connection: act sees env->db. */
void job_bench_read(struct job_bench *b, bench_act *act, void *ctx);
