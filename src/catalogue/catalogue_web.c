/* catalogue_web.c — the public pages, and the slice's table of routes. */
#include "catalogue/catalogue_views.h"
#include "catalogue/catalogue_web.h"
#include "core/text/text.h"
#include <string.h>

#define PAGE_ROWS 20
#define BOARD_ROWS 8

/* ---- front ---- */

/* The procedure in force with the most forms to fill in online, of a field that is not among the tries yet. */
static const struct catalogue_entry *next_try(const struct catalogue_view *v, const struct front_page *f)
{
	const struct catalogue_entry *best = NULL;
	for (size_t i = 0; i < v->n; i++) {
		const struct catalogue_entry *x = &v->entries[i];
		bool seen = false;
		for (size_t k = 0; k < f->n_tries; k++)
			seen = seen || str_ends(f->tries[k].url, x->p.field_code);
		if (x->in_force && x->p.search_words.n && !seen && x->p.forms.n > (best ? best->p.forms.n : 0))
			best = x;
	}
	return best;
}

/* Examples of what may be typed: everyday words. */
static void front_tries(struct html_out *o, const struct catalogue_view *v, struct front_page *f)
{
	const struct catalogue_entry *x;
	while (f->n_tries < ARRAY_LEN(f->tries) && (x = next_try(v, f)) != NULL) {
		struct buf url = buf_on(o->b->a);
		buf_put(&url, STR("/dich-vu-cong?q="));
		url_part(&url, x->p.search_words.p[0]);
		buf_fmt(&url, "&linh-vuc=%.*s", STR_ARG(x->p.field_code));
		f->tries[f->n_tries++] = (struct ui_crumb){x->p.search_words.p[0], buf_str(&url)};
	}
}

/* "12 thủ tục: máy chụp x quang, chứng chỉ nhân viên bức xạ" */
static struct str field_text(struct html_out *o, const struct catalogue_view *v, struct str code)
{
	struct buf words = buf_on(o->b->a);
	struct str before = STR_NONE;
	int64_t n = 0, said = 0;
	for (size_t i = 0; i < v->n; i++) {
		const struct procedure *p = &v->entries[i].p;
		if (!v->entries[i].in_force || !str_eq(p->field_code, code))
			continue;
		n++;
		if (said >= 2 || !p->search_words.n || str_eq(p->search_words.p[0], before))
			continue;
		before = p->search_words.p[0];
		buf_fmt(&words, "%s%.*s", said++ ? ", " : ": ", STR_ARG(before));
	}
	return str_cat(o->b->a, say_n(o, MSG_CATALOGUE_N_PROCEDURES, n), buf_str(&words));
}

static void front_fields(struct html_out *o, const struct catalogue_view *v, struct front_page *f)
{
	f->fields = NEW_ARRAY(o->b->a, CATALOGUE_FIELDS_MAX, struct ui_card);
	for (int i = 0; i < CATALOGUE_FIELDS_MAX; i++) {
		struct str code = catalogue_field_code(v->in_force, i);
		if (!code.p)
			break;
		f->fields[f->n_fields++] = (struct ui_card){catalogue_field_name(v->in_force, i), field_text(o, v, code),
			str_fmt(o->b->a, "/dich-vu-cong?linh-vuc=%.*s", STR_ARG(code))};
	}
}

static bool front(struct request *r, struct err *e)
{
	(void)e;
	AUTO_HELD h = held_of(r);
	const struct catalogue_config *cfg = catalogue_config(h.c);
	struct html_out o = catalogue_out(r, NAV_NONE);
	struct front_page f = {.n = (int64_t)h.v->n_in_force};
	struct catalogue_figure figures[4] = {{{0}, {0}, {0}}};
	f.n_stats = cfg->figures ? cfg->figures(cfg->ctx, &r->env, figures) : 0;
	CHECK(f.n_stats <= ARRAY_LEN(figures));
	for (size_t i = 0; i < f.n_stats; i++)
		f.stats[i] = (struct ui_stat){.value = figures[i].value, .label = figures[i].label, .url = figures[i].url};
	front_tries(&o, h.v, &f);
	front_fields(&o, h.v, &f);
	catalogue_front(&o, &f);
	return page_answer(r);
}

/* ---- list ---- */

