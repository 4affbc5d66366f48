/* admin_list.c — the list of accounts, and a new account. */
#include "account/admin_internal.h"
#include "core/text/text.h"
#include "directory/directory.h"

#define PAGE_SIZE 50

static void list_row(struct screen *s, struct request *r, const struct ui_table *t, const struct account_list_row *a)
{
	enum lang l = s->o.lang;
	struct str url = str_fmt(r->env.arena, "/quan-tri/tai-khoan/%lld", (long long)a->id.v);
	bool active = str_eq(a->state, STR("active"));
	ui_row_begin(&s->o, t, &(struct ui_row){.url = url});
	ui_cell_main(&s->o, t, 0, (struct ui_crumb){a->name, url}, a->login);
	ui_cell(&s->o, t, 1, msg(l, admin_kind_words[account_kind_of(a->kind)]));
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
	const struct ui_column columns[] = {{.head = msg(l, MSG_ACCOUNT_NAME_SHORT), .kind = UI_CELL_TITLE}, {.head = msg(l, MSG_ACCOUNT_KIND), .bare = true}, {.head = msg(l, MSG_ACCOUNT_STATE), .bare = true},
	                                    {.head = msg(l, MSG_ACCOUNT_FACTOR)}, {.head = msg(l, MSG_ACCOUNT_CREATED)}};
	const struct ui_table t = {.caption = msg(l, MSG_ACCOUNT_ACCOUNTS), .caption_hidden = true, .columns = columns,
	                           .n_columns = ARRAY_LEN(columns), .keys = true, .flow = true};
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
const struct form admin_find_form = {"account_find", find_fields, ARRAY_LEN(find_fields)};

bool admin_find_check(struct request *r, struct err *e)
{
	(void)e;
	return answer_redirect(r, list_url(r, form_text(r, "q"), 1));
}

bool admin_list_page(struct request *r, struct err *e)
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

static const struct choice new_kinds[] = {{"official", MSG_ACCOUNT_KIND_OFFICIAL}, {"admin", MSG_ACCOUNT_KIND_ADMIN}, {"system", MSG_ACCOUNT_KIND_SYSTEM}};
static const struct field new_fields[] = {
	{.name = "kind", .kind = FIELD_CHOICE, .required = true, .choices = new_kinds, .n_choices = ARRAY_LEN(new_kinds)},
	{.name = "name", .kind = FIELD_TEXT, .required = true, .max = 150},
	{.name = "title", .kind = FIELD_TEXT, .max = 150},
	{.name = "login", .kind = FIELD_TEXT, .required = true, .max = 100},
	{.name = "email", .kind = FIELD_EMAIL, .required = true, .max = 200},
	{.name = "phone", .kind = FIELD_TEXT, .max = 20},
};
const struct form admin_new_form = {"account_new", new_fields, ARRAY_LEN(new_fields)};

bool admin_new_page(struct request *r, struct err *e)
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

bool admin_new_apply(struct request *r, struct err *e)
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
