/* types.c — where columns come from: tables, views, subqueries, selects. See types.h. */
#include "types.h"

#define JOINS_MAX 200

/* ---- tables, views, subqueries ---- */

static void add_col(struct arena *a, struct rel *r, struct str name, struct val v)
{
	if (r->n == r->room) {
		struct rel_col *was = r->cols;
		r->room = r->room ? 2 * r->room : 16;
		r->cols = NEW_ARRAY(a, r->room, struct rel_col);
		for (size_t i = 0; i < r->n; i++)
			r->cols[i] = was[i];
	}
	v.name = v.param ? v.name : name;
	r->cols[r->n++] = (struct rel_col){name, v};
}

static struct rel *new_rel(struct types *p, struct str name)
{
	struct rel *r = NEW(p->c->a, struct rel);
	*r = (struct rel){.name = name};
	return r;
}

/* By its name: of a "with" around, a table, a view; else one that may have any column. */
struct rel *types_rel_of(struct types *p, struct str name)
{
	const struct rel *known = NULL;
	for (const struct scope *s = p->scope; s && !known; s = s->up)
		for (known = s->ctes; known && !str_eq_nocase(known->name, name);)
			known = known->next;
	for (const struct rel *v = known ? NULL : p->c->views; v && !known; v = v->next)
		known = str_eq(v->name, name) ? v : NULL;
	struct rel *r = new_rel(p, name);
	struct table *t = known ? NULL : find_table(p->c, name);
	if (known)
		*r = *known, r->next = NULL;
	for (struct column *c = t ? t->columns : NULL; c; c = c->next)
		add_col(p->c->a, r, c->name, (struct val){.known = KNOWN, .type = c->type});
	r->open |= !known && !t;
	return r;
}

static bool is_alias(struct tok t)
{
	static const char *const words[] = {"where", "on", "join", "left", "inner", "cross", "full", "right", "set", "order", "group", "limit", "values", "union", "using", "returning", "having",
	                                    "natural", "default", "except", "intersect", "window", "for", "offset", "fetch", "indexed", "not", "with", "select"};
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (tok_is(t, words[i]))
			return false;
	return t.kind == T_WORD;
}

static void read_alias(struct types *p, struct rel *r)
{
	if (types_take(p, "with ordinality"))
		r->open = true;
	if (types_take(p, "as") || is_alias(types_tok(p, 0))) {
		r->name = types_tok(p, 0).text;
		p->i += types_tok(p, 0).kind == T_WORD;
		if (types_at(p, "(")) /* its columns named anew */
			p->i = skip_group(p->t, p->i), r->open = true, r->n = 0;
	}
	if (types_take(p, "indexed by"))
		p->i += types_tok(p, 0).kind == T_WORD;
	(void)types_take(p, "not indexed");
}

void types_add_from(struct types *p, struct rel *r)
{
	struct rel **tail = &p->scope->from;
	while (*tail)
		tail = &(*tail)->next;
	*tail = r;
}

void types_read_table(struct types *p)
{
	struct rel *r = NULL;
	(void)types_take(p, "lateral");
	if (types_at(p, "(")) {
		size_t end = skip_group(p->t, p->i);
		p->i++;
		if (types_at_query(p)) {
			r = types_query(p);
		} else {
			r = new_rel(p, STR_NONE); /* (a join b …): columns unknown */
			r->open = true;
		}
		p->i = end;
	} else {
		struct str name = types_tok(p, 0).text;
		p->i += types_tok(p, 0).kind == T_WORD;
		r = types_rel_of(p, name);
		if (types_at(p, "(")) {
			size_t end = skip_group(p->t, p->i);
			p->i++;
			types_list(p, NULL);
			p->i = end;
		}
	}
	r->next = NULL;
	read_alias(p, r);
	types_add_from(p, r);
}

static bool take_join(struct types *p)
{
	static const char *const words[] = {"natural", "left", "right", "full", "inner", "outer", "cross"};
	size_t start = p->i;
	if (types_take(p, ","))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		(void)types_take(p, words[i]);
	if (types_take(p, "join"))
		return true;
	p->i = start;
	return false;
}

/* a join b on … , c: what stands behind "on" is read when all tables are known. */
void types_read_from(struct types *p)
{
	size_t on[JOINS_MAX], n = 0;
	do {
		types_read_table(p);
		if (types_take(p, "using") && types_at(p, "("))
			p->i = skip_group(p->t, p->i);
		if (!types_at(p, "on conflict") && types_take(p, "on")) {
			if (n < JOINS_MAX)
				on[n++] = p->i;
			do
				types_pass(p);
			while (types_take(p, "and") || types_take(p, "or") || types_take(p, "then") || types_take(p, "when") || types_take(p, "else") || types_take(p, "end"));
		}
	} while (take_join(p));
	size_t end = p->i;
	for (size_t i = 0; i < n; i++) {
		p->i = on[i];
		types_condition(p);
	}
	p->i = end;
}

/* ---- select ---- */

bool types_at_query(const struct types *p) { return types_at(p, "select") || types_at(p, "values (") || types_at(p, "with"); }

struct scope *types_push(struct types *p)
{
	struct scope *s = NEW(p->c->a, struct scope);
	*s = (struct scope){.up = p->scope};
	return p->scope = s;
}

static bool at_compound(const struct types *p) { return types_at(p, "union") || types_at(p, "except") || types_at(p, "intersect"); }

