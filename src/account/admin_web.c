/* admin_web.c — administration: accounts, roles with dates, postings, absences. */
#include "account/account_views.h"
#include "account/web_internal.h"
#include "core/text/text.h"
#include "directory/directory.h"

#define PAGE_SIZE 50

static const enum msg_key kind_words[ACCOUNT_KIND_COUNT] = {MSG_ACCOUNT_KIND_CITIZEN, MSG_ACCOUNT_KIND_BUSINESS, MSG_ACCOUNT_KIND_OFFICIAL,
                                                            MSG_ACCOUNT_KIND_ADMIN, MSG_ACCOUNT_KIND_SYSTEM};
static const struct { const char *name; enum role role; enum msg_key word; } roles[] = {
	{"counter", ROLE_COUNTER, MSG_ACCOUNT_ROLE_COUNTER}, {"specialist", ROLE_SPECIALIST, MSG_ACCOUNT_ROLE_SPECIALIST},
	{"head", ROLE_HEAD, MSG_ACCOUNT_ROLE_HEAD}, {"director", ROLE_DIRECTOR, MSG_ACCOUNT_ROLE_DIRECTOR},
	{"clerk", ROLE_CLERK, MSG_ACCOUNT_ROLE_CLERK}, {"inspector", ROLE_INSPECTOR, MSG_ACCOUNT_ROLE_INSPECTOR}};
static const struct { const char *name; enum msg_key word; } other_words[] = {
	{"main", MSG_ACCOUNT_POSTING_MAIN}, {"substitute", MSG_ACCOUNT_POSTING_SUBSTITUTE}, {"leave", MSG_ACCOUNT_ABSENCE_LEAVE},
	{"mission", MSG_ACCOUNT_ABSENCE_MISSION}, {"training", MSG_ACCOUNT_ABSENCE_TRAINING}, {"sick", MSG_ACCOUNT_ABSENCE_SICK},
	{"other", MSG_ACCOUNT_ABSENCE_OTHER}};

static struct str word_of(enum lang l, struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(roles); i++)
		if (str_eq(name, str_from(roles[i].name)))
			return msg(l, roles[i].word);
	for (size_t i = 0; i < ARRAY_LEN(other_words); i++)
		if (str_eq(name, str_from(other_words[i].name)))
			return msg(l, other_words[i].word);
	return name;
}

void admin_begin(struct screen *s, struct request *r, struct str title)
{
	static const struct str root = {"/quan-tri/tai-khoan", sizeof "/quan-tri/tai-khoan" - 1};
	struct ui_crumb *up = NEW(r->env.arena, struct ui_crumb);
	bool team = str_starts(r->path, STR(TEAM));
	*up = team ? (struct ui_crumb){msg(r->env.lang, MSG_ACCOUNT_TEAM), STR(TEAM)} : (struct ui_crumb){msg(r->env.lang, MSG_ACCOUNT_ACCOUNTS), root};
	s->o = page_out(r);
	s->p = (struct ui_page){.title = title, .staff = true, .has_errors = !form_ok(r), .crumbs = up, .n_crumbs = str_eq(r->path, root) || str_eq(r->path, STR(TEAM)) ? 0 : 1};
	ui_page_begin(&s->o, &s->p);
	page_error_summary(&s->o, r);
}

/* ---- list ---- */

static void list_row(struct screen *s, struct request *r, const struct ui_table *t, const struct account_list_row *a)
{
	enum lang l = s->o.lang;
	struct str url = str_fmt(r->env.arena, "/quan-tri/tai-khoan/%lld", (long long)a->id.v);
	bool active = str_eq(a->state, STR("active"));
	ui_row_begin(&s->o, t, &(struct ui_row){.url = url});
	ui_cell_main(&s->o, t, 0, (struct ui_crumb){a->name, url}, a->login);
	ui_cell(&s->o, t, 1, msg(l, kind_words[account_kind_of(a->kind)]));
	ui_cell_begin(&s->o, t, 2);
	ui_badge_word(&s->o, active ? UI_DONE : UI_REFUSED, msg(l, active ? MSG_ACCOUNT_ACTIVE : MSG_ACCOUNT_LOCKED));
	ui_cell_end(&s->o);
	ui_cell(&s->o, t, 3, msg(l, a->totp.p ? MSG_YES : MSG_NO));
	ui_cell_begin(&s->o, t, 4);
	ui_time_short(&s->o, a->created);
	ui_cell_end(&s->o);
	ui_row_end(&s->o);
}

