/* counted.c — a dossier as statistics see it (stat.h), the difference that an act makes, and how long a settlement took.
 * One place: dossier_send, dossier_do and dossier_keep_file come here, and so does the recount. */
#include "dossier/doing.h"
#include "stat/stat.h"
#include <stdlib.h>

#define PAGE 1000

/* ---- how long it took: kept with the settlement, so that a later calendar changes no figure ---- */

struct stretch { struct instant from, to; };
struct stretches { struct stretch *v; size_t n; struct instant first, last; };

/* Within acceptance and settlement only. */
static void add_stretch(struct stretches *s, struct instant from, struct instant to)
{
	from = from.ms < s->first.ms ? s->first : from;
	to = to.ms > s->last.ms ? s->last : to;
	if (from.ms < to.ms)
		s->v[s->n++] = (struct stretch){from, to};
}

static int by_start(const void *a, const void *b)
{
	const struct stretch *x = a, *y = b;
	return x->from.ms < y->from.ms ? -1 : x->from.ms > y->from.ms;
}

/* Office time in which at least one of them ran. */
static int64_t office_ms_of(const struct calendar *c, struct stretches *s)
{
	int64_t ms = 0, until = 0;
	if (s->n > 1)
		qsort(s->v, s->n, sizeof *s->v, by_start);
	for (size_t i = 0; i < s->n; i++) {
		struct stretch x = s->v[i];
		x.from.ms = x.from.ms > until ? x.from.ms : until;
		if (x.from.ms < x.to.ms)
			ms += office_ms(c, x.from, x.to);
		until = x.to.ms > until ? x.to.ms : until;
	}
	return ms;
}

/* From each request to what answers it: a supplement, a fee; and from acceptance until the fee that starts the clock came. */
static void citizen_waits(struct opt_instant clock_from, const struct dossier_clock_list_rows *clock, struct stretches *s)
{
	struct instant asked = {0}, demanded = {0};
	add_stretch(s, s->first, clock_from.has ? clock_from.v : s->last);
	for (size_t i = 0; i < clock->n; i++) {
		struct str kind = clock->v[i].kind;
		bool of_fee = str_starts(kind, STR("fee_"));
		struct instant *open = of_fee ? &demanded : &asked;
		bool begins = str_eq(kind, STR("supplement_asked")) || str_eq(kind, STR("fee_demanded"));
		if (begins && !open->ms)
			*open = clock->v[i].at;
		if (!begins && open->ms) {
			add_stretch(s, *open, clock->v[i].at);
			*open = (struct instant){0};
		}
	}
	if (asked.ms)
		add_stretch(s, asked, s->last);
	if (demanded.ms)
		add_stretch(s, demanded, s->last);
}

void dossier_times(struct arena *a, const struct calendar *c, const struct dossier_course *x, struct dossier_minutes *out)
{
	const struct dossier_opinion_list_rows none = {0}, *opinions = x->opinions ? x->opinions : &none;
	struct stretches s = {.v = NEW_ARRAY(a, x->clock->n + opinions->n + 3, struct stretch), .first = x->accepted, .last = x->settled};
	citizen_waits(x->clock_from, x->clock, &s);
	int64_t citizen = office_ms_of(c, &s) / 60000;
	for (size_t i = 0; i < opinions->n; i++)
		add_stretch(&s, opinions->v[i].asked_at, opinions->v[i].answered_at.has ? opinions->v[i].answered_at.v : s.last);
	*out = (struct dossier_minutes){.total = office_ms(c, s.first, s.last) / 60000, .citizen = citizen, .others = office_ms_of(c, &s) / 60000 - citizen};
}

static bool spent(struct doing *g, struct dossier_settled_in *in, struct err *e)
{
	struct dossier_clock_list_rows clock = {0};
	struct dossier_opinion_list_rows opinions = {0};
	struct dossier_minutes m;
	if (!g->d.accepted_at.has)
		return true;
	if (!q_dossier_clock_list(g->env->db, g->env->arena, g->d.id, &clock, e) || !q_dossier_opinion_list(g->env->db, g->env->arena, g->d.id, &opinions, e))
		return err_wrap(e, "how long it took");
	dossier_times(g->env->arena, g->law->calendar, &(struct dossier_course){g->d.accepted_at.v, g->env->now, g->d.clock_from, &clock, &opinions}, &m);
	in->minutes_total = OPT_INT(m.total);
	in->minutes_citizen = OPT_INT(m.citizen);
	in->minutes_others = OPT_INT(m.others);
	return true;
}

