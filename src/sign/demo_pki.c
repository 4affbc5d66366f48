/* demo_pki.c — see demo_pki.h. */
#include "core/base/file.h"
#include "sign/demo_pki.h"
#include "sign/p11.h"
#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define NO_VALUE "MẪU – không có giá trị pháp lý"
#define YEARS(n) ((n) * 365L * 86400)
#define MODULE "/usr/lib/softhsm/libsofthsm2.so"

struct ca { X509 *cert; EVP_PKEY *key; };
struct bench { struct arena *a; const char *dir; struct p11 p; struct ca ca; struct str pin; };

static const char *in_dir(struct arena *a, const char *dir, const char *name) { return str_fmt(a, "%s/%s", dir, name).p; }

static bool exists(const char *path) { return access(path, F_OK) == 0; }

static bool make_dir(const char *path, struct err *e)
{
	return mkdir(path, 0700) == 0 || errno == EEXIST || err_set(e, ERR_INTERNAL, "%s: %s", path, strerror(errno));
}

/* A random secret of 16 hex digits, made once. */
static bool secret(struct arena *a, const char *path, struct str *out, struct err *e)
{
	char text[17] = "";
	uint8_t raw[8];
	if (!exists(path)) {
		crypto_random(raw, sizeof raw);
		if (!file_replace(a, path, 0600, hex_encode(a, raw, sizeof raw), e))
			return false;
	}
	FILE *f = fopen(path, "re");
	bool good = f && fread(text, 1, 16, f) == 16;
	if (f)
		fclose(f);
	*out = str_dup(a, str_from(text));
	return good || err_set(e, ERR_INTERNAL, "%s: not a secret of ours", path);
}

static void name_add(X509_NAME *n, const char *field, const char *text)
{
	if (text)
		CHECK(X509_NAME_add_entry_by_txt(n, field, MBSTRING_UTF8, (const unsigned char *)text, -1, -1, 0) == 1);
}

static X509 *cert_new(const struct demo_person *who, EVP_PKEY *key, long seconds)
{
	uint8_t serial[16];
	crypto_random(serial, sizeof serial);
	serial[0] = (uint8_t)((serial[0] & 0x7f) | 0x40);
	X509 *x = X509_new();
	CHECK(x && X509_set_version(x, X509_VERSION_3) == 1 && X509_set_pubkey(x, key) == 1);
	CHECK(ASN1_STRING_set(X509_get_serialNumber(x), serial, sizeof serial) == 1);
	CHECK(X509_gmtime_adj(X509_getm_notBefore(x), -3600) && X509_gmtime_adj(X509_getm_notAfter(x), seconds));
	X509_NAME *n = X509_get_subject_name(x);
	name_add(n, "C", "VN");
	name_add(n, "O", who->organisation);
	name_add(n, "OU", NO_VALUE);
	name_add(n, "title", who->title);
	name_add(n, "CN", who->name);
	return x;
}

static void extend(X509 *x, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX c;
	X509V3_set_ctx_nodb(&c);
	X509V3_set_ctx(&c, issuer, x, NULL, NULL, 0);
	X509_EXTENSION *ext = X509V3_EXT_conf_nid(NULL, &c, nid, value);
	CHECK(ext && X509_add_ext(x, ext, -1) == 1);
	X509_EXTENSION_free(ext);
}

