/* job_test.c — jobs on both engines: once, again, late, dead, periodic, many threads. */
#include "core/job/job_internal.h"
#include "core/job/job_sql.h"
#include "core/job/job_test_sql.h"
#include "core/job/job_testing.h"
#include <stdatomic.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static struct job_bench bench;
static _Atomic int runs, finishes, deaths, niceness;
static _Atomic int fail_first; /* how many runs fail */

static bool try_fn(struct job_run *run, struct err *e)
{
	(void)run;
	EXPECT(run->env.db != NULL && run->env.actor->program);
	niceness = getpriority(PRIO_PROCESS, (id_t)gettid());
	return atomic_fetch_add(&runs, 1) >= fail_first || err_set(e, ERR_BUSY, "the network is away: đứt mạng");
}

static bool try_finish(struct job_run *run, struct err *e)
{
	(void)run;
	(void)e;
	finishes++;
	return true;
}

static bool try_dead(struct job_run *run, struct err *e)
{
	deaths++;
	return job_add(&run->env, &(struct job_new){.kind = "t.after"}, e);
}

static bool hopeless_fn(struct job_run *run, struct err *e)
{
	run->hopeless = true;
	return err_set(e, ERR_INVALID, "never");
}

static bool later_fn(struct job_run *run, struct err *e)
{
	run->later_ms = 1000;
	return atomic_fetch_add(&runs, 1) >= 20 || err_set(e, ERR_BUSY, "not configured");
}

/* Another takes the job while it works. */
static bool slow_fn(struct job_run *run, struct err *e)
{
	(void)e;
	runs++;
	job_bench_wait(&bench, 6 * 60 * 1000);
	if (runs == 1)
		job_bench_run(&bench);
	struct err lost = {0};
	EXPECT(job_extend(run, &lost) == (runs == 2 && run->attempt == 2));
	return true;
}

static bool broken_finish(struct job_run *run, struct err *e)
{
	return job_add(&run->env, &(struct job_new){.kind = "t.after"}, e) && (run->attempt > 1 || err_set(e, ERR_CONFLICT, "finish failed"));
}

static const struct job_kind kinds[] = {
	{.name = "t.try", .fn = try_fn, .finish = try_finish, .dead = try_dead, .max_attempts = 3},
	{.name = "t.after"},
	{.name = "t.hopeless", .fn = hopeless_fn},
	{.name = "t.later", .fn = later_fn, .max_attempts = 2},
	{.name = "t.slow", .fn = slow_fn, .finish = try_finish},
	{.name = "t.broken", .finish = broken_finish},
};

static void start(struct arena *a, enum db_engine engine) { job_bench_start(&bench, a, engine, kinds, ARRAY_LEN(kinds)); }

static bool add(struct env *env, void *ctx, struct err *e) { return job_add(env, ctx, e); }

static bool add_and_fail(struct env *env, void *ctx, struct err *e)
{
	return job_add(env, ctx, e) && err_set(e, ERR_CONFLICT, "the action failed");
}

static void put(struct job_new job)
{
	struct err e = {0};
	EXPECT_OK(job_bench_act(&bench, add, &job, &e), e);
}

static bool read_stats(struct env *env, void *ctx, struct err *e) { return job_stats(env, ctx, e); }

static struct job_stats stats(void)
{
	struct job_stats s;
	job_bench_read(&bench, read_stats, &s);
	return s;
}

static bool read_dead(struct env *env, void *ctx, struct err *e) { return job_dead_list(env, 10, ctx, e); }
static bool retry(struct env *env, void *ctx, struct err *e) { return job_retry(env, *(int64_t *)ctx, e); }
static bool drop(struct env *env, void *ctx, struct err *e) { return job_drop(env, *(int64_t *)ctx, e); }

TEST_BOTH(queries_prepare) { test_db_prepares(test_db(a, engine), job_sql); }

TEST_BOTH(a_job_runs_once_after_its_action)
{
	struct err e = {0};
	start(a, engine);
	put((struct job_new){.kind = "t.try", .payload = STR("{\"a\":1}")});
	EXPECT_ERR(job_bench_act(&bench, add_and_fail, &(struct job_new){.kind = "t.try"}, &e), e, ERR_CONFLICT);
	put((struct job_new){.kind = "t.try", .run_at = {bench.now_ms + 5000}});
	EXPECT_INT(job_bench_run(&bench), 1);
	EXPECT_INT(job_bench_run(&bench), 0);
	EXPECT_INT(stats().open, 1);
	job_bench_wait(&bench, 5000);
	EXPECT_INT(stats().late, 1);
	EXPECT_INT(job_bench_run(&bench), 1);
	EXPECT(runs == 2 && finishes == 2 && stats().open == 0);
	job_bench_stop(&bench);
}

