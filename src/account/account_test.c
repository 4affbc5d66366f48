/* account_test.c — signing in, registration, recovery, administration and tokens through the server, on both engines. */
#include "account/account_internal.h"
#include "account/web_internal.h"
#include "core/db/db_testing.h"
#include "core/http/http_testing.h"
#include "core/page/page.h"
#include "core/writer/writer_run.h"
#include "directory/directory.h"
#include <liboath/oath.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

extern const struct db_schema db_schema;

static struct id_source ids;
static struct db_pool *pool;
static char mail_to[200], mail_text[1000], mail_before_to[200], mail_before_text[1000];
static int mails;

struct world {
	struct arena *a;
	enum db_engine engine;
	struct writer *w;
	struct http_test *t;
	struct keyring *keys;
	struct env env;
	struct directory_demo people;
	struct account_demo accounts;
};

/* ---- the world ---- */

static struct db *take_db(void *app)
{
	struct err e = {0};
	(void)app;
	struct db *db = db_checkout(pool, &e);
	CHECK(db != NULL);
	return db;
}

static void give_db(void *app, struct db *db)
{
	(void)app;
	db_checkin(pool, db);
}

static bool keep_mail(struct env *env, const struct account_mail *m, struct err *e)
{
	(void)env;
	(void)e;
	mails++;
	memcpy(mail_before_to, mail_to, sizeof mail_to);
	memcpy(mail_before_text, mail_text, sizeof mail_text);
	snprintf(mail_to, sizeof mail_to, "%.*s", STR_ARG(m->to));
	snprintf(mail_text, sizeof mail_text, "%.*s", STR_ARG(m->text));
	return true;
}

struct act { bool (*fn)(struct env *env, void *ctx, struct err *e); void *ctx; };

static bool act_apply(struct write_job *job, struct err *e)
{
	struct act *x = job->ctx;
	return x->fn(job->env, x->ctx, e);
}

static bool act_as(struct world *w, const struct actor *actor, bool (*fn)(struct env *, void *, struct err *), void *ctx, struct err *e)
{
	struct act x = {fn, ctx};
	struct env env = {.arena = w->a, .actor = actor};
	struct write_job job = {.env = &env, .apply = act_apply, .ctx = &x};
	return writer_run(w->w, &job, e);
}

static bool do_people(struct env *env, void *ctx, struct err *e) { return directory_demo(env, ctx, e); }
static bool do_accounts(struct env *env, void *ctx, struct err *e) { return account_demo(env, ctx, e); }

static void start_accounts(struct world *w, uint32_t memory_kib, uint32_t tries)
{
	struct err e = {0};
	const char *path = str_fmt(w->a, "%.*s/keys", STR_ARG(test_temp_dir(w->a))).p;
	EXPECT_OK(keyring_create(path, &e), e);
	w->keys = keyring_load(path, &e);
	EXPECT(w->keys != NULL);
	struct account_config c = account_config_usual(w->keys);
	c.argon_memory_kib = memory_kib;
	c.argon_passes = 1;
	c.free_tries = tries;
	c.delay_ms = 3000;
	c.delay_max_ms = 12000;
	c.mail = keep_mail;
	EXPECT_OK(account_start(&c, &e), e);
}

static bool show_number(struct request *r, struct err *e)
{
	(void)e;
	struct str n = r->env.actor->number;
	return answer_bytes(r, 200, "text/plain", hex_encode(r->env.arena, (const uint8_t *)n.p, n.n));
}

static bool show_agency(struct request *r, struct err *e)
{
	(void)e;
	return answer_bytes(r, 200, "text/plain", r->env.actor->agency);
}

static const struct route probes[] = {{.path = "/so-da-doi-chieu", .page = show_number, .allow = ALLOW_SIGNED_IN, .api = "NONE: a probe"},
	{.path = "/co-quan", .page = show_agency, .allow = ALLOW_SIGNED_IN, .api = "NONE: a probe"}};

static void start_server(struct world *w)
{
	static struct route_table tables[3];
	struct http_config c = http_config_usual();
	tables[0] = account_routes;
	tables[1] = directory_routes;
	tables[2] = (struct route_table){"probes", probes, ARRAY_LEN(probes)};
	c.tables = tables;
	c.n_tables = 3;
	c.sign_in_path = "/dang-nhap";
	c.hooks = (struct http_hooks){.authenticate = account_authenticate, .may_act = account_may_act, .say = page_say, .error_page = page_error_page, .db_checkout = take_db, .db_checkin = give_db};
	c.rate_address[RATE_SIGN_IN] = (struct rate){0, 0};
	page_fault_say(c.fault_say);
	c.writer = w->w;
	c.submit = writer_submit;
	w->t = http_test_new(w->a, &c);
}

static struct world world_with(struct arena *a, enum db_engine engine, uint32_t memory_kib, uint32_t tries)
{
	struct err e = {0};
	struct world w = {.a = a, .engine = engine};
	struct db *db = test_db(a, engine);
	id_source_init(&ids, 1);
	struct writer_config cfg = writer_config_usual(engine, test_db_place());
	cfg.ids = &ids;
	EXPECT_OK(writer_start(&w.w, &cfg, &e), e);
	pool = db_pool_new(engine, test_db_place(), 4);
	w.env = (struct env){.arena = a, .db = db, .actor = &actor_program, .now = instant_clock(), .ids = &ids};
	start_accounts(&w, memory_kib, tries);
	EXPECT_OK(act_as(&w, &actor_program, do_people, &w.people, &e), e);
	EXPECT_OK(account_demo_prepare(a, STR("test"), &w.people, &w.accounts, &e), e);
	EXPECT_OK(act_as(&w, &actor_program, do_accounts, &w.accounts, &e), e);
	start_server(&w);
	return w;
}

static struct world world_new(struct arena *a, enum db_engine engine) { return world_with(a, engine, 64, 5); }

static void world_end(struct world *w)
{
	struct err e = {0};
	struct audit_verify v = {0};
	http_test_free(w->t);
	writer_stop(w->w);
	db_pool_free(pool);
	account_stop();
	keyring_free(w->keys);
	AUTO_DB db = test_db_again(w->engine, DB_READ_ONLY);
	EXPECT_OK(audit_verify(db, &db_schema, &v, &e), e);
	EXPECT_TEXT(str_from(v.first_fault), "");
}

/* ---- a browser ---- */

static const struct account_sample *sample(const struct world *w, const char *role)
{
	for (size_t i = 0; i < ACCOUNT_SAMPLES; i++)
		if (strcmp(w->accounts.sample[i].role, role) == 0)
			return &w->accounts.sample[i];
	FAIL("no sample %s", role);
}

static struct test_answer get(struct world *w, const char *path, const char *cookie)
{
	return http_test_send(w->t, &(struct test_request){.path = path, .cookie = cookie});
}

static struct test_answer post(struct world *w, const char *path, const char *form, const char *cookie)
{
	return http_test_send(w->t, &(struct test_request){.method = HTTP_POST, .path = path, .form = form, .cookie = cookie});
}

/* With the token that the account's page shows. */
static struct test_answer post_in(struct world *w, const char *path, const char *form, const char *cookie)
{
	struct test_answer page = get(w, "/tai-khoan", cookie);
	struct str csrf = test_input_value(w->a, &page, "_csrf");
	return post(w, path, str_fmt(w->a, "%s&_csrf=%.*s", form, STR_ARG(csrf)).p, cookie);
}

/* "NAME=…" for the next request; NULL when the answer sets none. */
static const char *set_cookie(struct world *w, const struct test_answer *x, const char *name)
{
	struct str all = x->headers, line, pair, head = str_fmt(w->a, "Set-Cookie: %s=", name);
	while (str_next(&all, '\n', &line))
		if (str_starts(line, head)) {
			EXPECT(str_find(line, STR("HttpOnly")) >= 0);
			line = str_sub(line, strlen("Set-Cookie: "), line.n);
			EXPECT(str_next(&line, ';', &pair) && pair.n > 20);
			return str_dup(w->a, pair).p;
		}
	return NULL;
}

/* "s=…"; stops when the answer sets none. */
static const char *cookie_of(struct world *w, const struct test_answer *x)
{
	const char *s = set_cookie(w, x, "s");
	EXPECT(s != NULL);
	return s;
}

static const char *otp(struct world *w, struct str base32, int offset)
{
	char *secret = NULL, code[8];
	size_t n = 0;
	EXPECT_INT(oath_base32_decode(base32.p, base32.n, &secret, &n), OATH_OK);
	EXPECT_INT(oath_totp_generate(secret, n, (time_t)(instant_clock().ms / 1000 + offset * 30), 30, 0, 6, code), OATH_OK);
	free(secret);
	return str_fmt(w->a, "%s", code).p;
}

static struct test_answer password_step(struct world *w, const char *login, const char *password, const char *cookie)
{
	return post(w, "/dang-nhap", str_fmt(w->a, "login=%s&password=%s", login, password).p, cookie);
}

/* Signed in as that sample; `offset` chooses the code's step, as each is good once. */
static const char *sign_in(struct world *w, const char *role, int offset)
{
	const struct account_sample *s = sample(w, role);
	struct test_answer x = password_step(w, s->login.p, s->password.p, NULL);
	EXPECT_INT(x.status, 303);
	if (s->totp_secret.n == 0)
		return cookie_of(w, &x);
	EXPECT(str_starts(x.location, STR("/dang-nhap/ma")));
	const char *staged = cookie_of(w, &x);
	x = post(w, "/dang-nhap/ma", str_fmt(w->a, "code=%s", otp(w, s->totp_secret, offset)).p, staged);
	EXPECT_INT(x.status, 303);
	return cookie_of(w, &x);
}

#define HAS(x, words) EXPECT(str_find((x).body, STR(words)) >= 0)
#define HAS_NOT(x, words) EXPECT(str_find((x).body, STR(words)) < 0)

static bool is_out(struct world *w, const char *cookie)
{
	struct test_answer x = get(w, "/tai-khoan", cookie);
	return x.status == 401 || (x.status == 303 && str_starts(x.location, STR("/dang-nhap")));
}

/* ---- secrets ---- */

TEST(one_time_codes_are_those_of_the_rfc)
{
	struct str secret = STR("12345678901234567890"); /* RFC 6238, appendix B */
	EXPECT_INT(secret_totp_step(secret, STR("287082"), (struct instant){59000}, -1), 1);
	EXPECT_INT(secret_totp_step(secret, STR("081804"), (struct instant){1111111109000}, 0), 1111111109 / 30);
	EXPECT_INT(secret_totp_step(secret, STR("287082"), (struct instant){59000}, 1), -1);
	EXPECT_INT(secret_totp_step(secret, STR("287082"), (struct instant){150000}, -1), -1);
	EXPECT_INT(secret_totp_step(secret, STR(""), (struct instant){59000}, -1), -1);
	EXPECT_INT(secret_totp_step(secret, STR("94287082"), (struct instant){59000}, -1), -1);
	EXPECT_STR(secret_base32(a, secret), STR("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"));
	EXPECT_STR(secret_totp_uri(a, STR("12345"), STR("a b@c"), STR("Mot Cua")), STR("otpauth://totp/Mot%20Cua:a%20b%40c?secret=GEZDGNBV&issuer=Mot%20Cua"));
	EXPECT(str_starts(secret_qr_svg(a, STR("otpauth://totp/x")), STR("<svg")));
}

