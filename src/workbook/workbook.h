/* workbook.h — lists of dossiers as workbook files (XLSX), made by a job for the official who asked.
 *
 * Owner:   table workbook.
 * Course:  a slice that shows a list asks (workbook_ask) in an action → the job "workbook.make" goes over the list as that official, with the
 *          rights of that moment → the file is sealed in the store under a key of its own → told at /ban-lam-viec/tep and by mail → fetched by the
 *          same account only, while it holds every role that the list was made with → gone WORKBOOK_KEPT_MS after it was asked for.
 * Memory:  eight bytes a dossier and one piece of rows, however long the list. One list at a time in a process.
 * Record:  each dossier in the file is recorded as read ("dossier.list", WORKBOOK_PIECE ids an entry) before the file can be fetched.
 * Erasure: workbook_forget() drops every file: one of them may hold the person's name.
 * Threads: workbook_use() before the first request, all else from any. */
#pragma once
#include "core/blob/blob.h"
#include "core/i18n/i18n.h"
#include "core/job/job.h"

struct route_table;
struct sheet_cell; /* core/sheet */

#define WORKBOOK_KEPT_MS DAY_MS
#define WORKBOOK_HELD_MAX 10        /* files of one account */
#define WORKBOOK_PIECE 5000
#define WORKBOOK_MOST 3000000       /* dossiers */

/* Ids in the order of the list. */
struct workbook_ids { int64_t *v; size_t n, room; };
/* ERR_TOO_LARGE past WORKBOOK_MOST. */
MUST_CHECK bool workbook_ids_add(struct workbook_ids *ids, int64_t id, struct err *e);

struct workbook_column { enum msg_key head; double width; };
/* A list that can be asked for. env->actor is the official; `what` is the JSON given to workbook_ask(). */
struct workbook_list {
	const char *name;
	const struct workbook_column *columns; size_t n_columns;
	/* All of the list, in its order. ERR_DENIED: the official may not have it (any more). */
	bool (*ids)(struct env *env, struct str what, struct workbook_ids *out, struct err *e);
	/* The rows of these ids in their order, n_columns cells each; *n_rows, at most n: those that are still there. */
	bool (*rows)(struct env *env, const int64_t *ids, size_t n, struct sheet_cell *cells, size_t *n_rows, struct err *e);
};

struct workbook_config {
	const struct workbook_list *const *lists; size_t n_lists;
	struct blob_store *blobs;
	const struct keyring *keys;
	/* Who that account is today, with the roles held; *found false: no official, or locked. */
	bool (*official)(struct env *env, int64_t account, struct actor *out, struct str *email, bool *found, struct err *e);
	void (*soon)(void *self); /* there is a job: look now (job_kick); NULL: at the next look */
	void *self;
	struct str public_url;    /* before "/ban-lam-viec/tep" in mails; empty: mails name no address */
	int64_t lines_max;        /* of a sheet; 0: as many as it bears */
};
/* Copied; the lists must outlive the program. */
void workbook_use(const struct workbook_config *c);

struct workbook_new {
	const char *list;
	struct str what;   /* JSON, the list's own */
	struct str filter; /* the same as in an address, for the log: no words that name people */
	struct str title;  /* what the file is, in words */
};
/* In an action: the file will be made for env->actor. Where to go then is WORKBOOK_PAGE. ERR_CONFLICT: WORKBOOK_HELD_MAX files are there. */
#define WORKBOOK_PAGE "/ban-lam-viec/tep"
MUST_CHECK bool workbook_ask(struct env *env, const struct workbook_new *x, struct err *e);
/* After the commit. */
void workbook_soon(void);

/* In an action: every file is gone, also one that is being made. */
MUST_CHECK bool workbook_forget(struct env *env, struct err *e);
/* After a rotation of the master key, as dossier_rewrap(). */
struct rewrap;
MUST_CHECK bool workbook_rewrap(struct env *env, const struct keyring *keys, const struct rewrap *from, struct rewrap *out, struct err *e);
/* For the sweep of the store. */
MUST_CHECK bool workbook_needs_blob(struct env *env, struct digest address, bool *needed, struct err *e);

#define WORKBOOK_JOBS 2
extern const struct job_kind workbook_jobs[WORKBOOK_JOBS];
extern const struct route_table workbook_routes;
