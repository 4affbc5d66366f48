/* job.c — adding, claiming, ending. The threads are in runner.c. */
#include "core/job/job_internal.h"
#include "core/db/id.h"
#include "core/job/job_sql.h"
#include "gen/ids.h"
#include <malloc.h>
#include <time.h>

#define PAYLOAD_MAX ((size_t)64 * 1024)
#define BACKOFF_FIRST_MS ((int64_t)15 * 1000)
#define BACKOFF_MAX_MS ((int64_t)3600 * 1000)
#define UNKNOWN_WAIT_MS ((int64_t)5 * 60 * 1000)
#define AWAY_WAIT_MS 5000
#define WRITER_WAIT_NS ((int64_t)60000000000)
#define LEASE_MS ((int64_t)5 * 60 * 1000)
#define KEEP_MS (30 * DAY_MS)

bool job_add(struct env *env, const struct job_new *job, struct err *e)
{
	CHECK(env->ids != NULL);
	struct str payload = job->payload.n ? job->payload : STR("{}");
	if (payload.n > PAYLOAD_MAX || !str_is_utf8(payload))
		return err_set(e, ERR_INVALID, "job %s: payload of %zu bytes", job->kind, payload.n);
	struct instant due = job->run_at.ms ? job->run_at : env->now;
	return q_job_insert(env->db,
	                    &(struct job_insert_in){.id = {id_new(env->ids, env->now)}, .kind = str_from(job->kind), .payload = payload,
	                                            .run_key = job->key.n ? job->key : STR_NONE, .due = due, .made_at = env->now},
	                    NULL, e) ||
	       err_wrap(e, "job_add");
}

int64_t job_backoff_ms(int64_t attempt)
{
	int64_t ms = BACKOFF_FIRST_MS;
	while (--attempt > 0 && ms < BACKOFF_MAX_MS)
		ms *= 2;
	return ms < BACKOFF_MAX_MS ? ms : BACKOFF_MAX_MS;
}

struct str job_error_text(struct arena *a, const struct err *e)
{
	struct str s = str_dup(a, str_from(e->text));
	for (int i = 0; i < 4 && s.n && !str_is_utf8(s); i++)
		s.n--; /* a character cut in two by the size of err.text */
	return str_is_utf8(s) ? s : STR("(not UTF-8)");
}

static int64_t lease_ms(const struct job_kind *k) { return k->lease_ms ? k->lease_ms : LEASE_MS; }
static int max_attempts(const struct job_kind *k) { return k->max_attempts ? k->max_attempts : 8; }

static const struct job_kind *kind_of(const struct job_config *cfg, struct str name)
{
	for (size_t i = 0; i < cfg->n_kinds; i++)
		if (str_eq(name, str_from(cfg->kinds[i].name)))
			return &cfg->kinds[i];
	return NULL;
}

/* By what has passed since the last act: after the clock was set back what waits goes on, and no longer than it was to. */
static struct instant due_now(struct writer *w, const struct env *env)
{
	struct instant seen = writer_seen(w);
	return seen.ms > env->now.ms ? seen : env->now;
}

/* ---- claiming ---- */

struct claim { const struct job_config *cfg; struct job_run *run; bool found, unknown; };

/* Has an earlier run of this claim taken hold after all, its answer lost? */
static bool claimed_before(struct claim *c, struct env *env, struct err *e)
{
	struct job_leased_row row = {0};
	if (!q_job_leased(env->db, env->arena, c->run->lease, &row, &c->found, e) || !c->found)
		return e->kind == ERR_NONE;
	c->run->kind = kind_of(c->cfg, row.kind);
	c->run->id = row.id.v;
	c->run->payload = row.payload;
	c->run->attempt = row.attempts;
	c->run->last_attempt = c->run->attempt >= max_attempts(c->run->kind);
	return true;
}

