/* ports.h — which TCP ports a database is reached by: for whoever confines the process to them.
 *
 * Threads: any, before the first connection or after. */
#pragma once
#include "core/db/db.h"

/* Adds to out, whose room is max, and returns how many: 0 for SQLite and for sockets of this machine alone. `place` as db_open() takes it; what a
 * service file or the environment adds is seen. */
size_t db_ports(enum db_engine engine, const char *place, uint16_t *out, size_t max);
