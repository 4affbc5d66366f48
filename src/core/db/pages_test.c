/* pages_test.c — a flipped bit anywhere in the database's files: never wrong data, and named. */
#include "core/db/db_testing.h"
#include "core/db/impl.h"
#include "core/db/pages.h"
#include "core/db/whole.h"
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void run(sqlite3 *lite, const char *text)
{
	char *said = NULL;
	if (sqlite3_exec(lite, text, NULL, NULL, &said) != SQLITE_OK)
		FAIL("%s: %s", text, said);
}

static sqlite3 *open_with_sums(const char *path)
{
	sqlite3 *lite = NULL;
	EXPECT_INT(lite_open(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, &lite), SQLITE_OK);
	sqlite3_extended_result_codes(lite, 1);
	run(lite, "pragma journal_mode=wal; pragma secure_delete=on; pragma wal_autocheckpoint=0");
	return lite;
}

/* A table with long rows, an index, a search table, and free pages. */
static void fill(sqlite3 *lite)
{
	run(lite, "create table thing (id integer primary key, name text not null, body blob) strict; create index thing_by_name on thing (name);"
	          "create virtual table find using fts5(words); create table gone (x blob)");
	run(lite, "with recursive n(i) as (select 1 union all select i + 1 from n where i < 300) insert into thing select i, 'tên ' || i, zeroblob(i * 37) from n");
	run(lite, "insert into find (rowid, words) select id, name || ' giấy phép' from thing; insert into gone values (randomblob(60000)); delete from gone");
}

static const char *place(struct arena *a) { return str_fmt(a, "%.*s/x.db", STR_ARG(test_temp_dir(a))).p; }

static int64_t size_of(const char *path)
{
	struct stat st;
	EXPECT_INT(stat(path, &st), 0);
	return st.st_size;
}

static void flip(const char *path, int64_t bit)
{
	int fd = open(path, O_RDWR);
	uint8_t b;
	EXPECT(fd >= 0 && pread(fd, &b, 1, bit / 8) == 1);
	b ^= (uint8_t)(1 << bit % 8);
	EXPECT(pwrite(fd, &b, 1, bit / 8) == 1 && close(fd) == 0);
}

static struct db_whole look(const char *path)
{
	struct err e = {0};
	struct db_whole w;
	EXPECT_OK(db_whole_file(str_from(path), &w, &e), e);
	return w;
}

/* A sum over all that a program could read, or the library's code. */
static int read_all(sqlite3 *lite, int64_t *out)
{
	sqlite3_stmt *s = NULL;
	int code = sqlite3_prepare_v2(lite, "select sum(id * length(body)) + (select count(*) from thing indexed by thing_by_name where name > '') + "
	                                    "(select sum(rowid) from find where find match 'giấy') from thing", -1, &s, NULL);
	if (code == SQLITE_OK && (code = sqlite3_step(s)) == SQLITE_ROW) {
		*out = sqlite3_column_int64(s, 0);
		code = SQLITE_OK;
	}
	sqlite3_finalize(s);
	return code;
}

TEST(a_bit_in_any_page_is_named_and_never_read)
{
	const char *path = place(a);
	sqlite3 *lite = open_with_sums(path);
	int64_t want = 0, got = 0;
	fill(lite);
	EXPECT_INT(read_all(lite, &want), SQLITE_OK);
	sqlite3_close(lite);
	int64_t pages = size_of(path) / PAGE_SIZE, refused = 0;
	EXPECT(pages > 50 && look(path).fault[0] == '\0' && look(path).without_sum == 0);
	srand(7);
	for (int64_t p = 0; p < pages; p += p < 12 ? 1 : 9) {
		int64_t bit = 8 * (p * PAGE_SIZE + rand() % PAGE_SIZE) + rand() % 8;
		flip(path, bit);
		struct db_whole w = look(path);
		if (!strstr(w.fault, str_fmt(a, "page %lld of ", (long long)p + 1).p))
			FAIL("bit %lld: %s", (long long)bit, w.fault);
		EXPECT_INT(lite_open(path, SQLITE_OPEN_READWRITE, &lite), SQLITE_OK);
		if (read_all(lite, &got) == SQLITE_OK)
			EXPECT_INT(got, want);
		else
			refused++;
		sqlite3_close(lite);
		flip(path, bit);
	}
	EXPECT(refused > 20 && refused < pages); /* free pages are not read */
	EXPECT(look(path).fault[0] == '\0');
}

