#include "calendar/calendar_oracle.h"
#include "core/test/test.h"
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct calendar *builtin(struct arena *a)
{
	const struct calendar *c = NULL;
	struct err e;
	EXPECT_OK(calendar_load_builtin(a, STR_NONE, &c, &e), e);
	return c;
}

static struct instant at(const char *text)
{
	struct instant t;
	char full[40];
	snprintf(full, sizeof full, "%s+07:00", text);
	if (!instant_parse(str_from(full), &t))
		FAIL("no instant: %s", text);
	return t;
}

static struct date day(const char *text)
{
	struct date d;
	if (!date_parse(str_from(text), &d))
		FAIL("no date: %s", text);
	return d;
}

static struct clock_rule rule(const char *limit, enum convention convention)
{
	struct clock_rule r = {.convention = convention};
	if (!limit_parse(str_from(limit), &r.limit))
		FAIL("no limit: %s", limit);
	return r;
}

static struct due due_of(const struct calendar *c, struct clock_rule r, const char *start, const struct clock_event *ev, size_t n)
{
	struct clock_course course = {at(start), ev, n};
	struct due due;
	struct err e;
	EXPECT_OK(calendar_due(c, &r, &course, &due, &e), e);
	return due;
}

#define EXPECT_DUE(start, limit, convention, want)                                                                  \
	EXPECT_STR(instant_format(a, due_of(c, rule(limit, convention), start, NULL, 0).at), instant_format(a, at(want)))

TEST(working_days_skip_weekend_holiday_and_day_in_lieu)
{
	const struct calendar *c = builtin(a);
	EXPECT_DUE("2026-04-23T16:10", "3 working_day", CONVENTION_A, "2026-04-29T17:00");
	EXPECT_DUE("2026-04-23T16:10", "3 working_day", CONVENTION_B, "2026-04-29T16:10");
}

TEST(culture_day_counts_until_2025_and_is_off_from_2026)
{
	const struct calendar *c = builtin(a);
	EXPECT_DUE("2026-11-20T09:00", "3 working_day", CONVENTION_A, "2026-11-26T17:00");
	EXPECT_DUE("2025-11-21T09:00", "3 working_day", CONVENTION_A, "2025-11-26T17:00");
	EXPECT(calendar_is_working_day(c, day("2025-11-24")));
	EXPECT(!calendar_is_working_day(c, day("2026-11-24")) && !calendar_is_working_day(c, day("2027-11-24")));
}

TEST(calendar_days_end_on_the_next_working_day)
{
	const struct calendar *c = builtin(a);
	struct due d = due_of(c, rule("30 calendar_day", CONVENTION_A), "2026-07-31T09:00", NULL, 0);
	/* The example of the law text names Monday 31/8; the Government swapped that Monday with Saturday 22/8/2026 and
	 * the national holiday follows, so the end moves to 3/9. In a year without the swap it is the Monday. */
	EXPECT_STR(date_format(a, d.nominal_day), STR("2026-08-30"));
	EXPECT_STR(instant_format(a, d.at), STR("2026-09-03T17:00:00+07:00"));
	EXPECT_DUE("2025-10-01T09:00", "4 calendar_day", CONVENTION_A, "2025-10-06T17:00");
}

TEST(paper_goes_on_by_the_rule_of_three_o_clock)
{
	const struct calendar *c = builtin(a);
	const char *rows[][2] = {
		{"2026-06-03T15:00:00", "2026-06-03T17:00"}, {"2026-06-03T15:00:01", "2026-06-04T08:00"},
		{"2026-06-05T15:30:00", "2026-06-08T08:00"}, {"2026-06-06T10:00:00", "2026-06-08T08:00"},
		{"2026-08-22T10:00:00", "2026-08-22T17:00"}, {"2026-11-23T16:00:00", "2026-11-25T08:00"},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct instant by;
		struct err e;
		EXPECT_OK(calendar_forward_by(c, at(rows[i][0]), &by, &e), e);
		EXPECT_STR(instant_format(a, by), instant_format(a, at(rows[i][1])));
	}
}

