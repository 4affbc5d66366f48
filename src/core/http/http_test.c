/* Requests in memory, through the same steps as over a socket. */
#include "core/http/fixture.h"
#include "core/http/http_testing.h"
#include "core/test/test.h"
#include <string.h>

static struct test_answer get(struct http_test *t, const char *path, const struct actor *who)
{
	return http_test_send(t, &(struct test_request){.path = path, .actor = who});
}

static bool has(struct str s, const char *what) { return str_find(s, str_from(what)) >= 0; }

TEST(pages_answer_with_every_header)
{
	struct http_test *t = fixture_new(a);
	struct test_answer x = get(t, "/", NULL);
	EXPECT_INT(x.status, 200);
	EXPECT_TEXT(x.type, "text/html; charset=utf-8");
	EXPECT_TEXT(x.body, "<h1>home</h1>");
	EXPECT(has(test_header(&x, "Content-Security-Policy"), "default-src 'none'"));
	EXPECT(has(test_header(&x, "Content-Security-Policy"), "frame-ancestors 'none'"));
	EXPECT(!has(test_header(&x, "Content-Security-Policy"), "unsafe"));
	EXPECT_TEXT(test_header(&x, "X-Content-Type-Options"), "nosniff");
	EXPECT_TEXT(test_header(&x, "Referrer-Policy"), "same-origin");
	EXPECT_TEXT(test_header(&x, "Cross-Origin-Opener-Policy"), "same-origin");
	EXPECT_TEXT(test_header(&x, "Cache-Control"), "no-store");
	EXPECT_TEXT(test_header(&x, "Strict-Transport-Security"), "");
	http_test_free(t);
}

TEST(unknown_paths_and_methods)
{
	struct http_test *t = fixture_new(a);
	EXPECT_INT(get(t, "/nothing", NULL).status, 404);
	EXPECT_INT(get(t, "/ho-so/%zz", &fixture_citizen).status, 400);
	EXPECT_INT(get(t, "/../etc/passwd", NULL).status, 400);
	EXPECT_INT(get(t, "/ho-so/%2e%2e", &fixture_citizen).status, 400);
	EXPECT_INT(get(t, "/?a=%zz", NULL).status, 400);
	struct test_answer x = http_test_send(t, &(struct test_request){.method = HTTP_DELETE, .path = "/"});
	EXPECT_INT(x.status, 405);
	EXPECT_TEXT(test_header(&x, "Allow"), "GET, HEAD, OPTIONS");
	x = http_test_send(t, &(struct test_request){.method = HTTP_OPTIONS, .path = "/ho-so"});
	EXPECT_INT(x.status, 204);
	EXPECT_TEXT(test_header(&x, "Allow"), "POST, OPTIONS");
	x = get(t, "/api/v1/nothing", NULL);
	EXPECT_TEXT(x.type, "application/problem+json");
	x = get(t, "/hello/?q=1", NULL);
	EXPECT_INT(x.status, 308);
	EXPECT_TEXT(x.location, "/hello?q=1");
	EXPECT_INT(get(t, "//evil.example/", NULL).status, 400);
	x = http_test_send(t, &(struct test_request){.method = HTTP_HEAD, .path = "/"});
	EXPECT_INT(x.status, 200);
	EXPECT_INT(x.body.n, 0);
	http_test_free(t);
}

TEST(strangers_are_sent_to_sign_in_and_others_refused)
{
	struct http_test *t = fixture_new(a);
	struct test_answer x = get(t, "/ho-so/A1?tab=%C6%B0&x=1", NULL);
	EXPECT_INT(x.status, 303);
	EXPECT_TEXT(x.location, "/dang-nhap?next=/ho-so/A1%3Ftab%3D%25C6%25B0%26x%3D1");
	EXPECT_INT(get(t, "/ho-so/A1", &fixture_clerk).status, 403);
	EXPECT_INT(get(t, "/ho-so/A1", &fixture_citizen).status, 200);
	EXPECT_INT(get(t, "/ho-so/other", &fixture_citizen).status, 404);
	x = get(t, "/api/v1/echo", NULL);
	EXPECT_INT(x.status, 401);
	EXPECT_TEXT(test_header(&x, "WWW-Authenticate"), "Bearer");
	http_test_free(t);
}

