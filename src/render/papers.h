/* papers.h — our own papers are drawn in a process of `motcua-render`, which can be ended when a library below it waits for ever or has no memory
 * (ADR 0026).
 *
 * One process draws, one paper after another; it is started by the first. One that is late or dies costs that paper ERR_BUSY, and the next one has a new
 * process. Template and data go over as JSON, the PDF comes back: the same bytes as paper_render() gives. Threads: any. */
#pragma once
#include "core/render/render.h"
#include "core/base/instant.h"
#include <jansson.h>

#define PAPER_WAIT_MS 60000 /* for one paper, with those before it: a register of 5,000 rows is drawn in a few seconds */

/* As issue_facilities.render; `render` is a struct render, `form` the template's text. As paper_render(); ERR_BUSY: not drawn in time, or the process died. */
MUST_CHECK bool render_paper(void *render, struct arena *a, struct str form, const json_t *data, struct instant at, struct str *pdf, struct err *e);
/* What it asks; the tests ask with less patience. */
struct render_call render_paper_call(struct arena *a, struct str form, const json_t *data, struct instant at);

/* ---- the process's side ---- */
extern const struct render_job paper_job;
/* From now on the process ends when any allocation in it fails, those of the libraries too: Pango, HarfBuzz, fontconfig and FreeType go on without what they
 * could not have, and a paper came that lacked letters or had others' widths. First of all in main(). */
void paper_memory_ends(void);
/* Loads the fonts: after the lock-down no file opens. */
MUST_CHECK bool paper_prepare(struct err *e);
