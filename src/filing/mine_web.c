/* mine_web.c — one's own dossiers: list, page, what its owner may do, fee, files, and who read it. */
#include "core/audit/audit.h"
#include "core/db/id.h"
#include "directory/directory.h"
#include "filing/filing_internal.h"
#include "filing/filing_views.h"
#include "payment/vietqr.h"

static struct str m(struct request *r, enum msg_key key) { return msg(r->env.lang, key); }

/* ---- list ---- */

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
	if (!q_dossier_list_account(r->env.db, r->env.arena, r->env.actor->account, (struct dossier_id){before}, 30, &sent, e))
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

/* ---- what its owner may do ---- */

static const struct choice acts[] = {{"withdraw", MSG_FILING_WITHDRAW}, {"stop", MSG_FILING_STOP}, {"rate", MSG_FILING_RATE}, {"claim_paid", MSG_FILING_CLAIM}};
static const struct field act_fields[] = {
	{.name = "action", .kind = FIELD_CHOICE, .unseen = true, .required = true, .choices = acts, .n_choices = ARRAY_LEN(acts), .label = MSG_FILING_ACTION},
	{.name = "reason", .kind = FIELD_LONG_TEXT, .max = 2000, .label = MSG_FILING_REASON},
	{.name = "score", .kind = FIELD_INT, .low = 1, .high = 5, .label = MSG_FILING_RATE},
	{.name = "item", .kind = FIELD_ID, .unseen = true, .label = MSG_FILING_FEE},
};
const struct form act_form = {"act", act_fields, ARRAY_LEN(act_fields)};

bool act_apply(struct request *r, struct err *e)
{
	struct dossier_get_row d;
	struct dossier_done done;
	struct str word = form_text(r, "action");
	struct dossier_act act = {.reason = form_text(r, "reason"), .text = form_text(r, "reason"), .score = (int)form_int(r, "score"), .item = form_id(r, "item")};
	if (!dossier_of(r, &d, e) || !dossier_action_from(word, &act.action))
		return e->kind ? false : err_set(e, ERR_INVALID, "no such action");
	if (act.action == ACT_STOP && !act.reason.n)
		form_error(r, "reason", MSG_FIELD_REQUIRED, STR_NONE, STR_NONE);
	if (act.action == ACT_RATE && !form_has(r, "score"))
		form_error(r, "score", MSG_FIELD_REQUIRED_CHOICE, STR_NONE, STR_NONE);
	if (!form_ok(r))
		return true;
	act.id = d.id;
	r->redirect = str_fmt(r->env.arena, "/ho-so/%.*s", STR_ARG(d.code));
	return dossier_do(&r->env, filing()->law, &act, &done, e);
}

static void act_button(struct request *r, struct html_out *o, const char *action, enum msg_key label, enum ui_weight w)
{
	struct ui_button b = {.label = m(r, label), .weight = w, .name = STR("action"), .value = str_from(action)};
	ui_button(o, &b);
}

static void show_stop(struct request *r, struct html_out *o, struct str to)
{
	struct ui_field why = page_field(r, "reason", UI_LONG_TEXT, MSG_FILING_STOP_WHY);
	why.required = true;
	ui_details_begin(o, m(r, MSG_FILING_STOP), r->errors.n > 0);
	filing_text(o, m(r, MSG_FILING_STOP_TEXT));
	ui_form_begin(o, &(struct ui_form){.action = to});
	ui_field(o, &why);
	act_button(r, o, "stop", MSG_FILING_STOP, UI_DANGER);
	ui_form_end(o);
	ui_details_end(o);
}

