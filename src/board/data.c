/* data.c — the figures of what is asked, with the names of groups. */
#include "board/board_internal.h"
#include <stdlib.h>

int64_t board_limited(const struct stat_row *r) { return r->n[STAT_EARLY] + r->n[STAT_ON_TIME] + r->n[STAT_LATE]; }
int64_t board_on_time(const struct stat_row *r) { return chart_share(r->n[STAT_EARLY] + r->n[STAT_ON_TIME], board_limited(r)); }

int64_t board_rated(const struct stat_row *r, int64_t *good)
{
	int64_t n = 0;
	for (int m = STAT_RATED_1; m <= STAT_RATED_5; m++)
		n += r->n[m];
	*good = r->n[STAT_RATED_4] + r->n[STAT_RATED_5];
	return n;
}

int64_t board_open(const struct stat_row *now)
{
	int64_t n = 0;
	for (int k = 0; k < STAT_OPENS; k++)
		n += now->open[k];
	return n;
}

/* ---- names ---- */

static bool agency_names(struct env *env, struct board_data *d, struct err *e)
{
	for (size_t i = 0; i < d->n_groups; i++) {
		struct agency g;
		bool found = false;
		if (!directory_agency(env, (struct agency_id){d->groups[i].id}, &g, &found, e))
			return false;
		d->groups[i].name = found ? g.short_name.n ? g.short_name : g.name : STR_NONE;
	}
	return true;
}

static bool id_names(struct env *env, bool people, struct board_data *d, struct err *e)
{
	struct names names = names_begin(env->arena);
	for (size_t i = 0; i < d->n_groups; i++)
		names_want(&names, people ? d->groups[i].id : 0, people ? 0 : d->groups[i].id);
	if (!names_load(env, &names, e))
		return false;
	for (size_t i = 0; i < d->n_groups; i++)
		d->groups[i].name = people ? names_person(&names, d->groups[i].id) : names_unit(&names, d->groups[i].id);
	return true;
}

static bool name_groups(struct request *r, const struct board_ask *q, struct board_data *d, struct err *e)
{
	struct env *env = &r->env;
	bool ok = q->view == BOARD_AGENCY ? agency_names(env, d, e) : q->view == BOARD_UNIT || q->view == BOARD_OFFICER ? id_names(env, q->view == BOARD_OFFICER, d, e) : true;
	for (size_t i = 0; ok && i < d->n_groups; i++) {
		struct board_group *g = &d->groups[i];
		const struct law_procedure *p = g->key.n ? law_find(board_have()->law, g->key) : NULL;
		if (q->view == BOARD_PROCEDURE)
			g->name = p ? p->p->name : g->key;
		if (q->view == BOARD_MONTH)
			g->name = board_month_words(env->arena, env->lang, g->row.month);
		if (!g->name.n)
			g->name = M(r, NOBODY);
	}
	return ok;
}

/* ---- groups ---- */

static bool same(const struct board_group *g, const struct stat_row *row) { return g->id == row->id && str_eq(g->key, row->procedure); }

static struct board_group *group_of(struct board_data *d, const struct stat_row *row)
{
	for (size_t i = 0; i < d->n_groups; i++)
		if (same(&d->groups[i], row))
			return &d->groups[i];
	d->groups[d->n_groups] = (struct board_group){.id = row->id, .key = row->procedure};
	return &d->groups[d->n_groups++];
}

static int most_first(const void *pa, const void *pb)
{
	const struct board_group *a = pa, *b = pb;
	int64_t na = stat_received(&a->row), nb = stat_received(&b->row);
	return na != nb ? (na > nb ? -1 : 1) : a->id != b->id ? (a->id < b->id ? -1 : 1) : str_cmp(a->key, b->key);
}

static bool read_groups(struct request *r, const struct board_ask *q, struct board_data *d, struct err *e)
{
	struct stat_cut cut = {.from = q->from, .to = q->to, .of = q->of, .by = board_by(q->view), .times = true};
	struct stat_rows rows = {0}, now = {0};
	if (!stat_read(&r->env, &cut, &rows, e) || (q->view != BOARD_MONTH && !stat_now(&r->env, &cut, r->env.now, &now, e)))
		return false;
	d->groups = NEW_ARRAY(r->env.arena, rows.n + now.n + 1, struct board_group);
	for (size_t i = 0; i < rows.n; i++)
		if (q->view == BOARD_MONTH)
			d->groups[d->n_groups++] = (struct board_group){.row = rows.v[i]};
		else
			group_of(d, &rows.v[i])->row = rows.v[i];
	for (size_t i = 0; i < now.n; i++)
		group_of(d, &now.v[i])->now = now.v[i];
	if (q->view != BOARD_MONTH && d->n_groups)
		qsort(d->groups, d->n_groups, sizeof *d->groups, most_first);
	return name_groups(r, q, d, e);
}

static bool read_months(struct request *r, const struct board_ask *q, struct board_data *d, struct err *e)
{
	int32_t now = stat_month_of(date_of(r->env.now)), last = q->to > now ? now : q->to, first = last - 2 * BOARD_TREND + 1;
	struct stat_cut cut = {.from = first, .to = last, .of = q->of, .by = STAT_BY_MONTH, .times = false};
	struct stat_rows rows = {0};
	if (!stat_read(&r->env, &cut, &rows, e))
		return false;
	for (int i = 0; i < 2 * BOARD_TREND; i++)
		d->months[i] = (struct stat_row){.month = first + i};
	for (size_t i = 0; i < rows.n; i++)
		if (rows.v[i].month >= first && rows.v[i].month <= last)
			d->months[rows.v[i].month - first] = rows.v[i];
	return true;
}

bool board_read(struct request *r, const struct board_ask *q, struct board_data *out, struct err *e)
{
	struct stat_cut cut = {.from = q->from, .to = q->to, .of = q->of, .by = STAT_BY_ALL, .times = true};
	struct stat_rows total = {0}, now = {0};
	*out = (struct board_data){.at = r->env.now};
	if (!stat_read(&r->env, &cut, &total, e) || !stat_now(&r->env, &cut, r->env.now, &now, e) || !read_months(r, q, out, e))
		return err_wrap(e, "figures");
	out->total = total.v[0];
	if (now.n)
		out->now = now.v[0];
	return q->view == BOARD_OVERVIEW || read_groups(r, q, out, e);
}
