/* wal_test.c — SQLite's write-ahead log stays short, or the writer says why it writes nothing. */
#include "core/audit/audit.h"
#include "core/db/db_testing.h"
#include "core/writer/test_tables.h"
#include "core/writer/thing_sql.h"
#include "core/writer/writer_run.h"
#include <signal.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MB ((int64_t)1 << 20)
#define NAME_BYTES 20000
#define SLACK (2 * MB) /* one batch and the index pages it takes along */

extern const struct db_schema db_schema;

static struct id_source ids;

static struct writer *start(int64_t wal_max)
{
	struct err e = {0};
	struct writer *w = NULL;
	struct writer_config cfg = writer_config_usual(DB_SQLITE, test_db_place());
	id_source_init(&ids, 1);
	cfg.ids = &ids;
	cfg.wal_max = wal_max;
	EXPECT_OK(writer_start(&w, &cfg, &e), e);
	return w;
}

static bool add(struct write_job *job, struct err *e)
{
	char name[NAME_BYTES];
	int64_t id = *(int64_t *)job->ctx;
	memset(name, 'a' + (int)(id % 26), sizeof name);
	struct str s = str_fmt(job->env->arena, "%lld %.*s", (long long)id, (int)sizeof name, name);
	return q_thing_add(job->env->db, (struct thing_id){id}, s, NULL, e) &&
	       audit_record(job->env, &(struct audit_act){.kind = "thing.add", .subject = id}, NULL, e);
}

static bool write_one(struct writer *w, int64_t id, struct err *e)
{
	AUTO_ARENA a = arena_new(0);
	struct env env = {.arena = a, .actor = &actor_program};
	struct write_job job = {.env = &env, .apply = add, .ctx = &id};
	*e = (struct err){0};
	return writer_run(w, &job, e);
}

static void expect_good(int64_t entries)
{
	struct err e = {0};
	struct audit_verify v = {0};
	AUTO_DB db = test_db_again(DB_SQLITE, DB_READ_ONLY);
	EXPECT_OK(audit_verify(db, &db_schema, &v, &e), e);
	EXPECT_TEXT(str_from(v.first_fault), "");
	EXPECT_INT(v.entries, entries);
}

TEST(the_log_stays_short_under_many_writes)
{
	struct err e = {0};
	test_db(a, DB_SQLITE);
	struct writer *w = start(16 * MB); /* restarted from 4 MB */
	int64_t longest = 0;
	for (int64_t id = 1; id <= 1500; id++) { /* about 45 MB */
		EXPECT_OK(write_one(w, id, &e), e);
		int64_t n = db_wal_file_bytes(test_db_place());
		longest = n > longest ? n : longest;
	}
	struct writer_stats s = writer_stats(w);
	EXPECT(s.wal_checkpoints > 2 && s.wal_restarts > 2 && !s.wal_full);
	if (longest > 8 * MB + SLACK) /* a slow disk: half of the cap */
		FAIL("the log grew to %lld bytes", (long long)longest);
	writer_stop(w);
	expect_good(1500);
}

/* What stands below counts pages that were written into the database and are not on the disk yet. */
static sqlite3_vfs *usual, counting;
static const sqlite3_io_methods *usual_methods;
static _Atomic int64_t unsynced, most_for_writer;

static int count_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
	unsynced++;
	return usual_methods->xWrite(f, p, n, at);
}

static int count_sync(sqlite3_file *f, int flags)
{
	char name[16] = "";
	int64_t n = atomic_exchange(&unsynced, 0);
	prctl(PR_GET_NAME, name);
	if (strcmp(name, "writer") == 0 && n > most_for_writer)
		most_for_writer = n;
	return usual_methods->xSync(f, flags);
}

static int count_open(sqlite3_vfs *v, sqlite3_filename name, sqlite3_file *f, int flags, int *out)
{
	static sqlite3_io_methods methods;
	(void)v;
	int code = usual->xOpen(usual, name, f, flags, out);
	if (code == SQLITE_OK && flags & SQLITE_OPEN_MAIN_DB) {
		usual_methods = f->pMethods;
		methods = *usual_methods;
		methods.xWrite = count_write;
		methods.xSync = count_sync;
		f->pMethods = &methods;
	}
	return code;
}

