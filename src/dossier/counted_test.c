/* counted_test.c — statistics follow whatever happens to dossiers: random courses over months, folding meanwhile, batches, and times, on both engines. */
#include "dossier/dossier_testing.h"
#include "stat/stat.h"
#include "stat/stat_sql.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

static const struct actor citizens[] = {{.account = 4242, .roles = ROLE_BIT(ROLE_CITIZEN)}, {.account = 4343, .roles = ROLE_BIT(ROLE_CITIZEN)}};

/* ---- the acts ---- */

struct filing { struct office *w; const char *procedure, *channel; int64_t account; struct dossier_sent sent; };

static bool do_send(struct env *env, void *ctx, struct err *e)
{
	struct filing *c = ctx;
	struct office *w = c->w;
	const struct law_procedure *p = law_find(w->law, str_from(c->procedure));
	json_t *example = law_example(env->arena, w->law, p, date_of(env->now));
	struct key key;
	struct dossier_new x = {.procedure = p, .answers = example, .account = c->account, .channel_in = str_from(c->channel), .channel_out = STR("online"),
	                        .who = {.name = STR("Nguyễn Văn Mẫu"), .identity = STR("001090012345"), .phone = STR("0912345678")},
	                        .receiving_unit = w->people.reception, .settling_unit = w->people.division, .settling_agency = w->people.department, .code_prefix = STR("H99.12")};
	dossier_begin(env, w->law, &x.id, &key, &x.wrapped_key);
	bool ok = dossier_send(env, w->law, &x, &c->sent, e);
	json_decref(example);
	return ok;
}

struct acting { struct office *w; struct dossier_act x; struct dossier_done out; };

static bool do_act(struct env *env, void *ctx, struct err *e)
{
	struct acting *c = ctx;
	return dossier_do(env, c->w->law, &c->x, &c->out, e);
}

static bool keep_result(struct env *env, void *ctx, struct err *e)
{
	struct acting *c = ctx;
	struct dossier_file_new f = {.field = STR("result"), .name = STR("ket-qua.pdf"), .blob = STR("r"), .plain_hash = STR("r"), .type = STR("application/pdf"), .size = 1};
	return dossier_signed(env, c->w->law, c->x.id, &f, e);
}

static bool forget(struct env *env, void *ctx, struct err *e) { return dossier_forget(env, ((struct acting *)ctx)->x.id, STR("Theo yêu cầu"), e); }

/* ---- folding beside them ---- */

struct folder { struct office *w; pthread_t thread; atomic_bool stop; atomic_int folds; };

static bool fold_some(struct write_job *job, struct err *e)
{
	bool more;
	return stat_fold(job->env, 7, &more, e);
}

static void *fold_on(void *arg)
{
	struct folder *f = arg;
	while (!f->stop) {
		AUTO_ARENA mine = arena_new(0);
		struct err e = {0};
		struct env env = {.arena = mine, .actor = &actor_program, .now = office_now()};
		struct write_job job = {.env = &env, .apply = fold_some};
		EXPECT_OK(writer_run(f->w->w, &job, &e), e);
		f->folds++;
	}
	return NULL;
}

/* ---- a random course ---- */

#define MANY 300
struct course { struct office w; struct actor staff[5]; struct dossier_id v[MANY]; size_t n; struct unit_id units[2]; };

static struct dossier_get_row load(struct course *c, struct dossier_id id)
{
	struct err e = {0};
	struct dossier_get_row row;
	struct env env = office_env(&c->w);
	EXPECT_OK(dossier_load(&env, id, &row, &e), e);
	return row;
}

static void file_one(struct course *c)
{
	static const char *const procedures[] = {"bx-khai-bao-xquang", "bx-cap-phep-xquang", "cg-dang-ky", "bc-xac-nhan"}, *const channels[] = {"online", "counter", "post", "hired", "portal"};
	struct err e = {0};
	struct filing x = {.w = &c->w, .procedure = procedures[rand() % 4], .channel = channels[rand() % 5], .account = rand() % 3 ? 4242 : 4343};
	if (c->n == MANY)
		return;
	EXPECT_OK(office_act(&c->w, &citizens[0], do_send, &x, &e), e);
	c->v[c->n++] = x.sent.id;
}

