/* proposal.c — the page where a specialist writes what is proposed: outcome, reasons, and the fields that the result's template asks for. */
#include "desk/desk_internal.h"
#include "filing/filing.h"
#include <string.h>

#define M(r, k) msg((r)->env.lang, (k))

static bool posted(const struct request *r) { return !http_method_safe(r->method); }

static const struct law_result *template_of_result(const struct dossier_get_row *d) { return law_result_of(LAW, law_find(LAW, d->procedure), false); }

json_t *desk_typed_fields(struct request *r, const struct dossier_get_row *d)
{
	const struct law_result *t = template_of_result(d);
	if (form_choice(r, "outcome") == 1 || !t->fields)
		return NULL;
	return filing_typed_form(r, t->fields, RESULT_PREFIX);
}

/* ---- the page ---- */

struct draft { struct dossier_get_row d; struct dossier_proposal now; const json_t *shown; bool refuse; };

static struct str base_of(struct request *r, const struct draft *x) { return str_fmt(r->env.arena, "/ban-lam-viec/ho-so/%.*s", STR_ARG(x->d.code)); }

static void outcome_field(struct request *r, struct html_out *o, const struct draft *x)
{
	bool refuse = posted(r) ? form_choice(r, "outcome") == 1 : x->refuse;
	struct ui_option v[] = {{.value = STR("result"), .label = M(r, MSG_DESK_OUTCOME_RESULT), .chosen = !refuse},
		{.value = STR("refuse"), .label = M(r, MSG_DESK_OUTCOME_REFUSE), .chosen = refuse}};
	struct ui_field f = page_field(r, "outcome", UI_RADIOS, MSG_DESK_F_OUTCOME);
	f.options = v, f.n_options = ARRAY_LEN(v), f.required = true;
	ui_field(o, &f);
}

static void text_field(struct request *r, struct html_out *o, const struct draft *x)
{
	struct ui_field f = page_field(r, "text", UI_LONG_TEXT, MSG_DESK_F_OPINION_TEXT);
	f.hint = M(r, MSG_DESK_F_OPINION_HINT);
	if (!posted(r))
		f.value = x->now.text;
	ui_field(o, &f);
}

static void draft_form(struct request *r, struct html_out *o, const struct draft *x)
{
	const struct law_result *t = template_of_result(&x->d);
	struct ui_button go[] = {{.label = M(r, MSG_DESK_ACT_SUBMIT)},
		{.label = M(r, MSG_DESK_SEE_DRAFT), .weight = UI_QUIET, .icon = UI_ICON_EYE, .name = STR("_xem"), .value = STR("1")}};
	ui_form_begin(o, &(struct ui_form){.action = str_fmt(r->env.arena, "%.*s/submit", STR_ARG(base_of(r, x)))});
	ui_enter(o, go[0].label);
	ui_field(o, &(struct ui_field){.name = STR("rev"), .kind = UI_HIDDEN, .value = str_fmt(r->env.arena, "%lld", (long long)x->d.rev)});
	outcome_field(r, o, x);
	text_field(r, o, x);
	if (t->fields) {
		ui_section_begin(o, M(r, MSG_DESK_RESULT_FIELDS));
		ui_notice(o, &(struct ui_notice){.tone = UI_INFO, .text = M(r, MSG_DESK_RESULT_FIELDS_WHY)});
		filing_show_form(r, o, LAW, t->fields, x->shown, RESULT_PREFIX);
		ui_section_end(o);
	}
	ui_buttons(o, go, desk_have()->draft ? 2 : 1);
	ui_form_end(o);
}

static bool show(struct request *r, const struct draft *x)
{
	struct html_out o = page_out(r);
	struct ui_crumb crumbs[] = {{M(r, MSG_DESK_TITLE), STR("/ban-lam-viec")}, {x->d.code, base_of(r, x)}};
	struct ui_page p = {.title = M(r, MSG_DESK_ACT_SUBMIT), .over = x->d.procedure_name, .staff = true, .width = UI_READ, .crumbs = crumbs, .n_crumbs = 2, .has_errors = r->errors.n > 0};
	ui_page_begin(&o, &p);
	page_error_summary(&o, r);
	draft_form(r, &o, x);
	ui_page_end(&o, &p);
	return page_answer(r);
}

