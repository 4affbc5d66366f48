/* testing.c — see http_testing.h. */
#include "core/http/http_testing.h"
#include "core/http/exchange.h"
#include "core/http/peer.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct http_test { struct http h; struct http_config cfg; struct arena *a; };

struct signal { pthread_mutex_t lock; pthread_cond_t cond; bool on; };

struct http_test *http_test_new(struct arena *a, const struct http_config *cfg)
{
	struct http_test *t = calloc(1, sizeof *t);
	struct err e = {0};
	CHECK(t != NULL);
	t->a = a;
	t->cfg = *cfg;
	if (!http_core_init(&t->h, &t->cfg, &e))
		check_failed(__FILE__, __LINE__, e.text);
	return t;
}

void http_test_free(struct http_test *t)
{
	if (!t)
		return;
	http_core_done(&t->h);
	free(t);
}

static void no_suspend(struct exchange *x) { (void)x; }

static void wake(struct exchange *x)
{
	struct signal *s = x->transport;
	pthread_mutex_lock(&s->lock);
	s->on = true;
	pthread_cond_signal(&s->cond);
	pthread_mutex_unlock(&s->lock);
}

static void wait_for(struct signal *s)
{
	pthread_mutex_lock(&s->lock);
	while (!s->on)
		pthread_cond_wait(&s->cond, &s->lock);
	s->on = false;
	pthread_mutex_unlock(&s->lock);
}

static void add_header(struct exchange *x, const char *name, const char *value)
{
	pairs_add(x->r.env.arena, &x->headers, str_from(name), str_from(value));
}

static struct str body_of(const struct test_request *q)
{
	return q->form ? str_from(q->form) : q->json ? str_from(q->json) : q->body;
}

static void fill_headers(struct exchange *x, const struct test_request *q)
{
	struct arena *a = x->r.env.arena;
	const char *type = q->form ? "application/x-www-form-urlencoded" : q->json ? "application/json" : q->type;
	for (const char *const *h = q->headers; h && *h; h += 2)
		add_header(x, h[0], h[1]);
	if (!req_header(&x->r, "Host").n)
		add_header(x, "Host", "localhost");
	if (!http_method_safe(x->r.method) && !q->no_csrf && !req_header(&x->r, "Origin").n)
		add_header(x, "Origin", x->h->cfg->origin ? x->h->cfg->origin : "http://localhost");
	if (type)
		add_header(x, "Content-Type", type);
	if (q->cookie)
		add_header(x, "Cookie", q->cookie);
	if (body_of(q).n)
		add_header(x, "Content-Length", str_fmt(a, "%zu", body_of(q).n).p);
	if (x->r.auth == AUTH_COOKIE && !q->no_csrf && !http_method_safe(x->r.method) && !req_header(&x->r, "X-CSRF-Token").n)
		add_header(x, "X-CSRF-Token", req_csrf(&x->r).p);
}

static void fill(struct exchange *x, const struct test_request *q)
{
	struct request *r = &x->r;
	exchange_target(x, str_from(q->path));
	r->is_head = q->method == HTTP_HEAD;
	r->method = r->is_head ? HTTP_GET : q->method;
	if (q->actor) {
		r->env.actor = q->actor;
		r->auth = q->actor->account == 0 ? AUTH_NONE : q->bearer ? AUTH_BEARER : AUTH_COOKIE;
		memset(r->csrf_secret, 0x5A, sizeof r->csrf_secret);
	}
	fill_headers(x, q);
	peer_set(x, q->address ? q->address : "192.0.2.1");
}

static struct str file_text(struct arena *a, const struct exchange *x)
{
	char *p = arena_alloc(a, (size_t)x->file_size + 1);
	ssize_t n = pread(x->fd, p, (size_t)x->file_size, (off_t)x->file_from);
	return (struct str){p, n > 0 ? (size_t)n : 0};
}

static struct str stream_text(struct arena *a, struct exchange *x)
{
	struct buf b = buf_on(a);
	char piece[4096];
	for (ptrdiff_t n; (n = x->stream.pull(x->stream.ctx, piece, sizeof piece)) > 0;)
		buf_put(&b, (struct str){piece, (size_t)n});
	return buf_str(&b);
}

static struct test_answer collect(struct arena *a, struct exchange *x)
{
	struct buf h = buf_on(a);
	for (size_t i = 0; i < x->out.n; i++)
		buf_fmt(&h, "%.*s: %.*s\n", STR_ARG(x->out.at[i].name), STR_ARG(x->out.at[i].value));
	struct test_answer out = {.status = x->r.status, .type = str_dup(a, x->r.type), .headers = buf_str(&h)};
	if (x->fd >= 0)
		out.body = file_text(a, x);
	else if (x->has_stream)
		out.body = stream_text(a, x);
	else
		out.body = str_dup(a, x->has_fixed ? x->fixed : buf_str(&x->r.body));
	if (x->r.is_head)
		out.body = STR("");
	out.location = test_header(&out, "Location");
	return out;
}

static void feed(struct exchange *x, const struct test_request *q, struct signal *s)
{
	struct str b = body_of(q);
	size_t step = q->chunk ? q->chunk : b.n;
	for (size_t i = 0; i < b.n; i += step) {
		struct str piece = str_sub(b, i, step);
		for (size_t used; piece.n; piece = str_sub(piece, used, piece.n))
			if (!exchange_body(x, piece.p, piece.n, &used))
				wait_for(s);
	}
}

struct test_answer http_test_send(struct http_test *t, const struct test_request *q)
{
	struct signal s = {.on = false};
	CHECK(pthread_mutex_init(&s.lock, NULL) == 0 && pthread_cond_init(&s.cond, NULL) == 0);
	struct exchange *x = exchange_new(&t->h);
	x->transport = &s;
	x->suspend = no_suspend;
	x->wake = wake;
	fill(x, q);
	if (!exchange_begin(x)) {
		feed(x, q, &s);
		while (!exchange_run(x))
			wait_for(&s);
	}
	struct test_answer out = collect(t->a, x);
	exchange_end(x);
	pthread_cond_destroy(&s.cond);
	pthread_mutex_destroy(&s.lock);
	return out;
}

struct str test_header(const struct test_answer *x, const char *name)
{
	struct str rest = x->headers, line;
	while (str_next(&rest, '\n', &line)) {
		ptrdiff_t colon = str_find(line, STR(": "));
		if (colon > 0 && str_eq_nocase(str_sub(line, 0, (size_t)colon), str_from(name)))
			return str_sub(line, (size_t)colon + 2, line.n);
	}
	return STR("");
}

struct str test_input_value(struct arena *a, const struct test_answer *x, const char *name)
{
	ptrdiff_t at = str_find(x->body, str_fmt(a, "name=\"%s\"", name));
	if (at < 0)
		return STR("");
	size_t from = (size_t)at, to = (size_t)at;
	while (from > 0 && x->body.p[from] != '<')
		from--;
	while (to < x->body.n && x->body.p[to] != '>')
		to++;
	struct str tag = str_sub(x->body, from, to - from);
	ptrdiff_t v = str_find(tag, STR(" value=\""));
	if (v < 0)
		return STR("");
	tag = str_sub(tag, (size_t)v + 8, tag.n);
	ptrdiff_t end = str_find_char(tag, '"');
	return end < 0 ? STR("") : str_sub(tag, 0, (size_t)end);
}
