/* pdf.h — pages as PDF/A-2b, written as they are made.
 *
 * Pango shapes and breaks lines with the fonts embedded in the program (a private font map: nothing on the machine
 * counts); the file is written here, by hand, so that every byte is ours: the same calls give the same bytes, one plain
 * cross-reference table, no object streams, ready for incremental updates (signatures). Glyphs used are subset with
 * HarfBuzz and embedded at the end; a page goes to the sink when it is finished, so a register of any length needs the
 * memory of one page plus eight bytes a page.
 * Units: millimetres from the top left corner of the page; sizes of type in points.
 * Threads: fonts and all documents belong to one thread of the process.
 * Text is made NFC; control characters vanish; a character no font has is drawn as a box with its text kept. */
#pragma once
#include "core/base/instant.h"
#include "core/base/err.h"

struct pdf_fonts;
struct pdf;
struct pdf_text;

/* The embedded fonts, loaded at the first call and kept until the process ends (fontconfig cannot give them back
 * whole). A line is shaped with each, after which no file is opened any more. NULL on failure. */
struct pdf_fonts *pdf_fonts_get(struct err *e);
/* For helper_lock_down(): the descriptor of an embedded font by the path the font map knows, or -1. */
int pdf_fonts_path(const char *path);
/* Makes the embedded fonts the only ones of this process's fontconfig, for libraries that draw the PDF of others. */
bool pdf_fonts_current(struct err *e);

struct pdf_sink { bool (*write)(void *to, const void *bytes, size_t n, struct err *e); void *to; };
struct pdf_sink pdf_sink_buf(struct buf *b);

struct pdf_info { struct str title, author; struct instant at; };

/* Errors of the sink are kept and told by pdf_close(); the calls between cannot fail. */
struct pdf *pdf_open(struct pdf_fonts *f, const struct pdf_info *info, struct pdf_sink sink);
/* Writes fonts, catalogue and cross-reference table; frees the document in any case. */
bool pdf_close(struct pdf *d, struct err *e) MUST_CHECK;
void pdf_page(struct pdf *d, double w_mm, double h_mm); /* ends the page before */
int pdf_page_count(const struct pdf *d);

struct pdf_run { struct str text; double pt; bool bold, italic; };
enum pdf_align { PDF_LEFT, PDF_CENTER, PDF_RIGHT, PDF_JUSTIFY };
struct pdf_style { enum pdf_align align; double indent_mm, line; }; /* line: factor of the font's own height, 0 = 1 */

/* Runs laid out to a width. Free before pdf_close(). */
struct pdf_text *pdf_text_new(struct pdf *d, const struct pdf_run *runs, size_t n, double width_mm, const struct pdf_style *s);
void pdf_text_free(struct pdf_text *t);
int pdf_text_lines(const struct pdf_text *t);
double pdf_text_height(const struct pdf_text *t, int from, int to); /* of lines [from, to), mm */
double pdf_text_last_width(const struct pdf_text *t);               /* of the last line, mm */
double pdf_text_width(const struct pdf_text *t);                    /* of the widest line, mm */
void pdf_text_draw(struct pdf *d, const struct pdf_text *t, int from, int to, double x_mm, double y_mm);

void pdf_line(struct pdf *d, double x1, double y1, double x2, double y2, double pt);
void pdf_box(struct pdf *d, double x, double y, double w, double h, double pt);
/* Error level M, drawn as squares. False when the text is too long for a code. */
bool pdf_qr(struct pdf *d, struct str text, double x, double y, double size_mm);