static int64_t item_for(struct course *c, struct dossier_id d, enum dossier_action a)
{
	struct err e = {0};
	struct dossier_fee_list_rows fees = {0};
	struct dossier_opinion_list_rows opinions = {0};
	EXPECT_OK(q_dossier_fee_list(c->w.db, c->w.a, d, &fees, &e) && q_dossier_opinion_list(c->w.db, c->w.a, d, &opinions, &e), e);
	for (size_t i = 0; i < fees.n; i++)
		if (dossier_fee_waits(a, &fees.v[i]) && a != ACT_ANSWER_OPINION)
			return fees.v[i].id.v;
	for (size_t i = 0; i < opinions.n; i++)
		if (!opinions.v[i].answered_at.has)
			return opinions.v[i].id.v;
	return 0;
}

static struct dossier_act dice(struct course *c, const struct dossier_get_row *d, enum dossier_action a)
{
	static const struct dossier_file_new file = {.field = {"tl1", 3}, .name = {"bo-sung.pdf", 11}, .blob = {"b", 1}, .plain_hash = {"h", 1}, .type = {"application/pdf", 15}, .size = 3};
	static const char *const why[] = {"coordination", "inspection", "staff", "other"};
	static unsigned turn;
	return (struct dossier_act){.id = d->id, .action = a, .reason = STR("Lý do"), .late_reason = str_from(why[turn++ % 4]), .to = c->w.people.specialist, .unit = c->units[d->settling_unit.v == c->units[0].v],
		.item = a == ACT_ANSWER_OPINION || a == ACT_CLAIM_PAID || a == ACT_CONFIRM_PAID ? item_for(c, d->id, a) : 0, .outcome = rand() % 4 ? STR("result") : STR("refuse"), .text = STR("Ý kiến"),
		.name = STR("Phí thẩm định"), .amount = {a == ACT_CONFIRM_PAID ? 0 : 3000000}, .method = STR("transfer"), .new_due = {d->due.v.ms + 5 * DAY_MS}, .score = 1 + rand() % 5,
		.collector = STR("Người nhận"), .receipt_seen = true, .override_limit = rand() % 2, .files = &file, .n_files = 1};
}

/* In a hundred draws: what ends a dossier or leads back must not be all that happens. */
static bool drawn(enum dossier_action a)
{
	static const int often[ACT_COUNT] = {[ACT_REFUSE] = 12, [ACT_WITHDRAW] = 2, [ACT_STOP] = 1, [ACT_SEND_BACK] = 10, [ACT_TAKE_BACK] = 5, [ACT_TRANSFER] = 3, [ACT_REASSIGN] = 5, [ACT_DEMAND_FEE] = 5,
		[ACT_ASK_OPINION] = 15, [ACT_CORRECT] = 20, [ACT_RATE] = 30, [ACT_APOLOGISE] = 20, [ACT_ASK_SUPPLEMENT] = 25};
	return rand() % 100 < (often[a] ? often[a] : 100);
}

/* Does the actor something that is open to him? */
static bool act_as(struct course *c, const struct dossier_get_row *d, const struct actor *me)
{
	struct err e = {0};
	struct env env = office_env(&c->w);
	struct acting x = {.w = &c->w};
	uint32_t may = 0;
	env.actor = me;
	EXPECT_OK(dossier_actions(&env, c->w.law, d, &may, &e), e);
	for (int i = 0, a = rand() % ACT_COUNT; i < ACT_COUNT; i++, a = (a + 1) % ACT_COUNT)
		if ((may & 1U << a) && drawn((enum dossier_action)a)) {
			x.x = dice(c, d, (enum dossier_action)a);
			return office_act(&c->w, me, do_act, &x, &e); /* what the rules refuse changes nothing, in the figures too */
		}
	return false;
}

/* Of the staff and the applicants one after the other, until somebody has something to do. */
static void act_one(struct course *c)
{
	struct err e = {0};
	struct dossier_get_row d = load(c, c->v[(size_t)rand() % c->n]);
	struct acting x = {.w = &c->w, .x.id = d.id};
	if (str_eq(d.state, STR("signing")))
		EXPECT(office_act(&c->w, &actor_program, keep_result, &x, &e) || e.kind == ERR_CONFLICT); /* erased */
	for (size_t i = 0, who = (size_t)rand() % 7; i < 7; i++, who = (who + 1) % 7)
		if (act_as(c, &d, who < 5 ? &c->staff[who] : &citizens[who - 5]))
			return;
}

