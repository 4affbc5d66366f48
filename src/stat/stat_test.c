/* stat_test.c — what a dossier adds, packed forms, folding, cuts and the recount, on both engines. */
#include "stat/stat_internal.h"
#include "core/db/db_testing.h"
#include "core/db/id.h"
#include "core/writer/writer.h"
#include "stat/stat_sql.h"
#include <stdlib.h>
#include <unistd.h>

extern const struct db_query *const stat_sql[];

static struct instant at(const char *rfc3339)
{
	struct instant t;
	CHECK(instant_parse(str_from(rfc3339), &t));
	return t;
}

static struct stat_facts plain(void)
{
	return (struct stat_facts){.dims = {{11}, {21}, {31}, STR("p1")}, .channel = STAT_ONLINE, .sent = at("2026-01-31T23:30:00+07:00"), .answer_due = at("2026-02-02T17:00:00+07:00")};
}

/* How often the set counts it; 0: not at all. */
static int64_t has(const struct stat_set *s, enum stat_span span, int32_t period, int64_t cell)
{
	const struct stat_entry *x = set_find(s, &(struct stat_entry){span, period, cell, 0});
	return x ? x->n : 0;
}

#define JAN (12 * 2026)
#define FEB (JAN + 1)
#define MAR (JAN + 2)

TEST(a_filing_counts_in_vietnams_month_and_waits_for_an_answer)
{
	struct stat_facts f = plain();
	struct stat_set s;
	stat_of(a, &f, &s);
	EXPECT_INT(s.n, 3);
	EXPECT_INT(has(&s, STAT_MONTH, JAN, STAT_RECEIVED_ONLINE), 1);
	EXPECT_INT(has(&s, STAT_DAY, date_from_civil(2026, 1, 31).day, STAT_RECEIVED_ONLINE), 1);
	EXPECT_INT(has(&s, STAT_OPEN, 0, hour_at(f.answer_due) * CELL_OPENS + STAT_OPEN_ANSWER), 1);
	EXPECT_INT(stat_month_of(date_from_civil(2026, 12, 31)), JAN + 11);
	EXPECT_INT(stat_month_first(MAR).day, date_from_civil(2026, 3, 1).day);
}

/* Settled at that moment, due on 10 February at five: the measure that counts it. */
static enum stat_measure timeliness(struct arena *a, const char *settled, bool limit, bool apologised)
{
	static const enum stat_measure all[] = {STAT_EARLY, STAT_ON_TIME, STAT_LATE, STAT_NO_LIMIT};
	struct stat_facts f = plain();
	struct stat_set s;
	int64_t found = 0;
	enum stat_measure which = STAT_MEASURES;
	f.accepted = at("2026-02-02T08:00:00+07:00");
	f.settled = at(settled);
	f.outcome = STAT_OUTCOME_RESULT;
	f.law_due = limit ? at("2026-02-10T17:00:00+07:00") : (struct instant){0};
	f.apologised = apologised;
	stat_of(a, &f, &s);
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		for (int32_t m = JAN; m <= JAN + 11; m++)
			if (has(&s, STAT_MONTH, m, all[i])) {
				found += has(&s, STAT_MONTH, m, all[i]);
				which = all[i];
				EXPECT_INT(m, stat_month_of(date_of(f.settled)));
			}
	EXPECT_INT(found, 1);
	EXPECT_INT(has(&s, STAT_MONTH, stat_month_of(date_of(f.settled)), STAT_LATE_APOLOGISED), which == STAT_LATE && apologised);
	return which;
}

