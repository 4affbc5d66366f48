/* render_test.c — previews by the locked-in process: honest files, hostile files, a process that fails. */
#include "core/render/render.h"
#include "core/render/picture.h"
#include "core/base/instant.h"
#include "core/test/test.h"
#include <cairo-pdf.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <turbojpeg.h>
#include <unistd.h>
#include <zlib.h>

static struct render *open_probe(struct arena *a)
{
	struct err e = {0};
	struct render *r = render_open(str_fmt(a, "%s/src/core/render/render_probe", getenv("MOTCUA_BUILD_DIR")).p, &e);
	if (!r)
		FAIL("%s", e.text);
	return r;
}

static int file_of(struct str bytes)
{
	int fd = memfd_create("f", MFD_CLOEXEC);
	EXPECT(fd >= 0 && (bytes.n == 0 || write(fd, bytes.p, bytes.n) == (ssize_t)bytes.n));
	return fd;
}

static bool preview(struct render *r, struct arena *a, const char *mime, struct str bytes, struct previews *out, struct err *e)
{
	int fd = file_of(bytes);
	*e = (struct err){0};
	bool ok = render_previews(r, str_from(mime), fd, a, out, e);
	close(fd);
	return ok;
}

static void refuse(struct render *r, struct arena *a, const char *mime, struct str bytes, const char *why)
{
	struct previews out;
	struct err e;
	EXPECT_ERR(preview(r, a, mime, bytes, &out, &e), e, ERR_INVALID);
	if (!strstr(e.text, why))
		FAIL("%s", e.text);
}

/* The point of a preview, as 0xRRGGBB. */
static unsigned point(struct arena *a, const struct preview *v, int x, int y)
{
	struct picture p;
	struct err e;
	EXPECT_OK(picture_from_jpeg(a, v->jpeg, &p, &e), e);
	EXPECT_INT(p.w, v->width);
	EXPECT_INT(p.h, v->height);
	const uint8_t *at = p.rgb + ((size_t)y * (size_t)p.w + (size_t)x) * 3;
	return (unsigned)at[0] << 16 | (unsigned)at[1] << 8 | at[2];
}

static bool is_near(unsigned got, unsigned want)
{
	for (int s = 0; s <= 16; s += 8)
		if (abs((int)(got >> s & 255) - (int)(want >> s & 255)) > 12)
			return false;
	return true;
}
#define EXPECT_COLOUR(got, want) do { unsigned got_ = (got); if (!is_near(got_, (want))) FAIL("colour %06x, not %06x", got_, (unsigned)(want)); } while (0)

/* ---- files to try ---- */

struct pages { int n; double w, h; const char *text; };

static cairo_status_t put(void *into, const unsigned char *p, unsigned n)
{
	buf_put(into, (struct str){(const char *)p, n});
	return CAIRO_STATUS_SUCCESS;
}

/* Page i has a red band on top of which the height is told by i. */
static struct str pdf_of(struct arena *a, const struct pages *p)
{
	struct buf b = buf_on(a);
	cairo_surface_t *s = cairo_pdf_surface_create_for_stream(put, &b, p->w, p->h);
	cairo_t *c = cairo_create(s);
	for (int i = 0; i < p->n; i++) {
		cairo_set_source_rgb(c, 1, 0, 0);
		cairo_rectangle(c, 0, 0, p->w, p->h * (i + 1) / 10);
		cairo_fill(c);
		cairo_show_page(c);
	}
	cairo_destroy(c);
	cairo_surface_destroy(s);
	return buf_str(&b);
}

static struct picture flat(struct arena *a, int w, int h, unsigned left, unsigned right)
{
	struct picture p = {.w = w, .h = h, .rgb = arena_alloc(a, (size_t)w * (size_t)h * 3)};
	for (int i = 0; i < w * h; i++) {
		unsigned c = i % w < w / 2 ? left : right;
		p.rgb[3 * i] = (uint8_t)(c >> 16);
		p.rgb[3 * i + 1] = (uint8_t)(c >> 8);
		p.rgb[3 * i + 2] = (uint8_t)c;
	}
	return p;
}

