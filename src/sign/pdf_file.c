/* pdf_file.c — see pdf_file.h. */
#include "sign/pdf_file.h"
#include <string.h>

#define DEPTH_MAX 64
#define TREE_MAX 32
#define KEYS_MAX 128

static bool number_at(struct str *s, size_t *out);

static bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == '\0'; }
static bool is_delim(char c) { return c && strchr("()<>[]{}/%", c) != NULL; }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static void skip(struct str *s)
{
	while (s->n) {
		if (s->p[0] == '%') {
			while (s->n && s->p[0] != '\n' && s->p[0] != '\r')
				*s = str_sub(*s, 1, s->n);
		} else if (is_space(s->p[0])) {
			*s = str_sub(*s, 1, s->n);
		} else {
			return;
		}
	}
}

/* Length of a "(string)" at the front; 0 when unbalanced. */
static size_t string_len(struct str s)
{
	int depth = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\\')
			i++;
		else if (s.p[i] == '(')
			depth++;
		else if (s.p[i] == ')' && --depth == 0)
			return i + 1;
	}
	return 0;
}

static size_t hex_len(struct str s)
{
	ptrdiff_t end = str_find_char(s, '>');
	return end < 0 ? 0 : (size_t)end + 1;
}

static size_t regular_len(struct str s, size_t from)
{
	size_t i = from;
	while (i < s.n && !is_space(s.p[i]) && !is_delim(s.p[i]))
		i++;
	return i;
}

static size_t value_len(struct str s, int depth);

/* Length of "<<…>>" or "[…]" at the front. */
static size_t group_len(struct str s, size_t open, struct str close, int depth)
{
	struct str rest = str_sub(s, open, s.n);
	for (;;) {
		skip(&rest);
		if (str_starts(rest, close))
			return s.n - rest.n + close.n;
		size_t n = value_len(rest, depth + 1);
		if (n == 0)
			return 0;
		rest = str_sub(rest, n, rest.n);
	}
}

/* "n g R" or a plain word. */
static size_t word_len(struct str s)
{
	size_t one = regular_len(s, 0), i = one;
	if (one == 0 || !is_digit(s.p[0]))
		return one;
	while (i < s.n && is_space(s.p[i]))
		i++;
	size_t two = i;
	while (two < s.n && is_digit(s.p[two]))
		two++;
	size_t r = two;
	while (r < s.n && is_space(s.p[r]))
		r++;
	bool ref = two > i && r > two && r < s.n && s.p[r] == 'R' && regular_len(s, r) == r + 1;
	return ref ? r + 1 : one;
}

static size_t value_len(struct str s, int depth)
{
	if (s.n == 0 || depth > DEPTH_MAX)
		return 0;
	if (str_starts(s, STR("<<")))
		return group_len(s, 2, STR(">>"), depth);
	switch (s.p[0]) {
	case '[': return group_len(s, 1, STR("]"), depth);
	case '(': return string_len(s);
	case '<': return hex_len(s);
	case '/': return regular_len(s, 1);
	default: return word_len(s);
	}
}

bool pdf_next_value(struct str *rest, struct str *value)
{
	skip(rest);
	size_t n = value_len(*rest, 0);
	*value = str_sub(*rest, 0, n);
	*rest = str_sub(*rest, n, rest->n);
	return n > 0;
}

struct str pdf_value(struct str dict, struct str key)
{
	struct str rest, name, value, found = STR_NONE;
	if (!str_starts(dict, STR("<<")) || !str_ends(dict, STR(">>")))
		return STR_NONE;
	rest = str_sub(dict, 2, dict.n - 4);
	while (pdf_next_value(&rest, &name) && pdf_next_value(&rest, &value))
		if (str_eq(name, key))
			found = value;
	return found;
}

size_t pdf_count(struct str dict, struct str key)
{
	size_t found = 0;
	struct str rest = dict.n >= 4 ? str_sub(dict, 2, dict.n - 4) : STR_NONE, name, value;
	while (pdf_next_value(&rest, &name) && pdf_next_value(&rest, &value))
		found += str_eq(name, key);
	return found;
}

