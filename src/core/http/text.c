/* text.c — see text.h. */
#include "core/http/text.h"
#include <stdlib.h>
#include <string.h>

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool text_unescape(struct arena *a, struct str s, bool plus, struct str *out)
{
	char *p = arena_alloc(a, s.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (c == '%') {
			int hi = i + 2 < s.n ? hex_value(s.p[i + 1]) : -1, lo = i + 2 < s.n ? hex_value(s.p[i + 2]) : -1;
			if (hi < 0 || lo < 0)
				return false;
			c = (char)(hi << 4 | lo);
			i += 2;
		} else if (c == '+' && plus) {
			c = ' ';
		}
		p[n++] = c;
	}
	*out = (struct str){p, n};
	return true;
}

void text_put_escaped(struct buf *b, struct str s, const char *keep)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		bool free_char = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
		if (free_char || (c && (strchr("-_.~", c) || strchr(keep, c))))
			buf_char(b, (char)c);
		else
			buf_fmt(b, "%%%02X", c);
	}
}

void text_put_json(struct buf *b, struct str s)
{
	bool good = str_is_utf8(s);
	buf_char(b, '"');
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c == '"' || c == '\\')
			buf_fmt(b, "\\%c", c);
		else if (c < ' ' || c == 0x7F)
			buf_fmt(b, "\\u%04x", c);
		else if (c >= 0x80 && !good)
			buf_put(b, STR("\\ufffd"));
		else
			buf_char(b, (char)c);
	}
	buf_char(b, '"');
}

struct str text_main_value(struct str value)
{
	struct str rest = value, part = STR_NONE;
	return str_next(&rest, ';', &part) ? str_trim(part) : STR_NONE;
}

/* The value after '=', quoted or a token; *rest moves behind it. */
static bool take_value(struct arena *a, struct str *rest, struct str *out)
{
	struct buf b = buf_on(a);
	size_t i = 0;
	if (rest->n && rest->p[0] == '"') {
		for (i = 1; i < rest->n && rest->p[i] != '"'; i++) {
			/* Browsers send backslashes of file names bare; only an escaped quote or backslash is one. */
			if (rest->p[i] == '\\' && i + 1 < rest->n && (rest->p[i + 1] == '"' || rest->p[i + 1] == '\\'))
				i++;
			buf_char(&b, rest->p[i]);
		}
		if (i == rest->n)
			return false;
		i++;
	} else {
		for (; i < rest->n && rest->p[i] != ';'; i++)
			buf_char(&b, rest->p[i]);
	}
	*rest = str_sub(*rest, i, rest->n);
	*out = str_trim(buf_str(&b));
	return true;
}

bool text_parameter(struct arena *a, struct str value, const char *name, struct str *out)
{
	ptrdiff_t semi = str_find_char(value, ';');
	struct str rest = semi < 0 ? STR_NONE : str_sub(value, (size_t)semi + 1, value.n);
	while (rest.n) {
		ptrdiff_t eq = str_find_char(rest, '=');
		if (eq < 0)
			return false;
		struct str key = str_trim(str_sub(rest, 0, (size_t)eq)), v;
		rest = str_sub(rest, (size_t)eq + 1, rest.n);
		while (rest.n && rest.p[0] == ' ')
			rest = str_sub(rest, 1, rest.n);
		if (!take_value(a, &rest, &v))
			return false;
		if (str_eq_nocase(key, str_from(name))) {
			*out = v;
			return true;
		}
		semi = str_find_char(rest, ';');
		rest = semi < 0 ? STR_NONE : str_sub(rest, (size_t)semi + 1, rest.n);
	}
	return false;
}

/* "0.8" in thousandths; anything odd is 0. */
static int quality(struct str q)
{
	int v = 0, digits = 0;
	if (q.n == 0 || (q.p[0] != '0' && q.p[0] != '1'))
		return 0;
	if (q.p[0] == '1')
		return 1000;
	for (size_t i = 2; i < q.n && digits < 3 && q.p[i] >= '0' && q.p[i] <= '9'; i++, digits++)
		v = v * 10 + (q.p[i] - '0');
	for (; digits < 3; digits++)
		v *= 10;
	return v;
}

int text_coding_quality(struct str accept, const char *coding)
{
	struct str part;
	int any = 0;
	while (str_next(&accept, ',', &part)) {
		struct str name = text_main_value(part);
		ptrdiff_t at = str_find(part, STR("q="));
		int q = at < 0 ? 1000 : quality(str_sub(part, (size_t)at + 2, part.n));
		if (str_eq_nocase(name, str_from(coding)))
			return q;
		if (str_eq(name, STR("*")))
			any = q;
	}
	return any;
}

bool text_etag_matches(struct str header, struct str etag)
{
	struct str part;
	while (str_next(&header, ',', &part)) {
		part = str_trim(part);
		if (str_eq(part, STR("*")))
			return true;
		if (str_starts(part, STR("W/")))
			part = str_sub(part, 2, part.n);
		if (part.n >= 2 && part.p[0] == '"' && str_eq(str_sub(part, 1, part.n - 2), etag))
			return true;
	}
	return false;
}

int text_range(struct str header, int64_t size, int64_t *from, int64_t *to)
{
	if (!str_starts(header, STR("bytes=")) || str_find_char(header, ',') >= 0)
		return 0;
	struct str spec = str_trim(str_sub(header, 6, header.n));
	ptrdiff_t dash = str_find_char(spec, '-');
	if (dash < 0)
		return 0;
	struct str low = str_sub(spec, 0, (size_t)dash), high = str_sub(spec, (size_t)dash + 1, spec.n);
	int64_t x = 0, y = size - 1;
	if ((low.n && !str_to_i64(low, &x)) || (high.n && !str_to_i64(high, &y)) || (!low.n && !high.n) || x < 0 || y < 0)
		return 0;
	if (!low.n) {
		if (y == 0)
			return -1;
		x = y < size ? size - y : 0;
		y = size - 1;
	}
	if (low.n && high.n && y < x)
		return 0;
	if (x >= size)
		return -1;
	*from = x;
	*to = y < size ? y : size - 1;
	return 1;
}

bool text_same_bytes(const void *x, const void *y, size_t n)
{
	const volatile unsigned char *p = x, *q = y;
	unsigned diff = 0;
	for (size_t i = 0; i < n; i++)
		diff |= (unsigned)(p[i] ^ q[i]);
	return diff == 0;
}
