/* sample.h — sample dossiers by the million: three years of a province's work, plainly made up, as the real rules would have made it.
 *
 * How:     one dossier of each kind (procedure × course × channel × rules of its day) goes through the real acts (dossier_send, dossier_do)
 *          in a copy of the directory that is thrown away; what each act left behind is a mould. Every sample dossier is poured from a
 *          mould: its own ids, code, person, times, numbers and seals, due times by the calendar's own functions, the log's entries with
 *          the digests of its rows. Acts of all dossiers stand in the log in the order of their times. See ADR 0016.
 * Same seed, same data: all but what must differ between two provinces (keys, seals, secrets, sums of telephone and number under a key).
 * Sample:  every name says "Mẫu" and has a number of its own; every file says that it is a sample. All dossiers share one data key, wrapped
 *          for each: erasing one forgets its words, not the shared sample files.
 * Needs:   SQLite, an empty log but for the directory, catalogue and accounts, and nobody else at the database.
 * Killed:  what was committed stays, and `demo.part` in the data folder says that it is not whole; sample_make() goes on from there. */
#pragma once
#include "core/blob/blob.h"
#include "core/db/db.h"
#include "directory/directory.h"
#include "dossier/dossier.h"

#define SAMPLE_SIGNED 200
struct sample_config {
	struct db *db;                 /* DB_BATCH */
	const struct db_schema *schema;
	struct str dir;                /* the data folder */
	const struct law *law;
	struct blob_store *blobs;
	const struct directory_demo *people;
	int64_t citizen, business;     /* accounts that have some of the dossiers */
	int64_t n;
	uint64_t seed;
	struct instant until;          /* nothing is later */
	/* The application form of a dossier, and any paper, as a PDF: what the pool of files is made of. */
	dossier_sheet_fn *sheet;
	/* One page that says in large letters that it is a sample. */
	bool (*page)(void *ctx, struct arena *a, struct str title, struct str *pdf, struct err *e);
	/* The result of a dossier, drawn, really signed and sealed, of the newest about SAMPLE_SIGNED that left; NULL: none is signed. */
	bool (*sign)(void *ctx, struct env *env, const struct dossier_get_row *d, struct str *pdf, struct err *e);
	void (*tell)(void *ctx, int64_t done, int64_t of); /* or NULL */
	void *ctx;
};
/* When the first dossier may be sent: three years before `until`. The directory must be in the log before. */
struct instant sample_begin(struct instant until);
struct sample_done { int64_t dossiers, entries, moulds, files, unsigned_results, signed_results; };
MUST_CHECK bool sample_make(const struct sample_config *c, struct sample_done *out, struct err *e);
