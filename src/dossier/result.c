/* result.c — see result.h. */
#include "dossier/result.h"
#include "dossier/internal.h"
#include <string.h>

/* ---- templates ---- */

static struct str text_in(const json_t *o, const char *key) { return str_from(json_string_value(json_object_get(o, key))); }

/* The list of fields as a form of one section. */
static const struct eform *fields_of(struct law *l, struct str id, const json_t *template, struct err *e)
{
	json_t *fields = json_object_get(template, "fields");
	json_t *pack = json_pack("{s:i,s:s%,s:s%,s:n,s:[{s:s,s:s%,s:O}]}", "format", 1, "id", id.p, id.n, "title", text_in(template, "title").p, text_in(template, "title").n,
	                         "form_code", "sections", "key", "ket_qua", "title", text_in(template, "title").p, text_in(template, "title").n, "fields", fields);
	CHECK(pack != NULL);
	return eform_load(l->arena, law_keep(l, pack), NULL, e);
}

static bool load_one(struct law *l, const struct pack_file *f, struct str set, struct law_result *out, struct err *e)
{
	struct str dir = str_fmt(l->arena, "paper/%.*s/", STR_ARG(set));
	json_t *tree = json_loadb(f->bytes.p, f->bytes.n, JSON_REJECT_DUPLICATES, NULL);
	if (!tree)
		return err_set(e, ERR_INVALID, "%.*s is no JSON", STR_ARG(f->name));
	*out = (struct law_result){.set = set, .id = str_sub(f->name, dir.n, f->name.n - dir.n - 5), .template = law_keep(l, tree), .symbol = text_in(tree, "symbol")};
	if (!out->symbol.n)
		return err_set(e, ERR_INVALID, "%.*s: a result template needs a symbol", STR_ARG(f->name));
	if (!json_object_get(tree, "fields"))
		return true;
	out->fields = fields_of(l, out->id, tree, e);
	return out->fields || err_wrap(e, str_cstr(l->arena, f->name));
}

static const struct law_result *find(const struct law *l, struct str set, struct str id)
{
	for (size_t i = 0; i < l->n_results; i++)
		if (str_eq(l->results[i].set, set) && str_eq(l->results[i].id, id))
			return &l->results[i];
	return NULL;
}

bool law_load_results(struct law *l, struct err *e)
{
	static const struct { const char *dir, *set; } places[] = {{"paper/results/", "results"}, {"paper/ND30-2020/thong-bao.json", "ND30-2020"}};
	l->results = NEW_ARRAY(l->arena, l->pack.n, struct law_result);
	for (size_t i = 0; i < l->pack.n; i++)
		for (size_t k = 0; k < ARRAY_LEN(places); k++)
			if (str_starts(l->pack.files[i].name, str_from(places[k].dir)) &&
			    !load_one(l, &l->pack.files[i], str_from(places[k].set), &l->results[l->n_results++], e))
				return false;
	l->refusal = find(l, STR("ND30-2020"), STR("thong-bao"));
	if (!l->refusal)
		return err_set(e, ERR_INVALID, "the notice of decree 30 is missing");
	for (size_t i = 0; i < l->n; i++) {
		struct law_procedure *p = &l->procedures[i];
		p->result = find(l, STR("results"), p->p->result_template);
		if (!p->result)
			return err_set(e, ERR_INVALID, "%.*s: result template %.*s is missing", STR_ARG(p->p->id), STR_ARG(p->p->result_template));
	}
	return true;
}

const struct law_result *law_result_of(const struct law *l, const struct law_procedure *p, bool refuse)
{
	return refuse || !p ? l->refusal : p->result;
}

/* ---- defaults ---- */

static bool rule_value(struct arena *a, const json_t *rule, const json_t *data, json_t **out, struct err *e)
{
	const struct logic *l = logic_compile(a, rule, e);
	return l && logic_eval(a, l, data, out, e);
}

static bool is_blank(const json_t *v) { return !v || json_is_null(v) || (json_is_string(v) && json_string_length(v) == 0); }

/* An object of rules over one item; `all` is the whole data. */
static bool row_value(struct arena *a, const json_t *rules, json_t *item, const json_t *all, json_t *list, struct err *e)
{
	json_t *data = json_object(), *row = json_object(), *rule;
	const char *key;
	bool ok = true;
	json_object_set(data, "item", item);
	json_object_set(data, "all", (json_t *)(uintptr_t)all);
	json_object_foreach((json_t *)(uintptr_t)rules, key, rule) {
		json_t *v = NULL;
		ok = ok && rule_value(a, rule, data, &v, e);
		if (ok && !is_blank(v))
			json_object_set(row, key, v);
		json_decref(v);
	}
	if (json_object_size(row))
		json_array_append(list, row);
	json_decref(row);
	json_decref(data);
	return ok;
}

/* {"rows": rule giving a list, "row": {column: rule}}: an item that is null gives no row. */
static bool rows_value(struct arena *a, const json_t *def, const json_t *data, json_t **out, struct err *e)
{
	json_t *items = NULL, *item;
	size_t i;
	if (!rule_value(a, json_object_get(def, "rows"), data, &items, e))
		return false;
	bool ok = true;
	*out = json_array();
	json_array_foreach(items, i, item)
		ok = ok && (is_blank(item) || row_value(a, json_object_get(def, "row"), item, data, *out, e));
	json_decref(items);
	return ok;
}

