/* sign_client.c — the server's side of sign_helper.h. */
#include "core/helper/helper.h"
#include "sign/sign_helper.h"
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>

struct sign_client {
	struct sign_client_spec spec;
	const char *argv[8];
	struct helper *helper;
	pthread_mutex_t lock; /* innermost; guards what follows */
	bool pin_refused;
	struct stat pin_seen; /* the PIN file as the helper read it, or an older one: it reads it when it starts */
};

struct client_key { struct sign_client *c; struct str label, cert; };

struct sign_client *sign_client_open(const struct sign_client_spec *spec, struct err *e)
{
	struct sign_client *c = calloc(1, sizeof *c);
	CHECK(c);
	c->spec = *spec;
	size_t n = 0;
	c->argv[n++] = spec->program;
	if (spec->word)
		c->argv[n++] = spec->word;
	c->argv[n++] = spec->module;
	c->argv[n++] = spec->token;
	c->argv[n++] = spec->pin_file;
	c->argv[n++] = spec->dir;
	pthread_mutex_init(&c->lock, NULL);
	if (stat(spec->pin_file, &c->pin_seen))
		c->pin_seen = (struct stat){0};
	c->helper = helper_open(&(struct helper_spec){.name = "sign", .argv = c->argv, .keep = spec->keep}, e);
	if (c->helper)
		return c;
	sign_client_close(c);
	return NULL;
}

void sign_client_close(struct sign_client *c)
{
	if (!c)
		return;
	helper_close(c->helper);
	pthread_mutex_destroy(&c->lock);
	free(c);
}

int sign_client_pid(struct sign_client *c) { return helper_pid(c->helper); }

static bool same_file(const struct stat *x, const struct stat *y)
{
	return x->st_ino == y->st_ino && x->st_size == y->st_size && x->st_mtim.tv_sec == y->st_mtim.tv_sec &&
	       x->st_mtim.tv_nsec == y->st_mtim.tv_nsec;
}

/* False while the PIN that was refused still stands in its file. */
static bool may_try(struct sign_client *c, struct err *e)
{
	struct stat now = {0};
	bool there = stat(c->spec.pin_file, &now) == 0;
	pthread_mutex_lock(&c->lock);
	bool changed = there && !same_file(&now, &c->pin_seen);
	if (changed) {
		c->pin_seen = now;
		c->pin_refused = false;
	}
	bool refused = c->pin_refused;
	pthread_mutex_unlock(&c->lock);
	if (changed) /* the old PIN would be tried, and the new one be taken for refused */
		helper_renew(c->helper);
	return !refused || err_set(e, ERR_BUSY, "sign: the token refused the PIN of %s; not tried again until that file changes",
				   c->spec.pin_file);
}

static void remember_refusal(struct sign_client *c)
{
	pthread_mutex_lock(&c->lock);
	c->pin_refused = true;
	pthread_mutex_unlock(&c->lock);
}

/* Splits n hex values into out. */
static bool read_values(struct arena *a, struct str rest, struct str *out, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		bool last = i + 1 == n;
		struct str hex = last ? rest : STR_NONE;
		if ((!last && !str_next(&rest, '\n', &hex)) || !hex_decode(a, hex, &out[i]))
			return err_set(e, ERR_BUSY, "sign: the helper's answer cannot be read");
	}
	return true;
}

static bool ask_once(struct arena *a, struct sign_client *c, struct str request, struct str *rest, struct str *word, struct err *e)
{
	if (!may_try(c, e) || !helper_call(c->helper, request, NULL, c->spec.timeout_ms, a, rest, e))
		return false;
	str_next(rest, '\n', word);
	return true;
}

/* Asks, a second time when the token seems to be away or to lack the key: a module may never see in the same process that a token is
 * back, or what was put on it meanwhile (SoftHSM). */
static bool ask(struct arena *a, struct sign_client *c, struct str request, struct str *out, size_t n, struct err *e)
{
	struct str rest, word;
	for (int turn = 0; turn < 2; turn++) {
		if (!ask_once(a, c, request, &rest, &word, e))
			return false;
		if (str_eq(word, STR("ok")))
			return read_values(a, rest, out, n, e);
		if (str_eq(word, STR("invalid")))
			return err_set(e, ERR_INVALID, "sign: %.*s", STR_ARG(rest));
		helper_renew(c->helper);
		if (str_eq(word, STR("pin"))) {
			remember_refusal(c);
			break;
		}
	}
	return err_set(e, str_eq(word, STR("missing")) ? ERR_NOT_FOUND : ERR_BUSY, "sign: %.*s", STR_ARG(rest));
}

static bool verify_with(EVP_PKEY *key, struct digest d, struct str signature)
{
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new(key, NULL);
	bool good = c && EVP_PKEY_verify_init(c) == 1;
	if (good && EVP_PKEY_is_a(key, "RSA"))
		good = EVP_PKEY_CTX_set_rsa_padding(c, RSA_PKCS1_PSS_PADDING) == 1 &&
		       EVP_PKEY_CTX_set_rsa_pss_saltlen(c, RSA_PSS_SALTLEN_DIGEST) == 1;
	good = good && EVP_PKEY_CTX_set_signature_md(c, EVP_sha256()) == 1 &&
	       EVP_PKEY_verify(c, (const unsigned char *)signature.p, signature.n, d.b, DIGEST_SIZE) == 1;
	EVP_PKEY_CTX_free(c);
	ERR_clear_error();
	return good;
}

/* A signature that does not fit its certificate must not reach a document. */
static bool fits(struct str cert, struct digest d, struct str signature)
{
	const unsigned char *p = (const unsigned char *)cert.p;
	X509 *x = d2i_X509(NULL, &p, (long)cert.n);
	EVP_PKEY *key = x ? X509_get0_pubkey(x) : NULL;
	bool good = key && verify_with(key, d, signature);
	X509_free(x);
	ERR_clear_error();
	return good;
}

static bool client_sign(void *self, struct arena *a, struct digest d, struct str *signature, struct err *e)
{
	const struct client_key *k = self;
	struct str out[3];
	struct str request = str_fmt(a, "sign\n%s\n%.*s", digest_hex(a, d).p, STR_ARG(k->label));
	if (!ask(a, k->c, request, out, 3, e))
		return false;
	if (!str_eq(out[1], k->cert))
		return err_set(e, ERR_BUSY, "sign: the certificate on the token was changed meanwhile");
	*signature = out[0];
	return fits(k->cert, d, out[0]) || err_set(e, ERR_BUSY, "sign: the token's signature does not fit its certificate");
}

bool sign_client_key(struct arena *a, struct sign_client *c, struct str label, struct pades_key *out, struct err *e)
{
	struct str certs[2];
	if (label.n == 0 || str_find_char(label, '\n') >= 0)
		return err_set(e, ERR_NOT_FOUND, "sign: no label of a key");
	if (!ask(a, c, str_fmt(a, "key\n%.*s", STR_ARG(label)), certs, 2, e))
		return false;
	struct client_key *k = NEW(a, struct client_key);
	*k = (struct client_key){c, str_dup(a, label), certs[0]};
	*out = (struct pades_key){k, certs[0], certs[1], client_sign};
	return true;
}
