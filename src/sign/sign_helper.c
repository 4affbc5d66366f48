/* sign_helper.c — the helper's side of sign_helper.h.
 *
 * Messages are lines. Asked: "key" and the label, or "sign", the hash in hex and the label. Answered: "ok" and hex values
 * (signature when asked for, certificate, issuer), or a kind ("busy", "pin", "missing", "invalid") and a sentence. */
#include "sign/sign_helper.h"
#include "core/helper/helper.h"
#include "sign/p11.h"
#include "sign/sign_lock.h"
#include <errno.h>
#include <fcntl.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MEMORY_MAX ((size_t)512 * 1024 * 1024)
#define SECONDS_MAX 10
#define SIGNATURE_MAX 1024

struct token { struct p11 p; struct str label, pin; };
struct token_key { CK_OBJECT_HANDLE private; struct str cert, issuer; };

static bool read_pin(struct arena *a, const char *path, struct str *pin, struct err *e)
{
	struct stat st;
	char text[128] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_set(e, ERR_BUSY, "PIN file %s: %s", path, strerror(errno));
	ssize_t n = fstat(fd, &st) == 0 && !(st.st_mode & 077) ? read(fd, text, sizeof text - 1) : -1;
	close(fd);
	if (n < 0)
		return err_set(e, ERR_BUSY, "PIN file %s may be read by others (mode must be 0600)", path);
	*pin = str_dup(a, str_trim(str_from(text)));
	crypto_wipe(text, sizeof text);
	return pin->n > 0 || err_set(e, ERR_BUSY, "PIN file %s is empty", path);
}

/* Exactly one object, or ERR_NOT_FOUND. */
static bool find_one(struct p11 *p, const char *what, CK_ATTRIBUTE *t, size_t n, CK_OBJECT_HANDLE *out, struct err *e)
{
	CK_OBJECT_HANDLE two[2];
	size_t found;
	if (!p11_find(p, t, n, two, 2, &found, e))
		return false;
	*out = two[0];
	return found == 1 || err_set(e, ERR_NOT_FOUND, found ? "the token has two of: %s" : "the token has no %s", what);
}

/* The issuer's certificate when the token carries it, else empty. */
static bool find_issuer(struct token *t, struct arena *a, struct token_key *k, struct err *e)
{
	CK_OBJECT_CLASS class = CKO_CERTIFICATE;
	const unsigned char *p = (const unsigned char *)k->cert.p;
	X509 *x = d2i_X509(NULL, &p, (long)k->cert.n);
	unsigned char *name = NULL;
	int n = x ? i2d_X509_NAME(X509_get_issuer_name(x), &name) : -1;
	bool is_root = x && X509_NAME_cmp(X509_get_issuer_name(x), X509_get_subject_name(x)) == 0;
	X509_free(x);
	ERR_clear_error();
	k->issuer = STR_NONE;
	if (n <= 0)
		return err_set(e, ERR_INVALID, "the certificate on the token is malformed");
	struct str subject = str_dup(a, (struct str){(const char *)name, (size_t)n});
	OPENSSL_free(name);
	CK_ATTRIBUTE want[] = {P11_VALUE(CKA_CLASS, class), P11_TEXT(CKA_SUBJECT, subject)};
	CK_OBJECT_HANDLE o;
	size_t found = 0;
	if (!is_root && !p11_find(&t->p, want, 2, &o, 1, &found, e))
		return false;
	return !found || p11_read(&t->p, a, o, CKA_VALUE, &k->issuer, e);
}

static bool find_key(struct token *t, struct arena *a, struct str label, struct token_key *k, struct err *e)
{
	CK_OBJECT_CLASS certificate = CKO_CERTIFICATE, private = CKO_PRIVATE_KEY;
	CK_OBJECT_HANDLE cert;
	struct str id;
	CK_ATTRIBUTE by_label[] = {P11_VALUE(CKA_CLASS, certificate), P11_TEXT(CKA_LABEL, label)};
	if (!p11_open(&t->p, t->label, t->pin, e) || !find_one(&t->p, "certificate with this label", by_label, 2, &cert, e))
		return false;
	if (!p11_read(&t->p, a, cert, CKA_VALUE, &k->cert, e) || !p11_read(&t->p, a, cert, CKA_ID, &id, e))
		return false;
	CK_ATTRIBUTE by_id[] = {P11_VALUE(CKA_CLASS, private), P11_TEXT(CKA_ID, id)};
	return find_one(&t->p, "private key of this certificate", by_id, 2, &k->private, e) && find_issuer(t, a, k, e);
}

/* PKCS#11 gives the two numbers side by side; CMS wants them as DER. */
static bool der_of_pair(struct arena *a, const unsigned char *raw, size_t n, struct str *out, struct err *e)
{
	ECDSA_SIG *pair = ECDSA_SIG_new();
	CHECK(pair);
	BIGNUM *r = BN_bin2bn(raw, (int)n / 2, NULL), *s = BN_bin2bn(raw + n / 2, (int)n / 2, NULL);
	CHECK(r && s && ECDSA_SIG_set0(pair, r, s) == 1);
	unsigned char *der = NULL;
	int len = i2d_ECDSA_SIG(pair, &der);
	ECDSA_SIG_free(pair);
	*out = str_dup(a, (struct str){(const char *)der, len > 0 ? (size_t)len : 0});
	OPENSSL_free(der);
	return len > 0 || err_set(e, ERR_INTERNAL, "the token's signature cannot be used");
}

