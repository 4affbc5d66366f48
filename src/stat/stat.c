/* stat.c — what one dossier adds, and how figures are read from sums: pure, no database. See stat.h. */
#include "stat/stat_internal.h"

static const char *const measure_names[STAT_MEASURES] = {
	"received_online", "received_counter", "received_post", "received_hired", "received_portal", "accepted", "early", "on_time", "late",
	"no_limit", "late_apologised", "result", "refused", "result_signed", "not_accepted", "stopped", "withdrawn", "handed_over", "supplement",
	"apology", "rated_1", "rated_2", "rated_3", "rated_4", "rated_5", "late_at_end", "timed", "minutes_total", "minutes_agency",
	"minutes_others", "minutes_citizen", "late_reason_1", "late_reason_2", "late_reason_3", "late_reason_4", "late_reason_5", "late_reason_6",
	"late_reason_7", "late_reason_8", "late_reason_9", "late_reason_10", "late_reason_11", "late_reason_12",
};
_Static_assert(STAT_LATE_REASONS == 12 && STAT_MEASURES <= CELL_TIMES, "a name for each, below the histograms");
static const char *const time_names[STAT_TIMES] = {"total", "agency", "others", "citizen"};
static const char *const open_names[STAT_OPENS] = {"running", "apologised", "answer", "supplement", "fee", "no_limit"};

const char *stat_measure_name(enum stat_measure m)
{
	CHECK((size_t)m < STAT_MEASURES);
	return measure_names[m];
}

struct str cell_said(struct arena *a, enum stat_span span, int64_t cell)
{
	if (span == STAT_OPEN && cell >= 0 && cell % CELL_OPENS < STAT_OPENS)
		return str_fmt(a, "open %s, due %.*s", open_names[cell % CELL_OPENS], STR_ARG(instant_format(a, (struct instant){cell / CELL_OPENS * HOUR_MS})));
	if (span != STAT_OPEN && cell >= 0 && cell < STAT_MEASURES)
		return str_from(measure_names[cell]);
	int64_t t = cell - CELL_TIMES;
	if (span == STAT_MONTH && t >= 0 && t / 512 < STAT_TIMES)
		return str_fmt(a, "time %s, bucket %lld", time_names[t / 512], (long long)(t % 512));
	return str_fmt(a, "cell %lld", (long long)cell);
}

int32_t stat_month_of(struct date d)
{
	struct civil c = date_civil(d);
	return 12 * c.year + c.month - 1;
}

struct date stat_month_first(int32_t month) { return date_from_civil(month / 12, month % 12 + 1, 1); }

int stat_bucket(int64_t minutes)
{
	if (minutes <= 0)
		return 0;
	if (minutes <= STAT_HALF_HOURS * 30)
		return (int)((minutes + 29) / 30);
	int64_t days = (minutes - STAT_HALF_HOURS * 30 + 479) / 480;
	return days >= STAT_BUCKETS - 1 - STAT_HALF_HOURS ? STAT_BUCKETS - 1 : STAT_HALF_HOURS + (int)days;
}

int64_t stat_bucket_minutes(int bucket)
{
	return bucket <= STAT_HALF_HOURS ? bucket * 30 : STAT_HALF_HOURS * 30 + (bucket - STAT_HALF_HOURS) * (int64_t)480;
}

/* ---- what one dossier adds ---- */

struct stat_entry *set_find(const struct stat_set *s, const struct stat_entry *like)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->v[i].cell == like->cell && s->v[i].period == like->period && s->v[i].span == like->span)
			return &s->v[i];
	return NULL;
}

struct adding { struct arena *a; const struct stat_facts *f; struct stat_set *out; };

/* The same count twice (two supplements in a month) is one entry. */
static void add(struct adding *x, enum stat_span span, int32_t period, int64_t cell, int64_t n)
{
	struct stat_set *s = x->out;
	struct stat_entry *same = set_find(s, &(struct stat_entry){span, period, cell, n});
	if (same)
		same->n += n;
	if (!n || same)
		return;
	if (s->n == s->room) {
		size_t room = s->room ? 2 * s->room : 12;
		struct stat_entry *v = NEW_ARRAY(x->a, room, struct stat_entry);
		if (s->n)
			memcpy(v, s->v, s->n * sizeof *v);
		s->v = v;
		s->room = room;
	}
	s->v[s->n++] = (struct stat_entry){.span = span, .period = period, .cell = cell, .n = n};
}

static void add_month(struct adding *x, struct instant at, int64_t cell, int64_t n) { add(x, STAT_MONTH, stat_month_of(date_of(at)), cell, n); }

static void add_at(struct adding *x, struct instant at, enum stat_measure m)
{
	if (!at.ms)
		return;
	add(x, STAT_DAY, date_of(at).day, m, 1);
	add_month(x, at, m, 1);
}

/* Early: on a day before the one due; on time: on that day (TT 01/2018 Điều 13). Which date is due: stat.h. */
static void add_decided(struct adding *x)
{
	const struct stat_facts *f = x->f;
	bool late = f->law_due.ms && f->settled.ms > f->law_due.ms;
	enum stat_measure m = !f->law_due.ms ? STAT_NO_LIMIT : late ? STAT_LATE : date_of(f->settled).day < date_of(f->law_due).day ? STAT_EARLY : STAT_ON_TIME;
	add_at(x, f->settled, m);
	if (late && f->apologised)
		add_at(x, f->settled, STAT_LATE_APOLOGISED);
	if (late && f->late_reason >= 1 && f->late_reason <= STAT_LATE_REASONS)
		add_month(x, f->settled, STAT_LATE_REASON_1 + f->late_reason - 1, 1);
	add_at(x, f->settled, f->outcome == STAT_OUTCOME_REFUSED ? STAT_REFUSED : STAT_RESULT);
	if (f->is_signed && f->outcome == STAT_OUTCOME_RESULT)
		add_at(x, f->settled, STAT_RESULT_SIGNED);
}

