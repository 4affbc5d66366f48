/* charts.c — each picture: its series, its finding, and where its figures lead. */
#include "board/board_internal.h"
#include "core/text/text.h"

static const char *const slugs[PICS] = {
	[PIC_ON_TIME] = "dung-han", [PIC_SETTLED] = "da-giai-quyet", [PIC_RECEIVED] = "tiep-nhan", [PIC_ONLINE] = "truc-tuyen", [PIC_OPEN] = "dang-giai-quyet",
	[PIC_TIME] = "thoi-gian", [PIC_SIGNED] = "ky-so", [PIC_RATED] = "danh-gia", [PIC_GROUP_LATE] = "so-sanh", [PIC_GROUP_TIME] = "so-sanh-thoi-gian", [PIC_LATE_WHY] = "ly-do-cham",
};
const char *board_chart_slug(enum board_chart c) { return slugs[c]; }

bool board_chart_from(struct str slug, enum board_chart *out)
{
	for (int i = 0; i < PICS; i++)
		if (str_eq(slug, str_from(slugs[i]))) {
			*out = (enum board_chart)i;
			return true;
		}
	return false;
}

struct drawing { struct request *r; const struct board_ask *q; const struct board_data *d; struct chart *c; };

static void series(const struct drawing *x, const struct chart_series *v, size_t n)
{
	struct chart_series *own = NEW_ARRAY(x->r->env.arena, n, struct chart_series);
	memcpy(own, v, n * sizeof *v);
	x->c->series = own;
	x->c->n_series = n;
}

/* The dossiers of a month behind a measure; empty where the reader may open none. */
static struct str month_url(const struct drawing *x, const char *measure, int32_t month)
{
	struct board_ask q = *x->q;
	struct arena *a = x->r->env.arena;
	if (!board_opens(x->r->env.actor, &q, q.of.agency.v))
		return STR_NONE;
	q.period = str_fmt(a, "%04d-%02d", month / 12, month % 12 + 1);
	q.view = BOARD_OVERVIEW;
	return board_url(a, BOARD "/ho-so", &q, str_fmt(a, "&so=%s", measure));
}

static struct chart_point *month_points(const struct drawing *x)
{
	struct arena *a = x->r->env.arena;
	struct chart_point *p = NEW_ARRAY(a, BOARD_TREND, struct chart_point);
	for (int i = 0; i < BOARD_TREND; i++) {
		int32_t month = x->d->months[BOARD_TREND + i].month;
		struct board_ask q = *x->q;
		q.period = str_fmt(a, "%04d-%02d", month / 12, month % 12 + 1);
		p[i].label = board_month_words(a, x->r->env.lang, month);
		p[i].tick = str_fmt(a, "%d", month % 12 + 1);
		p[i].url = q.public_page ? STR_NONE : board_url(a, BOARD, &q, STR_NONE);
	}
	x->c->points = p;
	x->c->n_points = BOARD_TREND;
	x->c->label_head = M(x->r, MONTH);
	return p;
}

/* ---- shares by month ---- */

typedef void share_fn(const struct stat_row *r, int64_t *part, int64_t *whole);
static void on_time_of(const struct stat_row *r, int64_t *part, int64_t *whole) { *whole = board_limited(r), *part = *whole - r->n[STAT_LATE]; }
static void online_of(const struct stat_row *r, int64_t *part, int64_t *whole) { *whole = stat_received(r), *part = stat_received_online(r); }
static void signed_of(const struct stat_row *r, int64_t *part, int64_t *whole) { *whole = r->n[STAT_RESULT], *part = r->n[STAT_RESULT_SIGNED]; }

