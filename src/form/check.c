/* check.c — what may be answered. Two passes over the fields: the first cleans every answer so that rules can read it,
 * the second, in the order of the form, drops what is hidden, computes, and collects the errors. See form.h. */
#include "core/text/text.h"
#include "form/form.h"
#include "form/parts.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#define ROWS_MAX 200

struct check {
	struct arena *a;
	const struct eform_context *ctx;
	struct eform_errors *errors; /* NULL in the first pass */
	json_t *scope;               /* what rules see; NULL in the first pass */
};

static const char *const names[EFORM_FAULT_COUNT] = {"required", "not-text", "control", "too-long", "not-number", "not-integer", "low", "high",
	"not-date", "not-choice", "not-yesno", "bad-id", "bad-tax", "bad-phone", "bad-email", "not-object", "not-list", "too-many", "bad-file",
	"rule", "unknown", "misfit"};

const char *eform_fault_name(enum eform_fault f) { return names[f]; }

static void add(struct check *c, const struct eform_field *f, struct str at, enum eform_fault fault, struct str arg, bool warning)
{
	if (!c->errors)
		return;
	struct eform_error *x = NEW(c->a, struct eform_error);
	*x = (struct eform_error){.pointer = at, .label = f ? f->label : at, .fault = fault, .arg = arg};
	if (fault == EFORM_RULE)
		x->text = f->message;
	if (c->errors->last)
		c->errors->last->next = x;
	else
		c->errors->first = x;
	c->errors->last = x;
	x->warning = warning;
	c->errors->n += !warning;
	c->errors->warnings += warning;
}

static json_t *fail(struct check *c, const struct eform_field *f, struct str at, enum eform_fault fault, struct str arg)
{
	add(c, f, at, fault, arg, false);
	return NULL;
}

/* The pointer of a member: made for every field, faulty or not, hence without printf; the first pass names no faults. */
static struct str below(struct check *c, struct str at, struct str key)
{
	if (!c->errors)
		return at;
	char *p = arena_alloc(c->a, at.n + key.n + 2);
	memcpy(p, at.n ? at.p : "", at.n);
	p[at.n] = '/';
	memcpy(p + at.n + 1, key.p, key.n);
	return (struct str){p, at.n + 1 + key.n};
}

static bool faulty_since(const struct check *c, size_t n) { return c->errors && c->errors->n > n; }

/* NFC and trimmed; false for control characters (line ends are allowed in long text). */
static bool clean_text(struct check *c, struct str s, bool lines, struct str *out)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char ch = (unsigned char)s.p[i];
		bool white = lines && (ch == '\n' || ch == '\r' || ch == '\t');
		bool c1 = ch == 0xC2 && i + 1 < s.n && (unsigned char)s.p[i + 1] < 0xA0;
		if (((ch < 0x20 || ch == 0x7F) && !white) || c1)
			return false;
	}
	if (str_is_composed(s)) {
		*out = str_dup(c->a, str_trim(s));
		return true;
	}
	utf8proc_uint8_t *nfc = NULL;
	utf8proc_ssize_t n = utf8proc_map((const utf8proc_uint8_t *)(s.p ? s.p : ""), (utf8proc_ssize_t)s.n, &nfc,
	                                  UTF8PROC_STABLE | UTF8PROC_COMPOSE);
	if (n < 0)
		return false;
	*out = str_dup(c->a, str_trim((struct str){(const char *)nfc, (size_t)n}));
	free(nfc);
	return true;
}

static json_t *text_json(struct str s) { return json_stringn(s.p, s.n); }

static bool all_digits(struct str s) { return s.n > 0 && strspn(s.p, "0123456789") >= s.n; }

/* 1.200.000 or 1 200 000: groups of exactly three behind one to three digits. */
static bool grouped(struct str s, char sep, struct buf *out)
{
	struct str part;
	bool first = true, good = s.n > 0 && s.p[0] != '0' && s.p[s.n - 1] != sep;
	while (good && str_next(&s, sep, &part)) {
		good = all_digits(part) && (first ? part.n <= 3 : part.n == 3);
		buf_put(out, part);
		first = false;
	}
	return good;
}

static bool whole(struct arena *a, struct str s, bool groups, struct str *out)
{
	struct buf dots = buf_on(a), spaces = buf_on(a);
	*out = s;
	if (all_digits(s))
		return true;
	bool by_dots = groups && grouped(s, '.', &dots), good = by_dots || (groups && grouped(s, ' ', &spaces));
	*out = buf_str(by_dots ? &dots : &spaces);
	return good;
}

