/* org.h — the administrator's pages on agencies, units and posts: the tree of a day, and each change of it with its dates.
 *
 * Owner:      no table; the rules are src/directory's, whose acts are recorded there.
 * Law:        NĐ 61/2018/NĐ-CP Điều 11(4) (posting to a one-stop centre: 6 to 24 months), Điều 12 (a substitute).
 * Invariants: a unit closes only when no open dossier is received, settled or has its step there; whoever loses or changes a role
 *             is signed out (account_roles_changed). */
#pragma once
struct route_table;
extern const struct route_table org_routes;
