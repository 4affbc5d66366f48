/* upload.h — files that arrived with a form: on disk already, sealed while they came, never in memory.
 *
 * Each is a file of http_config.blobs that is nobody's yet: blob_writer_keep() with the key of its record makes it stay,
 * else it is gone when the request ends. */
#pragma once
#include "core/base/err.h"
#include "core/base/str.h"
#include "core/blob/blob.h"

struct upload {
	struct upload *next;
	struct str field;    /* form field */
	struct str name;     /* what the client called it: last path component, no control characters, at most 200 bytes;
	                      * "file" when nothing is left. For display only */
	struct str type;     /* what the client says it is; not to be believed */
	struct blob_writer *file; /* ended; freed when the request ends */
	int64_t size;
	struct digest plain; /* SHA-256 of the bytes as they came */
};

/* The cleaned display name of what a client sent: "..\\..\\x.pdf" gives "x.pdf". */
struct str upload_clean_name(struct arena *a, struct str sent);
