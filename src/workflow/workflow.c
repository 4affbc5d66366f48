/* workflow.c — the small engine and the proof before publication. See workflow.h. */
#include "workflow/workflow.h"
#include "core/auth/actor.h"
#include <jansson.h>
#include <string.h>

const struct node *workflow_node(const struct process *p, struct str id)
{
	for (size_t i = 0; i < p->n_nodes; i++)
		if (str_eq(p->nodes[i].id, id))
			return &p->nodes[i];
	return NULL;
}

static bool has_word(struct str words, struct str word)
{
	struct str part;
	while (str_next(&words, ' ', &part))
		if (part.n && str_eq(part, word))
			return true;
	return false;
}

bool workflow_step_has_role(const struct node *step, struct str role) { return has_word(step->roles, role); }
bool workflow_step_allows(const struct node *step, struct str action) { return has_word(step->actions, action); }

int64_t workflow_step_minutes(const struct node *step, int32_t limit_hours)
{
	return step->hours ? (int64_t)step->hours * 60 : (int64_t)step->percent * limit_hours * 60 / 100;
}

/* ---- engine ---- */

static bool choose(const struct process *p, size_t at, struct str action, struct decider d, size_t *to, struct err *e)
{
	const struct flow *otherwise = NULL;
	bool gateway = p->nodes[at].kind == NODE_EXCLUSIVE;
	for (size_t i = 0; i < p->n_flows; i++) {
		const struct flow *f = &p->flows[i];
		bool yes = !gateway;
		if (f->from != at)
			continue;
		if (gateway && str_eq(f->id, p->nodes[at].default_flow)) {
			otherwise = f;
			continue;
		}
		if (gateway && !d.decide(d.ctx, f->rule, action, &yes, e))
			return err_wrap(e, "gateway condition");
		if (yes) {
			*to = f->to;
			return true;
		}
	}
	if (!otherwise)
		return err_set(e, ERR_INTERNAL, "no way on from \"%.*s\"", STR_ARG(p->nodes[at].id));
	*to = otherwise->to;
	return true;
}

/* Follows gateways and automatic tasks to the next step or end. */
static bool advance(const struct process *p, size_t at, struct str action, struct decider d, const struct node **out, struct err *e)
{
	for (size_t hops = 0; hops <= p->n_nodes; hops++) {
		if (!choose(p, at, action, d, &at, e))
			return false;
		if (at == NODE_NONE || p->nodes[at].kind == NODE_OTHER || p->nodes[at].kind == NODE_START)
			return err_set(e, ERR_INTERNAL, "the process was not proved");
		if (p->nodes[at].kind == NODE_TASK || p->nodes[at].kind == NODE_END) {
			*out = &p->nodes[at];
			return true;
		}
	}
	return err_set(e, ERR_INTERNAL, "gateways in a circle");
}

bool workflow_start(const struct process *p, struct decider d, const struct node **out, struct err *e)
{
	for (size_t i = 0; i < p->n_nodes; i++)
		if (p->nodes[i].kind == NODE_START)
			return advance(p, i, STR("start"), d, out, e);
	return err_set(e, ERR_INTERNAL, "no start");
}

bool workflow_next(const struct process *p, struct str step, struct str action, struct decider d, const struct node **out, struct err *e)
{
	const struct node *n = workflow_node(p, step);
	if (!n || n->kind != NODE_TASK)
		return err_set(e, ERR_NOT_FOUND, "no step \"%.*s\"", STR_ARG(str_sub(step, 0, 80)));
	if (!workflow_step_allows(n, action))
		return err_set(e, ERR_CONFLICT, "step \"%.*s\" does not allow \"%.*s\"", STR_ARG(step), STR_ARG(str_sub(action, 0, 80)));
	return advance(p, (size_t)(n - p->nodes), action, d, out, e);
}

/* ---- proof ---- */

