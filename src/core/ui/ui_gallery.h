/* ui_gallery.h — every layout and component on ten pages, with chosen data: to look at, and for ui_test. Not in the program. */
#pragma once
#include "core/ui/ui.h"

enum gallery_data { GALLERY_USUAL, GALLERY_EMPTY, GALLERY_LONG, GALLERY_HOSTILE, GALLERY_DATA_COUNT };
#define GALLERY_HOSTILE_TEXT "\"><script>alert(1)</script>' onload=x --> {{ s }} &amp; javascript:alert(1)\xFF"
#define GALLERY_PAGES 10
const char *gallery_name(size_t page);
/* Texts are all usual, all empty, all very long, or all hostile. */
void gallery_page(struct html_out *o, size_t page, enum gallery_data data);
/* Writes the page whole, with its own facts. */
struct str gallery_write(struct arena *a, size_t page, enum gallery_data data, enum lang lang);
