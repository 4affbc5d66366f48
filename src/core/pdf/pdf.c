#include "core/pdf/font_data.h"
#include "core/pdf/priv.h"
#include <errno.h>
#include <openssl/evp.h>
#include <qrencode.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <utf8proc.h>
#include <zlib.h>

enum { CATALOG = 1, PAGES, RESOURCES, METADATA, INFO, PROFILE, FIRST_FREE };

static bool buf_sink(void *to, const void *bytes, size_t n, struct err *e)
{
	(void)e;
	buf_put(to, (struct str){bytes, n});
	return true;
}

struct pdf_sink pdf_sink_buf(struct buf *b) { return (struct pdf_sink){buf_sink, b}; }

void pdf_put(struct pdf *d, struct str s)
{
	if (d->err.kind)
		return;
	EVP_DigestUpdate(d->digest, s.p, s.n);
	d->at += s.n;
	d->sink.write(d->sink.to, s.p, s.n, &d->err);
}

void pdf_fmt(struct pdf *d, const char *fmt, ...)
{
	va_list ap;
	struct arena_mark m = arena_mark(d->life);
	struct buf b = buf_on(d->life);
	va_start(ap, fmt);
	buf_vfmt(&b, fmt, ap);
	va_end(ap);
	pdf_put(d, buf_str(&b));
	arena_rewind(d->life, m);
}

void pdf_object_at(struct pdf *d, int n)
{
	d->offsets[n] = d->at;
	pdf_fmt(d, "%d 0 obj\n", n);
}

int pdf_object(struct pdf *d)
{
	if (d->objects + 1 >= d->room) {
		d->room *= 2;
		d->offsets = realloc(d->offsets, sizeof *d->offsets * (size_t)d->room);
		d->kids = realloc(d->kids, sizeof *d->kids * (size_t)d->room);
		CHECK(d->offsets && d->kids);
	}
	pdf_object_at(d, ++d->objects);
	return d->objects;
}

void pdf_stream(struct pdf *d, const char *entries, struct str bytes, bool deflate)
{
	struct arena_mark m = arena_mark(d->life);
	if (deflate) {
		uLongf n = compressBound(bytes.n);
		char *to = arena_alloc(d->life, n);
		CHECK(compress2((Bytef *)to, &n, (const Bytef *)bytes.p, bytes.n, 6) == Z_OK);
		bytes = (struct str){to, n};
	}
	pdf_fmt(d, "<< %s /Length %zu%s >>\nstream\n", entries, bytes.n, deflate ? " /Filter /FlateDecode" : "");
	pdf_put(d, bytes);
	pdf_fmt(d, "\nendstream\nendobj\n");
	arena_rewind(d->life, m);
}

struct str pdf_text_string(struct arena *a, struct str s)
{
	struct buf b = buf_on(a);
	buf_put(&b, STR("<FEFF"));
	while (s.n) {
		utf8proc_int32_t u;
		utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)s.p, (utf8proc_ssize_t)s.n, &u);
		if (n <= 0)
			break;
		if (u > 0xFFFF)
			buf_fmt(&b, "%04X%04X", (unsigned)(0xD800 + ((u - 0x10000) >> 10)), (unsigned)(0xDC00 + ((u - 0x10000) & 0x3FF)));
		else
			buf_fmt(&b, "%04X", (unsigned)u);
		s = str_sub(s, (size_t)n, s.n);
	}
	buf_char(&b, '>');
	return buf_str(&b);
}

static struct str xml_text(struct arena *a, struct str s)
{
	struct buf b = buf_on(a);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '&' || s.p[i] == '<' || s.p[i] == '>')
			buf_fmt(&b, "&#%d;", s.p[i]);
		else if ((unsigned char)s.p[i] >= ' ')
			buf_char(&b, s.p[i]);
	}
	return buf_str(&b);
}

