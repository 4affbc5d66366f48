/* tsa.h — time-stamps of RFC 3161: ask an authority over HTTP, verify a token.
 *
 * Used for the signature time-stamp of PAdES B-T (imprint of the signature value) and for each day's Merkle root.
 * Verification: token well formed without trailing bytes, imprint SHA-256 and equal, signed with SHA-256 or better by a
 * certificate whose extended key usage is time-stamping alone and critical, whose path ends at an anchor, valid at the
 * time in the token. Revocation of the authority's certificate is not asked for: it is the anchor list that is kept.
 * Threads: none of its own; calls may run side by side. */
#pragma once
#include "core/crypto/crypto.h"
#include "core/tsa/trust.h"

struct tsa {
	const char *url;            /* http:// or https:// */
	int timeout_ms;             /* for the whole exchange */
	const struct trust *anchors;
	const char *policy;         /* dotted OID that must be in the token; NULL: any */
};

struct tsa_time {
	struct instant at;
	struct str authority; /* common name of the signing certificate */
	struct str serial;    /* of the token, hex */
	struct str policy;    /* dotted OID */
};

/* A token over the digest, already verified: nonce, imprint, policy, signature, and a time within five minutes of now.
 * ERR_BUSY when the authority is away, late or refuses for now (try later); ERR_INVALID when its answer is wrong. */
bool tsa_stamp(struct arena *a, const struct tsa *tsa, struct digest d, struct instant now, struct str *token, struct err *e)
	MUST_CHECK;
/* ERR_INVALID with the reason when the token is not a good stamp of d. *out lies in the arena. */
bool tsa_verify(struct arena *a, struct str token, struct digest d, const struct trust *anchors, struct tsa_time *out,
		struct err *e) MUST_CHECK;
/* Whether the token is over another digest: false also when it cannot be read, or is over a hash of another kind. */
bool tsa_is_of_other(struct str token, struct digest d);
