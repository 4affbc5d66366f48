#include "workflow/workflow.h"
#include "core/test/test.h"
#include <jansson.h>
#include <libxml/parser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct process *read_pack(struct arena *a, const char *name)
{
	const struct process *p = NULL;
	struct err e;
	struct str path = str_fmt(a, "%.*s/%s", STR_ARG(test_source_dir(a)), name);
	if (!workflow_read(a, test_read_file(a, path), &p, &e))
		FAIL("%s: %s", name, e.text);
	return p;
}

/* A decider that knows {"==":[{"var":"action"},"…"]} and, for outcome, the text in ctx. */
static bool decide(void *ctx, struct str rule, struct str action, bool *yes, struct err *e)
{
	json_t *r = json_loadb(rule.p, rule.n, 0, NULL);
	const char *var = NULL, *want = NULL;
	if (json_unpack(r, "{s:[{s:s},s]}", "==", "var", &var, &want) != 0) {
		json_decref(r);
		return err_set(e, ERR_INVALID, "a rule that the test does not know");
	}
	*yes = strcmp(var, "action") == 0 ? str_eq(action, str_from(want)) : strcmp(ctx, want) == 0;
	json_decref(r);
	return true;
}
static const struct decider granted = {decide, (void *)(uintptr_t)"grant"}, refusing = {decide, (void *)(uintptr_t)"refuse"};

/* ---- reading ---- */

TEST(all_reference_models_are_read_and_kept_byte_for_byte)
{
	static const struct { const char *name; size_t nodes, flows; } files[] = {
		{"A.1.0", 5, 4}, {"A.2.0", 0, 0}, {"A.2.1", 0, 0}, {"A.3.0", 0, 0}, {"A.4.0", 0, 0}, {"A.4.1", 0, 0}, {"B.1.0", 0, 0},
		{"B.2.0", 0, 0}, {"C.1.0", 0, 0}, {"C.1.1", 0, 0}, {"C.2.0", 0, 0}, {"C.3.0", 0, 0}, {"C.4.0", 0, 0}, {"C.5.0", 0, 0},
		{"C.6.0", 0, 0}, {"C.7.0", 0, 0}, {"C.8.0", 0, 0}, {"C.8.1", 0, 0}, {"C.9.0", 0, 0}, {"C.9.1", 0, 0}, {"C.9.2", 0, 0},
	};
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		const struct process *p = NULL;
		struct err e;
		struct finding *found;
		size_t n = 0;
		struct str path = str_fmt(a, "%.*s/tests/fixtures/bpmn-miwg/%s.bpmn", STR_ARG(test_source_dir(a)), files[i].name);
		struct str bytes = test_read_file(a, path);
		if (!workflow_read(a, bytes, &p, &e))
			FAIL("%s: %s", files[i].name, e.text);
		EXPECT_STR(p->source, bytes);
		EXPECT(p->n_nodes > 0);
		if (files[i].nodes)
			EXPECT(p->n_nodes == files[i].nodes && p->n_flows == files[i].flows);
		/* C.8 has models without any sequence flow between some of its elements; ends must resolve all the same. */
		for (size_t k = 0; k < p->n_flows; k++)
			if (p->flows[k].from == NODE_NONE || p->flows[k].to == NODE_NONE)
				FAIL("%s: flow %.*s hangs", files[i].name, STR_ARG(p->flows[k].id));
		workflow_prove(a, p, 80, &found, &n);
		EXPECT(n > 0); /* none of them carries our roles */
		EXPECT(workflow_draw(a, p, STR_NONE, NULL, 0, &(struct draw_words){0}).n > 100);
	}
}

#define HEAD "<definitions xmlns='http://www.omg.org/spec/BPMN/20100524/MODEL' xmlns:m='urn:motcua:bpmn:1'>"
#define TAIL "</process></definitions>"

static void refuse(struct arena *a, struct str bytes)
{
	const struct process *p;
	struct err e;
	EXPECT_ERR(workflow_read(a, bytes, &p, &e), e, ERR_INVALID);
	EXPECT(p == NULL || !bytes.n || bytes.n > 1024 * 1024);
}

