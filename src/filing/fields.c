/* fields.c — a section of a form as fields of a page, what was typed there, and errors in words. See filing_internal.h. */
#include "filing/filing_internal.h"
#include "filing/filing_views.h"

/* ---- errors ---- */

struct str fault_name(struct arena *a, struct str pointer)
{
	struct buf b = buf_on(a);
	for (size_t i = 1; i < pointer.n; i++)
		buf_char(&b, pointer.p[i] == '/' ? '.' : pointer.p[i]);
	return buf_str(&b);
}

struct str fault_text(struct arena *a, enum lang lang, const struct eform_error *x)
{
	static const enum msg_key keys[EFORM_FAULT_COUNT] = {
		[EFORM_REQUIRED] = MSG_FIELD_REQUIRED, [EFORM_NOT_TEXT] = MSG_FIELD_NOT_TEXT, [EFORM_CONTROL] = MSG_FIELD_NOT_TEXT,
		[EFORM_TOO_LONG] = MSG_FIELD_TOO_LONG, [EFORM_NOT_NUMBER] = MSG_FIELD_NOT_NUMBER, [EFORM_NOT_INTEGER] = MSG_FIELD_NOT_NUMBER,
		[EFORM_LOW] = MSG_FIELD_MIN, [EFORM_HIGH] = MSG_FIELD_MAX, [EFORM_NOT_DATE] = MSG_FIELD_NOT_DATE,
		[EFORM_NOT_CHOICE] = MSG_FIELD_NOT_CHOICE, [EFORM_NOT_YESNO] = MSG_FIELD_REQUIRED_CHOICE,
		[EFORM_BAD_ID] = MSG_FIELD_NOT_PERSONAL_ID, [EFORM_BAD_TAX] = MSG_FIELD_NOT_TAX_CODE, [EFORM_BAD_PHONE] = MSG_FIELD_NOT_PHONE,
		[EFORM_BAD_EMAIL] = MSG_FIELD_NOT_EMAIL, [EFORM_NOT_OBJECT] = MSG_FIELD_NOT_TEXT, [EFORM_NOT_LIST] = MSG_FIELD_NOT_TEXT,
		[EFORM_TOO_MANY] = MSG_FIELD_TOO_MANY, [EFORM_BAD_FILE] = MSG_FILING_BAD_FILE, [EFORM_RULE] = MSG_FIELD_RULE,
		[EFORM_UNKNOWN] = MSG_FILING_UNKNOWN, [EFORM_MISFIT] = MSG_FILING_MISFIT,
	};
	struct str args[9] = {x->arg};
	enum msg_key key = keys[x->fault];
	return x->text.n ? x->text : msg_fmt(a, lang, key, args, msg_args(key));
}

static bool in_section(const struct eform_section *s, struct str pointer)
{
	struct str rest = str_sub(pointer, 1, pointer.n), key;
	if (!str_next(&rest, '/', &key))
		return false;
	for (size_t i = 0; i < s->n; i++)
		if (str_eq(s->fields[i].key, key))
			return s->fields[i].kind != EFORM_FILE;
	return false;
}

struct faults faults_of(struct arena *a, enum lang lang, const struct eform_errors *e, const struct eform_section *only)
{
	struct faults out = {.v = NEW_ARRAY(a, e->n + e->warnings + 1, struct fault)};
	for (const struct eform_error *x = e->first; x; x = x->next)
		if (!only || in_section(only, x->pointer))
			out.v[out.n++] = (struct fault){fault_name(a, x->pointer), x->label, fault_text(a, lang, x), x->warning};
	return out;
}

const struct fault *fault_at(const struct faults *f, struct str name)
{
	for (size_t i = 0; i < f->n; i++)
		if (str_eq(f->v[i].name, name))
			return &f->v[i];
	return NULL;
}

void faults_summary(struct html_out *o, const struct faults *f)
{
	struct ui_error *v = NEW_ARRAY(o->b->a, f->n + 1, struct ui_error);
	size_t n = 0;
	for (size_t i = 0; i < f->n; i++)
		if (!f->v[i].warning)
			v[n++] = (struct ui_error){f->v[i].name, str_fmt(o->b->a, "%.*s: %.*s", STR_ARG(f->v[i].label), STR_ARG(f->v[i].text))};
	ui_error_summary(o, v, n);
}

/* ---- showing ---- */

