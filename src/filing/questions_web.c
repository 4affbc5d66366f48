/* questions_web.c — a page of questions of a draft: shown, checked, kept, saved while one types. */
#include "core/base/json_text.h"
#include "filing/filing_internal.h"
#include "filing/filing_views.h"
#include "gen/assets.h"
#include <stdlib.h>

const struct form section_form_none = {"section", NULL, 0};

static bool page_index(struct request *r, const struct draft *d, size_t *page, struct err *e)
{
	int64_t n = -1;
	if (!str_to_i64(req_param(r, "n"), &n) || n < 0 || (size_t)n >= d->flow.n_pages)
		return err_set(e, ERR_NOT_FOUND, "no such page of questions");
	*page = (size_t)n;
	return true;
}

/* What the applicant's page or the account told already stands in a page that nobody has sent yet, to be looked at. Who types in a paper or
 * corrects what was sent writes what is there. */
static bool prefill(struct request *r, const struct draft *d, size_t i, size_t *n, struct err *e)
{
	struct applicant w;
	struct str channel;
	bool complete = false;
	if (!str_eq(d->row.purpose, STR("new")) || draft_seen(d, str_fmt(r->env.arena, "%zu", i)))
		return true;
	if (!who_fill(&r->env, d, &w, &channel, &complete, e))
		return false;
	const struct eform_known known = {w.name, w.identity, w.address, w.phone, w.email, w.organisation};
	*n = eform_prefill(draft_section(d, i), &known, draft_form(d, d->flow.pages[i].form));
	return true;
}

static bool show_questions(struct request *r, const struct draft *d, size_t i, const json_t *answers, struct faults faults, size_t prefilled)
{
	struct arena *a = r->env.arena;
	struct html_out o = page_out(r);
	const struct eform_section *sec = draft_section(d, i);
	struct str base = draft_url(r), self = str_fmt(a, "%.*s/muc/%zu", STR_ARG(base), i);
	struct ui_crumb crumbs[] = {{m(r, MSG_FILING_TASKS), base}};
	struct ui_page page = {.title = sec->title, .over = d->p->forms[d->flow.pages[i].form]->title, .width = UI_READ, .crumbs = crumbs, .n_crumbs = 1,
		.has_errors = r->errors.n > 0, .script = ASSET_FILING_JS};
	struct show s = {.o = &o, .law = filing()->law, .today = date_of(r->env.now), .faults = faults};
	struct ui_button go[] = {{.label = m(r, MSG_DO_CONTINUE)}, {.label = m(r, MSG_FILING_LATER), .weight = UI_QUIET, .name = STR("_sau"), .value = STR("1")}};
	ui_page_begin(&o, &page);
	faults_summary(&o, &faults);
	filing_form_begin(&o, self, date_format(a, s.today));
	ui_enter(&o, go[0].label);
	if (sec->note.n)
		filing_text(&o, sec->note);
	if (prefilled)
		ui_notice(&o, &(struct ui_notice){.text = m(r, MSG_FILING_PREFILLED)});
	show_section(&s, sec, answers);
	ui_buttons(&o, go, ARRAY_LEN(go));
	filing_form_end(&o);
	ui_page_end(&o, &page);
	return page_answer(r);
}

bool section_page(struct request *r, struct err *e)
{
	AUTO_DRAFT d = {0};
	size_t i = 0, prefilled = 0;
	if (!draft_open_path(r, &d, e) || !page_index(r, &d, &i, e) || !prefill(r, &d, i, &prefilled, e))
		return false;
	struct faults f = {0};
	if (draft_seen(&d, str_fmt(r->env.arena, "%zu", i))) {
		AUTO_JSON merged = draft_merged(r->env.arena, &d);
		struct eform_errors errors = draft_form_errors(&r->env, &d, merged, d.flow.pages[i].form, NULL);
		f = faults_of(r->env.arena, r->env.lang, &errors, draft_section(&d, i));
	}
	return show_questions(r, &d, i, draft_form(&d, d.flow.pages[i].form), f, prefilled);
}

