/* course.c — how long a dossier stayed at each step, from the log. See dossier.h. */
#include "core/audit/audit.h"
#include "dossier/internal.h"
#include <string.h>

struct walk {
	const struct calendar *calendar;
	const struct process *process;
	int32_t limit_hours;
	struct dossier_stays *out;
	struct instant at; /* up to here it is counted */
	bool waits;        /* for the applicant */
};

static bool is_one_of(struct str state, const char *const *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(state, str_from(v[i])))
			return true;
	return false;
}

/* A supplement, a fee, a result to be collected. */
static bool waits_in(struct str state)
{
	static const char *const v[] = {"supplement", "fee", "done"};
	return is_one_of(state, v, ARRAY_LEN(v));
}

static bool over_in(struct str state)
{
	static const char *const v[] = {"refused", "stopped", "withdrawn"};
	return is_one_of(state, v, ARRAY_LEN(v));
}

int64_t office_ms(const struct calendar *c, struct instant from, struct instant to)
{
	struct err e = {0};
	int64_t ms = 0;
	return calendar_working_ms_between(c, from, to, &ms, &e) && ms > 0 ? ms : 0;
}

static void count_to(struct walk *w, struct instant at)
{
	if (!w->out->n)
		return;
	struct dossier_stay *stay = &w->out->v[w->out->n - 1];
	int64_t ms = office_ms(w->calendar, w->at, at);
	*(w->waits ? &stay->waited_ms : &stay->spent_ms) += ms;
	w->at = at;
}

static void enter(struct walk *w, struct str step, struct instant at)
{
	const struct node *n = w->process ? workflow_node(w->process, step) : NULL;
	if (n && n->kind == NODE_END)
		return;
	w->out->v[w->out->n++] = (struct dossier_stay){.step = step, .from = at, .limit_ms = n ? workflow_step_minutes(n, w->limit_hours) * 60000 : 0};
	w->at = at;
}

static void leave(struct walk *w, const struct audit_entry *x)
{
	struct dossier_stay *stay = &w->out->v[w->out->n - 1];
	stay->to = OPT_INSTANT(x->at);
	stay->entry = x->id;
}

/* The first step is entered by filing, whose entry names none. */
static void begin(struct walk *w, const struct dossier_get_row *d, struct str step)
{
	enter(w, step, d->sent_at);
	if (w->out->n && !w->out->v[0].limit_ms)
		w->out->v[0].limit_ms = office_ms(w->calendar, d->sent_at, d->answer_due);
}

static void step_by(struct arena *a, struct walk *w, const struct dossier_get_row *d, const struct audit_entry *x, bool *begun)
{
	json_t *body = str_find(x->body, STR("\"from\"")) < 0 ? NULL : json_loadb(x->body.p, x->body.n, 0, NULL); /* NULL: it moved nothing */
	struct str from = str_from(json_string_value(json_object_get(body, "from"))), to = str_from(json_string_value(json_object_get(body, "to")));
	struct str state = str_from(json_string_value(json_object_get(body, "state")));
	if (from.n && !*begun)
		begin(w, d, str_dup(a, from)), *begun = true;
	if (from.n)
		count_to(w, x->at), w->waits = waits_in(state);
	if (from.n && to.n && !str_eq(from, to) && w->out->n) {
		leave(w, x);
		enter(w, str_dup(a, to), x->at);
	}
	json_decref(body);
}

void dossier_stays(struct env *env, const struct law *law, const struct dossier_get_row *d, const struct audit_entries *all, struct dossier_stays *out)
{
	const struct law_procedure *p = law_find(law, d->procedure);
	struct walk w = {.calendar = law->calendar, .process = law_process(law, d->process), .limit_hours = p ? p->limit_hours : 0, .out = out};
	bool begun = false;
	*out = (struct dossier_stays){.v = NEW_ARRAY(env->arena, all->n + 1, struct dossier_stay)};
	for (size_t i = 0; i < all->n; i++)
		if (str_starts(all->v[i].kind, STR("dossier.")))
			step_by(env->arena, &w, d, &all->v[i], &begun);
	if (!begun)
		begin(&w, d, d->step);
	if (out->n && !out->v[out->n - 1].to.has && !over_in(d->state))
		count_to(&w, env->now);
	for (size_t i = 0; i < out->n; i++) {
		struct dossier_stay *s = &out->v[i];
		s->late_ms = s->limit_ms && s->spent_ms > s->limit_ms ? s->spent_ms - s->limit_ms : 0;
	}
}
