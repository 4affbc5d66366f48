/* sqlgen — typed C from migrations and named queries (docs/guide/sql.md).
 *
 *   sqlgen schema PREFIX ids.h tables.h tables.c MIGRATION…
 *   sqlgen names log_tables.h MIGRATION…
 *   sqlgen queries PREFIX x_sql.h x_sql.c x.sql MIGRATION…
 *
 * PREFIX is put before "ids.h" and "tables.h" in #include lines: "gen/". Exit 1 and a sentence on any mistake. */
#include "sqlgen.h"
#include <stdio.h>
#include <string.h>

static void write_file(const char *path, struct str text)
{
	FILE *f = fopen(path, "wb");
	if (!f || fwrite(text.p, 1, text.n, f) != text.n || fclose(f) != 0)
		die(path, 1, "cannot be written");
}

static struct str base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	struct str s = str_from(slash ? slash + 1 : path);
	return str_ends(s, STR(".sql")) ? str_sub(s, 0, s.n - 4) : s;
}

static void run_queries(struct catalogue *c, char **argv)
{
	struct query *q = queries_read(c, argv[5]);
	size_t pairs = 0;
	for (struct query *p = q; p; p = p->next)
		pairs += p->has_pg;
	if (pairs)
		printf("%s: %zu dialect pairs\n", argv[5], pairs);
	write_file(argv[3], emit_queries_h(c, q, argv[2], base_name(argv[5])));
	write_file(argv[4], emit_queries_c(c, q, argv[2], base_name(argv[5])));
}

static int run_names(struct catalogue *c, int argc, char **argv)
{
	for (int i = 3; i < argc; i++)
		catalogue_read(c, argv[i]);
	write_file(argv[2], emit_log_tables(c));
	return 0;
}

int main(int argc, char **argv)
{
	bool names = argc > 3 && strcmp(argv[1], "names") == 0;
	bool schema = argc > 5 && strcmp(argv[1], "schema") == 0;
	if (!names && !schema && (argc < 6 || strcmp(argv[1], "queries") != 0)) {
		fprintf(stderr, "usage: sqlgen schema|queries|names PREFIX FILES… MIGRATION…\n");
		return 2;
	}
	AUTO_ARENA a = arena_new(0);
	struct catalogue c;
	catalogue_init(&c, a);
	if (names)
		return run_names(&c, argc, argv);
	for (int i = 6; i < argc; i++)
		catalogue_read(&c, argv[i]);
	if (!schema) {
		run_queries(&c, argv);
		return 0;
	}
	write_file(argv[3], emit_ids(&c));
	write_file(argv[4], emit_tables_h(&c, argv[2]));
	write_file(argv[5], emit_tables_c(&c, argv[2]));
	return 0;
}
