/* sent_web.c — the pages, files and API of tables that were sent (sent.c). */
#include "board/board_internal.h"
#include "board/board_views.h"
#include <jansson.h>

struct str board_sent_line(struct request *r, const struct board_sent *x)
{
	struct arena *a = r->env.arena;
	struct str by = x->by.n ? x->by : STR("–");
	return msg_fmt(a, r->env.lang, MSG_BOARD_SENT_LINE, (struct str[]){lang_number(a, r->env.lang, x->version), instant_people(a, x->at), by}, 3);
}

static struct str address(struct arena *a, const struct board_sent *x, const char *file)
{
	return str_fmt(a, BOARD_SENT "/%lld%s", (long long)x->id.v, file);
}

static void say_differences(struct request *r, struct html_out *o, int64_t n)
{
	struct str text = lang_number(r->env.arena, r->env.lang, n);
	struct str said = n ? msg_fmt(r->env.arena, r->env.lang, MSG_BOARD_SENT_DIFFERS, &text, 1) : M(r, SENT_AGREES);
	ui_notice(o, &(struct ui_notice){.tone = n ? UI_WARN : UI_INFO, .text = said});
}

/* On the table of today: what was sent of this period, and the act of sending. */
void board_sent_section(struct request *r, struct html_out *o, const struct board_ask *q, const struct board_sent_list *sent, const struct board_report *now)
{
	struct arena *a = r->env.arena;
	bool may = board_sent_may(r, q) && now->n;
	int64_t differences = sent->n ? board_sent_differences(&sent->v[0].sent, now) : 0;
	if (!sent->n && !may)
		return;
	ui_section_begin(o, M(r, SENT_LIST));
	if (sent->n)
		say_differences(r, o, differences);
	board_sent_begin(o);
	for (size_t i = 0; i < sent->n; i++)
		board_sent_item(o, address(a, &sent->v[i], ""), board_sent_line(r, &sent->v[i]));
	board_sent_end(o);
	if (may && (!sent->n || differences)) {
		board_note(o, M(r, SENT_HINT));
		ui_act(o, board_url(a, BOARD "/bieu-ii-06a", q, STR_NONE), &(struct ui_button){.label = sent->n ? M(r, SENT_AGAIN) : M(r, SENT_SEND), .icon = UI_ICON_FILE});
	}
	ui_section_end(o);
}

bool board_sent_page(struct request *r, struct err *e)
{
	struct arena *a = r->env.arena;
	struct board_sent x;
	struct board_report now;
	struct board_table t;
	if (!board_sent_read(r, &x, e) || !board_report_read(r, &x.q, &now, e))
		return false;
	board_report_table(r, &x.q, &x.sent, &now, &t);
	struct html_out o = page_out(r);
	struct ui_crumb crumbs[] = {{M(r, TITLE), board_url(a, BOARD, &x.q, STR_NONE)}, {M(r, REPORT), board_url(a, BOARD "/bieu-ii-06a", &x.q, STR_NONE)}};
	struct str lead = str_fmt(a, "%.*s. %.*s", STR_ARG(board_period_words(a, r->env.lang, &x.q)), STR_ARG(board_sent_line(r, &x)));
	struct ui_page p = {.title = M(r, SENT_TITLE), .lead = lead, .staff = true, .width = UI_FULL, .style = ASSET_CHART_CSS, .crumbs = crumbs, .n_crumbs = ARRAY_LEN(crumbs)};
	ui_page_begin(&o, &p);
	say_differences(r, &o, board_sent_differences(&x.sent, &now));
	board_report_view(&o, &x.sent, &t);
	struct str n = lang_number(a, r->env.lang, x.sent.sum.otherwise);
	board_note(&o, msg_fmt(a, r->env.lang, MSG_BOARD_II_NOTE, &n, 1));
	board_note(&o, M(r, SENT_BEHIND));
	board_note(&o, M(r, II_LAW));
	board_files(&o, address(a, &x, "/bieu.csv"), address(a, &x, "/bieu.xlsx"));
	ui_page_end(&o, &p);
	return page_answer(r);
}

/* As it was sent, and nothing of today. */
bool board_sent_file(struct request *r, struct err *e)
{
	struct board_sent x;
	struct board_table t;
	if (!board_sent_read(r, &x, e))
		return false;
	board_report_table(r, &x.q, &x.sent, NULL, &t);
	t.file = str_fmt(r->env.arena, "bieu-ii-06a-%.*s-ban-%lld", STR_ARG(x.q.period), (long long)x.version);
	return board_table_file(r, &t, e);
}

/* ---- for programs ---- */

static json_t *sent_json(struct arena *a, const struct board_sent *x, const struct board_report *now)
{
	json_t *j = json_object(), *rows = json_array();
	struct str at = instant_format(a, x->at);
	for (size_t i = 0; i < x->sent.n; i++)
		json_array_append_new(rows, board_report_json(&x->sent.v[i]));
	json_object_set_new(j, "id", json_string(str_fmt(a, "%lld", (long long)x->id.v).p));
	json_object_set_new(j, "version", json_integer(x->version));
	json_object_set_new(j, "sent_at", json_stringn(at.p, at.n));
	json_object_set_new(j, "sent_by", x->by.n ? json_stringn(x->by.p, x->by.n) : json_null());
	json_object_set_new(j, "differences", json_integer(board_sent_differences(&x->sent, now)));
	json_object_set_new(j, "rows", rows);
	json_object_set_new(j, "sum", board_report_json(&x->sent.sum));
	return j;
}

bool board_api_sent(struct request *r, struct err *e)
{
	struct board_ask q;
	struct board_sent_list sent;
	struct board_report now;
	if (!board_ask_read(r, &q, e) || !board_sent_of(r, &q, &sent, e) || !board_report_read(r, &q, &now, e))
		return false;
	json_t *x = json_object(), *items = json_array();
	for (size_t i = 0; i < sent.n; i++)
		json_array_append_new(items, sent_json(r->env.arena, &sent.v[i], &now));
	json_object_set_new(x, "items", items);
	return answer_tree(r, x);
}

bool board_api_sent_answer(struct request *r, struct err *e)
{
	(void)e;
	json_t *x = json_object();
	json_object_set_new(x, "id", json_stringn(r->memo.p, r->memo.n));
	return answer_tree(r, x);
}
