/* jobs.c — papers drawn, results signed and sealed. Every job looks first whether its work is done. */
#include "core/db/id.h"
#include "core/log/log.h"
#include "issue/internal.h"
#include <string.h>

/* What fn made and finish keeps. */
struct made { struct dossier_id id; struct dossier_file_new file; struct str kind; struct dossier_file_id replaces; struct str seal; struct agency_id sealer; };

/* ---- queueing ---- */

static struct str key_of(struct arena *a, int64_t id) { return str_fmt(a, "%lld", (long long)id); }

static bool queue(struct env *env, const char *kind, struct dossier_id id, int64_t paper, struct err *e)
{
	struct str key = key_of(env->arena, paper ? paper : id.v);
	struct str payload = str_fmt(env->arena, "{\"dossier\":\"%lld\",\"paper\":\"%lld\"}", (long long)id.v, (long long)paper);
	return job_add(env, &(struct job_new){.kind = kind, .payload = payload, .key = key}, e);
}

bool issue_queue(struct env *env, const struct dossier_done *done, struct dossier_id id, struct err *e)
{
	if (done->paper.v && !queue(env, "issue.paper", id, done->paper.v, e))
		return false;
	if (str_eq(done->state, STR("signing")) && !queue(env, "issue.sign", id, 0, e))
		return false;
	return !str_eq(done->state, STR("done")) || queue(env, "issue.seal", id, 0, e);
}

int64_t issue_payload_id(struct str payload, const char *name)
{
	int64_t v = 0;
	json_t *p = json_loadb(payload.p, payload.n, 0, NULL);
	(void)str_to_i64(str_from(json_string_value(json_object_get(p, name))), &v);
	json_decref(p);
	return v;
}

static int64_t payload_id(const struct job_run *run, const char *name) { return issue_payload_id(run->payload, name); }

/* ---- common ---- */

static bool files_of(struct env *env, struct dossier_id id, struct dossier_file_list_rows *out, struct err *e)
{
	return q_dossier_file_list(env->db, env->arena, id, out, e) || err_wrap(e, "files");
}

static const struct dossier_file_list_row *with_field(const struct dossier_file_list_rows *rows, struct str field)
{
	for (size_t i = 0; i < rows->n; i++)
		if (str_eq(rows->v[i].field, field))
			return &rows->v[i];
	return NULL;
}

/* The dossier, unless it was erased: then there is nothing left to do, and nothing wrong. */
static bool load_left(struct job_run *run, struct dossier_id id, struct dossier_get_row *d, bool *left, struct err *e)
{
	AUTO_KEY key = {0};
	bool erased = false;
	if (!dossier_load(&run->env, id, d, e) || !dossier_key(&run->env, LAW, id, &key, &erased, e))
		return false;
	*left = !erased;
	return true;
}

/* Seals the bytes into the store; the row comes in finish. */
static bool keep_bytes(struct job_run *run, struct made *m, struct str pdf, struct err *e)
{
	AUTO_KEY key = {0};
	bool erased = false;
	struct blob_info info;
	if (!dossier_key(&run->env, LAW, m->id, &key, &erased, e))
		return false;
	if (erased)
		return err_set(e, ERR_CONFLICT, "the dossier was erased");
	if (!blob_store_bytes(issue_have()->blobs, pdf, &(struct blob_put){.key = &key}, &info, e))
		return err_wrap(e, "keeping a paper");
	m->file.blob = digest_hex(run->env.arena, info.address);
	m->file.plain_hash = digest_hex(run->env.arena, info.plain);
	m->file.size = info.size;
	m->file.type = STR("application/pdf");
	return true;
}

/* A field that is there already: another run was first. */
static bool finish_keep(struct job_run *run, struct err *e)
{
	struct made *m = run->state;
	struct dossier_file_list_rows rows = {0};
	struct dossier_file_id id;
	if (!m)
		return true;
	if (!files_of(&run->env, m->id, &rows, e))
		return false;
	if (with_field(&rows, m->file.field))
		return true;
	if (m->replaces.v && !q_dossier_file_replace(run->env.db, m->replaces, NULL, e))
		return err_wrap(e, "replacing");
	if (m->seal.n && !q_seal_used_add(run->env.db, &(struct seal_used_add_in){.id = {id_new(run->env.ids, run->env.now)}, .agency = m->sealer, .cert = m->seal, .first_at = run->env.now}, NULL, e))
		return err_wrap(e, "a seal's certificate");
	return dossier_keep_file(&run->env, LAW, m->id, m->kind, &m->file, &id, e);
}

