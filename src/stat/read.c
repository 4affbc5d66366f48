/* read.c — figures of a cut: the smallest kept level that has them, and what waits to be folded. See stat.h. */
#include "stat/stat_internal.h"
#include "stat/stat_sql.h"
#include <stdlib.h>

struct reading {
	struct arena *a;
	const struct stat_cut *cut;
	enum stat_span span;
	bool unit, procedure, officer; /* what the cut looks at, beside the agency */
	struct instant now, soon;
	struct stat_row *v;
	size_t n, room;
	uint32_t *index;               /* open hash over v, twice its room; 0: free, else number + 1 */
};

/* ---- groups ---- */

static uint64_t key_hash(int64_t id, struct str procedure)
{
	uint64_t h = (uint64_t)id * 0x9E3779B97F4A7C15U;
	for (size_t i = 0; i < procedure.n; i++)
		h = (h ^ (uint8_t)procedure.p[i]) * 0x100000001B3U;
	return h ^ h >> 31;
}

static size_t place_of(const struct reading *r, int64_t id, struct str procedure)
{
	size_t mask = 2 * r->room - 1, i = (size_t)key_hash(id, procedure) & mask;
	while (r->index[i] && (r->v[r->index[i] - 1].id != id || !str_eq(r->v[r->index[i] - 1].procedure, procedure)))
		i = (i + 1) & mask;
	return i;
}

static void make_room(struct reading *r)
{
	size_t room = r->room ? 2 * r->room : 16;
	struct stat_row *v = NEW_ARRAY(r->a, room, struct stat_row);
	if (r->n)
		memcpy(v, r->v, r->n * sizeof *v);
	r->v = v;
	r->room = room;
	r->index = NEW_ARRAY(r->a, 2 * room, uint32_t);
	for (size_t i = 0; i < r->n; i++)
		r->index[place_of(r, v[i].id, v[i].procedure)] = (uint32_t)i + 1;
}

/* The row that these counts belong to; made when there is none yet. */
static struct stat_row *row_for(struct reading *r, const struct stat_dims *d, int32_t period)
{
	int64_t id = r->cut->by == STAT_BY_AGENCY ? d->agency.v : r->cut->by == STAT_BY_UNIT ? d->unit.v : r->cut->by == STAT_BY_OFFICER ? d->officer.v : r->cut->by == STAT_BY_MONTH ? period : 0;
	struct str procedure = r->cut->by == STAT_BY_PROCEDURE ? d->procedure : STR("");
	if (r->n == r->room)
		make_room(r);
	size_t at = place_of(r, id, procedure);
	if (!r->index[at]) {
		r->v[r->n] = (struct stat_row){.id = id, .procedure = str_dup(r->a, procedure)};
		r->index[at] = (uint32_t)++r->n;
	}
	return &r->v[r->index[at] - 1];
}

/* ---- counts ---- */

static void count_time(struct reading *r, struct stat_row *row, int64_t cell, int64_t n)
{
	int64_t t = (cell - CELL_TIMES) / 512, bucket = (cell - CELL_TIMES) % 512;
	if (!r->cut->times || cell < CELL_TIMES || t >= STAT_TIMES || bucket >= STAT_BUCKETS)
		return;
	if (!row->times[t])
		row->times[t] = NEW_ARRAY(r->a, STAT_BUCKETS, int32_t);
	row->times[t][bucket] += (int32_t)n;
}

static void count_open(struct reading *r, struct stat_row *row, int64_t cell, int64_t n)
{
	int64_t kind = cell % CELL_OPENS, due_ms = cell / CELL_OPENS * HOUR_MS;
	if (cell < 0 || kind >= STAT_OPENS)
		return;
	bool over = due_ms < r->now.ms, dated = kind == STAT_OPEN_RUNNING || kind == STAT_OPEN_APOLOGISED;
	row->open[kind] += n;
	row->answer_late += kind == STAT_OPEN_ANSWER && over ? n : 0;
	row->overdue += dated && over ? n : 0;
	row->overdue_apologised += kind == STAT_OPEN_APOLOGISED && over ? n : 0;
	row->soon += dated && !over && due_ms < r->soon.ms ? n : 0;
}

