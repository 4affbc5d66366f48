/* powercut_test.c — nothing acknowledged is lost when the power goes; and the test notices when the disk lies.
 *
 * A child files acts (rows and log through core/writer) and files (core/blob) from three threads, checkpoints now and then,
 * and tells each act to its parent by a pipe after it was acknowledged. At a random call the disk of disk.h stops. The parent opens what
 * was on the platter: every act told is there, every file that a row names is whole, and the record verifies.
 *
 * The rounds of backup also keep an archive (core/archive) and make one backup after the other. After the cut each folder that says it is a
 * backup is one, each that was told is there, the archive goes on where it was, and leads from the backup to every act that was told. */
#include "core/archive/archive.h"
#include "core/audit/audit.h"
#include "core/blob/blob.h"
#include "core/db/migrate.h"
#include "core/db/whole.h"
#include "core/test/test.h"
#include "core/writer/test_tables.h"
#include "core/writer/thing_sql.h"
#include "core/writer/writer_run.h"
#include "disk.h"
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define THREADS 3
#define CALLS_MAX 900
#define CALLS_MAX_BACKUP 3000
#define BACKUPS_MAX 200

extern const struct db_schema db_schema;

struct round { struct str dir, live, after, db; uint64_t seed; bool lying, backup; };

/* ---- the child ---- */

struct child { struct writer *w; struct blob_store *blobs; struct id_source ids; int tell; const struct round *r; struct key key; struct keyring *keys; struct wal_archive *archive; };
struct act { int64_t id; struct str name; };

static bool apply(struct write_job *job, struct err *e)
{
	struct act *x = job->ctx;
	return q_thing_add(job->env->db, (struct thing_id){x->id}, x->name, NULL, e) &&
	       audit_record(job->env, &(struct audit_act){.kind = "thing.add", .subject = x->id}, NULL, e);
}

static struct str store_something(struct child *c, struct arena *a, int64_t id)
{
	struct err e = {0};
	struct blob_info info;
	struct str bytes = crypto_random_str(a, (size_t)(id % 100000) + 1);
	CHECK(blob_store_bytes(c->blobs, bytes, &(struct blob_put){.key = id % 2 ? &c->key : NULL, .quarantine = id % 5 == 0}, &info, &e));
	CHECK(id % 5 != 0 || blob_release(c->blobs, info.address, &e));
	return digest_hex(a, info.address);
}

static void *act_forever(void *arg)
{
	struct child *c = arg;
	for (;;) {
		AUTO_ARENA a = arena_new(0);
		struct env env = {.arena = a, .actor = &actor_program};
		struct act x = {.id = id_new(&c->ids, instant_clock())};
		x.name = str_fmt(a, "%lld", (long long)x.id);
		if (x.id % 3)
			x.name = store_something(c, a, x.id);
		struct write_job job = {.env = &env, .apply = apply, .ctx = &x};
		struct err e = {0};
		CHECK(writer_run(c->w, &job, &e));
		CHECK(write(c->tell, &x.id, sizeof x.id) == sizeof x.id);
	}
	return NULL;
}

static void checkpoint_forever(struct child *c)
{
	struct err e = {0};
	struct db *db = db_open_sqlite(c->r->db, DB_BATCH, &e);
	CHECK(db);
	for (bool busy;;) {
		usleep(3000);
		CHECK(db_checkpoint(db, DB_CHECKPOINT_RESTART, 5000, &busy, &e));
	}
}

/* In between the numbers of acts: -2n - 1 before backup n, -2n - 2 after it. */
static void tell(const struct child *c, int64_t what) { CHECK(write(c->tell, &what, sizeof what) == sizeof what); }

static void backup_forever(struct child *c)
{
	AUTO_ARENA a = arena_new(0);
	for (int64_t n = 0; n < BACKUPS_MAX; n++) {
		struct err e = {0};
		struct backup_report report;
		const struct backup_config cfg = {.db = c->r->db.p, .blobs = c->r->dir.p, .to = str_fmt(a, "%s/backup-%lld", c->r->live.p, (long long)n).p, .archive = str_cat(a, c->r->live, STR("/archive")).p,
		                                  .marker = str_cat(a, c->r->live, STR("/archive.chain")).p, .keys = c->keys, .ops = &disk_file_ops, .now = instant_clock()};
		tell(c, -2 * n - 1);
		CHECK(backup_write(&cfg, &report, &e));
		tell(c, -2 * n - 2);
	}
	pause();
}

