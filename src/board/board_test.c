/* board_test.c — figures and the dossiers behind them are of the same dossiers; who may see which; no person on the public board. On both engines. */
#include "board/board_internal.h"
#include "board/board_sql.h"
#include "catalogue/procedure.h"
#include "core/audit/audit.h"
#include "core/http/http_testing.h"
#include "core/pack/pack.h"
#include "dossier/dossier_testing.h"
#include <stdlib.h>

#define APPLICANT "Lê Thị Mẫu Kín Vô Danh"
static struct world { struct office o; struct db *reader; struct db_pool *pool; struct http_test *http; struct http_config cfg; } w;
static const struct actor citizen = {.account = 4242, .roles = ROLE_BIT(ROLE_CITIZEN), .name = {"Người dân", 12}};

static struct db *checkout(void *app) { return ((struct world *)app)->reader; }
static void checkin(void *app, struct db *db) { (void)app, (void)db; }
static const struct actor *who_asks; /* NULL: a stranger */
/* Requests come at the office's time. */
static bool authenticate(struct request *r, struct err *e)
{
	(void)e;
	r->env.now = office_now();
	r->env.actor = who_asks ? who_asks : &actor_stranger;
	r->auth = who_asks && r->method == HTTP_GET ? AUTH_COOKIE : AUTH_NONE; /* forms come without a token here, and say where they come from */
	return true;
}
static uint64_t revision(void *app) { (void)app; return 1; }
static bool offered(void *ctx, int64_t *all, int64_t *online) { (void)ctx; *all = 72; *online = 40; return true; }

static void start(struct arena *a, enum db_engine engine)
{
	static struct route_table tables[1];
	struct err e = {0};
	office_open(&w.o, a, engine, "2025-09-01T08:00:00+07:00");
	w.reader = test_db_again(engine, DB_READ_ONLY);
	w.pool = db_pool_new(engine, test_db_place(), 2);
	EXPECT_OK(board_use(&(struct board_config){.law = w.o.law, .pool = w.pool, .offered = offered}, &e), e);
	tables[0] = board_routes;
	w.cfg = http_config_usual();
	w.cfg.tables = tables;
	w.cfg.n_tables = 1;
	w.cfg.app = &w;
	w.cfg.writer = w.o.w;
	w.cfg.submit = writer_submit;
	w.cfg.rate_address[RATE_HEAVY] = w.cfg.rate_account[RATE_HEAVY] = (struct rate){1000, 1000}; /* a file a cell */
	w.cfg.sign_in_path = "/dang-nhap";
	w.cfg.hooks = (struct http_hooks){.say = page_say, .error_page = page_error_page, .db_checkout = checkout, .db_checkin = checkin, .revision = revision, .authenticate = authenticate};
	w.http = http_test_new(a, &w.cfg);
}

static void stop(void)
{
	http_test_free(w.http);
	office_close(&w.o); /* and the sums agree with the dossiers */
	db_close(w.reader);
	db_pool_free(w.pool);
}

/* ---- dossiers, one after the other, by the rules that settle real ones ---- */

enum fate { RESULT, REFUSED, STOPPED, WITHDRAWN, NOT_ACCEPTED, OPEN, ANSWER, SUPPLEMENT };
struct made { const char *sent, *over, *procedure, *channel; enum fate fate; int score; const char *why; /* of one settled late; NULL: staff; "": as before there was a list */ };
static const struct made made[] = {
	{"2025-09-08T08:00:00+07:00", "2025-09-09T10:00:00+07:00", "bx-khai-bao-xquang", "online", RESULT, 5, NULL},
	{"2025-10-06T08:00:00+07:00", "2025-12-08T10:00:00+07:00", "bx-khai-bao-xquang", "counter", RESULT, 2, NULL}, /* late, over two ends of months */
	{"2026-01-05T08:00:00+07:00", "2026-01-06T10:00:00+07:00", "bx-cap-phep-xquang", "post", RESULT, 0, NULL},
	{"2026-02-02T08:00:00+07:00", "2026-02-03T10:00:00+07:00", "bx-khai-bao-xquang", "portal", STOPPED, 0, NULL},
	{"2026-02-04T08:00:00+07:00", NULL, "bx-khai-bao-xquang", "hired", WITHDRAWN, 0, NULL},
	{"2026-03-03T08:00:00+07:00", NULL, "bx-khai-bao-xquang", "counter", NOT_ACCEPTED, 4, NULL},
	{"2026-04-06T08:00:00+07:00", "2026-04-07T10:00:00+07:00", "bx-khai-bao-xquang", "online", REFUSED, 1, NULL},
	{"2026-08-03T08:00:00+07:00", NULL, "bx-khai-bao-xquang", "online", OPEN, 0, NULL}, /* overdue when all is looked at */
	{"2026-09-07T08:00:00+07:00", "2026-09-08T10:00:00+07:00", "bx-khai-bao-xquang", "online", RESULT, 4, NULL},
	{"2026-10-05T08:00:00+07:00", NULL, "bx-khai-bao-xquang", "online", SUPPLEMENT, 0, NULL},
	{"2026-11-02T08:00:00+07:00", "2026-11-03T10:00:00+07:00", "bx-cap-phep-xquang", "online", RESULT, 5, NULL},
	{"2026-11-13T08:00:00+07:00", NULL, "bx-khai-bao-xquang", "counter", ANSWER, 0, NULL},
	{"2026-11-16T08:00:00+07:00", NULL, "bx-khai-bao-xquang", "online", OPEN, 0, NULL},
};
#define NOW "2026-11-16T09:30:00+07:00"

struct sending { const struct made *m; struct dossier_sent sent; };

static bool send(struct env *env, void *ctx, struct err *e)
{
	struct sending *x = ctx;
	const struct law_procedure *p = law_find(w.o.law, str_from(x->m->procedure));
	json_t *example = law_example(w.o.a, w.o.law, p, date_of(env->now));
	struct key key;
	struct dossier_new d = {.procedure = p, .answers = example, .account = citizen.account, .channel_in = str_from(x->m->channel), .channel_out = STR("online"), .who = {.name = STR(APPLICANT)},
	                        .receiving_unit = w.o.people.reception, .settling_unit = w.o.people.division, .settling_agency = w.o.people.department, .code_prefix = STR("H99.12")};
	dossier_begin(env, w.o.law, &d.id, &key, &d.wrapped_key);
	bool ok = dossier_send(env, w.o.law, &d, &x->sent, e);
	json_decref(example);
	return ok;
}

struct acting { struct dossier_act x; struct dossier_done out; };
static bool do_act(struct env *env, void *ctx, struct err *e)
{
	struct acting *c = ctx;
	return dossier_do(env, w.o.law, &c->x, &c->out, e);
}

static void act(struct actor who, struct dossier_act x)
{
	struct err e = {0};
	struct acting c = {.x = x};
	EXPECT_OK(office_act(&w.o, &who, do_act, &c, &e), e);
}

static bool sign(struct env *env, void *ctx, struct err *e)
{
	struct dossier_file_new f = {.field = STR("result"), .name = STR("ket-qua.pdf"), .blob = STR("r"), .plain_hash = STR("r"), .type = STR("application/pdf"), .size = 1};
	return dossier_signed(env, w.o.law, *(struct dossier_id *)ctx, &f, e);
}

static void decide(struct dossier_id d, enum fate fate, const char *why)
{
	struct err e = {0};
	const struct directory_demo *p = &w.o.people;
	struct actor specialist = office_official(&w.o, p->specialist);
	act(specialist, (struct dossier_act){.id = d, .action = ACT_FINISH});
	act(specialist, (struct dossier_act){.id = d, .action = ACT_SUBMIT, .outcome = fate == REFUSED ? STR("refuse") : STR("result"), .text = STR("Căn cứ hồ sơ")});
	act(office_official(&w.o, p->head), (struct dossier_act){.id = d, .action = ACT_APPROVE});
	act(office_official(&w.o, p->director), (struct dossier_act){.id = d, .action = ACT_APPROVE});
	EXPECT_OK(office_act(&w.o, &actor_program, sign, &d, &e), e);
	size_t listed = w.o.law->n_late;
	w.o.law->n_late = why && !*why ? 0 : listed;
	act(office_official(&w.o, p->clerk), (struct dossier_act){.id = d, .action = ACT_ISSUE, .late_reason = str_from(why ? why : "staff")});
	w.o.law->n_late = listed;
}

