/* show.c — answers from HTML names, an example, lines to show, the public description. See form.h. */
#include "form/form.h"
#include "form/parts.h"
#include <math.h>

#define HTML_ROWS 200

struct source { struct arena *a; struct str (*get)(void *ctx, struct str name); void *ctx; };

static json_t *read_field(struct source *s, const struct eform_field *f, struct str name);

static json_t *read_group(struct source *s, const struct eform_field *v, size_t n, struct str prefix)
{
	json_t *out = json_object();
	for (size_t i = 0; i < n; i++) {
		json_t *x = read_field(s, &v[i], str_fmt(s->a, "%.*s%s%.*s", STR_ARG(prefix), prefix.n ? "." : "", STR_ARG(v[i].key)));
		if (x)
			json_object_setn_new(out, v[i].key.p, v[i].key.n, x);
	}
	if (json_object_size(out) > 0)
		return out;
	json_decref(out);
	return NULL;
}

static json_t *read_rows(struct source *s, const struct eform_field *f, struct str name)
{
	json_t *out = json_array();
	for (size_t i = 0; i < HTML_ROWS; i++) {
		json_t *row = read_group(s, f->fields, f->n, str_fmt(s->a, "%.*s.%zu", STR_ARG(name), i));
		if (row) /* a row that was taken away in the browser leaves a gap in the numbers */
			json_array_append_new(out, row);
	}
	return out;
}

/* Check boxes of a choice of many are named key.value. */
static json_t *read_choices(struct source *s, const struct eform_field *f, struct str name)
{
	json_t *out = json_array(), *o = NULL;
	size_t i = 0;
	json_array_foreach(json_object_get(f->def, "options"), i, o) {
		struct str value = eform_text(o, "value");
		if (s->get(s->ctx, str_fmt(s->a, "%.*s.%.*s", STR_ARG(name), STR_ARG(value))).n)
			json_array_append_new(out, json_stringn(value.p, value.n));
	}
	return out;
}

static json_t *read_field(struct source *s, const struct eform_field *f, struct str name)
{
	if (f->kind == EFORM_NOTE || f->kind == EFORM_HEADING || f->kind == EFORM_FILE || f->kind == EFORM_COMPUTED)
		return NULL;
	if (f->kind == EFORM_ROWS)
		return read_rows(s, f, name);
	if (f->kind >= EFORM_GROUP)
		return read_group(s, f->fields, f->n, name);
	if (f->kind == EFORM_CHOICES)
		return read_choices(s, f, name);
	struct str typed = s->get(s->ctx, name);
	return typed.p && str_is_utf8(typed) ? json_stringn(typed.p, typed.n) : NULL; /* no text is no answer; a NUL could not be read again */
}

void eform_from_fields(struct arena *a, const struct eform_section *sec, struct str (*get)(void *ctx, struct str name), void *ctx, json_t *answers)
{
	struct source s = {.a = a, .get = get, .ctx = ctx};
	json_t *got = read_group(&s, sec->fields, sec->n, STR_NONE);
	json_object_update(answers, got);
	json_decref(got);
}

/* --- Example --- */

static json_t *example_of(struct arena *a, const struct eform_field *f, const struct eform_context *c);

static json_t *example_group(struct arena *a, const struct eform_field *v, size_t n, const struct eform_context *c)
{
	json_t *out = json_object();
	for (size_t i = 0; i < n; i++) {
		json_t *x = example_of(a, &v[i], c);
		if (x)
			json_object_setn_new(out, v[i].key.p, v[i].key.n, x);
	}
	return out;
}

static json_t *example_file(const struct eform_field *f)
{
	const char *type = json_string_value(json_array_get(json_object_get(f->def, "accept"), 0));
	struct str kind = str_from(type ? type : "application/pdf");
	const char *name = str_eq(kind, STR("image/jpeg")) ? "mau.jpg" : str_eq(kind, STR("image/png")) ? "mau.png" : "mau.pdf";
	return json_pack("[{s:s,s:s,s:s#,s:i}]", "file", "example", "name", name, "type", kind.p, (int)kind.n, "size", 1024);
}

/* The first, or the one that says that an organisation applies. */
static struct str example_option(const struct eform_field *f, const struct eform_context *c)
{
	const json_t *options = json_object_get(f->def, "options"), *o = NULL;
	size_t i = 0;
	json_array_foreach((json_t *)(uintptr_t)options, i, o)
		if (c->organisation && str_eq(eform_text(o, "value"), STR("to_chuc")))
			return eform_text(o, "value");
	return eform_text(json_array_get(options, 0), "value");
}

