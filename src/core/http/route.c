/* route.c — see route.h. Checking of tables, and matching by a tree of segments.
 * A node is one segment: fixed children sorted by text, at most one parameter child, a route per method. */
#include "core/http/route.h"
#include "core/http/text.h"
#include <stdlib.h>
#include <string.h>

static const char *const method_names[HTTP_METHOD_COUNT] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};

const char *http_method_name(enum http_method m)
{
	CHECK((size_t)m < HTTP_METHOD_COUNT);
	return method_names[m];
}

bool http_method_from_name(struct str name, enum http_method *out)
{
	for (size_t i = 0; i < HTTP_METHOD_COUNT; i++)
		if (str_eq(name, str_from(method_names[i]))) {
			*out = (enum http_method)i;
			return true;
		}
	return false;
}

/* ---- checking ---- */

static bool path_well_formed(const char *path)
{
	if (!path || path[0] != '/')
		return false;
	struct str rest = str_from(path + 1), part;
	size_t params = 0;
	if (rest.n == 0)
		return true;
	while (str_next(&rest, '/', &part)) {
		if (part.n == 0 || (part.p[0] == ':' && part.n == 1))
			return false;
		params += part.p[0] == ':';
		for (size_t i = 0; i < part.n; i++)
			if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~", part.p[i]) &&
			    !(i == 0 && part.p[i] == ':'))
				return false;
	}
	return params <= ROUTE_PARAMS_MAX;
}

static const char *mistake_of_page(const struct route *r)
{
	if (!r->page)
		return "GET without page";
	if (r->check || r->apply || r->answer || r->again || r->slow || r->receive || r->form)
		return "GET with steps of an action";
	if (!(r->flags & ROUTE_API) && !r->api)
		return "page without api (\"GET /api/v1/…\" or \"NONE: reason\")";
	if (r->query && !(r->flags & ROUTE_API))
		return "declared query on a page for people: their address bar is not a form";
	if ((r->flags & ROUTE_PUBLIC_CACHE) && !(r->allow & ROLE_BIT(ROLE_STRANGER)))
		return "public cache on a page that strangers may not see";
	if ((r->flags & ROUTE_PUBLIC_CACHE) && r->reads != READS_NONE)
		return "public cache on a page with personal data";
	return NULL;
}

static const char *mistake_of_action(const struct route *r)
{
	if (r->page || r->query)
		return "page or query on a method that is not GET";
	if (!r->apply && !r->check)
		return "action without apply and check";
	if (r->form && !r->again && !(r->flags & ROUTE_API))
		return "form without again";
	if (r->receive && (r->form || (r->flags & ROUTE_UPLOAD)))
		return "receive takes the raw body: no form, no multipart";
	if (r->flags & ROUTE_PUBLIC_CACHE)
		return "public cache on an action";
	if ((r->flags & ROUTE_SLOW_APART) && !r->slow)
		return "apart, and not slow";
	return NULL;
}

static const char *mistake_of(const struct route *r)
{
	if (!path_well_formed(r->path))
		return "ill-formed path";
	if (r->allow == 0 || (r->allow & ~ALLOW_ALL) != 0)
		return "allow is nobody or names no role";
	if (r->api && strncmp(r->api, "NONE", 4) == 0 && strlen(r->api) < 8)
		return "api NONE needs a reason";
	if (strncmp(r->path, "/api/", 5) == 0 && (!(r->flags & ROUTE_API) || !r->doc || !r->doc->summary))
		return "route of the API without ROUTE_API and doc";
	if ((size_t)r->rate >= RATE_COUNT || (size_t)r->reads >= READS_COUNT)
		return "unknown rate class or reads";
	if (r->method == HTTP_HEAD || r->method == HTTP_OPTIONS || (size_t)r->method >= HTTP_METHOD_COUNT)
		return "HEAD and OPTIONS are answered by the framework";
	return r->method == HTTP_GET ? mistake_of_page(r) : mistake_of_action(r);
}

bool route_tables_check(const struct route_table *tables, size_t n, struct err *e)
{
	struct router *rt = NULL;
	if (!router_new(&rt, tables, n, e))
		return false;
	router_free(rt);
	return true;
}

/* ---- the tree ---- */

struct node {
	struct str text;
	struct node **fixed;
	size_t n_fixed;
	struct node *param;
	const struct route *routes[HTTP_METHOD_COUNT];
	size_t index[HTTP_METHOD_COUNT];
	const char *slices[HTTP_METHOD_COUNT];
};

struct router { struct arena *a; struct node root; const struct route **all; size_t n; };