TEST(weak_passwords_are_named)
{
	static const char *const weak[] = {"", "ngan", "aaaaaaaaaaaa", "1234567890", "0987654321", "password123", "matkhau1", "lan.nguyen-2026", "MatKhau12345", "qwertyuiop", "Manchester", "q1w2e3r4t5", "Football2026", "sunshine!!!!", "congdan2026"};
	for (size_t i = 0; i < ARRAY_LEN(weak); i++)
		if (secret_password_fault(a, str_from(weak[i]), STR("lan.nguyen"), STR("Nguyễn Thị Lan")) == 0)
			FAIL("%s is taken", weak[i]);
	EXPECT(secret_password_fault(a, STR("\xff\xfe 1234567890ab"), STR("x"), STR("y")) != 0);
	EXPECT_INT(secret_password_fault(a, STR("mưa rơi trên mái hiên"), STR("lan.nguyen"), STR("Nguyễn Thị Lan")), 0);
	EXPECT_INT(secret_password_fault(a, STR("mưa rơi hiên"), STR(""), STR("")), 0);
	/* Any signs, and long ones; nothing is asked of their kinds. */
	EXPECT_INT(secret_password_fault(a, STR("khong co chu hoa va so"), STR(""), STR("")), 0);
	EXPECT_INT(secret_password_fault(a, STR("sunshine tren doi"), STR(""), STR("")), 0);
	EXPECT_INT(secret_password_fault(a, STR("mot cau dai hon sau muoi bon ky tu van la mot mat khau tot va duoc nhan nguyen ven"), STR(""), STR("")), 0);
}

/* Each line of the list is found: also the first, the last, and none beside them. */
TEST(every_known_password_is_known)
{
	char line[100];
	FILE *f = fopen(str_fmt(a, "%s/src/account/passwords.txt", getenv("MOTCUA_SOURCE_DIR")).p, "r");
	int n = 0;
	EXPECT(f);
	for (; fgets(line, sizeof line, f); n++)
		if (!password_is_known(str_trim(str_from(line))))
			FAIL("%s is not known", line);
	fclose(f);
	EXPECT(n > 15000);
	EXPECT(!password_is_known(STR("")) && !password_is_known(STR("~~~~~~~~~~")) && !password_is_known(STR("!!")) && !password_is_known(STR("mua roi tren mai")));
}

#define LEAKED 2000

static const char *hashes_file(struct arena *a, const char *text)
{
	const char *path = str_fmt(a, "%.*s/hashes", STR_ARG(test_temp_dir(a))).p;
	FILE *f = fopen(path, "w");
	EXPECT(f && fputs(text, f) >= 0 && fclose(f) == 0);
	return path;
}

static char *sha1_line(struct arena *a, int i, const char *tail)
{
	unsigned char sum[20];
	struct buf b = buf_on(a);
	struct str word = str_fmt(a, "mật khẩu thứ %d", i);
	EXPECT(EVP_Digest(word.p, word.n, sum, NULL, EVP_sha1(), NULL));
	for (size_t k = 0; k < sizeof sum; k++)
		buf_fmt(&b, "%02X", sum[k]);
	buf_fmt(&b, "%s", tail);
	return (char *)(uintptr_t)str_cstr(a, buf_str(&b));
}

static int line_order(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* Lines with and without counts, with CR LF and LF, and a last one without either: the even ones are there, the odd ones not. */
TEST(leaked_passwords_are_found_in_their_file)
{
	static const char *const tails[] = {":1\r\n", "\n", ":98765432109\n"};
	char *lines[LEAKED];
	struct err e = {0};
	struct buf all = buf_on(a);
	for (int i = 0; i < LEAKED; i++)
		lines[i] = sha1_line(a, 2 * i, tails[i % 3]);
	qsort(lines, LEAKED, sizeof *lines, line_order);
	for (int i = 0; i < LEAKED; i++)
		buf_put(&all, i + 1 < LEAKED ? str_from(lines[i]) : str_trim(str_from(lines[i])));
	EXPECT_OK(breached_start(hashes_file(a, str_cstr(a, buf_str(&all))), &e), e);
	for (int i = 0; i < 2 * LEAKED; i++)
		if (password_is_breached(str_fmt(a, "mật khẩu thứ %d", i)) != (i % 2 == 0))
			FAIL("word %d is %sthere", i, i % 2 ? "" : "not ");
	EXPECT(!password_is_breached(STR("")));
	EXPECT_INT(secret_password_fault(a, STR("mật khẩu thứ 1998"), STR("x"), STR("y")), MSG_ACCOUNT_PASSWORD_BREACHED);
	EXPECT_OK(breached_start(NULL, &e), e);
	EXPECT_INT(secret_password_fault(a, STR("mật khẩu thứ 1998"), STR("x"), STR("y")), 0);
}

TEST(a_file_that_is_none_of_hashes_is_refused)
{
	static const char *const wrong[] = {"", "\n", "0123456789ABCDEF0123456789ABCDEF0123456", "0123456789abcdef0123456789abcdef01234567:1\n", "password\n12345678\n",
		"FF23456789ABCDEF0123456789ABCDEF01234567:1\n0123456789ABCDEF0123456789ABCDEF01234567:1\n"};
	struct err e = {0};
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		e = (struct err){0};
		EXPECT_ERR(breached_start(hashes_file(a, wrong[i]), &e), e, ERR_INVALID);
	}
	e = (struct err){0};
	EXPECT_ERR(breached_start("/nowhere/at/all", &e), e, ERR_INVALID);
	EXPECT(!password_is_breached(STR("mật khẩu thứ 0")));
}

TEST_BOTH(every_query_prepares) { test_db_prepares(test_db(a, engine), account_sql); }

/* ---- signing in ---- */

TEST_BOTH(a_citizen_signs_in_and_out)
{
	struct world w = world_new(a, engine);
	EXPECT(is_out(&w, NULL));
	/* As it was typed: neither trimmed nor cut. */
	struct str right = sample(&w, "citizen")->password;
	const char *others[] = {str_fmt(a, "+%.*s", STR_ARG(right)).p, str_fmt(a, "%.*s+", STR_ARG(right)).p, str_fmt(a, "%.*sx", STR_ARG(right)).p, str_cstr(a, str_sub(right, 0, right.n - 1))};
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		EXPECT_INT(password_step(&w, "citizen", others[i], NULL).status, 422);
	const char *c = sign_in(&w, "citizen", 0);
	struct test_answer x = get(&w, "/tai-khoan", c);
	EXPECT_INT(x.status, 200);
	HAS(x, "Nguyễn Thị Mẫu Công Dân");
	x = get(&w, "/quan-tri/tai-khoan", c);
	EXPECT_INT(x.status, 403);
	x = post(&w, "/dang-xuat", "", c);
	EXPECT_INT(x.status, 403); /* no token of the session */
	x = post_in(&w, "/dang-xuat", "", c);
	EXPECT_INT(x.status, 303);
	/* Whoever kept the cookie has nothing. */
	EXPECT(is_out(&w, c));
	EXPECT_INT(post(&w, "/tai-khoan/thoat-moi-noi", "", c).status == 303, 0);
	world_end(&w);
}

TEST_BOTH(one_may_sign_in_by_number_or_name)
{
	struct world w = world_new(a, engine);
	const struct account_sample *c = sample(&w, "citizen"), *b = sample(&w, "business");
	EXPECT_INT(password_step(&w, "001190000001", c->password.p, NULL).status, 303);
	EXPECT_INT(password_step(&w, "+CITIZEN+", c->password.p, NULL).status, 303);
	EXPECT_INT(password_step(&w, "9900000009", b->password.p, NULL).status, 303);
	EXPECT_INT(password_step(&w, "001190000001", b->password.p, NULL).status, 422);
	world_end(&w);
}

TEST_BOTH(an_official_needs_the_code)
{
	struct world w = world_new(a, engine);
	const struct account_sample *s = sample(&w, "head");
	struct test_answer x = password_step(&w, s->login.p, s->password.p, NULL);
	const char *staged = cookie_of(&w, &x);
	EXPECT(is_out(&w, staged));
	EXPECT_INT(get(&w, "/dang-nhap/ma", staged).status, 200);
	EXPECT_INT(get(&w, "/dang-nhap/ma", NULL).status, 303);
	EXPECT_INT(get(&w, "/dang-nhap/lap-ma", staged).status, 303); /* not a way round: a factor is set */
	x = post(&w, "/dang-nhap/ma", "code=000000", staged);
	EXPECT_INT(x.status, 422);
	x = post(&w, "/dang-nhap/ma", str_fmt(a, "code=%s", otp(&w, s->totp_secret, 0)).p, staged);
	EXPECT_INT(x.status, 303);
	const char *full = cookie_of(&w, &x);
	EXPECT(strcmp(full, staged) != 0);
	EXPECT_INT(get(&w, "/tai-khoan", full).status, 200);
	EXPECT(is_out(&w, staged));
	world_end(&w);
}

TEST_BOTH(a_code_is_good_once)
{
	struct world w = world_new(a, engine);
	const struct account_sample *s = sample(&w, "clerk");
	const char *code = otp(&w, s->totp_secret, 0);
	for (int i = 0; i < 2; i++) {
		struct test_answer x = password_step(&w, s->login.p, s->password.p, NULL);
		x = post(&w, "/dang-nhap/ma", str_fmt(a, "code=%s", code).p, cookie_of(&w, &x));
		EXPECT_INT(x.status, i == 0 ? 303 : 422);
	}
	/* Nor through the other door. */
	struct test_answer x = http_test_send(w.t, &(struct test_request){.method = HTTP_POST, .path = "/api/v1/tokens",
		.json = str_fmt(a, "{\"login\":\"clerk\",\"password\":\"%.*s\",\"otp\":\"%s\"}", STR_ARG(s->password), code).p});
	EXPECT_INT(x.status, 401);
	EXPECT(str_find(x.body, STR("\"token\"")) < 0);
	world_end(&w);
}

TEST_BOTH(a_planted_session_is_not_taken_over)
{
	struct world w = world_new(a, engine);
	const struct account_sample *s = sample(&w, "citizen");
	const char *planted = sign_in(&w, "business", 0); /* the attacker's own, put into the victim's browser */
	EXPECT_INT(password_step(&w, s->login.p, s->password.p, planted).status, 403); /* from another site */
	struct test_answer x = get(&w, "/dang-nhap", planted);
	struct str csrf = test_input_value(a, &x, "_csrf");
	x = post(&w, "/dang-nhap", str_fmt(a, "login=citizen&password=%.*s&_csrf=%.*s", STR_ARG(s->password), STR_ARG(csrf)).p, planted);
	EXPECT_INT(x.status, 303);
	EXPECT(is_out(&w, planted));
	const char *mine = cookie_of(&w, &x);
	EXPECT(strcmp(mine, planted) != 0);
	x = get(&w, "/tai-khoan", mine);
	HAS(x, "Nguyễn Thị Mẫu Công Dân");
	x = password_step(&w, s->login.p, s->password.p, "s=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
	EXPECT(strcmp(cookie_of(&w, &x), "s=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA") != 0);
	world_end(&w);
}

TEST_BOTH(next_leads_only_home)
{
	static const char *const bad[] = {"https%3A%2F%2Fevil.example", "%2F%2Fevil.example", "%2F%5Cevil.example", "javascript%3Aalert(1)", "%2Fa%0d%0aSet-Cookie%3A+x", "%2Fdang-nhap"};
	struct world w = world_new(a, engine);
	const struct account_sample *s = sample(&w, "citizen");
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct test_answer x = post(&w, "/dang-nhap", str_fmt(a, "login=citizen&password=%.*s&next=%s", STR_ARG(s->password), bad[i]).p, NULL);
		if (x.status == 303)
			EXPECT_STR(x.location, STR("/ho-so-cua-toi"));
	}
	struct test_answer x = post(&w, "/dang-nhap", str_fmt(a, "login=citizen&password=%.*s&next=/ho-so/1", STR_ARG(s->password)).p, NULL);
	EXPECT_STR(x.location, STR("/ho-so/1"));
	world_end(&w);
}

/* ---- guessing ---- */

