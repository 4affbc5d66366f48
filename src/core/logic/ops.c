/* ops.c — the operators of json-logic-js 2, one function each, in the order of its source, and our own (docs/guide/logic.md). */
#include "core/logic/node.h"
#include "core/base/instant.h"
#include <math.h>

static const struct value *arg(const struct args *in, size_t i) { return i < in->n ? &in->v[i] : &undefined; }

static struct value eval_arg(struct ctx *c, const struct logic *node, size_t i, const struct value *data)
{
	return i < node->n ? node_eval(c, node->args[i], data) : undefined;
}

/* --- Comparing --- */

static struct value op_equal(struct ctx *c, const struct args *in) { return value_bool(value_equal(&c->b, arg(in, 0), arg(in, 1))); }
static struct value op_unequal(struct ctx *c, const struct args *in) { return value_bool(!value_equal(&c->b, arg(in, 0), arg(in, 1))); }
static struct value op_same(struct ctx *c, const struct args *in) { (void)c; return value_bool(value_same(arg(in, 0), arg(in, 1))); }
static struct value op_unsame(struct ctx *c, const struct args *in) { (void)c; return value_bool(!value_same(arg(in, 0), arg(in, 1))); }
static struct value op_truthy(struct ctx *c, const struct args *in) { (void)c; return value_bool(value_truthy(arg(in, 0))); }
static struct value op_not(struct ctx *c, const struct args *in) { (void)c; return value_bool(!value_truthy(arg(in, 0))); }

static bool less(struct ctx *c, const struct value *x, const struct value *y) { return value_less(&c->b, x, y) == 1; }
static bool at_most(struct ctx *c, const struct value *x, const struct value *y) { return value_less(&c->b, y, x) == 0; }

static struct value op_greater(struct ctx *c, const struct args *in) { return value_bool(less(c, arg(in, 1), arg(in, 0))); }
static struct value op_at_least(struct ctx *c, const struct args *in) { return value_bool(at_most(c, arg(in, 1), arg(in, 0))); }

static struct value op_less(struct ctx *c, const struct args *in)
{
	bool third = arg(in, 2)->kind == V_UNDEFINED || less(c, arg(in, 1), arg(in, 2));
	return value_bool(less(c, arg(in, 0), arg(in, 1)) && third);
}

static struct value op_at_most(struct ctx *c, const struct args *in)
{
	bool third = arg(in, 2)->kind == V_UNDEFINED || at_most(c, arg(in, 1), arg(in, 2));
	return value_bool(at_most(c, arg(in, 0), arg(in, 1)) && third);
}

/* --- Numbers --- */

static double num(struct ctx *c, const struct args *in, size_t i) { return value_to_number(&c->b, arg(in, i)); }

static struct value op_add(struct ctx *c, const struct args *in)
{
	double sum = 0;
	for (size_t i = 0; i < in->n; i++)
		sum += value_parse_float(&c->b, &in->v[i]);
	return value_number(sum);
}

static struct value op_multiply(struct ctx *c, const struct args *in)
{
	if (in->n == 0) {
		c->error = "* of nothing";
		return undefined;
	}
	if (in->n == 1)
		return in->v[0];
	double product = value_parse_float(&c->b, &in->v[0]);
	for (size_t i = 1; i < in->n; i++)
		product *= value_parse_float(&c->b, &in->v[i]);
	return value_number(product);
}

static struct value op_subtract(struct ctx *c, const struct args *in)
{
	return value_number(arg(in, 1)->kind == V_UNDEFINED ? -num(c, in, 0) : num(c, in, 0) - num(c, in, 1));
}

static struct value op_divide(struct ctx *c, const struct args *in)
{
	double x = num(c, in, 0), y = num(c, in, 1);
	if (y == 0) /* spelt out: C calls it undefined, JavaScript does not */
		return value_number(x == 0 || isnan(x) ? NAN : (x < 0) != (signbit(y) != 0) ? -INFINITY : INFINITY);
	return value_number(x / y);
}

static struct value op_remainder(struct ctx *c, const struct args *in) { return value_number(fmod(num(c, in, 0), num(c, in, 1))); }

static struct value extreme(struct ctx *c, const struct args *in, double sign)
{
	double best = INFINITY;
	for (size_t i = 0; i < in->n; i++) {
		double x = sign * num(c, in, i);
		if (isnan(x) || isnan(best))
			best = NAN;
		else if (x < best)
			best = x;
	}
	return value_number(sign * best);
}

