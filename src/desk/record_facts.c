/* record_facts.c — of the page of a record: what it is, its days, who applies, what was answered and what is proposed. */
#include "desk/record_internal.h"
#include "desk/desk_views.h"
#include "dossier/late.h"

void sheet_applicant(struct sheet *s)
{
	struct arena *a = s->r->env.arena;
	const struct applicant who = s->who;
	const struct { enum msg_key label; struct str value; } parts[] = {
		{MSG_DESK_WHO_NAME, who.name}, {MSG_DESK_WHO_IDENTITY, who.identity}, {MSG_DESK_WHO_ADDRESS, who.address}, {MSG_DESK_WHO_PHONE, who.phone},
		{MSG_DESK_WHO_EMAIL, who.email}, {MSG_DOSSIER_AGENT, dossier_agent_said(a, s->r->env.lang, &who.agent)}};
	struct ui_fact v[ARRAY_LEN(parts)];
	size_t n = 0;
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		sheet_fact(v, &n, WORD(s, parts[i].label), parts[i].value);
	ui_section_begin(s->o, WORD(s, MSG_DESK_APPLICANT));
	if (s->erased)
		ui_notice(s->o, &(struct ui_notice){.tone = UI_INFO, .text = WORD(s, MSG_DESK_ERASED)});
	else
		ui_facts(s->o, v, n);
	ui_section_end(s->o);
}

struct str sheet_holder(struct sheet *s)
{
	return s->d.assignee.v ? desk_person_name(&s->r->env, s->d.assignee.v) : desk_unit_name(&s->r->env, s->d.step_unit.v);
}

/* Papers that were accepted and wait for somebody of the settling unit: by when they must be there. Empty: none, or outside the calendar. */
static struct str forward_by(struct sheet *s)
{
	struct instant by;
	struct err ignored = {0};
	bool waits = s->d.accepted_at.has && !s->d.assignee.v && str_eq(s->d.state, STR("processing")) && (str_eq(s->d.channel_in, STR("counter")) || str_eq(s->d.channel_in, STR("post")));
	if (!waits || !calendar_forward_by(LAW->calendar, s->d.accepted_at.v, &by, &ignored))
		return STR("");
	return lang_instant(s->r->env.arena, s->r->env.lang, by);
}

/* Given with an apology or by whoever settled late; of one that is settled late without: that nobody said. */
static struct str late_words(const struct sheet *s)
{
	const struct dossier_get_row *d = &s->d;
	const struct late_reason *x = late_by_no(LAW, d->late_reason.v);
	struct opt_instant due = dossier_law_due(d->due, d->law_due, d->first_due);
	bool late = d->settled_at.has && d->accepted_at.has && due.has && d->settled_at.v.ms > due.v.ms && !str_eq(d->outcome, STR("stop"));
	return x ? late_name(x, s->r->env.lang) : late ? WORD(s, MSG_DESK_LATE_UNSTATED) : STR("");
}

void sheet_summary(struct sheet *s)
{
	struct arena *a = s->r->env.arena;
	enum lang lang = s->r->env.lang;
	struct ui_fact v[16];
	size_t n = 0;
	sheet_fact(v, &n, WORD(s, MSG_DESK_COL_STEP), desk_step_name(s->r->env.lang, s->d.process, s->d.step));
	sheet_fact(v, &n, WORD(s, MSG_DESK_RESPONSIBLE), sheet_holder(s));
	sheet_fact(v, &n, WORD(s, MSG_DESK_CHANNEL), WORD(s, desk_channel_word(s->d.channel_in)));
	sheet_fact(v, &n, WORD(s, MSG_DESK_CHANNEL_OUT), WORD(s, desk_channel_word(s->d.channel_out)));
	sheet_fact(v, &n, WORD(s, MSG_DESK_SENT_AT), lang_instant(a, lang, s->d.sent_at));
	if (!s->d.accepted_at.has)
		sheet_fact(v, &n, WORD(s, MSG_DESK_ANSWER_DUE), lang_instant(a, lang, s->d.answer_due));
	else
		sheet_fact(v, &n, WORD(s, MSG_DESK_ACCEPTED_AT), lang_instant(a, lang, s->d.accepted_at.v));
	sheet_fact(v, &n, WORD(s, MSG_DESK_FORWARD_BY), forward_by(s));
	sheet_fact(v, &n, WORD(s, MSG_DESK_COL_DUE), s->d.due.has ? lang_instant(a, lang, s->d.due.v) : STR(""));
	if (s->d.first_due.has && s->d.due.has && s->d.first_due.v.ms != s->d.due.v.ms)
		sheet_fact(v, &n, WORD(s, MSG_DESK_FIRST_DUE), lang_instant(a, lang, s->d.first_due.v));
	sheet_fact(v, &n, WORD(s, MSG_DESK_F_LATE), late_words(s));
	sheet_fact(v, &n, WORD(s, MSG_DESK_STEP_DUE), s->d.step_due.has ? lang_instant(a, lang, s->d.step_due.v) : STR(""));
	sheet_fact(v, &n, WORD(s, MSG_DESK_ORIGIN), s->d.origin_code);
	if (s->d.result_number.has)
		sheet_fact(v, &n, WORD(s, MSG_DESK_RESULT_NUMBER), str_fmt(a, "%lld/%.*s", (long long)s->d.result_number.v, STR_ARG(s->d.result_symbol)));
	sheet_fact(v, &n, WORD(s, MSG_DESK_SETTLING_UNIT), desk_unit_name(&s->r->env, s->d.settling_unit.v));
	sheet_fact(v, &n, WORD(s, MSG_DESK_RECEIVING_UNIT), desk_unit_name(&s->r->env, s->d.receiving_unit.v));
	ui_facts(s->o, v, n);
}