static void issue(X509 *x, X509 *issuer, EVP_PKEY *issuer_key, bool ca)
{
	CHECK(X509_set_issuer_name(x, X509_get_subject_name(issuer)) == 1);
	extend(x, issuer, NID_basic_constraints, ca ? "critical,CA:TRUE" : "critical,CA:FALSE");
	extend(x, issuer, NID_key_usage, ca ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature,nonRepudiation");
	extend(x, issuer, NID_subject_key_identifier, "hash");
	extend(x, issuer, NID_authority_key_identifier, "keyid:always");
	CHECK(X509_sign(x, issuer_key, EVP_sha256()) > 0);
}

static struct str bio_text(struct arena *a, BIO *b)
{
	char *p = NULL;
	long n = BIO_get_mem_data(b, &p);
	struct str out = str_dup(a, (struct str){p, (size_t)n});
	BIO_free(b);
	return out;
}

static struct str cert_pem(struct arena *a, X509 *x)
{
	BIO *b = BIO_new(BIO_s_mem());
	CHECK(b && PEM_write_bio_X509(b, x) == 1);
	return bio_text(a, b);
}

static struct str key_pem(struct arena *a, EVP_PKEY *key)
{
	BIO *b = BIO_new(BIO_s_mem());
	CHECK(b && PEM_write_bio_PrivateKey(b, key, NULL, NULL, 0, NULL, NULL) == 1);
	return bio_text(a, b);
}

/* ca.pem is written last: without it everything is made again. */
static bool make_ca(struct bench *b, struct err *e)
{
	const struct demo_person root_name = {.name = NO_VALUE, .organisation = "Một Cửa"};
	const struct demo_person ca_name = {.name = "CA cấp chứng thư MẪU", .organisation = "Một Cửa"};
	EVP_PKEY *root_key = EVP_EC_gen("P-256"), *key = EVP_EC_gen("P-256");
	CHECK(root_key && key);
	X509 *root = cert_new(&root_name, root_key, YEARS(20)), *ca = cert_new(&ca_name, key, YEARS(15));
	issue(root, root, root_key, true);
	issue(ca, root, root_key, true);
	bool good = file_replace(b->a, in_dir(b->a, b->dir, "anchors.pem"), 0644, cert_pem(b->a, root), e) &&
		    file_replace(b->a, in_dir(b->a, b->dir, "ca.key"), 0600, key_pem(b->a, key), e) &&
		    file_replace(b->a, in_dir(b->a, b->dir, "ca.pem"), 0644, cert_pem(b->a, ca), e);
	X509_free(root);
	X509_free(ca);
	EVP_PKEY_free(root_key);
	EVP_PKEY_free(key);
	return good;
}

static bool load_ca(struct bench *b, struct err *e)
{
	FILE *cert = fopen(in_dir(b->a, b->dir, "ca.pem"), "re"), *key = fopen(in_dir(b->a, b->dir, "ca.key"), "re");
	b->ca.cert = cert ? PEM_read_X509(cert, NULL, NULL, NULL) : NULL;
	b->ca.key = key ? PEM_read_PrivateKey(key, NULL, NULL, NULL) : NULL;
	if (cert)
		fclose(cert);
	if (key)
		fclose(key);
	return (b->ca.cert && b->ca.key) || err_set(e, ERR_INTERNAL, "%s: ca.pem or ca.key cannot be used", b->dir);
}

/* Labels of tokens are 32 bytes, padded with blanks. */
static bool init_token(struct bench *b, CK_SLOT_ID slot, struct str so_pin, struct err *e)
{
	CK_UTF8CHAR label[32];
	memset(label, ' ', sizeof label);
	memcpy(label, DEMO_TOKEN, sizeof DEMO_TOKEN - 1);
	CK_RV rv = b->p.f->C_InitToken(slot, (CK_UTF8CHAR *)(uintptr_t)so_pin.p, so_pin.n, label);
	return rv == CKR_OK || p11_failed(&b->p, "new token", rv, e);
}

static bool set_pin(struct bench *b, struct str so_pin, struct err *e)
{
	CK_SLOT_ID slot;
	CK_SESSION_HANDLE s;
	if (!p11_slot(&b->p, STR(DEMO_TOKEN), &slot, e))
		return false;
	CK_RV rv = b->p.f->C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &s);
	if (rv != CKR_OK)
		return p11_failed(&b->p, "session", rv, e);
	rv = b->p.f->C_Login(s, CKU_SO, (CK_UTF8CHAR *)(uintptr_t)so_pin.p, so_pin.n);
	if (rv == CKR_OK)
		rv = b->p.f->C_InitPIN(s, (CK_UTF8CHAR *)(uintptr_t)b->pin.p, b->pin.n);
	b->p.f->C_CloseSession(s);
	return rv == CKR_OK || p11_failed(&b->p, "PIN of the new token", rv, e);
}

