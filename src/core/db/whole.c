/* whole.c — see whole.h. SQLite; PostgreSQL's part is in whole_pg.c. */
#include "core/db/whole_internal.h"
#include "core/db/frames.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define TRIES 6            /* a page that the server is writing is read again */
#define PAUSE_NS 2000000
#define SEARCH_NS ((int64_t)3000000000)

bool whole_fault(struct db_whole *out, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	if (!out->fault[0])
		vsnprintf(out->fault, sizeof out->fault, fmt, ap);
	va_end(ap);
	return true;
}

void whole_unchecked(struct db_whole *out, const char *fmt, ...)
{
	size_t n = strlen(out->unchecked);
	va_list ap;
	va_start(ap, fmt);
	if (n && n + 2 < sizeof out->unchecked)
		memcpy(out->unchecked + n, "; ", 3), n += 2;
	vsnprintf(out->unchecked + n, sizeof out->unchecked - n, fmt, ap);
	va_end(ap);
}

static void pause_a_little(void) { nanosleep(&(struct timespec){.tv_nsec = PAUSE_NS}, NULL); }

/* A file; *out -1 when there is none. */
static bool open_file(const char *path, int *out, int64_t *size, struct err *e)
{
	struct stat st = {0};
	*out = open(path, O_RDONLY | O_CLOEXEC);
	if (*out < 0)
		return errno == ENOENT || err_set(e, ERR_INTERNAL, "cannot read %s: %s", path, strerror(errno));
	CHECK(fstat(*out, &st) == 0);
	*size = st.st_size;
	return true;
}

static bool read_at(int fd, void *p, size_t n, int64_t at) { return pread(fd, p, n, at) == (ssize_t)n; }

/* ---- whose page ---- */

/* Does the tree of that name reach the page? It does too when reading it fails there. */
static bool tree_has(sqlite3 *lite, const char *name, uint32_t page)
{
	sqlite3_stmt *s = NULL;
	bool found = false;
	int code = sqlite3_prepare_v2(lite, "select pageno from dbstat where name = ?1", -1, &s, NULL);
	if (code == SQLITE_OK)
		sqlite3_bind_text(s, 1, name, -1, SQLITE_STATIC);
	while (code == SQLITE_OK && !found && (code = sqlite3_step(s)) == SQLITE_ROW) {
		found = sqlite3_column_int64(s, 0) == page;
		code = SQLITE_OK;
	}
	sqlite3_finalize(s);
	return found || pages_damage(lite).page == page;
}