static void add_times(struct adding *x)
{
	const struct stat_facts *f = x->f;
	const int64_t minutes[STAT_TIMES] = {f->minutes_total, f->minutes_total - f->minutes_others - f->minutes_citizen, f->minutes_others, f->minutes_citizen};
	add_month(x, f->settled, STAT_TIMED, 1);
	for (int t = 0; t < STAT_TIMES; t++) {
		add_month(x, f->settled, STAT_MINUTES_TOTAL + t, minutes[t]);
		add_month(x, f->settled, CELL_TIME(t, stat_bucket(minutes[t])), 1);
	}
}

static void add_settled(struct adding *x)
{
	const struct stat_facts *f = x->f;
	bool decided = f->accepted.ms && (f->outcome == STAT_OUTCOME_RESULT || f->outcome == STAT_OUTCOME_REFUSED);
	if (decided)
		add_decided(x);
	else if (f->outcome == STAT_OUTCOME_STOPPED)
		add_at(x, f->settled, f->accepted.ms ? STAT_STOPPED : STAT_WITHDRAWN);
	else
		add_at(x, f->settled, STAT_NOT_ACCEPTED);
	if (decided && f->timed)
		add_times(x);
	if (!f->law_due.ms)
		return;
	for (int32_t m = stat_month_of(date_of(f->law_due)); m < stat_month_of(date_of(f->settled)); m++)
		add(x, STAT_MONTH, m, STAT_LATE_AT_END, 1);
}

static void add_open(struct adding *x)
{
	const struct stat_facts *f = x->f;
	enum stat_open kind = f->state == STAT_STATE_SUPPLEMENT ? STAT_OPEN_SUPPLEMENT : f->state == STAT_STATE_FEE ? STAT_OPEN_FEE : !f->accepted.ms ? STAT_OPEN_ANSWER :
	                      !f->law_due.ms ? STAT_OPEN_NO_LIMIT : f->apologised ? STAT_OPEN_APOLOGISED : STAT_OPEN_RUNNING;
	int64_t hour = kind == STAT_OPEN_ANSWER ? hour_at(f->answer_due) : kind <= STAT_OPEN_APOLOGISED ? hour_at(f->law_due) : 0;
	add(x, STAT_OPEN, 0, hour * CELL_OPENS + kind, 1);
}

void stat_of(struct arena *a, const struct stat_facts *f, struct stat_set *out)
{
	struct adding x = {a, f, out};
	*out = (struct stat_set){.dims = f->dims};
	add_at(&x, f->sent, STAT_RECEIVED_ONLINE + f->channel);
	add_at(&x, f->accepted, STAT_ACCEPTED);
	for (size_t i = 0; i < f->n_events; i++)
		add_at(&x, f->events[i].at, f->events[i].measure);
	if (f->settled.ms)
		add_settled(&x);
	else if (f->state != STAT_STATE_OVER)
		add_open(&x);
	add_at(&x, f->returned, STAT_HANDED_OVER);
}

/* ---- figures ---- */

static int64_t sum(const struct stat_row *r, enum stat_measure from, enum stat_measure to)
{
	int64_t n = 0;
	for (int m = (int)from; m <= (int)to; m++)
		n += r->n[m];
	return n;
}

int64_t stat_received(const struct stat_row *r) { return sum(r, STAT_RECEIVED_ONLINE, STAT_RECEIVED_PORTAL); }
int64_t stat_received_online(const struct stat_row *r) { return r->n[STAT_RECEIVED_ONLINE] + r->n[STAT_RECEIVED_PORTAL]; }
int64_t stat_decided(const struct stat_row *r) { return sum(r, STAT_EARLY, STAT_NO_LIMIT); }
int64_t stat_late_unstated(const struct stat_row *r) { return r->n[STAT_LATE] - sum(r, STAT_LATE_REASON_1, STAT_LATE_REASON_LAST); }
int64_t stat_ended(const struct stat_row *r) { return stat_decided(r) + sum(r, STAT_NOT_ACCEPTED, STAT_WITHDRAWN); }

bool stat_percentile(const struct stat_row *r, enum stat_time t, int percent, int64_t *minutes)
{
	const int32_t *v = r->times[t];
	int64_t all = 0, below = 0;
	for (int b = 0; v && b < STAT_BUCKETS; b++)
		all += v[b];
	for (int b = 0; all > 0 && b < STAT_BUCKETS; b++) {
		below += v[b];
		*minutes = stat_bucket_minutes(b);
		if (below * 100 >= all * percent)
			return true;
	}
	return false;
}

bool stat_average(const struct stat_row *r, enum stat_time t, int64_t *minutes)
{
	int64_t n = r->n[STAT_TIMED];
	*minutes = n > 0 ? (r->n[STAT_MINUTES_TOTAL + (int)t] + n / 2) / n : 0;
	return n > 0;
}
