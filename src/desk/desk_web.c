/* desk_web.c — what the program gives, the side navigation, and the routes of the slice. */
#include "desk/desk_internal.h"

static const struct desk_facilities *facilities;
void desk_use(const struct desk_facilities *f) { facilities = f; }
const struct desk_facilities *desk_have(void)
{
	CHECK(facilities != NULL);
	return facilities;
}

static void put_nav(struct nav_item *v, size_t *n, struct str label, struct str url, struct str path)
{
	v[(*n)++] = (struct nav_item){.label = label, .url = url, .here = url.n && str_eq(url, path)};
}

static void side_views(struct request *r, struct nav_item *v, size_t *n, struct str path)
{
	struct desk_filter now = desk_filter_read(r);
	bool inbox = str_eq(path, STR("/ban-lam-viec"));
	for (int i = 0; i < VIEW_COUNT; i++) {
		struct desk_filter f = {.view = (enum desk_view)i};
		struct err e = {0};
		if (f.view == VIEW_SOON) /* from here on not one's own alone */
			put_nav(v, n, msg(r->env.lang, desk_agency_of(r->env.actor) ? MSG_DESK_OF_AGENCY : MSG_DESK_OF_RECEPTION), STR_NONE, STR_NONE);
		struct nav_item *x = &v[(*n)++];
		*x = (struct nav_item){.label = msg(r->env.lang, desk_view_label(f.view)),
			.url = str_fmt(r->env.arena, "/ban-lam-viec?xem=%s", desk_view_slug(f.view)), .here = inbox && now.view == f.view && !now.q.n};
		x->counted = desk_counted_shared(&r->env, f.view, &x->count, &e);
	}
}

static void side_saved(struct request *r, struct nav_item *v, size_t *n)
{
	struct saved_filter_list_rows rows = {0};
	struct err e = {0};
	if (!q_saved_filter_list(r->env.db, r->env.arena, (struct person_id){r->env.actor->person}, &rows, &e) || !rows.n)
		return;
	put_nav(v, n, msg(r->env.lang, MSG_DESK_SAVED), STR_NONE, STR_NONE);
	for (size_t i = 0; i < rows.n; i++)
		put_nav(v, n, rows.v[i].name, str_fmt(r->env.arena, "/ban-lam-viec%.*s", STR_ARG(rows.v[i].query)), STR_NONE);
}

void desk_side(struct request *r, struct page_facts *f)
{
	bool ours = str_starts(r->path, STR("/ban-lam-viec")) || str_starts(r->path, STR("/quay"));
	if (!actor_any(r->env.actor, ALLOW_STAFF) || !r->env.db || !ours)
		return;
	struct nav_item *v = NEW_ARRAY(r->env.arena, VIEW_COUNT + 40, struct nav_item);
	size_t n = 0;
	side_views(r, v, &n, r->path);
	if (desk_have()->register_rows)
		put_nav(v, &n, msg(r->env.lang, MSG_DESK_REGISTER), STR("/ban-lam-viec/so-theo-doi"), r->path);
	put_nav(v, &n, msg(r->env.lang, MSG_WORKBOOK_NAV), STR(WORKBOOK_PAGE), r->path);
	if (actor_any(r->env.actor, ROLE_BIT(ROLE_HEAD) | ROLE_BIT(ROLE_DIRECTOR)))
		put_nav(v, &n, msg(r->env.lang, MSG_DESK_UNATTENDED), STR("/ban-lam-viec/khong-nguoi"), r->path);
	if (actor_is(r->env.actor, ROLE_COUNTER)) {
		put_nav(v, &n, msg(r->env.lang, MSG_DESK_COUNTER), STR_NONE, STR_NONE);
		put_nav(v, &n, msg(r->env.lang, MSG_DESK_COUNTER_HOME), STR("/quay"), r->path);
		put_nav(v, &n, msg(r->env.lang, MSG_DESK_COUNTER_NEW), STR("/quay/nop"), r->path);
	}
	side_saved(r, v, &n);
	f->side = v;
	f->n_side = n;
}

