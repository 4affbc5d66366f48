/* catalogue_web_test.c — pages, feeds, API and officials' acts, through the server's own steps, on both engines. */
#include "catalogue/catalogue_world.h"
#include "core/sheet/sheet.h"
#include <fcntl.h>
#include <libxml/parser.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define XRAY "bx-cap-phep-xquang"
#define STAFF "/quan-tri/thu-tuc"

static json_t *json_of(const struct test_answer *x)
{
	json_t *j = json_loadb(x->body.p, x->body.n, 0, NULL);
	if (!j)
		FAIL("not JSON: %.*s", STR_ARG(str_sub(x->body, 0, 200)));
	return j;
}

static void well_formed(struct str xml)
{
	xmlDoc *doc = xmlReadMemory(xml.p, (int)xml.n, NULL, NULL, XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	EXPECT(doc != NULL);
	xmlFreeDoc(doc);
}

/* ---- for everyone ---- */

TEST_BOTH(public_pages_answer_a_stranger)
{
	struct world w = world_new(a, engine, true);
	static const char *const paths[] = {"/", "/dich-vu-cong", "/dich-vu-cong?tat-ca=1&trang=2", "/dich-vu-cong/" XRAY, "/dich-vu-cong/2.002380", "/niem-yet",
		"/niem-yet?man-hinh=1&trang=99", "/huong-dan", "/dich-vu-cong.atom", "/sitemap.xml", "/robots.txt", "/dich-vu-cong/" XRAY "/qr.svg",
		"/api/v1/procedures", "/api/v1/procedures/" XRAY, "/api/v1/procedures/2.002380/form"};
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		struct test_answer x = world_get(&w, NULL, paths[i]);
		if (x.status != 200)
			FAIL("%s: %d", paths[i], x.status);
		EXPECT_INT(world_get(&w, &admin, paths[i]).status, 200);
	}
	EXPECT_INT(world_get(&w, NULL, "/dich-vu-cong/khong-co").status, 404);
	EXPECT_INT(world_get(&w, NULL, "/dich-vu-cong/khong-co/qr.svg").status, 404);
	EXPECT_INT(world_get(&w, NULL, "/api/v1/procedures/khong-co").status, 404);
	EXPECT_INT(world_get(&w, NULL, "/api/v1/procedures/khong-co/form").status, 404);
	world_end(&w);
}

TEST_BOTH(an_empty_catalogue_has_pages_too)
{
	struct world w = world_new(a, engine, false);
	static const char *const paths[] = {"/", "/dich-vu-cong", "/dich-vu-cong?q=x", "/niem-yet", "/niem-yet?man-hinh=1", "/huong-dan", "/dich-vu-cong.atom",
		"/sitemap.xml", "/api/v1/procedures?q=a"};
	for (size_t i = 0; i < ARRAY_LEN(paths); i++)
		EXPECT_INT(world_get(&w, NULL, paths[i]).status, 200);
	EXPECT_INT(world_get(&w, &admin, STAFF).status, 200);
	EXPECT_INT(world_get(&w, &admin, STAFF "/day-du").status, 200);
	EXPECT_INT(world_get(&w, &admin, STAFF "/xuat.xlsx").status, 200);
	world_end(&w);
}

TEST_BOTH(the_procedure_page_has_every_attribute)
{
	struct world w = world_new(a, engine, true);
	struct test_answer x = world_get(&w, NULL, "/dich-vu-cong/" XRAY);
	static const char *const has[] = {"Cần chuẩn bị", "Trình tự thực hiện", "Cách thức thực hiện", "Đối tượng thực hiện", "25 ngày", "Phí, lệ phí", "Kết quả", "Yêu cầu, điều kiện",
		"Căn cứ pháp lý", "Cơ quan giải quyết", "Nơi tiếp nhận", "2.002380", "1 bản chính", "8.000.000 đồng", "href=\"/nop-ho-so/" XRAY "\"", "Dữ liệu mẫu",
		"https://schema.org/GovernmentService", "/qr.svg", "chưa có dữ liệu", "Phiên bản 1"};
	for (size_t i = 0; i < ARRAY_LEN(has); i++)
		if (str_find(x.body, str_from(has[i])) < 0)
			FAIL("the page lacks: %s", has[i]);
	x = world_get(&w, NULL, "/dich-vu-cong/kh-tuyen-chon");
	HAS(x, "kh-tuyen-chon");
	world_end(&w);
}

