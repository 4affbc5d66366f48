/* crypto.c — see crypto.h. */
#include "core/crypto/crypto.h"
#include "core/squeeze/squeeze.h"
#include <errno.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NONCE_SIZE 12
#define TAG_SIZE 16

static const uint8_t *bytes(struct str s) { return (const uint8_t *)(s.n ? s.p : ""); }

/* Looked up once: OpenSSL 3 else asks its providers for them by name each time, which costs more than a digest of a row. */
static struct { EVP_MD *sha256; EVP_CIPHER *gcm, *ctr; EVP_MAC *mac; EVP_MAC_CTX *hmac; } have;
static pthread_once_t have_once = PTHREAD_ONCE_INIT;

static void have_let_go(void)
{
	EVP_MAC_CTX_free(have.hmac);
	EVP_MAC_free(have.mac);
	EVP_CIPHER_free(have.gcm);
	EVP_CIPHER_free(have.ctr);
	EVP_MD_free(have.sha256);
}

static void have_fetch(void)
{
	char digest_name[] = "SHA256";
	OSSL_PARAM p[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest_name, 0), OSSL_PARAM_construct_end()};
	have.sha256 = EVP_MD_fetch(NULL, digest_name, NULL);
	have.gcm = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
	have.ctr = EVP_CIPHER_fetch(NULL, "AES-256-CTR", NULL);
	have.mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	have.hmac = EVP_MAC_CTX_new(have.mac);
	CHECK(have.sha256 && have.gcm && have.ctr && have.hmac && EVP_MAC_CTX_set_params(have.hmac, p) == 1);
	CHECK(atexit(have_let_go) == 0);
}

static void need(void) { CHECK(pthread_once(&have_once, have_fetch) == 0); }

struct digest crypto_sha256(struct str data) { return crypto_sha256_parts(&data, 1); }

struct digest crypto_sha256_parts(const struct str *parts, size_t n)
{
	struct crypto_hash *h = crypto_hash_new();
	for (size_t i = 0; i < n; i++)
		crypto_hash_add(h, parts[i]);
	return crypto_hash_end(h);
}

bool crypto_sha256_fd(int fd, struct digest *out, int64_t *size, struct err *e)
{
	if (lseek(fd, 0, SEEK_SET) != 0)
		return err_set(e, ERR_INTERNAL, "seek: %s", strerror(errno));
	struct crypto_hash *h = crypto_hash_new();
	char chunk[64 * 1024];
	int64_t total = 0;
	ssize_t n;
	while ((n = read(fd, chunk, sizeof chunk)) > 0 || (n < 0 && errno == EINTR)) {
		if (n < 0)
			continue;
		crypto_hash_add(h, (struct str){chunk, (size_t)n});
		total += n;
	}
	int saved = errno;
	*out = crypto_hash_end(h);
	if (n < 0)
		return err_set(e, ERR_INTERNAL, "read: %s", strerror(saved));
	if (size)
		*size = total;
	return true;
}

struct str digest_hex(struct arena *a, struct digest d) { return hex_encode(a, d.b, sizeof d.b); }

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Fixed size, no arena: also used for keys. */
static bool hex_into(struct str hex, uint8_t *out, size_t n)
{
	if (hex.n != 2 * n)
		return false;
	for (size_t i = 0; i < n; i++) {
		int hi = hex_value(hex.p[2 * i]), lo = hex_value(hex.p[2 * i + 1]);
		if (hi < 0 || lo < 0)
			return false;
		out[i] = (uint8_t)(hi << 4 | lo);
	}
	return true;
}

bool digest_from_hex(struct str hex, struct digest *out) { return hex_into(hex, out->b, sizeof out->b); }

bool digest_eq(struct digest a, struct digest b) { return CRYPTO_memcmp(a.b, b.b, DIGEST_SIZE) == 0; }

/* A crypto_hash is an EVP_MD_CTX under a name of ours: the header needs no OpenSSL. */
static EVP_MD_CTX *md_ctx(struct crypto_hash *h) { return (EVP_MD_CTX *)(void *)h; }

