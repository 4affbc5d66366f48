/* record_acts.c — of the page of a record: what the reader may do now, each act with its fields. */
#include "desk/record_internal.h"
#include "desk/desk_views.h"
#include "dossier/late.h"

/* The act whose form was sent and came back; its fields alone have what was typed, their errors, and the ids that the summary leads to. */
static bool came_back(struct sheet *s, enum dossier_action a)
{
	return !http_method_safe(s->r->method) && str_eq(req_param(s->r, "action"), str_from(dossier_action_name(a)));
}

static struct ui_field field_of_act(struct sheet *s, enum dossier_action a, const char *name, enum ui_input kind, enum msg_key label)
{
	if (came_back(s, a))
		return page_field(s->r, name, kind, label);
	return (struct ui_field){.name = str_from(name), .kind = kind, .label = WORD(s, label), .scope = dossier_action_name(a)};
}

static struct ui_option *options_of(struct arena *a, size_t max, struct str first)
{
	struct ui_option *v = NEW_ARRAY(a, max + 1, struct ui_option);
	v[0] = (struct ui_option){.value = STR(""), .label = first};
	return v;
}

/* What was chosen stays chosen. */
static void put_choice(struct sheet *s, struct ui_field *f, struct ui_option *v, size_t n)
{
	for (size_t i = 0; i < n && f->value.n; i++)
		v[i].chosen = str_eq(v[i].value, f->value);
	f->options = v, f->n_options = n, f->required = true;
	ui_field(s->o, f);
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
	struct ui_field f = field_of_act(s, act, "to", UI_SELECT, MSG_DESK_F_TO);
	put_choice(s, &f, v, all.n + 1);
	return true;
}

static bool unit_field(struct sheet *s, enum dossier_action act, struct err *e)
{
	struct units all = {0};
	struct env *env = &s->r->env;
	if (!s->units.n && !directory_units(env, s->d.settling_agency, date_of(env->now), &s->units, e))
		return false;
	all = desk_units_for(env, &s->d, act, &s->units);
	struct ui_option *v = options_of(env->arena, all.n, WORD(s, MSG_FIELD_CHOOSE));
	for (size_t i = 0; i < all.n; i++)
		v[i + 1] = (struct ui_option){.value = str_fmt(env->arena, "%lld", (long long)all.v[i].id.v), .label = all.v[i].name};
	struct ui_field f = field_of_act(s, act, "unit", UI_SELECT, act == ACT_TRANSFER ? MSG_DESK_F_UNIT_TO : MSG_DESK_F_UNIT);
	put_choice(s, &f, v, all.n + 1);
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
		v[n] = (struct ui_option){.value = str_fmt(a, "%lld", (long long)id), .chosen = n == 0,
			.label = fee ? str_fmt(a, "%.*s: %.*s", STR_ARG(s->fees.v[i].name), STR_ARG(lang_money(a, s->r->env.lang, s->fees.v[i].amount))) : s->opinions.v[i].question};
		n++;
	}
	struct ui_field f = field_of_act(s, act, fee ? "fee" : "opinion", UI_SELECT, fee ? MSG_DESK_F_FEE : MSG_DESK_F_OPINION);
	put_choice(s, &f, v, n);
}

static void method_field(struct sheet *s, enum dossier_action act)
{
	struct ui_option v[] = {{.value = STR("cash"), .label = WORD(s, MSG_DESK_METHOD_CASH), .chosen = true},
		{.value = STR("transfer"), .label = WORD(s, MSG_DESK_METHOD_TRANSFER)}};
	struct ui_field f = field_of_act(s, act, "method", UI_RADIOS, MSG_DESK_F_METHOD);
	put_choice(s, &f, v, ARRAY_LEN(v));
}

/* Counted, not read from the page: what is due stands in the choice above. */
static void received_field(struct sheet *s, enum dossier_action act)
{
	struct ui_field f = field_of_act(s, act, "amount", UI_MONEY, MSG_DESK_F_RECEIVED);
	f.required = true;
	ui_field(s->o, &f);
}

/* What the records say is chosen, and whoever settles or apologises confirms it. */
static bool late_field(struct sheet *s, enum dossier_action act, struct err *e)
{
	const struct late_reason *said = NULL;
	size_t n = 0;
	if (!late_suggested(&s->r->env, LAW, &s->d, &said, e))
		return false;
	struct ui_option *v = desk_late_options(s->r, said ? said->code : STR_NONE, &n);
	struct ui_field f = field_of_act(s, act, "late_reason", UI_SELECT, MSG_DESK_F_LATE);
	f.hint = WORD(s, said ? MSG_DESK_LATE_SAID : MSG_DESK_LATE_HINT);
	put_choice(s, &f, v, n);
	return true;
}

/* Its reason stands on the paper that the applicant gets. */
static bool goes_out(enum dossier_action a) { return a == ACT_ASK_SUPPLEMENT || a == ACT_REFUSE || a == ACT_APOLOGISE || a == ACT_STOP; }

