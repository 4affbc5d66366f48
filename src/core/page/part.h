/* part.h — parts of pages that are dear to make and the same for all who may see them, kept in memory (ADR 0018).
 *
 *   struct page_part part = {.name = "course", .subject = id, .mark = mark};
 *   if (!page_part_show(r, &o, &part)) {
 *           size_t from = o.b->n;
 *           …write it…
 *           page_part_keep(r, &o, &part, from);
 *   }
 *
 * The mark says all that the part hangs on but its name, its subject and the language, which are looked at here. It is read from the
 * database each time, and before the rows that the part shows: then a part is never older than its mark. Whether the reader may see it is
 * for the caller to ask, each time. A part holds no token, no name of its reader and no hour of today.
 * Memory:  PAGE_PARTS_BYTES at most; parts may be personal: wiped when they leave, which is after ten minutes without a reader at the
 *          latest, at an erasure at once. Nothing is kept before page_parts_open(). Threads: any. */
#pragma once
#include "core/http/http.h"
#include "core/html/html.h"

#define PAGE_PARTS_BYTES ((size_t)8 << 20)
#define PAGE_PARTS_MS ((int64_t)10 * 60 * 1000)

struct page_part { const char *name; int64_t subject; struct str mark; };

/* Once, before the first request, and after the last. */
void page_parts_open(size_t bytes);
void page_parts_close(void);
/* Writes the part from memory; false: it is not there, or was made under another mark. */
bool page_part_show(struct request *r, struct html_out *o, const struct page_part *p);
/* Keeps what was written since byte `from` of the page. */
void page_part_keep(struct request *r, struct html_out *o, const struct page_part *p, size_t from);
/* All parts about the subject, in every language. */
void page_parts_forget(int64_t subject);
/* Those that nobody saw within PAGE_PARTS_MS before `now`. */
void page_parts_age(struct instant now);
struct page_parts_count { int64_t n, bytes, shown, made; }; /* kept now; shown from memory and kept since the start */
struct page_parts_count page_parts_count(void);
