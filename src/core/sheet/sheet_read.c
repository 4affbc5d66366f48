/* sheet_read.c — see sheet.h. The archive is walked once and two parts are kept; both are read as a stream of XML events. */
#include "core/sheet/sheet.h"
#include <archive.h>
#include <archive_entry.h>
#include <libxml/xmlreader.h>
#include <string.h>
#include <unistd.h>

#define ENTRIES_MAX 1000

static bool read_part(struct arena *a, struct archive *zip, struct str *out, struct err *e)
{
	struct buf b = buf_on(a);
	for (;;) {
		char piece[16384];
		la_ssize_t n = archive_read_data(zip, piece, sizeof piece);
		if (n < 0)
			return err_set(e, ERR_INVALID, "a part of the workbook is broken");
		if (n == 0)
			break;
		if (b.n + (size_t)n > SHEET_PART_MAX)
			return err_set(e, ERR_TOO_LARGE, "a part of the workbook is too large");
		buf_put(&b, (struct str){piece, (size_t)n});
	}
	*out = buf_str(&b);
	return true;
}

static bool walk(struct arena *a, struct archive *zip, struct str *sheet, struct str *strings, struct err *e)
{
	struct archive_entry *entry;
	int status;
	for (int i = 0; (status = archive_read_next_header(zip, &entry)) == ARCHIVE_OK || status == ARCHIVE_WARN; i++) {
		const char *name = archive_entry_pathname(entry);
		if (i >= ENTRIES_MAX)
			return err_set(e, ERR_TOO_LARGE, "too many parts in the workbook");
		if (name && strcmp(name, "xl/worksheets/sheet1.xml") == 0 && !read_part(a, zip, sheet, e))
			return false;
		if (name && strcmp(name, "xl/sharedStrings.xml") == 0 && !read_part(a, zip, strings, e))
			return false;
	}
	if (status != ARCHIVE_EOF || !sheet->p)
		return err_set(e, ERR_INVALID, "not a workbook");
	return true;
}

static bool unpack(struct arena *a, int fd, struct str *sheet, struct str *strings, struct err *e)
{
	struct archive *zip = archive_read_new();
	CHECK(zip != NULL);
	archive_read_support_format_zip(zip);
	bool ok = lseek(fd, 0, SEEK_SET) == 0 && archive_read_open_fd(zip, fd, 16384) == ARCHIVE_OK;
	ok = ok ? walk(a, zip, sheet, strings, e) : err_set(e, ERR_INVALID, "not a workbook");
	archive_read_free(zip);
	return ok;
}

/* ---- XML events ---- */

struct events { xmlTextReader *x; struct arena *a; int status; };

static void quiet(void *ctx, const char *text, xmlParserSeverities severity, xmlTextReaderLocatorPtr at) { (void)ctx; (void)text; (void)severity; (void)at; }

static bool events_open(struct events *v, struct arena *a, struct str xml)
{
	*v = (struct events){.x = xmlReaderForMemory(xml.p, (int)xml.n, NULL, NULL, XML_PARSE_NONET), .a = a, .status = 1};
	if (v->x)
		xmlTextReaderSetErrorHandler(v->x, quiet, NULL);
	return v->x != NULL;
}

/* False at the end and at the first fault; a document type is a fault: entities have no place in a workbook. */
static bool next_event(struct events *v)
{
	v->status = xmlTextReaderRead(v->x);
	if (v->status == 1 && xmlTextReaderNodeType(v->x) == XML_READER_TYPE_DOCUMENT_TYPE)
		v->status = -1;
	return v->status == 1;
}

static bool starts(const struct events *v, const char *name)
{
	const xmlChar *local = xmlTextReaderConstLocalName(v->x);
	return xmlTextReaderNodeType(v->x) == XML_READER_TYPE_ELEMENT && local && strcmp((const char *)local, name) == 0;
}

static bool ends(const struct events *v, const char *name)
{
	const xmlChar *local = xmlTextReaderConstLocalName(v->x);
	bool closed = xmlTextReaderNodeType(v->x) == XML_READER_TYPE_END_ELEMENT;
	closed = closed || (xmlTextReaderNodeType(v->x) == XML_READER_TYPE_ELEMENT && xmlTextReaderIsEmptyElement(v->x));
	return closed && local && strcmp((const char *)local, name) == 0;
}

static void text_into(const struct events *v, struct buf *b)
{
	int type = xmlTextReaderNodeType(v->x);
	if (type != XML_READER_TYPE_TEXT && type != XML_READER_TYPE_SIGNIFICANT_WHITESPACE && type != XML_READER_TYPE_WHITESPACE && type != XML_READER_TYPE_CDATA)
		return;
	buf_put(b, str_from((const char *)xmlTextReaderConstValue(v->x)));
}

static struct str attribute(const struct events *v, const char *name)
{
	xmlChar *value = xmlTextReaderGetAttribute(v->x, (const xmlChar *)name);
	struct str s = value ? str_dup(v->a, str_from((const char *)value)) : STR_NONE;
	xmlFree(value);
	return s;
}

/* ---- the two parts ---- */

struct strings { struct str *v; size_t n, cap; };

