#include "catalogue/catalogue_index.h"
#include "core/test/test.h"
#include <stdio.h>
#include <string.h>

static struct catalogue_index *index_of_packs(struct arena *a)
{
	struct pack p = pack_embedded();
	struct pack_report r = pack_report_on(a);
	const struct procedure *list;
	size_t n;
	if (!procedures_read(&r, &p, &list, &n))
		FAIL("%.*s", STR_ARG(pack_report_text(a, &r)));
	return catalogue_index_new(list, n);
}

static struct catalogue_result search(const struct catalogue_index *ix, struct arena *a, const char *text)
{
	struct catalogue_query q = CATALOGUE_QUERY(str_from(text));
	return catalogue_search(ix, a, &q);
}

static bool among_first(const struct catalogue_result *r, size_t k, struct str id)
{
	for (size_t i = 0; i < k && i < r->n; i++)
		if (str_eq(r->hits[i].procedure->id, id))
			return true;
	return false;
}

/* The committed questions: tests/fixtures/catalogue-queries.json. */
static bool answered(const struct catalogue_index *ix, struct arena *a, const json_t *query)
{
	const char *text = json_string_value(json_object_get(query, "q"));
	const json_t *accept = json_object_get(query, "accept");
	struct catalogue_result r = search(ix, a, text);
	for (size_t i = 0; i < json_array_size(accept); i++)
		if (among_first(&r, 3, str_from(json_string_value(json_array_get(accept, i)))))
			return true;
	printf("  not in the first three: \"%s\" (%s); found", text, json_string_value(json_array_get(accept, 0)));
	for (size_t i = 0; i < r.n && i < 3; i++)
		printf(" %.*s", STR_ARG(r.hits[i].procedure->id));
	printf(", read as \"%.*s\"\n", STR_ARG(r.read_as));
	return false;
}

TEST(of_100_committed_queries_at_least_95_are_in_the_first_three)
{
	struct catalogue_index *ix = index_of_packs(a);
	struct str text = test_read_file(a, str_cat(a, test_source_dir(a), STR("/tests/fixtures/catalogue-queries.json")));
	AUTO_PACK_JSON tree = json_loadb(text.p, text.n, 0, NULL);
	const json_t *queries = json_object_get(tree, "queries");
	EXPECT_INT(json_array_size(queries), 100);
	int good = 0;
	for (size_t i = 0; i < 100; i++)
		good += answered(ix, a, json_array_get(queries, i));
	printf("  %d of 100\n", good);
	catalogue_index_free(ix);
	EXPECT(good >= 95);
}

TEST(finds_by_slug_code_and_provincial_code)
{
	struct catalogue_index *ix = index_of_packs(a);
	const char *codes[] = {"bx-cap-phep-xquang", "2.002380", "2.002380.000.00.00.H58", "2.002380.H58"};
	for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
		const struct procedure *p = catalogue_by_code(ix, str_from(codes[i]));
		EXPECT(p && str_eq(p->id, STR("bx-cap-phep-xquang")));
		struct catalogue_result r = search(ix, a, codes[i]);
		EXPECT_TEXT(r.hits[0].procedure->id, "bx-cap-phep-xquang");
	}
	EXPECT(!catalogue_by_code(ix, STR("")) && !catalogue_by_code(ix, STR("2.00238")) && !catalogue_by_code(ix, STR("2.0023801")));
	EXPECT_TEXT(search(ix, a, "2.00238").hits[0].procedure->code, "2.002380");
	catalogue_index_free(ix);
}

TEST(finds_while_the_last_word_is_typed)
{
	struct catalogue_index *ix = index_of_packs(a);
	const char *typed[] = {"chuyển giao c", "chuyển giao công ng", "chuyển giao công nghệ"};
	for (size_t i = 0; i < ARRAY_LEN(typed); i++) {
		struct catalogue_result r = search(ix, a, typed[i]);
		EXPECT(among_first(&r, 2, STR("cg-dang-ky")));
	}
	catalogue_index_free(ix);
}

