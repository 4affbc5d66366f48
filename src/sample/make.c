/* make.c — day by day: what is sent, then whatever falls due, in the order of time. */
#include "core/audit/audit_sql.h"
#include "gen/tables.h"
#include "sample/internal.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HOUR ((int64_t)3600000)
#define YEARS 3
#define A_COMMIT 4000
#define EVENTS "sample:events" /* a sequence: how far the last commit is */
#define SIGNED_MOST 200
#define SIGNED_DAYS 4

struct due_act { int64_t ms, number; struct inst *x; };
struct loop {
	struct maker *m;
	struct due_act *heap;
	size_t n, cap;
	struct str slugs;
	double *weight;           /* of each day, from the first on */
	double total;
	int32_t first, last;
	int64_t sent, since_commit, a_commit, wait_signature_ms, sign_from_ms;
	double owed;              /* of the day, and what days before could not send */
	const struct law_procedure **usual; /* by how often they are asked for */
	double *usual_share;
	size_t n_usual;
	struct line line;
	int64_t events, past;     /* steps and closed days; those that the killed making had committed */
};

/* ---- the heap of what happens next ---- */

static bool earlier(const struct due_act *a, const struct due_act *b) { return a->ms != b->ms ? a->ms < b->ms : a->number < b->number; }

static void push(struct loop *l, struct inst *x)
{
	if (l->n == l->cap) {
		l->cap = l->cap ? 2 * l->cap : 4096;
		l->heap = realloc(l->heap, l->cap * sizeof *l->heap);
		CHECK(l->heap != NULL);
	}
	size_t i = l->n++;
	struct due_act a = {x->t[x->next].ms, x->number, x};
	for (; i && earlier(&a, &l->heap[(i - 1) / 2]); i = (i - 1) / 2)
		l->heap[i] = l->heap[(i - 1) / 2];
	l->heap[i] = a;
}

static struct inst *pop(struct loop *l)
{
	struct inst *x = l->heap[0].x;
	struct due_act last = l->heap[--l->n];
	size_t i = 0;
	for (size_t c; (c = 2 * i + 1) < l->n; i = c) {
		c += c + 1 < l->n && earlier(&l->heap[c + 1], &l->heap[c]);
		if (!earlier(&l->heap[c], &last))
			break;
		l->heap[i] = l->heap[c];
	}
	if (l->n)
		l->heap[i] = last;
	return x;
}

/* ---- how many are sent on a day ---- */

/* Tết empties the counters, spring and the end of the year fill them. Each year a little more goes online. */
static double season(struct date d)
{
	static const double of_month[12] = {0.9, 0.6, 1.15, 1.1, 1.05, 1.0, 0.95, 0.9, 1.05, 1.1, 1.1, 1.15};
	static const double of_weekday[7] = {1.25, 1.1, 1.0, 0.95, 0.9, 1.0, 1.0};
	return of_month[date_civil(d).month - 1] * of_weekday[date_weekday(d)];
}

/* One storm in the first autumn, and one that made the news: counters stay closed, people file from home. */
static bool is_storm(const struct loop *l, int32_t day)
{
	struct civil c = date_civil((struct date){day});
	return (c.month == 9 && c.day >= 7 && c.day <= 8 && day < l->first + 400) || (c.month == 10 && c.day == 12);
}

static double weight_of(const struct loop *l, int32_t day)
{
	bool works = calendar_is_working_day(l->m->c->law->calendar, (struct date){day});
	double w = season((struct date){day});
	if (is_storm(l, day))
		return 0.9 * w;
	if (is_storm(l, day - 1) || is_storm(l, day - 2))
		w *= 1.5;
	return works ? w : 0.14 * w;
}

static void weigh(struct loop *l)
{
	l->first = date_of(l->m->begin).day;
	l->last = date_of(l->m->c->until).day;
	l->weight = NEW_ARRAY(l->m->arena, (size_t)(l->last - l->first + 1), double);
	for (int32_t d = l->first; d <= l->last; d++)
		l->total += l->weight[d - l->first] = weight_of(l, d) * (d == l->last ? time_of_day_ms(l->m->c->until) / (double)DAY_MS : 1);
}

/* ---- what is sent ---- */

