/* The pieces by themselves: tables of routes, limits, header texts, fields, cookies, proxies; and the fuzz corpus. */
#include "core/http/exchange.h"
#include "core/http/fixture.h"
#include "core/http/fuzz.h"
#include "core/http/metrics.h"
#include "core/http/peer.h"
#include "core/http/text.h"
#include "core/test/test.h"
#include <arpa/inet.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static bool act(struct request *r, struct err *e) { (void)r; (void)e; return true; }
static const struct form no_fields = {"f", NULL, 0};

static void expect_refused(struct route r, const char *why)
{
	struct err e = {0};
	struct route_table t = {"t", &r, 1};
	EXPECT_ERR(route_tables_check(&t, 1, &e), e, ERR_INTERNAL);
	if (!strstr(e.text, why))
		FAIL("refused for another reason: %s", e.text);
}

TEST(wrong_tables_stop_the_start)
{
	struct route good = {.path = "/a", .page = act, .allow = ALLOW_ALL, .api = "NONE: test"}, r;
	expect_refused((r = good, r.allow = 0, r), "allow");
	expect_refused((r = good, r.allow = ~(role_set)0, r), "allow");
	expect_refused((r = good, r.api = NULL, r), "without api");
	expect_refused((r = good, r.api = "NONE", r), "reason");
	expect_refused((r = good, r.page = NULL, r), "without page");
	expect_refused((r = good, r.check = act, r), "steps of an action");
	expect_refused((r = good, r.path = "a", r), "path");
	expect_refused((r = good, r.path = "/a/", r), "path");
	expect_refused((r = good, r.path = "/a//b", r), "path");
	expect_refused((r = good, r.path = "/:", r), "path");
	expect_refused((r = good, r.path = "/ă", r), "path");
	expect_refused((r = good, r.method = HTTP_HEAD, r), "framework");
	expect_refused((r = good, r.path = "/api/v1/a", r.flags = ROUTE_API, r), "ROUTE_API and doc");
	expect_refused((r = good, r.path = "/api/v1/a", r.doc = &(const struct route_doc){.summary = "x"}, r), "ROUTE_API and doc");
	expect_refused((r = good, r.query = &no_fields, r), "declared query");
	expect_refused((r = good, r.allow = ROLE_BIT(ROLE_CLERK), r.flags = ROUTE_PUBLIC_CACHE, r), "public cache");
	expect_refused((r = good, r.reads = READS_DOSSIER, r.flags = ROUTE_PUBLIC_CACHE, r), "public cache");
	struct route post = {.method = HTTP_POST, .path = "/a", .apply = act, .allow = ALLOW_ALL};
	expect_refused((r = post, r.apply = NULL, r), "without apply");
	expect_refused((r = post, r.form = &no_fields, r), "again");
	expect_refused((r = post, r.page = act, r), "page");
	expect_refused((r = post, r.flags = ROUTE_SLOW_APART, r), "not slow");
	struct route two[] = {{.path = "/a/:x", .page = act, .allow = 1, .api = "NONE: test"},
	                      {.path = "/a/:y", .page = act, .allow = 1, .api = "NONE: test"}};
	struct route_table t = {"t", two, 2};
	struct err e = {0};
	EXPECT_ERR(route_tables_check(&t, 1, &e), e, ERR_INTERNAL);
	EXPECT(strstr(e.text, "the same as"));
}

#define PAGE(p) {.path = (p), .page = act, .allow = ROLE_BIT(ROLE_CLERK) | ROLE_BIT(ROLE_HEAD), .api = "NONE: \"q\""}
static const struct route pages[] = {PAGE("/"), PAGE("/a/:x"), PAGE("/a/new"), PAGE("/a/:id/c"), PAGE("/a/new/:z/d"),
                                     {.method = HTTP_POST, .path = "/a", .apply = act, .allow = ALLOW_ALL}};
static const struct route_table site = {"site", pages, ARRAY_LEN(pages)};

