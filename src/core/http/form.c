/* form.c — see form.h. Reads and validates a declared form; typed access; errors. */
#include "core/http/form.h"
#include "core/http/exchange.h"
#include "core/text/text.h"
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

static const char *const fault_names[FAULT_COUNT] = {
	"none", "required", "too-long", "too-many", "not-text", "not-a-number", "out-of-range", "not-money", "not-a-date",
	"not-a-choice", "not-an-id", "not-an-e-mail", "file-too-large", "file-empty", "must-agree", "wrong-kind",
};

const char *form_fault_name(enum form_fault f)
{
	CHECK((size_t)f < FAULT_COUNT);
	return fault_names[f];
}

/* ---- raw access ---- */

bool req_form_raw(struct request *r, struct str name, size_t i, struct str *out)
{
	const struct pairs *f = &r->x->form;
	for (size_t k = 0; k < f->n; k++)
		if (str_eq(f->at[k].name, name) && i-- == 0) {
			*out = f->at[k].value;
			return true;
		}
	return false;
}

/* ---- cleaning ---- */

static struct str nfc(struct arena *a, struct str s)
{
	if (str_is_composed(s))
		return s;
	utf8proc_uint8_t *out = NULL;
	utf8proc_ssize_t n = utf8proc_map((const utf8proc_uint8_t *)s.p, (utf8proc_ssize_t)s.n, &out,
	                                  UTF8PROC_STABLE | UTF8PROC_COMPOSE);
	if (n < 0)
		return s;
	struct str copy = str_dup(a, (struct str){(const char *)out, (size_t)n});
	free(out);
	return copy;
}

struct str form_clean(struct arena *a, struct str s, bool many_lines)
{
	struct buf b = buf_on(a);
	s = str_trim(nfc(a, s));
	if (str_find_char(s, '\r') < 0)
		return s;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '\r')
			buf_char(&b, s.p[i]);
		else if (i + 1 == s.n || s.p[i + 1] != '\n')
			buf_char(&b, many_lines ? '\n' : ' ');
	return buf_str(&b);
}

/* ---- parsing of one value ---- */

/* Digits with groups of three: 1.200.000, 1 200 000, 1,200,000; an ending đ, ₫, đồng, VND. */
static bool parse_money(struct arena *a, struct str s, int64_t *out)
{
	static const char *const units[] = {"đồng", "₫", "đ", "VND", "VNĐ", "vnd"};
	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (str_ends(s, str_from(units[i]))) {
			s = str_trim(str_sub(s, 0, s.n - strlen(units[i])));
			break;
		}
	struct buf b = buf_on(a);
	size_t group = 0;
	bool grouped = false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (c >= '0' && c <= '9') {
			buf_char(&b, c);
			group++;
		} else if ((c == '.' || c == ' ' || c == ',') && group > 0 && group <= 3 && (!grouped || group == 3)) {
			grouped = true;
			group = 0;
		} else {
			return false;
		}
	}
	return b.n > 0 && (!grouped || group == 3) && str_to_i64(buf_str(&b), out);
}

static bool has_control(struct str s, bool many_lines)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c == 0x7F || (c < ' ' && !(many_lines && (c == '\n' || c == '\r' || c == '\t'))))
			return true;
	}
	return false;
}

static bool parse_bool(struct str s)
{
	static const char *const yes[] = {"1", "on", "true", "yes", "có"};
	for (size_t i = 0; i < ARRAY_LEN(yes); i++)
		if (str_eq(s, str_from(yes[i])))
			return true;
	return false;
}

static int choice_index(const struct field *f, struct str s)
{
	for (size_t i = 0; i < f->n_choices; i++)
		if (str_eq(s, str_from(f->choices[i].value)))
			return (int)i;
	return -1;
}

static uint32_t max_of(const struct field *f)
{
	if (f->max)
		return f->max;
	if (f->kind == FIELD_LONG_TEXT)
		return 20000;
	return f->kind == FIELD_PASSWORD ? 256 : 300;
}

