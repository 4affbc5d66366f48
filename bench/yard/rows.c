/* rows.c — yardstick: writes into BASE the difference to SAMPLE, from one thread, `a commit` acts at once.
 *
 *   rows BASE.db SAMPLE.db ACTS A_COMMIT
 *
 * BASE is a copy of the database before ACTS acts came over HTTP, SAMPLE the database after them, at rest. Every row of every table that is new,
 * changed (only the columns in which any row of the table differs) or gone is read into memory first; then each act gets its share of them, table by
 * table in their order, and one touch of a number sequence. Tables of more than COMPARED_MAX rows are not compared: what is new in them are the rows
 * past their last one. WAL, synchronous=FULL, foreign keys on (checked at the commit), a checkpoint every 64 MB by the same thread: what the program
 * promises, and nothing of what it does besides (no rules, no sealing, no digests, no HTTP). Prints "acts/s WAL-bytes-an-act rows-an-act", the WAL of the
 * first 1024 acts. BASE is then as SAMPLE, and may be the base of the next round. Changed only with an ADR: figures of different days are compared by it. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define TABLES_MAX 200
#define TEXT_MAX 16384
#define COLUMNS_MAX 100
#define COMPARED_MAX 300000

/* Rows and the statement that writes one. */
struct set { int columns; long n; sqlite3_value **v; sqlite3_stmt *put; };
struct table { char name[128]; int compared, columns; char column[COLUMNS_MAX][64]; struct set new, changed, gone; };
struct run { sqlite3 *db; const char *base; struct table t[TABLES_MAX]; int n_tables; long acts, a_commit, rows; long long wal; };

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

/* Columns, without the one that is the rowid, which each statement has as ?1. */
static void find_columns(struct run *r, struct table *t)
{
	char text[TEXT_MAX];
	snprintf(text, sizeof text, "select rowid, * from main.\"%s\"", t->name);
	sqlite3_stmt *s = prepare(r->db, text);
	int n = sqlite3_column_count(s), alias = strcmp(sqlite3_column_name(s, 0), "rowid") != 0;
	must(n <= COLUMNS_MAX, NULL, "too many columns");
	for (int i = 1; i < n; i++)
		if (!alias || strcmp(sqlite3_column_name(s, i), sqlite3_column_name(s, 0)) != 0)
			snprintf(t->column[t->columns++], sizeof t->column[0], "%s", sqlite3_column_name(s, i));
	sqlite3_finalize(s);
	snprintf(text, sizeof text, "select count(*) <= %d from main.\"%s\"", COMPARED_MAX, t->name);
	s = prepare(r->db, text);
	t->compared = sqlite3_step(s) == SQLITE_ROW && sqlite3_column_int(s, 0);
	sqlite3_finalize(s);
}

static void load(struct run *r, struct set *set, const char *select, const char *put)
{
	sqlite3_stmt *get = prepare(r->db, select);
	long cap = 0;
	int code;
	set->columns = sqlite3_column_count(get);
	set->put = prepare(r->db, put);
	while ((code = sqlite3_step(get)) == SQLITE_ROW) {
		if (set->n == cap) {
			cap = cap ? 2 * cap : 1024;
			set->v = realloc(set->v, (size_t)cap * (size_t)set->columns * sizeof *set->v);
			must(set->v != NULL, NULL, "memory");
		}
		for (int i = 0; i < set->columns; i++)
			set->v[set->n * set->columns + i] = sqlite3_value_dup(sqlite3_column_value(get, i));
		set->n++;
	}
	must(code == SQLITE_DONE, r->db, select);
	sqlite3_finalize(get);
}

