/* web_internal.h — what the page files of this slice share. */
#pragma once
#include "account/account_internal.h"
#include "core/page/page.h"

#define SESSION_COOKIE "s"
#define DEVICE_COOKIE "d"

/* Begins a page of one column; `lead` 0: none. */
struct screen { struct html_out o; struct ui_page p; };
void screen_begin(struct screen *s, struct request *r, enum msg_key title, int lead);
bool screen_end(struct screen *s, struct request *r);
void screen_form(struct screen *s, struct request *r, struct str action);
/* The submit button and the end of the form. */
void screen_submit(struct screen *s, enum msg_key label);
/* Shows the form again after the commit (tries are counted even then), with one error. */
bool screen_again(struct request *r, route_fn *page, const char *field, enum msg_key key, struct str arg, struct err *e);
/* "30 giây", "2 phút": until the delay ends. */
struct str screen_wait(struct request *r, struct instant until);

/* After the owner proved to be here: this browser keeps the entry (device_entry), and its wrong tries count apart. Before the
 * session's cookie in order. Empty: nothing. */
void screen_know_device(struct request *r, struct str entry);

/* Begins a session of account, epoch, stage, token and secret, from where the request comes; the one of this browser ends. */
MUST_CHECK bool screen_session(struct request *r, struct session_new s, struct err *e);

/* Where somebody goes after signing in: `next` when it is ours, else the page of that kind. */
struct str home_of(enum account_kind kind, struct str next);
/* "Firefox trên Windows" of what a browser says of itself. */
struct str device_words(struct arena *a, enum lang lang, struct str agent);

/* A mail of one message with one argument, in the action's transaction. */
MUST_CHECK bool account_mail_words(struct request *r, struct str to, enum msg_key subject, enum msg_key text, struct str arg, struct err *e);
/* Five codes an hour to one address: more are not sent, and nobody is told. */
MUST_CHECK bool account_may_mail(struct request *r, struct str email, bool *may, struct err *e);

/* A message in the reader's language with up to two arguments. */
struct str words(struct request *r, enum msg_key key, struct str arg0, struct str arg1);

/* ---- parts that administrators' and heads' pages share ---- */
#define TEAM "/quan-tri/vang-mat"
struct person_record;
enum admin_list { LIST_ROLES, LIST_POSTINGS, LIST_ABSENCES };
void admin_begin(struct screen *s, struct request *r, struct str title);
/* The person's absences, and the form of a new one. */
MUST_CHECK bool admin_absence_part(struct screen *s, struct request *r, const struct person_record *rec, struct person_id self, struct err *e);
extern const struct form admin_absence_form;
/* Days or links that do not fit are the form's errors, not failures. */
MUST_CHECK bool admin_fits(struct request *r, bool ok, const char *field, enum msg_key key, struct err *e);
/* Does the row named in the path belong to the person? */
MUST_CHECK bool admin_owns(struct request *r, struct person_id person, enum admin_list list, struct err *e);

extern const struct route account_team_routes[];
extern const size_t n_account_team_routes;
extern const struct route account_sign_routes[], account_join_routes[], account_mine_routes[], account_session_routes[], account_admin_routes[];
extern const size_t n_account_sign_routes, n_account_join_routes, n_account_mine_routes, n_account_session_routes, n_account_admin_routes;