static struct value op_min(struct ctx *c, const struct args *in) { return extreme(c, in, 1); }
static struct value op_max(struct ctx *c, const struct args *in) { return extreme(c, in, -1); }

/* --- Text and lists --- */

static struct value op_log(struct ctx *c, const struct args *in) { (void)c; return *arg(in, 0); }

static struct value op_in(struct ctx *c, const struct args *in)
{
	const struct value *needle = arg(in, 0), *hay = arg(in, 1);
	if (hay->kind == V_TEXT)
		return value_bool(hay->text.n > 0 && str_find(hay->text, value_to_text(&c->b, needle)) >= 0);
	for (size_t i = 0; hay->kind == V_LIST && i < hay->n && budget_take(&c->b, 1); i++) {
		struct value item = value_item(hay, i);
		if (value_same(&item, needle))
			return value_bool(true);
	}
	return value_bool(false);
}

static struct value op_cat(struct ctx *c, const struct args *in)
{
	struct buf out = buf_on(c->b.a);
	for (size_t i = 0; i < in->n && budget_take(&c->b, 1); i++)
		if (in->v[i].kind > V_NULL)
			buf_put(&out, value_to_text(&c->b, &in->v[i]));
	return value_text(buf_str(&out));
}

static struct value op_substr(struct ctx *c, const struct args *in)
{
	struct str s = value_to_text(&c->b, arg(in, 0));
	double start = num(c, in, 1), count = arg(in, 2)->kind == V_UNDEFINED ? INFINITY : num(c, in, 2);
	if (count >= 0 || isnan(count))
		return value_text(text_substr(c->b.a, s, start, count));
	struct value rest = value_text(text_substr(c->b.a, s, start, INFINITY));
	double len = value_property(&c->b, &rest, STR("length")).number;
	return value_text(text_substr(c->b.a, rest.text, 0, len + count));
}

static struct value op_merge(struct ctx *c, const struct args *in)
{
	size_t total = 0, n = 0;
	for (size_t i = 0; i < in->n; i++)
		total += in->v[i].kind == V_LIST ? in->v[i].n : 1;
	if (!budget_take(&c->b, total))
		return undefined;
	struct value *items = NEW_ARRAY(c->b.a, total, struct value);
	for (size_t i = 0; i < in->n; i++) {
		if (in->v[i].kind != V_LIST)
			items[n++] = in->v[i];
		for (size_t k = 0; in->v[i].kind == V_LIST && k < in->v[i].n; k++)
			items[n++] = value_item(&in->v[i], k);
	}
	return value_list(items, n);
}

/* --- Data --- */

static struct value find(struct ctx *c, const struct value *data, const struct value *path, struct value otherwise)
{
	if (path->kind <= V_NULL || (path->kind == V_TEXT && path->text.n == 0))
		return *data;
	struct str rest = value_to_text(&c->b, path), part;
	if (rest.n == 0)
		rest = STR("");
	struct value at = *data;
	while (str_next(&rest, '.', &part)) {
		if (at.kind <= V_NULL || !budget_take(&c->b, 1))
			return otherwise;
		at = value_property(&c->b, &at, part);
		if (at.kind == V_UNDEFINED)
			return otherwise;
	}
	return at;
}

static struct value op_var(struct ctx *c, const struct args *in)
{
	return find(c, in->data, arg(in, 0), arg(in, 1)->kind == V_UNDEFINED ? value_null() : *arg(in, 1));
}

static struct value missing_of(struct ctx *c, const struct value *keys, const struct value *data)
{
	if (!budget_take(&c->b, keys->n))
		return undefined;
	struct value *out = NEW_ARRAY(c->b.a, keys->n, struct value);
	size_t n = 0;
	for (size_t i = 0; i < keys->n; i++) {
		struct value key = value_item(keys, i), first = key.kind == V_LIST ? value_item(&key, 0) : key;
		struct value v = find(c, data, &first, value_null());
		if (v.kind == V_NULL || (v.kind == V_TEXT && v.text.n == 0))
			out[n++] = key;
	}
	return value_list(out, n);
}

static struct value op_missing(struct ctx *c, const struct args *in)
{
	struct value keys = arg(in, 0)->kind == V_LIST ? *arg(in, 0) : value_list(in->v, in->n);
	return missing_of(c, &keys, in->data);
}

