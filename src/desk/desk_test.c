/* desk_test.c — the officials' pages through the whole request path, on both engines. */
#include "core/http/http_testing.h"
#include "core/page/page.h"
#include "core/scan/scan_testing.h"
#include "desk/desk_internal.h"
#include "desk/desk_sql.h"
#include "dossier/dossier_testing.h"
#include "issue/issue.h"
#include "render/papers.h"
#include <stdatomic.h>
#include <string.h>

struct world {
	struct office o;
	struct db_pool *pool;
	struct blob_store *blobs;
	struct http_config cfg;
	struct http_test *t;
	struct actor counter, specialist, head, director, clerk, inspector;
	_Atomic int reads;
};
static struct world w;
static struct desk_facilities facilities;
static struct issue_facilities papers;

static void on_writer(const struct actor *actor, office_fn *fn, void *ctx)
{
	struct err e = {0};
	EXPECT_OK(office_act(&w.o, actor, fn, ctx, &e), e);
}
struct keep_signed { struct dossier_id id; };
static bool keep_signed(struct env *env, void *ctx, struct err *e)
{
	const struct keep_signed *c = ctx;
	return dossier_signed(env, w.o.law, c->id, &(struct dossier_file_new){.field = STR("result"), .name = STR("ket-qua.pdf"), .blob = STR("r"), .plain_hash = STR("r"),
		.type = STR("application/pdf"), .size = 1}, e);
}
static struct actor official(struct person_id person) { return office_official(&w.o, person); }

static const struct actor citizen = {.account = 4242, .roles = ROLE_BIT(ROLE_CITIZEN)};
static const struct actor other_citizen = {.account = 4343, .roles = ROLE_BIT(ROLE_CITIZEN)};

static _Atomic int64_t n_asked; /* statements of pages so far */
static struct db *checkout(void *app)
{
	struct err e = {0};
	(void)app;
	struct db *db = db_checkout(w.pool, &e);
	CHECK(db != NULL);
	db_moment(db); /* as the program lends them */
	n_asked -= db_asked(db);
	return db;
}
static void checkin(void *app, struct db *db)
{
	(void)app;
	n_asked += db_asked(db);
	db_moment_end(db);
	db_checkin(w.pool, db);
}
static bool lists_only; /* as when the same person read the record minutes ago */
static bool read_needed(struct request *r) { return desk_must_mark(r) || (!lists_only && actor_any(r->env.actor, ALLOW_STAFF)); }
static bool read_apply(struct request *r, struct err *e)
{
	atomic_fetch_add(&w.reads, 1);
	return desk_opened(r, e);
}
static bool settles(struct env *env, struct agency_id *agency, struct unit_id *unit, struct str *prefix, struct err *e)
{
	(void)env, (void)e;
	*agency = w.o.people.department;
	*unit = w.o.people.division;
	*prefix = STR("H99.12");
	return true;
}
static void fill(struct request *r, struct page_facts *f) { desk_side(r, f); }

static void make_http(void)
{
	static const struct route_table *tables;
	tables = &desk_routes;
	w.cfg = http_config_usual();
	w.cfg.tables = tables;
	w.cfg.n_tables = 1;
	w.cfg.blobs = w.blobs;
	w.cfg.writer = w.o.w;
	w.cfg.submit = writer_submit;
	w.cfg.hooks = (struct http_hooks){.error_page = page_error_page, .say = page_say, .db_checkout = checkout, .db_checkin = checkin,
		.read_needed = read_needed, .read_apply = read_apply};
	page_fault_say(w.cfg.fault_say);
	page_fill_hook(fill);
	w.t = http_test_new(w.o.a, &w.cfg);
}

static void start(struct arena *a, enum db_engine engine)
{
	struct err e = {0};
	const struct scan_config *scan = scan_testing_open(a); /* it forks: before the writer's threads */
	office_set_ms(instant_clock().ms - 20 * DAY_MS); /* pages live today; what is filed now is late there */
	office_open(&w.o, a, engine, NULL);
	w.pool = db_pool_new(engine, test_db_place(), 4);
	EXPECT_OK(blob_store_new(&w.blobs, str_fmt(a, "%.*s/blobs", STR_ARG(test_temp_dir(a))), NULL, &e), e);
	w.counter = official(w.o.people.counter), w.specialist = official(w.o.people.specialist), w.head = official(w.o.people.head);
	w.director = official(w.o.people.director), w.clerk = official(w.o.people.clerk), w.inspector = official(w.o.people.inspector);
	facilities = (struct desk_facilities){.law = w.o.law, .blobs = w.blobs, .pool = w.pool, .settling = settles, .ids = &w.o.ids, .scan = scan};
	papers = (struct issue_facilities){.law = w.o.law, .blobs = w.blobs, .render = render_paper, .renderer = scan->render};
	issue_use(&papers);
	facilities.draw = issue_paper_draw, facilities.draft = issue_draft_draw, facilities.sheet = issue_sheet_draw;
	facilities.register_rows = issue_register_rows, facilities.register_draw = issue_register_draw;
	desk_use(&facilities);
	directory_keep_open(DIRECTORY_KEPT_BYTES);
	make_http();
}

static void stop(void)
{
	http_test_free(w.t);
	directory_keep_close();
	office_close(&w.o);
	db_pool_free(w.pool);
	blob_store_free(w.blobs);
	scan_testing_close();
}

static const char *filed = "bx-cap-phep-xquang";
static struct unit_id filed_at; /* 0: the hall */
static bool send_one(struct env *env, void *ctx, struct err *e)
{
	struct dossier_sent *sent = ctx;
	const struct law_procedure *p = law_find(w.o.law, str_from(filed));
	json_t *example = law_example(w.o.a, w.o.law, p, date_of(env->now));
	struct key key;
	struct dossier_new x = {.procedure = p, .answers = example, .account = 4242, .channel_in = STR("online"), .channel_out = STR("online"),
		.who = {.name = STR("Canary Nguyễn Văn Mẫu"), .identity = STR("001090012345"), .phone = STR("0912345678")},
		.receiving_unit = filed_at.v ? filed_at : w.o.people.reception, .settling_unit = w.o.people.division, .settling_agency = w.o.people.department, .code_prefix = STR("H99.12")};
	dossier_begin(env, w.o.law, &x.id, &key, &x.wrapped_key);
	bool ok = dossier_send(env, w.o.law, &x, sent, e);
	json_decref(example);
	return ok;
}
static struct str sent_code(void)
{
	struct dossier_sent s = {0};
	on_writer(&citizen, send_one, &s);
	return s.code;
}

static bool has(struct str s, const char *part) { return str_find(s, str_from(part)) >= 0; }
static struct test_answer get(const struct actor *who, const char *path) { return http_test_send(w.t, &(struct test_request){.path = path, .actor = who}); }
static struct test_answer post(const struct actor *who, const char *path, const char *form)
{
	return http_test_send(w.t, &(struct test_request){.method = HTTP_POST, .path = path, .actor = who, .form = form});
}
/* The words go in the body; the address that follows does not show them. */
static struct test_answer find(const struct actor *who, const char *words)
{
	struct test_answer x = post(who, "/ban-lam-viec/tim", str_cstr(w.o.a, str_fmt(w.o.a, "tim=%s", words)));
	EXPECT_INT(x.status, 303);
	EXPECT(str_starts(x.location, STR("/ban-lam-viec?tim=")) && str_find(x.location, str_from(words)) < 0);
	return get(who, str_cstr(w.o.a, x.location));
}
static const char *record(struct str code, const char *rest) { return str_cstr(w.o.a, str_fmt(w.o.a, "/ban-lam-viec/ho-so/%.*s%s", STR_ARG(code), rest)); }
static struct dossier_get_row load(struct str code)
{
	struct err e = {0};
	struct dossier_get_row row = {0};
	struct dossier_id id;
	bool found;
	struct env env = office_env(&w.o);
	EXPECT_OK(dossier_id_of(&env, code, &id, &found, &e), e);
	EXPECT(found);
	EXPECT_OK(dossier_load(&env, id, &row, &e), e);
	return row;
}
#define STATUS(answer, want)                                                                                        \
	do {                                                                                                        \
		struct test_answer got_ = (answer);                                                                 \
		if (got_.status != (want))                                                                          \
			FAIL("%s: %d, not %d: %.*s", #answer, got_.status, (want), STR_ARG(str_sub(got_.body, 0, 1500))); \
	} while (0)
/* The n-th code of the day on the writer's clock. */
static const char *nth(int n) { return str_cstr(w.o.a, dossier_code(w.o.a, STR("H99.12"), date_of(office_now()), n)); }
static const char *to_specialist(const char *more) { return str_cstr(w.o.a, str_fmt(w.o.a, "to=%lld%s", (long long)w.o.people.specialist.v, more)); }

TEST_BOTH(every_query_prepares) { test_db_prepares(test_db(a, engine), desk_sql); }

TEST_BOTH(the_inbox_shows_what_waits_for_whom)
{
	start(a, engine);
	struct str code = sent_code();
	struct test_answer x = get(&w.counter, "/ban-lam-viec?xem=cho-nhan");
	STATUS(x, 200);
	EXPECT(has(x.body, code.p) && has(x.body, "Canary") && has(x.body, "data-list"));
	EXPECT(!has(get(&w.specialist, "/ban-lam-viec?xem=cho-nhan").body, "Canary"));
	EXPECT(has(get(&w.head, "/ban-lam-viec?xem=co-quan").body, "Canary"));
	EXPECT(has(get(&w.head, "/ban-lam-viec?xem=qua-han").body, code.p));
	EXPECT(!has(get(&w.head, "/ban-lam-viec?xem=sap-den-han").body, "Canary"));
	office_set_ms(instant_clock().ms);
	struct str fresh = sent_code();
	EXPECT(!has(get(&w.head, "/ban-lam-viec?xem=qua-han").body, fresh.p));
	x = get(&w.head, "/ban-lam-viec?xem=sap-den-han");
	EXPECT(has(x.body, fresh.p) && !has(x.body, code.p));
	EXPECT(has(find(&w.counter, "canary+nguyen").body, code.p));
	static const struct { const char *before, *after; } typed[] = {{"", ""}, {"+", "+"}, {"https%3A%2F%2Fm.example%2Ftra-cuu%2F", "%3Fs%3DABC"}};
	for (size_t i = 0; i < ARRAY_LEN(typed); i++) { /* a code typed or scanned opens its record */
		x = find(&w.counter, str_cstr(a, str_fmt(a, "%s%.*s%s", typed[i].before, STR_ARG(code), typed[i].after)));
		STATUS(x, 303);
		EXPECT(str_ends(x.location, code));
	}
	x = find(&w.counter, "khongco");
	EXPECT(!has(x.body, "Canary") && has(x.body, "Không tìm thấy hồ sơ nào") && !has(x.body, "aria-current=\"page\""));
	/* A row says which time its view counts by; a day that is none is told, not dropped. */
	x = get(&w.head, "/ban-lam-viec?xem=co-quan");
	EXPECT(has(x.body, "trả lời trước ") && !has(x.body, "hẹn trả ") && !has(x.body, "bước quá hạn"));
	EXPECT(has(get(&w.head, "/ban-lam-viec?xem=co-quan&truoc=31%2F02%2F2026").body, "Xin viết ngày có thật"));
	EXPECT(!has(get(&w.head, "/ban-lam-viec?xem=co-quan&tt=done").body, "Canary"));
	EXPECT(!has(get(&w.head, "/ban-lam-viec?xem=co-quan&kenh=counter").body, "Canary"));
	EXPECT(has(get(&w.head, "/ban-lam-viec?xem=co-quan&kenh=online&xep=moi&truoc=31%2F12%2F2026").body, "Canary"));
	EXPECT(w.reads > 0);
	stop();
}

TEST_BOTH(hostile_filters_are_harmless)
{
	static const char *const queries[] = {"?xem=%22%3E%3Cscript%3E", "?sau=99999999999999999999.1", "?sau=-1.-1", "?sau=..", "?truoc=99/99/9999", "?tim=%22%20OR%201",
		"?tim=*", "?tim=%00", "?tim=AAAA", "?tt='%20or%201=1--", "?lv=%3Cb%3E&kenh=zzz", "?sau=9223372036854775807.9223372036854775807"};
	start(a, engine);
	sent_code();
	for (size_t i = 0; i < ARRAY_LEN(queries); i++) {
		struct test_answer x = get(&w.head, str_cstr(a, str_fmt(a, "/ban-lam-viec%s", queries[i])));
		if ((x.status != 200 && x.status != 400) || has(x.body, "<script>") || has(x.body, "<b>'"))
			FAIL("%s: %d", queries[i], x.status);
	}
	static const char *const words[] = {"%22%20OR%201", "*", "%28%29%26%7C%21%3A%2A", "%3Cscript%3E", "%27+or+1%3D1--"};
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		struct test_answer x = find(&w.head, words[i]);
		if (x.status != 200 || has(x.body, "<script>") || has(x.body, "Canary"))
			FAIL("%s: %d", words[i], x.status);
	}
	stop();
}