struct crypto_hash *crypto_hash_new(void)
{
	need();
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	CHECK(c && EVP_DigestInit_ex(c, have.sha256, NULL) == 1);
	return (struct crypto_hash *)(void *)c;
}

void crypto_hash_add(struct crypto_hash *h, struct str data)
{
	CHECK(EVP_DigestUpdate(md_ctx(h), bytes(data), data.n) == 1);
}

struct digest crypto_hash_end(struct crypto_hash *h)
{
	struct digest d;
	CHECK(EVP_DigestFinal_ex(md_ctx(h), d.b, NULL) == 1);
	crypto_hash_free(h);
	return d;
}

void crypto_hash_free(struct crypto_hash *h)
{
	if (h)
		EVP_MD_CTX_free(md_ctx(h));
}

struct digest crypto_hmac(struct str key, struct str data)
{
	struct digest d;
	size_t n = 0;
	need();
	EVP_MAC_CTX *c = EVP_MAC_CTX_dup(have.hmac);
	CHECK(c && EVP_MAC_init(c, bytes(key), key.n, NULL) == 1 && EVP_MAC_update(c, bytes(data), data.n) == 1 && EVP_MAC_final(c, d.b, &n, sizeof d.b) == 1);
	EVP_MAC_CTX_free(c);
	return d;
}

void crypto_hkdf(struct str key, struct str salt, struct str info, void *out, size_t n)
{
	CHECK(n > 0 && n <= (size_t)255 * DIGEST_SIZE && key.n > 0);
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_KDF_CTX *c = EVP_KDF_CTX_new(kdf);
	char digest_name[] = "SHA256";
	OSSL_PARAM p[5];
	size_t i = 0;
	p[i++] = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest_name, 0);
	p[i++] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)(uintptr_t)key.p, key.n);
	if (salt.n)
		p[i++] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, (void *)(uintptr_t)salt.p, salt.n);
	if (info.n)
		p[i++] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)(uintptr_t)info.p, info.n);
	p[i] = OSSL_PARAM_construct_end();
	CHECK(c && EVP_KDF_derive(c, out, n, p) == 1);
	EVP_KDF_CTX_free(c);
	EVP_KDF_free(kdf);
}

void crypto_random(void *p, size_t n)
{
	CHECK(n <= INT32_MAX && RAND_bytes(p, (int)n) == 1);
}

struct str crypto_random_str(struct arena *a, size_t n)
{
	char *p = arena_alloc(a, n + 1);
	crypto_random(p, n);
	return (struct str){p, n};
}

bool crypto_eq(struct str a, struct str b) { return a.n == b.n && (a.n == 0 || CRYPTO_memcmp(a.p, b.p, a.n) == 0); }

void crypto_wipe(void *p, size_t n) { OPENSSL_cleanse(p, n); }

struct key key_new(void)
{
	struct key k;
	crypto_random(k.b, sizeof k.b);
	return k;
}

struct key key_derive(const struct key *from, struct str purpose)
{
	struct key k;
	crypto_hkdf((struct str){(const char *)from->b, KEY_SIZE}, STR_NONE, purpose, k.b, sizeof k.b);
	return k;
}

/* `out` begins with the nonce. */
static void seal_into(uint8_t *out, const struct key *k, struct str aad, struct str plain)
{
	CHECK(plain.n <= INT32_MAX - SEAL_OVERHEAD && aad.n <= INT32_MAX);
	need();
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	int n = 0;
	CHECK(c && EVP_EncryptInit_ex(c, have.gcm, NULL, k->b, out) == 1);
	CHECK(EVP_EncryptUpdate(c, NULL, &n, bytes(aad), (int)aad.n) == 1);
	CHECK(EVP_EncryptUpdate(c, out + NONCE_SIZE, &n, bytes(plain), (int)plain.n) == 1);
	CHECK(EVP_EncryptFinal_ex(c, out + NONCE_SIZE + n, &n) == 1);
	CHECK(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_GET_TAG, TAG_SIZE, out + NONCE_SIZE + plain.n) == 1);
	EVP_CIPHER_CTX_free(c);
}

