/* act.c — doing one act: who, whether now, then its rule, the move of the process, and the record. See dossier.h. */
#include "core/db/id.h"
#include "directory/directory.h"
#include "dossier/doing.h"
#include "gen/messages.h"
#include "stat/stat.h"
#include <stdio.h>
#include <string.h>

/* Who may do what stands beside the process. */
#define ALLOW_OFFICE (ROLE_BIT(ROLE_COUNTER) | ROLE_BIT(ROLE_SPECIALIST) | ROLE_BIT(ROLE_HEAD))
#define ALLOW_LEAD (ROLE_BIT(ROLE_HEAD) | ROLE_BIT(ROLE_DIRECTOR))
enum who { BY_STEP, BY_APPLICANT, BY_ROLES, BY_ANYONE };

static const struct rule {
	const char *name;
	enum who who;
	role_set roles;
	bool reason, moves; /* moves: takes the process on, after the rule */
	act_fn *run;        /* NULL: only the move */
} rules[ACT_COUNT] = {
	[ACT_ACCEPT] = {"accept", BY_STEP, .moves = true, .run = act_accept},
	[ACT_ASK_SUPPLEMENT] = {"ask_supplement", BY_STEP, .reason = true, .moves = true, .run = act_ask_supplement},
	[ACT_REFUSE] = {"refuse", BY_STEP, .reason = true, .moves = true, .run = act_refuse},
	[ACT_SUPPLEMENT] = {"supplement", BY_STEP, .moves = true, .run = act_supplement},
	[ACT_WITHDRAW] = {"withdraw", BY_APPLICANT, .run = act_withdraw},
	[ACT_ASSIGN] = {"assign", BY_STEP, .moves = true, .run = act_assign},
	[ACT_FINISH] = {"finish", BY_STEP, .moves = true},
	[ACT_SUBMIT] = {"submit", BY_STEP, .moves = true, .run = act_submit},
	[ACT_APPROVE] = {"approve", BY_STEP, .moves = true, .run = act_approve},
	[ACT_SEND_BACK] = {"send_back", BY_STEP, .reason = true, .moves = true},
	[ACT_ISSUE] = {"issue", BY_STEP, .moves = true, .run = act_issue},
	[ACT_HAND_OVER] = {"hand_over", BY_STEP, .moves = true, .run = act_hand_over},
	[ACT_ARCHIVE] = {"archive", BY_STEP, .moves = true},
	[ACT_DEMAND_FEE] = {"demand_fee", BY_ROLES, ALLOW_OFFICE, .run = act_demand_fee},
	[ACT_CLAIM_PAID] = {"claim_paid", BY_APPLICANT, .run = act_claim_paid},
	[ACT_CONFIRM_PAID] = {"confirm_paid", BY_ROLES, ROLE_BIT(ROLE_COUNTER) | ROLE_BIT(ROLE_CLERK), .run = act_confirm_paid},
	[ACT_ASK_OPINION] = {"ask_opinion", BY_ROLES, ROLE_BIT(ROLE_SPECIALIST) | ROLE_BIT(ROLE_HEAD), .run = act_ask_opinion},
	[ACT_ANSWER_OPINION] = {"answer_opinion", BY_ANYONE, .run = act_answer_opinion},
	[ACT_APOLOGISE] = {"apologise", BY_ROLES, ROLE_BIT(ROLE_DIRECTOR), .reason = true, .run = act_apologise},
	[ACT_REASSIGN] = {"reassign", BY_ROLES, ALLOW_LEAD, .reason = true, .run = act_reassign},
	[ACT_TAKE_BACK] = {"take_back", BY_ANYONE, .run = act_take_back},
	[ACT_STOP] = {"stop", BY_APPLICANT, .run = act_stop},
	[ACT_RATE] = {"rate", BY_APPLICANT, .run = act_rate},
	[ACT_CORRECT] = {"correct", BY_APPLICANT, .run = act_correct},
	[ACT_TRANSCRIBE] = {"transcribe", BY_ROLES, ROLE_BIT(ROLE_COUNTER), .run = act_transcribe},
	[ACT_TRANSFER] = {"transfer", BY_ROLES, ROLE_BIT(ROLE_COUNTER) | ALLOW_LEAD, .reason = true, .run = act_transfer},
};

const char *dossier_action_name(enum dossier_action a)
{
	CHECK((size_t)a < ACT_COUNT);
	return rules[a].name;
}

