/* priv.h — between the files of core/pdf. */
#pragma once
#include "core/pdf/pdf.h"
#include <hb.h>
#include <pango/pangoft2.h>

#define MM (72.0 / 25.4)
#define PDF_FACES 4 /* regular, bold, italic, bold italic */
#define GLYPHS 65536

struct pdf_fonts {
	PangoFontMap *map;
	PangoContext *context;
	hb_blob_t *blob[PDF_FACES];
	hb_face_t *face[PDF_FACES];
	hb_font_t *font[PDF_FACES]; /* scaled to the design's units */
	uint32_t *unicode[PDF_FACES]; /* glyph → lowest character that has it */
};

struct pdf {
	struct pdf_fonts *fonts;
	struct pdf_sink sink;
	struct err err; /* the sink's first failure */
	struct arena *life, *page_arena;
	struct buf page;
	double h_pt, w_pt;
	void *digest; /* of all bytes so far: makes the /ID */
	size_t at;
	uint64_t *offsets;
	int objects, room, pages;
	int *kids;
	struct pdf_info info;
	uint8_t used[PDF_FACES][GLYPHS / 8];
};

int pdf_object(struct pdf *d);             /* begins the next object */
void pdf_object_at(struct pdf *d, int n);  /* begins a reserved one */
void pdf_put(struct pdf *d, struct str s);
void pdf_fmt(struct pdf *d, const char *fmt, ...) PRINTF_LIKE(2, 3);
void pdf_stream(struct pdf *d, const char *entries, struct str bytes, bool deflate);
void pdf_fonts_write(struct pdf *d, int resources);
struct str pdf_text_string(struct arena *a, struct str utf8);
void pdf_metadata(struct pdf *d, int metadata, int info);
