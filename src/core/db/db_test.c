/* db_test.c — the same data and the same queries on both engines. */
#include "core/db/db_testing.h"
#include "core/db/id.h"
#include "core/db/impl.h"
#include "core/db/migrate.h"
#include "core/db/ports.h"
#include "core/db/probe_sql.h"
#include "core/db/test_tables.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define BYTES(literal) ((struct str){literal, sizeof literal - 1})
static const struct unit_id unit_a = {1}, unit_b = {2};

static void add_unit(struct db *db, struct unit_id id, const char *name)
{
	struct err e = {0};
	EXPECT_OK(q_unit_add(db, id, str_from(name), NULL, &e), e);
}

static struct item_add_in item_with(int64_t id, const char *title)
{
	return (struct item_add_in){.id = {id}, .unit = unit_a, .title = str_from(title), .count = id, .made = {1000 * id}, .day = {(int32_t)id},
	                            .fee = {id * 10}, .body = STR("")};
}

static void add_item(struct db *db, int64_t id, const char *title)
{
	struct err e = {0};
	struct item_add_in in = item_with(id, title);
	EXPECT_OK(q_item_add(db, &in, NULL, &e), e);
}

static struct item_get_row get(struct arena *a, struct db *db, int64_t id)
{
	struct err e = {0};
	struct item_get_row row;
	bool found;
	EXPECT_OK(q_item_get(db, a, (struct item_id){id}, &row, &found, &e), e);
	EXPECT(found);
	return row;
}

static struct db *fresh(struct arena *a, enum db_engine engine)
{
	struct db *db = test_db(a, engine);
	add_unit(db, unit_a, "Phòng A");
	add_unit(db, unit_b, "Phòng B");
	db_touched_clear(db);
	return db;
}

TEST_BOTH(every_query_prepares) { test_db_prepares(test_db(a, engine), probe_sql); }

TEST_BOTH(nulls_come_back_as_nulls)
{
	struct db *db = fresh(a, engine);
	add_item(db, 7, "một");
	struct item_get_row r = get(a, db, 7);
	EXPECT_INT(r.id.v, 7);
	EXPECT_INT(r.parent.v, 0);
	EXPECT(!r.note.p && !r.data.p && !r.seal.p && !r.colour.p);
	EXPECT(!r.answered.has && !r.score.has && !r.due.has && !r.last_day.has && !r.paid.has);
	EXPECT(r.body.p && r.body.n == 0);
}

TEST_BOTH(limits_come_back)
{
	struct db *db = fresh(a, engine);
	add_item(db, 1, "cha");
	struct item_add_in in = {.id = {INT64_MAX}, .unit = unit_b, .parent = {1}, .title = STR("Đơn \"khiếu nại\" \\ 'x' 🌾"), .note = STR(""), .urgent = true,
		.answered = OPT_BOOL(false), .count = INT64_MIN, .score = OPT_INT(INT64_MAX), .made = {INT64_MAX}, .due = OPT_INSTANT(((struct instant){-1})),
		.day = {INT32_MIN}, .last_day = OPT_DATE(((struct date){INT32_MAX})), .fee = {0}, .paid = OPT_MONEY(((struct money){-5})),
		.data = STR("{\"a\":1}"), .body = BYTES("a\0b\377"), .seal = BYTES("")};
	struct err e = {0};
	int64_t changed;
	EXPECT_OK(q_item_add(db, &in, &changed, &e), e);
	EXPECT_INT(changed, 1);
	struct item_get_row r = get(a, db, INT64_MAX);
	EXPECT_INT(r.parent.v, 1);
	EXPECT_STR(r.title, in.title);
	EXPECT(r.note.p && r.note.n == 0);
	EXPECT(r.urgent && r.answered.has && !r.answered.v);
	EXPECT_INT(r.count, INT64_MIN);
	EXPECT_INT(r.score.v, INT64_MAX);
	EXPECT_INT(r.made.ms, INT64_MAX);
	EXPECT_INT(r.due.v.ms, -1);
	EXPECT_INT(r.day.day, INT32_MIN);
	EXPECT_INT(r.last_day.v.day, INT32_MAX);
	EXPECT_INT(r.paid.v.dong, -5);
	EXPECT_STR(r.data, in.data);
	EXPECT_STR(r.body, in.body);
	EXPECT(r.seal.p && r.seal.n == 0);
}

