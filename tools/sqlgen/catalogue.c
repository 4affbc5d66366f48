/* catalogue.c — reads migrations: tables and columns with logical types, and the text for each engine. */
#include "core/squeeze/words.h"
#include "sqlgen.h"
#include <ctype.h>
#include <openssl/evp.h>
#include <string.h>

enum place { BOTH, ONLY_SQLITE, ONLY_PG };
enum note { NOTE_NONE, NOTE_LOGGED, NOTE_OTHER };

/* One migration while it is read. */
struct reader {
	struct catalogue *c;
	struct source src;
	struct buf sqlite, pg;
	enum note note;
	enum place place;
};

void catalogue_init(struct catalogue *c, struct arena *a)
{
	*c = (struct catalogue){.a = a};
	c->tables_tail = &c->tables;
	c->migrations_tail = &c->migrations;
}

struct table *find_table(const struct catalogue *c, struct str name)
{
	for (struct table *t = c->tables; t; t = t->next)
		if (str_eq(t->name, name))
			return t;
	return NULL;
}

struct column *find_column(const struct table *t, struct str name)
{
	for (struct column *c = t->columns; c; c = c->next)
		if (str_eq(c->name, name))
			return c;
	return NULL;
}

static const struct { const char *name, *sqlite, *pg; } types[] = {
	[DB_ID] = {"id", "INTEGER", "BIGINT"},
	[DB_INT] = {"int", "INTEGER", "BIGINT"},
	[DB_BOOL] = {"bool", "INTEGER", "BIGINT"},
	[DB_TEXT] = {"text", "TEXT", "TEXT COLLATE \"C\""},
	[DB_BYTES] = {"bytes", "BLOB", "BYTEA"},
	[DB_INSTANT] = {"instant", "INTEGER", "BIGINT"},
	[DB_DATE] = {"date", "INTEGER", "BIGINT"},
	[DB_MONEY] = {"money", "INTEGER", "BIGINT"},
	[DB_JSON] = {"json", "TEXT", "TEXT COLLATE \"C\""},
	[DB_HASH] = {"hash", "BLOB", "BYTEA"},
	[DB_PACKED] = {"packed", "BLOB", "BYTEA"},
	[DB_WORD] = {"word", "BLOB", "BYTEA"},
};

bool logical_type(struct str word, enum db_type *out)
{
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (str_eq(word, str_from(types[i].name))) {
			*out = (enum db_type)i;
			return true;
		}
	return false;
}

struct str type_name(struct arena *a, struct qtype t)
{
	struct str base = t.ref.n ? str_fmt(a, "%.*s_id", STR_ARG(t.ref)) : str_from(types[t.type].name);
	return t.nullable ? str_cat(a, base, STR("?")) : base;
}

/* The source text of tokens [i, end). */
static struct str slice(const struct reader *r, struct toks t, size_t i, size_t end)
{
	if (i >= end)
		return STR("");
	size_t from = t.v[i].at, to = t.v[end - 1].at + t.v[end - 1].text.n;
	return str_sub(r->src.text, from, to - from);
}

static bool has_words(struct toks t, size_t i, size_t end, const char *words)
{
	for (; i < end; i++)
		if (toks_at(t, i, words))
			return true;
	return false;
}

static void read_reference(struct reader *r, struct table *t, struct column *col, struct toks k, size_t i, size_t end)
{
	for (size_t j = i; j + 1 < end; j++) {
		if (!tok_is(k.v[j], "references"))
			continue;
		struct table *to = find_table(r->c, k.v[j + 1].text);
		if (!to && !str_eq(k.v[j + 1].text, t->name))
			die_at(&r->src, k.v[j].at, "references %.*s, which is no table", STR_ARG(k.v[j + 1].text));
		if (col->type.type == DB_ID && (!to || to->has_id))
			col->type.ref = k.v[j + 1].text;
	}
	for (; t->logged && i < end; i++)
		if (toks_at(k, i, "on delete") || toks_at(k, i, "on update"))
			die_at(&r->src, k.v[i].at, "a logged table's rows change by named queries only, not by a foreign key");
}

/* Writes the column for both engines: NAME TYPE REST. */
static void write_column(struct reader *r, const struct column *col, struct str rest, bool add_not_null)
{
	struct buf *out[] = {&r->sqlite, &r->pg};
	for (size_t i = 0; i < 2; i++) {
		buf_fmt(out[i], "%.*s %s%s", STR_ARG(col->name), i == 0 ? types[col->type.type].sqlite : types[col->type.type].pg,
		        add_not_null ? " not null" : "");
		if (rest.n)
			buf_fmt(out[i], " %.*s", STR_ARG(rest));
		if (col->type.type == DB_BOOL)
			buf_fmt(out[i], " check (%.*s in (0, 1))", STR_ARG(col->name));
	}
}