static void big_end(struct buf *b, uint32_t n)
{
	for (int s = 24; s >= 0; s -= 8)
		buf_char(b, (char)(n >> s));
}

static void png_chunk(struct buf *b, const char *name, struct str data)
{
	big_end(b, (uint32_t)data.n);
	size_t from = b->n;
	buf_put(b, str_from(name));
	buf_put(b, data);
	big_end(b, (uint32_t)crc32(0, (const unsigned char *)b->p + from, (uInt)(b->n - from)));
}

/* A PNG of one colour whose size its header claims; `rows` rows are there. type 0 grey, 2 RGB, 6 with alpha. */
static struct str png_of(struct arena *a, uint32_t w, uint32_t h, uint32_t rows, int type, struct str point_bytes)
{
	struct buf b = buf_on(a), head = buf_on(a);
	buf_put(&b, (struct str){"\x89PNG\r\n\x1a\n", 8});
	big_end(&head, w);
	big_end(&head, h);
	buf_put(&head, (struct str){(const char[]){8, (char)type, 0, 0, 0}, 5});
	png_chunk(&b, "IHDR", buf_str(&head));
	size_t line = 1 + (size_t)w * point_bytes.n;
	uLong bound = compressBound(line * rows);
	unsigned char *raw = arena_alloc(a, line * rows + 1), *packed = arena_alloc(a, bound);
	for (size_t y = 0; y < rows; y++)
		for (size_t i = 1; i < line; i++)
			raw[y * line + i] = (unsigned char)point_bytes.p[(i - 1) % point_bytes.n];
	EXPECT(compress2(packed, &bound, raw, line * rows, 9) == Z_OK);
	png_chunk(&b, "IDAT", (struct str){(const char *)packed, bound});
	png_chunk(&b, "IEND", STR(""));
	return buf_str(&b);
}

static struct str jpeg_of(struct arena *a, const struct picture *p)
{
	struct err e;
	struct str out;
	EXPECT_OK(picture_to_jpeg(a, p, &out, &e), e);
	return out;
}

/* ---- honest files ---- */

TEST(the_first_pages_of_a_pdf_fill_the_box)
{
	struct render *r = open_probe(a);
	struct previews out;
	struct err e;
	EXPECT_OK(preview(r, a, "application/pdf", pdf_of(a, &(struct pages){5, 595, 842, NULL}), &out, &e), e);
	EXPECT_INT(out.pages, 5);
	EXPECT_INT(out.n, PREVIEW_PAGES);
	for (int i = 0; i < PREVIEW_PAGES; i++) {
		EXPECT_INT(out.v[i].width, PREVIEW_WIDTH);
		EXPECT_INT(out.v[i].height, 1415);
		EXPECT_COLOUR(point(a, &out.v[i], 500, 1415 * (i + 1) / 10 - 10), 0xff0000);
		EXPECT_COLOUR(point(a, &out.v[i], 500, 1415 * (i + 1) / 10 + 10), 0xffffff);
	}
	EXPECT_OK(preview(r, a, "application/pdf", pdf_of(a, &(struct pages){1, 2000, 100, NULL}), &out, &e), e);
	EXPECT_INT(out.n, 1);
	EXPECT_INT(out.v[0].width, PREVIEW_WIDTH);
	EXPECT_INT(out.v[0].height, 50);
	render_close(r);
}

