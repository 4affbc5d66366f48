/* str.c — see str.h. */
#include "core/base/str.h"
#include "core/base/fmt.h"
#include <string.h>
#include <strings.h>

struct str str_from(const char *cstr)
{
	return cstr ? (struct str){cstr, strlen(cstr)} : STR_NONE;
}

struct str str_dup(struct arena *a, struct str s)
{
	char *p = arena_raw(a, s.n + 1);
	if (s.n)
		memcpy(p, s.p, s.n);
	p[s.n] = '\0';
	return (struct str){p, s.n};
}

struct str str_upper(struct arena *a, struct str s)
{
	char *p = arena_raw(a, s.n + 1);
	for (size_t i = 0; i < s.n; i++)
		p[i] = (char)(s.p[i] >= 'a' && s.p[i] <= 'z' ? s.p[i] - 'a' + 'A' : s.p[i]);
	p[s.n] = '\0';
	return (struct str){p, s.n};
}

const char *str_cstr(struct arena *a, struct str s) { return str_dup(a, s).p; }

struct str str_fmt(struct arena *a, const char *fmt, ...)
{
	char shortly[256]; /* most are: no more memory than the text needs */
	va_list ap;
	va_start(ap, fmt);
	int n = fmt_write(shortly, sizeof shortly, fmt, ap);
	va_end(ap);
	CHECK(n >= 0);
	if ((size_t)n < sizeof shortly)
		return str_dup(a, (struct str){shortly, (size_t)n});
	char *p = arena_alloc(a, (size_t)n + 1);
	va_start(ap, fmt);
	fmt_write(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return (struct str){p, (size_t)n};
}

struct str str_cat(struct arena *a, struct str x, struct str y)
{
	char *p = arena_raw(a, x.n + y.n + 1);
	if (x.n)
		memcpy(p, x.p, x.n);
	if (y.n)
		memcpy(p + x.n, y.p, y.n);
	p[x.n + y.n] = '\0';
	return (struct str){p, x.n + y.n};
}

bool str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool str_eq_nocase(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || strncasecmp(a.p, b.p, a.n) == 0);
}

int str_cmp(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n ? memcmp(a.p, b.p, n) : 0;
	if (c != 0)
		return c;
	return a.n < b.n ? -1 : a.n > b.n;
}

bool str_starts(struct str s, struct str prefix)
{
	return s.n >= prefix.n && str_eq((struct str){s.p, prefix.n}, prefix);
}

bool str_ends(struct str s, struct str suffix)
{
	return s.n >= suffix.n && str_eq((struct str){s.p + (s.n - suffix.n), suffix.n}, suffix);
}

ptrdiff_t str_find(struct str s, struct str needle)
{
	if (needle.n == 0)
		return 0;
	if (s.n == 0)
		return -1;
	const char *hit = memmem(s.p, s.n, needle.p, needle.n);
	return hit ? hit - s.p : -1;
}

ptrdiff_t str_find_char(struct str s, char c)
{
	const char *hit = s.n ? memchr(s.p, c, s.n) : NULL;
	return hit ? hit - s.p : -1;
}

struct str str_sub(struct str s, size_t from, size_t n)
{
	if (from >= s.n)
		return (struct str){s.p ? s.p + s.n : NULL, 0};
	return (struct str){s.p + from, n < s.n - from ? n : s.n - from};
}

static bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

struct str str_trim(struct str s)
{
	while (s.n && is_space(s.p[0]))
		s = (struct str){s.p + 1, s.n - 1};
	while (s.n && is_space(s.p[s.n - 1]))
		s.n--;
	return s;
}

bool str_next(struct str *rest, char sep, struct str *part)
{
	if (!rest->p)
		return false;
	ptrdiff_t at = str_find_char(*rest, sep);
	if (at < 0) {
		*part = *rest;
		*rest = STR_NONE;
		return true;
	}
	*part = (struct str){rest->p, (size_t)at};
	*rest = (struct str){rest->p + at + 1, rest->n - (size_t)at - 1};
	return true;
}

