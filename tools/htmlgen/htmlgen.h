/* htmlgen.h — templates to typed C functions. The format is described in docs/guide/html.md.
 *
 * A compiler of one pass: it follows the HTML context of each byte with a tokenizer and writes, for each value, the call that
 * escapes for that context. What it cannot make safe it refuses with file:line.
 * Memory: the arena given; a template is at most 1 MB. Threads: none. */
#pragma once
#include "core/base/err.h"
#include "core/base/str.h"

/* Messages that templates may name: key without MSG_, and how many arguments. Sorted by key. */
struct htmlgen_key { struct str key; int args; };
struct htmlgen_keys { struct htmlgen_key *v; size_t n; };

/* Reads "KEY count" lines, as msggen writes them. */
MUST_CHECK bool htmlgen_keys_read(struct arena *a, struct str text, struct htmlgen_keys *out, struct err *e);
/* Compiles the template `text` of file `name`; appends declarations to *h and functions to *c. */
MUST_CHECK bool htmlgen_compile(struct arena *a, struct str name, struct str text, const struct htmlgen_keys *keys,
                                struct buf *h, struct buf *c, struct err *e);