static bool claim_apply(struct write_job *w, struct err *e)
{
	struct claim *c = w->ctx;
	struct env *env = w->env;
	struct job_claimable_row row = {0};
	c->found = c->unknown = false;
	if (c->run->lease && !claimed_before(c, env, e))
		return false;
	if (c->found)
		return true;
	struct instant now = due_now(c->run->writer, env);
	if (!q_job_claimable(env->db, env->arena, now, &row, &c->found, e) || !c->found)
		return !c->found && e->kind == ERR_NONE;
	const struct job_kind *k = kind_of(c->cfg, row.kind);
	c->unknown = k == NULL;
	if (!k) /* of a newer program on another node: not ours to bury */
		return q_job_postpone(env->db,
		                      &(struct job_postpone_in){.id = row.id, .lease = 0, .due = {now.ms + UNKNOWN_WAIT_MS},
		                                                .attempts = row.attempts, .last_error = STR("kind unknown to this program")},
		                      NULL, e);
	c->run->kind = k;
	c->run->id = row.id.v;
	c->run->payload = row.payload;
	c->run->attempt = row.attempts + 1;
	c->run->last_attempt = c->run->attempt >= max_attempts(k);
	c->run->lease = c->run->lease ? c->run->lease : id_new(env->ids, env->now);
	return q_job_take(env->db, row.id, c->run->lease, (struct instant){now.ms + lease_ms(k)}, NULL, e);
}

/* The lease makes each of these harmless the second time; what the database was away for is written when it is back. */
static bool on_writer(struct job_run *run, bool (*apply)(struct write_job *, struct err *), void *ctx, struct err *e)
{
	int64_t until = monotonic_ns() + WRITER_WAIT_NS;
	for (;;) {
		struct write_job w = {.env = &run->env, .apply = apply, .ctx = ctx, .repeatable = true};
		*e = (struct err){0};
		if (writer_run(run->writer, &w, e))
			return true;
		if (e->kind != ERR_BUSY || monotonic_ns() > until || !run->runner || job_stopping(run))
			return false;
		nanosleep(&(struct timespec){.tv_nsec = 250000000}, NULL);
	}
}

/* ---- ending ---- */

static bool lost(struct err *e) { return err_set(e, ERR_CONFLICT, "job: the lease is another's"); }

static bool end_apply(struct write_job *w, struct err *e)
{
	struct job_run *run = w->ctx;
	struct env *env = w->env;
	int64_t n = 0;
	struct job_id id = {run->id};
	if (!q_job_end(env->db, id, run->lease, env->now, &n, e))
		return false;
	if (n == 0)
		return lost(e);
	return (!run->kind->finish || run->kind->finish(run, e)) && q_job_forget(env->db, id, NULL, e);
}

struct ending { struct job_run *run; struct err why; bool without_hook; };

static bool bury_apply(struct write_job *w, struct err *e)
{
	struct ending *x = w->ctx;
	int64_t n = 0;
	if (!q_job_bury(w->env->db,
	                &(struct job_bury_in){.id = {x->run->id}, .lease = x->run->lease, .at = w->env->now,
	                                      .last_error = job_error_text(w->env->arena, &x->why), .hopeless = x->run->hopeless},
	                &n, e))
		return false;
	if (n == 0)
		return lost(e);
	return x->without_hook || !x->run->kind->dead || x->run->kind->dead(x->run, e);
}

static bool postpone_apply(struct write_job *w, struct err *e)
{
	struct ending *x = w->ctx;
	bool later = x->run->later_ms > 0; /* not the job's fault: the attempt does not count */
	int64_t n = 0, wait = later ? x->run->later_ms : job_backoff_ms(x->run->attempt);
	if (!q_job_postpone(w->env->db,
	                    &(struct job_postpone_in){.id = {x->run->id}, .lease = x->run->lease, .due = {due_now(x->run->writer, w->env).ms + wait},
	                                              .attempts = x->run->attempt - later,
	                                              .last_error = job_error_text(w->env->arena, &x->why)},
	                    &n, e))
		return false;
	return n > 0 || lost(e);
}

static bool bury(struct ending *x, struct err *e)
{
	if (on_writer(x->run, bury_apply, x, e))
		return true;
	x->without_hook = true;
	x->why = *e;
	return on_writer(x->run, bury_apply, x, e);
}

