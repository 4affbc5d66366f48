/* chart.h — pictures of figures, drawn on the server as SVG: bars, stacked columns and lines by month, sparklines.
 *
 * A chart says its finding in its title, in words computed by the caller; it stands beside a table of the same figures, of which
 * each may lead to the records behind it, and may be had as CSV and XLSX. It needs no script. Screen readers get title and
 * table; the drawing is hidden from them. Series differ by pattern, dash or mark as well as by colour. Lengths are per cent of the
 * drawing, so that text keeps its size from 320 px to paper. Call chart_patterns once a page, before the first chart; the page's
 * style sheet is ASSET_CHART_CSS (ui_page.style).
 * Memory: what a view needs is taken from the arena of html_out.b. Threads: none shared. */
#pragma once
#include "core/ui/ui.h"

enum chart_kind {
	CHART_BARS,    /* a row a point: agencies, procedures; parts of a bar are its series */
	CHART_COLUMNS, /* a column a point, series on top of each other: months */
	CHART_LINES,   /* a line a series over the points; where a value is none, it breaks */
};
enum chart_tint { CHART_MAIN, CHART_GOOD, CHART_BAD /* hatched */, CHART_WAIT, CHART_YOU, CHART_QUIET, CHART_TINT_COUNT };

#define CHART_SERIES_MAX 4
struct chart_series { struct str name; enum chart_tint tint; };
/* value ≥ 0, in whatever unit chart.say writes. url: the records behind it; empty: none, or not for this reader. */
struct chart_value { int64_t value; bool none; struct str url; };
struct chart_point {
	struct str label, tick;      /* "Tháng 10/2026", "10"; bars have no tick */
	struct str url;              /* drill down; empty: none */
	struct chart_value v[CHART_SERIES_MAX];
};
struct chart {
	enum chart_kind kind;
	struct str id;               /* one of its own on the page; also its anchor */
	struct str title;            /* the finding */
	struct str note;             /* a line below: definition, what is left out */
	struct str label_head;       /* of the table's first column: "Tháng" */
	const struct chart_series *series; size_t n_series;
	const struct chart_point *points; size_t n_points;
	int64_t top, bottom;         /* of the scale of columns and lines; top 0: by the values. Bars and columns begin at 0 */
	struct str (*say)(struct arena *a, enum lang lang, int64_t value); /* NULL: lang_number */
	int mark;                    /* 1 + the point that the finding is about; 0: none */
	struct str as_of;            /* "Số liệu lúc 08:30, 24/11/2026" */
	struct str csv_url, xlsx_url;
};
/* The figure. Without points: nothing but the title and the note. */
void ui_chart(struct html_out *o, const struct chart *c);
void chart_patterns(struct html_out *o);
/* A small line without scale beside a figure; none when fewer than two. Hidden from screen readers: the figure stands beside it. */
void ui_spark(struct html_out *o, const int64_t *values, size_t n);

/* Tenths of a per cent: 964 is "96,4 %" (en "96.4%"), 1000 "100 %". */
struct str chart_permille(struct arena *a, enum lang lang, int64_t v);
/* part of whole in tenths of a per cent, half up; whole 0: 0. */
int64_t chart_share(int64_t part, int64_t whole);
