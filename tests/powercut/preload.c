/* preload.c — the disk of disk.h under the whole program: loaded before `motcua serve` and `motcua backup`, it tells disk.c of every write, sync and name
 * below a folder. No hook in the program: what a part of it writes past core/blob and SQLite (uploads under way, keys) is seen as well.
 *
 * TEST_CUT="LIVE AFTER SEED CALL LYING COUNT" (paths without blanks); COUNT is a file of eight bytes, where all processes of one power line count their
 * calls. A backup that comes to its end leaves what a cut just afterwards would. Other processes load this and nothing happens. Shared memory that is
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
#include <sys/mman.h>
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

/* The command that this process is; "" when it cannot be told. */
static void command(char *out, size_t size)
{
	char line[4096];
	int fd = (int)syscall(SYS_openat, AT_FDCWD, "/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
	ssize_t n = syscall(SYS_read, fd, line, sizeof line - 1);
	syscall(SYS_close, fd);
	line[n > 0 ? n : 0] = '\0';
	size_t first = strlen(line) + 1;
	snprintf(out, size, "%s", n > (ssize_t)first ? line + first : "");
}

static _Atomic int64_t *shared_count(const char *path)
{
	int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC);
	CHECK(fd >= 0);
	void *p = mmap(NULL, sizeof(int64_t), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	CHECK(p != MAP_FAILED);
	syscall(SYS_close, fd);
	return p;
}

static bool ends_by_itself;

__attribute__((constructor)) static void begin(void)
{
	static char after[1024], count[1024], word[16];
	const char *how = getenv("TEST_CUT");
	int lying = 0;
	unsigned long long seed = 0;
	long long at = 0;
	command(word, sizeof word);
	ends_by_itself = strcmp(word, "backup") == 0;
	if (!how || (!ends_by_itself && strcmp(word, "serve") != 0))
		return;
	inside = true;
	CHECK(sscanf(how, "%1023s %1023s %llu %lld %d %1023s", live, after, &seed, &at, &lying, count) == 6);
	disk_start(&(struct disk_config){.live = live, .after = after, .seed = seed, .cut_at = at, .lying = lying != 0, .calls = shared_count(count)});
	inside = false;
}

__attribute__((destructor)) static void end(void)
{
	if (!live[0] || !ends_by_itself)
		return;
	inside = true;
	disk_end();
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
/* All below the folder: of what else lies on the file system nothing is promised. */
int syncfs(int fd)
{
	if (live[0] && !inside && fd >= 0 && fd < FDS && fds[fd].dir)
		TELL(0, disk_sync_tree(fds[fd].dir));
	return 0;
}