static enum form_fault number_fault(const struct field *f, int64_t v)
{
	return (f->low || f->high) && (v < f->low || v > f->high) ? FAULT_RANGE : FAULT_NONE;
}

/* Why this non-blank value is wrong. */
static enum form_fault value_fault(struct arena *a, const struct field *f, struct str raw)
{
	if (!str_is_utf8(raw))
		return FAULT_NOT_TEXT;
	struct str s = form_clean(a, raw, f->kind == FIELD_LONG_TEXT);
	struct date d;
	int64_t v = 0;
	if (str_utf8_len(s) > max_of(f))
		return FAULT_TOO_LONG;
	switch (f->kind) {
	case FIELD_TEXT:
	case FIELD_HIDDEN:
	case FIELD_PASSWORD: return has_control(s, false) ? FAULT_NOT_TEXT : FAULT_NONE;
	case FIELD_LONG_TEXT: return has_control(s, true) ? FAULT_NOT_TEXT : FAULT_NONE;
	case FIELD_INT: return str_to_i64(s, &v) ? number_fault(f, v) : FAULT_NOT_NUMBER;
	case FIELD_MONEY: return parse_money(a, s, &v) ? number_fault(f, v) : FAULT_NOT_MONEY;
	case FIELD_DATE: return date_parse_people(s, &d) ? FAULT_NONE : FAULT_NOT_DATE;
	case FIELD_CHOICE: return choice_index(f, s) >= 0 ? FAULT_NONE : FAULT_NOT_CHOICE;
	case FIELD_ID: return str_to_i64(s, &v) && v > 0 && s.p[0] != '+' ? FAULT_NONE : FAULT_NOT_ID;
	case FIELD_EMAIL: return text_email_ok(s) ? FAULT_NONE : FAULT_NOT_EMAIL;
	case FIELD_BOOL:
	case FIELD_FILE: return FAULT_NONE;
	}
	return FAULT_NONE;
}

/* ---- errors ---- */

static struct form_error *error_add(struct request *r, struct str field)
{
	struct form_error *f = NEW(r->env.arena, struct form_error);
	f->field = str_dup(r->env.arena, field);
	if (r->errors.last)
		r->errors.last->next = f;
	else
		r->errors.first = f;
	r->errors.last = f;
	r->errors.n++;
	return f;
}

void form_error(struct request *r, const char *field, int say, struct str arg0, struct str arg1)
{
	struct form_error *f = error_add(r, str_from(field));
	f->say = say;
	f->args[0] = arg0;
	f->args[1] = arg1;
}

void form_error_text(struct request *r, struct str field, struct str sentence)
{
	error_add(r, field)->text = str_dup(r->env.arena, sentence);
}

static void fault_add(struct request *r, const struct field *f, enum form_fault fault)
{
	struct form_error *x = error_add(r, str_from(f->name));
	x->fault = fault;
	x->say = r->x->h->cfg->fault_say[fault];
	if (fault == FAULT_TOO_LONG || fault == FAULT_FILE_TOO_LARGE)
		x->args[0] = str_fmt(r->env.arena, "%u", max_of(f));
	if (fault == FAULT_TOO_MANY)
		x->args[0] = str_fmt(r->env.arena, "%u", f->most ? f->most : 50);
	if (fault == FAULT_RANGE) {
		x->args[0] = str_fmt(r->env.arena, "%lld", (long long)f->low);
		x->args[1] = str_fmt(r->env.arena, "%lld", (long long)f->high);
	}
}

bool form_ok(const struct request *r) { return r->errors.n == 0; }

const struct form_error *form_error_of(const struct request *r, const char *field)
{
	for (const struct form_error *f = r->errors.first; f; f = f->next)
		if (str_eq(f->field, str_from(field)))
			return f;
	return NULL;
}

/* ---- reading ---- */