static void share_by_month(const struct drawing *x, share_fn *of, enum msg_key name, enum msg_key what, const char *measure)
{
	int64_t share[2 * BOARD_TREND], low = 1000;
	bool none[2 * BOARD_TREND], any = false;
	struct chart_point *p = month_points(x);
	for (int i = 0; i < 2 * BOARD_TREND; i++) {
		int64_t part = 0, whole = 0;
		of(&x->d->months[i], &part, &whole);
		share[i] = chart_share(part, whole);
		none[i] = whole == 0;
		if (i < BOARD_TREND)
			continue;
		p[i - BOARD_TREND].v[0] = (struct chart_value){.value = share[i], .none = none[i], .url = month_url(x, measure, x->d->months[i].month)};
		low = !none[i] && share[i] < low ? share[i] : low;
		any = any || !none[i];
	}
	series(x, &(struct chart_series){msg(x->r->env.lang, name), CHART_MAIN}, 1);
	x->c->kind = CHART_LINES;
	x->c->say = chart_permille;
	x->c->top = 1000;
	x->c->bottom = low >= 900 ? 900 : low >= 800 ? 800 : low >= 500 ? 500 : 0;
	x->c->title = board_find_share(x->r, x->d, share, none, what, &x->c->mark);
	x->c->n_points = any ? BOARD_TREND : 0;
}

/* ---- counts by month ---- */

static int64_t sums(const struct drawing *x, const enum stat_measure *m, size_t n, int *most)
{
	int64_t all = 0, top = 0;
	*most = 0;
	for (int i = 0; i < BOARD_TREND; i++) {
		int64_t v = 0;
		for (size_t k = 0; k < n; k++)
			v += x->d->months[BOARD_TREND + i].n[m[k]];
		all += v;
		if (v > top)
			top = v, *most = i + 1;
	}
	return all;
}

static struct str number_of(const struct drawing *x, int64_t v) { return lang_number(x->r->env.arena, x->r->env.lang, v); }
static struct str say(const struct drawing *x, enum msg_key key, const struct str *v) { return msg_fmt(x->r->env.arena, x->r->env.lang, key, v, msg_args(key)); }
static struct str month_at(const struct drawing *x, int mark)
{
	int32_t m = x->d->months[BOARD_TREND + mark - 1].month;
	return str_fmt(x->r->env.arena, "%d/%d", m % 12 + 1, m / 12);
}

static void settled(const struct drawing *x)
{
	static const enum stat_measure m[] = {STAT_EARLY, STAT_ON_TIME, STAT_LATE};
	struct chart_point *p = month_points(x);
	int most = 0, any = 0;
	int64_t all = sums(x, m, 3, &any), late = sums(x, &m[2], 1, &most);
	for (int i = 0; i < BOARD_TREND; i++)
		for (int k = 0; k < 3; k++)
			p[i].v[k] = (struct chart_value){.value = x->d->months[BOARD_TREND + i].n[m[k]], .url = month_url(x, stat_measure_name(m[k]), x->d->months[BOARD_TREND + i].month)};
	series(x, (struct chart_series[]){{M(x->r, EARLY), CHART_GOOD}, {M(x->r, ON_TIME), CHART_MAIN}, {M(x->r, LATE), CHART_BAD}}, 3);
	x->c->kind = CHART_COLUMNS;
	x->c->mark = most;
	x->c->n_points = all ? BOARD_TREND : 0;
	struct str v[] = {number_of(x, all), number_of(x, late), late ? month_at(x, most) : STR_NONE, late ? number_of(x, x->d->months[BOARD_TREND + most - 1].n[STAT_LATE]) : STR_NONE};
	x->c->title = !all ? M(x->r, FIND_NONE) : say(x, late ? MSG_BOARD_FIND_SETTLED : MSG_BOARD_FIND_SETTLED_CLEAN, v);
}

static void received(const struct drawing *x)
{
	static const enum stat_measure m[] = {STAT_RECEIVED_ONLINE, STAT_RECEIVED_PORTAL, STAT_RECEIVED_COUNTER, STAT_RECEIVED_POST, STAT_RECEIVED_HIRED};
	struct chart_point *p = month_points(x);
	int most = 0;
	int64_t all = sums(x, m, 5, &most);
	for (int i = 0; i < BOARD_TREND; i++) {
		const struct stat_row *row = &x->d->months[BOARD_TREND + i];
		p[i].v[0] = (struct chart_value){.value = stat_received_online(row), .url = month_url(x, "received_online", row->month)};
		p[i].v[1] = (struct chart_value){.value = row->n[STAT_RECEIVED_COUNTER], .url = month_url(x, "received_counter", row->month)};
		p[i].v[2] = (struct chart_value){.value = row->n[STAT_RECEIVED_POST] + row->n[STAT_RECEIVED_HIRED], .url = month_url(x, "received_post", row->month)};
	}
	series(x, (struct chart_series[]){{M(x->r, ONLINE), CHART_MAIN}, {M(x->r, COUNTER), CHART_WAIT}, {M(x->r, POST), CHART_QUIET}}, 3);
	x->c->kind = CHART_COLUMNS;
	x->c->mark = most;
	x->c->n_points = all ? BOARD_TREND : 0;
	struct str v[] = {number_of(x, all), most ? month_at(x, most) : STR_NONE, most ? number_of(x, stat_received(&x->d->months[BOARD_TREND + most - 1])) : STR_NONE};
	x->c->title = all ? say(x, MSG_BOARD_FIND_RECEIVED, v) : M(x->r, EMPTY);
}

