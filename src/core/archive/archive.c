/* archive.c — keeping: chains, pieces, holding the log. See archive.h. */
#include "core/archive/archive_internal.h"
#include "core/audit/audit.h"
#include "core/db/db.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define EXPIRE_EVERY_MS ((int64_t)3600 * 1000)

struct wal_archive {
	struct wal_archive_config cfg;
	struct arena *arena;
	struct str dir, chain;
	int64_t number;         /* of the next piece */
	struct wal_mark at;     /* archived up to here */
	int log;
	struct db *db[2];       /* readers: `held` stands at the last archived commit, or in between at none */
	struct db_tx tx[2];
	int held;
	struct follow files;
	int64_t expired_ms;
	pthread_mutex_t mutex;  /* stats */
	struct wal_archive_stats stats;
};

/* ---- names ---- */

struct str piece_path(struct arena *a, struct str dir, struct str chain, int64_t number) { return str_fmt(a, "%.*s/%.*s/%010lld.piece", STR_ARG(dir), STR_ARG(chain), (long long)number); }
struct str piece_context(struct arena *a, struct str chain, int64_t number) { return str_fmt(a, "motcua archive %.*s %lld", STR_ARG(chain), (long long)number); }
struct str chain_backup_path(struct arena *a, struct str dir, struct str chain) { return str_fmt(a, "%.*s/%.*s/backup", STR_ARG(dir), STR_ARG(chain)); }

static bool piece_number(const char *name, int64_t *number)
{
	return strlen(name) == 16 && strcmp(name + 10, ".piece") == 0 && str_to_i64((struct str){name, 10}, number);
}

int64_t piece_last(struct str dir, struct str chain)
{
	AUTO_ARENA a = arena_new(0);
	int64_t last = -1, number;
	DIR *d = opendir(str_fmt(a, "%.*s/%.*s", STR_ARG(dir), STR_ARG(chain)).p);
	for (struct dirent *x; d && (x = readdir(d)) != NULL;)
		if (piece_number(x->d_name, &number) && number > last)
			last = number;
	if (d)
		closedir(d);
	return last;
}

bool piece_open(struct sealed_in **out, struct piece_head *head, struct str dir, struct str chain, int64_t number, const struct keyring *keys, struct err *e)
{
	AUTO_ARENA a = arena_new(0);
	if (!sealed_open(out, piece_path(a, dir, chain, number), keys, piece_context(a, chain, number), e))
		return false;
	bool ok = sealed_read(*out, head, sizeof *head, e);
	if (ok && (memcmp(head->magic, PIECE_MAGIC, sizeof head->magic) != 0 || head->number != number))
		ok = err_set(e, ERR_INVALID, "piece %lld of %.*s is of another kind", (long long)number, STR_ARG(chain));
	if (!ok) {
		sealed_close(*out);
		*out = NULL;
	}
	return ok;
}

struct str marker_read(struct arena *a, const char *marker)
{
	char text[CHAIN_MAX + 1];
	int fd = open(marker, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof text);
	if (fd >= 0)
		close(fd);
	return n > 0 && n < (ssize_t)sizeof text ? str_dup(a, str_trim((struct str){text, (size_t)n})) : STR_NONE;
}

void wal_archive_forget(const char *marker)
{
	if (unlink(marker) != 0)
		return;
	AUTO_ARENA a = arena_new(0);
	struct str dir = str_from(marker);
	while (dir.n && dir.p[dir.n - 1] != '/')
		dir.n--;
	file_ops_system.sync_dir(NULL, dir.n ? str_cstr(a, dir) : ".");
}

/* ---- opening ---- */

struct wal_archive *wal_archive_new(const struct wal_archive_config *cfg)
{
	struct wal_archive *x = calloc(1, sizeof *x);
	CHECK(x != NULL);
	x->cfg = *cfg;
	x->cfg.ops = cfg->ops ? cfg->ops : &file_ops_system;
	x->arena = arena_new(0);
	x->dir = str_from(cfg->dir);
	x->log = -1;
	x->files = (struct follow){.ops = x->cfg.ops, .store = str_from(cfg->blobs), .copy = str_cat(x->arena, x->dir, STR("/files"))};
	pthread_mutex_init(&x->mutex, NULL);
	return x;
}

