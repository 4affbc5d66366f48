/* index_web.c — the pages of the indices and of table II.06a, and their files. */
#include "board/board_internal.h"
#include "board/board_views.h"

/* ---- indices ---- */

static struct board_cell points(struct request *r, int64_t tenths)
{
	return (struct board_cell){.text = lang_tenths(r->env.arena, r->env.lang, tenths), .kind = SHEET_TENTHS, .number = (double)tenths / 10};
}

static void index_table(struct request *r, const struct board_set_result *s, const char *file, struct board_table *out)
{
	struct arena *a = r->env.arena;
	enum { I_NO, I_NAME, I_POINTS, I_MAX, I_HOW, I_COLS };
	struct board_head *heads = NEW_ARRAY(a, I_COLS, struct board_head);
	const struct board_head words[I_COLS] = {{.text = M(r, I_NO), .brief = true}, {.text = M(r, I_NAME)}, {.text = M(r, I_POINTS), .number = true}, {.text = M(r, I_MAX), .number = true}, {.text = M(r, I_HOW)}};
	memcpy(heads, words, sizeof words);
	*out = (struct board_table){.title = s->title, .file = str_from(file), .heads = heads, .n_cols = I_COLS, .n_rows = s->n, .cells = NEW_ARRAY(a, s->n * I_COLS + 1, struct board_cell)};
	for (size_t i = 0; i < s->n; i++) {
		const struct board_index *x = &s->v[i];
		struct board_cell *v = &out->cells[i * I_COLS];
		v[I_NO].text = x->id;
		v[I_NAME].text = str_fmt(a, "%.*s (%.*s)", STR_ARG(x->name), STR_ARG(x->law));
		v[I_POINTS] = x->borne ? points(r, x->value) : (struct board_cell){.text = x->how.n ? M(r, I_NO_DATA) : M(r, I_NOT_BORNE)};
		v[I_MAX] = points(r, x->max);
		v[I_HOW].text = x->how.n ? x->how : x->why;
	}
}

static void show_set(struct request *r, struct html_out *o, const struct board_ask *q, const struct board_data *d, enum board_set which, const char *file)
{
	struct arena *a = r->env.arena;
	struct board_set_result s;
	struct board_table t;
	board_indices(r, d, which, &s);
	index_table(r, &s, file, &t);
	ui_section_begin(o, s.title);
	board_note(o, s.law);
	struct str sum[] = {lang_tenths(a, r->env.lang, s.sum), lang_tenths(a, r->env.lang, s.of)};
	board_sum(o, msg_fmt(a, r->env.lang, MSG_BOARD_I_SUM, sum, 2));
	board_table_show(o, &t);
	board_note(o, s.note);
	struct str name = str_fmt(a, "&bo=%s", file);
	board_files(o, board_url(a, BOARD "/chi-so.csv", q, name), board_url(a, BOARD "/chi-so.xlsx", q, name));
	ui_section_end(o);
}

static const char *const set_files[SETS] = {[SET_TT01] = "tt01-2018", [SET_QD766] = "qd766-2022"};

bool board_index_page(struct request *r, struct err *e)
{
	struct board_ask q;
	struct board_data d;
	if (!board_ask_read(r, &q, e))
		return false;
	q.view = BOARD_OVERVIEW;
	if (!board_read(r, &q, &d, e))
		return false;
	struct html_out o = page_out(r);
	struct ui_crumb crumbs[] = {{M(r, TITLE), board_url(r->env.arena, BOARD, &q, STR_NONE)}};
	struct ui_page p = {.title = M(r, INDICES), .lead = board_period_words(r->env.arena, r->env.lang, &q), .staff = true, .style = ASSET_CHART_CSS, .crumbs = crumbs, .n_crumbs = 1};
	ui_page_begin(&o, &p);
	board_filter_form(r, &o, &q, BOARD "/chi-so", true);
	for (int i = 0; i < SETS; i++)
		show_set(r, &o, &q, &d, (enum board_set)i, set_files[i]);
	board_note(&o, board_as_of(r, d.at));
	ui_page_end(&o, &p);
	return page_answer(r);
}

