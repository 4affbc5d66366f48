/* saved.c — saved filters: an officer's own bookmarks of the work list. */
#include "core/db/id.h"
#include "desk/desk_internal.h"
#include <string.h>

static const struct field filter_fields[] = {
	{.name = "name", .kind = FIELD_TEXT, .required = true, .max = 60, .label = MSG_DESK_SAVE_NAME},
	{.name = "query", .kind = FIELD_HIDDEN, .required = true, .max = 600, .label = MSG_DESK_FILTERS},
};
const struct form saved_form = {"filter", filter_fields, ARRAY_LEN(filter_fields)};
const struct form saved_none = {"none", NULL, 0};

/* A query of this list only: it becomes part of a link. */
static bool filter_ok(struct str q)
{
	for (size_t i = 0; i < q.n; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789?=&%-._", q.p[i]))
			return false;
	return str_starts(q, STR("?xem=")) && str_find(q, STR("&tim=")) < 0; /* who was searched for is nobody's bookmark */
}

bool saved_check(struct request *r, struct err *e)
{
	struct saved_filter_count_row row = {0};
	bool found = false;
	if (!q_saved_filter_count(r->env.db, r->env.arena, (struct person_id){r->env.actor->person}, &row, &found, e))
		return false;
	if (row.n >= 30)
		form_error(r, "name", MSG_FIELD_TOO_MANY, STR("30"), STR_NONE);
	if (!filter_ok(form_text(r, "query")))
		form_error(r, "query", MSG_FIELD_RULE, STR_NONE, STR_NONE);
	return true;
}

bool saved_apply(struct request *r, struct err *e)
{
	struct saved_filter_add_in in = {.id = {id_new(r->env.ids, r->env.now)}, .person = {r->env.actor->person}, .name = form_text(r, "name"), .query = form_text(r, "query")};
	r->redirect = str_fmt(r->env.arena, "/ban-lam-viec%.*s", STR_ARG(in.query));
	return q_saved_filter_add(r->env.db, &in, NULL, e);
}

bool saved_drop(struct request *r, struct err *e)
{
	int64_t id = 0;
	if (!req_param_id(r, "id", &id))
		return err_set(e, ERR_NOT_FOUND, "not a filter");
	r->redirect = STR("/ban-lam-viec");
	return q_saved_filter_drop(r->env.db, (struct saved_filter_id){id}, (struct person_id){r->env.actor->person}, NULL, e);
}

void desk_saved_filters(struct request *r, struct html_out *o)
{
	struct saved_filter_list_rows rows = {0};
	struct err e = {0};
	if (!q_saved_filter_list(r->env.db, r->env.arena, (struct person_id){r->env.actor->person}, &rows, &e) || !rows.n)
		return;
	ui_details_begin(o, msg(r->env.lang, MSG_DESK_SAVED), false);
	for (size_t i = 0; i < rows.n; i++) {
		struct str label = msg_fmt(r->env.arena, r->env.lang, MSG_DESK_DROP_FILTER, &rows.v[i].name, 1);
		ui_act(o, str_fmt(r->env.arena, "/ban-lam-viec/bo-loc/%lld/xoa", (long long)rows.v[i].id.v), &(struct ui_button){.label = label, .weight = UI_LINK});
	}
	ui_details_end(o);
}
