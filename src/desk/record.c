/* record.c — the page of one record: who may see it, what it shows in which order, and its first opening. */
#include "desk/record_internal.h"
#include "desk/desk_views.h"

/* Read and allowed a step ago, in this moment: nothing of it can be otherwise. */
static bool just_read(const struct request *r, struct dossier_get_row *out)
{
	bool known = r->found_in && r->env.db && r->found_in == db_moment_number(r->env.db);
	if (known)
		*out = *(const struct dossier_get_row *)r->found;
	return known;
}

bool desk_record(struct request *r, struct dossier_get_row *out, struct err *e)
{
	struct dossier_id id;
	bool found = false, may = false;
	if (just_read(r, out))
		return true;
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
	struct dossier_get_row *d = NEW(r->env.arena, struct dossier_get_row);
	if (!desk_record(r, d, e))
		return false;
	r->found = d;
	r->found_in = db_moment_number(r->env.db);
	return true;
}

static bool load_content(struct sheet *s, struct err *e)
{
	struct env *env = &s->r->env;
	if (!dossier_key(env, LAW, s->d.id, &s->key, &s->erased, e) || !dossier_unseal_by(env, s->erased ? NULL : &s->key, &s->d, &s->content, e))
		return false;
	s->who = dossier_applicant(env->arena, s->content);
	return true;
}

static bool load_sheet(struct sheet *s, struct err *e)
{
	struct env *env = &s->r->env;
	return desk_record(s->r, &s->d, e) && load_content(s, e) && q_dossier_file_list(env->db, env->arena, s->d.id, &s->files, e) &&
	       (!s->files.n || q_dossier_preview_list(env->db, env->arena, s->d.id, &s->previews, e)) &&
	       q_dossier_fee_list(env->db, env->arena, s->d.id, &s->fees, e) &&
	       q_dossier_opinion_list(env->db, env->arena, s->d.id, &s->opinions, e) &&
	       q_dossier_paper_list(env->db, env->arena, s->d.id, &s->papers, e) && dossier_actions(env, LAW, &s->d, &s->actions, e);
}

struct str sheet_url(struct sheet *s) { return str_fmt(s->r->env.arena, "/ban-lam-viec/ho-so/%.*s", STR_ARG(s->d.code)); }

struct str sheet_note(struct sheet *s, int64_t id)
{
	for (size_t i = 0; i < s->papers.n && !s->erased; i++)
		if (s->papers.v[i].id.v == id)
			return dossier_paper_text(s->r->env.arena, &s->key, &s->papers.v[i]);
	return STR("");
}

void sheet_fact(struct ui_fact *v, size_t *n, struct str label, struct str value)
{
	if (value.n)
		v[(*n)++] = (struct ui_fact){.label = label, .value = value};
}

bool sheet_on_paper(struct sheet *s) { return json_is_object(json_object_get(s->content, "paper")); }
bool sheet_has_answers(struct sheet *s) { return json_object_size(json_object_get(s->content, "answers")) > 0; }

static void process_section(struct sheet *s)
{
	if (!law_process(LAW, s->d.process))
		return;
	ui_section_begin(s->o, WORD(s, MSG_DESK_PROCESS));
	desk_diagram(s->o, str_fmt(s->r->env.arena, "%.*s/quy-trinh.svg?rev=%lld", STR_ARG(sheet_url(s)), (long long)s->d.rev),
	             desk_step_name(s->r->env.lang, s->d.process, s->d.step));
	ui_section_end(s->o);
}

/* The first of what else waits for the reader, so that the next record is one key away. */
static bool next_record(struct sheet *s, struct str *code, struct err *e)
{
	static const enum desk_view views[] = {VIEW_MINE, VIEW_UNIT};
	*code = STR_NONE;
	for (size_t i = 0; i < ARRAY_LEN(views) && !code->n; i++) {
		struct desk_list_rows rows = {0};
		if (!desk_rows(&s->r->env, &(struct desk_filter){.view = views[i]}, 2, &rows, e))
			return false;
		for (size_t k = 0; k < rows.n && !code->n; k++)
			if (rows.v[k].id.v != s->d.id.v)
				*code = rows.v[k].code;
	}
	return true;
}

