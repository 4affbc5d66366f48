/* scribe.c — what is poured is written on a thread of its own, in the order in which it is given: the maker makes the next ones meanwhile.
 *
 * Threads: the maker's calls and one writing thread. The database belongs to that thread from scribe_open() to scribe_close(), and in
 *          between to the maker while scribe_drain() has nothing left to write.
 * Memory:  PAGES pages of PAGE_OPS orders; a maker that is faster waits. Errors come back with a later call. */
#include "core/audit/audit.h"
#include "sample/internal.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define PAGES 8
#define PAGE_OPS 2048

enum op_kind { OP_ROW, OP_SEARCH, OP_COUNT, OP_DAY, OP_COMMIT };
struct op { enum op_kind kind; const struct db_table *table; const union db_cell *row; int64_t n; struct str text; };
struct page { struct arena *arena; struct op *ops; size_t n; };
struct scribe {
	struct maker *m;
	struct arena *scratch;    /* the thread's */
	struct db_tx tx;
	struct page pages[PAGES];
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t moved;
	uint64_t given, done;     /* pages; under the lock, as are: */
	bool stop, failed;
	struct err e;
};

/* ---- the thread ---- */

static bool close_day(struct scribe *s, struct date next, struct err *e)
{
	struct env env = {.arena = s->scratch, .db = s->m->c->db, .now = instant_at(next, 10 * 60000), .actor = &actor_program};
	bool closed = true, ok = true;
	while (ok && closed)
		ok = audit_close_day(&env, next, &closed, e);
	return ok;
}

static bool commit(struct scribe *s, struct err *e)
{
	struct db *db = s->m->c->db;
	bool busy = false;
	return (db_commit(&s->tx, e) || err_wrap(e, "sample dossiers")) && (db_wal_bytes(db) <= WAL_MOST || db_checkpoint(db, DB_CHECKPOINT_TRUNCATE, 1000, &busy, e)) && db_begin(db, &s->tx, e);
}

static bool do_op(struct scribe *s, const struct op *o, struct err *e)
{
	struct maker *m = s->m;
	switch (o->kind) {
	case OP_ROW: return db_bulk_put(m->bulk, o->table, o->row, e) || err_wrap(e, "row of a sample");
	case OP_SEARCH: return q_dossier_search_add(m->c->db, (struct dossier_id){o->n}, o->text, NULL, e) || err_wrap(e, "search");
	case OP_COUNT: return q_sequence_keep(m->c->db, o->text, o->n, NULL, e) || err_wrap(e, "sequences");
	case OP_DAY: return close_day(s, (struct date){(int32_t)o->n}, e);
	case OP_COMMIT: return commit(s, e);
	}
	return true;
}

static bool do_page(struct scribe *s, const struct page *p, struct err *e)
{
	for (size_t i = 0; i < p->n; i++)
		if (!do_op(s, &p->ops[i], e))
			return false;
	return true;
}