bool str_to_i64(struct str s, int64_t *out)
{
	bool neg = s.n && s.p[0] == '-';
	size_t i = s.n && (s.p[0] == '-' || s.p[0] == '+') ? 1 : 0;
	if (i == s.n)
		return false;
	int64_t v = 0;
	for (; i < s.n; i++) {
		int d = s.p[i] - '0';
		if (d < 0 || d > 9 || __builtin_mul_overflow(v, 10, &v) || __builtin_sub_overflow(v, d, &v))
			return false;
	}
	if (!neg && __builtin_sub_overflow((int64_t)0, v, &v))
		return false;
	*out = v;
	return true;
}

static bool follows(unsigned char c) { return (c & 0xC0U) == 0x80U; }

/* The Unicode standard, table 3-7. */
size_t str_utf8_step(struct str s)
{
	const unsigned char *p = (const unsigned char *)s.p;
	if (s.n == 0)
		return 0;
	if (p[0] < 0x80)
		return p[0] != 0;
	if (p[0] < 0xE0)
		return p[0] >= 0xC2 && s.n >= 2 && follows(p[1]) ? 2 : 0;
	if (s.n < 3 || !follows(p[1]) || !follows(p[2]))
		return 0;
	if (p[0] < 0xF0)
		return (p[0] == 0xE0 && p[1] < 0xA0) || (p[0] == 0xED && p[1] >= 0xA0) ? 0 : 3;
	if (p[0] > 0xF4 || s.n < 4 || !follows(p[3]))
		return 0;
	return (p[0] == 0xF0 && p[1] < 0x90) || (p[0] == 0xF4 && p[1] >= 0x90) ? 0 : 4;
}

bool str_is_utf8(struct str s)
{
	size_t i = 0;
	while (i < s.n) {
		if (s.n - i >= sizeof(uint64_t)) {
			uint64_t eight = str_eight(s.p + i); /* none of them NUL: then no byte has or borrows the top bit */
			i += str_eight_plain(eight | (eight - STR_EIGHT(1)));
			if (i == s.n)
				break;
		}
		size_t step = str_utf8_step((struct str){s.p + i, s.n - i});
		if (step == 0)
			return false;
		i += step;
	}
	return true;
}

/* Latin letters to U+02FF, and U+1EA0 to U+1EF9: each composed, none that joins the one before it. */
static bool composed(struct str s, size_t step)
{
	const unsigned char *p = (const unsigned char *)s.p;
	if (step < 3)
		return step == 1 || (step == 2 && p[0] <= 0xCB);
	return step == 3 && p[0] == 0xE1 && (p[1] == 0xBA ? p[2] >= 0xA0 : p[1] == 0xBB && p[2] <= 0xB9);
}

bool str_is_composed(struct str s)
{
	for (size_t i = 0, step = 0; i < s.n; i += step) {
		struct str rest = {s.p + i, s.n - i};
		step = str_utf8_step(rest);
		if (!composed(rest, step))
			return false;
	}
	return true;
}

size_t str_utf8_len(struct str s)
{
	size_t count = 0;
	for (size_t i = 0; i < s.n; i++)
		count += ((unsigned char)s.p[i] & 0xC0U) != 0x80U;
	return count;
}