/* One column: tokens [i, end). */
static void read_column(struct reader *r, struct table *t, struct toks k, size_t i, size_t end)
{
	struct column *col = NEW(r->c->a, struct column);
	col->name = k.v[i].text;
	if (!is_name(col->name))
		die_at(&r->src, k.v[i].at, "%.*s: a column's name is lower case and no word of C", STR_ARG(col->name));
	if (find_column(t, col->name))
		die_at(&r->src, k.v[i].at, "column %.*s stands twice", STR_ARG(col->name));
	if (i + 1 >= end || !logical_type(k.v[i + 1].text, &col->type.type))
		die_at(&r->src, k.v[i].at, "column %.*s needs a logical type (id, int, bool, text, bytes, instant, date, money, json, hash, packed, word)",
		       STR_ARG(col->name));
	bool pk = has_words(k, i + 2, end, "primary key"), not_null = has_words(k, i + 2, end, "not null");
	col->type.nullable = !pk && !not_null;
	if (pk && col->type.type == DB_ID && str_eq(col->name, STR("id"))) {
		t->has_id = true;
		col->type.ref = t->name;
	} else if (pk && t->logged) {
		die_at(&r->src, k.v[i].at, "logged table %.*s must have the key \"id id primary key\"", STR_ARG(t->name));
	}
	read_reference(r, t, col, k, i + 2, end);
	write_column(r, col, slice(r, k, i + 2, end), pk && !not_null);
	*t->tail = col;
	t->tail = &col->next;
}

static bool is_constraint(struct tok t)
{
	return tok_is(t, "primary") || tok_is(t, "unique") || tok_is(t, "check") || tok_is(t, "foreign") || tok_is(t, "constraint");
}

static void read_constraint(struct reader *r, const struct table *t, struct toks k, size_t i, size_t end)
{
	for (size_t j = i; j < end; j++) {
		if (t->logged && (toks_at(k, j, "on delete") || toks_at(k, j, "on update")))
			die_at(&r->src, k.v[j].at, "a logged table's rows change by named queries only, not by a foreign key");
		if (!toks_at(k, j, "primary key ("))
			continue;
		if (t->logged)
			die_at(&r->src, k.v[j].at, "logged table %.*s must have the key \"id id primary key\"", STR_ARG(t->name));
		for (j += 3; j < end && !tok_is(k.v[j], ")"); j++) {
			struct column *col = find_column(t, k.v[j].text);
			if (col && col->type.nullable)
				die_at(&r->src, k.v[j].at, "column %.*s is in the key and must be not null", STR_ARG(col->name));
		}
	}
	struct str text = slice(r, k, i, end);
	buf_put(&r->sqlite, text);
	buf_put(&r->pg, text);
}

static void put_both(struct reader *r, const char *text)
{
	buf_put(&r->sqlite, str_from(text));
	buf_put(&r->pg, str_from(text));
}

static void require_note(struct reader *r, struct tok at)
{
	if (r->note == NOTE_NONE)
		die_at(&r->src, at.at, "create table needs a line before it: -- logged, -- unlogged: REASON or -- derived: HOW REBUILT");
}

static struct table *new_table(struct reader *r, struct tok name)
{
	if (!is_name(name.text))
		die_at(&r->src, name.at, "%.*s: a table's name is lower case and no word of C", STR_ARG(name.text));
	if (find_table(r->c, name.text))
		die_at(&r->src, name.at, "table %.*s exists", STR_ARG(name.text));
	struct table *t = NEW(r->c->a, struct table);
	t->name = name.text;
	t->logged = r->note == NOTE_LOGGED;
	t->tail = &t->columns;
	return t;
}

static void create_table(struct reader *r, struct toks k)
{
	require_note(r, k.v[0]);
	if (k.n < 5 || !tok_is(k.v[3], "(") || skip_group(k, 3) != k.n)
		die_at(&r->src, k.v[0].at, "expected: create table NAME (columns)");
	struct table *t = new_table(r, k.v[2]);
	buf_fmt(&r->sqlite, "create table %.*s (\n  ", STR_ARG(t->name));
	buf_fmt(&r->pg, "create table %.*s (\n  ", STR_ARG(t->name));
	for (size_t i = 4; i < k.n - 1;) {
		size_t end = i;
		while (end < k.n - 1 && !tok_is(k.v[end], ","))
			end = tok_is(k.v[end], "(") ? skip_group(k, end) : end + 1;
		if (end == i)
			die_at(&r->src, k.v[i].at, "a column is missing");
		(is_constraint(k.v[i]) ? read_constraint(r, t, k, i, end) : read_column(r, t, k, i, end));
		put_both(r, end < k.n - 1 ? ",\n  " : "\n");
		i = end + 1;
	}
	buf_put(&r->sqlite, STR(") strict;\n"));
	buf_put(&r->pg, STR(");\n"));
	if (t->logged && !t->has_id)
		die_at(&r->src, k.v[0].at, "logged table %.*s must have the key \"id id primary key\"", STR_ARG(t->name));
	*r->c->tables_tail = t;
	r->c->tables_tail = &t->next;
	r->note = NOTE_NONE;
}

