/* search.c — the words by which a dossier is found. See dossier.h, "Search".
 *
 * Derived: what stands here is made from the dossier's row, and can be made again. When FTS5 says that its index is malformed the acts go on
 * without it, a search says when to come again, and a job makes it anew. */
#include "core/crypto/crypto.h"
#include "core/job/job.h"
#include "core/log/log.h"
#include "core/text/text.h"
#include "core/writer/writer.h"
#include "dossier/internal.h"
#include "gen/messages.h"
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#define FILL_ROWS 500
#define MERGE_LEAST 16   /* pages of a step; */
#define MERGE_MOST 64    /* as many as take */
#define MERGE_NS 3000000 /* so long, since whoever files waits for it */
#define MERGE_STEPS 2000 /* in a run of the job; what is left waits for the next */
#define MERGE_SHARE 3    /* a step is followed by a pause so many times as long */
#define EXTEND_EACH 20 /* acts */
#define MEND_EACH_MS ((int64_t)10 * 60 * 1000)

struct search_row { struct later later; struct dossier_id id; struct str words; bool replace; };

static struct str words_of(struct arena *a, struct str code, struct str origin_code, struct str name, struct str procedure)
{
	return text_fold(a, str_fmt(a, "%.*s %.*s %.*s %.*s", STR_ARG(code), STR_ARG(origin_code), STR_ARG(name), STR_ARG(procedure)));
}

static bool put(struct env *env, struct dossier_id id, struct str words, bool replace, struct err *e)
{
	return ((!replace || q_dossier_search_drop(env->db, id, NULL, e)) && q_dossier_search_add(env->db, id, words, NULL, e)) || err_wrap(e, "search");
}

/* At the end of the batch: a savepoint makes FTS5 write out what it holds, and one segment a filing costs more than the row. */
static bool write_row(struct env *env, const struct later *l, struct err *e)
{
	const struct search_row *row = (const struct search_row *)l;
	return put(env, row->id, row->words, row->replace, e);
}

/* Once in ten minutes, however many filings find it so. */
static bool mend(struct env *env, const struct err *why, struct err *e)
{
	log_event(LOG_ERROR, "search.malformed", log_text("why", why->text));
	struct str key = str_fmt(env->arena, "%lld", (long long)(env->now.ms / MEND_EACH_MS));
	return job_add(env, &(struct job_new){.kind = dossier_search_job.name, .key = key}, e) || err_wrap(e, "search");
}

bool search_put(struct env *env, struct dossier_id id, struct str code, struct str procedure, struct str name, struct str origin_code, bool replace, struct err *e)
{
	struct search_row *row = NEW(env->arena, struct search_row);
	*row = (struct search_row){.later = {.run = write_row, .mend = mend}, .id = id, .words = words_of(env->arena, code, origin_code, name, procedure), .replace = replace};
	return writer_later(env, &row->later, e);
}

bool dossier_forget_words(struct env *env, struct err *e) { return q_dossier_search_optimize(env->db, NULL, e) || err_wrap(e, "search"); }

/* ---- making it anew ---- */

static _Atomic bool found_malformed; /* by a search; one that fails so says when it is to be tried again */

bool dossier_search_failed(struct env *env, struct err *e)
{
	if (!db_malformed(env->db))
		return false;
	log_event(LOG_ERROR, "search.malformed", log_text("why", e->text));
	atomic_store(&found_malformed, true);
	return err_say(e, ERR_BUSY, MSG_DOSSIER_SEARCH_ANEW, "the search index is malformed and is made anew");
}

static bool was_found_malformed(struct job_run *run, bool *due, struct err *e)
{
	(void)run;
	(void)e;
	*due = atomic_load(&found_malformed);
	return true;
}

static bool begin_anew(struct env *env, struct err *e) { return q_dossier_search_rebuild(env->db, NULL, e) && q_dossier_search_strangers(env->db, NULL, e); }

