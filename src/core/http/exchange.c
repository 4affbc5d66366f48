/* exchange.c — the steps of a request (route.h), and its beginning and end. */
#include "core/http/exchange.h"
#include "core/http/metrics.h"
#include "core/http/text.h"
#include "core/log/log.h"
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ARENAS_KEPT 512

/* ---- beginning ---- */

static struct arena *arena_take(struct http *h)
{
	struct arena *a = NULL;
	pthread_mutex_lock(&h->free_lock);
	if (h->n_arenas > 0)
		a = h->arenas[--h->n_arenas];
	pthread_mutex_unlock(&h->free_lock);
	return a ? a : arena_new(h->cfg->arena_cap);
}

static void arena_give(struct http *h, struct arena *a)
{
	arena_reset(a);
	pthread_mutex_lock(&h->free_lock);
	bool keep = h->n_arenas < ARENAS_KEPT;
	if (keep)
		h->arenas[h->n_arenas++] = a;
	pthread_mutex_unlock(&h->free_lock);
	if (!keep)
		arena_free(a);
}

struct exchange *exchange_new(struct http *h)
{
	struct arena *a = arena_take(h);
	struct exchange *x = NEW(a, struct exchange);
	x->h = h;
	x->fd = -1;
	x->slot = FLIGHT_NONE;
	x->start_ns = monotonic_ns();
	x->match.index = router_size(h->router);
	x->r = (struct request){.env = {.arena = a, .now = instant_clock(), .actor = &actor_stranger, .lang = LANG_VI,
	                                .request_id = atomic_fetch_add(&h->next_id, 1)},
	                        .server = h, .app = h->cfg->app, .x = x, .sink = {.fd = -1}};
	answer_reset(x);
	atomic_store_explicit(&h->asked_ns, x->start_ns, memory_order_relaxed);
	atomic_fetch_add(&h->active, 1);
	return x;
}

void exchange_target(struct exchange *x, struct str uri)
{
	struct str copy = str_dup(x->r.env.arena, uri);
	ptrdiff_t mark = str_find_char(copy, '?');
	x->r.path = mark < 0 ? copy : str_sub(copy, 0, (size_t)mark);
	x->r.query = mark < 0 ? STR("") : str_sub(copy, (size_t)mark + 1, copy.n);
}

bool db_take(struct exchange *x, struct err *e)
{
	const struct http_config *c = x->h->cfg;
	if (!x->db && c->hooks.db_checkout)
		x->db = c->hooks.db_checkout(c->app);
	x->r.env.db = x->db;
	return x->db || !c->hooks.db_checkout || err_say(e, ERR_BUSY, c->say_away, "the database is away");
}

void db_give(struct exchange *x)
{
	if (x->db)
		x->h->cfg->hooks.db_checkin(x->h->cfg->app, x->db);
	x->db = NULL;
	x->r.env.db = NULL;
}

#define LANGUAGE_KEPT_S (365 * 24 * 3600)

/* By the address, and then kept, so that the next link is in the same language; else as kept; else Vietnamese. */
static void choose_language(struct exchange *x)
{
	struct str asked = req_query(&x->r, "lang"), kept = req_cookie(&x->r, "lang");
	bool known = str_eq(asked, STR("en")) || str_eq(asked, STR("vi"));
	if (known && !str_eq(asked, kept) && x->r.method == HTTP_GET)
		answer_cookie(&x->r, "lang", asked, LANGUAGE_KEPT_S);
	if (str_eq(known ? asked : kept, STR("en")))
		x->r.env.lang = LANG_EN;
}

/* /healthz and /readyz need no table: they must answer when everything else is wrong. */
static bool answer_health(struct exchange *x)
{
	const struct http_config *c = x->h->cfg;
	struct request *r = &x->r;
	bool ready = str_eq(r->path, STR("/readyz")), good = !atomic_load(&x->h->stopping);
	if (r->method != HTTP_GET || (!ready && !str_eq(r->path, STR("/healthz"))))
		return false;
	if (ready && good && c->hooks.ready)
		good = c->hooks.ready(c->app, &r->body);
	if (r->body.n == 0)
		buf_put(&r->body, good || !ready ? STR("ok\n") : STR("stopping\n"));
	answer_html(r, ready && !good ? 503 : 200);
	r->type = STR("text/plain; charset=utf-8");
	return true;
}

void step_fail(struct exchange *x, const struct err *e)
{
	answer_error(x, e);
	x->step = STEP_DONE;
}

/* What RFC 3986 lets stand in an address, and UTF-8 sent raw. A control byte would end in a header of the answer. */
static bool plain(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7F)
			return false;
	return true;
}

static bool begin(struct exchange *x, struct err *e)
{
	x->close = access_smuggled(x);
	if (x->close)
		return err_set(e, ERR_INVALID, "contradicting headers");
	if (!plain(x->r.path) || !plain(x->r.query))
		return err_set(e, ERR_INVALID, "control bytes in the address");
	if (answer_health(x) || answer_asset(x))
		return true;
	choose_language(x);
	bool ok = db_take(x, e) && access_check(x, e);
	db_give(x);
	if (!ok || x->r.answered)
		return ok;
	return x->r.method == HTTP_GET || body_begin(x, e);
}

