/* file.h — small files that are there whole or not at all. */
#pragma once
#include "core/base/arena.h"
#include "core/base/err.h"
#include "core/base/str.h"
#include <sys/types.h>

/* Written beside as PATH.new, synced, and renamed over what was there. ERR_INTERNAL: the old one, if any, is untouched. */
MUST_CHECK bool file_replace(struct arena *a, const char *path, mode_t mode, struct str text, struct err *e);
