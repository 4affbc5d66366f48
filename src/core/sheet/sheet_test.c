/* sheet_test.c — workbooks there and back, and files that are none. */
#include "core/sheet/sheet.h"
#include "core/test/test.h"
#include <archive.h>
#include <archive_entry.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct part { const char *name; struct str bytes; };

/* A zip file of these parts, open for reading. */
static int zip_of(struct arena *a, const struct part *parts, size_t n)
{
	struct str path = str_fmt(a, "%.*s/x.zip", STR_ARG(test_temp_dir(a)));
	struct archive *z = archive_write_new();
	archive_write_set_format_zip(z);
	EXPECT_INT(archive_write_open_filename(z, path.p), ARCHIVE_OK);
	for (size_t i = 0; i < n; i++) {
		struct archive_entry *x = archive_entry_new();
		archive_entry_set_pathname(x, parts[i].name);
		archive_entry_set_size(x, (la_int64_t)parts[i].bytes.n);
		archive_entry_set_filetype(x, AE_IFREG);
		archive_entry_set_perm(x, 0600);
		EXPECT_INT(archive_write_header(z, x), ARCHIVE_OK);
		EXPECT_INT(archive_write_data(z, parts[i].bytes.p, parts[i].bytes.n), (la_ssize_t)parts[i].bytes.n);
		archive_entry_free(x);
	}
	EXPECT_INT(archive_write_close(z), ARCHIVE_OK);
	archive_write_free(z);
	int fd = open(path.p, O_RDONLY);
	EXPECT(fd >= 0);
	return fd;
}

static bool read_sheet(struct arena *a, const char *sheet, const char *strings, struct sheet *out, struct err *e)
{
	struct part parts[] = {{"xl/worksheets/sheet1.xml", str_from(sheet)}, {"xl/sharedStrings.xml", str_from(strings)}};
	int fd = zip_of(a, parts, strings ? 2 : 1);
	bool ok = sheet_read(a, fd, out, e);
	close(fd);
	return ok;
}

TEST(what_is_written_is_read)
{
	struct str head[] = {STR("id"), STR("Tên"), STR("Ghi chú")}, row[] = {STR("001"), STR("Cấp giấy phép\nhai dòng  "), STR("=1+1 <b>&")};
	struct str late[] = {STR_NONE, STR_NONE, STR(" đầu cách")};
	struct sheet_row rows[] = {{head, 3}, {row, 3}, {late, 3}};
	struct sheet s = {STR("Thủ tục"), rows, 3}, back;
	struct err e = {0};
	int fd = -1;
	int64_t size = 0;
	EXPECT_OK(sheet_write(a, &s, &fd, &size, &e), e);
	EXPECT(size > 1000);
	EXPECT_OK(sheet_read(a, fd, &back, &e), e);
	close(fd);
	EXPECT_INT(back.n, 3);
	for (size_t i = 0; i < 3; i++)
		for (size_t k = 0; k < 3; k++)
			EXPECT_STR(back.rows[i].cells[k], rows[i].cells[k]);
}

TEST(kinds_of_cells)
{
	struct sheet s;
	struct err e = {0};
	EXPECT_OK(read_sheet(a, "<worksheet><sheetData><row r='1'><c r='A1' t='s'><v>1</v></c><c r='C1'><v>25</v></c></row>"
	                        "<row r='2'><c r='B2' t='inlineStr'><is><r><t>x</t></r><r><t>y</t></r></is></c><c r='C2' t='str'><f>A1</f><v>z</v></c></row></sheetData></worksheet>",
	                     "<sst><si><t>no</t></si><si><r><t>mot</t></r><r><t> hai</t></r><rPh><t>ba</t></rPh></si></sst>", &s, &e), e);
	EXPECT_INT(s.n, 2);
	EXPECT_INT(s.rows[0].n, 3);
	EXPECT_STR(s.rows[0].cells[0], STR("mot hai"));
	EXPECT_INT(s.rows[0].cells[1].n, 0);
	EXPECT_STR(s.rows[0].cells[2], STR("25"));
	EXPECT_STR(s.rows[1].cells[1], STR("xy"));
	EXPECT_STR(s.rows[1].cells[2], STR("z"));
}

