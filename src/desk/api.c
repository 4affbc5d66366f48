/* api.c — the officials' side for programs: the work list, what may be done on a record with whom, the bytes of a file. */
#include "core/http/schema.h"
#include "desk/desk_internal.h"
#include "dossier/fee.h"
#include "dossier/late.h"
#include <jansson.h>
#include <stdlib.h>

static void put(json_t *o, const char *key, struct str s) { json_object_set_new(o, key, s.p ? json_stringn(s.p, s.n) : json_null()); }
static void put_id(json_t *o, const char *key, struct arena *a, int64_t id) { put(o, key, id ? str_fmt(a, "%lld", (long long)id) : STR_NONE); }
static void put_time(json_t *o, const char *key, struct arena *a, struct opt_instant t) { put(o, key, t.has ? instant_format(a, t.v) : STR_NONE); }

/* ---- the list ---- */

static const struct choice views[VIEW_COUNT] = {
	[VIEW_MINE] = {"mine", MSG_DESK_VIEW_MINE}, [VIEW_UNIT] = {"waiting", MSG_DESK_VIEW_UNIT}, [VIEW_SOON] = {"soon", MSG_DESK_VIEW_SOON},
	[VIEW_LATE] = {"late", MSG_DESK_VIEW_LATE}, [VIEW_SUPPLEMENT] = {"supplement", MSG_DESK_VIEW_SUPPLEMENT},
	[VIEW_SIGN] = {"signing", MSG_DESK_VIEW_SIGN}, [VIEW_ALL] = {"all", MSG_DESK_VIEW_ALL}};
static const struct choice states[] = {
	{"received", MSG_DESK_STATE_RECEIVED}, {"supplement", MSG_DESK_STATE_SUPPLEMENT}, {"fee", MSG_DESK_STATE_FEE},
	{"processing", MSG_DESK_STATE_PROCESSING}, {"signing", MSG_DESK_STATE_SIGNING}, {"done", MSG_DESK_STATE_DONE},
	{"returned", MSG_DESK_STATE_RETURNED}, {"refused", MSG_DESK_STATE_REFUSED}, {"stopped", MSG_DESK_STATE_STOPPED},
	{"withdrawn", MSG_DESK_STATE_WITHDRAWN}};
static const struct choice orders[] = {{"due", MSG_DESK_COL_DUE}, {"newest", MSG_DESK_SENT_AT}};
static const struct field list_fields[] = {
	{.name = "view", .kind = FIELD_CHOICE, .choices = views, .n_choices = ARRAY_LEN(views)},
	{.name = "state", .kind = FIELD_CHOICE, .choices = states, .n_choices = ARRAY_LEN(states)},
	{.name = "field", .kind = FIELD_TEXT, .max = 60},
	{.name = "channel", .kind = FIELD_TEXT, .max = 20},
	{.name = "until", .kind = FIELD_DATE},
	{.name = "order", .kind = FIELD_CHOICE, .choices = orders, .n_choices = ARRAY_LEN(orders)},
	{.name = "limit", .kind = FIELD_INT, .low = 1, .high = 1000000},
	{.name = "cursor", .kind = FIELD_TEXT, .max = 60},
};
static const struct field search_fields[] = {
	{.name = "q", .kind = FIELD_TEXT, .required = true, .max = 300},
	{.name = "limit", .kind = FIELD_INT, .low = 1, .high = 1000000},
};
const struct form desk_search_body = {"search", search_fields, ARRAY_LEN(search_fields)};
const struct form desk_list_query = {"dossiers", list_fields, ARRAY_LEN(list_fields)};

static struct desk_filter read_filter(struct request *r)
{
	int view = form_choice(r, "view");
	struct desk_filter f = {.view = view < 0 ? VIEW_ALL : (enum desk_view)view, .state = form_text(r, "state"),
		.field = form_text(r, "field"), .channel = form_text(r, "channel"), .newest = form_choice(r, "order") == 1};
	f.has_until = form_date(r, "until", &f.until);
	desk_filter_cursor(form_text(r, "cursor"), &f);
	return f;
}

static json_t *row_json(struct request *r, const struct desk_list_row *x)
{
	struct arena *a = r->env.arena;
	json_t *o = json_pack("{s:I}", "rev", (json_int_t)x->rev);
	put(o, "code", x->code);
	put(o, "procedure_name", x->procedure_name);
	put(o, "applicant_name", x->applicant_name);
	put(o, "state", x->state);
	put(o, "step", x->step);
	put(o, "step_name", desk_step_name(r->env.lang, x->process, x->step));
	put_id(o, "assignee", a, x->assignee.v);
	put(o, "assignee_name", x->assignee_name);
	put(o, "channel_in", x->channel_in);
	put_time(o, "sent_at", a, OPT_INSTANT(x->sent_at));
	put_time(o, "answer_due", a, OPT_INSTANT(x->answer_due));
	put_time(o, "accepted_at", a, x->accepted_at);
	put_time(o, "due", a, x->due);
	req_note_read(r, x->id.v);
	return o;
}

