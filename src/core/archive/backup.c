/* backup.c — writing backups. See archive.h.
 *
 * The database is copied as bytes under a read transaction: checkpoints put nothing into the file that is newer than what that sees, and
 * the log is not begun anew; pages of the file and over them the frames of the log up to one commit are the state after that commit. It
 * costs one reading of both, and pages keep their numbers, so that pieces fit. VACUUM INTO would number them anew. */
#include "core/archive/archive_internal.h"
#include "core/audit/audit.h"
#include "core/db/db.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DAMAGED_MAX 64
#define TRIES 5

struct base {
	const struct backup_config *c;
	struct str id;
	int file, log, shared;
	int64_t pages, log_pages;
	struct wal_mark mark;
	uint32_t damaged[DAMAGED_MAX]; /* half written when a checkpoint was cut off: the log has them */
	size_t n_damaged;
	struct sealed_out *out;
};

static bool open_one(struct arena *a, const char *db, const char *more, int *fd, struct err *e)
{
	struct str path = str_fmt(a, "%s%s", db, more);
	*fd = open(path.p, O_RDONLY | O_CLOEXEC);
	return *fd >= 0 || err_set(e, ERR_INTERNAL, "cannot read %.*s: %s", STR_ARG(path), strerror(errno));
}

static void close_base(struct base *b)
{
	for (int i = 0; i < 3; i++) {
		int fd = i == 0 ? b->file : i == 1 ? b->log : b->shared;
		if (fd >= 0)
			close(fd);
	}
}

/* ---- where ---- */

/* The end of the last commit, and the size after it. Behind the transaction's own moment it may lie, never before it. */
static bool find_mark(struct base *b, struct err *e)
{
	struct wal_shared s;
	struct stat st;
	if (fstat(b->file, &st) != 0 || !wal_shared_read(b->shared, &s))
		return err_set(e, ERR_INTERNAL, "cannot read the shared memory of %s", b->c->db);
	memcpy(b->mark.salt, s.salt, sizeof s.salt);
	b->mark.frames = s.committed;
	b->pages = st.st_size / PAGE_SIZE;
	b->log_pages = s.committed ? s.pages : b->pages;
	return true;
}

/* Which pieces of the archive bring this backup further. The last one may have the mark already, so it begins with that. */
static void find_chain(const struct base *b, struct base_head *h, struct arena *a, struct str *chain)
{
	*chain = b->c->archive ? marker_read(a, b->c->marker) : STR_NONE;
	if (chain->n >= sizeof h->chain)
		*chain = STR_NONE;
	memcpy(h->chain, chain->p ? chain->p : "", chain->n);
	int64_t last = chain->n ? piece_last(str_from(b->c->archive), *chain) : -1;
	h->piece = last > 0 ? last : 0;
}

/* ---- copying ---- */

static bool put(struct base *b, uint32_t number, const uint8_t *page, struct err *e)
{
	const struct frame_mark m = {.page = number};
	return sealed_write(b->out, &m, sizeof m, e) && sealed_write(b->out, page, PAGE_SIZE, e);
}

static bool put_pages(struct base *b, struct err *e)
{
	uint8_t page[PAGE_SIZE];
	for (uint32_t i = 1; i <= b->pages; i++) {
		if (i == PAGE_OF_LOCKS)
			continue;
		if (page_read(b->file, i, page) == PAGE_DAMAGED) {
			if (b->n_damaged == DAMAGED_MAX)
				return err_set(e, ERR_INTERNAL, "many pages of %s are damaged; run motcua verify", b->c->db);
			b->damaged[b->n_damaged++] = i;
		} else if (!put(b, i, page, e)) {
			return false;
		}
	}
	return true;
}

static bool put_frame(void *ctx, const struct frame *f, struct err *e)
{
	struct base *b = ctx;
	for (size_t i = 0; i < b->n_damaged; i++)
		if (b->damaged[i] == f->page)
			b->damaged[i--] = b->damaged[--b->n_damaged];
	return put(b, f->page, f->bytes, e);
}

/* The log can begin anew only once meanwhile, and only when all of it was in the file: then what is new in it is another few frames. */
static bool put_log(struct base *b, struct err *e)
{
	for (int i = 0; i < TRIES; i++) {
		struct wal_mark at;
		bool same = false;
		if (b->mark.frames == 0)
			return true;
		if (wal_begin(b->log, &at) && memcmp(at.salt, b->mark.salt, sizeof at.salt) == 0) {
			if (!wal_walk(b->log, &at, b->mark.frames, put_frame, b, &same, e))
				return false;
			b->mark = same ? at : b->mark;
		}
		if (same)
			return true;
		if (!find_mark(b, e))
			return false;
	}
	return err_set(e, ERR_INTERNAL, "the write-ahead log of %s does not hold together; run motcua verify", b->c->db);
}

