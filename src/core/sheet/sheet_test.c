/* sheet_test.c — workbooks there and back, and files that are none. */
#include "core/sheet/sheet.h"
#include "core/test/test.h"
#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
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