static int wrong(struct world *w, const char *login)
{
	struct test_answer x = password_step(w, login, "khong+phai+mat+khau", NULL);
	EXPECT_INT(x.status, 422);
	return str_find(x.body, STR("Đã thử sai nhiều lần")) >= 0;
}

TEST_BOTH(five_wrong_tries_bring_a_delay_for_every_name)
{
	struct world w = world_new(a, engine);
	const struct account_sample *s = sample(&w, "citizen");
	const char *names[] = {"citizen", "Citizen", "001190000001", "citizen", "CITIZEN"};
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		EXPECT_INT(wrong(&w, names[i]), 0);
	/* The right password, under any of its names, waits too. */
	EXPECT_INT(password_step(&w, "citizen", s->password.p, NULL).status, 422);
	EXPECT_INT(password_step(&w, "001190000001", s->password.p, NULL).status, 422);
	EXPECT_INT(wrong(&w, "citizen"), 1);
	for (int i = 0; i < 5; i++)
		EXPECT_INT(wrong(&w, "khong-co-ai"), 0);
	EXPECT_INT(wrong(&w, "Khong-Co-Ai"), 1);
	EXPECT_INT(wrong(&w, "business"), 0); /* others are not held up */
	nanosleep(&(struct timespec){.tv_sec = 3, .tv_nsec = 200000000}, NULL);
	EXPECT_INT(password_step(&w, "citizen", s->password.p, NULL).status, 303);
	world_end(&w);
}

/* ---- known devices ---- */

static struct world world_that_waits_long(struct arena *a, enum db_engine engine)
{
	struct world w = world_new(a, engine);
	struct err e = {0};
	struct account_config c = *account_cfg();
	c.delay_ms = c.delay_max_ms = 3600 * 1000;
	account_stop();
	EXPECT_OK(account_start(&c, &e), e);
	return w;
}

static const char *both(struct world *w, const char *one, const char *two) { return str_fmt(w->a, "%s; %s", one, two).p; }

/* Signed in as that sample with that device; its cookies of device and session. */
static const char *device_of(struct world *w, const char *role, int offset, const char *device, const char **session)
{
	const struct account_sample *s = sample(w, role);
	struct test_answer x = password_step(w, s->login.p, s->password.p, device);
	EXPECT_INT(x.status, 303);
	if (s->totp_secret.n) {
		EXPECT(set_cookie(w, &x, "d") == NULL); /* not before all factors */
		const char *staged = cookie_of(w, &x);
		x = post(w, "/dang-nhap/ma", str_fmt(w->a, "code=%s", otp(w, s->totp_secret, offset)).p, device ? both(w, staged, device) : staged);
		EXPECT_INT(x.status, 303);
	}
	*session = cookie_of(w, &x);
	const char *d = set_cookie(w, &x, "d");
	EXPECT(d != NULL);
	return d;
}

static void strangers_lock(struct world *w, const char *login)
{
	for (int i = 0; i < 5; i++)
		wrong(w, login);
	EXPECT_INT(wrong(w, login), 1);
}

TEST_BOTH(strangers_never_lock_the_owner_out)
{
	static const char *const roles[] = {"citizen", "admin", "director"};
	struct world w = world_that_waits_long(a, engine);
	for (size_t i = 0; i < ARRAY_LEN(roles); i++) {
		const char *session, *device = device_of(&w, roles[i], -1, NULL, &session);
		strangers_lock(&w, roles[i]);
		EXPECT_INT(password_step(&w, roles[i], sample(&w, roles[i])->password.p, NULL).status, 422);
		const char *again = device_of(&w, roles[i], 0, device, &session);
		EXPECT(strncmp(again, device, 24) == 0); /* the same device */
		EXPECT_INT(wrong(&w, roles[i]), 1); /* and strangers still wait */
		EXPECT_INT(get(&w, "/tai-khoan", session).status, 200);
	}
	world_end(&w);
}

TEST_BOTH(a_device_counts_for_its_own_account_and_its_own_tries)
{
	struct world w = world_that_waits_long(a, engine);
	const char *session, *one = device_of(&w, "citizen", 0, NULL, &session), *two = device_of(&w, "citizen", 0, NULL, &session);
	const char *other = device_of(&w, "business", 0, one, &session);
	const char *password = sample(&w, "citizen")->password.p;
	EXPECT(strcmp(one, two) != 0);
	strangers_lock(&w, "citizen");
	EXPECT_INT(password_step(&w, "citizen", password, device_of(&w, "head", 0, NULL, &session)).status, 422); /* another's */
	EXPECT_INT(password_step(&w, "citizen", password, str_fmt(a, "%.*s%c", (int)strlen(one) - 1, one, one[strlen(one) - 1] == 'A' ? 'B' : 'A').p).status, 422); /* forged */
	EXPECT_INT(password_step(&w, "citizen", password, "d=~~~;x=\"\x7f").status, 422);
	for (int i = 0; i < 5; i++)
		EXPECT_INT(password_step(&w, "citizen", "khong+phai", one).status, 422);
	EXPECT_INT(password_step(&w, "citizen", password, one).status, 422); /* that device waits */
	EXPECT_INT(password_step(&w, "citizen", password, two).status, 303); /* the other does not */
	EXPECT_INT(password_step(&w, "business", sample(&w, "business")->password.p, other).status, 303);
	EXPECT(str_find(str_from(other), str_sub(str_from(one), 2, 22)) > 0); /* two people share a browser */
	world_end(&w);
}

TEST_BOTH(a_code_is_good_once_whatever_counts)
{
	struct world w = world_new(a, engine);
	const struct account_sample *s = sample(&w, "director");
	const char *session, *device = device_of(&w, "director", -1, NULL, &session), *code = otp(&w, s->totp_secret, 0);
	struct test_answer x = password_step(&w, "director", s->password.p, device);
	EXPECT_INT(post(&w, "/dang-nhap/ma", str_fmt(a, "code=%s", code).p, both(&w, cookie_of(&w, &x), device)).status, 303);
	x = password_step(&w, "director", s->password.p, NULL);
	EXPECT_INT(post(&w, "/dang-nhap/ma", str_fmt(a, "code=%s", code).p, cookie_of(&w, &x)).status, 422);
	x = password_step(&w, "director", s->password.p, device);
	EXPECT_INT(post(&w, "/dang-nhap/ma", str_fmt(a, "code=%s", code).p, both(&w, cookie_of(&w, &x), device)).status, 422);
	world_end(&w);
}

struct hours { const struct account_row_row *row; struct attempt then; };

/* Strangers at hour 0, the owner's device at hour 20, a stranger's look at hour 30. */
static bool do_hours(struct env *env, void *ctx, struct err *e)
{
	struct hours *x = ctx;
	struct env at = *env;
	struct attempt t;
	for (int i = 0; i < 6; i++)
		if (!attempt_read(&at, x->row, true, STR(""), STR(""), &t, e) || !attempt_failed(&at, &t, e))
			return false;
	at.wall.ms += 20 * (DAY_MS / 24);
	if (!attempt_read(&at, x->row, true, STR(""), STR("device"), &t, e) || !attempt_passed(&at, &t, 77, e))
		return false;
	at.wall.ms += 10 * (DAY_MS / 24);
	return attempt_read(&at, x->row, true, STR(""), STR(""), &x->then, e);
}

TEST_BOTH(what_strangers_tried_is_forgotten_though_the_owner_signs_in)
{
	struct world w = world_new(a, engine);
	struct err e = {0};
	struct account_row_row row = {.id = sample(&w, "director")->account};
	struct hours x = {.row = &row};
	EXPECT_OK(act_as(&w, &actor_program, do_hours, &x, &e), e);
	EXPECT_INT(x.then.fails, 0);
	world_end(&w);
}

/* What an authenticator shows at that time. */
static struct str code_at(struct arena *a, struct str secret, struct instant t)
{
	char code[8];
	EXPECT_INT(oath_totp_generate(secret.p, secret.n, (time_t)(t.ms / 1000), 30, 0, 6, code), OATH_OK);
	return str_fmt(a, "%s", code);
}

struct set_back { const struct account_row_row *row; struct str secret; struct instant start; };

/* Tries the code that an authenticator shows at `shown` when the server's clock says `wall`; the device counts apart. Is it right? */
static bool try_code(struct env *env, struct set_back *x, int64_t wall, int64_t shown, const char *device)
{
	struct env at = *env;
	struct attempt t;
	struct err e = {0};
	int64_t step = 0;
	at.wall.ms = x->start.ms + wall * 1000;
	EXPECT_OK(attempt_read(&at, x->row, true, STR(""), str_from(device), &t, &e), e);
	EXPECT_OK(attempt_code(&at, &t, x->secret, code_at(env->arena, x->secret, (struct instant){x->start.ms + shown * 1000}), &step, &e), e);
	EXPECT_OK(step < 0 || attempt_passed(&at, &t, step, &e), e);
	return step >= 0;
}

/* The clock is a day ahead, is set back, and comes there again. */
static bool do_set_back(struct env *env, void *ctx, struct err *e)
{
	struct set_back *x = ctx;
	const int64_t day = 24 * 3600;
	x->start = (struct instant){env->wall.ms / 30000 * 30000};
	EXPECT(try_code(env, x, 0, 0, ""));
	EXPECT(try_code(env, x, day, day, ""));
	EXPECT(!try_code(env, x, day, day, "another browser"));
	EXPECT(!try_code(env, x, 30, 0, ""));                /* used before the clock went ahead, and still in its window */
	EXPECT(!try_code(env, x, 30, -30, ""));              /* older than one that was used */
	EXPECT(try_code(env, x, 60, 60, ""));                /* set back: who has the right time comes in */
	EXPECT(!try_code(env, x, 60, 60, "another browser"));
	EXPECT(try_code(env, x, 90, 90, ""));
	EXPECT(!try_code(env, x, day + 20, day, ""));        /* and what was used ahead of time is never good again */
	EXPECT(try_code(env, x, day + 30, day + 30, ""));
	return e->kind == ERR_NONE;
}

TEST_BOTH(a_clock_set_back_locks_nobody_out_and_no_code_is_good_twice)
{
	struct world w = world_new(a, engine);
	struct err e = {0};
	struct account_row_row row = {.id = sample(&w, "director")->account};
	struct set_back x = {.row = &row, .secret = STR("12345678901234567890")};
	EXPECT_OK(act_as(&w, &actor_program, do_set_back, &x, &e), e);
	world_end(&w);
}

/* Six wrong tries while the clock is a day ahead; the delay they bring ends with the day's error. */
static bool do_delays(struct env *env, void *ctx, struct err *e)
{
	const struct account_row_row *row = ctx;
	struct env at = *env;
	struct attempt t;
	int64_t start = env->wall.ms;
	for (int back = 0; back < 2; back++) {
		at.wall.ms = start + (back ? 0 : DAY_MS);
		EXPECT_OK(attempt_read(&at, row, true, STR(""), STR(""), &t, e), *e);
		EXPECT(!attempt_wait(&at, &t));
		for (int i = 0; i < 6; i++)
			EXPECT_OK(attempt_read(&at, row, true, STR(""), STR(""), &t, e) && attempt_failed(&at, &t, e), *e);
		EXPECT(attempt_wait(&at, &t));
		at.wall.ms = t.until.ms;
		EXPECT(!attempt_wait(&at, &t));
	}
	return true;
}

TEST_BOTH(a_delay_from_a_clock_that_was_ahead_is_over)
{
	struct world w = world_that_waits_long(a, engine);
	struct err e = {0};
	struct account_row_row row = {.id = sample(&w, "director")->account};
	EXPECT_OK(act_as(&w, &actor_program, do_delays, &row, &e), e);
	world_end(&w);
}