static void show_rating(struct request *r, struct html_out *o, struct str to)
{
	static const enum msg_key words[] = {MSG_FILING_SCORE_5, MSG_FILING_SCORE_4, MSG_FILING_SCORE_3, MSG_FILING_SCORE_2, MSG_FILING_SCORE_1};
	static const char *const values[] = {"5", "4", "3", "2", "1"};
	struct ui_option v[ARRAY_LEN(words)];
	struct ui_field score = page_field(r, "score", UI_RADIOS, MSG_FILING_RATE), say = page_field(r, "reason", UI_LONG_TEXT, MSG_FILING_RATE_WORDS);
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		v[i] = (struct ui_option){.value = str_from(values[i]), .label = m(r, words[i]), .chosen = str_eq(score.value, str_from(values[i]))};
	score.options = v;
	score.n_options = ARRAY_LEN(v);
	score.required = true;
	ui_section_begin(o, m(r, MSG_FILING_RATE));
	ui_form_begin(o, &(struct ui_form){.action = to});
	ui_field(o, &score);
	ui_field(o, &say);
	act_button(r, o, "rate", MSG_FILING_RATE_SEND, UI_QUIET);
	ui_form_end(o);
	ui_section_end(o);
}

static void show_withdraw(struct request *r, struct html_out *o, struct str to)
{
	ui_details_begin(o, m(r, MSG_FILING_WITHDRAW), false);
	filing_text(o, m(r, MSG_FILING_WITHDRAW_TEXT));
	ui_form_begin(o, &(struct ui_form){.action = to});
	act_button(r, o, "withdraw", MSG_FILING_WITHDRAW, UI_DANGER);
	ui_form_end(o);
	ui_details_end(o);
}

static struct str under(struct request *r, const struct dossier_get_row *d, const char *rest)
{
	return str_fmt(r->env.arena, "/ho-so/%.*s/%s", STR_ARG(d->code), rest);
}

static bool asked(const struct dossier_get_row *d) { return str_eq(d->state, STR("supplement")); }

static bool owes(struct request *r, const struct dossier_get_row *d, bool *out, struct err *e)
{
	struct dossier_fee_list_rows fees = {0};
	*out = false;
	if (!q_dossier_fee_list(r->env.db, r->env.arena, d->id, &fees, e))
		return false;
	for (size_t i = 0; i < fees.n; i++)
		*out = *out || str_eq(fees.v[i].state, STR("demanded"));
	return true;
}

/* What the reader came for stands first: what is asked of them, what is to be paid, the result. */
static bool show_now(struct request *r, struct html_out *o, const struct dossier_get_row *d, struct err *e)
{
	uint32_t open = 0;
	int64_t result = 0;
	bool due = false;
	if (!dossier_actions(&r->env, filing()->law, d, &open, e) || !owes(r, d, &due, e) || !filing_result(r, d, &result, e))
		return false;
	if (asked(d) && (open & 1U << ACT_SUPPLEMENT))
		ui_act(o, under(r, d, "sua"), &(struct ui_button){.label = m(r, MSG_FILING_SUPPLEMENT), .icon = UI_ICON_PENCIL});
	if (due && (open & 1U << ACT_CLAIM_PAID))
		ui_buttons(o, &(struct ui_button){.label = m(r, MSG_FILING_PAY), .url = under(r, d, "phi")}, 1);
	if (result)
		ui_buttons(o, &(struct ui_button){.label = m(r, MSG_FILING_GET_RESULT), .icon = UI_ICON_DOWNLOAD, .download = true,
			.url = under(r, d, str_fmt(r->env.arena, "tep/%lld", (long long)result).p)}, 1);
	return true;
}

static bool show_acts(struct request *r, struct html_out *o, const struct dossier_get_row *d, struct err *e)
{
	uint32_t open = 0;
	struct str to = under(r, d, "hanh-dong");
	if (!dossier_actions(&r->env, filing()->law, d, &open, e))
		return false;
	if (!asked(d) && (open & (1U << ACT_SUPPLEMENT | 1U << ACT_CORRECT)))
		ui_act(o, under(r, d, "sua"), &(struct ui_button){.label = m(r, MSG_FILING_CORRECT), .weight = UI_QUIET, .icon = UI_ICON_PENCIL});
	if (open & (1U << ACT_RATE))
		show_rating(r, o, to);
	if (open & (1U << ACT_WITHDRAW))
		show_withdraw(r, o, to);
	if (open & (1U << ACT_STOP))
		show_stop(r, o, to);
	return true;
}

/* ---- who read it ---- */