/* JSON members as texts beside those of HTML forms; what is neither scalar nor a list of them gives FAULT_KIND. */
static bool json_text(struct arena *a, json_t *j, struct str *out)
{
	switch (json_typeof(j)) {
	case JSON_STRING: *out = (struct str){json_string_value(j), json_string_length(j)}; return true;
	case JSON_INTEGER: *out = str_fmt(a, "%lld", (long long)json_integer_value(j)); return true;
	case JSON_TRUE: *out = STR("true"); return true;
	case JSON_FALSE: *out = STR(""); return true;
	case JSON_OBJECT:
	case JSON_ARRAY:
	case JSON_REAL:
	case JSON_NULL: return false;
	}
	return false;
}

static void take_json(struct exchange *x, const struct field *f)
{
	json_t *j = json_object_get(x->r.json, f->name);
	struct arena *a = x->r.env.arena;
	struct str s;
	if (!j || json_is_null(j))
		return;
	size_t n = json_is_array(j) && f->repeated ? json_array_size(j) : 1;
	for (size_t i = 0; i < n; i++) {
		if (!json_text(a, json_is_array(j) && f->repeated ? json_array_get(j, i) : j, &s)) {
			fault_add(&x->r, f, FAULT_KIND);
			return;
		}
		pairs_add(a, &x->form, str_from(f->name), s);
	}
}

static void check_files(struct request *r, const struct field *f)
{
	size_t n = 0;
	for (const struct upload *u = r->uploads; u; u = u->next) {
		if (!str_eq(u->field, str_from(f->name)))
			continue;
		/* A browser sends an empty part for a file field that was left alone. */
		if (u->size == 0 && str_eq(u->name, STR("file")))
			continue;
		n++;
		if (u->size == 0)
			fault_add(r, f, FAULT_FILE_EMPTY);
		else if (f->max && u->size > (int64_t)f->max)
			fault_add(r, f, FAULT_FILE_TOO_LARGE);
	}
	if (n == 0 && f->required)
		fault_add(r, f, FAULT_REQUIRED);
	if (n > (f->repeated ? (f->most ? f->most : 50) : 1))
		fault_add(r, f, FAULT_TOO_MANY);
}

static bool blank(struct str s) { return str_trim(s).n == 0; }

static void check_values(struct request *r, const struct field *f)
{
	struct str s;
	size_t given = 0, n = 0;
	for (; req_form_raw(r, str_from(f->name), n, &s); n++) {
		if (blank(s))
			continue;
		given++;
		enum form_fault fault = value_fault(r->env.arena, f, s);
		if (fault != FAULT_NONE) {
			fault_add(r, f, fault);
			return;
		}
	}
	if (f->kind == FIELD_BOOL && f->required && !form_bool(r, f->name))
		fault_add(r, f, FAULT_MUST_AGREE);
	else if (given == 0 && f->required)
		fault_add(r, f, FAULT_REQUIRED);
	/* A check box is often preceded by a hidden field of the same name. */
	if (n > (f->repeated ? (f->most ? f->most : 50) : f->kind == FIELD_BOOL ? 2U : 1U))
		fault_add(r, f, FAULT_TOO_MANY);
}

void form_read(struct exchange *x)
{
	const struct form *form = x->r.form;
	for (size_t i = 0; i < form->n; i++) {
		const struct field *f = &form->fields[i];
		size_t before = x->r.errors.n;
		if (x->r.json && json_is_object(x->r.json))
			take_json(x, f);
		if (x->r.errors.n > before)
			continue;
		if (f->kind == FIELD_FILE)
			check_files(&x->r, f);
		else
			check_values(&x->r, f);
	}
}

/* ---- typed access ---- */

#define KIND(k) (1U << (k))
#define KINDS_TEXT                                                                                                  \
	(KIND(FIELD_TEXT) | KIND(FIELD_LONG_TEXT) | KIND(FIELD_EMAIL) | KIND(FIELD_HIDDEN) | KIND(FIELD_PASSWORD) | \
	 KIND(FIELD_CHOICE))
#define KINDS_ANY (~0U)

