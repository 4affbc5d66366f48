/* org_unit.c — one unit with its posts, people and open dossiers. */
#include "dossier/dossier.h"
#include "org/org_screen.h"

static const struct { const char *name; enum msg_key word; } holders[] = {
	{"counter", MSG_ACCOUNT_ROLE_COUNTER}, {"specialist", MSG_ACCOUNT_ROLE_SPECIALIST}, {"head", MSG_ACCOUNT_ROLE_HEAD}, {"director", MSG_ACCOUNT_ROLE_DIRECTOR},
	{"clerk", MSG_ACCOUNT_ROLE_CLERK}, {"inspector", MSG_ACCOUNT_ROLE_INSPECTOR}, {"main", MSG_ACCOUNT_POSTING_MAIN}, {"substitute", MSG_ACCOUNT_POSTING_SUBSTITUTE}};

static struct str holder_word(const struct screen *s, struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(holders); i++)
		if (str_eq(name, str_from(holders[i].name)))
			return org_word(s, holders[i].word);
	return STR("");
}

static void posts_table(struct screen *s, const struct unit *u, const struct posts *posts)
{
	struct arena *a = s->r->env.arena;
	const struct ui_column columns[] = {{.head = org_word(s, MSG_ORG_POST), .kind = UI_CELL_TITLE}, {.head = org_word(s, MSG_ORG_SEATS), .kind = UI_CELL_NUMBER}, {.head = org_word(s, MSG_ORG_DAYS), .bare = true},
	                                    {.head = org_word(s, MSG_ACCOUNT_END), .head_hidden = true, .kind = UI_CELL_ACTION}};
	const struct ui_table t = {.caption = org_word(s, MSG_ORG_POSTS), .caption_hidden = true, .columns = columns, .n_columns = ARRAY_LEN(columns), .flow = true};
	ui_table_begin(&s->o, &t);
	for (size_t i = 0; i < posts->n; i++) {
		const struct post *p = &posts->v[i];
		ui_row_begin(&s->o, &t, &(struct ui_row){0});
		ui_cell_main(&s->o, &t, 0, (struct ui_crumb){.label = p->title}, holder_word(s, p->role));
		ui_cell(&s->o, &t, 1, org_number(s, p->seats));
		ui_cell(&s->o, &t, 2, org_days(s, p->from, p->to));
		ui_cell_begin(&s->o, &t, 3);
		ui_act(&s->o, str_fmt(a, "%.*s/vi-tri/%lld/ket-thuc", STR_ARG(org_unit_url(a, u->id)), (long long)p->id.v),
		       &(struct ui_button){.label = org_word(s, MSG_ACCOUNT_END), .weight = UI_LINK});
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
	ui_section_begin(&s->o, org_word(s, MSG_ORG_POSTS));
	if (posts.n)
		posts_table(s, u, &posts);
	org_form_begin(s, &org_post_form, MSG_ORG_POST_ADD, str_fmt(s->r->env.arena, "%.*s/vi-tri", STR_ARG(org_unit_url(s->r->env.arena, u->id))));
	org_ask(s, (struct ask){"post_title", UI_TEXT, MSG_ORG_POST, .required = true});
	org_ask(s, (struct ask){"seats", UI_NUMBER, MSG_ORG_SEATS, .required = true, .usual = STR("1")});
	org_choose_word(s, &org_post_form, "role", MSG_ACCOUNT_ROLE, false);
	org_ask(s, (struct ask){"from", UI_DATE, MSG_ORG_FROM, .required = true});
	org_ask(s, (struct ask){"to", UI_DATE, MSG_ACCOUNT_TO, .required = false});
	org_form_end(s, MSG_DO_ADD, UI_PRIMARY);
	ui_section_end(&s->o);
	return true;
}

static void people_table(struct screen *s, const struct unit_people *people)
{
	const struct ui_column columns[] = {{.head = org_word(s, MSG_ORG_PERSON), .kind = UI_CELL_TITLE}, {.head = org_word(s, MSG_ACCOUNT_ROLE), .bare = true}, {.head = org_word(s, MSG_ORG_DAYS), .bare = true}};
	const struct ui_table t = {.caption = org_word(s, MSG_ORG_PEOPLE), .caption_hidden = true, .columns = columns, .n_columns = ARRAY_LEN(columns), .flow = true};
	ui_table_begin(&s->o, &t);
	for (size_t i = 0; i < people->n; i++) {
		const struct unit_person *p = &people->v[i];
		struct str role = holder_word(s, p->word);
		ui_row_begin(&s->o, &t, &(struct ui_row){0});
		ui_cell_main(&s->o, &t, 0, (struct ui_crumb){.label = p->name}, p->text);
		ui_cell(&s->o, &t, 1, p->posted ? msg_fmt(s->r->env.arena, s->o.lang, MSG_ORG_POSTED, &role, 1) : role);
		ui_cell(&s->o, &t, 2, org_days(s, p->from, p->to));
		ui_row_end(&s->o);
	}
	ui_table_end(&s->o);
}

static void posting_form(struct screen *s, struct str url, struct options people)
{
	org_form_begin(s, &org_posting_form, MSG_ACCOUNT_POSTING_ADD, str_fmt(s->r->env.arena, "%.*s/biet-phai", STR_ARG(url)));
	org_choose(s, "person", MSG_ORG_PERSON, people, true);
	org_ask(s, (struct ask){"substitute", UI_CHECK, MSG_ACCOUNT_POSTING_SUBSTITUTE, .hint = MSG_ORG_SUBSTITUTE_HINT, .has_hint = true});
	org_ask(s, (struct ask){"field", UI_TEXT, MSG_ACCOUNT_FIELD, .required = true});
	org_ask(s, (struct ask){"decision", UI_TEXT, MSG_ACCOUNT_DECISION, .required = false});
	org_ask(s, (struct ask){"posting_from", UI_DATE, MSG_ACCOUNT_FROM, .required = true});
	org_ask(s, (struct ask){"posting_to", UI_DATE, MSG_ACCOUNT_TO, .required = true, .hint = MSG_ORG_POSTING_HINT, .has_hint = true});
	org_form_end(s, MSG_ACCOUNT_POSTING_ADD, UI_PRIMARY);
}

static struct options holders_of(struct screen *s, const struct unit_people *people)
{
	struct options out = {.v = NEW_ARRAY(s->r->env.arena, people->n, struct ui_option)};
	for (size_t i = 0; i < people->n; i++) {
		bool there = people->v[i].posted;
		struct str id = org_number(s, people->v[i].person.v);
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
		out->v[out->n++] = (struct ui_option){.value = org_number(s, all.v[i].person.v),
			.label = str_fmt(s->r->env.arena, "%.*s, %.*s", STR_ARG(all.v[i].name), STR_ARG(all.v[i].title))};
	return true;
}

static bool people_part(struct screen *s, const struct unit *u, bool centre, struct err *e)
{
	struct unit_people people;
	struct options units, all;
	struct str url = org_unit_url(s->r->env.arena, u->id);
	if (!directory_unit_people(&s->r->env, u->id, date_of(s->r->env.now), &people, e) || !org_units(s, (struct agency_id){0}, u->id, &units, e) ||
	    !everybody(s, &all, e))
		return false;
	ui_section_begin(&s->o, org_word(s, MSG_ORG_PEOPLE));
	if (people.n)
		people_table(s, &people);
	struct options held = holders_of(s, &people);
	if (held.n) {
		org_form_begin(s, &org_move_form, MSG_ORG_MOVE, str_fmt(s->r->env.arena, "%.*s/chuyen", STR_ARG(url)));
		org_choose(s, "move_person", MSG_ORG_PERSON, held, true);
		org_choose(s, "move_to", MSG_ORG_MOVE_TO, units, true);
		org_ask(s, (struct ask){"move_from", UI_DATE, MSG_ACCOUNT_FROM, .required = true, .hint = MSG_ORG_MOVE_HINT, .has_hint = true});
		org_form_end(s, MSG_ORG_MOVE, UI_PRIMARY);
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
	struct str many = org_number(s, n.n);
	const struct ui_column columns[] = {{.head = org_word(s, MSG_ORG_DOSSIER), .kind = UI_CELL_CODE}};
	const struct ui_table t = {.caption = org_word(s, MSG_ORG_DOSSIERS), .caption_hidden = true, .columns = columns, .n_columns = ARRAY_LEN(columns)};
	ui_section_begin(&s->o, org_word(s, MSG_ORG_DOSSIERS));
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
	if (!org_units(s, (struct agency_id){0}, u->id, &units, e))
		return false;
	ui_section_begin(&s->o, org_word(s, MSG_ORG_CHANGE));
	org_form_begin(s, &org_unit_name_form, MSG_ORG_RENAME, str_fmt(s->r->env.arena, "%.*s/ten", STR_ARG(url)));
	org_ask(s, (struct ask){"name", UI_TEXT, MSG_ORG_NAME_NEW, .required = true, .usual = u->name});
	org_ask(s, (struct ask){"name_from", UI_DATE, MSG_ORG_NAME_FROM, .required = true, .hint = MSG_ORG_NAME_HINT, .has_hint = true});
	org_form_end(s, MSG_ORG_RENAME, UI_PRIMARY);
	org_form_begin(s, &org_close_form, MSG_ORG_UNIT_CLOSE, str_fmt(s->r->env.arena, "%.*s/dong", STR_ARG(url)));
	org_ask(s, (struct ask){"last", UI_DATE, MSG_ORG_LAST, .required = true, .hint = MSG_ORG_UNIT_CLOSE_HINT, .has_hint = true});
	org_choose(s, "successor", MSG_ORG_SUCCESSOR, units, false);
	org_form_end(s, MSG_ORG_UNIT_CLOSE, UI_DANGER);
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
	org_begin(&s, r, u.name, STR_NONE, (struct ui_crumb){a.name, org_agency_url(r->env.arena, a.id)});
	struct ui_fact facts[] = {{.label = org_word(&s, MSG_ORG_CODE), .value = u.code}, {.label = org_word(&s, MSG_ORG_KIND), .value = org_word(&s, org_unit_words[u.kind])},
		{.label = org_word(&s, MSG_ORG_DAYS), .value = org_days(&s, u.valid_from, u.valid_to)},
		{.label = org_word(&s, MSG_ORG_SUCCESSOR), .value = has_next ? next.name : STR(""), .url = org_unit_url(r->env.arena, u.successor)}};
	ui_facts(&s.o, facts, ARRAY_LEN(facts) - !has_next);
	if (!org_names(&s, (struct agency_id){0}, u.id, e))
		return false;
	bool open = !u.valid_to.has || u.valid_to.v.day >= date_of(r->env.now).day;
	if (open && (!dossiers_part(&s, &u, e) || !people_part(&s, &u, a.is_centre, e) || !posts_part(&s, &u, e)))
		return false;
	return (u.valid_to.has || unit_forms(&s, &u, e)) && org_finish(&s);
}
