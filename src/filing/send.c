/* send.c — who applies, where it goes, and the sending itself. See filing_internal.h. */
#include "core/text/text.h"
#include "filing/filing_internal.h"
#include "account/account.h"
#include "core/db/id.h"
#include "directory/directory.h"
#include <pthread.h>
#include <string.h>

/* Does anybody who heads the unit have an account here? */
static bool is_staffed(struct env *env, struct unit_id unit, bool *yes, struct err *e)
{
	struct officers heads = {0};
	struct account acc;
	*yes = false;
	if (!directory_holders(env, ROLE_HEAD, unit, date_of(env->now), &heads, e))
		return false;
	for (size_t i = 0; i < heads.n && !*yes; i++)
		if (!account_of_person(env, heads.v[i].person, &acc, yes, e))
			return false;
	return true;
}

/* The division that takes what is sent: one whose head signs in here (*staffed), else the first. */
static bool division_of(struct env *env, const struct units *units, struct filing_place *at, bool *staffed, struct err *e)
{
	for (size_t i = 0; i < units->n && !*staffed; i++) {
		const struct unit *u = &units->v[i];
		if (u->kind != UNIT_DIVISION || u->agency.v != at->settling_agency.v)
			continue;
		if (!is_staffed(env, u->id, staffed, e))
			return false;
		if (*staffed || !at->settling_unit.v)
			at->settling_unit = u->id;
	}
	return true;
}

/* The reception itself before counters below it. */
static struct unit_id hall_of(const struct units *units, struct agency_id agency)
{
	struct unit_id out = {0};
	bool top = false;
	for (size_t i = 0; i < units->n && !top; i++) {
		const struct unit *u = &units->v[i];
		if (u->kind != UNIT_RECEPTION || u->agency.v != agency.v)
			continue;
		top = !u->parent.v;
		if (top || !out.v)
			out = u->id;
	}
	return out;
}

/* Of several departments the one whose people sign in here: others are in the directory to be asked. */
static bool place_usual(struct env *env, struct filing_place *out, struct err *e)
{
	struct agencies all;
	struct units units = {0};
	struct date today = date_of(env->now);
	struct agency centre = {0}, department = {0};
	bool staffed = false;
	*out = (struct filing_place){0};
	if (!directory_agencies(env, today, &all, e) || !directory_units(env, (struct agency_id){0}, today, &units, e))
		return false;
	for (size_t i = 0; i < all.n; i++)
		if (all.v[i].is_centre && !centre.id.v)
			centre = all.v[i];
	for (size_t i = 0; i < all.n && !staffed; i++) {
		struct filing_place at = {.settling_agency = all.v[i].id};
		if (all.v[i].kind != AGENCY_DEPARTMENT)
			continue;
		if (!division_of(env, &units, &at, &staffed, e))
			return false;
		if (at.settling_unit.v && (staffed || !department.id.v)) {
			department = all.v[i];
			*out = at;
		}
	}
	out->code_prefix = centre.id.v ? centre.code : department.code;
	out->receiving_unit = hall_of(&units, centre.id.v ? centre.id : department.id);
	if (!out->receiving_unit.v || !out->settling_unit.v)
		return err_set(e, ERR_INTERNAL, "no reception or no division is in force today");
	return true;
}

/* The usual place is the same for everybody and takes a dozen queries: remembered five seconds, as sessions are. */
#define REMEMBERED_NS ((int64_t)5 * 1000000000)
static struct { pthread_mutex_t lock; struct filing_place at; char prefix[64]; int32_t day; int64_t until_ns; const struct law *law; } usual = {
	.lock = PTHREAD_MUTEX_INITIALIZER};

static bool recall(struct env *env, struct filing_place *out)
{
	pthread_mutex_lock(&usual.lock);
	bool known = usual.law == filing()->law && usual.day == date_of(env->now).day && monotonic_ns() < usual.until_ns;
	if (known) {
		*out = usual.at;
		out->code_prefix = str_dup(env->arena, str_from(usual.prefix));
	}
	pthread_mutex_unlock(&usual.lock);
	return known;
}

