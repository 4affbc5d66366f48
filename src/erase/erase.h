/* erase.h — erasing a dossier: its key, its clear words, and what other parts keep of it.
 *
 * Law:        Luật 91/2025/QH15, NĐ 356/2025/NĐ-CP (erasure at the person's request; what the law orders to be kept is kept: the acts and
 *             their dates stay in the log, which holds no personal data).
 * Invariants: nobody but an administrator, with a reason and a one-time code, or the program's own command; the log and the
 *             digests stay whole (`verify` is content). What cannot be erased in the transaction (SQLite's write-ahead log,
 *             mails kept by the demonstration) is cleaned by a job of the same transaction, tried until it is done.
 * Not erased: backups made before (their keeping time is part of the promise), the applicant's account, and what the program
 *             told other systems. */
#pragma once
#include "core/http/http.h"
#include "core/job/job.h"
#include "gen/ids.h"

struct erase_config {
	/* After the commit, off the writer: nothing of the dossier is left in files. ERR_BUSY: later. */
	bool (*clean)(void *self, struct str code, struct err *e);
	void *self;
};
/* Copied; before serving. */
void erase_use(const struct erase_config *cfg);

/* In a writer's action. ERR_NOT_FOUND: no dossier has the code; ERR_CONFLICT: it was erased before; ERR_INVALID: no reason. */
MUST_CHECK bool erase_dossier(struct env *env, struct str code, struct str reason, struct dossier_id *out, struct err *e);
/* Cleans files after an erasure, with its code as payload. */
extern const struct job_kind erase_job;

extern const struct route_table erase_routes;
