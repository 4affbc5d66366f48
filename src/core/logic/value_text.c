/* value_text.c — see value.h: between text and number as ECMA-262 has it (ToNumber, ToString, Number::toString). */
#include "core/logic/value.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Length of the white space or line end of JavaScript at the start of s; 0 when there is none. */
static size_t space_at(struct str s)
{
	static const char *const wide[] = {"\xC2\xA0",     "\xE1\x9A\x80", "\xE2\x80\x80", "\xE2\x80\x81", "\xE2\x80\x82",
	                                   "\xE2\x80\x83", "\xE2\x80\x84", "\xE2\x80\x85", "\xE2\x80\x86", "\xE2\x80\x87",
	                                   "\xE2\x80\x88", "\xE2\x80\x89", "\xE2\x80\x8A", "\xE2\x80\xA8", "\xE2\x80\xA9",
	                                   "\xE2\x80\xAF", "\xE2\x81\x9F", "\xE3\x80\x80", "\xEF\xBB\xBF"};
	if (s.n && (s.p[0] == ' ' || (s.p[0] >= '\t' && s.p[0] <= '\r')))
		return 1;
	for (size_t i = 0; i < ARRAY_LEN(wide); i++)
		if (str_starts(s, str_from(wide[i])))
			return strlen(wide[i]);
	return 0;
}

static struct str trim_start(struct str s)
{
	for (size_t n; (n = space_at(s)) > 0;)
		s = str_sub(s, n, s.n);
	return s;
}

static struct str trim_js(struct str s)
{
	s = trim_start(s);
	for (size_t back = 1; back <= 3 && back <= s.n; back++)
		if (space_at(str_sub(s, s.n - back, back)) == back) {
			s.n -= back;
			back = 0;
		}
	return s;
}

static bool is_digit(struct str s, size_t i) { return i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; }

/* Length of the longest prefix that is a decimal literal, 0 for none. */
static size_t decimal_prefix(struct str s)
{
	size_t i = s.n && (s.p[0] == '-' || s.p[0] == '+') ? 1 : 0, digits = 0;
	if (str_starts(str_sub(s, i, s.n), STR("Infinity")))
		return i + 8;
	for (; is_digit(s, i); i++)
		digits++;
	if (i < s.n && s.p[i] == '.' && (digits || is_digit(s, i + 1)))
		for (i++; is_digit(s, i); i++)
			digits++;
	if (!digits)
		return 0;
	if (i < s.n && (s.p[i] == 'e' || s.p[i] == 'E')) {
		size_t j = i + 1;
		j += j < s.n && (s.p[j] == '-' || s.p[j] == '+');
		if (is_digit(s, j))
			for (i = j; is_digit(s, i);)
				i++;
	}
	return i;
}

static double decimal_value(struct arena *a, struct str s) { return strtod(str_cstr(a, s), NULL); }

/* 0x…, 0o…, 0b… without a sign. */
static bool radix_number(struct str s, double *out)
{
	double base = 0, v = 0;
	if (s.n < 3 || s.p[0] != '0')
		return false;
	char mark = (char)(s.p[1] | 0x20);
	base = mark == 'x' ? 16 : mark == 'o' ? 8 : mark == 'b' ? 2 : 0;
	for (size_t i = 2; i < s.n; i++) {
		char c = (char)(s.p[i] >= 'A' && s.p[i] <= 'F' ? s.p[i] | 0x20 : s.p[i]);
		double d = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : 99;
		if (d >= base)
			return false;
		v = v * base + d;
	}
	*out = v;
	return base > 0;
}

static double text_to_number(struct arena *a, struct str s)
{
	double v = 0;
	s = trim_js(s);
	if (s.n == 0 || radix_number(s, &v))
		return v;
	return decimal_prefix(s) == s.n ? decimal_value(a, s) : NAN;
}

