/* db_testing.c — see db_testing.h. One database per test process. */
#include "core/db/db_testing.h"
#include "core/base/hash.h"
#include "core/db/impl.h"
#include "core/db/migrate.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern const struct db_schema db_schema;

static struct db *the_db;
static char place[256], server[128], name[64];

static bool engine_wanted(const char *engine)
{
	const char *list = getenv("MOTCUA_ENGINES");
	return !list || strstr(list, engine);
}

void test_register_both(const char *lite, const char *pg, const char *file, int line, int seconds, test_fn *on_lite, test_fn *on_pg)
{
	if (lite && engine_wanted("sqlite"))
		test_register(lite, file, line, seconds, on_lite);
	if (engine_wanted("pg"))
		test_register(pg, file, line, seconds, on_pg);
}

/* ---- PostgreSQL ---- */

static void start_server(struct arena *a)
{
	FILE *p = popen(str_cstr(a, str_fmt(a, "'%.*s/scripts/pg-test' start", STR_ARG(test_source_dir(a)))), "r");
	if (!p || !fgets(server, sizeof server, p) || pclose(p) != 0 || !strstr(server, "host="))
		FAIL("PostgreSQL does not start: %s", server);
	server[strcspn(server, "\n")] = '\0';
}

static PGconn *connect_to(struct arena *a, const char *database)
{
	PGconn *c = PQconnectdb(str_cstr(a, str_fmt(a, "%s dbname=%s options='-c client_min_messages=warning'", server, database)));
	if (PQstatus(c) != CONNECTION_OK)
		FAIL("PostgreSQL: %s", PQerrorMessage(c));
	return c;
}

static int run(PGconn *c, const char *text)
{
	PGresult *r = PQexec(c, text);
	ExecStatusType st = PQresultStatus(r);
	if (st != PGRES_COMMAND_OK && st != PGRES_TUPLES_OK)
		FAIL("%s: %s", text, PQerrorMessage(c));
	int rows = PQntuples(r);
	PQclear(r);
	return rows;
}

static struct str template_name(struct arena *a)
{
	struct str all = STR("t");
	for (size_t i = 0; i < db_schema.n_migrations; i++)
		all = str_cat(a, all, str_fmt(a, "_%.8s", db_schema.migrations[i].sha256));
	return str_fmt(a, "t_%016llx", (unsigned long long)hash_str(HASH_START, all)); /* a name, not a proof */
}

/* Migrates once per schema; the other tests copy. */
static void make_template(struct arena *a, PGconn *c, const char *t)
{
	run(c, "select pg_advisory_lock(4242)");
	if (run(c, str_cstr(a, str_fmt(a, "select 1 from pg_database where datname = '%s'", t))) == 0) {
		run(c, str_cstr(a, str_fmt(a, "drop database if exists %s_new", t)));
		run(c, str_cstr(a, str_fmt(a, "create database %s_new", t)));
		struct err e = {0};
		struct db *db = db_open_pg(str_fmt(a, "%s dbname=%s_new", server, t), 0, &e);
		EXPECT_OK(db && db_migrate(db, &db_schema, instant_clock(), NULL, &e), e);
		db_close(db);
		run(c, str_cstr(a, str_fmt(a, "alter database %s_new rename to %s", t, t)));
	}
	run(c, "select pg_advisory_unlock(4242)");
}

static void make_pg(struct arena *a, bool empty)
{
	start_server(a);
	PGconn *c = connect_to(a, "postgres");
	snprintf(name, sizeof name, "x_%d", (int)getpid());
	run(c, str_cstr(a, str_fmt(a, "drop database if exists %s", name)));
	const char *t = empty ? "template0" : str_cstr(a, template_name(a));
	if (!empty)
		make_template(a, c, t);
	run(c, str_cstr(a, str_fmt(a, "create database %s template %s", name, t)));
	PQfinish(c);
	snprintf(place, sizeof place, "%s dbname=%s", server, name);
}

/* ---- both ---- */

static void close_all(void)
{
	AUTO_ARENA a = arena_new(0);
	bool pg = the_db->kind == DB_PG;
	db_close(the_db);
	if (!pg)
		return;
	PGconn *c = connect_to(a, "postgres");
	run(c, str_cstr(a, str_fmt(a, "drop database %s with (force)", name)));
	PQfinish(c);
}

struct str test_db_place(void) { return str_from(place); }

struct db *test_db_again(enum db_engine engine, unsigned flags)
{
	struct err e = {0};
	struct db *db = engine == DB_PG ? db_open_pg(test_db_place(), flags, &e) : db_open_sqlite(test_db_place(), flags, &e);
	EXPECT_OK(db != NULL, e);
	db_permit_logged(db, true);
	return db;
}

void test_db_run(const char *text)
{
	AUTO_ARENA a = arena_new(0);
	PGconn *c = connect_to(a, name);
	run(c, text);
	PQfinish(c);
}

void test_db_lose(void)
{
	AUTO_ARENA a = arena_new(0);
	test_db_run(str_fmt(a, "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = current_database() and pid not in (pg_backend_pid(), %d)", db_backend(the_db)).p);
}

static struct db *make(struct arena *a, enum db_engine engine, bool empty)
{
	CHECK(!the_db);
	if (engine == DB_PG)
		make_pg(a, empty);
	else
		snprintf(place, sizeof place, "%.*s/test.db", STR_ARG(test_temp_dir(a)));
	the_db = test_db_again(engine, DB_CREATE);
	atexit(close_all);
	struct err e = {0};
	if (engine == DB_SQLITE && !empty)
		EXPECT_OK(db_migrate(the_db, &db_schema, instant_clock(), NULL, &e), e);
	return the_db;
}

struct db *test_db(struct arena *a, enum db_engine engine) { return make(a, engine, false); }
struct db *test_db_empty(struct arena *a, enum db_engine engine) { return make(a, engine, true); }

static int64_t counted(struct db *db, int what)
{
	int64_t n = 0;
	for (sqlite3_stmt *s = sqlite3_next_stmt(db->lite, NULL); s; s = sqlite3_next_stmt(db->lite, s))
		n += sqlite3_stmt_status(s, what, 1);
	return n;
}

int64_t test_db_steps(struct db *db) { return counted(db, SQLITE_STMTSTATUS_VM_STEP); }
int64_t test_db_sorts(struct db *db) { return counted(db, SQLITE_STMTSTATUS_SORT); }

void test_db_prepares(struct db *db, const struct db_query *const *queries)
{
	for (; *queries; queries++) {
		struct err e = {0};
		EXPECT_OK(db_prepare(db, *queries, &e), e);
	}
}
