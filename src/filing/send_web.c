/* send_web.c — check your answers, send, and what happens next. */
#include "dossier/fee.h"
#include "filing/filing_internal.h"
#include "filing/filing_views.h"

static struct str base_of(struct request *r) { return str_fmt(r->env.arena, "/nop-ho-so/nhap/%.*s", STR_ARG(req_param(r, "draft"))); }

/* ---- check ---- */

static void show_answers(struct request *r, struct html_out *o, const struct draft *d, const json_t *clean, size_t i)
{
	struct arena *a = r->env.arena;
	size_t form = d->flow.pages[i].form, n = 0;
	const struct eform_section *sec = &d->p->forms[form]->sections[d->flow.pages[i].section];
	const json_t *mine = d->p->n_forms == 1 ? clean : json_object_getn(clean, d->p->forms[form]->id.p, d->p->forms[form]->id.n);
	struct eform_context now = {.today = date_of(r->env.now), .units = filing()->law->units, .english = r->env.lang == LANG_EN};
	struct eform_lines lines = eform_flatten(a, sec, mine, &now);
	struct ui_fact *v = NEW_ARRAY(a, lines.n + 1, struct ui_fact);
	struct str url = str_fmt(a, "%.*s/muc/%zu", STR_ARG(base_of(r)), i);
	for (size_t k = 0; k < lines.n; k++) {
		const struct eform_line *x = &lines.v[k];
		bool nested = x->kind >= EFORM_GROUP, words = x->kind == EFORM_NOTE || x->kind == EFORM_HEADING || x->kind == EFORM_FILE;
		if (nested || words)
			continue;
		v[n++] = (struct ui_fact){.label = x->label, .value = x->value,
			.change_url = str_fmt(a, "%.*s#%.*s", STR_ARG(url), STR_ARG(ui_field_id(o, x->name)))};
	}
	ui_section_begin(o, sec->title);
	if (d->p->n_forms > 1)
		filing_over(o, d->p->forms[form]->title);
	ui_answers(o, v, n);
	ui_section_end(o);
}

static bool show_who(struct request *r, struct html_out *o, const struct draft *d, struct err *e)
{
	struct applicant who;
	struct str channel, url = str_fmt(r->env.arena, "%.*s/nguoi-nop", STR_ARG(base_of(r)));
	bool complete = false;
	if (!who_fill(&r->env, d, &who, &channel, &complete, e))
		return false;
	struct ui_fact v[] = {{.label = m(r, MSG_FILING_NAME), .value = who.name}, {.label = m(r, MSG_FILING_IDENTITY), .value = who.identity},
		{.label = m(r, MSG_FILING_PHONE), .value = who.phone, .change_url = url}, {.label = m(r, MSG_FILING_EMAIL), .value = who.email, .change_url = url},
		{.label = m(r, MSG_FILING_ADDRESS), .value = who.address, .change_url = url},
		{.label = m(r, MSG_DOSSIER_AGENT), .value = dossier_agent_said(r->env.arena, r->env.lang, &who.agent), .change_url = url},
		{.label = m(r, MSG_FILING_OUT), .change_url = url, .value = m(r, str_eq(channel, STR("post")) ? MSG_FILING_OUT_POST :
			str_eq(channel, STR("counter")) ? MSG_FILING_OUT_COUNTER : MSG_FILING_OUT_ONLINE)}};
	ui_section_begin(o, m(r, MSG_FILING_WHO));
	ui_answers(o, v, ARRAY_LEN(v));
	ui_section_end(o);
	return true;
}

static void show_slots(struct request *r, struct html_out *o, const struct draft *d)
{
	struct arena *a = r->env.arena;
	struct ui_fact *v = NEW_ARRAY(a, d->flow.n_slots + 1, struct ui_fact);
	for (size_t i = 0; i < d->flow.n_slots; i++) {
		struct buf names = buf_on(a);
		for (size_t k = 0; k < d->files.n; k++)
			if (str_eq(d->files.v[k].field, d->flow.slots[i].field) && str_eq(d->files.v[k].state, STR("kept")))
				buf_fmt(&names, "%s%.*s", names.n ? "; " : "", STR_ARG(draft_file_name(a, d, &d->files.v[k])));
		v[i] = (struct ui_fact){.label = d->flow.slots[i].f->label, .value = buf_str(&names), .change_url = str_fmt(a, "%.*s/tep/%zu", STR_ARG(base_of(r)), i)};
	}
	ui_section_begin(o, m(r, MSG_FILING_FILES));
	ui_answers(o, v, d->flow.n_slots);
	ui_section_end(o);
}

