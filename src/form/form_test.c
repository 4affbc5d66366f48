#include "core/text/text.h"
#include "form/form.h"
#include "core/test/test.h"
#include <dirent.h>
#include <math.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static json_t *load(struct arena *a, const char *file)
{
	struct str text = test_read_file(a, str_cat(a, test_source_dir(a), str_from(file)));
	json_error_t why;
	json_t *j = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, &why);
	if (!j)
		FAIL("%s: %s", file, why.text);
	return j;
}

struct world { struct arena *a; struct eform_context c; size_t forms, tried; };

static void each_form(struct arena *a, struct world *w, void (*fn)(struct world *w, const struct eform *f))
{
	json_t *units = load(a, "/packs/units/provinces.json"), *docs = json_pack("[{s:s},{s:s,s:s}]", "name", "Bản sao", "name", "Ủy quyền", "condition", "nếu có");
	DIR *d = opendir(str_cat(a, test_source_dir(a), STR("/packs/forms")).p);
	*w = (struct world){.a = a, .c = {.today = date_from_civil(2026, 11, 24), .units = units}};
	EXPECT(d != NULL);
	for (struct dirent *x; (x = readdir(d));) {
		struct err e = {0};
		if (!str_ends(str_from(x->d_name), STR(".json")))
			continue;
		json_t *pack = load(a, str_fmt(a, "/packs/forms/%s", x->d_name).p);
		struct eform *f = eform_load(a, pack, docs, &e);
		if (!f)
			FAIL("%s: %s", x->d_name, e.text);
		fn(w, f);
		w->forms++;
		eform_done(f);
		json_decref(pack);
	}
	closedir(d);
	json_decref(units);
	json_decref(docs);
}

static void accepts_example(struct world *w, const struct eform *f)
{
	json_t *x = eform_example(w->a, f, &w->c), *again = NULL;
	struct eform_errors e = eform_check(w->a, f, x, &w->c, &again);
	if (e.n)
		FAIL("%.*s %.*s: %s", STR_ARG(f->id), STR_ARG(e.first->pointer), eform_fault_name(e.first->fault));
	EXPECT(json_equal(x, again));
	EXPECT_INT(e.warnings, 0);
	json_decref(x);
	json_decref(again);
}

TEST(an_example_says_who_applies_and_what_the_pack_says)
{
	struct world w;
	each_form(a, &w, accepts_example);
	struct err e = {0};
	struct eform_context person = {.today = w.c.today}, organisation = person;
	organisation.organisation = true;
	json_t *pack = json_loads("{\"format\":1,\"id\":\"x\",\"title\":\"X\",\"sections\":[{\"key\":\"a\",\"title\":\"A\",\"fields\":[{\"key\":\"loai\",\"kind\":\"choice\",\"label\":\"Ai\",\"options\":["
	                          "{\"value\":\"ca_nhan\",\"label\":\"Cá nhân\"},{\"value\":\"to_chuc\",\"label\":\"Tổ chức\"}]},{\"key\":\"han\",\"kind\":\"text\",\"label\":\"Hạn\",\"example\":\"05 năm\"}]}]}", 0, NULL);
	struct eform *f = eform_load(a, pack, NULL, &e);
	EXPECT(f != NULL);
	json_t *one = eform_example(a, f, &person), *two = eform_example(a, f, &organisation);
	EXPECT_TEXT(str_from(json_string_value(json_object_get(one, "loai"))), "ca_nhan");
	EXPECT_TEXT(str_from(json_string_value(json_object_get(two, "loai"))), "to_chuc");
	EXPECT_TEXT(str_from(json_string_value(json_object_get(two, "han"))), "05 năm");
	json_decref(one);
	json_decref(two);
	json_decref(pack);
}

TEST(the_example_of_each_form_is_accepted)
{
	struct world w;
	each_form(a, &w, accepts_example);
	EXPECT_INT(w.forms, 19);
}

/* The law's capitals are for paper: on the screen small letters outnumber them. */
static void in_small_letters(struct str s)
{
	size_t small = 0, capitals = 0;
	for (size_t i = 0; i < s.n; i++) {
		small += s.p[i] >= 'a' && s.p[i] <= 'z';
		capitals += s.p[i] >= 'A' && s.p[i] <= 'Z';
	}
	if (capitals > small)
		FAIL("“%.*s” is in capitals", STR_ARG(s));
}

static void reads_in_small_letters(struct world *w, const struct eform *f)
{
	const char *printed = json_string_value(json_object_get(f->def, "print_title"));
	in_small_letters(f->title);
	for (size_t i = 0; i < f->n; i++)
		in_small_letters(f->sections[i].title);
	json_t *flat = eform_print_json(f, NULL, &w->c);
	EXPECT_TEXT(str_from(json_string_value(json_object_get(flat, "title"))), printed ? printed : f->title.p);
	json_decref(flat);
}

TEST(titles_read_in_small_letters_and_print_in_those_of_the_law)
{
	struct world w;
	each_form(a, &w, reads_in_small_letters);
}

static bool error_at(struct eform_errors e, struct str pointer)
{
	for (struct eform_error *x = e.first; x; x = x->next)
		if (!x->warning && str_starts(x->pointer, pointer))
			return true;
	return false;
}

/* --- Every field of every form, nested ones too --- */

struct places { struct arena *a; struct { struct str pointer; const struct eform_field *f; } v[600]; size_t n; };

static void find_places(struct places *p, const struct eform_field *v, size_t n, struct str at)
{
	for (size_t i = 0; i < n; i++) {
		struct str here = str_fmt(p->a, "%.*s/%.*s", STR_ARG(at), STR_ARG(v[i].key));
		EXPECT(p->n < ARRAY_LEN(p->v));
		p->v[p->n].f = &v[i];
		p->v[p->n++].pointer = here;
		find_places(p, v[i].fields, v[i].n, v[i].kind == EFORM_ROWS ? str_cat(p->a, here, STR("/0")) : here);
	}
}

static struct places *places_of(struct arena *a, const struct eform *f)
{
	struct places *p = NEW(a, struct places);
	*p = (struct places){.a = a};
	for (size_t i = 0; i < f->n; i++)
		find_places(p, f->sections[i].fields, f->sections[i].n, STR(""));
	return p;
}

