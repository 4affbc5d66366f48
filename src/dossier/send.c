/* send.c — from a filled form to a dossier with a code. See dossier.h. */
#include "core/base/json_text.h"
#include "core/db/id.h"
#include "core/i18n/i18n.h"
#include "dossier/internal.h"
#include "gen/messages.h"

struct str dossier_code(struct arena *a, struct str prefix, struct date day, int64_t n)
{
	struct civil c = date_civil(day);
	return str_fmt(a, "%.*s-%02d%02d%02d-%04lld", STR_ARG(prefix), c.year % 100, c.month, c.day, (long long)n);
}

/* Both patterns of law-onestop §2.9: 000.00.12.H38-… and H38.12-…. */
bool dossier_code_ok(struct str code)
{
	struct str rest = code, prefix, ymd, seq, part;
	int64_t day = 0, n = 0;
	if (!str_next(&rest, '-', &prefix) || !str_next(&rest, '-', &ymd) || !str_next(&rest, '-', &seq) || rest.p || ymd.n != 6 ||
	    seq.n < 4 || seq.n > 9 || !str_to_i64(ymd, &day) || !str_to_i64(seq, &n) || n < 1)
		return false;
	size_t groups = 0, level_one = 0;
	while (str_next(&prefix, '.', &part)) {
		bool letter = part.n == 3 && part.p[0] >= 'A' && part.p[0] <= 'Z';
		if (part.n < 2 || part.n > 3 || !str_to_i64(str_sub(part, letter ? 1 : 0, 3), &n) || n < 0)
			return false;
		level_one += letter;
		groups++;
	}
	return level_one == 1 && groups <= 4 && date_is_civil((int)(2000 + day / 10000), (int)(day / 100 % 100), (int)(day % 100));
}

bool next_number(struct env *env, struct str name, int64_t *out, struct err *e)
{
	struct sequence_next_row row = {0};
	bool found = false;
	if (!q_sequence_next(env->db, env->arena, name, &row, &found, e))
		return err_wrap(e, "number");
	*out = row.value;
	return true;
}

static json_t *who_json(const struct applicant *w)
{
#define TEXT(s) json_stringn((s).p ? (s).p : "", (s).n)
	json_t *agent = json_null();
	if (w->agent.name.n)
		agent = json_pack("{s:o,s:o,s:o}", "name", TEXT(w->agent.name), "identity", TEXT(w->agent.identity), "paper", TEXT(w->agent.paper));
	return json_pack("{s:b,s:o,s:o,s:o,s:o,s:o,s:o}", "organisation", w->organisation, "name", TEXT(w->name), "identity",
	                 TEXT(w->identity), "address", TEXT(w->address), "phone", TEXT(w->phone), "email", TEXT(w->email), "agent", agent);
#undef TEXT
}

struct applicant dossier_applicant(struct arena *a, const json_t *content) { return applicant_from(a, json_object_get(content, "who")); }

struct applicant applicant_from(struct arena *a, const json_t *w)
{
	const json_t *g = json_object_get(w, "agent");
	return (struct applicant){.organisation = json_is_true(json_object_get(w, "organisation")), .name = json_member(a, w, "name"),
		.identity = json_member(a, w, "identity"), .address = json_member(a, w, "address"), .phone = json_member(a, w, "phone"), .email = json_member(a, w, "email"),
		.agent = {.name = json_member(a, g, "name"), .identity = json_member(a, g, "identity"), .paper = json_member(a, g, "paper")}};
}

struct str dossier_agent_said(struct arena *a, enum lang lang, const struct agent *x)
{
	struct str parts[] = {x->name, x->identity, x->paper};
	return x->name.n ? msg_fmt(a, lang, MSG_DOSSIER_AGENT_SAID, parts, ARRAY_LEN(parts)) : STR("");
}

void dossier_seal(struct arena *a, const struct key *key, struct dossier_new *x)
{
	json_t *who = who_json(&x->who);
	x->sealed = seal_content(a, key, x->id, x->answers, who, x->paper);
	json_decref(who);
}

