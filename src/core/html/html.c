/* html.c — see html.h. */
#include "core/html/html.h"
#include "core/i18n/i18n.h"
#include <stdint.h>
#include <string.h>

static const char replacement[] = "\xEF\xBF\xBD";

void h_lit(struct html_out *o, const char *markup, size_t n) { buf_put(o->b, (struct str){markup, n}); }

/* The reference for a byte, or NULL when it is written as it is. */
static const char *reference(unsigned char c, bool attr)
{
	switch (c) {
	case '&': return "&amp;";
	case '<': return "&lt;";
	case '>': return "&gt;";
	case '\r': return "&#13;"; /* the parser would make it a line feed */
	case '"': return attr ? "&#34;" : NULL;
	case '\'': return attr ? "&#39;" : NULL;
	case '\n': return attr ? "&#10;" : NULL;
	case '\t': return attr ? "&#9;" : NULL;
	case '\0': return replacement;
	default: return NULL;
	}
}

/* Written as a reference in a text (1), in an attribute (2). Most bytes are neither, and most of the time is spent here. */
static const uint8_t special[256] = {['&'] = 3, ['<'] = 3, ['>'] = 3, ['\r'] = 3, ['\0'] = 3, ['"'] = 2, ['\''] = 2, ['\n'] = 2, ['\t'] = 2};

/* Of each of eight bytes the top bit: is it a control or & \' " < >? Right up to the first that is set. */
static uint64_t signs_in(uint64_t v)
{
	return ((v - STR_EIGHT(0x20)) | (((v | STR_EIGHT(1)) ^ STR_EIGHT('\'')) - STR_EIGHT(1)) | ((v ^ STR_EIGHT('"')) - STR_EIGHT(1)) | (((v | STR_EIGHT(2)) ^ STR_EIGHT('>')) - STR_EIGHT(1))) &
	       ~v & STR_EIGHT(0x80);
}

/* The letter of two or three bytes that x begins with, lowest byte first; 0: none, or one that wants a closer look. */
static size_t usual_letter(uint64_t x)
{
	uint8_t lead = x & 0xFF;
	if ((x & 0xC0E0) == 0x80C0)
		return lead >= 0xC2 ? 2 : 0;
	return (x & 0xC0C0F0) == 0x8080E0 && lead != 0xE0 && lead != 0xED ? 3 : 0;
}

/* How many bytes from i on, eight or a few more, stand there as they are: signs of their own are looked for in all eight at once, and the
 * letters of several bytes among them are gone through one by one. */
static size_t plain_from(struct str s, size_t i)
{
	uint64_t v = str_eight(s.p + i), signs = signs_in(v), wide = v & STR_EIGHT(0x80);
	size_t end = signs ? (size_t)__builtin_ctzll(signs) / 8 : sizeof v;
	if (signs)
		wide &= (signs & -signs) - 1;
	while (wide) {
		size_t at = (size_t)__builtin_ctzll(wide) / 8, step = usual_letter(v >> 8 * at);
		if (step == 0 && (step = str_utf8_step((struct str){s.p + i + at, s.n - i - at})) == 0)
			return at;
		at += step;
		if (at >= end)
			return at;
		wide &= ~UINT64_C(0) << 8 * at;
	}
	return end;
}

/* One pass: what must not stand there as it is becomes a reference, what is no UTF-8 the replacement character. */
static void escape(struct buf *b, struct str s, bool attr)
{
	size_t from = 0, i = 0;
	uint8_t place = attr ? 2 : 1;
	while (i < s.n) {
		size_t plain = s.n - i >= sizeof(uint64_t) ? plain_from(s, i) : 0;
		i += plain;
		if (plain >= sizeof(uint64_t) || i == s.n)
			continue;
		unsigned char c = (unsigned char)s.p[i];
		size_t step = c < 0x80 ? 1 : str_utf8_step((struct str){s.p + i, s.n - i});
		if (step > 0 && !(special[c] & place)) {
			i += step;
			continue;
		}
		buf_put(b, (struct str){s.p + from, i - from});
		buf_put(b, str_from(step ? reference(c, attr) : replacement));
		from = ++i;
	}
	buf_put(b, str_sub(s, from, s.n));
}

void h_text_str(struct html_out *o, struct str s) { escape(o->b, s, false); }
void h_attr_str(struct html_out *o, struct str s) { escape(o->b, s, true); }
void h_put_html(struct html_out *o, struct html x) { buf_put(o->b, x.safe); }

