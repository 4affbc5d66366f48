/* jobs.c — the program's own periodic work, and the list of everybody's. */
#include "account/account.h"
#include "app/serve.h"
#include "core/audit/audit.h"
#include "core/audit/audit_sql.h"
#include "core/log/log.h"
#include "core/page/part.h"
#include "dossier/dossier.h"
#include "erase/erase.h"
#include "filing/filing.h"
#include "issue/issue.h"
#include "notify/notify.h"
#include "stat/stat.h"
#include "workbook/workbook.h"
#include <string.h>
#include <unistd.h>

#define STAMP_WAIT_MS ((int64_t)10 * 60 * 1000)

/* ---- closing the day: the tree, then its time-stamp ---- */

static bool close_days(struct job_run *run, void *ctx, struct err *e)
{
	bool closed = true;
	(void)ctx;
	for (int i = 0; i < 400 && closed; i++)
		if (!audit_close_day(&run->env, date_of(run->env.now), &closed, e))
			return false;
	return true;
}

struct stamp { struct date day; struct str token; };

static bool keep_stamp(struct job_run *run, void *ctx, struct err *e)
{
	struct stamp *s = ctx;
	return q_log_day_stamp(run->env.db, s->day, s->token, NULL, e);
}

static bool stamp_days(struct job_run *run, struct err *e)
{
	struct app *app = run->app;
	struct log_day_unstamped_rows rows = {0};
	if (!app->tsa.url)
		return true;
	if (!q_log_day_unstamped(run->env.db, run->env.arena, &rows, e))
		return err_wrap(e, "days without stamp");
	for (size_t i = 0; i < rows.n && !job_stopping(run); i++) {
		struct stamp s = {.day = rows.v[i].day};
		struct digest d;
		memcpy(d.b, rows.v[i].chain.p, DIGEST_SIZE);
		if (!tsa_stamp(run->env.arena, &app->tsa, d, run->env.now, &s.token, e)) {
			run->later_ms = e->kind == ERR_BUSY ? STAMP_WAIT_MS : 0; /* an authority that is away is no fault of the job */
			return false;
		}
		if (!job_write(run, keep_stamp, &s, e))
			return false;
	}
	return true;
}

static bool close_day_job(struct job_run *run, struct err *e) { return job_write(run, close_days, NULL, e) && stamp_days(run, e); }

/* ---- housekeeping ---- */

static bool sweep_accounts(struct job_run *run, struct err *e) { return account_sweep(&run->env, e); }

static bool sweep_accounts_due(struct job_run *run, bool *due, struct err *e) { return account_sweep_due(&run->env, due, e); }

static bool keep_reads(struct job_run *run, void *ctx, struct err *e) { return reads_tell(&run->env, ctx, e); }

static bool tell_reads(struct job_run *run, struct err *e)
{
	struct reads_over done = reads_take(run->env.arena, run->env.now.ms, false);
	if (done.n && !job_write(run, keep_reads, &done, e))
		return false;
	reads_told(&done);
	return true;
}

static bool reads_due(struct job_run *run, bool *due, struct err *e)
{
	(void)e;
	*due = reads_wait(run->env.now.ms);
	return true;
}

/* Nothing is ever to be done in the database: asking is all, in each process. */
static bool age_parts(struct job_run *run, bool *due, struct err *e)
{
	(void)e;
	page_parts_age(run->env.now);
	*due = false;
	return true;
}

static bool look_at_masthead(struct job_run *run, bool *due, struct err *e)
{
	*due = false;
	return masthead_look(&run->env, e);
}

static bool no_work(struct job_run *run, struct err *e)
{
	(void)run;
	(void)e;
	return true;
}

static bool sweep_answers(struct job_run *run, struct err *e)
{
	return q_idempotency_expire(run->env.db, (struct instant){run->env.now.ms - 30 * DAY_MS}, NULL, e);
}

struct asking { struct env *env; };

