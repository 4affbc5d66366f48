/* catalogue.c — see catalogue.h: versions and their course. */
#include "catalogue/catalogue.h"
#include "catalogue/catalogue_sql.h"
#include "core/audit/audit.h"
#include "core/db/id.h"
#include "core/log/log.h"
#include "core/text/text.h"
#include "gen/messages.h"
#include <string.h>

static const char *const states[VERSION_STATES] = {"proposed", "reviewed", "published", "expired", "rejected"};

static enum version_state state_of(struct str s)
{
	size_t i = 0;
	while (i < VERSION_STATES && !str_eq(s, str_from(states[i])))
		i++;
	if (i < VERSION_STATES)
		return (enum version_state)i;
	log_event(LOG_ERROR, "database holds what its table refuses", log_text("column", "catalogue_version.state"));
	return VERSION_REJECTED; /* shown to nobody */
}

/* The four queries that give a whole version have one list of columns. */
#define VERSION_FROM(r)                                                                                             \
	((struct catalogue_version){.id = (r)->id, .procedure = (r)->procedure, .slug = (r)->slug, .name = (r)->name, \
	                            .national_code = (r)->national_code, .hash = (r)->hash, .note = (r)->note,      \
	                            .decision_number = (r)->decision_number, .reason = (r)->reason,                 \
	                            .number = (r)->number, .proposed_by = (r)->proposed_by,                         \
	                            .reviewed_by = (r)->reviewed_by.v, .published_by = (r)->published_by.v,         \
	                            .ended_by = (r)->ended_by.v, .state = state_of((r)->state),                     \
	                            .valid_from = (r)->valid_from, .valid_to = (r)->valid_to,                       \
	                            .decision_date = (r)->decision_date, .proposed_at = (r)->proposed_at,           \
	                            .reviewed_at = (r)->reviewed_at, .published_at = (r)->published_at,             \
	                            .ended_at = (r)->ended_at})

/* ---- looking up ---- */

bool catalogue_version(struct env *env, struct procedure_version_id id, struct catalogue_version *out, bool *found, struct err *e)
{
	struct procedure_version_get_row r = {0};
	if (!q_procedure_version_get(env->db, env->arena, id, &r, found, e))
		return false;
	if (*found)
		*out = VERSION_FROM(&r);
	return true;
}

bool catalogue_in_force(struct env *env, struct str slug, struct date day, struct catalogue_version *out, bool *found, struct err *e)
{
	struct procedure_version_on_day_row r = {0};
	if (!q_procedure_version_on_day(env->db, env->arena, slug, day, &r, found, e))
		return false;
	if (*found)
		*out = VERSION_FROM(&r);
	return true;
}

bool catalogue_list(struct env *env, const enum version_state *state, int64_t offset, int64_t limit, struct catalogue_versions *out, struct err *e)
{
	struct procedure_version_in_state_rows rows = {0};
	struct str name = state ? str_from(states[*state]) : STR_NONE;
	if (!q_procedure_version_in_state(env->db, env->arena, name, limit, offset, &rows, e))
		return false;
	*out = (struct catalogue_versions){NEW_ARRAY(env->arena, rows.n, struct catalogue_version), rows.n};
	for (size_t i = 0; i < rows.n; i++)
		out->v[i] = VERSION_FROM(&rows.v[i]);
	return true;
}

bool catalogue_history(struct env *env, struct procedure_id id, struct catalogue_versions *out, struct err *e)
{
	struct procedure_version_of_rows rows = {0};
	if (!q_procedure_version_of(env->db, env->arena, id, &rows, e))
		return false;
	*out = (struct catalogue_versions){NEW_ARRAY(env->arena, rows.n, struct catalogue_version), rows.n};
	for (size_t i = 0; i < rows.n; i++)
		out->v[i] = VERSION_FROM(&rows.v[i]);
	return true;
}

bool catalogue_counts(struct env *env, int64_t out[VERSION_STATES], struct err *e)
{
	struct procedure_version_count_rows rows = {0};
	memset(out, 0, sizeof(int64_t) * VERSION_STATES);
	if (!q_procedure_version_count(env->db, env->arena, &rows, e))
		return false;
	for (size_t i = 0; i < rows.n; i++)
		out[state_of(rows.v[i].state)] = rows.v[i].n;
	return true;
}

