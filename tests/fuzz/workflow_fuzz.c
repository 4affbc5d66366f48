/* workflow_fuzz.c — any bytes as BPMN: read, proved, walked and drawn. What has no finding can be started, and each step leads
 * to a node of the process. */
#include "tests/fuzz/fuzz.h"
#include "workflow/workflow.h"

static bool decide(void *ctx, struct str rule, struct str action, bool *yes, struct err *e)
{
	(void)ctx, (void)e;
	*yes = (rule.n + action.n) % 2 != 0;
	return true;
}

static void walk(const struct process *p, struct decider d)
{
	struct err e = {0};
	const struct node *at = NULL, *next = NULL;
	CHECK(workflow_start(p, d, &at, &e) && at != NULL);
	for (int i = 0; i < 20 && at->kind != NODE_END; i++) {
		struct str rest = at->actions, action;
		if (!str_next(&rest, ' ', &action) || !workflow_next(p, at->id, action, d, &next, &e))
			return;
		CHECK(workflow_node(p, next->id) == next);
		at = next;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	AUTO_ARENA a = arena_new(0);
	struct err e = {0};
	const struct process *p = NULL;
	struct finding *v = NULL;
	size_t found = 0;
	if (!workflow_read(a, (struct str){(const char *)bytes, n}, &p, &e)) {
		CHECK(e.text[0]);
		return 0;
	}
	workflow_prove(a, p, 80, &v, &found);
	for (size_t i = 0; i < found; i++)
		CHECK(v[i].kind < FINDING_COUNT && finding_message_key(v[i].kind));
	if (found == 0)
		walk(p, (struct decider){decide, NULL});
	struct str svg = workflow_draw(a, p, p->n_nodes ? p->nodes[0].id : STR(""), NULL, 0, &(struct draw_words){STR("q"), STR("ở đây"), STR("xong")});
	CHECK(str_find(svg, STR("<script")) < 0);
	return 0;
}
