/* stat.h — statistics: sums of what each dossier adds, kept as it moves, so that a board costs the same at a thousand dossiers and at a million.
 *
 * Owner:      tables stat_roll, stat_delta (derived: both can be made again from the dossiers).
 * Law:        early, on time, late: TT 01/2018 Điều 13; against which date: NĐ 61/2018 Điều 19(4), 19(9); columns of II.06a, TT 01/2020/TT-VPCP;
 *             times by who had the dossier: TT 01/2018 Điều 13 (indices 1 and 2).
 * Invariants: what a dossier adds is a function of its own rows and of nothing else (stat_of); an act adds the difference between after
 *             and before (stat_change) in its own transaction; stat_roll plus stat_delta is the sum over all dossiers, to the last unit
 *             (stat_compare). Every figure belongs to who has the dossier now: transfer takes all its figures along.
 * Memory:     in env->arena. Threads: as any rule. */
#pragma once
#include "core/job/job.h"
#include "gen/ids.h"

/* ---- what is counted ---- */

#define STAT_LATE_REASONS 12
/* Each in the month (and on the day) in brackets. A month is Vietnam's. */
enum stat_measure {
	STAT_RECEIVED_ONLINE, STAT_RECEIVED_COUNTER, STAT_RECEIVED_POST, STAT_RECEIVED_HIRED, STAT_RECEIVED_PORTAL, /* by channel (sent) */
	STAT_ACCEPTED,        /* (accepted) */
	/* Decided, with a result or a refusal (settled), against the date that lateness counts from; no limit: the source states none. */
	STAT_EARLY, STAT_ON_TIME, STAT_LATE, STAT_NO_LIMIT,
	STAT_LATE_APOLOGISED, /* of STAT_LATE: with an apology */
	STAT_RESULT, STAT_REFUSED, /* the outcome of those decided (settled) */
	STAT_RESULT_SIGNED,   /* of STAT_RESULT: the result is kept as a signed file */
	STAT_NOT_ACCEPTED, STAT_STOPPED, STAT_WITHDRAWN, /* ended otherwise: refused at reception; by the applicant after acceptance; before (settled) */
	STAT_HANDED_OVER,     /* (returned) */
	STAT_SUPPLEMENT, STAT_APOLOGY, /* asked; sent (that day) */
	STAT_RATED_1, STAT_RATED_2, STAT_RATED_3, STAT_RATED_4, STAT_RATED_5, /* (rated) */
	STAT_LATE_AT_END,     /* months only: was overdue when the month ended, and is settled by now */
	STAT_TIMED,           /* months only: decided ones whose times are known; the sums of minutes are over these (settled) */
	STAT_MINUTES_TOTAL, STAT_MINUTES_AGENCY, STAT_MINUTES_OTHERS, STAT_MINUTES_CITIZEN, /* months only; in the order of enum stat_time */
	STAT_LATE_REASON_1, STAT_LATE_REASON_LAST = STAT_LATE_REASON_1 + STAT_LATE_REASONS - 1, /* months only; of STAT_LATE: by the number of the reason given (settled) */
	STAT_MEASURES
};
/* "received_online": in the API, in CSV and where verify names a count. */
const char *stat_measure_name(enum stat_measure m);

/* Office time from acceptance to settlement, and its parts: the agency's own; waiting for opinions of other units; waiting for the
 * applicant (a supplement, a fee). Total is the sum of the three. */
enum stat_time { STAT_TIME_TOTAL, STAT_TIME_AGENCY, STAT_TIME_OTHERS, STAT_TIME_CITIZEN, STAT_TIMES };
/* Histogram: bucket 0 is no time at all; 1 … 160 half-hours of office time up to 80 hours; then working days of eight hours, the last
 * holds all above. Figures read from it are true to half an hour, above 80 hours to a working day. */
#define STAT_HALF_HOURS 160
#define STAT_BUCKETS (STAT_HALF_HOURS + 1 + 120)
int stat_bucket(int64_t minutes);
int64_t stat_bucket_minutes(int bucket); /* its upper end */

/* Open dossiers. With a due hour: RUNNING, APOLOGISED (the first date counts), ANSWER (sent and not answered yet: NĐ 45/2020 Điều 11). */
enum stat_open { STAT_OPEN_RUNNING, STAT_OPEN_APOLOGISED, STAT_OPEN_ANSWER, STAT_OPEN_SUPPLEMENT, STAT_OPEN_FEE, STAT_OPEN_NO_LIMIT, STAT_OPENS };

/* ---- what one dossier adds ---- */

enum stat_channel { STAT_ONLINE, STAT_COUNTER, STAT_POST, STAT_HIRED, STAT_PORTAL }; /* in the order of the measures */
enum stat_state { STAT_STATE_OPEN, STAT_STATE_SUPPLEMENT, STAT_STATE_FEE, STAT_STATE_OVER };
enum stat_outcome { STAT_OUTCOME_NONE, STAT_OUTCOME_RESULT, STAT_OUTCOME_REFUSED, STAT_OUTCOME_STOPPED };

struct stat_dims { struct agency_id agency; struct unit_id unit; struct person_id officer; struct str procedure; };
struct stat_event { enum stat_measure measure; struct instant at; }; /* SUPPLEMENT, APOLOGY, RATED_n */
/* A dossier as its rows say; an instant of 0 has not come. */
struct stat_facts {
	struct stat_dims dims;
	enum stat_channel channel;
	enum stat_state state;
	enum stat_outcome outcome;
	bool is_signed, apologised, timed;
	struct instant sent, answer_due, accepted, law_due, settled, returned;
	int64_t minutes_total, minutes_others, minutes_citizen; /* when timed */
	int late_reason; /* 1 … STAT_LATE_REASONS; 0: not stated */
	const struct stat_event *events;
	size_t n_events;
};

