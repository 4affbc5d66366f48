/* frames.h — SQLite's file and write-ahead log as bytes: pages, frames, ends of commits. For core/archive and verify.
 *
 * Nobody reads by these to answer anybody. Closing a descriptor of the database or of its shared memory drops the locks that the whole
 * process has there (POSIX): close them after the process' last connection. The log itself is never locked. */
#pragma once
#include "core/base/err.h"
#include "core/db/pages.h"

/* An end in the log: so many frames of the log with that salt; `sum` is that of the last one. */
struct wal_mark { uint8_t salt[8]; int64_t frames; uint32_t sum[2]; };
/* `pages`: the size of the database when a commit ends here, else 0. */
struct frame { uint32_t page, pages; const uint8_t *bytes; };
typedef bool frame_fn(void *ctx, const struct frame *f, struct err *e);

/* The beginning of the log in `fd`. False: it has none, being empty. */
bool wal_begin(int fd, struct wal_mark *out);
/* From *at on to the frame `to`, each given to `each` (may be NULL); *at moves along. *same is false, and *at where that was, when a
 * frame does not follow the one before it: the log began anew, ends there or is damaged. */
MUST_CHECK bool wal_walk(int fd, struct wal_mark *at, int64_t to, frame_fn *each, void *ctx, bool *same, struct err *e);
/* The end of the last whole commit from *at on: what SQLite finds after a crash. *at stays when there is none. */
void wal_last_commit(int fd, struct wal_mark *at);

/* What the shared memory says of the log: frames that are committed, pages of the database after them, frames copied into it. */
struct wal_shared { uint8_t salt[8]; uint32_t committed, pages, copied; };
/* False when it is not there, or changes all the time. */
bool wal_shared_read(int shm, struct wal_shared *out);

/* Reads a page of the file; one that is being written just then is read again. PAGE_DAMAGED also behind the end. */
enum page_state page_read(int fd, uint32_t number, uint8_t page[PAGE_SIZE]);
/* A page that SQLite never uses: the bytes of its locks. */
#define PAGE_OF_LOCKS 262145u