TEST(early_is_a_day_before_and_late_a_millisecond_after)
{
	EXPECT_INT(timeliness(a, "2026-02-09T23:59:59+07:00", true, false), STAT_EARLY);
	EXPECT_INT(timeliness(a, "2026-02-10T00:00:00+07:00", true, false), STAT_ON_TIME);
	EXPECT_INT(timeliness(a, "2026-02-10T17:00:00+07:00", true, true), STAT_ON_TIME);
	EXPECT_INT(timeliness(a, "2026-02-10T17:00:00.001+07:00", true, false), STAT_LATE);
	EXPECT_INT(timeliness(a, "2026-05-01T08:00:00+07:00", true, true), STAT_LATE);
	EXPECT_INT(timeliness(a, "2026-05-01T08:00:00+07:00", false, false), STAT_NO_LIMIT);
}

TEST(what_was_overdue_when_a_month_ended_stays_known)
{
	struct stat_facts f = plain();
	struct stat_set s;
	f.accepted = f.sent;
	f.law_due = at("2026-01-31T17:00:00+07:00");
	f.settled = at("2026-03-31T23:59:59+07:00");
	f.outcome = STAT_OUTCOME_STOPPED;
	stat_of(a, &f, &s);
	EXPECT_INT(has(&s, STAT_MONTH, JAN, STAT_LATE_AT_END), 1);
	EXPECT_INT(has(&s, STAT_MONTH, FEB, STAT_LATE_AT_END), 1);
	EXPECT_INT(has(&s, STAT_MONTH, MAR, STAT_LATE_AT_END), 0);
	EXPECT_INT(has(&s, STAT_MONTH, MAR, STAT_STOPPED), 1);
	EXPECT_INT(has(&s, STAT_MONTH, MAR, STAT_LATE), 0);
}

TEST(a_settled_dossier_brings_its_times_events_and_end)
{
	struct stat_facts f = plain();
	struct stat_set s;
	const struct stat_event events[] = {{STAT_SUPPLEMENT, at("2026-02-03T09:00:00+07:00")}, {STAT_SUPPLEMENT, at("2026-02-20T09:00:00+07:00")}, {STAT_RATED_4, at("2026-03-02T09:00:00+07:00")}};
	f.accepted = at("2026-02-02T08:00:00+07:00");
	f.settled = at("2026-03-01T08:00:00+07:00");
	f.returned = at("2026-03-02T08:00:00+07:00");
	f.outcome = STAT_OUTCOME_RESULT;
	f.is_signed = f.timed = true;
	f.minutes_total = 1000;
	f.minutes_others = 300;
	f.minutes_citizen = 100;
	f.events = events;
	f.n_events = ARRAY_LEN(events);
	stat_of(a, &f, &s);
	EXPECT_INT(has(&s, STAT_MONTH, FEB, STAT_SUPPLEMENT), 2);
	EXPECT_INT(has(&s, STAT_MONTH, MAR, STAT_RATED_4), 1);
	EXPECT_INT(has(&s, STAT_MONTH, MAR, STAT_RESULT), 1);
	EXPECT_INT(has(&s, STAT_MONTH, MAR, STAT_RESULT_SIGNED), 1);
	EXPECT_INT(has(&s, STAT_MONTH, MAR, STAT_HANDED_OVER), 1);
	EXPECT_INT(has(&s, STAT_MONTH, MAR, STAT_MINUTES_AGENCY), 600);
	EXPECT_INT(has(&s, STAT_MONTH, MAR, CELL_TIME(STAT_TIME_AGENCY, 20)), 1);
	EXPECT_INT(has(&s, STAT_MONTH, MAR, CELL_TIME(STAT_TIME_TOTAL, 34)), 1);
	for (size_t i = 0; i < s.n; i++)
		EXPECT(s.v[i].span != STAT_OPEN);
}

TEST(buckets_are_half_hours_then_working_days)
{
	static const struct { int64_t minutes; int bucket; int64_t end; } want[] = {
		{-5, 0, 0}, {0, 0, 0}, {1, 1, 30}, {30, 1, 30}, {31, 2, 60}, {4800, 160, 4800}, {4801, 161, 5280}, {5280, 161, 5280}, {5281, 162, 5760},
		{4800 + 480 * 119, 279, 4800 + 480 * 119}, {4800 + 480 * 119 + 1, 280, 4800 + 480 * 120}, {100000000, 280, 4800 + 480 * 120}};
	for (size_t i = 0; i < ARRAY_LEN(want); i++) {
		EXPECT_INT(stat_bucket(want[i].minutes), want[i].bucket);
		EXPECT_INT(stat_bucket_minutes(want[i].bucket), want[i].end);
	}
}

