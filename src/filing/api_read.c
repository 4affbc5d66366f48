/* api_read.c — what programs read: lists of one's own, a dossier, its timeline; the same rights as the pages. */
#include "dossier/fee.h"
#include "dossier/late.h"
#include "filing/filing_internal.h"

/* An applicant's own, or what a system account filed: two queries with the same columns. */
static bool own_rows(struct request *r, struct dossier_id before, int64_t limit, struct dossier_list_account_rows *out, struct err *e)
{
	struct dossier_list_filed_rows filed = {0};
	if (!actor_is(r->env.actor, ROLE_SYSTEM))
		return dossier_list_owned(&r->env, before, limit, out, e);
	if (!q_dossier_list_filed(r->env.db, r->env.arena, r->env.actor->account, before, limit, &filed, e))
		return false;
	*out = (struct dossier_list_account_rows){.v = NEW_ARRAY(r->env.arena, filed.n, struct dossier_list_account_row), .n = filed.n};
	for (size_t i = 0; i < filed.n; i++)
		out->v[i] = (struct dossier_list_account_row){.id = filed.v[i].id, .code = filed.v[i].code, .procedure_name = filed.v[i].procedure_name,
			.state = filed.v[i].state, .sent_at = filed.v[i].sent_at, .due = filed.v[i].due, .answer_due = filed.v[i].answer_due};
	return true;
}

bool filing_api_list(struct request *r, int64_t limit, struct str cursor, struct err *e)
{
	struct dossier_list_account_rows v = {0};
	int64_t before = INT64_MAX;
	if (cursor.n && (!str_to_i64(cursor, &before) || before < 1)) {
		form_error(r, "cursor", MSG_FIELD_RULE, STR_NONE, STR_NONE);
		return true;
	}
	if (!own_rows(r, (struct dossier_id){before}, limit, &v, e))
		return false;
	AUTO_JSON out = json_pack("{s:[],s:n}", "items", "next");
	for (size_t i = 0; i < v.n; i++) {
		json_t *o = json_object();
		json_put(o, "code", v.v[i].code);
		json_put(o, "procedure_name", v.v[i].procedure_name);
		json_put(o, "state", v.v[i].state);
		api_put_time(r, o, "sent_at", OPT_INSTANT(v.v[i].sent_at));
		api_put_time(r, o, "answer_due", OPT_INSTANT(v.v[i].answer_due));
		api_put_time(r, o, "due", v.v[i].due);
		json_array_append_new(json_object_get(out, "items"), o);
	}
	if (v.n == (size_t)limit)
		json_put(out, "next", str_fmt(r->env.arena, "%lld", (long long)v.v[v.n - 1].id.v));
	return api_answer(r, 200, out);
}

static void put_files(struct request *r, const struct key *key, const struct dossier_file_list_rows *v, json_t *out)
{
	for (size_t i = 0; i < v->n; i++) {
		json_t *o = json_pack("{s:I}", "size", (json_int_t)v->v[i].size);
		json_put(o, "id", str_fmt(r->env.arena, "%lld", (long long)v->v[i].id.v));
		json_put(o, "field", v->v[i].field);
		json_put(o, "kind", v->v[i].kind);
		json_put(o, "name", dossier_file_name(&r->env, key, &v->v[i]));
		json_put(o, "type", v->v[i].type);
		json_put(o, "state", v->v[i].state);
		json_put(o, "sha256", v->v[i].plain_hash);
		json_array_append_new(out, o);
	}
}

/* The number and day that the decision bound to it. */
static void put_result(struct request *r, const struct dossier_get_row *d, json_t *out)
{
	json_t *o = d->result_number.has ? json_pack("{s:I}", "number", (json_int_t)d->result_number.v) : json_null();
	json_object_set_new(out, "result", o);
	if (!d->result_number.has)
		return;
	json_put(o, "symbol", d->result_symbol);
	json_put(o, "day", d->result_day.has ? date_format(r->env.arena, d->result_day.v) : STR_NONE);
	json_put(o, "outcome", d->outcome);
}

