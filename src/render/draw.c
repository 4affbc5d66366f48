/* draw.c — the process's side of papers.h. */
#include "paper/paper.h"
#include "render/papers.h"

static bool draw(struct arena *a, struct str payload, int fd, struct buf *answer, struct err *e)
{
	struct str head, word;
	int64_t at = 0, n = 0;
	(void)a, (void)fd;
	bool ok = str_next(&payload, '\n', &head) && str_next(&head, ' ', &word) && str_to_i64(word, &at) && str_to_i64(head, &n) && n > 0 && (size_t)n < payload.n;
	json_t *form = ok ? json_loadb(payload.p, (size_t)n, JSON_ALLOW_NUL, NULL) : NULL;
	json_t *data = ok ? json_loadb(payload.p + n, payload.n - (size_t)n, JSON_ALLOW_NUL, NULL) : NULL;
	ok = form && data ? paper_render(form, data, (struct instant){at}, pdf_sink_buf(answer), e) : err_set(e, ERR_INTERNAL, "a paper that is no JSON");
	json_decref(form);
	json_decref(data);
	return ok;
}

const struct render_job paper_job = {"paper", draw, 60};

bool paper_prepare(struct err *e) { return pdf_fonts_get(e) != NULL; }
