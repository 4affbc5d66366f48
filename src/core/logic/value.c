/* value.c — see value.h: values, their properties, comparing, and to JSON. The rules are those of ECMA-262 (abstract operations
 * IsLooselyEqual, IsLessThan). */
#include "core/logic/value.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

bool budget_take(struct budget *b, size_t n)
{
	if (b->failed)
		return false;
	if (n > b->steps) {
		b->failed = "the rule takes too many steps";
		return false;
	}
	b->steps -= n;
	if (arena_used(b->a) - b->start_bytes > b->bytes) {
		b->failed = "the rule makes too much data";
		return false;
	}
	return true;
}

struct value value_null(void) { return (struct value){.kind = V_NULL}; }
struct value value_bool(bool truth) { return (struct value){.kind = V_BOOL, .truth = truth}; }
struct value value_number(double number) { return (struct value){.kind = V_NUMBER, .number = number}; }
struct value value_text(struct str text) { return (struct value){.kind = V_TEXT, .text = text}; }

struct value value_list(const struct value *items, size_t n)
{
	return (struct value){.kind = V_LIST, .items = items, .n = n};
}

struct value value_from_json(const json_t *json)
{
	if (!json)
		return (struct value){.kind = V_UNDEFINED};
	switch (json_typeof(json)) {
	case JSON_TRUE:
	case JSON_FALSE:
		return value_bool(json_is_true(json));
	case JSON_INTEGER:
	case JSON_REAL:
		return value_number(json_number_value(json));
	case JSON_STRING:
		return value_text((struct str){json_string_value(json), json_string_length(json)});
	case JSON_ARRAY:
		return (struct value){.kind = V_LIST, .json = json, .n = json_array_size(json)};
	case JSON_OBJECT:
		return (struct value){.kind = V_OBJECT, .json = json};
	case JSON_NULL:
		break;
	}
	return value_null();
}

struct value value_item(const struct value *list, size_t i)
{
	if (i >= list->n)
		return (struct value){.kind = V_UNDEFINED};
	return list->json ? value_from_json(json_array_get(list->json, i)) : list->items[i];
}

/* A canonical array index ("0", "17", not "01"); false for anything else. */
static bool as_index(struct str name, size_t *out)
{
	int64_t v = 0;
	if (name.n == 0 || name.n > 10 || name.p[0] < '0' || name.p[0] > '9' || (name.n > 1 && name.p[0] == '0'))
		return false;
	if (!str_to_i64(name, &v))
		return false;
	*out = (size_t)v;
	return true;
}

static size_t utf16_len(struct str s)
{
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		n += ((c & 0xC0U) != 0x80U ? 1U : 0U) + (c >= 0xF0U ? 1U : 0U);
	}
	return n;
}

struct value value_property(struct budget *b, const struct value *v, struct str name)
{
	struct value none = {.kind = V_UNDEFINED};
	size_t i = 0;
	if (v->kind == V_OBJECT)
		return value_from_json(json_object_getn(v->json, name.p ? name.p : "", name.n));
	if (v->kind == V_SCOPE)
		return str_eq(name, STR("current")) ? v->items[0] : str_eq(name, STR("accumulator")) ? v->items[1] : none;
	if (v->kind == V_LIST)
		return as_index(name, &i) ? value_item(v, i) : str_eq(name, STR("length")) ? value_number((double)v->n) : none;
	if (v->kind != V_TEXT)
		return none;
	if (str_eq(name, STR("length")))
		return value_number((double)utf16_len(v->text));
	if (as_index(name, &i) && i < utf16_len(v->text))
		return value_text(text_substr(b->a, v->text, (double)i, 1));
	return none;
}

/* Bytes and UTF-16 units of the code point at s.p[i]. */
static size_t step_at(struct str s, size_t i, size_t *units)
{
	unsigned char c = (unsigned char)s.p[i];
	size_t n = c < 0x80U ? 1 : c < 0xE0U ? 2 : c < 0xF0U ? 3 : 4;
	*units = n == 4 ? 2 : 1;
	return n < s.n - i ? n : s.n - i;
}

struct str text_substr(struct arena *a, struct str s, double start, double count)
{
	double len = (double)utf16_len(s);
	start = isnan(start) ? 0 : trunc(start);
	count = isnan(count) ? 0 : trunc(count);
	if (start < 0)
		start = start + len > 0 ? start + len : 0;
	double end = start + count < len ? start + count : len, at = 0;
	struct buf out = buf_on(a);
	for (size_t i = 0, units = 0, n; i < s.n && at < end; i += n, at += (double)units) {
		n = step_at(s, i, &units);
		double from = at > start ? at : start, to = at + (double)units < end ? at + (double)units : end;
		if (to - from == (double)units)
			buf_put(&out, str_sub(s, i, n));
		else if (to > from)
			buf_put(&out, STR("\xEF\xBF\xBD"));
	}
	return buf_str(&out);
}

bool value_truthy(const struct value *v)
{
	switch (v->kind) {
	case V_BOOL:
		return v->truth;
	case V_NUMBER:
		return v->number != 0 && !isnan(v->number);
	case V_TEXT:
	case V_LIST:
		return v->kind == V_TEXT ? v->text.n > 0 : v->n > 0;
	case V_OBJECT:
	case V_SCOPE:
		return true;
	case V_UNDEFINED:
	case V_NULL:
		break;
	}
	return false;
}

