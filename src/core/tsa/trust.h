/* trust.h — sets of certificates we trust for one purpose (official duty, public, time-stamping).
 *
 * Loaded once from a PEM file, read-only afterwards, shared by threads. Never the system's store: Law 20/2023/QH15
 * art. 22 wants a certificate of a named authority, and each kind of signature has its own. */
#pragma once
#include "core/base/err.h"
#include "core/base/instant.h"

struct stack_st_X509;
struct x509_store_st;
struct trust;
/* Every certificate of the file is an anchor. NULL and *e when there is none or one is malformed. */
struct trust *trust_load(const char *pem_path, struct err *e);
struct trust *trust_parse(struct str pem, struct err *e);
void trust_free(struct trust *t);
static inline void trust_cleanup(struct trust **t) { trust_free(*t); }
#define AUTO_TRUST __attribute__((cleanup(trust_cleanup))) struct trust *

/* An X509_STORE of these anchors (NULL: of none, so that nothing is trusted) that judges as of `at` and refuses SHA-1 and RSA below 2048 bits; the caller frees. */
struct x509_store_st *trust_store_at(const struct trust *t, struct instant at);
