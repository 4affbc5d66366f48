/* wire.h — messages on a helper's socket; used by both sides, not by other folders. */
#pragma once
#include "core/helper/helper.h"

/* The time left until a deadline of monotonic_ns(), for poll(): at least 0; -1 (for ever) when the deadline is 0. */
int wire_left_ms(int64_t deadline_ns);
/* Sends one message. *began tells whether any byte left. */
bool wire_send(int sock, struct str msg, const struct helper_fds *fds, int64_t deadline_ns, bool *began, struct err *e);
bool wire_receive(int sock, struct arena *a, int64_t deadline_ns, struct str *msg, struct helper_fds *fds, bool *end,
                  struct err *e);