TEST_BOTH(what_ended_stays_readable_and_takes_nothing)
{
	struct world w = world_new(a, engine, true);
	struct test_answer x = world_get(&w, NULL, "/dich-vu-cong/bx-gia-han-xquang");
	HAS(x, "Không còn hiệu lực");
	HAS(x, "đến hết 31/12/2025");
	HAS_NOT(x, "href=\"/nop-ho-so/");
	x = world_get(&w, NULL, "/dich-vu-cong");
	HAS_NOT(x, "bx-gia-han-xquang");
	x = world_get(&w, NULL, "/dich-vu-cong?tat-ca=1&linh-vuc=nang-luong-nguyen-tu");
	HAS(x, "bx-gia-han-xquang");
	world_end(&w);
}

TEST_BOTH(a_code_that_is_not_known_is_not_made_up)
{
	struct world w = world_new(a, engine, true);
	const struct catalogue_view *v = catalogue_hold(w.catalogue);
	for (size_t i = 0; i < v->n; i++) {
		if (v->entries[i].p.code.n)
			continue;
		struct test_answer x = world_get(&w, NULL, str_fmt(a, "/dich-vu-cong/%.*s", STR_ARG(v->entries[i].p.id)).p);
		HAS(x, "<dt>Mã quốc gia</dt><dd>chưa có</dd>");
		x = world_get(&w, NULL, str_fmt(a, "/api/v1/procedures/%.*s", STR_ARG(v->entries[i].p.id)).p);
		json_t *j = json_of(&x);
		EXPECT(json_is_null(json_object_get(j, "national_code")));
		EXPECT_TEXT(v->entries[i].p.id, json_string_value(json_object_get(j, "code")));
		json_decref(j);
	}
	catalogue_release(w.catalogue, v);
	world_end(&w);
}

TEST_BOTH(search_finds_slips_and_raw_typing)
{
	struct world w = world_new(a, engine, true);
	static const char *const found[] = {"/dich-vu-cong?q=may+chup+x+quang", "/dich-vu-cong?q=giaays+pheps+x+quang", "/dich-vu-cong?q=2.002380", "/dich-vu-cong?q=giay+phep+xqang+y+te",
		"/dich-vu-cong?q=x+quang&truc-tuyen=toan-trinh&phi=co&doi-tuong=to-chuc&linh-vuc=nang-luong-nguyen-tu"};
	for (size_t i = 0; i < ARRAY_LEN(found); i++) {
		struct test_answer x = world_get(&w, NULL, found[i]);
		if (str_find(x.body, STR("/dich-vu-cong/" XRAY)) < 0)
			FAIL("%s does not find it", found[i]);
	}
	struct test_answer x = world_get(&w, NULL, "/dich-vu-cong?q=x+quang&phi=khong&truc-tuyen=mot-phan&linh-vuc=buu-chinh");
	HAS(x, "Chưa tìm thấy thủ tục nào");
	world_end(&w);
}