TEST(a_supplement_restarts_the_whole_limit)
{
	const struct calendar *c = builtin(a);
	struct clock_event ev[] = {{at("2026-06-03T10:00"), CLOCK_SUPPLEMENT_ASKED}, {at("2026-06-08T14:00"), CLOCK_SUPPLEMENT_COMPLETE}};
	struct due d = due_of(c, rule("10 working_day", CONVENTION_A), "2026-06-01T09:00", ev, 2);
	EXPECT_STR(instant_format(a, d.at), STR("2026-06-22T17:00:00+07:00"));
	EXPECT_INT(d.restarts, 1);
	EXPECT_INT(d.counted_from.ms, ev[1].at.ms);
	d = due_of(c, rule("10 working_day", CONVENTION_A), "2026-06-01T09:00", ev, 1);
	EXPECT_INT(d.state, DUE_WAITING_SUPPLEMENT);
	struct clock_rule r = rule("10 working_day", CONVENTION_A);
	r.on_supplement = SUPPLEMENT_PAUSES;
	/* 2 and 3 June count; 4, 5, 8 wait; eight more from 9 June. */
	EXPECT_STR(instant_format(a, due_of(c, r, "2026-06-01T09:00", ev, 2).at), STR("2026-06-18T17:00:00+07:00"));
}

TEST(waiting_for_a_fee_stops_the_clock_only_where_the_procedure_says_so)
{
	const struct calendar *c = builtin(a);
	struct clock_event ev[] = {{at("2026-06-02T10:00"), CLOCK_FEE_DEMANDED}, {at("2026-06-04T14:00"), CLOCK_FEE_PAID}};
	struct clock_rule r = rule("5 working_day", CONVENTION_A);
	EXPECT_STR(instant_format(a, due_of(c, r, "2026-06-01T09:00", ev, 2).at), STR("2026-06-08T17:00:00+07:00"));
	EXPECT_INT(due_of(c, r, "2026-06-01T09:00", ev, 1).state, DUE_RUNNING);
	r.fee_pauses = true;
	EXPECT_STR(instant_format(a, due_of(c, r, "2026-06-01T09:00", ev, 2).at), STR("2026-06-10T17:00:00+07:00"));
	EXPECT_INT(due_of(c, r, "2026-06-01T09:00", ev, 1).state, DUE_WAITING_FEE);
	r.limit = (struct limit){1, LIMIT_WORKING_DAY};
	EXPECT_STR(instant_format(a, due_of(c, r, "2026-06-01T09:00", ev, 1).at), STR("2026-06-02T17:00:00+07:00"));
	r.limit = (struct limit){10, LIMIT_WORKING_HOUR};
	/* Nine hours until Tuesday 10:00, one more from Thursday 14:00. */
	EXPECT_STR(instant_format(a, due_of(c, r, "2026-06-01T09:00", ev, 2).at), STR("2026-06-04T15:00:00+07:00"));
}

TEST(an_apology_leaves_a_day_before)
{
	EXPECT_STR(date_format(a, calendar_apology_last_day(at("2026-10-20T17:00"))), STR("2026-10-19"));
}

TEST(a_denunciation_is_accepted_by_the_seventh_working_day)
{
	const struct calendar *c = builtin(a);
	EXPECT_DUE("2026-11-02T08:30", "7 working_day", CONVENTION_A, "2026-11-11T17:00");
	EXPECT_DUE("2026-11-02T08:30", "5 working_day", CONVENTION_A, "2026-11-09T17:00");
}

TEST(same_day_results_are_due_when_the_office_closes)
{
	const struct calendar *c = builtin(a);
	EXPECT_DUE("2026-06-02T10:00", "0 working_day", CONVENTION_A, "2026-06-02T17:00");
	EXPECT_DUE("2026-06-02T10:00", "0 working_day", CONVENTION_B, "2026-06-02T17:00");
	EXPECT_DUE("2026-06-05T17:00", "0 working_day", CONVENTION_A, "2026-06-08T17:00");
	EXPECT_DUE("2026-06-06T10:00", "0 calendar_day", CONVENTION_A, "2026-06-08T17:00");
	EXPECT_DUE("2026-06-06T10:00", "0 working_hour", CONVENTION_A, "2026-06-08T08:00");
	EXPECT_DUE("2026-06-05T12:30", "0 working_hour", CONVENTION_A, "2026-06-05T13:00");
}

