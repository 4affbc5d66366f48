/* papers.c — the server's side of papers.h. */
#include "render/papers.h"
#include "core/base/json_text.h"

struct render_call render_paper_call(struct arena *a, struct str form, const json_t *data, struct instant at)
{
	struct buf b = buf_on(a);
	buf_fmt(&b, "%lld %zu\n", (long long)at.ms, form.n);
	buf_put(&b, form);
	json_write(&b, data);
	return (struct render_call){.lane = RENDER_PAPERS, .job = "paper", .payload = buf_str(&b), .fd = -1, .timeout_ms = PAPER_WAIT_MS};
}

bool render_paper(void *render, struct arena *a, struct str form, const json_t *data, struct instant at, struct str *pdf, struct err *e)
{
	struct render_call c = render_paper_call(a, form, data, at);
	return render_ask(render, &c, a, pdf, e) || err_wrap(e, e->kind == ERR_BUSY ? "drawing a paper: its process ended, was late or had no memory" : "drawing a paper");
}
