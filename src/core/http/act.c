/* act.c — the steps of what acts (route.h), away from the worker, and the record of what was read. */
#include "core/http/exchange.h"

#define KEY_MAX 64
#define STORED_MAX ((size_t)64 * 1024)

/* Acts leave the worker until they are answered: pages that came after them wait for none of their work (ADR 0027). */
enum next step_hand(struct exchange *x)
{
	x->step = STEP_INPUT;
	if (!(x->r.route->apply || x->r.route->slow) || x->failed)
		return NEXT_GO;
	x->away = true;
	x->suspend(x);
	CHECK(slow_submit(x->h->acts, x, &x->err));
	return NEXT_AWAY;
}

enum next step_slow(struct exchange *x)
{
	x->step = STEP_SLOWED;
	if (slow_submit(x->r.route->flags & ROUTE_SLOW_APART ? x->h->apart : x->h->slow, x, &x->err))
		return NEXT_AWAY;
	x->ok = false;
	return NEXT_GO;
}

void step_slowed(struct exchange *x)
{
	struct err e = x->err;
	x->step = x->r.answered ? STEP_DONE : STEP_CHECK;
	if (!x->ok) {
		step_fail(x, &e);
	} else if (x->r.errors.n) {
		answer_form_errors(x);
		x->step = STEP_DONE;
	}
}

void step_check(struct exchange *x)
{
	struct err e = {0};
	struct request *r = &x->r;
	x->step = STEP_DONE;
	if (r->route->check && !with_db(x, r->route->check, &e))
		step_fail(x, &e);
	else if (r->errors.n && !r->answered)
		answer_form_errors(x);
	else
		x->step = r->answered ? after_shown(x) : r->route->apply ? STEP_APPLY : STEP_ANSWER;
}

/* On the writer. It may run again after a serialisation failure, so what apply() writes is put back first. */
static bool act(struct exchange *x, struct err *e)
{
	struct request *r = &x->r, *b = &x->before;
	r->answered = b->answered;
	r->status = b->status;
	r->type = b->type;
	r->body = b->body;
	r->redirect = b->redirect;
	r->memo = b->memo;
	r->errors = b->errors;
	x->out = x->out_before;
	bool (*may_act)(struct request *, struct err *) = x->h->cfg->hooks.may_act;
	if ((may_act && !may_act(r, e)) || (r->route->row && !r->route->row(r, e)) || !r->route->apply(r, e))
		return false;
	if (r->errors.n)
		return err_set(e, ERR_INVALID, "form errors found while applying");
	if (arena_over(r->env.arena))
		return err_set(e, ERR_TOO_LARGE, "memory of the request");
	if (x->job.once.key.n) {
		x->job.once.answer = answer_store(r);
		if (x->job.once.answer.n > STORED_MAX)
			return err_set(e, ERR_INTERNAL, "answer too long to be kept with its key");
	}
	return true;
}

static bool apply(struct write_job *job, struct err *e)
{
	struct exchange *x = job->ctx;
	flight_thread(x->digest);
	bool ok = act(x, e);
	flight_thread(0);
	return ok;
}

static void done(struct write_job *job)
{
	struct exchange *x = job->ctx;
	x->r.env.db = NULL;
	if (x->away)
		CHECK(slow_submit(x->h->acts, x, &job->err));
	else
		x->wake(x);
}

static bool key_of(struct exchange *x, struct err *e)
{
	struct request *r = &x->r;
	struct str key = req_header(r, "Idempotency-Key");
	if (key.n == 0)
		req_form_raw(r, STR(FORM_ACTION), 0, &key);
	for (size_t i = 0; i < key.n; i++)
		if (key.n > KEY_MAX || key.p[i] <= ' ' || key.p[i] >= 0x7F)
			return err_set(e, ERR_INVALID, "ill-formed idempotency key");
	x->job.once.key = key;
	if (key.n)
		body_hash(x, x->job.once.request);
	return true;
}

static enum next submit(struct exchange *x, bool (*fn)(struct write_job *job, struct err *e), enum step after)
{
	const struct http_config *c = x->h->cfg;
	x->job.env = &x->r.env;
	x->job.apply = fn;
	x->job.done = done;
	x->job.ctx = x;
	x->job.deadline_ns = monotonic_ns() + (int64_t)c->deadline_ms * 1000000;
	x->step = after;
	if (!x->away)
		x->suspend(x);
	if (c->submit(c->writer, &x->job, &x->job.err))
		return NEXT_AWAY;
	x->job.ok = false;
	if (x->away)
		return NEXT_GO;
	x->wake(x);
	return NEXT_AWAY;
}

enum next step_apply(struct exchange *x)
{
	struct err e = {0};
	x->job = (struct write_job){0};
	if (!key_of(x, &e)) {
		step_fail(x, &e);
		return NEXT_GO;
	}
	x->before = x->r;
	x->out_before = x->out;
	return submit(x, apply, STEP_APPLIED);
}

void step_applied(struct exchange *x)
{
	struct err e = x->job.err;
	x->step = STEP_DONE;
	if (x->job.once.mismatch) {
		x->fail_status = 422;
		err_say(&e, ERR_CONFLICT, x->h->cfg->say_key_reused, "idempotency key used before for something else");
		step_fail(x, &e);
	} else if (!x->job.ok) {
		if (x->r.errors.n)
			answer_form_errors(x);
		else
			step_fail(x, &e);
	} else if (x->job.once.replayed && !answer_restore(&x->r, x->job.once.answer, &e)) {
		step_fail(x, &e);
	} else {
		x->step = x->r.answered ? STEP_DONE : STEP_ANSWER;
	}
}

void step_answer(struct exchange *x)
{
	struct err e = {0};
	struct request *r = &x->r;
	x->step = STEP_DONE;
	if (r->route->answer && !with_db(x, r->route->answer, &e))
		step_fail(x, &e);
	else if (r->answered)
		return;
	else if (r->redirect.n)
		answer_redirect(r, r->redirect);
	else if (r->route->flags & ROUTE_API)
		answer_empty(r, 204);
	else {
		err_set(&e, ERR_INTERNAL, "an action without answer and redirect");
		step_fail(x, &e);
	}
}

/* ---- the access record ---- */

static bool record(struct write_job *job, struct err *e)
{
	struct exchange *x = job->ctx;
	return x->h->cfg->hooks.read_apply(&x->r, e);
}

enum next step_record(struct exchange *x)
{
	const struct http_hooks *k = &x->h->cfg->hooks;
	x->step = STEP_DONE;
	if (!k->read_needed || !k->read_apply)
		return NEXT_GO;
	struct err e = {0};
	if (!db_take(x, &e)) {
		step_fail(x, &e);
		return NEXT_GO;
	}
	bool needed = k->read_needed(&x->r);
	db_give(x);
	if (!needed)
		return NEXT_GO;
	x->job = (struct write_job){0};
	return submit(x, record, STEP_RECORDED);
}

void step_recorded(struct exchange *x)
{
	struct err e = x->job.err;
	x->step = STEP_DONE;
	/* No read without its record. */
	if (!x->job.ok)
		step_fail(x, &e);
	else if (x->h->cfg->hooks.read_kept)
		x->h->cfg->hooks.read_kept(&x->r);
}
