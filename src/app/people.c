/* people.c — `user add`, `erase`, `key rotate`, `rebuild`, `stop`, `export`, `pack import`: the command's side; what they do is in acts.c. */
#include "account/account.h"
#include "app/app.h"
#include "catalogue/catalogue_sql.h"
#include "core/db/migrate.h"
#include "app/control.h"
#include "core/pack/pack.h"
#include "dossier/dossier_sql.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static bool kind_of(const char *name, enum account_kind *out)
{
	static const char *const names[ACCOUNT_KIND_COUNT] = {"citizen", "business", "official", "admin", "system"};
	for (int i = 0; name && i < ACCOUNT_KIND_COUNT; i++)
		if (strcmp(name, names[i]) == 0) {
			*out = (enum account_kind)i;
			return true;
		}
	return false;
}

int user_command(struct options *o)
{
	const char *login = option_value(o, "--login"), *kind = option_value(o, "--kind"), *name = option_value(o, "--name"), *person = option_value(o, "--person"), *email = option_value(o, "--email");
	enum account_kind k;
	int64_t person_id = 0;
	char line[300];
	struct err e = {0};
	if (o->argc != 2 || strcmp(o->argv[1], "add") != 0 || !login || !name || !kind_of(kind, &k) || (person && !str_to_i64(str_from(person), &person_id)))
		return say_usage(o, "user");
	struct place place;
	if (!place_of(o, &place, &e))
		return say_error(&e, EXIT_USAGE);
	/* The password is never an argument: others could read it there. */
	if (!fgets(line, sizeof line, stdin))
		return say_error((err_set(&e, ERR_INVALID, "no password on standard input"), &e), EXIT_WRONG);
	struct str password = str_trim(str_from(line));
	json_t *q = json_pack("{s:s,s:s,s:s,s:i,s:I,s:s%}", "login", login, "name", name, "email", email ? email : "", "kind", (int)k, "person", (json_int_t)person_id, "password", password.p, password.n);
	return q ? control_run(o, "user.add", q) : say_usage(o, "user");
}

/* ---- erase, key, stop ---- */

int erase_command(struct options *o)
{
	const char *code = option_value(o, "--code"), *reason = option_value(o, "--reason");
	json_t *q = code && reason && o->argc == 1 ? json_pack("{s:s,s:s}", "code", code, "reason", reason) : NULL;
	return q ? control_run(o, "erase", q) : say_usage(o, "erase");
}

int key_command(struct options *o)
{
	bool go_on = option_flag(o, "--go-on");
	if (o->argc != 2 || strcmp(o->argv[1], "rotate") != 0)
		return say_usage(o, "key");
	return control_run(o, "key.rotate", json_pack("{s:b}", "go_on", go_on));
}

int rebuild_command(struct options *o)
{
	bool search = o->argc == 2 && strcmp(o->argv[1], "search") == 0;
	if (!search && (o->argc != 2 || strcmp(o->argv[1], "stat") != 0))
		return say_usage(o, "rebuild");
	return control_run(o, search ? "rebuild.search" : "rebuild.stat", json_object());
}

int stop_command(struct options *o)
{
	bool answered = false;
	struct err e = {0};
	json_t *q = json_object();
	int code = control_ask(o, "stop", q, true, &answered);
	json_decref(q);
	return answered ? code : say_error((err_set(&e, ERR_NOT_FOUND, "no server runs on this folder"), &e), EXIT_WRONG);
}

/* ---- public records as CSV, in constant memory ---- */

static int export_dossiers(struct options *o, struct db *db)
{
	struct err e = {0};
	AUTO_CURSOR c = {0};
	if (!q_dossier_export(db, &c, &e))
		return say_error(&e, EXIT_WRONG);
	struct dossier_export_row row;
	struct buf b = buf_on(o->arena);
	struct arena_mark m = arena_mark(o->arena);
	db_csv_header(&b, &query_dossier_export);
	printf("%.*s", STR_ARG(buf_str(&b)));
	while (db_next(&c, &row)) {
		arena_rewind(o->arena, m);
		b = buf_on(o->arena);
		db_row_csv(&b, &query_dossier_export, &row);
		printf("%.*s", STR_ARG(buf_str(&b)));
	}
	return db_end(&c, &e) ? EXIT_GOOD : say_error(&e, EXIT_WRONG);
}

/* ---- the published procedures as packs: the very bytes that the decision refers to ---- */

static bool write_pack(struct arena *a, const char *dir, struct str slug, struct str bytes, struct err *e)
{
	const char *path = str_fmt(a, "%s/procedures/%.*s.json", dir, STR_ARG(slug)).p;
	FILE *f = fopen(path, "wbx");
	bool ok = f && fwrite(bytes.p, 1, bytes.n, f) == bytes.n;
	ok = (!f || fclose(f) == 0) && ok;
	return ok || err_set(e, ERR_CONFLICT, "cannot write %s: %s", path, strerror(errno));
}

static int export_packs(struct options *o, struct db *db, const char *dir)
{
	struct err e = {0};
	struct procedure_version_public_rows rows = {0};
	size_t n = 0;
	if (!q_procedure_version_public(db, o->arena, &rows, &e))
		return say_error(&e, EXIT_WRONG);
	if ((mkdir(dir, 0755) != 0 && errno != EEXIST) || (mkdir(str_fmt(o->arena, "%s/procedures", dir).p, 0755) != 0 && errno != EEXIST)) {
		err_set(&e, ERR_INVALID, "cannot make the folder %s: %s", dir, strerror(errno));
		return say_error(&e, EXIT_WRONG);
	}
	for (size_t i = 0; i < rows.n; i++) /* in order of slug and number: the last of each */
		if (i + 1 == rows.n || !str_eq(rows.v[i].slug, rows.v[i + 1].slug)) {
			if (!write_pack(o->arena, dir, rows.v[i].slug, rows.v[i].bytes, &e))
				return say_error(&e, EXIT_WRONG);
			n++;
		}
	printf("%zu procedures\n", n);
	return EXIT_GOOD;
}

int export_command(struct options *o)
{
	struct err e = {0};
	struct place p;
	const char *to = option_value(o, "--to"), *what = o->argc == 2 ? o->argv[1] : "";
	bool packs = strcmp(what, "packs") == 0;
	if ((!packs && strcmp(what, "dossiers") != 0) || packs != (to != NULL))
		return say_usage(o, "export");
	if (!place_of(o, &p, &e))
		return say_error(&e, EXIT_USAGE);
	AUTO_DB db = place_open(&p, DB_READ_ONLY, &e);
	if (!db || !db_schema_check(db, &db_schema, &e))
		return say_error(&e, EXIT_WRONG);
	return packs ? export_packs(o, db, to) : export_dossiers(o, db);
}

/* ---- packs into the catalogue ---- */

int pack_import(struct options *o, const char *dir)
{
	struct err e = {0};
	struct pack p;
	struct place place;
	if (!place_of(o, &place, &e))
		return say_error(&e, EXIT_USAGE);
	json_t *files = json_array();
	if (!pack_read_dir(o->arena, str_from(dir), &p, &e)) {
		json_decref(files);
		return say_error(&e, EXIT_WRONG);
	}
	for (size_t i = 0; i < p.n; i++)
		if (str_starts(p.files[i].name, STR("procedures/")))
			json_array_append_new(files, json_pack("{s:s%,s:s%}", "name", p.files[i].name.p, p.files[i].name.n, "bytes", p.files[i].bytes.p, p.files[i].bytes.n));
	return control_run(o, "pack.import", json_pack("{s:o}", "files", files));
}
