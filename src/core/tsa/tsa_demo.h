/* tsa_demo.h — a time-stamp authority for demonstration and tests, on loopback. Its certificates say that they have no
 * legal value. One thread of its own; serial numbers are kept in `dir`/serial, made durable before a token leaves. */
#pragma once
#include "core/base/err.h"

/* What a test makes it do wrong. */
enum tsa_fault { TSA_HONEST, TSA_WRONG_NONCE, TSA_WRONG_IMPRINT, TSA_GARBAGE, TSA_DOWN, TSA_WRONG_CLOCK };

/* Writes root.pem, tsa.pem and tsa.key (ECDSA P-256, 0600) into dir; valid from an hour ago for `seconds` (may be
 * negative: already expired). */
bool tsa_demo_certify(const char *dir, long seconds, struct err *e);

struct tsa_demo;
/* port 0: any free one. NULL and *e when it cannot start. */
struct tsa_demo *tsa_demo_start(const char *dir, int port, enum tsa_fault fault, struct err *e);
int tsa_demo_port(const struct tsa_demo *d);
void tsa_demo_stop(struct tsa_demo *d);
