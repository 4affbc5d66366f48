/* upload.h — files that arrived with a form: on disk already, never in memory.
 *
 * Each lies under a random name in http_config.upload_dir, with its hash computed while it arrived. It is deleted when
 * the request ends; core/blob copies what stays. */
#pragma once
#include "core/base/err.h"
#include "core/base/str.h"
#include "core/crypto/crypto.h"

struct upload {
	struct upload *next;
	struct str field;    /* form field */
	struct str name;     /* what the client called it: last path component, no control characters, at most 200 bytes;
	                      * "file" when nothing is left. For display only */
	struct str type;     /* what the client says it is; not to be believed */
	const char *path;    /* where it lies */
	int fd;              /* open for reading and writing; closed when the request ends */
	int64_t size;
	struct digest plain; /* SHA-256 of the bytes as they came */
	bool removed;        /* http's: the path is gone already */
};

/* The cleaned display name of what a client sent: "..\\..\\x.pdf" gives "x.pdf". */
struct str upload_clean_name(struct arena *a, struct str sent);
