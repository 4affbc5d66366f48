/* backup.c — `backup` and `restore`: a snapshot of the database, then every file it names, into a folder.
 *
 * The master key is not in a backup: sealed content stays sealed without it. Keep it apart, and give it to `restore`. */
#include "app/app.h"
#include "core/db/migrate.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool copy_fd(int from, int to, struct err *e)
{
	char bytes[65536];
	ssize_t n;
	while ((n = read(from, bytes, sizeof bytes)) > 0)
		for (ssize_t at = 0, w; at < n; at += w)
			if ((w = write(to, bytes + at, (size_t)(n - at))) < 0)
				return err_set(e, ERR_INTERNAL, "cannot write: %s", strerror(errno));
	return n == 0 ? fsync(to) == 0 || err_set(e, ERR_INTERNAL, "cannot sync: %s", strerror(errno)) : err_set(e, ERR_INTERNAL, "cannot read: %s", strerror(errno));
}

static bool copy_file(const char *from, const char *to, mode_t mode, struct err *e)
{
	int in = open(from, O_RDONLY | O_CLOEXEC);
	if (in < 0)
		return err_set(e, errno == ENOENT ? ERR_NOT_FOUND : ERR_INTERNAL, "cannot open %s: %s", from, strerror(errno));
	int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	bool ok = out >= 0 ? copy_fd(in, out, e) : err_set(e, ERR_CONFLICT, "cannot make %s: %s", to, strerror(errno));
	close(in);
	if (out >= 0)
		close(out);
	return ok;
}

struct copying { struct arena *a; struct str to; int64_t files; };

static bool copy_blob(void *ctx, const struct blob_seen *b, struct err *e)
{
	struct copying *c = ctx;
	struct arena_mark m = arena_mark(c->a);
	struct str hex = digest_hex(c->a, b->address);
	struct str dir = str_fmt(c->a, "%.*s/blobs%s/%.2s", STR_ARG(c->to), b->quarantined ? "/quarantine" : "", hex.p);
	if (b->quarantined)
		dir = str_fmt(c->a, "%.*s/blobs/quarantine", STR_ARG(c->to));
	if (mkdir(dir.p, 0700) != 0 && errno != EEXIST)
		return err_set(e, ERR_INTERNAL, "cannot make %s: %s", dir.p, strerror(errno));
	bool ok = copy_file(b->path, str_fmt(c->a, "%.*s/%.*s", STR_ARG(dir), STR_ARG(hex)).p, 0600, e);
	bool gone = !ok && e->kind == ERR_NOT_FOUND; /* released, and met again; or removed: then the snapshot does not name it */
	if (gone)
		*e = (struct err){0};
	c->files += ok;
	arena_rewind(c->a, m);
	return ok || gone;
}

static bool copy_blobs(struct arena *a, struct str from, struct str to, int64_t *files, struct err *e)
{
	struct blob_store *s = NULL;
	struct copying c = {.a = a, .to = to};
	struct blob_store *target = NULL;
	if (!blob_store_new(&s, str_fmt(a, "%.*s/blobs", STR_ARG(from)), NULL, e))
		return false;
	bool ok = blob_store_new(&target, str_fmt(a, "%.*s/blobs", STR_ARG(to)), NULL, e) && blob_each(s, copy_blob, &c, e);
	blob_store_free(s);
	blob_store_free(target);
	*files = c.files;
	return ok;
}

/* Names of files as well as their bytes: the folders are not synced one by one. */
static bool sync_all(struct arena *a, struct str dir, struct err *e)
{
	int fd = open(str_cstr(a, dir), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok = fd >= 0 && syncfs(fd) == 0;
	if (!ok)
		err_set(e, ERR_INTERNAL, "cannot sync %.*s: %s", STR_ARG(dir), strerror(errno));
	if (fd >= 0)
		close(fd);
	return ok;
}

/* The snapshot first, then the files: whatever the snapshot names is there, for removal waits longer than a backup. */
static bool backup_to(struct options *o, const struct place *p, struct str to, int64_t *files, struct err *e)
{
	if (mkdir(str_cstr(o->arena, to), 0700) != 0)
		return err_set(e, ERR_CONFLICT, "%.*s: %s; a backup goes into a new folder", STR_ARG(to), strerror(errno));
	AUTO_DB db = place_open_long(p, e);
	if (!db || !db_schema_check(db, &db_schema, e))
		return false;
	return db_snapshot(db, str_fmt(o->arena, "%.*s/motcua.db", STR_ARG(to)), e) && copy_blobs(o->arena, p->dir, to, files, e) && sync_all(o->arena, to, e);
}

int backup_command(struct options *o)
{
	struct err e = {0};
	struct place p;
	const char *to = option_value(o, "--to");
	int64_t files = 0;
	if (!to)
		return say_usage(o, "backup");
	if (!place_of(o, &p, &e) || !backup_to(o, &p, str_from(to), &files, &e))
		return say_error(&e, EXIT_WRONG);
	printf("backed up into %s with %lld files; the master key is not in it: keep %.*s apart\n", to, (long long)files, STR_ARG(p.key_file));
	return EXIT_GOOD;
}

static bool restore_from(struct options *o, const struct place *p, struct str from, const char *key, struct verify_report *v, struct err *e)
{
	int64_t files = 0;
	struct arena *a = o->arena;
	if (mkdir(str_cstr(a, p->dir), 0700) != 0 && errno != EEXIST)
		return err_set(e, ERR_INTERNAL, "%.*s: %s", STR_ARG(p->dir), strerror(errno));
	if (!copy_file(key, str_cstr(a, p->key_file), 0600, e) ||
	    !copy_file(str_fmt(a, "%.*s/motcua.db", STR_ARG(from)).p, str_cstr(a, p->db), 0600, e) || !copy_blobs(a, from, p->dir, &files, e) || !sync_all(a, p->dir, e))
		return false;
	return verify_all(a, p, v, e);
}

int restore_command(struct options *o)
{
	struct err e = {0};
	struct place p;
	struct verify_report report;
	const char *from = option_value(o, "--from"), *key = option_value(o, "--key");
	if (!from || !key)
		return say_usage(o, "restore");
	if (!place_of(o, &p, &e))
		return say_error(&e, EXIT_USAGE);
	if (p.engine != DB_SQLITE)
		return say_error((err_set(&e, ERR_INVALID, "restore a PostgreSQL database with pg_restore, then run verify"), &e), EXIT_USAGE);
	if (!restore_from(o, &p, str_from(from), key, &report, &e))
		return say_error(&e, EXIT_WRONG);
	const struct audit_verify v = report.record;
	printf("%s: %lld entries, %lld rows%s%s\n", v.ok ? "restored and good" : "restored, FOUND WRONG", (long long)v.entries, (long long)v.rows, v.ok ? "" : "\nfirst fault: ", v.ok ? "" : v.first_fault);
	return v.ok ? EXIT_GOOD : EXIT_WRONG;
}
