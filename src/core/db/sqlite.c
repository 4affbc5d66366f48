/* sqlite.c — the embedded engine. */
#include "core/db/impl.h"
#include "core/db/pages.h"
#include <errno.h>
#include <pthread.h>
#include <string.h>

/* Which page, for who reads the log: the library says "disk I/O error". */
static bool fail_damaged(struct db *db, const char *what, struct err *e)
{
	struct page_damage d = pages_damage(db->lite);
	const char *name = sqlite3_db_filename(db->lite, "main");
	if (d.page)
		return err_set(e, ERR_INTERNAL, "%s: page %u of %s is damaged%s; run motcua verify", what, d.page, name, d.page == 1 ? ", or the file was made before pages had checksums" : "");
	return err_set(e, ERR_INTERNAL, "%s: frame %u of %s-wal is damaged; run motcua verify", what, d.frame, name);
}

static bool fail(struct db *db, const char *what, struct err *e)
{
	int code = sqlite3_errcode(db->lite);
	db->retryable = (code & 0xff) == SQLITE_BUSY || (code & 0xff) == SQLITE_LOCKED;
	db->malformed = (code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_CONSTRAINT;
	bool full = (code & 0xff) == SQLITE_FULL || ((code & 0xff) == SQLITE_IOERR && sqlite3_system_errno(db->lite) == ENOSPC);
	enum err_kind kind = db->retryable || full ? ERR_BUSY : (code & 0xff) == SQLITE_CONSTRAINT ? ERR_CONFLICT : ERR_INTERNAL;
	int extended = sqlite3_extended_errcode(db->lite);
	if (extended == SQLITE_IOERR_DATA)
		return fail_damaged(db, what, e);
	if (extended == SQLITE_CONSTRAINT_DATATYPE || extended == SQLITE_CONSTRAINT_NOTNULL)
		kind = ERR_INTERNAL;
	return err_set(e, kind, "%s: %s", what, sqlite3_errmsg(db->lite));
}

/* What stands around every action is prepared once. */
static const char *const often[DB_OFTEN] = {"begin immediate", "begin", "commit", "savepoint sp", "release sp"};

static bool run_often(struct db *db, size_t i, struct err *e)
{
	sqlite3_stmt **s = &db->often[i];
	if (!*s && sqlite3_prepare_v3(db->lite, often[i], -1, SQLITE_PREPARE_PERSISTENT, s, NULL) != SQLITE_OK)
		return fail(db, "statement", e);
	bool ok = sqlite3_step(*s) == SQLITE_DONE || fail(db, "statement", e);
	sqlite3_reset(*s);
	return ok;
}

static bool run(struct db *db, const char *text, struct err *e)
{
	for (size_t i = 0; i < DB_OFTEN; i++)
		if (strcmp(text, often[i]) == 0)
			return run_often(db, i, e);
	return sqlite3_exec(db->lite, text, NULL, NULL, NULL) == SQLITE_OK || fail(db, "statement", e);
}

static bool prepare(struct db *db, struct db_stmt *s, const char *text, struct err *e)
{
	return sqlite3_prepare_v3(db->lite, text, -1, SQLITE_PREPARE_PERSISTENT, &s->lite, NULL) == SQLITE_OK ||
	       fail(db, s->query->where, e);
}

/* A cursor's values are copied: its statement may outlive them. */
static int bind(sqlite3_stmt *s, int i, struct value v, bool stream)
{
	sqlite3_destructor_type kept = stream ? SQLITE_TRANSIENT : SQLITE_STATIC;
	switch (v.kind) {
	case VALUE_INT: return sqlite3_bind_int64(s, i, v.i);
	case VALUE_TEXT: return sqlite3_bind_text64(s, i, v.s.p, v.s.n, kept, SQLITE_UTF8);
	case VALUE_BYTES: return sqlite3_bind_blob64(s, i, v.s.p, v.s.n, kept);
	case VALUE_NULL:
	case VALUE_OTHER: break;
	}
	return sqlite3_bind_null(s, i);
}

static bool start(struct db *db, struct db_stmt *s, const struct value *values, bool stream, struct err *e)
{
	for (size_t i = 0; i < s->query->n_params; i++)
		if (bind(s->lite, (int)i + 1, values[i], stream) != SQLITE_OK)
			return fail(db, s->query->where, e);
	return true;
}

static enum step step(struct db *db, struct db_stmt *s, struct err *e)
{
	int code = sqlite3_step(s->lite);
	if (code == SQLITE_ROW)
		return STEP_ROW;
	if (code == SQLITE_DONE) {
		s->changed = s->query->writes ? sqlite3_changes64(db->lite) : 0;
		return STEP_END;
	}
	fail(db, s->query->where, e);
	return STEP_FAILED;
}

static struct value get(struct db_stmt *s, size_t column, enum db_type want)
{
	(void)want;
	int i = (int)column;
	switch (sqlite3_column_type(s->lite, i)) {
	case SQLITE_NULL: return (struct value){.kind = VALUE_NULL};
	case SQLITE_INTEGER: return (struct value){.kind = VALUE_INT, .i = sqlite3_column_int64(s->lite, i)};
	case SQLITE_TEXT: {
		const char *p = (const char *)sqlite3_column_text(s->lite, i);
		return (struct value){.kind = VALUE_TEXT, .s = {p, (size_t)sqlite3_column_bytes(s->lite, i)}};
	}
	case SQLITE_BLOB: {
		const char *p = sqlite3_column_blob(s->lite, i);
		return (struct value){.kind = VALUE_BYTES, .s = {p ? p : "", (size_t)sqlite3_column_bytes(s->lite, i)}};
	}
	default: return (struct value){.kind = VALUE_OTHER};
	}
}

static void finish(struct db *db, struct db_stmt *s)
{
	(void)db;
	sqlite3_reset(s->lite);
	sqlite3_clear_bindings(s->lite); /* no personal data stays in an idle statement */
}

static void drop(struct db *db, struct db_stmt *s)
{
	(void)db;
	sqlite3_finalize(s->lite);
}

static void close_db(struct db *db)
{
	for (size_t i = 0; i < DB_OFTEN; i++)
		sqlite3_finalize(db->often[i]);
	/* An empty log is nobody's: the last one takes it away. */
	const char *name = db->lite ? sqlite3_db_filename(db->lite, "main") : NULL;
	if (name && *name && (db->flags & DB_READ_ONLY) && db_wal_file_bytes(str_from(name)) == 0)
		sqlite3_db_config(db->lite, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
	sqlite3_close_v2(db->lite);
}

static bool open_tx(const struct db *db) { return !sqlite3_get_autocommit(db->lite); }

const struct engine engine_sqlite = {prepare, start, step, get, finish, drop, run, close_db, NULL, open_tx};

static bool configure(struct db *db, struct err *e)
{
	sqlite3_extended_result_codes(db->lite, 1);
	sqlite3_busy_timeout(db->lite, 5000);
	sqlite3_db_config(db->lite, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	/* Whoever only reads leaves the log as it is: the archive may not have all of it (core/archive). */
	if (db->flags & DB_READ_ONLY)
		db_leave_log(db);
	if (!run(db, "pragma synchronous=full; pragma foreign_keys=on; pragma temp_store=memory; pragma trusted_schema=off; pragma cell_size_check=on", e))
		return false;
	if (!(db->flags & DB_READ_ONLY) && !run(db, "pragma journal_mode=wal", e))
		return false;
	/* What is deleted is overwritten: erasing a dossier leaves no bytes in free pages. */
	if (!(db->flags & DB_READ_ONLY) && !run(db, "pragma secure_delete=on", e))
		return false;
	if ((db->flags & DB_BATCH) && !(db->flags & DB_READ_ONLY) && !wal_watch(db, e))
		return false;
	if (!(db->flags & DB_READ_ONLY) && !run(db, "pragma cache_size=-24576", e)) /* the tops of the indexes stay with the writer */
		return false;
	return !(db->flags & DB_READ_ONLY) || run(db, "pragma query_only=on", e);
}

/* Counting what the library allocates takes a lock each time, and nobody asks for the sum. */
static void configure_once(void)
{
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	pages_vfs();
}

int lite_open(const char *name, int mode, sqlite3 **out)
{
	int tail = PAGE_TAIL;
	int code = sqlite3_open_v2(name, out, mode | SQLITE_OPEN_NOMUTEX, pages_vfs());
	if (code == SQLITE_OK) /* of a file that is there already it changes nothing */
		sqlite3_file_control(*out, "main", SQLITE_FCNTL_RESERVE_BYTES, &tail);
	return code;
}

struct db *db_open_sqlite(struct str path, unsigned flags, struct err *e)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, configure_once);
	struct db *db = db_new(DB_SQLITE, flags);
	const char *name = str_cstr(db->touch_arena, path);
	/* Read-only connections open for writing too: the first one may have to make the shared memory of the WAL. */
	int mode = SQLITE_OPEN_READWRITE | (flags & DB_CREATE ? SQLITE_OPEN_CREATE : 0);
	if (flags & DB_CREATE)
		db_private_file(name);
	if (lite_open(name, mode, &db->lite) != SQLITE_OK) {
		err_set(e, ERR_INTERNAL, "%s: %s", name, sqlite3_errmsg(db->lite));
		db_close(db);
		return NULL;
	}
	if (!configure(db, e)) {
		err_wrap(e, name);
		db_close(db);
		return NULL;
	}
	return db;
}
