/* tsa.c — see tsa.h. */
#include "core/tsa/tsa.h"
#include <curl/curl.h>
#include <openssl/err.h>
#include <openssl/ts.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <string.h>

#define ANSWER_MAX ((size_t)64 * 1024)
#define CLOCK_TOLERANCE_MS ((int64_t)5 * 60 * 1000)

static bool openssl_failed(struct err *e, const char *what)
{
	unsigned long why = ERR_peek_last_error();
	const char *reason = why ? ERR_reason_error_string(why) : NULL;
	err_set(e, ERR_INVALID, "%s: %s", what, reason ? reason : "refused");
	ERR_clear_error();
	return false;
}

static TS_REQ *request_new(struct digest d, const ASN1_INTEGER *nonce, const char *policy)
{
	TS_REQ *q = TS_REQ_new();
	TS_MSG_IMPRINT *mi = TS_MSG_IMPRINT_new();
	X509_ALGOR *al = X509_ALGOR_new();
	CHECK(q && mi && al && TS_REQ_set_version(q, 1) == 1);
	CHECK(X509_ALGOR_set0(al, OBJ_nid2obj(NID_sha256), V_ASN1_NULL, NULL) == 1);
	CHECK(TS_MSG_IMPRINT_set_algo(mi, al) == 1 && TS_MSG_IMPRINT_set_msg(mi, d.b, DIGEST_SIZE) == 1);
	CHECK(TS_REQ_set_msg_imprint(q, mi) == 1 && TS_REQ_set_cert_req(q, 1) == 1);
	CHECK(!nonce || TS_REQ_set_nonce(q, nonce) == 1);
	ASN1_OBJECT *oid = policy ? OBJ_txt2obj(policy, 1) : NULL;
	CHECK(!policy || (oid && TS_REQ_set_policy_id(q, oid) == 1));
	ASN1_OBJECT_free(oid);
	X509_ALGOR_free(al);
	TS_MSG_IMPRINT_free(mi);
	return q;
}

static bool time_of(const TS_TST_INFO *info, struct instant *out)
{
	struct tm tm;
	const ASN1_GENERALIZEDTIME *t = TS_TST_INFO_get_time(info);
	if (!t || ASN1_TIME_to_tm(t, &tm) != 1)
		return false;
	*out = (struct instant){(int64_t)timegm(&tm) * 1000};
	return true;
}

/* The one signer's certificate, when its key usage fits RFC 3161 §2.3; borrowed from the token. */
static X509 *signer_of(PKCS7 *token, struct err *e)
{
	STACK_OF(PKCS7_SIGNER_INFO) *infos = PKCS7_get_signer_info(token);
	if (!infos || sk_PKCS7_SIGNER_INFO_num(infos) != 1) {
		err_set(e, ERR_INVALID, "time-stamp: not exactly one signer");
		return NULL;
	}
	X509_ALGOR *digest = sk_PKCS7_SIGNER_INFO_value(infos, 0)->digest_alg;
	int nid = OBJ_obj2nid(digest->algorithm);
	STACK_OF(X509) *signers = PKCS7_get0_signers(token, NULL, 0);
	X509 *x = signers && sk_X509_num(signers) == 1 ? sk_X509_value(signers, 0) : NULL;
	sk_X509_free(signers);
	ERR_clear_error();
	if (nid != NID_sha256 && nid != NID_sha384 && nid != NID_sha512) {
		err_set(e, ERR_INVALID, "time-stamp: signed with a weak hash");
		return NULL;
	}
	if (!x) {
		err_set(e, ERR_INVALID, "time-stamp: its certificate is not in it");
		return NULL;
	}
	int at = X509_get_ext_by_NID(x, NID_ext_key_usage, -1);
	bool fits = at >= 0 && X509_EXTENSION_get_critical(X509_get_ext(x, at)) &&
		    X509_get_extended_key_usage(x) == XKU_TIMESTAMP;
	if (!fits) {
		err_set(e, ERR_INVALID, "time-stamp: the certificate is not for time-stamping alone");
		return NULL;
	}
	return x;
}

