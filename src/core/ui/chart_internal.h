/* chart_internal.h — the geometry of charts: places in per cent of the drawing. */
#pragma once
#include "core/ui/chart.h"

#define CHART_HEAD 12   /* per cent of the height above the highest value: room for its figure */
#define CHART_FOOT 12   /* below the base line: the ticks */

int64_t chart_top(const struct chart *c);
/* Of the whole of a point; the largest of all points for bars. */
int64_t chart_sum(const struct chart *c, size_t point);
struct str chart_say(const struct chart *c, struct arena *a, enum lang lang, int64_t value);
/* "12.50": a place in the point's share of the width, in twentieths of it (10: the middle); the width of a column. */
struct str chart_x(const struct chart *c, struct arena *a, size_t point, int64_t of_twenty);
struct str chart_width(const struct chart *c, struct arena *a);
/* Height of a value above the top of the drawing; the length of a value. */
struct str chart_y(const struct chart *c, struct arena *a, int64_t value);
struct str chart_length(const struct chart *c, struct arena *a, int64_t value);
/* Of a bar: from where and how long, of the longest. */
struct str chart_part(const struct chart *c, struct arena *a, int64_t value);
const char *chart_tint_css(enum chart_tint t);
const char *chart_dash_css(size_t series);
/* Is the figure of this point drawn on a phone too: the one that the finding is about, and first and last unless they stand beside it. */
bool chart_is_key(const struct chart *c, size_t point);
/* Is a line lower here than on both sides, with room for its figure below? */
bool chart_is_low(const struct chart *c, size_t point);
/* Has a line a figure here? Where it turns, ends or breaks, and where chart_is_key: figures on the way up or down only stand on each other. */
bool chart_is_told(const struct chart *c, size_t point);
/* Are there values of the series at this point and at the one before it? */
bool chart_joined(const struct chart *c, size_t point, size_t series);
/* Of the table: how the cell reads, "–" for none. */
struct str chart_cell(const struct chart *c, struct arena *a, enum lang lang, size_t point, size_t series);
struct str spark_at(struct arena *a, const int64_t *v, size_t n, size_t i, bool vertical);
