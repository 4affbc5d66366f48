#include "core/test/test.h"
#include "sign/pades.h"
#include "sign/pdf_file.h"
#include "sign/stamps_testing.h"
#include <cairo-pdf.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A signer with its key in memory: what the tests of the format need. */
struct memory_key { EVP_PKEY *key; X509 *cert; bool away; };

static bool memory_sign(void *self, struct arena *a, struct digest d, struct str *signature, struct err *e)
{
	struct memory_key *m = self;
	if (m->away)
		return err_set(e, ERR_BUSY, "token away");
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new(m->key, NULL);
	size_t n = 1024;
	unsigned char *out = arena_alloc(a, n);
	EXPECT(c && EVP_PKEY_sign_init(c) == 1);
	if (EVP_PKEY_is_a(m->key, "RSA"))
		EXPECT(EVP_PKEY_CTX_set_rsa_padding(c, RSA_PKCS1_PSS_PADDING) == 1 &&
		       EVP_PKEY_CTX_set_rsa_pss_saltlen(c, RSA_PSS_SALTLEN_DIGEST) == 1);
	EXPECT(EVP_PKEY_CTX_set_signature_md(c, EVP_sha256()) == 1 && EVP_PKEY_sign(c, out, &n, d.b, DIGEST_SIZE) == 1);
	EVP_PKEY_CTX_free(c);
	*signature = (struct str){(const char *)out, n};
	return true;
}

static struct memory_key memory_key_new(EVP_PKEY *key, long seconds)
{
	struct memory_key m = {.key = key, .cert = X509_new()};
	X509_set_version(m.cert, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(m.cert), 7);
	X509_gmtime_adj(X509_getm_notBefore(m.cert), -3600);
	X509_gmtime_adj(X509_getm_notAfter(m.cert), seconds);
	X509_set_pubkey(m.cert, key);
	X509_NAME *n = X509_get_subject_name(m.cert);
	X509_NAME_add_entry_by_txt(n, "CN", MBSTRING_UTF8, (const unsigned char *)"Nguyễn Văn Mẫu", -1, -1, 0);
	X509_set_issuer_name(m.cert, n);
	X509_EXTENSION *ext = X509V3_EXT_conf_nid(NULL, NULL, NID_key_usage, "critical,digitalSignature,nonRepudiation");
	X509_add_ext(m.cert, ext, -1);
	X509_EXTENSION_free(ext);
	EXPECT(X509_sign(m.cert, key, EVP_sha256()) > 0);
	return m;
}

static void memory_key_done(struct memory_key *m)
{
	X509_free(m->cert);
	EVP_PKEY_free(m->key);
}

static struct pades_key pades_key_of(struct arena *a, struct memory_key *m)
{
	unsigned char *der = NULL;
	int n = i2d_X509(m->cert, &der);
	EXPECT(n > 0);
	struct str cert = str_dup(a, (struct str){(const char *)der, (size_t)n});
	OPENSSL_free(der);
	return (struct pades_key){m, cert, STR_NONE, memory_sign};
}

static struct str sample_pdf(struct arena *a)
{
	struct str path = str_fmt(a, "%.*s/in.pdf", STR_ARG(test_temp_dir(a)));
	cairo_surface_t *s = cairo_pdf_surface_create(path.p, 595, 842);
	cairo_t *c = cairo_create(s);
	for (int page = 0; page < 2; page++) {
		cairo_rectangle(c, 72, 72, 200, 20 + page);
		cairo_fill(c);
		cairo_show_page(c);
	}
	cairo_destroy(c);
	cairo_surface_destroy(s);
	return test_read_file(a, path);
}

static const char *save(struct arena *a, const char *name, struct str bytes)
{
	const char *path = str_fmt(a, "%.*s/%s", STR_ARG(test_temp_dir(a)), name).p;
	FILE *f = fopen(path, "w");
	EXPECT(f && fwrite(bytes.p, 1, bytes.n, f) == bytes.n && fclose(f) == 0);
	return path;
}

static struct str run(struct arena *a, const char *command)
{
	FILE *p = popen(command, "r");
	EXPECT(p);
	char text[8192];
	size_t n = fread(text, 1, sizeof text, p);
	pclose(p);
	return str_dup(a, (struct str){text, n});
}

static int count(struct str s, struct str needle)
{
	int n = 0;
	for (ptrdiff_t at; (at = str_find(s, needle)) >= 0; n++)
		s = str_sub(s, (size_t)at + needle.n, s.n);
	return n;
}

static void expect_valid(struct arena *a, struct str pdf, int signatures)
{
	const char *path = save(a, "out.pdf", pdf);
	struct str report = run(a, str_fmt(a, "pdfsig -nocert %s 2>&1", path).p);
	if (count(report, STR("Signature is Valid.")) != signatures)
		FAIL("pdfsig: %.*s", STR_ARG(report));
	report = run(a, str_fmt(a, "qpdf --check %s 2>&1", path).p);
	if (str_find(report, STR("No syntax or stream encoding errors")) < 0)
		FAIL("qpdf: %.*s", STR_ARG(report));
}