static struct str keyed(struct arena *a, const struct key *k, struct str value)
{
	if (!value.n)
		return STR_NONE;
	struct digest d = crypto_hmac((struct str){(const char *)k->b, KEY_SIZE}, value);
	return str_dup(a, DIGEST_STR(d));
}

/* However it is typed: digits only, beginning with 0. */
static struct str plain_phone(struct arena *a, struct str typed)
{
	struct buf b = buf_on(a);
	for (size_t i = 0; i < typed.n; i++)
		if (typed.p[i] >= '0' && typed.p[i] <= '9')
			buf_char(&b, typed.p[i]);
	struct str digits = buf_str(&b);
	return str_starts(digits, STR("84")) && digits.n > 9 ? str_fmt(a, "0%.*s", STR_ARG(str_sub(digits, 2, digits.n))) : digits;
}

bool dossier_of_person(struct env *env, const struct law *law, struct str number, struct dossier_id before, int64_t limit, struct dossier_of_person_rows *out, struct err *e)
{
	struct str identity = str_trim(number), phone = plain_phone(env->arena, number);
	*out = (struct dossier_of_person_rows){0};
	if (phone.n < 9)
		return true;
	struct dossier_of_person_in in = {.identity_key = keyed(env->arena, &law->identity_key, identity), .phone_key = keyed(env->arena, &law->phone_key, phone), .before = before, .limit = limit};
	return q_dossier_of_person(env->db, env->arena, &in, out, e) || err_wrap(e, "dossiers of a person");
}

/* A number is typed by whoever files, of whomever they like: what others filed under it is told to officials alone. */
static bool keep_readable(struct env *env, struct dossier_twins_rows *rows, struct err *e)
{
	struct dossier_ids may = {NEW_ARRAY(env->arena, rows->n + 1, struct dossier_id), rows->n};
	size_t kept = 0;
	for (size_t i = 0; i < rows->n; i++)
		may.v[i] = rows->v[i].id;
	if (!dossier_readable(env, &may, e))
		return false;
	for (size_t i = 0; i < rows->n; i++)
		for (size_t k = 0; k < may.n; k++)
			if (may.v[k].v == rows->v[i].id.v)
				rows->v[kept++] = rows->v[i];
	rows->n = kept;
	return true;
}

bool dossier_twins(struct env *env, const struct law *law, struct str identity, struct str procedure, struct dossier_twins_rows *out, struct err *e)
{
	struct instant since = {env->now.ms - 30 * DAY_MS};
	if (!q_dossier_twins(env->db, env->arena, keyed(env->arena, &law->identity_key, identity), procedure, since, out, e))
		return err_wrap(e, "twins");
	return actor_any(env->actor, ALLOW_STAFF) || keep_readable(env, out, e);
}

static bool known_origin(struct env *env, const struct dossier_new *x, struct dossier_sent *out, struct err *e)
{
	struct dossier_by_origin_row row = {0};
	struct dossier_get_row d;
	if (!x->origin_code.n)
		return true;
	if (!q_dossier_by_origin(env->db, env->arena, x->origin, x->origin_code, &row, &out->existed, e))
		return err_wrap(e, "origin");
	if (!out->existed)
		return true;
	if (!dossier_load(env, row.id, &d, e))
		return false;
	out->id = row.id;
	out->code = row.code;
	out->answer_due = d.answer_due;
	return true;
}

/* What is being sent, resolved once. */
struct sending { const struct dossier_new *x; struct dossier_sent *out; struct key key; struct rule_set rules; const struct node *step; };

