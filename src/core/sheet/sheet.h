/* sheet.h — one sheet of text in a workbook file (XLSX), written and read.
 *
 * Writing: every cell is text, so that codes keep their zeros and nothing runs as a formula. The first row is a heading and
 *          stays in view.
 * Reading: the first sheet of the workbook; numbers come as written in the file, formulas as their last value. The file is
 *          hostile: archive bombs, entities and missing parts are refused; nothing outside the archive is read.
 * Memory:  results in the arena. Threads: any. */
#pragma once
#include "core/base/err.h"
#include "core/base/str.h"

#define SHEET_COLUMNS_MAX 64
#define SHEET_ROWS_MAX 5000
#define SHEET_PART_MAX ((size_t)16 << 20) /* bytes of one part, unpacked */

/* Missing cells at the end are left out; empty ones have n 0. */
struct sheet_row { struct str *cells; size_t n; };
struct sheet { struct str name; struct sheet_row *rows; size_t n; };

/* *fd is open at its start, of a file without name; the caller closes it. ERR_TOO_LARGE past the limits above. */
MUST_CHECK bool sheet_write(struct arena *a, const struct sheet *s, int *fd, int64_t *size, struct err *e);
/* ERR_INVALID: no workbook; ERR_TOO_LARGE: past the limits. The descriptor is read from its start and stays open. */
MUST_CHECK bool sheet_read(struct arena *a, int fd, struct sheet *out, struct err *e);
