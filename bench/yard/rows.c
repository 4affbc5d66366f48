/* rows.c — yardstick: writes into BASE the very rows that SAMPLE has more, from one thread, `a commit` filings at once.
 *
 *   rows BASE.db SAMPLE.db FILINGS A_COMMIT
 *
 * BASE is a copy of the database before FILINGS filings came over HTTP, SAMPLE one from after. Every new row of every
 * table is read into memory first; then each filing gets its share of each table's rows, in their order, and one touch of a
 * number sequence. WAL, synchronous=FULL, foreign keys on, a checkpoint every 64 MB by the same thread: what the program
 * promises, and nothing of what it does besides (no rules, no sealing, no digests, no HTTP). Prints "filings/s WAL-bytes-a-filing".
 * Changed only with an ADR: figures of different days are compared by it. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define TABLES_MAX 200
#define TEXT_MAX 4096

struct table { char name[128]; int columns; long n; sqlite3_value **v; sqlite3_stmt *put; };
struct run { sqlite3 *db; const char *base; struct table t[TABLES_MAX]; int n_tables; long filings, a_commit; long long wal; };

static void must(int good, sqlite3 *db, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "rows: %s: %s\n", what, db ? sqlite3_errmsg(db) : "");
	exit(1);
}

static void run_sql(sqlite3 *db, const char *text) { must(sqlite3_exec(db, text, NULL, NULL, NULL) == SQLITE_OK, db, text); }

static sqlite3_stmt *prepare(sqlite3 *db, const char *text)
{
	sqlite3_stmt *s = NULL;
	must(sqlite3_prepare_v3(db, text, -1, SQLITE_PREPARE_PERSISTENT, &s, NULL) == SQLITE_OK, db, text);
	return s;
}

/* Our tables and the virtual ones; not the tables that a virtual one keeps its data in. */
static void find_tables(struct run *r)
{
	sqlite3_stmt *s = prepare(r->db, "select name from pragma_table_list where schema = 'main' and type in ('table', 'virtual') and name not like 'sqlite_%' and name <> 'sequence' order by name");
	while (sqlite3_step(s) == SQLITE_ROW && r->n_tables < TABLES_MAX)
		snprintf(r->t[r->n_tables++].name, sizeof r->t->name, "%s", (const char *)sqlite3_column_text(s, 0));
	sqlite3_finalize(s);
}

static void prepare_put(struct run *r, struct table *t, sqlite3_stmt *get)
{
	char text[TEXT_MAX];
	size_t n = (size_t)snprintf(text, sizeof text, "insert into main.\"%s\" (", t->name);
	/* An integer primary key is the rowid: it stands once. */
	int skip = t->columns > 1 && strcmp(sqlite3_column_name(get, 0), "rowid") != 0;
	for (int i = skip; i < t->columns; i++)
		n += (size_t)snprintf(text + n, sizeof text - n, "%s\"%s\"", i > skip ? ", " : "", sqlite3_column_name(get, i));
	n += (size_t)snprintf(text + n, sizeof text - n, ") values (");
	for (int i = skip; i < t->columns; i++)
		n += (size_t)snprintf(text + n, sizeof text - n, "%s?%d", i > skip ? ", " : "", i + 1);
	snprintf(text + n, sizeof text - n, ")");
	t->put = prepare(r->db, text);
}

static void load(struct run *r, struct table *t)
{
	char text[TEXT_MAX];
	snprintf(text, sizeof text, "select rowid, * from sample.\"%s\" where rowid > coalesce((select max(rowid) from main.\"%s\"), -1) order by rowid", t->name, t->name);
	sqlite3_stmt *get = prepare(r->db, text);
	long cap = 0;
	t->columns = sqlite3_column_count(get);
	prepare_put(r, t, get);
	while (sqlite3_step(get) == SQLITE_ROW) {
		if (t->n == cap) {
			cap = cap ? 2 * cap : 1024;
			t->v = realloc(t->v, (size_t)cap * (size_t)t->columns * sizeof *t->v);
			must(t->v != NULL, NULL, "memory");
		}
		for (int i = 0; i < t->columns; i++)
			t->v[t->n * t->columns + i] = sqlite3_value_dup(sqlite3_column_value(get, i));
		t->n++;
	}
	sqlite3_finalize(get);
}

static void put_row(struct run *r, struct table *t, long row)
{
	for (int i = 0; i < t->columns; i++)
		must(sqlite3_bind_value(t->put, i + 1, t->v[row * t->columns + i]) == SQLITE_OK, r->db, t->name);
	must(sqlite3_step(t->put) == SQLITE_DONE, r->db, t->name);
	sqlite3_reset(t->put);
}

static void put_share(struct run *r, struct table *t, long filing)
{
	for (long i = filing * t->n / r->filings; i < (filing + 1) * t->n / r->filings; i++)
		put_row(r, t, i);
}

static long long wal_bytes(const struct run *r)
{
	char path[TEXT_MAX];
	struct stat st;
	snprintf(path, sizeof path, "%s-wal", r->base);
	return stat(path, &st) == 0 ? (long long)st.st_size : 0;
}

static void write_all(struct run *r)
{
	sqlite3_stmt *begin = prepare(r->db, "begin immediate"), *commit = prepare(r->db, "commit");
	sqlite3_stmt *number = prepare(r->db, "insert into sequence (name, value) values ('yardstick', 1) on conflict (name) do update set value = sequence.value + 1");
	for (long i = 0; i < r->filings; i++) {
		if (i % r->a_commit == 0)
			must(sqlite3_step(begin) == SQLITE_DONE && sqlite3_reset(begin) == SQLITE_OK, r->db, "begin");
		for (int k = 0; k < r->n_tables; k++)
			put_share(r, &r->t[k], i);
		must(sqlite3_step(number) == SQLITE_DONE && sqlite3_reset(number) == SQLITE_OK, r->db, "number");
		if (i % r->a_commit == r->a_commit - 1 || i == r->filings - 1)
			must(sqlite3_step(commit) == SQLITE_DONE && sqlite3_reset(commit) == SQLITE_OK, r->db, "commit");
		if (i < 1024)
			r->wal = wal_bytes(r) / (i + 1);
	}
}

int main(int argc, char **argv)
{
	static struct run r;
	struct timespec from, to;
	if (argc != 5 || (r.filings = atol(argv[3])) < 1 || (r.a_commit = atol(argv[4])) < 1) {
		fprintf(stderr, "usage: rows BASE.db SAMPLE.db FILINGS A_COMMIT\n");
		return 2;
	}
	r.base = argv[1];
	must(sqlite3_open_v2(argv[1], &r.db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK, r.db, argv[1]);
	run_sql(r.db, "pragma journal_mode=wal; pragma synchronous=full; pragma foreign_keys=on; pragma secure_delete=on; pragma temp_store=memory; pragma cache_size=-32768; pragma wal_autocheckpoint=16384");
	sqlite3_stmt *attach = prepare(r.db, "attach ?1 as sample");
	must(sqlite3_bind_text(attach, 1, argv[2], -1, SQLITE_STATIC) == SQLITE_OK && sqlite3_step(attach) == SQLITE_DONE, r.db, "attach");
	sqlite3_finalize(attach);
	find_tables(&r);
	for (int i = 0; i < r.n_tables; i++)
		load(&r, &r.t[i]);
	run_sql(r.db, "detach sample");
	clock_gettime(CLOCK_MONOTONIC, &from);
	write_all(&r);
	clock_gettime(CLOCK_MONOTONIC, &to);
	double s = (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
	printf("%.0f %lld\n", (double)r.filings / s, r.wal);
	return 0;
}
