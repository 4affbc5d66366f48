/* about_test.c — the pages that the frame links: for strangers and applicants, in both languages, empty and with rows; on both engines. */
#include "about/about.h"
#include "core/http/http_testing.h"
#include "dossier/dossier_testing.h"
#include "core/page/page.h"

static struct world {
	struct office o;
	struct db *reader;
	struct http_test *http;
	struct http_config cfg;
} w;

static const struct actor citizen = {.account = 4242, .roles = ROLE_BIT(ROLE_CITIZEN), .name = {"Người dân", 12}};
static const struct actor other = {.account = 4343, .roles = ROLE_BIT(ROLE_BUSINESS), .name = {"Tổ chức", 11}};
static const char *const paths[] = {"/thanh-toan", "/phan-anh", "/danh-gia", "/du-lieu-ca-nhan", "/tro-nang"};

static struct db *checkout(void *app) { return ((struct world *)app)->reader; }
static void checkin(void *app, struct db *db) { (void)app, (void)db; }

static void start(struct arena *a, enum db_engine engine)
{
	static struct route_table tables[1];
	office_open(&w.o, a, engine, "2026-11-16T08:30:00+07:00");
	w.reader = test_db_again(engine, DB_READ_ONLY);
	tables[0] = about_routes;
	w.cfg = http_config_usual();
	w.cfg.tables = tables;
	w.cfg.n_tables = 1;
	w.cfg.origin = "http://localhost";
	w.cfg.app = &w;
	w.cfg.writer = w.o.w;
	w.cfg.submit = writer_submit;
	w.cfg.hooks = (struct http_hooks){.say = page_say, .error_page = page_error_page, .db_checkout = checkout, .db_checkin = checkin};
	w.http = http_test_new(a, &w.cfg);
}

static void stop(void)
{
	http_test_free(w.http);
	office_close(&w.o);
	db_close(w.reader);
}

static struct str page(const struct actor *who, const char *path)
{
	struct test_answer x = http_test_send(w.http, &(struct test_request){.path = path, .actor = who});
	EXPECT_INT(x.status, 200);
	return x.body;
}
#define HAS(text, words) EXPECT(str_find((text), (words)) >= 0)
#define HAS_NOT(text, words) EXPECT(str_find((text), (words)) < 0)

struct want { struct dossier_sent sent; int64_t account; int score; };

static bool send(struct env *env, void *ctx, struct err *e)
{
	struct want *x = ctx;
	const struct law_procedure *p = law_find(w.o.law, STR("bx-khai-bao-xquang"));
	json_t *example = law_example(w.o.a, w.o.law, p, date_of(env->now));
	struct key key;
	struct dossier_new d = {.procedure = p, .answers = example, .account = x->account, .channel_in = STR("online"), .channel_out = STR("online"),
	                        .who = {.name = STR("Lê Thị Mẫu Kín")}, .receiving_unit = w.o.people.reception, .settling_unit = w.o.people.division,
	                        .settling_agency = w.o.people.department, .code_prefix = STR("H99.12")};
	dossier_begin(env, w.o.law, &d.id, &key, &d.wrapped_key);
	bool ok = dossier_send(env, w.o.law, &d, &x->sent, e);
	json_decref(example);
	return ok;
}

struct act_ctx { struct dossier_act x; struct dossier_done out; };
static bool do_act(struct env *env, void *ctx, struct err *e)
{
	struct act_ctx *c = ctx;
	return dossier_do(env, w.o.law, &c->x, &c->out, e);
}

static void act(const struct actor *who, struct dossier_act x)
{
	struct err e = {0};
	struct act_ctx c = {.x = x};
	EXPECT_OK(office_act(&w.o, who, do_act, &c, &e), e);
}

/* Refused at intake: over at once, and may be rated. */
static struct dossier_sent settled(const struct actor *who, int score)
{
	struct err e = {0};
	struct want x = {.account = who->account};
	struct actor counter = office_official(&w.o, w.o.people.counter);
	EXPECT_OK(office_act(&w.o, who, send, &x, &e), e);
	act(&counter, (struct dossier_act){.id = x.sent.id, .action = ACT_REFUSE, .reason = STR("không thuộc thẩm quyền")});
	if (score)
		act(who, (struct dossier_act){.id = x.sent.id, .action = ACT_RATE, .score = score, .text = STR("lời nói riêng")});
	return x.sent;
}

