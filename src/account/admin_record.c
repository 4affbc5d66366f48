/* admin_record.c — the page of one account: its facts, and the roles, postings and absences of its person, with their forms. */
#include "account/account_views.h"
#include "account/admin_internal.h"
#include "directory/directory.h"

static bool has_number(const struct account_row_row *row) { return row->identity.p || row->tax_code.n; }

static void record_facts(struct screen *s, struct request *r, const struct account_row_row *row)
{
	enum lang l = s->o.lang;
	bool active = str_eq(row->state, STR("active"));
	const struct ui_fact facts[] = {
		{.label = msg(l, MSG_ACCOUNT_LOGIN), .value = row->login}, {.label = msg(l, MSG_ACCOUNT_KIND), .value = msg(l, admin_kind_words[account_kind_of(row->kind)])},
		{.label = msg(l, MSG_ACCOUNT_STATE), .value = msg(l, active ? MSG_ACCOUNT_ACTIVE : MSG_ACCOUNT_LOCKED)},
		{.label = msg(l, MSG_ACCOUNT_EMAIL), .value = row->email.n ? row->email : msg(l, MSG_NONE_YET)},
		{.label = msg(l, MSG_ACCOUNT_FACTOR), .value = msg(l, row->totp.p ? MSG_ACCOUNT_FACTOR_ON : MSG_ACCOUNT_FACTOR_OFF)}};
	const struct ui_fact seen = {.label = msg(l, MSG_ACCOUNT_PAPERS),
	                             .value = row->identity_seen.has ? lang_instant(r->env.arena, l, row->identity_seen.v) : msg(l, MSG_ACCOUNT_PAPERS_NOT_SEEN)};
	ui_facts(&s->o, facts, ARRAY_LEN(facts));
	if (has_number(row))
		ui_facts(&s->o, &seen, 1);
}

static void record_acts(struct screen *s, struct request *r, const struct account_row_row *row)
{
	enum lang l = s->o.lang;
	bool active = str_eq(row->state, STR("active"));
	if (row->id.v == r->env.actor->account)
		return;
	account_acts_begin(&s->o);
	ui_act(&s->o, admin_path(r, active ? "/khoa" : "/mo"),
	       &(struct ui_button){.label = msg(l, active ? MSG_ACCOUNT_LOCK : MSG_ACCOUNT_UNLOCK), .weight = active ? UI_DANGER : UI_QUIET});
	ui_act(&s->o, admin_path(r, "/thoat"), &(struct ui_button){.label = msg(l, MSG_ACCOUNT_END_ALL), .weight = UI_QUIET});
	if (has_number(row) && !row->identity_seen.has)
		ui_act(&s->o, admin_path(r, "/doi-chieu"), &(struct ui_button){.label = msg(l, MSG_ACCOUNT_PAPERS_SEEN), .weight = UI_QUIET});
	if (has_number(row) && row->identity_seen.has)
		ui_act(&s->o, admin_path(r, "/bo-doi-chieu"), &(struct ui_button){.label = msg(l, MSG_ACCOUNT_PAPERS_DOUBT), .weight = UI_DANGER});
	account_acts_end(&s->o);
}

struct lines { enum msg_key title; const struct person_line *v; size_t n; const char *path; }; /* below the record's own: of adding, and of ending one */

static bool line_open(const struct person_line *x, struct date today) { return !x->to.has || x->to.v.day >= today.day; }

static void line_days(struct screen *s, const struct person_line *x)
{
	ui_day(&s->o, x->from);
	if (x->to.has) {
		h_lits(&s->o, " – ");
		ui_day(&s->o, x->to.v);
	}
}

static void record_lines(struct screen *s, struct request *r, const struct lines *x)
{
	enum lang l = s->o.lang;
	const struct ui_column columns[] = {{.head = msg(l, x->title)}, {.head = msg(l, MSG_ACCOUNT_DAYS)},
	                                    {.head = msg(l, MSG_ACCOUNT_END), .head_hidden = true, .kind = UI_CELL_ACTION}};
	const struct ui_table t = {.caption = msg(l, x->title), .caption_hidden = true, .columns = columns, .n_columns = ARRAY_LEN(columns)};
	if (x->n == 0)
		return;
	ui_table_begin(&s->o, &t);
	for (size_t i = 0; i < x->n; i++) {
		const struct person_line *v = &x->v[i];
		struct str below = v->unit.n ? str_fmt(r->env.arena, "%.*s · %.*s · %.*s", STR_ARG(v->text), STR_ARG(v->unit), STR_ARG(v->agency)) : v->text;
		ui_row_begin(&s->o, &t, &(struct ui_row){0});
		ui_cell_main(&s->o, &t, 0, (struct ui_crumb){.label = admin_word(l, v->word)}, below);
		ui_cell_begin(&s->o, &t, 1);
		line_days(s, v);
		ui_cell_end(&s->o);
		ui_cell_begin(&s->o, &t, 2);
		if (line_open(v, date_of(r->env.now)))
			ui_act(&s->o, admin_path(r, str_fmt(r->env.arena, "/%s/%lld/ket-thuc", x->path, (long long)v->id).p),
			       &(struct ui_button){.label = msg(l, MSG_ACCOUNT_END), .weight = UI_LINK});
		ui_cell_end(&s->o);
		ui_row_end(&s->o);
	}
	ui_table_end(&s->o);
}

