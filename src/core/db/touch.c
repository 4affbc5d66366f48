/* touch.c — the rows that an act changed in logged tables. */
#include "core/db/impl.h"
#include <stdlib.h>

void db_touch(struct db *db, const struct db_table *table, int64_t id)
{
	for (size_t i = 0; i < db->n_touched; i++)
		if (db->touched[i].table == table && db->touched[i].id == id)
			return;
	if (db->n_touched == db->cap_touched) {
		db->cap_touched = db->cap_touched ? 2 * db->cap_touched : 16;
		db->touched = realloc(db->touched, db->cap_touched * sizeof *db->touched);
		CHECK(db->touched);
	}
	db->touched[db->n_touched++] = (struct db_touch){table, id};
}

const struct db_touch *db_touched(const struct db *db, size_t *n)
{
	*n = db->n_touched;
	return db->touched;
}

void db_touched_clear(struct db *db) { db->n_touched = 0; }
