/* writer_test.c — the writer and the log, on both engines. */
#include "core/audit/audit.h"
#include "core/db/db_testing.h"
#include "core/db/impl.h"
#include "core/writer/test_tables.h"
#include "core/writer/thing_sql.h"
#include "core/writer/writer_run.h"
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

extern const struct db_schema db_schema;

static struct id_source ids;
static _Atomic int64_t test_ms = 1795590000000; /* 2026-11-25 14:00 in Vietnam */

static void test_now(void *ctx, struct instant *out)
{
	(void)ctx;
	out->ms = atomic_load(&test_ms);
}

static struct writer *start_with(struct arena *a, enum db_engine engine, size_t batch_max)
{
	struct err e = {0};
	test_db(a, engine);
	id_source_init(&ids, 1);
	struct writer_config cfg = writer_config_usual(engine, test_db_place());
	cfg.ids = &ids;
	cfg.now = test_now;
	cfg.batch_max = batch_max;
	struct writer *w = NULL;
	EXPECT_OK(writer_start(&w, &cfg, &e), e);
	return w;
}

static struct writer *start(struct arena *a, enum db_engine engine) { return start_with(a, engine, 64); }

static struct env env_of(struct arena *a)
{
	return (struct env){.arena = a, .actor = &actor_program};
}

/* What the tests' actions do. */
struct act {
	int64_t id, count_id, drop_id;
	const char *name;
	bool fail, forget;
	int runs;
};

static bool do_act(struct write_job *job, struct err *e)
{
	struct act *x = job->ctx;
	struct env *env = job->env;
	x->runs++;
	if (x->name && !q_thing_add(env->db, (struct thing_id){x->id}, str_from(x->name), NULL, e))
		return false;
	if (x->count_id && !q_thing_count(env->db, (struct thing_id){x->count_id}, 1, NULL, e))
		return false;
	if (x->drop_id && !q_thing_drop(env->db, (struct thing_id){x->drop_id}, NULL, e))
		return false;
	if (x->fail)
		return err_set(e, ERR_CONFLICT, "wanted to fail");
	if (x->forget)
		return true;
	job->once.answer = STR("done");
	return audit_record(env, &(struct audit_act){.kind = "thing.do", .subject = x->id}, NULL, e);
}

static bool run(struct writer *w, struct env *env, struct act *x, struct err *e)
{
	struct write_job job = {.env = env, .apply = do_act, .ctx = x};
	return writer_run(w, &job, e);
}

static struct audit_verify verify(enum db_engine engine)
{
	struct err e = {0};
	struct audit_verify v = {0};
	AUTO_DB db = test_db_again(engine, DB_READ_ONLY);
	EXPECT_OK(audit_verify(db, &db_schema, &v, &e), e);
	return v;
}

static struct thing_get_row thing(struct arena *a, enum db_engine engine, int64_t id, bool *found)
{
	struct err e = {0};
	struct thing_get_row row = {0};
	AUTO_DB db = test_db_again(engine, DB_READ_ONLY);
	EXPECT_OK(q_thing_get(db, a, (struct thing_id){id}, &row, found, &e), e);
	return row;
}

TEST_BOTH(an_act_and_its_entry_are_kept_together)
{
	struct writer *w = start(a, engine);
	struct env env = env_of(a);
	struct err e = {0};
	bool found = false;
	EXPECT_OK(run(w, &env, &(struct act){.id = 1, .name = "một"}, &e), e);
	EXPECT_ERR(run(w, &env, &(struct act){.id = 2, .name = "hai", .fail = true}, &e), e, ERR_CONFLICT);
	EXPECT_ERR(run(w, &env, &(struct act){.id = 3, .name = "ba", .forget = true}, &e), e, ERR_INTERNAL);
	EXPECT_OK(run(w, &env, &(struct act){.id = 4, .count_id = 1}, &e), e);
	writer_stop(w);
	EXPECT_INT(thing(a, engine, 1, &found).count, 1);
	EXPECT(found);
	thing(a, engine, 2, &found);
	EXPECT(!found);
	thing(a, engine, 3, &found);
	EXPECT(!found);
	struct audit_verify v = verify(engine);
	EXPECT_TEXT(str_from(v.first_fault), "");
	EXPECT(v.ok && v.entries == 2 && v.rows == 1);
}