static struct node *child_find(const struct node *p, struct str text)
{
	size_t low = 0, high = p->n_fixed;
	while (low < high) {
		size_t mid = (low + high) / 2;
		int c = str_cmp(text, p->fixed[mid]->text);
		if (c == 0)
			return p->fixed[mid];
		if (c < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

static struct node *child_add(struct arena *a, struct node *p, struct str text)
{
	if (text.n && text.p[0] == ':') {
		if (!p->param)
			p->param = NEW(a, struct node);
		return p->param;
	}
	struct node *c = child_find(p, text);
	if (c)
		return c;
	struct node **grown = NEW_ARRAY(a, p->n_fixed + 1, struct node *);
	size_t at = 0;
	while (at < p->n_fixed && str_cmp(p->fixed[at]->text, text) < 0) {
		grown[at] = p->fixed[at];
		at++;
	}
	grown[at] = c = NEW(a, struct node);
	c->text = text;
	for (size_t i = at; i < p->n_fixed; i++)
		grown[i + 1] = p->fixed[i];
	p->fixed = grown;
	p->n_fixed++;
	return c;
}

static bool route_add(struct router *rt, const struct route *r, const char *slice, struct err *e)
{
	const char *wrong = mistake_of(r);
	if (wrong)
		return err_set(e, ERR_INTERNAL, "route %s %s (%s): %s", (size_t)r->method < HTTP_METHOD_COUNT ? method_names[r->method] : "?",
		               r->path ? r->path : "?", slice, wrong);
	struct node *at = &rt->root;
	struct str rest = str_from(r->path + 1), part;
	while (rest.n && str_next(&rest, '/', &part))
		at = child_add(rt->a, at, part);
	if (at->routes[r->method])
		return err_set(e, ERR_INTERNAL, "route %s %s (%s): the same as %s", method_names[r->method], r->path, slice,
		               at->routes[r->method]->path);
	at->routes[r->method] = r;
	at->index[r->method] = rt->n;
	at->slices[r->method] = slice;
	rt->all[rt->n++] = r;
	return true;
}

bool router_new(struct router **out, const struct route_table *tables, size_t n, struct err *e)
{
	size_t total = 0;
	for (size_t i = 0; i < n; i++)
		total += tables[i].n;
	struct arena *a = arena_new(0);
	struct router *rt = NEW(a, struct router);
	rt->a = a;
	rt->all = NEW_ARRAY(a, total, const struct route *);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < tables[i].n; k++)
			if (!route_add(rt, &tables[i].routes[k], tables[i].slice, e)) {
				arena_free(a);
				return false;
			}
	*out = rt;
	return true;
}

void router_free(struct router *rt)
{
	if (rt)
		arena_free(rt->a);
}

size_t router_size(const struct router *rt) { return rt->n; }

const struct route *router_route(const struct router *rt, size_t index)
{
	CHECK(index < rt->n);
	return rt->all[index];
}

/* ---- matching ---- */

#define SEGMENTS_MAX 24

/* Segments of the path, decoded. False: no path of ours could look so. */
static bool split_path(struct arena *a, struct str path, struct str *seg, size_t *n)
{
	*n = 0;
	if (path.n == 0 || path.p[0] != '/')
		return false;
	struct str rest = str_sub(path, 1, path.n), part;
	while (rest.n && str_next(&rest, '/', &part)) {
		struct str s;
		if (*n == SEGMENTS_MAX || part.n == 0 || !text_unescape(a, part, false, &s) || !str_is_utf8(s))
			return false;
		if (str_eq(s, STR(".")) || str_eq(s, STR("..")) || str_find_char(s, '/') >= 0)
			return false;
		seg[(*n)++] = s;
		if (rest.p && rest.n == 0)
			return false;
	}
	return true;
}

static unsigned methods_of(const struct node *at)
{
	unsigned set = 0;
	for (unsigned m = 0; m < HTTP_METHOD_COUNT; m++)
		set |= at->routes[m] ? 1U << m : 0;
	if (set & 1U << HTTP_GET)
		set |= 1U << HTTP_HEAD;
	return set ? set | 1U << HTTP_OPTIONS : 0;
}

/* The first node with any route; fixed text before parameter. Depth is bounded by SEGMENTS_MAX. */
static const struct node *walk(const struct node *at, const struct str *seg, size_t n, struct str *values, size_t *n_values)
{
	if (n == 0)
		return methods_of(at) ? at : NULL;
	const struct node *c = child_find(at, seg[0]);
	if (c && (c = walk(c, seg + 1, n - 1, values, n_values)))
		return c;
	if (!at->param || *n_values == ROUTE_PARAMS_MAX)
		return NULL;
	values[(*n_values)++] = seg[0];
	c = walk(at->param, seg + 1, n - 1, values, n_values);
	if (!c)
		(*n_values)--;
	return c;
}

/* Names come from the route found: two routes may name the same parameter differently. */
static void name_params(struct arena *a, struct route_match *m, const struct str *values)
{
	struct str rest = str_from(m->route->path + 1), part;
	while (str_next(&rest, '/', &part))
		if (part.n && part.p[0] == ':') {
			m->params[m->n_params] = (struct route_param){str_cstr(a, str_sub(part, 1, part.n)), values[m->n_params]};
			m->n_params++;
		}
}

bool router_find(const struct router *rt, struct arena *a, enum http_method method, struct str path, struct route_match *out)
{
	struct str seg[SEGMENTS_MAX], values[ROUTE_PARAMS_MAX];
	size_t n = 0, n_values = 0;
	*out = (struct route_match){.index = rt->n};
	if (!split_path(a, path, seg, &n))
		return false;
	const struct node *at = walk(&rt->root, seg, n, values, &n_values);
	if (!at)
		return true;
	out->methods = methods_of(at);
	if ((size_t)method >= HTTP_METHOD_COUNT)
		return true;
	enum http_method m = method == HTTP_HEAD ? HTTP_GET : method;
	out->route = at->routes[m];
	if (!out->route)
		return true;
	out->index = at->index[m];
	out->slice = at->slices[m];
	name_params(a, out, values);
	return true;
}
