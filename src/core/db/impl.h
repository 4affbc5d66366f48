/* impl.h — inside of core/db: the connection and what an engine must do. */
#pragma once
#include "core/db/db.h"
#include <libpq-fe.h>
#include <sqlite3.h>

#define STMT_BUCKETS 256
#define DB_OFTEN 5

/* A prepared statement; `busy` while its rows are being read. */
struct db_stmt {
	const struct db_query *query;
	size_t order;
	sqlite3_stmt *lite;
	char pg_name[24];
	PGresult *result;
	int row;
	bool stream, busy;
	int64_t changed;
	struct db_stmt *next;
};

enum value_kind { VALUE_NULL, VALUE_INT, VALUE_TEXT, VALUE_BYTES, VALUE_OTHER };
struct value { enum value_kind kind; int64_t i; struct str s; };
enum step { STEP_ROW, STEP_END, STEP_FAILED };

struct engine {
	bool (*prepare)(struct db *db, struct db_stmt *s, const char *text, struct err *e);
	/* Binds and starts; `values` has the query's parameters. */
	bool (*start)(struct db *db, struct db_stmt *s, const struct value *values, bool stream, struct err *e);
	enum step (*step)(struct db *db, struct db_stmt *s, struct err *e);
	struct value (*get)(struct db_stmt *s, size_t column, enum db_type want);
	void (*finish)(struct db *db, struct db_stmt *s);
	void (*drop)(struct db *db, struct db_stmt *s);
	/* Statements without parameters and rows, several in one text: begin, migrations. */
	bool (*run)(struct db *db, const char *text, struct err *e);
	void (*close)(struct db *db);
	bool (*lost)(struct db *db);
	/* By what the library knows: is a transaction open? No of a lost connection. */
	bool (*open)(const struct db *db);
};
extern const struct engine engine_sqlite, engine_pg;

struct db {
	enum db_engine kind;
	const struct engine *engine;
	unsigned flags;
	sqlite3 *lite;
	sqlite3_stmt *often[DB_OFTEN]; /* prepared begins, commit, savepoint, release */
	PGconn *pg;
	struct db_stmt *stmts[STMT_BUCKETS];
	unsigned n_stmts;
	int level;      /* open transactions and savepoints */
	bool moment_waits, in_moment; /* db_moment(): begins with the next statement; has begun */
	uint64_t moment; /* its number */
	bool streaming; /* a cursor is open (PostgreSQL) */
	bool permitted, retryable, malformed, fault_hit;
	bool gone;      /* the server said that it ends the connection (PostgreSQL) */
	int64_t wal_frames, wal_frame_bytes; /* SQLite, DB_BATCH */
	sqlite3_file *file;  /* the same */
	int64_t fault, asked;
	struct arena *touch_arena, *bind_arena;
	struct db_touch *touched;
	size_t n_touched, cap_touched;
};

struct db *db_new(enum db_engine kind, unsigned flags);
/* Makes the file for its owner alone, if there is none: the libraries would leave it to the umask. */
void db_private_file(const char *path);
/* The injected fault; false and *e when it strikes now. */
bool db_step_allowed(struct db *db, struct err *e);
bool db_run(struct db *db, const char *text, struct err *e);
/* SQLite: opens with sums in the pages (pages.h), without any setting. The library's code. */
int lite_open(const char *name, int mode, sqlite3 **out);
/* SQLite: counts the frames of the log from now on, in place of the library's automatic checkpoints. */
bool wal_watch(struct db *db, struct err *e);
/* A field of a params or row struct as a value, and back. */
struct value value_of(const struct db_field *f, const void *base);
/* As the engine keeps it: hashes as bytes, packed texts squeezed, in the arena. */
bool value_tight(struct arena *a, const struct db_field *f, struct value *v, struct err *e);
bool value_store(const struct db_query *q, const struct db_field *f, void *row, struct value v, struct arena *a, struct err *e);
