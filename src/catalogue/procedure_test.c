#include "catalogue/procedure.h"
#include "core/test/test.h"

static const struct procedure *read_all(struct arena *a, struct pack_report *r, size_t *n)
{
	struct pack p = pack_embedded();
	const struct procedure *list = NULL;
	*r = pack_report_on(a);
	if (!procedures_read(r, &p, &list, n))
		FAIL("%.*s", STR_ARG(pack_report_text(a, r)));
	return list;
}

static const struct procedure *find(const struct procedure *list, size_t n, const char *id)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(list[i].id, str_from(id)))
			return &list[i];
	FAIL("no procedure %s", id);
}

TEST(all_72_are_read_and_32_are_complete)
{
	struct pack_report r;
	size_t n = 0, complete = 0, codes = 0;
	const struct procedure *list = read_all(a, &r, &n);
	EXPECT_INT(n, 72);
	for (size_t i = 0; i < n; i++) {
		complete += procedure_is_complete(&list[i]);
		codes += list[i].code.n > 0;
		EXPECT(list[i].search_words.n >= 2);
		EXPECT(list[i].process.n && list[i].result_template.n && list[i].forms.n);
	}
	EXPECT_INT(complete, 32);
	EXPECT_INT(codes, 38);
	EXPECT_INT(r.faults, 0);
	EXPECT(str_ends(procedures_check_text(a, list, n), STR("72 procedures, 32 complete\n")));
	EXPECT(str_find(procedures_check_text(a, list, n), STR("missing in 34: code\n")) > 0);
}

TEST(a_procedure_carries_what_its_source_says)
{
	struct pack_report r;
	size_t n;
	const struct procedure *list = read_all(a, &r, &n), *p = find(list, n, "bx-cap-phep-xquang");
	EXPECT_TEXT(p->code, "2.002380");
	EXPECT_INT(p->deadline_number, 25);
	EXPECT_INT(p->deadline_unit, UNIT_CALENDAR_DAY);
	EXPECT_INT(p->starts, START_COMPLETE_AND_FEE);
	EXPECT_INT(p->supplement_number, 3);
	EXPECT_INT(p->online, ONLINE_FULL);
	EXPECT_INT(p->fees_n, 9);
	EXPECT_INT(p->fees[7].amount, 16000000);
	EXPECT_TEXT(p->result_template, "gp-bx");
	EXPECT(str_find(p->fee_rule, STR("quantity.f8")) > 0);
	EXPECT_INT(p->to.day, date_from_civil(2025, 12, 31).day);
	EXPECT(procedure_in_force(p, date_from_civil(2025, 12, 31)) && !procedure_in_force(p, date_from_civil(2026, 1, 1)));
	EXPECT_INT(p->audience, AUDIENCE_PERSON | AUDIENCE_ORGANISATION);
}

TEST(gaps_stay_gaps)
{
	struct pack_report r;
	size_t n;
	const struct procedure *list = read_all(a, &r, &n), *p = find(list, n, "ts-vtdnd-chung-chi");
	unsigned gaps = procedure_gaps(p);
	const enum procedure_gap want[] = {GAP_DEADLINE, GAP_STEPS, GAP_DOCUMENTS, GAP_FEES, GAP_CONDITIONS, GAP_CODE, GAP_ONLINE, GAP_VALIDITY, GAP_CONTACT};
	for (size_t i = 0; i < ARRAY_LEN(want); i++)
		EXPECT(gaps & (1U << want[i]));
	EXPECT(!(gaps & (1U << GAP_AGENCY)));
	EXPECT_INT(p->deadline_number, -1);
	EXPECT_INT(p->starts, START_UNKNOWN);
	EXPECT_INT(p->fee_rule.n, 0);
	EXPECT_TEXT(p->fee_note, "mức thu chưa có dữ liệu");
	/* A partial service must publish its reason (decree 224/2026 Art. 14); no source has one. */
	EXPECT(procedure_gaps(find(list, n, "tc-thu-nghiem-cap")) & (1U << GAP_REASON_PARTIAL));
}

/* The file of one procedure with one piece of text replaced. */
static struct str faults_with(struct arena *a, const char *from, const char *to)
{
	struct str path = str_cat(a, test_source_dir(a), STR("/packs/procedures/cg-dang-ky.json")), json = test_read_file(a, path);
	ptrdiff_t at = str_find(json, str_from(from));
	EXPECT(at > 0);
	struct str changed = str_fmt(a, "%.*s%s%s", (int)at, json.p, to, json.p + at + (ptrdiff_t)str_from(from).n);
	struct pack_file f = {STR("procedures/cg-dang-ky.json"), changed};
	struct pack_report r = pack_report_on(a);
	struct procedure p;
	EXPECT(!procedure_read(&r, f, &p));
	return pack_report_text(a, &r);
}

TEST(mistakes_are_named_by_their_place)
{
	EXPECT(str_find(faults_with(a, "\"steps\"", "\"stepps\""), STR("/stepps: unknown key")) >= 0);
	EXPECT(str_find(faults_with(a, "\"id\": \"cg-dang-ky\"", "\"id\": \"cg-khac\""), STR("/id: must be the file's name")) >= 0);
	EXPECT(str_find(faults_with(a, "\"id\": \"cg-dang-ky\"", "\"id\": \"../../x\""), STR("/id: must be lower-case")) >= 0);
	EXPECT(str_find(faults_with(a, "\"starts\": \"complete\"", "\"starts\": \"soon\""), STR("/settlement/starts: \"soon\" is none")) >= 0);
	EXPECT(str_find(faults_with(a, "\"limit\": 5", "\"limit\": 6"), STR("/settlement: limit is not the deadline's number")) >= 0);
	EXPECT(str_find(faults_with(a, "\"limit\": 5", "\"limit\": -5"), STR("/settlement/limit: must be 0 to 10000")) >= 0);
	EXPECT(str_find(faults_with(a, "\"complete\": true", "\"complete\": false"), STR("/complete: says otherwise")) >= 0);
	EXPECT(str_find(faults_with(a, "\"valid_to\": null", "\"valid_to\": \"soon\""), STR("/valid_to: must be a day")) >= 0);
	EXPECT(str_find(faults_with(a, "\"documents\": [", "\"documents\": [5,"), STR("/documents/0")) >= 0);
	EXPECT(str_find(faults_with(a, "\"format\": 1", "\"format\": 9"), STR("/format: format 9 is not known")) >= 0);
}

TEST(two_procedures_with_one_code_are_refused)
{
	struct str path = str_cat(a, test_source_dir(a), STR("/packs/procedures/cg-dang-ky.json")), json = test_read_file(a, path);
	ptrdiff_t at = str_find(json, STR("\"cg-dang-ky\""));
	struct str twin = str_fmt(a, "%.*s\"cg-hai\"%s", (int)at, json.p, json.p + at + 12);
	struct pack_file files[] = {{STR("procedures/cg-dang-ky.json"), json}, {STR("procedures/cg-hai.json"), twin}};
	struct pack p = {files, 2};
	struct pack_report r = pack_report_on(a);
	const struct procedure *list;
	size_t n;
	EXPECT(!procedures_read(&r, &p, &list, &n));
	EXPECT(str_find(pack_report_text(a, &r), STR("cg-dang-ky and cg-hai have one code")) >= 0);
}