static void open_course(struct course *c, struct arena *a, enum db_engine engine)
{
	struct err e = {0};
	struct units all = {0};
	*c = (struct course){0};
	office_open(&c->w, a, engine, "2026-01-29T08:30:00+07:00");
	const struct person_id who[] = {c->w.people.counter, c->w.people.head, c->w.people.specialist, c->w.people.director, c->w.people.clerk};
	for (size_t i = 0; i < ARRAY_LEN(who); i++)
		c->staff[i] = office_official(&c->w, who[i]);
	struct env env = office_env(&c->w);
	EXPECT_OK(directory_units(&env, c->w.people.department, date_of(env.now), &all, &e), e);
	c->units[0] = c->w.people.division;
	for (size_t i = 0; i < all.n; i++) {
		struct officers v = {0};
		EXPECT_OK(directory_holders(&env, ROLE_SPECIALIST, all.v[i].id, date_of(env.now), &v, &e), e);
		if (v.n && all.v[i].id.v != c->units[0].v)
			c->units[1] = all.v[i].id;
	}
	EXPECT(c->units[1].v != 0);
}

static void step(struct course *c)
{
	struct err e = {0};
	int what = rand() % 100;
	int64_t go_on = rand() % 40 ? rand() % (3 * 3600000) / 20 : rand() % 4 * DAY_MS;
	office_set_ms(office_now().ms + go_on);
	struct arena_mark m = arena_mark(c->w.a);
	struct acting x = {.w = &c->w};
	if (c->n < 20 || what < 7)
		file_one(c);
	else if (what == 99 && rand() % 3 == 0) {
		x.x.id = c->v[(size_t)rand() % c->n];
		EXPECT_OK(office_act(&c->w, &actor_program, forget, &x, &e), e);
	} else
		act_one(c);
	arena_rewind(c->w.a, m);
}

/* The figures of the whole department, counted row by row from what is exported. */
static void count_plain(struct course *c, int32_t month, int64_t n[STAT_MEASURES])
{
	struct err e = {0};
	AUTO_CURSOR cursor = {0};
	struct dossier_export_row d;
	static const char *const channels[] = {"online", "counter", "post", "hired", "portal"};
#define IN(t) ((t).has && stat_month_of(date_of((t).v)) == month)
	EXPECT_OK(q_dossier_export(c->w.db, &cursor, &e), e);
	while (db_next(&cursor, &d)) {
		bool decided = d.accepted_at.has && !str_eq(d.outcome, STR("stop"));
		for (int k = 0; k < 5; k++)
			n[STAT_RECEIVED_ONLINE + k] += stat_month_of(date_of(d.sent_at)) == month && str_eq(d.channel_in, str_from(channels[k]));
		n[STAT_ACCEPTED] += IN(d.accepted_at);
		n[STAT_HANDED_OVER] += IN(d.returned_at);
		n[STAT_STOPPED] += IN(d.settled_at) && str_eq(d.outcome, STR("stop")) && d.accepted_at.has;
		n[STAT_WITHDRAWN] += IN(d.settled_at) && str_eq(d.outcome, STR("stop")) && !d.accepted_at.has;
		n[STAT_NOT_ACCEPTED] += IN(d.settled_at) && str_eq(d.outcome, STR("refuse")) && !d.accepted_at.has;
		n[STAT_RESULT] += IN(d.settled_at) && decided && str_eq(d.outcome, STR("result"));
		n[STAT_REFUSED] += IN(d.settled_at) && decided && str_eq(d.outcome, STR("refuse"));
	}
	EXPECT_OK(db_end(&cursor, &e), e);
}