bool catalogue_bytes(struct env *env, const struct catalogue_version *v, struct str *out, struct err *e)
{
	struct pack_bytes_get_row r = {0};
	bool found = false;
	if (!q_pack_bytes_get(env->db, env->arena, v->hash, &r, &found, e))
		return false;
	if (!found || !str_eq(pack_hash(env->arena, (struct pack_file){v->slug, r.bytes}), v->hash))
		return err_set(e, ERR_INTERNAL, "bytes of %.*s, version %lld, do not fit their hash", STR_ARG(v->slug), (long long)v->number);
	*out = r.bytes;
	return true;
}

/* The pack's own id names the file that it must be in. */
static bool read_pack(struct arena *a, struct str bytes, struct procedure *out, struct err *e)
{
	json_t *tree = json_loadb(bytes.p ? bytes.p : "", bytes.n, JSON_REJECT_DUPLICATES, NULL);
	const char *id = json_string_value(json_object_get(tree, "id"));
	struct pack_file file = {str_fmt(a, "procedures/%s.json", id ? id : ""), bytes};
	json_decref(tree);
	struct pack_report report = pack_report_on(a);
	if (!id || !procedure_read(&report, file, out)) {
		struct str text = report.n ? pack_report_text(a, &report) : STR("not a JSON object with an id");
		return err_say(e, ERR_INVALID, MSG_CATALOGUE_NOT_A_PROCEDURE, "%.*s", STR_ARG(text));
	}
	return true;
}

bool catalogue_read(struct env *env, const struct catalogue_version *v, struct procedure *out, struct err *e)
{
	struct str bytes;
	if (!catalogue_bytes(env, v, &bytes, e) || !read_pack(env->arena, bytes, out, e))
		return false;
	out->from = v->valid_from.has ? v->valid_from.v : (struct date){INT32_MIN};
	out->to = v->valid_to.has ? v->valid_to.v : (struct date){INT32_MAX};
	return true;
}

/* ---- changing ---- */

static int64_t who(const struct env *env) { return env->actor->person ? env->actor->person : env->actor->account; }

static enum role role_for(const struct env *env, role_set set)
{
	for (size_t i = 0; i < env->actor->n_held; i++)
		if (set & ROLE_BIT(env->actor->held[i].role))
			return env->actor->held[i].role;
	for (int r = 0; r < ROLE_COUNT; r++)
		if (set & env->actor->roles & ROLE_BIT(r))
			return (enum role)r;
	return ROLE_SYSTEM;
}

/* Every act of this slice ends here: the log, and the counter that makes memory look again. */
static bool record(struct env *env, const char *kind, struct procedure_version_id id, struct str body, struct err *e)
{
	role_set any = ALLOW_STAFF | ROLE_BIT(ROLE_ADMIN);
	struct audit_act act = {.kind = kind, .subject = id.v, .role = role_for(env, any), .body = body};
	return q_catalogue_revision_next(env->db, NULL, e) && audit_record(env, &act, NULL, e);
}

static bool get(struct env *env, struct procedure_version_id id, struct catalogue_version *v, struct err *e)
{
	bool found = false;
	if (!catalogue_version(env, id, v, &found, e))
		return false;
	return found || err_set(e, ERR_NOT_FOUND, "no such version");
}

static bool moved(bool ok, int64_t changed, const struct catalogue_version *v, struct err *e)
{
	if (!ok)
		return false;
	return changed == 1 || err_say(e, ERR_CONFLICT, MSG_CATALOGUE_WRONG_STATE, "version is %s", states[v->state]);
}

static bool procedure_of(struct env *env, struct str slug, struct procedure_id *id, struct err *e)
{
	struct procedure_of_slug_row r = {0};
	bool found = false;
	if (!q_procedure_of_slug(env->db, env->arena, slug, &r, &found, e))
		return false;
	*id = r.id;
	if (found)
		return true;
	id->v = id_new(env->ids, env->now);
	return q_procedure_insert(env->db, *id, slug, env->now, NULL, e);
}

