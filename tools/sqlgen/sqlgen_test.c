/* sqlgen_test.c — every file under tests/golden/sqlgen must be refused with the words of its first line. */
#include "core/test/test.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define MIGRATIONS "'%s/migrations/0001_core.sql' '%s/src/core/db/testdata/0002_test.sql'"

/* Runs sqlgen; its exit status, and what it wrote to *out. */
static int run(struct arena *a, const char *query, const char *migration, struct str *out)
{
	const char *src = str_cstr(a, test_source_dir(a)), *tmp = str_cstr(a, test_temp_dir(a)), *build = getenv("MOTCUA_BUILD_DIR");
	struct str command = str_fmt(a, "'%s/tools/sqlgen' queries gen/ '%s/x.h' '%s/x.c' '%s' " MIGRATIONS " %s 2>&1", build ? build : "build", tmp, tmp, query, src, src, migration);
	FILE *p = popen(command.p, "r");
	CHECK(p);
	struct buf b = buf_on(a);
	size_t n;
	do {
		n = fread(buf_room(&b, 4096), 1, 4096, p);
		b.n += n;
	} while (n > 0);
	*out = buf_str(&b);
	return WEXITSTATUS(pclose(p));
}

static void expect_refusal(struct arena *a, const char *dir, const char *file, bool migration)
{
	const char *path = str_cstr(a, str_fmt(a, "%s/%s", dir, file));
	struct str text = test_read_file(a, str_from(path)), first = STR_NONE, out;
	str_next(&text, '\n', &first);
	if (!str_starts(first, STR("-- expect: ")))
		FAIL("%s does not begin with -- expect:", file);
	struct str want = str_sub(first, 11, first.n);
	const char *empty = str_cstr(a, str_fmt(a, "%.*s/tests/golden/sqlgen/accepted/pages.sql", STR_ARG(test_source_dir(a))));
	int status = run(a, migration ? empty : path, migration ? path : "", &out);
	if (status != 1 || str_find(out, want) < 0)
		FAIL("%s: exit %d, wanted \"%.*s\", got:\n%.*s", file, status, STR_ARG(want), STR_ARG(out));
}

static size_t refuse_all(struct arena *a, const char *folder, bool migration)
{
	const char *dir = str_cstr(a, str_fmt(a, "%.*s/tests/golden/sqlgen%s", STR_ARG(test_source_dir(a)), folder));
	DIR *d = opendir(dir);
	CHECK(d);
	size_t n = 0;
	for (struct dirent *f = readdir(d); f; f = readdir(d))
		if (str_ends(str_from(f->d_name), STR(".sql"))) {
			expect_refusal(a, dir, f->d_name, migration);
			n++;
		}
	closedir(d);
	return n;
}

TEST(wrong_queries_are_refused) { EXPECT(refuse_all(a, "", false) >= 45); }

TEST(wrong_migrations_are_refused) { EXPECT(refuse_all(a, "/migrations", true) >= 20); }

TEST(the_base_of_these_tests_is_accepted)
{
	struct str out;
	const char *path = str_cstr(a, str_fmt(a, "%.*s/tests/golden/sqlgen/accepted/pages.sql", STR_ARG(test_source_dir(a))));
	EXPECT_INT(run(a, path, "", &out), 0);
	struct str got = test_read_file(a, str_fmt(a, "%.*s/x.h", STR_ARG(test_temp_dir(a))));
	EXPECT_STR(got, test_read_file(a, str_fmt(a, "%.*s/tests/golden/sqlgen/accepted/pages_sql.h.txt", STR_ARG(test_source_dir(a)))));
	/* A fragment of a fragment, one at the end of the text, parameters numbered as the query has them, nothing else moved. */
	struct str code = test_read_file(a, str_fmt(a, "%.*s/x.c", STR_ARG(test_temp_dir(a))));
	EXPECT(str_find(code, STR("where i.unit = $1 and ($2 is null or i.note = $2) and i.made > $3 order by i.due, i.id limit $4\"")) > 0);
	EXPECT(str_find(code, STR("from item i where i.unit = $1 and ($2 is null or i.note = $2)\"")) > 0);
}

/* Nothing cut off in the middle may crash or be accepted as something else: exit 0 or 1, never a signal. */
TEST(cut_files_do_not_crash)
{
	struct str probe = test_read_file(a, str_fmt(a, "%.*s/src/core/db/testdata/probe.sql", STR_ARG(test_source_dir(a))));
	const char *path = str_cstr(a, str_fmt(a, "%.*s/cut.sql", STR_ARG(test_temp_dir(a))));
	for (size_t n = 1; n < probe.n; n += 89) {
		FILE *f = fopen(path, "wb");
		CHECK(f && fwrite(probe.p, 1, n, f) == n && fclose(f) == 0);
		struct str out;
		int status = run(a, path, "", &out);
		if (status > 1 || str_find(out, STR("Sanitizer")) >= 0)
			FAIL("cut at %zu: exit %d: %.*s", n, status, STR_ARG(out));
	}
}
