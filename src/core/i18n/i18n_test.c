#include "core/i18n/i18n.h"
#include "core/test/test.h"
#include "tools/msggen/msggen.h"
#include <string.h>

static bool compile(struct arena *a, const char *vi, const char *en, struct msggen_out *out, struct err *e)
{
	struct msggen_source src[] = {{"messages/try.vi", str_from(vi)}, {"messages/try.en", str_from(en)}};
	*out = (struct msggen_out){buf_on(a), buf_on(a), buf_on(a)};
	return msggen_compile(a, src, ARRAY_LEN(src), out, e);
}

TEST(messages_that_do_not_fit_are_refused_with_file_and_line)
{
	static const struct { const char *vi, *en, *where, *why; } bad[] = {
		{"TRY_A = a\n", "", "messages/try.vi:1", "missing in .en"},
		{"", "\nTRY_A = a\n", "messages/try.en:2", "missing in .vi"},
		{"TRY_A = {1}\n", "TRY_A = a\n", "messages/try", "argument"},
		{"TRY_A = {1}\n", "TRY_A = {2}\n", "messages/try.en:1", "without a gap"},
		{"TRY_A = a\nTRY_A = b\n", "TRY_A = a\n", "messages/try.vi:2", "twice"},
		{"OTHER = a\n", "OTHER = a\n", "messages/try.vi:1", "must begin with TRY_"},
		{"try_a = a\n", "try_a = a\n", "messages/try.vi:1", "not a key"},
		{"TRY_A a\n", "TRY_A = a\n", "messages/try.vi:1", "no '='"},
		{"TRY_A = {x}\n", "TRY_A = a\n", "messages/try.vi:1", "brace"},
		{"TRY_A = }\n", "TRY_A = a\n", "messages/try.vi:1", "brace"},
		{"TRY_A = {1\n", "TRY_A = a\n", "messages/try.vi:1", "brace"},
		{"TRY_A =\n", "TRY_A = a\n", "messages/try.vi:1", "no UTF-8 text"},
		{"TRY_A = \xFF\n", "TRY_A = a\n", "messages/try.vi:1", "no UTF-8 text"},
	};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct msggen_out out;
		struct err e = {0};
		if (compile(a, bad[i].vi, bad[i].en, &out, &e))
			FAIL("accepted: %s / %s", bad[i].vi, bad[i].en);
		if (strncmp(e.text, bad[i].where, strlen(bad[i].where)) != 0 || !strstr(e.text, bad[i].why))
			FAIL("%s: %s, not %s … %s", bad[i].vi, e.text, bad[i].where, bad[i].why);
	}
}

TEST(messages_that_fit_become_keys)
{
	struct msggen_out out;
	struct err e = {0};
	EXPECT_OK(compile(a, "# c\n\nTRY_B = b {1} {2}\nTRY_A = a\n", "TRY_A = x\nTRY_B = {2} {1}\n", &out, &e), e);
	EXPECT(str_find(buf_str(&out.h), STR("MSG_TRY_A")) > 0);
	EXPECT_TEXT(buf_str(&out.keys), "TRY_A 0\nTRY_B 2\n");
}

TEST(arguments_are_filled_and_the_rest_stays)
{
	struct str args[] = {STR("{2}"), STR("50"), STR("1.000")};
	EXPECT_TEXT(msg_fmt(a, LANG_VI, MSG_LIST_RANGE, args, 3), "{2}–50 trong 1.000");
	EXPECT_TEXT(msg(LANG_EN, MSG_DO_SAVE), "Save");
	EXPECT_INT(msg_args(MSG_LIST_RANGE), 3);
	EXPECT_INT(msg_args(MSG_DO_SAVE), 0);
}

TEST(every_kind_of_error_has_a_sentence)
{
	for (int k = ERR_NONE; k <= ERR_INTERNAL; k++) {
		struct err e = {.kind = (enum err_kind)k};
		EXPECT(msg(LANG_VI, msg_of_err(&e)).n > 10);
	}
}

TEST(numbers_money_days_and_sizes_read_as_people_write_them)
{
	EXPECT_TEXT(lang_number(a, LANG_VI, 1206), "1.206");
	EXPECT_TEXT(lang_number(a, LANG_VI, -1234567), "-1.234.567");
	EXPECT_TEXT(lang_money(a, LANG_VI, (struct money){1200000}), "1.200.000 đồng");
	EXPECT_TEXT(lang_date(a, LANG_VI, date_from_civil(2026, 11, 25)), "Thứ Tư, 25/11/2026");
	EXPECT_TEXT(lang_instant(a, LANG_EN, instant_at(date_from_civil(2026, 11, 29), 8 * 3600000 + 300000)), "Sunday, 29/11/2026, 08:05");
	EXPECT_TEXT(lang_weekday_short(LANG_VI, date_from_civil(2026, 11, 29)), "CN");
	EXPECT_TEXT(lang_number(a, LANG_EN, -1234567), "-1,234,567");
	EXPECT_TEXT(lang_tenths(a, LANG_VI, 926), "92,6");
	EXPECT_TEXT(lang_tenths(a, LANG_EN, 12065), "1,206.5");
	EXPECT_TEXT(lang_tenths(a, LANG_EN, 920), "92");
	EXPECT_TEXT(lang_tenths(a, LANG_EN, -5), "-0.5");
	EXPECT_TEXT(lang_money(a, LANG_EN, (struct money){1200000}), "1,200,000 đồng");
	EXPECT_TEXT(lang_size(a, LANG_EN, 1200000), "1.1 MB");
	EXPECT_TEXT(lang_size(a, LANG_VI, 1023), "1023 B");
	EXPECT_TEXT(lang_size(a, LANG_VI, 850000), "830 kB");
	EXPECT_TEXT(lang_size(a, LANG_VI, 1200000), "1,1 MB");
	EXPECT_TEXT(lang_size(a, LANG_VI, (int64_t)20 << 20), "20 MB");
	EXPECT_TEXT(lang_size(a, LANG_VI, ((int64_t)20 << 20) - 1), "19,9 MB");
	enum lang l = LANG_VI;
	EXPECT(lang_from_code(STR("en"), &l) && l == LANG_EN);
	EXPECT(!lang_from_code(STR("EN-us"), &l) && !lang_from_code(STR_NONE, &l));
}
