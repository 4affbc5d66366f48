#include "core/pack/pack.h"
#include "core/test/test.h"
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void write_file(struct arena *a, struct str dir, const char *name, struct str bytes)
{
	struct str path = str_fmt(a, "%.*s/%s", STR_ARG(dir), name);
	FILE *f = fopen(path.p, "w");
	EXPECT(f != NULL);
	EXPECT_INT(fwrite(bytes.p, 1, bytes.n, f), bytes.n);
	EXPECT_INT(fclose(f), 0);
}

static void make_dir(struct arena *a, struct str dir, const char *name)
{
	EXPECT_INT(mkdir(str_fmt(a, "%.*s/%s", STR_ARG(dir), name).p, 0700), 0);
}

TEST(a_file_is_found_by_its_whole_name)
{
	struct pack p = pack_embedded();
	const struct pack_file *f = pack_find(&p, STR("units/provinces.json"));
	EXPECT(f && f->bytes.n > 100);
	EXPECT(!pack_find(&p, STR("provinces.json")) && !pack_find(&p, STR("")) && !pack_find(&(struct pack){0}, STR("x")));
}

TEST(one_pack_lies_over_another)
{
	const struct pack_file lower[] = {{STR("a/1.json"), STR("old")}, {STR("b/2.json"), STR("b")}, {STR("d/4.json"), STR("d")}};
	const struct pack_file upper[] = {{STR("a/0.json"), STR("zero")}, {STR("a/1.json"), STR("new")}, {STR("c/3.json"), STR("c")}, {STR("e/5.json"), STR("e")}};
	static const char *const want[][2] = {{"a/0.json", "zero"}, {"a/1.json", "new"}, {"b/2.json", "b"}, {"c/3.json", "c"}, {"d/4.json", "d"}, {"e/5.json", "e"}};
	struct pack p = pack_over(a, (struct pack){lower, ARRAY_LEN(lower)}, (struct pack){upper, ARRAY_LEN(upper)});
	EXPECT_INT(p.n, ARRAY_LEN(want));
	for (size_t i = 0; i < p.n; i++) {
		EXPECT_TEXT(p.files[i].name, want[i][0]);
		EXPECT_TEXT(p.files[i].bytes, want[i][1]);
	}
	EXPECT_INT(pack_over(a, (struct pack){0}, (struct pack){0}).n, 0);
	EXPECT_INT(pack_over(a, (struct pack){lower, 3}, (struct pack){0}).n, 3);
}

TEST(embedded_packs_are_the_files_of_the_source)
{
	struct pack inside = pack_embedded(), outside;
	struct err e = {0};
	EXPECT_OK(pack_read_dir(a, str_cat(a, test_source_dir(a), STR("/packs")), &outside, &e), e);
	EXPECT(inside.n > 72);
	EXPECT_INT(inside.n, outside.n);
	for (size_t i = 0; i < inside.n; i++) {
		EXPECT_STR(inside.files[i].name, outside.files[i].name);
		EXPECT_STR(pack_hash(a, inside.files[i]), pack_hash(a, outside.files[i]));
		EXPECT(i == 0 || str_cmp(inside.files[i - 1].name, inside.files[i].name) < 0);
	}
}

