/* render_probe — previews, and jobs that misbehave, for render_test. */
#include "core/pdf/pdf.h"
#include "core/render/render.h"
#include <stdlib.h>
#include <unistd.h>

static bool die(struct arena *a, struct str payload, int fd, struct buf *answer, struct err *e)
{
	(void)a, (void)payload, (void)fd, (void)answer, (void)e;
	abort();
}

static bool spin(struct arena *a, struct str payload, int fd, struct buf *answer, struct err *e)
{
	(void)a, (void)payload, (void)fd, (void)answer, (void)e;
	for (volatile int i = 1; i; i = 1)
		;
	return true;
}

/* What a preview's answer must not be: the server reads it with the same distrust as the file. */
static bool nonsense(struct arena *a, struct str payload, int fd, struct buf *answer, struct err *e)
{
	(void)a, (void)fd, (void)e;
	buf_put(answer, payload);
	return true;
}

static bool scribble(struct arena *a, struct str payload, int fd, struct buf *answer, struct err *e)
{
	(void)a, (void)e;
	buf_fmt(answer, "%zd", write(fd, payload.p, payload.n));
	return true;
}

int main(int argc, char **argv)
{
	struct render_job jobs[] = {preview_job, {"die", die, 5}, {"spin", spin, 1}, {"scribble", scribble, 5}};
	struct render_program p = {.jobs = jobs, .n = ARRAY_LEN(jobs), .path = pdf_fonts_path};
	struct err e = {0};
	(void)argv;
	if (argc > 1)
		jobs[0].fn = nonsense;
	_exit(preview_prepare(&e) ? render_main(&p) : 1); /* no leak checker: it may open nothing any more */
}
