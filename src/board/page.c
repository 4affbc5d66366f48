/* page.c — the leaders' board: what stands out, pictures, one line a group; and the files of each picture. */
#include "board/board_internal.h"
#include "board/board_views.h"

/* ---- the filter ---- */

static const struct { const char *word; enum msg_key label; } periods[] = {
	{"12-thang", MSG_BOARD_P_12}, {"thang-nay", MSG_BOARD_P_MONTH}, {"thang-truoc", MSG_BOARD_P_LAST_MONTH}, {"quy-nay", MSG_BOARD_P_QUARTER}, {"quy-truoc", MSG_BOARD_P_LAST_QUARTER},
	{"nam-nay", MSG_BOARD_P_YEAR}, {"nam-truoc", MSG_BOARD_P_LAST_YEAR}, {"36-thang", MSG_BOARD_P_36},
};

static void period_field(struct request *r, struct html_out *o, const struct board_ask *q)
{
	struct ui_option v[ARRAY_LEN(periods) + 1];
	size_t n = 0;
	bool known = false;
	for (size_t i = 0; i < ARRAY_LEN(periods); i++) {
		bool here = str_eq(q->period, str_from(periods[i].word));
		known = known || here;
		v[n++] = (struct ui_option){.value = str_from(periods[i].word), .label = msg(r->env.lang, periods[i].label), .chosen = here};
	}
	if (!known)
		v[n++] = (struct ui_option){.value = q->period, .label = board_period_words(r->env.arena, r->env.lang, q), .chosen = true};
	ui_field(o, &(struct ui_field){.name = STR("ky"), .kind = UI_SELECT, .label = M(r, PERIOD), .options = v, .n_options = n, .plain = true});
}

static struct ui_option option(struct request *r, int64_t id, struct str label, bool chosen)
{
	return (struct ui_option){.value = id ? str_fmt(r->env.arena, "%lld", (long long)id) : STR(""), .label = label, .chosen = chosen};
}

static void agency_field(struct request *r, struct html_out *o, const struct board_ask *q)
{
	struct agencies all = {0};
	struct err e = {0};
	if (!q->everything || !directory_agencies(&r->env, date_of(r->env.now), &all, &e))
		return;
	struct ui_option *v = NEW_ARRAY(r->env.arena, all.n + 1, struct ui_option);
	v[0] = option(r, 0, M(r, ALL_AGENCIES), !q->of.agency.v);
	for (size_t i = 0; i < all.n; i++)
		v[i + 1] = option(r, all.v[i].id.v, all.v[i].short_name.n ? all.v[i].short_name : all.v[i].name, all.v[i].id.v == q->of.agency.v);
	ui_field(o, &(struct ui_field){.name = STR("cq"), .kind = UI_SELECT, .label = M(r, AGENCY), .options = v, .n_options = all.n + 1, .plain = true});
}

static void unit_field(struct request *r, struct html_out *o, const struct board_ask *q)
{
	struct units all = {0};
	struct err e = {0};
	if (q->own_unit.v || !q->of.agency.v || !directory_units(&r->env, q->of.agency, date_of(r->env.now), &all, &e))
		return;
	struct ui_option *v = NEW_ARRAY(r->env.arena, all.n + 1, struct ui_option);
	v[0] = option(r, 0, M(r, ALL_UNITS), !q->of.unit.v);
	for (size_t i = 0; i < all.n; i++)
		v[i + 1] = option(r, all.v[i].id.v, all.v[i].name, all.v[i].id.v == q->of.unit.v);
	ui_field(o, &(struct ui_field){.name = STR("dv"), .kind = UI_SELECT, .label = M(r, UNIT), .options = v, .n_options = all.n + 1, .plain = true});
}

static void procedure_field(struct request *r, struct html_out *o, const struct board_ask *q)
{
	const struct law *law = board_have()->law;
	struct ui_option *v = NEW_ARRAY(r->env.arena, law->n + 1, struct ui_option);
	v[0] = option(r, 0, M(r, ALL_PROCEDURES), !q->of.procedure.n);
	for (size_t i = 0; i < law->n; i++)
		v[i + 1] = (struct ui_option){.value = law->procedures[i].p->id, .label = law->procedures[i].p->name, .chosen = str_eq(law->procedures[i].p->id, q->of.procedure)};
	ui_field(o, &(struct ui_field){.name = STR("tt"), .kind = UI_SELECT, .label = M(r, PROCEDURE), .options = v, .n_options = law->n + 1, .plain = true});
}