/* A select of the form that was sent, or of a fresh one. */
static void select_field(struct screen *s, struct request *r, const char *name, enum msg_key label, struct ui_option *v, size_t n, bool required)
{
	struct ui_field f = page_field(r, name, UI_SELECT, label);
	for (size_t i = 0; i < n; i++)
		v[i].chosen = f.value.n > 0 && str_eq(v[i].value, f.value);
	f.options = v;
	f.n_options = n;
	f.required = required;
	ui_field(&s->o, &f);
}

static void plain_field(struct screen *s, struct request *r, const char *name, enum ui_input kind, enum msg_key label, bool required)
{
	struct ui_field f = page_field(r, name, kind, label);
	f.required = required;
	ui_field(&s->o, &f);
}

static bool unit_options(struct request *r, bool centres, struct ui_option **out, size_t *n, struct err *e)
{
	struct units units;
	struct agencies agencies;
	struct date today = date_of(r->env.now);
	if (!directory_units(&r->env, (struct agency_id){0}, today, &units, e) || !directory_agencies(&r->env, today, &agencies, e))
		return false;
	*out = NEW_ARRAY(r->env.arena, units.n, struct ui_option);
	*n = 0;
	for (size_t i = 0; i < units.n; i++)
		for (size_t k = 0; k < agencies.n; k++)
			if (agencies.v[k].id.v == units.v[i].agency.v && (!centres || agencies.v[k].is_centre))
				(*out)[(*n)++] = (struct ui_option){.value = str_fmt(r->env.arena, "%lld", (long long)units.v[i].id.v),
					.label = str_fmt(r->env.arena, "%.*s — %.*s", STR_ARG(units.v[i].name), STR_ARG(agencies.v[k].short_name))};
	return true;
}

/* What the person has, and below it the form that adds one: its fields come between begin and end. */
static void part_begin(struct screen *s, struct request *r, const struct lines *x, enum msg_key add)
{
	ui_section_begin(&s->o, msg(s->o.lang, x->title));
	record_lines(s, r, x);
	ui_details_begin(&s->o, msg(s->o.lang, add), !form_ok(r));
	ui_form_begin(&s->o, &(struct ui_form){.action = admin_path(r, str_fmt(r->env.arena, "/%s", x->path).p)});
}

static void part_end(struct screen *s)
{
	screen_submit(s, MSG_DO_ADD);
	ui_details_end(&s->o);
	ui_section_end(&s->o);
}

static bool role_part(struct screen *s, struct request *r, const struct person_record *rec, struct err *e)
{
	struct ui_option words_v[ADMIN_ROLES], *units = NULL;
	size_t n = 0;
	if (!unit_options(r, false, &units, &n, e))
		return false;
	for (size_t i = 0; i < ADMIN_ROLES; i++)
		words_v[i] = (struct ui_option){.value = str_from(admin_roles[i].value), .label = msg(s->o.lang, (enum msg_key)admin_roles[i].label)};
	part_begin(s, r, &(struct lines){MSG_ACCOUNT_ROLES, rec->roles, rec->n_roles, "vai-tro"}, MSG_ACCOUNT_ROLE_ADD);
	select_field(s, r, "role", MSG_ACCOUNT_ROLE, words_v, ARRAY_LEN(words_v), true);
	select_field(s, r, "unit", MSG_ACCOUNT_UNIT, units, n, true);
	plain_field(s, r, "title", UI_TEXT, MSG_ACCOUNT_TITLE, true);
	plain_field(s, r, "deputy", UI_CHECK, MSG_ACCOUNT_DEPUTY, false);
	plain_field(s, r, "from", UI_DATE, MSG_ACCOUNT_FROM, true);
	plain_field(s, r, "to", UI_DATE, MSG_ACCOUNT_TO, false);
	part_end(s);
	return true;
}

