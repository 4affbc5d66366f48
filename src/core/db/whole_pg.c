/* whole_pg.c — what PostgreSQL tells about its own files: its checksums, and amcheck when an administrator installed it. */
#include "core/db/whole_internal.h"
#include <stdlib.h>
#include <string.h>

#define RELATIONS "pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = current_schema()"
#define INDEXES "select c.oid::bigint, c.relname from pg_index i join pg_class x on x.oid = i.indrelid join pg_am m on m.amname = 'btree', " RELATIONS \
	" and c.oid = i.indexrelid and c.relam = m.oid and i.indisvalid and i.indisready order by c.relname"
#define TABLES "select c.oid::bigint, c.relname from " RELATIONS " and c.relkind = 'r' order by c.relname"

/* The first cell, or NULL without rows; the caller clears *r. */
static bool ask(struct db *db, const char *text, const char *param, PGresult **r, struct err *e)
{
	*r = PQexecParams(db->pg, text, param ? 1 : 0, NULL, &param, NULL, NULL, 0);
	if (PQresultStatus(*r) == PGRES_TUPLES_OK)
		return true;
	const char *said = PQresultErrorField(*r, PG_DIAG_MESSAGE_PRIMARY);
	err_set(e, ERR_INTERNAL, "PostgreSQL: %s", said ? said : PQerrorMessage(db->pg));
	return false;
}

static bool ask_number(struct db *db, const char *text, int64_t *out, struct err *e)
{
	PGresult *r = NULL;
	bool ok = ask(db, text, NULL, &r, e);
	*out = ok && PQntuples(r) ? strtoll(PQgetvalue(r, 0, 0), NULL, 10) : 0;
	PQclear(r);
	return ok;
}

/* amcheck tells what it found as an error of class XX. */
static bool is_damage(const PGresult *r)
{
	const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
	return state && strncmp(state, "XX", 2) == 0;
}

static bool check_one(struct db *db, const char *text, const char *what, const char *oid, const char *name, struct db_whole *out, struct err *e)
{
	PGresult *r = NULL;
	bool ok = ask(db, text, oid, &r, e);
	if (ok && PQntuples(r) && !PQgetisnull(r, 0, 0) && *PQgetvalue(r, 0, 0))
		whole_fault(out, "%s %s: %s", what, name, PQgetvalue(r, 0, 0));
	if (!ok && is_damage(r)) {
		whole_fault(out, "%s %s: %s", what, name, e->text);
		*e = (struct err){0};
		ok = true;
	}
	PQclear(r);
	return ok;
}

static bool check_each(struct db *db, const char *list, const char *text, const char *what, int64_t *n, struct db_whole *out, struct err *e)
{
	PGresult *all = NULL;
	bool ok = ask(db, list, NULL, &all, e);
	for (int i = 0; ok && i < PQntuples(all); i++, ++*n)
		ok = check_one(db, text, what, PQgetvalue(all, i, 0), PQgetvalue(all, i, 1), out, e);
	PQclear(all);
	return ok;
}

static bool check_sums(struct db *db, struct db_whole *out, struct err *e)
{
	int64_t on = 0, failed = 0;
	if (!ask_number(db, "select (current_setting('data_checksums') = 'on')::int", &on, e) ||
	    !ask_number(db, "select coalesce(sum(checksum_failures), 0) from pg_stat_database where datname = current_database() or datid = 0", &failed, e))
		return false;
	if (!on)
		whole_unchecked(out, "PostgreSQL runs without data checksums: stop it and run pg_checksums --enable");
	if (failed)
		whole_fault(out, "PostgreSQL counted %lld pages with a wrong checksum: see its log", (long long)failed);
	return true;
}

bool whole_inside_pg(struct db *db, struct db_whole *out, struct err *e)
{
	int64_t there = 0, may = 0, tables = 0;
	if (!check_sums(db, out, e) || !ask_number(db, "select count(*) from pg_extension where extname = 'amcheck'", &there, e))
		return false;
	if (there && !ask_number(db, "select (has_function_privilege('bt_index_check(regclass, boolean)', 'execute') and "
	                             "has_function_privilege('verify_heapam(regclass, boolean, boolean, text, bigint, bigint)', 'execute'))::int", &may, e))
		return false;
	if (!there || !may) {
		whole_unchecked(out, there ? "indexes against tables: this user may not run amcheck" : "indexes against tables: the extension amcheck is not installed");
		return true;
	}
	return check_each(db, INDEXES, "select bt_index_check($1::bigint::oid::regclass, true)", "index", &out->indexes, out, e) &&
	       check_each(db, TABLES, "select msg from verify_heapam($1::bigint::oid::regclass) limit 1", "table", &tables, out, e);
}
