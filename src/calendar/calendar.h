/* calendar.h — the legal clock: which days count, when a thing is due, and why.
 *
 * Owner:   no tables; the days come from packs/calendar (holidays-vn.json, office-hours.json).
 * Law:     Civil Code 91/2015/QH13 Art. 147, 148; Labour Code 45/2019/QH14 Art. 111, 112 and Resolution 28/2026/QH16
 *          (through the pack); NĐ 61/2018 and NĐ 118/2025 Art. 18, 19; NĐ 45/2020 Art. 11.
 * Memory:  a calendar lives in the arena it was loaded into and never changes: any number of threads may read it.
 * Range:   the years of the pack (2016–2027). A computation that leaves them is ERR_INVALID, never a guess. A year
 *          whose official schedule is not known is usable, and `provisional` says so in the answer.
 * Cost:    tables made at load; a due time takes the same few look-ups for 1 day as for 2,000. Only
 *          calendar_explain() walks the days. */
#pragma once
#include "core/base/err.h"
#include "core/base/instant.h"

enum day_kind {
	DAY_WORKING,
	DAY_WEEKEND,
	DAY_HOLIDAY,         /* nghỉ lễ, tết; may fall on a weekend */
	DAY_COMPENSATORY,    /* nghỉ bù */
	DAY_SWAPPED_OFF,     /* nghỉ hoán đổi */
	DAY_SWAPPED_WORKING, /* làm bù: a Saturday that counts as a working day */
};

struct day_info {
	enum day_kind kind;
	struct str name;      /* as the pack names it, Vietnamese; empty for plain working days and weekends */
	struct str basis;     /* the law or notice */
	bool provisional;     /* the year or this day is not confirmed by an official schedule */
};

#define OFFICE_INTERVALS 4
struct office_interval { int32_t from_ms, to_ms; }; /* since midnight in Vietnam */
struct office_day { size_t n; struct office_interval at[OFFICE_INTERVALS]; };

enum limit_unit {
	LIMIT_WORKING_DAY,  /* ngày làm việc */
	LIMIT_CALENDAR_DAY, /* ngày */
	LIMIT_MONTH,        /* tháng */
	LIMIT_WORKING_HOUR, /* giờ làm việc: only inside office hours */
	LIMIT_HOUR,         /* giờ: 60 minutes each, from the moment itself (Art. 147(1)) */
};
struct limit { int32_t n; enum limit_unit unit; }; /* n 0 with a day unit: the same working day */

enum convention {
	CONVENTION_A, /* the law: end of office hours of the last day */
	CONVENTION_B, /* as systems count: the clock time of the start, on the last day */
};

/* What a request for supplement does to the clock. RESTARTS: NĐ 61/2018 Art. 19(4), counted again from the beginning
 * once the dossier is complete. PAUSES and fee_pauses: only where the procedure's special law says so (pack data). */
enum supplement_effect { SUPPLEMENT_RESTARTS, SUPPLEMENT_PAUSES };
struct clock_rule {
	struct limit limit;
	enum convention convention;
	enum supplement_effect on_supplement;
	bool fee_pauses;
};

enum clock_event_kind {
	CLOCK_SUPPLEMENT_ASKED,
	CLOCK_SUPPLEMENT_COMPLETE,
	CLOCK_FEE_DEMANDED,
	CLOCK_FEE_PAID,
};
struct clock_event { struct instant at; enum clock_event_kind kind; };

/* The course of one matter: when the clock started and what moved it, oldest first. */
struct clock_course { struct instant start; const struct clock_event *events; size_t n_events; };

enum due_state { DUE_RUNNING, DUE_WAITING_SUPPLEMENT, DUE_WAITING_FEE };
struct due {
	enum due_state state;       /* waiting: the clock stands and `at` is not known */
	struct instant at;
	struct instant counted_from; /* the start, or the last complete supplement that restarted the clock */
	struct date last_day;       /* the day of `at` */
	struct date nominal_day;    /* before Art. 148(5) moved a last day off; else the same */
	uint32_t restarts;
	bool provisional;           /* some day between start and due is in a year or day not officially confirmed */
};