bool dossier_action_from(struct str name, enum dossier_action *out)
{
	for (int a = 0; a < ACT_COUNT; a++)
		if (str_eq(name, str_from(rules[a].name))) {
			*out = (enum dossier_action)a;
			return true;
		}
	return false;
}

bool holds(const struct doing *g, role_set roles)
{
	const struct actor *me = g->env->actor;
	return me->program || actor_in_agency(me, roles & ~ROLE_BIT(ROLE_COUNTER), g->d.settling_agency.v) ||
	       ((roles & ROLE_BIT(ROLE_COUNTER)) != 0 && actor_in_unit(me, ROLE_COUNTER, g->d.receiving_unit.v));
}

static bool is_over(const struct dossier_get_row *d)
{
	return str_eq(d->state, STR("refused")) || str_eq(d->state, STR("stopped")) || str_eq(d->state, STR("withdrawn")) ||
	       d->step_role.n == 0 || (str_eq(d->state, STR("returned")) && str_eq(d->step_role, STR("none")));
}

/* Which acts the state leaves open, apart from who asks. */
bool act_open_now(const struct doing *g, enum dossier_action a)
{
	const struct dossier_get_row *d = &g->d;
	const struct rule *r = &rules[a];
	bool over = is_over(d), accepted = d->accepted_at.has, settled = d->settled_at.has;
	if (r->who == BY_STEP)
		return !over && g->step && workflow_step_allows(g->step, str_from(r->name));
	if (a == ACT_WITHDRAW)
		return !over && !accepted;
	if (a == ACT_CORRECT) /* asked for a supplement, it is the supplement that answers */
		return !over && !accepted && str_eq(d->state, STR("received"));
	if (a == ACT_TRANSCRIBE) /* before acceptance, or asked for a supplement, these acts bring the answers */
		return !over && accepted && !settled && !str_eq(d->state, STR("supplement")) && !str_eq(d->channel_in, STR("online")) && !str_eq(d->channel_in, STR("portal"));
	if (a == ACT_TRANSFER) /* a number is bound to who signs in this unit's name */
		return !over && !settled && !d->result_number.has;
	if (a == ACT_STOP || a == ACT_APOLOGISE)
		return !over && accepted && !settled;
	if (a == ACT_RATE)
		return settled;
	return !over && !settled;
}

/* In which role the act is done, for the record. */
static enum role role_of(const struct doing *g, const struct rule *r)
{
	static const enum role order[] = {ROLE_COUNTER, ROLE_SPECIALIST, ROLE_HEAD, ROLE_DIRECTOR, ROLE_CLERK, ROLE_BUSINESS, ROLE_CITIZEN};
	struct str role = g->d.step_role;
	enum role step_role;
	if (r->who == BY_STEP && role_from_name(role, &step_role) && actor_is(g->env->actor, step_role))
		return step_role;
	for (size_t i = 0; i < ARRAY_LEN(order); i++)
		if (actor_is(g->env->actor, order[i]))
			return order[i];
	return ROLE_STRANGER;
}

/* The unit in which the actor acts in the role, one of the dossier's own before another; 0: nobody's (the applicant, the program). */
static int64_t unit_of(const struct doing *g, enum role role)
{
	const struct actor *me = g->env->actor;
	const int64_t own[] = {g->d.step_unit.v, g->d.settling_unit.v, g->d.receiving_unit.v};
	int64_t unit = 0;
	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		if (own[i] && actor_in_unit(me, role, own[i]))
			return own[i];
	for (size_t i = 0; i < me->n_held; i++)
		if (me->held[i].role == role && (!unit || me->held[i].agency == g->d.settling_agency.v))
			unit = me->held[i].unit;
	return unit;
}

/* Who leads the unit or the agency; and the receiving unit, which sends it on, while nobody of the unit has it. */
static bool may_transfer(const struct actor *me, const struct dossier_get_row *d)
{
	return me->program || actor_in_unit(me, ROLE_HEAD, d->settling_unit.v) || actor_in_agency(me, ROLE_BIT(ROLE_DIRECTOR), d->settling_agency.v) ||
	       (!d->officer.v && actor_in_unit(me, ROLE_COUNTER, d->receiving_unit.v));
}

static bool may_take_step(struct doing *g, bool *may, struct err *e)
{
	g->asked_step = g->asked_step || may_take(g->env, &g->d, g->step, &g->may_step, &g->instead_step, e);
	*may = g->may_step;
	g->instead_of = g->instead_step;
	return g->asked_step;
}

