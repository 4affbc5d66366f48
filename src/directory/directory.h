/* directory.h — agencies, units and officials of a day, and who may act where.
 *
 * Owner:   tables agency, unit, post, person, role_held, posting, absence, staff_public_info, former_name; of sequence the row "directory".
 * Days:    everything is asked "on day D"; valid_to is the last day in force. Province–district–commune until 30/06/2025,
 *          province–commune since (Luật Tổ chức chính quyền địa phương 72/2025/QH15): a district is an agency that ended then.
 * Roles:   an official holds a role in a unit by role_held, and ROLE_COUNTER in a centre's unit by posting (NĐ 61/2018 Điều 11).
 * Memory:  results in env->arena. Functions that change run in a writer's action and record it; whoever calls them
 *          must also end the sessions of those whose roles changed (account_roles_changed). */
#pragma once
#include "core/auth/actor.h"
#include "core/db/db.h"
#include "gen/ids.h"

struct route_table;

enum agency_kind { AGENCY_PROVINCE, AGENCY_DEPARTMENT, AGENCY_DISTRICT, AGENCY_COMMUNE, AGENCY_CENTRE, AGENCY_KIND_COUNT };
enum unit_kind { UNIT_LEADERSHIP, UNIT_DIVISION, UNIT_BRANCH, UNIT_SERVICE, UNIT_RECEPTION, UNIT_KIND_COUNT };

struct agency {
	struct agency_id id, parent, successor;
	struct str code, name, short_name, address, phone, email, website;
	enum agency_kind kind;
	bool is_centre;          /* a one-stop centre: its reception units receive for other agencies */
	struct date valid_from;
	struct opt_date valid_to;
};
struct unit {
	struct unit_id id, parent, successor;
	struct agency_id agency;
	struct str code, name;
	enum unit_kind kind;
	struct date valid_from;
	struct opt_date valid_to;
};
struct official {
	struct person_id id;
	struct str name, title, email, phone; /* email: the official mailbox */
	struct opt_date left_on;
};
struct agencies { struct agency *v; size_t n; };
struct units { struct unit *v; size_t n; };

/* An official who may take a step. Absent today: `acting` is who does it instead, 0 when nobody is named or free. */
struct officer {
	struct person_id person;
	struct unit_id unit;
	enum role role;
	struct str name, title;
	bool is_deputy;          /* phó trưởng phòng, phó giám đốc: acts when authorised */
	bool by_posting, is_substitute; /* at the centre by a posting; as its substitute official */
	bool absent;
	struct person_id acting;
	struct str acting_name;
};
struct officers { struct officer *v; size_t n; };

/* ---- looking up ---- */
/* How often anything of the directory was changed: what is kept with names in it holds while this stands. */
MUST_CHECK bool directory_mark(struct env *env, int64_t *changes, struct err *e);
/* What pages ask for again and again (a unit, the units of an agency, who holds a role) is kept in memory under that mark, which is read once in a
 * moment (db_moment()): a page never shows what an earlier act had changed. In acts and jobs everything is read. At most so many bytes; the least
 * used leave. Once, before the first request, and after the last; before it nothing is kept. Threads: any. */
#define DIRECTORY_KEPT_BYTES ((size_t)1 << 20)
void directory_keep_open(size_t bytes);
void directory_keep_close(void);
size_t directory_kept(void); /* lists kept now */
MUST_CHECK bool directory_agency(struct env *env, struct agency_id id, struct agency *out, bool *found, struct err *e);
MUST_CHECK bool directory_unit(struct env *env, struct unit_id id, struct unit *out, bool *found, struct err *e);
MUST_CHECK bool directory_person(struct env *env, struct person_id id, struct official *out, bool *found, struct err *e);
/* Names of many at once, as they are now: wanted one by one, then asked for by one query of people and one of units.
 *   struct names n = names_begin(arena); names_want(&n, person, unit); …; names_load(env, &n, e); names_person(&n, person) */
struct name { int64_t id; struct str name; };
struct names { struct buf people, units; int64_t last_person, last_unit; struct name *person, *unit; size_t n_person, n_unit; };
struct names names_begin(struct arena *a);
void names_want(struct names *x, int64_t person, int64_t unit); /* 0: none */
MUST_CHECK bool names_load(struct env *env, struct names *x, struct err *e);
/* Empty for 0 and for whom nobody knows. */
struct str names_person(const struct names *x, int64_t id);
struct str names_unit(const struct names *x, int64_t id);
/* The agency or unit with that code in force on the day. */
MUST_CHECK bool directory_agency_by_code(struct env *env, struct str code, struct date day, struct agency *out, bool *found, struct err *e);
MUST_CHECK bool directory_unit_by_code(struct env *env, struct agency_id agency, struct str code, struct date day, struct unit *out, bool *found, struct err *e);
/* All in force on the day, in Vietnamese order; agency 0: units of all. */
MUST_CHECK bool directory_agencies(struct env *env, struct date day, struct agencies *out, struct err *e);
MUST_CHECK bool directory_units(struct env *env, struct agency_id agency, struct date day, struct units *out, struct err *e);

