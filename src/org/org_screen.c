/* org_screen.c — what the pages of the tree, of an agency and of a unit share. */
#include "org/org_screen.h"

struct str org_word(const struct screen *s, enum msg_key k) { return msg(s->o.lang, k); }

void org_begin(struct screen *s, struct request *r, struct str title, struct str lead, struct ui_crumb above)
{
	*s = (struct screen){.r = r, .o = page_out(r)};
	s->crumbs[0] = (struct ui_crumb){msg(r->env.lang, MSG_ORG_TITLE), STR(ORG)};
	s->crumbs[1] = above;
	s->p = (struct ui_page){.title = title, .lead = lead, .staff = true, .has_errors = !form_ok(r), .crumbs = s->crumbs, .n_crumbs = str_eq(r->path, STR(ORG)) ? 0 : above.label.n ? 2 : 1};
	ui_page_begin(&s->o, &s->p);
	page_error_summary(&s->o, r);
}

bool org_finish(struct screen *s)
{
	ui_page_end(&s->o, &s->p);
	return page_answer(s->r);
}

struct str org_days(const struct screen *s, struct date from, struct opt_date to)
{
	struct arena *a = s->r->env.arena;
	struct str args[] = {date_people(a, from), to.has ? date_people(a, to.v) : STR("")};
	return msg_fmt(a, s->o.lang, to.has ? MSG_ORG_FROM_TO : MSG_ORG_SINCE, args, to.has ? 2 : 1);
}

void org_form_begin(struct screen *s, const struct form *f, enum msg_key title, struct str action)
{
	ui_details_begin(&s->o, org_word(s, title), !form_ok(s->r) && s->r->route->form == f);
	ui_form_begin(&s->o, &(struct ui_form){.action = action});
}

void org_form_end(struct screen *s, enum msg_key label, enum ui_weight weight)
{
	ui_buttons(&s->o, &(struct ui_button){.label = org_word(s, label), .weight = weight}, 1);
	ui_form_end(&s->o);
	ui_details_end(&s->o);
}

void org_ask(struct screen *s, struct ask x)
{
	struct ui_field f = page_field(s->r, x.name, x.kind, x.label);
	f.required = x.required;
	f.value = f.value.n || !form_ok(s->r) ? f.value : x.usual;
	f.hint = x.has_hint ? org_word(s, x.hint) : STR("");
	ui_field(&s->o, &f);
}

void org_choose(struct screen *s, const char *name, enum msg_key label, struct options list, bool required)
{
	struct ui_field f = page_field(s->r, name, UI_SELECT, label);
	for (size_t i = 0; i < list.n; i++)
		list.v[i].chosen = f.value.n > 0 && str_eq(list.v[i].value, f.value);
	f.options = list.v;
	f.n_options = list.n;
	f.required = required;
	ui_field(&s->o, &f);
}

void org_choose_word(struct screen *s, const struct form *form, const char *name, enum msg_key label, bool required)
{
	const struct field *f = form->fields;
	while (!str_eq(str_from(f->name), str_from(name)))
		f++;
	struct options list = {NEW_ARRAY(s->r->env.arena, f->n_choices, struct ui_option), f->n_choices};
	for (size_t i = 0; i < f->n_choices; i++)
		list.v[i] = (struct ui_option){.value = str_from(f->choices[i].value), .label = org_word(s, (enum msg_key)f->choices[i].label)};
	org_choose(s, name, label, list, required);
}

struct str org_number(struct screen *s, int64_t id) { return str_fmt(s->r->env.arena, "%lld", (long long)id); }

bool org_agencies(struct screen *s, struct agency_id but, struct options *out, struct err *e)
{
	struct agencies all;
	if (!directory_agencies(&s->r->env, date_of(s->r->env.now), &all, e))
		return false;
	*out = (struct options){.v = NEW_ARRAY(s->r->env.arena, all.n, struct ui_option)};
	for (size_t i = 0; i < all.n; i++)
		if (all.v[i].id.v != but.v)
			out->v[out->n++] = (struct ui_option){.value = org_number(s, all.v[i].id.v), .label = all.v[i].name};
	return true;
}

bool org_units(struct screen *s, struct agency_id agency, struct unit_id but, struct options *out, struct err *e)
{
	struct units all;
	struct agencies agencies;
	struct date today = date_of(s->r->env.now);
	if (!directory_units(&s->r->env, agency, today, &all, e) || !directory_agencies(&s->r->env, today, &agencies, e))
		return false;
	*out = (struct options){.v = NEW_ARRAY(s->r->env.arena, all.n, struct ui_option)};
	for (size_t k = 0; k < agencies.n; k++)
		for (size_t i = 0; i < all.n; i++)
			if (all.v[i].agency.v == agencies.v[k].id.v && all.v[i].id.v != but.v)
				out->v[out->n++] = (struct ui_option){.value = org_number(s, all.v[i].id.v), .label = agency.v ? all.v[i].name :
					str_fmt(s->r->env.arena, "%.*s — %.*s", STR_ARG(all.v[i].name), STR_ARG(agencies.v[k].short_name))};
	return true;
}

bool org_names(struct screen *s, struct agency_id agency, struct unit_id unit, struct err *e)
{
	struct former_names names;
	if (!directory_former_names(&s->r->env, agency, unit, &names, e))
		return false;
	struct ui_fact *v = NEW_ARRAY(s->r->env.arena, names.n, struct ui_fact);
	for (size_t i = 0; i < names.n; i++)
		v[i] = (struct ui_fact){.label = org_days(s, names.v[i].from, OPT_DATE(names.v[i].to)), .value = names.v[i].name};
	if (!names.n)
		return true;
	ui_section_begin(&s->o, org_word(s, MSG_ORG_NAMES));
	ui_facts(&s->o, v, names.n);
	ui_section_end(&s->o);
	return true;
}
