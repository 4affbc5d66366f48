/* sheet_write.c — see sheet.h. */
#include "core/sheet/sheet.h"
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xlsxwriter.h>

/* What the format takes in one cell; characters, of which none is longer than 4 bytes. */
#define CELL_MAX ((size_t)32767)
#define DAY_ONE 25569.0 /* 1970-01-01 */
#define PAPER_A4 9

struct sheet_book {
	struct sheet_look look;
	struct arena *a;
	int fd;
	lxw_workbook *book;
	lxw_worksheet *sheet;
	lxw_format *head, *formats[SHEET_KINDS], *wrapped;
	int64_t line; /* the next of this sheet */
	int sheets;
	char text[CELL_MAX + 1];
};

struct sheet_cell sheet_text(struct str s) { return (struct sheet_cell){.kind = s.n ? SHEET_TEXT : SHEET_EMPTY, .text = s}; }
struct sheet_cell sheet_number(int64_t n) { return (struct sheet_cell){.kind = SHEET_NUMBER, .number = (double)n}; }
struct sheet_cell sheet_date(struct date d) { return (struct sheet_cell){.kind = SHEET_DATE, .number = d.day + DAY_ONE}; }
struct sheet_cell sheet_time(struct instant t)
{
	return (struct sheet_cell){.kind = SHEET_TIME, .number = (double)(t.ms + VN_OFFSET_MS) / (double)DAY_MS + DAY_ONE};
}

static bool failed(struct err *e, lxw_error error) { return err_set(e, ERR_INTERNAL, "workbook: %s", lxw_strerror(error)); }

/* Separators are the reader's own: the codes are those of the format. */
static void make_formats(struct sheet_book *b)
{
	static const char *const codes[SHEET_KINDS] = {[SHEET_TEXT] = "@", [SHEET_NUMBER] = "#,##0", [SHEET_TENTHS] = "#,##0.0", [SHEET_PERCENT] = "0.0%",
		[SHEET_DATE] = "dd/mm/yyyy", [SHEET_TIME] = "dd/mm/yyyy hh:mm"};
	for (int k = SHEET_TEXT; k < SHEET_KINDS; k++) {
		b->formats[k] = workbook_add_format(b->book);
		format_set_num_format(b->formats[k], codes[k]);
		format_set_align(b->formats[k], LXW_ALIGN_VERTICAL_TOP);
	}
	b->wrapped = workbook_add_format(b->book);
	format_set_num_format(b->wrapped, codes[SHEET_TEXT]);
	format_set_align(b->wrapped, LXW_ALIGN_VERTICAL_TOP);
	format_set_text_wrap(b->wrapped);
	b->head = workbook_add_format(b->book);
	format_set_bold(b->head);
	format_set_text_wrap(b->head);
	format_set_align(b->head, LXW_ALIGN_VERTICAL_TOP);
}

static const char *c_text(struct sheet_book *b, struct str s, struct err *e)
{
	if (s.n > CELL_MAX) {
		err_set(e, ERR_TOO_LARGE, "a text is longer than a cell");
		return NULL;
	}
	if (s.n)
		memcpy(b->text, s.p, s.n);
	b->text[s.n] = '\0';
	return b->text;
}

static bool put_head(struct sheet_book *b, struct err *e)
{
	const struct sheet_look *look = &b->look;
	for (size_t k = 0; k < look->n_columns; k++) {
		const struct sheet_column *c = &look->columns[k];
		const char *text = c_text(b, c->head, e);
		worksheet_set_column(b->sheet, (lxw_col_t)k, (lxw_col_t)k, c->width, c->wrap ? b->wrapped : NULL);
		lxw_error error = text && *text ? worksheet_write_string(b->sheet, 0, (lxw_col_t)k, text, b->head) : LXW_NO_ERROR;
		if (!text || error)
			return text ? failed(e, error) : false;
	}
	worksheet_freeze_panes(b->sheet, 1, 0);
	worksheet_repeat_rows(b->sheet, 0, 0);
	worksheet_set_landscape(b->sheet);
	worksheet_set_paper(b->sheet, PAPER_A4);
	worksheet_fit_to_pages(b->sheet, 1, 0);
	b->line = 1;
	return true;
}

/* Headings that filter and sort, over what the sheet has. */
static void end_sheet(struct sheet_book *b)
{
	if (b->line > 1)
		worksheet_autofilter(b->sheet, 0, 0, (lxw_row_t)(b->line - 1), (lxw_col_t)(b->look.n_columns - 1));
}

static bool begin_sheet(struct sheet_book *b, struct err *e)
{
	if (b->sheet)
		end_sheet(b);
	b->sheets++;
	struct str name = b->sheets == 1 ? b->look.name : str_fmt(b->a, "%.*s %d", STR_ARG(b->look.name), b->sheets);
	b->sheet = workbook_add_worksheet(b->book, str_cstr(b->a, name));
	return b->sheet ? put_head(b, e) : err_set(e, ERR_INTERNAL, "no sheet of the name %.*s", STR_ARG(name));
}

