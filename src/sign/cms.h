/* cms.h — the CMS SignedData of a PAdES signature: made from a hash and an outside key. Internal to the slice. */
#pragma once
#include "sign/pades.h"

/* DER of the detached SignedData over content with hash `content`. */
bool cms_make(struct arena *a, struct digest content, const struct pades_key *key, const struct pades_options *o,
	      struct str *der, struct err *e) MUST_CHECK;