TEST_BOTH(no_row_is_no_error)
{
	struct db *db = fresh(a, engine);
	struct err e = {0};
	struct item_get_row row;
	bool found = true;
	EXPECT_OK(q_item_get(db, a, (struct item_id){9}, &row, &found, &e), e);
	EXPECT(!found);
	int64_t changed = 5;
	EXPECT_OK(q_item_remove(db, (struct item_id){9}, &changed, &e), e);
	EXPECT_INT(changed, 0);
	size_t n;
	db_touched(db, &n);
	EXPECT_INT(n, 0);
}

TEST_BOTH(text_orders_by_bytes)
{
	struct db *db = fresh(a, engine);
	const char *titles[] = {"ả", "b", "Z", "a", "đ", "d", "Đ", "ă", "", "aa"};
	for (size_t i = 0; i < ARRAY_LEN(titles); i++)
		add_item(db, (int64_t)i + 1, titles[i]);
	struct item_list_rows rows;
	struct err e = {0};
	EXPECT_OK(q_item_list(db, a, (struct unit_id){0}, INT64_MIN, 100, ITEM_LIST_BY_TITLE, &rows, &e), e);
	EXPECT_INT(rows.n, ARRAY_LEN(titles));
	for (size_t i = 1; i < rows.n; i++)
		EXPECT(str_cmp(rows.v[i - 1].title, rows.v[i].title) < 0);
	EXPECT_OK(q_item_list(db, a, unit_a, 5, 3, ITEM_LIST_BY_COUNT, &rows, &e), e);
	EXPECT_INT(rows.n, 3);
	EXPECT_INT(rows.v[0].id.v, 10);
	EXPECT_OK(q_item_list(db, a, unit_b, 0, 3, ITEM_LIST_BY_COUNT, &rows, &e), e);
	EXPECT_INT(rows.n, 0);
}

TEST_BOTH(totals_and_outer_joins)
{
	struct db *db = fresh(a, engine);
	struct item_totals_row t;
	bool found;
	struct err e = {0};
	EXPECT_OK(q_item_totals(db, a, &t, &found, &e), e);
	EXPECT(found && t.n == 0 && !t.fees.has && !t.mean.has);
	add_item(db, 1, "x");
	add_item(db, 123456, "y");
	EXPECT_OK(q_item_totals(db, a, &t, &found, &e), e);
	EXPECT_INT(t.n, 2);
	EXPECT_INT(t.fees.v.dong, 1234570);
	EXPECT_INT(t.mean.v, 123456);
	struct unit_with_items_rows u;
	EXPECT_OK(q_unit_with_items(db, a, &u, &e), e);
	EXPECT_INT(u.n, 3);
	EXPECT(u.v[0].title.p && !u.v[2].title.p);
	struct item_open_list_rows o;
	EXPECT_OK(q_item_open_list(db, a, &o, &e), e);
	EXPECT_TEXT(o.v[1].unit_name, "Phòng A");
}

TEST_BOTH(a_cursor_reads_all_in_constant_memory)
{
	struct db *db = fresh(a, engine);
	struct err e = {0};
	AUTO_CURSOR c = {0};
	EXPECT_OK(q_item_numbers(db, 20000, &c, &e), e);
	struct item_numbers_row row;
	int64_t n = 0;
	while (db_next(&c, &row)) {
		EXPECT_INT(row.n, ++n);
		EXPECT(arena_used(c.arena) < 200);
	}
	EXPECT_OK(db_end(&c, &e), e);
	EXPECT_INT(n, 20000);
}

TEST_BOTH(a_cursor_closed_early_frees_the_connection)
{
	struct db *db = fresh(a, engine);
	struct err e = {0};
	{
		AUTO_CURSOR c = {0};
		EXPECT_OK(q_item_numbers(db, 100000, &c, &e), e);
		struct item_numbers_row row;
		EXPECT(db_next(&c, &row));
		if (engine == DB_PG) {
			bool found;
			struct scratch_count_row s;
			EXPECT_ERR(q_scratch_count(db, a, &s, &found, &e), e, ERR_INTERNAL);
		}
	}
	add_item(db, 1, "sau");
	EXPECT_TEXT(get(a, db, 1).title, "sau");
}

