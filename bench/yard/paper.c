/* paper.c — yardstick: the text of a paper as a PDF by bare Cairo and Pango, again and again.
 *
 *   paper LINES-FILE FONTS-DIR SECONDS
 *
 * LINES-FILE: first the page's width and height in points, then a line of text each: "x y size face<TAB>text", points from the top left corner, face r, b
 * or i. FONTS-DIR has LiberationSerif-*.ttf, the only fonts there are. Each document has a surface of its own, each line a layout; nothing is kept from one
 * to the next but fonts and what Pango keeps of them; the bytes are counted and thrown away. No rules, no data, no PDF/A, no tables' lines, no QR code.
 * Prints "documents/s-of-processor bytes". Changed only with an ADR: figures of different days are compared by it. */
#include <cairo-pdf.h>
#include <fontconfig/fontconfig.h>
#include <pango/pangocairo.h>
#include <pango/pangofc-fontmap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LINES_MAX 500

struct line { double x, y, size; char face, text[512]; };
struct paper { double width, height; struct line v[LINES_MAX]; int n; };

static void must(int good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "paper: %s\n", what);
	exit(1);
}

static void read_lines(struct paper *p, const char *path)
{
	FILE *f = fopen(path, "r");
	must(f != NULL && fscanf(f, "%lf %lf\n", &p->width, &p->height) == 2, path);
	struct line *l = p->v;
	while (fscanf(f, "%lf %lf %lf %c\t%511[^\n]\n", &l->x, &l->y, &l->size, &l->face, l->text) == 5) {
		must(++p->n < LINES_MAX, "too many lines");
		l++;
	}
	must(p->n > 0 && feof(f), "a line that is none");
	fclose(f);
}

static PangoFontMap *fonts(const char *dir)
{
	static const char *const faces[] = {"Regular", "Bold", "Italic"};
	FcConfig *config = FcConfigCreate();
	char path[4096];
	for (size_t i = 0; i < sizeof faces / sizeof *faces; i++) {
		snprintf(path, sizeof path, "%s/LiberationSerif-%s.ttf", dir, faces[i]);
		must(FcConfigAppFontAddFile(config, (const FcChar8 *)path), path);
	}
	PangoFontMap *map = pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT);
	must(map != NULL, "Pango has no map of FreeType's fonts");
	pango_fc_font_map_set_config(PANGO_FC_FONT_MAP(map), config);
	return map;
}

static cairo_status_t count(void *to, const unsigned char *bytes, unsigned n)
{
	(void)bytes;
	*(long *)to += n;
	return CAIRO_STATUS_SUCCESS;
}

static void put_line(cairo_t *c, PangoContext *context, const struct line *l)
{
	PangoLayout *layout = pango_layout_new(context);
	PangoFontDescription *font = pango_font_description_new();
	pango_font_description_set_family_static(font, "Liberation Serif");
	pango_font_description_set_absolute_size(font, l->size * PANGO_SCALE);
	pango_font_description_set_weight(font, l->face == 'b' ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
	pango_font_description_set_style(font, l->face == 'i' ? PANGO_STYLE_ITALIC : PANGO_STYLE_NORMAL);
	pango_layout_set_font_description(layout, font);
	pango_layout_set_text(layout, l->text, -1);
	cairo_move_to(c, l->x, l->y);
	pango_cairo_show_layout(c, layout);
	pango_font_description_free(font);
	g_object_unref(layout);
}

static long document(const struct paper *p, PangoContext *context)
{
	long bytes = 0;
	cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(count, &bytes, p->width, p->height);
	cairo_t *c = cairo_create(surface);
	for (int i = 0; i < p->n; i++)
		put_line(c, context, &p->v[i]);
	cairo_show_page(c);
	cairo_destroy(c);
	cairo_surface_finish(surface);
	must(cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS, "Cairo failed");
	cairo_surface_destroy(surface);
	return bytes;
}

static double processor(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	static struct paper p;
	if (argc != 4) {
		fprintf(stderr, "usage: paper LINES-FILE FONTS-DIR SECONDS\n");
		return 2;
	}
	read_lines(&p, argv[1]);
	PangoContext *context = pango_font_map_create_context(fonts(argv[2]));
	long bytes = document(&p, context), n = 0; /* the first loads the fonts */
	double begun = processor(), s = 0;
	for (; s < strtod(argv[3], NULL); s = processor() - begun, n++)
		bytes = document(&p, context);
	printf("%.2f %ld\n", (double)n / s, bytes);
	return 0;
}