static struct wal_archive *archive_of(struct arena *a, struct str top, const struct keyring *keys, const struct file_ops *ops)
{
	return wal_archive_new(&(struct wal_archive_config){.dir = str_cat(a, top, STR("/archive")).p, .db = str_cat(a, top, STR("/db")).p, .blobs = str_cat(a, top, STR("/blobs")).p,
	                                            .marker = str_cat(a, top, STR("/archive.chain")).p, .keys = keys, .ops = ops, .every_ms = 20, .keep_ms = DAY_MS});
}

__attribute__((noreturn)) static void child_main(const struct round *r, int tell)
{
	static struct child c;
	struct err e = {0};
	pthread_t threads[THREADS];
	c.tell = tell;
	c.r = r;
	c.key = key_new();
	id_source_init(&c.ids, 1);
	disk_start(&(struct disk_config){.live = r->live.p, .after = r->after.p, .seed = r->seed, .lying = r->lying,
	                                 .cut_at = 30 + (int64_t)(r->seed * 2654435761u % (r->backup ? CALLS_MAX_BACKUP : CALLS_MAX))});
	disk_vfs_register();
	struct writer_config cfg = writer_config_usual(DB_SQLITE, r->db);
	cfg.ids = &c.ids;
	if (r->backup) {
		c.keys = keyring_load(str_cat(arena_new(0), r->live, STR("/master.key")).p, &e);
		cfg.archive = c.archive = archive_of(arena_new(0), r->live, c.keys, &disk_file_ops);
		cfg.wal_max = 1 << 20;
	}
	CHECK(blob_store_new(&c.blobs, str_from(r->dir.p), &disk_file_ops, &e) && writer_start(&c.w, &cfg, &e));
	for (int i = 0; i < THREADS; i++)
		CHECK(pthread_create(&threads[i], NULL, act_forever, &c) == 0);
	if (r->backup)
		backup_forever(&c);
	checkpoint_forever(&c);
	_exit(3);
}

/* ---- the parent ---- */

struct told { int64_t ids[10000]; size_t n; };

static struct round prepare(struct arena *a, uint64_t seed, bool lying, bool backup)
{
	struct err e = {0};
	struct str top = str_fmt(a, "%.*s/%llu-%d%d", STR_ARG(test_temp_dir(a)), (unsigned long long)seed, lying, backup);
	struct round r = {.seed = seed, .lying = lying, .backup = backup, .live = str_cat(a, top, STR("/live")), .after = str_cat(a, top, STR("/after"))};
	r.db = str_cat(a, r.live, STR("/db"));
	r.dir = str_cat(a, r.live, STR("/blobs"));
	EXPECT(mkdir(top.p, 0700) == 0 && mkdir(r.live.p, 0700) == 0 && mkdir(r.after.p, 0700) == 0);
	EXPECT_OK(!backup || keyring_create(str_cat(a, r.live, STR("/master.key")).p, &e), e);
	AUTO_DB db = db_open_sqlite(r.db, DB_CREATE, &e);
	EXPECT(db != NULL);
	EXPECT_OK(db_migrate(db, &db_schema, instant_clock(), NULL, &e), e);
	return r;
}