/* A file without its own fonts is drawn with ours: some points on the page are dark. */
TEST(text_without_a_font_in_the_file_is_drawn)
{
	struct render *r = open_probe(a);
	struct previews out;
	struct err e;
	struct str pdf = STR("%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
		"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>endobj\n"
		"4 0 obj<</Length 44>>stream\nBT /F 60 Tf 10 20 Td (MMMMMM) Tj ET          \nendstream endobj\n"
		"5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\ntrailer<</Root 1 0 R/Size 6>>\n%%EOF\n");
	EXPECT_OK(preview(r, a, "application/pdf", pdf, &out, &e), e);
	struct picture p;
	size_t dark = 0;
	EXPECT_OK(picture_from_jpeg(a, out.v[0].jpeg, &p, &e), e);
	for (size_t i = 0; i < (size_t)p.w * (size_t)p.h; i++)
		dark += p.rgb[3 * i] < 60;
	EXPECT(dark > 10000);
	render_close(r);
}

TEST(pictures_become_small_and_keep_their_colours)
{
	struct render *r = open_probe(a);
	struct previews out;
	struct err e;
	struct picture wide = flat(a, 4000, 3000, 0x204080, 0xd0c010);
	EXPECT_OK(preview(r, a, "image/jpeg", jpeg_of(a, &wide), &out, &e), e);
	EXPECT_INT(out.v[0].width, 1000);
	EXPECT_INT(out.v[0].height, 750);
	EXPECT_INT(out.pages, 1);
	EXPECT_COLOUR(point(a, &out.v[0], 100, 300), 0x204080);
	EXPECT_COLOUR(point(a, &out.v[0], 900, 300), 0xd0c010);
	EXPECT_OK(preview(r, a, "image/png", png_of(a, 3000, 6000, 6000, 2, STR("\x10\xa0\x30")), &out, &e), e);
	EXPECT_INT(out.v[0].width, 750);
	EXPECT_INT(out.v[0].height, 1500);
	EXPECT_COLOUR(point(a, &out.v[0], 700, 1400), 0x10a030);
	/* Seen through: on white. */
	EXPECT_OK(preview(r, a, "image/png", png_of(a, 20, 30, 30, 6, (struct str){"\0\0\0\0", 4}), &out, &e), e);
	EXPECT_INT(out.v[0].width, 20);
	EXPECT_COLOUR(point(a, &out.v[0], 10, 10), 0xffffff);
	EXPECT_OK(preview(r, a, "image/png", png_of(a, 1, 1, 1, 0, STR("\x80")), &out, &e), e);
	EXPECT_OK(preview(r, a, "image/png", png_of(a, 20000, 1, 1, 0, STR("\x80")), &out, &e), e);
	EXPECT_INT(out.v[0].height, 1);
	struct str webp, hex = STR("52494646200000005745425056503820140000003001009d012a0200020002003425a00003700000fef0");
	EXPECT(hex_decode(a, hex, &webp));
	EXPECT_OK(preview(r, a, "image/webp", webp, &out, &e), e);
	EXPECT_INT(out.v[0].width, 2);
	refuse(r, a, "image/webp", str_sub(webp, 0, 30), "WebP");
	render_close(r);
}

static struct str with_orientation(struct arena *a, struct str jpeg, char value)
{
	char exif[] = "\xff\xe1\0\x22" "Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\1\0\0\0\0\0\0";
	struct buf b = buf_on(a);
	exif[29] = value;
	buf_put(&b, str_sub(jpeg, 0, 2));
	buf_put(&b, (struct str){exif, 36});
	buf_put(&b, str_sub(jpeg, 2, jpeg.n));
	return buf_str(&b);
}

/* Where the dark left half of a picture goes by each of the eight orientations. */
TEST(photographs_are_turned_upright)
{
	static const struct { int w, h, x, y; } dark[9] = {{0}, {40, 20, 5, 10}, {40, 20, 35, 10}, {40, 20, 35, 10}, {40, 20, 5, 10},
		{20, 40, 10, 5}, {20, 40, 10, 5}, {20, 40, 10, 35}, {20, 40, 10, 35}};
	struct picture p = flat(a, 40, 20, 0, 0xffffff);
	struct render *r = open_probe(a);
	struct str jpeg = jpeg_of(a, &p);
	struct previews out;
	struct err e;
	for (int i = 1; i <= 8; i++) {
		EXPECT_INT(exif_orientation(with_orientation(a, jpeg, (char)i)), i);
		EXPECT_OK(preview(r, a, "image/jpeg", with_orientation(a, jpeg, (char)i), &out, &e), e);
		EXPECT_INT(out.v[0].width, dark[i].w);
		EXPECT_INT(out.v[0].height, dark[i].h);
		EXPECT_COLOUR(point(a, &out.v[0], dark[i].x, dark[i].y), 0);
		EXPECT_COLOUR(point(a, &out.v[0], dark[i].w - 1 - dark[i].x, dark[i].h - 1 - dark[i].y), 0xffffff);
	}
	render_close(r);
}

