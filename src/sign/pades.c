/* pades.c — see pades.h. */
#include "sign/pades.h"
#include "sign/cms.h"
#include "sign/pdf_file.h"
#include <stdio.h>
#include <string.h>

/* Room for the CMS: chain and time-stamp token with its certificates are about 6 KB. */
#define CMS_ROOM ((size_t)16 * 1024)
#define RANGE_FORM "/ByteRange [%010zu %010zu %010zu %010zu]"

struct update {
	struct buf b; /* the whole new file */
	struct { uint32_t number; size_t offset; } made[4];
	size_t n;
	size_t range_at, hole_at; /* of "/ByteRange", of the '<' */
};

static void object_begin(struct update *u, uint32_t number)
{
	CHECK(u->n < ARRAY_LEN(u->made));
	u->made[u->n].number = number;
	u->made[u->n++].offset = u->b.n;
	buf_fmt(&u->b, "%u 0 obj\n", number);
}

static void object_end(struct update *u) { buf_put(&u->b, STR("\nendobj\n")); }

/* The dictionary without its closing ">>" and without `key`. */
static void put_dict_without(struct buf *b, struct str dict, struct str key)
{
	struct str rest = str_sub(dict, 2, dict.n - 4), name, value;
	buf_put(b, STR("<<"));
	while (pdf_next_value(&rest, &name) && pdf_next_value(&rest, &value))
		if (!str_eq(name, key))
			buf_fmt(b, " %.*s %.*s", STR_ARG(name), STR_ARG(value));
}

/* The inside of an array given directly or by reference; empty when absent. */
static bool array_inside(const struct pdf_file *f, struct str value, struct str *inside, struct err *e)
{
	uint32_t number;
	if (pdf_is_ref(value, &number) && !pdf_file_object(f, number, &value, e))
		return false;
	*inside = value.n >= 2 && value.p[0] == '[' ? str_sub(value, 1, value.n - 2) : STR_NONE;
	return true;
}

static bool put_catalog(struct update *u, const struct pdf_file *f, uint32_t widget, struct err *e)
{
	struct str dict, form, fields;
	uint32_t number;
	if (!pdf_file_object(f, f->root, &dict, e))
		return false;
	form = pdf_value(dict, STR("/AcroForm"));
	if (pdf_is_ref(form, &number) && !pdf_file_object(f, number, &form, e))
		return false;
	if (!array_inside(f, pdf_value(form, STR("/Fields")), &fields, e))
		return false;
	object_begin(u, f->root);
	put_dict_without(&u->b, dict, STR("/AcroForm"));
	buf_fmt(&u->b, " /AcroForm << /Fields [%.*s %u 0 R] /SigFlags 3 >> >>", STR_ARG(fields), widget);
	object_end(u);
	return true;
}

static bool put_page(struct update *u, const struct pdf_file *f, uint32_t page, uint32_t widget, struct err *e)
{
	struct str dict, annots;
	if (!pdf_file_object(f, page, &dict, e) || !array_inside(f, pdf_value(dict, STR("/Annots")), &annots, e))
		return false;
	object_begin(u, page);
	put_dict_without(&u->b, dict, STR("/Annots"));
	buf_fmt(&u->b, " /Annots [%.*s %u 0 R] >>", STR_ARG(annots), widget);
	object_end(u);
	return true;
}

static uint32_t next_rune(const char **p)
{
	const unsigned char *s = (const unsigned char *)*p;
	int n = s[0] < 0x80 ? 1 : s[0] < 0xE0 ? 2 : s[0] < 0xF0 ? 3 : 4;
	uint32_t r = n == 1 ? s[0] : s[0] & (0xFFu >> (n + 1));
	for (int i = 1; i < n; i++)
		r = r << 6 | (s[i] & 0x3Fu);
	*p += n;
	return r;
}

/* A text string: UTF-16BE with its mark, in hex. */
static void put_text(struct buf *b, const char *key, struct str utf8)
{
	if (!utf8.n)
		return;
	buf_fmt(b, " %s <FEFF", key);
	for (const char *p = utf8.p; p < utf8.p + utf8.n;) {
		uint32_t r = next_rune(&p);
		if (r >= 0x10000)
			buf_fmt(b, "%04X%04X", 0xD800 + ((r - 0x10000) >> 10), 0xDC00 + ((r - 0x10000) & 0x3FF));
		else
			buf_fmt(b, "%04X", r);
	}
	buf_char(b, '>');
}