/* One square of the day strip. */
enum day_cell_state {
	CELL_START,   /* the day of the event: not counted (Art. 147(2)) */
	CELL_COUNTED, /* the k-th; for hour limits `worked_ms` of it counted */
	CELL_OFF,     /* a day off that does not count, or that carries a last day forward */
	CELL_DROPPED, /* was counted, then struck by a restart */
	CELL_WAITING, /* the clock stood: waiting for the applicant */
	CELL_DUE,     /* the last day; k when it was counted itself, 0 when Art. 148(5) moved the end here */
};
struct day_cell {
	struct date date;
	enum day_cell_state state;
	int32_t k;
	int32_t worked_ms;
	struct day_info day;
};

struct calendar;

/* Reads both packs. `agency` names the office hours to use; empty or unknown: the hours of all. The texts are copied. */
MUST_CHECK bool calendar_load(struct arena *a, struct str holidays_json, struct str hours_json, struct str agency,
			      const struct calendar **out, struct err *e);
/* The packs built into the program. */
MUST_CHECK bool calendar_load_builtin(struct arena *a, struct str agency, const struct calendar **out, struct err *e);

/* The last day known. */
struct date calendar_last(const struct calendar *c);
MUST_CHECK bool calendar_day(const struct calendar *c, struct date d, struct day_info *out, struct err *e);
/* False also for a day outside the calendar. */
bool calendar_is_working_day(const struct calendar *c, struct date d);
/* The office hours of a day; n is 0 on a day off or outside the calendar. */
struct office_day calendar_office_hours(const struct calendar *c, struct date d);

/* The n-th working day after d (n ≥ 1), or before it (n ≤ -1); 0: d itself or the next working day. */
MUST_CHECK bool calendar_add_working_days(const struct calendar *c, struct date d, int32_t n, struct date *out, struct err *e);
/* The first moment at which `ms` of office time have passed since t. ms 0: t, or the next opening when closed. */
MUST_CHECK bool calendar_add_working_ms(const struct calendar *c, struct instant t, int64_t ms, struct instant *out,
					struct err *e);
/* Office time between two moments; negative when they are the other way round. Both inside the calendar. */
MUST_CHECK bool calendar_working_ms_between(const struct calendar *c, struct instant from, struct instant to, int64_t *out,
					    struct err *e);

/* When the matter is due. ERR_INVALID: n < 0, events out of order or impossible, outside the calendar. */
MUST_CHECK bool calendar_due(const struct calendar *c, const struct clock_rule *rule, const struct clock_course *course,
			     struct due *out, struct err *e);
/* The same, day by day, from the day of the start to the day due (when waiting: to the day of the last event). */
MUST_CHECK bool calendar_explain(struct arena *a, const struct calendar *c, const struct clock_rule *rule,
				 const struct clock_course *course, struct day_cell **out, size_t *n, struct err *e);

/* Paper goes on to the settling unit: up to 15:00:00 on the same working day, else at the next opening
 * (NĐ 61/2018 Art. 18, NĐ 118/2025 Art. 18). */
MUST_CHECK bool calendar_forward_by(const struct calendar *c, struct instant received, struct instant *out, struct err *e);
/* An online dossier is answered within 8 working hours of receipt (NĐ 45/2020 Art. 11). */
MUST_CHECK bool calendar_answer_due(const struct calendar *c, struct instant received, struct instant *out, struct err *e);
/* The last day on which an apology with a new date may leave: one day before the day due (NĐ 61/2018 Art. 19(9)). */
struct date calendar_apology_last_day(struct instant due);

/* "5 working_day" (units as in limit_unit_name). False on anything else. */
bool limit_parse(struct str text, struct limit *out);
const char *limit_unit_name(enum limit_unit u);
bool clock_event_kind_parse(struct str name, enum clock_event_kind *out);

/* motcua calendar due …: see calendar_cmd.c. argv[0] is "due". Exit 0 good, 1 found wrong, 2 bad usage. */
int calendar_due_command(int argc, char **argv);