static int64_t limit_of(struct request *r)
{
	int64_t limit = form_has(r, "limit") ? form_int(r, "limit") : DESK_PAGE;
	return limit > DESK_API_MOST ? DESK_API_MOST : limit;
}

static json_t *list_json(struct request *r, const struct desk_list_rows *rows, int64_t limit)
{
	json_t *items = json_array();
	for (size_t i = 0; i < rows->n && i < (size_t)limit; i++)
		json_array_append_new(items, row_json(r, &rows->v[i]));
	return json_pack("{s:o,s:n}", "items", items, "next");
}

bool desk_api_search(struct request *r, struct err *e)
{
	struct desk_list_rows rows = {0};
	bool person = false;
	return desk_search(&r->env, form_text(r, "q"), &rows, &person, e) && answer_tree(r, list_json(r, &rows, limit_of(r)));
}

/* The work list of an official, with the rights of its pages; an applicant's own dossiers. */
bool desk_api_list(struct request *r, struct err *e)
{
	struct desk_filter f = read_filter(r);
	struct desk_list_rows rows = {0};
	int64_t limit = limit_of(r);
	if (actor_any(r->env.actor, ALLOW_STAFF) && form_has(r, "cursor") && !f.after_id) {
		form_error(r, "cursor", MSG_FIELD_RULE, STR_NONE, STR_NONE);
		return true;
	}
	if (!actor_any(r->env.actor, ALLOW_STAFF))
		return desk_have()->own_list ? desk_have()->own_list(r, limit, form_text(r, "cursor"), e) : err_set(e, ERR_DENIED, "no list of one's own");
	if (!desk_rows(&r->env, &f, limit + 1, &rows, e))
		return false;
	json_t *out = list_json(r, &rows, limit);
	if (rows.n > (size_t)limit)
		put(out, "next", str_fmt(r->env.arena, "%lld.%lld", (long long)rows.v[limit - 1].by_due.ms, (long long)rows.v[limit - 1].id.v));
	return answer_tree(r, out);
}

/* ---- what may be done ---- */

struct asked { struct request *r; struct dossier_get_row d; };

static void choice(json_t *to, struct str value, struct str label)
{
	json_t *o = json_object();
	put(o, "value", value);
	put(o, "label", label);
	json_array_append_new(to, o);
}

static struct str id_text(struct asked *q, int64_t id) { return str_fmt(q->r->env.arena, "%lld", (long long)id); }

static bool people_choices(struct asked *q, enum dossier_action act, json_t *to, struct err *e)
{
	struct officers all = {0};
	if (!desk_people(&q->r->env, &q->d, act, &all, e))
		return false;
	for (size_t i = 0; i < all.n; i++) {
		choice(to, id_text(q, all.v[i].person.v), all.v[i].name);
		json_object_set_new(json_array_get(to, json_array_size(to) - 1), "absent", json_boolean(all.v[i].absent));
	}
	return true;
}

static bool unit_choices(struct asked *q, enum dossier_action act, json_t *to, struct err *e)
{
	struct units all = {0};
	if (!desk_units(&q->r->env, &q->d, act, &all, e))
		return false;
	for (size_t i = 0; i < all.n; i++)
		choice(to, id_text(q, all.v[i].id.v), all.v[i].name);
	return true;
}

static bool fee_choices(struct asked *q, enum dossier_action act, json_t *to, struct err *e)
{
	struct dossier_fee_list_rows all = {0};
	if (!q_dossier_fee_list(q->r->env.db, q->r->env.arena, q->d.id, &all, e))
		return false;
	for (size_t i = 0; i < all.n; i++)
		if (dossier_fee_waits(act, &all.v[i]))
			choice(to, id_text(q, all.v[i].id.v), all.v[i].name);
	return true;
}

static bool opinion_choices(struct asked *q, json_t *to, struct err *e)
{
	struct dossier_opinion_list_rows all = {0};
	if (!q_dossier_opinion_list(q->r->env.db, q->r->env.arena, q->d.id, &all, e))
		return false;
	for (size_t i = 0; i < all.n; i++)
		if (dossier_opinion_waits(q->r->env.actor, &all.v[i]))
			choice(to, id_text(q, all.v[i].id.v), all.v[i].question);
	return true;
}

static void late_choices(struct asked *q, json_t *to)
{
	for (size_t i = 0; i < LAW->n_late; i++)
		if (late_by_code(LAW, LAW->late[i].code, date_of(q->r->env.now)) == &LAW->late[i])
			choice(to, LAW->late[i].code, late_name(&LAW->late[i], q->r->env.lang));
}