TEST(folder_reads_json_two_deep_and_no_links)
{
	struct str dir = test_temp_dir(a);
	make_dir(a, dir, "b");
	make_dir(a, dir, "b/c");
	make_dir(a, dir, "b/c/d");
	const char *names[] = {"z.json", "b/y.json", "b/c/x.json", "b/c/d/too-deep.json", ".hidden.json", "readme.txt"};
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		write_file(a, dir, names[i], STR("{}"));
	EXPECT_INT(symlink("/etc/passwd", str_fmt(a, "%.*s/link.json", STR_ARG(dir)).p), 0);
	struct pack p;
	struct err e = {0};
	EXPECT_OK(pack_read_dir(a, dir, &p, &e), e);
	EXPECT_INT(p.n, 3);
	EXPECT_TEXT(p.files[0].name, "b/c/x.json");
	EXPECT_TEXT(p.files[2].name, "z.json");
	EXPECT_TEXT(pack_hash(a, p.files[0]), "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
	EXPECT_ERR(pack_read_dir(a, STR("/nowhere/at/all"), &p, &e), e, ERR_NOT_FOUND);
}

TEST(folder_refuses_a_huge_file)
{
	struct str dir = test_temp_dir(a);
	write_file(a, dir, "big.json", STR("{}"));
	EXPECT_INT(truncate(str_fmt(a, "%.*s/big.json", STR_ARG(dir)).p, 5 * 1024 * 1024), 0);
	struct pack p;
	struct err e = {0};
	EXPECT_ERR(pack_read_dir(a, dir, &p, &e), e, ERR_TOO_LARGE);
}

static struct str parse_report(struct arena *a, struct str json)
{
	struct pack_report r = pack_report_on(a);
	AUTO_PACK_JSON tree = NULL;
	struct pack_node root;
	EXPECT(!pack_parse(&r, (struct pack_file){STR("f.json"), json}, 2, &tree, &root));
	EXPECT_INT(r.faults, 1);
	return pack_report_text(a, &r);
}

TEST(parse_names_file_and_place)
{
	EXPECT(str_starts(parse_report(a, STR("{\n \"a\": }")), STR("f.json: : line 2, column 7")));
	EXPECT_TEXT(parse_report(a, STR("[]")), "f.json: : not an object\n");
	EXPECT_TEXT(parse_report(a, STR("{}")), "f.json: /format: missing: must be a whole number\n");
	EXPECT_TEXT(parse_report(a, STR("{\"format\":3}")), "f.json: /format: format 3 is not known here (1 to 2 are)\n");
	EXPECT(str_find(parse_report(a, STR("{\"format\":1,\"format\":1}")), STR("duplicate")) > 0);
	EXPECT(parse_report(a, STR("")).n > 0);
	EXPECT(parse_report(a, STR("{\"a\":\"\xff\"}")).n > 0);
	char *deep = memset(NEW_ARRAY(a, 200000, char), '[', 200000);
	EXPECT(str_find(parse_report(a, (struct str){deep, 200000}), STR("depth")) > 0);
}

static struct pack_node good(struct pack_report *r, struct str json, json_t **tree)
{
	struct pack_node root;
	EXPECT(pack_parse(r, (struct pack_file){STR("f"), json}, 1, tree, &root));
	return root;
}

TEST(values_of_the_right_type)
{
	struct pack_report r = pack_report_on(a);
	AUTO_PACK_JSON tree = NULL;
	struct pack_node n = good(&r, STR("{\"format\":1,\"t\":\"x\",\"z\":null,\"l\":[\"a\",\"b\"],\"d\":\"2025-02\",\"o\":{\"b\":1,\"a\":[2]},\"y\":true}"), &tree);
	struct date d;
	size_t len;
	EXPECT_TEXT(pack_text(n, "t", PACK_REQUIRED), "x");
	EXPECT_INT(pack_text(n, "z", PACK_MAY_BE_NULL).n, 0);
	EXPECT_TEXT(pack_texts(n, "l", &len)[1], "b");
	EXPECT(pack_day(n, "d", true, &d) && d.day == date_from_civil(2025, 2, 28).day);
	EXPECT(pack_day(n, "d", false, &d) && d.day == date_from_civil(2025, 2, 1).day);
	EXPECT(!pack_day(n, "z", false, &d));
	EXPECT_TEXT(pack_raw(n, "o"), "{\"a\":[2],\"b\":1}");
	EXPECT(pack_bool(n, "y"));
	EXPECT_INT(pack_word(n, "t", (const char *const[]){"w", "x", NULL}), 1);
	EXPECT_INT(pack_word(n, "z", (const char *const[]){"w", NULL}), -1);
	EXPECT_INT(r.n, 0);
}

TEST(each_fault_is_reported_once_with_its_pointer)
{
	struct pack_report r = pack_report_on(a);
	AUTO_PACK_JSON tree = NULL;
	struct pack_node n = good(&r, STR("{\"format\":1,\"t\":7,\"z\":null,\"e\":\"\",\"l\":[\"a\",3],\"d\":\"2025-02-30\",\"a/b~\":1,\"w\":\"no\"}"), &tree);
	struct date d;
	size_t len;
	int64_t v;
	pack_text(n, "t", PACK_REQUIRED);
	pack_text(n, "z", PACK_REQUIRED);
	pack_text(n, "e", PACK_REQUIRED);
	pack_texts(n, "l", &len);
	pack_day(n, "d", false, &d);
	pack_word(n, "w", (const char *const[]){"yes", NULL});
	pack_only_keys(n, (const char *const[]){"format", "t", "z", "e", "l", "d", "w", NULL});
	struct pack_node missing = pack_get(n, "gone");
	EXPECT(!pack_int(missing, "deeper", PACK_REQUIRED, &v));
	EXPECT_TEXT(pack_report_text(a, &r),
		"f: /t: must be text\nf: /z: must not be null\nf: /e: must not be empty: null says that the source has nothing\n"
		"f: /l/1: must be text, not empty\nf: /d: must be a day (2025-07-01) or a month (2025-07)\n"
		"f: /w: \"no\" is none of the known words\nf: /a~1b~0: unknown key\n");
	EXPECT_INT(r.faults, 7);
}

TEST(ids_are_slugs)
{
	EXPECT(pack_is_id(STR("bx-cap-phep-xquang")) && pack_is_id(STR("a")) && pack_is_id(STR("2026")));
	const char *bad[] = {"", "-a", "a-", "a--b", "A", "a/b", "../x", "á", "a b",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		EXPECT(!pack_is_id(str_from(bad[i])));
}
