/* keeper.h — keeps SQLite's write-ahead log short. Inside of core/writer.
 *
 * A thread copies the log into the database while others read and write (passive checkpoints), every few megabytes. It cannot
 * end a log that never stops growing, so the writer itself restarts it between two commits when it is long. Neither can do
 * that while somebody reads an old state: past the cap the writer takes nothing more until that reader is gone.
 * With an archive each piece of the log is kept there before it is copied into the database; one that cannot be kept holds the log back.
 * Threads: keeper_between() and keeper_after() on the writer's thread; the rest from any. */
#pragma once
#include "core/db/db.h"

struct keeper;
struct wal_archive;
struct keeper_stats { int64_t bytes, checkpoints, restarts, full; }; /* full: 1 while the cap is reached */

/* `max`: bytes of the log at which nothing more is written; it is restarted from a quarter of that, at most 64 MB. What a
 * crash left in the log is copied before this returns. archive: NULL for none; the caller's, until after keeper_stop(). */
MUST_CHECK bool keeper_start(struct keeper **out, struct str place, int64_t max, struct wal_archive *archive, struct err *e);
void keeper_stop(struct keeper *k); /* NULL is fine */
/* Before a batch, on the writer's connection. False: the log is full, and nothing may be committed now. After true comes keeper_after(). */
bool keeper_between(struct keeper *k, struct db *db);
void keeper_after(struct keeper *k, struct db *db);
/* Copies all of the log and cuts its file to nothing. ERR_BUSY when a reader holds it for more than five seconds. */
MUST_CHECK bool keeper_empty(struct keeper *k, struct err *e);
struct keeper_stats keeper_stats(const struct keeper *k);