/* The scale in whole, even days: 2, 4, 6, 10, 20 … */
static int64_t days_top(const struct drawing *x)
{
	static const int64_t steps[] = {2, 4, 6, 10};
	int64_t most = 1;
	for (size_t i = 0; i < x->c->n_points; i++) {
		const struct chart_value *v = x->c->points[i].v;
		int64_t sum = v[0].value + v[1].value + v[2].value;
		most = sum > most ? sum : most;
	}
	for (int64_t unit = 480;; unit *= 10)
		for (size_t i = 0; i < ARRAY_LEN(steps); i++)
			if (steps[i] * unit >= most || unit > INT64_MAX / 1000)
				return steps[i] * unit;
}

/* Average office time by who had the dossier; averages add up, medians do not. */
static void times(const struct drawing *x)
{
	static const enum stat_time parts[] = {STAT_TIME_AGENCY, STAT_TIME_OTHERS, STAT_TIME_CITIZEN};
	struct chart_point *p = month_points(x);
	bool any = false;
	for (int i = 0; i < BOARD_TREND; i++)
		for (int k = 0; k < 3; k++) {
			int64_t minutes = 0;
			bool known = stat_average(&x->d->months[BOARD_TREND + i], parts[k], &minutes);
			any = any || known;
			p[i].v[k] = (struct chart_value){.value = minutes < 0 ? 0 : minutes, .none = !known};
		}
	series(x, (struct chart_series[]){{M(x->r, TIME_AGENCY), CHART_MAIN}, {M(x->r, TIME_OTHERS), CHART_WAIT}, {M(x->r, TIME_CITIZEN), CHART_YOU}}, 3);
	x->c->kind = CHART_COLUMNS;
	x->c->say = board_days;
	x->c->note = M(x->r, NOTE_TIME);
	x->c->top = days_top(x);
	x->c->n_points = any ? BOARD_TREND : 0;
	struct str v[] = {board_minutes(x->r, &x->d->total, STAT_TIME_TOTAL, 50), board_minutes(x->r, &x->d->total, STAT_TIME_TOTAL, 90)};
	x->c->title = x->d->total.n[STAT_TIMED] ? say(x, MSG_BOARD_FIND_TIME, v) : M(x->r, FIND_NONE);
}

/* ---- now, ratings ---- */

static struct str now_url(const struct drawing *x, const char *measure)
{
	struct board_ask q = *x->q;
	q.view = BOARD_OVERVIEW;
	return board_opens(x->r->env.actor, &q, q.of.agency.v) ? board_url(x->r->env.arena, BOARD "/ho-so", &q, str_fmt(x->r->env.arena, "&so=%s", measure)) : STR_NONE;
}

/* Late −1: no date is counted here. */
static void point(const struct drawing *x, struct chart_point *p, enum msg_key label, const char *kind, int64_t n, int64_t late)
{
	p->label = msg(x->r->env.lang, label);
	p->v[0] = (struct chart_value){.value = late > 0 ? n - late : n, .url = now_url(x, late >= 0 ? str_fmt(x->r->env.arena, "%s_in_time", kind).p : kind)};
	p->v[1] = (struct chart_value){.value = late, .none = late < 0, .url = late > 0 ? now_url(x, str_fmt(x->r->env.arena, "%s_overdue", kind).p) : STR_NONE};
}