struct facet_value { const char *name; int value; enum msg_key label; };
static const struct facet_value audiences[] = {{"ca-nhan", AUDIENCE_PERSON, MSG_CATALOGUE_PERSONS}, {"to-chuc", AUDIENCE_ORGANISATION, MSG_CATALOGUE_ORGANISATIONS}};
static const struct facet_value levels[] = {
	{"toan-trinh", ONLINE_FULL + 1, MSG_CATALOGUE_ONLINE_FULL}, {"mot-phan", ONLINE_PARTIAL + 1, MSG_CATALOGUE_ONLINE_PARTIAL},
	{"thong-tin", ONLINE_INFORMATION + 1, MSG_CATALOGUE_ONLINE_INFORMATION}, {"chua-ro", ONLINE_UNKNOWN + 1, MSG_CATALOGUE_NOT_IN_SOURCE}};
static const struct facet_value fees[] = {{"khong", FEE_NONE, MSG_CATALOGUE_FEE_NONE}, {"co", FEE_SOME, MSG_CATALOGUE_FEE_SOME}, {"chua-ro", FEE_UNKNOWN, MSG_CATALOGUE_NOT_IN_SOURCE}};
static const struct { const char *param; enum msg_key label; const struct facet_value *values; size_t n; } facets[FACETS] = {
	[FACET_FIELD] = {"linh-vuc", MSG_CATALOGUE_FIELD, NULL, 0},
	[FACET_AUDIENCE] = {"doi-tuong", MSG_CATALOGUE_APPLICANTS, audiences, ARRAY_LEN(audiences)},
	[FACET_ONLINE] = {"truc-tuyen", MSG_CATALOGUE_ONLINE, levels, ARRAY_LEN(levels)},
	[FACET_FEE] = {"phi", MSG_CATALOGUE_FEES, fees, ARRAY_LEN(fees)},
};

struct asked { struct str q, value[FACETS]; bool all; const struct catalogue_index *ix; struct catalogue_query query; };

static int facet_number(const struct catalogue_index *ix, enum catalogue_facet f, struct str value)
{
	if (f == FACET_FIELD)
		return value.n ? catalogue_field_number(ix, value) : CATALOGUE_ANY;
	for (size_t i = 0; i < facets[f].n; i++)
		if (str_eq(value, str_from(facets[f].values[i].name)))
			return facets[f].values[i].value;
	return CATALOGUE_ANY;
}

/* Words search everything that is published, marked where it is no longer in force; without words the list is what is in force. */
static struct asked read_asked(struct request *r, const struct catalogue_view *v)
{
	struct asked x = {.q = str_trim(req_query(r, "q"))};
	x.all = x.q.n || str_eq(req_query(r, "tat-ca"), STR("1"));
	x.ix = x.all ? v->all : v->in_force;
	x.query = CATALOGUE_QUERY(x.q);
	for (int f = 0; f < FACETS; f++) {
		struct str value = req_query(r, facets[f].param);
		x.query.values[f] = facet_number(x.ix, (enum catalogue_facet)f, value);
		x.value[f] = x.query.values[f] == CATALOGUE_ANY ? STR_NONE : value;
	}
	return x;
}

/* The list's address with one facet changed; facet FACETS: none. */
static struct str list_url(struct arena *a, const struct asked *x, int facet, struct str value, bool all, int64_t page)
{
	struct buf b = buf_on(a);
	buf_put(&b, STR("/dich-vu-cong"));
	char sep = '?';
	if (x->q.n) {
		buf_put(&b, STR("?q="));
		url_part(&b, x->q);
		sep = '&';
	}
	for (int f = 0; f < FACETS; f++) {
		struct str v = f == facet ? value : x->value[f];
		if (!v.n)
			continue;
		buf_fmt(&b, "%c%s=", sep, facets[f].param);
		url_part(&b, v);
		sep = '&';
	}
	if (all && !x->q.n) {
		buf_fmt(&b, "%ctat-ca=1", sep);
		sep = '&';
	}
	if (page > 1)
		buf_fmt(&b, "%ctrang=%lld", sep, (long long)page);
	return buf_str(&b);
}

static void add_chip(struct html_out *o, const struct asked *x, struct facet_chips *c, int f, struct ui_tab tab, struct str value)
{
	tab.here = str_eq(value, x->value[f]);
	tab.url = list_url(o->b->a, x, f, tab.here ? STR_NONE : value, x->all, 1);
	if (tab.count || tab.here)
		c->v[c->n++] = tab;
}

