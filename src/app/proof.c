/* proof.c — what `verify` looks at: the database's own files, the record, stored files, statistics, tables that were sent, the master keys, the demonstration's keys. */
#include "app/app.h"
#include "core/db/migrate.h"
#include "dossier/dossier.h"
#include "filing/filing_sql.h"
#include "stat/stat.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct look { struct arena *a; const struct place *p; struct blob_store *blobs; struct verify_report *out; };

static bool fault(struct verify_report *v, const char *fmt, ...) PRINTF_LIKE(2, 3);
static bool fault(struct verify_report *v, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	if (v->record.ok)
		vsnprintf(v->record.first_fault, sizeof v->record.first_fault, fmt, ap);
	v->record.ok = false;
	va_end(ap);
	return true;
}

/* ---- stored files ---- */

/* A file under its own name whose bytes are others; not one that was removed meanwhile. */
static bool look_at_file(void *ctx, const struct blob_seen *b, struct err *e)
{
	struct look *l = ctx;
	bool good = true;
	if (!blob_check(l->blobs, b->address, &good, e))
		return false;
	l->out->files++;
	return good || !blob_is_there(l->blobs, b->address) || fault(l->out, "the stored file %s differs from its name", b->path);
}

static bool look_for_files(struct look *l, struct db *db, struct err *e)
{
	AUTO_CURSOR c = {0};
	struct filing_blob_all_row row;
	struct digest address;
	if (!q_filing_blob_all(db, &c, e))
		return false;
	while (l->out->record.ok && db_next(&c, &row))
		if (!digest_from_hex(row.blob, &address) || !blob_is_there(l->blobs, address))
			fault(l->out, "%.*s %lld: the stored file %.*s is missing", STR_ARG(row.kind), (long long)row.id, STR_ARG(row.blob));
	return db_end(&c, e);
}

static bool look_at_files(struct look *l, struct db *db, struct err *e)
{
	bool ok = blob_store_new(&l->blobs, str_fmt(l->a, "%.*s/blobs", STR_ARG(l->p->dir)), NULL, e) && blob_each(l->blobs, look_at_file, l, e) && look_for_files(l, db, e);
	blob_store_free(l->blobs);
	return ok;
}

/* ---- keys ---- */

/* Each line has its own sum (core/crypto). A backup has no keys. */
static void look_at_keys(struct look *l)
{
	struct err e = {0};
	AUTO_KEYRING keys = keyring_load(str_cstr(l->a, l->p->key_file), &e);
	if (!keys && e.kind != ERR_NOT_FOUND)
		fault(l->out, "%s", e.text);
	else if (!keys)
		l->out->no_keys = true;
}

/* ---- statistics ---- */

static bool look_at_statistics(struct look *l, struct db *db, struct err *e)
{
	AUTO_TX tx = {0};
	struct stat_compared c;
	struct env env = {.arena = l->a, .db = db, .actor = &actor_program, .now = instant_clock()};
	if (!l->out->record.ok) /* what is counted is not what was recorded */
		return true;
	if (!db_begin_snapshot(db, &tx, e) || !stat_compare(&env, dossier_stat_scan, NULL, &c, e))
		return false;
	l->out->counts = c.counts;
	if (c.differences)
		return fault(l->out, "%s", c.first);
	return board_sent_compare(&env, &l->out->sent, e) && (!l->out->sent.wrong || fault(l->out, "%s", l->out->sent.first));
}

/* The demonstration's certificates and token, by the list that `demo` made of them. */
static bool look_at_pki(struct look *l, struct err *e)
{
	return demo_list_check(l->a, str_fmt(l->a, "%.*s/pki", STR_ARG(l->p->dir)).p, e) || (e->kind == ERR_INVALID && fault(l->out, "%s", e->text));
}

bool verify_all(struct arena *a, const struct place *p, struct verify_report *out, struct err *e)
{
	struct look l = {.a = a, .p = p, .out = out};
	*out = (struct verify_report){.record.ok = true};
	if (p->engine == DB_SQLITE && access(p->db.p, F_OK) == 0 && !db_whole_file(p->db, &out->base, e))
		return false;
	if (out->base.fault[0])
		return fault(out, "%s", out->base.fault);
	AUTO_DB db = place_open_long(p, e);
	if (!db || !db_schema_check(db, &db_schema, e) || !audit_verify(db, &db_schema, &out->record, e) || !db_whole_inside(db, &out->base, e) || !look_at_files(&l, db, e) || !look_at_statistics(&l, db, e))
		return false;
	if (out->base.fault[0])
		fault(out, "%s", out->base.fault);
	look_at_keys(&l);
	return look_at_pki(&l, e);
}
