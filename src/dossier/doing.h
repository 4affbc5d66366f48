/* doing.h — one act under way: what act.c hands to the rules in act_*.c. Internal to the slice. */
#pragma once
#include "dossier/internal.h"

struct doing {
	struct env *env;
	const struct law *law;
	const struct dossier_act *x;
	struct dossier_done *out;
	const struct law_procedure *procedure;
	const struct process *process;
	struct dossier_get_row d;      /* as it was; rules keep it true to what they wrote */
	const struct node *step;
	bool asked_step, may_step;     /* may the actor take the step? Asked once for all acts of it */
	struct person_id instead_step;
	struct person_id instead_of;   /* for whom the actor stands in; 0: acts in own right */
	struct key key;
	bool erased;
	struct dossier_paper_id note;  /* where the reason is kept, sealed */
	int64_t item;                  /* the fee that the act made or touched; 0: none */
	struct unit_id moved_to;       /* transfer: the unit that has it now */
	struct str late;               /* the code of the reason taken by late_take() */
	bool accepts;                  /* the move writes the acceptance and its clock too */
	const struct node *to;         /* after a move */
};

typedef bool act_fn(struct doing *g, struct err *e);

/* The actor holds one of the roles for this dossier: counter in its receiving unit, others in its settling agency. */
bool holds(const struct doing *g, role_set roles);
/* Does the state leave the act open, apart from who asks; may the actor do it, apart from the state? */
bool act_open_now(const struct doing *g, enum dossier_action a);
MUST_CHECK bool act_allowed(struct doing *g, enum dossier_action a, bool *may, struct err *e);
/* Takes the process on by `action`. */
bool move(struct doing *g, struct str action, struct err *e);
/* Stays at the step with another state, and counts the revision. */
bool set_state(struct doing *g, const char *state, struct err *e);
/* The state that the present step means. */
const char *state_of_step(const struct node *step, bool accepted);
/* A statutory paper: TT 01/2018 or TT 03/2025, by the day. `role`: "receipt", "supplement", "refusal", "apology", "stop".
 * No row when the set has no such form. */
bool add_paper(struct doing *g, const char *role, struct str items, struct err *e);
/* A sealed note that belongs to no form: reasons between officials. */
bool add_note(struct doing *g, struct str text, struct err *e);
/* The end of settlement, with how long it took and who had it meanwhile. */
bool settle(struct doing *g, struct str outcome, struct err *e);
/* A reason for lateness, where the act needs one. Of an act on `d` as it was. */
bool late_take(struct doing *g, struct err *e);
bool fees_open(struct doing *g, bool *open, struct err *e);

act_fn act_accept, act_ask_supplement, act_refuse, act_supplement, act_withdraw, act_assign, act_submit, act_approve, act_issue,
	act_hand_over, act_demand_fee, act_claim_paid, act_confirm_paid, act_ask_opinion, act_answer_opinion, act_apologise,
	act_reassign, act_take_back, act_stop, act_rate, act_correct, act_transcribe, act_transfer;
