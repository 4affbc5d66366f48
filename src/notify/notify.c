/* notify.c — the reader of the log: what each entry gives, and keeping it. See notify.h. */
#include "notify/internal.h"
#include "core/base/json_text.h"
#include "core/log/log.h"
#include "core/mail/mail.h"
#include "core/outbox/outbox.h"
#include "notify/notify_sql.h"

#define READER STR("notify")
#define BATCH 50

static struct notify_config have;

void notify_use(const struct notify_config *c) { have = *c; }
const struct notify_config *notify_have(void) { return &have; }

struct str entry_text(struct arena *a, const struct audit_entry *x, const char *member)
{
	json_t *body = json_loadb(x->body.p, x->body.n, 0, NULL), *v = json_object_get(body, member);
	struct str text = json_is_string(v) ? str_dup(a, (struct str){json_string_value(v), json_string_length(v)}) : STR("");
	json_decref(body);
	return text;
}

/* ---- the other system ---- */

/* 0: the portal hears nothing of this entry. */
struct change { int64_t dossier; int state; struct str key, body; };

/* How the dossier stood after the entry: it may have gone on since. */
static int portal_state(struct arena *a, const struct audit_entry *x, const struct dossier_get_row *now)
{
	struct dossier_get_row then = *now;
	if (str_eq(x->kind, STR("dossier.send")))
		return 1;
	if (str_eq(x->kind, STR("dossier.accept")))
		return 2;
	then.state = entry_text(a, x, "state");
	then.accepted_at.has = now->accepted_at.has && now->accepted_at.v.ms <= x->at.ms;
	return then.state.n ? dossier_portal_state(&then) : 0;
}

static struct change change_of(struct arena *a, const struct audit_entry *x, const struct dossier_get_row *d)
{
	struct change c = {.dossier = d->id.v, .state = d->origin_code.n ? portal_state(a, x, d) : 0, .key = d->origin_code};
	if (!c.state)
		return c;
	struct str state = str_eq(x->kind, STR("dossier.send")) ? STR("received") : entry_text(a, x, "state"), at = instant_format(a, x->at);
	json_t *o = json_pack("{s:s%,s:s%,s:s%,s:s%,s:s%,s:i,s:s%}", "code", d->code.p, d->code.n, "origin", d->origin.p, d->origin.n, "origin_code",
	                      d->origin_code.p, d->origin_code.n, "procedure", d->procedure.p, d->procedure.n, "state", state.p, state.n,
	                      "portal_state", c.state, "at", at.p, at.n);
	CHECK(o != NULL);
	c.body = json_text(a, o);
	return c;
}

/* A state is told once; 1 is told only first: a supplement before acceptance brings no dossier back to "new". */
static bool keep_change(struct env *env, const struct change *c, struct err *e)
{
	struct notify_portal_get_row told = {0};
	bool found = false;
	if (!c->state)
		return true;
	if (!q_notify_portal_get(env->db, env->arena, c->dossier, &told, &found, e))
		return err_wrap(e, "what the portal knows");
	if (found && (told.state == c->state || c->state == 1))
		return true;
	return q_notify_portal_set(env->db, c->dossier, c->state, env->now, NULL, e) && outbox_add(env, STR("dossier.state"), c->key, c->body, e);
}

/* ---- one batch of the log ---- */

struct made { struct notice mail[NOTICES]; struct change change; };
struct batch { struct audit_entries read; struct made *made; bool ours; };

static bool tell(struct env *env, const struct audit_entry *x, struct made *out, struct err *e)
{
	struct dossier_get_row d;
	if (!str_starts(x->kind, STR("dossier.")) || !x->subject)
		return true;
	if (!dossier_load(env, (struct dossier_id){x->subject}, &d, e))
		return false;
	out->change = change_of(env->arena, x, &d);
	return notices_of(env, x, &d, out->mail, e);
}

/* What cannot be read now (database away) stops the reader where it stands. What never can, stops nobody behind it. */
static bool make(struct env *env, const struct audit_entry *x, struct made *out, struct err *e)
{
	if (tell(env, x, out, e))
		return true;
	if (e->kind == ERR_BUSY || e->kind == ERR_INTERNAL)
		return err_wrap(e, "telling");
	log_event(LOG_ERROR, "notify", log_int("entry", x->id), log_text("error", e->text));
	*e = (struct err){0};
	return true;
}

static bool keep(struct job_run *run, void *ctx, struct err *e)
{
	struct batch *b = ctx;
	struct env *env = &run->env;
	b->ours = false;
	if (!audit_mark_read(env, READER, &b->read, e))
		return false;
	b->ours = true;
	for (size_t i = 0; i < b->read.n; i++) {
		if (!keep_change(env, &b->made[i].change, e))
			return err_wrap(e, "telling");
		for (const struct notice *m = b->made[i].mail; m < b->made[i].mail + NOTICES; m++)
			if (m->to.n && !mail_queue(env, m->to, m->subject, m->text, m->key, e))
				return err_wrap(e, "telling");
	}
	return true;
}

static bool read_fn(struct job_run *run, struct err *e)
{
	struct arena_mark mark = arena_mark(run->env.arena);
	for (size_t n = BATCH; n == BATCH && !job_stopping(run); arena_rewind(run->env.arena, mark)) {
		struct batch b = {0};
		if (!audit_unread(&run->env, READER, BATCH, &b.read, e))
			return false;
		n = b.read.n;
		b.made = NEW_ARRAY(run->env.arena, n, struct made);
		for (size_t i = 0; i < n; i++)
			if (!make(&run->env, &b.read.v[i], &b.made[i], e))
				return false;
		if (n && !job_write(run, keep, &b, e))
			return !b.ours && e->kind == ERR_CONFLICT; /* another reader was first, and goes on */
	}
	return true;
}

static bool read_due(struct job_run *run, bool *due, struct err *e)
{
	struct audit_entries next = {0};
	if (!audit_unread(&run->env, READER, 1, &next, e))
		return false;
	*due = next.n > 0;
	return true;
}

const struct job_kind notify_jobs[NOTIFY_JOBS] = {
	{.name = "notify.log", .fn = read_fn, .due = read_due, .every_ms = 3000},
	{.name = "notify.daily", .fn = daily_fn, .finish = daily_finish, .every_ms = DAY_MS, .at_ms = (int64_t)7 * 3600 * 1000 + 600000},
};