TEST_BOTH(the_same_key_is_added_once)
{
	start(a, engine);
	for (int i = 0; i < 3; i++) {
		put((struct job_new){.kind = "t.try", .key = STR("k")});
		job_bench_run(&bench);
	}
	put((struct job_new){.kind = "t.after", .key = STR("k")});
	EXPECT_INT(job_bench_run(&bench), 1);
	EXPECT_INT(runs, 1);
	job_bench_stop(&bench);
}

TEST_BOTH(failures_are_tried_again_and_then_buried)
{
	struct err e = {0};
	struct job_dead_list dead;
	start(a, engine);
	fail_first = 4;
	put((struct job_new){.kind = "t.try"});
	EXPECT_INT(job_bench_run(&bench), 1);
	EXPECT_INT(job_bench_run(&bench), 0);
	job_bench_wait(&bench, 15000);
	EXPECT_INT(job_bench_run(&bench), 1);
	job_bench_wait(&bench, 29999);
	EXPECT_INT(job_bench_run(&bench), 0);
	job_bench_wait(&bench, 1);
	EXPECT_INT(job_bench_run(&bench), 2); /* the last try, and what `dead` added */
	EXPECT(deaths == 1 && finishes == 0 && stats().dead == 1);
	job_bench_read(&bench, read_dead, &dead);
	EXPECT(dead.n == 1 && dead.v[0].attempts == 3);
	EXPECT_TEXT(dead.v[0].last_error, "the network is away: đứt mạng");
	EXPECT_OK(job_bench_act(&bench, retry, &dead.v[0].id, &e), e);
	EXPECT_ERR(job_bench_act(&bench, retry, &dead.v[0].id, &e), e, ERR_NOT_FOUND);
	EXPECT_INT(job_bench_run(&bench), 1);
	job_bench_wait(&bench, 15000);
	EXPECT_INT(job_bench_run(&bench), 1);
	EXPECT(finishes == 1 && stats().dead == 0);
	put((struct job_new){.kind = "t.hopeless"});
	EXPECT_INT(job_bench_run(&bench), 1);
	job_bench_read(&bench, read_dead, &dead);
	EXPECT_OK(job_bench_act(&bench, drop, &dead.v[0].id, &e), e);
	EXPECT_ERR(job_bench_act(&bench, drop, &dead.v[0].id, &e), e, ERR_NOT_FOUND);
	job_bench_stop(&bench);
}

static struct job_state course;
static bool read_course(struct env *env, void *ctx, struct err *e) { return job_of(env, ctx, STR("k"), &course, e); }
static struct job_state course_of(const char *kind)
{
	job_bench_read(&bench, read_course, (void *)(uintptr_t)kind);
	return course;
}
static bool take_up(struct env *env, void *ctx, struct err *e) { return job_take_up(env, ctx, (struct instant){env->now.ms - 60000}, e); }
static bool any_left;
static bool look_left(struct env *env, void *ctx, struct err *e) { return job_may_take_up(env, ctx, (struct instant){env->now.ms - 60000}, &any_left, e); }
static bool left(const char *kind)
{
	any_left = false;
	job_bench_read(&bench, look_left, (void *)(uintptr_t)kind);
	return any_left;
}