enum stat_span { STAT_DAY, STAT_MONTH, STAT_OPEN, STAT_SPANS };
/* period: day number, month number, or 0; cell: a measure or bucket, or an hour and what waits. */
struct stat_entry { enum stat_span span; int32_t period; int64_t cell, n; };
struct stat_set { struct stat_dims dims; struct stat_entry *v; size_t n, room; };
/* Fills *out, in `a`. Texts are not copied. */
void stat_of(struct arena *a, const struct stat_facts *f, struct stat_set *out);
/* In an action: `before` (NULL: a new dossier) becomes `after` (NULL: it is gone). Written with the batch; nothing when they are equal. */
MUST_CHECK bool stat_change(struct env *env, const struct stat_set *before, const struct stat_set *after, struct err *e);

/* ---- reading ---- */

/* Months since the year 0: 12 · year + month − 1. */
int32_t stat_month_of(struct date d);
struct date stat_month_first(int32_t month);

enum stat_by { STAT_BY_ALL, STAT_BY_AGENCY, STAT_BY_UNIT, STAT_BY_PROCEDURE, STAT_BY_OFFICER, STAT_BY_MONTH };
/* Which dossiers: an id of 0 or an empty text is any. Give the agency with unit or officer when it is known: fewer rows are read. */
struct stat_cut {
	int32_t from, to;        /* months, both included; stat_now() leaves them alone */
	struct stat_dims of;
	enum stat_by by;
	bool times;              /* the histograms too */
};
/* One group; `id` of agency, unit or officer (0: nobody has it), `procedure`, or `month`: the one that it is grouped by. */
struct stat_row {
	int64_t id;
	struct str procedure;
	int32_t month;
	int64_t n[STAT_MEASURES];
	int32_t *times[STAT_TIMES]; /* STAT_BUCKETS each; NULL: not asked for, or nothing there */
	int64_t open[STAT_OPENS];   /* of stat_now() */
	int64_t overdue, overdue_apologised, soon, answer_late; /* of stat_now(): overdue counts both; soon: due before `soon` and not overdue */
};
struct stat_rows { struct stat_row *v; size_t n; };
/* Groups in order of id, procedure or month; none that has nothing. STAT_BY_ALL: always one row. */
MUST_CHECK bool stat_read(struct env *env, const struct stat_cut *cut, struct stat_rows *out, struct err *e);
/* Open dossiers at env->now, to the hour: due times are counted at the next full hour. by: not MONTH. */
MUST_CHECK bool stat_now(struct env *env, const struct stat_cut *cut, struct instant soon, struct stat_rows *out, struct err *e);
/* Days from … to, a row a day that has something (`id` is the day number; no times). agency 0: all. */
MUST_CHECK bool stat_days(struct env *env, struct date from, struct date to, struct agency_id agency, struct stat_rows *out, struct err *e);
/* As it stood when `month` ended (a month to come: as it stands): open then, overdue then. From rows of all months before. */
struct stat_stand { int64_t open, overdue; };
MUST_CHECK bool stat_stand_at_end(struct env *env, const struct stat_cut *of, int32_t month, struct stat_stand *out, struct err *e);

/* Sums of measures that belong together. */
int64_t stat_received(const struct stat_row *r);
int64_t stat_received_online(const struct stat_row *r); /* online and by the portal */
int64_t stat_decided(const struct stat_row *r);         /* early + on time + late + without limit */
int64_t stat_late_unstated(const struct stat_row *r);   /* late, and no reason given */
int64_t stat_ended(const struct stat_row *r);           /* decided, not accepted, stopped, withdrawn */
/* Minutes within which `percent` of the timed ones were (50: the median, 90: the ninth decile); false when there are none. */
bool stat_percentile(const struct stat_row *r, enum stat_time t, int percent, int64_t *minutes);
bool stat_average(const struct stat_row *r, enum stat_time t, int64_t *minutes);

/* ---- keeping ---- */

/* Puts up to `rows` of stat_delta into stat_roll; *more: some are left. In an action, and only there. */
MUST_CHECK bool stat_fold(struct env *env, int64_t rows, bool *more, struct err *e);
/* Folds what there is, every ten seconds in which there is something: a kind for the app's list. */
extern const struct job_kind stat_fold_kind;

struct stat_tally;
/* Adds every dossier there is: stat_tally_add() for each. Reads one moment. */
typedef bool stat_scan_fn(struct env *env, void *ctx, struct stat_tally *t, struct err *e);
void stat_tally_add(struct stat_tally *t, const struct stat_set *x);

struct stat_compared {
	int64_t dossiers, counts; /* looked at */
	int64_t differences;
	char first[300];          /* names the first count that differs, and both values; empty when none does */
	struct str *fix;          /* what makes it right: rows for stat_fix(), in env->arena */
	size_t n_fix;
};
/* Counts all dossiers again and compares with what is kept, from one snapshot (env->db: a connection outside of transactions, or in one
 * that sees one moment). */
MUST_CHECK bool stat_compare(struct env *env, stat_scan_fn *scan, void *ctx, struct stat_compared *out, struct err *e);
/* Before a stat_compare() that will be followed by stat_fix(), on the same connection, which stays open until that is kept: no other node puts
 * right meanwhile. ERR_BUSY: one does. (On SQLite one process has the database.) */
MUST_CHECK bool stat_alone(struct env *env, struct err *e);
/* In an action: adds the differences that stat_compare() found. Acts meanwhile do no harm: they add, and so does this. */
MUST_CHECK bool stat_fix(struct env *env, const struct stat_compared *c, struct err *e);