bool exchange_begin(struct exchange *x)
{
	struct err e = {0};
	if (!begin(x, &e))
		step_fail(x, &e);
	x->early = x->r.answered;
	if (x->early)
		answer_finish(x);
	return x->early;
}

/* ---- input and page ---- */

/* The rest of a file that came. */
static enum next step_body(struct exchange *x)
{
	x->step = STEP_HAND;
	if (!x->waiting.n)
		return NEXT_GO;
	body_away(x);
	return NEXT_AWAY;
}

static void step_input(struct exchange *x)
{
	struct err e = {0};
	struct request *r = &x->r;
	x->step = STEP_DONE;
	if (r->method == HTTP_GET) {
		if (r->route->query) {
			x->form = x->query;
			form_read(x);
		}
		if (r->errors.n)
			answer_form_errors(x);
		else
			x->step = STEP_PAGE;
	} else if (x->failed || !body_end(x, &x->err)) {
		e = x->err;
		step_fail(x, &e);
	} else if (!access_csrf_token(x, &e) || !in_hand(x, &e)) {
		step_fail(x, &e);
	} else {
		if (r->form)
			form_read(x);
		if (r->errors.n && !(r->route->flags & ROUTE_CHECK_ALWAYS && r->route->check))
			answer_form_errors(x);
		else
			x->step = r->route->slow && !r->errors.n ? STEP_SLOW : STEP_CHECK;
	}
	x->failed = false;
}

bool with_db(struct exchange *x, route_fn *fn, struct err *e)
{
	bool ok = db_take(x, e) && fn(&x->r, e);
	db_give(x);
	if (ok && arena_over(x->r.env.arena))
		return err_set(e, ERR_TOO_LARGE, "memory of the request");
	return ok;
}

enum step after_shown(const struct exchange *x)
{
	return x->r.route->reads != READS_NONE && x->r.status < 300 ? STEP_RECORD : STEP_DONE;
}

/* One step, and so one moment: what `row` saw of the record is what the page shows of it. */
static bool row_and_page(struct request *r, struct err *e) { return (!row_with_page(r) || r->route->row(r, e)) && r->route->page(r, e); }

static void step_page(struct exchange *x)
{
	struct err e = {0};
	x->step = STEP_DONE;
	if (answer_kept(x))
		return;
	if (!in_hand(x, &e) || !with_db(x, row_and_page, &e)) {
		if (!answer_old(x, &e))
			step_fail(x, &e);
	} else if (!x->r.answered && x->r.route->query && x->r.errors.n) {
		answer_form_errors(x);
	} else if (!x->r.answered) {
		err_set(&e, ERR_INTERNAL, "the page did not answer");
		step_fail(x, &e);
	} else {
		answer_keep(x);
		x->step = after_shown(x);
	}
}

/* Until it is answered, or handed away. */
static bool run(struct exchange *x)
{
	while (x->step != STEP_DONE) {
		enum next next = NEXT_GO;
		switch (x->step) {
		case STEP_BODY: next = step_body(x); break;
		case STEP_HAND: next = step_hand(x); break;
		case STEP_INPUT: step_input(x); break;
		case STEP_PAGE: step_page(x); break;
		case STEP_SLOW: next = step_slow(x); break;
		case STEP_SLOWED: step_slowed(x); break;
		case STEP_CHECK: step_check(x); break;
		case STEP_APPLY: next = step_apply(x); break;
		case STEP_APPLIED: step_applied(x); break;
		case STEP_ANSWER: step_answer(x); break;
		case STEP_RECORD: next = step_record(x); break;
		case STEP_RECORDED: step_recorded(x); break;
		case STEP_DONE: break;
		}
		if (next == NEXT_AWAY)
			return false;
	}
	return true;
}

bool exchange_act(struct exchange *x)
{
	flight_thread(x->digest);
	bool answered = run(x);
	flight_thread(0);
	if (answered)
		x->away = false;
	return answered;
}

/* When it was handed away nothing of it may be touched any more. */
bool exchange_run(struct exchange *x)
{
	if (x->early)
		return true;
	flight_thread(x->digest);
	bool answered = run(x);
	if (answered)
		answer_finish(x);
	leave_hand(x, answered);
	return answered;
}

/* ---- end ---- */

void exchange_end(struct exchange *x)
{
	struct http *h = x->h;
	struct request *r = &x->r;
	int64_t ns = monotonic_ns() - x->start_ns;
	int64_t sent = x->fd >= 0 ? x->file_size : (int64_t)(x->has_fixed ? x->fixed.n : r->body.n);
	metrics_request(h->metrics, x->match.index, r->status, ns);
	log_event(x->asset ? LOG_DEBUG : LOG_INFO, "request", log_id("id", r->env.request_id),
	          log_text("method", req_method_text(r)),
	          log_text("route", x->asset ? "asset" : r->route ? r->route->path : "other"), log_int("status", r->status),
	          log_int("us", ns / 1000), log_int("in", r->received), log_int("out", sent));
	body_done(x);
	off_hand(x);
	if (x->has_stream && !x->stream_running && x->stream.done)
		x->stream.done(x->stream.ctx);
	if (x->fd >= 0)
		close(x->fd);
	kept_drop(x->kept);
	arena_give(h, r->env.arena);
	atomic_fetch_sub(&h->active, 1);
}