static bool fill(struct env *env, struct search_fill *at, struct err *e)
{
	struct dossier_search_rows_rows rows = {0};
	if (!q_dossier_search_rows(env->db, env->arena, at->after, FILL_ROWS, &rows, e))
		return false;
	for (size_t i = 0; i < rows.n; i++) {
		const struct dossier_search_rows_row *r = &rows.v[i];
		struct str words = words_of(env->arena, r->code, r->origin_code, r->applicant_name, r->procedure_name);
		at->after = r->id;
		at->n++;
		if (r->words.p && str_eq(r->words, words))
			continue;
		if (!put(env, r->id, words, r->words.p != NULL, e))
			return false;
		at->mended++;
	}
	at->more = rows.n == FILL_ROWS;
	return true;
}

bool dossier_search_fill(struct env *env, struct search_fill *at, struct err *e)
{
	struct search_fill from = *at, next = from; /* an act may run twice */
	bool ok = (at->begun || begin_anew(env, e)) && fill(env, &next, e);
	next.begun = true;
	*at = ok ? next : from;
	return ok || err_wrap(e, "making the search index anew");
}

static bool act(struct job_run *run, void *ctx, struct err *e) { return dossier_search_fill(&run->env, ctx, e); }

static bool rebuild(struct job_run *run, struct err *e)
{
	struct search_fill at = {.more = true};
	atomic_store(&found_malformed, false);
	for (int i = 1; at.more; i++) {
		if (job_stopping(run))
			return err_set(e, ERR_BUSY, "the program is stopping");
		struct search_fill next = at;
		if (!job_write(run, act, &next, e) || (i % EXTEND_EACH == 0 && !job_extend(run, e)))
			return false;
		at = next;
	}
	log_event(LOG_WARN, "search.rebuilt", log_int("dossiers", at.n), log_int("mended", at.mended));
	return true;
}

const struct job_kind dossier_search_job = {.name = "dossier.search", .fn = rebuild, .due = was_found_malformed, .every_ms = 60000};

/* ---- merging its pieces (SQLite) ---- */

/* The record of its pieces changes with each write and each step of merging, and with a step that found nothing to do it does not. */
static bool shape(struct env *env, uint64_t *out, struct err *e)
{
	struct dossier_search_shape_row row = {0};
	bool found = false;
	if (!q_dossier_search_shape(env->db, env->arena, &row, &found, e))
		return false;
	struct digest d = crypto_sha256(row.block);
	memcpy(out, d.b, sizeof *out);
	if (!found)
		*out = 0;
	return true;
}

static bool merge_due(struct job_run *run, bool *due, struct err *e)
{
	uint64_t now = 0;
	if (!shape(&run->env, &now, e))
		return false;
	*due = now != 0 && now != atomic_load((_Atomic uint64_t *)run->kind->ctx);
	return true;
}

struct merge_step { int64_t pages, ns; };

static bool merge_step(struct job_run *run, void *ctx, struct err *e)
{
	struct merge_step *s = ctx;
	int64_t begun = monotonic_ns();
	bool ok = q_dossier_search_merge(run->env.db, s->pages, NULL, e);
	s->ns = monotonic_ns() - begun;
	return ok;
}

static int64_t next_pages(struct merge_step s)
{
	if (s.ns > MERGE_NS)
		return s.pages / 2 < MERGE_LEAST ? MERGE_LEAST : s.pages / 2;
	return s.ns > MERGE_NS / 3 || s.pages == MERGE_MOST ? s.pages : s.pages * 2;
}

static bool merge(struct job_run *run, struct err *e)
{
	uint64_t before = 0, after = 0;
	struct merge_step step = {.pages = MERGE_LEAST};
	bool ok = shape(&run->env, &after, e);
	for (int i = 0; ok && before != after && i < MERGE_STEPS && !job_stopping(run); i++) {
		int64_t begun = monotonic_ns();
		before = after;
		ok = job_write(run, merge_step, &step, e) && shape(&run->env, &after, e);
		step.pages = next_pages(step);
		int64_t pause = MERGE_SHARE * (monotonic_ns() - begun);
		nanosleep(&(struct timespec){.tv_sec = pause / 1000000000, .tv_nsec = pause % 1000000000}, NULL);
	}
	if (ok && before == after)
		atomic_store((_Atomic uint64_t *)run->kind->ctx, after);
	return ok || err_wrap(e, "merging the search index");
}

static _Atomic uint64_t merged;
const struct job_kind dossier_search_merge_job = {.name = "dossier.search_merge", .fn = merge, .due = merge_due, .every_ms = 1000, .ctx = &merged};