/* Nobody should prepare papers for what can no longer be filed because it stood on top. A code asked for is still found first. */
TEST_BOTH(what_is_in_force_is_found_before_what_is_not)
{
	struct world w = world_new(a, engine, true);
	struct test_answer x = world_get(&w, NULL, "/api/v1/procedures?q=may+chup+x+quang&limit=100");
	json_t *j = json_of(&x), *item = NULL;
	size_t i = 0, ended = 0, open = 0;
	json_array_foreach(json_object_get(j, "items"), i, item) {
		bool in_force = json_is_true(json_object_get(item, "in_force"));
		EXPECT(!in_force || !ended);
		*(in_force ? &open : &ended) += 1;
	}
	EXPECT(open && ended);
	json_decref(j);
	x = world_get(&w, NULL, "/dich-vu-cong?q=may+chup+x+quang");
	EXPECT(str_find(x.body, STR("/dich-vu-cong/" XRAY "\"")) < str_find(x.body, STR("/dich-vu-cong/bx-gia-han-xquang\"")));
	x = world_get(&w, NULL, "/api/v1/procedures?q=bx-gia-han-xquang");
	j = json_of(&x);
	EXPECT_TEXT(str_from(json_string_value(json_object_get(json_array_get(json_object_get(j, "items"), 0), "code"))), "bx-gia-han-xquang");
	json_decref(j);
	world_end(&w);
}

TEST_BOTH(hostile_queries_do_no_harm)
{
	struct world w = world_new(a, engine, true);
	struct buf letters = buf_on(a);
	for (int i = 0; i < 3000; i++)
		buf_char(&letters, "ab "[i % 3]);
	static const char *const q[] = {"%3Cscript%3Ealert(1)%3C/script%3E", "%22onmouseover%3D%22x", "%27%3B+drop+table+procedure%3B--", "%00", "%FF%FE", "%F0%9F%98%80", "%E2%80%AE", "++++",
		"%25%25%25", "..%2F..%2Fetc", "%7B%7B7*7%7D%7D"};
	for (size_t i = 0; i < ARRAY_LEN(q); i++) {
		struct test_answer x = world_get(&w, NULL, str_fmt(a, "/dich-vu-cong?q=%s&linh-vuc=%s&phi=%s&trang=%s", q[i], q[i], q[i], q[i]).p);
		EXPECT(x.status == 200 || x.status == 400);
		HAS_NOT(x, "<script>alert");
		HAS_NOT(x, "\"onmouseover=\"x");
		x = world_get(&w, NULL, str_fmt(a, "/api/v1/procedures?q=%s&limit=5", q[i]).p);
		EXPECT(x.status == 200 || x.status == 400 || x.status == 422);
		x = world_get(&w, NULL, str_fmt(a, "/dich-vu-cong/%s", q[i]).p);
		EXPECT(x.status == 404 || x.status == 400 || x.status == 200);
	}
	static const char *const pages[] = {"/dich-vu-cong?trang=-1", "/dich-vu-cong?trang=99999999999999999999", "/dich-vu-cong?trang=9223372036854775807", "/niem-yet?man-hinh=1&trang=-5"};
	static const char *const wrong[] = {"limit=0", "limit=9223372036854775807", "cursor=-1", "cursor=9223372036854775807"};
	for (size_t i = 0; i < ARRAY_LEN(pages); i++)
		EXPECT_INT(world_get(&w, NULL, pages[i]).status, 200);
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		EXPECT_INT(world_get(&w, NULL, str_fmt(a, "/api/v1/procedures?%s", wrong[i]).p).status, 422);
	EXPECT_INT(world_get(&w, NULL, str_fmt(a, "/dich-vu-cong?q=%.*s", STR_ARG(str_sub(buf_str(&letters), 0, 2))).p).status, 200);
	world_end(&w);
}

TEST_BOTH(feeds_are_well_formed)
{
	struct world w = world_new(a, engine, true);
	struct test_answer x = world_get(&w, NULL, "/dich-vu-cong.atom");
	well_formed(x.body);
	HAS(x, "<id>https://mau.example/dich-vu-cong.atom</id>");
	HAS(x, "<name>");
	x = world_get(&w, NULL, "/sitemap.xml");
	well_formed(x.body);
	HAS(x, "<loc>https://mau.example/dich-vu-cong/" XRAY "</loc>");
	x = world_get(&w, NULL, "/dich-vu-cong/" XRAY "/qr.svg");
	well_formed(x.body);
	EXPECT_STR(x.type, STR("image/svg+xml"));
	x = world_get(&w, NULL, "/robots.txt");
	HAS(x, "Sitemap: https://mau.example/sitemap.xml");
	x = world_get(&w, NULL, "/niem-yet?man-hinh=1");
	EXPECT(str_starts(test_header(&x, "Refresh"), STR("20;url=/niem-yet?man-hinh=1&trang=2")));
	world_end(&w);
}

