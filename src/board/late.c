/* late.c — why dossiers were settled late: the reasons of the packs' list (dossier/late.h), by agency, unit, procedure and month. Of a line the reasons and what is
 * not stated are all that were late: column (10) of II.06a. */
#include "board/board_internal.h"
#include "board/board_views.h"
#include "dossier/late.h"

#define UNSTATED "unstated"

static int64_t count_of(const struct stat_row *row, int64_t no) { return no ? row->n[STAT_LATE_REASON_1 + no - 1] : stat_late_unstated(row); }

/* Numbers that the list has or had, each once, in its order; 0, not stated, is the last. */
static size_t numbers(int64_t v[LATE_REASONS + 1])
{
	const struct law *law = board_have()->law;
	size_t n = 0;
	for (size_t i = 0; i < law->n_late; i++) {
		size_t k = 0;
		while (k < n && v[k] != law->late[i].no)
			k++;
		if (k == n)
			v[n++] = law->late[i].no;
	}
	v[n++] = 0;
	return n;
}

static struct str name_of(const struct request *r, int64_t no)
{
	const struct late_reason *x = late_by_no(board_have()->law, no);
	return x ? late_name(x, r->env.lang) : M(r, LATE_UNSTATED);
}

static struct str short_of(const struct request *r, int64_t no)
{
	const struct late_reason *x = late_by_no(board_have()->law, no);
	return !x ? M(r, LATE_UNSTATED) : r->env.lang == LANG_EN ? x->brief_en : x->brief;
}

struct str board_late_slug(struct arena *a, int64_t no)
{
	const struct late_reason *x = late_by_no(board_have()->law, no);
	return str_fmt(a, "late_%.*s", STR_ARG(x ? x->code : STR(UNSTATED)));
}

bool board_late_figure(struct request *r, struct str slug, int64_t *no, struct str *name)
{
	int64_t v[LATE_REASONS + 1];
	for (size_t i = 0, n = numbers(v); i < n; i++)
		if (str_eq(slug, board_late_slug(r->env.arena, v[i]))) {
			struct str why = name_of(r, v[i]);
			*no = v[i];
			*name = msg_fmt(r->env.arena, r->env.lang, MSG_BOARD_L_LATE_WHY, &why, 1);
			return true;
		}
	return false;
}

/* ---- the picture ---- */

struct why { int64_t no, n; };

static int most_first(const void *pa, const void *pb)
{
	const struct why *a = pa, *b = pb;
	return a->n != b->n ? (a->n > b->n ? -1 : 1) : a->no == b->no ? 0 : !a->no ? 1 : !b->no || a->no < b->no ? -1 : 1;
}

/* What is given most often, when one alone is; how many say nothing is told where it is most of them. */
static struct str finding(struct request *r, const struct why *v, size_t n, int64_t late, int64_t unstated)
{
	struct arena *a = r->env.arena;
	size_t top = 0;
	while (top < n && !v[top].no)
		top++;
	bool tied = top + 1 < n && v[top + 1].no && v[top + 1].n == v[top].n;
	struct str all = lang_number(a, r->env.lang, late);
	if (!late)
		return M(r, FIND_GROUP_CLEAN);
	if (2 * unstated > late || top == n)
		return msg_fmt(a, r->env.lang, MSG_BOARD_FIND_LATE_UNSTATED, (struct str[]){lang_number(a, r->env.lang, unstated), all}, 2);
	if (tied)
		return msg_fmt(a, r->env.lang, MSG_BOARD_FIND_LATE_TIED, &all, 1);
	return msg_fmt(a, r->env.lang, MSG_BOARD_FIND_LATE, (struct str[]){name_of(r, v[top].no), lang_number(a, r->env.lang, v[top].n), all}, 3);
}

