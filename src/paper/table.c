/* table.c — blocks "table" and "grid": rows with a head that is repeated on each page. */
#include "paper/draw.h"
#include <math.h>

#define COLUMNS_MAX 24
struct grid { const json_t *col[COLUMNS_MAX]; double x[COLUMNS_MAX + 1]; size_t n; double pt; };

static struct pdf_text *cell_text(struct paper *p, const struct grid *g, size_t i, const struct scope *s, bool head)
{
	bool open;
	struct pdf_style st = {.align = head ? PDF_CENTER : str_eq(paper_text(g->col[i], "align"), STR("center")) ? PDF_CENTER : PDF_LEFT};
	struct str text = fill_text(p->a, paper_text(g->col[i], head ? "head" : "text"), s, &open);
	struct pdf_run r = {.text = !head && open ? STR_NONE : text, .pt = g->pt, .bold = head};
	return pdf_text_new(p->pdf, &r, 1, g->x[i + 1] - g->x[i] - 2, &st);
}

static double tall(const struct pdf_text *t) { return pdf_text_height(t, 0, pdf_text_lines(t)) + 1.6; }

static void put_cell(struct paper *p, struct pdf_text *t, double x, double y, double w, double h)
{
	if (!p->measure) {
		pdf_text_draw(p->pdf, t, 0, pdf_text_lines(t), x + 1, y + .8);
		pdf_box(p->pdf, x, y, w, h, .5);
	}
	pdf_text_free(t);
}

/* Columns side by side with the same "group" have a common head above their own. */
static size_t group_end(const struct grid *g, size_t i)
{
	struct str name = paper_text(g->col[i], "group");
	size_t end = i + 1;
	while (name.n && end < g->n && str_eq(paper_text(g->col[end], "group"), name))
		end++;
	return end;
}

static struct pdf_text *group_text(struct paper *p, const struct grid *g, size_t i)
{
	struct pdf_style st = {.align = PDF_CENTER};
	struct pdf_run r = {.text = paper_text(g->col[i], "group"), .pt = g->pt, .bold = true};
	return pdf_text_new(p->pdf, &r, 1, g->x[group_end(g, i)] - g->x[i] - 2, &st);
}

static double draw_head(struct paper *p, const struct grid *g, const struct scope *s)
{
	struct pdf_text *own[COLUMNS_MAX], *above[COLUMNS_MAX] = {0};
	double high = 0, top = 0;
	for (size_t i = 0; i < g->n; i++) {
		bool first = paper_text(g->col[i], "group").n && (i == 0 || group_end(g, i - 1) == i);
		own[i] = cell_text(p, g, i, s, true);
		above[i] = first ? group_text(p, g, i) : NULL;
		top = first ? fmax(top, tall(above[i])) : top;
	}
	for (size_t i = 0; i < g->n; i++)
		high = fmax(high, tall(own[i]) + (paper_text(g->col[i], "group").n ? top : 0));
	for (size_t i = 0; i < g->n; i++) {
		double from = paper_text(g->col[i], "group").n ? top : 0, w = g->x[i + 1] - g->x[i];
		if (above[i])
			put_cell(p, above[i], g->x[i], p->y, g->x[group_end(g, i)] - g->x[i], top);
		put_cell(p, own[i], g->x[i], p->y + from, w, high - from);
	}
	return high;
}

/* Of the last row: with what follows. The first row has its head above itself and stays with it. */
enum { ROW_FIRST = 1, ROW_LAST = 2 };

