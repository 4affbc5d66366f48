/* org_pages.c — the tree of a day; one agency; one unit with its posts and people. */
#include "dossier/dossier.h"
#include "org/org_internal.h"

struct screen { struct request *r; struct html_out o; struct ui_page p; struct ui_crumb crumbs[2]; };

static struct str word(const struct screen *s, enum msg_key k) { return msg(s->o.lang, k); }

static void begin(struct screen *s, struct request *r, struct str title, struct ui_crumb above)
{
	*s = (struct screen){.r = r, .o = page_out(r)};
	s->crumbs[0] = (struct ui_crumb){msg(r->env.lang, MSG_ORG_TITLE), STR(ORG)};
	s->crumbs[1] = above;
	s->p = (struct ui_page){.title = title, .staff = true, .has_errors = !form_ok(r), .crumbs = s->crumbs, .n_crumbs = str_eq(r->path, STR(ORG)) ? 0 : above.label.n ? 2 : 1};
	ui_page_begin(&s->o, &s->p);
	page_error_summary(&s->o, r);
}

static bool finish(struct screen *s)
{
	ui_page_end(&s->o, &s->p);
	return page_answer(s->r);
}

static struct str days(const struct screen *s, struct date from, struct opt_date to)
{
	struct arena *a = s->r->env.arena;
	struct str args[] = {date_people(a, from), to.has ? date_people(a, to.v) : STR("")};
	return msg_fmt(a, s->o.lang, to.has ? MSG_ORG_FROM_TO : MSG_ORG_SINCE, args, to.has ? 2 : 1);
}

/* ---- forms: each stands folded, open when it is the one that was sent and refused ---- */

static void form_begin(struct screen *s, const struct form *f, enum msg_key title, struct str action)
{
	ui_details_begin(&s->o, word(s, title), !form_ok(s->r) && s->r->route->form == f);
	ui_form_begin(&s->o, &(struct ui_form){.action = action});
}

static void form_end(struct screen *s, enum msg_key label, enum ui_weight weight)
{
	ui_buttons(&s->o, &(struct ui_button){.label = word(s, label), .weight = weight}, 1);
	ui_form_end(&s->o);
	ui_details_end(&s->o);
}

struct ask { const char *name; enum ui_input kind; enum msg_key label; bool required; struct str usual; enum msg_key hint; bool has_hint; };

static void ask(struct screen *s, struct ask x)
{
	struct ui_field f = page_field(s->r, x.name, x.kind, x.label);
	f.required = x.required;
	f.value = f.value.n || !form_ok(s->r) ? f.value : x.usual;
	f.hint = x.has_hint ? word(s, x.hint) : STR("");
	ui_field(&s->o, &f);
}

struct options { struct ui_option *v; size_t n; };

static void choose(struct screen *s, const char *name, enum msg_key label, struct options list, bool required)
{
	struct ui_field f = page_field(s->r, name, UI_SELECT, label);
	for (size_t i = 0; i < list.n; i++)
		list.v[i].chosen = f.value.n > 0 && str_eq(list.v[i].value, f.value);
	f.options = list.v;
	f.n_options = list.n;
	f.required = required;
	ui_field(&s->o, &f);
}

/* The words of a field with choices. */
static void choose_word(struct screen *s, const struct form *form, const char *name, enum msg_key label, bool required)
{
	const struct field *f = form->fields;
	while (!str_eq(str_from(f->name), str_from(name)))
		f++;
	struct options list = {NEW_ARRAY(s->r->env.arena, f->n_choices, struct ui_option), f->n_choices};
	for (size_t i = 0; i < f->n_choices; i++)
		list.v[i] = (struct ui_option){.value = str_from(f->choices[i].value), .label = word(s, (enum msg_key)f->choices[i].label)};
	choose(s, name, label, list, required);
}

static struct str number(struct screen *s, int64_t id) { return str_fmt(s->r->env.arena, "%lld", (long long)id); }

static bool agencies_of_day(struct screen *s, struct agency_id but, struct options *out, struct err *e)
{
	struct agencies all;
	if (!directory_agencies(&s->r->env, date_of(s->r->env.now), &all, e))
		return false;
	*out = (struct options){.v = NEW_ARRAY(s->r->env.arena, all.n, struct ui_option)};
	for (size_t i = 0; i < all.n; i++)
		if (all.v[i].id.v != but.v)
			out->v[out->n++] = (struct ui_option){.value = number(s, all.v[i].id.v), .label = all.v[i].name};
	return true;
}