/* The page of questions an error is put right on; n_pages when it is none's. */
static size_t page_with(struct request *r, const struct draft *d, struct str pointer)
{
	struct str rest = fault_name(r->env.arena, pointer), key;
	str_next(&rest, '.', &key);
	for (size_t i = 0; i < d->flow.n_pages; i++) {
		const struct eform *f = d->p->forms[d->flow.pages[i].form];
		if (d->p->n_forms > 1 && !str_eq(f->id, key))
			continue;
		struct str after = rest, first = key;
		if (d->p->n_forms > 1)
			str_next(&after, '.', &first);
		for (size_t k = 0; k < f->sections[d->flow.pages[i].section].n; k++)
			if (str_eq(f->sections[d->flow.pages[i].section].fields[k].key, first))
				return i;
	}
	return d->flow.n_pages;
}

/* What is missing in one place: its first error, and how many there are. */
struct missing { struct str url; bool file; size_t page, n; const struct eform_error *first; };

static struct missing missing_at(struct request *r, const struct draft *d, const struct eform_error *x)
{
	struct arena *a = r->env.arena;
	struct str name = fault_name(a, x->pointer);
	for (size_t i = 0; i < d->flow.n_slots; i++)
		if (str_starts(name, d->flow.slots[i].field))
			return (struct missing){.url = str_fmt(a, "%.*s/tep/%zu", STR_ARG(base_of(r)), i), .file = true, .page = d->flow.n_pages, .n = 1, .first = x};
	size_t page = page_with(r, d, x->pointer);
	return (struct missing){.url = page < d->flow.n_pages ? str_fmt(a, "%.*s/muc/%zu", STR_ARG(base_of(r)), page) : base_of(r), .page = page, .n = 1, .first = x};
}

/* One thing is called by its name, several of one page by the page's. */
static struct ui_item missing_line(struct request *r, const struct draft *d, const struct missing *x)
{
	struct arena *a = r->env.arena;
	struct str n = lang_number(a, r->env.lang, (int64_t)x->n);
	if (x->n == 1 || x->page == d->flow.n_pages)
		return (struct ui_item){.title = x->first->label, .url = x->url,
			.hint = x->file && x->first->fault == EFORM_REQUIRED ? m(r, MSG_FIELD_REQUIRED_FILE) : fault_text(a, r->env.lang, x->first)};
	struct str title = draft_section(d, x->page)->title, form = d->p->forms[d->flow.pages[x->page].form]->title;
	return (struct ui_item){.title = d->p->n_forms > 1 ? str_fmt(a, "%.*s (%.*s)", STR_ARG(title), STR_ARG(form)) : title,
		.hint = msg_fmt(a, r->env.lang, MSG_FILING_MISSING_N, &n, 1), .url = x->url};
}

static void show_missing(struct request *r, struct html_out *o, const struct draft *d, const struct eform_errors *errors)
{
	struct missing *v = NEW_ARRAY(r->env.arena, errors->n + 1, struct missing);
	struct ui_item *lines = NEW_ARRAY(r->env.arena, errors->n + 1, struct ui_item);
	size_t n = 0;
	for (const struct eform_error *x = errors->first; x; x = x->next) {
		struct missing at = missing_at(r, d, x);
		if (x->warning)
			continue;
		if (n && str_eq(v[n - 1].url, at.url)) /* errors come in the order of the form */
			v[n - 1].n++;
		else
			v[n++] = at;
	}
	for (size_t i = 0; i < n; i++)
		lines[i] = missing_line(r, d, &v[i]);
	ui_notice(o, &(struct ui_notice){.tone = UI_WARN, .title = m(r, MSG_FILING_MISSING), .text = m(r, MSG_FILING_MISSING_TEXT)});
	ui_items(o, lines, n);
}

