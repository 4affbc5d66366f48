/* load.c — a pack's JSON into fields, checked strictly. See form.h and README.md for the format. */
#include "form/form.h"
#include "form/parts.h"
#include <math.h>
#include <string.h>

static const char *const kinds[EFORM_KIND_COUNT] = {
	"text", "long_text", "number", "integer", "year", "money", "date", "choice", "choices", "yesno", "personal_id", "tax_code", "phone",
	"email", "province", "computed", "file", "note", "heading", "group", "person", "organisation", "address", "rows"};

/* The parts of compound kinds, as a pack would spell them. */
static const char parts_json[] =
	"{\"person\":[{\"key\":\"ho_ten\",\"kind\":\"text\",\"label\":\"Họ và tên\",\"label_en\":\"Full name\",\"required\":true,\"max_length\":100},"
	"{\"key\":\"ngay_sinh\",\"kind\":\"date\",\"label\":\"Ngày sinh\",\"label_en\":\"Date of birth\",\"required\":true},"
	"{\"key\":\"so_dinh_danh\",\"kind\":\"personal_id\",\"label\":\"Số định danh cá nhân\",\"label_en\":\"Personal id\",\"required\":true},"
	"{\"key\":\"dien_thoai\",\"kind\":\"phone\",\"label\":\"Số điện thoại\",\"label_en\":\"Phone\",\"required\":true},"
	"{\"key\":\"email\",\"kind\":\"email\",\"label\":\"Thư điện tử\",\"label_en\":\"E-mail\"},"
	"{\"key\":\"dia_chi\",\"kind\":\"address\",\"label\":\"Địa chỉ\",\"label_en\":\"Address\",\"required\":true}],"
	"\"organisation\":[{\"key\":\"ten\",\"kind\":\"text\",\"label\":\"Tên tổ chức\",\"label_en\":\"Name\",\"required\":true,\"max_length\":300},"
	"{\"key\":\"ma_so_thue\",\"kind\":\"tax_code\",\"label\":\"Mã số thuế\",\"label_en\":\"Tax code\",\"required\":true},"
	"{\"key\":\"nguoi_dai_dien\",\"kind\":\"text\",\"label\":\"Người đại diện theo pháp luật\",\"label_en\":\"Legal representative\",\"required\":true},"
	"{\"key\":\"dien_thoai\",\"kind\":\"phone\",\"label\":\"Số điện thoại\",\"label_en\":\"Phone\",\"required\":true},"
	"{\"key\":\"email\",\"kind\":\"email\",\"label\":\"Thư điện tử\",\"label_en\":\"E-mail\"},"
	"{\"key\":\"dia_chi\",\"kind\":\"address\",\"label\":\"Địa chỉ trụ sở\",\"label_en\":\"Address\",\"required\":true}],"
	"\"address\":[{\"key\":\"tinh\",\"kind\":\"province\",\"label\":\"Tỉnh, thành phố\",\"label_en\":\"Province\",\"required\":true},"
	"{\"key\":\"xa\",\"kind\":\"text\",\"label\":\"Xã, phường, đặc khu\",\"label_en\":\"Commune\",\"required\":true,\"max_length\":100},"
	"{\"key\":\"chi_tiet\",\"kind\":\"text\",\"label\":\"Số nhà, đường, thôn, tổ dân phố\",\"label_en\":\"House, street\",\"max_length\":200}]}";

static const char *const known[] = {"key", "kind", "label", "label_en", "hint", "hint_en", "required", "visible", "valid", "message", "message_en",
	"min", "max", "max_length", "max_count", "max_size", "accept", "options", "fields", "columns", "numbered", "printed_rows",
	"fixed_rows", "value", "document"};

struct loader { struct arena *a; struct err *e; const json_t *parts; const struct eform *form; int depth; };

struct str eform_text(const json_t *def, const char *key)
{
	const json_t *v = json_object_get(def, key);
	return json_is_string(v) ? (struct str){json_string_value(v), json_string_length(v)} : STR_NONE;
}

const char *eform_kind_name(enum eform_kind k) { return kinds[k]; }

static bool bad(struct loader *l, const char *at, const char *why) { return err_set(l->e, ERR_INVALID, "%s: %s", at, why); }

static bool known_keys(struct loader *l, const json_t *def, const char *at)
{
	const char *key = NULL;
	json_t *v = NULL;
	json_object_foreach((json_t *)(uintptr_t)def, key, v) {
		size_t i = 0;
		while (i < ARRAY_LEN(known) && strcmp(known[i], key) != 0)
			i++;
		if (i == ARRAY_LEN(known))
			return err_set(l->e, ERR_INVALID, "%s/%.40s: unknown member", at, key);
	}
	return true;
}

static bool rule(struct loader *l, const json_t *def, const char *key, const char *at, const struct logic **out)
{
	const json_t *r = json_object_get(def, key);
	if (!r || json_is_boolean(r))
		return true;
	*out = logic_compile(l->a, r, l->e);
	return *out || err_wrap(l->e, str_fmt(l->a, "%s/%s", at, key).p);
}

