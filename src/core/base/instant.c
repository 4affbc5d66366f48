/* instant.c — see instant.h. Day numbers by Howard Hinnant's civil-calendar arithmetic (public domain formulas). */
#include "core/base/instant.h"
#include <stdio.h>
#include <time.h>

struct instant instant_clock(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_REALTIME, &ts);
	return (struct instant){(int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000};
}

int64_t monotonic_ns(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0); }

struct date date_of(struct instant t) { return (struct date){(int32_t)floor_div(t.ms + VN_OFFSET_MS, DAY_MS)}; }

int32_t time_of_day_ms(struct instant t)
{
	return (int32_t)(t.ms + VN_OFFSET_MS - floor_div(t.ms + VN_OFFSET_MS, DAY_MS) * DAY_MS);
}

struct instant instant_at(struct date d, int32_t ms_of_day)
{
	return (struct instant){(int64_t)d.day * DAY_MS + ms_of_day - VN_OFFSET_MS};
}

struct date date_from_civil(int year, int month, int day)
{
	CHECK(date_is_civil(year, month, day));
	int y = month <= 2 ? year - 1 : year;
	int era = (int)floor_div(y, 400), yoe = y - era * 400;
	int doy = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
	int doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
	return (struct date){(int32_t)(era * 146097 + doe - 719468)};
}

bool date_is_civil(int year, int month, int day)
{
	static const int len[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1)
		return false;
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return day <= len[month - 1] + (month == 2 && leap);
}

struct civil date_civil(struct date d)
{
	int64_t z = (int64_t)d.day + 719468, era = floor_div(z, 146097);
	int doe = (int)(z - era * 146097);
	int yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
	int month = mp < 10 ? mp + 3 : mp - 9;
	return (struct civil){yoe + (int)era * 400 + (month <= 2), month, doy - (153 * mp + 2) / 5 + 1};
}

int date_weekday(struct date d) { return (int)((((int64_t)d.day + 3) % 7 + 7) % 7); }

struct str date_format(struct arena *a, struct date d)
{
	struct civil c = date_civil(d);
	return str_fmt(a, "%04d-%02d-%02d", c.year, c.month, c.day);
}

struct str date_people(struct arena *a, struct date d)
{
	struct civil c = date_civil(d);
	return str_fmt(a, "%02d/%02d/%04d", c.day, c.month, c.year);
}

struct str instant_format(struct arena *a, struct instant t)
{
	int32_t ms = time_of_day_ms(t);
	struct civil c = date_civil(date_of(t));
	struct buf b = buf_on(a);
	buf_fmt(&b, "%04d-%02d-%02dT%02d:%02d:%02d", c.year, c.month, c.day, ms / 3600000, ms / 60000 % 60, ms / 1000 % 60);
	if (ms % 1000 != 0)
		buf_fmt(&b, ".%03d", ms % 1000);
	buf_put(&b, STR("+07:00"));
	return buf_str(&b);
}

struct str instant_people(struct arena *a, struct instant t)
{
	struct civil c = date_civil(date_of(t));
	int32_t min = time_of_day_ms(t) / 60000;
	return str_fmt(a, "%02d/%02d/%04d, %02d:%02d", c.day, c.month, c.year, min / 60, min % 60);
}

/* Takes exactly `width` digits off the front. */
static bool take_digits(struct str *s, size_t width, int *out)
{
	int v = 0;
	if (s->n < width)
		return false;
	for (size_t i = 0; i < width; i++) {
		if (s->p[i] < '0' || s->p[i] > '9')
			return false;
		v = v * 10 + (s->p[i] - '0');
	}
	*s = str_sub(*s, width, s->n);
	*out = v;
	return true;
}

static bool take_char(struct str *s, char c)
{
	if (!s->n || s->p[0] != c)
		return false;
	*s = str_sub(*s, 1, s->n);
	return true;
}

static bool take_date(struct str *s, struct date *out)
{
	int y = 0, m = 0, d = 0;
	if (!take_digits(s, 4, &y) || !take_char(s, '-') || !take_digits(s, 2, &m) || !take_char(s, '-') ||
	    !take_digits(s, 2, &d) || !date_is_civil(y, m, d))
		return false;
	*out = date_from_civil(y, m, d);
	return true;
}

bool date_parse(struct str s, struct date *out)
{
	struct date d = {0};
	if (!take_date(&s, &d) || s.n != 0)
		return false;
	*out = d;
	return true;
}

bool date_parse_people(struct str s, struct date *out)
{
	s = str_trim(s);
	if (date_parse(s, out))
		return true;
	int part[3] = {0};
	for (int i = 0; i < 3; i++) {
		size_t n = 0;
		while (n < s.n && n < 4 && s.p[n] >= '0' && s.p[n] <= '9')
			n++;
		if (n == 0 || !take_digits(&s, n, &part[i]))
			return false;
		if (i < 2 && !take_char(&s, '/') && !take_char(&s, '-') && !take_char(&s, '.'))
			return false;
	}
	if (s.n != 0 || part[2] < 1000 || !date_is_civil(part[2], part[1], part[0]))
		return false;
	*out = date_from_civil(part[2], part[1], part[0]);
	return true;
}

/* Fraction of a second in milliseconds; further digits are dropped. */
static bool take_fraction(struct str *s, int *ms)
{
	int scale = 100, digits = 0, d = 0;
	if (!take_char(s, '.'))
		return true;
	for (; take_digits(s, 1, &d); scale /= 10, digits++)
		*ms += d * scale;
	return digits > 0;
}

/* "Z" or ±hh:mm, in minutes east. */
static bool take_offset(struct str *s, int *minutes)
{
	int h = 0, m = 0;
	if (take_char(s, 'Z') || take_char(s, 'z'))
		return true;
	bool west = s->n && s->p[0] == '-';
	if (!take_char(s, west ? '-' : '+') || !take_digits(s, 2, &h) || !take_char(s, ':') || !take_digits(s, 2, &m))
		return false;
	*minutes = west ? -(h * 60 + m) : h * 60 + m;
	return h < 24 && m < 60;
}

bool instant_parse(struct str s, struct instant *out)
{
	struct date d = {0};
	int h = 0, m = 0, sec = 0, ms = 0, east = 0;
	if (!take_date(&s, &d) || !(take_char(&s, 'T') || take_char(&s, 't') || take_char(&s, ' ')))
		return false;
	if (!take_digits(&s, 2, &h) || !take_char(&s, ':') || !take_digits(&s, 2, &m))
		return false;
	if (take_char(&s, ':') && (!take_digits(&s, 2, &sec) || !take_fraction(&s, &ms)))
		return false;
	if (!take_offset(&s, &east) || s.n != 0 || h > 23 || m > 59 || sec > 59)
		return false;
	out->ms = (int64_t)d.day * DAY_MS + ((int64_t)(h * 60 + m - east) * 60 + sec) * 1000 + ms;
	return true;
}

struct str money_people(struct arena *a, struct money m)
{
	char digits[32];
	uint64_t v = m.dong < 0 ? 0U - (uint64_t)m.dong : (uint64_t)m.dong;
	int n = snprintf(digits, sizeof digits, "%llu", (unsigned long long)v);
	struct buf b = buf_on(a);
	if (m.dong < 0)
		buf_char(&b, '-');
	for (int i = 0; i < n; i++) {
		if (i > 0 && (n - i) % 3 == 0)
			buf_char(&b, '.');
		buf_char(&b, digits[i]);
	}
	return buf_str(&b);
}