static bool do_confirm(struct env *env, void *ctx, struct err *e)
{
	bool right = false;
	struct str code = *(struct str *)ctx;
	if (!account_confirm(env, code, &right, e))
		return false;
	*(struct str *)ctx = right ? STR("right") : STR("wrong");
	return true;
}

TEST_BOTH(strangers_do_not_hold_up_who_is_signed_in)
{
	struct world w = world_that_waits_long(a, engine);
	struct err e = {0};
	const struct account_sample *s = sample(&w, "director");
	struct str said = str_from(otp(&w, s->totp_secret, 0));
	strangers_lock(&w, "director");
	EXPECT_OK(act_as(&w, &(struct actor){.account = s->account.v, .roles = ROLE_BIT(ROLE_DIRECTOR)}, do_confirm, &said, &e), e);
	EXPECT_TEXT(said, "right");
	world_end(&w);
}

TEST_BOTH(the_password_does_not_set_wrong_codes_back)
{
	struct world w = world_new(a, engine);
	const struct account_sample *s = sample(&w, "director");
	struct test_answer x = {0};
	for (int i = 0; i < 5; i++) {
		x = password_step(&w, s->login.p, s->password.p, NULL);
		EXPECT_INT(x.status, 303);
		x = post(&w, "/dang-nhap/ma", "code=000001", cookie_of(&w, &x));
		EXPECT_INT(x.status, 422);
	}
	EXPECT_INT(password_step(&w, s->login.p, s->password.p, NULL).status, 422);
	world_end(&w);
}

/* Of the processor, so that what else runs on the machine does not count. */
static int64_t worked_ns(void)
{
	struct timespec t;
	CHECK(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) == 0);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

TEST_BOTH(unknown_and_wrong_look_the_same)
{
	struct world w = world_with(a, engine, 16 * 1024, 1000);
	struct test_answer x = password_step(&w, "citizen", "sai+mat+khau+roi", NULL), y = password_step(&w, "citizem", "sai+mat+khau+roi", NULL);
	EXPECT_INT(x.status, y.status);
	EXPECT_INT(x.body.n, y.body.n);
	int64_t known = 0, unknown = 0;
	for (int i = 0; i < 6; i++) {
		int64_t t0 = worked_ns();
		password_step(&w, "citizen", "sai+mat+khau+roi", NULL);
		int64_t t1 = worked_ns();
		password_step(&w, "citizem", "sai+mat+khau+roi", NULL);
		known += t1 - t0;
		unknown += worked_ns() - t1;
	}
	EXPECT(known < unknown * 2 && unknown < known * 2);
	world_end(&w);
}

/* ---- sessions and rights ---- */

TEST_BOTH(signing_out_everywhere_ends_the_others)
{
	struct world w = world_new(a, engine);
	const char *one = sign_in(&w, "citizen", 0), *two = sign_in(&w, "citizen", 0), *b = sign_in(&w, "business", 0);
	struct test_answer x = get(&w, "/tai-khoan", two);
	ptrdiff_t at = str_find(x.body, STR("/tai-khoan/phien/"));
	EXPECT(at > 0);
	struct str path = str_sub(x.body, (size_t)at, 200);
	path = str_sub(path, 0, (size_t)str_find_char(path, '"'));
	const char *end = str_dup(a, path).p, *right = str_fmt(a, "current=%.*s", STR_ARG(sample(&w, "citizen")->password)).p;
	EXPECT_INT(post_in(&w, end, str_fmt(a, "current=%.*s", STR_ARG(sample(&w, "business")->password)).p, b).status, 404); /* another's session */
	EXPECT_INT(get(&w, end, b).status, 404);
	EXPECT(!is_out(&w, one) && !is_out(&w, two));
	EXPECT_INT(post_in(&w, "/tai-khoan/thoat-moi-noi", right, one).status, 303);
	EXPECT(is_out(&w, one) && is_out(&w, two));
	EXPECT(!is_out(&w, b));
	world_end(&w);
}

/* A borrowed session shows the others and ends none; and whoever tries is held up as anywhere. */
TEST_BOTH(ending_sessions_asks_for_the_password_again)
{
	struct world w = world_new(a, engine);
	const char *one = sign_in(&w, "citizen", 0), *two = sign_in(&w, "citizen", 0);
	const char *right = str_fmt(a, "current=%.*s", STR_ARG(sample(&w, "citizen")->password)).p, *wrong_one = "current=khong+phai+mat+khau";
	struct test_answer x = get(&w, "/tai-khoan", two);
	ptrdiff_t at = str_find(x.body, STR("/tai-khoan/phien/"));
	EXPECT(at > 0);
	struct str path = str_sub(x.body, (size_t)at, 200);
	const char *end = str_dup(a, str_sub(path, 0, (size_t)str_find_char(path, '"'))).p;
	x = get(&w, end, two);
	EXPECT_INT(x.status, 200);
	HAS(x, "name=\"current\"");
	EXPECT_INT(get(&w, "/tai-khoan/thoat-moi-noi", two).status, 200);
	static const char *const empty[] = {"", "current="};
	for (size_t i = 0; i < ARRAY_LEN(empty); i++) {
		EXPECT_INT(post_in(&w, end, empty[i], two).status, 422);
		EXPECT_INT(post_in(&w, "/tai-khoan/thoat-moi-noi", empty[i], two).status, 422);
	}
	EXPECT_INT(post_in(&w, end, wrong_one, two).status, 422);
	EXPECT_INT(post_in(&w, "/tai-khoan/thoat-moi-noi", wrong_one, two).status, 422);
	EXPECT(!is_out(&w, one) && !is_out(&w, two));
	EXPECT_INT(post_in(&w, end, right, two).status, 303);
	EXPECT(is_out(&w, one) && !is_out(&w, two));
	EXPECT_INT(post_in(&w, end, right, two).status, 404); /* it is gone */
	for (int i = 0; i < 5; i++)
		EXPECT_INT(post_in(&w, "/tai-khoan/thoat-moi-noi", wrong_one, two).status, 422);
	EXPECT_INT(post_in(&w, "/tai-khoan/thoat-moi-noi", right, two).status, 422);
	EXPECT(!is_out(&w, two));
	world_end(&w);
}

static bool do_epoch(struct env *env, void *ctx, struct err *e)
{
	(void)ctx;
	return account_epoch_ok(env, e);
}

static const char *admin_path(struct world *w, const char *role, const char *tail)
{
	return str_fmt(w->a, "/quan-tri/tai-khoan/%lld%s", (long long)sample(w, role)->account.v, tail).p;
}

/* Not without papers and their owner; which papers stands in the record, nothing of what is on them. */
TEST_BOTH(a_lost_factor_needs_papers)
{
	struct world w = world_new(a, engine);
	const char *admin = sign_in(&w, "admin", 0), *lost = admin_path(&w, "specialist", "/bo-ma");
	static const char *const short_of[] = {"", "papers=id-card", "met=1", "papers=letter&met=1", "papers=id-card&met="};
	struct test_answer x = get(&w, admin_path(&w, "specialist", ""), admin);
	HAS(x, "Thẻ căn cước");
	x = get(&w, admin_path(&w, "admin", ""), admin);
	EXPECT(str_find(x.body, STR("/bo-ma")) < 0); /* nobody to himself */
	for (size_t i = 0; i < ARRAY_LEN(short_of); i++)
		EXPECT_INT(post_in(&w, lost, short_of[i], admin).status, 422);
	struct account_row_row row;
	struct err e = {0};
	bool found = false;
	EXPECT_OK(account_find(&w.env, STR("specialist"), &row, &found, &e), e);
	EXPECT(found && row.totp.p);
	EXPECT_INT(post_in(&w, lost, "papers=staff-card&met=1", admin).status, 303);
	EXPECT_OK(account_find(&w.env, STR("specialist"), &row, &found, &e), e);
	EXPECT(found && !row.totp.p);
	struct audit_entries said;
	EXPECT_OK(audit_timeline(&w.env, sample(&w, "specialist")->account.v, 0, 100, &said, &e), e);
	EXPECT(said.n > 0);
	EXPECT_TEXT(said.v[said.n - 1].kind, "account.factor_lost");
	EXPECT_TEXT(said.v[said.n - 1].body, "{\"papers\":\"staff-card\"}");
	x = get(&w, admin_path(&w, "specialist", ""), admin);
	EXPECT(str_find(x.body, STR("/bo-ma")) < 0);
	world_end(&w);
}

TEST_BOTH(a_change_of_roles_holds_at_once)
{
	struct world w = world_new(a, engine);
	struct err e = {0};
	const char *head = sign_in(&w, "head", 0), *admin = sign_in(&w, "admin", 0);
	struct actor snapshot = {.account = sample(&w, "head")->account.v, .epoch = 1, .roles = ROLE_BIT(ROLE_HEAD)};
	EXPECT_OK(act_as(&w, &snapshot, do_epoch, NULL, &e), e);
	struct test_answer x = get(&w, admin_path(&w, "head", ""), admin);
	EXPECT_INT(x.status, 200);
	ptrdiff_t at = str_find(x.body, STR("/vai-tro/"));
	EXPECT(at > 0);
	struct str row = str_sub(x.body, (size_t)at, 100);
	row = str_dup(a, str_sub(row, 0, (size_t)str_find_char(row, '"')));
	EXPECT_INT(post_in(&w, admin_path(&w, "clerk", row.p), "", admin).status, 404); /* not the clerk's row */
	EXPECT(!is_out(&w, head));
	EXPECT_INT(post_in(&w, admin_path(&w, "head", row.p), "", admin).status, 303);
	EXPECT(is_out(&w, head));
	/* An act that was under way when the role ended is refused in the writer. */
	EXPECT_ERR(act_as(&w, &snapshot, do_epoch, NULL, &e), e, ERR_SIGN_IN);
	head = sign_in(&w, "head", 1);
	struct actor_role *held;
	size_t n = 9;
	EXPECT_OK(directory_roles(&w.env, w.people.head, date_of(instant_clock()), &held, &n, &e), e);
	EXPECT_INT(n, 0);
	EXPECT_INT(get(&w, "/tai-khoan", head).status == 200, 0); /* no role: nothing is allowed */
	world_end(&w);
}

/* The name beside the emblem. */
TEST_BOTH(an_official_is_of_an_agency)
{
	static const struct { const char *role, *agency; } cases[] = {{"counter", "Trung tâm"}, {"head", "Sở Khoa học và Công nghệ"}, {"director", "Sở Khoa học và Công nghệ"}, {"citizen", ""}};
	struct world w = world_new(a, engine);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct test_answer x = get(&w, "/co-quan", sign_in(&w, cases[i].role, 0));
		EXPECT_INT(x.status, 200);
		EXPECT(str_starts(x.body, str_from(cases[i].agency)) && (x.body.n > 0) == (cases[i].agency[0] != '\0'));
	}
	world_end(&w);
}

TEST_BOTH(no_action_of_a_dead_session_takes_hold)
{
	struct world w = world_new(a, engine);
	/* Recognised before the epoch moved: the request is past the door when the account changes. */
	struct actor late = {.roles = ROLE_BIT(ROLE_CITIZEN), .account = sample(&w, "citizen")->account.v, .epoch = 1};
	const struct test_request out = {.method = HTTP_POST, .path = "/dang-xuat", .form = "a=1", .actor = &late};
	EXPECT_INT(http_test_send(w.t, &out).status, 303);
	late.epoch = 0;
	EXPECT_INT(http_test_send(w.t, &out).status, 401);
	world_end(&w);
}

