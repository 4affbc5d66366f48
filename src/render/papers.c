/* papers.c — the server's side of papers.h. */
#include "render/papers.h"
#include <stdlib.h>
#include <string.h>

static struct str dumped(struct arena *a, const json_t *j)
{
	char *text = json_dumps(j, JSON_COMPACT);
	CHECK(text != NULL);
	struct str s = str_dup(a, str_from(text));
	free(text);
	return s;
}

struct render_call render_paper_call(struct arena *a, struct str form, const json_t *data, struct instant at)
{
	struct str both = str_cat(a, form, dumped(a, data));
	return (struct render_call){.lane = RENDER_PAPERS, .job = "paper", .payload = str_cat(a, str_fmt(a, "%lld %zu\n", (long long)at.ms, form.n), both), .fd = -1, .timeout_ms = PAPER_WAIT_MS};
}

bool render_paper(void *render, struct arena *a, struct str form, const json_t *data, struct instant at, struct str *pdf, struct err *e)
{
	struct render_call c = render_paper_call(a, form, data, at);
	return render_ask(render, &c, a, pdf, e) || err_wrap(e, "drawing a paper");
}
