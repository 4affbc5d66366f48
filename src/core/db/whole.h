/* whole.h — is the database itself whole: every page, index and search table, whoever owns it? For `motcua verify`.
 *
 * The log (core/audit) proves rows of logged tables; this is about everything else that lies in the database's files. */
#pragma once
#include "core/db/db.h"

struct db_whole {
	int64_t pages, without_sum; /* SQLite: of the file; those that another program wrote */
	int64_t frames;             /* SQLite: of the write-ahead log */
	int64_t indexes;            /* compared with their tables, entry by entry */
	char fault[300];            /* the first one, with page or index and its owner; empty: none */
	char unchecked[300];        /* what could not be checked, and what would make it so; empty: nothing */
};

/* Reads every page of the file and every frame of its log, beside whoever writes there. SQLite only. This process must have no
 * connection to that file (closing a file drops the locks of the process). `place` as for db_open_sqlite(). Constant memory.
 * ERR only when the files cannot be read. */
MUST_CHECK bool db_whole_file(struct str place, struct db_whole *out, struct err *e);
/* Indexes against tables and search tables against their words; PostgreSQL: what its checksums counted, and amcheck when it is there.
 * Outside of transactions, after db_whole_file() has filled *out (or 0). Beside a running server SQLite's search tables keep the writer
 * waiting for at most three seconds. */
MUST_CHECK bool db_whole_inside(struct db *db, struct db_whole *out, struct err *e);