static bool load(struct request *r, struct draft *x, struct err *e)
{
	uint32_t open = 0;
	*x = (struct draft){0};
	if (!desk_record(r, &x->d, e) || !dossier_actions(&r->env, LAW, &x->d, &open, e))
		return false;
	if (!(open >> ACT_SUBMIT & 1U))
		return err_say(e, ERR_CONFLICT, MSG_DOSSIER_STATE, "no proposal is open");
	x->refuse = str_eq(x->d.outcome, STR("refuse"));
	return dossier_proposal(&r->env, LAW, &x->d, false, &x->now, e);
}

static bool show_typed(struct request *r, struct draft *x, json_t *typed)
{
	x->shown = typed ? typed : x->now.fields;
	return show(r, x);
}

bool desk_proposal_page(struct request *r, struct err *e)
{
	struct draft x;
	if (!load(r, &x, e))
		return false;
	req_note_read(r, x.d.id.v);
	json_t *typed = posted(r) ? filing_typed_form(r, template_of_result(&x.d)->fields, RESULT_PREFIX) : NULL;
	bool ok = show_typed(r, &x, typed);
	json_decref(typed);
	json_decref(x.now.fields);
	return ok;
}

bool desk_act_again(struct request *r, struct err *e)
{
	enum dossier_action a;
	struct err closed = {0};
	if (!dossier_action_from(req_param(r, "action"), &a) || (a != ACT_SUBMIT && a != ACT_DEMAND_FEE))
		return desk_record_page(r, e);
	return (a == ACT_SUBMIT ? desk_proposal_page : desk_demand_page)(r, &closed) || (closed.kind == ERR_CONFLICT ? desk_record_page(r, e) : (*e = closed, false));
}

/* ---- checks and previews ---- */

static bool preview(struct request *r, const struct draft *x, json_t *clean, struct err *e)
{
	struct dossier_get_row d = x->d;
	struct dossier_proposal p = {.text = form_text(r, "text"), .fields = clean};
	struct str pdf;
	d.outcome = form_choice(r, "outcome") == 1 ? STR("refuse") : STR("result");
	return desk_have()->draft(&r->env, &d, &p, &pdf, e) && answer_bytes(r, 200, "application/pdf", pdf);
}

static bool checked(struct request *r, struct draft *x, const json_t *typed, struct err *e)
{
	struct eform_errors errors = {0};
	json_t *clean = NULL;
	struct str pressed;
	if (!dossier_propose(&r->env, LAW, &x->d, form_choice(r, "outcome") == 1, typed, &clean, &errors, e))
		return false;
	filing_form_errors(r, &errors, r->json ? STR("fields") : RESULT_PREFIX);
	bool see = !r->json && form_ok(r) && desk_have()->draft && req_form_raw(r, STR("_xem"), 0, &pressed);
	bool ok = !see || preview(r, x, clean, e);
	json_decref(clean);
	return ok;
}

bool desk_proposal_check(struct request *r, struct err *e)
{
	struct draft x;
	struct err closed = {0};
	if (!load(r, &x, &closed)) /* whoever may not, or too late: the rules say so */
		return true;
	json_t *typed = r->json ? json_incref(json_object_get(r->json, "fields")) : filing_typed_form(r, template_of_result(&x.d)->fields, RESULT_PREFIX);
	bool refuse = form_choice(r, "outcome") == 1, again = !r->json && typed && filing_rows_changed(r, typed, RESULT_PREFIX);
	if (again)
		r->errors = (struct form_errors){0};
	bool ok = again ? show_typed(r, &x, typed) : checked(r, &x, refuse ? NULL : typed, e);
	json_decref(typed);
	json_decref(x.now.fields);
	return ok;
}

bool desk_draft_page(struct request *r, struct err *e)
{
	struct dossier_get_row d;
	struct str pdf;
	if (!desk_record(r, &d, e))
		return false;
	if (!d.proposal.n || !desk_have()->draft)
		return err_set(e, ERR_NOT_FOUND, "nothing is proposed");
	req_note_read(r, d.id.v);
	return desk_have()->draft(&r->env, &d, NULL, &pdf, e) && answer_bytes(r, 200, "application/pdf", pdf);
}
