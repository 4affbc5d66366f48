#include "core/base/instant.h"
#include "core/helper/starter.h"
#include "core/helper/wire.h"
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct helper {
	struct helper_spec spec;
	pthread_mutex_t lock;
	struct starter starter;
	pid_t pid; /* 0: none runs */
	int sock;
};

static bool start(struct helper *h, struct err *e)
{
	if (starter_start(&h->starter, &h->pid, &h->sock, e))
		return true;
	h->pid = 0;
	return err_wrap(e, "cannot start the helper");
}

static void stop(struct helper *h, int patience_ms)
{
	if (!h->pid)
		return;
	close(h->sock);
	starter_stop(&h->starter, patience_ms);
	h->pid = 0;
}

struct helper *helper_open(const struct helper_spec *spec, struct err *e)
{
	struct helper *h = calloc(1, sizeof *h);
	CHECK(h);
	h->spec = *spec;
	pthread_mutex_init(&h->lock, NULL);
	if (starter_open(&h->starter, spec, e)) {
		if (spec->on_call || start(h, e))
			return h;
		starter_close(&h->starter);
	}
	pthread_mutex_destroy(&h->lock);
	free(h);
	return NULL;
}

void helper_close(struct helper *h)
{
	if (!h)
		return;
	stop(h, 1000);
	starter_close(&h->starter);
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

#if defined(__SANITIZE_THREAD__) /* it does not know pthread_mutex_clocklock() */
static bool lock_until(struct helper *h, int64_t deadline_ns)
{
	while (pthread_mutex_trylock(&h->lock) != 0) {
		if (monotonic_ns() > deadline_ns)
			return false;
		nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
	}
	return true;
}
#else
static bool lock_until(struct helper *h, int64_t deadline_ns)
{
	struct timespec t = {.tv_sec = deadline_ns / 1000000000, .tv_nsec = deadline_ns % 1000000000};
	return pthread_mutex_clocklock(&h->lock, CLOCK_MONOTONIC, &t) == 0;
}
#endif

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
	if (ok && !h->spec.on_call && !start(h, &later))
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