void wal_archive_stop(struct wal_archive *x)
{
	for (int i = 0; i < 2; i++) {
		db_rollback(&x->tx[i]);
		db_close(x->db[i]);
		x->db[i] = NULL;
	}
}

void wal_archive_free(struct wal_archive *x)
{
	if (!x)
		return;
	wal_archive_stop(x);
	if (x->log >= 0)
		close(x->log);
	arena_free(x->arena);
	pthread_mutex_destroy(&x->mutex);
	free(x);
}

static bool open_log(struct wal_archive *x, struct err *e)
{
	x->log = open(str_fmt(x->arena, "%s-wal", x->cfg.db).p, O_RDONLY | O_CLOEXEC);
	return x->log >= 0 || err_set(e, ERR_INTERNAL, "cannot read the write-ahead log of %s: %s", x->cfg.db, strerror(errno));
}

static bool open_readers(struct wal_archive *x, struct err *e)
{
	for (int i = 0; i < 2; i++)
		if (!x->db[i] && !(x->db[i] = db_open_sqlite(str_from(x->cfg.db), DB_READ_ONLY, e)))
			return false;
	return true;
}

bool wal_archive_hold(struct wal_archive *x, struct err *e) { return x->tx[x->held].db || db_begin_snapshot(x->db[x->held], &x->tx[x->held], e); }
void wal_archive_release(struct wal_archive *x) { db_rollback(&x->tx[x->held]); }
int64_t archive_every_ms(const struct wal_archive *x) { return x->cfg.every_ms; }
bool wal_archive_salt(struct wal_archive *x, struct wal_mark *out) { return wal_begin(x->log, out); }

/* ---- chains ---- */

/* The database still has what the last piece tells, and the log goes on where that ended, or began anew after it. */
static bool continues(struct wal_archive *x, const struct piece_head *h)
{
	AUTO_ARENA a = arena_new(0);
	struct err e = {0};
	struct lane end = {.id = h->entry, .at.ms = h->entry_ms};
	bool kept = true, same = true;
	memcpy(end.head.b, h->entry_hash, sizeof h->entry_hash);
	if (h->entry && (!lane_kept(x->db[0], a, &end, &kept, &e) || !kept))
		return false;
	struct wal_mark begin, at;
	x->at = (struct wal_mark){.frames = h->first + h->frames, .sum = {h->sum_last[0], h->sum_last[1]}};
	memcpy(x->at.salt, h->salt, sizeof h->salt);
	if (!wal_begin(x->log, &begin) || memcmp(begin.salt, h->salt, sizeof h->salt) != 0)
		return true;
	at = begin;
	return wal_walk(x->log, &at, x->at.frames, NULL, NULL, &same, &e) && same && memcmp(at.sum, x->at.sum, sizeof at.sum) == 0;
}

static bool chain_goes_on(struct wal_archive *x)
{
	struct err e = {0};
	struct piece_head h;
	AUTO_SEALED in = NULL;
	x->chain = marker_read(x->arena, x->cfg.marker);
	if (!x->chain.n || access(str_fmt(x->arena, "%.*s/%.*s", STR_ARG(x->dir), STR_ARG(x->chain)).p, W_OK) != 0)
		return false;
	x->number = piece_last(x->dir, x->chain) + 1;
	if (x->number == 0)
		return true;
	return piece_open(&in, &h, x->dir, x->chain, x->number - 1, x->cfg.keys, &e) && continues(x, &h);
}

