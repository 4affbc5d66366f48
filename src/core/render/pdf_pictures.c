/* pdf_pictures.c — the first pages of a PDF, drawn by poppler onto a cairo surface. See picture.h. */
#include "core/pdf/pdf.h"
#include "core/render/picture.h"
#include "core/render/render.h"
#include <poppler.h>

bool pdf_pictures_prepare(struct err *e) { return pdf_fonts_current(e); }

static struct picture from_surface(struct arena *a, cairo_surface_t *s)
{
	cairo_surface_flush(s);
	struct picture p = {.w = cairo_image_surface_get_width(s), .h = cairo_image_surface_get_height(s)};
	const unsigned char *rows = cairo_image_surface_get_data(s);
	size_t stride = (size_t)cairo_image_surface_get_stride(s);
	p.rgb = arena_alloc(a, (size_t)p.w * (size_t)p.h * 3);
	uint8_t *out = p.rgb;
	for (int y = 0; y < p.h; y++)
		for (int x = 0; x < p.w; x++, out += 3) {
			const uint32_t *point = (const uint32_t *)(const void *)(rows + (size_t)y * stride) + x;
			out[0] = (uint8_t)(*point >> 16);
			out[1] = (uint8_t)(*point >> 8);
			out[2] = (uint8_t)*point;
		}
	return p;
}

static int side(double x, int most) { return x >= most ? most : x < 1 ? 1 : (int)x; }

static bool draw(struct arena *a, PopplerPage *page, struct picture *out, struct err *e)
{
	double w = 0, h = 0;
	poppler_page_get_size(page, &w, &h);
	if (!(w > 0.01 && h > 0.01 && w < 1e6 && h < 1e6))
		return err_set(e, ERR_INVALID, "PDF: a page without a size");
	double by_w = PREVIEW_WIDTH / w, by_h = PREVIEW_HEIGHT / h, scale = by_w < by_h ? by_w : by_h;
	cairo_surface_t *s = cairo_image_surface_create(CAIRO_FORMAT_RGB24, side(w * scale + 0.001, PREVIEW_WIDTH), side(h * scale + 0.001, PREVIEW_HEIGHT));
	cairo_t *c = cairo_create(s);
	cairo_set_source_rgb(c, 1, 1, 1);
	cairo_paint(c);
	cairo_scale(c, scale, scale);
	poppler_page_render(page, c);
	bool ok = cairo_status(c) == CAIRO_STATUS_SUCCESS || err_set(e, ERR_INVALID, "PDF: %s", cairo_status_to_string(cairo_status(c)));
	cairo_destroy(c);
	if (ok)
		*out = from_surface(a, s);
	cairo_surface_destroy(s);
	return ok;
}

static bool draw_page(struct arena *a, PopplerDocument *doc, int i, struct picture *out, struct err *e)
{
	PopplerPage *page = poppler_document_get_page(doc, i);
	if (!page)
		return err_set(e, ERR_INVALID, "PDF: page %d cannot be read", i + 1);
	bool ok = draw(a, page, out, e);
	g_object_unref(page);
	return ok;
}

bool pictures_from_pdf(struct arena *a, struct str file, struct picture *v, size_t max, size_t *n, int64_t *pages, struct err *e)
{
	GError *why = NULL;
	GBytes *bytes = g_bytes_new_static(file.p, file.n);
	PopplerDocument *doc = poppler_document_new_from_bytes(bytes, NULL, &why);
	bool ok = doc != NULL || err_set(e, ERR_INVALID, "PDF: %s", why ? why->message : "not readable");
	*n = 0;
	*pages = doc ? poppler_document_get_n_pages(doc) : 0;
	if (ok && *pages < 1)
		ok = err_set(e, ERR_INVALID, "PDF: no page");
	/* A later page that is broken leaves what was drawn before it. */
	while (ok && *n < max && (int64_t)*n < *pages && draw_page(a, doc, (int)*n, &v[*n], e))
		*n += 1;
	ok = ok && *n > 0;
	g_clear_error(&why);
	if (doc)
		g_object_unref(doc);
	g_bytes_unref(bytes);
	return ok;
}
