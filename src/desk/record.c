/* record.c — the page of one record: what it is, what may be done, its files, course, times and process. */
#include "core/audit/audit.h"
#include "desk/desk_internal.h"
#include "desk/desk_views.h"
#include <string.h>

bool desk_record(struct request *r, struct dossier_get_row *out, struct err *e)
{
	struct dossier_id id;
	bool found = false, may = false;
	if (!dossier_id_of(&r->env, req_param(r, "code"), &id, &found, e))
		return false;
	if (!found)
		return err_set(e, ERR_NOT_FOUND, "no such dossier");
	if (!dossier_load(&r->env, id, out, e) || !dossier_may_read(&r->env, out, &may, e))
		return false;
	return may || err_set(e, ERR_NOT_FOUND, "not this actor's record");
}

bool desk_row_check(struct request *r, struct err *e)
{
	struct dossier_get_row d;
	return desk_record(r, &d, e);
}

/* ---- one record with all that the page shows ---- */

struct sheet {
	struct request *r;
	struct html_out *o;
	struct dossier_get_row d;
	struct key key;
	bool erased;
	json_t *content;             /* {"answers","who"}, or null when erased */
	struct dossier_file_list_rows files;
	struct dossier_preview_list_rows previews;
	struct dossier_fee_list_rows fees;
	struct dossier_opinion_list_rows opinions;
	struct dossier_paper_list_rows papers;
	uint32_t actions;
};
#define WORD(s, k) msg((s)->r->env.lang, (k))

static bool load_sheet(struct sheet *s, struct err *e)
{
	struct env *env = &s->r->env;
	return desk_record(s->r, &s->d, e) && dossier_key(env, LAW, s->d.id, &s->key, &s->erased, e) &&
	       dossier_unseal(env, LAW, &s->d, &s->content, e) && q_dossier_file_list(env->db, env->arena, s->d.id, &s->files, e) &&
	       q_dossier_preview_list(env->db, env->arena, s->d.id, &s->previews, e) &&
	       q_dossier_fee_list(env->db, env->arena, s->d.id, &s->fees, e) &&
	       q_dossier_opinion_list(env->db, env->arena, s->d.id, &s->opinions, e) &&
	       q_dossier_paper_list(env->db, env->arena, s->d.id, &s->papers, e) && dossier_actions(env, LAW, &s->d, &s->actions, e);
}

static struct str base_url(struct sheet *s) { return str_fmt(s->r->env.arena, "/ban-lam-viec/ho-so/%.*s", STR_ARG(s->d.code)); }

/* What a sealed note or paper says. Empty when it cannot be opened. */
static struct str note_text(struct sheet *s, int64_t id)
{
	for (size_t i = 0; i < s->papers.n && !s->erased; i++)
		if (s->papers.v[i].id.v == id)
			return dossier_paper_text(s->r->env.arena, &s->key, &s->papers.v[i]);
	return STR("");
}

static void put_fact(struct ui_fact *v, size_t *n, struct str label, struct str value)
{
	if (value.n)
		v[(*n)++] = (struct ui_fact){.label = label, .value = value};
}

/* Filed on paper at the counter: its answers stand on the paper until somebody types them in. */
static bool is_on_paper(struct sheet *s) { return json_is_object(json_object_get(s->content, "paper")); }
static bool has_answers(struct sheet *s) { return json_object_size(json_object_get(s->content, "answers")) > 0; }

/* ---- summary ---- */

static void applicant_facts(struct sheet *s)
{
	struct arena *a = s->r->env.arena;
	struct applicant who = dossier_applicant(a, s->content);
	const struct { enum msg_key label; struct str value; } parts[] = {
		{MSG_DESK_WHO_NAME, who.name}, {MSG_DESK_WHO_IDENTITY, who.identity}, {MSG_DESK_WHO_ADDRESS, who.address}, {MSG_DESK_WHO_PHONE, who.phone},
		{MSG_DESK_WHO_EMAIL, who.email}, {MSG_DOSSIER_AGENT, dossier_agent_said(a, s->r->env.lang, &who.agent)}};
	struct ui_fact v[ARRAY_LEN(parts)];
	size_t n = 0;
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		put_fact(v, &n, WORD(s, parts[i].label), parts[i].value);
	ui_section_begin(s->o, WORD(s, MSG_DESK_APPLICANT));
	if (s->erased)
		ui_notice(s->o, &(struct ui_notice){.tone = UI_INFO, .text = WORD(s, MSG_DESK_ERASED)});
	else
		ui_facts(s->o, v, n);
	ui_section_end(s->o);
}