void board_filter_form(struct request *r, struct html_out *o, const struct board_ask *q, const char *path, bool places)
{
	ui_form_begin(o, &(struct ui_form){.action = str_from(path), .get = true, .row = true});
	if (places && q->view)
		ui_field(o, &(struct ui_field){.name = STR("xem"), .kind = UI_HIDDEN, .value = str_from(board_view_slug(q->view))});
	if (q->of.officer.v && !q->public_page)
		ui_field(o, &(struct ui_field){.name = STR("cb"), .kind = UI_HIDDEN, .value = str_fmt(r->env.arena, "%lld", (long long)q->of.officer.v)});
	period_field(r, o, q);
	agency_field(r, o, q);
	if (!q->public_page)
		unit_field(r, o, q);
	if (places)
		procedure_field(r, o, q);
	ui_buttons(o, &(struct ui_button){.label = msg(r->env.lang, MSG_DO_FILTER), .weight = UI_QUIET, .icon = UI_ICON_FILTER}, 1);
	ui_form_end(o);
}

/* ---- what stands out ---- */

static struct str list_url(struct request *r, const struct board_ask *q, const char *measure)
{
	struct board_ask all = *q;
	all.view = BOARD_OVERVIEW;
	return board_opens(r->env.actor, q, q->of.agency.v) ? board_url(r->env.arena, BOARD "/ho-so", &all, str_fmt(r->env.arena, "&so=%s", measure)) : STR_NONE;
}

static struct str share(struct request *r, int64_t part, int64_t whole) { return whole ? chart_permille(r->env.arena, r->env.lang, chart_share(part, whole)) : STR("–"); }

static void stats(struct request *r, struct html_out *o, const struct board_ask *q, const struct board_data *d)
{
	struct arena *a = r->env.arena;
	const struct stat_row *t = &d->total;
	int64_t good = 0, rated = board_rated(t, &good), limited = board_limited(t);
	bool over = d->now.overdue > 0;
	struct ui_stat v[] = {
		{.value = share(r, limited - t->n[STAT_LATE], limited), .label = M(r, SHARE_ON_TIME_LONG), .url = list_url(r, q, "decided"), .has_state = limited > 0, .state = board_on_time(t) >= 950 ? UI_DONE : board_on_time(t) >= 900 ? UI_SOON : UI_LATE},
		{.value = lang_number(a, r->env.lang, stat_received(t)), .label = M(r, RECEIVED), .url = list_url(r, q, "received")},
		{.value = lang_number(a, r->env.lang, stat_decided(t)), .label = M(r, DECIDED), .url = list_url(r, q, "decided")},
		{.value = lang_number(a, r->env.lang, d->now.overdue), .label = M(r, OVERDUE_NOW), .url = over ? list_url(r, q, "open_overdue") : STR_NONE, .has_state = true, .state = over ? UI_LATE : UI_DONE},
		{.value = lang_number(a, r->env.lang, board_open(&d->now)), .label = M(r, OPEN_NOW), .url = list_url(r, q, "open")},
		{.value = board_minutes(r, t, STAT_TIME_TOTAL, 50), .label = M(r, MEDIAN_LONG)},
		{.value = share(r, stat_received_online(t), stat_received(t)), .label = M(r, SHARE_ONLINE_LONG), .url = list_url(r, q, "received_online")},
		{.value = share(r, t->n[STAT_RESULT_SIGNED], t->n[STAT_RESULT]), .label = M(r, SHARE_SIGNED_LONG), .url = list_url(r, q, "result_signed")},
		{.value = share(r, good, rated), .label = M(r, SHARE_GOOD_LONG)},
	};
	ui_stats(o, v, ARRAY_LEN(v));
}

