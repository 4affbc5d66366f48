/* wal.c — SQLite's write-ahead log: how long it is, and copying it into the database. See db.h. */
#include "core/db/impl.h"
#include <sys/stat.h>

#define BUSY_MS 5000 /* as configured in sqlite.c */
#define FRAME_HEAD 24

static int on_commit(void *ctx, sqlite3 *lite, const char *name, int frames)
{
	(void)lite;
	(void)name;
	((struct db *)ctx)->wal_frames = frames;
	return SQLITE_OK;
}

bool wal_watch(struct db *db, struct err *e)
{
	sqlite3_stmt *s = NULL;
	bool ok = sqlite3_prepare_v2(db->lite, "pragma page_size", -1, &s, NULL) == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW;
	if (ok)
		db->wal_frame_bytes = sqlite3_column_int64(s, 0) + FRAME_HEAD;
	sqlite3_finalize(s);
	/* The hook takes the place of the automatic checkpoint. After a restart the file is cut to 64 MB. */
	sqlite3_wal_hook(db->lite, on_commit, db);
	ok = ok && sqlite3_file_control(db->lite, "main", SQLITE_FCNTL_FILE_POINTER, &db->file) == SQLITE_OK && sqlite3_exec(db->lite, "pragma journal_size_limit=67108864", NULL, NULL, NULL) == SQLITE_OK;
	return ok || err_set(e, ERR_INTERNAL, "write-ahead log: %s", sqlite3_errmsg(db->lite));
}

bool db_checkpoint(struct db *db, enum db_checkpoint_mode mode, int wait_ms, bool *busy, struct err *e)
{
	static const int modes[] = {SQLITE_CHECKPOINT_PASSIVE, SQLITE_CHECKPOINT_RESTART, SQLITE_CHECKPOINT_TRUNCATE};
	*busy = false;
	if (db->kind == DB_PG)
		return true;
	if (!db_step_allowed(db, e))
		return false;
	int frames = 0, copied = 0;
	sqlite3_busy_timeout(db->lite, wait_ms);
	int code = sqlite3_wal_checkpoint_v2(db->lite, NULL, modes[mode], &frames, &copied);
	sqlite3_busy_timeout(db->lite, BUSY_MS);
	*busy = (code & 0xff) == SQLITE_BUSY || (code & 0xff) == SQLITE_LOCKED || copied < frames;
	if (code != SQLITE_OK && !*busy)
		return err_set(e, ERR_INTERNAL, "checkpoint: %s", sqlite3_errmsg(db->lite));
	if (!*busy && mode != DB_CHECKPOINT_PASSIVE)
		db->wal_frames = 0;
	return true;
}

bool db_sync_copied(struct db *db, struct err *e)
{
	int code = db->file ? db->file->pMethods->xSync(db->file, SQLITE_SYNC_NORMAL) : SQLITE_OK;
	return code == SQLITE_OK || err_set(e, ERR_INTERNAL, "writing what was copied out of the log: %s", sqlite3_errstr(code));
}

void db_leave_log(struct db *db)
{
	if (db->lite)
		sqlite3_db_config(db->lite, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
}

int64_t db_wal_bytes(const struct db *db) { return db->wal_frames * db->wal_frame_bytes; }

void db_wal_forget(struct db *db) { db->wal_frames = 0; }
int64_t db_wal_frames(const struct db *db) { return db->wal_frames; }

int64_t db_wal_file_bytes(struct str place)
{
	AUTO_ARENA a = arena_new(0);
	struct stat st;
	return stat(str_fmt(a, "%.*s-wal", STR_ARG(place)).p, &st) == 0 ? st.st_size : 0;
}