static void plain_fields(struct sheet *s, enum dossier_action act, const struct act_shape *shape)
{
	static const struct { unsigned bit; const char *name; enum ui_input kind; enum msg_key label; } plain[] = {
		{AF_VOUCHER, "voucher", UI_TEXT, MSG_DESK_F_VOUCHER}, {AF_NEW_DUE, "new_due", UI_DATE, MSG_DESK_F_NEW_DUE},
		{AF_COLLECTOR, "collector", UI_TEXT, MSG_DESK_F_COLLECTOR}, {AF_SEEN, "receipt_seen", UI_CHECK, MSG_DESK_F_SEEN},
		{AF_AUTHORISATION, "authorisation", UI_TEXT, MSG_DESK_F_AUTHORISATION}, {AF_TEXT, "text", UI_LONG_TEXT, MSG_DESK_F_TEXT},
		{AF_REASON, "reason", UI_LONG_TEXT, MSG_DESK_F_REASON}, {AF_OVERRIDE, "override_limit", UI_CHECK, MSG_DESK_F_OVERRIDE},
		{AF_SCORE, "score", UI_NUMBER, MSG_DESK_F_SCORE}, {AF_FILES, "files", UI_FILE, MSG_DESK_F_FILES},
		{AF_CONFIRM, "late_confirmed", UI_CHECK, MSG_DESK_F_LATE_CONFIRMED}};
	for (size_t i = 0; i < ARRAY_LEN(plain); i++) {
		if (!(shape->asks & plain[i].bit))
			continue;
		bool of_late = plain[i].bit == AF_REASON && !(act_shape(act)->asks & AF_REASON);
		struct ui_field f = field_of_act(s, act, plain[i].name, plain[i].kind, of_late ? MSG_DESK_F_LATE_WORDS : plain[i].label);
		f.required = (shape->needs & plain[i].bit) != 0;
		f.multiple = plain[i].bit == AF_FILES;
		if (plain[i].bit == AF_REASON && !f.hint.n && goes_out(act))
			f.hint = WORD(s, act == ACT_ASK_SUPPLEMENT ? MSG_DESK_HINT_SUPPLEMENT : MSG_DESK_HINT_APPLICANT);
		ui_field(s->o, &f);
	}
}

static bool act_fields_of(struct sheet *s, enum dossier_action a, const struct act_shape *shape, struct err *e)
{
	if ((shape->asks & AF_TO) && !people_field(s, a, e))
		return false;
	if ((shape->asks & AF_UNIT) && !unit_field(s, a, e))
		return false;
	if (shape->asks & AF_FEE)
		item_field(s, a, true);
	if (shape->asks & AF_OPINION)
		item_field(s, a, false);
	if (shape->asks & AF_METHOD)
		method_field(s, a);
	if (a == ACT_CONFIRM_PAID)
		received_field(s, a);
	if ((shape->asks & AF_LATE) && !late_field(s, a, e))
		return false;
	plain_fields(s, a, shape);
	return true;
}

/* Of an act that somebody else was faster than: its form is not offered any more, and what was typed into it stays to be copied. */
static void keep_typed(struct sheet *s)
{
	static const struct { const char *name; enum msg_key label; } typed[] = {{"text", MSG_DESK_F_TEXT}, {"reason", MSG_DESK_F_REASON}, {"authorisation", MSG_DESK_F_AUTHORISATION}, {"voucher", MSG_DESK_F_VOUCHER}};
	for (int a = 0; a < ACT_COUNT; a++) {
		if (!came_back(s, (enum dossier_action)a) || (s->actions >> a & 1U))
			continue;
		for (size_t i = 0; i < ARRAY_LEN(typed); i++) {
			struct ui_field f = page_field(s->r, typed[i].name, UI_LONG_TEXT, typed[i].label);
			f.read_only = f.plain = true, f.hint = WORD(s, MSG_DESK_TYPED_KEPT);
			if (f.value.n)
				ui_field(s->o, &f);
		}
	}
}

/* What asks for more than fits here has a page of its own. */
static const char *own_page(enum dossier_action a) { return a == ACT_SUBMIT ? "de-xuat" : a == ACT_DEMAND_FEE ? "thu-phi" : NULL; }

static void page_link(struct sheet *s, enum dossier_action a, bool primary)
{
	ui_buttons(s->o, &(struct ui_button){.label = WORD(s, desk_action_word(a)), .weight = primary ? UI_PRIMARY : UI_QUIET,
		.url = str_fmt(s->r->env.arena, "%.*s/%s", STR_ARG(sheet_url(s)), own_page(a))}, 1);
}

