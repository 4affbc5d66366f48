/* writes.c — what a statement puts into columns; and the doors: a query's text, a statement or view of a migration. See types.h. */
#include "types.h"

static void read_set(struct types *p, const struct table *t)
{
	do {
		const struct column *col = t && types_tok(p, 0).kind == T_WORD ? find_column(t, types_tok(p, 0).text) : NULL;
		p->i = types_at(p, "(") ? skip_group(p->t, p->i) : p->i + (types_tok(p, 0).kind != T_END);
		if (!types_take(p, "="))
			break;
		struct val v = types_expr(p);
		if (col)
			types_store(p, col, v);
		types_pass(p);
	} while (types_take(p, ","));
}

static void read_returning(struct types *p)
{
	struct rel none = {0};
	if (types_take(p, "returning"))
		types_read_items(p, &none);
}

/* The columns named behind the table, or all of them; NULL for one that is not known. */
static const struct column **into_columns(struct types *p, const struct table *t, size_t *n)
{
	const struct column **v = NEW_ARRAY(p->c->a, p->t.n + 1, const struct column *);
	*n = 0;
	if (types_take(p, "(")) {
		do {
			v[(*n)++] = t ? find_column(t, types_tok(p, 0).text) : NULL;
			p->i += types_tok(p, 0).kind != T_END;
		} while (types_take(p, ","));
		(void)types_take(p, ")");
	} else
		for (const struct column *c = t ? t->columns : NULL; c && *n < p->t.n; c = c->next)
			v[(*n)++] = c;
	return v;
}

struct into { const struct column **cols; size_t n; };

static void store_value(struct types *p, void *to, size_t row, size_t column, struct val v)
{
	const struct into *x = to;
	(void)row;
	if (column < x->n && x->cols[column])
		types_store(p, x->cols[column], v);
}

static void read_conflict(struct types *p, const struct table *t)
{
	if (!types_take(p, "on conflict"))
		return;
	if (types_at(p, "("))
		p->i = skip_group(p->t, p->i);
	if (types_take(p, "where"))
		types_condition(p);
	if (types_take(p, "do update set"))
		read_set(p, t);
	else
		(void)types_take(p, "do nothing");
	if (types_take(p, "where"))
		types_condition(p);
}

static void read_insert(struct types *p)
{
	struct str name = types_tok(p, 0).text;
	const struct table *t = find_table(p->c, name);
	struct rel *self = types_rel_of(p, name), *excluded = types_rel_of(p, name);
	size_t n;
	p->i += types_tok(p, 0).kind != T_END;
	if (types_take(p, "as")) {
		self->name = types_tok(p, 0).text;
		p->i += types_tok(p, 0).kind == T_WORD;
	}
	const struct column **cols = into_columns(p, t, &n);
	if (types_take(p, "values"))
		types_rows(p, store_value, &(struct into){cols, n});
	else if (types_at_query(p) || types_at(p, "(")) {
		size_t end = types_at(p, "(") ? skip_group(p->t, p->i) : 0;
		p->i += end > 0;
		struct rel *r = types_query(p);
		for (size_t i = 0; i < n && i < r->n && !r->open; i++)
			if (cols[i])
				types_store(p, cols[i], r->cols[i].v);
		p->i = end ? end : p->i;
	}
	(void)types_push(p);
	types_add_from(p, self);
	excluded->name = STR("excluded");
	types_add_from(p, excluded);
	read_conflict(p, t);
	read_returning(p);
}

/* update T set … [from …] [where …]; delete from T [using …] [where …] */
static void read_change(struct types *p, bool update)
{
	const struct table *t = find_table(p->c, types_tok(p, 0).text);
	(void)types_push(p);
	types_read_table(p);
	if (update && types_at(p, "set")) {
		/* tables behind "from" are known in "set", too */
		size_t set = ++p->i, from = types_find_from(p);
		p->i = from;
		if (types_take(p, "from"))
			types_read_from(p);
		size_t behind = p->i;
		p->i = set;
		read_set(p, t);
		p->i = behind;
	}
	if (!update && types_take(p, "using"))
		types_read_from(p);
	if (types_take(p, "where"))
		types_condition(p);
	read_returning(p);
}

static struct rel *read_statement(struct types *p)
{
	(void)types_push(p);
	if (types_at(p, "with") && types_take(p, "with"))
		types_read_ctes(p);
	if (types_at(p, "insert or"))
		p->i += 2;
	if (types_take(p, "insert into"))
		read_insert(p);
	else if (types_take(p, "update"))
		read_change(p, true);
	else if (types_take(p, "delete from"))
		read_change(p, false);
	else
		return types_query(p);
	return NULL;
}

/* ---- the doors ---- */

static struct types begin(struct catalogue *c, const struct query *q, const struct source *src, struct toks t)
{
	return (struct types){.c = c, .q = q, .src = src, .t = t};
}

void check_types(struct catalogue *c, const struct query *q, const struct source *src)
{
	struct types p = begin(c, q, src, scan(c->a, src, false));
	struct rel *r = read_statement(&p);
	/* What "-- out:" says of an expression, against what is known of it. */
	const struct named *out = q->columns;
	for (size_t i = 0; r && !r->open && i < r->n && out; i++, out = out->next) {
		struct val said = {.known = KNOWN, .type = out->type, .name = out->name, .at = r->cols[i].v.at};
		types_fit(&p, said, r->cols[i].v);
	}
}

void check_statement(struct catalogue *c, const struct source *src, struct toks t)
{
	struct types p = begin(c, NULL, src, t);
	if (types_at(&p, "insert") || types_at(&p, "update") || types_at(&p, "delete") || types_at(&p, "with"))
		(void)read_statement(&p);
}

void view_read(struct catalogue *c, const struct source *src, struct toks t)
{
	struct types p = begin(c, NULL, src, t);
	p.i = 2;
	struct str name = types_tok(&p, 0).text;
	p.i++;
	bool renamed = types_at(&p, "(");
	p.i = renamed ? skip_group(t, p.i) : p.i;
	if (!types_take(&p, "as") || !types_at_query(&p))
		return;
	struct rel *r = types_query(&p);
	r->open |= renamed;
	r->n = renamed ? 0 : r->n;
	r->name = name;
	r->next = c->views;
	c->views = r;
}

void view_drop(struct catalogue *c, struct str name)
{
	struct rel **v = &c->views;
	while (*v && !str_eq((*v)->name, name))
		v = &(*v)->next;
	if (*v)
		*v = (*v)->next;
}