static void summary_facts(struct sheet *s)
{
	struct arena *a = s->r->env.arena;
	enum lang lang = s->r->env.lang;
	struct ui_fact v[14];
	size_t n = 0;
	put_fact(v, &n, WORD(s, MSG_DESK_COL_STEP), desk_step_name(s->r, s->d.process, s->d.step));
	put_fact(v, &n, WORD(s, MSG_DESK_RESPONSIBLE), s->d.assignee.v ? desk_person_name(&s->r->env, s->d.assignee.v) : desk_unit_name(&s->r->env, s->d.step_unit.v));
	put_fact(v, &n, WORD(s, MSG_DESK_CHANNEL), WORD(s, desk_channel_word(s->d.channel_in)));
	put_fact(v, &n, WORD(s, MSG_DESK_CHANNEL_OUT), WORD(s, desk_channel_word(s->d.channel_out)));
	put_fact(v, &n, WORD(s, MSG_DESK_SENT_AT), lang_instant(a, lang, s->d.sent_at));
	if (!s->d.accepted_at.has)
		put_fact(v, &n, WORD(s, MSG_DESK_ANSWER_DUE), lang_instant(a, lang, s->d.answer_due));
	else
		put_fact(v, &n, WORD(s, MSG_DESK_ACCEPTED_AT), lang_instant(a, lang, s->d.accepted_at.v));
	put_fact(v, &n, WORD(s, MSG_DESK_COL_DUE), s->d.due.has ? lang_instant(a, lang, s->d.due.v) : STR(""));
	if (s->d.first_due.has && s->d.due.has && s->d.first_due.v.ms != s->d.due.v.ms)
		put_fact(v, &n, WORD(s, MSG_DESK_FIRST_DUE), lang_instant(a, lang, s->d.first_due.v));
	put_fact(v, &n, WORD(s, MSG_DESK_STEP_DUE), s->d.step_due.has ? lang_instant(a, lang, s->d.step_due.v) : STR(""));
	put_fact(v, &n, WORD(s, MSG_DESK_ORIGIN), s->d.origin_code);
	if (s->d.result_number.has)
		put_fact(v, &n, WORD(s, MSG_DESK_RESULT_NUMBER), str_fmt(a, "%lld/%.*s", (long long)s->d.result_number.v, STR_ARG(s->d.result_symbol)));
	put_fact(v, &n, WORD(s, MSG_DESK_SETTLING_UNIT), desk_unit_name(&s->r->env, s->d.settling_unit.v));
	put_fact(v, &n, WORD(s, MSG_DESK_RECEIVING_UNIT), desk_unit_name(&s->r->env, s->d.receiving_unit.v));
	ui_facts(s->o, v, n);
}

/* ---- the legal clock ---- */

static enum ui_day_kind day_kind(enum day_cell_state c)
{
	switch (c) {
	case CELL_START: return UI_DAY_START;
	case CELL_COUNTED: return UI_DAY_COUNTED;
	case CELL_OFF: return UI_DAY_OFF;
	case CELL_DROPPED: return UI_DAY_VOID;
	case CELL_WAITING: return UI_DAY_STOPPED;
	case CELL_DUE: return UI_DAY_DUE;
	}
	return UI_DAY_PLAIN;
}

static bool clock_section(struct sheet *s, struct err *e)
{
	struct dossier_clock c;
	if (!dossier_explain(&s->r->env, LAW, &s->d, &c, e))
		return false;
	ui_section_begin(s->o, WORD(s, MSG_DESK_DAYS));
	if (!c.known || !c.started)
		ui_notice(s->o, &(struct ui_notice){.tone = UI_INFO, .text = WORD(s, c.known ? MSG_DESK_CLOCK_NOT_STARTED : MSG_DESK_CLOCK_UNKNOWN)});
	struct ui_day_cell *v = NEW_ARRAY(s->r->env.arena, c.n_cells, struct ui_day_cell);
	for (size_t i = 0; i < c.n_cells; i++)
		v[i] = (struct ui_day_cell){.day = c.cells[i].date, .kind = day_kind(c.cells[i].state), .note = c.cells[i].day.name};
	if (c.n_cells)
		ui_days(s->o, v, c.n_cells);
	ui_section_end(s->o);
	return true;
}

/* ---- files, fees, opinions ---- */

static enum msg_key file_note(const struct dossier_file_list_row *f)
{
	if (str_eq(f->state, STR("quarantine")))
		return MSG_DESK_FILE_QUARANTINE;
	if (str_eq(f->state, STR("infected")))
		return MSG_DESK_FILE_INFECTED;
	if (f->replaced)
		return MSG_DESK_FILE_REPLACED;
	return str_eq(f->kind, STR("result")) ? MSG_DESK_FILE_RESULT : f->originals_seen ? MSG_DESK_FILE_ORIGINAL_SEEN : MSG_DESK_FILE_KEPT;
}

