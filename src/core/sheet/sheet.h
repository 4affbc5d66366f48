/* sheet.h — tables in a workbook file (XLSX), written and read.
 *
 * Writing: a table goes row by row in constant memory; numbers are numbers, days and times are days and times, texts never run as a
 *          formula. The heading stays in view and is printed on each page. A table longer than a sheet goes on in a second one.
 *          While it is made, the file and its parts have no name: nothing is left when the program dies.
 * Reading: the first sheet of the workbook; numbers come as written in the file, formulas as their last value. The file is
 *          hostile: archive bombs, entities and missing parts are refused; nothing outside the archive is read.
 * Memory:  results in the arena. Threads: any. */
#pragma once
#include "core/base/err.h"
#include "core/base/instant.h"
#include "core/base/str.h"

#define SHEET_COLUMNS_MAX 64
#define SHEET_ROWS_MAX 5000
#define SHEET_PART_MAX ((size_t)16 << 20) /* bytes of one part, unpacked */
#define SHEET_TEXT_MAX ((size_t)32 << 20) /* bytes of all cells together: many may show one long shared text */
#define SHEET_LINES_MAX 1048576           /* that a sheet bears, with the heading */

/* ---- a table, row by row ---- */

enum sheet_kind { SHEET_EMPTY, SHEET_TEXT, SHEET_NUMBER, SHEET_TENTHS, SHEET_PERCENT, SHEET_DATE, SHEET_TIME, SHEET_KINDS };
/* number: SHEET_TENTHS is shown with one decimal, SHEET_PERCENT of 0.926 as 92,6 %; of days and times the day number of the format. */
struct sheet_cell { enum sheet_kind kind; struct str text; double number; };
struct sheet_cell sheet_text(struct str s); /* empty text: an empty cell */
struct sheet_cell sheet_number(int64_t n);
struct sheet_cell sheet_date(struct date d);
struct sheet_cell sheet_time(struct instant t); /* in Vietnam */

struct sheet_column { struct str head; double width; bool wrap; }; /* width: in characters; wrap: long texts take more lines */
struct sheet_look {
	struct str name;   /* of the sheet; the second is "name 2" */
	const struct sheet_column *columns; size_t n_columns;
	int64_t lines_max; /* 0: SHEET_LINES_MAX. Tests set it */
};
struct sheet_book;
MUST_CHECK bool sheet_book_open(struct sheet_book **out, const struct sheet_look *look, struct err *e);
/* `cells`: one a column. ERR_TOO_LARGE: a text is longer than a cell bears. */
MUST_CHECK bool sheet_book_row(struct sheet_book *b, const struct sheet_cell *cells, struct err *e);
/* *fd is at its start, of a file without name; the caller closes it. Frees the book in any case. */
MUST_CHECK bool sheet_book_close(struct sheet_book *b, int *fd, int64_t *size, struct err *e);
void sheet_book_drop(struct sheet_book *b);

/* ---- a sheet of text, to be read back ---- */

/* Missing cells at the end are left out; empty ones have n 0. The first row is the heading. */
struct sheet_row { struct str *cells; size_t n; };
struct sheet { struct str name; struct sheet_row *rows; size_t n; };

/* Codes keep their zeros. As sheet_book_close(). ERR_TOO_LARGE past the limits above. */
MUST_CHECK bool sheet_write(struct arena *a, const struct sheet *s, int *fd, int64_t *size, struct err *e);
/* ERR_INVALID: no workbook; ERR_TOO_LARGE: past the limits. The descriptor is read from its start and stays open. */
MUST_CHECK bool sheet_read(struct arena *a, int fd, struct sheet *out, struct err *e);
