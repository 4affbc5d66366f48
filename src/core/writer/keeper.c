/* keeper.c — see keeper.h.
 *
 * Locks: `turn` (one checkpoint at a time) and `mutex` (the wish) are never held together. */
#include "core/writer/keeper.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#define MB ((int64_t)1 << 20)
#define RESTART_AT (64 * MB)
#define STEP (4 * MB)             /* a passive checkpoint each */
#define PATIENCE_MS 50            /* for one reader, while the writer waits */
#define AGAIN_NS ((int64_t)1000000000)
#define AGAIN_FULL_NS ((int64_t)200000000)

struct keeper {
	pthread_mutex_t turn, mutex;
	pthread_cond_t wish;
	pthread_t thread;
	bool wanted, stopping, started;
	struct db *db;
	int64_t max, restart_at;
	int64_t asked_at, again_ns; /* the writer's */
	_Atomic int64_t bytes, checkpoints, restarts, full;
};

/* A failed checkpoint loses nothing: the log is still there, and the next try tells again. */
static bool checkpoint(struct keeper *k, enum db_checkpoint_mode mode, int wait_ms, bool *busy, struct err *e)
{
	pthread_mutex_lock(&k->turn);
	bool ok = db_checkpoint(k->db, mode, wait_ms, busy, e);
	pthread_mutex_unlock(&k->turn);
	if (ok)
		atomic_fetch_add(&k->checkpoints, 1);
	return ok;
}

static bool wait_for_wish(struct keeper *k)
{
	pthread_mutex_lock(&k->mutex);
	while (!k->wanted && !k->stopping)
		pthread_cond_wait(&k->wish, &k->mutex);
	k->wanted = false;
	bool go_on = !k->stopping;
	pthread_mutex_unlock(&k->mutex);
	return go_on;
}

static void *keeper_main(void *arg)
{
	struct keeper *k = arg;
	while (wait_for_wish(k)) {
		struct err e = {0};
		bool busy = false;
		if (!checkpoint(k, DB_CHECKPOINT_PASSIVE, 0, &busy, &e))
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

/* Between two commits: nobody writes, so one more copy gets to the end of the log. */
static void restart(struct keeper *k, struct db *db, int64_t bytes)
{
	struct err e = {0};
	bool busy = true;
	/* Past half of the cap a passive checkpoint under way is waited for: the disk is slower than the writer. */
	if (bytes < k->max / 2 ? pthread_mutex_trylock(&k->turn) != 0 : pthread_mutex_lock(&k->turn) != 0)
		return;
	bool ok = db_checkpoint(db, DB_CHECKPOINT_RESTART, PATIENCE_MS, &busy, &e);
	pthread_mutex_unlock(&k->turn);
	if (ok && !busy)
		atomic_fetch_add(&k->restarts, 1);
	else
		k->again_ns = monotonic_ns() + (bytes >= k->max ? AGAIN_FULL_NS : AGAIN_NS);
}

bool keeper_between(struct keeper *k, struct db *db)
{
	int64_t bytes = db_wal_bytes(db);
	if (bytes < k->asked_at)
		k->asked_at = bytes;
	if (bytes - k->asked_at >= STEP || (bytes - k->asked_at >= k->restart_at / 4 && bytes > 0))
		ask(k, bytes);
	if (bytes >= k->restart_at && monotonic_ns() >= k->again_ns)
		restart(k, db, bytes);
	bytes = db_wal_bytes(db);
	atomic_store(&k->bytes, bytes);
	atomic_store(&k->full, bytes >= k->max);
	return bytes < k->max;
}

bool keeper_empty(struct keeper *k, struct err *e)
{
	bool busy = false;
	if (!checkpoint(k, DB_CHECKPOINT_TRUNCATE, 5000, &busy, e))
		return false;
	return !busy || err_set(e, ERR_BUSY, "somebody reads the database for long: what was erased is still in its log; try again later");
}

bool keeper_start(struct keeper **out, struct str place, int64_t max, struct err *e)
{
	struct keeper *k = calloc(1, sizeof *k);
	bool busy = false;
	CHECK(k != NULL);
	k->max = max;
	k->restart_at = max / 4 < RESTART_AT ? max / 4 : RESTART_AT;
	pthread_mutex_init(&k->turn, NULL);
	pthread_mutex_init(&k->mutex, NULL);
	pthread_cond_init(&k->wish, NULL);
	k->db = db_open_sqlite(place, DB_BATCH, e);
	k->started = k->db && checkpoint(k, DB_CHECKPOINT_TRUNCATE, 1000, &busy, e) &&
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
	if (k->started)
		pthread_join(k->thread, NULL);
	db_close(k->db);
	pthread_cond_destroy(&k->wish);
	pthread_mutex_destroy(&k->mutex);
	pthread_mutex_destroy(&k->turn);
	free(k);
}

struct keeper_stats keeper_stats(const struct keeper *k)
{
	return (struct keeper_stats){.bytes = atomic_load(&k->bytes), .checkpoints = atomic_load(&k->checkpoints), .restarts = atomic_load(&k->restarts), .full = atomic_load(&k->full)};
}
