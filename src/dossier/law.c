/* law.c — see law.h. */
#include "dossier/law.h"
#include "dossier/fee.h"
#include "dossier/late.h"
#include "dossier/result.h"
#include <stdlib.h>
#include <string.h>

static json_t *keep(struct law *l, struct str file, json_t *tree)
{
	struct law_tree *more = realloc(l->trees, (l->n_trees + 1) * sizeof *more);
	CHECK(more != NULL);
	l->trees = more;
	l->trees[l->n_trees++] = (struct law_tree){file, tree};
	return tree;
}

json_t *law_keep(struct law *l, json_t *tree) { return keep(l, STR_NONE, tree); }

/* Parses bytes of the packs and keeps the tree until law_free(). */
static json_t *keep_json(struct law *l, struct str file, struct str bytes)
{
	json_t *tree = bytes.p ? json_loadb(bytes.p, bytes.n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL) : NULL;
	return tree ? keep(l, file, tree) : NULL;
}

/* Most procedures share one form: each file is parsed once. */
static json_t *keep_file(struct law *l, struct str name)
{
	for (size_t i = 0; i < l->n_trees; i++)
		if (name.n && str_eq(l->trees[i].file, name))
			return l->trees[i].tree;
	const struct pack_file *f = pack_find(&l->pack, name);
	return f ? keep_json(l, f->name, f->bytes) : NULL;
}

/* A procedure's documents as the file fields of its first form. */
static json_t *documents_json(struct law *l, const struct procedure *p)
{
	json_t *list = json_array();
	for (size_t i = 0; i < p->documents_n; i++) {
		const struct procedure_document *d = &p->documents[i];
		json_array_append_new(list, json_pack("{s:s%,s:o}", "name", d->name.p, d->name.n, "condition",
		                                      d->condition.p ? json_stringn(d->condition.p, d->condition.n) : json_null()));
	}
	return law_keep(l, list);
}

static bool load_forms(struct law *l, struct law_procedure *lp, struct err *e)
{
	const struct procedure *p = lp->p;
	lp->n_forms = p->forms.n;
	lp->forms = NEW_ARRAY(l->arena, p->forms.n, struct eform *);
	for (size_t i = 0; i < p->forms.n; i++) {
		struct str name = str_fmt(l->arena, "forms/%.*s.json", STR_ARG(p->forms.p[i]));
		json_t *tree = keep_file(l, name);
		if (!tree)
			return err_set(e, ERR_INVALID, "%.*s: form %.*s is missing", STR_ARG(p->id), STR_ARG(name));
		lp->forms[i] = eform_load(l->arena, tree, i == 0 ? documents_json(l, p) : NULL, e);
		if (!lp->forms[i])
			return err_wrap(e, name.p);
	}
	return true;
}

static const struct { enum day_unit from; enum limit_unit to; int32_t hours; } units[] = {
	{UNIT_WORKING_DAY, LIMIT_WORKING_DAY, 8}, {UNIT_CALENDAR_DAY, LIMIT_CALENDAR_DAY, 5},
	{UNIT_MONTH, LIMIT_MONTH, 160},           {UNIT_HOUR, LIMIT_WORKING_HOUR, 1},
};

/* A calendar day is reckoned as 5/7 of a working day's hours, rounded down: shares of steps are planning, not law. */
static bool limit_of(int number, enum day_unit unit, struct limit *out, int32_t *hours)
{
	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (units[i].from == unit && number >= 0) {
			*out = (struct limit){.n = number, .unit = units[i].to};
			*hours = number * units[i].hours;
			return true;
		}
	return false;
}

