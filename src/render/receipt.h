/* receipt.h — a receipt of the record, read in the process of core/render: both ends. */
#pragma once
#include "core/audit/audit.h"
#include "core/render/render.h"

/* What a receipt says by its own bytes. Whether our record has the entry is for the server to look up. */
struct receipt_found {
	struct receipt_report r; /* r.stamp is not carried; r.fault is `fault` */
	struct str fault;        /* in English, for the log */
	bool has_stamp, stamped; /* a time-stamp is in it; it is a good one by the anchors given */
	struct instant stamped_at;
	struct str authority;
};

/* `anchors`: PEM of time-stamp authorities; empty: none is trusted. ERR_INVALID: no receipt. */
MUST_CHECK bool render_receipt(struct render *r, int fd, struct str anchors, struct arena *a, struct receipt_found *out, struct err *e);
/* The process's side. */
extern const struct render_job receipt_job;