void board_late_chart(struct request *r, const struct board_ask *q, const struct board_data *d, struct chart *out)
{
	struct arena *a = r->env.arena;
	struct why v[LATE_REASONS + 1];
	int64_t no[LATE_REASONS + 1];
	size_t n = 0;
	for (size_t i = 0, all = numbers(no); i < all; i++)
		if (count_of(&d->total, no[i]))
			v[n++] = (struct why){no[i], count_of(&d->total, no[i])};
	if (n > 1)
		qsort(v, n, sizeof *v, most_first);
	struct chart_point *p = NEW_ARRAY(a, n + 1, struct chart_point);
	struct board_ask all = *q;
	all.view = BOARD_OVERVIEW;
	for (size_t i = 0; i < n; i++) {
		struct str url = board_url(a, BOARD "/ho-so", &all, str_fmt(a, "&so=%.*s", STR_ARG(board_late_slug(a, v[i].no))));
		p[i].label = name_of(r, v[i].no);
		p[i].v[0] = (struct chart_value){.value = v[i].n, .url = board_opens(r->env.actor, q, q->of.agency.v) ? url : STR_NONE};
	}
	struct chart_series *series = NEW(a, struct chart_series);
	*series = (struct chart_series){M(r, LATE), CHART_BAD};
	out->kind = CHART_BARS;
	out->series = series;
	out->n_series = 1;
	out->points = p;
	out->n_points = n;
	out->label_head = M(r, LATE_REASON);
	out->title = finding(r, v, n, d->total.n[STAT_LATE], stat_late_unstated(&d->total));
}

/* ---- the table ---- */

static void line(struct request *r, const struct board_ask *q, const struct board_group *g, struct board_cell *c)
{
	int64_t no[LATE_REASONS + 1];
	size_t n = numbers(no);
	c[0] = (struct board_cell){.text = g->name, .url = q->view == BOARD_OVERVIEW ? STR_NONE : board_group_url(r, q, g, BOARD "/ly-do-cham", STR_NONE)};
	c[1] = board_count_cell(r, g->row.n[STAT_LATE], board_group_list_url(r, q, g, "late"));
	for (size_t i = 0; i < n; i++)
		c[i + 2] = board_count_cell(r, count_of(&g->row, no[i]), board_group_list_url(r, q, g, str_cstr(r->env.arena, board_late_slug(r->env.arena, no[i]))));
}

/* A line a group that has late ones, the most first; by month in their order. The last is the sum. */
static void table(struct request *r, const struct board_ask *q, const struct board_data *d, struct board_table *out)
{
	struct arena *a = r->env.arena;
	int64_t no[LATE_REASONS + 1];
	size_t n = numbers(no), cols = n + 2;
	struct board_head *heads = NEW_ARRAY(a, cols, struct board_head);
	heads[0] = (struct board_head){.text = board_group_head(r, q->view)};
	heads[1] = (struct board_head){.text = M(r, LATE), .number = true};
	for (size_t i = 0; i < n; i++)
		heads[i + 2] = (struct board_head){.text = short_of(r, no[i]), .number = true, .in_file = name_of(r, no[i])};
	*out = (struct board_table){.title = M(r, LATE_TITLE), .file = STR("ly-do-cham"), .heads = heads, .n_cols = cols, .cells = NEW_ARRAY(a, (d->n_groups + 1) * cols, struct board_cell)};
	for (size_t i = 0; i < d->n_groups; i++)
		if (d->groups[i].row.n[STAT_LATE])
			line(r, q, &d->groups[i], &out->cells[out->n_rows++ * cols]);
	struct board_ask all = *q;
	all.view = BOARD_OVERVIEW;
	line(r, &all, &(struct board_group){.name = M(r, II_SUM), .row = d->total}, &out->cells[out->n_rows++ * cols]);
}

static int latest_first(const void *pa, const void *pb)
{
	const struct board_group *a = pa, *b = pb;
	int64_t x = a->row.n[STAT_LATE], y = b->row.n[STAT_LATE];
	return x != y ? (x > y ? -1 : 1) : a->id != b->id ? (a->id < b->id ? -1 : 1) : str_cmp(a->key, b->key);
}