static enum msg_key post_of(struct str role)
{
	static const struct { const char *role; enum msg_key word; } posts[] = {{"counter", MSG_FILING_POST_COUNTER}, {"specialist", MSG_FILING_POST_SPECIALIST},
		{"head", MSG_FILING_POST_HEAD}, {"director", MSG_FILING_POST_DIRECTOR}, {"clerk", MSG_FILING_POST_CLERK}, {"inspector", MSG_FILING_POST_INSPECTOR},
		{"admin", MSG_FILING_POST_ADMIN}};
	for (size_t i = 0; i < ARRAY_LEN(posts); i++)
		if (str_eq(role, str_from(posts[i].role)))
			return posts[i].word;
	return MSG_FILING_POST_OTHER;
}

static enum msg_key purpose_word(struct str purpose)
{
	static const struct { const char *purpose; enum msg_key word; } words[] = {{"lead", MSG_FILING_READ_LEAD}, {"inspect", MSG_FILING_READ_INSPECT},
		{"receive", MSG_FILING_READ_RECEIVE}, {"opinion", MSG_FILING_READ_OPINION}, {"office", MSG_FILING_READ_OFFICE}, {"admin", MSG_FILING_READ_ADMIN}};
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_eq(purpose, str_from(words[i].purpose)))
			return words[i].word;
	return MSG_FILING_READ_WORK;
}

/* How often it was read within ten minutes of this first look. */
static int64_t looks_of(const struct audit_entries *all, size_t first)
{
	for (size_t i = first + 1; i < all->n; i++) {
		int64_t id = 0;
		if (!str_eq(all->v[i].kind, STR("dossier.read_count")))
			continue;
		AUTO_JSON body = json_loadb(all->v[i].body.p, all->v[i].body.n, 0, NULL);
		if (str_to_i64(json_str(body, "first"), &id) && id == all->v[first].id)
			return json_integer_value(json_object_get(body, "count"));
	}
	return 1;
}

static bool reader_item(struct request *r, const struct audit_entries *all, size_t i, struct ui_item *out, struct err *e)
{
	const struct audit_entry *x = &all->v[i];
	struct arena *a = r->env.arena;
	struct unit u = {0};
	bool found = false;
	if (x->unit && !directory_unit(&r->env, (struct unit_id){x->unit}, &u, &found, e))
		return false;
	AUTO_JSON body = json_loadb(x->body.p, x->body.n, 0, NULL);
	struct str times = lang_number(a, looks_of(all, i)), word = m(r, purpose_word(json_str(body, "purpose")));
	bool once = str_eq(times, STR("1"));
	*out = (struct ui_item){.title = str_fmt(a, "%.*s%s%.*s", STR_ARG(m(r, post_of(x->role))), found ? ", " : "", STR_ARG(u.name)),
		.hint = once ? word : str_fmt(a, "%.*s · %.*s", STR_ARG(word), STR_ARG(msg_fmt(a, r->env.lang, MSG_FILING_READ_TIMES, &times, 1))),
		.tag = lang_instant(a, r->env.lang, x->at)};
	return true;
}

static bool show_readers(struct request *r, struct html_out *o, const struct dossier_get_row *d, struct err *e)
{
	struct audit_entries all = {0};
	size_t n = 0;
	if (!audit_timeline(&r->env, d->id.v, 0, 2000, &all, e))
		return false;
	struct ui_item *v = NEW_ARRAY(r->env.arena, all.n + 1, struct ui_item);
	for (size_t i = all.n; i-- > 0;)
		if (str_eq(all.v[i].kind, STR("dossier.read")) && !reader_item(r, &all, i, &v[n++], e))
			return false;
	ui_details_begin(o, m(r, MSG_FILING_READERS), false);
	filing_hint(o, m(r, n ? MSG_FILING_READERS_TEXT : MSG_FILING_READERS_NONE));
	ui_items(o, v, n);
	ui_details_end(o);
	return true;
}

/* ---- the page ---- */

