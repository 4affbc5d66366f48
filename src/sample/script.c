/* script.c — which acts a sample dossier goes through, and when. */
#include "dossier/fee.h"
#include "sample/internal.h"

#define HOUR ((int64_t)3600000)

/* weight: the share of the limit that PACE_WORK takes, in percent. */
static void put_weight(struct script *s, int does, char who, enum pace pace, int weight)
{
	CHECK(s->n < ACTS_MAX);
	s->v[s->n++] = (struct act){does, who, pace, weight};
}

static void put(struct script *s, int does, char who, enum pace pace) { put_weight(s, does, who, pace, 0); }

static void supplement(struct script *s, char who)
{
	put(s, ACT_ASK_SUPPLEMENT, who, PACE_BRIEF);
	put(s, DO_PAPER, 'p', PACE_PROGRAM);
	put(s, ACT_SUPPLEMENT, 'a', PACE_APPLICANT);
}

static void intake(struct script *s)
{
	put(s, ACT_ACCEPT, 'c', PACE_INTAKE);
	put(s, DO_PAPER, 'p', PACE_PROGRAM);
}

static void fee(struct script *s, const struct life *l)
{
	if (!l->p->fee || !l->p->fee->n)
		return;
	put(s, ACT_DEMAND_FEE, 's', PACE_BRIEF);
	put(s, ACT_CONFIRM_PAID, 'c', PACE_COLLECT);
}

/* Shares of the limit: those of packs/processes. */
static void examine(struct script *s, const struct life *l)
{
	put(s, ACT_ASSIGN, 'h', PACE_BRIEF);
	if (l->course == COURSE_SUPPLEMENT)
		supplement(s, 's');
	else
		fee(s, l);
	if (l->course == COURSE_OPINION) {
		put(s, ACT_ASK_OPINION, 's', PACE_BRIEF);
		put(s, ACT_ANSWER_OPINION, 'o', PACE_OPINION);
	}
	if (l->course == COURSE_APOLOGY) {
		put(s, ACT_APOLOGISE, 'd', PACE_APOLOGY);
		put(s, DO_PAPER, 'p', PACE_PROGRAM);
	}
	put_weight(s, ACT_FINISH, 's', PACE_WORK, 45);
	put_weight(s, ACT_SUBMIT, 's', PACE_WORK, 15);
	if (l->course == COURSE_SENT_BACK) {
		put_weight(s, ACT_SEND_BACK, 'h', PACE_WORK, 10);
		put_weight(s, ACT_SUBMIT, 's', PACE_WORK, 8);
	}
	put_weight(s, ACT_APPROVE, 'h', PACE_WORK, 10);
}

static void leave(struct script *s, const struct life *l, bool archive)
{
	put_weight(s, ACT_APPROVE, 'd', PACE_WORK, 15);
	put(s, DO_RESULT, 'p', PACE_PROGRAM);
	put_weight(s, ACT_ISSUE, 'k', PACE_WORK, 5);
	put(s, ACT_HAND_OVER, 'c', l->online_result ? PACE_BRIEF : PACE_COLLECT);
	if (archive)
		put(s, ACT_ARCHIVE, 's', PACE_BRIEF);
	put(s, ACT_RATE, 'a', PACE_APPLICANT); /* most leave before it: inst.stop */
}

static bool same_day(const struct life *l) { return workflow_node(l->p->process, STR("settle")) != NULL; }

struct script script_of(const struct maker *m, const struct life *l, size_t n_files)
{
	struct script s = {0};
	(void)m;
	put(&s, DO_SEND, 'a', PACE_START);
	for (size_t i = 0; i < n_files; i++)
		put(&s, DO_SCAN, 'p', PACE_PROGRAM);
	if (l->course == COURSE_WITHDRAWN) {
		put(&s, ACT_WITHDRAW, 'a', PACE_BRIEF);
		return s;
	}
	if (l->course == COURSE_SUPPLEMENT_EARLY && !same_day(l))
		supplement(&s, 'c');
	if (l->course == COURSE_REFUSED_EARLY) {
		put(&s, ACT_REFUSE, 'c', PACE_INTAKE);
		put(&s, DO_PAPER, 'p', PACE_PROGRAM);
		return s;
	}
	intake(&s);
	if (same_day(l))
		put_weight(&s, ACT_SUBMIT, 's', PACE_WORK, 30);
	else
		examine(&s, l);
	leave(&s, l, !same_day(l));
	return s;
}

