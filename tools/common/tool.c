/* tool.c — see tool.h. */
#include "tools/common/tool.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void tool_die(const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	exit(1);
}

static bool read_all(struct arena *a, const char *path, struct str *out)
{
	FILE *f = fopen(path, "rb");
	if (!f)
		return false;
	struct buf b = buf_on(a);
	for (size_t got = 1; got > 0; b.n += got)
		got = fread(buf_room(&b, 65536), 1, 65536, f);
	bool ok = !ferror(f);
	fclose(f);
	*out = buf_str(&b);
	return ok;
}

struct str tool_read(struct arena *a, const char *path)
{
	struct str s = STR_NONE;
	if (!read_all(a, path, &s))
		tool_die("%s: cannot be read", path);
	return s;
}

void tool_write(const char *path, struct str bytes)
{
	struct arena *a = arena_new(0);
	struct str old = STR_NONE;
	bool same = read_all(a, path, &old) && str_eq(old, bytes);
	arena_free(a);
	if (same)
		return;
	FILE *f = fopen(path, "wb");
	if (!f || fwrite(bytes.p, 1, bytes.n, f) != bytes.n || fclose(f) != 0)
		tool_die("%s: cannot be written", path);
}

static int by_name(const void *x, const void *y)
{
	return strcmp(*(const char *const *)x, *(const char *const *)y);
}

struct tool_files tool_list(struct arena *a, const char *dir, const char *suffix)
{
	struct tool_files out = {.path = NEW_ARRAY(a, 4096, const char *)};
	DIR *d = opendir(dir);
	if (!d)
		tool_die("%s: no such folder", dir);
	for (struct dirent *e; (e = readdir(d));)
		if (e->d_name[0] != '.' && str_ends(str_from(e->d_name), str_from(suffix)) && out.n < 4096)
			out.path[out.n++] = str_fmt(a, "%s/%s", dir, e->d_name).p;
	closedir(d);
	qsort(out.path, out.n, sizeof *out.path, by_name);
	return out;
}

void tool_depfile(struct arena *a, const char *path, const char *target, const char *const *deps, size_t n)
{
	struct buf b = buf_on(a);
	buf_fmt(&b, "%s:", target);
	for (size_t i = 0; i < n; i++)
		buf_fmt(&b, " %s", deps[i]);
	buf_char(&b, '\n');
	tool_write(path, buf_str(&b));
}

struct str tool_stem(struct arena *a, const char *path, const char *suffix)
{
	const char *slash = strrchr(path, '/');
	struct str s = str_from(slash ? slash + 1 : path);
	return str_dup(a, str_sub(s, 0, s.n - strlen(suffix)));
}