bool catalogue_propose(struct env *env, struct str pack, struct str note, struct procedure_version_id *id, bool *changed, struct err *e)
{
	struct procedure p;
	struct procedure_version_last_row last = {0};
	struct procedure_id procedure;
	bool found = false;
	if (!read_pack(env->arena, pack, &p, e) || !procedure_of(env, p.id, &procedure, e) ||
	    !q_procedure_version_last(env->db, env->arena, procedure, &last, &found, e))
		return false;
	struct str hash = pack_hash(env->arena, (struct pack_file){p.id, pack});
	*changed = !found || !str_eq(last.hash, hash) || state_of(last.state) == VERSION_REJECTED;
	if (!*changed)
		return true;
	id->v = id_new(env->ids, env->now);
	if (!q_pack_bytes_put(env->db, hash, pack, NULL, e) ||
	    !q_procedure_version_insert(env->db, &(struct procedure_version_insert_in){.id = *id, .procedure = procedure, .number = last.number + 1,
		    .hash = hash, .national_code = p.code, .name = p.name, .sort_key = text_sort_key(env->arena, p.name), .note = note,
		    .proposed_by = who(env), .proposed_at = env->now}, NULL, e))
		return false;
	return record(env, "catalogue.propose", *id, str_fmt(env->arena, "{\"slug\":\"%.*s\",\"hash\":\"%.*s\"}", STR_ARG(p.id), STR_ARG(hash)), e);
}

bool catalogue_review(struct env *env, struct procedure_version_id id, struct err *e)
{
	struct catalogue_version v;
	int64_t changed = 0;
	if (!get(env, id, &v, e))
		return false;
	if (!env->actor->program && who(env) == v.proposed_by)
		return err_say(e, ERR_DENIED, MSG_CATALOGUE_SAME_PERSON, "proposed by the same person");
	bool ok = q_procedure_version_review(env->db, id, who(env), env->now, &changed, e);
	return moved(ok, changed, &v, e) && record(env, "catalogue.review", id, STR_NONE, e);
}

bool catalogue_reject(struct env *env, struct procedure_version_id id, struct str reason, struct err *e)
{
	struct catalogue_version v;
	int64_t changed = 0;
	if (!get(env, id, &v, e))
		return false;
	bool ok = q_procedure_version_reject(env->db, &(struct procedure_version_reject_in){id, reason, who(env), env->now}, &changed, e);
	return moved(ok, changed, &v, e) && record(env, "catalogue.reject", id, STR_NONE, e);
}

static bool end(struct env *env, const struct catalogue_version *v, struct date last, struct str reason, struct err *e)
{
	int64_t changed = 0;
	struct procedure_version_end_in in = {v->id, last, reason, who(env), env->now};
	bool ok = q_procedure_version_end(env->db, &in, &changed, e);
	if (!moved(ok, changed, v, e))
		return false;
	return record(env, "catalogue.expire", v->id, str_fmt(env->arena, "{\"last\":\"%.*s\"}", STR_ARG(date_format(env->arena, last))), e);
}

/* Makes room among the procedure's other versions: what is in force when this one begins ends the day before. */
static bool make_room(struct env *env, const struct catalogue_version *v, const struct publication *p, struct err *e)
{
	struct catalogue_versions all;
	if (!catalogue_history(env, v->procedure, &all, e))
		return false;
	for (size_t i = 0; i < all.n; i++) {
		const struct catalogue_version *x = &all.v[i];
		bool before = p->from.has && x->valid_to.has && x->valid_to.v.day < p->from.v.day;
		bool after = p->to.has && x->valid_from.has && x->valid_from.v.day > p->to.v.day;
		if ((x->state != VERSION_PUBLISHED && x->state != VERSION_EXPIRED) || before || after)
			continue;
		if (!p->from.has || (x->valid_from.has && x->valid_from.v.day >= p->from.v.day))
			return err_say(e, ERR_CONFLICT, MSG_CATALOGUE_LATER_VERSION, "version %lld is in force later", (long long)x->number);
		if (!end(env, x, (struct date){p->from.v.day - 1}, STR_NONE, e))
			return false;
	}
	return true;
}

