/* pdf_verify.h — judges the signatures of a PDF that somebody gives us, by our own reading and not a viewer's.
 *
 * For each signature: what it covers, whether the bytes are those signed, who signed, when (time-stamp), and whether the
 * certificate leads to an anchor at that time. Over the whole file: after a signature there may follow only revisions that
 * add signatures (invisible fields) or validation data (DSS); each changed or new object of them is looked at, and nothing in them may be
 * what a reader that mends files by searching would take for an object or a table. Time-stamps alone are nobody's signature: uncertain.
 * Refused by name: see enum pdf_finding_kind. Law 20/2023/QH15 art. 22 (a change after signing must be detectable);
 * ETSI EN 319 142-1; circular 15/2025/TT-BKHCN annex I.
 * Hostile input is expected: everything is bounded, nothing is decompressed, no script or link is followed.
 * Threads: none of its own; calls may run side by side.
 * Drawbacks: revocation is not asked for; files with cross-reference streams cannot be judged (PDF_REFUSED, structure). */
#pragma once
#include "sign/pades.h"

#define PDF_SIGNATURES_MAX 32
#define PDF_FINDINGS_MAX 32

struct pdf_trust {
	const struct trust *signers, *stamps; /* anchors of signers, of time-stamp authorities; NULL: nobody is trusted */
	struct instant now;                   /* judges signatures without a time-stamp */
};

enum pdf_verdict {
	PDF_UNSIGNED,  /* a readable PDF without signatures */
	PDF_GOOD,      /* every signature good, nothing else added */
	PDF_UNCERTAIN, /* intact, but who signed or when is not proven to us */
	PDF_REFUSED,   /* changed, forged or unreadable */
};

enum pdf_finding_kind {
	FIND_STRUCTURE,      /* not a PDF, or one we cannot read without doubt */
	FIND_TRAILING,       /* bytes after the end of the last revision */
	FIND_CHANGED_AFTER,  /* a revision after a signature changes or adds more than signatures */
	FIND_SHADOW,         /* a later revision fills in what the signed one referred to without having it */
	FIND_STRAY,          /* a signature that belongs to no field of the form */
	FIND_SUBFILTER,      /* another kind of signature than ETSI.CAdES.detached or ETSI.RFC3161 */
	FIND_BYTE_RANGE,     /* no ByteRange of four whole numbers */
	FIND_RANGE_START,    /* does not begin at the first byte */
	FIND_RANGE_END,      /* does not end with its revision */
	FIND_OVERLAP,        /* its parts overlap, or two signatures claim one revision */
	FIND_GAP,            /* between the parts stands something else than the one hex string of /Contents */
	FIND_CONTENTS_TWICE, /* /Contents more than once */
	FIND_PADDING,        /* bytes other than zero after the CMS */
	FIND_CMS,            /* not a detached SignedData with one signer and its certificate */
	FIND_ATTRIBUTES,     /* signed attributes missing, doubled or forbidden (signing-time) */
	FIND_ALGORITHM,      /* SHA-1 or another algorithm not allowed */
	FIND_WEAK_KEY,       /* RSA below 2048 bits, elliptic curve below 256 */
	FIND_DIGEST,         /* the bytes are not those signed */
	FIND_SIGNER,         /* signing-certificate-v2 names another certificate */
	FIND_SIGNATURE,      /* the signature value is wrong */
	FIND_KEY_USAGE,      /* the certificate is not for signatures */
	FIND_CHAIN,          /* uncertain: no path to an anchor valid at that time */
	FIND_TIME,           /* uncertain: a time-stamp is there but not good */
	FIND_NOBODY,         /* uncertain: time-stamps alone, nobody signed */
	FIND_OLD_PADDING,    /* a note: RSA PKCS#1 v1.5 where circular 15/2025 wants RSASSA-PSS */
	FIND_KINDS,
};

enum pdf_level { PDF_LEVEL_B_B, PDF_LEVEL_B_T, PDF_LEVEL_DOCUMENT_TIME };

struct pdf_signature {
	struct str field, signer, organisation; /* name of the field; common name and O of the certificate, UTF-8 */
	struct str cert;                        /* DER; empty when there is none */
	enum pdf_level level;
	bool stamped;         /* `time` is from a good time-stamp */
	struct tsa_time time;
	struct str token;     /* DER of that time-stamp, and the hash it is over: for whoever keeps the proof */
	struct digest token_of;
	struct instant judged_at;
	bool digest_ok, signature_ok, chain_ok, good;
	size_t covers;        /* the signed revision is the first `covers` bytes of the file */
	bool whole;           /* that is the whole file */
};

struct pdf_finding { enum pdf_finding_kind kind; int signature; /* index, -1: the file */ char text[160]; };

struct pdf_report {
	enum pdf_verdict verdict;
	struct pdf_signature signatures[PDF_SIGNATURES_MAX]; /* by what they cover, oldest first */
	size_t n;
	struct pdf_finding findings[PDF_FINDINGS_MAX]; /* the first ones */
	size_t n_findings;
};

/* Strings of the report lie in `a` or in `pdf`. */
void pdf_verify(struct arena *a, struct str pdf, const struct pdf_trust *trust, struct pdf_report *out);
bool pdf_report_has(const struct pdf_report *r, enum pdf_finding_kind kind);
/* A stable word ("changed-after"), for logs and as the end of a message key. */
const char *pdf_finding_name(enum pdf_finding_kind kind);
const char *pdf_verdict_name(enum pdf_verdict v);

/* An agency's signature (its seal) goes only onto what a competent person has signed (decree 30/2020/NĐ-CP art. 32):
 * ERR_CONFLICT unless everything on the file is good and one good signature is not by one of the seals' certificates
 * (SHA-256 of their DER). */
bool pdf_seal_permitted(const struct pdf_report *r, const struct digest *seals, size_t n, struct err *e) MUST_CHECK;
/* Verifies, asks the rule above (the key's own certificate counts as a seal), and signs. The one way to the seal. */
bool pades_seal(struct arena *a, struct str pdf, const struct pades_key *seal, const struct pades_options *o,
		const struct pdf_trust *trust, const struct digest *seals, size_t n, struct str *out, struct err *e) MUST_CHECK;