static void list_table(struct screen *s, struct request *r, const struct account_list_rows *rows)
{
	enum lang l = s->o.lang;
	const struct ui_column columns[] = {{.head = msg(l, MSG_ACCOUNT_NAME_SHORT)}, {.head = msg(l, MSG_ACCOUNT_KIND)}, {.head = msg(l, MSG_ACCOUNT_STATE)},
	                                    {.head = msg(l, MSG_ACCOUNT_FACTOR)}, {.head = msg(l, MSG_ACCOUNT_CREATED)}};
	const struct ui_table t = {.caption = msg(l, MSG_ACCOUNT_ACCOUNTS), .caption_hidden = true, .columns = columns,
	                           .n_columns = ARRAY_LEN(columns), .keys = true};
	ui_table_begin(&s->o, &t);
	for (size_t i = 0; i < rows->n && i < PAGE_SIZE; i++)
		list_row(s, r, &t, &rows->v[i]);
	ui_table_end(&s->o);
}

static void list_search(struct screen *s, struct request *r, struct str typed)
{
	struct ui_field f = page_field(r, "q", UI_SEARCH, MSG_ACCOUNT_FIND);
	f.plain = true;
	if (typed.n)
		f.value = typed;
	ui_form_begin(&s->o, &(struct ui_form){.action = STR("/quan-tri/tai-khoan/tim")});
	ui_field(&s->o, &f);
	const struct ui_button b[] = {{.label = msg(s->o.lang, MSG_DO_SEARCH), .weight = UI_QUIET},
	                              {.label = msg(s->o.lang, MSG_ACCOUNT_NEW), .url = STR("/quan-tri/tai-khoan/moi"), .icon = UI_ICON_PLUS}};
	ui_buttons(&s->o, b, ARRAY_LEN(b));
	ui_form_end(&s->o);
}

/* A name is personal: it goes in the body, and into addresses sealed. */
static struct str list_url(struct request *r, struct str typed, int64_t page)
{
	struct str q = typed.n ? req_seal_query(r, "q", typed) : STR("");
	return str_fmt(r->env.arena, "/quan-tri/tai-khoan?q=%.*s&trang=%lld", STR_ARG(q), (long long)page);
}

static const struct field find_fields[] = {{.name = "q", .kind = FIELD_TEXT, .max = 300, .label = MSG_ACCOUNT_FIND}};
static const struct form find_form = {"account_find", find_fields, ARRAY_LEN(find_fields)};

static bool find_check(struct request *r, struct err *e)
{
	(void)e;
	return answer_redirect(r, list_url(r, form_text(r, "q"), 1));
}

static bool list_page(struct request *r, struct err *e)
{
	struct account_list_rows rows = {0};
	struct screen s;
	bool lost = false;
	struct str typed = req_query_sealed(r, "q", &lost);
	int64_t page = req_query_int(r, "trang", 1);
	page = page < 1 || page > 100000 ? 1 : page;
	const struct account_list_in in = {.q = text_fold(r->env.arena, typed), .limit = PAGE_SIZE + 1, .skip = (page - 1) * PAGE_SIZE};
	if (!q_account_list(r->env.db, r->env.arena, &in, &rows, e))
		return false;
	admin_begin(&s, r, msg(r->env.lang, MSG_ACCOUNT_ACCOUNTS));
	list_search(&s, r, typed);
	if (rows.n)
		list_table(&s, r, &rows);
	else
		ui_empty(&s.o, &(struct ui_empty){.title = msg(s.o.lang, MSG_ACCOUNT_NOBODY), .text = msg(s.o.lang, MSG_ACCOUNT_NOBODY_HINT)});
	struct str next = rows.n > PAGE_SIZE ? list_url(r, typed, page + 1) : STR("");
	struct str previous = page > 1 ? list_url(r, typed, page - 1) : STR("");
	int64_t shown = (int64_t)(rows.n < PAGE_SIZE ? rows.n : PAGE_SIZE);
	ui_pager(&s.o, &(struct ui_pager){.previous_url = previous, .next_url = next, .first = in.skip + (shown > 0), .last = in.skip + shown,
	                                  .total = in.skip + shown, .more = rows.n > PAGE_SIZE});
	return screen_end(&s, r);
}

/* ---- a new account ---- */

