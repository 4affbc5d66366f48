/* proof_internal.h — shared by the files of src/proof only. */
#pragma once
#include "core/page/page.h"
#include "proof/proof.h"
#include "render/receipt.h"
#include "sign/pdf_report.h"

enum proof_kind { PROOF_PDF, PROOF_RECEIPT };
/* What the process read; strings in the request's arena. */
struct proof {
	enum proof_kind kind;
	struct str name;
	int64_t size;
	struct digest sha256;
	struct pdf_report pdf;
	struct receipt_found receipt;
};

/* One way to say how a file stands, with its tone. */
struct proof_word { enum ui_tone tone; enum msg_key title, text; };

enum msg_key proof_finding_word(enum pdf_finding_kind kind);
/* Do common programs call the signature valid all the same? */
bool proof_let_through(enum pdf_finding_kind kind);
/* What the PDF is worth when its bytes are not ones that we issued. */
struct proof_word proof_of_stranger(const struct pdf_report *r);
enum msg_key proof_paper_word(struct str kind);
