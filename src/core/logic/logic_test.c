#include "core/logic/logic.h"
#include "core/test/test.h"
#include <dirent.h>
#include <stdlib.h>
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

/* json_equal, with 2 and 2.0 the same. */
static bool alike(const json_t *x, const json_t *y)
{
	if (json_is_number(x) && json_is_number(y))
		return json_number_value(x) == json_number_value(y);
	if (json_is_array(x) && json_is_array(y)) {
		for (size_t i = 0; i < json_array_size(x); i++)
			if (!alike(json_array_get(x, i), json_array_get(y, i)))
				return false;
		return json_array_size(x) == json_array_size(y);
	}
	return json_equal(x, y) == 1;
}

TEST(every_shared_case_has_the_expected_result)
{
	json_t *cases = load(a, "/tests/fixtures/jsonlogic/compatible.json"), *c = NULL;
	size_t i = 0, ran = 0;
	json_array_foreach(cases, i, c) {
		struct err e = {0};
		json_t *got = NULL;
		if (!json_is_object(c))
			continue;
		const struct logic *rule = logic_compile(a, json_object_get(c, "rule"), &e);
		if (!rule || !logic_eval(a, rule, json_object_get(c, "data"), &got, &e))
			FAIL("case %zu: %s", i, e.text);
		if (!alike(got, json_object_get(c, "result")))
			FAIL("case %zu %s: got %s", i, json_string_value(json_object_get(c, "description")), json_dumps(got, JSON_ENCODE_ANY));
		json_decref(got);
		ran++;
	}
	EXPECT_INT(ran, 278);
	json_decref(cases);
}

static const struct { const char *line, *want; } lines[] = {
	{"{\"rule\":{\"date_diff\":[\"2026-01-31\",\"2026-02-28\",\"months\"]}}", "{\"result\":0}"},
	{"{\"rule\":{\"date_diff\":[\"2000-02-29\",\"2026-02-28\",\"years\"]}}", "{\"result\":25}"},
	{"{\"rule\":{\"date_diff\":[{\"today\":[]},\"2026-12-31\"]},\"data\":{\"today\":\"2026-12-01\"}}", "{\"result\":30}"},
	{"{\"rule\":{\"date_diff\":[\"2026-02-30\",\"2026-12-31\"]}}", "{\"result\":null}"},
	{"{\"rule\":{\"map\":[[1],{\"today\":[]}]},\"data\":{\"today\":\"2026-12-01\"}}", "{\"result\":[\"2026-12-01\"]}"},
	{"{\"rule\":{\"len\":\"Sở\"}}", "{\"result\":2}"},
	{"{\"rule\":{\"len\":[[1,2,3]]}}", "{\"result\":3}"},
	{"{\"rule\":{\"round\":2.5}}", "{\"result\":3}"},
	{"{\"rule\":{\"round\":[-2.345,2]}}", "{\"result\":-2.3500000000000001}"},
	{"{\"rule\":{\"sum\":[{\"var\":\"r\"},\"n\"]},\"data\":{\"r\":[{\"n\":1},{\"n\":\"2\"},{\"n\":\"x\"},{}]}}", "{\"result\":3}"},
	{"{\"rule\":{\"cat\":[0.1,1e21,1e-7,null,[1,[2,null]],true]}}", "{\"result\":\"0.11e+211e-71,2,true\"}"},
	{"{\"rule\":{\"+\":[\"1.5kg\",\"2\"]}}", "{\"result\":3.5}"},
	{"{\"rule\":{\"-\":[\"0x10\",\" 6 \"]}}", "{\"result\":10}"},
	{"{\"rule\":{\"/\":[1,0]}}", "{\"result\":null}"},
	{"{\"rule\":{\"==\":[[1],\"1\"]}}", "{\"result\":true}"},
	{"{\"rule\":{\"<\":[\"10\",\"9\"]}}", "{\"result\":true}"},
	{"{\"rule\":{\"substr\":[\"Một cửa\",-3,-1]}}", "{\"result\":\"cử\"}"},
	{"{\"rule\":{\"nope\":1}}", "{\"error\":\"unknown operator \\\"nope\\\"\"}"},
	{"{\"rule\":{\"*\":[]}}", "{\"error\":\"* of nothing\"}"},
	{"[]", "{\"error\":\"a line is {\\\"rule\\\":…,\\\"data\\\":…}\"}"},
	{"{\"rule\":\"\\u0000\"}", "{\"error\":\"not JSON\"}"},
	{"\xff", "{\"error\":\"not JSON\"}"},
};