/* What holds the value at the pointer; NULL when it is not in the answers. */
static json_t *holder(struct arena *a, json_t *answers, struct str pointer, struct str *last)
{
	struct str rest = str_sub(pointer, 1, pointer.n), part;
	json_t *at = answers, *up = NULL;
	while (str_next(&rest, '/', &part)) {
		*last = part;
		up = at;
		at = json_is_array(at) ? json_array_get(at, 0) : json_object_get(at, str_cstr(a, part));
	}
	return at ? up : NULL;
}

static void refuses_gaps(struct world *w, const struct eform *f)
{
	const struct places *p = places_of(w->a, f);
	for (size_t i = 0; i < p->n; i++) {
		json_t *v = eform_example(w->a, f, &w->c);
		struct str last = STR_NONE;
		json_t *in = holder(w->a, v, p->v[i].pointer, &last);
		if (in && p->v[i].f->always && json_object_size(in) > 1) {
			json_object_deln(in, last.p, last.n);
			if (!error_at(eform_check(w->a, f, v, &w->c, NULL), p->v[i].pointer))
				FAIL("%.*s: nothing is missed at %.*s", STR_ARG(f->id), STR_ARG(p->v[i].pointer));
			w->tried++;
		}
		json_decref(v);
	}
}

TEST(each_required_field_left_out_is_an_error_there)
{
	struct world w;
	each_form(a, &w, refuses_gaps);
	EXPECT_INT(w.tried, 118);
}

static void refuses_nothing(struct world *w, const struct eform *with_documents)
{
	struct err e = {0};
	struct eform *f = eform_load(w->a, with_documents->def, NULL, &e);
	json_t *none = json_object();
	if (!f || eform_check(w->a, f, none, &w->c, NULL).n == 0)
		FAIL("%.*s takes an empty application", STR_ARG(with_documents->id));
	json_decref(none);
}

TEST(no_form_takes_an_empty_application)
{
	struct world w;
	each_form(a, &w, refuses_nothing);
	EXPECT_INT(w.forms, 19);
}

static const char *const wrong[] = {"{\"x\":1}", "[[1]]", "[{\"zz\":1}]", "\"a\\u0007b\"", "1e300", "[\"\\u0001\"]", "[null,{}]"};

static void refuses_nonsense(struct world *w, const struct eform *f)
{
	const struct places *p = places_of(w->a, f);
	json_t *example = eform_example(w->a, f, &w->c);
	for (size_t i = 0; i < p->n; i++)
		for (size_t n = 0; n < ARRAY_LEN(wrong); n++) {
			json_t *v = json_deep_copy(example);
			struct str last = STR_NONE;
			struct arena_mark m = arena_mark(w->a);
			json_t *in = holder(w->a, v, p->v[i].pointer, &last);
			if (in) {
				json_object_setn_new(in, last.p, last.n, json_loads(wrong[n], JSON_DECODE_ANY, NULL));
				if (!error_at(eform_check(w->a, f, v, &w->c, NULL), p->v[i].pointer))
					FAIL("%.*s %.*s took %s", STR_ARG(f->id), STR_ARG(p->v[i].pointer), wrong[n]);
				w->tried++;
			}
			json_decref(v);
			arena_rewind(w->a, m);
		}
	json_decref(example);
}

TEST(each_field_refuses_each_wrong_kind)
{
	struct world w;
	each_form(a, &w, refuses_nonsense);
	EXPECT(w.tried > 1500);
}

static bool is_text(const struct eform_field *f) { return f->kind == EFORM_TEXT || f->kind == EFORM_LONG_TEXT; }

static struct str name_of(struct arena *a, struct str pointer)
{
	char *name = arena_alloc(a, pointer.n);
	for (size_t i = 1; i < pointer.n; i++)
		name[i - 1] = pointer.p[i] == '/' ? '.' : pointer.p[i];
	return (struct str){name, pointer.n - 1};
}

static struct str line_value(struct arena *a, const struct eform *f, const json_t *answers, struct str name)
{
	for (size_t i = 0; i < f->n; i++) {
		struct eform_lines l = eform_flatten(a, &f->sections[i], answers, NULL);
		for (size_t k = 0; k < l.n; k++)
			if (str_eq(l.v[k].name, name))
				return l.v[k].value;
	}
	return STR_NONE;
}

static void keeps_markup(struct world *w, const struct eform *f)
{
	static const char *const hostile[] = {"<script>alert('1')</script>\" onload=x", "'; DROP TABLE dossier; -- \\", "{{7*7}} ${x} %s %n &lt;&#39; {ten}",
		"../../etc/passwd\\..\\x", "=cmd|' /C calc'!A0 \xE2\x80\xAE\xF0\x9F\x98\x80"};
	const struct places *p = places_of(w->a, f);
	for (size_t h = 0; h < ARRAY_LEN(hostile); h++) {
		json_t *v = eform_example(w->a, f, &w->c), *clean = NULL;
		struct str last = STR_NONE;
		for (size_t i = 0; i < p->n; i++) {
			json_t *in = is_text(p->v[i].f) ? holder(w->a, v, p->v[i].pointer, &last) : NULL;
			if (in)
				json_object_setn_new(in, last.p, last.n, json_string(hostile[h]));
		}
		EXPECT_INT(eform_check(w->a, f, v, &w->c, &clean).n, 0);
		EXPECT(json_equal(v, clean));
		for (size_t i = 0; i < p->n; i++)
			if (is_text(p->v[i].f) && holder(w->a, v, p->v[i].pointer, &last)) {
				EXPECT_TEXT(line_value(w->a, f, clean, name_of(w->a, p->v[i].pointer)), hostile[h]);
				w->tried++;
			}
		json_decref(clean);
		json_decref(v);
	}
}

TEST(markup_and_sql_come_back_byte_for_byte)
{
	struct world w;
	each_form(a, &w, keeps_markup);
	EXPECT(w.tried > 800);
}