static void open_now(const struct drawing *x)
{
	const struct stat_row *n = &x->d->now;
	struct chart_point *p = NEW_ARRAY(x->r->env.arena, 5, struct chart_point);
	int64_t running = n->open[STAT_OPEN_RUNNING] + n->open[STAT_OPEN_APOLOGISED], all = board_open(n);
	point(x, &p[0], MSG_BOARD_OPEN_RUNNING, "open", running, n->overdue);
	point(x, &p[1], MSG_BOARD_OPEN_ANSWER, "answer", n->open[STAT_OPEN_ANSWER], n->answer_late);
	point(x, &p[2], MSG_BOARD_OPEN_SUPPLEMENT, "open_supplement", n->open[STAT_OPEN_SUPPLEMENT], -1);
	point(x, &p[3], MSG_BOARD_OPEN_FEE, "open_fee", n->open[STAT_OPEN_FEE], -1);
	point(x, &p[4], MSG_BOARD_OPEN_NO_LIMIT, "open_no_limit", n->open[STAT_OPEN_NO_LIMIT], -1);
	series(x, (struct chart_series[]){{M(x->r, IN_TIME), CHART_MAIN}, {M(x->r, OVERDUE), CHART_BAD}}, 2);
	x->c->kind = CHART_BARS;
	x->c->points = p;
	x->c->n_points = all ? 5 : 0;
	x->c->label_head = M(x->r, STATE);
	x->c->note = M(x->r, NOTE_NOW);
	struct str v[] = {number_of(x, all), number_of(x, n->overdue), chart_permille(x->r->env.arena, x->r->env.lang, chart_share(n->overdue, running))};
	x->c->title = !all ? M(x->r, FIND_NONE_OPEN) : say(x, n->overdue ? MSG_BOARD_FIND_OPEN : MSG_BOARD_FIND_OPEN_CLEAN, v);
}

static void ratings(const struct drawing *x)
{
	static const enum msg_key words[] = {MSG_BOARD_RATED_5, MSG_BOARD_RATED_4, MSG_BOARD_RATED_3, MSG_BOARD_RATED_2, MSG_BOARD_RATED_1};
	static const enum stat_measure m[] = {STAT_RATED_5, STAT_RATED_4, STAT_RATED_3, STAT_RATED_2, STAT_RATED_1};
	struct chart_point *p = NEW_ARRAY(x->r->env.arena, 5, struct chart_point);
	int64_t good = 0, all = board_rated(&x->d->total, &good);
	for (size_t i = 0; i < 5; i++) {
		p[i].label = msg(x->r->env.lang, words[i]);
		p[i].v[0] = (struct chart_value){.value = x->d->total.n[m[i]], .url = now_url(x, stat_measure_name(m[i]))};
	}
	series(x, (struct chart_series[]){{M(x->r, RATINGS), CHART_MAIN}}, 1);
	x->c->kind = CHART_BARS;
	x->c->points = p;
	x->c->n_points = all ? 5 : 0;
	x->c->label_head = M(x->r, RATING);
	struct str v[] = {chart_permille(x->r->env.arena, x->r->env.lang, chart_share(good, all)), number_of(x, all)};
	x->c->title = all ? say(x, MSG_BOARD_FIND_RATED, v) : M(x->r, FIND_NONE_RATED);
}

/* ---- groups ---- */

#define GROUPS_DRAWN 12 /* the table below has all */

struct str board_group_head(struct request *r, enum board_view v)
{
	static const enum msg_key words[BOARD_VIEWS] = {MSG_BOARD_GROUP, MSG_BOARD_AGENCY, MSG_BOARD_UNIT, MSG_BOARD_PROCEDURE, MSG_BOARD_V_OFFICER, MSG_BOARD_MONTH};
	return msg(r->env.lang, words[v]);
}

struct str board_group_url(struct request *r, const struct board_ask *of, const struct board_group *g, const char *path, struct str more)
{
	struct board_ask q = *of;
	struct arena *a = r->env.arena;
	if (q.view == BOARD_AGENCY)
		q.of.agency.v = g->id;
	if (q.view == BOARD_UNIT)
		q.of.unit.v = g->id;
	if (q.view == BOARD_PROCEDURE)
		q.of.procedure = g->key;
	if (q.view == BOARD_OFFICER)
		q.of.officer.v = g->id;
	if (q.view == BOARD_MONTH)
		q.period = str_fmt(a, "%04d-%02d", g->row.month / 12, g->row.month % 12 + 1);
	bool named = g->id || g->key.n || q.view == BOARD_MONTH || q.view == BOARD_OVERVIEW; /* nobody's has no page */
	q.view = q.view == BOARD_AGENCY ? BOARD_UNIT : BOARD_OVERVIEW;
	return q.public_page || !named ? STR_NONE : board_url(a, path, &q, more);
}

