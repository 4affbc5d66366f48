/* starter.h — a small process that starts a helper, again and again, for a server that may start nothing itself: it is forked before
 * the server locks itself in (sandbox.h), and all that can be asked of it is to start or to end that one program. Internal to the folder.
 *
 * Threads: the caller's lock. Life: it ends, and ends the helper, when its socket closes. */
#pragma once
#include "core/helper/helper.h"
#include <sys/types.h>

struct starter { int sock; pid_t pid; };
bool starter_open(struct starter *k, const struct helper_spec *spec, struct err *e) MUST_CHECK;
/* Asks it to end what runs, and waits for it. */
void starter_close(struct starter *k);
/* *sock: our end of the helper's socket. */
bool starter_start(struct starter *k, pid_t *pid, int *sock, struct err *e) MUST_CHECK;
/* Ends the helper that runs: it has patience_ms to do so itself. When this returns it is gone. */
void starter_stop(struct starter *k, int patience_ms);