static void check_months(struct course *c)
{
	static const enum stat_measure plain[] = {STAT_RECEIVED_ONLINE, STAT_RECEIVED_COUNTER, STAT_RECEIVED_POST, STAT_RECEIVED_HIRED, STAT_RECEIVED_PORTAL, STAT_ACCEPTED, STAT_HANDED_OVER,
		STAT_STOPPED, STAT_WITHDRAWN, STAT_NOT_ACCEPTED, STAT_RESULT, STAT_REFUSED};
	struct err e = {0};
	struct env env = office_env(&c->w);
	struct stat_rows rows;
	struct stat_cut cut = {.from = 12 * 2026, .to = 12 * 2026 + 11, .of.agency = c->w.people.department, .by = STAT_BY_MONTH};
	EXPECT_OK(stat_read(&env, &cut, &rows, &e), e);
	EXPECT(rows.n > 0);
	for (size_t i = 0; i < rows.n; i++) {
		int64_t n[STAT_MEASURES] = {0};
		count_plain(c, rows.v[i].month, n);
		for (size_t k = 0; k < ARRAY_LEN(plain); k++)
			if (rows.v[i].n[plain[k]] != n[plain[k]])
				FAIL("month %d: %s is %lld, not %lld", rows.v[i].month % 12 + 1, stat_measure_name(plain[k]), (long long)rows.v[i].n[plain[k]], (long long)n[plain[k]]);
		EXPECT_INT(stat_decided(&rows.v[i]), n[STAT_RESULT] + n[STAT_REFUSED]);
		EXPECT_INT(rows.v[i].n[STAT_TIMED], n[STAT_RESULT] + n[STAT_REFUSED]);
		EXPECT_INT(rows.v[i].n[STAT_MINUTES_TOTAL], rows.v[i].n[STAT_MINUTES_AGENCY] + rows.v[i].n[STAT_MINUTES_OTHERS] + rows.v[i].n[STAT_MINUTES_CITIZEN]);
	}
}

/* Each late one of the year by its reason, row by row: all of them have one. */
static void check_reasons(struct course *c, const struct stat_row *sums)
{
	struct err e = {0};
	struct dossier_facts_rows all = {0};
	int64_t n[STAT_LATE_REASONS + 1] = {0}, some = 0;
	EXPECT_OK(q_dossier_facts(c->w.db, c->w.a, (struct dossier_id){0}, (struct dossier_id){INT64_MAX}, INT32_MAX, &all, &e), e);
	for (size_t i = 0; i < all.n; i++)
		if (all.v[i].settled_at.has && all.v[i].accepted_at.has && !str_eq(all.v[i].outcome, STR("stop")) && all.v[i].law_due.has && all.v[i].due.has && all.v[i].settled_at.v.ms > all.v[i].law_due.v.ms)
			n[all.v[i].late_reason.v]++;
	EXPECT_INT(n[0], 0);
	EXPECT_INT(stat_late_unstated(sums), 0);
	for (int k = 1; k <= STAT_LATE_REASONS; k++) {
		EXPECT_INT(sums->n[STAT_LATE_REASON_1 + k - 1], n[k]);
		some += n[k] > 0;
	}
	EXPECT(some >= 3);
}

/* A course that never came to something would test nothing of it. */
static void came_to_everything(struct course *c)
{
	static const enum stat_measure rare[] = {STAT_EARLY, STAT_LATE, STAT_RESULT, STAT_REFUSED, STAT_RESULT_SIGNED, STAT_NOT_ACCEPTED, STAT_STOPPED, STAT_WITHDRAWN, STAT_HANDED_OVER, STAT_SUPPLEMENT,
		STAT_APOLOGY, STAT_LATE_AT_END, STAT_MINUTES_OTHERS, STAT_MINUTES_CITIZEN, STAT_MINUTES_AGENCY};
	struct err e = {0};
	struct env env = office_env(&c->w);
	struct stat_rows rows, units;
	struct stat_cut cut = {.from = 0, .to = 12 * 2027};
	EXPECT_OK(stat_read(&env, &cut, &rows, &e), e);
	for (size_t i = 0; i < ARRAY_LEN(rare); i++)
		if (!rows.v[0].n[rare[i]])
			FAIL("no dossier came to %s", stat_measure_name(rare[i]));
	check_reasons(c, &rows.v[0]);
	cut.by = STAT_BY_MONTH;
	EXPECT_OK(stat_read(&env, &cut, &units, &e), e);
	EXPECT(units.n >= 4);
	cut.by = STAT_BY_UNIT;
	EXPECT_OK(stat_read(&env, &cut, &units, &e), e);
	EXPECT_INT(units.n, 2);
}

