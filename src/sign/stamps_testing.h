/* stamps_testing.h — a time-stamp authority for one test, and who trusts it. */
#pragma once
#include "core/test/test.h"
#include "core/tsa/tsa_demo.h"

/* Until tsa_demo_stop(). *stamps is the caller's, and must outlive *tsa. */
static inline struct tsa_demo *stamps_begin(struct arena *a, struct trust **stamps, struct tsa *tsa)
{
	struct err e;
	const char *dir = test_temp_dir(a).p;
	EXPECT_OK(tsa_demo_certify(dir, 86400, &e), e);
	struct tsa_demo *server = tsa_demo_start(dir, 0, TSA_HONEST, &e);
	*stamps = trust_load(str_fmt(a, "%s/root.pem", dir).p, &e);
	EXPECT(server && *stamps);
	*tsa = (struct tsa){str_fmt(a, "http://127.0.0.1:%d/", tsa_demo_port(server)).p, 5000, *stamps, NULL};
	return server;
}
