/* file.h — writing all of it. */
#pragma once
#include "core/base/arena.h"
#include "core/base/err.h"
#include "core/base/str.h"
#include <sys/types.h>

/* All of the bytes, however many calls that takes. False: errno says why, and a part may be written. */
MUST_CHECK bool file_write(int fd, struct str bytes);

/* A small file that is there whole or not at all. Written beside as PATH.new, synced, and renamed over what was there. ERR_INTERNAL: the old one, if any, is untouched, and
 * PATH.new is gone. */
MUST_CHECK bool file_replace(struct arena *a, const char *path, mode_t mode, struct str text, struct err *e);