static bool show_head(struct request *r, struct html_out *o, const struct dossier_get_row *d, struct err *e)
{
	struct arena *a = r->env.arena;
	bool open = !d->settled_at.has && filing_state_look(d) != UI_STOPPED && filing_state_look(d) != UI_REFUSED;
	struct str when = lang_instant(a, r->env.lang, d->due.has ? d->due.v : d->answer_due);
	struct str due = msg_fmt(a, r->env.lang, d->due.has ? MSG_FILING_DUE_AT : MSG_FILING_ANSWER_AT, &when, 1);
	filing_state_line(o, filing_state_look(d), msg(r->env.lang, filing_state_look(d) == UI_YOURS ? MSG_STATE_YOURS :
		filing_state_look(d) == UI_DOING ? MSG_STATE_DOING : filing_state_look(d) == UI_DONE ? MSG_STATE_DONE :
		filing_state_look(d) == UI_REFUSED ? MSG_STATE_REFUSED : MSG_STATE_STOPPED), open && (d->due.has || !d->accepted_at.has) ? due : STR_NONE);
	if (!asked(d))
		return true;
	struct str why = STR_NONE;
	if (!filing_asked_why(r, d, &why, e))
		return false;
	ui_notice(o, &(struct ui_notice){.tone = UI_WARN, .title = m(r, MSG_FILING_ASKED),
		.text = why.n ? str_fmt(a, "“%.*s” %.*s", STR_ARG(why), STR_ARG(m(r, MSG_FILING_ASKED_TEXT))) : m(r, MSG_FILING_ASKED_TEXT)});
	return true;
}