static void tabs(struct request *r, struct html_out *o, const struct board_ask *q)
{
	static const enum msg_key words[BOARD_VIEWS] = {MSG_BOARD_V_OVERVIEW, MSG_BOARD_V_AGENCY, MSG_BOARD_V_UNIT, MSG_BOARD_V_PROCEDURE, MSG_BOARD_V_OFFICER, MSG_BOARD_V_MONTH};
	struct ui_tab v[BOARD_VIEWS];
	size_t n = 0;
	for (int i = 0; i < BOARD_VIEWS; i++) {
		struct board_ask other = *q;
		other.view = (enum board_view)i;
		bool one = (i == BOARD_AGENCY && !q->everything) || (i == BOARD_UNIT && q->own_unit.v);
		if (!one)
			v[n++] = (struct ui_tab){.label = msg(r->env.lang, words[i]), .url = board_url(r->env.arena, BOARD, &other, STR_NONE), .here = (int)q->view == i};
	}
	ui_tabs(o, v, n);
}

/* Average, median and ninth decile of each part. */
static void time_table(struct request *r, struct html_out *o, const struct board_data *d)
{
	static const enum msg_key words[STAT_TIMES] = {MSG_BOARD_TIME_TOTAL, MSG_BOARD_TIME_AGENCY, MSG_BOARD_TIME_OTHERS, MSG_BOARD_TIME_CITIZEN};
	const struct board_head heads[] = {{.text = M(r, TIME_OF)}, {.text = M(r, AVERAGE), .number = true}, {.text = M(r, MEDIAN), .number = true}, {.text = M(r, NINTH), .number = true}};
	static const int percent[] = {0, 50, 90};
	struct board_cell v[STAT_TIMES * 4] = {0};
	for (int t = 0; t < STAT_TIMES; t++) {
		v[t * 4].text = msg(r->env.lang, words[t]);
		for (int k = 0; k < 3; k++)
			v[t * 4 + k + 1].text = board_minutes(r, &d->total, (enum stat_time)t, percent[k]);
	}
	if (!d->total.n[STAT_TIMED])
		return;
	ui_section_begin(o, M(r, TIMES));
	board_table_show(o, &(struct board_table){.title = M(r, TIMES), .heads = heads, .n_cols = 4, .cells = v, .n_rows = STAT_TIMES});
	board_note(o, M(r, NOTE_HISTOGRAM));
	ui_section_end(o);
}

/* Where several have nothing to show for the same reason, it is said once. */
void board_pictures(struct request *r, struct html_out *o, const struct board_ask *q, const struct board_data *d, const enum board_chart *pics, size_t n)
{
	struct str *said = NEW_ARRAY(r->env.arena, n + 1, struct str);
	size_t n_said = 0;
	chart_patterns(o);
	charts_begin(o);
	for (size_t i = 0; i < n; i++) {
		struct chart c;
		size_t k = 0;
		board_chart(r, q, d, pics[i], &c);
		while (k < n_said && !str_eq(said[k], c.title))
			k++;
		if (!c.n_points)
			said[n_said++] = c.title;
		if (c.n_points || k + 1 == n_said)
			ui_chart(o, &c);
	}
	charts_end(o);
}

static void overview(struct request *r, struct html_out *o, const struct board_ask *q, const struct board_data *d)
{
	static const enum board_chart pics[] = {PIC_ON_TIME, PIC_SETTLED, PIC_OPEN, PIC_TIME, PIC_RECEIVED, PIC_ONLINE, PIC_LATE_WHY, PIC_SIGNED, PIC_RATED};
	board_pictures(r, o, q, d, pics, ARRAY_LEN(pics));
	time_table(r, o, d);
}

static void groups(struct request *r, struct html_out *o, const struct board_ask *q, const struct board_data *d)
{
	struct chart c;
	struct board_table t;
	if (!d->n_groups) {
		ui_empty(o, &(struct ui_empty){.title = M(r, EMPTY), .text = M(r, EMPTY_WHY), .icon = UI_ICON_CHART});
		return;
	}
	chart_patterns(o);
	board_chart(r, q, d, PIC_GROUP_LATE, &c);
	ui_chart(o, &c);
	board_chart(r, q, d, PIC_GROUP_TIME, &c);
	ui_chart(o, &c);
	board_group_table(r, q, d, &t);
	ui_section_begin(o, t.title);
	board_table_show(o, &t);
	board_files(o, board_url(r->env.arena, BOARD "/so-lieu.csv", q, STR("&bieu-do=bang")), board_url(r->env.arena, BOARD "/so-lieu.xlsx", q, STR("&bieu-do=bang")));
	ui_section_end(o);
}

