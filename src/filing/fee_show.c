/* fee_show.c — how a sum of fees came about, for its owner, before sending, and for the desk. See filing.h. */
#include "dossier/fee.h"
#include "filing/filing_internal.h"
#include "filing/filing_views.h"

static void show_line(struct request *r, struct html_out *o, const struct ui_table *t, const struct fee_line *x)
{
	struct arena *a = r->env.arena;
	struct str each = x->each.dong ? lang_money(a, r->env.lang, x->each) : m(r, MSG_FILING_FEE_BY_RATE);
	struct str basis = x->basis.n ? msg_fmt(a, r->env.lang, MSG_FILING_FEE_BASIS, &x->basis, 1) : m(r, MSG_FILING_FEE_NO_BASIS);
	ui_row_begin(o, t, &(struct ui_row){0});
	ui_cell_main(o, t, 0, (struct ui_crumb){.label = x->name}, basis);
	ui_cell(o, t, 1, x->each.dong ? str_fmt(a, "%lld", (long long)x->quantity) : lang_money(a, r->env.lang, (struct money){x->quantity}));
	ui_cell(o, t, 2, x->each.dong && x->unit.n ? str_fmt(a, "%.*s / %.*s", STR_ARG(each), STR_ARG(x->unit)) : each);
	ui_cell(o, t, 3, lang_money(a, r->env.lang, x->amount));
	ui_row_end(o);
}

void filing_fee_lines(struct request *r, struct html_out *o, const struct fee_bill *bill)
{
	struct ui_column columns[] = {{.head = m(r, MSG_FILING_FEE_ITEM)}, {.head = m(r, MSG_FILING_FEE_QUANTITY), .kind = UI_CELL_NUMBER},
		{.head = m(r, MSG_FILING_FEE_EACH), .kind = UI_CELL_NUMBER}, {.head = m(r, MSG_FILING_FEE_SUM), .kind = UI_CELL_NUMBER}};
	struct ui_table t = {.caption = m(r, MSG_FILING_FEE_HOW), .caption_hidden = true, .columns = columns, .n_columns = ARRAY_LEN(columns)};
	struct str total = lang_money(r->env.arena, r->env.lang, bill->total);
	if (!bill->n)
		return;
	ui_table_begin(o, &t);
	for (size_t i = 0; i < bill->n; i++)
		show_line(r, o, &t, &bill->v[i]);
	ui_table_end(o);
	filing_text(o, msg_fmt(r->env.arena, r->env.lang, MSG_FILING_FEE_TOTAL, &total, 1));
}

void filing_fee_told(struct request *r, struct html_out *o, const struct dossier_fee_list_row *f, const json_t *detail)
{
	struct arena *a = r->env.arena;
	struct fee_bill bill = fee_detail_bill(a, detail);
	struct str reason = json_str(detail, "reason"), basis = json_str(detail, "basis");
	bool less = f->computed.has && f->amount.dong < f->computed.v.dong, none = str_eq(f->state, STR("cancelled"));
	struct ui_fact v[] = {{.label = m(r, none ? MSG_FILING_FEE_EXEMPT_WHY : less ? MSG_FILING_FEE_LESS_WHY : MSG_FILING_FEE_WHY), .value = reason},
		{.label = m(r, MSG_FILING_FEE_BY_LAW), .value = basis}};
	filing_fee_lines(r, o, &bill);
	if (reason.n)
		ui_facts(o, v, basis.n ? 2 : 1);
}
