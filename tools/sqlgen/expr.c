/* expr.c — expressions: what type each has, and whether the two sides of a comparison fit. See types.h. */
#include "types.h"

#define DEEPEST 100

/* ---- tokens ---- */

struct tok types_tok(const struct types *p, size_t ahead) { return p->t.v[p->i + ahead < p->t.n ? p->i + ahead : p->t.n]; }
bool types_at(const struct types *p, const char *words) { return toks_at(p->t, p->i, words); }

bool types_take(struct types *p, const char *words)
{
	if (!types_at(p, words))
		return false;
	for (p->i++; *words; words++)
		p->i += *words == ' ';
	return true;
}

static bool is_one(struct tok t, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (tok_is(t, words[i]))
			return true;
	return false;
}

/* An expression ends here at the latest. */
static bool at_stop(const struct types *p)
{
	static const char *const words[] = {",", ")", ";", "from", "where", "group", "having", "order", "limit", "offset", "union", "except", "intersect", "join", "left", "right", "inner",
	                                    "cross", "full", "natural", "on", "using", "set", "values", "returning", "window", "then", "else", "when", "end", "and", "or", "as"};
	return types_tok(p, 0).kind == T_END || is_one(types_tok(p, 0), words, ARRAY_LEN(words));
}

void types_pass(struct types *p)
{
	while (!at_stop(p))
		p->i = types_at(p, "(") ? skip_group(p->t, p->i) : p->i + 1;
}

/* ---- names ---- */

static struct val column_of(const struct rel *r, struct str name, bool *found)
{
	for (size_t i = 0; i < r->n; i++)
		if (str_eq_nocase(r->cols[i].name, name)) {
			*found = true;
			return r->cols[i].v;
		}
	return (struct val){0};
}

/* The innermost table of that name; without one, the innermost tables that have the column. */
static struct val look_up(const struct types *p, struct str table, struct str name)
{
	for (const struct scope *s = p->scope; s; s = s->up) {
		struct val v = {0};
		bool found = false, named = false;
		for (const struct rel *r = s->from; r && !found; r = r->next) {
			if (table.n && !str_eq_nocase(r->name, table))
				continue;
			named = table.n > 0;
			v = column_of(r, name, &found);
		}
		if (found || named)
			return v;
	}
	return (struct val){0};
}

static struct val read_name(struct types *p)
{
	size_t at = types_tok(p, 0).at;
	struct str table = STR_NONE, name = types_tok(p, 0).text;
	p->i++;
	while (types_at(p, ".")) {
		table = name;
		name = types_tok(p, 1).text;
		p->i += types_tok(p, 1).kind == T_END ? 1 : 2;
	}
	struct val v = look_up(p, table, name);
	v.at = at;
	return v;
}

/* ---- what stands alone ---- */

static struct val binary(struct types *p, int least);

static struct val of_kind(enum known k, size_t at) { return (struct val){.known = k, .at = at}; }

static void read_orders(struct types *p)
{
	for (const struct order *o = p->q ? p->q->orders : NULL; o; o = o->next) {
		struct source src = {p->src->file, o->text, p->q->line};
		struct types sub = {.c = p->c, .q = p->q, .src = &src, .t = scan(p->c->a, &src, false), .scope = p->scope, .depth = p->depth};
		types_list(&sub, types_ordered);
	}
}

static struct val read_param(struct types *p)
{
	struct tok t = types_tok(p, 0);
	struct named *n = p->q ? find_named(p->q->params, str_sub(t.text, 1, t.text.n)) : NULL;
	p->i++;
	if (tok_is(t, ":order"))
		read_orders(p);
	return n ? (struct val){.known = KNOWN, .type = n->type, .param = n, .name = n->name, .at = t.at} : of_kind(KNOWN_NOT, t.at);
}