bool board_index_file(struct request *r, struct err *e)
{
	struct board_ask q;
	struct board_data d;
	struct board_set_result s;
	struct board_table t;
	enum board_set which = str_eq(req_query(r, "bo"), str_from(set_files[SET_QD766])) ? SET_QD766 : SET_TT01;
	if (!board_ask_read(r, &q, e))
		return false;
	q.view = BOARD_OVERVIEW;
	if (!board_read(r, &q, &d, e))
		return false;
	board_indices(r, &d, which, &s);
	index_table(r, &s, set_files[which], &t);
	return board_table_file(r, &t, e);
}

/* ---- II.06a ---- */

/* What stands behind a cell. */
static const char *const behind[II_COLS + 1] = {
	[II_RECEIVED] = "received_or_carried", [II_ONLINE] = "received_online", [II_DIRECT] = "received_direct", [II_CARRIED] = "open_before", [II_SETTLED] = "ended", [II_EARLY] = "early",
	[II_ON_TIME] = "on_time_or_otherwise", [II_LATE] = "late", [II_OPEN] = "open_at_end", [II_IN_TIME] = "in_time_at_end", [II_OVERDUE] = "overdue_at_end",
};

/* The dossiers, where the reader may open them; of another agency in the province's table its own table, which says of what the figure is made. */
static struct str cell_url(struct request *r, const struct board_ask *q, const struct board_report_row *v, int col)
{
	struct board_ask of = *q;
	if (v->procedure.n)
		of.of.procedure = v->procedure;
	if (v->agency)
		of.of.agency.v = v->agency;
	of.view = BOARD_OVERVIEW;
	if (!v->n[col] || v->field)
		return STR_NONE;
	if (behind[col] && board_opens(r->env.actor, q, of.of.agency.v))
		return board_url(r->env.arena, BOARD "/ho-so", &of, board_listed_more(r->env.arena, &of, str_from(behind[col])));
	return v->agency ? board_url(r->env.arena, BOARD "/bieu-ii-06a", &of, STR_NONE) : STR_NONE;
}

static struct board_cell cell(struct request *r, const struct board_ask *q, const struct board_report_row *v, const struct board_report *now, int col)
{
	int64_t n = v->n[col];
	struct str text[] = {lang_number(r->env.arena, r->env.lang, n), now ? lang_number(r->env.arena, r->env.lang, board_sent_now(now, v, col)) : STR_NONE};
	bool differs = now && !str_eq(text[0], text[1]);
	return (struct board_cell){.text = differs ? msg_fmt(r->env.arena, r->env.lang, MSG_BOARD_SENT_NOW, text, 2) : text[0], .url = cell_url(r, q, v, col), .kind = SHEET_NUMBER, .number = (double)n};
}

void board_report_table(struct request *r, const struct board_ask *q, const struct board_report *x, const struct board_report *now, struct board_table *out)
{
	struct arena *a = r->env.arena;
	static const enum msg_key words[II_COLS] = {MSG_BOARD_II_NO, MSG_BOARD_II_NAME, MSG_BOARD_II_RECEIVED, MSG_BOARD_II_ONLINE, MSG_BOARD_II_DIRECT, MSG_BOARD_II_CARRIED,
		MSG_BOARD_II_SETTLED, MSG_BOARD_II_EARLY, MSG_BOARD_II_ON_TIME, MSG_BOARD_II_LATE, MSG_BOARD_II_OPEN, MSG_BOARD_II_IN_TIME, MSG_BOARD_II_OVERDUE};
	struct board_head *heads = NEW_ARRAY(a, II_COLS, struct board_head);
	for (int i = 0; i < II_COLS; i++)
		heads[i] = (struct board_head){.text = msg(r->env.lang, words[i]), .number = i >= II_RECEIVED - 1};
	bool all = q->view == BOARD_AGENCY;
	if (all)
		heads[II_NAME - 1].text = M(r, AGENCY);
	*out = (struct board_table){.title = all ? M(r, II_ALL) : M(r, REPORT), .file = all ? STR("bieu-ii-06-tong-hop") : STR("bieu-ii-06a"), .heads = heads, .n_cols = II_COLS, .n_rows = x->n + 1, .cells = NEW_ARRAY(a, (x->n + 1) * II_COLS, struct board_cell)};
	int field = 0, in = 0;
	for (size_t i = 0; i <= x->n; i++) {
		const struct board_report_row *v = i < x->n ? &x->v[i] : &x->sum;
		struct board_cell *c = &out->cells[i * II_COLS];
		field += v->field;
		in = v->field ? 0 : in + 1;
		c[0].text = i == x->n ? STR_NONE : v->field ? str_fmt(a, "%d", field) : all ? str_fmt(a, "%d", in) : str_fmt(a, "%d.%d", field, in);
		c[1].text = v->name;
		for (int k = II_RECEIVED; k <= II_COLS; k++)
			c[k - 1] = cell(r, q, v, now, k);
	}
}

