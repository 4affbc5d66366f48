/* pages.c — see pages.h. Uses the library alone, since the tests load it into other programs (tests/lib/program.py).
 *
 * Threads: a file belongs to one connection. `known` is shared: the sum of each frame that this process wrote or found good; a lost or
 * foreign entry costs a look at SQLite's sums, never a wrong answer. */
#include "core/db/pages.h"
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#define KNOWN (1u << 15)
#define NO_FRAME INT64_MAX
#define HELD (31 * FRAME_SIZE) /* the usual VFS takes no 128 KiB at once */

struct file {
	sqlite3_file base;
	bool is_log;
	uint32_t damaged;   /* page or frame, from 1 */
	int64_t head_at;    /* log: the frame whose head was written last */
	int64_t unsummed;   /* log: from this frame on the heads are old until the commit writes them anew */
	struct file *log;   /* database: its log, while that is open */
	struct file *owner; /* log: its database */
	uint8_t *held;      /* log: what was written last and is not in the file yet; NULL: nothing ever was */
	int n_held;
	sqlite3_int64 held_at;
	int lost;           /* log: what became of it when nobody could be told at once */
};

static sqlite3_vfs *under;
static _Atomic uint64_t known[KNOWN];

static struct file *own(sqlite3_file *f) { return (struct file *)f; }
static sqlite3_file *real(sqlite3_file *f) { return (sqlite3_file *)(own(f) + 1); }
#include "core/db/vfs_pass.h"

/* ---- sums ---- */

static uint64_t sum_of(const void *p, size_t n, uint64_t seed)
{
	uint64_t h = XXH3_64bits_withSeed(p, n, seed);
	return h ? h : 1;
}

enum page_state page_check(const uint8_t page[PAGE_SIZE], uint32_t number)
{
	uint64_t tail;
	memcpy(&tail, page + PAGE_SIZE - PAGE_TAIL, sizeof tail);
	if (number == 1 && page[20] != PAGE_TAIL) /* made without room for sums, or the byte that says so is damaged */
		return PAGE_DAMAGED;
	if (tail == 0)
		return PAGE_WITHOUT_SUM;
	return tail == sum_of(page, PAGE_SIZE - PAGE_TAIL, number) ? PAGE_GOOD : PAGE_DAMAGED;
}

void page_seal(uint8_t page[PAGE_SIZE], uint32_t number)
{
	uint64_t sum = sum_of(page, PAGE_SIZE - PAGE_TAIL, number);
	memcpy(page + PAGE_SIZE - PAGE_TAIL, &sum, sizeof sum);
}