static void make_chips(struct html_out *o, const struct asked *x, const struct catalogue_result *found, struct list_page *l)
{
	for (int f = 0; f < FACETS; f++) {
		struct facet_chips *c = &l->chips[f];
		l->param[f] = facets[f].param;
		l->value[f] = x->value[f];
		l->chosen = l->chosen || (f != FACET_FIELD && x->value[f].n);
		*c = (struct facet_chips){say(o, facets[f].label), NEW_ARRAY(o->b->a, CATALOGUE_FIELDS_MAX, struct ui_tab), 0};
		for (size_t i = 0; i < facets[f].n; i++) {
			const struct facet_value *v = &facets[f].values[i];
			add_chip(o, x, c, f, (struct ui_tab){.label = say(o, v->label), .count = found->counts[f][v->value], .counted = true}, str_from(v->name));
		}
		for (int i = 0; f == FACET_FIELD && i < CATALOGUE_FIELDS_MAX && catalogue_field_code(x->ix, i).p; i++)
			add_chip(o, x, c, f, (struct ui_tab){.label = catalogue_field_name(x->ix, i), .count = found->counts[f][i], .counted = true},
			         catalogue_field_code(x->ix, i));
	}
}

static void fill_page(struct html_out *o, const struct asked *x, const struct catalogue_view *v, const struct catalogue_result *found, int64_t page, struct list_page *l)
{
	int64_t pages = ((int64_t)found->n + PAGE_ROWS - 1) / PAGE_ROWS;
	page = page < 1 ? 1 : page > pages ? (pages ? pages : 1) : page;
	size_t first = (size_t)(page - 1) * PAGE_ROWS;
	l->items = NEW_ARRAY(o->b->a, PAGE_ROWS, struct ui_item);
	for (size_t i = first; i < found->n && l->n < PAGE_ROWS; i++)
		l->items[l->n++] = show_item(o, catalogue_entry_of(v, found->hits[i].procedure));
	l->total = (int64_t)found->n;
	l->pager = (struct ui_pager){.first = (int64_t)first + 1, .last = (int64_t)(first + l->n), .total = l->total};
	if (page > 1)
		l->pager.previous_url = list_url(o->b->a, x, FACETS, STR_NONE, x->all, page - 1);
	if (page < pages)
		l->pager.next_url = list_url(o->b->a, x, FACETS, STR_NONE, x->all, page + 1);
}

/* How the words were read (Telex, a slip of the finger); nothing when as they were typed. */
static struct str read_otherwise(struct arena *a, struct str typed, struct str read_as)
{
	struct str folded = text_fold(a, typed), left = read_as, was, is;
	while (text_next_word(&folded, &was))
		if (!text_next_word(&left, &is) || !str_eq(was, is))
			return read_as;
	return STR_NONE;
}

static bool list(struct request *r, struct err *e)
{
	(void)e;
	AUTO_HELD h = held_of(r);
	struct html_out o = catalogue_out(r, NAV_SERVICES);
	struct asked x = read_asked(r, h.v);
	struct catalogue_result found = x.q.n ? catalogue_search_all(h.v, r->env.arena, &x.query) : catalogue_search(x.ix, r->env.arena, &x.query);
	struct list_page l = {.q = x.q, .read_as = x.q.n ? read_otherwise(r->env.arena, x.q, found.read_as) : STR_NONE, .all = x.all};
	l.ended = x.all ? 0 : (int64_t)(h.v->n - h.v->n_in_force);
	l.url_all = list_url(r->env.arena, &x, FACETS, STR_NONE, true, 1);
	struct asked none = {.q = x.q};
	l.url_clear = list_url(r->env.arena, &none, FACETS, STR_NONE, false, 1);
	make_chips(&o, &x, &found, &l);
	fill_page(&o, &x, h.v, &found, req_query_int(r, "trang", 1), &l);
	catalogue_list_page(&o, &l);
	return page_answer(r);
}

/* ---- one procedure ---- */