static json_t *example_of(struct arena *a, const struct eform_field *f, const struct eform_context *c)
{
	static const char *const texts[EFORM_KIND_COUNT] = {[EFORM_TEXT] = "Nguyễn Thị Mẫu", [EFORM_LONG_TEXT] = "Nội dung mẫu để thử.",
		[EFORM_DATE] = "2020-01-15", [EFORM_PERSONAL_ID] = "001190000001", [EFORM_TAX_CODE] = "0100109106", [EFORM_PHONE] = "0912345678",
		[EFORM_EMAIL] = "mau@example.vn"};
	struct str option = example_option(f, c), given = eform_text(f->def, "example");
	struct str place = eform_text(json_array_get(eform_provinces(c->units, c->today), 0), "code");
	if (given.n)
		return json_stringn(given.p, given.n);
	if (f->kind == EFORM_DATE && str_eq(f->key, STR("ngay_sinh")))
		return json_string("1990-05-01"); /* fits the personal id */
	if (texts[f->kind])
		return json_string(texts[f->kind]);
	if (f->kind == EFORM_YEAR)
		return json_integer(2020);
	if (f->kind >= EFORM_NUMBER && f->kind <= EFORM_MONEY)
		return json_integer(isnan(f->min) || f->min <= 0 ? 1 : (json_int_t)ceil(f->min));
	if (f->kind == EFORM_YESNO)
		return json_true();
	if (f->kind == EFORM_CHOICE || f->kind == EFORM_CHOICES)
		return f->kind == EFORM_CHOICE ? json_stringn(option.p, option.n) : json_pack("[s#]", option.p, (int)option.n);
	if (f->kind == EFORM_PROVINCE)
		return place.n ? json_stringn(place.p, place.n) : NULL;
	if (f->kind == EFORM_FILE)
		return example_file(f);
	if (f->kind == EFORM_ROWS)
		return json_pack("[o]", example_group(a, f->fields, f->n, c));
	return f->kind >= EFORM_GROUP ? example_group(a, f->fields, f->n, c) : NULL;
}

json_t *eform_example(struct arena *a, const struct eform *f, const struct eform_context *c)
{
	json_t *all = json_object(), *clean = NULL;
	for (size_t i = 0; i < f->n; i++) {
		json_t *part = example_group(a, f->sections[i].fields, f->sections[i].n, c);
		json_object_update(all, part);
		json_decref(part);
	}
	eform_check(a, f, all, c, &clean); /* drops what the choices hide */
	json_decref(all);
	return clean;
}

void eform_take_files(struct arena *a, const struct eform *f, struct str prefix, json_t *answers, json_t *files)
{
	for (size_t s = 0; s < f->n; s++)
		for (size_t i = 0; i < f->sections[s].n; i++) {
			const struct eform_field *x = &f->sections[s].fields[i];
			json_t *given = x->kind == EFORM_FILE ? json_object_getn(answers, x->key.p, x->key.n) : NULL;
			struct str name = str_cat(a, prefix, x->key);
			for (size_t k = 0; k < json_array_size(given); k++)
				json_array_append_new(files, json_pack("{s:s#,s:O,s:O}", "field", name.p, (int)name.n, "name",
					json_object_get(json_array_get(given, k), "name"), "type", json_object_get(json_array_get(given, k), "type")));
			if (given)
				json_object_deln(answers, x->key.p, x->key.n);
		}
}

/* --- Lines --- */

struct lines { struct arena *a; const struct eform_context *c; struct eform_lines out; size_t cap; };

static void line(struct lines *l, struct eform_line x)
{
	if (l->out.n == l->cap) {
		struct eform_line *old = l->out.v;
		l->cap = l->cap ? 2 * l->cap : 32;
		l->out.v = NEW_ARRAY(l->a, l->cap, struct eform_line);
		for (size_t i = 0; i < l->out.n; i++)
			l->out.v[i] = old[i];
	}
	l->out.v[l->out.n++] = x;
}

static bool is_english(const struct eform_context *c) { return c && c->english; }

static struct str label_in(const struct eform_context *c, const json_t *def, struct str own)
{
	struct str en = is_english(c) ? eform_text(def, "label_en") : STR_NONE;
	return en.n ? en : own;
}

static struct str option_label(const struct eform_context *c, const struct eform_field *f, struct str value)
{
	const json_t *o = NULL;
	size_t i = 0;
	json_array_foreach(json_object_get(f->def, "options"), i, o)
		if (str_eq(eform_text(o, "value"), value))
			return label_in(c, o, eform_text(o, "label"));
	return value;
}

/* A province's code was given its name of that day: 24 is Bắc Giang until 30/06/2025, Bắc Ninh since. */
static struct str province_name(const struct eform_context *c, struct str code)
{
	const json_t *list = c ? eform_provinces(c->units, c->today) : NULL, *p = NULL; /* once: the loop asks for its list at each turn */
	size_t i = 0;
	json_array_foreach((json_t *)(uintptr_t)list, i, p)
		if (str_eq(eform_text(p, "code"), code))
			return eform_text(p, "name");
	return code;
}