static bool load_fields(struct loader *l, const json_t *list, const char *at, const struct eform_field **out, size_t *n);

static double bound(const json_t *def, const char *key)
{
	const json_t *v = json_object_get(def, key);
	return json_is_number(v) ? json_number_value(v) : NAN;
}

static void limits(const json_t *def, struct eform_field *f)
{
	json_int_t length = json_integer_value(json_object_get(def, "max_length")), count = json_integer_value(json_object_get(def, "max_count"));
	json_int_t size = json_integer_value(json_object_get(def, "max_size"));
	f->min = bound(def, "min");
	f->max = bound(def, "max");
	f->max_length = length > 0 ? (size_t)length : f->kind == EFORM_LONG_TEXT ? 20000 : 500;
	f->max_count = count > 0 ? (size_t)count : f->kind == EFORM_FILE ? 5 : 200;
	f->max_size = size > 0 ? size : (int64_t)20 << 20;
	f->always = json_is_true(json_object_get(def, "required"));
}

static bool load_children(struct loader *l, struct eform_field *f, const char *at)
{
	bool compound = f->kind == EFORM_PERSON || f->kind == EFORM_ORGANISATION || f->kind == EFORM_ADDRESS;
	const char *key = f->kind == EFORM_ROWS ? "columns" : "fields";
	if (f->kind < EFORM_GROUP)
		return true;
	const json_t *list = compound ? json_object_get(l->parts, kinds[f->kind]) : json_object_get(f->def, key);
	if (l->depth > 6)
		return bad(l, at, "nested too deep");
	l->depth++;
	bool good = load_fields(l, list, str_fmt(l->a, "%s/%s", at, key).p, &f->fields, &f->n);
	l->depth--;
	return good;
}

static bool options_ok(struct loader *l, const struct eform_field *f, const char *at)
{
	const json_t *list = json_object_get(f->def, "options"), *o = NULL;
	size_t i = 0;
	if (f->kind != EFORM_CHOICE && f->kind != EFORM_CHOICES)
		return true;
	if (json_array_size(list) == 0)
		return bad(l, at, "a choice needs options");
	json_array_foreach((json_t *)(uintptr_t)list, i, o)
		if (!eform_text(o, "value").n || !eform_text(o, "label").n)
			return bad(l, at, "an option needs value and label");
	return true;
}

static bool load_field(struct loader *l, const json_t *def, const char *at, struct eform_field *f)
{
	struct str kind = eform_text(def, "kind");
	size_t k = 0;
	f->def = def;
	f->key = eform_text(def, "key");
	f->label = eform_text(def, "label");
	f->label_en = eform_text(def, "label_en");
	f->hint = eform_text(def, "hint");
	f->message = eform_text(def, "message");
	f->numbered = eform_text(def, "numbered");
	if (!f->key.n || str_find_char(f->key, '.') >= 0 || str_find_char(f->key, '/') >= 0)
		return bad(l, at, "needs a key without . and /");
	if (!f->label.n)
		return bad(l, at, "needs a label");
	while (k < EFORM_KIND_COUNT && !str_eq(kind, str_from(kinds[k])))
		k++;
	if (k == EFORM_KIND_COUNT)
		return bad(l, at, "unknown kind");
	f->kind = (enum eform_kind)k;
	limits(def, f);
	if (f->kind == EFORM_COMPUTED && !json_object_get(def, "value"))
		return bad(l, at, "a computed field needs value");
	return known_keys(l, def, at) && rule(l, def, "required", at, &f->required) && rule(l, def, "visible", at, &f->visible) &&
	       rule(l, def, "valid", at, &f->valid) && rule(l, def, "value", at, &f->value) && options_ok(l, f, at) && load_children(l, f, at);
}

static bool load_fields(struct loader *l, const json_t *list, const char *at, const struct eform_field **out, size_t *n)
{
	*n = json_array_size(list);
	if (*n == 0 || *n > 500)
		return bad(l, at, "needs 1 to 500 fields");
	struct eform_field *v = NEW_ARRAY(l->a, *n, struct eform_field);
	for (size_t i = 0; i < *n; i++) {
		const char *here = str_fmt(l->a, "%s/%zu", at, i).p;
		if (!load_field(l, json_array_get(list, i), here, &v[i]))
			return false;
		for (size_t k = 0; k < i; k++)
			if (str_eq(v[k].key, v[i].key))
				return bad(l, here, "a second field with this key");
	}
	*out = v;
	return true;
}

static const struct eform_field *find_key(const struct eform_field *v, size_t n, struct str key)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(v[i].key, key))
			return &v[i];
	return NULL;
}