/* What was given up has its attempts again when it was given up long enough ago, of that kind, and not when it was hopeless. */
TEST_BOTH(what_is_hopeless_waits_for_a_person)
{
	struct err e = {0};
	struct job_dead_list dead;
	start(a, engine);
	fail_first = 1000;
	EXPECT_INT(course_of("t.try").stage, JOB_ABSENT);
	put((struct job_new){.kind = "t.try", .key = STR("k")});
	put((struct job_new){.kind = "t.hopeless", .key = STR("k")});
	EXPECT(course_of("t.try").stage == JOB_OPEN && !course.failed && course.tries == 0);
	EXPECT_INT(job_bench_run(&bench), 2);
	EXPECT(course_of("t.try").stage == JOB_OPEN && course.failed && course.tries == 1 && course.next.ms == bench.now_ms + 15000);
	EXPECT(course_of("t.hopeless").stage == JOB_DEAD && course.tries == 1 && course.ended_at.ms == bench.now_ms);
	for (int i = 0; i < 3; i++, job_bench_wait(&bench, 30000))
		job_bench_run(&bench);
	EXPECT(course_of("t.try").stage == JOB_DEAD && course.tries == 3);
	job_bench_wait(&bench, 60000 - 30001 - (bench.now_ms - 30000 - course.ended_at.ms));
	EXPECT(!left("t.try"));
	job_bench_wait(&bench, 1);
	EXPECT(left("t.try") && !left("t.hopeless") && !left("t.after"));
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		EXPECT_OK(job_bench_act(&bench, take_up, (void *)(uintptr_t)kinds[i].name, &e), e);
	EXPECT(course_of("t.try").stage == JOB_OPEN && course.tries == 0);
	job_bench_read(&bench, read_dead, &dead);
	EXPECT(dead.n == 1 && dead.v[0].hopeless && !left("t.try"));
	EXPECT_OK(job_bench_act(&bench, retry, &dead.v[0].id, &e), e);
	EXPECT_INT(course_of("t.hopeless").stage, JOB_OPEN);
	fail_first = 0;
	job_bench_run(&bench);
	EXPECT_INT(course_of("t.try").stage, JOB_ENDED);
	job_bench_stop(&bench);
}

/* Its waits are 15 and 30 seconds, whatever the clock says, and a claim lasts its five minutes. */
TEST_BOTH(a_clock_set_back_lengthens_no_wait_and_shortens_no_lease)
{
	start(a, engine);
	fail_first = 2;
	put((struct job_new){.kind = "t.try"});
	EXPECT_INT(job_bench_run(&bench), 1);
	job_bench_set_back(&bench, 2 * DAY_MS);
	job_bench_wait(&bench, 14000);
	EXPECT_INT(job_bench_run(&bench), 0);
	job_bench_wait(&bench, 1000);
	EXPECT_INT(job_bench_run(&bench), 1);
	job_bench_wait(&bench, 29000);
	EXPECT_INT(job_bench_run(&bench), 0);
	job_bench_wait(&bench, 1000);
	EXPECT_INT(job_bench_run(&bench), 1);
	EXPECT(runs == 3 && finishes == 1 && stats().open == 0);
	job_bench_wait(&bench, 3600000); /* long after: what is claimed now is nobody else's for five minutes, the slow one takes six */
	runs = finishes = 0;
	put((struct job_new){.kind = "t.slow"});
	EXPECT_INT(job_bench_run(&bench), 1);
	EXPECT(runs == 2 && finishes == 1);
	job_bench_stop(&bench);
}

TEST_BOTH(waiting_for_others_costs_no_attempt)
{
	start(a, engine);
	put((struct job_new){.kind = "t.later"});
	for (int i = 0; i < 21; i++) {
		EXPECT_INT(job_bench_run(&bench), 1);
		job_bench_wait(&bench, 1000);
	}
	EXPECT(runs == 21 && stats().open == 0 && stats().dead == 0);
	job_bench_stop(&bench);
}

TEST_BOTH(a_lost_lease_finishes_nothing)
{
	start(a, engine);
	put((struct job_new){.kind = "t.slow"});
	EXPECT_INT(job_bench_run(&bench), 1);
	EXPECT(runs == 2 && finishes == 1 && stats().open == 0);
	job_bench_stop(&bench);
}

TEST_BOTH(what_finish_did_is_undone_with_it)
{
	start(a, engine);
	put((struct job_new){.kind = "t.broken"});
	EXPECT_INT(job_bench_run(&bench), 1);
	EXPECT_INT(stats().open, 1);
	job_bench_wait(&bench, 15000);
	EXPECT_INT(job_bench_run(&bench), 2);
	EXPECT_INT(stats().open, 0);
	job_bench_stop(&bench);
}

TEST_BOTH(unknown_kinds_wait_and_long_payloads_are_refused)
{
	struct err e = {0};
	start(a, engine);
	put((struct job_new){.kind = "t.of_tomorrow"});
	put((struct job_new){.kind = "t.after"});
	EXPECT_INT(job_bench_run(&bench), 2);
	EXPECT(stats().open == 1 && stats().dead == 0);
	char *long_text = arena_alloc(a, 70000);
	memset(long_text, 'x', 70000);
	EXPECT_ERR(job_bench_act(&bench, add, &(struct job_new){.kind = "t.after", .payload = {long_text, 70000}}, &e), e, ERR_INVALID);
	EXPECT_ERR(job_bench_act(&bench, add, &(struct job_new){.kind = "t.after", .payload = STR("\xff")}, &e), e, ERR_INVALID);
	job_bench_stop(&bench);
}