struct str eform_number_text(struct arena *a, double x)
{
	struct buf b = buf_on(a);
	struct str s = str_fmt(a, "%.15g", x);
	for (size_t i = 0; i < s.n; i++)
		buf_char(&b, s.p[i] == '.' ? ',' : s.p[i]);
	return buf_str(&b);
}

/* 1.200.000,5 for who reads Vietnamese, 1,200,000.5 for who reads English. */
static struct str separated(struct arena *a, const struct eform_context *c, struct str s)
{
	struct buf b = buf_on(a);
	for (size_t i = 0; i < s.n; i++)
		buf_char(&b, !is_english(c) ? s.p[i] : s.p[i] == '.' ? ',' : s.p[i] == ',' ? '.' : s.p[i]);
	return buf_str(&b);
}

struct str eform_shown_value(struct arena *a, const struct eform_context *c, const struct eform_field *f, const json_t *v)
{
	struct str s = json_is_string(v) ? (struct str){json_string_value(v), json_string_length(v)} : STR_NONE;
	struct buf b = buf_on(a);
	struct date d;
	if (f->kind == EFORM_DATE && date_parse(s, &d))
		return date_people(a, d);
	if (f->kind == EFORM_MONEY && json_is_integer(v))
		return separated(a, c, money_people(a, (struct money){json_integer_value(v)}));
	if (f->kind == EFORM_PROVINCE)
		return province_name(c, s);
	if (json_is_string(v))
		return option_label(c, f, s);
	if (json_is_boolean(v))
		return is_english(c) ? (json_is_true(v) ? STR("Yes") : STR("No")) : json_is_true(v) ? STR("Có") : STR("Không");
	if (json_is_number(v))
		return separated(a, c, eform_number_text(a, json_number_value(v)));
	for (size_t i = 0; i < json_array_size(v); i++) {
		const json_t *x = json_array_get(v, i);
		struct str t = json_is_object(x) ? eform_text(x, "name") : option_label(c, f, str_from(json_string_value(x)));
		buf_fmt(&b, "%s%.*s", i ? "; " : "", STR_ARG(t));
	}
	return buf_str(&b);
}

static void flatten(struct lines *l, const struct eform_field *v, size_t n, const json_t *answers, struct str prefix, int depth)
{
	for (size_t i = 0; i < n; i++) {
		const struct eform_field *f = &v[i];
		const json_t *x = json_object_getn(answers, f->key.p, f->key.n);
		struct str name = str_fmt(l->a, "%.*s%s%.*s", STR_ARG(prefix), prefix.n ? "." : "", STR_ARG(f->key));
		bool nested = f->kind >= EFORM_GROUP;
		if (f->until.day && !x)
			continue;
		line(l, (struct eform_line){.name = name, .label = label_in(l->c, f->def, f->label), .kind = f->kind, .depth = depth, .field = f, .value = nested ? STR_NONE : eform_shown_value(l->a, l->c, f, x)});
		if (nested && f->kind != EFORM_ROWS)
			flatten(l, f->fields, f->n, x, name, depth + 1);
		for (size_t k = 0; f->kind == EFORM_ROWS && k < json_array_size(x); k++)
			flatten(l, f->fields, f->n, json_array_get(x, k), str_fmt(l->a, "%.*s.%zu", STR_ARG(name), k), depth + 1);
	}
}

struct eform_lines eform_flatten(struct arena *a, const struct eform_section *s, const json_t *answers, const struct eform_context *c)
{
	struct lines l = {.a = a, .c = c};
	flatten(&l, s->fields, s->n, answers, STR_NONE, 0);
	return l.out;
}

/* --- Public description --- */

static json_t *public_fields(const struct eform_field *v, size_t n)
{
	json_t *out = json_array();
	for (size_t i = 0; i < n; i++) {
		json_t *x = json_copy((json_t *)(uintptr_t)v[i].def);
		if (v[i].kind >= EFORM_GROUP)
			json_object_set_new(x, v[i].kind == EFORM_ROWS ? "columns" : "fields", public_fields(v[i].fields, v[i].n));
		json_array_append_new(out, x);
	}
	return out;
}

json_t *eform_public_json(const struct eform *f)
{
	json_t *sections = json_array();
	for (size_t i = 0; i < f->n; i++) {
		const struct eform_section *s = &f->sections[i];
		json_array_append_new(sections, json_pack("{s:s#,s:s#,s:o}", "key", s->key.p, (int)s->key.n, "title", s->title.p, (int)s->title.n, "fields", public_fields(s->fields, s->n)));
	}
	return json_pack("{s:s#,s:s#,s:O*,s:o}", "id", f->id.p, (int)f->id.n, "title", f->title.p, (int)f->title.n, "form_code",
		json_object_get(f->def, "form_code"), "sections", sections);
}
