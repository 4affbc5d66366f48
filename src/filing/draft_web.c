/* draft_web.c — from the first page to the confirmation: what is needed, tasks, questions, check, send. */
#include "core/db/id.h"
#include "filing/filing_internal.h"
#include "filing/filing_views.h"
#include "gen/assets.h"
#include <stdlib.h>

static struct str base_of(struct request *r) { return str_fmt(r->env.arena, "/nop-ho-so/nhap/%.*s", STR_ARG(req_param(r, "draft"))); }

static bool open_of(struct request *r, struct draft *d, struct err *e)
{
	int64_t id = 0;
	if (!req_param_id(r, "draft", &id))
		return err_set(e, ERR_NOT_FOUND, "not a number");
	return draft_open(&r->env, (struct draft_id){id}, d, e);
}

static struct str m(struct request *r, enum msg_key key) { return msg(r->env.lang, key); }

static struct str m1(struct request *r, enum msg_key key, struct str arg) { return msg_fmt(r->env.arena, r->env.lang, key, &arg, 1); }

/* ---- what is needed ---- */

static const struct law_procedure *procedure_of(struct request *r, struct err *e)
{
	const struct law_procedure *p = law_find(filing()->law, req_param(r, "code"));
	if (!p)
		err_set(e, ERR_NOT_FOUND, "no such procedure");
	return p;
}

static bool can_be_filed(const struct law_procedure *p) { return p->process && p->n_forms > 0; }

static void show_documents(struct request *r, struct html_out *o, const struct procedure *p)
{
	struct ui_item *v = NEW_ARRAY(r->env.arena, p->documents_n + 1, struct ui_item);
	for (size_t i = 0; i < p->documents_n; i++)
		v[i] = (struct ui_item){.title = p->documents[i].name, .hint = p->documents[i].condition.n ? p->documents[i].condition : p->documents[i].form};
	ui_section_begin(o, m(r, MSG_FILING_NEEDED));
	if (p->documents_n)
		ui_items(o, v, p->documents_n);
	else
		filing_text(o, m(r, MSG_FILING_NO_DOCUMENTS));
	ui_section_end(o);
}

static void show_begin(struct request *r, struct html_out *o, const struct law_procedure *p)
{
	struct str path = str_fmt(r->env.arena, "/nop-ho-so/%.*s", STR_ARG(p->p->id));
	bool may = actor_any(r->env.actor, ALLOW_APPLICANTS | ROLE_BIT(ROLE_COUNTER));
	struct ui_button go = {.label = m(r, MSG_FILING_BEGIN), .icon = UI_ICON_ARROW_RIGHT};
	struct ui_button sign_in = {.label = m(r, MSG_FILING_SIGN_IN), .icon = UI_ICON_USER, .url = str_fmt(r->env.arena, "/dang-nhap?next=%.*s", STR_ARG(path))};
	if (!can_be_filed(p)) {
		ui_notice(o, &(struct ui_notice){.tone = UI_WARN, .title = m(r, MSG_FILING_NOT_ONLINE), .text = m(r, MSG_FILING_NOT_ONLINE_TEXT)});
		return;
	}
	if (!may)
		ui_buttons(o, &sign_in, 1);
	if (may || (filing()->strangers && r->env.actor->account == 0)) {
		go.label = may ? go.label : m(r, MSG_FILING_BEGIN_STRANGER);
		go.weight = may ? UI_PRIMARY : UI_QUIET;
		ui_act(o, path, &go);
	}
	if (!may && r->env.actor->account == 0)
		filing_hint(o, m(r, filing()->strangers ? MSG_FILING_STRANGER_TEXT : MSG_FILING_SIGN_IN_TEXT));
}