static void drop_column(struct reader *r, struct table *t, struct toks k, size_t i)
{
	struct column **p = &t->columns;
	while (*p && !str_eq((*p)->name, k.v[i].text))
		p = &(*p)->next;
	if (!*p || t->logged)
		die_at(&r->src, k.v[i].at, t->logged ? "a logged table keeps its columns: digests of its rows cover them" : "no such column");
	if (t->tail == &(*p)->next)
		t->tail = p;
	*p = (*p)->next;
	put_both(r, str_cstr(r->c->a, slice(r, k, 0, k.n)));
	put_both(r, ";\n");
}

/* The 64 digits of a hash as 32 bytes, where the engine has no function for it: each pair is the place of a byte among all bytes. */
static void put_every_byte(struct buf *b)
{
	buf_put(b, STR("with every_byte (v) as (select x'"));
	for (int i = 0; i < 256; i++)
		buf_fmt(b, "%02x", i);
	buf_put(b, STR("')\n"));
}

static void put_unhex(struct buf *b, struct str name)
{
	buf_put(b, STR("cast("));
	for (int i = 0; i < 64; i += 2)
		buf_fmt(b, "%ssubstr((select v from every_byte), 16 * instr('123456789abcdef', substr(%.*s_was, %d, 1)) + instr('123456789abcdef', substr(%.*s_was, %d, 1)) + 1, 1)", i ? " ||\n  " : "",
		        STR_ARG(name), i + 1, STR_ARG(name), i + 2);
	buf_put(b, STR(" as blob)"));
}

/* The byte of a word for the word, as one engine writes it: x'80', '\\x80'::bytea. */
static void put_words(struct buf *b, struct str column, const char *before, const char *after)
{
	buf_fmt(b, "case %.*s", STR_ARG(column));
	for (size_t i = 0; i < ARRAY_LEN(squeeze_words); i++)
		buf_fmt(b, "\n  when '%s' then %s%02x%s", squeeze_words[i], before, WORDS_FIRST + (unsigned)i, after);
	buf_put(b, STR("\n  else "));
}

/* SQLite has no such statement: a new column takes what the old one had. What is kept otherwise is the same to the program, and so to the digests. */
static void retype_sqlite(struct reader *r, const struct table *t, const struct column *col)
{
	struct str n = col->name;
	buf_fmt(&r->sqlite, "alter table %.*s rename column %.*s to %.*s_was;\nalter table %.*s add column %.*s %s%s;\n", STR_ARG(t->name), STR_ARG(n), STR_ARG(n), STR_ARG(t->name), STR_ARG(n),
	        types[col->type.type].sqlite, col->type.nullable ? "" : " not null default x''");
	if (col->type.type == DB_HASH)
		put_every_byte(&r->sqlite);
	buf_fmt(&r->sqlite, "update %.*s set %.*s = ", STR_ARG(t->name), STR_ARG(n));
	if (col->type.type == DB_HASH) {
		buf_fmt(&r->sqlite, "case when length(%.*s_was) = 64 and %.*s_was not glob '*[^0-9a-f]*' then ", STR_ARG(n), STR_ARG(n));
		put_unhex(&r->sqlite, n);
		buf_fmt(&r->sqlite, " else cast(%.*s_was as blob) end", STR_ARG(n));
	} else if (col->type.type == DB_WORD) {
		put_words(&r->sqlite, str_fmt(r->c->a, "%.*s_was", STR_ARG(n)), "x'", "'");
		buf_fmt(&r->sqlite, "cast(%.*s_was as blob) end", STR_ARG(n));
	} else
		buf_fmt(&r->sqlite, "cast(%.*s_was as blob)", STR_ARG(n));
	buf_fmt(&r->sqlite, "%s%.*s%s;\nalter table %.*s drop column %.*s_was;\n", col->type.nullable ? " where " : "", col->type.nullable ? (int)n.n : 0, n.p, col->type.nullable ? "_was is not null" : "",
	        STR_ARG(t->name), STR_ARG(n));
}