TEST(a_form_is_checked_applied_and_redirected)
{
	struct http_test *t = fixture_new(a);
	struct test_answer x = http_test_send(t, &(struct test_request){
		.method = HTTP_POST, .path = "/ho-so", .actor = &fixture_citizen,
		.form = "title=%20Xin%20ph%C3%A9p%20&amount=1.200.000&due=25/11/2026&kind=b&agree=on&evil=1"});
	EXPECT_INT(x.status, 303);
	EXPECT_TEXT(x.location, "/ho-so/1");
	EXPECT_TEXT(fixture_last(), "Xin phép|1200000|2026-11-25|1|1");
	http_test_free(t);
}

TEST(wrong_fields_come_back_byte_for_byte)
{
	struct http_test *t = fixture_new(a);
	struct test_answer x = http_test_send(t, &(struct test_request){
		.method = HTTP_POST, .path = "/ho-so", .actor = &fixture_citizen,
		.form = "title=%3Cb%3E%20&amount=1.20&due=31/02/2026&kind=z"});
	EXPECT_INT(x.status, 422);
	EXPECT_TEXT(x.body, "again title=<b>  amount:not-money due:not-a-date kind:not-a-choice agree:must-agree");
	EXPECT_INT(fixture_applied(), 0);
	/* A rule in check, and one found only in the writer. */
	x = http_test_send(t, &(struct test_request){.method = HTTP_POST, .path = "/ho-so", .actor = &fixture_citizen,
	                                             .form = "title=bad-check&agree=1"});
	EXPECT_INT(x.status, 422);
	EXPECT(has(x.body, "title:none"));
	x = http_test_send(t, &(struct test_request){.method = HTTP_POST, .path = "/ho-so", .actor = &fixture_citizen,
	                                             .form = "title=bad-apply&agree=1"});
	EXPECT_INT(x.status, 422);
	EXPECT_INT(fixture_applied(), 0);
	http_test_free(t);
}

TEST(forged_forms_are_refused)
{
	struct http_test *t = fixture_new(a);
	struct test_request q = {.method = HTTP_POST, .path = "/ho-so", .actor = &fixture_citizen, .form = "title=a&agree=1",
	                         .no_csrf = true};
	EXPECT_INT(http_test_send(t, &q).status, 403);
	q.no_csrf = false;
	const char *other[] = {"Origin", "https://evil.example", NULL};
	q.headers = other;
	EXPECT_INT(http_test_send(t, &q).status, 403);
	const char *cross[] = {"Sec-Fetch-Site", "cross-site", NULL};
	q.headers = cross;
	EXPECT_INT(http_test_send(t, &q).status, 403);
	const char *wrong[] = {"X-CSRF-Token", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
	                       NULL};
	q.headers = wrong;
	EXPECT_INT(http_test_send(t, &q).status, 403);
	q = (struct test_request){.method = HTTP_POST, .path = "/visitor", .form = "x=1", .no_csrf = true};
	EXPECT_INT(http_test_send(t, &q).status, 403);
	q.no_csrf = false;
	EXPECT_INT(http_test_send(t, &q).status, 303);
	EXPECT_INT(fixture_applied(), 1);
	http_test_free(t);
}

TEST(a_token_is_new_at_each_showing_and_good_each_time)
{
	struct http_test *t = fixture_new(a);
	struct test_answer x = get(t, "/form", &fixture_citizen), y = get(t, "/form", &fixture_citizen);
	struct str one = test_input_value(a, &x, "_csrf"), two = test_input_value(a, &y, "_csrf");
	EXPECT_INT(one.n, 86);
	EXPECT(!str_eq(one, two));
	struct str body = str_fmt(a, "title=a&agree=1&_csrf=%.*s", STR_ARG(two));
	const char *origin[] = {"Origin", "http://localhost", NULL};
	EXPECT_INT(http_test_send(t, &(struct test_request){.method = HTTP_POST, .path = "/ho-so", .actor = &fixture_citizen,
	                                                    .form = body.p, .no_csrf = true, .headers = origin}).status, 303);
	http_test_free(t);
}