static void usual_procedures(struct loop *l)
{
	const struct law *law = l->m->c->law;
	double sum = 0;
	l->usual = NEW_ARRAY(l->m->arena, law->n, const struct law_procedure *);
	l->usual_share = NEW_ARRAY(l->m->arena, law->n, double);
	for (size_t i = 0; i < law->n; i++) {
		const struct law_procedure *p = &law->procedures[i];
		uint64_t c = mix((uint64_t)i * 977 + 13);
		if (!p->process || !p->n_forms)
			continue;
		l->usual[l->n_usual] = p;
		sum += l->usual_share[l->n_usual++] = 1.0 / (1.0 + 20 * share(&c)) * (p->n_forms > 1 ? 0.2 : 1);
	}
	for (size_t i = 0; i < l->n_usual; i++)
		l->usual_share[i] /= sum;
}

static bool in_force(const struct law_procedure *p, struct date d) { return d.day >= p->p->from.day && d.day <= p->p->to.day; }

static size_t pick_procedure(const struct loop *l, uint64_t *chance, struct date d)
{
	for (int tries = 0; tries < 50; tries++) {
		double x = share(chance);
		size_t i = 0;
		while (i + 1 < l->n_usual && x > l->usual_share[i])
			x -= l->usual_share[i++];
		if (in_force(l->usual[i], d))
			return i;
	}
	return 0;
}

static enum course pick_course(uint64_t *chance)
{
	static const struct { enum course course; int of_1000; } usual[] = {{COURSE_SUPPLEMENT_EARLY, 55}, {COURSE_SUPPLEMENT, 45}, {COURSE_REFUSED_EARLY, 25}, {COURSE_REFUSED, 20}, {COURSE_WITHDRAWN, 12},
		{COURSE_APOLOGY, 18}, {COURSE_SENT_BACK, 30}, {COURSE_OPINION, 70}};
	int64_t x = between(chance, 0, 999);
	for (size_t i = 0; i < ARRAY_LEN(usual); i++)
		if ((x -= usual[i].of_1000) < 0)
			return usual[i].course;
	return COURSE_NORMAL;
}

/* From 45 % online in the first month to 85 % in the last. */
static enum channel pick_channel(const struct loop *l, uint64_t *chance, int32_t day, bool open)
{
	double grown = (double)(day - l->first) / (double)(l->last - l->first + 1), x = share(chance);
	if (!open || x < 0.45 + 0.4 * grown)
		return CHANNEL_ONLINE;
	return x > 0.96 ? CHANNEL_POST : CHANNEL_COUNTER;
}

/* At the counter in office hours; online whenever people have time, one in eight at night. */
static struct instant pick_time(const struct loop *l, uint64_t *chance, int32_t day, enum channel channel)
{
	struct date d = {day};
	struct office_day hours = calendar_office_hours(l->m->c->law->calendar, d);
	if (channel != CHANNEL_ONLINE && hours.n) {
		const struct office_interval *at = &hours.at[draw(chance) % hours.n];
		return instant_at(d, (int32_t)between(chance, at->from_ms, at->to_ms - 10 * 60000));
	}
	double x = share(chance);
	int64_t from = x < 0.04 ? 0 : x < 0.13 ? 20 : x < 0.75 ? 8 : 17, to = x < 0.04 ? 5 : x < 0.13 ? 24 : x < 0.75 ? 17 : 20;
	return instant_at(d, (int32_t)between(chance, from * HOUR, to * HOUR - 1));
}

static bool house_of(const struct maker *m, struct date d, uint64_t *chance, size_t *out)
{
	size_t fit[32], n = 0;
	for (size_t i = 0; i < m->n_houses; i++)
		if (m->houses[i].from.day <= d.day && d.day <= m->houses[i].to.day)
			fit[n++] = i;
	if (n)
		*out = fit[draw(chance) % n];
	return n > 0;
}

struct wish { struct life life; struct script script; struct instant t[ACTS_MAX]; struct cast cast; uint64_t chance; int64_t number; };

/* An agency's last day must see its dossiers settled. */
static bool fits(const struct loop *l, const struct wish *w)
{
	int32_t last = l->m->houses[w->life.house].to.day, ends = date_of(w->t[w->script.n - 1]).day;
	return ends <= last || last > l->last;
}

/* Will its result be among the newest that left? */
static bool is_signed(const struct loop *l, const struct wish *w)
{
	for (size_t i = 0; i < w->script.n; i++)
		if (w->script.v[i].does == DO_RESULT)
			return w->t[i].ms >= l->sign_from_ms && w->t[i].ms < l->wait_signature_ms;
	return false;
}