static void refuses_bad_bytes(struct world *w, const struct eform *f)
{
	const struct places *p = places_of(w->a, f);
	for (size_t i = 0; i < p->n; i++)
		for (int nul = 0; nul < 2; nul++) {
			json_t *v = eform_example(w->a, f, &w->c);
			struct str last = STR_NONE;
			json_t *in = holder(w->a, v, p->v[i].pointer, &last);
			if (in) {
				json_object_setn_new(in, last.p, last.n, nul ? json_stringn("1\0002", 3) : json_stringn_nocheck("\xFF\xC0\xAF\xED\xA0\x80", 6));
				if (!error_at(eform_check(w->a, f, v, &w->c, NULL), p->v[i].pointer))
					FAIL("%.*s %.*s took bytes that are no text", STR_ARG(f->id), STR_ARG(p->v[i].pointer));
				eform_flatten(w->a, &f->sections[0], v, NULL);
				json_decref(eform_print_json(f, v, NULL));
			}
			json_decref(v);
		}
}

TEST(bytes_that_are_no_text_are_errors)
{
	struct world w;
	each_form(a, &w, refuses_bad_bytes);
}

TEST(ten_megabytes_of_nesting_are_refused)
{
	size_t n = (size_t)10 << 20;
	char *deep = arena_alloc(a, n);
	struct err e = {0};
	memset(deep, '[', n);
	EXPECT(!eform_pack((struct str){deep, n}, &e));
	EXPECT_INT(e.kind, ERR_INVALID);
	for (size_t i = 0; i + 5 <= n; i += 5)
		memcpy(deep + i, "{\"a\":", 5);
	EXPECT(!eform_pack((struct str){deep, n}, &e));
	EXPECT(!eform_pack(STR("{\"a\":1,\"a\":2}"), &e));
	EXPECT(str_find(str_from(e.text), STR("duplicate")) >= 0);
}

static const struct { enum eform_kind kind; const char *typed; double want; } numbers[] = { /* NAN: refused; tests/js/form.test.mjs has the same */
	{EFORM_MONEY, "1.200.000 đ", 1200000}, {EFORM_MONEY, "1 200 000", 1200000}, {EFORM_MONEY, "1.200.000đ", 1200000}, {EFORM_NUMBER, "1,5", 1.5},
	{EFORM_NUMBER, "1.5", 1.5}, {EFORM_NUMBER, "1.500", 1500}, {EFORM_INTEGER, "x", NAN}, {EFORM_INTEGER, "-3", -3}, {EFORM_INTEGER, "1.5", NAN},
	{EFORM_MONEY, "1.5", NAN}, {EFORM_MONEY, "1.20.000", NAN}, {EFORM_MONEY, "12.0000", NAN}, {EFORM_INTEGER, "1,5", NAN}, {EFORM_MONEY, "1.200.00", NAN},
	{EFORM_INTEGER, "1200.000", NAN}, {EFORM_INTEGER, "0.500", NAN}, {EFORM_NUMBER, "0.500", 0.5}, {EFORM_INTEGER, "1.200", 1200},
	{EFORM_NUMBER, "1.200,5", 1200.5}, {EFORM_NUMBER, "1,200.5", NAN}, {EFORM_NUMBER, "1.2.3", NAN}, {EFORM_NUMBER, ",5", NAN}, {EFORM_NUMBER, "5,", NAN},
	{EFORM_YEAR, "2.020", NAN}, {EFORM_YEAR, "2020", 2020}, {EFORM_INTEGER, "1 200.000", NAN}, {EFORM_INTEGER, "1..200", NAN}, {EFORM_INTEGER, "-1.200", -1200},
	{EFORM_INTEGER, "12.", NAN}, {EFORM_INTEGER, ".123", NAN}, {EFORM_INTEGER, "--1", NAN}, {EFORM_INTEGER, "1e3", NAN}, {EFORM_INTEGER, "-", NAN},
	{EFORM_MONEY, "đ", NAN}, {EFORM_INTEGER, "0", 0}, {EFORM_INTEGER, "007", 7}, {EFORM_INTEGER, "99999999999999999999999999999999", NAN}};

TEST(dots_group_thousands_or_are_refused)
{
	static const char *const kinds[] = {[EFORM_NUMBER] = "number", [EFORM_INTEGER] = "integer", [EFORM_YEAR] = "year", [EFORM_MONEY] = "money"};
	struct eform_context c = {.today = {20000}};
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		struct err e = {0};
		json_t *pack = eform_pack(str_fmt(a, "{\"format\":1,\"id\":\"t\",\"title\":\"T\",\"sections\":[{\"key\":\"s\",\"title\":\"S\",\"fields\":["
			"{\"key\":\"n\",\"kind\":\"%s\",\"label\":\"N\"}]}]}", kinds[numbers[i].kind]), &e);
		struct eform *f = eform_load(a, pack, NULL, &e);
		json_t *v = json_pack("{s:s}", "n", numbers[i].typed), *clean = NULL;
		size_t n = eform_check(a, f, v, &c, &clean).n;
		double got = json_number_value(json_object_get(clean, "n"));
		if (n != isnan(numbers[i].want) || (!n && !(got >= numbers[i].want && got <= numbers[i].want)))
			FAIL("%s %s: %zu errors, %g", kinds[numbers[i].kind], numbers[i].typed, n, got);
		json_decref(clean);
		json_decref(v);
		json_decref(pack);
	}
}

TEST(codes_follow_their_rules)
{
	const char *tax[] = {"0100233488", "0100107518", "0100109106", "0100233488-001", "0100233488001", "001190000001"};
	const char *not_tax[] = {"", "0100233489", "0100233488-000", "0100233488-01", "01002334888", "a100233488", "003190000001"};
	for (size_t i = 0; i < ARRAY_LEN(tax); i++)
		EXPECT(tax_code_ok(str_from(tax[i])));
	for (size_t i = 0; i < ARRAY_LEN(not_tax); i++)
		EXPECT(!tax_code_ok(str_from(not_tax[i])));
	const char *phone[] = {"0912345678", "+84 912 345 678", "024.3822.1234x", "02438221234", "19001009"};
	for (size_t i = 0; i < ARRAY_LEN(phone); i++)
		EXPECT_INT(phone_ok(str_from(phone[i])), i != 2);
	EXPECT(!phone_ok(STR("0112345678")) && !phone_ok(STR("091234567")) && !phone_ok(STR("")) && !phone_ok(STR("09123456789999999999")));
	EXPECT(text_email_ok(STR("a.b@so.gov.vn")) && !text_email_ok(STR("a@b")) && !text_email_ok(STR("a b@c.vn")) && !text_email_ok(STR("@c.vn")) && !text_email_ok(STR("a@-c.vn")));
	struct date birth = date_from_civil(1990, 5, 1);
	EXPECT(personal_id_ok(STR("001190000001")) && !personal_id_ok(STR("00119000000")) && !personal_id_ok(STR("000190000001")));
	EXPECT(personal_id_fits(STR("001190000001"), &birth, STR("nu")) && !personal_id_fits(STR("001190000001"), &birth, STR("nam")));
}