/* What share of the legal time the offices need. Backlogs: January, and the weeks before Tết, when more is late. */
static double haste(uint64_t *chance, struct instant sent, enum course course)
{
	int month = date_civil(date_of(sent)).month;
	double x = share(chance), late = month == 12 || month == 1 ? 0.09 : month == 7 ? 0.06 : 0.03;
	if (course == COURSE_APOLOGY)
		return 1.05 + 0.4 * share(chance);
	if (x < late)
		return 1.03 + 0.9 * share(chance) * share(chance);
	return x < 0.25 ? 0.7 + 0.15 * share(chance) : 0.2 + 0.5 * share(chance);
}

static bool working(const struct maker *m, struct instant t, int64_t ms, struct instant *out)
{
	struct err e = {0};
	return calendar_add_working_ms(m->c->law->calendar, t, ms < 1000 ? 1000 : ms, out, &e);
}

/* An applicant acts when there is time: in the evening too. */
static struct instant some_days(uint64_t *chance, struct instant t, int most)
{
	struct instant x = {t.ms + between(chance, 4 * HOUR, most * DAY_MS)};
	int32_t at = time_of_day_ms(x);
	return at < 7 * HOUR || at > 22 * HOUR ? instant_at((struct date){date_of(x).day + (at > 22 * HOUR)}, (int32_t)between(chance, 8 * HOUR, 21 * HOUR)) : x;
}

/* Between two and three working days before the time that the applicant was told (NĐ 61/2018 Điều 19(9)). */
static bool apology(const struct maker *m, const struct life *l, uint64_t *chance, struct instant accepted, struct instant after, struct instant *out)
{
	struct clock_course course = {.start = accepted};
	struct due due;
	struct date day;
	struct err e = {0};
	if (!l->p->has_limit || !calendar_due(m->c->law->calendar, &l->p->clock, &course, &due, &e) || due.state != DUE_RUNNING ||
	    !calendar_add_working_days(m->c->law->calendar, due.last_day, -2, &day, &e))
		return false;
	*out = instant_at(day, (int32_t)between(chance, 8 * HOUR, 11 * HOUR));
	return out->ms > after.ms;
}

static bool next_time(const struct maker *m, const struct life *l, const struct act *a, uint64_t *chance, double pace, struct instant accepted, struct instant t, struct instant *out)
{
	int64_t limit = (l->p->limit_hours ? l->p->limit_hours : 40) * HOUR;
	switch (a->pace) {
	case PACE_PROGRAM: *out = (struct instant){t.ms + between(chance, 20000, 180000)}; return true;
	case PACE_INTAKE: return working(m, t, share(chance) < 0.04 ? between(chance, 9 * HOUR, 14 * HOUR) : between(chance, HOUR / 6, l->channel == CHANNEL_ONLINE ? 6 * HOUR : HOUR), out);
	case PACE_BRIEF: return working(m, t, between(chance, HOUR / 6, limit < 20 * HOUR ? HOUR : 4 * HOUR), out);
	case PACE_WORK: return working(m, t, (int64_t)(pace * (double)limit * a->weight / 100 * (0.7 + 0.6 * share(chance))), out);
	case PACE_APPLICANT: /* without an account: at the counter */
		if (!l->account)
			return working(m, t, between(chance, 4 * HOUR, 40 * HOUR), out);
		*out = some_days(chance, t, 6);
		return true;
	case PACE_COLLECT: return working(m, t, between(chance, HOUR, 20 * HOUR), out);
	case PACE_OPINION: return working(m, t, between(chance, HOUR, limit / 3 < 30 * HOUR ? limit / 3 : 30 * HOUR), out); /* some after the three days asked for */
	case PACE_APOLOGY: return apology(m, l, chance, accepted, t, out);
	case PACE_START: break;
	}
	return false;
}

bool script_times(const struct maker *m, const struct life *l, const struct script *s, uint64_t *chance, struct instant *t)
{
	double pace = haste(chance, t[0], l->course);
	struct instant accepted = t[0];
	for (size_t i = 1; i < s->n; i++) {
		if (!next_time(m, l, &s->v[i], chance, pace, accepted, t[i - 1], &t[i]))
			return false;
		if (t[i].ms <= t[i - 1].ms)
			t[i].ms = t[i - 1].ms + 1 + between(chance, 0, 999);
		t[i].ms += between(chance, 0, 59999); /* nobody acts at the full hour only */
		if (s->v[i].does == ACT_ACCEPT)
			accepted = t[i];
	}
	return true;
}
