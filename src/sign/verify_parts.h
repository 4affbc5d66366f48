/* verify_parts.h — the parts of pdf_verify. Internal to the slice. */
#pragma once
#include "sign/pdf_file.h"
#include "sign/pdf_verify.h"

void pdf_report_add(struct pdf_report *r, enum pdf_finding_kind kind, int signature, const char *fmt, ...) PRINTF_LIKE(4, 5);

/* The CMS in `contents` (padded with zeros) over the two parts; fills signer, time and the *_ok of the signature. */
void cms_check(struct arena *a, struct str contents, const struct str parts[2], const struct pdf_trust *trust, struct pdf_report *r,
	       int signature);
/* A document time-stamp: `contents` is a token over the parts. */
void stamp_check(struct arena *a, struct str contents, const struct str parts[2], const struct pdf_trust *trust, struct pdf_report *r,
		 int signature);

/* One revision of the file: bytes [start, end), with its cross-reference table. */
struct revision { size_t start, table, end, with_eol; };
/* Adds findings when the revision adds to the one before anything but signatures and validation data. */
void revision_check(struct arena *a, struct str pdf, const struct revision *before, const struct revision *r, struct pdf_report *report);