TEST_BOTH(public_pages_are_kept_until_what_they_show_changes)
{
	struct world w = world_new(a, engine, true);
	const struct catalogue_view *v = catalogue_hold(w.catalogue);
	const char *ends = NULL;
	for (size_t i = 0; i < v->n; i++)
		if (v->entries[i].p.to.day == date_from_civil(2027, 2, 28).day)
			ends = str_fmt(a, "/dich-vu-cong/%.*s", STR_ARG(v->entries[i].p.id)).p;
	catalogue_release(w.catalogue, v);
	EXPECT(ends != NULL);
	struct test_answer x = world_get(&w, NULL, ends);
	struct str tag = test_header(&x, "ETag");
	EXPECT(tag.n > 2);
	const char *const again[] = {"If-None-Match", str_cstr(a, tag), NULL};
	x = http_test_send(w.http, &(struct test_request){.method = HTTP_GET, .path = ends, .headers = again});
	EXPECT_INT(x.status, 304);
	world_now = instant_at(date_from_civil(2027, 3, 1), 0);
	catalogue_refresh(w.catalogue);
	x = http_test_send(w.http, &(struct test_request){.method = HTTP_GET, .path = ends, .headers = again});
	EXPECT_INT(x.status, 200);
	HAS(x, "Không còn hiệu lực");
	world_end(&w);
}

/* ---- for programs ---- */

TEST_BOTH(the_api_lists_all_by_pages)
{
	struct world w = world_new(a, engine, true);
	struct str cursor = STR("0");
	size_t n = 0;
	for (int i = 0; i < 10 && cursor.n; i++) {
		struct test_answer x = world_get(&w, NULL, str_fmt(a, "/api/v1/procedures?limit=30&cursor=%.*s", STR_ARG(cursor)).p);
		json_t *j = json_of(&x);
		n += json_array_size(json_object_get(j, "items"));
		cursor = str_dup(a, str_from(json_string_value(json_object_get(j, "next"))));
		json_decref(j);
	}
	EXPECT_INT(n, 72);
	struct test_answer x = world_get(&w, NULL, "/api/v1/procedures?q=may+x+quang+y+te&limit=3");
	json_t *j = json_of(&x);
	EXPECT_INT(json_array_size(json_object_get(j, "items")), 3);
	json_decref(j);
	x = world_get(&w, NULL, "/api/v1/procedures/" XRAY);
	j = json_of(&x);
	EXPECT_TEXT(STR("https://mau.example/dich-vu-cong/" XRAY), json_string_value(json_object_get(j, "url")));
	EXPECT_INT(json_integer_value(json_object_get(json_object_get(j, "deadline"), "number")), 25);
	EXPECT(json_is_true(json_object_get(j, "complete")) && json_is_true(json_object_get(j, "in_force")));
	json_decref(j);
	world_end(&w);
}

TEST_BOTH(the_example_of_a_form_names_its_files_apart)
{
	struct world w = world_new(a, engine, true);
	struct test_answer x = world_get(&w, NULL, "/api/v1/procedures/" XRAY "/form");
	json_t *j = json_of(&x), *example = json_object_get(j, "example"), *files = json_object_get(example, "files");
	EXPECT(json_is_string(json_object_get(json_object_get(example, "answers"), "ten")));
	EXPECT(json_object_get(json_object_get(example, "answers"), "tl1") == NULL);
	EXPECT(json_array_size(files) >= 1);
	EXPECT_TEXT(STR("tl1"), json_string_value(json_object_get(json_array_get(files, 0), "field")));
	EXPECT_INT(json_array_size(json_object_get(j, "forms")), 1);
	json_decref(j);
	world_end(&w);
}