static json_t *member_or_null(const json_t *o, const char *key)
{
	json_t *v = json_object_get(o, key);
	return v ? json_incref(v) : json_null();
}

static void put_fees(struct request *r, const struct key *key, bool erased, const struct dossier_fee_list_rows *v, json_t *out)
{
	for (size_t i = 0; i < v->n; i++) {
		AUTO_JSON detail = fee_detail(r->env.arena, key, erased, &v->v[i]);
		json_t *o = json_pack("{s:I}", "amount", (json_int_t)v->v[i].amount.dong);
		json_put(o, "id", str_fmt(r->env.arena, "%lld", (long long)v->v[i].id.v));
		json_put(o, "name", v->v[i].name);
		json_put(o, "state", v->v[i].state);
		json_put(o, "voucher", v->v[i].voucher);
		api_put_time(r, o, "paid_at", v->v[i].paid_at);
		json_object_set_new(o, "computed", v->v[i].computed.has ? json_integer(v->v[i].computed.v.dong) : json_null());
		json_object_set_new(o, "lines", json_is_object(detail) ? json_incref(json_object_get(detail, "lines")) : json_array());
		json_object_set_new(o, "reason", member_or_null(detail, "reason"));
		json_object_set_new(o, "basis", member_or_null(detail, "basis"));
		json_array_append_new(out, o);
	}
}

/* Who has it now, as the applicant's page says it; null when nobody has. */
static bool put_handler(struct request *r, const struct dossier_get_row *d, json_t *out, struct err *e)
{
	struct filing_handler h;
	if (!filing_handler(&r->env, d, &h, e))
		return false;
	json_t *o = h.open ? json_pack("{s:n}", "person") : json_null();
	json_object_set_new(out, "handler", o);
	if (!h.open)
		return true;
	json_put(o, "agency", h.agency);
	json_put(o, "unit", h.unit);
	if (h.person.n)
		json_put(o, "person", h.person);
	return true;
}

/* What the actor may do now, as the pages show it. */
static bool put_actions(struct request *r, const struct dossier_get_row *d, json_t *out, struct err *e)
{
	uint32_t open = 0;
	if (!dossier_actions(&r->env, filing()->law, d, &open, e))
		return false;
	for (int i = 0; i < ACT_COUNT; i++)
		if (open & (1U << i))
			json_array_append_new(out, json_string(dossier_action_name((enum dossier_action)i)));
	return true;
}

