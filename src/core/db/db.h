/* db.h — one way to SQLite and PostgreSQL.
 *
 * Business code never calls the db_one(), db_many() … below: sqlgen makes a typed function for each named query
 * (docs/guide/sql.md). What business code uses from here: struct db, transactions, cursors, opt_* types.
 *
 * NULL:    text, json, bytes: `.p == NULL` (an empty value has p set and n 0). Ids: `.v == 0`; no row has id 0.
 *          int, bool, instant, date, money: struct opt_int … with `has`. One convention for rows and parameters.
 * Memory:  what is returned lives in the arena given; a cursor's row is valid until the next db_next().
 * Threads: a struct db has one owner at a time and no lock. struct db_pool is for many threads.
 * Errors:  unique, foreign key or check violated → ERR_CONFLICT; locked, serialization failure, deadlock, connection
 *          lost, disk full → ERR_BUSY (db_retryable() tells whether running the transaction again can help); I/O,
 *          corruption and programmer's mistakes → ERR_INTERNAL. */
#pragma once
#include "core/base/err.h"
#include "core/base/instant.h"

struct db;
enum db_engine { DB_SQLITE, DB_PG };
enum db_type { DB_ID, DB_INT, DB_BOOL, DB_TEXT, DB_BYTES, DB_INSTANT, DB_DATE, DB_MONEY, DB_JSON, DB_HASH, DB_PACKED, DB_WORD };
/* A hash, a packed text and a word are texts to the program and bytes to the engine: how a text is kept is no matter of the row. */
static inline bool db_type_is_tight(enum db_type t) { return t == DB_HASH || t == DB_PACKED || t == DB_WORD; }
static inline bool db_type_is_text(enum db_type t) { return t == DB_TEXT || t == DB_JSON || db_type_is_tight(t); }
enum db_kind { DB_ONE, DB_MANY, DB_EACH, DB_EXEC };

/* Values that may be NULL. */
struct opt_int { int64_t v; bool has; };
struct opt_bool { bool v, has; };
struct opt_instant { struct instant v; bool has; };
struct opt_date { struct date v; bool has; };
struct opt_money { struct money v; bool has; };
#define OPT_INT(x) ((struct opt_int){.v = (x), .has = true})
#define OPT_BOOL(x) ((struct opt_bool){.v = (x), .has = true})
#define OPT_INSTANT(x) ((struct opt_instant){.v = (x), .has = true})
#define OPT_DATE(x) ((struct opt_date){.v = (x), .has = true})
#define OPT_MONEY(x) ((struct opt_money){.v = (x), .has = true})

/* ---- descriptors, written by sqlgen ---- */

struct db_field { const char *name; enum db_type type; bool nullable; size_t offset; };

struct db_table;
struct db_query {
	const char *name, *where;        /* where: file:line */
	enum db_kind kind;
	const char *const *sqlite, *const *pg; /* one text per sort order */
	size_t n_orders;
	const struct db_field *params, *columns;
	size_t n_params, n_columns, row_size;
	bool writes;
	const struct db_table *touches;  /* the logged table that it writes, or NULL */
	size_t touch_param;              /* the parameter that holds the row's id */
};

/* A table. `columns` in the order of their creation, each in a cell of its own. Logged tables have an `id`. */
union db_cell { struct opt_int number; struct opt_bool truth; struct opt_date day; struct str text; };
struct db_table {
	const char *name;
	const struct db_field *columns;
	size_t n_columns;
	bool logged, has_id;
	const struct db_query *by_id; /* every column of one row, by parameter id; NULL without id */
	const struct db_query *all;   /* every column of every row, in order of id; NULL without id */
};

struct db_migration { int number; const char *name, *sha256; const char *sqlite, *pg; };
struct db_schema {
	const struct db_migration *migrations;
	size_t n_migrations;
	const struct db_table *const *tables;
	size_t n_tables;
};

/* ---- connections ---- */

