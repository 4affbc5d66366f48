/* act_beside.c — the rules of acts that stand beside the process: fees, opinions, apology, reassignment, taking back,
 * stopping, rating. See doing.h. */
#include "core/db/id.h"
#include "directory/directory.h"
#include "dossier/doing.h"
#include "dossier/fee.h"
#include "gen/messages.h"
#include "core/i18n/i18n.h"

/* ---- fees: NĐ 61/2018 Điều 22, NĐ 118/2025 Điều 24 ---- */

/* One item goes by its own name, several by their number. */
static struct str name_of(struct doing *g, const struct fee_bill *bill)
{
	struct str given = str_trim(g->x->name), n = str_fmt(g->env->arena, "%zu", bill->n);
	return given.n ? given : bill->n == 1 ? bill->v[0].name : msg_fmt(g->env->arena, LANG_VI, MSG_DOSSIER_FEE_ITEMS, &n, 1);
}

static bool say_why(struct doing *g, struct err *e)
{
	struct str reason = str_trim(g->x->reason), basis = str_trim(g->x->basis), both[] = {reason, basis};
	if (!reason.n)
		return true;
	return add_note(g, basis.n ? msg_fmt(g->env->arena, LANG_VI, MSG_DOSSIER_FEE_WHY, both, ARRAY_LEN(both)) : reason, e);
}

static bool keep_fee(struct doing *g, const struct fee_bill *bill, struct money amount, struct err *e)
{
	bool rule = g->procedure && g->procedure->fee;
	struct dossier_fee_id id = {id_new(g->env->ids, g->env->now)};
	struct dossier_fee_add_in in = {.id = id, .dossier = g->d.id, .name = name_of(g, bill), .amount = amount, .at = g->env->now,
	                                .state = g->x->exempt ? STR("cancelled") : STR("demanded"), .detail = fee_seal(g->env->arena, &g->key, id, bill, g->x)};
	if (rule)
		in.computed = OPT_MONEY(bill->total);
	g->item = id.v;
	g->out->fee = id;
	g->out->amount = amount;
	return q_dossier_fee_add(g->env->db, &in, NULL, e) || err_wrap(e, "fee");
}

bool act_demand_fee(struct doing *g, struct err *e)
{
	struct fee_bill bill = {0};
	const char *field = NULL;
	if (g->procedure && g->procedure->fee && !law_fee(g->env->arena, g->procedure, g->x->inputs, &bill, e))
		return false;
	int say = fee_refusal(g->procedure, &bill, g->x, &field);
	if (say)
		return err_say(e, ERR_INVALID, say, "a fee lacks its %s", field);
	struct money amount = g->x->exempt ? (struct money){0} : g->x->amount.dong > 0 ? g->x->amount : bill.total;
	if (!keep_fee(g, &bill, amount, e) || !say_why(g, e))
		return false;
	bool waits = amount.dong > 0 && g->d.accepted_at.has && g->procedure && g->procedure->clock.fee_pauses && !str_eq(g->d.state, STR("fee"));
	if (!waits)
		return true;
	return (!g->d.clock_from.has || clock_event(g->env, g->law, &g->d, "fee_demanded", e)) && set_state(g, "fee", e);
}

bool act_claim_paid(struct doing *g, struct err *e)
{
	int64_t changed = 0;
	if (!q_dossier_fee_claim(g->env->db, (struct dossier_fee_id){g->x->item}, g->d.id, &changed, e))
		return err_wrap(e, "fee");
	return changed == 1 || err_say(e, ERR_CONFLICT, MSG_DOSSIER_FEE_GONE, "no such open fee");
}

/* The last fee paid sets the clock going: from now when it had not started, else from where it stood. */
static bool all_paid(struct doing *g, struct err *e)
{
	bool waiting = g->d.accepted_at.has && !g->d.clock_from.has; /* demanded before acceptance, which left the clock for it */
	if (!str_eq(g->d.state, STR("fee")))
		return !waiting || clock_start(g->env, g->law, &g->d, e);
	bool ok = g->d.clock_from.has ? clock_event(g->env, g->law, &g->d, "fee_paid", e) : clock_start(g->env, g->law, &g->d, e);
	return ok && set_state(g, state_of_step(g->step, true), e);
}

