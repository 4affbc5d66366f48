#include "core/base/child.h"
#include "core/base/instant.h"
#include "core/helper/wire.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct helper {
	struct helper_spec spec;
	pthread_mutex_t lock;
	pid_t pid; /* 0: none runs */
	int sock;
};

static int spawn(struct helper *h, int child_end)
{
	posix_spawn_file_actions_t fa;
	posix_spawnattr_t at;
	sigset_t none, ours;
	sigemptyset(&none);
	sigemptyset(&ours);
	for (int s = 1; s < 32; s++)
		if (s != SIGKILL && s != SIGSTOP)
			sigaddset(&ours, s);
	posix_spawn_file_actions_init(&fa);
	posix_spawnattr_init(&at);
	posix_spawn_file_actions_addopen(&fa, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&fa, child_end, HELPER_SOCKET);
	posix_spawn_file_actions_addclosefrom_np(&fa, HELPER_SOCKET + 1);
	posix_spawnattr_setsigmask(&at, &none);
	posix_spawnattr_setsigdefault(&at, &ours);
	posix_spawnattr_setflags(&at, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	AUTO_ARENA a = arena_new(0);
	int rc = posix_spawn(&h->pid, h->spec.argv[0], &fa, &at, (char *const *)(uintptr_t)h->spec.argv, child_env(a, h->spec.keep));
	posix_spawnattr_destroy(&at);
	posix_spawn_file_actions_destroy(&fa);
	return rc;
}

static bool start(struct helper *h, struct err *e)
{
	int pair[2];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return err_set(e, ERR_BUSY, "socketpair: %s", strerror(errno));
	int rc = spawn(h, pair[1]);
	close(pair[1]);
	if (rc) {
		close(pair[0]);
		h->pid = 0;
		return err_set(e, ERR_BUSY, "cannot start helper %s: %s", h->spec.name, strerror(rc));
	}
	h->sock = pair[0];
	return true;
}

static void stop(struct helper *h, int patience_ms)
{
	if (!h->pid)
		return;
	close(h->sock);
	for (int waited = 0; waited < patience_ms; waited += 10) {
		if (waitpid(h->pid, NULL, WNOHANG) == h->pid) {
			h->pid = 0;
			return;
		}
		poll(NULL, 0, 10);
	}
	kill(h->pid, SIGKILL);
	while (waitpid(h->pid, NULL, 0) < 0 && errno == EINTR)
		;
	h->pid = 0;
}

struct helper *helper_open(const struct helper_spec *spec, struct err *e)
{
	struct helper *h = calloc(1, sizeof *h);
	CHECK(h);
	h->spec = *spec;
	pthread_mutex_init(&h->lock, NULL);
	if (start(h, e))
		return h;
	pthread_mutex_destroy(&h->lock);
	free(h);
	return NULL;
}

void helper_close(struct helper *h)
{
	if (!h)
		return;
	stop(h, 1000);
	pthread_mutex_destroy(&h->lock);
	free(h);
}

void helper_renew(struct helper *h)
{
	pthread_mutex_lock(&h->lock);
	stop(h, 0);
	pthread_mutex_unlock(&h->lock);
}

int helper_pid(struct helper *h)
{
	pthread_mutex_lock(&h->lock);
	int pid = h->pid;
	pthread_mutex_unlock(&h->lock);
	return pid;
}

static bool lock_until(struct helper *h, int64_t deadline_ns)
{
	struct timespec t = {.tv_sec = deadline_ns / 1000000000, .tv_nsec = deadline_ns % 1000000000};
	return pthread_mutex_clocklock(&h->lock, CLOCK_MONOTONIC, &t) == 0;
}

/* An idle helper has nothing to say: a readable socket means that it ended (or went mad). */
static bool is_gone(const struct helper *h)
{
	struct pollfd p = {.fd = h->sock, .events = POLLIN};
	return !h->pid || poll(&p, 1, 0) != 0;
}

struct call { struct str request, *answer; const struct helper_fds *fds; int64_t deadline_ns; struct arena *a; };

static bool call_locked(struct helper *h, const struct call *c, struct err *e)
{
	bool began, end;
	struct helper_fds none = {.n = 0};
	if (is_gone(h)) {
		stop(h, 0);
		if (!start(h, e))
			return false;
	}
	bool ok = wire_send(h->sock, c->request, c->fds, c->deadline_ns, &began, e)
	          && wire_receive(h->sock, c->a, c->deadline_ns, c->answer, &none, &end, e);
	helper_fds_close(&none);
	if (ok && !h->spec.fresh)
		return true;
	stop(h, 0);
	if (!ok)
		e->kind = ERR_BUSY;
	struct err later; /* the next call tries again */
	if (ok && !start(h, &later))
		h->pid = 0;
	return ok;
}

bool helper_call(struct helper *h, struct str request, const struct helper_fds *fds, int timeout_ms, struct arena *a,
                 struct str *answer, struct err *e)
{
	struct call c = {.request = request, .answer = answer, .fds = fds, .a = a,
	                 .deadline_ns = monotonic_ns() + (int64_t)timeout_ms * 1000000};
	if (request.n > HELPER_MESSAGE_MAX)
		return err_set(e, ERR_TOO_LARGE, "request of %zu bytes", request.n);
	if (!lock_until(h, c.deadline_ns))
		return err_set(e, ERR_BUSY, "helper %s is busy", h->spec.name);
	bool ok = call_locked(h, &c, e);
	pthread_mutex_unlock(&h->lock);
	return ok || err_wrap(e, h->spec.name);
}