/* No line a person: who is late for want of staff is nobody's fault by name. */
static bool asked(struct request *r, struct board_ask *q, struct board_data *d, struct err *e)
{
	if (!board_ask_read(r, q, e))
		return false;
	if (q->view == BOARD_OVERVIEW || q->view == BOARD_OFFICER || (q->view == BOARD_AGENCY && !q->everything) || (q->view == BOARD_UNIT && q->own_unit.v))
		q->view = q->everything && !q->of.agency.v ? BOARD_AGENCY : BOARD_PROCEDURE;
	if (!board_read(r, q, d, e))
		return false;
	if (q->view != BOARD_MONTH && d->n_groups > 1)
		qsort(d->groups, d->n_groups, sizeof *d->groups, latest_first);
	return true;
}

static void tabs(struct request *r, struct html_out *o, const struct board_ask *q)
{
	static const struct { enum board_view view; enum msg_key word; } of[] = {{BOARD_AGENCY, MSG_BOARD_V_AGENCY}, {BOARD_UNIT, MSG_BOARD_V_UNIT}, {BOARD_PROCEDURE, MSG_BOARD_V_PROCEDURE}, {BOARD_MONTH, MSG_BOARD_V_MONTH}};
	struct ui_tab v[ARRAY_LEN(of)];
	size_t n = 0;
	for (size_t i = 0; i < ARRAY_LEN(of); i++) {
		struct board_ask other = *q;
		other.view = of[i].view;
		if ((of[i].view != BOARD_AGENCY || q->everything) && (of[i].view != BOARD_UNIT || !q->own_unit.v))
			v[n++] = (struct ui_tab){.label = msg(r->env.lang, of[i].word), .url = board_url(r->env.arena, BOARD "/ly-do-cham", &other, STR_NONE), .here = q->view == of[i].view};
	}
	ui_tabs(o, v, n);
}

bool board_late_page(struct request *r, struct err *e)
{
	struct arena *a = r->env.arena;
	struct board_ask q;
	struct board_data d;
	struct board_table t;
	struct chart c;
	if (!asked(r, &q, &d, e))
		return false;
	struct html_out o = page_out(r);
	struct ui_crumb crumbs[] = {{M(r, TITLE), board_url(a, BOARD, &(struct board_ask){.period = q.period, .of = q.of, .own_agency = q.own_agency, .own_unit = q.own_unit}, STR_NONE)}};
	struct ui_page p = {.title = M(r, LATE_TITLE), .lead = board_period_words(a, r->env.lang, &q), .staff = true, .width = UI_FULL, .style = ASSET_CHART_CSS, .crumbs = crumbs, .n_crumbs = 1};
	ui_page_begin(&o, &p);
	board_filter_form(r, &o, &q, BOARD "/ly-do-cham", true);
	tabs(r, &o, &q);
	if (d.total.n[STAT_LATE]) {
		board_chart(r, &q, &d, PIC_LATE_WHY, &c);
		chart_patterns(&o);
		ui_chart(&o, &c);
		table(r, &q, &d, &t);
		ui_section_begin(&o, t.title);
		board_table_show(&o, &t);
		board_files(&o, board_url(a, BOARD "/ly-do-cham.csv", &q, STR_NONE), board_url(a, BOARD "/ly-do-cham.xlsx", &q, STR_NONE));
		ui_section_end(&o);
	} else
		ui_empty(&o, &(struct ui_empty){.title = M(r, LATE_NONE), .text = M(r, LATE_NONE_WHY), .icon = UI_ICON_CHART});
	board_note(&o, M(r, LATE_NOTE));
	board_note(&o, board_as_of(r, d.at));
	ui_page_end(&o, &p);
	return page_answer(r);
}

bool board_late_file(struct request *r, struct err *e)
{
	struct board_ask q;
	struct board_data d;
	struct board_table t;
	if (!asked(r, &q, &d, e))
		return false;
	table(r, &q, &d, &t);
	return board_table_file(r, &t, e);
}