struct str board_group_list_url(struct request *r, const struct board_ask *q, const struct board_group *g, const char *measure)
{
	int64_t agency = q->view == BOARD_AGENCY ? g->id : q->of.agency.v;
	return board_opens(r->env.actor, q, agency) ? board_group_url(r, q, g, BOARD "/ho-so", str_fmt(r->env.arena, "&so=%s", measure)) : STR_NONE;
}

static struct str group_url(const struct drawing *x, const struct board_group *g, const char *path, struct str more) { return board_group_url(x->r, x->q, g, path, more); }
static struct str group_list_url(const struct drawing *x, const struct board_group *g, const char *measure) { return board_group_list_url(x->r, x->q, g, measure); }

/* Who has the most late ones; of several with as many none is named. */
static struct str find_latest(const struct drawing *x, size_t worst)
{
	static const enum msg_key tied[BOARD_VIEWS] = {[BOARD_AGENCY] = MSG_BOARD_TIED_AGENCY, [BOARD_UNIT] = MSG_BOARD_TIED_UNIT, [BOARD_PROCEDURE] = MSG_BOARD_TIED_PROCEDURE,
		[BOARD_OFFICER] = MSG_BOARD_TIED_OFFICER, [BOARD_MONTH] = MSG_BOARD_TIED_MONTH};
	int64_t late = 0, most = x->d->groups[worst].row.n[STAT_LATE], as_many = 0;
	for (size_t i = 0; i < x->d->n_groups; i++) {
		late += x->d->groups[i].row.n[STAT_LATE];
		as_many += x->d->groups[i].row.n[STAT_LATE] == most;
	}
	struct str v[] = {as_many > 1 ? number_of(x, as_many) : x->d->groups[worst].name, number_of(x, most), number_of(x, late)};
	if (!late)
		return M(x->r, FIND_GROUP_CLEAN);
	return say(x, as_many > 1 && x->q->view != BOARD_OVERVIEW ? tied[x->q->view] : x->d->n_groups > 1 ? MSG_BOARD_FIND_GROUP : MSG_BOARD_FIND_ONE, v);
}

static void by_group(const struct drawing *x)
{
	static const enum stat_measure m[] = {STAT_EARLY, STAT_ON_TIME, STAT_LATE};
	size_t n = x->d->n_groups < GROUPS_DRAWN ? x->d->n_groups : GROUPS_DRAWN, worst = 0;
	struct chart_point *p = NEW_ARRAY(x->r->env.arena, n + 1, struct chart_point);
	for (size_t i = 0; i < x->d->n_groups; i++)
		worst = x->d->groups[i].row.n[STAT_LATE] > x->d->groups[worst].row.n[STAT_LATE] ? i : worst;
	for (size_t i = 0; i < n; i++) {
		const struct board_group *g = &x->d->groups[i];
		p[i].label = g->name;
		p[i].url = group_url(x, g, BOARD, STR_NONE);
		for (int k = 0; k < 3; k++)
			p[i].v[k] = (struct chart_value){.value = g->row.n[m[k]], .url = group_list_url(x, g, stat_measure_name(m[k]))};
	}
	series(x, (struct chart_series[]){{M(x->r, EARLY), CHART_GOOD}, {M(x->r, ON_TIME), CHART_MAIN}, {M(x->r, LATE), CHART_BAD}}, 3);
	x->c->kind = CHART_BARS;
	x->c->points = p;
	x->c->n_points = n;
	x->c->label_head = board_group_head(x->r, x->q->view);
	x->c->title = n ? find_latest(x, worst) : M(x->r, FIND_NONE);
}