double value_to_number(struct budget *b, const struct value *v)
{
	switch (v->kind) {
	case V_NULL:
		return 0;
	case V_BOOL:
		return v->truth ? 1 : 0;
	case V_NUMBER:
		return v->number;
	case V_TEXT:
	case V_LIST:
		return text_to_number(b->a, value_to_text(b, v));
	case V_OBJECT:
	case V_SCOPE:
	case V_UNDEFINED:
		break;
	}
	return NAN;
}

double value_parse_float(struct budget *b, const struct value *v)
{
	if (v->kind == V_NUMBER)
		return v->number;
	struct str s = trim_start(value_to_text(b, v));
	size_t n = decimal_prefix(s);
	return n ? decimal_value(b->a, str_sub(s, 0, n)) : NAN;
}

/* The digits of a finite positive number, shortest that reads back; *point is where the decimal point stands. */
static size_t shortest(double x, char digits[24], int *point)
{
	char out[40];
	for (int prec = 0; prec < 17; prec++) {
		snprintf(out, sizeof out, "%.*e", prec, x);
		if (strtod(out, NULL) == x)
			break;
	}
	size_t n = 0;
	const char *p = out;
	for (; *p && *p != 'e'; p++)
		if (*p != '.')
			digits[n++] = *p;
	*point = (int)strtol(p + 1, NULL, 10) + 1;
	while (n > 1 && digits[n - 1] == '0')
		n--;
	return n;
}

struct str number_text(struct arena *a, double x)
{
	if (isnan(x))
		return STR("NaN");
	if (isinf(x))
		return x < 0 ? STR("-Infinity") : STR("Infinity");
	if (x == 0)
		return STR("0");
	char d[24];
	int point = 0, n = (int)shortest(fabs(x), d, &point);
	struct buf b = buf_on(a);
	if (x < 0)
		buf_char(&b, '-');
	if (n <= point && point <= 21)
		buf_fmt(&b, "%.*s%.*s", n, d, point - n, "000000000000000000000");
	else if (0 < point && point <= 21)
		buf_fmt(&b, "%.*s.%.*s", point, d, n - point, d + point);
	else if (-6 < point && point <= 0)
		buf_fmt(&b, "0.%.*s%.*s", -point, "000000", n, d);
	else
		buf_fmt(&b, "%c%s%.*se%+d", d[0], n > 1 ? "." : "", n - 1, d + 1, point - 1);
	return buf_str(&b);
}

static void put_text(struct budget *b, struct buf *out, const struct value *v, int depth);

static void put_list(struct budget *b, struct buf *out, const struct value *v, int depth)
{
	if (depth > VALUE_NEST)
		b->failed = "a list is nested too deep";
	for (size_t i = 0; i < v->n && budget_take(b, 1); i++) {
		struct value item = value_item(v, i);
		if (i)
			buf_char(out, ',');
		if (item.kind != V_NULL && item.kind != V_UNDEFINED)
			put_text(b, out, &item, depth + 1);
	}
}

static void put_text(struct budget *b, struct buf *out, const struct value *v, int depth)
{
	switch (v->kind) {
	case V_UNDEFINED:
	case V_NULL:
		buf_put(out, v->kind == V_NULL ? STR("null") : STR("undefined"));
		break;
	case V_BOOL:
		buf_put(out, v->truth ? STR("true") : STR("false"));
		break;
	case V_NUMBER:
		buf_put(out, number_text(b->a, v->number));
		break;
	case V_TEXT:
		buf_put(out, v->text);
		break;
	case V_LIST:
		put_list(b, out, v, depth);
		break;
	case V_OBJECT:
	case V_SCOPE:
		buf_put(out, STR("[object Object]"));
		break;
	}
}

struct str value_to_text(struct budget *b, const struct value *v)
{
	if (v->kind == V_TEXT)
		return v->text;
	struct buf out = buf_on(b->a);
	put_text(b, &out, v, 0);
	return buf_str(&out);
}