static bool make_token(struct bench *b, struct str so_pin, struct err *e)
{
	CK_SLOT_ID slot, slots[16];
	CK_ULONG n = ARRAY_LEN(slots);
	CK_TOKEN_INFO info;
	if (!p11_slot(&b->p, STR(DEMO_TOKEN), &slot, e)) {
		CK_RV rv = b->p.f->C_GetSlotList(CK_FALSE, slots, &n);
		if (rv != CKR_OK || n == 0)
			return p11_failed(&b->p, "slots", rv, e);
		if (!init_token(b, slots[n - 1], so_pin, e) || !p11_slot(&b->p, STR(DEMO_TOKEN), &slot, e))
			return false;
	}
	CK_RV rv = b->p.f->C_GetTokenInfo(slot, &info);
	if (rv != CKR_OK)
		return p11_failed(&b->p, "token", rv, e);
	return (info.flags & CKF_USER_PIN_INITIALIZED) || set_pin(b, so_pin, e);
}

static bool generate(struct bench *b, const struct demo_person *who, CK_OBJECT_HANDLE *public, struct err *e)
{
	static CK_BYTE p256[] = {0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07}, exponent[] = {1, 0, 1};
	CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
	CK_ULONG bits = 3072;
	CK_MECHANISM ec = {CKM_EC_KEY_PAIR_GEN, NULL, 0}, rsa = {CKM_RSA_PKCS_KEY_PAIR_GEN, NULL, 0};
	struct str label = str_from(who->label);
	CK_ATTRIBUTE pub[] = {P11_VALUE(CKA_TOKEN, yes), P11_TEXT(CKA_LABEL, label), P11_TEXT(CKA_ID, label), P11_VALUE(CKA_VERIFY, yes),
			      {CKA_EC_PARAMS, p256, sizeof p256}, {0}};
	if (who->rsa) {
		pub[4] = (CK_ATTRIBUTE)P11_VALUE(CKA_MODULUS_BITS, bits);
		pub[5] = (CK_ATTRIBUTE){CKA_PUBLIC_EXPONENT, exponent, sizeof exponent};
	}
	CK_ATTRIBUTE priv[] = {P11_VALUE(CKA_TOKEN, yes), P11_TEXT(CKA_LABEL, label), P11_TEXT(CKA_ID, label), P11_VALUE(CKA_SIGN, yes),
			       P11_VALUE(CKA_PRIVATE, yes), P11_VALUE(CKA_SENSITIVE, yes), P11_VALUE(CKA_EXTRACTABLE, no)};
	CK_OBJECT_HANDLE private;
	CK_RV rv = b->p.f->C_GenerateKeyPair(b->p.session, who->rsa ? &rsa : &ec, pub, who->rsa ? 6 : 5, priv, ARRAY_LEN(priv), public,
					     &private);
	return rv == CKR_OK || p11_failed(&b->p, "new key", rv, e);
}

/* SubjectPublicKeyInfo of the key: a fixed head and the token's own bytes for EC, made by OpenSSL for RSA. */
static EVP_PKEY *public_ec(struct str point)
{
	static const unsigned char head[] = {0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01, 0x06,
					     0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00};
	unsigned char spki[sizeof head + 65];
	if (point.n != 67) /* OCTET STRING of an uncompressed point */
		return NULL;
	memcpy(spki, head, sizeof head);
	memcpy(spki + sizeof head, point.p + 2, 65);
	const unsigned char *p = spki;
	return d2i_PUBKEY(NULL, &p, sizeof spki);
}

