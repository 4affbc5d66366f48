/* trust.c — see trust.h. */
#include "core/tsa/trust.h"
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdlib.h>

/* Level 2 of OpenSSL: 112 bits, hence RSA of 2048 bits and no SHA-1 (circular 15/2025/TT-BKHCN, annex I). */
#define AUTH_LEVEL 2

struct trust { STACK_OF(X509) *anchors; };

static struct trust *load(BIO *in, struct err *e)
{
	struct trust *t = calloc(1, sizeof *t);
	CHECK(t);
	t->anchors = sk_X509_new_null();
	CHECK(t->anchors);
	X509 *x;
	while ((x = PEM_read_bio_X509(in, NULL, NULL, NULL)) != NULL)
		CHECK(sk_X509_push(t->anchors, x) > 0);
	unsigned long why = ERR_peek_last_error();
	bool clean = ERR_GET_LIB(why) == ERR_LIB_PEM && ERR_GET_REASON(why) == PEM_R_NO_START_LINE;
	ERR_clear_error();
	if (clean && sk_X509_num(t->anchors) > 0)
		return t;
	err_set(e, ERR_INVALID, clean ? "no certificate in it" : "a certificate in it is malformed");
	trust_free(t);
	return NULL;
}

struct trust *trust_load(const char *pem_path, struct err *e)
{
	BIO *in = BIO_new_file(pem_path, "r");
	if (!in) {
		ERR_clear_error();
		err_set(e, ERR_NOT_FOUND, "cannot be opened");
		err_wrap(e, pem_path);
		return NULL;
	}
	struct trust *t = load(in, e);
	BIO_free(in);
	if (!t)
		err_wrap(e, pem_path);
	return t;
}

struct trust *trust_parse(struct str pem, struct err *e)
{
	CHECK(pem.n <= INT32_MAX);
	BIO *in = BIO_new_mem_buf(pem.n ? pem.p : "", (int)pem.n);
	CHECK(in);
	struct trust *t = load(in, e);
	BIO_free(in);
	return t;
}

void trust_free(struct trust *t)
{
	if (!t)
		return;
	sk_X509_pop_free(t->anchors, X509_free);
	free(t);
}

struct x509_store_st *trust_store_at(const struct trust *t, struct instant at)
{
	X509_STORE *s = X509_STORE_new();
	CHECK(s);
	for (int i = 0; i < (t ? sk_X509_num(t->anchors) : 0); i++)
		CHECK(X509_STORE_add_cert(s, sk_X509_value(t->anchors, i)) == 1);
	X509_VERIFY_PARAM *p = X509_STORE_get0_param(s);
	X509_VERIFY_PARAM_set_time(p, (time_t)(at.ms / 1000));
	X509_VERIFY_PARAM_set_auth_level(p, AUTH_LEVEL);
	return s;
}
