/* problem.c — errors become answers, here only: RFC 9457 problems for programs, pages for people. */
#include "core/http/exchange.h"
#include "core/http/text.h"
#include "core/log/log.h"
#include <string.h>

static const char *title_of(int status)
{
	static const struct { int status; const char *title; } titles[] = {
		{400, "Bad request"},         {401, "Sign in first"},        {403, "Not allowed"},
		{404, "Not found"},           {405, "Method not allowed"},   {409, "Conflict"},
		{413, "Too large"},           {415, "Unsupported media type"}, {422, "Input not accepted"},
		{429, "Too many requests"},   {500, "Internal error"},       {503, "Try again soon"},
	};
	for (size_t i = 0; i < ARRAY_LEN(titles); i++)
		if (titles[i].status == status)
			return titles[i].title;
	return "Error";
}

static struct str sentence(struct request *r, int key, const struct str *args, size_t n)
{
	const struct http_hooks *k = &r->x->h->cfg->hooks;
	if (!key)
		return STR_NONE;
	return k->say ? k->say(r, key, args, n) : str_fmt(r->env.arena, "message %d", key);
}

static struct str error_sentence(struct request *r, const struct form_error *f)
{
	struct str s = f->text.n ? f->text : sentence(r, f->say, f->args, ARRAY_LEN(f->args));
	return s.n ? s : str_from(form_fault_name(f->fault));
}

/* A JSON pointer: "rows.2.name" gives /rows/2/name. */
static void put_pointer(struct buf *b, struct arena *a, struct str field)
{
	struct buf p = buf_on(a);
	buf_char(&p, '/');
	for (size_t i = 0; i < field.n; i++)
		if (field.p[i] == '.')
			buf_char(&p, '/');
		else if (field.p[i] == '~' || field.p[i] == '/')
			buf_put(&p, field.p[i] == '~' ? STR("~0") : STR("~1"));
		else
			buf_char(&p, field.p[i]);
	text_put_json(b, buf_str(&p));
}

static void put_errors(struct request *r)
{
	struct buf *b = &r->body;
	buf_put(b, STR(",\"errors\":["));
	for (const struct form_error *f = r->errors.first; f; f = f->next) {
		buf_put(b, f == r->errors.first ? STR("{\"field\":") : STR(",{\"field\":"));
		text_put_json(b, f->field);
		buf_put(b, STR(",\"pointer\":"));
		put_pointer(b, r->env.arena, f->field);
		buf_put(b, STR(",\"detail\":"));
		text_put_json(b, error_sentence(r, f));
		buf_char(b, '}');
	}
	buf_char(b, ']');
}

static void problem(struct request *r, int status, struct str detail)
{
	struct buf *b = &r->body;
	buf_fmt(b, "{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%d", title_of(status), status);
	if (detail.n) {
		buf_put(b, STR(",\"detail\":"));
		text_put_json(b, detail);
	}
	buf_fmt(b, ",\"instance\":\"urn:request:%016llx\"", (unsigned long long)r->env.request_id);
	if (r->errors.n)
		put_errors(r);
	buf_put(b, STR("}\n"));
	answer_json(r, status);
	r->type = STR("application/problem+json");
}

static void plain_page(struct request *r, int status)
{
	r->body = buf_on(r->env.arena);
	buf_fmt(&r->body,
	        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>%d %s</title></head>"
	        "<body><h1>%s</h1><p>%d · %016llx</p></body></html>\n",
	        status, title_of(status), title_of(status), status, (unsigned long long)r->env.request_id);
}

static void error_page(struct request *r, const struct err *e, int status)
{
	const struct http_hooks *k = &r->x->h->cfg->hooks;
	r->status = status;
	if (k->error_page) {
		struct err away = {0};
		(void)!db_take(r->x, &away); /* the page's frame does without */
		k->error_page(r, e);
		db_give(r->x);
	}
	if (r->body.n == 0)
		plain_page(r, status);
	answer_html(r, status);
}

static bool is_api(const struct request *r)
{
	return r->route ? (r->route->flags & ROUTE_API) != 0 : str_starts(r->path, STR("/api/"));
}

/* A stranger who opened a page goes to the sign-in page and comes back. */
static bool to_sign_in(struct request *r, const struct err *e)
{
	const char *path = r->x->h->cfg->sign_in_path;
	if (e->kind != ERR_SIGN_IN || !path || r->method != HTTP_GET || is_api(r) || !path_is_local(r->path))
		return false;
	struct buf b = buf_on(r->env.arena);
	buf_fmt(&b, "%s?next=", path);
	text_put_escaped(&b, r->path, "/");
	if (r->query.n && r->query.n < 1000) {
		buf_put(&b, STR("%3F"));
		text_put_escaped(&b, r->query, "");
	}
	return answer_redirect(r, buf_str(&b));
}

static void log_error(const struct request *r, const struct err *e, int status)
{
	if (status >= 500)
		log_event(status == 503 ? LOG_WARN : LOG_ERROR, "error", log_id("id", r->env.request_id),
		          log_text("route", r->route ? r->route->path : "other"), log_int("status", status), log_text("why", e->text),
		          log_text("at", e->where));
}

void answer_error(struct exchange *x, const struct err *e)
{
	struct request *r = &x->r;
	int status = x->fail_status ? x->fail_status : err_status(e->kind == ERR_NONE ? ERR_INTERNAL : e->kind);
	struct str retry = STR_NONE, allow = STR_NONE;
	const struct pair *p = pairs_find(&x->out, STR("Retry-After"), true);
	if (p)
		retry = p->value;
	if ((p = pairs_find(&x->out, STR("Allow"), true)))
		allow = p->value;
	answer_reset(x);
	x->out.n = 0;
	log_error(r, e, status);
	if (to_sign_in(r, e))
		return;
	const struct http_hooks *k = &x->h->cfg->hooks;
	if (is_api(r))
		problem(r, status, sentence(r, e->say ? e->say : k->say_of && !x->fail_status ? k->say_of(e) : 0, NULL, 0));
	else
		error_page(r, e, status);
	if (allow.n)
		answer_header(r, "Allow", allow);
	if (retry.n || status == 503)
		answer_header(r, "Retry-After", retry.n ? retry : STR("2"));
	if (status == 401 && is_api(r))
		answer_header(r, "WWW-Authenticate", STR("Bearer"));
}

/* Wrong fields: the form again for people, a problem with each field for programs. */
void answer_form_errors(struct exchange *x)
{
	struct request *r = &x->r;
	struct err e = {0};
	answer_reset(x);
	x->out.n = 0;
	if (is_api(r)) {
		problem(r, 422, STR_NONE);
		return;
	}
	r->status = 422;
	if (!r->route->again) {
		x->fail_status = 422;
		err_set(&e, ERR_INVALID, "field errors on a route without `again`");
		answer_error(x, &e);
		return;
	}
	bool ok = db_take(x, &e) && r->route->again(r, &e);
	db_give(x);
	if (!ok)
		answer_error(x, &e);
	else if (r->status == 200)
		r->status = 422;
}
