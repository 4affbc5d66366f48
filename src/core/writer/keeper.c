/* keeper.c — see keeper.h.
 *
 * Locks: `turn` (one checkpoint or piece of the archive at a time), then the archive's; `mutex` (wishes, the end of the log, who may commit) is
 * held for a moment only, and nothing is asked for under it. Between letting the log go and holding it again nobody commits: that is done by
 * the writer itself between two batches, or behind `shut`, which the writer waits for. */
#include "core/writer/keeper.h"
#include "core/archive/archive.h"
#include "core/base/thread.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MB ((int64_t)1 << 20)
#define RESTART_AT (64 * MB)
#define STEP (16 * MB)            /* a passive checkpoint each */
#define NEAR MB                   /* of log that the writer copies itself when it begins it anew */
#define NEARER 4                  /* passive checkpoints after each other, each shorter, to come so near */
#define PIECE (16 * MB)           /* with an archive a piece each */
#define PATIENCE_MS 50            /* for one reader, while the writer waits */
#define AGAIN_NS ((int64_t)1000000000)
#define AGAIN_FULL_NS ((int64_t)200000000)

struct keeper {
	pthread_mutex_t turn, mutex;
	pthread_cond_t wish, gate;
	pthread_t thread;
	bool wanted, stopping, started;
	bool committing;
	_Atomic bool unheld, emptied; /* the writer counts frames of a log that is no more */
	int shut;                 /* so many wait for the writer to pause */
	struct wal_archive *archive;  /* NULL: none */
	struct wal_mark end;      /* of the last commit, for the archive */
	int64_t behind_ns;        /* since when it lacks a commit; 0: it has all */
	struct db *db;
	int64_t max, restart_at;
	int64_t asked_at, again_ns; /* the writer's */
	_Atomic bool near;        /* all but a little of the log is copied */
	_Atomic int64_t bytes, checkpoints, restarts, full;
};

/* ---- the archive; with the turn ---- */

/* All that is committed, now. */
static bool keep_all(struct keeper *k, struct err *e)
{
	if (!k->archive)
		return true;
	pthread_mutex_lock(&k->mutex);
	struct wal_mark end = k->end;
	pthread_mutex_unlock(&k->mutex);
	if (!wal_archive_advance(k->archive, &end, e))
		return false;
	pthread_mutex_lock(&k->mutex);
	bool all = k->end.frames == end.frames && memcmp(k->end.salt, end.salt, sizeof end.salt) == 0;
	k->behind_ns = all ? 0 : monotonic_ns();
	pthread_mutex_unlock(&k->mutex);
	return true;
}

static bool hold_again(struct keeper *k)
{
	struct err ignored = {0};
	k->unheld = k->archive && !wal_archive_hold(k->archive, &ignored);
	return !k->unheld;
}

/* Copies all of the log and begins it anew; nobody commits meanwhile. */
static bool begin_anew(struct keeper *k, struct db *db, enum db_checkpoint_mode mode, int wait_ms, bool *busy, struct err *e)
{
	*busy = true;
	if (!keep_all(k, e))
		return false;
	if (k->archive)
		wal_archive_release(k->archive);
	bool ok = db_checkpoint(db, mode, wait_ms, busy, e);
	hold_again(k);
	return ok;
}

/* A failed checkpoint loses nothing: the log is still there, and the next try tells again. */
static bool checkpoint(struct keeper *k, enum db_checkpoint_mode mode, int wait_ms, bool *busy, struct err *e)
{
	pthread_mutex_lock(&k->turn);
	bool ok = mode == DB_CHECKPOINT_PASSIVE ? keep_all(k, e) && db_checkpoint(k->db, mode, wait_ms, busy, e) : begin_anew(k, k->db, mode, wait_ms, busy, e);
	pthread_mutex_unlock(&k->turn);
	if (ok)
		atomic_fetch_add(&k->checkpoints, 1);
	return ok;
}