static uint32_t get32(const uint8_t *p, bool big)
{
	return big ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]
	           : (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static void add_sum(bool big, const uint8_t *p, size_t n, uint32_t sum[2])
{
	for (size_t i = 0; i < n; i += 8) {
		sum[0] += get32(p + i, big) + sum[1];
		sum[1] += get32(p + i + 4, big) + sum[0];
	}
}

bool wal_head_read(const uint8_t b[WAL_HEAD], struct wal_head *out)
{
	uint32_t magic = get32(b, true), sum[2] = {0};
	*out = (struct wal_head){.big = magic & 1, .sum = {get32(b + 24, true), get32(b + 28, true)}};
	memcpy(out->salt, b + 16, sizeof out->salt);
	add_sum(out->big, b, WAL_HEAD - 8, sum);
	return (magic & ~1u) == 0x377f0682 && get32(b + 8, true) == PAGE_SIZE && sum[0] == out->sum[0] && sum[1] == out->sum[1];
}

bool wal_frame_check(const struct wal_head *h, const uint8_t head[FRAME_HEAD], const uint8_t page[PAGE_SIZE], uint32_t sum[2])
{
	if (memcmp(head + 8, h->salt, sizeof h->salt) != 0)
		return false;
	add_sum(h->big, head, 8, sum);
	add_sum(h->big, page, PAGE_SIZE, sum);
	return sum[0] == get32(head + 16, true) && sum[1] == get32(head + 20, true);
}

/* ---- what is held back of the log ----
 *
 * SQLite writes each frame in two pieces, each a call of the system: a third of what a commit of a few acts takes. Pieces that follow each other go out as
 * one, before the log is synced, read or measured, and before its new end is told to other connections (the barrier between the two copies of the index's head). */

static int let_go(sqlite3_file *f)
{
	struct file *x = own(f);
	int code = x->lost, n = x->n_held;
	x->lost = SQLITE_OK;
	x->n_held = 0;
	return code != SQLITE_OK || n == 0 ? code : real(f)->pMethods->xWrite(real(f), x->held, n, x->held_at);
}

static int hold(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
	struct file *x = own(f);
	if (!x->held)
		x->held = malloc(HELD);
	if (!x->held || n > HELD)
		return real(f)->pMethods->xWrite(real(f), p, n, at);
	int code = x->n_held + n > HELD || at != x->held_at + x->n_held ? let_go(f) : SQLITE_OK;
	if (code != SQLITE_OK)
		return code;
	if (x->n_held == 0)
		x->held_at = at;
	memcpy(x->held + x->n_held, p, (size_t)n);
	x->n_held += n;
	return SQLITE_OK;
}

/* ---- the log ---- */

static int64_t frame_at(int64_t i) { return WAL_HEAD + i * FRAME_SIZE; }

static bool is_frame_page(sqlite3_int64 at, int n) { return n == PAGE_SIZE && at > WAL_HEAD && (at - WAL_HEAD - FRAME_HEAD) % FRAME_SIZE == 0; }

static void know(int64_t i, const void *page) { atomic_store_explicit(&known[i % KNOWN], sum_of(page, PAGE_SIZE, (uint64_t)i), memory_order_relaxed); }

/* By SQLite's sums: its own, its neighbour's before it, and the head of the log. */
static bool frame_good(sqlite3_file *f, int64_t i, const uint8_t *page)
{
	uint8_t head[WAL_HEAD], frame[FRAME_HEAD], before[8];
	struct wal_head h;
	sqlite3_file *r = real(f);
	if (r->pMethods->xRead(r, head, WAL_HEAD, 0) != SQLITE_OK || !wal_head_read(head, &h) || r->pMethods->xRead(r, frame, FRAME_HEAD, frame_at(i)) != SQLITE_OK)
		return false;
	if (i > 0 && r->pMethods->xRead(r, before, sizeof before, frame_at(i - 1) + 16) != SQLITE_OK)
		return false;
	uint32_t sum[2] = {h.sum[0], h.sum[1]};
	if (i > 0)
		sum[0] = get32(before, true), sum[1] = get32(before + 4, true);
	return wal_frame_check(&h, frame, page, sum);
}

static int check_frame(sqlite3_file *f, const uint8_t *page, sqlite3_int64 at)
{
	int64_t i = (at - WAL_HEAD) / FRAME_SIZE;
	if (atomic_load_explicit(&known[i % KNOWN], memory_order_relaxed) == sum_of(page, PAGE_SIZE, (uint64_t)i) || i >= own(f)->unsummed)
		return SQLITE_OK;
	if (frame_good(f, i, page)) {
		know(i, page);
		return SQLITE_OK;
	}
	own(f)->damaged = (uint32_t)i + 1;
	return SQLITE_IOERR_DATA;
}

/* A transaction that outgrows the cache writes pages into the log early, and may write over them: until its commit the heads are old. */
static void note_log_write(struct file *x, const void *p, int n, sqlite3_int64 at)
{
	int64_t i = (at - WAL_HEAD) / FRAME_SIZE;
	if (n == FRAME_HEAD && at >= WAL_HEAD) {
		x->head_at = i;
		x->unsummed = i == x->unsummed ? NO_FRAME : x->unsummed;
	} else if (is_frame_page(at, n)) {
		know(i, p);
		x->unsummed = i != x->head_at && i < x->unsummed ? i : x->unsummed;
	}
}

/* ---- reading and writing ---- */

static int check_page(sqlite3_file *f, uint8_t *page, sqlite3_int64 at)
{
	uint32_t number = (uint32_t)(at / PAGE_SIZE) + 1;
	if (page_check(page, number) == PAGE_DAMAGED) {
		own(f)->damaged = number;
		return SQLITE_IOERR_DATA;
	}
	memset(page + PAGE_SIZE - PAGE_TAIL, 0, PAGE_TAIL);
	return SQLITE_OK;
}

/* From 3.45 on the library reads the text of an overflow page past its cache, without the page's tail: such a page is read whole here,
 * and looked at. Page 1 is read in part before anything is known of the file, and then whole. */
static bool is_piece(sqlite3_file *f, int n, sqlite3_int64 at)
{
	return !own(f)->is_log && n < PAGE_SIZE && at >= PAGE_SIZE && at % PAGE_SIZE + n <= PAGE_SIZE;
}

static int read_piece(sqlite3_file *f, void *p, int n, sqlite3_int64 at)
{
	uint8_t page[PAGE_SIZE];
	sqlite3_int64 start = at - at % PAGE_SIZE;
	int code = real(f)->pMethods->xRead(real(f), page, PAGE_SIZE, start);
	if (code == SQLITE_OK)
		code = check_page(f, page, start);
	memcpy(p, page + (at - start), (size_t)n);
	return code;
}

static int f_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at)
{
	if (is_piece(f, n, at))
		return read_piece(f, p, n, at);
	int code = let_go(f);
	if (code == SQLITE_OK)
		code = real(f)->pMethods->xRead(real(f), p, n, at);
	if (code != SQLITE_OK)
		return code;
	if (own(f)->is_log)
		return is_frame_page(at, n) ? check_frame(f, p, at) : SQLITE_OK;
	return n == PAGE_SIZE ? check_page(f, p, at) : SQLITE_OK;
}

