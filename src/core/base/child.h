/* child.h — what a process that we start is told of our environment: an allow list, for it may hold passwords. */
#pragma once
#include "core/base/arena.h"

/* For posix_spawn: PATH, LANG, LC_ALL, LC_CTYPE, TZ, and the names in `more` (with spaces between; "PG*" is all that begin so;
 * NULL: none). The strings are those of our environment, which must not change meanwhile. */
char **child_env(struct arena *a, const char *more);