/* Named by its first moment; the rest tells two apart that begin in one second. */
static bool chain_begin(struct wal_archive *x, struct err *e)
{
	char name[32];
	time_t now = (time_t)(instant_clock().ms / 1000);
	struct tm t;
	strftime(name, sizeof name, "%Y%m%dT%H%M%SZ", gmtime_r(&now, &t));
	uint32_t r;
	crypto_random(&r, sizeof r);
	x->chain = str_fmt(x->arena, "%s-%08x", name, r);
	x->number = 0;
	x->at = (struct wal_mark){0};
	struct str path = str_fmt(x->arena, "%.*s/%.*s", STR_ARG(x->dir), STR_ARG(x->chain));
	if (mkdir(path.p, 0700) != 0)
		return err_set(e, ERR_INTERNAL, "cannot make %.*s: %s", STR_ARG(path), strerror(errno));
	x->cfg.ops->sync_dir(x->cfg.ops->ctx, x->cfg.dir);
	return file_put(x->cfg.ops, str_from(x->cfg.marker), x->chain, e);
}

bool wal_archive_start(struct wal_archive *x, struct err *e)
{
	struct wal_mark end;
	if (mkdir(x->cfg.dir, 0700) != 0 && errno != EEXIST)
		return err_set(e, ERR_INTERNAL, "cannot make the archive %s: %s", x->cfg.dir, strerror(errno));
	if (!open_readers(x, e) || !db_begin_snapshot(x->db[0], &x->tx[0], e)) /* the first read opens the log */
		return false;
	if (!open_log(x, e) || (!chain_goes_on(x) && !chain_begin(x, e)))
		return false;
	if (!wal_begin(x->log, &end))
		return true;
	if (memcmp(end.salt, x->at.salt, sizeof end.salt) == 0)
		end = x->at;
	wal_last_commit(x->log, &end);
	return wal_archive_advance(x, &end, e);
}

/* ---- pieces ---- */

struct put { struct sealed_out *out; };

static bool put_frame(void *ctx, const struct frame *f, struct err *e)
{
	struct put *p = ctx;
	const struct frame_mark m = {f->page, f->pages};
	return sealed_write(p->out, &m, sizeof m, e) && sealed_write(p->out, f->bytes, PAGE_SIZE, e);
}

static bool broken(struct err *e) { return err_set(e, ERR_INTERNAL, "the write-ahead log is not what was written last: another program wrote it, or it is damaged; run motcua verify"); }

static bool write_piece(struct wal_archive *x, struct wal_mark from, const struct wal_mark *to, const struct lane *end, int64_t *bytes, struct err *e)
{
	AUTO_ARENA a = arena_new(0);
	struct put p = {0};
	struct piece_head h = {.number = x->number, .first = from.frames, .frames = to->frames - from.frames, .entry = end->id, .entry_ms = end->at.ms,
	                       .sum_first = {from.sum[0], from.sum[1]}, .sum_last = {to->sum[0], to->sum[1]}};
	bool same = false;
	memcpy(h.magic, PIECE_MAGIC, sizeof h.magic);
	memcpy(h.salt, to->salt, sizeof h.salt);
	memcpy(h.entry_hash, end->head.b, sizeof h.entry_hash);
	if (!sealed_create(&p.out, x->cfg.ops, piece_path(a, x->dir, x->chain, x->number), x->cfg.keys, piece_context(a, x->chain, x->number), e))
		return false;
	if (sealed_write(p.out, &h, sizeof h, e) && wal_walk(x->log, &from, to->frames, put_frame, &p, &same, e) && (same || broken(e)))
		return sealed_finish(p.out, bytes, e);
	sealed_drop(p.out);
	return false;
}

