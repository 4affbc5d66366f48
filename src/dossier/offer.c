/* offer.c — which acts are open to whom, before anybody acts: of a record, and of the rows of a list. */
#include "core/db/id.h"
#include "dossier/doing.h"

bool dossier_fee_waits(enum dossier_action a, const struct dossier_fee_list_row *x)
{
	return str_eq(x->state, STR("demanded")) || (a == ACT_CONFIRM_PAID && str_eq(x->state, STR("claimed")));
}

bool dossier_opinion_waits(const struct actor *me, const struct dossier_opinion_list_row *x)
{
	bool mine = false;
	for (size_t i = 0; i < me->n_held; i++)
		mine = mine || me->held[i].unit == x->unit.v;
	return mine && !x->answered_at.has;
}

static bool is_on_paper(struct doing *g, bool *yes, struct err *e)
{
	json_t *content = NULL;
	if (!dossier_unseal(g->env, g->law, &g->d, &content, e))
		return false;
	*yes = json_is_object(json_object_get(content, "paper"));
	json_decref(content);
	return true;
}

/* Is there something to act on? */
static bool has_object(struct doing *g, enum dossier_action a, bool *has, struct err *e)
{
	struct dossier_fee_list_rows fees = {0};
	struct dossier_opinion_list_rows opinions = {0};
	bool fee = a == ACT_CLAIM_PAID || a == ACT_CONFIRM_PAID, opinion = a == ACT_ANSWER_OPINION;
	if (fee && !q_dossier_fee_list(g->env->db, g->env->arena, g->d.id, &fees, e))
		return err_wrap(e, "fees");
	if (opinion && !q_dossier_opinion_list(g->env->db, g->env->arena, g->d.id, &opinions, e))
		return err_wrap(e, "opinions");
	if (a == ACT_TRANSCRIBE)
		return is_on_paper(g, has, e);
	if (a == ACT_ISSUE)
		return dossier_any_signed(g->env, (struct dossier_ids){&g->d.id, 1}, has, e);
	*has = !fee && !opinion;
	for (size_t i = 0; i < fees.n; i++)
		*has = *has || dossier_fee_waits(a, &fees.v[i]);
	for (size_t i = 0; i < opinions.n; i++)
		*has = *has || dossier_opinion_waits(g->env->actor, &opinions.v[i]);
	return true;
}

bool dossier_actions(struct env *env, const struct law *law, const struct dossier_get_row *d, uint32_t *out, struct err *e)
{
	struct dossier_done done = {0};
	struct doing g = {.env = env, .law = law, .out = &done, .d = *d, .process = law_process(law, d->process)};
	bool seen = false;
	*out = 0;
	g.step = g.process ? workflow_node(g.process, d->step) : NULL;
	if (!g.step || !dossier_may_read(env, d, &seen, e) || !seen)
		return g.step == NULL || seen || e->kind == ERR_NONE;
	for (int a = 0; a < ACT_COUNT; a++) {
		bool may = false;
		if (!act_open_now(&g, (enum dossier_action)a))
			continue;
		bool has = false;
		if (!act_allowed(&g, (enum dossier_action)a, &may, e) || (may && !has_object(&g, (enum dossier_action)a, &has, e)))
			return false;
		if (may && has && (a != ACT_TAKE_BACK || (d->last_actor == env->actor->account && !d->last_opened && d->previous_step.p)))
			*out |= 1U << a;
	}
	return true;
}

/* ---- rows of a list ---- */

static struct dossier_get_row row_of(const struct dossier_offer_row *x)
{
	return (struct dossier_get_row){.id = x->id, .process = x->process, .state = x->state, .step = x->step, .step_role = x->step_role, .assignee = x->assignee, .officer = x->officer,
		.receiving_unit = x->receiving_unit, .settling_agency = x->settling_agency, .settling_unit = x->settling_unit, .accepted_at = x->accepted_at,
		.settled_at = x->settled_at, .result_number = x->result_number};
}

/* Who may take their steps is the same question. */
static bool same_step(const struct doing *x, const struct doing *y)
{
	const struct dossier_get_row *a = &x->d, *b = &y->d;
	return x->asked_step && x->step->unit != UNIT_APPLICANT && y->step->unit != UNIT_APPLICANT && a->assignee.v == b->assignee.v &&
	       (a->assignee.v || (x->step == y->step && a->receiving_unit.v == b->receiving_unit.v && a->settling_unit.v == b->settling_unit.v && a->settling_agency.v == b->settling_agency.v));
}

static void take_over(const struct doing *all, size_t n, struct doing *g)
{
	for (size_t i = 0; i < n && !g->asked_step; i++)
		if (same_step(&all[i], g))
			g->asked_step = true, g->may_step = all[i].may_step, g->instead_step = all[i].instead_step;
}

static bool offer(struct doing *g, bool is_signed, uint32_t of, uint32_t *out, struct err *e)
{
	for (int a = 0; a < ACT_COUNT && g->step; a++) {
		bool may = false;
		if (!(of >> a & 1) || !act_open_now(g, (enum dossier_action)a) || (a == ACT_ISSUE && !is_signed))
			continue;
		if (!act_allowed(g, (enum dossier_action)a, &may, e))
			return false;
		*out |= may ? 1U << a : 0;
	}
	return true;
}

bool dossier_offers(struct env *env, const struct law *law, struct dossier_ids ids, uint32_t of, uint32_t *out, struct err *e)
{
	struct dossier_offer_rows rows = {0};
	struct buf b = buf_on(env->arena);
	struct doing *all = NEW_ARRAY(env->arena, ids.n ? ids.n : 1, struct doing);
	for (size_t i = 0; i < ids.n; i++)
		id_list_add(&b, ids.v[i].v);
	if (ids.n && !q_dossier_offer(env->db, env->arena, id_list(&b), &rows, e))
		return err_wrap(e, "what may be done");
	for (size_t i = 0, k = 0; i < ids.n; i++) {
		out[i] = 0;
		if (k == rows.n || rows.v[k].id.v != ids.v[i].v)
			continue;
		struct doing *g = &all[k];
		*g = (struct doing){.env = env, .law = law, .d = row_of(&rows.v[k]), .process = law_process(law, rows.v[k].process)};
		g->step = g->process ? workflow_node(g->process, g->d.step) : NULL;
		if (g->step)
			take_over(all, k, g);
		if (!offer(g, rows.v[k++].is_signed, of, &out[i], e))
			return false;
	}
	return true;
}
