/* proof.c — what `verify` checks beside the record: stored files, and the time-stamp of a receipt. */
#include "app/app.h"
#include "core/audit/audit.h"
#include "core/tsa/tsa.h"
#include "dossier/dossier_sql.h"
#include <stdio.h>
#include <string.h>

const char *stamp_words(struct arena *a, const struct receipt_report *r, const char *anchors)
{
	struct err e = {0};
	struct tsa_time t;
	struct digest d;
	memcpy(d.b, r->chain.b, DIGEST_SIZE);
	AUTO_TRUST trust = trust_load(anchors, &e);
	if (!trust || !tsa_verify(a, r->stamp, d, trust, &t, &e))
		return str_fmt(a, "not good: %s", e.text).p;
	return str_fmt(a, "good, %.*s, %.*s", STR_ARG(instant_format(a, t.at)), STR_ARG(t.authority)).p;
}

bool verify_files(struct arena *a, const struct place *p, struct db *db, int64_t *files, char *fault, size_t size, struct err *e)
{
	struct blob_store *blobs = NULL;
	AUTO_CURSOR c = {0};
	if (!blob_store_new(&blobs, str_fmt(a, "%.*s/blobs", STR_ARG(p->dir)), NULL, e))
		return false;
	bool good = true, ok = q_dossier_file_all(db, &c, e);
	struct dossier_file_all_row row;
	while (ok && good && db_next(&c, &row)) {
		struct digest address;
		ok = !digest_from_hex(row.blob, &address) ? (good = false, true) : blob_check(blobs, address, &good, e);
		if (!good)
			snprintf(fault, size, "dossier_file %lld: the stored file %.*s is missing or differs", (long long)row.id.v, STR_ARG(row.blob));
		*files += 1;
	}
	blob_store_free(blobs);
	return ok && good && db_end(&c, e);
}
