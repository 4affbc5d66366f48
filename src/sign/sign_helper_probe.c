/* sign_helper_probe — the sign helper as a program of its own, for the tests; "escape" tries what must not work. */
#include "core/helper/helper.h"
#include "sign/sign_helper.h"
#include "sign/sign_lock.h"
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int opens(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0600);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* One digit per attempt: inside read, inside write, outside read, outside write, Unix socket, network socket, fork. */
static int escape(const char *dir, const char *inside, const char *outside)
{
	struct err e;
	if (!sign_lock_down(strcmp(dir, "hardware") == 0 ? NULL : dir, &e))
		return 1;
	int unix_fd = socket(AF_UNIX, SOCK_STREAM, 0), net = socket(AF_INET, SOCK_STREAM, 0);
	char text[64];
	int n = snprintf(text, sizeof text, "%d%d%d%d%d%d%d", opens(inside, O_RDONLY), opens(inside, O_RDWR), opens(outside, O_RDONLY), opens(outside, O_WRONLY),
			 unix_fd >= 0, net >= 0, fork() >= 0);
	_exit(write(1, text, (size_t)n) == n ? 0 : 1);
}

int main(int argc, char **argv)
{
	if (argc == 5 && strcmp(argv[1], "escape") == 0)
		return escape(argv[2], argv[3], argv[4]);
	if (argc < 4)
		return 2;
	_exit(sign_helper_main(argv[1], argv[2], argv[3], argc > 4 ? argv[4] : NULL));
}
