/* sqlgen_fuzz.c — any bytes as migrations and queries, parted by a line "-- FILE". sqlgen ends with exit(1) on a mistake; here
 * that (--wrap=exit) comes back. Memory of the database of such a run is lost, so leaks are not looked for. */
#include "tests/fuzz/fuzz.h"
#include "tools/sqlgen/sqlgen.h"
#include <fcntl.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static jmp_buf refused;
static bool guarded;
void __real_exit(int code) __attribute__((noreturn));
void __wrap_exit(int code) __attribute__((noreturn));
void __wrap_exit(int code)
{
	if (guarded)
		longjmp(refused, 1);
	__real_exit(code);
}
const char *__asan_default_options(void);
const char *__asan_default_options(void) { return "detect_leaks=0"; }

/* sqlgen reads files by name. */
static const char *file_of(struct arena *a, const char *dir, const char *name, struct str s)
{
	const char *path = str_fmt(a, "%s/%s", dir, name).p;
	FILE *f = fopen(path, "wb");
	CHECK(f && fwrite(s.p, 1, s.n, f) == s.n && fclose(f) == 0);
	return path;
}

static void run(struct arena *a, const char *schema, const char *queries)
{
	struct catalogue c;
	catalogue_init(&c, a);
	catalogue_read(&c, schema);
	struct query *q = queries_read(&c, queries);
	(void)emit_ids(&c);
	(void)emit_tables_h(&c, "gen/");
	(void)emit_tables_c(&c, "gen/");
	(void)emit_queries_h(&c, q, "gen/", STR("x"));
	(void)emit_queries_c(&c, q, "gen/", STR("x"));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static int quiet = -1;
	AUTO_ARENA a = arena_new(0);
	struct str all = {(const char *)bytes, n};
	ptrdiff_t cut = str_find(all, STR("\n-- FILE\n"));
	static char dir[] = "/tmp/motcua-fuzz-XXXXXX";
	if (quiet < 0) {
		quiet = open("/dev/null", O_WRONLY | O_CLOEXEC);
		CHECK(quiet >= 0 && mkdtemp(dir));
	}
	const char *schema = file_of(a, dir, "0001_f.sql", cut < 0 ? all : str_sub(all, 0, (size_t)cut + 1));
	const char *queries = file_of(a, dir, "f.sql", cut < 0 ? STR("") : str_sub(all, (size_t)cut + 9, n));
	int loud = dup(STDERR_FILENO);
	dup2(quiet, STDERR_FILENO);
	guarded = true;
	if (setjmp(refused) == 0)
		run(a, schema, queries);
	guarded = false;
	dup2(loud, STDERR_FILENO);
	close(loud);
	unlink(schema);
	unlink(queries);
	return 0;
}