static void make(const struct made *m)
{
	struct err e = {0};
	struct sending x = {.m = m};
	struct actor counter = office_official(&w.o, w.o.people.counter), head = office_official(&w.o, w.o.people.head);
	office_set_clock(m->sent);
	EXPECT_OK(office_act(&w.o, &citizen, send, &x, &e), e);
	struct dossier_id d = x.sent.id;
	if (m->fate == WITHDRAWN)
		act(citizen, (struct dossier_act){.id = d, .action = ACT_WITHDRAW});
	else if (m->fate == NOT_ACCEPTED)
		act(counter, (struct dossier_act){.id = d, .action = ACT_REFUSE, .reason = STR("không thuộc thẩm quyền")});
	else if (m->fate == SUPPLEMENT)
		act(counter, (struct dossier_act){.id = d, .action = ACT_ASK_SUPPLEMENT, .reason = STR("Thiếu bản vẽ")});
	else if (m->fate != ANSWER)
		act(counter, (struct dossier_act){.id = d, .action = ACT_ACCEPT});
	if (m->fate != RESULT && m->fate != REFUSED && m->fate != STOPPED && m->fate != OPEN)
		return;
	act(head, (struct dossier_act){.id = d, .action = ACT_ASSIGN, .to = w.o.people.specialist});
	if (m->over)
		office_set_clock(m->over);
	if (m->fate == STOPPED)
		act(citizen, (struct dossier_act){.id = d, .action = ACT_STOP});
	else if (m->fate != OPEN)
		decide(d, m->fate, m->why);
	if (m->score && m->fate == RESULT)
		act(citizen, (struct dossier_act){.id = d, .action = ACT_RATE, .score = m->score});
}

static void make_all(void)
{
	for (size_t i = 0; i < ARRAY_LEN(made); i++)
		make(&made[i]);
	office_set_clock(NOW);
}

static struct test_answer get(const struct actor *who, const char *path)
{
	who_asks = who;
	return http_test_send(w.http, &(struct test_request){.path = path});
}
static struct str page(const struct actor *who, const char *path)
{
	struct test_answer x = get(who, path);
	EXPECT_INT(x.status, 200);
	return x.body;
}
#define HAS(text, words) EXPECT(str_find((text), str_from(words)) >= 0)
#define HAS_NOT(text, words) EXPECT(str_find((text), (words)) < 0)

/* ---- figures and what stands behind them ---- */

struct figure { const char *kind, *channel, *channel2; int score; enum stat_measure m[3]; size_t n; };
static const struct figure figures[] = {
	{"received", "", "", 0, {STAT_MEASURES}, 1}, {"received", "online", "portal", 0, {STAT_RECEIVED_ONLINE, STAT_RECEIVED_PORTAL}, 2},
	{"received", "counter", "counter", 0, {STAT_RECEIVED_COUNTER}, 1}, {"received", "post", "hired", 0, {STAT_RECEIVED_POST, STAT_RECEIVED_HIRED}, 2},
	{"received_direct", "", "", 0, {STAT_RECEIVED_COUNTER, STAT_RECEIVED_POST, STAT_RECEIVED_HIRED}, 3},
	{"decided", "", "", 0, {STAT_RESULT, STAT_REFUSED}, 2}, {"early", "", "", 0, {STAT_EARLY}, 1}, {"on_time", "", "", 0, {STAT_ON_TIME}, 1}, {"late", "", "", 0, {STAT_LATE}, 1},
	{"no_limit", "", "", 0, {STAT_NO_LIMIT}, 1}, {"result_signed", "", "", 0, {STAT_RESULT_SIGNED}, 1}, {"rated", "", "", 1, {STAT_RATED_1}, 1}, {"rated", "", "", 2, {STAT_RATED_2}, 1},
	{"rated", "", "", 4, {STAT_RATED_4}, 1},
	{"late_why", "", "", 4, {STAT_LATE_REASON_1 + 3}, 1}, {"late_why", "", "", 1, {STAT_LATE_REASON_1}, 1}, {"rated", "", "", 5, {STAT_RATED_5}, 1},
};

static int64_t behind(struct env *env, const char *kind, const struct figure *f, int32_t from, int32_t to, struct stat_dims of)
{
	struct err e = {0};
	struct board_behind_count_row n = {0};
	bool found = false;
	struct board_behind_count_in in = {.agency = of.agency, .unit = of.unit, .procedure = of.procedure.n ? of.procedure : STR(""), .officer = of.officer, .kind = str_from(kind),
		.channel = str_from(f ? f->channel : ""), .channel2 = str_from(f ? f->channel2 : ""), .score = f ? f->score : 0, .from = instant_at(stat_month_first(from), 0),
		.to = instant_at(stat_month_first(to + 1), 0), .now = env->now, .ids = STR("[]")};
	if (strstr(kind, "_at_end") && in.to.ms < in.now.ms)
		in.now = in.to;
	EXPECT_OK(q_board_behind_count(env->db, env->arena, &in, &n, &found, &e), e);
	return n.n;
}

static int64_t counted(const struct stat_row *row, const struct figure *f)
{
	int64_t n = 0;
	if (f->m[0] == STAT_MEASURES)
		return stat_received(row);
	for (size_t i = 0; i < f->n; i++)
		n += row->n[f->m[i]];
	return n;
}

/* The columns of II.06a. */
static void agree_at_end(struct env *env, const struct stat_row *row, int32_t from, int32_t to, struct stat_dims of)
{
	struct err e = {0};
	struct stat_cut cut = {.from = 0, .to = from - 1, .of = of, .by = STAT_BY_ALL};
	struct stat_rows past = {0};
	struct stat_stand stand = {0};
	EXPECT_OK(stat_read(env, &cut, &past, &e), e);
	EXPECT_OK(stat_stand_at_end(env, &cut, to, &stand, &e), e);
	EXPECT_INT(behind(env, "received_or_carried", NULL, from, to, of), stat_received(row) + stat_received(&past.v[0]) - stat_ended(&past.v[0]));
	EXPECT_INT(behind(env, "on_time_or_otherwise", NULL, from, to, of), stat_ended(row) - row->n[STAT_EARLY] - row->n[STAT_LATE]);
	EXPECT_INT(behind(env, "overdue_at_end", NULL, from, to, of), stand.overdue);
	EXPECT_INT(behind(env, "in_time_at_end", NULL, from, to, of), stand.open - stand.overdue);
	EXPECT_INT(behind(env, "open_at_end", NULL, from, to, of), stand.open);
}

static void agree(struct env *env, int32_t from, int32_t to, struct stat_dims of)
{
	struct err e = {0};
	struct stat_cut cut = {.from = from, .to = to, .of = of, .by = STAT_BY_ALL};
	struct stat_rows rows = {0}, now = {0};
	EXPECT_OK(stat_read(env, &cut, &rows, &e), e);
	EXPECT_OK(stat_now(env, &cut, env->now, &now, &e), e);
	for (size_t i = 0; i < ARRAY_LEN(figures); i++)
		EXPECT_INT(behind(env, figures[i].kind, &figures[i], from, to, of), counted(&rows.v[0], &figures[i]));
	const struct stat_row *n = &now.v[0];
	int64_t running = n->open[STAT_OPEN_RUNNING] + n->open[STAT_OPEN_APOLOGISED];
	EXPECT_INT(behind(env, "ended", NULL, from, to, of), stat_ended(&rows.v[0]));
	EXPECT_INT(behind(env, "otherwise", NULL, from, to, of), stat_ended(&rows.v[0]) - board_limited(&rows.v[0]));
	EXPECT_INT(behind(env, "late_why", NULL, from, to, of), stat_late_unstated(&rows.v[0]));
	EXPECT_INT(behind(env, "open", NULL, from, to, of), board_open(n));
	EXPECT_INT(behind(env, "open_overdue", NULL, from, to, of), n->overdue);
	EXPECT_INT(behind(env, "open_in_time", NULL, from, to, of), running - n->overdue);
	EXPECT_INT(behind(env, "answer_overdue", NULL, from, to, of), n->answer_late);
	EXPECT_INT(behind(env, "answer_in_time", NULL, from, to, of), n->open[STAT_OPEN_ANSWER] - n->answer_late);
	EXPECT_INT(behind(env, "open_supplement", NULL, from, to, of), n->open[STAT_OPEN_SUPPLEMENT]);
	EXPECT_INT(behind(env, "open_fee", NULL, from, to, of), n->open[STAT_OPEN_FEE]);
	EXPECT_INT(behind(env, "open_no_limit", NULL, from, to, of), n->open[STAT_OPEN_NO_LIMIT]);
	agree_at_end(env, &rows.v[0], from, to, of);
}

