/* access.c — who may ask what, before a byte of the body is read; and protection against forged requests.
 *
 * Forged requests: an unsafe request that browsers may have been tricked into is refused when Sec-Fetch-Site says
 * another site or Origin (else Referer) is not ours. With a session cookie the session's token must come too, as a field
 * or as X-CSRF-Token. Visitors have no session and their pages hold no token (they are kept compressed), so for them
 * one of the three headers must be there: every browser sends one, and a program without cookies has nothing to
 * steal; programs use ROUTE_API, where a bearer token is proof enough. */
#include "core/http/exchange.h"
#include "core/http/text.h"
#include <string.h>

static bool refuse(struct exchange *x, int status, enum err_kind kind, struct err *e, const char *why)
{
	x->fail_status = status;
	return err_set(e, kind, "%s", why);
}

static void put_allow(struct exchange *x)
{
	struct buf b = buf_on(x->r.env.arena);
	for (unsigned m = 0; m < HTTP_METHOD_COUNT; m++)
		if (x->match.methods & 1U << m)
			buf_fmt(&b, "%s%s", b.n ? ", " : "", http_method_name((enum http_method)m));
	answer_header(&x->r, "Allow", buf_str(&b));
}

/* "/a/b/" → "/a/b" where that is a page. */
static bool without_slash(struct exchange *x)
{
	struct str p = x->r.path;
	struct route_match m;
	if (p.n < 2 || p.p[p.n - 1] != '/' || !http_method_safe(x->r.method))
		return false;
	p = str_sub(p, 0, p.n - 1);
	if (!router_find(x->h->router, x->r.env.arena, HTTP_GET, p, &m) || !m.route || !path_is_local(p))
		return false;
	answer_empty(&x->r, 308);
	struct str q = x->r.query.n ? str_fmt(x->r.env.arena, "?%.*s", STR_ARG(x->r.query)) : STR("");
	answer_header(&x->r, "Location", str_cat(x->r.env.arena, p, q));
	return true;
}

static bool find_route(struct exchange *x, struct err *e)
{
	struct request *r = &x->r;
	enum http_method m = r->is_head ? HTTP_HEAD : r->method;
	bool good = router_find(x->h->router, r->env.arena, m, r->path, &x->match);
	r->route = x->match.route;
	r->slice = x->match.slice;
	r->form = !r->route ? NULL : r->route->query ? r->route->query : r->route->form;
	if (without_slash(x))
		return true;
	if (!good)
		return refuse(x, 400, ERR_INVALID, e, "ill-formed path");
	if (!x->match.methods)
		return refuse(x, 404, ERR_NOT_FOUND, e, "no such path");
	if (r->method == HTTP_OPTIONS) {
		answer_empty(r, 204);
		put_allow(x);
		return true;
	}
	if (r->route)
		return true;
	put_allow(x);
	return refuse(x, 405, ERR_INVALID, e, "method not allowed");
}

static bool rate_account(struct exchange *x, struct err *e)
{
	int retry = 1;
	enum rate_class c = x->r.route->rate;
	int64_t account = x->r.env.actor->account;
	if (!account || limits_take(x->h->limits, c, x->h->cfg->rate_account[c], limits_key_account(account), monotonic_ns(), &retry))
		return true;
	answer_header(&x->r, "Retry-After", str_fmt(x->r.env.arena, "%d", retry));
	return err_set(e, ERR_LIMITED, "rate limit of the account");
}

/* Not where something else of the program answers before the page does: a kept page, or the errors of parameters. */
bool row_with_page(const struct request *r)
{
	return r->method == HTTP_GET && r->route->row && !r->route->query && !(r->route->flags & ROUTE_PUBLIC_CACHE);
}

static bool allowed(struct exchange *x, struct err *e)
{
	struct request *r = &x->r;
	if (actor_any(r->env.actor, r->route->allow))
		return !r->route->row || row_with_page(r) || r->route->row(r, e);
	if (actor_is(r->env.actor, ROLE_STRANGER))
		return err_set(e, ERR_SIGN_IN, "sign in first");
	return err_set(e, ERR_DENIED, "role may not");
}