bool pdf_is_plain(struct str dict)
{
	struct str names[KEYS_MAX], rest = dict.n >= 4 ? str_sub(dict, 2, dict.n - 4) : STR_NONE, value;
	size_t n = 0;
	if (!str_starts(dict, STR("<<")))
		return false;
	while (n < KEYS_MAX && pdf_next_value(&rest, &names[n])) {
		if (names[n].p[0] != '/' || str_find_char(names[n], '#') >= 0 || !pdf_next_value(&rest, &value))
			return false;
		for (size_t i = 0; i < n; i++)
			if (str_eq(names[i], names[n]))
				return false;
		n++;
	}
	skip(&rest);
	return rest.n == 0;
}

bool pdf_is_number(struct str value, size_t *number)
{
	struct str s = value;
	return s.n && is_digit(s.p[0]) && number_at(&s, number) && s.n == 0;
}

static bool number_at(struct str *s, size_t *out)
{
	skip(s);
	size_t n = 0, v = 0;
	while (n < s->n && is_digit(s->p[n]) && n < 12)
		v = v * 10 + (size_t)(s->p[n++] - '0');
	bool longer = n < s->n && is_digit(s->p[n]); /* others would read another number */
	*s = str_sub(*s, n, s->n);
	*out = v;
	return n > 0 && !longer;
}

bool pdf_is_ref(struct str value, uint32_t *number)
{
	size_t n, gen;
	if (!number_at(&value, &n) || !number_at(&value, &gen))
		return false;
	skip(&value);
	*number = (uint32_t)n;
	return str_eq(value, STR("R")) && n > 0 && n < PDF_OBJECTS_MAX && gen == 0;
}

static bool word(struct str *s, struct str w)
{
	skip(s);
	if (!str_starts(*s, w))
		return false;
	*s = str_sub(*s, w.n, s->n);
	return true;
}

static bool find_startxref(struct pdf_file *f, struct err *e)
{
	struct str s = f->bytes, key = STR("startxref");
	for (size_t back = key.n; back <= s.n && back < 1024; back++) {
		struct str tail = str_sub(s, s.n - back, back);
		if (!str_starts(tail, key))
			continue;
		tail = str_sub(tail, key.n, tail.n);
		if (!number_at(&tail, &f->startxref) || f->startxref >= s.n)
			break;
		tail = str_trim(tail);
		return str_eq(tail, STR("%%EOF")) || err_set(e, ERR_INVALID, "PDF: bytes after %%%%EOF");
	}
	return err_set(e, ERR_INVALID, "PDF: no startxref at its end");
}

static bool section(struct pdf_file *f, struct str *s, size_t first, size_t count, struct err *e)
{
	for (size_t i = 0; i < count; i++) {
		size_t offset, gen;
		if (!number_at(s, &offset) || !number_at(s, &gen))
			return err_set(e, ERR_INVALID, "PDF: cross-reference entry %zu", first + i);
		bool used = word(s, STR("n"));
		if (!used && !word(s, STR("f")))
			return err_set(e, ERR_INVALID, "PDF: cross-reference entry %zu", first + i);
		uint32_t now = (uint32_t)f->n_tables + 1;
		if (first + i >= f->size || f->at[first + i].table == now)
			return err_set(e, ERR_INVALID, "PDF: entry %zu stands twice, or beyond /Size", first + i);
		if (!f->at[first + i].table)
			f->at[first + i] = (struct pdf_entry){offset, (uint32_t)gen, now, used && offset < f->bytes.n};
	}
	return true;
}

/* Finds the trailer of the table at `offset` without reading its entries. */
static bool trailer_at(const struct pdf_file *f, size_t offset, struct str *trailer, struct err *e)
{
	struct str s = str_sub(f->bytes, offset, f->bytes.n);
	if (!str_starts(s, STR("xref")))
		return err_set(e, ERR_INVALID, "PDF: no classic cross-reference table at %zu", offset);
	ptrdiff_t at = str_find(s, STR("trailer"));
	struct str rest = at < 0 ? STR_NONE : str_sub(s, (size_t)at + 7, s.n);
	/* A comment there could hide another trailer from readers that parse. */
	if (at >= 0 && str_find_char(str_sub(s, 0, (size_t)at), '%') >= 0)
		return err_set(e, ERR_INVALID, "PDF: a comment in the table at %zu", offset);
	if (!pdf_next_value(&rest, trailer) || !str_starts(*trailer, STR("<<")))
		return err_set(e, ERR_INVALID, "PDF: no trailer after the table at %zu", offset);
	return true;
}