/* Against the sorted minutes themselves: the figure is the end of the bucket in which the n-th stands. */
TEST(percentiles_are_those_of_the_minutes_to_half_an_hour)
{
	srand(7);
	for (int round = 0; round < 200; round++) {
		int32_t v[STAT_BUCKETS] = {0};
		struct stat_row r = {.times = {v}};
		int64_t minutes[40], found = -1;
		int n = 1 + rand() % 40;
		for (int i = 0; i < n; i++) {
			minutes[i] = rand() % (round % 2 ? 3000 : 30000);
			for (int k = i; k > 0 && minutes[k] < minutes[k - 1]; k--) {
				int64_t x = minutes[k];
				minutes[k] = minutes[k - 1];
				minutes[k - 1] = x;
			}
		}
		for (int i = 0; i < n; i++)
			v[stat_bucket(minutes[i])]++;
		for (int percent = 10; percent <= 100; percent += 10) {
			EXPECT(stat_percentile(&r, STAT_TIME_TOTAL, percent, &found));
			EXPECT_INT(found, stat_bucket_minutes(stat_bucket(minutes[(n * percent + 99) / 100 - 1])));
		}
	}
	struct stat_row none = {0};
	int64_t ignored;
	EXPECT(!stat_percentile(&none, STAT_TIME_TOTAL, 50, &ignored) && !stat_average(&none, STAT_TIME_TOTAL, &ignored));
}

TEST(packed_numbers_come_back_and_damage_is_seen)
{
	static const int64_t some[] = {0, 1, -1, 63, 64, -64, -65, 8191, 1 << 20, INT32_MIN, INT64_MAX, INT64_MIN};
	struct buf b = buf_on(a);
	for (size_t i = 0; i < ARRAY_LEN(some); i++)
		put_signed(&b, some[i]);
	struct str s = buf_str(&b);
	for (size_t i = 0; i < ARRAY_LEN(some); i++) {
		int64_t v = 7;
		EXPECT(take_signed(&s, &v));
		EXPECT_INT(v, some[i]);
	}
	EXPECT_INT(s.n, 0);
	uint64_t u;
	EXPECT(!take_varint(&s, &u));
	struct str bad[] = {STR("\x80"), STR("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"), STR("\x63"), {"\0\2\2\2\0\1\x09", 7}, {"\0\2\2\2\x7f", 5}};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		AUTO_TALLY t = tally_new();
		EXPECT(!tally_delta(t, SIDE_KEPT, bad[i]));
	}
}

/* ---- with a database ---- */

struct world { struct db *db; struct id_source ids; struct env env; struct stat_facts v[80]; struct stat_set set[80]; size_t n; };

static void open_world(struct world *w, struct arena *a, enum db_engine engine)
{
	*w = (struct world){.db = test_db(a, engine)};
	id_source_init(&w->ids, 1);
	w->env = (struct env){.arena = a, .db = w->db, .ids = &w->ids, .actor = &actor_program, .now = at("2026-03-10T10:00:00+07:00")};
	test_db_prepares(w->db, stat_sql);
}

static struct str procedure_name(int i)
{
	static const char *const names[] = {"p1", "p2", "cap-phep"};
	return str_from(names[i % 3]);
}