TEST(hidden_answers_are_dropped_and_text_is_composed)
{
	struct err e = {0};
	json_t *pack = json_loads("{\"format\":1,\"id\":\"t\",\"title\":\"T\",\"sections\":[{\"key\":\"s\",\"title\":\"S\",\"fields\":["
		"{\"key\":\"a\",\"kind\":\"yesno\",\"label\":\"A\"},{\"key\":\"b\",\"kind\":\"text\",\"label\":\"B\",\"required\":true,\"visible\":{\"var\":\"a\"}},"
		"{\"key\":\"m\",\"kind\":\"money\",\"label\":\"M\"},{\"key\":\"c\",\"kind\":\"computed\",\"label\":\"C\",\"value\":{\"*\":[{\"var\":\"m\"},2]}}]}]}", 0, NULL);
	struct eform *f = eform_load(a, pack, NULL, &e);
	struct eform_context c = {.today = {20000}};
	json_t *v = json_pack("{s:b,s:s,s:s}", "a", 0, "b", "\x07", "m", "1.200.000 đ"), *clean = NULL;
	EXPECT(f != NULL);
	EXPECT_INT(eform_check(a, f, v, &c, &clean).n, 0);
	EXPECT(!json_object_get(clean, "b"));
	EXPECT_INT(json_integer_value(json_object_get(clean, "c")), 2400000);
	json_decref(clean);
	json_object_set_new(v, "a", json_true());
	json_object_set_new(v, "b", json_string("So\xCC\x82\xCC\x89 "));
	EXPECT_INT(eform_check(a, f, v, &c, &clean).n, 0);
	EXPECT_TEXT(str_from(json_string_value(json_object_get(clean, "b"))), "Sổ");
	json_decref(clean);
	json_decref(v);
	json_decref(pack);
}

static const struct { const char *field, *why; } bad_fields[] = {
	{"{\"key\":\"a\",\"kind\":\"text\"}", "/sections/0/fields/0: needs a label"},
	{"{\"key\":\"__proto__\",\"kind\":\"text\",\"label\":\"A\"}", "/sections/0/fields/0: needs a key that begins with a letter, without . and /"},
	{"{\"key\":\"a\",\"kind\":\"tekst\",\"label\":\"A\"}", "/sections/0/fields/0: unknown kind"},
	{"{\"key\":\"a\",\"kind\":\"text\",\"label\":\"A\",\"colour\":1}", "/sections/0/fields/0/colour: unknown member"},
	{"{\"key\":\"a\",\"kind\":\"text\",\"label\":\"A\",\"visible\":{\"zz\":1}}", "/sections/0/fields/0/visible: unknown operator \"zz\""},
	{"{\"key\":\"a\",\"kind\":\"text\",\"label\":\"A\",\"visible\":{\"var\":\"b\"}}", "/sections/0/fields/0/visible: a rule reads the unknown field b"},
	{"{\"key\":\"a\",\"kind\":\"choice\",\"label\":\"A\"}", "/sections/0/fields/0: a choice needs options"},
	{"{\"key\":\"a\",\"kind\":\"text\",\"label\":\"A\"},{\"key\":\"a\",\"kind\":\"text\",\"label\":\"A\"}", "/sections/0/fields/1: a second field with this key"},
	{"{\"key\":\"a\",\"kind\":\"text\",\"label\":\"A\",\"max_length\":\"5\"}", "/sections/0/fields/0/max_length: must be a whole number from 1"},
	{"{\"key\":\"a\",\"kind\":\"text\",\"label\":\"A\",\"max_length\":0}", "/sections/0/fields/0/max_length: must be a whole number from 1"},
	{"{\"key\":\"a\",\"kind\":\"number\",\"label\":\"A\",\"min\":\"1\"}", "/sections/0/fields/0/min: must be a number"},
	{"{\"key\":\"a\",\"kind\":\"number\",\"label\":\"A\",\"min\":5,\"max\":1}", "/sections/0/fields/0: min is over max"},
	{"{\"key\":\"a\",\"kind\":\"text\",\"label\":\"A\",\"min\":1}", "/sections/0/fields/0/min: not a member of this kind"},
	{"{\"key\":\"a\",\"kind\":\"text\",\"label\":\"A\",\"required\":\"yes\"}", "/sections/0/fields/0/required: must be true, false or a rule"},
	{"{\"key\":\"a\",\"kind\":\"file\",\"label\":\"A\",\"accept\":\"application/pdf\"}", "/sections/0/fields/0/accept: must be a list of texts"},
	{"{\"key\":\"a\",\"kind\":\"file\",\"label\":\"A\",\"accept\":[1]}", "/sections/0/fields/0/accept/0: must be a text"},
	{"{\"key\":\"a\",\"kind\":\"choice\",\"label\":\"A\",\"options\":[{\"value\":\"x\",\"label\":\"X\",\"labell\":\"Y\"}]}", "/sections/0/fields/0/options/0/labell: unknown member"},
	{"{\"key\":\"a\",\"kind\":\"choice\",\"label\":\"A\",\"options\":[{\"value\":\"x\",\"label\":\"X\"},{\"value\":\"x\",\"label\":\"Y\"}]}", "/sections/0/fields/0/options/1: a second option with this value"},
	{"{\"key\":\"a\",\"kind\":\"text\",\"label\":\"A\",\"message\":5}", "/sections/0/fields/0/message: must be a text"},
	{"{\"key\":\"a\",\"kind\":\"rows\",\"label\":\"A\",\"columns\":[{\"key\":\"c\",\"kind\":\"text\",\"label\":\"C\",\"visible\":{\"var\":\"d\"}}]}", "/sections/0/fields/0/columns/0/visible: a rule reads the unknown field d"},
	{"{\"key\":\"a\",\"kind\":\"rows\",\"label\":\"A\",\"columns\":[{\"key\":\"c\",\"kind\":\"text\",\"label\":\"C\",\"valid\":{\"var\":\"form.d\"}}]}", "/sections/0/fields/0/columns/0/valid: a rule reads the unknown field d"},
	{"{\"key\":\"a\",\"kind\":\"rows\",\"label\":\"A\",\"columns\":[{\"key\":\"c\",\"kind\":\"rows\",\"label\":\"C\",\"columns\":[{\"key\":\"x\",\"kind\":\"text\",\"label\":\"X\"}]}]}", "/sections/0/fields/0/columns/0: rows within rows"},
	{"{\"key\":\"a\",\"kind\":\"group\",\"label\":\"A\",\"fields\":[{\"key\":\"c\",\"kind\":\"text\",\"label\":\"C\",\"required\":{\"var\":\"a.z\"}}]}", "/sections/0/fields/0/fields/0/required: a rule reads the unknown field z"},
	{"{\"key\":\"a\",\"kind\":\"rows\",\"label\":\"A\",\"fixed_rows\":2,\"columns\":[{\"key\":\"c\",\"kind\":\"text\",\"label\":\"C\"}]}", "/sections/0/fields/0/fixed_rows: must be a list of texts"},
	{"{\"key\":\"a\",\"kind\":\"text\",\"label\":\"A\",\"prefill\":\"nam\"}", "/sections/0/fields/0/prefill: is nothing known of an applicant"},
	{"{\"key\":\"a\",\"kind\":\"text\",\"label\":\"A\",\"prefill\":\"applicant\"}", "/sections/0/fields/0/prefill: is nothing known of an applicant"},
	{"{\"key\":\"a\",\"kind\":\"date\",\"label\":\"A\",\"prefill\":\"name\"}", "/sections/0/fields/0/prefill: not a member of this kind"},
};

