/* lost_test.c — the writer when PostgreSQL ends its connections: between acts, within them, and at the commit. */
#include "core/audit/audit.h"
#include "core/db/db_testing.h"
#include "core/writer/test_tables.h"
#include "core/writer/thing_sql.h"
#include "core/writer/writer_run.h"
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

extern const struct db_schema db_schema;
static struct id_source ids;

/* Counts thing 1 and adds a note. `lose`: all connections end in the middle of the first run. */
struct act { int64_t note; bool lose, unlogged; int runs; };

static bool do_act(struct write_job *job, struct err *e)
{
	struct act *x = job->ctx;
	struct env *env = job->env;
	x->runs++;
	if (!q_thing_note(env->db, x->note, STR("note"), NULL, e))
		return false;
	if (x->lose && x->runs == 1)
		test_db_lose();
	job->once.answer = STR("done");
	return x->unlogged || (q_thing_count(env->db, (struct thing_id){1}, 1, NULL, e) &&
	                       audit_record(env, &(struct audit_act){.kind = "thing.do", .subject = 1}, NULL, e));
}

static bool add_first(struct write_job *job, struct err *e)
{
	return q_thing_add(job->env->db, (struct thing_id){1}, STR("first"), NULL, e) && audit_record(job->env, &(struct audit_act){.kind = "thing.do", .subject = 1}, NULL, e);
}

static struct env env_of(struct arena *a) { return (struct env){.arena = a, .actor = &actor_program}; }

static struct writer *start(struct arena *a, unsigned threads)
{
	struct err e = {0};
	test_db(a, DB_PG);
	id_source_init(&ids, 1);
	struct writer_config cfg = writer_config_usual(DB_PG, test_db_place());
	cfg.ids = &ids;
	cfg.threads = threads;
	cfg.say_away = 11;
	cfg.say_unsure = 12;
	struct writer *w = NULL;
	struct env env = env_of(a);
	struct write_job job = {.env = &env, .apply = add_first};
	EXPECT_OK(writer_start(&w, &cfg, &e) && writer_run(w, &job, &e), e);
	return w;
}

static bool run(struct writer *w, struct arena *a, struct act *x, const char *key, struct err *e)
{
	struct env env = env_of(a);
	struct write_job job = {.env = &env, .apply = do_act, .ctx = x, .once = {.key = str_from(key)}};
	bool ok = writer_run(w, &job, e);
	CHECK(!ok || !key[0] || str_eq(job.once.answer, STR("done")));
	return ok;
}

/* How often it was counted, noted and logged; the log must hold. */
static void expect_done(struct arena *a, int64_t counted, int64_t noted)
{
	struct err e = {0};
	struct thing_get_row thing = {0};
	struct thing_notes_row notes = {0};
	struct audit_verify v = {0};
	bool found = false;
	AUTO_DB db = test_db_again(DB_PG, DB_READ_ONLY);
	EXPECT_OK(q_thing_get(db, a, (struct thing_id){1}, &thing, &found, &e) && q_thing_notes(db, a, &notes, &found, &e) && audit_verify(db, &db_schema, &v, &e), e);
	EXPECT_INT(thing.count, counted);
	EXPECT_INT(notes.n, noted);
	EXPECT_TEXT(str_from(v.first_fault), "");
	EXPECT_INT(v.entries, counted + 1);
}

TEST_PG(an_idle_writer_connects_again)
{
	struct writer *w = start(a, 4);
	struct err e = {0};
	test_db_lose();
	for (int i = 0; i < 1200 && writer_stats(w).lost < 4; i++)
		nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
	EXPECT_INT(writer_stats(w).lost, 4);
	for (int i = 0; i < 1200 && writer_stats(w).connected < 4; i++)
		nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
	EXPECT_INT(writer_stats(w).connected, 4);
	test_db_lose(); /* and nobody waits for the look of a second */
	EXPECT_OK(run(w, a, &(struct act){.note = 1}, "", &e), e);
	writer_stop(w);
	expect_done(a, 1, 1);
}

TEST_PG(an_act_cut_off_before_its_commit_runs_again)
{
	struct writer *w = start(a, 2);
	struct err e = {0};
	struct act x = {.note = 1, .lose = true}, unlogged = {.note = 2, .lose = true, .unlogged = true};
	EXPECT_OK(run(w, a, &x, "", &e), e);
	EXPECT_OK(run(w, a, &unlogged, "", &e), e);
	EXPECT_INT(x.runs, 2);
	EXPECT_INT(unlogged.runs, 2);
	writer_stop(w);
	expect_done(a, 1, 2);
}

/* At the end of the transaction that notes an odd number the server ends the session, once each. */
static void end_at_commit(void)
{
	test_db_run("create table ended (id bigint); create sequence ended_once;"
	            "create function end_it() returns trigger language plpgsql as $$ begin"
	            " if new.id % 2 = 1 and nextval('ended_once') % 2 = 1 then perform pg_terminate_backend(pg_backend_pid()); perform pg_sleep(5); end if; return null; end $$;"
	            "create constraint trigger end_it after insert on thing_note deferrable initially deferred for each row execute function end_it()");
}