/* Whose pages these are, for people who are no officials: where they file. The one-stop centre of the province (NĐ 118/2025 Điều 7), where one receives for all;
 * else the one agency there is below the province; else the province, whose agencies then are many. `over`: the province, unless it is the name itself.
 * Empty: nothing is set up. */
struct masthead { struct str name, over; };
MUST_CHECK bool directory_masthead(struct env *env, struct date day, struct masthead *out, struct err *e);

/* ---- who ---- */
/* The roles of a person on the day, by role_held and posting; none after left_on. */
MUST_CHECK bool directory_roles(struct env *env, struct person_id person, struct date day, struct actor_role **held, size_t *n, struct err *e);
/* Who holds the role in the unit on the day: chiefs before deputies, main before substitute, then by name. */
MUST_CHECK bool directory_holders(struct env *env, enum role role, struct unit_id unit, struct date day, struct officers *out, struct err *e);
/* The same in every unit of an agency. */
MUST_CHECK bool directory_holders_in_agency(struct env *env, enum role role, struct agency_id agency, struct date day, struct officers *out, struct err *e);
/* Is the person absent, and who acts: the chain of substitutes followed to one who is present. 0: nobody. */
struct standing { bool absent; struct person_id acting; struct str acting_name; struct date until; };
MUST_CHECK bool directory_standing(struct env *env, struct person_id person, struct date day, struct standing *out, struct err *e);
/* Everybody whose head or director one is on the day: the holders of any role in the units one heads, and in the agencies one
 * directs; each once, by name, without oneself. */
MUST_CHECK bool directory_team(struct env *env, struct person_id chief, struct date day, struct officers *out, struct err *e);
/* May `person` do on the day what falls to a holder of the role in the unit? Own role, or as the acting substitute of a
 * holder: then *instead_of is that holder (else 0), and the act must say so. */
MUST_CHECK bool directory_may_act(struct env *env, struct person_id person, enum role role, struct unit_id unit, struct date day, bool *may, struct person_id *instead_of, struct err *e);

/* What NĐ 61/2018 Điều 9 has a one-stop unit publish; unit 0: of all. */
struct public_officer { struct unit_id unit; struct str unit_name, name, position, title, field, phone; };
struct public_officers { struct public_officer *v; size_t n; };
MUST_CHECK bool directory_public_staff(struct env *env, struct unit_id unit, struct date day, struct public_officers *out, struct err *e);

/* Everything kept about one official, newest first, for administration; and all officials of a day (names and titles). */
struct person_line { int64_t id; struct str word, text, unit, agency; struct date from; struct opt_date to; };
struct person_record { struct person_line *roles, *postings, *absences; size_t n_roles, n_postings, n_absences; };
MUST_CHECK bool directory_person_record(struct env *env, struct person_id person, struct person_record *out, struct err *e);
MUST_CHECK bool directory_people(struct env *env, struct date day, struct officers *out, struct err *e);

/* ---- changing: in a writer's action; `id` of a new row is set. ERR_INVALID: dates or links that do not fit ---- */
MUST_CHECK bool directory_agency_add(struct env *env, struct agency *x, struct err *e);
MUST_CHECK bool directory_unit_add(struct env *env, struct unit *x, struct err *e);
/* Seats with a title; `role`: whom they may be given to, NULL: nobody's of the program. Within the unit's days. */
struct post_new { struct unit_id unit; struct str title; int64_t seats; const enum role *role; struct date from; struct opt_date to; };
MUST_CHECK bool directory_post_add(struct env *env, const struct post_new *x, struct err *e);
/* Its last day becomes `last`; one that has not begun is taken back. ERR_NOT_FOUND: it is not of that unit. */
MUST_CHECK bool directory_post_end(struct env *env, struct post_id id, struct unit_id unit, struct date last, struct err *e);
MUST_CHECK bool directory_person_add(struct env *env, struct official *x, struct err *e);
struct role_grant { struct person_id person; struct unit_id unit; enum role role; struct str title; bool is_deputy; struct date from; struct opt_date to; };
MUST_CHECK bool directory_role_grant(struct env *env, const struct role_grant *x, struct role_held_id *id, struct err *e);
/* The role's last day becomes `last`; a role that has not begun is taken back. *person: whose it was. */
MUST_CHECK bool directory_role_end(struct env *env, struct role_held_id id, struct date last, struct person_id *person, struct err *e);
/* Six to twenty-four months, in a unit of a centre; one main posting of a person at a time. */
struct posting_new { struct person_id person; struct unit_id unit; bool substitute; struct str field, decision; struct date from, to; };
MUST_CHECK bool directory_posting_add(struct env *env, const struct posting_new *x, struct posting_id *id, struct err *e);
/* Ends it early, by decision: its last day becomes `last`; one that has not begun is taken back. The six months bind who sends
 * (NĐ 61/2018 Điều 11(4)), not the end for cause: the decision is on paper. */
