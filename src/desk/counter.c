/* counter.c — the hall: who must be answered first, what waits to be collected, and choosing what to file (counter_file.c).
 *
 * Law: NĐ 61/2018 Điều 17 and NĐ 118/2025 Điều 17 (intake at the counter), NĐ 45/2020 Điều 11 (8 hours). */
#include "core/text/text.h"
#include "desk/desk_internal.h"
#include "desk/desk_views.h"
#include <stdlib.h>
#include <string.h>

/* ---- the start page ---- */

#define ANSWER_FIRST 10 /* what waits to be collected must not be pushed off the page */

static bool answer_first(struct request *r, struct html_out *o, struct err *e)
{
	struct desk_filter f = {.view = VIEW_UNIT, .state = STR("received")};
	struct desk_list_rows rows = {0};
	int64_t total = 0;
	if (!desk_rows(&r->env, &f, ANSWER_FIRST, &rows, e) || !desk_counted(&r->env, &f, &total, e))
		return false;
	struct str title = msg(r->env.lang, MSG_DESK_ANSWER_FIRST), n = total > DESK_MANY ? str_fmt(r->env.arena, "%d+", DESK_MANY) : str_fmt(r->env.arena, "%lld", (long long)total);
	ui_section_begin(o, title);
	if (rows.n)
		desk_table(r, o, title, rows.v, rows.n, NULL);
	if (total > (int64_t)rows.n)
		ui_buttons(o, &(struct ui_button){.label = msg_fmt(r->env.arena, r->env.lang, MSG_DESK_ANSWER_ALL, &n, 1), .weight = UI_QUIET,
			.url = str_fmt(r->env.arena, "/ban-lam-viec%.*s", STR_ARG(desk_filter_url(r->env.arena, &f, false)))}, 1);
	if (!rows.n)
		ui_empty(o, &(struct ui_empty){.title = msg(r->env.lang, MSG_DESK_ANSWER_NONE), .icon = UI_ICON_CHECK});
	ui_section_end(o);
	return true;
}

static bool hand_over_list(struct request *r, struct html_out *o, struct err *e)
{
	struct desk_handover_rows found = {0};
	struct desk_list_rows rows = {0};
	if (!q_desk_handover(r->env.db, r->env.arena, desk_unit_of(r->env.actor, ROLE_COUNTER), DESK_PAGE, &found, e))
		return false;
	struct dossier_ids ids = {NEW_ARRAY(r->env.arena, found.n, struct dossier_id), found.n};
	for (size_t i = 0; i < found.n; i++)
		ids.v[i] = found.v[i].id;
	if (!desk_rows_of(&r->env, ids, &rows, e))
		return false;
	struct str title = msg(r->env.lang, MSG_DESK_HAND_OVER_LIST);
	ui_section_begin(o, title);
	if (rows.n)
		desk_table(r, o, title, rows.v, rows.n, NULL);
	else
		ui_empty(o, &(struct ui_empty){.title = msg(r->env.lang, MSG_DESK_HAND_OVER_NONE), .icon = UI_ICON_INBOX});
	ui_section_end(o);
	return true;
}

bool counter_home(struct request *r, struct err *e)
{
	struct html_out o = page_out(r);
	struct h_capture c = h_capture_begin(&o);
	ui_button(&o, &(struct ui_button){.label = msg(r->env.lang, MSG_DESK_COUNTER_NEW), .url = STR("/quay/nop"), .icon = UI_ICON_PLUS, .key = "n"});
	struct ui_page p = {.title = msg(r->env.lang, MSG_DESK_COUNTER), .staff = true, .width = UI_FULL, .actions = h_capture_end(&o, c)};
	ui_page_begin(&o, &p);
	desk_search_form(r, &o, &(struct ui_field){.label = msg(r->env.lang, MSG_DESK_COUNTER_FIND), .hint = msg(r->env.lang, MSG_DESK_COUNTER_FIND_HINT), .autofocus = true});
	if (!answer_first(r, &o, e) || !hand_over_list(r, &o, e))
		return false;
	ui_page_end(&o, &p);
	return page_answer(r);
}

/* ---- choosing the procedure ---- */

static bool has_words(struct arena *a, const struct procedure *p, struct str q)
{
	struct str text = text_fold(a, str_fmt(a, "%.*s %.*s %.*s %.*s", STR_ARG(p->name), STR_ARG(p->code), STR_ARG(p->id), STR_ARG(p->field))), word;
	for (size_t i = 0; i < p->search_words.n; i++)
		text = str_fmt(a, "%.*s %.*s", STR_ARG(text), STR_ARG(text_fold(a, p->search_words.p[i])));
	q = text_fold(a, q);
	while (text_next_word(&q, &word))
		if (str_find(text, word) < 0)
			return false;
	return true;
}

