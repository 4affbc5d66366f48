/* scan.h — may this file come in? Its type by content, and ClamAV when there is one.
 *
 * Type:    the name's ending must be in the table of types, allowed by the caller, and the content (libmagic) must be what the
 *          ending says. What the client says of the type counts for nothing.
 * Virus:   INSTREAM over clamd's Unix socket. A scanner that is configured and does not answer is SCAN_NO_ANSWER: the
 *          file stays in quarantine and a job asks again; it is never taken for clean.
 * Where:   libmagic reads the content in the process of core/render (type_job.h); the server does not link it.
 * Threads: any. Waits for that process and for the scanner: slow pool or a job. */
#pragma once
#include "core/render/render.h"

enum scan_verdict {
	SCAN_CLEAN,
	SCAN_TYPE_REFUSED, /* this kind of file is not accepted here */
	SCAN_TYPE_LIES,    /* the content is not what the name says */
	SCAN_EMPTY,
	SCAN_INFECTED,
	SCAN_NO_ANSWER,
	SCAN_VERDICT_COUNT
};

/* One kind of file. `magic`: what libmagic may call it. */
struct scan_type { const char *ending, *mime; const char *magic[5]; };
extern const struct scan_type scan_types[];
extern const size_t n_scan_types;

struct scan_config {
	struct render *render;     /* the process that tells types; not needed by scan_virus() and scan_ping() */
	const char *clamav_socket; /* NULL: no scanner */
	int timeout_ms;            /* for each answer; 0: 30 s */
	int64_t stream_max;        /* clamd's StreamMaxLength; larger files are SCAN_NO_ANSWER. 0: 100 MiB */
};

struct scan_result {
	enum scan_verdict verdict;
	const char *mime;   /* of the table: store this one. NULL when the type was refused */
	bool away;          /* with SCAN_NO_ANSWER: nothing was heard of the scanner itself; asking it for the next file would wait as long */
	char found[100];    /* what libmagic or clamd says, for the log */
};

/* fd is read from its start (its offset is not used). `name`: the display name. `endings`: allowed ones, "pdf", ended
 * by NULL; NULL: the whole table. False when fd cannot be read, and ERR_BUSY when the process of core/render does not answer. */
MUST_CHECK bool scan_file(const struct scan_config *cfg, int fd, struct str name, const char *const *endings,
                          struct scan_result *out, struct err *e);
/* The scanner alone, for files whose type was looked at when they came: SCAN_CLEAN, SCAN_INFECTED or SCAN_NO_ANSWER. */
void scan_virus(const struct scan_config *cfg, int fd, struct scan_result *out);
/* Is the scanner there (PING)? For readiness. */
MUST_CHECK bool scan_ping(const struct scan_config *cfg, struct err *e);
const char *scan_verdict_name(enum scan_verdict v);

/* Of a file no more is looked at to tell its type. */
#define SCAN_HEAD ((size_t)256 * 1024)
/* What libmagic calls a file that begins with `head`, in `a`. Also how the start of the program tries the process. */
MUST_CHECK bool scan_ask_type(const struct scan_config *cfg, struct str head, struct arena *a, struct str *out, struct err *e);
