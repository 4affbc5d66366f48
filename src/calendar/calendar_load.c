/* calendar_load.c — reads packs/calendar. Everything odd is refused: a wrong calendar is worse than none. */
#include "calendar/calendar_internal.h"
#include <jansson.h>
#include <string.h>

#define MAX_YEARS 200
#define MAX_HOUR_ROWS 200

static void json_cleanup(json_t **j) { json_decref(*j); }
#define AUTO_JSON __attribute__((cleanup(json_cleanup))) json_t *

static bool parse(struct str text, json_t **out, struct err *e)
{
	json_error_t why;
	*out = json_loadb(text.p ? text.p : "", text.n, JSON_REJECT_DUPLICATES, &why);
	return *out || err_set(e, ERR_INVALID, "line %d: %.200s", why.line, why.text);
}

/* The text of a member; empty when it is missing, null or no text. */
static struct str member(const json_t *o, const char *key) { return str_from(json_string_value(json_object_get(o, key))); }

static const struct { const char *name; enum day_kind kind; } kinds[] = {
	{"holiday", DAY_HOLIDAY},
	{"compensatory off", DAY_COMPENSATORY},
	{"swapped day off", DAY_SWAPPED_OFF},
	{"swapped working day", DAY_SWAPPED_WORKING},
};

static bool confirmed(const json_t *o) { return str_eq(member(o, "certainty"), STR("confirmed")); }

/* The range of years, each present once and without a gap; years not confirmed are marked day by day. */
static bool read_years(struct arena *a, struct calendar *c, const json_t *years, struct err *e)
{
	size_t n = json_array_size(years);
	if (n == 0 || n > MAX_YEARS)
		return err_set(e, ERR_INVALID, "\"years\" is missing, empty or too long");
	int64_t first = json_integer_value(json_object_get(json_array_get(years, 0), "year"));
	if (first < 1900 || first > 9000)
		return err_set(e, ERR_INVALID, "the first year is wrong");
	c->first = date_from_civil((int)first, 1, 1);
	c->n_days = date_from_civil((int)first + (int)n, 1, 1).day - c->first.day;
	c->days = NEW_ARRAY(a, (size_t)c->n_days, struct day_info);
	int32_t i = 0;
	for (size_t y = 0; y < n; y++) {
		const json_t *year = json_array_get(years, y);
		if (json_integer_value(json_object_get(year, "year")) != first + (int64_t)y)
			return err_set(e, ERR_INVALID, "year %d is missing", (int)first + (int)y);
		for (int32_t end = date_from_civil((int)first + (int)y + 1, 1, 1).day - c->first.day; i < end; i++) {
			bool weekend = date_weekday((struct date){c->first.day + i}) >= 5;
			c->days[i].kind = weekend ? DAY_WEEKEND : DAY_WORKING;
			c->days[i].provisional = !confirmed(year);
		}
	}
	return true;
}

static bool read_kind(struct str name, enum day_kind *out)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (str_eq(name, str_from(kinds[i].name))) {
			*out = kinds[i].kind;
			return true;
		}
	return false;
}

/* Days off in lieu and by swap stand on weekdays, days made up on weekends; anything else is a slip in the pack. */
static bool kind_fits(enum day_kind kind, enum day_kind plain)
{
	if (kind == DAY_COMPENSATORY || kind == DAY_SWAPPED_OFF)
		return plain == DAY_WORKING;
	return kind != DAY_SWAPPED_WORKING || plain == DAY_WEEKEND;
}

static bool read_day(struct arena *a, struct calendar *c, const json_t *o, struct err *e)
{
	struct str text = member(o, "date");
	struct date d;
	enum day_kind kind;
	if (!date_parse(text, &d) || !calendar_knows(c, d))
		return err_set(e, ERR_INVALID, "\"%.*s\" is no day of the years listed", STR_ARG(str_sub(text, 0, 40)));
	struct day_info *day = &c->days[d.day - c->first.day];
	if (day->kind != DAY_WORKING && day->kind != DAY_WEEKEND)
		return err_set(e, ERR_INVALID, "%.*s is listed twice", STR_ARG(text));
	if (!read_kind(member(o, "kind"), &kind) || !kind_fits(kind, day->kind))
		return err_set(e, ERR_INVALID, "%.*s: the kind is unknown or does not fit the weekday", STR_ARG(text));
	if (!member(o, "name").n || !member(o, "legal_basis").n)
		return err_set(e, ERR_INVALID, "%.*s has no name or no legal basis", STR_ARG(text));
	day->kind = kind;
	day->name = str_dup(a, member(o, "name"));
	day->basis = str_dup(a, member(o, "legal_basis"));
	day->provisional = day->provisional || !confirmed(o);
	return true;
}

bool calendar_read_days(struct arena *a, struct calendar *c, struct str json, struct err *e)
{
	AUTO_JSON root = NULL;
	if (!parse(json, &root, e) || !read_years(a, c, json_object_get(root, "years"), e))
		return false;
	const json_t *days = json_object_get(root, "days");
	if (!json_is_array(days))
		return err_set(e, ERR_INVALID, "\"days\" is missing");
	for (size_t i = 0; i < json_array_size(days); i++)
		if (!read_day(a, c, json_array_get(days, i), e))
			return false;
	return true;
}

/* One line of office-hours.json that concerns the agency. */
struct hours_line {
	struct date from, to;
	int season_from, season_to; /* month * 100 + day; 0: all year */
	bool own;                   /* the agency's, not of all */
	struct office_day open;
};

