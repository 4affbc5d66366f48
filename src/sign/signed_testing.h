/* signed_testing.h — a PDF with a real signature and time-stamp, for the tests of slices above: the demonstration's token and
 * authority in a folder of the test. */
#pragma once
#include "core/test/test.h"
#include "sign/demo_pki.h"
#include "sign/pdf_verify.h"

#define SIGNED_NAME "Nguyễn Văn Mẫu"
#define SIGNED_AGENCY "Sở Mẫu"

struct signed_bench {
	struct sign_client *client;
	struct sign_client_spec spec;
	struct tsa_demo *server;
	struct trust *stamps;
	struct tsa tsa;
	struct str signers_pem, stamps_pem;
	struct str plain, pdf; /* a page, and the page signed */
};
void signed_open(struct signed_bench *b, struct arena *a);
void signed_close(struct signed_bench *b);
/* The same person signs on top. */
struct str signed_again(struct signed_bench *b, struct arena *a, struct str pdf);
