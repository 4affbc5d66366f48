/* sheets.c — papers drawn when asked for (control slip, fee receipt, application form) and the register of dossiers. */
#include "core/db/id.h"
#include "desk/desk_internal.h"

#define M(r, k) msg((r)->env.lang, (k))

static bool sheet_page(struct request *r, enum dossier_sheet what, struct err *e)
{
	struct dossier_get_row d;
	int64_t item = 0;
	struct str pdf;
	if (!desk_record(r, &d, e))
		return false;
	if (!desk_have()->sheet || (what != SHEET_CONTROL && !req_param_id(r, "id", &item)))
		return err_set(e, ERR_NOT_FOUND, "no such sheet");
	req_note_read(r, d.id.v);
	return desk_have()->sheet(&r->env, &d, what, what == SHEET_FORM ? item - 1 : item, &pdf, e) && answer_bytes(r, 200, "application/pdf", pdf);
}

bool desk_control_page(struct request *r, struct err *e) { return sheet_page(r, SHEET_CONTROL, e); }
bool desk_fee_page(struct request *r, struct err *e) { return sheet_page(r, SHEET_FEE, e); }
bool desk_form_page(struct request *r, struct err *e) { return sheet_page(r, SHEET_FORM, e); }

/* ---- the register ---- */

#define REGISTER_PAGE 500 /* rows shown; the file has more */

struct asked { struct issue_register x; int year, month; /* 0: the whole year */ };

static int number(struct request *r, const char *name, int low, int high, int otherwise)
{
	int64_t n = req_query_int(r, name, otherwise);
	return n >= low && n <= high ? (int)n : otherwise;
}

/* "?nam=2026&thang=11&lv=…": a year, or a month of it; a reception's for those of the counter, else the agency's. */
static struct asked read_asked(struct request *r)
{
	struct civil today = date_civil(date_of(r->env.now));
	struct asked q = {.year = number(r, "nam", 2000, today.year, today.year), .month = number(r, "thang", 0, 12, today.month)};
	const struct actor *me = r->env.actor;
	q.x.field = req_query(r, "lv");
	q.x.from = date_from_civil(q.year, q.month ? q.month : 1, 1);
	q.x.to = q.month && q.month < 12 ? date_from_civil(q.year, q.month + 1, 1) : date_from_civil(q.year + 1, 1, 1);
	q.x.to.day--;
	for (size_t i = 0; i < me->n_held && !q.x.agency.v; i++)
		if (me->held[i].role != ROLE_COUNTER && (ROLE_BIT(me->held[i].role) & ALLOW_STAFF))
			q.x.agency.v = me->held[i].agency;
	if (!q.x.agency.v)
		q.x.reception = desk_unit_of(me, ROLE_COUNTER);
	return q;
}

static void put_option(struct request *r, struct ui_option *v, size_t *n, int value, struct str label, bool chosen)
{
	v[(*n)++] = (struct ui_option){.value = str_fmt(r->env.arena, "%d", value), .label = label, .chosen = chosen};
}

static void time_fields(struct request *r, struct html_out *o, const struct asked *q)
{
	struct ui_option years[10], months[13];
	size_t ny = 0, nm = 0;
	int now = date_civil(date_of(r->env.now)).year;
	for (int y = now; y > now - 10; y--)
		put_option(r, years, &ny, y, str_fmt(r->env.arena, "%d", y), y == q->year);
	put_option(r, months, &nm, 0, M(r, MSG_DESK_WHOLE_YEAR), q->month == 0);
	for (int m = 1; m <= 12; m++)
		put_option(r, months, &nm, m, str_fmt(r->env.arena, "%d", m), m == q->month);
	ui_field(o, &(struct ui_field){.name = STR("nam"), .kind = UI_SELECT, .label = M(r, MSG_DESK_YEAR), .options = years, .n_options = ny, .plain = true});
	ui_field(o, &(struct ui_field){.name = STR("thang"), .kind = UI_SELECT, .label = M(r, MSG_DESK_MONTH), .options = months, .n_options = nm, .plain = true});
}

static void register_filter(struct request *r, struct html_out *o, const struct asked *q)
{
	ui_form_begin(o, &(struct ui_form){.action = STR("/ban-lam-viec/so-theo-doi"), .get = true, .row = true});
	time_fields(r, o, q);
	desk_field_filter(r, o, q->x.field);
	ui_buttons(o, &(struct ui_button){.label = M(r, MSG_DO_FILTER), .weight = UI_QUIET, .icon = UI_ICON_FILTER}, 1);
	ui_form_end(o);
}

enum { COL_N, COL_CODE, COL_WHAT, COL_IN, COL_DUE, COL_OUT, COLS };

static void register_line(struct request *r, struct html_out *o, const struct ui_table *t, const struct desk_register_lines_row *d, int64_t n)
{
	struct arena *a = r->env.arena;
	struct str url = str_fmt(a, "/ban-lam-viec/ho-so/%.*s", STR_ARG(d->code));
	ui_row_begin(o, t, &(struct ui_row){.url = url});
	ui_cell(o, t, COL_N, str_fmt(a, "%lld", (long long)n));
	ui_cell_main(o, t, COL_CODE, (struct ui_crumb){d->code, url}, STR_NONE);
	ui_cell_main(o, t, COL_WHAT, (struct ui_crumb){d->applicant_name, STR_NONE}, d->procedure_name);
	ui_cell(o, t, COL_IN, instant_people(a, d->accepted_at.v));
	ui_cell(o, t, COL_DUE, d->due.has ? instant_people(a, d->due.v) : STR("–"));
	ui_cell(o, t, COL_OUT, d->returned_at.has ? instant_people(a, d->returned_at.v) : STR("–"));
	ui_row_end(o);
	req_note_read(r, d->id.v);
}

