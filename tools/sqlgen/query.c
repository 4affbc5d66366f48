/* query.c — reads a .sql file of named queries and prepares each on SQLite. */
#include "sqlgen.h"
#include <string.h>

struct reader {
	struct catalogue *c;
	const char *file;
	int line;
	struct query *q, *first, **tail;
	struct fragment *fragments;
	struct source *open; /* the text that lines are added to; a fragment's when q is NULL */
};

struct named *find_named(struct named *list, struct str name)
{
	for (; list; list = list->next)
		if (str_eq(list->name, name))
			return list;
	return NULL;
}

static void read_type(struct reader *r, struct str word, struct qtype *out)
{
	*out = (struct qtype){.nullable = str_ends(word, STR("?"))};
	struct str base = str_sub(word, 0, word.n - out->nullable);
	if (logical_type(base, &out->type))
		return;
	struct table *t = str_ends(base, STR("_id")) ? find_table(r->c, str_sub(base, 0, base.n - 3)) : NULL;
	if (!t || !t->has_id)
		die(r->file, r->line, "%.*s is no type", STR_ARG(base));
	out->type = DB_ID;
	out->ref = t->name;
}

/* "name type, name type": appended to *list. */
static void read_named(struct reader *r, struct str rest, struct named **list)
{
	while (*list)
		list = &(*list)->next;
	struct named *all = *list;
	struct str part;
	while (str_next(&rest, ',', &part)) {
		struct named *n = NEW(r->c->a, struct named);
		part = str_trim(part);
		ptrdiff_t space = str_find_char(part, ' ');
		if (space < 0)
			die(r->file, r->line, "expected: name type, not \"%.*s\"", STR_ARG(part));
		n->name = str_sub(part, 0, (size_t)space);
		n->line = r->line;
		if (!is_name(n->name) || find_named(all, n->name))
			die(r->file, r->line, "%.*s is not a new lower-case name", STR_ARG(n->name));
		read_type(r, str_trim(str_sub(part, (size_t)space, part.n)), &n->type);
		*list = n;
		list = &n->next;
		all = all ? all : n;
	}
}

/* by_due = "due, id"; by_code = "code" */
static void read_orders(struct reader *r, struct str rest)
{
	struct order **tail = &r->q->orders;
	while (*tail)
		tail = &(*tail)->next;
	struct str part;
	while (str_next(&rest, ';', &part)) {
		ptrdiff_t eq = str_find_char(part, '=');
		struct str text = eq < 0 ? STR("") : str_trim(str_sub(part, (size_t)eq + 1, part.n));
		struct order *o = NEW(r->c->a, struct order);
		o->name = eq < 0 ? STR("") : str_trim(str_sub(part, 0, (size_t)eq));
		if (!is_name(o->name) || text.n < 3 || text.p[0] != '"' || text.p[text.n - 1] != '"')
			die(r->file, r->line, "expected: name = \"columns\"; …");
		o->text = str_sub(text, 1, text.n - 2);
		*tail = o;
		tail = &o->next;
	}
}

static void begin_query(struct reader *r, struct str rest)
{
	static const char *const kinds[] = {[DB_ONE] = ":one", [DB_MANY] = ":many", [DB_EACH] = ":each", [DB_EXEC] = ":exec"};
	struct query *q = NEW(r->c->a, struct query);
	struct str name = STR_NONE;
	str_next(&rest, ' ', &name);
	rest = str_trim(rest);
	size_t k = 0;
	while (k < ARRAY_LEN(kinds) && !str_eq(rest, str_from(kinds[k])))
		k++;
	if (!is_name(name) || k == ARRAY_LEN(kinds))
		die(r->file, r->line, "expected: -- name: lower_case_name :one|:many|:each|:exec");
	for (struct query *p = r->first; p; p = p->next)
		if (str_eq(p->name, name))
			die(r->file, r->line, "query %.*s stands twice", STR_ARG(name));
	*q = (struct query){.file = r->file, .line = r->line, .name = name, .kind = (enum db_kind)k};
	r->q = q;
	r->open = &q->lite;
	q->lite.file = q->pg.file = r->file;
	*r->tail = q;
	r->tail = &q->next;
}

/* `s` grows by the line, which follows it in the file. */
static void add_line(struct reader *r, struct str line)
{
	struct source *src = r->open;
	if (!src->text.p) {
		src->text = (struct str){line.p, 0};
		src->first_line = r->line;
	}
	src->text.n = (size_t)(line.p + line.n - src->text.p);
}

static bool directive(struct str line, const char *word, struct str *rest)
{
	struct str w = str_from(word);
	if (!str_starts(line, w))
		return false;
	*rest = str_trim(str_sub(line, w.n, line.n));
	return true;
}

static bool is_directive(struct str line)
{
	static const char *const words[] = {"-- in:", "-- out:", "-- order:", "-- pg:"};
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_starts(line, str_from(words[i])))
			return true;
	return false;
}