/* 1.200.000 đ, 1 200 000, 1,5: a dot is a decimal point only in a number, and only where it cannot group thousands. */
static bool read_number(struct arena *a, struct str s, enum eform_kind kind, double *out)
{
	struct str left, right = STR_NONE;
	if (str_ends(s, STR("đ")))
		s = str_trim(str_sub(s, 0, s.n - 2));
	bool minus = str_starts(s, STR("-"));
	s = str_dup(a, str_sub(s, minus, s.n));
	ptrdiff_t at = kind == EFORM_NUMBER ? str_find_char(s, ',') : -1;
	if (at < 0 && kind == EFORM_NUMBER && !whole(a, s, true, &left))
		at = str_find_char(s, '.');
	if (at >= 0) {
		right = str_sub(s, (size_t)at + 1, s.n);
		bool comma = s.p[at] == ',';
		s = str_dup(a, str_sub(s, 0, (size_t)at));
		if (!all_digits(right) || (!comma && !all_digits(s)))
			return false;
	}
	if (s.n + right.n > 30 || !whole(a, s, kind != EFORM_YEAR, &left))
		return false;
	*out = strtod(str_fmt(a, "%s%.*s.%.*s", minus ? "-" : "", STR_ARG(left), STR_ARG(right)).p, NULL);
	return isfinite(*out);
}

static json_t *number(struct check *c, const struct eform_field *f, double x, struct str at)
{
	bool whole = f->kind != EFORM_NUMBER;
	double low = f->kind == EFORM_YEAR && isnan(f->min) ? 1900 : f->kind == EFORM_MONEY && isnan(f->min) ? 0 : f->min;
	double high = f->kind == EFORM_YEAR && isnan(f->max) ? 2100 : isnan(f->max) ? 9e15 : f->max;
	if (whole && x != trunc(x))
		return fail(c, f, at, EFORM_NOT_INTEGER, STR_NONE);
	if (!isnan(low) && x < low)
		return fail(c, f, at, EFORM_LOW, eform_number_text(c->a, low));
	if (x > high || x < -9e15)
		return fail(c, f, at, EFORM_HIGH, eform_number_text(c->a, high));
	return x == trunc(x) ? json_integer((json_int_t)x) : json_real(x);
}

static bool option(const struct eform_field *f, struct str value)
{
	const json_t *o = NULL;
	size_t i = 0;
	json_array_foreach(json_object_get(f->def, "options"), i, o)
		if (str_eq(eform_text(o, "value"), value))
			return true;
	return false;
}

const json_t *eform_provinces(const json_t *units, struct date day)
{
	const json_t *set = NULL;
	size_t i = 0;
	json_array_foreach(json_object_get(units, "sets"), i, set) {
		struct date from, to;
		bool started = !date_parse(eform_text(set, "from"), &from) || from.day <= day.day;
		bool open = !date_parse(eform_text(set, "to"), &to) || to.day >= day.day;
		if (started && open)
			return json_object_get(set, "provinces");
	}
	return NULL;
}

static bool province(struct check *c, struct str code)
{
	const json_t *list = eform_provinces(c->ctx->units, c->ctx->today), *p = NULL;
	size_t i = 0;
	json_array_foreach((json_t *)(uintptr_t)list, i, p)
		if (str_eq(eform_text(p, "code"), code))
			return true;
	return false;
}

static bool is_numeric(enum eform_kind k) { return k >= EFORM_NUMBER && k <= EFORM_MONEY; }

static json_t *code(struct check *c, const struct eform_field *f, struct str s, struct str at)
{
	struct date d;
	bool date = f->kind == EFORM_DATE;
	if (date && !date_parse_people(s, &d))
		return fail(c, f, at, EFORM_NOT_DATE, STR_NONE);
	if ((f->kind == EFORM_CHOICE && !option(f, s)) || (f->kind == EFORM_PROVINCE && !province(c, s)))
		return fail(c, f, at, EFORM_NOT_CHOICE, STR_NONE);
	if (f->kind == EFORM_PERSONAL_ID && !personal_id_ok(s))
		return fail(c, f, at, EFORM_BAD_ID, STR_NONE);
	if (f->kind == EFORM_TAX_CODE && !tax_code_shaped(s))
		return fail(c, f, at, EFORM_BAD_TAX, STR_NONE);
	if (f->kind == EFORM_TAX_CODE && !tax_code_ok(s))
		add(c, f, at, EFORM_BAD_TAX, STR_NONE, true);
	if (f->kind == EFORM_PHONE && !phone_ok(s))
		return fail(c, f, at, EFORM_BAD_PHONE, STR_NONE);
	if (f->kind == EFORM_EMAIL && !text_email_ok(s))
		return fail(c, f, at, EFORM_BAD_EMAIL, STR_NONE);
	return text_json(date ? date_format(c->a, d) : s);
}