void pdf_metadata(struct pdf *d, int metadata, int info)
{
	struct arena *a = d->life;
	struct str when = instant_format(a, (struct instant){d->info.at.ms / 1000 * 1000});
	struct str title = xml_text(a, d->info.title), author = xml_text(a, d->info.author);
	pdf_object_at(d, metadata);
	pdf_stream(d, "/Type /Metadata /Subtype /XML", str_fmt(a,
		"<?xpacket begin=\"\xef\xbb\xbf\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n"
		"<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n<rdf:Description rdf:about=\"\" "
		"xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" "
		"xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\" xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\">\n"
		"<pdfaid:part>2</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>\n<dc:format>application/pdf</dc:format>\n"
		"<dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">%s</rdf:li></rdf:Alt></dc:title>\n"
		"<dc:creator><rdf:Seq><rdf:li>%s</rdf:li></rdf:Seq></dc:creator>\n"
		"<dc:language><rdf:Bag><rdf:li>vi-VN</rdf:li></rdf:Bag></dc:language>\n"
		"<xmp:CreateDate>%s</xmp:CreateDate><xmp:ModifyDate>%s</xmp:ModifyDate>\n<pdf:Producer>motcua</pdf:Producer>\n"
		"</rdf:Description>\n</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"w\"?>", title.p, author.p, when.p, when.p), false);
	char day[32];
	snprintf(day, sizeof day, "%.4s%.2s%.2s%.2s%.2s%.2s+07'00'", when.p, when.p + 5, when.p + 8, when.p + 11, when.p + 14, when.p + 17);
	pdf_object_at(d, info);
	pdf_fmt(d, "<< /Title %s /Author %s /Producer (motcua) /CreationDate (D:%s) /ModDate (D:%s) >>\nendobj\n",
	        pdf_text_string(a, d->info.title).p, pdf_text_string(a, d->info.author).p, day, day);
}

struct pdf *pdf_open(struct pdf_fonts *f, const struct pdf_info *info, struct pdf_sink sink)
{
	struct pdf *d = calloc(1, sizeof *d);
	CHECK(d);
	d->fonts = f;
	d->sink = sink;
	d->life = arena_new(0);
	d->page_arena = arena_new(0);
	d->info = (struct pdf_info){str_dup(d->life, info->title), str_dup(d->life, info->author), info->at};
	d->digest = EVP_MD_CTX_new();
	CHECK(d->digest && EVP_DigestInit_ex(d->digest, EVP_sha256(), NULL));
	d->objects = FIRST_FREE - 1;
	d->room = 64;
	d->offsets = calloc((size_t)d->room, sizeof *d->offsets);
	d->kids = calloc((size_t)d->room, sizeof *d->kids);
	CHECK(d->offsets && d->kids);
	pdf_fmt(d, "%%PDF-1.7\n%%\xe2\xe3\xcf\xd3\n");
	return d;
}

static void end_page(struct pdf *d)
{
	if (!d->page.a)
		return;
	int content = pdf_object(d);
	pdf_stream(d, "", buf_str(&d->page), true);
	int page = pdf_object(d);
	pdf_fmt(d, "<< /Type /Page /Parent %d 0 R /MediaBox [0 0 %.2f %.2f] /Resources %d 0 R /Contents %d 0 R >>\nendobj\n",
	        PAGES, d->w_pt, d->h_pt, RESOURCES, content);
	d->kids[d->pages++] = page;
	arena_reset(d->page_arena);
	d->page = (struct buf){0};
}

void pdf_page(struct pdf *d, double w_mm, double h_mm)
{
	end_page(d);
	d->w_pt = w_mm * MM;
	d->h_pt = h_mm * MM;
	d->page = buf_on(d->page_arena);
}

int pdf_page_count(const struct pdf *d) { return d->pages + (d->page.a ? 1 : 0); }