/* An act that leaves a row for the end of the batch, and how many of them had run when the act did. */
struct leaves { struct later later; int64_t id, note; bool fail, refuse; }; /* note 0: the id */
static _Atomic int left_run;

static bool write_later(struct env *env, const struct later *l, struct err *e)
{
	const struct leaves *x = (const struct leaves *)l;
	left_run++;
	return !x->refuse ? q_thing_note(env->db, x->note ? x->note : x->id, STR("later"), NULL, e) : err_set(e, ERR_INTERNAL, "the index is broken");
}

static bool leave(struct write_job *job, struct err *e)
{
	struct leaves *x = job->ctx;
	x->later.run = write_later;
	return q_thing_add(job->env->db, (struct thing_id){x->id}, str_fmt(job->env->arena, "%lld", (long long)x->id), NULL, e) &&
	       audit_record(job->env, &(struct audit_act){.kind = "thing.do", .subject = x->id}, NULL, e) && writer_later(job->env, &x->later, e) &&
	       (!x->fail || err_set(e, ERR_CONFLICT, "after leaving something"));
}

static int64_t notes(struct arena *a, enum db_engine engine)
{
	struct err e = {0};
	struct thing_notes_row row = {0};
	bool found = false;
	AUTO_DB db = test_db_again(engine, DB_READ_ONLY);
	EXPECT_OK(q_thing_notes(db, a, &row, &found, &e), e);
	return row.n;
}

TEST_BOTH(what_waits_for_the_end_of_the_batch_goes_with_its_act)
{
	struct writer *w = start(a, engine);
	struct env env = env_of(a);
	struct err e = {0};
	bool found = false;
	struct leaves v[] = {{.id = 1}, {.id = 2, .fail = true}, {.id = 3}, {.id = 4, .refuse = true}, {.id = 5}};
	for (size_t i = 0; i < ARRAY_LEN(v); i++) {
		struct write_job job = {.env = &env, .apply = leave, .ctx = &v[i]};
		if (writer_run(w, &job, &e) != (v[i].id % 2 != 0))
			FAIL("%lld: %s", (long long)v[i].id, e.text);
	}
	writer_stop(w);
	EXPECT_INT(left_run, 4); /* all but the one rolled back */
	EXPECT_INT(notes(a, engine), 3);
	thing(a, engine, 4, &found);
	EXPECT(!found);
	thing(a, engine, 5, &found);
	EXPECT(found && verify(engine).ok);
}

/* SQLite: a batch of one good act, one rolled back and one more good one keeps the two. */
struct batch { _Atomic bool go; _Atomic int done; };
static bool hold(struct write_job *job, struct err *e)
{
	struct batch *b = job->ctx;
	while (!b->go)
		nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
	return err_set(e, ERR_CONFLICT, "only held the writer");
}
static void batch_done(struct write_job *job) { (void)job; }

#define TOGETHER_MAX 6

/* Runs them in as few batches as their limit allows. */
static void run_together(struct writer *w, struct write_job *jobs, size_t n)
{
	struct env envs[TOGETHER_MAX + 1];
	struct err e = {0};
	struct batch b = {0};
	struct write_job first = {.apply = hold, .ctx = &b};
	for (size_t i = 0; i <= n; i++) {
		struct write_job *job = i ? &jobs[i - 1] : &first;
		envs[i] = env_of(arena_new(0));
		job->env = &envs[i];
		job->done = batch_done;
		EXPECT_OK(writer_submit(w, job, &e), e);
		if (i == 0)
			nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL); /* the writer has it: the others wait and go together */
	}
	b.go = true;
	writer_stop(w);
	for (size_t i = 0; i <= n; i++)
		arena_free(envs[i].arena);
}