/* As SQLite 3.45 and later read the text of a long row: without the page's tail, past the cache. */
TEST(a_piece_of_a_damaged_page_is_never_read)
{
	const char *path = place(a);
	sqlite3 *lite = open_with_sums(path);
	sqlite3_stmt *s = NULL;
	sqlite3_file *f = NULL;
	uint8_t good[PAGE_SIZE - PAGE_TAIL], got[PAGE_SIZE - PAGE_TAIL] = {0};
	fill(lite);
	run(lite, "pragma wal_checkpoint(truncate)");
	EXPECT_INT(sqlite3_prepare_v2(lite, "select max(pageno) from dbstat where name = 'thing' and pagetype = 'overflow'", -1, &s, NULL), SQLITE_OK);
	EXPECT_INT(sqlite3_step(s), SQLITE_ROW);
	int64_t at = (sqlite3_column_int64(s, 0) - 1) * PAGE_SIZE;
	sqlite3_finalize(s);
	EXPECT_INT(sqlite3_file_control(lite, "main", SQLITE_FCNTL_FILE_POINTER, &f), SQLITE_OK);
	EXPECT_INT(f->pMethods->xRead(f, good, sizeof good, at), SQLITE_OK);
	EXPECT_INT(f->pMethods->xRead(f, got, 100, at + 40), SQLITE_OK);
	EXPECT(memcmp(got, good + 40, 100) == 0);
	flip(path, 8 * (at + 700));
	EXPECT_INT(f->pMethods->xRead(f, got, sizeof got, at), SQLITE_IOERR_DATA);
	EXPECT_INT(pages_damage(lite).page, at / PAGE_SIZE + 1);
	flip(path, 8 * (at + 700));
	EXPECT_INT(f->pMethods->xRead(f, got, sizeof got, at), SQLITE_OK);
	EXPECT(memcmp(got, good, sizeof got) == 0);
	sqlite3_close(lite);
}

TEST(the_owner_of_a_page_is_named)
{
	static const char *const owners[] = {"table thing", "index thing_by_name", "table find_data", "table gone"};
	const char *path = place(a);
	sqlite3 *lite = open_with_sums(path);
	fill(lite);
	for (size_t i = 0; i < ARRAY_LEN(owners); i++) {
		sqlite3_stmt *s = NULL;
		EXPECT_INT(sqlite3_prepare_v2(lite, "select max(pageno) from dbstat where name = ?1", -1, &s, NULL), SQLITE_OK);
		sqlite3_bind_text(s, 1, strchr(owners[i], ' ') + 1, -1, SQLITE_STATIC);
		EXPECT_INT(sqlite3_step(s), SQLITE_ROW);
		int64_t page = sqlite3_column_int64(s, 0);
		sqlite3_finalize(s);
		sqlite3_close(lite);
		flip(path, 8 * ((page - 1) * PAGE_SIZE + 2000));
		struct db_whole w = look(path);
		if (!strstr(w.fault, owners[i]))
			FAIL("%s: %s", owners[i], w.fault);
		flip(path, 8 * ((page - 1) * PAGE_SIZE + 2000));
		lite = open_with_sums(path);
	}
	sqlite3_close(lite);
}

TEST(who_asks_is_told_which_page)
{
	struct err e = {0};
	struct db *db = test_db(a, DB_SQLITE);
	const char *path = test_db_place().p;
	bool busy;
	EXPECT_OK(db_checkpoint(db, DB_CHECKPOINT_TRUNCATE, 0, &busy, &e), e);
	flip(path, 8 * 3000);
	AUTO_DB other = db_open_sqlite(test_db_place(), DB_READ_ONLY, &e);
	EXPECT(!other && e.kind == ERR_INTERNAL && strstr(e.text, "page 1 of ") && strstr(e.text, "is damaged"));
	flip(path, 8 * 3000);
}

/* A clean commit and one that nobody took from the log yet: each frame. */
TEST(a_bit_in_the_log_is_named_and_never_read)
{
	const char *path = place(a), *log = str_fmt(a, "%s-wal", path).p, *shm = str_fmt(a, "%s-shm", path).p, *copy = str_fmt(a, "%s.copy", path).p;
	sqlite3 *lite = open_with_sums(path), *other = NULL;
	int64_t want = 0, got = 0;
	fill(lite);
	EXPECT_INT(read_all(lite, &want), SQLITE_OK);
	int64_t frames = (size_of(log) - WAL_HEAD) / FRAME_SIZE, refused = 0;
	EXPECT(frames > 100);
	srand(11);
	for (int64_t i = 0; i < frames; i += 17) {
		int64_t bit = 8 * (WAL_HEAD + i * FRAME_SIZE + rand() % FRAME_SIZE) + rand() % 8;
		flip(log, bit);
		struct db_whole w = look(path);
		if (!strstr(w.fault, str_fmt(a, "frame %lld of ", (long long)i + 1).p))
			FAIL("bit %lld of frame %lld: %s", (long long)bit, (long long)i, w.fault);
		EXPECT_INT(lite_open(path, SQLITE_OPEN_READWRITE, &other), SQLITE_OK);
		if (read_all(other, &got) == SQLITE_OK)
			EXPECT_INT(got, want);
		else
			refused++;
		sqlite3_close(other);
		flip(log, bit);
	}
	EXPECT(refused > 2 && look(path).fault[0] == '\0');
	/* Without the shared memory, as after a loss of power: only the last commit may be called a cut. */
	EXPECT_INT(system(str_fmt(a, "cp '%s' '%s' && cp '%s' '%s-wal'", path, copy, log, copy).p), 0);
	const char *copied = str_fmt(a, "%s-wal", copy).p;
	EXPECT(access(shm, F_OK) == 0 && look(copy).fault[0] == '\0' && look(copy).unchecked[0] == '\0');
	flip(copied, 8 * 5000);
	EXPECT(strstr(look(copy).fault, "frame 2 of "));
	flip(copied, 8 * 5000);
	flip(copied, 8 * (size_of(copied) - 100));
	EXPECT(look(copy).fault[0] == '\0' && strstr(look(copy).unchecked, "is incomplete"));
	sqlite3_close(lite);
}