bool api_get(struct request *r, struct err *e)
{
	struct dossier_fee_list_rows fees = {0};
	struct dossier_get_row d;
	struct dossier_file_list_rows files = {0};
	AUTO_KEY key = {0};
	AUTO_JSON sealed = NULL;
	bool erased = false;
	if (!dossier_of(r, &d, e) || !dossier_key(&r->env, filing()->law, d.id, &key, &erased, e) || !dossier_unseal(&r->env, filing()->law, &d, &sealed, e))
		return false;
	if (!q_dossier_file_list(r->env.db, r->env.arena, d.id, &files, e) || !q_dossier_fee_list(r->env.db, r->env.arena, d.id, &fees, e))
		return false;
	req_note_read(r, d.id.v);
	AUTO_JSON out = json_pack("{s:I,s:i,s:[],s:[],s:[]}", "rev", (json_int_t)d.rev, "portal_state", dossier_portal_state(&d), "files", "fees", "actions");
	json_put(out, "code", d.code);
	json_put(out, "procedure", d.procedure);
	json_put(out, "procedure_name", d.procedure_name);
	json_put(out, "state", d.state);
	json_put(out, "step", d.step);
	json_put(out, "channel_in", d.channel_in);
	json_put(out, "channel_out", d.channel_out);
	if (d.origin.n) {
		json_put(out, "origin", d.origin);
		json_put(out, "origin_code", d.origin_code);
	}
	api_put_time(r, out, "sent_at", OPT_INSTANT(d.sent_at));
	api_put_time(r, out, "answer_due", OPT_INSTANT(d.answer_due));
	api_put_time(r, out, "accepted_at", d.accepted_at);
	api_put_time(r, out, "due", d.due);
	api_put_time(r, out, "settled_at", d.settled_at);
	const struct late_reason *late = actor_any(r->env.actor, ALLOW_STAFF) ? late_by_no(filing()->law, d.late_reason.v) : NULL;
	if (late)
		json_put(out, "late_reason", late->code);
	api_put_time(r, out, "returned_at", d.returned_at);
	json_object_set(out, "applicant", json_is_object(sealed) ? json_object_get(sealed, "who") : json_null());
	json_object_set(out, "answers", json_is_object(sealed) ? json_object_get(sealed, "answers") : json_null());
	json_object_set(out, "paper", json_is_object(json_object_get(sealed, "paper")) ? json_object_get(sealed, "paper") : json_null());
	put_result(r, &d, out);
	if (!put_handler(r, &d, out, e))
		return false;
	put_files(r, &key, &files, json_object_get(out, "files"));
	put_fees(r, &key, erased, &fees, json_object_get(out, "fees"));
	if (!put_actions(r, &d, json_object_get(out, "actions"), e))
		return false;
	return api_answer(r, 200, out);
}

/* Minutes of office time of the step that the entry left. */
static void put_stay(const struct dossier_stays *stays, int64_t entry, json_t *o)
{
	for (size_t i = 0; i < stays->n; i++)
		if (stays->v[i].entry == entry) {
			json_object_set_new(o, "spent_minutes", json_integer(stays->v[i].spent_ms / 60000));
			json_object_set_new(o, "waited_minutes", json_integer(stays->v[i].waited_ms / 60000));
			json_object_set_new(o, "limit_minutes", json_integer(stays->v[i].limit_ms / 60000));
			json_object_set_new(o, "late_minutes", json_integer(stays->v[i].late_ms / 60000));
		}
}

bool api_timeline(struct request *r, struct err *e)
{
	struct dossier_get_row d;
	struct audit_entries all = {0}, acts = {0};
	struct dossier_stays stays;
	int64_t after = form_int(r, "cursor");
	bool has_agent = false;
	if (!dossier_of(r, &d, e) || !filing_has_agent(&r->env, &d, &has_agent, e) || !audit_timeline(&r->env, d.id.v, after, 200, &all, e) || !dossier_timeline(&r->env, d.id, &acts, e))
		return false;
	dossier_stays(&r->env, filing()->law, &d, &acts, &stays);
	req_note_read(r, d.id.v);
	AUTO_JSON out = json_pack("{s:[],s:n}", "items", "next");
	for (size_t i = 0; i < all.n; i++) {
		json_t *o = json_object();
		json_put(o, "entry", str_fmt(r->env.arena, "%lld", (long long)all.v[i].id));
		json_put(o, "at", instant_format(r->env.arena, all.v[i].at));
		json_put(o, "kind", all.v[i].kind);
		json_put(o, "role", all.v[i].role);
		enum filing_by by = has_agent ? filing_by(&d, &all.v[i]) : FILING_BY_OTHERS;
		if (by != FILING_BY_OTHERS)
			json_put(o, "by", by == FILING_BY_AGENT ? STR("agent") : STR("applicant"));
		json_object_set_new(o, "details", json_loadb(all.v[i].body.p, all.v[i].body.n, 0, NULL));
		put_stay(&stays, all.v[i].id, o);
		json_array_append_new(json_object_get(out, "items"), o);
	}
	if (all.n == 200)
		json_put(out, "next", str_fmt(r->env.arena, "%lld", (long long)all.v[199].id));
	return api_answer(r, 200, out);
}