/* READ_ONLY: every write fails. BATCH: the server's connection: no automatic checkpoints (SQLite). CREATE: make the
 * file when it is missing. */
enum db_flags { DB_READ_ONLY = 1, DB_BATCH = 2, DB_CREATE = 4 };

/* NULL and *e on failure. SQLite: WAL, synchronous=FULL, foreign keys. */
struct db *db_open_sqlite(struct str path, unsigned flags, struct err *e);
/* `conninfo` as libpq reads it. Refuses when fsync or synchronous_commit is off. A server that cannot be reached, or is gone without a
 * word, is noticed within half a minute unless conninfo says otherwise. */
struct db *db_open_pg(struct str conninfo, unsigned flags, struct err *e);
void db_close(struct db *db);
enum db_engine db_engine(const struct db *db);
bool db_is_read_only(const struct db *db);
/* Was the last failure one after which the whole transaction may be run again? */
bool db_retryable(const struct db *db);
/* Did the last call that failed do so because what is kept contradicts itself: a search index whose parts do not fit together, a row where
 * there should be none? On SQLite; the transaction goes on, the failed statement is undone. */
bool db_malformed(const struct db *db);
/* Has the server ended the connection, or the network? Then nothing works on it any more: close it and open another. Looks at what
 * has arrived and waits for nothing; never true on SQLite. */
bool db_lost(struct db *db);
/* The server's process behind the connection; 0 on SQLite. */
int db_backend(const struct db *db);
static inline void db_cleanup(struct db **db) { db_close(*db); }
#define AUTO_DB __attribute__((cleanup(db_cleanup))) struct db *

/* ---- transactions ----
 *
 *   AUTO_TX tx = {0};
 *   if (!db_begin(db, &tx, e)) return false;
 *   …
 *   return db_commit(&tx, e);
 *
 * A tx that goes out of scope open is rolled back, and its touched rows are forgotten. */
struct db_tx { struct db *db; int level; size_t n_touched; };

MUST_CHECK bool db_begin(struct db *db, struct db_tx *tx, struct err *e);
/* A read transaction that sees one moment (PostgreSQL: REPEATABLE READ READ ONLY), for exports and verify. */
MUST_CHECK bool db_begin_snapshot(struct db *db, struct db_tx *tx, struct err *e);
/* What is read of it until db_moment_end() is of one moment, that of the first statement: for the reads of a page. SQLite then locks the log once and
 * keeps the pages that it read, whoever commits meanwhile. On PostgreSQL, where it would be two more round trips, each statement has a moment of its
 * own. No other transaction is begun in it, and nothing that waits belongs into it: a moment holds the log back. */
void db_moment(struct db *db);
void db_moment_end(struct db *db);
/* The number of the moment that db_moment() began, on PostgreSQL too: no other has it in this process. 0: there is none. What was found out in it
 * need not be asked for again before its end. */
uint64_t db_moment_number(const struct db *db);
MUST_CHECK bool db_commit(struct db_tx *tx, struct err *e);
/* A savepoint inside an open transaction: same struct, db_commit() releases it, leaving it open rolls back to it. */
MUST_CHECK bool db_savepoint(struct db *db, struct db_tx *tx, struct err *e);
/* Harmless on a tx that is not open. */
void db_rollback(struct db_tx *tx);
bool db_in_tx(const struct db *db);
/* SQLite: rows written since it was opened, those of a transaction that was undone too; the same before and after: nothing was written. */
int64_t db_written(const struct db *db);
/* Gives up the pages that it keeps in memory and does not use now; they are read again as they are asked for. Nothing on PostgreSQL. */
void db_rest(struct db *db);
static inline void db_tx_cleanup(struct db_tx *tx) { db_rollback(tx); }
#define AUTO_TX __attribute__((cleanup(db_tx_cleanup))) struct db_tx

/* ---- rows touched in logged tables, for the log ---- */

