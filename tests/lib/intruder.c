/* intruder.c — loaded before the program by a test: somebody who runs code inside the server. SIGUSR1: tries what does not end the process
 * and says "intruder NAME=ERRNO" for each (0: it went well); SIGUSR2: begins a program. INTRUDER_DIR: the data folder; INTRUDER_OUT: a folder
 * beside it. INTRUDER_PORTS: where it connects to. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static uint16_t elsewhere, as_set; /* ports: INTRUDER_PORTS="1234 5678" */
static char in[400], in_moved[400], out[400], existing[400];

static void say(const char *name, int failed)
{
	char text[100];
	int n = snprintf(text, sizeof text, "intruder %s=%d\n", name, failed ? errno : 0);
	if (write(2, text, (size_t)n) < 0)
		_exit(9);
}

static int makes(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	return fd < 0 ? -1 : close(fd);
}

static int writes(const char *path, int flags)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | flags);
	return fd < 0 ? -1 : close(fd);
}

static int binds(void)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	return fd < 0 ? -2 : bind(fd, (struct sockaddr *)&at, sizeof at);
}

/* To a port where nobody listens (refused by the machine), or which may not be reached (by the kernel). */
static int connects(uint16_t port)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM, 0), failed = fd < 0 ? -2 : connect(fd, (struct sockaddr *)&at, sizeof at), why = errno;
	close(fd);
	errno = why;
	return failed;
}

static int forks(void)
{
	pid_t pid = fork();
	if (pid == 0)
		_exit(0);
	return pid < 0 ? -1 : 0;
}

static void try_all(int sig)
{
	(void)sig;
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	say("make-inside", makes(in));
	say("move-inside", rename(in, in_moved));
	say("remove-inside", unlink(in_moved));
	say("make-outside", makes(out));
	say("write-outside", writes(existing, 0));
	say("empty-outside", writes(existing, O_TRUNC));
	say("remove-outside", unlink(existing));
	say("chroot", chroot("/"));
	say("bind", binds());
	say("connect-elsewhere", connects(elsewhere));
	say("connect-as-set", connects(as_set));
	say("raw-socket", socket(AF_PACKET, SOCK_RAW, 0) < 0);
	say("write-and-run", mmap(NULL, 4096, PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED);
	say("run-what-was-written", mprotect(page, 4096, PROT_READ | PROT_EXEC));
	say("signal-another", kill(getppid(), 0));
	say("dumpable-again", prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
	say("fork", forks());
	say("done", 0);
}

static void try_exec(int sig)
{
	(void)sig;
	execl("/bin/true", "true", (char *)NULL);
	say("exec", 1);
}

__attribute__((constructor)) static void begin(void)
{
	const char *dir = getenv("INTRUDER_DIR"), *beside = getenv("INTRUDER_OUT");
	if (!dir || !beside)
		return;
	snprintf(in, sizeof in, "%s/uploads/intruder", dir);
	snprintf(in_moved, sizeof in_moved, "%s/parts/intruder", dir);
	snprintf(out, sizeof out, "%s/new", beside);
	snprintf(existing, sizeof existing, "%s/existing", beside);
	if (getenv("INTRUDER_PORTS"))
		sscanf(getenv("INTRUDER_PORTS"), "%hu %hu", &elsewhere, &as_set);
	signal(SIGUSR1, try_all);
	signal(SIGUSR2, try_exec);
}