MUST_CHECK bool directory_posting_end(struct env *env, struct posting_id id, struct date last, struct person_id *person, struct err *e);
struct absence_new { struct person_id person, substitute; struct str reason; struct date first, last; };
MUST_CHECK bool directory_absence_add(struct env *env, const struct absence_new *x, struct absence_id *id, struct err *e);
/* Back at work: the absence ends the day before `day`, or is taken back when it had not begun. */
MUST_CHECK bool directory_absence_end(struct env *env, struct absence_id id, struct date day, struct person_id *person, struct err *e);
MUST_CHECK bool directory_public_staff_add(struct env *env, struct person_id person, struct public_officer x, struct date from, struct err *e);

/* ---- changing the tree: in a writer's action; ERR_INVALID and ERR_CONFLICT as above, ERR_NOT_FOUND: no such row ---- */

/* Called so from the day on, which is not after today; the name before is kept with its days, and directory_agencies and
 * directory_units of an earlier day give it. short_name empty: the name. */
MUST_CHECK bool directory_agency_rename(struct env *env, struct agency_id id, struct str name, struct str short_name, struct date from, struct err *e);
MUST_CHECK bool directory_unit_rename(struct env *env, struct unit_id id, struct str name, struct date from, struct err *e);
/* Ends with the day `last`: rows stay, and with them what was done there. Roles, postings, posts and what is published of its
 * people end with a unit; whose roles changed is in *touched. ERR_CONFLICT: it has an end, or something below it stands longer.
 * Whether dossiers wait there is for the caller to ask: this slice knows none. */
struct persons { struct person_id *v; size_t n; };
MUST_CHECK bool directory_unit_close(struct env *env, struct unit_id id, struct date last, struct unit_id successor, struct persons *touched, struct err *e);
MUST_CHECK bool directory_agency_close(struct env *env, struct agency_id id, struct date last, struct agency_id successor, struct err *e);
/* Every role held in `from` goes on in `to` from the day on, with its title and end. ERR_CONFLICT: there is none, or it is held there. */
MUST_CHECK bool directory_move(struct env *env, struct person_id person, struct unit_id from, struct unit_id to, struct date day, struct err *e);

/* ---- a unit with all that hangs on it: of the day and of later ones ---- */
struct former_name { struct str name; struct date from, to; };
struct former_names { struct former_name *v; size_t n; };
/* Newest first; one of the two ids is 0. */
MUST_CHECK bool directory_former_names(struct env *env, struct agency_id agency, struct unit_id unit, struct former_names *out, struct err *e);
struct post { struct post_id id; struct str title, role; int64_t seats; struct date from; struct opt_date to; };
struct posts { struct post *v; size_t n; };
MUST_CHECK bool directory_posts(struct env *env, struct unit_id unit, struct date day, struct posts *out, struct err *e);
/* `word`: the role, or of a posting main or substitute; `text`: title, or field. */
struct unit_person { struct person_id person; struct str name, text, word; bool posted; struct date from; struct opt_date to; };
struct unit_people { struct unit_person *v; size_t n; };
MUST_CHECK bool directory_unit_people(struct env *env, struct unit_id unit, struct date day, struct unit_people *out, struct err *e);

/* ---- demonstration: packs/demo/agency.json, with people whose names say that they are samples ---- */
struct directory_demo {
	struct agency_id province, department, department_2017, centre;
	struct unit_id reception, leadership, office, division; /* today: the centre's hall, and the department's */
	struct person_id counter, specialist, head, director, clerk, inspector;
	struct person_id centre_head, province_head; /* they lead the centre and the province, as ROLE_DIRECTOR there */
};
/* Fills an empty directory: the province with a district that ended on 30/06/2025 and a commune, the department of 2017
 * and of 2025, the centre. Every unit has its head, deputies and specialists. ERR_CONFLICT when there is an agency already. */
MUST_CHECK bool directory_demo(struct env *env, struct directory_demo *out, struct err *e);
/* Around it, from packs/demo/province.json: twenty other agencies, their units and some 500 people, none of whom has a sign-in, and counters
 * below the centre's hall. They settle nothing: the program's procedures are those of the one department. */
MUST_CHECK bool directory_demo_around(struct env *env, struct directory_demo *demo, struct err *e);

extern const struct route_table directory_routes;
