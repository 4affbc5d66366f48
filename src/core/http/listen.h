/* listen.h — opens listening sockets, inside core/http only. */
#pragma once
#include "core/base/err.h"
#include "core/base/str.h"

/* "127.0.0.1:8080", "[::1]:8080", "unix:/run/motcua.sock". The socket is non-blocking and close-on-exec. */
MUST_CHECK bool listen_open(const char *where, int *fd, struct err *e);
/* The port of a bound socket; 0 for a socket file. */
int listen_port(int fd);