struct db_touch { const struct db_table *table; int64_t id; };
/* Every generated write on a logged table ends here; each row is listed once, in order of first touch. */
void db_touch(struct db *db, const struct db_table *table, int64_t id);
const struct db_touch *db_touched(const struct db *db, size_t *n);
void db_touched_clear(struct db *db);
/* Writes on logged tables fail unless permitted; only the writer permits, for the time of an action. */
void db_permit_logged(struct db *db, bool on);

/* SHA-256 over every column of the row (type, length, value; the same on both engines); 32 zero bytes when there is
 * no such row. */
MUST_CHECK bool db_row_digest(struct db *db, const struct db_table *table, int64_t id, uint8_t out[32], struct err *e);

/* SQLite: a consistent copy in a new file, its pages numbered anew (VACUUM INTO). For samples; backups are core/archive's. */
MUST_CHECK bool db_snapshot(struct db *db, struct str path, struct err *e);
/* PostgreSQL: a consistent dump beside whoever writes (pg_dump, custom format), piece by piece. SQLite's backup is in core/archive. */
typedef bool db_bytes_fn(void *ctx, const void *p, size_t n, struct err *e);
MUST_CHECK bool db_dump(struct db *db, db_bytes_fn *put, void *ctx, struct err *e);
/* Such a dump into an empty database, in one transaction. After db_load_begin() comes db_load_end() in any case; its ok false: given up.
 * SIGPIPE must be ignored. */
struct db_load { int pid, fd; };
MUST_CHECK bool db_load_begin(struct db *db, struct db_load *out, struct err *e);
MUST_CHECK bool db_load(struct db_load *l, const void *p, size_t n, struct err *e);
MUST_CHECK bool db_load_end(struct db_load *l, bool ok, struct err *e);

/* ---- SQLite's write-ahead log ----
 *
 * A commit appends to it; a checkpoint copies it into the database; it starts over only when all of it was copied and nobody
 * reads from it. So whoever reads for long makes it grow. PostgreSQL sees to its own: there these do nothing. */
enum db_checkpoint_mode {
	DB_CHECKPOINT_PASSIVE,  /* copies what it may and waits for nobody */
	DB_CHECKPOINT_RESTART,  /* copies all and waits for readers, so that the next commit starts the log over */
	DB_CHECKPOINT_TRUNCATE, /* the same, and cuts the file to nothing */
};
/* *busy: somebody was in the way, it was not done to the end. Waits for each at most wait_ms. Outside of transactions. */
MUST_CHECK bool db_checkpoint(struct db *db, enum db_checkpoint_mode mode, int wait_ms, bool *busy, struct err *e);
/* Has on the disk what passive checkpoints copied. SQLite itself sees to that only when a checkpoint comes to the log's very end; then it must
 * wait for all of it. Another thread may use the connection meanwhile. */
MUST_CHECK bool db_sync_copied(struct db *db, struct err *e);
/* Closing, even as the last one, copies nothing and leaves the log in its place; so for every connection that only reads. */
void db_leave_log(struct db *db);
/* Bytes in the log after the last commit of this connection (DB_BATCH only). */
int64_t db_wal_bytes(const struct db *db);
int64_t db_wal_frames(const struct db *db);
/* Another connection emptied the log: it has none until this one commits again. */
void db_wal_forget(struct db *db);
/* Bytes of the log's file, whoever wrote them; 0 when there is none. `place` as for db_open_sqlite(). */
int64_t db_wal_file_bytes(struct str place);

/* ---- cursors ----
 *
 *   AUTO_CURSOR c = {0};
 *   if (!q_dossier_export(db, unit, &c, e)) return false;
 *   struct dossier_export_row row;
 *   while (db_next(&c, &row)) …
 *   return db_end(&c, e);
 *
 * Constant memory: a row's texts are valid until the next db_next(). While a cursor is open on PostgreSQL nothing else
 * may be asked on the same connection (ERR_INTERNAL). */
