/* own_web.c — the owner's page of a dossier, its files and papers. */
#include "filing/filing_internal.h"
#include "filing/filing_views.h"

static bool show_head(struct request *r, struct html_out *o, const struct dossier_get_row *d, struct err *e)
{
	struct arena *a = r->env.arena;
	bool open = !d->settled_at.has && filing_state_look(d) != UI_STOPPED && filing_state_look(d) != UI_REFUSED;
	struct str when = lang_instant(a, r->env.lang, d->due.has ? d->due.v : d->answer_due);
	struct str due = msg_fmt(a, r->env.lang, d->due.has ? MSG_FILING_DUE_AT : MSG_FILING_ANSWER_AT, &when, 1);
	filing_state_line(o, filing_state_look(d), msg(r->env.lang, filing_state_look(d) == UI_YOURS ? MSG_STATE_YOURS :
		filing_state_look(d) == UI_DOING ? MSG_STATE_DOING : filing_state_look(d) == UI_DONE ? MSG_STATE_DONE :
		filing_state_look(d) == UI_REFUSED ? MSG_STATE_REFUSED : MSG_STATE_STOPPED), open && (d->due.has || !d->accepted_at.has) ? due : STR_NONE);
	bool mine = dossier_in_hand(r->env.actor, d);
	if (!mine)
		ui_notice(o, &(struct ui_notice){.tone = UI_INFO, .title = m(r, MSG_FILING_NAMED), .text = m(r, MSG_FILING_AGENT_ACTS)});
	if (!own_asked(d))
		return true;
	struct str why = STR_NONE, how = mine ? m(r, MSG_FILING_ASKED_TEXT) : STR("");
	if (!filing_asked_why(r, d, &why, e))
		return false;
	ui_notice(o, &(struct ui_notice){.tone = UI_WARN, .title = m(r, MSG_FILING_ASKED),
		.text = why.n ? str_fmt(a, "“%.*s” %.*s", STR_ARG(why), STR_ARG(how)) : how});
	return true;
}

static bool show_facts(struct request *r, struct html_out *o, const struct dossier_get_row *d, struct err *e)
{
	struct arena *a = r->env.arena;
	struct applicant who;
	if (!dossier_who(&r->env, filing()->law, d, &who, e))
		return false;
	struct ui_fact v[5] = {{.label = m(r, MSG_FILING_PROCEDURE), .value = d->procedure_name, .url = str_fmt(a, "/dich-vu-cong/%.*s", STR_ARG(d->procedure))},
		{.label = m(r, MSG_FILING_NAME), .value = d->applicant_name}, {.label = m(r, MSG_FILING_SENT_AT), .value = lang_instant(a, r->env.lang, d->sent_at)}};
	size_t n = 3;
	if (who.agent.name.n)
		v[n++] = (struct ui_fact){.label = m(r, MSG_DOSSIER_AGENT), .value = dossier_agent_said(a, r->env.lang, &who.agent)};
	if (d->origin.n)
		v[n++] = (struct ui_fact){.label = m(r, MSG_FILING_ORIGIN), .value = str_fmt(a, "%.*s, %.*s", STR_ARG(d->origin), STR_ARG(d->origin_code))};
	ui_facts(o, v, n);
	return true;
}

/* What was filed on paper has no answers of a form. */
static bool has_answers(struct env *env, const struct dossier_get_row *d)
{
	struct err e = {0};
	AUTO_JSON content = NULL;
	if (!dossier_unseal(env, filing()->law, d, &content, &e))
		return false;
	return json_object_size(json_object_get(content, "answers")) > 0;
}

/* The form as the law prints it, and the receipts of fees paid: drawn when own_asked for. */
static bool show_sheets(struct request *r, struct html_out *o, const struct dossier_get_row *d, struct err *e)
{
	struct arena *a = r->env.arena;
	const struct law_procedure *p = law_find(filing()->law, d->procedure);
	struct dossier_fee_list_rows fees = {0};
	size_t n = 0, forms = p && has_answers(&r->env, d) ? p->n_forms : 0;
	if (!filing()->sheet || !d->sealed.p)
		return true;
	if (!q_dossier_fee_list(r->env.db, a, d->id, &fees, e))
		return false;
	struct ui_item *v = NEW_ARRAY(a, forms + fees.n + 1, struct ui_item);
	for (size_t i = 0; i < forms; i++)
		v[n++] = (struct ui_item){.title = p->forms[i]->title, .hint = m(r, MSG_FILING_FORM_PRINTED), .url = str_fmt(a, "/ho-so/%.*s/don/%zu", STR_ARG(d->code), i + 1)};
	for (size_t i = 0; i < fees.n; i++)
		if (str_eq(fees.v[i].state, STR("paid")))
			v[n++] = (struct ui_item){.title = fees.v[i].name, .hint = m(r, MSG_FILING_FEE_RECEIPT), .url = str_fmt(a, "/ho-so/%.*s/phieu-thu/%lld", STR_ARG(d->code), (long long)fees.v[i].id.v)};
	if (!n)
		return true;
	ui_section_begin(o, m(r, MSG_FILING_PAPERS));
	ui_items(o, v, n);
	ui_section_end(o);
	return true;
}

