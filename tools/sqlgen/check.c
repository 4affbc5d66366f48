/* check.c — what a query's columns and parameters are, and which row a write touches. */
#include "sqlgen.h"
#include <string.h>

/* ---- result columns ---- */

/* May the columns of that table be NULL because of an outer join? */
static bool outer_joined(struct toks t, struct str table)
{
	for (size_t i = 0; i < t.n; i++) {
		if (toks_at(t, i, "full join") || toks_at(t, i, "right join"))
			return true;
		size_t name = toks_at(t, i, "left join") ? i + 2 : toks_at(t, i, "left outer join") ? i + 3 : t.n;
		if (name < t.n && str_eq(t.v[name].text, table))
			return true;
	}
	return false;
}

static bool same_type(struct qtype x, struct qtype y) { return x.type == y.type && str_eq(x.ref, y.ref); }

/* The catalogue's column behind result column i, or NULL for an expression. */
static struct column *origin(struct catalogue *c, struct toks t, sqlite3_stmt *s, int i, struct str *table)
{
	*table = str_dup(c->a, str_from(sqlite3_column_table_name(s, i)));
	struct str name = str_dup(c->a, str_from(sqlite3_column_origin_name(s, i)));
	size_t target = write_target(t);
	if (!table->p && target) { /* SQLite gives no origin for "returning" */
		*table = t.v[target].text;
		name = str_dup(c->a, str_from(sqlite3_column_name(s, i)));
	}
	struct table *from = table->p ? find_table(c, *table) : NULL;
	return from && name.p ? find_column(from, name) : NULL;
}

static void read_result(struct catalogue *c, struct query *q, struct toks t, sqlite3_stmt *s, int i)
{
	struct named *col = NEW(c->a, struct named), **tail = &q->columns;
	col->name = str_dup(c->a, str_from(sqlite3_column_name(s, i)));
	if (!is_name(col->name))
		die(q->file, q->line, "column \"%.*s\" of %.*s needs an alias: as lower_case_name", STR_ARG(col->name), STR_ARG(q->name));
	if (find_named(q->columns, col->name))
		die(q->file, q->line, "column %.*s of %.*s stands twice", STR_ARG(col->name), STR_ARG(q->name));
	struct str table;
	struct column *from = origin(c, t, s, i, &table);
	struct named *out = find_named(q->outs, col->name);
	if (!from && !out)
		die(q->file, q->line, "column %.*s of %.*s is an expression: say its type in -- out:", STR_ARG(col->name), STR_ARG(q->name));
	if (from && out && !same_type(from->type, out->type))
		die(q->file, out->line, "column %.*s is %.*s, not %.*s", STR_ARG(col->name), STR_ARG(type_name(c->a, from->type)),
		    STR_ARG(type_name(c->a, out->type)));
	if (out) {
		out->used = true;
		col->type = out->type;
	} else {
		col->type = from->type;
		col->type.nullable |= outer_joined(t, table);
	}
	while (*tail)
		tail = &(*tail)->next;
	*tail = col;
}

static void read_results(struct catalogue *c, struct query *q, struct toks t, sqlite3_stmt *s)
{
	int n = sqlite3_column_count(s);
	if (n == 0 && q->kind != DB_EXEC)
		die(q->file, q->line, "query %.*s returns no columns: it is :exec", STR_ARG(q->name));
	if (n > 0 && q->kind == DB_EXEC)
		die(q->file, q->line, "query %.*s returns columns: it is not :exec", STR_ARG(q->name));
	for (int i = 0; i < n; i++)
		read_result(c, q, t, s, i);
	for (struct named *o = q->outs; o; o = o->next)
		if (!o->used)
			die(q->file, o->line, "-- out: %.*s is no column of %.*s", STR_ARG(o->name), STR_ARG(q->name));
}

/* SQLite's message says only "no such column: x": find the line. */
static int line_of_error(struct catalogue *c, const struct query *q, sqlite3 *db)
{
	struct str why = str_from(sqlite3_errmsg(db));
	for (size_t i = why.n; i > 0; i--)
		if (why.p[i - 1] == ' ') {
			struct toks t = scan(c->a, &q->lite, false);
			struct str word = str_sub(why, i, why.n);
			ptrdiff_t dot = str_find_char(word, '.');
			word = dot < 0 ? word : str_sub(word, (size_t)dot + 1, word.n);
			for (size_t k = 0; k < t.n; k++)
				if (str_eq(t.v[k].text, word))
					return line_at(&q->lite, t.v[k].at);
			break;
		}
	return q->lite.first_line;
}

void check_query(struct catalogue *c, struct query *q, sqlite3 *db)
{
	struct toks t = scan(c->a, &q->lite, false);
	const struct order *o = q->orders;
	do {
		struct str text = query_text(c->a, q, DB_SQLITE, o);
		sqlite3_stmt *s = NULL;
		if (sqlite3_prepare_v2(db, text.p, (int)text.n, &s, NULL) != SQLITE_OK)
			die(q->file, line_of_error(c, q, db), "query %.*s%s%.*s: %s", STR_ARG(q->name), o ? ", order " : "",
			    STR_ARG(o ? o->name : STR_NONE), sqlite3_errmsg(db));
		q->writes = !sqlite3_stmt_readonly(s);
		if (o == q->orders)
			read_results(c, q, t, s);
		sqlite3_finalize(s);
		o = o ? o->next : NULL;
	} while (o);
	check_types(c, q, &q->lite);
	if (q->has_pg)
		check_types(c, q, &q->pg);
	if (q->writes)
		check_touch(c, q);
}

