/* word.h — a text that is one of a few, kept as one byte (ADR 0020): roles, kinds of entries, fields of work.
 *
 * Form:     a word of the list (words.h) is the byte WORDS_FIRST and its place; any other text is kept as it is, for none begins with such a
 *           byte in UTF-8. Each text has one form, so words are compared and indexed, though not sorted as texts and not searched within.
 * For ever: the list never changes, nor grows: what was kept as it is would be another word then. A longer list is a new type of column.
 * Threads:  any. */
#pragma once
#include "core/base/str.h"

/* False: the text begins with a byte that stands for a word. *out is the text itself, or lives as long as the program. */
MUST_CHECK bool word_tight(struct str text, struct str *out);
/* What word_tight() was given; a byte that stands for none is given as it is. */
struct str word_loose(struct str bytes);
