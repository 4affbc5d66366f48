/* db.c — see db.h. What is the same on both engines: transactions, the cache of statements, rows, touched rows. */
#include "core/db/impl.h"
#include "core/squeeze/squeeze.h"
#include "core/squeeze/word.h"
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define PARAMS_MAX 64
#define UNDO_TRIES 2

struct db *db_new(enum db_engine kind, unsigned flags)
{
	struct db *db = calloc(1, sizeof *db);
	CHECK(db);
	db->kind = kind;
	db->engine = kind == DB_PG ? &engine_pg : &engine_sqlite;
	db->flags = flags;
	db->touch_arena = arena_new(0);
	db->bind_arena = arena_new(0);
	return db;
}

void db_close(struct db *db)
{
	if (!db)
		return;
	for (size_t i = 0; i < STMT_BUCKETS; i++)
		for (struct db_stmt *s = db->stmts[i], *next; s; s = next) {
			next = s->next;
			db->engine->drop(db, s);
			free(s);
		}
	db->engine->close(db);
	free(db->touched);
	arena_free(db->touch_arena);
	arena_free(db->bind_arena);
	free(db);
}

enum db_engine db_engine(const struct db *db) { return db->kind; }
bool db_is_read_only(const struct db *db) { return (db->flags & DB_READ_ONLY) != 0; }
bool db_retryable(const struct db *db) { return db->retryable; }
bool db_malformed(const struct db *db) { return db->malformed; }
bool db_lost(struct db *db) { return db->engine->lost && db->engine->lost(db); }
int db_backend(const struct db *db) { return db->kind == DB_PG ? PQbackendPID(db->pg) : 0; }
/* SQLite ends a transaction by itself when the disk fails in it. */
bool db_in_tx(const struct db *db) { return db->level > 0 && (!db->lite || !sqlite3_get_autocommit(db->lite)); }
int64_t db_written(const struct db *db) { return db->lite ? sqlite3_total_changes64(db->lite) : 0; }
void db_rest(struct db *db)
{
	if (db->lite)
		(void)sqlite3_db_release_memory(db->lite);
}
void db_permit_logged(struct db *db, bool on) { db->permitted = on; }

void db_fault_at(struct db *db, int64_t n)
{
	db->fault = n;
	db->fault_hit = false;
}

bool db_fault_hit(const struct db *db) { return db->fault_hit; }
int64_t db_asked(const struct db *db) { return db->asked; }

bool db_step_allowed(struct db *db, struct err *e)
{
	db->retryable = db->malformed = false;
	db->asked++;
	if (db->fault == 0 || --db->fault > 0)
		return true;
	db->fault_hit = true;
	return err_set(e, ERR_INTERNAL, "injected fault");
}

bool db_run(struct db *db, const char *text, struct err *e)
{
	if (db->streaming)
		return err_set(e, ERR_INTERNAL, "a cursor is open on this connection");
	return db_step_allowed(db, e) && db->engine->run(db, text, e);
}

/* ---- transactions ---- */

/* It fails when the transaction is gone already, and then nothing is left to undo; or for want of memory. What is not undone would be committed with
 * whatever comes next, or keep this connection at an old state: no process goes on so. */
static void undo(struct db *db, const char *text)
{
	struct err ignored = {0};
	bool undone = false;
	for (int i = 0; i < UNDO_TRIES && !undone; i++)
		undone = db->engine->run(db, text, &ignored) || !db->engine->open(db);
	CHECK(undone);
}

static bool begin(struct db *db, struct db_tx *tx, const char *text, struct err *e)
{
	CHECK(tx->db == NULL);
	if (db->level != 0)
		return err_set(e, ERR_INTERNAL, "a transaction is open already");
	if (!db_run(db, text, e)) {
		if (!db->streaming && db->engine->open(db)) /* its second half failed, or its answer */
			undo(db, "rollback");
		return false;
	}
	*tx = (struct db_tx){.db = db, .level = ++db->level, .n_touched = db->n_touched};
	return true;
}

bool db_begin(struct db *db, struct db_tx *tx, struct err *e)
{
	/* SQLite takes the write lock at once: a lock asked for later could not be waited for. */
	bool write = db->kind == DB_SQLITE && !db_is_read_only(db);
	return begin(db, tx, write ? "begin immediate" : "begin", e);
}

bool db_begin_snapshot(struct db *db, struct db_tx *tx, struct err *e)
{
	if (db->kind == DB_PG)
		return begin(db, tx, "begin isolation level repeatable read read only", e);
	/* A deferred transaction fixes its moment at the first read. */
	return begin(db, tx, "begin; select 1 from sqlite_master", e);
}