struct str hex_encode(struct arena *a, const void *bytes, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *in = bytes;
	char *out = arena_alloc(a, 2 * n + 1);
	for (size_t i = 0; i < n; i++) {
		out[2 * i] = digits[in[i] >> 4];
		out[2 * i + 1] = digits[in[i] & 15U];
	}
	return (struct str){out, 2 * n};
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool hex_decode(struct arena *a, struct str hex, struct str *out)
{
	if (hex.n % 2 != 0)
		return false;
	char *p = arena_alloc(a, hex.n / 2 + 1);
	for (size_t i = 0; i < hex.n / 2; i++) {
		int hi = hex_digit(hex.p[2 * i]), lo = hex_digit(hex.p[2 * i + 1]);
		if (hi < 0 || lo < 0)
			return false;
		p[i] = (char)(hi << 4 | lo);
	}
	*out = (struct str){p, hex.n / 2};
	return true;
}

static struct str encode64(struct arena *a, const unsigned char *in, size_t n, const char *alphabet, bool pad)
{
	char *out = arena_alloc(a, (n + 2) / 3 * 4 + 1);
	size_t len = 0;
	for (size_t i = 0; i < n; i += 3) {
		uint32_t v = (uint32_t)in[i] << 16;
		v |= i + 1 < n ? (uint32_t)in[i + 1] << 8 : 0;
		v |= i + 2 < n ? in[i + 2] : 0;
		size_t chars = n - i >= 3 ? 4 : n - i + 1;
		for (size_t k = 0; k < 4; k++)
			if (k < chars)
				out[len++] = alphabet[v >> (18 - 6 * k) & 63U];
			else if (pad)
				out[len++] = '=';
	}
	return (struct str){out, len};
}

static const char base64_std[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char base64_url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

struct str base64_encode(struct arena *a, const void *bytes, size_t n)
{
	return encode64(a, bytes, n, base64_std, true);
}

struct str base64url_encode(struct arena *a, const void *bytes, size_t n)
{
	return encode64(a, bytes, n, base64_url, false);
}

static int digit64(char c)
{
	if (c == '-')
		c = '+';
	if (c == '_')
		c = '/';
	const char *at = c ? strchr(base64_std, c) : NULL;
	return at ? (int)(at - base64_std) : -1;
}

bool base64_decode(struct arena *a, struct str text, struct str *out)
{
	while (text.n && text.p[text.n - 1] == '=')
		text.n--;
	if (text.n % 4 == 1)
		return false;
	unsigned char *p = arena_alloc(a, text.n / 4 * 3 + 4);
	size_t len = 0;
	uint32_t v = 0;
	for (size_t i = 0; i < text.n; i++) {
		int d = digit64(text.p[i]);
		if (d < 0)
			return false;
		v = v << 6 | (uint32_t)d;
		if (i % 4 != 0)
			p[len++] = (unsigned char)(v >> (6 - 2 * (i % 4)));
	}
	*out = (struct str){(const char *)p, len};
	return true;
}

struct buf buf_on(struct arena *a) { return (struct buf){.a = a}; }

char *buf_room(struct buf *b, size_t n)
{
	if (b->cap - b->n <= n) {
		size_t cap = b->cap ? b->cap * 2 : 128;
		while (cap - b->n <= n)
			cap *= 2;
		char *p = arena_raw(b->a, cap);
		if (b->n)
			memcpy(p, b->p, b->n);
		b->p = p;
		b->cap = cap;
	}
	return b->p + b->n;
}

void buf_put(struct buf *b, struct str s)
{
	if (s.n == 0)
		return;
	char *to = b->cap - b->n > s.n ? b->p + b->n : buf_room(b, s.n);
	memcpy(to, s.p, s.n);
	b->n += s.n;
}

void buf_char(struct buf *b, char c)
{
	char *to = b->cap - b->n > 1 ? b->p + b->n : buf_room(b, 1);
	*to = c;
	b->n++;
}

void buf_vfmt(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	va_copy(again, ap);
	char *p = buf_room(b, 64);
	int n = fmt_write(p, b->cap - b->n, fmt, ap);
	CHECK(n >= 0);
	if ((size_t)n >= b->cap - b->n)
		fmt_write(buf_room(b, (size_t)n + 1), (size_t)n + 1, fmt, again);
	va_end(again);
	b->n += (size_t)n;
}

void buf_fmt(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	buf_vfmt(b, fmt, ap);
	va_end(ap);
}

void buf_int(struct buf *b, int64_t v)
{
	char digits[24];
	size_t i = sizeof digits;
	uint64_t rest = v < 0 ? -(uint64_t)v : (uint64_t)v;
	do
		digits[--i] = (char)('0' + rest % 10);
	while ((rest /= 10) > 0);
	if (v < 0)
		digits[--i] = '-';
	buf_put(b, (struct str){digits + i, sizeof digits - i});
}

struct str buf_str(struct buf *b)
{
	*buf_room(b, 1) = '\0';
	return (struct str){b->p, b->n};
}