TEST(one_rolled_back_in_the_middle_of_a_batch)
{
	struct leaves v[] = {{.id = 1}, {.id = 2, .fail = true}, {.id = 3}};
	struct write_job jobs[3] = {{.apply = leave, .ctx = &v[0]}, {.apply = leave, .ctx = &v[1]}, {.apply = leave, .ctx = &v[2]}};
	run_together(start(a, DB_SQLITE), jobs, 3);
	EXPECT(jobs[0].ok && !jobs[1].ok && jobs[2].ok);
	EXPECT_INT(left_run, 2);
	EXPECT_INT(notes(a, DB_SQLITE), 2);
	EXPECT(verify(DB_SQLITE).ok);
}

/* Runs the acts three by three, and says how often each ran; those that are to fail did, the others are kept. */
static void expect_runs(struct arena *a, struct act *v, const int *runs, size_t n)
{
	struct write_job jobs[TOGETHER_MAX] = {0};
	for (size_t i = 0; i < n; i++)
		jobs[i] = (struct write_job){.apply = do_act, .ctx = &v[i]};
	run_together(start_with(a, DB_SQLITE, 3), jobs, n);
	for (size_t i = 0; i < n; i++) {
		bool found = false;
		EXPECT_INT(v[i].runs, runs[i]);
		EXPECT(jobs[i].ok == !v[i].fail);
		thing(a, DB_SQLITE, v[i].id, &found);
		EXPECT(found == !v[i].fail);
	}
	EXPECT(verify(DB_SQLITE).ok);
}

TEST(one_that_fails_before_it_writes_costs_the_others_nothing)
{
	struct act v[] = {{.id = 1, .name = "một"}, {.id = 2, .fail = true}, {.id = 3, .name = "ba"}};
	expect_runs(a, v, (const int[]){1, 1, 1}, ARRAY_LEN(v));
}

/* The first three run again, each in a savepoint; so do those of the next batch, at once. */
TEST(one_that_fails_after_it_wrote_is_undone_alone)
{
	struct act v[] = {{.id = 1, .name = "một"}, {.id = 2, .name = "hai", .fail = true}, {.id = 3, .name = "ba"},
	                  {.id = 4, .name = "bốn"}, {.id = 5, .name = "năm", .fail = true}, {.id = 6, .name = "sáu"}};
	expect_runs(a, v, (const int[]){2, 2, 1, 1, 1, 1}, ARRAY_LEN(v));
}

/* As SQLite does by itself when the disk fails. */
static bool end_transaction(struct write_job *job, struct err *e)
{
	return db_run(job->env->db, "rollback", e) && err_set(e, ERR_INTERNAL, "the transaction is gone");
}

TEST(one_that_loses_the_transaction_fails_alone)
{
	struct leaves v[] = {{.id = 1}, {.id = 3}};
	struct write_job jobs[3] = {{.apply = leave, .ctx = &v[0]}, {.apply = end_transaction}, {.apply = leave, .ctx = &v[1]}};
	run_together(start(a, DB_SQLITE), jobs, 3);
	bool first, last;
	thing(a, DB_SQLITE, 1, &first);
	thing(a, DB_SQLITE, 3, &last);
	EXPECT(first && last);
	EXPECT(jobs[0].ok && !jobs[1].ok && jobs[2].ok);
	EXPECT_INT(notes(a, DB_SQLITE), 2);
	EXPECT(verify(DB_SQLITE).ok);
}

/* ---- what is malformed ---- */

static int mended;

static bool make_anew(struct env *env, const struct err *why, struct err *e)
{
	mended++;
	return why->kind != ERR_NONE && q_thing_note(env->db, 1000 + mended, STR("to be made anew"), NULL, e);
}