static void time_by_group(const struct drawing *x)
{
	static const enum stat_time parts[] = {STAT_TIME_AGENCY, STAT_TIME_OTHERS, STAT_TIME_CITIZEN};
	size_t n = 0, slowest = 0;
	struct chart_point *p = NEW_ARRAY(x->r->env.arena, GROUPS_DRAWN, struct chart_point);
	int64_t most = -1;
	for (size_t i = 0; i < x->d->n_groups && n < GROUPS_DRAWN; i++) {
		const struct board_group *g = &x->d->groups[i];
		int64_t total = 0, minutes = 0;
		if (!stat_average(&g->row, STAT_TIME_TOTAL, &total))
			continue;
		if (total > most)
			most = total, slowest = i;
		p[n].label = g->name;
		p[n].url = group_url(x, g, BOARD, STR_NONE);
		for (int k = 0; k < 3; k++) {
			(void)stat_average(&g->row, parts[k], &minutes);
			p[n].v[k] = (struct chart_value){.value = minutes < 0 ? 0 : minutes};
		}
		n++;
	}
	series(x, (struct chart_series[]){{M(x->r, TIME_AGENCY), CHART_MAIN}, {M(x->r, TIME_OTHERS), CHART_WAIT}, {M(x->r, TIME_CITIZEN), CHART_YOU}}, 3);
	x->c->kind = CHART_BARS;
	x->c->say = board_days;
	x->c->note = M(x->r, NOTE_TIME);
	x->c->points = p;
	x->c->n_points = n;
	x->c->label_head = board_group_head(x->r, x->q->view);
	struct str v[] = {n ? x->d->groups[slowest].name : STR_NONE, n ? board_time(x->r, most) : STR_NONE};
	x->c->title = n ? say(x, n > 1 ? MSG_BOARD_FIND_GROUP_TIME : MSG_BOARD_FIND_ONE_TIME, v) : M(x->r, FIND_NONE);
}

static void draw(const struct drawing *x, enum board_chart which)
{
	switch (which) {
	case PIC_ON_TIME: share_by_month(x, on_time_of, MSG_BOARD_SHARE_ON_TIME, MSG_BOARD_WHAT_ON_TIME, "decided"); break;
	case PIC_ONLINE: share_by_month(x, online_of, MSG_BOARD_SHARE_ONLINE, MSG_BOARD_WHAT_ONLINE, "received_online"); break;
	case PIC_SIGNED: share_by_month(x, signed_of, MSG_BOARD_SHARE_SIGNED, MSG_BOARD_WHAT_SIGNED, "result_signed"); break;
	case PIC_SETTLED: settled(x); break;
	case PIC_RECEIVED: received(x); break;
	case PIC_TIME: times(x); break;
	case PIC_OPEN: open_now(x); break;
	case PIC_RATED: ratings(x); break;
	case PIC_GROUP_LATE: by_group(x); break;
	case PIC_GROUP_TIME: time_by_group(x); break;
	case PIC_LATE_WHY: board_late_chart(x->r, x->q, x->d, x->c); break;
	case PICS: CHECK(false);
	}
}

void board_chart(struct request *r, const struct board_ask *q, const struct board_data *d, enum board_chart which, struct chart *out)
{
	struct arena *a = r->env.arena;
	*out = (struct chart){.id = str_from(slugs[which]), .as_of = board_as_of(r, d->at)};
	draw(&(struct drawing){r, q, d, out}, which);
	const char *path = q->public_page ? "/so-lieu" : BOARD "/so-lieu";
	struct str pic = str_fmt(a, "&bieu-do=%s", slugs[which]);
	out->csv_url = board_url(a, str_fmt(a, "%s.csv", path).p, q, pic);
	if (!q->public_page)
		out->xlsx_url = board_url(a, str_fmt(a, "%s.xlsx", path).p, q, pic);
}

/* ---- one line a group ---- */

enum { G_NAME, G_RECEIVED, G_ONLINE, G_DECIDED, G_LATE, G_SHARE, G_OPEN, G_OVERDUE, G_MEDIAN, G_NINTH, G_SIGNED, G_RATED, G_COLS };

