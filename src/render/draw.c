/* draw.c — the process's side of papers.h. */
#include "core/base/memory.h"
#include "paper/paper.h"
#include "render/papers.h"
#include <stdlib.h>
#include <string.h>

/* Most papers are of few templates: those that came last are read once. */
#define KEPT 8
static struct { char *text; size_t n; json_t *form; } kept[KEPT];

/* NULL: no JSON. Ours to keep. */
static const json_t *form_of(struct str text)
{
	static size_t next;
	for (size_t i = 0; i < KEPT; i++)
		if (kept[i].form && kept[i].n == text.n && memcmp(kept[i].text, text.p, text.n) == 0)
			return kept[i].form;
	json_t *form = json_loadb(text.p, text.n, JSON_ALLOW_NUL, NULL);
	if (!form)
		return NULL;
	size_t i = next++ % KEPT;
	json_decref(kept[i].form);
	free(kept[i].text);
	kept[i].text = memory_or_end(text.n);
	memcpy(kept[i].text, text.p, text.n);
	kept[i].n = text.n;
	return kept[i].form = form;
}

static bool draw(struct arena *a, struct str payload, int fd, struct buf *answer, struct err *e)
{
	struct str head, word;
	int64_t at = 0, n = 0;
	(void)a, (void)fd;
	bool ok = str_next(&payload, '\n', &head) && str_next(&head, ' ', &word) && str_to_i64(word, &at) && str_to_i64(head, &n) && n > 0 && (size_t)n < payload.n;
	const json_t *form = ok ? form_of(str_sub(payload, 0, (size_t)n)) : NULL;
	json_t *data = ok ? json_loadb(payload.p + n, payload.n - (size_t)n, JSON_ALLOW_NUL, NULL) : NULL;
	ok = form && data ? paper_render(form, data, (struct instant){at}, pdf_sink_buf(answer), e) : err_set(e, ERR_INTERNAL, "a paper that is no JSON");
	json_decref(data);
	return ok;
}

const struct render_job paper_job = {"paper", draw, 60};

bool paper_prepare(struct err *e) { return pdf_fonts_get(e) != NULL; }