TEST(months_end_on_the_corresponding_day_or_the_last)
{
	const struct calendar *c = builtin(a);
	EXPECT_DUE("2024-01-31T09:00", "1 month", CONVENTION_A, "2024-02-29T17:00");
	EXPECT_DUE("2023-01-31T09:00", "1 month", CONVENTION_A, "2023-02-28T17:00");
	EXPECT_DUE("2025-08-31T09:00", "1 month", CONVENTION_A, "2025-09-30T17:00");
	EXPECT_DUE("2025-12-31T09:00", "2 month", CONVENTION_A, "2026-03-02T17:00"); /* 28/2/2026 is a Saturday */
	EXPECT_DUE("2024-02-29T09:00", "12 month", CONVENTION_A, "2025-02-28T17:00");
}

TEST(hours_run_only_while_the_office_is_open)
{
	const struct calendar *c = builtin(a);
	EXPECT_DUE("2026-06-02T11:30", "1 working_hour", CONVENTION_A, "2026-06-02T13:30");
	EXPECT_DUE("2026-06-02T08:00", "8 working_hour", CONVENTION_A, "2026-06-02T17:00");
	EXPECT_DUE("2026-06-02T08:00", "4 working_hour", CONVENTION_A, "2026-06-02T12:00");
	EXPECT_DUE("2025-12-31T16:30", "1 working_hour", CONVENTION_A, "2026-01-05T08:30"); /* 2/1/2026 was swapped */
	EXPECT_DUE("2026-06-02T23:00", "24 hour", CONVENTION_A, "2026-06-03T23:00");
}

TEST(an_online_dossier_is_answered_within_eight_working_hours)
{
	const struct calendar *c = builtin(a);
	const char *rows[][2] = {
		{"2026-06-02T10:15", "2026-06-03T10:15"}, {"2026-06-02T20:00", "2026-06-03T17:00"},
		{"2026-06-06T09:00", "2026-06-08T17:00"}, {"2026-11-23T16:00", "2026-11-25T16:00"},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct instant by;
		struct err e;
		EXPECT_OK(calendar_answer_due(c, at(rows[i][0]), &by, &e), e);
		EXPECT_STR(instant_format(a, by), instant_format(a, at(rows[i][1])));
	}
}

TEST(a_start_outside_office_hours_keeps_the_law_and_lends_no_night_time)
{
	const struct calendar *c = builtin(a);
	EXPECT_DUE("2026-06-06T10:00", "1 working_day", CONVENTION_A, "2026-06-08T17:00"); /* Saturday */
	EXPECT_DUE("2026-06-06T10:00", "1 working_day", CONVENTION_B, "2026-06-08T17:00");
	EXPECT_DUE("2026-06-02T21:00", "1 working_day", CONVENTION_B, "2026-06-03T17:00");
	EXPECT_DUE("2026-06-02T06:00", "1 working_day", CONVENTION_B, "2026-06-03T08:00");
	EXPECT_DUE("2026-06-02T12:30", "1 working_day", CONVENTION_B, "2026-06-03T13:00");
}

TEST(swapped_days_change_places)
{
	const struct calendar *c = builtin(a);
	struct day_info off, on;
	struct err e;
	EXPECT_OK(calendar_day(c, day("2026-08-31"), &off, &e), e);
	EXPECT_OK(calendar_day(c, day("2026-08-22"), &on, &e), e);
	EXPECT_INT(off.kind, DAY_SWAPPED_OFF);
	EXPECT_INT(on.kind, DAY_SWAPPED_WORKING);
	EXPECT(off.name.n && off.basis.n);
	EXPECT_DUE("2026-08-21T09:00", "1 working_day", CONVENTION_A, "2026-08-22T17:00");
	EXPECT_INT(calendar_office_hours(c, day("2026-08-22")).n, 2);
	EXPECT_INT(calendar_office_hours(c, day("2026-08-31")).n, 0);
	EXPECT_INT(calendar_office_hours(c, day("2050-01-03")).n, 0);
}