static bool table(struct pdf_file *f, size_t offset, struct err *e)
{
	struct str s = str_sub(f->bytes, offset, f->bytes.n);
	word(&s, STR("xref"));
	while (!word(&s, STR("trailer"))) {
		size_t first, count;
		if (!number_at(&s, &first) || !number_at(&s, &count) || count > PDF_OBJECTS_MAX || first > PDF_OBJECTS_MAX)
			return err_set(e, ERR_INVALID, "PDF: cross-reference section");
		if (!section(f, &s, first, count, e))
			return false;
	}
	return true;
}

static bool revisions(struct pdf_file *f, struct err *e)
{
	size_t offset = f->startxref;
	for (int i = 0; i < PDF_REVISIONS_MAX; i++) {
		struct str trailer;
		if (!trailer_at(f, offset, &trailer, e) || !table(f, offset, e))
			return false;
		if (pdf_value(trailer, STR("/XRefStm")).n)
			return err_set(e, ERR_INVALID, "PDF: a second table in a stream");
		f->tables[f->n_tables++] = offset;
		struct str prev = pdf_value(trailer, STR("/Prev"));
		if (!prev.n)
			return true;
		size_t earlier;
		if (!pdf_is_number(prev, &earlier) || earlier >= offset)
			return err_set(e, ERR_INVALID, "PDF: /Prev does not go back");
		offset = earlier;
	}
	return err_set(e, ERR_INVALID, "PDF: more than %d revisions", PDF_REVISIONS_MAX);
}

bool pdf_file_open(struct arena *a, struct str bytes, struct pdf_file *out, struct err *e)
{
	*out = (struct pdf_file){.bytes = bytes};
	if (!str_starts(bytes, STR("%PDF-1.")))
		return err_set(e, ERR_INVALID, "not a PDF");
	if (!find_startxref(out, e) || !trailer_at(out, out->startxref, &out->trailer, e))
		return false;
	struct str size = pdf_value(out->trailer, STR("/Size"));
	if (!pdf_is_number(size, &out->size) || out->size == 0 || out->size > PDF_OBJECTS_MAX)
		return err_set(e, ERR_INVALID, "PDF: /Size");
	if (pdf_value(out->trailer, STR("/Encrypt")).n)
		return err_set(e, ERR_INVALID, "PDF: encrypted");
	out->at = NEW_ARRAY(a, out->size, struct pdf_entry);
	if (!revisions(out, e))
		return false;
	return pdf_is_ref(pdf_value(out->trailer, STR("/Root")), &out->root) || err_set(e, ERR_INVALID, "PDF: /Root");
}

bool pdf_file_object(const struct pdf_file *f, uint32_t number, struct str *dict, struct err *e)
{
	if (number >= f->size || !f->at[number].used)
		return err_set(e, ERR_INVALID, "PDF: object %u is not there", number);
	struct str s = str_sub(f->bytes, f->at[number].offset, f->bytes.n);
	size_t n, gen;
	if (!number_at(&s, &n) || n != number || !number_at(&s, &gen) || gen != f->at[number].gen || !word(&s, STR("obj")))
		return err_set(e, ERR_INVALID, "PDF: object %u is not where the table says", number);
	return pdf_next_value(&s, dict) || err_set(e, ERR_INVALID, "PDF: object %u is malformed", number);
}

bool pdf_file_object_within(const struct pdf_file *f, uint32_t number, size_t *work, struct str *dict, struct err *e)
{
	if (!pdf_file_object(f, number, dict, e))
		return false;
	size_t read = (size_t)(dict->p - f->bytes.p) + dict->n - f->at[number].offset;
	if (read > *work)
		return err_set(e, ERR_INVALID, "PDF: objects lie within each other");
	*work -= read;
	return true;
}

