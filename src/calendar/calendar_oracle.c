/* calendar_oracle.c — see calendar_oracle.h. Plain walking loops on purpose. */
#include "calendar/calendar_oracle.h"
#include "core/test/test.h"
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#define FIRST_MINUTE_UTC (INT64_C(1451581200) / 60) /* 2016-01-01T00:00+07:00 */

int oracle_minute(struct instant t) { return (int)(t.ms / 60000 - FIRST_MINUTE_UTC); }
struct instant oracle_instant(int minute) { return (struct instant){(minute + FIRST_MINUTE_UTC) * 60000}; }

static int month_length(int y, int m)
{
	if (m == 2)
		return y % 4 == 0 ? 29 : 28; /* 2016–2027 */
	return m == 4 || m == 6 || m == 9 || m == 11 ? 30 : 31;
}

void oracle_load(struct arena *a, struct oracle *o)
{
	int y = 2016, m = 1, d = 1;
	for (int i = 0; i < ORACLE_DAYS; i++) {
		int weekday = (i + 4) % 7; /* 1 January 2016 was a Friday */
		o->day[i] = (struct oracle_day){y, m, d, weekday == 5 || weekday == 6};
		if (++d > month_length(y, m)) {
			d = 1;
			if (++m > 12) {
				m = 1;
				y++;
			}
		}
	}
	struct str text = test_read_file(a, str_cat(a, test_source_dir(a), STR("/packs/calendar/holidays-vn.json")));
	json_t *root = json_loadb(text.p, text.n, 0, NULL), *entry;
	size_t k;
	json_array_foreach(json_object_get(root, "days"), k, entry) {
		char name[16];
		for (int i = 0; i < ORACLE_DAYS; i++) {
			snprintf(name, sizeof name, "%04d-%02d-%02d", o->day[i].y % 10000, o->day[i].m % 100, o->day[i].d % 100);
			if (strcmp(name, json_string_value(json_object_get(entry, "date"))) == 0)
				o->day[i].off = strcmp(json_string_value(json_object_get(entry, "kind")), "swapped working day") != 0;
		}
	}
	json_decref(root);
}

struct wait { int from, to; }; /* to -1: still open */

/* Minutes in which the clock stands because of a pause, and the moment from which the limit runs. */
static size_t find_waits(const struct clock_rule *r, int *start, const struct clock_event *ev, size_t n, struct wait *w, bool *sup)
{
	bool fee = false;
	size_t n_w = 0;
	bool standing = false;
	*sup = false;
	for (size_t i = 0; i < n; i++) {
		int at = oracle_minute(ev[i].at);
		if (ev[i].kind == CLOCK_SUPPLEMENT_ASKED)
			*sup = true;
		if (ev[i].kind == CLOCK_SUPPLEMENT_COMPLETE) {
			*sup = false;
			if (r->on_supplement == SUPPLEMENT_RESTARTS) {
				*start = at;
				n_w = 0;
				if (standing)
					w[n_w++] = (struct wait){at, -1};
			}
		}
		if (ev[i].kind == CLOCK_FEE_DEMANDED)
			fee = true;
		if (ev[i].kind == CLOCK_FEE_PAID)
			fee = false;
		bool now = (fee && r->fee_pauses) || (*sup && r->on_supplement == SUPPLEMENT_PAUSES);
		if (now && !standing)
			w[n_w++] = (struct wait){at, -1};
		if (!now && standing)
			w[n_w - 1].to = at;
		standing = now;
	}
	return n_w;
}

/* 1: the whole day is waiting; 2: waiting without end. */
static int day_waits(int d, const struct wait *w, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (d > w[i].from / 1440) {
			if (w[i].to < 0)
				return 2;
			if (d <= w[i].to / 1440)
				return 1;
		}
	return 0;
}

static int minute_waits(int t, const struct wait *w, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (t >= w[i].from) {
			if (w[i].to < 0)
				return 2;
			if (t < w[i].to)
				return 1;
		}
	return 0;
}

static bool office_open(const struct oracle *o, int t)
{
	int m = t % 1440;
	return !o->day[t / 1440].off && ((m >= 480 && m < 720) || (m >= 780 && m < 1020));
}

