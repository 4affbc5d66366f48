/* inbox.c — the work list: its table, filters, search and pages. */
#include "desk/desk_internal.h"
#include "desk/desk_views.h"

enum { COL_CODE, COL_WHAT, COL_STEP, COL_DUE, COLS };

/* Nobody yet: the unit's turn, the applicant's, or over. */
static struct str who_waits(struct request *r, struct str state)
{
	static const char *const ours[] = {"received", "fee", "processing", "signing", "done"};
	for (size_t i = 0; i < ARRAY_LEN(ours); i++)
		if (str_eq(state, str_from(ours[i])))
			return msg(r->env.lang, MSG_DESK_UNASSIGNED);
	return str_eq(state, STR("supplement")) ? msg(r->env.lang, MSG_DESK_APPLICANT) : STR("");
}

static struct str by_when(struct request *r, enum msg_key key, struct instant at)
{
	struct str when = instant_people(r->env.arena, at);
	return msg_fmt(r->env.arena, r->env.lang, key, &when, 1);
}

/* The step and whose it is. Views count by the dossier's time; the step's own share of it is told where it has run out. */
static void step_cell(struct request *r, struct html_out *o, const struct ui_table *t, const struct desk_list_row *x, bool runs)
{
	ui_cell_begin(o, t, COL_STEP);
	desk_two_lines(o, desk_step_name(r->env.lang, x->process, x->step), x->assignee.v ? x->assignee_name : who_waits(r, x->state));
	if (runs && x->accepted_at.has && x->step_due.has && x->step_due.v.ms < r->env.now.ms)
		desk_below(o, by_when(r, MSG_DESK_STEP_LATE, x->step_due.v), true);
	ui_cell_end(o);
}

/* The time that views and order go by, and which time it is: the answer's before acceptance, then the result's. */
static void due_cell(struct request *r, struct html_out *o, const struct ui_table *t, const struct desk_list_row *x, const struct desk_due *due, struct instant by)
{
	ui_cell_begin(o, t, COL_DUE);
	desk_due_badge(o, due);
	if (by.ms)
		desk_below(o, by_when(r, x->accepted_at.has ? MSG_DESK_RESULT_BY : MSG_DESK_ANSWER_BY, by), false);
	ui_cell_end(o);
}

static void table_row(struct request *r, struct html_out *o, const struct ui_table *t, const struct desk_list_row *x, struct str acts)
{
	struct arena *a = r->env.arena;
	bool accepted = x->accepted_at.has, known = !accepted || x->due.has;
	struct instant by = accepted ? x->due.v : x->answer_due;
	struct desk_due due = desk_due(&r->env, x->state, by, known);
	struct str url = str_fmt(a, "/ban-lam-viec/ho-so/%.*s", STR_ARG(x->code));
	bool runs = due.state == UI_LATE || due.state == UI_SOON || due.state == UI_ON_TIME;
	ui_row_begin(o, t, &(struct ui_row){.url = url, .select_label = x->code, .select_value = str_fmt(a, "%.*s~%lld", STR_ARG(x->code), (long long)x->rev), .acts = acts});
	ui_cell_main(o, t, COL_CODE, (struct ui_crumb){x->code, url}, STR_NONE);
	ui_cell_main(o, t, COL_WHAT, (struct ui_crumb){x->applicant_name, STR_NONE}, x->procedure_name);
	step_cell(r, o, t, x, runs);
	due_cell(r, o, t, x, &due, known && due.state != UI_YOURS ? by : (struct instant){0});
	ui_row_end(o);
	req_note_read(r, x->id.v);
}

void desk_table(struct request *r, struct html_out *o, struct str caption, const struct desk_list_row *v, size_t n, const uint32_t *offered)
{
	enum lang l = r->env.lang;
	struct ui_column columns[COLS] = {
		[COL_CODE] = {.head = msg(l, MSG_DESK_COL_CODE), .kind = UI_CELL_CODE}, [COL_WHAT] = {.head = msg(l, MSG_DESK_COL_WHO_WHAT)},
		[COL_STEP] = {.head = msg(l, MSG_DESK_COL_STEP_WHO)}, [COL_DUE] = {.head = msg(l, MSG_DESK_COL_STATE)}};
	struct ui_table t = {.caption = caption, .caption_hidden = true, .columns = columns, .n_columns = COLS, .keys = true, .compact = true,
		.select = offered ? STR("chosen") : STR_NONE, .select_form = offered ? STR("bulk") : STR_NONE};
	ui_table_begin(o, &t);
	for (size_t i = 0; i < n; i++)
		table_row(r, o, &t, &v[i], offered ? bulk_names(r->env.arena, offered[i]) : STR_NONE);
	ui_table_end(o);
}

