/* row.c — rows as JSON and CSV, and digests of rows. */
#include "core/db/bulk.h"
#include "core/db/impl.h"
#include <endian.h>
#include <openssl/evp.h>
#include <string.h>

/* ---- JSON, CSV ---- */

static void put_json_text(struct buf *b, struct str s)
{
	buf_char(b, '"');
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c == '"' || c == '\\')
			buf_fmt(b, "\\%c", c);
		else if (c < 0x20 || c == 0x7f)
			buf_fmt(b, "\\u%04x", c);
		else
			buf_char(b, (char)c);
	}
	buf_char(b, '"');
}

/* The value as people's programs read it, without quotes. */
static struct str plain(struct arena *a, enum db_type type, struct value v)
{
	switch (type) {
	case DB_TEXT:
	case DB_HASH:
	case DB_PACKED:
	case DB_WORD:
	case DB_JSON: return v.s;
	case DB_BYTES: return base64_encode(a, v.s.p, v.s.n);
	case DB_INSTANT: return instant_format(a, (struct instant){v.i});
	case DB_DATE: return date_format(a, (struct date){(int32_t)v.i});
	case DB_BOOL: return v.i ? STR("true") : STR("false");
	case DB_ID:
	case DB_INT:
	case DB_MONEY: break;
	}
	return str_fmt(a, "%lld", (long long)v.i);
}

void db_row_json(struct buf *b, const struct db_query *q, const void *row)
{
	buf_char(b, '{');
	for (size_t i = 0; i < q->n_columns; i++) {
		const struct db_field *f = &q->columns[i];
		struct value v = value_of(f, row);
		buf_fmt(b, "%s\"%s\":", i ? "," : "", f->name);
		bool bare = f->type == DB_INT || f->type == DB_MONEY || f->type == DB_BOOL || f->type == DB_JSON;
		if (v.kind == VALUE_NULL)
			buf_put(b, STR("null"));
		else if (bare)
			buf_put(b, plain(b->a, f->type, v));
		else
			put_json_text(b, plain(b->a, f->type, v));
	}
	buf_char(b, '}');
}

static void put_csv(struct buf *b, struct str s, bool is_text)
{
	bool formula = is_text && s.n && strchr("=+-@\t\r", s.p[0]);
	bool quote = formula;
	for (size_t i = 0; i < s.n; i++)
		quote |= strchr("\",\r\n;", s.p[i]) != NULL && s.p[i];
	if (!quote) {
		buf_put(b, s);
		return;
	}
	buf_char(b, '"');
	if (formula)
		buf_char(b, '\'');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"')
			buf_char(b, '"');
		buf_char(b, s.p[i]);
	}
	buf_char(b, '"');
}

void db_row_csv(struct buf *b, const struct db_query *q, const void *row)
{
	for (size_t i = 0; i < q->n_columns; i++) {
		const struct db_field *f = &q->columns[i];
		struct value v = value_of(f, row);
		if (i)
			buf_char(b, ',');
		if (v.kind != VALUE_NULL)
			put_csv(b, plain(b->a, f->type, v), f->type != DB_BYTES && v.kind == VALUE_TEXT);
	}
	buf_put(b, STR("\r\n"));
}

void db_csv_header(struct buf *b, const struct db_query *q)
{
	for (size_t i = 0; i < q->n_columns; i++)
		buf_fmt(b, "%s%s", i ? "," : "", q->columns[i].name);
	buf_put(b, STR("\r\n"));
}

/* ---- digests ---- */

static void put_u64(struct buf *b, uint64_t n)
{
	n = htobe64(n);
	buf_put(b, (struct str){(const char *)&n, sizeof n});
}

static void put_bytes(struct buf *b, struct str s)
{
	put_u64(b, s.n);
	buf_put(b, s);
}

/* NULL columns are left out and the others bear their names: a column added later leaves old digests as they are. */
static void digest_row(struct arena *a, const struct db_query *q, const struct db_table *t, const void *row, uint8_t out[32])
{
	struct buf b = buf_on(a);
	put_bytes(&b, str_from(t->name));
	for (size_t i = 0; i < q->n_columns; i++) {
		struct value v = value_of(&q->columns[i], row);
		if (v.kind == VALUE_NULL)
			continue;
		put_bytes(&b, str_from(q->columns[i].name));
		enum db_type type = q->columns[i].type;
		put_u64(&b, (uint64_t)(db_type_is_tight(type) ? DB_TEXT : type));
		if (v.kind == VALUE_INT)
			put_u64(&b, (uint64_t)v.i);
		else
			put_bytes(&b, v.s);
	}
	CHECK(EVP_Digest(b.p, b.n, out, NULL, EVP_sha256(), NULL) == 1);
}

bool db_row_digest(struct db *db, const struct db_table *t, int64_t id, uint8_t out[32], struct err *e)
{
	CHECK(t->has_id);
	AUTO_ARENA a = arena_new(0);
	void *row = arena_alloc(a, t->by_id->row_size);
	bool found = false;
	memset(out, 0, 32);
	if (!db_one(db, a, t->by_id, &id, row, &found, e))
		return false;
	if (found)
		digest_row(a, t->by_id, t, row, out);
	return true;
}

void db_cells_digest(struct arena *a, const struct db_table *t, const union db_cell *row, uint8_t out[32]) { digest_row(a, t->by_id, t, row, out); }

bool db_digests_open(struct db *db, const struct db_table *t, struct db_digests *d, struct err *e)
{
	CHECK(t->has_id);
	*d = (struct db_digests){.table = t};
	if (!db_each(db, t->all, 0, NULL, &d->cursor, e))
		return false;
	d->arena = arena_new(0);
	return true;
}

bool db_digests_next(struct db_digests *d, int64_t *id, uint8_t out[32])
{
	arena_reset(d->arena);
	void *row = arena_alloc(d->arena, d->table->all->row_size);
	if (!db_next(&d->cursor, row))
		return false;
	for (size_t i = 0; i < d->table->n_columns; i++)
		if (strcmp(d->table->columns[i].name, "id") == 0)
			*id = value_of(&d->table->columns[i], row).i;
	digest_row(d->arena, d->table->all, d->table, row, out);
	return true;
}

bool db_digests_end(struct db_digests *d, struct err *e)
{
	bool ok = db_end(&d->cursor, e);
	db_digests_close(d);
	return ok;
}

void db_digests_close(struct db_digests *d)
{
	db_cursor_close(&d->cursor);
	arena_free(d->arena);
	d->arena = NULL;
}
