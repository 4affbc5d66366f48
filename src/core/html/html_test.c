#include "core/html/html.h"
#include "core/html/try_views.h"
#include "core/i18n/i18n.h"
#include "core/test/test.h"
#include "tools/htmlgen/htmlgen.h"
#include <string.h>

static struct str places(struct arena *a, const char *value, bool off)
{
	struct buf b = buf_on(a);
	struct html_out o = {.b = &b, .lang = LANG_VI};
	try_places(&o, str_from(value), off);
	return buf_str(&b);
}

TEST(each_place_escapes_for_itself)
{
	EXPECT_TEXT(places(a, "\"><i a='b'>&", true),
	            "<a href=\"&#34;&gt;&lt;i a=&#39;b&#39;&gt;&amp;\" class=\"c-___i a__b___\" title=\"Lưu\" "
	            "data-x=\"&#34;&gt;&lt;i a=&#39;b&#39;&gt;&amp;\">\"&gt;&lt;i a='b'&gt;&amp;</a>"
	            "<a href=\"/x/%22%3E%3Ci%20a%3D%27b%27%3E%26?q=%22%3E%3Ci%20a%3D%27b%27%3E%26\">1</a>"
	            "<input name=\"&#34;&gt;&lt;i a=&#39;b&#39;&gt;&amp;\" disabled\n"
	            "value=\"&#34;&gt;&lt;i a=&#39;b&#39;&gt;&amp;\"\n>"
	            "<textarea name=\"t\">\n\"&gt;&lt;i a='b'&gt;&amp;</textarea>\n");
}

TEST(a_boolean_attribute_is_there_or_not)
{
	EXPECT(str_find(places(a, "x", true), STR(" disabled\n")) > 0);
	EXPECT(str_find(places(a, "x", false), STR("disabled")) < 0);
}

/* Every message that is written without a look is one that the look would have left as it is, in both places. */
TEST(words_of_the_program_are_written_as_if_they_were_escaped)
{
	size_t plain = 0;
	for (int lang = 0; lang < 2; lang++)
		for (int key = MSG_NONE + 1; key < MSG_COUNT; key++) {
			struct str text = msg((enum lang)lang, (enum msg_key)key);
			for (int attr = 0; attr < 2; attr++) {
				struct buf b = buf_on(a), ref = buf_on(a);
				struct html_out o = {.b = &b, .lang = (enum lang)lang}, r = {.b = &ref};
				(attr ? h_attr_str : h_text_str)(&r, text);
				if (msg_args((enum msg_key)key) == 0)
					(attr ? h_attr_msg : h_text_msg)(&o, key, NULL, 0);
				else
					buf_put(&b, buf_str(&ref));
				if (!str_eq(buf_str(&b), buf_str(&ref)) || (msg_is_plain((enum lang)lang, (enum msg_key)key) && !str_eq(buf_str(&ref), text)))
					FAIL("%.*s", STR_ARG(text));
			}
			plain += msg_is_plain((enum lang)lang, (enum msg_key)key);
		}
	EXPECT(plain > MSG_COUNT && plain < 2 * (size_t)MSG_COUNT); /* most, not all: some have quotation marks */
}

TEST(links_that_run_code_become_a_hash)
{
	const char *bad[] = {"javascript:alert(1)", "JaVaScRiPt:x", " javascript:x", "java\nscript:x", "\x01javascript:x",
	                     "data:text/html,x", "vbscript:x", "\\\\evil.example", "x\ty", "blob:x"};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		EXPECT(str_starts(places(a, bad[i], false), STR("<a href=\"#\" ")));
	const char *good[] = {"/ho-so/1", "?q=a:b", "#x", "https://a.example/", "mailto:a@b.vn", "tel:+84", "a/b:c"};
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		EXPECT(str_starts(places(a, good[i], false), str_fmt(a, "<a href=\"%s\" ", good[i])));
}

