/* cms_check.c — the cryptography of a signature: CMS, attributes, algorithms, chain, time-stamp. */
#include "sign/verify_parts.h"
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/ess.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#define CMS_MAX ((size_t)1024 * 1024)
#define CERTS_MAX 32

struct check {
	struct arena *a;
	const struct pdf_trust *trust;
	struct pdf_report *r;
	int index;
	struct pdf_signature *s;
	CMS_ContentInfo *ci;
	CMS_SignerInfo *si;
	X509 *signer;             /* borrowed from ci */
	STACK_OF(X509) *certs;    /* owned */
	int digest_nid;
};

#define FIND(c, kind, ...) pdf_report_add((c)->r, (kind), (c)->index, __VA_ARGS__)

/* The bytes of the first DER value; what follows must be zeros. */
static bool rest_is_zero(struct str contents, size_t used)
{
	for (size_t i = used; i < contents.n; i++)
		if (contents.p[i])
			return false;
	return true;
}

static bool open_cms(struct check *c, struct str contents)
{
	const unsigned char *p = (const unsigned char *)contents.p;
	c->ci = contents.n && contents.n <= CMS_MAX ? d2i_CMS_ContentInfo(NULL, &p, (long)contents.n) : NULL;
	if (!c->ci || OBJ_obj2nid(CMS_get0_type(c->ci)) != NID_pkcs7_signed) {
		FIND(c, FIND_CMS, "no CMS SignedData in /Contents");
		return false;
	}
	if (!rest_is_zero(contents, (size_t)(p - (const unsigned char *)contents.p)))
		FIND(c, FIND_PADDING, "bytes after the CMS");
	ASN1_OCTET_STRING **content = CMS_get0_content(c->ci);
	STACK_OF(CMS_SignerInfo) *all = CMS_get0_SignerInfos(c->ci);
	if (!content || *content || OBJ_obj2nid(CMS_get0_eContentType(c->ci)) != NID_pkcs7_data || sk_CMS_SignerInfo_num(all) != 1) {
		FIND(c, FIND_CMS, "not detached with one signer");
		return false;
	}
	c->si = sk_CMS_SignerInfo_value(all, 0);
	c->certs = CMS_get1_certs(c->ci);
	if (CMS_set1_signers_certs(c->ci, NULL, 0) == 1)
		CMS_SignerInfo_get0_algs(c->si, NULL, &c->signer, NULL, NULL);
	if (!c->signer || sk_X509_num(c->certs) > CERTS_MAX) {
		FIND(c, FIND_CMS, "the signer's certificate is not inside, or there are too many");
		return false;
	}
	return true;
}

static struct str name_part(struct arena *a, X509 *x, int nid)
{
	X509_NAME *name = X509_get_subject_name(x);
	int i = X509_NAME_get_index_by_NID(name, nid, -1);
	unsigned char *text = NULL;
	int n = i >= 0 ? ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, i))) : -1;
	struct str out = n > 0 ? str_dup(a, (struct str){(const char *)text, (size_t)n}) : STR_NONE;
	OPENSSL_free(text);
	return str_is_utf8(out) ? out : STR_NONE;
}

static void describe(struct check *c)
{
	unsigned char *der = NULL;
	int n = i2d_X509(c->signer, &der);
	if (n > 0)
		c->s->cert = str_dup(c->a, (struct str){(const char *)der, (size_t)n});
	OPENSSL_free(der);
	c->s->signer = name_part(c->a, c->signer, NID_commonName);
	c->s->organisation = name_part(c->a, c->signer, NID_organizationName);
}

static bool good_hash(int nid) { return nid == NID_sha256 || nid == NID_sha384 || nid == NID_sha512; }

static bool good_pss(const X509_ALGOR *alg, int digest_nid)
{
	RSA_PSS_PARAMS *p = alg->parameter && alg->parameter->type == V_ASN1_SEQUENCE
				    ? ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(RSA_PSS_PARAMS), alg->parameter)
				    : NULL;
	X509_ALGOR *mask = p && p->maskGenAlgorithm && p->maskGenAlgorithm->parameter &&
					   p->maskGenAlgorithm->parameter->type == V_ASN1_SEQUENCE
				   ? ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(X509_ALGOR), p->maskGenAlgorithm->parameter)
				   : NULL;
	bool good = p && p->hashAlgorithm && mask && OBJ_obj2nid(p->hashAlgorithm->algorithm) == digest_nid &&
		    OBJ_obj2nid(mask->algorithm) == digest_nid;
	X509_ALGOR_free(mask);
	RSA_PSS_PARAMS_free(p);
	return good;
}

