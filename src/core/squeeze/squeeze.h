/* squeeze.h — short texts made small: Zstandard with a dictionary of what such texts are made of (ADR 0020).
 *
 * Form:    a squeezed text begins with a byte below SQUEEZE_PLAIN, which says with what dictionary and how short; any other is the text itself. So
 *          columns and seals that were written before hold what they held, and a text that gains nothing stays as it is.
 * For ever: a dictionary is never changed or taken away, since what was squeezed with it needs it. A better one gets the next number.
 * Not for comparing: another version of the library may give other bytes for the same text. What is looked up by its bytes is not squeezed.
 * Memory:  results live in the arena, or are the input itself. Threads: any; contexts of the library are kept and shared. */
#pragma once
#include "core/base/arena.h"
#include "core/base/str.h"

#define SQUEEZE_PLAIN 9 /* no text that people or programs write begins with a lower byte */
/* The longest text that is given back; a longer one is not squeezed. */
#define SQUEEZE_MOST ((size_t)4 << 20)

struct str squeeze(struct arena *a, struct str text);
/* False when the bytes are damaged, or their dictionary is not known to this program; *out then is the input. */
MUST_CHECK bool unsqueeze(struct arena *a, struct str bytes, struct str *out);