static void files_section(struct sheet *s)
{
	struct arena *a = s->r->env.arena;
	struct ui_file *v = NEW_ARRAY(a, s->files.n, struct ui_file);
	ui_section_begin(s->o, WORD(s, MSG_DESK_FILES));
	for (size_t i = 0; i < s->files.n; i++) {
		const struct dossier_file_list_row *f = &s->files.v[i];
		struct str name = s->erased ? STR("?") : dossier_file_name(&s->r->env, &s->key, f);
		bool clean = str_eq(f->state, STR("clean"));
		v[i] = (struct ui_file){.name = name, .size = f->size, .note = WORD(s, file_note(f)),
			.url = clean && !s->erased ? str_fmt(a, "%.*s/tep/%lld", STR_ARG(base_url(s)), (long long)f->id.v) : STR_NONE};
	}
	for (size_t i = 0; i < s->files.n && !s->erased; i++)
		if (v[i].url.n)
			v[i].below = filing_preview(s->o, &s->previews, &s->files.v[i], v[i].name, v[i].url);
	if (s->files.n)
		ui_files(s->o, v, s->files.n);
	else
		ui_empty(s->o, &(struct ui_empty){.title = WORD(s, MSG_DESK_NO_FILES), .icon = UI_ICON_FILE});
	ui_section_end(s->o);
}

/* Drawn when asked for: each application form filled, and the slip that goes with the dossier once it is accepted. */
static size_t sheet_items(struct sheet *s, const struct law_procedure *p, struct ui_item *v)
{
	struct arena *a = s->r->env.arena;
	size_t n = 0;
	for (size_t i = 0; p && has_answers(s) && i < p->n_forms; i++)
		v[n++] = (struct ui_item){.title = p->forms[i]->title, .hint = WORD(s, MSG_DESK_FORM_PRINTED),
			.url = str_fmt(a, "%.*s/don/%zu", STR_ARG(base_url(s)), i + 1)};
	if (s->d.accepted_at.has)
		v[n++] = (struct ui_item){.title = WORD(s, MSG_DESK_CONTROL_SLIP), .hint = WORD(s, MSG_DESK_CONTROL_SLIP_HINT),
			.url = str_fmt(a, "%.*s/phieu-kiem-soat.pdf", STR_ARG(base_url(s)))};
	return n;
}

static void papers_section(struct sheet *s)
{
	struct arena *a = s->r->env.arena;
	const struct law_procedure *procedure = law_find(LAW, s->d.procedure);
	struct ui_item *v = NEW_ARRAY(a, s->papers.n + 1 + (procedure ? procedure->n_forms : 0), struct ui_item);
	size_t n = 0;
	if (desk_have()->sheet && !s->erased)
		n = sheet_items(s, procedure, v);
	for (size_t i = 0; i < s->papers.n; i++) {
		const struct dossier_paper_list_row *p = &s->papers.v[i];
		if (str_eq(p->form_set, STR("note")))
			continue;
		struct str title[] = {filing_paper_word(s->r->env.lang, dossier_paper_kind(p->form_set, p->form_code)), str_fmt(a, "%lld", (long long)p->number)};
		struct str hint[] = {p->form_code, p->form_set, lang_instant(a, s->r->env.lang, p->at)};
		v[n++] = (struct ui_item){.title = msg_fmt(a, s->r->env.lang, MSG_DESK_PAPER, title, 2), .hint = msg_fmt(a, s->r->env.lang, MSG_DESK_PAPER_FORM, hint, 3),
			.url = str_fmt(a, "%.*s/giay/%lld", STR_ARG(base_url(s)), (long long)p->id.v)};
	}
	if (!n)
		return;
	ui_section_begin(s->o, WORD(s, MSG_DESK_PAPERS));
	ui_items(s->o, v, n);
	ui_section_end(s->o);
}

static void fees_section(struct sheet *s)
{
	struct arena *a = s->r->env.arena;
	if (!s->fees.n)
		return;
	struct ui_item *v = NEW_ARRAY(a, s->fees.n, struct ui_item);
	for (size_t i = 0; i < s->fees.n; i++) {
		const struct dossier_fee_list_row *f = &s->fees.v[i];
		bool paid = str_eq(f->state, STR("paid")), claimed = str_eq(f->state, STR("claimed"));
		struct str amount = lang_money(a, s->r->env.lang, f->amount);
		struct str url = paid && desk_have()->sheet && !s->erased ? str_fmt(a, "%.*s/phieu-thu/%lld", STR_ARG(base_url(s)), (long long)f->id.v) : STR_NONE;
		v[i] = (struct ui_item){.title = f->name, .url = url, .has_state = true, .state = paid ? UI_DONE : claimed ? UI_SOON : UI_YOURS,
			.hint = paid ? str_fmt(a, "%.*s · %.*s %.*s", STR_ARG(amount), STR_ARG(WORD(s, MSG_DESK_F_VOUCHER)), STR_ARG(f->voucher))
			             : str_fmt(a, "%.*s · %.*s", STR_ARG(amount), STR_ARG(WORD(s, claimed ? MSG_DESK_FEE_CLAIMED : MSG_DESK_FEE_OPEN)))};
	}
	ui_section_begin(s->o, WORD(s, MSG_DESK_FEES));
	ui_items(s->o, v, s->fees.n);
	ui_section_end(s->o);
}