/* NĐ 13/2023: who was searched for stands in no address, title, link or bookmark; the seal is this session's. */
TEST_BOTH(who_is_searched_for_stands_in_no_address)
{
	start(a, engine);
	struct str code = sent_code();
	int before = w.reads;
	struct test_answer x = find(&w.counter, "001090012345");
	EXPECT(has(x.body, code.p) && w.reads == before + 1);
	struct str html = x.body;
	for (ptrdiff_t at; (at = str_find(html, STR("001090012345"))) >= 0; html = str_sub(html, (size_t)at + 12, html.n))
		EXPECT(str_ends(str_sub(html, 0, (size_t)at), STR("value=\""))); /* in the field, to go on from; nowhere else */
	EXPECT(!has(get(&w.counter, "/ban-lam-viec?tim=001090012345").body, code.p)); /* plain words are not taken */
	EXPECT(has(get(&w.counter, "/ban-lam-viec?tim=001090012345").body, "Xin gõ lại"));
	x = post(&w.counter, "/ban-lam-viec/tim", "tim=canary");
	struct str token = str_sub(x.location, strlen("/ban-lam-viec?tim="), x.location.n);
	struct test_answer y = post(&w.counter, "/ban-lam-viec/tim", "tim=canary");
	EXPECT(!str_eq(x.location, y.location)); /* equal words are not seen to be equal */
	struct str forged = str_fmt(a, "/ban-lam-viec?tim=A%.*s", STR_ARG(str_sub(token, 1, token.n))), again = str_fmt(a, "/ban-lam-viec?tim=%.*s", STR_ARG(token));
	EXPECT(has(get(&w.counter, str_cstr(a, again)).body, "Kết quả tìm") && (token.p[0] == 'A' || !has(get(&w.counter, str_cstr(a, forged)).body, "Kết quả tìm")));
	STATUS(post(&w.counter, "/ban-lam-viec/tim", "tim="), 303);
	STATUS(post(&w.counter, "/ban-lam-viec/bo-loc", "name=A&query=%3Fxem%3Dco-quan%26tim%3D001090012345"), 422);
	STATUS(post(&citizen, "/ban-lam-viec/tim", "tim=canary"), 403);
	/* Programs: in the body too. */
	struct test_request api = {.method = HTTP_POST, .path = "/api/v1/dossiers/search", .actor = &w.counter, .bearer = true, .json = "{\"q\":\"0912345678\"}"};
	before = w.reads;
	x = http_test_send(w.t, &api);
	STATUS(x, 200);
	EXPECT(has(x.body, code.p) && w.reads == before + 1);
	api.json = "{}";
	STATUS(http_test_send(w.t, &api), 422);
	stop();
}

/* What others may read does not push the reader's own out of the page, however much of it is newer. */
TEST_BOTH(a_search_goes_on_until_the_reader_has_a_page)
{
	start(a, engine);
	filed_at = w.o.people.office;
	struct str mine = sent_code();
	filed_at = (struct unit_id){0};
	for (int i = 0; i < 160; i++)
		sent_code();
	struct actor elsewhere = {.account = 77, .person = 77, .roles = ROLE_BIT(ROLE_COUNTER), .held = (struct actor_role[]){{ROLE_COUNTER, w.o.people.office.v, 998}}, .n_held = 1};
	static const char *const words[] = {"canary+nguyen", "cana+nguy", "001090012345", "0912345678"}; /* whole, and their beginnings; numbers */
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		struct test_answer x = find(&elsewhere, words[i]), all = find(&w.counter, words[i]);
		EXPECT(has(x.body, mine.p) && !has(x.body, nth(2)));
		EXPECT(has(all.body, nth(161)) && has(all.body, nth(112)) && !has(all.body, nth(111)) && !has(all.body, mine.p));
	}
	stop();
}

TEST_BOTH(pages_follow_one_another_by_key)
{
	start(a, engine);
	for (int i = 0; i < 60; i++)
		sent_code();
	struct test_answer one = get(&w.counter, "/ban-lam-viec?xem=cho-nhan");
	ptrdiff_t at = str_find(one.body, STR("sau="));
	EXPECT(at > 0);
	EXPECT(has(one.body, nth(1)) && has(one.body, nth(50)) && !has(one.body, nth(51)));
	struct str rest = str_sub(one.body, (size_t)at, 80), cursor;
	EXPECT(str_next(&rest, '&', &cursor) && str_starts(rest, STR("amp;den=50\"")));
	struct test_answer two = get(&w.counter, str_cstr(a, str_fmt(a, "/ban-lam-viec?xem=cho-nhan&%.*s&den=50", STR_ARG(cursor))));
	EXPECT(has(two.body, nth(51)) && has(two.body, nth(60)) && !has(two.body, nth(50)));
	EXPECT(has(one.body, "1–50 trong 60") && has(two.body, "51–60 trong 60") && has(two.body, "Về trang đầu"));
	/* The hall's page shows the first of them only, so that what is to be collected stays on it. */
	struct test_answer hall = get(&w.counter, "/quay");
	EXPECT(has(hall.body, nth(10)) && !has(hall.body, nth(11)) && has(hall.body, "Xem cả 60 hồ sơ") && has(hall.body, "Kết quả chờ người đến nhận"));
	stop();
}

/* Lists, searches and what is looked for all day take as many steps of SQLite among many dossiers as among few, once there is a full page. */
static const struct desk_filter lists[] = {
	{.view = VIEW_UNIT}, {.view = VIEW_LATE}, {.view = VIEW_ALL}, {.view = VIEW_ALL, .newest = true}, {.view = VIEW_SUPPLEMENT, .channel = {"online", 6}},
	{.view = VIEW_ALL, .state = {"received", 8}, .channel = {"post", 4}}, {.view = VIEW_ALL, .state = {"received", 8}, .channel = {"post", 4}, .newest = true},
	{.view = VIEW_ALL, .field = {"no such", 7}, .newest = true}, {.view = VIEW_ALL, .state = {"returned", 8}, .field = {"no such", 7}, .newest = true},
};
#define LOOKS (ARRAY_LEN(lists) + 6)

static void look(struct env *env, size_t i, struct str code, struct err *e)
{
	const struct str words[] = {code, STR("0999999999"), STR("zuylinhxang")};
	struct desk_list_rows rows = {0};
	struct desk_handover_rows waiting = {0};
	struct dossier_file_quarantined_rows files = {0};
	struct lane lane;
	bool person;
	size_t n = ARRAY_LEN(lists);
	if (i < n)
		EXPECT_OK(desk_rows(env, &lists[i], DESK_PAGE + 1, &rows, e), *e);
	else if (i < n + 3)
		EXPECT_OK(desk_search(env, words[i - n], &rows, &person, e), *e);
	else if (i == n + 3)
		EXPECT_OK(q_desk_handover(env->db, env->arena, desk_unit_of(env->actor, ROLE_COUNTER), 10, &waiting, e), *e);
	else if (i == n + 4)
		EXPECT_OK(q_dossier_file_quarantined(env->db, env->arena, 1, &files, e), *e);
	else
		EXPECT_OK(lane_open(env->db, env->arena, 0, &lane, e), *e);
}

TEST(what_is_looked_for_reads_no_more_among_many)
{
	int64_t few[LOOKS];
	start(a, DB_SQLITE);
	for (int round = 0; round < 2; round++) {
		struct str code = STR_NONE;
		struct err e = {0};
		for (int i = 0; i < (round ? 540 : 60); i++)
			code = sent_code();
		struct env env = office_env(&w.o);
		env.actor = &w.counter;
		for (size_t i = 0; i < LOOKS; i++) {
			look(&env, i, code, &e); /* what is prepared once */
			test_db_steps(env.db);
			look(&env, i, code, &e);
			int64_t steps = test_db_steps(env.db);
			few[i] = round ? few[i] : steps;
			if (steps > 2 * few[i])
				FAIL("look %zu: %lld steps among many, %lld among few", i, (long long)steps, (long long)few[i]);
		}
	}
	stop();
}

/* A whole list, however long: in the order of its pages, and nothing gathered in memory on the way. */
TEST_BOTH(a_whole_list_is_read_in_order_without_sorting)
{
	struct err e = {0};
	start(a, engine);
	for (int i = 1; i <= 30; i++) {
		sent_code();
		if (i % 3 == 0)
			STATUS(post(&w.counter, record(str_from(nth(i)), "/accept"), "rev=1"), 303);
	}
	struct env env = office_env(&w.o);
	env.actor = &w.head;
	for (int newest = 0; newest < 2; newest++) {
		const struct desk_filter f = {.view = VIEW_ALL, .newest = newest};
		struct workbook_ids all = {0};
		struct desk_list_rows rows = {0};
		EXPECT_OK(desk_rows(&env, &f, 100, &rows, &e), e);
		if (engine == DB_SQLITE)
			test_db_sorts(env.db);
		EXPECT_OK(desk_filter_all(&env, &f, &all, &e), e);
		EXPECT(engine != DB_SQLITE || test_db_sorts(env.db) == 0);
		EXPECT(rows.n == 30 && all.n == rows.n);
		for (size_t i = 0; i < all.n; i++)
			EXPECT_INT(all.v[i], rows.v[i].id.v);
		free(all.v);
	}
	stop();
}

static size_t times(struct str s, const char *part)
{
	size_t n = 0;
	for (ptrdiff_t at; (at = str_find(s, str_from(part))) >= 0; n++)
		s = str_sub(s, (size_t)at + strlen(part), s.n);
	return n;
}

/* Each state is read along its own index: the pages must still be one list, each record once, in either order. */
TEST_BOTH(a_view_of_several_states_is_one_list)
{
	start(a, engine);
	for (int i = 1; i <= 60; i++) {
		sent_code();
		if (i % 3 == 0)
			STATUS(post(&w.counter, record(str_from(nth(i)), "/accept"), "rev=1"), 303);
	}
	static const char *const orders[] = {"/ban-lam-viec?xem=co-quan", "/ban-lam-viec?xem=co-quan&xep=moi"};
	for (size_t k = 0; k < ARRAY_LEN(orders); k++) {
		struct test_answer one = get(&w.head, orders[k]);
		ptrdiff_t at = str_find(one.body, STR("sau="));
		EXPECT(at > 0);
		struct str rest = str_sub(one.body, (size_t)at, 80), cursor;
		EXPECT(str_next(&rest, '"', &cursor));
		struct str two = get(&w.head, str_cstr(a, str_fmt(a, "%s&%.*s", orders[k], STR_ARG(cursor)))).body;
		for (int i = 1; i <= 60; i++) {
			const char *link = str_fmt(a, "/ho-so/%s\"", nth(i)).p;
			if ((times(one.body, link) > 0) + (times(two, link) > 0) != 1)
				FAIL("%s: %s stands on %d pages", orders[k], nth(i), (times(one.body, link) > 0) + (times(two, link) > 0));
		}
	}
	/* Accepted ones have ten days, the others eight hours for an answer: they come last by time, and first by age does not. */
	struct str due = get(&w.head, orders[0]).body, age = get(&w.head, orders[1]).body;
	EXPECT(times(due, str_fmt(a, "/ho-so/%s\"", nth(58)).p) > 0 && times(due, str_fmt(a, "/ho-so/%s\"", nth(60)).p) == 0);
	EXPECT(times(age, str_fmt(a, "/ho-so/%s\"", nth(60)).p) > 0 && times(age, str_fmt(a, "/ho-so/%s\"", nth(1)).p) == 0);
	stop();
}

TEST_BOTH(two_roles_in_one_unit_count_once)
{
	start(a, engine);
	sent_code();
	struct actor both = w.counter;
	struct actor_role held[3] = {w.counter.held[0], w.counter.held[0], w.counter.held[0]};
	held[1].role = ROLE_CLERK;
	both.held = held, both.n_held = 3, both.roles |= ROLE_BIT(ROLE_CLERK);
	struct env env = office_env(&w.o);
	struct desk_filter f = {.view = VIEW_UNIT};
	struct desk_list_rows rows = {0};
	struct err e = {0};
	int64_t n = 0;
	env.actor = &both;
	EXPECT_OK(desk_rows(&env, &f, 10, &rows, &e) && desk_counted(&env, &f, &n, &e), e);
	EXPECT_INT(rows.n, 1);
	EXPECT_INT(n, 1);
	stop();
}

static int64_t counted(struct env *env, struct desk_filter f)
{
	struct err e = {0};
	int64_t n = 0;
	EXPECT_OK(desk_counted(env, &f, &n, &e), e);
	return n;
}

