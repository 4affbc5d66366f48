/* workbook_test.c — a list becomes a file: over sheets, recorded before it is there, given up, dropped while it is made. */
#include "core/audit/audit.h"
#include "core/job/job_testing.h"
#include "core/mail/mail.h"
#include "core/sheet/sheet.h"
#include "workbook/workbook_internal.h"
#include <unistd.h>

#define OFFICIAL 77

static struct world { struct job_bench b; struct blob_store *blobs; struct keyring *keys; struct workbook_config config; int64_t n, apart; const struct actor_role *held; size_t n_held; enum { GOOD, DENIED, BROKEN, ERASED } how; bool here; } w;
static struct job_kind kinds[WORKBOOK_JOBS];

static bool all_ids(struct env *env, struct str what, struct workbook_ids *out, struct err *e)
{
	EXPECT_STR(what, STR("{\"all\":true}"));
	EXPECT_INT(env->actor->account, OFFICIAL);
	if (w.how == DENIED)
		return err_set(e, ERR_DENIED, "not any more");
	for (int64_t i = 1; i <= w.n; i++)
		if (!workbook_ids_add(out, i * w.apart, e))
			return false;
	return true;
}

static bool forget(struct env *env, void *ctx, struct err *e)
{
	(void)ctx;
	return workbook_forget(env, e);
}

static bool rows_of(struct env *env, const int64_t *ids, size_t n, struct sheet_cell *cells, size_t *n_rows, struct err *e)
{
	if (w.how == BROKEN)
		return err_set(e, ERR_INTERNAL, "cannot be read");
	if (w.how == ERASED && !job_bench_act(&w.b, forget, NULL, e))
		return false;
	*n_rows = 0;
	for (size_t i = 0; i < n; i++) {
		if (ids[i] == 3) /* gone since the list was read */
			continue;
		struct sheet_cell *c = cells + 2 * (*n_rows)++;
		c[0] = sheet_text(str_fmt(env->arena, "MA-%lld", (long long)ids[i]));
		c[1] = sheet_number(ids[i]);
	}
	return true;
}

static const struct workbook_column columns[] = {{MSG_WORKBOOK_COL_WHAT, 20}, {MSG_WORKBOOK_COL_STATE, 10}};
static const struct workbook_list list = {.name = "test", .columns = columns, .n_columns = 2, .ids = all_ids, .rows = rows_of};

static bool official(struct env *env, int64_t account, struct actor *out, struct str *email, bool *found, struct err *e)
{
	(void)env, (void)e;
	*out = (struct actor){.account = account, .person = OFFICIAL, .roles = ROLE_BIT(ROLE_HEAD), .held = w.held, .n_held = w.n_held};
	*email = STR("truong.phong@example.invalid");
	*found = w.here;
	return true;
}

static void start(struct arena *a, enum db_engine engine)
{
	static const struct workbook_list *const lists[] = {&list};
	struct err e = {0};
	const char *keys = str_fmt(a, "%.*s/keys", STR_ARG(test_temp_dir(a))).p;
	w = (struct world){.n = 7, .apart = 1, .here = true};
	for (size_t i = 0; i < WORKBOOK_JOBS; i++)
		kinds[i] = workbook_jobs[i];
	job_bench_start(&w.b, a, engine, kinds, WORKBOOK_JOBS);
	EXPECT_OK(keyring_create(keys, &e), e);
	w.keys = keyring_load(keys, &e);
	EXPECT_OK(blob_store_new(&w.blobs, str_fmt(a, "%.*s/blobs", STR_ARG(test_temp_dir(a))), NULL, &e), e);
	w.config = (struct workbook_config){.lists = lists, .n_lists = 1, .blobs = w.blobs, .keys = w.keys, .official = official, .lines_max = 5, .public_url = STR("https://hcc.example")};
	workbook_use(&w.config);
}

static void stop(void)
{
	job_bench_stop(&w.b);
	blob_store_free(w.blobs);
	keyring_free(w.keys);
}

static bool ask(struct env *env, void *ctx, struct err *e)
{
	static const struct actor me = {.account = OFFICIAL, .person = OFFICIAL, .roles = ROLE_BIT(ROLE_HEAD)};
	env->actor = &me;
	return workbook_ask(env, &(struct workbook_new){.list = "test", .what = STR("{\"all\":true}"), .filter = str_from(ctx), .title = STR("Mọi hồ sơ")}, e);
}

static void asked(const char *filter)
{
	struct err e = {0};
	EXPECT_OK(job_bench_act(&w.b, ask, (void *)(uintptr_t)filter, &e), e);
}

static struct workbook_of_rows files;
static bool look(struct env *env, void *ctx, struct err *e)
{
	(void)ctx;
	return q_workbook_of(env->db, w.b.arena, OFFICIAL, 20, &files, e);
}
static void see(void) { job_bench_read(&w.b, look, NULL); }