/* The corners tell apart what halves cannot: mirrored or turned. Expected by the table of EXIF. */
TEST(each_orientation_puts_the_first_point_where_exif_says)
{
	static const struct { int x, y; } first[9] = {{0, 0}, {0, 0}, {3, 0}, {3, 1}, {0, 1}, {0, 0}, {1, 0}, {1, 3}, {0, 3}};
	uint8_t rgb[24] = {200};
	struct picture p = {4, 2, rgb};
	for (int i = 1; i <= 8; i++) {
		struct picture t = picture_turn(a, &p, i);
		EXPECT_INT(t.rgb[3 * (first[i].y * t.w + first[i].x)], 200);
	}
}

TEST(the_mean_counts_every_point_once)
{
	struct picture p = flat(a, 2000, 3000, 0, 0xffffff), s = picture_shrink(a, &p);
	EXPECT_INT(s.w, 1000);
	EXPECT_INT(s.h, 1500);
	EXPECT_INT(s.rgb[3 * 499], 0);
	EXPECT_INT(s.rgb[3 * 500], 255);
	struct picture odd = flat(a, 1999, 7, 0, 0xffffff), t = picture_shrink(a, &odd);
	uint64_t sum = 0;
	for (int i = 0; i < t.w * t.h; i++)
		sum += t.rgb[3 * i];
	EXPECT_INT(t.w, 1000);
	EXPECT(llabs((long long)(sum / (uint64_t)(t.w * t.h)) - 127) < 3);
}

/* ---- hostile files ---- */

TEST(what_is_broken_or_too_large_is_refused_with_a_reason)
{
	struct render *r = open_probe(a);
	struct picture p = flat(a, 400, 300, 0x204080, 0xd0c010);
	struct str jpeg = jpeg_of(a, &p), png = png_of(a, 60, 60, 60, 2, STR("abc")), pdf = pdf_of(a, &(struct pages){1, 595, 842, NULL});
	refuse(r, a, "application/pdf", STR("%PDF-1.7\n"), "PDF");
	refuse(r, a, "application/pdf", str_sub(pdf, 0, pdf.n / 3), "PDF");
	refuse(r, a, "application/pdf", png, "PDF");
	refuse(r, a, "image/png", str_sub(png, 0, 60), "PNG");
	refuse(r, a, "image/png", pdf, "PNG");
	refuse(r, a, "image/jpeg", str_sub(jpeg, 0, 40), "not opened");
	refuse(r, a, "image/jpeg", STR(""), "JPEG");
	refuse(r, a, "image/png", png_of(a, 2000000000, 2000000000, 0, 2, STR("abc")), "");
	refuse(r, a, "image/png", png_of(a, 30000, 30000, 1, 0, STR("a")), "not opened");
	refuse(r, a, "image/png", png_of(a, 40000, 10, 10, 0, STR("a")), "not opened");
	refuse(r, a, "image/svg+xml", STR("<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"), "no preview");
	refuse(r, a, "image/png", STR("<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"), "PNG");
	refuse(r, a, "application/zip", STR("PK\3\4"), "no preview");
	refuse(r, a, "", pdf, "no preview");
	render_close(r);
}

