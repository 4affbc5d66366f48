/* paper.h — printed forms and outgoing documents, made from a template (data) and a JSON document.
 *
 * Templates are packs/paper/<set>/<code>.json and name their source and certainty; README.md describes their blocks and
 * the data they read. The same template and data give the same bytes. Threads: as core/pdf. */
#pragma once
#include "core/pdf/pdf.h"
#include <jansson.h>

/* A template from a folder of packs: `packs` is the path of packs/, set and code are plain names. NOT_FOUND when there is
 * none, INVALID when it is no JSON. The caller owns the reference. */
json_t *paper_template(struct str packs, struct str set, struct str code, struct err *e);
/* Draws the document. `at` goes into the file's dates (same input, same bytes). INVALID with the place in the template
 * when the template cannot be used; data of any shape gives a document. */
bool paper_render(const json_t *form, const json_t *data, struct instant at, struct pdf_sink out, struct err *e) MUST_CHECK;
/* An amount in Vietnamese words, capital first: "Một trăm năm mươi nghìn đồng". */
struct str paper_money_words(struct arena *a, int64_t dong);
