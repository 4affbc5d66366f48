#include "core/test/test.h"
#include "core/tsa/tsa.h"
#include <stdio.h>
#include "core/tsa/tsa_demo.h"
#include <stdlib.h>

#define YEAR (365L * 86400)
static const char *const no_dir = "/nonexistent";

struct bench { const char *dir; struct tsa_demo *server; struct trust *anchors; struct tsa tsa; };

static struct bench bench_new(struct arena *a, long seconds, enum tsa_fault fault)
{
	struct err e;
	struct bench b = {.dir = str_cstr(a, test_temp_dir(a))};
	EXPECT_OK(tsa_demo_certify(b.dir, seconds, &e), e);
	b.server = tsa_demo_start(b.dir, 0, fault, &e);
	b.anchors = trust_load(str_fmt(a, "%s/root.pem", b.dir).p, &e);
	EXPECT(b.server && b.anchors);
	b.tsa = (struct tsa){str_fmt(a, "http://127.0.0.1:%d/", tsa_demo_port(b.server)).p, 5000, b.anchors, NULL};
	return b;
}

static void bench_done(struct bench *b)
{
	tsa_demo_stop(b->server);
	trust_free(b->anchors);
}

TEST(a_digest_is_stamped_and_the_token_verified)
{
	struct bench b = bench_new(a, YEAR, TSA_HONEST);
	struct digest d = crypto_sha256(STR("root of the day"));
	struct str token;
	struct err e;
	struct tsa_time t;
	EXPECT_OK(tsa_stamp(a, &b.tsa, d, instant_clock(), &token, &e), e);
	EXPECT_OK(tsa_verify(a, token, d, b.anchors, &t, &e), e);
	EXPECT(llabs(t.at.ms - instant_clock().ms) < 60000);
	EXPECT(str_starts(t.authority, STR("Dấu thời gian")));
	EXPECT_TEXT(t.policy, "1.3.6.1.4.1.99999.1");
	EXPECT_TEXT(t.serial, "01");
	EXPECT_ERR(tsa_verify(a, token, crypto_sha256(STR("other")), b.anchors, &t, &e), e, ERR_INVALID);
	EXPECT_ERR(tsa_verify(a, str_cat(a, token, STR("x")), d, b.anchors, &t, &e), e, ERR_INVALID);
	bench_done(&b);
}

TEST(no_changed_byte_of_a_token_moves_its_time)
{
	struct bench b = bench_new(a, YEAR, TSA_HONEST);
	struct digest d = crypto_sha256(STR("x"));
	struct str token;
	struct err e;
	struct tsa_time want, got;
	EXPECT_OK(tsa_stamp(a, &b.tsa, d, instant_clock(), &token, &e), e);
	EXPECT_OK(tsa_verify(a, token, d, b.anchors, &want, &e), e);
	for (size_t i = 0; i < token.n; i++) {
		char *bad = (char *)(uintptr_t)str_dup(a, token).p;
		bad[i] ^= 0x01;
		if (tsa_verify(a, (struct str){bad, token.n}, d, b.anchors, &got, &e))
			EXPECT_INT(got.at.ms, want.at.ms);
		EXPECT(!tsa_verify(a, str_sub(token, 0, i), d, b.anchors, &got, &e));
	}
	bench_done(&b);
}

TEST(serials_go_on_after_a_restart)
{
	struct bench b = bench_new(a, YEAR, TSA_HONEST);
	struct digest d = crypto_sha256(STR("x"));
	struct str token;
	struct err e;
	struct tsa_time t;
	EXPECT_OK(tsa_stamp(a, &b.tsa, d, instant_clock(), &token, &e), e);
	tsa_demo_stop(b.server);
	b.server = tsa_demo_start(b.dir, 0, TSA_HONEST, &e);
	b.tsa.url = str_fmt(a, "http://127.0.0.1:%d/", tsa_demo_port(b.server)).p;
	EXPECT_OK(tsa_stamp(a, &b.tsa, d, instant_clock(), &token, &e), e);
	EXPECT_OK(tsa_verify(a, token, d, b.anchors, &t, &e), e);
	EXPECT_TEXT(t.serial, "02");
	bench_done(&b);
}