TEST(what_lies_outside_the_calendar_is_an_error)
{
	const struct calendar *c = builtin(a);
	const struct { const char *start; struct limit limit; } rows[] = {
		{"2015-12-31T09:00", {1, LIMIT_WORKING_DAY}},     {"2028-01-03T09:00", {1, LIMIT_WORKING_DAY}},
		{"2027-12-31T09:00", {1, LIMIT_WORKING_DAY}},     {"2026-06-01T09:00", {INT32_MAX, LIMIT_WORKING_DAY}},
		{"2026-06-01T09:00", {INT32_MAX, LIMIT_MONTH}},   {"2026-06-01T09:00", {INT32_MAX, LIMIT_CALENDAR_DAY}},
		{"2026-06-01T09:00", {INT32_MAX, LIMIT_HOUR}},    {"2026-06-01T09:00", {50000, LIMIT_WORKING_HOUR}},
		{"2026-06-01T09:00", {100000, LIMIT_MONTH}},      {"2026-06-01T09:00", {-1, LIMIT_WORKING_DAY}},
		{"9999-12-31T09:00", {1, LIMIT_WORKING_DAY}},     {"2027-12-31T18:00", {0, LIMIT_WORKING_DAY}},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct clock_rule r = {.limit = rows[i].limit};
		struct clock_course course = {at(rows[i].start), NULL, 0};
		struct due due;
		struct err e;
		EXPECT_ERR(calendar_due(c, &r, &course, &due, &e), e, ERR_INVALID);
	}
}

TEST(impossible_courses_are_refused)
{
	const struct calendar *c = builtin(a);
	struct clock_event cases[][2] = {
		{{at("2026-06-03T10:00"), CLOCK_SUPPLEMENT_COMPLETE}, {at("2026-06-04T10:00"), CLOCK_SUPPLEMENT_ASKED}},
		{{at("2026-06-03T10:00"), CLOCK_SUPPLEMENT_ASKED}, {at("2026-06-04T10:00"), CLOCK_SUPPLEMENT_ASKED}},
		{{at("2026-06-03T10:00"), CLOCK_SUPPLEMENT_ASKED}, {at("2026-06-02T10:00"), CLOCK_SUPPLEMENT_COMPLETE}},
		{{at("2026-05-31T10:00"), CLOCK_SUPPLEMENT_ASKED}, {at("2026-06-02T10:00"), CLOCK_SUPPLEMENT_COMPLETE}},
		{{at("2026-06-03T10:00"), CLOCK_FEE_PAID}, {at("2026-06-04T10:00"), CLOCK_FEE_DEMANDED}},
		{{at("2026-06-03T10:00"), CLOCK_SUPPLEMENT_ASKED}, {at("2031-06-02T10:00"), CLOCK_SUPPLEMENT_COMPLETE}},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct clock_rule r = rule("5 working_day", CONVENTION_A);
		struct clock_course course = {at("2026-06-01T09:00"), cases[i], 2};
		struct due due;
		struct err e;
		EXPECT_ERR(calendar_due(c, &r, &course, &due, &e), e, ERR_INVALID);
	}
	struct clock_event many[65];
	for (size_t i = 0; i < 65; i++)
		many[i] = (struct clock_event){at("2026-06-03T10:00"), i % 2 ? CLOCK_FEE_PAID : CLOCK_FEE_DEMANDED};
	struct clock_rule r = rule("5 working_day", CONVENTION_A);
	struct clock_course course = {at("2026-06-01T09:00"), many, 65};
	struct due due;
	struct err e;
	EXPECT_ERR(calendar_due(c, &r, &course, &due, &e), e, ERR_INVALID);
}

TEST(a_year_without_official_schedule_is_provisional)
{
	const struct calendar *c = builtin(a);
	EXPECT(!due_of(c, rule("5 working_day", CONVENTION_A), "2026-06-01T09:00", NULL, 0).provisional);
	EXPECT(due_of(c, rule("5 working_day", CONVENTION_A), "2026-12-30T09:00", NULL, 0).provisional);
	EXPECT(due_of(c, rule("5 working_day", CONVENTION_A), "2027-06-01T09:00", NULL, 0).provisional);
}

TEST(working_days_forward_and_back)
{
	const struct calendar *c = builtin(a);
	const struct { const char *from; int n; const char *want; } rows[] = {
		{"2026-06-01", 1, "2026-06-02"}, {"2026-06-01", 0, "2026-06-01"}, {"2026-06-06", 0, "2026-06-08"},
		{"2026-06-01", -1, "2026-05-29"}, {"2026-06-07", -1, "2026-06-05"}, 
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct date d;
		struct err e;
		EXPECT_OK(calendar_add_working_days(c, day(rows[i].from), rows[i].n, &d, &e), e);
		EXPECT_STR(date_format(a, d), str_from(rows[i].want));
	}
}

