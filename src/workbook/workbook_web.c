/* workbook_web.c — the reader's own files: which are made, which can be fetched, until when. */
#include "core/page/page.h"
#include "workbook/workbook_internal.h"
#include "workbook/workbook_views.h"

#define M(r, k) msg((r)->env.lang, MSG_WORKBOOK_##k)

enum { COL_WHAT, COL_STATE, COL_UNTIL, COL_DO, COLS };

static struct instant until(const struct workbook_of_row *x) { return (struct instant){x->asked_at.ms + WORKBOOK_KEPT_MS}; }

static struct str asked(struct request *r, const struct workbook_of_row *x)
{
	struct str when = instant_people(r->env.arena, x->asked_at);
	return msg_fmt(r->env.arena, r->env.lang, MSG_WORKBOOK_ASKED, &when, 1);
}

static void state_cell(struct request *r, struct html_out *o, const struct ui_table *t, const struct workbook_of_row *x)
{
	struct arena *a = r->env.arena;
	bool ready = str_eq(x->state, STR("ready")), making = str_eq(x->state, STR("making"));
	ui_cell_begin(o, t, COL_STATE);
	ui_badge_word(o, ready ? UI_DONE : making ? UI_DOING : UI_STOPPED, ready ? M(r, READY) : making ? M(r, MAKING) : M(r, FAILED));
	if (ready) {
		struct str args[] = {lang_number(a, r->env.lang, x->dossiers.v), lang_size(a, r->env.lang, x->size.v)};
		workbook_below(o, msg_fmt(a, r->env.lang, MSG_WORKBOOK_SIZE, args, ARRAY_LEN(args)));
	} else if (!making) {
		workbook_below(o, M(r, FAILED_WHY));
	}
	ui_cell_end(o);
}

static void file_row(struct request *r, struct html_out *o, const struct ui_table *t, const struct workbook_of_row *x)
{
	struct arena *a = r->env.arena;
	bool ready = str_eq(x->state, STR("ready"));
	struct str url = str_fmt(a, WORKBOOK_PAGE "/%lld", (long long)x->id.v);
	ui_row_begin(o, t, &(struct ui_row){.url = STR_NONE});
	ui_cell_main(o, t, COL_WHAT, (struct ui_crumb){x->title, STR_NONE}, asked(r, x));
	state_cell(r, o, t, x);
	ui_cell(o, t, COL_UNTIL, ready ? instant_people(a, until(x)) : STR("–"));
	ui_cell_begin(o, t, COL_DO);
	if (ready)
		ui_button(o, &(struct ui_button){.label = M(r, FETCH), .icon = UI_ICON_DOWNLOAD, .weight = UI_QUIET, .url = url, .download = true});
	ui_act(o, str_fmt(a, "%.*s/xoa", STR_ARG(url)), &(struct ui_button){.label = str_eq(x->state, STR("making")) ? M(r, CANCEL) : M(r, DROP), .weight = UI_LINK});
	ui_cell_end(o);
	ui_row_end(o);
}

static bool any_making(const struct workbook_of_rows *rows)
{
	for (size_t i = 0; i < rows->n; i++)
		if (str_eq(rows->v[i].state, STR("making")))
			return true;
	return false;
}

static void table(struct request *r, struct html_out *o, const struct workbook_of_rows *rows)
{
	struct ui_column columns[COLS] = {[COL_WHAT] = {.head = M(r, COL_WHAT)}, [COL_STATE] = {.head = M(r, COL_STATE)}, [COL_UNTIL] = {.head = M(r, COL_UNTIL), .kind = UI_CELL_TIME},
		[COL_DO] = {.head = M(r, COL_DO), .kind = UI_CELL_ACTION, .head_hidden = true}};
	struct ui_table t = {.caption = M(r, TITLE), .caption_hidden = true, .columns = columns, .n_columns = COLS};
	ui_table_begin(o, &t);
	for (size_t i = 0; i < rows->n; i++)
		file_row(r, o, &t, &rows->v[i]);
	ui_table_end(o);
}

