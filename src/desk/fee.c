/* fee.c — the page where a fee is demanded: the inputs of the procedure's rule, what it gives item by item, and what departs from it. */
#include "desk/desk_internal.h"
#include "dossier/fee.h"

#define M(r, k) msg((r)->env.lang, (k))
#define PAGE_PREFIX STR("sl")         /* before the inputs' names on the page */
#define API_PREFIX STR("quantities")

/* reckoned: the inputs were good and the bill holds what the rule gives. */
struct demand { struct dossier_get_row d; const struct law_procedure *p; json_t *inputs; struct fee_bill bill; bool reckoned; };

static bool posted(const struct request *r) { return !http_method_safe(r->method); }
static bool has_rule(const struct demand *x) { return x->p && x->p->fee; }
static const struct eform *form_of(const struct demand *x) { return has_rule(x) ? x->p->fee->form : NULL; }
static struct str base_of(struct request *r, const struct demand *x) { return str_fmt(r->env.arena, "/ban-lam-viec/ho-so/%.*s", STR_ARG(x->d.code)); }

/* ---- inputs ---- */

static json_t *given(struct request *r, const struct law_procedure *p)
{
	json_t *sent = r->json ? json_object_get(r->json, "quantities") : NULL;
	if (r->json)
		return sent && !json_is_null(sent) ? json_incref(sent) : NULL;
	return p && p->fee && p->fee->form ? filing_typed_form(r, p->fee->form, PAGE_PREFIX) : NULL;
}

json_t *desk_fee_inputs(struct request *r, const struct dossier_get_row *d)
{
	const struct law_procedure *p = law_find(LAW, d->procedure);
	json_t *typed = given(r, p), *clean = NULL;
	(void)law_fee_check(r->env.arena, LAW, p, typed, date_of(r->env.now), &clean);
	json_decref(typed);
	return clean;
}

bool desk_fee_told(struct env *env, const struct dossier_get_row *d, json_t **out, struct err *e)
{
	const struct law_procedure *p = law_find(LAW, d->procedure);
	json_t *content = NULL;
	bool told = false;
	*out = NULL;
	if (!p || !p->fee)
		return true;
	if (!dossier_unseal(env, LAW, d, &content, e))
		return false;
	bool ok = law_fee_told(env->arena, p, json_object_get(content, "answers"), out, &told, e);
	json_decref(content);
	return ok;
}

/* Reckons when the inputs are good; what is wrong with them becomes errors of the form only when they were sent. */
static bool reckon(struct request *r, struct demand *x, bool say, struct err *e)
{
	json_t *clean = NULL;
	struct eform_errors errors = law_fee_check(r->env.arena, LAW, x->p, x->inputs, date_of(r->env.now), &clean);
	if (say)
		filing_form_errors(r, &errors, r->json ? API_PREFIX : PAGE_PREFIX);
	x->reckoned = has_rule(x) && errors.n == 0;
	bool ok = !x->reckoned || law_fee(r->env.arena, x->p, clean, &x->bill, e);
	json_decref(clean);
	return ok;
}

/* ---- the page ---- */

static void fee_table(struct request *r, struct html_out *o, const struct demand *x)
{
	struct arena *a = r->env.arena;
	const struct procedure *p = x->p ? x->p->p : NULL;
	if (!p || !(p->fees_n || p->fee_note.n))
		return;
	struct ui_item *v = NEW_ARRAY(a, p->fees_n + 1, struct ui_item);
	for (size_t i = 0; i < p->fees_n; i++) {
		const struct procedure_fee *f = &p->fees[i];
		struct str amount = f->amount < 0 ? M(r, MSG_DESK_FEE_UNKNOWN) : lang_money(a, r->env.lang, (struct money){f->amount});
		v[i] = (struct ui_item){.title = f->name, .hint = str_fmt(a, "%.*s%s%.*s%s%.*s%s%.*s", STR_ARG(amount), f->unit.n ? " / " : "", STR_ARG(f->unit),
			f->basis.n ? " · " : "", STR_ARG(f->basis), f->note.n ? " · " : "", STR_ARG(f->note))};
	}
	ui_details_begin(o, M(r, MSG_DESK_FEE_TABLE), !has_rule(x));
	if (p->fees_n)
		ui_items(o, v, p->fees_n);
	if (p->fee_note.n)
		ui_notice(o, &(struct ui_notice){.tone = UI_INFO, .text = p->fee_note});
	ui_details_end(o);
}