static bool load_procedure(struct law *l, struct law_procedure *lp, struct err *e)
{
	const struct procedure *p = lp->p;
	int32_t hours = 0;
	struct str file = str_fmt(l->arena, "procedures/%.*s.json", STR_ARG(p->id));
	lp->hash = pack_hash(l->arena, *pack_find(&l->pack, file)); /* it was read from there */
	lp->process_id = p->process.p ? p->process : STR("mot-cua-chuan");
	lp->process = law_process(l, lp->process_id);
	lp->has_limit = limit_of(p->deadline_number, p->deadline_unit, &lp->clock.limit, &lp->limit_hours);
	lp->clock.convention = CONVENTION_A;
	lp->clock.on_supplement = p->supplement_effect == PROCEDURE_RESTARTS ? SUPPLEMENT_RESTARTS : SUPPLEMENT_PAUSES;
	lp->clock.fee_pauses = p->starts == START_COMPLETE_AND_FEE;
	if (!limit_of(p->supplement_number, p->supplement_unit, &lp->supplement_limit, &hours))
		lp->supplement_limit = (struct limit){.n = 3, .unit = LIMIT_WORKING_DAY};
	return load_forms(l, lp, e) && law_load_fee(l, lp, e);
}

/* Every packs/processes/NAME.bpmn, under NAME; one that is not sound is refused. */
static bool load_processes(struct law *l, struct err *e)
{
	struct str dir = STR("processes/"), end = STR(".bpmn");
	l->processes = NEW_ARRAY(l->arena, l->pack.n, struct law_process);
	for (size_t i = 0; i < l->pack.n; i++) {
		struct str name = l->pack.files[i].name;
		if (!str_starts(name, dir) || !str_ends(name, end))
			continue;
		struct law_process *x = &l->processes[l->n_processes++];
		struct finding *found = NULL;
		size_t n = 0;
		x->id = str_sub(name, dir.n, name.n - dir.n - end.n);
		if (!workflow_read(l->arena, l->pack.files[i].bytes, &x->p, e))
			return err_wrap(e, str_cstr(l->arena, name));
		workflow_prove(l->arena, x->p, 0, &found, &n);
		if (n)
			return err_set(e, ERR_INVALID, "%.*s: %s at %.*s", STR_ARG(name), finding_message_key(found[0].kind), STR_ARG(found[0].element));
	}
	return true;
}

static bool load_packs(struct law *l, struct err *e)
{
	struct pack_report report = pack_report_on(l->arena);
	const struct procedure *list = NULL;
	if (!eras_read(l->arena, &l->pack, &report, &l->eras) || !procedures_read(&report, &l->pack, &list, &l->n))
		return err_set(e, ERR_INVALID, "packs: %.*s", (int)(report.n ? report.list[0].text.n : 0), report.n ? report.list[0].text.p : "");
	if (!load_processes(l, e))
		return false;
	l->units = keep_file(l, STR("units/provinces.json"));
	l->procedures = NEW_ARRAY(l->arena, l->n, struct law_procedure);
	for (size_t i = 0; i < l->n; i++) {
		l->procedures[i].p = &list[i];
		if (!load_procedure(l, &l->procedures[i], e))
			return false;
	}
	const struct pack_file *days = pack_find(&l->pack, STR("calendar/holidays-vn.json")), *hours = pack_find(&l->pack, STR("calendar/office-hours.json"));
	if (!days || !hours)
		return err_set(e, ERR_INVALID, "packs: the calendar is missing");
	return law_load_results(l, e) && law_load_late(l, e) && calendar_load(l->arena, days->bytes, hours->bytes, STR_NONE, &l->calendar, e);
}

bool law_load(const struct keyring *keys, struct pack packs, struct law **out, struct err *e)
{
	struct law *l = calloc(1, sizeof *l);
	CHECK(l != NULL);
	l->arena = arena_new(0);
	l->keys = keys;
	l->pack = packs;
	l->identity_key = keyring_lookup_key(keys, LOOKUP_NUMBER);
	l->phone_key = keyring_lookup_key(keys, STR("phone"));
	if (!load_packs(l, e)) {
		law_free(l);
		return err_wrap(e, "loading the law");
	}
	*out = l;
	return true;
}

void law_free(struct law *l)
{
	if (!l)
		return;
	for (size_t i = 0; i < l->n; i++)
		for (size_t k = 0; l->procedures && k < l->procedures[i].n_forms; k++)
			eform_done(l->procedures[i].forms[k]);
	for (size_t i = 0; i < l->n_trees; i++)
		json_decref(l->trees[i].tree);
	free(l->trees);
	crypto_wipe(&l->identity_key, sizeof l->identity_key);
	crypto_wipe(&l->phone_key, sizeof l->phone_key);
	arena_free(l->arena);
	free(l);
}