TEST_BOTH(a_locked_account_is_out)
{
	struct world w = world_new(a, engine);
	const struct account_sample *s = sample(&w, "specialist");
	const char *c = sign_in(&w, "specialist", 0), *admin = sign_in(&w, "admin", 0);
	EXPECT_INT(post_in(&w, admin_path(&w, "specialist", "/khoa"), "", admin).status, 303);
	EXPECT(is_out(&w, c));
	EXPECT_INT(password_step(&w, s->login.p, s->password.p, NULL).status, 422);
	EXPECT_INT(post_in(&w, admin_path(&w, "specialist", "/mo"), "", admin).status, 303);
	EXPECT(is_out(&w, c));
	EXPECT_INT(password_step(&w, s->login.p, s->password.p, NULL).status, 303);
	EXPECT_INT(post_in(&w, admin_path(&w, "admin", "/khoa"), "", admin).status, 409); /* not himself */
	EXPECT_INT(post_in(&w, "/quan-tri/tai-khoan/77/khoa", "", admin).status, 404);
	world_end(&w);
}

static bool lock_citizen(struct env *env, void *ctx, struct err *e) { return account_change_state(env, *(struct account_id *)ctx, "locked", e); }

TEST_BOTH(only_an_open_sample_of_its_role_is_one)
{
	struct world w = world_new(a, engine);
	struct account_row_row row = {0};
	struct err e = {0};
	bool found = false;
	for (size_t i = 0; i < ACCOUNT_SAMPLES; i++) {
		struct str called = str_from(w.accounts.sample[i].role);
		EXPECT(account_sample_name(called).n > 0);
		EXPECT_OK(account_sample_row(&w.env, called, &row, &found, &e), e);
		EXPECT(found && row.id.v == w.accounts.sample[i].account.v);
	}
	EXPECT_OK(account_sample_row(&w.env, STR("system"), &row, &found, &e), e);
	EXPECT(!found && account_sample_name(STR("stranger")).n == 0);
	EXPECT_OK(act_as(&w, &actor_program, lock_citizen, &w.accounts.sample[0].account, &e), e);
	EXPECT_OK(account_sample_row(&w.env, STR("citizen"), &row, &found, &e), e);
	EXPECT(!found);
	world_end(&w);
}

TEST_BOTH(an_administrator_ends_the_sessions_of_another)
{
	struct world w = world_new(a, engine);
	const char *one = sign_in(&w, "specialist", 0), *two = sign_in(&w, "specialist", 1), *other = sign_in(&w, "citizen", 0), *admin = sign_in(&w, "admin", 0);
	EXPECT_INT(post_in(&w, admin_path(&w, "specialist", "/thoat"), "", one).status, 403);
	EXPECT(!is_out(&w, one) && !is_out(&w, two));
	EXPECT_INT(post_in(&w, admin_path(&w, "specialist", "/thoat"), "", admin).status, 303);
	EXPECT(is_out(&w, one) && is_out(&w, two));
	EXPECT(!is_out(&w, other) && !is_out(&w, admin));
	world_end(&w);
}

/* ---- password and factor ---- */

TEST_BOTH(changing_the_password_ends_the_other_sessions)
{
	struct world w = world_new(a, engine);
	const struct account_sample *s = sample(&w, "citizen");
	const char *one = sign_in(&w, "citizen", 0), *two = sign_in(&w, "citizen", 0);
	const char *path = "/tai-khoan/mat-khau";
	EXPECT_INT(post_in(&w, path, "current=sai&password=tre+xanh+ven+song&again=tre+xanh+ven+song", one).status, 422);
	const char *form = str_fmt(a, "current=%.*s&password=tre+xanh+ven+song&again=", STR_ARG(s->password)).p;
	EXPECT_INT(post_in(&w, path, str_fmt(a, "%skhac+di", form).p, one).status, 422);
	EXPECT_INT(post_in(&w, path, str_fmt(a, "%stre+xanh+ven+song", form).p, one).status, 303);
	EXPECT(!is_out(&w, one));
	EXPECT(is_out(&w, two));
	EXPECT_INT(password_step(&w, s->login.p, s->password.p, NULL).status, 422);
	EXPECT_INT(password_step(&w, s->login.p, "tre+xanh+ven+song", NULL).status, 303);
	world_end(&w);
}

/* The eight digits in the text of a mail. */
static const char *code_in(struct arena *a, const char *text)
{
	size_t at = strcspn(text, "0123456789");
	EXPECT(strspn(text + at, "0123456789") == 8);
	return str_dup(a, (struct str){text + at, 8}).p;
}

static struct test_answer ask_email(struct world *w, const char *email, struct str password, const char *cookie)
{
	return post_in(w, "/tai-khoan/thu-dien-tu", str_fmt(w->a, "email=%s&current=%.*s", email, STR_ARG(password)).p, cookie);
}

TEST_BOTH(an_address_changes_with_the_codes_of_both_mailboxes)
{
	struct world w = world_new(a, engine);
	const struct account_sample *s = sample(&w, "citizen");
	const char *one = sign_in(&w, "citizen", 0), *two = sign_in(&w, "citizen", 0), *stranger = sign_in(&w, "business", 0);
	int before = mails;
	EXPECT_INT(ask_email(&w, "moi@dan.example", STR("sai"), one).status, 422);
	EXPECT_INT(mails, before);
	struct test_answer x = ask_email(&w, "Moi@dan.example", s->password, one);
	EXPECT_INT(x.status, 303);
	EXPECT(str_starts(x.location, STR("/tai-khoan/thu-dien-tu/")));
	EXPECT_INT(mails, before + 2);
	EXPECT_TEXT(str_from(mail_before_to), "citizen@mau.example");
	EXPECT_TEXT(str_from(mail_to), "moi@dan.example");
	const char *ticket = str_dup(a, x.location).p, *old = code_in(a, mail_before_text), *fresh = code_in(a, mail_text);
	HAS(get(&w, ticket, one), "name=\"old\"");
	const char *both = str_fmt(a, "old=%s&code=%s", old, fresh).p;
	EXPECT_INT(post_in(&w, ticket, str_fmt(a, "code=%s", fresh).p, one).status, 422);
	EXPECT_INT(post_in(&w, ticket, str_fmt(a, "old=%s&code=%s", fresh, old).p, one).status, 422);
	EXPECT_INT(post_in(&w, ticket, both, one).status, 303);
	HAS(get(&w, "/tai-khoan", one), "moi@dan.example");
	EXPECT(is_out(&w, two));
	EXPECT_INT(post_in(&w, ticket, both, one).status, 422); /* once */
	/* Another's ticket with its right codes is nobody else's. */
	x = ask_email(&w, "nua@dan.example", s->password, one);
	ticket = str_dup(a, x.location).p;
	both = str_fmt(a, "old=%s&code=%s", code_in(a, mail_before_text), code_in(a, mail_text)).p;
	EXPECT_INT(post_in(&w, ticket, both, stranger).status, 422);
	world_end(&w);
}

TEST_BOTH(an_address_that_has_an_account_is_told_by_mail_only)
{
	struct world w = world_new(a, engine);
	const struct account_sample *s = sample(&w, "citizen");
	const char *one = sign_in(&w, "citizen", 0);
	struct test_answer x = ask_email(&w, "business@mau.example", s->password, one);
	EXPECT_INT(x.status, 303);
	EXPECT_TEXT(str_from(mail_to), "business@mau.example");
	EXPECT(strstr(mail_text, "đã có tài khoản") != NULL);
	EXPECT_INT(post_in(&w, str_dup(a, x.location).p, str_fmt(a, "old=%s&code=12345678", code_in(a, mail_before_text)).p, one).status, 422);
	HAS(get(&w, "/tai-khoan", one), "citizen@mau.example");
	world_end(&w);
}

TEST_BOTH(the_language_of_mails_is_the_owners_choice)
{
	struct world w = world_new(a, engine);
	struct err e = {0};
	struct account got;
	bool found = false;
	const char *one = sign_in(&w, "citizen", 0);
	EXPECT_INT(post_in(&w, "/tai-khoan/ngon-ngu", "lang=xx", one).status, 422);
	EXPECT_INT(post_in(&w, "/tai-khoan/ngon-ngu", "lang=en", one).status, 303);
	EXPECT_OK(account_get(&w.env, sample(&w, "citizen")->account, &got, &found, &e), e);
	EXPECT_INT(got.lang, LANG_EN);
	EXPECT(!is_out(&w, one));
	world_end(&w);
}

TEST_BOTH(a_citizen_may_set_up_a_code)
{
	struct world w = world_new(a, engine);
	const struct account_sample *s = sample(&w, "citizen");
	const char *c = sign_in(&w, "citizen", 0);
	EXPECT_INT(get(&w, "/tai-khoan/ma-xac-thuc.svg", c).status, 404);
	EXPECT_INT(post_in(&w, "/tai-khoan/ma-xac-thuc/bat-dau", "current=sai", c).status, 422);
	EXPECT_INT(post_in(&w, "/tai-khoan/ma-xac-thuc/bat-dau", str_fmt(a, "current=%.*s", STR_ARG(s->password)).p, c).status, 303);
	struct test_answer x = get(&w, "/tai-khoan/ma-xac-thuc", c), svg = get(&w, "/tai-khoan/ma-xac-thuc.svg", c);
	EXPECT_STR(svg.type, STR("image/svg+xml"));
	ptrdiff_t at = str_find(x.body, STR("<code>"));
	EXPECT(at > 0);
	struct str secret = str_dup(a, str_sub(x.body, (size_t)at + 6, 32));
	EXPECT_INT(post_in(&w, "/tai-khoan/ma-xac-thuc", "code=000000", c).status, 422);
	EXPECT_INT(post_in(&w, "/tai-khoan/ma-xac-thuc", str_fmt(a, "code=%s", otp(&w, secret, 0)).p, c).status, 303);
	EXPECT(!is_out(&w, c));
	EXPECT_INT(get(&w, "/tai-khoan/ma-xac-thuc.svg", c).status, 404); /* the secret is shown once */
	x = password_step(&w, s->login.p, s->password.p, NULL);
	EXPECT(str_starts(x.location, STR("/dang-nhap/ma")));
	world_end(&w);
}

/* ---- registration and recovery ---- */

static const char *mailed_code(struct arena *a)
{
	for (const char *p = mail_text; *p; p++)
		if (strspn(p, "0123456789") == 8)
			return str_fmt(a, "%.8s", p).p;
	FAIL("no code in the mail: %s", mail_text);
}

#define JOIN "kind=citizen&name=L%C3%AA+Th%E1%BB%8B+M%E1%BA%ABu+M%E1%BB%9Bi&phone=0912345678&password=tre+xanh+ven+song&again=tre+xanh+ven+song&agree=1"

