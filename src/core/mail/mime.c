/* mime.c — the form of a message (RFC 5322, 2045, 2047). */
#include "core/mail/mail.h"
#include "core/text/text.h"
#include <ctype.h>
#include <string.h>

#define ENCODED_BYTES ((size_t)39) /* of text in one encoded word: 64 with its frame, 73 behind "Subject: ", at most 76 */
#define LINE_MAX_QP 75             /* and the soft break's '=' */

/* ---- headers ---- */

/* Controls become spaces, so that no text can end its header. */
static struct str one_line(struct arena *a, struct str s)
{
	struct buf b = buf_on(a);
	for (size_t i = 0; i < s.n; i++)
		buf_char(&b, (unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f ? ' ' : s.p[i]);
	return str_trim(buf_str(&b));
}

static bool plain_words(struct str s)
{
	if (s.n > 60)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!isalnum((unsigned char)s.p[i]) && s.p[i] != ' ' && s.p[i] != '-')
			return false;
	return true;
}

static void put_words(struct buf *b, struct str s)
{
	s = one_line(b->a, s);
	if (plain_words(s)) {
		buf_put(b, s);
		return;
	}
	for (bool first = true; s.n; first = false) {
		size_t n = s.n < ENCODED_BYTES ? s.n : ENCODED_BYTES;
		while (n < s.n && ((unsigned char)s.p[n] & 0xc0) == 0x80)
			n--; /* whole characters in each word */
		struct str part = base64_encode(b->a, s.p, n);
		buf_fmt(b, "%s=?UTF-8?B?%.*s?=", first ? "" : "\r\n ", STR_ARG(part));
		s = str_sub(s, n, s.n);
	}
}

static void put_date(struct buf *b, struct instant at)
{
	static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
	static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	struct date d = date_of(at);
	struct civil c = date_civil(d);
	int s = time_of_day_ms(at) / 1000;
	buf_fmt(b, "Date: %s, %02d %s %04d %02d:%02d:%02d +0700\r\n", days[date_weekday(d)], c.day, months[c.month - 1], c.year, s / 3600, s / 60 % 60, s % 60);
}

/* ---- quoted-printable ---- */

static void put_qp_line(struct buf *b, struct str line)
{
	static const char digits[] = "0123456789ABCDEF";
	size_t column = 0;
	for (size_t i = 0; i < line.n; i++) {
		unsigned char c = (unsigned char)line.p[i];
		bool last = i + 1 == line.n;
		/* A dot or "From " at a line's start means something to some servers. */
		bool odd = column == 0 && (c == '.' || c == 'F');
		bool plain = c >= 33 && c <= 126 && c != '=' && !odd;
		plain = plain || ((c == ' ' || c == '\t') && !last);
		if (column + (plain ? 1 : 3) > LINE_MAX_QP) {
			buf_put(b, STR("=\r\n"));
			column = 0;
			i--;
			continue;
		}
		if (plain)
			buf_char(b, (char)c);
		else
			buf_fmt(b, "=%c%c", digits[c >> 4], digits[c & 15]);
		column += plain ? 1 : 3;
	}
	buf_put(b, STR("\r\n"));
}

static void put_qp(struct buf *b, struct str text)
{
	struct str line;
	text.n -= text.n > 0 && text.p[text.n - 1] == '\n'; /* the last line's own end */
	while (str_next(&text, '\n', &line)) {
		if (line.n && line.p[line.n - 1] == '\r')
			line.n--;
		put_qp_line(b, line);
	}
}

struct str mail_build(struct arena *a, const struct mail_message *m)
{
	struct buf b = buf_on(a);
	CHECK(text_email_ok(m->from) && text_email_ok(m->to));
	put_date(&b, m->at);
	buf_put(&b, STR("From: "));
	if (m->from_name.n) {
		put_words(&b, m->from_name);
		buf_char(&b, ' ');
	}
	buf_fmt(&b, "<%.*s>\r\nTo: <%.*s>\r\nSubject: ", STR_ARG(m->from), STR_ARG(m->to));
	put_words(&b, m->subject);
	struct str id = one_line(a, m->id);
	buf_fmt(&b, "\r\nMessage-ID: %.*s\r\nMIME-Version: 1.0\r\nAuto-Submitted: auto-generated\r\n", STR_ARG(id));
	buf_put(&b, STR("Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"));
	put_qp(&b, m->text);
	return buf_str(&b);
}

/* ---- reading it again ---- */

static int hex_digit(char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1; }

static struct str qp_decode(struct arena *a, struct str s)
{
	struct buf b = buf_on(a);
	for (size_t i = 0; i < s.n; i++) {
		int high = s.p[i] == '=' && i + 2 < s.n ? hex_digit(s.p[i + 1]) : -1, low = high >= 0 ? hex_digit(s.p[i + 2]) : -1;
		if (low >= 0)
			buf_char(&b, (char)(high * 16 + low));
		else if (s.p[i] != '=' && s.p[i] != '\r')
			buf_char(&b, s.p[i]);
		i += low >= 0 || (s.p[i] == '=' && i + 2 < s.n && s.p[i + 1] == '\r') ? 2 : 0;
	}
	return buf_str(&b);
}

static struct str words_decode(struct arena *a, struct str s)
{
	static const struct str head = {"=?UTF-8?B?", 10};
	struct buf b = buf_on(a);
	ptrdiff_t at, end;
	struct str word;
	while ((at = str_find(s, head)) >= 0) {
		buf_put(&b, str_trim(str_sub(s, 0, (size_t)at)));
		s = str_sub(s, (size_t)at + head.n, s.n);
		if ((end = str_find(s, STR("?="))) < 0 || !base64_decode(a, str_sub(s, 0, (size_t)end), &word))
			break;
		buf_put(&b, word);
		s = str_sub(s, (size_t)end + 2, s.n);
	}
	buf_put(&b, str_trim(s));
	return buf_str(&b);
}

/* The header's value with its folded lines, or empty. */
static struct str header(struct str headers, struct str name)
{
	struct str rest = headers, line;
	const char *end = headers.p + headers.n;
	while (str_next(&rest, '\n', &line)) {
		if (!str_starts(line, name))
			continue;
		const char *from = line.p + name.n, *to = line.p + line.n;
		while (to + 1 < end && to[1] == ' ') {
			const char *next = memchr(to + 1, '\n', (size_t)(end - to - 1));
			to = next ? next : end;
		}
		return str_trim((struct str){from, (size_t)(to - from)});
	}
	return STR("");
}

static struct str address_in(struct str s)
{
	ptrdiff_t from = str_find_char(s, '<');
	return from >= 0 && s.p[s.n - 1] == '>' ? str_sub(s, (size_t)from + 1, s.n - (size_t)from - 2) : STR("");
}

bool mail_parse(struct arena *a, struct str message, struct mail_message *out)
{
	ptrdiff_t gap = str_find(message, STR("\r\n\r\n"));
	if (gap < 0)
		return false;
	struct str headers = str_sub(message, 0, (size_t)gap + 1), from = header(headers, STR("From:"));
	*out = (struct mail_message){.from = address_in(from), .to = address_in(header(headers, STR("To:"))), .id = header(headers, STR("Message-ID:")),
	                             .subject = words_decode(a, header(headers, STR("Subject:"))),
	                             .text = qp_decode(a, str_sub(message, (size_t)gap + 4, message.n))};
	out->from_name = words_decode(a, str_sub(from, 0, from.n - out->from.n - (out->from.n ? 2 : 0)));
	return text_email_ok(out->from) && text_email_ok(out->to) && str_is_utf8(out->subject) && str_is_utf8(out->text);
}