static void typed_field(struct request *r, struct html_out *o, const char *name, enum ui_input kind, enum msg_key label, enum msg_key hint, bool required)
{
	struct ui_field f = page_field(r, name, kind, label);
	f.hint = hint ? M(r, hint) : STR_NONE;
	f.required = required;
	f.checked = kind == UI_CHECK && posted(r) && form_bool(r, name);
	ui_field(o, &f);
}

/* Another amount than the rule's: why, and by which law. Where no rule gives a sum all of it is typed. */
static void departure_fields(struct request *r, struct html_out *o, const struct demand *x)
{
	bool rule = form_of(x) != NULL, open = posted(r) && (form_has(r, "amount") || form_bool(r, "exempt") || form_has(r, "reason") || form_has(r, "basis"));
	if (rule)
		ui_details_begin(o, M(r, MSG_DESK_FEE_DEPART), open);
	typed_field(r, o, "name", UI_TEXT, MSG_DESK_F_NAME, rule ? MSG_DESK_FEE_NAME_HINT : 0, !rule);
	typed_field(r, o, "amount", UI_MONEY, MSG_DESK_F_AMOUNT, rule ? MSG_DESK_FEE_AMOUNT_HINT : 0, !rule);
	if (rule)
		typed_field(r, o, "exempt", UI_CHECK, MSG_DESK_F_EXEMPT, 0, false);
	typed_field(r, o, "reason", UI_LONG_TEXT, MSG_DESK_F_FEE_REASON, rule ? MSG_DESK_FEE_REASON_HINT : 0, !rule);
	typed_field(r, o, "basis", UI_TEXT, MSG_DESK_F_BASIS, MSG_DESK_F_BASIS_HINT, false);
	if (rule)
		ui_details_end(o);
}

static void demand_form(struct request *r, struct html_out *o, const struct demand *x)
{
	struct arena *a = r->env.arena;
	const struct eform *form = form_of(x);
	struct ui_button count = {.label = M(r, MSG_DESK_FEE_COUNT), .weight = UI_QUIET, .name = STR("_tinh"), .value = STR("1")};
	struct ui_button go = {.label = M(r, MSG_DESK_FEE_GO)};
	ui_form_begin(o, &(struct ui_form){.action = str_fmt(a, "%.*s/demand_fee", STR_ARG(base_of(r, x)))});
	ui_enter(o, go.label);
	ui_field(o, &(struct ui_field){.name = STR("rev"), .kind = UI_HIDDEN, .value = str_fmt(a, "%lld", (long long)x->d.rev)});
	if (x->reckoned)
		ui_field(o, &(struct ui_field){.name = STR("_da_tinh"), .kind = UI_HIDDEN, .value = str_fmt(a, "%lld", (long long)x->bill.total.dong)});
	if (form) {
		ui_section_begin(o, M(r, MSG_DESK_FEE_INPUTS));
		ui_notice(o, &(struct ui_notice){.tone = UI_INFO, .text = M(r, MSG_DESK_FEE_INPUTS_WHY)});
		filing_show_form(r, o, LAW, form, x->inputs, PAGE_PREFIX);
		ui_buttons(o, &count, 1);
		ui_section_end(o);
	}
	if (x->bill.n) {
		ui_section_begin(o, M(r, MSG_FILING_FEE_HOW));
		filing_fee_lines(r, o, &x->bill);
		ui_section_end(o);
	}
	departure_fields(r, o, x);
	ui_buttons(o, &go, 1);
	ui_form_end(o);
}

