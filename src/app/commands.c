/* commands.c — the small commands: migrate, verify, routes, pack, version. */
#include "app/app.h"
#include "catalogue/procedure.h"
#include "core/audit/audit.h"
#include "core/db/migrate.h"
#include "core/pack/pack.h"
#include "core/tsa/tsa.h"
#include "era/era.h"
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

int migrate_command(struct options *o)
{
	struct err e = {0};
	struct place p;
	bool plan_only = option_flag(o, "--plan");
	size_t applied = 0;
	if (!place_of(o, &p, &e))
		return say_error(&e, EXIT_USAGE);
	int lock = place_make(&p, &e) ? place_lock(&p, &e) : -1;
	if (lock < 0)
		return say_error(&e, EXIT_WRONG);
	AUTO_DB db = place_open(&p, DB_CREATE, &e);
	int code = !db ? say_error(&e, EXIT_WRONG) : plan_only ? plan(db) : EXIT_GOOD;
	if (db && !plan_only && !db_migrate(db, &db_schema, instant_clock(), &applied, &e))
		code = say_error(&e, EXIT_WRONG);
	else if (db && !plan_only)
		printf("%zu migrations applied\n", applied);
	close(lock);
	return code;
}

/* ---- verify ---- */

static struct str read_file(struct arena *a, const char *path, struct err *e)
{
	FILE *f = fopen(path, "rb");
	struct buf b = buf_on(a);
	size_t n = 0;
	if (!f) {
		err_set(e, ERR_NOT_FOUND, "cannot open %s", path);
		return STR_NONE;
	}
	do {
		n = fread(buf_room(&b, 65536), 1, 65536, f);
		b.n += n;
	} while (n > 0 && b.n < (size_t)16 << 20);
	fclose(f);
	return buf_str(&b);
}

static int verify_receipt(struct options *o, const char *path, const char *anchors)
{
	static const char *const words[] = {[RECEIPT_OPEN] = "open", [RECEIPT_PROVED] = "proved", [RECEIPT_BROKEN] = "broken"};
	struct err e = {0};
	struct receipt_report r;
	struct str json = read_file(o->arena, path, &e);
	if (!json.p || !audit_receipt_check(o->arena, json, &r, &e))
		return say_error(&e, EXIT_WRONG);
	const char *stamp = r.stamp.n ? "present, not checked (no --anchors)" : "none";
	if (r.stamp.n && anchors && r.state == RECEIPT_PROVED)
		stamp = stamp_words(o->arena, &r, anchors);
	struct str at = instant_format(o->arena, r.at);
	if (o->json)
		printf("{\"state\":\"%s\",\"kind\":\"%.*s\",\"at\":\"%.*s\",\"stamp\":\"%s\",\"fault\":%s%s%s}\n", words[r.state], STR_ARG(r.kind), STR_ARG(at), stamp,
		       r.fault ? "\"" : "", r.fault ? r.fault : "null", r.fault ? "\"" : "");
	else
		printf("%s: %.*s at %.*s; time-stamp: %s%s%s\n", words[r.state], STR_ARG(r.kind), STR_ARG(at), stamp, r.fault ? "; " : "", r.fault ? r.fault : "");
	return r.state == RECEIPT_BROKEN ? EXIT_WRONG : EXIT_GOOD;
}

int verify_command(struct options *o)
{
	struct err e = {0};
	struct place p;
	struct audit_verify v = {0};
	const char *receipt = option_value(o, "--receipt"), *anchors = option_value(o, "--anchors");
	if (receipt)
		return verify_receipt(o, receipt, anchors);
	if (!place_of(o, &p, &e))
		return say_error(&e, EXIT_USAGE);
	AUTO_DB db = place_open_long(&p, &e);
	if (!db || !db_schema_check(db, &db_schema, &e) || !audit_verify(db, &db_schema, &v, &e))
		return say_error(&e, EXIT_WRONG);
	int64_t files = 0;
	if (v.ok && !verify_files(o->arena, &p, db, &files, v.first_fault, sizeof v.first_fault, &e))
		v.ok = false;
	json_t *out = json_pack("{s:b,s:I,s:I,s:I,s:I,s:I,s:s?}", "ok", v.ok, "entries", (json_int_t)v.entries, "days", (json_int_t)v.days, "rows", (json_int_t)v.rows,
	                        "lanes", (json_int_t)v.lanes, "files", (json_int_t)files, "first_fault", v.ok ? NULL : v.first_fault);
	char *text = json_dumps(out, JSON_COMPACT | JSON_PRESERVE_ORDER);
	if (o->json)
		puts(text);
	else
		printf("%s: %lld entries in %lld lanes, %lld closed days, %lld rows, %lld files%s%s\n", v.ok ? "good" : "FOUND WRONG", (long long)v.entries, (long long)v.lanes,
		       (long long)v.days, (long long)v.rows, (long long)files, v.ok ? "" : "\nfirst fault: ", v.ok ? "" : v.first_fault);
	free(text);
	json_decref(out);
	return v.ok ? EXIT_GOOD : EXIT_WRONG;
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
