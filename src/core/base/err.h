/* err.h — why a call failed. The caller owns the struct, on its stack; nothing is allocated.
 *
 * `kind` decides the HTTP status and the sentence the user reads; `text` is for the log only, in English;
 * `where` is the file:line that found it. `say` may name a message (enum msg_key) that tells the user more exactly
 * what happened and what to do next; 0 means the sentence of the kind.
 * Business outcomes (a wrong field, a passed deadline) are values, not errors. */
#pragma once
#include "core/base/check.h"
#include <stdbool.h>

enum err_kind {
	ERR_NONE = 0,
	ERR_INVALID,   /* 400: the input cannot be used */
	ERR_SIGN_IN,   /* 401: who is asking is not known */
	ERR_DENIED,    /* 403: known, but may not */
	ERR_NOT_FOUND, /* 404 */
	ERR_CONFLICT,  /* 409: somebody was first, or the state does not allow it */
	ERR_TOO_LARGE, /* 413 */
	ERR_LIMITED,   /* 429: too many tries */
	ERR_BUSY,      /* 503: try again soon */
	ERR_INTERNAL,  /* 500 */
};

struct err { enum err_kind kind; int say; const char *where; char text[256]; };

/* Fills *e and returns false, so that `return err_set(e, …)` ends a function. */
#define err_set(e, kind, ...) err_set_at((e), (kind), 0, __FILE__ ":" ERR_STR(__LINE__), __VA_ARGS__)
/* The same, with a message for the user. */
#define err_say(e, kind, say, ...) err_set_at((e), (kind), (int)(say), __FILE__ ":" ERR_STR(__LINE__), __VA_ARGS__)
#define ERR_STR(x) ERR_STR2(x)
#define ERR_STR2(x) #x
bool err_set_at(struct err *e, enum err_kind kind, int say, const char *where, const char *fmt, ...) PRINTF_LIKE(5, 6);
/* Puts "context: " before the text. Once per layer. Returns false. */
bool err_wrap(struct err *e, const char *context);
/* The HTTP status of a kind: the one place that knows. */
int err_status(enum err_kind kind);
const char *err_kind_name(enum err_kind kind);