/* The receipt that accepting has just made, to be printed for who stands there. */
static struct str receipt_url(struct sheet *s)
{
	for (size_t i = s->papers.n; i > 0; i--) {
		const struct dossier_paper_list_row *p = &s->papers.v[i - 1];
		if (str_eq(dossier_paper_kind(p->form_set, p->form_code), STR("receipt")))
			return str_fmt(s->r->env.arena, "%.*s/giay/%lld", STR_ARG(sheet_url(s)), (long long)p->id.v);
	}
	return STR_NONE;
}

static bool done_notice(struct sheet *s, enum dossier_action act, struct err *e)
{
	struct arena *a = s->r->env.arena;
	struct str word = WORD(s, desk_action_word(act)), code, receipt = act == ACT_ACCEPT ? receipt_url(s) : STR_NONE;
	struct ui_button v[2];
	size_t n = 0;
	if (!next_record(s, &code, e))
		return false;
	ui_notice(s->o, &(struct ui_notice){.tone = UI_GOOD, .text = msg_fmt(a, s->r->env.lang, MSG_DESK_DONE_ACT, &word, 1)});
	if (receipt.n)
		v[n++] = (struct ui_button){.label = WORD(s, MSG_DESK_PRINT_RECEIPT), .weight = UI_QUIET, .icon = UI_ICON_PRINT, .url = receipt};
	if (code.n)
		v[n++] = (struct ui_button){.label = msg_fmt(a, s->r->env.lang, MSG_DESK_NEXT, &code, 1), .weight = UI_QUIET, .key = "n",
			.url = str_fmt(a, "/ban-lam-viec/ho-so/%.*s", STR_ARG(code))};
	if (n)
		ui_buttons(s->o, v, n);
	return true;
}

static bool heading(struct sheet *s, struct err *e)
{
	struct desk_due due = desk_due(&s->r->env, s->d.state, s->d.accepted_at.has ? s->d.due.v : s->d.answer_due, !s->d.accepted_at.has || s->d.due.has);
	enum dossier_action a;
	if (dossier_action_from(req_query(s->r, "xong"), &a) && !s->r->errors.n && !done_notice(s, a, e))
		return false;
	page_error_summary(s->o, s->r);
	desk_due_badge(s->o, &due);
	return true;
}

/* Who decides reads the draft before the button that agrees to it. */
static bool acts_part(struct sheet *s, bool decides, struct err *e)
{
	if (decides) {
		ui_columns_lead_begin(s->o);
		if (!sheet_proposal(s, e))
			return false;
		ui_columns_lead_end(s->o);
	} else {
		ui_columns_acts_begin(s->o);
	}
	if (!sheet_actions(s, e))
		return false;
	ui_columns_acts_end(s->o);
	return true;
}

static bool write_sheet(struct sheet *s, struct err *e)
{
	struct ui_crumb crumb = {WORD(s, MSG_DESK_TITLE), STR("/ban-lam-viec")};
	struct ui_page p = {.title = s->d.procedure_name, .over = s->d.code, .lead = s->d.applicant_name, .staff = true, .crumbs = &crumb, .n_crumbs = 1, .has_errors = s->r->errors.n > 0};
	bool decides = (s->actions >> ACT_APPROVE & 1U) && s->d.proposal.n;
	ui_page_begin(s->o, &p);
	if (!heading(s, e) || !acts_part(s, decides, e))
		return false;
	sheet_summary(s);
	if (!sheet_clock(s, e))
		return false;
	sheet_applicant(s);
	if (!decides && !sheet_proposal(s, e))
		return false;
	sheet_counter(s);
	sheet_files(s);
	sheet_papers(s);
	sheet_answers(s);
	sheet_fees(s);
	sheet_opinions(s);
	process_section(s);
	ui_columns_side(s->o);
	if (!sheet_course(s, e))
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
	if (!desk_must_mark(r) || n != 1)
		return true;
	struct dossier_get_row d;
	return dossier_load(&r->env, (struct dossier_id){ids[0]}, &d, e) && dossier_opened(&r->env, &d, e);
}