static bool show_facts(struct request *r, struct html_out *o, const struct dossier_get_row *d, struct err *e)
{
	struct arena *a = r->env.arena;
	AUTO_JSON content = NULL;
	if (!dossier_unseal(&r->env, filing()->law, d, &content, e))
		return false;
	struct applicant who = dossier_applicant(a, content);
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

/* The form as the law prints it, and the receipts of fees paid: drawn when asked for. */
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
	if (!show_head(r, &o, &d, e) || !show_now(r, &o, &d, e))
		return false;
	filing_show_progress(&o, &d);
	if (!show_facts(r, &o, &d, e) || !filing_show_clock(r, &o, &d, e) || !filing_show_timeline(r, &o, &d, e) || !filing_show_files(r, &o, &d, files, STR_NONE, e))
		return false;
	struct str receipts = str_fmt(r->env.arena, "/ho-so/%.*s/bien-nhan/", STR_ARG(d.code));
	if (!show_sheets(r, &o, &d, e) || !show_acts(r, &o, &d, e) || !filing_show_receipts(r, &o, &d, receipts, STR_NONE, e) || !show_readers(r, &o, &d, e))
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

/* ---- correct, supplement: the same pages over a draft of the dossier ---- */

bool reopen_check(struct request *r, struct err *e)
{
	struct dossier_get_row d;
	uint32_t open = 0;
	if (!dossier_of(r, &d, e) || !dossier_actions(&r->env, filing()->law, &d, &open, e))
		return false;
	return (open & (1U << ACT_SUPPLEMENT | 1U << ACT_CORRECT | 1U << ACT_TRANSCRIBE)) != 0 || err_say(e, ERR_CONFLICT, MSG_FILING_CLOSED, "state does not allow it");
}

bool reopen_apply(struct request *r, struct err *e)
{
	struct env *env = &r->env;
	struct dossier_get_row d;
	struct draft_of_dossier_row old;
	struct dossier_key_get_row wrapped;
	AUTO_KEY key = {0};
	AUTO_JSON sealed = NULL;
	bool found = false, has_key = false, erased = false;
	if (!dossier_of(r, &d, e) || !q_draft_of_dossier(env->db, env->arena, d.id, env->actor->account, &old, &found, e))
		return false;
	struct draft_id id = {found ? old.id.v : id_new(env->ids, env->now)};
	r->redirect = str_fmt(env->arena, "/nop-ho-so/nhap/%lld", (long long)id.v);
	if (found)
		return true;
	if (!q_dossier_key_get(env->db, env->arena, (struct dossier_key_id){d.id.v}, &wrapped, &has_key, e) || !dossier_key(env, filing()->law, d.id, &key, &erased, e))
		return false;
	if (!has_key || erased)
		return err_set(e, ERR_CONFLICT, "the dossier was erased");
	if (!dossier_unseal(env, filing()->law, &d, &sealed, e))
		return false;
	AUTO_JSON content = json_pack("{s:O*,s:{},s:{},s:b}", "answers", json_object_get(sealed, "answers"), "who", "seen", "paper",
		json_is_object(json_object_get(sealed, "paper")));
	struct draft_new x = {.purpose = str_eq(d.state, STR("supplement")) ? "supplement" : "correct", .procedure = d.procedure, .dossier = d.id,
		.wrapped = wrapped.wrapped, .key = &key, .content = content};
	return draft_make(env, id, &x, e);
}

/* ---- fee ---- */

/* The transfer's text holds only what banks keep: capital letters and digits of the code. */
static struct str purpose_of(struct arena *a, struct str code)
{
	struct buf b = buf_on(a);
	for (size_t i = 0; i < code.n && b.n < 25; i++)
		if ((code.p[i] >= 'A' && code.p[i] <= 'Z') || (code.p[i] >= '0' && code.p[i] <= '9') || code.p[i] == '-')
			buf_char(&b, code.p[i]);
	return buf_str(&b);
}

static bool show_fee(struct request *r, struct html_out *o, const struct dossier_get_row *d, const struct dossier_fee_list_row *f, struct err *e)
{
	struct arena *a = r->env.arena;
	struct str text, purpose = purpose_of(a, d->code);
	bool demanded = str_eq(f->state, STR("demanded")), claimed = str_eq(f->state, STR("claimed"));
	struct ui_fact v[] = {{.label = m(r, MSG_FILING_AMOUNT), .value = lang_money(a, r->env.lang, f->amount)},
		{.label = m(r, MSG_FILING_BANK_ACCOUNT), .value = filing()->bank.account}, {.label = m(r, MSG_FILING_BANK_NAME), .value = filing()->bank.name},
		{.label = m(r, MSG_FILING_TRANSFER_TEXT), .value = purpose}};
	struct vietqr q = {.bin = filing()->bank.bin, .account = filing()->bank.account, .amount = f->amount, .purpose = purpose};
	bool transfer = filing()->bank.bin.n && demanded;
	ui_section_begin(o, f->name);
	ui_facts(o, v, transfer ? ARRAY_LEN(v) : 1);
	if (claimed || str_eq(f->state, STR("paid")))
		ui_notice(o, &(struct ui_notice){.tone = claimed ? UI_INFO : UI_GOOD, .text = m(r, claimed ? MSG_FILING_CLAIMED : MSG_FILING_PAID)});
	if (transfer) {
		if (!vietqr_build(a, &q, &text, e))
			return false;
		filing_text(o, m(r, MSG_FILING_SCAN));
		filing_qr(o, text);
		ui_form_begin(o, &(struct ui_form){.action = str_fmt(a, "/ho-so/%.*s/hanh-dong", STR_ARG(d->code))});
		ui_field(o, &(struct ui_field){.name = STR("item"), .kind = UI_HIDDEN, .value = str_fmt(a, "%lld", (long long)f->id.v)});
		act_button(r, o, "claim_paid", MSG_FILING_CLAIM, UI_PRIMARY);
		ui_form_end(o);
	}
	if (demanded)
		filing_hint(o, m(r, MSG_FILING_CASH));
	ui_section_end(o);
	return true;
}

bool fee_page(struct request *r, struct err *e)
{
	struct dossier_get_row d;
	struct dossier_fee_list_rows fees = {0};
	if (!dossier_of(r, &d, e) || !q_dossier_fee_list(r->env.db, r->env.arena, d.id, &fees, e))
		return false;
	struct html_out o = page_out(r);
	struct ui_crumb crumbs[] = {{msg_fmt(r->env.arena, r->env.lang, MSG_FILING_DOSSIER, &d.code, 1), str_fmt(r->env.arena, "/ho-so/%.*s", STR_ARG(d.code))}};
	struct ui_page page = {.title = m(r, MSG_FILING_PAY), .over = d.procedure_name, .width = UI_READ, .crumbs = crumbs, .n_crumbs = 1};
	ui_page_begin(&o, &page);
	if (!fees.n)
		filing_text(&o, m(r, MSG_FILING_NO_FEE));
	for (size_t i = 0; i < fees.n; i++)
		if (!show_fee(r, &o, &d, &fees.v[i], e))
			return false;
	ui_page_end(&o, &page);
	return page_answer(r);
}