static const char *found(struct arena *a, struct router *rt, const char *path, struct route_match *m)
{
	return router_find(rt, a, HTTP_GET, str_from(path), m) ? m->route ? m->route->path : "none" : "bad";
}

TEST(fixed_segments_win_over_parameters)
{
	static const struct { const char *path, *want; } cases[] = {
		{"/", "/"}, {"/a/1", "/a/:x"}, {"/a/new", "/a/new"}, {"/a/new/c", "/a/:id/c"}, {"/a/new/1/d", "/a/new/:z/d"},
		{"/a", "none"}, {"/a/1/2", "none"}, {"", "bad"}, {"a", "bad"}, {"//", "bad"}, {"/a/", "bad"}, {"/a/%2F", "bad"},
		{"/a/%00", "bad"}, {"/a/%ff", "bad"}, {"/a/%2", "bad"}, {"/./a", "bad"}, {"/b", "none"},
	};
	struct router *rt = NULL;
	struct err e = {0};
	struct route_match m;
	EXPECT_OK(router_new(&rt, &site, 1, &e), e);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		EXPECT_TEXT(str_from(found(a, rt, cases[i].path, &m)), cases[i].want);
	found(a, rt, "/a/%C4%91%20x/c", &m);
	EXPECT_TEXT(str_from(m.params[0].name), "id");
	EXPECT_TEXT(m.params[0].value, "đ x");
	found(a, rt, "/a/%2541%252F/c", &m); /* decoded once */
	EXPECT_TEXT(m.params[0].value, "%41%2F");
	router_free(rt);
}

TEST(tables_are_listed_sorted)
{
	struct buf b = buf_on(a), j = buf_on(a);
	routes_write_text(&b, &site, 1);
	EXPECT_TEXT(buf_str(&b), "GET / head,clerk\nPOST /a everyone\nGET /a/:id/c head,clerk\nGET /a/:x head,clerk\n"
	                         "GET /a/new head,clerk\nGET /a/new/:z/d head,clerk\n");
	routes_write_json(&j, &site, 1);
	EXPECT(str_starts(buf_str(&j), STR("[\n{\"method\":\"GET\",\"path\":\"/\",\"slice\":\"site\",\"roles\":[\"head\",\"clerk\"],"
	                                   "\"reads\":\"none\",\"api\":\"NONE: \\\"q\\\"\"}")));
}

TEST(buckets_fill_and_forget)
{
	struct limits *l = limits_new(128);
	struct rate r = {60, 3};
	int retry = 0;
	int64_t now = 0;
	for (int i = 0; i < 3; i++)
		EXPECT(limits_take(l, RATE_LOOKUP, r, 42, now, &retry));
	EXPECT(!limits_take(l, RATE_LOOKUP, r, 42, now, &retry) && retry >= 1 && retry <= 2);
	EXPECT(limits_take(l, RATE_API, r, 42, now, &retry));
	now += 1000000000;
	EXPECT(limits_take(l, RATE_LOOKUP, r, 42, now, &retry) && !limits_take(l, RATE_LOOKUP, r, 42, now, &retry));
	/* A flood of other keys stays within the table and takes nobody's first token. */
	for (uint64_t k = 1000; k < 20000; k++)
		EXPECT(limits_take(l, RATE_LOOKUP, r, k, now, &retry));
	EXPECT(limits_take(l, RATE_LOOKUP, (struct rate){0, 0}, 42, now, &retry));
	limits_free(l);
}

TEST(addresses_of_one_network_count_together)
{
	uint8_t x[16], y[16];
	EXPECT(peer_parse(STR("2001:db8::1"), x) && peer_parse(STR(" 2001:db8::ffff:2"), y));
	EXPECT(limits_key_address(x) == limits_key_address(y));
	EXPECT(peer_parse(STR("192.0.2.1"), x) && peer_parse(STR("192.0.2.2"), y));
	EXPECT(limits_key_address(x) != limits_key_address(y));
	EXPECT(!peer_parse(STR(""), x) && !peer_parse(STR("1.2.3"), x) && !peer_parse(STR("unknown"), x));
}

