/* motcua-render — the process that opens strangers' files for the server, and one that draws its papers; see core/render/render.h.
 *
 * A program of its own, started by `motcua serve` from the same folder: the libraries that draw (poppler: GNU GPL 2 or 3)
 * are linked here and not into motcua. It is not for people. */
#include "core/base/memory.h"
#include "core/base/thread.h"
#include "core/pdf/pdf.h"
#include "core/scan/type_job.h"
#include "render/papers.h"
#include "render/receipt.h"
#include "sign/pdf_report.h"
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PDF_MAX ((int64_t)64 * 1024 * 1024)

static bool verify(struct arena *a, struct str question, int fd, struct buf *answer, struct err *e)
{
	struct str pdf;
	return render_read(a, fd, PDF_MAX, &pdf, e) && pdf_question_answer(a, question, pdf, answer, e);
}

int main(int argc, char **argv)
{
	static const char usage[] = "motcua-render is started by motcua serve.\n";
	const struct render_job jobs[] = {scan_type_job, preview_job, receipt_job, {"verify", verify, 10}};
	bool papers = argc > 1 && strcmp(argv[1], "papers") == 0;
	struct render_program p = {papers ? &paper_job : jobs, papers ? 1 : ARRAY_LEN(jobs), pdf_fonts_path, papers};
	struct err e = {0};
	int kind = 0;
	json_set_alloc_funcs(memory_or_end, free);
	socklen_t n = sizeof kind;
	if (getsockopt(3, SOL_SOCKET, SO_TYPE, &kind, &n) != 0) {
		fputs(usage, stderr);
		return 2;
	}
	if (papers) {
		paper_memory_ends();
		thread_nice(NICE_JOBS);
	}
	if (papers ? !paper_prepare(&e) : !scan_type_prepare(&e) || !preview_prepare(&e)) {
		fprintf(stderr, "motcua-render: %s\n", e.text);
		return 1;
	}
	_exit(render_main(&p));
}