static bool is_object(const struct value *v) { return v->kind >= V_LIST; }

bool value_same(const struct value *x, const struct value *y)
{
	if (x->kind != y->kind)
		return false;
	switch (x->kind) {
	case V_BOOL:
		return x->truth == y->truth;
	case V_NUMBER:
		return x->number == y->number;
	case V_TEXT:
		return str_eq(x->text, y->text);
	case V_LIST:
	case V_OBJECT:
	case V_SCOPE:
		return x->json == y->json && x->items == y->items;
	case V_UNDEFINED:
	case V_NULL:
		break;
	}
	return true;
}

static struct value primitive(struct budget *b, const struct value *v)
{
	return is_object(v) ? value_text(value_to_text(b, v)) : *v;
}

bool value_equal(struct budget *b, const struct value *x, const struct value *y)
{
	bool x_none = x->kind <= V_NULL, y_none = y->kind <= V_NULL;
	if (x_none || y_none)
		return x_none && y_none;
	if (is_object(x) && is_object(y))
		return value_same(x, y);
	struct value p = primitive(b, x), q = primitive(b, y);
	if (p.kind == q.kind)
		return value_same(&p, &q);
	return value_to_number(b, &p) == value_to_number(b, &q);
}

/* UTF-16 order: surrogates (from four-byte forms) stand before U+E000, whose lead byte is 0xEE. */
static int text_order(struct str x, struct str y)
{
	size_t n = x.n < y.n ? x.n : y.n;
	for (size_t i = 0; i < n; i++) {
		int c = (unsigned char)x.p[i], d = (unsigned char)y.p[i];
		if (c == d)
			continue;
		c = c >= 0xF0 ? 0xED00 + c : c << 8;
		d = d >= 0xF0 ? 0xED00 + d : d << 8;
		return c - d;
	}
	return x.n < y.n ? -1 : x.n > y.n;
}

int value_less(struct budget *b, const struct value *x, const struct value *y)
{
	struct value p = primitive(b, x), q = primitive(b, y);
	if (p.kind == V_TEXT && q.kind == V_TEXT)
		return text_order(p.text, q.text) < 0;
	double m = value_to_number(b, &p), n = value_to_number(b, &q);
	return isnan(m) || isnan(n) ? -1 : m < n;
}

/* --- To JSON --- */

static json_t *to_json(struct budget *b, const struct value *v, int depth);

static json_t *list_json(struct budget *b, const struct value *v, int depth)
{
	json_t *out = json_array();
	for (size_t i = 0; i < v->n; i++) {
		struct value item = value_item(v, i);
		json_t *j = to_json(b, &item, depth + 1);
		if (!j || json_array_append_new(out, j) != 0) {
			json_decref(out);
			return NULL;
		}
	}
	return out;
}

static json_t *object_json(struct budget *b, const struct value *v, int depth)
{
	json_t *out = json_object(), *child = NULL;
	const char *key = NULL;
	size_t n = 0;
	json_object_keylen_foreach((json_t *)(uintptr_t)v->json, key, n, child) {
		struct value item = value_from_json(child);
		json_t *j = to_json(b, &item, depth + 1);
		if (!j || json_object_setn_new_nocheck(out, key, n, j) != 0) {
			json_decref(out);
			return NULL;
		}
	}
	return out;
}

static json_t *scope_json(struct budget *b, const struct value *v, int depth)
{
	json_t *current = to_json(b, &v->items[0], depth + 1), *acc = to_json(b, &v->items[1], depth + 1);
	if (current && acc)
		return json_pack("{s:o,s:o}", "current", current, "accumulator", acc);
	json_decref(current);
	json_decref(acc);
	return NULL;
}

static json_t *number_json(double x)
{
	if (!isfinite(x))
		return json_null();
	return x == trunc(x) && fabs(x) < 9e15 ? json_integer((json_int_t)x) : json_real(x);
}

static json_t *to_json(struct budget *b, const struct value *v, int depth)
{
	if (depth > VALUE_NEST && !b->failed)
		b->failed = "the result is nested too deep";
	if (!budget_take(b, 1))
		return NULL;
	switch (v->kind) {
	case V_BOOL:
		return json_boolean(v->truth);
	case V_NUMBER:
		return number_json(v->number);
	case V_TEXT:
		if (v->text.n > b->bytes) {
			b->failed = "the result is too large";
			return NULL;
		}
		b->bytes -= v->text.n;
		return json_stringn(v->text.p ? v->text.p : "", v->text.n);
	case V_LIST:
		return list_json(b, v, depth);
	case V_OBJECT:
		return object_json(b, v, depth);
	case V_SCOPE:
		return scope_json(b, v, depth);
	case V_UNDEFINED:
	case V_NULL:
		break;
	}
	return json_null();
}

json_t *value_to_json(struct budget *b, const struct value *v)
{
	json_t *out = to_json(b, v, 0);
	if (!out && !b->failed)
		b->failed = "the result is not text";
	return out;
}