static bool show(struct request *r, struct err *e)
{
	AUTO_HELD h = held_of(r);
	const struct catalogue_entry *x = catalogue_find(h.v, req_param(r, "code"));
	if (!x)
		return err_say(e, ERR_NOT_FOUND, MSG_CATALOGUE_NO_SUCH, "no such procedure");
	struct html_out o = catalogue_out(r, NAV_SERVICES);
	catalogue_procedure(&o, x);
	return page_answer(r);
}

/* ---- board and guide ---- */

/* On the hall's screen a page at a time, each calling for the next by a header: no script, and people at a desk never see it move. */
static bool board(struct request *r, struct err *e)
{
	(void)e;
	AUTO_HELD h = held_of(r);
	struct html_out o = catalogue_out(r, NAV_SERVICES);
	bool screen = str_eq(req_query(r, "man-hinh"), STR("1"));
	int64_t total = (int64_t)h.v->n_in_force, pages = (total + BOARD_ROWS - 1) / BOARD_ROWS, page = req_query_int(r, "trang", 1);
	page = page < 1 || page > pages ? 1 : page;
	struct board_page b = {.v = h.v, .first = 1, .last = total, .total = total, .screen = screen};
	if (screen) {
		b.first = (page - 1) * BOARD_ROWS + 1;
		b.last = b.first + BOARD_ROWS - 1;
		answer_header(r, "Refresh", str_fmt(r->env.arena, "20;url=/niem-yet?man-hinh=1&trang=%lld", (long long)(page < pages ? page + 1 : 1)));
	}
	catalogue_board(&o, &b);
	return page_answer(r);
}

static bool guide(struct request *r, struct err *e)
{
	AUTO_HELD h = held_of(r);
	const struct catalogue_config *cfg = catalogue_config(h.c);
	struct html_out o = catalogue_out(r, NAV_HELP);
	struct catalogue_contact *contacts = NULL;
	struct guide_page g = {.v = h.v};
	if (cfg->contacts && !cfg->contacts(cfg->ctx, &r->env, &contacts, &g.n, e))
		return false;
	g.contacts = contacts;
	catalogue_guide(&o, &g);
	return page_answer(r);
}

/* ---- routes ---- */

#define ALLOW_REVIEW (ROLE_BIT(ROLE_HEAD) | ROLE_BIT(ROLE_ADMIN))
#define ALLOW_PUBLISH (ROLE_BIT(ROLE_DIRECTOR) | ROLE_BIT(ROLE_ADMIN))
#define ALLOW_READ (ALLOW_STAFF | ROLE_BIT(ROLE_ADMIN))
#define PUBLIC .allow = ALLOW_ALL, .flags = ROUTE_PUBLIC_CACHE
#define EDITORS "NONE: a page for editors; programs read what is published at /api/v1/procedures"

static const struct field api_list_fields[] = {
	{.name = "q", .kind = FIELD_TEXT, .max = 300},
	{.name = "limit", .kind = FIELD_INT, .low = 1, .high = 1000000},
	{.name = "cursor", .kind = FIELD_INT, .low = 0, .high = 1000000},
};
static const struct form api_list_query = {"procedures", api_list_fields, ARRAY_LEN(api_list_fields)};