static int walk_minutes(const struct oracle *o, bool office, int t, int left, const struct wait *w, size_t n)
{
	if (left == 0 && office)
		while (t < ORACLE_DAYS * 1440 && !office_open(o, t))
			t++;
	while (left > 0) {
		/* Before the table's end: a pause without end reaches beyond it. */
		int waits = minute_waits(t, w, n);
		if (waits == 2)
			return ORACLE_WAITING;
		if (t >= ORACLE_DAYS * 1440)
			return ORACLE_OUTSIDE;
		if (!waits && (!office || office_open(o, t)))
			left--;
		t++;
	}
	return t >= ORACLE_DAYS * 1440 ? ORACLE_OUTSIDE : t;
}

static int walk_days(const struct oracle *o, bool working, int d, int left, const struct wait *w, size_t n)
{
	while (left > 0) {
		int waits = day_waits(++d, w, n);
		if (waits == 2)
			return ORACLE_WAITING;
		if (d >= ORACLE_DAYS)
			return ORACLE_OUTSIDE;
		if (!waits && !(working && o->day[d].off))
			left--;
	}
	return d;
}

/* Walks to the same day of the month `left` months on, or to that month's last; a waiting day on the way adds one. */
static int walk_months(const struct oracle *o, int d, int left, const struct wait *w, size_t n)
{
	int y = o->day[d].y, m = o->day[d].m, want = o->day[d].d, from = d;
	for (; left > 0; left--)
		if (++m > 12) {
			m = 1;
			y++;
		}
	if (want > month_length(y, m))
		want = month_length(y, m);
	int end = d;
	while (end < ORACLE_DAYS && !(o->day[end].y == y && o->day[end].m == m && o->day[end].d == want))
		end++;
	/* Past the table only a pause that has no end still matters. */
	for (d = from + 1; d <= end; d++) {
		int waits = day_waits(d, w, n);
		if (waits == 2)
			return ORACLE_WAITING;
		end += waits;
	}
	return end >= ORACLE_DAYS ? ORACLE_OUTSIDE : end;
}

static int end_of(const struct oracle *o, const struct clock_rule *r, int start, int d)
{
	int m = start % 1440;
	if (r->convention == CONVENTION_A || r->limit.n == 0 || o->day[start / 1440].off || m >= 1020)
		m = 1020;
	else if (m < 480)
		m = 480;
	else if (m > 720 && m < 780)
		m = 780;
	return d * 1440 + m;
}

int oracle_due(const struct oracle *o, const struct clock_rule *r, int start, const struct clock_event *events, size_t n_events)
{
	struct wait w[64];
	bool sup;
	size_t n = find_waits(r, &start, events, n_events, w, &sup);
	if (sup && r->on_supplement == SUPPLEMENT_RESTARTS)
		return ORACLE_WAITING;
	enum limit_unit u = r->limit.unit;
	if (u == LIMIT_WORKING_HOUR || u == LIMIT_HOUR)
		return walk_minutes(o, u == LIMIT_WORKING_HOUR, start, r->limit.n * 60, w, n);
	int d = start / 1440;
	if (r->limit.n == 0)
		d += !o->day[d].off && start % 1440 >= 1020;
	else if (u == LIMIT_MONTH)
		d = walk_months(o, d, r->limit.n, w, n);
	else
		d = walk_days(o, u == LIMIT_WORKING_DAY, d, r->limit.n, w, n);
	if (d < 0)
		return d;
	while (d < ORACLE_DAYS && o->day[d].off)
		d++;
	return d >= ORACLE_DAYS ? ORACLE_OUTSIDE : end_of(o, r, start, d);
}

int oracle_forward(const struct oracle *o, int received)
{
	int d = received / 1440;
	if (!o->day[d].off && received % 1440 <= 900)
		return d * 1440 + 1020;
	do
		d++;
	while (d < ORACLE_DAYS && o->day[d].off);
	return d >= ORACLE_DAYS ? ORACLE_OUTSIDE : d * 1440 + 480;
}

/* ---- random cases ---- */

static uint64_t next_random(uint64_t *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 7;
	*s ^= *s << 17;
	return *s;
}
static int below(uint64_t *s, int n) { return (int)(next_random(s) % (uint64_t)n); }

struct random_case {
	struct clock_rule rule;
	int start;
	struct clock_event events[8];
	size_t n_events;
};

/* Half of the starts lie in office hours; the rest anywhere, also nights, lunch and days off. */
static int random_start(uint64_t *s)
{
	int d = below(s, 8) ? below(s, 3950) : below(s, ORACLE_DAYS);
	int m = below(s, 2) ? 480 + below(s, 541) : below(s, 1440);
	return d * 1440 + m;
}