TEST(header_texts)
{
	struct str v;
	EXPECT(text_parameter(a, STR("form-data; name=\"a\\\"b\"; filename=c:\\x"), "name", &v));
	EXPECT_TEXT(v, "a\"b");
	EXPECT(text_parameter(a, STR("x; Boundary = \"q;r\""), "boundary", &v));
	EXPECT_TEXT(v, "q;r");
	EXPECT(!text_parameter(a, STR("x; name=\"open"), "name", &v) && !text_parameter(a, STR("x"), "name", &v));
	EXPECT_INT(text_coding_quality(STR("gzip;q=0.5, br"), "gzip"), 500);
	EXPECT_INT(text_coding_quality(STR("gzip;q=0, *"), "gzip"), 0);
	EXPECT_INT(text_coding_quality(STR("*;q=0.1"), "br"), 100);
	EXPECT(text_etag_matches(STR("\"a\", W/\"b\""), STR("b")) && !text_etag_matches(STR("\"ab\""), STR("b")));
	int64_t from = 0, to = 0;
	EXPECT(text_range(STR("bytes=-3"), 10, &from, &to) == 1 && from == 7 && to == 9);
	EXPECT(text_range(STR("bytes=5-99"), 10, &from, &to) == 1 && from == 5 && to == 9);
	EXPECT_INT(text_range(STR("bytes=4-2"), 10, &from, &to), 0);
	EXPECT_INT(text_range(STR("bytes=-0"), 10, &from, &to), -1);
	EXPECT_INT(text_range(STR("bytes=0-"), 0, &from, &to), 0); /* an empty file is sent whole */
	EXPECT_INT(text_range(STR("bytes=1-2,4-5"), 10, &from, &to), 0);
}

TEST(only_paths_of_ours_are_redirected_to)
{
	const char *good[] = {"/", "/a", "/a?next=//b"}, *bad[] = {"", "a", "//a", "/\\a", "/%2f%2Fa", "/%2Fa", "/%5ca", "/a b", "/a\nb", "http://a", "/\x7f"};
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		EXPECT(path_is_local(str_from(good[i])));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		EXPECT(!path_is_local(str_from(bad[i])));
}