TEST(a_faulty_pack_is_refused_with_its_place)
{
	for (size_t i = 0; i < ARRAY_LEN(bad_fields); i++) {
		struct err e = {0};
		struct str text = str_fmt(a, "{\"format\":1,\"id\":\"t\",\"title\":\"T\",\"sections\":[{\"key\":\"s\",\"title\":\"S\",\"fields\":[%s]}]}", bad_fields[i].field);
		json_t *pack = json_loads(text.p, 0, NULL);
		EXPECT(!eform_load(a, pack, NULL, &e));
		EXPECT_TEXT(str_from(e.text), bad_fields[i].why);
		json_decref(pack);
	}
}

static const struct { const char *pack, *why; } bad_packs[] = {
	{"\"colour\":1,", "/colour: unknown member"}, {"\"procedures\":[1],", "/procedures/0: must be a text"}, {"\"form_code\":5,", "/form_code: must be a text"},
	{"\"effective_from\":\"31/12/2026\",", "/effective_from: must be a day, YYYY-MM-DD, or null"}, {"\"needs_check\":\"no\",", "/needs_check: must be true or false"},
	{"\"print\":{\"head\":[]},", "/print/head: unknown member"}, {"\"print\":{\"signature\":{\"right\":{\"name\":\"x\"}}},", "/print/signature/right/name: unknown member"},
	{"\"sections\":[{\"key\":\"s\",\"title\":\"S\",\"intro\":\"x\",\"fields\":[]}],\"sections_\":1,", "/sections_: unknown member"},
};

TEST(a_pack_is_checked_at_its_top_and_in_its_sections)
{
	for (size_t i = 0; i < ARRAY_LEN(bad_packs); i++) {
		struct err e = {0};
		json_t *pack = json_loads(str_fmt(a, "{\"format\":1,%s\"id\":\"t\",\"title\":\"T\",\"sections\":[{\"key\":\"s\",\"title\":\"S\",\"fields\":"
			"[{\"key\":\"a\",\"kind\":\"text\",\"label\":\"A\"}]}]}", bad_packs[i].pack).p, 0, NULL);
		EXPECT(!eform_load(a, pack, NULL, &e));
		EXPECT_TEXT(str_from(e.text), bad_packs[i].why);
		json_decref(pack);
	}
	const char *sections[] = {"{\"key\":\"s\",\"title\":\"S\",\"intro\":1,%s}", "{\"key\":\"s\",\"title\":\"S\",\"note\":1,%s}",
		"{\"key\":\"s\",\"title\":\"S\",%1$s},{\"key\":\"s\",\"title\":\"S\",%1$s}", "5"};
	const char *why[] = {"/sections/0/intro: unknown member", "/sections/0/note: must be a text", "/sections/1: a second section with this key", "/sections/0: must be an object"};
	for (size_t i = 0; i < ARRAY_LEN(sections); i++) {
		struct err e = {0};
		struct buf b = buf_on(a);
		for (const char *p = sections[i]; *p; p++)
			if (*p == '%')
				buf_put(&b, STR("\"fields\":[{\"key\":\"a\",\"kind\":\"text\",\"label\":\"A\"}]")), p += p[1] == '1' ? 3 : 1;
			else
				buf_char(&b, *p);
		json_t *pack = json_loads(str_fmt(a, "{\"format\":1,\"id\":\"t\",\"title\":\"T\",\"sections\":[%s]}", buf_str(&b).p).p, 0, NULL);
		EXPECT(!eform_load(a, pack, NULL, &e));
		EXPECT_TEXT(str_from(e.text), why[i]);
		json_decref(pack);
	}
}

struct typed { const char *name, *value; };

static struct str get_typed(void *ctx, struct str name)
{
	for (const struct typed *t = ctx; t->name; t++)
		if (str_eq(name, str_from(t->name)))
			return str_from(t->value);
	return STR_NONE;
}