bool start_page(struct request *r, struct err *e)
{
	const struct law_procedure *p = procedure_of(r, e);
	if (!p)
		return false;
	struct html_out o = page_out(r);
	struct ui_crumb crumbs[] = {{m(r, MSG_NAV_SERVICES), STR("/dich-vu-cong")}, {p->p->name, str_fmt(r->env.arena, "/dich-vu-cong/%.*s", STR_ARG(p->p->id))}};
	struct ui_page page = {.title = m(r, MSG_FILING_TITLE), .width = UI_READ, .crumbs = crumbs, .n_crumbs = 2};
	struct ui_fact facts[] = {{.label = m(r, MSG_FILING_LIMIT), .value = p->p->deadline_words}, {.label = m(r, MSG_FILING_AGENCY), .value = p->p->competent_agency},
		{.label = m(r, MSG_FILING_SAVED_FOR), .value = m(r, MSG_FILING_SAVED_FOR_TEXT)}};
	ui_page_begin(&o, &page);
	if (!(filing()->in_force ? filing()->in_force(filing()->ctx, p->p->id) : procedure_in_force(p->p, date_of(r->env.now))))
		ui_notice(&o, &(struct ui_notice){.tone = UI_WARN, .text = m(r, MSG_FILING_NOT_IN_FORCE)});
	ui_facts(&o, facts, ARRAY_LEN(facts));
	show_documents(r, &o, p->p);
	show_begin(r, &o, p);
	ui_page_end(&o, &page);
	return page_answer(r);
}

#define TOKEN_SIZE 32

/* The browser's own token again, if it is one that we could have made: it goes back into a header. */
static bool is_token(struct arena *a, struct str s)
{
	struct str raw;
	return base64_decode(a, s, &raw) && raw.n == TOKEN_SIZE && str_eq(base64url_encode(a, raw.p, raw.n), s);
}

bool start_check(struct request *r, struct err *e)
{
	const struct law_procedure *p = procedure_of(r, e);
	if (!p)
		return false;
	if (!can_be_filed(p))
		return err_say(e, ERR_CONFLICT, MSG_FILING_NOT_ONLINE_TEXT, "no form or no process");
	if (r->env.actor->account == 0 && !filing()->strangers)
		return err_set(e, ERR_SIGN_IN, "strangers do not file here");
	struct str random = crypto_random_str(r->env.arena, TOKEN_SIZE), old = req_cookie(r, DRAFT_COOKIE);
	filing_state_of(r)->token = is_token(r->env.arena, old) ? old : base64url_encode(r->env.arena, random.p, random.n);
	return true;
}

bool start_apply(struct request *r, struct err *e)
{
	struct filing_state *s = filing_state_of(r);
	const struct law_procedure *p = procedure_of(r, e);
	AUTO_KEY key = {0};
	AUTO_JSON content = json_pack("{s:{},s:{},s:{}}", "answers", "who", "seen");
	struct dossier_id id;
	struct str wrapped, hash = STR_NONE;
	if (!p)
		return false;
	dossier_begin(&r->env, filing()->law, &id, &key, &wrapped);
	if (r->env.actor->account == 0) {
		struct digest d = crypto_sha256(s->token);
		hash = str_dup(r->env.arena, DIGEST_STR(d));
	}
	struct draft_new x = {.purpose = "new", .procedure = p->p->id, .token_hash = hash, .wrapped = wrapped, .key = &key, .content = content};
	r->redirect = str_fmt(r->env.arena, "/nop-ho-so/nhap/%lld", (long long)id.v);
	return draft_make(&r->env, (struct draft_id){id.v}, &x, e);
}

#define COOKIE_S (30 * 24 * 3600)

bool start_answer(struct request *r, struct err *e)
{
	(void)e;
	if (r->env.actor->account == 0 && !r->replayed)
		answer_cookie(r, DRAFT_COOKIE, filing_state_of(r)->token, COOKIE_S);
	return answer_redirect(r, r->redirect);
}

/* ---- tasks ---- */

static struct eform_errors form_errors(struct env *env, const struct draft *d, const json_t *merged, size_t form, json_t **clean)
{
	struct eform_context c = {.today = date_of(env->now), .units = filing()->law->units};
	const json_t *mine = d->p->n_forms == 1 ? merged : json_object_getn(merged, d->p->forms[form]->id.p, d->p->forms[form]->id.n);
	AUTO_JSON empty = json_object();
	return eform_check(env->arena, d->p->forms[form], mine ? mine : empty, &c, clean);
}

static const struct eform_section *section_of(const struct draft *d, size_t page)
{
	return &d->p->forms[d->flow.pages[page].form]->sections[d->flow.pages[page].section];
}