TEST_BOTH(constraints_are_conflicts)
{
	struct db *db = fresh(a, engine);
	struct err e = {0};
	add_item(db, 1, "một");
	struct item_add_in in = item_with(1, "hai");
	EXPECT_ERR(q_item_add(db, &in, NULL, &e), e, ERR_CONFLICT); /* the key */
	in = item_with(2, "một");
	EXPECT_ERR(q_item_add(db, &in, NULL, &e), e, ERR_CONFLICT); /* unique (unit, title) */
	in = item_with(2, "hai");
	in.unit = (struct unit_id){99};
	EXPECT_ERR(q_item_add(db, &in, NULL, &e), e, ERR_CONFLICT); /* no such unit */
	in.unit = unit_a;
	in.fee.dong = -1;
	EXPECT_ERR(q_item_add(db, &in, NULL, &e), e, ERR_CONFLICT); /* check */
	EXPECT(!db_retryable(db));
	size_t n;
	db_touched(db, &n);
	EXPECT_INT(n, 1);
}

TEST_BOTH(touched_rows_are_listed_once)
{
	struct db *db = fresh(a, engine);
	struct err e = {0};
	int64_t changed;
	add_item(db, 1, "a");
	add_item(db, 2, "b");
	EXPECT_OK(q_item_retitle(db, STR("c"), (struct item_id){1}, STR("a"), &changed, &e), e);
	EXPECT_INT(changed, 1);
	EXPECT_OK(q_item_retitle(db, STR("c"), (struct item_id){2}, STR("wrong"), &changed, &e), e);
	EXPECT_INT(changed, 0);
	struct item_score_row s;
	bool found;
	EXPECT_OK(q_item_score(db, a, (struct item_id){2}, 5, &s, &found, &e), e);
	EXPECT(found && s.score.v == 5);
	size_t n;
	const struct db_touch *t = db_touched(db, &n);
	EXPECT_INT(n, 2);
	EXPECT(t[0].table == &table_item && t[0].id == 1 && t[1].id == 2);
	EXPECT_OK(q_scratch_put(db, STR("x"), 1, NULL, &e), e);
	db_touched(db, &n);
	EXPECT_INT(n, 2);
}

TEST_BOTH(writes_need_permission)
{
	struct db *db = fresh(a, engine);
	struct err e = {0};
	db_permit_logged(db, false);
	EXPECT_ERR(q_unit_add(db, (struct unit_id){5}, STR("x"), NULL, &e), e, ERR_INTERNAL);
	EXPECT_OK(q_scratch_put(db, STR("x"), 1, NULL, &e), e);
	AUTO_DB ro = test_db_again(engine, DB_READ_ONLY);
	EXPECT_ERR(q_scratch_put(ro, STR("x"), 2, NULL, &e), e, ERR_INTERNAL);
	struct scratch_count_row row;
	bool found;
	EXPECT_OK(q_scratch_count(ro, a, &row, &found, &e), e);
	EXPECT_INT(row.n, 1);
}

static int64_t count_scratch(struct arena *a, struct db *db)
{
	struct scratch_count_row row;
	bool found;
	struct err e = {0};
	EXPECT_OK(q_scratch_count(db, a, &row, &found, &e), e);
	return row.n;
}

TEST_BOTH(open_transactions_roll_back)
{
	struct db *db = fresh(a, engine);
	struct err e = {0};
	{
		AUTO_TX tx = {0};
		EXPECT_OK(db_begin(db, &tx, &e), e);
		add_item(db, 1, "a");
		EXPECT(db_in_tx(db));
	}
	size_t n;
	db_touched(db, &n);
	EXPECT(n == 0 && !db_in_tx(db));
	AUTO_TX tx = {0};
	EXPECT_OK(db_begin(db, &tx, &e), e);
	EXPECT_OK(q_scratch_put(db, STR("kept"), 1, NULL, &e), e);
	{
		AUTO_TX sp = {0};
		EXPECT_OK(db_savepoint(db, &sp, &e), e);
		EXPECT_OK(q_scratch_put(db, STR("lost"), 1, NULL, &e), e);
		EXPECT_ERR(q_unit_add(db, unit_a, STR("twice"), NULL, &e), e, ERR_CONFLICT);
	}
	AUTO_TX sp2 = {0};
	EXPECT_OK(db_savepoint(db, &sp2, &e), e);
	EXPECT_OK(q_scratch_put(db, STR("kept"), 2, NULL, &e), e);
	EXPECT_OK(db_commit(&sp2, &e), e);
	EXPECT_OK(db_commit(&tx, &e), e);
	AUTO_DB other = test_db_again(engine, DB_READ_ONLY);
	EXPECT_INT(count_scratch(a, other), 2);
}

