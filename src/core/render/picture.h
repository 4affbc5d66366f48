/* picture.h — one picture in memory, inside the process of render.h only. Internal to this folder. */
#pragma once
#include "core/base/err.h"
#include "core/base/str.h"

#define PICTURE_PIXELS_MAX ((int64_t)64 * 1000 * 1000) /* A4 at 600 dots an inch has 35 million */
#define PICTURE_SIDE_MAX 30000

/* Three bytes a point, no padding. */
struct picture { int w, h; uint8_t *rgb; };

/* Within the preview's size, by the mean of what falls together; smaller ones stay as they are. */
struct picture picture_shrink(struct arena *a, const struct picture *p);
/* Turned as the tag of a camera says (EXIF 2.3 table 3: 1 to 8). */
struct picture picture_turn(struct arena *a, const struct picture *p, int orientation);
MUST_CHECK bool picture_room(int64_t w, int64_t h, struct err *e);
/* ---- */
MUST_CHECK bool picture_from_jpeg(struct arena *a, struct str file, struct picture *out, struct err *e);
MUST_CHECK bool picture_from_png(struct arena *a, struct str file, struct picture *out, struct err *e);
MUST_CHECK bool picture_from_webp(struct arena *a, struct str file, struct picture *out, struct err *e);
MUST_CHECK bool picture_to_jpeg(struct arena *a, const struct picture *p, struct str *out, struct err *e);
/* The orientation in a JPEG's EXIF block; 1 when there is none. */
int exif_orientation(struct str jpeg);
/* Adds the first pages to `v`, each shrunk; *pages: how many the file has. */
MUST_CHECK bool pictures_from_pdf(struct arena *a, struct str file, struct picture *v, size_t max, size_t *n, int64_t *pages, struct err *e);
/* Fonts for PDF files that bring none; before the lock. */
MUST_CHECK bool pdf_pictures_prepare(struct err *e);
