/* file.c — see file.h. */
#include "core/base/file.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool file_write(int fd, struct str bytes)
{
	while (bytes.n > 0) {
		ssize_t n = write(fd, bytes.p, bytes.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		bytes = str_sub(bytes, (size_t)n, bytes.n);
	}
	return true;
}

bool file_replace(struct arena *a, const char *path, mode_t mode, struct str text, struct err *e)
{
	const char *temp = str_fmt(a, "%s.new", path).p;
	int fd = open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	if (fd >= 0 && file_write(fd, text) && fsync(fd) == 0 && rename(temp, path) == 0) {
		close(fd);
		return true;
	}
	err_set(e, ERR_INTERNAL, "%s: %s", path, strerror(errno));
	if (fd >= 0) {
		close(fd);
		unlink(temp);
	}
	return false;
}