static void write_frame(struct pdf *d)
{
	pdf_metadata(d, METADATA, INFO);
	pdf_object_at(d, PROFILE);
	struct str icc = {(const char *)srgb_profile.bytes, (size_t)(srgb_profile.end - srgb_profile.bytes)};
	pdf_stream(d, "/N 3", icc, true);
	pdf_object_at(d, PAGES);
	pdf_fmt(d, "<< /Type /Pages /Count %d /Kids [", d->pages);
	for (int i = 0; i < d->pages; i++)
		pdf_fmt(d, "%d 0 R%s", d->kids[i], i % 16 == 15 ? "\n" : " ");
	pdf_fmt(d, "] >>\nendobj\n");
	pdf_object_at(d, CATALOG);
	pdf_fmt(d, "<< /Type /Catalog /Pages %d 0 R /Metadata %d 0 R /Lang (vi-VN) /ViewerPreferences << /DisplayDocTitle true >> "
	        "/OutputIntents [<< /Type /OutputIntent /S /GTS_PDFA1 /OutputConditionIdentifier (sRGB) /Info (sRGB IEC61966-2.1) "
	        "/DestOutputProfile %d 0 R >>] >>\nendobj\n", PAGES, METADATA, PROFILE);
}

static void write_trailer(struct pdf *d)
{
	unsigned char hash[EVP_MAX_MD_SIZE];
	size_t from = d->at;
	pdf_fmt(d, "xref\n0 %d\n0000000000 65535 f \n", d->objects + 1);
	for (int i = 1; i <= d->objects; i++)
		pdf_fmt(d, "%010llu 00000 n \n", (unsigned long long)d->offsets[i]);
	EVP_DigestFinal_ex(d->digest, hash, NULL);
	EVP_DigestInit_ex(d->digest, EVP_sha256(), NULL);
	struct str id = hex_encode(d->life, hash, 16);
	pdf_fmt(d, "trailer\n<< /Size %d /Root %d 0 R /Info %d 0 R /ID [<%s> <%s>] >>\nstartxref\n%zu\n%%%%EOF\n", d->objects + 1,
	        CATALOG, INFO, id.p, id.p, from);
}

bool pdf_close(struct pdf *d, struct err *e)
{
	end_page(d);
	pdf_fonts_write(d, RESOURCES);
	write_frame(d);
	write_trailer(d);
	bool ok = d->err.kind == ERR_NONE;
	if (!ok)
		*e = d->err;
	EVP_MD_CTX_free(d->digest);
	arena_free(d->life);
	arena_free(d->page_arena);
	free(d->offsets);
	free(d->kids);
	free(d);
	return ok;
}

void pdf_line(struct pdf *d, double x1, double y1, double x2, double y2, double pt)
{
	buf_fmt(&d->page, "%.2f w %.2f %.2f m %.2f %.2f l S\n", pt, x1 * MM, d->h_pt - y1 * MM, x2 * MM, d->h_pt - y2 * MM);
}

void pdf_box(struct pdf *d, double x, double y, double w, double h, double pt)
{
	buf_fmt(&d->page, "%.2f w %.2f %.2f %.2f %.2f re S\n", pt, x * MM, d->h_pt - (y + h) * MM, w * MM, h * MM);
}

bool pdf_qr(struct pdf *d, struct str text, double x, double y, double size_mm)
{
	QRcode *q = QRcode_encodeData((int)text.n, (const unsigned char *)text.p, 0, QR_ECLEVEL_M);
	if (!q)
		return false;
	double cell = size_mm / q->width;
	for (int r = 0; r < q->width; r++)
		for (int c = 0, n; c < q->width; c += n) {
			bool dark = q->data[r * q->width + c] & 1;
			for (n = 1; c + n < q->width && (q->data[r * q->width + c + n] & 1) == dark; n++)
				;
			if (dark)
				buf_fmt(&d->page, "%.3f %.3f %.3f %.3f re\n", (x + c * cell) * MM, d->h_pt - (y + (r + 1) * cell) * MM,
				        n * cell * MM, cell * MM);
		}
	buf_put(&d->page, STR("f\n"));
	QRcode_free(q);
	return true;
}
