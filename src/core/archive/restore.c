/* restore.c — back from a backup, and from the pieces after it. See archive.h.
 *
 * Frames are whole pages, so pieces may begin before the backup's end: what they bring back of older pages, later frames or the same ones
 * bring forward again. Only once they came past that end is the file the state after some commit, and can be looked at. */
#include "core/archive/archive_internal.h"
#include "core/audit/audit.h"
#include "core/db/db.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct old { uint32_t page; bool there; uint8_t bytes[PAGE_SIZE]; };

struct back {
	const struct restore_config *c;
	struct restore_report *out;
	struct str id, kind;
	int fd;
	uint32_t pages;         /* size after the last commit */
	struct base_head base;
	struct wal_mark at;     /* of the last piece; `began`: there was one */
	bool began, reached, stop;
	int64_t number;
	struct old *undo;       /* the pages before the commit under way */
	size_t n_undo, cap_undo;
};

static bool not_a_backup(const char *from, struct err *e)
{
	return err_set(e, ERR_INVALID, "%s is no whole backup: backup.txt, which is written last, is missing or of another program", from);
}

static bool read_list(struct back *b, struct arena *a, struct err *e)
{
	char text[1024];
	int fd = open(str_fmt(a, "%s/backup.txt", b->c->from).p, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof text);
	if (fd >= 0)
		close(fd);
	struct str rest = {text, n > 0 ? (size_t)n : 0}, line;
	if (!str_next(&rest, '\n', &line) || !str_eq(line, STR("motcua-backup 1")))
		return not_a_backup(b->c->from, e);
	while (str_next(&rest, '\n', &line)) {
		if (str_starts(line, STR("id ")))
			b->id = str_dup(a, str_sub(line, 3, line.n - 3));
		if (str_starts(line, STR("database ")))
			b->kind = str_dup(a, str_sub(line, 9, line.n - 9));
	}
	return (b->id.n && b->kind.n) || not_a_backup(b->c->from, e);
}

/* ---- pages ---- */

static bool write_page(struct back *b, uint32_t number, const uint8_t *bytes, struct err *e)
{
	uint8_t page[PAGE_SIZE];
	if (number == 0 || number == PAGE_OF_LOCKS)
		return err_set(e, ERR_INVALID, "a page with the number %u", number);
	memcpy(page, bytes, PAGE_SIZE - PAGE_TAIL);
	page_seal(page, number);
	return pwrite(b->fd, page, sizeof page, (int64_t)(number - 1) * PAGE_SIZE) == sizeof page || err_set(e, ERR_INTERNAL, "cannot write %s: %s", b->c->db, strerror(errno));
}

static void remember(struct back *b, uint32_t number)
{
	if (b->n_undo == b->cap_undo) {
		b->cap_undo = b->cap_undo ? b->cap_undo * 2 : 64;
		b->undo = realloc(b->undo, b->cap_undo * sizeof *b->undo);
		CHECK(b->undo != NULL);
	}
	struct old *o = &b->undo[b->n_undo++];
	o->page = number;
	o->there = pread(b->fd, o->bytes, PAGE_SIZE, (int64_t)(number - 1) * PAGE_SIZE) == PAGE_SIZE;
}

/* From the last to the first: a page written twice gets its oldest bytes. What lay behind the end stays there and is cut off. */
static bool undo(struct back *b, struct err *e)
{
	while (b->n_undo) {
		const struct old *o = &b->undo[--b->n_undo];
		if (o->there && !write_page(b, o->page, o->bytes, e))
			return false;
	}
	return true;
}

static bool look(const struct back *b, struct instant *at, struct err *e)
{
	AUTO_ARENA a = arena_new(0);
	struct lane end = {0};
	AUTO_DB db = db_open_sqlite(str_from(b->c->db), DB_READ_ONLY, e);
	if (!db || !lane_open(db, a, 0, &end, e))
		return false;
	*at = end.at;
	return true;
}

/* ---- the backup's database ---- */