static void opinions_section(struct sheet *s)
{
	struct arena *a = s->r->env.arena;
	if (!s->opinions.n)
		return;
	struct ui_item *v = NEW_ARRAY(a, s->opinions.n, struct ui_item);
	for (size_t i = 0; i < s->opinions.n; i++) {
		const struct dossier_opinion_list_row *p = &s->opinions.v[i];
		struct str answer = p->answered_at.has ? p->answer : WORD(s, MSG_DESK_OPINION_OPEN);
		v[i] = (struct ui_item){.title = p->question, .hint = str_fmt(a, "%.*s: %.*s", STR_ARG(desk_unit_name(&s->r->env, p->unit.v)), STR_ARG(answer)),
			.has_state = true, .state = p->answered_at.has ? UI_DONE : UI_DOING};
	}
	ui_section_begin(s->o, WORD(s, MSG_DESK_OPINIONS));
	ui_items(s->o, v, s->opinions.n);
	ui_section_end(s->o);
}

/* ---- answers and draft ---- */

static void form_lines(struct sheet *s, const struct eform *f, const json_t *answers)
{
	struct eform_context then = {date_of(s->d.sent_at), LAW->units};
	for (size_t i = 0; i < f->n; i++) {
		struct eform_lines lines = eform_flatten(s->r->env.arena, &f->sections[i], answers, &then);
		struct ui_fact *v = NEW_ARRAY(s->r->env.arena, lines.n, struct ui_fact);
		size_t n = 0;
		for (size_t k = 0; k < lines.n; k++)
			put_fact(v, &n, lines.v[k].label, lines.v[k].value);
		if (!n)
			continue;
		ui_details_begin(s->o, f->sections[i].title.n ? f->sections[i].title : f->title, i == 0);
		ui_facts(s->o, v, n);
		ui_details_end(s->o);
	}
}

static void answers_section(struct sheet *s)
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

/* What was taken in at the counter: which document, original seen, pages against images. */
static void counter_section(struct sheet *s)
{
	const json_t *docs = json_object_get(json_object_get(s->content, "paper"), "documents");
	struct ui_column columns[] = {{.head = WORD(s, MSG_DESK_DOC)}, {.head = WORD(s, MSG_DESK_DOC_ORIGINAL)},
		{.head = WORD(s, MSG_DESK_DOC_PAGES), .kind = UI_CELL_NUMBER}, {.head = WORD(s, MSG_DESK_DOC_IMAGES), .kind = UI_CELL_NUMBER}};
	struct ui_table t = {.caption = WORD(s, MSG_DESK_PAPER_SEEN), .caption_hidden = true, .columns = columns, .n_columns = ARRAY_LEN(columns)};
	if (!is_on_paper(s) || !json_array_size(docs))
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

/* Reasons and the fields of the result, as proposed; who decides sees it as it would leave. */
static bool proposal_section(struct sheet *s, struct err *e)
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
			.url = str_fmt(s->r->env.arena, "%.*s/du-thao.pdf", STR_ARG(base_url(s)))}, 1);
	ui_section_end(s->o);
	json_decref(p.fields);
	return true;
}

/* ---- course ---- */

static struct str event_title(struct sheet *s, struct str kind)
{
	static const struct { const char *kind; enum msg_key key; } own[] = {
		{"dossier.send", MSG_DESK_EV_SEND}, {"dossier.open", MSG_DESK_EV_OPEN}, {"dossier.file", MSG_DESK_EV_FILE},
		{"dossier.file_clean", MSG_DESK_EV_FILE_CLEAN}, {"dossier.file_infected", MSG_DESK_EV_FILE_INFECTED}, {"dossier.erase", MSG_DESK_EV_ERASE}};
	enum dossier_action a;
	if (str_starts(kind, STR("dossier.")) && dossier_action_from(str_sub(kind, 8, kind.n), &a))
		return WORD(s, desk_action_word(a));
	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		if (str_eq(kind, str_from(own[i].kind)))
			return WORD(s, own[i].key);
	return kind;
}

static struct str event_who(struct sheet *s, const struct audit_entry *x)
{
	struct str name = desk_person_name(&s->r->env, x->person), unit = desk_unit_name(&s->r->env, x->unit);
	if (!name.n && str_eq(x->kind, STR("dossier.send")))
		return WORD(s, MSG_DESK_ROLE_APPLICANT);
	if (!name.n)
		name = WORD(s, desk_role_word(x->role)); /* the program itself has none */
	return unit.n ? str_fmt(s->r->env.arena, "%.*s, %.*s", STR_ARG(name), STR_ARG(unit)) : name;
}

static struct str event_text(struct sheet *s, const struct audit_entry *x)
{
	json_t *body = json_loadb(x->body.p, x->body.n, 0, NULL);
	int64_t note = 0, instead = 0;
	(void)str_to_i64(str_from(json_string_value(json_object_get(body, "note"))), &note);
	(void)str_to_i64(str_from(json_string_value(json_object_get(body, "instead_of"))), &instead);
	json_decref(body);
	struct str text = note ? note_text(s, note) : STR("");
	if (!instead)
		return text;
	struct str name = desk_person_name(&s->r->env, instead);
	struct str say = msg_fmt(s->r->env.arena, s->r->env.lang, MSG_DESK_INSTEAD_OF, &name, 1);
	return text.n ? str_fmt(s->r->env.arena, "%.*s. %.*s", STR_ARG(say), STR_ARG(text)) : say;
}