/* The index of this select's own "from", or where it ends. */
size_t types_find_from(const struct types *p)
{
	struct types q = *p;
	for (; q.i < q.t.n; q.i++) {
		if (types_at(&q, "("))
			q.i = skip_group(q.t, q.i) - 1;
		else if (types_at(&q, "from") && !(q.i > p->i && toks_at(q.t, q.i - 1, "distinct")))
			return q.i;
		else if (types_at(&q, ")") || types_at(&q, ";") || types_at(&q, "where") || types_at(&q, "order") || types_at(&q, "limit") || at_compound(&q))
			return q.i;
	}
	return q.t.n;
}

static void read_star(struct types *p, struct rel *out)
{
	struct str of = types_at(p, "*") ? STR_NONE : types_tok(p, 0).text;
	p->i += of.n ? 3 : 1;
	for (const struct rel *r = p->scope->from; r; r = r->next) {
		if (of.n && !str_eq_nocase(r->name, of))
			continue;
		out->open |= r->open;
		for (size_t i = 0; i < r->n; i++)
			add_col(p->c->a, out, r->cols[i].name, r->cols[i].v);
	}
}

static struct str read_as(struct types *p, struct val v)
{
	if (types_take(p, "as") || (types_tok(p, 0).kind == T_WORD && is_alias(types_tok(p, 0)) && !types_at(p, "from"))) {
		struct str name = types_tok(p, 0).text;
		p->i += types_tok(p, 0).kind != T_END;
		return name;
	}
	return v.name;
}

void types_read_items(struct types *p, struct rel *out)
{
	do {
		if (types_at(p, "*") || (tok_is(types_tok(p, 1), ".") && tok_is(types_tok(p, 2), "*"))) {
			read_star(p, out);
			continue;
		}
		struct val v = types_expr(p);
		struct str name = read_as(p, v);
		add_col(p->c->a, out, name, v);
		types_pass(p);
	} while (types_take(p, ","));
}

void types_rows(struct types *p, void (*each)(struct types *p, void *to, size_t row, size_t column, struct val v), void *to)
{
	for (size_t row = 0; types_at(p, "("); row++) {
		size_t end = skip_group(p->t, p->i), column = 0;
		p->i++;
		do {
			each(p, to, row, column++, types_expr(p));
			types_pass(p);
		} while (types_take(p, ",") && p->i < end);
		p->i = end;
		if (!types_take(p, ","))
			break;
	}
}

/* The first row says what the columns are. */
static void add_value(struct types *p, void *to, size_t row, size_t column, struct val v)
{
	(void)column;
	if (row == 0)
		add_col(p->c->a, to, STR_NONE, v);
}

static void read_clauses(struct types *p)
{
	if (types_take(p, "where"))
		types_condition(p);
	if (types_take(p, "group by"))
		types_list(p, NULL);
	if (types_take(p, "having"))
		types_condition(p);
	if (types_take(p, "window"))
		types_list(p, NULL);
}

static struct rel *read_core(struct types *p)
{
	struct rel *out = new_rel(p, STR_NONE);
	if (types_take(p, "values")) {
		types_rows(p, add_value, out);
		return out;
	}
	(void)types_take(p, "select");
	(void)(types_take(p, "distinct") || types_take(p, "all"));
	size_t items = p->i, from = types_find_from(p);
	p->i = from;
	if (types_take(p, "from"))
		types_read_from(p);
	size_t behind = p->i;
	p->i = items;
	types_read_items(p, out);
	p->i = behind;
	read_clauses(p);
	return out;
}

/* with a as (…), b (x, y) as (…) */
void types_read_ctes(struct types *p)
{
	(void)types_take(p, "recursive");
	do {
		struct rel *r = new_rel(p, types_tok(p, 0).text), *known = NULL;
		bool named = false;
		p->i += types_tok(p, 0).kind == T_WORD;
		if (types_at(p, "("))
			p->i = skip_group(p->t, p->i), named = true;
		(void)types_take(p, "as");
		(void)(types_take(p, "materialized") || types_take(p, "not materialized"));
		if (!types_at(p, "("))
			return;
		size_t end = skip_group(p->t, p->i);
		p->i++;
		r->open = true; /* while it is read: it may name itself */
		r->next = p->scope->ctes;
		p->scope->ctes = r;
		if (types_at_query(p))
			known = types_query(p);
		if (known && !named)
			r->cols = known->cols, r->n = r->room = known->n, r->open = known->open;
		p->i = end;
	} while (types_take(p, ","));
}

static void read_tail(struct types *p)
{
	if (types_take(p, "order by"))
		types_list(p, types_ordered);
	if (types_take(p, "limit"))
		types_list(p, NULL);
	if (types_take(p, "offset"))
		(void)types_expr(p);
}

struct rel *types_query(struct types *p)
{
	struct scope *was = p->scope;
	(void)types_push(p);
	if (p->depth++ > 50) {
		struct rel *none = new_rel(p, STR_NONE);
		none->open = true;
		p->depth--;
		p->scope = was;
		return none;
	}
	if (types_take(p, "with"))
		types_read_ctes(p);
	struct scope *outer = p->scope;
	(void)types_push(p);
	struct rel *first = read_core(p);
	while (at_compound(p)) {
		p->i++;
		(void)types_take(p, "all");
		p->scope = outer;
		(void)types_push(p);
		struct rel *next = read_core(p);
		for (size_t i = 0; i < first->n && i < next->n && !first->open && !next->open; i++)
			types_fit(p, first->cols[i].v, next->cols[i].v);
	}
	read_tail(p);
	p->depth--;
	p->scope = was;
	return first;
}