static void run_child(const struct round *r, struct told *told)
{
	int ends[2], status = 0;
	EXPECT(pipe(ends) == 0);
	pid_t pid = fork();
	EXPECT(pid >= 0);
	if (pid == 0) {
		close(ends[0]);
		child_main(r, ends[1]);
	}
	close(ends[1]);
	int64_t id;
	for (told->n = 0; read(ends[0], &id, sizeof id) == sizeof id && told->n < ARRAY_LEN(told->ids);)
		told->ids[told->n++] = id;
	close(ends[0]);
	EXPECT(waitpid(pid, &status, 0) == pid);
	EXPECT(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static bool all_told(struct db *db, struct arena *a, const struct told *told, struct err *e)
{
	for (size_t i = 0; i < told->n; i++) {
		struct thing_get_row row;
		bool found = false;
		if (told->ids[i] < 0)
			continue;
		if (!q_thing_get(db, a, (struct thing_id){told->ids[i]}, &row, &found, e))
			return false;
		if (!found)
			return err_set(e, ERR_NOT_FOUND, "act %zu of %zu is lost", i + 1, told->n);
	}
	return true;
}

/* Also of acts that were not told: a row never names a file that is not there. */
static bool all_files(struct db *db, struct arena *a, struct str dir, struct err *e)
{
	struct blob_store *s = NULL;
	struct thing_list_rows rows = {0};
	struct digest d;
	bool good = true, ok = q_thing_list(db, a, &rows, e) && blob_store_new(&s, dir, NULL, e);
	for (size_t i = 0; ok && good && i < rows.n; i++)
		if (digest_from_hex(rows.v[i].name, &d))
			ok = blob_check(s, d, &good, e);
	blob_store_free(s);
	return ok && (good || err_set(e, ERR_NOT_FOUND, "a file is lost"));
}

static bool only_good(void *ctx, const struct blob_seen *b, struct err *e)
{
	bool good = b->quarantined;
	return (good || blob_check(ctx, b->address, &good, e)) && (good || err_set(e, ERR_NOT_FOUND, "half a file under its name"));
}

static bool no_half_files(struct str dir, struct err *e)
{
	struct blob_store *s = NULL;
	bool ok = blob_store_new(&s, dir, NULL, e) && blob_each(s, only_good, s, e);
	blob_store_free(s);
	return ok;
}

/* Half a page after a cut in a checkpoint is no damage while the log has it; after the next checkpoint every page has its sum. */
static bool whole(struct str place, struct db_whole *out, struct err *e)
{
	return db_whole_file(place, out, e) && (!out->fault[0] || err_set(e, ERR_INTERNAL, "%s", out->fault));
}

static bool check(struct arena *a, const struct round *r, const struct told *told, struct err *e)
{
	struct str place = str_cat(a, r->after, STR("/db"));
	struct db_whole before, after;
	if (!whole(place, &before, e))
		return false;
	AUTO_DB db = db_open_sqlite(place, 0, e);
	struct str dir = str_cat(a, r->after, STR("/blobs"));
	struct audit_verify v = {0};
	if (!db || !all_told(db, a, told, e) || !all_files(db, a, dir, e) || !no_half_files(dir, e) || !audit_verify(db, &db_schema, &v, e))
		return false;
	bool busy;
	if (!v.ok)
		return err_set(e, ERR_INTERNAL, "%s", v.first_fault);
	if (!db_checkpoint(db, DB_CHECKPOINT_TRUNCATE, 0, &busy, e))
		return false;
	db_close(db);
	db = NULL;
	return whole(place, &after, e) && (after.without_sum == 0 || err_set(e, ERR_INTERNAL, "%lld pages without a sum", (long long)after.without_sum));
}

/* ---- backups and the archive ---- */

static struct told until_backup(const struct told *told, int64_t n, bool *ended)
{
	struct told out = {.n = 0};
	bool begun = false;
	*ended = false;
	for (size_t i = 0; i < told->n; i++) {
		begun = begun || told->ids[i] == -2 * n - 1;
		*ended = *ended || told->ids[i] == -2 * n - 2;
		if (!begun && told->ids[i] > 0)
			out.ids[out.n++] = told->ids[i];
	}
	return out;
}

/* Into a folder of its own; all told acts, their files, a good record. */
static bool good_again(struct arena *a, const struct round *r, struct restore_config cfg, const struct told *told, struct err *e)
{
	static int made;
	struct str to = str_fmt(a, "%.*s/again-%d", STR_ARG(r->after), made++);
	struct restore_report report;
	struct audit_verify v = {0};
	struct db_whole w;
	CHECK(mkdir(to.p, 0700) == 0);
	cfg.db = str_cat(a, to, STR("/db")).p;
	cfg.blobs = str_cat(a, to, STR("/blobs")).p;
	if (!restore_read(&cfg, &report, e) || !whole(str_from(cfg.db), &w, e))
		return false;
	AUTO_DB db = db_open_sqlite(str_from(cfg.db), 0, e);
	if (!db || !all_told(db, a, told, e) || !all_files(db, a, str_from(cfg.blobs), e) || !audit_verify(db, &db_schema, &v, e))
		return false;
	return v.ok || err_set(e, ERR_INTERNAL, "%s", v.first_fault);
}

/* The disk that matters is the one that was cut: what is made of it afterwards need not be synced. */
static int no_sync(void *ctx, int fd) { (void)ctx, (void)fd; return 0; }
static int no_sync_dir(void *ctx, const char *path) { (void)ctx, (void)path; return 0; }

static const struct file_ops *quick(void)
{
	static struct file_ops ops;
	ops = file_ops_system;
	ops.sync = no_sync;
	ops.sync_dir = ops.sync_tree = no_sync_dir;
	return &ops;
}

/* *last: the newest that is one. */
static bool check_backups(struct arena *a, const struct round *r, const struct told *told, const struct keyring *keys, struct str *last, struct err *e)
{
	bool ended;
	for (int64_t n = 0; n < BACKUPS_MAX; n++) {
		struct str from = str_fmt(a, "%.*s/backup-%lld", STR_ARG(r->after), (long long)n);
		struct told before = until_backup(told, n, &ended);
		bool says = access(str_cat(a, from, STR("/backup.txt")).p, F_OK) == 0;
		if (ended && !says)
			return err_set(e, ERR_NOT_FOUND, "backup %lld was told and is none", (long long)n);
		if (says && !good_again(a, r, (struct restore_config){.from = from.p, .keys = keys, .ops = quick()}, &before, e))
			return err_wrap(e, from.p);
		*last = says ? from : *last;
	}
	return true;
}

static struct str file_text(struct arena *a, struct str top) { return test_read_file(a, str_cat(a, top, STR("/archive.chain"))); }

/* The archive takes what the cut left in the log; then it leads to all that was told. */
static bool check_archive(struct arena *a, const struct round *r, const struct told *told, const struct keyring *keys, struct str backup, struct err *e)
{
	if (access(str_cat(a, r->after, STR("/archive.chain")).p, F_OK) != 0)
		return true; /* cut before the chain began */
	struct str chain = file_text(a, r->after), folder = str_cat(a, r->after, STR("/archive"));
	mkdir(folder.p, 0700); /* the disk keeps no empty folders */
	mkdir(str_fmt(a, "%.*s/%.*s", STR_ARG(folder), STR_ARG(chain)).p, 0700);
	struct wal_archive *x = archive_of(a, r->after, keys, quick());
	bool ok = wal_archive_start(x, e);
	wal_archive_free(x);
	if (!ok)
		return false;
	if (!str_eq(chain, file_text(a, r->after)))
		return err_set(e, ERR_INTERNAL, "the chain was lost");
	return !backup.n || good_again(a, r, (struct restore_config){.from = backup.p, .keys = keys, .ops = quick(), .archive = folder.p, .to_moment = true, .at.ms = instant_clock().ms + DAY_MS}, told, e);
}

static bool check_all(struct arena *a, const struct round *r, const struct told *told, struct err *e)
{
	struct str last = STR_NONE;
	AUTO_KEYRING keys = keyring_load(str_cat(a, r->after, STR("/master.key")).p, e);
	return keys && check_backups(a, r, told, keys, &last, e) && check_archive(a, r, told, keys, last, e) && check(a, r, told, e);
}

/* MOTCUA_CUTS=31-60: other rounds than the usual ones. */
static void rounds_wanted(uint64_t from, uint64_t to, uint64_t *first, uint64_t *last)
{
	const char *text = getenv("MOTCUA_CUTS");
	if (text && sscanf(text, "%" SCNu64 "-%" SCNu64, &from, &to) != 2)
		FAIL("MOTCUA_CUTS is FIRST-LAST");
	*first = from;
	*last = to;
}

TEST_SLOW(what_was_acknowledged_survives_the_cut)
{
	static struct told told;
	size_t acts = 0;
	uint64_t first, last;
	rounds_wanted(1, 22, &first, &last);
	for (uint64_t seed = first; seed <= last; seed++) {
		struct err e = {0};
		struct round r = prepare(a, seed, false, false);
		run_child(&r, &told);
		acts += told.n;
		if (!check(a, &r, &told, &e))
			FAIL("seed %llu: %s", (unsigned long long)seed, e.text);
	}
	EXPECT(acts > 10 * (last - first));
	printf("# %zu acts acknowledged before %llu cuts\n", acts, (unsigned long long)(last - first + 1));
}

TEST_SLOW(a_disk_that_does_not_sync_is_found_out)
{
	static struct told told;
	int lost = 0;
	for (uint64_t seed = 1; seed <= 10; seed++) {
		struct err e = {0};
		struct round r = prepare(a, seed, true, false);
		run_child(&r, &told);
		lost += told.n > 0 && !check(a, &r, &told, &e);
	}
	EXPECT(lost >= 8);
}

TEST_SLOW(backups_and_the_archive_are_whole_after_the_cut)
{
	static struct told told;
	uint64_t first, last;
	int backups = 0;
	rounds_wanted(23, 30, &first, &last);
	for (uint64_t seed = first; seed <= last; seed++) {
		struct err e = {0};
		struct round r = prepare(a, seed, false, true);
		run_child(&r, &told);
		for (size_t i = 0; i < told.n; i++)
			backups += told.ids[i] < 0 && told.ids[i] % 2 == 0;
		if (!check_all(a, &r, &told, &e))
			FAIL("seed %llu: %s", (unsigned long long)seed, e.text);
	}
	EXPECT(backups > 0);
	printf("# %d backups told before %llu cuts\n", backups, (unsigned long long)(last - first + 1));
}

TEST_SLOW(backups_on_a_disk_that_does_not_sync_are_found_out)
{
	static struct told told;
	int lost = 0;
	for (uint64_t seed = 23; seed <= 26; seed++) {
		struct err e = {0};
		struct round r = prepare(a, seed, true, true);
		run_child(&r, &told);
		lost += told.n > 0 && !check_all(a, &r, &told, &e);
	}
	EXPECT(lost >= 3);
}