static bool around(struct env *env, void *ctx, struct err *e) { return directory_demo_around(env, ctx, e); }

TEST_BOTH(contacts_are_those_that_can_be_reached)
{
	start(a, engine);
	struct err e = {0};
	EXPECT_OK(office_act(&w.o, &actor_program, around, &w.o.people, &e), e);
	struct str x = page(NULL, "/phan-anh");
	HAS(x, STR("vanphong@so-khcn.example"));
	EXPECT(str_find(x, STR("Sở Công Thương")) < 0);
	stop();
}

TEST_BOTH(every_page_stands_for_everybody)
{
	start(a, engine);
	const struct actor head = office_official(&w.o, w.o.people.head), *who[] = {NULL, &citizen, &head};
	for (size_t i = 0; i < ARRAY_LEN(paths); i++)
		for (size_t k = 0; k < ARRAY_LEN(who); k++) {
			HAS(page(who[k], paths[i]), STR("<h1>"));
			HAS(page(who[k], str_fmt(a, "%s?lang=en", paths[i]).p), STR("lang=\"en\""));
		}
	struct str contact = page(NULL, "/phan-anh");
	HAS(contact, STR("vanphong@so-khcn.example"));
	HAS(contact, STR("Nghị định 20/2008/NĐ-CP"));
	HAS(page(NULL, "/du-lieu-ca-nhan"), STR("91/2025/QH15"));
	HAS(page(NULL, "/thanh-toan"), STR("/dang-nhap?next=/thanh-toan"));
	HAS(page(&citizen, "/thanh-toan"), STR("Không có khoản nào cần nộp"));
	stop();
}

TEST_BOTH(each_sees_the_own_fees_and_dossiers_only)
{
	struct err e = {0};
	start(a, engine);
	struct want x = {.account = citizen.account};
	struct actor counter = office_official(&w.o, w.o.people.counter);
	EXPECT_OK(office_act(&w.o, &citizen, send, &x, &e), e);
	act(&counter, (struct dossier_act){.id = x.sent.id, .action = ACT_DEMAND_FEE, .name = STR("Phí <thẩm định>"), .amount = {3000000}, .reason = STR("Theo biên bản thẩm định")});
	struct str pay = page(&citizen, "/thanh-toan");
	HAS(pay, STR("Phí &lt;thẩm định&gt;: 3.000.000 đồng"));
	HAS(pay, str_fmt(a, "/ho-so/%.*s/phi", STR_ARG(x.sent.code)));
	HAS(page(&citizen, "/du-lieu-ca-nhan"), str_fmt(a, "/ho-so/%.*s\"", STR_ARG(x.sent.code)));
	const struct actor *others[] = {NULL, &other, &counter};
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		for (size_t k = 0; k < ARRAY_LEN(paths); k++)
			HAS_NOT(page(others[i], paths[k]), x.sent.code);
	stop();
}

TEST_BOTH(ratings_are_counted_and_never_told_by_name)
{
	start(a, engine);
	struct dossier_sent open = settled(&citizen, 0);
	HAS(page(&citizen, "/danh-gia"), open.code);
	HAS(page(NULL, "/danh-gia"), STR("Chưa đủ năm lượt"));
	static const int scores[] = {5, 5, 4, 1, 5, 3};
	struct str codes[ARRAY_LEN(scores)];
	for (size_t i = 0; i < ARRAY_LEN(scores); i++)
		codes[i] = settled(&other, scores[i]).code;
	struct str now = page(NULL, "/danh-gia");
	HAS(now, STR("67 % hài lòng (mức 4 và 5) trong 6 lượt"));
	HAS_NOT(now, STR("lời nói riêng"));
	HAS_NOT(now, STR("Mẫu Kín"));
	struct str mine = page(&other, "/danh-gia");
	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		HAS_NOT(mine, codes[i]);
	stop();
}
