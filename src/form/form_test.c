#include "form/form.h"
#include "core/test/test.h"
#include <dirent.h>
#include <string.h>

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

TEST(the_example_of_each_form_is_accepted)
{
	struct world w;
	each_form(a, &w, accepts_example);
	EXPECT_INT(w.forms, 19);
}

static bool error_at(struct eform_errors e, struct str pointer)
{
	for (struct eform_error *x = e.first; x; x = x->next)
		if (str_starts(x->pointer, pointer))
			return true;
	return false;
}

static void refuses_gaps(struct world *w, const struct eform *f)
{
	for (size_t i = 0; i < f->n; i++)
		for (size_t k = 0; k < f->sections[i].n; k++) {
			const struct eform_field *x = &f->sections[i].fields[k];
			json_t *v = eform_example(w->a, f, &w->c);
			bool there = json_object_deln(v, x->key.p, x->key.n) == 0;
			struct eform_errors e = eform_check(w->a, f, v, &w->c, NULL);
			if (there && x->always)
				EXPECT(error_at(e, str_fmt(w->a, "/%.*s", STR_ARG(x->key))));
			w->tried += there && x->always;
			json_decref(v);
		}
}

TEST(each_required_field_left_out_is_an_error_there)
{
	struct world w;
	each_form(a, &w, refuses_gaps);
	EXPECT(w.tried > 60);
}

static const char *const wrong[] = {"{\"x\":1}", "[[1]]", "[{\"zz\":1}]", "\"a\\u0007b\"", "1e300", "[\"\\u0001\"]"};

static void refuses_nonsense(struct world *w, const struct eform *f)
{
	for (size_t i = 0; i < f->n; i++)
		for (size_t k = 0; k < f->sections[i].n; k++)
			for (size_t n = 0; n < ARRAY_LEN(wrong); n++) {
				const struct eform_field *x = &f->sections[i].fields[k];
				json_t *v = eform_example(w->a, f, &w->c);
				if (json_object_getn(v, x->key.p, x->key.n)) {
					json_object_setn_new(v, x->key.p, x->key.n, json_loads(wrong[n], JSON_DECODE_ANY, NULL));
					struct eform_errors e = eform_check(w->a, f, v, &w->c, NULL);
					if (!error_at(e, str_fmt(w->a, "/%.*s", STR_ARG(x->key))))
						FAIL("%.*s /%.*s took %s", STR_ARG(f->id), STR_ARG(x->key), wrong[n]);
				}
				json_decref(v);
			}
}

TEST(each_field_refuses_each_wrong_kind)
{
	struct world w;
	each_form(a, &w, refuses_nonsense);
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
	EXPECT(email_ok(STR("a.b@so.gov.vn")) && !email_ok(STR("a@b")) && !email_ok(STR("a b@c.vn")) && !email_ok(STR("@c.vn")) && !email_ok(STR("a@-c.vn")));
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
	{"{\"key\":\"a\",\"kind\":\"tekst\",\"label\":\"A\"}", "/sections/0/fields/0: unknown kind"},
	{"{\"key\":\"a\",\"kind\":\"text\",\"label\":\"A\",\"colour\":1}", "/sections/0/fields/0/colour: unknown member"},
	{"{\"key\":\"a\",\"kind\":\"text\",\"label\":\"A\",\"visible\":{\"zz\":1}}", "/sections/0/fields/0/visible: unknown operator \"zz\""},
	{"{\"key\":\"a\",\"kind\":\"text\",\"label\":\"A\",\"visible\":{\"var\":\"b\"}}", "a: a rule reads the unknown field b"},
	{"{\"key\":\"a\",\"kind\":\"choice\",\"label\":\"A\"}", "/sections/0/fields/0: a choice needs options"},
	{"{\"key\":\"a\",\"kind\":\"text\",\"label\":\"A\"},{\"key\":\"a\",\"kind\":\"text\",\"label\":\"A\"}", "/sections/0/fields/1: a second field with this key"},
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
	struct typed typed[] = {{"t", " <b>So\xCC\x82 "}, {"g.d", "25/11/2026"}, {"r.0.ten", "một"}, {"r.1.ten", ""}, {"r.2.ten", "ba"}, {"zz", "x"}, {NULL, NULL}};
	struct eform *f = eform_load(a, pack, NULL, &e);
	json_t *got = json_object(), *want = json_pack("{s:s,s:{s:s},s:[{s:s},{s:s},{s:s}]}", "t", " <b>So\xCC\x82 ", "g", "d", "25/11/2026", "r", "ten", "một", "ten", "", "ten", "ba");
	EXPECT(f != NULL);
	eform_from_fields(a, &f->sections[0], get_typed, typed, got);
	EXPECT(json_equal(got, want));
	struct eform_lines l = eform_flatten(a, &f->sections[0], got);
	EXPECT_TEXT(l.v[l.n - 1].name, "r.2.ten");
	EXPECT_TEXT(l.v[l.n - 1].value, "ba");
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
	struct eform_context before = {date_from_civil(2025, 6, 30), units}, after = {date_from_civil(2025, 7, 1), units};
	EXPECT_INT(eform_check(a, f, v, &before, NULL).n, 0);
	EXPECT_INT(eform_check(a, f, v, &after, NULL).n, 1);
	json_decref(v);
	json_decref(units);
	json_decref(pack);
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