/* Somewhere along its way, as far as dice say. */
static struct stat_facts dice(void)
{
	struct stat_facts f = plain();
	f.dims = (struct stat_dims){{11 + rand() % 2}, {21 + rand() % 3}, {rand() % 3}, procedure_name(rand())};
	f.channel = (enum stat_channel)(rand() % 5);
	f.sent.ms += rand() % 40 * DAY_MS;
	f.answer_due.ms = f.sent.ms + DAY_MS;
	if (rand() % 4 == 0)
		return f;
	f.accepted.ms = f.sent.ms + 3600000;
	f.law_due.ms = rand() % 5 ? f.accepted.ms + 5 * DAY_MS : 0;
	f.apologised = rand() % 5 == 0;
	f.state = rand() % 5 ? STAT_STATE_OPEN : (enum stat_state)(rand() % 3);
	if (rand() % 2)
		return f;
	f.settled.ms = f.accepted.ms + rand() % 40 * (DAY_MS / 2);
	f.outcome = (enum stat_outcome)(1 + rand() % 3);
	f.timed = true;
	f.minutes_citizen = rand() % 300;
	f.minutes_others = rand() % 300;
	f.minutes_total = f.minutes_citizen + f.minutes_others + rand() % 9000;
	return f;
}

static bool scan(struct env *env, void *ctx, struct stat_tally *t, struct err *e)
{
	struct world *w = ctx;
	(void)env;
	(void)e;
	for (size_t i = 0; i < w->n; i++)
		stat_tally_add(t, &w->set[i]);
	return true;
}

/* One dossier moves on, or a new one comes. */
static void act(struct world *w)
{
	struct err e = {0};
	size_t i = w->n < ARRAY_LEN(w->v) && rand() % 2 ? w->n : (size_t)rand() % (w->n + 1);
	bool is_new = i == w->n;
	if (is_new && w->n == ARRAY_LEN(w->v))
		return;
	struct stat_facts f = dice();
	struct stat_set after;
	stat_of(w->env.arena, &f, &after);
	EXPECT_OK(stat_change(&w->env, is_new ? NULL : &w->set[i], &after, &e), e);
	w->v[i] = f;
	w->set[i] = after;
	w->n += is_new;
}

static void fold(struct world *w, int64_t rows)
{
	struct err e = {0};
	AUTO_TX tx = {0};
	bool more = false;
	EXPECT_OK(db_begin(w->db, &tx, &e), e);
	EXPECT_OK(stat_fold(&w->env, rows, &more, &e), e);
	EXPECT_OK(db_commit(&tx, &e), e);
}

static struct stat_compared compared(struct world *w)
{
	struct err e = {0};
	struct stat_compared c;
	EXPECT_OK(stat_compare(&w->env, scan, w, &c, &e), e);
	return c;
}

static bool in_cut(const struct stat_cut *c, const struct stat_dims *d)
{
	return (!c->of.agency.v || c->of.agency.v == d->agency.v) && (!c->of.unit.v || c->of.unit.v == d->unit.v) && (!c->of.officer.v || c->of.officer.v == d->officer.v) &&
	       (!c->of.procedure.n || str_eq(c->of.procedure, d->procedure));
}

static bool of_group(const struct stat_cut *c, const struct stat_row *r, const struct stat_dims *d, int32_t month)
{
	switch (c->by) {
	case STAT_BY_AGENCY: return r->id == d->agency.v;
	case STAT_BY_UNIT: return r->id == d->unit.v;
	case STAT_BY_OFFICER: return r->id == d->officer.v;
	case STAT_BY_PROCEDURE: return str_eq(r->procedure, d->procedure);
	case STAT_BY_MONTH: return r->month == month;
	case STAT_BY_ALL: break;
	}
	return true;
}

/* The counts of a group straight from the sets of all dossiers, which know no levels, rows or deltas. */
static void count_plain(const struct world *w, const struct stat_cut *c, const struct stat_row *r, int64_t n[STAT_MEASURES], int64_t bucket[STAT_TIMES])
{
	for (size_t i = 0; i < w->n; i++)
		for (size_t k = 0; k < w->set[i].n; k++) {
			const struct stat_entry *x = &w->set[i].v[k];
			if (x->span != STAT_MONTH || x->period < c->from || x->period > c->to || !in_cut(c, &w->set[i].dims) || !of_group(c, r, &w->set[i].dims, x->period))
				continue;
			if (x->cell < STAT_MEASURES)
				n[x->cell] += x->n;
			for (int t = 0; t < STAT_TIMES; t++)
				bucket[t] += x->cell >= CELL_TIME(t, 0) && x->cell < CELL_TIME(t, 512) ? x->n * (x->cell - CELL_TIME(t, 0) + 1) : 0;
		}
}