TEST_BOTH(every_figure_opens_as_many_dossiers_as_it_counts)
{
	start(a, engine);
	test_db_prepares(w.o.db, board_sql);
	make_all();
	struct env env = office_env(&w.o);
	int32_t last = stat_month_of(date_of(env.now));
	const struct stat_dims cuts[] = {{{0}, {0}, {0}, {NULL, 0}}, {.agency = w.o.people.department}, {.agency = w.o.people.department, .unit = w.o.people.division},
		{.procedure = STR("bx-cap-phep-xquang")}, {.agency = w.o.people.department, .officer = w.o.people.specialist}, {.agency = w.o.people.centre}};
	for (size_t i = 0; i < ARRAY_LEN(cuts); i++) {
		agree(&env, last - 14, last, cuts[i]);
		for (int32_t m = last - 14; m <= last; m++)
			agree(&env, m, m, cuts[i]);
	}
	EXPECT_INT(behind(&env, "late", NULL, last - 14, last, (struct stat_dims){0}), 1);
	EXPECT_INT(behind(&env, "open_overdue", NULL, last, last, (struct stat_dims){0}), 1);
	stop();
}

/* ---- pages ---- */

static const char *const views[] = {"/bang-dieu-hanh", "/bang-dieu-hanh?xem=don-vi", "/bang-dieu-hanh?xem=thu-tuc&ky=nam-nay", "/bang-dieu-hanh?xem=can-bo", "/bang-dieu-hanh?xem=thang&ky=36-thang",
	"/bang-dieu-hanh/chi-so", "/bang-dieu-hanh/bieu-ii-06a?ky=2026-02", "/bang-dieu-hanh/ho-so?so=late", "/bang-dieu-hanh/so-lieu.csv?bieu-do=dung-han", "/bang-dieu-hanh/so-lieu.csv?bieu-do=bang&xem=thu-tuc",
	"/bang-dieu-hanh/so-lieu.xlsx?bieu-do=tiep-nhan", "/bang-dieu-hanh/chi-so.csv?bo=qd766-2022", "/bang-dieu-hanh/chi-so.xlsx", "/bang-dieu-hanh/bieu-ii-06a.csv", "/bang-dieu-hanh/bieu-ii-06a.xlsx",
	"/bang-dieu-hanh/ly-do-cham?ky=36-thang", "/bang-dieu-hanh/ly-do-cham?xem=thang", "/bang-dieu-hanh/ly-do-cham.csv", "/bang-dieu-hanh/ly-do-cham.xlsx?xem=don-vi", "/bang-dieu-hanh/so-lieu.csv?bieu-do=ly-do-cham",
	"/bang-dieu-hanh/ho-so?so=late_staff&ky=36-thang"};
static const char *const api[] = {"/api/v1/board?by=unit&period=2026-11", "/api/v1/board/dossiers?figure=early", "/api/v1/board/indices", "/api/v1/board/report?period=2026"};

/* Past the program, on PostgreSQL: no page gives such a name. */
TEST_BOTH(names_that_are_formulas_are_text_in_tables)
{
	if (engine != DB_PG)
		return;
	start(a, engine);
	make_all();
	const struct actor director = office_official(&w.o, w.o.people.director);
	test_db_run("update unit set name = '-2+3+cmd|' || name");
	struct str csv = page(&director, "/bang-dieu-hanh/so-lieu.csv?bieu-do=bang&xem=don-vi&ky=36-thang");
	test_db_run("update unit set name = substr(name, 10)"); /* stop() compares rows with the log */
	HAS(csv, "\"'-2+3+cmd|");
	stop();
}

TEST_BOTH(pages_stand_empty_and_full_in_both_languages)
{
	start(a, engine);
	const struct actor director = office_official(&w.o, w.o.people.director);
	for (int full = 0; full < 2; full++) {
		for (size_t i = 0; i < ARRAY_LEN(views); i++) {
			(void)page(&director, views[i]);
			(void)page(&director, str_fmt(a, "%s%clang=en", views[i], strchr(views[i], '?') ? '&' : '?').p);
		}
		for (size_t i = 0; i < ARRAY_LEN(api); i++) {
			json_error_t bad;
			struct str body = page(&director, api[i]);
			json_t *tree = json_loadb(body.p, body.n, 0, &bad);
			EXPECT(tree != NULL);
			json_decref(tree);
		}
		(void)page(NULL, "/so-lieu");
		if (!full)
			make_all();
	}
	struct str board = page(&director, "/bang-dieu-hanh?ky=2010"), none = STR("Chưa có hồ sơ nào giải quyết xong trong kỳ này");
	ptrdiff_t said = str_find(board, none);
	EXPECT(said >= 0 && str_find(str_sub(board, (size_t)said + 1, board.n), none) < 0); /* once, not for each picture */
	board = page(&director, "/bang-dieu-hanh");
	HAS(board, "Tháng 9/2026: 100\xC2\xA0% đúng hoặc sớm hạn"); /* the finding is in words */
	HAS(board, "1 quá hạn (");
	HAS(board, "/bang-dieu-hanh/ho-so?ky=12-thang&amp;so=open_overdue");
	HAS(page(&director, "/bang-dieu-hanh/ho-so?so=late&ky=36-thang"), APPLICANT);
	HAS(page(&director, "/bang-dieu-hanh/so-lieu.csv?bieu-do=da-giai-quyet"), "\"Tháng 1/2026\",\"1\",\"0\",\"0\"");
	EXPECT_INT(get(&director, "/bang-dieu-hanh/so-lieu.csv?bieu-do=khong").status, 404);
	EXPECT_INT(get(&director, "/bang-dieu-hanh/ho-so?so=khong").status, 404);
	(void)page(&director, "/bang-dieu-hanh?ky=9999-99&xem=x&cq=abc&tt=%3Cb%3E"); /* what is not understood is the usual */
	stop();
}

