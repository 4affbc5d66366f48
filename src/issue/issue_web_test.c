/* issue_web_test.c — work that was given up, on the administrator's page. */
#include "core/http/http_testing.h"
#include "core/page/page.h"
#include "dossier/dossier_testing.h"
#include "issue/issue.h"
#include <string.h>

static struct office o;
static struct db_pool *pool;
static struct http_config cfg;
static struct http_test *t;
static bool works, hopeless;

static struct db *checkout(void *app)
{
	struct err e = {0};
	(void)app;
	struct db *db = db_checkout(pool, &e);
	CHECK(db != NULL);
	return db;
}
static void checkin(void *app, struct db *db) { (void)app; db_checkin(pool, db); }

static bool fails(struct job_run *run, struct err *e)
{
	run->hopeless = hopeless;
	return works || err_set(e, ERR_INTERNAL, "no key <b>for</b> this person");
}
static const struct job_kind kinds[] = {{.name = "issue.sign", .fn = fails, .max_attempts = 1}, {.name = "mail.send", .fn = fails, .max_attempts = 1}};
static struct job_config jobs;

static struct str payload; /* of jobs that are added */
static bool add(struct env *env, void *ctx, struct err *e) { return job_add(env, &(struct job_new){.kind = ctx, .key = STR("k"), .payload = payload}, e); }

static int run_jobs(void)
{
	struct err e = {0};
	bool ran = true;
	int n = 0;
	for (; ran && n < 20; n++)
		EXPECT_OK(job_run_one(&jobs, &ran, &e), e);
	return n - 1;
}

static void start(struct arena *a, enum db_engine engine)
{
	static const struct route_table *tables = &issue_routes;
	struct err e = {0};
	works = false;
	office_set_ms(instant_clock().ms);
	office_open(&o, a, engine, NULL);
	pool = db_pool_new(engine, test_db_place(), 4);
	cfg = http_config_usual();
	cfg.tables = tables;
	cfg.n_tables = 1;
	cfg.writer = o.w;
	cfg.submit = writer_submit;
	cfg.hooks = (struct http_hooks){.error_page = page_error_page, .say = page_say, .db_checkout = checkout, .db_checkin = checkin};
	page_fault_say(cfg.fault_say);
	t = http_test_new(a, &cfg);
	jobs = (struct job_config){.writer = o.w, .pool = pool, .kinds = kinds, .n_kinds = ARRAY_LEN(kinds), .threads = 1, .now = office_now_for};
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		EXPECT_OK(office_act(&o, &actor_program, add, (void *)(uintptr_t)kinds[i].name, &e), e);
	EXPECT_INT(run_jobs(), 2);
}

static void stop(void)
{
	http_test_free(t);
	office_close(&o);
	db_pool_free(pool);
}

static const struct actor admin = {.account = 9, .person = 9, .roles = ROLE_BIT(ROLE_ADMIN)};
static struct test_answer get(const struct actor *who) { return http_test_send(t, &(struct test_request){.path = "/quan-tri/viec-nen", .actor = who}); }
static struct test_answer post(const struct actor *who, const char *path)
{
	return http_test_send(t, &(struct test_request){.method = HTTP_POST, .path = path, .actor = who, .form = ""});
}
static bool has(struct str s, const char *part) { return str_find(s, str_from(part)) >= 0; }

/* The address of the n-th form of that act. */
static const char *address(struct str page, const char *act, int n)
{
	struct str end = str_fmt(o.a, "/%s\"", act);
	for (;; n--) {
		ptrdiff_t at = str_find(page, end);
		EXPECT(at > 0);
		if (n == 0) {
			size_t from = (size_t)at;
			while (page.p[from - 1] != '"')
				from--;
			return str_cstr(o.a, str_sub(page, from, (size_t)at + end.n - 1 - from));
		}
		page = str_sub(page, (size_t)at + end.n, page.n);
	}
}