static enum job_outcome end_failed(struct job_run *run, const struct err *why, struct err *e)
{
	struct ending x = {.run = run, .why = *why};
	bool die = run->later_ms == 0 && (run->hopeless || run->last_attempt);
	bool ok = die ? bury(&x, e) : on_writer(run, postpone_apply, &x, e);
	return !ok ? JOB_LOST : die ? JOB_DIED : JOB_FAILED;
}

/* The attempt that would be one too many: the process died in the last one. */
static bool worn_out(const struct job_run *run) { return run->attempt > max_attempts(run->kind); }

static enum job_outcome work(const struct job_config *cfg, struct job_run *run, struct err *e)
{
	struct err why = {0};
	bool ok = true;
	if (worn_out(run))
		ok = err_set(&why, ERR_INTERNAL, "ended with the process %lld times", (long long)run->attempt - 1);
	else if (run->kind->fn) {
		run->env.db = db_checkout(cfg->pool, &why);
		ok = run->env.db && run->kind->fn(run, &why);
		if (!ok && run->later_ms == 0 && (!run->env.db || db_lost(run->env.db)))
			run->later_ms = AWAY_WAIT_MS; /* the database's fault, not the job's */
		if (run->env.db && run->kind->large)
			db_rest(run->env.db);
		if (run->env.db)
			db_checkin(cfg->pool, run->env.db);
		run->env.db = NULL;
	}
	if (ok && on_writer(run, end_apply, run, &why))
		return JOB_DONE;
	if (why.kind == ERR_NONE)
		err_set(&why, ERR_INTERNAL, "failed without saying why");
	*e = why;
	struct err ignored = {0};
	return end_failed(run, &why, &ignored);
}

static bool rest_apply(struct write_job *w, struct err *e)
{
	(void)e;
	db_rest(w->env->db);
	return true;
}

/* Each connection keeps the pages it touched up to a bound, and each thread what it once had: after a large job that is for nothing. */
static void give_back(const struct job_config *cfg, struct job_run *run)
{
	struct write_job rest = {.env = &run->env, .apply = rest_apply, .repeatable = true};
	struct err ignored = {0};
	if (writer_run(cfg->writer, &rest, &ignored)) {
		arena_reset(run->env.arena);
		malloc_trim(0);
	}
}

static struct instant now_of(const struct job_config *cfg) { return cfg->now ? cfg->now(cfg->now_ctx) : instant_clock(); }

static struct env env_for(const struct job_config *cfg, struct arena *a)
{
	return (struct env){.arena = a, .now = now_of(cfg), .actor = &actor_program};
}

/* A read first, so that an idle program writes nothing. */
static bool something_due(const struct job_config *cfg, struct env *env, bool *due, struct err *e)
{
	struct job_first_due_row row;
	struct db *db = db_checkout(cfg->pool, e);
	if (!db)
		return false;
	bool ok = q_job_first_due(db, env->arena, due_now(cfg->writer, env), &row, due, e);
	db_checkin(cfg->pool, db);
	return ok;
}

bool job_step(const struct job_config *cfg, struct job_runner *runner, enum job_outcome *out, struct err *e)
{
	AUTO_ARENA a = arena_new(0);
	struct job_run run = {.env = env_for(cfg, a), .app = cfg->app, .writer = cfg->writer, .runner = runner};
	struct claim c = {.cfg = cfg, .run = &run};
	bool due = false;
	*out = JOB_NONE;
	if (!something_due(cfg, &run.env, &due, e))
		return err_wrap(e, "job");
	if (!due)
		return true;
	if (!on_writer(&run, claim_apply, &c, e))
		return err_wrap(e, "job claim");
	if (!c.found)
		return true;
	*out = JOB_SKIPPED;
	if (c.unknown)
		return true;
	run.env.now = now_of(cfg);
	*out = work(cfg, &run, &(struct err){0});
	if (run.kind->large)
		give_back(cfg, &run);
	return true;
}

