/* text.c — lines by Pango, drawn glyph by glyph in the file's own terms. */
#include "core/pdf/priv.h"
#include <math.h>
#include <pango/pangofc-font.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

struct pdf_text { PangoLayout *layout; char *text; int lines; double factor; };

/* NFC; without control characters (a line feed stays) and bytes that are no UTF-8. */
static void put_clean(struct buf *b, struct arena *a, struct str s)
{
	struct buf tidy = buf_on(a);
	while (s.n) {
		utf8proc_int32_t u;
		utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)s.p, (utf8proc_ssize_t)s.n, &u);
		utf8proc_category_t c = n > 0 ? utf8proc_category(u) : UTF8PROC_CATEGORY_CC;
		if (n > 0 && (u == '\n' || (c != UTF8PROC_CATEGORY_CC && c != UTF8PROC_CATEGORY_CF && c != UTF8PROC_CATEGORY_CS && u != 0x2028 && u != 0x2029)))
			buf_put(&tidy, str_sub(s, 0, (size_t)n));
		else if (u == '\t' && n > 0)
			buf_char(&tidy, ' ');
		s = str_sub(s, n > 0 ? (size_t)n : 1, s.n);
	}
	utf8proc_uint8_t *nfc = NULL;
	utf8proc_ssize_t n = utf8proc_map((const utf8proc_uint8_t *)tidy.p, (utf8proc_ssize_t)tidy.n, &nfc, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
	if (n > 0)
		buf_put(b, (struct str){(const char *)nfc, (size_t)n});
	free(nfc);
}

static void add(PangoAttrList *l, PangoAttribute *at, size_t from, size_t to)
{
	at->start_index = (guint)from;
	at->end_index = (guint)to;
	pango_attr_list_insert(l, at);
}

static void set_runs(struct pdf_text *t, struct arena *a, const struct pdf_run *runs, size_t n)
{
	struct buf b = buf_on(a);
	PangoAttrList *l = pango_attr_list_new();
	for (size_t i = 0; i < n; i++) {
		size_t from = b.n;
		put_clean(&b, a, runs[i].text);
		add(l, pango_attr_family_new("Liberation Serif"), from, b.n);
		add(l, pango_attr_size_new((int)lround(runs[i].pt * PANGO_SCALE)), from, b.n);
		add(l, pango_attr_weight_new(runs[i].bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL), from, b.n);
		add(l, pango_attr_style_new(runs[i].italic ? PANGO_STYLE_ITALIC : PANGO_STYLE_NORMAL), from, b.n);
		add(l, pango_attr_font_features_new("liga=0, clig=0"), from, b.n);
	}
	t->text = strdup(buf_str(&b).p ? buf_str(&b).p : "");
	CHECK(t->text);
	PangoFontDescription *fd = pango_font_description_from_string("Liberation Serif");
	pango_font_description_set_size(fd, (int)lround((n ? runs[0].pt : 12) * PANGO_SCALE));
	pango_layout_set_font_description(t->layout, fd);
	pango_font_description_free(fd);
	pango_layout_set_attributes(t->layout, l);
	pango_attr_list_unref(l);
	pango_layout_set_text(t->layout, t->text, (int)b.n);
}

struct pdf_text *pdf_text_new(struct pdf *d, const struct pdf_run *runs, size_t n, double width_mm, const struct pdf_style *s)
{
	AUTO_ARENA a = arena_new(0);
	struct pdf_text *t = calloc(1, sizeof *t);
	CHECK(t);
	t->layout = pango_layout_new(d->fonts->context);
	t->factor = s->line > 0 ? s->line : 1;
	pango_layout_set_width(t->layout, (int)lround(fmax(width_mm, 2) * MM * PANGO_SCALE));
	pango_layout_set_wrap(t->layout, PANGO_WRAP_WORD_CHAR);
	pango_layout_set_auto_dir(t->layout, FALSE);
	pango_layout_set_indent(t->layout, (int)lround(s->indent_mm * MM * PANGO_SCALE));
	pango_layout_set_alignment(t->layout, s->align == PDF_CENTER ? PANGO_ALIGN_CENTER : s->align == PDF_RIGHT ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT);
	pango_layout_set_justify(t->layout, s->align == PDF_JUSTIFY);
	set_runs(t, a, runs, n);
	t->lines = pango_layout_get_line_count(t->layout);
	return t;
}

void pdf_text_free(struct pdf_text *t)
{
	if (!t)
		return;
	g_object_unref(t->layout);
	free(t->text);
	free(t);
}

int pdf_text_lines(const struct pdf_text *t) { return t->lines; }

static void line_box(const struct pdf_text *t, int i, PangoRectangle *r)
{
	pango_layout_line_get_extents(pango_layout_get_line_readonly(t->layout, i), NULL, r);
}

