/* paper.c — the block engine: reads a template's blocks top to bottom and draws them, page after page. */
#include "paper/fill.h"
#include <math.h>
#include <string.h>

struct paper {
	struct pdf *pdf;
	struct arena *a;
	const json_t *form;
	double w, h, top, bottom, left, right, pt, line, y;
	double tail; /* mm that the last paragraph keeps below itself for the signatures: they never stand alone on a page */
	bool bad;
};
struct area { double x, w; };

static void draw_blocks(struct paper *p, const json_t *blocks, const struct scope *s, struct area at);

static struct str text_of(const json_t *o, const char *key) { return str_from(json_string_value(json_object_get(o, key))); }

static double number(const json_t *o, const char *key, double otherwise)
{
	const json_t *v = json_object_get(o, key);
	return json_is_number(v) ? fmax(-1000, fmin(1000, json_number_value(v))) : otherwise;
}

/* A number that decides how much is drawn: one outside is the template's mistake. A size of 0 would never fill a line. */
static double within(struct paper *p, const json_t *o, const char *key, double otherwise, double least, double most)
{
	double v = number(o, key, otherwise);
	if (v >= least && v <= most)
		return v;
	p->bad = true;
	return least > 1 ? least : 1;
}
static double size_of(struct paper *p, const json_t *b, double otherwise) { return within(p, b, "size", otherwise, 2, 200); }

static void put_line(struct paper *p, const char *text, double y, double pt, enum pdf_align align, bool bold)
{
	struct pdf_run r = {.text = str_from(text), .pt = pt, .bold = bold};
	struct pdf_style st = {.align = align};
	struct pdf_text *t = pdf_text_new(p->pdf, &r, 1, p->w - p->left - p->right, &st);
	pdf_text_draw(p->pdf, t, 0, 1, p->left, y);
	pdf_text_free(t);
}

/* Page number from the second page, centred in the top margin (decree 30/2020, Annex I). */
static void new_page(struct paper *p, const struct scope *s)
{
	pdf_page(p->pdf, p->w, p->h);
	p->y = p->top;
	int n = pdf_page_count(p->pdf);
	if (n > 1)
		put_line(p, str_fmt(p->a, "%d", n).p, p->top / 2 - 2, 13, PDF_CENTER, false);
	if (json_is_true(json_object_get(p->form, "draft")))
		put_line(p, "DỰ THẢO – CHƯA CÓ GIÁ TRỊ", 6, 11, PDF_RIGHT, true);
	if (fill_present(s, STR("trinh_dien")))
		put_line(p, "DỮ LIỆU TRÌNH DIỄN", p->h - p->bottom / 2 - 2, 9, PDF_CENTER, true);
	bool open;
	if (fill_present(s, STR("chan_trang")))
		put_line(p, str_cstr(p->a, fill_text(p->a, STR("{chan_trang}"), s, &open)), p->h - p->bottom / 2 + 3, 8, PDF_LEFT, false);
}

static void need(struct paper *p, double mm, const struct scope *s)
{
	if (p->y + mm > p->h - p->bottom && p->y > p->top + 1)
		new_page(p, s);
}

static enum pdf_align align_of(const json_t *b)
{
	struct str s = text_of(b, "align");
	return str_eq(s, STR("center")) ? PDF_CENTER : str_eq(s, STR("right")) ? PDF_RIGHT : str_eq(s, STR("left")) ? PDF_LEFT : PDF_JUSTIFY;
}

static struct pdf_text *lay_out(struct paper *p, const json_t *b, struct str text, double w)
{
	struct pdf_run r = {.text = text, .pt = size_of(p, b, p->pt), .bold = json_is_true(json_object_get(b, "bold")),
	                    .italic = json_is_true(json_object_get(b, "italic"))};
	struct pdf_style st = {.align = align_of(b), .indent_mm = number(b, "indent", 0), .line = number(b, "line", p->line)};
	return pdf_text_new(p->pdf, &r, 1, w, &st);
}

