/* calendar_due.c — due times and their day-by-day explanation.
 *
 * The events are first boiled down to a timeline: the start that counts, the pauses after it, and what a restart
 * struck out. A pause is counted in whole days like everything else: the day on which it begins is still counted, the
 * day on which it ends is not (Art. 147(2): the day of an event is not counted). */
#include "calendar/calendar_internal.h"

#define MAX_EVENTS 64
#define HOUR_MS ((int64_t)3600 * 1000)

struct span { struct instant from, to; bool open; };
struct timeline {
	struct instant start;
	struct span pauses[MAX_EVENTS];
	size_t n_pauses;
	struct span dropped[MAX_EVENTS]; /* start of the count and the request that struck it out */
	struct instant resumed[MAX_EVENTS];
	size_t n_dropped;
	bool supplement, fee;            /* still waited for at the end */
	struct instant asked;
	int depth;                       /* reasons to pause now */
	struct instant pause_from;
};

static void pause_begin(struct timeline *t, struct instant at)
{
	if (t->depth++ == 0)
		t->pause_from = at;
}

static void pause_end(struct timeline *t, struct instant at)
{
	if (--t->depth == 0)
		t->pauses[t->n_pauses++] = (struct span){t->pause_from, at, false};
}

static void restart(struct timeline *t, struct instant at)
{
	t->dropped[t->n_dropped] = (struct span){t->start, t->asked, false};
	t->resumed[t->n_dropped++] = at;
	t->start = at;
	t->n_pauses = 0;
	t->pause_from = at;
}

static bool supplement_event(struct timeline *t, const struct clock_rule *r, const struct clock_event *ev, struct err *e)
{
	bool ask = ev->kind == CLOCK_SUPPLEMENT_ASKED;
	if (t->supplement == ask)
		return err_set(e, ERR_INVALID, ask ? "a supplement is asked while one is awaited" : "a supplement that nobody asked for");
	t->supplement = ask;
	if (ask)
		t->asked = ev->at;
	if (r->on_supplement == SUPPLEMENT_PAUSES)
		ask ? pause_begin(t, ev->at) : pause_end(t, ev->at);
	else if (!ask)
		restart(t, ev->at);
	return true;
}

static bool fee_event(struct timeline *t, const struct clock_rule *r, const struct clock_event *ev, struct err *e)
{
	bool demand = ev->kind == CLOCK_FEE_DEMANDED;
	if (t->fee == demand)
		return err_set(e, ERR_INVALID, demand ? "a fee is demanded while one is awaited" : "a payment that nobody demanded");
	t->fee = demand;
	if (r->fee_pauses)
		demand ? pause_begin(t, ev->at) : pause_end(t, ev->at);
	return true;
}

static bool make_timeline(const struct clock_rule *r, const struct clock_course *co, struct timeline *t, struct err *e)
{
	struct instant last = co->start;
	*t = (struct timeline){.start = co->start};
	if (co->n_events > MAX_EVENTS)
		return err_set(e, ERR_INVALID, "more than %d events", MAX_EVENTS);
	for (size_t i = 0; i < co->n_events; i++) {
		const struct clock_event *ev = &co->events[i];
		bool fee = ev->kind == CLOCK_FEE_DEMANDED || ev->kind == CLOCK_FEE_PAID;
		if (ev->at.ms < last.ms)
			return err_set(e, ERR_INVALID, "event %zu is before the one that precedes it", i + 1);
		if (!(fee ? fee_event(t, r, ev, e) : supplement_event(t, r, ev, e)))
			return false;
		last = ev->at;
	}
	if (t->depth > 0)
		t->pauses[t->n_pauses++] = (struct span){t->pause_from, t->pause_from, true};
	return true;
}

static int32_t days_counted(const struct calendar *c, enum limit_unit u, struct date after, struct date upto)
{
	if (u != LIMIT_WORKING_DAY)
		return upto.day - after.day;
	return c->work_before[upto.day - c->first.day + 1] - c->work_before[after.day - c->first.day + 1];
}

