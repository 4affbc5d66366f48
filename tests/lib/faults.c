/* faults.c — loaded before the program by a test: the calls by which the serving process reaches the disk, its database and memory can
 * fail, and its wall clock can be moved while it runs.
 *
 * The test and the process share the file TEST_FAULTS (struct faults; tests/lib/faulty.py has its other half). Of the kinds in `mask` the call
 * that takes `left` from 1 to 0 fails with `code` (-1: each of them does until the test says otherwise; -2: the first of a place that never failed,
 * which is told by the calls that led there: thousands of allocations come from some hundred places). Other processes (commands, helpers) load
 * this too and nothing fails there, but in the one that draws papers when a test gives it the file (src/render/render_program_test.c). Files without a
 * name, sockets and pipes never fail. No sanitizer: it comes before theirs. */
#include "faults.h"
#include "serving.h"
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define DEPTH 8
static struct faults nothing, *shared = &nothing;

/* The way here, as a number that is the same in the next process: the test takes care that all is loaded at the same addresses. */
static uint64_t place_of_call(void)
{
	void *frames[DEPTH];
	uint64_t h = 14695981039346656037U;
	for (int i = 0, n = backtrace(frames, DEPTH); i < n; i++)
		h = (h ^ (uint64_t)(uintptr_t)frames[i]) * 1099511628211U;
	return h ? h : 1;
}

/* Where the place stands in the table, or the free slot for it. */
static _Atomic uint64_t *slot_of(uint64_t h)
{
	for (size_t i = h % FAULT_PLACES, turn = 0; turn < FAULT_PLACES; turn++, i = (i + 1) % FAULT_PLACES) {
		uint64_t there = atomic_load(&shared->places[i]);
		if (!there || there == h)
			return &shared->places[i];
	}
	abort();
}

/* The first call of a new place, and no other until the test says so again. */
static int strikes_place(void)
{
	static _Thread_local int asked;
	int64_t armed = -2;
	if (asked)
		return 0;
	asked = 1;
	uint64_t h = place_of_call();
	_Atomic uint64_t *slot = slot_of(h);
	int yes = !atomic_load(slot) && atomic_compare_exchange_strong(&shared->left, &armed, 0);
	if (yes) /* none but who disarmed it writes here */
		atomic_store(slot, h);
	asked = 0;
	return yes;
}

/* Does this call fail? */
static int strikes(enum fault k)
{
	if (!(atomic_load(&shared->mask) & (int32_t)k))
		return 0;
	int64_t left = atomic_load(&shared->left);
	if (left == -2 && strikes_place())
		left = -1;
	while (left > 0 && !atomic_compare_exchange_weak(&shared->left, &left, left - 1))
		;
	if (left != 1 && left != -1)
		return 0;
	atomic_fetch_add(&shared->hits, 1);
	errno = atomic_load(&shared->code);
	return 1;
}

static int regular(int fd)
{
	struct stat st;
	int saved = errno, yes = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
	errno = saved;
	return yes;
}

#define REAL(name) ((__typeof__(name) *)real(#name))
static void *real(const char *name) { return dlsym(RTLD_NEXT, name); }

__attribute__((constructor)) static void begin(void)
{
	struct faults *p = shared_with_test("TEST_FAULTS", sizeof *p);
	void *frame;
	backtrace(&frame, 1); /* it loads a library the first time */
	shared = p ? p : &nothing;
}

/* ---- files ---- */