/* ---- papers ---- */

/* The process that draws died, was late or has no memory, again and again, for about two hours: it will not be otherwise by itself. */
#define DRAW_TRIES 10
static bool undrawn(struct job_run *run, const struct err *e)
{
	run->hopeless = run->attempt >= DRAW_TRIES && (e->kind == ERR_BUSY || e->kind == ERR_INTERNAL);
	log_event(LOG_WARN, "a paper was not drawn", log_int("job", run->id), log_int("attempt", run->attempt), log_text("why", e->text));
	return false;
}

static const char *kind_of(struct str set, struct str code)
{
	static const struct { const char *set, *code, *kind; } kinds[] = {
		{"TT01-2018", "01", "receipt"}, {"TT01-2018", "02", "supplement"}, {"TT01-2018", "03", "refusal"}, {"TT01-2018", "04", "apology"},
		{"TT01-2018", "05", "control"}, {"TT03-2025", "01", "receipt"}, {"TT03-2025", "02", "supplement"}, {"TT03-2025", "03", "refusal"},
		{"TT03-2025", "04", "apology"}, {"TT03-2025", "05", "stop"}, {"TT03-2025", "06", "control"}};
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (str_eq(set, str_from(kinds[i].set)) && str_eq(code, str_from(kinds[i].code)))
			return kinds[i].kind;
	return NULL;
}

static bool paper_made(struct job_run *run, const struct issue_paper_get_row *p, struct made *m, bool *left, struct err *e)
{
	struct dossier_get_row d;
	struct dossier_file_list_rows rows = {0};
	struct str pdf;
	const char *kind = kind_of(p->form_set, p->form_code);
	if (!kind) {
		run->hopeless = true;
		return err_set(e, ERR_INVALID, "form %.*s of %.*s is unknown", STR_ARG(p->form_code), STR_ARG(p->form_set));
	}
	if (!load_left(run, p->dossier, &d, left, e) || !files_of(&run->env, p->dossier, &rows, e))
		return false;
	if (!*left)
		return true;
	*m = (struct made){.id = d.id, .kind = str_from(kind)};
	m->file.field = str_fmt(run->env.arena, "paper:%lld", (long long)p->id.v);
	m->file.name = str_fmt(run->env.arena, "%.*s-%.*s-%.*s.pdf", STR_ARG(p->form_set), STR_ARG(p->form_code), STR_ARG(d.code));
	if (with_field(&rows, m->file.field))
		return true;
	if (!issue_paper_draw(&run->env, &d, p->id, &pdf, e))
		return undrawn(run, e);
	return keep_bytes(run, m, pdf, e);
}

static bool paper_fn(struct job_run *run, struct err *e)
{
	struct issue_paper_get_row p;
	struct made *m = NEW(run->env.arena, struct made);
	bool found = false, left = true;
	if (!q_issue_paper_get(run->env.db, run->env.arena, (struct dossier_paper_id){payload_id(run, "paper")}, &p, &found, e))
		return err_wrap(e, "paper");
	if (!found || !paper_made(run, &p, m, &left, e))
		return !found;
	run->state = left ? m : NULL;
	return true;
}

/* ---- signature ---- */

static struct pades_options options(struct instant now, struct str name, enum msg_key reason)
{
	return (struct pades_options){.now = now, .name = name, .reason = msg(LANG_VI, reason), .tsa = issue_have()->tsa};
}

/* A token or an authority that is away is no fault of the job: the attempt does not count, however long it takes. */
static bool waits(struct job_run *run, bool failed, const struct err *e)
{
	log_event(LOG_WARN, "signature waits", log_int("job", run->id), log_text("why", e->text));
	if (e->kind == ERR_BUSY)
		run->later_ms = 20000;
	return failed;
}

static bool sign_drawn(struct env *env, const struct dossier_get_row *d, struct str drawn, struct instant at, struct str *pdf, struct err *e)
{
	const struct issue_facilities *f = issue_have();
	struct pades_key key;
	struct official o = {0};
	bool found = false;
	if (!directory_person(env, d->signer, &o, &found, e))
		return false;
	struct pades_options opt = options(at, o.name, MSG_ISSUE_REASON_SIGN);
	return f->signer_key(f->self, env->arena, env, d->signer, &key, e) && pades_sign(env->arena, drawn, &key, &opt, pdf, e);
}

