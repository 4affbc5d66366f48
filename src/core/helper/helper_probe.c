/* helper_probe — a helper that misbehaves on request, for helper_test. */
#include "core/helper/helper.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static int fixture = -1;

static int fixture_path(const char *path) { return strcmp(path, "/known/fixture") == 0 ? fixture : -1; }

static struct str try_open(struct arena *a, const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC);
	char text[32] = "";
	if (fd < 0)
		return str_fmt(a, "refused %d", errno == EPERM);
	ssize_t n = read(fd, text, sizeof text - 1);
	close(fd);
	return str_fmt(a, "read %.*s", (int)n, text);
}

extern char **environ;

static struct str environment(struct arena *a)
{
	struct buf b = buf_on(a);
	for (size_t i = 0; environ[i]; i++)
		buf_fmt(&b, "%s\n", environ[i]);
	return buf_str(&b);
}

/* Each open descriptor, and whether standard input gives anything. */
static struct str descriptors(struct arena *a)
{
	struct buf b = buf_on(a);
	char c;
	for (int fd = 0; fd < 1024; fd++)
		if (fcntl(fd, F_GETFD) >= 0 && fd != fixture)
			buf_fmt(&b, "%d ", fd);
	buf_fmt(&b, "read %zd", read(STDIN_FILENO, &c, 1));
	return buf_str(&b);
}

static struct str work(struct arena *a, struct str msg, struct helper_fds *fds)
{
	if (str_eq(msg, STR("die")))
		_exit(7);
	while (str_eq(msg, STR("hang")))
		;
	if (str_eq(msg, STR("environment")))
		return environment(a);
	if (str_eq(msg, STR("descriptors")))
		return descriptors(a);
	if (str_eq(msg, STR("open")))
		return try_open(a, "/etc/passwd", O_RDONLY);
	if (str_eq(msg, STR("known")))
		return try_open(a, "/known/fixture", O_RDONLY);
	if (str_eq(msg, STR("known for writing")))
		return try_open(a, "/known/fixture", O_RDWR);
	struct stat st;
	if (str_eq(msg, STR("stat")))
		return str_fmt(a, "%d%d", fstat(HELPER_SOCKET, &st), stat("/etc/passwd", &st) < 0 && errno == EPERM);
	if (str_eq(msg, STR("socket")))
		return str_fmt(a, "%d", socket(AF_INET, SOCK_STREAM, 0) < 0 && errno == EPERM);
	if (str_eq(msg, STR("fork")))
		return str_fmt(a, "%d", fork() < 0);
	if (str_eq(msg, STR("exec")))
		execl("/bin/true", "true", (char *)NULL);
	if (str_eq(msg, STR("write")) && fds->n == 2)
		return str_fmt(a, "%zd", write(fds->fd[1], "written", 7));
	return str_cat(a, STR("echo "), msg);
}

int main(void)
{
	struct err e = {0};
	AUTO_ARENA a = arena_new(0);
	fixture = memfd_create("fixture", MFD_CLOEXEC);
	if (write(fixture, "fonts", 5) != 5 || !helper_limit_memory(0, &e) || !helper_lock_down(fixture_path, false, &e))
		return 1;
	for (;;) {
		struct helper_fds fds;
		struct str msg;
		bool end;
		if (!helper_limit_cpu(1, &e) || !helper_receive(HELPER_SOCKET, a, &msg, &fds, &end, &e))
			return 0;
		if (!helper_answer(HELPER_SOCKET, work(a, msg, &fds), &e))
			return 1;
		helper_fds_close(&fds);
		arena_reset(a);
	}
}