static bool code_is_free(struct env *env, const struct catalogue_version *v, const struct publication *p, struct err *e)
{
	struct procedure_version_rivals_rows rivals = {0};
	if (!v->national_code.n)
		return true;
	if (!q_procedure_version_rivals(env->db, env->arena, &(struct procedure_version_rivals_in){v->national_code, v->procedure, p->from, p->to}, &rivals, e))
		return false;
	return rivals.n == 0 || err_say(e, ERR_CONFLICT, MSG_CATALOGUE_CODE_TAKEN, "%.*s has the code", STR_ARG(rivals.v[0].slug));
}

bool catalogue_publish(struct env *env, struct procedure_version_id id, const struct publication *p, struct err *e)
{
	struct catalogue_version v;
	int64_t changed = 0;
	if (!get(env, id, &v, e))
		return false;
	if (!env->actor->program && who(env) == v.proposed_by)
		return err_say(e, ERR_DENIED, MSG_CATALOGUE_SAME_PERSON, "proposed by the same person");
	if (p->from.has && p->to.has && p->to.v.day < p->from.v.day)
		return err_say(e, ERR_INVALID, MSG_CATALOGUE_DATES, "ends before it begins");
	if (v.state != VERSION_REVIEWED)
		return moved(true, 0, &v, e);
	if (!make_room(env, &v, p, e) || !code_is_free(env, &v, p, e))
		return false;
	struct procedure_version_publish_in in = {.id = id, .valid_from = p->from, .valid_to = p->to, .decision_number = p->decision_number,
		.decision_date = p->decision_date, .published_by = who(env), .published_at = env->now};
	bool ok = q_procedure_version_publish(env->db, &in, &changed, e);
	return moved(ok, changed, &v, e) && record(env, "catalogue.publish", id, STR_NONE, e);
}

bool catalogue_expire(struct env *env, struct procedure_version_id id, struct date last, struct str reason, struct err *e)
{
	struct catalogue_version v;
	if (!get(env, id, &v, e))
		return false;
	if (v.valid_from.has && last.day < v.valid_from.v.day)
		return err_say(e, ERR_INVALID, MSG_CATALOGUE_DATES, "ends before it begins");
	if (v.state != VERSION_PUBLISHED)
		return moved(true, 0, &v, e);
	return end(env, &v, last, reason, e);
}

/* ---- demonstration ---- */

/* The law of 2008 that this one rests on ended on 31/12/2025; without days of its own the demonstration's main journey would
 * have nothing to file. */
#define DEMO_SLUG STR("bx-cap-phep-xquang")
#define DEMO_NOTE STR("Dữ liệu mẫu: ngày hiệu lực do bản trình diễn đặt, không theo văn bản công bố")

static struct opt_date open_or(struct date d) { return (struct opt_date){.v = d, .has = d.day != INT32_MIN && d.day != INT32_MAX}; }

static bool seed_one(struct env *env, struct pack_file file, struct err *e)
{
	struct procedure p;
	struct procedure_of_slug_row had = {0};
	struct procedure_version_id id = {0};
	bool found = false, changed = false;
	if (!read_pack(env->arena, file.bytes, &p, e) || !q_procedure_of_slug(env->db, env->arena, p.id, &had, &found, e))
		return false;
	if (found)
		return true;
	bool demo = str_eq(p.id, DEMO_SLUG);
	struct publication days = {.from = open_or(p.from), .to = open_or(demo ? (struct date){INT32_MAX} : p.to)};
	return catalogue_propose(env, file.bytes, demo ? DEMO_NOTE : STR_NONE, &id, &changed, e) && catalogue_review(env, id, e) &&
	       catalogue_publish(env, id, &days, e);
}

bool catalogue_seed(struct env *env, struct err *e)
{
	struct pack packs = pack_embedded();
	for (size_t i = 0; i < packs.n; i++)
		if (str_starts(packs.files[i].name, STR("procedures/")) && !seed_one(env, packs.files[i], e))
			return err_wrap(e, packs.files[i].name.p);
	return true;
}