static bool make_wish(struct loop *l, int32_t day, struct wish *w)
{
	struct maker *m = l->m;
	const struct calendar *cal = m->c->law->calendar;
	bool open = calendar_is_working_day(cal, (struct date){day}) && !is_storm(l, day);
	uint64_t *chance = &w->chance;
	enum channel channel = pick_channel(l, chance, day, open);
	struct instant t0 = pick_time(l, chance, day, channel);
	int64_t left = m->c->until.ms - instant_at((struct date){day}, 0).ms;
	if (t0.ms >= m->c->until.ms) { /* the last day has not ended */
		channel = CHANNEL_ONLINE;
		t0.ms = m->c->until.ms - between(chance, 1000, left);
	}
	for (int tries = 0; tries < 12; tries++) {
		size_t p = pick_procedure(l, chance, (struct date){day});
		struct life *x = &w->life;
		*x = (struct life){.p = l->usual[p], .procedure = p, .course = tries < 8 ? pick_course(chance) : COURSE_REFUSED_EARLY, .channel = channel, .organisation = share(chance) < 0.3,
		                   .online_result = channel == CHANNEL_ONLINE && share(chance) < 0.8, .rated = share(chance) < 0.12};
		x->account = channel == CHANNEL_ONLINE && w->number % (m->c->n / 60 + 3) == 0 ? 1 + x->organisation : 0;
		if (!house_of(m, (struct date){day}, chance, &x->house))
			return false;
		w->script = script_of(m, x, files_of_kind(m, x, (struct date){day}));
		w->t[0] = t0;
		if (script_times(m, x, &w->script, chance, w->t) && fits(l, w)) {
			x->signed_result = is_signed(l, w);
			return true;
		}
	}
	return false;
}

static int by_time(const void *a, const void *b)
{
	const struct wish *x = *(struct wish *const *)a, *y = *(struct wish *const *)b;
	return x->t[0].ms != y->t[0].ms ? (x->t[0].ms < y->t[0].ms ? -1 : 1) : x->number < y->number ? -1 : 1;
}

static bool send(struct loop *l, const struct wish *w, struct err *e)
{
	struct maker *m = l->m;
	const struct mould *mould = NULL;
	if (!mould_get(m, &w->life, &w->script, w->t, &w->cast, &mould, e))
		return false;
	struct inst *x = inst_new(mould);
	x->number = w->number;
	x->chance = w->chance;
	x->cast = w->cast;
	x->pool = m->n_pool;
	x->stop = (int)w->script.n - (w->script.v[w->script.n - 1].does == ACT_RATE && !w->life.rated);
	memcpy(x->t, w->t, w->script.n * sizeof *x->t);
	push(l, x);
	line_join(&l->line, x);
	return true;
}

/* ---- the days ---- */

static bool commit(struct loop *l, struct err *e)
{
	struct scribe *w = l->m->scribe;
	l->since_commit = 0;
	if (l->events < l->past)
		return true;
	if (!counters_keep(l->m, e) || !scribe_count(w, STR(EVENTS), l->events, e) || !scribe_commit(w, e))
		return err_wrap(e, "sample dossiers");
	if (l->m->c->tell)
		l->m->c->tell(l->m->c->ctx, l->m->out->dossiers, l->m->c->n);
	return true;
}

/* Counts an event: did it take hold before the making was killed? */
static bool is_past(struct loop *l) { return ++l->events <= l->past; }

/* The next act of the first dossier in the heap. */
static bool step(struct loop *l, struct err *e)
{
	struct maker *m = l->m;
	struct inst *x = pop(l);
	const struct act *a = &x->m->script.v[x->next];
	struct arena_mark mark = arena_mark(m->scratch);
	/* The newest decisions are left to be signed by who really signs. */
	bool over = a->does == DO_RESULT && x->t[x->next].ms >= l->wait_signature_ms;
	m->out->unsigned_results += a->does == DO_RESULT && !over && !x->m->life.signed_result;
	bool past = is_past(l), ok = true;
	if (!over)
		ok = past ? pour_past(m, x, e) : pour_act(m, x, e);
	if (ok && (over || x->next == x->stop)) {
		x->over = true;
		ok = x->late ? line_put(m, x, past, e) : line_move(&l->line, m, past, e);
		l->since_commit++;
	} else if (ok)
		push(l, x);
	arena_rewind(m->scratch, mark);
	return ok;
}

