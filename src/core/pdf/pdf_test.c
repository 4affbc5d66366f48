#include "core/pdf/pdf.h"
#include "core/test/test.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct str write_out(struct arena *a, struct str bytes)
{
	struct str path = str_fmt(a, "%s/x.pdf", test_temp_dir(a).p);
	FILE *f = fopen(path.p, "wb");
	EXPECT(f && fwrite(bytes.p, 1, bytes.n, f) == bytes.n);
	fclose(f);
	return path;
}

static struct str shell(struct arena *a, struct str cmd)
{
	struct buf b = buf_on(a);
	FILE *p = popen(cmd.p, "r");
	EXPECT(p);
	for (int c; (c = fgetc(p)) != EOF;)
		buf_char(&b, (char)c);
	buf_fmt(&b, "[%d]", pclose(p) >> 8);
	return buf_str(&b);
}

static void draw(struct pdf *d, const char *text, bool bold, bool italic, double y)
{
	struct pdf_run r = {.text = str_from(text), .pt = 13, .bold = bold, .italic = italic};
	struct pdf_style s = {.align = PDF_JUSTIFY, .indent_mm = 10};
	struct pdf_text *t = pdf_text_new(d, &r, 1, 120, &s);
	pdf_text_draw(d, t, 0, pdf_text_lines(t), 15, y);
	pdf_text_free(t);
}

static struct str sample(struct arena *a, const char *text)
{
	struct err e = {0};
	struct buf b = buf_on(a);
	struct pdf_fonts *f = pdf_fonts_get(&e);
	EXPECT(f);
	struct pdf_info info = {.title = STR("Giấy <tiếp> & nhận"), .author = STR("Sở Khoa học và Công nghệ"), .at = {1764000000000}};
	struct pdf *d = pdf_open(f, &info, pdf_sink_buf(&b));
	pdf_page(d, 148, 210);
	draw(d, text, false, false, 20);
	draw(d, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", true, false, 80);
	draw(d, "ngày 05 tháng 02 năm 2026", false, true, 90);
	draw(d, "đậm và nghiêng", true, true, 100);
	pdf_line(d, 15, 120, 100, 120, .5);
	EXPECT(pdf_qr(d, STR("https://dvc.example.vn/tra-cuu/H01.23-260205-0001"), 15, 130, 20));
	EXPECT_OK(pdf_close(d, &e), e);
	return buf_str(&b);
}

TEST(the_same_calls_give_the_same_bytes)
{
	EXPECT(str_eq(sample(a, "Kính gửi: Ông/Bà"), sample(a, "Kính gửi: Ông/Bà")));
}

TEST(text_comes_back_and_fonts_are_embedded)
{
	struct str path = write_out(a, sample(a, "Hồ sơ của Ông/Bà Nguyễn Thị Thuỳ Dương, office và phần còn lại đủ dài để xuống dòng "
	                                         "một lần nữa, số 12.345.678 đồng."));
	struct str text = shell(a, str_fmt(a, "pdftotext -layout %s -", path.p));
	EXPECT(str_find(text, STR("Nguyễn Thị Thuỳ Dương, office")) >= 0);
	EXPECT(str_find(text, STR("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")) >= 0);
	struct str fonts = shell(a, str_fmt(a, "pdffonts %s | tail -n +3 | awk '{print $(NF-4), $(NF-3), $(NF-2)}' | sort -u", path.p));
	EXPECT_TEXT(fonts, "yes yes yes\n[0]");
	struct str check = shell(a, str_fmt(a, "qpdf --check %s 2>&1 | tail -1; pdfinfo %s", path.p, path.p));
	EXPECT(str_find(check, STR("Page size:       419.53 x 595.28 pts")) >= 0);
	EXPECT(str_find(check, STR("Giấy <tiếp> & nhận")) >= 0);
	EXPECT_TEXT(shell(a, str_fmt(a, "qpdf --check %s >/dev/null 2>&1", path.p)), "[0]");
}

TEST(hostile_text_is_drawn_as_far_as_it_can_be)
{
	struct buf b = buf_on(a);
	for (int i = 0; i < 5000; i++)
		buf_put(&b, STR("W"));
	buf_put(&b, STR(" \x01\x02\xff\xfe\x80 tha\xcc\x81ng \xf0\x9f\x98\x80 \xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d \xe2\x80\xae đảo \xd9\x85\xd8\xb1"));
	struct str path = write_out(a, sample(a, buf_str(&b).p));
	struct str text = shell(a, str_fmt(a, "pdftotext -layout %s - && qpdf --check %s >/dev/null", path.p, path.p));
	EXPECT(str_ends(text, STR("[0]")));
}

static bool refuse(void *to, const void *bytes, size_t n, struct err *e)
{
	(void)bytes;
	size_t *left = to;
	*left -= n < *left ? n : *left;
	return *left || err_set(e, ERR_INTERNAL, "disk full");
}

TEST(a_failing_sink_is_told_at_the_end)
{
	struct err e = {0};
	struct pdf_fonts *f = pdf_fonts_get(&e);
	struct pdf_info info = {.title = STR("x"), .author = STR("y")};
	for (size_t n = 1; n < 5000; n += 701) {
		size_t left = n;
		struct pdf *d = pdf_open(f, &info, (struct pdf_sink){refuse, &left});
		pdf_page(d, 148, 210);
		draw(d, "Chữ", false, false, 20);
		e = (struct err){0};
		EXPECT_ERR(pdf_close(d, &e), e, ERR_INTERNAL);
	}
}
