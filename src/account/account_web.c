/* account_web.c — the route table, and what the pages of this slice share. */
#include "account/web_internal.h"
#include <string.h>

struct str words(struct request *r, enum msg_key key, struct str arg0, struct str arg1)
{
	const struct str args[] = {arg0, arg1};
	return page_say(r, (int)key, args, ARRAY_LEN(args));
}

void screen_begin(struct screen *s, struct request *r, enum msg_key title, int lead)
{
	/* No action ids on pages that take secrets: see page_out_secret(). */
	s->o = page_out_secret(r);
	s->p = (struct ui_page){.title = msg(r->env.lang, title), .width = UI_READ, .has_errors = !form_ok(r),
	                        .lead = lead ? msg(r->env.lang, (enum msg_key)lead) : STR("")};
	ui_page_begin(&s->o, &s->p);
	page_error_summary(&s->o, r);
}

bool screen_end(struct screen *s, struct request *r)
{
	ui_page_end(&s->o, &s->p);
	return page_answer(r);
}

void screen_form(struct screen *s, struct request *r, struct str action)
{
	(void)r;
	ui_form_begin(&s->o, &(struct ui_form){.action = action});
}

void screen_submit(struct screen *s, enum msg_key label)
{
	ui_buttons(&s->o, &(struct ui_button){.label = msg(s->o.lang, label)}, 1);
	ui_form_end(&s->o);
}

bool screen_again(struct request *r, route_fn *page, const char *field, enum msg_key key, struct str arg, struct err *e)
{
	form_error(r, field, (int)key, arg, STR_NONE);
	r->status = 422;
	return page(r, e);
}

struct str screen_wait(struct request *r, struct instant until)
{
	int64_t s = (until.ms - env_wall(&r->env).ms + 999) / 1000;
	struct str n = str_fmt(r->env.arena, "%lld", (long long)(s > 90 ? (s + 59) / 60 : s > 1 ? s : 1));
	return words(r, s > 90 ? MSG_ACCOUNT_MINUTES : MSG_ACCOUNT_SECONDS, n, STR_NONE);
}

#define DEVICE_KEPT_S (365 * 24 * 3600)

void screen_know_device(struct request *r, struct str entry)
{
	if (entry.n)
		answer_cookie(r, DEVICE_COOKIE, device_list(r->env.arena, entry, req_cookie(r, DEVICE_COOKIE)), DEVICE_KEPT_S);
}

struct str home_of(enum account_kind kind, struct str next)
{
	static const char *const homes[ACCOUNT_KIND_COUNT] = {"/ho-so-cua-toi", "/ho-so-cua-toi", "/ban-lam-viec", "/quan-tri/tai-khoan", "/tai-khoan"};
	bool back_to_sign_in = str_starts(next, STR("/dang-"));
	return next.n && path_is_local(next) && !back_to_sign_in ? next : str_from(homes[kind]);
}

/* The first that is found counts: browsers name those that they are like after themselves. */
static const char *named(const char *const v[][2], size_t n, struct str agent)
{
	for (size_t i = 0; i < n; i++)
		if (str_find(agent, str_from(v[i][0])) >= 0)
			return v[i][1];
	return NULL;
}

struct str device_words(struct arena *a, enum lang lang, struct str agent)
{
	static const char *const browsers[][2] = {{"coc_coc", "Cốc Cốc"}, {"Edg", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser", "Samsung Internet"},
		{"Zalo", "Zalo"}, {"Firefox", "Firefox"}, {"FxiOS", "Firefox"}, {"CriOS", "Chrome"}, {"Chrome", "Chrome"}, {"Safari", "Safari"}};
	static const char *const systems[][2] = {{"Windows", "Windows"}, {"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"},
		{"Mac OS X", "macOS"}, {"CrOS", "ChromeOS"}, {"Linux", "Linux"}};
	const char *browser = named(browsers, ARRAY_LEN(browsers), agent), *on = named(systems, ARRAY_LEN(systems), agent);
	if (!browser && !on)
		return msg(lang, MSG_ACCOUNT_DEVICE_UNKNOWN);
	if (!browser || !on)
		return str_from(browser ? browser : on);
	struct str v[] = {str_from(browser), str_from(on)};
	return msg_fmt(a, lang, MSG_ACCOUNT_DEVICE_ON, v, 2);
}

/* One table from the parts, made before main() so that it is there for `routes` as for `serve`. */
#define ROUTES_MAX 64
static struct route all[ROUTES_MAX];
struct route_table account_routes = {"account", all, 0};

static void add(const struct route *v, size_t n)
{
	CHECK(account_routes.n + n <= ROUTES_MAX);
	memcpy(&all[account_routes.n], v, n * sizeof *v);
	account_routes.n += n;
}

__attribute__((constructor)) static void join_tables(void)
{
	add(account_sign_routes, n_account_sign_routes);
	add(account_join_routes, n_account_join_routes);
	add(account_mine_routes, n_account_mine_routes);
	add(account_session_routes, n_account_session_routes);
	add(account_admin_routes, n_account_admin_routes);
	add(account_team_routes, n_account_team_routes);
}
