/* outbox.h — state changes for other systems (the national portal, the province's data exchange), in order.
 *
 * Owner:    table outbox.
 * Promise:  a change added in an action's transaction is delivered at least once, in order of its number; the receiver
 *           tells doubles by `id`. Numbers of one key grow in the order in which its changes took hold (the record is
 *           locked before its number is taken).
 * Delivery: only the first undelivered change may be sent, under a lease: one sender at a time over all nodes. A failure
 *           stops what is behind it; it is tried again with growing pauses and never given up: an administrator may skip.
 *           Without a configured receiver changes stay queued. */
#pragma once
#include "core/job/job.h"

struct outbox_change { int64_t id; struct str topic, key, body; struct instant at; int64_t attempt; };

struct outbox_config {
	const char *url;        /* POST; "https://…" or "http://…"; NULL: stays queued */
	const char *token;      /* Bearer, from a file; NULL: none */
	const char *ca_file;    /* NULL: the system's */
	const char *cert_file, *key_file; /* shown over TLS, PEM; NULL: none */
	int timeout_ms;         /* 0: 20 s */
	/* Another way to deliver, in place of HTTP: other protocols and tests. */
	bool (*deliver)(void *ctx, const struct outbox_change *c, struct err *e);
	void *ctx;
};

/* In an action's transaction. `body`: JSON, at most 256 KiB. */
MUST_CHECK bool outbox_add(struct env *env, struct str topic, struct str key, struct str body, struct err *e);
/* The kind that delivers ("outbox.deliver"), every 15 seconds. cfg must outlive the runner. */
struct job_kind outbox_kind(const struct outbox_config *cfg);
struct outbox_stats { int64_t queued; struct instant oldest; int64_t head, attempts; struct str last_error; };
MUST_CHECK bool outbox_stats(struct env *env, struct outbox_stats *out, struct err *e);
/* In an action: gives up the head. ERR_CONFLICT when `id` is not the head. */
MUST_CHECK bool outbox_skip(struct env *env, int64_t id, struct err *e);
/* {"id":"7","topic":…,"key":…,"at":…,"body":…}: what is posted. */
struct str outbox_envelope(struct arena *a, const struct outbox_change *c);