/* A view is counted along the indexes alone, and what is chosen of it row by row: they agree. */
TEST_BOTH(what_is_counted_is_the_sum_of_its_states)
{
	start(a, engine);
	for (int i = 0; i < 3; i++)
		sent_code();
	STATUS(post(&w.counter, record(sent_code(), "/accept"), "rev=1"), 303);
	const struct actor *const who[] = {&w.head, &w.counter};
	for (size_t i = 0; i < ARRAY_LEN(who); i++) {
		struct env env = office_env(&w.o);
		env.actor = who[i];
		EXPECT_INT(counted(&env, (struct desk_filter){.view = VIEW_ALL}), 4);
		EXPECT_INT(counted(&env, (struct desk_filter){.view = VIEW_ALL, .state = STR("received")}), 3);
		EXPECT_INT(counted(&env, (struct desk_filter){.view = VIEW_ALL, .state = STR("processing")}), 1);
		EXPECT_INT(counted(&env, (struct desk_filter){.view = VIEW_ALL, .channel = STR("online")}), 4);
		EXPECT_INT(counted(&env, (struct desk_filter){.view = VIEW_LATE}), 0);
		env.now.ms += 60 * DAY_MS;
		EXPECT_INT(counted(&env, (struct desk_filter){.view = VIEW_LATE}), 4);
	}
	stop();
}

static int64_t beside_of(struct env *env, enum desk_view view, int64_t now_ms)
{
	struct err e = {0};
	int64_t n = 0;
	env->now.ms = now_ms;
	EXPECT_OK(desk_counted_shared(env, view, &n, &e), e);
	return n;
}
static int64_t beside(struct env *env, int64_t now_ms) { return beside_of(env, VIEW_ALL, now_ms); }

TEST_BOTH(counts_beside_a_page_are_five_seconds_old_or_of_the_last_act)
{
	start(a, engine);
	sent_code();
	struct env head = office_env(&w.o), director = head;
	head.actor = &w.head, director.actor = &w.director;
	int64_t t = head.now.ms + 1000;
	EXPECT_INT(beside(&head, t), 1);
	sent_code();
	EXPECT_INT(beside(&director, t + 4999), 1); /* the same agency's */
	EXPECT_INT(beside(&head, t + 5000), 2);
	sent_code();
	EXPECT_INT(beside(&head, t - 60000), 3);     /* the clock was set back */
	sent_code();
	head.now.ms = t;
	desk_counts_moved(&head);
	EXPECT_INT(beside(&director, t), 4);
	sent_code();
	EXPECT_INT(beside(&head, t + 999), 5);       /* the act may take hold only now */
	EXPECT_INT(beside(&head, t + 1000), 5);
	sent_code();
	EXPECT_INT(beside(&head, t + 2000), 5);
	stop();
}

/* Whoever acts, and in whatever place: what was done may lie in anybody's hands. */
TEST_BOTH(ones_own_counts_are_ones_own_and_of_the_last_act)
{
	start(a, engine);
	struct str code = sent_code();
	STATUS(post(&w.counter, record(code, "/accept"), ""), 303);
	struct env specialist = office_env(&w.o), head = specialist, counter = specialist;
	specialist.actor = &w.specialist, head.actor = &w.head, counter.actor = &w.counter;
	int64_t t = instant_clock().ms + 60000;
	EXPECT_INT(beside_of(&specialist, VIEW_MINE, t), 0);
	EXPECT_INT(beside_of(&head, VIEW_UNIT, t), 1);
	EXPECT_INT(beside_of(&head, VIEW_MINE, t), 0);
	STATUS(post(&w.head, record(code, "/assign"), to_specialist("")), 303);
	counter.now.ms = t + 1; /* as if the act were of that time */
	desk_counts_moved(&counter);
	EXPECT_INT(beside_of(&specialist, VIEW_MINE, t + 2), 1);
	EXPECT_INT(beside_of(&head, VIEW_UNIT, t + 2), 0);
	counter.now.ms = t - 5000; /* long ago: what is asked from here on is kept */
	desk_counts_moved(&counter);
	EXPECT_INT(beside_of(&head, VIEW_UNIT, t + 10000), 0);
	code = sent_code();
	STATUS(post(&w.counter, record(code, "/accept"), ""), 303);
	desk_counts_moved(&counter);
	EXPECT_INT(beside_of(&head, VIEW_UNIT, t + 14999), 0);
	EXPECT_INT(beside_of(&head, VIEW_UNIT, t + 15000), 1);
	stop();
}

TEST_BOTH(a_record_from_acceptance_to_the_decision)
{
	start(a, engine);
	struct str code = sent_code();
	struct test_answer x = get(&w.counter, record(code, ""));
	STATUS(x, 200);
	EXPECT(has(x.body, "Canary") && has(x.body, "/accept") && !has(x.body, "/approve") && has(x.body, "quy-trinh.svg"));
	STATUS(post(&w.counter, record(code, "/accept"), "rev=1"), 303);
	STATUS(post(&w.counter, record(code, "/accept"), "rev=1"), 422); /* somebody was first: told on the page */
	x = post(&w.head, record(code, "/assign"), "");
	EXPECT_INT(x.status, 422); /* of the acts that ask to whom, the one that was sent has the error, and its ids are the plain ones */
	EXPECT_INT(times(x.body, "aria-invalid=\"true\""), 1);
	EXPECT(times(x.body, "<select id=\"f-to\"") == 1 && has(x.body, "href=\"#f-to\"") && has(x.body, "<select id=\"f-reassign:2fto\""));
	EXPECT(has(get(&w.counter, record(code, "?xong=accept")).body, "In giấy hẹn") && !has(get(&w.counter, record(code, "")).body, "In giấy hẹn"));
	STATUS(post(&w.head, record(code, "/assign"), to_specialist("&rev=2")), 303);
	EXPECT_INT(load(code).last_opened, 0);
	STATUS(get(&w.head, record(code, "")), 200);
	EXPECT_INT(load(code).last_opened, 0);
	lists_only = true;
	int reads = atomic_load(&w.reads);
	STATUS(get(&w.specialist, record(code, "")), 200);
	EXPECT_INT(load(code).last_opened, 1);
	STATUS(get(&w.specialist, record(code, "")), 200);
	EXPECT_INT(atomic_load(&w.reads), reads + 1);
	lists_only = false;
	x = post(&w.specialist, record(code, "/ask_supplement"), "reason=");
	EXPECT_INT(x.status, 422);
	EXPECT(has(x.body, "aria-describedby"));
	STATUS(post(&w.specialist, record(code, "/ask_supplement"), "reason=Thi%E1%BA%BFu+%3Cb%3Eb%E1%BA%A3n+v%E1%BA%BD"), 303);
	x = get(&w.specialist, record(code, ""));
	EXPECT(has(x.body, "Thiếu &lt;b&gt;bản vẽ"));
	EXPECT(has(get(&w.head, "/ban-lam-viec?xem=cho-bo-sung").body, "Canary"));
	STATUS(post(&w.counter, record(code, "/supplement"), ""), 303);
	STATUS(post(&w.specialist, record(code, "/finish"), ""), 303);
	STATUS(post(&w.specialist, record(code, "/submit"), "outcome=refuse"), 422);
	STATUS(post(&w.specialist, record(code, "/submit"), "outcome=result&text=%C4%90%E1%BB%A7+%C4%91i%E1%BB%81u+ki%E1%BB%87n"), 303);
	STATUS(post(&w.head, record(code, "/approve"), ""), 303);
	struct str other = sent_code();
	STATUS(post(&w.counter, record(other, "/accept"), ""), 303);
	x = get(&w.head, record(code, "?xong=approve")); /* the next that waits is one key away */
	EXPECT(has(x.body, str_fmt(a, "ho-so/%.*s\"", STR_ARG(other)).p) && !has(get(&w.head, record(code, "")).body, other.p));
	x = get(&w.director, record(code, ""));
	ptrdiff_t draft = str_find(x.body, STR("Đủ điều kiện")), button = str_find(x.body, STR("/approve\""));
	EXPECT(draft > 0 && button > draft); /* read first, then agreed to */
	struct test_answer list = get(&w.head, "/ban-lam-viec?xem=co-quan"); /* both times, each by its name */
	EXPECT(has(list.body, "hẹn trả ") && has(list.body, "bước quá hạn từ "));
	/* Accepted, assigned and finished at once, and lying here for twenty days: the step says so, the steps before do not. */
	struct str course = str_sub(x.body, (size_t)str_find(x.body, STR(">Diễn biến<")), x.body.n);
	EXPECT(has(course, "Bước “Thẩm định hồ sơ”: 0 phút làm việc, hạn ") && times(course, "chậm ") == 1);
	STATUS(post(&w.director, record(code, "/approve"), ""), 303);
	EXPECT_TEXT(load(code).state, "signing");
	x = get(&w.clerk, record(code, "/quy-trinh.svg"));
	STATUS(x, 200);
	EXPECT(has(x.body, "<svg") && has(x.headers, "image/svg+xml"));
	x = get(&w.clerk, record(code, "")); /* not signed yet: said, not offered, and refused */
	EXPECT(has(x.body, "đang chờ ký số") && !has(x.body, "/issue\"") && !has(get(&w.clerk, "/ban-lam-viec?xem=co-quan").body, "value=\"issue\""));
	STATUS(post(&w.clerk, record(code, "/issue"), ""), 422);
	on_writer(&actor_program, keep_signed, &(struct keep_signed){load(code).id});
	x = get(&w.clerk, record(code, ""));
	EXPECT(!has(x.body, "đang chờ ký số") && has(x.body, "/issue\""));
	EXPECT(has(get(&w.clerk, "/ban-lam-viec?xem=co-quan").body, "value=\"issue\""));
	stop();
}

static struct str at_proposal(const char *procedure)
{
	filed = procedure;
	struct str code = sent_code();
	filed = "bx-cap-phep-xquang";
	STATUS(post(&w.counter, record(code, "/accept"), ""), 303);
	STATUS(post(&w.head, record(code, "/assign"), to_specialist("")), 303);
	STATUS(post(&w.specialist, record(code, "/finish"), ""), 303);
	return code;
}

/* ---- a result that is not made ---- */

static bool sign_hopeless;
static int64_t sign_later_ms;
static bool sign_fails(struct job_run *run, struct err *e)
{
	run->hopeless = sign_hopeless;
	run->later_ms = sign_later_ms;
	return err_set(e, ERR_BUSY, "drawing ended <b>");
}
static const struct job_kind failing[] = {{.name = "issue.paper"}, {.name = "issue.sign", .fn = sign_fails}};

static void run_failing(void)
{
	const struct job_config cfg = {.writer = w.o.w, .pool = w.pool, .kinds = failing, .n_kinds = ARRAY_LEN(failing), .threads = 1, .now = office_now_for};
	struct err e = {0};
	for (bool ran = true; ran;)
		EXPECT_OK(job_run_one(&cfg, &ran, &e), e);
}

/* Who decided reads on the record whether it waits for the token, is tried again and when, or that it was given up and whom to tell. */
TEST_BOTH(a_result_that_is_not_made_says_why_on_the_record)
{
	start(a, engine);
	facilities.queue = issue_queue;
	sign_hopeless = false;
	struct str code = at_proposal("bx-cap-phep-xquang");
	STATUS(post(&w.specialist, record(code, "/submit"), "outcome=result&text=%C4%90%E1%BB%A7"), 303);
	STATUS(post(&w.head, record(code, "/approve"), ""), 303);
	STATUS(post(&w.director, record(code, "/approve"), ""), 303);
	EXPECT(has(get(&w.director, record(code, "")).body, "Kết quả đang chờ ký số;"));
	sign_later_ms = 20000;
	run_failing();
	struct str page = get(&w.director, record(code, "")).body;
	EXPECT(has(page, "đang chờ thiết bị ký số") && !has(page, "đã thử"));
	sign_later_ms = 0;
	office_set_ms(office_now().ms + 20000);
	run_failing();
	page = get(&w.director, record(code, "")).body;
	struct str when = lang_instant(a, LANG_VI, (struct instant){office_now().ms + 15000});
	EXPECT(has(page, "Chưa lập và ký được kết quả") && has(page, str_fmt(a, "đã thử 1 lần chưa được và sẽ tự thử lại lúc %.*s", STR_ARG(when)).p));
	sign_hopeless = true;
	office_set_ms(office_now().ms + 15000);
	run_failing();
	page = get(&w.director, record(code, "")).body;
	EXPECT(has(page, "Hệ thống đã dừng lập và ký kết quả") && has(page, "Đã thử 2 lần không được") && has(page, "Thử lại ngay") && !has(page, "drawing ended"));
	EXPECT(has(get(&w.clerk, record(code, "")).body, "Hệ thống đã dừng lập và ký kết quả"));
	STATUS(post(&w.clerk, record(code, "/issue"), ""), 422);
	stop();
}