/* Units of today; agency 0: of every agency, with its name. */
static bool units_of_day(struct screen *s, struct agency_id agency, struct unit_id but, struct options *out, struct err *e)
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
				out->v[out->n++] = (struct ui_option){.value = number(s, all.v[i].id.v), .label = agency.v ? all.v[i].name :
					str_fmt(s->r->env.arena, "%.*s — %.*s", STR_ARG(all.v[i].name), STR_ARG(agencies.v[k].short_name))};
	return true;
}

/* ---- the tree of a day ---- */

static const enum msg_key agency_words[AGENCY_KIND_COUNT] = {MSG_ORG_PROVINCE, MSG_ORG_DEPARTMENT, MSG_ORG_DISTRICT, MSG_ORG_COMMUNE, MSG_ORG_CENTRE};
static const enum msg_key unit_words[UNIT_KIND_COUNT] = {MSG_ORG_LEADERSHIP, MSG_ORG_DIVISION, MSG_ORG_BRANCH, MSG_ORG_SERVICE, MSG_ORG_RECEPTION};

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
	ui_cell(&s->o, t, 1, word(s, unit_words[u->kind]));
	ui_cell(&s->o, t, 2, days(s, u->valid_from, u->valid_to));
	ui_row_end(&s->o);
}

static void unit_table(struct screen *s, struct str caption, const struct units *all)
{
	const struct ui_column columns[] = {{.head = word(s, MSG_ORG_UNIT)}, {.head = word(s, MSG_ORG_KIND)}, {.head = word(s, MSG_ORG_DAYS)}};
	const struct ui_table t = {.caption = caption, .caption_hidden = true, .columns = columns, .n_columns = ARRAY_LEN(columns)};
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
	ui_section_begin(&s->o, a->name);
	struct ui_fact facts[] = {{.label = word(s, MSG_ORG_CODE), .value = a->code, .url = org_agency_url(s->r->env.arena, a->id)},
		{.label = word(s, MSG_ORG_KIND), .value = word(s, agency_words[a->kind])}, {.label = word(s, MSG_ORG_DAYS), .value = days(s, a->valid_from, a->valid_to)},
		{.label = word(s, MSG_ORG_PARENT), .value = above}};
	ui_facts(&s->o, facts, ARRAY_LEN(facts) - (above.n == 0));
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
	if (!agencies_of_day(s, (struct agency_id){0}, &above, e))
		return false;
	form_begin(s, &org_agency_form, MSG_ORG_AGENCY_ADD, STR(ORG "/co-quan"));
	choose_word(s, &org_agency_form, "kind", MSG_ORG_KIND, true);
	ask(s, (struct ask){"code", UI_TEXT, MSG_ORG_CODE, .required = true, .hint = MSG_ORG_CODE_HINT, .has_hint = true});
	ask(s, (struct ask){"name", UI_TEXT, MSG_ORG_NAME, .required = true});
	ask(s, (struct ask){"short", UI_TEXT, MSG_ORG_SHORT, .required = false});
	choose(s, "parent", MSG_ORG_PARENT, above, false);
	ask(s, (struct ask){"address", UI_TEXT, MSG_ORG_ADDRESS, .required = false});
	ask(s, (struct ask){"phone", UI_PHONE, MSG_ORG_PHONE, .required = false});
	ask(s, (struct ask){"email", UI_EMAIL, MSG_ORG_EMAIL, .required = false});
	ask(s, (struct ask){"from", UI_DATE, MSG_ORG_FROM, .required = true});
	form_end(s, MSG_DO_ADD, UI_PRIMARY);
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
	begin(&s, r, msg(r->env.lang, MSG_ORG_TITLE), (struct ui_crumb){0});
	ui_form_begin(&s.o, &(struct ui_form){.action = STR(ORG), .get = true});
	ui_field(&s.o, &(struct ui_field){.name = STR("ngay"), .kind = UI_DATE, .label = word(&s, MSG_ORG_DAY), .value = date_people(r->env.arena, day), .plain = true});
	ui_buttons(&s.o, &(struct ui_button){.label = word(&s, MSG_ORG_SHOW), .weight = UI_QUIET}, 1);
	ui_form_end(&s.o);
	if (!all.n)
		ui_empty(&s.o, &(struct ui_empty){.title = word(&s, MSG_ORG_NOTHING), .text = word(&s, MSG_ORG_NOTHING_HINT)});
	if (!new_agency(&s, e) || !agencies_below(&s, &all, (struct agency_id){0}, day, 0, e))
		return false;
	return finish(&s);
}

