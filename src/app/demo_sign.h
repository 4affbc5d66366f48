/* demo_sign.h — the demonstration's token and time-stamp authority at work in `motcua demo`: its newest results are really signed. */
#pragma once
#include "issue/issue.h"

struct demo_signing;
/* pki: the folder that demo_pki_create() and demo_tsa_create() made. NULL and *e. */
MUST_CHECK struct demo_signing *demo_signing_open(const char *pki, struct err *e);
/* NULL is fine. */
void demo_signing_close(struct demo_signing *s);
/* Keys, stamps and whom to trust, for issue_use(). They live as long as s. */
void demo_signing_lend(struct demo_signing *s, struct issue_facilities *f);
