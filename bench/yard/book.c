/* book.c — yardstick: the rows of a query as a workbook by bare libxlsxwriter, in constant memory.
 *
 *   book DATABASE.db FILE.xlsx QUERY
 *
 * A column whose name begins with "at_" is a time in milliseconds since 1970, written as a number with the format of a day and an hour in Vietnam; any
 * other is text. Heading and formats as ours, a second sheet past the lines that one bears. No rights, no log, no sealing. Prints "rows seconds".
 * Changed only with an ADR: figures of different days are compared by it. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <xlsxwriter.h>

#define COLUMNS_MAX 64
#define LINES 1048576
#define VIETNAM_MS (7 * 3600000LL)

static void must(int good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "book: %s\n", what);
	exit(1);
}

static double seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static lxw_worksheet *begin(lxw_workbook *book, sqlite3_stmt *s, int columns, lxw_format *head)
{
	lxw_worksheet *sheet = workbook_add_worksheet(book, NULL);
	must(sheet != NULL, "a sheet");
	worksheet_freeze_panes(sheet, 1, 0);
	for (int k = 0; k < columns; k++) {
		worksheet_set_column(sheet, (lxw_col_t)k, (lxw_col_t)k, 20, NULL);
		must(!worksheet_write_string(sheet, 0, (lxw_col_t)k, sqlite3_column_name(s, k), head), "a heading");
	}
	return sheet;
}

static void put(lxw_worksheet *sheet, lxw_row_t line, int k, sqlite3_stmt *s, int is_time, lxw_format *text, lxw_format *time)
{
	if (sqlite3_column_type(s, k) == SQLITE_NULL)
		return;
	if (is_time)
		must(!worksheet_write_number(sheet, line, (lxw_col_t)k, (double)(sqlite3_column_int64(s, k) + VIETNAM_MS) / 86400000.0 + 25569.0, time), "a time");
	else if (*sqlite3_column_text(s, k))
		must(!worksheet_write_string(sheet, line, (lxw_col_t)k, (const char *)sqlite3_column_text(s, k), text), "a text");
}

static long write_all(lxw_workbook *book, sqlite3_stmt *s)
{
	lxw_format *head = workbook_add_format(book), *text = workbook_add_format(book), *time = workbook_add_format(book);
	format_set_bold(head);
	format_set_num_format(text, "@");
	format_set_num_format(time, "dd/mm/yyyy hh:mm");
	int columns = sqlite3_column_count(s), is_time[COLUMNS_MAX];
	must(columns <= COLUMNS_MAX, "too many columns");
	for (int k = 0; k < columns; k++)
		is_time[k] = strncmp(sqlite3_column_name(s, k), "at_", 3) == 0;
	lxw_worksheet *sheet = NULL;
	long rows = 0;
	for (lxw_row_t line = LINES; sqlite3_step(s) == SQLITE_ROW; rows++, line++) {
		if (line == LINES)
			sheet = begin(book, s, columns, head), line = 1;
		for (int k = 0; k < columns; k++)
			put(sheet, line, k, s, is_time[k], text, time);
	}
	return rows;
}

int main(int argc, char **argv)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *s = NULL;
	must(argc == 4, "usage: book DATABASE.db FILE.xlsx QUERY");
	double start = seconds();
	must(sqlite3_open_v2(argv[1], &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK, "the database");
	must(sqlite3_prepare_v2(db, argv[3], -1, &s, NULL) == SQLITE_OK, sqlite3_errmsg(db));
	lxw_workbook_options how = {.constant_memory = LXW_TRUE};
	lxw_workbook *book = workbook_new_opt(argv[2], &how);
	must(book != NULL, "a workbook");
	long rows = write_all(book, s);
	must(workbook_close(book) == LXW_NO_ERROR, "the file");
	sqlite3_finalize(s);
	sqlite3_close(db);
	printf("%ld %.6f\n", rows, seconds() - start);
	return 0;
}
