/* tsa_demo.c — see tsa_demo.h. */
#include "core/tsa/tsa_demo.h"
#include "core/base/str.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ts.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define POLICY "1.3.6.1.4.1.99999.1"
#define BODY_MAX 4096
#define NO_VALUE "MẪU – không có giá trị pháp lý"

struct tsa_demo {
	struct MHD_Daemon *http;
	enum tsa_fault fault;
	char serial_path[512];
	TS_RESP_CTX *ctx;
};

struct body { size_t n; unsigned char p[BODY_MAX]; };

static void extend(X509 *x, int nid, const char *value)
{
	X509_EXTENSION *ext = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
	CHECK(ext && X509_add_ext(x, ext, -1) == 1);
	X509_EXTENSION_free(ext);
}

static X509 *cert_new(const char *name, long serial, EVP_PKEY *key, long seconds)
{
	X509 *x = X509_new();
	CHECK(x && X509_set_version(x, X509_VERSION_3) == 1 && X509_set_pubkey(x, key) == 1);
	CHECK(ASN1_INTEGER_set(X509_get_serialNumber(x), serial) == 1);
	CHECK(X509_gmtime_adj(X509_getm_notBefore(x), -3600) && X509_gmtime_adj(X509_getm_notAfter(x), seconds));
	X509_NAME *n = X509_get_subject_name(x);
	CHECK(X509_NAME_add_entry_by_txt(n, "C", MBSTRING_UTF8, (const unsigned char *)"VN", -1, -1, 0) == 1);
	CHECK(X509_NAME_add_entry_by_txt(n, "O", MBSTRING_UTF8, (const unsigned char *)NO_VALUE, -1, -1, 0) == 1);
	CHECK(X509_NAME_add_entry_by_txt(n, "CN", MBSTRING_UTF8, (const unsigned char *)name, -1, -1, 0) == 1);
	return x;
}

static void cert_sign(X509 *x, X509 *issuer, EVP_PKEY *issuer_key)
{
	CHECK(X509_set_issuer_name(x, X509_get_subject_name(issuer)) == 1 && X509_sign(x, issuer_key, EVP_sha256()) > 0);
}

static bool write_pem(const char *dir, const char *name, X509 *x, EVP_PKEY *key, struct err *e)
{
	char path[512];
	snprintf(path, sizeof path, "%s/%s", dir, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, key ? 0600 : 0644);
	FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;
	if (!f)
		return err_set(e, ERR_INTERNAL, "%s: %s", path, strerror(errno));
	bool good = key ? PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL) == 1 : PEM_write_X509(f, x) == 1;
	return (fclose(f) == 0 && good) || err_set(e, ERR_INTERNAL, "%s: cannot be written", path);
}

bool tsa_demo_certify(const char *dir, long seconds, struct err *e)
{
	EVP_PKEY *root_key = EVP_EC_gen("P-256"), *key = EVP_EC_gen("P-256");
	CHECK(root_key && key);
	X509 *root = cert_new("Gốc dấu thời gian " NO_VALUE, 1, root_key, 10L * 365 * 86400);
	extend(root, NID_basic_constraints, "critical,CA:TRUE");
	extend(root, NID_key_usage, "critical,keyCertSign,cRLSign");
	cert_sign(root, root, root_key);
	X509 *x = cert_new("Dấu thời gian " NO_VALUE, 2, key, seconds);
	extend(x, NID_basic_constraints, "critical,CA:FALSE");
	extend(x, NID_key_usage, "critical,digitalSignature");
	extend(x, NID_ext_key_usage, "critical,timeStamping");
	cert_sign(x, root, root_key);
	bool good = write_pem(dir, "root.pem", root, NULL, e) && write_pem(dir, "tsa.pem", x, NULL, e) &&
		    write_pem(dir, "tsa.key", NULL, key, e);
	X509_free(x);
	X509_free(root);
	EVP_PKEY_free(key);
	EVP_PKEY_free(root_key);
	return good;
}

static long read_serial(int fd)
{
	char text[32] = "";
	return pread(fd, text, sizeof text - 1, 0) > 0 ? strtol(text, NULL, 10) : 0;
}

