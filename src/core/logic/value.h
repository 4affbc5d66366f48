/* value.h — a value of a rule, with JavaScript's conversions.
 *
 * Private to core/logic. Memory: text and items live in the arena of the evaluation or belong to the JSON the value
 * was read from (which must outlive it); nothing is freed singly. Numbers are doubles, as in JavaScript.
 * Drawback: text is UTF-8 and JavaScript counts UTF-16 units; where a cut would split a pair, U+FFFD stands. */
#pragma once
#include "core/base/str.h"
#include <jansson.h>

enum value_kind { V_UNDEFINED, V_NULL, V_BOOL, V_NUMBER, V_TEXT, V_LIST, V_OBJECT, V_SCOPE };

struct value {
	enum value_kind kind;
	bool truth;
	double number;
	struct str text;
	const json_t *json;        /* V_OBJECT; V_LIST read from JSON (then items is NULL) */
	const struct value *items; /* V_LIST made by a rule; V_SCOPE: current, accumulator */
	size_t n;
};

#define VALUE_NEST 200 /* lists and objects in each other */

/* What one evaluation may still use. `failed` names the first limit that was passed. */
struct budget { struct arena *a; size_t steps, start_bytes, bytes; const char *failed; };
/* Takes `n` steps; false (and failed) when none are left or too much memory is in use. */
bool budget_take(struct budget *b, size_t n);

struct value value_null(void);
struct value value_bool(bool truth);
struct value value_number(double number);
struct value value_text(struct str text);
struct value value_list(const struct value *items, size_t n);
struct value value_from_json(const json_t *json); /* NULL gives undefined */
/* Item i of a list; undefined outside. */
struct value value_item(const struct value *list, size_t i);
/* A property as JavaScript finds it (own properties only): members, indexes, length. */
struct value value_property(struct budget *b, const struct value *v, struct str name);

bool value_truthy(const struct value *v); /* JsonLogic: the empty list is false */
/* Number(v) and parseFloat(String(v)). */
double value_to_number(struct budget *b, const struct value *v);
double value_parse_float(struct budget *b, const struct value *v);
struct str value_to_text(struct budget *b, const struct value *v);
bool value_same(const struct value *x, const struct value *y);                       /* === */
bool value_equal(struct budget *b, const struct value *x, const struct value *y);    /* == */
/* x < y: 1 true, 0 false, -1 when a number is NaN. */
int value_less(struct budget *b, const struct value *x, const struct value *y);

/* Number.prototype.toString(). */
struct str number_text(struct arena *a, double number);
/* String.prototype.substr, in UTF-16 units; `count` may be infinite. */
struct str text_substr(struct arena *a, struct str s, double start, double count);
/* A new reference for the caller; NULL when a limit is passed. NaN, infinite and undefined become null. */
json_t *value_to_json(struct budget *b, const struct value *v);
