#include "era/era.h"
#include "core/test/test.h"

static struct eras read_eras(struct arena *a)
{
	struct pack p = pack_embedded();
	struct pack_report r = pack_report_on(a);
	struct eras eras;
	if (!eras_read(a, &p, &r, &eras))
		FAIL("%.*s", STR_ARG(pack_report_text(a, &r)));
	return eras;
}

static struct date day(int y, int m, int d) { return date_from_civil(y, m, d); }

static void expect_version(const struct eras *eras, enum era_component c, struct date d, const char *id)
{
	struct rule_set set = era_resolve(eras, d);
	EXPECT_TEXT(set.version[c]->id, id);
}

struct border { enum era_component c; int y, m, d; const char *before, *from; };
static const struct border BORDERS[] = {
	{ERA_DECREE, 2018, 6, 21, "qd-09-2015", "nd-61-2018"},
	{ERA_DECREE, 2021, 12, 6, "nd-61-2018", "nd-107-2021"},
	{ERA_DECREE, 2025, 7, 1, "nd-107-2021", "nd-118-2025"},
	{ERA_DECREE, 2025, 12, 31, "nd-118-2025", "nd-367-2025"},
	{ERA_FORM_SET, 2019, 1, 6, "truoc-tt01-2018", "TT01-2018"},
	{ERA_FORM_SET, 2025, 9, 15, "TT01-2018", "TT03-2025"},
	{ERA_CODE_SCHEME, 2019, 1, 6, "truoc-tt01-2018", "ma-tt01-2018"},
	{ERA_CODE_SCHEME, 2025, 9, 15, "ma-tt01-2018", "ma-tt03-2025"},
	{ERA_ONLINE_LEVELS, 2022, 8, 15, "muc-do-1-4", "hai-muc-nd-42-2022"},
	{ERA_ONLINE_LEVELS, 2026, 7, 1, "hai-muc-nd-42-2022", "hai-muc-nd-224-2026"},
	{ERA_AREA_TREE, 2025, 7, 1, "ba-cap", "hai-cap"},
	{ERA_SYSTEM_NAME, 2021, 12, 6, "mot-cua-dien-tu", "giai-quyet-tthc"},
	{ERA_NUCLEAR_LAW, 2026, 1, 1, "luat-18-2008", "luat-94-2025"},
	{ERA_AUTHORITY, 2026, 1, 10, "van-phong-chinh-phu", "bo-tu-phap"},
};

TEST(each_border_the_day_before_the_day_and_the_day_after)
{
	struct eras eras = read_eras(a);
	for (size_t i = 0; i < ARRAY_LEN(BORDERS); i++) {
		const struct border *b = &BORDERS[i];
		struct date d = day(b->y, b->m, b->d);
		expect_version(&eras, b->c, (struct date){d.day - 1}, b->before);
		expect_version(&eras, b->c, d, b->from);
		expect_version(&eras, b->c, (struct date){d.day + 1}, b->from);
	}
}

TEST(a_border_of_one_component_moves_no_other)
{
	struct eras eras = read_eras(a);
	for (int32_t d = day(2015, 1, 1).day; d < day(2027, 12, 31).day; d++) {
		struct rule_set x = era_resolve(&eras, (struct date){d}), y = era_resolve(&eras, (struct date){d + 1});
		for (int c = 0; c < ERA_COMPONENTS; c++) {
			bool listed = false;
			for (size_t i = 0; i < ARRAY_LEN(BORDERS); i++)
				listed = listed || ((int)BORDERS[i].c == c && day(BORDERS[i].y, BORDERS[i].m, BORDERS[i].d).day == d + 1);
			EXPECT((x.version[c] != y.version[c]) == listed);
		}
	}
}