static bool register_table(struct request *r, struct html_out *o, const struct issue_register_page *page, struct err *e)
{
	struct ui_column columns[COLS] = {
		[COL_N] = {.head = M(r, MSG_DESK_COL_N), .kind = UI_CELL_NUMBER}, [COL_CODE] = {.head = M(r, MSG_DESK_COL_CODE), .kind = UI_CELL_CODE}, [COL_WHAT] = {.head = M(r, MSG_DESK_COL_WHO_WHAT), .kind = UI_CELL_TITLE},
		[COL_IN] = {.head = M(r, MSG_DESK_ACCEPTED_AT), .brief = M(r, MSG_DESK_COL_IN_BRIEF), .kind = UI_CELL_TIME}, [COL_DUE] = {.head = M(r, MSG_DESK_COL_DUE), .brief = M(r, MSG_DESK_COL_DUE_BRIEF), .kind = UI_CELL_TIME}, [COL_OUT] = {.head = M(r, MSG_DESK_RETURNED_AT), .brief = M(r, MSG_DESK_COL_OUT_BRIEF), .kind = UI_CELL_TIME}};
	struct ui_table t = {.caption = M(r, MSG_DESK_REGISTER), .caption_hidden = true, .columns = columns, .n_columns = COLS, .keys = true, .flow = true};
	struct desk_register_lines_rows lines = {0};
	struct buf ids = buf_on(r->env.arena);
	for (size_t i = 0; i < page->n; i++)
		id_list_add(&ids, page->v[i].v);
	if (!q_desk_register_lines(r->env.db, r->env.arena, id_list(&ids), &lines, e))
		return false;
	ui_table_begin(o, &t);
	for (size_t i = 0; i < lines.n; i++)
		register_line(r, o, &t, &lines.v[i], page->before + (int64_t)i + 1);
	ui_table_end(o);
	return true;
}

static struct str pdf_url(struct request *r, const struct asked *q)
{
	struct buf b = buf_on(r->env.arena);
	buf_fmt(&b, "/ban-lam-viec/so-theo-doi.pdf?nam=%d&thang=%d", q->year, q->month);
	if (q->x.field.n) {
		buf_put(&b, STR("&lv="));
		desk_put_encoded(&b, q->x.field);
	}
	return buf_str(&b);
}

static struct str time_words(struct request *r, const struct asked *q)
{
	struct arena *a = r->env.arena;
	struct str args[] = {str_fmt(a, "%d", q->month), str_fmt(a, "%d", q->year)};
	return q->month ? msg_fmt(a, r->env.lang, MSG_DESK_REGISTER_MONTH, args, 2) : msg_fmt(a, r->env.lang, MSG_DESK_REGISTER_YEAR, &args[1], 1);
}

bool desk_register_page(struct request *r, struct err *e)
{
	struct asked q = read_asked(r);
	struct issue_register_page page = {0};
	if (!desk_have()->register_rows)
		return err_set(e, ERR_NOT_FOUND, "no register");
	if (!desk_have()->register_rows(&r->env, &q.x, REGISTER_PAGE, &page, e))
		return false;
	struct html_out o = page_out(r);
	struct h_capture c = h_capture_begin(&o);
	ui_button(&o, &(struct ui_button){.label = M(r, MSG_DESK_PRINT_REGISTER), .weight = UI_QUIET, .icon = UI_ICON_DOWNLOAD, .url = pdf_url(r, &q)});
	struct ui_page p = {.title = M(r, MSG_DESK_REGISTER), .lead = time_words(r, &q), .staff = true, .width = UI_FULL, .actions = h_capture_end(&o, c)};
	ui_page_begin(&o, &p);
	register_filter(r, &o, &q);
	if (page.n == REGISTER_PAGE)
		ui_notice(&o, &(struct ui_notice){.tone = UI_INFO, .text = M(r, MSG_DESK_REGISTER_MORE)});
	if (page.n && !register_table(r, &o, &page, e))
		return false;
	if (!page.n)
		ui_empty(&o, &(struct ui_empty){.title = M(r, MSG_DESK_EMPTY), .text = M(r, MSG_DESK_REGISTER_EMPTY), .icon = UI_ICON_INBOX});
	ui_page_end(&o, &p);
	return page_answer(r);
}

bool desk_register_pdf(struct request *r, struct err *e)
{
	struct asked q = read_asked(r);
	struct issue_register_page page = {0};
	struct str pdf;
	if (!desk_have()->register_draw)
		return err_set(e, ERR_NOT_FOUND, "no register");
	if (!desk_have()->register_rows(&r->env, &q.x, ISSUE_REGISTER_MAX, &page, e) || !desk_have()->register_draw(&r->env, &q.x, &pdf, e))
		return false;
	for (size_t i = 0; i < page.n; i++)
		req_note_read(r, page.v[i].v);
	return answer_bytes(r, 200, "application/pdf", pdf);
}