TEST(names_of_files_lose_their_tricks)
{
	static const struct { const char *sent, *want; } cases[] = {
		{"a.pdf", "a.pdf"}, {"../../etc/passwd", "passwd"}, {"C:\\x\\đơn.docx", "đơn.docx"}, {"..", "file"}, {"", "file"},
		{".bashrc", "bashrc"}, {"a\r\nb", "ab"}, {"\xff", "file"}, {"x/", "file"}, {"<b>\"", "b"},
		{"ho-so\xe2\x80\xae" "fdp.docx", "ho-sofdp.docx"}, {"\xef\xbb\xbf" "a\xe2\x80\x8b\xe2\x81\xa6.pdf\xe2\x81\xa9", "a.pdf"}, {"1\xe2\x80\x93" "2…\xe2\x80", "file"}, {"1–2….pdf", "1–2….pdf"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		EXPECT_TEXT(upload_clean_name(a, str_from(cases[i].sent)), cases[i].want);
	char *name = arena_alloc(a, 3000);
	for (size_t i = 0; i < 1000; i++)
		memcpy(name + 3 * i, "ơn", 3);
	struct str cut = upload_clean_name(a, (struct str){name, 3000});
	EXPECT(cut.n <= 200 && cut.n >= 196 && str_is_utf8(cut));
}

TEST(text_is_cleaned_as_one_form)
{
	EXPECT_TEXT(form_clean(a, STR(" So\xcc\x9b\xcc\x89 "), false), "Sở");
	EXPECT_TEXT(form_clean(a, STR("a\r\nb\rc"), true), "a\nb\nc");
	EXPECT_TEXT(form_clean(a, STR("a\rb"), false), "a b");
}

/* ---- each kind of field, right and wrong ---- */

static const struct field typed[] = {
	{.name = "int", .kind = FIELD_INT, .low = -5, .high = 10}, {.name = "money", .kind = FIELD_MONEY},
	{.name = "date", .kind = FIELD_DATE}, {.name = "id", .kind = FIELD_ID}, {.name = "email", .kind = FIELD_EMAIL},
	{.name = "text", .kind = FIELD_TEXT, .max = 5}, {.name = "long", .kind = FIELD_LONG_TEXT, .max = 5},
	{.name = "many", .kind = FIELD_TEXT, .repeated = true, .most = 2}, {.name = "word", .kind = FIELD_PASSWORD},
};
static const struct form typed_form = {"typed", typed, ARRAY_LEN(typed)};

static bool again(struct request *r, struct err *e)
{
	(void)e;
	const struct form_error *f = r->errors.first;
	buf_fmt(&r->body, "%.*s:%s:%.*s", STR_ARG(f->field), form_fault_name(f->fault), STR_ARG(f->args[0]));
	EXPECT(form_error_of(r, "nothing") == NULL && form_error_of(r, f->field.p) == f);
	return answer_html(r, 200);
}

static bool echo(struct request *r, struct err *e)
{
	struct date d = {0};
	(void)e;
	bool has = form_date(r, "date", &d);
	buf_fmt(&r->body, "%lld %lld %s %lld %.*s %zu [%.*s]", (long long)form_int(r, "int"), (long long)form_money(r, "money").dong,
	        has ? date_format(r->env.arena, d).p : "-", (long long)form_id(r, "id"), STR_ARG(form_text(r, "email")),
	        form_count(r, "many"), STR_ARG(form_raw(r, "word")));
	return answer_html(r, 200);
}

static const struct route typed_routes[] = {
	{.method = HTTP_POST, .path = "/t", .check = echo, .again = again, .form = &typed_form, .allow = ALLOW_ALL}};
static const struct route_table typed_table = {"typed", typed_routes, 1};

TEST(fields_take_what_people_type_and_refuse_the_rest)
{
	static const struct { const char *form, *want; } cases[] = {
		{"int=-5&money=1.200.000+%C4%91%E1%BB%93ng&date=1/2/2026&id=7&email=a@b.vn&many=x&many=y&word=geheim", "-5 1200000 2026-02-01 7 a@b.vn 2 []"},
		{"money=1+200+000&date=2026-11-25", "0 1200000 2026-11-25 0  0 []"}, {"", "0 0 - 0  0 []"},
		{"int=11", "int:out-of-range:-5"}, {"int=1e3", "int:not-a-number:"}, {"int=99999999999999999999", "int:not-a-number:"},
		{"money=1.20.000", "money:not-money:"}, {"money=-5", "money:not-money:"}, {"money=1.2345", "money:not-money:"},
		{"date=30/02/2026", "date:not-a-date:"}, {"id=0", "id:not-an-id:"}, {"id=-1", "id:not-an-id:"},
		{"email=a@b", "email:not-an-e-mail:"}, {"email=%C3%BC@b.vn", "email:not-an-e-mail:"}, {"email=a@b%C3%BC.vn", "email:not-an-e-mail:"}, {"email=.a@b.vn", "email:not-an-e-mail:"}, {"email=a@b.c%0Ad", "email:not-an-e-mail:"}, {"email=a@@b.c", "email:not-an-e-mail:"},
		{"text=123456", "text:too-long:5"}, {"text=%C4%91%C4%91%C4%91%C4%91%C4%91", "0 0 - 0  0 []"}, {"text=a%0Ab", "text:not-text:"},
		{"long=a%0D%0Ab", "0 0 - 0  0 []"}, {"long=%01", "long:not-text:"}, {"many=a&many=b&many=c", "many:too-many:2"},
		{"text=a&text=b", "text:too-many:50"}, {"text=%C0%AF", "text:not-text:"},
	};
	struct http_config c = fixture_config(a);
	c.tables = &typed_table;
	struct http_test *t = http_test_new(a, &c);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct test_answer x = http_test_send(t, &(struct test_request){.method = HTTP_POST, .path = "/t", .form = cases[i].form,
		                                                                .type = "application/x-www-form-urlencoded"});
		EXPECT_TEXT(x.body, cases[i].want);
	}
	http_test_free(t);
}

/* ---- cookies ---- */

static bool cookies(struct request *r, struct err *e)
{
	(void)e;
	answer_cookie(r, "s", STR("v1"), 60);
	answer_cookie_clear(r, "old");
	buf_put(&r->body, req_cookie(r, "s"));
	return answer_html(r, 200);
}

static const struct route cookie_routes[] = {{.path = "/c", .page = cookies, .allow = ALLOW_ALL, .api = "NONE: test"}};
static const struct route_table cookie_table = {"c", cookie_routes, 1};

TEST(cookies_are_host_bound_over_tls)
{
	struct http_config c = fixture_config(a);
	c.tables = &cookie_table;
	c.https = true;
	struct http_test *t = http_test_new(a, &c);
	struct test_answer x = http_test_send(t, &(struct test_request){.path = "/c", .cookie = "s=plain; __Host-s=bound"});
	EXPECT_TEXT(x.body, "bound");
	EXPECT(str_find(x.headers, STR("Set-Cookie: __Host-s=v1; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=60\n")) >= 0);
	EXPECT(str_find(x.headers, STR("Set-Cookie: __Host-old=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0\n")) >= 0);
	EXPECT(str_find(x.headers, STR("Strict-Transport-Security: ")) >= 0);
	http_test_free(t);
}

TEST(metrics_are_text_that_prometheus_reads)
{
	struct router *rt = NULL;
	struct err e = {0};
	struct buf b = buf_on(a);
	EXPECT_OK(router_new(&rt, &site, 1, &e), e);
	struct metrics *m = metrics_new(router_size(rt));
	atomic_fetch_add(metrics_counter(m, "motcua_x_total", "X."), 3);
	metrics_request(m, 1, 404, 700000);
	metrics_request(m, 999, 200, 1);
	metrics_write(&b, m, rt);
	const char *lines[] = {"motcua_http_requests_total{method=\"GET\",route=\"/a/:x\",status=\"4xx\"} 1\n",
	                       "motcua_http_requests_total{method=\"any\",route=\"other\",status=\"2xx\"} 1\n",
	                       "route=\"/a/:x\",le=\"0.0005\"} 0\n", "route=\"/a/:x\",le=\"0.001\"} 1\n",
	                       "route=\"/a/:x\",le=\"+Inf\"} 1\n", "\nmotcua_x_total 3\n"};
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		EXPECT(str_find(buf_str(&b), str_from(lines[i])) >= 0);
	metrics_free(m);
	router_free(rt);
}

/* ---- requests that break the program ---- */

static bool beside_breaks; /* the fault of something that answers no request */
static void *fall(void *ctx)
{
	(void)ctx;
	abort();
}
static void another_thread_breaks(void)
{
	pthread_t other;
	EXPECT(pthread_create(&other, NULL, fall, NULL) == 0);
	pthread_join(other, NULL);
}

/* As a sanitizer does, which takes its time to tell what it found. */
static sem_t has_broken, has_told;
static void tell_slowly(int sig, siginfo_t *info, void *context)
{
	(void)sig, (void)info, (void)context;
	sem_post(&has_broken);
	while (sem_wait(&has_told) != 0)
		;
}
static void break_beside_slowly(void)
{
	pthread_t other;
	EXPECT(pthread_create(&other, NULL, fall, NULL) == 0);
	EXPECT(sem_wait(&has_broken) == 0);
}

static bool break_it(struct request *r, struct err *e)
{
	(void)e;
	if (str_eq(r->query, STR("how=abort")))
		abort();
	if (str_eq(r->query, STR("how=long")))
		for (int i = 0; i < 1 << 20; i++)
			buf_put(&r->body, STR("longlong"));
	if (str_eq(r->query, STR("how=kill")))
		raise(SIGKILL);
	if (str_eq(r->query, STR("how=beside")) && beside_breaks)
		another_thread_breaks();
	if (str_eq(r->query, STR("how=dying")))
		break_beside_slowly();
	buf_put(&r->body, STR("well"));
	return answer_html(r, 200);
}
static const struct route breaking[] = {{.path = "/broken", .page = break_it, .allow = ALLOW_ALL, .api = "NONE: test"}};
static const struct route_table breaking_table = {"broken", breaking, 1};

static struct http_config breaking_config(struct arena *a)
{
	struct http_config c = fixture_config(a);
	c.tables = &breaking_table;
	c.n_tables = 1;
	c.flight_path = str_cat(a, test_temp_dir(a), STR("/in-hand")).p;
	return c;
}

/* In a process of its own: its signal, or the status of the answer. */
static int ask_broken(struct arena *a, const char *path, const struct actor *who)
{
	int status = 0;
	(void)test_temp_dir(a); /* one for all of them */
	fflush(NULL);
	pid_t pid = fork();
	EXPECT(pid >= 0);
	if (pid == 0) {
		struct http_config c = breaking_config(a);
		struct http_test *t = http_test_new(a, &c);
		int got = http_test_send(t, &(struct test_request){.path = path, .actor = who}).status;
		_exit(got / 10);
	}
	EXPECT(waitpid(pid, &status, 0) == pid);
	return WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status) * 10;
}