/* The end of the count in whole days; *waiting when an open pause comes first. All days are inside the calendar. */
static bool count_days(const struct calendar *c, struct limit l, const struct timeline *t, struct date *out, bool *waiting,
		       struct err *e)
{
	struct date from = date_of(t->start);
	int32_t left = l.n;
	for (size_t i = 0; i < t->n_pauses; i++) {
		struct date stop = date_of(t->pauses[i].from), go = date_of(t->pauses[i].to);
		int32_t counted = days_counted(c, l.unit, from, stop);
		if (counted >= left)
			break;
		*waiting = t->pauses[i].open;
		if (*waiting)
			return true;
		if (go.day > stop.day) {
			left -= counted;
			from = go;
		}
	}
	if (l.unit == LIMIT_WORKING_DAY)
		return calendar_add_working_days(c, from, left, out, e);
	out->day = from.day + left;
	return true;
}

/* The corresponding day n months later, or the last of that month (Art. 148(3)), moved on by the pauses. */
static bool count_months(struct limit l, const struct timeline *t, struct date *out, bool *waiting)
{
	struct civil s = date_civil(date_of(t->start));
	int month = s.month - 1 + l.n, year = s.year + month / 12, day = s.day;
	while (!date_is_civil(year, month % 12 + 1, day))
		day--;
	*out = date_from_civil(year, month % 12 + 1, day);
	for (size_t i = 0; i < t->n_pauses; i++) {
		struct date stop = date_of(t->pauses[i].from), go = date_of(t->pauses[i].to);
		if (stop.day >= out->day)
			break;
		*waiting = t->pauses[i].open;
		if (*waiting)
			return true;
		out->day += go.day - stop.day;
	}
	return true;
}

/* A same-day limit: the day of the start while its office hours last, else the next working day. */
static bool same_day(const struct calendar *c, struct instant start, struct date *out, struct err *e)
{
	struct date d = date_of(start);
	bool today = calendar_is_working_day(c, d) && time_of_day_ms(start) < calendar_close_ms(c, d);
	return calendar_add_working_days(c, d, today ? 0 : 1, out, e);
}

/* Convention B: the start's clock time, brought into the office hours of the last day. A start on a day off or after
 * closing has no clock time of the office: the count began with the next opening and ends with the hours of the day. */
static int32_t clock_time(const struct calendar *c, struct instant start, struct date last)
{
	struct date d = date_of(start);
	int32_t now = time_of_day_ms(start), close = calendar_close_ms(c, last);
	if (!calendar_is_working_day(c, d) || now >= calendar_close_ms(c, d))
		return close;
	struct office_day h = calendar_office_hours(c, last);
	for (size_t i = 0; i < h.n; i++)
		if (now <= h.at[i].to_ms)
			return now > h.at[i].from_ms ? now : h.at[i].from_ms;
	return close;
}

static bool due_in_days(const struct calendar *c, const struct clock_rule *r, const struct timeline *t, struct due *out,
			bool *waiting, struct err *e)
{
	struct date day = {0};
	bool good = r->limit.n == 0                   ? same_day(c, t->start, &day, e)
		    : r->limit.unit == LIMIT_MONTH ? count_months(r->limit, t, &day, waiting)
						   : count_days(c, r->limit, t, &day, waiting, e);
	if (!good || *waiting)
		return good;
	out->nominal_day = day;
	/* Art. 148(5): a last day off carries the end to the next working day. */
	if (!calendar_add_working_days(c, day, 0, &out->last_day, e))
		return false;
	bool end = r->convention == CONVENTION_A || r->limit.n == 0;
	out->at = instant_at(out->last_day, end ? calendar_close_ms(c, out->last_day) : clock_time(c, t->start, out->last_day));
	return true;
}

static bool due_in_hours(const struct calendar *c, struct limit l, const struct timeline *t, struct due *out, bool *waiting,
			 struct err *e)
{
	struct instant from = t->start;
	int64_t left = l.n * HOUR_MS;
	for (size_t i = 0; i < t->n_pauses; i++) {
		int64_t ran = t->pauses[i].from.ms - from.ms;
		if (l.unit == LIMIT_WORKING_HOUR && !calendar_working_ms_between(c, from, t->pauses[i].from, &ran, e))
			return false;
		if (ran >= left)
			break;
		*waiting = t->pauses[i].open;
		if (*waiting)
			return true;
		left -= ran;
		from = t->pauses[i].to;
	}
	out->at.ms = from.ms + left;
	if (l.unit == LIMIT_WORKING_HOUR && !calendar_add_working_ms(c, from, left, &out->at, e))
		return false;
	out->last_day = out->nominal_day = date_of(out->at);
	return calendar_knows(c, out->last_day) || calendar_outside(c, out->last_day, e);
}