/* ---- the legal clock ---- */

bool sheet_clock(struct sheet *s, struct err *e)
{
	struct dossier_clock c;
	if (!dossier_explain(&s->r->env, LAW, &s->d, &c, e))
		return false;
	ui_section_begin(s->o, WORD(s, MSG_DESK_DAYS));
	if (!c.known || !c.started)
		ui_notice(s->o, &(struct ui_notice){.tone = UI_INFO, .text = WORD(s, c.known ? MSG_DESK_CLOCK_NOT_STARTED : MSG_DESK_CLOCK_UNKNOWN)});
	filing_day_strip(s->o, &c);
	ui_section_end(s->o);
	return true;
}

static void form_lines(struct sheet *s, const struct eform *f, const json_t *answers)
{
	struct eform_context then = {.today = date_of(s->d.sent_at), .units = LAW->units, .english = s->r->env.lang == LANG_EN};
	for (size_t i = 0; i < f->n; i++) {
		struct eform_lines lines = eform_flatten(s->r->env.arena, &f->sections[i], answers, &then);
		struct ui_fact *v = NEW_ARRAY(s->r->env.arena, lines.n, struct ui_fact);
		size_t n = 0;
		for (size_t k = 0; k < lines.n; k++)
			sheet_fact(v, &n, lines.v[k].label, lines.v[k].value);
		if (!n)
			continue;
		ui_details_begin(s->o, f->sections[i].title.n ? f->sections[i].title : f->title, i == 0);
		ui_facts(s->o, v, n);
		ui_details_end(s->o);
	}
}

void sheet_answers(struct sheet *s)
{
	const struct law_procedure *p = law_find(LAW, s->d.procedure);
	const json_t *answers = json_object_get(s->content, "answers");
	if (!p || !json_object_size(answers))
		return;
	ui_section_begin(s->o, WORD(s, MSG_DESK_ANSWERS));
	for (size_t i = 0; i < p->n_forms; i++)
		form_lines(s, p->forms[i], p->n_forms == 1 ? answers : json_object_get(answers, str_cstr(s->r->env.arena, p->forms[i]->id)));
	ui_section_end(s->o);
}

void sheet_counter(struct sheet *s)
{
	const json_t *docs = json_object_get(json_object_get(s->content, "paper"), "documents");
	struct ui_column columns[] = {{.head = WORD(s, MSG_DESK_DOC)}, {.head = WORD(s, MSG_DESK_DOC_ORIGINAL)},
		{.head = WORD(s, MSG_DESK_DOC_PAGES), .kind = UI_CELL_NUMBER}, {.head = WORD(s, MSG_DESK_DOC_IMAGES), .kind = UI_CELL_NUMBER}};
	struct ui_table t = {.caption = WORD(s, MSG_DESK_PAPER_SEEN), .caption_hidden = true, .columns = columns, .n_columns = ARRAY_LEN(columns)};
	if (!sheet_on_paper(s) || !json_array_size(docs))
		return;
	ui_section_begin(s->o, t.caption);
	ui_table_begin(s->o, &t);
	for (size_t i = 0; i < json_array_size(docs); i++) {
		const json_t *d = json_array_get(docs, i);
		int64_t n[] = {json_integer_value(json_object_get(d, "pages")), json_integer_value(json_object_get(d, "images"))};
		ui_row_begin(s->o, &t, &(struct ui_row){0});
		ui_cell(s->o, &t, 0, str_from(json_string_value(json_object_get(d, "document"))));
		ui_cell(s->o, &t, 1, WORD(s, json_is_true(json_object_get(d, "original_seen")) ? MSG_DESK_YES : MSG_DESK_NO));
		for (size_t k = 0; k < ARRAY_LEN(n); k++)
			ui_cell(s->o, &t, 2 + k, n[k] > 0 ? str_fmt(s->r->env.arena, "%lld", (long long)n[k]) : STR("–"));
		ui_row_end(s->o);
	}
	ui_table_end(s->o);
	ui_section_end(s->o);
}

bool sheet_proposal(struct sheet *s, struct err *e)
{
	bool refuse = str_eq(s->d.outcome, STR("refuse"));
	struct dossier_proposal p;
	if (!s->d.proposal.n || s->erased)
		return true;
	if (!dossier_proposal(&s->r->env, LAW, &s->d, refuse, &p, e))
		return false;
	const struct law_result *t = law_result_of(LAW, law_find(LAW, s->d.procedure), refuse);
	ui_section_begin(s->o, WORD(s, MSG_DESK_PROPOSAL));
	desk_lines(s->o, WORD(s, refuse ? MSG_DESK_OUTCOME_REFUSE : MSG_DESK_OUTCOME_RESULT), h_from_lines(s->o, p.text));
	if (t->fields)
		form_lines(s, t->fields, p.fields);
	if (desk_have()->draft)
		ui_buttons(s->o, &(struct ui_button){.label = WORD(s, MSG_DESK_SEE_DRAFT), .weight = UI_QUIET, .icon = UI_ICON_EYE,
			.url = str_fmt(s->r->env.arena, "%.*s/du-thao.pdf", STR_ARG(sheet_url(s)))}, 1);
	ui_section_end(s->o);
	json_decref(p.fields);
	return true;
}