static json_t *scalar(struct check *c, const struct eform_field *f, const json_t *raw, struct str at)
{
	struct str s;
	double x = 0;
	if (f->kind == EFORM_YESNO && json_is_boolean(raw))
		return json_boolean(json_is_true(raw));
	if (is_numeric(f->kind) && json_is_number(raw))
		return number(c, f, json_number_value(raw), at);
	if (!json_is_string(raw))
		return fail(c, f, at, is_numeric(f->kind) ? EFORM_NOT_NUMBER : EFORM_NOT_TEXT, STR_NONE);
	if (!clean_text(c, (struct str){json_string_value(raw), json_string_length(raw)}, f->kind == EFORM_LONG_TEXT, &s))
		return fail(c, f, at, EFORM_CONTROL, STR_NONE);
	if (s.n == 0)
		return NULL;
	if (str_utf8_len(s) > f->max_length)
		return fail(c, f, at, EFORM_TOO_LONG, str_fmt(c->a, "%zu", f->max_length));
	if (f->kind == EFORM_YESNO)
		return str_eq(s, STR("co")) || str_eq(s, STR("true")) ? json_true() : str_eq(s, STR("khong")) || str_eq(s, STR("false"))
			? json_false() : fail(c, f, at, EFORM_NOT_YESNO, STR_NONE);
	if (is_numeric(f->kind))
		return read_number(c->a, s, f->kind, &x) ? number(c, f, x, at) : fail(c, f, at, EFORM_NOT_NUMBER, STR_NONE);
	return code(c, f, s, at);
}

static json_t *choices(struct check *c, const struct eform_field *f, const json_t *raw, struct str at)
{
	if (!json_is_array(raw))
		return fail(c, f, at, EFORM_NOT_LIST, STR_NONE);
	json_t *out = json_array();
	for (size_t i = 0; i < json_array_size(raw); i++) {
		const json_t *v = json_array_get(raw, i);
		if (!json_is_string(v) || !option(f, (struct str){json_string_value(v), json_string_length(v)}) || i >= ROWS_MAX) {
			json_decref(out);
			return fail(c, f, at, EFORM_NOT_CHOICE, STR_NONE);
		}
		json_array_append(out, (json_t *)(uintptr_t)v);
	}
	return out;
}

bool eform_field_takes(const struct eform_field *f, struct str type)
{
	const json_t *list = json_object_get(f->def, "accept"), *t = NULL;
	size_t i = 0;
	json_array_foreach((json_t *)(uintptr_t)list, i, t)
		if (str_eq(str_from(json_string_value(t)), type))
			return true;
	return json_array_size(list) == 0;
}

static json_t *files(struct check *c, const struct eform_field *f, const json_t *raw, struct str at)
{
	if (!json_is_array(raw))
		return fail(c, f, at, EFORM_NOT_LIST, STR_NONE);
	if (json_array_size(raw) > f->max_count)
		return fail(c, f, at, EFORM_TOO_MANY, str_fmt(c->a, "%zu", f->max_count));
	for (size_t i = 0; i < json_array_size(raw); i++) {
		const json_t *x = json_array_get(raw, i);
		bool sized = json_integer_value(json_object_get(x, "size")) <= f->max_size;
		if (!eform_text(x, "file").n || !sized || !eform_field_takes(f, eform_text(x, "type")))
			return fail(c, f, str_fmt(c->a, "%.*s/%zu", STR_ARG(at), i), EFORM_BAD_FILE, STR_NONE);
	}
	return json_deep_copy(raw);
}

static bool any_takes(const struct eform_field *f, size_t n, struct str type)
{
	for (size_t i = 0; i < n; i++)
		if ((f[i].kind == EFORM_FILE && eform_field_takes(&f[i], type)) || any_takes(f[i].fields, f[i].n, type))
			return true;
	return false;
}