TEST_BOTH(a_citizen_registers)
{
	struct world w = world_new(a, engine);
	struct test_answer x = post(&w, "/dang-ky", JOIN "&number=001190000002&email=Le.Moi%40mau.example&state=locked&epoch=9&person=1&identity_seen=1", NULL);
	EXPECT_INT(x.status, 303);
	EXPECT_TEXT(str_from(mail_to), "le.moi@mau.example");
	const char *path = str_dup(a, x.location).p, *code = mailed_code(a);
	EXPECT_INT(get(&w, path, NULL).status, 200);
	EXPECT_INT(password_step(&w, "le.moi%40mau.example", "tre+xanh+ven+song", NULL).status, 422); /* not before the code */
	EXPECT_INT(post(&w, path, "code=12345678", NULL).status, 422);
	x = post(&w, path, str_fmt(a, "code=%s", code).p, NULL);
	EXPECT_INT(x.status, 303);
	EXPECT(!is_out(&w, cookie_of(&w, &x)));
	EXPECT_INT(post(&w, path, str_fmt(a, "code=%s", code).p, NULL).status, 422); /* once */
	EXPECT_INT(password_step(&w, "001190000002", "tre+xanh+ven+song", NULL).status, 303);
	struct account acc;
	struct str number;
	struct err e = {0};
	bool found = false;
	/* The number was only typed: what is filed for its owner must not come to whoever typed it. */
	EXPECT_OK(account_by_identity(&w.env, STR("001190000002"), &acc, &found, &e), e);
	EXPECT(!found);
	struct account_row_row row;
	EXPECT_OK(account_find(&w.env, STR("le.moi@mau.example"), &row, &found, &e), e);
	const char *admin = sign_in(&w, "admin", 0), *seen = str_fmt(a, "/quan-tri/tai-khoan/%lld", (long long)row.id.v).p;
	x = get(&w, seen, admin);
	EXPECT(str_find(x.body, STR("Chưa đối chiếu")) > 0);
	EXPECT_INT(post_in(&w, str_fmt(a, "%s/doi-chieu", seen).p, "", admin).status, 303);
	x = get(&w, seen, admin);
	EXPECT(str_find(x.body, STR("Chưa đối chiếu")) < 0 && str_find(x.body, STR("/doi-chieu")) < 0);
	EXPECT_INT(post_in(&w, admin_path(&w, "clerk", "/doi-chieu"), "", admin).status, 400); /* no number */
	EXPECT_OK(account_by_identity(&w.env, STR("001190000002"), &acc, &found, &e), e);
	EXPECT(found && acc.kind == ACCOUNT_CITIZEN && acc.active && acc.epoch == 1 && acc.person.v == 0);
	EXPECT_OK(account_identity(&w.env, acc.id, &number, &e), e);
	EXPECT_STR(number, STR("001190000002"));
	EXPECT_INT(post_in(&w, str_fmt(a, "%s/bo-doi-chieu", seen).p, "", admin).status, 303); /* it was a mistake */
	x = get(&w, seen, admin);
	EXPECT(str_find(x.body, STR("Chưa đối chiếu")) > 0 && str_find(x.body, STR("/bo-doi-chieu")) < 0);
	EXPECT_OK(account_by_identity(&w.env, STR("001190000002"), &acc, &found, &e), e);
	EXPECT(!found);
	world_end(&w);
}

static void expect_number(struct world *w, const char *cookie, const char *number)
{
	AUTO_KEY key = keyring_lookup_key(w->keys, LOOKUP_NUMBER);
	struct digest d = crypto_hmac((struct str){(const char *)key.b, KEY_SIZE}, str_from(number));
	struct test_answer x = get(w, "/so-da-doi-chieu", cookie);
	EXPECT_INT(x.status, 200);
	EXPECT_STR(x.body, *number ? hex_encode(w->a, d.b, sizeof d.b) : STR(""));
}

/* The key to what others filed in one's name: there when papers were seen, gone at once when that is taken back. */
TEST_BOTH(a_session_carries_a_number_that_papers_proved)
{
	struct world w = world_new(a, engine);
	const char *citizen = sign_in(&w, "citizen", 0), *admin = sign_in(&w, "admin", 0);
	const char *doubt = admin_path(&w, "citizen", "/bo-doi-chieu"), *see = admin_path(&w, "citizen", "/doi-chieu");
	expect_number(&w, citizen, "001190000001");
	expect_number(&w, sign_in(&w, "business", 0), "9900000009");
	expect_number(&w, sign_in(&w, "counter", 0), "");
	expect_number(&w, admin, "");
	EXPECT_INT(post_in(&w, doubt, "", citizen).status, 403);
	expect_number(&w, citizen, "001190000001");
	EXPECT_INT(post_in(&w, doubt, "", admin).status, 303);
	EXPECT(is_out(&w, citizen));
	citizen = sign_in(&w, "citizen", 0);
	expect_number(&w, citizen, "");
	EXPECT_INT(post_in(&w, see, "", admin).status, 303);
	expect_number(&w, citizen, "001190000001"); /* no new sign-in is needed */
	world_end(&w);
}

TEST_BOTH(registration_says_nothing_about_others)
{
	struct world w = world_new(a, engine);
	mails = 0;
	struct test_answer x = post(&w, "/dang-ky", JOIN "&number=001190000003&email=citizen%40mau.example", NULL);
	EXPECT_INT(x.status, 303);
	EXPECT(str_starts(x.location, STR("/dang-ky/ma/")));
	EXPECT_INT(mails, 1);
	for (const char *p = mail_text; *p; p++)
		EXPECT(strspn(p, "0123456789") < 8); /* the owner is told; there is no code */
	/* A number that has an account is found out only by who owns the address, and can be used for nothing. */
	x = post(&w, "/dang-ky", JOIN "&number=001190000001&email=khac%40mau.example", NULL);
	EXPECT_INT(x.status, 303);
	x = post(&w, str_dup(a, x.location).p, str_fmt(a, "code=%s", mailed_code(a)).p, NULL);
	EXPECT_INT(x.status, 422);
	HAS(x, "Số này đã gắn với một tài khoản khác");
	mails = 0;
	for (int i = 0; i < 8; i++)
		EXPECT_INT(post(&w, "/dang-ky", JOIN "&number=001190000003&email=nhieu%40mau.example", NULL).status, 303);
	EXPECT_INT(mails, 5);
	world_end(&w);
}

TEST_BOTH(wrong_registrations_are_told_at_the_field)
{
	static const char *const bad[] = {JOIN "&number=001190000002&email=khong-phai", JOIN "&number=001190000002&email=%C3%BC%40mau.example", JOIN "&number=00119000000&email=a%40b.example",
		JOIN "&number=000190000002&email=a%40b.example", "kind=admin&" JOIN "&number=001190000002&email=a%40b.example",
		"kind=official&name=a&number=001190000002&email=a%40b.example&password=tre+xanh+ven+song&again=tre+xanh+ven+song&agree=1",
		"kind=business&name=a&number=0100109107&email=a%40b.example&password=tre+xanh+ven+song&again=tre+xanh+ven+song&agree=1",
		"kind=citizen&name=%3Cscript%3E&number=1&email=%3Cscript%3E%40x.example&password=a&again=b"};
	struct world w = world_new(a, engine);
	mails = 0;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct test_answer x = post(&w, "/dang-ky", bad[i], NULL);
		if (x.status != 422)
			FAIL("%zu is %d", i, x.status);
		HAS(x, "aria-invalid");
		HAS_NOT(x, "<script>");
		HAS_NOT(x, "tre xanh"); /* a password never comes back */
	}
	EXPECT_INT(mails, 0);
	world_end(&w);
}

/* The summary on top links to the fields: without their names all lines read alike. */
TEST_BOTH(an_empty_registration_names_each_field)
{
	struct world w = world_new(a, engine);
	struct test_answer x = post(&w, "/dang-ky", "kind=citizen", NULL);
	static const enum msg_key labels[] = {MSG_ACCOUNT_NAME, MSG_ACCOUNT_NUMBER, MSG_ACCOUNT_EMAIL, MSG_ACCOUNT_PASSWORD_NEW, MSG_ACCOUNT_PASSWORD_AGAIN};
	EXPECT_INT(x.status, 422);
	for (size_t i = 0; i < ARRAY_LEN(labels); i++)
		EXPECT(str_find(x.body, str_fmt(a, "%.*s: Xin điền mục này.", STR_ARG(msg(LANG_VI, labels[i])))) >= 0);
	world_end(&w);
}

TEST(a_device_is_named_in_plain_words)
{
	EXPECT_STR(device_words(a, LANG_VI, STR("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0")), STR("Edge trên Windows"));
	EXPECT_STR(device_words(a, LANG_EN, STR("Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 Mobile/15E148 Safari/604.1")), STR("Safari on iPhone"));
	EXPECT_STR(device_words(a, LANG_VI, STR("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36")), STR("Chrome trên Android"));
	EXPECT_STR(device_words(a, LANG_VI, STR("<script>")), msg(LANG_VI, MSG_ACCOUNT_DEVICE_UNKNOWN));
}

TEST_BOTH(a_mailed_code_dies_after_five_tries)
{
	struct world w = world_new(a, engine);
	struct test_answer x = post(&w, "/quen-mat-khau", "login=citizen", NULL), y = post(&w, "/quen-mat-khau", "login=khong-co", NULL);
	EXPECT_TEXT(str_from(mail_to), "citizen@mau.example");
	EXPECT(x.status == 303 && y.status == 303 && x.location.n == y.location.n);
	const char *known = str_dup(a, x.location).p, *unknown = str_dup(a, y.location).p, *code = mailed_code(a);
	const char *rest = "&password=tre+xanh+ven+song&again=tre+xanh+ven+song";
	for (int i = 0; i < 5; i++) {
		x = post(&w, known, str_fmt(a, "code=1111111%d%s", i, rest).p, NULL);
		y = post(&w, unknown, str_fmt(a, "code=1111111%d%s", i, rest).p, NULL);
		EXPECT(x.status == 422 && y.status == 422 && x.body.n == y.body.n);
	}
	EXPECT_INT(post(&w, known, str_fmt(a, "code=%s%s", code, rest).p, NULL).status, 422);
	EXPECT_INT(post(&w, unknown, str_fmt(a, "code=%s%s", code, rest).p, NULL).status, 422);
	world_end(&w);
}

TEST_BOTH(recovery_sets_the_password_and_keeps_the_factor)
{
	struct world w = world_new(a, engine);
	const char *c = sign_in(&w, "head", 0);
	struct test_answer x = post(&w, "/quen-mat-khau", "login=head", NULL);
	const char *path = str_dup(a, x.location).p, *code = mailed_code(a);
	/* A ticket of another purpose opens nothing. */
	EXPECT_INT(post(&w, str_fmt(a, "/dang-ky/ma/%s", path + strlen("/quen-mat-khau/ma/")).p, str_fmt(a, "code=%s", code).p, NULL).status, 422);
	x = post(&w, path, str_fmt(a, "code=%s&password=tre+xanh+ven+song&again=tre+xanh+ven+song", code).p, NULL);
	EXPECT_INT(x.status, 303);
	EXPECT(is_out(&w, c));
	x = password_step(&w, "head", "tre+xanh+ven+song", NULL);
	EXPECT(str_starts(x.location, STR("/dang-nhap/ma")));
	EXPECT(is_out(&w, cookie_of(&w, &x)));
	world_end(&w);
}

TEST_BOTH(recovery_makes_a_known_device_and_ends_the_old_ones)
{
	struct world w = world_that_waits_long(a, engine);
	const char *session, *old = device_of(&w, "citizen", 0, NULL, &session);
	strangers_lock(&w, "citizen");
	struct test_answer x = post(&w, "/quen-mat-khau", "login=citizen", NULL);
	const char *path = str_dup(a, x.location).p;
	x = post(&w, path, str_fmt(a, "code=%s&password=tre+xanh+ven+song&again=tre+xanh+ven+song", mailed_code(a)).p, NULL);
	const char *device = set_cookie(&w, &x, "d");
	EXPECT(device != NULL);
	EXPECT_INT(password_step(&w, "citizen", "tre+xanh+ven+song", NULL).status, 422); /* strangers are held up still */
	EXPECT_INT(password_step(&w, "citizen", "tre+xanh+ven+song", old).status, 422);
	x = password_step(&w, "citizen", "tre+xanh+ven+song", device);
	EXPECT_INT(x.status, 303);
	const char *in = both(&w, cookie_of(&w, &x), device);
	x = post_in(&w, "/tai-khoan/mat-khau", "current=tre+xanh+ven+song&password=gio+thoi+la+bay&again=gio+thoi+la+bay", in);
	EXPECT_INT(x.status, 303);
	const char *newer = set_cookie(&w, &x, "d");
	EXPECT(newer != NULL);
	EXPECT_INT(password_step(&w, "citizen", "gio+thoi+la+bay", device).status, 422);
	EXPECT_INT(password_step(&w, "citizen", "gio+thoi+la+bay", newer).status, 303);
	world_end(&w);
}

/* ---- administration ---- */