#define ALLOW_DESK (ALLOW_STAFF & ~ROLE_BIT(ROLE_INSPECTOR))
static const struct route routes[] = {
	{.method = HTTP_GET, .path = "/ban-lam-viec", .page = desk_inbox, .allow = ALLOW_STAFF, .reads = READS_LIST, .api = "GET /api/v1/dossiers"},
	{.method = HTTP_GET, .path = "/ban-lam-viec/khong-nguoi", .page = desk_unattended_page, .allow = ROLE_BIT(ROLE_HEAD) | ROLE_BIT(ROLE_DIRECTOR), .reads = READS_LIST,
	 .rate = RATE_HEAVY, .api = "NONE: a view for people; programs read GET /api/v1/dossiers"},
	{.method = HTTP_GET, .path = "/ban-lam-viec/xuat.csv", .page = desk_export_page, .allow = ALLOW_STAFF, .reads = READS_LIST, .rate = RATE_HEAVY,
	 .api = "NONE: the same rows as GET /api/v1/dossiers, as a file"},
	{.method = HTTP_POST, .path = "/ban-lam-viec/xuat.xlsx", .form = &saved_none, .apply = desk_workbook_apply, .answer = desk_workbook_answer, .again = desk_inbox, .allow = ALLOW_STAFF,
	 .rate = RATE_HEAVY, .api = "NONE: the same rows as GET /api/v1/dossiers, as a file"},
	{.method = HTTP_POST, .path = "/ban-lam-viec/tim", .form = &desk_search_words, .check = desk_search_check, .again = desk_inbox, .allow = ALLOW_STAFF,
	 .api = "POST /api/v1/dossiers/search"},
	{.method = HTTP_POST, .path = "/ban-lam-viec/bo-loc", .form = &saved_form, .check = saved_check, .apply = saved_apply, .again = desk_inbox, .allow = ALLOW_STAFF,
	 .api = "NONE: a person's own bookmarks"},
	{.method = HTTP_POST, .path = "/ban-lam-viec/bo-loc/:id/xoa", .form = &saved_none, .apply = saved_drop, .again = desk_inbox, .allow = ALLOW_STAFF,
	 .api = "NONE: a person's own bookmarks"},
	{.method = HTTP_POST, .path = "/ban-lam-viec/hang-loat", .form = &bulk_form, .check = bulk_check, .apply = bulk_apply, .answer = bulk_answer, .again = bulk_again,
	 .allow = ALLOW_DESK, .api = "NONE: programs send one action at a time"},
	{.method = HTTP_GET, .path = "/ban-lam-viec/ho-so/:code", .page = desk_record_page, .row = desk_row_check, .allow = ALLOW_STAFF, .reads = READS_DOSSIER,
	 .api = "GET /api/v1/dossiers/:code"},
	{.method = HTTP_GET, .path = "/ban-lam-viec/ho-so/:code/tep/:id", .page = desk_file_page, .row = desk_row_check, .allow = ALLOW_STAFF, .reads = READS_DOSSIER,
	 .flags = ROUTE_FRAME_SELF, .api = "GET /api/v1/dossiers/:code/files/:id"},
	{.method = HTTP_GET, .path = "/ban-lam-viec/ho-so/:code/tep/:id/trang/:page", .page = desk_preview_page, .row = desk_row_check, .allow = ALLOW_STAFF,
	 .reads = READS_DOSSIER, .api = "NONE: a picture of the file"},
	{.method = HTTP_GET, .path = "/ban-lam-viec/ho-so/:code/giay/:id", .page = desk_paper_page, .row = desk_row_check, .allow = ALLOW_STAFF, .reads = READS_DOSSIER,
	 .flags = ROUTE_FRAME_SELF, .api = "GET /api/v1/dossiers/:code/files/:id"},
	{.method = HTTP_GET, .path = "/ban-lam-viec/ho-so/:code/quy-trinh.svg", .page = desk_diagram_page, .row = desk_row_check, .allow = ALLOW_STAFF, .reads = READS_DOSSIER,
	 .api = "NONE: a picture of the step"},
	{.method = HTTP_GET, .path = "/ban-lam-viec/ho-so/:code/de-xuat", .page = desk_proposal_page, .row = desk_row_check, .allow = ALLOW_DESK, .reads = READS_DOSSIER,
	 .api = "GET /api/v1/dossiers/:code"},
	{.method = HTTP_GET, .path = "/ban-lam-viec/ho-so/:code/thu-phi", .page = desk_demand_page, .row = desk_row_check, .allow = ALLOW_DESK, .reads = READS_DOSSIER,
	 .api = "GET /api/v1/dossiers/:code/actions"},
	{.method = HTTP_GET, .path = "/ban-lam-viec/so-theo-doi", .page = desk_register_page, .allow = ALLOW_STAFF, .reads = READS_LIST, .api = "NONE: the register's page"},
	{.method = HTTP_GET, .path = "/ban-lam-viec/so-theo-doi.pdf", .page = desk_register_pdf, .allow = ALLOW_STAFF, .reads = READS_LIST, .rate = RATE_HEAVY,
	 .flags = ROUTE_FRAME_SELF, .api = "NONE: the bytes of the register"},
	{.method = HTTP_GET, .path = "/ban-lam-viec/ho-so/:code/phieu-kiem-soat.pdf", .page = desk_control_page, .row = desk_row_check, .allow = ALLOW_STAFF,
	 .reads = READS_DOSSIER, .flags = ROUTE_FRAME_SELF, .api = "NONE: the bytes of a paper"},
	{.method = HTTP_GET, .path = "/ban-lam-viec/ho-so/:code/phieu-thu/:id", .page = desk_fee_page, .row = desk_row_check, .allow = ALLOW_STAFF, .reads = READS_DOSSIER,
	 .flags = ROUTE_FRAME_SELF, .api = "NONE: the bytes of a paper"},
	{.method = HTTP_GET, .path = "/ban-lam-viec/ho-so/:code/don/:id", .page = desk_form_page, .row = desk_row_check, .allow = ALLOW_STAFF, .reads = READS_DOSSIER,
	 .flags = ROUTE_FRAME_SELF, .api = "NONE: the bytes of a paper"},
	{.method = HTTP_GET, .path = "/ban-lam-viec/ho-so/:code/du-thao.pdf", .page = desk_draft_page, .row = desk_row_check, .allow = ALLOW_STAFF, .reads = READS_DOSSIER,
	 .flags = ROUTE_FRAME_SELF, .api = "NONE: the bytes of a draft"},
	{.method = HTTP_POST, .path = "/ban-lam-viec/ho-so/:code/:action", .form = &desk_act_form, .slow = act_slow, .check = act_check, .apply = desk_act_apply,
	 .again = desk_act_again, .row = desk_row_check, .allow = ALLOW_DESK, .flags = ROUTE_UPLOAD, .reads = READS_DOSSIER, .rate = RATE_UPLOAD,
	 .api = "POST /api/v1/dossiers/:code/actions"},
	{.method = HTTP_GET, .path = "/api/v1/dossiers", .page = desk_api_list, .query = &desk_list_query, .allow = ALLOW_APPLICANTS | ALLOW_STAFF | ROLE_BIT(ROLE_SYSTEM), .reads = READS_LIST,
	 .flags = ROUTE_API, .rate = RATE_API,
	 .doc = DOC("An applicant's own dossiers, or what a system account filed, newest first; an official's work list with the rights and filters of its pages (view, state, field, channel, "
	            "until, order are for officials).", .answer = "DossierList")},
	{.method = HTTP_POST, .path = "/api/v1/dossiers/search", .form = &desk_search_body, .check = desk_api_search, .allow = ALLOW_STAFF, .reads = READS_LIST,
	 .flags = ROUTE_API, .rate = RATE_API,
	 .doc = DOC("Dossiers that the official may read: of the person with this personal number, tax code or telephone, else with these words in code, name or "
	            "procedure. The words stand in the body, for addresses are kept by proxies.", .answer = "DossierList")},
	{.method = HTTP_GET, .path = "/api/v1/dossiers/:code/actions", .page = desk_api_actions, .row = desk_row_check, .allow = ALLOW_SIGNED_IN, .reads = READS_DOSSIER,
	 .flags = ROUTE_API, .rate = RATE_API,
	 .doc = DOC("What the caller may do on the dossier now, with the fields of each action and the people, units, fees or opinions that may be named.",
	            .answer = "ActionList")},
	{.method = HTTP_GET, .path = "/api/v1/dossiers/:code/files/:id", .page = desk_api_file, .row = desk_row_check, .allow = ALLOW_SIGNED_IN, .reads = READS_DOSSIER,
	 .flags = ROUTE_API, .rate = RATE_API,
	 .doc = DOC("The bytes of a file of the dossier: an attachment, a paper or the result. Only clean files; an applicant gets the result once it is sealed.",
	            .answer = "bytes")},
	{.method = HTTP_POST, .path = "/api/v1/dossiers/:code/actions", .form = &act_api_form, .check = act_api_check, .apply = act_api_apply, .answer = act_api_answer,
	 .row = desk_row_check, .allow = ALLOW_APPLICANTS | ALLOW_DESK, .flags = ROUTE_API, .rate = RATE_API,
	 .doc = DOC("Does one action. `rev`, when given, must be the dossier's. A demand of a fee (demand_fee) is reckoned by the procedure's rule from "
	            "`quantities`; another `amount`, or `exempt`, says why (`reason`) and, when it is less, by which law (`basis`). A supplement brings files sent ahead, corrected answers (merged, RFC 7396), or both.",
	            .body = "ActionMore", .answer = "ActionDone")},
	{.method = HTTP_GET, .path = "/quay", .page = counter_home, .allow = ROLE_BIT(ROLE_COUNTER), .reads = READS_LIST, .api = "GET /api/v1/dossiers"},
	{.method = HTTP_GET, .path = "/quay/nop", .page = counter_choose, .allow = ROLE_BIT(ROLE_COUNTER), .api = "GET /api/v1/procedures"},
	{.method = HTTP_GET, .path = "/quay/nop/:procedure", .page = counter_new, .allow = ROLE_BIT(ROLE_COUNTER), .reads = READS_DOSSIER, .api = "GET /api/v1/procedures/:code/form"},
	{.method = HTTP_POST, .path = "/quay/nop/:procedure", .form = &counter_form, .slow = counter_slow, .check = counter_check, .apply = counter_apply,
	 .answer = counter_answer, .again = counter_new, .allow = ROLE_BIT(ROLE_COUNTER), .flags = ROUTE_UPLOAD, .rate = RATE_UPLOAD, .api = "POST /api/v1/dossiers"},
};
const struct route_table desk_routes = {"desk", routes, ARRAY_LEN(routes)};