static struct audit_entries entries;
static bool unread(struct env *env, void *ctx, struct err *e)
{
	struct env mine = *env;
	(void)ctx;
	mine.arena = w.b.arena;
	return audit_unread(&mine, STR("test"), 100, &entries, e);
}

static struct sheet opened(const struct workbook_of_row *x)
{
	struct err e = {0};
	struct digest address;
	struct sheet s;
	AUTO_KEY key = {0};
	int64_t size = 0;
	EXPECT(digest_from_hex(x->blob, &address));
	EXPECT_OK(key_unwrap(w.keys, workbook_context(w.b.arena, x->id), x->wrapped, &key, &e), e);
	int fd = blob_open(w.blobs, address, &key, &size, &e);
	EXPECT(fd >= 0 && size == x->size.v);
	EXPECT_OK(sheet_read(w.b.arena, fd, &s, &e), e);
	close(fd);
	return s;
}

/* What one making leaves is given back: neither the pages of the log that the writer's connection wrote nor anything of the job stay. */
TEST_BOTH(five_long_lists_take_no_more_memory_than_two)
{
	static const char *const filters[] = {"n=1", "n=2", "n=3", "n=4", "n=5"};
	size_t second = 0, fifth;
	start(a, engine);
	w.n = 40000;
	w.apart = 230584300921369; /* 18 digits that do not repeat: entries of the log do not get small */
	w.config.lines_max = 0;
	workbook_use(&w.config);
	for (size_t i = 0; i < ARRAY_LEN(filters); i++) {
		asked(filters[i]);
		(void)job_bench_run(&w.b);
		second = i == 1 ? test_memory() : second;
	}
	fifth = test_memory();
	see();
	EXPECT_INT(files.n, 5);
	EXPECT_STR(files.v[4].state, STR("ready"));
	if (fifth > second + (size_t)w.n * 8) /* the ids of one */
		FAIL("%zu bytes after the fifth, %zu after the second", fifth, second);
	stop();
}

TEST_BOTH(a_list_becomes_a_sealed_file)
{
	struct err e = {0};
	start(a, engine);
	asked("xem=co-quan");
	asked("xem=co-quan"); /* again while it waits: the same */
	see();
	EXPECT_INT(files.n, 1);
	EXPECT_STR(files.v[0].state, STR("making"));
	(void)job_bench_run(&w.b);
	see();
	EXPECT_STR(files.v[0].state, STR("ready"));
	EXPECT_INT(files.v[0].dossiers.v, 6);
	struct sheet s = opened(&files.v[0]);
	EXPECT_INT(s.n, 5); /* the heading and four lines; the rest is in the second sheet */
	EXPECT_STR(s.rows[3].cells[0], STR("MA-4"));
	job_bench_read(&w.b, unread, NULL);
	EXPECT_INT(entries.n, 1); /* of the reader, all that were looked up, also what was gone when it came to be written */
	EXPECT_STR(entries.v[0].kind, STR("dossier.list"));
	EXPECT_INT(entries.v[0].person, OFFICIAL);
	EXPECT(str_find(entries.v[0].body, STR("\"filter\":\"xem=co-quan\"")) > 0 && str_find(entries.v[0].body, STR("\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\"]")) > 0);
	struct digest other = {.b = {1}}, address;
	bool needed = false;
	struct env env = {.arena = a, .db = test_db_again(engine, DB_READ_ONLY)};
	EXPECT(digest_from_hex(files.v[0].blob, &address));
	EXPECT_OK(workbook_needs_blob(&env, address, &needed, &e), e);
	EXPECT(needed);
	EXPECT_OK(workbook_needs_blob(&env, other, &needed, &e), e);
	EXPECT(!needed);
	db_close(env.db);
	stop();
}

TEST_BOTH(each_piece_is_recorded)
{
	start(a, engine);
	w.n = WORKBOOK_PIECE + 2;
	workbook_use(&(struct workbook_config){.lists = workbook_have()->lists, .n_lists = 1, .blobs = w.blobs, .keys = w.keys, .official = official});
	asked("x");
	(void)job_bench_run(&w.b);
	see();
	EXPECT_INT(files.v[0].dossiers.v, WORKBOOK_PIECE + 1);
	job_bench_read(&w.b, unread, NULL);
	EXPECT_INT(entries.n, 2);
	EXPECT(str_find(entries.v[1].body, STR("\"ids\":[\"5001\",\"5002\"]")) > 0);
	stop();
}