static bool own_sheet(struct request *r, enum dossier_sheet what, struct err *e)
{
	struct dossier_get_row d;
	int64_t item = 0;
	struct str pdf;
	if (!dossier_of(r, &d, e))
		return false;
	if (!filing()->sheet || !req_param_id(r, "id", &item))
		return err_set(e, ERR_NOT_FOUND, "no such sheet");
	return filing()->sheet(&r->env, &d, what, what == SHEET_FORM ? item - 1 : item, &pdf, e) && answer_bytes(r, 200, "application/pdf", pdf);
}

bool own_form(struct request *r, struct err *e) { return own_sheet(r, SHEET_FORM, e); }
bool own_receipt(struct request *r, struct err *e) { return own_sheet(r, SHEET_FEE, e); }

bool own_page(struct request *r, struct err *e)
{
	struct dossier_get_row d;
	if (!dossier_of(r, &d, e))
		return false;
	struct html_out o = page_out(r);
	struct ui_crumb crumbs[] = {{m(r, MSG_NAV_MY_DOSSIERS), STR("/ho-so-cua-toi")}};
	struct ui_page page = {.title = filing_state_word(r->env.lang, &d), .over = msg_fmt(r->env.arena, r->env.lang, MSG_FILING_DOSSIER, &d.code, 1), .width = UI_READ,
		.crumbs = crumbs, .n_crumbs = 1, .has_errors = r->errors.n > 0};
	struct str files = str_fmt(r->env.arena, "/ho-so/%.*s/tep/", STR_ARG(d.code));
	ui_page_begin(&o, &page);
	page_error_summary(&o, r);
	if (!show_head(r, &o, &d, e) || !own_show_now(r, &o, &d, e))
		return false;
	filing_show_progress(&o, &d);
	struct audit_entries acts = {0};
	if (!dossier_timeline(&r->env, d.id, &acts, e) || !show_facts(r, &o, &d, e) || !filing_show_handler(r, &o, &d, e) || !filing_show_clock(r, &o, &d, e) ||
	    !filing_show_timeline(r, &o, &d, &acts, e) || !filing_show_files(r, &o, &d, files, true, e))
		return false;
	if (!show_sheets(r, &o, &d, e) || !own_show_acts(r, &o, &d, e))
		return false;
	filing_show_receipts(r, &o, str_fmt(r->env.arena, "/ho-so/%.*s/bien-nhan/", STR_ARG(d.code)), &acts);
	if (!own_show_readers(r, &o, &d, e))
		return false;
	ui_page_end(&o, &page);
	return page_answer(r);
}

bool act_again(struct request *r, struct err *e) { return own_page(r, e); }

bool own_file(struct request *r, struct err *e)
{
	struct dossier_get_row d;
	int64_t id = 0;
	if (!dossier_of(r, &d, e))
		return false;
	return req_param_id(r, "file", &id) ? filing_send_file(r, &d, id, e) : err_set(e, ERR_NOT_FOUND, "not a number");
}

bool own_preview(struct request *r, struct err *e)
{
	struct dossier_get_row d;
	int64_t file = 0, page = 0;
	if (!dossier_of(r, &d, e))
		return false;
	bool named = req_param_id(r, "file", &file) && req_param_id(r, "page", &page);
	return named ? filing_send_preview(r, &d, file, page, false, e) : err_set(e, ERR_NOT_FOUND, "not a number");
}

bool own_entry(struct request *r, struct err *e)
{
	struct dossier_get_row d;
	int64_t id = 0;
	if (!dossier_of(r, &d, e))
		return false;
	return req_param_id(r, "entry", &id) ? filing_send_receipt(r, &d, id, e) : err_set(e, ERR_NOT_FOUND, "not a number");
}