bool act_allowed(struct doing *g, enum dossier_action a, bool *may, struct err *e)
{
	const struct rule *r = &rules[a];
	const struct actor *me = g->env->actor;
	if (r->who == BY_STEP)
		return may_take_step(g, may, e);
	if (a == ACT_TRANSFER)
		*may = may_transfer(me, &g->d);
	else if (r->who == BY_ROLES)
		*may = holds(g, r->roles);
	else if (r->who == BY_APPLICANT)
		*may = (a == ACT_RATE ? dossier_owned : dossier_in_hand)(me, &g->d) || holds(g, ROLE_BIT(ROLE_COUNTER));
	else
		return dossier_may_read(g->env, &g->d, may, e);
	return true;
}

const char *state_of_step(const struct node *step, bool accepted)
{
	if (step->kind == NODE_END)
		return step->end == END_STOPPED ? (accepted ? "stopped" : "withdrawn") : step->end == END_REFUSED ? "refused" : "returned";
	if (step->unit == UNIT_APPLICANT)
		return "supplement";
	if (!accepted)
		return "received";
	if (workflow_step_allows(step, STR("hand_over")))
		return "done";
	if (workflow_step_allows(step, STR("archive")))
		return "returned";
	return workflow_step_allows(step, STR("issue")) ? "signing" : "processing";
}

/* When the step should be done: its share of the limit, in office time from now. */
static bool step_due(struct doing *g, const struct node *step, struct opt_instant *out, struct err *e)
{
	int64_t minutes = step->kind == NODE_END ? 0 : workflow_step_minutes(step, g->procedure ? g->procedure->limit_hours : 0);
	*out = (struct opt_instant){0};
	if (minutes <= 0)
		return true;
	struct instant at;
	if (!calendar_add_working_ms(g->law->calendar, g->env->now, minutes * 60000, &at, e))
		return err_wrap(e, "time of a step");
	*out = OPT_INSTANT(at);
	return true;
}

static bool write_acceptance(struct doing *g, const struct dossier_move_in *m, int64_t *changed, struct err *e)
{
	const struct dossier_accept_move_in in = {
		.id = m->id, .rev = m->rev, .at = g->d.accepted_at.v, .clock_from = g->d.clock_from, .due = g->d.due, .state = m->state, .step = m->step, .step_role = m->step_role,
		.step_unit = m->step_unit, .assignee = m->assignee, .step_since = m->step_since, .step_due = m->step_due, .last_actor = m->last_actor,
		.previous_step = m->previous_step, .previous_assignee = m->previous_assignee};
	return q_dossier_accept_move(g->env->db, &in, changed, e);
}

/* Only a move forward can be taken back: `from` is where it came from, STR_NONE otherwise. */
static bool write_move(struct doing *g, const struct node *to, const struct place *p, const char *state, struct opt_instant due, struct str from, struct err *e)
{
	int64_t changed = 0;
	struct dossier_move_in in = {
	        .id = g->d.id, .rev = g->d.rev, .state = str_from(state), .step = to->id, .step_role = p->role, .step_unit = p->unit,
	        .assignee = p->assignee, .step_since = g->env->now, .step_due = due, .last_actor = g->env->actor->account,
	        .previous_step = from, .previous_assignee = OPT_INT(g->d.assignee.v)};
	if (!(g->accepts ? write_acceptance(g, &in, &changed, e) : q_dossier_move(g->env->db, &in, &changed, e)))
		return err_wrap(e, "moving");
	if (changed != 1)
		return err_say(e, ERR_CONFLICT, MSG_DOSSIER_CHANGED, "rev %lld is gone", (long long)g->d.rev);
	g->d.rev++;
	g->out->state = in.state;
	g->out->step = to->id;
	g->to = to;
	return true;
}

bool move(struct doing *g, struct str action, struct err *e)
{
	json_t *data = json_pack("{s:s%}", "outcome", g->d.outcome.p ? g->d.outcome.p : "", g->d.outcome.n);
	struct law_decider decider = {.a = g->env->arena, .data = data};
	const struct node *to = NULL;
	struct place place;
	struct opt_instant due;
	bool ok = workflow_next(g->process, g->d.step, action, law_decide(&decider), &to, e);
	json_decref(data);
	return ok && place_step(g->env, &g->d, to, &place, e) && step_due(g, to, &due, e) &&
	       write_move(g, to, &place, state_of_step(to, g->d.accepted_at.has), due, g->d.step, e);
}

