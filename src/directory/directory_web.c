/* directory_web.c — the people of the one-stop units, as NĐ 61/2018 Điều 9 has them published. */
#include "core/page/page.h"
#include "directory/directory_internal.h"

static void staff_row(struct html_out *o, const struct ui_table *t, const struct public_officer *p)
{
	ui_row_begin(o, t, &(struct ui_row){0});
	ui_cell_main(o, t, 0, (struct ui_crumb){.label = p->name}, p->title);
	ui_cell(o, t, 1, p->field);
	ui_cell_main(o, t, 2, (struct ui_crumb){p->phone, ui_phone_url(o, p->phone)}, STR_NONE);
	ui_row_end(o);
}

static void staff_unit(struct html_out *o, const struct public_officer *v, size_t n)
{
	const struct ui_column columns[] = {{.head = msg(o->lang, MSG_DIRECTORY_NAME)}, {.head = msg(o->lang, MSG_DIRECTORY_FIELD)},
	                                    {.head = msg(o->lang, MSG_DIRECTORY_PHONE), .kind = UI_CELL_CODE}};
	const struct ui_table t = {.caption = v[0].unit_name, .caption_hidden = true, .columns = columns, .n_columns = ARRAY_LEN(columns)};
	ui_section_begin(o, v[0].unit_name);
	ui_table_begin(o, &t);
	for (size_t i = 0; i < n; i++)
		staff_row(o, &t, &v[i]);
	ui_table_end(o);
	ui_section_end(o);
}

static bool staff_page(struct request *r, struct err *e)
{
	struct public_officers list;
	const struct ui_page p = {.title = msg(r->env.lang, MSG_DIRECTORY_STAFF), .lead = msg(r->env.lang, MSG_DIRECTORY_STAFF_LEAD)};
	if (!directory_public_staff(&r->env, (struct unit_id){0}, date_of(r->env.now), &list, e))
		return false;
	struct html_out o = page_out(r);
	ui_page_begin(&o, &p);
	if (list.n == 0)
		ui_empty(&o, &(struct ui_empty){.title = msg(o.lang, MSG_DIRECTORY_NOBODY), .text = msg(o.lang, MSG_DIRECTORY_NOBODY_HINT)});
	for (size_t from = 0, to; from < list.n; from = to) {
		for (to = from + 1; to < list.n && list.v[to].unit.v == list.v[from].unit.v;)
			to++;
		staff_unit(&o, &list.v[from], to - from);
	}
	ui_page_end(&o, &p);
	return page_answer(r);
}

static bool staff_json(struct request *r, struct err *e)
{
	struct public_staff_rows rows = {0};
	if (!q_public_staff(r->env.db, r->env.arena, (struct unit_id){0}, date_of(r->env.now), &rows, e))
		return false;
	buf_put(&r->body, STR("{\"items\":["));
	for (size_t i = 0; i < rows.n; i++) {
		if (i)
			buf_char(&r->body, ',');
		db_row_json(&r->body, &query_public_staff, &rows.v[i]);
	}
	buf_put(&r->body, STR("],\"next\":null}"));
	return answer_json(r, 200);
}

static const struct route routes[] = {
	{.method = HTTP_GET, .path = "/can-bo", .page = staff_page, .allow = ALLOW_ALL, .api = "GET /api/v1/staff"},
	{.method = HTTP_GET, .path = "/api/v1/staff", .page = staff_json, .allow = ALLOW_ALL, .flags = ROUTE_API, .rate = RATE_API,
	 .doc = DOC("The people of the one-stop units, as they are published.", .answer = "StaffList")},
};
const struct route_table directory_routes = {"directory", routes, ARRAY_LEN(routes)};
