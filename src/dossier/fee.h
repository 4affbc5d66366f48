/* fee.h — what a procedure costs by the rule of its pack, how the amount came about, and what is kept of it with a demand.
 *
 * A rule is JsonLogic over inputs: quantities ("quantity.f1") or money ("contract_value"). They are asked as a form of src/form, by
 * the last part of their name ("f1"). Each belongs to an item of the procedure's fees, which has the unit and the basis in law.
 * Law:  Luật Phí và lệ phí 97/2015/QH13 Điều 10 (exemption, reduction), 14, 15; NĐ 61/2018 Điều 22, NĐ 118/2025 Điều 24.
 * Memory: in the arena given; json_t given back are new references. Threads: law is read only. */
#pragma once
#include "dossier/dossier.h"

#define FEE_MOST 1000000000000 /* đồng, of one demand */

struct fee_input {
	struct str name, key, label;
	const struct procedure_fee *item;
	const struct logic *from;      /* what the answers already say of it; NULL: nothing */
	int64_t usual;                 /* what the rule takes when it is not given */
	bool money;
};
struct law_fee {
	const struct logic *rule;
	const struct eform *form;      /* asks the inputs; NULL: there are none */
	const struct fee_input *v;
	size_t n;
};

/* One item of a sum. each: of one unit; 0 when the item goes by a rate, and quantity is then the money that the rate is of. */
struct fee_line { struct str name, unit, basis; int64_t quantity; struct money each, amount; };
struct fee_bill { const struct fee_line *v; size_t n; struct money total; };

/* Part of law_load(): ERR_INVALID names the procedure and the fault. A procedure without a rule keeps NULL. */
MUST_CHECK bool law_load_fee(struct law *l, struct law_procedure *lp, struct err *e);
/* The procedure's fee for the inputs given by key (an object that law_fee_check() found good, or NULL): those left out count as the
 * rule takes them. Whole đồng, the nearest. Lines are of inputs that are not 0 and add up to the total. The rule must be there. */
MUST_CHECK bool law_fee(struct arena *a, const struct law_procedure *p, const json_t *inputs, struct fee_bill *out, struct err *e);
/* What is wrong with the inputs; *clean has what counts. Without a form any input is one too many. */
struct eform_errors law_fee_check(struct arena *a, const struct law *l, const struct law_procedure *p, const json_t *inputs, struct date today, json_t **clean);
/* The inputs as far as answers, or the rule itself, tell them; *told: every input was. */
MUST_CHECK bool law_fee_told(struct arena *a, const struct law_procedure *p, const json_t *answers, json_t **out, bool *told, struct err *e);

/* What a demand lacks by `bill` (empty without a rule), as a message key, and *field where it belongs ("amount", "reason", "basis", "name", "quantities"); 0: nothing.
 * p NULL or without a rule: the amount is typed and says why. */
int fee_refusal(const struct law_procedure *p, const struct fee_bill *bill, const struct dossier_act *x, const char **field);

/* What is kept, sealed, with a fee: {"lines":[{"name","unit","quantity","each","amount","basis"}],"reason","basis"}; JSON null when
 * nothing is, or the dossier was erased. reason and basis (of a sum that is not by the rule) may be missing. */
json_t *fee_detail(struct arena *a, const struct key *key, bool erased, const struct dossier_fee_list_row *f);
struct str fee_seal(struct arena *a, const struct key *key, struct dossier_fee_id id, const struct fee_bill *bill, const struct dossier_act *x);
/* The lines of a detail. */
struct fee_bill fee_detail_bill(struct arena *a, const json_t *detail);