/* A title or a note of a few centred lines, about as long as each other: no last word alone. *w becomes the width it needs. */
static struct pdf_text *lay_out_even(struct paper *p, const json_t *b, struct str text, double *w)
{
	struct pdf_text *t = lay_out(p, b, text, *w);
	int lines = pdf_text_lines(t);
	double least = *w / 2, enough = *w;
	bool plain = !json_is_true(json_object_get(b, "bold")) && !json_is_true(json_object_get(b, "italic"));
	if (lines < 2 || lines > 4 || plain)
		return t;
	for (int i = 0; i < 6; i++) {
		double middle = (least + enough) / 2;
		struct pdf_text *narrow = lay_out(p, b, text, middle);
		bool fits = pdf_text_lines(narrow) == lines && pdf_text_width(narrow) <= middle;
		pdf_text_free(fits ? t : narrow);
		t = fits ? narrow : t;
		*(fits ? &enough : &least) = middle;
	}
	*w = enough;
	return t;
}

/* A blank at the end runs on in dots to the edge. */
static struct pdf_text *lay_out_blank(struct paper *p, const json_t *b, struct str text, double w)
{
	struct pdf_text *t = lay_out(p, b, text, w);
	double left = w - pdf_text_last_width(t), dot = size_of(p, b, p->pt) * .25 * 25.4 / 72;
	if (left < 2 * dot)
		return t;
	struct buf more = buf_on(p->a);
	buf_put(&more, text);
	for (double x = dot; x < left - dot; x += dot)
		buf_char(&more, '.');
	pdf_text_free(t);
	return lay_out(p, b, buf_str(&more), w);
}

static void draw_text(struct paper *p, const json_t *b, const struct scope *s, struct area at)
{
	bool open;
	struct str text = fill_text(p->a, text_of(b, "text"), s, &open);
	double inset = number(b, "left", 0);
	at = (struct area){at.x + inset, at.w - inset};
	double w = at.w;
	struct pdf_text *t = align_of(b) == PDF_CENTER ? lay_out_even(p, b, text, &w) : open ? lay_out_blank(p, b, text, at.w) : lay_out(p, b, text, at.w);
	int lines = pdf_text_lines(t), last = lines > 3 ? lines - 2 : 0;
	at = (struct area){at.x + (at.w - w) / 2, w};
	need(p, number(b, "keep", 0), s);
	p->y += number(b, "gap", 0) * 25.4 / 72;
	for (int i = 0; i < lines; i++) {
		double h = pdf_text_height(t, i, i + 1);
		need(p, i == last && p->tail > 0 ? pdf_text_height(t, i, lines) + p->tail : h, s);
		pdf_text_draw(p->pdf, t, i, i + 1, at.x, p->y);
		p->y += h;
	}
	double rule = number(b, "rule", 0) * fmin(pdf_text_width(t), at.w), mid = at.x + at.w / 2;
	if (rule > 0) {
		pdf_line(p->pdf, mid - rule / 2, p->y + 1, mid + rule / 2, p->y + 1, .6); /* below the dots of capitals */
		p->y += 2;
	}
	pdf_text_free(t);
}

/* Side by side: all columns begin at the same height and the next block below the longest. */
static void draw_columns(struct paper *p, const json_t *b, const struct scope *s, struct area at)
{
	const json_t *columns = json_object_get(b, "columns"), *col;
	need(p, number(b, "keep", 20), s);
	double from = p->y, end = p->y, x = at.x, between = number(b, "between", 1);
	p->tail = 0;
	size_t i;
	json_array_foreach(columns, i, col) {
		const json_t *share = json_array_get(json_object_get(b, "widths"), i);
		double w = at.w * (json_is_number(share) ? json_number_value(share) / 100 : 1.0 / (double)json_array_size(columns));
		p->y = from;
		draw_blocks(p, col, s, (struct area){x + (i ? between / 2 : 0), w - between / (i && i + 1 < json_array_size(columns) ? 1 : 2)});
		end = fmax(end, p->y);
		x += w;
	}
	p->y = end;
}

/* A text as a list: a paragraph a line. NULL for anything else. */
static json_t *paragraphs(const json_t *v)
{
	if (!json_is_string(v))
		return NULL;
	json_t *list = json_array();
	struct str text = {json_string_value(v), json_string_length(v)}, line;
	while (str_next(&text, '\n', &line)) {
		line = str_trim(line);
		if (line.n)
			json_array_append_new(list, json_stringn(line.p, line.n));
	}
	return list;
}