TEST(derived_rows_that_are_malformed_refuse_no_act)
{
	struct writer *w = start(a, DB_SQLITE);
	struct env env = env_of(a);
	struct err e = {0};
	struct leaves before = {.id = 2};
	struct write_job job = {.env = &env, .apply = leave, .ctx = &before};
	EXPECT_OK(writer_run(w, &job, &e), e);
	struct leaves v[] = {{.id = 1, .later.mend = make_anew}, {.id = 3}, {.id = 4, .note = 2, .later.mend = make_anew}};
	struct write_job jobs[3] = {{.apply = leave, .ctx = &v[0]}, {.apply = leave, .ctx = &v[1]}, {.apply = leave, .ctx = &v[2]}};
	run_together(w, jobs, 3);
	EXPECT(jobs[0].ok && jobs[1].ok && jobs[2].ok);
	EXPECT_INT(mended, 1);
	EXPECT_INT(notes(a, DB_SQLITE), 3); /* 2 from before, 3 that has no mend, and what it made of 1 and 4 */
	EXPECT(verify(DB_SQLITE).ok);
}

static void expect_in_order(const struct audit_entries *log)
{
	for (size_t i = 1; i < log->n; i++)
		EXPECT(log->v[i - 1].at.ms <= log->v[i].at.ms);
}

TEST_BOTH(event_time_never_goes_back)
{
	struct writer *w = start(a, engine);
	struct env env = env_of(a);
	struct err e = {0};
	struct audit_entries log = {0};
	EXPECT_OK(run(w, &env, &(struct act){.id = 1, .name = "a"}, &e), e);
	test_ms -= 5000;
	for (int i = 0; i < 8; i++) /* every lane of PostgreSQL gets a turn sooner or later */
		EXPECT_OK(run(w, &env, &(struct act){.id = 1, .count_id = 1}, &e), e);
	writer_stop(w);
	AUTO_DB db = test_db_again(engine, DB_READ_ONLY);
	env.db = db;
	EXPECT_OK(audit_timeline(&env, 1, 0, 100, &log, &e), e);
	EXPECT_INT(log.n, 9);
	expect_in_order(&log);
	EXPECT(verify(engine).ok);
}

/* An act that takes its time early and is recorded late: another act on the same subject goes by in between. */
struct slow_act { _Atomic bool begun, go, over; };

static bool act_slowly(struct write_job *job, struct err *e)
{
	struct slow_act *x = job->ctx;
	atomic_store(&x->begun, true);
	for (int i = 0; i < 60000 && !atomic_load(&x->go); i++)
		nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
	return audit_record(job->env, &(struct audit_act){.kind = "thing.slow", .subject = 1}, NULL, e);
}

static void slow_over(struct write_job *job) { atomic_store(&((struct slow_act *)job->ctx)->over, true); }

static void wait_for(_Atomic bool *flag)
{
	for (int i = 0; i < 60000 && !atomic_load(flag); i++)
		nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
	EXPECT(atomic_load(flag));
}

TEST_BOTH(order_and_time_of_a_subject_agree_over_lanes)
{
	if (engine == DB_SQLITE)
		return; /* one thread: nothing goes by */
	struct writer *w = start(a, engine);
	AUTO_ARENA slow_arena = arena_new(0);
	struct env env = env_of(a), slow_env = env_of(slow_arena);
	struct err e = {0};
	struct audit_entries log = {0};
	struct slow_act slow = {0};
	struct write_job job = {.env = &slow_env, .apply = act_slowly, .done = slow_over, .ctx = &slow};
	EXPECT_OK(writer_submit(w, &job, &e), e);
	wait_for(&slow.begun);
	test_ms += 50;
	EXPECT_OK(run(w, &env, &(struct act){.id = 1, .name = "a"}, &e), e);
	atomic_store(&slow.go, true);
	wait_for(&slow.over);
	EXPECT_OK(job.ok, job.err);
	writer_stop(w);
	AUTO_DB db = test_db_again(engine, DB_READ_ONLY);
	env.db = db;
	EXPECT_OK(audit_timeline(&env, 1, 0, 100, &log, &e), e);
	EXPECT_INT(log.n, 2);
	EXPECT_STR(log.v[1].kind, STR("thing.slow"));
	EXPECT(log.v[0].lane != log.v[1].lane);
	expect_in_order(&log);
	EXPECT_INT(slow_env.now.ms, log.v[1].at.ms); /* what the act writes afterwards has the entry's time */
	EXPECT(verify(engine).ok);
}

