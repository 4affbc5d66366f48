/* render.c — both ends of render.h: the server's calls, and the loop of the process. */
#include "core/render/render.h"
#include "core/helper/helper.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MEMORY_MAX ((size_t)1024 * 1024 * 1024)
#define PREVIEW_MS 40000

struct render { const char *argv[2], *papers[3]; struct helper *lane[RENDER_LANES]; };

struct render *render_open(const char *program, struct err *e)
{
	struct render *r = calloc(1, sizeof *r);
	CHECK(r);
	r->argv[0] = r->papers[0] = strdup(program);
	r->papers[1] = "papers";
	CHECK(r->argv[0]);
	for (int i = 0; i < RENDER_LANES; i++) {
		bool ours = i == RENDER_PAPERS;
		r->lane[i] = helper_open(&(struct helper_spec){.name = ours ? "drawing" : "render", .argv = ours ? r->papers : r->argv, .on_call = i != RENDER_NOW, .fresh = !ours}, e);
		if (!r->lane[i]) {
			render_close(r);
			return NULL;
		}
	}
	return r;
}

void render_close(struct render *r)
{
	if (!r)
		return;
	for (int i = 0; i < RENDER_LANES; i++)
		helper_close(r->lane[i]);
	free((char *)(uintptr_t)r->argv[0]);
	free(r);
}

void render_rest(struct render *r) { helper_renew(r->lane[RENDER_NOW]); }

int render_pid(struct render *r, enum render_lane lane) { return helper_pid(r->lane[lane]); }

/* The caller's descriptor may be open for writing: the process gets one that is not. */
static bool for_reading(int fd, struct helper_fds *out, struct err *e)
{
	char path[32];
	if (fd < 0)
		return true;
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	int copy = open(path, O_RDONLY | O_CLOEXEC);
	if (copy < 0)
		return err_set(e, ERR_INTERNAL, "render: %s", strerror(errno));
	out->fd[out->n++] = copy;
	return true;
}

static bool is_ok(struct str answer, struct str *bytes, struct err *e)
{
	struct str word;
	str_next(&answer, '\n', &word);
	*bytes = answer;
	if (str_eq(word, STR("ok")))
		return true;
	enum err_kind kind = str_eq(word, STR("large")) ? ERR_TOO_LARGE : str_eq(word, STR("invalid")) ? ERR_INVALID : ERR_BUSY;
	return err_set(e, kind, "render: %.*s", STR_ARG(str_sub(answer, 0, 160)));
}

bool render_ask(struct render *r, const struct render_call *c, struct arena *a, struct str *answer, struct err *e)
{
	struct helper_fds fds = {.n = 0};
	struct str whole;
	if (!for_reading(c->fd, &fds, e))
		return false;
	struct str request = str_cat(a, str_fmt(a, "%s\n", c->job), c->payload);
	bool ok = helper_call(r->lane[c->lane], request, &fds, c->timeout_ms, a, &whole, e);
	helper_fds_close(&fds);
	return ok && is_ok(whole, answer, e);
}

/* ---- previews ---- */

bool render_has_preview(struct str mime)
{
	static const char *const types[] = {"application/pdf", "image/jpeg", "image/png", "image/webp"};
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (str_eq(mime, str_from(types[i])))
			return true;
	return false;
}

static bool next_number(struct str *line, int64_t low, int64_t high, int64_t *out)
{
	struct str word;
	return str_next(line, ' ', &word) && str_to_i64(word, out) && *out >= low && *out <= high;
}

/* "pages n\n", then "width height bytes\n" and the bytes, n times. The other side is not believed. */
static bool read_previews(struct str s, struct previews *out)
{
	struct str line;
	int64_t n = 0, w = 0, h = 0, size = 0;
	if (!str_next(&s, '\n', &line) || !next_number(&line, 1, 1 << 30, &out->pages) || !next_number(&line, 1, PREVIEW_PAGES, &n))
		return false;
	for (out->n = 0; out->n < (size_t)n; out->n++) {
		if (!str_next(&s, '\n', &line) || !next_number(&line, 1, PREVIEW_WIDTH, &w) || !next_number(&line, 1, PREVIEW_HEIGHT, &h) ||
		    !next_number(&line, 1, (int64_t)s.n, &size) || !str_starts(s, STR("\xff\xd8\xff")))
			return false;
		out->v[out->n] = (struct preview){(int)w, (int)h, str_sub(s, 0, (size_t)size)};
		s = str_sub(s, (size_t)size, s.n);
	}
	return s.n == 0;
}

bool render_previews(struct render *r, struct str mime, int fd, struct arena *a, struct previews *out, struct err *e)
{
	struct render_call c = {.lane = RENDER_BEHIND, .job = "preview", .payload = mime, .fd = fd, .timeout_ms = PREVIEW_MS};
	struct str answer;
	if (!render_ask(r, &c, a, &answer, e))
		return false;
	return read_previews(answer, out) || err_set(e, ERR_BUSY, "render: the answer cannot be read");
}

/* ---- the process ---- */

bool render_read(struct arena *a, int fd, int64_t max, struct str *out, struct err *e)
{
	struct stat st;
	if (fd < 0 || fstat(fd, &st))
		return err_set(e, ERR_INVALID, "no file");
	if (st.st_size > max)
		return err_set(e, ERR_TOO_LARGE, "%lld bytes, at most %lld are read", (long long)st.st_size, (long long)max);
	char *p = arena_alloc(a, (size_t)st.st_size + 1);
	size_t n = 0;
	while (n < (size_t)st.st_size) {
		ssize_t got = pread(fd, p + n, (size_t)st.st_size - n, (off_t)n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return err_set(e, ERR_INVALID, "the file ends early");
		n += (size_t)got;
	}
	*out = (struct str){p, n};
	return true;
}

static const struct render_job *find_job(const struct render_program *p, struct str name)
{
	for (size_t i = 0; i < p->n; i++)
		if (str_eq(name, str_from(p->jobs[i].name)))
			return &p->jobs[i];
	return NULL;
}

static bool work(const struct render_program *p, struct arena *a, struct str msg, const struct helper_fds *fds, struct buf *b, struct err *e)
{
	struct str name;
	str_next(&msg, '\n', &name);
	const struct render_job *job = find_job(p, name);
	if (!job)
		return err_set(e, ERR_INTERNAL, "no such job");
	if (!helper_limit_cpu(job->seconds, e))
		return false;
	return job->fn(a, msg, fds->n ? fds->fd[0] : -1, b, e);
}

static bool serve_one(const struct render_program *p, struct arena *a, struct err *e)
{
	struct helper_fds fds;
	struct str msg;
	bool end;
	if (!helper_receive(HELPER_SOCKET, a, &msg, &fds, &end, e))
		return false;
	struct buf b = buf_on(a);
	struct err why = {0};
	buf_put(&b, STR("ok\n"));
	if (!work(p, a, msg, &fds, &b, &why)) {
		b.n = 0;
		buf_fmt(&b, "%s\n%s", why.kind == ERR_INVALID ? "invalid" : why.kind == ERR_TOO_LARGE ? "large" : "busy", why.text);
	}
	helper_fds_close(&fds);
	return helper_answer(HELPER_SOCKET, buf_str(&b), e);
}

int render_main(const struct render_program *p)
{
	struct err e = {0};
	AUTO_ARENA a = arena_new(0);
	if (!helper_limit_memory(MEMORY_MAX, &e) || !helper_lock_down(p->path, p->threads, &e)) {
		fprintf(stderr, "motcua-render: %s\n", e.text);
		return 1;
	}
	while (serve_one(p, a, &e))
		arena_reset(a);
	return 0;
}