TEST(what_is_no_workbook_is_refused)
{
	static const char *const bad[] = {
		"", "<worksheet>", "<!DOCTYPE x [<!ENTITY a 'b'>]><worksheet>&a;</worksheet>", "<w><row><c r='A1' t='s'><v>0</v></c></row></w>",
		"<w><row><c r='ZZZZZZ1'><v>1</v></c></row></w>", "<w><c r='A1'><v>1</v></c></w>", "<w><row><c><v>1</v></c></row></w>",
		"<w><row><c r='A1' t='s'><v>-1</v></c></row></w>",
	};
	struct sheet s;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct err e = {0};
		EXPECT(!read_sheet(a, bad[i], NULL, &s, &e));
		EXPECT_INT(e.kind, ERR_INVALID);
	}
	struct err e = {0};
	struct part other = {"word/document.xml", STR("<x/>")};
	int fd = zip_of(a, &other, 1);
	EXPECT(!sheet_read(a, fd, &s, &e) && e.kind == ERR_INVALID);
	close(fd);
	fd = open("/dev/null", O_RDONLY);
	EXPECT(!sheet_read(a, fd, &s, &e) && e.kind == ERR_INVALID);
	close(fd);
}

/* One text of a megabyte in the file, shown by each of many cells. */
TEST(a_long_text_shown_by_many_cells_is_refused)
{
	struct buf strings = buf_on(a), cells = buf_on(a);
	struct sheet s;
	struct err e = {0};
	buf_put(&strings, STR("<sst><si><t>"));
	for (int i = 0; i < 1 << 20; i++)
		buf_char(&strings, 'x');
	buf_put(&strings, STR("</t></si></sst>"));
	buf_put(&cells, STR("<worksheet><sheetData>"));
	for (int row = 1; row <= 20; row++)
		buf_fmt(&cells, "<row r='%d'><c r='A%d' t='s'><v>0</v></c></row>", row, row);
	const char *shared = str_cstr(a, buf_str(&strings)), *few = str_fmt(a, "%.*s</sheetData></worksheet>", STR_ARG(buf_str(&cells))).p;
	EXPECT_OK(read_sheet(a, few, shared, &s, &e), e);
	for (int row = 21; row <= 40; row++)
		buf_fmt(&cells, "<row r='%d'><c r='A%d' t='s'><v>0</v></c></row>", row, row);
	const char *many = str_fmt(a, "%.*s</sheetData></worksheet>", STR_ARG(buf_str(&cells))).p;
	EXPECT_ERR(read_sheet(a, many, shared, &s, &e), e, ERR_TOO_LARGE);
}

TEST(bombs_are_refused)
{
	struct str many = {arena_alloc(a, SHEET_PART_MAX + 1), SHEET_PART_MAX + 1};
	memset((char *)(uintptr_t)many.p, ' ', many.n);
	struct part part = {"xl/worksheets/sheet1.xml", many};
	struct sheet s;
	struct err e = {0};
	int fd = zip_of(a, &part, 1);
	EXPECT(!sheet_read(a, fd, &s, &e));
	EXPECT_INT(e.kind, ERR_TOO_LARGE);
	close(fd);
	struct buf b = buf_on(a);
	buf_put(&b, STR("<w>"));
	for (int i = 0; i <= SHEET_ROWS_MAX; i++)
		buf_put(&b, STR("<row/>"));
	buf_put(&b, STR("</w>"));
	EXPECT(!read_sheet(a, buf_str(&b).p, NULL, &s, &e));
	EXPECT_INT(e.kind, ERR_TOO_LARGE);
	struct str long_cell[] = {many};
	struct sheet_row row = {long_cell, 1};
	struct sheet big = {STR("x"), &row, 1};
	int64_t size;
	EXPECT(!sheet_write(a, &big, &fd, &size, &e) && e.kind == ERR_TOO_LARGE);
}

static struct str part_of(struct arena *a, int fd, const char *name)
{
	struct archive *zip = archive_read_new();
	struct archive_entry *x;
	struct buf b = buf_on(a);
	archive_read_support_format_zip(zip);
	EXPECT(lseek(fd, 0, SEEK_SET) == 0);
	EXPECT_INT(archive_read_open_fd(zip, fd, 16384), ARCHIVE_OK);
	while (archive_read_next_header(zip, &x) == ARCHIVE_OK) {
		char piece[4096];
		la_ssize_t n;
		if (strcmp(archive_entry_pathname(x), name) != 0)
			continue;
		while ((n = archive_read_data(zip, piece, sizeof piece)) > 0)
			buf_put(&b, (struct str){piece, (size_t)n});
	}
	archive_read_free(zip);
	return buf_str(&b);
}

static const struct sheet_column book_columns[] = {{.head = {"Mã", sizeof "Mã" - 1}, .width = 12}, {.head = {"Số", sizeof "Số" - 1}, .width = 8}, {.head = {"Tỷ lệ", sizeof "Tỷ lệ" - 1}, .width = 8},
	{.head = {"Ngày", sizeof "Ngày" - 1}, .width = 12}, {.head = {"Lúc", sizeof "Lúc" - 1}, .width = 18}};

