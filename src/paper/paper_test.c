#include "paper/paper.h"
#include "core/test/test.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct { const char *set, *code; } forms[] = {
	{"TT03-2025", "01"}, {"TT03-2025", "02"}, {"TT03-2025", "03"}, {"TT03-2025", "04"}, {"TT03-2025", "05"}, {"TT03-2025", "06"},
	{"TT03-2025", "07"}, {"TT01-2018", "01"}, {"TT01-2018", "02"}, {"TT01-2018", "03"}, {"TT01-2018", "04"}, {"TT01-2018", "05"},
	{"TT01-2018", "06"}, {"ND30-2020", "quyet-dinh"}, {"ND30-2020", "thong-bao"}, {"ND30-2020", "cong-van"},
	{"ND30-2020", "van-ban-xin-loi"}, {"bien-lai", "phieu-thu"}, {"don", "to-khai"}, {"results", "gp-bx"}, {"results", "cc-nvbx"},
	{"results", "xn-khai-bao"}, {"results", "bm-17-qd-phe-duyet"}, {"results", "bm-22-qd-dieu-chinh"},
	{"results", "m2-nd37-phieu-tn"}, {"results", "m3-nd37-thong-bao"}, {"results", "ket-qua-chung"}, {"results", "giay-chung-nhan"},
	{"results", "giay-phep"}, {"results", "giay-cong-nhan"}, {"results", "xac-nhan"}, {"results", "thong-bao-kq"}};

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

static struct str render(struct arena *a, size_t i, const json_t *data)
{
	struct err e = {0};
	struct buf b = buf_on(a);
	json_t *form = paper_template(str_fmt(a, "%s/packs", test_source_dir(a).p), str_from(forms[i].set), str_from(forms[i].code), &e);
	EXPECT(form);
	EXPECT_OK(paper_render(form, data, (struct instant){1770253500000}, pdf_sink_buf(&b), &e), e);
	json_decref(form);
	return buf_str(&b);
}

static struct str save(struct arena *a, const char *name, struct str bytes)
{
	struct str path = str_fmt(a, "%s/%s", test_temp_dir(a).p, name);
	FILE *f = fopen(path.p, "wb");
	EXPECT(f && fwrite(bytes.p, 1, bytes.n, f) == bytes.n);
	fclose(f);
	return path;
}

static json_t *full(struct arena *a)
{
	json_t *d = json_load_file(str_fmt(a, "%s/tests/fixtures/paper/full.json", test_source_dir(a).p).p, 0, NULL);
	EXPECT(d);
	return d;
}

/* MOTCUA_GOLDEN=write makes the golden texts anew (and leaves the files in MOTCUA_PDF_DIR to be looked at). */
static void compare(struct arena *a, size_t i, const char *kind, struct str pdf)
{
	struct str path = save(a, "f.pdf", pdf);
	struct str text = shell(a, str_fmt(a, "pdftotext -layout %s -", path.p));
	struct str golden = str_fmt(a, "%s/tests/fixtures/paper/%s-%s-%s.txt", test_source_dir(a).p, forms[i].set, forms[i].code, kind);
	if (getenv("MOTCUA_GOLDEN")) {
		FILE *f = fopen(golden.p, "wb");
		EXPECT(f && fwrite(text.p, 1, text.n, f) == text.n);
		fclose(f);
		shell(a, str_fmt(a, "cp %s %s/%s-%s-%s.pdf", path.p, getenv("MOTCUA_PDF_DIR"), forms[i].set, forms[i].code, kind));
	}
	EXPECT_STR(text, test_read_file(a, golden));
	shell(a, str_fmt(a, "qpdf --check %s && python3 %s/tests/paper/pdfa_check.py %s", path.p, test_source_dir(a).p, path.p));
	struct str info = shell(a, str_fmt(a, "pdfinfo %s; pdffonts %s | tail -n +3 | awk '{print $(NF-4)}' | sort -u", path.p, path.p));
	bool statutory = str_starts(str_from(forms[i].set), STR("TT")), reg = str_eq(text, STR("")) || str_find(text, STR("SỔ THEO DÕI HỒ SƠ")) >= 0;
	EXPECT(str_find(info, statutory ? reg ? STR("841.89 x 595.28") : STR("419.53 x 595.28") : strcmp(forms[i].set, "bien-lai") ? STR("595.28 x 841.89") : STR("419.53")) >= 0);
	EXPECT(str_ends(info, STR("\nyes\n")) && str_find(info, STR("\nno\n")) < 0);
}

