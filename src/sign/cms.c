/* cms.c — see cms.h. OpenSSL 3.0 adds signing-time whenever it signs itself, which PAdES forbids (EN 319 142-1 §6.3):
 * so the SignerInfo is filled by hand and its attributes are signed outside. */
#include "sign/cms.h"
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

/* AlgorithmIdentifier of RSASSA-PSS with SHA-256, MGF1 with SHA-256, salt 32 (RFC 4055). */
static const unsigned char PSS[] = {
	0x30, 0x41, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0A, 0x30, 0x34, 0xA0, 0x0F,
	0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0xA1, 0x1C,
	0x30, 0x1A, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x08, 0x30, 0x0D, 0x06, 0x09,
	0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0xA2, 0x03, 0x02, 0x01, 0x20};

static X509 *cert_of(struct str der)
{
	const unsigned char *p = (const unsigned char *)der.p;
	X509 *x = der.n && der.n < 65536 ? d2i_X509(NULL, &p, (long)der.n) : NULL;
	ERR_clear_error();
	return x;
}

static int by_bytes(const void *x, const void *y) { return str_cmp(*(const struct str *)x, *(const struct str *)y); }

/* What is signed: the attributes as a DER SET (RFC 5652 §5.4). */
static struct digest attributes_hash(struct arena *a, CMS_SignerInfo *si)
{
	int n = CMS_signed_get_attr_count(si);
	struct str *each = NEW_ARRAY(a, (size_t)n, struct str);
	size_t total = 0;
	for (int i = 0; i < n; i++) {
		unsigned char *der = NULL;
		int len = i2d_X509_ATTRIBUTE(CMS_signed_get_attr(si, i), &der);
		CHECK(len > 0);
		each[i] = str_dup(a, (struct str){(const char *)der, (size_t)len});
		OPENSSL_free(der);
		total += (size_t)len;
	}
	qsort(each, (size_t)n, sizeof *each, by_bytes);
	CHECK(total < 65536);
	struct buf b = buf_on(a);
	buf_char(&b, 0x31);
	if (total >= 256)
		buf_put(&b, (struct str){(const char[]){(char)0x82, (char)(total >> 8), (char)(total & 0xff)}, 3});
	else if (total >= 128)
		buf_put(&b, (struct str){(const char[]){(char)0x81, (char)total}, 2});
	else
		buf_char(&b, (char)total);
	for (int i = 0; i < n; i++)
		buf_put(&b, each[i]);
	return crypto_sha256(buf_str(&b));
}

static bool set_algorithm(CMS_SignerInfo *si, EVP_PKEY *pub, struct err *e)
{
	X509_ALGOR *alg = NULL;
	CMS_SignerInfo_get0_algs(si, NULL, NULL, NULL, &alg);
	if (EVP_PKEY_is_a(pub, "EC"))
		return X509_ALGOR_set0(alg, OBJ_nid2obj(NID_ecdsa_with_SHA256), V_ASN1_UNDEF, NULL) == 1;
	if (!EVP_PKEY_is_a(pub, "RSA") || EVP_PKEY_get_bits(pub) < 2048)
		return err_set(e, ERR_INVALID, "sign: the key is neither EC nor RSA of 2048 bits or more");
	const unsigned char *p = PSS;
	X509_ALGOR *pss = d2i_X509_ALGOR(NULL, &p, (long)sizeof PSS);
	CHECK(pss && X509_ALGOR_copy(alg, pss) == 1);
	X509_ALGOR_free(pss);
	return true;
}

static bool add_timestamp(struct arena *a, CMS_SignerInfo *si, struct str signature, const struct pades_options *o, struct err *e)
{
	struct str token;
	if (!tsa_stamp(a, o->tsa, crypto_sha256(signature), o->now, &token, e))
		return false;
	CHECK(CMS_unsigned_add1_attr_by_NID(si, NID_id_smime_aa_timeStampToken, V_ASN1_SEQUENCE, token.p, (int)token.n) == 1);
	return true;
}

static bool fill(struct arena *a, CMS_SignerInfo *si, EVP_PKEY *pub, struct digest content, const struct pades_key *key,
		 const struct pades_options *o, struct err *e)
{
	CHECK(CMS_signed_add1_attr_by_NID(si, NID_pkcs9_contentType, V_ASN1_OBJECT, OBJ_nid2obj(NID_pkcs7_data), -1) == 1);
	CHECK(CMS_signed_add1_attr_by_NID(si, NID_pkcs9_messageDigest, V_ASN1_OCTET_STRING, content.b, DIGEST_SIZE) == 1);
	struct str signature;
	if (!set_algorithm(si, pub, e) || !key->sign(key->self, a, attributes_hash(a, si), &signature, e))
		return false;
	CHECK(signature.n > 0 && ASN1_STRING_set(CMS_SignerInfo_get0_signature(si), signature.p, (int)signature.n) == 1);
	return !o->tsa || add_timestamp(a, si, signature, o, e);
}

static bool build(struct arena *a, X509 *cert, X509 *issuer, struct digest content, const struct pades_key *key,
		  const struct pades_options *o, struct str *der, struct err *e)
{
	EVP_PKEY *pub = X509_get0_pubkey(cert);
	CMS_ContentInfo *ci = CMS_sign(NULL, NULL, NULL, NULL, CMS_PARTIAL | CMS_DETACHED | CMS_BINARY);
	CHECK(ci && pub);
	/* The public half stands in for the key, which never leaves its token; CMS_PARTIAL signs nothing here. */
	CMS_SignerInfo *si = CMS_add1_signer(ci, cert, pub, EVP_sha256(), CMS_PARTIAL | CMS_BINARY | CMS_NOSMIMECAP | CMS_CADES);
	CHECK(si && (!issuer || CMS_add1_cert(ci, issuer) == 1));
	bool good = fill(a, si, pub, content, key, o, e);
	unsigned char *out = NULL;
	int n = good ? i2d_CMS_ContentInfo(ci, &out) : 0;
	CHECK(!good || n > 0);
	*der = str_dup(a, (struct str){(const char *)out, (size_t)n});
	OPENSSL_free(out);
	CMS_ContentInfo_free(ci);
	return good;
}

bool cms_make(struct arena *a, struct digest content, const struct pades_key *key, const struct pades_options *o,
	      struct str *der, struct err *e)
{
	X509 *cert = cert_of(key->cert), *issuer = cert_of(key->issuer);
	bool good = cert || err_set(e, ERR_INVALID, "sign: the signer's certificate is malformed");
	time_t at = (time_t)(o->now.ms / 1000);
	if (good && (X509_cmp_time(X509_get0_notBefore(cert), &at) >= 0 || X509_cmp_time(X509_get0_notAfter(cert), &at) <= 0))
		good = err_set(e, ERR_CONFLICT, "sign: the signer's certificate is not valid now");
	good = good && build(a, cert, issuer, content, key, o, der, e);
	X509_free(cert);
	X509_free(issuer);
	ERR_clear_error();
	return good;
}