TEST_BOTH(a_proposal_asks_for_the_fields_of_its_result)
{
	start(a, engine);
	struct str code = at_proposal("bx-gia-han-xquang");
	EXPECT(has(get(&w.specialist, record(code, "")).body, "/de-xuat\""));
	STATUS(get(&w.head, record(code, "/de-xuat")), 409); /* not this person's step */
	struct test_answer x = get(&w.specialist, record(code, "/de-xuat"));
	STATUS(x, 200);
	EXPECT(has(x.body, "name=\"kq.so_thang\"") && has(x.body, "value=\"36\"") && has(x.body, "name=\"kq.dac_trung.0.ten\""));
	x = post(&w.specialist, record(code, "/submit"), "outcome=result&kq.cong_viec_bx=X&kq.dac_trung.0.ten=M%C3%A1y+%3Cb%3E&kq.thoi_han=thang&kq.so_thang=ba");
	EXPECT_INT(x.status, 422);
	EXPECT(has(x.body, "Máy &lt;b&gt;") && has(x.body, "value=\"ba\"") && has(x.body, "#f-kq.so_thang") && has(x.body, "aria-describedby"));
	EXPECT(has(x.body, "kq.dac_trung.0.nuoc_sx"));
	x = post(&w.specialist, record(code, "/submit"), "outcome=result&kq.dac_trung.0.ten=Mot&_them=kq.dac_trung");
	STATUS(x, 200); /* one more row, nothing kept */
	EXPECT(has(x.body, "kq.dac_trung.1.ten") && has(x.body, "value=\"Mot\""));
	x = post(&w.specialist, record(code, "/submit"), "outcome=result&kq.dac_trung.0.ten=Mot&kq.dac_trung.1.ten=Hai&_bot=kq.dac_trung.0");
	EXPECT(!has(x.body, "kq.dac_trung.1.ten") && has(x.body, "value=\"Hai\"") && !has(x.body, "value=\"Mot\""));
	STATUS(get(&w.specialist, record(code, "/du-thao.pdf")), 404);
	STATUS(post(&w.specialist, record(code, "/submit"), "outcome=result&text=%C4%90%E1%BB%A7&kq.cong_viec_bx=X-quang&kq.dac_trung.0.ten=M%C3%A1y+1&kq.dac_trung.0.ma_hieu_seri=DR-F"
	            "&kq.dac_trung.0.nuoc_sx=M%E1%BA%ABu&kq.thoi_han=thang&kq.so_thang=36&kq.tu_ngay=01%2F12%2F2026"), 303);
	x = get(&w.head, record(code, ""));
	EXPECT(has(x.body, "Máy 1") && has(x.body, "DR-F") && has(x.body, "01/12/2026"));
	stop();
}

static bool is_pdf(struct test_answer x) { return x.status == 200 && str_starts(x.body, STR("%PDF-")) && has(x.headers, "application/pdf"); }

/* Every paper that an officer may need stands on the record's page or in the register, and is a document. */
TEST_BOTH(papers_are_drawn_when_asked_for)
{
	start(a, engine);
	struct str code = sent_code();
	struct test_answer x = get(&w.counter, record(code, ""));
	EXPECT(has(x.body, "/don/1\"") && has(x.body, "/don/3\"") && !has(x.body, "phieu-kiem-soat"));
	STATUS(post(&w.counter, record(code, "/accept"), ""), 303);
	STATUS(post(&w.counter, record(code, "/demand_fee"), "name=Ph%C3%AD&amount=3000000&reason=x"), 303);
	struct err e = {0};
	struct dossier_fee_list_rows fees;
	EXPECT_OK(q_dossier_fee_list(w.o.db, a, load(code).id, &fees, &e), e);
	const char *receipt = record(code, str_fmt(a, "/phieu-thu/%lld", (long long)fees.v[0].id.v).p);
	STATUS(get(&w.counter, receipt), 404); /* not paid */
	STATUS(post(&w.counter, record(code, "/confirm_paid"), str_fmt(a, "fee=%lld&method=cash&amount=3000000", (long long)fees.v[0].id.v).p), 303);
	x = get(&w.counter, record(code, ""));
	EXPECT(has(x.body, "/phieu-thu/") && has(x.body, "phieu-kiem-soat.pdf") && has(x.body, "/giay/"));
	const char *const paths[] = {receipt, record(code, "/phieu-kiem-soat.pdf"), record(code, "/don/1"), record(code, "/don/3"), "/ban-lam-viec/so-theo-doi.pdf"};
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		int reads = atomic_load(&w.reads);
		EXPECT(is_pdf(get(&w.counter, paths[i])));
		EXPECT_INT(atomic_load(&w.reads), reads + 1);
		EXPECT(get(&citizen, paths[i]).status >= 400);
		EXPECT(!is_pdf(get(&actor_stranger, paths[i])));
	}
	STATUS(get(&w.counter, record(code, "/don/4")), 404);
	STATUS(get(&w.counter, record(code, "/don/0")), 404);
	struct actor elsewhere = {.account = 77, .person = 77, .roles = ROLE_BIT(ROLE_COUNTER), .held = (struct actor_role[]){{ROLE_COUNTER, 999, 998}}, .n_held = 1};
	for (size_t i = 0; i < 4; i++)
		STATUS(get(&elsewhere, paths[i]), 404);
	EXPECT(!has(get(&elsewhere, "/ban-lam-viec/so-theo-doi").body, "Canary"));
	stop();
}

TEST_BOTH(the_register_is_by_year_month_and_field)
{
	start(a, engine);
	struct str code = sent_code(), waiting = sent_code();
	struct civil day = date_civil(date_of(office_now()));
	STATUS(post(&w.counter, record(code, "/accept"), ""), 303);
	const char *month = str_fmt(a, "/ban-lam-viec/so-theo-doi?nam=%d&thang=%d", day.year, day.month).p;
	struct test_answer x = get(&w.counter, month);
	STATUS(x, 200);
	EXPECT(has(x.body, code.p) && has(x.body, "Canary") && !has(x.body, waiting.p) && has(x.body, "so-theo-doi.pdf?nam="));
	EXPECT(has(get(&w.head, month).body, code.p)); /* the agency's */
	EXPECT(!has(get(&w.counter, str_fmt(a, "%s&lv=Kh%%C3%%A1c", month).p).body, code.p));
	EXPECT(!has(get(&w.counter, str_fmt(a, "/ban-lam-viec/so-theo-doi?nam=%d&thang=0", day.year - 1).p).body, code.p));
	EXPECT(has(get(&w.counter, str_fmt(a, "/ban-lam-viec/so-theo-doi?nam=%d&thang=0", day.year).p).body, code.p));
	STATUS(get(&w.counter, "/ban-lam-viec/so-theo-doi?nam=99999&thang=-3&lv=%27%3Cb%3E"), 200);
	stop();
}

TEST_BOTH(a_draft_is_seen_as_it_would_leave)
{
	start(a, engine);
	struct str code = at_proposal("bx-cap-phep-xquang");
	STATUS(get(&w.specialist, record(code, "/du-thao.pdf")), 404);
	EXPECT(is_pdf(post(&w.specialist, record(code, "/submit"), "outcome=result&_xem=1"))); /* before it is submitted: nothing is kept */
	EXPECT(is_pdf(post(&w.specialist, record(code, "/submit"), "outcome=refuse&text=Thi%E1%BA%BFu&_xem=1")));
	EXPECT_TEXT(load(code).step, "propose");
	STATUS(post(&w.specialist, record(code, "/submit"), "outcome=result"), 303);
	EXPECT(has(get(&w.head, record(code, "")).body, "/du-thao.pdf"));
	EXPECT(is_pdf(get(&w.head, record(code, "/du-thao.pdf"))));
	stop();
}

TEST_BOTH(programs_propose_with_fields)
{
	start(a, engine);
	struct str code = at_proposal("bx-gia-han-xquang");
	struct test_request q = {.method = HTTP_POST, .path = str_cstr(a, str_fmt(a, "/api/v1/dossiers/%.*s/actions", STR_ARG(code))), .actor = &w.specialist, .bearer = true,
		.json = "{\"action\":\"submit\",\"outcome\":\"result\",\"fields\":{\"so_thang\":999,\"tu_ngay\":5}}"};
	struct test_answer x = http_test_send(w.t, &q);
	EXPECT_INT(x.status, 422);
	EXPECT(has(x.body, "fields.dac_trung") && has(x.body, "fields.so_thang") && has(x.body, "fields.tu_ngay"));
	q.json = "{\"action\":\"submit\",\"outcome\":\"result\",\"fields\":[1]}";
	EXPECT_INT(http_test_send(w.t, &q).status, 422);
	q.json = "{\"action\":\"submit\",\"outcome\":\"result\",\"fields\":{\"dac_trung\":[{\"ten\":\"Máy\",\"ma_hieu_seri\":\"1\",\"nuoc_sx\":\"M\"}]}}";
	STATUS(http_test_send(w.t, &q), 200);
	EXPECT(has(get(&w.head, record(code, "")).body, "Máy"));
	stop();
}

TEST_BOTH(strangers_to_a_record_see_nothing)
{
	start(a, engine);
	struct str code = sent_code();
	struct actor elsewhere = {.account = 77, .person = 77, .roles = ROLE_BIT(ROLE_COUNTER), .held = (struct actor_role[]){{ROLE_COUNTER, 999, 998}}, .n_held = 1};
	const struct actor *who[] = {&elsewhere, &citizen, &other_citizen, &actor_stranger};
	static const char *const paths[] = {"", "/quy-trinh.svg", "/tep/1", "/giay/1", "/de-xuat", "/thu-phi", "/du-thao.pdf"};
	for (size_t i = 0; i < ARRAY_LEN(who); i++)
		for (size_t k = 0; k < ARRAY_LEN(paths); k++) {
			struct test_answer x = get(who[i], record(code, paths[k]));
			if (x.status < 300 || has(x.body, "Canary"))
				FAIL("%zu sees %s: %d", i, paths[k], x.status);
		}
	for (size_t i = 0; i < ARRAY_LEN(who); i++)
		EXPECT(post(who[i], record(code, "/accept"), "").status >= 400 || who[i] == &actor_stranger);
	EXPECT_TEXT(load(code).state, "received");
	STATUS(get(&w.counter, record(str_from(nth(9999)), "")), 404);
	STATUS(post(&w.counter, record(code, "/conquer"), ""), 404);
	EXPECT(!has(get(&elsewhere, "/ban-lam-viec?xem=co-quan").body, "Canary"));
	EXPECT(!has(find(&elsewhere, "canary").body, "Canary"));
	stop();
}

TEST_BOTH(each_route_for_each_role)
{
	start(a, engine);
	struct str code = sent_code();
	struct { const char *path; role_set allow; } pages[] = {{"/ban-lam-viec", ALLOW_STAFF}, {"/ban-lam-viec/xuat.csv", ALLOW_STAFF}, {record(code, ""), ALLOW_STAFF},
		{"/quay", ROLE_BIT(ROLE_COUNTER)}, {"/quay/nop", ROLE_BIT(ROLE_COUNTER)}, {"/quay/nop/bx-cap-phep-xquang", ROLE_BIT(ROLE_COUNTER)}};
	const struct actor *who[] = {&w.counter, &w.specialist, &w.head, &w.director, &w.clerk, &w.inspector, &citizen, &actor_stranger};
	for (size_t i = 0; i < ARRAY_LEN(pages); i++)
		for (size_t k = 0; k < ARRAY_LEN(who); k++) {
			int status = get(who[k], pages[i].path).status;
			bool may = (who[k]->roles & pages[i].allow) != 0;
			if (may != (status == 200))
				FAIL("%s as %zu: %d", pages[i].path, k, status);
		}
	STATUS(post(&w.inspector, record(code, "/accept"), ""), 403);
	stop();
}