static void draw_each(struct paper *p, const json_t *b, const struct scope *s, struct area at)
{
	static const json_t *no_data;
	json_t *split = paragraphs(fill_find(s, text_of(b, "items")));
	const json_t *items = split ? split : fill_find(s, text_of(b, "items"));
	size_t n = json_is_array(items) ? json_array_size(items) : 0, blanks = n ? 0 : (size_t)within(p, b, "empty", 0, 0, 100);
	double tail = p->tail;
	if (!n)
		fill_gap(s, text_of(b, "items"));
	for (size_t i = 0; i < n + blanks; i++) {
		p->tail = i + 1 == n + blanks ? tail : 0;
		const json_t *item = i < n ? json_array_get(items, i) : no_data;
		struct scope inner = {.here = item, .form = p->form, .up = s, .row = i + 1, .gaps = s->gaps};
		json_t *wrapped = json_is_object(item) || !item ? NULL : json_pack("{s:O}", "value", (json_t *)(uintptr_t)item);
		if (wrapped)
			inner.here = wrapped;
		draw_blocks(p, json_object_get(b, "blocks"), &inner, at);
		json_decref(wrapped);
	}
	json_decref(split);
}

#define COLUMNS_MAX 24
struct grid { const json_t *col[COLUMNS_MAX]; double x[COLUMNS_MAX + 1]; size_t n; double pt; };

static struct pdf_text *cell_text(struct paper *p, const struct grid *g, size_t i, const struct scope *s, bool head)
{
	bool open;
	struct pdf_style st = {.align = head ? PDF_CENTER : str_eq(text_of(g->col[i], "align"), STR("center")) ? PDF_CENTER : PDF_LEFT};
	struct str text = fill_text(p->a, text_of(g->col[i], head ? "head" : "text"), s, &open);
	struct pdf_run r = {.text = !head && open ? STR_NONE : text, .pt = g->pt, .bold = head};
	return pdf_text_new(p->pdf, &r, 1, g->x[i + 1] - g->x[i] - 2, &st);
}

static double tall(const struct pdf_text *t) { return pdf_text_height(t, 0, pdf_text_lines(t)) + 1.6; }

static void put_cell(struct paper *p, struct pdf_text *t, double x, double y, double w, double h)
{
	pdf_text_draw(p->pdf, t, 0, pdf_text_lines(t), x + 1, y + .8);
	pdf_box(p->pdf, x, y, w, h, .5);
	pdf_text_free(t);
}

/* Columns side by side with the same "group" have a common head above their own. */
static size_t group_end(const struct grid *g, size_t i)
{
	struct str name = text_of(g->col[i], "group");
	size_t end = i + 1;
	while (name.n && end < g->n && str_eq(text_of(g->col[end], "group"), name))
		end++;
	return end;
}

static struct pdf_text *group_text(struct paper *p, const struct grid *g, size_t i)
{
	struct pdf_style st = {.align = PDF_CENTER};
	struct pdf_run r = {.text = text_of(g->col[i], "group"), .pt = g->pt, .bold = true};
	return pdf_text_new(p->pdf, &r, 1, g->x[group_end(g, i)] - g->x[i] - 2, &st);
}

static double draw_head(struct paper *p, const struct grid *g, const struct scope *s)
{
	struct pdf_text *own[COLUMNS_MAX], *above[COLUMNS_MAX] = {0};
	double high = 0, top = 0;
	for (size_t i = 0; i < g->n; i++) {
		bool first = text_of(g->col[i], "group").n && (i == 0 || group_end(g, i - 1) == i);
		own[i] = cell_text(p, g, i, s, true);
		above[i] = first ? group_text(p, g, i) : NULL;
		top = first ? fmax(top, tall(above[i])) : top;
	}
	for (size_t i = 0; i < g->n; i++)
		high = fmax(high, tall(own[i]) + (text_of(g->col[i], "group").n ? top : 0));
	for (size_t i = 0; i < g->n; i++) {
		double from = text_of(g->col[i], "group").n ? top : 0, w = g->x[i + 1] - g->x[i];
		if (above[i])
			put_cell(p, above[i], g->x[i], p->y, g->x[group_end(g, i)] - g->x[i], top);
		put_cell(p, own[i], g->x[i], p->y + from, w, high - from);
	}
	return high;
}

static double draw_cells(struct paper *p, const struct grid *g, const struct scope *s, double tail)
{
	struct pdf_text *t[COLUMNS_MAX];
	double h = 0;
	for (size_t i = 0; i < g->n; i++) {
		t[i] = cell_text(p, g, i, s, false);
		h = fmax(h, tall(t[i]));
	}
	h = fmin(h, p->h - p->bottom - p->top);
	if (p->y + h + tail > p->h - p->bottom) {
		new_page(p, s);
		p->y += draw_head(p, g, s);
	}
	for (size_t i = 0; i < g->n; i++)
		put_cell(p, t[i], g->x[i], p->y, g->x[i + 1] - g->x[i], h);
	return h;
}

