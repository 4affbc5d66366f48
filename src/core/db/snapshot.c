/* snapshot.c — PostgreSQL's own dump and restore, through pipes: no clear copy on a disk; a copy of an SQLite database. See db.h. */
#include "core/base/child.h"
#include "core/base/file.h"
#include "core/db/impl.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* An existing one is left alone: closing it would drop SQLite's locks of the whole process. */
void db_private_file(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd >= 0)
		close(fd);
}

bool db_snapshot(struct db *db, struct str path, struct err *e)
{
	AUTO_ARENA a = arena_new(0);
	const char *to = str_cstr(a, path);
	sqlite3_stmt *st = NULL;
	sqlite3 *lite = NULL;
	CHECK(db->kind == DB_SQLITE);
	db_private_file(to);
	bool ok = lite_open(sqlite3_db_filename(db->lite, "main"), SQLITE_OPEN_READWRITE, &lite) == SQLITE_OK && sqlite3_prepare_v2(lite, "vacuum into ?1", -1, &st, NULL) == SQLITE_OK &&
	          sqlite3_bind_text(st, 1, to, -1, SQLITE_STATIC) == SQLITE_OK && sqlite3_step(st) == SQLITE_DONE;
	if (!ok)
		err_set(e, ERR_INTERNAL, "snapshot: %s", lite ? sqlite3_errmsg(lite) : "out of memory");
	sqlite3_finalize(st);
	sqlite3_close(lite);
	return ok;
}

/* libpq's own words for the connection; a password is never among the arguments. The child has `theirs` as its descriptor `as`. */
static bool start(struct db *db, const char *program, const char *const *more, size_t n_more, int theirs, int as, pid_t *pid, struct err *e)
{
	const char *host = PQhost(db->pg), *port = PQport(db->pg);
	const char *argv[16] = {program, "--no-password", "--host", host ? host : "", "--port", port ? port : "5432", "--username", PQuser(db->pg), "--dbname", PQdb(db->pg)};
	size_t n = 10;
	AUTO_ARENA a = arena_new(0);
	posix_spawn_file_actions_t files;
	for (size_t i = 0; i < n_more; i++)
		argv[n++] = more[i];
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, theirs, as);
	int why = posix_spawnp(pid, program, &files, NULL, (char *const *)(uintptr_t)argv, child_env(a, "HOME PG*"));
	posix_spawn_file_actions_destroy(&files);
	return why == 0 || err_set(e, ERR_INTERNAL, "cannot start %s: %s", program, strerror(why));
}

/* Waits for it. ok false: it was given up, and *e says why. */
static bool end(const char *program, pid_t pid, bool ok, struct err *e)
{
	int status = -1;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return ok && (status == 0 || err_set(e, ERR_INTERNAL, "%s failed: see what it said", program));
}

static bool pass_on(int fd, db_bytes_fn *put, void *ctx, struct err *e)
{
	char bytes[65536];
	for (;;) {
		ssize_t n = read(fd, bytes, sizeof bytes);
		if (n == 0)
			return true;
		if (n < 0 && errno != EINTR)
			return err_set(e, ERR_INTERNAL, "pg_dump cannot be read: %s", strerror(errno));
		if (n > 0 && !put(ctx, bytes, (size_t)n, e))
			return false;
	}
}

bool db_dump(struct db *db, db_bytes_fn *put, void *ctx, struct err *e)
{
	static const char *const more[] = {"--format=custom"};
	int ends[2];
	pid_t pid;
	if (pipe2(ends, O_CLOEXEC) != 0)
		return err_set(e, ERR_INTERNAL, "no pipe: %s", strerror(errno));
	bool begun = start(db, "pg_dump", more, 1, ends[1], 1, &pid, e);
	close(ends[1]);
	bool ok = begun && pass_on(ends[0], put, ctx, e);
	close(ends[0]);
	return begun && end("pg_dump", pid, ok, e);
}

bool db_load_begin(struct db *db, struct db_load *out, struct err *e)
{
	static const char *const more[] = {"--exit-on-error", "--single-transaction", "--no-owner"};
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) != 0)
		return err_set(e, ERR_INTERNAL, "no pipe: %s", strerror(errno));
	bool ok = start(db, "pg_restore", more, 3, ends[0], 0, &out->pid, e);
	close(ends[0]);
	out->fd = ends[1];
	if (!ok)
		close(ends[1]);
	return ok;
}

bool db_load(struct db_load *l, const void *p, size_t n, struct err *e)
{
	return file_write(l->fd, (struct str){p, n}) || err_set(e, ERR_INTERNAL, "pg_restore takes no more: %s", strerror(errno));
}

bool db_load_end(struct db_load *l, bool ok, struct err *e)
{
	if (!ok) /* or it would commit what it has, when that is all of the tables */
		kill(l->pid, SIGTERM);
	close(l->fd);
	return end("pg_restore", l->pid, ok, e);
}