static void strings_add(struct arena *a, struct strings *s, struct str text)
{
	if (s->n == s->cap) {
		size_t cap = s->cap ? s->cap * 2 : 256;
		struct str *more = NEW_ARRAY(a, cap, struct str);
		if (s->n)
			memcpy(more, s->v, s->n * sizeof *more);
		s->v = more;
		s->cap = cap;
	}
	s->v[s->n++] = text;
}

/* <si> holds <t>, or runs <r><t>; what is in <rPh> is how it is pronounced. */
static bool read_strings(struct arena *a, struct str xml, struct strings *out, struct err *e)
{
	struct events v;
	bool in_text = false, aside = false;
	struct buf b = buf_on(a);
	if (!xml.p)
		return true;
	bool ok = events_open(&v, a, xml);
	while (ok && next_event(&v)) {
		if (starts(&v, "rPh") || ends(&v, "rPh"))
			aside = !ends(&v, "rPh");
		if (starts(&v, "si"))
			b = buf_on(a);
		if (starts(&v, "t") || ends(&v, "t"))
			in_text = !ends(&v, "t");
		if (in_text && !aside)
			text_into(&v, &b);
		if (ends(&v, "si"))
			strings_add(a, out, buf_str(&b));
	}
	ok = ok && v.status == 0;
	xmlFreeTextReader(v.x);
	return ok || err_set(e, ERR_INVALID, "the workbook's texts cannot be read");
}

/* "AB12" → 27; -1 past the limit. */
static int column_of(struct str ref)
{
	int column = 0;
	size_t i = 0;
	for (; i < ref.n && ref.p[i] >= 'A' && ref.p[i] <= 'Z' && column <= SHEET_COLUMNS_MAX; i++)
		column = column * 26 + (ref.p[i] - 'A' + 1);
	return i == 0 || column > SHEET_COLUMNS_MAX ? -1 : column - 1;
}

struct cells { struct sheet *sheet; size_t cap, bytes; const struct strings *strings; struct str type; int column; struct buf text; bool in_value; };

static bool begin_row(struct arena *a, struct cells *c)
{
	struct sheet *s = c->sheet;
	if (s->n == SHEET_ROWS_MAX)
		return false;
	if (s->n == c->cap) {
		size_t cap = c->cap ? c->cap * 2 : 64;
		struct sheet_row *more = NEW_ARRAY(a, cap, struct sheet_row);
		if (s->n)
			memcpy(more, s->rows, s->n * sizeof *more);
		s->rows = more;
		c->cap = cap;
	}
	s->rows[s->n++] = (struct sheet_row){NEW_ARRAY(a, SHEET_COLUMNS_MAX, struct str), 0};
	return true;
}

static bool end_cell(struct cells *c)
{
	struct sheet_row *row = c->sheet->n ? &c->sheet->rows[c->sheet->n - 1] : NULL;
	struct str text = buf_str(&c->text);
	int64_t i = 0;
	if (!row || c->column < 0)
		return false;
	if (str_eq(c->type, STR("s"))) {
		if (!str_to_i64(text, &i) || i < 0 || (uint64_t)i >= c->strings->n)
			return false;
		text = c->strings->v[i];
	}
	c->bytes += text.n;
	if (c->bytes > SHEET_TEXT_MAX)
		return false;
	row->cells[c->column] = text;
	if (text.n && (size_t)c->column + 1 > row->n)
		row->n = (size_t)c->column + 1;
	return true;
}

static bool take(struct events *v, struct cells *c)
{
	if (starts(v, "row") && !begin_row(v->a, c))
		return false;
	if (starts(v, "c")) {
		c->type = attribute(v, "t");
		c->column = column_of(attribute(v, "r"));
		c->text = buf_on(v->a);
	}
	if (starts(v, "v") || starts(v, "t"))
		c->in_value = !xmlTextReaderIsEmptyElement(v->x);
	else if (ends(v, "v") || ends(v, "t"))
		c->in_value = false;
	else if (c->in_value)
		text_into(v, &c->text);
	return !ends(v, "c") || end_cell(c);
}

bool sheet_read(struct arena *a, int fd, struct sheet *out, struct err *e)
{
	struct str sheet = STR_NONE, texts = STR_NONE;
	struct strings strings = {0};
	*out = (struct sheet){0};
	if (!unpack(a, fd, &sheet, &texts, e) || !read_strings(a, texts, &strings, e))
		return false;
	struct cells c = {.sheet = out, .strings = &strings, .column = -1, .text = buf_on(a)};
	struct events v;
	bool ok = events_open(&v, a, sheet);
	while (ok && next_event(&v))
		ok = take(&v, &c);
	ok = ok && v.status == 0;
	xmlFreeTextReader(v.x);
	if (ok)
		return true;
	if (c.bytes > SHEET_TEXT_MAX)
		return err_set(e, ERR_TOO_LARGE, "more than %zu bytes of text in the cells", SHEET_TEXT_MAX);
	return out->n == SHEET_ROWS_MAX ? err_set(e, ERR_TOO_LARGE, "more than %d rows", SHEET_ROWS_MAX) : err_set(e, ERR_INVALID, "the sheet cannot be read");
}