/* The commits are known first, then comes the reader: it may see more, so the piece's last entry is never older than its last commit. */
static bool keep(struct wal_archive *x, const struct wal_mark *committed, int64_t *bytes, struct err *e)
{
	AUTO_ARENA a = arena_new(0);
	struct wal_mark from = x->at, to;
	int other = !x->held;
	struct lane end;
	bool same = false;
	if (memcmp(from.salt, committed->salt, sizeof from.salt) != 0 && (!wal_begin(x->log, &from) || memcmp(from.salt, committed->salt, sizeof from.salt) != 0))
		return broken(e);
	to = from;
	bool ok = wal_walk(x->log, &to, committed->frames, NULL, NULL, &same, e) && (same || broken(e)) && db_begin_snapshot(x->db[other], &x->tx[other], e) &&
	          lane_open(x->db[other], a, 0, &end, e) && files_follow(&x->files, instant_clock(), e) && write_piece(x, from, &to, &end, bytes, e);
	if (!ok) {
		db_rollback(&x->tx[other]);
		return false;
	}
	x->at = to;
	x->number++;
	db_rollback(&x->tx[x->held]);
	x->held = other;
	return true;
}

static void note(struct wal_archive *x, bool ok, int64_t bytes, const struct err *e)
{
	pthread_mutex_lock(&x->mutex);
	x->stats.failing = !ok;
	x->stats.failures += !ok;
	x->stats.pieces += ok && bytes;
	x->stats.bytes += bytes;
	snprintf(x->stats.why, sizeof x->stats.why, "%s", ok ? "" : e->text);
	pthread_mutex_unlock(&x->mutex);
}

/* ---- what is too old ---- */

static void expire_chain(struct wal_archive *x, struct str chain, int64_t before_ms)
{
	AUTO_ARENA a = arena_new(0);
	struct str path = str_fmt(a, "%.*s/%.*s", STR_ARG(x->dir), STR_ARG(chain));
	DIR *d = opendir(path.p);
	int64_t number;
	bool left = str_eq(chain, x->chain);
	for (struct dirent *f; d && (f = readdir(d)) != NULL;) {
		struct str one = str_fmt(a, "%.*s/%s", STR_ARG(path), f->d_name);
		struct stat st;
		if (!piece_number(f->d_name, &number) || stat(one.p, &st) != 0)
			continue;
		if ((int64_t)st.st_mtim.tv_sec * 1000 < before_ms && (!str_eq(chain, x->chain) || number != x->number - 1))
			x->cfg.ops->remove(x->cfg.ops->ctx, one.p);
		else
			left = true;
	}
	if (d)
		closedir(d);
	if (!left) {
		x->cfg.ops->remove(x->cfg.ops->ctx, chain_backup_path(a, x->dir, chain).p);
		rmdir(path.p);
	}
}

/* Once an hour is enough; a failure is tried again then. */
static void expire(struct wal_archive *x)
{
	struct err e = {0};
	struct instant now = instant_clock();
	if (now.ms - x->expired_ms < EXPIRE_EVERY_MS)
		return;
	x->expired_ms = now.ms;
	DIR *d = opendir(x->cfg.dir);
	for (struct dirent *c; d && (c = readdir(d)) != NULL;)
		if (strlen(c->d_name) == 25 && c->d_name[8] == 'T')
			expire_chain(x, str_from(c->d_name), now.ms - x->cfg.keep_ms);
	if (d)
		closedir(d);
	if (!files_expire(&x->files, (struct instant){now.ms - x->cfg.keep_ms}, &e))
		note(x, false, 0, &e);
}

bool wal_archive_advance(struct wal_archive *x, const struct wal_mark *committed, struct err *e)
{
	int64_t bytes = 0;
	if (committed->frames == 0 || (committed->frames == x->at.frames && memcmp(committed->salt, x->at.salt, sizeof x->at.salt) == 0))
		return true;
	bool ok = keep(x, committed, &bytes, e) || err_wrap(e, "archive");
	note(x, ok, bytes, e);
	if (ok)
		expire(x);
	return ok;
}

struct wal_archive_stats wal_archive_stats(struct wal_archive *x)
{
	AUTO_ARENA a = arena_new(0);
	pthread_mutex_lock(&x->mutex);
	struct wal_archive_stats s = x->stats;
	pthread_mutex_unlock(&x->mutex);
	s.no_backup = access(chain_backup_path(a, x->dir, x->chain).p, F_OK) != 0;
	return s;
}