static bool read_clock(const json_t *v, int32_t *ms)
{
	const char *s = json_string_value(v);
	if (!s || strlen(s) != 5 || s[2] != ':')
		return false;
	int64_t h = 0, m = 0;
	if (!str_to_i64((struct str){s, 2}, &h) || !str_to_i64((struct str){s + 3, 2}, &m) || h < 0 || h > 24 || m < 0 ||
	    m > 59 || h * 60 + m > 24 * 60)
		return false;
	*ms = (int32_t)(h * 60 + m) * 60000;
	return true;
}

static bool read_open(const json_t *open, struct office_day *out)
{
	int32_t last = -1;
	out->n = json_array_size(open);
	if (out->n == 0 || out->n > OFFICE_INTERVALS)
		return false;
	for (size_t i = 0; i < out->n; i++) {
		const json_t *pair = json_array_get(open, i);
		struct office_interval *at = &out->at[i];
		if (json_array_size(pair) != 2 || !read_clock(json_array_get(pair, 0), &at->from_ms) ||
		    !read_clock(json_array_get(pair, 1), &at->to_ms) || at->from_ms <= last || at->to_ms <= at->from_ms)
			return false;
		last = at->to_ms;
	}
	/* The end of a day at 24:00 would be the next day's instant. */
	return last < 24 * 3600 * 1000;
}

/* "MM-DD" of any year; 29 February is allowed. */
static bool read_month_day(struct str s, int *out)
{
	int64_t m = 0, d = 0;
	if (s.n != 5 || s.p[2] != '-' || !str_to_i64(str_sub(s, 0, 2), &m) || !str_to_i64(str_sub(s, 3, 2), &d) ||
	    !date_is_civil(2000, (int)m, (int)d))
		return false;
	*out = (int)m * 100 + (int)d;
	return true;
}

static bool read_line(const json_t *o, struct hours_line *out, struct err *e)
{
	const json_t *season = json_object_get(o, "season"), *to = json_object_get(o, "to");
	out->to = (struct date){INT32_MAX};
	bool good = date_parse(member(o, "from"), &out->from) && read_open(json_object_get(o, "open"), &out->open);
	if (good && to && !json_is_null(to))
		good = date_parse(member(o, "to"), &out->to) && out->to.day >= out->from.day;
	if (good && season && !json_is_null(season))
		good = read_month_day(member(season, "from"), &out->season_from) &&
		       read_month_day(member(season, "to"), &out->season_to);
	return good || err_set(e, ERR_INVALID, "a line with wrong days, season or hours");
}

static bool line_holds(const struct hours_line *l, struct date d)
{
	if (d.day < l->from.day || d.day > l->to.day)
		return false;
	if (!l->season_from)
		return true;
	struct civil c = date_civil(d);
	int md = c.month * 100 + c.day;
	if (l->season_from <= l->season_to)
		return md >= l->season_from && md <= l->season_to;
	return md >= l->season_from || md <= l->season_to;
}

/* The agency's own before all agencies', a season before the whole year, the later before the earlier. */
static bool line_beats(const struct hours_line *x, const struct hours_line *y)
{
	if (x->own != y->own)
		return x->own;
	if (!x->season_from != !y->season_from)
		return x->season_from != 0;
	return x->from.day >= y->from.day;
}

static bool assign_hours(struct calendar *c, const struct hours_line *lines, size_t n, struct err *e)
{
	for (int32_t i = 0; i < c->n_days; i++) {
		struct date d = {c->first.day + i};
		size_t best = n;
		for (size_t k = 0; k < n; k++)
			if (line_holds(&lines[k], d) && (best == n || line_beats(&lines[k], &lines[best])))
				best = k;
		bool working = c->days[i].kind == DAY_WORKING || c->days[i].kind == DAY_SWAPPED_WORKING;
		if (working && best == n) {
			struct civil day = date_civil(d);
			return err_set(e, ERR_INVALID, "no hours for %04d-%02d-%02d", day.year, day.month, day.day);
		}
		c->hours_of[i] = (uint8_t)(working ? best + 1 : 0);
	}
	return true;
}

bool calendar_read_hours(struct arena *a, struct calendar *c, struct str json, struct str agency, struct err *e)
{
	AUTO_JSON root = NULL;
	if (!parse(json, &root, e))
		return false;
	const json_t *all = json_object_get(root, "hours");
	size_t n = 0, max = json_array_size(all);
	if (!str_eq(member(root, "format"), STR("motcua-office-hours/1")) || max == 0 || max > MAX_HOUR_ROWS)
		return err_set(e, ERR_INVALID, "the format is unknown, or no or too many lines");
	struct hours_line *lines = NEW_ARRAY(a, max, struct hours_line);
	struct office_day *hours = NEW_ARRAY(a, max + 1, struct office_day);
	for (size_t i = 0; i < max; i++) {
		const json_t *line = json_array_get(all, i);
		struct str whose = member(line, "agency");
		if (!read_line(line, &lines[n], e))
			return false;
		lines[n].own = whose.n > 0;
		if (whose.n && !str_eq(whose, agency)) {
			lines[n] = (struct hours_line){0};
			continue;
		}
		hours[n + 1] = lines[n].open;
		n++;
	}
	c->hours = hours;
	c->hours_of = NEW_ARRAY(a, (size_t)c->n_days, uint8_t);
	return assign_hours(c, lines, n, e);
}