/* A demand is paid whole and at once: what came must be what was demanded (Luật Phí và lệ phí Điều 15). */
static bool is_whole(struct doing *g, struct err *e)
{
	struct dossier_fee_list_rows rows = {0};
	if (g->x->amount.dong && !q_dossier_fee_list(g->env->db, g->env->arena, g->d.id, &rows, e))
		return err_wrap(e, "fees");
	for (size_t i = 0; i < rows.n; i++)
		if (rows.v[i].id.v == g->x->item && rows.v[i].amount.dong != g->x->amount.dong)
			return err_say(e, ERR_INVALID, g->x->amount.dong < rows.v[i].amount.dong ? MSG_DOSSIER_FEE_SHORT : MSG_DOSSIER_FEE_OVER, "not the sum demanded");
	return true;
}

bool act_confirm_paid(struct doing *g, struct err *e)
{
	int64_t changed = 0, number = 0;
	bool open = false;
	struct str voucher = g->x->voucher;
	g->item = g->x->item;
	if (!is_whole(g, e))
		return false;
	if (!voucher.n) {
		struct str name = str_fmt(g->env->arena, "voucher:%lld:%d", (long long)g->d.receiving_unit.v, date_civil(date_of(g->env->now)).year);
		if (!next_number(g->env, name, &number, e))
			return false;
		voucher = str_fmt(g->env->arena, "%07lld", (long long)number);
	}
	struct dossier_fee_paid_in in = {.id = {g->x->item}, .dossier = g->d.id, .method = str_eq(g->x->method, STR("cash")) ? STR("cash") : STR("transfer"),
	                                 .voucher = voucher, .at = g->env->now, .clerk = {g->env->actor->person}};
	if (!q_dossier_fee_paid(g->env->db, &in, &changed, e))
		return err_wrap(e, "fee");
	if (changed != 1)
		return err_say(e, ERR_CONFLICT, MSG_DOSSIER_FEE_GONE, "no such open fee");
	return fees_open(g, &open, e) && (open || all_paid(g, e));
}

/* ---- opinions: the clock runs on ---- */

bool act_ask_opinion(struct doing *g, struct err *e)
{
	struct instant due;
	struct unit unit;
	bool found = false;
	if (!directory_unit(g->env, g->x->unit, &unit, &found, e))
		return false;
	if (!found || !g->x->text.n)
		return err_set(e, ERR_INVALID, "an opinion needs a unit and a question");
	if (!calendar_add_working_ms(g->law->calendar, g->env->now, (int64_t)3 * 8 * 3600000, &due, e))
		return err_wrap(e, "limit of an opinion");
	return q_dossier_opinion_add(g->env->db, &(struct dossier_opinion_add_in){.id = {id_new(g->env->ids, g->env->now)}, .dossier = g->d.id, .unit = g->x->unit,
	                             .asked_by = {g->env->actor->person}, .at = g->env->now, .due = due, .question = g->x->text}, NULL, e);
}

bool act_answer_opinion(struct doing *g, struct err *e)
{
	struct dossier_opinion_list_rows rows = {0};
	int64_t changed = 0;
	if (!g->x->text.n)
		return err_set(e, ERR_INVALID, "an empty answer");
	if (!q_dossier_opinion_list(g->env->db, g->env->arena, g->d.id, &rows, e))
		return err_wrap(e, "opinions");
	for (size_t i = 0; i < rows.n; i++)
		for (size_t k = 0; k < g->env->actor->n_held; k++)
			if (rows.v[i].id.v == g->x->item && rows.v[i].unit.v == g->env->actor->held[k].unit && changed == 0 &&
			    !q_dossier_opinion_answer(g->env->db, &(struct dossier_opinion_answer_in){.id = rows.v[i].id, .by = {g->env->actor->person}, .at = g->env->now, .answer = g->x->text}, &changed, e))
				return err_wrap(e, "answer");
	return changed == 1 || err_say(e, ERR_CONFLICT, MSG_DOSSIER_STATE, "no open question for this unit");
}

