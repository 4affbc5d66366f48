/* flight.h — what was in hand when the process broke. Inside core/http, and for the program to name its file.
 *
 * Each request that is being worked on stands in a small file of shared memory as a digest of who asks what. When the process ends by
 * a fault of its own (a broken invariant, a segmentation fault) a signal handler marks the one whose thread broke, or all in hand when no
 * thread had one; what other threads still answer until the process has ended changes nothing. A request that was in hand at two such ends is poisoned: it is refused (500 with a sentence of its own), said in the log at each
 * start, and counted. One that was answered between the two is no suspect any more: else whatever strangers ask most, in hand at two ends that
 * something else caused, would be refused for ever. A kill or a power cut marks nobody. Another build of the program forgets all: it may be mended.
 * In hand is a request from the moment its body has been read until its answer is made (of a stream: sent), however slowly the client takes it;
 * digests hold no personal data and open nothing.
 * Threads: any. Costs no system call per request. */
#pragma once
#include "core/base/err.h"
#include <stddef.h>
#include <stdint.h>

struct flight;

/* Makes the file when there is none; takes what the last process left there into account. One open file per process. */
MUST_CHECK bool flight_open(struct flight **out, const char *path, struct err *e);
void flight_close(struct flight *f); /* NULL is fine */
/* Into the hand of this thread. False: poisoned, and not taken. f NULL: always true. */
MUST_CHECK bool flight_take(struct flight *f, uint64_t digest, size_t *slot);
/* Answered: `digest` is suspected no more. Slot FLIGHT_NONE and digest 0, of none that was taken, are fine. */
void flight_drop(struct flight *f, size_t slot, uint64_t digest);
/* What this thread works on from now, as another had it before; 0: nothing. */
void flight_thread(uint64_t digest);
/* How many requests are refused as poisoned. */
int64_t flight_poisoned(const struct flight *f);
#define FLIGHT_NONE SIZE_MAX