TEST_BOTH(the_same_key_acts_once)
{
	struct writer *w = start(a, engine);
	struct env env = env_of(a);
	struct err e = {0};
	bool found = false;
	struct act x = {.id = 1, .name = "a"}, again = {.id = 1, .count_id = 1};
	struct write_job job = {.env = &env, .apply = do_act, .ctx = &x, .once = {.key = STR("k1"), .request = {1}}};
	EXPECT_OK(writer_run(w, &job, &e), e);
	EXPECT(!job.once.replayed);
	struct write_job twice = {.env = &env, .apply = do_act, .ctx = &again, .once = {.key = STR("k1"), .request = {1}}};
	EXPECT_OK(writer_run(w, &twice, &e), e);
	EXPECT(twice.once.replayed && again.runs == 0);
	EXPECT_STR(twice.once.answer, STR("done"));
	struct write_job other = {.env = &env, .apply = do_act, .ctx = &again, .once = {.key = STR("k1"), .request = {2}}};
	EXPECT_ERR(writer_run(w, &other, &e), e, ERR_CONFLICT);
	EXPECT(other.once.mismatch && again.runs == 0);
	writer_stop(w);
	EXPECT_INT(thing(a, engine, 1, &found).count, 0);
}

/* ---- many at once ---- */

#define CLIENTS 8
#define ACTS 60
struct client { struct writer *w; int nr; pthread_t t; enum db_engine engine; };

static void *client_main(void *arg)
{
	struct client *c = arg;
	AUTO_ARENA a = arena_new(0);
	struct env env = env_of(a);
	struct err e = {0};
	for (int i = 0; i < ACTS; i++) {
		int64_t id = 100 + c->nr * ACTS + i;
		struct act x = {.id = id, .name = str_fmt(a, "thing %lld", (long long)id).p, .count_id = 1, .fail = i % 7 == 6};
		bool ok = run(c->w, &env, &x, &e);
		CHECK(ok == !x.fail);
	}
	return NULL;
}

static void tick(void *ctx, struct instant *out)
{
	(void)ctx;
	out->ms = atomic_fetch_add(&test_ms, 1);
}

static bool note(struct write_job *job, struct err *e)
{
	return audit_record(job->env, &(struct audit_act){.kind = "thing.read", .subject = 7}, NULL, e);
}

static void *reader_main(void *arg)
{
	struct client *c = arg;
	AUTO_ARENA a = arena_new(0);
	struct env env = env_of(a);
	struct err e = {0};
	for (int i = 0; i < ACTS; i++) {
		struct write_job job = {.env = &env, .apply = note};
		CHECK(writer_run(c->w, &job, &e));
	}
	return NULL;
}

/* Reads lock no row: only the subject's own lock keeps them in order. */
TEST_BOTH(reads_by_many_stand_in_order_of_time)
{
	struct err e = {0};
	struct client c[CLIENTS];
	struct audit_entries log = {0};
	struct writer *w = NULL;
	struct env env = env_of(a);
	test_db(a, engine);
	id_source_init(&ids, 1);
	struct writer_config cfg = writer_config_usual(engine, test_db_place());
	cfg.ids = &ids;
	cfg.now = tick;
	EXPECT_OK(writer_start(&w, &cfg, &e), e);
	for (int i = 0; i < CLIENTS; i++) {
		c[i] = (struct client){.w = w, .nr = i};
		EXPECT_INT(pthread_create(&c[i].t, NULL, reader_main, &c[i]), 0);
	}
	for (int i = 0; i < CLIENTS; i++)
		pthread_join(c[i].t, NULL);
	writer_stop(w);
	AUTO_DB db = test_db_again(engine, DB_READ_ONLY);
	env.db = db;
	EXPECT_OK(audit_timeline(&env, 7, 0, CLIENTS * ACTS + 1, &log, &e), e);
	EXPECT_INT(log.n, CLIENTS * ACTS);
	expect_in_order(&log);
	EXPECT(verify(engine).ok);
}