/* The library opens its file by a name; ours has one for a moment only. */
static bool open_file(struct sheet_book *b, struct err *e)
{
	const char *dir = getenv("TMPDIR");
	dir = dir && *dir ? dir : "/tmp";
	char *name = (char *)(uintptr_t)str_fmt(b->a, "%s/sheet-XXXXXX", dir).p;
	b->fd = mkostemp(name, O_CLOEXEC);
	if (b->fd < 0)
		return err_set(e, ERR_BUSY, "no place for a temporary file");
	unlink(name);
	lxw_workbook_options how = {.constant_memory = LXW_TRUE, .tmpdir = (char *)(uintptr_t)str_cstr(b->a, str_from(dir))};
	b->book = workbook_new_opt(str_fmt(b->a, "/proc/self/fd/%d", b->fd).p, &how);
	if (!b->book)
		return failed(e, LXW_ERROR_MEMORY_MALLOC_FAILED);
	make_formats(b);
	return true;
}

static void book_free(struct sheet_book *b)
{
	if (b->fd >= 0)
		close(b->fd);
	arena_free(b->a);
	free(b);
}

void sheet_book_drop(struct sheet_book *b)
{
	if (!b)
		return;
	if (b->book)
		(void)workbook_close(b->book); /* the only call that frees it */
	book_free(b);
}

bool sheet_book_open(struct sheet_book **out, const struct sheet_look *look, struct err *e)
{
	struct sheet_book *b = calloc(1, sizeof *b);
	CHECK(b != NULL && look->n_columns > 0 && look->n_columns <= SHEET_COLUMNS_MAX);
	b->look = *look;
	b->look.lines_max = look->lines_max ? look->lines_max : SHEET_LINES_MAX;
	b->a = arena_new(0);
	b->fd = -1;
	*out = b;
	if (open_file(b, e) && begin_sheet(b, e))
		return true;
	sheet_book_drop(b);
	*out = NULL;
	return false;
}

static bool put_cell(struct sheet_book *b, lxw_col_t k, const struct sheet_cell *c, struct err *e)
{
	lxw_error error = LXW_NO_ERROR;
	if (c->kind == SHEET_TEXT) {
		const char *text = c_text(b, c->text, e);
		if (!text)
			return false;
		error = worksheet_write_string(b->sheet, (lxw_row_t)b->line, k, text, b->look.columns[k].wrap ? b->wrapped : b->formats[SHEET_TEXT]);
	} else if (c->kind != SHEET_EMPTY) {
		error = worksheet_write_number(b->sheet, (lxw_row_t)b->line, k, c->number, b->formats[c->kind]);
	}
	return !error || failed(e, error);
}

bool sheet_book_row(struct sheet_book *b, const struct sheet_cell *cells, struct err *e)
{
	if (b->line >= b->look.lines_max && !begin_sheet(b, e))
		return false;
	for (size_t k = 0; k < b->look.n_columns; k++)
		if (!put_cell(b, (lxw_col_t)k, &cells[k], e))
			return false;
	b->line++;
	return true;
}

bool sheet_book_close(struct sheet_book *b, int *fd, int64_t *size, struct err *e)
{
	struct stat st;
	end_sheet(b);
	lxw_error error = workbook_close(b->book);
	bool ok = !error || failed(e, error);
	ok = ok && ((fstat(b->fd, &st) == 0 && lseek(b->fd, 0, SEEK_SET) == 0) || err_set(e, ERR_INTERNAL, "the workbook cannot be read again"));
	if (ok) {
		*fd = b->fd;
		*size = st.st_size;
		b->fd = -1;
	}
	book_free(b);
	return ok;
}

/* ---- a sheet of text ---- */

static double width_of(const struct sheet *s, size_t column)
{
	size_t most = 8;
	for (size_t i = 0; i < s->n && i < 100; i++)
		if (column < s->rows[i].n && s->rows[i].cells[column].n > most)
			most = s->rows[i].cells[column].n;
	return most > 50 ? 50.0 : (double)most;
}

static size_t columns_of(const struct sheet *s)
{
	size_t n = 1;
	for (size_t i = 0; i < s->n; i++)
		if (s->rows[i].n > n)
			n = s->rows[i].n;
	return n;
}

static struct str cell_of(const struct sheet *s, size_t row, size_t column)
{
	return row < s->n && column < s->rows[row].n ? s->rows[row].cells[column] : STR_NONE;
}

bool sheet_write(struct arena *a, const struct sheet *s, int *fd, int64_t *size, struct err *e)
{
	struct sheet_book *b = NULL;
	size_t n = columns_of(s);
	if (s->n > SHEET_ROWS_MAX || n > SHEET_COLUMNS_MAX)
		return err_set(e, ERR_TOO_LARGE, "more than a sheet takes");
	struct sheet_column *columns = NEW_ARRAY(a, n, struct sheet_column);
	struct sheet_cell *cells = NEW_ARRAY(a, n, struct sheet_cell);
	for (size_t k = 0; k < n; k++)
		columns[k] = (struct sheet_column){.head = cell_of(s, 0, k), .width = width_of(s, k), .wrap = true};
	if (!sheet_book_open(&b, &(struct sheet_look){.name = s->name, .columns = columns, .n_columns = n}, e))
		return false;
	for (size_t i = 1; i < s->n; i++) {
		for (size_t k = 0; k < n; k++)
			cells[k] = sheet_text(cell_of(s, i, k));
		if (!sheet_book_row(b, cells, e)) {
			sheet_book_drop(b);
			return false;
		}
	}
	return sheet_book_close(b, fd, size, e);
}