/* A transaction larger than the cache writes early, writes over what it wrote, and reads it again; also when it is given up. */
TEST(a_transaction_larger_than_the_cache_reads_what_it_wrote)
{
	const char *path = place(a);
	sqlite3 *lite = open_with_sums(path);
	fill(lite);
	run(lite, "pragma cache_size=10");
	for (int round = 0; round < 4; round++) {
		run(lite, "begin; update thing set body = zeroblob(9000), name = name || 'x'; update thing set name = name || 'y'; savepoint s;"
		          "update thing set body = zeroblob(id), name = name || 'z'; rollback to s; update find set words = words || ' lớn'");
		run(lite, round % 2 ? "commit" : "rollback");
		sqlite3 *other = NULL;
		int64_t got = 0;
		EXPECT_INT(lite_open(path, SQLITE_OPEN_READWRITE, &other), SQLITE_OK);
		EXPECT_INT(read_all(other, &got), SQLITE_OK);
		sqlite3_close(other);
		EXPECT(look(path).fault[0] == '\0');
	}
	run(lite, "pragma integrity_check");
	sqlite3_close(lite);
	EXPECT(look(path).fault[0] == '\0' && look(path).without_sum == 0);
}

/* What is held back of the log is in the file before its new end is told, also where nothing is synced. */
TEST(others_read_what_was_committed_whatever_is_synced)
{
	static const char *const how[] = {"pragma synchronous=full", "pragma synchronous=normal", "pragma synchronous=off"};
	const char *path = place(a);
	sqlite3 *lite = open_with_sums(path), *other = NULL;
	fill(lite);
	EXPECT_INT(lite_open(path, SQLITE_OPEN_READWRITE, &other), SQLITE_OK);
	for (size_t i = 0; i < 3 * ARRAY_LEN(how); i++) {
		int64_t want = 0, got = 0;
		run(lite, how[i % ARRAY_LEN(how)]);
		run(lite, "begin; update thing set body = randomblob(5000) where id % 3 = 0; insert into find (words) values ('giấy mới')");
		run(lite, i % 2 ? "commit" : "rollback");
		EXPECT_INT(read_all(other, &got), SQLITE_OK);
		run(other, "select max(hex(body)) from thing"); /* every page of it */
		EXPECT_INT(read_all(lite, &want), SQLITE_OK);
		EXPECT_INT(got, want);
	}
	sqlite3_close(other);
	sqlite3_close(lite);
	EXPECT(look(path).fault[0] == '\0' && look(path).without_sum == 0);
}

/* `sqlite3` left the last to close after a crash copies our log without sums; that is no damage. */
TEST(pages_that_another_program_copied_are_read)
{
	const char *path = place(a), *copy = str_fmt(a, "%s.copy", path).p;
	sqlite3 *lite = open_with_sums(path), *bare = NULL;
	int64_t want = 0, got = 0;
	fill(lite);
	EXPECT_INT(read_all(lite, &want), SQLITE_OK);
	EXPECT_INT(system(str_fmt(a, "cp '%s' '%s' && cp '%s-wal' '%s-wal'", path, copy, path, copy).p), 0);
	sqlite3_close(lite);
	EXPECT_INT(sqlite3_open(copy, &bare), SQLITE_OK);
	run(bare, "select count(*) from thing");
	sqlite3_close(bare);
	EXPECT(look(copy).fault[0] == '\0' && look(copy).without_sum > 10);
	EXPECT_INT(lite_open(copy, SQLITE_OPEN_READWRITE, &lite), SQLITE_OK);
	EXPECT_INT(read_all(lite, &got), SQLITE_OK);
	EXPECT_INT(got, want);
	sqlite3_close(lite);
}