/* ---- names before ---- */

static bool names_part(struct screen *s, struct agency_id agency, struct unit_id unit, struct err *e)
{
	struct former_names names;
	if (!directory_former_names(&s->r->env, agency, unit, &names, e))
		return false;
	struct ui_fact *v = NEW_ARRAY(s->r->env.arena, names.n, struct ui_fact);
	for (size_t i = 0; i < names.n; i++)
		v[i] = (struct ui_fact){.label = days(s, names.v[i].from, OPT_DATE(names.v[i].to)), .value = names.v[i].name};
	if (!names.n)
		return true;
	ui_section_begin(&s->o, word(s, MSG_ORG_NAMES));
	ui_facts(&s->o, v, names.n);
	ui_section_end(&s->o);
	return true;
}

/* ---- one agency ---- */

static bool agency_forms(struct screen *s, const struct agency *a, struct err *e)
{
	struct options units, agencies;
	struct arena *m = s->r->env.arena;
	struct str url = org_agency_url(m, a->id);
	if (!units_of_day(s, a->id, (struct unit_id){0}, &units, e) || !agencies_of_day(s, a->id, &agencies, e))
		return false;
	form_begin(s, &org_unit_form, MSG_ORG_UNIT_ADD, str_fmt(m, "%.*s/don-vi", STR_ARG(url)));
	choose_word(s, &org_unit_form, "unit_kind", MSG_ORG_KIND, true);
	ask(s, (struct ask){"unit_code", UI_TEXT, MSG_ORG_CODE, .required = true});
	ask(s, (struct ask){"unit_name", UI_TEXT, MSG_ORG_NAME, .required = true});
	choose(s, "parent", MSG_ORG_PARENT_UNIT, units, false);
	ask(s, (struct ask){"from", UI_DATE, MSG_ORG_FROM, .required = true});
	form_end(s, MSG_DO_ADD, UI_PRIMARY);
	form_begin(s, &org_agency_name_form, MSG_ORG_RENAME, str_fmt(m, "%.*s/ten", STR_ARG(url)));
	ask(s, (struct ask){"name", UI_TEXT, MSG_ORG_NAME_NEW, .required = true, .usual = a->name});
	ask(s, (struct ask){"short", UI_TEXT, MSG_ORG_SHORT, .usual = a->short_name});
	ask(s, (struct ask){"name_from", UI_DATE, MSG_ORG_NAME_FROM, .required = true, .hint = MSG_ORG_NAME_HINT, .has_hint = true});
	form_end(s, MSG_ORG_RENAME, UI_PRIMARY);
	form_begin(s, &org_close_form, MSG_ORG_AGENCY_CLOSE, str_fmt(m, "%.*s/dong", STR_ARG(url)));
	ask(s, (struct ask){"last", UI_DATE, MSG_ORG_LAST, .required = true, .hint = MSG_ORG_AGENCY_CLOSE_HINT, .has_hint = true});
	choose(s, "successor", MSG_ORG_SUCCESSOR, agencies, false);
	form_end(s, MSG_ORG_AGENCY_CLOSE, UI_DANGER);
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
	begin(&s, r, a.name, (struct ui_crumb){0});
	struct str next = successor_agency(r, a.successor);
	struct ui_fact facts[] = {{.label = word(&s, MSG_ORG_CODE), .value = a.code}, {.label = word(&s, MSG_ORG_KIND), .value = word(&s, agency_words[a.kind])},
		{.label = word(&s, MSG_ORG_DAYS), .value = days(&s, a.valid_from, a.valid_to)}, {.label = word(&s, MSG_ORG_ADDRESS), .value = a.address},
		{.label = word(&s, MSG_ORG_SUCCESSOR), .value = next, .url = org_agency_url(r->env.arena, a.successor)}};
	ui_facts(&s.o, facts, ARRAY_LEN(facts) - (next.n == 0));
	if (!names_part(&s, a.id, (struct unit_id){0}, e))
		return false;
	ui_section_begin(&s.o, word(&s, MSG_ORG_UNITS));
	unit_table(&s, word(&s, MSG_ORG_UNITS), &units);
	if (!a.valid_to.has && !agency_forms(&s, &a, e))
		return false;
	ui_section_end(&s.o);
	return finish(&s);
}

/* ---- one unit ---- */

