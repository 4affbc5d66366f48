/* load.c — a pack's JSON into fields, checked strictly. See form.h and README.md for the format. */
#include "form/form.h"
#include "form/parts.h"
#include <ctype.h>
#include <math.h>
#include <string.h>

static const char *const kinds[EFORM_KIND_COUNT] = {
	"text", "long_text", "number", "integer", "year", "money", "date", "choice", "choices", "yesno", "personal_id", "tax_code", "phone",
	"email", "province", "computed", "file", "note", "heading", "group", "person", "organisation", "address", "rows"};

/* The parts of compound kinds, as a pack would spell them. Districts ended with 30/6/2025 (Nghị quyết 202/2025/QH15, Luật
 * 72/2025/QH15; packs/units has the same border). The sex is asked for only where the law's form has it (with_sex). */
static const char parts_json[] =
	"{\"sex\":{\"key\":\"gioi_tinh\",\"kind\":\"choice\",\"label\":\"Giới tính\",\"label_en\":\"Sex\",\"required\":true,\"options\":["
	"{\"value\":\"nam\",\"label\":\"Nam\",\"label_en\":\"Male\"},{\"value\":\"nu\",\"label\":\"Nữ\",\"label_en\":\"Female\"}]},"
	"\"person\":[{\"key\":\"ho_ten\",\"kind\":\"text\",\"label\":\"Họ và tên\",\"label_en\":\"Full name\",\"required\":true,\"max_length\":100},"
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
	"{\"key\":\"huyen\",\"kind\":\"text\",\"label\":\"Quận, huyện, thị xã\",\"label_en\":\"District\",\"example\":\"Huyện Mẫu\",\"required\":true,\"max_length\":100,\"until\":\"2025-06-30\"},"
	"{\"key\":\"xa\",\"kind\":\"text\",\"label\":\"Xã, phường, đặc khu\",\"label_en\":\"Commune\",\"example\":\"Phường Mẫu\",\"required\":true,\"max_length\":100},"
	"{\"key\":\"chi_tiet\",\"kind\":\"text\",\"label\":\"Số nhà, đường, thôn, tổ dân phố\",\"label_en\":\"House, street\",\"example\":\"Số 1, đường Mẫu\",\"max_length\":200}]}";

struct loader { struct arena *a; struct err *e; const json_t *parts; const struct eform *form; const struct eform_field *row; int depth; bool in_rows; };

struct str eform_text(const json_t *def, const char *key)
{
	const json_t *v = json_object_get(def, key);
	return json_is_string(v) ? (struct str){json_string_value(v), json_string_length(v)} : STR_NONE;
}

const char *eform_kind_name(enum eform_kind k) { return kinds[k]; }

static bool bad(struct loader *l, const char *at, const char *why) { return err_set(l->e, ERR_INVALID, "%s: %s", at, why); }

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
	f->until = (struct date){0};
	date_parse(eform_text(def, "until"), &f->until);
}

static bool load_children(struct loader *l, struct eform_field *f, const char *at)
{
	bool compound = f->kind == EFORM_PERSON || f->kind == EFORM_ORGANISATION || f->kind == EFORM_ADDRESS;
	const char *key = f->kind == EFORM_ROWS ? "columns" : "fields";
	if (f->kind < EFORM_GROUP)
		return true;
	bool sex = json_is_true(json_object_get(f->def, "with_sex")), outer = l->in_rows;
	const json_t *list = compound ? json_object_get(l->parts, sex ? "person_sex" : kinds[f->kind]) : json_object_get(f->def, key);
	if (l->depth > 6 || (f->kind == EFORM_ROWS && outer))
		return bad(l, at, l->depth > 6 ? "nested too deep" : "rows within rows");
	l->depth++;
	l->in_rows = outer || f->kind == EFORM_ROWS;
	bool good = load_fields(l, list, str_fmt(l->a, "%s/%s", at, key).p, &f->fields, &f->n);
	l->depth--;
	l->in_rows = outer;
	return good;
}

