/* fee.c — see fee.h. */
#include "dossier/fee.h"
#include "dossier/internal.h"
#include "gen/messages.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct str text_in(const json_t *o, const char *key) { return str_from(json_string_value(json_object_get(o, key))); }

/* ---- loading ---- */

/* The second argument of {"var": [name, usual]}, wherever it stands in the rule. */
static bool usual_in(const json_t *rule, const char *name, int64_t *out)
{
	const json_t *var = json_object_get(rule, "var"), *child;
	const char *key, *first = json_string_value(json_array_get(var, 0));
	size_t i;
	if (first && strcmp(first, name) == 0) {
		*out = (int64_t)json_number_value(json_array_get(var, 1));
		return true;
	}
	json_array_foreach(rule, i, child)
		if (usual_in(child, name, out))
			return true;
	json_object_foreach((json_t *)(uintptr_t)rule, key, child)
		if (usual_in(child, name, out))
			return true;
	return false;
}

static bool load_input(struct law *l, const struct law_procedure *lp, const json_t *rule, const char *name, json_t *def, struct fee_input *out, struct err *e)
{
	struct str s = str_from(name), kind = text_in(def, "kind");
	ptrdiff_t dot = str_find_char(s, '.');
	json_t *from = json_object_get(def, "from"), *item = json_object_get(def, "item");
	*out = (struct fee_input){.name = s, .key = dot < 0 ? s : str_sub(s, (size_t)dot + 1, s.n), .label = text_in(def, "label"), .money = str_eq(kind, STR("money"))};
	bool known = json_is_integer(item) && json_integer_value(item) >= 0 && (size_t)json_integer_value(item) < lp->p->fees_n;
	if (!known || !out->label.n || (!out->money && !str_eq(kind, STR("integer"))))
		return err_set(e, ERR_INVALID, "%.*s: fee input %s needs kind, label and item", STR_ARG(lp->p->id), name);
	out->item = &lp->p->fees[json_integer_value(item)];
	(void)usual_in(rule, name, &out->usual);
	out->from = from ? logic_compile(l->arena, from, e) : NULL;
	return !from || out->from || err_wrap(e, name);
}

/* A contract's value has no usual size and must be given; of things there may be none. */
static json_t *field_of(struct arena *a, const struct fee_input *x)
{
	struct str label = x->item->unit.n && !x->money ? str_fmt(a, "%.*s (%.*s)", STR_ARG(x->label), STR_ARG(x->item->unit)) : x->label;
	return json_pack("{s:s%,s:s,s:s%,s:i,s:I,s:b}", "key", x->key.p, x->key.n, "kind", x->money ? "money" : "integer", "label", label.p, label.n,
	                 "min", x->money ? 1 : 0, "max", (json_int_t)(x->money ? 1000000000000000 : 1000), "required", x->money);
}

static bool load_form(struct law *l, const struct law_procedure *lp, struct law_fee *f, struct err *e)
{
	json_t *fields = json_array();
	for (size_t i = 0; i < f->n; i++)
		json_array_append_new(fields, field_of(l->arena, &f->v[i]));
	json_t *pack = json_pack("{s:i,s:s%,s:s,s:n,s:[{s:s,s:s,s:o}]}", "format", 1, "id", lp->p->id.p, lp->p->id.n, "title", "Phí, lệ phí",
	                         "form_code", "sections", "key", "phi", "title", "Phí, lệ phí", "fields", fields);
	CHECK(pack != NULL);
	f->form = eform_load(l->arena, law_keep(l, pack), NULL, e);
	return f->form || err_wrap(e, str_cstr(l->arena, lp->p->id));
}

static json_t *tree_of(struct law *l, struct str s) { return law_keep(l, s.p ? json_loadb(s.p, s.n, JSON_DECODE_ANY, NULL) : json_null()); }

bool law_load_fee(struct law *l, struct law_procedure *lp, struct err *e)
{
	if (!lp->p->fee_rule.p)
		return true;
	json_t *rule = tree_of(l, lp->p->fee_rule), *inputs = tree_of(l, lp->p->fee_inputs), *def;
	const char *name;
	struct law_fee *f = NEW(l->arena, struct law_fee);
	struct fee_input *v = NEW_ARRAY(l->arena, json_object_size(inputs) + 1, struct fee_input);
	*f = (struct law_fee){.rule = rule ? logic_compile(l->arena, rule, e) : NULL, .v = v};
	lp->fee = f;
	if (!f->rule)
		return err_set(e, ERR_INVALID, "%.*s: the fee rule cannot be used", STR_ARG(lp->p->id));
	json_object_foreach(inputs, name, def)
		if (!load_input(l, lp, rule, name, def, &v[f->n++], e))
			return false;
	return f->n == 0 || load_form(l, lp, f, e);
}