static void retype_pg(struct reader *r, const struct table *t, const struct column *col)
{
	struct str n = col->name;
	struct str plain = str_fmt(r->c->a, "convert_to(%.*s, 'UTF8')", STR_ARG(n));
	buf_fmt(&r->pg, "alter table %.*s alter column %.*s type bytea using ", STR_ARG(t->name), STR_ARG(n));
	if (col->type.type == DB_HASH)
		buf_fmt(&r->pg, "case when %.*s ~ '^[0-9a-f]{64}$' then decode(%.*s, 'hex') else %.*s end;\n", STR_ARG(n), STR_ARG(n), STR_ARG(plain));
	else if (col->type.type == DB_WORD) {
		put_words(&r->pg, n, "'\\x", "'::bytea");
		buf_fmt(&r->pg, "%.*s end;\n", STR_ARG(plain));
	} else
		buf_fmt(&r->pg, "%.*s;\n", STR_ARG(plain));
}

/* alter column NAME type hash|packed|word: a text is kept otherwise. Indexes and views of the column are dropped before. */
static void retype_column(struct reader *r, struct table *t, struct toks k)
{
	struct column *col = k.n == 8 && tok_is(k.v[4], "column") && tok_is(k.v[6], "type") ? find_column(t, k.v[5].text) : NULL;
	enum db_type to = DB_TEXT;
	bool text = col && (col->type.type == DB_TEXT || (col->type.type == DB_JSON && !t->logged));
	if (!text || !logical_type(k.v[7].text, &to) || !db_type_is_tight(to))
		die_at(&r->src, k.v[3].at, "expected: alter table NAME alter column COLUMN type hash|packed|word, of a column of text");
	col->type.type = to;
	retype_sqlite(r, t, col);
	retype_pg(r, t, col);
}

static void alter_table(struct reader *r, struct toks k)
{
	struct table *t = k.n > 5 ? find_table(r->c, k.v[2].text) : NULL;
	size_t col = k.n > 5 && tok_is(k.v[4], "column") ? 5 : 4;
	if (!t)
		die_at(&r->src, k.v[0].at, "expected: alter table NAME add|drop|alter column …");
	if (tok_is(k.v[3], "alter")) {
		retype_column(r, t, k);
		return;
	}
	if (tok_is(k.v[3], "drop")) {
		drop_column(r, t, k, col);
		return;
	}
	if (!tok_is(k.v[3], "add"))
		die_at(&r->src, k.v[3].at, "alter table knows add column, drop column and alter column … type");
	put_both(r, str_cstr(r->c->a, str_fmt(r->c->a, "alter table %.*s add column ", STR_ARG(t->name))));
	read_column(r, t, k, col, k.n);
	put_both(r, ";\n");
	if (t->logged && (has_words(k, col, k.n, "not null") || has_words(k, col, k.n, "default")))
		die_at(&r->src, k.v[col].at, "a new column of a logged table must be NULL in old rows: their digests stand in the log");
}

static void drop_table(struct reader *r, struct toks k)
{
	struct table **p = &r->c->tables;
	while (*p && !str_eq((*p)->name, k.v[2].text))
		p = &(*p)->next;
	if (!*p || (*p)->logged)
		die_at(&r->src, k.v[2].at, *p ? "a logged table stays" : "no such table");
	if (r->c->tables_tail == &(*p)->next)
		r->c->tables_tail = p;
	*p = (*p)->next;
}

static void pass_statement(struct reader *r, struct toks k)
{
	static const char *const known[] = {"create index", "create unique index", "create view", "insert into", "update",
	                                    "delete from", "drop table", "drop index", "drop view"};
	bool ok = false;
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		ok |= toks_at(k, 0, known[i]);
	if (!ok)
		die_at(&r->src, k.v[0].at, "this statement is not known for both engines; see docs/guide/sql.md");
	size_t target = write_target(k);
	struct table *t = target ? find_table(r->c, k.v[target].text) : NULL;
	if (t && t->logged)
		die_at(&r->src, k.v[0].at, "rows of logged table %.*s change by named queries only", STR_ARG(t->name));
	if (toks_at(k, 0, "drop table") && k.n > 2)
		drop_table(r, k);
	if (toks_at(k, 0, "drop view") && k.n > 2)
		view_drop(r->c, k.v[2].text);
	if (toks_at(k, 0, "create view"))
		view_read(r->c, &r->src, k);
	check_statement(r->c, &r->src, k);
	put_both(r, str_cstr(r->c->a, slice(r, k, 0, k.n)));
	put_both(r, ";\n");
}