/* Its last bytes are data: they must neither be taken for sums nor written over. */
TEST(a_file_without_room_for_sums_is_refused_and_left_alone)
{
	struct err e = {0};
	const char *path = place(a);
	sqlite3 *bare = NULL;
	EXPECT_INT(sqlite3_open(path, &bare), SQLITE_OK);
	run(bare, "create table x (y)");
	sqlite3_close(bare);
	struct str before = test_read_file(a, str_from(path));
	AUTO_DB db = db_open_sqlite(str_from(path), DB_CREATE, &e);
	EXPECT(!db && strstr(e.text, "page 1 of "));
	EXPECT_STR(test_read_file(a, str_from(path)), before);
	EXPECT(strstr(look(path).fault, "page 1 of "));
}

/* *lite: a connection past the program's own. */
static struct db *filled(const char *path, sqlite3 **lite)
{
	struct err e = {0};
	*lite = open_with_sums(path);
	fill(*lite);
	struct db *db = db_open_sqlite(str_from(path), DB_READ_ONLY, &e);
	EXPECT_OK(db, e);
	return db;
}

/* What sums cannot see: a program that writes through them and forgets the index or the words. */
TEST(indexes_and_words_are_compared)
{
	struct err e = {0};
	const char *path = place(a);
	struct db_whole w = {0};
	sqlite3 *lite;
	AUTO_DB db = filled(path, &lite);
	EXPECT_OK(db_whole_inside(db, &w, &e), e);
	EXPECT(w.fault[0] == '\0' && w.unchecked[0] == '\0' && w.indexes == 1);
	run(lite, "update find_content set c0 = 'khác' where id = 7");
	EXPECT_OK(db_whole_inside(db, &w, &e), e);
	EXPECT(strstr(w.fault, "search table find "));
	run(lite, "pragma writable_schema=on; update sqlite_schema set sql = 'create table thing (id integer primary key, name text not null, body text) strict' where name = 'thing'");
	w = (struct db_whole){0};
	AUTO_DB again = db_open_sqlite(str_from(path), DB_READ_ONLY, &e);
	EXPECT_OK(again && db_whole_inside(again, &w, &e), e);
	EXPECT(strstr(w.fault, "integrity check: "));
	sqlite3_close(lite);
}

/* The nth instruction of the connection's statements is its last; 0: none. */
static int64_t left, counted;
static int last_one(void *ctx)
{
	(void)ctx;
	counted++;
	return left > 0 && --left == 0;
}

/* Not even the list of what is to be looked at may end early without a word. */
TEST(a_check_that_was_cut_short_says_so)
{
	struct err e = {0};
	const char *path = place(a);
	struct db_whole w = {0};
	sqlite3 *lite;
	AUTO_DB db = filled(path, &lite);
	sqlite3_progress_handler(db->lite, 1, last_one, NULL);
	EXPECT_OK(db_whole_inside(db, &w, &e), e);
	int64_t all = counted;
	for (int64_t n = 1; n <= all; n += n < 20 || n > all - 60 ? 1 : (all - 60 - n) / 10 + 1) {
		left = n;
		EXPECT_ERR(db_whole_inside(db, &w, &e), e, ERR_INTERNAL);
		EXPECT(strstr(e.text, "interrupted"));
	}
	left = 0;
	EXPECT_OK(db_whole_inside(db, &w, &e), e);
	EXPECT_TEXT(str_from(w.fault), "");
	sqlite3_close(lite);
}

TEST_BOTH(a_good_database_is_whole)
{
	struct err e = {0};
	struct db_whole w = {0};
	EXPECT_OK(db_whole_inside(test_db(a, engine), &w, &e), e);
	EXPECT_TEXT(str_from(w.fault), "");
	EXPECT(w.indexes > 3 || (engine == DB_PG && strstr(w.unchecked, "amcheck")));
}

/* An index over a function that gives another value now: what amcheck finds in a damaged one. */
TEST_PG(indexes_are_compared_by_amcheck)
{
	struct err e = {0};
	struct db_whole w = {0}, bad = {0};
	struct db *db = test_db(a, DB_PG);
	test_db_run("create extension amcheck");
	EXPECT_OK(db_whole_inside(db, &w, &e), e);
	EXPECT(w.fault[0] == '\0' && w.indexes > 3 && !strstr(w.unchecked, "amcheck"));
	test_db_run("create function f(int) returns int language sql immutable as 'select $1'; create table bad (x int); create index bad_f on bad (f(x));"
	            "insert into bad select generate_series(1, 500); create or replace function f(int) returns int language sql immutable as 'select $1 % 7'");
	EXPECT_OK(db_whole_inside(db, &bad, &e), e);
	EXPECT(strstr(bad.fault, "index bad_f: "));
	EXPECT_INT(bad.indexes, w.indexes + 1);
}
