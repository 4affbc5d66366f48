/* msggen DIR OUT.h OUT.c OUT.keys OUT.d — see msggen.h. */
#include "tools/common/tool.h"
#include "tools/msggen/msggen.h"
#include <string.h>

static size_t add(struct arena *a, const char *dir, const char *suffix, struct msggen_source *src, const char **deps, size_t n)
{
	struct tool_files f = tool_list(a, dir, suffix);
	for (size_t i = 0; i < f.n; i++, n++) {
		src[n] = (struct msggen_source){f.path[i], tool_read(a, f.path[i])};
		deps[n] = f.path[i];
	}
	return n;
}

int main(int argc, char **argv)
{
	if (argc != 6)
		tool_die("usage: msggen DIR OUT.h OUT.c OUT.keys OUT.d");
	AUTO_ARENA a = arena_new(0);
	struct msggen_source *src = NEW_ARRAY(a, 8192, struct msggen_source);
	const char **deps = NEW_ARRAY(a, 8193, const char *);
	size_t n = add(a, argv[1], ".vi", src, deps, 0);
	n = add(a, argv[1], ".en", src, deps, n);
	struct msggen_out out = {buf_on(a), buf_on(a), buf_on(a)};
	struct err e = {0};
	if (!msggen_compile(a, src, n, &out, &e))
		tool_die("%s", e.text);
	tool_write(argv[2], buf_str(&out.h));
	tool_write(argv[3], buf_str(&out.c));
	tool_write(argv[4], buf_str(&out.keys));
	deps[n] = argv[1]; /* the folder: a file added or removed */
	tool_depfile(a, argv[5], argv[2], deps, n + 1);
	return 0;
}