TEST_BOTH(programs_act_by_the_same_rules)
{
	start(a, engine);
	struct str code = sent_code();
	const char *path = str_cstr(a, str_fmt(a, "/api/v1/dossiers/%.*s/actions", STR_ARG(code)));
	const char *const key[] = {"Idempotency-Key", "k-1", NULL};
	struct test_request q = {.method = HTTP_POST, .path = path, .actor = &w.counter, .bearer = true, .json = "{\"action\":\"accept\",\"rev\":1}", .headers = key};
	struct test_answer x = http_test_send(w.t, &q);
	STATUS(x, 200);
	EXPECT(has(x.body, "\"state\":\"processing\"") && has(x.body, "\"step\":\"assign\"") && has(x.body, "\"rev\":2"));
	struct test_answer again = http_test_send(w.t, &q);
	EXPECT_INT(again.status, 200);
	EXPECT_STR(again.body, x.body);
	EXPECT_INT(load(code).rev, 2);
	q.headers = NULL;
	EXPECT_INT(http_test_send(w.t, &q).status, 409);
	q.json = "{\"action\":\"conquer\"}";
	EXPECT_INT(http_test_send(w.t, &q).status, 422);
	q.json = "{\"action\":\"assign\"}";
	x = http_test_send(w.t, &q);
	EXPECT_INT(x.status, 422);
	EXPECT(has(x.body, "\"to\""));
	q.actor = &w.head;
	q.json = str_cstr(a, str_fmt(a, "{\"action\":\"assign\",\"to\":\"%lld\",\"state\":\"done\",\"result_number\":7}", (long long)w.o.people.specialist.v));
	STATUS(http_test_send(w.t, &q), 200);
	EXPECT_TEXT(load(code).state, "processing");
	q.actor = &other_citizen;
	q.json = "{\"action\":\"stop\",\"reason\":\"x\"}";
	EXPECT_INT(http_test_send(w.t, &q).status, 404);
	q.actor = &citizen;
	q.json = "{\"action\":\"finish\"}";
	EXPECT_INT(http_test_send(w.t, &q).status, 403);
	q.json = "{\"action\":\"stop\",\"reason\":\"thôi\"}";
	STATUS(http_test_send(w.t, &q), 200);
	EXPECT_TEXT(load(code).state, "stopped");
	stop();
}

/* In the box that chooses this dossier's row of a list. */
static bool in_row(struct str page, struct str code, const char *what)
{
	struct str row = str_sub(page, (size_t)str_find(page, str_fmt(w.o.a, "value=\"%.*s~", STR_ARG(code))), page.n);
	return str_find(str_sub(row, 0, (size_t)str_find_char(row, '>')), str_from(what)) >= 0;
}

TEST_BOTH(several_at_once_each_with_its_result)
{
	start(a, engine);
	struct str one = sent_code(), two = sent_code(), three = sent_code();
	STATUS(post(&w.counter, record(two, "/accept"), ""), 303);
	struct test_answer list = get(&w.counter, "/ban-lam-viec?xem=co-quan"); /* each act says for how many rows it is, each row which acts are for it */
	EXPECT(has(list.body, "Tiếp nhận (<span data-rows>2</span>)") && has(list.body, "Chuyển đơn vị thụ lý (<span data-rows>3</span>)") && !has(list.body, "value=\"assign\""));
	EXPECT(in_row(list.body, one, "data-acts=\"accept transfer\"") && in_row(list.body, two, "data-acts=\"transfer\""));
	list = get(&w.head, "/ban-lam-viec?xem=co-quan");
	EXPECT(has(list.body, "Phân công (<span data-rows>1</span>)") && in_row(list.body, two, "data-acts=\"assign reassign transfer\"") && in_row(list.body, one, "data-acts=\"reassign transfer\""));
	EXPECT(has(get(&w.inspector, "/ban-lam-viec?xem=co-quan").body, one.p) && !has(get(&w.inspector, "/ban-lam-viec?xem=co-quan").body, "data-acts"));
	const char *form = str_cstr(a, str_fmt(a, "action=accept&chosen=%.*s~1&chosen=%.*s~1&chosen=%.*s~1&chosen=nothing&chosen=H99.12-1-1~1", STR_ARG(one), STR_ARG(two), STR_ARG(three)));
	struct test_answer x = post(&w.counter, "/ban-lam-viec/hang-loat", form);
	STATUS(x, 200);
	EXPECT(has(x.body, "Đã làm") && has(x.body, "Chưa làm"));
	EXPECT_TEXT(load(one).state, "processing");
	EXPECT_TEXT(load(three).state, "processing");
	EXPECT_INT(load(two).rev, 2);
	x = post(&w.head, "/ban-lam-viec/hang-loat", str_cstr(a, str_fmt(a, "action=assign&chosen=%.*s~2", STR_ARG(one))));
	STATUS(x, 200); /* asks to whom; nothing is wrong yet */
	EXPECT(has(x.body, str_fmt(a, "value=\"%.*s~2\"", STR_ARG(one)).p) && has(x.body, "<select") && !has(x.body, "aria-invalid"));
	EXPECT(has(x.body, str_fmt(a, "<li>%.*s</li>", STR_ARG(one)).p));
	x = post(&w.head, "/ban-lam-viec/hang-loat", str_cstr(a, str_fmt(a, "action=assign&to=&chosen=%.*s~2", STR_ARG(one))));
	EXPECT(x.status == 422 && has(x.body, "aria-invalid") && has(x.body, str_fmt(a, "value=\"%.*s~2\"", STR_ARG(one)).p));
	STATUS(post(&w.head, "/ban-lam-viec/hang-loat", to_specialist(str_fmt(a, "&action=assign&chosen=%.*s~2&chosen=%.*s~2", STR_ARG(one), STR_ARG(three)).p)), 200);
	EXPECT_INT(load(one).assignee.v, w.o.people.specialist.v);
	EXPECT_INT(load(three).assignee.v, w.o.people.specialist.v);
	x = post(&w.head, "/ban-lam-viec/hang-loat", str_cstr(a, str_fmt(a, "action=assign&chosen=%.*s~3&chosen=%.*s~2", STR_ARG(one), STR_ARG(two))));
	EXPECT(has(x.body, "1 trong 2 hồ sơ đã chọn")); /* before it is done */
	EXPECT(!has(post(&w.head, "/ban-lam-viec/hang-loat", str_cstr(a, str_fmt(a, "action=assign&chosen=%.*s~2", STR_ARG(two)))).body, "hồ sơ đã chọn;"));
	STATUS(post(&w.head, "/ban-lam-viec/hang-loat", "action=approve"), 422);
	stop();
}

/* Decided and signed; the clerk has it. */
static struct str at_issue(void)
{
	struct str code = at_proposal("bx-khai-bao-xquang");
	STATUS(post(&w.specialist, record(code, "/submit"), "outcome=result&text=x"), 303);
	STATUS(post(&w.head, record(code, "/approve"), ""), 303);
	STATUS(post(&w.director, record(code, "/approve"), ""), 303);
	on_writer(&actor_program, keep_signed, &(struct keep_signed){load(code).id});
	return code;
}

TEST_BOTH(who_settles_late_chooses_why_and_confirms)
{
	start(a, engine);
	struct str code = at_issue();
	struct dossier_get_row d = load(code);
	struct test_answer x = get(&w.clerk, record(code, "")); /* the page lives today: it is late there */
	EXPECT(has(x.body, "name=\"late_reason\"") && has(x.body, "Thiếu người, hồ sơ dồn nhiều") && has(x.body, "name=\"late_confirmed\""));
	office_set_ms(d.law_due.v.ms + DAY_MS);
	x = post(&w.clerk, record(code, "/issue"), "");
	EXPECT(x.status == 422 && has(x.body, "Xin chọn lý do") && load(code).rev == d.rev);
	x = post(&w.clerk, record(code, "/issue"), "late_reason=staff");
	EXPECT(x.status == 422 && has(x.body, "Xin đánh dấu xác nhận") && has(x.body, "<option value=\"staff\" selected"));
	EXPECT(post(&w.clerk, record(code, "/issue"), "late_reason=no-such&late_confirmed=1").status == 422);
	x = post(&w.clerk, record(code, "/issue"), "late_reason=other&late_confirmed=1");
	EXPECT(x.status == 422 && has(x.body, "Lý do đã chọn cần được ghi rõ"));
	STATUS(post(&w.clerk, record(code, "/issue"), "late_reason=staff&late_confirmed=1&reason=Ba+ng%C6%B0%E1%BB%9Di+ngh%E1%BB%89"), 303);
	EXPECT_INT(load(code).late_reason.v, 4);
	x = get(&w.head, record(code, ""));
	EXPECT(has(x.body, "Lý do chậm: Thiếu người, hồ sơ dồn nhiều. Ba người nghỉ")); /* in its course, and above as a fact */
	EXPECT_INT(times(x.body, "Thiếu người, hồ sơ dồn nhiều"), 2);
	stop();
}

TEST_BOTH(an_apology_chooses_why_before_it_is_late)
{
	start(a, engine);
	struct str code = sent_code();
	STATUS(post(&w.counter, record(code, "/accept"), ""), 303);
	const char *day = str_cstr(a, date_people(a, (struct date){date_of(load(code).due.v).day + 7}));
	EXPECT(has(get(&w.director, record(code, "")).body, "name=\"late_reason\""));
	STATUS(post(&w.director, record(code, "/apologise"), str_cstr(a, str_fmt(a, "reason=x&new_due=%s&late_confirmed=1", day))), 422);
	STATUS(post(&w.director, record(code, "/apologise"), str_cstr(a, str_fmt(a, "reason=x&new_due=%s&late_reason=inspection&late_confirmed=1", day))), 303);
	EXPECT_INT(load(code).late_reason.v, 2);
	stop();
}

TEST_BOTH(several_are_issued_with_one_reason_for_the_late_ones)
{
	start(a, engine);
	struct str late = at_issue();
	office_set_ms(load(late).law_due.v.ms + DAY_MS);
	struct str fresh = at_issue();
	const char *chosen = str_cstr(a, str_fmt(a, "action=issue&chosen=%.*s~%lld&chosen=%.*s~%lld", STR_ARG(late), (long long)load(late).rev, STR_ARG(fresh), (long long)load(fresh).rev));
	struct test_answer x = post(&w.clerk, "/ban-lam-viec/hang-loat", chosen);
	STATUS(x, 200); /* asked first, with nothing done */
	EXPECT(has(x.body, "name=\"late_reason\"") && has(x.body, "đã quá hạn trả kết quả") && !has(x.body, "aria-invalid") && !load(late).settled_at.has);
	x = post(&w.clerk, "/ban-lam-viec/hang-loat", str_cstr(a, str_fmt(a, "%s&late_reason=technical", chosen)));
	EXPECT(x.status == 422 && has(x.body, "Xin đánh dấu xác nhận") && !load(late).settled_at.has);
	EXPECT(post(&w.clerk, "/ban-lam-viec/hang-loat", str_cstr(a, str_fmt(a, "%s&late_reason=&late_confirmed=1", chosen))).status == 422);
	STATUS(post(&w.clerk, "/ban-lam-viec/hang-loat", str_cstr(a, str_fmt(a, "%s&late_reason=technical&late_confirmed=1", chosen))), 200);
	EXPECT_INT(load(late).late_reason.v, 5);
	EXPECT(load(fresh).settled_at.has && !load(fresh).late_reason.has); /* in time: the reason is not its own */
	stop();
}

struct away { struct absence_new x; struct absence_id id; };
static bool add_absence(struct env *env, void *ctx, struct err *e)
{
	struct away *c = ctx;
	return directory_absence_add(env, &c->x, &c->id, e);
}
static bool end_absence(struct env *env, void *ctx, struct err *e)
{
	struct away *c = ctx;
	struct person_id person;
	return directory_absence_end(env, c->id, date_of(env->now), &person, e);
}

/* Away without substitute: heads see it, and give it to another; with a substitute the act says for whom. */
/* So many wait to be accepted, so many are the specialist's. */
static void fill_lists(int n)
{
	for (int i = 0; i < n; i++) {
		struct str code = sent_code();
		STATUS(post(&w.counter, record(code, "/accept"), ""), 303);
		STATUS(post(&w.head, record(code, "/assign"), to_specialist("")), 303);
		sent_code();
	}
}

struct counted_page { const struct actor *who; const char *path, *words; };
static int64_t asked_by(const struct counted_page *p, size_t rows)
{
	const struct env now = {.actor = p->who, .now = instant_clock()};
	int64_t before = n_asked;
	desk_counts_moved(&now); /* none is kept: all are asked for */
	struct test_answer x = p->words ? find(p->who, p->words) : get(p->who, p->path);
	STATUS(x, 200);
	EXPECT(times(x.body, "Canary") >= rows);
	return n_asked - before;
}