static const struct choice new_kinds[] = {{"official", MSG_ACCOUNT_KIND_OFFICIAL}, {"admin", MSG_ACCOUNT_KIND_ADMIN}, {"system", MSG_ACCOUNT_KIND_SYSTEM}};
static const struct field new_fields[] = {
	{.name = "kind", .kind = FIELD_CHOICE, .required = true, .choices = new_kinds, .n_choices = ARRAY_LEN(new_kinds)},
	{.name = "name", .kind = FIELD_TEXT, .required = true, .max = 150},
	{.name = "title", .kind = FIELD_TEXT, .max = 150},
	{.name = "login", .kind = FIELD_TEXT, .required = true, .max = 100},
	{.name = "email", .kind = FIELD_EMAIL, .required = true, .max = 200},
	{.name = "phone", .kind = FIELD_TEXT, .max = 20},
};
static const struct form new_form = {"account_new", new_fields, ARRAY_LEN(new_fields)};

static bool new_page(struct request *r, struct err *e)
{
	static const struct { const char *name; enum ui_input kind; enum msg_key label; bool required; } f[] = {
		{"name", UI_TEXT, MSG_ACCOUNT_NAME, true}, {"title", UI_TEXT, MSG_ACCOUNT_TITLE, false}, {"login", UI_TEXT, MSG_ACCOUNT_LOGIN, true},
		{"email", UI_EMAIL, MSG_ACCOUNT_EMAIL, true}, {"phone", UI_PHONE, MSG_ACCOUNT_PHONE, false}};
	struct screen s;
	(void)e;
	admin_begin(&s, r, msg(r->env.lang, MSG_ACCOUNT_NEW));
	ui_notice(&s.o, &(struct ui_notice){.tone = UI_INFO, .text = msg(s.o.lang, MSG_ACCOUNT_NEW_HINT)});
	ui_form_begin(&s.o, &(struct ui_form){.action = STR("/quan-tri/tai-khoan/moi")});
	struct ui_field kind = page_field(r, "kind", UI_RADIOS, MSG_ACCOUNT_KIND);
	struct ui_option options[ARRAY_LEN(new_kinds)];
	for (size_t i = 0; i < ARRAY_LEN(new_kinds); i++)
		options[i] = (struct ui_option){.value = str_from(new_kinds[i].value), .label = msg(s.o.lang, (enum msg_key)new_kinds[i].label),
		                                .chosen = kind.value.n ? str_eq(kind.value, str_from(new_kinds[i].value)) : i == 0};
	kind.options = options;
	kind.n_options = ARRAY_LEN(options);
	kind.required = true;
	ui_field(&s.o, &kind);
	for (size_t i = 0; i < ARRAY_LEN(f); i++) {
		struct ui_field x = page_field(r, f[i].name, f[i].kind, f[i].label);
		x.required = f[i].required;
		x.autocomplete = "off";
		ui_field(&s.o, &x);
	}
	screen_submit(&s, MSG_DO_ADD);
	return screen_end(&s, r);
}

static bool taken(struct request *r, struct err *e)
{
	struct account_of_login_row l = {0};
	struct account_of_email_row m = {0};
	bool has_login = false, has_email = false;
	if (!q_account_of_login(r->env.db, r->env.arena, account_fold(r->env.arena, form_text(r, "login")), &l, &has_login, e) ||
	    !q_account_of_email(r->env.db, r->env.arena, account_fold(r->env.arena, form_text(r, "email")), &m, &has_email, e))
		return false;
	if (has_login)
		form_error(r, "login", MSG_ACCOUNT_LOGIN_TAKEN, STR_NONE, STR_NONE);
	if (has_email)
		form_error(r, "email", MSG_ACCOUNT_EMAIL_TAKEN, STR_NONE, STR_NONE);
	return true;
}

static bool new_apply(struct request *r, struct err *e)
{
	static const enum account_kind kinds[] = {ACCOUNT_OFFICIAL, ACCOUNT_ADMIN, ACCOUNT_SYSTEM};
	struct account_id id;
	struct official p = {.name = form_text(r, "name"), .title = form_text(r, "title"), .email = form_text(r, "email"), .phone = form_text(r, "phone")};
	struct account_new x = {.kind = kinds[form_choice(r, "kind")], .login = form_text(r, "login"), .name = p.name, .email = p.email,
	                        .phone = p.phone, .email_confirmed = true};
	if (!account_epoch_ok(&r->env, e) || !taken(r, e))
		return false;
	if (!form_ok(r))
		return true;
	if (x.kind == ACCOUNT_OFFICIAL && !directory_person_add(&r->env, &p, e))
		return false;
	x.person = p.id;
	if (!account_create(&r->env, &x, &id, e))
		return false;
	r->redirect = str_fmt(r->env.arena, "/quan-tri/tai-khoan/%lld", (long long)id.v);
	return true;
}

