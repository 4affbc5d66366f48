/* fill.h — placeholders: text of a template with the values of the data. */
#pragma once
#include "paper/paper.h"

/* Values are looked up in the nearest scope first. */
/* `gaps` (or NULL) collects the names of what printed as a blank. */
struct gaps { struct buf names; size_t n; };
struct scope { const json_t *here, *form; const struct scope *up; size_t row; struct gaps *gaps; };

const json_t *fill_find(const struct scope *s, struct str path);
/* {path} or {path|how}: upper, date, Date (at the start of a sentence), moment, slip, short, money, words, opt (no blank). An empty value is a dotted blank; *open tells that the text ends in one. */
struct str fill_text(struct arena *a, struct str text, const struct scope *s, bool *open);
void fill_gap(const struct scope *s, struct str path);
bool fill_present(const struct scope *s, struct str path);
