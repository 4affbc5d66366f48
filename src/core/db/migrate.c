/* migrate.c — see migrate.h. */
#include "core/db/migrate.h"
#include "core/db/impl.h"
#include <stddef.h>

struct applied_row { int64_t number; struct str name, sha256; };
struct exists_row { int64_t n; };

static const struct db_field exists_fields[] = {{"n", DB_INT, false, offsetof(struct exists_row, n)}};
static const char *const exists_sqlite[] = {"select count(*) from sqlite_master where type = 'table' and name = 'schema_migration'"};
static const char *const exists_pg[] = {"select count(*) from pg_tables where schemaname = current_schema() and tablename = 'schema_migration'"};
static const struct db_query exists = {.name = "schema_migration_exists", .where = "migrate.c", .kind = DB_ONE, .sqlite = exists_sqlite, .pg = exists_pg,
	.n_orders = 1, .columns = exists_fields, .n_columns = 1, .row_size = sizeof(struct exists_row)};

static const struct db_field list_fields[] = {
	{"number", DB_INT, false, offsetof(struct applied_row, number)},
	{"name", DB_TEXT, false, offsetof(struct applied_row, name)},
	{"sha256", DB_TEXT, false, offsetof(struct applied_row, sha256)},
};
static const char *const list_text[] = {"select number, name, sha256 from schema_migration order by number"};
static const struct db_query list = {.name = "schema_migration_list", .where = "migrate.c", .kind = DB_MANY, .sqlite = list_text, .pg = list_text,
	.n_orders = 1, .columns = list_fields, .n_columns = 3, .row_size = sizeof(struct applied_row)};

struct add_in { int64_t number; struct str name, sha256; struct instant applied; };
static const struct db_field add_fields[] = {
	{"number", DB_INT, false, offsetof(struct add_in, number)},
	{"name", DB_TEXT, false, offsetof(struct add_in, name)},
	{"sha256", DB_TEXT, false, offsetof(struct add_in, sha256)},
	{"applied", DB_INSTANT, false, offsetof(struct add_in, applied)},
};
static const char *const add_sqlite[] = {"insert into schema_migration (number, name, sha256, applied) values (?1, ?2, ?3, ?4)"};
static const char *const add_pg[] = {"insert into schema_migration (number, name, sha256, applied) values ($1, $2, $3, $4)"};
static const struct db_query add = {.name = "schema_migration_add", .where = "migrate.c", .kind = DB_EXEC, .sqlite = add_sqlite, .pg = add_pg,
	.n_orders = 1, .params = add_fields, .n_params = 4, .writes = true};

#define CREATE_SQLITE \
	"create table if not exists schema_migration (number integer primary key, name text not null, sha256 text not null, applied integer not null) strict"
#define CREATE_PG \
	"create table if not exists schema_migration (number bigint primary key, name text collate \"C\" not null, sha256 text collate \"C\" not null, applied bigint not null)"

static bool check_applied(const struct db_schema *s, const struct applied_row *rows, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		if (i >= s->n_migrations)
			return err_set(e, ERR_CONFLICT, "the database has migration %.*s, which this program does not know: it was made by a newer version", STR_ARG(rows[i].name));
		const struct db_migration *m = &s->migrations[i];
		if (m->number != rows[i].number || !str_eq(str_from(m->name), rows[i].name))
			return err_set(e, ERR_CONFLICT, "the database has migration %.*s where this program has %s", STR_ARG(rows[i].name), m->name);
		if (!str_eq(str_from(m->sha256), rows[i].sha256))
			return err_set(e, ERR_CONFLICT, "migration %s was changed after it was applied: restore its file, and put the change into a new one", m->name);
	}
	return true;
}

bool db_migrate_plan(struct db *db, const struct db_schema *s, size_t *first, size_t *n, struct err *e)
{
	AUTO_ARENA a = arena_new(0);
	struct exists_row there = {0};
	bool found;
	void *rows = NULL;
	size_t applied = 0;
	if (!db_one(db, a, &exists, NULL, &there, &found, e))
		return false;
	if (there.n && !db_many(db, a, &list, 0, NULL, &rows, &applied, e))
		return false;
	if (!check_applied(s, rows, applied, e))
		return false;
	*first = applied;
	*n = s->n_migrations - applied;
	return true;
}

bool db_schema_check(struct db *db, const struct db_schema *s, struct err *e)
{
	size_t first, n;
	if (!db_migrate_plan(db, s, &first, &n, e))
		return false;
	return n == 0 || err_set(e, ERR_CONFLICT, "the database lacks %zu migrations, from %s on: run motcua migrate", n, s->migrations[first].name);
}

static bool apply(struct db *db, const struct db_migration *m, struct instant now, struct err *e)
{
	AUTO_TX tx = {0};
	struct add_in in = {m->number, str_from(m->name), str_from(m->sha256), now};
	if (!db_begin(db, &tx, e) || !db_run(db, db->kind == DB_PG ? m->pg : m->sqlite, e) || !db_exec(db, &add, &in, NULL, e) || !db_commit(&tx, e))
		return err_wrap(e, m->name);
	return true;
}

bool db_migrate(struct db *db, const struct db_schema *s, struct instant now, size_t *applied, struct err *e)
{
	size_t first, n;
	if (!db_run(db, db->kind == DB_PG ? CREATE_PG : CREATE_SQLITE, e) || !db_migrate_plan(db, s, &first, &n, e))
		return false;
	for (size_t i = first; i < first + n; i++)
		if (!apply(db, &s->migrations[i], now, e))
			return false;
	if (applied)
		*applied = n;
	return true;
}