static EVP_PKEY *public_rsa(struct str modulus)
{
	BIGNUM *n = BN_bin2bn((const unsigned char *)modulus.p, (int)modulus.n, NULL);
	OSSL_PARAM params[3];
	unsigned long exponent = 65537;
	unsigned char raw[1024];
	EVP_PKEY *key = NULL;
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	CHECK(c && n && modulus.n <= sizeof raw && BN_bn2nativepad(n, raw, (int)modulus.n) > 0);
	params[0] = OSSL_PARAM_construct_BN("n", raw, modulus.n);
	params[1] = OSSL_PARAM_construct_ulong("e", &exponent);
	params[2] = OSSL_PARAM_construct_end();
	if (EVP_PKEY_fromdata_init(c) != 1 || EVP_PKEY_fromdata(c, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
		key = NULL;
	EVP_PKEY_CTX_free(c);
	BN_free(n);
	return key;
}

/* A certificate object; id ties it to its key. */
static bool store(struct bench *b, struct str label, X509 *x, struct err *e)
{
	CK_OBJECT_CLASS class = CKO_CERTIFICATE;
	CK_CERTIFICATE_TYPE type = CKC_X_509;
	CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
	unsigned char *der = NULL, *name = NULL;
	int n = i2d_X509(x, &der), n_name = i2d_X509_NAME(X509_get_subject_name(x), &name);
	CHECK(n > 0 && n_name > 0);
	CK_ATTRIBUTE t[] = {P11_VALUE(CKA_CLASS, class), P11_VALUE(CKA_CERTIFICATE_TYPE, type), P11_VALUE(CKA_TOKEN, yes),
			    P11_VALUE(CKA_PRIVATE, no), P11_TEXT(CKA_LABEL, label), P11_TEXT(CKA_ID, label),
			    {CKA_SUBJECT, name, (CK_ULONG)n_name}, {CKA_VALUE, der, (CK_ULONG)n}};
	CK_OBJECT_HANDLE o;
	CK_RV rv = b->p.f->C_CreateObject(b->p.session, t, ARRAY_LEN(t), &o);
	OPENSSL_free(der);
	OPENSSL_free(name);
	return rv == CKR_OK || p11_failed(&b->p, "certificate onto the token", rv, e);
}

static bool has_cert(struct bench *b, struct str label, bool *has, struct err *e)
{
	CK_OBJECT_CLASS class = CKO_CERTIFICATE;
	CK_ATTRIBUTE want[] = {P11_VALUE(CKA_CLASS, class), P11_TEXT(CKA_LABEL, label)};
	CK_OBJECT_HANDLE o;
	size_t n;
	if (!p11_find(&b->p, want, 2, &o, 1, &n, e))
		return false;
	*has = n > 0;
	return true;
}

/* Keys of an earlier run that ended before their certificate. */
static bool drop_halves(struct bench *b, struct str label, struct err *e)
{
	CK_ATTRIBUTE want[] = {P11_TEXT(CKA_LABEL, label)};
	CK_OBJECT_HANDLE o[8];
	size_t n;
	if (!p11_find(&b->p, want, 1, o, ARRAY_LEN(o), &n, e))
		return false;
	for (size_t i = 0; i < n; i++)
		b->p.f->C_DestroyObject(b->p.session, o[i]);
	return true;
}

static bool enrol(struct bench *b, const struct demo_person *who, struct err *e)
{
	bool has;
	CK_OBJECT_HANDLE public;
	struct str label = str_from(who->label), value;
	if (!has_cert(b, label, &has, e))
		return false;
	if (has)
		return true;
	if (!drop_halves(b, label, e) || !generate(b, who, &public, e) ||
	    !p11_read(&b->p, b->a, public, who->rsa ? CKA_MODULUS : CKA_EC_POINT, &value, e))
		return false;
	EVP_PKEY *key = who->rsa ? public_rsa(value) : public_ec(value);
	if (!key)
		return err_set(e, ERR_INTERNAL, "the token's public key cannot be used");
	X509 *x = cert_new(who, key, YEARS(10));
	issue(x, b->ca.cert, b->ca.key, false);
	bool good = store(b, label, x, e);
	X509_free(x);
	EVP_PKEY_free(key);
	return good;
}

static bool enrol_all(struct bench *b, const struct demo_person *people, size_t n, struct err *e)
{
	bool has;
	if (!p11_open(&b->p, STR(DEMO_TOKEN), b->pin, e) || !has_cert(b, STR("ca"), &has, e) ||
	    (!has && !store(b, STR("ca"), b->ca.cert, e)))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!enrol(b, &people[i], e))
			return err_wrap(e, people[i].label);
	return true;
}

static bool create(struct bench *b, const struct demo_person *people, size_t n, struct err *e)
{
	struct str so_pin;
	const char *conf = in_dir(b->a, b->dir, "softhsm2.conf"), *tokens = in_dir(b->a, b->dir, "tokens");
	struct str text = str_fmt(b->a, "directories.tokendir = %s\nobjectstore.backend = file\nlog.level = ERROR\n", tokens);
	if (!make_dir(b->dir, e) || !make_dir(tokens, e) || !file_replace(b->a, conf, 0600, text, e))
		return false;
	if (!secret(b->a, in_dir(b->a, b->dir, "pin"), &b->pin, e) || !secret(b->a, in_dir(b->a, b->dir, "so-pin"), &so_pin, e))
		return false;
	if ((!exists(in_dir(b->a, b->dir, "ca.pem")) && !make_ca(b, e)) || !load_ca(b, e))
		return false;
	setenv("SOFTHSM2_CONF", conf, 1);
	return p11_load(&b->p, MODULE, e) && make_token(b, so_pin, e) && enrol_all(b, people, n, e);
}

static bool check_people(const struct demo_person *people, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		struct str name = str_from(people[i].name), org = str_from(people[i].organisation), title = str_from(people[i].title);
		bool good = people[i].label && people[i].label[0] && name.n && org.n && str_is_utf8(name) && str_is_utf8(org) &&
			    str_is_utf8(title) && str_utf8_len(name) <= 64 && str_utf8_len(org) <= 64 && str_utf8_len(title) <= 64;
		if (!good)
			return err_set(e, ERR_INVALID, "demo person %zu: label, name or organisation missing or too long", i);
	}
	return true;
}