TEST(a_line_gives_one_answer)
{
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		EXPECT_TEXT(logic_line(a, str_from(lines[i].line)), lines[i].want);
}

static struct str nested(struct arena *a, const char *open, const char *middle, const char *close, size_t depth)
{
	struct buf b = buf_on(a);
	buf_put(&b, STR("{\"rule\":"));
	for (size_t i = 0; i < depth; i++)
		buf_put(&b, str_from(open));
	buf_put(&b, str_from(middle));
	for (size_t i = 0; i < depth; i++)
		buf_put(&b, str_from(close));
	buf_char(&b, '}');
	return buf_str(&b);
}

TEST(hostile_rules_are_errors)
{
	EXPECT(str_starts(logic_line(a, nested(a, "{\"!\":", "1", "}", 150)), STR("{\"result\"")));
	EXPECT(str_starts(logic_line(a, nested(a, "{\"!\":", "1", "}", 1000)), STR("{\"error\"")));
	EXPECT(str_starts(logic_line(a, nested(a, "[", "1", "]", 100000)), STR("{\"error\"")));
	/* 10^6 steps; a list of a list of … ; text and lists that double. */
	const char *ten = "{\"map\":[[1,1,1,1,1,1,1,1,1,1],";
	EXPECT(str_starts(logic_line(a, nested(a, ten, "1", "]}", 6)), STR("{\"error\"")));
	struct buf b = buf_on(a);
	const char *grow[] = {"[{\"var\":\"accumulator\"}]", "[{\"var\":\"accumulator\"},{\"var\":\"accumulator\"}]",
	                      "{\"cat\":[{\"var\":\"accumulator\"},{\"var\":\"accumulator\"}]}",
	                      "{\"merge\":[{\"var\":\"accumulator\"},{\"var\":\"accumulator\"}]}"};
	for (size_t k = 0; k < ARRAY_LEN(grow); k++) {
		b.n = 0;
		buf_fmt(&b, "{\"rule\":{\"reduce\":[{\"var\":\"\"},%s,\"xx\"]},\"data\":[0", grow[k]);
		for (size_t i = 0; i < 2000; i++)
			buf_put(&b, STR(",0"));
		buf_put(&b, STR("]}"));
		EXPECT(str_starts(logic_line(a, buf_str(&b)), STR("{\"error\"")));
	}
}

static void collect(void *ctx, struct str path, bool inner)
{
	struct buf *b = ctx;
	buf_fmt(b, inner ? "%s(%.*s)" : "%s%.*s", b->n ? "," : "", STR_ARG(path));
}

TEST(a_rule_names_what_it_reads)
{
	json_error_t why;
	struct err e = {0};
	json_t *rule = json_loads("{\"and\":[{\"var\":\"x.y\"},{\"missing\":[\"m\"]},{\"some\":[{\"var\":\"r\"},{\"var\":\"c\"}]}]}", 0, &why);
	const struct logic *l = logic_compile(a, rule, &e);
	struct buf b = buf_on(a);
	logic_vars(l, collect, &b);
	EXPECT_TEXT(buf_str(&b), "x.y,m,r,(c)");
	json_decref(rule);
}

/* Each prefix of each line, and each line with one byte changed: the fuzzer's corpus on every run. */
TEST(damaged_lines_never_crash)
{
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		for (size_t n = 0; n <= strlen(lines[i].line); n++) {
			char *copy = arena_alloc(a, n + 1);
			memcpy(copy, lines[i].line, n);
			LLVMFuzzerTestOneInput((const uint8_t *)copy, n);
			if (n)
				copy[n / 2] = (char)(copy[n / 2] ^ (char)(1 + n % 127));
			LLVMFuzzerTestOneInput((const uint8_t *)copy, n);
		}
}

TEST(the_fuzz_corpus_is_survived)
{
	struct str dir = str_cat(a, test_source_dir(a), STR("/tests/fixtures/fuzz/logic"));
	DIR *d = opendir(dir.p);
	size_t files = 0;
	EXPECT(d != NULL);
	for (struct dirent *x; (x = readdir(d));) {
		if (x->d_name[0] == '.')
			continue;
		struct str text = test_read_file(a, str_fmt(a, "%s/%s", dir.p, x->d_name));
		for (size_t n = 0; n <= text.n; n++)
			LLVMFuzzerTestOneInput((const uint8_t *)str_dup(a, str_sub(text, 0, n)).p, n);
		files++;
	}
	closedir(d);
	EXPECT(files >= 9);
}
