/* file.c — see file.h. */
#include "core/base/file.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool file_replace(struct arena *a, const char *path, mode_t mode, struct str text, struct err *e)
{
	const char *temp = str_fmt(a, "%s.new", path).p;
	int fd = open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	bool good = fd >= 0 && write(fd, text.p, text.n) == (ssize_t)text.n && fsync(fd) == 0;
	if (fd >= 0)
		close(fd);
	return (good && rename(temp, path) == 0) || err_set(e, ERR_INTERNAL, "%s: %s", path, strerror(errno));
}
