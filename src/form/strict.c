/* strict.c — the members that a pack may have, and their types: nothing misspelt is passed over. README.md has the format. */
#include "form/form.h"
#include "form/parts.h"
#include <math.h>
#include <string.h>

enum shape { TEXT, TEXT_OR_NULL, DAY_OR_NULL, BOOL, RULE, NUMBER, COUNT, INDEX, TEXTS, TEXTS_ONE, OPTIONS, LIST, OBJECT, OBJECT_OR_NULL };
#define K(kind) (1u << EFORM_##kind)
#define ANY (~0u)
#define NUMERIC (K(NUMBER) | K(INTEGER) | K(YEAR) | K(MONEY))
struct member { const char *key; enum shape shape; unsigned kinds; };

static const struct member field_members[] = {
	{"key", TEXT, ANY}, {"kind", TEXT, ANY}, {"label", TEXT, ANY}, {"label_en", TEXT, ANY}, {"hint", TEXT, ANY}, {"hint_en", TEXT, ANY},
	{"required", RULE, ANY}, {"required_note", TEXT, ANY}, {"visible", RULE, ANY}, {"valid", RULE, ANY}, {"message", TEXT, ANY},
	{"message_en", TEXT, ANY}, {"value", RULE, K(COMPUTED)}, {"min", NUMBER, NUMERIC}, {"max", NUMBER, NUMERIC},
	{"max_length", COUNT, K(TEXT) | K(LONG_TEXT)}, {"max_count", COUNT, K(ROWS) | K(FILE)}, {"max_size", COUNT, K(FILE)},
	{"accept", TEXTS, K(FILE)}, {"document", INDEX, K(FILE)}, {"options", OPTIONS, K(CHOICE) | K(CHOICES)}, {"fields", LIST, K(GROUP)},
	{"columns", LIST, K(ROWS)}, {"numbered", TEXT, K(ROWS)}, {"printed_rows", COUNT, K(ROWS)}, {"fixed_rows", TEXTS, K(ROWS)}, {"print_turned", BOOL, K(ROWS)},
	{"prefill", TEXT, K(TEXT) | K(CHOICE) | K(PERSONAL_ID) | K(TAX_CODE) | K(PHONE) | K(EMAIL) | K(PERSON) | K(ORGANISATION)}, {"with_sex", BOOL, K(PERSON)}, {"until", TEXT, ANY}, {"example", TEXT, K(TEXT) | K(LONG_TEXT)}};
static const struct member option_members[] = {{"value", TEXT, ANY}, {"label", TEXT, ANY}, {"label_en", TEXT, ANY}};
static const struct member section_members[] = {
	{"key", TEXT, ANY}, {"title", TEXT, ANY}, {"title_en", TEXT, ANY}, {"print_title", TEXT_OR_NULL, ANY}, {"note", TEXT, ANY}, {"fields", LIST, ANY}};
static const struct member pack_members[] = {
	{"format", COUNT, ANY}, {"id", TEXT, ANY}, {"title", TEXT, ANY}, {"title_en", TEXT, ANY}, {"print_title", TEXT, ANY}, {"form_code", TEXT_OR_NULL, ANY},
	{"effective_from", DAY_OR_NULL, ANY}, {"effective_to", DAY_OR_NULL, ANY}, {"procedures", TEXTS, ANY}, {"source", TEXTS_ONE, ANY},
	{"certainty", TEXT, ANY}, {"needs_check", BOOL, ANY}, {"notes", TEXTS, ANY}, {"print", OBJECT, ANY}, {"sections", LIST, ANY}};
static const struct member print_members[] = {
	{"header", TEXTS, ANY}, {"addressed_to", TEXT_OR_NULL, ANY}, {"declaration", TEXT_OR_NULL, ANY}, {"signature", OBJECT_OR_NULL, ANY}};
static const struct member signature_members[] = {{"left", OBJECT, ANY}, {"right", OBJECT, ANY}, {"date_line", TEXT_OR_NULL, ANY}};
static const struct member signer_members[] = {{"title", TEXT, ANY}, {"note", TEXT_OR_NULL, ANY}};

struct strict { struct arena *a; struct err *e; };

static bool object(struct strict *s, const json_t *o, const char *at, const struct member *v, size_t n, unsigned kind);

static bool bad(struct strict *s, const char *at, const char *why) { return err_set(s->e, ERR_INVALID, "%s: %s", at, why); }

static bool texts(struct strict *s, const json_t *list, const char *at)
{
	const json_t *t = NULL;
	size_t i = 0;
	if (!json_is_array(list))
		return bad(s, at, "must be a list of texts");
	json_array_foreach((json_t *)(uintptr_t)list, i, t)
		if (!json_is_string(t) || json_string_length(t) == 0)
			return bad(s, str_fmt(s->a, "%s/%zu", at, i).p, "must be a text");
	return true;
}