static void tabs(struct request *r, struct html_out *o, const struct desk_filter *now)
{
	struct ui_tab v[VIEW_COUNT];
	for (int i = 0; i < VIEW_COUNT; i++) {
		struct desk_filter f = {.view = (enum desk_view)i};
		struct err e = {0};
		v[i] = (struct ui_tab){.label = msg(r->env.lang, desk_view_label(f.view)), .here = now->view == f.view && !now->q.n,
			.url = str_fmt(r->env.arena, "/ban-lam-viec?xem=%s", desk_view_slug(f.view))};
		v[i].counted = desk_counted(&r->env, &f, &v[i].count, &e);
	}
	ui_tabs(o, v, VIEW_COUNT);
}

static struct ui_option option(struct str value, struct str label, struct str now)
{
	return (struct ui_option){.value = value, .label = label, .chosen = str_eq(value, now)};
}

static void state_filter(struct request *r, struct html_out *o, const struct desk_filter *f)
{
	static const char *const states[] = {"received", "supplement", "fee", "processing", "signing", "done", "returned", "refused", "stopped", "withdrawn"};
	struct ui_option v[ARRAY_LEN(states) + 1] = {option(STR(""), msg(r->env.lang, MSG_ALL), f->state)};
	for (size_t i = 0; i < ARRAY_LEN(states); i++)
		v[i + 1] = option(str_from(states[i]), msg(r->env.lang, desk_state_word(str_from(states[i]))), f->state);
	ui_field(o, &(struct ui_field){.name = STR("tt"), .kind = UI_SELECT, .label = msg(r->env.lang, MSG_DESK_COL_STATE), .options = v, .n_options = ARRAY_LEN(v), .plain = true});
}

static void channel_filter(struct request *r, struct html_out *o, const struct desk_filter *f)
{
	static const char *const channels[] = {"online", "counter", "post", "hired", "portal"};
	struct ui_option v[ARRAY_LEN(channels) + 1] = {option(STR(""), msg(r->env.lang, MSG_ALL), f->channel)};
	for (size_t i = 0; i < ARRAY_LEN(channels); i++)
		v[i + 1] = option(str_from(channels[i]), msg(r->env.lang, desk_channel_word(str_from(channels[i]))), f->channel);
	ui_field(o, &(struct ui_field){.name = STR("kenh"), .kind = UI_SELECT, .label = msg(r->env.lang, MSG_DESK_CHANNEL), .options = v, .n_options = ARRAY_LEN(v), .plain = true});
}

/* The fields of the procedures known, each once. */
void desk_field_filter(struct request *r, struct html_out *o, struct str now)
{
	struct ui_option *v = NEW_ARRAY(r->env.arena, LAW->n + 1, struct ui_option);
	size_t n = 1;
	v[0] = option(STR(""), msg(r->env.lang, MSG_ALL), now);
	for (size_t i = 0; i < LAW->n; i++) {
		struct str field = LAW->procedures[i].p->field;
		bool seen = !field.n;
		for (size_t k = 1; k < n && !seen; k++)
			seen = str_eq(v[k].value, field);
		if (!seen)
			v[n++] = option(field, field, now);
	}
	ui_field(o, &(struct ui_field){.name = STR("lv"), .kind = UI_SELECT, .label = msg(r->env.lang, MSG_DESK_FIELD), .options = v, .n_options = n, .plain = true});
}

static void order_filter(struct request *r, struct html_out *o, const struct desk_filter *f)
{
	struct ui_option v[] = {{.value = STR(""), .label = msg(r->env.lang, MSG_DESK_ORDER_DUE), .chosen = !f->newest},
		{.value = STR("moi"), .label = msg(r->env.lang, MSG_DESK_ORDER_NEW), .chosen = f->newest}};
	ui_field(o, &(struct ui_field){.name = STR("xep"), .kind = UI_SELECT, .label = msg(r->env.lang, MSG_DESK_ORDER), .options = v, .n_options = 2, .plain = true});
}

/* ---- searching: the words name people, so they go in the body, and into the address only sealed ---- */

static const struct field search_fields[] = {{.name = "tim", .kind = FIELD_TEXT, .max = 300, .label = MSG_DESK_SEARCH}};
const struct form desk_search_words = {"search", search_fields, ARRAY_LEN(search_fields)};

void desk_search_form(struct request *r, struct html_out *o, const struct ui_field *look)
{
	struct ui_field f = *look;
	f.name = STR("tim"), f.kind = UI_SEARCH, f.plain = true;
	if (form_error_of(r, "tim"))
		f.value = form_raw(r, "tim"), f.error = page_error(r, "tim");
	ui_form_begin(o, &(struct ui_form){.action = STR("/ban-lam-viec/tim")});
	ui_field(o, &f);
	ui_form_end(o);
}