static bool insert(struct env *env, const struct law *law, struct sending *s, struct err *e)
{
	const struct dossier_new *x = s->x;
	struct arena *a = env->arena;
	struct dossier_new all = *x;
	if (!x->sealed.n)
		dossier_seal(a, &s->key, &all);
	struct digest secret = secret_hash(s->out->secret);
	const struct procedure *p = x->procedure->p;
	struct dossier_add_in in = {
	        .id = x->id, .code = s->out->code, .procedure = p->id, .procedure_name = p->name, .procedure_hash = x->procedure->hash,
	        .field = p->field, .rules = era_format(a, &s->rules), .process = x->procedure->process_id,
	        .form_set = s->rules.version[ERA_FORM_SET]->id, .channel_in = x->channel_in, .channel_out = x->channel_out,
	        .origin = x->origin.n ? x->origin : STR_NONE, .origin_code = x->origin_code.n ? x->origin_code : STR_NONE,
	        .receiving_unit = x->receiving_unit, .settling_agency = x->settling_agency, .settling_unit = x->settling_unit,
	        .applicant_account = x->account, .applicant_kind = x->who.organisation ? STR("organisation") : STR("person"),
	        .applicant_name = x->who.name, .identity_key = keyed(a, &law->identity_key, x->who.identity),
	        .phone_key = keyed(a, &law->phone_key, plain_phone(a, x->who.phone)), .sealed = all.sealed, .secret_hash = str_dup(a, DIGEST_STR(secret)),
	        .step = s->step->id, .step_role = STR("counter"), .step_unit = x->receiving_unit, .sent_at = env->now,
	        .answer_due = s->out->answer_due, .filed_by = x->filed_by ? OPT_INT(x->filed_by) : (struct opt_int){0}};
	return (q_dossier_add(env->db, &in, NULL, e) && q_dossier_key_add(env->db, (struct dossier_key_id){x->id.v}, x->wrapped_key, NULL, e)) ||
	       err_wrap(e, "new dossier");
}

static bool store(struct env *env, const struct law *law, struct sending *s, struct err *e)
{
	const struct dossier_new *x = s->x;
	int64_t n = 0;
	struct date today = date_of(env->now);
	if (!next_number(env, str_fmt(env->arena, "dossier:%.*s:%d", STR_ARG(x->code_prefix), today.day), &n, e))
		return false;
	s->out->code = dossier_code(env->arena, x->code_prefix, today, n);
	return insert(env, law, s, e) && add_files(env, x->id, &s->key, STR("attachment"), x->files, x->n_files, e) &&
	       search_put(env, x->id, s->out->code, x->procedure->p->name, x->who.name, x->origin_code, false, e) && counted_new(env, x, s->out->answer_due, e);
}

bool dossier_send(struct env *env, const struct law *law, const struct dossier_new *x, struct dossier_sent *out, struct err *e)
{
	struct sending s = {.x = x, .out = out, .rules = era_resolve(&law->eras, date_of(env->now))};
	struct law_decider d = {.a = env->arena};
	*out = (struct dossier_sent){.id = x->id};
	if (!x->procedure->process)
		return err_say(e, ERR_CONFLICT, MSG_DOSSIER_NO_PROCESS, "procedure without process");
	if (!known_origin(env, x, out, e))
		return false;
	if (out->existed)
		return true;
	out->secret = secret_new(env->arena);
	bool ok = key_unwrap(law->keys, key_context(env->arena, x->id), x->wrapped_key, &s.key, e) &&
	          workflow_start(x->procedure->process, law_decide(&d), &s.step, e) &&
	          calendar_answer_due(law->calendar, env->now, &out->answer_due, e) && store(env, law, &s, e);
	crypto_wipe(&s.key, sizeof s.key);
	if (!ok)
		return err_wrap(e, "sending");
	struct str body = str_fmt(env->arena, "{\"code\":\"%.*s\",\"channel\":\"%.*s\",\"files\":%zu}", STR_ARG(out->code), STR_ARG(x->channel_in), x->n_files);
	enum role role = actor_is(env->actor, ROLE_COUNTER) ? ROLE_COUNTER : x->who.organisation ? ROLE_BUSINESS : ROLE_CITIZEN;
	return audit_record(env, &(struct audit_act){.kind = "dossier.send", .subject = x->id.v, .role = role, .unit = x->receiving_unit.v, .body = body}, NULL, e);
}