static bool options(struct strict *s, const json_t *list, const char *at)
{
	size_t n = json_array_size(list);
	for (size_t i = 0; i < n; i++) {
		const json_t *o = json_array_get(list, i);
		const char *here = str_fmt(s->a, "%s/%zu", at, i).p;
		if (!json_is_object(o) || !eform_text(o, "value").n || !eform_text(o, "label").n)
			return bad(s, here, "an option needs value and label");
		if (!object(s, o, here, option_members, ARRAY_LEN(option_members), ANY))
			return false;
		for (size_t k = 0; k < i; k++)
			if (str_eq(eform_text(json_array_get(list, k), "value"), eform_text(o, "value")))
				return bad(s, here, "a second option with this value");
	}
	return (json_is_array(list) && n > 0) || bad(s, at, "must be a list of options");
}

static bool simple(const json_t *v, enum shape shape, const char **why)
{
	struct date d;
	*why = shape == TEXT || shape == TEXT_OR_NULL ? "must be a text" : shape == DAY_OR_NULL ? "must be a day, YYYY-MM-DD, or null"
		: shape == BOOL ? "must be true or false" : shape == RULE ? "must be true, false or a rule" : shape == NUMBER ? "must be a number"
		: shape == COUNT ? "must be a whole number from 1" : shape == INDEX ? "must be a whole number from 0"
		: shape == LIST ? "must be a list" : "must be an object";
	if (json_is_null(v))
		return shape == TEXT_OR_NULL || shape == DAY_OR_NULL || shape == OBJECT_OR_NULL;
	if (shape == TEXT || shape == TEXT_OR_NULL)
		return json_is_string(v) && json_string_length(v) > 0;
	if (shape == DAY_OR_NULL)
		return json_is_string(v) && date_parse((struct str){json_string_value(v), json_string_length(v)}, &d);
	if (shape == COUNT || shape == INDEX)
		return json_is_integer(v) && json_integer_value(v) >= (shape == COUNT) && json_integer_value(v) <= INT64_C(1) << 40;
	if (shape == BOOL || shape == RULE)
		return json_is_boolean(v) || (shape == RULE && json_is_object(v));
	return shape == NUMBER ? json_is_number(v) : shape == LIST ? json_is_array(v) : json_is_object(v);
}

static bool shaped(struct strict *s, const json_t *v, enum shape shape, const char *at)
{
	const char *why = NULL;
	if (shape == OPTIONS)
		return options(s, v, at);
	if (shape == TEXTS || (shape == TEXTS_ONE && !json_is_string(v)))
		return texts(s, v, at);
	return shape == TEXTS_ONE || simple(v, shape, &why) || bad(s, at, why);
}

static bool object(struct strict *s, const json_t *o, const char *at, const struct member *v, size_t n, unsigned kind)
{
	const char *key = NULL;
	json_t *x = NULL;
	json_object_foreach((json_t *)(uintptr_t)o, key, x) {
		struct arena_mark m = arena_mark(s->a);
		const char *here = str_fmt(s->a, "%s/%.40s", at, key).p;
		size_t i = 0;
		while (i < n && strcmp(v[i].key, key) != 0)
			i++;
		if (i == n)
			return bad(s, here, "unknown member");
		if (!(v[i].kinds & kind))
			return bad(s, here, "not a member of this kind");
		if (!shaped(s, x, v[i].shape, here))
			return false;
		arena_rewind(s->a, m); /* its place was only for what is wrong */
	}
	return true;
}

bool eform_strict_field(struct arena *a, const json_t *def, enum eform_kind kind, const char *at, struct err *e)
{
	struct strict s = {a, e};
	const json_t *min = json_object_get(def, "min"), *max = json_object_get(def, "max");
	if (!object(&s, def, at, field_members, ARRAY_LEN(field_members), 1u << kind))
		return false;
	if (min && max && json_number_value(min) > json_number_value(max))
		return bad(&s, at, "min is over max");
	struct str what = eform_text(def, "prefill");
	return !what.n || (eform_prefill_known(what) && str_eq(what, STR("applicant")) == (kind >= EFORM_GROUP)) || bad(&s, str_fmt(a, "%s/prefill", at).p, "is nothing known of an applicant");
}

bool eform_strict_section(struct arena *a, const json_t *def, const char *at, struct err *e)
{
	struct strict s = {a, e};
	return json_is_object(def) ? object(&s, def, at, section_members, ARRAY_LEN(section_members), ANY) : bad(&s, at, "must be an object");
}

bool eform_strict_pack(struct arena *a, const json_t *pack, struct err *e)
{
	struct strict s = {a, e};
	const json_t *print = json_object_get(pack, "print"), *sign = json_object_get(print, "signature");
	return object(&s, pack, "", pack_members, ARRAY_LEN(pack_members), ANY) &&
	       object(&s, print, "/print", print_members, ARRAY_LEN(print_members), ANY) &&
	       object(&s, sign, "/print/signature", signature_members, ARRAY_LEN(signature_members), ANY) &&
	       object(&s, json_object_get(sign, "left"), "/print/signature/left", signer_members, ARRAY_LEN(signer_members), ANY) &&
	       object(&s, json_object_get(sign, "right"), "/print/signature/right", signer_members, ARRAY_LEN(signer_members), ANY);
}