TEST_BOTH(many_clients_lose_and_double_nothing)
{
	struct writer *w = start(a, engine);
	struct env env = env_of(a);
	struct err e = {0};
	bool found = false;
	struct client c[CLIENTS];
	EXPECT_OK(run(w, &env, &(struct act){.id = 1, .name = "hot"}, &e), e);
	for (int i = 0; i < CLIENTS; i++) {
		c[i] = (struct client){.w = w, .nr = i};
		EXPECT_INT(pthread_create(&c[i].t, NULL, client_main, &c[i]), 0);
	}
	for (int i = 0; i < CLIENTS; i++)
		pthread_join(c[i].t, NULL);
	writer_stop(w);
	int per_client = ACTS - ACTS / 7;
	EXPECT_INT(thing(a, engine, 1, &found).count, CLIENTS * per_client);
	struct audit_verify v = verify(engine);
	EXPECT_TEXT(str_from(v.first_fault), "");
	EXPECT_INT(v.entries, 1 + CLIENTS * per_client);
	EXPECT_INT(v.rows, 1 + CLIENTS * per_client);
}

/* ---- a reader of the log beside many writers ---- */

#define READERS 2
static struct audit_entry seen[CLIENTS * ACTS + 1];
static _Atomic size_t n_seen;
static _Atomic bool all_written;

struct reading { struct audit_entries entries; };

/* What a reader makes of entries takes hold with its place, or not at all. Lists only once, after the commit. */
static bool mark_read(struct write_job *job, struct err *e)
{
	struct reading *r = job->ctx;
	return audit_mark_read(job->env, STR("test"), &r->entries, e);
}

static void *unread_main(void *arg)
{
	struct client *c = arg;
	static pthread_mutex_t one_list = PTHREAD_MUTEX_INITIALIZER;
	AUTO_DB db = test_db_again(c->engine, DB_READ_ONLY);
	for (bool last = false;;) {
		AUTO_ARENA a = arena_new(0);
		struct env env = env_of(a);
		struct err e = {0};
		struct reading r = {0};
		bool end = atomic_load(&all_written);
		env.db = db;
		CHECK(audit_unread(&env, STR("test"), 7, &r.entries, &e));
		if (r.entries.n == 0 && end && last)
			return NULL;
		last = r.entries.n == 0 && end;
		struct write_job job = {.env = &env, .apply = mark_read, .ctx = &r};
		pthread_mutex_lock(&one_list); /* so that the list has the order of the commits */
		bool ok = r.entries.n > 0 && writer_run(c->w, &job, &e);
		for (size_t i = 0; ok && i < r.entries.n; i++)
			seen[atomic_fetch_add(&n_seen, 1) % ARRAY_LEN(seen)] = r.entries.v[i];
		pthread_mutex_unlock(&one_list);
		CHECK(ok || r.entries.n == 0 || e.kind == ERR_CONFLICT || e.kind == ERR_BUSY);
	}
}

static void *mixed_main(void *arg)
{
	struct client *c = arg;
	AUTO_ARENA a = arena_new(0);
	struct env env = env_of(a);
	struct err e = {0};
	for (int i = 0; i < ACTS; i++) { /* even ones wait for each other at the hot row, odd ones for nobody */
		int64_t id = 100 + c->nr * ACTS + i;
		struct act x = {.id = id, .name = str_fmt(a, "thing %lld", (long long)id).p, .count_id = c->nr % 2 ? 0 : 1};
		CHECK(run(c->w, &env, &x, &e));
	}
	return NULL;
}