TEST_PG(an_act_cut_off_at_its_commit_is_asked_for)
{
	struct writer *w = start(a, 1);
	struct err e = {0};
	struct act logged = {.note = 1}, keyed = {.note = 3, .unlogged = true}, bare = {.note = 5, .unlogged = true}, again = {.note = 7, .unlogged = true};
	end_at_commit();
	EXPECT_OK(run(w, a, &logged, "", &e), e);
	EXPECT_INT(logged.runs, 2);
	EXPECT_OK(run(w, a, &keyed, "k", &e), e);
	EXPECT_INT(keyed.runs, 2);
	/* It did not take hold; but nothing says so, and so it is not run again. */
	EXPECT_ERR(run(w, a, &bare, "", &e), e, ERR_BUSY);
	EXPECT_INT(e.say, 12);
	EXPECT_INT(bare.runs, 1);
	struct env env = env_of(a);
	test_db_run("select nextval('ended_once')"); /* the one above did not run again */
	EXPECT_OK(writer_run(w, &(struct write_job){.env = &env, .apply = do_act, .ctx = &again, .repeatable = true}, &e), e);
	EXPECT_INT(again.runs, 2);
	EXPECT_INT(writer_stats(w).lost, 4);
	writer_stop(w);
	expect_done(a, 1, 3);
}

TEST_PG(the_lane_is_not_taken_before_the_old_session_has_ended)
{
	struct writer *w = start(a, 1);
	struct err e = {0};
	AUTO_DB other = NULL;
	test_db_lose();
	/* Somebody is faster: our thread may not write beside them. */
	AUTO_ARENA more = arena_new(0);
	bool held = false;
	other = test_db_again(DB_PG, 0);
	for (int i = 0; i < 2400 && !held; i++)
		EXPECT_OK(lane_hold(other, more, 0, 0, &held, &e), e);
	bool ours = !held; /* the thread was faster */
	bool ok = run(w, a, &(struct act){.note = 1}, "", &e);
	EXPECT(ok == ours);
	EXPECT(ours || (e.kind == ERR_BUSY && e.say == 11));
	EXPECT_INT(writer_stats(w).connected, ours);
	db_close(other);
	other = NULL;
	for (int i = 0; i < 1200 && !ok; i++) {
		nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
		ok = run(w, a, &(struct act){.note = 1}, "", &e);
	}
	EXPECT_OK(ok, e);
	writer_stop(w);
	expect_done(a, 1, 1);
}

/* ---- many, while connections are ended all the time ---- */

#define CLIENTS 6
#define ACTS 40 /* a client at least, and until enough connections were lost under them */
#define LOST 5
struct client { struct writer *w; int nr; pthread_t t; };
static _Atomic int busy, acts;

static void *client_main(void *arg)
{
	struct client *c = arg;
	AUTO_ARENA a = arena_new(0);
	for (int i = 0; i < ACTS || writer_stats(c->w).lost < LOST; i++) {
		struct err e = {0};
		struct act x = {.note = 100000 * (c->nr + 1) + i};
		const char *key = str_fmt(a, "%d-%d", c->nr, i).p;
		while (!run(c->w, a, &x, key, &e)) { /* as a client does who got 503 */
			if (e.kind != ERR_BUSY)
				FAIL("act %s: %s", key, e.text);
			atomic_fetch_add(&busy, 1);
			nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
		}
		atomic_fetch_add(&acts, 1);
	}
	return NULL;
}

TEST_PG(under_load_nothing_is_lost_and_nothing_doubled)
{
	struct writer *w = start(a, 4);
	struct client c[CLIENTS];
	for (int i = 0; i < CLIENTS; i++) {
		c[i] = (struct client){.w = w, .nr = i};
		EXPECT_INT(pthread_create(&c[i].t, NULL, client_main, &c[i]), 0);
	}
	while (writer_stats(w).done < CLIENTS * ACTS || writer_stats(w).lost < LOST) {
		test_db_lose();
		nanosleep(&(struct timespec){.tv_nsec = 60000000}, NULL);
	}
	for (int i = 0; i < CLIENTS; i++)
		pthread_join(c[i].t, NULL);
	writer_stop(w);
	expect_done(a, atomic_load(&acts), atomic_load(&acts));
}

TEST_PG(a_pool_opens_again_what_was_lost)
{
	struct err e = {0};
	struct db *out[3];
	test_db(a, DB_PG);
	struct db_pool *p = db_pool_new(DB_PG, test_db_place(), 3);
	struct thing_notes_row row;
	bool found = false;
	for (int i = 0; i < 3; i++)
		EXPECT_OK((out[i] = db_checkout(p, &e)) != NULL, e);
	db_checkin(p, out[0]);
	db_checkin(p, out[1]);
	test_db_lose();
	EXPECT_ERR(q_thing_notes(out[2], a, &row, &found, &e), e, ERR_BUSY); /* that one was being read */
	EXPECT(db_lost(out[2]));
	db_checkin(p, out[2]);
	for (int i = 0; i < 3; i++) {
		EXPECT_OK((out[i] = db_checkout(p, &e)) != NULL, e);
		EXPECT_OK(q_thing_notes(out[i], a, &row, &found, &e), e);
	}
	for (int i = 0; i < 3; i++)
		db_checkin(p, out[i]);
	db_pool_free(p);
}