TEST(values_are_shown_as_people_read_them)
{
	struct buf b = buf_on(a);
	struct html_out o = {.b = &b, .lang = LANG_VI};
	struct instant t = instant_at(date_from_civil(2026, 11, 25), 14 * 3600 * 1000);
	try_types(&o, t);
	EXPECT_TEXT(buf_str(&b), "Thứ Tư, 25/11/2026, 14:00|Thứ Tư, 25/11/2026|1.200.000 đồng|7|&lt;|1–2 trong 3|&lt;b&gt;\n");
	b = buf_on(a);
	o.lang = LANG_EN;
	try_types(&o, t);
	EXPECT(str_starts(buf_str(&b), STR("Wednesday, 25/11/2026, 14:00|")));
}

TEST(malformed_bytes_become_the_replacement_character)
{
	struct buf b = buf_on(a);
	struct html_out o = {.b = &b};
	h_text_str(&o, (struct str){"a\xFF\xC3(\0<", 6});
	EXPECT_TEXT(buf_str(&b), "a\xEF\xBF\xBD\xEF\xBF\xBD(\xEF\xBF\xBD&lt;");
}

static const char *escaped(unsigned c, bool attr)
{
	switch (c) {
	case '&': return "&amp;";
	case '<': return "&lt;";
	case '>': return "&gt;";
	case '\r': return "&#13;";
	case '"': return attr ? "&#34;" : "\"";
	case '\'': return attr ? "&#39;" : "'";
	case '\n': return attr ? "&#10;" : "\n";
	case '\t': return attr ? "&#9;" : "\t";
	case '\0': return "\xEF\xBF\xBD";
	default: return NULL;
	}
}

/* Eight letters are looked at together: every byte, at every place among letters, before and behind a Vietnamese one. */
TEST(every_byte_is_escaped_alike_at_every_place)
{
	for (unsigned c = 0; c < 256; c++)
		for (size_t before = 0; before < 10; before++)
			for (unsigned attr = 0; attr < 2; attr++) {
				char one[2] = {(char)c, 0}, in[32] = "xxxxxxxxxx";
				const char *ref = c >= 0x80 ? "\xEF\xBF\xBD" : escaped(c, attr);
				struct buf b = buf_on(a);
				struct html_out o = {.b = &b};
				in[before] = (char)c;
				memcpy(in + before + 1, "\xE1\xBB\x9Fyyyyyyyy<", 13);
				(attr ? h_attr_str : h_text_str)(&o, (struct str){in, before + 13});
				EXPECT_STR(buf_str(&b), str_fmt(a, "%.*s%s\xE1\xBB\x9Fyyyyyyyy&lt;", (int)before, "xxxxxxxxxx", ref ? ref : one));
			}
}

/* Byte by byte: what escaping all at once must come to. */
static struct str slowly(struct arena *a, struct str in)
{
	struct buf b = buf_on(a);
	for (size_t i = 0, step; i < in.n; i += step ? step : 1) {
		const char *ref = (unsigned char)in.p[i] < 0x80 ? escaped((unsigned char)in.p[i], false) : NULL;
		step = ref ? 1 : str_utf8_step((struct str){in.p + i, in.n - i});
		if (ref || !step)
			buf_put(&b, str_from(ref ? ref : "\xEF\xBF\xBD"));
		else
			buf_put(&b, (struct str){in.p + i, step});
	}
	return buf_str(&b);
}

/* Every first byte with followers at the edges of what may follow, at every place of the eight. */
TEST(letters_of_several_bytes_are_told_from_broken_ones_at_every_place)
{
	static const unsigned char edges[] = {'<', 'y', 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xE1};
	struct arena_mark mark = arena_mark(a);
	for (unsigned lead = 0x80; lead < 256; lead++)
		for (size_t x = 0; x < ARRAY_LEN(edges) * ARRAY_LEN(edges) * 2; x++)
			for (size_t before = 0; before < 9; before++) {
				char in[32] = "xxxxxxxxxxxxxxxxxxxx\"xxx<";
				const unsigned char v[] = {(unsigned char)lead, edges[x % ARRAY_LEN(edges)], edges[x / ARRAY_LEN(edges) % ARRAY_LEN(edges)], x & 1 ? 0x80 : 'z'};
				struct buf b = buf_on(a);
				struct html_out o = {.b = &b};
				memcpy(in + before, v, sizeof v);
				h_text_str(&o, str_from(in));
				EXPECT_STR(buf_str(&b), slowly(a, str_from(in)));
				arena_rewind(a, mark);
			}
}