void db_moment(struct db *db)
{
	static _Atomic uint64_t last;
	CHECK(db->level == 0);
	db->moment_waits = db->kind == DB_SQLITE;
	db->moment = atomic_fetch_add_explicit(&last, 1, memory_order_relaxed) + 1;
}

uint64_t db_moment_number(const struct db *db) { return db->moment; }

/* A deferred transaction: the statement that follows fixes the moment. */
static bool moment_begin(struct db *db, struct err *e)
{
	if (db->level != 0 || !db->engine->run(db, "begin", e))
		return err_set(e, ERR_INTERNAL, "a page's moment cannot begin");
	db->moment_waits = false;
	db->in_moment = true;
	db->level = 1;
	return true;
}

void db_moment_end(struct db *db)
{
	struct err ignored = {0};
	db->moment_waits = false;
	db->moment = 0;
	if (!db->in_moment)
		return;
	if (db_in_tx(db) && !db->engine->run(db, "commit", &ignored))
		undo(db, "rollback");
	db->in_moment = false;
	db->level = 0;
}

bool db_savepoint(struct db *db, struct db_tx *tx, struct err *e)
{
	CHECK(tx->db == NULL);
	if (!db_in_tx(db)) /* SQLite would begin one of its own, and commit it with the savepoint */
		return err_set(e, ERR_INTERNAL, "a savepoint outside of a transaction");
	if (!db_run(db, "savepoint sp", e))
		return false;
	*tx = (struct db_tx){.db = db, .level = ++db->level, .n_touched = db->n_touched};
	return true;
}

bool db_commit(struct db_tx *tx, struct err *e)
{
	struct db *db = tx->db;
	CHECK(db && tx->level == db->level);
	if (!db_run(db, tx->level > 1 ? "release sp" : "commit", e)) {
		db_rollback(tx);
		return false;
	}
	db->level--;
	tx->db = NULL;
	return true;
}

void db_rollback(struct db_tx *tx)
{
	struct db *db = tx->db;
	if (!db)
		return;
	CHECK(tx->level == db->level);
	undo(db, tx->level > 1 ? "rollback to sp; release sp" : "rollback");
	db->level--;
	db->n_touched = tx->n_touched < db->n_touched ? tx->n_touched : db->n_touched;
	tx->db = NULL;
}

/* ---- values ---- */

struct value value_of(const struct db_field *f, const void *base)
{
	const void *p = (const char *)base + f->offset;
	struct value v = {.kind = VALUE_INT};
	if (db_type_is_text(f->type) || f->type == DB_BYTES) {
		memcpy(&v.s, p, sizeof v.s);
		v.kind = v.s.p == NULL && f->nullable ? VALUE_NULL : f->type == DB_BYTES ? VALUE_BYTES : VALUE_TEXT;
		v.s.p = v.s.p ? v.s.p : "";
	} else if (f->type == DB_BOOL) {
		struct opt_bool b = {.has = true};
		memcpy(&b, p, f->nullable ? sizeof b : sizeof b.v);
		v.i = b.v;
		v.kind = b.has ? VALUE_INT : VALUE_NULL;
	} else if (f->type == DB_DATE) {
		struct opt_date d = {.has = true};
		memcpy(&d, p, f->nullable ? sizeof d : sizeof d.v);
		v.i = d.v.day;
		v.kind = d.has ? VALUE_INT : VALUE_NULL;
	} else {
		struct opt_int n = {.has = true}; /* instant and money have the same shape */
		memcpy(&n, p, f->nullable && f->type != DB_ID ? sizeof n : sizeof n.v);
		v.i = n.v;
		bool null = f->type == DB_ID ? f->nullable && n.v == 0 : !n.has;
		v.kind = null ? VALUE_NULL : VALUE_INT;
	}
	return v;
}

#define HASH_SIZE 32

static bool is_hash(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'f')))
			return false;
	return s.n == 2 * HASH_SIZE;
}

bool value_tight(struct arena *a, const struct db_field *f, struct value *v, struct err *e)
{
	if (v->kind != VALUE_TEXT || !db_type_is_tight(f->type))
		return true;
	v->kind = VALUE_BYTES;
	if (f->type == DB_PACKED)
		v->s = squeeze(a, v->s);
	else if (f->type == DB_WORD)
		return word_tight(v->s, &v->s) || err_set(e, ERR_INTERNAL, "%s: no text", f->name);
	else if (v->s.n == HASH_SIZE) /* it would come back as another text */
		return err_set(e, ERR_INTERNAL, "%s: 32 bytes that are no hash", f->name);
	else if (is_hash(v->s))
		CHECK(hex_decode(a, v->s, &v->s));
	return true;
}