TEST(hostile_xml_is_refused)
{
	static const char *const bad[] = {
		" ", "<", "<a/>", "not xml", "<definitions/>", HEAD "<process>", HEAD "<process><task/>" TAIL,
		HEAD "<process><task id='x'/><task id='x'/>" TAIL,
		HEAD "<process><task id='x' m:hours='-1'/>" TAIL, HEAD "<process><task id='x' m:percent='101'/>" TAIL,
		HEAD "<process><task id='x' m:hours='99999999999999999999'/>" TAIL, HEAD "<process><task id='x' m:unit='moon'/>" TAIL,
		HEAD "<process><endEvent id='x' m:end='maybe'/>" TAIL, HEAD "<process><task id='x' m:clock='perhaps'/>" TAIL,
		"<!DOCTYPE definitions><definitions xmlns='http://www.omg.org/spec/BPMN/20100524/MODEL'/>",
		"<!DOCTYPE d [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>" HEAD "<process name='x'><task id='&x;'/>" TAIL,
		"<!DOCTYPE d SYSTEM 'http://127.0.0.1:1/x.dtd'>" HEAD "<process>" TAIL,
		"<!DOCTYPE d [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'><!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;'>"
		"<!ENTITY d '&c;&c;&c;&c;&c;&c;&c;&c;'><!ENTITY e '&d;&d;&d;&d;&d;&d;&d;&d;'>]>" HEAD "<process><task id='x' name='&e;&e;'/>" TAIL,
		HEAD "<process><task id='x' name='\xff'/>" TAIL,
	};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		refuse(a, str_from(bad[i]));
	refuse(a, STR_NONE);
	char *big = arena_alloc(a, 1024 * 1024 + 1);
	memset(big, ' ', 1024 * 1024 + 1);
	refuse(a, (struct str){big, 1024 * 1024 + 1});
}

TEST(depth_and_number_of_elements_are_bounded)
{
	struct buf deep = buf_on(a), many = buf_on(a);
	buf_put(&deep, STR(HEAD "<process>"));
	for (int i = 0; i < 50000; i++)
		buf_put(&deep, STR("<subProcess id='a'>"));
	refuse(a, buf_str(&deep));
	buf_put(&many, STR(HEAD "<process>"));
	for (int i = 0; i < 4100; i++)
		buf_fmt(&many, "<task id='t%d'/>", i);
	buf_put(&many, STR(TAIL));
	refuse(a, buf_str(&many));
}

TEST(damaged_files_never_crash)
{
	struct str path = str_cat(a, test_source_dir(a), STR("/packs/processes/trong-ngay.bpmn"));
	struct str good = test_read_file(a, path);
	unsigned s = 5;
	for (int i = 0; i < 300; i++) {
		struct arena *b = arena_new(0);
		struct str copy = str_dup(b, good);
		char *p = (char *)(uintptr_t)copy.p;
		const struct process *out;
		struct err e;
		struct finding *f;
		size_t n;
		for (int k = 0; k < 3; k++) {
			s = s * 1103515245U + 12345U;
			p[s / 7 % copy.n] = (char)(s >> 16);
		}
		copy.n = i % 5 ? copy.n : s % copy.n;
		if (workflow_read(b, copy, &out, &e)) {
			workflow_prove(b, out, 8, &f, &n);
			workflow_draw(b, out, STR("check"), NULL, 0, &(struct draw_words){0});
		}
		arena_free(b);
	}
}

/* ---- proof ---- */

#define START "<startEvent id='s'/>"
#define STEP(id) "<task id='" id "' m:role='head' m:unit='settling' m:actions='go' m:hours='8'/>"
#define FLOW(id, x, y) "<sequenceFlow id='" id "' sourceRef='" x "' targetRef='" y "'/>"
#define END "<endEvent id='e' m:end='result'/>"
#define GATE "<exclusiveGateway id='g' default='d'/>"
#define RULE(id, x, y, rule) "<sequenceFlow id='" id "' sourceRef='" x "' targetRef='" y "'><conditionExpression>" rule "</conditionExpression></sequenceFlow>"