static void remember(struct env *env, const struct filing_place *at)
{
	if (at->code_prefix.n >= sizeof usual.prefix)
		return;
	pthread_mutex_lock(&usual.lock);
	usual.at = *at;
	memcpy(usual.prefix, at->code_prefix.p, at->code_prefix.n);
	usual.prefix[at->code_prefix.n] = '\0';
	usual.day = date_of(env->now).day;
	usual.until_ns = monotonic_ns() + REMEMBERED_NS;
	usual.law = filing()->law;
	pthread_mutex_unlock(&usual.lock);
}

static bool place_recalled(struct env *env, struct filing_place *out, struct err *e)
{
	if (recall(env, out))
		return true;
	if (!place_usual(env, out, e))
		return false;
	remember(env, out);
	return true;
}

/* An official at the counter receives in the own unit. */
bool filing_where(struct env *env, const struct law_procedure *p, struct filing_place *out, struct err *e)
{
	bool ok = filing()->place ? filing()->place(env, p, out, e) : place_recalled(env, out, e);
	for (size_t i = 0; ok && i < env->actor->n_held; i++)
		if (env->actor->held[i].role == ROLE_COUNTER && env->actor->held[i].unit)
			out->receiving_unit.v = env->actor->held[i].unit;
	return ok;
}

struct str filing_origin(struct request *r)
{
	return filing()->origin.n ? filing()->origin : str_fmt(r->env.arena, "http://%.*s", STR_ARG(req_header(r, "Host")));
}

static bool is_number(struct str identity) { return personal_id_ok(identity) || tax_code_ok(identity); }

/* Whose the account is: who applies, or the agent of who is named. */
static bool who_of_account(struct env *env, const json_t *who, struct applicant *out, struct err *e)
{
	struct account acc = {0};
	struct str identity;
	bool found = false;
	if (!account_get(env, (struct account_id){env->actor->account}, &acc, &found, e))
		return false;
	if (!found || !account_identity(env, acc.id, &identity, e))
		return found ? false : err_set(e, ERR_SIGN_IN, "no such account");
	filing_for_account(out, &acc, identity, json_str(who, "principal_name").n > 0,
	                   &(struct applicant){.name = json_str(who, "principal_name"), .identity = json_str(who, "principal_identity")}, json_str(who, "paper"));
	return true;
}

/* An account files for itself, or as the agent of `other`. */
void filing_for_account(struct applicant *out, const struct account *acc, struct str identity, bool as_agent, const struct applicant *other, struct str paper)
{
	struct str number = acc->kind == ACCOUNT_BUSINESS || !identity.n ? acc->tax_code : identity;
	out->name = as_agent ? other->name : acc->name;
	out->identity = as_agent ? other->identity : number;
	out->organisation = as_agent ? !personal_id_ok(other->identity) : acc->kind == ACCOUNT_BUSINESS;
	out->agent = as_agent ? (struct agent){acc->name, number, paper} : (struct agent){0};
	out->phone = out->phone.n ? out->phone : acc->phone;
	out->email = out->email.n ? out->email : acc->email;
}

bool who_fill(struct env *env, const struct draft *d, struct applicant *out, struct str *channel_out, bool *complete, struct err *e)
{
	const json_t *who = json_object_get(d->content, "who");
	*out = (struct applicant){.name = json_str(who, "name"), .identity = json_str(who, "identity"), .address = json_str(who, "address"),
		.phone = json_str(who, "phone"), .email = json_str(who, "email"),
		.agent = {json_str(who, "agent_name"), json_str(who, "agent_identity"), json_str(who, "paper")}};
	*channel_out = json_str(who, "channel_out").n ? json_str(who, "channel_out") : STR("online");
	out->organisation = out->identity.n > 0 && !personal_id_ok(out->identity);
	bool own = actor_any(env->actor, ALLOW_APPLICANTS), shown = !out->agent.name.n || (personal_id_ok(out->agent.identity) && out->agent.paper.n > 0);
	if (own && !who_of_account(env, who, out, e))
		return false;
	if (own)
		shown = !out->agent.name.n || (is_number(out->identity) && out->agent.paper.n > 0);
	bool named = out->name.n > 0 && (own || is_number(out->identity));
	*complete = named && shown && phone_ok(out->phone) && (!out->email.n || text_email_ok(out->email));
	return true;
}

