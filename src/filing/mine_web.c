/* mine_web.c — one's own dossiers: the list. */
#include "filing/filing_internal.h"

static void show_drafts(struct request *r, struct html_out *o, const struct draft_list_rows *list)
{
	struct arena *a = r->env.arena;
	struct ui_item *v = NEW_ARRAY(a, list->n + 1, struct ui_item);
	for (size_t i = 0; i < list->n; i++) {
		const struct law_procedure *p = law_find(filing()->law, list->v[i].procedure);
		struct str when = lang_instant(a, r->env.lang, list->v[i].updated_at);
		v[i] = (struct ui_item){.title = p ? p->p->name : list->v[i].procedure, .url = str_fmt(a, "/nop-ho-so/nhap/%lld", (long long)list->v[i].id.v),
			.hint = msg_fmt(a, r->env.lang, MSG_FILING_SAVED_AT, &when, 1), .has_state = true, .state = UI_DRAFT};
	}
	if (!list->n)
		return;
	ui_section_begin(o, m(r, MSG_FILING_DRAFTS));
	ui_items(o, v, list->n);
	ui_section_end(o);
}

static void show_sent(struct request *r, struct html_out *o, const struct dossier_list_account_rows *list)
{
	struct arena *a = r->env.arena;
	struct ui_item *v = NEW_ARRAY(a, list->n + 1, struct ui_item);
	for (size_t i = 0; i < list->n; i++) {
		struct dossier_get_row d = {.state = list->v[i].state};
		struct str day = list->v[i].due.has ? lang_date(a, r->env.lang, date_of(list->v[i].due.v)) : STR_NONE;
		struct str due = day.n ? msg_fmt(a, r->env.lang, MSG_FILING_DUE_ON, &day, 1) : STR("");
		v[i] = (struct ui_item){.title = list->v[i].procedure_name, .url = str_fmt(a, "/ho-so/%.*s", STR_ARG(list->v[i].code)),
			.hint = str_fmt(a, "%.*s · %.*s%s%.*s", STR_ARG(list->v[i].code), STR_ARG(filing_state_word(r->env.lang, &d)), due.n ? " · " : "", STR_ARG(due)),
			.has_state = true, .state = filing_state_look(&d)};
	}
	ui_section_begin(o, m(r, MSG_FILING_SENT_LIST));
	ui_items(o, v, list->n);
	ui_section_end(o);
}

bool mine_page(struct request *r, struct err *e)
{
	struct draft_list_rows drafts = {0};
	struct dossier_list_account_rows sent = {0};
	int64_t before = req_query_int(r, "truoc", INT64_MAX);
	if (!q_draft_list(r->env.db, r->env.arena, r->env.actor->account, &drafts, e))
		return false;
	if (!dossier_list_owned(&r->env, (struct dossier_id){before}, 30, &sent, e))
		return false;
	struct html_out o = page_out(r);
	struct ui_page page = {.title = m(r, MSG_NAV_MY_DOSSIERS), .width = UI_READ};
	struct ui_button find = {.label = m(r, MSG_NAV_SERVICES), .url = STR("/dich-vu-cong")};
	ui_page_begin(&o, &page);
	if (before == INT64_MAX)
		show_drafts(r, &o, &drafts);
	if (sent.n)
		show_sent(r, &o, &sent);
	else if (!drafts.n)
		ui_empty(&o, &(struct ui_empty){.title = m(r, MSG_FILING_NONE), .text = m(r, MSG_FILING_NONE_TEXT), .icon = UI_ICON_FOLDER, .button = &find});
	if (sent.n == 30)
		ui_pager(&o, &(struct ui_pager){.next_url = str_fmt(r->env.arena, "/ho-so-cua-toi?truoc=%lld", (long long)sent.v[29].id.v), .first = 1, .last = 30,
			.total = 30, .more = true});
	ui_page_end(&o, &page);
	return page_answer(r);
}
