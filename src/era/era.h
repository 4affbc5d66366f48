/* era.h — which rules hold on a day.
 *
 * The rules of the one-stop mechanism changed on many days, each component by itself (packs/eras, one file a component): the
 * decree on 2018-06-21, the forms on 2019-01-06, the levels of area on 2025-07-01, the forms again on 2025-09-15, … A rule set is
 * the version of each component in force on one day. A dossier stores the ids of its rule set: what it was received under
 * (law-onestop R1), so that no later pack changes an accepted dossier.
 *
 * Pure: no clock, no database. `struct eras` is immutable once read and may be used by all threads.
 * Invariant (checked on reading): the versions of a component follow one another without hole or overlap, the first open to the
 * past and the last open to the future, so that every day has exactly one version of every component. */
#pragma once
#include "core/pack/pack.h"

enum era_component { ERA_DECREE, ERA_FORM_SET, ERA_CODE_SCHEME, ERA_ONLINE_LEVELS, ERA_AREA_TREE, ERA_SYSTEM_NAME, ERA_NUCLEAR_LAW, ERA_AUTHORITY,
	ERA_COMPONENTS };
/* What an open dossier does when its component's version ends: it keeps the version of its first day, or what is made from then
 * on (papers, names on pages) follows the new one. */
enum era_transition { ERA_KEEP, ERA_ADOPT };
enum era_certainty { ERA_TEXT, ERA_SECONDARY, ERA_UNCONFIRMED };

/* First and last day; INT32_MIN and INT32_MAX where open. `values` is JSON. */
struct era_version {
	struct str id, title, source, values;
	struct date from, to;
	enum era_transition transition;
	enum era_certainty certainty;
};
struct eras { struct { const struct era_version *list; size_t n; } component[ERA_COMPONENTS]; };

struct rule_set { const struct era_version *version[ERA_COMPONENTS]; };

/* Reads the files under eras/. False when the report has a fault in them or a component is missing. */
bool eras_read(struct arena *a, const struct pack *p, struct pack_report *r, struct eras *out);

/* The rule set of a day. */
struct rule_set era_resolve(const struct eras *eras, struct date day);
/* The rule set for what is done on `today` in a dossier received on `received`: each component by its own transition rule. */
struct rule_set era_resolve_open(const struct eras *eras, struct date received, struct date today);
/* A version by its stored id, or NULL. */
const struct era_version *era_find(const struct eras *eras, enum era_component c, struct str id);
/* "decree=nd-118-2025 form-set=TT03-2025 …": stored with a dossier, and what era_parse reads. */
struct str era_format(struct arena *a, const struct rule_set *set);
/* False when a component is missing or names a version that is not known. */
bool era_parse(const struct eras *eras, struct str text, struct rule_set *out);
