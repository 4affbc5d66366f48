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

const struct file_ops file_ops_system = {sys_create, sys_write, sys_sync, sys_close, sys_rename, sys_remove, sys_sync_dir, NULL, sys_sync_tree};