/* What cannot be unpacked is given as it stands: the digest of its row, or the hash of its entry, says so to whoever verifies. */
static struct str loosened(struct arena *a, const struct db_field *f, struct str s)
{
	struct str out = s;
	if (f->type == DB_WORD)
		return str_dup(a, word_loose(s));
	if (f->type == DB_HASH)
		return s.n == HASH_SIZE ? hex_encode(a, s.p, s.n) : str_dup(a, s);
	return unsqueeze(a, s, &out) && out.p != s.p ? out : str_dup(a, s);
}

static bool store_number(const struct db_field *f, void *p, struct value v)
{
	bool has = v.kind == VALUE_INT;
	if (f->type == DB_BOOL) {
		struct opt_bool b = {.v = v.i != 0, .has = has};
		memcpy(p, &b, f->nullable ? sizeof b : sizeof b.v);
		return v.i == 0 || v.i == 1;
	}
	if (f->type == DB_DATE) {
		struct opt_date d = {.v = {(int32_t)v.i}, .has = has};
		memcpy(p, &d, f->nullable ? sizeof d : sizeof d.v);
		return v.i == (int32_t)v.i;
	}
	struct opt_int n = {.v = v.i, .has = has};
	memcpy(p, &n, f->nullable && f->type != DB_ID ? sizeof n : sizeof n.v);
	return true;
}

bool value_store(const struct db_query *q, const struct db_field *f, void *row, struct value v, struct arena *a, struct err *e)
{
	void *p = (char *)row + f->offset;
	if (v.kind == VALUE_NULL && !f->nullable)
		return err_set(e, ERR_INTERNAL, "%s: %s is NULL and was declared not to be", q->where, f->name);
	bool ok;
	if (db_type_is_text(f->type) || f->type == DB_BYTES) {
		struct str s = v.kind == VALUE_NULL ? STR_NONE : db_type_is_tight(f->type) ? loosened(a, f, v.s) : str_dup(a, v.s);
		bool bytes = f->type == DB_BYTES || db_type_is_tight(f->type);
		if (v.kind != VALUE_NULL && !s.p)
			s = STR("");
		ok = v.kind == VALUE_NULL || v.kind == (bytes ? VALUE_BYTES : VALUE_TEXT);
		memcpy(p, &s, sizeof s);
	} else {
		ok = (v.kind == VALUE_NULL || v.kind == VALUE_INT) && store_number(f, p, v);
	}
	return ok || err_set(e, ERR_INTERNAL, "%s: %s has a value of another type", q->where, f->name);
}

/* ---- statements ---- */

static const char *text_for(const struct db *db, const struct db_query *q, size_t order)
{
	CHECK(order < q->n_orders);
	return (db->kind == DB_PG ? q->pg : q->sqlite)[order];
}

/* An idle prepared statement of the query, from the cache or new. */
static struct db_stmt *statement(struct db *db, const struct db_query *q, size_t order, struct err *e)
{
	if (db->streaming) {
		err_set(e, ERR_INTERNAL, "%s: a cursor is open on this connection", q->where);
		return NULL;
	}
	struct db_stmt **bucket = &db->stmts[((uintptr_t)q / sizeof(void *) + order) % STMT_BUCKETS];
	for (struct db_stmt *s = *bucket; s; s = s->next)
		if (s->query == q && s->order == order && !s->busy)
			return s;
	struct db_stmt *s = calloc(1, sizeof *s);
	CHECK(s);
	s->query = q;
	s->order = order;
	if (!db->engine->prepare(db, s, text_for(db, q, order), e)) {
		free(s);
		return NULL;
	}
	s->next = *bucket;
	*bucket = s;
	return s;
}

static bool may_run(struct db *db, const struct db_query *q, struct err *e)
{
	if (q->writes && db_is_read_only(db))
		return err_set(e, ERR_INTERNAL, "%s: a write on a read-only connection", q->where);
	if (q->touches && !db->permitted)
		return err_set(e, ERR_INTERNAL, "%s: a write to logged table %s outside of the writer", q->where, q->touches->name);
	return db_step_allowed(db, e);
}

static struct db_stmt *start(struct db *db, const struct db_query *q, size_t order, const void *in, bool stream, struct err *e)
{
	if (!may_run(db, q, e) || (db->moment_waits && !moment_begin(db, e)))
		return NULL;
	struct db_stmt *s = statement(db, q, order, e);
	if (!s)
		return NULL;
	struct value values[PARAMS_MAX];
	CHECK(q->n_params <= PARAMS_MAX);
	arena_reset(db->bind_arena);
	for (size_t i = 0; i < q->n_params; i++) {
		values[i] = value_of(&q->params[i], in);
		if (!value_tight(db->bind_arena, &q->params[i], &values[i], e))
			return NULL;
	}
	s->busy = true;
	if (db->engine->start(db, s, values, stream, e))
		return s;
	db->engine->finish(db, s);
	s->busy = false;
	return NULL;
}