TEST(html_names_become_answers_byte_for_byte)
{
	struct err e = {0};
	json_t *pack = json_loads("{\"format\":1,\"id\":\"t\",\"title\":\"T\",\"sections\":[{\"key\":\"s\",\"title\":\"S\",\"fields\":["
		"{\"key\":\"t\",\"kind\":\"text\",\"label\":\"T\"},{\"key\":\"g\",\"kind\":\"group\",\"label\":\"G\",\"fields\":[{\"key\":\"d\",\"kind\":\"date\",\"label\":\"D\"}]},"
		"{\"key\":\"r\",\"kind\":\"rows\",\"label\":\"R\",\"columns\":[{\"key\":\"ten\",\"kind\":\"text\",\"label\":\"Tên\"}]}]}]}", 0, NULL);
	struct typed typed[] = {{"t", " <b>So\xCC\x82 "}, {"g.d", "25/11/2026"}, {"r.0.ten", "một"}, {"r.1.ten", ""}, {"r.7.ten", "ba"}, {"zz", "x"}, {NULL, NULL}};
	struct eform *f = eform_load(a, pack, NULL, &e);
	json_t *got = json_object(), *want = json_pack("{s:s,s:{s:s},s:[{s:s},{s:s},{s:s}]}", "t", " <b>So\xCC\x82 ", "g", "d", "25/11/2026", "r", "ten", "một", "ten", "", "ten", "ba");
	EXPECT(f != NULL);
	eform_from_fields(a, &f->sections[0], get_typed, typed, got);
	EXPECT(json_equal(got, want));
	struct eform_lines l = eform_flatten(a, &f->sections[0], got, NULL);
	EXPECT_TEXT(l.v[l.n - 1].name, "r.2.ten");
	EXPECT_TEXT(l.v[l.n - 1].value, "ba");
	struct eform_context c = {.today = {20000}};
	json_t *clean = NULL;
	EXPECT_INT(eform_check(a, f, got, &c, &clean).n, 0);
	EXPECT_INT(json_array_size(json_object_get(clean, "r")), 2);
	json_decref(clean);
	json_decref(got);
	json_decref(want);
	json_decref(pack);
}

TEST(the_units_in_force_are_those_of_the_day)
{
	json_t *pack = json_loads("{\"format\":1,\"id\":\"t\",\"title\":\"T\",\"sections\":[{\"key\":\"s\",\"title\":\"S\",\"fields\":[{\"key\":\"p\",\"kind\":\"province\",\"label\":\"P\"}]}]}", 0, NULL);
	json_t *units = load(a, "/packs/units/provinces.json"), *v = json_pack("{s:s}", "p", "02"); /* Hà Giang, merged on 01/7/2025 */
	struct err e = {0};
	struct eform *f = eform_load(a, pack, NULL, &e);
	struct eform_context before = {.today = date_from_civil(2025, 6, 30), .units = units}, after = {.today = date_from_civil(2025, 7, 1), .units = units};
	EXPECT_INT(eform_check(a, f, v, &before, NULL).n, 0);
	EXPECT_INT(eform_check(a, f, v, &after, NULL).n, 1);
	EXPECT_TEXT(eform_flatten(a, &f->sections[0], v, &before).v[0].value, "Hà Giang");
	json_object_set_new(v, "p", json_string("24")); /* a code that was given on to another province */
	EXPECT_TEXT(eform_flatten(a, &f->sections[0], v, &before).v[0].value, "Bắc Giang");
	EXPECT_TEXT(eform_flatten(a, &f->sections[0], v, &after).v[0].value, "Bắc Ninh");
	json_decref(v);
	json_decref(units);
	json_decref(pack);
}

TEST(fixed_rows_keep_their_place)
{
	struct err e = {0};
	json_t *pack = eform_pack(STR("{\"format\":1,\"id\":\"t\",\"title\":\"T\",\"sections\":[{\"key\":\"s\",\"title\":\"S\",\"fields\":[{\"key\":\"r\",\"kind\":\"rows\",\"label\":\"R\","
		"\"fixed_rows\":[\"Trong nước\",\"Quốc tế\"],\"required\":true,\"columns\":[{\"key\":\"x\",\"kind\":\"text\",\"label\":\"X\",\"required\":true}]}]}]}"), &e);
	struct eform *f = eform_load(a, pack, NULL, &e);
	struct eform_context c = {.today = {20000}};
	json_t *v = json_pack("{s:[{s:s},{s:s},{s:s}]}", "r", "x", "", "x", "hai", "x", " "), *clean = NULL, *want = json_pack("{s:[{},{s:s}]}", "r", "x", "hai");
	EXPECT_INT(eform_check(a, f, v, &c, &clean).n, 0);
	EXPECT(json_equal(clean, want));
	json_decref(clean);
	json_object_set_new(v, "r", json_pack("[{},{}]"));
	EXPECT_INT(eform_check(a, f, v, &c, NULL).n, 1);
	json_decref(v);
	json_decref(want);
	json_decref(pack);
}

/* Fixed rows side by side, what is asked of each below each other; the parts of a group have their name above them. */
TEST(a_table_too_wide_is_printed_turned)
{
	struct err e = {0};
	json_t *pack = eform_pack(STR("{\"format\":1,\"id\":\"t\",\"title\":\"T\",\"sections\":[{\"key\":\"s\",\"title\":\"S\",\"fields\":[{\"key\":\"r\",\"kind\":\"rows\",\"label\":\"R\",\"print_turned\":true,"
		"\"fixed_rows\":[\"A\",\"B\",\"C\"],\"columns\":[{\"key\":\"x\",\"kind\":\"text\",\"label\":\"X\"},{\"key\":\"g\",\"kind\":\"group\",\"label\":\"G\",\"fields\":[{\"key\":\"k\",\"kind\":\"number\",\"label\":\"K\"}]}]}]}]}"), &e);
	struct eform *f = eform_load(a, pack, NULL, &e);
	struct eform_context c = {.today = {20000}};
	json_t *v = json_pack("{s:[{s:s},{s:{s:f}}]}", "r", "x", "mot", "g", "k", 2.5), *flat = eform_print_json(f, v, &c);
	const json_t *table = json_array_get(json_object_get(json_array_get(json_object_get(flat, "sections"), 0), "tables"), 0);
	json_t *want = json_loads("{\"title\":\"R\",\"columns\":[\"\",\"A\",\"B\",\"C\"],\"widths\":[34,22,22,22],\"rows\":["
		"{\"cells\":[{\"value\":\"X\"},{\"value\":\"mot\"},{\"value\":\"\"},{\"value\":\"\"}]},{\"cells\":[{\"value\":\"G\"},{\"value\":\"\"},{\"value\":\"\"},{\"value\":\"\"}]},"
		"{\"cells\":[{\"value\":\"K\"},{\"value\":\"\"},{\"value\":\"2,5\"},{\"value\":\"\"}]}]}", 0, NULL);
	EXPECT(json_equal(table, want));
	json_decref(want);
	json_decref(flat);
	json_decref(v);
	json_decref(pack);
}