TEST_BOTH(a_snapshot_sees_one_moment)
{
	struct db *db = fresh(a, engine);
	struct err e = {0};
	AUTO_DB reader = test_db_again(engine, DB_READ_ONLY);
	AUTO_TX tx = {0};
	EXPECT_OK(db_begin_snapshot(reader, &tx, &e), e);
	EXPECT_INT(count_scratch(a, reader), 0);
	EXPECT_OK(q_scratch_put(db, STR("later"), 1, NULL, &e), e);
	EXPECT_INT(count_scratch(a, reader), 0);
	EXPECT_OK(db_commit(&tx, &e), e);
	EXPECT_INT(count_scratch(a, reader), 1);
}

/* On PostgreSQL each statement of a page has a moment of its own. */
TEST_BOTH(a_page_is_of_one_moment)
{
	struct db *db = fresh(a, engine);
	struct err e = {0};
	AUTO_DB reader = test_db_again(engine, DB_READ_ONLY);
	bool one = engine == DB_SQLITE;
	db_moment(reader);
	EXPECT(!db_in_tx(reader)); /* who reads nothing holds nothing */
	EXPECT_OK(q_scratch_put(db, STR("before"), 1, NULL, &e), e);
	EXPECT_INT(count_scratch(a, reader), 1); /* it begins with the first statement */
	EXPECT_OK(q_scratch_put(db, STR("meanwhile"), 1, NULL, &e), e);
	EXPECT_INT(count_scratch(a, reader), one ? 1 : 2);
	AUTO_TX tx = {0};
	if (one)
		EXPECT(!db_begin_snapshot(reader, &tx, &e) && e.kind == ERR_INTERNAL);
	db_moment_end(reader);
	EXPECT(!db_in_tx(reader));
	EXPECT_INT(count_scratch(a, reader), 2); /* without a moment, and again in the next */
	db_moment(reader);
	EXPECT_INT(count_scratch(a, reader), 2);
	db_moment_end(reader);
	db_moment_end(reader); /* harmless */
}

TEST_BOTH(each_moment_has_a_number_of_its_own)
{
	struct db *db = fresh(a, engine);
	AUTO_DB reader = test_db_again(engine, DB_READ_ONLY);
	EXPECT(db_moment_number(reader) == 0);
	db_moment(reader);
	uint64_t first = db_moment_number(reader);
	EXPECT_INT(count_scratch(a, reader), 0);
	EXPECT(first != 0 && db_moment_number(reader) == first && db_moment_number(db) == 0);
	db_moment_end(reader);
	EXPECT(db_moment_number(reader) == 0);
	db_moment(reader);
	EXPECT(db_moment_number(reader) != 0 && db_moment_number(reader) != first);
	db_moment_end(reader);
}

/* What a page reads holds the log back until it ends, and no longer; and a failed statement ends no moment. */
TEST(a_moment_holds_the_log_no_longer_than_it_lasts)
{
	struct db *db = fresh(a, DB_SQLITE);
	struct err e = {0};
	bool busy = false;
	AUTO_DB reader = test_db_again(DB_SQLITE, DB_READ_ONLY);
	struct scratch_count_row row;
	bool found;
	db_moment(reader);
	EXPECT_INT(count_scratch(a, reader), 0);
	EXPECT_OK(q_scratch_put(db, STR("meanwhile"), 1, NULL, &e), e);
	EXPECT_OK(db_checkpoint(db, DB_CHECKPOINT_TRUNCATE, 10, &busy, &e), e);
	EXPECT(busy);
	db_fault_at(reader, 1);
	EXPECT(!q_scratch_count(reader, a, &row, &found, &e));
	db_fault_at(reader, 0);
	EXPECT_INT(count_scratch(a, reader), 0);
	db_moment_end(reader);
	EXPECT_OK(db_checkpoint(db, DB_CHECKPOINT_TRUNCATE, 10, &busy, &e), e);
	EXPECT(!busy);
	EXPECT_INT(count_scratch(a, reader), 1);
}

TEST_BOTH(numbers_count_up)
{
	struct db *db = fresh(a, engine);
	struct number_next_row row;
	bool found;
	struct err e = {0};
	for (int64_t i = 1; i <= 3; i++) {
		EXPECT_OK(q_number_next(db, a, STR("2026"), &row, &found, &e), e);
		EXPECT_INT(row.value, i);
	}
	struct engine_name_row name;
	EXPECT_OK(q_engine_name(db, a, &name, &found, &e), e);
	EXPECT_TEXT(name.engine, engine == DB_PG ? "pg" : "sqlite");
}

