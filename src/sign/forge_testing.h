/* forge_testing.h — signed PDFs and ways to attack them, for the tests of the slice. */
#pragma once
#include "core/test/test.h"
#include "sign/pades.h"

/* An in-place change: the first `from` after `mark` becomes `to` (same length or padded with blanks). */
struct str forge_replace(struct arena *a, struct str pdf, const char *mark, const char *from, const char *to);
/* The same for the last `mark` in the file. */
struct str forge_replace_last(struct arena *a, struct str pdf, const char *mark, const char *from, const char *to);
/* A revision more, with these objects ("7 0 obj << … >> endobj" without the frame) and a table that names them. */
struct forge_object { unsigned number; const char *body; };
struct str forge_append(struct arena *a, struct str pdf, const struct forge_object *o, size_t n, const char *trailer_more);
/* The text of the newest version of an object's dictionary, and the numbers of catalogue and first page. */
struct str forge_object_text(struct arena *a, struct str pdf, unsigned number);
unsigned forge_root(struct arena *a, struct str pdf);
unsigned forge_page(struct arena *a, struct str pdf);
unsigned forge_size(struct arena *a, struct str pdf);
/* The dictionary with more keys in it. */
const char *forge_with(struct arena *a, struct str dict, const char *more);
/* Another CMS in the gap of the last signature. */
struct str forge_cms(struct arena *a, struct str pdf, struct str der);
/* What the last signature's ByteRange covers. */
struct digest forge_range_digest(struct arena *a, struct str pdf, struct str *bytes);