static bool run_until(struct loop *l, int64_t ms, struct err *e)
{
	while (l->n && l->heap[0].ms < ms)
		if (!step(l, e))
			return false;
	return true;
}

static bool close_day(struct loop *l, int32_t next, struct err *e) { return is_past(l) || scribe_day(l->m->scribe, (struct date){next}, e); }

static bool send_all(struct loop *l, struct wish **all, size_t n, struct err *e)
{
	qsort(all, n, sizeof *all, by_time);
	for (size_t i = 0; i < n; i++) {
		if (!run_until(l, all[i]->t[0].ms, e) || !send(l, all[i], e))
			return false;
		if (l->since_commit >= l->a_commit && !commit(l, e))
			return false;
	}
	return true;
}

static bool one_day(struct loop *l, int32_t day, struct err *e)
{
	struct maker *m = l->m;
	l->owed += (double)m->c->n * l->weight[day - l->first] / l->total;
	int64_t want = day == l->last ? m->c->n - l->sent : (int64_t)l->owed;
	struct wish **all = calloc((size_t)(want > 0 ? want : 1), sizeof(struct wish *));
	size_t n = 0;
	bool ok = all != NULL;
	for (int64_t i = 0; ok && i < want; i++) {
		struct wish *w = calloc(1, sizeof *w);
		CHECK(w != NULL);
		w->number = l->sent + 1;
		w->chance = mix(m->c->seed ^ mix((uint64_t)(l->sent + 1) ^ (uint64_t)day << 40));
		if (!make_wish(l, day, w)) {
			free(w);
			continue;
		}
		house_cast(m, &w->life, (struct date){day}, &w->chance, &w->cast);
		all[n++] = w;
		l->sent++;
	}
	l->owed -= (double)n;
	ok = ok && send_all(l, all, n, e);
	for (size_t i = 0; i < n; i++)
		free(all[i]);
	free(all);
	int64_t end = instant_at((struct date){day + 1}, 0).ms;
	return ok && run_until(l, end < m->c->until.ms ? end : m->c->until.ms, e) && (day == l->last || close_day(l, day + 1, e));
}

/* Mails about samples are sent to nobody. */
static bool told(struct maker *m, struct err *e)
{
	struct env env = {.arena = m->scratch, .db = m->c->db};
	struct audit_entry v[2] = {{.id = 1, .lane = m->lane.lane, .seq = 1}, {.id = m->lane.id, .lane = m->lane.lane, .seq = m->lane.seq}};
	return audit_mark_read(&env, STR("notify"), &(struct audit_entries){v, 2}, e);
}

/* Whoever is under way at the end stays where it is. */
static bool rest(struct loop *l, struct err *e)
{
	bool past = is_past(l), ok = true;
	for (size_t i = 0; ok && i < l->n; i++)
		if (l->heap[i].x->late)
			ok = line_put(l->m, l->heap[i].x, past, e);
	l->n = 0;
	return ok && line_end(&l->line, l->m, past, e) && (past || (scribe_drain(l->m->scribe, e) && told(l->m, e)));
}

static bool how_far(struct loop *l, struct err *e)
{
	struct sequence_last_row row = {0};
	bool found = false;
	bool ok = q_sequence_last(l->m->c->db, l->m->scratch, STR(EVENTS), &row, &found, e);
	l->past = found ? row.value : 0;
	return ok || err_wrap(e, "how far the samples are");
}

static void loop_free(struct loop *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->heap[i].x->late)
			inst_free(l->heap[i].x);
	free(l->heap);
	line_free(&l->line);
}