static void check_algorithms(struct check *c)
{
	X509_ALGOR *digest, *signature;
	CMS_SignerInfo_get0_algs(c->si, NULL, NULL, &digest, &signature);
	int md = NID_undef, pk = NID_undef, nid = OBJ_obj2nid(signature->algorithm);
	c->digest_nid = OBJ_obj2nid(digest->algorithm);
	if (!good_hash(c->digest_nid))
		FIND(c, FIND_ALGORITHM, "hash %s", OBJ_nid2sn(c->digest_nid));
	EVP_PKEY *key = X509_get0_pubkey(c->signer);
	bool is_ec = key && EVP_PKEY_is_a(key, "EC"), is_rsa = key && EVP_PKEY_is_a(key, "RSA");
	bool old = nid == NID_rsaEncryption || nid == NID_sha256WithRSAEncryption || nid == NID_sha384WithRSAEncryption ||
		   nid == NID_sha512WithRSAEncryption;
	bool ec = OBJ_find_sigid_algs(nid, &md, &pk) == 1 && pk == NID_X9_62_id_ecPublicKey && md == c->digest_nid;
	if (is_rsa && old)
		FIND(c, FIND_OLD_PADDING, "RSA with PKCS#1 v1.5");
	else if (!(is_ec && ec) && !(is_rsa && nid == NID_rsassaPss && good_pss(signature, c->digest_nid)))
		FIND(c, FIND_ALGORITHM, "signature algorithm %s", OBJ_nid2sn(nid));
	int bits = key ? EVP_PKEY_get_bits(key) : 0;
	if (!key || bits < (is_ec ? 256 : 2048))
		FIND(c, FIND_WEAK_KEY, "a key of %d bits", bits);
	if (!(X509_get_key_usage(c->signer) & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)))
		FIND(c, FIND_KEY_USAGE, "the certificate is not for signatures");
}

/* The one value of a signed attribute that must be there once. */
static void *attribute(struct check *c, int nid, int type)
{
	void *v = CMS_signed_get0_data_by_OBJ(c->si, OBJ_nid2obj(nid), -3, type);
	if (!v)
		FIND(c, FIND_ATTRIBUTES, "not exactly one signed attribute %s", OBJ_nid2sn(nid));
	return v;
}

static void check_digest(struct check *c, const struct str parts[2])
{
	const ASN1_OCTET_STRING *want = attribute(c, NID_pkcs9_messageDigest, V_ASN1_OCTET_STRING);
	const EVP_MD *md = EVP_get_digestbynid(c->digest_nid);
	EVP_MD_CTX *h = EVP_MD_CTX_new();
	unsigned char got[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	CHECK(h);
	if (md && EVP_DigestInit_ex(h, md, NULL) == 1)
		CHECK(EVP_DigestUpdate(h, parts[0].p, parts[0].n) == 1 && EVP_DigestUpdate(h, parts[1].p, parts[1].n) == 1 &&
		      EVP_DigestFinal_ex(h, got, &n) == 1);
	EVP_MD_CTX_free(h);
	c->s->digest_ok = want && n && str_eq((struct str){(const char *)ASN1_STRING_get0_data(want), (size_t)ASN1_STRING_length(want)},
					      (struct str){(const char *)got, n});
	if (want && !c->s->digest_ok)
		FIND(c, FIND_DIGEST, "the bytes of the file are not those that were signed");
}

static void check_attributes(struct check *c)
{
	const ASN1_OBJECT *type = attribute(c, NID_pkcs9_contentType, V_ASN1_OBJECT);
	if (type && OBJ_obj2nid(type) != NID_pkcs7_data)
		FIND(c, FIND_ATTRIBUTES, "content-type is not data");
	if (CMS_signed_get_attr_by_NID(c->si, NID_pkcs9_signingTime, -1) >= 0)
		FIND(c, FIND_ATTRIBUTES, "signing-time, which PAdES forbids");
	const ASN1_STRING *der = attribute(c, NID_id_smime_aa_signingCertificateV2, V_ASN1_SEQUENCE);
	const unsigned char *p = der ? ASN1_STRING_get0_data(der) : NULL;
	ESS_SIGNING_CERT_V2 *ids = p ? d2i_ESS_SIGNING_CERT_V2(NULL, &p, ASN1_STRING_length(der)) : NULL;
	STACK_OF(X509) *chain = sk_X509_new_null();
	CHECK(chain && sk_X509_push(chain, c->signer) > 0);
	for (int i = 0; i < sk_X509_num(c->certs); i++)
		CHECK(sk_X509_push(chain, sk_X509_value(c->certs, i)) > 0);
	if (der && (!ids || OSSL_ESS_check_signing_certs(NULL, ids, chain, 1) <= 0))
		FIND(c, FIND_SIGNER, "signing-certificate-v2 names another certificate");
	sk_X509_free(chain);
	ESS_SIGNING_CERT_V2_free(ids);
}

static void check_signature(struct check *c)
{
	/* Without attributes the library would not look at what we compare above. */
	c->s->signature_ok = CMS_signed_get_attr_count(c->si) >= 3 && CMS_SignerInfo_verify(c->si) == 1;
	if (!c->s->signature_ok)
		FIND(c, FIND_SIGNATURE, "the signature value does not fit the certificate's key");
}

static void check_time(struct check *c)
{
	struct pdf_signature *s = c->s;
	struct err e;
	s->judged_at = c->trust->now;
	if (CMS_unsigned_get_attr_by_NID(c->si, NID_id_smime_aa_timeStampToken, -1) < 0)
		return;
	s->level = PDF_LEVEL_B_T;
	ASN1_STRING *der = CMS_unsigned_get0_data_by_OBJ(c->si, OBJ_nid2obj(NID_id_smime_aa_timeStampToken), -3, V_ASN1_SEQUENCE);
	ASN1_OCTET_STRING *value = CMS_SignerInfo_get0_signature(c->si);
	if (der) {
		s->token = str_dup(c->a, (struct str){(const char *)ASN1_STRING_get0_data(der), (size_t)ASN1_STRING_length(der)});
		s->token_of = crypto_sha256((struct str){(const char *)ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value)});
		s->stamped = tsa_verify(c->a, s->token, s->token_of, c->trust->stamps, &s->time, &e);
	}
	if (s->stamped)
		s->judged_at = s->time.at;
	else
		FIND(c, FIND_TIME, "%.140s", der ? e.text : "not exactly one time-stamp");
}

