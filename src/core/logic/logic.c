/* logic.c — see logic.h: compiling a rule and running it. */
#include "core/logic/node.h"

static const struct logic *compile(struct arena *a, const json_t *rule, int depth, struct err *e);

static bool compile_args(struct arena *a, struct logic *node, const json_t *args, int depth, struct err *e)
{
	bool list = json_is_array(args);
	node->n = list ? json_array_size(args) : 1;
	node->args = NEW_ARRAY(a, node->n, const struct logic *);
	for (size_t i = 0; i < node->n; i++)
		if (!(node->args[i] = compile(a, list ? json_array_get(args, i) : args, depth + 1, e)))
			return false;
	return true;
}

static const struct logic *compile(struct arena *a, const json_t *rule, int depth, struct err *e)
{
	struct logic *node = NEW(a, struct logic);
	if (depth > LOGIC_DEPTH) {
		err_set(e, ERR_INVALID, "the rule is nested deeper than %d", LOGIC_DEPTH);
		return NULL;
	}
	if (json_is_array(rule)) {
		node->kind = NODE_LIST;
		return compile_args(a, node, rule, depth, e) ? node : NULL;
	}
	if (!json_is_object(rule) || json_object_size(rule) != 1) {
		node->literal = value_from_json(rule);
		return node;
	}
	void *only = json_object_iter((json_t *)(uintptr_t)rule);
	const char *name = json_object_iter_key(only);
	node->kind = NODE_OP;
	node->op = op_find(name);
	if (!node->op) {
		err_set(e, ERR_INVALID, "unknown operator \"%.60s\"", name);
		return NULL;
	}
	return compile_args(a, node, json_object_iter_value(only), depth, e) ? node : NULL;
}

const struct logic *logic_compile(struct arena *a, const json_t *rule, struct err *e)
{
	return compile(a, rule, 0, e);
}

struct value node_eval(struct ctx *c, const struct logic *node, const struct value *data)
{
	if (node->kind == NODE_LITERAL)
		return node->literal;
	if (c->error || !budget_take(&c->b, 1 + node->n))
		return undefined;
	if (node->kind == NODE_OP && node->op->lazy)
		return node->op->lazy(c, node, data);
	struct value *v = NEW_ARRAY(c->b.a, node->n, struct value);
	for (size_t i = 0; i < node->n; i++)
		v[i] = node_eval(c, node->args[i], data);
	if (node->kind == NODE_LIST)
		return value_list(v, node->n);
	if (c->error || c->b.failed)
		return undefined;
	return node->op->eager(c, &(struct args){.v = v, .n = node->n, .data = data});
}

static bool run(struct ctx *c, struct arena *a, const struct logic *rule, const json_t *data, struct value *out, struct err *e)
{
	struct value *root = NEW(a, struct value);
	*root = data ? value_from_json(data) : value_null();
	*c = (struct ctx){.b = {.a = a, .steps = LOGIC_STEPS, .start_bytes = arena_used(a), .bytes = LOGIC_BYTES}, .root = root};
	*out = node_eval(c, rule, root);
	const char *why = c->error ? c->error : c->b.failed;
	return why ? err_set(e, ERR_INVALID, "%s", why) : true;
}

bool logic_eval(struct arena *a, const struct logic *rule, const json_t *data, json_t **out, struct err *e)
{
	struct arena_mark m = arena_mark(a);
	struct ctx c;
	struct value v;
	bool good = run(&c, a, rule, data, &v, e);
	if (good) {
		*out = value_to_json(&c.b, &v);
		if (!*out)
			good = err_set(e, ERR_INVALID, "%s", c.b.failed);
	}
	arena_rewind(a, m);
	return good;
}

bool logic_test(struct arena *a, const struct logic *rule, const json_t *data, bool *out, struct err *e)
{
	struct arena_mark m = arena_mark(a);
	struct ctx c;
	struct value v;
	bool good = run(&c, a, rule, data, &v, e);
	*out = good && value_truthy(&v);
	arena_rewind(a, m);
	return good;
}

static void walk_vars(const struct logic *node, bool inner, void (*each)(void *, struct str, bool), void *ctx)
{
	struct str name = node->kind == NODE_OP ? str_from(node->op->name) : STR_NONE;
	bool var = str_eq(name, STR("var")), missing = str_eq(name, STR("missing"));
	for (size_t i = 0; i < node->n; i++) {
		const struct logic *child = node->args[i];
		if ((missing || (var && i == 0)) && child->kind == NODE_LITERAL && child->literal.kind == V_TEXT)
			each(ctx, child->literal.text, inner);
		walk_vars(child, inner || (node->op && node->op->scoped && i == 1), each, ctx);
	}
}

void logic_vars(const struct logic *rule, void (*each)(void *ctx, struct str path, bool inner), void *ctx)
{
	walk_vars(rule, false, each, ctx);
}