bool job_run_one(const struct job_config *cfg, bool *ran, struct err *e)
{
	enum job_outcome o;
	bool ok = job_step(cfg, NULL, &o, e);
	*ran = ok && o != JOB_NONE;
	return ok;
}

/* ---- periods ---- */

int64_t job_period_start(const struct job_kind *k, struct instant now)
{
	int64_t shift = VN_OFFSET_MS - k->at_ms, t = now.ms + shift;
	int64_t in = t % k->every_ms;
	return now.ms - (in < 0 ? in + k->every_ms : in);
}

struct period { const struct job_kind *kind; struct instant start; };
struct periods { struct period *v; size_t n; };

static bool periodic_apply(struct write_job *w, struct err *e)
{
	const struct periods *p = w->ctx;
	struct env *env = w->env;
	for (size_t i = 0; i < p->n; i++)
		if (!job_add(env, &(struct job_new){.kind = p->v[i].kind->name, .key = instant_format(env->arena, p->v[i].start)}, e))
			return false;
	return true;
}

static bool has_work(const struct job_config *cfg, const struct job_kind *k, const struct env *env)
{
	struct job_run look = {.env = *env, .kind = k, .app = cfg->app, .writer = cfg->writer};
	struct arena_mark m = arena_mark(env->arena);
	struct err why = {0};
	bool due = true;
	if (k->due && !k->due(&look, &due, &why))
		due = true;
	arena_rewind(env->arena, m);
	return due;
}

static bool look_for_work(const struct job_config *cfg, struct env *env, const int64_t *seen, struct periods *out, struct err *e)
{
	env->db = db_checkout(cfg->pool, e);
	if (!env->db)
		return false;
	for (size_t i = 0; i < cfg->n_kinds; i++) {
		const struct job_kind *k = &cfg->kinds[i];
		struct instant start = {k->every_ms ? job_period_start(k, env->now) : 0};
		if (k->every_ms && (!seen || seen[i] != start.ms) && has_work(cfg, k, env))
			out->v[out->n++] = (struct period){k, start};
	}
	db_checkin(cfg->pool, env->db);
	env->db = NULL;
	return true;
}

bool job_add_periods(const struct job_config *cfg, int64_t *seen, struct err *e)
{
	AUTO_ARENA a = arena_new(0);
	struct env env = env_for(cfg, a);
	struct periods due = {.v = NEW_ARRAY(a, cfg->n_kinds, struct period)};
	struct write_job w = {.env = &env, .apply = periodic_apply, .ctx = &due};
	if (!look_for_work(cfg, &env, seen, &due, e) || (due.n && !writer_run(cfg->writer, &w, e)))
		return err_wrap(e, "periodic jobs");
	for (size_t i = 0; seen && i < cfg->n_kinds; i++)
		seen[i] = cfg->kinds[i].every_ms ? job_period_start(&cfg->kinds[i], env.now) : 0;
	return true;
}

bool job_add_periodic(const struct job_config *cfg, struct err *e) { return job_add_periods(cfg, NULL, e); }

static bool release_apply(struct write_job *w, struct err *e)
{
	return q_job_release(w->env->db, id_node(id_new(w->env->ids, w->env->now)), w->env->now, NULL, e);
}

bool job_release(const struct job_config *cfg, struct err *e)
{
	AUTO_ARENA a = arena_new(0);
	struct env env = env_for(cfg, a);
	struct write_job w = {.env = &env, .apply = release_apply};
	return writer_run(cfg->writer, &w, e) || err_wrap(e, "jobs of a process that died");
}

/* ---- inside fn ---- */

static bool extend_apply(struct write_job *w, struct err *e)
{
	struct job_run *run = w->ctx;
	int64_t n = 0;
	if (!q_job_hold(w->env->db, (struct job_id){run->id}, run->lease, (struct instant){due_now(run->writer, w->env).ms + lease_ms(run->kind)}, &n, e))
		return false;
	return n > 0 || lost(e);
}

bool job_extend(struct job_run *run, struct err *e) { return on_writer(run, extend_apply, run, e); }

struct writing { struct job_run *run; bool (*act)(struct job_run *, void *, struct err *); void *ctx; };