static bool still_needed(void *ctx, struct digest address, bool *needed, struct err *e)
{
	struct env *env = ((struct asking *)ctx)->env;
	struct arena_mark m = arena_mark(env->arena);
	bool ok = filing_needs_blob(env, address, needed, e) && (*needed || workbook_needs_blob(env, address, needed, e));
	arena_rewind(env->arena, m);
	return ok;
}

/* Files that no row names: of drafts that were dropped, of acts that failed after the file was stored. The wait is longer than
 * a backup takes, so that whatever a snapshot names is still there when it is copied. */
static bool sweep_blobs(struct job_run *run, struct err *e)
{
	struct app *app = run->app;
	struct asking ask = {&run->env};
	int64_t removed = 0;
	if (!blob_sweep(app->store.blobs, &(struct blob_sweep){.now = run->env.now, .wait_ms = app->config.sweep_wait_ms, .needed = still_needed, .ctx = &ask}, &removed, e))
		return err_wrap(e, "files that nothing names");
	if (removed)
		log_event(LOG_INFO, "blob.sweep", log_int("removed", removed));
	return true;
}

/* No dossier without a responsible person: heads see them on a page of their own, the log of the program counts them. */
static bool count_unattended(struct job_run *run, struct err *e)
{
	struct dossier_unattended *v = NULL;
	struct dossier_late_rows late = {0};
	size_t n = 0;
	int64_t waiting = 0;
	if (!dossier_unattended(&run->env, (struct agency_id){0}, &v, &n, e) || !q_dossier_late(run->env.db, run->env.arena, run->env.now, 1000, &late, e))
		return err_wrap(e, "daily check");
	for (size_t i = 0; i < n; i++)
		waiting += v[i].n;
	log_event(waiting ? LOG_WARN : LOG_INFO, "daily", log_int("without_person", waiting), log_int("late", (int64_t)late.n));
	return true;
}

const struct job_kind *app_jobs(struct app *app, size_t *n)
{
	const struct job_kind list[] = {
		{.name = "log.close_day", .fn = close_day_job, .every_ms = DAY_MS, .at_ms = (int64_t)10 * 60 * 1000},
		file_scan_kind, file_preview_kind,
		{.name = "account.sweep", .finish = sweep_accounts, .due = sweep_accounts_due, .every_ms = 60000},
		{.name = "reads.tell", .fn = tell_reads, .due = reads_due, .every_ms = 60000},
		{.name = "parts.age", .fn = no_work, .due = age_parts, .every_ms = 60000},
		{.name = "masthead.look", .fn = no_work, .due = look_at_masthead, .every_ms = MASTHEAD_LOOK_MS},
		{.name = "answers.expire", .finish = sweep_answers, .every_ms = DAY_MS, .at_ms = (int64_t)3 * 3600 * 1000},
		{.name = "blob.sweep", .fn = sweep_blobs, .every_ms = DAY_MS, .at_ms = (int64_t)4 * 3600 * 1000},
		{.name = "dossier.daily", .fn = count_unattended, .every_ms = DAY_MS, .at_ms = (int64_t)7 * 3600 * 1000},
		mail_kind(&app->mail), mail_sweep_kind, outbox_kind(&app->outbox), filing_job_expire, erase_job, stat_fold_kind, dossier_search_job,
		dossier_search_merge_job,
	};
	*n = ARRAY_LEN(list) + ISSUE_JOBS + NOTIFY_JOBS + WORKBOOK_JOBS;
	struct job_kind *v = NEW_ARRAY(app->store.arena, *n, struct job_kind);
	memcpy(v, list, sizeof list);
	memcpy(v + ARRAY_LEN(list), issue_jobs, sizeof issue_jobs);
	memcpy(v + ARRAY_LEN(list) + ISSUE_JOBS, notify_jobs, sizeof notify_jobs);
	memcpy(v + ARRAY_LEN(list) + ISSUE_JOBS + NOTIFY_JOBS, workbook_jobs, sizeof workbook_jobs);
	return v;
}
