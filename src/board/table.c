/* table.c — a table of figures: on the page, as CSV, as a workbook. */
#include "board/board_internal.h"

void board_table_show(struct html_out *o, const struct board_table *t)
{
	struct ui_column *c = NEW_ARRAY(o->b->a, t->n_cols, struct ui_column);
	for (size_t i = 0; i < t->n_cols; i++)
		c[i] = (struct ui_column){.head = t->heads[i].text, .kind = t->heads[i].number ? UI_CELL_NUMBER : t->heads[i].brief ? UI_CELL_CODE : UI_CELL};
	struct ui_table x = {.caption = t->title, .caption_hidden = true, .columns = c, .n_columns = t->n_cols};
	ui_table_begin(o, &x);
	for (size_t i = 0; i < t->n_rows; i++) {
		const struct board_cell *v = &t->cells[i * t->n_cols];
		ui_row_begin(o, &x, &(struct ui_row){.url = STR_NONE});
		for (size_t k = 0; k < t->n_cols; k++)
			ui_cell_main(o, &x, k, (struct ui_crumb){v[k].text, v[k].url}, STR_NONE);
		ui_row_end(o);
	}
	ui_table_end(o);
}

/* "-3", "-2,5", "-40 %": what people write of a figure, and nothing of a formula. */
static bool is_figure(struct str s)
{
	for (size_t i = 1; i < s.n; i++)
		if (!s.p[i] || !strchr("0123456789.,% \xC2\xA0", s.p[i]))
			return false;
	return s.n > 1 && s.p[0] == '-';
}

/* Quoted always; a quote inside twice. What a spreadsheet would run as a formula begins with a quote sign there. */
static void put_csv(struct buf *b, struct str s, bool first)
{
	buf_put(b, first ? STR("\"") : STR(",\""));
	if (s.n && s.p[0] && strchr("=+-@\t\r", s.p[0]) && !is_figure(s))
		buf_char(b, '\'');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"')
			buf_char(b, '"');
		buf_char(b, s.p[i]);
	}
	buf_char(b, '"');
}

static bool as_csv(struct request *r, const struct board_table *t)
{
	struct buf b = buf_on(r->env.arena);
	buf_put(&b, STR("\xEF\xBB\xBF")); /* spreadsheets read UTF-8 by this sign */
	for (size_t k = 0; k < t->n_cols; k++)
		put_csv(&b, t->heads[k].text, k == 0);
	for (size_t i = 0; i < t->n_rows; i++) {
		buf_put(&b, STR("\r\n"));
		for (size_t k = 0; k < t->n_cols; k++)
			put_csv(&b, t->cells[i * t->n_cols + k].text, k == 0);
	}
	buf_put(&b, STR("\r\n"));
	answer_header(r, "Content-Disposition", str_fmt(r->env.arena, "attachment; filename=\"%.*s.csv\"", STR_ARG(t->file)));
	return answer_bytes(r, 200, "text/csv; charset=utf-8", buf_str(&b));
}

static struct sheet_cell in_book(const struct board_cell *c)
{
	return c->kind ? (struct sheet_cell){.kind = c->kind, .number = c->number} : sheet_text(c->text);
}

static const struct sheet_column *book_columns(struct arena *a, const struct board_table *t)
{
	struct sheet_column *v = NEW_ARRAY(a, t->n_cols, struct sheet_column);
	for (size_t k = 0; k < t->n_cols; k++)
		v[k] = (struct sheet_column){.head = t->heads[k].in_file.n ? t->heads[k].in_file : t->heads[k].text, .width = t->heads[k].number ? 14 : 44, .wrap = !t->heads[k].number};
	return v;
}

static bool as_xlsx(struct request *r, const struct board_table *t, struct err *e)
{
	struct arena *a = r->env.arena;
	struct sheet_book *b = NULL;
	struct sheet_cell *cells = NEW_ARRAY(a, t->n_cols, struct sheet_cell);
	int fd = -1;
	int64_t size = 0;
	if (!sheet_book_open(&b, &(struct sheet_look){.name = STR("So lieu"), .columns = book_columns(a, t), .n_columns = t->n_cols}, e))
		return false;
	for (size_t i = 0; i < t->n_rows; i++) {
		for (size_t k = 0; k < t->n_cols; k++)
			cells[k] = in_book(&t->cells[i * t->n_cols + k]);
		if (!sheet_book_row(b, cells, e)) {
			sheet_book_drop(b);
			return false;
		}
	}
	return sheet_book_close(b, &fd, &size, e) &&
	       answer_file(r, fd, size, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", str_fmt(a, "%.*s.xlsx", STR_ARG(t->file)), false);
}

bool board_table_file(struct request *r, const struct board_table *t, struct err *e)
{
	return str_ends(r->path, STR(".xlsx")) ? as_xlsx(r, t, e) : as_csv(r, t);
}

/* Counts as digits alone, for sums; shares and days as people write them. */
static struct board_cell plain(struct request *r, const struct chart *c, const struct chart_value *v)
{
	struct arena *a = r->env.arena;
	struct board_cell out = {.url = v->url, .kind = SHEET_NUMBER, .number = (double)v->value};
	if (v->none)
		return (struct board_cell){.url = v->url};
	out.text = c->say ? c->say(a, r->env.lang, v->value) : str_fmt(a, "%lld", (long long)v->value);
	if (c->say == chart_permille)
		out.kind = SHEET_PERCENT, out.number /= 1000;
	if (c->say == board_days)
		out.kind = SHEET_TENTHS, out.number = board_in_days(v->value);
	return out;
}

void board_chart_table(struct request *r, const struct chart *c, struct str file, struct board_table *out)
{
	struct arena *a = r->env.arena;
	size_t cols = c->n_series + 1;
	struct board_head *heads = NEW_ARRAY(a, cols, struct board_head);
	*out = (struct board_table){.title = c->title, .file = file, .heads = heads, .n_cols = cols, .cells = NEW_ARRAY(a, cols * c->n_points + 1, struct board_cell), .n_rows = c->n_points};
	heads[0] = (struct board_head){.text = c->label_head};
	for (size_t s = 0; s < c->n_series; s++)
		heads[s + 1] = (struct board_head){.text = c->series[s].name, .number = true};
	for (size_t p = 0; p < c->n_points; p++) {
		out->cells[p * cols] = (struct board_cell){.text = c->points[p].label};
		for (size_t s = 0; s < c->n_series; s++)
			out->cells[p * cols + s + 1] = plain(r, c, &c->points[p].v[s]);
	}
}
