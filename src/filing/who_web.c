/* who_web.c — who files, for whom, and how the result is to come. */
#include "filing/filing_internal.h"
#include "filing/filing_views.h"

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
	if (!draft_open_path(r, &d, e) || !who_fill(&r->env, &d, &who, &channel, &complete, e))
		return false;
	struct html_out o = page_out(r);
	struct ui_page page = {.title = m(r, MSG_FILING_WHO), .over = d.p->p->name, .width = UI_READ, .has_errors = r->errors.n > 0};
	const struct agent me = who.agent.name.n ? who.agent : (struct agent){who.name, who.identity, STR_NONE};
	struct ui_fact facts[] = {{.label = m(r, MSG_FILING_NAME), .value = me.name}, {.label = m(r, MSG_FILING_IDENTITY), .value = me.identity}};
	struct ui_button go = {.label = m(r, MSG_DO_CONTINUE)};
	ui_page_begin(&o, &page);
	page_error_summary(&o, r);
	ui_form_begin(&o, &(struct ui_form){.action = str_fmt(r->env.arena, "%.*s/nguoi-nop", STR_ARG(draft_url(r)))});
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
	if (!draft_open_path(r, &d, e))
		return false;
	json_t *who = draft_part(&d, "who");
	for (size_t i = is_applicant(r) ? 2 : 0; i < ARRAY_LEN(who_fields); i++)
		json_put(who, who_fields[i].name, form_text(r, who_fields[i].name));
	draft_see(&d, STR("who"));
	bool first = d.flow.n_pages && !draft_seen(&d, STR("0"));
	r->redirect = first ? str_fmt(r->env.arena, "%.*s/muc/0", STR_ARG(draft_url(r))) : draft_url(r);
	return draft_put(&r->env, &d, e);
}