bool set_state(struct doing *g, const char *state, struct err *e)
{
	struct place here = {.role = g->d.step_role, .unit = g->d.step_unit, .assignee = g->d.assignee};
	return write_move(g, g->step, &here, state, g->d.step_due, STR_NONE, e);
}

/* ---- papers and notes ---- */

static const struct { const char *role, *set, *code; } papers[] = {
	{"receipt", "TT01-2018", "01"}, {"supplement", "TT01-2018", "02"}, {"refusal", "TT01-2018", "03"}, {"apology", "TT01-2018", "04"},
	{"receipt", "TT03-2025", "01"}, {"supplement", "TT03-2025", "02"}, {"refusal", "TT03-2025", "03"}, {"apology", "TT03-2025", "04"},
	{"stop", "TT03-2025", "05"},
};

struct str dossier_paper_kind(struct str set, struct str code)
{
	for (size_t i = 0; i < ARRAY_LEN(papers); i++)
		if (str_eq(set, str_from(papers[i].set)) && str_eq(code, str_from(papers[i].code)))
			return str_from(papers[i].role);
	return STR_NONE;
}

static bool seal_row(struct doing *g, struct str set, struct str code, int64_t number, struct str text, struct err *e)
{
	struct dossier_paper_id id = {id_new(g->env->ids, g->env->now)};
	struct str body = crypto_seal_text(g->env->arena, &g->key, str_fmt(g->env->arena, "paper:%lld", (long long)id.v), text);
	struct dossier_paper_add_in in = {.id = id, .dossier = g->d.id, .form_set = set, .form_code = code, .number = number, .at = g->env->now,
	                                  .official = {g->env->actor->person}, .body = body};
	g->note = id;
	return q_dossier_paper_add(g->env->db, &in, NULL, e) || err_wrap(e, "paper");
}

bool add_note(struct doing *g, struct str text, struct err *e)
{
	return seal_row(g, STR("note"), str_from(rules[g->x->action].name), 0, text, e);
}

bool add_paper(struct doing *g, const char *role, struct str items, struct err *e)
{
	struct rule_set now = era_resolve_open(&g->law->eras, date_of(g->d.sent_at), date_of(g->env->now));
	struct str set = now.version[ERA_FORM_SET]->id;
	int64_t number = 0;
	for (size_t i = 0; i < ARRAY_LEN(papers); i++) {
		if (strcmp(papers[i].role, role) != 0 || !str_eq(set, str_from(papers[i].set)))
			continue;
		struct str name = str_fmt(g->env->arena, "paper:%s:%s:%lld:%d", papers[i].set, papers[i].code, (long long)g->d.receiving_unit.v, date_civil(date_of(g->env->now)).year);
		if (!next_number(g->env, name, &number, e) || !seal_row(g, set, str_from(papers[i].code), number, items, e))
			return false;
		g->out->paper = g->note;
		return true;
	}
	return items.n == 0 || add_note(g, items, e);
}

bool fees_open(struct doing *g, bool *open, struct err *e)
{
	struct dossier_fee_list_rows rows = {0};
	if (!q_dossier_fee_list(g->env->db, g->env->arena, g->d.id, &rows, e))
		return err_wrap(e, "fees");
	*open = false;
	for (size_t i = 0; i < rows.n; i++)
		*open = *open || str_eq(rows.v[i].state, STR("demanded")) || str_eq(rows.v[i].state, STR("claimed"));
	return true;
}

/* ---- one act ---- */

bool dossier_hold(struct env *env, struct dossier_id id, struct err *e)
{
	struct dossier_hold_row row;
	struct dossier_last_act_row last;
	bool found = false;
	if (db_engine(env->db) != DB_PG)
		return true;
	if (!q_dossier_hold(env->db, env->arena, id, &row, &found, e) || !q_dossier_last_act(env->db, env->arena, id.v, &last, &found, e))
		return err_wrap(e, "dossier");
	if (found && last.at.ms > env->now.ms) /* whoever was first began later, or has another clock: events of the clock have an order */
		env->now = last.at;
	return true;
}

static bool begin(struct doing *g, struct err *e)
{
	if (!dossier_hold(g->env, g->x->id, e) || !dossier_load(g->env, g->x->id, &g->d, e) || !dossier_key(g->env, g->law, g->x->id, &g->key, &g->erased, e))
		return false;
	g->procedure = law_find(g->law, g->d.procedure);
	g->process = law_process(g->law, g->d.process);
	g->step = g->process ? workflow_node(g->process, g->d.step) : NULL;
	if (!g->step)
		return err_say(e, ERR_CONFLICT, MSG_DOSSIER_NO_PROCESS, "step %.*s is unknown", STR_ARG(g->d.step));
	g->out->rev = g->d.rev;
	g->out->state = g->d.state;
	g->out->step = g->d.step;
	return true;
}