TEST(cells_have_their_kinds)
{
	struct sheet_book *b = NULL;
	struct err e = {0};
	int fd = -1;
	int64_t size = 0;
	EXPECT_OK(sheet_book_open(&b, &(struct sheet_look){.name = STR("Danh sách"), .columns = book_columns, .n_columns = 5}, &e), e);
	struct instant at = instant_at(date_from_civil(2026, 11, 25), 14 * 3600000); /* 07:00 UTC */
	struct sheet_cell row[] = {sheet_text(STR("=1+1")), sheet_number(-1200000), {.kind = SHEET_PERCENT, .number = 0.926}, sheet_date(date_from_civil(2026, 11, 25)), sheet_time(at)};
	EXPECT_OK(sheet_book_row(b, row, &e), e);
	struct sheet_cell nothing[5] = {0};
	EXPECT_OK(sheet_book_row(b, nothing, &e), e);
	EXPECT_OK(sheet_book_close(b, &fd, &size, &e), e);
	EXPECT_INT(lseek(fd, 0, SEEK_END), size);
	struct sheet back;
	EXPECT_OK(sheet_read(a, fd, &back, &e), e);
	EXPECT_INT(back.n, 2); /* an empty row is left out of the file */
	EXPECT_STR(back.rows[1].cells[0], STR("=1+1"));
	EXPECT_STR(back.rows[1].cells[1], STR("-1200000"));
	EXPECT_STR(back.rows[1].cells[2], STR("0.926"));
	EXPECT_STR(back.rows[1].cells[3], STR("46351"));
	EXPECT(str_starts(back.rows[1].cells[4], STR("46351.58333333333")));
	struct str xml = part_of(a, fd, "xl/worksheets/sheet1.xml"), styles = part_of(a, fd, "xl/styles.xml");
	EXPECT(str_find(xml, STR("<f>")) < 0);
	EXPECT(str_find(xml, STR("state=\"frozen\"")) > 0);
	EXPECT(str_find(styles, STR("dd/mm/yyyy hh:mm")) > 0);
	close(fd);
}

TEST(a_long_table_goes_on_in_another_sheet)
{
	struct sheet_book *b = NULL;
	struct err e = {0};
	int fd = -1;
	int64_t size = 0;
	EXPECT_OK(sheet_book_open(&b, &(struct sheet_look){.name = STR("Danh sách"), .columns = book_columns, .n_columns = 2, .lines_max = 4}, &e), e);
	for (int i = 1; i <= 7; i++) {
		struct sheet_cell row[] = {sheet_text(str_fmt(a, "MA-%d", i)), sheet_number(i)};
		EXPECT_OK(sheet_book_row(b, row, &e), e);
	}
	EXPECT_OK(sheet_book_close(b, &fd, &size, &e), e);
	struct str one = part_of(a, fd, "xl/worksheets/sheet1.xml"), two = part_of(a, fd, "xl/worksheets/sheet2.xml"), three = part_of(a, fd, "xl/worksheets/sheet3.xml");
	EXPECT(str_find(one, STR("MA-3")) > 0 && str_find(one, STR("MA-4")) < 0);
	EXPECT(str_find(two, STR("MA-4")) > 0 && str_find(two, STR("MA-6")) > 0 && str_find(two, STR("MA-7")) < 0 && str_find(two, STR("Mã")) > 0);
	EXPECT(str_find(three, STR("MA-7")) > 0);
	EXPECT(str_find(part_of(a, fd, "xl/workbook.xml"), STR("Danh sách 3")) > 0);
	close(fd);
}

/* While it is made and when it is given up nothing has a name in the folder of temporary files. */
TEST(no_file_is_left)
{
	struct sheet_book *b = NULL;
	struct err e = {0};
	struct str dir = test_temp_dir(a);
	char before[256] = "";
	const char *old = getenv("TMPDIR");
	snprintf(before, sizeof before, "%s", old ? old : "");
	setenv("TMPDIR", str_cstr(a, dir), 1);
	EXPECT_OK(sheet_book_open(&b, &(struct sheet_look){.name = STR("x"), .columns = book_columns, .n_columns = 1}, &e), e);
	struct sheet_cell cell = sheet_text(STR("bí mật"));
	EXPECT_OK(sheet_book_row(b, &cell, &e), e);
	DIR *d = opendir(str_cstr(a, dir));
	for (struct dirent *x; (x = readdir(d)) != NULL;)
		EXPECT(x->d_name[0] == '.');
	closedir(d);
	struct str too_long = {arena_alloc(a, 40000), 40000};
	memset((char *)(uintptr_t)too_long.p, 'x', too_long.n);
	cell = sheet_text(too_long);
	EXPECT(!sheet_book_row(b, &cell, &e) && e.kind == ERR_TOO_LARGE);
	sheet_book_drop(b);
	if (*before)
		setenv("TMPDIR", before, 1);
	else
		unsetenv("TMPDIR");
}