/* ---- touched rows ---- */

size_t write_target(struct toks t)
{
	for (size_t i = 0; i < t.n; i++) {
		if (tok_is(t.v[i], "("))
			i = skip_group(t, i) - 1;
		else if ((toks_at(t, i, "insert into") || toks_at(t, i, "delete from")) && i + 2 < t.n)
			return i + 2;
		else if (tok_is(t.v[i], "update") && i + 1 < t.n && !toks_at(t, i > 0 ? i - 1 : 0, "do update"))
			return i + 1;
	}
	return 0;
}

static size_t find_top(struct toks t, size_t i, const char *word)
{
	for (; i < t.n; i++) {
		if (tok_is(t.v[i], word))
			return i;
		if (tok_is(t.v[i], "("))
			i = skip_group(t, i) - 1;
	}
	return t.n;
}

/* insert into T (a, id) values (:a, :id): the parameter of id. */
static struct tok id_value(struct catalogue *c, struct toks t, size_t target)
{
	struct tok none = {.kind = T_END};
	struct table *table = find_table(c, t.v[target].text);
	size_t col = target + 2, values = skip_group(t, target + 1);
	if (!table || !tok_is(t.v[target + 1], "(") || !tok_is(t.v[values], "values"))
		return none;
	size_t end = skip_group(t, values + 1) - 1;
	for (size_t v = values + 2; v < end && t.v[col].kind == T_WORD; col += 2) {
		size_t next = v;
		while (next < end && !tok_is(t.v[next], ","))
			next = tok_is(t.v[next], "(") ? skip_group(t, next) : next + 1;
		if (next == v + 1 && t.v[v].kind == T_PARAM && tok_is(t.v[col], "id"))
			return t.v[v];
		v = next + 1;
	}
	return none;
}

/* where [T.]id = :p [and …] */
static struct tok where_id(struct toks t, size_t target)
{
	struct tok none = {.kind = T_END};
	size_t i = find_top(t, target, "where") + 1;
	size_t set = find_top(t, target, "set");
	if (i + 2 < t.n && tok_is(t.v[i + 1], ".") && str_eq(t.v[i].text, t.v[target].text))
		i += 2;
	if (i + 3 > t.n || !toks_at(t, i, "id =") || t.v[i + 2].kind != T_PARAM)
		return none;
	struct tok next = t.v[i + 3];
	if (next.kind != T_END && !tok_is(next, ";") && !tok_is(next, "and") && !tok_is(next, "returning"))
		return none;
	if (find_top(t, i, "or") < t.n)
		return none;
	for (; set < i; set++)
		if (toks_at(t, set, "id =") && (tok_is(t.v[set - 1], "set") || tok_is(t.v[set - 1], ",")) && set + 3 < i)
			return none;
	return t.v[i + 2];
}

static struct tok touched_param(struct catalogue *c, struct toks t, size_t target)
{
	if (!tok_is(t.v[target - 1], "into"))
		return where_id(t, target);
	struct tok p = id_value(c, t, target);
	size_t conflict = find_top(t, target, "conflict");
	size_t values = find_top(t, target, "values");
	bool one_row = values < t.n && !tok_is(t.v[skip_group(t, values + 1)], ",");
	bool nothing = conflict == t.n || find_top(t, conflict, "nothing") < t.n;
	return one_row && nothing ? p : (struct tok){.kind = T_END};
}

static void touch_of(struct catalogue *c, struct query *q, const struct source *src)
{
	struct toks t = scan(c->a, src, false);
	size_t target = write_target(t);
	if (!target)
		die(src->file, src->first_line, "query %.*s writes, but not by insert, update or delete", STR_ARG(q->name));
	struct table *table = find_table(c, t.v[target].text);
	if (!table || !table->logged)
		return;
	struct tok p = touched_param(c, t, target);
	if (p.kind != T_PARAM)
		die_at(src, t.v[target].at,
		       "query %.*s writes to logged table %.*s: it must name one row by its id (insert … (id, …) values (:id, …), where id = :id)",
		       STR_ARG(q->name), STR_ARG(table->name));
	struct named *param = find_named(q->params, str_sub(p.text, 1, p.text.n));
	if (param->type.nullable)
		die_at(src, p.at, "parameter %.*s names the row and may not be NULL", STR_ARG(param->name));
	q->touches = table;
	q->touch_param = 0;
	for (struct named *n = q->params; n != param; n = n->next)
		q->touch_param++;
}

void check_touch(struct catalogue *c, struct query *q)
{
	touch_of(c, q, &q->lite);
	struct table *table = q->touches;
	size_t param = q->touch_param;
	if (q->has_pg) {
		touch_of(c, q, &q->pg);
		if (q->touches != table || q->touch_param != param)
			die(q->file, q->line, "the two texts of %.*s write to different rows", STR_ARG(q->name));
	}
	if (table && q->kind != DB_EXEC && q->kind != DB_ONE)
		die(q->file, q->line, "a write to logged table %.*s is :exec or :one", STR_ARG(table->name));
}
