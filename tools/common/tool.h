/* tool.h — what the build-time generators share: whole files in, whole files out, folders listed in order.
 * A generator stops at its first fault with file:line on stderr and exit 1. */
#pragma once
#include "core/base/str.h"

void tool_die(const char *fmt, ...) PRINTF_LIKE(1, 2) __attribute__((noreturn));
struct str tool_read(struct arena *a, const char *path);
/* Leaves the file alone when it already holds these bytes, so that what depends on it is not built again. */
void tool_write(const char *path, struct str bytes);
struct tool_files { const char **path; size_t n; };
/* The files of a folder whose names end in `suffix`, sorted; paths begin with `dir`. */
struct tool_files tool_list(struct arena *a, const char *dir, const char *suffix);
/* A make-style dependency file: target: the files. */
void tool_depfile(struct arena *a, const char *path, const char *target, const char *const *deps, size_t n);
/* The last part of a path, without `suffix`. */
struct str tool_stem(struct arena *a, const char *path, const char *suffix);