TEST(an_authority_that_lies_is_refused)
{
	const struct { enum tsa_fault fault; long seconds; enum err_kind kind; const char *text; } cases[] = {
		{TSA_WRONG_NONCE, YEAR, ERR_INVALID, "nonce"}, {TSA_WRONG_IMPRINT, YEAR, ERR_INVALID, "imprint"},
		{TSA_GARBAGE, YEAR, ERR_INVALID, "RFC 3161"},  {TSA_WRONG_CLOCK, 10 * YEAR, ERR_INVALID, "time-stamp"},
		{TSA_DOWN, YEAR, ERR_BUSY, "503"},	       {TSA_HONEST, -60, ERR_INVALID, "verify"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct bench b = bench_new(a, cases[i].seconds, cases[i].fault);
		struct str token;
		struct err e;
		EXPECT(!tsa_stamp(a, &b.tsa, crypto_sha256(STR("x")), instant_clock(), &token, &e));
		if (e.kind != cases[i].kind || str_find(str_from(e.text), str_from(cases[i].text)) < 0)
			FAIL("case %zu: %s: %s", i, err_kind_name(e.kind), e.text);
		bench_done(&b);
	}
}

TEST(an_authority_away_is_busy_and_a_later_try_succeeds)
{
	struct bench b = bench_new(a, YEAR, TSA_HONEST);
	int port = tsa_demo_port(b.server);
	tsa_demo_stop(b.server);
	struct str token;
	struct err e;
	EXPECT_ERR(tsa_stamp(a, &b.tsa, crypto_sha256(STR("x")), instant_clock(), &token, &e), e, ERR_BUSY);
	b.server = tsa_demo_start(b.dir, port, TSA_HONEST, &e);
	EXPECT(b.server);
	EXPECT_OK(tsa_stamp(a, &b.tsa, crypto_sha256(STR("x")), instant_clock(), &token, &e), e);
	b.tsa.policy = "1.2.3";
	EXPECT_ERR(tsa_stamp(a, &b.tsa, crypto_sha256(STR("x")), instant_clock(), &token, &e), e, ERR_BUSY);
	bench_done(&b);
}

TEST(another_root_does_not_vouch)
{
	struct bench b = bench_new(a, YEAR, TSA_HONEST), other = bench_new(a, YEAR, TSA_HONEST);
	struct str token;
	struct err e;
	struct tsa_time t;
	EXPECT_OK(tsa_stamp(a, &b.tsa, crypto_sha256(STR("x")), instant_clock(), &token, &e), e);
	EXPECT_ERR(tsa_verify(a, token, crypto_sha256(STR("x")), other.anchors, &t, &e), e, ERR_INVALID);
	bench_done(&b);
	bench_done(&other);
}

TEST(openssl_agrees_with_our_token)
{
	struct bench b = bench_new(a, YEAR, TSA_HONEST);
	struct str token;
	struct err e;
	EXPECT_OK(tsa_stamp(a, &b.tsa, crypto_sha256(STR("data")), instant_clock(), &token, &e), e);
	FILE *f = fopen(str_fmt(a, "%s/token", b.dir).p, "w");
	EXPECT(f && fwrite(token.p, 1, token.n, f) == token.n && fclose(f) == 0);
	EXPECT_INT(system(str_fmt(a, "cd %s && printf data >data && openssl ts -verify -in token -token_in -data data -CAfile root.pem >out 2>&1", b.dir).p), 0);
	EXPECT(system(str_fmt(a, "cd %s && printf other >data && openssl ts -verify -in token -token_in -data data -CAfile root.pem >out 2>&1", b.dir).p) != 0);
	bench_done(&b);
}

TEST(anchors_must_be_certificates)
{
	struct err e;
	EXPECT(!trust_load(no_dir, &e) && e.kind == ERR_NOT_FOUND);
	EXPECT(!trust_parse(STR("no pem"), &e) && e.kind == ERR_INVALID);
	EXPECT(!trust_parse(STR_NONE, &e) && e.kind == ERR_INVALID);
	EXPECT(!trust_parse(STR("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), &e));
	EXPECT(!tsa_demo_start(no_dir, 0, TSA_HONEST, &e));
	trust_free(NULL);
	tsa_demo_stop(NULL);
}