static void put_signature(struct update *u, uint32_t number, const struct pades_options *o)
{
	struct civil c = date_civil(date_of(o->now));
	int s = time_of_day_ms(o->now) / 1000;
	object_begin(u, number);
	buf_put(&u->b, STR("<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached"));
	buf_fmt(&u->b, " /M (D:%04d%02d%02d%02d%02d%02d+07'00')", c.year, c.month, c.day, s / 3600, s / 60 % 60, s % 60);
	put_text(&u->b, "/Name", o->name);
	put_text(&u->b, "/Reason", o->reason);
	buf_char(&u->b, ' ');
	u->range_at = u->b.n;
	buf_fmt(&u->b, RANGE_FORM " /Contents ", (size_t)0, (size_t)0, (size_t)0, (size_t)0);
	u->hole_at = u->b.n;
	buf_char(&u->b, '<');
	memset(buf_room(&u->b, 2 * CMS_ROOM), '0', 2 * CMS_ROOM);
	u->b.n += 2 * CMS_ROOM;
	buf_put(&u->b, STR("> >>"));
	object_end(u);
}

static void put_widget(struct update *u, uint32_t number, uint32_t signature, uint32_t page)
{
	object_begin(u, number);
	buf_fmt(&u->b, "<< /Type /Annot /Subtype /Widget /FT /Sig /T (Sig%u) /F 132 /Rect [0 0 0 0] /P %u 0 R /V %u 0 R >>", number,
		page, signature);
	object_end(u);
}

static void put_table(struct update *u, const struct pdf_file *f)
{
	size_t at = u->b.n;
	buf_put(&u->b, STR("xref\n"));
	for (size_t i = 0; i < u->n; i++)
		buf_fmt(&u->b, "%u 1\n%010zu 00000 n \n", u->made[i].number, u->made[i].offset);
	struct digest d = crypto_sha256(buf_str(&u->b));
	struct str id = digest_hex(u->b.a, d), ids = pdf_value(f->trailer, STR("/ID")), first = STR_NONE;
	ids = ids.n > 2 ? str_sub(ids, 1, ids.n - 2) : STR_NONE;
	if (!pdf_next_value(&ids, &first))
		first = str_fmt(u->b.a, "<%.32s>", id.p);
	struct str info = pdf_value(f->trailer, STR("/Info"));
	buf_fmt(&u->b, "trailer\n<< /Size %zu /Root %u 0 R /Prev %zu /ID [%.*s <%.32s>]", f->size + 2, f->root, f->startxref,
		STR_ARG(first), id.p);
	if (info.n)
		buf_fmt(&u->b, " /Info %.*s", STR_ARG(info));
	buf_fmt(&u->b, " >>\nstartxref\n%zu\n%%%%EOF\n", at);
}

static bool prepare(struct update *u, const struct pdf_file *f, const struct pades_options *o, struct err *e)
{
	uint32_t page, signature = (uint32_t)f->size, widget = signature + 1;
	if (!pdf_first_page(f, &page, e))
		return false;
	buf_put(&u->b, f->bytes);
	if (f->bytes.p[f->bytes.n - 1] != '\n')
		buf_char(&u->b, '\n');
	if (!put_catalog(u, f, widget, e) || !put_page(u, f, page, widget, e))
		return false;
	put_signature(u, signature, o);
	put_widget(u, widget, signature, page);
	put_table(u, f);
	return true;
}

static bool fill_hole(struct arena *a, struct update *u, const struct pades_key *key, const struct pades_options *o, struct err *e)
{
	size_t after = u->hole_at + 2 * CMS_ROOM + 2, tail = u->b.n - after;
	struct str range = str_fmt(a, RANGE_FORM, (size_t)0, u->hole_at, after, tail);
	memcpy(u->b.p + u->range_at, range.p, range.n);
	struct str parts[] = {{u->b.p, u->hole_at}, {u->b.p + after, tail}}, der;
	if (!cms_make(a, crypto_sha256_parts(parts, 2), key, o, &der, e))
		return false;
	if (der.n > CMS_ROOM)
		return err_set(e, ERR_INTERNAL, "sign: the signature has %zu bytes, room is %zu", der.n, CMS_ROOM);
	struct str hex = hex_encode(a, der.p, der.n);
	memcpy(u->b.p + u->hole_at + 1, hex.p, hex.n);
	return true;
}

bool pades_sign(struct arena *a, struct str pdf, const struct pades_key *key, const struct pades_options *o, struct str *out,
		struct err *e)
{
	struct pdf_file f;
	if (!str_is_utf8(o->name) || !str_is_utf8(o->reason))
		return err_set(e, ERR_INVALID, "sign: name or reason is not UTF-8");
	if (!pdf_file_open(a, pdf, &f, e))
		return false;
	struct update u = {.b = buf_on(a)};
	if (!prepare(&u, &f, o, e) || !fill_hole(a, &u, key, o, e))
		return false;
	*out = buf_str(&u.b);
	return true;
}