static void draw_table(struct paper *p, const json_t *b, const struct scope *s, struct area at)
{
	struct grid g = {.pt = size_of(p, b, p->pt - 1)};
	const json_t *columns = json_object_get(b, "columns"), *items = fill_find(s, text_of(b, "items")), *col;
	double total = 0, x = at.x;
	size_t i;
	json_array_foreach(columns, i, col)
		total += number(col, "width", 10);
	json_array_foreach(columns, i, col) {
		if (g.n == COLUMNS_MAX)
			break;
		g.x[g.n] = x;
		g.col[g.n++] = col;
		x += at.w * number(col, "width", 10) / total;
	}
	g.x[g.n] = x;
	p->y += 1.5;
	need(p, number(b, "keep", 20), s);
	p->y += draw_head(p, &g, s);
	size_t n = json_is_array(items) ? json_array_size(items) : 0, rows = n ? n : (size_t)within(p, b, "empty", 3, 0, 100);
	if (!n)
		fill_gap(s, text_of(b, "items"));
	for (i = 0; i < rows; i++) {
		struct scope row = {.here = json_array_get(items, i), .form = p->form, .up = n ? s : NULL, .row = i + 1, .gaps = n ? s->gaps : NULL};
		struct arena_mark m = arena_mark(p->a);
		p->y += draw_cells(p, &g, &row, i && i + 1 == rows ? p->tail : 0);
		arena_rewind(p->a, m);
	}
	p->y += 1.5;
}

/* A table whose columns come with the data: "columns" [text], "widths" [number], "rows" [{"cells": [{"value"}]}]. */
static void draw_grid(struct paper *p, const json_t *b, const struct scope *s, struct area at)
{
	const json_t *heads = fill_find(s, STR("columns")), *widths = fill_find(s, STR("widths"));
	json_t *columns = json_array(), *table = json_pack("{s:s,s:f,s:f}", "items", "rows", "size", size_of(p, b, p->pt - 2), "keep", number(b, "keep", 20));
	for (size_t i = 0; i < json_array_size(heads) && i < COLUMNS_MAX; i++) {
		const json_t *w = json_array_get(widths, i);
		json_array_append_new(columns, json_pack("{s:s,s:s,s:f}", "head", str_fmt(p->a, "{columns.%zu|opt}", i).p,
			"text", str_fmt(p->a, "{cells.%zu.value|opt}", i).p, "width", json_is_number(w) ? json_number_value(w) : 10.0));
	}
	json_object_set_new(table, "columns", columns);
	draw_table(p, table, s, at);
	json_decref(table);
}

static void draw_qr(struct paper *p, const json_t *b, const struct scope *s, struct area at)
{
	bool open;
	double size = within(p, b, "size", 18, 5, 200);
	struct str text = fill_text(p->a, text_of(b, "text"), s, &open);
	enum pdf_align al = align_of(b);
	need(p, size + 2, s);
	if (open || !pdf_qr(p->pdf, text, al == PDF_CENTER ? at.x + (at.w - size) / 2 : al == PDF_RIGHT ? at.x + at.w - size : at.x, p->y + 1, size))
		return;
	p->y += size + 2;
}

static bool is_wanted(const json_t *b, const struct scope *s)
{
	struct str with = text_of(b, "when"), without = text_of(b, "unless");
	return (!with.n || fill_present(s, with)) && (!without.n || !fill_present(s, without));
}

static void draw_block(struct paper *p, const json_t *b, const struct scope *s, struct area at)
{
	struct str kind = text_of(b, "block");
	if (str_eq(kind, STR("text")))
		draw_text(p, b, s, at);
	else if (str_eq(kind, STR("columns")))
		draw_columns(p, b, s, at);
	else if (str_eq(kind, STR("each")))
		draw_each(p, b, s, at);
	else if (str_eq(kind, STR("table")))
		draw_table(p, b, s, at);
	else if (str_eq(kind, STR("grid")))
		draw_grid(p, b, s, at);
	else if (str_eq(kind, STR("qr")))
		draw_qr(p, b, s, at);
	else if (str_eq(kind, STR("space")))
		p->y += number(b, "mm", 5);
	else
		p->bad = true;
}