/* ---- who may ---- */

TEST_BOTH(officials_pages_are_for_their_roles)
{
	struct world w = world_new(a, engine, true);
	const struct { const char *path; role_set allow; enum http_method method; } routes_of[] = {
		{STAFF, ALLOW_STAFF | ROLE_BIT(ROLE_ADMIN), HTTP_GET}, {STAFF "/day-du", ALLOW_STAFF | ROLE_BIT(ROLE_ADMIN), HTTP_GET},
		{STAFF "/xuat.json", ALLOW_STAFF | ROLE_BIT(ROLE_ADMIN), HTTP_GET}, {STAFF "/phien-ban/1", ALLOW_STAFF | ROLE_BIT(ROLE_ADMIN), HTTP_GET},
		{STAFF "/de-xuat", ROLE_BIT(ROLE_SPECIALIST) | ROLE_BIT(ROLE_HEAD) | ROLE_BIT(ROLE_CLERK) | ROLE_BIT(ROLE_ADMIN), HTTP_GET},
		{STAFF "/nhap", ROLE_BIT(ROLE_SPECIALIST) | ROLE_BIT(ROLE_HEAD) | ROLE_BIT(ROLE_CLERK) | ROLE_BIT(ROLE_ADMIN), HTTP_GET},
		{STAFF "/phien-ban/1/tham-dinh", ROLE_BIT(ROLE_HEAD) | ROLE_BIT(ROLE_ADMIN), HTTP_POST},
		{STAFF "/phien-ban/1/cong-bo", ROLE_BIT(ROLE_DIRECTOR) | ROLE_BIT(ROLE_ADMIN), HTTP_POST},
		{STAFF "/phien-ban/1/het-hieu-luc", ROLE_BIT(ROLE_DIRECTOR) | ROLE_BIT(ROLE_ADMIN), HTTP_POST},
	};
	for (size_t i = 0; i < ARRAY_LEN(routes_of); i++)
		for (int role = ROLE_CITIZEN; role < ROLE_COUNT; role++) {
			struct actor who = {.roles = ROLE_BIT(role), .account = 900 + role, .person = 900 + role};
			struct test_answer x = http_test_send(w.http, &(struct test_request){.method = routes_of[i].method, .path = routes_of[i].path, .actor = &who,
				.form = routes_of[i].method == HTTP_POST ? "x=1" : NULL});
			bool may = (routes_of[i].allow & ROLE_BIT(role)) != 0;
			if (may == (x.status == 403))
				FAIL("%s as %s: %d", routes_of[i].path, role_name((enum role)role), x.status);
		}
	struct test_answer x = world_get(&w, NULL, STAFF);
	EXPECT_INT(x.status, 303);
	world_end(&w);
}

/* ---- the officials' course ---- */

static struct str propose_form(struct arena *a, const char *slug, const char *name)
{
	return str_fmt(a, "slug=%s&name=%s&field=Thu&field_code=thu-nghiem&process=mot-cua-chuan&result_template=gp-bx&deadline_number=10&deadline_unit=working_day"
	                  "&deadline_words=10+ngay&documents=Don+%%7C+1&fees=phi+%%7C+Phi+%%7C+1.000.000&applicants=To+chuc", slug, name);
}

