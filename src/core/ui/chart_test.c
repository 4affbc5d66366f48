/* chart_test.c — the geometry of charts, and that the table beside the drawing says the same. */
#include "core/test/test.h"
#include "core/ui/chart_internal.h"

static struct str drawn(struct arena *a, const struct chart *c)
{
	struct buf b = buf_on(a);
	struct html_out o = {.b = &b, .lang = LANG_VI};
	ui_chart(&o, c);
	return buf_str(&b);
}

static int64_t times(struct str in, const char *what)
{
	int64_t n = 0;
	for (ptrdiff_t at; (at = str_find(in, str_from(what))) >= 0; n++)
		in = str_sub(in, (size_t)at + 1, in.n);
	return n;
}

#define HAS(page, words) EXPECT(str_find((page), STR(words)) >= 0)
#define HAS_NOT(page, words) EXPECT(str_find((page), STR(words)) < 0)

#define WORD(s) {s, sizeof(s) - 1}
static const struct chart_series two[] = {{WORD("Đúng hạn"), CHART_MAIN}, {WORD("Quá hạn"), CHART_BAD}};

TEST(shares_are_rounded_half_up)
{
	EXPECT_INT(chart_share(1, 3), 333);
	EXPECT_INT(chart_share(2, 3), 667);
	EXPECT_INT(chart_share(1, 2000), 1); /* 0,05 % */
	EXPECT_INT(chart_share(5, 0), 0);
	EXPECT_INT(chart_share(7, 7), 1000);
	EXPECT_STR(chart_permille(a, LANG_VI, 964), STR("96,4\xC2\xA0%"));
	EXPECT_STR(chart_permille(a, LANG_VI, 1000), STR("100\xC2\xA0%"));
	EXPECT_STR(chart_permille(a, LANG_EN, 964), STR("96.4%"));
}

TEST(the_scale_holds_every_value_and_has_a_whole_middle)
{
	static const struct { int64_t most, top; } of[] = {{0, 2}, {1, 2}, {3, 4}, {5, 6}, {7, 10}, {11, 20}, {99, 100}, {101, 200}, {123456, 200000}};
	for (size_t i = 0; i < ARRAY_LEN(of); i++) {
		struct chart_point p = {.v = {{.value = of[i].most}}};
		struct chart c = {.kind = CHART_COLUMNS, .series = two, .n_series = 1, .points = &p, .n_points = 1};
		EXPECT_INT(chart_top(&c), of[i].top);
		EXPECT_INT(chart_top(&c) % 2, 0);
	}
}

TEST(parts_of_a_column_stand_on_each_other)
{
	struct chart_point p = {.label = STR("Tháng 1"), .tick = STR("1"), .v = {{.value = 6}, {.value = 4}}};
	struct chart c = {.kind = CHART_COLUMNS, .series = two, .n_series = 2, .points = &p, .n_points = 1};
	EXPECT_STR(chart_length(&c, a, 10), STR("76.00")); /* the whole height but head and foot */
	EXPECT_STR(chart_y(&c, a, 10), STR("12.00"));
	EXPECT_STR(chart_y(&c, a, 0), STR("88.00"));
	struct str page = drawn(a, &c);
	HAS(page, "y=\"42.40%\" width=\"70.00%\" height=\"45.60%\"");                            /* 6 of 10, on the base line */
	HAS(page, "fill=\"url(#chart-hatch)\" x=\"15.00%\" y=\"12.00%\" width=\"70.00%\" height=\"30.40%\""); /* 4 above it, hatched */
	HAS(page, ">10</text>");
}

TEST(a_line_breaks_where_nothing_is_known)
{
	struct chart_point p[] = {{.v = {{.value = 900}}}, {.v = {{.none = true}}}, {.v = {{.value = 1000}}}, {.v = {{.value = 950}}}};
	struct chart c = {.kind = CHART_LINES, .series = two, .n_series = 1, .points = p, .n_points = 4, .top = 1000, .bottom = 900, .say = chart_permille};
	struct str page = drawn(a, &c);
	EXPECT_INT(times(page, "<circle"), 3);
	EXPECT_INT(times(page, "class=\"line t-main d-0\""), 1);
	HAS(page, "x1=\"62.50%\" y1=\"12.00%\" x2=\"87.50%\" y2=\"50.00%\"");
	HAS(page, ">90\xC2\xA0%</text>"); /* the scale says that it does not begin at nothing */
	HAS(page, "<td class=\"num\">–</td>");
}

