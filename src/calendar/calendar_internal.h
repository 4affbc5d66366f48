/* calendar_internal.h — the tables of a calendar; for this folder only. */
#pragma once
#include "calendar/calendar.h"

/* Day i is the day first + i. The *_before tables have n_days + 1 entries: sums over the days before i. */
struct calendar {
	struct date first;
	int32_t n_days;
	struct day_info *days;
	uint8_t *hours_of;             /* office hours of the day: row in `hours`; row 0 is closed */
	const struct office_day *hours;
	int32_t *work_before;
	int32_t *provisional_before;
	int64_t *ms_before;
	int32_t *nth;                  /* index of the k-th working day */
	int32_t n_work;
};

/* Reads the packs into `days`, `hours_of` and `hours`; the sums are made by calendar_load(). */
bool calendar_read_days(struct arena *a, struct calendar *c, struct str json, struct err *e);
bool calendar_read_hours(struct arena *a, struct calendar *c, struct str json, struct str agency, struct err *e);

bool calendar_knows(const struct calendar *c, struct date d);
bool calendar_outside(const struct calendar *c, struct date d, struct err *e); /* fills *e, returns false */
/* End of office hours of a working day. */
int32_t calendar_close_ms(const struct calendar *c, struct date d);