static const struct { const char *body, *why; } refused[] = {
	{"<p>abc</p>", "a letter in the text"},
	{"<p>\xC4\x91</p>", "a letter in the text"},
	{"<p>&eacute;</p>", "not a known sign"},
	{"<p title=\"abc\">1</p>", "a letter in title"},
	{"<input placeholder=\"x\">", "a letter in placeholder"},
	{"<p aria-label=\"x\">1</p>", "a letter in aria-label"},
	{"<script>{{ s }}</script>", "<script> without src"},
	{"<script src=\"/a.js\">{{ s }}</script>", "a value in script"},
	{"<script src=\"{{ s }}\"></script>", "src of a script"},
	{"<style>{{ s }}</style>", "<style> is not allowed"},
	{"<!-- {{ s }} -->", "no comments"},
	{"<{{ s }}>", "name of a tag"},
	{"<p{{ s }}>", "a value in a tag name"},
	{"<p {{ s }}>", "a value in a tag"},
	{"<p id={{ s }}>", "double quotes"},
	{"<p id='{{ s }}'>", "double quotes"},
	{"<p onclick=\"1\">", "not in the list"},
	{"<p style=\"{{ s }}\">", "not in the list"},
	{"<iframe srcdoc=\"{{ s }}\">", "not in the list"},
	{"<meta content=\"{{ s }}\">", "no values in attribute content"},
	{"<p foo=\"1\">", "not in the list"},
	{"<text dy=\"{{ s }}\">1</text>", "no values in attribute dy"},
	{"<rect fill=\"url({{ s }})\"/>", "no values in attribute fill"},
	{"<pattern patternTransform=\"{{ s }}\"></pattern>", "no values in attribute patternTransform"},
	{"<a href=\"javascript:{{ s }}\">", "could lead anywhere"},
	{"<a href=\"//{{ s }}\">", "could lead anywhere"},
	{"<a href=\"{{msg DO_SAVE}}\">", "words in attribute href"},
	{"<p class=\"", "ends inside"},
	{"<p", "ends inside"},
	{"% if (x) {\n<p\n% }\n>", "begins in text and ends in a tag"},
	{"% if (x) {\n<p class=\"\n% } else {\n\n% }\n", "begins in text and ends in an attribute value"},
	{"<p\n% call(o);\n>", "a statement inside a tag"},
	{"<p\n% if (x) {\n% break;\n% }\n>", "a statement inside a tag"},
	{"% if (x) {", "is not closed"},
	{"% }", "too many"},
	{"{{msg NO_SUCH_KEY}}", "no message NO_SUCH_KEY"},
	{"{{msg LIST_COUNT}}", "takes 1 arguments, not 0"},
	{"{{msg DO_SAVE 1}}", "takes 0 arguments, not 1"},
	{"<p id=\"{{? x }}\">", "not there-or-not"},
	{"<input disabled=\"x{{? y }}\">", "is there or not"},
	{"{{ s", "without }}"},
	{"{{ }}", "an empty"},
};

TEST(what_cannot_be_made_safe_is_refused_with_its_line)
{
	struct htmlgen_keys keys;
	struct err e = {0};
	EXPECT_OK(htmlgen_keys_read(a, STR("DO_SAVE 0\nLIST_COUNT 1\n"), &keys, &e), e);
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		struct buf h = buf_on(a), c = buf_on(a);
		struct str text = str_fmt(a, "%%view v(struct html_out *o)\n%s\n%%end\n", refused[i].body);
		if (htmlgen_compile(a, STR("v.html"), text, &keys, &h, &c, &e))
			FAIL("accepted: %s", refused[i].body);
		if (!strstr(e.text, refused[i].why) || strncmp(e.text, "v.html:", 7) != 0)
			FAIL("%s: %s", refused[i].body, e.text);
	}
}

