/* paper.c — the block engine: reads a template's blocks top to bottom and draws them, page after page. */
#include "paper/draw.h"
#include <math.h>
#include <string.h>

static void draw_blocks(struct paper *p, const json_t *blocks, const struct scope *s, struct area at);
static void draw_block(struct paper *p, const json_t *b, const struct scope *s, struct area at);

struct str paper_text(const json_t *o, const char *key) { return str_from(json_string_value(json_object_get(o, key))); }

double paper_number(const json_t *o, const char *key, double otherwise)
{
	const json_t *v = json_object_get(o, key);
	return json_is_number(v) ? fmax(-1000, fmin(1000, json_number_value(v))) : otherwise;
}

/* A number that decides how much is drawn: one outside is the template's mistake. A size of 0 would never fill a line. */
double paper_within(struct paper *p, const json_t *o, const char *key, double otherwise, double least, double most)
{
	double v = paper_number(o, key, otherwise);
	if (v >= least && v <= most)
		return v;
	p->bad = true;
	return least > 1 ? least : 1;
}
double paper_size(struct paper *p, const json_t *b, double otherwise) { return paper_within(p, b, "size", otherwise, 2, 200); }

static void put_line(struct paper *p, const char *text, double y, double pt, enum pdf_align align, bool bold)
{
	struct pdf_run r = {.text = str_from(text), .pt = pt, .bold = bold};
	struct pdf_style st = {.align = align};
	struct pdf_text *t = pdf_text_new(p->pdf, &r, 1, p->w - p->left - p->right, &st);
	pdf_text_draw(p->pdf, t, 0, 1, p->left, y);
	pdf_text_free(t);
}

/* Page number from the second page, centred in the top margin (decree 30/2020, Annex I). */
void paper_new_page(struct paper *p, const struct scope *s)
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

bool paper_has_enough(const struct paper *p) { return p->measure && p->y >= p->enough; }

double paper_floor(const struct paper *p) { return p->h - p->bottom; }

void paper_need(struct paper *p, double mm, const struct scope *s)
{
	if (!p->measure && p->y + mm > paper_floor(p) && p->y > p->top + 1)
		paper_new_page(p, s);
}

/* The height of a block, or ENOUGH where it has more: who asks does not want all of it on one page. */
#define ENOUGH 80
static double measured(struct paper *p, const json_t *b, const struct scope *s, struct area at, double squeeze)
{
	struct scope quiet = *s;
	struct paper kept = *p;
	quiet.gaps = NULL;
	p->measure = true;
	p->enough = p->y + ENOUGH;
	p->squeeze = squeeze;
	p->tail = (struct tail){0};
	draw_block(p, b, &quiet, at);
	double mm = fmin(p->y - kept.y, ENOUGH);
	bool bad = p->bad;
	*p = kept;
	p->bad = bad;
	return mm;
}

/* The height that columns need here: `room` where giving up space to sign makes them fit, else all of theirs. *squeeze: how much they give up. Between
 * whole and least the height of the longest column falls at least in proportion, so the share that is missing is enough. */
static double fitted(struct paper *p, const json_t *b, const struct scope *s, struct area at, double room, double *squeeze)
{
	double whole = measured(p, b, s, at, 0), least = whole > room ? measured(p, b, s, at, 1) : whole;
	bool fits = whole > room && least <= room;
	*squeeze = fits ? (whole - room) / (whole - least) : 0;
	return fits ? room - .001 : whole;
}

/* What the tail needs below a line of this height; measured at most once. */
double paper_tail(struct paper *p, double line)
{
	struct tail *t = &p->tail;
	double room = paper_floor(p) - p->y - line - t->mm, squeeze;
	if (t->next && !p->measure && t->most > room) {
		t->most = fitted(p, t->next, t->s, t->at, room, &squeeze);
		t->next = NULL;
	}
	return t->mm + t->most;
}

static enum pdf_align align_of(const json_t *b)
{
	struct str s = paper_text(b, "align");
	return str_eq(s, STR("center")) ? PDF_CENTER : str_eq(s, STR("right")) ? PDF_RIGHT : str_eq(s, STR("left")) ? PDF_LEFT : PDF_JUSTIFY;
}