static struct value op_missing_some(struct ctx *c, const struct args *in)
{
	const struct value *options = arg(in, 1);
	if (options->kind != V_LIST) {
		c->error = "missing_some needs a list of keys";
		return undefined;
	}
	struct value first = value_item(options, 0);
	struct value missing = missing_of(c, first.kind == V_LIST ? &first : options, in->data);
	double present = (double)options->n - (double)missing.n;
	return present >= num(c, in, 0) ? value_list(NULL, 0) : missing;
}

/* --- Operators that decide what is evaluated --- */

static struct value lazy_if(struct ctx *c, const struct logic *node, const struct value *data)
{
	size_t i = 0;
	for (; i + 1 < node->n; i += 2) {
		struct value test = node_eval(c, node->args[i], data);
		if (value_truthy(&test))
			return node_eval(c, node->args[i + 1], data);
	}
	return i < node->n ? node_eval(c, node->args[i], data) : value_null();
}

static struct value until(struct ctx *c, const struct logic *node, const struct value *data, bool truth)
{
	struct value v = undefined;
	for (size_t i = 0; i < node->n; i++) {
		v = node_eval(c, node->args[i], data);
		if (value_truthy(&v) == truth)
			break;
	}
	return v;
}

static struct value lazy_and(struct ctx *c, const struct logic *node, const struct value *data) { return until(c, node, data, false); }
static struct value lazy_or(struct ctx *c, const struct logic *node, const struct value *data) { return until(c, node, data, true); }

static struct value each_item(struct ctx *c, const struct logic *node, const struct value *data, bool keep)
{
	struct value in = eval_arg(c, node, 0, data);
	if (in.kind != V_LIST || !budget_take(&c->b, in.n))
		return value_list(NULL, 0);
	struct value *out = NEW_ARRAY(c->b.a, in.n, struct value);
	size_t n = 0;
	for (size_t i = 0; i < in.n && !c->b.failed && !c->error; i++) {
		struct value item = value_item(&in, i), v = eval_arg(c, node, 1, &item);
		if (!keep)
			out[n++] = v;
		else if (value_truthy(&v))
			out[n++] = item;
	}
	return value_list(out, n);
}

static struct value lazy_map(struct ctx *c, const struct logic *node, const struct value *data) { return each_item(c, node, data, false); }
static struct value lazy_filter(struct ctx *c, const struct logic *node, const struct value *data) { return each_item(c, node, data, true); }

static struct value lazy_reduce(struct ctx *c, const struct logic *node, const struct value *data)
{
	struct value in = eval_arg(c, node, 0, data), acc = node->n > 2 ? node_eval(c, node->args[2], data) : value_null();
	for (size_t i = 0; in.kind == V_LIST && i < in.n && !c->b.failed && !c->error; i++) {
		struct value *pair = NEW_ARRAY(c->b.a, 2, struct value);
		pair[0] = value_item(&in, i);
		pair[1] = acc;
		struct value scope = {.kind = V_SCOPE, .items = pair, .n = 2};
		acc = eval_arg(c, node, 1, &scope);
	}
	return acc;
}

/* Is there an item whose test has this truth? */
static bool any(struct ctx *c, const struct logic *node, const struct value *in, bool truth)
{
	for (size_t i = 0; i < in->n && !c->b.failed && !c->error; i++) {
		struct value item = value_item(in, i), v = eval_arg(c, node, 1, &item);
		if (value_truthy(&v) == truth)
			return true;
	}
	return false;
}

static struct value lazy_all(struct ctx *c, const struct logic *node, const struct value *data)
{
	struct value in = eval_arg(c, node, 0, data);
	return value_bool(in.kind == V_LIST && in.n > 0 && !any(c, node, &in, false));
}

static struct value lazy_some(struct ctx *c, const struct logic *node, const struct value *data)
{
	struct value in = eval_arg(c, node, 0, data);
	return value_bool(in.kind == V_LIST && any(c, node, &in, true));
}

static struct value lazy_none(struct ctx *c, const struct logic *node, const struct value *data)
{
	struct value v = lazy_some(c, node, data);
	return value_bool(!v.truth);
}

/* --- Our own (docs/guide/logic.md) --- */

static struct value op_today(struct ctx *c, const struct args *in)
{
	(void)in;
	struct value key = value_text(STR("today"));
	return find(c, c->root, &key, value_null());
}