TEST_BOTH(a_new_official_begins)
{
	struct world w = world_new(a, engine);
	const char *admin = sign_in(&w, "admin", 0);
	const char *form = "kind=official&name=Ng%C3%B4+V%C4%83n+M%E1%BA%ABu&title=Chuy%C3%AAn+vi%C3%AAn&login=ngo.mau&email=ngo%40mau.example&password_hash=x&totp=x&role=admin";
	struct test_answer x = post_in(&w, "/quan-tri/tai-khoan/moi", form, admin);
	EXPECT_INT(x.status, 303);
	const char *path = str_dup(a, x.location).p;
	EXPECT_INT(post_in(&w, "/quan-tri/tai-khoan/moi", form, admin).status, 422);
	x = get(&w, path, admin);
	HAS(x, "Ngô Văn Mẫu");
	const char *role = str_fmt(a, "role=specialist&unit=%lld&title=Chuy%%C3%%AAn+vi%%C3%%AAn&from=01%%2F01%%2F2026", (long long)w.people.division.v).p;
	EXPECT_INT(post_in(&w, str_fmt(a, "%s/vai-tro", path).p, "role=admin&unit=1&title=a&from=01%2F01%2F2026", admin).status, 422);
	EXPECT_INT(post_in(&w, str_fmt(a, "%s/vai-tro", path).p, role, admin).status, 303);
	EXPECT_INT(post_in(&w, str_fmt(a, "%s/vai-tro", path).p, role, admin).status, 422); /* held already */
	EXPECT_INT(post_in(&w, str_fmt(a, "%s/vang-mat", path).p, "reason=leave&from=02%2F11%2F2026&to=01%2F11%2F2026", admin).status, 422);
	EXPECT_INT(post_in(&w, str_fmt(a, "%s/vang-mat", path).p, "reason=leave&from=01%2F11%2F2027&to=02%2F11%2F2027", admin).status, 303);
	EXPECT_INT(post_in(&w, str_fmt(a, "%s/biet-phai", path).p, str_fmt(a, "unit=%lld&field=x&from=01%%2F01%%2F2027&to=01%%2F02%%2F2027", (long long)w.people.reception.v).p, admin).status, 422);
	/* The first sign-in: a password by mail, then the second factor, then in. */
	x = post(&w, "/quen-mat-khau", "login=ngo.mau", NULL);
	x = post(&w, str_dup(a, x.location).p, str_fmt(a, "code=%s&password=tre+xanh+ven+song&again=tre+xanh+ven+song", mailed_code(a)).p, NULL);
	EXPECT_INT(x.status, 303);
	x = password_step(&w, "ngo.mau", "tre+xanh+ven+song", NULL);
	EXPECT(str_starts(x.location, STR("/dang-nhap/lap-ma")));
	const char *staged = cookie_of(&w, &x);
	EXPECT(is_out(&w, staged));
	x = get(&w, "/dang-nhap/lap-ma", staged);
	ptrdiff_t at = str_find(x.body, STR("<code>"));
	EXPECT(at > 0);
	struct str secret = str_dup(a, str_sub(x.body, (size_t)at + 6, 32));
	EXPECT_INT(get(&w, "/dang-nhap/lap-ma.svg", staged).status, 200);
	EXPECT_INT(get(&w, "/dang-nhap/lap-ma.svg", NULL).status, 404);
	EXPECT_INT(post(&w, "/dang-nhap/lap-ma", "code=000000", staged).status, 422);
	x = post(&w, "/dang-nhap/lap-ma", str_fmt(a, "code=%s", otp(&w, secret, 0)).p, staged);
	EXPECT_INT(x.status, 303);
	EXPECT_INT(get(&w, "/tai-khoan", cookie_of(&w, &x)).status, 200);
	world_end(&w);
}

/* Names go in the body, and into the address sealed for the session. */
static struct test_answer find(struct world *w, const char *words, const char *cookie)
{
	struct test_answer page = get(w, "/quan-tri/tai-khoan", cookie);
	struct str csrf = test_input_value(w->a, &page, "_csrf");
	struct test_answer x = post(w, "/quan-tri/tai-khoan/tim", str_fmt(w->a, "q=%s&_csrf=%.*s", words, STR_ARG(csrf)).p, cookie);
	EXPECT_INT(x.status, 303);
	EXPECT(str_find(x.location, str_from(words)) < 0);
	return get(w, str_cstr(w->a, x.location), cookie);
}

TEST_BOTH(the_list_is_searched_and_hostile_words_are_words)
{
	struct world w = world_new(a, engine);
	const char *admin = sign_in(&w, "admin", 0);
	struct test_answer x = get(&w, "/quan-tri/tai-khoan", admin);
	HAS(x, "Lê Văn Mẫu Thụ Lý");
	x = find(&w, "mau+thu+ly", admin);
	HAS(x, "Lê Văn Mẫu Thụ Lý");
	HAS_NOT(x, "Vũ Thị Mẫu Văn Thư");
	x = find(&w, "%25%27%3B+drop+table+account%3B--", admin);
	HAS(x, "Không có tài khoản nào khớp");
	EXPECT_INT(get(&w, "/quan-tri/tai-khoan?q=mau+thu+ly&trang=-7", admin).status, 200);
	x = find(&w, "zzz%3Cb%3E", admin);
	HAS(x, "Không có tài khoản nào khớp");
	HAS_NOT(x, "zzz<b>");
	EXPECT_INT(get(&w, "/quan-tri/tai-khoan/999", admin).status, 404);
	EXPECT_INT(get(&w, "/quan-tri/tai-khoan/x", admin).status, 404);
	world_end(&w);
}

static struct standing standing_of(struct world *w, struct person_id person)
{
	struct err e = {0};
	struct standing s;
	EXPECT_OK(directory_standing(&w->env, person, date_of(instant_clock()), &s, &e), e);
	return s;
}

TEST_BOTH(a_head_records_the_absences_of_the_own_people)
{
	struct world w = world_new(a, engine);
	const char *head = sign_in(&w, "head", 0), *specialist = sign_in(&w, "specialist", 0);
	struct date today = date_of(instant_clock());
	const char *one = str_fmt(a, "/quan-tri/vang-mat/%lld", (long long)w.people.specialist.v).p, *add = str_fmt(a, "%s/vang-mat", one).p;
	const char *clerk = str_fmt(a, "/quan-tri/vang-mat/%lld", (long long)w.people.clerk.v).p;
	struct str from = date_format(a, today), to = date_format(a, (struct date){today.day + 3});
	const char *form = str_fmt(a, "reason=leave&from=%.*s&to=%.*s&instead=", STR_ARG(from), STR_ARG(to)).p;
	HAS(get(&w, "/quan-tri/vang-mat", head), "Lê Văn Mẫu Thụ Lý");
	HAS_NOT(get(&w, "/quan-tri/vang-mat", head), "Vũ Thị Mẫu Văn Thư");
	EXPECT_INT(get(&w, "/quan-tri/vang-mat", specialist).status, 403);
	EXPECT_INT(get(&w, clerk, head).status, 404);
	EXPECT_INT(post_in(&w, str_fmt(a, "%s/vang-mat", clerk).p, form, head).status, 404);
	EXPECT_INT(post_in(&w, add, str_fmt(a, "%s%lld", form, (long long)w.people.clerk.v).p, head).status, 422);
	EXPECT(!standing_of(&w, w.people.specialist).absent);
	EXPECT_INT(post_in(&w, add, str_fmt(a, "%s%lld", form, (long long)w.people.head.v).p, head).status, 303);
	EXPECT(standing_of(&w, w.people.specialist).absent);
	EXPECT_INT(standing_of(&w, w.people.specialist).acting.v, w.people.head.v);
	HAS(get(&w, "/quan-tri/vang-mat", head), "Phạm Thị Mẫu Trưởng Phòng làm thay");
	struct test_answer x = get(&w, one, head);
	struct str end = str_sub(x.body, (size_t)str_find(x.body, str_fmt(a, "%s/vang-mat/", one)), 400);
	end.n = (size_t)str_find_char(end, '"');
	EXPECT_INT(post_in(&w, str_fmt(a, "%s/vang-mat/77/ket-thuc", one).p, "", head).status, 404);
	EXPECT_INT(post_in(&w, str_dup(a, end).p, "", head).status, 303);
	EXPECT(!standing_of(&w, w.people.specialist).absent);
	world_end(&w);
}

static struct str first_posting_end(struct arena *a, const struct test_answer *x)
{
	ptrdiff_t at = str_find(x->body, STR("/biet-phai/"));
	EXPECT(at >= 0);
	size_t from = (size_t)at;
	while (x->body.p[from] != '"')
		from--;
	struct str url = str_sub(x->body, from + 1, 200);
	url.n = (size_t)str_find_char(url, '"');
	return str_dup(a, url);
}

TEST_BOTH(a_posting_ends_early_and_its_rights_with_it)
{
	struct world w = world_new(a, engine);
	struct err e = {0};
	const char *admin = sign_in(&w, "admin", 0), *counter = sign_in(&w, "counter", 0);
	const char *one = str_fmt(a, "/quan-tri/tai-khoan/%lld", (long long)sample(&w, "counter")->account.v).p;
	struct actor_role *held = NULL;
	size_t n = 99, before = 0;
	struct test_answer x = get(&w, one, admin);
	struct str end = first_posting_end(a, &x);
	EXPECT_OK(directory_roles(&w.env, w.people.counter, date_of(instant_clock()), &held, &before, &e), e);
	EXPECT_INT(post_in(&w, str_fmt(a, "%s/biet-phai/77/ket-thuc", one).p, "", admin).status, 404);
	EXPECT_INT(post_in(&w, end.p, "", counter).status, 403);
	for (int i = 0; i < 10 && n != before - 1; i++) { /* terms to come stand first; they are taken back */
		x = get(&w, one, admin);
		end = first_posting_end(a, &x);
		EXPECT_INT(post_in(&w, end.p, "", admin).status, 303);
		EXPECT_OK(directory_roles(&w.env, w.people.counter, date_of(instant_clock()), &held, &n, &e), e);
	}
	EXPECT_OK(directory_roles(&w.env, w.people.counter, date_of(instant_clock()), &held, &n, &e), e);
	EXPECT_INT(n, before - 1);
	EXPECT(is_out(&w, counter));
	world_end(&w);
}

TEST_BOTH(routes_open_only_to_their_roles)
{
	struct world w = world_new(a, engine);
	struct err e = {0};
	EXPECT_OK(route_tables_check((struct route_table[]){account_routes, directory_routes}, 2, &e), e);
	for (int role = 0; role < ROLE_COUNT; role++)
		for (size_t i = 0; i < account_routes.n; i++) {
			const struct route *r = &account_routes.routes[i];
			const struct actor actor = {.roles = ROLE_BIT(role), .account = role == ROLE_STRANGER ? 0 : 5, .epoch = 1};
			if (r->allow & ROLE_BIT(role))
				continue;
			struct buf path = buf_on(a);
			for (const char *p = r->path; *p; p++)
				buf_char(&path, *p == ':' ? '7' : *p);
			struct test_answer x = http_test_send(w.t, &(struct test_request){.method = r->method, .path = buf_str(&path).p, .actor = &actor, .form = r->method == HTTP_POST ? "a=1" : NULL});
			bool refused = x.status == 401 || x.status == 403 || (role == ROLE_STRANGER && x.status == 303 && str_starts(x.location, STR("/dang-nhap")));
			if (!refused)
				FAIL("%s %s lets %s: %d", http_method_name(r->method), r->path, role_name((enum role)role), x.status);
		}
	world_end(&w);
}

/* ---- tokens ---- */