TEST(the_writer_waits_for_the_disk_for_little_of_what_is_copied)
{
	struct err e = {0};
	usual = sqlite3_vfs_find(NULL);
	counting = *usual;
	counting.zName = "counting";
	counting.xOpen = count_open;
	sqlite3_vfs_register(&counting, 1);
	test_db(a, DB_SQLITE);
	struct writer *w = start(40 * MB); /* begun anew from 10 MB */
	most_for_writer = 0;
	for (int64_t id = 1; id <= 1200; id++)
		EXPECT_OK(write_one(w, id, &e), e);
	struct writer_stats s = writer_stats(w);
	EXPECT(s.wal_restarts > 0 && most_for_writer > 0);
	if (most_for_writer * 4096 > 2 * MB + SLACK)
		FAIL("the writer waited for %lld pages", (long long)most_for_writer);
	writer_stop(w);
	expect_good(1200);
	sqlite3_vfs_register(usual, 1);
}

TEST(a_long_reader_meets_the_cap_and_is_named)
{
	struct err e = {0};
	int64_t id = 1;
	test_db(a, DB_SQLITE);
	struct writer *w = start(16 * MB);
	EXPECT_OK(write_one(w, id++, &e), e);
	AUTO_DB reader = test_db_again(DB_SQLITE, DB_READ_ONLY);
	AUTO_TX tx = {0};
	EXPECT_OK(db_begin_snapshot(reader, &tx, &e), e);
	bool long_before = writer_log_is_long(w);
	while (id < 3000 && write_one(w, id, &e))
		id++;
	EXPECT(!long_before && writer_log_is_long(w));
	EXPECT_INT(e.kind, ERR_BUSY);
	EXPECT(strstr(e.text, "log has 1") != NULL && strstr(e.text, "reads it for long") != NULL);
	EXPECT(writer_stats(w).wal_full);
	int64_t bytes = db_wal_file_bytes(test_db_place());
	EXPECT(bytes >= 16 * MB && bytes < 16 * MB + SLACK);
	EXPECT_ERR(writer_empty_log(w, &e), e, ERR_BUSY);
	EXPECT(!write_one(w, id, &e));
	EXPECT_INT(db_wal_file_bytes(test_db_place()), bytes);
	EXPECT_OK(db_commit(&tx, &e), e); /* the reader goes: writing goes on */
	bool ok = false;
	for (int i = 0; i < 40 && !ok; i++) {
		ok = write_one(w, id, &e);
		if (!ok)
			nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
	}
	EXPECT_OK(ok, e);
	EXPECT(!writer_stats(w).wal_full);
	EXPECT_OK(writer_empty_log(w, &e), e);
	EXPECT_INT(db_wal_file_bytes(test_db_place()), 0);
	writer_stop(w);
	expect_good(id);
}

/* A child writes beside a reader that keeps the log, tells how far it got, and is killed. */
__attribute__((noreturn)) static void child_main(int tell)
{
	struct err e = {0};
	struct writer *w = start(200 * MB);
	struct db *reader = test_db_again(DB_SQLITE, DB_READ_ONLY);
	struct db_tx tx = {0};
	CHECK(db_begin_snapshot(reader, &tx, &e));
	for (int64_t id = 1;; id++)
		CHECK(write_one(w, id, &e) && write(tell, &id, sizeof id) == sizeof id);
}

TEST(after_a_kill_with_a_long_log_the_start_is_clean)
{
	struct err e = {0};
	int ends[2], status = 0;
	int64_t id = 0;
	test_db(a, DB_SQLITE);
	EXPECT(pipe(ends) == 0);
	pid_t pid = fork();
	if (pid == 0)
		child_main(ends[1]);
	close(ends[1]);
	while (id < 1000 && read(ends[0], &id, sizeof id) == sizeof id)
		;
	kill(pid, SIGKILL);
	for (int64_t more; read(ends[0], &more, sizeof more) == sizeof more;)
		id = more;
	close(ends[0]);
	EXPECT(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status));
	EXPECT(id >= 1000);
	EXPECT(db_wal_file_bytes(test_db_place()) > 20 * MB);
	struct writer *w = start(64 * MB);
	EXPECT_INT(db_wal_file_bytes(test_db_place()), 0);
	bool again = write_one(w, 1000000, &e);
	writer_stop(w);
	EXPECT_OK(again, e);
	AUTO_DB db = test_db_again(DB_SQLITE, DB_READ_ONLY);
	struct thing_get_row row;
	for (int64_t i = 1; i <= id; i++) {
		bool found = false;
		struct arena_mark m = arena_mark(a);
		EXPECT_OK(q_thing_get(db, a, (struct thing_id){i}, &row, &found, &e), e);
		EXPECT(found);
		arena_rewind(a, m);
	}
	struct audit_verify v = {0};
	EXPECT_OK(audit_verify(db, &db_schema, &v, &e), e);
	EXPECT(v.ok && v.entries >= id + 1 && v.entries <= id + 2); /* one act may have been kept and not told */
}