static void describe(struct arena *a, X509 *signer, const TS_TST_INFO *info, struct tsa_time *out)
{
	char oid[128] = "";
	OBJ_obj2txt(oid, sizeof oid, TS_TST_INFO_get_policy_id((TS_TST_INFO *)(uintptr_t)info), 1);
	out->policy = str_dup(a, str_from(oid));
	const ASN1_INTEGER *serial = TS_TST_INFO_get_serial(info);
	out->serial = hex_encode(a, ASN1_STRING_get0_data(serial), (size_t)ASN1_STRING_length(serial));
	out->authority = STR("");
	int i = X509_NAME_get_index_by_NID(X509_get_subject_name(signer), NID_commonName, -1);
	if (i < 0)
		return;
	unsigned char *text = NULL;
	int n = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(X509_get_subject_name(signer), i)));
	if (n >= 0)
		out->authority = str_dup(a, (struct str){(const char *)text, (size_t)n});
	OPENSSL_free(text);
}

/* Everything but the form: `q` says what was asked. */
static bool verify_against(PKCS7 *token, const TS_TST_INFO *info, TS_REQ *q, const struct trust *anchors, struct err *e)
{
	struct instant at;
	if (!time_of(info, &at))
		return err_set(e, ERR_INVALID, "time-stamp: no time in it");
	TS_VERIFY_CTX *vc = TS_REQ_to_TS_VERIFY_CTX(q, NULL);
	CHECK(vc);
	TS_VERIFY_CTX_add_flags(vc, TS_VFY_SIGNATURE);
	TS_VERIFY_CTX_set_store(vc, trust_store_at(anchors, at)); /* vc frees it */
	bool good = TS_RESP_verify_token(vc, token) == 1;
	TS_VERIFY_CTX_free(vc);
	return good || openssl_failed(e, "time-stamp");
}

static bool check_token(struct arena *a, struct str der, TS_REQ *q, const struct trust *anchors, struct tsa_time *out,
			struct err *e)
{
	const unsigned char *p = (const unsigned char *)der.p;
	PKCS7 *token = der.n && der.n <= ANSWER_MAX ? d2i_PKCS7(NULL, &p, (long)der.n) : NULL;
	bool formed = token && (size_t)(p - (const unsigned char *)der.p) == der.n && PKCS7_type_is_signed(token);
	TS_TST_INFO *info = formed ? PKCS7_to_TS_TST_INFO(token) : NULL;
	ERR_clear_error();
	X509 *signer = NULL;
	bool good = info || err_set(e, ERR_INVALID, "time-stamp: not a token of RFC 3161");
	good = good && (signer = signer_of(token, e)) != NULL && verify_against(token, info, q, anchors, e);
	if (good) {
		time_of(info, &out->at);
		describe(a, signer, info, out);
	}
	TS_TST_INFO_free(info);
	PKCS7_free(token);
	return good;
}

bool tsa_verify(struct arena *a, struct str token, struct digest d, const struct trust *anchors, struct tsa_time *out,
		struct err *e)
{
	TS_REQ *q = request_new(d, NULL, NULL);
	bool good = check_token(a, token, q, anchors, out, e);
	TS_REQ_free(q);
	return good;
}

bool tsa_is_of_other(struct str token, struct digest d)
{
	const unsigned char *p = (const unsigned char *)token.p;
	PKCS7 *t = token.n && token.n <= ANSWER_MAX ? d2i_PKCS7(NULL, &p, (long)token.n) : NULL;
	TS_TST_INFO *info = t && PKCS7_type_is_signed(t) ? PKCS7_to_TS_TST_INFO(t) : NULL;
	TS_MSG_IMPRINT *imprint = info ? TS_TST_INFO_get_msg_imprint(info) : NULL;
	ASN1_OCTET_STRING *of = imprint ? TS_MSG_IMPRINT_get_msg(imprint) : NULL;
	bool sha256 = of && OBJ_obj2nid(TS_MSG_IMPRINT_get_algo(imprint)->algorithm) == NID_sha256;
	bool other = sha256 && !str_eq((struct str){(const char *)ASN1_STRING_get0_data(of), (size_t)ASN1_STRING_length(of)}, DIGEST_STR(d));
	TS_TST_INFO_free(info);
	PKCS7_free(t);
	ERR_clear_error();
	return other;
}

static pthread_once_t curl_once = PTHREAD_ONCE_INIT;
static void curl_start(void) { CHECK(curl_global_init(CURL_GLOBAL_DEFAULT) == 0); }

static size_t take(char *p, size_t size, size_t n, void *to)
{
	struct buf *b = to;
	if (n > ANSWER_MAX || b->n + size * n > ANSWER_MAX)
		return 0;
	buf_put(b, (struct str){p, size * n});
	return size * n;
}