static struct str typed(struct arena *a, const json_t *v)
{
	if (json_is_string(v))
		return (struct str){json_string_value(v), json_string_length(v)};
	if (json_is_boolean(v))
		return json_is_true(v) ? STR("co") : STR("khong");
	if (json_is_integer(v))
		return str_fmt(a, "%lld", (long long)json_integer_value(v));
	return json_is_real(v) ? eform_number_text(a, json_real_value(v)) : STR("");
}

static struct str label_of(const struct show *s, const struct eform_field *f)
{
	return s->o->lang == LANG_EN && f->label_en.n ? f->label_en : f->label;
}

static enum ui_input input_of(const struct eform_field *f, size_t options)
{
	switch (f->kind) {
	case EFORM_LONG_TEXT: return UI_LONG_TEXT;
	case EFORM_NUMBER:
	case EFORM_INTEGER:
	case EFORM_YEAR: return UI_NUMBER;
	case EFORM_MONEY: return UI_MONEY;
	case EFORM_DATE: return UI_DATE;
	case EFORM_CHOICE: return options > 7 ? UI_SELECT : UI_RADIOS;
	case EFORM_YESNO: return UI_RADIOS;
	case EFORM_PROVINCE: return UI_SELECT;
	case EFORM_PERSONAL_ID: return UI_PERSONAL_ID;
	case EFORM_TAX_CODE: return UI_TAX_CODE;
	case EFORM_PHONE: return UI_PHONE;
	case EFORM_EMAIL: return UI_EMAIL;
	case EFORM_TEXT:
	case EFORM_CHOICES:
	case EFORM_COMPUTED:
	case EFORM_FILE:
	case EFORM_NOTE:
	case EFORM_HEADING:
	case EFORM_GROUP:
	case EFORM_PERSON:
	case EFORM_ORGANISATION:
	case EFORM_ADDRESS:
	case EFORM_ROWS:
	case EFORM_KIND_COUNT: break;
	}
	return UI_TEXT;
}

/* The units in force on the day, as packs/units states them. */
static const json_t *provinces(const struct show *s)
{
	const json_t *set = NULL;
	size_t i = 0;
	json_array_foreach(json_object_get(s->law->units, "sets"), i, set) {
		struct date from, to;
		bool begun = !date_parse(json_str(set, "from"), &from) || from.day <= s->today.day;
		if (begun && (!date_parse(json_str(set, "to"), &to) || to.day >= s->today.day))
			return json_object_get(set, "provinces");
	}
	return NULL;
}

static struct ui_option *options_of(struct show *s, const struct eform_field *f, struct str value, size_t *n)
{
	struct arena *a = s->o->b->a;
	const json_t *list = f->kind == EFORM_PROVINCE ? provinces(s) : json_object_get(f->def, "options"), *x = NULL;
	struct ui_option *v = NEW_ARRAY(a, json_array_size(list) + 2, struct ui_option);
	size_t i = 0;
	*n = 0;
	if (f->kind == EFORM_YESNO) {
		v[(*n)++] = (struct ui_option){.value = STR("co"), .label = msg(s->o->lang, MSG_YES), .chosen = str_eq(value, STR("co"))};
		v[(*n)++] = (struct ui_option){.value = STR("khong"), .label = msg(s->o->lang, MSG_NO), .chosen = str_eq(value, STR("khong"))};
	}
	json_array_foreach((json_t *)(uintptr_t)list, i, x) {
		bool place = f->kind == EFORM_PROVINCE;
		struct str code = json_str(x, place ? "code" : "value");
		v[(*n)++] = (struct ui_option){.value = code, .label = json_str(x, place ? "name" : "label"), .chosen = str_eq(code, value)};
	}
	return v;
}

static void show_field(struct show *s, const struct eform_field *f, const json_t *v, struct str name);

static void show_fields(struct show *s, const struct eform_field *v, size_t n, const json_t *answers, struct str prefix)
{
	for (size_t i = 0; i < n; i++) {
		struct str name = str_fmt(s->o->b->a, "%.*s%s%.*s", STR_ARG(prefix), prefix.n ? "." : "", STR_ARG(v[i].key));
		if (!eform_asked(&v[i], s->today)) /* asked of those who filed before a day */
			continue;
		show_field(s, &v[i], json_object_getn(answers, v[i].key.p, v[i].key.n), name);
	}
}

static void show_own_error(struct show *s, struct str name)
{
	const struct fault *x = fault_at(&s->faults, name);
	filing_anchor(s->o, name);
	if (x)
		filing_error(s->o, name, x->text);
}