/* ---- the page ---- */

/* Else an id in the address would tell the name of anybody in the directory. */
static bool counts_some(const struct board_data *d) { return stat_received(&d->total) || stat_ended(&d->total) || board_open(&d->now); }

/* Whose figures: officer, unit, agency; with the procedure. */
static struct str scope_words(struct request *r, const struct board_ask *q, const struct board_data *d)
{
	struct arena *a = r->env.arena;
	struct err e = {0};
	struct names n = names_begin(a);
	struct agency g = {.name = M(r, ALL_AGENCIES)};
	bool found = false;
	names_want(&n, counts_some(d) ? q->of.officer.v : 0, q->of.unit.v);
	if (!names_load(&r->env, &n, &e) || (q->of.agency.v && !directory_agency(&r->env, q->of.agency, &g, &found, &e)))
		return STR_NONE;
	const struct law_procedure *p = q->of.procedure.n ? law_find(board_have()->law, q->of.procedure) : NULL;
	struct str parts[] = {names_person(&n, q->of.officer.v), names_unit(&n, q->of.unit.v), g.name, p ? p->p->name : STR_NONE, board_period_words(a, r->env.lang, q)};
	struct buf b = buf_on(a);
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		if (parts[i].n)
			buf_fmt(&b, "%s%.*s", b.n ? " · " : "", STR_ARG(parts[i]));
	return buf_str(&b);
}

bool board_page(struct request *r, struct err *e)
{
	struct arena *a = r->env.arena;
	struct board_ask q;
	struct board_data d;
	if (!board_ask_read(r, &q, e) || !board_read(r, &q, &d, e))
		return false;
	struct html_out o = page_out(r);
	struct ui_button more[] = {{.label = M(r, LATE_TITLE), .weight = UI_QUIET, .url = board_url(a, BOARD "/ly-do-cham", &q, STR_NONE)}, {.label = M(r, INDICES), .weight = UI_QUIET, .url = board_url(a, BOARD "/chi-so", &q, STR_NONE)},
		{.label = M(r, REPORT), .weight = UI_QUIET, .url = board_url(a, BOARD "/bieu-ii-06a", &q, STR_NONE)}};
	struct h_capture c = h_capture_begin(&o);
	ui_buttons(&o, more, ARRAY_LEN(more));
	struct ui_page p = {.title = M(r, TITLE), .lead = scope_words(r, &q, &d), .staff = true, .width = UI_FULL, .style = ASSET_CHART_CSS, .actions = h_capture_end(&o, c)};
	ui_page_begin(&o, &p);
	board_filter_form(r, &o, &q, BOARD, true);
	stats(r, &o, &q, &d);
	tabs(r, &o, &q);
	if (q.view == BOARD_OVERVIEW)
		overview(r, &o, &q, &d);
	else
		groups(r, &o, &q, &d);
	ui_page_end(&o, &p);
	return page_answer(r);
}

/* ---- files of a picture ---- */

static bool picture_table(struct request *r, struct board_ask *q, struct board_table *out, struct err *e)
{
	struct board_data d;
	struct chart c;
	enum board_chart which;
	struct str slug = req_query(r, "bieu-do");
	bool all = str_eq(slug, STR("bang")) && !q->public_page, known = board_chart_from(slug, &which);
	if (!all && !known)
		return err_set(e, ERR_NOT_FOUND, "no such picture");
	if (!board_read(r, q, &d, e))
		return false;
	if (all) {
		board_group_table(r, q, &d, out);
		return true;
	}
	board_chart(r, q, &d, which, &c);
	board_chart_table(r, &c, str_from(board_chart_slug(which)), out);
	return true;
}

bool board_chart_file(struct request *r, struct err *e)
{
	struct board_ask q;
	struct board_table t;
	return board_ask_read(r, &q, e) && picture_table(r, &q, &t, e) && board_table_file(r, &t, e);
}

bool board_public_csv(struct request *r, struct err *e)
{
	struct board_ask q;
	struct board_table t;
	return board_ask_public(r, &q, e) && picture_table(r, &q, &t, e) && board_table_file(r, &t, e);
}
