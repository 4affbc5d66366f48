/* migrate.h — brings a database to the program's schema, or refuses with a sentence.
 *
 * Migrations are numbered, forward-only and embedded in the program (docs/guide/sql.md). Each runs in a transaction
 * of its own together with its line in `schema_migration` (number, name, sha256, applied). */
#pragma once
#include "core/db/db.h"

/* Applies what is missing. Refuses when an applied migration differs from the program's or is unknown to it.
 * `applied` (may be NULL) counts those run now. */
MUST_CHECK bool db_migrate(struct db *db, const struct db_schema *s, struct instant now, size_t *applied, struct err *e);
/* Changes nothing: false and a sentence when the schema is not exactly the program's. */
MUST_CHECK bool db_schema_check(struct db *db, const struct db_schema *s, struct err *e);
/* Those that db_migrate() would run, in order. */
MUST_CHECK bool db_migrate_plan(struct db *db, const struct db_schema *s, size_t *first, size_t *n, struct err *e);