ssize_t write(int fd, const void *p, size_t n) { return regular(fd) && strikes(FAULT_WRITE) ? -1 : REAL(write)(fd, p, n); }
ssize_t pwrite64(int fd, const void *p, size_t n, off64_t at) { return strikes(FAULT_WRITE) ? -1 : REAL(pwrite64)(fd, p, n, at); }
ssize_t pwrite(int fd, const void *p, size_t n, off_t at) { return strikes(FAULT_WRITE) ? -1 : REAL(pwrite)(fd, p, n, at); }
int ftruncate64(int fd, off64_t n) { return strikes(FAULT_WRITE) ? -1 : REAL(ftruncate64)(fd, n); }
int ftruncate(int fd, off_t n) { return strikes(FAULT_WRITE) ? -1 : REAL(ftruncate)(fd, n); }
int fsync(int fd) { return strikes(FAULT_SYNC) ? -1 : REAL(fsync)(fd); }
int fdatasync(int fd) { return strikes(FAULT_SYNC) ? -1 : REAL(fdatasync)(fd); }
int rename(const char *from, const char *to) { return strikes(FAULT_NAME) ? -1 : REAL(rename)(from, to); }
int mkostemp(char *path, int flags) { return strikes(FAULT_NAME) ? -1 : REAL(mkostemp)(path, flags); }
ssize_t pread64(int fd, void *p, size_t n, off64_t at) { return strikes(FAULT_READ) ? -1 : REAL(pread64)(fd, p, n, at); }
ssize_t pread(int fd, void *p, size_t n, off_t at) { return strikes(FAULT_READ) ? -1 : REAL(pread)(fd, p, n, at); }

/* One that only reads, or a folder, never fails here. */
static int opens_to_write(const char *path, int flags) { return (flags & O_ACCMODE) != O_RDONLY && strncmp(path, "/dev/", 5) != 0 && strncmp(path, "/proc/", 6) != 0; }

#define OPEN(name, ...)                                             \
	{                                                                       \
		va_list ap;                                                         \
		va_start(ap, flags);                                                \
		mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(ap, mode_t) : 0; \
		va_end(ap);                                                         \
		return opens_to_write(path, flags) && strikes(FAULT_NAME) ? -1 : REAL(name)(__VA_ARGS__, mode); \
	}
int open(const char *path, int flags, ...) OPEN(open, path, flags)
int open64(const char *path, int flags, ...) OPEN(open64, path, flags)
int openat(int at, const char *path, int flags, ...) OPEN(openat, at, path, flags)
int openat64(int at, const char *path, int flags, ...) OPEN(openat64, at, path, flags)

/* ---- the database's libraries ---- */

/* A statement that failed says so twice, to step() and to the reset() or finalize() after it, and FTS5 listens to the second alone: to tell only the first
 * would be a write that was lost and reported as done, which no disk does. */
struct sqlite3_stmt;
int sqlite3_step(struct sqlite3_stmt *s);
int sqlite3_reset(struct sqlite3_stmt *s);
int sqlite3_finalize(struct sqlite3_stmt *s);
const char *sqlite3_sql(struct sqlite3_stmt *s);
struct sqlite3;
int sqlite3_exec(struct sqlite3 *db, const char *text, int (*row)(void *, int, char **, char **), void *ctx, char **error);
static __typeof__(sqlite3_step) *step, *reset, *finalize;
static __typeof__(sqlite3_exec) *exec;
static _Thread_local int inside;
static __typeof__(sqlite3_sql) *sql;
#define FAILED 10 /* SQLITE_IOERR */
static struct sqlite3_stmt *_Atomic failed[64];

__attribute__((constructor)) static void find_sqlite(void)
{
	sql = REAL(sqlite3_sql);
	exec = REAL(sqlite3_exec);
	step = REAL(sqlite3_step);
	reset = REAL(sqlite3_reset);
	finalize = REAL(sqlite3_finalize);
}

static void keep_failed(struct sqlite3_stmt *s)
{
	for (size_t i = 0; i < sizeof failed / sizeof *failed; i++) {
		struct sqlite3_stmt *none = NULL;
		if (atomic_compare_exchange_strong(&failed[i], &none, s))
			return;
	}
	abort();
}

/* Did it fail? Asked once. */
static int had_failed(struct sqlite3_stmt *s)
{
	int yes = 0;
	for (size_t i = 0; s && i < sizeof failed / sizeof *failed; i++) {
		struct sqlite3_stmt *it = s;
		yes |= atomic_load(&failed[i]) == s && atomic_compare_exchange_strong(&failed[i], &it, NULL);
	}
	return yes;
}