const struct eform_field *eform_top(const struct eform *f, struct str key)
{
	for (size_t i = 0; i < f->n; i++) {
		const struct eform_field *hit = find_key(f->sections[i].fields, f->sections[i].n, key);
		if (hit)
			return hit;
	}
	return NULL;
}

static void see_var(void *ctx, struct str path, bool inner)
{
	struct loader *l = ctx;
	struct str part;
	if (inner || path.n == 0 || !str_next(&path, '.', &part) || str_eq(part, STR("today")) || l->e->kind)
		return;
	const struct eform_field *f = eform_top(l->form, part);
	while (f && f->kind >= EFORM_GROUP && f->kind != EFORM_ROWS && str_next(&path, '.', &part))
		f = find_key(f->fields, f->n, part);
	if (!f)
		err_set(l->e, ERR_INVALID, "a rule reads the unknown field %.*s", STR_ARG(part));
}

static bool check_vars(struct loader *l, const struct eform_field *f)
{
	const struct logic *rules[] = {f->required, f->visible, f->valid, f->value};
	for (size_t i = 0; i < ARRAY_LEN(rules); i++)
		if (rules[i])
			logic_vars(rules[i], see_var, l);
	if (l->e->kind)
		return err_wrap(l->e, str_cstr(l->a, f->key));
	for (size_t i = 0; i < f->n && f->kind != EFORM_ROWS; i++)
		if (!check_vars(l, &f->fields[i]))
			return false;
	return true;
}

/* A procedure's documents as a section of files. */
static json_t *documents_section(const json_t *documents)
{
	json_t *fields = json_array(), *d = NULL;
	size_t i = 0;
	json_array_foreach((json_t *)(uintptr_t)documents, i, d) {
		char key[24];
		snprintf(key, sizeof key, "tl%zu", i + 1);
		bool always = !json_is_string(json_object_get(d, "condition"));
		json_array_append_new(fields, json_pack("{s:s,s:s,s:O,s:b,s:[s,s,s],s:I,s:O*}", "key", key, "kind", "file", "label",
			json_object_get(d, "name"), "required", always, "accept", "application/pdf", "image/jpeg", "image/png",
			"document", (json_int_t)i, "hint", always ? NULL : json_object_get(d, "condition")));
	}
	return json_pack("{s:s,s:s,s:o}", "key", "giay_to", "title", "Giấy tờ kèm theo", "fields", fields);
}

static bool load_section(struct loader *l, const json_t *def, size_t i, struct eform_section *s)
{
	const char *at = str_fmt(l->a, "/sections/%zu", i).p;
	s->key = eform_text(def, "key");
	s->title = eform_text(def, "title");
	s->note = eform_text(def, "note");
	if (!s->key.n || !s->title.n)
		return bad(l, at, "a section needs key and title");
	return load_fields(l, json_object_get(def, "fields"), str_fmt(l->a, "%s/fields", at).p, &s->fields, &s->n);
}

static bool unique(struct loader *l, const struct eform *f)
{
	for (size_t i = 0; i < f->n; i++)
		for (size_t k = 0; k < f->sections[i].n; k++) {
			const struct eform_field *x = &f->sections[i].fields[k];
			if (eform_top(f, x->key) != x)
				return bad(l, str_fmt(l->a, "/sections/%zu/fields/%zu", i, k).p, "a second field with this key");
			if (!check_vars(l, x))
				return false;
		}
	return true;
}

static json_t *parts_once(void)
{
	static json_t *parts; /* made before any thread starts: the first pack is loaded then, and it is never changed */
	if (!parts)
		parts = json_loads(parts_json, 0, NULL);
	return parts;
}

struct eform *eform_load(struct arena *a, const json_t *pack, const json_t *documents, struct err *e)
{
	struct eform *f = NEW(a, struct eform);
	struct loader l = {.a = a, .e = e, .parts = parts_once(), .form = f};
	const json_t *sections = json_object_get(pack, "sections");
	*f = (struct eform){.id = eform_text(pack, "id"), .title = eform_text(pack, "title"), .form_code = eform_text(pack, "form_code"), .def = pack};
	e->kind = ERR_NONE;
	if (json_integer_value(json_object_get(pack, "format")) != 1 || !f->id.n || !f->title.n || !json_array_size(sections)) {
		bad(&l, "", "needs format 1, id, title and sections");
		return NULL;
	}
	f->n = json_array_size(sections) + (json_array_size(documents) > 0);
	struct eform_section *v = NEW_ARRAY(a, f->n, struct eform_section);
	f->sections = v;
	for (size_t i = 0; i < json_array_size(sections); i++)
		if (!load_section(&l, json_array_get(sections, i), i, &v[i]))
			return NULL;
	if (json_array_size(documents) > 0) {
		f->documents = documents_section(documents);
		if (!load_section(&l, f->documents, f->n - 1, &v[f->n - 1]))
			return NULL;
	}
	return unique(&l, f) ? f : NULL;
}

void eform_done(struct eform *f)
{
	if (f)
		json_decref(f->documents);
}