TEST_BOTH(faults_strike_once_and_lose_nothing)
{
	struct db *db = fresh(a, engine);
	for (int64_t n = 1;; n++) {
		struct err e = {0};
		AUTO_TX tx = {0};
		db_fault_at(db, n);
		bool ok = db_begin(db, &tx, &e) && q_scratch_put(db, STR("f"), 2 * n, NULL, &e) && q_scratch_put(db, STR("f"), 2 * n + 1, NULL, &e) &&
		          db_commit(&tx, &e);
		bool hit = db_fault_hit(db);
		db_rollback(&tx);
		db_fault_at(db, 0);
		EXPECT(ok == !hit);
		EXPECT_INT(count_scratch(a, db), ok ? 2 : 0);
		EXPECT(n <= 5);
		if (ok)
			return;
	}
}

/* The library has no memory for the statement, which is as if it were not allowed. */
static int denied;
static int deny_rollback(void *ctx, int action, const char *what, const char *a, const char *b, const char *c)
{
	(void)ctx, (void)a, (void)b, (void)c;
	return (action == SQLITE_TRANSACTION || action == SQLITE_SAVEPOINT) && strcmp(what, "ROLLBACK") == 0 && denied-- > 0 ? SQLITE_DENY : SQLITE_OK;
}

static void half_an_act(struct db *db, bool within)
{
	struct err e = {0};
	AUTO_TX all = {0}, one = {0};
	EXPECT_OK(db_begin(db, &all, &e), e);
	EXPECT_OK(!within || db_savepoint(db, &one, &e), e);
	EXPECT_OK(q_scratch_put(db, STR("half"), 1, NULL, &e), e);
	if (!within)
		return;
	db_rollback(&one);
	EXPECT_OK(db_commit(&all, &e), e);
}

TEST(half_an_act_is_undone_though_its_undoing_fails_once)
{
	struct db *db = fresh(a, DB_SQLITE);
	sqlite3_set_authorizer(db->lite, deny_rollback, NULL);
	for (int within = 0; within < 2; within++) {
		denied = 1;
		half_an_act(db, within);
		EXPECT(denied < 1);
		EXPECT_INT(count_scratch(a, db), 0);
		EXPECT(sqlite3_get_autocommit(db->lite));
	}
	sqlite3_set_authorizer(db->lite, NULL, NULL);
}