TEST_BOTH(readers_see_each_entry_once_and_in_order)
{
	struct writer *w = start(a, engine);
	struct env env = env_of(a);
	struct err e = {0};
	struct client c[CLIENTS + READERS];
	atomic_store(&n_seen, 0);
	atomic_store(&all_written, false);
	EXPECT_OK(run(w, &env, &(struct act){.id = 1, .name = "hot"}, &e), e);
	for (int i = 0; i < CLIENTS + READERS; i++) {
		c[i] = (struct client){.w = w, .nr = i, .engine = engine};
		EXPECT_INT(pthread_create(&c[i].t, NULL, i < CLIENTS ? mixed_main : unread_main, &c[i]), 0);
	}
	for (int i = 0; i < CLIENTS; i++)
		pthread_join(c[i].t, NULL);
	atomic_store(&all_written, true);
	for (int i = CLIENTS; i < CLIENTS + READERS; i++)
		pthread_join(c[i].t, NULL);
	writer_stop(w);
	EXPECT_INT((int64_t)n_seen, CLIENTS * ACTS + 1);
	int64_t times[100 + CLIENTS * ACTS] = {0}, hot = 0;
	for (size_t i = 0; i < n_seen; i++) {
		int64_t id = seen[i].subject;
		EXPECT(id > 0 && id < (int64_t)ARRAY_LEN(times) && ++times[id] == 1);
		if (id >= 100 && (id - 100) / ACTS % 2 == 0) {
			EXPECT(seen[i].id > hot);
			hot = seen[i].id;
		}
	}
}

TEST_BOTH(one_process_has_the_lanes_of_a_node)
{
	if (engine == DB_SQLITE)
		return; /* the lock of the data folder */
	struct writer *first = start(a, engine), *second = NULL, *third = NULL;
	struct err e = {0};
	struct writer_config cfg = writer_config_usual(engine, test_db_place());
	cfg.ids = &ids;
	EXPECT_ERR(writer_start(&second, &cfg, &e), e, ERR_CONFLICT);
	EXPECT(strstr(e.text, "as node 0") != NULL);
	cfg.node = 1;
	EXPECT_OK(writer_start(&third, &cfg, &e), e);
	struct env env = env_of(a);
	EXPECT_OK(run(third, &env, &(struct act){.id = 1, .name = "a"}, &e), e);
	EXPECT_OK(run(first, &env, &(struct act){.id = 1, .count_id = 1}, &e), e);
	writer_stop(first);
	writer_stop(third);
	cfg.node = 0;
	bool again = false;
	for (int i = 0; i < 3000 && !again; i++) { /* the server notices the end of a connection a little later */
		again = writer_start(&second, &cfg, &e);
		if (!again)
			nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
	}
	EXPECT_OK(again, e);
	writer_stop(second);
	EXPECT(verify(engine).ok);
}

TEST_BOTH(a_late_or_unwanted_job_is_refused)
{
	struct writer *w = start(a, engine);
	struct env env = env_of(a);
	struct err e = {0};
	struct act x = {.id = 1, .name = "a"};
	struct write_job job = {.env = &env, .apply = do_act, .ctx = &x, .deadline_ns = 1};
	EXPECT_ERR(writer_run(w, &job, &e), e, ERR_BUSY);
	EXPECT_INT(x.runs, 0);
	writer_stop(w);
	writer_stop(NULL);
}

/* ---- what verify finds ---- */

static struct db *tampered;

static void fill(struct arena *a, enum db_engine engine)
{
	struct writer *w = start(a, engine);
	struct env env = env_of(a);
	struct err e = {0};
	for (int64_t i = 1; i <= 5; i++)
		EXPECT_OK(run(w, &env, &(struct act){.id = i, .name = str_fmt(a, "%lld", (long long)i).p}, &e), e);
	EXPECT_OK(run(w, &env, &(struct act){.id = 5, .drop_id = 5}, &e), e);
	writer_stop(w);
	EXPECT(verify(engine).ok);
	tampered = test_db_again(engine, 0);
	db_permit_logged(tampered, true);
}