TEST(every_form_with_full_data_has_its_golden_text)
{
	json_t *d = full(a);
	for (size_t i = 0; i < ARRAY_LEN(forms); i++)
		compare(a, i, "full", render(a, i, d));
	json_decref(d);
}

static size_t form_of(const char *set, const char *code)
{
	size_t i = 0;
	while (strcmp(forms[i].set, set) || strcmp(forms[i].code, code))
		i++;
	return i;
}

/* The text of the page that has these words; *n is its number from 0. */
static struct str page_with(struct arena *a, struct str pdf, struct str words, size_t *n)
{
	struct str path = save(a, "long.pdf", pdf), text = shell(a, str_fmt(a, "pdftotext -layout %s -", path.p)), page = STR_NONE;
	for (*n = 0; str_next(&text, '\f', &page) && str_find(page, words) < 0;)
		++*n;
	return page;
}

/* However long the text, the page with the signatures has the end of it, and a title has what it is the title of. */
TEST(signatures_and_titles_never_stand_alone_on_a_page)
{
	json_t *d = full(a), *conditions = json_array();
	size_t pages = 0, n_title = 0;
	for (int n = 1; n <= 18; n++) {
		json_array_append_new(conditions, json_string(str_fmt(a, "Điều kiện thứ %d.", n).p));
		json_object_set(d, "dieu_kien", conditions);
		struct str pdf = render(a, form_of("results", "gp-bx"), d), page = page_with(a, pdf, STR("Nơi nhận"), &pages);
		EXPECT(str_find(page, str_fmt(a, "Điều kiện thứ %d.", n)) >= 0);
		page = page_with(a, pdf, STR("5. Điều kiện kèm theo"), &n_title);
		EXPECT(str_find(page, STR("Điều kiện thứ 1.")) >= 0);
	}
	EXPECT_INT(pages, 1);
	json_decref(conditions);
	json_decref(d);
}

/* The receipt and the refusal of 2025: who signs, the room for it and the name are on one page, however much stands above. */
TEST(names_stand_below_their_signatures)
{
	json_t *d = full(a), *papers = json_array();
	struct buf why = buf_on(a);
	size_t one_page = 0, n = 0;
	json_object_set(d, "thanh_phan", papers);
	for (int i = 1; i <= 30; i++) {
		json_array_append_new(papers, json_string("Giấy tờ mẫu (bản chính)"));
		buf_put(&why, STR("Hồ sơ thiếu giấy tờ mẫu theo quy định của thủ tục này.\n"));
		json_object_set_new(d, "ly_do", json_stringn(buf_str(&why).p, buf_str(&why).n));
		for (int k = 0; k < 2; k++) {
			struct str page = page_with(a, render(a, form_of("TT03-2025", k ? "03" : "01"), d), STR("NGƯỜI NỘP HỒ SƠ"), &n);
			EXPECT(str_find(page, STR("Nguyễn Văn An")) >= 0 && str_find(page, STR("Trần Thị Bình")) >= 0 && str_find(page, STR("NGƯỜI TIẾP NHẬN HỒ SƠ")) >= 0);
			one_page += n == 0;
		}
	}
	EXPECT(one_page > 8 && one_page < 60 && n > 0);
	json_decref(papers);
	json_decref(d);
}

static double mm_from_top(struct arena *a, struct str path, const char *word)
{
	return atof(shell(a, str_fmt(a, "pdftotext -bbox %s - | sed -n 's/.*yMin=\"\\([0-9.]*\\)\".*>%s<.*/\\1/p' | tail -1", path.p, word)).p) / 72 * 25.4;
}

/* The longer the text, the less is left for the signature, from 26 mm down to 18, before it goes to a second page and has all of it. */
TEST(space_to_sign_shrinks_before_a_page_begins)
{
	json_t *d = full(a), *conditions = json_array();
	size_t page = 0;
	double usual = 0, least = 1000, now = 0;
	json_object_set(d, "dieu_kien", conditions);
	for (int n = 1; n <= 40 && page == 0; n++) {
		json_array_append_new(conditions, json_string("Điều kiện mẫu."));
		struct str pdf = render(a, form_of("results", "gp-bx"), d);
		(void)page_with(a, pdf, STR("Nơi nhận"), &page);
		struct str path = save(a, "sign.pdf", pdf);
		now = mm_from_top(a, path, "Dũng") - mm_from_top(a, path, "PHÓ");
		usual = n == 1 ? now : usual;
		least = now < least ? now : least;
	}
	EXPECT_INT(page, 1);
	EXPECT(usual > 26 && now > usual - .1 && now < usual + .1);
	EXPECT(least < usual - 1 && least > usual - 8.1);
	json_decref(conditions);
	json_decref(d);
}

