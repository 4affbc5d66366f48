/* fee_web.c — the page of an applicant's fees: how each came about, and its transfer. */
#include "dossier/fee.h"
#include "filing/filing_internal.h"
#include "filing/filing_views.h"
#include "payment/vietqr.h"

/* The transfer's text holds only what banks keep: capital letters and digits of the code. */
static struct str purpose_of(struct arena *a, struct str code)
{
	struct buf b = buf_on(a);
	for (size_t i = 0; i < code.n && b.n < 25; i++)
		if ((code.p[i] >= 'A' && code.p[i] <= 'Z') || (code.p[i] >= '0' && code.p[i] <= '9') || code.p[i] == '-')
			buf_char(&b, code.p[i]);
	return buf_str(&b);
}

static bool show_transfer(struct request *r, struct html_out *o, const struct dossier_get_row *d, const struct dossier_fee_list_row *f, const struct vietqr *q, struct err *e)
{
	struct str text;
	if (!vietqr_build(r->env.arena, q, &text, e))
		return false;
	filing_text(o, m(r, MSG_FILING_SCAN));
	filing_qr(o, text);
	if (!dossier_in_hand(r->env.actor, d))
		return true;
	ui_form_begin(o, &(struct ui_form){.action = str_fmt(r->env.arena, "/ho-so/%.*s/hanh-dong", STR_ARG(d->code))});
	ui_field(o, &(struct ui_field){.name = STR("item"), .kind = UI_HIDDEN, .value = str_fmt(r->env.arena, "%lld", (long long)f->id.v)});
	own_act_button(r, o, "claim_paid", MSG_FILING_CLAIM, UI_PRIMARY);
	ui_form_end(o);
	return true;
}

static bool show_fee(struct request *r, struct html_out *o, const struct dossier_get_row *d, const struct dossier_fee_list_row *f, const json_t *detail, struct err *e)
{
	struct arena *a = r->env.arena;
	struct str purpose = purpose_of(a, d->code);
	bool demanded = str_eq(f->state, STR("demanded")), claimed = str_eq(f->state, STR("claimed"));
	struct ui_fact v[] = {{.label = m(r, MSG_FILING_AMOUNT), .value = lang_money(a, r->env.lang, f->amount)},
		{.label = m(r, MSG_FILING_BANK_ACCOUNT), .value = filing()->bank.account}, {.label = m(r, MSG_FILING_BANK_NAME), .value = filing()->bank.name},
		{.label = m(r, MSG_FILING_TRANSFER_TEXT), .value = purpose}};
	struct vietqr q = {.bin = filing()->bank.bin, .account = filing()->bank.account, .amount = f->amount, .purpose = purpose};
	bool transfer = filing()->bank.bin.n && demanded;
	ui_section_begin(o, f->name);
	filing_fee_told(r, o, f, detail);
	ui_facts(o, v, transfer ? ARRAY_LEN(v) : 1);
	if (str_eq(f->state, STR("cancelled")))
		ui_notice(o, &(struct ui_notice){.tone = UI_GOOD, .text = m(r, MSG_FILING_FEE_EXEMPT)});
	if (claimed || str_eq(f->state, STR("paid")))
		ui_notice(o, &(struct ui_notice){.tone = claimed ? UI_INFO : UI_GOOD, .text = m(r, claimed ? MSG_FILING_CLAIMED : MSG_FILING_PAID)});
	if (transfer && !show_transfer(r, o, d, f, &q, e))
		return false;
	if (demanded)
		filing_hint(o, m(r, MSG_FILING_CASH));
	ui_section_end(o);
	return true;
}

bool fee_page(struct request *r, struct err *e)
{
	struct dossier_get_row d;
	struct dossier_fee_list_rows fees = {0};
	AUTO_KEY key = {0};
	bool erased = false;
	if (!dossier_of(r, &d, e) || !q_dossier_fee_list(r->env.db, r->env.arena, d.id, &fees, e) || !dossier_key(&r->env, filing()->law, d.id, &key, &erased, e))
		return false;
	struct html_out o = page_out(r);
	struct ui_crumb crumbs[] = {{msg_fmt(r->env.arena, r->env.lang, MSG_FILING_DOSSIER, &d.code, 1), str_fmt(r->env.arena, "/ho-so/%.*s", STR_ARG(d.code))}};
	struct ui_page page = {.title = m(r, MSG_FILING_PAY), .over = d.procedure_name, .width = UI_READ, .crumbs = crumbs, .n_crumbs = 1};
	ui_page_begin(&o, &page);
	if (!fees.n)
		filing_text(&o, m(r, MSG_FILING_NO_FEE));
	for (size_t i = 0; i < fees.n; i++) {
		AUTO_JSON detail = fee_detail(r->env.arena, &key, erased, &fees.v[i]);
		if (!show_fee(r, &o, &d, &fees.v[i], detail, e))
			return false;
	}
	ui_page_end(&o, &page);
	return page_answer(r);
}
