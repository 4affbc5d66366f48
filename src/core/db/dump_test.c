/* dump_test.c — PostgreSQL's dump and restore, interrupted and given up. */
#include "core/db/db_testing.h"
#include "core/db/impl.h"
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

struct taken { struct buf all; int pieces, give_up_at; };

static bool take(void *ctx, const void *p, size_t n, struct err *e)
{
	struct taken *t = ctx;
	buf_put(&t->all, (struct str){p, n});
	return ++t->pieces != t->give_up_at || err_set(e, ERR_BUSY, "the disk is full");
}

static void nothing(int signal) { (void)signal; }

/* Each millisecond a signal that ends whatever call waits. */
static void interrupt(bool on)
{
	struct sigaction act = {.sa_handler = nothing};
	struct itimerval each = {{0, on ? 1000 : 0}, {0, on ? 1000 : 0}};
	sigaction(SIGALRM, &act, NULL);
	EXPECT_INT(setitimer(ITIMER_REAL, &each, NULL), 0);
}

TEST_PG(a_dump_is_whole_though_signals_interrupt_it)
{
	struct err e = {0};
	struct db *db = test_db(a, DB_PG);
	struct taken calm = {.all = buf_on(a)}, stirred = {.all = buf_on(a)};
	EXPECT_OK(db_dump(db, take, &calm, &e), e);
	interrupt(true);
	bool ok = db_dump(db, take, &stirred, &e);
	interrupt(false);
	EXPECT_OK(ok, e);
	EXPECT(str_starts(buf_str(&calm.all), STR("PGDMP")));
	EXPECT_INT(stirred.all.n, calm.all.n);
}

TEST_PG(a_dump_that_is_given_up_says_why)
{
	struct err e = {0};
	struct taken t = {.all = buf_on(a), .give_up_at = 1};
	EXPECT_ERR(db_dump(test_db(a, DB_PG), take, &t, &e), e, ERR_BUSY);
	EXPECT_TEXT(str_from(e.text), "the disk is full");
}

static int64_t number(PGconn *c, const char *text)
{
	PGresult *r = PQexec(c, text);
	if (PQresultStatus(r) != PGRES_TUPLES_OK)
		FAIL("%s: %s", text, PQerrorMessage(c));
	int64_t n = strtoll(PQgetvalue(r, 0, 0), NULL, 10);
	PQclear(r);
	return n;
}

/* All of its bytes were given before somebody found that they are not to be trusted. It waits for a table of the same name meanwhile, as it
 * might for anything. */
TEST_PG(a_restore_that_is_given_up_commits_nothing)
{
	struct err e = {0};
	struct db *db = test_db(a, DB_PG);
	struct taken t = {.all = buf_on(a)};
	struct db_load load;
	struct str into = str_fmt(a, "into_%d", db_backend(db));
	EXPECT_OK(db_dump(db, take, &t, &e), e);
	test_db_run(str_fmt(a, "create database %.*s template template0", STR_ARG(into)).p);
	struct db *to = db_open_pg(str_fmt(a, "%.*s dbname=%.*s", STR_ARG(test_db_place()), STR_ARG(into)), 0, &e);
	PGconn *held = PQconnectdb(str_fmt(a, "%.*s dbname=%.*s", STR_ARG(test_db_place()), STR_ARG(into)).p);
	EXPECT(to && PQstatus(held) == CONNECTION_OK);
	PQclear(PQexec(held, "begin; create table unit (x int)"));
	signal(SIGPIPE, SIG_IGN);
	EXPECT_OK(db_load_begin(to, &load, &e), e);
	bool ok = db_load(&load, t.all.p, t.all.n, &e);
	while (ok && number(held, "select count(*) from pg_locks where not granted") == 0)
		nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
	EXPECT(!db_load_end(&load, false, &e) && ok);
	PQclear(PQexec(held, "rollback"));
	while (number(held, "select count(*) from pg_stat_activity where datname = current_database() and application_name = 'pg_restore'"))
		nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
	EXPECT_INT(number(held, "select count(*) from pg_tables where schemaname = 'public'"), 0);
	PQfinish(held);
	db_close(to);
	test_db_run(str_fmt(a, "drop database %.*s", STR_ARG(into)).p);
}
