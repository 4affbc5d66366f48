/* tour_web.c — see tour.h. The cookie holds a sign a tour: '-' not begun, '0' closed, '1' to '5' the step. */
#include "tour/tour.h"
#include "account/account.h"
#include "core/page/page.h"
#include "tour/internal.h"
#include "tour/tour_views.h"
#include <string.h>

#define COOKIE "tour"
#define KEPT_S (365 * 24 * 3600)

static bool in_demo;

void tour_use(bool demo) { in_demo = demo; }

static bool only_here(struct request *r, struct err *e)
{
	(void)r;
	return in_demo || err_set(e, ERR_NOT_FOUND, "no demonstration");
}

/* TOURS when nobody of a tour is signed in. Two samples may hold one role; no two have one name. */
static size_t tour_of(const struct actor *who)
{
	size_t i = 0;
	while (i < TOURS && (!who->account || !str_eq(who->name, account_sample_name(str_from(tours[i].sample)))))
		i++;
	return i;
}

/* TOURS signs, whatever the browser sends. */
static char *signs_of(struct request *r)
{
	struct str kept = req_cookie(r, COOKIE);
	char *v = memset(NEW_ARRAY(r->env.arena, TOURS + 1, char), '-', TOURS);
	for (size_t i = 0; kept.n == TOURS && i < TOURS; i++)
		v[i] = kept.p[i] >= '0' && kept.p[i] <= '0' + TOUR_STEPS ? kept.p[i] : '-';
	return v;
}

static void keep(struct request *r, const char *signs) { answer_cookie(r, COOKIE, str_from(signs), KEPT_S); }

/* ---- signing in by one press ---- */

static bool enter_check(struct request *r, struct err *e)
{
	(void)e;
	r->state = account_entry_new(r->env.arena);
	return true;
}

static bool tour_asked(struct request *r, size_t *i)
{
	for (*i = 0; *i < TOURS && !str_eq(req_param(r, "role"), str_from(tours[*i].sample));)
		++*i;
	return *i < TOURS;
}

static bool enter_apply(struct request *r, struct err *e)
{
	struct account_entry *x = r->state;
	size_t i = 0;
	if (!tour_asked(r, &i))
		return err_set(e, ERR_NOT_FOUND, "no tour of that role");
	if (!account_entry_begin(r, str_from(tours[i].sample), x, e))
		return false;
	return x->account.v || err_say(e, ERR_NOT_FOUND, MSG_TOUR_GONE, "the sample is locked or changed");
}

/* Who closed the tour of that role is not led again; it is there to be opened on the sign-in page. */
static bool enter_answer(struct request *r, struct err *e)
{
	size_t i = 0;
	(void)e;
	if (r->replayed || !tour_asked(r, &i)) /* the session was told once */
		return answer_redirect(r, STR("/dang-nhap"));
	account_entry_answer(r, r->state);
	char *signs = signs_of(r);
	if (signs[i] != '0')
		signs[i] = '1';
	keep(r, signs);
	return answer_redirect(r, str_from(tours[i].steps[0].url));
}

/* ---- going on ---- */

/* 1 to 5 leads there; 0 closes the box and stays where one is. */
static bool step_page(struct request *r, struct err *e)
{
	int64_t n = 0;
	size_t i = tour_of(r->env.actor);
	if (!str_to_i64(req_param(r, "n"), &n) || n < 0 || n > TOUR_STEPS)
		return err_set(e, ERR_NOT_FOUND, "no such step");
	if (i == TOURS)
		return answer_redirect(r, STR("/dang-nhap#thu-vai"));
	char *signs = signs_of(r);
	struct str next = req_query(r, "next");
	signs[i] = (char)('0' + n);
	keep(r, signs);
	if (n == 0 && path_is_local(next) && !str_starts(next, STR("/thu-vai/")))
		return answer_redirect(r, next);
	return answer_redirect(r, str_from(tours[i].steps[n ? n - 1 : 0].url));
}

/* ---- what is shown ---- */

static bool stands_at(const struct request *r, const char *url)
{
	struct str s = str_from(url);
	ptrdiff_t q = str_find_char(s, '?');
	return str_eq(r->path, q < 0 ? s : str_sub(s, 0, (size_t)q));
}

static void draw(struct html_out *o, const void *box) { tour_box(o, box); }

void tour_fill(struct request *r, struct page_facts *f)
{
	size_t i = tour_of(r->env.actor);
	if (!in_demo || i == TOURS)
		return;
	int step = signs_of(r)[i] - '0';
	if (step < 1 || step > TOUR_STEPS)
		return;
	struct tour_box *b = NEW(r->env.arena, struct tour_box);
	const char *url = tours[i].steps[step - 1].url;
	*b = (struct tour_box){.t = &tours[i], .step = step, .here = stands_at(r, url)};
	b->next = b->here || !http_method_safe(r->method) ? str_from(url) : r->path;
	f->above = draw;
	f->above_what = b;
}

void tour_offer(struct html_out *o, struct request *r)
{
	struct tour_card *v = NEW_ARRAY(r->env.arena, TOURS, struct tour_card);
	if (!in_demo)
		return;
	for (size_t i = 0; i < TOURS; i++) {
		struct str name = account_sample_name(str_from(tours[i].sample)), role = msg(o->lang, tours[i].name);
		v[i] = (struct tour_card){.name = role, .who = page_say(r, (int)tours[i].who, &name, 1), .enter = page_say(r, MSG_TOUR_ENTER, &role, 1),
		                          .action = str_fmt(r->env.arena, "/thu-vai/%s", tours[i].sample)};
	}
	size_t mine = tour_of(r->env.actor);
	tour_cards(o, v, TOURS, mine < TOURS && signs_of(r)[mine] == '0');
}

static const struct route routes[] = {
	{.method = HTTP_POST, .path = "/thu-vai/:role", .check = enter_check, .apply = enter_apply, .answer = enter_answer, .row = only_here, .allow = ALLOW_ALL,
	 .rate = RATE_SIGN_IN, .api = "NONE: only in the demonstration"},
	{.method = HTTP_GET, .path = "/thu-vai/buoc/:n", .page = step_page, .row = only_here, .allow = ALLOW_ALL, .api = "NONE: only in the demonstration"},
};
const struct route_table tour_routes = {"tour", routes, ARRAY_LEN(routes)};