/* A table of one row, wherever it falls: its head, its row and the signatures are on one page. */
TEST(a_table_of_one_row_stays_with_its_head_and_the_signatures)
{
	json_t *d = full(a), *lines = json_array();
	size_t at = 0, last = 0;
	json_t *table = json_pack("{s:s,s:[s,s],s:[i,i],s:[{s:[{s:s},{s:s}]}]}", "title", "Thiết bị duy nhất", "columns", "Cột tên", "Cột mã", "widths", 1, 1, "rows", "cells", "value", "Hàng duy nhất", "value", "X1");
	json_object_set_new(d, "sections", json_pack("[{s:s,s:O,s:[o]}]", "title", "I. PHẦN MẪU", "lines", lines, "tables", table));
	for (int n = 1; n <= 34; n++) {
		json_array_append_new(lines, json_pack("{s:s,s:s}", "label", str_fmt(a, "Dòng thứ %d", n).p, "value", "mẫu"));
		struct str page = page_with(a, render(a, form_of("don", "to-khai"), d), STR("NGƯỜI ĐỨNG ĐẦU TỔ CHỨC"), &last);
		EXPECT(n == 1 ? last == 0 : last >= at);
		at = last;
		EXPECT(str_find(page, STR("Hàng duy nhất")) >= 0);
		EXPECT(str_find(page, STR("Cột tên")) >= 0);
		EXPECT(str_find(page, STR("Thiết bị duy nhất:")) >= 0);
	}
	EXPECT_INT(at, 1);
	json_decref(lines);
	json_decref(d);
}

TEST(a_long_title_breaks_into_even_lines)
{
	json_t *d = full(a);
	struct str path = save(a, "title.pdf", render(a, form_of("TT03-2025", "04"), d)), text = shell(a, str_fmt(a, "pdftotext -layout %s -", path.p)), line, last = STR_NONE;
	while (str_next(&text, '\n', &line) && str_find(line, STR("Kính gửi")) < 0)
		last = str_trim(line).n ? str_trim(line) : last;
	EXPECT_TEXT(last, "HẠN THỜI GIAN GIẢI QUYẾT");
	json_decref(d);
}

/* The check of PDF/A rules finds what is broken: each of these changes a few bytes of a good file. */
TEST(the_check_of_pdf_a_can_fail)
{
	static const struct { const char *from, *to; } broken[] = {{"GTS_PDFA1", "GTS_PDFX1"}, {"<pdfaid:part>2<", "<pdfaid:part>1<"}, {"/FontFile", "/FontFyle"}, {"/ToUnicode", "/ToUnicodx"},
		{"%PDF-1.7", "%PDF-1.3"}};
	json_t *d = full(a);
	struct str good = render(a, 0, d);
	for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
		ptrdiff_t at = str_find(good, str_from(broken[i].from));
		EXPECT(at >= 0);
		char *bytes = memcpy(arena_alloc(a, good.n), good.p, good.n);
		memcpy(bytes + at, broken[i].to, strlen(broken[i].to));
		shell(a, str_fmt(a, "! python3 %s/tests/paper/pdfa_check.py %s 2>/dev/null", test_source_dir(a).p, save(a, "bad.pdf", (struct str){bytes, good.n}).p));
	}
	json_decref(d);
}

TEST(every_form_with_no_data_is_the_blank_form)
{
	json_t *d = json_object();
	for (size_t i = 0; i < ARRAY_LEN(forms); i++)
		compare(a, i, "empty", render(a, i, d));
	json_decref(d);
}

