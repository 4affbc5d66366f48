/* serving.h — for what a test loads before the program: memory that it shares with the serving process. Commands and helpers load it too and share
 * nothing. No sanitizer, and no call of the library that a test may have taken over. */
#pragma once
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Is this `motcua serve`, or `motcua-render papers`, to which the server passes no such variable on and a test does? */
static inline bool is_serving(void)
{
	char line[4096];
	int fd = (int)syscall(SYS_openat, AT_FDCWD, "/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, line, sizeof line - 1);
	if (fd >= 0)
		close(fd);
	if (n <= 0)
		return false;
	line[n] = '\0';
	size_t first = strlen(line) + 1;
	return (ssize_t)first < n && (strcmp(line + first, "serve") == 0 || strcmp(line + first, "papers") == 0);
}

/* The first `size` bytes of the file that this variable names; NULL: not named, or not in the serving process. */
static inline void *shared_with_test(const char *variable, size_t size)
{
	const char *path = getenv(variable);
	if (!path || !is_serving())
		return NULL;
	int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC);
	void *p = fd < 0 ? MAP_FAILED : mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (fd >= 0)
		close(fd);
	if (p == MAP_FAILED)
		abort();
	return p;
}
