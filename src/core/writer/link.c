/* link.c — see link.h. */
#include "core/writer/link.h"

#define PAUSE_NS ((int64_t)100000000)

static bool take_lane(struct link *l, struct db *db, struct err *e)
{
	AUTO_ARENA a = arena_new(0);
	bool held = false;
	if (!lane_hold(db, a, l->number, l->backend, &held, e))
		return false;
	if (!held)
		return err_set(e, ERR_CONFLICT, "another motcua writes to this database as node %d: stop it, or give this one another number (node = … in the settings)", l->node);
	return lane_open(db, a, l->number, &l->lane, e);
}

bool link_open(struct link *l, struct err *e)
{
	struct db *db = l->engine == DB_SQLITE ? db_open_sqlite(l->place, DB_BATCH, e) : db_open_pg(l->place, 0, e);
	if (!db)
		return false;
	if (!take_lane(l, db, e)) {
		db_close(db);
		return false;
	}
	l->db = db;
	l->backend = db_backend(db);
	return true;
}

bool link_ready(struct link *l, struct err *e)
{
	if (l->db && !db_lost(l->db))
		return true;
	link_close(l);
	if (monotonic_ns() < l->again_ns)
		return err_set(e, ERR_BUSY, "the database is away");
	if (link_open(l, e))
		return true;
	l->again_ns = monotonic_ns() + PAUSE_NS;
	e->kind = ERR_BUSY;
	return false;
}

void link_close(struct link *l)
{
	db_close(l->db);
	l->db = NULL;
}
