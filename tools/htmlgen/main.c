/* htmlgen KEYS DIR NAME OUT.h OUT.c OUT.d — compiles DIR/…html into the pair NAME.h, NAME.c; NAME is also how the header is
 * included ("dossier/dossier_views.h"). See htmlgen.h. */
#include "tools/common/tool.h"
#include "tools/htmlgen/htmlgen.h"

int main(int argc, char **argv)
{
	if (argc != 7)
		tool_die("usage: htmlgen KEYS DIR NAME OUT.h OUT.c OUT.d");
	AUTO_ARENA a = arena_new(0);
	struct err e = {0};
	struct htmlgen_keys keys;
	if (!htmlgen_keys_read(a, tool_read(a, argv[1]), &keys, &e))
		tool_die("%s: %s", argv[1], e.text);
	struct buf h = buf_on(a), c = buf_on(a);
	buf_put(&h, STR("/* Made by htmlgen. */\n#pragma once\n#include \"core/html/html.h\"\n#include \"gen/messages.h\"\n"));
	buf_fmt(&c, "/* Made by htmlgen. */\n#include \"%s\"\n", argv[3]);
	struct tool_files f = tool_list(a, argv[2], ".html");
	for (size_t i = 0; i < f.n; i++)
		if (!htmlgen_compile(a, str_from(f.path[i]), tool_read(a, f.path[i]), &keys, &h, &c, &e))
			tool_die("%s", e.text);
	tool_write(argv[4], buf_str(&h));
	tool_write(argv[5], buf_str(&c));
	const char **deps = NEW_ARRAY(a, f.n + 1, const char *);
	for (size_t i = 0; i < f.n; i++)
		deps[i] = f.path[i];
	deps[f.n] = argv[2]; /* the folder: a file added or removed */
	tool_depfile(a, argv[6], argv[4], deps, f.n + 1);
	return 0;
}
