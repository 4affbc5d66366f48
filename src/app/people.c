/* people.c — `user add`, `export`, `pack import`: commands that act on the record as the program. */
#include "account/account.h"
#include "app/app.h"
#include "catalogue/catalogue.h"
#include "catalogue/catalogue_sql.h"
#include "core/db/migrate.h"
#include "dossier/dossier_sql.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static bool add_account(struct env *env, void *ctx, struct err *e)
{
	struct account_id id;
	return account_create(env, ctx, &id, e);
}

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

/* The password is never an argument: others could read it there. */
static bool read_password(struct arena *a, struct str *hash, struct err *e)
{
	char line[300];
	if (!fgets(line, sizeof line, stdin))
		return err_set(e, ERR_INVALID, "no password on standard input");
	return account_password_hash(a, str_trim(str_from(line)), hash, e);
}

int user_command(struct options *o)
{
	struct err e = {0};
	struct store s;
	struct account_new x = {0};
	const char *login = option_value(o, "--login"), *kind = option_value(o, "--kind"), *name = option_value(o, "--name"), *person = option_value(o, "--person"), *email = option_value(o, "--email");
	if (o->argc != 2 || strcmp(o->argv[1], "add") != 0 || !login || !name || !kind_of(kind, &x.kind) || (person && !str_to_i64(str_from(person), &x.person.v)))
		return say_usage(o, "user");
	struct place place;
	if (!place_of(o, &place, &e))
		return say_error(&e, EXIT_USAGE);
	x.login = str_from(login);
	x.name = str_from(name);
	x.email = email ? str_from(email) : STR("");
	if (!store_open(&s, o, STORE_WRITER, &e))
		return say_error(&e, EXIT_WRONG);
	struct account_config cfg = store_accounts(&s, &o->settings);
	bool ok = account_start(&cfg, &e) && read_password(s.arena, &x.password_hash, &e) && store_act(&s, add_account, &x, &e);
	account_stop();
	store_close(&s);
	return ok ? EXIT_GOOD : say_error(&e, EXIT_WRONG);
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

/* ---- packs into the catalogue, as proposals for people to review ---- */

struct importing { struct str bytes; bool changed; };

static bool propose(struct env *env, void *ctx, struct err *e)
{
	struct importing *x = ctx;
	struct procedure_version_id id;
	return catalogue_propose(env, x->bytes, STR("motcua pack import"), &id, &x->changed, e);
}

int pack_import(struct options *o, const char *dir)
{
	struct err e = {0};
	struct store s;
	struct pack p;
	int bad = 0, proposed = 0;
	struct place place;
	if (!place_of(o, &place, &e))
		return say_error(&e, EXIT_USAGE);
	if (!pack_read_dir(o->arena, str_from(dir), &p, &e) || !store_open(&s, o, STORE_WRITER, &e))
		return say_error(&e, EXIT_WRONG);
	for (size_t i = 0; i < p.n; i++) {
		struct importing x = {.bytes = p.files[i].bytes};
		e = (struct err){0};
		if (!str_starts(p.files[i].name, STR("procedures/")))
			continue;
		bool ok = store_act(&s, propose, &x, &e);
		printf("%.*s: %s\n", STR_ARG(p.files[i].name), !ok ? e.text : x.changed ? "proposed" : "unchanged");
		bad += !ok;
		proposed += ok && x.changed;
	}
	store_close(&s);
	printf("%d proposed, %d refused\n", proposed, bad);
	return bad ? EXIT_WRONG : EXIT_GOOD;
}
