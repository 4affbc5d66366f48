/* render.h — strangers' files are opened in a process of its own (core/helper): what they are, how they look, who signed. Our own papers are drawn in
 * another.
 *
 * The program is `motcua-render` beside `motcua`, with the libraries that read images and PDF; the server links none of
 * them. Each job has a new process under seccomp and Landlock: no file, no network, no other process, an end of
 * its time and memory. A file that brings it down costs that one answer.
 * Threads: any. Four lanes, so that none holds up another: what whoever files waits for, what runs behind (previews), what anybody
 *          may have judged without signing in, and our own papers; all but the first have a process only when they have had work.
 *          That of papers is begun with the word "papers", stays, and draws the next one too: nobody strange wrote what it reads.
 * Wire:    "name\npayload" and at most one descriptor; the answer is "ok\n" and bytes, or a kind of error and its text. */
#pragma once
#include "core/base/err.h"
#include "core/base/str.h"

enum render_lane { RENDER_NOW, RENDER_BEHIND, RENDER_JUDGED, RENDER_PAPERS, RENDER_LANES };

struct render;
/* `program`: full path. NULL and *e when it cannot be started. Before the program's threads. */
struct render *render_open(const char *program, struct err *e);
void render_close(struct render *r);
/* Ends the process that waits for the next job, which starts one itself: from then on one waits again. */
void render_rest(struct render *r);

struct render_call {
	enum render_lane lane;
	const char *job;
	struct str payload;
	int fd;         /* the file; handed over for reading only. -1: none */
	int timeout_ms; /* waiting for others included */
};
/* The answer's bytes lie in `a`. ERR_INVALID: the file cannot be read, the text says why, to be shown to nobody but
 * officials. ERR_BUSY: late, or the file brought the process down; trying again may help. */
MUST_CHECK bool render_ask(struct render *r, const struct render_call *c, struct arena *a, struct str *answer, struct err *e);
/* The process that takes the lane's next job, 0: none yet; for tests. */
int render_pid(struct render *r, enum render_lane lane);

/* ---- previews ---- */

#define PREVIEW_PAGES 3
#define PREVIEW_WIDTH 1000  /* pixels at most */
#define PREVIEW_HEIGHT 1500

struct preview { int width, height; struct str jpeg; };
struct previews { int64_t pages; /* of the file */ size_t n; struct preview v[PREVIEW_PAGES]; };
/* The first pages of a PDF, or a picture (JPEG, PNG, WebP) turned upright, each within the size above. `mime`: the type
 * that was found by content. ERR_INVALID: not one of these, broken, locked by a password, or larger than is opened. */
MUST_CHECK bool render_previews(struct render *r, struct str mime, int fd, struct arena *a, struct previews *out, struct err *e);
/* May a file of this type have a preview? */
bool render_has_preview(struct str mime);

/* ---- the process itself ---- */

/* Fills `answer` or says why not. The arena is this job's; fd is open for reading or -1. */
typedef bool render_fn(struct arena *a, struct str payload, int fd, struct buf *answer, struct err *e);
struct render_job { const char *name; render_fn *fn; int seconds; /* of processor time */ };
struct render_program {
	const struct render_job *jobs;
	size_t n;
	int (*path)(const char *path); /* as helper_lock_down(); may be NULL */
	bool threads;                  /* the libraries start some */
};
/* Locks itself in and serves jobs until the server is gone. What the jobs' libraries load from disk was loaded before. */
int render_main(const struct render_program *p);
/* The whole file of a job. ERR_TOO_LARGE above max. */
MUST_CHECK bool render_read(struct arena *a, int fd, int64_t max, struct str *out, struct err *e);

/* The job of render_previews(), and what it loads before the lock. */
extern const struct render_job preview_job;
MUST_CHECK bool preview_prepare(struct err *e);