/* Only where the answers, or the rule itself, tell all that the sum is made of; the office reckons it again from the dossier. */
static bool show_estimate(struct request *r, struct html_out *o, const struct draft *d, const json_t *clean, struct err *e)
{
	AUTO_JSON inputs = NULL;
	struct fee_bill bill;
	bool told = false;
	if (!d->p->fee)
		return true;
	if (!law_fee_told(r->env.arena, d->p, clean, &inputs, &told, e) || (told && !law_fee(r->env.arena, d->p, inputs, &bill, e)))
		return false;
	bool owed = told && bill.total.dong > 0, free = d->p->fee->n == 0 && told && !owed;
	if (!owed && !free)
		return true;
	ui_section_begin(o, m(r, MSG_FILING_ESTIMATE));
	if (owed)
		filing_fee_lines(r, o, &bill);
	filing_text(o, m(r, owed ? MSG_FILING_ESTIMATE_WHY : MSG_FILING_ESTIMATE_NONE));
	ui_section_end(o);
	return true;
}

bool check_page(struct request *r, struct err *e)
{
	AUTO_DRAFT d = {0};
	AUTO_JSON clean = NULL;
	if (!draft_open(&r->env, filing_state_of(r)->id, &d, e))
		return false;
	struct eform_errors errors = draft_check(&r->env, &d, &clean);
	struct html_out o = page_out(r);
	struct ui_crumb crumbs[] = {{m(r, MSG_FILING_TASKS), base_of(r)}};
	struct ui_page page = {.title = m(r, MSG_FILING_CHECK), .over = d.p->p->name, .width = UI_READ, .crumbs = crumbs, .n_crumbs = 1, .has_errors = r->errors.n > 0};
	struct ui_button send = {.label = m(r, MSG_FILING_SEND), .icon = UI_ICON_SEND};
	ui_page_begin(&o, &page);
	if (errors.n)
		show_missing(r, &o, &d, &errors);
	else
		page_error_summary(&o, r);
	if (!d.row.dossier.v && !show_who(r, &o, &d, e))
		return false;
	for (size_t i = 0; i < d.flow.n_pages; i++)
		show_answers(r, &o, &d, clean, i);
	show_slots(r, &o, &d);
	if (!errors.n && !d.row.dossier.v && !show_estimate(r, &o, &d, clean, e))
		return false;
	if (!errors.n) {
		filing_text(&o, m(r, MSG_FILING_DECLARE));
		ui_act(&o, str_fmt(r->env.arena, "%.*s/gui", STR_ARG(base_of(r))), &send);
	}
	ui_page_end(&o, &page);
	return page_answer(r);
}

/* ---- send ---- */

/* The page of a dossier sent: the desk's for the counter, one's own, or by code for who has no account. */
static struct str page_of(struct request *r, struct str code, bool account)
{
	const char *under = actor_is(r->env.actor, ROLE_COUNTER) ? "/ban-lam-viec/ho-so" : account ? "/ho-so" : "/tra-cuu";
	return str_fmt(r->env.arena, "%s/%.*s", under, STR_ARG(code));
}

/* Sent before, with another action id: the dossier has the draft's id. */
static bool already(struct request *r, struct err *e)
{
	struct dossier_get_row row;
	if (!dossier_load(&r->env, (struct dossier_id){filing_state_of(r)->id.v}, &row, e))
		return false;
	r->redirect = page_of(r, row.code, row.applicant_account != 0);
	return true;
}

