/* archive.h — every commit kept twice: pieces of SQLite's write-ahead log in a folder, sealed; backups; and back from both to any moment.
 *
 * Place:   DIR/<chain>/0000000000.piece …, DIR/files as the store of files. A chain has every commit since its first piece; a new one
 *          begins when that cannot be proved (the log was written by a program without archive, a lost folder), and needs a backup of its own.
 * Order:   stored files, then the piece, then the log may be copied into the database and begun anew: while a read transaction of ours
 *          stands at the last archived commit SQLite does neither past it. A piece that cannot be written so holds the log back, up to its cap.
 * Proof:   DATA/archive.chain says that nobody without archive has written since; a piece names the last entry of core/audit's log.
 * Sealed:  by the master keys (sealed.h); backups in the same way. Files are sealed by the store. Both hold keys of erased records: they expire.
 * Threads: one at a time, the keeper's turn (core/writer); stats from any. See ADR 0017. */
#pragma once
#include "core/base/instant.h"
#include "core/blob/file_ops.h"
#include "core/crypto/crypto.h"
#include "core/db/frames.h"

struct wal_archive;
struct wal_archive_config {
	const char *dir, *db, *blobs, *marker;
	const struct keyring *keys;
	const struct file_ops *ops; /* NULL: the system's */
	int64_t every_ms, keep_ms;  /* a piece at least so often while there are commits; pieces are removed after */
};

/* Opens nothing yet. Strings and keys must outlive it. */
struct wal_archive *wal_archive_new(const struct wal_archive_config *cfg);
/* Its connections are closed; only stats are left. */
void wal_archive_stop(struct wal_archive *x);
void wal_archive_free(struct wal_archive *x); /* NULL is fine */
/* For who writes without an archive: the chain ends here. */
void wal_archive_forget(const char *marker);

/* Before anybody writes and before any checkpoint: goes on with the last chain or begins one, takes what a crash left in the log. */
MUST_CHECK bool wal_archive_start(struct wal_archive *x, struct err *e);
/* Keeps all up to that end of a commit. Nothing new: nothing is done. */
MUST_CHECK bool wal_archive_advance(struct wal_archive *x, const struct wal_mark *committed, struct err *e);
/* Around a restart of the log, while nobody commits and all is archived: lets it go, and holds it again. */
void wal_archive_release(struct wal_archive *x);
MUST_CHECK bool wal_archive_hold(struct wal_archive *x, struct err *e);
/* The salt of the log as it is now; false when it is empty. */
bool wal_archive_salt(struct wal_archive *x, struct wal_mark *out);
int64_t archive_every_ms(const struct wal_archive *x);

struct wal_archive_stats { int64_t pieces, bytes, failures; bool failing, no_backup; char why[256]; };
struct wal_archive_stats wal_archive_stats(struct wal_archive *x);

/* ---- backup ---- */

struct backup_config { const char *db, *blobs, *to, *archive /* NULL: none */, *marker; const struct keyring *keys; const struct file_ops *ops; struct instant now; bool link; /* files by hard links, where that can be */ };
struct backup_report { int64_t pages, files, bytes; struct instant entry_at; };
/* SQLite, beside whoever writes: the database as it was after one commit, every stored file, and last the list `backup.txt`, without which
 * it is none. `to` is new. ERR_CONFLICT when it exists; nothing is taken away after a failure. This process must have no connection. */
MUST_CHECK bool backup_write(const struct backup_config *c, struct backup_report *out, struct err *e);
/* The same for a database whose dump `dump` gives, piece by piece, to backup_put(). */
struct sealed_out;
MUST_CHECK bool backup_put(struct sealed_out *to, const void *p, size_t n, struct err *e);
typedef bool dump_fn(void *ctx, struct sealed_out *to, struct err *e);
MUST_CHECK bool backup_write_dump(const struct backup_config *c, dump_fn *dump, void *ctx, struct backup_report *out, struct err *e);

/* ---- back ---- */

/* One file, durable under its name. ERR_CONFLICT: it is there already. */
MUST_CHECK bool wal_archive_copy_file(const char *from, const char *to, struct err *e);

struct restore_config { const char *from, *db, *blobs, *archive /* NULL: without pieces */; const struct keyring *keys; const struct file_ops *ops; struct instant at; bool to_moment; };
struct restore_report { int64_t files, pieces, commits; struct instant entry_at; };
/* Into a file and a folder that are not there yet. With to_moment: up to the last commit at or before `at`, by the times of the log's
 * entries. ERR_INVALID says why it cannot be: no backup, another key, a piece missing, a moment before the backup's end. */
MUST_CHECK bool restore_read(const struct restore_config *c, struct restore_report *out, struct err *e);
/* A backup of PostgreSQL: the dump, piece by piece, to `take`; then the files. */
typedef bool take_fn(void *ctx, const void *p, size_t n, struct err *e);
MUST_CHECK bool restore_dump(const struct restore_config *c, take_fn *take, void *ctx, struct restore_report *out, struct err *e);
