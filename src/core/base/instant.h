/* instant.h — instants, days and money.
 *
 * An instant is milliseconds since 1970-01-01T00:00:00Z. A date is a day number since 1970-01-01, in Vietnam.
 * Vietnam is +07:00 all year: the offset is a constant and TZ is ignored. */
#pragma once
#include "core/base/str.h"

struct instant { int64_t ms; };
struct date { int32_t day; };
struct money { int64_t dong; }; /* whole đồng; may be negative only as a difference */

#define VN_OFFSET_MS ((int64_t)7 * 3600 * 1000)
#define DAY_MS ((int64_t)24 * 3600 * 1000)

struct civil { int year, month, day; }; /* month 1–12, day 1–31 */

/* The wall clock. Rules never call it: time comes in through env->now. */
struct instant instant_clock(void);
/* A monotonic stopwatch in nanoseconds, for timers and measurements. */
int64_t monotonic_ns(void);

/* The day in Vietnam on which the instant falls, and milliseconds since its midnight. */
struct date date_of(struct instant t);
int32_t time_of_day_ms(struct instant t);
struct instant instant_at(struct date d, int32_t ms_of_day);

struct date date_from_civil(int year, int month, int day); /* the day must exist */
bool date_is_civil(int year, int month, int day);          /* does that day exist, years 1–9999? */
struct civil date_civil(struct date d);
int date_weekday(struct date d); /* 0 Monday … 6 Sunday */

/* RFC 3339. Written with +07:00, with seconds, with milliseconds only when not zero: 2026-11-25T14:00:00+07:00. */
struct str instant_format(struct arena *a, struct instant t);
/* Any RFC 3339 offset, seconds optional, 'T' or a space. False on anything else. */
bool instant_parse(struct str s, struct instant *out);
struct str date_format(struct arena *a, struct date d); /* 2026-11-25 */
bool date_parse(struct str s, struct date *out);
/* As people type it: 25/11/2026, 25-11-2026, 25.11.2026, or 2026-11-25. */
bool date_parse_people(struct str s, struct date *out);

struct str date_people(struct arena *a, struct date d);       /* 25/11/2026 */
struct str instant_people(struct arena *a, struct instant t); /* 25/11/2026, 14:00 */
/* 1.200.000 (no unit). */
struct str money_people(struct arena *a, struct money m);
