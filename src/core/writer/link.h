/* link.h — a writer thread's connection and the lane of the log it writes.
 *
 * PostgreSQL: the lane is held by a lock of the session, and the server lets go of it only when the session has ended with all it
 * was doing. So whoever has the lane again after a lost connection knows that a commit under way then has ended too: what the log
 * says is final.
 * Threads: the writer thread's own. */
#pragma once
#include "core/audit/audit.h"

struct link {
	enum db_engine engine;
	struct str place;
	int node;
	int64_t number;   /* of the lane */
	struct db *db;    /* NULL while the database is away */
	struct lane lane; /* its end */
	int backend;      /* the server's process behind the last connection */
	int64_t again_ns; /* not tried before */
};

/* The first time. ERR_CONFLICT: another motcua has the lane. */
MUST_CHECK bool link_open(struct link *l, struct err *e);
/* Opens again what was lost, at most ten times a second. ERR_BUSY: away. */
MUST_CHECK bool link_ready(struct link *l, struct err *e);
void link_close(struct link *l);
