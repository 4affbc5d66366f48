/* sandbox.h — what a process gives up for good: system calls (seccomp) and places in the file system (Landlock). Used by the
 * helpers' locks and by the server.
 *
 * Threads: sandbox_files() and sandbox_ports() hold the thread that calls them and those it starts later, so they are called before any other;
 *          sandbox_calls() holds all threads there are.
 * Drawback: x86-64 only where a call is answered in a signal handler. */
#pragma once
#include "core/base/err.h"
#include <stddef.h>
#include <stdint.h>

/* What may be done beneath a folder (or with a file). */
enum {
	SANDBOX_READ = 1,
	SANDBOX_CHANGE = 2, /* write what exists */
	SANDBOX_WRITE = 4,  /* also make and remove files */
	SANDBOX_SOCKET = 8, /* make and remove sockets and files, no more */
	SANDBOX_ALL = 16,   /* also folders, sockets, moves between folders; and read */
};
struct sandbox_path { const char *path; int rights; };
struct sandbox_files { const struct sandbox_path *v; size_t n; bool read_all; /* reading is not confined */ };

/* No new privileges, and memory that no other process of the user may look into (PR_SET_DUMPABLE). */
bool sandbox_begin(struct err *e) MUST_CHECK;
/* Whatever is not named is refused with EACCES, the start of programs as well. A path that does not exist is left out. *held (may be
 * NULL): false when this kernel has no Landlock (with read_all: none that allows moves between folders); then nothing changed. */
bool sandbox_files(const struct sandbox_files *f, bool *held, struct err *e) MUST_CHECK;

/* Connections by TCP go to these ports only (EACCES else), on whatever machine; sockets of the machine's own files and UDP are not confined.
 * *held false: this kernel has no Landlock of version 4 (Linux 6.7), and nothing changed. */
bool sandbox_ports(const uint16_t *ports, size_t n, bool *held, struct err *e) MUST_CHECK;

enum sandbox_refusal { SANDBOX_QUIET, SANDBOX_LOUD /* says each refused call on standard error */ };
/* threads: may start threads, no processes. only_reads: open() and openat() for reading alone (they need not be in the list). leaks: in a build with sanitizers, what their search for leaks needs at the end.
 * no_new_code: memory is never writable and executable, nor made executable later. trapped: raise SIGSYS, for the caller's own handler. An argument of socket() is checked
 * against `families`: bits of 1 << AF_x; 0: no socket(). */
struct sandbox_calls { const int *allowed, *trapped; size_t n_allowed, n_trapped; unsigned families; bool threads, only_reads, leaks, no_new_code; enum sandbox_refusal refusal; };
/* Those that nobody here has a use for and an attacker has (execve, ptrace, bpf …) end the process; what else is not allowed fails
 * with EPERM. */
bool sandbox_calls(const struct sandbox_calls *c, struct err *e) MUST_CHECK;
