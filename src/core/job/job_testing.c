/* job_testing.c — see job_testing.h. */
#include "core/job/job_testing.h"

static void writer_now(void *ctx, struct instant *out)
{
	struct job_bench *b = ctx;
	out->ms = atomic_load(&b->now_ms);
}

static int64_t writer_steady(void *ctx)
{
	struct job_bench *b = ctx;
	return atomic_load(&b->steady_ms);
}

static struct instant job_now(void *ctx)
{
	struct instant t;
	writer_now(ctx, &t);
	return t;
}

void job_bench_start(struct job_bench *b, struct arena *a, enum db_engine engine, const struct job_kind *kinds, size_t n_kinds)
{
	struct err e = {0};
	b->arena = a;
	b->engine = engine;
	atomic_store(&b->now_ms, 1795590000000);
	id_source_init(&b->ids, 1);
	test_db(a, engine);
	struct writer_config w = writer_config_usual(engine, test_db_place());
	w.ids = &b->ids;
	w.now = writer_now;
	w.steady_ms = writer_steady;
	w.ctx = b;
	EXPECT_OK(writer_start(&b->writer, &w, &e), e);
	b->pool = db_pool_new(engine, test_db_place(), 8);
	b->cfg = (struct job_config){.writer = b->writer, .pool = b->pool, .kinds = kinds, .n_kinds = n_kinds, .threads = 3, .poll_ms = 20,
	                             .now = job_now, .now_ctx = b};
}

void job_bench_stop(struct job_bench *b)
{
	writer_stop(b->writer);
	db_pool_free(b->pool);
}

struct acting { bench_act *act; void *ctx; };

static bool apply(struct write_job *w, struct err *e)
{
	struct acting *x = w->ctx;
	return x->act(w->env, x->ctx, e);
}

bool job_bench_act(struct job_bench *b, bench_act *act, void *ctx, struct err *e)
{
	struct acting x = {act, ctx};
	struct env env = {.arena = b->arena, .actor = &actor_program, .now = job_now(b)};
	struct write_job w = {.env = &env, .apply = apply, .ctx = &x};
	return writer_run(b->writer, &w, e);
}

int job_bench_run(struct job_bench *b)
{
	struct err e = {0};
	bool ran = true;
	int n = 0;
	for (; ran; n += ran)
		EXPECT_OK(job_run_one(&b->cfg, &ran, &e), e);
	return n;
}

void job_bench_wait(struct job_bench *b, int64_t ms)
{
	atomic_fetch_add(&b->now_ms, ms);
	atomic_fetch_add(&b->steady_ms, ms);
}

void job_bench_set_back(struct job_bench *b, int64_t ms) { atomic_fetch_sub(&b->now_ms, ms); }

void job_bench_read(struct job_bench *b, bench_act *act, void *ctx)
{
	struct err e = {0};
	AUTO_DB db = test_db_again(b->engine, DB_READ_ONLY);
	struct env env = {.arena = b->arena, .actor = &actor_program, .now = job_now(b), .db = db};
	EXPECT_OK(act(&env, ctx, &e), e);
}
