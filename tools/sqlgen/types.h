/* types.h — reads a statement as far as its types need it: expr.c what stands in an expression, types.c where its columns come from.
 *
 * What is not known has no type and fits everything: functions of one engine, tables that stand in a section for one engine, arithmetic beyond
 * "a number". The text itself is not judged here: SQLite has prepared it before, PostgreSQL's is prepared by the slice's test. So anything that
 * is not understood is passed over, up to the next comma, bracket or clause. */
#pragma once
#include "sqlgen.h"

/* What an expression gives. KNOWN: `type` says it; else only that it is a number, or a text, or nothing. */
enum known { KNOWN_NOT, KNOWN_NUMBER, KNOWN_TEXT, KNOWN };
struct val {
	enum known known;
	struct qtype type;
	struct named *param; /* it is this parameter and nothing else */
	struct str name;     /* of the parameter or column; empty: an expression */
	size_t at;           /* where it stands in the text */
	struct val *row;     /* (a, b): its parts */
	size_t n;
};

/* Where columns come from: a table, a view, a subquery, under the name that the statement gives it. open: it may have columns that are not listed. */
struct rel_col { struct str name; struct val v; };
struct rel { struct str name; struct rel_col *cols; size_t n, room; bool open; struct rel *next; };
struct scope { struct rel *from, *ctes; struct scope *up; };

struct types {
	struct catalogue *c;
	const struct query *q; /* NULL: a statement of a migration */
	const struct source *src;
	struct toks t;
	size_t i;
	struct scope *scope;
	int depth;
};

/* ---- tokens ---- */

struct tok types_tok(const struct types *p, size_t ahead);
bool types_at(const struct types *p, const char *words);
bool types_take(struct types *p, const char *words);
/* Passes over what was not understood, up to the comma, bracket or clause that follows. */
void types_pass(struct types *p);

/* ---- expr.c ---- */

struct val types_expr(struct types *p);
/* The same to its end, whatever in it was not understood. */
void types_condition(struct types *p);
/* a, b, … [asc|desc]; each is handed to `each` when it is given. */
void types_list(struct types *p, void (*each)(struct types *p, struct val v));

/* ---- fit.c: each ends the run when something does not fit ---- */

/* Two columns of a union, two ways of a "case". */
void types_fit(struct types *p, struct val x, struct val y);
void types_compare(struct types *p, struct val x, struct val y);
/* Is it read as a text, by a function or "like"? */
void types_as_text(struct types *p, struct val v);
/* Do its bytes have the order of what they say? */
void types_ordered(struct types *p, struct val v);
void types_store(struct types *p, const struct column *col, struct val v);
/* Of two that must fit, what both are. */
struct val types_both(struct types *p, struct val x, struct val y);

/* ---- types.c ---- */

bool types_at_query(const struct types *p);
/* A select, values or with, up to its end; its columns. */
struct rel *types_query(struct types *p);
struct scope *types_push(struct types *p);
/* By its name: of a "with" around, a table, a view; else one that may have any column. */
struct rel *types_rel_of(struct types *p, struct str name);
void types_add_from(struct types *p, struct rel *r);
void types_read_table(struct types *p);
void types_read_from(struct types *p);
/* The index of this select's own "from", or where it ends. */
size_t types_find_from(const struct types *p);
void types_read_items(struct types *p, struct rel *out);
void types_read_ctes(struct types *p);
/* (a, b), (c, d): each value with its place, behind "values". */
void types_rows(struct types *p, void (*each)(struct types *p, void *to, size_t row, size_t column, struct val v), void *to);
