/* preview.c — the job "preview" of render.h. */
#include "core/render/picture.h"
#include "core/render/render.h"

#define FILE_MAX ((int64_t)64 * 1024 * 1024)
#define SECONDS_MAX 10

static bool one_picture(struct arena *a, struct str mime, struct str file, struct picture *out, struct err *e)
{
	struct picture whole;
	bool jpeg = str_eq(mime, STR("image/jpeg"));
	if (!jpeg && !str_eq(mime, STR("image/png")) && !str_eq(mime, STR("image/webp")))
		return err_set(e, ERR_INVALID, "no preview of this type");
	if (jpeg ? !picture_from_jpeg(a, file, &whole, e) : str_eq(mime, STR("image/png")) ? !picture_from_png(a, file, &whole, e) : !picture_from_webp(a, file, &whole, e))
		return false;
	/* Turned first: the box is higher than wide. */
	struct picture upright = picture_turn(a, &whole, jpeg ? exif_orientation(file) : 1);
	*out = picture_shrink(a, &upright);
	return true;
}

static bool preview(struct arena *a, struct str mime, int fd, struct buf *answer, struct err *e)
{
	struct str file, jpeg;
	struct picture v[PREVIEW_PAGES];
	size_t n = 1;
	int64_t pages = 1;
	if (!render_read(a, fd, FILE_MAX, &file, e))
		return false;
	bool pdf = str_eq(mime, STR("application/pdf"));
	if (pdf ? !pictures_from_pdf(a, file, v, PREVIEW_PAGES, &n, &pages, e) : !one_picture(a, mime, file, &v[0], e))
		return false;
	buf_fmt(answer, "%lld %zu\n", (long long)pages, n);
	for (size_t i = 0; i < n; i++) {
		if (!picture_to_jpeg(a, &v[i], &jpeg, e))
			return false;
		buf_fmt(answer, "%d %d %zu\n", v[i].w, v[i].h, jpeg.n);
		buf_put(answer, jpeg);
	}
	return true;
}

bool preview_prepare(struct err *e) { return pdf_pictures_prepare(e); }

const struct render_job preview_job = {"preview", preview, SECONDS_MAX};