static ASN1_INTEGER *next_serial(TS_RESP_CTX *ctx, void *arg)
{
	(void)ctx;
	struct tsa_demo *d = arg;
	int fd = open(d->serial_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return NULL;
	long serial = read_serial(fd) + 1;
	char text[32];
	int n = snprintf(text, sizeof text, "%ld\n", serial);
	bool good = pwrite(fd, text, (size_t)n, 0) == n && fdatasync(fd) == 0;
	close(fd);
	ASN1_INTEGER *out = good ? ASN1_INTEGER_new() : NULL;
	if (out)
		ASN1_INTEGER_set(out, serial);
	return out;
}

static int a_day_late(TS_RESP_CTX *ctx, void *arg, long *sec, long *usec)
{
	(void)ctx;
	(void)arg;
	*sec = (long)time(NULL) - 86400;
	*usec = 0;
	return 1;
}

/* The request as the fault wants it answered. */
static BIO *bend(const struct tsa_demo *d, const struct body *b)
{
	BIO *out = BIO_new(BIO_s_mem());
	const unsigned char *p = b->p;
	TS_REQ *q = d2i_TS_REQ(NULL, &p, (long)b->n);
	if (q && d->fault == TSA_WRONG_NONCE)
		ASN1_INTEGER_set((ASN1_INTEGER *)(uintptr_t)TS_REQ_get_nonce(q), 42);
	if (q && d->fault == TSA_WRONG_IMPRINT)
		TS_MSG_IMPRINT_set_msg(TS_REQ_get_msg_imprint(q), (unsigned char[32]){1}, 32);
	CHECK(out && (q ? i2d_TS_REQ_bio(out, q) == 1 : BIO_write(out, b->p, (int)b->n) >= 0));
	TS_REQ_free(q);
	ERR_clear_error();
	return out;
}

static enum MHD_Result answer_with(struct MHD_Connection *c, unsigned status, const void *p, size_t n)
{
	struct MHD_Response *r = MHD_create_response_from_buffer(n, (void *)(uintptr_t)p, MHD_RESPMEM_MUST_COPY);
	CHECK(r);
	MHD_add_response_header(r, "Content-Type", "application/timestamp-reply");
	enum MHD_Result out = MHD_queue_response(c, status, r);
	MHD_destroy_response(r);
	return out;
}

static enum MHD_Result reply(struct tsa_demo *d, struct MHD_Connection *c, const struct body *b)
{
	if (d->fault == TSA_DOWN)
		return answer_with(c, MHD_HTTP_SERVICE_UNAVAILABLE, "", 0);
	if (d->fault == TSA_GARBAGE)
		return answer_with(c, MHD_HTTP_OK, "garbage", 7);
	BIO *in = bend(d, b);
	TS_RESP *r = TS_RESP_create_response(d->ctx, in);
	unsigned char *der = NULL;
	int n = r ? i2d_TS_RESP(r, &der) : 0;
	enum MHD_Result out = n > 0 ? answer_with(c, MHD_HTTP_OK, der, (size_t)n) : answer_with(c, MHD_HTTP_INTERNAL_SERVER_ERROR, "", 0);
	OPENSSL_free(der);
	TS_RESP_free(r);
	BIO_free(in);
	ERR_clear_error();
	return out;
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *c, const char *url, const char *method,
				  const char *version, const char *data, size_t *n, void **state)
{
	(void)url;
	(void)version;
	struct body *b = *state;
	if (!b) {
		*state = calloc(1, sizeof *b);
		return *state ? MHD_YES : MHD_NO;
	}
	if (*n) {
		if (*n > BODY_MAX - b->n)
			return MHD_NO;
		memcpy(b->p + b->n, data, *n);
		b->n += *n;
		*n = 0;
		return MHD_YES;
	}
	if (strcmp(method, "POST") != 0)
		return answer_with(c, MHD_HTTP_METHOD_NOT_ALLOWED, "", 0);
	return reply(arg, c, b);
}

static void on_end(void *arg, struct MHD_Connection *c, void **state, enum MHD_RequestTerminationCode why)
{
	(void)arg;
	(void)c;
	(void)why;
	free(*state);
	*state = NULL;
}

static FILE *open_in(const char *dir, const char *name)
{
	char path[512];
	snprintf(path, sizeof path, "%s/%s", dir, name);
	return fopen(path, "re");
}

static bool load_keys(struct tsa_demo *d, const char *dir, struct err *e)
{
	FILE *cert_file = open_in(dir, "tsa.pem"), *key_file = open_in(dir, "tsa.key");
	X509 *x = cert_file ? PEM_read_X509(cert_file, NULL, NULL, NULL) : NULL;
	EVP_PKEY *key = key_file ? PEM_read_PrivateKey(key_file, NULL, NULL, NULL) : NULL;
	ASN1_OBJECT *policy = OBJ_txt2obj(POLICY, 1);
	d->ctx = TS_RESP_CTX_new();
	CHECK(policy && d->ctx);
	bool good = x && key && TS_RESP_CTX_set_signer_cert(d->ctx, x) == 1 && TS_RESP_CTX_set_signer_key(d->ctx, key) == 1 &&
		    TS_RESP_CTX_set_signer_digest(d->ctx, EVP_sha256()) == 1 && TS_RESP_CTX_add_md(d->ctx, EVP_sha256()) == 1 &&
		    TS_RESP_CTX_set_ess_cert_id_digest(d->ctx, EVP_sha256()) == 1 && TS_RESP_CTX_set_def_policy(d->ctx, policy) == 1;
	TS_RESP_CTX_set_serial_cb(d->ctx, next_serial, d);
	if (d->fault == TSA_WRONG_CLOCK)
		TS_RESP_CTX_set_time_cb(d->ctx, a_day_late, NULL);
	ASN1_OBJECT_free(policy);
	X509_free(x);
	EVP_PKEY_free(key);
	if (cert_file)
		fclose(cert_file);
	if (key_file)
		fclose(key_file);
	ERR_clear_error();
	return good || err_set(e, ERR_INVALID, "%s: no usable tsa.pem and tsa.key", dir);
}

struct tsa_demo *tsa_demo_start(const char *dir, int port, enum tsa_fault fault, struct err *e)
{
	struct tsa_demo *d = calloc(1, sizeof *d);
	CHECK(d);
	d->fault = fault;
	snprintf(d->serial_path, sizeof d->serial_path, "%s/serial", dir);
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	if (load_keys(d, dir, e)) {
		d->http = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD, 0, NULL, NULL, on_request, d, MHD_OPTION_SOCK_ADDR, &at,
					   MHD_OPTION_NOTIFY_COMPLETED, on_end, NULL, MHD_OPTION_CONNECTION_TIMEOUT, 10u, MHD_OPTION_END);
		if (d->http)
			return d;
		err_set(e, ERR_INTERNAL, "time-stamp server: port %d: %s", port, strerror(errno));
	}
	tsa_demo_stop(d);
	return NULL;
}

int tsa_demo_port(const struct tsa_demo *d)
{
	return MHD_get_daemon_info(d->http, MHD_DAEMON_INFO_BIND_PORT)->port;
}

void tsa_demo_stop(struct tsa_demo *d)
{
	if (!d)
		return;
	if (d->http)
		MHD_stop_daemon(d->http);
	TS_RESP_CTX_free(d->ctx);
	free(d);
}
