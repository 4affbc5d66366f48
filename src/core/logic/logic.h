/* logic.h — JsonLogic: rules as data, for forms, fees, routing and eligibility.
 *
 * The meaning is that of json-logic-js, conversions included, so that one rule gives one answer in the browser and
 * here; docs/guide/logic.md lists our own operators. A rule is compiled once and evaluated any number of times.
 * Memory:  a compiled rule lives in its arena and keeps pointers into the rule's JSON, which must outlive it.
 * Threads: a compiled rule is read only; evaluations share nothing.
 * Limits:  nesting LOGIC_DEPTH, LOGIC_STEPS steps and LOGIC_BYTES bytes an evaluation: past them ERR_INVALID, never a
 *          crash. Rules never see the clock: `today` is a member of the data. */
#pragma once
#include "core/base/err.h"
#include "core/base/str.h"
#include <jansson.h>

#define LOGIC_DEPTH 200
#define LOGIC_STEPS 100000
#define LOGIC_BYTES ((size_t)4 << 20)

struct logic;

/* NULL and ERR_INVALID for an unknown operator or a rule nested too deep. */
const struct logic *logic_compile(struct arena *a, const json_t *rule, struct err *e);
/* *out is a new reference (null for undefined, NaN and infinities). `a` is rewound before it returns. */
bool logic_eval(struct arena *a, const struct logic *rule, const json_t *data, json_t **out, struct err *e);
/* The same, when only its truth matters (the empty list is false). */
bool logic_test(struct arena *a, const struct logic *rule, const json_t *data, bool *out, struct err *e);
/* Calls `each` for the literal path of each {"var": …} and for each literal key of `missing`. Paths inside the second
 * argument of map, filter, reduce, all, some and none are relative to an item: `inner` is true for them. */
void logic_vars(const struct logic *rule, void (*each)(void *ctx, struct str path, bool inner), void *ctx);

/* `motcua logic`: reads {"rule":…,"data":…} a line, writes {"result":…} or {"error":…} a line. 0 at the end of the
 * input, 2 for bad usage. A hostile line is an error line. */
int logic_command(int argc, char **argv);
/* One line of logic_command: the answer, without the line end. */
struct str logic_line(struct arena *a, struct str line);
