/* keep.c — what acts add, put into rows later: one small row a batch while filing, the work on the sums in a job of its own. See stat.h. */
#include "core/db/id.h"
#include "core/writer/writer.h"
#include "stat/stat_internal.h"
#include "stat/stat_sql.h"

/* ---- what an act adds ---- */

/* At most two groups: from one office, unit and officer to another. */
struct pending { struct later later; struct str groups; bool written; };

static bool write_pending(struct env *env, const struct later *l, struct err *e)
{
	struct buf b = buf_on(env->arena);
	if (((const struct pending *)l)->written)
		return true;
	for (; l; l = l->next)
		if (l->run == write_pending) {
			struct pending *p = (struct pending *)(uintptr_t)l;
			buf_put(&b, p->groups);
			p->written = true;
		}
	return q_stat_delta_add(env->db, (struct stat_delta_id){id_new(env->ids, env->now)}, buf_str(&b), NULL, e) || err_wrap(e, "statistics");
}

static bool same_dims(const struct stat_dims *a, const struct stat_dims *b)
{
	return a->agency.v == b->agency.v && a->unit.v == b->unit.v && a->officer.v == b->officer.v && str_eq(a->procedure, b->procedure);
}

/* What `x` has more than `base` (NULL: nothing). */
static void put_more(struct stat_set *out, const struct stat_set *x, const struct stat_set *base)
{
	for (size_t i = 0; i < x->n; i++) {
		const struct stat_entry *had = base ? set_find(base, &x->v[i]) : NULL;
		struct stat_entry more = x->v[i];
		more.n -= had ? had->n : 0;
		if (more.n)
			out->v[out->n++] = more;
	}
}

/* What `base` has and `x` has not at all. */
static void put_less(struct stat_set *out, const struct stat_set *x, const struct stat_set *base)
{
	for (size_t i = 0; i < base->n; i++) {
		struct stat_entry less = base->v[i];
		less.n = -less.n;
		if (!x || !set_find(x, &less))
			out->v[out->n++] = less;
	}
}

static void put_set(struct buf *b, const struct stat_dims *dims, const struct stat_set *s)
{
	if (!s->n)
		return;
	put_group(b, &(struct group){.level = LEVEL_FULL, .dims = *dims, .n = s->n});
	for (size_t i = 0; i < s->n; i++)
		put_entry(b, &s->v[i]);
}

static struct stat_set room_for(struct arena *a, const struct stat_set *x, const struct stat_set *y)
{
	return (struct stat_set){.v = NEW_ARRAY(a, (x ? x->n : 0) + (y ? y->n : 0), struct stat_entry)};
}

bool stat_change(struct env *env, const struct stat_set *before, const struct stat_set *after, struct err *e)
{
	bool same = before && after && same_dims(&before->dims, &after->dims);
	struct stat_set gone = room_for(env->arena, before, after), come = room_for(env->arena, before, after);
	struct buf b = buf_on(env->arena);
	if (before)
		put_less(same ? &come : &gone, same ? after : NULL, before);
	if (after)
		put_more(&come, after, same ? before : NULL);
	put_set(&b, before ? &before->dims : NULL, &gone);
	put_set(&b, after ? &after->dims : NULL, &come);
	if (!b.n)
		return true;
	struct pending *p = NEW(env->arena, struct pending);
	*p = (struct pending){.later = {.run = write_pending}, .groups = buf_str(&b)};
	return writer_later(env, &p->later, e);
}

/* ---- folding ---- */

static struct stat_roll_put_in row_of(const struct stat_tally *t, const struct roll_key *k, struct str cells)
{
	return (struct stat_roll_put_in){.level = k->level, .period = k->period, .agency = k->agency, .unit = k->unit, .procedure = tally_procedure_name(t, k->procedure), .officer = k->officer, .cells = cells};
}

