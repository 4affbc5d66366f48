/* audit.h — the record: an append-only log that anyone can check.
 *
 * Owner:     tables log_entry, log_day, log_reader, idempotency.
 * Invariant: a change of a logged table and its entry are in one transaction. An entry holds the digest of each row
 *            that the act left behind, so that one flipped bit in any row is found; entries of a lane are chained;
 *            a day's entries, in order of id, are the leaves of one RFC 6962 tree; days are chained and time-stamped.
 * Order:     ids of entries grow in the order in which the acts took hold, also over lanes (PostgreSQL: a sequence
 *            asked after the rows and the subject are locked). Times of one subject's entries, and of one lane's, never
 *            go back: an act that began earlier and took hold later gets the time of the entry before it.
 * Privacy:   bodies hold no personal data: codes, states, reasons given by officials, and commitments to values.
 * Memory:    results live in env->arena. Threads: a lane belongs to one writer thread. */
#pragma once
#include "core/audit/merkle.h"
#include "core/auth/actor.h"
#include "core/db/db.h"

/* One writer's end of the log. */
struct lane { int64_t lane, id, seq; struct instant at; struct digest head; };

/* What was done. `kind` is "slice.verb": "dossier.accept". */
struct audit_act {
	const char *kind;
	int64_t subject;  /* id of the case or record it is about; 0: none */
	enum role role;   /* in which role, and below in which unit, the actor acted */
	int64_t unit;
	struct str body;  /* a JSON object; empty: {} */
};

/* Takes the lane for this connection, until the server has ended its session: two that write one lane would break the chain. *held
 * is false when another session has it; is that the one of process `before` (0: none), a lost connection of ours, the server is told
 * to end it. On SQLite the folder's lock sees to that. */
MUST_CHECK bool lane_hold(struct db *db, struct arena *a, int64_t lane, int before, bool *held, struct err *e);
/* Reads the lane's last entry. A lane without entries starts from zero. */
MUST_CHECK bool lane_open(struct db *db, struct arena *a, int64_t lane, struct lane *out, struct err *e);
/* Is the entry at that end of the lane in the log? */
MUST_CHECK bool lane_kept(struct db *db, struct arena *a, const struct lane *end, bool *kept, struct err *e);
/* The event time of the next act: the clock, but never before the lane's last entry. */
struct instant lane_time(const struct lane *l, struct instant clock);

/* Appends an entry with the digests of all rows touched since the last one. Only in a writer's action, and last in
 * the rule: rows touched and never recorded make the action fail. `entry` (may be NULL) is the entry's id. May raise
 * env->now to the time of the subject's last entry (milliseconds; rows written before keep the time they got). */
MUST_CHECK bool audit_record(struct env *env, const struct audit_act *act, int64_t *entry, struct err *e);

/* ---- reading ---- */

struct audit_entry {
	int64_t id, lane, seq, actor, person, unit, subject;
	struct instant at;
	struct date day;
	struct str role, kind, body, touched;
	struct digest prev, hash;
};
struct audit_entries { struct audit_entry *v; size_t n; };
/* One entry, all of it. */
MUST_CHECK bool audit_get(struct db *db, struct arena *a, int64_t id, struct audit_entry *out, bool *found, struct err *e);
/* The entries about one subject, oldest first, after entry `after` (0: from the start). */
MUST_CHECK bool audit_timeline(struct env *env, int64_t subject, int64_t after, int64_t limit, struct audit_entries *out, struct err *e);
/* The same from the start, without the entries of these two kinds (looks are many, acts are few). */
MUST_CHECK bool audit_timeline_without(struct env *env, int64_t subject, struct str without, struct str nor, int64_t limit, struct audit_entries *out, struct err *e);
/* What was done about many subjects (a list of ids, core/db/id.h) since then, without these two kinds: each kind once a subject, by subject. */
struct audit_done { int64_t subject; struct str kind; };
struct audit_done_list { struct audit_done *v; size_t n; };
MUST_CHECK bool audit_done_since(struct env *env, struct str subjects, struct instant since, struct str without, struct str nor, struct audit_done_list *out, struct err *e);
/* The id of the last of them, 0: none. Whatever changed a row of the subject since has another: what was read after it, and shows
 * nothing else, holds while it stays. */
MUST_CHECK bool audit_last(struct env *env, int64_t subject, int64_t *entry, struct err *e);

/* A reader of the whole log that misses nothing and sees nothing twice: `reader` is its name. Entries not yet read, in order
 * of id, without `touched` and hashes. No row: nothing is new. */
MUST_CHECK bool audit_unread(struct env *env, struct str reader, int64_t limit, struct audit_entries *out, struct err *e);
/* In an action, together with what was made of these entries (as audit_unread gave them, from the first on): they are read.
 * ERR_CONFLICT: another has read them meanwhile; what was made must not take hold. */
MUST_CHECK bool audit_mark_read(struct env *env, struct str reader, const struct audit_entries *read, struct err *e);
/* The rows that an entry lists as touched, one after the other: written, and read back. False at the end and when the bytes are no such list. */
void audit_touch_put(struct buf *b, const char *table, int64_t id, const uint8_t digest[DIGEST_SIZE]);
bool audit_touch_next(struct str *rest, struct str *table, int64_t *id, struct digest *digest);
/* How such a list is kept in the database: in fewer bytes, some tables' names by number. Unpacking is false, and *out the input, when the
 * bytes are damaged. Lists of before 0090_log_smaller are kept as they are hashed. */
struct str audit_touched_pack(struct arena *a, struct str listed, int64_t subject);
bool audit_touched_unpack(struct arena *a, struct str kept, int64_t subject, struct str *out);
/* The hash that an entry must have. */
struct digest audit_entry_hash(struct arena *a, const struct audit_entry *x);

/* ---- closing days and proving ---- */

/* Closes the oldest day before `today` that has entries and is not closed; *closed tells whether there was one. */
MUST_CHECK bool audit_close_day(struct env *env, struct date today, bool *closed, struct err *e);

/* Proof that an entry is in the record, as JSON: the entry, and once its day is closed path, root, chain and stamp.
 * *found is false when there is no such entry. */
MUST_CHECK bool audit_receipt(struct env *env, int64_t entry, struct str *json, bool *found, struct err *e);

enum receipt_state { RECEIPT_OPEN, RECEIPT_PROVED, RECEIPT_BROKEN };
struct receipt_report {
	enum receipt_state state;
	const char *fault;
	int64_t entry, subject;
	struct instant at;
	struct date day;
	struct str kind, stamp;
	struct digest hash, chain; /* of the entry; of its day */
};
/* Is the entry of that hash in the record? */
MUST_CHECK bool audit_entry_known(struct env *env, int64_t entry, struct digest hash, bool *known, struct err *e);
/* Checks a receipt offline. The time-stamp itself is given back in `stamp` for core/tsa. ERR_INVALID: not a receipt. */
MUST_CHECK bool audit_receipt_check(struct arena *a, struct str json, struct receipt_report *out, struct err *e);

/* ---- verify ---- */

struct audit_verify {
	int64_t entries, days, rows, lanes;
	bool ok;
	char first_fault[300]; /* names table, row and what differs; empty when ok */
};
/* Recomputes every hash, chain, tree and row digest from one snapshot. ERR only when the database cannot be read. */
MUST_CHECK bool audit_verify(struct db *db, const struct db_schema *schema, struct audit_verify *out, struct err *e);