TEST_BOTH(each_sees_the_own_figures_only)
{
	start(a, engine);
	make_all();
	const struct directory_demo *p = &w.o.people;
	const struct actor director = office_official(&w.o, p->director), head = office_official(&w.o, p->head), specialist = office_official(&w.o, p->specialist);
	const struct actor_role centre_role = {ROLE_DIRECTOR, p->reception.v, p->centre.v};
	const struct actor centre = {.roles = ROLE_BIT(ROLE_DIRECTOR), .account = 77, .person = 7, .held = &centre_role, .n_held = 1};
	struct str other = str_fmt(a, "/bang-dieu-hanh?cq=%lld", (long long)p->centre.v), unit = str_fmt(a, "/bang-dieu-hanh?dv=%lld", (long long)p->leadership.v);
	EXPECT_INT(get(NULL, "/bang-dieu-hanh").status, 303); /* to sign in */
	EXPECT_INT(get(&citizen, "/bang-dieu-hanh").status, 403);
	EXPECT_INT(get(&specialist, "/bang-dieu-hanh").status, 403);
	EXPECT_INT(get(&specialist, "/api/v1/board").status, 403);
	EXPECT_INT(get(&director, other.p).status, 403);
	EXPECT_INT(get(&director, unit.p).status, 200);
	EXPECT_INT(get(&head, unit.p).status, 403); /* another unit of the own agency */
	EXPECT_INT(get(&head, str_fmt(a, "/bang-dieu-hanh/ho-so?so=received&dv=%lld", (long long)p->leadership.v).p).status, 403);
	/* An officer is named to whom the figures name one: an id of somebody else's tells no name. */
	struct str theirs = str_fmt(a, "/bang-dieu-hanh?ky=36-thang&cb=%lld", (long long)p->specialist.v), none = str_fmt(a, "/bang-dieu-hanh?ky=36-thang&cb=%lld", (long long)p->director.v);
	struct env env = office_env(&w.o);
	struct err e = {0};
	struct names names = names_begin(a);
	names_want(&names, p->specialist.v, 0);
	names_want(&names, p->director.v, 0);
	EXPECT_OK(names_load(&env, &names, &e), e);
	EXPECT(names_person(&names, p->director.v).n > 0 && str_find(page(&head, theirs.p), names_person(&names, p->specialist.v)) >= 0);
	HAS_NOT(page(&head, none.p), names_person(&names, p->director.v));
	EXPECT_INT(get(&centre, other.p).status, 200);
	HAS(page(&centre, "/bang-dieu-hanh?xem=co-quan"), "Sở KH");
	/* Who sees all figures may open no dossier of another agency, and finds no link to one. */
	HAS_NOT(page(&centre, "/bang-dieu-hanh"), STR("/ho-so?"));
	const struct actor_role far_role = {ROLE_DIRECTOR, 0, p->province.v};
	const struct actor far = {.roles = ROLE_BIT(ROLE_DIRECTOR), .account = 78, .person = 8, .held = &far_role, .n_held = 1};
	struct str list = page(&far, "/bang-dieu-hanh/ho-so?so=received");
	HAS_NOT(list, STR(APPLICANT));
	HAS(list, "thuộc cơ quan khác");
	EXPECT_INT(get(&far, "/bang-dieu-hanh/ho-so.csv?so=received").status, 403);
	stop();
}

TEST_BOTH(the_public_board_names_nobody)
{
	start(a, engine);
	make_all();
	struct err e = {0};
	struct env env = office_env(&w.o);
	struct officers people = {0};
	EXPECT_OK(directory_people(&env, date_of(env.now), &people, &e), e);
	EXPECT(people.n > 3);
	static const char *const public[] = {"/so-lieu", "/so-lieu?ky=36-thang&xem=can-bo&cb=1&dv=1", "/so-lieu.csv?bieu-do=so-sanh&xem=can-bo", "/api/v1/figures", "/so-lieu.csv?bieu-do=dung-han"};
	for (size_t i = 0; i < ARRAY_LEN(public); i++) {
		struct str body = page(NULL, public[i]);
		HAS_NOT(body, STR(APPLICANT));
		HAS_NOT(body, STR("H99.12-")); /* no code of a dossier */
		HAS_NOT(body, STR("/ho-so?"));
		for (size_t k = 0; k < people.n; k++)
			HAS_NOT(body, people.v[k].name);
	}
	EXPECT_INT(get(NULL, "/so-lieu.csv?bieu-do=bang&xem=can-bo").status, 404);
	struct board_figure f[BOARD_FIGURES];
	EXPECT_INT(board_figures(&env, f), BOARD_FIGURES);
	EXPECT_TEXT(f[1].value, "1"); /* decided in November */
	stop();
}

/* ---- II.06a ---- */

static int64_t number(struct str csv, const char *line, int column)
{
	struct str row = csv, cell = STR_NONE;
	ptrdiff_t at = str_find(csv, str_from(line));
	EXPECT(at >= 0);
	row = str_sub(csv, (size_t)at, csv.n);
	for (int i = 1; i < column; i++)
		row = str_sub(row, (size_t)str_find(row, STR("\",\"")) + 3, row.n);
	cell = str_sub(row, 0, (size_t)str_find(row, STR("\"")));
	int64_t n = -1;
	EXPECT(str_to_i64(cell, &n));
	return n;
}

TEST_BOTH(table_ii_06a_adds_up_and_carries_over)
{
	start(a, engine);
	make_all();
	const struct actor director = office_official(&w.o, w.o.people.director);
	int64_t open = 0;
	for (int m = 0; m < 15; m++) {
		int year = 2025 + (8 + m) / 12, month = (8 + m) % 12 + 1;
		struct str csv = page(&director, str_fmt(a, "/bang-dieu-hanh/bieu-ii-06a.csv?ky=%04d-%02d", year, month).p);
		int64_t n[14];
		for (int k = 3; k <= 13; k++)
			n[k] = number(csv, "Tổng số\"", k - 1); /* the line begins at its second cell */
		EXPECT_INT(n[3], n[4] + n[5] + n[6]);
		EXPECT_INT(n[7], n[8] + n[9] + n[10]);
		EXPECT_INT(n[11], n[12] + n[13]);
		EXPECT_INT(n[3], n[7] + n[11]);
		EXPECT_INT(n[6], open); /* what was open at the end of the month before */
		open = n[11];
		if (year == 2025 && month == 11)
			EXPECT_INT(n[13], 1); /* late, and settled in December */
	}
	EXPECT_INT(open, 4);
	stop();
}

/* ---- tables that were sent ---- */

static struct test_answer post(const struct actor *who, const char *path)
{
	who_asks = who;
	return http_test_send(w.http, &(struct test_request){.method = HTTP_POST, .path = path, .form = "", .headers = (const char *const[]){"Sec-Fetch-Site", "same-origin", NULL}});
}

#define SEND "/bang-dieu-hanh/bieu-ii-06a?ky="

/* What verify says of the tables that were sent. */
static struct board_sent_compared compared(void)
{
	struct env env = office_env(&w.o);
	struct err e = {0};
	struct board_sent_compared x;
	EXPECT_OK(board_sent_compare(&env, &x, &e), e);
	return x;
}

static size_t times(struct str text, struct str words)
{
	size_t n = 0;
	for (ptrdiff_t at; (at = str_find(text, words)) >= 0; n++)
		text = str_sub(text, (size_t)at + words.n, text.n);
	return n;
}

static struct str behind_csv(const struct actor *who, const char *figure, int64_t version)
{
	return page(who, str_fmt(w.o.a, "/bang-dieu-hanh/ho-so.csv?so=%s&ban=%lld", figure, (long long)version).p);
}

/* Each cell leads to as many dossiers as it says, on the page, for a program and as a file, whatever happened since: `row` is a line of the table, after its name. */
static void leads_to(const struct actor *who, struct str sent, struct str csv, int64_t version_of)
{
	static const char *const columns[] = {"received_or_carried", "received_online", "received_direct", "open_before", "ended", "early", "on_time_or_otherwise", "late", "open_at_end", "in_time_at_end", "overdue_at_end"};
	for (int i = 0; i < (int)ARRAY_LEN(columns); i++) {
		int64_t n = number(csv, "Tổng số\"", 2 + i);
		struct str list = page(who, str_fmt(w.o.a, "/api/v1/board/dossiers?figure=%s&sent=%lld", columns[i], (long long)version_of).p);
		EXPECT_INT((int64_t)times(list, STR("\"code\":")), n);
		struct str url = str_fmt(w.o.a, "/bang-dieu-hanh/ho-so?ky=2026-10&amp;so=%s&amp;ban=%lld", columns[i], (long long)version_of);
		EXPECT_INT(str_find(sent, url) >= 0, n > 0);
		struct str file = behind_csv(who, columns[i], version_of);
		EXPECT_INT((int64_t)times(file, STR("\r\n")) - 1, n); /* below the heads */
		for (ptrdiff_t at; (at = str_find(list, STR("\"code\":\""))) >= 0;) {
			list = str_sub(list, (size_t)at + 8, list.n);
			EXPECT(str_find(file, str_sub(list, 0, strlen("H99.12-260803-0001"))) >= 0);
		}
	}
}