/* NULL in *out: any value of the schema. */
static bool choices_of(struct asked *q, enum dossier_action act, const struct field *f, unsigned bit, json_t **out, struct err *e)
{
	json_t *v = json_array();
	*out = v;
	if (bit == AF_TO)
		return people_choices(q, act, v, e);
	if (bit == AF_UNIT)
		return unit_choices(q, act, v, e);
	if (bit == AF_FEE)
		return fee_choices(q, act, v, e);
	if (bit == AF_OPINION)
		return opinion_choices(q, v, e);
	if (bit == AF_LATE)
		late_choices(q, v);
	if (bit == AF_LATE)
		return true;
	for (size_t i = 0; i < f->n_choices; i++)
		choice(v, str_from(f->choices[i].value), msg(q->r->env.lang, (enum msg_key)f->choices[i].label));
	if (!f->n_choices) {
		json_decref(v);
		*out = NULL;
	}
	return true;
}

/* What the result's template asks of a proposal, beside the declared fields. */
static void result_fields(struct asked *q, json_t *fields)
{
	const struct law_procedure *p = law_find(LAW, q->d.procedure);
	const struct law_result *x = p ? law_result_of(LAW, p, false) : NULL;
	if (!x || !x->fields)
		return;
	json_t *o = json_pack("{s:s,s:b,s:o}", "name", "fields", "required", 0, "schema", eform_schema_json(x->fields));
	put(o, "label", x->fields->title);
	json_array_append_new(fields, o);
}

/* The inputs of the fee's rule, with what the record tells of them. */
static bool fee_fields(struct asked *q, json_t *fields, struct err *e)
{
	const struct law_procedure *p = law_find(LAW, q->d.procedure);
	json_t *told = NULL;
	if (!p || !p->fee || !p->fee->form)
		return true;
	if (!desk_fee_told(&q->r->env, &q->d, &told, e))
		return false;
	json_t *schema = eform_schema_json(p->fee->form), *o = json_pack("{s:s,s:b,s:o}", "name", "quantities", "required", json_array_size(json_object_get(schema, "required")) > 0, "schema", schema);
	json_object_set_new(schema, "default", told);
	put(o, "label", msg(q->r->env.lang, MSG_DESK_FEE_INPUTS));
	json_array_append_new(fields, o);
	return true;
}

static bool action_json(struct asked *q, enum dossier_action act, json_t *items, struct err *e)
{
	struct act_shape shape = desk_shape(&q->r->env, &q->d, act);
	unsigned needs = desk_needs(&q->d, act) | shape.needs;
	json_t *fields = json_array(), *o = json_pack("{s:s,s:o}", "action", dossier_action_name(act), "fields", fields);
	put(o, "label", msg(q->r->env.lang, desk_action_word(act)));
	json_array_append_new(items, o);
	unsigned bit = 0;
	const struct field *f;
	for (size_t i = 0; (f = act_field(i, &bit)) != NULL; i++, bit = 0) {
		json_t *choices = NULL;
		if (!(shape.asks & bit) || bit == AF_CONFIRM)
			continue;
		json_t *x = json_pack("{s:s,s:b}", "name", f->name, "required", (needs & bit) != 0);
		put(x, "label", msg(q->r->env.lang, (enum msg_key)f->label));
		json_object_set_new(x, "schema", bit == AF_FILES ? json_pack("{s:s}", "type", "array") : field_schema(f));
		json_array_append_new(fields, x);
		if (!choices_of(q, act, f, bit, &choices, e))
			return false;
		if (choices)
			json_object_set_new(x, "choices", choices);
		if (choices && !json_array_size(choices) && (needs & bit)) { /* nobody whom it may name */
			json_array_remove(items, json_array_size(items) - 1);
			return true;
		}
	}
	if (act == ACT_SUBMIT)
		result_fields(q, fields);
	return act != ACT_DEMAND_FEE || fee_fields(q, fields, e);
}

bool desk_api_actions(struct request *r, struct err *e)
{
	struct asked q = {.r = r};
	uint32_t open = 0;
	if (!desk_record(r, &q.d, e) || !dossier_actions(&r->env, LAW, &q.d, &open, e))
		return false;
	json_t *items = json_array(), *out = json_pack("{s:o,s:n,s:I}", "items", items, "next", "rev", (json_int_t)q.d.rev);
	bool ok = true;
	for (int a = 0; ok && a < ACT_COUNT; a++)
		if ((open & (1U << a)) && a != ACT_TRANSCRIBE) /* its pages are for people: a program sends answers with the dossier */
			ok = action_json(&q, (enum dossier_action)a, items, e);
	req_note_read(r, q.d.id.v);
	if (ok)
		return answer_tree(r, out);
	json_decref(out);
	return false;
}

/* ---- the bytes of a file ---- */

/* Applicants get what leaves the house; officials what their page shows. */
bool desk_api_file(struct request *r, struct err *e)
{
	struct dossier_get_row d;
	int64_t id = 0;
	if (!desk_record(r, &d, e))
		return false;
	if (!req_param_id(r, "id", &id))
		return err_set(e, ERR_NOT_FOUND, "not a file");
	if (actor_any(r->env.actor, ALLOW_STAFF))
		return desk_file_page(r, e);
	return desk_have()->own_file ? desk_have()->own_file(r, &d, id, e) : err_set(e, ERR_DENIED, "no files of one's own");
}