static bool course_section(struct sheet *s, struct err *e)
{
	struct audit_entries all = {0};
	if (!dossier_timeline(&s->r->env, s->d.id, &all, e))
		return false;
	struct ui_event *v = NEW_ARRAY(s->r->env.arena, all.n, struct ui_event);
	size_t n = 0;
	for (size_t i = all.n; i > 0; i--) {
		const struct audit_entry *x = &all.v[i - 1];
		if (!str_starts(x->kind, STR("dossier.")))
			continue;
		v[n] = (struct ui_event){.when = n == 0 ? UI_NOW : UI_PAST, .title = event_title(s, x->kind), .who = event_who(s, x),
			.text = event_text(s, x), .at = x->at, .has_at = true};
		n++;
	}
	ui_section_begin(s->o, WORD(s, MSG_DESK_COURSE));
	ui_timeline(s->o, v, n);
	ui_section_end(s->o);
	return true;
}

/* ---- what may be done ---- */

static struct ui_option *options_of(struct arena *a, size_t max, struct str first)
{
	struct ui_option *v = NEW_ARRAY(a, max + 1, struct ui_option);
	v[0] = (struct ui_option){.value = STR(""), .label = first};
	return v;
}

static bool people_field(struct sheet *s, enum dossier_action act, struct err *e)
{
	struct officers all = {0};
	struct env *env = &s->r->env;
	if (!desk_people(env, &s->d, act, &all, e))
		return false;
	struct ui_option *v = options_of(env->arena, all.n, WORD(s, MSG_FIELD_CHOOSE));
	for (size_t i = 0; i < all.n; i++)
		v[i + 1] = (struct ui_option){.value = str_fmt(env->arena, "%lld", (long long)all.v[i].person.v), .chosen = all.n == 1,
			.label = all.v[i].absent ? str_fmt(env->arena, "%.*s (%.*s)", STR_ARG(all.v[i].name), STR_ARG(WORD(s, MSG_DESK_ABSENT))) : all.v[i].name};
	struct ui_field f = page_field(s->r, "to", UI_SELECT, MSG_DESK_F_TO);
	f.options = v, f.n_options = all.n + 1, f.required = true;
	ui_field(s->o, &f);
	return true;
}

static bool unit_field(struct sheet *s, struct err *e)
{
	struct units all = {0};
	struct env *env = &s->r->env;
	if (!directory_units(env, s->d.settling_agency, date_of(env->now), &all, e))
		return false;
	struct ui_option *v = options_of(env->arena, all.n, WORD(s, MSG_FIELD_CHOOSE));
	for (size_t i = 0; i < all.n; i++)
		v[i + 1] = (struct ui_option){.value = str_fmt(env->arena, "%lld", (long long)all.v[i].id.v), .label = all.v[i].name};
	struct ui_field f = page_field(s->r, "unit", UI_SELECT, MSG_DESK_F_UNIT);
	f.options = v, f.n_options = all.n + 1, f.required = true;
	ui_field(s->o, &f);
	return true;
}

static void item_field(struct sheet *s, enum dossier_action act, bool fee)
{
	struct arena *a = s->r->env.arena;
	size_t max = fee ? s->fees.n : s->opinions.n, n = 0;
	struct ui_option *v = NEW_ARRAY(a, max, struct ui_option);
	for (size_t i = 0; i < max; i++) {
		int64_t id = fee ? s->fees.v[i].id.v : s->opinions.v[i].id.v;
		bool open = fee ? dossier_fee_waits(act, &s->fees.v[i]) : dossier_opinion_waits(s->r->env.actor, &s->opinions.v[i]);
		if (!open)
			continue;
		v[n] = (struct ui_option){.value = str_fmt(a, "%lld", (long long)id), .label = fee ? s->fees.v[i].name : s->opinions.v[i].question, .chosen = n == 0};
		n++;
	}
	struct ui_field f = page_field(s->r, fee ? "fee" : "opinion", UI_SELECT, fee ? MSG_DESK_F_FEE : MSG_DESK_F_OPINION);
	f.options = v, f.n_options = n, f.required = true;
	ui_field(s->o, &f);
}

static void choice_field(struct sheet *s, const char *name, enum msg_key label, const struct ui_option *v, size_t n)
{
	struct ui_field f = page_field(s->r, name, UI_RADIOS, label);
	f.options = v, f.n_options = n, f.required = true;
	ui_field(s->o, &f);
}

static void method_field(struct sheet *s)
{
	struct ui_option v[] = {{.value = STR("cash"), .label = WORD(s, MSG_DESK_METHOD_CASH), .chosen = true},
		{.value = STR("transfer"), .label = WORD(s, MSG_DESK_METHOD_TRANSFER)}};
	choice_field(s, "method", MSG_DESK_F_METHOD, v, 2);
}

