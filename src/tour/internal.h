/* internal.h — the table of steps, and what the views of this slice show. */
#pragma once
#include "core/auth/actor.h"
#include "core/i18n/i18n.h"
#include "core/ui/ui.h"

#define TOUR_STEPS 5
#define TOURS 11

/* url: a page of ours that opens with 200 for that role. */
struct tour_step { enum msg_key title, text; const char *url; };
struct tour {
	const char *sample;     /* the account (account.h) */
	enum msg_key name, who; /* the role; one sentence on the person, with the name as its argument */
	struct tour_step steps[TOUR_STEPS];
};
extern const struct tour tours[TOURS];

struct tour_card { struct str name, who, action, enter; };
/* step: 1 to TOUR_STEPS. here: this page is the step's own. next: where closing leads. */
struct tour_box { const struct tour *t; int step; bool here; struct str next; };
