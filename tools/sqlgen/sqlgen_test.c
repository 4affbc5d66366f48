/* sqlgen_test.c — every file under tests/golden/sqlgen must be refused with the words of its first line. */
#include "core/test/test.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define MIGRATIONS "'%s/migrations/0001_core.sql' '%s/src/core/db/testdata/0002_test.sql' '%s/tests/golden/sqlgen/accepted/0005_kept.sql'"

/* Runs sqlgen; its exit status, and what it wrote to *out. */
static int run(struct arena *a, const char *query, const char *migration, struct str *out)
{
	const char *src = str_cstr(a, test_source_dir(a)), *tmp = str_cstr(a, test_temp_dir(a)), *build = getenv("MOTCUA_BUILD_DIR");
	struct str command = str_fmt(a, "'%s/tools/sqlgen' queries gen/ '%s/x.h' '%s/x.c' '%s' " MIGRATIONS " %s 2>&1", build ? build : "build", tmp, tmp, query, src, src, src, migration);
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

/* What fits and what does not: the types of parameters, columns and values. `in` and `out` are the directives; refused: words of the message, or NULL. */
static const struct { const char *kind, *in, *out, *text, *refused; } fitting[] = {
	/* a comparison with a column, wherever it stands */
	{":many", "f word", "", "select id from note where field = :f", NULL},
	{":many", "f text", "", "select id from note where field = :f", "query probe: parameter f is text, column field is word"},
	{":many", "f text", "", "select id from note n where :f <> n.field", "parameter f is text, column field is word"},
	{":many", "f text?", "", "select id from note where (:f is null or field = :f)", "parameter f is text?, column field is word"},
	{":many", "f word?", "", "select id from note where :f is null or field = :f", NULL},
	{":many", "f word?", "", "select id from note where (:f = '' or field = :f)", "parameter f is word?, an expression is a text"},
	{":many", "a int, b int", "", "select id from note where at between :a and :b", "parameter a is int, column at is instant"},
	{":many", "a instant, b int", "", "select id from note where at between :a and :b", "parameter b is int"},
	{":many", "a instant, b instant", "", "select id from note where at between :a and :b", NULL},
	{":many", "a word, b text", "", "select id from note where field in (:a, :b)", "parameter b is text, column field is word"},
	{":many", "a word, b word", "", "select id from note where field not in (:a, :b)", NULL},
	{":many", "u unit_id", "", "select id from note where item in (select id from item where unit = :u)", NULL},
	{":many", "u item_id", "", "select id from note where item in (select id from item where unit = :u)", "parameter u is item_id, column unit is unit_id"},
	{":many", "u item_id", "", "select id from note n where exists (select 1 from item i where i.id = n.item and i.unit = :u)", "parameter u is item_id, column unit is unit_id"},
	{":many", "a item_id, b instant", "", "select id from note where (item, at) > (:a, :b)", NULL},
	{":many", "a instant, b item_id", "", "select id from note where (item, at) > (:a, :b)", "parameter a is instant, column item is item_id"},
	{":many", "f text", "", "select id from note where coalesce(state, :f) = 'x'", "parameter f is text, column state is word"},
	{":many", "f text", "", "select id from note where case when at > 5 then state else :f end is not null", "parameter f is text"},
	{":many", "f text", "", "select id from note where case field when :f then 1 else 0 end = 1", "parameter f is text"},
	{":many", "d int", "", "select id from note where at + 5 < :d", NULL},
	{":many", "d text", "", "select id from note where at + 5 < :d", "parameter d is text, an expression is a number"},
	{":many", "f text", "", "select n.id from note n join item i on i.id = n.item and n.field = :f", "parameter f is text, column field is word"},
	{":many", "f text", "", "select i.id from item i left join note n on n.item = i.id and n.sum = :f where i.unit = 1", "parameter f is text, column sum is hash"},
	{":many", "h bytes", "", "select id from note where sum = :h", "parameter h is bytes, column sum is hash"},
	{":many", "b packed", "", "select id from note where body = :b", "two ways of packing"},
	{":many", "f text, n int", "n int", "select item, count(*) as n from note group by item having max(field) = :f and count(*) > :n", "parameter f is text"},
	{":many", "n text", "n int", "select item, count(*) as n from note group by item having count(*) > :n", "parameter n is text, an expression is a number"},
	/* through views, of views, with, subqueries, unions; a fragment is tried in fragment_wrong_type.sql */
	{":many", "f text", "", "select id from item_note where field = :f", "parameter f is text, column field is word"},
	{":many", "f text", "", "select id from item_note where shown = :f", "parameter f is text, column shown is word"},
	{":many", "f text", "", "select id from item_note v where v.said = :f", NULL},
	{":many", "f int", "", "select id from item_note where paid > :f", "parameter f is int, column paid is money"},
	{":many", "f text", "", "select unit from unit_note where field = :f", "parameter f is text, column field is word"},
	{":many", "f int", "", "select unit from unit_note where last > :f", "parameter f is int, column last is instant"},
	{":many", "f text", "", "select x.id from (select id, field as g from note) x where x.g = :f", "parameter f is text, column g is word"},
	{":many", "f text", "", "select x.id from (select * from note) x where x.state = :f", "parameter f is text, column state is word"},
	{":many", "f text", "", "with x as (select id, field as g from note) select id from x where g = :f", "parameter f is text, column g is word"},
	{":many", "f text", "", "with recursive x as (select id, item from note union all select n.id, n.item from x join note n on n.item = x.id) select x.id from x join note m on m.id = x.id where m.field = :f", "parameter f is text"},
	{":many", "f text", "", "select id from item union all select id from note where field = :f", "parameter f is text"},
	{":many", "", "g int", "select 1 as g from (select field as g from note union all select words from note) x", "column g is word, column words is text"},
	/* columns with each other, and with what stands in the text */
	{":many", "", "", "select n.id from note n join item i on i.note = n.field", "column note is text?, column field is word"},
	{":many", "", "", "select n.id from note n join note m on m.field = n.state", NULL},
	{":many", "", "", "select id from note where field = 'tbvc'", "column field is word, an expression is a text"},
	{":many", "", "", "select id from note where field in ('tbvc', 'x')", "column field is word"},
	{":many", "", "", "select id from note where words in ('tbvc', 'x') and item = 7 and fee > 0", NULL},
	{":many", "", "", "select id from note where words = 7", "column words is text, an expression is a number"},
	{":many", "", "", "select id from note where field is not null and state is null", NULL},
	{":many", "q text", "", "select id from note where words like '%' || :q || '%' escape '!'", NULL},
	{":many", "q text", "", "select id from note where field like :q || '%'", "column field is word: it is kept as bytes"},
	{":many", "", "x text", "select lower(field) as x from note", "column field is word: it is kept as bytes"},
	{":many", "", "x text", "select field || '.' as x from note", "column field is word: it is kept as bytes"},
	/* order */
	{":many", "", "", "select id from note order by field", "column field is word: what is kept has another order"},
	{":many", "f word", "", "select id from note where field > :f", "column field is word: what is kept has another order"},
	{":many", "", "", "select id from note order by sum, words desc, id", NULL},
	/* what comes out */
	{":many", "", "x text", "select coalesce(state, field) as x from note", "column x is text, column x is word?"},
	{":many", "", "x word", "select coalesce(state, field) as x from note", NULL},
	{":many", "", "x text", "select max(at) as x from note", "column x is text"},
	{":many", "", "x instant", "select max(at) as x from note", NULL},
	{":one", "", "x text", "select count(*) as x from note", "column x is text, column x is a number"},
	/* what is put in */
	{":exec", "i item_id, f text", "", "update note set field = :f where item = :i", "parameter f is text, column field is word"},
	{":exec", "i item_id, f word?", "", "update note set field = :f where item = :i", "parameter f may be NULL, column field may not"},
	{":exec", "i item_id, f word?", "", "update note set state = :f, at = at + 1 where item = :i", NULL},
	{":exec", "i item_id", "", "update note set field = 'tbvc' where item = :i", "column field is word, an expression is a text"},
	{":exec", "i item_id", "", "update note set field = words where item = :i", "column words is text, column field is word"},
	{":exec", "i item_id, f text", "", "update note set state = coalesce(:f, state) where item = :i", "parameter f is text, column state is word?"},
	{":exec", "i item_id, f int", "", "update note set at = coalesce(:f, at) where item = :i", "parameter f is int, column at is instant"},
	{":exec", "i item_id, f word?", "", "update note set field = coalesce(:f, field) where item = :i", NULL},
	{":exec", "i item_id", "", "update note set fee = (select i.fee from item i where i.id = :i), at = (select i.title from item i where i.id = :i)", "column title is text, column at is instant"},
	{":exec", "i note_id, f text", "", "delete from note where id = :i and field = :f", "parameter f is text, column field is word"},
	{":exec", "n text, c int", "", "insert into scratch (name, n) values (:n, :c) on conflict (name, n) do update set n = excluded.n where scratch.n < excluded.n", NULL},
	{":exec", "n text, c int, d text", "", "insert into scratch (name, n) values (:n, :c) on conflict (name, n) do update set n = :d", "parameter d is text, column n is int"},
	{":exec", "n text, c int", "", "insert into scratch (name, n) values (:n, :c), (:n, :c + 1)", NULL},
	{":exec", "n text, c int", "", "insert into scratch values (:c, :n)", "parameter c is int, column name is text"},
	{":exec", "c int", "", "insert into scratch (name, n) select field, :c from note", "column field is word, column name is text"},
	{":exec", "c text", "", "insert into scratch (name, n) select words, :c from note", "parameter c is text, column n is int"},
	{":one", "n text, c int", "", "insert into scratch (name, n) values (:n, :c) returning name", NULL},
	/* the text for PostgreSQL; what is of one engine has no type */
	{":many", "f word", "", "select id from note where field = :f;\n-- pg:\nselect id from note where field = :f and words @@ to_tsquery('x') and at = cast('5' as bigint) for no key update", NULL},
	{":many", "f word", "", "select id from note where field = :f;\n-- pg:\nselect id from note where words = :f", "parameter f is word, column words is text"},
	{":many", "j json, t text", "", "select n.id from json_each(:j) i join note n on n.id = i.value where n.words = :t;\n-- pg:\nselect n.id from json_array_elements_text(cast(:j as json)) "
	 "with ordinality as i(value, key) join note n on n.id = cast(i.value as bigint) where n.field = :t", "parameter t is text, column field is word"},
	{":many", "t text", "id int", "select rowid as id from item_fts where item_fts match :t", NULL},
};

static const char *probe_of(struct arena *a, size_t i)
{
	const char *path = str_cstr(a, str_fmt(a, "%.*s/fits.sql", STR_ARG(test_temp_dir(a))));
	struct buf b = buf_on(a);
	buf_fmt(&b, "-- name: probe %s\n", fitting[i].kind);
	if (*fitting[i].in)
		buf_fmt(&b, "-- in: %s\n", fitting[i].in);
	if (*fitting[i].out)
		buf_fmt(&b, "-- out: %s\n", fitting[i].out);
	buf_fmt(&b, "%s;\n", fitting[i].text);
	FILE *f = fopen(path, "wb");
	CHECK(f && fwrite(b.p, 1, b.n, f) == b.n && fclose(f) == 0);
	return path;
}

TEST(types_must_fit)
{
	int wrong = 0;
	for (size_t i = 0; i < ARRAY_LEN(fitting); i++) {
		struct str out;
		int status = run(a, probe_of(a, i), "", &out);
		bool good = fitting[i].refused ? status == 1 && str_find(out, str_from(fitting[i].refused)) >= 0 && str_find(out, STR("fits.sql:")) >= 0 : status == 0;
		if (!good)
			fprintf(stderr, "%s\n  %s: exit %d, wanted %s, got: %.*s\n", fitting[i].in, fitting[i].text, status, fitting[i].refused ? fitting[i].refused : "no refusal", STR_ARG(out));
		wrong += !good;
	}
	EXPECT_INT(wrong, 0);
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
