/* proof_words.c — findings and verdicts in plain words. */
#include "proof/proof_internal.h"

static const struct { enum msg_key word; bool let_through; } findings[FIND_KINDS] = {
	[FIND_STRUCTURE] = {MSG_PROOF_FIND_STRUCTURE, false},     [FIND_TRAILING] = {MSG_PROOF_FIND_TRAILING, true},
	[FIND_CHANGED_AFTER] = {MSG_PROOF_FIND_CHANGED, true},    [FIND_SHADOW] = {MSG_PROOF_FIND_SHADOW, true},
	[FIND_STRAY] = {MSG_PROOF_FIND_STRAY, true},              [FIND_SUBFILTER] = {MSG_PROOF_FIND_SUBFILTER, true},
	[FIND_BYTE_RANGE] = {MSG_PROOF_FIND_RANGE, false},        [FIND_RANGE_START] = {MSG_PROOF_FIND_RANGE, true},
	[FIND_RANGE_END] = {MSG_PROOF_FIND_RANGE, true},          [FIND_OVERLAP] = {MSG_PROOF_FIND_RANGE, true},
	[FIND_GAP] = {MSG_PROOF_FIND_GAP, true},                  [FIND_CONTENTS_TWICE] = {MSG_PROOF_FIND_GAP, true},
	[FIND_PADDING] = {MSG_PROOF_FIND_GAP, true},              [FIND_CMS] = {MSG_PROOF_FIND_CMS, false},
	[FIND_ATTRIBUTES] = {MSG_PROOF_FIND_CMS, true},           [FIND_ALGORITHM] = {MSG_PROOF_FIND_WEAK, true},
	[FIND_WEAK_KEY] = {MSG_PROOF_FIND_WEAK, true},            [FIND_DIGEST] = {MSG_PROOF_FIND_DIGEST, false},
	[FIND_SIGNER] = {MSG_PROOF_FIND_SIGNER, true},            [FIND_SIGNATURE] = {MSG_PROOF_FIND_SIGNATURE, false},
	[FIND_KEY_USAGE] = {MSG_PROOF_FIND_USAGE, true},          [FIND_CHAIN] = {MSG_PROOF_FIND_CHAIN, false},
	[FIND_TIME] = {MSG_PROOF_FIND_TIME, false},               [FIND_NOBODY] = {MSG_PROOF_FIND_NOBODY, false},
	[FIND_OLD_PADDING] = {MSG_PROOF_FIND_OLD, false},
};

enum msg_key proof_finding_word(enum pdf_finding_kind kind) { return findings[kind < FIND_KINDS ? kind : FIND_STRUCTURE].word; }
bool proof_let_through(enum pdf_finding_kind kind) { return kind < FIND_KINDS && findings[kind].let_through; }

/* Most PDF of other programs cannot be judged (compressed tables): that is no fault of theirs. */
static bool only_unreadable(const struct pdf_report *r)
{
	for (size_t i = 0; i < r->n_findings; i++)
		if (r->findings[i].kind != FIND_STRUCTURE)
			return false;
	return r->verdict == PDF_REFUSED && r->n == 0;
}

struct proof_word proof_of_stranger(const struct pdf_report *r)
{
	bool unreadable = only_unreadable(r);
	if (unreadable)
		return (struct proof_word){UI_WARN, MSG_PROOF_UNREADABLE, MSG_PROOF_UNREADABLE_TEXT};
	switch (r->verdict) {
	case PDF_GOOD: return (struct proof_word){UI_WARN, MSG_PROOF_SIGNED, MSG_PROOF_SIGNED_TEXT};
	case PDF_UNCERTAIN: return (struct proof_word){UI_WARN, MSG_PROOF_UNCERTAIN, MSG_PROOF_UNCERTAIN_TEXT};
	case PDF_UNSIGNED: return (struct proof_word){UI_WARN, MSG_PROOF_UNSIGNED, MSG_PROOF_UNSIGNED_TEXT};
	case PDF_REFUSED: break;
	}
	return (struct proof_word){UI_BAD, MSG_PROOF_REFUSED, MSG_PROOF_REFUSED_TEXT};
}

enum msg_key proof_paper_word(struct str kind)
{
	static const struct { const char *kind; enum msg_key word; } words[] = {
		{"receipt", MSG_PROOF_PAPER_RECEIPT}, {"supplement", MSG_PROOF_PAPER_SUPPLEMENT}, {"refusal", MSG_PROOF_PAPER_REFUSAL},
		{"apology", MSG_PROOF_PAPER_APOLOGY}, {"stop", MSG_PROOF_PAPER_STOP}, {"result", MSG_PROOF_PAPER_RESULT}};
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_eq(kind, str_from(words[i].kind)))
			return words[i].word;
	return MSG_PROOF_PAPER_OTHER;
}