TEST(says_how_it_read_the_words)
{
	struct catalogue_index *ix = index_of_packs(a);
	EXPECT_TEXT(search(ix, a, "giaays pheps buwcs xaj").read_as, "giay phep buc xa");
	EXPECT_TEXT(search(ix, a, "Giấy phép").read_as, "giay phep");
	catalogue_index_free(ix);
}

TEST(empty_and_hostile_texts)
{
	struct catalogue_index *ix = index_of_packs(a);
	EXPECT_INT(search(ix, a, "").n, 72);
	EXPECT_INT(search(ix, a, " … !!! ").n, 72);
	EXPECT_INT(search(ix, a, "zzzzzzzzzz qqqqqqqqq").n, 0);
	EXPECT_INT(search(ix, a, "<script>alert(1)</script> OR 1=1 --").n, 0);
	EXPECT(search(ix, a, "\xff\xfe x quang \xe1\xba").n > 0);
	char *longest = NEW_ARRAY(a, 100001, char);
	for (size_t i = 0; i < 100000; i++)
		longest[i] = "giay phep "[i % 10];
	EXPECT(search(ix, a, longest).n > 0);
	catalogue_index_free(ix);
}

TEST(an_empty_catalogue_is_searched)
{
	struct catalogue_index *ix = catalogue_index_new(NULL, 0);
	EXPECT_INT(search(ix, a, "").n, 0);
	EXPECT_INT(search(ix, a, "giấy phép").n, 0);
	EXPECT(!catalogue_by_code(ix, STR("x")));
	EXPECT_INT(catalogue_field_name(ix, 0).n, 0);
	catalogue_index_free(ix);
	catalogue_index_free(NULL);
}

TEST(facets_count_what_choosing_them_would_show)
{
	struct catalogue_index *ix = index_of_packs(a);
	int postal = catalogue_field_number(ix, STR("buu-chinh"));
	EXPECT_TEXT(catalogue_field_name(ix, postal), "Bưu chính");
	EXPECT_TEXT(catalogue_field_code(ix, postal), "buu-chinh");
	struct catalogue_query q = CATALOGUE_QUERY(STR(""));
	struct catalogue_result all = catalogue_search(ix, a, &q);
	EXPECT_INT(all.counts[FACET_FIELD][postal], 7);
	const int values[FACETS] = {postal, AUDIENCE_PERSON, ONLINE_FULL + 1, FEE_SOME};
	for (int f = 0; f < FACETS; f++) {
		struct catalogue_query one = CATALOGUE_QUERY(STR("cấp giấy"));
		struct catalogue_result before = catalogue_search(ix, a, &one);
		one.values[f] = values[f];
		struct catalogue_result after = catalogue_search(ix, a, &one);
		EXPECT_INT(after.n, before.counts[f][values[f]]);
		if (after.n == 0 || after.n >= before.n)
			FAIL("facet %d leaves %zu of %zu", f, after.n, before.n);
		/* The facet's own other values stay to be chosen. */
		EXPECT_INT(memcmp(after.counts[f], before.counts[f], sizeof after.counts[f]), 0);
	}
	int total = 0;
	for (int v = 0; v < FEE_KINDS; v++)
		total += all.counts[FACET_FEE][v];
	EXPECT_INT(total, 72);
	catalogue_index_free(ix);
}

TEST(five_thousand_procedures_are_searched)
{
	struct pack p = pack_embedded();
	struct pack_report r = pack_report_on(a);
	const struct procedure *list;
	size_t n;
	EXPECT(procedures_read(&r, &p, &list, &n));
	struct procedure *many = NEW_ARRAY(a, 5000, struct procedure);
	for (size_t i = 0; i < 5000; i++) {
		many[i] = list[i % n];
		many[i].id = str_fmt(a, "%.*s-%zu", STR_ARG(list[i % n].id), i);
	}
	struct catalogue_index *ix = catalogue_index_new(many, 5000);
	struct catalogue_result found = search(ix, a, "gia hạn giấy phép x quang");
	EXPECT(found.n > 0 && str_starts(found.hits[0].procedure->id, STR("bx-gia-han-xquang")));
	catalogue_index_free(ix);
}