static bool is_alnum(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Relative, or one of the known schemes. Browsers drop tabs and line ends and trim controls before they look for the
 * scheme, so any control character makes the link unsafe; "\\" counts as "/" there. */
static bool url_safe(struct str u)
{
	static const char *const schemes[] = {"http:", "https:", "mailto:", "tel:"};
	for (size_t i = 0; i < u.n; i++)
		if ((unsigned char)u.p[i] < 0x20 || u.p[i] == 0x7F || u.p[i] == '\\')
			return false;
	if (u.n && u.p[0] == ' ')
		return false;
	ptrdiff_t colon = str_find_char(u, ':');
	for (ptrdiff_t i = 0; i < colon; i++)
		if (u.p[i] == '/' || u.p[i] == '?' || u.p[i] == '#')
			return true;
	if (colon < 0)
		return true;
	for (size_t i = 0; i < ARRAY_LEN(schemes); i++)
		if (str_eq_nocase(str_sub(u, 0, (size_t)colon + 1), str_from(schemes[i])))
			return true;
	return false;
}

void h_url_str(struct html_out *o, struct str url) { h_attr_str(o, url_safe(url) ? url : STR("#")); }

void h_part_str(struct html_out *o, struct str part)
{
	for (size_t i = 0; i < part.n; i++) {
		unsigned char c = (unsigned char)part.p[i];
		if (is_alnum(c) || c == '-' || c == '_' || c == '.' || c == '~')
			buf_char(o->b, (char)c);
		else
			buf_fmt(o->b, "%%%02X", c);
	}
}

void h_token_str(struct html_out *o, struct str token)
{
	for (size_t i = 0; i < token.n; i++) {
		unsigned char c = (unsigned char)token.p[i];
		bool plain = is_alnum(c) || c == '-' || c == '_' || c == '.' || c == ':' || c == ' ';
		buf_char(o->b, plain ? (char)c : '_');
	}
}

struct str h_show_str(struct html_out *o, struct str s)
{
	(void)o;
	return s;
}

struct str h_show_cstr(struct html_out *o, const char *s)
{
	(void)o;
	return str_from(s);
}

struct str h_show_int(struct html_out *o, int64_t v) { return str_fmt(o->b->a, "%lld", (long long)v); }
struct str h_show_uint(struct html_out *o, uint64_t v) { return str_fmt(o->b->a, "%llu", (unsigned long long)v); }
struct str h_show_money(struct html_out *o, struct money m) { return lang_money(o->b->a, o->lang, m); }
struct str h_show_date(struct html_out *o, struct date d) { return lang_date(o->b->a, o->lang, d); }
struct str h_show_instant(struct html_out *o, struct instant t) { return lang_instant(o->b->a, o->lang, t); }

void h_text_cstr(struct html_out *o, const char *s) { h_text_str(o, str_from(s)); }
void h_text_int(struct html_out *o, int64_t v) { buf_int(o->b, v); }
void h_text_uint(struct html_out *o, uint64_t v) { buf_fmt(o->b, "%llu", (unsigned long long)v); }
void h_text_money(struct html_out *o, struct money m) { h_text_str(o, h_show_money(o, m)); }
void h_text_date(struct html_out *o, struct date d) { h_text_str(o, h_show_date(o, d)); }
void h_text_instant(struct html_out *o, struct instant t) { h_text_str(o, h_show_instant(o, t)); }

static struct str words(struct html_out *o, int key, const struct str *args, size_t n)
{
	return msg_fmt(o->b->a, o->lang, (enum msg_key)key, args, n);
}

/* Words of the program that need no escaping are not looked through for each page: msggen did it. */
static void put_msg(struct html_out *o, int key, const struct str *args, size_t n, bool attr)
{
	struct str text = words(o, key, args, n);
	if (n == 0 && msg_is_plain(o->lang, (enum msg_key)key))
		buf_put(o->b, text);
	else
		escape(o->b, text, attr);
}

void h_text_msg(struct html_out *o, int key, const struct str *args, size_t n) { put_msg(o, key, args, n, false); }
void h_attr_msg(struct html_out *o, int key, const struct str *args, size_t n) { put_msg(o, key, args, n, true); }

struct h_capture h_capture_begin(struct html_out *o)
{
	struct h_capture c = {o->b};
	struct buf *aside = NEW(o->b->a, struct buf);
	*aside = buf_on(o->b->a);
	o->b = aside;
	return c;
}

struct html h_capture_end(struct html_out *o, struct h_capture c)
{
	struct html x = {buf_str(o->b)};
	o->b = c.outer;
	return x;
}

struct html h_from_text(struct html_out *o, struct str s)
{
	struct h_capture c = h_capture_begin(o);
	h_text_str(o, s);
	return h_capture_end(o, c);
}

struct html h_from_lines(struct html_out *o, struct str s)
{
	struct h_capture c = h_capture_begin(o);
	struct str line;
	bool open = false;
	while (str_next(&s, '\n', &line)) {
		line = str_trim(line);
		if (line.n == 0 && open)
			h_lits(o, "</p>\n");
		else if (line.n)
			h_lit(o, open ? "<br>" : "<p>", open ? 4 : 3);
		open = line.n > 0;
		h_text_str(o, line);
	}
	if (open)
		h_lits(o, "</p>\n");
	return h_capture_end(o, c);
}

struct str h_iso_instant(struct html_out *o, struct instant t) { return instant_format(o->b->a, t); }
struct str h_iso_date(struct html_out *o, struct date d) { return date_format(o->b->a, d); }
