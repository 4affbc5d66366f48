/* list.c — the dossiers behind a figure, newest first. Who reads a list is recorded with the rows shown. */
#include "board/board_internal.h"
#include "board/board_sql.h"

#define SHOWN 50

static const struct board_measure measures[] = {
	{"received", "received", "", "", 0, MSG_BOARD_RECEIVED, false}, {"received_online", "received", "online", "portal", 0, MSG_BOARD_L_ONLINE, false},
	{"received_counter", "received", "counter", "counter", 0, MSG_BOARD_L_COUNTER, false}, {"received_post", "received", "post", "hired", 0, MSG_BOARD_L_POST, false},
	{"received_direct", "received_direct", "", "", 0, MSG_BOARD_II_DIRECT, false},
	{"decided", "decided", "", "", 0, MSG_BOARD_DECIDED, false}, {"early", "early", "", "", 0, MSG_BOARD_L_EARLY, false},
	{"on_time", "on_time", "", "", 0, MSG_BOARD_L_ON_TIME, false}, {"late", "late", "", "", 0, MSG_BOARD_L_LATE, false},
	{"late_why", "late_why", "", "", 0, MSG_BOARD_L_LATE, false}, {"no_limit", "no_limit", "", "", 0, MSG_BOARD_L_NO_LIMIT, false}, {"result_signed", "result_signed", "", "", 0, MSG_BOARD_L_SIGNED, false},
	{"ended", "ended", "", "", 0, MSG_BOARD_L_ENDED, false}, {"otherwise", "otherwise", "", "", 0, MSG_BOARD_L_OTHERWISE, false},
	{"rated_1", "rated", "", "", 1, MSG_BOARD_RATED_1, false}, {"rated_2", "rated", "", "", 2, MSG_BOARD_RATED_2, false}, {"rated_3", "rated", "", "", 3, MSG_BOARD_RATED_3, false},
	{"rated_4", "rated", "", "", 4, MSG_BOARD_RATED_4, false}, {"rated_5", "rated", "", "", 5, MSG_BOARD_RATED_5, false},
	{"open", "open", "", "", 0, MSG_BOARD_OPEN_NOW, true}, {"open_in_time", "open_in_time", "", "", 0, MSG_BOARD_OPEN_IN_TIME, true},
	{"open_overdue", "open_overdue", "", "", 0, MSG_BOARD_OVERDUE_NOW, true}, {"answer_in_time", "answer_in_time", "", "", 0, MSG_BOARD_OPEN_ANSWER, true},
	{"answer_overdue", "answer_overdue", "", "", 0, MSG_BOARD_L_ANSWER_LATE, true}, {"open_supplement", "open_supplement", "", "", 0, MSG_BOARD_OPEN_SUPPLEMENT, true},
	{"open_fee", "open_fee", "", "", 0, MSG_BOARD_OPEN_FEE, true}, {"open_no_limit", "open_no_limit", "", "", 0, MSG_BOARD_OPEN_NO_LIMIT, true},
	{"open_before", "open_before", "", "", 0, MSG_BOARD_II_CARRIED, false}, {"open_at_end", "open_at_end", "", "", 0, MSG_BOARD_II_OPEN, false},
	{"received_or_carried", "received_or_carried", "", "", 0, MSG_BOARD_II_RECEIVED, false},
	{"on_time_or_otherwise", "on_time_or_otherwise", "", "", 0, MSG_BOARD_L_ON_TIME_ALL, false},
	{"in_time_at_end", "in_time_at_end", "", "", 0, MSG_BOARD_L_IN_TIME_END, false}, {"overdue_at_end", "overdue_at_end", "", "", 0, MSG_BOARD_L_OVERDUE_END, false},
};

static const struct board_measure *measure_of(struct str slug)
{
	for (size_t i = 0; i < ARRAY_LEN(measures); i++)
		if (str_eq(slug, str_from(measures[i].slug)))
			return &measures[i];
	return NULL;
}

/* Of a table that was sent: its period and agency, and what was overdue then by the dossiers kept with it. All else counts what no later act changes. */
static bool as_sent(struct request *r, struct board_listed *x, struct str id, struct err *e)
{
	struct board_sent sent;
	struct str procedure = x->q.of.procedure;
	if (!board_sent_get(r, &x->q, id, &sent, e))
		return false;
	sent.q.of.procedure = procedure;
	x->q = sent.q;
	x->said = board_sent_line(r, &sent);
	x->ids = board_kept_list(r->env.arena, &sent.sent, procedure);
	x->kind = str_eq(x->kind, STR("overdue_at_end")) ? STR("kept") : str_eq(x->kind, STR("in_time_at_end")) ? STR("not_kept") : x->kind;
	return true;
}