TEST(a_repeated_act_is_one_act)
{
	struct http_test *t = fixture_new(a);
	struct test_request q = {.method = HTTP_POST, .path = "/ho-so", .actor = &fixture_citizen,
	                         .form = "title=a&agree=1&_action=abc"};
	EXPECT_TEXT(http_test_send(t, &q).location, "/ho-so/1");
	EXPECT_TEXT(http_test_send(t, &q).location, "/ho-so/1");
	EXPECT_INT(fixture_applied(), 1);
	q.form = "title=b&agree=1&_action=abc";
	EXPECT_INT(http_test_send(t, &q).status, 422);
	q.form = "title=b&agree=1&_action=a%20b";
	EXPECT_INT(http_test_send(t, &q).status, 400);
	const char *key[] = {"Idempotency-Key", "k-1", NULL};
	q = (struct test_request){.method = HTTP_POST, .path = "/api/v1/things", .actor = &fixture_citizen, .bearer = true,
	                          .headers = key, .json = "{\"title\":\"x\",\"agree\":true}"};
	struct test_answer x = http_test_send(t, &q), y = http_test_send(t, &q);
	EXPECT_INT(x.status, 201);
	EXPECT_INT(y.status, 201);
	EXPECT_STR(y.body, x.body);
	EXPECT_TEXT(x.body, "{\"number\":2}");
	q.json = "{\"title\":\"y\",\"agree\":true}";
	x = http_test_send(t, &q);
	EXPECT_INT(x.status, 422);
	EXPECT(str_find(x.body, STR("\"detail\":\"message 7\"")) >= 0);
	http_test_free(t);
}

TEST(declared_queries_are_checked)
{
	struct http_test *t = fixture_new(a);
	struct test_request q = {.method = HTTP_GET, .path = "/api/v1/echo?limit=200&until=2026-11-25&other=x", .actor = &fixture_citizen, .bearer = true};
	EXPECT_INT(http_test_send(t, &q).status, 200);
	q.path = "/api/v1/echo?limit=0&until=yesterday";
	struct test_answer x = http_test_send(t, &q);
	EXPECT_INT(x.status, 422);
	EXPECT_TEXT(x.type, "application/problem+json");
	EXPECT(str_find(x.body, STR("\"field\":\"limit\"")) >= 0 && str_find(x.body, STR("\"field\":\"until\"")) >= 0);
	q.path = "/api/v1/echo?limit=1&limit=2";
	EXPECT_INT(http_test_send(t, &q).status, 422);
	http_test_free(t);
}

TEST(json_without_its_type_is_not_taken)
{
	struct http_test *t = fixture_new(a);
	struct test_request q = {.method = HTTP_POST, .path = "/api/v1/things", .actor = &fixture_citizen, .bearer = true, .body = STR("{\"title\":\"x\"}"),
		.type = "text/plain"};
	struct test_answer x = http_test_send(t, &q);
	EXPECT_INT(x.status, 415);
	EXPECT_TEXT(x.type, "application/problem+json");
	http_test_free(t);
}

TEST(problems_name_each_field)
{
	struct http_test *t = fixture_new(a);
	struct test_answer x = http_test_send(t, &(struct test_request){
		.method = HTTP_POST, .path = "/api/v1/things", .actor = &fixture_citizen, .bearer = true,
		.json = "{\"title\":{\"deep\":1},\"amount\":\"x\\\"<\"}"});
	EXPECT_INT(x.status, 422);
	EXPECT_TEXT(x.type, "application/problem+json");
	EXPECT(has(x.body, "{\"field\":\"title\",\"pointer\":\"/title\",\"detail\":\"wrong-kind\"}"));
	EXPECT(has(x.body, "\"detail\":\"not-money\""));
	http_test_free(t);
}

TEST(hostile_json_is_a_clean_400)
{
	struct http_test *t = fixture_new(a);
	struct test_request q = {.method = HTTP_POST, .path = "/api/v1/things", .actor = &fixture_citizen, .bearer = true,
	                         .type = "application/json", .chunk = 4000};
	size_t n = (size_t)10 << 20;
	char *deep = arena_alloc(a, n);
	memset(deep, '[', n);
	q.body = (struct str){deep, n};
	EXPECT_INT(http_test_send(t, &q).status, 400);
	for (size_t i = 0; i < n; i += 3)
		memcpy(deep + i, "[],", n - i < 3 ? n - i : 3);
	deep[0] = '[';
	EXPECT_INT(http_test_send(t, &q).status, 400);
	const char *bad[] = {"{", "{\"a\":1,\"a\":2}", "\xFF", "{\"a\":\"\xC0\xAF\"}", "nul", "[1,]", "{\"a\":\"\\ud800\"}"};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		q.body = str_from(bad[i]);
		EXPECT_INT(http_test_send(t, &q).status, 400);
	}
	n = (size_t)13 << 20;
	char *big = arena_alloc(a, n);
	memset(big, ' ', n);
	q.body = (struct str){big, n};
	EXPECT_INT(http_test_send(t, &q).status, 413);
	http_test_free(t);
}