static void plain_fields(struct sheet *s, const struct act_shape *shape)
{
	static const struct { unsigned bit; const char *name; enum ui_input kind; enum msg_key label; } plain[] = {
		{AF_NAME, "name", UI_TEXT, MSG_DESK_F_NAME}, {AF_AMOUNT, "amount", UI_MONEY, MSG_DESK_F_AMOUNT},
		{AF_VOUCHER, "voucher", UI_TEXT, MSG_DESK_F_VOUCHER}, {AF_NEW_DUE, "new_due", UI_DATE, MSG_DESK_F_NEW_DUE},
		{AF_COLLECTOR, "collector", UI_TEXT, MSG_DESK_F_COLLECTOR}, {AF_SEEN, "receipt_seen", UI_CHECK, MSG_DESK_F_SEEN},
		{AF_AUTHORISATION, "authorisation", UI_TEXT, MSG_DESK_F_AUTHORISATION}, {AF_TEXT, "text", UI_LONG_TEXT, MSG_DESK_F_TEXT},
		{AF_REASON, "reason", UI_LONG_TEXT, MSG_DESK_F_REASON}, {AF_OVERRIDE, "override_limit", UI_CHECK, MSG_DESK_F_OVERRIDE},
		{AF_SCORE, "score", UI_NUMBER, MSG_DESK_F_SCORE}, {AF_FILES, "files", UI_FILE, MSG_DESK_F_FILES}};
	for (size_t i = 0; i < ARRAY_LEN(plain); i++) {
		if (!(shape->asks & plain[i].bit))
			continue;
		struct ui_field f = page_field(s->r, plain[i].name, plain[i].kind, plain[i].label);
		f.required = (shape->needs & plain[i].bit) != 0;
		f.multiple = plain[i].bit == AF_FILES;
		ui_field(s->o, &f);
	}
}

static bool act_fields_of(struct sheet *s, enum dossier_action a, struct err *e)
{
	const struct act_shape *shape = act_shape(a);
	if ((shape->asks & AF_TO) && !people_field(s, a, e))
		return false;
	if ((shape->asks & AF_UNIT) && !unit_field(s, e))
		return false;
	if (shape->asks & AF_FEE)
		item_field(s, a, true);
	if (shape->asks & AF_OPINION)
		item_field(s, a, false);
	if (shape->asks & AF_METHOD)
		method_field(s);
	plain_fields(s, shape);
	return true;
}

/* What asks for more than fits here has a page of its own. */
static void proposal_link(struct sheet *s, bool primary)
{
	ui_buttons(s->o, &(struct ui_button){.label = WORD(s, MSG_DESK_ACT_SUBMIT), .weight = primary ? UI_PRIMARY : UI_QUIET,
		.url = str_fmt(s->r->env.arena, "%.*s/de-xuat", STR_ARG(base_url(s)))}, 1);
}

static bool act_form_of(struct sheet *s, enum dossier_action a, bool primary, struct err *e)
{
	const struct act_shape *shape = act_shape(a);
	struct arena *arena = s->r->env.arena;
	bool was = !http_method_safe(s->r->method) && str_eq(req_param(s->r, "action"), str_from(dossier_action_name(a)));
	struct ui_form form = {.action = str_fmt(arena, "%.*s/%s", STR_ARG(base_url(s)), dossier_action_name(a)), .upload = (shape->asks & AF_FILES) != 0};
	if (shape->asks)
		ui_details_begin(s->o, WORD(s, desk_action_word(a)), was);
	ui_form_begin(s->o, &form);
	ui_field(s->o, &(struct ui_field){.name = STR("rev"), .kind = UI_HIDDEN, .value = str_fmt(arena, "%lld", (long long)s->d.rev)});
	if (!act_fields_of(s, a, e))
		return false;
	ui_buttons(s->o, &(struct ui_button){.label = WORD(s, desk_action_word(a)), .key = shape->asks ? NULL : shape->key,
		.weight = a == ACT_REFUSE ? UI_DANGER : primary ? UI_PRIMARY : UI_QUIET}, 1);
	ui_form_end(s->o);
	if (shape->asks)
		ui_details_end(s->o);
	return true;
}

/* First what one button does, then the process's acts that ask something, then those beside it. */
static int act_group(enum dossier_action a)
{
	const struct act_shape *shape = act_shape(a);
	return shape->beside ? 2 : shape->asks ? 1 : 0;
}

/* For the applicant who stands at the counter: the same pages as online, under the officer's name. */
static void correct_for(struct sheet *s)
{
	bool may = (s->actions & (1U << ACT_SUPPLEMENT | 1U << ACT_CORRECT)) && actor_is(s->r->env.actor, ROLE_COUNTER) && !s->erased && !is_on_paper(s);
	if (s->actions & 1U << ACT_TRANSCRIBE)
		ui_act(s->o, str_fmt(s->r->env.arena, "/ho-so/%.*s/sua", STR_ARG(s->d.code)), &(struct ui_button){.label = WORD(s, MSG_DESK_ACT_TRANSCRIBE), .weight = UI_QUIET});
	if (!may)
		return;
	ui_details_begin(s->o, WORD(s, MSG_DESK_CORRECT_FOR), false);
	desk_say(s->o, WORD(s, MSG_DESK_CORRECT_FOR_WHY));
	ui_act(s->o, str_fmt(s->r->env.arena, "/ho-so/%.*s/sua", STR_ARG(s->d.code)), &(struct ui_button){.label = WORD(s, MSG_DESK_CORRECT_FOR), .weight = UI_QUIET});
	ui_details_end(s->o);
}

