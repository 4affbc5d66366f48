/* bulk.c — see bulk.h. The texts made here consist of names from the generated catalogue and of the migrations' own statements. */
#include "core/db/bulk.h"
#include "core/db/impl.h"
#include <stdlib.h>
#include <string.h>

#define TABLES_MAX 32

struct put { const struct db_table *table; sqlite3_stmt *stmt; };
struct db_bulk { struct db *db; struct arena *arena; struct put puts[TABLES_MAX]; size_t n; };

static bool failed(struct db *db, const char *what, struct err *e)
{
	bool full = (sqlite3_errcode(db->lite) & 0xff) == SQLITE_FULL;
	return err_set(e, full ? ERR_BUSY : ERR_INTERNAL, "%s: %s", what, sqlite3_errmsg(db->lite));
}

static bool exec(struct db *db, const char *text, struct err *e)
{
	return sqlite3_exec(db->lite, text, NULL, NULL, NULL) == SQLITE_OK || failed(db, text, e);
}

static bool is_kept(const struct db_bulk_config *c, const char *name)
{
	for (size_t i = 0; i < c->n_keep; i++)
		if (strcmp(name, c->keep[i]) == 0)
			return true;
	return false;
}

/* The names first: what is being read cannot be dropped. */
static bool drop_indexes(struct db *db, struct arena *a, const struct db_bulk_config *c, const char *table, struct err *e)
{
	sqlite3_stmt *st = NULL;
	struct buf all = buf_on(a);
	if (sqlite3_prepare_v2(db->lite, "select name from sqlite_schema where type = 'index' and sql is not null and tbl_name = ?1", -1, &st, NULL) != SQLITE_OK)
		return failed(db, "indexes", e);
	sqlite3_bind_text(st, 1, table, -1, SQLITE_STATIC);
	int code;
	while ((code = sqlite3_step(st)) == SQLITE_ROW) {
		const char *name = (const char *)sqlite3_column_text(st, 0);
		if (!is_kept(c, name))
			buf_fmt(&all, "drop index \"%s\";", name);
	}
	bool ok = code == SQLITE_DONE || failed(db, "indexes", e);
	sqlite3_finalize(st);
	if (!ok)
		return false;
	return all.n == 0 || exec(db, str_cstr(a, buf_str(&all)), e);
}

bool db_bulk_begin(struct db *db, const struct db_bulk_config *c, struct db_bulk **out, struct err *e)
{
	AUTO_ARENA a = arena_new(0);
	*out = NULL;
	if (db->kind != DB_SQLITE)
		return err_set(e, ERR_INVALID, "bulk loading is for SQLite");
	if (!exec(db, str_fmt(a, "pragma synchronous=off; pragma cache_size=-%d", c->cache_mb * 1024).p, e))
		return false;
	for (size_t i = 0; i < c->n_tables; i++)
		if (!drop_indexes(db, a, c, c->tables[i]->name, e))
			return false;
	*out = calloc(1, sizeof **out);
	CHECK(*out != NULL);
	(*out)->db = db;
	(*out)->arena = arena_new(0);
	return true;
}

static bool prepare(struct db_bulk *b, const struct db_table *t, sqlite3_stmt **out, struct err *e)
{
	AUTO_ARENA a = arena_new(0);
	struct buf names = buf_on(a), marks = buf_on(a);
	for (size_t i = 0; i < t->n_columns; i++) {
		buf_fmt(&names, "%s%s", i ? "," : "", t->columns[i].name);
		buf_fmt(&marks, "%s?%zu", i ? "," : "", i + 1);
	}
	const char *text = str_fmt(a, "insert into %s (%.*s) values (%.*s)", t->name, STR_ARG(buf_str(&names)), STR_ARG(buf_str(&marks))).p;
	if (sqlite3_prepare_v3(b->db->lite, text, -1, SQLITE_PREPARE_PERSISTENT, out, NULL) != SQLITE_OK)
		return failed(b->db, t->name, e);
	CHECK(b->n < TABLES_MAX);
	b->puts[b->n++] = (struct put){t, *out};
	return true;
}