static bool sign_with(struct token *t, struct arena *a, const struct token_key *k, struct str digest, struct str *out, struct err *e)
{
	CK_RSA_PKCS_PSS_PARAMS pss = {CKM_SHA256, CKG_MGF1_SHA256, DIGEST_SIZE};
	CK_MECHANISM rsa = {CKM_RSA_PKCS_PSS, &pss, sizeof pss}, ec = {CKM_ECDSA, NULL, 0};
	struct str type;
	if (!p11_read(&t->p, a, k->private, CKA_KEY_TYPE, &type, e))
		return false;
	CK_KEY_TYPE kind = CKK_VENDOR_DEFINED;
	memcpy(&kind, type.p, type.n < sizeof kind ? type.n : sizeof kind);
	if (kind != CKK_EC && kind != CKK_RSA)
		return err_set(e, ERR_INVALID, "the key is neither EC nor RSA");
	unsigned char raw[SIGNATURE_MAX];
	CK_ULONG n = sizeof raw;
	CK_RV rv = t->p.f->C_SignInit(t->p.session, kind == CKK_EC ? &ec : &rsa, k->private);
	if (rv == CKR_OK)
		rv = t->p.f->C_Sign(t->p.session, (CK_BYTE *)(uintptr_t)digest.p, digest.n, raw, &n);
	if (rv != CKR_OK)
		return p11_failed(&t->p, "signature", rv, e);
	if (kind == CKK_EC)
		return der_of_pair(a, raw, n, out, e);
	*out = str_dup(a, (struct str){(const char *)raw, n});
	return true;
}

static void put_hex(struct arena *a, struct buf *b, struct str bytes)
{
	buf_char(b, '\n');
	buf_put(b, hex_encode(a, bytes.p, bytes.n));
}

static bool answer(struct token *t, struct arena *a, struct str msg, struct buf *b, struct err *e)
{
	struct str what, hex, digest = STR_NONE, signature;
	struct token_key k;
	str_next(&msg, '\n', &what);
	bool signing = str_eq(what, STR("sign"));
	if (signing && (!str_next(&msg, '\n', &hex) || !hex_decode(a, hex, &digest) || digest.n != DIGEST_SIZE))
		return err_set(e, ERR_INVALID, "not a SHA-256 hash");
	if (!signing && !str_eq(what, STR("key")))
		return err_set(e, ERR_INVALID, "not a question of ours");
	if (!find_key(t, a, msg, &k, e) || (signing && !sign_with(t, a, &k, digest, &signature, e)))
		return false;
	buf_put(b, STR("ok"));
	if (signing)
		put_hex(a, b, signature);
	put_hex(a, b, k.cert);
	put_hex(a, b, k.issuer);
	return true;
}

static const char *kind_word(const struct token *t, const struct err *e)
{
	if (t->p.pin_refused)
		return "pin";
	return e->kind == ERR_NOT_FOUND ? "missing" : e->kind == ERR_INVALID ? "invalid" : "busy";
}

/* One question after another until the server is gone, or the PIN was refused: only a new process tries a PIN again. */
static int serve(struct token *t, const struct err *unready)
{
	struct err e = {0};
	AUTO_ARENA a = arena_new(0);
	for (;;) {
		struct helper_fds fds;
		struct str msg;
		bool end;
		if (!helper_limit_cpu(SECONDS_MAX, &e) || !helper_receive(HELPER_SOCKET, a, &msg, &fds, &end, &e))
			return 0;
		helper_fds_close(&fds);
		struct buf b = buf_on(a);
		if (unready->kind)
			buf_fmt(&b, "busy\n%s", unready->text);
		else if (!answer(t, a, msg, &b, &e))
			buf_fmt(&b, "%s\n%s", kind_word(t, &e), e.text);
		/* What kept it from starting may be mended by now: the next question goes to a new process. */
		if (!helper_answer(HELPER_SOCKET, buf_str(&b), &e) || t->p.pin_refused || unready->kind)
			return 1;
		arena_reset(a);
	}
}

int sign_helper_main(const char *module, const char *token, const char *pin_file, const char *dir)
{
	struct err e = {0};
	struct token t = {.label = str_from(token)};
	AUTO_ARENA a = arena_new_wiping(0);
	if (dir && setenv("SOFTHSM2_CONF", str_fmt(a, "%s/softhsm2.conf", dir).p, 1))
		return 1;
	bool ready = read_pin(a, pin_file, &t.pin, &e) && p11_load(&t.p, module, &e);
	struct err locked = {0};
	if (!helper_limit_memory(MEMORY_MAX, &locked) || !sign_lock_down(dir, &locked)) {
		fprintf(stderr, "sign helper: %s\n", locked.text);
		return 1;
	}
	if (ready)
		e = (struct err){0};
	int status = serve(&t, &e);
	p11_close(&t.p);
	return status;
}