TEST_BOTH(a_job_that_kills_the_process_is_buried)
{
	static const struct job_kind killer[] = {{.name = "t.kill", .fn = try_fn, .max_attempts = 2}};
	struct err e = {0};
	job_bench_start(&bench, a, engine, killer, 1);
	put((struct job_new){.kind = "t.kill"});
	AUTO_DB db = test_db_again(engine, 0);
	struct job_claimable_row row;
	bool found;
	for (int i = 0; i < 2; i++) {
		EXPECT_OK(q_job_claimable(db, a, (struct instant){bench.now_ms}, &row, &found, &e), e);
		EXPECT(found);
		EXPECT_OK(q_job_take(db, row.id, 77, (struct instant){bench.now_ms + 1000}, NULL, &e), e);
		job_bench_wait(&bench, 1000);
	}
	EXPECT_INT(job_bench_run(&bench), 1);
	EXPECT(runs == 0 && stats().dead == 1);
	job_bench_stop(&bench);
}

/* A process that died had claimed a job: its node takes it up again at once, another node waits for the lease to end. */
TEST_BOTH(what_a_dead_process_had_claimed_is_free_again)
{
	struct err e = {0};
	job_bench_start(&bench, a, engine, kinds, ARRAY_LEN(kinds));
	AUTO_DB db = test_db_again(engine, 0);
	struct job_claimable_row row;
	struct id_source other;
	struct id_source *of[] = {&other, &bench.ids};
	bool found;
	id_source_init(&other, bench.ids.node == 5 ? 6 : 5);
	for (size_t i = 0; i < ARRAY_LEN(of); i++) {
		put((struct job_new){.kind = "t.after"});
		EXPECT_OK(q_job_claimable(db, a, (struct instant){bench.now_ms}, &row, &found, &e), e);
		EXPECT_OK(q_job_take(db, row.id, id_new(of[i], instant_clock()), (struct instant){bench.now_ms + 300000}, NULL, &e), e);
	}
	EXPECT_INT(job_bench_run(&bench), 0);
	EXPECT_OK(job_release(&bench.cfg, &e), e);
	EXPECT_INT(job_bench_run(&bench), 1);
	EXPECT_INT(stats().open, 1);
	job_bench_wait(&bench, 301000);
	EXPECT_INT(job_bench_run(&bench), 1);
	job_bench_stop(&bench);
}

TEST_BOTH(daily_jobs_are_added_once_a_day)
{
	static const struct job_kind daily[] = {{.name = "t.day", .finish = try_finish, .every_ms = DAY_MS, .at_ms = 2 * 3600 * 1000},
	                                        {.name = "t.hour", .every_ms = 3600 * 1000}};
	struct err e = {0};
	job_bench_start(&bench, a, engine, daily, 2);
	for (int i = 0; i < 3; i++)
		EXPECT_OK(job_add_periodic(&bench.cfg, &e), e);
	EXPECT_INT(job_bench_run(&bench), 2);
	job_bench_wait(&bench, 12 * 3600 * 1000 - 1); /* 01:59:59.999 of the next day */
	EXPECT_OK(job_add_periodic(&bench.cfg, &e), e);
	EXPECT_INT(job_bench_run(&bench), 1);
	EXPECT_INT(finishes, 1);
	job_bench_wait(&bench, 1);
	EXPECT_OK(job_add_periodic(&bench.cfg, &e), e);
	EXPECT_INT(job_bench_run(&bench), 2);
	EXPECT_INT(finishes, 2);
	job_bench_stop(&bench);
}

static _Atomic int wanted; /* -1: the look fails */

static bool wanted_due(struct job_run *run, bool *due, struct err *e)
{
	EXPECT(run->env.db != NULL);
	EXPECT(!q_job_sweep(run->env.db, run->env.now, NULL, &(struct err){0})); /* a look changes nothing */
	*due = wanted > 0;
	return wanted >= 0 || err_set(e, ERR_BUSY, "away");
}

static bool count_rows(struct env *env, void *ctx, struct err *e)
{
	struct job_all_row row = {0};
	bool found;
	if (!q_job_all(env->db, env->arena, &row, &found, e))
		return false;
	*(int64_t *)ctx = row.n;
	return true;
}

