/* team_web.c — heads and directors record the absences of their people, and who stands in. */
#include "account/web_internal.h"
#include "directory/directory.h"

static struct person_id subject(struct request *r)
{
	int64_t id = 0;
	return (struct person_id){req_param_id(r, "id", &id) ? id : 0};
}

static bool my_team(struct request *r, struct officers *team, struct err *e)
{
	return directory_team(&r->env, (struct person_id){r->env.actor->person}, date_of(r->env.now), team, e);
}

static bool leads(struct request *r, struct person_id person, bool *is, struct err *e)
{
	struct officers team;
	if (!my_team(r, &team, e))
		return false;
	for (size_t i = 0; i < team.n; i++)
		*is = *is || team.v[i].person.v == person.v;
	return true;
}

/* The row check: one's own people only; others are not found. */
static bool in_my_team(struct request *r, struct err *e)
{
	bool is = false;
	return leads(r, subject(r), &is, e) && (is || err_set(e, ERR_NOT_FOUND, "nobody of this head's people"));
}

/* ---- the list ---- */

static bool team_row(struct screen *s, struct request *r, const struct ui_table *t, const struct officer *o, struct err *e)
{
	enum lang l = s->o.lang;
	struct standing st;
	struct str url = str_fmt(r->env.arena, TEAM "/%lld", (long long)o->person.v);
	if (!directory_standing(&r->env, o->person, date_of(r->env.now), &st, e))
		return false;
	struct str until = date_people(r->env.arena, st.until);
	ui_row_begin(&s->o, t, &(struct ui_row){.url = url});
	ui_cell_main(&s->o, t, 0, (struct ui_crumb){o->name, url}, o->title);
	ui_cell_begin(&s->o, t, 1);
	ui_badge_word(&s->o, st.absent ? UI_WAITING : UI_DONE, st.absent ? words(r, MSG_ACCOUNT_TEAM_AWAY, until, STR_NONE) : msg(l, MSG_ACCOUNT_TEAM_PRESENT));
	ui_cell_end(&s->o);
	ui_cell(&s->o, t, 2, !st.absent ? STR("") : st.acting.v ? words(r, MSG_ACCOUNT_TEAM_ACTING, st.acting_name, STR_NONE) : msg(l, MSG_ACCOUNT_TEAM_NOBODY));
	ui_row_end(&s->o);
	return true;
}

static bool team_page(struct request *r, struct err *e)
{
	struct officers team;
	struct screen s;
	enum lang l = r->env.lang;
	if (!my_team(r, &team, e))
		return false;
	admin_begin(&s, r, msg(l, MSG_ACCOUNT_TEAM));
	const struct ui_column columns[] = {{.head = msg(l, MSG_ACCOUNT_NAME_SHORT), .kind = UI_CELL_TITLE}, {.head = msg(l, MSG_ACCOUNT_TEAM_TODAY), .bare = true}, {.head = msg(l, MSG_ACCOUNT_INSTEAD)}};
	const struct ui_table t = {.caption = msg(l, MSG_ACCOUNT_TEAM), .caption_hidden = true, .columns = columns, .n_columns = ARRAY_LEN(columns), .flow = true};
	ui_notice(&s.o, &(struct ui_notice){.text = msg(l, MSG_ACCOUNT_TEAM_LEAD)});
	if (team.n == 0)
		ui_empty(&s.o, &(struct ui_empty){.title = msg(l, MSG_ACCOUNT_TEAM_EMPTY), .text = msg(l, MSG_ACCOUNT_TEAM_EMPTY_HINT)});
	else
		ui_table_begin(&s.o, &t);
	for (size_t i = 0; i < team.n; i++)
		if (!team_row(&s, r, &t, &team.v[i], e))
			return false;
	if (team.n)
		ui_table_end(&s.o);
	return screen_end(&s, r);
}

/* ---- one person ---- */

static bool person_page(struct request *r, struct err *e)
{
	struct person_record rec;
	struct official o;
	struct screen s;
	bool found = false;
	if (!directory_person(&r->env, subject(r), &o, &found, e) || !directory_person_record(&r->env, subject(r), &rec, e))
		return false;
	if (!found)
		return err_set(e, ERR_NOT_FOUND, "no such person");
	admin_begin(&s, r, o.name);
	return admin_absence_part(&s, r, &rec, subject(r), e) && screen_end(&s, r);
}

static bool back(struct request *r)
{
	r->redirect = str_fmt(r->env.arena, TEAM "/%lld", (long long)subject(r).v);
	return true;
}

static bool add_apply(struct request *r, struct err *e)
{
	struct absence_id id;
	struct absence_new x = {.person = subject(r), .substitute = {form_id(r, "instead")}, .reason = form_text(r, "reason")};
	form_date(r, "from", &x.first);
	form_date(r, "to", &x.last);
	/* To stand in is to get rights: only one's own people and oneself may be named. */
	bool ours = !x.substitute.v || x.substitute.v == r->env.actor->person;
	if (!account_epoch_ok(&r->env, e) || (!ours && !leads(r, x.substitute, &ours, e)))
		return false;
	if (!ours)
		form_error(r, "instead", MSG_ACCOUNT_TEAM_OTHERS, STR_NONE, STR_NONE);
	return back(r) && (!ours || admin_fits(r, directory_absence_add(&r->env, &x, &id, e), "to", MSG_ACCOUNT_ABSENCE_REFUSED, e));
}

static bool end_apply(struct request *r, struct err *e)
{
	struct person_id person;
	int64_t id = 0;
	if (!account_epoch_ok(&r->env, e) || !admin_owns(r, subject(r), LIST_ABSENCES, e) || !req_param_id(r, "row", &id))
		return false;
	return back(r) && directory_absence_end(&r->env, (struct absence_id){id}, date_of(r->env.now), &person, e);
}

#define CHIEFS (ROLE_BIT(ROLE_HEAD) | ROLE_BIT(ROLE_DIRECTOR))
#define BY_HAND "NONE: a head looks after the unit"
const struct route account_team_routes[] = {
	{.method = HTTP_GET, .path = TEAM, .page = team_page, .allow = CHIEFS, .api = BY_HAND},
	{.method = HTTP_GET, .path = TEAM "/:id", .page = person_page, .row = in_my_team, .allow = CHIEFS, .api = BY_HAND},
	{.method = HTTP_POST, .path = TEAM "/:id/vang-mat", .apply = add_apply, .again = person_page, .form = &admin_absence_form, .row = in_my_team, .allow = CHIEFS, .api = BY_HAND},
	{.method = HTTP_POST, .path = TEAM "/:id/vang-mat/:row/ket-thuc", .apply = end_apply, .row = in_my_team, .allow = CHIEFS, .api = BY_HAND},
};
const size_t n_account_team_routes = ARRAY_LEN(account_team_routes);