TEST(no_process_goes_on_with_half_an_act)
{
	struct db *db = fresh(a, DB_SQLITE);
	for (int within = 0; within < 2; within++) {
		int status = 0;
		fflush(NULL);
		pid_t pid = fork();
		EXPECT(pid >= 0);
		if (pid == 0) {
			sqlite3_set_authorizer(db->lite, deny_rollback, NULL);
			denied = 1000;
			half_an_act(db, within);
			_exit(0);
		}
		EXPECT(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	}
	EXPECT_INT(count_scratch(a, db), 0);
}

/* As SQLite does when the disk is full. A savepoint alone would be a transaction, and what is done in it committed past all others. */
TEST(a_savepoint_needs_a_transaction_that_is_still_there)
{
	struct db *db = fresh(a, DB_SQLITE);
	struct err e = {0};
	AUTO_TX tx = {0}, sp = {0};
	EXPECT_OK(db_begin(db, &tx, &e), e);
	EXPECT_INT(sqlite3_exec(db->lite, "rollback", NULL, NULL, NULL), SQLITE_OK);
	EXPECT_ERR(db_savepoint(db, &sp, &e), e, ERR_INTERNAL);
	EXPECT(!db_commit(&tx, &e) && !db_in_tx(db));
	EXPECT_OK(db_begin(db, &tx, &e) && db_savepoint(db, &sp, &e) && db_commit(&sp, &e) && db_commit(&tx, &e), e);
}

/* Digests are the same on both engines: this one was computed apart from this program over the bytes that row.c documents. */
TEST_BOTH(digests_are_the_same_on_both_engines)
{
	struct db *db = fresh(a, engine);
	struct err e = {0};
	uint8_t one[32], two[32], zero[32] = {0};
	EXPECT_OK(db_row_digest(db, &table_unit, 1, one, &e), e);
	EXPECT_TEXT(hex_encode(a, one, 32), "4a795649f6508153a70bf21a0a506efc7b47e88936fb4a6d9e18360b11035139");
	EXPECT_OK(db_row_digest(db, &table_unit, 99, one, &e), e);
	EXPECT(memcmp(one, zero, 32) == 0);
	add_item(db, 1, "a");
	add_item(db, 2, "a2");
	EXPECT_OK(db_row_digest(db, &table_item, 2, one, &e), e);
	AUTO_DIGESTS d = {0};
	EXPECT_OK(db_digests_open(db, &table_item, &d, &e), e);
	int64_t id = 0;
	EXPECT(db_digests_next(&d, &id, two) && id == 1);
	EXPECT(memcmp(one, two, 32) != 0);
	EXPECT(db_digests_next(&d, &id, two) && id == 2);
	EXPECT(memcmp(one, two, 32) == 0);
	EXPECT(!db_digests_next(&d, &id, two));
	EXPECT_OK(db_digests_end(&d, &e), e);
	EXPECT_OK(q_item_retitle(db, STR("b"), (struct item_id){2}, STR("a2"), NULL, &e), e);
	EXPECT_OK(db_row_digest(db, &table_item, 2, two, &e), e);
	EXPECT(memcmp(one, two, 32) != 0);
}

TEST_BOTH(rows_as_json_and_csv)
{
	struct db *db = fresh(a, engine);
	struct err e = {0};
	struct item_add_in in = item_with(9007199254740993, "=1+\"x\"\n\x01");
	in.day.day = 20000;
	in.count = -3;
	in.data = STR("[1]");
	in.due = OPT_INSTANT(((struct instant){0}));
	in.made.ms = 1;
	in.fee.dong = 12;
	in.body = BYTES("\0\377");
	EXPECT_OK(q_item_add(db, &in, NULL, &e), e);
	struct item_get_row r = get(a, db, 9007199254740993);
	struct buf b = buf_on(a);
	db_row_json(&b, &query_item_get, &r);
	EXPECT_TEXT(buf_str(&b), "{\"id\":\"9007199254740993\",\"unit\":\"1\",\"parent\":null,\"title\":\"=1+\\\"x\\\"\\u000a\\u0001\",\"note\":null,\"urgent\":false,"
	            "\"answered\":null,\"count\":-3,\"score\":null,\"made\":\"1970-01-01T07:00:00.001+07:00\",\"due\":\"1970-01-01T07:00:00+07:00\",\"day\":\"2024-10-04\","
	            "\"last_day\":null,\"fee\":12,\"paid\":null,\"data\":[1],\"body\":\"AP8=\",\"seal\":null,\"colour\":null}");
	b = buf_on(a);
	db_csv_header(&b, &query_item_list);
	struct item_list_row l = {{5}, STR("a;\"b"), 3};
	db_row_csv(&b, &query_item_list, &l);
	l.title = STR("-2");
	l.count = -2;
	db_row_csv(&b, &query_item_list, &l);
	EXPECT_TEXT(buf_str(&b), "id,title,count\r\n5,\"a;\"\"b\",3\r\n5,\"'-2\",-2\r\n");
}

/* ---- migrations ---- */

TEST_BOTH(migrations_apply_once)
{
	struct db *db = test_db_empty(a, engine);
	struct err e = {0};
	size_t n, first;
	EXPECT_OK(db_migrate_plan(db, &db_schema, &first, &n, &e), e);
	EXPECT(first == 0 && n == db_schema.n_migrations);
	EXPECT_ERR(db_schema_check(db, &db_schema, &e), e, ERR_CONFLICT);
	struct db_schema early = db_schema;
	early.n_migrations = 2;
	EXPECT_OK(db_migrate(db, &early, instant_clock(), &n, &e), e);
	EXPECT_INT(n, 2);
	add_unit(db, unit_a, "giữ");
	EXPECT_OK(db_migrate(db, &db_schema, instant_clock(), &n, &e), e);
	EXPECT_INT(n, db_schema.n_migrations - 2);
	EXPECT_OK(db_migrate(db, &db_schema, instant_clock(), &n, &e), e);
	EXPECT_INT(n, 0);
	EXPECT_OK(db_schema_check(db, &db_schema, &e), e);
	EXPECT_ERR(db_schema_check(db, &early, &e), e, ERR_CONFLICT);
	EXPECT(str_find(str_from(e.text), STR("newer")) >= 0);
	EXPECT_ERR(q_unit_add(db, unit_a, STR("x"), NULL, &e), e, ERR_CONFLICT);
}

TEST_BOTH(changed_or_failing_migrations_are_refused)
{
	struct db *db = test_db_empty(a, engine);
	struct err e = {0};
	size_t n;
	EXPECT_OK(db_migrate(db, &db_schema, instant_clock(), &n, &e), e);
	struct db_migration m[8];
	memcpy(m, db_schema.migrations, db_schema.n_migrations * sizeof m[0]);
	struct db_schema s = {m, db_schema.n_migrations, db_schema.tables, db_schema.n_tables};
	m[1].sha256 = m[0].sha256;
	EXPECT_ERR(db_migrate(db, &s, instant_clock(), &n, &e), e, ERR_CONFLICT);
	EXPECT(str_find(str_from(e.text), STR("was changed")) >= 0);
	m[1] = db_schema.migrations[1];
	m[s.n_migrations++] = (struct db_migration){99, "0099_bad", "00", "create table half (n integer) strict; broken", "create table half (n bigint); broken"};
	EXPECT_ERR(db_migrate(db, &s, instant_clock(), &n, &e), e, ERR_INTERNAL);
	m[s.n_migrations - 1].sqlite = m[s.n_migrations - 1].pg = "create table half (n integer)";
	EXPECT_OK(db_migrate(db, &s, instant_clock(), &n, &e), e); /* the half that was done is gone */
	EXPECT_INT(n, 1);
}

/* The engine's own catalogue against the one that sqlgen read from the migrations. */
TEST_BOTH(columns_are_as_declared)
{
	struct db *db = test_db(a, engine);
	struct err e = {0};
	struct catalogue_columns_rows rows;
	EXPECT_OK(q_catalogue_columns(db, a, &rows, &e), e);
	size_t seen = 0, declared = 0;
	for (size_t t = 0; t < db_schema.n_tables; t++) {
		const struct db_table *table = db_schema.tables[t];
		declared += table->n_columns;
		size_t at = 0;
		for (size_t i = 0; i < rows.n; i++) {
			if (!str_eq(rows.v[i].table_name, str_from(table->name)))
				continue;
			EXPECT(at < table->n_columns);
			const struct db_field *f = &table->columns[at++];
			const char *storage = f->type == DB_TEXT || f->type == DB_JSON ? "text" : f->type == DB_BYTES || f->type == DB_HASH || f->type == DB_PACKED || f->type == DB_WORD ? "blob" : "integer";
			EXPECT_TEXT(rows.v[i].column_name, f->name);
			EXPECT_TEXT(rows.v[i].storage, storage);
			EXPECT_INT(rows.v[i].required, !f->nullable);
			seen++;
		}
	}
	EXPECT_INT(seen, declared);
	EXPECT_INT(seen, rows.n);
}

TEST_BOTH(indexes_are_the_same)
{
	struct db *db = test_db(a, engine);
	struct err e = {0};
	struct catalogue_indexes_rows rows;
	EXPECT_OK(q_catalogue_indexes(db, a, &rows, &e), e);
	struct buf b = buf_on(a);
	for (size_t i = 0; i < rows.n; i++)
		buf_fmt(&b, "%.*s(%.*s)%s ", STR_ARG(rows.v[i].table_name), STR_ARG(rows.v[i].column_names), rows.v[i].is_unique ? " unique" : "");
	EXPECT_TEXT(buf_str(&b), "item(unit,made,id) item(unit,title) unique scratch(n) unit(name) unique ");
}

/* ---- pool, ids ---- */

struct borrower { struct db_pool *pool; size_t done; };

static void *borrow(void *p)
{
	struct borrower *b = p;
	for (; b->done < 50; b->done++) {
		struct err e = {0};
		AUTO_ARENA a = arena_new(0);
		struct db *db = db_checkout(b->pool, &e);
		EXPECT_OK(db != NULL, e);
		EXPECT_INT(count_scratch(a, db), 0);
		db_checkin(b->pool, db);
	}
	return NULL;
}

TEST_BOTH(a_pool_serves_more_threads_than_connections)
{
	fresh(a, engine);
	struct db_pool *pool = db_pool_new(engine, test_db_place(), 2);
	struct borrower b[6];
	pthread_t t[6];
	for (size_t i = 0; i < 6; i++) {
		b[i] = (struct borrower){pool, 0};
		CHECK(pthread_create(&t[i], NULL, borrow, &b[i]) == 0);
	}
	for (size_t i = 0; i < 6; i++) {
		pthread_join(t[i], NULL);
		EXPECT_INT(b[i].done, 50);
	}
	db_pool_free(pool);
}

TEST_BOTH(those_out_for_long_leave_the_others_to_pages)
{
	struct err e = {0};
	struct db *slow[2], *more = NULL, *page[6];
	fresh(a, engine);
	struct db_pool *pool = db_pool_new(engine, test_db_place(), 8);
	for (size_t i = 0; i < ARRAY_LEN(slow); i++)
		EXPECT_OK(db_checkout_long(pool, &slow[i], &e), e);
	EXPECT(!db_checkout_long(pool, &more, &e) && !more && e.kind == ERR_BUSY);
	for (size_t i = 0; i < ARRAY_LEN(page); i++)
		EXPECT((page[i] = db_checkout(pool, &e)) != NULL); /* none waits */
	for (size_t i = 0; i < ARRAY_LEN(page); i++)
		db_checkin(pool, page[i]);
	db_checkin_long(pool, slow[0]);
	EXPECT_OK(db_checkout_long(pool, &more, &e), e);
	db_checkin_long(pool, more);
	db_checkin_long(pool, slow[1]);
	db_pool_free(pool);
}

TEST(a_missing_file_is_an_error)
{
	struct err e = {0};
	EXPECT(db_open_sqlite(STR("/nonexistent/x.db"), 0, &e) == NULL);
	EXPECT_INT(e.kind, ERR_INTERNAL);
}

TEST_BOTH(a_locked_row_or_file_is_busy)
{
	struct db *db = fresh(a, engine);
	struct err e = {0};
	if (engine != DB_SQLITE)
		return;
	AUTO_TX tx = {0};
	EXPECT_OK(db_begin(db, &tx, &e), e);
	AUTO_DB other = test_db_again(engine, 0);
	AUTO_TX second = {0};
	EXPECT_ERR(db_begin(other, &second, &e), e, ERR_BUSY); /* after the busy timeout */
	EXPECT(db_retryable(other));
}

static struct id_source source;

static void *make_ids(void *out)
{
	int64_t *ids = out;
	for (size_t i = 0; i < 20000; i++)
		ids[i] = id_new(&source, (struct instant){ID_EPOCH_MS + 5 + (int64_t)i % 3});
	return NULL;
}

static int by_value(const void *x, const void *y)
{
	int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;
	return (a > b) - (a < b);
}

TEST(ids_are_unique_and_increase)
{
	id_source_init(&source, 255);
	int64_t *ids = NEW_ARRAY(a, 80000, int64_t);
	pthread_t t[4];
	for (size_t i = 0; i < 4; i++)
		CHECK(pthread_create(&t[i], NULL, make_ids, ids + 20000 * i) == 0);
	for (size_t i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	for (size_t i = 1; i < 80000; i++)
		EXPECT(i % 20000 == 0 || ids[i] > ids[i - 1]);
	qsort(ids, 80000, sizeof *ids, by_value);
	for (size_t i = 0; i < 80000; i++)
		EXPECT(ids[i] > 0 && ((ids[i] >> 14) & 255) == 255 && (i == 0 || ids[i] != ids[i - 1]));
	struct instant now = {ID_EPOCH_MS + 1000000};
	EXPECT_INT(id_instant(id_new(&source, now)).ms, now.ms);
}

/* What the library makes of the words, of several machines, and of a service file. */
TEST(the_ports_of_a_database)
{
	static const struct { const char *place; uint16_t first, second; size_t n; } cases[] = {
		{"host=/run/postgresql dbname=x", 0, 0, 0}, {"dbname=x", 0, 0, 0}, {"host=db.example.invalid", 5432, 0, 1}, {"host=127.0.0.1 port=5433", 5433, 0, 1},
		{"hostaddr=192.0.2.1 port=6000", 6000, 0, 1}, {"host=127.0.0.1,127.0.0.2 port=5433,5434", 5433, 5434, 2}, {"host=/tmp,127.0.0.1 port=5440", 5440, 0, 1},
		{"postgres://127.0.0.1:7000/x", 7000, 0, 1}, {"service=far", 7777, 0, 1}};
	const char *file = str_fmt(a, "%.*s/services", STR_ARG(test_temp_dir(a))).p;
	FILE *f = fopen(file, "w");
	EXPECT(f && fputs("[far]\nhost=127.0.0.1\nport=7777\n", f) >= 0 && fclose(f) == 0);
	EXPECT(setenv("PGSERVICEFILE", file, 1) == 0);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		uint16_t ports[4] = {0};
		size_t n = db_ports(DB_PG, cases[i].place, ports, ARRAY_LEN(ports));
		if (n != cases[i].n || ports[0] != cases[i].first || ports[1] != cases[i].second)
			FAIL("%s: %zu ports, %u %u", cases[i].place, n, (unsigned)ports[0], (unsigned)ports[1]);
	}
	EXPECT_INT(db_ports(DB_SQLITE, "/x", NULL, 0), 0);
	unsetenv("PGSERVICEFILE");
}