static bool check_range(const struct calendar *c, const struct clock_rule *r, const struct clock_course *co, struct err *e)
{
	struct instant end = co->n_events ? co->events[co->n_events - 1].at : co->start;
	if (r->limit.n < 0)
		return err_set(e, ERR_INVALID, "a limit below zero");
	/* Keeps the arithmetic far from overflow: no count of these units can end inside the calendar. */
	if (r->limit.n > c->n_days * 24 || (r->limit.unit == LIMIT_MONTH && r->limit.n > c->n_days / 28))
		return err_set(e, ERR_INVALID, "a limit longer than the calendar");
	if (!calendar_knows(c, date_of(co->start)))
		return calendar_outside(c, date_of(co->start), e);
	return calendar_knows(c, date_of(end)) || calendar_outside(c, date_of(end), e);
}

static bool compute(const struct calendar *c, const struct clock_rule *r, const struct timeline *t, struct due *out,
		    struct err *e)
{
	bool waiting = t->supplement && r->on_supplement == SUPPLEMENT_RESTARTS;
	bool hours = r->limit.unit == LIMIT_WORKING_HOUR || r->limit.unit == LIMIT_HOUR;
	*out = (struct due){.counted_from = t->start, .restarts = (uint32_t)t->n_dropped};
	if (!waiting && !(hours ? due_in_hours(c, r->limit, t, out, &waiting, e) : due_in_days(c, r, t, out, &waiting, e)))
		return false;
	if (waiting) {
		out->state = t->supplement ? DUE_WAITING_SUPPLEMENT : DUE_WAITING_FEE;
		out->at.ms = 0;
		return true;
	}
	int32_t from = date_of(t->start).day - c->first.day, to = out->last_day.day - c->first.day;
	out->provisional = c->provisional_before[to + 1] > c->provisional_before[from];
	return true;
}

bool calendar_due(const struct calendar *c, const struct clock_rule *rule, const struct clock_course *course, struct due *out,
		  struct err *e)
{
	struct timeline t;
	/* The order is checked first, so that the last event is the latest. */
	return make_timeline(rule, course, &t, e) && check_range(c, rule, course, e) && compute(c, rule, &t, out, e);
}

/* ---- explanation ---- */

struct strip {
	const struct calendar *c;
	const struct clock_rule *rule;
	const struct timeline *t;
	const struct due *due;
	int32_t k;
};

static bool hour_limit(const struct strip *s)
{
	return s->rule->limit.unit == LIMIT_WORKING_HOUR || s->rule->limit.unit == LIMIT_HOUR;
}

static bool counts(const struct strip *s, struct date d)
{
	bool by_office = s->rule->limit.unit == LIMIT_WORKING_DAY || s->rule->limit.unit == LIMIT_WORKING_HOUR;
	return !by_office || calendar_is_working_day(s->c, d);
}

static int64_t clip(int64_t x, int64_t low, int64_t high) { return x < low ? low : x > high ? high : x; }

/* Time of an hour limit that ran on that day between two moments. */
static int64_t ran_on(const struct strip *s, struct date d, struct instant from, struct instant to)
{
	int64_t day = instant_at(d, 0).ms, ms = 0;
	struct instant a = {clip(from.ms, day, day + DAY_MS - 1)}, b = {clip(to.ms, day, day + DAY_MS)};
	struct err e;
	if (b.ms <= a.ms || s->rule->limit.unit == LIMIT_HOUR)
		return b.ms <= a.ms ? 0 : b.ms - a.ms;
	if (b.ms == day + DAY_MS)
		b.ms--;
	/* Both lie on a day of the calendar. */
	CHECK(calendar_working_ms_between(s->c, a, b, &ms, &e));
	return ms;
}

