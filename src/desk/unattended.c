/* unattended.c — for heads: dossiers that wait where nobody is, by place, to be given to somebody at once. */
#include "desk/desk_internal.h"

static struct str place_name(struct request *r, const struct names *names, const struct dossier_unattended *x)
{
	static const enum msg_key why[] = {[UNATTENDED_NOBODY] = MSG_DESK_UNATTENDED_NOBODY, [UNATTENDED_LEFT] = MSG_DESK_UNATTENDED_LEFT, [UNATTENDED_AWAY] = MSG_DESK_UNATTENDED_AWAY};
	struct str who = x->assignee.v ? names_person(names, x->assignee.v) : msg(r->env.lang, desk_role_word(str_from(role_name(x->role))));
	struct str unit = names_unit(names, x->unit.v);
	struct str args[] = {who, unit.n ? unit : STR("–"), str_fmt(r->env.arena, "%lld", (long long)x->n)};
	return msg_fmt(r->env.arena, r->env.lang, why[x->why], args, ARRAY_LEN(args));
}

static bool rows_at(struct request *r, const struct dossier_unattended *x, int64_t limit, struct desk_list_rows *out, struct err *e)
{
	struct dossier_at_place_rows found = {0};
	if (!q_dossier_at_place(r->env.db, r->env.arena, &(struct dossier_at_place_in){.agency = x->agency, .step_role = str_from(role_name(x->role)), .unit = x->unit,
	                        .assignee = x->assignee, .limit = limit}, &found, e))
		return false;
	struct dossier_ids ids = {NEW_ARRAY(r->env.arena, found.n, struct dossier_id), found.n};
	for (size_t i = 0; i < found.n; i++)
		ids.v[i] = found.v[i].id;
	return desk_rows_of(&r->env, ids, out, e);
}

bool desk_unattended_page(struct request *r, struct err *e)
{
	struct dossier_unattended *v = NULL;
	uint32_t offered[DESK_PAGE];
	size_t n = 0, shown = 0;
	if (!dossier_unattended(&r->env, (struct agency_id){desk_agency_of(r->env.actor)}, &v, &n, e))
		return false;
	struct names names = names_begin(r->env.arena);
	for (size_t i = 0; i < n; i++)
		names_want(&names, v[i].assignee.v, v[i].unit.v);
	if (!names_load(&r->env, &names, e))
		return false;
	struct html_out o = page_out(r);
	struct ui_crumb crumb = {msg(r->env.lang, MSG_DESK_TITLE), STR("/ban-lam-viec")};
	struct ui_page p = {.title = msg(r->env.lang, MSG_DESK_UNATTENDED), .lead = msg(r->env.lang, MSG_DESK_UNATTENDED_LEAD), .staff = true, .width = UI_FULL, .crumbs = &crumb, .n_crumbs = 1};
	ui_page_begin(&o, &p);
	for (size_t i = 0; i < n && shown < DESK_PAGE; i++) { /* what stands here is acted on in one request */
		struct desk_list_rows rows = {0};
		if (!rows_at(r, &v[i], (int64_t)(DESK_PAGE - shown), &rows, e))
			return false;
		struct str title = place_name(r, &names, &v[i]);
		ui_section_begin(&o, title);
		for (size_t k = 0; k < rows.n; k++)
			offered[shown + k] = 1U << ACT_REASSIGN; /* whoever sees this page leads the agency */
		desk_table(r, &o, title, rows.v, rows.n, &offered[shown]);
		ui_section_end(&o);
		shown += rows.n;
	}
	bulk_bar(r, &o, offered, shown);
	if (!n)
		ui_empty(&o, &(struct ui_empty){.title = msg(r->env.lang, MSG_DESK_UNATTENDED_NONE), .icon = UI_ICON_CHECK});
	ui_page_end(&o, &p);
	return page_answer(r);
}