static void expect_fault(struct arena *a, enum db_engine engine, const char *words)
{
	(void)a;
	struct audit_verify v = verify(engine);
	EXPECT(!v.ok);
	if (!strstr(v.first_fault, words))
		FAIL("fault is \"%s\", not about \"%s\"", v.first_fault, words);
	db_close(tampered);
}

TEST_BOTH(verify_names_a_changed_row)
{
	struct err e = {0};
	fill(a, engine);
	EXPECT_OK(q_thing_count(tampered, (struct thing_id){3}, 1, NULL, &e), e);
	expect_fault(a, engine, "thing 3: the row differs");
}

TEST_BOTH(verify_names_a_missing_row)
{
	struct err e = {0};
	fill(a, engine);
	EXPECT_OK(q_thing_drop(tampered, (struct thing_id){2}, NULL, &e), e);
	expect_fault(a, engine, "thing 2: the row is gone");
}

TEST_BOTH(verify_names_a_row_that_nobody_logged)
{
	struct err e = {0};
	fill(a, engine);
	EXPECT_OK(q_thing_add(tampered, (struct thing_id){77}, STR("77"), NULL, &e), e);
	expect_fault(a, engine, "thing 77: the log knows no such row");
}

TEST_BOTH(verify_names_a_row_that_came_back)
{
	struct err e = {0};
	fill(a, engine);
	EXPECT_OK(q_thing_add(tampered, (struct thing_id){5}, STR("5"), NULL, &e), e);
	expect_fault(a, engine, "thing 5: the log knows no such row");
}

/* ---- days and receipts ---- */

static bool close_apply(struct write_job *job, struct err *e)
{
	return audit_close_day(job->env, date_of(job->env->now), job->ctx, e);
}

static int close_days(struct writer *w, struct env *env)
{
	struct err e = {0};
	int n = 0;
	for (bool closed = true; closed;) {
		struct write_job job = {.env = env, .apply = close_apply, .ctx = &closed};
		EXPECT_OK(writer_run(w, &job, &e), e);
		n += closed;
	}
	return n;
}

TEST_BOTH(a_receipt_is_open_before_and_proved_after_the_close)
{
	struct writer *w = start(a, engine);
	struct env env = env_of(a);
	struct err e = {0};
	struct str json;
	bool found = false;
	struct receipt_report rep;
	struct audit_entries log = {0};
	for (int day = 0; day < 3; day++, test_ms += DAY_MS)
		for (int64_t i = 1; i <= 11; i++)
			EXPECT_OK(run(w, &env, &(struct act){.id = day * 100 + i, .name = str_fmt(a, "%d/%d", day, (int)i).p}, &e), e);
	test_ms -= DAY_MS;
	EXPECT_INT(close_days(w, &env), 2);
	writer_stop(w);
	EXPECT(verify(engine).ok && verify(engine).days == 2);
	AUTO_DB db = test_db_again(engine, DB_READ_ONLY);
	env.db = db;
	for (int64_t subject = 1; subject <= 211; subject += 5) {
		if (subject % 100 > 11)
			continue;
		EXPECT_OK(audit_timeline(&env, subject, 0, 10, &log, &e), e);
		EXPECT_OK(audit_receipt(&env, log.v[0].id, &json, &found, &e), e);
		EXPECT_OK(audit_receipt_check(a, json, &rep, &e), e);
		EXPECT_INT(rep.state, subject < 200 ? RECEIPT_PROVED : RECEIPT_OPEN);
		char *flip = (char *)(uintptr_t)(json.p + str_find(json, STR("thing.do")));
		*flip = 'T';
		EXPECT_OK(audit_receipt_check(a, json, &rep, &e), e);
		EXPECT_INT(rep.state, RECEIPT_BROKEN);
	}
	EXPECT_ERR(audit_receipt_check(a, STR("{}"), &rep, &e), e, ERR_INVALID);
	EXPECT_ERR(audit_receipt_check(a, STR("[1,2"), &rep, &e), e, ERR_INVALID);
}
