/* helper.h — small processes beside the server that do one dangerous kind of work, spoken to over a socket pair.
 *
 * Owner:   whoever called helper_open(). A message is 4 bytes of length (little end first) and that many bytes; open
 *          descriptors travel with the first byte. What the bytes mean is between the two sides (JSON so far).
 * Threads: helper_call() may be called by any thread; one call at a time runs in one helper, the others wait inside
 *          their own timeout. Lock order: the helper's lock is innermost, nothing is called under it but the kernel.
 * Restart: a helper that dies, answers nonsense or is late is killed; that call fails with BUSY and the next one starts
 *          a new process. A job is never given out twice by this file: it may be the job that kills. It is not this process that
 *          starts and ends the helper but a starter of its own (starter.h), forked by helper_open(): a server that locked itself in
 *          afterwards can start nothing else.
 * Drawback: one helper is one job at a time; open several for more. */
#pragma once
#include "core/base/err.h"
#include "core/base/str.h"

#define HELPER_SOCKET 3 /* the descriptor on which the started program finds its end of the pair */
#define HELPER_FDS_MAX 4
#define HELPER_MESSAGE_MAX ((size_t)32 * 1024 * 1024)

struct helper;
struct helper_spec {
	const char *name;        /* for errors; a literal */
	const char *const *argv; /* program with full path and arguments, NULL at the end; must outlive the helper */
	const char *keep;        /* names of the environment, as it is now, that it sees besides child_env()'s own; NULL: none */
	bool on_call;            /* started by the first call, and with `fresh` by each: nothing lies idle */
	bool fresh;              /* a new process after each answer: what one stranger's file did to it does not reach the next */
};
struct helper_fds { int fd[HELPER_FDS_MAX]; size_t n; };

/* Starts the program (but see on_call); it inherits standard output, error and the socket, no other descriptor, and of the environment
 * what child_env() lets through. NULL on failure. */
struct helper *helper_open(const struct helper_spec *spec, struct err *e);
/* Closes the socket, which asks the process to end; kills it when it has not within a second. */
void helper_close(struct helper *h);

/* Sends `request` with copies of `fds` (may be NULL; the caller keeps its own) and waits for the answer, which lies in
 * `a`. Fails with TOO_LARGE when the request is over HELPER_MESSAGE_MAX, with BUSY when the helper could not be
 * reached, died or did not answer within timeout_ms. */
bool helper_call(struct helper *h, struct str request, const struct helper_fds *fds, int timeout_ms, struct arena *a,
                 struct str *answer, struct err *e) MUST_CHECK;
/* The next call goes to a new process: what the program reads when it starts has changed. */
void helper_renew(struct helper *h);
/* The process that would take the next call, 0 when none runs; for tests and the metrics page. */
int helper_pid(struct helper *h);

/* The helper's own side: the next message, or *end = true when the other side is gone. Descriptors that came are the
 * caller's to close, also when it fails. */
bool helper_receive(int sock, struct arena *a, struct str *msg, struct helper_fds *fds, bool *end, struct err *e) MUST_CHECK;
bool helper_answer(int sock, struct str msg, struct err *e) MUST_CHECK;
void helper_fds_close(struct helper_fds *fds);

/* Gives up, for this process and for good, all system calls but those that compute, read and write what is already
 * open and end the process. Opening a file, a socket, another process fails with EPERM; ptrace and the like kill. Where
 * the kernel has Landlock it holds the files as well.
 * `with_paths` is asked for each attempt to open a file for reading: an open descriptor of the program, which is copied, or
 * -1 to refuse. It runs in a signal handler: only async-signal-safe work. NULL refuses all. `threads`: it may start some. */
typedef int helper_path_fn(const char *path);
bool helper_lock_down(helper_path_fn *with_paths, bool threads, struct err *e) MUST_CHECK;
/* Limits of the process: address space in bytes (0: none; not under AddressSanitizer), no core file. */
bool helper_limit_memory(size_t bytes, struct err *e) MUST_CHECK;
/* From now on at most this many seconds of processor time, then the process is killed. Called before each job. */
bool helper_limit_cpu(int seconds, struct err *e) MUST_CHECK;