static void check_cut(struct world *w, const struct stat_cut *c)
{
	struct err e = {0};
	struct stat_rows rows;
	int64_t all = 0, whole[STAT_MEASURES] = {0}, ignored[STAT_TIMES] = {0};
	EXPECT_OK(stat_read(&w->env, c, &rows, &e), e);
	for (size_t i = 0; i < rows.n; i++) {
		const struct stat_row *r = &rows.v[i];
		int64_t n[STAT_MEASURES] = {0}, bucket[STAT_TIMES] = {0};
		count_plain(w, c, r, n, bucket);
		for (int m = 0; m < STAT_MEASURES; m++)
			if (r->n[m] != n[m])
				FAIL("by %d, row %zu: %s is %lld, not %lld", c->by, i, stat_measure_name((enum stat_measure)m), (long long)r->n[m], (long long)n[m]);
		for (int t = 0; t < STAT_TIMES; t++) {
			int64_t got = 0;
			for (int b = 0; r->times[t] && b < STAT_BUCKETS; b++)
				got += r->times[t][b] * (int64_t)(b + 1);
			EXPECT_INT(got, c->times ? bucket[t] : 0);
		}
		all += stat_received(r);
		EXPECT(i == 0 || r->id > r[-1].id || r->month > r[-1].month || str_cmp(r->procedure, r[-1].procedure) > 0);
	}
	struct stat_cut total = *c;
	total.by = STAT_BY_ALL;
	count_plain(w, &total, NULL, whole, ignored);
	EXPECT_INT(all, whole[STAT_RECEIVED_ONLINE] + whole[STAT_RECEIVED_COUNTER] + whole[STAT_RECEIVED_POST] + whole[STAT_RECEIVED_HIRED] + whole[STAT_RECEIVED_PORTAL]);
}

static void check_now(struct world *w, const struct stat_cut *c, struct instant soon)
{
	struct err e = {0};
	struct stat_rows rows;
	int64_t want[STAT_OPENS] = {0}, got[STAT_OPENS] = {0}, overdue = 0, due_soon = 0, late_answer = 0;
	EXPECT_OK(stat_now(&w->env, c, soon, &rows, &e), e);
	for (size_t i = 0; i < w->n; i++) {
		const struct stat_facts *f = &w->v[i];
		if (f->settled.ms || !in_cut(c, &f->dims))
			continue;
		enum stat_open k = f->state == STAT_STATE_SUPPLEMENT ? STAT_OPEN_SUPPLEMENT : f->state == STAT_STATE_FEE ? STAT_OPEN_FEE : !f->accepted.ms ? STAT_OPEN_ANSWER :
		                   !f->law_due.ms ? STAT_OPEN_NO_LIMIT : f->apologised ? STAT_OPEN_APOLOGISED : STAT_OPEN_RUNNING;
		want[k]++;
		bool dated = k == STAT_OPEN_RUNNING || k == STAT_OPEN_APOLOGISED;
		overdue += dated && hour_at(f->law_due) * HOUR_MS < w->env.now.ms;
		due_soon += dated && hour_at(f->law_due) * HOUR_MS >= w->env.now.ms && hour_at(f->law_due) * HOUR_MS < soon.ms;
		late_answer += k == STAT_OPEN_ANSWER && hour_at(f->answer_due) * HOUR_MS < w->env.now.ms;
	}
	for (size_t i = 0; i < rows.n; i++) {
		for (int k = 0; k < STAT_OPENS; k++)
			got[k] += rows.v[i].open[k];
		overdue -= rows.v[i].overdue;
		due_soon -= rows.v[i].soon;
		late_answer -= rows.v[i].answer_late;
	}
	for (int k = 0; k < STAT_OPENS; k++)
		EXPECT_INT(got[k], want[k]);
	EXPECT(overdue == 0 && due_soon == 0 && late_answer == 0);
}

