/* multipart.h — multipart/form-data, piece by piece, at constant memory. Inside core/http only.
 *
 * Values of ordinary parts go into memory (bounded by `value_max` together), files sealed to disk. Tolerates a
 * preamble and bare boundaries as browsers and curl send them; anything else ill-formed is an error. */
#pragma once
#include "core/base/err.h"
#include "core/http/upload.h"

struct multipart_limits { struct blob_store *blobs; size_t file_max, value_max; unsigned files_max, parts_max; };

/* A value or a file is complete. */
struct multipart_sink {
	void (*value)(void *ctx, struct str name, struct str value);
	void (*file)(void *ctx, struct upload *u);
	void *ctx;
};

struct multipart;
/* blobs NULL: files are refused. boundary: 1–70 bytes. Limits must outlive it. */
MUST_CHECK bool multipart_new(struct multipart **out, struct arena *a, struct str boundary, const struct multipart_limits *l,
                              struct multipart_sink sink, struct err *e);
MUST_CHECK bool multipart_feed(struct multipart *m, const char *p, size_t n, struct err *e);
/* The body is over: false when the last boundary was not seen. */
MUST_CHECK bool multipart_end(struct multipart *m, struct err *e);
/* Removes a file that was being received. */
void multipart_done(struct multipart *m);