/* ---- computing ---- */

/* "quantity.f1" is the member f1 of the member quantity. */
static void put_named(json_t *data, struct str name, int64_t value)
{
	ptrdiff_t dot = str_find_char(name, '.');
	json_t *to = data;
	if (dot > 0) {
		to = json_object_getn(data, name.p, (size_t)dot);
		if (!to)
			json_object_setn_new(data, name.p, (size_t)dot, to = json_object());
		name = str_sub(name, (size_t)dot + 1, name.n);
	}
	json_object_setn_new(to, name.p, name.n, json_integer(value));
}

/* The rule over these values, one an input. */
static bool run_rule(struct arena *a, const struct law_fee *f, const int64_t *values, struct money *out, struct err *e)
{
	json_t *data = json_object(), *v = NULL;
	for (size_t i = 0; i < f->n; i++)
		put_named(data, f->v[i].name, values[i]);
	bool ok = logic_eval(a, f->rule, data, &v, e);
	double amount = ok ? json_number_value(v) : 0;
	bool number = ok && json_is_number(v);
	json_decref(data);
	json_decref(v);
	if (!ok)
		return err_wrap(e, "fee");
	if (!number || amount < 0 || amount > 1e15)
		return err_set(e, ERR_INVALID, "the fee rule gives no sum of money");
	out->dong = llround(amount);
	return true;
}

static bool line_of(struct arena *a, const struct law_fee *f, size_t i, int64_t value, struct fee_line *out, struct err *e)
{
	const struct fee_input *x = &f->v[i];
	int64_t *alone = NEW_ARRAY(a, f->n, int64_t);
	for (size_t k = 0; k < f->n; k++)
		alone[k] = 0;
	*out = (struct fee_line){.name = x->money ? x->item->name : x->label, .unit = x->item->unit, .basis = x->item->basis, .quantity = value};
	alone[i] = value;
	if (!run_rule(a, f, alone, &out->amount, e))
		return false;
	alone[i] = 1;
	return x->money || run_rule(a, f, alone, &out->each, e);
}

/* A rule whose parts do not add up is told as one sum. */
static void whole(struct arena *a, const struct law_procedure *p, struct fee_bill *out)
{
	struct fee_line *one = NEW(a, struct fee_line);
	*one = (struct fee_line){.name = p->p->name, .basis = p->p->fees_n ? p->p->fees[0].basis : STR_NONE, .quantity = 1, .each = out->total, .amount = out->total};
	out->v = one;
	out->n = out->total.dong != 0;
}

bool law_fee(struct arena *a, const struct law_procedure *p, const json_t *inputs, struct fee_bill *out, struct err *e)
{
	const struct law_fee *f = p->fee;
	int64_t *values = NEW_ARRAY(a, f->n + 1, int64_t), sum = 0;
	struct fee_line *v = NEW_ARRAY(a, f->n + 1, struct fee_line);
	*out = (struct fee_bill){.v = v};
	for (size_t i = 0; i < f->n; i++) {
		const json_t *given = json_object_getn(inputs, f->v[i].key.p, f->v[i].key.n);
		values[i] = json_is_number(given) ? (int64_t)json_number_value(given) : f->v[i].usual;
	}
	if (!run_rule(a, f, values, &out->total, e))
		return false;
	for (size_t i = 0; i < f->n; i++) {
		if (!values[i])
			continue;
		if (!line_of(a, f, i, values[i], &v[out->n], e))
			return false;
		sum += v[out->n++].amount.dong;
	}
	if (sum != out->total.dong)
		whole(a, p, out);
	return true;
}

/* ---- inputs ---- */

struct eform_errors law_fee_check(struct arena *a, const struct law *l, const struct law_procedure *p, const json_t *inputs, struct date today, json_t **clean)
{
	static const struct eform nothing = {0};
	const struct eform *f = p && p->fee && p->fee->form ? p->fee->form : &nothing;
	json_t *none = json_object();
	struct eform_errors errors = eform_check(a, f, inputs ? inputs : none, &(struct eform_context){.today = today, .units = l->units}, clean);
	json_decref(none);
	return errors;
}

bool law_fee_told(struct arena *a, const struct law_procedure *p, const json_t *answers, json_t **out, bool *told, struct err *e)
{
	json_t *data = json_object(), *by_form = answers_by_form(p, (json_t *)(uintptr_t)answers);
	bool ok = true;
	json_object_set_new(data, "answers", by_form ? by_form : json_object());
	*out = json_object();
	*told = true;
	for (size_t i = 0; ok && i < p->fee->n; i++) {
		const struct fee_input *x = &p->fee->v[i];
		json_t *v = NULL;
		int64_t value = x->usual;
		ok = !x->from || logic_eval(a, x->from, data, &v, e);
		if (json_is_number(v))
			value = (int64_t)json_number_value(v);
		*told = *told && (json_is_number(v) || x->usual > 0);
		if (value > 0)
			json_object_setn_new(*out, x->key.p, x->key.n, json_integer(value));
		json_decref(v);
	}
	json_decref(data);
	if (ok)
		return true;
	json_decref(*out);
	*out = NULL;
	return err_wrap(e, "fee inputs");
}

