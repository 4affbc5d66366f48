/* msggen.h — message files to one C table.
 *
 * A file messages/<slice>.vi or .en holds lines "KEY = text with {1} and {2}", UTF-8, # comments. Keys of a slice begin with
 * the slice's name in capitals (files named core* are free). A key missing in one language, written twice or with other
 * arguments in the other language is refused with file:line. */
#pragma once
#include "core/base/err.h"
#include "core/base/str.h"

struct msggen_source { const char *path; struct str text; };
struct msggen_out { struct buf h, c, keys; };

/* Any order. err.text begins with file:line. */
MUST_CHECK bool msggen_compile(struct arena *a, const struct msggen_source *src, size_t n, struct msggen_out *out,
                               struct err *e);