TEST(content_types_and_encodings)
{
	struct http_test *t = fixture_new(a);
	struct test_request q = {.method = HTTP_POST, .path = "/ho-so", .actor = &fixture_citizen, .type = "application/xml",
	                         .body = STR("<x/>")};
	EXPECT_INT(http_test_send(t, &q).status, 415);
	q.type = "application/json";
	EXPECT_INT(http_test_send(t, &q).status, 415);
	q.type = NULL;
	q.body = STR_NONE;
	q.form = "title=%FF&agree=1";
	struct test_answer x = http_test_send(t, &q);
	EXPECT_INT(x.status, 422);
	EXPECT(has(x.body, "title:not-text"));
	q.form = "title=%";
	EXPECT_INT(http_test_send(t, &q).status, 400);
	q.form = "title=a%00b&agree=1";
	EXPECT_INT(http_test_send(t, &q).status, 422);
	http_test_free(t);
}

TEST(slow_steps_run_elsewhere)
{
	struct http_test *t = fixture_new(a);
	struct test_request q = {.method = HTTP_POST, .path = "/slow", .actor = &fixture_citizen, .form = "x=1"};
	EXPECT_TEXT(http_test_send(t, &q).location, "/slow-done");
	q.form = "x=fail";
	EXPECT_INT(http_test_send(t, &q).status, 403);
	http_test_free(t);
}

TEST(a_full_writer_says_when_to_come_back)
{
	struct http_test *t = fixture_new(a);
	fixture_refuse(true);
	struct test_answer x = http_test_send(t, &(struct test_request){.method = HTTP_POST, .path = "/ho-so",
	                                                                .actor = &fixture_citizen, .form = "title=a&agree=1"});
	EXPECT_INT(x.status, 503);
	EXPECT_TEXT(test_header(&x, "Retry-After"), "2");
	fixture_refuse(false);
	http_test_free(t);
}

TEST(a_read_leaves_after_its_record)
{
	struct http_test *t = fixture_new(a);
	EXPECT_INT(get(t, "/read/7", &fixture_clerk).status, 200);
	EXPECT_INT(fixture_recorded(), 7);
	fixture_refuse(true);
	struct test_answer x = get(t, "/read/8", &fixture_clerk);
	EXPECT_INT(x.status, 503);
	EXPECT(!has(x.body, "secret"));
	fixture_refuse(false);
	http_test_free(t);
}

TEST(a_language_that_was_chosen_stays)
{
	struct http_test *t = fixture_new(a);
	struct test_answer x = get(t, "/public?lang=en", NULL);
	EXPECT(has(test_header(&x, "Set-Cookie"), "lang=en;"));
	x = http_test_send(t, &(struct test_request){.path = "/public", .cookie = "lang=en"});
	EXPECT(has(x.body, "en line") && test_header(&x, "Set-Cookie").n == 0);
	x = http_test_send(t, &(struct test_request){.path = "/public?lang=vi", .cookie = "lang=en"});
	EXPECT(has(x.body, "vi line") && has(test_header(&x, "Set-Cookie"), "lang=vi;"));
	x = http_test_send(t, &(struct test_request){.path = "/public?lang=xx", .cookie = "lang=en"});
	EXPECT(has(x.body, "en line") && test_header(&x, "Set-Cookie").n == 0);
	http_test_free(t);
}