static bool options_ok(struct loader *l, const struct eform_field *f, const char *at)
{
	bool choice = f->kind == EFORM_CHOICE || f->kind == EFORM_CHOICES;
	return !choice || json_array_size(json_object_get(f->def, "options")) > 0 || bad(l, at, "a choice needs options");
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
	if (!f->key.n || !isalpha((unsigned char)f->key.p[0]) || str_find_char(f->key, '.') >= 0 || str_find_char(f->key, '/') >= 0)
		return bad(l, at, "needs a key that begins with a letter, without . and /"); /* never __proto__, which scripts take for something else */
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
	return eform_strict_field(l->a, def, f->kind, at, l->e) && rule(l, def, "required", at, &f->required) && rule(l, def, "visible", at, &f->visible) &&
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
	const struct eform_field *f = NULL;
	if (inner || path.n == 0 || !str_next(&path, '.', &part) || str_eq(part, STR("today")) || l->e->kind)
		return;
	if (l->row && !str_eq(part, STR("form")))
		f = find_key(l->row->fields, l->row->n, part);
	else if (!l->row || str_next(&path, '.', &part))
		f = eform_top(l->form, part);
	else
		return; /* all answers */
	while (f && f->kind >= EFORM_GROUP && f->kind != EFORM_ROWS && str_next(&path, '.', &part))
		f = find_key(f->fields, f->n, part);
	if (!f)
		err_set(l->e, ERR_INVALID, "a rule reads the unknown field %.*s", STR_ARG(part));
}

static bool check_vars(struct loader *l, const struct eform_field *f, const char *at)
{
	static const char *const members[] = {"required", "visible", "valid", "value"};
	const struct logic *rules[] = {f->required, f->visible, f->valid, f->value};
	const struct eform_field *outer = l->row;
	for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
		if (rules[i])
			logic_vars(rules[i], see_var, l);
		if (l->e->kind)
			return err_wrap(l->e, str_fmt(l->a, "%s/%s", at, members[i]).p);
	}
	if (f->kind == EFORM_ROWS)
		l->row = f;
	bool good = true;
	for (size_t i = 0; good && i < f->n; i++)
		good = check_vars(l, &f->fields[i], str_fmt(l->a, "%s/%s/%zu", at, f->kind == EFORM_ROWS ? "columns" : "fields", i).p);
	l->row = outer;
	return good;
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
	if (!eform_strict_section(l->a, def, at, l->e))
		return false;
	if (!s->key.n || !s->title.n)
		return bad(l, at, "a section needs key and title");
	for (const struct eform_section *other = l->form->sections; other < s; other++)
		if (str_eq(other->key, s->key))
			return bad(l, at, "a second section with this key");
	return load_fields(l, json_object_get(def, "fields"), str_fmt(l->a, "%s/fields", at).p, &s->fields, &s->n);
}

static bool unique(struct loader *l, const struct eform *f)
{
	for (size_t i = 0; i < f->n; i++)
		for (size_t k = 0; k < f->sections[i].n; k++) {
			const struct eform_field *x = &f->sections[i].fields[k];
			const char *at = str_fmt(l->a, "/sections/%zu/fields/%zu", i, k).p;
			if (eform_top(f, x->key) != x)
				return bad(l, at, "a second field with this key");
			if (!check_vars(l, x, at))
				return false;
		}
	return true;
}

static json_t *parts_once(void)
{
	static json_t *parts; /* made before any thread starts: the first pack is loaded then, and it is never changed */
	if (!parts) {
		parts = json_loads(parts_json, 0, NULL);
		json_t *with_sex = json_copy(json_object_get(parts, "person"));
		json_array_insert(with_sex, 2, json_object_get(parts, "sex"));
		json_object_set_new(parts, "person_sex", with_sex);
	}
	return parts;
}

json_t *eform_pack(struct str bytes, struct err *e)
{
	json_error_t why;
	json_t *pack = json_loadb(bytes.p ? bytes.p : "", bytes.n, JSON_REJECT_DUPLICATES, &why);
	if (!pack)
		err_set(e, ERR_INVALID, "line %d: %.150s", why.line, why.text);
	return pack;
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
	if (!eform_strict_pack(a, pack, e))
		return NULL;
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