/* The form for each column: @ is its name, # the number of its parameter. Those that `which` leaves out are not there (NULL: all). */
static size_t list(char *to, size_t max, const struct table *t, const char *form, const int *which)
{
	size_t n = 0;
	int place = 2;
	for (int i = 0; i < t->columns; i++) {
		if (which && !which[i])
			continue;
		for (const char *f = form; *f; f++)
			n += (size_t)(*f == '@' ? snprintf(to + n, max - n, "\"%s\"", t->column[i]) : *f == '#' ? snprintf(to + n, max - n, "%d", place) : snprintf(to + n, max - n, "%c", *f));
		place++;
	}
	must(n < max, NULL, "too many columns");
	to[n] = 0;
	return n;
}

static void load_new(struct run *r, struct table *t)
{
	char columns[TEXT_MAX / 3], names[TEXT_MAX / 3], places[TEXT_MAX / 3], get[TEXT_MAX], put[TEXT_MAX];
	list(columns, sizeof columns, t, ", s.@", NULL);
	list(names, sizeof names, t, ", @", NULL);
	list(places, sizeof places, t, ", ?#", NULL);
	snprintf(get, sizeof get, t->compared ? "select s.rowid%s from sample.\"%s\" s where not exists (select 1 from main.\"%s\" m where m.rowid = s.rowid) order by s.rowid"
	                                      : "select s.rowid%s from sample.\"%s\" s where s.rowid > (select max(rowid) from main.\"%s\") order by s.rowid", columns, t->name, t->name);
	snprintf(put, sizeof put, "insert into main.\"%s\" (rowid%s) values (?1%s)", t->name, names, places);
	load(r, &t->new, get, put);
}

static void load_changed(struct run *r, struct table *t)
{
	char columns[TEXT_MAX / 3], text[TEXT_MAX], put[TEXT_MAX];
	int differs[COLUMNS_MAX] = {0}, any = 0;
	list(columns, sizeof columns, t, ", max(s.@ is not m.@)", NULL);
	snprintf(text, sizeof text, "select 0%s from sample.\"%s\" s join main.\"%s\" m on m.rowid = s.rowid", columns, t->name, t->name);
	sqlite3_stmt *s = prepare(r->db, text);
	must(sqlite3_step(s) == SQLITE_ROW, r->db, t->name);
	for (int i = 0; i < t->columns; i++)
		any |= differs[i] = sqlite3_column_int(s, i + 1);
	sqlite3_finalize(s);
	if (!any)
		return;
	list(columns, sizeof columns, t, ", s.@", differs);
	size_t n = (size_t)snprintf(text, sizeof text, "select s.rowid%s from sample.\"%s\" s join main.\"%s\" m on m.rowid = s.rowid where false", columns, t->name, t->name);
	list(text + n, sizeof text - n, t, " or s.@ is not m.@", differs);
	list(columns, sizeof columns, t, ", @ = ?#", differs);
	snprintf(put, sizeof put, "update main.\"%s\" set %s where rowid = ?1", t->name, columns + 2);
	load(r, &t->changed, text, put);
}

static void load_gone(struct run *r, struct table *t)
{
	char get[TEXT_MAX], put[TEXT_MAX];
	snprintf(get, sizeof get, "select m.rowid from main.\"%s\" m where not exists (select 1 from sample.\"%s\" s where s.rowid = m.rowid)", t->name, t->name);
	snprintf(put, sizeof put, "delete from main.\"%s\" where rowid = ?1", t->name);
	load(r, &t->gone, get, put);
}

static void load_table(struct run *r, struct table *t)
{
	find_columns(r, t);
	load_new(r, t);
	if (t->compared) {
		load_changed(r, t);
		load_gone(r, t);
	}
	r->rows += t->new.n + t->changed.n + t->gone.n;
}

static void put_share(struct run *r, const struct table *t, const struct set *set, long act)
{
	for (long row = act * set->n / r->acts; row < (act + 1) * set->n / r->acts; row++) {
		for (int i = 0; i < set->columns; i++)
			must(sqlite3_bind_value(set->put, i + 1, set->v[row * set->columns + i]) == SQLITE_OK, r->db, t->name);
		must(sqlite3_step(set->put) == SQLITE_DONE, r->db, t->name);
		sqlite3_reset(set->put);
	}
}