static int32_t hours_of_cell(const struct strip *s, struct date d)
{
	struct instant end = s->due->state == DUE_RUNNING ? s->due->at : (struct instant){INT64_MAX - DAY_MS};
	int64_t ms = ran_on(s, d, s->t->start, end);
	for (size_t i = 0; i < s->t->n_pauses; i++) {
		const struct span *p = &s->t->pauses[i];
		ms -= ran_on(s, d, p->from, p->open || p->to.ms > end.ms ? end : p->to);
	}
	return (int32_t)ms;
}

/* The state of a day that a later restart made worthless; false when d is not before the restart. */
static bool dropped_state(const struct strip *s, struct date d, struct day_cell *cell)
{
	for (size_t i = 0; i < s->t->n_dropped; i++) {
		if (d.day >= date_of(s->t->resumed[i]).day)
			continue;
		if (d.day == date_of(s->t->dropped[i].from).day)
			cell->state = CELL_START;
		else if (d.day > date_of(s->t->dropped[i].to).day)
			cell->state = CELL_WAITING;
		else
			cell->state = counts(s, d) ? CELL_DROPPED : CELL_OFF;
		return true;
	}
	return false;
}

static bool pausing(const struct strip *s, struct date d)
{
	for (size_t i = 0; i < s->t->n_pauses; i++) {
		const struct span *p = &s->t->pauses[i];
		if (d.day > date_of(p->from).day && (p->open || d.day <= date_of(p->to).day))
			return true;
	}
	return false;
}

static void running_state(struct strip *s, struct date d, struct day_cell *cell)
{
	bool running = s->due->state == DUE_RUNNING, last = running && d.day == s->due->last_day.day;
	bool moved = running && d.day > s->due->nominal_day.day;
	if (hour_limit(s)) {
		cell->worked_ms = hours_of_cell(s, d);
		cell->state = last                                   ? CELL_DUE
			      : cell->worked_ms > 0                  ? CELL_COUNTED
			      : d.day == date_of(s->t->start).day ? CELL_START
			      : pausing(s, d)                     ? CELL_WAITING
								  : CELL_OFF;
		return;
	}
	if (d.day == date_of(s->t->start).day)
		cell->state = last ? CELL_DUE : CELL_START;
	else if (!last && pausing(s, d))
		cell->state = CELL_WAITING;
	else if (!counts(s, d) || (moved && !last))
		cell->state = CELL_OFF;
	else {
		cell->k = moved || s->rule->limit.n == 0 ? 0 : ++s->k;
		cell->state = last ? CELL_DUE : CELL_COUNTED;
	}
}

/* With a supplement awaited that will restart the clock, what was counted is struck at once. */
static void strike_awaiting(const struct strip *s, struct day_cell *cell)
{
	bool strike = s->t->supplement && s->rule->on_supplement == SUPPLEMENT_RESTARTS;
	if (strike && cell->state == CELL_COUNTED)
		*cell = (struct day_cell){.date = cell->date, .state = CELL_DROPPED, .day = cell->day};
}

bool calendar_explain(struct arena *a, const struct calendar *c, const struct clock_rule *rule, const struct clock_course *course,
		      struct day_cell **out, size_t *n, struct err *e)
{
	struct timeline t;
	struct due due;
	if (!make_timeline(rule, course, &t, e) || !check_range(c, rule, course, e) || !compute(c, rule, &t, &due, e))
		return false;
	struct instant end = course->n_events ? course->events[course->n_events - 1].at : course->start;
	struct date first = date_of(course->start), last = due.state == DUE_RUNNING ? due.last_day : date_of(end);
	struct strip s = {.c = c, .rule = rule, .t = &t, .due = &due};
	*n = (size_t)(last.day - first.day + 1);
	*out = NEW_ARRAY(a, *n, struct day_cell);
	for (size_t i = 0; i < *n; i++) {
		struct day_cell *cell = &(*out)[i];
		cell->date.day = first.day + (int32_t)i;
		cell->day = c->days[cell->date.day - c->first.day];
		if (dropped_state(&s, cell->date, cell))
			continue;
		running_state(&s, cell->date, cell);
		strike_awaiting(&s, cell);
	}
	return true;
}
