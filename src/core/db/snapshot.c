/* snapshot.c — a copy of the database for backups. See db_snapshot() in db.h. */
#include "core/base/child.h"
#include "core/db/impl.h"
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

/* An existing one is left alone: closing it would drop SQLite's locks of the whole process. */
void db_private_file(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd >= 0)
		close(fd);
}

/* A read transaction copies what it sees; sqlite3_backup beside a busy writer would start again and again. */
static bool vacuum_into(struct db *db, const char *path, struct err *e)
{
	sqlite3_stmt *st = NULL;
	sqlite3 *lite = NULL;
	bool ok = lite_open(sqlite3_db_filename(db->lite, "main"), SQLITE_OPEN_READWRITE, &lite) == SQLITE_OK &&
	          sqlite3_prepare_v2(lite, "vacuum into ?1", -1, &st, NULL) == SQLITE_OK &&
	          sqlite3_bind_text(st, 1, path, -1, SQLITE_STATIC) == SQLITE_OK && sqlite3_step(st) == SQLITE_DONE;
	if (!ok)
		err_set(e, ERR_INTERNAL, "snapshot: %s", lite ? sqlite3_errmsg(lite) : "out of memory");
	sqlite3_finalize(st);
	sqlite3_close(lite);
	return ok;
}

/* libpq's own words for the connection; a password is never among the arguments. */
static bool dump(struct db *db, const char *path, struct err *e)
{
	const char *host = PQhost(db->pg), *port = PQport(db->pg), *user = PQuser(db->pg), *name = PQdb(db->pg);
	const char *argv[] = {"pg_dump", "--format=custom", "--no-password", "--host", host ? host : "", "--port", port ? port : "5432", "--username", user, "--dbname", name, "--file", path, NULL};
	pid_t pid = 0;
	int status = -1;
	AUTO_ARENA a = arena_new(0);
	if (posix_spawnp(&pid, argv[0], NULL, NULL, (char *const *)(uintptr_t)argv, child_env(a, "HOME PG*")) != 0 || waitpid(pid, &status, 0) != pid || status != 0)
		return err_set(e, ERR_INTERNAL, "pg_dump failed");
	return true;
}

bool db_snapshot(struct db *db, struct str path, struct err *e)
{
	AUTO_ARENA a = arena_new(0);
	const char *to = str_cstr(a, path);
	db_private_file(to);
	return db->kind == DB_SQLITE ? vacuum_into(db, to, e) : dump(db, to, e);
}