/* ---- apology and new date: once, a day before, by the head of the agency (NĐ 61/2018 Điều 19(9)) ---- */

bool act_apologise(struct doing *g, struct err *e)
{
	if (g->d.apologies > 0)
		return err_say(e, ERR_CONFLICT, MSG_DOSSIER_APOLOGY_ONCE, "apologised before");
	if (!g->d.due.has || date_of(g->env->now).day > calendar_apology_last_day(g->d.due.v).day)
		return err_say(e, ERR_CONFLICT, MSG_DOSSIER_APOLOGY_LATE, "too late");
	if (g->x->new_due.ms <= g->d.due.v.ms)
		return err_say(e, ERR_INVALID, MSG_DOSSIER_APOLOGY_DATE, "not later than the old date");
	return late_take(g, e) && q_dossier_apologised(g->env->db, g->d.id, g->x->new_due, NULL, e) && add_paper(g, "apology", g->x->reason, e);
}

/* ---- people ---- */

bool act_reassign(struct doing *g, struct err *e)
{
	struct officers all = {0};
	enum role role;
	bool fits = false;
	int64_t changed = 0;
	if (!role_from_name(g->d.step_role, &role))
		return err_say(e, ERR_CONFLICT, MSG_DOSSIER_STATE, "nobody works on it now");
	if (!directory_holders_in_agency(g->env, role, g->d.settling_agency, date_of(g->env->now), &all, e))
		return err_wrap(e, "who holds the role");
	for (size_t i = 0; i < all.n; i++)
		fits = fits || all.v[i].person.v == g->x->to.v;
	if (!fits)
		return err_say(e, ERR_INVALID, MSG_DOSSIER_NOT_OFFICER, "holds no fitting role");
	struct person_id officer = role == ROLE_SPECIALIST ? g->x->to : g->d.officer;
	if (!q_dossier_reassign(g->env->db, &(struct dossier_reassign_in){.id = g->d.id, .assignee = g->x->to, .officer = officer, .rev = g->d.rev}, &changed, e))
		return err_wrap(e, "reassigning");
	g->d.rev++;
	return changed == 1 || err_say(e, ERR_CONFLICT, MSG_DOSSIER_CHANGED, "rev is gone");
}

/* Somebody of the unit does it today: a holder who is there, or who stands in for one. */
static bool somebody_has(struct env *env, enum role role, struct unit_id unit, bool *has, struct err *e)
{
	struct officers all = {0};
	if (!directory_holders(env, role, unit, date_of(env->now), &all, e))
		return err_wrap(e, "who holds the role");
	for (size_t i = 0; i < all.n; i++)
		*has = *has || !all.v[i].absent || all.v[i].acting.v;
	return true;
}

static bool unit_fits(struct doing *g, struct err *e)
{
	struct unit unit;
	bool found = false;
	struct date today = date_of(g->env->now);
	if (!directory_unit(g->env, g->x->unit, &unit, &found, e))
		return false;
	bool fits = found && unit.id.v != g->d.settling_unit.v && unit.agency.v == g->d.settling_agency.v && unit.valid_from.day <= today.day &&
	            (!unit.valid_to.has || unit.valid_to.v.day >= today.day);
	return fits || err_say(e, ERR_INVALID, MSG_DOSSIER_TRANSFER_UNIT, "not another unit of the agency in force");
}

/* The step stays, the clock runs on; what the old unit had in hand waits in the new one for who has the role there. Who decides or
 * numbers for the whole agency, and the counter, keep theirs. */