static void prepare(CURL *c, const struct tsa *tsa, struct str body, struct curl_slist *headers, struct buf *b)
{
	curl_easy_setopt(c, CURLOPT_URL, tsa->url);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(c, CURLOPT_POSTFIELDS, body.p);
	curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE, (long)body.n);
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)tsa->timeout_ms);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, b);
}

static bool judge_http(CURL *c, CURLcode rc, const char *url, struct err *e)
{
	long status = 0;
	char *type = NULL;
	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(c, CURLINFO_CONTENT_TYPE, &type);
	if (rc == CURLE_WRITE_ERROR)
		return err_set(e, ERR_INVALID, "time-stamp authority %s: answer above %zu bytes", url, ANSWER_MAX);
	if (rc != CURLE_OK)
		return err_set(e, ERR_BUSY, "time-stamp authority %s is away: %s", url, curl_easy_strerror(rc));
	if (status != 200)
		return err_set(e, ERR_BUSY, "time-stamp authority %s: HTTP status %ld", url, status);
	if (!type || !str_starts(str_from(type), STR("application/timestamp-reply")))
		return err_set(e, ERR_INVALID, "time-stamp authority %s: content type %s", url, type ? type : "missing");
	return true;
}

static bool post(struct arena *a, const struct tsa *tsa, struct str body, struct str *answer, struct err *e)
{
	pthread_once(&curl_once, curl_start);
	CURL *c = curl_easy_init();
	struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/timestamp-query");
	CHECK(c && headers);
	struct buf b = buf_on(a);
	prepare(c, tsa, body, headers, &b);
	bool good = judge_http(c, curl_easy_perform(c), tsa->url, e);
	curl_slist_free_all(headers);
	curl_easy_cleanup(c);
	*answer = buf_str(&b);
	return good;
}

/* The token's bytes out of a granted response. */
static bool open_response(struct arena *a, struct str der, struct str *token, struct err *e)
{
	const unsigned char *p = (const unsigned char *)der.p;
	TS_RESP *r = der.n ? d2i_TS_RESP(NULL, &p, (long)der.n) : NULL;
	ERR_clear_error();
	if (!r)
		return err_set(e, ERR_INVALID, "time-stamp authority: not a response of RFC 3161");
	long status = ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(TS_RESP_get_status_info(r)));
	unsigned char *out = NULL;
	int n = status <= TS_STATUS_GRANTED_WITH_MODS ? i2d_PKCS7(TS_RESP_get_token(r), &out) : 0;
	TS_RESP_free(r);
	if (n <= 0)
		return err_set(e, ERR_BUSY, "time-stamp authority: refused with status %ld", status);
	*token = str_dup(a, (struct str){(const char *)out, (size_t)n});
	OPENSSL_free(out);
	return true;
}

static ASN1_INTEGER *nonce_new(void)
{
	uint8_t raw[8];
	crypto_random(raw, sizeof raw);
	raw[0] = (uint8_t)((raw[0] & 0x7f) | 0x40); /* positive and of full length: DER has one form for it */
	ASN1_INTEGER *n = ASN1_INTEGER_new();
	CHECK(n && ASN1_STRING_set(n, raw, sizeof raw) == 1);
	return n;
}

static bool ask(struct arena *a, const struct tsa *tsa, TS_REQ *q, struct instant now, struct str *token, struct err *e)
{
	unsigned char *der = NULL;
	int n = i2d_TS_REQ(q, &der);
	CHECK(n > 0);
	struct str answer;
	bool good = post(a, tsa, (struct str){(const char *)der, (size_t)n}, &answer, e);
	OPENSSL_free(der);
	struct tsa_time t;
	if (!good || !open_response(a, answer, token, e) || !check_token(a, *token, q, tsa->anchors, &t, e))
		return false;
	int64_t off = t.at.ms - now.ms;
	if (off > CLOCK_TOLERANCE_MS || off < -CLOCK_TOLERANCE_MS)
		return err_set(e, ERR_INVALID, "time-stamp: its time is %lld s from our clock", (long long)(off / 1000));
	return true;
}

bool tsa_stamp(struct arena *a, const struct tsa *tsa, struct digest d, struct instant now, struct str *token, struct err *e)
{
	ASN1_INTEGER *nonce = nonce_new();
	TS_REQ *q = request_new(d, nonce, tsa->policy);
	bool good = ask(a, tsa, q, now, token, e);
	TS_REQ_free(q);
	ASN1_INTEGER_free(nonce);
	return good;
}