static bool finds(struct arena *a, const char *body, int32_t limit, const char *element, enum finding_kind kind, size_t *n)
{
	const struct process *p = NULL;
	struct finding *found;
	struct err e;
	EXPECT_OK(workflow_read(a, str_fmt(a, HEAD "<process id='p'>%s" TAIL, body), &p, &e), e);
	workflow_prove(a, p, limit, &found, n);
	for (size_t i = 0; i < *n; i++)
		if (found[i].kind == kind && str_eq(found[i].element, str_from(element)))
			return true;
	return false;
}

TEST(each_fault_of_a_process_is_found_and_named)
{
	static const struct { const char *body, *element; enum finding_kind kind; } rows[] = {
		{STEP("a") END FLOW("1", "a", "e"), "p", FINDING_NO_START},
		{START "<startEvent id='s2'/>" STEP("a") END FLOW("1", "s", "a") FLOW("2", "a", "e") FLOW("3", "s2", "a"), "p", FINDING_MANY_STARTS},
		{START STEP("a") END FLOW("1", "s", "a") FLOW("2", "a", "e") "</process><process id='q'>", "p", FINDING_MANY_PROCESSES},
		{START STEP("a") FLOW("1", "s", "a"), "p", FINDING_NO_END},
		{START STEP("a") "<endEvent id='e'/>" FLOW("1", "s", "a") FLOW("2", "a", "e"), "e", FINDING_END_KIND},
		{START STEP("a") END FLOW("1", "s", "a") FLOW("2", "a", "nowhere"), "2", FINDING_BROKEN_FLOW},
		{START STEP("a") END FLOW("1", "s", "a") FLOW("2", "a", "e") FLOW("3", "e", "a"), "3", FINDING_BROKEN_FLOW},
		{START "<parallelGateway id='x'/>" END FLOW("1", "s", "x") FLOW("2", "x", "e"), "x", FINDING_UNSUPPORTED},
		{START STEP("a") END FLOW("1", "s", "a"), "a", FINDING_DEAD_END},
		{START STEP("a") STEP("b") END FLOW("1", "s", "a") FLOW("2", "a", "e") FLOW("3", "b", "e"), "b", FINDING_UNREACHABLE},
		{START STEP("a") STEP("b") END FLOW("1", "s", "a") FLOW("2", "a", "b") FLOW("3", "b", "a"), "a", FINDING_NO_WAY_OUT},
		{START "<task id='a' m:unit='agency' m:actions='go'/>" END FLOW("1", "s", "a") FLOW("2", "a", "e"), "a", FINDING_ROLE},
		{START "<task id='a' m:role='wizard' m:unit='agency' m:actions='go'/>" END FLOW("1", "s", "a") FLOW("2", "a", "e"), "a", FINDING_ROLE},
		{START "<task id='a' m:role='head' m:actions='go'/>" END FLOW("1", "s", "a") FLOW("2", "a", "e"), "a", FINDING_ROLE},
		{START "<task id='a' m:role='head' m:unit='agency'/>" END FLOW("1", "s", "a") FLOW("2", "a", "e"), "a", FINDING_ACTIONS},
		{START STEP("a") END FLOW("1", "s", "a") FLOW("2", "a", "e") FLOW("3", "a", "e"), "a", FINDING_SPLIT},
		{START STEP("a") "<exclusiveGateway id='g'/>" END FLOW("1", "s", "a") FLOW("2", "a", "g") RULE("3", "g", "e", "true"), "g", FINDING_NO_DEFAULT},
		{START STEP("a") GATE END FLOW("1", "s", "a") FLOW("2", "a", "g") FLOW("d", "g", "e") FLOW("4", "g", "e"), "4", FINDING_NO_CONDITION},
		{START STEP("a") GATE END FLOW("1", "s", "a") FLOW("2", "a", "g") FLOW("d", "g", "e") RULE("4", "g", "e", "{x"), "4", FINDING_BAD_CONDITION},
		{START STEP("a") GATE END FLOW("1", "s", "a") FLOW("2", "a", "g") FLOW("d", "g", "e") RULE("4", "g", "a", "true"), "a", FINDING_CYCLE},
		{START STEP("a") STEP("b") END FLOW("1", "s", "a") FLOW("2", "a", "b") FLOW("3", "b", "e"), "p", FINDING_LIMIT},
	};
	bool seen[FINDING_COUNT] = {false};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		size_t n = 0;
		if (!finds(a, rows[i].body, 15, rows[i].element, rows[i].kind, &n))
			FAIL("row %zu: %s at %s is not found", i, finding_message_key(rows[i].kind), rows[i].element);
		seen[rows[i].kind] = true;
	}
	for (size_t i = 0; i < FINDING_COUNT; i++)
		if (!seen[i])
			FAIL("no process shows %s", finding_message_key((enum finding_kind)i));
	size_t n = 1;
	finds(a, START STEP("a") STEP("b") END FLOW("1", "s", "a") FLOW("2", "a", "b") FLOW("3", "b", "e"), 16, "", FINDING_LIMIT, &n);
	EXPECT_INT(n, 0);
}

