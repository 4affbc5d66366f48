/* calendar_oracle.h — an independent, slow answer to the same questions, for tests only.
 *
 * It shares no table and no arithmetic with the slice: it reads the holiday pack itself, walks days one by one and
 * office time minute by minute, and knows only the default hours 08:00–12:00, 13:00–17:00. Times are minutes since
 * the first midnight of 2016 in Vietnam. */
#pragma once
#include "calendar/calendar.h"

#define ORACLE_DAYS 4383
#define ORACLE_WAITING (-1)
#define ORACLE_OUTSIDE (-2)

struct oracle_day { int y, m, d; bool off; };
struct oracle { struct oracle_day day[ORACLE_DAYS]; };

void oracle_load(struct arena *a, struct oracle *o);
int oracle_due(const struct oracle *o, const struct clock_rule *rule, int start, const struct clock_event *events, size_t n_events);
int oracle_minute(struct instant t);
struct instant oracle_instant(int minute);
int oracle_forward(const struct oracle *o, int received);

/* Compares `n` random cases from `seed`; fails the test at the first difference. */
void oracle_compare(struct arena *a, uint64_t seed, int n);