static void put_act(struct run *r, long act)
{
	for (int k = 0; k < r->n_tables; k++) {
		put_share(r, &r->t[k], &r->t[k].gone, act);
		put_share(r, &r->t[k], &r->t[k].changed, act);
		put_share(r, &r->t[k], &r->t[k].new, act);
	}
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
	sqlite3_stmt *begin = prepare(r->db, "begin immediate"), *defer = prepare(r->db, "pragma defer_foreign_keys = on"), *commit = prepare(r->db, "commit");
	sqlite3_stmt *number = prepare(r->db, "insert into sequence (name, value) values ('yardstick', 1) on conflict (name) do update set value = sequence.value + 1");
	for (long i = 0; i < r->acts; i++) {
		if (i % r->a_commit == 0)
			must(sqlite3_step(begin) == SQLITE_DONE && sqlite3_reset(begin) == SQLITE_OK && sqlite3_step(defer) == SQLITE_DONE && sqlite3_reset(defer) == SQLITE_OK, r->db, "begin");
		put_act(r, i);
		must(sqlite3_step(number) == SQLITE_DONE && sqlite3_reset(number) == SQLITE_OK, r->db, "number");
		if (i % r->a_commit == r->a_commit - 1 || i == r->acts - 1)
			must(sqlite3_step(commit) == SQLITE_DONE && sqlite3_reset(commit) == SQLITE_OK, r->db, "commit");
		if (i < 1024)
			r->wal = wal_bytes(r) / (i + 1);
	}
	sqlite3_stmt *const mine[] = {begin, defer, commit, number};
	for (size_t i = 0; i < sizeof mine / sizeof *mine; i++)
		sqlite3_finalize(mine[i]);
}

static void open_base(struct run *r, const char *sample)
{
	char uri[TEXT_MAX];
	must(sqlite3_open_v2(r->base, &r->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI, NULL) == SQLITE_OK, r->db, r->base);
	run_sql(r->db, "pragma journal_mode=wal; pragma synchronous=full; pragma foreign_keys=on; pragma secure_delete=on; pragma temp_store=memory; pragma cache_size=-32768; pragma wal_autocheckpoint=16384");
	snprintf(uri, sizeof uri, "file:%s?mode=ro", sample);
	sqlite3_stmt *attach = prepare(r->db, "attach ?1 as sample");
	must(sqlite3_bind_text(attach, 1, uri, -1, SQLITE_STATIC) == SQLITE_OK && sqlite3_step(attach) == SQLITE_DONE, r->db, "attach");
	sqlite3_finalize(attach);
}

/* The log goes into the file: what comes after reads or copies that. */
static void close_base(struct run *r)
{
	for (int i = 0; i < r->n_tables; i++) {
		sqlite3_finalize(r->t[i].new.put);
		sqlite3_finalize(r->t[i].changed.put);
		sqlite3_finalize(r->t[i].gone.put);
	}
	must(sqlite3_close(r->db) == SQLITE_OK, r->db, "close");
}

int main(int argc, char **argv)
{
	static struct run r;
	struct timespec from, to;
	if (argc != 5 || (r.acts = atol(argv[3])) < 1 || (r.a_commit = atol(argv[4])) < 1) {
		fprintf(stderr, "usage: rows BASE.db SAMPLE.db ACTS A_COMMIT\n");
		return 2;
	}
	r.base = argv[1];
	open_base(&r, argv[2]);
	find_tables(&r);
	for (int i = 0; i < r.n_tables; i++)
		load_table(&r, &r.t[i]);
	run_sql(r.db, "detach sample");
	clock_gettime(CLOCK_MONOTONIC, &from);
	write_all(&r);
	clock_gettime(CLOCK_MONOTONIC, &to);
	close_base(&r);
	double s = (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
	printf("%.0f %lld %.1f\n", (double)r.acts / s, r.wal, (double)r.rows / (double)r.acts);
	return 0;
}
