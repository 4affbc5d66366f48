/* catalogue.h — the procedures that the agency publishes: versions, effective dates, and what everyone may read.
 *
 * Owner:   tables procedure, procedure_version, pack_bytes, catalogue_revision.
 * Law:     NĐ 63/2010/NĐ-CP Điều 8 (attributes), Điều 13–15 and NĐ 92/2017/NĐ-CP (decision that publishes, open listing).
 * Course:  proposed → reviewed (by another person) → published (by a decision with number and day) → expired; a proposal may
 *          be returned (rejected). A version's bytes never change: another text is another version.
 * Days:    valid_to is the last day in force. On one day a procedure has at most one version in force, and no two
 *          procedures in force share a national code.
 * Memory:  results in env->arena. Rules that change run in a writer's action and record it. */
#pragma once
#include "catalogue/catalogue_index.h"
#include "core/auth/actor.h"
#include "core/db/db.h"
#include "gen/ids.h"

struct request;
struct route_table;

enum version_state { VERSION_PROPOSED, VERSION_REVIEWED, VERSION_PUBLISHED, VERSION_EXPIRED, VERSION_REJECTED, VERSION_STATES };
struct catalogue_version {
	struct procedure_version_id id;
	struct procedure_id procedure;
	struct str slug, name, national_code, hash, note, decision_number, reason;
	int64_t number, proposed_by, reviewed_by, published_by, ended_by; /* …_by: the person, else the account; 0: the program */
	enum version_state state;
	struct opt_date valid_from, valid_to, decision_date;
	struct instant proposed_at;
	struct opt_instant reviewed_at, published_at, ended_at;
};
struct catalogue_versions { struct catalogue_version *v; size_t n; };

/* ---- looking up ---- */
MUST_CHECK bool catalogue_version(struct env *env, struct procedure_version_id id, struct catalogue_version *out, bool *found, struct err *e);
/* The version in force on the day. */
MUST_CHECK bool catalogue_in_force(struct env *env, struct str slug, struct date day, struct catalogue_version *out, bool *found, struct err *e);
/* state NULL: of all; in Vietnamese order of names. */
MUST_CHECK bool catalogue_list(struct env *env, const enum version_state *state, int64_t offset, int64_t limit, struct catalogue_versions *out, struct err *e);
MUST_CHECK bool catalogue_history(struct env *env, struct procedure_id id, struct catalogue_versions *out, struct err *e);
MUST_CHECK bool catalogue_counts(struct env *env, int64_t out[VERSION_STATES], struct err *e);
/* What the version says: the pack's bytes, and read. ERR_INTERNAL when they do not fit their hash. */
MUST_CHECK bool catalogue_bytes(struct env *env, const struct catalogue_version *v, struct str *out, struct err *e);
MUST_CHECK bool catalogue_read(struct env *env, const struct catalogue_version *v, struct procedure *out, struct err *e);

/* ---- changing: in a writer's action ---- */
/* A new version of the procedure whose pack this is, or a new procedure. *changed false: the newest version says the same
 * and nothing was written. ERR_INVALID: not a procedure; `text` names the pointer. */
MUST_CHECK bool catalogue_propose(struct env *env, struct str pack, struct str note, struct procedure_version_id *id, bool *changed, struct err *e);
/* By another person than who proposed it, else ERR_DENIED. */
MUST_CHECK bool catalogue_review(struct env *env, struct procedure_version_id id, struct err *e);
MUST_CHECK bool catalogue_reject(struct env *env, struct procedure_version_id id, struct str reason, struct err *e);
/* The version in force before it ends the day before. ERR_CONFLICT: not reviewed, a later version is published, or another
 * procedure has the national code on one of the days. from without value: "since a day that the source does not name",
 * only for the first version. */
