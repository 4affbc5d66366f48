/* demo_pki.h — certificates and a software token for the demonstration. All of them say that they have no legal value.
 *
 * In the folder: softhsm2.conf, tokens/ (SoftHSM), pin and so-pin (0600, random), anchors.pem (the root),
 * ca.pem and ca.key (0600, issues certificates for people added later), tsa/ (root.pem, tsa.pem, tsa.key, serial).
 * The root's own key is thrown away once it has issued the CA. Signers' keys are made inside the token and stay there. */
#pragma once
#include "core/tsa/tsa_demo.h"
#include "sign/sign_helper.h"

#define DEMO_TOKEN "motcua-demo"
/* Labels of the two keys that the sample province has: whoever decides, and the one seal. */
#define DEMO_DECIDER "director"
#define DEMO_SEAL "seal"

struct demo_person {
	const char *label;        /* of the key on the token */
	const char *name;         /* common name: the person, or the agency for its seal; at most 64 characters */
	const char *title;        /* NULL: none */
	const char *organisation; /* at most 64 characters */
	bool rsa;                 /* RSA of 3072 bits for RSASSA-PSS instead of P-256 */
};

/* Makes what is not there yet; what is there stays, also after a crash in the middle. Works in a child process, for the
 * token's library wants the environment changed: call it before the program has threads. */
bool demo_pki_create(const char *dir, const struct demo_person *people, size_t n, struct err *e) MUST_CHECK;
/* How a program (with the sub-command `word`) reaches the token. The strings lie in a. */
struct sign_client_spec demo_sign_spec(struct arena *a, const char *dir, const char *program, const char *word);
/* The time-stamp authority of the folder, in this process; port 0: any. NULL and *e when it cannot start. */
bool demo_tsa_create(const char *dir, struct err *e) MUST_CHECK;
struct tsa_demo *demo_tsa_start(const char *dir, int port, struct err *e);
