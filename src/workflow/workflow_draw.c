/* workflow_draw.c — a process as SVG. Every text passes put_text(); every number is formatted by us. */
#include "workflow/workflow.h"
#include <math.h>

#define QUIET "#56616F"
#define ACT "#0F4C5C"
#define OK "#1E7B4C"

static void put_text(struct buf *b, struct str s)
{
	if (!str_is_utf8(s))
		return;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c == '<')
			buf_put(b, STR("&lt;"));
		else if (c == '>')
			buf_put(b, STR("&gt;"));
		else if (c == '&')
			buf_put(b, STR("&amp;"));
		else if (c == '"')
			buf_put(b, STR("&quot;"));
		else if (c == '\'')
			buf_put(b, STR("&#39;"));
		else
			buf_char(b, c < ' ' ? ' ' : (char)c);
	}
}

struct picture {
	struct buf b;
	struct arena *a;
	const struct process *p;
	struct box *boxes; /* of each node */
	bool own_layout;
	struct str current;
	const struct str *done;
	size_t n_done;
	const struct draw_words *words;
};

/* Columns by distance from the start, rows in the order of the file. */
static void lay_out(struct picture *pic)
{
	const struct process *p = pic->p;
	size_t *column = NEW_ARRAY(pic->a, p->n_nodes, size_t), *rows = NEW_ARRAY(pic->a, p->n_nodes + 1, size_t);
	for (size_t round = 0; round < p->n_nodes; round++) {
		bool more = false;
		for (size_t k = 0; k < p->n_flows; k++) {
			const struct flow *f = &p->flows[k];
			if (f->from == NODE_NONE || f->to == NODE_NONE || f->back || p->nodes[f->to].kind == NODE_START)
				continue;
			if (column[f->to] <= column[f->from] && column[f->from] + 1 < p->n_nodes) {
				column[f->to] = column[f->from] + 1;
				more = true;
			}
		}
		if (!more)
			break;
	}
	for (size_t i = 0; i < p->n_nodes; i++) {
		bool task = p->nodes[i].kind == NODE_TASK || p->nodes[i].kind == NODE_AUTO || p->nodes[i].kind == NODE_OTHER;
		double w = task ? 130 : p->nodes[i].kind == NODE_EXCLUSIVE ? 50 : 36, h = task ? 80 : w;
		double x = 90 + (double)column[i] * 180, y = 70 + (double)rows[column[i]]++ * 130;
		pic->boxes[i] = (struct box){x - w / 2, y - h / 2, w, h};
	}
}

static void place(struct picture *pic)
{
	pic->boxes = NEW_ARRAY(pic->a, pic->p->n_nodes, struct box);
	for (size_t i = 0; i < pic->p->n_nodes; i++) {
		pic->boxes[i] = pic->p->nodes[i].box;
		pic->own_layout = pic->own_layout || !pic->p->nodes[i].has_box;
	}
	if (pic->own_layout)
		lay_out(pic);
}

static bool is_done(const struct picture *pic, struct str id)
{
	for (size_t i = 0; i < pic->n_done; i++)
		if (str_eq(pic->done[i], id))
			return true;
	return false;
}

#define LINE_CHARS 16
/* A text in lines of about LINE_CHARS characters, centred on (x, y). */
static void put_lines(struct picture *pic, struct str text, double x, double y)
{
	struct str word, lines[6], rest = text;
	size_t n = 0;
	if (!str_is_utf8(text))
		return;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		lines[i] = STR_NONE;
	while (str_next(&rest, ' ', &word)) {
		if (lines[n].n && str_utf8_len(lines[n]) + str_utf8_len(word) >= LINE_CHARS && n + 1 < ARRAY_LEN(lines))
			n++;
		lines[n] = lines[n].n ? str_fmt(pic->a, "%.*s %.*s", STR_ARG(lines[n]), STR_ARG(word)) : word;
	}
	for (size_t i = 0; i <= n; i++) {
		buf_fmt(&pic->b, "<text x=\"%.1f\" y=\"%.1f\">", x, y + 4 + 15 * ((double)i - (double)n / 2));
		put_text(&pic->b, lines[i]);
		buf_put(&pic->b, STR("</text>"));
	}
}