bool eform_takes(const struct eform *f, struct str type)
{
	for (size_t i = 0; i < f->n; i++)
		if (any_takes(f->sections[i].fields, f->sections[i].n, type))
			return true;
	return false;
}

bool eform_blank(const json_t *v)
{
	const char *key = NULL;
	json_t *child = NULL;
	if (!v || json_is_null(v))
		return true;
	if (json_is_string(v))
		return str_trim((struct str){json_string_value(v), json_string_length(v)}).n == 0;
	if (json_is_array(v))
		return json_array_size(v) == 0;
	if (!json_is_object(v))
		return false;
	json_object_foreach((json_t *)(uintptr_t)v, key, child)
		if (json_is_object(child) ? json_object_size(child) > 0 : !eform_blank(child))
			return false;
	return true;
}

static bool test(struct check *c, const struct logic *rule, bool otherwise)
{
	struct err e;
	bool truth = otherwise;
	if (!rule || !c->scope)
		return otherwise;
	return logic_test(c->a, rule, c->scope, &truth, &e) ? truth : otherwise;
}

static void object(struct check *c, const struct eform_field *v, size_t n, const json_t *raw, struct str at, json_t *out);

/* Century, sex and year in the id against the answers: corrections exist, so a misfit only warns (TT 59/2021/TT-BCA). */
static void person_fits(struct check *c, const struct eform_field *f, const json_t *person, struct str at)
{
	struct str id = eform_text(person, "so_dinh_danh");
	struct date birth;
	bool dated = date_parse(eform_text(person, "ngay_sinh"), &birth);
	if (id.n && !personal_id_fits(id, dated ? &birth : NULL, eform_text(person, "gioi_tinh")))
		add(c, f, str_fmt(c->a, "%.*s/so_dinh_danh", STR_ARG(at)), EFORM_MISFIT, STR_NONE, true);
}

static json_t *group(struct check *c, const struct eform_field *f, const json_t *raw, struct str at)
{
	if (!json_is_object(raw))
		return fail(c, f, at, EFORM_NOT_OBJECT, STR_NONE);
	json_t *out = json_object();
	object(c, f->fields, f->n, raw, at, out);
	if (f->kind == EFORM_PERSON)
		person_fits(c, f, out, at);
	return out;
}

static json_t *row(struct check *c, const struct eform_field *f, const json_t *raw, struct str at)
{
	json_t *form = c->scope, *out = NULL;
	if (form) {
		c->scope = json_copy((json_t *)(uintptr_t)raw);
		if (json_is_object(c->scope)) {
			json_object_set(c->scope, "form", form);
			json_object_set(c->scope, "today", json_object_get(form, "today"));
		}
	}
	out = group(c, f, raw, at);
	if (form) {
		json_decref(c->scope);
		c->scope = form;
	}
	return out;
}

static json_t *rows(struct check *c, const struct eform_field *f, const json_t *raw, struct str at)
{
	if (!json_is_array(raw))
		return fail(c, f, at, EFORM_NOT_LIST, STR_NONE);
	if (json_array_size(raw) > f->max_count)
		return fail(c, f, at, EFORM_TOO_MANY, str_fmt(c->a, "%zu", f->max_count));
	json_t *out = json_array();
	bool fixed = json_object_get(f->def, "fixed_rows") != NULL; /* the place of a row is its meaning */
	for (size_t i = 0; i < json_array_size(raw); i++) {
		const json_t *item = json_array_get(raw, i);
		bool empty = json_is_object(item) && eform_blank(item);
		json_t *one = empty ? NULL : row(c, f, item, str_fmt(c->a, "%.*s/%zu", STR_ARG(at), i));
		if (one || fixed)
			json_array_append_new(out, one ? one : json_object());
	}
	while (json_array_size(out) > 0 && eform_blank(json_array_get(out, json_array_size(out) - 1)))
		json_array_remove(out, json_array_size(out) - 1);
	return out;
}