static void count(struct reading *r, const struct stat_dims *d, const struct stat_entry *x)
{
	if (!x->n)
		return;
	struct stat_row *row = row_for(r, d, x->period);
	if (r->span == STAT_OPEN)
		count_open(r, row, x->cell, x->n);
	else if (x->cell >= 0 && x->cell < STAT_MEASURES)
		row->n[x->cell] += x->n;
	else
		count_time(r, row, x->cell, x->n);
}

/* A delta is not filtered by the database. Of groups that are one row's (a repair) only those of the level that is read count. */
static bool wanted(const struct reading *r, const struct group *g, const struct stat_entry *x, int32_t level)
{
	const struct stat_dims *w = &r->cut->of, *d = &g->dims;
	bool here = (g->level == LEVEL_FULL && x->span == r->span) || g->level == level;
	bool in = r->span == STAT_OPEN || (x->period >= r->cut->from && x->period <= r->cut->to);
	return here && in && (!w->agency.v || w->agency.v == d->agency.v) && (!w->unit.v || w->unit.v == d->unit.v) &&
	       (!w->officer.v || w->officer.v == d->officer.v) && (!w->procedure.n || str_eq(w->procedure, d->procedure));
}

static bool count_delta(struct reading *r, struct str groups, int32_t level)
{
	struct group g;
	struct stat_entry x;
	while (groups.n) {
		if (!take_group(&groups, &g))
			return false;
		for (uint64_t i = 0; i < g.n; i++) {
			if (!take_entry(&groups, &x))
				return false;
			if (wanted(r, &g, &x, level))
				count(r, &g.dims, &x);
		}
	}
	return true;
}

static bool count_cells(struct reading *r, const struct stat_dims *d, int64_t period, struct str cells)
{
	struct stat_entry x = {.span = r->span, .period = (int32_t)period};
	int64_t last = 0;
	while (cells.n) {
		if (!take_cell(&cells, &last, &x.cell, &x.n))
			return false;
		count(r, d, &x);
	}
	return true;
}

/* ---- reading ---- */

static int32_t level_for(const struct reading *r)
{
	for (int32_t l = LEVEL_DAY; l < LEVELS; l++)
		if (levels[l].span == r->span && levels[l].unit >= r->unit && levels[l].procedure >= r->procedure && levels[l].officer >= r->officer)
			return l;
	return LEVELS - 1;
}

static bool each_row(struct env *env, struct reading *r, int32_t level, struct db_cursor *c, struct err *e)
{
	struct stat_roll_all_row row;
	struct str procedure = r->cut->of.procedure.n ? r->cut->of.procedure : STR("");
	int64_t from = r->span == STAT_OPEN ? 0 : r->cut->from, to = r->span == STAT_OPEN ? 0 : r->cut->to;
	bool ok = r->cut->of.agency.v
		? q_stat_roll_of(env->db, &(struct stat_roll_of_in){.level = level, .agency = r->cut->of.agency.v, .from = from, .to = to, .unit = r->cut->of.unit.v, .procedure = procedure, .officer = r->cut->of.officer.v}, c, e)
		: q_stat_roll_all(env->db, &(struct stat_roll_all_in){.level = level, .from = from, .to = to, .unit = r->cut->of.unit.v, .procedure = procedure, .officer = r->cut->of.officer.v}, c, e);
	bool good = true;
	while (ok && good && db_next(c, &row)) {
		struct stat_dims d = {{row.agency}, {row.unit}, {row.officer}, row.procedure};
		good = row.level == LEVEL_FULL ? count_delta(r, row.cells, level) : count_cells(r, &d, row.period, row.cells);
	}
	return ok && (good ? db_end(c, e) : err_set(e, ERR_INTERNAL, "statistics are damaged: motcua rebuild stat puts them right"));
}

