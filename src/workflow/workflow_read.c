/* workflow_read.c — BPMN 2.0 XML into struct process, by libxml2. Hostile files are expected. */
#include "workflow/workflow.h"
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MAX_BYTES ((size_t)1024 * 1024)
#define MAX_ELEMENTS 4000
#define MAX_POINTS 200

#define NS_MODEL "http://www.omg.org/spec/BPMN/20100524/MODEL"
#define NS_DI "http://www.omg.org/spec/BPMN/20100524/DI"
#define NS_OURS "urn:motcua:bpmn:1"

struct reader {
	struct arena *a;
	struct process *p;
	struct node *nodes;
	struct flow *flows;
	struct process_lane *lanes;
	struct str *from, *to; /* sourceRef and targetRef of each flow */
};

static struct str text_of(struct arena *a, const xmlChar *s) { return s ? str_dup(a, str_from((const char *)s)) : STR_NONE; }

static struct str attr(struct arena *a, xmlNode *n, const char *name)
{
	xmlChar *v = xmlGetNoNsProp(n, (const xmlChar *)name);
	struct str s = text_of(a, v);
	xmlFree(v);
	return s;
}

static struct str own_attr(struct arena *a, xmlNode *n, const char *name)
{
	xmlChar *v = xmlGetNsProp(n, (const xmlChar *)name, (const xmlChar *)NS_OURS);
	struct str s = text_of(a, v);
	xmlFree(v);
	return s;
}

static bool is(const xmlNode *n, const char *ns, const char *name)
{
	return n->type == XML_ELEMENT_NODE && n->ns && strcmp((const char *)n->ns->href, ns) == 0 &&
	       (!name || strcmp((const char *)n->name, name) == 0);
}

static const struct { const char *element; enum node_kind kind; } elements[] = {
	{"startEvent", NODE_START},        {"endEvent", NODE_END},
	{"task", NODE_TASK},               {"userTask", NODE_TASK},
	{"manualTask", NODE_TASK},         {"serviceTask", NODE_AUTO},
	{"exclusiveGateway", NODE_EXCLUSIVE}, {"scriptTask", NODE_OTHER},
	{"sendTask", NODE_OTHER},          {"receiveTask", NODE_OTHER},
	{"businessRuleTask", NODE_OTHER},  {"subProcess", NODE_OTHER},
	{"adHocSubProcess", NODE_OTHER},   {"transaction", NODE_OTHER},
	{"callActivity", NODE_OTHER},      {"parallelGateway", NODE_OTHER},
	{"inclusiveGateway", NODE_OTHER},  {"complexGateway", NODE_OTHER},
	{"eventBasedGateway", NODE_OTHER}, {"intermediateCatchEvent", NODE_OTHER},
	{"intermediateThrowEvent", NODE_OTHER}, {"boundaryEvent", NODE_OTHER},
};

static bool node_kind_of(const xmlNode *n, enum node_kind *out)
{
	for (size_t i = 0; i < ARRAY_LEN(elements); i++)
		if (is(n, NS_MODEL, elements[i].element)) {
			*out = elements[i].kind;
			return true;
		}
	return false;
}

static bool own_number(struct arena *a, xmlNode *n, const char *name, int32_t most, int32_t *out, struct err *e)
{
	struct str s = own_attr(a, n, name);
	int64_t v = 0;
	if (s.n && (!str_to_i64(s, &v) || v < 1 || v > most))
		return err_set(e, ERR_INVALID, "line %ld: %s is no number from 1 to %d", xmlGetLineNo(n), name, most);
	*out = (int32_t)v;
	return true;
}

static bool own_word(struct arena *a, xmlNode *n, const char *name, const char *const *words, size_t count, size_t *out,
		     struct err *e)
{
	struct str s = own_attr(a, n, name);
	*out = 0;
	for (size_t i = 1; i < count; i++)
		if (str_eq(s, str_from(words[i])))
			*out = i;
	return !s.n || *out || err_set(e, ERR_INVALID, "line %ld: %s is unknown", xmlGetLineNo(n), name);
}

static bool read_node(struct reader *r, xmlNode *x, enum node_kind kind, struct err *e)
{
	static const char *const units[] = {"", "receiving", "settling", "agency", "applicant"};
	static const char *const ends[] = {"", "result", "refused", "stopped"};
	static const char *const clocks[] = {"", "no"};
	size_t unit = 0, end = 0, clock = 0;
	struct node *n = &r->nodes[r->p->n_nodes++];
	n->kind = kind;
	n->id = attr(r->a, x, "id");
	n->name = attr(r->a, x, "name");
	n->element = text_of(r->a, x->name);
	n->default_flow = attr(r->a, x, "default");
	n->roles = own_attr(r->a, x, "role");
	n->actions = own_attr(r->a, x, "actions");
	if (!own_number(r->a, x, "hours", 10000, &n->hours, e) || !own_number(r->a, x, "percent", 100, &n->percent, e) ||
	    !own_word(r->a, x, "unit", units, ARRAY_LEN(units), &unit, e) ||
	    !own_word(r->a, x, "end", ends, ARRAY_LEN(ends), &end, e) ||
	    !own_word(r->a, x, "clock", clocks, ARRAY_LEN(clocks), &clock, e))
		return false;
	n->unit = (enum step_unit)unit;
	n->end = (enum end_kind)end;
	n->off_clock = clock > 0;
	return n->id.n > 0 || err_set(e, ERR_INVALID, "line %ld: an element without id", xmlGetLineNo(x));
}