TEST(an_open_dossier_keeps_its_decree_and_adopts_new_forms)
{
	struct eras eras = read_eras(a);
	struct rule_set set = era_resolve_open(&eras, day(2025, 6, 30), day(2025, 9, 15));
	EXPECT_TEXT(set.version[ERA_DECREE]->id, "nd-107-2021");
	EXPECT_TEXT(set.version[ERA_AREA_TREE]->id, "ba-cap");
	EXPECT_TEXT(set.version[ERA_CODE_SCHEME]->id, "ma-tt01-2018");
	EXPECT_TEXT(set.version[ERA_FORM_SET]->id, "TT03-2025");
	set = era_resolve_open(&eras, day(2025, 9, 15), day(2025, 6, 30)); /* a clock that was set back */
	EXPECT(str_eq(set.version[ERA_FORM_SET]->id, era_resolve(&eras, day(2025, 9, 15)).version[ERA_FORM_SET]->id));
	set = era_resolve_open(&eras, day(2018, 1, 2), day(2026, 11, 25));
	EXPECT_TEXT(set.version[ERA_DECREE]->id, "qd-09-2015");
	/* The set before 2019 is not known, and says to keep: nothing makes it adopt a later one. */
	EXPECT_TEXT(set.version[ERA_FORM_SET]->id, "truoc-tt01-2018");
	EXPECT_TEXT(set.version[ERA_ONLINE_LEVELS]->id, "hai-muc-nd-224-2026");
}

TEST(the_stored_text_finds_the_same_rule_set)
{
	struct eras eras = read_eras(a);
	struct rule_set set = era_resolve(&eras, day(2026, 11, 25)), back;
	struct str text = era_format(a, &set);
	EXPECT(str_starts(text, STR("decree=nd-367-2025 form-set=TT03-2025 ")));
	EXPECT(era_parse(&eras, text, &back));
	for (int c = 0; c < ERA_COMPONENTS; c++)
		EXPECT(back.version[c] == set.version[c]);
	const char *bad[] = {"", "decree=nd-367-2025", "decree", "x=y", "=", "decree=nothing"};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		EXPECT(!era_parse(&eras, str_from(bad[i]), &back));
	EXPECT(!era_parse(&eras, str_cat(a, text, STR(" decree=nd-118-2025")), &back));
}

TEST(what_is_not_confirmed_says_so)
{
	struct eras eras = read_eras(a);
	EXPECT_INT(era_find(&eras, ERA_FORM_SET, STR("truoc-tt01-2018"))->certainty, ERA_UNCONFIRMED);
	EXPECT_INT(era_find(&eras, ERA_DECREE, STR("nd-107-2021"))->certainty, ERA_UNCONFIRMED);
	EXPECT_INT(era_find(&eras, ERA_DECREE, STR("nd-61-2018"))->certainty, ERA_TEXT);
}

static struct str faults_of(struct arena *a, const char *versions)
{
	struct str json = str_fmt(a, "{\"format\":1,\"component\":\"decree\",\"title\":\"t\",\"notes\":[],\"versions\":[%s]}", versions);
	struct pack_file f = {STR("eras/x.json"), json};
	struct pack p = {&f, 1};
	struct pack_report r = pack_report_on(a);
	struct eras eras;
	EXPECT(!eras_read(a, &p, &r, &eras));
	return pack_report_text(a, &r);
}

static const char *version(struct arena *a, const char *id, const char *from, const char *to)
{
	return str_fmt(a, "{\"id\":\"%s\",\"title\":\"t\",\"valid_from\":%s,\"valid_to\":%s,\"source\":\"s\",\"certainty\":\"text\",\"transition\":\"keep\","
		"\"values\":{},\"notes\":[]}", id, from, to).p;
}

TEST(holes_overlaps_and_unknown_words_are_faults)
{
	const char *open_end = version(a, "b", "\"2020-01-02\"", "null");
	struct str hole = faults_of(a, str_fmt(a, "%s,%s", version(a, "a", "null", "\"2019-12-31\""), open_end).p);
	EXPECT(str_find(hole, STR("eras/x.json: /versions/1: must begin the day after")) >= 0);
	struct str overlap = faults_of(a, str_fmt(a, "%s,%s", version(a, "a", "null", "\"2020-01-02\""), open_end).p);
	EXPECT(str_find(overlap, STR("must begin the day after")) >= 0);
	EXPECT(str_find(faults_of(a, open_end), STR("the first version must begin with null")) >= 0);
	EXPECT(str_find(faults_of(a, version(a, "a b", "null", "null")), STR("without spaces")) >= 0);
	EXPECT(str_find(faults_of(a, ""), STR("must have a version")) >= 0);
	EXPECT(str_find(faults_of(a, "7"), STR("eras/x.json")) >= 0);
	EXPECT(str_find(faults_of(a, open_end), STR("component form-set is missing")) >= 0);
}