struct publication { struct opt_date from, to, decision_date; struct str decision_number; };
MUST_CHECK bool catalogue_publish(struct env *env, struct procedure_version_id id, const struct publication *p, struct err *e);
/* `last` is the last day in force. */
MUST_CHECK bool catalogue_expire(struct env *env, struct procedure_version_id id, struct date last, struct str reason, struct err *e);
/* Demonstration: publishes every procedure of the packs built into the program; those that already have a version are left
 * alone. The X-ray licence gets effective dates of its own, and a note that says so. */
MUST_CHECK bool catalogue_seed(struct env *env, struct err *e);

/* ---- the catalogue in memory ---- */
struct catalogue;
struct db_pool;
struct eform;

struct catalogue_figure { struct str value, label, url; };
struct catalogue_contact { struct str name, address, phone, email; };
struct catalogue_forms { struct eform *const *v; size_t n; json_t *example; }; /* example: new reference, or NULL */
/* What the program gives. Every function may be NULL; ctx is handed to each. */
struct catalogue_config {
	struct db_pool *pool;            /* must outlive it */
	struct instant (*clock)(void);   /* NULL: the clock */
	struct str origin;               /* "https://mot-cua.example.gov.vn"; empty: taken from Host */
	/* Live figures of the front page, at most four. */
	size_t (*figures)(void *ctx, struct env *env, struct catalogue_figure out[4]);
	/* Addresses of agencies for /huong-dan. */
	MUST_CHECK bool (*contacts)(void *ctx, struct env *env, struct catalogue_contact **out, size_t *n, struct err *e);
	/* Forms of a procedure with answers that would be accepted (of one form: its answers; of several: by form id). */
	bool (*forms)(void *ctx, struct arena *a, const struct procedure *p, struct date today, struct catalogue_forms *out);
	/* That procedure as read before from the very same bytes, or NULL; must outlive the catalogue. The packs of the program are
	 * read once so, and not again for each publication. */
	const struct procedure *(*known)(void *ctx, struct str slug, struct str bytes);
	void *ctx;
};
/* Reads what is published. `cfg` is copied. */
MUST_CHECK bool catalogue_start(struct catalogue **out, const struct catalogue_config *cfg, struct err *e);
void catalogue_stop(struct catalogue *c);
/* Grows whenever what is public changes, also at midnight. Looks at the database at most once a second. For
 * http_hooks.revision. Any thread. */
uint64_t catalogue_revision(struct catalogue *c);
/* Looks now: after an act, so that who acted sees it. */
void catalogue_refresh(struct catalogue *c);

/* A published procedure as it stands: the version in force, else the newest one that was or will be. */
struct catalogue_entry {
	struct procedure p;              /* from and to are those of the publication */
	bool in_force;
	int64_t version, number;
	struct str hash, note, decision_number, bytes;
	struct opt_date decision_date;
	struct instant changed_at;       /* published or ended */
};
/* One moment of the catalogue, immutable. Held while it is read. */
struct catalogue_view {
	const struct catalogue_entry *entries; /* by field, then in Vietnamese order of names */
	size_t n, n_in_force;
	const struct catalogue_index *all, *in_force;
	struct date day;
	uint64_t revision;
};
const struct catalogue_view *catalogue_hold(struct catalogue *c);
void catalogue_release(struct catalogue *c, const struct catalogue_view *v);
/* By slug or national code, in force first; NULL when nothing published has it. */
const struct catalogue_entry *catalogue_find(const struct catalogue_view *v, struct str code);
const struct catalogue_entry *catalogue_entry_of(const struct catalogue_view *v, const struct procedure *p);
/* catalogue_search over all that is published: what is in force first, then what is not, each best first. One code asked for stands first in any case. */
struct catalogue_result catalogue_search_all(const struct catalogue_view *v, struct arena *a, const struct catalogue_query *q);

/* ---- pages ---- */
extern const struct route_table catalogue_routes;
/* Defined by the program that links the pages: where it keeps the catalogue of a request. */
struct catalogue *catalogue_of(const struct request *r);
const struct catalogue_config *catalogue_config(const struct catalogue *c);