static const struct dossier_file_new *new_files(struct env *env, const struct draft *d, size_t *n)
{
	struct dossier_file_new *v = NEW_ARRAY(env->arena, d->files.n + 1, struct dossier_file_new);
	*n = 0;
	for (size_t i = 0; i < d->files.n; i++) {
		const struct draft_file_list_row *f = &d->files.v[i];
		if (str_eq(f->state, STR("kept")))
			v[(*n)++] = (struct dossier_file_new){.field = f->field, .name = draft_file_name(env->arena, d, f), .blob = f->blob,
				.plain_hash = f->plain_hash, .type = f->type, .size = f->size};
	}
	return v;
}

static bool send_new(struct request *r, struct draft *d, const json_t *clean, const struct applicant *who, struct str channel_out,
                     struct dossier_sent *out, struct err *e)
{
	struct env *env = &r->env;
	struct filing_place at;
	bool counter = actor_is(env->actor, ROLE_COUNTER);
	size_t n = 0;
	const struct dossier_file_new *files = new_files(env, d, &n);
	if (!filing_where(env, d->p, &at, e))
		return false;
	struct dossier_new x = {.procedure = d->p, .id = {d->row.id.v}, .wrapped_key = d->row.wrapped, .answers = clean, .who = *who,
		.account = counter ? 0 : env->actor->account, .channel_in = counter ? STR("counter") : STR("online"), .channel_out = channel_out,
		.origin = STR_NONE, .origin_code = STR_NONE, .receiving_unit = at.receiving_unit, .settling_unit = at.settling_unit,
		.settling_agency = at.settling_agency, .code_prefix = at.code_prefix, .files = files, .n_files = n};
	return dossier_send(env, filing()->law, &x, out, e);
}

static bool send_more(struct request *r, struct draft *d, const json_t *clean, struct dossier_sent *out, struct err *e)
{
	struct env *env = &r->env;
	struct dossier_get_row row;
	struct dossier_done done;
	size_t n = 0;
	const struct dossier_file_new *files = new_files(env, d, &n);
	if (!dossier_load(env, d->row.dossier, &row, e))
		return false;
	struct dossier_act act = {.id = d->row.dossier, .action = str_eq(row.state, STR("supplement")) ? ACT_SUPPLEMENT : row.accepted_at.has ? ACT_TRANSCRIBE : ACT_CORRECT, .answers = clean, .files = files, .n_files = n};
	if (!dossier_do(env, filing()->law, &act, &done, e))
		return false;
	*out = (struct dossier_sent){.id = row.id, .code = row.code, .answer_due = row.answer_due, .existed = true};
	return true;
}

bool send_draft(struct request *r, struct draft *d, const json_t *clean, struct dossier_sent *out, struct err *e)
{
	struct applicant who;
	struct str channel_out;
	bool complete = false;
	if (!who_fill(&r->env, d, &who, &channel_out, &complete, e))
		return false;
	if (!complete && !d->row.dossier.v) {
		form_error_text(r, STR("who"), msg(r->env.lang, MSG_FILING_WHO_MISSING));
		return true;
	}
	bool ok = d->row.dossier.v ? send_more(r, d, clean, out, e) : send_new(r, d, clean, &who, channel_out, out, e);
	return ok && draft_drop(&r->env, d->row.id, e);
}

/* ---- what stands in an answer that is kept with its action id ---- */


struct str memo_seal(struct request *r, struct str plain)
{
	struct str s = crypto_seal(r->env.arena, filing_memo_key(), STR("memo"), plain);
	return base64url_encode(r->env.arena, s.p, s.n);
}