/* (a, b), (select …), (a). */
static struct val read_group(struct types *p)
{
	size_t at = types_tok(p, 0).at, end = skip_group(p->t, p->i), n = 0;
	struct val v = of_kind(KNOWN_NOT, at), *row = NULL;
	p->i++;
	if (types_at_query(p)) {
		struct rel *r = types_query(p);
		v = r->n == 1 ? r->cols[0].v : v;
	} else {
		row = NEW_ARRAY(p->c->a, end - p->i + 1, struct val);
		do {
			row[n++] = v = types_expr(p);
			types_pass(p);
		} while (types_take(p, ",") && p->i < end);
	}
	p->i = end;
	return n > 1 ? (struct val){.at = at, .row = row, .n = n} : v;
}

static struct val read_case(struct types *p)
{
	struct val out = of_kind(KNOWN_NOT, types_tok(p, 0).at), of = out;
	p->i++;
	bool simple = !types_at(p, "when");
	if (simple)
		of = types_expr(p);
	while (types_take(p, "when")) {
		struct val v = types_expr(p);
		if (simple)
			types_compare(p, of, v);
		types_pass(p);
		if (types_take(p, "then"))
			out = types_both(p, out, types_expr(p));
		types_pass(p);
	}
	if (types_take(p, "else"))
		out = types_both(p, out, types_expr(p));
	types_pass(p);
	types_take(p, "end");
	return out;
}

/* The type of "cast(x as TYPE)" and "x::TYPE". */
static struct val read_type(struct types *p, size_t at)
{
	static const char *const numbers[] = {"integer", "int", "bigint", "smallint", "real", "numeric", "double"};
	struct tok t = types_tok(p, 0);
	p->i += t.kind == T_WORD;
	if (types_at(p, "("))
		p->i = skip_group(p->t, p->i);
	while (types_take(p, "[") || types_take(p, "]"))
		;
	return of_kind(is_one(t, numbers, ARRAY_LEN(numbers)) ? KNOWN_NUMBER : tok_is(t, "text") ? KNOWN_TEXT : KNOWN_NOT, at);
}

static struct val read_cast(struct types *p)
{
	size_t at = types_tok(p, 0).at, end = skip_group(p->t, p->i + 1);
	p->i += 2;
	(void)types_expr(p);
	types_pass(p);
	struct val v = types_take(p, "as") ? read_type(p, at) : of_kind(KNOWN_NOT, at);
	p->i = end;
	return v;
}

enum gives { GIVES_ANY, GIVES_NUMBER, GIVES_TEXT, GIVES_ARGS };
static const struct { const char *name; enum gives gives; bool reads_text; } functions[] = {
	{"coalesce", GIVES_ARGS, false}, {"ifnull", GIVES_ARGS, false}, {"nullif", GIVES_ARGS, false}, {"max", GIVES_ARGS, false}, {"min", GIVES_ARGS, false}, {"greatest", GIVES_ARGS, false},
	{"least", GIVES_ARGS, false}, {"count", GIVES_NUMBER, false}, {"sum", GIVES_NUMBER, false}, {"total", GIVES_NUMBER, false}, {"length", GIVES_NUMBER, false}, {"row_number", GIVES_NUMBER, false},
	{"instr", GIVES_NUMBER, true}, {"strpos", GIVES_NUMBER, true}, {"lower", GIVES_TEXT, true}, {"upper", GIVES_TEXT, true}, {"trim", GIVES_TEXT, true}, {"replace", GIVES_TEXT, true},
	{"group_concat", GIVES_TEXT, true}, {"string_agg", GIVES_TEXT, true},
};

