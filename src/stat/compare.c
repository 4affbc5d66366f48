/* compare.c — all dossiers counted again, against what is kept. See stat.h. */
#include "core/db/id.h"
#include "stat/stat_internal.h"
#include "stat/stat_sql.h"
#include <stdio.h>

#define FIX_ROW 65536 /* bytes of one row of stat_delta */

static void fault(struct stat_compared *out, const char *fmt, ...) PRINTF_LIKE(2, 3);
static void fault(struct stat_compared *out, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	if (!out->differences++)
		vsnprintf(out->first, sizeof out->first, fmt, ap);
	va_end(ap);
}

static bool read_kept(struct env *env, struct stat_tally *t, struct stat_compared *out, struct err *e)
{
	AUTO_CURSOR c = {0};
	struct stat_roll_every_row r;
	if (!q_stat_roll_every(env->db, &c, e))
		return false;
	while (db_next(&c, &r)) {
		bool delta = r.level == LEVEL_FULL, known = r.level > LEVEL_FULL && r.level < LEVELS && r.period >= INT32_MIN && r.period <= INT32_MAX;
		struct roll_key key = {.agency = r.agency, .unit = r.unit, .officer = r.officer, .level = (int32_t)r.level, .period = (int32_t)r.period};
		key.procedure = known ? tally_procedure(t, r.procedure) : 0;
		if (delta ? !tally_delta(t, SIDE_KEPT, r.cells) : !known || !tally_cells(t, SIDE_KEPT, &key, r.cells))
			fault(out, "statistics: a row cannot be read: level %lld, period %lld, agency %lld; put right by motcua rebuild stat", (long long)r.level, (long long)r.period, (long long)r.agency);
	}
	return db_end(&c, e);
}

static struct str period_said(struct arena *a, const struct roll_key *k)
{
	static const char *const spans[STAT_SPANS] = {"day", "month", "open"};
	enum stat_span span = levels[k->level].span;
	struct str day = span == STAT_DAY ? date_format(a, (struct date){k->period}) : span == STAT_MONTH ? str_fmt(a, "%04d-%02d", k->period / 12, k->period % 12 + 1) : STR("now");
	return str_fmt(a, "%s %.*s", spans[span], STR_ARG(day));
}

static void name_first(struct arena *a, struct stat_compared *out, const struct stat_tally *t, const struct slot *s)
{
	const struct roll_key *k = &s->key;
	struct str cell = cell_said(a, levels[k->level].span, s->cell), period = period_said(a, k), procedure = tally_procedure_name(t, k->procedure);
	fault(out, "statistics: %.*s, agency %lld, unit %lld, procedure %.*s, officer %lld, %.*s: kept %lld, counted %lld", STR_ARG(period), (long long)k->agency, (long long)k->unit,
	      (int)(procedure.n ? procedure.n : 1), procedure.n ? procedure.p : "-", (long long)k->officer, STR_ARG(cell), (long long)s->n[SIDE_KEPT], (long long)s->n[SIDE_COUNTED]);
}

/* Groups of one row each, in pieces of a size that folding takes at once. */
static void make_fix(struct arena *a, const struct stat_tally *t, struct slot **v, size_t n, struct stat_compared *out)
{
	struct buf b = buf_on(a);
	out->fix = NEW_ARRAY(a, n + 1, struct str);
	for (size_t i = 0, next; i < n; i = next) {
		const struct roll_key *k = &v[i]->key;
		for (next = i + 1; next < n && memcmp(&v[next]->key, k, sizeof *k) == 0; next++)
			;
		put_group(&b, &(struct group){.level = k->level, .dims = {{k->agency}, {k->unit}, {k->officer}, tally_procedure_name(t, k->procedure)}, .n = next - i});
		for (size_t j = i; j < next; j++)
			put_entry(&b, &(struct stat_entry){levels[k->level].span, k->period, v[j]->cell, v[j]->n[SIDE_COUNTED] - v[j]->n[SIDE_KEPT]});
		if (b.n < FIX_ROW && next < n)
			continue;
		out->fix[out->n_fix++] = buf_str(&b);
		b = buf_on(a);
	}
}

static void differ(struct arena *a, struct stat_tally *t, struct stat_compared *out)
{
	size_t n = 0, wrong = 0;
	struct slot **v = tally_sorted(t, &n);
	out->counts = (int64_t)n;
	for (size_t i = 0; i < n; i++)
		if (v[i]->n[SIDE_KEPT] != v[i]->n[SIDE_COUNTED]) {
			name_first(a, out, t, v[i]);
			v[wrong++] = v[i];
		}
	make_fix(a, t, v, wrong, out);
}

bool stat_compare(struct env *env, stat_scan_fn *scan, void *ctx, struct stat_compared *out, struct err *e)
{
	AUTO_TALLY t = tally_new();
	AUTO_TX tx = {0};
	*out = (struct stat_compared){0};
	if (!db_in_tx(env->db) && !db_begin_snapshot(env->db, &tx, e))
		return false;
	if (!scan(env, ctx, t, e) || !read_kept(env, t, out, e))
		return err_wrap(e, "statistics");
	out->dossiers = tally_dossiers(t);
	differ(env->arena, t, out);
	return !tx.db || db_commit(&tx, e);
}

bool stat_alone(struct env *env, struct err *e)
{
	struct stat_alone_hold_row row = {0};
	bool found = false;
	if (!q_stat_alone_hold(env->db, env->arena, &row, &found, e))
		return err_wrap(e, "statistics");
	return row.held == 1 || err_set(e, ERR_BUSY, "another node is counting all dossiers again: wait until it has ended");
}

bool stat_fix(struct env *env, const struct stat_compared *c, struct err *e)
{
	for (size_t i = 0; i < c->n_fix; i++)
		if (!q_stat_delta_add(env->db, (struct stat_delta_id){id_new(env->ids, env->now)}, c->fix[i], NULL, e))
			return err_wrap(e, "statistics");
	return true;
}