static const struct { const char *name; enum msg_key word; } holders[] = {
	{"counter", MSG_ACCOUNT_ROLE_COUNTER}, {"specialist", MSG_ACCOUNT_ROLE_SPECIALIST}, {"head", MSG_ACCOUNT_ROLE_HEAD}, {"director", MSG_ACCOUNT_ROLE_DIRECTOR},
	{"clerk", MSG_ACCOUNT_ROLE_CLERK}, {"inspector", MSG_ACCOUNT_ROLE_INSPECTOR}, {"main", MSG_ACCOUNT_POSTING_MAIN}, {"substitute", MSG_ACCOUNT_POSTING_SUBSTITUTE}};

static struct str holder_word(const struct screen *s, struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(holders); i++)
		if (str_eq(name, str_from(holders[i].name)))
			return word(s, holders[i].word);
	return STR("");
}

static void posts_table(struct screen *s, const struct unit *u, const struct posts *posts)
{
	struct arena *a = s->r->env.arena;
	const struct ui_column columns[] = {{.head = word(s, MSG_ORG_POST)}, {.head = word(s, MSG_ORG_SEATS), .kind = UI_CELL_NUMBER}, {.head = word(s, MSG_ORG_DAYS)},
	                                    {.head = word(s, MSG_ACCOUNT_END), .head_hidden = true, .kind = UI_CELL_ACTION}};
	const struct ui_table t = {.caption = word(s, MSG_ORG_POSTS), .caption_hidden = true, .columns = columns, .n_columns = ARRAY_LEN(columns)};
	ui_table_begin(&s->o, &t);
	for (size_t i = 0; i < posts->n; i++) {
		const struct post *p = &posts->v[i];
		ui_row_begin(&s->o, &t, &(struct ui_row){0});
		ui_cell_main(&s->o, &t, 0, (struct ui_crumb){.label = p->title}, holder_word(s, p->role));
		ui_cell(&s->o, &t, 1, number(s, p->seats));
		ui_cell(&s->o, &t, 2, days(s, p->from, p->to));
		ui_cell_begin(&s->o, &t, 3);
		ui_act(&s->o, str_fmt(a, "%.*s/vi-tri/%lld/ket-thuc", STR_ARG(org_unit_url(a, u->id)), (long long)p->id.v),
		       &(struct ui_button){.label = word(s, MSG_ACCOUNT_END), .weight = UI_LINK});
		ui_cell_end(&s->o);
		ui_row_end(&s->o);
	}
	ui_table_end(&s->o);
}

static bool posts_part(struct screen *s, const struct unit *u, struct err *e)
{
	struct posts posts;
	if (!directory_posts(&s->r->env, u->id, date_of(s->r->env.now), &posts, e))
		return false;
	ui_section_begin(&s->o, word(s, MSG_ORG_POSTS));
	if (posts.n)
		posts_table(s, u, &posts);
	form_begin(s, &org_post_form, MSG_ORG_POST_ADD, str_fmt(s->r->env.arena, "%.*s/vi-tri", STR_ARG(org_unit_url(s->r->env.arena, u->id))));
	ask(s, (struct ask){"post_title", UI_TEXT, MSG_ORG_POST, .required = true});
	ask(s, (struct ask){"seats", UI_NUMBER, MSG_ORG_SEATS, .required = true, .usual = STR("1")});
	choose_word(s, &org_post_form, "role", MSG_ACCOUNT_ROLE, false);
	ask(s, (struct ask){"from", UI_DATE, MSG_ORG_FROM, .required = true});
	ask(s, (struct ask){"to", UI_DATE, MSG_ACCOUNT_TO, .required = false});
	form_end(s, MSG_DO_ADD, UI_PRIMARY);
	ui_section_end(&s->o);
	return true;
}

static void people_table(struct screen *s, const struct unit_people *people)
{
	const struct ui_column columns[] = {{.head = word(s, MSG_ORG_PERSON)}, {.head = word(s, MSG_ACCOUNT_ROLE)}, {.head = word(s, MSG_ORG_DAYS)}};
	const struct ui_table t = {.caption = word(s, MSG_ORG_PEOPLE), .caption_hidden = true, .columns = columns, .n_columns = ARRAY_LEN(columns)};
	ui_table_begin(&s->o, &t);
	for (size_t i = 0; i < people->n; i++) {
		const struct unit_person *p = &people->v[i];
		struct str role = holder_word(s, p->word);
		ui_row_begin(&s->o, &t, &(struct ui_row){0});
		ui_cell_main(&s->o, &t, 0, (struct ui_crumb){.label = p->name}, p->text);
		ui_cell(&s->o, &t, 1, p->posted ? msg_fmt(s->r->env.arena, s->o.lang, MSG_ORG_POSTED, &role, 1) : role);
		ui_cell(&s->o, &t, 2, days(s, p->from, p->to));
		ui_row_end(&s->o);
	}
	ui_table_end(&s->o);
}

