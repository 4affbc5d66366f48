/* picture_files.c — see picture.h: JPEG (turbojpeg), PNG (libpng), WebP (libwebp); none of them by our own reading. */
#include "core/render/picture.h"
#include "core/render/render.h"
#include <png.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>
#include <webp/decode.h>

#define QUALITY 82

/* ---- JPEG ---- */

/* The smallest of the library's eighths that still fills a preview: a large photograph is never decoded whole. */
static tjscalingfactor scaling(int w, int h)
{
	int n = 0;
	tjscalingfactor best = {1, 1}, *all = tjGetScalingFactors(&n);
	for (int i = 0; i < n; i++) {
		bool fills = TJSCALED(w, all[i]) >= 2 * PREVIEW_WIDTH || TJSCALED(h, all[i]) >= 2 * PREVIEW_HEIGHT;
		if (all[i].num < all[i].denom && fills && all[i].num * best.denom < best.num * all[i].denom)
			best = all[i];
	}
	return best;
}

/* Photoshop writes the four inks inverted; so does every scanner met so far. */
static void from_inks(const uint8_t *in, size_t n, uint8_t *out)
{
	for (size_t i = 0; i < n; i++)
		for (size_t c = 0; c < 3; c++)
			out[3 * i + c] = (uint8_t)((unsigned)in[4 * i + c] * in[4 * i + 3] / 255);
}

struct jpeg { tjhandle h; int w, height, subsampling, space; };

static bool decode(struct arena *a, const struct jpeg *j, struct str file, struct picture *out, struct err *e)
{
	tjscalingfactor f = scaling(j->w, j->height);
	bool inks = j->space == TJCS_CMYK || j->space == TJCS_YCCK;
	*out = (struct picture){.w = TJSCALED(j->w, f), .h = TJSCALED(j->height, f)};
	size_t points = (size_t)out->w * (size_t)out->h;
	uint8_t *raw = arena_alloc(a, points * (inks ? 4 : 3));
	int rc = tjDecompress2(j->h, (const unsigned char *)file.p, (unsigned long)file.n, raw, out->w, 0, out->h, inks ? TJPF_CMYK : TJPF_RGB,
	                       TJFLAG_LIMITSCANS);
	if (rc && tjGetErrorCode(j->h) == TJERR_FATAL)
		return err_set(e, ERR_INVALID, "JPEG: %s", tjGetErrorStr2(j->h));
	out->rgb = inks ? arena_alloc(a, points * 3) : raw;
	if (inks)
		from_inks(raw, points, out->rgb);
	return true;
}

bool picture_from_jpeg(struct arena *a, struct str file, struct picture *out, struct err *e)
{
	struct jpeg j = {.h = tjInitDecompress()};
	CHECK(j.h);
	bool ok = tjDecompressHeader3(j.h, (const unsigned char *)file.p, (unsigned long)file.n, &j.w, &j.height, &j.subsampling, &j.space) == 0 ||
	          err_set(e, ERR_INVALID, "JPEG: %s", tjGetErrorStr2(j.h));
	ok = ok && picture_room(j.w, j.height, e) && decode(a, &j, file, out, e);
	tjDestroy(j.h);
	return ok;
}

bool picture_to_jpeg(struct arena *a, const struct picture *p, struct str *out, struct err *e)
{
	tjhandle h = tjInitCompress();
	unsigned char *bytes = NULL;
	unsigned long n = 0;
	CHECK(h);
	bool ok = tjCompress2(h, p->rgb, p->w, 0, p->h, TJPF_RGB, &bytes, &n, TJSAMP_444, QUALITY, 0) == 0 ||
	          err_set(e, ERR_INTERNAL, "JPEG: %s", tjGetErrorStr2(h));
	if (ok)
		*out = str_dup(a, (struct str){(const char *)bytes, n});
	tjFree(bytes);
	tjDestroy(h);
	return ok;
}

/* ---- EXIF (JEITA CP-3451, 4.6): a small TIFF inside APP1 ---- */

static unsigned byte_at(struct str s, size_t i) { return i < s.n ? (unsigned char)s.p[i] : 0; }
static unsigned word_at(struct str s, size_t i, bool little)
{
	return little ? byte_at(s, i) | byte_at(s, i + 1) << 8 : byte_at(s, i) << 8 | byte_at(s, i + 1);
}

static int orientation_of(struct str tiff)
{
	bool little = str_starts(tiff, STR("II"));
	size_t at = (size_t)word_at(tiff, little ? 6 : 4, little) << 16 | word_at(tiff, little ? 4 : 6, little);
	if (at + 2 > tiff.n)
		return 1;
	for (unsigned i = 0, n = word_at(tiff, at, little); i < n && at + 2 + 12 * (size_t)(i + 1) <= tiff.n; i++) {
		size_t entry = at + 2 + 12 * (size_t)i;
		if (word_at(tiff, entry, little) == 0x0112)
			return (int)word_at(tiff, entry + 8, little);
	}
	return 1;
}

int exif_orientation(struct str s)
{
	for (size_t i = 2; i + 4 <= s.n && byte_at(s, i) == 0xff && byte_at(s, i + 1) != 0xda;) {
		size_t n = word_at(s, i + 2, false);
		struct str part = str_sub(s, i + 4, n >= 2 ? n - 2 : 0);
		if (byte_at(s, i + 1) == 0xe1 && str_starts(part, (struct str){"Exif\0\0", 6}))
			return orientation_of(str_sub(part, 6, part.n));
		i += 2 + (n >= 2 ? n : 2);
	}
	return 1;
}

/* ---- PNG ---- */

bool picture_from_png(struct arena *a, struct str file, struct picture *out, struct err *e)
{
	png_image image = {.version = PNG_IMAGE_VERSION};
	static const png_color white = {255, 255, 255};
	if (!png_image_begin_read_from_memory(&image, file.p, file.n))
		return err_set(e, ERR_INVALID, "PNG: %s", image.message);
	bool ok = picture_room(image.width, image.height, e);
	image.format = PNG_FORMAT_RGB;
	if (ok) {
		*out = (struct picture){.w = (int)image.width, .h = (int)image.height, .rgb = arena_alloc(a, PNG_IMAGE_SIZE(image))};
		ok = png_image_finish_read(&image, &white, out->rgb, 0, NULL) || err_set(e, ERR_INVALID, "PNG: %s", image.message);
	}
	png_image_free(&image);
	return ok;
}

/* ---- WebP ---- */

static void on_white(uint8_t *rgba, size_t n, uint8_t *rgb)
{
	for (size_t i = 0; i < n; i++)
		for (size_t c = 0; c < 3; c++)
			rgb[3 * i + c] = (uint8_t)(((unsigned)rgba[4 * i + c] * rgba[4 * i + 3] + 255U * (255U - rgba[4 * i + 3])) / 255);
}

bool picture_from_webp(struct arena *a, struct str file, struct picture *out, struct err *e)
{
	int w = 0, h = 0;
	if (!WebPGetInfo((const uint8_t *)file.p, file.n, &w, &h))
		return err_set(e, ERR_INVALID, "WebP: not readable");
	if (!picture_room(w, h, e))
		return false;
	size_t points = (size_t)w * (size_t)h;
	uint8_t *rgba = arena_alloc(a, points * 4);
	if (!WebPDecodeRGBAInto((const uint8_t *)file.p, file.n, rgba, points * 4, w * 4))
		return err_set(e, ERR_INVALID, "WebP: broken");
	*out = (struct picture){.w = w, .h = h, .rgb = arena_alloc(a, points * 3)};
	on_white(rgba, points, out->rgb);
	return true;
}
