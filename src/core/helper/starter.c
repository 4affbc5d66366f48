/* starter.c — see starter.h. After the fork only system calls and posix_spawn: other threads may have held any lock. */
#include "core/helper/starter.h"
#include "core/base/child.h"
#include "core/helper/wire.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define OURS 3  /* where the starter finds its own socket */
#define CHILD 4 /* and the helper's end of a new pair */
#define AT_END_MS 1000

struct order { int start, patience_ms; };
struct said { int rc; pid_t pid; };
struct plan { const struct helper_spec *spec; char **env; posix_spawn_file_actions_t fa; posix_spawnattr_t at; };

static void plan_init(struct plan *p, const struct helper_spec *spec, struct arena *a)
{
	sigset_t none, ours;
	sigemptyset(&none);
	sigemptyset(&ours);
	for (int s = 1; s < 32; s++)
		if (s != SIGKILL && s != SIGSTOP)
			sigaddset(&ours, s);
	p->spec = spec;
	p->env = child_env(a, spec->keep);
	posix_spawn_file_actions_init(&p->fa);
	posix_spawn_file_actions_addopen(&p->fa, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&p->fa, CHILD, HELPER_SOCKET);
	posix_spawn_file_actions_addclosefrom_np(&p->fa, HELPER_SOCKET + 1);
	posix_spawnattr_init(&p->at);
	posix_spawnattr_setsigmask(&p->at, &none);
	posix_spawnattr_setsigdefault(&p->at, &ours);
	posix_spawnattr_setflags(&p->at, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

static void plan_done(struct plan *p)
{
	posix_spawnattr_destroy(&p->at);
	posix_spawn_file_actions_destroy(&p->fa);
}

/* ---- inside the starter ---- */

/* The other end of a new pair, or -1. */
static int begin(const struct plan *p, struct said *out)
{
	int pair[2];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair)) {
		out->rc = errno;
		return -1;
	}
	int server_end = fcntl(pair[0], F_DUPFD_CLOEXEC, CHILD + 1), child_end = fcntl(pair[1], F_DUPFD_CLOEXEC, CHILD + 1);
	close(pair[0]);
	close(pair[1]);
	out->rc = dup2(child_end, CHILD) < 0 ? errno : posix_spawn(&out->pid, p->spec->argv[0], &p->fa, &p->at, (char *const *)(uintptr_t)p->spec->argv, p->env);
	close(CHILD);
	close(child_end);
	if (!out->rc)
		return server_end;
	close(server_end);
	out->pid = 0;
	return -1;
}

static void end(pid_t *pid, int patience_ms)
{
	struct pollfd p = {.fd = *pid ? pidfd_open(*pid, 0) : -1, .events = POLLIN};
	if (!*pid)
		return;
	if (p.fd < 0 || poll(&p, 1, patience_ms) != 1)
		kill(*pid, SIGKILL); /* not reaped yet: the number is its own */
	while (waitpid(*pid, NULL, 0) < 0 && errno == EINTR)
		;
	close(p.fd);
	*pid = 0;
}

static bool tell(const struct said *s, int fd)
{
	struct helper_fds fds = {.fd = {fd}, .n = fd >= 0 ? 1 : 0};
	struct err e;
	bool began;
	return wire_send(OURS, (struct str){(const char *)s, sizeof *s}, &fds, 0, &began, &e);
}

static _Noreturn void keep(int sock, const struct plan *p)
{
	struct order o;
	pid_t pid = 0;
	if (sock != OURS && dup2(sock, OURS) < 0)
		_exit(1);
	closefrom(OURS + 1);
	fcntl(OURS, F_SETFD, FD_CLOEXEC);
	prctl(PR_SET_NAME, "motcua-starter");
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* it is a copy of the server as it was */
	while (recv(OURS, &o, sizeof o, MSG_WAITALL) == (ssize_t)sizeof o) {
		struct said s = {0};
		end(&pid, o.patience_ms);
		int fd = o.start ? begin(p, &s) : -1;
		pid = s.pid;
		bool told = tell(&s, fd);
		if (fd >= 0)
			close(fd);
		if (!told)
			break;
	}
	end(&pid, AT_END_MS);
	_exit(0);
}

/* ---- the server's side ---- */

bool starter_open(struct starter *k, const struct helper_spec *spec, struct err *e)
{
	int pair[2];
	AUTO_ARENA a = arena_new(0);
	struct plan p;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return err_set(e, ERR_BUSY, "socketpair: %s", strerror(errno));
	plan_init(&p, spec, a);
	*k = (struct starter){.sock = pair[0], .pid = fork()};
	if (k->pid == 0)
		keep(pair[1], &p);
	int why = errno;
	plan_done(&p);
	close(pair[1]);
	if (k->pid > 0)
		return true;
	close(pair[0]);
	return err_set(e, ERR_BUSY, "cannot start a starter: %s", strerror(why));
}

void starter_close(struct starter *k)
{
	close(k->sock);
	while (waitpid(k->pid, NULL, 0) < 0 && errno == EINTR)
		;
}

static bool ask(struct starter *k, struct order o, struct said *out, struct helper_fds *fds, struct err *e)
{
	AUTO_ARENA a = arena_new(0);
	struct str answer;
	bool ended;
	if (send(k->sock, &o, sizeof o, MSG_NOSIGNAL) != (ssize_t)sizeof o)
		return err_set(e, ERR_BUSY, "the helper's starter is gone: %s", strerror(errno));
	if (!wire_receive(k->sock, a, 0, &answer, fds, &ended, e))
		return false;
	if (ended || answer.n != sizeof *out)
		return err_set(e, ERR_BUSY, "the helper's starter is gone");
	memcpy(out, answer.p, sizeof *out);
	return true;
}

bool starter_start(struct starter *k, pid_t *pid, int *sock, struct err *e)
{
	struct said s;
	struct helper_fds fds = {.n = 0};
	if (!ask(k, (struct order){.start = 1}, &s, &fds, e))
		return false;
	if (s.rc == 0 && fds.n == 1) {
		*pid = s.pid;
		*sock = fds.fd[0];
		return true;
	}
	helper_fds_close(&fds);
	return err_set(e, ERR_BUSY, "%s", strerror(s.rc));
}

void starter_stop(struct starter *k, int patience_ms)
{
	struct said s;
	struct helper_fds fds = {.n = 0};
	struct err e;
	if (ask(k, (struct order){.patience_ms = patience_ms}, &s, &fds, &e))
		helper_fds_close(&fds);
}