static void posting_form(struct screen *s, struct str url, struct options people)
{
	form_begin(s, &org_posting_form, MSG_ACCOUNT_POSTING_ADD, str_fmt(s->r->env.arena, "%.*s/biet-phai", STR_ARG(url)));
	choose(s, "person", MSG_ORG_PERSON, people, true);
	ask(s, (struct ask){"substitute", UI_CHECK, MSG_ACCOUNT_POSTING_SUBSTITUTE, .hint = MSG_ORG_SUBSTITUTE_HINT, .has_hint = true});
	ask(s, (struct ask){"field", UI_TEXT, MSG_ACCOUNT_FIELD, .required = true});
	ask(s, (struct ask){"decision", UI_TEXT, MSG_ACCOUNT_DECISION, .required = false});
	ask(s, (struct ask){"posting_from", UI_DATE, MSG_ACCOUNT_FROM, .required = true});
	ask(s, (struct ask){"posting_to", UI_DATE, MSG_ACCOUNT_TO, .required = true, .hint = MSG_ORG_POSTING_HINT, .has_hint = true});
	form_end(s, MSG_ACCOUNT_POSTING_ADD, UI_PRIMARY);
}

static struct options holders_of(struct screen *s, const struct unit_people *people)
{
	struct options out = {.v = NEW_ARRAY(s->r->env.arena, people->n, struct ui_option)};
	for (size_t i = 0; i < people->n; i++) {
		bool there = people->v[i].posted;
		struct str id = number(s, people->v[i].person.v);
		for (size_t k = 0; k < out.n; k++)
			there = there || str_eq(out.v[k].value, id);
		if (!there)
			out.v[out.n++] = (struct ui_option){.value = id, .label = people->v[i].name};
	}
	return out;
}

static bool everybody(struct screen *s, struct options *out, struct err *e)
{
	struct officers all;
	if (!directory_people(&s->r->env, date_of(s->r->env.now), &all, e))
		return false;
	*out = (struct options){.v = NEW_ARRAY(s->r->env.arena, all.n, struct ui_option)};
	for (size_t i = 0; i < all.n; i++)
		out->v[out->n++] = (struct ui_option){.value = number(s, all.v[i].person.v),
			.label = str_fmt(s->r->env.arena, "%.*s, %.*s", STR_ARG(all.v[i].name), STR_ARG(all.v[i].title))};
	return true;
}

static bool people_part(struct screen *s, const struct unit *u, bool centre, struct err *e)
{
	struct unit_people people;
	struct options units, all;
	struct str url = org_unit_url(s->r->env.arena, u->id);
	if (!directory_unit_people(&s->r->env, u->id, date_of(s->r->env.now), &people, e) || !units_of_day(s, (struct agency_id){0}, u->id, &units, e) ||
	    !everybody(s, &all, e))
		return false;
	ui_section_begin(&s->o, word(s, MSG_ORG_PEOPLE));
	if (people.n)
		people_table(s, &people);
	struct options held = holders_of(s, &people);
	if (held.n) {
		form_begin(s, &org_move_form, MSG_ORG_MOVE, str_fmt(s->r->env.arena, "%.*s/chuyen", STR_ARG(url)));
		choose(s, "move_person", MSG_ORG_PERSON, held, true);
		choose(s, "move_to", MSG_ORG_MOVE_TO, units, true);
		ask(s, (struct ask){"move_from", UI_DATE, MSG_ACCOUNT_FROM, .required = true, .hint = MSG_ORG_MOVE_HINT, .has_hint = true});
		form_end(s, MSG_ORG_MOVE, UI_PRIMARY);
	}
	if (centre)
		posting_form(s, url, all);
	ui_section_end(&s->o);
	return true;
}