TEST_BOTH(from_proposal_to_public_page)
{
	struct world w = world_new(a, engine, false);
	struct test_answer x = world_post(&w, &specialist, STAFF "/de-xuat", propose_form(a, "thu-mot", "Thu+tuc+thu").p);
	EXPECT_INT(x.status, 303);
	const char *version = str_cstr(a, x.location);
	x = world_get(&w, &specialist, version);
	EXPECT_INT(x.status, 200);
	HAS(x, "Chờ người khác thẩm định");
	EXPECT_INT(world_get(&w, NULL, "/dich-vu-cong/thu-mot").status, 404);
	EXPECT_INT(world_post(&w, &head, str_fmt(a, "%s/tham-dinh", version).p, "x=1").status, 303);
	struct str publish = str_fmt(a, "%s/cong-bo", version);
	x = world_post(&w, &director, publish.p, "decision_number=&decision_date=32%2F13%2F2026&valid_from=01%2F11%2F2026");
	EXPECT_INT(x.status, 422);
	HAS(x, "32/13/2026");
	x = world_post(&w, &director, publish.p, "decision_number=5%2FQD&decision_date=01%2F11%2F2026&valid_from=02%2F11%2F2026&valid_to=01%2F11%2F2026");
	EXPECT_INT(x.status, 422);
	HAS(x, "Ngày hết hiệu lực phải từ");
	EXPECT_INT(world_post(&w, &director, publish.p, "decision_number=5%2FQD&decision_date=01%2F11%2F2026&valid_from=02%2F11%2F2026").status, 303);
	x = world_get(&w, NULL, "/dich-vu-cong/thu-mot");
	EXPECT_INT(x.status, 200);
	HAS(x, "5/QD");
	HAS(x, "10 ngày làm việc");
	x = world_get(&w, &director, version);
	HAS(x, "Cho hết hiệu lực");
	EXPECT_INT(world_post(&w, &director, str_fmt(a, "%s/het-hieu-luc", version).p, "last_day=24%2F11%2F2026&expire_reason=het").status, 303);
	x = world_get(&w, NULL, "/dich-vu-cong/thu-mot");
	HAS(x, "Không còn hiệu lực");
	world_end(&w);
}

TEST_BOTH(a_wrong_proposal_comes_back_as_typed)
{
	struct world w = world_new(a, engine, false);
	struct test_answer x = world_post(&w, &specialist, STAFF "/de-xuat", propose_form(a, "Sai+Slug", "%3Cb%3EThu%3C%2Fb%3E").p);
	EXPECT_INT(x.status, 422);
	HAS(x, "Sai Slug");
	HAS(x, "&lt;b&gt;Thu&lt;/b&gt;");
	HAS_NOT(x, "<b>Thu</b>");
	x = world_post(&w, &specialist, STAFF "/de-xuat", str_cat(a, propose_form(a, "thu-mot", "Thu"), STR("&results=a+%7C+b+%7C+c+%7C+d")).p);
	EXPECT_INT(x.status, 422);
	HAS(x, "Có dòng không đúng mẫu");
	x = world_post(&w, &specialist, STAFF "/de-xuat", propose_form(a, "thu-mot", "").p);
	EXPECT_INT(x.status, 422);
	world_end(&w);
}

TEST_BOTH(the_form_of_a_new_version_holds_the_old_one)
{
	struct world w = world_new(a, engine, true);
	struct test_answer x = world_get(&w, &specialist, STAFF "/de-xuat?tu=" XRAY);
	EXPECT_INT(x.status, 200);
	HAS(x, "value=\"" XRAY "\"");
	HAS(x, "X-quang tăng sáng truyền hình | 5000000");
	x = world_get(&w, &admin, STAFF "?trang-thai=2&trang=2");
	EXPECT_INT(x.status, 200);
	HAS(x, "trang-thai=2");
	x = world_get(&w, &admin, STAFF "/day-du");
	HAS(x, "32 trong 72");
	world_end(&w);
}

/* ---- many at once ---- */

static struct test_answer upload(struct world *w, const struct actor *who, struct str bytes)
{
	struct buf b = buf_on(w->a);
	buf_put(&b, STR("--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.bin\"\r\nContent-Type: application/octet-stream\r\n\r\n"));
	buf_put(&b, bytes);
	buf_put(&b, STR("\r\n--XX--\r\n"));
	return http_test_send(w->http, &(struct test_request){.method = HTTP_POST, .path = STAFF "/nhap", .actor = who, .body = buf_str(&b),
		.type = "multipart/form-data; boundary=XX"});
}