TEST(hostile_data_gives_a_document)
{
	json_t *d = full(a), *many = json_array(), *v;
	const char *k;
	struct buf longest = buf_on(a);
	for (int i = 0; i < 2000; i++)
		buf_put(&longest, STR("Nguyễn"));
	for (int i = 0; i < 40; i++)
		json_array_append_new(many, json_string("Giấy {so} <b>tờ</b> \xf0\x9f\x98\x80 \xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d \xe2\x80\xae đảo \x01\x02"));
	json_object_foreach(d, k, v) {
		if (json_is_string(v) && strcmp(k, "loai_don_vi"))
			json_string_set(v, strcmp(k, "ten_nguoi_nop") ? "\xe2\x80\xae\xd9\x85\x07 {so} \xf0\x9f\x98\x80" : buf_str(&longest).p);
	}
	json_object_set_new(d, "thanh_phan", many);
	json_object_set_new(d, "giao_nhan", json_string("no list"));
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		struct str path = save(a, "h.pdf", render(a, i, d));
		shell(a, str_fmt(a, "qpdf --check %s && pdftotext %s %s.txt", path.p, path.p, path.p));
	}
	json_decref(d);
}

/* What would print as a blank is named, when the template may have none; full data has none. */
TEST(a_paper_that_must_be_whole_names_its_blanks)
{
	json_t *d = full(a), *form;
	struct err e = {0};
	struct buf b = buf_on(a);
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		if (strcmp(forms[i].set, "results"))
			continue;
		form = paper_template(str_fmt(a, "%s/packs", test_source_dir(a).p), str_from(forms[i].set), str_from(forms[i].code), &e);
		json_object_set_new(form, "whole", json_true());
		EXPECT_OK(paper_render(form, d, (struct instant){1770253500000}, pdf_sink_buf(&b), &e), e);
		json_decref(form);
	}
	form = paper_template(str_fmt(a, "%s/packs", test_source_dir(a).p), STR("results"), STR("gp-bx"), &e);
	json_object_set_new(form, "whole", json_true());
	static const char *const gone[] = {"hieu_luc_den", "dac_trung", "cong_viec_bx", "so_ky_hieu"};
	for (size_t i = 0; i < ARRAY_LEN(gone); i++) {
		json_t *kept = json_incref(json_object_get(d, gone[i]));
		json_object_del(d, gone[i]);
		EXPECT_ERR(paper_render(form, d, (struct instant){1770253500000}, pdf_sink_buf(&b), &e), e, ERR_INVALID);
		EXPECT(str_find(str_from(e.text), str_from(gone[i])) >= 0);
		json_object_set_new(d, gone[i], kept);
	}
	json_decref(form);
	json_decref(d);
}

TEST(the_same_data_gives_the_same_bytes)
{
	json_t *d = full(a);
	EXPECT(str_eq(render(a, 0, d), render(a, 0, d)));
	json_decref(d);
}

TEST(the_kind_of_unit_chooses_the_symbol)
{
	json_t *d = full(a);
	json_object_set_new(d, "loai_don_vi", json_string("BPTNTKQ"));
	struct str text = shell(a, str_fmt(a, "pdftotext -layout %s -", save(a, "u.pdf", render(a, 1, d)).p));
	EXPECT(str_find(text, STR("Số: 123/PBS-BPTNTKQ")) >= 0);
	EXPECT(str_find(text, STR("BỘ PHẬN TIẾP NHẬN")) >= 0);
	json_decref(d);
}

TEST(templates_are_found_by_plain_names_only)
{
	struct err e = {0};
	struct str packs = str_fmt(a, "%s/packs", test_source_dir(a).p);
	EXPECT(!paper_template(packs, STR("../.."), STR("01"), &e));
	EXPECT_INT(e.kind, ERR_NOT_FOUND);
	EXPECT(!paper_template(packs, STR("TT03-2025"), STR("99"), &e));
	EXPECT_INT(e.kind, ERR_NOT_FOUND);
}

TEST(amounts_in_words)
{
	static const struct { int64_t n; const char *words; } t[] = {
		{0, "Không đồng"}, {5, "Năm đồng"}, {15, "Mười lăm đồng"}, {21, "Hai mươi mốt đồng"}, {101, "Một trăm linh một đồng"},
		{150000, "Một trăm năm mươi nghìn đồng"}, {2150000, "Hai triệu một trăm năm mươi nghìn đồng"},
		{1000005, "Một triệu không trăm linh năm đồng"}, {1000000000, "Một tỷ đồng"}, {81, "Tám mươi mốt đồng"}};
	for (size_t i = 0; i < ARRAY_LEN(t); i++)
		EXPECT_TEXT(paper_money_words(a, t[i].n), t[i].words);
}
