/* picture.c — see picture.h: size and direction. */
#include "core/render/picture.h"
#include "core/render/render.h"
#include <string.h>

bool picture_room(int64_t w, int64_t h, struct err *e)
{
	if (w < 1 || h < 1 || w > PICTURE_SIDE_MAX || h > PICTURE_SIDE_MAX || w * h > PICTURE_PIXELS_MAX)
		return err_set(e, ERR_INVALID, "a picture of %lld × %lld points is not opened", (long long)w, (long long)h);
	return true;
}

static int at_least_one(double x) { return x < 1 ? 1 : (int)x; }

/* The mean of the points that fall into one; every point counts once. */
static void mean(const struct picture *p, int x0, int x1, int y0, int y1, uint8_t *out)
{
	uint64_t sum[3] = {0};
	for (int y = y0; y < y1; y++) {
		const uint8_t *at = p->rgb + ((size_t)y * (size_t)p->w + (size_t)x0) * 3;
		for (int x = x0; x < x1; x++, at += 3) {
			sum[0] += at[0];
			sum[1] += at[1];
			sum[2] += at[2];
		}
	}
	uint64_t n = (uint64_t)(x1 - x0) * (uint64_t)(y1 - y0);
	for (int c = 0; c < 3; c++)
		out[c] = (uint8_t)((sum[c] + n / 2) / n);
}

static int edge(int i, int of, int total) { return (int)((int64_t)i * total / of); }

struct picture picture_shrink(struct arena *a, const struct picture *p)
{
	double by_w = (double)PREVIEW_WIDTH / p->w, by_h = (double)PREVIEW_HEIGHT / p->h, scale = by_w < by_h ? by_w : by_h;
	if (scale >= 1)
		return *p;
	struct picture out = {.w = at_least_one(p->w * scale + 0.001), .h = at_least_one(p->h * scale + 0.001)};
	out.rgb = arena_alloc(a, (size_t)out.w * (size_t)out.h * 3);
	for (int y = 0; y < out.h; y++)
		for (int x = 0; x < out.w; x++)
			mean(p, edge(x, out.w, p->w), edge(x + 1, out.w, p->w), edge(y, out.h, p->h), edge(y + 1, out.h, p->h),
			     out.rgb + ((size_t)y * (size_t)out.w + (size_t)x) * 3);
	return out;
}

struct picture picture_turn(struct arena *a, const struct picture *p, int orientation)
{
	if (orientation < 2 || orientation > 8)
		return *p;
	bool across = orientation >= 5;
	bool mirror_x = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
	bool mirror_y = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
	struct picture out = {.w = across ? p->h : p->w, .h = across ? p->w : p->h};
	out.rgb = arena_alloc(a, (size_t)out.w * (size_t)out.h * 3);
	for (int y = 0; y < out.h; y++)
		for (int x = 0; x < out.w; x++) {
			int sx = across ? y : x, sy = across ? x : y;
			sx = mirror_x ? p->w - 1 - sx : sx;
			sy = mirror_y ? p->h - 1 - sy : sy;
			memcpy(out.rgb + ((size_t)y * (size_t)out.w + (size_t)x) * 3, p->rgb + ((size_t)sy * (size_t)p->w + (size_t)sx) * 3, 3);
		}
	return out;
}