static bool is_empty(const struct stat_row *r)
{
	int64_t any = 0;
	for (int m = 0; m < STAT_MEASURES; m++)
		any |= r->n[m];
	for (int k = 0; k < STAT_OPENS; k++)
		any |= r->open[k];
	return !any;
}

static int by_key(const void *a, const void *b)
{
	const struct stat_row *x = a, *y = b;
	return x->id != y->id ? (x->id < y->id ? -1 : 1) : str_cmp(x->procedure, y->procedure);
}

static bool read_cut(struct env *env, struct reading *r, struct stat_rows *out, struct err *e)
{
	AUTO_CURSOR c = {0};
	const struct stat_cut *cut = r->cut;
	size_t kept = 0;
	r->a = env->arena;
	r->now = env->now;
	r->unit = cut->of.unit.v || cut->by == STAT_BY_UNIT;
	r->procedure = cut->of.procedure.n || cut->by == STAT_BY_PROCEDURE;
	r->officer = cut->of.officer.v || cut->by == STAT_BY_OFFICER;
	if (!each_row(env, r, level_for(r), &c, e))
		return err_wrap(e, "statistics");
	for (size_t i = 0; i < r->n; i++)
		if (!is_empty(&r->v[i]))
			r->v[kept++] = r->v[i];
	if (!kept && cut->by == STAT_BY_ALL) {
		r->v = NEW(r->a, struct stat_row);
		kept = 1;
	}
	*out = (struct stat_rows){r->v, kept};
	if (kept > 1)
		qsort(out->v, kept, sizeof *out->v, by_key);
	return true;
}

bool stat_read(struct env *env, const struct stat_cut *cut, struct stat_rows *out, struct err *e)
{
	struct reading r = {.cut = cut, .span = STAT_MONTH};
	if (!read_cut(env, &r, out, e))
		return false;
	for (size_t i = 0; cut->by == STAT_BY_MONTH && i < out->n; i++) {
		out->v[i].month = (int32_t)out->v[i].id;
		out->v[i].id = 0;
	}
	return true;
}

bool stat_now(struct env *env, const struct stat_cut *cut, struct instant soon, struct stat_rows *out, struct err *e)
{
	CHECK(cut->by != STAT_BY_MONTH);
	struct reading r = {.cut = cut, .span = STAT_OPEN, .soon = soon};
	return read_cut(env, &r, out, e);
}

bool stat_days(struct env *env, struct date from, struct date to, struct agency_id agency, struct stat_rows *out, struct err *e)
{
	struct stat_cut cut = {.from = from.day, .to = to.day, .of = {.agency = agency}, .by = STAT_BY_MONTH};
	struct reading r = {.cut = &cut, .span = STAT_DAY};
	return read_cut(env, &r, out, e);
}

/* What was overdue at the end and is settled was counted when it was settled; the rest is open still. */
bool stat_stand_at_end(struct env *env, const struct stat_cut *of, int32_t month, struct stat_stand *out, struct err *e)
{
	struct stat_cut all = {.from = 0, .to = month, .of = of->of}, last = {.from = month, .to = month, .of = of->of};
	struct stat_rows then, at_end, open;
	struct env at = *env;
	struct instant end = instant_at(stat_month_first(month + 1), 0);
	at.now = end.ms < env->now.ms ? end : env->now;
	if (!stat_read(env, &all, &then, e) || !stat_read(env, &last, &at_end, e) || !stat_now(&at, &last, at.now, &open, e))
		return false;
	*out = (struct stat_stand){.open = stat_received(&then.v[0]) - stat_ended(&then.v[0]), .overdue = at_end.v[0].n[STAT_LATE_AT_END] + open.v[0].overdue};
	return true;
}