static bool act_form_of(struct sheet *s, enum dossier_action a, bool primary, struct err *e)
{
	const struct act_shape of_record = desk_shape(&s->r->env, &s->d, a), *shape = &of_record;
	struct arena *arena = s->r->env.arena;
	struct ui_form form = {.action = str_fmt(arena, "%.*s/%s", STR_ARG(sheet_url(s)), dossier_action_name(a)), .upload = (shape->asks & AF_FILES) != 0};
	if (shape->asks)
		ui_details_begin(s->o, WORD(s, desk_action_word(a)), came_back(s, a) || (primary && !shape->beside));
	ui_form_begin(s->o, &form);
	ui_field(s->o, &(struct ui_field){.name = STR("rev"), .kind = UI_HIDDEN, .value = str_fmt(arena, "%lld", (long long)s->d.rev)});
	if (!act_fields_of(s, a, shape, e))
		return false;
	ui_buttons(s->o, &(struct ui_button){.label = WORD(s, desk_action_word(a)), .key = shape->asks ? NULL : shape->key,
		.weight = a == ACT_REFUSE ? UI_DANGER : primary ? UI_PRIMARY : UI_QUIET}, 1);
	ui_form_end(s->o);
	if (shape->asks)
		ui_details_end(s->o);
	return true;
}

/* First what one button does, then the process's acts that ask something, then those beside it. */
static int act_group(const struct sheet *s, enum dossier_action a)
{
	struct act_shape shape = desk_shape(&s->r->env, &s->d, a);
	return shape.beside ? 2 : shape.asks ? 1 : 0;
}

/* For the applicant who stands at the counter: the same pages as online, under the officer's name. */
static void correct_for(struct sheet *s)
{
	bool may = (s->actions & (1U << ACT_SUPPLEMENT | 1U << ACT_CORRECT)) && actor_is(s->r->env.actor, ROLE_COUNTER) && !s->erased && !sheet_on_paper(s);
	if (s->actions & 1U << ACT_TRANSCRIBE)
		ui_act(s->o, str_fmt(s->r->env.arena, "/ho-so/%.*s/sua", STR_ARG(s->d.code)), &(struct ui_button){.label = WORD(s, MSG_DESK_ACT_TRANSCRIBE), .weight = UI_QUIET});
	if (!may)
		return;
	ui_details_begin(s->o, WORD(s, MSG_DESK_CORRECT_FOR), false);
	desk_say(s->o, WORD(s, MSG_DESK_CORRECT_FOR_WHY));
	ui_act(s->o, str_fmt(s->r->env.arena, "/ho-so/%.*s/sua", STR_ARG(s->d.code)), &(struct ui_button){.label = WORD(s, MSG_DESK_CORRECT_FOR), .weight = UI_QUIET});
	ui_details_end(s->o);
}

/* Decided, and nobody can go on before the signature is there. */
static bool waits_signature(const struct sheet *s)
{
	bool waits = str_eq(s->d.state, STR("signing"));
	for (size_t i = 0; i < s->files.n; i++)
		waits = waits && !str_eq(s->files.v[i].kind, STR("result"));
	return waits;
}

/* Is it being made, does it wait for the token, did drawing it fail, and is it tried again or must somebody ask for that? */
static bool signature_notice(struct sheet *s, struct err *e)
{
	struct arena *a = s->r->env.arena;
	enum lang lang = s->r->env.lang;
	struct job_state x;
	if (!issue_result_course(&s->r->env, &s->d, &x, e))
		return false;
	struct ui_notice n = {.tone = UI_INFO, .text = WORD(s, MSG_DESK_WAITS_SIGNATURE)};
	struct str args[] = {str_fmt(a, "%lld", (long long)x.tries), lang_instant(a, lang, x.stage == JOB_DEAD ? x.ended_at : x.next)};
	if (x.stage == JOB_DEAD)
		n = (struct ui_notice){.tone = UI_BAD, .title = WORD(s, MSG_DESK_RESULT_GIVEN_UP), .text = msg_fmt(a, lang, MSG_DESK_RESULT_GIVEN_UP_WHY, args, 2)};
	else if (x.stage == JOB_OPEN && x.failed && x.tries && x.next.ms)
		n = (struct ui_notice){.tone = UI_WARN, .title = WORD(s, MSG_DESK_RESULT_LATE), .text = msg_fmt(a, lang, MSG_DESK_RESULT_LATE_WHY, args, 2)};
	else if (x.stage == JOB_OPEN && x.failed && x.tries)
		n = (struct ui_notice){.tone = UI_WARN, .title = WORD(s, MSG_DESK_RESULT_LATE), .text = msg_fmt(a, lang, MSG_DESK_RESULT_LATE_NOW, args, 1)};
	else if (x.stage == JOB_OPEN && x.failed)
		n.text = WORD(s, MSG_DESK_WAITS_TOKEN);
	ui_notice(s->o, &n);
	return true;
}

bool sheet_actions(struct sheet *s, struct err *e)
{
	bool any = waits_signature(s);
	ui_section_begin(s->o, WORD(s, MSG_DESK_ACTIONS));
	if (any && !signature_notice(s, e))
		return false;
	keep_typed(s);
	for (int group = 0; group < 3; group++)
		for (int a = 0; a < ACT_COUNT; a++) {
			if (!(s->actions >> a & 1U) || a == ACT_TRANSCRIBE || act_group(s, (enum dossier_action)a) != group)
				continue;
			if (own_page((enum dossier_action)a))
				page_link(s, (enum dossier_action)a, !any);
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