TEST_BOTH(a_list_asks_no_more_for_more_rows)
{
	const struct counted_page pages[] = {
		{&w.counter, "/ban-lam-viec?xem=cho-nhan", NULL}, {&w.specialist, "/ban-lam-viec?xem=cua-toi", NULL}, {&w.head, "/ban-lam-viec?xem=co-quan", NULL},
		{&w.head, "/ban-lam-viec?xem=co-quan&xep=moi", NULL}, {&w.head, NULL, "canary"}, {&w.head, NULL, "0912345678"}, {&w.counter, "/quay", NULL},
		{&w.head, "/ban-lam-viec/khong-nguoi", NULL}, {&w.head, "/ban-lam-viec/so-theo-doi", NULL}, {&w.head, "/api/v1/dossiers?view=all", NULL}};
	int64_t few[ARRAY_LEN(pages)];
	start(a, engine);
	office_set_ms(instant_clock().ms);
	struct date today = date_of(instant_clock());
	struct away away = {.x = {.person = w.o.people.specialist, .reason = STR("sick"), .first = today, .last = {today.day + 5}}};
	on_writer(&actor_program, add_absence, &away);
	fill_lists(1);
	for (size_t i = 0; i < ARRAY_LEN(pages); i++)
		asked_by(&pages[i], 1); /* what a connection asks once */
	for (size_t i = 0; i < ARRAY_LEN(pages); i++)
		few[i] = asked_by(&pages[i], 1);
	fill_lists(5);
	for (size_t i = 0; i < ARRAY_LEN(pages); i++) {
		int64_t many = asked_by(&pages[i], 6);
		if (many != few[i])
			FAIL("%s: %lld statements for few rows, %lld for many", pages[i].path ? pages[i].path : pages[i].words, (long long)few[i], (long long)many);
	}
	stop();
}

static int64_t asked_for_record(const struct actor *who, struct str code)
{
	const struct counted_page p = {who, record(code, ""), NULL};
	return asked_by(&p, 0);
}

/* One look is worth a dozen statements and seven counts, which are kept else, however large the province: the row once for whether it may be read and
 * for the page, nothing of the directory but its mark. What this counts is what an official's page costs (docs/performance.md). */
TEST_BOTH(a_record_asks_for_nothing_twice)
{
	const struct { const struct actor *who; int64_t most; } readers[] = {{&w.head, 19}, {&w.specialist, 19}, {&w.counter, 21}};
	start(a, engine);
	office_set_ms(instant_clock().ms);
	fill_lists(2);
	struct str first = sent_code(), second = sent_code();
	for (size_t i = 0; i < ARRAY_LEN(readers); i++) {
		asked_for_record(readers[i].who, first); /* what is kept, and what a connection asks once */
		int64_t n = asked_for_record(readers[i].who, second);
		if (n > readers[i].most)
			FAIL("reader %zu: %lld statements, more than %lld", i, (long long)n, (long long)readers[i].most);
	}
	stop();
}

/* A page shows the directory as it is now, although it keeps it. */
struct renamed { struct unit_id unit; struct str name; };
static bool rename_unit(struct env *env, void *ctx, struct err *e)
{
	const struct renamed *x = ctx;
	return directory_unit_rename(env, x->unit, x->name, date_of(env->now), e);
}

TEST_BOTH(a_record_shows_the_units_name_of_today)
{
	start(a, engine);
	office_set_ms(instant_clock().ms);
	struct str code = sent_code();
	struct renamed renamed = {w.o.people.division, STR("Phòng Mới Đặt Tên")};
	for (int i = 0; i < 2; i++)
		EXPECT(!has(get(&w.head, record(code, "")).body, "Phòng Mới Đặt Tên"));
	EXPECT(directory_kept() > 0);
	on_writer(&actor_program, rename_unit, &renamed);
	EXPECT(has(get(&w.head, record(code, "")).body, "Phòng Mới Đặt Tên"));
	stop();
}

TEST_BOTH(a_dossier_whose_officer_is_away_is_seen_and_given_to_another)
{
	start(a, engine);
	office_set_ms(instant_clock().ms); /* absences are days of the pages' clock */
	struct str code = sent_code();
	struct err e = {0};
	struct officers others = {0};
	struct env env = office_env(&w.o);
	struct date today = date_of(instant_clock());
	EXPECT_OK(directory_holders(&env, ROLE_SPECIALIST, w.o.people.division, today, &others, &e), e);
	struct person_id other = others.v[0].person.v == w.o.people.specialist.v ? others.v[1].person : others.v[0].person;
	STATUS(post(&w.counter, record(code, "/accept"), ""), 303);
	STATUS(post(&w.head, record(code, "/assign"), to_specialist("")), 303);
	EXPECT(!has(get(&w.head, "/ban-lam-viec/khong-nguoi").body, "Canary") && has(get(&w.head, "/ban-lam-viec/khong-nguoi").body, "cũng có người phụ trách"));
	struct away away = {.x = {.person = w.o.people.specialist, .reason = STR("sick"), .first = today, .last = {today.day + 5}}};
	on_writer(&actor_program, add_absence, &away);
	struct test_answer x = get(&w.head, "/ban-lam-viec/khong-nguoi");
	STATUS(x, 200);
	EXPECT(has(x.body, code.p) && has(x.body, "chưa có người làm thay") && has(x.body, "value=\"reassign\"") && !has(x.body, "sick"));
	STATUS(get(&w.specialist, "/ban-lam-viec/khong-nguoi"), 403);
	struct actor second = official(other);
	x = post(&w.head, "/ban-lam-viec/hang-loat", str_cstr(a, str_fmt(a, "action=reassign&chosen=%.*s~%lld", STR_ARG(code), (long long)load(code).rev)));
	STATUS(x, 200); /* asks whom and why, the rows kept */
	EXPECT(has(x.body, str_cstr(a, str_fmt(a, "value=\"%lld\"", (long long)other.v))) && has(x.body, "đang vắng") && has(x.body, "name=\"reason\""));
	on_writer(&actor_program, end_absence, &away);
	away = (struct away){.x = {.person = w.o.people.specialist, .substitute = other, .reason = STR("leave"), .first = today, .last = {today.day + 5}}};
	on_writer(&actor_program, add_absence, &away);
	EXPECT(!has(get(&w.head, "/ban-lam-viec/khong-nguoi").body, "Canary"));
	STATUS(post(&second, record(code, "/finish"), ""), 303);
	x = get(&w.head, record(code, ""));
	EXPECT(has(x.body, "Làm thay"));
	x = post(&w.head, "/ban-lam-viec/hang-loat", str_cstr(a, str_fmt(a, "action=reassign&to=%lld&reason=vang&chosen=%.*s~%lld", (long long)other.v, STR_ARG(code), (long long)load(code).rev)));
	STATUS(x, 200);
	EXPECT(has(x.body, "Đã làm") && load(code).assignee.v == other.v);
	stop();
}

static struct unit_id unit_with(enum role role)
{
	struct err e = {0};
	struct units all = {0};
	struct env env = office_env(&w.o);
	struct date today = date_of(instant_clock());
	EXPECT_OK(directory_units(&env, w.o.people.department, today, &all, &e), e);
	for (size_t i = 0; i < all.n; i++) {
		struct officers v = {0};
		EXPECT_OK(directory_holders(&env, role, all.v[i].id, today, &v, &e), e);
		if (v.n && all.v[i].id.v != w.o.people.division.v)
			return all.v[i].id;
	}
	FAIL("one unit only");
	return (struct unit_id){0};
}

TEST_BOTH(a_dossier_is_given_to_another_unit)
{
	start(a, engine);
	office_set_ms(instant_clock().ms);
	struct str codes[3];
	for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
		codes[i] = sent_code();
		STATUS(post(&w.counter, record(codes[i], "/accept"), ""), 303);
	}
	struct unit_id unit = unit_with(ROLE_SPECIALIST);
	struct str to = str_fmt(a, "unit=%lld", (long long)unit.v), option = str_fmt(a, "value=\"%lld\"", (long long)unit.v), own = str_fmt(a, "value=\"%lld\"", (long long)w.o.people.division.v);
	struct test_answer x = get(&w.head, record(codes[0], ""));
	ptrdiff_t form = str_find(x.body, STR("/transfer\""));
	EXPECT(form > 0 && str_find(str_sub(x.body, (size_t)form, 6000), option) > 0 && str_find(str_sub(x.body, (size_t)form, 6000), own) < 0);
	EXPECT(!has(get(&w.specialist, record(codes[0], "")).body, "/transfer"));
	STATUS(post(&w.head, record(codes[0], "/transfer"), str_cstr(a, to)), 422); /* why? */
	STATUS(post(&w.head, record(codes[0], "/transfer"), str_fmt(a, "unit=%lld&reason=nham", (long long)w.o.people.leadership.v).p), 422);
	STATUS(post(&w.head, record(codes[0], "/transfer"), str_fmt(a, "%.*s&reason=nham+phong", STR_ARG(to)).p), 303);
	EXPECT_INT(load(codes[0]).settling_unit.v, unit.v);
	x = get(&w.director, record(codes[0], ""));
	EXPECT(has(x.body, "Chuyển đơn vị thụ lý") && has(x.body, "Chuyển đến ") && has(x.body, "nham phong"));
	x = http_test_send(w.t, &(struct test_request){.method = HTTP_POST, .path = str_cstr(a, str_fmt(a, "/api/v1/dossiers/%.*s/actions", STR_ARG(codes[1]))), .actor = &w.director,
		.json = str_cstr(a, str_fmt(a, "{\"action\":\"transfer\",\"unit\":\"%lld\",\"reason\":\"x\"}", (long long)w.o.people.division.v))});
	STATUS(x, 422);
	EXPECT(has(x.body, "/unit"));
	x = post(&w.director, "/ban-lam-viec/hang-loat", str_fmt(a, "action=transfer&chosen=%.*s~%lld&chosen=%.*s~%lld", STR_ARG(codes[1]), (long long)load(codes[1]).rev, STR_ARG(codes[2]), 1LL).p);
	STATUS(x, 200); /* asks where to and why */
	EXPECT(has(x.body, option.p) && has(x.body, "name=\"unit\"") && has(x.body, "name=\"reason\""));
	x = post(&w.director, "/ban-lam-viec/hang-loat", str_fmt(a, "action=transfer&%.*s&reason=x&chosen=%.*s~%lld&chosen=%.*s~%lld", STR_ARG(to), STR_ARG(codes[1]), (long long)load(codes[1]).rev, STR_ARG(codes[2]), 1LL).p);
	STATUS(x, 200);
	EXPECT(load(codes[1]).settling_unit.v == unit.v && load(codes[2]).settling_unit.v == w.o.people.division.v); /* the rev of the second is gone */
	stop();
}

#define COUNTER_FORM "kind=person&name=Tr%E1%BA%A7n+Th%E1%BB%8B+M%E1%BA%ABu&address=S%E1%BB%91+1&phone=0912345678&channel_out=counter"
static const char *counter_form_of(const char *more)
{
	const struct procedure *p = law_find(w.o.law, STR("bx-cap-phep-xquang"))->p;
	struct buf b = buf_on(w.o.a);
	buf_fmt(&b, "%s%s", COUNTER_FORM, more);
	for (size_t i = 0; i < p->documents_n; i++)
		buf_fmt(&b, "&docs=%zu&originals=%zu", i, i);
	return str_cstr(w.o.a, buf_str(&b));
}

/* The record says by when papers are at the settling unit, until somebody there has them. */
static void papers_go_on(struct str code)
{
	struct instant by;
	struct err e = {0};
	EXPECT_OK(calendar_forward_by(w.o.law->calendar, load(code).accepted_at.v, &by, &e), e);
	const char *said = str_cstr(w.o.a, lang_instant(w.o.a, LANG_VI, by));
	struct str page = get(&w.counter, record(code, "")).body;
	EXPECT(has(page, "Chuyển giấy tờ chậm nhất") && has(page, said));
	STATUS(post(&w.head, record(code, "/assign"), to_specialist("")), 303);
	EXPECT(!has(get(&w.head, record(code, "")).body, "Chuyển giấy tờ chậm nhất"));
}

TEST_BOTH(the_counter_files_and_accepts_at_once)
{
	start(a, engine);
	const char *path = "/quay/nop/bx-cap-phep-xquang";
	struct test_answer x = get(&w.counter, path);
	STATUS(x, 200);
	EXPECT(has(x.body, "name=\"identity\"") && has(x.body, "name=\"docs\""));
	STATUS(post(&w.counter, path, counter_form_of("&identity=123")), 422);
	STATUS(post(&w.counter, path, COUNTER_FORM "&identity=001090012345"), 422); /* documents are missing */
	STATUS(post(&w.counter, path, counter_form_of("&identity=001090012345&phone=0912345678")), 422); /* a value given twice */
	STATUS(post(&w.counter, path, counter_form_of("&identity=001090012345")), 200);
	struct str code = str_from(nth(1));
	struct dossier_get_row d = load(code);
	EXPECT_TEXT(d.state, "processing");
	EXPECT_TEXT(d.channel_in, "counter");
	EXPECT_TEXT(d.applicant_name, "Trần Thị Mẫu");
	papers_go_on(code);
	x = post(&w.counter, path, counter_form_of("&identity=001090012345"));
	EXPECT_INT(x.status, 422);
	EXPECT(has(x.body, nth(1)) && has(x.body, "twin_seen"));
	x = post(&w.counter, path, counter_form_of("&identity=001090012345&twin_seen=1&_action=act-1"));
	STATUS(x, 200);
	EXPECT(has(x.body, nth(2)) && has(x.body, "/giay/"));
	struct test_answer y = post(&w.counter, path, counter_form_of("&identity=001090012345&twin_seen=1&_action=act-1"));
	EXPECT_INT(y.status, 200);
	EXPECT(has(y.body, nth(2))); /* the same act again: the same dossier and secret */
	EXPECT(has(get(&w.counter, "/quay").body, "tim"));
	STATUS(get(&w.counter, "/quay/nop?q=x+quang"), 200);
	EXPECT(has(get(&w.counter, "/quay/nop?q=x+quang").body, "/quay/nop/bx-cap-phep-xquang"));
	STATUS(get(&w.counter, "/quay/nop/khong-co"), 404);
	stop();
}

