/* calendar.c — tables made at load and the arithmetic of days and office time on them. See calendar.h. */
#include "calendar/calendar_internal.h"
#include "core/pack/pack.h"

static bool works(enum day_kind k) { return k == DAY_WORKING || k == DAY_SWAPPED_WORKING; }

static int64_t open_ms(const struct office_day *h)
{
	int64_t sum = 0;
	for (size_t i = 0; i < h->n; i++)
		sum += h->at[i].to_ms - h->at[i].from_ms;
	return sum;
}

static void make_tables(struct arena *a, struct calendar *c)
{
	size_t n = (size_t)c->n_days;
	c->work_before = NEW_ARRAY(a, n + 1, int32_t);
	c->provisional_before = NEW_ARRAY(a, n + 1, int32_t);
	c->ms_before = NEW_ARRAY(a, n + 1, int64_t);
	c->nth = NEW_ARRAY(a, n, int32_t);
	for (int32_t i = 0; i < c->n_days; i++) {
		bool w = works(c->days[i].kind);
		if (w)
			c->nth[c->n_work++] = i;
		c->work_before[i + 1] = c->n_work;
		c->provisional_before[i + 1] = c->provisional_before[i] + c->days[i].provisional;
		c->ms_before[i + 1] = c->ms_before[i] + open_ms(&c->hours[c->hours_of[i]]);
	}
}

bool calendar_load(struct arena *a, struct str holidays_json, struct str hours_json, struct str agency,
		   const struct calendar **out, struct err *e)
{
	struct calendar *c = NEW(a, struct calendar);
	if (!calendar_read_days(a, c, holidays_json, e))
		return err_wrap(e, "holidays");
	if (!calendar_read_hours(a, c, hours_json, agency, e))
		return err_wrap(e, "office hours");
	make_tables(a, c);
	*out = c;
	return true;
}

bool calendar_load_builtin(struct arena *a, struct str agency, const struct calendar **out, struct err *e)
{
	struct pack packs = pack_embedded();
	const struct pack_file *days = pack_find(&packs, STR("calendar/holidays-vn.json")), *hours = pack_find(&packs, STR("calendar/office-hours.json"));
	CHECK(days && hours);
	return calendar_load(a, days->bytes, hours->bytes, agency, out, e);
}

struct date calendar_last(const struct calendar *c) { return (struct date){c->first.day + c->n_days - 1}; }

bool calendar_knows(const struct calendar *c, struct date d)
{
	return d.day >= c->first.day && (int64_t)d.day - c->first.day < c->n_days;
}

bool calendar_outside(const struct calendar *c, struct date d, struct err *e)
{
	struct civil day = date_civil(d), from = date_civil(c->first), to = date_civil(calendar_last(c));
	return err_set(e, ERR_INVALID, "%04d-%02d-%02d lies outside the calendar (years %d to %d)", day.year, day.month,
		       day.day, from.year, to.year);
}

static bool beyond(const struct calendar *c, struct err *e)
{
	struct civil from = date_civil(c->first), to = date_civil(calendar_last(c));
	return err_set(e, ERR_INVALID, "the count leaves the calendar (years %d to %d)", from.year, to.year);
}

bool calendar_day(const struct calendar *c, struct date d, struct day_info *out, struct err *e)
{
	if (!calendar_knows(c, d))
		return calendar_outside(c, d, e);
	*out = c->days[d.day - c->first.day];
	return true;
}

bool calendar_is_working_day(const struct calendar *c, struct date d)
{
	return calendar_knows(c, d) && works(c->days[d.day - c->first.day].kind);
}

struct office_day calendar_office_hours(const struct calendar *c, struct date d)
{
	if (!calendar_knows(c, d))
		return (struct office_day){0};
	return c->hours[c->hours_of[d.day - c->first.day]];
}

int32_t calendar_close_ms(const struct calendar *c, struct date d)
{
	const struct office_day *h = &c->hours[c->hours_of[d.day - c->first.day]];
	CHECK(h->n > 0);
	return h->at[h->n - 1].to_ms;
}

