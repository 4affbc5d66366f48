/* main.c — the commands of motcua. `motcua help` is printed from this table. */
#include "app/app.h"
#include "calendar/calendar.h"
#include "core/base/memory.h"
#include "core/config/config.h"
#include "core/logic/logic.h"
#include "sign/sign_helper.h"
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLACE "[--data DIR] [--db postgres://…] [--config FILE]"
#define PLACE_TAKES "--data= --db= --config= "
#define PLACE_HELP "--data DIR holds keys, files and, without --db, the database; --db alone keeps keys and files in ./data. No password in --db: PGPASSFILE, or a socket."

static int logic_run(struct options *o) { return logic_command(o->argc, o->argv); }
/* `calendar due …`: the second word is the command's name for what comes after it. */
static int calendar_run(struct options *o)
{
	if (o->argc < 2 || strcmp(o->argv[1], "due") != 0)
		return say_usage(o, "calendar");
	return calendar_due_command(o->argc - 1, o->argv + 1);
}


const struct command commands[] = {
	{"serve", PLACE " [--listen ADDR:PORT]", "Serves pages and the API until it is told to stop.", serve_command, PLACE_TAKES "--listen=", 0},
	{"demo", "--data DIR [--dossiers N] [--seed S] [--as-of DAY] [--json]", "Fills an empty data folder with a sample province; prints the sample sign-ins.", demo_command, PLACE_TAKES "--dossiers= --seed= --as-of= --json", 0},
	{"migrate", PLACE " [--plan] [--backup DIR]", "Brings the database to this program's schema, after a backup into DIR (else before-NUMBER in the data folder): the way back. --plan only says what would run, and how long it takes.", migrate_command, PLACE_TAKES "--plan --backup=", 0},
	{"verify", PLACE " [--json] | --receipt FILE [--anchors PEM]", "Recomputes the record and names the first fault; or checks one receipt offline.", verify_command, PLACE_TAKES "--json --receipt= --anchors=", 0},
	{"backup", PLACE " --to DIR", "Writes the database, sealed by the master key, and every file into a new folder, beside a server too.", backup_command, PLACE_TAKES "--to=", 0},
	{"restore", PLACE " --from DIR --key FILE [--at TIME [--archive DIR]]", "Puts a backup and its master key into an empty data folder (with --db, into an empty database) and checks all of it. --at 2026-11-27T09:30:00+07:00 goes on by the archive (SQLite) to the last act at or before that moment.", restore_command, PLACE_TAKES "--from= --key= --at= --archive=", 0},
	{"export", PLACE " dossiers | packs --to DIR", "Writes the dossiers as CSV on standard output, without personal data; or the published procedures as packs, for `pack import` elsewhere.", export_command, PLACE_TAKES "--to=", 1},
	{"pack", "check [DIR] | import DIR " PLACE, "Checks packs (law as data) and says what is missing; or proposes them as new versions.", pack_command, PLACE_TAKES, 2},
	{"user", "add " PLACE " --login NAME --kind KIND --name TEXT [--person ID] [--email ADDRESS]", "Makes an account; the password is read from standard input. KIND: citizen, business, official, admin, system.", user_command, PLACE_TAKES "--login= --kind= --name= --person= --email=", 1},
	{"erase", PLACE " --code CODE --reason TEXT", "Erases the personal data of a dossier; its acts and dates stay in the log.", erase_command, PLACE_TAKES "--code= --reason=", 0},
	{"key", "rotate [--go-on] " PLACE, "Puts a new master key in front and wraps all data keys again; --go-on finishes what was broken off.", key_command, PLACE_TAKES "--go-on", 1},
	{"rebuild", "stat|search " PLACE, "stat: counts all dossiers again and puts the statistics right. search: makes the search index anew. Says what differed.", rebuild_command, PLACE_TAKES, 1},
	{"stop", PLACE, "Stops the server of the data folder: what was begun is finished. Returns when it is gone.", stop_command, PLACE_TAKES, 0},
	{"calendar", "due --accepted TIME --limit \"N UNIT\" [--convention A|B] [--event KIND@TIME] [--explain] | due --cases FILE", "Computes when something is due, and why.", calendar_run, NULL, 0},
	{"routes", "[--json]", "Lists every route with the roles that may use it.", routes_command, "--json", 0},
	{"logic", "", "Reads {\"rule\":…,\"data\":…} a line, writes {\"result\":…} or {\"error\":…} a line.", logic_run, NULL, 0},
	{"version", "", "Prints the version.", version_command, "", 0},
};
const size_t commands_n = ARRAY_LEN(commands);

static int help(FILE *f)
{
	fprintf(f, "motcua — hồ sơ một cửa, từ danh mục thủ tục đến kết quả ký số\n\n");
	for (size_t i = 0; i < commands_n; i++)
		fprintf(f, "  motcua %s %s\n      %s\n", commands[i].name, commands[i].usage, commands[i].help);
	fprintf(f, "\n%s\nExit: 0 good, 1 found wrong, 2 bad usage.\n", PLACE_HELP);
	return f == stdout ? EXIT_GOOD : EXIT_USAGE;
}

