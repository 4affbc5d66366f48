/* Each form, filled and blank, through the template of packs/paper/don/to-khai.json to a PDF and back to text. */
#include "form/form.h"
#include "core/test/test.h"
#include "paper/paper.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct desk { struct arena *a; struct eform_context c; json_t *template; size_t values; };

static struct str shell(struct arena *a, struct str cmd)
{
	struct buf b = buf_on(a);
	FILE *p = popen(cmd.p, "r");
	EXPECT(p);
	for (int c; (c = fgetc(p)) != EOF;)
		buf_char(&b, (char)c);
	EXPECT_INT(pclose(p), 0);
	return buf_str(&b);
}

/* Lines break anywhere: texts are compared without white space. */
static struct str squeezed(struct arena *a, struct str s)
{
	struct buf b = buf_on(a);
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] > ' ')
			buf_char(&b, s.p[i]);
	return buf_str(&b);
}

/* MOTCUA_PDF_DIR keeps the files to be looked at. */
static struct str printed(struct desk *d, const struct eform *f, const json_t *answers, const char *what)
{
	struct err e = {0};
	struct buf pdf = buf_on(d->a);
	struct str dir = getenv("MOTCUA_PDF_DIR") ? str_from(getenv("MOTCUA_PDF_DIR")) : test_temp_dir(d->a);
	struct str path = str_fmt(d->a, "%s/%.*s-%s.pdf", dir.p, STR_ARG(f->id), what);
	json_t *flat = eform_print_json(f, answers, NULL), *sign = json_object_get(flat, "sign");
	if (answers) {
		json_object_set_new(sign, "place", json_string("Mẫu"));
		json_object_set_new(sign, "date", json_string("2026-11-24"));
		json_object_set_new(sign, "name", json_string("Nguyễn Thị Mẫu"));
	}
	EXPECT_OK(paper_render(d->template, flat, (struct instant){1770253500000}, pdf_sink_buf(&pdf), &e), e);
	json_decref(flat);
	FILE *out = fopen(path.p, "wb");
	EXPECT(out && fwrite(pdf.p, 1, pdf.n, out) == pdf.n);
	fclose(out);
	shell(d->a, str_fmt(d->a, "qpdf --check %s", path.p));
	return squeezed(d->a, shell(d->a, str_fmt(d->a, "pdftotext -raw %s -", path.p)));
}

/* The beginning is enough where a page ends inside. */
static void expect_in(struct desk *d, const struct eform *f, struct str page, struct str text)
{
	struct str want = str_sub(squeezed(d->a, text), 0, 21);
	while (want.n && ((unsigned char)want.p[want.n - 1] >= 0x80))
		want.n--;
	if (str_find(page, want) < 0)
		FAIL("%.*s does not print “%.*s”", STR_ARG(f->id), STR_ARG(text));
}

static void mark_texts(struct desk *d, json_t *v, struct buf *marks)
{
	const char *key = NULL;
	json_t *x = NULL;
	size_t i = 0;
	json_object_foreach(v, key, x) {
		if (json_is_string(x) && strchr(json_string_value(x), ' ') /* what is written, not chosen */) {
			struct str mark = str_fmt(d->a, "<b>%zuẦ", 1000 + d->values++);
			json_string_setn(x, mark.p, mark.n);
			buf_fmt(marks, "%s\n", mark.p);
		}
		mark_texts(d, x, marks);
	}
	json_array_foreach(v, i, x)
		mark_texts(d, x, marks);
}

static void labels_printed(struct desk *d, const struct eform *f, struct str filled, struct str blank)
{
	size_t n = json_array_size(json_object_get(f->def, "sections"));
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < f->sections[i].n; k++) {
			const struct eform_field *x = &f->sections[i].fields[k];
			const char *declaration = json_string_value(json_object_get(json_object_get(f->def, "print"), "declaration"));
			if (x->visible || (declaration && str_eq(x->label, str_from(declaration))))
				continue;
			const char *heading = json_string_value(json_object_get(json_array_get(json_object_get(f->def, "sections"), i), "print_title"));
			struct str label = heading && str_eq(x->label, f->sections[i].title) ? str_from(heading) : x->label;
			expect_in(d, f, filled, label);
			expect_in(d, f, blank, label);
		}
}

static void print_form(struct desk *d, const struct eform *f)
{
	struct buf marks = buf_on(d->a);
	json_t *v = eform_example(d->a, f, &d->c), *print = json_object_get(f->def, "print");
	mark_texts(d, v, &marks);
	EXPECT_INT(eform_check(d->a, f, v, &d->c, NULL).n, 0);
	struct str filled = printed(d, f, v, "full"), blank = printed(d, f, NULL, "blank"), rest = buf_str(&marks), mark;
	json_decref(v);
	while (str_next(&rest, '\n', &mark))
		if (str_find(filled, squeezed(d->a, mark)) < 0)
			FAIL("%.*s: the value %.*s is not printed", STR_ARG(f->id), STR_ARG(mark));
	labels_printed(d, f, filled, blank);
	const char *title = json_string_value(json_object_get(f->def, "print_title"));
	expect_in(d, f, blank, title ? str_from(title) : f->title);
	const json_t *right = json_object_get(json_object_get(print, "signature"), "right");
	expect_in(d, f, filled, str_from(json_string_value(json_object_get(right, "note"))));
	expect_in(d, f, filled, str_from(json_string_value(json_object_get(print, "declaration"))));
	expect_in(d, f, filled, STR("Mẫu, ngày 24 tháng 11 năm 2026"));
}

static json_t *read_json(struct arena *a, struct str path)
{
	struct err e = {0};
	json_t *j = eform_pack(test_read_file(a, path), &e);
	if (!j)
		FAIL("%s: %s", path.p, e.text);
	return j;
}

TEST_SLOW(each_form_is_printed_with_every_label_and_value)
{
	struct err e = {0};
	struct str packs = str_cat(a, test_source_dir(a), STR("/packs"));
	json_t *units = read_json(a, str_cat(a, packs, STR("/units/provinces.json")));
	struct desk d = {.a = a, .c = {date_from_civil(2026, 11, 24), units}, .template = paper_template(packs, STR("don"), STR("to-khai"), &e)};
	DIR *dir = opendir(str_cat(a, packs, STR("/forms")).p);
	size_t forms = 0;
	EXPECT(dir && d.template);
	for (struct dirent *x; (x = readdir(dir));) {
		if (!str_ends(str_from(x->d_name), STR(".json")))
			continue;
		json_t *pack = read_json(a, str_fmt(a, "%s/forms/%s", packs.p, x->d_name));
		struct eform *f = eform_load(a, pack, NULL, &e);
		if (!f)
			FAIL("%s: %s", x->d_name, e.text);
		print_form(&d, f);
		json_decref(pack);
		forms++;
	}
	closedir(dir);
	EXPECT_INT(forms, 19);
	EXPECT(d.values > 100);
	json_decref(d.template);
	json_decref(units);
}