TEST(what_is_safe_is_accepted)
{
	const char *good[] = {"<p>1 · 2 &nbsp;&#8211;</p>", "<script src=\"/a.js\"></script>", "<a href=\"/x\">1</a>",
	                      "<!doctype html>", "<br/>", "<svg viewBox=\"0 0 1 1\"><path d=\"M0 0\"/></svg>", "<input required>",
	                      "% for (;;) {\n% break;\n% }"};
	struct htmlgen_keys keys = {0};
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		struct buf h = buf_on(a), c = buf_on(a);
		struct err e = {0};
		struct str text = str_fmt(a, "%%view v(struct html_out *o)\n%s\n%%end\n", good[i]);
		EXPECT_OK(htmlgen_compile(a, STR("v.html"), text, &keys, &h, &c, &e), e);
	}
}

TEST(the_generator_writes_what_the_golden_file_holds)
{
	struct htmlgen_keys keys;
	struct err e = {0};
	struct str dir = str_cat(a, test_source_dir(a), STR("/src/core/html/"));
	EXPECT_OK(htmlgen_keys_read(a, STR("DO_SAVE 0\nLIST_COUNT 1\n"), &keys, &e), e);
	struct buf h = buf_on(a), c = buf_on(a);
	EXPECT_OK(htmlgen_compile(a, STR("golden.html"), test_read_file(a, str_cat(a, dir, STR("golden.html"))), &keys, &h, &c, &e), e);
	EXPECT_STR(str_cat(a, buf_str(&h), buf_str(&c)), test_read_file(a, str_cat(a, dir, STR("golden.c.txt"))));
}

/* ---- fuzzing: cuts, doublings and strange bytes; each answer is a page or a fault with its line ---- */

static uint32_t next_random(uint32_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 17;
	*x ^= *x << 5;
	return *x;
}

static struct str mutated(struct arena *a, struct str seed, uint32_t *x)
{
	static const char *const pieces[] = {"{{", "}}", "<", ">", "\"", "%", "% if (x) {\n", "% }\n", "&", "</", "=", "<script", "\n", "\\", "{{msg ", "?", "\xC4", "<!--", "on", "'"};
	size_t from = next_random(x) % (seed.n + 1), cut = next_random(x) % 12;
	struct str piece = str_from(pieces[next_random(x) % ARRAY_LEN(pieces)]);
	struct str head = str_sub(seed, 0, from), tail = str_sub(seed, from + cut, seed.n);
	return str_cat(a, str_cat(a, head, piece), tail);
}

static void replay(struct arena *a, struct str text)
{
	struct htmlgen_keys keys;
	struct err e = {0};
	EXPECT_OK(htmlgen_keys_read(a, STR("DO_SAVE 0\nLIST_COUNT 1\n"), &keys, &e), e);
	struct buf h = buf_on(a), c = buf_on(a);
	if (!htmlgen_compile(a, STR("f.html"), text, &keys, &h, &c, &e))
		EXPECT(strncmp(e.text, "f.html:", 7) == 0 && strlen(e.text) > 10);
}

TEST(broken_templates_are_refused_and_never_break_the_generator)
{
	struct str seed = test_read_file(a, str_cat(a, test_source_dir(a), STR("/src/core/html/golden.html")));
	uint32_t x = 20261124;
	for (int round = 0; round < 4000; round++) {
		struct arena_mark m = arena_mark(a);
		struct str text = seed;
		for (uint32_t i = next_random(&x) % 4 + 1; i > 0; i--)
			text = mutated(a, text, &x);
		replay(a, text);
		arena_rewind(a, m);
	}
}

TEST(inputs_that_once_were_hard_are_replayed)
{
	static const char *const hard[] = {"", "%", "%\n", "%view", "%view \n%end", "%view v(struct html_out *o)\n{{\n%end\n", "{{}}", "\\",
		"%view v(struct html_out *o)\n&\n%end", "%view v(struct html_out *o)\n</\n%end", "%view v(struct html_out *o)\n<a b=\n%end",
		"%view v(struct html_out *o)\n{{msg }}\n%end", "%view v(struct html_out *o)\n{{?}}\n%end", "%include", "\xC4", "%view v(struct html_out *o)\n% }\n%end",
		"%view v(struct html_out *o)\n<a href=\"{{ x }}\n%end", "%view v(struct html_out *o)\n<p disabled=\"{{? x }}{{? y }}\">\n%end"};
	for (size_t i = 0; i < ARRAY_LEN(hard); i++)
		replay(a, str_from(hard[i]));
}
