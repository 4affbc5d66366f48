/* admin_web.c — administration of accounts: the words and the head of its pages, and its routes. */
#include "account/admin_internal.h"
#include "directory/directory.h"

const enum msg_key admin_kind_words[ACCOUNT_KIND_COUNT] = {MSG_ACCOUNT_KIND_CITIZEN, MSG_ACCOUNT_KIND_BUSINESS, MSG_ACCOUNT_KIND_OFFICIAL,
                                                            MSG_ACCOUNT_KIND_ADMIN, MSG_ACCOUNT_KIND_SYSTEM};
const struct choice admin_roles[ADMIN_ROLES] = {{"counter", MSG_ACCOUNT_ROLE_COUNTER}, {"specialist", MSG_ACCOUNT_ROLE_SPECIALIST},
	{"head", MSG_ACCOUNT_ROLE_HEAD}, {"director", MSG_ACCOUNT_ROLE_DIRECTOR}, {"clerk", MSG_ACCOUNT_ROLE_CLERK}, {"inspector", MSG_ACCOUNT_ROLE_INSPECTOR}};
const struct choice admin_reasons[ADMIN_REASONS] = {{"leave", MSG_ACCOUNT_ABSENCE_LEAVE}, {"mission", MSG_ACCOUNT_ABSENCE_MISSION},
	{"training", MSG_ACCOUNT_ABSENCE_TRAINING}, {"sick", MSG_ACCOUNT_ABSENCE_SICK}, {"other", MSG_ACCOUNT_ABSENCE_OTHER}};
const struct choice admin_papers[ADMIN_PAPERS] = {{"id-card", MSG_ACCOUNT_PAPER_ID}, {"passport", MSG_ACCOUNT_PAPER_PASSPORT}, {"staff-card", MSG_ACCOUNT_PAPER_STAFF}};
static const struct choice postings[] = {{"main", MSG_ACCOUNT_POSTING_MAIN}, {"substitute", MSG_ACCOUNT_POSTING_SUBSTITUTE}};

struct str admin_word(enum lang l, struct str name)
{
	static const struct { const struct choice *v; size_t n; } all[] = {{admin_roles, ADMIN_ROLES}, {postings, ARRAY_LEN(postings)}, {admin_reasons, ADMIN_REASONS}};
	for (size_t k = 0; k < ARRAY_LEN(all); k++)
		for (size_t i = 0; i < all[k].n; i++)
			if (str_eq(name, str_from(all[k].v[i].value)))
				return msg(l, (enum msg_key)all[k].v[i].label);
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

#define ADMIN ROLE_BIT(ROLE_ADMIN)
#define BY_HAND "NONE: administration is done by a person"
#define ONE "/quan-tri/tai-khoan/:id"
const struct route account_admin_routes[] = {
	{.method = HTTP_GET, .path = "/quan-tri/tai-khoan", .page = admin_list_page, .allow = ADMIN, .api = BY_HAND},
	{.method = HTTP_POST, .path = "/quan-tri/tai-khoan/tim", .form = &admin_find_form, .check = admin_find_check, .again = admin_list_page, .allow = ADMIN, .api = BY_HAND},
	{.method = HTTP_GET, .path = "/quan-tri/tai-khoan/moi", .page = admin_new_page, .allow = ADMIN, .api = BY_HAND},
	{.method = HTTP_POST, .path = "/quan-tri/tai-khoan/moi", .apply = admin_new_apply, .again = admin_new_page, .form = &admin_new_form, .allow = ADMIN, .api = BY_HAND},
	{.method = HTTP_GET, .path = ONE, .page = admin_record_page, .allow = ADMIN, .api = BY_HAND},
	{.method = HTTP_POST, .path = ONE "/khoa", .apply = admin_lock, .answer = admin_answer, .allow = ADMIN, .api = BY_HAND},
	{.method = HTTP_POST, .path = ONE "/mo", .apply = admin_unlock, .answer = admin_answer, .allow = ADMIN, .api = BY_HAND},
	{.method = HTTP_POST, .path = ONE "/bo-ma", .apply = admin_factor, .answer = admin_answer, .again = admin_record_page, .form = &admin_factor_form, .allow = ADMIN, .api = BY_HAND},
	{.method = HTTP_POST, .path = ONE "/doi-chieu", .apply = admin_seen, .answer = admin_answer, .allow = ADMIN, .api = BY_HAND},
	{.method = HTTP_POST, .path = ONE "/bo-doi-chieu", .apply = admin_doubt, .answer = admin_answer, .allow = ADMIN, .api = BY_HAND},
	{.method = HTTP_POST, .path = ONE "/thoat", .apply = admin_end, .answer = admin_answer, .allow = ADMIN, .api = BY_HAND},
	{.method = HTTP_POST, .path = ONE "/vai-tro", .apply = admin_role, .answer = admin_answer, .again = admin_record_page, .form = &admin_role_form, .allow = ADMIN, .api = BY_HAND},
	{.method = HTTP_POST, .path = ONE "/vai-tro/:row/ket-thuc", .apply = admin_role_end, .answer = admin_answer, .allow = ADMIN, .api = BY_HAND},
	{.method = HTTP_POST, .path = ONE "/biet-phai", .apply = admin_posting, .answer = admin_answer, .again = admin_record_page, .form = &admin_posting_form, .allow = ADMIN, .api = BY_HAND},
	{.method = HTTP_POST, .path = ONE "/biet-phai/:row/ket-thuc", .apply = admin_posting_end, .answer = admin_answer, .allow = ADMIN, .api = BY_HAND},
	{.method = HTTP_POST, .path = ONE "/vang-mat", .apply = admin_absence, .answer = admin_answer, .again = admin_record_page, .form = &admin_absence_form, .allow = ADMIN, .api = BY_HAND},
	{.method = HTTP_POST, .path = ONE "/vang-mat/:row/ket-thuc", .apply = admin_absence_end, .answer = admin_answer, .allow = ADMIN, .api = BY_HAND},
};
const size_t n_account_admin_routes = ARRAY_LEN(account_admin_routes);