static void check_cuts(struct world *w)
{
	static const struct stat_dims cuts[] = {{.procedure = {"", 0}}, {.agency = {11}}, {.agency = {12}, .unit = {22}}, {.unit = {23}}, {.agency = {11}, .procedure = {"p2", 2}}, {.officer = {2}},
		{.agency = {12}, .unit = {21}, .officer = {1}, .procedure = {"cap-phep", 8}}, {.procedure = {"p1", 2}}, {.agency = {99}}};
	for (size_t i = 0; i < ARRAY_LEN(cuts); i++)
		for (int by = STAT_BY_ALL; by <= STAT_BY_MONTH; by++) {
			struct stat_cut c = {.from = FEB - rand() % 2, .to = FEB + rand() % 4, .of = cuts[i], .by = (enum stat_by)by, .times = rand() % 2};
			check_cut(w, &c);
			if (by != STAT_BY_MONTH)
				check_now(w, &c, (struct instant){w->env.now.ms + 3 * DAY_MS});
		}
}

TEST_BOTH(any_course_of_acts_and_folds_gives_what_the_dossiers_say)
{
	struct world w;
	open_world(&w, a, engine);
	srand(20261127);
	for (int i = 0; i < 400; i++) {
		act(&w);
		if (rand() % 20 == 0)
			fold(&w, 1 + rand() % 30);
		if (i % 100 == 99) {
			struct stat_compared c = compared(&w);
			EXPECT_TEXT(str_from(c.first), "");
			EXPECT_INT(c.dossiers, w.n);
			check_cuts(&w);
		}
	}
	fold(&w, 100000);
	check_cuts(&w);
	EXPECT_TEXT(str_from(compared(&w).first), "");
}

TEST_BOTH(dossiers_that_go_leave_no_row)
{
	struct world w;
	struct err e = {0};
	struct db_cursor c = {0};
	struct stat_roll_every_row row;
	open_world(&w, a, engine);
	srand(3);
	while (w.n < 40)
		act(&w);
	fold(&w, 1000);
	for (size_t i = 0; i < w.n; i++)
		EXPECT_OK(stat_change(&w.env, &w.set[i], NULL, &e), e);
	w.n = 0;
	fold(&w, 1000);
	EXPECT_OK(q_stat_roll_every(w.db, &c, &e), e);
	EXPECT(!db_next(&c, &row));
	EXPECT_OK(db_end(&c, &e), e);
	EXPECT_TEXT(str_from(compared(&w).first), "");
}

TEST_BOTH(an_act_that_changes_nothing_counted_writes_nothing)
{
	struct world w;
	struct err e = {0};
	open_world(&w, a, engine);
	struct stat_facts f = plain();
	struct stat_set s, same;
	struct stat_delta_any_row any;
	bool found;
	stat_of(a, &f, &s);
	stat_of(a, &f, &same);
	EXPECT_OK(stat_change(&w.env, &s, &same, &e), e);
	EXPECT_OK(q_stat_delta_any(w.db, a, &any, &found, &e), e);
	EXPECT_INT(any.n, 0);
}

/* The row that a level has for the month: agency 11. */
static struct stat_roll_put_in row_at(struct world *w, int64_t level, int64_t period)
{
	struct err e = {0};
	AUTO_CURSOR c = {0};
	struct stat_roll_every_row r;
	struct stat_roll_put_in in = {0};
	EXPECT_OK(q_stat_roll_every(w->db, &c, &e), e);
	while (db_next(&c, &r))
		if (r.level == level && r.period == period && r.agency == 11 && !in.level)
			in = (struct stat_roll_put_in){.level = r.level, .period = r.period, .agency = r.agency, .unit = r.unit, .procedure = str_dup(w->env.arena, r.procedure), .officer = r.officer, .cells = str_dup(w->env.arena, r.cells)};
	EXPECT_OK(db_end(&c, &e), e);
	EXPECT(in.level == level);
	return in;
}

