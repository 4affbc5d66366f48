/* pdf_fuzz.c — any bytes as a PDF whose signatures are judged; nobody is trusted. It may be refused, but never called good. */
#include "tests/fuzz/fuzz.h"
#include "sign/pdf_verify.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	AUTO_ARENA a = arena_new(0);
	struct pdf_report *r = NEW(a, struct pdf_report);
	struct pdf_trust nobody = {.now = {1770253500000}};
	pdf_verify(a, (struct str){(const char *)bytes, n}, &nobody, r);
	CHECK(r->verdict != PDF_GOOD);
	CHECK(r->n <= PDF_SIGNATURES_MAX && r->n_findings <= PDF_FINDINGS_MAX);
	for (size_t i = 0; i < r->n; i++)
		CHECK(r->signatures[i].covers <= n && !r->signatures[i].good);
	for (size_t i = 0; i < r->n_findings; i++)
		CHECK(pdf_finding_name(r->findings[i].kind) && r->findings[i].signature < (int)r->n);
	return 0;
}