static void run_course(struct course *c, int steps)
{
	struct err e = {0};
	struct folder f = {.w = &c->w};
	struct arena_mark m = arena_mark(c->w.a);
	EXPECT_INT(pthread_create(&f.thread, NULL, fold_on, &f), 0);
	for (int i = 0; i < steps; i++) {
		step(c);
		if (i % 500 != 499)
			continue;
		struct stat_compared x;
		AUTO_DB db = test_db_again(c->w.engine, DB_READ_ONLY);
		struct env env = office_env(&c->w);
		env.db = db;
		EXPECT_OK(stat_compare(&env, dossier_stat_scan, NULL, &x, &e), e); /* while it is folded */
		EXPECT_TEXT(str_from(x.first), "");
		EXPECT_INT(x.dossiers, c->n);
		check_months(c);
		arena_rewind(c->w.a, m);
	}
	f.stop = true;
	pthread_join(f.thread, NULL);
	EXPECT(f.folds > 10);
}

TEST_BOTH_SLOW(random_courses_over_months_are_counted_to_the_last_unit)
{
	struct course *c = NEW(a, struct course);
	open_course(c, a, engine);
	srand(engine == DB_PG ? 11 : 12);
	run_course(c, 4000);
	came_to_everything(c);
	office_close(&c->w); /* compares once more */
}

/* ---- a batch ---- */

struct queued { struct write_job job; struct env env; struct filing filing; bool refuse; struct gate *gate; };
struct gate { pthread_mutex_t mutex; pthread_cond_t cond; bool open; int left; };

static bool apply_queued(struct write_job *job, struct err *e)
{
	struct queued *q = job->ctx;
	if (!do_send(job->env, &q->filing, e))
		return false;
	return !q->refuse || err_set(e, ERR_CONFLICT, "changed its mind");
}

static bool hold(struct write_job *job, struct err *e)
{
	struct gate *g = job->ctx;
	(void)e;
	pthread_mutex_lock(&g->mutex);
	while (!g->open)
		pthread_cond_wait(&g->cond, &g->mutex);
	pthread_mutex_unlock(&g->mutex);
	return true;
}

static void done(struct write_job *job)
{
	struct gate *g = job->apply == hold ? job->ctx : ((struct queued *)job->ctx)->gate;
	pthread_mutex_lock(&g->mutex);
	g->left--;
	pthread_cond_broadcast(&g->cond);
	pthread_mutex_unlock(&g->mutex);
}

static int64_t waiting_deltas(struct office *w)
{
	struct err e = {0};
	AUTO_CURSOR c = {0};
	struct stat_roll_every_row row;
	int64_t n = 0;
	EXPECT_OK(q_stat_roll_every(w->db, &c, &e), e);
	while (db_next(&c, &row))
		n += row.level == 0;
	EXPECT_OK(db_end(&c, &e), e);
	return n;
}

/* Forty filings that wait together, each seventh refused: what the others add is a row a batch on SQLite. */
TEST_BOTH(a_batch_of_filings_adds_one_row)
{
	struct office w;
	struct gate g = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false, 41};
	struct queued *q = NEW_ARRAY(a, 41, struct queued);
	struct err e = {0};
	office_open(&w, a, engine, "2026-03-02T09:00:00+07:00");
	for (int i = 0; i < 41; i++) {
		q[i] = (struct queued){.env = {.arena = arena_new(0), .actor = &citizens[0], .now = office_now()}, .refuse = i % 7 == 6, .gate = &g,
		                       .filing = {.w = &w, .procedure = "bx-khai-bao-xquang", .channel = i % 2 ? "online" : "post", .account = 4242}};
		q[i].job = i ? (struct write_job){.env = &q[i].env, .apply = apply_queued, .done = done, .ctx = &q[i]} : (struct write_job){.env = &q[0].env, .apply = hold, .done = done, .ctx = &g};
		EXPECT_OK(writer_submit(w.w, &q[i].job, &e), e);
	}
	pthread_mutex_lock(&g.mutex);
	g.open = true;
	pthread_cond_broadcast(&g.cond);
	while (g.left)
		pthread_cond_wait(&g.cond, &g.mutex);
	pthread_mutex_unlock(&g.mutex);
	int64_t kept = 0;
	for (int i = 0; i < 41; i++) {
		kept += i && q[i].job.ok;
		arena_free(q[i].env.arena);
	}
	EXPECT_INT(kept, 35);
	int64_t rows_added = waiting_deltas(&w); /* the first may have been taken with some that came meanwhile, or alone */
	EXPECT(engine == DB_SQLITE ? rows_added >= 1 && rows_added <= 2 : rows_added == 35);
	struct env env = office_env(&w);
	struct stat_rows rows;
	EXPECT_OK(stat_read(&env, &(struct stat_cut){.from = 0, .to = 99999}, &rows, &e), e);
	EXPECT_INT(stat_received(&rows.v[0]), 35);
	office_close(&w);
}