TEST(office_time_between_two_moments)
{
	const struct calendar *c = builtin(a);
	const struct { const char *from, *to; int minutes; } rows[] = {
		{"2026-06-01T07:00", "2026-06-01T23:00", 480}, {"2026-06-01T11:50", "2026-06-01T13:10", 20},
		{"2026-06-05T16:00", "2026-06-08T09:00", 120}, {"2026-06-08T09:00", "2026-06-05T16:00", -120},
		{"2026-06-06T09:00", "2026-06-07T16:00", 0},
	};
	struct err e;
	int64_t ms = 0;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		EXPECT_OK(calendar_working_ms_between(c, at(rows[i].from), at(rows[i].to), &ms, &e), e);
		EXPECT_INT(ms, rows[i].minutes * 60000);
	}
	EXPECT_ERR(calendar_working_ms_between(c, at("2026-06-01T09:00"), at("2028-06-01T09:00"), &ms, &e), e, ERR_INVALID);
}

/* ---- explanation ---- */

static char letter(const struct day_cell *cell)
{
	static const char letters[] = {[CELL_START] = 's', [CELL_COUNTED] = 'c', [CELL_OFF] = '-', [CELL_DROPPED] = 'x', [CELL_WAITING] = 'w', [CELL_DUE] = 'D'};
	return letters[cell->state];
}

static struct str strip_of(struct arena *a, struct clock_rule r, const char *start, const struct clock_event *ev, size_t n, struct day_cell **cells)
{
	struct clock_course course = {at(start), ev, n};
	size_t count = 0;
	struct err e;
	EXPECT_OK(calendar_explain(a, builtin(a), &r, &course, cells, &count, &e), e);
	struct buf b = buf_on(a);
	for (size_t i = 0; i < count; i++)
		buf_char(&b, letter(&(*cells)[i]));
	return buf_str(&b);
}

TEST(each_day_says_why_it_counts_or_not)
{
	struct day_cell *cells;
	EXPECT_TEXT(strip_of(a, rule("3 working_day", CONVENTION_A), "2026-04-23T16:10", NULL, 0, &cells), "sc---cD");
	EXPECT_INT(cells[3].day.kind, DAY_HOLIDAY);
	EXPECT_INT(cells[4].day.kind, DAY_COMPENSATORY);
	EXPECT(cells[6].k == 3 && cells[1].k == 1);
	EXPECT_TEXT(strip_of(a, rule("4 calendar_day", CONVENTION_A), "2025-10-01T09:00", NULL, 0, &cells), "scccc" /* Sunday is the 4th */ "D");
	EXPECT(cells[4].k == 4 && cells[5].k == 0);
	EXPECT_TEXT(strip_of(a, rule("0 working_day", CONVENTION_A), "2026-06-02T10:00", NULL, 0, &cells), "D");
	EXPECT_TEXT(strip_of(a, rule("9 working_hour", CONVENTION_A), "2026-06-05T14:00", NULL, 0, &cells), "c--D");
	EXPECT(cells[0].worked_ms == 3 * 3600000 && cells[3].worked_ms == 6 * 3600000);
}

TEST(struck_and_waiting_days_are_shown)
{
	struct day_cell *cells;
	struct clock_event ev[] = {{at("2026-06-03T10:00"), CLOCK_SUPPLEMENT_ASKED}, {at("2026-06-05T14:00"), CLOCK_SUPPLEMENT_COMPLETE}};
	EXPECT_TEXT(strip_of(a, rule("2 working_day", CONVENTION_A), "2026-06-01T09:00", ev, 2, &cells), "sxxws--cD");
	EXPECT_TEXT(strip_of(a, rule("9 working_day", CONVENTION_A), "2026-06-01T09:00", ev, 1, &cells), "sxx");
	struct clock_rule r = rule("4 working_day", CONVENTION_A);
	r.on_supplement = SUPPLEMENT_PAUSES;
	EXPECT_TEXT(strip_of(a, r, "2026-06-01T09:00", ev, 2, &cells), "sccww--cD");
}

