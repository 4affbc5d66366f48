/* sqlgen.h — the parts of sqlgen: scanner, catalogue from migrations, queries, C text. See docs/guide/sql.md.
 *
 * One run reads all migrations and at most one query file; everything lives in one arena. A mistake in the input ends
 * the run at once with "file:line: sentence" and exit 1: a build has no use for a second message. */
#pragma once
#include "core/db/db.h"
#include <sqlite3.h>

/* ---- scanner ---- */

enum tok_kind { T_END, T_WORD, T_PARAM, T_FRAGMENT, T_NUMBER, T_STRING, T_OP, T_COMMENT };
struct tok { enum tok_kind kind; struct str text; size_t at; };
struct toks { struct tok *v; size_t n; };

struct source { const char *file; struct str text; int first_line; };

/* Tokens of `text`, with one T_END behind the last. Comments only when asked for. */
struct toks scan(struct arena *a, const struct source *src, bool comments);
bool tok_is(struct tok t, const char *word); /* ASCII case does not matter */
/* The index behind the parenthesis that closes the one at `i`, or n. */
size_t skip_group(struct toks t, size_t i);
/* Does the sequence of words ("left join") begin at i? */
bool toks_at(struct toks t, size_t i, const char *words);
int line_at(const struct source *src, size_t at);
bool is_name(struct str s); /* lower case, digits, '_': fit for C and both engines */
void die(const char *file, int line, const char *fmt, ...) PRINTF_LIKE(3, 4) __attribute__((noreturn));
#define die_at(src, at, ...) die((src)->file, line_at((src), (at)), __VA_ARGS__)
struct str read_file(struct arena *a, const char *path);

/* ---- catalogue ---- */

/* A logical type; `ref` names the table whose id it is, or is empty. */
struct qtype { enum db_type type; struct str ref; bool nullable; };
struct column { struct str name; struct qtype type; struct column *next; };
struct table { struct str name; struct column *columns, **tail; bool logged, has_id; struct table *next; };
struct migration { int number; struct str name, sha256, sqlite, pg; struct migration *next; };
struct rel; /* types.h */
struct catalogue { struct arena *a; struct table *tables, **tables_tail; struct rel *views; struct migration *migrations, **migrations_tail; };

void catalogue_init(struct catalogue *c, struct arena *a);
void catalogue_read(struct catalogue *c, const char *path);
struct table *find_table(const struct catalogue *c, struct str name);
struct column *find_column(const struct table *t, struct str name);
/* False when `word` is no logical type. */
bool logical_type(struct str word, enum db_type *out);

/* ---- queries ---- */

struct named { struct str name; struct qtype type; struct named *next; bool used; int line; };
struct order { struct str name, text; struct order *next; };
struct query {
	const char *file;
	int line;
	struct str name;
	enum db_kind kind;
	struct named *params, *outs, *columns;
	struct order *orders;
	struct source lite, pg;
	bool has_pg, writes;
	struct table *touches;
	size_t touch_param;
	struct query *next;
};
/* A piece of text that queries of the file share, without comments and on one line once it is closed. */
struct fragment { struct str name; int line; struct source text; bool used; struct fragment *next; };
#define FRAGMENTS_MAX 65536 /* bytes of one text with all that was put into it */
struct fragment *fragment_begin(struct arena *a, struct fragment **list, struct str name, const char *file, int line);
/* All fragments are read: each gets what it names of those above it. */
void fragments_close(struct arena *a, struct fragment *list);
/* Into the texts of the queries; a fragment that none uses is a mistake. */
void fragments_put(struct arena *a, struct fragment *list, struct query *first);

/* Reads, prepares and checks every query of the file. */
struct query *queries_read(struct catalogue *c, const char *path);
/* The text for one engine: parameters numbered, the order put in. */
struct str query_text(struct arena *a, const struct query *q, enum db_engine engine, const struct order *o);
void check_query(struct catalogue *c, struct query *q, sqlite3 *db);
/* Do parameters, columns and values of the text fit each other? (types.h) */
void check_types(struct catalogue *c, const struct query *q, const struct source *src);
/* The same of an insert, update or delete of a migration, and of a view, which is known by its columns from then on. */
void check_statement(struct catalogue *c, const struct source *src, struct toks t);
void view_read(struct catalogue *c, const struct source *src, struct toks t);
void view_drop(struct catalogue *c, struct str name);
void check_touch(struct catalogue *c, struct query *q);
/* The table that a write changes, as token index of its name; 0 when the text is no write. */
size_t write_target(struct toks t);
struct named *find_named(struct named *list, struct str name);
struct str type_name(struct arena *a, struct qtype t);

/* ---- C text ---- */

struct str emit_ids(const struct catalogue *c);
struct str emit_tables_h(const struct catalogue *c, const char *prefix);
struct str emit_tables_c(const struct catalogue *c, const char *prefix);
/* A logged table is never dropped, so the places of their names stay. */
struct str emit_log_tables(const struct catalogue *c);
struct str emit_queries_h(const struct catalogue *c, const struct query *q, const char *prefix, struct str base);
struct str emit_queries_c(const struct catalogue *c, const struct query *q, const char *prefix, struct str base);