/* ---- how long it took, by a course whose times are known ---- */

#define AT(clock, who, ...)                                                                                                                    \
	do {                                                                                                                                   \
		struct acting x_ = {.w = &w, .x = {.id = d, __VA_ARGS__}};                                                                     \
		struct err e_ = {0};                                                                                                           \
		office_set_clock(clock);                                                                                                       \
		EXPECT_OK(office_act(&w, (who), do_act, &x_, &e_), e_);                                                                        \
	} while (0)

static int64_t last_item(struct office *w, struct dossier_id d, bool opinion)
{
	struct err e = {0};
	struct dossier_fee_list_rows fees = {0};
	struct dossier_opinion_list_rows opinions = {0};
	EXPECT_OK(q_dossier_fee_list(w->db, w->a, d, &fees, &e) && q_dossier_opinion_list(w->db, w->a, d, &opinions, &e), e);
	return opinion ? opinions.v[opinions.n - 1].id.v : fees.v[fees.n - 1].id.v;
}

/* Office hours are 08:00–12:00 and 13:00–17:00 (packs/calendar). Accepted Monday 09:00, issued Friday 11:00: 3 h Monday morning and so on. */
TEST_BOTH(times_are_split_by_who_had_the_dossier)
{
	struct office w;
	struct err e = {0};
	office_open(&w, a, engine, "2026-11-16T08:30:00+07:00");
	struct actor counter = office_official(&w, w.people.counter), head = office_official(&w, w.people.head), specialist = office_official(&w, w.people.specialist),
	             director = office_official(&w, w.people.director), clerk = office_official(&w, w.people.clerk);
	struct filing f = {.w = &w, .procedure = "bx-cap-phep-xquang", .channel = "online", .account = 4242};
	EXPECT_OK(office_act(&w, &citizens[0], do_send, &f, &e), e);
	struct dossier_id d = f.sent.id;
	AT("2026-11-16T09:00:00+07:00", &counter, .action = ACT_ACCEPT);
	AT("2026-11-16T10:00:00+07:00", &head, .action = ACT_ASSIGN, .to = w.people.specialist);
	AT("2026-11-16T11:00:00+07:00", &specialist, .action = ACT_ASK_OPINION, .unit = w.people.division, .text = STR("Hỏi"));      /* others from 11:00 */
	AT("2026-11-16T14:00:00+07:00", &specialist, .action = ACT_ASK_SUPPLEMENT, .reason = STR("Thiếu"));                          /* the applicant's from 14:00: both wait */
	AT("2026-11-17T09:00:00+07:00", &citizens[0], .action = ACT_SUPPLEMENT);                                                    /* 4 h; others still */
	AT("2026-11-17T10:30:00+07:00", &head, .action = ACT_ANSWER_OPINION, .item = last_item(&w, d, true), .text = STR("Đồng ý")); /* others: 11–12, 13–14, 09–10:30 */
	AT("2026-11-18T09:00:00+07:00", &specialist, .action = ACT_FINISH);
	AT("2026-11-18T10:00:00+07:00", &specialist, .action = ACT_SUBMIT, .outcome = STR("result"), .text = STR("Đủ"));
	AT("2026-11-19T10:00:00+07:00", &head, .action = ACT_APPROVE);
	AT("2026-11-19T11:00:00+07:00", &director, .action = ACT_APPROVE);
	struct acting k = {.w = &w, .x.id = d};
	EXPECT_OK(office_act(&w, &actor_program, keep_result, &k, &e), e);
	AT("2026-11-20T11:00:00+07:00", &clerk, .action = ACT_ISSUE);
	struct env env = office_env(&w);
	struct stat_rows rows;
	int64_t median = 0;
	EXPECT_OK(stat_read(&env, &(struct stat_cut){.from = 12 * 2026 + 10, .to = 12 * 2026 + 10, .of = {.agency = w.people.department, .officer = w.people.specialist}, .times = true}, &rows, &e), e);
	EXPECT_INT(rows.v[0].n[STAT_TIMED], 1);
	EXPECT_INT(rows.v[0].n[STAT_MINUTES_TOTAL], (7 + 8 + 8 + 8 + 3) * 60);
	EXPECT_INT(rows.v[0].n[STAT_MINUTES_CITIZEN], 4 * 60);
	EXPECT_INT(rows.v[0].n[STAT_MINUTES_OTHERS], 3 * 60 + 30);
	EXPECT(stat_percentile(&rows.v[0], STAT_TIME_AGENCY, 50, &median));
	EXPECT_INT(median, 34 * 60 - 4 * 60 - 210);
	EXPECT_INT(rows.v[0].n[STAT_RESULT_SIGNED], 1);
	office_close(&w);
}

