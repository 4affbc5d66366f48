/* print.c — a form as the flat description that packs/paper/don/to-khai.json prints. See form.h and src/paper/README.md. */
#include "form/form.h"
#include "form/parts.h"

/* `lines` and `tables` are those of the piece being written: a table closes it, so that the order of the form is kept. `title` is the
 * section's on the screen, `heading` the law's: a field that repeats it is printed with the law's letters. */
struct print { struct arena *a; const struct eform_context *c; json_t *sections, *lines, *tables; struct str declaration, title, heading; };

static json_t *text(struct str s) { return json_stringn(s.p ? s.p : "", s.n); }

static void piece(struct print *p, struct str title)
{
	p->lines = json_array();
	p->tables = json_array();
	json_array_append_new(p->sections, json_pack("{s:o,s:o,s:o}", "title", text(title), "lines", p->lines, "tables", p->tables));
}

static struct str printed_label(const struct print *p, const struct eform_field *f)
{
	return p->heading.n && str_eq(f->label, p->title) ? p->heading : f->label;
}

static void line(struct print *p, const char *name, struct str s) { json_array_append_new(p->lines, json_pack("{s:o}", name, text(s))); }

static void pair(struct print *p, bool inner, struct str label, struct str value)
{
	json_array_append_new(p->lines, json_pack("{s:o,s:o}", inner ? "sub_label" : "label", text(label), "value", text(value)));
}

/* The parts of a group in one cell: "Số: 12" a line. */
static void cell_parts(struct print *p, struct buf *b, const struct eform_field *f, const json_t *v)
{
	for (size_t i = 0; i < f->n; i++) {
		const struct eform_field *x = &f->fields[i];
		const json_t *y = json_object_getn(v, x->key.p, x->key.n);
		if (x->kind >= EFORM_GROUP)
			cell_parts(p, b, x, y);
		else if (!eform_blank(y))
			buf_fmt(b, "%s%.*s: %.*s", b->n ? "\n" : "", STR_ARG(x->label), STR_ARG(eform_shown_value(p->a, p->c, x, y)));
	}
}

static struct str cell(struct print *p, const struct eform_field *f, const json_t *v)
{
	struct buf b = buf_on(p->a);
	if (f->kind < EFORM_GROUP)
		return eform_shown_value(p->a, p->c, f, v);
	cell_parts(p, &b, f, v);
	return buf_str(&b);
}

static int width(enum eform_kind k)
{
	return k >= EFORM_GROUP ? 30 : k == EFORM_LONG_TEXT ? 28 : k == EFORM_TEXT ? 22 : k == EFORM_CHOICE || k == EFORM_YEAR ? 13 : 17;
}

struct grid { json_t *columns, *widths; const json_t *fixed; bool numbered; };

static void column(struct grid *g, struct str head, int wide)
{
	json_array_append_new(g->columns, text(head));
	json_array_append_new(g->widths, json_integer(wide));
}

static void add_cell(json_t *cells, struct str value) { json_array_append_new(cells, json_pack("{s:o}", "value", text(value))); }

static json_t *grid_row(struct print *p, const struct grid *g, const struct eform_field *f, size_t i, const json_t *v)
{
	json_t *cells = json_array();
	const json_t *name = json_array_get(g->fixed, i);
	if (g->numbered)
		add_cell(cells, str_fmt(p->a, "%zu", i + 1));
	if (g->fixed)
		add_cell(cells, str_from(json_string_value(name)));
	for (size_t k = 0; k < f->n; k++)
		add_cell(cells, cell(p, &f->fields[k], json_object_getn(v, f->fields[k].key.p, f->fields[k].key.n)));
	return json_pack("{s:o}", "cells", cells);
}

static size_t rows_to_print(const struct eform_field *f, const json_t *v)
{
	size_t n = json_array_size(v), fixed = json_array_size(json_object_get(f->def, "fixed_rows"));
	json_int_t blank = json_integer_value(json_object_get(f->def, "printed_rows"));
	size_t least = n ? 0 : blank > 0 && blank <= 20 ? (size_t)blank : 2;
	return n > fixed ? n : fixed ? fixed : least;
}

static void put_table(struct print *p, const struct eform_field *f, struct grid *g, json_t *rows)
{
	json_array_append_new(p->tables, json_pack("{s:o,s:o,s:o,s:o}", "title", text(printed_label(p, f)), "columns", g->columns, "widths", g->widths, "rows", rows));
	piece(p, STR_NONE);
}

static void table(struct print *p, const struct eform_field *f, const json_t *v)
{
	struct grid g = {json_array(), json_array(), json_object_get(f->def, "fixed_rows"), f->numbered.n > 0};
	json_t *rows = json_array();
	if (g.numbered)
		column(&g, f->numbered, f->numbered.n > 3 ? 12 : 8);
	if (g.fixed)
		column(&g, STR_NONE, 26);
	for (size_t i = 0; i < f->n; i++)
		column(&g, f->fields[i].label, width(f->fields[i].kind));
	for (size_t i = 0; i < rows_to_print(f, v); i++)
		json_array_append_new(rows, grid_row(p, &g, f, i, json_array_get(v, i)));
	put_table(p, f, &g, rows);
}

