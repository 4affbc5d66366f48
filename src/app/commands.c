/* commands.c — the small commands: migrate, routes, pack, version. */
#include "app/app.h"
#include "catalogue/procedure.h"
#include "core/archive/archive.h"
#include "core/audit/audit.h"
#include "core/db/migrate.h"
#include "core/pack/pack.h"
#include "core/tsa/tsa.h"
#include "era/era.h"
#include "stat/stat.h"
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MEASURED ((int64_t)256 << 20)

int version_command(struct options *o)
{
	(void)o;
	printf("motcua %s\n", MOTCUA_VERSION);
	return EXIT_GOOD;
}

/* ---- migrate ---- */

/* How fast this disk gives the database, in MB a second, and how many MB it has. */
static bool measure(const char *path, double *mb, double *speed)
{
	static char bytes[1 << 20];
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int64_t start = monotonic_ns(), n = 0;
	ssize_t got = 0;
	if (fd < 0 || fstat(fd, &st) != 0)
		return false;
	while (n < MEASURED && (got = read(fd, bytes, sizeof bytes)) > 0)
		n += got;
	close(fd);
	*mb = (double)st.st_size / 1e6;
	*speed = (double)n / 1e6 / ((double)(monotonic_ns() - start + 1) / 1e9);
	return n > 0;
}

/* A backup reads all and writes it; a migration may write a table and its indexes anew, at worst all of them. Before anything is opened:
 * closing a descriptor of the database would drop its locks. */
static void say_down_time(const struct place *p)
{
	double mb, speed;
	if (p->engine == DB_PG)
		printf("down-time: as long as motcua backup takes here, and the migrations\n");
	else if (measure(p->db.p, &mb, &speed))
		printf("down-time: about %.0f s for the backup of %.0f MB, and at most about %.0f s for the migrations, if they write all of it anew (measured: %.0f MB/s)\n",
		       1 + 2 * mb / speed, mb, 1 + 4 * mb / speed, speed);
}

/* Which would run. */
static bool pending(const struct place *p, size_t *first, size_t *n, struct err *e)
{
	AUTO_DB db = place_open(p, DB_CREATE, e);
	return db && db_migrate_plan(db, &db_schema, first, n, e);
}

static int plan(const struct place *p)
{
	struct err e = {0};
	size_t first = 0, n = 0;
	if (access(p->db.p, F_OK) == 0 || p->engine == DB_PG)
		say_down_time(p);
	if (!pending(p, &first, &n, &e))
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

/* The way back: what was there before the first migration that is new. Stored files get a second name and take no room. */
static bool back_up_first(struct options *o, const struct place *p, const char *to, size_t first, struct err *e)
{
	struct backup_report done;
	if (!to)
		to = str_fmt(o->arena, "%.*s/before-%04d", STR_ARG(p->dir), db_schema.migrations[first].number).p;
	if (!backup_place(o->arena, p, NULL, to, true, &done, e))
		return err_wrap(e, "backup before the migration");
	printf("backed up into %s\n", to);
	return true;
}

static bool migrate(struct options *o, const struct place *p, const char *to, size_t *applied, struct err *e)
{
	size_t first = 0, n = 0;
	if (!pending(p, &first, &n, e) || (first > 0 && n > 0 && !back_up_first(o, p, to, first, e)))
		return false;
	wal_archive_forget(place_marker(o->arena, p));
	AUTO_DB db = place_open(p, 0, e);
	return db && db_migrate(db, &db_schema, instant_clock(), applied, e);
}

static int migrate_here(struct options *o, bool plan_only, size_t *applied)
{
	struct err e = {0};
	struct place p;
	const char *to = option_value(o, "--backup");
	if (!place_of(o, &p, &e))
		return say_error(&e, EXIT_USAGE);
	int lock = place_make(&p, &e) ? place_lock(&p, &e) : -1;
	if (lock < 0)
		return say_error(&e, EXIT_WRONG);
	int code = plan_only ? plan(&p) : migrate(o, &p, to, applied, &e) ? EXIT_GOOD : say_error(&e, EXIT_WRONG);
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