static bool draws_nothing(const json_t *b, const struct scope *s)
{
	bool list = str_eq(text_of(b, "block"), STR("each")) && number(b, "empty", 0) <= 0;
	return !is_wanted(b, s) || (list && !fill_present(s, text_of(b, "items")));
}

/* What the signatures need that follow block `i` with nothing but space between. */
static double tail_after(const json_t *blocks, size_t i, const struct scope *s, double outer)
{
	double mm = 0;
	for (i++; i < json_array_size(blocks); i++) {
		const json_t *b = json_array_get(blocks, i);
		struct str kind = text_of(b, "block");
		if (str_eq(kind, STR("space")))
			mm += number(b, "mm", 5);
		else if (!draws_nothing(b, s))
			return str_eq(kind, STR("columns")) ? mm + number(b, "keep", 20) : 0;
	}
	return outer > 0 ? mm + outer : 0;
}

static void draw_blocks(struct paper *p, const json_t *blocks, const struct scope *s, struct area at)
{
	size_t i;
	const json_t *b;
	double outer = p->tail;
	json_array_foreach(blocks, i, b) {
		p->tail = tail_after(blocks, i, s, outer);
		if (is_wanted(b, s))
			draw_block(p, b, s, at);
	}
	p->tail = outer;
}

static void set_page(struct paper *p, const json_t *form)
{
	const json_t *page = json_object_get(form, "page"), *m = json_object_get(page, "margins");
	bool a5 = str_eq(text_of(page, "size"), STR("A5"));
	p->w = a5 ? 148 : 210;
	p->h = a5 ? 210 : 297;
	if (json_is_true(json_object_get(page, "landscape"))) {
		double w = p->w;
		p->w = p->h;
		p->h = w;
	}
	double *to[] = {&p->top, &p->right, &p->bottom, &p->left}, usual[] = {20, 15, 20, 30};
	for (size_t i = 0; i < 4; i++)
		*to[i] = json_is_number(json_array_get(m, i)) ? json_number_value(json_array_get(m, i)) : usual[i];
	p->pt = within(p, form, "font", 13, 4, 72);
	p->line = number(form, "line", 1);
}

bool paper_render(const json_t *form, const json_t *data, struct instant at, struct pdf_sink out, struct err *e)
{
	AUTO_ARENA a = arena_new(0);
	struct pdf_fonts *fonts = pdf_fonts_get(e);
	if (!fonts)
		return false;
	if (!json_is_array(json_object_get(form, "blocks")))
		return err_set(e, ERR_INVALID, "a template without blocks");
	struct gaps gaps = {.names = buf_on(a)};
	struct scope s = {.here = data, .form = form, .row = 1, .gaps = json_is_true(json_object_get(form, "whole")) ? &gaps : NULL};
	struct pdf_info info = {.title = text_of(form, "title"), .author = text_of(data, "don_vi"), .at = at};
	struct paper p = {.a = a, .form = form, .pdf = pdf_open(fonts, &info, out)};
	set_page(&p, form);
	new_page(&p, &s);
	draw_blocks(&p, json_object_get(form, "blocks"), &s, (struct area){p.left, p.w - p.left - p.right});
	bool bad = p.bad;
	if (!pdf_close(p.pdf, e))
		return false;
	if (gaps.n)
		return err_set(e, ERR_INVALID, "the paper would have blanks:%.*s", STR_ARG(buf_str(&gaps.names)));
	return !bad || err_set(e, ERR_INVALID, "the template has a block of an unknown kind, or a size or number of rows out of bounds");
}

static bool is_name(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-", s.p[i]))
			return false;
	return s.n > 0 && s.n < 64;
}

json_t *paper_template(struct str packs, struct str set, struct str code, struct err *e)
{
	AUTO_ARENA a = arena_new(0);
	json_error_t je;
	if (!is_name(set) || !is_name(code)) {
		err_set(e, ERR_NOT_FOUND, "no template of that name");
		return NULL;
	}
	struct str path = str_fmt(a, "%.*s/paper/%.*s/%.*s.json", STR_ARG(packs), STR_ARG(set), STR_ARG(code));
	json_t *form = json_load_file(path.p, 0, &je);
	if (!form)
		err_set(e, json_error_code(&je) == json_error_cannot_open_file ? ERR_NOT_FOUND : ERR_INVALID, "%s: %s", path.p, je.text);
	return form;
}
