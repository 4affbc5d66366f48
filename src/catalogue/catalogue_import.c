/* catalogue_import.c — uploads of many procedures, row by row: each is new, changed, the same, or at fault and says why. */
#include "catalogue/catalogue_web.h"
#include "core/sheet/sheet.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define JSON_UPLOAD_MAX ((int64_t)8 << 20)

static json_t *current(const struct catalogue_view *v, struct str slug)
{
	const struct catalogue_entry *x = slug.n ? catalogue_find(v, slug) : NULL;
	return x && str_eq(x->p.id, slug) ? json_loadb(x->bytes.p, x->bytes.n, 0, NULL) : NULL;
}

static struct str fault_text(struct request *r, enum msg_key key, struct str arg)
{
	size_t n = msg_args(key);
	return n ? msg_fmt(r->env.arena, r->env.lang, key, &arg, n) : msg(r->env.lang, key);
}

/* Compares a whole pack with what is published and sets the row's kind. */
static void judge(struct request *r, const json_t *was, json_t *now, struct import_row *row)
{
	struct arena *a = r->env.arena;
	struct pack_report report = pack_report_on(a);
	struct procedure p;
	row->slug = str_dup(a, str_from(json_string_value(json_object_get(now, "id"))));
	row->name = str_dup(a, str_from(json_string_value(json_object_get(now, "name"))));
	row->pack = columns_pack(a, now);
	if (was && json_equal(was, now))
		row->kind = STR("same");
	else if (!procedure_read(&report, (struct pack_file){str_fmt(a, "procedures/%.*s.json", STR_ARG(row->slug)), row->pack}, &p)) {
		row->kind = STR("fault");
		row->text = pack_report_text(a, &report);
	} else
		row->kind = was ? STR("changed") : STR("new");
}

static void judge_cells(struct request *r, const struct catalogue_view *v, const struct str *cells, struct import_row *row)
{
	size_t bad = 0;
	enum msg_key why;
	json_t *now = NULL, *was = current(v, cells[COLUMN_ID]);
	row->slug = cells[COLUMN_ID];
	row->name = cells[1];
	if (columns_apply(r->env.arena, was, cells, &now, &bad, &why)) {
		judge(r, was, now, row);
	} else {
		row->kind = STR("fault");
		row->text = str_fmt(r->env.arena, "%s: %.*s", catalogue_columns[bad].key, STR_ARG(fault_text(r, why, STR_NONE)));
	}
	json_decref(now);
	json_decref(was);
}

/* Which column of ours each column of the sheet is; the heading row has our keys. */
static bool read_heading(const struct sheet_row *head, int *ours)
{
	bool id = false;
	for (size_t k = 0; k < head->n; k++) {
		ours[k] = -1;
		for (size_t i = 0; i < catalogue_columns_n; i++)
			if (str_eq(str_trim(head->cells[k]), str_from(catalogue_columns[i].key)))
				ours[k] = (int)i;
		id = id || ours[k] == COLUMN_ID;
	}
	return id;
}

/* Line ends as Windows writes them, and white space around. */
static struct str tidy(struct arena *a, struct str s)
{
	struct buf b = buf_on(a);
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '\r')
			buf_char(&b, s.p[i]);
	struct str t = str_trim(buf_str(&b));
	return t.p ? t : STR("");
}

static bool read_workbook(struct request *r, const struct catalogue_view *v, int fd, struct import_report *out, enum msg_key *why)
{
	struct sheet s;
	struct err e = {0};
	int ours[SHEET_COLUMNS_MAX];
	*why = MSG_CATALOGUE_IMPORT_NOT_READ;
	if (!sheet_read(r->env.arena, fd, &s, &e))
		return false;
	*why = MSG_CATALOGUE_IMPORT_HEADING;
	if (s.n == 0 || !read_heading(&s.rows[0], ours))
		return false;
	out->rows = NEW_ARRAY(r->env.arena, s.n, struct import_row);
	for (size_t i = 1; i < s.n; i++) {
		struct str *cells = NEW_ARRAY(r->env.arena, catalogue_columns_n, struct str);
		bool any = false;
		for (size_t k = 0; k < s.rows[0].n; k++) {
			if (ours[k] < 0)
				continue;
			cells[ours[k]] = k < s.rows[i].n ? tidy(r->env.arena, s.rows[i].cells[k]) : STR("");
			any = any || cells[ours[k]].n;
		}
		if (!any)
			continue;
		out->rows[out->n].number = (int64_t)i + 1;
		judge_cells(r, v, cells, &out->rows[out->n++]);
	}
	return true;
}

static bool read_json(struct request *r, const struct catalogue_view *v, struct str bytes, struct import_report *out, enum msg_key *why)
{
	*why = MSG_CATALOGUE_IMPORT_NOT_READ;
	json_t *tree = json_loadb(bytes.p, bytes.n, JSON_REJECT_DUPLICATES, NULL);
	size_t n = json_is_array(tree) ? json_array_size(tree) : 1;
	if (!json_is_array(tree) && !json_is_object(tree)) {
		json_decref(tree);
		return false;
	}
	out->rows = NEW_ARRAY(r->env.arena, n + 1, struct import_row);
	for (size_t i = 0; i < n; i++) {
		json_t *now = json_is_array(tree) ? json_array_get(tree, i) : tree;
		struct import_row *row = &out->rows[out->n++];
		row->number = (int64_t)i + 1;
		const char *id = json_string_value(json_object_get(now, "id"));
		json_t *was = current(v, str_from(id));
		if (id)
			judge(r, was, now, row);
		else
			*row = (struct import_row){.number = row->number, .kind = STR("fault"), .text = msg(r->env.lang, MSG_CATALOGUE_NOT_A_PROCEDURE)};
		json_decref(was);
	}
	json_decref(tree);
	return true;
}

bool import_read(struct request *r, const struct catalogue_view *v, int fd, int64_t size, struct import_report *out, enum msg_key *why)
{
	char head[2] = {0};
	*out = (struct import_report){0};
	*why = MSG_CATALOGUE_IMPORT_NOT_READ;
	if (pread(fd, head, 2, 0) != 2)
		return false;
	bool ok;
	if (memcmp(head, "PK", 2) == 0) {
		ok = read_workbook(r, v, fd, out, why);
	} else {
		if (size > JSON_UPLOAD_MAX)
			return false;
		char *p = arena_alloc(r->env.arena, (size_t)size + 1);
		ok = pread(fd, p, (size_t)size, 0) == size && read_json(r, v, (struct str){p, (size_t)size}, out, why);
	}
	if (ok && out->n == 0) {
		*why = MSG_CATALOGUE_IMPORT_EMPTY;
		return false;
	}
	for (size_t i = 0; ok && i < out->n; i++) {
		out->same += str_eq(out->rows[i].kind, STR("same"));
		out->faults += str_eq(out->rows[i].kind, STR("fault"));
	}
	out->proposed = (int64_t)out->n - out->same - out->faults;
	return ok;
}