TEST_BOTH(what_is_exported_as_json_changes_nothing)
{
	struct world w = world_new(a, engine, true);
	struct test_answer x = world_get(&w, &specialist, STAFF "/xuat.json");
	json_t *j = json_of(&x);
	EXPECT_INT(json_array_size(j), 72);
	x = upload(&w, &specialist, x.body);
	EXPECT_INT(x.status, 200);
	HAS(x, "0 đề xuất, 72 không thay đổi, 0 lỗi");
	json_t *one = json_array_get(j, 0);
	json_object_set_new(one, "name", json_string("Tên mới"));
	json_object_set_new(json_array_get(j, 1), "la", json_true());
	json_array_append_new(j, json_integer(5));
	char *text = json_dumps(j, 0);
	x = upload(&w, &specialist, str_dup(a, str_from(text)));
	free(text);
	json_decref(j);
	EXPECT_INT(x.status, 200);
	HAS(x, "1 đề xuất, 70 không thay đổi, 2 lỗi");
	int64_t counts[VERSION_STATES];
	struct err e = {0};
	EXPECT_OK(catalogue_counts(&w.env, counts, &e), e);
	EXPECT_INT(counts[VERSION_PROPOSED], 1);
	world_end(&w);
}

static struct str workbook(struct arena *a, const struct sheet *s)
{
	struct err e = {0};
	int fd = -1;
	int64_t size = 0;
	EXPECT_OK(sheet_write(a, s, &fd, &size, &e), e);
	char *p = arena_alloc(a, (size_t)size);
	EXPECT_INT(pread(fd, p, (size_t)size, 0), size);
	close(fd);
	return (struct str){p, (size_t)size};
}

TEST_BOTH(workbooks_propose_row_by_row)
{
	struct world w = world_new(a, engine, true);
	struct str heading[] = {STR("slug"), STR("name"), STR("deadline_number"), STR("cột lạ")};
	struct str good[] = {STR(XRAY), STR("Tên sửa"), STR("20"), STR("x")}, bad[] = {STR("bx-gia-han-xquang"), STR("Tên"), STR("hai mươi")};
	struct str fresh[] = {STR("thu-moi"), STR("Thủ tục mới"), STR("5")};
	struct sheet_row rows[] = {{heading, 4}, {good, 4}, {bad, 3}, {fresh, 3}};
	struct sheet s = {STR("a"), rows, ARRAY_LEN(rows)};
	struct test_answer x = upload(&w, &specialist, workbook(a, &s));
	EXPECT_INT(x.status, 200);
	HAS(x, "1 đề xuất, 0 không thay đổi, 2 lỗi");
	HAS(x, "deadline_number");
	struct str no_slug[] = {STR("tên"), STR("mã")};
	struct sheet_row other[] = {{no_slug, 2}, {no_slug, 2}};
	struct sheet t = {STR("a"), other, 2};
	x = upload(&w, &specialist, workbook(a, &t));
	EXPECT_INT(x.status, 422);
	HAS(x, "cột slug");
	static const char *const junk[] = {"PK\3\4 không phải", "xin chào", "\"chữ\"", "[]", "{", "\x7f" "ELF"};
	for (size_t i = 0; i < ARRAY_LEN(junk); i++)
		EXPECT_INT(upload(&w, &specialist, str_from(junk[i])).status, 422);
	world_end(&w);
}

TEST_BOTH(a_second_click_is_one_act)
{
	struct world w = world_new(a, engine, false);
	struct str form = str_cat(a, propose_form(a, "thu-mot", "Thu"), STR("&_action=lan-mot"));
	struct test_answer x = world_post(&w, &specialist, STAFF "/de-xuat", form.p), y = world_post(&w, &specialist, STAFF "/de-xuat", form.p);
	EXPECT_INT(x.status, 303);
	EXPECT_INT(y.status, 303);
	EXPECT_STR(y.location, x.location);
	x = http_test_send(w.http, &(struct test_request){.method = HTTP_POST, .path = STAFF "/de-xuat", .actor = &specialist,
		.form = propose_form(a, "thu-hai", "Thu").p, .no_csrf = true});
	EXPECT_INT(x.status, 403);
	world_end(&w);
}
