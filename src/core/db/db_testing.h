/* db_testing.h — tests that run on both engines.
 *
 *   TEST_BOTH(number_is_unique) { struct db *db = test_db(a, engine); … }
 *
 * registers number_is_unique/sqlite and number_is_unique/pg. MOTCUA_ENGINES=sqlite (or pg) limits to one. PostgreSQL is
 * started by scripts/pg-test when it does not run. */
#pragma once
#include "core/db/db.h"
#include "core/test/test.h"

/* A fresh database of `db_schema`, all migrations applied, writes on logged tables permitted. It is closed and removed
 * when the test ends: do not close it. Once per test. */
struct db *test_db(struct arena *a, enum db_engine engine);
/* The same, empty: for tests of migrations. */
struct db *test_db_empty(struct arena *a, enum db_engine engine);
/* The file or the conninfo of the test's database, for pools and for further connections. */
struct str test_db_place(void);
/* One more connection to it; the caller closes it. */
struct db *test_db_again(enum db_engine engine, unsigned flags);
/* PostgreSQL: statements that no query file may hold, on a connection of their own to the test's database. */
void test_db_run(const char *text);
/* PostgreSQL: ends every session of the test's database but that of test_db(), as a restart of the server does. */
void test_db_lose(void);
/* SQLite: steps of its machine that the connection's statements ran since this was last asked: what grows with the data shows here. */
int64_t test_db_steps(struct db *db);
/* SQLite: how often they gathered rows in memory to sort them, since this was last asked. */
int64_t test_db_sorts(struct db *db);
/* Prepares every query of a file on the engine: test_db_prepares(db, foo_sql). */
void test_db_prepares(struct db *db, const struct db_query *const *queries);

/* Registers the test for each engine that MOTCUA_ENGINES allows. */
void test_register_both(const char *lite, const char *pg, const char *file, int line, int seconds, test_fn *on_lite, test_fn *on_pg);

#define TEST_BOTH_WITH_LIMIT(name, seconds)                                                                         \
	static void both_##name(struct arena *a, enum db_engine engine);                                            \
	static void lite_##name(struct arena *a) { both_##name(a, DB_SQLITE); }                                     \
	static void pg_##name(struct arena *a) { both_##name(a, DB_PG); }                                           \
	__attribute__((constructor)) static void both_reg_##name(void)                                              \
	{                                                                                                           \
		test_register_both(#name "/sqlite", #name "/pg", __FILE__, __LINE__, (seconds), lite_##name, pg_##name); \
	}                                                                                                           \
	static void both_##name(__attribute__((unused)) struct arena *a, __attribute__((unused)) enum db_engine engine)
/* Registers the test for PostgreSQL alone: what SQLite does not have. */
#define TEST_PG(name)                                                                                    \
	static void pg_##name(struct arena *a);                                                          \
	__attribute__((constructor)) static void pg_reg_##name(void)                                     \
	{                                                                                                \
		test_register_both(NULL, #name "/pg", __FILE__, __LINE__, 240, NULL, pg_##name);          \
	}                                                                                                \
	static void pg_##name(__attribute__((unused)) struct arena *a)
#define TEST_BOTH(name) TEST_BOTH_WITH_LIMIT(name, 240)
#define TEST_BOTH_SLOW(name) TEST_BOTH_WITH_LIMIT(name, 600)