static const struct field *declared(const struct request *r, const char *name, unsigned kinds)
{
	CHECK(r->form != NULL);
	for (size_t i = 0; i < r->form->n; i++)
		if (strcmp(r->form->fields[i].name, name) == 0) {
			CHECK(kinds & KIND(r->form->fields[i].kind));
			return &r->form->fields[i];
		}
	check_failed(__FILE__, __LINE__, name);
}

static struct str clean_at(struct request *r, const char *name, size_t i, unsigned kinds)
{
	const struct field *f = declared(r, name, kinds);
	struct str s;
	if (!req_form_raw(r, str_from(name), i, &s) || !str_is_utf8(s))
		return STR("");
	if (f->kind == FIELD_HIDDEN || f->kind == FIELD_PASSWORD)
		return s;
	return form_clean(r->env.arena, s, f->kind == FIELD_LONG_TEXT);
}

bool form_has(struct request *r, const char *name)
{
	if (declared(r, name, KINDS_ANY)->kind == FIELD_FILE)
		return form_file(r, name) != NULL;
	return clean_at(r, name, 0, KINDS_ANY).n > 0;
}

size_t form_count(struct request *r, const char *name)
{
	struct str s;
	size_t n = 0;
	if (declared(r, name, KINDS_ANY)->kind == FIELD_FILE)
		while (form_file_at(r, name, n))
			n++;
	else
		while (req_form_raw(r, str_from(name), n, &s))
			n++;
	return n;
}

struct str form_raw_at(struct request *r, const char *name, size_t i)
{
	struct str s;
	if (declared(r, name, KINDS_ANY)->kind == FIELD_PASSWORD)
		return STR("");
	return req_form_raw(r, str_from(name), i, &s) ? s : STR("");
}

struct str form_raw(struct request *r, const char *name) { return form_raw_at(r, name, 0); }
struct str form_text(struct request *r, const char *name) { return clean_at(r, name, 0, KINDS_TEXT); }
struct str form_text_at(struct request *r, const char *name, size_t i) { return clean_at(r, name, i, KINDS_TEXT); }

int64_t form_int(struct request *r, const char *name)
{
	int64_t v = 0;
	return str_to_i64(clean_at(r, name, 0, KIND(FIELD_INT)), &v) ? v : 0;
}

int64_t form_id_at(struct request *r, const char *name, size_t i)
{
	int64_t v = 0;
	return str_to_i64(clean_at(r, name, i, KIND(FIELD_ID)), &v) ? v : 0;
}

int64_t form_id(struct request *r, const char *name) { return form_id_at(r, name, 0); }

struct money form_money(struct request *r, const char *name)
{
	struct money m = {0};
	return parse_money(r->env.arena, clean_at(r, name, 0, KIND(FIELD_MONEY)), &m.dong) ? m : (struct money){0};
}

bool form_date(struct request *r, const char *name, struct date *out)
{
	return date_parse_people(clean_at(r, name, 0, KIND(FIELD_DATE)), out);
}

int form_choice(struct request *r, const char *name)
{
	return choice_index(declared(r, name, KIND(FIELD_CHOICE)), clean_at(r, name, 0, KIND(FIELD_CHOICE)));
}

/* Any value that means yes: a hidden "0" may come before the box's own. */
bool form_bool(struct request *r, const char *name)
{
	struct str s;
	declared(r, name, KIND(FIELD_BOOL));
	for (size_t i = 0; req_form_raw(r, str_from(name), i, &s); i++)
		if (parse_bool(s))
			return true;
	return false;
}

struct upload *form_file_at(struct request *r, const char *name, size_t i)
{
	declared(r, name, KIND(FIELD_FILE));
	for (struct upload *u = r->uploads; u; u = u->next)
		if (str_eq(u->field, str_from(name)) && (u->size > 0 || !str_eq(u->name, STR("file"))) && i-- == 0)
			return u;
	return NULL;
}

struct upload *form_file(struct request *r, const char *name) { return form_file_at(r, name, 0); }