bool access_check(struct exchange *x, struct err *e)
{
	struct request *r = &x->r;
	x->query = (struct pairs){0}; /* the language may have been looked for already */
	if (!str_is_utf8(r->path) || !pairs_parse_urlencoded(r->env.arena, r->query, 200, &x->query))
		return refuse(x, 400, ERR_INVALID, e, "ill-formed path or query");
	x->query_read = true;
	if (!find_route(x, e))
		return false;
	if (r->answered)
		return true;
	if (!req_limit(r, r->route->rate, e))
		return false;
	const struct http_hooks *k = &x->h->cfg->hooks;
	if (k->authenticate && r->auth == AUTH_NONE && !k->authenticate(r, e))
		return false;
	if (!rate_account(x, e) || !allowed(x, e))
		return false;
	return http_method_safe(r->method) || access_csrf_origin(x, e);
}

/* scheme://host[:port] of an Origin or Referer is ours. */
static bool same_origin(struct exchange *x, struct str url)
{
	ptrdiff_t at = str_find(url, STR("://"));
	if (at <= 0)
		return false;
	struct str rest = str_sub(url, (size_t)at + 3, url.n);
	ptrdiff_t slash = str_find_char(rest, '/');
	struct str host = slash < 0 ? rest : str_sub(rest, 0, (size_t)slash);
	if (x->h->cfg->origin)
		return str_eq_nocase(str_sub(url, 0, (size_t)at + 3 + host.n), str_from(x->h->cfg->origin));
	return host.n > 0 && str_eq_nocase(host, req_header(&x->r, "Host"));
}

bool access_csrf_origin(struct exchange *x, struct err *e)
{
	struct request *r = &x->r;
	if (r->auth == AUTH_BEARER || (r->route->flags & ROUTE_NO_CSRF))
		return true;
	struct str site = req_header(r, "Sec-Fetch-Site"), origin = req_header(r, "Origin"), referer = req_header(r, "Referer");
	if (site.n && !str_eq(site, STR("same-origin")) && !str_eq(site, STR("none")))
		return err_set(e, ERR_DENIED, "a form of another site");
	if (origin.n ? !same_origin(x, origin) : referer.n && !same_origin(x, referer))
		return err_set(e, ERR_DENIED, "Origin or Referer is not ours");
	if (r->auth == AUTH_NONE && !(r->route->flags & ROUTE_API) && !site.n && !origin.n && !referer.n)
		return err_set(e, ERR_DENIED, "neither Origin nor Referer nor Sec-Fetch-Site");
	return true;
}

bool access_csrf_token(struct exchange *x, struct err *e)
{
	struct request *r = &x->r;
	struct str token = req_header(r, "X-CSRF-Token"), both;
	if (r->auth != AUTH_COOKIE || (r->route->flags & ROUTE_NO_CSRF))
		return true;
	if (token.n == 0 && !req_form_raw(r, STR(FORM_CSRF), 0, &token))
		return err_set(e, ERR_DENIED, "no CSRF token");
	if (token.n != 86 || !base64_decode(r->env.arena, token, &both) || both.n != 64)
		return err_set(e, ERR_DENIED, "ill-formed CSRF token");
	uint8_t secret[32];
	for (size_t i = 0; i < 32; i++)
		secret[i] = (uint8_t)both.p[i] ^ (uint8_t)both.p[32 + i];
	if (!text_same_bytes(secret, r->csrf_secret, sizeof secret))
		return err_set(e, ERR_DENIED, "wrong CSRF token");
	return true;
}

bool access_smuggled(struct exchange *x)
{
	size_t lengths = 0, hosts = 0;
	for (size_t i = 0; i < x->headers.n; i++) {
		lengths += str_eq_nocase(x->headers.at[i].name, STR("Content-Length"));
		hosts += str_eq_nocase(x->headers.at[i].name, STR("Host"));
	}
	return lengths > 1 || hosts > 1 || (lengths && req_header(&x->r, "Transfer-Encoding").n);
}
