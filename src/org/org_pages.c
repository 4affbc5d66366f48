/* org_pages.c — the tree of a day; one agency. */
#include "org/org_screen.h"

static const enum msg_key agency_words[AGENCY_KIND_COUNT] = {MSG_ORG_PROVINCE, MSG_ORG_DEPARTMENT, MSG_ORG_DISTRICT, MSG_ORG_COMMUNE, MSG_ORG_CENTRE};
const enum msg_key org_unit_words[UNIT_KIND_COUNT] = {MSG_ORG_LEADERSHIP, MSG_ORG_DIVISION, MSG_ORG_BRANCH, MSG_ORG_SERVICE, MSG_ORG_RECEPTION};

static struct str unit_named(const struct units *all, struct unit_id id)
{
	for (size_t i = 0; i < all->n; i++)
		if (all->v[i].id.v == id.v)
			return all->v[i].name;
	return STR("");
}

static void unit_row(struct screen *s, const struct ui_table *t, const struct units *all, const struct unit *u)
{
	struct arena *a = s->r->env.arena;
	struct str above = unit_named(all, u->parent);
	struct str below = above.n ? str_fmt(a, "%.*s · %.*s", STR_ARG(u->code), STR_ARG(msg_fmt(a, s->o.lang, MSG_ORG_UNDER, &above, 1))) : u->code;
	struct str url = org_unit_url(a, u->id);
	ui_row_begin(&s->o, t, &(struct ui_row){.url = url});
	ui_cell_main(&s->o, t, 0, (struct ui_crumb){u->name, url}, below);
	ui_cell(&s->o, t, 1, org_word(s, org_unit_words[u->kind]));
	ui_cell(&s->o, t, 2, org_days(s, u->valid_from, u->valid_to));
	ui_row_end(&s->o);
}

static void unit_table(struct screen *s, struct str caption, const struct units *all)
{
	const struct ui_column columns[] = {{.head = org_word(s, MSG_ORG_UNIT), .kind = UI_CELL_TITLE}, {.head = org_word(s, MSG_ORG_KIND), .bare = true}, {.head = org_word(s, MSG_ORG_DAYS), .bare = true}};
	const struct ui_table t = {.caption = caption, .caption_hidden = true, .columns = columns, .n_columns = ARRAY_LEN(columns), .flow = true};
	if (!all->n)
		return;
	ui_table_begin(&s->o, &t);
	for (size_t i = 0; i < all->n; i++)
		unit_row(s, &t, all, &all->v[i]);
	ui_table_end(&s->o);
}

static bool agency_part(struct screen *s, const struct agencies *all, const struct agency *a, struct date day, struct err *e)
{
	struct units units;
	struct str above = STR("");
	for (size_t i = 0; i < all->n; i++)
		if (all->v[i].id.v == a->parent.v)
			above = all->v[i].name;
	if (!directory_units(&s->r->env, a->id, day, &units, e))
		return false;
	ui_section_link_begin(&s->o, (struct ui_crumb){a->name, org_agency_url(s->r->env.arena, a->id)});
	struct str days = org_days(s, a->valid_from, a->valid_to), kind = org_word(s, agency_words[a->kind]);
	ui_quiet(&s->o, str_fmt(s->r->env.arena, "%.*s · %.*s · %.*s%s%.*s", STR_ARG(a->code), STR_ARG(kind), STR_ARG(days), above.n ? " · " : "", STR_ARG(above)));
	unit_table(s, a->name, &units);
	ui_section_end(&s->o);
	return true;
}

/* Depth first: an agency, then those below it. What stands below an agency of another day stands on top. */
static bool agencies_below(struct screen *s, const struct agencies *all, struct agency_id parent, struct date day, int depth, struct err *e)
{
	for (size_t i = 0; i < all->n && depth < 8; i++) {
		bool top = true;
		for (size_t k = 0; k < all->n; k++)
			top = top && all->v[k].id.v != all->v[i].parent.v;
		if (parent.v ? all->v[i].parent.v != parent.v : !top)
			continue;
		if (!agency_part(s, all, &all->v[i], day, e) || !agencies_below(s, all, all->v[i].id, day, depth + 1, e))
			return false;
	}
	return true;
}

static bool new_agency(struct screen *s, struct err *e)
{
	struct options above;
	if (!org_agencies(s, (struct agency_id){0}, &above, e))
		return false;
	org_form_begin(s, &org_agency_form, MSG_ORG_AGENCY_ADD, STR(ORG "/co-quan"));
	org_choose_word(s, &org_agency_form, "kind", MSG_ORG_KIND, true);
	org_ask(s, (struct ask){"code", UI_TEXT, MSG_ORG_CODE, .required = true, .hint = MSG_ORG_CODE_HINT, .has_hint = true});
	org_ask(s, (struct ask){"name", UI_TEXT, MSG_ORG_NAME, .required = true});
	org_ask(s, (struct ask){"short", UI_TEXT, MSG_ORG_SHORT, .required = false});
	org_choose(s, "parent", MSG_ORG_PARENT, above, false);
	org_ask(s, (struct ask){"address", UI_TEXT, MSG_ORG_ADDRESS, .required = false});
	org_ask(s, (struct ask){"phone", UI_PHONE, MSG_ORG_PHONE, .required = false});
	org_ask(s, (struct ask){"email", UI_EMAIL, MSG_ORG_EMAIL, .required = false});
	org_ask(s, (struct ask){"from", UI_DATE, MSG_ORG_FROM, .required = true});
	org_form_end(s, MSG_DO_ADD, UI_PRIMARY);
	return true;
}