/* Of each row in turn what it answers to one field: a line of the turned table. A group has its name on a line and its parts below. */
static void turned_lines(struct print *p, const struct eform_field *f, size_t n, const json_t *answers, json_t *rows)
{
	for (size_t i = 0; i < n; i++) {
		json_t *cells = json_array(), *parts = json_array(), *x = NULL;
		size_t k;
		add_cell(cells, f[i].label);
		json_array_foreach(answers, k, x) {
			const json_t *y = json_object_getn(x, f[i].key.p, f[i].key.n);
			add_cell(cells, f[i].kind >= EFORM_GROUP ? STR("") : cell(p, &f[i], y));
			json_array_append(parts, y ? (json_t *)(uintptr_t)y : json_null());
		}
		json_array_append_new(rows, json_pack("{s:o}", "cells", cells));
		if (f[i].kind >= EFORM_GROUP)
			turned_lines(p, f[i].fields, f[i].n, parts, rows);
		json_decref(parts);
	}
}

/* A table too wide for the page ("print_turned"): its fixed rows stand side by side as columns, its columns below each other. */
static void turned_table(struct print *p, const struct eform_field *f, const json_t *v)
{
	struct grid g = {.columns = json_array(), .widths = json_array()};
	json_t *rows = json_array(), *answers = json_array(), *name = NULL;
	size_t i = 0;
	column(&g, STR_NONE, 34);
	json_array_foreach(json_object_get(f->def, "fixed_rows"), i, name) {
		column(&g, str_from(json_string_value(name)), 22);
		json_array_append(answers, i < json_array_size(v) ? json_array_get(v, i) : json_null());
	}
	turned_lines(p, f->fields, f->n, answers, rows);
	json_decref(answers);
	put_table(p, f, &g, rows);
}

/* A table of one column is a list in the law's forms: (1) …; (2) …. */
static void list(struct print *p, const struct eform_field *f, const json_t *v)
{
	const struct eform_field *x = &f->fields[0];
	line(p, "heading", printed_label(p, f));
	for (size_t i = 0; i < rows_to_print(f, v); i++) {
		struct str s = cell(p, x, json_object_getn(json_array_get(v, i), x->key.p, x->key.n));
		json_array_append_new(p->lines, json_pack("{s:o,s:o}", "item", text(str_fmt(p->a, "(%zu)", i + 1)), "value", text(s)));
	}
}

static void print_fields(struct print *p, const struct eform_field *v, size_t n, const json_t *answers, bool inner)
{
	for (size_t i = 0; i < n; i++) {
		const struct eform_field *f = &v[i];
		const json_t *x = json_object_getn(answers, f->key.p, f->key.n);
		if ((f->until.day || f->visible) && eform_blank(x))
			continue; /* not asked of this applicant */
		if (f->kind == EFORM_NOTE && str_eq(f->label, p->declaration))
			continue;
		if (f->kind == EFORM_NOTE || f->kind == EFORM_HEADING)
			line(p, f->kind == EFORM_NOTE ? "text" : "heading", f->label);
		else if (f->kind == EFORM_ROWS && f->n == 1)
			list(p, f, x);
		else if (f->kind == EFORM_ROWS)
			json_is_true(json_object_get(f->def, "print_turned")) ? turned_table(p, f, x) : table(p, f, x);
		else if (f->kind >= EFORM_GROUP) {
			line(p, "heading", printed_label(p, f));
			print_fields(p, f->fields, f->n, x, true);
		} else {
			pair(p, inner, printed_label(p, f), eform_shown_value(p->a, p->c, f, x));
		}
	}
}

static void print_section(struct print *p, const struct eform_section *s, const json_t *def, const json_t *answers)
{
	p->title = s->title;
	p->heading = eform_text(def, "print_title");
	piece(p, p->heading.n && str_eq(p->heading, printed_label(p, &s->fields[0])) ? STR_NONE : p->heading);
	if (s->note.n)
		line(p, "text", s->note);
	print_fields(p, s->fields, s->n, answers, false);
}

/* The nation and the motto stand on the right (or alone), what the applicant is on the left. */
static void headers(const json_t *print, json_t *out)
{
	json_t *nation = json_array(), *own = json_array(), *x = NULL;
	size_t i = 0;
	json_array_foreach(json_object_get(print, "header"), i, x) {
		struct str s = str_from(json_string_value(x));
		json_array_append(str_starts(s, STR("CỘNG H")) || str_starts(s, STR("Độc lập")) ? nation : own, x);
	}
	json_object_set_new(out, "header", nation);
	json_object_set_new(out, "header_left", own);
}

static json_t *signer(const json_t *s)
{
	return json_pack("{s:o,s:o}", "title", text(eform_text(s, "title")), "hint", text(eform_text(s, "note")));
}

json_t *eform_print_json(const struct eform *f, const json_t *answers, const struct eform_context *c)
{
	AUTO_ARENA a = arena_new(0);
	const json_t *print = json_object_get(f->def, "print"), *sections = json_object_get(f->def, "sections");
	const json_t *sign = json_object_get(print, "signature");
	struct str to = eform_text(print, "addressed_to");
	struct print p = {.a = a, .c = c, .sections = json_array(), .declaration = eform_text(print, "declaration")};
	struct str title = eform_text(f->def, "print_title");
	if (str_starts(to, STR("Kính gửi: ")))
		to = str_sub(to, STR("Kính gửi: ").n, to.n);
	for (size_t i = 0; i < f->n && i < json_array_size(sections); i++) /* the attached papers are listed by the receipt */
		print_section(&p, &f->sections[i], json_array_get(sections, i), answers);
	json_t *out = json_pack("{s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "form_code", text(f->form_code), "title", text(title.n ? title : f->title), "kinh_gui", text(to),
		"sections", p.sections, "declaration", text(p.declaration), "sign", signer(json_object_get(sign, "right")),
		"sign_left", signer(json_object_get(sign, "left")));
	headers(print, out);
	return out;
}