/* Whole months from x to y: the day of the month must be reached. */
static int32_t months_between(struct date x, struct date y)
{
	struct civil p = date_civil(x), q = date_civil(y);
	int32_t months = (q.year - p.year) * 12 + q.month - p.month;
	if (months > 0 && q.day < p.day)
		months--;
	else if (months < 0 && q.day > p.day)
		months++;
	return months;
}

static struct value op_date_diff(struct ctx *c, const struct args *in)
{
	struct date x, y;
	const struct value *from = arg(in, 0), *to = arg(in, 1), *unit = arg(in, 2);
	(void)c;
	if (from->kind != V_TEXT || to->kind != V_TEXT || !date_parse(from->text, &x) || !date_parse(to->text, &y))
		return value_null();
	if (unit->kind != V_TEXT || str_eq(unit->text, STR("days")))
		return value_number(y.day - x.day);
	int32_t months = months_between(x, y);
	if (str_eq(unit->text, STR("months")))
		return value_number(months);
	return str_eq(unit->text, STR("years")) ? value_number(months / 12) : value_null();
}

static struct value op_len(struct ctx *c, const struct args *in)
{
	const struct value *v = arg(in, 0);
	(void)c;
	return value_number(v->kind == V_TEXT ? (double)str_utf8_len(v->text) : v->kind == V_LIST ? (double)v->n : 0);
}

static struct value op_round(struct ctx *c, const struct args *in)
{
	static const double powers[] = {1, 10, 100, 1000, 10000, 100000, 1000000};
	double x = num(c, in, 0), digits = in->n > 1 ? num(c, in, 1) : 0;
	double scale = digits >= 0 && digits <= 6 ? powers[(int)digits] : 1;
	return value_number(isfinite(x) ? copysign(floor(fabs(x) * scale + 0.5) / scale, x) : x);
}

static struct value op_sum(struct ctx *c, const struct args *in)
{
	const struct value *list = arg(in, 0);
	double sum = 0;
	for (size_t i = 0; list->kind == V_LIST && i < list->n && budget_take(&c->b, 1); i++) {
		struct value item = value_item(list, i);
		if (in->n > 1)
			item = find(c, &item, &in->v[1], value_null());
		double x = value_to_number(&c->b, &item);
		sum += isfinite(x) ? x : 0;
	}
	return value_number(sum);
}

static const struct op ops[] = {
	{.name = "==", .eager = op_equal},      {.name = "===", .eager = op_same},     {.name = "!=", .eager = op_unequal},
	{.name = "!==", .eager = op_unsame},    {.name = ">", .eager = op_greater},    {.name = ">=", .eager = op_at_least},
	{.name = "<", .eager = op_less},        {.name = "<=", .eager = op_at_most},   {.name = "!!", .eager = op_truthy},
	{.name = "!", .eager = op_not},         {.name = "%", .eager = op_remainder},  {.name = "log", .eager = op_log},
	{.name = "in", .eager = op_in},         {.name = "cat", .eager = op_cat},      {.name = "substr", .eager = op_substr},
	{.name = "+", .eager = op_add},         {.name = "*", .eager = op_multiply},   {.name = "-", .eager = op_subtract},
	{.name = "/", .eager = op_divide},      {.name = "min", .eager = op_min},      {.name = "max", .eager = op_max},
	{.name = "merge", .eager = op_merge},   {.name = "var", .eager = op_var},      {.name = "missing", .eager = op_missing},
	{.name = "missing_some", .eager = op_missing_some},
	{.name = "if", .lazy = lazy_if},        {.name = "?:", .lazy = lazy_if},       {.name = "and", .lazy = lazy_and},
	{.name = "or", .lazy = lazy_or},        {.name = "filter", .lazy = lazy_filter, .scoped = true},
	{.name = "map", .lazy = lazy_map, .scoped = true},   {.name = "reduce", .lazy = lazy_reduce, .scoped = true},
	{.name = "all", .lazy = lazy_all, .scoped = true},   {.name = "none", .lazy = lazy_none, .scoped = true},
	{.name = "some", .lazy = lazy_some, .scoped = true},
	{.name = "today", .eager = op_today},   {.name = "date_diff", .eager = op_date_diff}, {.name = "len", .eager = op_len},
	{.name = "round", .eager = op_round},   {.name = "sum", .eager = op_sum},
};

const struct op *op_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(ops); i++)
		if (str_eq(str_from(ops[i].name), str_from(name)))
			return &ops[i];
	return NULL;
}