static bool read_base(struct back *b, struct err *e)
{
	AUTO_ARENA a = arena_new(0);
	AUTO_SEALED in = NULL;
	struct frame_mark m;
	uint8_t page[PAGE_SIZE];
	if (!sealed_open(&in, str_fmt(a, "%s/motcua.base", b->c->from), b->c->keys, str_fmt(a, "motcua backup %.*s", STR_ARG(b->id)), e) || !sealed_read(in, &m, sizeof m, e))
		return false;
	while (m.page) {
		if (!sealed_read(in, page, sizeof page, e) || !write_page(b, m.page, page, e) || !sealed_read(in, &m, sizeof m, e))
			return false;
	}
	b->pages = m.pages;
	if (!sealed_read(in, &b->base, sizeof b->base, e))
		return false;
	return memcmp(b->base.magic, BASE_MAGIC, sizeof b->base.magic) == 0 || not_a_backup(b->c->from, e);
}

/* ---- pieces ---- */

static bool too_early(struct back *b, struct instant at, struct err *e)
{
	AUTO_ARENA a = arena_new(0);
	return err_set(e, ERR_INVALID, "the backup %s ends at %.*s, later than asked for: take an older one", b->c->from, STR_ARG(instant_format(a, at)));
}

/* After a commit that may lie behind the moment. *first: until now the file was no state at all. */
static bool judge(struct back *b, bool first, struct err *e)
{
	struct instant at;
	if (!look(b, &at, e))
		return false;
	if (at.ms <= b->c->at.ms)
		return true;
	if (first)
		return too_early(b, at, e);
	b->stop = true;
	return undo(b, e);
}

static bool past_base(const struct back *b, const struct piece_head *h, int64_t frames)
{
	return b->base.frames > 0 && memcmp(h->salt, b->base.salt, sizeof h->salt) == 0 && frames >= b->base.frames;
}

static bool put_commits(struct back *b, struct sealed_in *in, const struct piece_head *h, bool look_at_each, struct err *e)
{
	struct frame_mark m;
	uint8_t page[PAGE_SIZE];
	for (int64_t i = 0; i < h->frames && !b->stop; i++) {
		if (!sealed_read(in, &m, sizeof m, e) || !sealed_read(in, page, sizeof page, e))
			return false;
		if (look_at_each)
			remember(b, m.page);
		if (!write_page(b, m.page, page, e))
			return false;
		if (!m.pages)
			continue;
		bool first = !b->reached;
		uint32_t before = b->pages;
		b->pages = m.pages;
		b->reached = b->reached || past_base(b, h, h->first + i + 1);
		if (look_at_each && b->reached && !judge(b, first, e))
			return false;
		b->pages = b->stop ? before : b->pages;
		b->out->commits += !b->stop;
		b->n_undo = 0;
	}
	return true;
}

/* One follows the other: the same log further on, or the next one from its beginning. */
static bool follows(const struct back *b, const struct piece_head *h, struct err *e)
{
	bool same = memcmp(b->at.salt, h->salt, sizeof h->salt) == 0;
	if (!b->began || (same && h->first == b->at.frames && memcmp(h->sum_first, b->at.sum, sizeof b->at.sum) == 0) || (!same && h->first == 0))
		return true;
	return err_set(e, ERR_INVALID, "piece %lld of %s does not follow the one before it", (long long)h->number, b->base.chain);
}

static bool put_piece(struct back *b, struct err *e)
{
	struct piece_head h;
	AUTO_SEALED in = NULL;
	if (!piece_open(&in, &h, str_from(b->c->archive), str_from(b->base.chain), b->number, b->c->keys, e) || !follows(b, &h, e))
		return false;
	bool later = h.entry_ms > b->c->at.ms;
	if (!put_commits(b, in, &h, later, e))
		return false;
	b->out->pieces++;
	b->began = true;
	b->at = (struct wal_mark){.frames = h.first + h.frames, .sum = {h.sum_last[0], h.sum_last[1]}};
	memcpy(b->at.salt, h.salt, sizeof h.salt);
	if (b->reached || b->base.frames || b->number < b->base.through)
		return true;
	b->reached = true;
	return !later || judge(b, true, e);
}

