/* control.h — commands beside a running server: a Unix socket in the data folder.
 *
 * A command that writes asks the server when one runs, and acts by itself when none does: the same function does the work in
 * both (the table of acts.c). Only the server's own user and root are answered (mode 0600, and the kernel's word for who
 * calls); nothing secret is in the arguments of a process: what is asked travels on the socket.
 * Messages: four bytes of length (big end first), then JSON: {"act":…, …} → {"code":0|1,"out":…,"error":…}.
 * Threads:  one thread, one command at a time. */
#pragma once
#include "app/app.h"
#include <jansson.h>

struct control_call {
	struct arena *arena;         /* of this call */
	struct store *store;
	const struct config *settings;
	const json_t *q;             /* what was asked */
	struct buf out;              /* for standard output */
	bool wrong;                  /* done, and the exit code is 1 */
	bool serving;                /* inside the server */
};
struct control_act { const char *name; bool (*run)(struct control_call *c, struct err *e); };
extern const struct control_act control_acts[];
extern const size_t control_acts_n;

struct control;
/* Listens on DIR/control.sock. The store and settings must outlive it. */
MUST_CHECK bool control_start(struct control **out, struct store *store, const struct config *settings, struct err *e);
/* Finishes the command under way. NULL is fine. */
void control_stop(struct control *c);

/* Does the act, in the server or here, and prints. Takes q over. Returns the exit code. */
int control_run(struct options *o, const char *act, json_t *q);
/* Asks the server only; *answered is false when none runs. With `until_gone`, waits until the server has ended. */
int control_ask(struct options *o, const char *act, json_t *q, bool until_gone, bool *answered);