static struct pades_options options(void)
{
	return (struct pades_options){.now = instant_clock(), .name = STR("Nguyễn Văn Mẫu"), .reason = STR("Cấp giấy phép")};
}

TEST(one_and_two_signatures_are_valid_with_ecdsa_and_with_pss)
{
	struct memory_key keys[] = {memory_key_new(EVP_EC_gen("P-256"), 86400), memory_key_new(EVP_RSA_gen(2048), 86400)};
	struct str in = sample_pdf(a), once, twice;
	struct pades_options o = options();
	struct err e;
	for (int i = 0; i < 2; i++) {
		struct pades_key first = pades_key_of(a, &keys[i]), second = pades_key_of(a, &keys[1 - i]);
		EXPECT_OK(pades_sign(a, in, &first, &o, &once, &e), e);
		EXPECT(str_starts(once, in));
		expect_valid(a, once, 1);
		EXPECT_OK(pades_sign(a, once, &second, &o, &twice, &e), e);
		EXPECT(str_starts(twice, once));
		expect_valid(a, twice, 2);
	}
	memory_key_done(&keys[0]);
	memory_key_done(&keys[1]);
}

TEST(a_time_stamp_of_the_authority_is_inside)
{
	struct memory_key m = memory_key_new(EVP_EC_gen("P-256"), 86400);
	struct pades_key k = pades_key_of(a, &m);
	struct str in = sample_pdf(a), plain, stamped;
	struct pades_options o = options();
	struct err e;
	struct tsa tsa;
	AUTO_TRUST anchors = NULL;
	struct tsa_demo *server = stamps_begin(a, &anchors, &tsa);
	EXPECT_OK(pades_sign(a, in, &k, &o, &plain, &e), e);
	o.tsa = &tsa;
	EXPECT_OK(pades_sign(a, in, &k, &o, &stamped, &e), e);
	expect_valid(a, stamped, 1);
	/* id-aa-timeStampToken, 1.2.840.113549.1.9.16.2.14 */
	EXPECT_INT(count(plain, STR("060b2a864886f70d010910020e")), 0);
	EXPECT_INT(count(stamped, STR("060b2a864886f70d010910020e")), 1);
	tsa_demo_stop(server);
	EXPECT_ERR(pades_sign(a, in, &k, &o, &stamped, &e), e, ERR_BUSY);
	memory_key_done(&m);
}

TEST(a_token_away_is_busy_and_a_later_try_succeeds)
{
	struct memory_key m = memory_key_new(EVP_EC_gen("P-256"), 86400);
	struct pades_key k = pades_key_of(a, &m);
	struct str in = sample_pdf(a), out;
	struct pades_options o = options();
	struct err e;
	m.away = true;
	EXPECT_ERR(pades_sign(a, in, &k, &o, &out, &e), e, ERR_BUSY);
	m.away = false;
	EXPECT_OK(pades_sign(a, in, &k, &o, &out, &e), e);
	expect_valid(a, out, 1);
	o.now.ms += 2 * DAY_MS;
	EXPECT_ERR(pades_sign(a, in, &k, &o, &out, &e), e, ERR_CONFLICT);
	k.cert = STR("not a certificate");
	EXPECT_ERR(pades_sign(a, in, &k, &o, &out, &e), e, ERR_INVALID);
	memory_key_done(&m);
}

TEST(a_small_rsa_key_does_not_sign)
{
	struct memory_key m = memory_key_new(EVP_RSA_gen(1024), 86400);
	struct pades_key k = pades_key_of(a, &m);
	struct str out;
	struct pades_options o = options();
	struct err e;
	EXPECT_ERR(pades_sign(a, sample_pdf(a), &k, &o, &out, &e), e, ERR_INVALID);
	memory_key_done(&m);
}

/* Every cut and many a changed byte: refused or signed, never a crash (the sanitizers watch). */
TEST(hostile_pdfs_do_not_crash_the_reader)
{
	struct str in = sample_pdf(a);
	struct pdf_file f;
	struct err e;
	uint32_t page;
	for (size_t i = 0; i < in.n; i++) {
		struct arena_mark m = arena_mark(a);
		if (i + 1 < in.n)
			EXPECT(!pdf_file_open(a, str_dup(a, str_sub(in, 0, i)), &f, &e));
		char *bad = (char *)(uintptr_t)str_dup(a, in).p;
		bad[i] = (char)(bad[i] ^ (1 << (i % 8)));
		if (pdf_file_open(a, (struct str){bad, in.n}, &f, &e))
			(void)!pdf_first_page(&f, &page, &e);
		arena_rewind(a, m);
	}
	EXPECT_ERR(pdf_file_open(a, str_cat(a, in, STR("x")), &f, &e), e, ERR_INVALID);
	EXPECT_ERR(pdf_file_open(a, STR_NONE, &f, &e), e, ERR_INVALID);
}