bool settle(struct doing *g, struct str outcome, struct err *e)
{
	struct dossier_settled_in in = {.id = g->d.id, .at = g->env->now, .outcome = outcome};
	return late_take(g, e) && spent(g, &in, e) && (q_dossier_settled(g->env->db, &in, NULL, e) || err_wrap(e, "settling"));
}

/* ---- from rows to facts ---- */

static const char *const channels[] = {[STAT_ONLINE] = "online", [STAT_COUNTER] = "counter", [STAT_POST] = "post", [STAT_HIRED] = "hired", [STAT_PORTAL] = "portal"};
static const struct { const char *state; enum stat_state is; } states[] = {
	{"received", STAT_STATE_OPEN}, {"processing", STAT_STATE_OPEN}, {"signing", STAT_STATE_OPEN}, {"supplement", STAT_STATE_SUPPLEMENT}, {"fee", STAT_STATE_FEE},
};
static const char *const outcomes[] = {[STAT_OUTCOME_NONE] = "", [STAT_OUTCOME_RESULT] = "result", [STAT_OUTCOME_REFUSED] = "refuse", [STAT_OUTCOME_STOPPED] = "stop"};

static enum stat_channel channel_of(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(channels); i++)
		if (str_eq(name, str_from(channels[i])))
			return (enum stat_channel)i;
	return STAT_COUNTER;
}

static enum stat_state state_of(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(states); i++)
		if (str_eq(name, str_from(states[i].state)))
			return states[i].is;
	return STAT_STATE_OVER;
}

static enum stat_outcome outcome_of(struct str name)
{
	for (size_t i = 1; i < ARRAY_LEN(outcomes); i++)
		if (str_eq(name, str_from(outcomes[i])))
			return (enum stat_outcome)i;
	return STAT_OUTCOME_NONE;
}

struct opt_instant dossier_law_due(struct opt_instant due, struct opt_instant law_due, struct opt_instant first_due)
{
	return !due.has ? due : law_due.has ? law_due : first_due;
}

/* Rows of a page of dossiers, in order of the dossier; each is used up once. */
struct page { struct dossier_facts_rows all; struct dossier_facts_papers_rows papers; struct dossier_facts_ratings_rows ratings; size_t paper, rating; };

static bool is_asking(const struct dossier_facts_papers_row *p, enum stat_measure *m)
{
	bool note = str_eq(p->form_set, STR("note"));
	struct str kind = note ? p->form_code : dossier_paper_kind(p->form_set, p->form_code);
	*m = str_eq(kind, STR("apology")) || str_eq(kind, STR("apologise")) ? STAT_APOLOGY : STAT_SUPPLEMENT;
	return *m == STAT_APOLOGY || str_eq(kind, STR("supplement")) || str_eq(kind, STR("ask_supplement"));
}

/* Papers tell when; of a request without a paper the day of filing must do. */
static size_t add_events(struct page *p, const struct dossier_facts_row *d, struct stat_event *v)
{
	size_t n = 0;
	int64_t left[] = {d->supplements, d->apologies};
	for (; p->paper < p->papers.n && p->papers.v[p->paper].dossier.v <= d->id.v; p->paper++) {
		const struct dossier_facts_papers_row *x = &p->papers.v[p->paper];
		enum stat_measure m;
		if (x->dossier.v == d->id.v && is_asking(x, &m) && left[m - STAT_SUPPLEMENT]-- > 0)
			v[n++] = (struct stat_event){m, x->at};
	}
	for (int k = 0; k < 2; k++)
		for (; left[k] > 0; left[k]--)
			v[n++] = (struct stat_event){STAT_SUPPLEMENT + k, d->sent_at};
	for (; p->rating < p->ratings.n && p->ratings.v[p->rating].dossier.v <= d->id.v; p->rating++)
		if (p->ratings.v[p->rating].dossier.v == d->id.v)
			v[n++] = (struct stat_event){STAT_RATED_1 + (int)p->ratings.v[p->rating].score - 1, p->ratings.v[p->rating].at};
	return n;
}