static bool write_base(struct base *b, const struct lane *end, struct err *e)
{
	AUTO_ARENA a = arena_new(0);
	struct base_head h = {.entry = end->id, .entry_ms = end->at.ms};
	struct str chain;
	find_chain(b, &h, a, &chain);
	if (!find_mark(b, e))
		return false;
	memcpy(h.magic, BASE_MAGIC, sizeof h.magic);
	if (!sealed_create(&b->out, b->c->ops, str_fmt(a, "%s/motcua.base", b->c->to), b->c->keys, str_fmt(a, "motcua backup %.*s", STR_ARG(b->id)), e))
		return false;
	bool ok = put_pages(b, e) && put_log(b, e);
	if (ok && b->n_damaged)
		ok = err_set(e, ERR_INTERNAL, "page %u of %s is damaged; run motcua verify", b->damaged[0], b->c->db);
	const struct frame_mark last = {.pages = (uint32_t)b->log_pages};
	memcpy(h.salt, b->mark.salt, sizeof h.salt);
	h.frames = b->mark.frames;
	h.through = chain.n ? piece_last(str_from(b->c->archive), chain) : -1; /* a log that began anew was archived to its end before */
	ok = ok && sealed_write(b->out, &last, sizeof last, e) && sealed_write(b->out, &h, sizeof h, e);
	if (ok)
		return sealed_finish(b->out, NULL, e);
	sealed_drop(b->out);
	return false;
}

/* The descriptors are closed after the connection: closing one earlier would drop its locks. */
static bool read_under(struct base *b, struct backup_report *out, struct err *e)
{
	AUTO_ARENA a = arena_new(0);
	struct lane end;
	struct db *db = db_open_sqlite(str_from(b->c->db), DB_READ_ONLY, e);
	struct db_tx tx = {0};
	bool ok = db && db_begin_snapshot(db, &tx, e) && lane_open(db, a, 0, &end, e) && open_one(a, b->c->db, "", &b->file, e) && open_one(a, b->c->db, "-wal", &b->log, e) &&
	          open_one(a, b->c->db, "-shm", &b->shared, e) && write_base(b, &end, e);
	if (ok)
		*out = (struct backup_report){.pages = b->log_pages, .entry_at = end.at};
	if (db)
		db_rollback(&tx);
	db_close(db);
	close_base(b);
	return ok;
}

/* ---- the whole ---- */

static bool make_folder(const struct backup_config *c, struct err *e)
{
	return mkdir(c->to, 0700) == 0 || err_set(e, ERR_CONFLICT, "%s: %s; a backup goes into a new folder", c->to, strerror(errno));
}

static struct str new_id(struct arena *a)
{
	uint8_t b[16];
	crypto_random(b, sizeof b);
	return hex_encode(a, b, sizeof b);
}

/* The files, then the list: only now it is a backup. */
static bool finish(const struct backup_config *c, const char *kind, struct str id, struct backup_report *out, struct err *e)
{
	AUTO_ARENA a = arena_new(0);
	if (!files_copy(c->ops, str_from(c->blobs), str_fmt(a, "%s/blobs", c->to), c->link, &out->files, e))
		return false;
	struct str list = str_fmt(a, "motcua-backup 1\nid %.*s\ndatabase %s\nmade %.*s\nlast-entry %.*s\npages %lld\nfiles %lld\n", STR_ARG(id), kind, STR_ARG(instant_format(a, c->now)),
	                          STR_ARG(instant_format(a, out->entry_at)), (long long)out->pages, (long long)out->files);
	return file_put(c->ops, str_fmt(a, "%s/backup.txt", c->to), list, e);
}

/* So that the server stops asking for one. A backup is good without it. */
static void tell_chain(const struct backup_config *c)
{
	AUTO_ARENA a = arena_new(0);
	struct err ignored = {0};
	struct str chain = c->archive ? marker_read(a, c->marker) : STR_NONE;
	if (chain.n && !file_put(c->ops, chain_backup_path(a, str_from(c->archive), chain), str_from(c->to), &ignored))
		return;
}

bool backup_write(const struct backup_config *given, struct backup_report *out, struct err *e)
{
	AUTO_ARENA a = arena_new(0);
	struct backup_config c = *given;
	c.ops = c.ops ? c.ops : &file_ops_system;
	struct base b = {.c = &c, .id = new_id(a), .file = -1, .log = -1, .shared = -1};
	if (!make_folder(&c, e) || !read_under(&b, out, e) || !finish(&c, "sqlite", b.id, out, e))
		return false;
	tell_chain(&c);
	return true;
}

/* ---- a dump ---- */

bool backup_put(struct sealed_out *to, const void *p, size_t n, struct err *e) { return sealed_write(to, p, n, e); }

bool backup_write_dump(const struct backup_config *given, dump_fn *dump, void *ctx, struct backup_report *out, struct err *e)
{
	AUTO_ARENA a = arena_new(0);
	struct backup_config c = *given;
	c.ops = c.ops ? c.ops : &file_ops_system;
	struct str id = new_id(a);
	struct sealed_out *s = NULL;
	*out = (struct backup_report){0};
	if (!make_folder(&c, e) || !sealed_create(&s, c.ops, str_fmt(a, "%s/motcua.dump", c.to), c.keys, str_fmt(a, "motcua backup %.*s", STR_ARG(id)), e))
		return false;
	if (!dump(ctx, s, e)) {
		sealed_drop(s);
		return false;
	}
	return sealed_finish(s, &out->bytes, e) && finish(&c, "postgresql", id, out, e);
}