const struct law_procedure *law_find(const struct law *l, struct str slug_or_code)
{
	for (size_t i = 0; i < l->n; i++)
		if (str_eq(l->procedures[i].p->id, slug_or_code) ||
		    (slug_or_code.n && str_eq(l->procedures[i].p->code, slug_or_code)))
			return &l->procedures[i];
	return NULL;
}

const struct process *law_process(const struct law *l, struct str id)
{
	for (size_t i = 0; i < l->n_processes; i++)
		if (str_eq(l->processes[i].id, id))
			return l->processes[i].p;
	return NULL;
}

static struct eform_context context(const struct law *l, struct date today)
{
	return (struct eform_context){.today = today, .units = l->units};
}

/* Where one form's answers are: the object itself when there is one form, else the member named by the form. */
static const json_t *answers_of(const struct law_procedure *p, size_t i, const json_t *answers)
{
	return p->n_forms == 1 ? answers : json_object_getn(answers, p->forms[i]->id.p, p->forms[i]->id.n);
}

static void join_errors(struct arena *a, struct eform_errors *all, struct eform_errors more, struct str form, bool prefix)
{
	for (struct eform_error *x = more.first, *next; x; x = next) {
		next = x->next;
		x->next = NULL;
		if (prefix)
			x->pointer = str_fmt(a, "/%.*s%.*s", STR_ARG(form), STR_ARG(x->pointer));
		*(all->last ? &all->last->next : &all->first) = x;
		all->last = x;
	}
	all->n += more.n;
	all->warnings += more.warnings;
}

struct eform_errors law_check(struct arena *a, const struct law *l, const struct law_procedure *p, const json_t *answers, struct date today, json_t **clean)
{
	struct eform_errors all = {0};
	struct eform_context c = context(l, today);
	json_t *out = json_object(), *empty = json_object();
	for (size_t i = 0; i < p->n_forms; i++) {
		const json_t *mine = answers_of(p, i, answers);
		json_t *one = NULL;
		join_errors(a, &all, eform_check(a, p->forms[i], mine ? mine : empty, &c, &one), p->forms[i]->id, p->n_forms > 1);
		if (p->n_forms == 1) {
			json_decref(out);
			out = one;
		} else if (one) {
			json_object_setn_new(out, p->forms[i]->id.p, p->forms[i]->id.n, one);
		}
	}
	json_decref(empty);
	if (clean)
		*clean = out;
	else
		json_decref(out);
	return all;
}

static json_t *example(struct arena *a, const struct law_procedure *p, struct eform_context c)
{
	if (p->n_forms == 1)
		return eform_example(a, p->forms[0], &c);
	json_t *all = json_object();
	for (size_t i = 0; i < p->n_forms; i++)
		json_object_setn_new(all, p->forms[i]->id.p, p->forms[i]->id.n, eform_example(a, p->forms[i], &c));
	return all;
}

json_t *law_example(struct arena *a, const struct law *l, const struct law_procedure *p, struct date today) { return example(a, p, context(l, today)); }

json_t *law_example_organisation(struct arena *a, const struct law *l, const struct law_procedure *p, struct date today)
{
	struct eform_context c = context(l, today);
	c.organisation = true;
	return example(a, p, c);
}

static bool decide(void *ctx, struct str rule_json, struct str action, bool *yes, struct err *e)
{
	struct law_decider *d = ctx;
	json_t *rule = json_loadb(rule_json.p, rule_json.n, JSON_DECODE_ANY, NULL);
	json_t *data = d->data ? json_deep_copy(d->data) : json_object();
	json_object_set_new(data, "action", json_stringn(action.p, action.n));
	const struct logic *l = rule ? logic_compile(d->a, rule, e) : NULL;
	bool ok = l ? logic_test(d->a, l, data, yes, e) : err_set(e, ERR_INTERNAL, "a condition of the process cannot be read");
	json_decref(rule);
	json_decref(data);
	return ok;
}

struct decider law_decide(struct law_decider *d) { return (struct decider){.decide = decide, .ctx = d}; }