/* NĐ 61/2018 Điều 19(9): the new date after an apology is the applicant's; lateness counts against the first. Điều 19(4): a supplement begins anew. */
TEST_BOTH(an_apology_moves_no_figure_and_a_supplement_does)
{
	struct office w;
	struct err e = {0};
	office_open(&w, a, engine, "2026-03-02T08:30:00+07:00");
	struct actor counter = office_official(&w, w.people.counter), head = office_official(&w, w.people.head), specialist = office_official(&w, w.people.specialist), director = office_official(&w, w.people.director);
	struct filing f = {.w = &w, .procedure = "bx-cap-phep-xquang", .channel = "counter", .account = 4242};
	EXPECT_OK(office_act(&w, &citizens[0], do_send, &f, &e), e);
	struct dossier_id d = f.sent.id;
	struct env env = office_env(&w);
	struct dossier_get_row row;
	AT("2026-03-02T09:00:00+07:00", &counter, .action = ACT_ACCEPT);
	AT("2026-03-02T10:00:00+07:00", &head, .action = ACT_ASSIGN, .to = w.people.specialist);
	AT("2026-03-03T10:00:00+07:00", &specialist, .action = ACT_ASK_SUPPLEMENT, .reason = STR("Thiếu"));
	AT("2026-03-09T10:00:00+07:00", &citizens[0], .action = ACT_SUPPLEMENT);
	EXPECT_OK(dossier_load(&env, d, &row, &e), e);
	EXPECT(row.law_due.v.ms > row.first_due.v.ms && row.law_due.v.ms == row.due.v.ms);
	struct instant counts_from = row.law_due.v;
	AT("2026-03-10T10:00:00+07:00", &director, .action = ACT_APOLOGISE, .reason = STR("Cần thêm thời gian"), .late_reason = STR("inspection"), .new_due = {row.due.v.ms + 10 * DAY_MS});
	EXPECT_OK(dossier_load(&env, d, &row, &e), e);
	EXPECT(row.law_due.v.ms == counts_from.ms && row.due.v.ms == counts_from.ms + 10 * DAY_MS);
	struct stat_rows rows;
	struct stat_cut all = {.to = 99999};
	env.now = (struct instant){row.first_due.v.ms + 3600001};
	EXPECT_OK(stat_now(&env, &all, env.now, &rows, &e), e);
	EXPECT_INT(rows.v[0].overdue, 0);
	env.now = (struct instant){counts_from.ms + 3600001};
	EXPECT_OK(stat_now(&env, &all, env.now, &rows, &e), e);
	EXPECT_INT(rows.v[0].overdue, 1);
	EXPECT_INT(rows.v[0].overdue_apologised, 1);
	EXPECT_INT(rows.v[0].open[STAT_OPEN_APOLOGISED], 1);
	office_close(&w);
}