TEST(a_figure_stands_where_the_line_is_not)
{
	struct chart_point p[] = {{.v = {{.value = 50}}}, {.v = {{.value = 20}}}, {.v = {{.value = 90}}}, {.v = {{.value = 1}}}, {.v = {{.value = 60}}}};
	struct chart c = {.kind = CHART_LINES, .series = two, .n_series = 1, .points = p, .n_points = 5, .top = 100, .mark = 4};
	static const bool low[] = {false, true, false, false /* too near to the base */, false}, key[] = {true, false, false, true, false};
	for (size_t i = 0; i < ARRAY_LEN(low); i++) {
		EXPECT_INT(chart_is_low(&c, i), low[i]);
		EXPECT_INT(chart_is_key(&c, i), key[i]);
	}
}

TEST(figures_stand_where_a_line_turns)
{
	struct chart_point p[] = {{.v = {{.value = 10}}}, {.v = {{.value = 20}}}, {.v = {{.value = 30}}}, {.v = {{.value = 25}}}, {.v = {{.value = 25}}}, {.v = {{.value = 5}}}, {.v = {{.none = true}}}, {.v = {{.value = 8}}}};
	struct chart c = {.kind = CHART_LINES, .series = two, .n_series = 1, .points = p, .n_points = ARRAY_LEN(p), .top = 100};
	static const bool told[] = {true, false /* on the way up */, true, true, true, true /* the line breaks after it */, true, true};
	for (size_t i = 0; i < ARRAY_LEN(told); i++)
		EXPECT_INT(chart_is_told(&c, i), told[i]);
	c.mark = 2; /* the finding is about it */
	EXPECT(chart_is_told(&c, 1));
}

TEST(the_table_says_what_is_drawn_and_leads_to_it)
{
	struct chart_point p[] = {{.label = STR("Đo <lường>"), .url = STR("/x?lv=1"), .v = {{.value = 1200, .url = STR("/hs?a=1&b=2")}, {.value = 0, .url = STR("/none")}}},
		{.label = STR("Bức xạ"), .v = {{.value = 300}, {.value = 3, .url = STR("javascript:1")}}}};
	struct chart c = {.kind = CHART_BARS, .id = STR("c"), .title = STR("Đo lường nhận nhiều nhất"), .label_head = STR("Lĩnh vực"), .series = two, .n_series = 2, .points = p, .n_points = 2,
		.csv_url = STR("/c.csv"), .as_of = STR("Lúc 08:30")};
	struct str page = drawn(a, &c);
	HAS(page, "<h2>Đo lường nhận nhiều nhất</h2>");
	HAS(page, "<a href=\"/x?lv=1\">Đo &lt;lường&gt;</a>");
	HAS(page, "<a href=\"/hs?a=1&amp;b=2\">1.200</a>");
	HAS_NOT(page, "/none"); /* nothing stands behind a nought */
	HAS_NOT(page, "javascript");
	HAS(page, "href=\"/c.csv\"");
	HAS(page, "Lúc 08:30");
	EXPECT_INT(times(page, "<svg"), times(page, "aria-hidden=\"true\" focusable=\"false\"")); /* heard once, in the table */
}

TEST(nothing_to_show_is_the_title_alone)
{
	struct chart c = {.kind = CHART_COLUMNS, .title = STR("Chưa có hồ sơ"), .series = two, .n_series = 2};
	struct str page = drawn(a, &c);
	HAS(page, "Chưa có hồ sơ");
	HAS_NOT(page, "<svg");
	struct buf b = buf_on(a);
	struct html_out o = {.b = &b};
	ui_spark(&o, (int64_t[]){4}, 1);
	EXPECT_INT(b.n, 0);
	ui_spark(&o, (int64_t[]){4, 4, 4}, 3);
	HAS(buf_str(&b), "cy=\"50.00%\"");
}