static bool permitted(struct doing *g, struct err *e)
{
	const struct rule *r = &rules[g->x->action];
	bool may = false, seen = false;
	if (!dossier_may_read(g->env, &g->d, &seen, e))
		return false;
	if (!seen)
		return err_set(e, ERR_NOT_FOUND, "not this actor's dossier");
	if (g->erased)
		return err_say(e, ERR_CONFLICT, MSG_DOSSIER_ERASED, "erased");
	if (g->x->rev != 0 && g->x->rev != g->d.rev)
		return err_say(e, ERR_CONFLICT, MSG_DOSSIER_CHANGED, "rev %lld, not %lld", (long long)g->d.rev, (long long)g->x->rev);
	if (!act_open_now(g, g->x->action))
		return err_say(e, ERR_CONFLICT, MSG_DOSSIER_STATE, "%s is not open at %.*s", r->name, STR_ARG(g->d.step));
	if (!act_allowed(g, g->x->action, &may, e))
		return false;
	if (!may)
		return err_set(e, ERR_DENIED, "%s is for another person", r->name);
	if (r->reason && str_trim(g->x->reason).n == 0)
		return err_say(e, ERR_INVALID, MSG_DOSSIER_REASON, "no reason");
	if (r->who == BY_STEP && str_eq(g->d.state, STR("fee")))
		return err_say(e, ERR_CONFLICT, MSG_DOSSIER_FEE_OPEN, "a fee is open");
	return true;
}

/* {"from","to","state","rev","note","item","unit","instead_of","late"}: ids and words of the process only. */
static bool record(struct doing *g, struct err *e)
{
	const struct rule *r = &rules[g->x->action];
	struct buf b = buf_on(g->env->arena);
	char kind[64];
	snprintf(kind, sizeof kind, "dossier.%s", r->name);
	buf_fmt(&b, "{\"from\":\"%.*s\",\"to\":\"%.*s\",\"state\":\"%.*s\",\"rev\":%lld", STR_ARG(g->d.step), STR_ARG(g->out->step), STR_ARG(g->out->state), (long long)g->d.rev);
	if (g->note.v)
		buf_fmt(&b, ",\"note\":\"%lld\"", (long long)g->note.v);
	if (g->item)
		buf_fmt(&b, ",\"item\":\"%lld\"", (long long)g->item);
	if (g->moved_to.v)
		buf_fmt(&b, ",\"unit\":\"%lld\"", (long long)g->moved_to.v);
	if (g->instead_of.v)
		buf_fmt(&b, ",\"instead_of\":\"%lld\"", (long long)g->instead_of.v);
	if (g->late.n)
		buf_fmt(&b, ",\"late\":\"%.*s\"", STR_ARG(g->late));
	buf_char(&b, '}');
	g->out->rev = g->d.rev;
	enum role role = role_of(g, r);
	struct audit_act act = {.kind = str_cstr(g->env->arena, str_from(kind)), .subject = g->d.id.v, .role = role, .unit = unit_of(g, role), .body = buf_str(&b)};
	return audit_record(g->env, &act, &g->out->entry, e);
}

static bool run(struct doing *g, struct err *e)
{
	const struct rule *r = &rules[g->x->action];
	struct stat_set before;
	if (!begin(g, e) || !permitted(g, e) || !counted_before(g->env, &g->d, &before, e))
		return false;
	if (r->run && !r->run(g, e))
		return false;
	if (r->moves && !move(g, str_from(r->name), e))
		return false;
	if ((r->reason || (g->late.n && str_trim(g->x->reason).n)) && !g->note.v && !add_note(g, g->x->reason, e))
		return false;
	return counted_change(g->env, g->x->id, &before, e) && record(g, e);
}

bool dossier_do(struct env *env, const struct law *law, const struct dossier_act *x, struct dossier_done *out, struct err *e)
{
	CHECK((size_t)x->action < ACT_COUNT);
	*out = (struct dossier_done){0};
	struct doing g = {.env = env, .law = law, .x = x, .out = out};
	bool ok = run(&g, e);
	crypto_wipe(&g.key, sizeof g.key);
	return ok;
}