static void random_events(uint64_t *s, struct random_case *c)
{
	bool sup = false, fee = false;
	int at = c->start, n = below(s, 2) ? 0 : 1 + below(s, 6);
	for (int i = 0; i < n; i++) {
		at += below(s, 3) ? below(s, 9000) : below(s, 600);
		if (at >= ORACLE_DAYS * 1440)
			return;
		bool about_fee = below(s, 2);
		bool *flag = about_fee ? &fee : &sup;
		enum clock_event_kind k = about_fee ? (fee ? CLOCK_FEE_PAID : CLOCK_FEE_DEMANDED)
						    : (sup ? CLOCK_SUPPLEMENT_COMPLETE : CLOCK_SUPPLEMENT_ASKED);
		*flag = !*flag;
		c->events[c->n_events++] = (struct clock_event){oracle_instant(at), k};
	}
}

static struct random_case random_case(uint64_t *s)
{
	static const int most[] = {[LIMIT_WORKING_DAY] = 60, [LIMIT_CALENDAR_DAY] = 90, [LIMIT_MONTH] = 14, [LIMIT_WORKING_HOUR] = 30, [LIMIT_HOUR] = 72};
	struct random_case c = {.start = random_start(s)};
	c.rule.limit.unit = (enum limit_unit)below(s, 5);
	c.rule.limit.n = below(s, 50) ? below(s, most[c.rule.limit.unit] + 1) : below(s, 1 + 10 * most[c.rule.limit.unit]);
	c.rule.convention = below(s, 2) ? CONVENTION_A : CONVENTION_B;
	c.rule.on_supplement = below(s, 3) ? SUPPLEMENT_RESTARTS : SUPPLEMENT_PAUSES;
	c.rule.fee_pauses = below(s, 2);
	random_events(s, &c);
	return c;
}

static int slice_answer(const struct calendar *cal, const struct random_case *c)
{
	struct clock_course course = {oracle_instant(c->start), c->events, c->n_events};
	struct due due;
	struct err e;
	if (!calendar_due(cal, &c->rule, &course, &due, &e)) {
		EXPECT_INT(e.kind, ERR_INVALID);
		return ORACLE_OUTSIDE;
	}
	return due.state == DUE_RUNNING ? oracle_minute(due.at) : ORACLE_WAITING;
}

static void print_case(struct arena *a, const struct random_case *c)
{
	fprintf(stderr, "start %.*s limit %d %s convention %c supplement %s fee %s\n", STR_ARG(instant_format(a, oracle_instant(c->start))),
		c->rule.limit.n, limit_unit_name(c->rule.limit.unit), c->rule.convention == CONVENTION_A ? 'A' : 'B',
		c->rule.on_supplement == SUPPLEMENT_PAUSES ? "pauses" : "restarts", c->rule.fee_pauses ? "pauses" : "runs");
	for (size_t i = 0; i < c->n_events; i++)
		fprintf(stderr, "  event %d at %.*s\n", (int)c->events[i].kind, STR_ARG(instant_format(a, c->events[i].at)));
}

static void compare_forward(const struct calendar *cal, const struct oracle *o, int start)
{
	struct instant by;
	struct err e;
	int got = calendar_forward_by(cal, oracle_instant(start), &by, &e) ? oracle_minute(by) : ORACLE_OUTSIDE;
	EXPECT_INT(got, oracle_forward(o, start));
}

void oracle_compare(struct arena *a, uint64_t seed, int n)
{
	struct oracle *o = NEW(a, struct oracle);
	const struct calendar *cal = NULL;
	struct err e;
	int answered = 0;
	uint64_t s = seed * UINT64_C(0x9E3779B97F4A7C15) + 1;
	oracle_load(a, o);
	EXPECT_OK(calendar_load_builtin(a, STR_NONE, &cal, &e), e);
	printf("seed %llu, %d cases\n", (unsigned long long)seed, n);
	fflush(stdout);
	for (int i = 0; i < n; i++) {
		struct random_case c = random_case(&s);
		int got = slice_answer(cal, &c), want = oracle_due(o, &c.rule, c.start, c.events, c.n_events);
		if (got != want) {
			print_case(a, &c);
			FAIL("case %d of seed %llu: got %.*s (%d), the oracle says %.*s (%d)", i, (unsigned long long)seed,
			     STR_ARG(instant_format(a, oracle_instant(got))), got, STR_ARG(instant_format(a, oracle_instant(want))), want);
		}
		answered += got >= 0;
		compare_forward(cal, o, c.start);
	}
	/* The generator must not drift into cases that have no answer. */
	EXPECT(answered > n / 2);
}