TEST(a_request_that_breaks_the_program_twice_is_refused)
{
	for (int i = 0; i < 4; i++)
		EXPECT_INT(ask_broken(a, "/broken?how=kill", &fixture_citizen), SIGKILL); /* nobody's fault */
	EXPECT_INT(ask_broken(a, "/broken?how=abort", &fixture_citizen), SIGABRT);
	EXPECT_INT(ask_broken(a, "/broken?how=abort", &fixture_citizen), SIGABRT);
	EXPECT_INT(ask_broken(a, "/broken?how=abort", &fixture_citizen), 500);
	EXPECT_INT(ask_broken(a, "/broken?how=abort", &fixture_citizen), 500);
	EXPECT_INT(ask_broken(a, "/broken?how=abort", &fixture_clerk), SIGABRT); /* somebody else's is another request */
	EXPECT_INT(ask_broken(a, "/broken", &fixture_citizen), 200);
	EXPECT_INT(ask_broken(a, "/broken?how=kill", &fixture_citizen), SIGKILL);
}

TEST(whoever_was_in_hand_and_answers_well_is_no_suspect)
{
	for (int round = 0; round < 3; round++) {
		beside_breaks = true;
		EXPECT_INT(ask_broken(a, "/broken?how=beside", &fixture_citizen), SIGABRT);
		beside_breaks = false;
		EXPECT_INT(ask_broken(a, "/broken?how=beside", &fixture_citizen), 200);
	}
	EXPECT_INT(ask_broken(a, "/broken?how=abort", &fixture_citizen), SIGABRT);
	EXPECT_INT(ask_broken(a, "/broken", &fixture_citizen), 200); /* another request's good answer clears nobody else */
	beside_breaks = true;
	EXPECT_INT(ask_broken(a, "/broken?how=beside", &fixture_citizen), SIGABRT);
	EXPECT_INT(ask_broken(a, "/broken?how=beside", &fixture_citizen), SIGABRT);
	EXPECT_INT(ask_broken(a, "/broken?how=beside", &fixture_citizen), 500); /* twice and never well in between */
	EXPECT_INT(ask_broken(a, "/broken?how=abort", &fixture_citizen), SIGABRT);
	EXPECT_INT(ask_broken(a, "/broken?how=abort", &fixture_citizen), 500);
	beside_breaks = false;
}

