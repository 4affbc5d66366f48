/* intake.h — the content of a file that comes with a request: looked at before it is kept, and said in words when it lies.
 *
 * A file that is not what its name says has an error of its own at its field ("the name says PDF, the content is a web
 * page"); it is never called infected. Whether a known kind is wanted here is the caller's question. */
#pragma once
#include "core/http/http.h"
#include "core/scan/scan.h"

/* *mime: the type of core/scan's table by content; NULL when the file may not come in, and the form has its error at
 * `field` then. Slow pool or worker: it may wait for the process of core/render. */
MUST_CHECK bool intake_look(struct request *r, const char *field, const struct scan_config *cfg, const struct blob_writer *file, struct str name, const char **mime, struct err *e);
/* The error at `field` when the kind is known but not wanted here. */
void intake_unwanted(struct request *r, const char *field);