static struct board_cell none_cell(void) { return (struct board_cell){.text = STR("–")}; }
struct board_cell board_count_cell(struct request *r, int64_t n, struct str url)
{
	return (struct board_cell){.text = lang_number(r->env.arena, r->env.lang, n), .url = n ? url : STR_NONE, .kind = SHEET_NUMBER, .number = (double)n};
}
static struct board_cell count_cell(const struct drawing *x, int64_t n, struct str url) { return board_count_cell(x->r, n, url); }
static struct board_cell share_cell(const struct drawing *x, int64_t part, int64_t whole)
{
	int64_t share = chart_share(part, whole);
	return whole ? (struct board_cell){.text = chart_permille(x->r->env.arena, x->r->env.lang, share), .kind = SHEET_PERCENT, .number = (double)share / 1000} : none_cell();
}
static struct board_cell time_cell(const struct drawing *x, const struct stat_row *row, int percent)
{
	int64_t minutes = 0;
	bool known = stat_percentile(row, STAT_TIME_TOTAL, percent, &minutes);
	return known ? (struct board_cell){.text = board_time(x->r, minutes), .kind = SHEET_TENTHS, .number = board_in_days(minutes)} : none_cell();
}

static void group_line(const struct drawing *x, const struct board_group *g, struct board_cell *v)
{
	const struct stat_row *row = &g->row;
	int64_t good = 0, rated = board_rated(row, &good), limited = board_limited(row);
	bool now = x->q->view != BOARD_MONTH;
	v[G_NAME] = (struct board_cell){.text = g->name, .url = group_url(x, g, BOARD, STR_NONE)};
	v[G_RECEIVED] = count_cell(x, stat_received(row), group_list_url(x, g, "received"));
	v[G_ONLINE] = share_cell(x, stat_received_online(row), stat_received(row));
	v[G_DECIDED] = count_cell(x, stat_decided(row), group_list_url(x, g, "decided"));
	v[G_LATE] = count_cell(x, row->n[STAT_LATE], group_list_url(x, g, "late"));
	v[G_SHARE] = share_cell(x, limited - row->n[STAT_LATE], limited);
	v[G_OPEN] = now ? count_cell(x, board_open(&g->now), group_list_url(x, g, "open")) : none_cell();
	v[G_OVERDUE] = now ? count_cell(x, g->now.overdue, group_list_url(x, g, "open_overdue")) : none_cell();
	v[G_MEDIAN] = time_cell(x, row, 50);
	v[G_NINTH] = time_cell(x, row, 90);
	v[G_SIGNED] = share_cell(x, row->n[STAT_RESULT_SIGNED], row->n[STAT_RESULT]);
	v[G_RATED] = share_cell(x, good, rated);
}

static struct str days_head(struct request *r, struct str head) { return msg_fmt(r->env.arena, r->env.lang, MSG_BOARD_IN_DAYS, &head, 1); }

void board_group_table(struct request *r, const struct board_ask *q, const struct board_data *d, struct board_table *out)
{
	const struct board_head heads[G_COLS] = {[G_NAME] = {.text = board_group_head(r, q->view)}, [G_RECEIVED] = {.text = M(r, RECEIVED), .number = true}, [G_ONLINE] = {.text = M(r, SHARE_ONLINE), .number = true},
		[G_DECIDED] = {.text = M(r, DECIDED), .number = true}, [G_LATE] = {.text = M(r, LATE), .number = true}, [G_SHARE] = {.text = M(r, SHARE_ON_TIME), .number = true},
		[G_OPEN] = {.text = M(r, OPEN_NOW), .number = true}, [G_OVERDUE] = {.text = M(r, OVERDUE_NOW), .number = true}, [G_MEDIAN] = {.text = M(r, MEDIAN), .number = true, .in_file = days_head(r, M(r, MEDIAN))},
		[G_NINTH] = {.text = M(r, NINTH), .number = true, .in_file = days_head(r, M(r, NINTH))}, [G_SIGNED] = {.text = M(r, SHARE_SIGNED), .number = true}, [G_RATED] = {.text = M(r, SHARE_GOOD), .number = true}};
	struct drawing x = {r, q, d, NULL};
	struct board_head *own = NEW_ARRAY(r->env.arena, G_COLS, struct board_head);
	memcpy(own, heads, sizeof heads);
	*out = (struct board_table){.title = M(r, TABLE_ALL), .file = STR("bang-dieu-hanh"), .heads = own, .n_cols = G_COLS, .n_rows = d->n_groups,
		.cells = NEW_ARRAY(r->env.arena, d->n_groups * G_COLS + 1, struct board_cell)};
	for (size_t i = 0; i < d->n_groups; i++)
		group_line(&x, &d->groups[i], &out->cells[i * G_COLS]);
}