TEST(the_processes_of_the_pack_are_sound)
{
	const char *files[] = {"packs/processes/mot-cua-chuan.bpmn", "packs/processes/trong-ngay.bpmn"};
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		const struct process *p = read_pack(a, files[i]);
		struct finding *found;
		size_t n = 0;
		for (int32_t limit = 1; limit <= 400; limit += 21) {
			workflow_prove(a, p, limit, &found, &n);
			if (n)
				FAIL("%s: %s at %.*s", files[i], finding_message_key(found[0].kind), STR_ARG(found[0].element));
		}
		for (size_t k = 0; k < p->n_nodes; k++)
			EXPECT(p->nodes[k].has_box);
		for (size_t k = 0; k < p->n_flows; k++)
			EXPECT(p->flows[k].n_points >= 2);
	}
}

/* ---- engine ---- */

static void walk(const struct process *p, struct decider d, const char *const *way, size_t n, enum end_kind end)
{
	const struct node *at = NULL;
	struct err e;
	EXPECT_OK(workflow_start(p, d, &at, &e), e);
	for (size_t i = 0; i < n; i += 2) {
		EXPECT_TEXT(at->id, way[i]);
		EXPECT_OK(workflow_next(p, at->id, str_from(way[i + 1]), d, &at, &e), e);
	}
	EXPECT_INT(at->kind, NODE_END);
	EXPECT_INT(at->end, end);
}
#define WALK(p, d, end, ...) walk(p, d, (const char *const[]){__VA_ARGS__}, sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *), end)

TEST(the_standard_process_goes_its_ways)
{
	const struct process *p = read_pack(a, "packs/processes/mot-cua-chuan.bpmn");
	WALK(p, granted, END_RESULT, "check", "ask_supplement", "complete", "supplement", "check", "accept", "assign", "assign", "examine",
	     "ask_supplement", "supplement", "supplement", "examine", "finish", "propose", "submit", "review", "send_back", "propose",
	     "submit", "review", "approve", "decide", "send_back", "review", "approve", "decide", "approve", "issue", "issue", "handover",
	     "hand_over", "archive", "archive");
	WALK(p, refusing, END_REFUSED, "check", "accept", "assign", "assign", "examine", "finish", "propose", "submit", "review", "approve",
	     "decide", "approve", "issue", "issue", "handover", "hand_over", "archive", "archive");
	WALK(p, granted, END_REFUSED, "check", "refuse");
	WALK(p, granted, END_STOPPED, "check", "ask_supplement", "complete", "withdraw");
	WALK(p, granted, END_STOPPED, "check", "accept", "assign", "assign", "examine", "ask_supplement", "supplement", "withdraw");
}