static double draw_cells(struct paper *p, const struct grid *g, const struct scope *s, int place)
{
	struct pdf_text *t[COLUMNS_MAX];
	double h = 0;
	for (size_t i = 0; i < g->n; i++) {
		t[i] = cell_text(p, g, i, s, false);
		h = fmax(h, tall(t[i]));
	}
	h = fmin(h, p->h - p->bottom - p->top);
	double tail = place & ROW_LAST ? paper_tail(p, h) : 0;
	if (!p->measure && !(place & ROW_FIRST) && p->y + h + tail > paper_floor(p)) {
		paper_new_page(p, s);
		p->y += draw_head(p, g, s);
	}
	for (size_t i = 0; i < g->n; i++)
		put_cell(p, t[i], g->x[i], p->y, g->x[i + 1] - g->x[i], h);
	return h;
}

static struct grid grid_of(struct paper *p, const json_t *b, struct area at)
{
	struct grid g = {.pt = paper_size(p, b, p->pt - 1)};
	const json_t *columns = json_object_get(b, "columns"), *col;
	double total = 0, x = at.x;
	size_t i;
	json_array_foreach(columns, i, col)
		total += paper_number(col, "width", 10);
	json_array_foreach(columns, i, col) {
		if (g.n == COLUMNS_MAX)
			break;
		g.x[g.n] = x;
		g.col[g.n++] = col;
		x += at.w * paper_number(col, "width", 10) / total;
	}
	g.x[g.n] = x;
	return g;
}

/* A head does not stand alone at the foot of a page, nor what follows a table of one row at the top of the next. */
static void begin_table(struct paper *p, const struct grid *g, const struct scope *s, const struct scope *row, size_t rows)
{
	bool measuring = p->measure;
	struct scope quiet = *row;
	quiet.gaps = NULL;
	p->y += 1.5;
	p->measure = true;
	double mm = draw_head(p, g, s) + (rows ? draw_cells(p, g, &quiet, ROW_FIRST) : 0);
	p->measure = measuring;
	paper_need(p, mm + (rows == 1 ? 1.5 + paper_tail(p, mm + 1.5) : 0), s);
	p->y += draw_head(p, g, s);
}

void paper_table(struct paper *p, const json_t *b, const struct scope *s, struct area at)
{
	struct grid g = grid_of(p, b, at);
	const json_t *items = fill_find(s, paper_text(b, "items"));
	size_t n = json_is_array(items) ? json_array_size(items) : 0, rows = n ? n : (size_t)paper_within(p, b, "empty", 3, 0, 100);
	if (!n)
		fill_gap(s, paper_text(b, "items"));
	for (size_t i = 0; i < rows && !paper_has_enough(p); i++) {
		struct scope row = {.here = json_array_get(items, i), .form = p->form, .up = n ? s : NULL, .row = i + 1, .gaps = n ? s->gaps : NULL};
		struct arena_mark m = arena_mark(p->a);
		if (!i)
			begin_table(p, &g, s, &row, rows);
		p->y += draw_cells(p, &g, &row, (i ? 0 : ROW_FIRST) | (i + 1 == rows ? ROW_LAST : 0));
		arena_rewind(p->a, m);
	}
	p->y += 1.5;
}

/* A table whose columns come with the data: "columns" [text], "widths" [number], "rows" [{"cells": [{"value"}]}]. */
void paper_grid(struct paper *p, const json_t *b, const struct scope *s, struct area at)
{
	const json_t *heads = fill_find(s, STR("columns")), *widths = fill_find(s, STR("widths"));
	json_t *columns = json_array(), *table = json_pack("{s:s,s:f}", "items", "rows", "size", paper_size(p, b, p->pt - 2));
	for (size_t i = 0; i < json_array_size(heads) && i < COLUMNS_MAX; i++) {
		const json_t *w = json_array_get(widths, i);
		json_array_append_new(columns, json_pack("{s:s,s:s,s:f}", "head", str_fmt(p->a, "{columns.%zu|opt}", i).p,
			"text", str_fmt(p->a, "{cells.%zu.value|opt}", i).p, "width", json_is_number(w) ? json_number_value(w) : 10.0));
	}
	json_object_set_new(table, "columns", columns);
	paper_table(p, table, s, at);
	json_decref(table);
}
