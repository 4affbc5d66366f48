/* admin_internal.h — what the files admin_….c share; what heads' pages use of it too is in web_internal.h. */
#pragma once
#include "account/web_internal.h"

#define ADMIN_ROLES 6
#define ADMIN_REASONS 5
#define ADMIN_PAPERS 3
extern const enum msg_key admin_kind_words[ACCOUNT_KIND_COUNT];
extern const struct choice admin_roles[ADMIN_ROLES], admin_reasons[ADMIN_REASONS];
/* By which somebody whose authenticator is lost showed who it is; its code stands in the record. */
extern const struct choice admin_papers[ADMIN_PAPERS];
/* The name of a role, a kind of posting or a reason of absence in words. */
struct str admin_word(enum lang l, struct str name);

/* The account of the path; else ERR_NOT_FOUND. */
MUST_CHECK bool admin_load(struct request *r, struct account_row_row *row, struct err *e);
/* The address of the account in the path, or of the person on a head's page, with `tail`. */
struct str admin_path(struct request *r, const char *tail);

extern const struct form admin_factor_form, admin_find_form, admin_new_form, admin_role_form, admin_posting_form;
route_fn admin_list_page, admin_find_check, admin_new_page, admin_new_apply, admin_record_page;
route_fn admin_lock, admin_unlock, admin_factor, admin_seen, admin_doubt, admin_end, admin_answer;
route_fn admin_role, admin_role_end, admin_posting, admin_posting_end, admin_absence, admin_absence_end;