static bool loop_days(struct maker *m, struct err *e)
{
	struct loop l = {.m = m, .a_commit = m->c->n / 20 < A_COMMIT ? m->c->n / 20 + 1 : A_COMMIT};
	/* Not more than a few days' work: older ones would have been issued long ago. */
	int64_t of_days = m->c->n * SIGNED_DAYS / (YEARS * 365) + 8, newest = of_days < SIGNED_MOST ? of_days : SIGNED_MOST;
	weigh(&l);
	usual_procedures(&l);
	/* So far back as the offices need for that many decisions. */
	l.wait_signature_ms = m->c->until.ms - (int64_t)((double)newest / ((double)m->c->n + 1) * YEARS * 365 * (double)DAY_MS);
	l.sign_from_ms = m->c->sign ? l.wait_signature_ms - (int64_t)((double)SAMPLE_SIGNED / ((double)m->c->n + 1) * YEARS * 365 * (double)DAY_MS) : INT64_MAX;
	bool ok = l.n_usual > 0 || err_set(e, ERR_INTERNAL, "no procedure has form and process");
	ok = ok && how_far(&l, e);
	for (int32_t d = l.first; ok && d <= l.last; d++)
		ok = one_day(&l, d, e);
	ok = ok && rest(&l, e) && commit(&l, e) && scribe_drain(m->scribe, e);
	loop_free(&l);
	return ok;
}

/* ---- before and after ---- */

struct instant sample_begin(struct instant until)
{
	struct civil c = date_civil(date_of(until));
	int day = c.month == 2 && c.day == 29 ? 28 : c.day;
	return instant_at(date_from_civil(c.year - YEARS, c.month, day), 7 * (int32_t)HOUR);
}

static bool sample_page(struct maker *m, struct str title, struct pool_file *out, struct err *e)
{
	struct str pdf;
	struct blob_info info;
	if (again_file(m, out))
		return true;
	if (!m->c->page(m->c->ctx, m->scratch, title, &pdf, e) || !blob_store_bytes(m->c->blobs, pdf, &(struct blob_put){.key = &m->key}, &info, e))
		return err_wrap(e, "a sample page");
	*out = (struct pool_file){digest_hex(m->arena, info.address), digest_hex(m->arena, info.plain), info.size, 1};
	return again_keep(m, out, e);
}

static bool prepare(struct maker *m, struct err *e)
{
	static const struct db_table *const tables[] = {&table_dossier, &table_dossier_key, &table_dossier_clock, &table_dossier_file, &table_dossier_paper, &table_dossier_fee,
		&table_dossier_opinion, &table_dossier_rating, &table_log_entry};
	m->begin = sample_begin(m->c->until);
	id_source_init(&m->ids, 0);
	id_source_init(&m->stage_ids, 1);
	if (!again_open(m, e) || !lane_open(m->c->db, m->scratch, 0, &m->lane, e) || !stage_open(m, e) || !house_find(m, e))
		return false;
	db_permit_logged(m->stage, true);
	m->n_pool = 1;
	m->files_n = NEW_ARRAY(m->arena, 2 * m->c->law->n, int);
	return sample_page(m, STR("Thành phần hồ sơ mẫu"), &m->pool[0], e) && sample_page(m, STR("Giấy tờ mẫu của Bộ phận Một cửa"), &m->paper, e) &&
	       sample_page(m, STR("Kết quả mẫu, chưa ký"), &m->result, e) &&
	       db_bulk_begin(m->c->db, &(struct db_bulk_config){tables, ARRAY_LEN(tables), NULL, 0, 384}, &m->bulk, e) &&
	       db_bulk_begin(m->stage, &(struct db_bulk_config){.cache_mb = 8}, &m->stage_rows, e) && q_dossier_search_crisis(m->c->db, 16, NULL, e);
}

bool sample_make(const struct sample_config *c, struct sample_done *out, struct err *e)
{
	struct maker *m = calloc(1, sizeof *m);
	CHECK(m != NULL);
	*out = (struct sample_done){0};
	m->c = c;
	m->out = out;
	m->arena = arena_new(0);
	m->scratch = arena_new(0);
	struct db_tx stage = {0};
	bool ok = prepare(m, e) && db_begin(m->stage, &stage, e) && (m->scribe = scribe_open(m, e)) != NULL && loop_days(m, e);
	scribe_close(m->scribe);
	ok = ok && q_dossier_search_merge(c->db, INT32_MAX, NULL, e) && q_dossier_search_crisis(c->db, 64, NULL, e) && db_bulk_finish(m->bulk, c->schema, e);
	out->files = (int64_t)m->n_pool;
	db_rollback(&stage);
	db_bulk_free(m->stage_rows);
	db_close(m->stage);
	if (ok)
		stage_drop(m);
	again_close(m, ok);
	db_bulk_free(m->bulk);
	crypto_wipe(&m->key, sizeof m->key);
	arena_free(m->scratch);
	arena_free(m->arena);
	free(m);
	return ok;
}