bool memo_open(struct request *r, struct str *plain, struct err *e)
{
	struct str s;
	return base64_decode(r->env.arena, r->memo, &s) ? crypto_open(r->env.arena, filing_memo_key(), STR("memo"), s, plain, e)
	                                                : err_set(e, ERR_INTERNAL, "memo of a sending");
}

/* ---- row checks ---- */

struct filing_state *filing_state_of(struct request *r)
{
	if (!r->state)
		r->state = NEW(r->env.arena, struct filing_state);
	return r->state;
}

static bool holds_cookie(struct request *r, struct str hash)
{
	struct str token = req_cookie(r, DRAFT_COOKIE);
	return token.n && hash.n == DIGEST_SIZE && crypto_eq(DIGEST_STR(crypto_sha256(token)), hash);
}

static bool find_draft(struct request *r, bool *found, struct err *e)
{
	struct filing_state *s = filing_state_of(r);
	int64_t id = 0;
	*found = false;
	if (!req_param_id(r, "draft", &id))
		return err_set(e, ERR_NOT_FOUND, "not a number");
	s->id.v = id;
	if (!q_draft_get(r->env.db, r->env.arena, s->id, &s->row, found, e))
		return false;
	if (!*found)
		return true;
	bool own = s->row.account && s->row.account == r->env.actor->account;
	bool cookie = !s->row.account && holds_cookie(r, s->row.token_hash);
	if ((!own && !cookie) || str_eq(s->row.purpose, STR("holder")))
		return err_set(e, ERR_NOT_FOUND, "the draft is another's");
	return true;
}

bool may_draft(struct request *r, struct err *e)
{
	bool found = false;
	if (!find_draft(r, &found, e))
		return false;
	return found || err_set(e, ERR_NOT_FOUND, "no such draft");
}

bool may_send(struct request *r, struct err *e)
{
	bool found = false;
	struct dossier_get_row row;
	if (!find_draft(r, &found, e))
		return false;
	if (found)
		return true;
	if (!dossier_load(&r->env, (struct dossier_id){filing_state_of(r)->id.v}, &row, e))
		return false;
	bool may = row.applicant_account && row.applicant_account == r->env.actor->account;
	if (actor_is(r->env.actor, ROLE_COUNTER) && !dossier_may_read(&r->env, &row, &may, e))
		return false;
	return may || err_set(e, ERR_NOT_FOUND, "the dossier is another's");
}

bool dossier_of(struct request *r, struct dossier_get_row *out, struct err *e)
{
	struct dossier_id id;
	bool found = false;
	if (!dossier_id_of(&r->env, req_param(r, "code"), &id, &found, e))
		return false;
	return found ? dossier_load(&r->env, id, out, e) : err_set(e, ERR_NOT_FOUND, "no such dossier");
}

bool may_own(struct request *r, struct err *e)
{
	struct dossier_get_row d;
	if (!dossier_of(r, &d, e))
		return false;
	return dossier_owned(r->env.actor, &d) || err_set(e, ERR_NOT_FOUND, "the dossier is another's");
}

/* Who has it in hand, or the counter that received it, for the person in front. */
bool may_correct(struct request *r, struct err *e)
{
	struct dossier_get_row d;
	if (actor_is(r->env.actor, ROLE_COUNTER))
		return may_read(r, e);
	if (!may_own(r, e) || !dossier_of(r, &d, e))
		return false;
	return dossier_in_hand(r->env.actor, &d) || err_say(e, ERR_DENIED, MSG_FILING_AGENT_ACTS, "the dossier is in its agent's hand");
}

bool may_read(struct request *r, struct err *e)
{
	struct dossier_get_row d;
	bool may = false;
	if (!dossier_of(r, &d, e) || !dossier_may_read(&r->env, &d, &may, e))
		return false;
	return may || err_set(e, ERR_NOT_FOUND, "the dossier is another's");
}