/* ---- one account ---- */

static bool load(struct request *r, struct account_row_row *row, struct err *e)
{
	int64_t id = 0;
	bool found = false;
	if (req_param_id(r, "id", &id) && !q_account_row(r->env.db, r->env.arena, (struct account_id){id}, row, &found, e))
		return false;
	return found ? true : err_set(e, ERR_NOT_FOUND, "no such account");
}

/* Of the account in the path, or of the person on a head's page. */
static struct str path_of(struct request *r, const char *tail)
{
	return str_fmt(r->env.arena, "%s/%.*s%s", str_starts(r->path, STR(TEAM)) ? TEAM : "/quan-tri/tai-khoan", STR_ARG(req_param(r, "id")), tail);
}

static bool has_number(const struct account_row_row *row) { return row->identity.p || row->tax_code.n; }

static void record_facts(struct screen *s, struct request *r, const struct account_row_row *row)
{
	enum lang l = s->o.lang;
	bool active = str_eq(row->state, STR("active"));
	const struct ui_fact facts[] = {
		{.label = msg(l, MSG_ACCOUNT_LOGIN), .value = row->login}, {.label = msg(l, MSG_ACCOUNT_KIND), .value = msg(l, kind_words[account_kind_of(row->kind)])},
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
	ui_act(&s->o, path_of(r, active ? "/khoa" : "/mo"),
	       &(struct ui_button){.label = msg(l, active ? MSG_ACCOUNT_LOCK : MSG_ACCOUNT_UNLOCK), .weight = active ? UI_DANGER : UI_QUIET});
	ui_act(&s->o, path_of(r, "/thoat"), &(struct ui_button){.label = msg(l, MSG_ACCOUNT_END_ALL), .weight = UI_QUIET});
	if (row->totp.p)
		ui_act(&s->o, path_of(r, "/bo-ma"), &(struct ui_button){.label = msg(l, MSG_ACCOUNT_FACTOR_RESET), .weight = UI_QUIET});
	if (has_number(row) && !row->identity_seen.has)
		ui_act(&s->o, path_of(r, "/doi-chieu"), &(struct ui_button){.label = msg(l, MSG_ACCOUNT_PAPERS_SEEN), .weight = UI_QUIET});
	account_acts_end(&s->o);
}

struct lines { enum msg_key title; const struct person_line *v; size_t n; const char *end_base, *end_tail; };

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
		ui_cell_main(&s->o, &t, 0, (struct ui_crumb){.label = word_of(l, v->word)}, below);
		ui_cell_begin(&s->o, &t, 1);
		line_days(s, v);
		ui_cell_end(&s->o);
		ui_cell_begin(&s->o, &t, 2);
		if (x->end_base && line_open(v, date_of(r->env.now)))
			ui_act(&s->o, path_of(r, str_fmt(r->env.arena, "/%s/%lld/ket-thuc", x->end_base, (long long)v->id).p),
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

static bool role_part(struct screen *s, struct request *r, const struct person_record *rec, struct err *e)
{
	struct ui_option words_v[ARRAY_LEN(roles)], *units = NULL;
	size_t n = 0;
	if (!unit_options(r, false, &units, &n, e))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(roles); i++)
		words_v[i] = (struct ui_option){.value = str_from(roles[i].name), .label = msg(s->o.lang, roles[i].word)};
	ui_section_begin(&s->o, msg(s->o.lang, MSG_ACCOUNT_ROLES));
	record_lines(s, r, &(struct lines){MSG_ACCOUNT_ROLES, rec->roles, rec->n_roles, "vai-tro", NULL});
	ui_details_begin(&s->o, msg(s->o.lang, MSG_ACCOUNT_ROLE_ADD), !form_ok(r));
	ui_form_begin(&s->o, &(struct ui_form){.action = path_of(r, "/vai-tro")});
	select_field(s, r, "role", MSG_ACCOUNT_ROLE, words_v, ARRAY_LEN(words_v), true);
	select_field(s, r, "unit", MSG_ACCOUNT_UNIT, units, n, true);
	plain_field(s, r, "title", UI_TEXT, MSG_ACCOUNT_TITLE, true);
	plain_field(s, r, "deputy", UI_CHECK, MSG_ACCOUNT_DEPUTY, false);
	plain_field(s, r, "from", UI_DATE, MSG_ACCOUNT_FROM, true);
	plain_field(s, r, "to", UI_DATE, MSG_ACCOUNT_TO, false);
	screen_submit(s, MSG_DO_ADD);
	ui_details_end(&s->o);
	ui_section_end(&s->o);
	return true;
}

static bool posting_part(struct screen *s, struct request *r, const struct person_record *rec, struct err *e)
{
	struct ui_option *units = NULL;
	size_t n = 0;
	if (!unit_options(r, true, &units, &n, e))
		return false;
	ui_section_begin(&s->o, msg(s->o.lang, MSG_ACCOUNT_POSTINGS));
	record_lines(s, r, &(struct lines){MSG_ACCOUNT_POSTINGS, rec->postings, rec->n_postings, "biet-phai", NULL});
	ui_details_begin(&s->o, msg(s->o.lang, MSG_ACCOUNT_POSTING_ADD), !form_ok(r));
	ui_form_begin(&s->o, &(struct ui_form){.action = path_of(r, "/biet-phai")});
	select_field(s, r, "unit", MSG_ACCOUNT_UNIT, units, n, true);
	plain_field(s, r, "field", UI_TEXT, MSG_ACCOUNT_FIELD, true);
	plain_field(s, r, "substitute", UI_CHECK, MSG_ACCOUNT_POSTING_SUBSTITUTE, false);
	plain_field(s, r, "decision", UI_TEXT, MSG_ACCOUNT_DECISION, false);
	plain_field(s, r, "from", UI_DATE, MSG_ACCOUNT_FROM, true);
	plain_field(s, r, "to", UI_DATE, MSG_ACCOUNT_TO, true);
	screen_submit(s, MSG_DO_ADD);
	ui_details_end(&s->o);
	ui_section_end(&s->o);
	return true;
}

bool admin_absence_part(struct screen *s, struct request *r, const struct person_record *rec, struct person_id self, struct err *e)
{
	static const size_t first_reason = 2;
	struct ui_option reasons[ARRAY_LEN(other_words)], *people;
	struct officers list;
	size_t n = 0;
	if (!directory_people(&r->env, date_of(r->env.now), &list, e))
		return false;
	people = NEW_ARRAY(r->env.arena, list.n, struct ui_option);
	for (size_t i = 0; i < list.n; i++)
		if (list.v[i].person.v != self.v)
			people[n++] = (struct ui_option){.value = str_fmt(r->env.arena, "%lld", (long long)list.v[i].person.v),
				.label = str_fmt(r->env.arena, "%.*s, %.*s", STR_ARG(list.v[i].name), STR_ARG(list.v[i].title))};
	for (size_t i = first_reason; i < ARRAY_LEN(other_words); i++)
		reasons[i - first_reason] = (struct ui_option){.value = str_from(other_words[i].name), .label = msg(s->o.lang, other_words[i].word)};
	ui_section_begin(&s->o, msg(s->o.lang, MSG_ACCOUNT_ABSENCES));
	record_lines(s, r, &(struct lines){MSG_ACCOUNT_ABSENCES, rec->absences, rec->n_absences, "vang-mat", NULL});
	ui_details_begin(&s->o, msg(s->o.lang, MSG_ACCOUNT_ABSENCE_ADD), !form_ok(r));
	ui_form_begin(&s->o, &(struct ui_form){.action = path_of(r, "/vang-mat")});
	select_field(s, r, "reason", MSG_ACCOUNT_REASON, reasons, ARRAY_LEN(other_words) - first_reason, true);
	select_field(s, r, "instead", MSG_ACCOUNT_INSTEAD, people, n, false);
	plain_field(s, r, "from", UI_DATE, MSG_ACCOUNT_FROM, true);
	plain_field(s, r, "to", UI_DATE, MSG_ACCOUNT_TO, true);
	screen_submit(s, MSG_DO_ADD);
	ui_details_end(&s->o);
	ui_section_end(&s->o);
	return true;
}

static bool record_page(struct request *r, struct err *e)
{
	struct account_row_row row = {0};
	struct person_record rec = {0};
	struct screen s;
	if (!load(r, &row, e) || (row.person.v && !directory_person_record(&r->env, row.person, &rec, e)))
		return false;
	admin_begin(&s, r, row.name);
	record_facts(&s, r, &row);
	record_acts(&s, r, &row);
	if (row.person.v && (!role_part(&s, r, &rec, e) || !posting_part(&s, r, &rec, e) || !admin_absence_part(&s, r, &rec, row.person, e)))
		return false;
	return screen_end(&s, r);
}

/* ---- acts on one account; each ends what the account has open ---- */

static bool other(struct request *r, struct account_row_row *row, struct err *e)
{
	if (!account_epoch_ok(&r->env, e) || !load(r, row, e))
		return false;
	if (row->id.v == r->env.actor->account)
		return err_say(e, ERR_CONFLICT, MSG_ACCOUNT_NOT_SELF, "an administrator does not do this to himself");
	r->redirect = path_of(r, "");
	return true;
}

static bool official(struct request *r, struct account_row_row *row, struct err *e)
{
	if (!account_epoch_ok(&r->env, e) || !load(r, row, e))
		return false;
	r->redirect = path_of(r, "");
	return row->person.v ? true : err_set(e, ERR_INVALID, "not an official's account");
}

static bool lock_apply(struct request *r, struct err *e)
{
	struct account_row_row row = {0};
	return other(r, &row, e) && account_change_state(&r->env, row.id, "locked", e);
}

static bool unlock_apply(struct request *r, struct err *e)
{
	struct account_row_row row = {0};
	return other(r, &row, e) && account_change_state(&r->env, row.id, "active", e);
}

static bool factor_apply(struct request *r, struct err *e)
{
	struct account_row_row row = {0};
	return other(r, &row, e) && account_change_totp(&r->env, row.id, STR(""), 0, e);
}

static bool seen_apply(struct request *r, struct err *e)
{
	struct account_row_row row = {0};
	return other(r, &row, e) && account_identity_seen(&r->env, row.id, e);
}

static bool end_apply(struct request *r, struct err *e)
{
	struct account_row_row row = {0};
	return other(r, &row, e) && q_account_bump(r->env.db, row.id, NULL, e) && account_end_all(&r->env, row.id, 0, e) &&
	       account_record(&r->env, "account.sign_out_everywhere", row.id, STR(""), e);
}

static bool act_answer(struct request *r, struct err *e)
{
	int64_t id = 0;
	(void)e;
	if (req_param_id(r, "id", &id))
		session_forget((struct account_id){id});
	return answer_redirect(r, path_of(r, ""));
}

static const struct choice role_choices[] = {{"counter", MSG_ACCOUNT_ROLE_COUNTER}, {"specialist", MSG_ACCOUNT_ROLE_SPECIALIST},
	{"head", MSG_ACCOUNT_ROLE_HEAD}, {"director", MSG_ACCOUNT_ROLE_DIRECTOR}, {"clerk", MSG_ACCOUNT_ROLE_CLERK}, {"inspector", MSG_ACCOUNT_ROLE_INSPECTOR}};
static const struct field role_fields[] = {
	{.name = "role", .kind = FIELD_CHOICE, .required = true, .choices = role_choices, .n_choices = ARRAY_LEN(role_choices)},
	{.name = "unit", .kind = FIELD_ID, .required = true}, {.name = "title", .kind = FIELD_TEXT, .required = true, .max = 150},
	{.name = "deputy", .kind = FIELD_BOOL}, {.name = "from", .kind = FIELD_DATE, .required = true}, {.name = "to", .kind = FIELD_DATE},
};
static const struct form role_form = {"role", role_fields, ARRAY_LEN(role_fields)};

/* Days or links that do not fit are the form's errors, not failures. */
bool admin_fits(struct request *r, bool ok, const char *field, enum msg_key key, struct err *e)
{
	if (ok || (e->kind != ERR_INVALID && e->kind != ERR_CONFLICT))
		return ok;
	*e = (struct err){0};
	form_error(r, field, (int)key, STR_NONE, STR_NONE);
	return true;
}

static bool role_apply(struct request *r, struct err *e)
{
	struct account_row_row row = {0};
	struct role_grant g = {.unit = {form_id(r, "unit")}, .role = roles[form_choice(r, "role")].role, .title = form_text(r, "title"), .is_deputy = form_bool(r, "deputy")};
	struct role_held_id id;
	form_date(r, "from", &g.from);
	g.to.has = form_date(r, "to", &g.to.v);
	if (!official(r, &row, e))
		return false;
	g.person = row.person;
	return admin_fits(r, directory_role_grant(&r->env, &g, &id, e), "from", MSG_ACCOUNT_ROLE_REFUSED, e) &&
	       (!form_ok(r) || account_roles_changed(&r->env, row.person, e));
}

/* The row must belong to the account in the path: an id from elsewhere is not found. */
bool admin_owns(struct request *r, struct person_id person, enum admin_list list, struct err *e)
{
	struct person_record rec;
	int64_t id = 0;
	if (!req_param_id(r, "row", &id) || !directory_person_record(&r->env, person, &rec, e))
		return err_set(e, ERR_NOT_FOUND, "no such row");
	const struct person_line *v[] = {[LIST_ROLES] = rec.roles, [LIST_POSTINGS] = rec.postings, [LIST_ABSENCES] = rec.absences};
	const size_t n[] = {[LIST_ROLES] = rec.n_roles, [LIST_POSTINGS] = rec.n_postings, [LIST_ABSENCES] = rec.n_absences};
	for (size_t i = 0; i < n[list]; i++)
		if (v[list][i].id == id)
			return true;
	return err_set(e, ERR_NOT_FOUND, "no such row of this person");
}

static bool role_end_apply(struct request *r, struct err *e)
{
	struct account_row_row row = {0};
	struct person_id person;
	int64_t id = 0;
	struct date yesterday = {date_of(r->env.now).day - 1};
	if (!official(r, &row, e) || !admin_owns(r, row.person, LIST_ROLES, e) || !req_param_id(r, "row", &id))
		return false;
	return directory_role_end(&r->env, (struct role_held_id){id}, yesterday, &person, e) && account_roles_changed(&r->env, person, e);
}

static const struct field posting_fields[] = {
	{.name = "unit", .kind = FIELD_ID, .required = true}, {.name = "field", .kind = FIELD_TEXT, .required = true, .max = 200},
	{.name = "substitute", .kind = FIELD_BOOL}, {.name = "decision", .kind = FIELD_TEXT, .max = 200},
	{.name = "from", .kind = FIELD_DATE, .required = true}, {.name = "to", .kind = FIELD_DATE, .required = true},
};
static const struct form posting_form = {"posting", posting_fields, ARRAY_LEN(posting_fields)};

static bool posting_apply(struct request *r, struct err *e)
{
	struct account_row_row row = {0};
	struct posting_id id;
	struct posting_new p = {.unit = {form_id(r, "unit")}, .substitute = form_bool(r, "substitute"), .field = form_text(r, "field"), .decision = form_text(r, "decision")};
	form_date(r, "from", &p.from);
	form_date(r, "to", &p.to);
	if (!official(r, &row, e))
		return false;
	p.person = row.person;
	return admin_fits(r, directory_posting_add(&r->env, &p, &id, e), "to", MSG_ACCOUNT_POSTING_REFUSED, e) &&
	       (!form_ok(r) || account_roles_changed(&r->env, row.person, e));
}

static bool posting_end_apply(struct request *r, struct err *e)
{
	struct account_row_row row = {0};
	struct person_id person;
	int64_t id = 0;
	struct date yesterday = {date_of(r->env.now).day - 1};
	if (!official(r, &row, e) || !admin_owns(r, row.person, LIST_POSTINGS, e) || !req_param_id(r, "row", &id))
		return false;
	return directory_posting_end(&r->env, (struct posting_id){id}, yesterday, &person, e) && account_roles_changed(&r->env, person, e);
}

static const struct choice reason_choices[] = {{"leave", MSG_ACCOUNT_ABSENCE_LEAVE}, {"mission", MSG_ACCOUNT_ABSENCE_MISSION},
	{"training", MSG_ACCOUNT_ABSENCE_TRAINING}, {"sick", MSG_ACCOUNT_ABSENCE_SICK}, {"other", MSG_ACCOUNT_ABSENCE_OTHER}};
static const struct field absence_fields[] = {
	{.name = "reason", .kind = FIELD_CHOICE, .required = true, .choices = reason_choices, .n_choices = ARRAY_LEN(reason_choices)},
	{.name = "instead", .kind = FIELD_ID}, {.name = "from", .kind = FIELD_DATE, .required = true}, {.name = "to", .kind = FIELD_DATE, .required = true},
};
const struct form admin_absence_form = {"absence", absence_fields, ARRAY_LEN(absence_fields)};

static bool absence_apply(struct request *r, struct err *e)
{
	struct account_row_row row = {0};
	struct absence_id id;
	struct absence_new x = {.substitute = {form_id(r, "instead")}, .reason = form_text(r, "reason")};
	form_date(r, "from", &x.first);
	form_date(r, "to", &x.last);
	if (!official(r, &row, e))
		return false;
	x.person = row.person;
	return admin_fits(r, directory_absence_add(&r->env, &x, &id, e), "to", MSG_ACCOUNT_ABSENCE_REFUSED, e);
}

static bool absence_end_apply(struct request *r, struct err *e)
{
	struct account_row_row row = {0};
	struct person_id person;
	int64_t id = 0;
	if (!official(r, &row, e) || !admin_owns(r, row.person, LIST_ABSENCES, e) || !req_param_id(r, "row", &id))
		return false;
	return directory_absence_end(&r->env, (struct absence_id){id}, date_of(r->env.now), &person, e);
}

#define ADMIN ROLE_BIT(ROLE_ADMIN)
#define BY_HAND "NONE: administration is done by a person"
#define ONE "/quan-tri/tai-khoan/:id"
const struct route account_admin_routes[] = {
	{.method = HTTP_GET, .path = "/quan-tri/tai-khoan", .page = list_page, .allow = ADMIN, .api = BY_HAND},
	{.method = HTTP_POST, .path = "/quan-tri/tai-khoan/tim", .form = &find_form, .check = find_check, .again = list_page, .allow = ADMIN, .api = BY_HAND},
	{.method = HTTP_GET, .path = "/quan-tri/tai-khoan/moi", .page = new_page, .allow = ADMIN, .api = BY_HAND},
	{.method = HTTP_POST, .path = "/quan-tri/tai-khoan/moi", .apply = new_apply, .again = new_page, .form = &new_form, .allow = ADMIN, .api = BY_HAND},
	{.method = HTTP_GET, .path = ONE, .page = record_page, .allow = ADMIN, .api = BY_HAND},
	{.method = HTTP_POST, .path = ONE "/khoa", .apply = lock_apply, .answer = act_answer, .allow = ADMIN, .api = BY_HAND},
	{.method = HTTP_POST, .path = ONE "/mo", .apply = unlock_apply, .answer = act_answer, .allow = ADMIN, .api = BY_HAND},
	{.method = HTTP_POST, .path = ONE "/bo-ma", .apply = factor_apply, .answer = act_answer, .allow = ADMIN, .api = BY_HAND},
	{.method = HTTP_POST, .path = ONE "/doi-chieu", .apply = seen_apply, .answer = act_answer, .allow = ADMIN, .api = BY_HAND},
	{.method = HTTP_POST, .path = ONE "/thoat", .apply = end_apply, .answer = act_answer, .allow = ADMIN, .api = BY_HAND},
	{.method = HTTP_POST, .path = ONE "/vai-tro", .apply = role_apply, .answer = act_answer, .again = record_page, .form = &role_form, .allow = ADMIN, .api = BY_HAND},
	{.method = HTTP_POST, .path = ONE "/vai-tro/:row/ket-thuc", .apply = role_end_apply, .answer = act_answer, .allow = ADMIN, .api = BY_HAND},
	{.method = HTTP_POST, .path = ONE "/biet-phai", .apply = posting_apply, .answer = act_answer, .again = record_page, .form = &posting_form, .allow = ADMIN, .api = BY_HAND},
	{.method = HTTP_POST, .path = ONE "/biet-phai/:row/ket-thuc", .apply = posting_end_apply, .answer = act_answer, .allow = ADMIN, .api = BY_HAND},
	{.method = HTTP_POST, .path = ONE "/vang-mat", .apply = absence_apply, .answer = act_answer, .again = record_page, .form = &admin_absence_form, .allow = ADMIN, .api = BY_HAND},
	{.method = HTTP_POST, .path = ONE "/vang-mat/:row/ket-thuc", .apply = absence_end_apply, .answer = act_answer, .allow = ADMIN, .api = BY_HAND},
};
const size_t n_account_admin_routes = ARRAY_LEN(account_admin_routes);