/* The page tells the helper's time, not a stranger's file: each of these ends within its limits. */
TEST_SLOW(bombs_end_within_their_limits)
{
	struct render *r = open_probe(a);
	struct previews out;
	struct err e;
	int64_t from = monotonic_ns();
	/* 64 million points in 62 kB. */
	EXPECT_OK(preview(r, a, "image/png", png_of(a, 8000, 8000, 8000, 0, STR("a")), &out, &e), e);
	EXPECT_INT(out.v[0].width, 1000);
	/* A form that draws itself ten times over, ten deep: 10^10 squares. */
	struct buf b = buf_on(a);
	buf_put(&b, STR("%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
		"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 4 0 R/Resources<</XObject<</F 10 0 R>>>>>>endobj\n"
		"4 0 obj<</Length 6>>stream\n/F Do \nendstream endobj\n"));
	for (int i = 10; i < 20; i++)
		buf_fmt(&b, "%d 0 obj<</Type/XObject/Subtype/Form/BBox[0 0 200 100]/Resources<</XObject<</F %d 0 R>>>>/Length 60>>stream\n"
			"%s\nendstream endobj\n", i, i + 1, i < 19 ? "/F Do /F Do /F Do /F Do /F Do /F Do /F Do /F Do /F Do /F Do "
			                                          : "0 0 9 9 re f 0 0 9 9 re f 0 0 9 9 re f 0 0 9 9 re f 0 0 9 9 re f ");
	buf_put(&b, STR("trailer<</Root 1 0 R/Size 21>>\n%%EOF\n"));
	EXPECT_ERR(preview(r, a, "application/pdf", buf_str(&b), &out, &e), e, ERR_BUSY);
	/* Pages as large as the moon and as small as nothing. */
	(void)preview(r, a, "application/pdf", STR("%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R 3 0 R]/Count 2000000000>>endobj\n"
		"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 1e30 1e-30]>>endobj\ntrailer<</Root 1 0 R/Size 5>>\n%%EOF\n"), &out, &e);
	EXPECT(monotonic_ns() - from < (int64_t)120 * 1000000000);
	/* And the next file is served. */
	EXPECT_OK(preview(r, a, "application/pdf", pdf_of(a, &(struct pages){1, 595, 842, NULL}), &out, &e), e);
	render_close(r);
}

/* ---- a process that fails ---- */

static bool ask(struct render *r, struct arena *a, const char *job, int fd, int timeout_ms, struct str *answer, struct err *e)
{
	*e = (struct err){0};
	return render_ask(r, &(struct render_call){.lane = RENDER_NOW, .job = job, .payload = STR("x"), .fd = fd, .timeout_ms = timeout_ms}, a, answer, e);
}

TEST(a_process_that_dies_or_hangs_costs_one_answer)
{
	struct render *r = open_probe(a);
	struct previews out;
	struct str answer;
	struct err e;
	struct str pdf = pdf_of(a, &(struct pages){1, 595, 842, NULL});
	EXPECT_ERR(ask(r, a, "die", -1, 20000, &answer, &e), e, ERR_BUSY);
	EXPECT_ERR(ask(r, a, "spin", -1, 1000, &answer, &e), e, ERR_BUSY);
	EXPECT_ERR(ask(r, a, "spin", -1, 60000, &answer, &e), e, ERR_BUSY); /* its own limit of processor time */
	EXPECT_ERR(ask(r, a, "unknown", -1, 20000, &answer, &e), e, ERR_BUSY);
	EXPECT(render_pid(r, RENDER_NOW) > 0);
	kill(render_pid(r, RENDER_NOW), SIGKILL);
	usleep(50000);
	int fd = file_of(STR("x"));
	EXPECT_OK(ask(r, a, "scribble", fd, 20000, &answer, &e), e);
	close(fd);
	EXPECT_OK(preview(r, a, "application/pdf", pdf, &out, &e), e);
	EXPECT(render_pid(r, RENDER_NOW) > 0);
	render_rest(r);
	EXPECT_INT(render_pid(r, RENDER_NOW), 0);
	fd = file_of(STR("x"));
	EXPECT_OK(ask(r, a, "scribble", fd, 20000, &answer, &e), e);
	close(fd);
	EXPECT(render_pid(r, RENDER_NOW) > 0);
	EXPECT_INT(render_pid(r, RENDER_BEHIND), 0); /* previews run behind: no process waits for them */
	render_close(r);
	EXPECT(!render_open("/nowhere/motcua-render", &e));
	render_close(NULL);
}