static const char *const keys[] = {
	[FINDING_NO_START] = "process_no_start",
	[FINDING_MANY_STARTS] = "process_many_starts",
	[FINDING_MANY_PROCESSES] = "process_many_processes",
	[FINDING_NO_END] = "process_no_end",
	[FINDING_END_KIND] = "process_end_kind",
	[FINDING_BROKEN_FLOW] = "process_broken_flow",
	[FINDING_UNSUPPORTED] = "process_unsupported",
	[FINDING_DEAD_END] = "process_dead_end",
	[FINDING_UNREACHABLE] = "process_unreachable",
	[FINDING_NO_WAY_OUT] = "process_no_way_out",
	[FINDING_ROLE] = "process_role",
	[FINDING_ACTIONS] = "process_actions",
	[FINDING_SPLIT] = "process_split",
	[FINDING_NO_DEFAULT] = "process_no_default",
	[FINDING_NO_CONDITION] = "process_no_condition",
	[FINDING_BAD_CONDITION] = "process_bad_condition",
	[FINDING_CYCLE] = "process_cycle",
	[FINDING_LIMIT] = "process_limit",
};

const char *finding_message_key(enum finding_kind kind)
{
	CHECK((size_t)kind < ARRAY_LEN(keys));
	return keys[kind];
}

struct proof {
	const struct process *p;
	struct finding *found;
	size_t n, cap;
	bool *reached, *leaves; /* from a start; to an end */
	size_t *in;             /* ways in that are not ways back */
	int64_t *minutes;       /* longest way to the node, the node included */
};

static void found(struct proof *pr, struct str element, enum finding_kind kind)
{
	if (pr->n < pr->cap)
		pr->found[pr->n++] = (struct finding){element, kind};
}

static bool whole(const struct flow *f) { return f->from != NODE_NONE && f->to != NODE_NONE; }