/* A line an agency: for who sees all of them. */
bool board_report_ask(struct request *r, struct board_ask *q, struct err *e)
{
	if (!board_ask_read(r, q, e))
		return false;
	if (q->view != BOARD_AGENCY || !q->everything || q->of.agency.v)
		q->view = BOARD_OVERVIEW;
	return true;
}

static void report_tabs(struct request *r, struct html_out *o, const struct board_ask *q)
{
	struct board_ask lines = *q, all = *q;
	lines.view = BOARD_OVERVIEW;
	all.view = BOARD_AGENCY;
	all.of.agency.v = all.of.unit.v = 0;
	const struct ui_tab v[] = {{.label = M(r, II_BY_PROCEDURE), .url = board_url(r->env.arena, BOARD "/bieu-ii-06a", &lines, STR_NONE), .here = q->view != BOARD_AGENCY},
		{.label = M(r, II_BY_AGENCY), .url = board_url(r->env.arena, BOARD "/bieu-ii-06a", &all, STR_NONE), .here = q->view == BOARD_AGENCY}};
	if (q->everything)
		ui_tabs(o, v, ARRAY_LEN(v));
}

static bool report_of(struct request *r, struct board_ask *q, struct board_report *x, struct board_table *t, struct err *e)
{
	if (!board_report_ask(r, q, e) || !board_report_read(r, q, x, e))
		return false;
	board_report_table(r, q, x, NULL, t);
	return true;
}

bool board_report_page(struct request *r, struct err *e)
{
	struct arena *a = r->env.arena;
	struct board_ask q;
	struct board_report x;
	struct board_table t;
	struct board_sent_list sent;
	if (!report_of(r, &q, &x, &t, e) || !board_sent_of(r, &q, &sent, e))
		return false;
	struct html_out o = page_out(r);
	struct ui_crumb crumbs[] = {{M(r, TITLE), board_url(a, BOARD, &q, STR_NONE)}};
	bool all = q.view == BOARD_AGENCY;
	struct ui_page p = {.title = all ? M(r, II_ALL_TITLE) : M(r, II_TITLE), .lead = board_period_words(a, r->env.lang, &q), .staff = true, .width = UI_FULL, .style = ASSET_CHART_CSS, .crumbs = crumbs, .n_crumbs = 1};
	ui_page_begin(&o, &p);
	board_filter_form(r, &o, &q, BOARD "/bieu-ii-06a", true);
	report_tabs(r, &o, &q);
	if (x.n)
		board_report_view(&o, &x, &t);
	else
		ui_empty(&o, &(struct ui_empty){.title = M(r, EMPTY), .text = M(r, EMPTY_WHY), .icon = UI_ICON_INBOX});
	struct str n = lang_number(a, r->env.lang, x.sum.otherwise);
	board_note(&o, msg_fmt(a, r->env.lang, MSG_BOARD_II_NOTE, &n, 1));
	board_note(&o, all ? M(r, II_ALL_LAW) : M(r, II_LAW));
	board_note(&o, board_as_of(r, r->env.now));
	board_files(&o, board_url(a, BOARD "/bieu-ii-06a.csv", &q, STR_NONE), board_url(a, BOARD "/bieu-ii-06a.xlsx", &q, STR_NONE));
	board_sent_section(r, &o, &q, &sent, &x);
	ui_page_end(&o, &p);
	return page_answer(r);
}

bool board_report_file(struct request *r, struct err *e)
{
	struct board_ask q;
	struct board_report x;
	struct board_table t;
	if (!report_of(r, &q, &x, &t, e))
		return false;
	return board_table_file(r, &t, e);
}