static void read_statement(struct reader *r, struct toks k)
{
	if (toks_at(k, 0, "create table"))
		create_table(r, k);
	else if (toks_at(k, 0, "alter table"))
		alter_table(r, k);
	else
		pass_statement(r, k);
}

static bool has_reason(struct str line, const char *word)
{
	struct str w = str_from(word);
	return str_starts(line, w) && str_trim(str_sub(line, w.n, line.n)).n > 0;
}

static void read_note(struct reader *r, struct str comment)
{
	struct str line = str_trim(str_sub(comment, 2, comment.n));
	if (str_eq(line, STR("logged")))
		r->note = NOTE_LOGGED;
	else if (has_reason(line, "unlogged:") || has_reason(line, "derived:"))
		r->note = NOTE_OTHER;
}

/* Returns the index behind the section that begins at the comment `i`. */
static size_t read_only_section(struct reader *r, struct toks k, size_t i)
{
	struct str head = str_trim(str_sub(k.v[i].text, 2, k.v[i].text.n));
	bool lite = str_eq(head, STR("only sqlite"));
	if (!lite && !str_eq(head, STR("only pg")))
		die_at(&r->src, k.v[i].at, "expected: -- only sqlite or -- only pg");
	size_t start = i++;
	for (; i < k.n; i++) {
		if (k.v[i].kind == T_COMMENT && str_eq(str_trim(str_sub(k.v[i].text, 2, k.v[i].text.n)), STR("end")))
			break;
		if (k.v[i].kind == T_COMMENT)
			read_note(r, k.v[i].text);
		else if (toks_at(k, i, "create table") || toks_at(k, i, "create virtual table")) {
			require_note(r, k.v[i]);
			r->note = NOTE_NONE;
		}
	}
	if (i >= k.n)
		die_at(&r->src, k.v[start].at, "the section is not closed by -- end");
	struct buf *out = lite ? &r->sqlite : &r->pg;
	buf_put(out, slice(r, k, start + 1, i));
	buf_char(out, '\n');
	return i + 1;
}

static void read_statements(struct reader *r, struct toks k)
{
	struct toks stmt = {.v = NEW_ARRAY(r->c->a, k.n + 1, struct tok)};
	for (size_t i = 0; i < k.n; i++) {
		if (tok_is(k.v[i], ";") && stmt.n > 0) {
			stmt.v[stmt.n] = (struct tok){.kind = T_END, .at = k.v[i].at};
			read_statement(r, stmt);
			stmt.n = 0;
		} else if (k.v[i].kind != T_COMMENT) {
			stmt.v[stmt.n++] = k.v[i];
		} else if (stmt.n == 0 && str_starts(str_trim(str_sub(k.v[i].text, 2, 200)), STR("only "))) {
			i = read_only_section(r, k, i) - 1;
		} else if (stmt.n == 0) {
			read_note(r, k.v[i].text);
		}
	}
	if (stmt.n)
		die_at(&r->src, stmt.v[0].at, "the statement does not end in ;");
}

static int number_of(const struct catalogue *c, const char *path, struct str base)
{
	int64_t number = 0;
	if (base.n < 10 || base.p[4] != '_' || !str_ends(base, STR(".sql")) || !str_to_i64(str_sub(base, 0, 4), &number))
		die(path, 1, "a migration is named NNNN_name.sql");
	for (struct migration *m = c->migrations; m; m = m->next)
		if (m->number >= number)
			die(path, 1, "migration %d comes after %d", (int)number, m->number);
	return (int)number;
}

void catalogue_read(struct catalogue *c, const char *path)
{
	struct arena *a = c->a;
	const char *slash = strrchr(path, '/');
	struct str base = str_from(slash ? slash + 1 : path);
	struct migration *m = NEW(a, struct migration);
	m->number = number_of(c, path, base);
	m->name = str_sub(base, 0, base.n - 4);
	struct reader r = {.c = c, .src = {.file = path, .text = read_file(a, path), .first_line = 1}, .sqlite = buf_on(a), .pg = buf_on(a)};
	uint8_t digest[32];
	CHECK(EVP_Digest(r.src.text.p, r.src.text.n, digest, NULL, EVP_sha256(), NULL) == 1);
	m->sha256 = hex_encode(a, digest, sizeof digest);
	read_statements(&r, scan(a, &r.src, true));
	m->sqlite = buf_str(&r.sqlite);
	m->pg = buf_str(&r.pg);
	*c->migrations_tail = m;
	c->migrations_tail = &m->next;
}