static struct test_answer ask_token(struct world *w, const char *json, const char *key)
{
	const char *headers[] = {"Idempotency-Key", key, NULL};
	return http_test_send(w->t, &(struct test_request){.method = HTTP_POST, .path = "/api/v1/tokens", .json = json, .headers = key ? headers : NULL});
}

static struct test_answer end_token(struct world *w, struct str token)
{
	const char *headers[] = {"Authorization", str_fmt(w->a, "Bearer %.*s", STR_ARG(token)).p, NULL};
	return http_test_send(w->t, &(struct test_request){.method = HTTP_DELETE, .path = "/api/v1/tokens", .headers = headers});
}

static struct str token_in(struct world *w, const struct test_answer *x)
{
	ptrdiff_t at = str_find(x->body, STR("\"token\":\""));
	EXPECT(at >= 0);
	return str_dup(w->a, str_sub(x->body, (size_t)at + 9, 43));
}

/* Writes only: what this process remembers stays. */
static bool end_elsewhere(struct env *env, void *ctx, struct err *e)
{
	struct account_id id = sample(ctx, "business")->account;
	return q_session_end_all(env->db, id, NULL, e) && q_token_end_all(env->db, id, NULL, e);
}

/* Another node ends a session or token: here it is still known for seconds, and nothing can be done with it. */
TEST_BOTH(what_another_node_ended_acts_no_more)
{
	struct world w = world_new(a, engine);
	const char *c = sign_in(&w, "business", 0), *other = sign_in(&w, "citizen", 0);
	struct err e = {0};
	const struct account_sample *s = sample(&w, "business");
	struct test_answer x = ask_token(&w, str_fmt(a, "{\"login\":\"%.*s\",\"password\":\"%.*s\"}", STR_ARG(s->login), STR_ARG(s->password)).p, NULL);
	const char *headers[] = {"Authorization", str_fmt(a, "Bearer %.*s", STR_ARG(token_in(&w, &x))).p, NULL};
	const struct test_request end = {.method = HTTP_DELETE, .path = "/api/v1/tokens", .headers = headers};
	struct test_answer page = get(&w, "/tai-khoan", c);
	const char *form = str_fmt(a, "lang=en&_csrf=%.*s", STR_ARG(test_input_value(a, &page, "_csrf"))).p;
	EXPECT_INT(http_test_send(w.t, &(struct test_request){.path = "/tai-khoan", .headers = headers}).status, 200);
	EXPECT_INT(post(&w, "/tai-khoan/ngon-ngu", form, c).status, 303);
	EXPECT_OK(act_as(&w, &actor_program, end_elsewhere, &w, &e), e);
	EXPECT_INT(post(&w, "/tai-khoan/ngon-ngu", form, c).status, 401);
	EXPECT_INT(http_test_send(w.t, &end).status, 401);
	EXPECT(!is_out(&w, other));
	EXPECT_INT(post_in(&w, "/tai-khoan/ngon-ngu", "lang=en", other).status, 303);
	world_end(&w);
}

/* A browser's session is no token: to end it so is refused, not answered as if done. */
TEST_BOTH(ending_a_token_with_a_session_is_refused)
{
	struct world w = world_new(a, engine);
	const struct actor browser = {.roles = ROLE_BIT(ROLE_CITIZEN), .account = sample(&w, "citizen")->account.v, .epoch = 1};
	struct test_answer x = http_test_send(w.t, &(struct test_request){.method = HTTP_DELETE, .path = "/api/v1/tokens", .actor = &browser});
	EXPECT_INT(x.status, 400);
	HAS(x, "Đăng xuất");
	world_end(&w);
}

TEST_BOTH(programs_get_tokens)
{
	struct world w = world_new(a, engine);
	const struct account_sample *c = sample(&w, "citizen"), *s = sample(&w, "specialist");
	const char *json = str_fmt(a, "{\"login\":\"citizen\",\"password\":\"%.*s\"}", STR_ARG(c->password)).p;
	struct test_answer x = ask_token(&w, json, "k1");
	EXPECT_INT(x.status, 201);
	struct str token = token_in(&w, &x);
	x = ask_token(&w, json, "k1"); /* the token is told once */
	EXPECT_INT(x.status, 409);
	EXPECT(str_find(x.body, token) < 0);
	EXPECT_INT(ask_token(&w, "{\"login\":\"citizen\",\"password\":\"sai\"}", NULL).status, 401);
	EXPECT_INT(ask_token(&w, "{\"login\":{\"a\":1},\"password\":7}", NULL).status, 422);
	EXPECT_INT(ask_token(&w, "{\"login\":", NULL).status, 400);
	EXPECT_INT(ask_token(&w, str_fmt(a, "{\"login\":\"specialist\",\"password\":\"%.*s\"}", STR_ARG(s->password)).p, NULL).status, 401);
	x = ask_token(&w, str_fmt(a, "{\"login\":\"specialist\",\"password\":\"%.*s\",\"otp\":\"%s\"}", STR_ARG(s->password), otp(&w, s->totp_secret, 0)).p, NULL);
	EXPECT_INT(x.status, 201);
	struct str officer = token_in(&w, &x);
	EXPECT_INT(end_token(&w, STR("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")).status, 401);
	EXPECT_INT(end_token(&w, token).status, 204);
	EXPECT_INT(end_token(&w, token).status, 401);
	const char *admin = sign_in(&w, "admin", 0);
	EXPECT_INT(post_in(&w, admin_path(&w, "specialist", "/khoa"), "", admin).status, 303);
	EXPECT_INT(end_token(&w, officer).status, 401);
	/* A session's cookie is no bearer token, and a token no cookie. */
	EXPECT_INT(end_token(&w, str_from(admin + 2)).status, 401);
	world_end(&w);
}

TEST_BOTH(programs_have_a_known_place_too)
{
	struct world w = world_that_waits_long(a, engine);
	const char *right = str_fmt(a, "{\"login\":\"citizen\",\"password\":\"%.*s\"", STR_ARG(sample(&w, "citizen")->password)).p;
	struct test_answer x = ask_token(&w, str_fmt(a, "%s}", right).p, NULL);
	EXPECT_INT(x.status, 201);
	ptrdiff_t at = str_find(x.body, STR("\"device\":\""));
	EXPECT(at > 0);
	const char *device = str_dup(a, str_sub(x.body, (size_t)at + 10, 66)).p;
	for (int i = 0; i < 6; i++)
		EXPECT(ask_token(&w, "{\"login\":\"citizen\",\"password\":\"sai\"}", NULL).status >= 400);
	EXPECT_INT(ask_token(&w, str_fmt(a, "%s}", right).p, NULL).status, 429);
	EXPECT_INT(ask_token(&w, str_fmt(a, "%s,\"device\":\"%s\"}", right, device).p, NULL).status, 201);
	EXPECT_INT(ask_token(&w, str_fmt(a, "%s,\"device\":\"\\u0001%s\"}", right, device).p, NULL).status, 422);
	world_end(&w);
}

TEST_BOTH(nothing_secret_lies_in_the_database)
{
	struct world w = world_new(a, engine);
	const char *c = sign_in(&w, "citizen", 0);
	struct err e = {0};
	struct account_row_row row = {0};
	struct session_list_rows sessions = {0};
	bool found = false;
	const struct account_sample *s = sample(&w, "citizen");
	EXPECT_OK(q_account_row(w.env.db, a, s->account, &row, &found, &e), e);
	EXPECT(found && str_starts(row.password, STR("$argon2id$")) && str_find(row.identity, STR("001190000001")) < 0);
	EXPECT_OK(q_session_list(w.env.db, a, s->account, &sessions, &e), e);
	EXPECT_INT(sessions.n, 1);
	if (engine == DB_SQLITE) {
		const char *parts[] = {"", "-wal"};
		for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
			struct str bytes = test_read_file(a, str_fmt(a, "%.*s%s", STR_ARG(test_db_place()), parts[i]));
			EXPECT(str_find(bytes, str_from(c + 2)) < 0);
			EXPECT(str_find(bytes, s->password) < 0);
			EXPECT(str_find(bytes, STR("001190000001")) < 0);
			EXPECT(str_find(bytes, sample(&w, "head")->totp_secret) < 0);
		}
	}
	world_end(&w);
}

static struct str hash_of(struct world *w, const char *role)
{
	struct err e = {0};
	struct account_row_row row = {0};
	bool found = false;
	EXPECT_OK(q_account_row(w->env.db, w->a, sample(w, role)->account, &row, &found, &e), e);
	return row.password;
}

static void set_cost(struct world *w, uint32_t memory_kib, uint32_t passes)
{
	struct err e = {0};
	struct account_config c = *account_cfg();
	c.argon_memory_kib = memory_kib;
	c.argon_passes = passes;
	account_stop();
	EXPECT_OK(account_start(&c, &e), e);
	(void)w;
}

TEST_BOTH(passwords_are_hashed_again_when_the_cost_was_raised)
{
	struct world w = world_new(a, engine);
	const char *before = sign_in(&w, "citizen", 0);
	struct str first = hash_of(&w, "citizen"), other = hash_of(&w, "business");
	set_cost(&w, account_cfg()->argon_memory_kib, 2);
	EXPECT_INT(password_step(&w, "citizen", "khong-phai-no", NULL).status, 422);
	EXPECT_STR(hash_of(&w, "citizen"), first);
	sign_in(&w, "citizen", 0);
	struct str second = hash_of(&w, "citizen");
	EXPECT(!str_eq(first, second) && str_find(second, STR(",t=2,")) > 0);
	EXPECT(!is_out(&w, before)); /* the password is the same: nobody is signed out */
	sign_in(&w, "citizen", 0);
	EXPECT_STR(hash_of(&w, "citizen"), second);
	EXPECT_STR(hash_of(&w, "business"), other);
	set_cost(&w, account_cfg()->argon_memory_kib * 2, 1); /* more memory, fewer passes: the memory counts */
	sign_in(&w, "citizen", 0);
	struct str third = hash_of(&w, "citizen");
	EXPECT(str_find(third, STR(",t=1,")) > 0 && !str_eq(third, second));
	set_cost(&w, account_cfg()->argon_memory_kib / 2, 1);
	sign_in(&w, "citizen", 0);
	EXPECT_STR(hash_of(&w, "citizen"), third);
	const struct account_sample *s = sample(&w, "head"); /* officials: at the first factor, and by the door of programs */
	set_cost(&w, account_cfg()->argon_memory_kib, 3);
	EXPECT_INT(ask_token(&w, str_fmt(a, "{\"login\":\"head\",\"password\":\"%.*s\",\"otp\":\"%s\"}", STR_ARG(s->password), otp(&w, s->totp_secret, 0)).p, NULL).status, 201);
	EXPECT(str_find(hash_of(&w, "head"), STR(",t=3,")) > 0);
	world_end(&w);
}

static bool do_sweep(struct env *env, void *ctx, struct err *e)
{
	(void)ctx;
	return account_sweep(env, e);
}

TEST_BOTH(the_sweep_keeps_what_is_used)
{
	struct world w = world_new(a, engine);
	struct err e = {0};
	const char *c = sign_in(&w, "citizen", 0);
	EXPECT(!is_out(&w, c));
	EXPECT_OK(act_as(&w, &actor_program, do_sweep, NULL, &e), e);
	EXPECT(!is_out(&w, c));
	world_end(&w);
}

TEST_BOTH(the_public_list_of_staff)
{
	struct world w = world_new(a, engine);
	struct test_answer x = get(&w, "/can-bo", NULL), j = get(&w, "/api/v1/staff", NULL);
	EXPECT_INT(x.status, 200);
	HAS(x, "Hoàng Văn Mẫu Trung Tâm");
	EXPECT_INT(j.status, 200);
	HAS(j, "\"position\":\"head\"");
	HAS_NOT(x, "Lê Văn Mẫu Thụ Lý"); /* not posted there */
	world_end(&w);
}
