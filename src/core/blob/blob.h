/* blob.h — files: content-addressed, durable before their address is known, sealed when they belong to somebody.
 *
 * Place:   <dir>/ab/<64 hex digits>, a folder for each first byte; <dir>/tmp while being written; <dir>/quarantine for
 *          what was not yet scanned.
 * Address: SHA-256 of the stored bytes. Sealed files have a random salt, so the same document stored twice is two files.
 * Sealing: chunks of 64 KiB, each AES-256-GCM under a random key of the file, bound to number and "last": cut, swapped or
 *          foreign chunks do not open. That key stands at the end, wrapped under the record's data key and bound to the
 *          header, so a file is sealed while it comes, before it is known whose it will be (ADR 0019). Constant memory.
 *          Erasing the data key erases the file.
 * Durable: written under a temporary name, synced, renamed, folder synced; then the address is returned. Put it
 *          into a row afterwards. A file without a row is removed by blob_sweep() after a wait longer than a backup.
 * Threads: any; the store has no state that changes. Storing waits for the disk: slow pool or a job, never the writer.
 * Errors:  disk full → ERR_BUSY; not there → ERR_NOT_FOUND; other bytes or another key → ERR_INTERNAL, for
 *          it is no fault of who asks. */
#pragma once
#include "core/blob/file_ops.h"
#include "core/base/instant.h"
#include "core/crypto/crypto.h"

struct blob_store;

struct blob_info {
	struct digest address;      /* names the stored bytes; keep it in the row */
	struct digest plain;        /* SHA-256 of what was given: for signatures and the log's commitments */
	int64_t size, stored_size;  /* bytes given, bytes on disk */
};

/* Makes the folders when they are missing and removes what lies in tmp and nobody writes any more. ops NULL: the system's. `dir` is copied. */
MUST_CHECK bool blob_store_new(struct blob_store **out, struct str dir, const struct file_ops *ops, struct err *e);
void blob_store_free(struct blob_store *s);

/* What to store. key NULL: not sealed (published documents, packs). quarantine: not readable until blob_release(). */
struct blob_put {
	const struct key *key;
	bool quarantine;
	int64_t max;                /* bytes; 0: no limit, above: ERR_TOO_LARGE */
};
/* Reads fd from its start to its end. */
MUST_CHECK bool blob_store_fd(struct blob_store *s, int fd, const struct blob_put *how, struct blob_info *out, struct err *e);
MUST_CHECK bool blob_store_bytes(struct blob_store *s, struct str bytes, const struct blob_put *how, struct blob_info *out, struct err *e);

/* A file that comes piece by piece. Each 64 KiB are sealed and written as soon as they are there, and the disk is kept busy
 * meanwhile, so that little is left for the sync. Until blob_writer_keep() it is nobody's: blob_writer_free() removes it, and
 * after a crash blob_store_new() does. One thread at a time. */
struct blob_writer;
/* It keeps `s`. */
MUST_CHECK bool blob_writer_new(struct blob_writer **out, struct blob_store *s, struct err *e);
/* After a failure only blob_writer_free(). */
MUST_CHECK bool blob_writer_add(struct blob_writer *w, struct str bytes, struct err *e);
/* Nothing is added any more. */
MUST_CHECK bool blob_writer_end(struct blob_writer *w, struct err *e);
/* After the end: bytes given, and their SHA-256. */
int64_t blob_writer_size(const struct blob_writer *w);
struct digest blob_writer_plain(const struct blob_writer *w);
/* After the end: its first bytes, at most `max`, in a memfd at offset 0. -1 and *e. */
MUST_CHECK int blob_writer_open(const struct blob_writer *w, int64_t max, struct err *e);
/* After the end, once: under the record's key and in place, durable. Waits for the disk. how->key must be there; how->max counts. */
MUST_CHECK bool blob_writer_keep(struct blob_writer *w, const struct blob_put *how, struct blob_info *out, struct err *e);
/* NULL is fine. */
void blob_writer_free(struct blob_writer *w);

/* Out of quarantine; again is harmless. ERR_NOT_FOUND when it is in neither place. */
MUST_CHECK bool blob_release(struct blob_store *s, struct digest address, struct err *e);
/* Removes it now, from either place: infected files, tests. Gone already is fine. */
MUST_CHECK bool blob_remove(struct blob_store *s, struct digest address, struct err *e);

/* ---- reading; quarantined files are not found ---- */

bool blob_exists(const struct blob_store *s, struct digest address);
/* Bytes on disk. */
MUST_CHECK bool blob_size(const struct blob_store *s, struct digest address, int64_t *size, struct err *e);

/* Piece by piece, constant memory. `key` NULL for files that are not sealed. */
struct blob_reader;
MUST_CHECK bool blob_reader_new(struct blob_reader **out, const struct blob_store *s, struct digest address, const struct key *key, struct err *e);
/* At most `max` bytes; 0 at the end; -1 and *e when the file is not what was stored. Of a sealed file
 * every byte given was authenticated; a file that is not sealed is compared with its address at the end. */
MUST_CHECK ptrdiff_t blob_reader_read(struct blob_reader *r, void *out, size_t max, struct err *e);
void blob_reader_free(struct blob_reader *r);

/* A descriptor at offset 0 with the plain bytes, for answer_file(): the file itself when not sealed, else a memfd (a
 * sealed file never lies on disk in clear). Sealed files above BLOB_OPEN_MAX: ERR_TOO_LARGE, use a reader. -1 and *e. */
#define BLOB_OPEN_MAX ((int64_t)128 * 1024 * 1024)
MUST_CHECK int blob_open(const struct blob_store *s, struct digest address, const struct key *key, int64_t *size, struct err *e);
/* Everything in the arena, for small files. More than max: ERR_TOO_LARGE. */
MUST_CHECK bool blob_read(const struct blob_store *s, struct arena *a, struct digest address, const struct key *key, int64_t max, struct str *out, struct err *e);
/* A quarantined file's plain bytes, for the scanner. As blob_open(). */
MUST_CHECK int blob_open_quarantined(const struct blob_store *s, struct digest address, const struct key *key, int64_t *size, struct err *e);

/* ---- verify, backup, removal ---- */

/* In either place; says nothing about its bytes. */
bool blob_is_there(const struct blob_store *s, struct digest address);
/* Does the file, in either place, still have its address? *good false also when it is missing. No key needed. */
MUST_CHECK bool blob_check(const struct blob_store *s, struct digest address, bool *good, struct err *e);
struct blob_seen { struct digest address; int64_t size; struct instant changed; bool quarantined; const char *path; };
/* Every file that is there from beginning to end, quarantine first; one that is released meanwhile is shown twice, one that is
 * removed may be gone when `each` opens it. False from `each` stops and is returned. Files being written are not shown. */
MUST_CHECK bool blob_each(const struct blob_store *s, bool (*each)(void *ctx, const struct blob_seen *b, struct err *e), void *ctx, struct err *e);
/* Removes files that `needed` does not know and that were stored before now - wait; wait at least BLOB_SWEEP_MIN_MS. Ask
 * `needed` of the database as it is now. *removed may be NULL. */
#define BLOB_SWEEP_MIN_MS (2 * DAY_MS)
struct blob_sweep {
	struct instant now;
	int64_t wait_ms;
	bool (*needed)(void *ctx, struct digest address, bool *needed, struct err *e);
	void *ctx;
};
MUST_CHECK bool blob_sweep(struct blob_store *s, const struct blob_sweep *how, int64_t *removed, struct err *e);
