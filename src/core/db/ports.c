/* ports.c — see ports.h. */
#include "core/db/ports.h"
#include <libpq-fe.h>
#include <string.h>

#define USUAL 5432

static const char *option(const PQconninfoOption *all, const char *name)
{
	for (const PQconninfoOption *o = all; o && o->keyword; o++)
		if (strcmp(o->keyword, name) == 0)
			return o->val;
	return NULL;
}

/* "5432,5433", one for each host or one for all; empty: the usual one. */
static size_t each_port(const char *list, uint16_t *out, size_t max)
{
	struct str rest = str_from(list), one;
	size_t n = 0;
	int64_t port = 0;
	while (n < max && str_next(&rest, ',', &one))
		out[n++] = str_to_i64(str_trim(one), &port) && port > 0 && port < 65536 ? (uint16_t)port : USUAL;
	if (n == 0 && max)
		out[n++] = USUAL;
	return n;
}

static bool some_machine(const char *hosts, const char *addresses)
{
	struct str rest = str_from(hosts), one;
	bool some = addresses && *addresses;
	while (!some && str_next(&rest, ',', &one))
		some = one.n && one.p[0] != '/' && one.p[0] != '@';
	return some;
}

size_t db_ports(enum db_engine engine, const char *place, uint16_t *out, size_t max)
{
	if (engine != DB_PG)
		return 0;
	/* The only call that tells what a service file says; it may begin a connection, which is dropped. */
	PGconn *c = PQconnectStart(place);
	PQconninfoOption *all = c ? PQconninfo(c) : NULL;
	size_t n = some_machine(option(all, "host"), option(all, "hostaddr")) ? each_port(option(all, "port"), out, max) : 0;
	PQconninfoFree(all);
	PQfinish(c);
	return n;
}
