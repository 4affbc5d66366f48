/* preload.c — the disk of disk.h under the whole program: loaded before `motcua serve`, it tells disk.c of every write, sync and name below the data
 * folder. No hook in the program: what a part of it writes past core/blob and SQLite (uploads under way, keys) is seen as well.
 *
 * TEST_CUT="LIVE AFTER SEED CALL LYING" (folders without blanks). Other processes load this and nothing happens. Shared memory that is
 * mapped is not seen: a cut leaves nothing of it. No sanitizer: it comes before theirs. */
#include "core/base/check.h"
#include "disk.h"
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FDS 20000
static struct { struct inode *ino; char *dir; } fds[FDS];
static char live[1024];
static _Thread_local bool inside; /* disk.c's own calls go through */

#define REAL(name) ((__typeof__(name) *)dlsym(RTLD_NEXT, #name))

static bool ours(const char *path)
{
	size_t n = strlen(live);
	return n && !inside && strncmp(path, live, n) == 0 && (path[n] == '/' || path[n] == '\0');
}
static bool ours_fd(int fd) { return live[0] && !inside && fd >= 0 && fd < FDS && fds[fd].ino; }

__attribute__((constructor)) static void begin(void)
{
	static char after[1024], line[256];
	const char *how = getenv("TEST_CUT");
	int cmd = (int)syscall(SYS_openat, AT_FDCWD, "/proc/self/cmdline", O_RDONLY | O_CLOEXEC), lying = 0;
	ssize_t n = syscall(SYS_read, cmd, line, sizeof line - 1);
	unsigned long long seed = 0;
	long long at = 0;
	syscall(SYS_close, cmd);
	size_t first = strnlen(line, sizeof line) + 1;
	if (!how || n <= (ssize_t)first || strcmp(line + first, "serve") != 0)
		return;
	inside = true;
	CHECK(sscanf(how, "%1023s %1023s %llu %lld %d", live, after, &seed, &at, &lying) == 5);
	disk_start(&(struct disk_config){.live = live, .after = after, .seed = seed, .cut_at = at, .lying = lying != 0});
	inside = false;
}

/* ---- names ---- */

static int opened(int fd, const char *path, int flags)
{
	struct stat st;
	if (fd < 0 || !ours(path))
		return fd;
	CHECK(fd < FDS);
	inside = true;
	if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
		CHECK((fds[fd].dir = strdup(path)) != NULL);
	else
		fds[fd].ino = disk_open(path, (flags & O_CREAT) != 0);
	if (flags & O_TRUNC && fds[fd].ino)
		disk_truncate(fds[fd].ino, 0);
	inside = false;
	return fd;
}

#define OPEN(name)                                        \
	{                                                     \
		va_list ap;                                       \
		va_start(ap, flags);                              \
		mode_t mode = flags & O_CREAT ? va_arg(ap, mode_t) : 0; \
		va_end(ap);                                       \
		return opened(REAL(name)(path, flags, mode), path, flags); \
	}
int open(const char *path, int flags, ...) OPEN(open)
int open64(const char *path, int flags, ...) OPEN(open64)

int mkostemp(char *path, int flags) { return opened(REAL(mkostemp)(path, flags), path, flags | O_CREAT); }
int mkostemp64(char *path, int flags) { return opened(REAL(mkostemp64)(path, flags), path, flags | O_CREAT); }

int close(int fd)
{
	if (live[0] && !inside && fd >= 0 && fd < FDS) {
		free(fds[fd].dir);
		fds[fd].ino = NULL;
		fds[fd].dir = NULL;
	}
	return REAL(close)(fd);
}

#define TELL(rc, what)      \
	do {                    \
		if ((rc) >= 0) {    \
			inside = true;  \
			what;           \
			inside = false; \
		}                   \
	} while (0)

int rename(const char *from, const char *to)
{
	bool mine = ours(from);
	int rc = REAL(rename)(from, to);
	if (mine)
		TELL(rc, disk_rename(from, to));
	return rc;
}

int unlink(const char *path)
{
	bool mine = ours(path);
	int rc = REAL(unlink)(path);
	if (mine)
		TELL(rc, disk_remove(path));
	return rc;
}

/* ---- bytes ---- */

ssize_t write(int fd, const void *p, size_t n)
{
	off_t at = ours_fd(fd) ? lseek(fd, 0, SEEK_CUR) : 0;
	ssize_t done = REAL(write)(fd, p, n);
	if (ours_fd(fd))
		TELL(done, disk_write(fds[fd].ino, at, p, (size_t)done));
	return done;
}

ssize_t pwrite64(int fd, const void *p, size_t n, off64_t at)
{
	ssize_t done = REAL(pwrite64)(fd, p, n, at);
	if (ours_fd(fd))
		TELL(done, disk_write(fds[fd].ino, at, p, (size_t)done));
	return done;
}
ssize_t pwrite(int fd, const void *p, size_t n, off_t at) { return pwrite64(fd, p, n, at); }

int ftruncate64(int fd, off64_t n)
{
	int rc = REAL(ftruncate64)(fd, n);
	if (ours_fd(fd))
		TELL(rc, disk_truncate(fds[fd].ino, n));
	return rc;
}
int ftruncate(int fd, off_t n) { return ftruncate64(fd, n); }

/* What survives is disk.c's: the real file need not be synced. */
int fsync(int fd)
{
	if (ours_fd(fd))
		TELL(0, disk_sync(fds[fd].ino));
	else if (live[0] && !inside && fd >= 0 && fd < FDS && fds[fd].dir)
		TELL(0, disk_sync_dir(fds[fd].dir));
	return 0;
}
int fdatasync(int fd) { return fsync(fd); }
