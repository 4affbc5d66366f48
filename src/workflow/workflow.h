/* workflow.h — processes as BPMN 2.0: read, prove, step, draw. Pure: no database, no HTTP.
 *
 * Owner:   no tables; processes are packs/processes/ *.bpmn. A dossier's record holds the id of its step.
 * Law:     NĐ 61/2018 Art. 17–20, NĐ 118/2025 Art. 17–22 (through the pack).
 * Memory:  a process lives in the arena it was read into, keeps the bytes it was read from, and never changes.
 * Limits:  1 MiB, 4,000 elements; any DOCTYPE is refused (no entities, no network); anything else is ERR_INVALID.
 *
 * Our words on BPMN elements, namespace "urn:motcua:bpmn:1":
 *   task       role="specialist" (several: space between), unit="receiving|settling|agency|applicant",
 *              hours="8" or percent="45" (of the procedure's limit, both in working time), clock="no" when the
 *              settlement limit does not run there, actions="propose ask_supplement"
 *   flow       back="yes" for a way back; the condition is a JsonLogic rule in conditionExpression, which sees
 *              {"action": …} and the record's data
 *   endEvent   end="result|refused|stopped"
 * A step holds one token. The opinion of another unit runs beside it and is no part of the process. */
#pragma once
#include "core/base/err.h"
#include "core/base/str.h"

enum node_kind { NODE_START, NODE_END, NODE_TASK, NODE_AUTO, NODE_EXCLUSIVE, NODE_OTHER };
enum end_kind { END_NONE, END_RESULT, END_REFUSED, END_STOPPED };
enum step_unit { UNIT_NONE, UNIT_RECEIVING, UNIT_SETTLING, UNIT_AGENCY, UNIT_APPLICANT };

struct box { double x, y, w, h; };
struct point { double x, y; };

#define NODE_NONE ((size_t)-1)
struct node {
	struct str id, name, element; /* element: the BPMN name, "userTask" */
	enum node_kind kind;
	struct str default_flow;      /* exclusive gateway: id of the flow when no condition holds */
	struct str roles, actions;    /* words with one space between; empty: none given */
	enum step_unit unit;
	int32_t hours, percent;       /* 0: not given */
	bool off_clock;
	enum end_kind end;
	bool has_box;
	struct box box;
};
struct flow {
	struct str id, name;
	size_t from, to;              /* indexes of nodes; NODE_NONE: the file names no such node */
	struct str rule;              /* JsonLogic; empty: none */
	bool back;
	const struct point *points;
	size_t n_points;
};
struct process_lane { struct str id, name; bool has_box; struct box box; };

struct process {
	struct str id, name;
	size_t n_processes;           /* executable are files with exactly one */
	const struct node *nodes;
	size_t n_nodes;
	const struct flow *flows;
	size_t n_flows;
	const struct process_lane *lanes;     /* pools and lanes */
	size_t n_lanes;
	struct str source;            /* the bytes as published */
};

MUST_CHECK bool workflow_read(struct arena *a, struct str bytes, const struct process **out, struct err *e);
/* NULL when there is no such node. */
const struct node *workflow_node(const struct process *p, struct str id);
bool workflow_step_has_role(const struct node *step, struct str role);
bool workflow_step_allows(const struct node *step, struct str action);

enum finding_kind {
	FINDING_NO_START, FINDING_MANY_STARTS, FINDING_MANY_PROCESSES, FINDING_NO_END, FINDING_END_KIND, FINDING_BROKEN_FLOW,
	FINDING_UNSUPPORTED, FINDING_DEAD_END, FINDING_UNREACHABLE, FINDING_NO_WAY_OUT, FINDING_ROLE, FINDING_ACTIONS,
	FINDING_SPLIT, FINDING_NO_DEFAULT, FINDING_NO_CONDITION, FINDING_BAD_CONDITION, FINDING_CYCLE, FINDING_LIMIT,
	FINDING_COUNT
};
struct finding { struct str element; enum finding_kind kind; };
/* "process_no_start" …: the message of a finding. */
const char *finding_message_key(enum finding_kind kind);

/* All that forbids publication; *n 0 when the process is sound. `limit_hours` is the procedure's legal limit in working
 * hours (0: not checked): the longest way from start to end without ways back must fit. */
void workflow_prove(struct arena *a, const struct process *p, int32_t limit_hours, struct finding **out, size_t *n);
/* Working minutes of a step under a procedure limit of that many working hours; 0: no limit of its own. */
int64_t workflow_step_minutes(const struct node *step, int32_t limit_hours);

/* Decides a JsonLogic rule over the record's data plus {"action": action}. False with *e when it cannot. */
struct decider {
	bool (*decide)(void *ctx, struct str rule_json, struct str action, bool *yes, struct err *e);
	void *ctx;
};
/* The first step after the start, and the step or end that follows an action. ERR_CONFLICT: the step does not allow the
 * action; ERR_NOT_FOUND: no such step; ERR_INTERNAL: the process was not proved. */
MUST_CHECK bool workflow_start(const struct process *p, struct decider d, const struct node **out, struct err *e);
MUST_CHECK bool workflow_next(const struct process *p, struct str step, struct str action, struct decider d,
			      const struct node **out, struct err *e);

/* The diagram as SVG, from the file's coordinates or, where they are missing, a layout of our own. `current` is lit,
 * each id of `done` ticked. `title` and `words` are escaped; the result is safe to embed in HTML. */
struct draw_words { struct str title, current, done; }; /* "Quy trình …", "đang ở bước này", "đã xong" */
struct str workflow_draw(struct arena *a, const struct process *p, struct str current, const struct str *done, size_t n_done,
			 const struct draw_words *words);