static struct val read_call(struct types *p)
{
	struct tok name = types_tok(p, 0);
	size_t end = skip_group(p->t, p->i + 1), f = 0;
	struct val all = of_kind(KNOWN_NOT, name.at);
	while (f < ARRAY_LEN(functions) && !tok_is(name, functions[f].name))
		f++;
	enum gives gives = f < ARRAY_LEN(functions) ? functions[f].gives : GIVES_ANY;
	p->i += 2;
	(void)(types_take(p, "distinct") || types_take(p, "all"));
	bool first = true;
	do {
		struct val v = types_at_query(p) ? of_kind(KNOWN_NOT, name.at) : types_expr(p);
		if (types_at_query(p))
			(void)types_query(p);
		if (first && f < ARRAY_LEN(functions) && functions[f].reads_text)
			types_as_text(p, v);
		if (gives == GIVES_ARGS)
			all = types_both(p, all, v);
		first = false;
		types_pass(p);
	} while (types_take(p, ",") && p->i < end);
	p->i = end;
	if (types_take(p, "filter") && types_at(p, "("))
		(void)read_group(p);
	if (types_take(p, "over"))
		p->i = types_at(p, "(") ? skip_group(p->t, p->i) : p->i + 1;
	all.name = STR_NONE;
	return gives == GIVES_ARGS ? all : of_kind(gives == GIVES_NUMBER ? KNOWN_NUMBER : gives == GIVES_TEXT ? KNOWN_TEXT : KNOWN_NOT, name.at);
}

static bool is_word(const struct types *p, const char *word) { return types_tok(p, 0).kind == T_WORD && tok_is(types_tok(p, 0), word); }

static struct val read_word(struct types *p)
{
	size_t at = types_tok(p, 0).at;
	static const char *const nothing[] = {"null", "true", "false", "current_timestamp"};
	if (types_tok(p, 1).kind == T_STRING) { /* x'80', date '2026-01-01' */
		p->i += 2;
		return of_kind(KNOWN_NOT, at);
	}
	if (is_one(types_tok(p, 0), nothing, ARRAY_LEN(nothing))) {
		p->i++;
		return of_kind(KNOWN_NOT, at);
	}
	if (is_word(p, "case"))
		return read_case(p);
	if (is_word(p, "cast") && tok_is(types_tok(p, 1), "("))
		return read_cast(p);
	if (is_word(p, "exists") && tok_is(types_tok(p, 1), "(")) {
		p->i++;
		(void)read_group(p);
		return of_kind(KNOWN_NUMBER, at);
	}
	return tok_is(types_tok(p, 1), "(") ? read_call(p) : read_name(p);
}

static struct val alone(struct types *p)
{
	struct tok t = types_tok(p, 0);
	if (at_stop(p))
		return of_kind(KNOWN_NOT, t.at);
	if (t.kind == T_PARAM)
		return read_param(p);
	if (t.kind == T_WORD)
		return read_word(p);
	if (tok_is(t, "("))
		return read_group(p);
	p->i++;
	if (t.kind == T_NUMBER && types_at(p, "."))
		p->i += types_tok(p, 1).kind == T_NUMBER ? 2 : 1;
	return of_kind(t.kind == T_NUMBER ? KNOWN_NUMBER : t.kind == T_STRING && t.text.p[0] == '\'' ? KNOWN_TEXT : KNOWN_NOT, t.at);
}

/* ---- operators ---- */

enum { L_OR = 1, L_AND, L_NOT, L_COMPARE, L_ORDER, L_BITS, L_PLUS, L_TIMES, L_JOIN, L_SIGN };

static struct val unary(struct types *p)
{
	size_t at = types_tok(p, 0).at;
	if (types_take(p, "not")) {
		(void)binary(p, L_NOT);
		return of_kind(KNOWN_NUMBER, at);
	}
	if (types_take(p, "-") || types_take(p, "+")) {
		(void)binary(p, L_SIGN);
		return of_kind(KNOWN_NUMBER, at);
	}
	struct val v = alone(p);
	for (;;) {
		if (types_take(p, "::"))
			v = read_type(p, at);
		else if (types_take(p, "collate"))
			p->i += types_tok(p, 0).kind != T_END;
		else
			return v;
	}
}

/* in (a, b), in (select …). */
static void read_in(struct types *p, struct val left)
{
	size_t end = types_at(p, "(") ? skip_group(p->t, p->i) : p->i;
	if (!types_take(p, "("))
		return;
	if (types_at_query(p)) {
		struct rel *r = types_query(p);
		if (left.n == 0 && r->n)
			types_compare(p, left, r->cols[0].v);
	} else {
		do {
			types_compare(p, left, types_expr(p));
			types_pass(p);
		} while (types_take(p, ",") && p->i < end);
	}
	p->i = end;
}