bool org_tree_page(struct request *r, struct err *e)
{
	struct screen s;
	struct agencies all;
	struct date day = date_of(r->env.now);
	struct str typed = req_query(r, "ngay");
	if (typed.n && !date_parse_people(typed, &day))
		day = date_of(r->env.now);
	if (!directory_agencies(&r->env, day, &all, e))
		return false;
	struct str of_day = date_people(r->env.arena, day);
	org_begin(&s, r, msg(r->env.lang, MSG_ORG_TITLE), msg_fmt(r->env.arena, r->env.lang, MSG_ORG_AS_OF, &of_day, 1), (struct ui_crumb){0});
	ui_form_begin(&s.o, &(struct ui_form){.action = STR(ORG), .get = true, .row = true});
	ui_field(&s.o, &(struct ui_field){.name = STR("ngay"), .kind = UI_DATE, .label = org_word(&s, MSG_ORG_DAY), .value = date_people(r->env.arena, day), .plain = true});
	ui_buttons(&s.o, &(struct ui_button){.label = org_word(&s, MSG_ORG_SHOW), .weight = UI_QUIET}, 1);
	ui_form_end(&s.o);
	if (!all.n)
		ui_empty(&s.o, &(struct ui_empty){.title = org_word(&s, MSG_ORG_NOTHING), .text = org_word(&s, MSG_ORG_NOTHING_HINT)});
	if (!new_agency(&s, e) || !agencies_below(&s, &all, (struct agency_id){0}, day, 0, e))
		return false;
	return org_finish(&s);
}

static bool agency_forms(struct screen *s, const struct agency *a, struct err *e)
{
	struct options units, agencies;
	struct arena *m = s->r->env.arena;
	struct str url = org_agency_url(m, a->id);
	if (!org_units(s, a->id, (struct unit_id){0}, &units, e) || !org_agencies(s, a->id, &agencies, e))
		return false;
	org_form_begin(s, &org_unit_form, MSG_ORG_UNIT_ADD, str_fmt(m, "%.*s/don-vi", STR_ARG(url)));
	org_choose_word(s, &org_unit_form, "unit_kind", MSG_ORG_KIND, true);
	org_ask(s, (struct ask){"unit_code", UI_TEXT, MSG_ORG_CODE, .required = true});
	org_ask(s, (struct ask){"unit_name", UI_TEXT, MSG_ORG_NAME, .required = true});
	org_choose(s, "parent", MSG_ORG_PARENT_UNIT, units, false);
	org_ask(s, (struct ask){"from", UI_DATE, MSG_ORG_FROM, .required = true});
	org_form_end(s, MSG_DO_ADD, UI_PRIMARY);
	org_form_begin(s, &org_agency_name_form, MSG_ORG_RENAME, str_fmt(m, "%.*s/ten", STR_ARG(url)));
	org_ask(s, (struct ask){"name", UI_TEXT, MSG_ORG_NAME_NEW, .required = true, .usual = a->name});
	org_ask(s, (struct ask){"short", UI_TEXT, MSG_ORG_SHORT, .usual = a->short_name});
	org_ask(s, (struct ask){"name_from", UI_DATE, MSG_ORG_NAME_FROM, .required = true, .hint = MSG_ORG_NAME_HINT, .has_hint = true});
	org_form_end(s, MSG_ORG_RENAME, UI_PRIMARY);
	org_form_begin(s, &org_close_form, MSG_ORG_AGENCY_CLOSE, str_fmt(m, "%.*s/dong", STR_ARG(url)));
	org_ask(s, (struct ask){"last", UI_DATE, MSG_ORG_LAST, .required = true, .hint = MSG_ORG_AGENCY_CLOSE_HINT, .has_hint = true});
	org_choose(s, "successor", MSG_ORG_SUCCESSOR, agencies, false);
	org_form_end(s, MSG_ORG_AGENCY_CLOSE, UI_DANGER);
	return true;
}

static struct str successor_agency(struct request *r, struct agency_id id)
{
	struct agency next;
	bool found = false;
	return id.v && directory_agency(&r->env, id, &next, &found, &(struct err){0}) && found ? next.name : STR("");
}

bool org_agency_page(struct request *r, struct err *e)
{
	struct screen s;
	struct agency a;
	struct units units;
	if (!org_agency_of(r, &a, e) || !directory_units(&r->env, a.id, a.valid_to.has ? a.valid_to.v : date_of(r->env.now), &units, e))
		return false;
	org_begin(&s, r, a.name, STR_NONE, (struct ui_crumb){0});
	struct str next = successor_agency(r, a.successor);
	struct ui_fact facts[] = {{.label = org_word(&s, MSG_ORG_CODE), .value = a.code}, {.label = org_word(&s, MSG_ORG_KIND), .value = org_word(&s, agency_words[a.kind])},
		{.label = org_word(&s, MSG_ORG_DAYS), .value = org_days(&s, a.valid_from, a.valid_to)}, {.label = org_word(&s, MSG_ORG_ADDRESS), .value = a.address},
		{.label = org_word(&s, MSG_ORG_SUCCESSOR), .value = next, .url = org_agency_url(r->env.arena, a.successor)}};
	ui_facts(&s.o, facts, ARRAY_LEN(facts) - (next.n == 0));
	if (!org_names(&s, a.id, (struct unit_id){0}, e))
		return false;
	ui_section_begin(&s.o, org_word(&s, MSG_ORG_UNITS));
	unit_table(&s, org_word(&s, MSG_ORG_UNITS), &units);
	if (!a.valid_to.has && !agency_forms(&s, &a, e))
		return false;
	ui_section_end(&s.o);
	return org_finish(&s);
}
