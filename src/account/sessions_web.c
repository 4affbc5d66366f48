/* sessions_web.c — my sessions: signing out, and ending others, for which the password is asked again (ASVS 7.5.2). */
#include "account/mine_internal.h"

static struct str end_path(struct request *r, int64_t id) { return str_fmt(r->env.arena, "/tai-khoan/phien/%lld/ket-thuc", (long long)id); }

void mine_sessions(struct screen *s, struct request *r, const struct session_list_rows *rows)
{
	const struct ui_column columns[] = {{.head = msg(s->o.lang, MSG_ACCOUNT_DEVICE)}, {.head = msg(s->o.lang, MSG_ACCOUNT_SEEN)},
	                                    {.head = msg(s->o.lang, MSG_ACCOUNT_END), .head_hidden = true, .kind = UI_CELL_ACTION}};
	const struct ui_table t = {.caption = msg(s->o.lang, MSG_ACCOUNT_SESSIONS), .caption_hidden = true, .columns = columns, .n_columns = ARRAY_LEN(columns)};
	ui_table_begin(&s->o, &t);
	for (size_t i = 0; i < rows->n; i++) {
		bool here = rows->v[i].id == r->env.actor->session;
		ui_row_begin(&s->o, &t, &(struct ui_row){.here = here});
		ui_cell_main(&s->o, &t, 0, (struct ui_crumb){.label = device_words(r->env.arena, s->o.lang, rows->v[i].agent)},
		             here ? msg(s->o.lang, MSG_ACCOUNT_THIS_SESSION) : rows->v[i].address);
		ui_cell_begin(&s->o, &t, 1);
		ui_time_short(&s->o, rows->v[i].seen);
		ui_cell_end(&s->o);
		ui_cell_begin(&s->o, &t, 2);
		if (!here)
			ui_button(&s->o, &(struct ui_button){.label = msg(s->o.lang, MSG_ACCOUNT_END), .url = end_path(r, rows->v[i].id), .weight = UI_LINK});
		ui_cell_end(&s->o);
		ui_row_end(&s->o);
	}
	ui_table_end(&s->o);
}

/* ---- this one ---- */

static bool out_apply(struct request *r, struct err *e)
{
	return q_session_end(r->env.db, r->env.actor->session, me(r), NULL, e) && account_record(&r->env, "account.sign_out", me(r), STR(""), e);
}

static bool out_answer(struct request *r, struct err *e)
{
	(void)e;
	session_forget(me(r));
	answer_cookie_clear(r, SESSION_COOKIE);
	return answer_redirect(r, STR("/"));
}

/* ---- with the password ---- */

static const struct field fields[] = {{.name = "current", .kind = FIELD_PASSWORD, .required = true, .label = MSG_ACCOUNT_PASSWORD_NOW}};
static const struct form form = {"sessions", fields, ARRAY_LEN(fields)};

static bool ask_page(struct request *r, enum msg_key title, struct str which)
{
	struct screen s;
	screen_begin(&s, r, title, MSG_ACCOUNT_END_LEAD);
	if (which.n)
		ui_facts(&s.o, &(struct ui_fact){.label = msg(s.o.lang, MSG_ACCOUNT_DEVICE), .value = which}, 1);
	screen_form(&s, r, r->path);
	struct ui_field p = page_field(r, "current", UI_PASSWORD, MSG_ACCOUNT_PASSWORD_NOW);
	p.autocomplete = "current-password";
	p.required = p.plain = true;
	ui_field(&s.o, &p);
	screen_submit(&s, title);
	return screen_end(&s, r);
}

static bool slow(struct request *r, struct err *e)
{
	struct work *w = r->state = NEW(r->env.arena, struct work);
	return mine_verify(r, w, e);
}

static bool everywhere_page(struct request *r, struct err *e)
{
	(void)e;
	return ask_page(r, MSG_ACCOUNT_OUT_EVERYWHERE, STR(""));
}