static void check_chain(struct check *c)
{
	X509_STORE *store = trust_store_at(c->trust->signers, c->s->judged_at);
	X509_STORE_CTX *x = X509_STORE_CTX_new();
	CHECK(x && X509_STORE_CTX_init(x, store, c->signer, c->certs) == 1);
	c->s->chain_ok = X509_verify_cert(x) == 1;
	if (!c->s->chain_ok)
		FIND(c, FIND_CHAIN, "%.140s", X509_verify_cert_error_string(X509_STORE_CTX_get_error(x)));
	X509_STORE_CTX_free(x);
	X509_STORE_free(store);
}

void cms_check(struct arena *a, struct str contents, const struct str parts[2], const struct pdf_trust *trust, struct pdf_report *r,
	       int signature)
{
	struct check c = {.a = a, .trust = trust, .r = r, .index = signature, .s = &r->signatures[signature]};
	c.s->judged_at = trust->now;
	if (open_cms(&c, contents)) {
		describe(&c);
		check_algorithms(&c);
		check_digest(&c, parts);
		check_attributes(&c);
		check_signature(&c);
		check_time(&c);
		check_chain(&c);
	}
	sk_X509_pop_free(c.certs, X509_free);
	CMS_ContentInfo_free(c.ci);
	ERR_clear_error();
}

/* The length of the DER value at the front; 0 when it is none or longer than what is there. */
static size_t der_length(struct str s)
{
	const unsigned char *p = (const unsigned char *)s.p;
	long n;
	int tag, class;
	if (s.n == 0 || s.n > CMS_MAX || (ASN1_get_object(&p, &n, &tag, &class, (long)s.n) & 0x80) || n < 0)
		return 0;
	size_t total = (size_t)(p - (const unsigned char *)s.p) + (size_t)n;
	return total <= s.n ? total : 0;
}

void stamp_check(struct arena *a, struct str contents, const struct str parts[2], const struct pdf_trust *trust, struct pdf_report *r,
		 int signature)
{
	struct pdf_signature *s = &r->signatures[signature];
	struct err e = {0};
	size_t n = der_length(contents);
	ERR_clear_error();
	s->level = PDF_LEVEL_DOCUMENT_TIME;
	s->judged_at = trust->now;
	if (n == 0) {
		pdf_report_add(r, FIND_CMS, signature, "no time-stamp token in /Contents");
		return;
	}
	if (!rest_is_zero(contents, n))
		pdf_report_add(r, FIND_PADDING, signature, "bytes after the token");
	s->token = str_sub(contents, 0, n);
	s->token_of = crypto_sha256_parts(parts, 2);
	s->stamped = tsa_verify(a, s->token, s->token_of, trust->stamps, &s->time, &e);
	s->digest_ok = s->signature_ok = s->chain_ok = s->stamped;
	if (s->stamped)
		s->judged_at = s->time.at;
	else if (tsa_is_of_other(s->token, s->token_of))
		pdf_report_add(r, FIND_DIGEST, signature, "the bytes of the file are not those that were time-stamped");
	else
		pdf_report_add(r, FIND_TIME, signature, "%.140s", e.text);
}