TEST_BOTH(what_cannot_be_made_is_said)
{
	start(a, engine);
	w.how = DENIED;
	asked("a");
	(void)job_bench_run(&w.b);
	see();
	EXPECT_STR(files.v[0].state, STR("failed"));
	w.how = GOOD, w.here = false; /* locked since */
	asked("b");
	(void)job_bench_run(&w.b);
	see();
	EXPECT_STR(files.v[0].state, STR("failed"));
	w.here = true, w.how = BROKEN;
	asked("c");
	for (int i = 0; i < 5; i++) {
		(void)job_bench_run(&w.b);
		job_bench_wait(&w.b, 3600000);
	}
	see();
	EXPECT_STR(files.v[0].state, STR("failed"));
	EXPECT_INT(files.n, 3);
	stop();
}

/* An erasure while rows are written: the file may hold the name, so it never comes to be there. */
TEST_BOTH(erased_while_it_is_made)
{
	start(a, engine);
	w.how = ERASED;
	asked("a");
	EXPECT_INT(job_bench_run(&w.b), 1);
	see();
	EXPECT_INT(files.n, 0);
	stop();
}

static bool stands(struct env *env, void *ctx, struct err *e)
{
	struct workbook_get_row x;
	bool found = false;
	return q_workbook_get(env->db, env->arena, files.v[0].id, &x, &found, e) && found && workbook_rights_stand(env, &x, ctx, e);
}

static bool may_fetch(const struct actor_role *held, size_t n)
{
	bool stand = false;
	w.held = held, w.n_held = n;
	job_bench_read(&w.b, stands, &stand);
	return stand;
}

/* A role that came does no harm; one that went, in that unit, ends it. */
TEST_BOTH(who_lost_a_role_fetches_no_more)
{
	static const struct actor_role had[] = {{ROLE_HEAD, 5, 1}, {ROLE_SPECIALIST, 12, 1}}, more[] = {{ROLE_SPECIALIST, 12, 1}, {ROLE_CLERK, 7, 1}, {ROLE_HEAD, 5, 1}},
		moved[] = {{ROLE_HEAD, 6, 1}, {ROLE_SPECIALIST, 12, 1}, {ROLE_SPECIALIST, 5, 1}}, near[] = {{ROLE_HEAD, 5, 11}, {ROLE_SPECIALIST, 12, 1}};
	start(a, engine);
	w.held = had, w.n_held = 2;
	asked("a");
	(void)job_bench_run(&w.b);
	see();
	EXPECT_STR(files.v[0].state, STR("ready"));
	EXPECT(may_fetch(had, 2) && may_fetch(more, 3));
	EXPECT(!may_fetch(had, 1) && !may_fetch(moved, 3) && !may_fetch(near, 2) && !may_fetch(NULL, 0));
	w.here = false;
	EXPECT(!may_fetch(had, 2));
	stop();
}

struct rotating { struct rewrap from, to; };
static bool rewrap(struct env *env, void *ctx, struct err *e)
{
	struct rotating *x = ctx;
	return workbook_rewrap(env, w.keys, &x->from, &x->to, e);
}

TEST_BOTH(keys_are_wrapped_again)
{
	struct err e = {0};
	struct rotating x = {0};
	start(a, engine);
	asked("a");
	(void)job_bench_run(&w.b);
	asked("b"); /* still being made: no key yet */
	const char *path = str_fmt(a, "%.*s/keys", STR_ARG(test_temp_dir(a))).p;
	EXPECT_OK(job_bench_act(&w.b, rewrap, &x, &e), e);
	EXPECT_INT(x.to.done, 0);
	EXPECT_OK(keyring_rotate(path, &e), e);
	EXPECT_OK(keyring_reload(w.keys, path, &e), e);
	see();
	EXPECT(key_is_stale(w.keys, files.v[1].wrapped));
	EXPECT_OK(job_bench_act(&w.b, rewrap, &x, &e), e);
	EXPECT(x.to.done == 1 && !x.to.more);
	see();
	EXPECT(!key_is_stale(w.keys, files.v[1].wrapped));
	EXPECT_INT(opened(&files.v[1]).n, 5);
	stop();
}

TEST_BOTH(goes_after_a_day)
{
	struct digest address;
	start(a, engine);
	asked("a");
	(void)job_bench_run(&w.b);
	see();
	EXPECT(digest_from_hex(files.v[0].blob, &address) && blob_exists(w.blobs, address));
	struct err e = {0};
	job_bench_wait(&w.b, WORKBOOK_KEPT_MS - 1000);
	EXPECT_OK(job_add_periodic(&w.b.cfg, &e), e);
	(void)job_bench_run(&w.b);
	EXPECT(blob_exists(w.blobs, address));
	job_bench_wait(&w.b, 3600000);
	EXPECT_OK(job_add_periodic(&w.b.cfg, &e), e);
	(void)job_bench_run(&w.b);
	see();
	EXPECT_INT(files.n, 0);
	EXPECT(!blob_exists(w.blobs, address));
	stop();
}