/* The rows say what is wrong at themselves, and give back what was typed. */
TEST_BOTH(pages_are_counted_against_images)
{
	static const struct { const char *counts; const char *id; } wrong[] = {
		{"&pages=3&images=2", "f-images.0"}, {"&pages=&images=&pages=7&images=8", "f-images.1"}, {"&pages=0", "f-pages.0"}, {"&pages=5001", "f-pages.0"},
		{"&pages=-1", "f-pages.0"}, {"&pages=ba", "f-pages.0"}, {"&pages=1&images=%3Cb%3E", "f-images.0"}};
	start(a, engine);
	const char *path = "/quay/nop/bx-cap-phep-xquang";
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		struct test_answer x = post(&w.counter, path, counter_form_of(str_cstr(a, str_fmt(a, "&identity=001090012345%s", wrong[i].counts))));
		STATUS(x, 422);
		if (!has(x.body, str_cstr(a, str_fmt(a, "aria-describedby=\"%s-e\"", wrong[i].id))) || !has(x.body, str_cstr(a, str_fmt(a, "href=\"#%s\"", wrong[i].id))) || has(x.body, "<b>\""))
			FAIL("%s: no error at %s", wrong[i].counts, wrong[i].id);
	}
	/* A page count says that the document is here; blank rows keep the others in place. */
	struct test_answer x = post(&w.counter, path, COUNTER_FORM "&identity=001090012345&all_here=1&originals=2&pages=&images=&pages=&images=&pages=4&images=4");
	STATUS(x, 200);
	x = get(&w.counter, record(str_from(nth(1)), ""));
	EXPECT(has(x.body, "Giấy tờ đã nhận tại quầy") && has(x.body, ">4<") && has(x.body, "Số trang"));
	EXPECT(has(x.body, "Nhập nội dung đơn, tờ khai") && has(x.body, "/sua\"") && !has(get(&w.head, record(str_from(nth(1)), "")).body, "/sua\""));
	stop();
}

TEST_BOTH(somebody_files_for_another)
{
	static const char *const wrong[] = {"&rep_name=A", "&rep_identity=001190012345", "&rep_paper=GUQ+12", "&rep_name=A&rep_paper=B&rep_identity=12"};
	start(a, engine);
	const char *path = "/quay/nop/bx-cap-phep-xquang";
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		STATUS(post(&w.counter, path, counter_form_of(str_cstr(a, str_fmt(a, "&identity=001090012345%s", wrong[i])))), 422);
	STATUS(post(&w.counter, path, counter_form_of("&identity=001090012345&rep_identity=001190012345|9|Canary+Thay|01011990|Nu|X&rep_paper=GUQ+so+12&channel_in=post")), 200);
	struct test_answer x = get(&w.counter, record(str_from(nth(1)), ""));
	EXPECT(has(x.body, "Canary Thay") && has(x.body, "001190012345") && has(x.body, "GUQ so 12"));
	EXPECT_TEXT(load(str_from(nth(1))).channel_in, "post");
	stop();
}

TEST_BOTH(a_person_is_found_by_number_and_nothing_known_is_typed_again)
{
	static const char *const numbers[] = {"001090012345", "0912345678", "%2B84+912+345+678", "001090012345%7C1%7CX%7C"};
	start(a, engine);
	struct str code = sent_code();
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		struct test_answer x = find(&w.counter, numbers[i]);
		STATUS(x, 200);
		if (!has(x.body, code.p) || !has(x.body, "/quay/nop?nguoi="))
			FAIL("%s does not find the person", numbers[i]);
	}
	EXPECT(!has(find(&w.counter, "001090012346").body, "Canary"));
	EXPECT(!has(find(&w.head, "0912345678").body, "/quay/nop?nguoi="));
	struct test_answer x = get(&w.counter, str_cstr(a, str_fmt(a, "/quay/nop?nguoi=%.*s", STR_ARG(code))));
	EXPECT(has(x.body, "data-key=\"1\"") && has(x.body, str_cstr(a, str_fmt(a, "bx-cap-phep-xquang?nguoi=%.*s", STR_ARG(code)))));
	x = get(&w.counter, str_cstr(a, str_fmt(a, "/quay/nop?q=bx-cap-phep-xquang&nguoi=%.*s", STR_ARG(code))));
	STATUS(x, 303); /* a code: its form */
	int before = w.reads;
	x = get(&w.counter, str_cstr(a, x.location));
	STATUS(x, 200);
	EXPECT(has(x.body, "value=\"001090012345\"") && has(x.body, "Canary") && w.reads == before + 1);
	STATUS(get(&w.counter, "/quay/nop/bx-cap-phep-xquang?nguoi=H99.12-991231-9999"), 404);
	/* A card read too early comes back as its fields. */
	x = post(&w.counter, "/quay/nop/bx-cap-phep-xquang", "kind=person&identity=001090012345%7C9%7CTran+Canary%7C01011990%7CNam%7CSo+1+pho+Mau&channel_out=counter");
	STATUS(x, 422);
	EXPECT(has(x.body, "value=\"Tran Canary\"") && has(x.body, "value=\"So 1 pho Mau\"") && has(x.body, "value=\"001090012345\""));
	stop();
}

TEST_BOTH(files_added_before_acceptance)
{
	static const char file[] = "--b\r\nContent-Disposition: form-data; name=\"files\"; filename=\"them.pdf\"\r\nContent-Type: application/pdf\r\n\r\n%PDF-1.4 x\r\n--b--\r\n";
	start(a, engine);
	struct str code = sent_code();
	struct test_request add = {.method = HTTP_POST, .path = record(code, "/correct"), .actor = &w.counter, .body = {file, sizeof file - 1}, .type = "multipart/form-data; boundary=b"};
	struct test_answer x = get(&w.counter, record(code, ""));
	EXPECT(has(x.body, "/correct\"") && has(x.body, "/sua\""));
	STATUS(post(&w.counter, record(code, "/correct"), "rev=1"), 422); /* nothing given */
	STATUS(post(&w.specialist, record(code, "/correct"), "rev=1"), 403);
	STATUS(http_test_send(w.t, &add), 303);
	EXPECT_TEXT(load(code).state, "received");
	EXPECT(load(code).rev > 1);
	EXPECT(has(get(&w.counter, record(code, "")).body, "them.pdf"));
	STATUS(post(&w.counter, record(code, "/accept"), "rev=1"), 422); /* who had it open is told */
	STATUS(post(&w.counter, record(code, "/accept"), ""), 303);
	STATUS(http_test_send(w.t, &add), 422);
	stop();
}

TEST_BOTH(fees_at_the_counter_and_opinions)
{
	start(a, engine);
	struct str code = sent_code();
	STATUS(post(&w.counter, record(code, "/accept"), ""), 303);
	EXPECT(!has(get(&w.counter, record(code, "")).body, "/confirm_paid\"")); /* no fee */
	STATUS(post(&w.counter, record(code, "/demand_fee"), "name=Ph%C3%AD&amount=abc"), 422);
	STATUS(post(&w.counter, record(code, "/demand_fee"), "name=Ph%C3%AD&amount=3.000.000&reason=x"), 303);
	struct test_answer x = get(&w.counter, record(code, ""));
	EXPECT(has(x.body, "3.000.000") && has(x.body, "/confirm_paid\""));
	struct err e = {0};
	struct dossier_fee_list_rows fees;
	EXPECT_OK(q_dossier_fee_list(w.o.db, a, load(code).id, &fees, &e), e);
	/* what was counted is what is due, or nothing is recorded */
	static const char *const counted[] = {"", "&amount=2.999.999", "&amount=3000001", "&amount=ba"};
	for (size_t i = 0; i < ARRAY_LEN(counted); i++) {
		x = post(&w.counter, record(code, "/confirm_paid"), str_fmt(a, "fee=%lld&method=cash%s", (long long)fees.v[0].id.v, counted[i]).p);
		STATUS(x, 422);
		EXPECT(has(x.body, "aria-invalid") && has(x.body, "href=\"#f-amount\""));
	}
	STATUS(post(&w.counter, record(code, "/confirm_paid"), str_cstr(a, str_fmt(a, "fee=%lld&method=cash&amount=3.000.000&voucher=AB-0001", (long long)fees.v[0].id.v))), 303);
	x = get(&w.counter, record(code, ""));
	EXPECT(has(x.body, "AB-0001") && !has(x.body, "/confirm_paid\"")); /* nothing more to pay */
	EXPECT(!has(get(&w.head, record(code, "")).body, "/answer_opinion\""));
	STATUS(post(&w.head, record(code, "/ask_opinion"), str_cstr(a, str_fmt(a, "unit=%lld&text=%%C4%%90%%E1%%BB%%93ng+%%C3%%BD%%3F", (long long)w.o.people.office.v))), 303);
	x = get(&w.head, record(code, ""));
	EXPECT(has(x.body, "Đồng ý?") && !has(x.body, "/answer_opinion\"")); /* another unit was asked */
	struct actor_role there = {.role = ROLE_CLERK, .unit = w.o.people.office.v, .agency = w.o.people.department.v};
	struct actor asked = w.clerk;
	asked.held = &there, asked.n_held = 1;
	EXPECT(has(get(&asked, record(code, "")).body, "/answer_opinion\""));
	stop();
}

/* The hidden sum that the page showed. */
static struct str shown_sum(struct test_answer x)
{
	struct str mark = STR("name=\"_da_tinh\" value=\"");
	ptrdiff_t at = str_find(x.body, mark);
	if (at < 0)
		return STR("none");
	struct str rest = str_sub(x.body, (size_t)at + mark.n, x.body.n);
	return str_sub(rest, 0, (size_t)str_find_char(rest, '"'));
}

TEST_BOTH(a_fee_is_reckoned_and_seen_before_it_is_demanded)
{
	start(a, engine);
	struct str code = sent_code();
	const char *go = record(code, "/demand_fee");
	STATUS(post(&w.counter, record(code, "/accept"), ""), 303);
	EXPECT(has(get(&w.counter, record(code, "")).body, "/thu-phi\""));
	struct test_answer x = get(&w.counter, record(code, "/thu-phi")); /* the sheet declares one machine */
	STATUS(x, 200);
	EXPECT_TEXT(shown_sum(x), "2000000");
	EXPECT(has(x.body, "Thông tư 287/2016/TT-BTC") && has(x.body, "Cộng theo quy định: 2.000.000"));
	x = post(&w.counter, go, "sl.f1=2&sl.f7=1&_tinh=1"); /* counting keeps nothing */
	STATUS(x, 200);
	EXPECT_TEXT(shown_sum(x), "12000000");
	EXPECT(has(x.body, "8.000.000") && has(x.body, "name=\"sl.f1\""));
	x = post(&w.counter, go, "sl.f1=2&sl.f7=2&_da_tinh=12000000"); /* changed since: shown, not sent */
	STATUS(x, 200);
	EXPECT_TEXT(shown_sum(x), "20000000");
	static const struct { const char *form, *field; } wrong[] = {
		{"sl.f1=-1&_da_tinh=0", "f-sl.f1"}, {"sl.f1=hai", "f-sl.f1"}, {"sl.f1=0", "f-sl.f1"}, {"sl.f1=1&_tinh=1&sl.f2=x", "f-sl.f2"}, {"sl.f1=1&amount=5", "f-reason"},
		{"sl.f1=1&amount=5&reason=x", "f-basis"}, {"sl.f1=1&amount=x", "f-amount"}, {"sl.f1=1&exempt=1&reason=x", "f-basis"}, {"exempt=1&reason=x&basis=y", "f-sl.f1"}};
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		x = post(&w.counter, go, wrong[i].form);
		STATUS(x, 422);
		if (!has(x.body, str_fmt(a, "href=\"#%s\"", wrong[i].field).p) || !has(x.body, "aria-invalid") || !has(x.body, "/demand_fee\""))
			FAIL("%s: no error at %s", wrong[i].form, wrong[i].field);
	}
	struct err e = {0};
	struct dossier_fee_list_rows fees = {0};
	EXPECT_OK(q_dossier_fee_list(w.o.db, a, load(code).id, &fees, &e), e);
	EXPECT_INT(fees.n, 0);
	STATUS(post(&w.counter, go, "sl.f1=2&sl.f7=1&_da_tinh=12000000"), 303);
	STATUS(post(&w.counter, go, "sl.f1=1&exempt=1&reason=H%E1%BB%99+ngh%C3%A8o&basis=Lu%E1%BA%ADt+97"), 303);
	EXPECT_OK(q_dossier_fee_list(w.o.db, a, load(code).id, &fees, &e), e);
	EXPECT_INT(fees.n, 2);
	EXPECT_INT(fees.v[0].amount.dong, 12000000);
	x = get(&w.head, record(code, ""));
	EXPECT(has(x.body, "12.000.000") && has(x.body, "Hộ nghèo") && has(x.body, "Luật 97") && has(x.body, "được miễn"));
	STATUS(get(&w.inspector, record(code, "/thu-phi")), 403);
	STATUS(get(&w.director, record(code, "/thu-phi")), 409); /* not this one's act */
	stop();
}

