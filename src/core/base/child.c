/* child.c — see child.h. */
#include "core/base/child.h"
#include <stdlib.h>
#include <string.h>

extern char **environ;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define OF_TESTS " ASAN_OPTIONS UBSAN_OPTIONS LSAN_OPTIONS TSAN_OPTIONS"
#else
#define OF_TESTS ""
#endif
#define ALWAYS "PATH LANG LC_ALL LC_CTYPE TZ" OF_TESTS

static bool in_list(const char *list, const char *name, size_t n)
{
	while (list && *list) {
		size_t len = strcspn(list, " ");
		bool all = len > 1 && list[len - 1] == '*' && n >= len - 1 && memcmp(list, name, len - 1) == 0;
		if (all || (len == n && len > 0 && memcmp(list, name, n) == 0))
			return true;
		list += len;
		list += strspn(list, " ");
	}
	return false;
}

char **child_env(struct arena *a, const char *more)
{
	size_t n = 0, kept = 0;
	while (environ && environ[n])
		n++;
	char **out = NEW_ARRAY(a, n + 1, char *);
	for (size_t i = 0; i < n; i++) {
		size_t len = strcspn(environ[i], "=");
		if (in_list(ALWAYS, environ[i], len) || in_list(more, environ[i], len))
			out[kept++] = environ[i];
	}
	out[kept] = NULL;
	return out;
}