bool desk_search_check(struct request *r, struct err *e)
{
	struct str q = form_text(r, "tim"), to = STR("/ban-lam-viec");
	(void)e;
	if (q.n)
		to = str_fmt(r->env.arena, "/ban-lam-viec?tim=%.*s", STR_ARG(req_seal_query(r, "tim", q)));
	return answer_redirect(r, to);
}

static void filters(struct request *r, struct html_out *o, const struct desk_filter *f)
{
	struct ui_button find = {.label = msg(r->env.lang, MSG_DO_FILTER), .weight = UI_QUIET, .icon = UI_ICON_FILTER};
	bool no_day = req_query(r, "truoc").n && !f->has_until; /* not dropped in silence */
	bool on = no_day || f->state.n || f->field.n || f->channel.n || f->has_until || f->newest || r->errors.n;
	desk_search_form(r, o, &(struct ui_field){.label = msg(r->env.lang, MSG_DESK_SEARCH), .value = f->q});
	ui_details_begin(o, msg(r->env.lang, MSG_DESK_FILTERS), on);
	ui_form_begin(o, &(struct ui_form){.action = STR("/ban-lam-viec"), .get = true, .row = true});
	ui_field(o, &(struct ui_field){.name = STR("xem"), .kind = UI_HIDDEN, .value = str_from(desk_view_slug(f->view))});
	state_filter(r, o, f);
	desk_field_filter(r, o, f->field);
	channel_filter(r, o, f);
	ui_field(o, &(struct ui_field){.name = STR("truoc"), .kind = UI_DATE, .label = msg(r->env.lang, MSG_DESK_DUE_UNTIL), .plain = true,
		.value = f->has_until ? date_people(r->env.arena, f->until) : req_query(r, "truoc"), .error = no_day ? msg(r->env.lang, MSG_FIELD_NOT_DATE) : STR_NONE});
	order_filter(r, o, f);
	ui_buttons(o, &find, 1);
	ui_form_end(o);
	struct ui_field name = page_field(r, "name", UI_TEXT, MSG_DESK_SAVE_NAME);
	name.plain = true;
	ui_form_begin(o, &(struct ui_form){.action = STR("/ban-lam-viec/bo-loc"), .row = true});
	ui_field(o, &(struct ui_field){.name = STR("query"), .kind = UI_HIDDEN, .value = name.value.n ? form_raw(r, "query") : desk_filter_url(r->env.arena, f, false)});
	ui_field(o, &name);
	ui_buttons(o, &(struct ui_button){.label = msg(r->env.lang, MSG_DESK_SAVE_FILTER), .weight = UI_QUIET, .icon = UI_ICON_STAR}, 1);
	ui_form_end(o);
	ui_details_end(o);
}

static void pager(struct request *r, struct html_out *o, const struct desk_filter *f, const struct desk_list_rows *rows, bool more, int64_t total)
{
	struct desk_filter next = *f, start = *f;
	start.after_id = start.before = 0;
	struct ui_pager p = {.first = rows->n ? f->before + 1 : 0, .last = f->before + (int64_t)rows->n, .previous_is_first = true, .total = total > DESK_MANY ? DESK_MANY : total, .more = total > DESK_MANY};
	if (f->after_id)
		p.previous_url = str_fmt(r->env.arena, "/ban-lam-viec%.*s", STR_ARG(desk_filter_url(r->env.arena, &start, false)));
	if (more && rows->n) {
		const struct desk_list_row *last = &rows->v[rows->n - 1];
		next.after_due = last->by_due.ms;
		next.after_id = last->id.v;
		next.before = f->before + (int64_t)rows->n;
		p.next_url = str_fmt(r->env.arena, "/ban-lam-viec%.*s", STR_ARG(desk_filter_url(r->env.arena, &next, true)));
	}
	ui_pager(o, &p);
}

static bool load_inbox(struct request *r, const struct desk_filter *f, struct desk_list_rows *rows, bool *more, int64_t *total, bool *person, struct err *e)
{
	*person = false;
	if (f->q.n) {
		bool ok = desk_search(&r->env, f->q, rows, person, e);
		*total = (int64_t)rows->n;
		return ok;
	}
	if (!desk_rows(&r->env, f, DESK_PAGE + 1, rows, e) || !desk_counted(&r->env, f, total, e))
		return false;
	*more = rows->n > DESK_PAGE;
	if (*more)
		rows->n = DESK_PAGE;
	return true;
}

