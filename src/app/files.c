/* files.c — jobs over files of dossiers: out of quarantine, and how they look (core/render). */
#include "app/serve.h"
#include "core/log/log.h"
#include "dossier/dossier.h"
#include <string.h>
#include <unistd.h>

/* ---- out of quarantine ---- */

struct verdict { struct dossier_file_id id; bool clean, preview; };

static bool keep_verdict(struct job_run *run, void *ctx, struct err *e)
{
	struct verdict *v = ctx;
	struct env *env = &run->env;
	struct str number = str_fmt(env->arena, "%lld", (long long)v->id.v);
	struct job_new preview = {.kind = "file.preview", .payload = str_fmt(env->arena, "{\"file\":\"%.*s\"}", STR_ARG(number)), .key = number};
	return dossier_file_scanned(env, v->id, v->clean, e) && (!v->preview || job_add(env, &preview, e));
}

/* Out of quarantine already when the program stopped before it wrote that down. */
static int open_to_scan(struct app *app, struct digest address, const struct key *key, struct err *e)
{
	int64_t size = 0;
	int fd = blob_open_quarantined(app->store.blobs, address, key, &size, e);
	if (fd >= 0 || e->kind != ERR_NOT_FOUND)
		return fd;
	*e = (struct err){0};
	return blob_open(app->store.blobs, address, key, &size, e);
}

/* The file with the key of its dossier. *gone: there is none, or it was erased. */
static bool find_file(struct job_run *run, struct dossier_file_id id, struct dossier_file_get_row *f, struct key *key, struct digest *address, bool *gone, struct err *e)
{
	struct app *app = run->app;
	bool found = false, erased = false;
	*gone = true;
	if (!q_dossier_file_get(run->env.db, run->env.arena, id, f, &found, e))
		return err_wrap(e, "file of a dossier");
	if (found && !dossier_key(&run->env, app->store.law, f->dossier, key, &erased, e))
		return err_wrap(e, "file of a dossier");
	*gone = !found || erased || !digest_from_hex(f->blob, address);
	return true;
}

/* *away: the scanner said nothing at all. */
static bool scan_one(struct job_run *run, struct dossier_file_id id, bool *away, struct err *e)
{
	struct app *app = run->app;
	struct dossier_file_get_row f;
	struct digest address;
	struct scan_result result;
	AUTO_KEY key = {0};
	bool gone;
	*away = false;
	if (!find_file(run, id, &f, &key, &address, &gone, e) || gone)
		return gone && e->kind == ERR_NONE;
	int fd = open_to_scan(app, address, &key, e);
	if (fd < 0)
		return err_wrap(e, "file to scan");
	scan_virus(&app->scan, fd, &result); /* its type was looked at when it came */
	close(fd);
	*away = result.away;
	if (result.verdict == SCAN_NO_ANSWER)
		return true;
	struct verdict v = {.id = id, .clean = result.verdict == SCAN_CLEAN, .preview = result.verdict == SCAN_CLEAN && render_has_preview(f.type)};
	/* Out first: a row that says clean has a file that can be read, also after a crash in between. */
	return (!v.clean || blob_release(app->store.blobs, address, e)) && job_write(run, keep_verdict, &v, e);
}

static bool scan_job(struct job_run *run, struct err *e)
{
	struct dossier_file_quarantined_rows rows = {0};
	if (!q_dossier_file_quarantined(run->env.db, run->env.arena, 200, &rows, e))
		return err_wrap(e, "quarantine");
	/* A scanner that is silent ends the round: each file more would wait as long. The next round begins behind that file,
	 * which may be the one that it does not bear. Only this job touches it, one at a time. */
	static int64_t silent_at;
	bool ok = true, away = false;
	size_t first = 0;
	while (first < rows.n && rows.v[first].id.v <= silent_at)
		first++;
	for (size_t i = 0; i < rows.n && !away && !job_stopping(run); i++) { /* one that cannot be read holds up no other */
		struct dossier_file_id id = rows.v[(first + i) % rows.n].id;
		struct err why = {0};
		bool good = scan_one(run, id, &away, &why);
		silent_at = away ? id.v : silent_at;
		if (good)
			continue;
		ok = false;
		*e = why;
	}
	return ok;
}

static bool scan_due(struct job_run *run, bool *due, struct err *e)
{
	struct dossier_file_quarantined_rows rows = {0};
	if (!q_dossier_file_quarantined(run->env.db, run->env.arena, 1, &rows, e))
		return false;
	*due = rows.n > 0;
	return true;
}

const struct job_kind file_scan_kind = {.name = "file.scan", .fn = scan_job, .due = scan_due, .every_ms = 2000};

/* ---- how it looks ---- */

struct drawn { struct dossier_file_id file; int64_t pages; struct dossier_preview_new v[PREVIEW_PAGES]; size_t n; };

static bool keep_pictures(struct app *app, struct arena *a, const struct key *key, const struct previews *p, struct drawn *out, struct err *e)
{
	out->pages = p->pages;
	for (out->n = 0; out->n < p->n; out->n++) {
		struct blob_info info;
		if (!blob_store_bytes(app->store.blobs, p->v[out->n].jpeg, &(struct blob_put){.key = key}, &info, e))
			return err_wrap(e, "preview");
		out->v[out->n] = (struct dossier_preview_new){digest_hex(a, info.address), p->v[out->n].width, p->v[out->n].height};
	}
	return true;
}

/* A file that cannot be drawn, or that brings the process down each time, has no preview; that is no fault of ours. */
static bool draw(struct job_run *run, struct str type, int fd, const struct key *key, struct drawn *out, struct err *e)
{
	struct app *app = run->app;
	struct previews p = {0};
	if (render_previews(app->render, type, fd, run->env.arena, &p, e))
		return keep_pictures(app, run->env.arena, key, &p, out, e);
	bool final = e->kind == ERR_INVALID || e->kind == ERR_TOO_LARGE || (e->kind == ERR_BUSY && run->last_attempt);
	if (final) {
		log_event(LOG_INFO, "preview", log_int("file", out->file.v), log_text("none", e->text));
		*e = (struct err){0};
	}
	return final;
}

static bool preview_fn(struct job_run *run, struct err *e)
{
	struct app *app = run->app;
	struct drawn *out = NEW(run->env.arena, struct drawn);
	struct dossier_file_get_row f;
	struct digest address;
	AUTO_KEY key = {0};
	bool gone;
	int64_t size = 0;
	json_t *payload = json_loadb(run->payload.p, run->payload.n, 0, NULL);
	bool named = str_to_i64(str_from(json_string_value(json_object_get(payload, "file"))), &out->file.v);
	json_decref(payload);
	if (!named)
		return err_set(e, ERR_INTERNAL, "a preview of no file");
	if (!find_file(run, out->file, &f, &key, &address, &gone, e) || gone || !str_eq(f.state, STR("clean")))
		return e->kind == ERR_NONE;
	int fd = blob_open(app->store.blobs, address, &key, &size, e);
	if (fd < 0)
		return err_wrap(e, "file to draw");
	bool ok = draw(run, f.type, fd, &key, out, e);
	close(fd);
	run->state = ok ? out : NULL;
	return ok;
}

static bool preview_finish(struct job_run *run, struct err *e)
{
	const struct drawn *d = run->state;
	return !d || dossier_preview_keep(&run->env, d->file, d->pages, d->v, d->n, e);
}

const struct job_kind file_preview_kind = {.name = "file.preview", .fn = preview_fn, .finish = preview_finish, .max_attempts = 6};
