/* backup.c — `backup` and `restore`. What they write and read is core/archive's.
 *
 * The master key is not in a backup: nothing in it opens without. Keep it apart, and give it to `restore`. */
#include "app/app.h"
#include "core/archive/archive.h"
#include "core/db/migrate.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- backup ---- */

struct dumping { struct db *db; struct sealed_out *to; };

static bool put(void *ctx, const void *p, size_t n, struct err *e) { return backup_put(((struct dumping *)ctx)->to, p, n, e); }

static bool dump(void *ctx, struct sealed_out *to, struct err *e)
{
	struct dumping *d = ctx;
	d->to = to;
	return db_dump(d->db, put, d, e);
}

/* The connection is closed again: core/archive opens its own and counts on being alone. */
static bool may_begin(const struct place *p, struct err *e)
{
	AUTO_DB db = place_open_long(p, e);
	return db != NULL;
}

bool backup_place(struct arena *a, const struct place *p, const char *archive, const char *to, bool link, struct backup_report *out, struct err *e)
{
	AUTO_KEYRING keys = keyring_load(str_cstr(a, p->key_file), e);
	const struct backup_config c = {.db = str_cstr(a, p->db), .blobs = str_fmt(a, "%.*s/blobs", STR_ARG(p->dir)).p, .to = to, .archive = archive, .marker = place_marker(a, p),
	                                .keys = keys, .now = instant_clock(), .link = link};
	if (!keys || !may_begin(p, e))
		return false;
	if (p->engine == DB_SQLITE)
		return backup_write(&c, out, e);
	AUTO_DB db = place_open(p, DB_READ_ONLY, e);
	struct dumping d = {.db = db};
	return db && backup_write_dump(&c, dump, &d, out, e);
}

static bool schema_is_ours(const struct place *p, struct err *e)
{
	AUTO_DB db = place_open(p, DB_READ_ONLY, e);
	return db && db_schema_check(db, &db_schema, e);
}

int backup_command(struct options *o)
{
	struct err e = {0};
	struct place p;
	struct backup_report done;
	const char *to = option_value(o, "--to");
	if (!to)
		return say_usage(o, "backup");
	if (!place_of(o, &p, &e) || !schema_is_ours(&p, &e) || !backup_place(o->arena, &p, o->settings.archive, to, false, &done, &e))
		return say_error(&e, EXIT_WRONG);
	printf("backed up into %s with %lld files, up to the act of %.*s; the master key is not in it: keep %.*s apart\n", to, (long long)done.files,
	       STR_ARG(instant_format(o->arena, done.entry_at)), STR_ARG(p.key_file));
	return EXIT_GOOD;
}

/* ---- restore ---- */

static bool take(void *ctx, const void *p, size_t n, struct err *e) { return db_load(ctx, p, n, e); }

static bool restore_pg(const struct place *p, const struct restore_config *c, struct restore_report *out, struct err *e)
{
	AUTO_DB db = place_open(p, 0, e);
	struct db_load load;
	signal(SIGPIPE, SIG_IGN);
	if (!db || !db_load_begin(db, &load, e))
		return false;
	struct err why = {0};
	bool ok = restore_dump(c, take, &load, out, &why);
	if (db_load_end(&load, ok, e))
		return true;
	if (!ok)
		*e = why;
	return false;
}

static bool bring_key(struct arena *a, const struct place *p, const char *key, struct err *e)
{
	if (mkdir(str_cstr(a, p->dir), 0700) != 0 && errno != EEXIST)
		return err_set(e, ERR_INTERNAL, "%.*s: %s", STR_ARG(p->dir), strerror(errno));
	AUTO_KEYRING good = keyring_load(key, e);
	return good && wal_archive_copy_file(key, str_cstr(a, p->key_file), e);
}

static bool restore_from(struct options *o, const struct place *p, const char *key, struct restore_config *c, struct restore_report *out, struct err *e)
{
	struct arena *a = o->arena;
	if (!bring_key(a, p, key, e))
		return false;
	AUTO_KEYRING keys = keyring_load(str_cstr(a, p->key_file), e);
	c->keys = keys;
	c->db = str_cstr(a, p->db);
	c->blobs = str_fmt(a, "%.*s/blobs", STR_ARG(p->dir)).p;
	return keys && (p->engine == DB_PG ? restore_pg(p, c, out, e) : restore_read(c, out, e));
}

/* Of an older version, as the backup that `migrate` made: this program cannot verify it, that one can. */
static bool is_older(const struct place *p, size_t *behind)
{
	struct err e = {0};
	size_t first;
	AUTO_DB db = place_open(p, DB_READ_ONLY, &e);
	return db && db_migrate_plan(db, &db_schema, &first, behind, &e) && *behind > 0;
}

static int check_restored(struct options *o, const struct place *p, const struct restore_report *r)
{
	struct err e = {0};
	struct verify_report report;
	size_t behind = 0;
	if (is_older(p, &behind)) {
		printf("restored, %zu migrations behind this program: verify and serve it with the program that made it, or run motcua migrate\n", behind);
		return EXIT_GOOD;
	}
	if (!verify_all(o->arena, p, &report, &e))
		return say_error(&e, EXIT_WRONG);
	const struct audit_verify v = report.record;
	printf("%s: %lld entries, %lld rows, %lld files%s%s\n", v.ok ? "restored and good" : "restored, FOUND WRONG", (long long)v.entries, (long long)v.rows, (long long)report.files,
	       v.ok ? "" : "\nfirst fault: ", v.ok ? "" : v.first_fault);
	if (p->engine == DB_SQLITE)
		printf("the last act is of %.*s; %lld pieces of the archive\n", STR_ARG(instant_format(o->arena, r->entry_at)), (long long)r->pieces);
	return v.ok ? EXIT_GOOD : EXIT_WRONG;
}

/* False: *e says what is wrong with the words. */
static bool moment_of(struct options *o, const struct place *p, struct restore_config *c, struct err *e)
{
	const char *at = option_value(o, "--at"), *archive = option_value(o, "--archive");
	if (!at)
		return !archive || err_set(e, ERR_INVALID, "--archive goes with --at");
	if (p->engine == DB_PG)
		return err_set(e, ERR_INVALID, "PostgreSQL goes to a moment by its own archive (recovery_target_time): see docs/operations.md");
	c->archive = archive ? archive : o->settings.archive;
	c->to_moment = true;
	if (!c->archive)
		return err_set(e, ERR_INVALID, "where is the archive? Give --archive DIR, or archive in the file of --config");
	return instant_parse(str_from(at), &c->at) || err_set(e, ERR_INVALID, "--at is a time like 2026-11-27T09:30:00+07:00");
}

int restore_command(struct options *o)
{
	struct err e = {0};
	struct place p;
	struct restore_config c = {0};
	struct restore_report done;
	const char *key = option_value(o, "--key");
	c.from = option_value(o, "--from");
	if (!c.from || !key)
		return say_usage(o, "restore");
	if (!place_of(o, &p, &e) || !moment_of(o, &p, &c, &e))
		return say_error(&e, EXIT_USAGE);
	if (!restore_from(o, &p, key, &c, &done, &e))
		return say_error(&e, EXIT_WRONG);
	return check_restored(o, &p, &done);
}