/* How many dossiers keep the unit from being closed, and the first of them: by the public look-up, which names nobody. */
static bool dossiers_part(struct screen *s, const struct unit *u, struct err *e)
{
	struct arena *a = s->r->env.arena;
	struct dossier_of_unit_count_row n = {0};
	struct dossier_of_unit_rows rows = {0};
	bool found = false;
	if (!q_dossier_of_unit_count(s->r->env.db, a, u->id, &n, &found, e) || !q_dossier_of_unit(s->r->env.db, a, u->id, OPEN_SHOWN, &rows, e))
		return false;
	if (!n.n)
		return true;
	struct str many = number(s, n.n);
	const struct ui_column columns[] = {{.head = word(s, MSG_ORG_DOSSIER), .kind = UI_CELL_CODE}};
	const struct ui_table t = {.caption = word(s, MSG_ORG_DOSSIERS), .caption_hidden = true, .columns = columns, .n_columns = ARRAY_LEN(columns)};
	ui_section_begin(&s->o, word(s, MSG_ORG_DOSSIERS));
	ui_notice(&s->o, &(struct ui_notice){.tone = UI_INFO, .text = msg_fmt(a, s->o.lang, MSG_ORG_DOSSIERS_HINT, &many, 1)});
	ui_table_begin(&s->o, &t);
	for (size_t i = 0; i < rows.n; i++) {
		struct str link = str_fmt(a, "/tra-cuu/%.*s", STR_ARG(rows.v[i].code));
		ui_row_begin(&s->o, &t, &(struct ui_row){.url = link});
		ui_cell_main(&s->o, &t, 0, (struct ui_crumb){rows.v[i].code, link}, STR(""));
		ui_row_end(&s->o);
	}
	ui_table_end(&s->o);
	ui_section_end(&s->o);
	return true;
}

static bool unit_forms(struct screen *s, const struct unit *u, struct err *e)
{
	struct options units;
	struct str url = org_unit_url(s->r->env.arena, u->id);
	if (!units_of_day(s, (struct agency_id){0}, u->id, &units, e))
		return false;
	ui_section_begin(&s->o, word(s, MSG_ORG_CHANGE));
	form_begin(s, &org_unit_name_form, MSG_ORG_RENAME, str_fmt(s->r->env.arena, "%.*s/ten", STR_ARG(url)));
	ask(s, (struct ask){"name", UI_TEXT, MSG_ORG_NAME_NEW, .required = true, .usual = u->name});
	ask(s, (struct ask){"name_from", UI_DATE, MSG_ORG_NAME_FROM, .required = true, .hint = MSG_ORG_NAME_HINT, .has_hint = true});
	form_end(s, MSG_ORG_RENAME, UI_PRIMARY);
	form_begin(s, &org_close_form, MSG_ORG_UNIT_CLOSE, str_fmt(s->r->env.arena, "%.*s/dong", STR_ARG(url)));
	ask(s, (struct ask){"last", UI_DATE, MSG_ORG_LAST, .required = true, .hint = MSG_ORG_UNIT_CLOSE_HINT, .has_hint = true});
	choose(s, "successor", MSG_ORG_SUCCESSOR, units, false);
	form_end(s, MSG_ORG_UNIT_CLOSE, UI_DANGER);
	ui_section_end(&s->o);
	return true;
}

bool org_unit_page(struct request *r, struct err *e)
{
	struct screen s;
	struct unit u, next;
	struct agency a;
	bool found = false, has_next = false;
	if (!org_unit_of(r, &u, e) || !directory_agency(&r->env, u.agency, &a, &found, e) ||
	    (u.successor.v && !directory_unit(&r->env, u.successor, &next, &has_next, e)))
		return false;
	begin(&s, r, u.name, (struct ui_crumb){a.name, org_agency_url(r->env.arena, a.id)});
	struct ui_fact facts[] = {{.label = word(&s, MSG_ORG_CODE), .value = u.code}, {.label = word(&s, MSG_ORG_KIND), .value = word(&s, unit_words[u.kind])},
		{.label = word(&s, MSG_ORG_DAYS), .value = days(&s, u.valid_from, u.valid_to)},
		{.label = word(&s, MSG_ORG_SUCCESSOR), .value = has_next ? next.name : STR(""), .url = org_unit_url(r->env.arena, u.successor)}};
	ui_facts(&s.o, facts, ARRAY_LEN(facts) - !has_next);
	if (!names_part(&s, (struct agency_id){0}, u.id, e))
		return false;
	bool open = !u.valid_to.has || u.valid_to.v.day >= date_of(r->env.now).day;
	if (open && (!dossiers_part(&s, &u, e) || !people_part(&s, &u, a.is_centre, e) || !posts_part(&s, &u, e)))
		return false;
	return (u.valid_to.has || unit_forms(&s, &u, e)) && finish(&s);
}
