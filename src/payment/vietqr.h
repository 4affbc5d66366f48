/* vietqr.h — the text of a VietQR code (NAPAS 247, EMVCo merchant presented): pure, no state. */
#pragma once
#include "core/base/err.h"
#include "core/base/instant.h"

struct vietqr {
	struct str bin;     /* acquirer, 6 digits */
	struct str account; /* account or card number, at most 19 characters */
	bool to_card;
	struct money amount; /* 0: the payer types it, and the code is a static one */
	struct str bill;     /* may be empty; at most 25 */
	struct str purpose;  /* may be empty; at most 25; only A–Z, 0–9, space and hyphen */
};

/* INVALID names the part that cannot be written. The code itself proves nothing: only the bank's notice does. */
bool vietqr_build(struct arena *a, const struct vietqr *q, struct str *out, struct err *e) MUST_CHECK;
/* Is the check sum at the end right? */
bool vietqr_check(struct str payload);