/* One unit more or less in any kept count is found, named with both values, and put right while acts go on. */
TEST_BOTH(a_flipped_count_is_named_and_put_right)
{
	static const struct { int64_t level, period; const char *said; } flips[] = {
		{LEVEL_MONTH, FEB, "month 2026-02, agency 11, unit 0, procedure -, officer 0, "}, {LEVEL_MONTH + 2, FEB, "month 2026-02, agency 11, unit 0, procedure "},
		{LEVEL_OPEN, 0, "open now, agency 11, unit 0, procedure -, officer 0, open "}, {LEVEL_MONTH + 4, FEB, "month 2026-02, agency 11, unit 2"}};
	struct world w;
	struct err e = {0};
	open_world(&w, a, engine);
	srand(5);
	while (w.n < ARRAY_LEN(w.v))
		act(&w);
	fold(&w, 1000);
	for (size_t i = 0; i < ARRAY_LEN(flips); i++) {
		struct stat_roll_put_in in = row_at(&w, flips[i].level, flips[i].period);
		int64_t last = 0, cell, n, wrote = 0;
		struct str rest = in.cells;
		struct buf b = buf_on(a);
		EXPECT(take_cell(&rest, &last, &cell, &n));
		put_cell(&b, &wrote, cell, n + 1);
		buf_put(&b, rest);
		in.cells = buf_str(&b);
		EXPECT_OK(q_stat_roll_put(w.db, &in, NULL, &e), e);
		struct stat_compared c = compared(&w);
		EXPECT_INT(c.differences, 1);
		EXPECT(str_find(str_from(c.first), str_from(flips[i].said)) > 0);
		EXPECT(str_find(str_from(c.first), str_fmt(a, "kept %lld, counted %lld", (long long)n + 1, (long long)n)) > 0);
		act(&w);
		EXPECT_OK(stat_fix(&w.env, &c, &e), e);
		act(&w);
		EXPECT_TEXT(str_from(compared(&w).first), "");
		check_cuts(&w); /* before the repair is folded, too */
		fold(&w, 1000);
		EXPECT_TEXT(str_from(compared(&w).first), "");
		check_cuts(&w);
	}
}

TEST_BOTH(a_damaged_row_is_an_error_for_readers_and_named_by_the_recount)
{
	struct world w;
	struct err e = {0};
	struct stat_rows rows;
	open_world(&w, a, engine);
	srand(6);
	while (w.n < 30)
		act(&w);
	fold(&w, 1000);
	struct stat_roll_put_in in = row_at(&w, LEVEL_MONTH, FEB);
	in.cells = str_sub(in.cells, 0, in.cells.n - 1);
	EXPECT_OK(q_stat_roll_put(w.db, &in, NULL, &e), e);
	EXPECT_ERR(stat_read(&w.env, &(struct stat_cut){.from = JAN, .to = MAR}, &rows, &e), e, ERR_INTERNAL);
	EXPECT(str_find(str_from(compared(&w).first), STR("cannot be read: level 2")) > 0);
}

TEST_BOTH(all_is_made_again_from_nothing)
{
	struct world w;
	struct err e = {0};
	open_world(&w, a, engine);
	srand(8);
	for (; w.n < 60; w.n++) { /* as a bulk path: dossiers without acts */
		w.v[w.n] = dice();
		stat_of(a, &w.v[w.n], &w.set[w.n]);
	}
	struct stat_compared c = compared(&w);
	EXPECT(c.differences > 100 && c.first[0]);
	EXPECT_OK(stat_fix(&w.env, &c, &e), e);
	check_cuts(&w);
	fold(&w, 1000);
	check_cuts(&w);
	EXPECT_INT(compared(&w).differences, 0);
}