bool issue_result_sign(struct env *env, const struct dossier_get_row *d, struct instant at, struct str *pdf, struct err *e)
{
	struct str drawn;
	return draw_result(env, d, &drawn, e) && sign_drawn(env, d, drawn, at, pdf, e);
}

static bool sign_it(struct job_run *run, const struct dossier_get_row *d, struct made *m, struct err *e)
{
	struct str drawn, out;
	m->id = d->id;
	m->kind = STR("result");
	m->file.field = STR("result:signed");
	m->file.name = str_fmt(run->env.arena, "ket-qua-%.*s.pdf", STR_ARG(d->code));
	if (!draw_result(&run->env, d, &drawn, e)) {
		err_wrap(e, "drawing a result");
		return undrawn(run, e);
	}
	return (sign_drawn(&run->env, d, drawn, run->env.now, &out, e) && keep_bytes(run, m, out, e)) || waits(run, err_wrap(e, "signing a result"), e);
}

static bool sign_fn(struct job_run *run, struct err *e)
{
	struct dossier_get_row d;
	struct dossier_file_list_rows rows = {0};
	struct made *m = NEW(run->env.arena, struct made);
	bool left = false;
	*m = (struct made){0};
	if (!load_left(run, (struct dossier_id){payload_id(run, "dossier")}, &d, &left, e) || !files_of(&run->env, d.id, &rows, e))
		return false;
	if (!left || !str_eq(d.state, STR("signing")) || !d.result_number.has || with_field(&rows, STR("result:signed")))
		return true;
	if (!sign_it(run, &d, m, e))
		return false;
	run->state = m;
	return true;
}

static bool sign_finish(struct job_run *run, struct err *e)
{
	struct made *m = run->state;
	return !m || dossier_signed(&run->env, LAW, m->id, &m->file, e);
}

/* ---- seal ---- */

static bool read_result(struct job_run *run, const struct dossier_file_list_row *f, struct str *pdf, struct err *e)
{
	AUTO_KEY key = {0};
	bool erased = false;
	struct digest address;
	if (!dossier_key(&run->env, LAW, f->dossier, &key, &erased, e))
		return false;
	if (erased || !digest_from_hex(f->blob, &address))
		return err_set(e, ERR_CONFLICT, "the result was erased");
	return blob_read(issue_have()->blobs, run->env.arena, address, &key, (int64_t)64 << 20, pdf, e);
}

/* Certificates that the agency's seal has had. */
static bool former_seals(struct env *env, struct agency_id agency, struct digest **out, size_t *n, struct err *e)
{
	struct seal_used_list_rows rows = {0};
	if (!q_seal_used_list(env->db, env->arena, agency, &rows, e))
		return err_wrap(e, "former seals");
	*out = NEW_ARRAY(env->arena, rows.n + 1, struct digest);
	for (size_t i = 0; i < rows.n; i++)
		if (digest_from_hex(rows.v[i].cert, &(*out)[*n]))
			(*n)++;
	return true;
}

bool issue_result_seal(struct env *env, const struct dossier_get_row *d, struct str pdf, struct instant at, struct str *out, struct str *cert, struct err *e)
{
	const struct issue_facilities *have = issue_have();
	struct pades_key key;
	struct agency agency = {.kind = AGENCY_DEPARTMENT};
	struct digest *former = NULL;
	size_t n = 0;
	bool found = false;
	if (!directory_agency(env, d->settling_agency, &agency, &found, e))
		return false;
	struct pades_options opt = options(at, agency.name, MSG_ISSUE_REASON_SEAL);
	struct pdf_trust trust = have->trust;
	trust.now = at;
	if (!former_seals(env, d->settling_agency, &former, &n, e) || !have->seal_key(have->self, env->arena, env, d->settling_agency, &key, e))
		return false;
	*cert = digest_hex(env->arena, crypto_sha256(key.cert));
	return pades_seal(env->arena, pdf, &key, &opt, &trust, former, n, out, e);
}

static bool seal_it(struct job_run *run, const struct dossier_get_row *d, const struct dossier_file_list_row *f, struct made *m, struct err *e)
{
	struct str pdf, out;
	*m = (struct made){.id = d->id, .kind = STR("result"), .replaces = f->id};
	m->file.field = STR("result:sealed");
	m->file.name = str_fmt(run->env.arena, "ket-qua-%.*s.pdf", STR_ARG(d->code));
	m->sealer = d->settling_agency;
	return read_result(run, f, &pdf, e) && issue_result_seal(&run->env, d, pdf, run->env.now, &out, &m->seal, e) && keep_bytes(run, m, out, e);
}

