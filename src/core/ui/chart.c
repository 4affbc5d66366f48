/* chart.c — see chart.h and chart_internal.h. */
#include "core/ui/chart_internal.h"
#include "core/i18n/i18n.h"

#define HUNDREDTHS 10000 /* of a per cent in the whole */

int64_t chart_share(int64_t part, int64_t whole) { return whole > 0 ? (part * 2000 + whole) / (2 * whole) : 0; }

struct str chart_permille(struct arena *a, enum lang lang, int64_t v)
{
	struct str n = lang_tenths(a, lang, v);
	return str_fmt(a, "%.*s%s", STR_ARG(n), lang == LANG_EN ? "%" : "\xC2\xA0%");
}

int64_t chart_sum(const struct chart *c, size_t point)
{
	int64_t sum = 0;
	for (size_t i = 0; i < c->n_series; i++)
		sum += c->points[point].v[i].none ? 0 : c->points[point].v[i].value;
	return sum;
}

static int64_t most(const struct chart *c)
{
	int64_t top = 1;
	for (size_t p = 0; p < c->n_points; p++)
		for (size_t s = 0; s < c->n_series; s++) {
			int64_t v = c->kind == CHART_LINES ? c->points[p].v[s].value : chart_sum(c, p);
			top = v > top ? v : top;
		}
	return top;
}

/* The next of 2, 4, 6, 10, 20, 40, 60, 100 …: its half is whole too. */
int64_t chart_top(const struct chart *c)
{
	static const int64_t steps[] = {2, 4, 6, 10};
	int64_t need = most(c), unit = 1;
	if (c->kind == CHART_BARS)
		return need;
	if (c->top)
		return c->top;
	for (; unit < INT64_MAX / 100; unit *= 10)
		for (size_t i = 0; i < ARRAY_LEN(steps); i++)
			if (steps[i] * unit >= need)
				return steps[i] * unit;
	return need;
}

struct str chart_say(const struct chart *c, struct arena *a, enum lang lang, int64_t value) { return c->say ? c->say(a, lang, value) : lang_number(a, lang, value); }

static struct str percent(struct arena *a, int64_t hundredths)
{
	return str_fmt(a, "%lld.%02lld", (long long)(hundredths / 100), (long long)(hundredths % 100));
}

/* value of span in hundredths of a per cent of `whole` (itself in hundredths). */
static int64_t scaled(int64_t value, int64_t span, int64_t whole)
{
	int64_t v = value < 0 ? 0 : value > span ? span : value;
	return span > INT64_MAX / HUNDREDTHS ? v / (span / whole) : v * whole / (span ? span : 1);
}

#define SLOT(c) (HUNDREDTHS / (int64_t)((c)->n_points ? (c)->n_points : 1))

struct str chart_x(const struct chart *c, struct arena *a, size_t point, int64_t of_twenty)
{
	return percent(a, SLOT(c) * (int64_t)point + SLOT(c) * of_twenty / 20);
}

struct str chart_width(const struct chart *c, struct arena *a) { return percent(a, SLOT(c) * 7 / 10); }

static int64_t length(const struct chart *c, int64_t value)
{
	int64_t bottom = c->kind == CHART_LINES ? c->bottom : 0;
	return scaled(value - bottom, chart_top(c) - bottom, (100 - CHART_HEAD - CHART_FOOT) * 100);
}

struct str chart_y(const struct chart *c, struct arena *a, int64_t value) { return percent(a, (100 - CHART_FOOT) * 100 - length(c, value)); }
struct str chart_length(const struct chart *c, struct arena *a, int64_t value) { return percent(a, length(c, value)); }
struct str chart_part(const struct chart *c, struct arena *a, int64_t value) { return percent(a, scaled(value, chart_top(c), HUNDREDTHS)); }

const char *chart_tint_css(enum chart_tint t)
{
	static const char *const css[CHART_TINT_COUNT] = {"t-main", "t-good", "t-bad", "t-wait", "t-you", "t-quiet"};
	CHECK(t < CHART_TINT_COUNT);
	return css[t];
}

const char *chart_dash_css(size_t series)
{
	static const char *const css[CHART_SERIES_MAX] = {"d-0", "d-1", "d-2", "d-3"};
	CHECK(series < CHART_SERIES_MAX);
	return css[series];
}

bool chart_is_key(const struct chart *c, size_t point)
{
	size_t mark = c->mark > 0 ? (size_t)c->mark - 1 : SIZE_MAX;
	bool beside = mark != SIZE_MAX && (point + 1 == mark || point == mark + 1);
	return point == mark || (!beside && (point + 1 == c->n_points || point == 0));
}

bool chart_is_low(const struct chart *c, size_t point)
{
	int64_t v = c->points[point].v[0].value;
	bool before = point == 0 || c->points[point - 1].v[0].none || c->points[point - 1].v[0].value > v;
	bool after = point + 1 == c->n_points || c->points[point + 1].v[0].none || c->points[point + 1].v[0].value > v;
	return before && after && v > c->bottom + (chart_top(c) - c->bottom) / 12;
}

/* Beyond `v` in one direction (1: above)? No value is no neighbour. */
static bool beyond(const struct chart *c, size_t point, int64_t v, int direction)
{
	return point < c->n_points && !c->points[point].v[0].none && (direction > 0 ? c->points[point].v[0].value > v : c->points[point].v[0].value < v);
}

bool chart_is_told(const struct chart *c, size_t point)
{
	int64_t v = c->points[point].v[0].value;
	bool on_the_way = (beyond(c, point - 1, v, 1) && beyond(c, point + 1, v, -1)) || (beyond(c, point - 1, v, -1) && beyond(c, point + 1, v, 1));
	return chart_is_key(c, point) || !on_the_way;
}

bool chart_joined(const struct chart *c, size_t point, size_t series)
{
	return point > 0 && !c->points[point - 1].v[series].none && !c->points[point].v[series].none;
}

struct str chart_cell(const struct chart *c, struct arena *a, enum lang lang, size_t point, size_t series)
{
	const struct chart_value *v = &c->points[point].v[series];
	return v->none ? STR("\xE2\x80\x93") : chart_say(c, a, lang, v->value);
}

struct str spark_at(struct arena *a, const int64_t *v, size_t n, size_t i, bool vertical)
{
	int64_t low = v[0], high = v[0];
	for (size_t k = 0; k < n; k++) {
		low = v[k] < low ? v[k] : low;
		high = v[k] > high ? v[k] : high;
	}
	if (!vertical)
		return percent(a, 300 + 9400 * (int64_t)i / (int64_t)(n - 1));
	return percent(a, high == low ? 5000 : 8500 - scaled(v[i] - low, high - low, 7000));
}