/* In a process of its own, as ask_broken(). */
static int ask_while_it_ends(struct arena *a)
{
	int status = 0;
	(void)test_temp_dir(a);
	fflush(NULL);
	pid_t pid = fork();
	EXPECT(pid >= 0);
	if (pid == 0) {
		const struct sigaction slow = {.sa_sigaction = tell_slowly, .sa_flags = SA_SIGINFO};
		struct http_config c = breaking_config(a);
		EXPECT(sem_init(&has_broken, 0, 0) == 0 && sem_init(&has_told, 0, 0) == 0 && sigaction(SIGABRT, &slow, NULL) == 0);
		struct http_test *t = http_test_new(a, &c);
		int got = http_test_send(t, &(struct test_request){.path = "/broken?how=dying", .actor = &fixture_citizen}).status;
		if (got != 200)
			_exit(got / 10);
		sem_post(&has_told);
		for (;;)
			pause();
	}
	EXPECT(waitpid(pid, &status, 0) == pid);
	return WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status) * 10;
}

TEST(what_is_answered_while_the_process_ends_was_in_hand)
{
	EXPECT_INT(ask_while_it_ends(a), SIGABRT);
	EXPECT_INT(ask_while_it_ends(a), SIGABRT);
	EXPECT_INT(ask_while_it_ends(a), 500);
}