static bool show(struct request *r, struct err *e)
{
	struct workbook_of_rows rows = {0};
	if (!q_workbook_of(r->env.db, r->env.arena, r->env.actor->account, WORKBOOK_HELD_MAX, &rows, e))
		return false;
	struct html_out o = page_out(r);
	struct ui_crumb crumb = {M(r, LISTS), STR("/ban-lam-viec")};
	struct ui_page p = {.title = M(r, TITLE), .lead = M(r, LEAD), .staff = true, .width = UI_FULL, .crumbs = &crumb, .n_crumbs = 1};
	bool making = any_making(&rows);
	ui_page_begin(&o, &p);
	workbook_part_begin(&o, making);
	if (making)
		ui_notice(&o, &(struct ui_notice){.tone = UI_INFO, .text = M(r, WAIT)});
	if (rows.n)
		table(r, &o, &rows);
	else
		ui_empty(&o, &(struct ui_empty){.title = M(r, EMPTY), .text = M(r, EMPTY_WHY), .icon = UI_ICON_DOWNLOAD});
	if (making)
		ui_buttons(&o, &(struct ui_button){.label = M(r, LOOK_AGAIN), .weight = UI_QUIET, .url = STR(WORKBOOK_PAGE)}, 1);
	workbook_part_end(&o);
	ui_page_end(&o, &p);
	return page_answer(r);
}

/* Another's file is none. */
static bool own(struct request *r, struct workbook_get_row *x, struct err *e)
{
	int64_t id = 0;
	bool found = false;
	if (req_param_id(r, "id", &id) && !q_workbook_get(r->env.db, r->env.arena, (struct workbook_id){id}, x, &found, e))
		return false;
	return (found && x->account == r->env.actor->account) || err_set(e, ERR_NOT_FOUND, "no such workbook of this account");
}

static bool own_row(struct request *r, struct err *e)
{
	struct workbook_get_row x;
	return own(r, &x, e);
}

/* ---- fetching ---- */

static ptrdiff_t pull(void *ctx, char *out, size_t max)
{
	struct err e = {0};
	return blob_reader_read(ctx, out, max, &e);
}

static void done(void *ctx) { blob_reader_free(ctx); }

static bool fetch(struct request *r, struct err *e)
{
	struct workbook_get_row x;
	struct digest address;
	struct blob_reader *reader = NULL;
	AUTO_KEY key = {0};
	bool stand = false;
	if (!own(r, &x, e) || !workbook_rights_stand(&r->env, &x, &stand, e))
		return false;
	if (!stand)
		return err_say(e, ERR_DENIED, MSG_WORKBOOK_OTHER_RIGHTS, "roles changed since the workbook was made");
	if (!str_eq(x.state, STR("ready")) || x.asked_at.ms + WORKBOOK_KEPT_MS < r->env.now.ms || !digest_from_hex(x.blob, &address))
		return err_set(e, ERR_NOT_FOUND, "the workbook is not there, or not any more");
	if (!key_unwrap(workbook_have()->keys, workbook_context(r->env.arena, x.id), x.wrapped, &key, e) || !blob_reader_new(&reader, workbook_have()->blobs, address, &key, e))
		return false;
	struct str day = date_format(r->env.arena, date_of(x.asked_at)), name = str_fmt(r->env.arena, "danh-sach-ho-so-%.*s.xlsx", STR_ARG(day));
	return answer_stream(r, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", name, (struct answer_stream){pull, done, reader});
}

/* ---- dropping ---- */

static const struct form none = {"none", NULL, 0};

static bool drop(struct request *r, struct err *e)
{
	struct workbook_get_row x;
	r->redirect = STR(WORKBOOK_PAGE);
	return own(r, &x, e) && q_workbook_drop(r->env.db, x.id, NULL, e);
}

#define OWN_FILE "NONE: a file that a person asked for; programs read the rows"
static const struct route routes[] = {
	{.method = HTTP_GET, .path = WORKBOOK_PAGE, .page = show, .allow = ALLOW_STAFF, .api = OWN_FILE},
	{.method = HTTP_GET, .path = WORKBOOK_PAGE "/:id", .page = fetch, .row = own_row, .allow = ALLOW_STAFF, .api = OWN_FILE},
	{.method = HTTP_POST, .path = WORKBOOK_PAGE "/:id/xoa", .form = &none, .apply = drop, .again = show, .row = own_row, .allow = ALLOW_STAFF, .api = OWN_FILE},
};
const struct route_table workbook_routes = {"workbook", routes, ARRAY_LEN(routes)};