/* The library opens a blob by a program without text; that fails when the disk does. */
static int strikes_text(const char *text)
{
	if (!text)
		return 0;
	enum fault k = strncmp(text, "commit", 6) == 0 || strncmp(text, "release", 7) == 0 ? FAULT_COMMIT : FAULT_QUERY;
	return strncmp(text, "rollback", 8) != 0 && strikes(k);
}

/* Its own steps are told to nobody when they fail: it fails as a whole. */
int sqlite3_exec(struct sqlite3 *db, const char *text, int (*row)(void *, int, char **, char **), void *ctx, char **error)
{
	if (!inside && strikes_text(text))
		return FAILED;
	inside++;
	int code = exec(db, text, row, ctx, error);
	inside--;
	return code;
}

int sqlite3_step(struct sqlite3_stmt *s)
{
	if (inside || !(atomic_load(&shared->mask) & (FAULT_QUERY | FAULT_COMMIT)) || !strikes_text(sql(s)))
		return step(s);
	had_failed(s);
	keep_failed(s);
	return FAILED;
}

int sqlite3_reset(struct sqlite3_stmt *s)
{
	int yes = had_failed(s), code = reset(s);
	return yes ? FAILED : code;
}

int sqlite3_finalize(struct sqlite3_stmt *s)
{
	int yes = had_failed(s), code = finalize(s);
	return yes ? FAILED : code;
}

/* PostgreSQL: the statement is not sent, which is no answer and no lost connection. */
struct pg_conn;
struct pg_result;
struct pg_result *PQexec(struct pg_conn *c, const char *text);
int PQsendQueryPrepared(struct pg_conn *c, const char *name, int n, const char *const *v, const int *lengths, const int *formats, int how);
struct pg_result *PQexec(struct pg_conn *c, const char *text)
{
	int end = strncmp(text, "commit", 6) == 0 || strncmp(text, "release", 7) == 0, back = strncmp(text, "rollback", 8) == 0;
	return !back && strikes(end ? FAULT_COMMIT : FAULT_QUERY) ? NULL : REAL(PQexec)(c, text);
}
int PQsendQueryPrepared(struct pg_conn *c, const char *name, int n, const char *const *v, const int *lengths, const int *formats, int how)
{
	return strikes(FAULT_QUERY) ? 0 : REAL(PQsendQueryPrepared)(c, name, n, v, lengths, formats, how);
}

/* ---- memory ---- */

void *__interceptor_malloc(size_t n) __attribute__((weak));
void *__interceptor_calloc(size_t n, size_t size) __attribute__((weak));
void *__interceptor_realloc(void *p, size_t n) __attribute__((weak));
void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);
void *malloc(size_t n)
{
	if (strikes(FAULT_ALLOC))
		return NULL;
	return __interceptor_malloc ? __interceptor_malloc(n) : __libc_malloc(n);
}

void *calloc(size_t n, size_t size)
{
	if (strikes(FAULT_ALLOC))
		return NULL;
	return __interceptor_calloc ? __interceptor_calloc(n, size) : __libc_calloc(n, size);
}

void *realloc(void *p, size_t n)
{
	if (n && strikes(FAULT_ALLOC))
		return NULL;
	return __interceptor_realloc ? __interceptor_realloc(p, n) : __libc_realloc(p, n);
}

/* ---- the wall clock ---- */

int clock_gettime(clockid_t id, struct timespec *ts)
{
	int rc = (int)syscall(SYS_clock_gettime, id, ts);
	if (!rc && id == CLOCK_REALTIME)
		ts->tv_sec += atomic_load(&shared->clock_s);
	return rc;
}

int gettimeofday(struct timeval *restrict tv, void *restrict zone)
{
	struct timespec ts = {0};
	(void)zone;
	clock_gettime(CLOCK_REALTIME, &ts);
	*tv = (struct timeval){ts.tv_sec, ts.tv_nsec / 1000};
	return 0;
}

time_t time(time_t *t)
{
	struct timespec ts = {0};
	clock_gettime(CLOCK_REALTIME, &ts);
	if (t)
		*t = ts.tv_sec;
	return ts.tv_sec;
}