/* ---- the 600 cases ---- */

static struct str text_of(const json_t *o, const char *key) { return str_from(json_string_value(json_object_get(o, key))); }

static size_t case_events(const json_t *o, struct clock_event *ev)
{
	const json_t *list = json_object_get(o, "events");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *x = json_array_get(list, i);
		EXPECT(instant_parse(text_of(x, "at"), &ev[i].at) && clock_event_kind_parse(text_of(x, "kind"), &ev[i].kind));
	}
	return json_array_size(list);
}

static struct clock_rule case_rule(struct arena *a, const json_t *o)
{
	const json_t *l = json_object_get(o, "limit");
	struct str limit = str_fmt(a, "%lld %s", json_integer_value(json_object_get(l, "n")), json_string_value(json_object_get(l, "unit")));
	return rule(str_cstr(a, limit), str_eq(text_of(o, "convention"), STR("B")) ? CONVENTION_B : CONVENTION_A);
}

/* "counted" lists the days of the last count; long lists are cut in the middle by "…". */
static void check_counted(struct arena *a, const json_t *want, const struct day_cell *cells, size_t n)
{
	struct str days[400];
	size_t k = 0, m = json_array_size(want);
	for (size_t i = 0; i < n; i++)
		if (cells[i].state == CELL_COUNTED || cells[i].state == CELL_DUE)
			days[k++] = date_format(a, cells[i].date);
	size_t cut = 0;
	while (cut < m && strcmp(json_string_value(json_array_get(want, cut)), "…") != 0)
		cut++;
	EXPECT(cut < m ? k >= m : k == m);
	for (size_t i = 0; i < m; i++)
		if (i != cut)
			EXPECT_TEXT(days[i < cut ? i : k - (m - i)], json_string_value(json_array_get(want, i)));
}

static void check_case(struct arena *a, const struct calendar *c, const json_t *o)
{
	struct clock_event ev[8];
	struct instant start, by;
	struct due due;
	struct day_cell *cells;
	struct err e;
	size_t n = case_events(o, ev), n_cells = 0;
	EXPECT(instant_parse(text_of(o, "accepted"), &start));
	struct clock_rule r = case_rule(a, o);
	struct clock_course course = {start, ev, n};
	EXPECT_OK(calendar_due(c, &r, &course, &due, &e), e);
	EXPECT_STR(instant_format(a, due.at), text_of(o, "due"));
	EXPECT_OK(calendar_forward_by(c, start, &by, &e), e);
	EXPECT_STR(instant_format(a, by), text_of(o, "forward_paper_by"));
	EXPECT_OK(calendar_explain(a, c, &r, &course, &cells, &n_cells, &e), e);
	EXPECT_INT(cells[n_cells - 1].state, CELL_DUE);
	if (json_object_get(o, "counted"))
		check_counted(a, json_object_get(o, "counted"), cells, n_cells);
}

TEST(the_six_hundred_cases_agree)
{
	struct str text = test_read_file(a, str_cat(a, test_source_dir(a), STR("/tests/fixtures/clock-cases.json")));
	json_t *root = json_loadb(text.p, text.n, 0, NULL);
	const json_t *cases = json_object_get(root, "cases");
	EXPECT_INT(json_array_size(cases), 600);
	for (size_t i = 0; i < json_array_size(cases); i++)
		check_case(a, builtin(a), json_array_get(cases, i));
	json_decref(root);
}

TEST(fifty_thousand_random_cases_agree_with_the_walking_oracle)
{
	oracle_compare(a, 7, 50000);
}

/* ---- packs ---- */

#define YEARS "\"years\":[{\"year\":2026,\"certainty\":\"confirmed\"}]"
#define DAY(date, kind) "{\"date\":\"" date "\",\"kind\":\"" kind "\",\"name\":\"x\",\"legal_basis\":\"y\",\"certainty\":\"confirmed\"}"
#define HOURS(lines) "{\"format\":\"motcua-office-hours/1\",\"hours\":[" lines "]}"
#define PLAIN "{\"agency\":null,\"from\":\"2016-01-01\",\"to\":null,\"open\":[[\"08:00\",\"12:00\"],[\"13:00\",\"17:00\"]]}"

