/* p11.h — the few calls of a PKCS#11 module that we need, with errors in words. Internal to the slice.
 *
 * The module is opened with dlopen and called directly: no engine and no wrapper, so that what it does to the process
 * is known and can be confined. One session, one thread. */
#pragma once
#include "core/base/err.h"
#include "core/base/str.h"
#include <p11-kit/pkcs11.h>

struct p11 {
	void *lib;
	CK_FUNCTION_LIST *f;
	CK_SESSION_HANDLE session;
	bool open;
	bool pin_refused; /* the token said no to the PIN: trying again would lock it */
};

/* Opens the module and initialises it. The module stays loaded until the process ends. */
bool p11_load(struct p11 *p, const char *module, struct err *e) MUST_CHECK;
/* The slot whose token has the label; ERR_BUSY when none is there. */
bool p11_slot(struct p11 *p, struct str token, CK_SLOT_ID *slot, struct err *e) MUST_CHECK;
/* A session on the token, signed in with the PIN. Never takes the last try before the token locks itself. */
bool p11_open(struct p11 *p, struct str token, struct str pin, struct err *e) MUST_CHECK;
void p11_close(struct p11 *p);
/* Handles that match, at most max; *n is how many. */
bool p11_find(struct p11 *p, CK_ATTRIBUTE *want, size_t n_want, CK_OBJECT_HANDLE *out, size_t max, size_t *n, struct err *e)
	MUST_CHECK;
bool p11_read(struct p11 *p, struct arena *a, CK_OBJECT_HANDLE o, CK_ATTRIBUTE_TYPE type, struct str *out, struct err *e) MUST_CHECK;
/* False; ERR_BUSY with what was tried and the code. Session and token errors also close the session. */
bool p11_failed(struct p11 *p, const char *what, CK_RV rv, struct err *e);

/* An attribute of a template; PKCS#11 takes pointers without const but does not write through these. */
#define P11_TEXT(type_, s) {(type_), (void *)(uintptr_t)(s).p, (s).n}
#define P11_VALUE(type_, v) {(type_), &(v), sizeof(v)}
