/* receipt_fuzz.c — any bytes as a receipt. Proved is only what has the committed receipt's day: a change of its proof breaks it. */
#include "tests/fuzz/fuzz.h"
#include "core/audit/audit.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	AUTO_ARENA a = arena_new(0);
	struct err e = {0};
	struct receipt_report r = {0};
	if (audit_receipt_check(a, (struct str){(const char *)bytes, n}, &r, &e))
		CHECK(r.state == RECEIPT_BROKEN ? r.fault != NULL : r.fault == NULL);
	else
		CHECK(e.text[0]);
	return 0;
}
