/* logic_command.c — `motcua logic`: rules from other programs, a line each. See logic.h. */
#include "core/logic/logic.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_BYTES ((size_t)16 << 20)

static struct str answer(struct arena *a, const char *key, json_t *value)
{
	json_t *line = json_pack("{s:o}", key, value);
	char *text = line ? json_dumps(line, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
	struct str out = text ? str_dup(a, str_from(text)) : STR("{\"error\":\"the result cannot be written\"}");
	free(text);
	json_decref(line);
	return out;
}

static struct str refuse(struct arena *a, const char *why) { return answer(a, "error", json_string(why)); }

static struct str run_line(struct arena *a, const json_t *line)
{
	struct err e = {0};
	json_t *result = NULL, *rule = json_object_get(line, "rule");
	if (!rule)
		return refuse(a, "a line is {\"rule\":…,\"data\":…}");
	const struct logic *logic = logic_compile(a, rule, &e);
	if (!logic || !logic_eval(a, logic, json_object_get(line, "data"), &result, &e))
		return refuse(a, e.text);
	return answer(a, "result", result);
}

struct str logic_line(struct arena *a, struct str text)
{
	json_error_t why;
	if (text.n > LINE_MAX_BYTES)
		return refuse(a, "the line is longer than 16 MiB");
	json_t *line = json_loadb(text.p ? text.p : "", text.n, JSON_DECODE_INT_AS_REAL, &why);
	if (!line)
		return refuse(a, "not JSON");
	struct str out = run_line(a, line);
	json_decref(line);
	return out;
}

static int usage(FILE *to, int code)
{
	fputs("usage: motcua logic < LINES\n"
	      "Reads a JSON line {\"rule\":…,\"data\":…} at a time and writes {\"result\":…} or {\"error\":…} for each.\n"
	      "Exit: 0 at the end of the input, 2 for bad usage.\n", to);
	return code;
}

int logic_command(int argc, char **argv)
{
	if (argc > 1)
		return strcmp(argv[1], "--help") == 0 ? usage(stdout, 0) : usage(stderr, 2);
	AUTO_ARENA a = arena_new(0);
	char *line = NULL;
	size_t cap = 0;
	ssize_t n = 0;
	while ((n = getline(&line, &cap, stdin)) >= 0) {
		size_t len = (size_t)n - (n > 0 && line[n - 1] == '\n');
		if (len == 0)
			continue;
		struct str out = logic_line(a, (struct str){line, len});
		fwrite(out.p, 1, out.n, stdout);
		putchar('\n');
		fflush(stdout);
		arena_reset(a);
	}
	free(line);
	return 0;
}