bool calendar_add_working_days(const struct calendar *c, struct date d, int32_t n, struct date *out, struct err *e)
{
	if (!calendar_knows(c, d))
		return calendar_outside(c, d, e);
	int32_t i = d.day - c->first.day;
	/* Forward from the day after d; backward and for 0 from d itself. */
	int64_t k = n > 0 ? (int64_t)c->work_before[i + 1] + n - 1 : (int64_t)c->work_before[i] + n;
	if (k < 0 || k >= c->n_work)
		return beyond(c, e);
	out->day = c->first.day + c->nth[k];
	return true;
}

/* Office time from the first day of the calendar to t, which lies inside it. */
static int64_t position(const struct calendar *c, struct instant t)
{
	int32_t i = date_of(t).day - c->first.day, now = time_of_day_ms(t);
	const struct office_day *h = &c->hours[c->hours_of[i]];
	int64_t sum = c->ms_before[i];
	for (size_t k = 0; k < h->n && h->at[k].from_ms < now; k++)
		sum += (now < h->at[k].to_ms ? now : h->at[k].to_ms) - h->at[k].from_ms;
	return sum;
}

/* The day in which the office time `target` (> 0) is reached. */
static int32_t day_reaching(const struct calendar *c, int64_t target)
{
	int32_t low = 0, high = c->n_days - 1;
	while (low < high) {
		int32_t mid = low + (high - low) / 2;
		if (c->ms_before[mid + 1] >= target)
			high = mid;
		else
			low = mid + 1;
	}
	return low;
}

/* t when the office is open then, else the next opening. */
static bool at_opening(const struct calendar *c, struct instant t, struct instant *out, struct err *e)
{
	struct date d = date_of(t);
	struct office_day h = calendar_office_hours(c, d);
	int32_t now = time_of_day_ms(t);
	for (size_t i = 0; i < h.n; i++)
		if (now < h.at[i].to_ms) {
			*out = instant_at(d, now > h.at[i].from_ms ? now : h.at[i].from_ms);
			return true;
		}
	if (!calendar_add_working_days(c, d, 1, &d, e))
		return false;
	*out = instant_at(d, calendar_office_hours(c, d).at[0].from_ms);
	return true;
}

bool calendar_add_working_ms(const struct calendar *c, struct instant t, int64_t ms, struct instant *out, struct err *e)
{
	if (ms < 0)
		return err_set(e, ERR_INVALID, "negative working time");
	if (!calendar_knows(c, date_of(t)))
		return calendar_outside(c, date_of(t), e);
	if (ms == 0)
		return at_opening(c, t, out, e);
	int64_t from = position(c, t);
	if (ms > c->ms_before[c->n_days] - from)
		return beyond(c, e);
	int32_t i = day_reaching(c, from + ms);
	const struct office_day *h = &c->hours[c->hours_of[i]];
	int64_t rest = from + ms - c->ms_before[i];
	size_t k = 0;
	for (; rest > h->at[k].to_ms - h->at[k].from_ms; k++)
		rest -= h->at[k].to_ms - h->at[k].from_ms;
	*out = instant_at((struct date){c->first.day + i}, h->at[k].from_ms + (int32_t)rest);
	return true;
}

bool calendar_working_ms_between(const struct calendar *c, struct instant from, struct instant to, int64_t *out, struct err *e)
{
	if (!calendar_knows(c, date_of(from)))
		return calendar_outside(c, date_of(from), e);
	if (!calendar_knows(c, date_of(to)))
		return calendar_outside(c, date_of(to), e);
	*out = position(c, to) - position(c, from);
	return true;
}

#define FORWARD_UNTIL_MS (15 * 3600 * 1000)
#define ANSWER_MS ((int64_t)8 * 3600 * 1000)

bool calendar_forward_by(const struct calendar *c, struct instant received, struct instant *out, struct err *e)
{
	struct date d = date_of(received);
	if (calendar_is_working_day(c, d) && time_of_day_ms(received) <= FORWARD_UNTIL_MS) {
		*out = instant_at(d, calendar_close_ms(c, d));
		return true;
	}
	if (!calendar_add_working_days(c, d, 1, &d, e))
		return false;
	*out = instant_at(d, calendar_office_hours(c, d).at[0].from_ms);
	return true;
}

bool calendar_answer_due(const struct calendar *c, struct instant received, struct instant *out, struct err *e)
{
	return calendar_add_working_ms(c, received, ANSWER_MS, out, e);
}

struct date calendar_apology_last_day(struct instant due) { return (struct date){date_of(due).day - 1}; }