static bool seal_fn(struct job_run *run, struct err *e)
{
	struct dossier_get_row d;
	struct dossier_file_list_rows rows = {0};
	struct made *m = NEW(run->env.arena, struct made);
	bool left = false;
	if (!load_left(run, (struct dossier_id){payload_id(run, "dossier")}, &d, &left, e) || !files_of(&run->env, d.id, &rows, e))
		return false;
	const struct dossier_file_list_row *f = with_field(&rows, STR("result:signed"));
	if (!left || !f || !d.settled_at.has || with_field(&rows, STR("result:sealed")))
		return true;
	if (!seal_it(run, &d, f, m, e))
		return waits(run, err_wrap(e, "sealing a result"), e);
	run->state = m;
	return true;
}

/* ---- what was not queued ---- */

/* What was given up is taken up again after an hour: the fault may be gone, and a decided result must leave. Until then it
 * is seen as a dead letter, and an administrator may send it on at once. What could not be drawn waits for the administrator. */
static const char *const taken_up[] = {"issue.paper", "issue.sign", "issue.seal"};
static struct instant an_hour_ago(const struct env *env) { return (struct instant){env->now.ms - 3600000}; }

static bool revive(struct env *env, struct err *e)
{
	for (size_t i = 0; i < ARRAY_LEN(taken_up); i++)
		if (!job_take_up(env, taken_up[i], an_hour_ago(env), e))
			return false;
	return true;
}

static bool may_revive(struct env *env, bool *any, struct err *e)
{
	for (size_t i = 0; i < ARRAY_LEN(taken_up) && !*any; i++)
		if (!job_may_take_up(env, taken_up[i], an_hour_ago(env), any, e))
			return false;
	return true;
}

struct unmade { struct issue_papers_missing_rows papers; struct issue_unsigned_list_rows results; struct issue_unsealed_list_rows issued; };

static bool find_unmade(struct env *env, int64_t limit, struct unmade *out, struct err *e)
{
	int64_t days = env->now.ms - 30 * DAY_MS - ID_EPOCH_MS, since = days > 0 ? days << 22 : 0; /* id.h: time above 22 bits */
	return (q_issue_papers_missing(env->db, env->arena, (struct dossier_paper_id){since}, limit, &out->papers, e) &&
	        q_issue_unsigned_list(env->db, env->arena, limit, &out->results, e) &&
	        q_issue_unsealed_list(env->db, env->arena, (struct dossier_id){since}, limit, &out->issued, e)) ||
	       err_wrap(e, "what is not made yet");
}

static bool sweep_due(struct job_run *run, bool *due, struct err *e)
{
	struct unmade x = {0};
	if (!find_unmade(&run->env, 1, &x, e))
		return false;
	*due = x.papers.n || x.results.n || x.issued.n;
	return may_revive(&run->env, due, e);
}

static bool sweep_finish(struct job_run *run, struct err *e)
{
	struct env *env = &run->env;
	struct unmade x = {0};
	if (!find_unmade(env, 500, &x, e))
		return false;
	for (size_t i = 0; i < x.papers.n; i++)
		if (!queue(env, "issue.paper", x.papers.v[i].dossier, x.papers.v[i].id.v, e))
			return false;
	for (size_t i = 0; i < x.results.n; i++)
		if (!queue(env, "issue.sign", x.results.v[i].id, 0, e))
			return false;
	for (size_t i = 0; i < x.issued.n; i++)
		if (!queue(env, "issue.seal", x.issued.v[i].id, 0, e))
			return false;
	return revive(env, e);
}

bool issue_result_course(struct env *env, const struct dossier_get_row *d, struct job_state *out, struct err *e)
{
	*out = (struct job_state){.stage = JOB_ABSENT};
	return !str_eq(d->state, STR("signing")) || job_of(env, "issue.sign", key_of(env->arena, d->id.v), out, e) || err_wrap(e, "how far the result is");
}

/* A token or an authority that is away uses up no attempts (waits); what remains are faults. */
const struct job_kind issue_jobs[ISSUE_JOBS] = {
	{.name = "issue.paper", .fn = paper_fn, .finish = finish_keep, .max_attempts = 20},
	{.name = "issue.sign", .fn = sign_fn, .finish = sign_finish, .max_attempts = 20},
	{.name = "issue.seal", .fn = seal_fn, .finish = finish_keep, .max_attempts = 20},
	{.name = "issue.sweep", .finish = sweep_finish, .due = sweep_due, .every_ms = 600000},
};