static bool write_apply(struct write_job *w, struct err *e)
{
	struct writing *x = w->ctx;
	return x->act(x->run, x->ctx, e);
}

bool job_write(struct job_run *run, bool (*act)(struct job_run *run, void *ctx, struct err *e), void *ctx, struct err *e)
{
	struct writing x = {run, act, ctx};
	return on_writer(run, write_apply, &x, e);
}

/* ---- seeing ---- */

bool job_stats(struct env *env, struct job_stats *out, struct err *e)
{
	struct job_open_count_row open = {0};
	struct job_dead_count_row dead = {0};
	bool found;
	if (!q_job_open_count(env->db, env->arena, env->now, &open, &found, e) || !q_job_dead_count(env->db, env->arena, &dead, &found, e))
		return err_wrap(e, "job_stats");
	*out = (struct job_stats){.open = open.n, .running = open.running, .late = open.late, .dead = dead.n, .oldest = open.oldest.v};
	return true;
}

bool job_dead_list(struct env *env, int64_t limit, struct job_dead_list *out, struct err *e)
{
	struct job_dead_rows_rows rows = {0};
	if (!q_job_dead_rows(env->db, env->arena, limit, &rows, e))
		return err_wrap(e, "job_dead_list");
	*out = (struct job_dead_list){NEW_ARRAY(env->arena, rows.n, struct job_dead), rows.n};
	for (size_t i = 0; i < rows.n; i++)
		out->v[i] = (struct job_dead){.id = rows.v[i].id.v, .kind = rows.v[i].kind, .payload = rows.v[i].payload, .attempts = rows.v[i].attempts,
		                              .last_error = rows.v[i].last_error, .made_at = rows.v[i].made_at, .ended_at = rows.v[i].ended_at.v, .hopeless = rows.v[i].hopeless};
	return true;
}

bool job_retry(struct env *env, int64_t id, struct err *e)
{
	int64_t n = 0;
	if (!q_job_revive(env->db, (struct job_id){id}, env->now, &n, e))
		return false;
	return n > 0 || err_set(e, ERR_NOT_FOUND, "no dead job %lld", (long long)id);
}

bool job_take_up(struct env *env, const char *kind, struct instant until, struct err *e)
{
	return q_job_take_up(env->db, str_from(kind), until, env->now, NULL, e);
}

bool job_may_take_up(struct env *env, const char *kind, struct instant until, bool *any, struct err *e)
{
	struct job_may_take_up_row row;
	return q_job_may_take_up(env->db, env->arena, str_from(kind), until, &row, any, e);
}

bool job_of(struct env *env, const char *kind, struct str key, struct job_state *out, struct err *e)
{
	struct job_of_key_row x = {0};
	bool found = false;
	*out = (struct job_state){.stage = JOB_ABSENT};
	if (!q_job_of_key(env->db, env->arena, str_from(kind), key, &x, &found, e) || !found)
		return e->kind == ERR_NONE;
	bool open = str_eq(x.state, STR("open"));
	out->stage = open ? JOB_OPEN : str_eq(x.state, STR("dead")) ? JOB_DEAD : JOB_ENDED;
	out->failed = x.last_error.n > 0;
	out->tries = x.attempts - (open && x.lease != 0); /* the one under way is not known yet */
	out->next = open && x.lease == 0 ? x.due : (struct instant){0};
	out->ended_at = x.ended_at.v;
	return true;
}

bool job_drop(struct env *env, int64_t id, struct err *e)
{
	int64_t n = 0;
	if (!q_job_discard(env->db, (struct job_id){id}, &n, e))
		return false;
	return n > 0 || err_set(e, ERR_NOT_FOUND, "no dead job %lld", (long long)id);
}

static bool sweep_finish(struct job_run *run, struct err *e)
{
	return q_job_sweep(run->env.db, (struct instant){run->env.now.ms - KEEP_MS}, NULL, e);
}
const struct job_kind job_sweep_kind = {.name = "job.sweep", .finish = sweep_finish, .every_ms = DAY_MS, .at_ms = 3 * 3600 * 1000};