static json_t *value(struct check *c, const struct eform_field *f, const json_t *raw, struct str at)
{
	json_t *out = NULL;
	struct err e;
	if (f->kind == EFORM_COMPUTED)
		return c->scope && f->value && logic_eval(c->a, f->value, c->scope, &out, &e) ? out : NULL;
	if (eform_blank(raw))
		return NULL;
	if (f->kind == EFORM_ROWS)
		return rows(c, f, raw, at);
	if (f->kind >= EFORM_GROUP)
		return group(c, f, raw, at);
	if (f->kind == EFORM_FILE)
		return files(c, f, raw, at);
	return f->kind == EFORM_CHOICES ? choices(c, f, raw, at) : scalar(c, f, raw, at);
}

bool eform_asked(const struct eform_field *f, struct date today) { return f->until.day == 0 || today.day <= f->until.day; }

static void field(struct check *c, const struct eform_field *f, const json_t *raw, struct str at, json_t *out)
{
	size_t before = c->errors ? c->errors->n : 0;
	if (f->kind == EFORM_NOTE || f->kind == EFORM_HEADING)
		return;
	if (!eform_asked(f, c->ctx->today) || !test(c, f->visible, true)) {
		json_object_deln(out, f->key.p, f->key.n);
		return;
	}
	json_t *v = value(c, f, raw, at);
	bool empty = eform_blank(v);
	/* A required person, organisation or address left blank shows the errors of its parts; a required group, one. */
	bool parts = f->kind > EFORM_GROUP && f->kind < EFORM_ROWS;
	if (empty && !faulty_since(c, before) && test(c, f->required, f->always) && c->errors) {
		if (parts)
			object(c, f->fields, f->n, NULL, at, out);
		else
			fail(c, f, at, EFORM_REQUIRED, STR_NONE);
	}
	if (empty)
		json_object_deln(out, f->key.p, f->key.n);
	else
		json_object_setn(out, f->key.p, f->key.n, v);
	json_decref(v);
	if (!empty && !faulty_since(c, before) && !test(c, f->valid, true))
		fail(c, f, at, EFORM_RULE, STR_NONE);
}

static void object(struct check *c, const struct eform_field *v, size_t n, const json_t *raw, struct str at, json_t *out)
{
	json_t *target = raw ? out : json_object();
	for (size_t i = 0; i < n; i++)
		field(c, &v[i], json_object_getn(raw, v[i].key.p, v[i].key.n), below(c, at, v[i].key), target);
	const char *key = NULL;
	json_t *x = NULL;
	json_object_foreach((json_t *)(uintptr_t)raw, key, x) {
		size_t i = 0;
		while (i < n && !str_eq(v[i].key, str_from(key)))
			i++;
		if (i == n && at.n > 0)
			fail(c, NULL, str_fmt(c->a, "%.*s/%s", STR_ARG(at), key), EFORM_UNKNOWN, STR_NONE);
	}
	if (!raw)
		json_decref(target);
}

static void unknown_top(struct check *c, const struct eform *f, const json_t *answers)
{
	const char *key = NULL;
	json_t *x = NULL;
	json_object_foreach((json_t *)(uintptr_t)answers, key, x)
		if (!eform_top(f, str_from(key)))
			fail(c, NULL, str_fmt(c->a, "/%s", key), EFORM_UNKNOWN, STR_NONE);
}

struct eform_errors eform_check(struct arena *a, const struct eform *f, const json_t *answers, const struct eform_context *ctx, json_t **clean)
{
	struct eform_errors errors = {0};
	struct check first = {.a = a, .ctx = ctx}, c = {.a = a, .ctx = ctx, .errors = &errors, .scope = json_object()};
	if (!json_is_object(answers))
		fail(&c, NULL, STR(""), EFORM_NOT_OBJECT, STR_NONE);
	for (size_t i = 0; i < f->n; i++)
		object(&first, f->sections[i].fields, f->sections[i].n, json_is_object(answers) ? answers : NULL, STR(""), c.scope);
	json_t *today = text_json(date_format(a, ctx->today));
	for (size_t i = 0; json_is_object(answers) && i < f->n; i++)
		for (size_t k = 0; k < f->sections[i].n; k++) {
			const struct eform_field *x = &f->sections[i].fields[k];
			json_object_set(c.scope, "today", today);
			field(&c, x, json_object_getn(answers, x->key.p, x->key.n), below(&c, STR(""), x->key), c.scope);
		}
	json_decref(today);
	unknown_top(&c, f, answers);
	json_object_del(c.scope, "today");
	if (clean)
		*clean = json_incref(c.scope);
	json_decref(c.scope);
	return errors;
}