static struct str condition(struct arena *a, xmlNode *x)
{
	for (xmlNode *k = x->children; k; k = k->next)
		if (is(k, NS_MODEL, "conditionExpression")) {
			xmlChar *v = xmlNodeGetContent(k);
			struct str s = str_trim(text_of(a, v));
			xmlFree(v);
			return s;
		}
	return STR_NONE;
}

static void read_flow(struct reader *r, xmlNode *x)
{
	size_t i = r->p->n_flows++;
	r->flows[i] = (struct flow){.id = attr(r->a, x, "id"), .name = attr(r->a, x, "name"), .from = NODE_NONE, .to = NODE_NONE};
	r->flows[i].rule = condition(r->a, x);
	r->flows[i].back = str_eq(own_attr(r->a, x, "back"), STR("yes"));
	r->from[i] = attr(r->a, x, "sourceRef");
	r->to[i] = attr(r->a, x, "targetRef");
}

static bool read_element(struct reader *r, xmlNode *x, struct err *e)
{
	enum node_kind kind;
	if (r->p->n_nodes == MAX_ELEMENTS || r->p->n_flows == MAX_ELEMENTS || r->p->n_lanes == MAX_ELEMENTS)
		return err_set(e, ERR_INVALID, "more than %d elements", MAX_ELEMENTS);
	if (node_kind_of(x, &kind))
		return read_node(r, x, kind, e);
	if (is(x, NS_MODEL, "sequenceFlow"))
		read_flow(r, x);
	else if (is(x, NS_MODEL, "lane") || is(x, NS_MODEL, "participant"))
		r->lanes[r->p->n_lanes++] = (struct process_lane){.id = attr(r->a, x, "id"), .name = attr(r->a, x, "name")};
	else if (is(x, NS_MODEL, "process") && r->p->n_processes++ == 0) {
		r->p->id = attr(r->a, x, "id");
		r->p->name = attr(r->a, x, "name");
	}
	return true;
}

/* A finite number within any sane drawing, else 0. */
static double coordinate(struct arena *a, xmlNode *n, const char *name)
{
	struct str s = attr(a, n, name);
	double v = s.n ? strtod(s.p, NULL) : 0;
	return isfinite(v) && fabs(v) < 1e6 ? v : 0;
}

static xmlNode *child(xmlNode *x, const char *name)
{
	for (xmlNode *k = x->children; k; k = k->next)
		if (k->type == XML_ELEMENT_NODE && strcmp((const char *)k->name, name) == 0)
			return k;
	return NULL;
}

static void read_shape(struct reader *r, xmlNode *x)
{
	struct str id = attr(r->a, x, "bpmnElement");
	xmlNode *b = child(x, "Bounds");
	if (!b)
		return;
	struct box box = {coordinate(r->a, b, "x"), coordinate(r->a, b, "y"), coordinate(r->a, b, "width"), coordinate(r->a, b, "height")};
	if (box.w < 0 || box.h < 0)
		return;
	for (size_t i = 0; i < r->p->n_nodes; i++)
		if (str_eq(r->nodes[i].id, id)) {
			r->nodes[i].box = box;
			r->nodes[i].has_box = true;
		}
	for (size_t i = 0; i < r->p->n_lanes; i++)
		if (str_eq(r->lanes[i].id, id)) {
			r->lanes[i].box = box;
			r->lanes[i].has_box = true;
		}
}

static void read_edge(struct reader *r, xmlNode *x)
{
	struct str id = attr(r->a, x, "bpmnElement");
	for (size_t i = 0; i < r->p->n_flows; i++) {
		if (!str_eq(r->flows[i].id, id))
			continue;
		struct point *points = NEW_ARRAY(r->a, MAX_POINTS, struct point);
		size_t n = 0;
		for (xmlNode *k = x->children; k && n < MAX_POINTS; k = k->next)
			if (k->type == XML_ELEMENT_NODE && strcmp((const char *)k->name, "waypoint") == 0)
				points[n++] = (struct point){coordinate(r->a, k, "x"), coordinate(r->a, k, "y")};
		r->flows[i].points = points;
		r->flows[i].n_points = n;
		return;
	}
}