static bool actions_section(struct sheet *s, struct err *e)
{
	bool any = false;
	ui_section_begin(s->o, WORD(s, MSG_DESK_ACTIONS));
	for (int group = 0; group < 3; group++)
		for (int a = 0; a < ACT_COUNT; a++) {
			if (!(s->actions >> a & 1U) || a == ACT_TRANSCRIBE || act_group((enum dossier_action)a) != group)
				continue;
			if (a == ACT_SUBMIT)
				proposal_link(s, !any);
			else if (!act_form_of(s, (enum dossier_action)a, !any, e))
				return false;
			any = true;
		}
	correct_for(s);
	if (!any)
		ui_empty(s->o, &(struct ui_empty){.title = WORD(s, MSG_DESK_NO_ACTIONS), .text = WORD(s, MSG_DESK_NO_ACTIONS_WHY), .icon = UI_ICON_EYE});
	ui_section_end(s->o);
	return true;
}

static void process_section(struct sheet *s)
{
	if (!law_process(LAW, s->d.process))
		return;
	ui_section_begin(s->o, WORD(s, MSG_DESK_PROCESS));
	desk_diagram(s->o, str_fmt(s->r->env.arena, "%.*s/quy-trinh.svg?rev=%lld", STR_ARG(base_url(s)), (long long)s->d.rev),
	             desk_step_name(s->r, s->d.process, s->d.step));
	ui_section_end(s->o);
}

static void heading(struct sheet *s)
{
	struct desk_due due = desk_due(&s->r->env, s->d.state, s->d.accepted_at.has ? s->d.due.v : s->d.answer_due, !s->d.accepted_at.has || s->d.due.has);
	struct str done = req_query(s->r, "xong");
	enum dossier_action a;
	if (dossier_action_from(done, &a) && !s->r->errors.n)
		ui_notice(s->o, &(struct ui_notice){.tone = UI_GOOD, .text = msg_fmt(s->r->env.arena, s->r->env.lang, MSG_DESK_DONE_ACT, (struct str[]){WORD(s, desk_action_word(a))}, 1)});
	page_error_summary(s->o, s->r);
	desk_due_badge(s->o, &due);
}

static bool write_sheet(struct sheet *s, struct err *e)
{
	struct ui_crumb crumb = {WORD(s, MSG_DESK_TITLE), STR("/ban-lam-viec")};
	struct ui_page p = {.title = s->d.procedure_name, .over = s->d.code, .staff = true, .crumbs = &crumb, .n_crumbs = 1, .has_errors = s->r->errors.n > 0};
	ui_page_begin(s->o, &p);
	heading(s);
	ui_columns_acts_begin(s->o);
	if (!actions_section(s, e))
		return false;
	ui_columns_acts_end(s->o);
	summary_facts(s);
	if (!clock_section(s, e))
		return false;
	applicant_facts(s);
	if (!proposal_section(s, e))
		return false;
	counter_section(s);
	files_section(s);
	papers_section(s);
	answers_section(s);
	fees_section(s);
	opinions_section(s);
	process_section(s);
	ui_columns_side(s->o);
	if (!course_section(s, e))
		return false;
	ui_columns_end(s->o);
	ui_page_end(s->o, &p);
	return true;
}

/* Does the one who must act now read it for the first time since it came? */
static bool opens(const struct actor *me, const struct dossier_get_row *d)
{
	bool mine = d->assignee.v ? d->assignee.v == me->person : actor_in_unit(me, ROLE_COUNTER, d->step_unit.v) || actor_in_unit(me, ROLE_HEAD, d->step_unit.v);
	return mine && !d->last_opened && d->last_actor != me->account;
}

bool desk_record_page(struct request *r, struct err *e)
{
	struct html_out o = page_out(r);
	struct sheet s = {.r = r, .o = &o};
	bool ok = load_sheet(&s, e);
	if (ok) {
		req_note_read(r, s.d.id.v);
		if (http_method_safe(r->method) && opens(r->env.actor, &s.d))
			r->state = r; /* any mark: see desk_must_mark() */
		ok = write_sheet(&s, e);
	}
	crypto_wipe(&s.key, sizeof s.key);
	json_decref(s.content);
	return ok && page_answer(r);
}

bool desk_must_mark(const struct request *r) { return r->route && r->route->page == desk_record_page && r->state != NULL; }