static void put_points(struct picture *pic, const struct flow *f)
{
	if (!pic->own_layout && f->n_points >= 2) {
		for (size_t i = 0; i < f->n_points; i++)
			buf_fmt(&pic->b, "%s%.1f,%.1f", i ? " " : "", f->points[i].x, f->points[i].y);
		return;
	}
	struct box s = pic->boxes[f->from], t = pic->boxes[f->to];
	double sx = s.x + s.w, sy = s.y + s.h / 2, tx = t.x, ty = t.y + t.h / 2, mx = (sx + tx) / 2;
	if (tx > sx)
		buf_fmt(&pic->b, "%.1f,%.1f %.1f,%.1f %.1f,%.1f %.1f,%.1f", sx, sy, mx, sy, mx, ty, tx, ty);
	else
		buf_fmt(&pic->b, "%.1f,%.1f %.1f,%.1f %.1f,%.1f %.1f,%.1f", s.x + s.w / 2, s.y, s.x + s.w / 2, s.y - 25, t.x + t.w / 2,
			s.y - 25, t.x + t.w / 2, s.y - 25 < t.y ? t.y : t.y + t.h);
}

static void put_flow(struct picture *pic, const struct flow *f)
{
	if (f->from == NODE_NONE || f->to == NODE_NONE)
		return;
	buf_fmt(&pic->b, "<polyline class=\"wf-flow\" fill=\"none\" stroke=\"" QUIET "\" stroke-width=\"1.5\"%s marker-end=\"url(#wf-arrow)\" points=\"",
		f->back ? " stroke-dasharray=\"5 4\"" : "");
	put_points(pic, f);
	buf_put(&pic->b, STR("\"/>"));
	if (f->name.n && !pic->own_layout && f->n_points >= 2) {
		struct point p = f->points[0], q = f->points[1];
		bool flat = fabs(q.x - p.x) > fabs(q.y - p.y);
		bool up = q.y < p.y && !flat;
		buf_fmt(&pic->b, "<text class=\"wf-note\" font-size=\"12\" text-anchor=\"start\" fill=\"" QUIET "\" x=\"%.1f\" y=\"%.1f\">", flat ? fmin(p.x, q.x) + 5 : p.x + 4, flat ? p.y - 8 : up ? p.y - 12 : p.y + 18);
		put_text(&pic->b, f->name);
		buf_put(&pic->b, STR("</text>"));
	}
}

/* Colours as attributes: the page's policy allows no style inside, and as an image it sees no tokens of the page. */
static const char *paint(const struct node *n, bool now, bool done)
{
	if (now)
		return "fill=\"" ACT "\" stroke=\"" ACT "\" stroke-width=\"1.5\"";
	if (done)
		return "fill=\"#E7F4EC\" stroke=\"" OK "\" stroke-width=\"1.5\"";
	return n->kind == NODE_END ? "fill=\"#fff\" stroke=\"" QUIET "\" stroke-width=\"4\"" : "fill=\"#fff\" stroke=\"" QUIET "\" stroke-width=\"1.5\"";
}

static void put_shape(struct picture *pic, const struct node *n, struct box x, const char *look)
{
	double cx = x.x + x.w / 2, cy = x.y + x.h / 2;
	if (n->kind == NODE_START || n->kind == NODE_END)
		buf_fmt(&pic->b, "<circle %s cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\"/>", look, cx, cy, x.w / 2);
	else if (n->kind == NODE_EXCLUSIVE)
		buf_fmt(&pic->b, "<polygon %s points=\"%.1f,%.1f %.1f,%.1f %.1f,%.1f %.1f,%.1f\"/>", look, cx, x.y, x.x + x.w, cy, cx, x.y + x.h, x.x, cy);
	else
		buf_fmt(&pic->b, "<rect %s x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"6\"/>", look, x.x, x.y, x.w, x.h);
}

