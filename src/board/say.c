/* say.c — figures in words, and what a series of them says. */
#include "board/board_internal.h"
#include "core/text/text.h"

#define DAY_MINUTES 480

struct str board_days(struct arena *a, enum lang lang, int64_t minutes) { return lang_tenths(a, lang, (minutes * 10 + DAY_MINUTES / 2) / DAY_MINUTES); }

double board_in_days(int64_t minutes) { return (double)minutes / DAY_MINUTES; }

struct str board_time(struct request *r, int64_t minutes)
{
	struct arena *a = r->env.arena;
	if (minutes >= DAY_MINUTES)
		return msg_fmt(a, r->env.lang, MSG_BOARD_DAYS, (struct str[]){board_days(a, r->env.lang, minutes)}, 1);
	int64_t halves = (minutes + 15) / 30;
	struct str hours = lang_tenths(a, r->env.lang, halves * 5);
	return msg_fmt(a, r->env.lang, MSG_BOARD_HOURS, &hours, 1);
}

struct str board_minutes(struct request *r, const struct stat_row *row, enum stat_time t, int percent)
{
	int64_t minutes = 0;
	bool known = percent ? stat_percentile(row, t, percent, &minutes) : stat_average(row, t, &minutes);
	return known ? board_time(r, minutes) : STR("–");
}

struct str board_as_of(struct request *r, struct instant at)
{
	struct str words = instant_people(r->env.arena, at);
	return msg_fmt(r->env.arena, r->env.lang, MSG_BOARD_AS_OF, &words, 1);
}

/* ---- findings of a series by month: the last BOARD_TREND of 2 × BOARD_TREND ---- */

enum { ALL = 2 * BOARD_TREND };

/* The last month that is over and has something; else the last that has something; -1. */
static int told_month(struct request *r, const struct board_data *d, const bool *none)
{
	int32_t now = stat_month_of(date_of(r->env.now));
	int open = -1;
	for (int i = ALL - 1; i >= BOARD_TREND; i--) {
		if (none[i])
			continue;
		if (d->months[i].month < now)
			return i;
		open = i;
	}
	return open;
}

struct told { struct request *r; int32_t month; struct str what; };

static struct str tell(const struct told *t, enum msg_key key, struct str third)
{
	struct arena *a = t->r->env.arena;
	struct str v[] = {str_fmt(a, "%d/%d", t->month % 12 + 1, t->month / 12), t->what, third};
	return msg_fmt(a, t->r->env.lang, key, v, msg_args(key));
}

/* Lowest or highest of the months shown, when no other has the same; else how it moved, within a year if that is known. */
struct str board_find_share(struct request *r, const struct board_data *d, const int64_t *share, const bool *none, enum msg_key what, int *mark)
{
	struct arena *a = r->env.arena;
	int at = told_month(r, d, none), known = 0, below = 0, above = 0, before = -1;
	*mark = 0;
	if (at < 0)
		return what == MSG_BOARD_WHAT_ONLINE ? M(r, EMPTY) : M(r, FIND_NONE);
	for (int i = BOARD_TREND; i < ALL; i++) {
		known += !none[i];
		below += !none[i] && i != at && share[i] <= share[at];
		above += !none[i] && i != at && share[i] >= share[at];
		before = !none[i] && i < at ? i : before;
	}
	*mark = at - BOARD_TREND + 1;
	struct str said = chart_permille(a, r->env.lang, share[at]);
	struct told t = {r, d->months[at].month, msg_fmt(a, r->env.lang, what, &said, 1)};
	if (known > 2 && below == 0)
		return tell(&t, MSG_BOARD_FIND_LOW, str_fmt(a, "%d", known));
	if (known > 2 && above == 0)
		return tell(&t, MSG_BOARD_FIND_HIGH, str_fmt(a, "%d", known));
	bool year = !none[at - BOARD_TREND];
	int than = year ? at - BOARD_TREND : before;
	if (than < 0)
		return tell(&t, MSG_BOARD_FIND_ONLY, STR_NONE);
	int64_t moved = share[at] - share[than];
	if (moved == 0)
		return tell(&t, year ? MSG_BOARD_FIND_SAME_YEAR : MSG_BOARD_FIND_SAME, STR_NONE);
	enum msg_key key = year ? (moved > 0 ? MSG_BOARD_FIND_UP_YEAR : MSG_BOARD_FIND_DOWN_YEAR) : moved > 0 ? MSG_BOARD_FIND_UP : MSG_BOARD_FIND_DOWN;
	return tell(&t, key, lang_tenths(a, r->env.lang, moved > 0 ? moved : -moved));
}
