/* whole_internal.h — inside of whole.c and whole_pg.c. */
#pragma once
#include "core/db/impl.h"
#include "core/db/whole.h"

/* Keeps the first. True, for `return good || whole_fault(…)`: a fault found is no failure of the search. */
bool whole_fault(struct db_whole *out, const char *fmt, ...) PRINTF_LIKE(2, 3);
void whole_unchecked(struct db_whole *out, const char *fmt, ...) PRINTF_LIKE(2, 3);
bool whole_inside_pg(struct db *db, struct db_whole *out, struct err *e);