static bool put_pieces(struct back *b, struct err *e)
{
	struct str dir = str_from(b->c->archive), chain = str_from(b->base.chain);
	if (!chain.n)
		return err_set(e, ERR_INVALID, "the backup %s was made without an archive: there are no pieces after it", b->c->from);
	int64_t last = piece_last(dir, chain);
	b->reached = b->base.frames == 0 && b->base.through < b->base.piece;
	if (b->reached && b->base.entry_ms > b->c->at.ms)
		return too_early(b, (struct instant){b->base.entry_ms}, e);
	for (b->number = b->base.piece; b->number <= last && !b->stop; b->number++)
		if (!put_piece(b, e))
			return e->kind == ERR_NOT_FOUND ? err_set(e, ERR_INVALID, "piece %lld of %s in %s is missing", (long long)b->number, b->base.chain, b->c->archive) : false;
	return b->reached || err_set(e, ERR_INVALID, "the archive ends before the backup does: restore that without --at");
}

/* ---- the whole ---- */

static bool finish_base(struct back *b, struct err *e)
{
	AUTO_ARENA a = arena_new(0);
	struct str name = str_from(b->c->db);
	if (!look(b, &b->out->entry_at, e))
		return false;
	unlink(str_cat(a, name, STR("-wal")).p); /* empty: made by looking */
	unlink(str_cat(a, name, STR("-shm")).p);
	return (ftruncate(b->fd, (int64_t)b->pages * PAGE_SIZE) == 0 && fsync(b->fd) == 0) || err_set(e, ERR_INTERNAL, "cannot finish %s: %s", b->c->db, strerror(errno));
}

static bool bring_files(struct back *b, struct err *e)
{
	AUTO_ARENA a = arena_new(0);
	const struct file_ops *o = b->c->ops ? b->c->ops : &file_ops_system;
	struct str to = str_from(b->c->blobs);
	if (!files_copy(o, str_fmt(a, "%s/blobs", b->c->from), to, false, &b->out->files, e))
		return false;
	return !b->c->to_moment || !b->c->archive || files_copy(o, str_fmt(a, "%s/files", b->c->archive), to, false, &b->out->files, e);
}

bool restore_read(const struct restore_config *c, struct restore_report *out, struct err *e)
{
	AUTO_ARENA a = arena_new(0);
	struct back b = {.c = c, .out = out, .fd = -1};
	*out = (struct restore_report){0};
	if (!read_list(&b, a, e))
		return false;
	if (!str_eq(b.kind, STR("sqlite")))
		return err_set(e, ERR_INVALID, "%s is a backup of a PostgreSQL database: give --db with an empty one", c->from);
	b.fd = open(c->db, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (b.fd < 0)
		return err_set(e, ERR_CONFLICT, "cannot make %s: %s; restore into an empty folder", c->db, strerror(errno));
	bool ok = read_base(&b, e) && (!c->to_moment || put_pieces(&b, e)) && finish_base(&b, e) && bring_files(&b, e);
	close(b.fd);
	free(b.undo);
	return ok;
}

bool wal_archive_copy_file(const char *from, const char *to, struct err *e)
{
	AUTO_ARENA a = arena_new(0);
	struct str dir = str_from(to);
	while (dir.n > 1 && dir.p[dir.n - 1] != '/')
		dir.n--;
	if (access(to, F_OK) == 0)
		return err_set(e, ERR_CONFLICT, "%s is there already: restore into an empty folder", to);
	return file_copy(&file_ops_system, str_from(from), str_from(to), true, e) && (file_ops_system.sync_dir(NULL, dir.n > 1 ? str_cstr(a, dir) : ".") == 0 || err_set(e, ERR_INTERNAL, "cannot sync: %s", strerror(errno)));
}

bool restore_dump(const struct restore_config *c, take_fn *take, void *ctx, struct restore_report *out, struct err *e)
{
	AUTO_ARENA a = arena_new(0);
	AUTO_SEALED in = NULL;
	struct back b = {.c = c, .out = out, .fd = -1};
	char bytes[65536];
	size_t n = 0;
	*out = (struct restore_report){0};
	if (!read_list(&b, a, e))
		return false;
	if (!str_eq(b.kind, STR("postgresql")))
		return err_set(e, ERR_INVALID, "%s is a backup of an SQLite database: restore it without --db", c->from);
	if (!sealed_open(&in, str_fmt(a, "%s/motcua.dump", c->from), c->keys, str_fmt(a, "motcua backup %.*s", STR_ARG(b.id)), e))
		return false;
	do {
		if (!sealed_some(in, bytes, sizeof bytes, &n, e) || (n && !take(ctx, bytes, n, e)))
			return false;
	} while (n);
	return bring_files(&b, e);
}