TEST(odd_packs_are_refused)
{
	const struct { const char *days, *hours; } rows[] = {
		{"", HOURS(PLAIN)},
		{"[]", HOURS(PLAIN)},
		{"{" YEARS "}", HOURS(PLAIN)},
		{"{\"years\":[],\"days\":[]}", HOURS(PLAIN)},
		{"{\"years\":[{\"year\":2026},{\"year\":2028}],\"days\":[]}", HOURS(PLAIN)},
		{"{\"years\":[{\"year\":1}],\"days\":[]}", HOURS(PLAIN)},
		{"{" YEARS ",\"days\":[" DAY("2027-01-01", "holiday") "]}", HOURS(PLAIN)},
		{"{" YEARS ",\"days\":[" DAY("2026-02-30", "holiday") "]}", HOURS(PLAIN)},
		{"{" YEARS ",\"days\":[" DAY("2026-01-01", "feast") "]}", HOURS(PLAIN)},
		{"{" YEARS ",\"days\":[" DAY("2026-01-01", "holiday") "," DAY("2026-01-01", "holiday") "]}", HOURS(PLAIN)},
		{"{" YEARS ",\"days\":[" DAY("2026-01-01", "swapped working day") "]}", HOURS(PLAIN)},
		{"{" YEARS ",\"days\":[" DAY("2026-01-03", "compensatory off") "]}", HOURS(PLAIN)},
		{"{" YEARS ",\"days\":[{\"date\":\"2026-01-01\",\"kind\":\"holiday\"}]}", HOURS(PLAIN)},
		{"{" YEARS ",\"days\":[]}", "{}"},
		{"{" YEARS ",\"days\":[]}", HOURS("")},
		{"{" YEARS ",\"days\":[]}", HOURS("{\"from\":\"2026-02-01\",\"open\":[[\"08:00\",\"12:00\"]]}")},
		{"{" YEARS ",\"days\":[]}", HOURS("{\"from\":\"2016-02-01\",\"open\":[[\"08:00\",\"07:00\"]]}")},
		{"{" YEARS ",\"days\":[]}", HOURS("{\"from\":\"2016-02-01\",\"open\":[[\"08:00\",\"12:00\"],[\"11:00\",\"17:00\"]]}")},
		{"{" YEARS ",\"days\":[]}", HOURS("{\"from\":\"2016-02-01\",\"open\":[[\"08:00\",\"25:00\"]]}")},
		{"{" YEARS ",\"days\":[]}", HOURS("{\"from\":\"2016-02-01\",\"season\":{\"from\":\"4-16\",\"to\":\"10-15\"},\"open\":[[\"08:00\",\"12:00\"]]}")},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct calendar *c;
		struct err e;
		if (calendar_load(a, str_from(rows[i].days), str_from(rows[i].hours), STR_NONE, &c, &e))
			FAIL("row %zu was taken", i);
		EXPECT_INT(e.kind, ERR_INVALID);
	}
}

TEST(office_hours_change_with_agency_season_and_date)
{
	const char *hours = HOURS(PLAIN ",{\"agency\":\"H26\",\"from\":\"2016-01-01\",\"to\":\"2026-06-30\",\"season\":null,\"open\":[[\"07:30\",\"11:30\"],[\"13:30\",\"17:30\"]]}"
					",{\"agency\":\"H26\",\"from\":\"2016-01-01\",\"to\":null,\"season\":{\"from\":\"10-16\",\"to\":\"04-15\"},\"open\":[[\"09:00\",\"17:00\"]]}");
	const struct { const char *agency, *day; int32_t open_minute; } rows[] = {
		{"", "2026-05-04", 480},    {"H99", "2026-05-04", 480}, {"H26", "2026-05-04", 450}, {"H26", "2026-02-03", 540},
		{"H26", "2026-12-01", 540}, {"H26", "2026-04-15", 540}, {"H26", "2026-04-16", 450}, {"H26", "2026-07-01", 480},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct calendar *c = NULL;
		struct err e;
		EXPECT_OK(calendar_load(a, STR("{" YEARS ",\"days\":[]}"), str_from(hours), str_from(rows[i].agency), &c, &e), e);
		EXPECT_INT(calendar_office_hours(c, day(rows[i].day)).at[0].from_ms, rows[i].open_minute * 60000);
	}
}

/* ---- the command ---- */