json_t *answers_by_form(const struct law_procedure *p, json_t *answers)
{
	if (p->n_forms != 1)
		return json_incref(answers);
	json_t *all = json_object();
	json_object_setn(all, p->forms[0]->id.p, p->forms[0]->id.n, answers);
	return all;
}

static json_t *rule_data(const struct law_procedure *p, const json_t *content, struct arena *a, struct date today)
{
	struct str result = p->p->results_n ? p->p->results[0].name : STR("");
	json_t *data = json_pack("{s:{s:s%,s:s%,s:s%},s:s}", "procedure", "id", p->p->id.p, p->p->id.n, "name", p->p->name.p, p->p->name.n,
	                         "result", result.p ? result.p : "", result.n, "today", date_format(a, today).p);
	json_object_set_new(data, "answers", answers_by_form(p, json_object_get(content, "answers")));
	json_object_set(data, "who", json_object_get(content, "who"));
	return data;
}

bool law_result_defaults(struct arena *a, const struct law *l, const struct law_procedure *p, const struct law_result *x,
                         const json_t *content, struct date today, json_t **out, struct err *e)
{
	json_t *def;
	const char *key;
	bool ok = true;
	(void)l;
	*out = json_object();
	if (!p)
		return true;
	json_t *data = rule_data(p, content, a, today);
	json_object_foreach(json_object_get(x->template, "defaults"), key, def) {
		json_t *v = NULL;
		ok = ok && (json_object_get(def, "rows") ? rows_value(a, def, data, &v, e) : rule_value(a, def, data, &v, e));
		if (ok && !is_blank(v))
			json_object_set(*out, key, v);
		json_decref(v);
	}
	json_decref(data);
	if (!ok)
		json_decref(*out);
	return ok || err_wrap(e, "what the record tells of a result");
}

struct eform_errors law_result_check(struct arena *a, const struct law *l, const struct law_result *x, const json_t *fields, struct date today, json_t **clean)
{
	struct eform_context c = {.today = today, .units = l->units};
	if (x->fields)
		return eform_check(a, x->fields, fields, &c, clean);
	*clean = json_object();
	return (struct eform_errors){0};
}

/* ---- the proposal of a dossier ---- */

/* {"text","fields"}: NULL when there is none or it was erased. */
static bool open_proposal(struct env *env, const struct law *law, const struct dossier_get_row *d, json_t **out, bool *erased, struct err *e)
{
	AUTO_KEY key = {0};
	struct str sealed, text;
	*out = NULL;
	if (!dossier_key(env, law, d->id, &key, erased, e))
		return false;
	if (*erased || !d->proposal.n)
		return true;
	if (!base64_decode(env->arena, d->proposal, &sealed))
		return err_set(e, ERR_INTERNAL, "a proposal is not base64");
	if (!crypto_open_text(env->arena, &key, STR("proposal"), sealed, &text, e))
		return err_wrap(e, "proposal");
	*out = json_loadb(text.p, text.n, 0, NULL);
	return *out || err_set(e, ERR_INTERNAL, "a proposal is not JSON");
}

static bool from_record(struct env *env, const struct law *law, const struct dossier_get_row *d, bool refuse, json_t **fields, struct err *e)
{
	const struct law_procedure *p = law_find(law, d->procedure);
	json_t *content = NULL;
	if (!dossier_unseal(env, law, d, &content, e))
		return false;
	bool ok = law_result_defaults(env->arena, law, p, law_result_of(law, p, refuse), content, date_of(env->now), fields, e);
	json_decref(content);
	return ok;
}

bool dossier_proposal(struct env *env, const struct law *law, const struct dossier_get_row *d, bool refuse, struct dossier_proposal *out, struct err *e)
{
	json_t *kept = NULL;
	bool erased = false;
	*out = (struct dossier_proposal){.text = STR("")};
	if (!open_proposal(env, law, d, &kept, &erased, e))
		return false;
	out->text = str_dup(env->arena, text_in(kept, "text"));
	bool same = refuse == str_eq(d->outcome, STR("refuse"));
	out->fields = same ? json_incref(json_object_get(kept, "fields")) : NULL;
	json_decref(kept);
	if (erased && !out->fields)
		out->fields = json_object();
	return out->fields || from_record(env, law, d, refuse, &out->fields, e);
}

bool dossier_propose(struct env *env, const struct law *law, const struct dossier_get_row *d, bool refuse, const json_t *typed,
                     json_t **clean, struct eform_errors *errors, struct err *e)
{
	const struct law_result *x = law_result_of(law, law_find(law, d->procedure), refuse);
	struct dossier_proposal now;
	if (!dossier_proposal(env, law, d, refuse, &now, e))
		return false;
	json_t *merged = json_copy(now.fields);
	if (typed)
		json_object_update(merged, (json_t *)(uintptr_t)typed);
	*errors = law_result_check(env->arena, law, x, merged, date_of(env->now), clean);
	json_decref(merged);
	json_decref(now.fields);
	return true;
}