bool board_listed_read(struct request *r, struct board_listed *x, struct err *e)
{
	bool api = r->route->flags & ROUTE_API;
	struct str figure = req_query(r, api ? "figure" : "so");
	int64_t reason = 0;
	bool why = board_late_figure(r, figure, &reason, &x->name);
	x->figure = figure.n ? figure : STR("received");
	x->m = measure_of(why ? STR("late_why") : x->figure);
	if (!x->m || str_eq(figure, STR("late_why")))
		return err_set(e, ERR_NOT_FOUND, "no such figure");
	x->name = why ? x->name : msg(r->env.lang, x->m->word);
	struct str sent = req_query(r, api ? "sent" : "ban");
	x->kind = str_from(x->m->kind);
	x->ids = STR("[]");
	x->said = STR_NONE;
	if (!board_ask_read(r, &x->q, e) || (sent.n && !as_sent(r, x, sent, e)))
		return false;
	struct instant end = instant_at(stat_month_first(x->q.to + 1), 0);
	bool at_end = str_ends(x->kind, STR("_at_end")) && end.ms < r->env.now.ms;
	int64_t before = req_query_int(r, api ? "before" : "truoc", INT64_MAX);
	x->in = (struct board_behind_in){.agency = x->q.of.agency, .unit = x->q.of.unit, .procedure = x->q.of.procedure.n ? x->q.of.procedure : STR(""),
		.officer = x->q.of.officer, .kind = x->kind, .channel = str_from(x->m->channel), .channel2 = str_from(x->m->channel2), .score = why ? reason : x->m->score,
		.from = instant_at(stat_month_first(x->q.from), 0), .to = end, .now = at_end ? end : r->env.now, .ids = x->ids,
		.before = {before > 0 ? before : INT64_MAX}, .limit = SHOWN + 1};
	return true;
}

/* Of the rows those that the actor may open, in their order. */
static bool readable(struct request *r, struct board_behind_rows *rows, size_t *hidden, struct err *e)
{
	struct dossier_ids ids = {NEW_ARRAY(r->env.arena, rows->n + 1, struct dossier_id), rows->n};
	size_t kept = 0, at = 0;
	for (size_t i = 0; i < rows->n; i++)
		ids.v[i] = rows->v[i].id;
	if (!dossier_readable(&r->env, &ids, e))
		return false;
	for (size_t i = 0; i < rows->n; i++)
		if (at < ids.n && ids.v[at].v == rows->v[i].id.v)
			rows->v[kept++] = rows->v[i], at++;
	*hidden = rows->n - kept;
	rows->n = kept;
	return true;
}

enum { L_CODE, L_WHAT, L_SENT, L_DUE, L_SETTLED, L_COLS };

static void show_rows(struct request *r, struct html_out *o, const struct board_behind_rows *rows)
{
	struct arena *a = r->env.arena;
	struct ui_column c[L_COLS] = {[L_CODE] = {.head = M(r, CODE), .kind = UI_CELL_CODE}, [L_WHAT] = {.head = M(r, WHO_WHAT), .kind = UI_CELL_TITLE}, [L_SENT] = {.head = M(r, SENT), .kind = UI_CELL_TIME},
		[L_DUE] = {.head = M(r, DUE), .kind = UI_CELL_TIME}, [L_SETTLED] = {.head = M(r, SETTLED), .kind = UI_CELL_TIME}};
	struct ui_table t = {.caption = M(r, LIST), .caption_hidden = true, .columns = c, .n_columns = L_COLS, .keys = true, .flow = true};
	ui_table_begin(o, &t);
	for (size_t i = 0; i < rows->n; i++) {
		const struct board_behind_row *d = &rows->v[i];
		struct str url = str_fmt(a, "/ban-lam-viec/ho-so/%.*s", STR_ARG(d->code));
		ui_row_begin(o, &t, &(struct ui_row){.url = url});
		ui_cell_main(o, &t, L_CODE, (struct ui_crumb){d->code, url}, STR_NONE);
		ui_cell_main(o, &t, L_WHAT, (struct ui_crumb){d->applicant_name, STR_NONE}, d->procedure_name);
		ui_cell(o, &t, L_SENT, instant_people(a, d->sent_at));
		ui_cell(o, &t, L_DUE, d->law_due.has ? instant_people(a, d->law_due.v) : STR("–"));
		ui_cell(o, &t, L_SETTLED, d->settled_at.has ? instant_people(a, d->settled_at.v) : STR("–"));
		ui_row_end(o);
		req_note_read(r, d->id.v);
	}
	ui_table_end(o);
}