static const struct route routes[] = {
	{.method = HTTP_GET, .path = "/", .page = front, .allow = ALLOW_ALL, .flags = ROUTE_PUBLIC_CACHE | ROUTE_FIGURES, .api = "GET /api/v1/procedures"},
	{.method = HTTP_GET, .path = "/dich-vu-cong", .page = list, PUBLIC, .api = "GET /api/v1/procedures"},
	{.method = HTTP_GET, .path = "/dich-vu-cong/:code", .page = show, PUBLIC, .api = "GET /api/v1/procedures/:code"},
	{.method = HTTP_GET, .path = "/dich-vu-cong/:code/qr.svg", .page = feed_qr, .allow = ALLOW_ALL, .api = "NONE: a picture of the page's own address"},
	{.method = HTTP_GET, .path = "/niem-yet", .page = board, .allow = ALLOW_ALL, .api = "GET /api/v1/procedures"},
	{.method = HTTP_GET, .path = "/huong-dan", .page = guide, PUBLIC, .api = "NONE: guidance for people"},
	{.method = HTTP_GET, .path = "/dich-vu-cong.atom", .page = feed_atom, .allow = ALLOW_ALL, .api = "NONE: a feed for programs itself"},
	{.method = HTTP_GET, .path = "/sitemap.xml", .page = feed_sitemap, .allow = ALLOW_ALL, .api = "NONE: a list for search engines"},
	{.method = HTTP_GET, .path = "/robots.txt", .page = feed_robots, .allow = ALLOW_ALL, .api = "NONE: rules for search engines"},

	{.method = HTTP_GET, .path = "/api/v1/procedures", .page = catalogue_api_list, .query = &api_list_query, .allow = ALLOW_ALL, .flags = ROUTE_API,
	 .rate = RATE_API, .doc = DOC("Published procedures, found by words as on the page, best first; those no longer in force are marked.", .answer = "ProcedureList")},
	{.method = HTTP_GET, .path = "/api/v1/procedures/:code", .page = api_one, .allow = ALLOW_ALL, .flags = ROUTE_API, .rate = RATE_API,
	 .doc = DOC("One procedure, by national code or slug, with every published attribute and what is missing.", .answer = "Procedure")},
	{.method = HTTP_GET, .path = "/api/v1/procedures/:code/form", .page = api_form, .allow = ALLOW_ALL, .flags = ROUTE_API, .rate = RATE_API,
	 .doc = DOC("The forms of a procedure: fields, rules, and an example that would be accepted.", .answer = "Form")},

	{.method = HTTP_GET, .path = "/quan-tri/thu-tuc", .page = staff_list_page, .allow = ALLOW_READ, .api = EDITORS},
	{.method = HTTP_GET, .path = "/quan-tri/thu-tuc/day-du", .page = staff_gaps_page, .allow = ALLOW_READ, .api = EDITORS},
	{.method = HTTP_GET, .path = "/quan-tri/thu-tuc/xuat.json", .page = staff_json, .allow = ALLOW_READ, .api = EDITORS, .rate = RATE_HEAVY},
	{.method = HTTP_GET, .path = "/quan-tri/thu-tuc/xuat.xlsx", .page = staff_xlsx, .allow = ALLOW_READ, .api = EDITORS, .rate = RATE_HEAVY},
	{.method = HTTP_GET, .path = "/quan-tri/thu-tuc/nhap", .page = staff_import_page, .allow = ALLOW_PROPOSE, .api = EDITORS},
	{.method = HTTP_POST, .path = "/quan-tri/thu-tuc/nhap", .form = &form_import, .again = staff_import_page, .check = act_import_check, .apply = act_import,
	 .answer = import_answer, .allow = ALLOW_PROPOSE, .flags = ROUTE_UPLOAD, .rate = RATE_UPLOAD},
	{.method = HTTP_GET, .path = "/quan-tri/thu-tuc/de-xuat", .page = staff_propose_page, .allow = ALLOW_PROPOSE, .api = EDITORS},
	{.method = HTTP_POST, .path = "/quan-tri/thu-tuc/de-xuat", .form = &form_propose, .again = staff_propose_page, .check = act_propose_check,
	 .apply = act_propose, .answer = act_answer, .allow = ALLOW_PROPOSE, .body_max = 1 << 20},
	{.method = HTTP_GET, .path = "/quan-tri/thu-tuc/phien-ban/:id", .page = staff_version_page, .allow = ALLOW_READ, .api = EDITORS},
	{.method = HTTP_POST, .path = "/quan-tri/thu-tuc/phien-ban/:id/tham-dinh", .apply = act_review, .answer = act_answer, .allow = ALLOW_REVIEW},
	{.method = HTTP_POST, .path = "/quan-tri/thu-tuc/phien-ban/:id/tra-lai", .form = &form_reject, .again = staff_version_page, .apply = act_reject,
	 .answer = act_answer, .allow = ALLOW_REVIEW | ALLOW_PUBLISH},
	{.method = HTTP_POST, .path = "/quan-tri/thu-tuc/phien-ban/:id/cong-bo", .form = &form_publish, .again = staff_version_page, .apply = act_publish,
	 .answer = act_answer, .allow = ALLOW_PUBLISH},
	{.method = HTTP_POST, .path = "/quan-tri/thu-tuc/phien-ban/:id/het-hieu-luc", .form = &form_expire, .again = staff_version_page, .apply = act_expire,
	 .answer = act_answer, .allow = ALLOW_PUBLISH},
};
const struct route_table catalogue_routes = {"catalogue", routes, ARRAY_LEN(routes)};