static void *run(void *arg)
{
	struct scribe *s = arg;
	struct err e = {0};
	pthread_mutex_lock(&s->lock);
	for (;;) {
		while (s->done == s->given && !s->stop)
			pthread_cond_wait(&s->moved, &s->lock);
		if (s->done == s->given)
			break;
		struct page *p = &s->pages[s->done % PAGES];
		bool skip = s->failed;
		pthread_mutex_unlock(&s->lock);
		bool ok = skip || do_page(s, p, &e);
		arena_reset(s->scratch);
		pthread_mutex_lock(&s->lock);
		if (!ok) {
			s->failed = true;
			s->e = e;
		}
		s->done++;
		pthread_cond_broadcast(&s->moved);
	}
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

/* ---- the maker's side ---- */

static struct page *page(struct scribe *s) { return &s->pages[s->given % PAGES]; }

/* Gives the page in hand and waits until fewer than `most` are unwritten. */
static bool give(struct scribe *s, uint64_t most, struct err *e)
{
	pthread_mutex_lock(&s->lock);
	s->given += page(s)->n > 0;
	pthread_cond_broadcast(&s->moved);
	while (s->given - s->done >= most)
		pthread_cond_wait(&s->moved, &s->lock);
	bool ok = !s->failed;
	if (!ok)
		*e = s->e;
	pthread_mutex_unlock(&s->lock);
	page(s)->n = 0;
	arena_reset(page(s)->arena);
	return ok;
}

static bool order(struct scribe *s, struct op o, struct err *e)
{
	struct page *p = page(s);
	if (p->n == PAGE_OPS) {
		if (!give(s, PAGES, e))
			return false;
		p = page(s);
	}
	p->ops[p->n++] = o;
	return true;
}

/* Room for one more is made before anything is copied into the page. */
static bool room(struct scribe *s, struct err *e) { return page(s)->n < PAGE_OPS || give(s, PAGES, e); }

bool scribe_row(struct scribe *s, const struct db_table *t, const union db_cell *row, struct err *e)
{
	if (!room(s, e))
		return false;
	struct arena *a = page(s)->arena;
	union db_cell *copy = NEW_ARRAY(a, t->n_columns, union db_cell);
	memcpy(copy, row, t->n_columns * sizeof *copy);
	for (size_t i = 0; i < t->n_columns; i++) {
		union db_cell *c = (union db_cell *)(void *)((char *)copy + t->columns[i].offset);
		if ((t->columns[i].type == DB_BYTES || db_type_is_text(t->columns[i].type)) && c->text.p)
			c->text = str_dup(a, c->text);
	}
	return order(s, (struct op){.kind = OP_ROW, .table = t, .row = copy}, e);
}

bool scribe_search(struct scribe *s, struct dossier_id id, struct str words, struct err *e)
{
	return room(s, e) && order(s, (struct op){.kind = OP_SEARCH, .n = id.v, .text = str_dup(page(s)->arena, words)}, e);
}

bool scribe_count(struct scribe *s, struct str name, int64_t value, struct err *e)
{
	return room(s, e) && order(s, (struct op){.kind = OP_COUNT, .n = value, .text = str_dup(page(s)->arena, name)}, e);
}

bool scribe_day(struct scribe *s, struct date next, struct err *e) { return order(s, (struct op){.kind = OP_DAY, .n = next.day}, e); }

bool scribe_commit(struct scribe *s, struct err *e) { return order(s, (struct op){.kind = OP_COMMIT}, e) && give(s, PAGES, e); }

bool scribe_drain(struct scribe *s, struct err *e) { return give(s, 1, e); }

struct scribe *scribe_open(struct maker *m, struct err *e)
{
	struct scribe *s = calloc(1, sizeof *s);
	CHECK(s != NULL);
	s->m = m;
	if (!db_begin(m->c->db, &s->tx, e)) {
		free(s);
		return NULL;
	}
	s->scratch = arena_new(0);
	for (size_t i = 0; i < PAGES; i++) {
		s->pages[i].arena = arena_new(0);
		s->pages[i].ops = calloc(PAGE_OPS, sizeof(struct op));
		CHECK(s->pages[i].ops != NULL);
	}
	CHECK(pthread_mutex_init(&s->lock, NULL) == 0 && pthread_cond_init(&s->moved, NULL) == 0 && pthread_create(&s->thread, NULL, run, s) == 0);
	return s;
}

void scribe_close(struct scribe *s)
{
	if (!s)
		return;
	pthread_mutex_lock(&s->lock);
	s->stop = true;
	pthread_cond_broadcast(&s->moved);
	pthread_mutex_unlock(&s->lock);
	pthread_join(s->thread, NULL);
	db_rollback(&s->tx);
	for (size_t i = 0; i < PAGES; i++) {
		arena_free(s->pages[i].arena);
		free(s->pages[i].ops);
	}
	pthread_cond_destroy(&s->moved);
	pthread_mutex_destroy(&s->lock);
	arena_free(s->scratch);
	free(s);
}