TEST(public_pages_are_kept_per_revision_and_language)
{
	struct http_test *t = fixture_new(a);
	struct test_answer x = get(t, "/public", NULL), y = get(t, "/public", NULL);
	EXPECT_STR(x.body, y.body);
	EXPECT_INT(fixture_rendered(), 1);
	const char *zip[] = {"Accept-Encoding", "gzip, br", NULL};
	struct test_answer z = http_test_send(t, &(struct test_request){.path = "/public", .headers = zip});
	EXPECT_TEXT(test_header(&z, "Content-Encoding"), "br");
	EXPECT(z.body.n < x.body.n);
	EXPECT(has(test_header(&z, "Vary"), "Accept-Encoding"));
	const char *same[] = {"If-None-Match", test_header(&x, "ETag").p, NULL};
	struct str etag = str_dup(a, test_header(&x, "ETag"));
	same[1] = etag.p;
	z = http_test_send(t, &(struct test_request){.path = "/public", .headers = same});
	EXPECT_INT(z.status, 304);
	EXPECT_INT(z.body.n, 0);
	EXPECT(has(get(t, "/public?lang=en", NULL).body, "en"));
	EXPECT_INT(fixture_rendered(), 2);
	fixture_revise();
	get(t, "/public", NULL);
	EXPECT_INT(fixture_rendered(), 3);
	x = get(t, "/public", &fixture_citizen);
	EXPECT_INT(fixture_rendered(), 4);
	EXPECT_TEXT(test_header(&x, "Cache-Control"), "no-store");
	http_test_free(t);
}

TEST(figures_are_shown_as_they_last_were_while_the_database_is_away)
{
	struct http_test *t = fixture_new(a);
	EXPECT_INT(get(t, "/public", NULL).status, 200);
	struct test_answer x = get(t, "/figures", NULL);
	EXPECT_INT(x.status, 200);
	fixture_away(true);
	fixture_revise();
	EXPECT_TEXT(get(t, "/figures", NULL).body, x.body.p);
	EXPECT_INT(get(t, "/figures", NULL).status, 200);
	EXPECT_INT(get(t, "/figures?lang=en", NULL).status, 503);
	EXPECT_INT(get(t, "/public", NULL).status, 503);
	fixture_away(false);
	int before = fixture_rendered();
	EXPECT_INT(get(t, "/figures", NULL).status, 200);
	EXPECT_INT(fixture_rendered(), before + 1);
	http_test_free(t);
}

TEST(assets_are_sent_as_kept)
{
	struct http_test *t = fixture_new(a);
	const char *zip[] = {"Accept-Encoding", "gzip;q=1, br;q=0", NULL};
	struct test_answer x = http_test_send(t, &(struct test_request){.path = "/assets/a.css", .headers = zip});
	EXPECT_INT(x.status, 200);
	EXPECT_TEXT(x.body, "GZIP");
	EXPECT_TEXT(test_header(&x, "Cache-Control"), "public, max-age=31536000, immutable");
	x = http_test_send(t, &(struct test_request){.path = "/assets/a.css"});
	EXPECT_TEXT(x.body, "body{}");
	http_test_free(t);
}

TEST(limits_hold_per_address)
{
	struct http_test *t = fixture_new(a);
	for (int i = 0; i < 10; i++)
		EXPECT_INT(get(t, "/lookup", NULL).status, 200);
	struct test_answer x = get(t, "/lookup", NULL);
	EXPECT_INT(x.status, 429);
	EXPECT(test_header(&x, "Retry-After").n > 0);
	const char *claimed[] = {"X-Forwarded-For", "198.51.100.9", NULL};
	EXPECT_INT(http_test_send(t, &(struct test_request){.path = "/lookup", .headers = claimed}).status, 429);
	EXPECT_INT(http_test_send(t, &(struct test_request){.path = "/lookup", .headers = claimed, .address = "127.0.0.9"}).status, 200);
	EXPECT_INT(http_test_send(t, &(struct test_request){.path = "/lookup", .address = "2001:db8::1"}).status, 200);
	http_test_free(t);
}