TEST(who_reads_english_sees_its_separators_and_labels)
{
	struct err e = {0};
	json_t *pack = eform_pack(STR("{\"format\":1,\"id\":\"t\",\"title\":\"T\",\"sections\":[{\"key\":\"s\",\"title\":\"S\",\"fields\":[{\"key\":\"m\",\"kind\":\"money\",\"label\":\"Tiền\",\"label_en\":\"Sum\"},"
		"{\"key\":\"n\",\"kind\":\"number\",\"label\":\"Số\"},{\"key\":\"y\",\"kind\":\"yesno\",\"label\":\"Y\"},{\"key\":\"c\",\"kind\":\"choice\",\"label\":\"C\",\"options\":[{\"value\":\"a\",\"label\":\"Một\",\"label_en\":\"One\"}]}]}]}"), &e);
	struct eform *f = eform_load(a, pack, NULL, &e);
	json_t *v = json_pack("{s:i,s:f,s:b,s:s}", "m", 1200000, "n", 12.5, "y", 1, "c", "a");
	static const char *const want[2][5] = {{"Tiền", "1.200.000", "12,5", "Có", "Một"}, {"Sum", "1,200,000", "12.5", "Yes", "One"}};
	for (int english = 0; english < 2; english++) {
		struct eform_context c = {.today = {20000}, .english = english};
		struct eform_lines l = eform_flatten(a, &f->sections[0], v, &c);
		EXPECT_TEXT(l.v[0].label, want[english][0]);
		for (size_t i = 0; i < 4; i++)
			EXPECT_TEXT(l.v[i].value, want[english][i + 1]);
		EXPECT_TEXT(l.v[1].label, "Số");
	}
	json_decref(v);
	json_decref(pack);
}

/* Where the pack says so and nothing was answered: not even a blank is written over, nor a person's part for an organisation. */
TEST(what_is_known_of_the_applicant_is_filled_in)
{
	struct err e = {0};
	json_t *pack = eform_pack(STR("{\"format\":1,\"id\":\"t\",\"title\":\"T\",\"sections\":[{\"key\":\"s\",\"title\":\"S\",\"fields\":[{\"key\":\"a\",\"kind\":\"text\",\"label\":\"A\",\"prefill\":\"name\"},"
		"{\"key\":\"b\",\"kind\":\"phone\",\"label\":\"B\",\"prefill\":\"phone\"},{\"key\":\"c\",\"kind\":\"text\",\"label\":\"C\"},{\"key\":\"l\",\"kind\":\"choice\",\"label\":\"L\",\"prefill\":\"kind\","
		"\"options\":[{\"value\":\"ca_nhan\",\"label\":\"1\"},{\"value\":\"to_chuc\",\"label\":\"2\"}]},{\"key\":\"p\",\"kind\":\"person\",\"label\":\"P\",\"prefill\":\"applicant\"},"
		"{\"key\":\"o\",\"kind\":\"organisation\",\"label\":\"O\",\"prefill\":\"applicant\"}]}]}"), &e);
	struct eform *f = eform_load(a, pack, NULL, &e);
	struct eform_known firm = {.name = STR("Công ty Mẫu"), .identity = STR("9900000009"), .phone = STR("0912000000"), .organisation = true};
	json_t *v = json_pack("{s:s}", "b", ""), *want = json_pack("{s:s,s:s,s:s,s:{s:s,s:s,s:s}}", "b", "", "a", "Công ty Mẫu", "l", "to_chuc", "o", "ten", "Công ty Mẫu", "ma_so_thue", "9900000009", "dien_thoai", "0912000000");
	EXPECT_INT(eform_prefill(&f->sections[0], &firm, v), 5);
	EXPECT(json_equal(v, want));
	EXPECT_INT(eform_prefill(&f->sections[0], &firm, v), 0);
	json_decref(v);
	json_decref(want);
	json_decref(pack);
}

TEST(an_address_has_a_district_until_the_districts_ended)
{
	struct err e = {0};
	json_t *units = load(a, "/packs/units/provinces.json");
	json_t *pack = eform_pack(STR("{\"format\":1,\"id\":\"t\",\"title\":\"T\",\"sections\":[{\"key\":\"s\",\"title\":\"S\",\"fields\":[{\"key\":\"d\",\"kind\":\"address\",\"label\":\"D\"}]}]}"), &e);
	struct eform *f = eform_load(a, pack, NULL, &e);
	struct eform_context before = {.today = date_from_civil(2025, 6, 30), .units = units}, after = {.today = date_from_civil(2025, 7, 1), .units = units};
	json_t *v = json_pack("{s:{s:s,s:s}}", "d", "tinh", "01", "xa", "Phường Mẫu"), *clean = NULL;
	EXPECT_INT(eform_check(a, f, v, &after, NULL).n, 0);
	struct eform_errors gap = eform_check(a, f, v, &before, NULL);
	EXPECT_INT(gap.n, 1);
	EXPECT_TEXT(gap.first->pointer, "/d/huyen");
	EXPECT_INT(eform_flatten(a, &f->sections[0], v, NULL).n, 4);
	json_object_set_new(json_object_get(v, "d"), "huyen", json_string("Quận Mẫu"));
	EXPECT_INT(eform_check(a, f, v, &before, NULL).n, 0);
	EXPECT_INT(eform_flatten(a, &f->sections[0], v, NULL).n, 5);
	EXPECT_INT(eform_check(a, f, v, &after, &clean).n, 0);
	EXPECT(!json_object_get(json_object_get(clean, "d"), "huyen"));
	/* the border is the one of packs/units */
	EXPECT_TEXT(str_from(json_string_value(json_object_get(json_array_get(json_object_get(units, "sets"), 0), "to"))), "2025-06-30");
	EXPECT(!eform_asked(&f->sections[0].fields[0].fields[1], after.today) && eform_asked(&f->sections[0].fields[0].fields[1], before.today));
	json_decref(clean);
	json_decref(v);
	json_decref(pack);
	json_decref(units);
}