bool send_apply(struct request *r, struct err *e)
{
	AUTO_DRAFT d = {0};
	AUTO_JSON clean = NULL;
	struct dossier_sent sent = {0};
	struct err none = {0};
	if (!draft_open(&r->env, filing_state_of(r)->id, &d, &none))
		return none.kind == ERR_NOT_FOUND ? already(r, e) : err_set(e, none.kind, "%s", none.text);
	struct eform_errors errors = draft_check(&r->env, &d, &clean);
	for (const struct eform_error *x = errors.first; x; x = x->next)
		if (!x->warning)
			form_error_text(r, fault_name(r->env.arena, x->pointer), fault_text(r->env.arena, r->env.lang, x));
	if (errors.n)
		return true;
	if (!send_draft(r, &d, clean, &sent, e))
		return false;
	if (!form_ok(r))
		return true;
	r->memo = memo_seal(r, str_fmt(r->env.arena, "%.*s\n%.*s\n%lld", STR_ARG(sent.code), STR_ARG(sent.secret), (long long)sent.answer_due.ms));
	if (sent.existed)
		r->redirect = page_of(r, sent.code, true);
	return true;
}

static void show_next(struct request *r, struct html_out *o, struct str due)
{
	struct str v[] = {msg_fmt(r->env.arena, r->env.lang, MSG_FILING_NEXT_1, &due, 1), m(r, MSG_FILING_NEXT_2), m(r, MSG_FILING_NEXT_3)};
	ui_section_begin(o, m(r, MSG_FILING_NEXT));
	filing_list(o, v, ARRAY_LEN(v));
	ui_section_end(o);
}

/* Easier to copy by hand; whoever reads it back skips the spaces. */
static struct str in_fours(struct arena *a, struct str s)
{
	struct buf b = buf_on(a);
	for (size_t i = 0; i < s.n; i++)
		buf_fmt(&b, "%s%c", i && i % 4 == 0 ? " " : "", s.p[i]);
	return buf_str(&b);
}

static void show_secret(struct request *r, struct html_out *o, struct str code, struct str secret)
{
	struct str url = str_fmt(r->env.arena, "%.*s/tra-cuu/%.*s?s=%.*s", STR_ARG(filing_origin(r)), STR_ARG(code), STR_ARG(secret));
	struct ui_fact v[] = {{.label = m(r, MSG_FILING_SECRET), .value = in_fours(r->env.arena, secret)}};
	ui_section_begin(o, m(r, MSG_FILING_FOLLOW));
	filing_text(o, m(r, MSG_FILING_SECRET_TEXT));
	ui_facts(o, v, 1);
	filing_qr(o, url);
	ui_section_end(o);
}

bool send_answer(struct request *r, struct err *e)
{
	struct str plain, code = STR(""), secret = STR(""), ms = STR("0");
	int64_t due = 0;
	if (r->redirect.n)
		return answer_redirect(r, r->redirect);
	if (!memo_open(r, &plain, e))
		return false;
	str_next(&plain, '\n', &code);
	str_next(&plain, '\n', &secret);
	str_next(&plain, '\n', &ms);
	str_to_i64(ms, &due);
	struct html_out o = page_out(r);
	struct ui_page page = {.title = m(r, MSG_FILING_SENT), .no_heading = true, .width = UI_READ};
	struct str when = lang_instant(r->env.arena, r->env.lang, (struct instant){due});
	struct ui_confirm c = {.title = m(r, MSG_FILING_SENT), .code_label = m(r, MSG_FILING_CODE), .code = code, .text = m(r, MSG_FILING_SENT_TEXT)};
	struct ui_button go[] = {{.label = m(r, MSG_FILING_SEE), .url = str_fmt(r->env.arena, "/ho-so/%.*s", STR_ARG(code))},
		{.label = m(r, MSG_NAV_MY_DOSSIERS), .url = STR("/ho-so-cua-toi"), .weight = UI_QUIET}};
	ui_page_begin(&o, &page);
	ui_confirm(&o, &c);
	show_secret(r, &o, code, secret);
	show_next(r, &o, when);
	struct ui_button record = {.label = m(r, MSG_FILING_SEE), .url = page_of(r, code, true)};
	if (actor_any(r->env.actor, ALLOW_APPLICANTS))
		ui_buttons(&o, go, ARRAY_LEN(go));
	else if (actor_is(r->env.actor, ROLE_COUNTER))
		ui_buttons(&o, &record, 1);
	ui_page_end(&o, &page);
	return page_answer(r);
}