TEST_BOTH(a_table_is_sent_whole_by_the_director_when_its_period_is_over)
{
	start(a, engine);
	make_all();
	const struct actor director = office_official(&w.o, w.o.people.director), head = office_official(&w.o, w.o.people.head);
	HAS(page(&director, SEND "2026-10"), "Chốt và ghi là đã gửi");
	HAS_NOT(page(&director, SEND "2026-11"), STR("Chốt và ghi là đã gửi")); /* it is not over */
	HAS_NOT(page(&head, SEND "2026-10"), STR("Chốt và ghi là đã gửi"));
	EXPECT_INT(post(&head, SEND "2026-10").status, 403);
	EXPECT_INT(post(&director, SEND "2026-11").status, 409);
	EXPECT_INT(post(&director, SEND "12-thang").status, 409); /* names other months tomorrow */
	EXPECT_INT(post(&director, SEND "2026-10&tt=bx-khai-bao-xquang").status, 409);
	EXPECT_INT(post(&director, SEND "2024-01").status, 409); /* nothing to report */
	stop();
}

static void for_others(struct str sent, int64_t id)
{
	const struct directory_demo *p = &w.o.people;
	const struct actor director = office_official(&w.o, p->director), head = office_official(&w.o, p->head), specialist = office_official(&w.o, p->specialist);
	struct arena *a = w.o.a;
	EXPECT_INT(get(&head, sent.p).status, 403); /* sees a unit alone */
	EXPECT_INT(get(&specialist, sent.p).status, 403);
	EXPECT_INT(get(&director, BOARD_SENT "/7").status, 404);
	const struct actor_role other_role = {ROLE_DIRECTOR, 0, p->centre.v + 1000};
	const struct actor other = {.roles = ROLE_BIT(ROLE_DIRECTOR), .account = 79, .person = 9, .held = &other_role, .n_held = 1};
	EXPECT_INT(get(&other, sent.p).status, 403);
	EXPECT_INT(get(&head, str_fmt(a, "/bang-dieu-hanh/ho-so?so=late&ban=%lld", (long long)id).p).status, 403);
	EXPECT_INT(get(&other, str_fmt(a, "/bang-dieu-hanh/ho-so?so=late&ban=%lld", (long long)id).p).status, 403);
	EXPECT_INT(get(&director, "/bang-dieu-hanh/ho-so?so=late&ban=7").status, 404);
	const struct actor *none[] = {&head, &specialist, &other};
	for (size_t i = 0; i < ARRAY_LEN(none); i++)
		EXPECT_INT(get(none[i], str_fmt(a, "/bang-dieu-hanh/ho-so.csv?so=late&ban=%lld", (long long)id).p).status, 403);
	EXPECT_INT(get(&director, "/bang-dieu-hanh/ho-so.csv?so=late&ban=7").status, 404);
	EXPECT_INT(get(&director, "/bang-dieu-hanh/ho-so.csv?so=late&ban=x").status, 404);
}

/* The one that was overdue then: in the file the page leads to, without a name, and of its procedure alone. */
static void kept_in_file(const struct actor *who, int64_t version, struct str list)
{
	struct arena *a = w.o.a;
	struct str file = behind_csv(who, "overdue_at_end", version);
	static const char *const procedures[] = {"bx-cap-phep-xquang", "bx-khai-bao-xquang"}; /* it is of the second */
	for (size_t i = 0; i < ARRAY_LEN(procedures); i++)
		EXPECT_INT((int64_t)times(page(who, str_fmt(a, "/bang-dieu-hanh/ho-so.csv?so=overdue_at_end&ban=%lld&tt=%s", (long long)version, procedures[i]).p), STR("\r\n")), 1 + (int64_t)i);
	HAS(file, "H99.12-260803-0001");
	HAS_NOT(file, STR(APPLICANT));
	EXPECT(str_find(list, str_fmt(a, "/bang-dieu-hanh/ho-so.csv?ky=2026-10&amp;so=overdue_at_end&amp;ban=%lld", (long long)version)) >= 0);
	EXPECT_INT((int64_t)times(file, STR("\r\n")), 2);
	HAS_NOT(behind_csv(who, "in_time_at_end", version), STR("H99.12-260803-0001"));
}

/* What was reported stays, what changed since is seen, and is sent as another version. */
TEST_BOTH(a_table_that_was_sent_stays_as_it_was)
{
	start(a, engine);
	make_all();
	const struct directory_demo *p = &w.o.people;
	const struct actor director = office_official(&w.o, p->director), specialist = office_official(&w.o, p->specialist);
	struct env env = office_env(&w.o);
	struct err e = {0};
	struct dossier_id d;
	bool found = false;
	struct test_answer sent = post(&director, SEND "2026-10");
	EXPECT_INT(sent.status, 303);
	struct str first = str_from(str_cstr(a, sent.location));
	EXPECT(str_starts(first, STR(BOARD_SENT "/")));
	struct str as_sent = page(&director, first.p), csv = page(&director, str_fmt(a, "%.*s/bieu.csv", STR_ARG(first)).p);
	HAS(as_sent, "Bản 1, gửi");
	HAS(as_sent, "khớp với số liệu");
	int64_t first_id = 0;
	EXPECT(str_to_i64(str_sub(first, sizeof BOARD_SENT, first.n), &first_id));
	HAS(as_sent, "/bang-dieu-hanh/ho-so?ky=2026-10&amp;tt=bx-khai-bao-xquang&amp;so=open_at_end&amp;ban=");
	leads_to(&director, as_sent, csv, first_id);
	EXPECT_INT(compared().tables, 1);
	EXPECT_INT(compared().otherwise, 0);
	EXPECT_INT(number(csv, "Tổng số\"", 12), 1); /* one was overdue when the month ended */
	EXPECT_STR(csv, page(&director, "/bang-dieu-hanh/bieu-ii-06a.csv?ky=2026-10"));
	EXPECT_INT(post(&director, SEND "2026-10").status, 409); /* the same again */

	/* It waits for the applicant now, and its limit begins anew: it was not overdue then, as figures of today have it. */
	EXPECT_OK(dossier_id_of(&env, STR("H99.12-260803-0001"), &d, &found, &e), e);
	EXPECT(found);
	act(specialist, (struct dossier_act){.id = d, .action = ACT_ASK_SUPPLEMENT, .reason = STR("Thiếu bản vẽ"), .override_limit = true});
	EXPECT_INT(number(page(&director, "/bang-dieu-hanh/bieu-ii-06a.csv?ky=2026-10"), "Tổng số\"", 12), 0);
	EXPECT_STR(page(&director, str_fmt(a, "%.*s/bieu.csv", STR_ARG(first)).p), csv);
	HAS(page(&director, first.p), "1 (nay 0)");
	leads_to(&director, page(&director, first.p), csv, first_id); /* the dossier that was overdue then, and is not now */
	struct str kept = page(&director, str_fmt(a, "/bang-dieu-hanh/ho-so?so=overdue_at_end&ban=%lld", (long long)first_id).p);
	HAS(kept, "H99.12-260803-0001");
	HAS(kept, "Bản 1, gửi");
	kept_in_file(&director, first_id, kept);
	struct workbook_ids in_file = {0};
	EXPECT_OK(board_workbook.ids(&(struct env){.arena = a, .db = w.o.db, .now = office_now(), .actor = &director}, str_fmt(a, "{\"agency\":%lld,\"kind\":\"kept\",\"to\":0,\"sent\":%lld}", (long long)p->department.v, (long long)first_id), &in_file, &e), e);
	EXPECT_INT((int64_t)in_file.n, 1);
	free(in_file.v);
	HAS_NOT(page(&director, "/bang-dieu-hanh/ho-so?so=overdue_at_end&ky=2026-10"), STR("H99.12-260803-0001"));
	EXPECT_INT(compared().wrong, 0);
	EXPECT_INT(compared().otherwise, 2); /* (12) and (13) */
	HAS(page(&director, SEND "2026-10"), "con số hôm nay khác với bản đã gửi");

	sent = post(&director, SEND "2026-10");
	EXPECT_INT(sent.status, 303);
	struct str second = str_from(str_cstr(a, sent.location));
	HAS(page(&director, second.p), "Bản 2, gửi");
	HAS(page(&director, second.p), "khớp với số liệu");
	EXPECT_STR(page(&director, str_fmt(a, "%.*s/bieu.csv", STR_ARG(first)).p), csv);
	struct str list = page(&director, "/api/v1/board/report/sent?period=2026-10");
	HAS(list, "\"version\":2,");
	HAS(list, "\"differences\":0,");
	HAS(list, "\"version\":1,");

	for_others(first, first_id);
	stop();
}

