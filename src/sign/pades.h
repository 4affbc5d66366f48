/* pades.h — signs a PDF by an incremental update (ETSI EN 319 142-1, level B-B, or B-T with a time-stamp authority).
 *
 * The bytes given are never changed, only appended to; earlier signatures stay valid. SubFilter ETSI.CAdES.detached;
 * signed attributes content-type, message-digest, signing-certificate-v2 and no signing-time; SHA-256 with ECDSA or
 * RSASSA-PSS, whichever the key is (circular 15/2025/TT-BKHCN, annex I). The signature field is invisible: what a
 * reader sees of a signature belongs to the page and is drawn before signing.
 * Idempotent: a failure leaves nothing behind; call again with the same bytes. */
#pragma once
#include "core/tsa/tsa.h"

/* Who makes the raw signature: in the program the sign helper, in tests a key in memory. */
struct pades_key {
	void *self;
	struct str cert;   /* DER of the signer's certificate */
	struct str issuer; /* DER of its issuing CA; STR_NONE when it is a root */
	/* Signs the SHA-256 hash of the attributes. ECDSA: DER of the pair; RSA: PSS, salt of 32. ERR_BUSY: token away. */
	bool (*sign)(void *self, struct arena *a, struct digest of_attributes, struct str *signature, struct err *e);
};

struct pades_options {
	struct instant now;
	struct str name, reason; /* UTF-8 */
	const struct tsa *tsa;   /* NULL: B-B */
};

bool pades_sign(struct arena *a, struct str pdf, const struct pades_key *key, const struct pades_options *o, struct str *out,
		struct err *e) MUST_CHECK;
