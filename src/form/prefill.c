/* prefill.c — what is known of the applicant, in the fields of a form that ask for it again ("prefill" of the pack). See form.h. */
#include "form/form.h"
#include "form/parts.h"

static const char *const facts[] = {"name", "identity", "address", "phone", "email", "kind"};

static size_t fact(struct str what)
{
	size_t i = 0;
	while (i < ARRAY_LEN(facts) && !str_eq(what, str_from(facts[i])))
		i++;
	return i;
}

static struct str known(const struct eform_known *w, struct str what)
{
	const struct str values[] = {w->name, w->identity, w->address, w->phone, w->email, w->organisation ? STR("to_chuc") : STR("ca_nhan")};
	_Static_assert(ARRAY_LEN(values) == ARRAY_LEN(facts), "a value for each");
	size_t i = fact(what);
	return i < ARRAY_LEN(facts) ? values[i] : STR_NONE;
}

bool eform_prefill_known(struct str what)
{
	return fact(what) < ARRAY_LEN(facts) || str_eq(what, STR("applicant"));
}

/* The parts of a person or an organisation that is the applicant. An address has parts of its own, which are not known one by one. */
static struct str part_of(struct str key)
{
	static const struct { const char *key, *what; } parts[] = {{"ho_ten", "name"}, {"ten", "name"}, {"so_dinh_danh", "identity"}, {"ma_so_thue", "identity"},
		{"dien_thoai", "phone"}, {"email", "email"}};
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		if (str_eq(key, str_from(parts[i].key)))
			return str_from(parts[i].what);
	return STR_NONE;
}

static bool is_choice_of(const struct eform_field *f, struct str value)
{
	const json_t *options = json_object_get(f->def, "options"), *o = NULL;
	size_t i = 0;
	json_array_foreach((json_t *)(uintptr_t)options, i, o)
		if (str_eq(eform_text(o, "value"), value))
			return true;
	return false;
}

static size_t put(const struct eform_field *f, struct str what, const struct eform_known *w, json_t *answers)
{
	struct str value = known(w, what);
	bool answered = json_object_getn(answers, f->key.p, f->key.n) != NULL;
	if (answered || !value.n || (f->kind == EFORM_CHOICE && !is_choice_of(f, value)))
		return 0;
	json_object_setn_new(answers, f->key.p, f->key.n, json_stringn(value.p, value.n));
	return 1;
}

static size_t put_parts(const struct eform_field *f, const struct eform_known *w, json_t *answers)
{
	json_t *inner = json_object_getn(answers, f->key.p, f->key.n);
	size_t n = 0;
	if ((f->kind == EFORM_ORGANISATION) != w->organisation)
		return 0;
	if (!inner) {
		inner = json_object();
		json_object_setn_new(answers, f->key.p, f->key.n, inner);
	}
	for (size_t i = 0; i < f->n; i++)
		n += f->fields[i].kind < EFORM_GROUP ? put(&f->fields[i], part_of(f->fields[i].key), w, inner) : 0;
	return n;
}

size_t eform_prefill(const struct eform_section *s, const struct eform_known *w, json_t *answers)
{
	size_t n = 0;
	for (size_t i = 0; i < s->n; i++) {
		const struct eform_field *f = &s->fields[i];
		struct str what = eform_text(f->def, "prefill");
		if (what.n)
			n += f->kind >= EFORM_GROUP ? put_parts(f, w, answers) : put(f, what, w, answers);
	}
	return n;
}