double pdf_text_height(const struct pdf_text *t, int from, int to)
{
	double h = 0;
	for (int i = from; i < to && i < t->lines; i++) {
		PangoRectangle r;
		line_box(t, i, &r);
		h += r.height * t->factor;
	}
	return h / PANGO_SCALE / MM;
}

double pdf_text_last_width(const struct pdf_text *t)
{
	PangoRectangle r;
	line_box(t, t->lines - 1, &r);
	double indent = t->lines == 1 ? pango_layout_get_indent(t->layout) : 0;
	return (r.width + indent) / PANGO_SCALE / MM;
}

double pdf_text_width(const struct pdf_text *t)
{
	PangoRectangle r;
	pango_layout_get_extents(t->layout, NULL, &r);
	return r.width / (double)PANGO_SCALE / MM;
}

static int face_of(PangoFont *font)
{
	PangoFontDescription *fd = pango_font_describe(font);
	int face = (pango_font_description_get_weight(fd) >= PANGO_WEIGHT_SEMIBOLD ? 1 : 0)
	           + (pango_font_description_get_style(fd) != PANGO_STYLE_NORMAL ? 2 : 0);
	pango_font_description_free(fd);
	return face;
}

/* A character without a glyph: an empty box that keeps its text for search and copying. */
static void draw_unknown(struct pdf *d, uint32_t u, double x, double y, double w, double pt)
{
	char utf8[4];
	utf8proc_ssize_t n = utf8proc_encode_char((utf8proc_int32_t)u, (utf8proc_uint8_t *)utf8);
	struct str text = pdf_text_string(d->page_arena, (struct str){utf8, (size_t)n});
	buf_fmt(&d->page, "/Span << /ActualText %s >> BDC 0.4 w %.2f %.2f %.2f %.2f re S EMC\n", text.p, x + w * .1, y, w * .8, pt * .65);
}

struct pen { double x, y, pt; int face; bool open; };

static void draw_glyph(struct pdf *d, struct pen *p, unsigned glyph, double dx, double dy)
{
	d->used[p->face][glyph / 8] |= (uint8_t)(1 << (glyph % 8));
	buf_fmt(&d->page, "1 0 0 1 %.3f %.3f Tm <%04X> Tj\n", p->x + dx, p->y - dy, glyph);
}

static void draw_run(struct pdf *d, const struct pdf_text *t, PangoGlyphItem *run, double *x, double y)
{
	PangoFontDescription *fd = pango_font_describe_with_absolute_size(run->item->analysis.font);
	struct pen p = {.x = *x, .y = y, .pt = pango_font_description_get_size(fd) / (double)PANGO_SCALE, .face = face_of(run->item->analysis.font)};
	pango_font_description_free(fd);
	buf_fmt(&d->page, "BT /F%d %.2f Tf\n", p.face, p.pt);
	for (int i = 0; i < run->glyphs->num_glyphs; i++) {
		const PangoGlyphInfo *g = &run->glyphs->glyphs[i];
		double dx = g->geometry.x_offset / (double)PANGO_SCALE, dy = g->geometry.y_offset / (double)PANGO_SCALE;
		double w = g->geometry.width / (double)PANGO_SCALE;
		if (g->glyph & PANGO_GLYPH_UNKNOWN_FLAG) {
			buf_put(&d->page, STR("ET\n"));
			draw_unknown(d, g->glyph & ~PANGO_GLYPH_UNKNOWN_FLAG, p.x + dx, p.y - dy, w, p.pt);
			buf_fmt(&d->page, "BT /F%d %.2f Tf\n", p.face, p.pt);
		} else if (g->glyph != PANGO_GLYPH_EMPTY && g->glyph) {
			draw_glyph(d, &p, g->glyph, dx, dy);
		}
		p.x += w;
	}
	buf_put(&d->page, STR("ET\n"));
	(void)t;
	*x = p.x;
}

void pdf_text_draw(struct pdf *d, const struct pdf_text *t, int from, int to, double x_mm, double y_mm)
{
	double y = d->h_pt - y_mm * MM;
	PangoLayoutIter *it = pango_layout_get_iter(t->layout);
	int i = 0;
	do {
		PangoRectangle r;
		PangoLayoutLine *line = pango_layout_iter_get_line_readonly(it);
		pango_layout_iter_get_line_extents(it, NULL, &r);
		if (i >= from && i < to) {
			double height = r.height * t->factor / PANGO_SCALE, x = x_mm * MM + r.x / (double)PANGO_SCALE;
			double ascent = pango_layout_iter_get_baseline(it) / (double)PANGO_SCALE;
			PangoRectangle own;
			pango_layout_line_get_extents(line, NULL, &own);
			ascent = -own.y / (double)PANGO_SCALE + (height - own.height / (double)PANGO_SCALE) / 2;
			for (GSList *l = line->runs; l; l = l->next)
				draw_run(d, t, l->data, &x, y - ascent);
			y -= height;
		}
		i++;
	} while (pango_layout_iter_next_line(it));
	pango_layout_iter_free(it);
}