struct db_cursor { struct db *db; const struct db_query *query; struct db_stmt *stmt; struct arena *arena; bool failed, last; struct err err; };
/* True and the row, or false at the end and on failure. `row` is the query's row struct. */
MUST_CHECK bool db_next(struct db_cursor *c, void *row);
/* Closes; false and *e when reading failed. */
MUST_CHECK bool db_end(struct db_cursor *c, struct err *e);
void db_cursor_close(struct db_cursor *c);
#define AUTO_CURSOR __attribute__((cleanup(db_cursor_close))) struct db_cursor

/* The digests of a whole table in order of id: for verify. */
struct db_digests { struct db_cursor cursor; const struct db_table *table; struct arena *arena; };
MUST_CHECK bool db_digests_open(struct db *db, const struct db_table *table, struct db_digests *d, struct err *e);
MUST_CHECK bool db_digests_next(struct db_digests *d, int64_t *id, uint8_t out[32]);
MUST_CHECK bool db_digests_end(struct db_digests *d, struct err *e);
void db_digests_close(struct db_digests *d);
#define AUTO_DIGESTS __attribute__((cleanup(db_digests_close))) struct db_digests

/* ---- what generated functions call; `in` is a struct with the parameters at their offsets ---- */

MUST_CHECK bool db_one(struct db *db, struct arena *a, const struct db_query *q, const void *in, void *row, bool *found, struct err *e);
MUST_CHECK bool db_many(struct db *db, struct arena *a, const struct db_query *q, size_t order, const void *in, void **rows, size_t *n, struct err *e);
MUST_CHECK bool db_each(struct db *db, const struct db_query *q, size_t order, const void *in, struct db_cursor *c, struct err *e);
/* `changed` may be NULL. */
MUST_CHECK bool db_exec(struct db *db, const struct db_query *q, const void *in, int64_t *changed, struct err *e);
/* Prepares each of the query's texts without running it: tests walk every query on both engines. */
MUST_CHECK bool db_prepare(struct db *db, const struct db_query *q, struct err *e);

/* ---- rows for programs ---- */

/* {"id":"123",…}: ids are strings (JavaScript's numbers end at 2^53), instants and dates RFC 3339, bytes base64, json
 * as it is, NULL null. */
void db_row_json(struct buf *b, const struct db_query *q, const void *row);
/* RFC 4180 with CRLF; NULL is empty. A text that a spreadsheet would run as a formula gets a leading apostrophe. */
void db_row_csv(struct buf *b, const struct db_query *q, const void *row);
void db_csv_header(struct buf *b, const struct db_query *q);

/* ---- pool ---- */

/* Read-only connections for worker threads, opened when first needed, and again when they were lost. Thread-safe. */
struct db_pool;
struct db_pool *db_pool_new(enum db_engine engine, struct str place, size_t max);
void db_pool_free(struct db_pool *p); /* every connection must be back */
/* Waits when `max` are out. NULL and *e when a connection cannot be opened. */
struct db *db_checkout(struct db_pool *p, struct err *e);
void db_checkin(struct db_pool *p, struct db *db);
/* For as long as a client takes to read an answer: a quarter of the connections at most, else ERR_BUSY at once, so that stalled
 * downloads never stop the pages. Comes back through db_checkin_long. */
MUST_CHECK bool db_checkout_long(struct db_pool *p, struct db **out, struct err *e);
void db_checkin_long(struct db_pool *p, struct db *db);

/* Statements, begins and commits asked of this connection so far: a page asks as many for a hundred rows as for one. */
int64_t db_asked(const struct db *db);

/* ---- fault injection, for tests ---- */

/* The nth statement, begin or commit from now on this connection fails once (1: the next one); 0: none. */
void db_fault_at(struct db *db, int64_t n);
/* Has the fault been reached? */
bool db_fault_hit(const struct db *db);
