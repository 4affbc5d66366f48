/* mine_internal.h — what the pages of the own account share: being asked for the password again. */
#pragma once
#include "account/web_internal.h"

#define SELF "NONE: a person looks after the account"

enum outcome { DONE, WRONG, WAIT, DEAD, TAKEN };
struct work { struct account_row_row row; struct attempt at; bool right; struct str hash, secret, ticket, device; enum outcome outcome; };

static inline struct account_id me(const struct request *r) { return (struct account_id){r->env.actor->account}; }

/* The password again before what matters, from the field "current": a borrowed session may not guess it either. In the slow
 * step; then in apply, where a wrong one counts and w->outcome is DONE, WRONG or WAIT. */
MUST_CHECK bool mine_verify(struct request *r, struct work *w, struct err *e);
MUST_CHECK bool mine_current_ok(struct request *r, struct work *w, struct err *e);
/* The page again, with the reason at the field. */
MUST_CHECK bool mine_refused(struct request *r, const struct work *w, route_fn *page, const char *field, enum msg_key wrong, struct err *e);

/* sessions_web.c: the table of them, for the account's page. */
void mine_sessions(struct screen *s, struct request *r, const struct session_list_rows *rows);