TEST_BOTH(a_fee_without_a_rule_is_typed)
{
	start(a, engine);
	filed = "kh-dn-khcn";
	struct str code = sent_code();
	filed = "bx-cap-phep-xquang";
	struct test_answer x = get(&w.counter, record(code, "/thu-phi"));
	STATUS(x, 200);
	EXPECT(has(x.body, "chưa có quy tắc") && has(x.body, "mức thu chưa có dữ liệu") && !has(x.body, "_tinh"));
	STATUS(post(&w.counter, record(code, "/demand_fee"), "name=Ph%C3%AD&amount=70000"), 422);
	STATUS(post(&w.counter, record(code, "/demand_fee"), "amount=70000&reason=x"), 422);
	STATUS(post(&w.counter, record(code, "/demand_fee"), "name=Ph%C3%AD&amount=70000&reason=x"), 303);
	stop();
}

TEST_BOTH(programs_demand_by_quantities)
{
	start(a, engine);
	struct str code = sent_code();
	struct test_request q = {.method = HTTP_POST, .path = str_fmt(a, "/api/v1/dossiers/%.*s/actions", STR_ARG(code)).p, .actor = &w.counter, .bearer = true};
	static const struct { const char *json, *field; } wrong[] = {
		{"{\"action\":\"demand_fee\"}", "\"quantities\""}, {"{\"action\":\"demand_fee\",\"quantities\":{\"f1\":-1}}", "quantities.f1"},
		{"{\"action\":\"demand_fee\",\"quantities\":{\"f99\":1}}", "quantities.f99"}, {"{\"action\":\"demand_fee\",\"quantities\":[1]}", "quantities"},
		{"{\"action\":\"demand_fee\",\"quantities\":7}", "quantities"}, {"{\"action\":\"demand_fee\",\"quantities\":{\"f1\":1},\"amount\":9}", "\"reason\""},
		{"{\"action\":\"demand_fee\",\"quantities\":{\"f1\":1},\"amount\":9,\"reason\":\"x\"}", "\"basis\""}};
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		q.json = wrong[i].json;
		struct test_answer bad = http_test_send(w.t, &q);
		if (bad.status != 422 || !has(bad.body, wrong[i].field))
			FAIL("%s: %d %.*s", wrong[i].json, bad.status, STR_ARG(bad.body));
	}
	struct test_answer x = http_test_send(w.t, &(struct test_request){.path = q.path, .actor = &w.counter, .bearer = true});
	EXPECT(has(x.body, "\"quantities\"") && has(x.body, "\"default\":{\"f1\":1}"));
	q.json = "{\"action\":\"demand_fee\",\"quantities\":{\"f3\":2,\"f7\":1}}";
	x = http_test_send(w.t, &q);
	STATUS(x, 200);
	EXPECT(has(x.body, "\"amount\":12000000"));
	stop();
}

TEST_BOTH(filters_are_kept_for_their_person)
{
	start(a, engine);
	STATUS(post(&w.head, "/ban-lam-viec/bo-loc", "name=X-quang&query=%3Fxem%3Dco-quan%26kenh%3Donline"), 303);
	STATUS(post(&w.head, "/ban-lam-viec/bo-loc", "name=X&query=javascript%3Aalert(1)"), 422);
	EXPECT(has(get(&w.head, "/ban-lam-viec").body, "X-quang"));
	EXPECT(!has(get(&w.director, "/ban-lam-viec").body, "X-quang"));
	struct err e = {0};
	struct saved_filter_list_rows rows;
	EXPECT_OK(q_saved_filter_list(w.o.db, a, w.o.people.head, &rows, &e), e);
	EXPECT_INT(rows.n, 1);
	const char *path = str_cstr(a, str_fmt(a, "/ban-lam-viec/bo-loc/%lld/xoa", (long long)rows.v[0].id.v));
	STATUS(post(&w.director, path, ""), 303);
	EXPECT(has(get(&w.head, "/ban-lam-viec").body, "X-quang"));
	STATUS(post(&w.head, path, ""), 303);
	EXPECT(!has(get(&w.head, "/ban-lam-viec").body, "X-quang"));
	stop();
}

TEST_BOTH(an_export_streams_the_view)
{
	start(a, engine);
	for (int i = 0; i < 3; i++)
		sent_code();
	struct test_answer x = get(&w.head, "/ban-lam-viec/xuat.csv?xem=co-quan");
	STATUS(x, 200);
	EXPECT(has(x.body, "\xEF\xBB\xBF") && has(x.body, nth(3)) && has(x.body, "Canary"));
	x = get(&w.head, "/ban-lam-viec/xuat.csv?xem=co-quan&tt=done");
	EXPECT(!has(x.body, "Canary"));
	stop();
}

static struct test_answer send_multipart(const struct actor *who, const char *path, struct str name, struct str bytes)
{
	struct arena *a = w.o.a;
	struct str head = str_fmt(a, "--b\r\nContent-Disposition: form-data; name=\"files\"; filename=\"%.*s\"\r\nContent-Type: application/pdf\r\n\r\n", STR_ARG(name));
	return http_test_send(w.t, &(struct test_request){.method = HTTP_POST, .path = path, .actor = who,
		.body = str_cat(a, str_cat(a, head, bytes), STR("\r\n--b--\r\n")), .type = "multipart/form-data; boundary=b"});
}

/* What the client says of the type counts for nothing; the sentence says what is inside. */
TEST_BOTH(a_file_that_lies_about_its_type_is_refused_by_name)
{
	start(a, engine);
	struct str code = sent_code();
	struct err e = {0};
	struct dossier_file_list_rows files;
	STATUS(post(&w.counter, record(code, "/ask_supplement"), "reason=x"), 303);
	const char *path = record(code, "/supplement");
	struct test_answer x = send_multipart(&w.counter, path, STR("a.pdf"), STR("<!DOCTYPE html><html><script>alert(1)</script>"));
	EXPECT_INT(x.status, 422);
	EXPECT(has(x.body, "Tên tệp ghi .pdf nhưng nội dung bên trong là trang web") && !has(x.body, "mã độc"));
	EXPECT_INT(send_multipart(&w.counter, path, STR("a.pdf"), STR("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\10\6\0\0\0")).status, 422);
	EXPECT_INT(send_multipart(&w.counter, path, STR("a.zip"), STR("PK\3\4\24\0\0\0\0\0")).status, 422);
	EXPECT_INT(send_multipart(&w.counter, path, STR("a.svg"), STR("<svg xmlns='http://www.w3.org/2000/svg'/>")).status, 422);
	EXPECT_INT(send_multipart(&w.counter, path, STR("a.pdf"), STR("")).status, 422);
	EXPECT_OK(q_dossier_file_list(w.o.db, a, load(code).id, &files, &e), e);
	EXPECT_INT(files.n, 0);
	EXPECT_TEXT(load(code).state, "supplement");
	STATUS(send_multipart(&w.counter, path, STR("a.jpg"), STR("\xff\xd8\xff\xe0\0\020JFIF\0\1\1\0\0\1\0\1\0\0")), 303);
	EXPECT_OK(q_dossier_file_list(w.o.db, a, load(code).id, &files, &e), e);
	EXPECT_INT(files.n, 1);
	EXPECT_TEXT(files.v[0].type, "image/jpeg");
	stop();
}

static const char multipart[] = "--b\r\nContent-Disposition: form-data; name=\"files\"; filename=\"../../b\xE1\xBA\xA3n v\xE1\xBA\xBD.pdf\"\r\nContent-Type: application/pdf\r\n\r\n%PDF-1.4 canary-file\r\n--b--\r\n";
TEST_BOTH(a_supplement_brings_files_that_open_only_when_clean)
{
	start(a, engine);
	struct str code = sent_code();
	STATUS(post(&w.counter, record(code, "/ask_supplement"), "reason=x"), 303);
	struct test_answer x = http_test_send(w.t, &(struct test_request){.method = HTTP_POST, .path = record(code, "/supplement"), .actor = &w.counter,
		.body = {multipart, sizeof multipart - 1}, .type = "multipart/form-data; boundary=b"});
	STATUS(x, 303);
	struct err e = {0};
	struct dossier_file_list_rows files;
	EXPECT_OK(q_dossier_file_list(w.o.db, a, load(code).id, &files, &e), e);
	EXPECT_INT(files.n, 1);
	EXPECT_TEXT(files.v[0].state, "quarantine");
	const char *path = record(code, str_fmt(a, "/tep/%lld", (long long)files.v[0].id.v).p);
	STATUS(get(&w.counter, path), 404);
	EXPECT(has(get(&w.counter, record(code, "")).body, "bản vẽ.pdf"));
	stop();
}

/* ---- for programs ---- */

static struct test_answer api_get(const struct actor *who, const char *path)
{
	return http_test_send(w.t, &(struct test_request){.path = path, .actor = who, .bearer = true});
}

TEST_BOTH(programs_get_the_work_list)
{
	start(a, engine);
	struct str first = sent_code(), second = sent_code();
	struct test_answer x = api_get(&w.counter, "/api/v1/dossiers?limit=1");
	EXPECT_INT(x.status, 200);
	EXPECT(has(x.body, str_cstr(a, first)) && !has(x.body, str_cstr(a, second)) && !has(x.body, "\"next\":null"));
	json_t *j = json_loadb(x.body.p, x.body.n, 0, NULL);
	x = api_get(&w.counter, str_fmt(a, "/api/v1/dossiers?limit=1&cursor=%s", json_string_value(json_object_get(j, "next"))).p);
	json_decref(j);
	EXPECT(has(x.body, str_cstr(a, second)) && !has(x.body, str_cstr(a, first)) && has(x.body, "\"next\":null"));
	x = api_get(&w.counter, "/api/v1/dossiers?order=newest&limit=1");
	EXPECT(has(x.body, str_cstr(a, second)) && !has(x.body, str_cstr(a, first)));
	EXPECT(!has(api_get(&w.counter, "/api/v1/dossiers?state=done").body, str_cstr(a, first)));
	EXPECT(!has(api_get(&w.specialist, "/api/v1/dossiers?view=mine").body, str_cstr(a, first)));
	EXPECT_INT(api_get(&w.counter, "/api/v1/dossiers?cursor=1.x").status, 422);
	EXPECT_INT(api_get(&w.counter, "/api/v1/dossiers?limit=-1").status, 422);
	stop();
}

TEST_BOTH(programs_learn_what_may_be_done)
{
	start(a, engine);
	struct str code = sent_code();
	const char *path = str_fmt(a, "/api/v1/dossiers/%.*s/actions", STR_ARG(code)).p;
	struct test_answer x = api_get(&w.counter, path);
	EXPECT_INT(x.status, 200);
	EXPECT(has(x.body, "\"action\":\"accept\"") && has(x.body, "\"action\":\"refuse\"") && !has(x.body, "\"action\":\"assign\""));
	EXPECT(!has(x.body, "confirm_paid")); /* there is no fee */
	EXPECT(!has(api_get(&w.director, path).body, "\"action\":\"accept\""));
	EXPECT_INT(api_get(&other_citizen, path).status, 404);
	EXPECT(!has(x.body, "late_reason"));
	STATUS(post(&w.counter, record(code, "/accept"), ""), 303);
	x = api_get(&w.director, path); /* an apology names its reason; a program is not asked to confirm what it says */
	EXPECT(has(x.body, "\"name\":\"late_reason\",\"required\":true") && has(x.body, "{\"value\":\"force-majeure\",\"label\":\"Thiên tai") && !has(x.body, "late_confirmed"));
	stop();
}
