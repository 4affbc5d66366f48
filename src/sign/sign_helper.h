/* sign_helper.h — the process that holds the signing token, and the side of the server that asks it.
 *
 * The helper opens a PKCS#11 module, signs in with the PIN of a file and signs hashes; no key and no PIN is ever in the
 * server. It gives up what it does not need (seccomp; Landlock where the kernel has it):
 *   - always: other programs, TCP and UDP, tracing, changing the system;
 *   - with a folder of its own (`dir`: SoftHSM): also sockets of any kind, new threads, device control, every file outside
 *     the folder, and all writing: SoftHSM empties the token's file at each sign-in before it writes it again, and a process
 *     that is killed between the two, or a power cut, would leave no token;
 *   - with a hardware token (`dir` NULL): Unix sockets (pcscd), new threads and ioctl stay, for the drivers of vendors use
 *     them; files may be read but only those under /dev and /run written.
 * Not sandboxed: the module's own code at loading and C_Initialize, which run before; what it does with the token's keys.
 *
 * The helper is asked one thing at a time. A helper that dies or is late is started again by the next call. A wrong PIN is
 * tried once per start of the server and once more after each change of the PIN file, never the last try a token has. */
#pragma once
#include "sign/pades.h"

/* Runs until the server is gone. `pin_file`: mode 0600 or less, first line. `dir`: NULL, or the folder with softhsm2.conf.
 * The program calls it for its sub-command; returns the exit status. */
int sign_helper_main(const char *module, const char *token, const char *pin_file, const char *dir);

struct sign_client;
struct sign_client_spec {
	const char *program; /* full path; its arguments will be word, module, token, pin_file and dir (when not NULL) */
	const char *word;    /* the sub-command; NULL: none */
	const char *module, *token, *pin_file, *dir;
	const char *keep;    /* names of the environment that the module needs; NULL: none */
	int timeout_ms;      /* of one signature, waiting for others included */
};

/* The strings of the spec must outlive the client. NULL and *e when the program cannot be started. Any thread may call. */
struct sign_client *sign_client_open(const struct sign_client_spec *spec, struct err *e);
void sign_client_close(struct sign_client *c);
/* The key with the label, its certificate and its issuer's from the token. `out` lives as long as a and c.
 * ERR_BUSY: token away, PIN refused, helper died or late — the text says which; ERR_NOT_FOUND: no such key on the token.
 * out->sign fails the same way; its signature was verified against the certificate before it is given out. */
bool sign_client_key(struct arena *a, struct sign_client *c, struct str label, struct pades_key *out, struct err *e) MUST_CHECK;
/* The process that would take the next call; 0: none. For tests and the metrics page. */
int sign_client_pid(struct sign_client *c);