/* Sends another body as the next version: what a sum that was wrong, or whoever has the key of the log, would have left. */
struct putting { const struct sent_report_get_row *x; int64_t version; struct str body; };
static bool put_row(struct env *env, void *ctx, struct err *e)
{
	const struct putting *p = ctx;
	struct sent_report_add_in in = {.id = {id_new(env->ids, env->now)}, .form = STR("II.06a"), .agency = p->x->agency, .first_month = p->x->first_month, .last_month = p->x->last_month, .version = p->version,
		.at = p->x->sent_at, .by = p->x->sent_by, .body = p->body};
	return q_sent_report_add(env->db, &in, NULL, e) && audit_record(env, &(struct audit_act){.kind = "report.send", .subject = in.id.v}, NULL, e);
}

static struct board_sent_compared put_body(const struct sent_report_get_row *x, struct str body)
{
	static int64_t version;
	struct err e = {0};
	version = version < x->version ? x->version + 1 : version + 1;
	EXPECT_OK(office_act(&w.o, &actor_program, put_row, &(struct putting){x, version, body}, &e), e);
	return compared();
}

static struct str with(struct arena *a, struct str text, const char *old, const char *new)
{
	ptrdiff_t at = str_find(text, str_from(old));
	EXPECT(at >= 0);
	return str_fmt(a, "%.*s%s%.*s", (int)at, text.p, new, (int)(text.n - (size_t)at - strlen(old)), text.p + (size_t)at + strlen(old));
}

/* The table that was sent against the records: each figure, field and dossier that is not what they say is named. */
TEST_BOTH(a_table_that_was_sent_is_compared_with_the_records)
{
	start(a, engine);
	make_all();
	const struct actor director = office_official(&w.o, w.o.people.director);
	struct test_answer sent = post(&director, SEND "2026-10");
	struct err e = {0};
	int64_t id = 0;
	bool found = false;
	struct sent_report_get_row x = {0};
	EXPECT_INT(sent.status, 303);
	EXPECT(str_to_i64(str_sub(sent.location, sizeof BOARD_SENT, sent.location.n), &id));
	EXPECT_OK(q_sent_report_get(w.o.db, a, (struct sent_report_id){id}, &x, &found, &e), e);
	EXPECT(found);
	struct board_sent_compared good = compared();
	EXPECT_INT(good.wrong, 0);
	EXPECT_INT(good.figures, 11); /* one procedure had dossiers */

	/* One received, one carried, neither settled; the one carried is overdue. The field's line stands first, with the same figures. */
	struct str field = STR("\"n\":[2,1,0,1,0,0,0,0,2,1,1]"), row = STR("\"procedure\":\"bx-khai-bao-xquang\",\"n\":[2,1,0,1,0,0,0,0,2,1,1]");
	EXPECT(str_find(x.body, field) >= 0 && str_find(x.body, row) >= 0);
	const struct { const char *old, *new, *says; } cases[] = {
		{field.p, "\"n\":[2,1,0,1,0,0,0,0,2,0,1]", "column (12): sent 0, the records say 1"},
		{row.p, "\"procedure\":\"bx-khai-bao-xquang\",\"n\":[2,1,0,1,0,0,0,0,2,2,1]", "column (12): sent 2, the records say 1"},
		{row.p, "\"procedure\":\"bx-khai-bao-xquang\",\"n\":[2,0,1,1,0,0,0,0,2,1,1]", "bx-khai-bao-xquang, column (4): sent 0, the records say 1"},
		{row.p, "\"procedure\":\"bx-khai-bao-xquang\",\"n\":[2,1,0,1,1,1,0,0,1,0,1]", "bx-khai-bao-xquang, column (7): sent 1, the records say 0"},
		{row.p, "\"procedure\":\"bx-khai-bao-xquang\",\"n\":[2,1,0,1,0,0,0,0,2,2,0]", "bx-khai-bao-xquang, column (13): sent 0, the records say 1"},
		{"\"procedure\":\"bx-khai-bao-xquang\"", "\"procedure\":\"bx-cap-phep-xquang\"", "bx-khai-bao-xquang, column (3): sent 0, the records say 2"},
		{"\"overdue\":[", "\"overdue\":[7,", "column (13): sent 1, the records say 0"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct board_sent_compared c = put_body(&x, with(a, x.body, cases[i].old, cases[i].new));
		EXPECT(c.wrong > 0);
		HAS(str_from(c.first), "2026-10, version ");
		if (str_find(str_from(c.first), str_from(cases[i].says)) < 0)
			FAIL("case %zu: %s", i, c.first);
	}
	/* Another dossier kept in its place: of the same agency and procedure, and not overdue then. */
	struct env env = office_env(&w.o);
	struct dossier_id late, other;
	EXPECT_OK(dossier_id_of(&env, STR("H99.12-260803-0001"), &late, &found, &e), e);
	EXPECT_OK(dossier_id_of(&env, STR("H99.12-261005-0001"), &other, &found, &e), e);
	struct board_sent_compared c = put_body(&x, with(a, x.body, str_fmt(a, "\"overdue\":[%lld]", (long long)late.v).p, str_fmt(a, "\"overdue\":[%lld]", (long long)other.v).p));
	HAS(str_from(c.first), "column (13): sent 1, the records say 0");
	c = put_body(&x, x.body);
	EXPECT_INT(c.wrong, 0); /* what was sent again rightly counts */
	EXPECT_INT(c.tables, 1);
	/* Many kept cost no more queries than one. */
	int64_t asked = db_asked(w.o.db);
	(void)compared();
	int64_t one = db_asked(w.o.db) - asked;
	put_body(&x, with(a, x.body, str_fmt(a, "\"overdue\":[%lld]", (long long)late.v).p, str_fmt(a, "\"overdue\":[%lld,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]", (long long)late.v).p));
	asked = db_asked(w.o.db);
	EXPECT_INT(compared().wrong, 1);
	EXPECT_INT(db_asked(w.o.db) - asked, one);
	stop();
}

/* ---- why they were late ---- */

static const struct made late_ones[] = {
	{"2025-09-08T08:00:00+07:00", "2025-11-10T10:00:00+07:00", "bx-khai-bao-xquang", "online", RESULT, 0, "coordination"},
	{"2025-11-10T11:00:00+07:00", "2026-02-09T10:00:00+07:00", "bx-cap-phep-xquang", "online", RESULT, 0, "coordination"},
	{"2026-02-09T11:00:00+07:00", "2026-04-13T10:00:00+07:00", "bx-khai-bao-xquang", "online", REFUSED, 0, "technical"},
	{"2026-04-13T11:00:00+07:00", "2026-06-15T10:00:00+07:00", "bx-khai-bao-xquang", "online", RESULT, 0, ""},
	{"2026-06-15T11:00:00+07:00", "2026-06-16T10:00:00+07:00", "bx-khai-bao-xquang", "online", RESULT, 0, "coordination"}, /* in time: no reason is its own */
};

static size_t listed(const struct actor *who, const char *figure, const char *more)
{
	return times(page(who, str_fmt(w.o.a, "/api/v1/board/dossiers?figure=%s&period=36-thang%s", figure, more).p), STR("\"code\":"));
}

TEST_BOTH(reasons_for_lateness_open_their_dossiers)
{
	start(a, engine);
	const struct actor director = office_official(&w.o, w.o.people.director), head = office_official(&w.o, w.o.people.head);
	HAS(page(&director, "/bang-dieu-hanh/ly-do-cham"), "Không có hồ sơ giải quyết quá hạn");
	for (size_t i = 0; i < ARRAY_LEN(late_ones); i++)
		make(&late_ones[i]);
	office_set_clock(NOW);
	struct env env = office_env(&w.o);
	int32_t last = stat_month_of(date_of(env.now));
	for (int32_t m = last - 14; m <= last; m++)
		agree(&env, m, m, (struct stat_dims){.agency = w.o.people.department});
	struct str html = page(&director, "/bang-dieu-hanh/ly-do-cham?ky=36-thang");
	HAS(html, "/bang-dieu-hanh/ly-do-cham.csv?");
	HAS(html, "/bang-dieu-hanh/ly-do-cham.xlsx?");
	HAS(html, "Cơ quan, đơn vị phối hợp trả lời chậm: 2 trong 4 hồ sơ quá hạn, nhiều nhất");
	HAS(html, "so=late_coordination");
	HAS(html, "so=late_unstated");
	HAS(html, "/bang-dieu-hanh/ho-so?ky=36-thang&amp;so=late\""); /* the sum, too */
	HAS_NOT(html, STR("so=late_staff")); /* nothing behind it */
	struct str csv = page(&director, "/bang-dieu-hanh/ly-do-cham.csv?ky=36-thang&xem=thu-tuc");
	EXPECT_INT(number(csv, "Tổng số\"", 2), 4);
	EXPECT_INT(number(csv, "Tổng số\"", 3), 2);
	EXPECT_INT(number(csv, "Tổng số\"", 7), 1);
	EXPECT_INT(number(csv, "Tổng số\"", 11), 1);
	csv = page(&director, "/bang-dieu-hanh/ly-do-cham.csv?ky=36-thang&xem=thang");
	EXPECT_INT(number(csv, "Tháng 11/2025\"", 3), 1);
	EXPECT_INT(number(csv, "Tháng 6/2026\"", 11), 1);
	HAS_NOT(csv, STR("Tháng 7/2026")); /* a line has late ones */
	EXPECT_INT(listed(&director, "late_coordination", ""), 2);
	EXPECT_INT(listed(&director, "late_coordination", "&procedure=bx-cap-phep-xquang"), 1);
	EXPECT_INT(listed(&director, "late_technical", ""), 1);
	EXPECT_INT(listed(&director, "late_unstated", ""), 1);
	EXPECT_INT(listed(&director, "late", ""), 4);
	HAS(page(&director, "/bang-dieu-hanh/ho-so?so=late_technical&ky=36-thang"), "Lý do: Sự cố kỹ thuật");
	EXPECT_INT(get(&director, "/bang-dieu-hanh/ho-so?so=late_why").status, 404);
	EXPECT_INT(get(&director, "/bang-dieu-hanh/ho-so?so=late_nothing").status, 404);
	HAS(page(&director, "/api/v1/board?period=36-thang"), "\"late_reasons\":{\"coordination\":2,");
	HAS_NOT(page(NULL, "/api/v1/figures?period=36-thang"), STR("late_reasons"));
	HAS(page(&head, "/bang-dieu-hanh/ly-do-cham?ky=36-thang"), "2 trong 4");
	EXPECT_INT(get(NULL, "/bang-dieu-hanh/ly-do-cham").status, 303);
	stop(); /* and the sums by reason are recounted */
}

TEST_BOTH(a_reason_leads_alone_or_none_is_named)
{
	start(a, engine);
	static const struct { int64_t late, of[3]; const char *says; } cases[] = {
		{5, {3, 1, 1}, "Cơ quan, đơn vị phối hợp trả lời chậm: 3 trong 5 hồ sơ quá hạn, nhiều nhất"}, {5, {2, 2, 0}, "Không lý do nào nhiều nhất trong 5 hồ sơ quá hạn"},
		{9, {1, 1, 1}, "6 trong 9 hồ sơ quá hạn chưa nêu lý do"}, {3, {0, 0, 0}, "3 trong 3 hồ sơ quá hạn chưa nêu lý do"}, {6, {0, 3, 0}, "Cần kiểm tra, xác minh, thẩm định thực tế thêm: 3 trong 6 hồ sơ quá hạn, nhiều nhất"},
		{0, {0, 0, 0}, "Không nơi nào có hồ sơ giải quyết quá hạn"}};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct request r = {.env = {.arena = a, .lang = LANG_VI, .actor = &actor_stranger, .now = office_now()}};
		struct board_ask q = {.period = STR("12-thang")};
		struct board_data d = {0};
		struct chart c;
		d.total.n[STAT_LATE] = cases[i].late;
		for (int k = 0; k < 3; k++)
			d.total.n[STAT_LATE_REASON_1 + k] = cases[i].of[k];
		board_chart(&r, &q, &d, PIC_LATE_WHY, &c);
		EXPECT_TEXT(c.title, cases[i].says);
	}
	stop();
}