static void set_of(struct arena *a, struct page *p, const struct dossier_facts_row *d, struct stat_set *out)
{
	struct stat_event *events = NEW_ARRAY(a, (size_t)(d->supplements + d->apologies + 1), struct stat_event);
	struct stat_facts f = {
		.dims = {d->settling_agency, d->settling_unit, d->officer, d->procedure}, .channel = channel_of(d->channel_in), .state = state_of(d->state),
		.outcome = outcome_of(d->outcome), .is_signed = d->is_signed, .apologised = d->apologies > 0, .sent = d->sent_at, .answer_due = d->answer_due,
		.accepted = d->accepted_at.v, .law_due = dossier_law_due(d->due, d->law_due, d->first_due).v, .settled = d->settled_at.v, .returned = d->returned_at.v, .timed = d->minutes_total.has,
		.minutes_total = d->minutes_total.v, .minutes_others = d->minutes_others.v, .minutes_citizen = d->minutes_citizen.v, .late_reason = (int)d->late_reason.v, .events = events};
	f.n_events = add_events(p, d, events);
	stat_of(a, &f, out);
}

static bool load_page(struct env *env, struct dossier_id after, struct dossier_id last, struct page *p, struct err *e)
{
	bool asked = false, settled = false;
	*p = (struct page){0};
	if (!q_dossier_facts(env->db, env->arena, after, last, PAGE, &p->all, e))
		return false;
	for (size_t i = 0; i < p->all.n; i++) {
		asked = asked || p->all.v[i].supplements || p->all.v[i].apologies;
		settled = settled || p->all.v[i].settled_at.has;
	}
	if (p->all.n)
		last = p->all.v[p->all.n - 1].id;
	return (!asked || q_dossier_facts_papers(env->db, env->arena, after, last, &p->papers, e)) && (!settled || q_dossier_facts_ratings(env->db, env->arena, after, last, &p->ratings, e));
}

/* ---- before and after an act ---- */

bool counted_load(struct env *env, struct dossier_id id, struct stat_set *out, struct err *e)
{
	struct page p;
	if (!load_page(env, (struct dossier_id){id.v - 1}, id, &p, e))
		return err_wrap(e, "statistics");
	if (p.all.n != 1)
		return err_set(e, ERR_NOT_FOUND, "no dossier %lld", (long long)id.v);
	set_of(env->arena, &p, &p.all.v[0], out);
	return true;
}

/* Of what an act has in hand; only what is asked of other rows, too, needs queries. */
bool counted_before(struct env *env, const struct dossier_get_row *d, struct stat_set *out, struct err *e)
{
	struct dossier_facts_row row = {.id = d->id, .procedure = d->procedure, .channel_in = d->channel_in, .settling_agency = d->settling_agency, .settling_unit = d->settling_unit,
		.officer = d->officer, .state = d->state, .sent_at = d->sent_at, .answer_due = d->answer_due, .accepted_at = d->accepted_at, .first_due = d->first_due, .law_due = d->law_due, .due = d->due};
	if (d->settled_at.has || d->supplements || d->apologies)
		return counted_load(env, d->id, out, e);
	set_of(env->arena, &(struct page){0}, &row, out);
	return true;
}

bool counted_change(struct env *env, struct dossier_id id, const struct stat_set *before, struct err *e)
{
	struct stat_set after;
	return counted_load(env, id, &after, e) && stat_change(env, before, &after, e);
}

/* One that was just filed needs no query. */
bool counted_new(struct env *env, const struct dossier_new *x, struct instant answer_due, struct err *e)
{
	struct stat_facts f = {.dims = {x->settling_agency, x->settling_unit, {0}, x->procedure->p->id}, .channel = channel_of(x->channel_in), .sent = env->now, .answer_due = answer_due};
	struct stat_set after;
	stat_of(env->arena, &f, &after);
	return stat_change(env, NULL, &after, e);
}

bool dossier_stat_scan(struct env *env, void *ctx, struct stat_tally *t, struct err *e)
{
	struct dossier_id after = {0}, last = {INT64_MAX};
	struct page p;
	(void)ctx;
	do {
		struct arena_mark m = arena_mark(env->arena);
		struct stat_set x;
		if (!load_page(env, after, last, &p, e))
			return err_wrap(e, "counting dossiers");
		for (size_t i = 0; i < p.all.n; i++) {
			set_of(env->arena, &p, &p.all.v[i], &x);
			stat_tally_add(t, &x);
			after = p.all.v[i].id;
		}
		arena_rewind(env->arena, m);
	} while (p.all.n == PAGE);
	return true;
}