static bool show(struct request *r, const struct demand *x, enum msg_key notice)
{
	struct html_out o = page_out(r);
	struct ui_crumb crumbs[] = {{M(r, MSG_DESK_TITLE), STR("/ban-lam-viec")}, {x->d.code, base_of(r, x)}};
	struct ui_page p = {.title = M(r, MSG_DESK_ACT_DEMAND_FEE), .over = x->d.procedure_name, .staff = true, .width = UI_READ, .crumbs = crumbs, .n_crumbs = 2, .has_errors = r->errors.n > 0};
	ui_page_begin(&o, &p);
	page_error_summary(&o, r);
	if (notice)
		ui_notice(&o, &(struct ui_notice){.tone = UI_WARN, .text = M(r, notice)});
	if (!has_rule(x))
		ui_notice(&o, &(struct ui_notice){.tone = UI_INFO, .text = M(r, MSG_DESK_FEE_NO_RULE)});
	else if (!x->p->fee->n && !x->bill.total.dong)
		ui_notice(&o, &(struct ui_notice){.tone = UI_WARN, .text = M(r, MSG_DESK_FEE_NONE)});
	fee_table(r, &o, x);
	demand_form(r, &o, x);
	ui_page_end(&o, &p);
	return page_answer(r);
}

static bool load(struct request *r, struct demand *x, struct err *e)
{
	uint32_t open = 0;
	*x = (struct demand){0};
	if (!desk_record(r, &x->d, e) || !dossier_actions(&r->env, LAW, &x->d, &open, e))
		return false;
	x->p = law_find(LAW, x->d.procedure);
	return (open >> ACT_DEMAND_FEE & 1U) || err_say(e, ERR_CONFLICT, MSG_DOSSIER_STATE, "no fee may be demanded");
}

bool desk_demand_page(struct request *r, struct err *e)
{
	struct demand x;
	if (!load(r, &x, e))
		return false;
	req_note_read(r, x.d.id.v);
	x.inputs = posted(r) ? given(r, x.p) : NULL;
	bool ok = (posted(r) || desk_fee_told(&r->env, &x.d, &x.inputs, e)) && reckon(r, &x, false, e) && show(r, &x, 0);
	json_decref(x.inputs);
	return ok;
}

/* ---- the check ---- */

static void refusal(struct request *r, const struct demand *x)
{
	const char *field = NULL;
	struct dossier_act act = desk_read_act(r, ACT_DEMAND_FEE, x->d.id);
	int say = fee_refusal(x->p, &x->bill, &act, &field);
	bool inputs = say && str_eq(str_from(field), STR("quantities")), known = say && form_error_of(r, field) != NULL;
	if (inputs && !r->json && form_of(x)) /* at the first of them; a form that is data shows sentences */
		form_error_text(r, str_fmt(r->env.arena, "%.*s.%.*s", STR_ARG(PAGE_PREFIX), STR_ARG(x->p->fee->v[0].key)), M(r, (enum msg_key)say));
	else if (say && !known)
		form_error(r, field, say, STR_NONE, STR_NONE);
}

/* Does the amount that the page showed still hold? Nobody demands a sum unseen. */
static bool seen(struct request *r, const struct demand *x)
{
	struct str total;
	int64_t v = -1;
	return !form_of(x) || form_has(r, "amount") || form_bool(r, "exempt") ||
	       (req_form_raw(r, STR("_da_tinh"), 0, &total) && str_to_i64(total, &v) && v == x->bill.total.dong);
}

static bool checked(struct request *r, struct demand *x, struct err *e)
{
	struct str pressed;
	bool count = !r->json && req_form_raw(r, STR("_tinh"), 0, &pressed);
	if (count)
		r->errors = (struct form_errors){0};
	if (!reckon(r, x, true, e))
		return false;
	if (form_ok(r) && !count)
		refusal(r, x);
	if (!form_ok(r) || r->json)
		return true;
	return count ? show(r, x, 0) : seen(r, x) || show(r, x, MSG_DESK_FEE_CHANGED);
}

bool desk_demand_check(struct request *r, struct err *e)
{
	struct demand x;
	struct err closed = {0};
	if (!load(r, &x, &closed)) /* whoever may not, or too late: the rules say so */
		return true;
	x.inputs = given(r, x.p);
	bool ok = checked(r, &x, e);
	json_decref(x.inputs);
	return ok;
}