/* What compares by words; false when there is none. */
static bool read_worded(struct types *p, struct val left)
{
	size_t start = p->i;
	(void)types_take(p, "not");
	if (types_take(p, "in")) {
		read_in(p, left);
	} else if (types_take(p, "between")) {
		struct val low = binary(p, L_ORDER), high = types_take(p, "and") ? binary(p, L_ORDER) : low;
		types_compare(p, left, low);
		types_compare(p, left, high);
		types_ordered(p, left);
	} else if (types_take(p, "like") || types_take(p, "ilike") || types_take(p, "glob") || types_take(p, "regexp") || types_take(p, "match")) {
		types_as_text(p, left);
		types_as_text(p, binary(p, L_ORDER));
		if (types_take(p, "escape"))
			(void)binary(p, L_ORDER);
	} else if (types_take(p, "is")) {
		(void)types_take(p, "not");
		(void)types_take(p, "distinct from");
		types_compare(p, left, binary(p, L_ORDER));
	} else {
		p->i = start;
		return false;
	}
	return true;
}

static int level_of(struct tok t)
{
	static const struct { const char *op; int level; } ops[] = {
		{"or", L_OR}, {"and", L_AND}, {"=", L_COMPARE}, {"<>", L_COMPARE}, {"!=", L_COMPARE}, {"@@", L_COMPARE}, {"~", L_COMPARE}, {"<", L_ORDER}, {"<=", L_ORDER}, {">", L_ORDER}, {">=", L_ORDER},
		{"&", L_BITS}, {"|", L_BITS}, {"+", L_PLUS}, {"-", L_PLUS}, {"*", L_TIMES}, {"/", L_TIMES}, {"%", L_TIMES}, {"||", L_JOIN}, {"->", L_JOIN}};
	for (size_t i = 0; i < ARRAY_LEN(ops); i++)
		if (t.kind != T_STRING && tok_is(t, ops[i].op))
			return ops[i].level;
	return 0;
}

static struct val apply(struct types *p, struct tok op, int level, struct val left, struct val right)
{
	if (level == L_ORDER || tok_is(op, "=") || tok_is(op, "<>") || tok_is(op, "!="))
		types_compare(p, left, right);
	if (level == L_ORDER) {
		types_ordered(p, left);
		types_ordered(p, right);
	}
	if (tok_is(op, "||")) {
		types_as_text(p, left);
		types_as_text(p, right);
		return of_kind(KNOWN_TEXT, left.at);
	}
	return of_kind(tok_is(op, "->") ? KNOWN_NOT : KNOWN_NUMBER, left.at);
}

static struct val binary(struct types *p, int least)
{
	struct val left = of_kind(KNOWN_NOT, types_tok(p, 0).at);
	if (p->depth >= DEEPEST) {
		types_pass(p);
		return left;
	}
	p->depth++;
	left = unary(p);
	for (;;) {
		struct tok op = types_tok(p, 0);
		int level = level_of(op);
		if (least <= L_COMPARE && read_worded(p, left)) {
			left = of_kind(KNOWN_NUMBER, left.at);
			continue;
		}
		if (!level || level < least)
			break;
		p->i++;
		(void)(tok_is(op, "=") && types_take(p, "=")); /* == */
		(void)(tok_is(op, "->") && types_take(p, ">")); /* ->> */
		left = apply(p, op, level, left, binary(p, level + 1));
	}
	p->depth--;
	return left;
}

struct val types_expr(struct types *p) { return binary(p, L_OR); }

void types_condition(struct types *p)
{
	do {
		(void)types_expr(p);
		types_pass(p);
	} while (types_take(p, "and") || types_take(p, "or"));
}

void types_list(struct types *p, void (*each)(struct types *p, struct val v))
{
	do {
		struct val v = types_expr(p);
		if (each)
			each(p, v);
		types_pass(p);
	} while (types_take(p, ","));
}