/* What may stand in --config FILE, with limits and usual values: a file that changes nothing. */
static void print_settings(FILE *f)
{
	AUTO_ARENA a = arena_new(0);
	struct buf b = buf_on(a);
	config_help(&b, LANG_EN);
	fprintf(f, "\nThe settings of --config FILE:\n\n%s", buf_str(&b).p);
}

int say_usage(const struct options *o, const char *command)
{
	FILE *f = o->help ? stdout : stderr;
	for (size_t i = 0; i < commands_n; i++)
		if (strcmp(commands[i].name, command) == 0)
			fprintf(f, "usage: motcua %s%s%s\n%s\n%s", command, *commands[i].usage ? " " : "", commands[i].usage, commands[i].help,
			        strstr(commands[i].usage, "--db") ? PLACE_HELP "\n" : "");
	if (o->help && strcmp(command, "serve") == 0)
		print_settings(f);
	return o->help ? EXIT_GOOD : EXIT_USAGE;
}

int say_error(const struct err *e, int code)
{
	fprintf(stderr, "motcua: %s\n", e->text);
	return code;
}

/* Takes argument i (and its value) out. */
static void drop(struct options *o, int i, int n)
{
	memmove(&o->argv[i], &o->argv[i + n], (size_t)(o->argc - i - n + 1) * sizeof *o->argv);
	o->argc -= n;
}

const char *option_value(struct options *o, const char *name)
{
	for (int i = 1; i + 1 < o->argc; i++)
		if (strcmp(o->argv[i], name) == 0) {
			const char *v = o->argv[i + 1];
			drop(o, i, 2);
			return v;
		}
	return NULL;
}

bool option_flag(struct options *o, const char *name)
{
	for (int i = 1; i < o->argc; i++)
		if (strcmp(o->argv[i], name) == 0) {
			drop(o, i, 1);
			return true;
		}
	return false;
}

/* How many arguments the option takes, itself among them; 0: it is not the command's. */
static int option_length(const char *takes, const char *arg)
{
	struct str rest = str_from(takes), one;
	while (str_next(&rest, ' ', &one))
		if (str_eq(one, str_from(arg)))
			return 1;
		else if (str_ends(one, STR("=")) && str_eq(str_sub(one, 0, one.n - 1), str_from(arg)))
			return 2;
	return 0;
}

/* Nothing is ignored: an option or a word too many is bad usage, and is named. */
static bool understood(const struct command *c, int argc, char **argv)
{
	int words = 0;
	for (int i = 1; i < argc; i++) {
		int n = argv[i][0] == '-' ? option_length(c->takes, argv[i]) : 1;
		words += argv[i][0] != '-';
		if (n == 0 || words > c->words)
			fprintf(stderr, "motcua %s: %s is not understood; see motcua %s --help\n", c->name, argv[i], c->name);
		else if (i + n > argc)
			fprintf(stderr, "motcua %s: %s needs a value; see motcua %s --help\n", c->name, argv[i], c->name);
		if (n == 0 || words > c->words || i + n > argc)
			return false;
		i += n - 1;
	}
	return true;
}

static int run(const struct command *c, int argc, char **argv)
{
	AUTO_ARENA a = arena_new(0);
	struct options o = {.arena = a, .argc = argc, .argv = argv};
	o.help = option_flag(&o, "--help") || option_flag(&o, "-h");
	if (o.help)
		return say_usage(&o, c->name);
	if (c->takes && !understood(c, o.argc, o.argv))
		return EXIT_USAGE;
	if (c->takes) { /* `calendar` and `logic` need no place */
		o.data = str_from(option_value(&o, "--data"));
		o.db = str_from(option_value(&o, "--db"));
		o.listen = str_from(option_value(&o, "--listen"));
		o.json = option_flag(&o, "--json");
		struct err e = {0};
		if (!config_load(a, option_value(&o, "--config"), &o.settings, &e) || !config_check(&o.settings, &e))
			return say_error(&e, EXIT_WRONG);
	}
	return c->run(&o);
}

int main(int argc, char **argv)
{
	json_set_alloc_funcs(memory_or_end, free); /* a tree for which there was no memory is not an empty one */
	if (argc < 2 || strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		return help(argc < 2 ? stderr : stdout);
	if (strcmp(argv[1], "sign-helper") == 0 && argc >= 5)
		return sign_helper_main(argv[2], argv[3], argv[4], argc > 5 ? argv[5] : NULL);
	for (size_t i = 0; i < commands_n; i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return run(&commands[i], argc - 1, argv + 1);
	fprintf(stderr, "motcua: there is no command \"%s\"\n", argv[1]);
	return help(stderr);
}
