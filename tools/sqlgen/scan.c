/* scan.c — tokens of SQL, as far as sqlgen looks into it. */
#include "sqlgen.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void die(const char *file, int line, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	fprintf(stderr, "%s:%d: ", file, line);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	exit(1);
}

struct str read_file(struct arena *a, const char *path)
{
	FILE *f = fopen(path, "rb");
	if (!f)
		die(path, 1, "cannot be opened");
	struct buf b = buf_on(a);
	size_t n = 0;
	do {
		n = fread(buf_room(&b, 65536), 1, 65536, f);
		b.n += n;
	} while (n > 0);
	fclose(f);
	if (!str_is_utf8(buf_str(&b)))
		die(path, 1, "is not UTF-8");
	return buf_str(&b);
}

int line_at(const struct source *src, size_t at)
{
	int line = src->first_line;
	for (size_t i = 0; i < at && i < src->text.n; i++)
		line += src->text.p[i] == '\n';
	return line;
}

static bool word_char(char c) { return isalnum((unsigned char)c) || c == '_' || (c & 0x80); }

static size_t end_of_words(struct str s, size_t i)
{
	while (i < s.n && word_char(s.p[i]))
		i++;
	return i;
}

static size_t end_of_quoted(const struct source *src, size_t i)
{
	struct str s = src->text;
	size_t start = i;
	char quote = s.p[i++];
	for (; i < s.n; i++) {
		if (s.p[i] == quote && i + 1 < s.n && s.p[i + 1] == quote)
			i++;
		else if (s.p[i] == quote)
			return i + 1;
	}
	die_at(src, start, "the quote is not closed");
}

static size_t end_of_comment(struct str s, size_t i)
{
	if (s.p[i] == '-') {
		ptrdiff_t n = str_find_char(str_sub(s, i, s.n), '\n');
		return n < 0 ? s.n : i + (size_t)n;
	}
	ptrdiff_t n = str_find(str_sub(s, i + 2, s.n), STR("*/"));
	return n < 0 ? s.n : i + 2 + (size_t)n + 2;
}

static size_t end_of_op(struct str s, size_t i)
{
	static const char *const two[] = {"<=", ">=", "<>", "!=", "||", "::", "->", "@@"};
	for (size_t k = 0; k < ARRAY_LEN(two); k++)
		if (str_starts(str_sub(s, i, 2), str_from(two[k])))
			return i + 2;
	return i + 1;
}

static struct tok next_tok(const struct source *src, size_t i)
{
	struct str s = src->text;
	while (i < s.n && isspace((unsigned char)s.p[i]))
		i++;
	struct tok t = {.kind = T_END, .at = i};
	if (i >= s.n)
		return t;
	char c = s.p[i], d = i + 1 < s.n ? s.p[i + 1] : '\0';
	size_t end;
	if ((c == '-' && d == '-') || (c == '/' && d == '*'))
		t.kind = T_COMMENT, end = end_of_comment(s, i);
	else if (c == '\'' || c == '"')
		t.kind = T_STRING, end = end_of_quoted(src, i);
	else if (c == ':' && word_char(d))
		t.kind = T_PARAM, end = end_of_words(s, i + 1);
	else if (c == '@' && islower((unsigned char)d))
		t.kind = T_FRAGMENT, end = end_of_words(s, i + 1);
	else if (isdigit((unsigned char)c))
		t.kind = T_NUMBER, end = end_of_words(s, i);
	else if (word_char(c))
		t.kind = T_WORD, end = end_of_words(s, i);
	else
		t.kind = T_OP, end = end_of_op(s, i);
	t.text = str_sub(s, i, end - i);
	return t;
}

struct toks scan(struct arena *a, const struct source *src, bool comments)
{
	/* No more tokens than bytes. */
	struct toks out = {.v = NEW_ARRAY(a, src->text.n + 1, struct tok)};
	for (size_t i = 0;;) {
		struct tok t = next_tok(src, i);
		if (t.kind == T_END) {
			out.v[out.n] = t;
			return out;
		}
		i = t.at + t.text.n;
		if (t.kind != T_COMMENT || comments)
			out.v[out.n++] = t;
	}
}

bool tok_is(struct tok t, const char *word) { return t.kind != T_STRING && str_eq_nocase(t.text, str_from(word)); }

bool toks_at(struct toks t, size_t i, const char *words)
{
	struct str rest = str_from(words), word;
	for (; str_next(&rest, ' ', &word); i++)
		if (i >= t.n || t.v[i].kind == T_STRING || !str_eq_nocase(t.v[i].text, word))
			return false;
	return true;
}

size_t skip_group(struct toks t, size_t i)
{
	size_t depth = 0;
	for (; i < t.n; i++) {
		if (tok_is(t.v[i], "("))
			depth++;
		else if (tok_is(t.v[i], ")") && --depth == 0)
			return i + 1;
	}
	return t.n;
}

static bool c_word(struct str s)
{
	static const char *const words[] = {
		"auto", "bool", "break", "case", "char", "const", "continue", "default", "do", "double", "else", "enum", "extern",
		"false", "float", "for", "goto", "if", "inline", "int", "long", "register", "restrict", "return", "short", "signed",
		"sizeof", "static", "struct", "switch", "true", "typedef", "union", "unsigned", "void", "volatile", "while"};
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_eq(s, str_from(words[i])))
			return true;
	return false;
}

bool is_name(struct str s)
{
	if (s.n == 0 || s.n > 60 || !islower((unsigned char)s.p[0]) || c_word(s))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!islower((unsigned char)s.p[i]) && !isdigit((unsigned char)s.p[i]) && s.p[i] != '_')
			return false;
	return s.p[s.n - 1] != '_';
}