static bool posting_part(struct screen *s, struct request *r, const struct person_record *rec, struct err *e)
{
	struct ui_option *units = NULL;
	size_t n = 0;
	if (!unit_options(r, true, &units, &n, e))
		return false;
	part_begin(s, r, &(struct lines){MSG_ACCOUNT_POSTINGS, rec->postings, rec->n_postings, "biet-phai"}, MSG_ACCOUNT_POSTING_ADD);
	select_field(s, r, "unit", MSG_ACCOUNT_UNIT, units, n, true);
	plain_field(s, r, "field", UI_TEXT, MSG_ACCOUNT_FIELD, true);
	plain_field(s, r, "substitute", UI_CHECK, MSG_ACCOUNT_POSTING_SUBSTITUTE, false);
	plain_field(s, r, "decision", UI_TEXT, MSG_ACCOUNT_DECISION, false);
	plain_field(s, r, "from", UI_DATE, MSG_ACCOUNT_FROM, true);
	plain_field(s, r, "to", UI_DATE, MSG_ACCOUNT_TO, true);
	part_end(s);
	return true;
}

bool admin_absence_part(struct screen *s, struct request *r, const struct person_record *rec, struct person_id self, struct err *e)
{
	struct ui_option reasons[ADMIN_REASONS], *people;
	struct officers list;
	size_t n = 0;
	if (!directory_people(&r->env, date_of(r->env.now), &list, e))
		return false;
	people = NEW_ARRAY(r->env.arena, list.n, struct ui_option);
	for (size_t i = 0; i < list.n; i++)
		if (list.v[i].person.v != self.v)
			people[n++] = (struct ui_option){.value = str_fmt(r->env.arena, "%lld", (long long)list.v[i].person.v),
				.label = str_fmt(r->env.arena, "%.*s, %.*s", STR_ARG(list.v[i].name), STR_ARG(list.v[i].title))};
	for (size_t i = 0; i < ADMIN_REASONS; i++)
		reasons[i] = (struct ui_option){.value = str_from(admin_reasons[i].value), .label = msg(s->o.lang, (enum msg_key)admin_reasons[i].label)};
	part_begin(s, r, &(struct lines){MSG_ACCOUNT_ABSENCES, rec->absences, rec->n_absences, "vang-mat"}, MSG_ACCOUNT_ABSENCE_ADD);
	select_field(s, r, "reason", MSG_ACCOUNT_REASON, reasons, ADMIN_REASONS, true);
	select_field(s, r, "instead", MSG_ACCOUNT_INSTEAD, people, n, false);
	plain_field(s, r, "from", UI_DATE, MSG_ACCOUNT_FROM, true);
	plain_field(s, r, "to", UI_DATE, MSG_ACCOUNT_TO, true);
	part_end(s);
	return true;
}

static void factor_part(struct screen *s, struct request *r)
{
	struct ui_option papers[ADMIN_PAPERS];
	for (size_t i = 0; i < ADMIN_PAPERS; i++)
		papers[i] = (struct ui_option){.value = str_from(admin_papers[i].value), .label = msg(s->o.lang, (enum msg_key)admin_papers[i].label)};
	ui_details_begin(&s->o, msg(s->o.lang, MSG_ACCOUNT_FACTOR_RESET), form_error_of(r, "papers") || form_error_of(r, "met"));
	ui_form_begin(&s->o, &(struct ui_form){.action = admin_path(r, "/bo-ma")});
	select_field(s, r, "papers", MSG_ACCOUNT_FACTOR_PAPERS, papers, ADMIN_PAPERS, true);
	plain_field(s, r, "met", UI_CHECK, MSG_ACCOUNT_FACTOR_MET, true);
	screen_submit(s, MSG_ACCOUNT_FACTOR_RESET);
	ui_details_end(&s->o);
}

bool admin_record_page(struct request *r, struct err *e)
{
	struct account_row_row row = {0};
	struct person_record rec = {0};
	struct screen s;
	if (!admin_load(r, &row, e) || (row.person.v && !directory_person_record(&r->env, row.person, &rec, e)))
		return false;
	admin_begin(&s, r, row.name);
	record_facts(&s, r, &row);
	record_acts(&s, r, &row);
	if (row.totp.p && row.id.v != r->env.actor->account)
		factor_part(&s, r);
	if (row.person.v && (!role_part(&s, r, &rec, e) || !posting_part(&s, r, &rec, e) || !admin_absence_part(&s, r, &rec, row.person, e)))
		return false;
	return screen_end(&s, r);
}
