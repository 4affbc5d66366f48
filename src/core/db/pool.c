/* pool.c — read-only connections shared by worker threads. */
#include "core/db/impl.h"
#include <pthread.h>
#include <stdlib.h>

struct db_pool {
	pthread_mutex_t lock;
	pthread_cond_t back;
	enum db_engine engine;
	struct arena *arena;
	struct str place;
	struct db **idle;
	size_t n_idle, n_out, n_long, max;
};

struct db_pool *db_pool_new(enum db_engine engine, struct str place, size_t max)
{
	struct db_pool *p = calloc(1, sizeof *p);
	CHECK(p && max > 0);
	p->arena = arena_new(0);
	p->engine = engine;
	p->place = str_dup(p->arena, place);
	p->max = max;
	p->idle = NEW_ARRAY(p->arena, max, struct db *);
	CHECK(pthread_mutex_init(&p->lock, NULL) == 0 && pthread_cond_init(&p->back, NULL) == 0);
	return p;
}

void db_pool_free(struct db_pool *p)
{
	if (!p)
		return;
	CHECK(p->n_out == 0);
	for (size_t i = 0; i < p->n_idle; i++)
		db_close(p->idle[i]);
	pthread_cond_destroy(&p->back);
	pthread_mutex_destroy(&p->lock);
	arena_free(p->arena);
	free(p);
}

static void put_back(struct db_pool *p, struct db *db)
{
	pthread_mutex_lock(&p->lock);
	p->n_out--;
	if (db)
		p->idle[p->n_idle++] = db;
	pthread_cond_signal(&p->back);
	pthread_mutex_unlock(&p->lock);
}

static void long_over(struct db_pool *p)
{
	pthread_mutex_lock(&p->lock);
	p->n_long--;
	pthread_mutex_unlock(&p->lock);
}

struct db *db_checkout(struct db_pool *p, struct err *e)
{
	pthread_mutex_lock(&p->lock);
	while (p->n_out == p->max)
		pthread_cond_wait(&p->back, &p->lock);
	p->n_out++;
	struct db *db = p->n_idle ? p->idle[--p->n_idle] : NULL;
	pthread_mutex_unlock(&p->lock);
	if (db && !db_lost(db))
		return db;
	db_close(db);
	unsigned flags = DB_READ_ONLY | DB_BATCH;
	db = p->engine == DB_PG ? db_open_pg(p->place, flags, e) : db_open_sqlite(p->place, flags, e);
	if (!db)
		put_back(p, NULL);
	return db;
}

/* A lost connection is closed, not kept: the next checkout opens a new one. */
void db_checkin(struct db_pool *p, struct db *db)
{
	CHECK(!db_in_tx(db));
	if (db_lost(db)) {
		db_close(db);
		db = NULL;
	}
	put_back(p, db);
}

bool db_checkout_long(struct db_pool *p, struct db **out, struct err *e)
{
	*out = NULL;
	pthread_mutex_lock(&p->lock);
	bool room = 4 * p->n_long < p->max;
	p->n_long += room;
	pthread_mutex_unlock(&p->lock);
	if (!room)
		return err_set(e, ERR_BUSY, "too many connections are out for long");
	*out = db_checkout(p, e);
	if (!*out)
		long_over(p);
	return *out != NULL;
}

void db_checkin_long(struct db_pool *p, struct db *db)
{
	long_over(p);
	db_checkin(p, db);
}
