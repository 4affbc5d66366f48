/* forge_testing.c — see forge_testing.h. */
#include "sign/forge_testing.h"
#include "sign/pdf_file.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static ptrdiff_t find_last(struct str s, struct str needle)
{
	for (size_t i = s.n - needle.n + 1; i-- > 0;)
		if (str_starts(str_sub(s, i, needle.n), needle))
			return (ptrdiff_t)i;
	return -1;
}

static struct str replace_at(struct arena *a, struct str pdf, ptrdiff_t at, const char *from, const char *to)
{
	EXPECT(at >= 0 && strlen(to) <= strlen(from));
	ptrdiff_t next = str_find(str_sub(pdf, (size_t)at, pdf.n), str_from(from));
	EXPECT(next >= 0);
	struct str out = str_dup(a, pdf);
	char *p = (char *)(uintptr_t)out.p + at + next;
	memset(p, ' ', strlen(from));
	memcpy(p, to, strlen(to));
	return out;
}

struct str forge_replace(struct arena *a, struct str pdf, const char *mark, const char *from, const char *to)
{
	return replace_at(a, pdf, str_find(pdf, str_from(mark)), from, to);
}

struct str forge_replace_last(struct arena *a, struct str pdf, const char *mark, const char *from, const char *to)
{
	return replace_at(a, pdf, find_last(pdf, str_from(mark)), from, to);
}

static struct pdf_file open_file(struct arena *a, struct str pdf)
{
	struct pdf_file f;
	struct err e;
	EXPECT_OK(pdf_file_open(a, pdf, &f, &e), e);
	return f;
}

struct str forge_append(struct arena *a, struct str pdf, const struct forge_object *o, size_t n, const char *trailer_more)
{
	struct pdf_file f = open_file(a, pdf);
	struct buf b = buf_on(a), table = buf_on(a);
	size_t size = f.size;
	buf_put(&b, pdf);
	for (size_t i = 0; i < n; i++) {
		buf_fmt(&table, "%u 1\n%010zu 00000 n \n", o[i].number, b.n);
		buf_fmt(&b, "%u 0 obj\n%s\nendobj\n", o[i].number, o[i].body);
		size = o[i].number >= size ? o[i].number + 1 : size;
	}
	size_t at = b.n;
	struct str info = pdf_value(f.trailer, STR("/Info")), id = pdf_value(f.trailer, STR("/ID"));
	buf_fmt(&b, "xref\n%.*strailer\n<< /Size %zu /Root %u 0 R /Prev %zu%s", STR_ARG(buf_str(&table)), size, f.root, f.startxref, trailer_more);
	if (info.n)
		buf_fmt(&b, " /Info %.*s", STR_ARG(info));
	if (id.n)
		buf_fmt(&b, " /ID %.*s", STR_ARG(id));
	buf_fmt(&b, " >>\nstartxref\n%zu\n%%%%EOF\n", at);
	return buf_str(&b);
}

struct str forge_object_text(struct arena *a, struct str pdf, unsigned number)
{
	struct pdf_file f = open_file(a, pdf);
	struct str dict;
	struct err e;
	EXPECT_OK(pdf_file_object(&f, number, &dict, &e), e);
	return dict;
}

unsigned forge_root(struct arena *a, struct str pdf) { return open_file(a, pdf).root; }
unsigned forge_size(struct arena *a, struct str pdf) { return (unsigned)open_file(a, pdf).size; }

unsigned forge_page(struct arena *a, struct str pdf)
{
	struct pdf_file f = open_file(a, pdf);
	uint32_t page;
	struct err e;
	EXPECT_OK(pdf_first_page(&f, &page, &e), e);
	return page;
}

const char *forge_with(struct arena *a, struct str dict, const char *more)
{
	return str_fmt(a, "%.*s %s >>", (int)dict.n - 2, dict.p, more).p;
}

struct gap { size_t b, c, n; };

static struct gap gap_of(struct str pdf)
{
	ptrdiff_t at = find_last(pdf, STR("/ByteRange ["));
	struct gap g;
	size_t first;
	EXPECT(at >= 0 && sscanf(pdf.p + at, "/ByteRange [%zu %zu %zu %zu]", &first, &g.b, &g.c, &g.n) == 4);
	return g;
}

struct str forge_cms(struct arena *a, struct str pdf, struct str der)
{
	struct gap g = gap_of(pdf);
	struct str out = str_dup(a, pdf), hex = hex_encode(a, der.p, der.n);
	EXPECT(hex.n <= g.c - g.b - 2);
	char *p = (char *)(uintptr_t)out.p + g.b + 1;
	memset(p, '0', g.c - g.b - 2);
	memcpy(p, hex.p, hex.n);
	return out;
}

struct digest forge_range_digest(struct arena *a, struct str pdf, struct str *bytes)
{
	struct gap g = gap_of(pdf);
	*bytes = str_cat(a, str_sub(pdf, 0, g.b), str_sub(pdf, g.c, g.n));
	return crypto_sha256(*bytes);
}