static void *hang(void *ctx)
{
	AUTO_ARENA a = arena_new(0);
	struct err e = {0};
	struct str answer;
	return render_ask(ctx, &(struct render_call){.lane = RENDER_JUDGED, .job = "spin", .payload = STR("x"), .fd = -1, .timeout_ms = 60000}, a, &answer, &e) ? ctx : NULL;
}

/* The spinning one ends by its own limit; meanwhile what whoever files waits for is answered. */
TEST(what_anybody_may_have_judged_holds_up_nobody_else)
{
	struct render *r = open_probe(a);
	struct err e;
	struct previews out;
	pthread_t thread;
	void *got = r;
	char text[2];
	struct str answer;
	int fd = file_of(STR("x"));
	EXPECT_INT(render_pid(r, RENDER_JUDGED), 0);
	EXPECT(pthread_create(&thread, NULL, hang, r) == 0);
	usleep(300000);
	EXPECT_OK(ask(r, a, "scribble", fd, 20000, &answer, &e), e);
	EXPECT_OK(preview(r, a, "application/pdf", pdf_of(a, &(struct pages){1, 595, 842, NULL}), &out, &e), e);
	EXPECT(pthread_tryjoin_np(thread, &got) == EBUSY);
	EXPECT(pthread_join(thread, &got) == 0 && got == NULL);
	EXPECT(pread(fd, text, 2, 0) == 1);
	EXPECT_INT(render_pid(r, RENDER_JUDGED), 0);
	close(fd);
	render_close(r);
}

TEST(a_file_is_handed_over_for_reading_only)
{
	struct render *r = open_probe(a);
	struct str answer;
	struct err e;
	char text[8] = "";
	int fd = file_of(STR("before"));
	EXPECT_OK(ask(r, a, "scribble", fd, 20000, &answer, &e), e);
	EXPECT_TEXT(answer, "-1");
	EXPECT(pread(fd, text, 7, 0) == 6 && strcmp(text, "before") == 0);
	close(fd);
	render_close(r);
}

TEST(an_answer_that_lies_is_not_believed)
{
	static const char *const lies[] = {"", "1 1\n", "0 1\n1 1 3\n\xff\xd8\xff", "1 9\n", "1 1\n1001 1 3\n\xff\xd8\xff", "1 1\n1 1 400\n\xff\xd8\xff",
		"1 1\n1 1 -3\n\xff\xd8\xff", "1 1\n1 1 3\n<sv", "1 1\n1 1 3\n\xff\xd8\xffmore", "1 2\n1 1 3\n\xff\xd8\xff"};
	struct err e = {0};
	struct previews out;
	const char *path = str_fmt(a, "%s/liar", test_temp_dir(a).p).p;
	FILE *f = fopen(path, "w");
	EXPECT(f && fprintf(f, "#!/bin/sh\nexec %s/src/core/render/render_probe lie\n", getenv("MOTCUA_BUILD_DIR")) > 0 && fchmod(fileno(f), 0700) == 0 && fclose(f) == 0);
	struct render *r = render_open(path, &e);
	EXPECT(r);
	for (size_t i = 0; i < ARRAY_LEN(lies); i++)
		EXPECT_ERR(preview(r, a, lies[i], STR("x"), &out, &e), e, ERR_BUSY);
	EXPECT_OK(preview(r, a, "7 1\n5 6 3\n\xff\xd8\xff", STR("x"), &out, &e), e);
	EXPECT_INT(out.pages, 7);
	EXPECT_INT(out.v[0].height, 6);
	render_close(r);
}