/* "table dossier", "index dossier_by_code"; the search tables lie in tables of their own. */
static void find_owner(const char *path, uint32_t page, char *out, size_t size)
{
	sqlite3 *lite = NULL;
	sqlite3_stmt *s = NULL;
	snprintf(out, size, "in no table: free space, or beneath another damaged page");
	lite_open(path, SQLITE_OPEN_READWRITE, &lite);
	sqlite3_db_config(lite, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	sqlite3_prepare_v2(lite, "select type, name from sqlite_schema where rootpage > 0", -1, &s, NULL);
	while (s && sqlite3_step(s) == SQLITE_ROW)
		if (tree_has(lite, (const char *)sqlite3_column_text(s, 1), page)) {
			snprintf(out, size, "%s %s", sqlite3_column_text(s, 0), sqlite3_column_text(s, 1));
			break;
		}
	if (pages_damage(lite).page == page || page == 1)
		snprintf(out, size, "the list of tables");
	sqlite3_finalize(s);
	sqlite3_close(lite);
}

/* ---- the write-ahead log ---- */

/* What the log holds. `later`: a bit for each page of the file (and the one behind its end) that has a frame not yet copied there: a cut in
 * the midst of a checkpoint may leave half a page, and the frame is what counts. */
struct log { const char *path; int fd; struct wal_head head; int64_t frames; uint8_t *later; uint32_t n; bool torn; };

/* What the shared memory beside the log says of it: frames committed, and copied into the file. 0 when it is of another log or not there. */
struct shared { uint32_t committed, copied; };

static struct shared shared_of(const struct log *l)
{
	char path[1024];
	uint8_t b[100] = {0};
	struct shared out = {0};
	snprintf(path, sizeof path, "%.*s-shm", (int)(strlen(l->path) - 4), l->path);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return out;
	if (read_at(fd, b, sizeof b, 0) && memcmp(b + 32, l->head.salt, sizeof l->head.salt) == 0) {
		memcpy(&out.committed, b + 16, sizeof out.committed);
		memcpy(&out.copied, b + 96, sizeof out.copied);
	}
	close(fd);
	return out;
}

/* How many commits end at the frame that does not check, or behind it? Each is synced before the next begins: two mean damage, one may be
 * what a power cut left of the last. */
static int commits_behind(const struct log *l)
{
	uint8_t head[FRAME_HEAD];
	int n = 0;
	for (int64_t k = l->frames; n < 2 && read_at(l->fd, head, sizeof head, WAL_HEAD + k * FRAME_SIZE); k++)
		n += memcmp(head + 8, l->head.salt, sizeof l->head.salt) == 0 && memcmp(head + 4, "\0\0\0\0", 4) != 0;
	return n;
}

static bool next_frame(struct log *l, uint32_t sum[2], uint32_t copied)
{
	uint8_t f[FRAME_SIZE];
	uint32_t next[2] = {sum[0], sum[1]};
	if (!read_at(l->fd, f, sizeof f, WAL_HEAD + l->frames * FRAME_SIZE) || !wal_frame_check(&l->head, f, f + FRAME_HEAD, next))
		return false;
	uint32_t page = (uint32_t)f[0] << 24 | (uint32_t)f[1] << 16 | (uint32_t)f[2] << 8 | f[3];
	if (l->frames >= copied && page < l->n)
		l->later[page / 8] |= (uint8_t)(1 << page % 8);
	memcpy(sum, next, sizeof next);
	l->frames++;
	return true;
}

/* From the first frame on. False: it began anew meanwhile, is being written just there, or is damaged. */
static bool walk_log(struct log *l)
{
	uint8_t bytes[WAL_HEAD];
	l->frames = 0;
	memset(l->later, 0, l->n / 8 + 1);
	if (!read_at(l->fd, bytes, sizeof bytes, 0))
		return true;
	if (!wal_head_read(bytes, &l->head))
		return false;
	uint32_t copied = shared_of(l).copied, sum[2] = {l->head.sum[0], l->head.sum[1]};
	int behind;
	bool committed;
	do {
		while (next_frame(l, sum, copied))
			;
		committed = l->frames < shared_of(l).committed;
		behind = commits_behind(l);
	} while ((committed || behind) && next_frame(l, sum, copied)); /* written after it was looked for */
	l->torn = behind == 1 && !committed;
	return behind < 2 && !committed;
}

static bool read_log(struct log *l, struct db_whole *out, struct err *e)
{
	int64_t size = 0;
	if (!open_file(l->path, &l->fd, &size, e))
		return false;
	if (l->fd < 0)
		return true;
	bool good = false;
	for (int i = 0; (!good || l->torn) && i < TRIES; i++) {
		if (i)
			pause_a_little();
		good = walk_log(l);
	}
	close(l->fd);
	out->frames = l->frames;
	if (good && l->torn)
		whole_unchecked(out, "the last commit in %s is incomplete: what a power cut leaves of an act without an answer, or damage", l->path);
	return good || whole_fault(out, "frame %lld of %s is damaged: what was committed from there on would be lost", (long long)l->frames + 1, l->path);
}

/* ---- pages ---- */

static bool comes_later(const struct log *l, uint32_t page) { return page < l->n && l->later[page / 8] & 1 << page % 8; }

/* *damaged: the first damaged page, or 0. */
static void read_pages(int fd, int64_t size, const char *path, const struct log *l, struct db_whole *out, uint32_t *damaged)
{
	uint32_t n = (uint32_t)(size / PAGE_SIZE);
	uint8_t page[PAGE_SIZE];
	for (uint32_t i = 1; i <= n && !*damaged; i++) {
		enum page_state state = i == PAGE_OF_LOCKS || comes_later(l, i) ? PAGE_GOOD : page_read(fd, i, page);
		out->pages++;
		out->without_sum += state == PAGE_WITHOUT_SUM;
		*damaged = state == PAGE_DAMAGED ? i : 0;
	}
	if (!*damaged && size % PAGE_SIZE && !comes_later(l, n + 1))
		whole_fault(out, "%s ends within page %u", path, n + 1);
}

bool db_whole_file(struct str place, struct db_whole *out, struct err *e)
{
	AUTO_ARENA a = arena_new(0);
	const char *path = str_cstr(a, place);
	char owner[120];
	int fd;
	int64_t size = 0;
	uint32_t damaged = 0;
	*out = (struct db_whole){0};
	if (!open_file(path, &fd, &size, e))
		return false;
	if (fd < 0)
		return err_set(e, ERR_NOT_FOUND, "%s: there is no database", path);
	struct log l = {.path = str_fmt(a, "%s-wal", path).p, .n = (uint32_t)(size / PAGE_SIZE) + 2};
	l.later = NEW_ARRAY(a, l.n / 8 + 1, uint8_t);
	bool ok = read_log(&l, out, e);
	if (ok)
		read_pages(fd, size, path, &l, out, &damaged);
	close(fd);
	if (damaged && !out->fault[0]) {
		find_owner(path, damaged, owner, sizeof owner);
		whole_fault(out, "page %u of %s is damaged (%s)", damaged, path, owner);
	}
	return ok;
}

/* ---- inside ---- */

static bool check_trees(struct db *db, struct db_whole *out, struct err *e)
{
	sqlite3_stmt *s = NULL;
	bool ok = sqlite3_prepare_v2(db->lite, "pragma integrity_check(1)", -1, &s, NULL) == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW;
	const char *said = ok ? (const char *)sqlite3_column_text(s, 0) : NULL;
	if (said && strcmp(said, "ok") != 0)
		whole_fault(out, "integrity check: %s", said);
	sqlite3_finalize(s);
	s = NULL;
	ok = ok && sqlite3_prepare_v2(db->lite, "select count(*) from sqlite_schema where type = 'index'", -1, &s, NULL) == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW;
	if (ok)
		out->indexes = sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	return ok || err_set(e, ERR_INTERNAL, "integrity check: %s", sqlite3_errmsg(db->lite));
}

static int too_long(void *ctx) { return monotonic_ns() > *(const int64_t *)ctx; }

/* FTS5 has no check that only reads: this one asks for the write lock and changes nothing. */
static void check_search(sqlite3 *lite, const char *name, struct db_whole *out)
{
	char *text = sqlite3_mprintf("begin immediate; insert into \"%w\"(\"%w\") values ('integrity-check')", name, name);
	CHECK(text);
	int code = sqlite3_exec(lite, text, NULL, NULL, NULL) & 0xff;
	if (code == SQLITE_BUSY || code == SQLITE_INTERRUPT)
		whole_unchecked(out, "search table %s: %s", name, code == SQLITE_BUSY ? "somebody writes" : "it takes too long beside a server; stop that first");
	else if (code != SQLITE_OK)
		whole_fault(out, "search table %s does not agree with its words: %s", name, sqlite3_errmsg(lite));
	sqlite3_exec(lite, "rollback", NULL, NULL, NULL);
	sqlite3_free(text);
}

static bool each_search(struct db *db, sqlite3 *lite, struct db_whole *out, struct err *e)
{
	sqlite3_stmt *s = NULL;
	int code = sqlite3_prepare_v2(db->lite, "select name from sqlite_schema where type = 'table' and sql like 'create virtual table%using fts5%'", -1, &s, NULL);
	if (code == SQLITE_OK)
		while ((code = sqlite3_step(s)) == SQLITE_ROW)
			check_search(lite, (const char *)sqlite3_column_text(s, 0), out);
	bool ok = code == SQLITE_DONE || err_set(e, ERR_INTERNAL, "search tables: %s", sqlite3_errmsg(db->lite));
	sqlite3_finalize(s);
	return ok;
}

static bool check_searches(struct db *db, struct db_whole *out, struct err *e)
{
	sqlite3 *lite = NULL;
	int64_t end = monotonic_ns() + SEARCH_NS;
	bool ok = lite_open(sqlite3_db_filename(db->lite, "main"), SQLITE_OPEN_READWRITE, &lite) == SQLITE_OK || err_set(e, ERR_INTERNAL, "search tables: %s", sqlite3_errmsg(lite));
	if (ok) {
		sqlite3_busy_timeout(lite, 2000);
		sqlite3_progress_handler(lite, 10000, too_long, &end);
		ok = each_search(db, lite, out, e);
	}
	sqlite3_close(lite);
	return ok;
}

bool db_whole_inside(struct db *db, struct db_whole *out, struct err *e)
{
	if (db->kind == DB_PG)
		return whole_inside_pg(db, out, e);
	if (out->without_sum)
		whole_unchecked(out, "%lld pages have no sum, another program wrote them", (long long)out->without_sum);
	return check_trees(db, out, e) && (out->fault[0] || check_searches(db, out, e));
}