static void finish(struct db *db, struct db_stmt *s)
{
	db->engine->finish(db, s);
	s->busy = false;
}

static bool read_row(struct db *db, struct db_stmt *s, void *row, struct arena *a, struct err *e)
{
	const struct db_query *q = s->query;
	for (size_t i = 0; i < q->n_columns; i++)
		if (!value_store(q, &q->columns[i], row, db->engine->get(s, i, q->columns[i].type), a, e))
			return false;
	return true;
}

static void touch(struct db *db, const struct db_query *q, const void *in, int64_t changed)
{
	if (q->touches && changed > 0)
		db_touch(db, q->touches, value_of(&q->params[q->touch_param], in).i);
}

bool db_one(struct db *db, struct arena *a, const struct db_query *q, const void *in, void *row, bool *found, struct err *e)
{
	*found = false;
	memset(row, 0, q->row_size);
	struct db_stmt *s = start(db, q, 0, in, false, e);
	if (!s)
		return false;
	enum step got = db->engine->step(db, s, e);
	bool ok = got != STEP_FAILED && (got == STEP_END || read_row(db, s, row, a, e));
	*found = ok && got == STEP_ROW;
	/* A second row is the query's mistake; for "returning" the step to the end is what completes the write. */
	if (*found && (got = db->engine->step(db, s, e)) != STEP_END)
		ok = got == STEP_FAILED ? false : err_set(e, ERR_INTERNAL, "%s: more than one row", q->where);
	finish(db, s);
	if (ok)
		touch(db, q, in, *found);
	return ok;
}

bool db_many(struct db *db, struct arena *a, const struct db_query *q, size_t order, const void *in, void **rows, size_t *n, struct err *e)
{
	*rows = NULL;
	*n = 0;
	struct db_stmt *s = start(db, q, order, in, false, e);
	if (!s)
		return false;
	size_t cap = 0;
	char *all = NULL;
	bool ok = true;
	enum step got;
	while (ok && (got = db->engine->step(db, s, e)) != STEP_END) {
		if (*n == cap) {
			cap = cap ? 2 * cap : 16;
			char *more = arena_array(a, cap, q->row_size);
			if (*n)
				memcpy(more, all, *n * q->row_size);
			all = more;
		}
		ok = got == STEP_ROW && read_row(db, s, all + *n * q->row_size, a, e);
		*n += ok;
	}
	finish(db, s);
	*n = ok ? *n : 0;
	*rows = ok ? all : NULL;
	return ok;
}

bool db_exec(struct db *db, const struct db_query *q, const void *in, int64_t *changed, struct err *e)
{
	struct db_stmt *s = start(db, q, 0, in, false, e);
	if (!s)
		return false;
	bool ok = db->engine->step(db, s, e) == STEP_END;
	int64_t n = ok ? s->changed : 0;
	finish(db, s);
	if (ok)
		touch(db, q, in, n);
	if (changed)
		*changed = n;
	return ok;
}

bool db_prepare(struct db *db, const struct db_query *q, struct err *e)
{
	for (size_t i = 0; i < q->n_orders; i++)
		if (!statement(db, q, i, e))
			return false;
	return true;
}

/* ---- cursors ---- */

bool db_each(struct db *db, const struct db_query *q, size_t order, const void *in, struct db_cursor *c, struct err *e)
{
	CHECK(c->stmt == NULL);
	*c = (struct db_cursor){.db = db, .query = q, .stmt = start(db, q, order, in, true, e)};
	if (!c->stmt)
		return false;
	c->arena = arena_new(0);
	return true;
}

bool db_next(struct db_cursor *c, void *row)
{
	if (!c->stmt || c->failed || c->last)
		return false;
	arena_reset(c->arena);
	enum step got = c->db->engine->step(c->db, c->stmt, &c->err);
	c->last = got == STEP_END;
	c->failed = got == STEP_FAILED || (got == STEP_ROW && !read_row(c->db, c->stmt, row, c->arena, &c->err));
	return got == STEP_ROW && !c->failed;
}

void db_cursor_close(struct db_cursor *c)
{
	if (c->stmt)
		finish(c->db, c->stmt);
	arena_free(c->arena);
	c->stmt = NULL;
	c->arena = NULL;
}

bool db_end(struct db_cursor *c, struct err *e)
{
	db_cursor_close(c);
	if (c->failed)
		*e = c->err;
	return !c->failed;
}