bool act_transfer(struct doing *g, struct err *e)
{
	enum role role = ROLE_SPECIALIST;
	int64_t changed = 0;
	bool in_unit = g->d.step_unit.v == g->d.settling_unit.v && role_from_name(g->d.step_role, &role), has = false;
	if (!unit_fits(g, e) || !somebody_has(g->env, in_unit ? role : ROLE_SPECIALIST, g->x->unit, &has, e))
		return false;
	if (!has)
		return err_say(e, ERR_CONFLICT, MSG_DOSSIER_TRANSFER_NOBODY, "nobody there does this step");
	struct dossier_transfer_in in = {.id = g->d.id, .unit = g->x->unit, .step_unit = in_unit ? g->x->unit : g->d.step_unit,
	                                 .assignee = in_unit ? (struct person_id){0} : g->d.assignee, .last_actor = g->env->actor->account, .rev = g->d.rev};
	if (!q_dossier_transfer(g->env->db, &in, &changed, e))
		return err_wrap(e, "moving to another unit");
	g->d.rev++;
	g->moved_to = g->x->unit;
	return changed == 1 || err_say(e, ERR_CONFLICT, MSG_DOSSIER_CHANGED, "rev is gone");
}

/* Steps between officials, after acceptance: what has gone out to the applicant cannot be taken back. */
static bool is_internal(const struct node *step)
{
	static const char *const words[] = {"assign", "finish", "submit", "approve"};
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (workflow_step_allows(step, str_from(words[i])))
			return true;
	return false;
}

/* Back to where it was, by who moved it, until the next person opened it. A number bound stays bound. */
bool act_take_back(struct doing *g, struct err *e)
{
	const struct node *back = g->d.previous_step.p ? workflow_node(g->process, g->d.previous_step) : NULL;
	bool mine = g->env->actor->account != 0 && g->d.last_actor == g->env->actor->account;
	if (!back || !mine || g->d.last_opened || g->d.result_number.has || !is_internal(back))
		return err_say(e, ERR_CONFLICT, MSG_DOSSIER_TAKE_BACK_LATE, "cannot be taken back");
	struct place p;
	if (!place_step(g->env, &g->d, back, &p, e))
		return false;
	g->step = back;
	g->d.step_role = p.role;
	g->d.step_unit = p.unit;
	g->d.assignee = (struct person_id){g->d.previous_assignee.v};
	return set_state(g, state_of_step(back, true), e);
}

/* ---- the applicant's own ---- */

static bool end_early(struct doing *g, const char *state, const char *outcome, struct err *e)
{
	static const struct node end = {.id = {"stopped", 7}, .kind = NODE_END, .end = END_STOPPED};
	g->step = &end;
	g->d.step_role = STR("none");
	g->d.step_unit = (struct unit_id){0};
	g->d.assignee = (struct person_id){0};
	return settle(g, str_from(outcome), e) && set_state(g, state, e);
}

bool act_withdraw(struct doing *g, struct err *e) { return end_early(g, "withdrawn", "stop", e); }

/* Only while no decision exists (NĐ 118/2025 Điều 21, TT 03/2025 Điều 7). */
bool act_stop(struct doing *g, struct err *e)
{
	if (g->d.result_number.has)
		return err_say(e, ERR_CONFLICT, MSG_DOSSIER_STOP_DECIDED, "decided");
	return add_paper(g, "stop", g->x->reason, e) && end_early(g, "stopped", "stop", e);
}

bool act_rate(struct doing *g, struct err *e)
{
	struct dossier_rating_get_row old;
	bool found = false;
	if (g->x->score < 1 || g->x->score > 5)
		return err_set(e, ERR_INVALID, "a rating is 1 to 5");
	if (!q_dossier_rating_get(g->env->db, g->env->arena, g->d.id, &old, &found, e))
		return err_wrap(e, "rating");
	if (found)
		return err_say(e, ERR_CONFLICT, MSG_DOSSIER_RATED, "rated before");
	struct str words = g->x->text.n ? crypto_seal(g->env->arena, &g->key, STR("rating"), g->x->text) : STR_NONE;
	return q_dossier_rating_add(g->env->db, &(struct dossier_rating_add_in){.id = {id_new(g->env->ids, g->env->now)}, .dossier = g->d.id, .score = g->x->score, .words = words, .at = g->env->now}, NULL, e);
}