/* The form for one procedure, for the person already known from another dossier. */
static struct str form_url(struct request *r, const struct law_procedure *x)
{
	struct buf b = buf_on(r->env.arena);
	struct str person = req_query(r, "nguoi");
	buf_fmt(&b, "/quay/nop/%.*s", STR_ARG(x->p->id));
	if (person.n) {
		buf_put(&b, STR("?nguoi="));
		desk_put_encoded(&b, person);
	}
	return buf_str(&b);
}

/* What this hall received most of late, each with a key of its own. */
static bool often(struct request *r, struct html_out *o, struct err *e)
{
	struct desk_often_rows rows = {0};
	if (!q_desk_often(r->env.db, r->env.arena, desk_unit_of(r->env.actor, ROLE_COUNTER), 300, 9, &rows, e))
		return false;
	if (!rows.n)
		return true;
	ui_section_begin(o, msg(r->env.lang, MSG_DESK_OFTEN));
	desk_often_begin(o);
	for (size_t i = 0, key = 1; i < rows.n; i++) {
		const struct law_procedure *x = law_find(LAW, rows.v[i].procedure);
		if (x && x->process)
			desk_often(o, str_fmt(r->env.arena, "%zu", key++), form_url(r, x), x->p->name, x->p->field);
	}
	desk_often_end(o);
	ui_section_end(o);
	return true;
}

static size_t matching(struct request *r, struct str q, struct ui_item *v)
{
	size_t n = 0;
	for (int in_force = 1; in_force >= 0; in_force--) /* those of another time last, and marked */
		for (size_t i = 0; i < LAW->n; i++) {
			const struct law_procedure *x = &LAW->procedures[i];
			if (!x->process || procedure_in_force(x->p, date_of(r->env.now)) != (in_force == 1) || !has_words(r->env.arena, x->p, q))
				continue;
			v[n++] = (struct ui_item){.title = x->p->name, .hint = x->p->field, .tag = in_force ? STR_NONE : msg(r->env.lang, MSG_DESK_NOT_IN_FORCE), .url = form_url(r, x)};
		}
	return n;
}

/* Enter with a code, or with one procedure left, opens its form; a list refreshed while one types stays a list. */
static bool goes_on(struct request *r, struct str q, const struct ui_item *v, size_t n, struct str *url)
{
	struct str mode = req_header(r, "Sec-Fetch-Mode");
	const struct law_procedure *coded = law_find(LAW, str_trim(q));
	bool exact = coded && coded->process;
	if (!q.n || (mode.n && !str_eq(mode, STR("navigate"))) || (!exact && n != 1))
		return false;
	*url = exact ? form_url(r, coded) : v[0].url;
	return true;
}

bool counter_choose(struct request *r, struct err *e)
{
	struct str q = req_query(r, "q"), person = req_query(r, "nguoi");
	struct ui_item *v = NEW_ARRAY(r->env.arena, LAW->n, struct ui_item);
	size_t n = matching(r, q, v);
	struct str url;
	if (goes_on(r, q, v, n, &url))
		return answer_redirect(r, url);
	struct html_out o = page_out(r);
	struct ui_crumb crumb = {msg(r->env.lang, MSG_DESK_COUNTER), STR("/quay")};
	struct ui_page p = {.title = msg(r->env.lang, MSG_DESK_CHOOSE_PROCEDURE), .staff = true, .crumbs = &crumb, .n_crumbs = 1};
	ui_page_begin(&o, &p);
	ui_form_begin(&o, &(struct ui_form){.action = STR("/quay/nop"), .get = true, .live = STR("found")});
	ui_field(&o, &(struct ui_field){.name = STR("q"), .kind = UI_SEARCH, .label = msg(r->env.lang, MSG_DESK_PROCEDURE_FIND), .value = q, .plain = true, .autofocus = q.n > 0});
	if (person.n)
		ui_field(&o, &(struct ui_field){.name = STR("nguoi"), .kind = UI_HIDDEN, .value = person});
	ui_form_end(&o);
	desk_found_begin(&o);
	if (!q.n && !often(r, &o, e))
		return false;
	ui_section_begin(&o, msg(r->env.lang, q.n ? MSG_DESK_MATCHING : MSG_DESK_ALL_PROCEDURES));
	if (n)
		ui_items(&o, v, n);
	else
		ui_empty(&o, &(struct ui_empty){.title = msg(r->env.lang, MSG_DESK_PROCEDURE_NONE), .icon = UI_ICON_SEARCH});
	ui_section_end(&o);
	desk_found_end(&o);
	ui_page_end(&o, &p);
	return page_answer(r);
}
