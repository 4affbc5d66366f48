/* public.c — what everybody may know: no person is named, and no dossier can be reached. Also the front page's figures. */
#include "board/board_internal.h"
#include "board/board_views.h"

static void stats(struct request *r, struct html_out *o, const struct board_data *d)
{
	struct arena *a = r->env.arena;
	const struct stat_row *t = &d->total;
	int64_t good = 0, rated = board_rated(t, &good);
	struct ui_stat v[] = {
		{.value = board_limited(t) ? chart_permille(a, r->env.lang, board_on_time(t)) : STR("–"), .label = M(r, SHARE_ON_TIME_LONG)},
		{.value = lang_number(a, r->env.lang, stat_decided(t)), .label = M(r, DECIDED)},
		{.value = lang_number(a, r->env.lang, board_open(&d->now)), .label = M(r, OPEN_NOW)},
		{.value = lang_number(a, r->env.lang, d->now.overdue), .label = M(r, OVERDUE_NOW)},
		{.value = board_minutes(r, t, STAT_TIME_TOTAL, 50), .label = M(r, MEDIAN_LONG)},
		{.value = rated ? chart_permille(a, r->env.lang, chart_share(good, rated)) : STR("–"), .label = M(r, SHARE_GOOD_LONG)},
	};
	ui_stats(o, v, ARRAY_LEN(v));
}

bool board_public_page(struct request *r, struct err *e)
{
	static const enum board_chart pics[] = {PIC_ON_TIME, PIC_SETTLED, PIC_RECEIVED, PIC_ONLINE, PIC_TIME, PIC_OPEN, PIC_RATED};
	struct board_ask q, by;
	struct board_data d, agencies;
	struct chart c;
	if (!board_ask_public(r, &q, e) || !board_read(r, &q, &d, e))
		return false;
	by = q;
	by.view = BOARD_AGENCY;
	if (!board_read(r, &by, &agencies, e))
		return false;
	struct html_out o = page_out(r);
	struct ui_page p = {.title = M(r, PUBLIC_TITLE), .lead = M(r, PUBLIC_LEAD), .style = ASSET_CHART_CSS};
	ui_page_begin(&o, &p);
	board_filter_form(r, &o, &q, "/so-lieu", false);
	stats(r, &o, &d);
	board_pictures(r, &o, &q, &d, pics, ARRAY_LEN(pics));
	if (agencies.n_groups > 1) {
		board_chart(r, &by, &agencies, PIC_GROUP_LATE, &c);
		c.csv_url = STR_NONE;
		ui_chart(&o, &c);
	}
	board_definitions(&o);
	ui_page_end(&o, &p);
	return page_answer(r);
}

size_t board_figures(struct env *env, struct board_figure out[BOARD_FIGURES])
{
	struct arena *a = env->arena;
	int32_t now = stat_month_of(date_of(env->now));
	struct stat_cut year = {.from = now - 11, .to = now, .by = STAT_BY_ALL}, month = {.from = now, .to = now, .by = STAT_BY_ALL};
	struct stat_rows y = {0}, m = {0}, open = {0};
	struct err e = {0};
	if (!board_have()->law || !stat_read(env, &year, &y, &e) || !stat_read(env, &month, &m, &e) || !stat_now(env, &month, env->now, &open, &e) || !stat_received(&y.v[0]))
		return 0;
	size_t n = 0;
	if (board_limited(&y.v[0]))
		out[n++] = (struct board_figure){chart_permille(a, env->lang, board_on_time(&y.v[0])), msg(env->lang, MSG_BOARD_FRONT_ON_TIME)};
	out[n++] = (struct board_figure){lang_number(a, env->lang, stat_decided(&m.v[0])), msg(env->lang, MSG_BOARD_FRONT_SETTLED)};
	out[n++] = (struct board_figure){lang_number(a, env->lang, open.n ? board_open(&open.v[0]) : 0), msg(env->lang, MSG_BOARD_FRONT_OPEN)};
	out[n++] = (struct board_figure){chart_permille(a, env->lang, chart_share(stat_received_online(&y.v[0]), stat_received(&y.v[0]))), msg(env->lang, MSG_BOARD_FRONT_ONLINE)};
	return n;
}