/* Or until the oldest commit that the archive lacks is old enough. */
static bool wait_for_wish(struct keeper *k)
{
	pthread_mutex_lock(&k->mutex);
	while (!k->wanted && !k->stopping) {
		int64_t at = k->behind_ns ? k->behind_ns + archive_every_ms(k->archive) * 1000000 : 0;
		if (at && at <= monotonic_ns())
			break;
		if (at)
			pthread_cond_timedwait(&k->wish, &k->mutex, &(struct timespec){.tv_sec = at / 1000000000, .tv_nsec = at % 1000000000});
		else
			pthread_cond_wait(&k->wish, &k->mutex);
	}
	k->wanted = false;
	bool go_on = !k->stopping;
	pthread_mutex_unlock(&k->mutex);
	return go_on;
}

/* What is committed while one copies is left for the next, which has less to do. */
static bool come_near(struct keeper *k, struct err *e)
{
	bool busy = false, near = false;
	for (int i = 0; i < NEARER && !near; i++) {
		int64_t begun = atomic_load(&k->bytes);
		if (!checkpoint(k, DB_CHECKPOINT_PASSIVE, 0, &busy, e) || !db_sync_copied(k->db, e))
			return false;
		near = !busy && atomic_load(&k->bytes) - begun <= NEAR;
		if (busy || begun < k->restart_at)
			break;
	}
	atomic_store(&k->near, near);
	return true;
}

static void *keeper_main(void *arg)
{
	struct keeper *k = arg;
	thread_name("checkpoints");
	thread_turn(TURN_LONG);
	while (wait_for_wish(k)) {
		struct err e = {0};
		if (!come_near(k, &e))
			nanosleep(&(struct timespec){.tv_sec = 1}, NULL);
	}
	return NULL;
}

static void ask(struct keeper *k, int64_t bytes)
{
	k->asked_at = bytes;
	pthread_mutex_lock(&k->mutex);
	k->wanted = true;
	pthread_cond_signal(&k->wish);
	pthread_mutex_unlock(&k->mutex);
}

/* Between two commits: nobody writes, so one more copy gets to the end of the log. What is left to copy then is little, for whoever files waits for it;
 * unless the log has grown to twice the length at which it should begin anew. */
static void restart(struct keeper *k, struct db *db, int64_t bytes)
{
	if (!atomic_exchange(&k->near, false) && bytes < 2 * k->restart_at) {
		ask(k, k->asked_at);
		return;
	}
	struct err e = {0};
	bool busy = true;
	/* Past half of the cap a passive checkpoint under way is waited for: the disk is slower than the writer. */
	if (bytes < k->max / 2 ? pthread_mutex_trylock(&k->turn) != 0 : pthread_mutex_lock(&k->turn) != 0)
		return;
	bool ok = begin_anew(k, db, DB_CHECKPOINT_RESTART, PATIENCE_MS, &busy, &e);
	pthread_mutex_unlock(&k->turn);
	if (ok && !busy)
		atomic_fetch_add(&k->restarts, 1);
	else
		k->again_ns = monotonic_ns() + (bytes >= k->max ? AGAIN_FULL_NS : AGAIN_NS);
}

/* ---- who may commit ---- */

static void enter(struct keeper *k)
{
	pthread_mutex_lock(&k->mutex);
	while (k->shut)
		pthread_cond_wait(&k->gate, &k->mutex);
	k->committing = true;
	pthread_mutex_unlock(&k->mutex);
}

static void leave(struct keeper *k)
{
	pthread_mutex_lock(&k->mutex);
	k->committing = false;
	pthread_cond_broadcast(&k->gate);
	pthread_mutex_unlock(&k->mutex);
}

static void shut(struct keeper *k, bool on)
{
	pthread_mutex_lock(&k->mutex);
	k->shut += on ? 1 : -1;
	while (on && k->committing)
		pthread_cond_wait(&k->gate, &k->mutex);
	pthread_cond_broadcast(&k->gate);
	pthread_mutex_unlock(&k->mutex);
}

/* Where the log ends now, for the archive. */
static void note_end(struct keeper *k, struct db *db)
{
	struct wal_mark end;
	if (!k->archive || !wal_archive_salt(k->archive, &end))
		return;
	end.frames = db_wal_frames(db);
	pthread_mutex_lock(&k->mutex);
	bool more = end.frames > 0 && (end.frames != k->end.frames || memcmp(end.salt, k->end.salt, sizeof end.salt) != 0);
	if (more && !k->behind_ns) {
		k->behind_ns = monotonic_ns();
		pthread_cond_signal(&k->wish);
	}
	if (more)
		k->end = end;
	pthread_mutex_unlock(&k->mutex);
}