static void read_line(struct reader *r, struct str line)
{
	struct str trimmed = str_trim(line), rest;
	if (directive(trimmed, "-- name:", &rest)) {
		begin_query(r, rest);
	} else if (directive(trimmed, "-- fragment:", &rest)) {
		r->q = NULL;
		r->open = &fragment_begin(r->c->a, &r->fragments, rest, r->file, r->line)->text;
	} else if (!r->open) {
		if (trimmed.n && !str_starts(trimmed, STR("--")))
			die(r->file, r->line, "text before the first -- name:");
	} else if (!r->q) {
		if (is_directive(trimmed))
			die(r->file, r->line, "a fragment has text only: parameters, columns and orders are of the query that uses it");
		add_line(r, line);
	} else if (directive(trimmed, "-- in:", &rest)) {
		read_named(r, rest, &r->q->params);
	} else if (directive(trimmed, "-- out:", &rest)) {
		read_named(r, rest, &r->q->outs);
	} else if (directive(trimmed, "-- order:", &rest)) {
		read_orders(r, rest);
	} else if (directive(trimmed, "-- pg:", &rest)) {
		if (r->q->has_pg || rest.n)
			die(r->file, r->line, "-- pg: stands alone on its line, once in a query");
		r->q->has_pg = true;
		r->open = &r->q->pg;
	} else {
		add_line(r, line);
	}
}

/* The index of the parameter, from 1. */
static size_t param_number(const struct query *q, const struct source *src, struct tok t)
{
	size_t n = 1;
	for (struct named *p = q->params; p; p = p->next, n++)
		if (str_eq(p->name, str_sub(t.text, 1, t.text.n))) {
			p->used = true;
			return n;
		}
	die_at(src, t.at, "parameter %.*s is not declared in -- in:", STR_ARG(t.text));
}

struct str query_text(struct arena *a, const struct query *q, enum db_engine engine, const struct order *o)
{
	const struct source *src = engine == DB_PG && q->has_pg ? &q->pg : &q->lite;
	struct toks t = scan(a, src, false);
	struct buf b = buf_on(a);
	for (size_t i = 0; i < t.n && !tok_is(t.v[i], ";"); i++) {
		/* White space as in the source, made one blank; comments fall away. */
		if (i > 0 && t.v[i].at > t.v[i - 1].at + t.v[i - 1].text.n)
			buf_char(&b, ' ');
		if (t.v[i].kind != T_PARAM)
			buf_put(&b, t.v[i].text);
		else if (o && tok_is(t.v[i], ":order"))
			buf_put(&b, o->text);
		else
			buf_fmt(&b, engine == DB_PG ? "$%zu" : "?%zu", param_number(q, src, t.v[i]));
	}
	return buf_str(&b);
}

static void check_single(struct arena *a, const struct query *q, const struct source *src)
{
	struct toks t = scan(a, src, false);
	bool order = false;
	if (t.n == 0)
		die(q->file, q->line, "query %.*s has no text", STR_ARG(q->name));
	for (size_t i = 0; i < t.n; i++) {
		if (tok_is(t.v[i], ";") && i + 1 < t.n)
			die_at(src, t.v[i + 1].at, "query %.*s has more than one statement", STR_ARG(q->name));
		order |= tok_is(t.v[i], ":order");
		if (toks_at(t, i, "insert or"))
			die_at(src, t.v[i].at, "\"insert or\" is SQLite's alone: use on conflict");
	}
	if (!tok_is(t.v[t.n - 1], ";"))
		die_at(src, t.v[t.n - 1].at, "query %.*s does not end in ;", STR_ARG(q->name));
	if (q->orders && !order)
		die(q->file, q->line, "query %.*s has sort orders but no \"order by :order\"", STR_ARG(q->name));
	if (!q->orders && order && !find_named(q->params, STR("order")))
		die(q->file, q->line, "query %.*s says :order but has no -- order: line", STR_ARG(q->name));
	if (q->orders && (q->kind == DB_ONE || q->kind == DB_EXEC))
		die(q->file, q->line, "sort orders are for :many and :each");
}

static void check_texts(struct catalogue *c, struct query *q, sqlite3 *db)
{
	check_single(c->a, q, &q->lite);
	if (q->has_pg) {
		check_single(c->a, q, &q->pg);
		query_text(c->a, q, DB_PG, q->orders);
		for (struct named *p = q->params; p; p = p->next) {
			if (!p->used)
				die(q->file, p->line, "parameter %.*s is not used in the PostgreSQL text", STR_ARG(p->name));
			p->used = false;
		}
	}
	query_text(c->a, q, DB_SQLITE, q->orders);
	for (struct named *p = q->params; p; p = p->next)
		if (!p->used)
			die(q->file, p->line, "parameter %.*s is not used", STR_ARG(p->name));
	check_query(c, q, db);
}

/* A database in memory made from the migrations. */
static sqlite3 *make_database(struct catalogue *c)
{
	sqlite3 *db = NULL;
	CHECK(sqlite3_open(":memory:", &db) == SQLITE_OK);
	for (struct migration *m = c->migrations; m; m = m->next) {
		char *why = NULL;
		if (sqlite3_exec(db, str_cstr(c->a, m->sqlite), NULL, NULL, &why) != SQLITE_OK)
			die(str_cstr(c->a, m->name), 1, "SQLite refuses the migration: %s", why);
	}
	return db;
}

struct query *queries_read(struct catalogue *c, const char *path)
{
	struct reader r = {.c = c, .file = path, .line = 0};
	r.tail = &r.first;
	struct str rest = read_file(c->a, path), line;
	while (str_next(&rest, '\n', &line)) {
		r.line++;
		read_line(&r, line);
	}
	fragments_close(c->a, r.fragments);
	fragments_put(c->a, r.fragments, r.first);
	sqlite3 *db = make_database(c);
	for (struct query *q = r.first; q; q = q->next)
		check_texts(c, q, db);
	sqlite3_close(db);
	return r.first;
}