/* The next element in document order, without recursion. */
static xmlNode *following(xmlNode *x)
{
	if (x->children && x->type == XML_ELEMENT_NODE)
		return x->children;
	while (x && !x->next)
		x = x->parent && x->parent->type == XML_ELEMENT_NODE ? x->parent : NULL;
	return x ? x->next : NULL;
}

static size_t find_node(const struct process *p, struct str id)
{
	for (size_t i = 0; i < p->n_nodes; i++)
		if (str_eq(p->nodes[i].id, id))
			return i;
	return NODE_NONE;
}

static bool join(struct reader *r, struct err *e)
{
	for (size_t i = 0; i < r->p->n_nodes; i++)
		if (find_node(r->p, r->nodes[i].id) != i)
			return err_set(e, ERR_INVALID, "two elements have the id \"%.*s\"", STR_ARG(str_sub(r->nodes[i].id, 0, 80)));
	for (size_t i = 0; i < r->p->n_flows; i++) {
		r->flows[i].from = find_node(r->p, r->from[i]);
		r->flows[i].to = find_node(r->p, r->to[i]);
	}
	return true;
}

static bool read_tree(struct reader *r, xmlNode *root, struct err *e)
{
	if (!root || !is(root, NS_MODEL, "definitions"))
		return err_set(e, ERR_INVALID, "not a BPMN 2.0 file");
	for (xmlNode *x = root; x; x = following(x))
		if (x->type == XML_ELEMENT_NODE && !read_element(r, x, e))
			return false;
	for (xmlNode *x = root; x; x = following(x)) {
		if (is(x, NS_DI, "BPMNShape"))
			read_shape(r, x);
		else if (is(x, NS_DI, "BPMNEdge"))
			read_edge(r, x);
	}
	return join(r, e);
}

/* A document type is where entities and outside references come from; no BPMN file needs one. */
static void refuse_doctype(void *ctx, const xmlChar *name, const xmlChar *external, const xmlChar *system)
{
	(void)name, (void)external, (void)system;
	xmlParserCtxtPtr c = ctx;
	*(bool *)c->_private = true;
	xmlStopParser(c);
}

static xmlDoc *parse(struct str bytes, struct err *e)
{
	bool doctype = false;
	xmlParserCtxtPtr c = xmlNewParserCtxt();
	CHECK(c != NULL);
	c->_private = &doctype;
	c->sax->internalSubset = refuse_doctype;
	xmlDoc *doc = xmlCtxtReadMemory(c, bytes.p, (int)bytes.n, NULL, NULL, XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	int line = c->lastError.line;
	if (c->myDoc && c->myDoc != doc)
		xmlFreeDoc(c->myDoc);
	xmlFreeParserCtxt(c);
	if (doctype && doc) {
		xmlFreeDoc(doc);
		doc = NULL;
	}
	if (!doc)
		err_set(e, ERR_INVALID, doctype ? "a DOCTYPE is not accepted" : "line %d: not well-formed XML", line);
	return doc;
}

/* As many as were found; the reader's own arrays have room for each element that the bytes can hold. */
static void keep_found(struct reader *r)
{
	struct process *p = r->p;
	struct node *nodes = NEW_ARRAY(r->a, p->n_nodes + 1, struct node);
	struct flow *flows = NEW_ARRAY(r->a, p->n_flows + 1, struct flow);
	struct process_lane *lanes = NEW_ARRAY(r->a, p->n_lanes + 1, struct process_lane);
	memcpy(nodes, r->nodes, p->n_nodes * sizeof *nodes);
	memcpy(flows, r->flows, p->n_flows * sizeof *flows);
	memcpy(lanes, r->lanes, p->n_lanes * sizeof *lanes);
	p->nodes = nodes, p->flows = flows, p->lanes = lanes;
}

bool workflow_read(struct arena *a, struct str bytes, const struct process **out, struct err *e)
{
	if (!bytes.n || bytes.n > MAX_BYTES)
		return err_set(e, ERR_INVALID, "an empty file or one above 1 MiB");
	struct reader r = {.a = a, .p = NEW(a, struct process)};
	AUTO_ARENA only = arena_new(0);
	size_t most = 1;
	for (size_t i = 0; i < bytes.n && most < MAX_ELEMENTS; i++)
		most += bytes.p[i] == '<';
	r.nodes = NEW_ARRAY(only, most, struct node);
	r.flows = NEW_ARRAY(only, most, struct flow);
	r.lanes = NEW_ARRAY(only, most, struct process_lane);
	r.from = NEW_ARRAY(only, most, struct str);
	r.to = NEW_ARRAY(only, most, struct str);
	r.p->nodes = r.nodes;
	r.p->flows = r.flows;
	r.p->lanes = r.lanes;
	r.p->source = str_dup(a, bytes);
	xmlDoc *doc = parse(bytes, e);
	bool good = doc && read_tree(&r, xmlDocGetRootElement(doc), e);
	xmlFreeDoc(doc);
	if (good)
		keep_found(&r);
	*out = good ? r.p : NULL;
	return good;
}