static void prove_flows(struct proof *pr)
{
	for (size_t i = 0; i < pr->p->n_flows; i++) {
		const struct flow *f = &pr->p->flows[i];
		if (!whole(f) || pr->p->nodes[f->from].kind == NODE_END || pr->p->nodes[f->to].kind == NODE_START) {
			found(pr, f->id, FINDING_BROKEN_FLOW);
			continue;
		}
		const struct node *n = &pr->p->nodes[f->from];
		if (n->kind != NODE_EXCLUSIVE || str_eq(f->id, n->default_flow))
			continue;
		json_t *rule = json_loadb(f->rule.p ? f->rule.p : "", f->rule.n, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
		if (!f->rule.n)
			found(pr, f->id, FINDING_NO_CONDITION);
		else if (!rule)
			found(pr, f->id, FINDING_BAD_CONDITION);
		json_decref(rule);
	}
}

static bool roles_known(struct str roles)
{
	struct str part;
	enum role r;
	bool any = false;
	while (str_next(&roles, ' ', &part))
		if (part.n) {
			any = true;
			if (!role_from_name(part, &r))
				return false;
		}
	return any;
}

static void prove_node(struct proof *pr, size_t i)
{
	const struct node *n = &pr->p->nodes[i];
	size_t ways = 0, defaults = 0;
	for (size_t k = 0; k < pr->p->n_flows; k++)
		if (pr->p->flows[k].from == i) {
			ways++;
			defaults += n->default_flow.n && str_eq(pr->p->flows[k].id, n->default_flow);
		}
	if (n->kind == NODE_OTHER)
		found(pr, n->id, FINDING_UNSUPPORTED);
	if (n->kind != NODE_END && ways == 0)
		found(pr, n->id, FINDING_DEAD_END);
	if (n->kind != NODE_EXCLUSIVE && ways > 1)
		found(pr, n->id, FINDING_SPLIT);
	if (n->kind == NODE_EXCLUSIVE && defaults != 1)
		found(pr, n->id, FINDING_NO_DEFAULT);
	if (n->kind == NODE_END && n->end == END_NONE)
		found(pr, n->id, FINDING_END_KIND);
	if (n->kind == NODE_TASK && (!roles_known(n->roles) || n->unit == UNIT_NONE))
		found(pr, n->id, FINDING_ROLE);
	if (n->kind == NODE_TASK && !str_trim(n->actions).n)
		found(pr, n->id, FINDING_ACTIONS);
}

static void prove_ends(struct proof *pr)
{
	size_t starts = 0, ends = 0;
	for (size_t i = 0; i < pr->p->n_nodes; i++) {
		starts += pr->p->nodes[i].kind == NODE_START;
		ends += pr->p->nodes[i].kind == NODE_END;
	}
	if (pr->p->n_processes != 1)
		found(pr, pr->p->id, FINDING_MANY_PROCESSES);
	if (starts != 1)
		found(pr, pr->p->id, starts ? FINDING_MANY_STARTS : FINDING_NO_START);
	if (ends == 0)
		found(pr, pr->p->id, FINDING_NO_END);
}

/* Spreads both marks along the flows until nothing changes. */
static void prove_ways(struct proof *pr)
{
	const struct process *p = pr->p;
	for (size_t i = 0; i < p->n_nodes; i++) {
		pr->reached[i] = p->nodes[i].kind == NODE_START;
		pr->leaves[i] = p->nodes[i].kind == NODE_END;
	}
	for (bool more = true; more;) {
		more = false;
		for (size_t k = 0; k < p->n_flows; k++) {
			const struct flow *f = &p->flows[k];
			if (!whole(f))
				continue;
			bool forth = pr->reached[f->from] && !pr->reached[f->to], back = pr->leaves[f->to] && !pr->leaves[f->from];
			pr->reached[f->to] = pr->reached[f->to] || forth;
			pr->leaves[f->from] = pr->leaves[f->from] || back;
			more = more || forth || back;
		}
	}
	for (size_t i = 0; i < p->n_nodes; i++) {
		if (!pr->reached[i])
			found(pr, p->nodes[i].id, FINDING_UNREACHABLE);
		else if (!pr->leaves[i])
			found(pr, p->nodes[i].id, FINDING_NO_WAY_OUT);
	}
}

/* Without ways back the process is a graph without circles; the longest way to each node falls out of the same walk. */
static int64_t prove_order(struct proof *pr, int32_t limit_hours)
{
	const struct process *p = pr->p;
	size_t done = 0;
	int64_t longest = 0;
	bool *walked = pr->leaves;
	memset(walked, 0, p->n_nodes * sizeof *walked);
	for (size_t k = 0; k < p->n_flows; k++)
		if (whole(&p->flows[k]) && !p->flows[k].back)
			pr->in[p->flows[k].to]++;
	for (bool more = true; more;) {
		more = false;
		for (size_t i = 0; i < p->n_nodes; i++) {
			if (walked[i] || pr->in[i] > 0)
				continue;
			walked[i] = more = true;
			done++;
			pr->minutes[i] += p->nodes[i].off_clock ? 0 : workflow_step_minutes(&p->nodes[i], limit_hours);
			longest = pr->minutes[i] > longest ? pr->minutes[i] : longest;
			for (size_t k = 0; k < p->n_flows; k++) {
				const struct flow *f = &p->flows[k];
				if (f->from != i || !whole(f) || f->back)
					continue;
				pr->in[f->to]--;
				if (pr->minutes[i] > pr->minutes[f->to])
					pr->minutes[f->to] = pr->minutes[i];
			}
		}
	}
	for (size_t i = 0; done < p->n_nodes && i < p->n_nodes; i++)
		if (!walked[i]) {
			found(pr, p->nodes[i].id, FINDING_CYCLE);
			break;
		}
	return longest;
}

void workflow_prove(struct arena *a, const struct process *p, int32_t limit_hours, struct finding **out, size_t *n)
{
	struct proof pr = {.p = p, .cap = (p->n_nodes + p->n_flows + 4) * 4};
	pr.found = NEW_ARRAY(a, pr.cap, struct finding);
	pr.reached = NEW_ARRAY(a, p->n_nodes, bool);
	pr.leaves = NEW_ARRAY(a, p->n_nodes, bool);
	pr.in = NEW_ARRAY(a, p->n_nodes, size_t);
	pr.minutes = NEW_ARRAY(a, p->n_nodes, int64_t);
	prove_ends(&pr);
	prove_flows(&pr);
	for (size_t i = 0; i < p->n_nodes; i++)
		prove_node(&pr, i);
	prove_ways(&pr);
	int64_t longest = prove_order(&pr, limit_hours);
	if (limit_hours > 0 && longest > (int64_t)limit_hours * 60)
		found(&pr, p->id, FINDING_LIMIT);
	*out = pr.found;
	*n = pr.n;
}