static int run_command(struct arena *a, int argc, const char *const *argv, struct str *out)
{
	struct str path = str_cat(a, test_temp_dir(a), STR("/out"));
	fflush(stdout);
	int saved = dup(1);
	EXPECT(freopen(path.p, "w", stdout) != NULL);
	char **copy = NEW_ARRAY(a, (size_t)argc + 1, char *);
	for (int i = 0; i < argc; i++)
		copy[i] = (char *)(uintptr_t)str_dup(a, str_from(argv[i])).p;
	int rc = calendar_due_command(argc, copy);
	fflush(stdout);
	dup2(saved, 1);
	close(saved);
	*out = test_read_file(a, path);
	return rc;
}
#define RUN(out, ...) run_command(a, (int)(sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *)), (const char *const[]){__VA_ARGS__}, out)

TEST(the_command_prints_the_due_time)
{
	struct str out;
	EXPECT_INT(RUN(&out, "due", "--accepted", "2026-04-23T16:10:00+07:00", "--limit", "3 working_day"), 0);
	EXPECT_TEXT(out, "2026-04-29T17:00:00+07:00\n");
	EXPECT_INT(RUN(&out, "due", "--accepted", "2026-04-23T09:10:00Z", "--limit", "3 working_day", "--convention", "B"), 0);
	EXPECT_TEXT(out, "2026-04-29T16:10:00+07:00\n");
	EXPECT_INT(RUN(&out, "due", "--accepted", "2026-06-01T09:00:00+07:00", "--limit", "10 working_day", "--event",
		       "supplement_asked@2026-06-03T10:00:00+07:00", "--event", "supplement_complete@2026-06-08T14:00:00+07:00"), 0);
	EXPECT_TEXT(out, "2026-06-22T17:00:00+07:00\n");
	EXPECT_INT(RUN(&out, "due", "--accepted", "2026-11-20T09:00:00+07:00", "--limit", "3 working_day", "--explain"), 0);
	EXPECT(str_find(out, STR("2026-11-24 Tue  off  (holiday: Ngày Văn hóa Việt Nam)")) > 0);
	EXPECT(str_ends(out, STR("2026-11-26T17:00:00+07:00\n")));
	EXPECT_INT(RUN(&out, "due", "--help"), 0);
}

TEST(the_command_refuses_what_it_does_not_understand)
{
	struct str out;
	EXPECT_INT(RUN(&out, "due"), 2);
	EXPECT_INT(RUN(&out, "due", "--accepted", "today", "--limit", "3 working_day"), 2);
	EXPECT_INT(RUN(&out, "due", "--accepted", "2026-04-23T16:10:00+07:00", "--limit", "three days"), 2);
	EXPECT_INT(RUN(&out, "due", "--accepted", "2026-04-23T16:10:00+07:00", "--limit", "3 working_day", "--convention", "C"), 2);
	EXPECT_INT(RUN(&out, "due", "--accepted", "2026-04-23T16:10:00+07:00", "--limit", "3 working_day", "--event", "x@y"), 2);
	EXPECT_INT(RUN(&out, "due", "--cases", "/nowhere"), 2);
	EXPECT_INT(RUN(&out, "due", "--limit"), 2);
	EXPECT_INT(RUN(&out, "due", "--accepted", "2031-04-23T16:10:00+07:00", "--limit", "3 working_day"), 1);
	EXPECT_INT(out.n, 0);
	EXPECT_INT(RUN(&out, "due", "--accepted", "2026-06-01T09:00:00+07:00", "--limit", "9 working_day", "--event",
		       "supplement_asked@2026-06-03T10:00:00+07:00"), 1);
}

TEST(the_command_answers_a_file_of_cases_line_by_line)
{
	struct str path = str_cat(a, test_source_dir(a), STR("/tests/fixtures/clock-cases.json")), out, line;
	EXPECT_INT(RUN(&out, "due", "--cases", path.p), 0);
	struct str text = test_read_file(a, path);
	json_t *root = json_loadb(text.p, text.n, 0, NULL), *o;
	size_t i;
	json_array_foreach(json_object_get(root, "cases"), i, o) {
		EXPECT(str_next(&out, '\n', &line));
		EXPECT_STR(line, text_of(o, "due"));
	}
	json_decref(root);
}