/* ---- the province's table ---- */

TEST_BOTH(the_provinces_table_is_the_sum_of_its_agencies)
{
	start(a, engine);
	make_all();
	const struct actor director = office_official(&w.o, w.o.people.director);
	const struct actor_role far_role = {ROLE_DIRECTOR, 0, w.o.people.province.v};
	const struct actor far = {.roles = ROLE_BIT(ROLE_DIRECTOR), .account = 78, .person = 8, .held = &far_role, .n_held = 1};
	struct str csv = page(&far, "/bang-dieu-hanh/bieu-ii-06a.csv?xem=co-quan&ky=2025-11"), own = page(&director, "/bang-dieu-hanh/bieu-ii-06a.csv?ky=2025-11");
	HAS(csv, "\"TT\",\"Cơ quan\"");
	for (int k = 2; k <= 12; k++) {
		EXPECT_INT(number(csv, "Tổng số\"", k), number(own, "Tổng số\"", k));
		EXPECT_INT(number(csv, "Sở Khoa học và Công nghệ", k), number(own, "Tổng số\"", k));
	}
	EXPECT_INT(number(csv, "Tổng số\"", 12), 1); /* overdue when the month ended */
	struct str html = page(&far, "/bang-dieu-hanh/bieu-ii-06a?xem=co-quan&ky=2025-11");
	HAS(html, "bố cục chưa xác nhận");
	HAS(html, str_fmt(a, "/bang-dieu-hanh/bieu-ii-06a?ky=2025-11&amp;cq=%lld\"", (long long)w.o.people.department.v).p); /* no dossier of another agency: its own table */
	HAS_NOT(html, STR("/ho-so?"));
	HAS_NOT(html, STR("Chốt và ghi là đã gửi"));
	html = page(&director, "/bang-dieu-hanh/bieu-ii-06a?xem=co-quan&ky=2025-11"); /* who sees one agency has that agency's table */
	HAS_NOT(html, STR("bố cục chưa xác nhận"));
	HAS(page(&far, "/api/v1/board/report?by=agency&period=2025-11"), str_fmt(a, "\"agency\":\"%lld\"", (long long)w.o.people.department.v).p);
	HAS_NOT(page(&director, "/api/v1/board/report?by=agency&period=2025-11"), STR("\"agency\""));
	stop();
}

/* ---- indices ---- */

TEST(definitions_are_read_and_faults_named)
{
	struct err e = {0};
	EXPECT_OK(board_indices_load(pack_embedded(), &e), e);
	static const char *const wrong[] = {
		"{\"format\":1,\"id\":\"x\",\"title\":\"x\",\"law\":\"x\",\"note\":\"x\",\"items\":[{\"id\":\"1\",\"name\":\"x\",\"law\":\"x\",\"max\":20,\"measure\":\"none\",\"how\":\"x\",\"why\":null}]}",
		"{\"format\":1,\"id\":\"x\",\"title\":\"x\",\"law\":\"x\",\"note\":\"x\",\"items\":[{\"id\":\"1\",\"name\":\"x\",\"law\":\"x\",\"max\":20,\"measure\":null,\"how\":null,\"why\":null}]}",
		"{\"format\":9}"};
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		struct pack_file f = {STR("indices/tt01-2018.json"), str_from(wrong[i])};
		struct pack over = pack_over(a, pack_embedded(), (struct pack){&f, 1});
		EXPECT(!board_indices_load(over, &e));
		EXPECT_INT(e.kind, ERR_INVALID);
		e = (struct err){0};
	}
	EXPECT_OK(board_indices_load(pack_embedded(), &e), e);
}