/* SoftHSM syncs nothing itself: a power cut in the next half minute would leave a province whose token is empty. */
static bool sync_all(const char *dir, struct err *e)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool good = fd >= 0 && syncfs(fd) == 0;
	if (!good)
		err_set(e, ERR_INTERNAL, "%s: %s", dir, strerror(errno));
	if (fd >= 0)
		close(fd);
	return good;
}

/* The child's last word: its error, or one whose kind is ERR_NONE. */
static void child(const char *dir, const struct demo_person *people, size_t n, int to)
{
	struct err e = {0};
	struct arena *a = arena_new_wiping(0);
	struct bench b = {.a = a, .dir = dir};
	if (create(&b, people, n, &e) && sync_all(dir, &e))
		e = (struct err){0};
	e.where = NULL;
	_exit(write(to, &e, sizeof e) == sizeof e ? 0 : 1);
}

bool demo_pki_create(const char *dir, const struct demo_person *people, size_t n, struct err *e)
{
	int ends[2], status;
	if (!check_people(people, n, e))
		return false;
	if (pipe2(ends, O_CLOEXEC))
		return err_set(e, ERR_INTERNAL, "pipe: %s", strerror(errno));
	pid_t pid = fork();
	if (pid == 0)
		child(dir, people, n, ends[1]);
	close(ends[1]);
	struct err told = {0};
	bool heard = pid > 0 && read(ends[0], &told, sizeof told) == sizeof told;
	close(ends[0]);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!heard)
		return err_set(e, ERR_INTERNAL, "the demonstration token could not be made");
	return told.kind == ERR_NONE || err_set(e, told.kind, "demonstration token: %.200s", told.text);
}

struct sign_client_spec demo_sign_spec(struct arena *a, const char *dir, const char *program, const char *word)
{
	return (struct sign_client_spec){.program = program, .word = word, .module = MODULE, .token = DEMO_TOKEN,
					 .pin_file = in_dir(a, dir, "pin"), .dir = str_dup(a, str_from(dir)).p, .timeout_ms = 15000};
}

bool demo_tsa_create(const char *dir, struct err *e)
{
	AUTO_ARENA a = arena_new(0);
	const char *tsa = in_dir(a, dir, "tsa");
	return make_dir(tsa, e) && (exists(in_dir(a, tsa, "tsa.key")) || tsa_demo_certify(tsa, YEARS(10), e));
}

struct tsa_demo *demo_tsa_start(const char *dir, int port, struct err *e)
{
	AUTO_ARENA a = arena_new(0);
	return demo_tsa_create(dir, e) ? tsa_demo_start(in_dir(a, dir, "tsa"), port, TSA_HONEST, e) : NULL;
}