static bool everywhere_apply(struct request *r, struct err *e)
{
	struct work *w = r->state;
	if (!mine_current_ok(r, w, e))
		return false;
	return w->outcome != DONE || (q_account_bump(r->env.db, me(r), NULL, e) && account_end_all(&r->env, me(r), 0, e) &&
	                              account_record(&r->env, "account.sign_out_everywhere", me(r), STR(""), e));
}

static bool everywhere_answer(struct request *r, struct err *e)
{
	const struct work *w = r->state;
	if (!r->replayed && w->outcome != DONE)
		return mine_refused(r, w, everywhere_page, "current", MSG_ACCOUNT_PASSWORD_WRONG, e);
	return out_answer(r, e);
}

/* Only one's own: of another account's there is nothing to see. */
static bool find(struct request *r, struct session_list_row *out, struct err *e)
{
	struct session_list_rows rows = {0};
	int64_t id = 0;
	if (req_param_id(r, "id", &id) && !q_session_list(r->env.db, r->env.arena, me(r), &rows, e))
		return false;
	for (size_t i = 0; i < rows.n; i++)
		if (rows.v[i].id == id) {
			*out = rows.v[i];
			return true;
		}
	return err_set(e, ERR_NOT_FOUND, "no such session of this account");
}

static bool is_mine(struct request *r, struct err *e)
{
	struct session_list_row row;
	return find(r, &row, e);
}

static bool end_page(struct request *r, struct err *e)
{
	struct session_list_row row;
	if (!find(r, &row, e))
		return false;
	struct str device = device_words(r->env.arena, r->env.lang, row.agent);
	return ask_page(r, MSG_ACCOUNT_END_ONE, str_fmt(r->env.arena, "%.*s · %.*s", STR_ARG(device), STR_ARG(row.address)));
}

static bool end_apply(struct request *r, struct err *e)
{
	struct work *w = r->state;
	struct session_list_row row;
	if (!mine_current_ok(r, w, e))
		return false;
	return w->outcome != DONE || (find(r, &row, e) && q_session_end(r->env.db, row.id, me(r), NULL, e) && account_record(&r->env, "account.session_end", me(r), STR(""), e));
}

static bool end_answer(struct request *r, struct err *e)
{
	const struct work *w = r->state;
	if (!r->replayed && w->outcome != DONE)
		return mine_refused(r, w, end_page, "current", MSG_ACCOUNT_PASSWORD_WRONG, e);
	session_forget(me(r));
	return answer_redirect(r, STR("/tai-khoan"));
}

#define ONE "/tai-khoan/phien/:id/ket-thuc"
const struct route account_session_routes[] = {
	{.method = HTTP_POST, .path = "/dang-xuat", .apply = out_apply, .answer = out_answer, .allow = ALLOW_SIGNED_IN, .api = "DELETE /api/v1/tokens"},
	{.method = HTTP_GET, .path = "/tai-khoan/thoat-moi-noi", .page = everywhere_page, .allow = ALLOW_SIGNED_IN, .api = SELF},
	{.method = HTTP_POST, .path = "/tai-khoan/thoat-moi-noi", .slow = slow, .apply = everywhere_apply, .answer = everywhere_answer, .again = everywhere_page, .form = &form,
	 .allow = ALLOW_SIGNED_IN, .rate = RATE_SIGN_IN, .api = SELF},
	{.method = HTTP_GET, .path = ONE, .page = end_page, .allow = ALLOW_SIGNED_IN, .api = SELF},
	{.method = HTTP_POST, .path = ONE, .slow = slow, .apply = end_apply, .answer = end_answer, .again = end_page, .form = &form, .row = is_mine,
	 .allow = ALLOW_SIGNED_IN, .rate = RATE_SIGN_IN, .api = SELF},
};
const size_t n_account_session_routes = ARRAY_LEN(account_session_routes);