bool pdf_first_page(const struct pdf_file *f, uint32_t *number, struct err *e)
{
	struct str dict;
	uint32_t at = 0;
	if (!pdf_file_object(f, f->root, &dict, e))
		return false;
	bool good = pdf_is_ref(pdf_value(dict, STR("/Pages")), &at);
	for (int depth = 0; good && depth < TREE_MAX; depth++) {
		if (!pdf_file_object(f, at, &dict, e))
			return false;
		*number = at;
		if (str_eq(pdf_value(dict, STR("/Type")), STR("/Page")))
			return true;
		struct str kids = pdf_value(dict, STR("/Kids")), first;
		kids = kids.n > 2 ? str_sub(kids, 1, kids.n - 2) : STR_NONE;
		good = pdf_next_value(&kids, &first) && pdf_is_ref(first, &at);
	}
	return err_set(e, ERR_INVALID, "PDF: no first page");
}

bool pdf_revision_end(const struct pdf_file *f, size_t table, size_t *end, size_t *with_eol, struct err *e)
{
	struct str trailer, eof = STR("%%EOF");
	size_t start;
	if (!trailer_at(f, table, &trailer, e))
		return false;
	size_t at = (size_t)(trailer.p - f->bytes.p) + trailer.n;
	struct str s = str_sub(f->bytes, at, f->bytes.n);
	ptrdiff_t mark = str_find_char(s, '%');
	if (mark < 0 || !str_starts(str_sub(s, (size_t)mark, s.n), eof)) /* no comment in between */
		s = STR_NONE;
	bool good = word(&s, STR("startxref")) && number_at(&s, &start) && start == table;
	s = good ? s : STR_NONE;
	while (s.n && is_space(s.p[0]))
		s = str_sub(s, 1, s.n);
	if (!str_starts(s, eof))
		return err_set(e, ERR_INVALID, "PDF: the revision of the table at %zu has no end", table);
	s = str_sub(s, eof.n, s.n);
	*end = f->bytes.n - s.n;
	*with_eol = *end + (str_starts(s, STR("\r\n")) ? 2 : s.n && (s.p[0] == '\n' || s.p[0] == '\r') ? 1 : 0);
	return true;
}

/* One pass over the tokens, brackets skipped: nesting costs nothing. */
void pdf_each_ref(struct str value, void (*each)(void *to, uint32_t number), void *to)
{
	uint32_t number;
	for (skip(&value); value.n; skip(&value)) {
		bool pair = str_starts(value, STR("<<")) || str_starts(value, STR(">>"));
		bool bracket = pair || value.p[0] == '[' || value.p[0] == ']';
		size_t n = bracket ? (pair ? 2 : 1) : value_len(value, 0);
		if (!bracket && n && pdf_is_ref(str_sub(value, 0, n), &number))
			each(to, number);
		value = str_sub(value, n ? n : 1, value.n);
	}
}

/* Digits with any signs before them; more than 32 bits wrap, as they do in readers that count so. */
static bool loose_number(struct str *s, uint32_t *out)
{
	size_t from = 0;
	while (from < s->n && (s->p[from] == '+' || s->p[from] == '-'))
		from++;
	size_t to = from;
	for (*out = 0; to < s->n && is_digit(s->p[to]); to++)
		*out = *out * 10 + (uint32_t)(s->p[to] - '0');
	if (to > from)
		*s = str_sub(*s, to, s->n);
	return to > from;
}

void pdf_each_loose_ref(struct str value, void (*each)(void *to, uint32_t number), void *to)
{
	uint32_t number[2] = {0}, next;
	int have = 0;
	for (skip(&value); value.n; skip(&value)) {
		if (loose_number(&value, &next)) {
			number[0] = number[1], number[1] = next;
			have += have < 2;
			continue;
		}
		bool pair = str_starts(value, STR("<<")) || str_starts(value, STR(">>")), ref = value.p[0] == 'R';
		size_t n = pair ? 2 : ref ? 1 : strchr("[]{}", value.p[0]) && value.p[0] ? 1 : value_len(value, DEPTH_MAX);
		if (ref && have == 2)
			each(to, number[0]);
		have = 0;
		value = str_sub(value, n ? n : 1, value.n);
	}
}