/* ---- a demand ---- */

static int refuse(const char **field, const char *at, enum msg_key say)
{
	*field = at;
	return (int)say;
}

int fee_refusal(const struct law_procedure *p, const struct fee_bill *bill, const struct dossier_act *x, const char **field)
{
	bool rule = p && p->fee, reason = str_trim(x->reason).n > 0;
	int64_t amount = x->exempt ? 0 : x->amount.dong > 0 ? x->amount.dong : bill->total.dong;
	if (x->exempt && bill->total.dong == 0)
		return refuse(field, rule ? "quantities" : "exempt", MSG_DOSSIER_FEE_NO_EXEMPTION);
	if (amount == 0 && !x->exempt)
		return rule && p->fee->n ? refuse(field, "quantities", MSG_DOSSIER_FEE_NOTHING) : refuse(field, "amount", MSG_DOSSIER_FEE_AMOUNT);
	if (amount > FEE_MOST)
		return refuse(field, "amount", MSG_DOSSIER_FEE_AMOUNT);
	if (bill->n == 0 && !str_trim(x->name).n) /* no item lends its own */
		return refuse(field, "name", MSG_DOSSIER_FEE_NAME);
	if ((!rule || amount != bill->total.dong) && !reason)
		return refuse(field, "reason", rule ? MSG_DOSSIER_FEE_DEPARTS : MSG_DOSSIER_FEE_REASON);
	if (rule && amount < bill->total.dong && !str_trim(x->basis).n)
		return refuse(field, "basis", MSG_DOSSIER_FEE_BASIS);
	return 0;
}

/* ---- what is kept ---- */

static struct str context_of(struct arena *a, struct dossier_fee_id id) { return str_fmt(a, "fee:%lld", (long long)id.v); }

static void put_text(json_t *o, const char *key, struct str s)
{
	if (s.n)
		json_object_set_new(o, key, json_stringn(s.p, s.n));
}

static json_t *line_json(const struct fee_line *x)
{
	json_t *o = json_pack("{s:I,s:I,s:I}", "quantity", (json_int_t)x->quantity, "each", (json_int_t)x->each.dong, "amount", (json_int_t)x->amount.dong);
	put_text(o, "name", x->name);
	put_text(o, "unit", x->unit);
	put_text(o, "basis", x->basis);
	return o;
}

struct str fee_seal(struct arena *a, const struct key *key, struct dossier_fee_id id, const struct fee_bill *bill, const struct dossier_act *x)
{
	json_t *lines = json_array(), *o = json_pack("{s:o}", "lines", lines);
	for (size_t i = 0; i < bill->n; i++)
		json_array_append_new(lines, line_json(&bill->v[i]));
	put_text(o, "reason", str_trim(x->reason));
	put_text(o, "basis", str_trim(x->basis));
	char *text = json_dumps(o, JSON_COMPACT | JSON_SORT_KEYS);
	CHECK(text != NULL);
	struct str sealed = crypto_seal_text(a, key, context_of(a, id), str_from(text));
	free(text);
	json_decref(o);
	return sealed;
}

json_t *fee_detail(struct arena *a, const struct key *key, bool erased, const struct dossier_fee_list_row *f)
{
	struct err e = {0};
	struct str text;
	json_t *o = NULL;
	if (!erased && f->detail.n && crypto_open_text(a, key, context_of(a, f->id), f->detail, &text, &e))
		o = json_loadb(text.p, text.n, 0, NULL);
	return o ? o : json_null();
}

struct fee_bill fee_detail_bill(struct arena *a, const json_t *detail)
{
	const json_t *lines = json_object_get(detail, "lines"), *x;
	struct fee_line *v = NEW_ARRAY(a, json_array_size(lines) + 1, struct fee_line);
	struct fee_bill out = {.v = v};
	size_t i;
	json_array_foreach(lines, i, x) {
		v[out.n++] = (struct fee_line){.name = str_dup(a, text_in(x, "name")), .unit = str_dup(a, text_in(x, "unit")), .basis = str_dup(a, text_in(x, "basis")),
			.quantity = json_integer_value(json_object_get(x, "quantity")), .each = {json_integer_value(json_object_get(x, "each"))},
			.amount = {json_integer_value(json_object_get(x, "amount"))}};
		out.total.dong += v[i].amount.dong;
	}
	return out;
}
