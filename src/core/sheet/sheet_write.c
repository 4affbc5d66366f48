/* sheet_write.c — see sheet.h. */
#include "core/sheet/sheet.h"
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xlsxwriter.h>

/* What the format takes in one cell; characters, of which none is longer than 4 bytes. */
#define CELL_MAX ((size_t)32767)

static double width_of(const struct sheet *s, size_t column)
{
	size_t most = 8;
	for (size_t i = 0; i < s->n && i < 100; i++)
		if (column < s->rows[i].n && s->rows[i].cells[column].n > most)
			most = s->rows[i].cells[column].n;
	return most > 50 ? 50.0 : (double)most;
}

static bool fits(const struct sheet *s, size_t *columns)
{
	*columns = 0;
	for (size_t i = 0; i < s->n; i++) {
		if (s->rows[i].n > *columns)
			*columns = s->rows[i].n;
		for (size_t k = 0; k < s->rows[i].n; k++)
			if (s->rows[i].cells[k].n > CELL_MAX)
				return false;
	}
	return s->n <= SHEET_ROWS_MAX && *columns <= SHEET_COLUMNS_MAX;
}

static lxw_error fill(struct arena *a, lxw_workbook *book, const struct sheet *s, size_t columns)
{
	lxw_worksheet *sheet = workbook_add_worksheet(book, str_cstr(a, s->name));
	lxw_format *head = workbook_add_format(book), *text = workbook_add_format(book);
	if (!sheet || !head || !text)
		return LXW_ERROR_MEMORY_MALLOC_FAILED;
	format_set_bold(head);
	format_set_text_wrap(text);
	format_set_align(text, LXW_ALIGN_VERTICAL_TOP);
	format_set_num_format(text, "@");
	for (size_t k = 0; k < columns; k++)
		worksheet_set_column(sheet, (lxw_col_t)k, (lxw_col_t)k, width_of(s, k), text);
	worksheet_freeze_panes(sheet, 1, 0);
	lxw_error error = LXW_NO_ERROR;
	for (size_t i = 0; i < s->n && error == LXW_NO_ERROR; i++)
		for (size_t k = 0; k < s->rows[i].n && error == LXW_NO_ERROR; k++)
			if (s->rows[i].cells[k].n)
				error = worksheet_write_string(sheet, (lxw_row_t)i, (lxw_col_t)k, str_cstr(a, s->rows[i].cells[k]), i == 0 ? head : text);
	return error;
}

static bool open_result(const char *path, int *fd, int64_t *size, struct err *e)
{
	struct stat st;
	*fd = open(path, O_RDONLY | O_CLOEXEC);
	if (*fd < 0 || fstat(*fd, &st) != 0) {
		if (*fd >= 0)
			close(*fd);
		return err_set(e, ERR_INTERNAL, "the workbook cannot be opened again");
	}
	*size = st.st_size;
	return true;
}

bool sheet_write(struct arena *a, const struct sheet *s, int *fd, int64_t *size, struct err *e)
{
	size_t columns;
	if (!fits(s, &columns))
		return err_set(e, ERR_TOO_LARGE, "more than a sheet takes");
	const char *dir = getenv("TMPDIR");
	struct str path = str_fmt(a, "%s/sheet-XXXXXX", dir && *dir ? dir : "/tmp");
	char *name = (char *)(uintptr_t)path.p;
	int made = mkstemp(name);
	if (made < 0)
		return err_set(e, ERR_BUSY, "no place for a temporary file");
	close(made);
	lxw_workbook *book = workbook_new(name);
	lxw_error error = book ? fill(a, book, s, columns) : LXW_ERROR_MEMORY_MALLOC_FAILED;
	if (book) {
		lxw_error closing = workbook_close(book);
		error = error ? error : closing;
	}
	bool ok = error == LXW_NO_ERROR ? open_result(name, fd, size, e) : err_set(e, ERR_INTERNAL, "workbook: %s", lxw_strerror(error));
	unlink(name);
	return ok;
}