/* A client has the beginning of the answer and takes no more of it when something else breaks. */
static void break_while_a_client_is_slow(struct arena *a)
{
	struct http_config c = breaking_config(a);
	struct sockaddr_in s = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct str ask = STR("GET /broken?how=long HTTP/1.1\r\nHost: x\r\n\r\n");
	struct http *h = NULL;
	struct err e = {0};
	char first;
	EXPECT_OK(http_start(&h, &c, &e), e);
	s.sin_port = htons((uint16_t)http_port(h));
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	EXPECT(connect(fd, (struct sockaddr *)&s, sizeof s) == 0 && send(fd, ask.p, ask.n, 0) == (ssize_t)ask.n && recv(fd, &first, 1, 0) == 1);
	abort();
}

TEST(a_client_that_takes_its_answer_slowly_keeps_nothing_in_hand)
{
	(void)test_temp_dir(a);
	fflush(NULL);
	for (int round = 0; round < 2; round++) {
		int status = 0;
		pid_t pid = fork();
		EXPECT(pid >= 0);
		if (pid == 0)
			break_while_a_client_is_slow(a);
		EXPECT(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	}
	EXPECT_INT(ask_broken(a, "/broken?how=long", NULL), 200);
}

/* ---- corpus and mutations ---- */

TEST(the_corpus_and_its_mutations_are_survived)
{
	static const char *const seeds[] = {
		"0t=a&l=b&l=c&i=7&m=1.200+%C4%91&d=1/2/2026&c=x&b=on&n=12&e=a@b.vn", "0{\"t\":\"a\",\"l\":[\"b\"],\"i\":7,\"n\":[1,2]}",
		"1a=1&b=%20+&%zz=&=&&c", "2form-data; name=\"a\\\"b\"; filename=../x", "2gzip;q=0.5, br;q=1.5, *;q=x", "2bytes=5-, -9",
		"3/a/%C4%91/%2e%2e", "4{\"a\":[\"\\\"\",{}]}",
	};
	srand(7);
	for (size_t i = 0; i < ARRAY_LEN(seeds); i++) {
		size_t n = strlen(seeds[i]);
		uint8_t *bytes = arena_alloc(a, n);
		for (int round = 0; round < 400; round++) {
			memcpy(bytes, seeds[i], n);
			for (int k = 0; k < round % 5; k++)
				bytes[1 + (size_t)rand() % (n - 1)] = (uint8_t)(rand() % 3 ? "\r\n-B=%;\"\\"[rand() % 9] : rand());
			LLVMFuzzerTestOneInput(bytes, n - (round % 7 == 6 ? (size_t)rand() % n : 0));
		}
	}
}