static int64_t rows(void)
{
	int64_t n = 0;
	job_bench_read(&bench, count_rows, &n);
	return n;
}

/* Nothing to do leaves no row; work that comes later in the period has its turn in the next; two nodes that look at once add one. */
TEST_BOTH(a_period_without_work_writes_nothing)
{
	static const struct job_kind looking[] = {{.name = "t.look", .finish = try_finish, .due = wanted_due, .every_ms = 3000}};
	struct err e = {0};
	int64_t seen = 0;
	job_bench_start(&bench, a, engine, looking, 1);
	for (int i = 0; i < 5; i++, job_bench_wait(&bench, 3000))
		EXPECT_OK(job_add_periods(&bench.cfg, &seen, &e), e);
	EXPECT_INT(rows(), 0);
	EXPECT_OK(job_add_periods(&bench.cfg, &seen, &e), e);
	wanted = 1;
	EXPECT_OK(job_add_periods(&bench.cfg, &seen, &e), e); /* this period was looked at */
	EXPECT_INT(rows(), 0);
	job_bench_wait(&bench, 3000);
	EXPECT_OK(job_add_periods(&bench.cfg, &seen, &e), e);
	EXPECT_OK(job_add_periods(&bench.cfg, NULL, &e), e); /* as another node does */
	EXPECT_INT(job_bench_run(&bench), 1);
	EXPECT(finishes == 1 && rows() == 1);
	wanted = -1;
	job_bench_wait(&bench, 3000);
	EXPECT_OK(job_add_periods(&bench.cfg, &seen, &e), e); /* a look that fails hides no work */
	EXPECT_INT(job_bench_run(&bench), 1);
	job_bench_stop(&bench);
}

/* Two runners with threads of their own over one database: each period once. */
TEST_BOTH(two_runners_share_a_period)
{
	static const struct job_kind looking[] = {{.name = "t.look", .finish = try_finish, .due = wanted_due, .every_ms = 3000}};
	struct err e = {0};
	struct job_runner *r[2] = {0};
	job_bench_start(&bench, a, engine, looking, 1);
	wanted = 1;
	for (int i = 0; i < 2; i++)
		EXPECT_OK(job_start(&r[i], &bench.cfg, &e), e);
	for (int period = 1; period <= 5; period++, job_bench_wait(&bench, 3000)) {
		for (int i = 0; i < 6000 && finishes < period; i++)
			usleep(10000);
		usleep(50000);
		EXPECT_INT(finishes, period);
	}
	job_stop(r[0]);
	job_stop(r[1]);
	EXPECT_INT(rows(), finishes);
	job_bench_stop(&bench);
}

TEST_BOTH(many_threads_run_each_job_once_and_stop_in_peace)
{
	struct err e = {0};
	struct job_runner *r = NULL, *other = NULL;
	start(a, engine);
	EXPECT_OK(job_start(&r, &bench.cfg, &e), e);
	EXPECT_OK(job_start(&other, &bench.cfg, &e), e);
	for (int i = 0; i < 60; i++) {
		put((struct job_new){.kind = "t.try"});
		job_kick(i % 2 ? r : other);
	}
	for (int i = 0; i < 3000 && finishes < 60; i++)
		usleep(20000);
	struct job_counts c1 = job_counts(r), c2 = job_counts(other);
	job_stop(r);
	job_stop(other);
	job_stop(NULL);
	EXPECT(runs == 60 && finishes == 60);
	EXPECT(niceness >= 5); /* jobs come after those for whom somebody waits */
	EXPECT(c1.done + c2.done >= 54 && c1.failed + c2.failed == 0); /* the last may not be counted yet */
	EXPECT_INT(stats().open, 0);
	job_bench_stop(&bench);
}

TEST(waits_grow_to_an_hour_and_texts_are_whole)
{
	struct err e = {0};
	EXPECT(job_backoff_ms(1) == 15000 && job_backoff_ms(2) == 30000 && job_backoff_ms(9) == 3600000 && job_backoff_ms(1000) == 3600000);
	memset(e.text, 'a', sizeof e.text - 1);
	memcpy(e.text + sizeof e.text - 3, "\xe1\xbb", 2);
	EXPECT_INT(job_error_text(a, &e).n, sizeof e.text - 3);
	memcpy(e.text, "\xff\xff", 2);
	EXPECT_TEXT(job_error_text(a, &e), "(not UTF-8)");
}
