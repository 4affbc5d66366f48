/* fit.c — do two sides of a comparison, or a value and its column, fit? See types.h. */
#include "types.h"

enum kept { AS_NUMBER, AS_TEXT, AS_BYTES };
static enum kept kept_as(enum db_type t)
{
	return t == DB_BYTES || db_type_is_tight(t) ? AS_BYTES : t == DB_TEXT || t == DB_JSON ? AS_TEXT : AS_NUMBER;
}

static bool no_text(const struct val *v) { return v->known == KNOWN && (v->type.type == DB_PACKED || v->type.type == DB_WORD || v->type.type == DB_HASH); }

static struct str said(struct types *p, struct val v)
{
	struct arena *a = p->c->a;
	struct str type = v.known == KNOWN ? type_name(a, v.type) : v.known == KNOWN_TEXT ? STR("a text") : STR("a number");
	if (!v.name.n)
		return str_cat(a, STR("an expression is "), type);
	return str_fmt(a, "%s %.*s is %.*s", v.param ? "parameter" : "column", STR_ARG(v.name), STR_ARG(type));
}

static const char *of_query(const struct types *p)
{
	return p->q ? str_cstr(p->c->a, str_fmt(p->c->a, "query %.*s: ", STR_ARG(p->q->name))) : "";
}

static void refuse(struct types *p, struct val x, struct val y) __attribute__((noreturn));
static void refuse(struct types *p, struct val x, struct val y)
{
	if ((y.param && !x.param) || (y.name.n && !x.name.n)) {
		struct val z = x;
		x = y, y = z;
	}
	die_at(p->src, x.at, "%s%.*s, %.*s", of_query(p), STR_ARG(said(p, x)), STR_ARG(said(p, y)));
}

/* A parameter has the column's very type; columns and expressions are kept the same way. */
static bool fits(const struct val *x, const struct val *y)
{
	bool one_param = !x->param != !y->param;
	if (x->known == KNOWN_NOT || y->known == KNOWN_NOT)
		return true;
	if (x->known == KNOWN && y->known == KNOWN) {
		enum kept k = kept_as(x->type.type);
		if (one_param)
			return x->type.type == y->type.type && str_eq(x->type.ref, y->type.ref);
		return k == kept_as(y->type.type) && (k != AS_BYTES || x->type.type == y->type.type);
	}
	if (x->known != KNOWN && y->known != KNOWN)
		return true;
	const struct val *typed = x->known == KNOWN ? x : y, *plain = x->known == KNOWN ? y : x;
	return kept_as(typed->type.type) == (plain->known == KNOWN_TEXT ? AS_TEXT : AS_NUMBER);
}

void types_fit(struct types *p, struct val x, struct val y)
{
	for (size_t i = 0; i < x.n && x.n == y.n; i++)
		types_fit(p, x.row[i], y.row[i]);
	if (!fits(&x, &y))
		refuse(p, x, y);
}

void types_compare(struct types *p, struct val x, struct val y)
{
	const struct val *v = x.known == KNOWN && x.type.type == DB_PACKED ? &x : &y;
	for (size_t i = 0; i < x.n && x.n == y.n; i++)
		types_compare(p, x.row[i], y.row[i]);
	types_fit(p, x, y);
	if (x.known != KNOWN_NOT && y.known != KNOWN_NOT && v->known == KNOWN && v->type.type == DB_PACKED)
		die_at(p->src, v->at, "%s%.*s: two ways of packing may be one text, so it is not compared", of_query(p), STR_ARG(said(p, *v)));
}

void types_ordered(struct types *p, struct val v)
{
	if (v.known == KNOWN && (v.type.type == DB_PACKED || v.type.type == DB_WORD))
		die_at(p->src, v.at, "%s%.*s: what is kept has another order than the texts", of_query(p), STR_ARG(said(p, v)));
}

/* A function or operator of texts. */
void types_as_text(struct types *p, struct val v)
{
	if (no_text(&v))
		die_at(p->src, v.at, "%s%.*s: it is kept as bytes, and not read as a text in SQL", of_query(p), STR_ARG(said(p, v)));
}

void types_store(struct types *p, const struct column *col, struct val v)
{
	struct val c = {.known = KNOWN, .type = col->type, .name = col->name, .at = v.at};
	types_fit(p, v, c);
	if (v.param && v.param->type.nullable && !col->type.nullable)
		die_at(p->src, v.at, "%sparameter %.*s may be NULL, column %.*s may not", of_query(p), STR_ARG(v.name), STR_ARG(col->name));
}

/* Of two that must fit, what both are. */
struct val types_both(struct types *p, struct val x, struct val y)
{
	types_fit(p, x, y);
	if (x.known == KNOWN_NOT)
		return y;
	struct val v = y.known > x.known ? y : x;
	v.name = v.param ? STR_NONE : v.name;
	v.param = NULL;
	return v;
}