static struct board_index index_of(struct request *r, const struct board_data *d, enum board_set set, const char *id)
{
	struct board_set_result s;
	board_indices(r, d, set, &s);
	for (size_t i = 0; i < s.n; i++)
		if (str_eq(s.v[i].id, str_from(id)))
			return s.v[i];
	FAIL("no index %s", id);
}

TEST_BOTH(indices_are_computed_as_the_law_says)
{
	start(a, engine);
	struct request r = {.env = {.arena = a, .lang = LANG_VI}};
	struct board_data d = {0};
	EXPECT(!index_of(&r, &d, SET_TT01, "1").borne); /* nothing settled: no points, and not nought */
	EXPECT(!index_of(&r, &d, SET_TT01, "7").borne);
	d.total.n[STAT_EARLY] = 3, d.total.n[STAT_ON_TIME] = 4, d.total.n[STAT_LATE] = 3;
	EXPECT_INT(index_of(&r, &d, SET_TT01, "1").value, 10); /* (3 × 2 + 4) ÷ 10 = 1,0 */
	EXPECT_INT(index_of(&r, &d, SET_QD766, "2").value, 140);
	d.now.overdue = 4;
	EXPECT_INT(index_of(&r, &d, SET_QD766, "2").value, 100);
	d.total.n[STAT_SUPPLEMENT] = 5;
	EXPECT_INT(index_of(&r, &d, SET_TT01, "3").value, 15);
	d.total.n[STAT_RECEIVED_ONLINE] = 30, d.total.n[STAT_RECEIVED_COUNTER] = 70;
	EXPECT_INT(index_of(&r, &d, SET_TT01, "4").value, 13);
	EXPECT_INT(index_of(&r, &d, SET_TT01, "9").value, 0); /* some are late */
	d.total.n[STAT_LATE] = 0, d.now.overdue = 0;
	EXPECT_INT(index_of(&r, &d, SET_TT01, "9").value, 20);
	d.total.n[STAT_RECEIVED_ONLINE] = 20, d.total.n[STAT_RECEIVED_COUNTER] = 80;
	EXPECT_INT(index_of(&r, &d, SET_TT01, "9").value, 10);
	EXPECT_INT(index_of(&r, &d, SET_QD766, "4a").value, 24); /* 40 % of the target */
	stop();
}

/* ---- words ---- */

TEST(a_series_says_what_stands_out)
{
	office_set_clock(NOW);
	struct request r = {.env = {.arena = a, .lang = LANG_VI, .now = office_now()}};
	struct board_data d = {0};
	int64_t share[2 * BOARD_TREND];
	bool none[2 * BOARD_TREND];
	int mark = 0;
	for (int i = 0; i < 2 * BOARD_TREND; i++) {
		d.months[i].month = stat_month_of(date_of(r.env.now)) - 2 * BOARD_TREND + 1 + i;
		share[i] = 980;
		none[i] = true;
	}
	EXPECT_TEXT(board_find_share(&r, &d, share, none, MSG_BOARD_WHAT_ON_TIME, &mark), "Chưa có hồ sơ nào giải quyết xong trong kỳ này");
	EXPECT_INT(mark, 0);
	for (int i = BOARD_TREND; i < 2 * BOARD_TREND; i++)
		none[i] = false;
	share[22] = 960;
	share[23] = 100; /* this month is not over: it is not judged */
	EXPECT_TEXT(board_find_share(&r, &d, share, none, MSG_BOARD_WHAT_ON_TIME, &mark), "Tháng 10/2026: 96\xC2\xA0% đúng hoặc sớm hạn, giảm 2 điểm phần trăm so với tháng trước");
	EXPECT_INT(mark, 11);
	share[23] = 970;
	EXPECT_TEXT(board_find_share(&r, &d, share, none, MSG_BOARD_WHAT_ON_TIME, &mark), "Tháng 10/2026: 96\xC2\xA0% đúng hoặc sớm hạn, thấp nhất trong 12 tháng");
	share[22] = 975;
	none[10] = false;
	share[10] = 700;
	EXPECT_TEXT(board_find_share(&r, &d, share, none, MSG_BOARD_WHAT_ONLINE, &mark), "Tháng 10/2026: 97,5\xC2\xA0% nộp trực tuyến, tăng 27,5 điểm phần trăm so với cùng tháng năm trước");
}

/* Of several with as many late ones none is named; one alone is not compared with itself. */
TEST(whoever_shares_the_most_is_not_named)
{
	static const struct { int64_t late[3]; size_t n; enum board_view view; const char *says; } cases[] = {
		{{1, 3, 2}, 3, BOARD_OFFICER, "B có 3 trong 6 hồ sơ quá hạn, nhiều nhất"},
		{{3, 3, 2}, 3, BOARD_OFFICER, "2 cán bộ cùng nhiều hồ sơ quá hạn nhất, mỗi người 3 trong 8"},
		{{3, 3, 3}, 3, BOARD_MONTH, "3 tháng cùng nhiều hồ sơ quá hạn nhất, mỗi tháng 3 trong 9"},
		{{4}, 1, BOARD_AGENCY, "A có 4 hồ sơ giải quyết quá hạn"},
		{{0, 0}, 2, BOARD_UNIT, "Không nơi nào có hồ sơ giải quyết quá hạn"},
		{{0}, 0, BOARD_UNIT, "Chưa có hồ sơ nào giải quyết xong trong kỳ này"}};
	static const char *const names[] = {"A", "B", "C"};
	office_set_clock(NOW);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct request r = {.env = {.arena = a, .lang = LANG_VI, .actor = &actor_stranger, .now = office_now()}};
		struct board_group groups[3] = {0};
		struct board_ask q = {.view = cases[i].view, .public_page = true};
		struct board_data d = {.groups = groups, .n_groups = cases[i].n};
		struct chart c;
		for (size_t k = 0; k < cases[i].n; k++)
			groups[k].name = str_from(names[k]), groups[k].row.n[STAT_LATE] = cases[i].late[k];
		board_chart(&r, &q, &d, PIC_GROUP_LATE, &c);
		EXPECT_TEXT(c.title, cases[i].says);
	}
}

TEST(a_period_keeps_its_name)
{
	static const char *const names[] = {"2026-10", "2026-Q1", "2026-Q4", "2025"};
	int32_t from, to;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		EXPECT(board_period(str_from(names[i]), date_from_civil(2026, 11, 16), &from, &to));
		EXPECT_TEXT(board_period_word(a, from, to), names[i]);
	}
	EXPECT(!board_period(STR("2026-Q5"), date_from_civil(2026, 11, 16), &from, &to) && !board_period(STR("2026-Qx"), date_from_civil(2026, 11, 16), &from, &to));
	EXPECT_INT(board_period_word(a, 12 * 2026 + 1, 12 * 2026 + 3).n, 0);  /* February to April */
	EXPECT_INT(board_period_word(a, 12 * 2026 + 1, 12 * 2026 + 12).n, 0); /* twelve months, no year */
}

TEST(periods_are_months)
{
	static const struct { const char *word; int from, to; } of[] = {{"12-thang", -11, 0}, {"thang-nay", 0, 0}, {"thang-truoc", -1, -1}, {"quy-nay", -1, 1}, {"quy-truoc", -4, -2}, {"nam-nay", -10, 1},
		{"nam-truoc", -22, -11}, {"2026-10", -1, -1}, {"2025", -22, -11}};
	struct date today = date_from_civil(2026, 11, 16);
	int32_t now = stat_month_of(today), from, to;
	(void)a;
	for (size_t i = 0; i < ARRAY_LEN(of); i++) {
		EXPECT(board_period(str_from(of[i].word), today, &from, &to));
		EXPECT_INT(from - now, of[i].from);
		EXPECT_INT(to - now, of[i].to);
	}
	static const char *const wrong[] = {"", "2026-13", "2026-00", "1999", "2026-1", "abcd", "2026/10"};
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		EXPECT(!board_period(str_from(wrong[i]), today, &from, &to));
}