static struct pdf_text *lay_out(struct paper *p, const json_t *b, struct str text, double w)
{
	struct pdf_run r = {.text = text, .pt = paper_size(p, b, p->pt), .bold = json_is_true(json_object_get(b, "bold")),
	                    .italic = json_is_true(json_object_get(b, "italic"))};
	struct pdf_style st = {.align = align_of(b), .indent_mm = paper_number(b, "indent", 0), .line = paper_number(b, "line", p->line)};
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
	double left = w - pdf_text_last_width(t), dot = paper_size(p, b, p->pt) * .25 * 25.4 / 72;
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
	struct str text = fill_text(p->a, paper_text(b, "text"), s, &open);
	double inset = paper_number(b, "left", 0);
	at = (struct area){at.x + inset, at.w - inset};
	double w = at.w;
	struct pdf_text *t = align_of(b) == PDF_CENTER ? lay_out_even(p, b, text, &w) : open ? lay_out_blank(p, b, text, at.w) : lay_out(p, b, text, at.w);
	int lines = pdf_text_lines(t), last = lines > 3 ? lines - 2 : 0;
	at = (struct area){at.x + (at.w - w) / 2, w};
	paper_need(p, paper_number(b, "keep", 0), s);
	p->y += paper_number(b, "gap", 0) * 25.4 / 72;
	for (int i = 0; i < lines; i++) {
		double h = pdf_text_height(t, i, i + 1);
		double rest = i == last ? pdf_text_height(t, i, lines) : h;
		paper_need(p, i == last ? rest + paper_tail(p, rest) : h, s);
		if (!p->measure)
			pdf_text_draw(p->pdf, t, i, i + 1, at.x, p->y);
		p->y += h;
	}
	double rule = paper_number(b, "rule", 0) * fmin(pdf_text_width(t), at.w), mid = at.x + at.w / 2;
	if (rule > 0 && !p->measure)
		pdf_line(p->pdf, mid - rule / 2, p->y + 1, mid + rule / 2, p->y + 1, .6); /* below the dots of capitals */
	p->y += rule > 0 ? 2 : 0;
	pdf_text_free(t);
}

