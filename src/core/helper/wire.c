#include "core/helper/wire.h"
#include "core/base/instant.h"
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int wire_left_ms(int64_t deadline_ns)
{
	if (!deadline_ns)
		return -1;
	int64_t left = (deadline_ns - monotonic_ns()) / 1000000;
	return left < 0 ? 0 : left > INT32_MAX ? INT32_MAX : (int)left;
}

static bool wait_for(int sock, short events, int64_t deadline_ns, struct err *e)
{
	struct pollfd p = {.fd = sock, .events = events};
	int n;
	while ((n = poll(&p, 1, wire_left_ms(deadline_ns))) < 0 && errno == EINTR)
		;
	if (n < 0)
		return err_set(e, ERR_INTERNAL, "poll: %s", strerror(errno));
	return n > 0 || err_set(e, ERR_BUSY, "no answer in time");
}

union control { char bytes[CMSG_SPACE(sizeof(int) * HELPER_FDS_MAX)]; struct cmsghdr align; };

static void attach(struct msghdr *m, union control *c, const struct helper_fds *fds)
{
	CHECK(fds->n <= HELPER_FDS_MAX);
	memset(c, 0, sizeof *c);
	m->msg_control = c->bytes;
	m->msg_controllen = CMSG_SPACE(sizeof(int) * fds->n);
	struct cmsghdr *h = CMSG_FIRSTHDR(m);
	h->cmsg_level = SOL_SOCKET;
	h->cmsg_type = SCM_RIGHTS;
	h->cmsg_len = CMSG_LEN(sizeof(int) * fds->n);
	memcpy(CMSG_DATA(h), fds->fd, sizeof(int) * fds->n);
}

/* One sendmsg of what is left; the descriptors go with the first byte. */
static bool send_some(int sock, struct str *left, const struct helper_fds *fds, struct err *e)
{
	struct iovec v = {.iov_base = (void *)(uintptr_t)left->p, .iov_len = left->n};
	struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1};
	union control c;
	if (fds && fds->n)
		attach(&m, &c, fds);
	ssize_t n = sendmsg(sock, &m, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (n < 0)
		return err_set(e, ERR_BUSY, "send: %s", strerror(errno));
	*left = str_sub(*left, (size_t)n, left->n);
	return true;
}

bool wire_send(int sock, struct str msg, const struct helper_fds *fds, int64_t deadline_ns, bool *began, struct err *e)
{
	*began = false;
	if (msg.n > HELPER_MESSAGE_MAX)
		return err_set(e, ERR_TOO_LARGE, "message of %zu bytes", msg.n);
	unsigned char head[4] = {(unsigned char)msg.n, (unsigned char)(msg.n >> 8), (unsigned char)(msg.n >> 16),
	                         (unsigned char)(msg.n >> 24)};
	struct str parts[2] = {{(const char *)head, sizeof head}, msg};
	for (size_t i = 0; i < 2; i++) {
		while (parts[i].n) {
			if (!wait_for(sock, POLLOUT, deadline_ns, e) || !send_some(sock, &parts[i], *began ? NULL : fds, e))
				return false;
			*began = *began || i > 0 || parts[0].n < sizeof head;
		}
	}
	return true;
}

/* Takes over the descriptors that came; more than expected are closed by the kernel (MSG_CTRUNC). */
static void detach(struct msghdr *m, struct helper_fds *fds)
{
	for (struct cmsghdr *h = CMSG_FIRSTHDR(m); h; h = CMSG_NXTHDR(m, h)) {
		if (h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_RIGHTS)
			continue;
		size_t n = (h->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (size_t i = 0; i < n; i++) {
			int fd;
			memcpy(&fd, CMSG_DATA(h) + i * sizeof(int), sizeof fd);
			if (fds->n < HELPER_FDS_MAX)
				fds->fd[fds->n++] = fd;
			else
				close(fd);
		}
	}
}

/* Fills `into`; false with *end set when the other side closed. */
static bool receive_all(int sock, char *into, size_t n, int64_t deadline_ns, struct helper_fds *fds, bool *end, struct err *e)
{
	for (size_t have = 0; have < n;) {
		if (!wait_for(sock, POLLIN, deadline_ns, e))
			return false;
		struct iovec v = {.iov_base = into + have, .iov_len = n - have};
		union control c;
		struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = c.bytes, .msg_controllen = sizeof c.bytes};
		ssize_t got = recvmsg(sock, &m, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (got <= 0) {
			*end = true;
			return err_set(e, ERR_BUSY, "the other side is gone");
		}
		detach(&m, fds);
		have += (size_t)got;
	}
	return true;
}

bool wire_receive(int sock, struct arena *a, int64_t deadline_ns, struct str *msg, struct helper_fds *fds, bool *end,
                  struct err *e)
{
	unsigned char head[4];
	*end = false;
	fds->n = 0;
	if (!receive_all(sock, (char *)head, sizeof head, deadline_ns, fds, end, e))
		return false;
	size_t n = (size_t)head[0] | (size_t)head[1] << 8 | (size_t)head[2] << 16 | (size_t)head[3] << 24;
	if (n > HELPER_MESSAGE_MAX)
		return err_set(e, ERR_INVALID, "message of %zu bytes", n);
	char *into = arena_alloc(a, n + 1);
	if (!receive_all(sock, into, n, deadline_ns, fds, end, e))
		return false;
	*msg = (struct str){into, n};
	return true;
}

bool helper_receive(int sock, struct arena *a, struct str *msg, struct helper_fds *fds, bool *end, struct err *e)
{
	return wire_receive(sock, a, 0, msg, fds, end, e);
}

bool helper_answer(int sock, struct str msg, struct err *e)
{
	bool began;
	return wire_send(sock, msg, NULL, 0, &began, e);
}

void helper_fds_close(struct helper_fds *fds)
{
	for (size_t i = 0; i < fds->n; i++)
		close(fds->fd[i]);
	fds->n = 0;
}