TEST(the_sex_of_a_person_is_asked_where_the_form_has_it)
{
	struct err e = {0};
	json_t *units = load(a, "/packs/units/provinces.json");
	json_t *pack = eform_pack(STR("{\"format\":1,\"id\":\"t\",\"title\":\"T\",\"sections\":[{\"key\":\"s\",\"title\":\"S\",\"fields\":[{\"key\":\"p\",\"kind\":\"person\",\"label\":\"P\",\"with_sex\":true},"
		"{\"key\":\"q\",\"kind\":\"person\",\"label\":\"Q\"}]}]}"), &e);
	struct eform *f = eform_load(a, pack, NULL, &e);
	struct eform_context c = {.today = date_from_civil(2026, 11, 24), .units = units};
	json_t *v = eform_example(a, f, &c);
	EXPECT_INT(f->sections[0].fields[0].n, f->sections[0].fields[1].n + 1);
	json_object_set_new(json_object_get(v, "p"), "gioi_tinh", json_string("nu"));
	EXPECT_INT(eform_check(a, f, v, &c, NULL).warnings, 0);
	json_object_set_new(json_object_get(v, "p"), "gioi_tinh", json_string("nam"));
	struct eform_errors x = eform_check(a, f, v, &c, NULL);
	EXPECT_INT(x.n, 0);
	EXPECT_INT(x.warnings, 1);
	json_object_del(json_object_get(v, "p"), "gioi_tinh");
	EXPECT_INT(eform_check(a, f, v, &c, NULL).n, 1);
	json_decref(v);
	json_decref(pack);
	json_decref(units);
}

TEST(a_tax_code_with_a_bad_check_digit_warns)
{
	struct err e = {0};
	json_t *pack = eform_pack(STR("{\"format\":1,\"id\":\"t\",\"title\":\"T\",\"sections\":[{\"key\":\"s\",\"title\":\"S\",\"fields\":[{\"key\":\"m\",\"kind\":\"tax_code\",\"label\":\"M\"}]}]}"), &e);
	struct eform *f = eform_load(a, pack, NULL, &e);
	struct eform_context c = {.today = {20000}};
	const struct { const char *code; size_t n, warnings; } t[] = {{"0100233488", 0, 0}, {"0100233489", 0, 1}, {"0100233489-001", 0, 1},
		{"010023348", 1, 0}, {"0100233489-000", 1, 0}, {"003190000001", 1, 0}};
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		json_t *v = json_pack("{s:s}", "m", t[i].code);
		struct eform_errors x = eform_check(a, f, v, &c, NULL);
		EXPECT_INT(x.n, t[i].n);
		EXPECT_INT(x.warnings, t[i].warnings);
		json_decref(v);
	}
	json_decref(pack);
}

/* Each input of the corpus, cut short and with bytes changed. */
TEST(the_fuzz_corpus_is_survived)
{
	struct str dir = str_cat(a, test_source_dir(a), STR("/tests/fixtures/fuzz/form"));
	DIR *d = opendir(dir.p);
	size_t files = 0;
	EXPECT(d != NULL);
	for (struct dirent *x; (x = readdir(d));) {
		if (x->d_name[0] == '.')
			continue;
		struct str text = test_read_file(a, str_fmt(a, "%s/%s", dir.p, x->d_name));
		for (size_t round = 0; round <= 60; round++) {
			size_t n = round % 2 ? text.n * round / 60 : text.n;
			uint8_t *copy = arena_alloc(a, n + 1);
			memcpy(copy, text.p, n);
			for (size_t k = 0; n > 1 && k < round % 4; k++)
				copy[1 + (round * 2654435761u + k * 40503u) % (n - 1)] ^= (uint8_t)(1 + (round * 31 + k) % 255);
			LLVMFuzzerTestOneInput(copy, n);
		}
		files++;
	}
	closedir(d);
	EXPECT(files >= 12);
}

static void survives(struct world *w, const struct eform *f)
{
	json_t *deep = json_array(), *huge = json_object();
	for (int i = 0; i < 1000; i++)
		deep = json_pack("[o]", deep);
	for (size_t i = 0; i < f->n; i++)
		for (size_t k = 0; k < f->sections[i].n; k++)
			json_object_setn(huge, f->sections[i].fields[k].key.p, f->sections[i].fields[k].key.n, deep);
	json_object_set_new(huge, "zz\"/~", json_integer(1));
	EXPECT(eform_check(w->a, f, huge, &w->c, NULL).n > 0);
	EXPECT(eform_check(w->a, f, deep, &w->c, NULL).n > 0);
	EXPECT(eform_check(w->a, f, NULL, &w->c, NULL).n > 0);
	json_t *open = eform_public_json(f);
	EXPECT(json_array_size(json_object_get(open, "sections")) == f->n);
	json_decref(open);
	json_decref(deep);
	json_decref(huge);
}

TEST(hostile_answers_are_errors_and_nothing_more)
{
	struct world w;
	each_form(a, &w, survives);
}

static void warns(struct world *w, const struct eform *f)
{
	if (!str_eq(f->id, STR("don-chung")))
		return;
	json_t *x = eform_example(w->a, f, &w->c);
	json_object_set_new(json_object_get(x, "ca_nhan"), "ngay_sinh", json_string("01/05/1991"));
	struct eform_errors e = eform_check(w->a, f, x, &w->c, NULL);
	EXPECT_INT(e.n, 0);
	EXPECT_INT(e.warnings, 1);
	EXPECT_TEXT(e.first->pointer, "/ca_nhan/so_dinh_danh");
	json_decref(x);
}

TEST(a_birth_that_does_not_fit_the_id_warns_and_is_accepted)
{
	struct world w;
	each_form(a, &w, warns);
}