TEST(files_come_with_a_form)
{
	struct http_test *t = fixture_new(a);
	struct test_request q = {.method = HTTP_POST, .path = "/upload", .actor = &fixture_citizen,
	                         .type = "multipart/form-data; boundary=XX"};
	q.body = STR("--XX\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nline\r\n--XX\r\n"
	             "Content-Disposition: form-data; name=\"file\"; filename=\"..\\..\\đơn.pdf\"\r\nContent-Type: application/pdf\r\n\r\n"
	             "%PDF\r\n--X\r\n--XY\r\n--XX--\r\n");
	for (q.chunk = 1; q.chunk < 40; q.chunk++) {
		EXPECT_TEXT(http_test_send(t, &q).location, "/ok");
		EXPECT_TEXT(fixture_last(), "line|đơn.pdf|15|%PDF\r\n--X\r\n--XY");
	}
	q.body = str_sub(q.body, 0, q.body.n - 6);
	EXPECT_INT(http_test_send(t, &q).status, 400);
	EXPECT_INT(fixture_files_left(), 0);
	q.path = "/ho-so";
	EXPECT_INT(http_test_send(t, &q).status, 400);
	http_test_free(t);
}

TEST(a_raw_body_goes_to_its_descriptor)
{
	struct http_test *t = fixture_new(a);
	struct test_request q = {.method = HTTP_PATCH, .path = "/files/1", .actor = &fixture_citizen, .bearer = true,
	                         .type = "application/offset+octet-stream", .body = STR("hello world"), .chunk = 3};
	EXPECT_INT(http_test_send(t, &q).status, 204);
	EXPECT_TEXT(fixture_last(), "hello world");
	q.body = (struct str){arena_alloc(a, 2000), 2000};
	EXPECT_INT(http_test_send(t, &q).status, 413);
	http_test_free(t);
}

/* Each of these ended the program. */
TEST(a_stray_value_is_left_out_of_the_answer)
{
	struct http_test *t = fixture_new(a);
	static const char *const bad[] = {"a%0Ab", "%01", "%7F", "a%0D%0AX-Evil:%201"};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct test_answer x = get(t, str_fmt(a, "/stray?typed=%s", bad[i]).p, NULL);
		EXPECT_INT(x.status, 200);
		EXPECT(str_find(x.headers, STR("X-Typed")) < 0 && str_find(x.headers, STR("Evil")) < 0 && test_header(&x, "Set-Cookie").n == 0);
		x = get(t, str_fmt(a, "/stray?do=go&typed=/x%s", bad[i]).p, NULL);
		EXPECT(x.status == 303);
		EXPECT_TEXT(x.location, "/");
	}
	struct test_answer x = get(t, "/stray?typed=a%22b%3B", NULL);
	EXPECT_TEXT(test_header(&x, "X-Typed"), "a\"b;");
	EXPECT_INT(test_header(&x, "Set-Cookie").n, 0);
	x = get(t, "/stray?do=go&typed=//evil.example", NULL);
	EXPECT_TEXT(x.location, "/");
	x = get(t, "/stray?do=go&typed=/tra-cuu", NULL);
	EXPECT_TEXT(x.location, "/tra-cuu");
	http_test_free(t);
}

TEST(a_request_past_its_memory_is_413)
{
	struct http_test *t = fixture_new(a);
	EXPECT_INT(get(t, "/hungry", NULL).status, 413);
	EXPECT_INT(get(t, "/silent", NULL).status, 500);
	EXPECT_INT(get(t, "/healthz", NULL).status, 200);
	EXPECT_INT(get(t, "/readyz", NULL).status, 200);
	http_test_free(t);
}

TEST(files_are_sent_with_ranges)
{
	struct http_test *t = fixture_new(a);
	struct test_answer x = get(t, "/file", NULL);
	EXPECT_TEXT(x.body, "0123456789");
	EXPECT(has(test_header(&x, "Content-Security-Policy"), "sandbox"));
	EXPECT(has(test_header(&x, "Content-Disposition"), "attachment; filename=\"__n.html\"; filename*=UTF-8''%C4%91"));
	const char *range[] = {"Range", "bytes=2-4", NULL};
	x = http_test_send(t, &(struct test_request){.path = "/file", .headers = range});
	EXPECT_INT(x.status, 206);
	EXPECT_TEXT(x.body, "234");
	EXPECT_TEXT(test_header(&x, "Content-Range"), "bytes 2-4/10");
	range[1] = "bytes=10-";
	EXPECT_INT(http_test_send(t, &(struct test_request){.path = "/file", .headers = range}).status, 416);
	EXPECT_TEXT(get(t, "/stream", NULL).body, "aaabbbccc");
	http_test_free(t);
}
