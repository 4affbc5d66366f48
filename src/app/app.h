/* app.h — the program: what `serve` holds open, and the commands.
 *
 * Only app knows every slice; nobody knows app. Slices get what they need through their configure functions. */
#pragma once
#include "board/board.h"
#include "core/audit/audit.h"
#include "core/blob/blob.h"
#include "core/config/config.h"
#include "core/crypto/crypto.h"
#include "core/db/db.h"
#include "core/db/id.h"
#include "core/db/whole.h"
#include "core/http/http.h"
#include "core/job/job.h"
#include "core/pack/pack.h"
#include "core/writer/writer_run.h"
#include "dossier/law.h"

extern const struct db_schema db_schema;

/* Where the records are, from --data and --db. */
struct place {
	struct str dir;            /* the data folder: keys, files, sockets; always there */
	enum db_engine engine;
	struct str db;             /* file or conninfo */
	struct str key_file;       /* master keys: by the settings, or in the data folder */
};

/* What commands and the server share once the data folder is open. */
struct store {
	struct arena *arena;
	struct place place;
	struct keyring *keys;
	struct blob_store *blobs;
	struct law *law;
	struct pack packs;         /* of the program, and of packs_dir over them */
	struct id_source ids;
	struct wal_archive *archive;   /* by the setting, SQLite alone; else NULL */
	struct writer *writer;
	struct db_pool *pool;
	int lock;                  /* held: no other program writes here */
	struct instant at;         /* what the writer's clock shows; 0: the time */
};

/* Options every command knows; the rest of argv is the command's. */
struct options {
	struct arena *arena;
	struct str data, db, listen;
	struct config settings;    /* of --config, else the defaults; --data, --db and --listen win */
	bool json, help;
	int argc;
	char **argv;               /* what is left, from the first word that is no common option */
};

/* Exit codes: 0 good, 1 found wrong, 2 bad usage. */
enum { EXIT_GOOD, EXIT_WRONG, EXIT_USAGE };

/* takes: the options, those with a value ending in '='; NULL: the command reads its own. words: how many others at most. */
struct command { const char *name, *usage, *help; int (*run)(struct options *o); const char *takes; int words; };
extern const struct command commands[];
extern const size_t commands_n;

/* The value after `--name`, removed from the arguments; NULL when absent. */
const char *option_value(struct options *o, const char *name);
bool option_flag(struct options *o, const char *name);
/* Prints the sentence on standard error; returns `code`. */
int say_error(const struct err *e, int code);
int say_usage(const struct options *o, const char *command);

/* The program for strangers' files and our papers, beside this one; before any thread. NULL and *e when it cannot be started. */
struct render;
struct render *render_beside(struct arena *a, struct err *e);
MUST_CHECK bool place_of(const struct options *o, struct place *out, struct err *e);
/* Makes the folder and what every data folder has. */
MUST_CHECK bool place_make(const struct place *p, struct err *e);
/* Takes the folder for writing. ERR_CONFLICT with a sentence when another program holds it. -1 then. */
int place_lock(const struct place *p, struct err *e);
struct db *place_open(const struct place *p, unsigned flags, struct err *e);
/* The same for one who will read for long (backup, verify): ERR_BUSY while the write-ahead log of SQLite is long already. */
struct db *place_open_long(const struct place *p, struct err *e);

/* ALONE: nobody else writes there, and no writer is started. PART: also what is being made in bulk and is not whole. */
enum store_flags { STORE_WRITER = 1, STORE_MIGRATE = 2, STORE_ALONE = 4, STORE_PART = 8 };
/* A data folder that is being filled by a program that does not wait for the disk: nobody opens it until it is whole. */
MUST_CHECK bool store_part_put(const struct place *p, struct str text, struct err *e);
/* What was put last, for whoever goes on with it; false: nothing is being made there. */
bool store_part_get(const struct place *p, struct arena *a, struct str *text);
MUST_CHECK bool store_part_end(const struct place *p, struct err *e);
MUST_CHECK bool store_open(struct store *s, const struct options *o, unsigned flags, struct err *e);
/* With a clock that stands: sample data of another day. `s` must stay where it is while it is open. */
MUST_CHECK bool store_open_at(struct store *s, const struct options *o, unsigned flags, struct instant at, struct err *e);
void store_close(struct store *s);
/* Runs one action on the writer as the program; its memory is in `a`. */
typedef bool store_fn(struct env *env, void *ctx, struct err *e);
MUST_CHECK bool store_act(struct store *s, struct arena *a, store_fn *fn, void *ctx, struct err *e);
/* After an erasure: what was deleted is in no file any more. ERR_BUSY while somebody reads an old state. */
MUST_CHECK bool store_clean(struct store *s, struct str code, struct err *e);

/* Counts all dossiers again and puts the statistics right, beside whoever acts meanwhile (one such call at a time): after dossiers were written
 * in bulk, and for whoever mistrusts the figures. *out: what differed, in `a`. */
struct stat_compared;
MUST_CHECK bool store_rebuild_stat(struct store *s, struct arena *a, struct stat_compared *out, struct err *e);
/* Writes a backup of the place beside whoever writes there; this process must have no connection to it. `archive` NULL: none; link: stored files by
 * hard links where that can be. */
struct backup_report;
MUST_CHECK bool backup_place(struct arena *a, const struct place *p, const char *archive, const char *to, bool link, struct backup_report *out, struct err *e);
/* Where the data folder says which chain of the archive has all of it. */
const char *place_marker(struct arena *a, const struct place *p);

struct account_config;
/* Accounts by the settings: cost of passwords, length of sessions. */
struct account_config store_accounts(const struct store *s, const struct config *c);
struct verify_report {
	struct audit_verify record; /* `ok` and `first_fault` are for all of it */
	struct db_whole base;
	int64_t files, counts;      /* counts: of statistics, each compared with a recount */
	struct board_sent_compared sent;
	bool no_keys;               /* as in a backup */
};
/* Looks at every page, row, file and key of a place beside whoever writes there. This process must have no connection to it. False and
 * *e only when it cannot look. */
MUST_CHECK bool verify_all(struct arena *a, const struct place *p, struct verify_report *out, struct err *e);
/* The demonstration's files in `dir`, with their sums: written once, checked by verify. */
MUST_CHECK bool demo_list_make(struct arena *a, const char *dir, struct err *e);
/* ERR_INVALID names the file that differs. No list: true. */
MUST_CHECK bool demo_list_check(struct arena *a, const char *dir, struct err *e);
struct directory_demo;
struct account_demo;
MUST_CHECK bool demo_dossiers(struct store *s, const struct directory_demo *people, const struct account_demo *accounts, int64_t n, struct err *e);
int pack_import(struct options *o, const char *dir);

int serve_command(struct options *o);
int demo_command(struct options *o);
int migrate_command(struct options *o);
int verify_command(struct options *o);
int backup_command(struct options *o);
int restore_command(struct options *o);
int export_command(struct options *o);
int pack_command(struct options *o);
int user_command(struct options *o);
int routes_command(struct options *o);
int erase_command(struct options *o);
int key_command(struct options *o);
int rebuild_command(struct options *o);
int stop_command(struct options *o);
int version_command(struct options *o);

/* Every slice's routes: the one list of slices. */
extern const struct route_table *const all_routes[];
extern const size_t all_routes_n;
struct route_table *routes_of_all(struct arena *a, size_t *n);