static int bind(sqlite3_stmt *s, int i, struct value v)
{
	switch (v.kind) {
	case VALUE_INT: return sqlite3_bind_int64(s, i, v.i);
	case VALUE_TEXT: return sqlite3_bind_text64(s, i, v.s.p, v.s.n, SQLITE_STATIC, SQLITE_UTF8);
	case VALUE_BYTES: return sqlite3_bind_blob64(s, i, v.s.p, v.s.n, SQLITE_STATIC);
	case VALUE_NULL:
	case VALUE_OTHER: break;
	}
	return sqlite3_bind_null(s, i);
}

bool db_bulk_put(struct db_bulk *b, const struct db_table *t, const union db_cell *row, struct err *e)
{
	sqlite3_stmt *s = NULL;
	for (size_t i = 0; i < b->n && !s; i++)
		s = b->puts[i].table == t ? b->puts[i].stmt : NULL;
	if (!s && !prepare(b, t, &s, e))
		return false;
	arena_reset(b->arena);
	for (size_t i = 0; i < t->n_columns; i++) {
		struct value v = value_of(&t->columns[i], row);
		if (!value_tight(b->arena, &t->columns[i], &v, e))
			return false;
		if (bind(s, (int)i + 1, v) != SQLITE_OK)
			return failed(b->db, t->name, e);
	}
	bool ok = sqlite3_step(s) == SQLITE_DONE || failed(b->db, t->name, e);
	sqlite3_reset(s);
	return ok;
}

static bool has_index(struct db *db, const char *name)
{
	sqlite3_stmt *st = NULL;
	bool has = sqlite3_prepare_v2(db->lite, "select 1 from sqlite_schema where type = 'index' and name = ?1", -1, &st, NULL) == SQLITE_OK &&
	           sqlite3_bind_text(st, 1, name, -1, SQLITE_STATIC) == SQLITE_OK && sqlite3_step(st) == SQLITE_ROW;
	sqlite3_finalize(st);
	return has;
}

static bool copy_indexes(struct db *db, sqlite3 *model, struct err *e)
{
	sqlite3_stmt *st = NULL;
	bool made = true;
	int code = sqlite3_prepare_v2(model, "select name, sql from sqlite_schema where type = 'index' and sql is not null", -1, &st, NULL);
	if (code == SQLITE_OK)
		while (made && (code = sqlite3_step(st)) == SQLITE_ROW)
			made = has_index(db, (const char *)sqlite3_column_text(st, 0)) || exec(db, (const char *)sqlite3_column_text(st, 1), e);
	bool all = !made || code == SQLITE_DONE || err_set(e, ERR_INTERNAL, "indexes: %s", sqlite3_errmsg(model));
	sqlite3_finalize(st);
	return made && all;
}

/* What the migrations make, in an empty database of its own. */
static bool build_indexes(struct db *db, const struct db_schema *schema, struct err *e)
{
	sqlite3 *model = NULL;
	bool ok = sqlite3_open(":memory:", &model) == SQLITE_OK;
	for (size_t i = 0; ok && i < schema->n_migrations; i++)
		ok = sqlite3_exec(model, schema->migrations[i].sqlite, NULL, NULL, NULL) == SQLITE_OK;
	ok = ok ? copy_indexes(db, model, e) : err_set(e, ERR_INTERNAL, "migrations: %s", model ? sqlite3_errmsg(model) : "no memory");
	sqlite3_close(model);
	return ok;
}

bool db_bulk_finish(struct db_bulk *b, const struct db_schema *schema, struct err *e)
{
	bool busy = false;
	return build_indexes(b->db, schema, e) && exec(b->db, "pragma synchronous=full", e) && db_checkpoint(b->db, DB_CHECKPOINT_TRUNCATE, 5000, &busy, e) &&
	       (!busy || err_set(e, ERR_BUSY, "somebody reads the database"));
}

void db_bulk_free(struct db_bulk *b)
{
	if (!b)
		return;
	for (size_t i = 0; i < b->n; i++)
		sqlite3_finalize(b->puts[i].stmt);
	arena_free(b->arena);
	free(b);
}

bool db_row_cells(struct db *db, struct arena *a, const struct db_table *t, int64_t id, union db_cell **row, bool *found, struct err *e)
{
	CHECK(t->has_id);
	*row = NEW_ARRAY(a, t->n_columns, union db_cell);
	return db_one(db, a, t->by_id, &id, *row, found, e);
}