TEST_BOTH(work_given_up_is_sent_on_or_thrown_away)
{
	start(a, engine);
	struct test_answer x = get(&admin);
	EXPECT_INT(x.status, 200);
	EXPECT(has(x.body, "no key &lt;b&gt;for&lt;/b&gt; this person") && has(x.body, "/thu-lai") && has(x.body, "/bo"));
	const char *first = address(x.body, "thu-lai", 0), *second = address(x.body, "thu-lai", 1), *away = address(x.body, "bo", 1);
	works = true;
	EXPECT_INT(post(&admin, first).status, 303);
	EXPECT_INT(post(&admin, first).status, 404); /* it is not dead any more */
	EXPECT_INT(run_jobs(), 1);
	EXPECT_INT(post(&admin, away).status, 303);
	EXPECT_INT(post(&admin, second).status, 404);
	EXPECT_INT(run_jobs(), 0);
	x = get(&admin);
	EXPECT(!has(x.body, "/thu-lai"));
	stop();
}

static bool filed(struct env *env, void *ctx, struct err *e)
{
	struct dossier_sent *sent = ctx;
	const struct law_procedure *p = law_find(o.law, STR("bx-cap-phep-xquang"));
	json_t *example = law_example(o.a, o.law, p, date_of(env->now));
	struct key key;
	struct dossier_new x = {.procedure = p, .answers = example, .account = 4242, .channel_in = STR("online"), .channel_out = STR("online"),
		.who = {.name = STR("Canary Văn Mẫu"), .identity = STR("001090012345"), .phone = STR("0912345678")},
		.receiving_unit = o.people.reception, .settling_unit = o.people.division, .settling_agency = o.people.department, .code_prefix = STR("H99.12")};
	dossier_begin(env, o.law, &x.id, &key, &x.wrapped_key);
	bool ok = dossier_send(env, o.law, &x, sent, e);
	json_decref(example);
	return ok;
}

/* The official gives the code: it is found there by it, without a name, and is said to wait for a word. */
TEST_BOTH(what_waits_for_a_word_is_found_by_the_code)
{
	struct err e = {0};
	struct dossier_sent sent = {0};
	struct actor citizen = {.account = 4242, .roles = ROLE_BIT(ROLE_CITIZEN)};
	start(a, engine);
	EXPECT(!has(get(&admin).body, "không tự thử lại"));
	EXPECT_OK(office_act(&o, &citizen, filed, &sent, &e), e);
	EXPECT_INT(post(&admin, address(get(&admin).body, "bo", 0)).status, 303);
	EXPECT_INT(post(&admin, address(get(&admin).body, "bo", 0)).status, 303);
	payload = str_fmt(a, "{\"dossier\":\"%lld\"}", (long long)sent.id.v);
	hopeless = true;
	EXPECT_OK(office_act(&o, &actor_program, add, (void *)(uintptr_t)"issue.sign", &e), e);
	EXPECT_INT(run_jobs(), 1);
	struct test_answer x = get(&admin);
	EXPECT(has(x.body, str_fmt(a, "%.*s · đã thử 1 lần · không tự thử lại", STR_ARG(sent.code)).p) && !has(x.body, "Canary"));
	payload = STR_NONE;
	hopeless = false;
	stop();
}

TEST_BOTH(only_an_administrator_sees_it)
{
	start(a, engine);
	const char *retry = address(get(&admin).body, "thu-lai", 0);
	static const enum role others[] = {ROLE_CITIZEN, ROLE_COUNTER, ROLE_SPECIALIST, ROLE_HEAD, ROLE_DIRECTOR, ROLE_CLERK, ROLE_INSPECTOR};
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		struct actor who = {.account = 8, .person = 8, .roles = ROLE_BIT(others[i])};
		EXPECT_INT(get(&who).status, 403);
		EXPECT_INT(post(&who, retry).status, 403);
	}
	EXPECT(get(&actor_stranger).status != 200);
	EXPECT_INT(run_jobs(), 0);
	EXPECT_INT(http_test_send(t, &(struct test_request){.method = HTTP_POST, .path = retry, .actor = &admin, .form = "", .no_csrf = true}).status, 403);
	stop();
}