/* Two nodes: the second waits for its turn, and finds nothing left to add. */
TEST_BOTH(one_at_a_time_puts_right)
{
	struct world w;
	struct err e = {0};
	open_world(&w, a, engine);
	for (; w.n < 20; w.n++) {
		w.v[w.n] = plain();
		stat_of(a, &w.v[w.n], &w.set[w.n]);
	}
	struct db *one = test_db_again(engine, DB_READ_ONLY), *two = test_db_again(engine, DB_READ_ONLY);
	struct env first = w.env, second = w.env;
	first.db = one;
	second.db = two;
	EXPECT_OK(stat_alone(&first, &e), e);
	struct stat_compared c = compared(&w);
	EXPECT(c.differences > 0);
	if (engine == DB_PG)
		EXPECT_ERR(stat_alone(&second, &e), e, ERR_BUSY);
	EXPECT_OK(stat_fix(&w.env, &c, &e), e);
	db_close(one);
	bool mine = false;
	for (int i = 0; i < 1000 && !mine; i++) { /* until the server has seen the end of the connection */
		e = (struct err){0};
		mine = stat_alone(&second, &e) || usleep(10000) != 0;
	}
	EXPECT(mine);
	EXPECT_INT(compared(&w).differences, 0);
	db_close(two);
}

/* Days of one agency and of all; and how things stood when a month ended, by looking at each dossier. */
TEST_BOTH(days_and_the_end_of_a_month)
{
	struct world w;
	struct err e = {0};
	open_world(&w, a, engine);
	srand(9);
	while (w.n < 70)
		act(&w);
	fold(&w, 60);
	for (int64_t agency = 0; agency < 13; agency += agency ? 1 : 11) {
		struct stat_rows rows;
		EXPECT_OK(stat_days(&w.env, date_from_civil(2026, 2, 3), date_from_civil(2026, 3, 31), (struct agency_id){agency}, &rows, &e), e);
		for (size_t i = 0; i < rows.n; i++) {
			int64_t sent = 0;
			EXPECT(rows.v[i].id >= date_from_civil(2026, 2, 3).day && rows.v[i].id <= date_from_civil(2026, 3, 31).day && (i == 0 || rows.v[i].id > rows.v[i - 1].id));
			for (size_t k = 0; k < w.n; k++)
				sent += date_of(w.v[k].sent).day == rows.v[i].id && (!agency || w.v[k].dims.agency.v == agency);
			EXPECT_INT(stat_received(&rows.v[i]), sent);
		}
		for (int32_t m = JAN - 1; m <= MAR; m++) {
			struct stat_stand stand;
			struct stat_cut c = {.of = {.agency = {agency}}};
			struct instant end = instant_at(stat_month_first(m + 1), 0);
			int64_t open = 0, overdue = 0, now = end.ms < w.env.now.ms ? end.ms : w.env.now.ms;
			for (size_t k = 0; k < w.n; k++) {
				const struct stat_facts *f = &w.v[k];
				bool here = !agency || f->dims.agency.v == agency, before_end = date_of(f->settled).day < stat_month_first(m + 1).day, over = f->settled.ms && before_end;
				bool dated = f->accepted.ms && f->law_due.ms && (f->settled.ms || f->state == STAT_STATE_OPEN);
				open += here && f->sent.ms < end.ms && !over;
				overdue += here && dated && !over && (f->settled.ms ? f->law_due.ms < end.ms && f->settled.ms > f->law_due.ms : hour_at(f->law_due) * HOUR_MS < now);
			}
			EXPECT_OK(stat_stand_at_end(&w.env, &c, m, &stand, &e), e);
			EXPECT_INT(stand.open, open);
			EXPECT_INT(stand.overdue, overdue);
		}
	}
}