/* code: a dossier of the person who was searched for, or none. */
static struct html inbox_buttons(struct request *r, struct html_out *o, const struct desk_filter *f, struct str code)
{
	struct h_capture c = h_capture_begin(o);
	if (code.n && actor_is(r->env.actor, ROLE_COUNTER))
		ui_button(o, &(struct ui_button){.label = msg(r->env.lang, MSG_DESK_FOR_PERSON), .icon = UI_ICON_PLUS, .key = "n", .url = str_fmt(r->env.arena, "/quay/nop?nguoi=%.*s", STR_ARG(code))});
	ui_button(o, &(struct ui_button){.label = msg(r->env.lang, MSG_DO_EXPORT), .weight = UI_QUIET, .icon = UI_ICON_DOWNLOAD, .download = true,
		.url = str_fmt(r->env.arena, "/ban-lam-viec/xuat.csv%.*s", STR_ARG(desk_filter_url(r->env.arena, f, false)))});
	if (!f->q.n)
		ui_act(o, str_fmt(r->env.arena, "/ban-lam-viec/xuat.xlsx%.*s", STR_ARG(desk_filter_url(r->env.arena, f, false))),
			&(struct ui_button){.label = msg(r->env.lang, MSG_WORKBOOK_ASK), .weight = UI_QUIET, .icon = UI_ICON_FILE});
	return h_capture_end(o, c);
}

/* Who has nothing of their own is led to what waits for somebody of the unit to take it. */
static bool nothing_here(struct request *r, struct html_out *o, const struct desk_filter *f, struct err *e)
{
	struct desk_filter unit = {.view = VIEW_UNIT};
	int64_t waiting = 0;
	if (f->view == VIEW_MINE && !f->q.n && !desk_counted(&r->env, &unit, &waiting, e))
		return false;
	struct str n = str_fmt(r->env.arena, "%lld", (long long)waiting);
	struct ui_button lead = {.label = msg_fmt(r->env.arena, r->env.lang, MSG_DESK_EMPTY_TO_UNIT, &n, 1), .weight = UI_QUIET,
		.url = str_fmt(r->env.arena, "/ban-lam-viec?xem=%s", desk_view_slug(VIEW_UNIT))};
	ui_empty(o, &(struct ui_empty){.title = msg(r->env.lang, f->q.n ? MSG_DESK_FOUND_NONE : MSG_DESK_EMPTY),
		.text = msg(r->env.lang, f->q.n ? MSG_DESK_FOUND_NONE_WHY : MSG_DESK_EMPTY_WHY), .icon = f->q.n ? UI_ICON_SEARCH : UI_ICON_INBOX,
		.button = waiting ? &lead : NULL});
	return true;
}

bool desk_inbox(struct request *r, struct err *e)
{
	struct desk_filter f = desk_filter_read(r);
	struct desk_list_rows rows = {0};
	bool more = false, person = false;
	int64_t total = 0;
	if (!load_inbox(r, &f, &rows, &more, &total, &person, e))
		return false;
	if (rows.n == 1 && http_method_safe(r->method) && str_find(str_upper(r->env.arena, f.q), rows.v[0].code) >= 0) /* a code typed or scanned opens its record */
		return answer_redirect(r, str_fmt(r->env.arena, "/ban-lam-viec/ho-so/%.*s", STR_ARG(rows.v[0].code)));
	struct html_out o = page_out(r);
	struct str title = msg(r->env.lang, f.q.n ? MSG_DESK_FOUND : desk_view_label(f.view)); /* browsers keep titles: no words of a search */
	struct ui_page p = {.title = title, .staff = true, .width = UI_FULL, .actions = inbox_buttons(r, &o, &f, person ? rows.v[0].code : STR_NONE), .has_errors = r->errors.n > 0};
	ui_page_begin(&o, &p);
	page_error_summary(&o, r);
	if (f.q_lost)
		ui_notice(&o, &(struct ui_notice){.tone = UI_INFO, .text = msg(r->env.lang, MSG_DESK_SEARCH_LOST)});
	if (!o.facts->n_side)
		tabs(r, &o, &f);
	filters(r, &o, &f);
	if (rows.n) {
		uint32_t *offered;
		if (!bulk_offers(r, &rows, &offered, e))
			return false;
		desk_table(r, &o, title, rows.v, rows.n, offered);
		pager(r, &o, &f, &rows, more, total);
		bulk_bar(r, &o, offered, rows.n);
	} else if (!nothing_here(r, &o, &f, e)) {
		return false;
	}
	desk_saved_filters(r, &o);
	ui_page_end(&o, &p);
	return page_answer(r);
}
