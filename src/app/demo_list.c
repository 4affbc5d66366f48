/* demo_list.c — the list of the demonstration's keys and certificates with their sums, as `sha256sum -c` reads it. See app.h.
 *
 * Nobody else tells when one of those files has changed: the token keeps no sums, and a PIN is one text as good as another. */
#include "app/app.h"
#include "core/base/file.h"
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <string.h>
#include <unistd.h>

#define LIST "SHA256SUMS"

static bool sum_of(const char *path, struct digest *out, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	bool ok = fd >= 0 ? crypto_sha256_fd(fd, out, NULL, e) : err_set(e, ERR_INVALID, "%s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return ok;
}

static int by_name(const FTSENT **x, const FTSENT **y) { return strcmp((*x)->fts_name, (*y)->fts_name); }

/* SoftHSM writes its locks, its counter (`generation`) and the token's flags (`token.object`) as it is used, and the authority its last number. */
static bool is_listed(const FTSENT *f)
{
	struct str name = str_from(f->fts_name);
	return f->fts_info == FTS_F && !str_eq(name, STR("generation")) && !str_eq(name, STR("token.object")) && !str_eq(name, STR("serial")) && !str_ends(name, STR(".lock")) && !str_eq(name, STR(LIST));
}

static bool list(struct arena *a, const char *dir, struct buf *out, struct err *e)
{
	char *const tops[] = {(char *)(uintptr_t)dir, NULL};
	FTS *walk = fts_open(tops, FTS_PHYSICAL | FTS_NOCHDIR, by_name);
	struct digest d;
	bool ok = walk != NULL || err_set(e, ERR_INTERNAL, "%s: %s", dir, strerror(errno));
	for (FTSENT *f; ok && (f = fts_read(walk)) != NULL;)
		if (is_listed(f)) {
			ok = sum_of(f->fts_path, &d, e);
			buf_fmt(out, "%.*s  %s\n", STR_ARG(digest_hex(a, d)), f->fts_path + strlen(dir) + 1);
		}
	if (walk)
		fts_close(walk);
	return ok;
}

bool demo_list_make(struct arena *a, const char *dir, struct err *e)
{
	struct buf b = buf_on(a);
	const char *path = str_fmt(a, "%s/" LIST, dir).p;
	if (!list(a, dir, &b, e))
		return false;
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	struct str s = buf_str(&b);
	bool ok = fd >= 0 && file_write(fd, s) && close(fd) == 0;
	return ok || err_set(e, ERR_INTERNAL, "%s: %s", path, strerror(errno));
}

/* One line: the sum in hexadecimal, two spaces, the name. */
static bool check_line(struct arena *a, const char *dir, struct str line, struct err *e)
{
	struct digest got;
	if (line.n <= 66 || line.p[64] != ' ' || line.p[65] != ' ')
		return err_set(e, ERR_INVALID, "%s/" LIST " is damaged", dir);
	const char *path = str_fmt(a, "%s/%.*s", dir, (int)(line.n - 66), line.p + 66).p;
	if (!sum_of(path, &got, e))
		return err_wrap(e, LIST);
	return (str_eq(str_sub(line, 0, 64), digest_hex(a, got)) || err_set(e, ERR_INVALID, "%s differs from " LIST " beside it", path));
}

bool demo_list_check(struct arena *a, const char *dir, struct err *e)
{
	char text[65536];
	int fd = open(str_fmt(a, "%s/" LIST, dir).p, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR || err_set(e, ERR_INTERNAL, "%s/" LIST ": %s", dir, strerror(errno));
	ssize_t n = read(fd, text, sizeof text);
	close(fd);
	if (n < 1 || text[n - 1] != '\n')
		return err_set(e, ERR_INVALID, "%s/" LIST " is damaged", dir);
	struct str rest = {text, (size_t)n - 1}, line;
	while (str_next(&rest, '\n', &line))
		if (!check_line(a, dir, line, e))
			return false;
	return true;
}
