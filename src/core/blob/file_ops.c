/* file_ops.c — the system's own calls. */
#include "core/blob/file_ops.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static int sys_create(void *ctx, const char *path)
{
	(void)ctx;
	return open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
}

static ssize_t sys_write(void *ctx, int fd, const void *p, size_t n)
{
	(void)ctx;
	return write(fd, p, n);
}

static int sys_sync(void *ctx, int fd)
{
	(void)ctx;
	return fsync(fd);
}

static int sys_close(void *ctx, int fd)
{
	(void)ctx;
	return close(fd);
}

static int sys_rename(void *ctx, const char *from, const char *to)
{
	(void)ctx;
	return rename(from, to);
}

static int sys_remove(void *ctx, const char *path)
{
	(void)ctx;
	return unlink(path);
}

static int sys_sync_dir(void *ctx, const char *path)
{
	(void)ctx;
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	int result = fsync(fd), why = errno;
	close(fd);
	errno = why;
	return result;
}

static int sys_sync_tree(void *ctx, const char *path)
{
	(void)ctx;
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	int result = syncfs(fd), why = errno;
	close(fd);
	errno = why;
	return result;
}

/* What it finds wrong fsync() would not say again. A file system without it has nothing to say. */
static int sys_write_back(void *ctx, int fd, off_t from, off_t n)
{
	const unsigned all = SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER;
	(void)ctx;
	if (sync_file_range(fd, from, n, SYNC_FILE_RANGE_WRITE) == 0 && (from < n || sync_file_range(fd, from - n, n, all) == 0))
		return 0;
	return errno == EIO || errno == ENOSPC || errno == EDQUOT ? -1 : 0;
}

const struct file_ops file_ops_system = {sys_create, sys_write, sys_sync, sys_close, sys_rename, sys_remove, sys_sync_dir, NULL, sys_sync_tree, sys_write_back};