void keeper_after(struct keeper *k, struct db *db)
{
	note_end(k, db);
	leave(k);
}

static bool held(struct keeper *k)
{
	if (!k->unheld)
		return true;
	pthread_mutex_lock(&k->turn);
	bool ok = hold_again(k);
	pthread_mutex_unlock(&k->turn);
	return ok;
}

static bool look_after(struct keeper *k, struct db *db)
{
	if (atomic_exchange(&k->emptied, false))
		db_wal_forget(db);
	int64_t bytes = db_wal_bytes(db), step = k->archive ? PIECE : STEP;
	if (bytes < k->asked_at)
		k->asked_at = bytes;
	if (bytes - k->asked_at >= step || (bytes - k->asked_at >= k->restart_at / 4 && bytes > 0))
		ask(k, bytes);
	if (bytes >= k->restart_at && monotonic_ns() >= k->again_ns)
		restart(k, db, bytes);
	bytes = db_wal_bytes(db);
	atomic_store(&k->bytes, bytes);
	atomic_store(&k->full, bytes >= k->max);
	return bytes < k->max && held(k);
}

bool keeper_between(struct keeper *k, struct db *db)
{
	enter(k);
	if (look_after(k, db))
		return true;
	leave(k);
	return false;
}

bool keeper_empty(struct keeper *k, struct err *e)
{
	bool busy = false;
	shut(k, true);
	bool ok = checkpoint(k, DB_CHECKPOINT_TRUNCATE, 5000, &busy, e);
	atomic_store(&k->emptied, ok && !busy);
	shut(k, false);
	if (!ok)
		return false;
	return !busy || err_set(e, ERR_BUSY, "somebody reads the database for long: what was erased is still in its log; try again later");
}

static void init_locks(struct keeper *k)
{
	pthread_condattr_t clock;
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_mutex_init(&k->turn, NULL);
	pthread_mutex_init(&k->mutex, NULL);
	pthread_cond_init(&k->wish, &clock);
	pthread_cond_init(&k->gate, &clock);
	pthread_condattr_destroy(&clock);
}

bool keeper_start(struct keeper **out, struct str place, int64_t max, struct wal_archive *archive, struct err *e)
{
	struct keeper *k = calloc(1, sizeof *k);
	bool busy = false;
	CHECK(k != NULL);
	k->max = max;
	k->restart_at = max / 4 < RESTART_AT ? max / 4 : RESTART_AT;
	k->archive = archive;
	init_locks(k);
	k->db = db_open_sqlite(place, DB_BATCH, e);
	k->started = k->db && (!archive || wal_archive_start(archive, e)) && checkpoint(k, DB_CHECKPOINT_TRUNCATE, 1000, &busy, e) &&
	             (pthread_create(&k->thread, NULL, keeper_main, k) == 0 || err_set(e, ERR_INTERNAL, "cannot start the thread of checkpoints"));
	if (k->started) {
		*out = k;
		return true;
	}
	keeper_stop(k);
	return false;
}

void keeper_stop(struct keeper *k)
{
	if (!k)
		return;
	pthread_mutex_lock(&k->mutex);
	k->stopping = true;
	pthread_cond_signal(&k->wish);
	pthread_mutex_unlock(&k->mutex);
	if (k->started) {
		struct err ignored = {0};
		bool busy;
		pthread_join(k->thread, NULL);
		/* What cannot be archived now stays in the log for the next start. */
		if (!checkpoint(k, DB_CHECKPOINT_TRUNCATE, 1000, &busy, &ignored))
			db_leave_log(k->db);
	} else if (k->db && k->archive) {
		db_leave_log(k->db);
	}
	if (k->archive)
		wal_archive_stop(k->archive);
	db_close(k->db);
	pthread_cond_destroy(&k->gate);
	pthread_cond_destroy(&k->wish);
	pthread_mutex_destroy(&k->mutex);
	pthread_mutex_destroy(&k->turn);
	free(k);
}

struct keeper_stats keeper_stats(const struct keeper *k)
{
	return (struct keeper_stats){.bytes = atomic_load(&k->bytes), .checkpoints = atomic_load(&k->checkpoints), .restarts = atomic_load(&k->restarts), .full = atomic_load(&k->full)};
}