/* The cells as they stand with those of the slots, which are of one row, added. Empty: nothing is left. False: they are damaged. */
static bool add_cells(struct buf *b, struct str old, struct slot *const *v, size_t n)
{
	int64_t read = 0, wrote = 0, cell = 0, count = 0;
	bool more = old.n > 0, good = !more || take_cell(&old, &read, &cell, &count);
	size_t i = 0;
	while (good && (more || i < n)) {
		bool kept = more && (i == n || cell <= v[i]->cell), added = i < n && (!more || v[i]->cell <= cell);
		int64_t at = kept ? cell : v[i]->cell, sum = (kept ? count : 0) + (added ? v[i]->n[SIDE_KEPT] : 0);
		if (sum)
			put_cell(b, &wrote, at, sum);
		i += added;
		if (kept && (more = old.n > 0))
			good = take_cell(&old, &read, &cell, &count) && cell > at;
	}
	return good;
}

static bool fold_row(struct env *env, const struct stat_tally *t, struct slot *const *v, size_t n, struct err *e)
{
	struct stat_roll_put_in row = row_of(t, &v[0]->key, STR_NONE);
	struct stat_roll_get_row old = {0};
	struct buf b = buf_on(env->arena);
	bool found = false;
	if (!q_stat_roll_get(env->db, env->arena, &(struct stat_roll_get_in){.level = row.level, .period = row.period, .agency = row.agency, .unit = row.unit, .procedure = row.procedure, .officer = row.officer}, &old, &found, e))
		return false;
	if (!add_cells(&b, found ? old.cells : STR(""), v, n))
		return err_set(e, ERR_INTERNAL, "a row of stat_roll is damaged: level %lld, period %lld", (long long)row.level, (long long)row.period);
	row.cells = buf_str(&b);
	if (row.cells.n)
		return q_stat_roll_put(env->db, &row, NULL, e);
	return q_stat_roll_drop(env->db, &(struct stat_roll_drop_in){.level = row.level, .period = row.period, .agency = row.agency, .unit = row.unit, .procedure = row.procedure, .officer = row.officer}, NULL, e);
}

static bool same_row(const struct slot *a, const struct slot *b) { return memcmp(&a->key, &b->key, sizeof a->key) == 0; }

static bool fold_all(struct env *env, struct stat_tally *t, struct err *e)
{
	size_t n = 0;
	struct slot **v = tally_sorted(t, &n);
	for (size_t i = 0, next; i < n; i = next) {
		struct arena_mark m = arena_mark(env->arena);
		for (next = i + 1; next < n && same_row(v[i], v[next]); next++)
			;
		if (!fold_row(env, t, v + i, next - i, e))
			return false;
		arena_rewind(env->arena, m);
	}
	return true;
}

bool stat_fold(struct env *env, int64_t rows, bool *more, struct err *e)
{
	AUTO_TALLY t = tally_new();
	struct stat_hold_row held;
	struct stat_delta_take_rows taken = {0};
	bool found = false;
	*more = false;
	if (!q_stat_hold(env->db, env->arena, &held, &found, e) || !q_stat_delta_take(env->db, env->arena, rows, &taken, e))
		return err_wrap(e, "statistics");
	for (size_t i = 0; i < taken.n; i++)
		if (!tally_delta(t, SIDE_KEPT, taken.v[i].groups))
			return err_set(e, ERR_INTERNAL, "stat_delta %lld is damaged", (long long)taken.v[i].id.v);
	*more = (int64_t)taken.n == rows;
	return fold_all(env, t, e) || err_wrap(e, "statistics");
}

/* ---- the job ---- */

#define FOLD_ROWS 64 /* an action: some milliseconds of the writer, where a row is a batch of filings */

static bool fold_due(struct job_run *run, bool *due, struct err *e)
{
	struct stat_delta_any_row row = {0};
	bool found = false;
	bool ok = q_stat_delta_any(run->env.db, run->env.arena, &row, &found, e);
	*due = row.n > 0;
	return ok || err_wrap(e, "statistics");
}

static bool fold_some(struct job_run *run, void *more, struct err *e) { return stat_fold(&run->env, FOLD_ROWS, more, e); }

static bool fold(struct job_run *run, struct err *e)
{
	bool more = true;
	while (more && !job_stopping(run))
		if (!job_write(run, fold_some, &more, e))
			return false;
	return true;
}

const struct job_kind stat_fold_kind = {.name = "stat.fold", .fn = fold, .due = fold_due, .every_ms = 10000};
