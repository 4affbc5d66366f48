/* tasks_web.c — the page of a draft: its tasks and how each stands. */
#include "filing/filing_internal.h"
#include "filing/filing_views.h"

struct str draft_url(struct request *r) { return str_fmt(r->env.arena, "/nop-ho-so/nhap/%.*s", STR_ARG(req_param(r, "draft"))); }

bool draft_open_path(struct request *r, struct draft *d, struct err *e)
{
	int64_t id = 0;
	if (!req_param_id(r, "draft", &id))
		return err_set(e, ERR_NOT_FOUND, "not a number");
	return draft_open(&r->env, (struct draft_id){id}, d, e);
}

struct eform_errors draft_form_errors(struct env *env, const struct draft *d, const json_t *merged, size_t form, json_t **clean)
{
	struct eform_context c = {.today = date_of(env->now), .units = filing()->law->units};
	const json_t *mine = d->p->n_forms == 1 ? merged : json_object_getn(merged, d->p->forms[form]->id.p, d->p->forms[form]->id.n);
	AUTO_JSON empty = json_object();
	return eform_check(env->arena, d->p->forms[form], mine ? mine : empty, &c, clean);
}

const struct eform_section *draft_section(const struct draft *d, size_t page)
{
	return &d->p->forms[d->flow.pages[page].form]->sections[d->flow.pages[page].section];
}

static struct ui_task page_task(struct request *r, const struct draft *d, const json_t *merged, size_t i)
{
	struct arena *a = r->env.arena;
	struct eform_errors errors = draft_form_errors(&r->env, d, merged, d->flow.pages[i].form, NULL);
	struct faults f = faults_of(a, r->env.lang, &errors, draft_section(d, i));
	bool seen = draft_seen(d, str_fmt(a, "%zu", i)), wrong = false;
	for (size_t k = 0; k < f.n; k++)
		wrong = wrong || !f.v[k].warning;
	return (struct ui_task){.label = draft_section(d, i)->title, .url = str_fmt(a, "%.*s/muc/%zu", STR_ARG(draft_url(r)), i),
		.group = d->p->forms[d->flow.pages[i].form]->title,
		.state = !seen ? UI_TASK_OPEN : wrong ? UI_TASK_WRONG : UI_TASK_DONE};
}

static bool slot_required(struct request *r, const struct draft *d, const json_t *merged, const struct outline_slot *s)
{
	struct eform_errors errors = draft_form_errors(&r->env, d, merged, s->form, NULL);
	for (const struct eform_error *x = errors.first; x; x = x->next)
		if (x->fault == EFORM_REQUIRED && str_eq(fault_name(r->env.arena, x->pointer), s->path))
			return true;
	return false;
}

static struct ui_task slot_task(struct request *r, const struct draft *d, const json_t *merged, size_t i)
{
	const struct outline_slot *s = &d->flow.slots[i];
	size_t n = draft_slot_files(d, s);
	bool required = !n && slot_required(r, d, merged, s);
	struct str count = str_fmt(r->env.arena, "%zu", n);
	return (struct ui_task){.label = s->f->label, .url = str_fmt(r->env.arena, "%.*s/tep/%zu", STR_ARG(draft_url(r)), i),
		.hint = n ? msg_fmt(r->env.arena, r->env.lang, MSG_FILING_FILES_N, &count, 1) : m(r, required ? MSG_FILING_FILE_NEEDED : MSG_FILING_FILE_IF_ANY), .group = m(r, MSG_FILING_ATTACHED),
		.state = n ? UI_TASK_DONE : required ? UI_TASK_OPEN : UI_TASK_OPTIONAL};
}

static bool show_tasks(struct request *r, struct html_out *o, const struct draft *d, struct err *e)
{
	struct arena *a = r->env.arena;
	AUTO_JSON merged = draft_merged(a, d);
	struct ui_task *v = NEW_ARRAY(a, d->flow.n_pages + d->flow.n_slots + 2, struct ui_task);
	struct applicant who;
	struct str channel;
	bool complete = false;
	size_t n = 0;
	if (!who_fill(&r->env, d, &who, &channel, &complete, e))
		return false;
	if (!d->row.dossier.v)
		v[n++] = (struct ui_task){.label = m(r, MSG_FILING_WHO), .hint = who.name, .url = str_fmt(a, "%.*s/nguoi-nop", STR_ARG(draft_url(r))),
			.state = complete && draft_seen(d, STR("who")) ? UI_TASK_DONE : UI_TASK_OPEN};
	for (size_t i = 0; i < d->flow.n_pages; i++)
		v[n++] = page_task(r, d, merged, i);
	for (size_t i = 0; i < d->flow.n_slots; i++)
		v[n++] = slot_task(r, d, merged, i);
	ui_tasks(o, v, n);
	return true;
}

static bool show_twins(struct request *r, struct html_out *o, const struct draft *d, struct err *e)
{
	struct applicant who;
	struct str channel;
	bool complete = false;
	struct dossier_twins_rows twins = {0};
	if (d->row.dossier.v || !who_fill(&r->env, d, &who, &channel, &complete, e))
		return d->row.dossier.v != 0;
	if (!who.identity.n)
		return true;
	if (!dossier_twins(&r->env, filing()->law, who.identity, d->p->p->id, &twins, e))
		return false;
	struct buf b = buf_on(r->env.arena);
	for (size_t i = 0; i < twins.n; i++)
		buf_fmt(&b, "%s%.*s", i ? ", " : "", STR_ARG(twins.v[i].code));
	struct str codes = buf_str(&b), text = msg_fmt(r->env.arena, r->env.lang, MSG_FILING_TWIN_TEXT, &codes, 1);
	if (twins.n)
		ui_notice(o, &(struct ui_notice){.tone = UI_WARN, .title = m(r, MSG_FILING_TWIN), .text = text});
	return true;
}

bool tasks_page(struct request *r, struct err *e)
{
	AUTO_DRAFT d = {0};
	if (!draft_open_path(r, &d, e))
		return false;
	struct html_out o = page_out(r);
	bool supplement = d.row.dossier.v != 0;
	struct ui_page page = {.title = m(r, supplement ? MSG_FILING_TITLE_SUPPLEMENT : MSG_FILING_TITLE), .over = d.p->p->name, .width = UI_READ};
	struct ui_button go = {.label = m(r, MSG_FILING_CHECK), .url = str_fmt(r->env.arena, "%.*s/kiem-tra", STR_ARG(draft_url(r))), .icon = UI_ICON_ARROW_RIGHT};
	struct ui_button drop = {.label = m(r, MSG_FILING_DROP), .weight = UI_LINK};
	ui_page_begin(&o, &page);
	if (!show_twins(r, &o, &d, e) || !show_tasks(r, &o, &d, e))
		return false;
	filing_hint(&o, m(r, MSG_FILING_SAVED_FOR_TEXT));
	ui_buttons(&o, &go, 1);
	ui_act(&o, str_fmt(r->env.arena, "%.*s/xoa", STR_ARG(draft_url(r))), &drop);
	ui_page_end(&o, &page);
	return page_answer(r);
}

bool drop_apply(struct request *r, struct err *e)
{
	bool counter = actor_is(r->env.actor, ROLE_COUNTER);
	r->redirect = counter ? STR("/quay") : r->env.actor->account ? STR("/ho-so-cua-toi") : STR("/dich-vu-cong");
	return draft_drop(&r->env, filing_state_of(r)->id, e);
}