static void show_choices(struct show *s, const struct eform_field *f, const json_t *v, struct str name)
{
	const json_t *o = NULL, *x = NULL;
	size_t i = 0, k = 0;
	ui_group_begin(s->o, label_of(s, f), f->hint);
	show_own_error(s, name);
	json_array_foreach(json_object_get(f->def, "options"), i, o) {
		struct str value = json_str(o, "value");
		struct ui_field box = {.kind = UI_CHECK, .plain = true, .label = json_str(o, "label"),
			.name = str_fmt(s->o->b->a, "%.*s.%.*s", STR_ARG(name), STR_ARG(value))};
		json_array_foreach((json_t *)(uintptr_t)v, k, x)
			box.checked = box.checked || str_eq(typed(s->o->b->a, x), value);
		ui_field(s->o, &box);
	}
	ui_group_end(s->o);
}

static void row_button(struct show *s, struct str act, struct str value, enum msg_key label, struct str extra)
{
	struct str text = extra.n ? str_fmt(s->o->b->a, "%.*s %.*s", STR_ARG(msg(s->o->lang, label)), STR_ARG(extra)) : msg(s->o->lang, label);
	struct ui_button b = {.label = text, .weight = UI_QUIET, .icon = str_eq(act, STR("_them")) ? UI_ICON_PLUS : UI_ICON_TRASH, .name = act, .value = value};
	ui_button(s->o, &b);
}

static void show_rows(struct show *s, const struct eform_field *f, const json_t *v, struct str name)
{
	struct arena *a = s->o->b->a;
	const json_t *names = json_object_get(f->def, "fixed_rows");
	size_t fixed = json_array_size(names), n = json_array_size(v);
	n = n > fixed ? n : fixed;
	n = n ? n : 1;
	bool outer = s->plain;
	s->plain = outer || f->always || f->required; /* of what must be there, no part is called optional */
	ui_group_begin(s->o, label_of(s, f), f->hint);
	show_own_error(s, name);
	for (size_t i = 0; i < n; i++) {
		struct str row = str_fmt(a, "%.*s.%zu", STR_ARG(name), i);
		struct str own = str_from(json_string_value(json_array_get(names, i)));
		ui_group_begin(s->o, own.n ? own : str_fmt(a, "%.*s %zu", STR_ARG(msg(s->o->lang, MSG_FILING_ROW)), i + 1), STR_NONE);
		show_fields(s, f->fields, f->n, json_array_get(v, i), row);
		if (!fixed && n > 1)
			row_button(s, STR("_bot"), row, MSG_FILING_ROW_REMOVE, str_fmt(a, "%zu", i + 1));
		ui_group_end(s->o);
	}
	if (!fixed && n < f->max_count)
		row_button(s, STR("_them"), name, MSG_FILING_ROW_ADD, STR_NONE);
	ui_group_end(s->o);
	s->plain = outer;
}

static void show_group(struct show *s, const struct eform_field *f, const json_t *v, struct str name)
{
	bool outer = s->plain;
	s->plain = outer || f->always || f->required;
	ui_group_begin(s->o, label_of(s, f), f->hint);
	show_own_error(s, name);
	show_fields(s, f->fields, f->n, v, name);
	ui_group_end(s->o);
	s->plain = outer;
}

static void show_input(struct show *s, const struct eform_field *f, const json_t *v, struct str name)
{
	const struct fault *x = fault_at(&s->faults, name);
	struct str value = typed(s->o->b->a, v);
	size_t n = 0;
	const struct ui_option *options = options_of(s, f, value, &n);
	struct ui_field in = {.name = name, .label = label_of(s, f), .hint = f->hint, .error = x && !x->warning ? x->text : STR_NONE,
		.kind = input_of(f, n), .value = value, .options = options, .n_options = n, .required = f->always || f->required, .live = true, .plain = s->plain,
		.rows = f->kind == EFORM_LONG_TEXT ? 6 : 0};
	ui_field(s->o, &in);
	if (x && x->warning)
		ui_notice(s->o, &(struct ui_notice){.tone = UI_WARN, .text = x->text});
}

