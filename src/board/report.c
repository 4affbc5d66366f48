/* report.c — biểu II.06a (TT 02/2017/TT-VPCP; columns of TT 01/2020/TT-VPCP): settling of dossiers in a period, a line a field and below it
 * its procedures. (3) = (4) + (5) + (6); (7) = (8) + (9) + (10); (11) = (12) + (13); (3) = (7) + (11). */
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

struct line { struct str procedure, name, field, field_name; struct board_report_row row; };
struct lines { struct line *v; size_t n; };

static struct line *line_of(struct lines *all, struct str procedure)
{
	for (size_t i = 0; i < all->n; i++)
		if (str_eq(all->v[i].procedure, procedure))
			return &all->v[i];
	const struct law_procedure *p = law_find(board_have()->law, procedure);
	all->v[all->n] = (struct line){.procedure = procedure, .name = p ? p->p->name : procedure, .field = p ? p->p->field_code : STR_NONE, .field_name = p ? p->p->field : STR("–")};
	return &all->v[all->n++];
}

/* Received and not ended before: carried into the period. */
static bool read_sums(struct request *r, const struct board_ask *q, struct lines *all, struct err *e)
{
	struct stat_cut cut = {.from = q->from, .to = q->to, .of = q->of, .by = STAT_BY_PROCEDURE}, past = cut;
	struct stat_rows rows = {0}, before = {0};
	past.from = 0;
	past.to = q->from - 1;
	if (!stat_read(&r->env, &cut, &rows, e) || !stat_read(&r->env, &past, &before, e))
		return false;
	all->v = NEW_ARRAY(r->env.arena, rows.n + before.n + 1, struct line);
	for (size_t i = 0; i < before.n; i++)
		line_of(all, before.v[i].procedure)->row.n[II_CARRIED] = stat_received(&before.v[i]) - stat_ended(&before.v[i]);
	for (size_t i = 0; i < rows.n; i++)
		period(&line_of(all, rows.v[i].procedure)->row, &rows.v[i]);
	return true;
}

/* Overdue at the end of the period, or now when it lasts. */
static bool read_overdue(struct request *r, const struct board_ask *q, struct lines *all, struct err *e)
{
	for (size_t i = 0; i < all->n; i++) {
		struct stat_cut cut = {.of = q->of, .by = STAT_BY_ALL};
		struct stat_stand stand = {0};
		totals(&all->v[i].row);
		if (all->v[i].row.n[II_OPEN] <= 0)
			continue;
		cut.of.procedure = all->v[i].procedure;
		if (!stat_stand_at_end(&r->env, &cut, q->to, &stand, e))
			return false;
		all->v[i].row.n[II_OVERDUE] = stand.overdue;
		totals(&all->v[i].row);
	}
	return true;
}

static int by_field(const void *pa, const void *pb)
{
	const struct line *a = pa, *b = pb;
	int c = str_cmp(a->field_name, b->field_name);
	return c ? c : str_cmp(a->name, b->name);
}

static bool empty(const struct board_report_row *v) { return v->n[II_RECEIVED] == 0; }

bool board_report_read(struct request *r, const struct board_ask *q, struct board_report *out, struct err *e)
{
	struct lines all = {0};
	*out = (struct board_report){.sum = {.name = M(r, II_SUM)}};
	if (!read_sums(r, q, &all, e) || !read_overdue(r, q, &all, e))
		return err_wrap(e, "table II.06a");
	if (all.n)
		qsort(all.v, all.n, sizeof *all.v, by_field);
	out->v = NEW_ARRAY(r->env.arena, 2 * all.n + 1, struct board_report_row);
	struct board_report_row *field = NULL;
	for (size_t i = 0; i < all.n; i++) {
		struct line *x = &all.v[i];
		if (empty(&x->row))
			continue;
		if (!field || !str_eq(field->name, x->field_name)) {
			field = &out->v[out->n++];
			*field = (struct board_report_row){.name = x->field_name, .field = true};
		}
		x->row.name = x->name;
		x->row.procedure = x->procedure;
		board_report_add(field, &x->row);
		board_report_add(&out->sum, &x->row);
		out->v[out->n++] = x->row;
	}
	return true;
}
