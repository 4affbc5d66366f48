/* node.h — a compiled rule and its operators. Private to core/logic. */
#pragma once
#include "core/logic/logic.h"
#include "core/logic/value.h"

enum node_kind { NODE_LITERAL, NODE_LIST, NODE_OP };

struct ctx { struct budget b; const struct value *root; const char *error; };
struct op;

struct logic {
	enum node_kind kind;
	struct value literal;
	const struct op *op;
	const struct logic **args;
	size_t n;
};

/* `lazy` operators see their arguments unevaluated; the others a list of values. */
struct args { const struct value *v; size_t n; const struct value *data; };
struct op {
	const char *name;
	struct value (*eager)(struct ctx *c, const struct args *in);
	struct value (*lazy)(struct ctx *c, const struct logic *node, const struct value *data);
	bool scoped; /* the second argument sees an item as its data */
};

static const struct value undefined = {.kind = V_UNDEFINED};

struct value node_eval(struct ctx *c, const struct logic *node, const struct value *data);
const struct op *op_find(const char *name); /* NULL: there is none */