static void put_node(struct picture *pic, size_t i)
{
	const struct node *n = &pic->p->nodes[i];
	struct box x = pic->boxes[i];
	bool now = str_eq(n->id, pic->current), done = !now && is_done(pic, n->id);
	bool round = n->kind == NODE_START || n->kind == NODE_END || n->kind == NODE_EXCLUSIVE;
	buf_fmt(&pic->b, "<g class=\"wf-node%s%s%s\"><title>", now ? " wf-now" : "", done ? " wf-done" : "", n->kind == NODE_END ? " wf-end" : "");
	put_text(&pic->b, n->name);
	if (now || done) {
		buf_put(&pic->b, STR(": "));
		put_text(&pic->b, now ? pic->words->current : pic->words->done);
	}
	buf_put(&pic->b, STR("</title>"));
	put_shape(pic, n, x, paint(n, now, done && !round));
	if (now && !round)
		buf_put(&pic->b, STR("<g fill=\"#fff\" font-weight=\"600\">"));
	put_lines(pic, n->name, x.x + x.w / 2, round ? x.y + x.h + 20 : x.y + x.h / 2);
	if (now && !round)
		buf_put(&pic->b, STR("</g>"));
	if (done)
		buf_fmt(&pic->b, "<path class=\"wf-tick\" fill=\"none\" stroke=\"" OK "\" stroke-width=\"2.5\" d=\"M%.1f %.1fl5 5l9 -11\"/>", x.x + x.w - 22, x.y + 14);
	buf_put(&pic->b, STR("</g>"));
}

static struct box extent(const struct picture *pic)
{
	double l = 1e9, t = 1e9, r = -1e9, u = -1e9;
	for (size_t i = 0; i < pic->p->n_nodes; i++) {
		l = fmin(l, pic->boxes[i].x);
		t = fmin(t, pic->boxes[i].y);
		r = fmax(r, pic->boxes[i].x + pic->boxes[i].w);
		u = fmax(u, pic->boxes[i].y + pic->boxes[i].h);
	}
	for (size_t k = 0; k < pic->p->n_flows && !pic->own_layout; k++)
		for (size_t i = 0; i < pic->p->flows[k].n_points; i++) {
			l = fmin(l, pic->p->flows[k].points[i].x);
			t = fmin(t, pic->p->flows[k].points[i].y);
			r = fmax(r, pic->p->flows[k].points[i].x);
			u = fmax(u, pic->p->flows[k].points[i].y);
		}
	return l > r ? (struct box){0, 0, 100, 50} : (struct box){l - 50, t - 30, r - l + 100, u - t + 90};
}

static const char marker[] =
	"<defs><marker id=\"wf-arrow\" markerWidth=\"9\" markerHeight=\"8\" refX=\"8\" refY=\"4\" orient=\"auto\">"
	"<path d=\"M0 0L9 4L0 8Z\" fill=\"" QUIET "\"/></marker></defs>";

/* Its own paper: also legible on a dark page. */
static void put_ground(struct picture *pic, struct box v)
{
	buf_put(&pic->b, str_from(marker));
	buf_fmt(&pic->b, "<rect fill=\"#fff\" rx=\"6\" x=\"%.0f\" y=\"%.0f\" width=\"%.0f\" height=\"%.0f\"/>", v.x, v.y, v.w, v.h);
	buf_put(&pic->b, STR("<g font-family=\"'Be Vietnam Pro', system-ui, sans-serif\" font-size=\"13\" text-anchor=\"middle\" fill=\"#1B2430\">"));
}

struct str workflow_draw(struct arena *a, const struct process *p, struct str current, const struct str *done, size_t n_done,
			 const struct draw_words *words)
{
	struct picture pic = {.b = buf_on(a), .a = a, .p = p, .current = current, .done = done, .n_done = n_done, .words = words};
	place(&pic);
	struct box v = extent(&pic);
	const struct node *now = workflow_node(p, current);
	buf_fmt(&pic.b, "<svg class=\"wf\" xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" width=\"%.0f\" height=\"%.0f\" viewBox=\"%.0f %.0f %.0f %.0f\"><title>", v.w, v.h, v.x, v.y, v.w, v.h);
	put_text(&pic.b, words->title);
	buf_put(&pic.b, STR("</title><desc>"));
	if (now) {
		put_text(&pic.b, now->name);
		buf_put(&pic.b, STR(": "));
		put_text(&pic.b, words->current);
	}
	buf_put(&pic.b, STR("</desc>"));
	put_ground(&pic, v);
	for (size_t i = 0; i < p->n_flows; i++)
		put_flow(&pic, &p->flows[i]);
	for (size_t i = 0; i < p->n_nodes; i++)
		put_node(&pic, i);
	buf_put(&pic.b, STR("</g></svg>"));
	return buf_str(&pic.b);
}