/* Side by side: all columns begin at the same height and the next block below the longest. */
static void draw_columns(struct paper *p, const json_t *b, const struct scope *s, struct area at)
{
	const json_t *columns = json_object_get(b, "columns"), *col;
	double keep = paper_number(b, "keep", 20);
	double room = paper_floor(p) - p->y, outer = p->squeeze;
	bool tight = !p->measure && keep > room && p->squeeze <= 0;
	paper_need(p, tight ? fitted(p, b, s, at, room, &p->squeeze) : keep, s);
	double from = p->y, end = p->y, x = at.x, between = paper_number(b, "between", 1);
	p->tail = (struct tail){0};
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
	p->squeeze = outer;
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
	json_t *split = paragraphs(fill_find(s, paper_text(b, "items")));
	const json_t *items = split ? split : fill_find(s, paper_text(b, "items"));
	size_t n = json_is_array(items) ? json_array_size(items) : 0, blanks = n ? 0 : (size_t)paper_within(p, b, "empty", 0, 0, 100);
	struct tail tail = p->tail;
	if (!n)
		fill_gap(s, paper_text(b, "items"));
	for (size_t i = 0; i < n + blanks && !paper_has_enough(p); i++) {
		p->tail = i + 1 == n + blanks ? tail : (struct tail){0};
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

static void draw_qr(struct paper *p, const json_t *b, const struct scope *s, struct area at)
{
	bool open;
	double size = paper_within(p, b, "size", 18, 5, 200);
	struct str text = fill_text(p->a, paper_text(b, "text"), s, &open);
	enum pdf_align al = align_of(b);
	paper_need(p, size + 2, s);
	if (open || (!p->measure && !pdf_qr(p->pdf, text, al == PDF_CENTER ? at.x + (at.w - size) / 2 : al == PDF_RIGHT ? at.x + at.w - size : at.x, p->y + 1, size)))
		return;
	p->y += size + 2;
}

static double space_of(const struct paper *p, const json_t *b)
{
	double mm = paper_number(b, "mm", 5);
	return mm - p->squeeze * (mm - fmin(mm, paper_number(b, "least", mm)));
}

static bool is_wanted(const json_t *b, const struct scope *s)
{
	struct str with = paper_text(b, "when"), without = paper_text(b, "unless");
	return (!with.n || fill_present(s, with)) && (!without.n || !fill_present(s, without));
}

static void draw_block(struct paper *p, const json_t *b, const struct scope *s, struct area at)
{
	struct str kind = paper_text(b, "block");
	if (str_eq(kind, STR("text")))
		draw_text(p, b, s, at);
	else if (str_eq(kind, STR("columns")))
		draw_columns(p, b, s, at);
	else if (str_eq(kind, STR("each")))
		draw_each(p, b, s, at);
	else if (str_eq(kind, STR("table")))
		paper_table(p, b, s, at);
	else if (str_eq(kind, STR("grid")))
		paper_grid(p, b, s, at);
	else if (str_eq(kind, STR("qr")))
		draw_qr(p, b, s, at);
	else if (str_eq(kind, STR("space")))
		p->y += space_of(p, b);
	else
		p->bad = true;
}

static bool draws_nothing(const json_t *b, const struct scope *s)
{
	bool list = str_eq(paper_text(b, "block"), STR("each")) && paper_number(b, "empty", 0) <= 0;
	return !is_wanted(b, s) || (list && !fill_present(s, paper_text(b, "items")));
}

/* A title, or words that lead to what stands below: "Căn cứ:". */
static bool leads_on(const json_t *b)
{
	struct str t = paper_text(b, "text");
	return str_eq(paper_text(b, "block"), STR("text")) && (json_is_true(json_object_get(b, "bold")) || (t.n && t.p[t.n - 1] == ':'));
}

/* What block `i` keeps below itself: signatures that follow with nothing but space between; a title keeps what it is the title of, and the
 * signatures after that when it is short. */
static struct tail tail_after(struct paper *p, const json_t *blocks, size_t i, const struct scope *s, struct area at, struct tail outer)
{
	double mm = 0;
	bool leads = leads_on(json_array_get(blocks, i));
	for (i++; i < json_array_size(blocks); i++) {
		const json_t *b = json_array_get(blocks, i);
		struct str kind = paper_text(b, "block");
		if (str_eq(kind, STR("space"))) {
			mm += paper_number(b, "mm", 5);
		} else if (!draws_nothing(b, s)) {
			if (str_eq(kind, STR("columns")))
				return (struct tail){mm, paper_number(b, "keep", 20), b, s, at};
			if (!leads || p->measure || p->y + 2 * ENOUGH < paper_floor(p))
				return (struct tail){0};
			double high = measured(p, b, s, at, 0);
			struct tail t = high < ENOUGH / 2.0 ? tail_after(p, blocks, i, s, at, outer) : (struct tail){0};
			t.mm += fmin(high, ENOUGH / 2.0);
			return t;
		}
	}
	outer.mm += outer.mm + outer.most > 0 ? mm : 0;
	return outer;
}

static void draw_blocks(struct paper *p, const json_t *blocks, const struct scope *s, struct area at)
{
	size_t i;
	const json_t *b;
	struct tail outer = p->tail;
	json_array_foreach(blocks, i, b) {
		if (paper_has_enough(p))
			break;
		p->tail = tail_after(p, blocks, i, s, at, outer);
		if (is_wanted(b, s))
			draw_block(p, b, s, at);
	}
	p->tail = outer;
}

static void set_page(struct paper *p, const json_t *form)
{
	const json_t *page = json_object_get(form, "page"), *m = json_object_get(page, "margins");
	bool a5 = str_eq(paper_text(page, "size"), STR("A5"));
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
	p->pt = paper_within(p, form, "font", 13, 4, 72);
	p->line = paper_number(form, "line", 1);
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
	struct pdf_info info = {.title = paper_text(form, "title"), .author = paper_text(data, "don_vi"), .at = at};
	struct paper p = {.a = a, .form = form, .pdf = pdf_open(fonts, &info, out)};
	set_page(&p, form);
	paper_new_page(&p, &s);
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