static void show_field(struct show *s, const struct eform_field *f, const json_t *v, struct str name)
{
	if (f->kind == EFORM_FILE)
		return;
	bool input = f->kind < EFORM_GROUP && f->kind != EFORM_NOTE && f->kind != EFORM_HEADING && f->kind != EFORM_COMPUTED && f->kind != EFORM_CHOICES;
	if (input) { /* ui_field is a block of its own */
		show_input(s, f, v, name);
		return;
	}
	filing_field_begin(s->o, name);
	if (f->kind == EFORM_NOTE)
		filing_text(s->o, label_of(s, f));
	else if (f->kind == EFORM_HEADING)
		filing_heading(s->o, label_of(s, f));
	else if (f->kind == EFORM_COMPUTED)
		filing_computed(s->o, name, label_of(s, f), typed(s->o->b->a, v));
	else if (f->kind == EFORM_ROWS)
		show_rows(s, f, v, name);
	else if (f->kind >= EFORM_GROUP)
		show_group(s, f, v, name);
	else
		show_choices(s, f, v, name);
	filing_field_end(s->o, name);
}

void show_section(struct show *s, const struct eform_section *sec, const json_t *answers)
{
	show_fields(s, sec->fields, sec->n, answers, STR_NONE);
}

/* ---- reading ---- */

static struct str get_typed(void *ctx, struct str name)
{
	struct str s;
	return req_form_raw(ctx, name, 0, &s) ? (s.p ? s : STR("")) : STR_NONE;
}

json_t *typed_section(struct request *r, const struct eform_section *sec)
{
	json_t *out = json_object();
	eform_from_fields(r->env.arena, sec, get_typed, r, out);
	return out;
}

/* ---- a form as a part of another page ---- */

static struct str named(struct arena *a, struct str prefix, struct str name)
{
	return prefix.n ? str_fmt(a, "%.*s.%.*s", STR_ARG(prefix), STR_ARG(name)) : name;
}

void filing_form_errors(struct request *r, const struct eform_errors *errors, struct str prefix)
{
	struct faults f = faults_of(r->env.arena, r->env.lang, errors, NULL);
	for (size_t i = 0; i < f.n; i++)
		if (!f.v[i].warning)
			form_error_text(r, named(r->env.arena, prefix, f.v[i].name), str_fmt(r->env.arena, "%.*s: %.*s", STR_ARG(f.v[i].label), STR_ARG(f.v[i].text)));
}

void filing_show_form(struct request *r, struct html_out *o, const struct law *law, const struct eform *f, const json_t *answers, struct str prefix)
{
	struct show s = {.o = o, .law = law, .today = date_of(r->env.now)};
	s.faults.v = NEW_ARRAY(r->env.arena, r->errors.n + 1, struct fault);
	for (const struct form_error *x = r->errors.first; x; x = x->next)
		s.faults.v[s.faults.n++] = (struct fault){.name = x->field, .text = x->text};
	for (size_t i = 0; i < f->n; i++)
		show_fields(&s, f->sections[i].fields, f->sections[i].n, answers, prefix);
}

struct prefixed { struct request *r; struct str prefix; bool any; };

static struct str get_prefixed(void *ctx, struct str name)
{
	struct prefixed *p = ctx;
	struct str s = get_typed(p->r, named(p->r->env.arena, p->prefix, name));
	p->any = p->any || s.p;
	return s;
}

json_t *filing_typed_form(struct request *r, const struct eform *f, struct str prefix)
{
	struct prefixed p = {.r = r, .prefix = prefix};
	json_t *out = json_object();
	for (size_t i = 0; i < f->n; i++)
		eform_from_fields(r->env.arena, &f->sections[i], get_prefixed, &p, out);
	if (p.any)
		return out;
	json_decref(out);
	return NULL;
}

/* "rows" gets one more, "rows.2" goes. */
bool filing_rows_changed(struct request *r, json_t *typed, struct str prefix)
{
	struct str add = STR_NONE, drop = STR_NONE, key = STR_NONE, skipped;
	int64_t at = -1;
	if (!req_form_raw(r, STR("_them"), 0, &add) && !req_form_raw(r, STR("_bot"), 0, &drop))
		return false;
	struct str rest = add.n ? add : drop;
	json_t *list = typed;
	if (prefix.n && (!str_next(&rest, '.', &skipped) || !str_eq(skipped, prefix)))
		return true;
	while (list && !json_is_array(list) && str_next(&rest, '.', &key))
		list = json_object_getn(list, key.p, key.n);
	if (add.n && json_is_array(list) && json_array_size(list) < 200)
		json_array_append_new(list, json_object());
	if (drop.n && json_is_array(list) && str_next(&rest, '.', &key) && str_to_i64(key, &at) && at >= 0)
		json_array_remove(list, (size_t)at);
	return true;
}
