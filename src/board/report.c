/* report.c — biểu II.06a (TT 02/2017/TT-VPCP; columns of TT 01/2020/TT-VPCP): settling of dossiers in a period, a line a field and below it
 * its procedures; or of the province a line an agency (columns of II.06a; which of II.06b–g that is, and its layout, is unconfirmed). (3) = (4) + (5) + (6); (7) = (8) + (9) + (10); (11) = (12) + (13); (3) = (7) + (11). */
#include "board/board_internal.h"
#include <stdlib.h>

/* Dossiers refused at reception, stopped, withdrawn and those without a stated limit have no column of their own: they stand in (9), as in
 * the print of a province, and are counted beside it. */
static void period(struct board_report_row *v, const struct stat_row *x)
{
	v->otherwise = stat_ended(x) - board_limited(x);
	v->n[II_ONLINE] = stat_received_online(x);
	v->n[II_DIRECT] = stat_received(x) - stat_received_online(x);
	v->n[II_EARLY] = x->n[STAT_EARLY];
	v->n[II_ON_TIME] = x->n[STAT_ON_TIME] + v->otherwise;
	v->n[II_LATE] = x->n[STAT_LATE];
}

static void totals(struct board_report_row *v)
{
	v->n[II_RECEIVED] = v->n[II_ONLINE] + v->n[II_DIRECT] + v->n[II_CARRIED];
	v->n[II_SETTLED] = v->n[II_EARLY] + v->n[II_ON_TIME] + v->n[II_LATE];
	v->n[II_OPEN] = v->n[II_RECEIVED] - v->n[II_SETTLED];
	v->n[II_IN_TIME] = v->n[II_OPEN] - v->n[II_OVERDUE];
}

void board_report_add(struct board_report_row *sum, const struct board_report_row *v)
{
	for (int i = II_RECEIVED; i <= II_COLS; i++)
		sum->n[i] += v->n[i];
	sum->otherwise += v->otherwise;
}

static struct board_line *line_of(struct board_lines *all, const struct stat_row *of)
{
	for (size_t i = 0; i < all->n; i++)
		if (str_eq(all->v[i].procedure, of->procedure) && all->v[i].row.agency == of->id)
			return &all->v[i];
	all->v[all->n] = (struct board_line){.procedure = of->procedure, .row.agency = of->id};
	return &all->v[all->n++];
}

/* Received and not ended before: carried into the period. */
static bool read_sums(struct env *env, const struct stat_cut *cut, struct board_lines *all, struct err *e)
{
	struct stat_cut past = *cut;
	struct stat_rows rows = {0}, before = {0};
	past.from = 0;
	past.to = cut->from - 1;
	if (!stat_read(env, cut, &rows, e) || !stat_read(env, &past, &before, e))
		return false;
	all->v = NEW_ARRAY(env->arena, rows.n + before.n + 1, struct board_line);
	for (size_t i = 0; i < before.n; i++)
		line_of(all, &before.v[i])->row.n[II_CARRIED] = stat_received(&before.v[i]) - stat_ended(&before.v[i]);
	for (size_t i = 0; i < rows.n; i++)
		period(&line_of(all, &rows.v[i])->row, &rows.v[i]);
	return true;
}

/* Overdue at the end of the period, or now when it lasts. */
static bool read_overdue(struct env *env, const struct stat_cut *cut, struct board_lines *all, struct err *e)
{
	for (size_t i = 0; i < all->n; i++) {
		struct stat_cut of = {.of = cut->of, .by = STAT_BY_ALL};
		struct stat_stand stand = {0};
		totals(&all->v[i].row);
		if (all->v[i].row.n[II_OPEN] <= 0)
			continue;
		if (all->v[i].row.agency)
			of.of.agency.v = all->v[i].row.agency;
		else
			of.of.procedure = all->v[i].procedure;
		if (!stat_stand_at_end(env, &of, cut->to, &stand, e))
			return false;
		all->v[i].row.n[II_OVERDUE] = stand.overdue;
		totals(&all->v[i].row);
	}
	return true;
}

bool board_report_lines(struct env *env, const struct board_ask *q, struct board_lines *out, struct err *e)
{
	struct stat_cut cut = {.from = q->from, .to = q->to, .of = q->of, .by = q->view == BOARD_AGENCY ? STAT_BY_AGENCY : STAT_BY_PROCEDURE};
	*out = (struct board_lines){0};
	return (read_sums(env, &cut, out, e) && read_overdue(env, &cut, out, e)) || err_wrap(e, "table II.06a");
}

static bool name_agencies(struct env *env, struct board_lines *all, struct err *e)
{
	for (size_t i = 0; i < all->n; i++) {
		struct agency g = {0};
		bool found = false;
		if (!directory_agency(env, (struct agency_id){all->v[i].row.agency}, &g, &found, e))
			return false;
		all->v[i].row.name = found ? g.name : STR("–");
	}
	return true;
}

static void name_lines(struct board_lines *all)
{
	for (size_t i = 0; i < all->n; i++) {
		struct board_line *x = &all->v[i];
		const struct law_procedure *p = law_find(board_have()->law, x->procedure);
		x->row.name = p ? p->p->name : x->procedure;
		x->row.procedure = x->procedure;
		x->field = p ? p->p->field : STR("–");
	}
}

static int by_field(const void *pa, const void *pb)
{
	const struct board_line *a = pa, *b = pb;
	int c = str_cmp(a->field, b->field);
	return c ? c : str_cmp(a->row.name, b->row.name);
}

static bool empty(const struct board_report_row *v) { return v->n[II_RECEIVED] == 0; }

bool board_report_read(struct request *r, const struct board_ask *q, struct board_report *out, struct err *e)
{
	struct board_lines all = {0};
	bool agencies = q->view == BOARD_AGENCY;
	*out = (struct board_report){.sum = {.name = M(r, II_SUM)}};
	if (!board_report_lines(&r->env, q, &all, e) || (agencies && !name_agencies(&r->env, &all, e)))
		return false;
	if (!agencies)
		name_lines(&all);
	if (all.n)
		qsort(all.v, all.n, sizeof *all.v, by_field);
	out->v = NEW_ARRAY(r->env.arena, 2 * all.n + 1, struct board_report_row);
	struct board_report_row *field = NULL;
	for (size_t i = 0; i < all.n; i++) {
		struct board_line *x = &all.v[i];
		if (empty(&x->row))
			continue;
		if (!agencies && (!field || !str_eq(field->name, x->field))) {
			field = &out->v[out->n++];
			*field = (struct board_report_row){.name = x->field, .field = true};
		}
		if (field)
			board_report_add(field, &x->row);
		board_report_add(&out->sum, &x->row);
		out->v[out->n++] = x->row;
	}
	return true;
}