bool desk_opened(struct request *r, struct err *e)
{
	size_t n = 0;
	const int64_t *ids = req_reads(r, &n);
	if (!r->route || r->route->page != desk_record_page || n != 1)
		return true;
	struct dossier_get_row d;
	return dossier_load(&r->env, (struct dossier_id){ids[0]}, &d, e) && dossier_opened(&r->env, &d, e);
}

/* ---- files of the record ---- */

static bool find_file(struct request *r, struct dossier_get_row *d, struct dossier_file_get_row *f, struct err *e)
{
	int64_t id = 0;
	bool found = false;
	if (!desk_record(r, d, e))
		return false;
	if (!req_param_id(r, "id", &id))
		return err_set(e, ERR_NOT_FOUND, "not a file");
	if (!q_dossier_file_get(r->env.db, r->env.arena, (struct dossier_file_id){id}, f, &found, e))
		return false;
	if (!found || f->dossier.v != d->id.v || !str_eq(f->state, STR("clean")))
		return err_set(e, ERR_NOT_FOUND, "no such clean file of this dossier");
	return true;
}

static bool send_file(struct request *r, struct dossier_id id, const struct dossier_file_list_row *f, struct err *e)
{
	AUTO_KEY key = {0};
	bool erased = false;
	struct digest address;
	int64_t size = 0;
	if (!dossier_key(&r->env, LAW, id, &key, &erased, e))
		return false;
	if (erased || !digest_from_hex(f->blob, &address))
		return err_set(e, ERR_NOT_FOUND, "erased");
	struct str name = dossier_file_name(&r->env, &key, f);
	int fd = blob_open(desk_have()->blobs, address, &key, &size, e);
	return fd >= 0 && answer_file(r, fd, size, str_cstr(r->env.arena, f->type), name, true);
}

bool desk_file_page(struct request *r, struct err *e)
{
	struct dossier_get_row d;
	struct dossier_file_get_row f;
	if (!find_file(r, &d, &f, e))
		return false;
	req_note_read(r, d.id.v);
	return send_file(r, d.id, &(struct dossier_file_list_row){.dossier = f.dossier, .name = f.name, .blob = f.blob, .type = f.type}, e);
}

bool desk_preview_page(struct request *r, struct err *e)
{
	struct dossier_get_row d;
	int64_t file = 0, page = 0;
	if (!desk_record(r, &d, e))
		return false;
	if (!req_param_id(r, "id", &file) || !req_param_id(r, "page", &page))
		return err_set(e, ERR_NOT_FOUND, "not a page of a file");
	req_note_read(r, d.id.v);
	return filing_send_preview(r, &d, file, page, true, e);
}

/* The kept file of a paper, or the paper drawn now: the same bytes. */
bool desk_paper_page(struct request *r, struct err *e)
{
	struct dossier_get_row d;
	struct dossier_file_list_rows files = {0};
	int64_t id = 0;
	struct str pdf;
	if (!desk_record(r, &d, e) || !q_dossier_file_list(r->env.db, r->env.arena, d.id, &files, e))
		return false;
	if (!req_param_id(r, "id", &id))
		return err_set(e, ERR_NOT_FOUND, "not a paper");
	req_note_read(r, d.id.v);
	struct str field = str_fmt(r->env.arena, "paper:%lld", (long long)id);
	for (size_t i = 0; i < files.n; i++)
		if (str_eq(files.v[i].field, field))
			return send_file(r, d.id, &files.v[i], e);
	if (!desk_have()->draw)
		return err_say(e, ERR_BUSY, MSG_DESK_PAPER_SOON, "not drawn yet");
	return desk_have()->draw(&r->env, &d, (struct dossier_paper_id){id}, &pdf, e) && answer_bytes(r, 200, "application/pdf", pdf);
}

/* Steps passed, from the log, ticked. */
bool desk_diagram_page(struct request *r, struct err *e)
{
	struct dossier_get_row d;
	struct audit_entries all = {0};
	if (!desk_record(r, &d, e) || !dossier_timeline(&r->env, d.id, &all, e))
		return false;
	const struct process *p = law_process(LAW, d.process);
	if (!p)
		return err_set(e, ERR_NOT_FOUND, "no process");
	struct str *done = NEW_ARRAY(r->env.arena, all.n, struct str);
	size_t n = 0;
	for (size_t i = 0; i < all.n; i++) {
		json_t *body = json_loadb(all.v[i].body.p, all.v[i].body.n, 0, NULL);
		struct str from = str_from(json_string_value(json_object_get(body, "from"))), to = str_from(json_string_value(json_object_get(body, "to")));
		if (from.n && !str_eq(from, to))
			done[n++] = str_dup(r->env.arena, from);
		json_decref(body);
	}
	struct draw_words words = {msg_fmt(r->env.arena, r->env.lang, MSG_DESK_PROCESS_OF, &d.procedure_name, 1), msg(r->env.lang, MSG_DESK_STEP_NOW), msg(r->env.lang, MSG_DESK_STEP_DONE)};
	req_note_read(r, d.id.v);
	return answer_bytes(r, 200, "image/svg+xml", workflow_draw(r->env.arena, p, d.step, done, n, &words));
}