struct str board_listed_lead(struct request *r, const struct board_listed *x)
{
	struct str period = x->m->now ? board_as_of(r, r->env.now) : board_period_words(r->env.arena, r->env.lang, &x->q);
	return x->said.n ? str_fmt(r->env.arena, "%.*s. %.*s", STR_ARG(period), STR_ARG(x->said)) : period;
}

struct str board_listed_more(struct arena *a, const struct board_ask *q, struct str figure)
{
	struct str so = str_fmt(a, "&so=%.*s", STR_ARG(figure));
	return q->sent.v ? str_fmt(a, "%.*s&ban=%lld", STR_ARG(so), (long long)q->sent.v) : so;
}

bool board_list_page(struct request *r, struct err *e)
{
	struct arena *a = r->env.arena;
	struct board_listed x;
	struct board_behind_rows rows = {0};
	size_t hidden = 0;
	if (!board_listed_read(r, &x, e) || !q_board_behind(r->env.db, a, &x.in, &rows, e))
		return false;
	bool more = rows.n > SHOWN;
	rows.n = more ? SHOWN : rows.n;
	struct str so = board_listed_more(a, &x.q, x.figure);
	struct str next = more ? board_url(a, BOARD "/ho-so", &x.q, str_fmt(a, "%.*s&truoc=%lld", STR_ARG(so), (long long)rows.v[rows.n - 1].id.v)) : STR_NONE;
	if (!readable(r, &rows, &hidden, e))
		return false;
	struct html_out o = page_out(r);
	struct ui_crumb crumbs[] = {{M(r, TITLE), board_url(a, BOARD, &x.q, STR_NONE)}};
	struct ui_button csv = {.label = M(r, CSV), .weight = UI_QUIET, .icon = UI_ICON_DOWNLOAD, .url = board_url(a, BOARD "/ho-so.csv", &x.q, so)};
	struct h_capture c = h_capture_begin(&o);
	ui_button(&o, &csv);
	if (board_listed_own(r, &x)) /* whose dossiers are another agency's has figures, not files */
		ui_act(&o, board_url(a, BOARD "/ho-so.xlsx", &x.q, so), &(struct ui_button){.label = msg(r->env.lang, MSG_WORKBOOK_ASK), .weight = UI_QUIET, .icon = UI_ICON_FILE});
	struct ui_page p = {.title = x.name, .lead = board_listed_lead(r, &x), .staff = true, .width = UI_FULL, .crumbs = crumbs, .n_crumbs = 1, .actions = h_capture_end(&o, c)};
	ui_page_begin(&o, &p);
	if (hidden)
		ui_notice(&o, &(struct ui_notice){.tone = UI_INFO, .text = msg_fmt(a, r->env.lang, MSG_BOARD_HIDDEN, (struct str[]){lang_number(a, r->env.lang, (int64_t)hidden)}, 1)});
	if (rows.n)
		show_rows(r, &o, &rows);
	else if (!hidden)
		ui_empty(&o, &(struct ui_empty){.title = M(r, EMPTY), .text = M(r, EMPTY_WHY), .icon = UI_ICON_INBOX});
	if (next.n)
		ui_buttons(&o, &(struct ui_button){.label = M(r, OLDER), .weight = UI_QUIET, .url = next}, 1);
	ui_page_end(&o, &p);
	return page_answer(r);
}

/* ---- for programs ---- */

bool board_api_list(struct request *r, struct err *e)
{
	struct arena *a = r->env.arena;
	struct board_listed x;
	struct board_behind_rows rows = {0};
	size_t hidden = 0;
	if (!board_listed_read(r, &x, e) || !q_board_behind(r->env.db, a, &x.in, &rows, e))
		return false;
	int64_t next = rows.n > SHOWN ? rows.v[SHOWN - 1].id.v : 0;
	rows.n = next ? SHOWN : rows.n;
	if (!readable(r, &rows, &hidden, e))
		return false;
	buf_put(&r->body, STR("{\"items\":["));
	for (size_t i = 0; i < rows.n; i++) {
		if (i)
			buf_char(&r->body, ',');
		db_row_json(&r->body, &query_board_behind, &rows.v[i]);
		req_note_read(r, rows.v[i].id.v);
	}
	buf_fmt(&r->body, "],\"hidden\":%lld,\"next\":", (long long)hidden);
	if (next)
		buf_fmt(&r->body, "\"%lld\"}", (long long)next);
	else
		buf_put(&r->body, STR("null}"));
	return answer_json(r, 200);
}
