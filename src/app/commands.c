/* commands.c — the small commands: migrate, routes, pack, version. */
#include "app/app.h"
#include "catalogue/procedure.h"
#include "core/audit/audit.h"
#include "core/db/migrate.h"
#include "core/pack/pack.h"
#include "core/tsa/tsa.h"
#include "era/era.h"
#include "stat/stat.h"
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int version_command(struct options *o)
{
	(void)o;
	printf("motcua %s\n", MOTCUA_VERSION);
	return EXIT_GOOD;
}

/* ---- migrate ---- */

static int plan(struct db *db)
{
	struct err e = {0};
	size_t first = 0, n = 0;
	if (!db_migrate_plan(db, &db_schema, &first, &n, &e))
		return say_error(&e, EXIT_WRONG);
	for (size_t i = first; i < first + n; i++)
		printf("%04d %s\n", db_schema.migrations[i].number, db_schema.migrations[i].name);
	printf(n ? "%zu to apply; the program must be stopped meanwhile\n" : "nothing to apply\n", n);
	return EXIT_GOOD;
}

/* What a migration may leave behind: statistics that never counted the dossiers there are. */
static int count_again(struct options *o)
{
	struct err e = {0};
	struct store s;
	struct stat_compared x;
	if (!store_open(&s, o, STORE_WRITER, &e))
		return say_error(&e, EXIT_WRONG);
	bool ok = store_rebuild_stat(&s, o->arena, &x, &e);
	store_close(&s);
	return ok ? EXIT_GOOD : say_error(&e, EXIT_WRONG);
}

static int migrate_here(struct options *o, bool plan_only, size_t *applied)
{
	struct err e = {0};
	struct place p;
	if (!place_of(o, &p, &e))
		return say_error(&e, EXIT_USAGE);
	int lock = place_make(&p, &e) ? place_lock(&p, &e) : -1;
	if (lock < 0)
		return say_error(&e, EXIT_WRONG);
	AUTO_DB db = place_open(&p, DB_CREATE, &e);
	int code = !db ? say_error(&e, EXIT_WRONG) : plan_only ? plan(db) : EXIT_GOOD;
	if (db && !plan_only && !db_migrate(db, &db_schema, instant_clock(), applied, &e))
		code = say_error(&e, EXIT_WRONG);
	close(lock);
	return code;
}

int migrate_command(struct options *o)
{
	bool plan_only = option_flag(o, "--plan");
	size_t applied = 0;
	int code = migrate_here(o, plan_only, &applied);
	if (code != EXIT_GOOD || plan_only)
		return code;
	printf("%zu migrations applied\n", applied);
	return applied ? count_again(o) : EXIT_GOOD;
}

/* ---- routes ---- */

struct route_table *routes_of_all(struct arena *a, size_t *n)
{
	struct route_table *v = NEW_ARRAY(a, all_routes_n, struct route_table);
	for (size_t i = 0; i < all_routes_n; i++)
		v[i] = *all_routes[i];
	*n = all_routes_n;
	return v;
}

int routes_command(struct options *o)
{
	struct err e = {0};
	size_t n = 0;
	struct route_table *v = routes_of_all(o->arena, &n);
	struct buf b = buf_on(o->arena);
	if (!route_tables_check(v, n, &e))
		return say_error(&e, EXIT_WRONG);
	if (o->json)
		routes_write_json(&b, v, n);
	else
		routes_write_text(&b, v, n);
	printf("%.*s\n", STR_ARG(str_trim(buf_str(&b))));
	return EXIT_GOOD;
}

/* ---- packs ---- */

static int pack_check(struct options *o, const char *dir)
{
	struct err e = {0};
	struct pack p = pack_embedded();
	struct pack_report report = pack_report_on(o->arena);
	const struct procedure *list = NULL;
	struct eras eras;
	size_t n = 0;
	if (dir && !pack_read_dir(o->arena, str_from(dir), &p, &e))
		return say_error(&e, EXIT_WRONG);
	bool ok = procedures_read(&report, &p, &list, &n);
	ok = eras_read(o->arena, &p, &report, &eras) && ok;
	struct str faults = pack_report_text(o->arena, &report), gaps = procedures_check_text(o->arena, list, ok ? n : 0);
	printf("%.*s%.*s", STR_ARG(gaps), STR_ARG(report.faults ? faults : STR("")));
	printf("%zu procedures, %zu faults, %zu gaps\n", n, report.faults, report.gaps);
	return ok && report.faults == 0 ? EXIT_GOOD : EXIT_WRONG;
}

int pack_command(struct options *o)
{
	if (o->argc >= 2 && strcmp(o->argv[1], "check") == 0)
		return pack_check(o, o->argc > 2 ? o->argv[2] : NULL);
	if (o->argc >= 3 && strcmp(o->argv[1], "import") == 0)
		return pack_import(o, o->argv[2]);
	return say_usage(o, "pack");
}