static struct ui_task page_task(struct request *r, const struct draft *d, const json_t *merged, size_t i)
{
	struct arena *a = r->env.arena;
	struct eform_errors errors = form_errors(&r->env, d, merged, d->flow.pages[i].form, NULL);
	struct faults f = faults_of(a, r->env.lang, &errors, section_of(d, i));
	bool seen = draft_seen(d, str_fmt(a, "%zu", i)), wrong = false;
	for (size_t k = 0; k < f.n; k++)
		wrong = wrong || !f.v[k].warning;
	return (struct ui_task){.label = section_of(d, i)->title, .url = str_fmt(a, "%.*s/muc/%zu", STR_ARG(base_of(r)), i),
		.group = d->p->forms[d->flow.pages[i].form]->title,
		.state = !seen ? UI_TASK_OPEN : wrong ? UI_TASK_WRONG : UI_TASK_DONE};
}

static bool slot_required(struct request *r, const struct draft *d, const json_t *merged, const struct outline_slot *s)
{
	struct eform_errors errors = form_errors(&r->env, d, merged, s->form, NULL);
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
	return (struct ui_task){.label = s->f->label, .url = str_fmt(r->env.arena, "%.*s/tep/%zu", STR_ARG(base_of(r)), i),
		.hint = n ? m1(r, MSG_FILING_FILES_N, count) : m(r, required ? MSG_FILING_FILE_NEEDED : MSG_FILING_FILE_IF_ANY), .group = m(r, MSG_FILING_ATTACHED),
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
		v[n++] = (struct ui_task){.label = m(r, MSG_FILING_WHO), .hint = who.name, .url = str_fmt(a, "%.*s/nguoi-nop", STR_ARG(base_of(r))),
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
	struct buf codes = buf_on(r->env.arena);
	for (size_t i = 0; i < twins.n; i++)
		buf_fmt(&codes, "%s%.*s", i ? ", " : "", STR_ARG(twins.v[i].code));
	if (twins.n)
		ui_notice(o, &(struct ui_notice){.tone = UI_WARN, .title = m(r, MSG_FILING_TWIN), .text = m1(r, MSG_FILING_TWIN_TEXT, buf_str(&codes))});
	return true;
}

bool tasks_page(struct request *r, struct err *e)
{
	AUTO_DRAFT d = {0};
	if (!open_of(r, &d, e))
		return false;
	struct html_out o = page_out(r);
	bool supplement = d.row.dossier.v != 0;
	struct ui_page page = {.title = m(r, supplement ? MSG_FILING_TITLE_SUPPLEMENT : MSG_FILING_TITLE), .over = d.p->p->name, .width = UI_READ};
	struct ui_button go = {.label = m(r, MSG_FILING_CHECK), .url = str_fmt(r->env.arena, "%.*s/kiem-tra", STR_ARG(base_of(r))), .icon = UI_ICON_ARROW_RIGHT};
	struct ui_button drop = {.label = m(r, MSG_FILING_DROP), .weight = UI_LINK};
	ui_page_begin(&o, &page);
	if (!show_twins(r, &o, &d, e) || !show_tasks(r, &o, &d, e))
		return false;
	filing_hint(&o, m(r, MSG_FILING_SAVED_FOR_TEXT));
	ui_buttons(&o, &go, 1);
	ui_act(&o, str_fmt(r->env.arena, "%.*s/xoa", STR_ARG(base_of(r))), &drop);
	ui_page_end(&o, &page);
	return page_answer(r);
}

bool drop_apply(struct request *r, struct err *e)
{
	bool counter = actor_is(r->env.actor, ROLE_COUNTER);
	r->redirect = counter ? STR("/quay") : r->env.actor->account ? STR("/ho-so-cua-toi") : STR("/dich-vu-cong");
	return draft_drop(&r->env, filing_state_of(r)->id, e);
}

/* ---- who files ---- */

static const struct choice channels[] = {{"online", MSG_FILING_OUT_ONLINE}, {"counter", MSG_FILING_OUT_COUNTER}, {"post", MSG_FILING_OUT_POST}};
static const struct field who_fields[] = {
	{.name = "name", .kind = FIELD_TEXT, .max = 200, .label = MSG_FILING_NAME}, {.name = "identity", .kind = FIELD_TEXT, .max = 20, .label = MSG_FILING_IDENTITY},
	{.name = "address", .kind = FIELD_TEXT, .max = 300, .label = MSG_FILING_ADDRESS},
	{.name = "phone", .kind = FIELD_TEXT, .required = true, .max = 20, .label = MSG_FILING_PHONE},
	{.name = "email", .kind = FIELD_EMAIL, .max = 200, .label = MSG_FILING_EMAIL},
	{.name = "principal_name", .kind = FIELD_TEXT, .max = 200, .label = MSG_FILING_PRINCIPAL_NAME},
	{.name = "principal_identity", .kind = FIELD_TEXT, .max = 20, .label = MSG_FILING_PRINCIPAL_IDENTITY},
	{.name = "agent_name", .kind = FIELD_TEXT, .max = 200, .label = MSG_FILING_AGENT_NAME},
	{.name = "agent_identity", .kind = FIELD_TEXT, .max = 20, .label = MSG_FILING_AGENT_IDENTITY},
	{.name = "paper", .kind = FIELD_TEXT, .max = 300, .label = MSG_FILING_AGENT_PAPER},
	{.name = "channel_out", .kind = FIELD_CHOICE, .required = true, .choices = channels, .n_choices = ARRAY_LEN(channels), .label = MSG_FILING_OUT},
};
const struct form who_form = {"who", who_fields, ARRAY_LEN(who_fields)};

static bool is_applicant(const struct request *r) { return actor_any(r->env.actor, ALLOW_APPLICANTS); }

static void who_input(struct request *r, struct html_out *o, const char *name, enum ui_input kind, enum msg_key label, struct str kept)
{
	struct ui_field f = page_field(r, name, kind, label);
	f.value = http_method_safe(r->method) ? kept : f.value;
	f.required = str_eq(str_from(name), STR("phone")) || str_eq(str_from(name), STR("name")) || str_eq(str_from(name), STR("identity"));
	ui_field(o, &f);
}

/* An account is the agent of whom it names; else who has the dossier is named above, and the agent here. */
struct other { const char *name, *identity; enum msg_key name_label, identity_label, hint; };
static const struct other others[] = {{"agent_name", "agent_identity", MSG_FILING_AGENT_NAME, MSG_FILING_AGENT_IDENTITY, MSG_FILING_AGENT_HINT},
	{"principal_name", "principal_identity", MSG_FILING_PRINCIPAL_NAME, MSG_FILING_PRINCIPAL_IDENTITY, MSG_FILING_PRINCIPAL_HINT}};
static const struct other *other_of(const struct request *r) { return &others[is_applicant(r)]; }

static void who_other(struct request *r, struct html_out *o, const json_t *kept)
{
	const struct other *x = other_of(r);
	bool typed = !http_method_safe(r->method) && (form_has(r, x->name) || form_has(r, x->identity) || form_has(r, "paper"));
	ui_details_begin(o, m(r, MSG_FILING_FOR_ANOTHER), typed || json_str(kept, x->name).n > 0);
	filing_hint(o, m(r, x->hint));
	who_input(r, o, x->name, UI_TEXT, x->name_label, json_str(kept, x->name));
	who_input(r, o, x->identity, UI_TEXT, x->identity_label, json_str(kept, x->identity));
	who_input(r, o, "paper", UI_TEXT, MSG_FILING_AGENT_PAPER, json_str(kept, "paper"));
	ui_details_end(o);
}

static void who_channel(struct request *r, struct html_out *o, struct str kept)
{
	struct ui_option v[ARRAY_LEN(channels)];
	struct ui_field f = page_field(r, "channel_out", UI_RADIOS, MSG_FILING_OUT);
	f.value = http_method_safe(r->method) ? kept : f.value;
	for (size_t i = 0; i < ARRAY_LEN(channels); i++)
		v[i] = (struct ui_option){.value = str_from(channels[i].value), .label = msg(r->env.lang, (enum msg_key)channels[i].label),
			.chosen = str_eq(f.value, str_from(channels[i].value))};
	f.options = v;
	f.n_options = ARRAY_LEN(v);
	f.required = true;
	ui_field(o, &f);
}

bool who_page(struct request *r, struct err *e)
{
	AUTO_DRAFT d = {0};
	struct applicant who;
	struct str channel;
	bool complete = false;
	if (!open_of(r, &d, e) || !who_fill(&r->env, &d, &who, &channel, &complete, e))
		return false;
	struct html_out o = page_out(r);
	struct ui_page page = {.title = m(r, MSG_FILING_WHO), .over = d.p->p->name, .width = UI_READ, .has_errors = r->errors.n > 0};
	const struct agent me = who.agent.name.n ? who.agent : (struct agent){who.name, who.identity, STR_NONE};
	struct ui_fact facts[] = {{.label = m(r, MSG_FILING_NAME), .value = me.name}, {.label = m(r, MSG_FILING_IDENTITY), .value = me.identity}};
	struct ui_button go = {.label = m(r, MSG_DO_CONTINUE)};
	ui_page_begin(&o, &page);
	page_error_summary(&o, r);
	ui_form_begin(&o, &(struct ui_form){.action = str_fmt(r->env.arena, "%.*s/nguoi-nop", STR_ARG(base_of(r)))});
	if (is_applicant(r)) {
		ui_facts(&o, facts, ARRAY_LEN(facts));
	} else {
		who_input(r, &o, "name", UI_TEXT, MSG_FILING_NAME, who.name);
		who_input(r, &o, "identity", UI_PERSONAL_ID, MSG_FILING_IDENTITY, who.identity);
	}
	who_input(r, &o, "phone", UI_PHONE, MSG_FILING_PHONE, who.phone);
	who_input(r, &o, "email", UI_EMAIL, MSG_FILING_EMAIL, who.email);
	who_input(r, &o, "address", UI_TEXT, MSG_FILING_ADDRESS, who.address);
	who_other(r, &o, draft_part(&d, "who"));
	who_channel(r, &o, channel);
	ui_buttons(&o, &go, 1);
	ui_form_end(&o);
	ui_page_end(&o, &page);
	return page_answer(r);
}

static void check_other(struct request *r)
{
	const struct other *x = other_of(r);
	const char *const names[] = {x->name, x->identity, "paper"};
	struct str id = form_text(r, x->identity);
	if (!form_has(r, x->name) && !id.n && !form_has(r, "paper"))
		return;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (!form_has(r, names[i]))
			form_error(r, names[i], MSG_FIELD_REQUIRED, STR_NONE, STR_NONE);
	if (id.n && !personal_id_ok(id) && !(is_applicant(r) && tax_code_ok(id))) /* who acts for another is a person */
		form_error(r, x->identity, MSG_FIELD_NOT_PERSONAL_ID, STR_NONE, STR_NONE);
}

bool who_check(struct request *r, struct err *e)
{
	(void)e;
	struct str id = form_text(r, "identity");
	if (!is_applicant(r) && !form_text(r, "name").n)
		form_error(r, "name", MSG_FIELD_REQUIRED, STR_NONE, STR_NONE);
	if (!is_applicant(r) && !personal_id_ok(id) && !tax_code_ok(id))
		form_error(r, "identity", MSG_FIELD_NOT_PERSONAL_ID, STR_NONE, STR_NONE);
	if (form_has(r, "phone") && !phone_ok(form_text(r, "phone")))
		form_error(r, "phone", MSG_FIELD_NOT_PHONE, STR_NONE, STR_NONE);
	check_other(r);
	return true;
}

bool who_apply(struct request *r, struct err *e)
{
	AUTO_DRAFT d = {0};
	if (!open_of(r, &d, e))
		return false;
	json_t *who = draft_part(&d, "who");
	for (size_t i = is_applicant(r) ? 2 : 0; i < ARRAY_LEN(who_fields); i++)
		json_put(who, who_fields[i].name, form_text(r, who_fields[i].name));
	draft_see(&d, STR("who"));
	bool first = d.flow.n_pages && !draft_seen(&d, STR("0"));
	r->redirect = first ? str_fmt(r->env.arena, "%.*s/muc/0", STR_ARG(base_of(r))) : base_of(r);
	return draft_put(&r->env, &d, e);
}

/* ---- a page of questions ---- */

const struct form section_form_none = {"section", NULL, 0};

static bool page_index(struct request *r, const struct draft *d, size_t *page, struct err *e)
{
	int64_t n = -1;
	if (!str_to_i64(req_param(r, "n"), &n) || n < 0 || (size_t)n >= d->flow.n_pages)
		return err_set(e, ERR_NOT_FOUND, "no such page of questions");
	*page = (size_t)n;
	return true;
}

static bool show_questions(struct request *r, const struct draft *d, size_t i, const json_t *answers, struct faults faults)
{
	struct arena *a = r->env.arena;
	struct html_out o = page_out(r);
	const struct eform_section *sec = section_of(d, i);
	struct str base = base_of(r), self = str_fmt(a, "%.*s/muc/%zu", STR_ARG(base), i);
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
	show_section(&s, sec, answers);
	ui_buttons(&o, go, ARRAY_LEN(go));
	filing_form_end(&o);
	ui_page_end(&o, &page);
	return page_answer(r);
}

bool section_page(struct request *r, struct err *e)
{
	AUTO_DRAFT d = {0};
	size_t i = 0;
	if (!open_of(r, &d, e) || !page_index(r, &d, &i, e))
		return false;
	struct faults f = {0};
	if (draft_seen(&d, str_fmt(r->env.arena, "%zu", i))) {
		AUTO_JSON merged = draft_merged(r->env.arena, &d);
		struct eform_errors errors = form_errors(&r->env, &d, merged, d.flow.pages[i].form, NULL);
		f = faults_of(r->env.arena, r->env.lang, &errors, section_of(&d, i));
	}
	return show_questions(r, &d, i, draft_form(&d, d.flow.pages[i].form), f);
}

static struct str dump(struct arena *a, const json_t *j)
{
	char *text = json_dumps(j, JSON_COMPACT);
	struct str out = str_dup(a, str_from(text));
	free(text);
	return out;
}

/* The errors of the page as it would be with what was typed. */
static struct faults faults_with(struct request *r, const struct draft *d, size_t i, const json_t *typed)
{
	AUTO_JSON merged = NULL;
	json_object_update(draft_form(d, d->flow.pages[i].form), (json_t *)(uintptr_t)typed);
	merged = draft_merged(r->env.arena, d);
	struct eform_errors errors = form_errors(&r->env, d, merged, d->flow.pages[i].form, NULL);
	return faults_of(r->env.arena, r->env.lang, &errors, section_of(d, i));
}

bool section_check(struct request *r, struct err *e)
{
	AUTO_DRAFT d = {0};
	size_t i = 0;
	struct str later;
	if (!open_of(r, &d, e) || !page_index(r, &d, &i, e))
		return false;
	AUTO_JSON typed = typed_section(r, section_of(&d, i));
	if (filing_rows_changed(r, typed, STR_NONE))
		return show_questions(r, &d, i, typed, (struct faults){0});
	filing_state_of(r)->typed = dump(r->env.arena, typed);
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
	if (!open_of(r, &d, e) || !page_index(r, &d, &i, e))
		return false;
	AUTO_JSON typed = typed_section(r, section_of(&d, i));
	return show_questions(r, &d, i, typed, faults_with(r, &d, i, typed));
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
	if (!open_of(r, &d, e) || !page_index(r, &d, &i, e))
		return false;
	bool stay = req_form_raw(r, STR("_sau"), 0, &later);
	bool next = !stay && i + 1 < d.flow.n_pages && !draft_seen(&d, str_fmt(r->env.arena, "%zu", i + 1));
	r->redirect = next ? str_fmt(r->env.arena, "%.*s/muc/%zu", STR_ARG(base_of(r)), i + 1) : base_of(r);
	return keep_typed(r, &d, i, !stay, e);
}

bool autosave_check(struct request *r, struct err *e)
{
	AUTO_DRAFT d = {0};
	size_t i = 0;
	if (!open_of(r, &d, e) || !page_index(r, &d, &i, e))
		return false;
	AUTO_JSON typed = typed_section(r, section_of(&d, i));
	filing_state_of(r)->typed = dump(r->env.arena, typed);
	return true;
}

bool autosave_apply(struct request *r, struct err *e)
{
	AUTO_DRAFT d = {0};
	size_t i = 0;
	return open_of(r, &d, e) && page_index(r, &d, &i, e) && keep_typed(r, &d, i, false, e);
}

bool section_form(struct request *r, struct err *e)
{
	AUTO_DRAFT d = {0};
	size_t i = 0;
	if (!open_of(r, &d, e) || !page_index(r, &d, &i, e))
		return false;
	return answer_tree(r, eform_public_json(d.p->forms[d.flow.pages[i].form]));
}

bool section_answers(struct request *r, struct err *e)
{
	AUTO_DRAFT d = {0};
	size_t i = 0;
	if (!open_of(r, &d, e) || !page_index(r, &d, &i, e))
		return false;
	AUTO_JSON merged = draft_merged(r->env.arena, &d);
	AUTO_JSON clean = NULL;
	form_errors(&r->env, &d, merged, d.flow.pages[i].form, &clean);
	return answer_tree(r, json_incref(clean));
}