void crypto_seal_into(void *out, const struct key *k, struct str aad, struct str plain)
{
	crypto_random(out, NONCE_SIZE);
	seal_into(out, k, aad, plain);
}

struct str crypto_seal(struct arena *a, const struct key *k, struct str aad, struct str plain)
{
	char *out = arena_alloc(a, plain.n + SEAL_OVERHEAD + 1);
	crypto_seal_into(out, k, aad, plain);
	return (struct str){out, plain.n + SEAL_OVERHEAD};
}

struct str crypto_seal_same(struct arena *a, const struct key *k, struct str aad, struct str plain)
{
	uint8_t *out = arena_alloc(a, plain.n + SEAL_OVERHEAD + 1);
	struct digest d = crypto_hmac((struct str){(const char *)k->b, KEY_SIZE}, str_fmt(a, "nonce %zu:%.*s%.*s", aad.n, STR_ARG(aad), STR_ARG(plain)));
	memcpy(out, d.b, NONCE_SIZE);
	seal_into(out, k, aad, plain);
	return (struct str){(const char *)out, plain.n + SEAL_OVERHEAD};
}

/* Decrypts n bytes into out; false when the tag does not fit. */
static bool gcm_open(const struct key *k, struct str aad, const uint8_t *sealed, size_t n, uint8_t *out)
{
	uint8_t tag[TAG_SIZE];
	memcpy(tag, sealed + NONCE_SIZE + n, TAG_SIZE);
	need();
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	int got = 0;
	CHECK(c && EVP_DecryptInit_ex(c, have.gcm, NULL, k->b, sealed) == 1);
	CHECK(EVP_DecryptUpdate(c, NULL, &got, bytes(aad), (int)aad.n) == 1);
	CHECK(EVP_DecryptUpdate(c, out, &got, sealed + NONCE_SIZE, (int)n) == 1);
	CHECK(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_SET_TAG, TAG_SIZE, tag) == 1);
	bool good = EVP_DecryptFinal_ex(c, out + got, &got) == 1;
	EVP_CIPHER_CTX_free(c);
	return good;
}

bool crypto_open(struct arena *a, const struct key *k, struct str aad, struct str sealed, struct str *out, struct err *e)
{
	if (sealed.n < SEAL_OVERHEAD || sealed.n > INT32_MAX || aad.n > INT32_MAX)
		return err_set(e, ERR_INVALID, "sealed bytes: %zu is no possible length", sealed.n);
	size_t n = sealed.n - SEAL_OVERHEAD;
	uint8_t *plain = arena_alloc(a, n + 1);
	if (!gcm_open(k, aad, bytes(sealed), n, plain)) {
		crypto_wipe(plain, n);
		return err_set(e, ERR_INVALID, "sealed bytes do not open: changed, or another key or context");
	}
	*out = (struct str){(const char *)plain, n};
	return true;
}

struct str crypto_seal_text(struct arena *a, const struct key *k, struct str aad, struct str plain) { return crypto_seal(a, k, aad, squeeze(a, plain)); }

bool crypto_open_text(struct arena *a, const struct key *k, struct str aad, struct str sealed, struct str *out, struct err *e)
{
	struct str small;
	return crypto_open(a, k, aad, sealed, &small, e) && (unsqueeze(a, small, out) || err_set(e, ERR_INTERNAL, "a sealed text was squeezed by a newer program"));
}

void crypto_stream(const struct key *k, int64_t offset, void *p, size_t n)
{
	CHECK(offset >= 0 && n <= INT32_MAX);
	uint8_t iv[16] = {0}, skip[16] = {0};
	uint64_t block = (uint64_t)offset / 16;
	for (int i = 0; i < 8; i++)
		iv[15 - i] = (uint8_t)(block >> (8 * i));
	need();
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	int done = 0;
	CHECK(c && EVP_EncryptInit_ex(c, have.ctr, NULL, k->b, iv) == 1);
	CHECK(EVP_EncryptUpdate(c, skip, &done, skip, (int)(offset % 16)) == 1);
	CHECK(EVP_EncryptUpdate(c, p, &done, p, (int)n) == 1);
	EVP_CIPHER_CTX_free(c);
}