TEST(a_step_takes_only_its_own_actions)
{
	const struct process *p = read_pack(a, "packs/processes/mot-cua-chuan.bpmn");
	const struct node *at = NULL;
	struct err e;
	EXPECT_ERR(workflow_next(p, STR("check"), STR("approve"), granted, &at, &e), e, ERR_CONFLICT);
	EXPECT_ERR(workflow_next(p, STR("check"), STR(""), granted, &at, &e), e, ERR_CONFLICT);
	EXPECT_ERR(workflow_next(p, STR("check"), STR("accept refuse"), granted, &at, &e), e, ERR_CONFLICT);
	EXPECT_ERR(workflow_next(p, STR("nowhere"), STR("accept"), granted, &at, &e), e, ERR_NOT_FOUND);
	EXPECT_ERR(workflow_next(p, STR("g_check"), STR("accept"), granted, &at, &e), e, ERR_NOT_FOUND);
	EXPECT(workflow_step_has_role(workflow_node(p, STR("check")), STR("counter")));
	EXPECT(!workflow_step_has_role(workflow_node(p, STR("check")), STR("count")));
	EXPECT_INT(workflow_step_minutes(workflow_node(p, STR("examine")), 40), 18 * 60);
	EXPECT_INT(workflow_step_minutes(workflow_node(p, STR("check")), 40), 8 * 60);
}

TEST(random_walks_stay_in_the_model_and_end)
{
	const struct process *p = read_pack(a, "packs/processes/mot-cua-chuan.bpmn");
	unsigned s = 11;
	for (int i = 0; i < 2000; i++) {
		const struct node *at = NULL;
		struct err e;
		int steps = 0;
		EXPECT_OK(workflow_start(p, granted, &at, &e), e);
		for (; at->kind != NODE_END; steps++) {
			struct str words = at->actions, word, pick = STR_NONE;
			unsigned seen = 0;
			while (str_next(&words, ' ', &word)) {
				s = s * 1664525U + 1013904223U;
				if ((s >> 8) % ++seen == 0)
					pick = word;
			}
			EXPECT_INT(at->kind, NODE_TASK);
			EXPECT_OK(workflow_next(p, at->id, pick, i % 2 ? granted : refusing, &at, &e), e);
			EXPECT(at == workflow_node(p, at->id) && steps < 500);
		}
	}
}

/* ---- drawing ---- */

TEST(the_picture_is_well_formed_and_escapes_every_text)
{
	const struct process *p = NULL;
	struct err e;
	struct str done[] = {STR("a")};
	struct draw_words words = {STR("<b>&\""), STR("now"), STR("done")};
	EXPECT_OK(workflow_read(a, STR(HEAD "<process id='p'>" START "<task id='a' name='&lt;script&gt;alert(1)&lt;/script&gt; &amp; \"x\"'/>"
				       STEP("b") END FLOW("1", "s", "a") FLOW("2", "a", "b") FLOW("3", "b", "e") FLOW("4", "b", "a") TAIL), &p, &e), e);
	struct str svg = workflow_draw(a, p, STR("b"), done, 1, &words);
	EXPECT(str_find(svg, STR("<script")) < 0 && str_find(svg, STR("&lt;script&gt;")) > 0);
	EXPECT(str_find(svg, STR("wf-now")) > 0 && str_find(svg, STR("class=\"wf-tick\"")) > 0);
	EXPECT(str_find(svg, STR("<style")) < 0 && str_find(svg, STR("style=")) < 0); /* the policy of every page forbids it */
	xmlDoc *doc = xmlReadMemory(svg.p, (int)svg.n, NULL, NULL, XML_PARSE_NONET);
	EXPECT(doc != NULL);
	xmlFreeDoc(doc);
}

TEST(the_standard_process_is_drawn)
{
	const struct process *p = read_pack(a, "packs/processes/mot-cua-chuan.bpmn");
	struct str done[] = {STR("check"), STR("assign")};
	struct draw_words words = {STR("Quy trình một cửa chuẩn"), STR("đang ở bước này"), STR("đã xong")};
	struct str svg = workflow_draw(a, p, STR("examine"), done, 2, &words);
	const char *out = getenv("MOTCUA_KEEP_SVG");
	FILE *f = out ? fopen(out, "w") : NULL;
	if (f) {
		fwrite(svg.p, 1, svg.n, f);
		fclose(f);
	}
	EXPECT(str_find(svg, STR("<title>Thẩm định hồ sơ: đang ở bước này</title>")) > 0);
	EXPECT(str_find(svg, STR("nan")) < 0);
}
