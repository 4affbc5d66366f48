/* listen.c — see listen.h. */
#include "core/http/listen.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 1024

/* What to do about it. */
static const struct {
	int error;
	const char *hint;
} HINTS[] = {
	{EADDRINUSE, "; another program listens there, or this one was started before: stop it, or choose another address with --listen"},
	{EACCES, "; ports below 1024 are for root: choose a higher one with --listen and let nginx stand in front (docs/operations.md)"},
	{EADDRNOTAVAIL, "; this machine has no such address: see `ip address`"},
};

static const char *hint_of(int error)
{
	for (size_t i = 0; i < sizeof HINTS / sizeof *HINTS; i++) {
		if (HINTS[i].error == error)
			return HINTS[i].hint;
	}
	return "";
}

static bool bind_and_listen(int fd, const struct sockaddr *a, socklen_t n, const char *where, struct err *e)
{
	if (bind(fd, a, n) == 0 && listen(fd, BACKLOG) == 0)
		return true;
	err_set(e, ERR_INTERNAL, "listen on %s: %s%s", where, strerror(errno), hint_of(errno));
	close(fd);
	return false;
}

static bool open_unix(const char *path, const char *where, int *out, struct err *e)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	struct stat st;
	if (strlen(path) >= sizeof a.sun_path)
		return err_set(e, ERR_INVALID, "%s: path too long", where);
	snprintf(a.sun_path, sizeof a.sun_path, "%s", path);
	if (stat(path, &st) == 0 && S_ISSOCK(st.st_mode))
		unlink(path);
	*out = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (*out < 0)
		return err_set(e, ERR_INTERNAL, "socket: %s", strerror(errno));
	return bind_and_listen(*out, (const struct sockaddr *)&a, sizeof a, where, e);
}

/* Splits at the last colon; brackets of IPv6 are taken off. */
static bool split(const char *where, char *host, size_t cap, const char **port)
{
	const char *colon = strrchr(where, ':');
	size_t n = colon ? (size_t)(colon - where) : 0;
	if (!colon || n == 0 || n >= cap || colon[1] == 0)
		return false;
	bool brackets = where[0] == '[' && where[n - 1] == ']';
	snprintf(host, cap, "%.*s", (int)(brackets ? n - 2 : n), where + (brackets ? 1 : 0));
	*port = colon + 1;
	return true;
}

bool listen_open(const char *where, int *fd, struct err *e)
{
	char host[128];
	const char *port = NULL;
	int yes = 1;
	if (strncmp(where, "unix:", 5) == 0)
		return open_unix(where + 5, where, fd, e);
	if (!split(where, host, sizeof host, &port))
		return err_set(e, ERR_INVALID, "listen address %s: want ADDRESS:PORT", where);
	struct addrinfo want = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE}, *got = NULL;
	int rc = getaddrinfo(host, port, &want, &got);
	if (rc != 0)
		return err_set(e, ERR_INVALID, "listen address %s: %s", where, gai_strerror(rc));
	bool ok = false;
	*fd = socket(got->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (*fd < 0) {
		err_set(e, ERR_INTERNAL, "socket: %s", strerror(errno));
	} else {
		setsockopt(*fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
		ok = bind_and_listen(*fd, got->ai_addr, got->ai_addrlen, where, e);
	}
	freeaddrinfo(got);
	return ok;
}

int listen_port(int fd)
{
	struct sockaddr_storage s = {0};
	socklen_t n = sizeof s;
	if (getsockname(fd, (struct sockaddr *)&s, &n) != 0)
		return 0;
	if (s.ss_family == AF_INET)
		return ntohs(((struct sockaddr_in *)&s)->sin_port);
	return s.ss_family == AF_INET6 ? ntohs(((struct sockaddr_in6 *)&s)->sin6_port) : 0;
}