/* The errors of the page as it would be with what was typed. */
static struct faults faults_with(struct request *r, const struct draft *d, size_t i, const json_t *typed)
{
	AUTO_JSON merged = NULL;
	json_object_update(draft_form(d, d->flow.pages[i].form), (json_t *)(uintptr_t)typed);
	merged = draft_merged(r->env.arena, d);
	struct eform_errors errors = draft_form_errors(&r->env, d, merged, d->flow.pages[i].form, NULL);
	return faults_of(r->env.arena, r->env.lang, &errors, draft_section(d, i));
}

bool section_check(struct request *r, struct err *e)
{
	AUTO_DRAFT d = {0};
	size_t i = 0;
	struct str later;
	if (!draft_open_path(r, &d, e) || !page_index(r, &d, &i, e))
		return false;
	AUTO_JSON typed = typed_section(r, draft_section(&d, i));
	if (filing_rows_changed(r, typed, STR_NONE))
		return show_questions(r, &d, i, typed, (struct faults){0}, 0);
	filing_state_of(r)->typed = json_text(r->env.arena, json_incref(typed));
	if (req_form_raw(r, STR("_sau"), 0, &later))
		return true;
	struct faults f = faults_with(r, &d, i, typed);
	for (size_t k = 0; k < f.n; k++)
		if (!f.v[k].warning)
			form_error_text(r, f.v[k].name, f.v[k].text);
	return true;
}

bool section_again(struct request *r, struct err *e)
{
	AUTO_DRAFT d = {0};
	size_t i = 0;
	if (!draft_open_path(r, &d, e) || !page_index(r, &d, &i, e))
		return false;
	AUTO_JSON typed = typed_section(r, draft_section(&d, i));
	return show_questions(r, &d, i, typed, faults_with(r, &d, i, typed), 0);
}

static bool keep_typed(struct request *r, struct draft *d, size_t i, bool see, struct err *e)
{
	AUTO_JSON typed = json_loadb(filing_state_of(r)->typed.p, filing_state_of(r)->typed.n, 0, NULL);
	if (!typed)
		return err_set(e, ERR_INTERNAL, "what was typed");
	json_object_update(draft_form(d, d->flow.pages[i].form), typed);
	d->row.step = str_fmt(r->env.arena, "%zu", i);
	if (see)
		draft_see(d, d->row.step);
	return draft_put(&r->env, d, e);
}

bool section_apply(struct request *r, struct err *e)
{
	AUTO_DRAFT d = {0};
	size_t i = 0;
	struct str later;
	if (!draft_open_path(r, &d, e) || !page_index(r, &d, &i, e))
		return false;
	bool stay = req_form_raw(r, STR("_sau"), 0, &later);
	bool next = !stay && i + 1 < d.flow.n_pages && !draft_seen(&d, str_fmt(r->env.arena, "%zu", i + 1));
	r->redirect = next ? str_fmt(r->env.arena, "%.*s/muc/%zu", STR_ARG(draft_url(r)), i + 1) : draft_url(r);
	return keep_typed(r, &d, i, !stay, e);
}

bool autosave_check(struct request *r, struct err *e)
{
	AUTO_DRAFT d = {0};
	size_t i = 0;
	if (!draft_open_path(r, &d, e) || !page_index(r, &d, &i, e))
		return false;
	AUTO_JSON typed = typed_section(r, draft_section(&d, i));
	filing_state_of(r)->typed = json_text(r->env.arena, json_incref(typed));
	return true;
}

bool autosave_apply(struct request *r, struct err *e)
{
	AUTO_DRAFT d = {0};
	size_t i = 0;
	return draft_open_path(r, &d, e) && page_index(r, &d, &i, e) && keep_typed(r, &d, i, false, e);
}

bool section_form(struct request *r, struct err *e)
{
	AUTO_DRAFT d = {0};
	size_t i = 0;
	if (!draft_open_path(r, &d, e) || !page_index(r, &d, &i, e))
		return false;
	return answer_tree(r, eform_public_json(d.p->forms[d.flow.pages[i].form]));
}

bool section_answers(struct request *r, struct err *e)
{
	AUTO_DRAFT d = {0};
	size_t i = 0;
	if (!draft_open_path(r, &d, e) || !page_index(r, &d, &i, e))
		return false;
	AUTO_JSON merged = draft_merged(r->env.arena, &d);
	AUTO_JSON clean = NULL;
	draft_form_errors(&r->env, &d, merged, d.flow.pages[i].form, &clean);
	return answer_tree(r, json_incref(clean));
}