static int write_page(sqlite3_file *f, const uint8_t *p, sqlite3_int64 at)
{
	uint8_t page[PAGE_SIZE];
	if (at == 0 && p[20] != PAGE_TAIL)
		return SQLITE_IOERR_WRITE;
	memcpy(page, p, PAGE_SIZE - PAGE_TAIL);
	page_seal(page, (uint32_t)(at / PAGE_SIZE) + 1);
	return real(f)->pMethods->xWrite(real(f), page, PAGE_SIZE, at);
}

static int f_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
	if (!own(f)->is_log)
		return n == PAGE_SIZE ? write_page(f, p, at) : SQLITE_IOERR_WRITE; /* a page of another size */
	note_log_write(own(f), p, n, at);
	return hold(f, p, n, at);
}

/* ---- what passes through ---- */

static int f_close(sqlite3_file *f)
{
	struct file *x = own(f);
	int code = let_go(f);
	if (x->owner)
		x->owner->log = NULL;
	free(x->held);
	int closed = real(f)->pMethods->xClose(real(f));
	return code != SQLITE_OK ? code : closed;
}

static int f_truncate(sqlite3_file *f, sqlite3_int64 n)
{
	int code = let_go(f);
	return code != SQLITE_OK ? code : real(f)->pMethods->xTruncate(real(f), n);
}

static int f_sync(sqlite3_file *f, int flags)
{
	int code = let_go(f);
	return code != SQLITE_OK ? code : real(f)->pMethods->xSync(real(f), flags);
}

static int f_size_all(sqlite3_file *f, sqlite3_int64 *n)
{
	int code = let_go(f);
	return code != SQLITE_OK ? code : f_size(f, n);
}

/* With synchronous=FULL nothing is held any more here. It cannot fail: the next call for the log does. */
static void f_barrier(sqlite3_file *f)
{
	struct file *log = own(f)->log;
	if (log)
		log->lost = let_go(&log->base);
	f_shm_barrier(f);
}

/* Version 2 has no xFetch: every page comes through f_read. */
static const sqlite3_io_methods methods = {
	.iVersion = 2, .xClose = f_close, .xRead = f_read, .xWrite = f_write, .xTruncate = f_truncate, .xSync = f_sync, .xFileSize = f_size_all,
	.xLock = f_lock, .xUnlock = f_unlock, .xCheckReservedLock = f_reserved, .xFileControl = f_control, .xSectorSize = f_sector,
	.xDeviceCharacteristics = f_device, .xShmMap = f_shm_map, .xShmLock = f_shm_lock, .xShmBarrier = f_barrier, .xShmUnmap = f_shm_unmap,
};

static int v_open(sqlite3_vfs *v, sqlite3_filename name, sqlite3_file *f, int flags, int *out)
{
	(void)v;
	if (!(flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL)))
		return under->xOpen(under, name, f, flags, out);
	struct file *x = own(f);
	*x = (struct file){.is_log = flags & SQLITE_OPEN_WAL, .head_at = -1, .unsummed = NO_FRAME};
	int code = under->xOpen(under, name, real(f), flags, out);
	if (!real(f)->pMethods)
		return code;
	x->base.pMethods = &methods;
	if (x->is_log) {
		x->owner = own(sqlite3_database_file_object(name));
		x->owner->log = x;
	}
	return code;
}

const char *pages_vfs(void)
{
	static sqlite3_vfs vfs;
	static const char name[] = "motcua-pages";
	if (under && under == sqlite3_vfs_find(NULL))
		return name;
	under = sqlite3_vfs_find(NULL);
	vfs = *under;
	vfs.zName = name;
	vfs.szOsFile = (int)sizeof(struct file) + under->szOsFile;
	vfs.xOpen = v_open;
	sqlite3_vfs_register(&vfs, 0);
	return name;
}

static uint32_t damage_of(sqlite3 *lite, int which)
{
	sqlite3_file *f = NULL;
	if (sqlite3_file_control(lite, "main", which, &f) != SQLITE_OK || !f || f->pMethods != &methods)
		return 0;
	uint32_t n = own(f)->damaged;
	own(f)->damaged = 0;
	return n;
}

struct page_damage pages_damage(sqlite3 *lite)
{
	return (struct page_damage){damage_of(lite, SQLITE_FCNTL_FILE_POINTER), damage_of(lite, SQLITE_FCNTL_JOURNAL_POINTER)};
}
