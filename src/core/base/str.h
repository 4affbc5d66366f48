/* str.h — text as pointer and length, and a buffer that grows in an arena.
 *
 * A str is a view: it owns nothing. Bytes are UTF-8 unless a function says otherwise. A str made by a function that
 * takes an arena is followed by a NUL (not counted), so that `.p` may be given to C libraries. */
#pragma once
#include "core/base/arena.h"
#include "core/base/check.h"
#include <stdarg.h>
#include <string.h>

struct str { const char *p; size_t n; };
#define STR(literal) ((struct str){("" literal), sizeof(literal) - 1})
#define STR_NONE ((struct str){NULL, 0})
/* For printf: "%.*s", STR_ARG(s). */
#define STR_ARG(s) (int)(s).n, (s).p ? (s).p : ""

struct str str_from(const char *cstr); /* NULL gives STR_NONE */
struct str str_dup(struct arena *a, struct str s);
const char *str_cstr(struct arena *a, struct str s);
struct str str_fmt(struct arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3);
struct str str_cat(struct arena *a, struct str x, struct str y);
struct str str_upper(struct arena *a, struct str s); /* ASCII letters; ends with a zero byte as str_dup() */

bool str_eq(struct str a, struct str b);
bool str_eq_nocase(struct str a, struct str b); /* ASCII letters only */
int str_cmp(struct str a, struct str b);        /* by bytes, shorter first */
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
/* Offset of the first occurrence, or -1. */
ptrdiff_t str_find(struct str s, struct str needle);
ptrdiff_t str_find_char(struct str s, char c);
/* s from `from`, at most n bytes; clipped to s. */
struct str str_sub(struct str s, size_t from, size_t n);
struct str str_trim(struct str s); /* ASCII white space */
/* Cuts the part before `sep` off *rest. False once nothing is left. "a,,b" gives "a", "", "b". */
bool str_next(struct str *rest, char sep, struct str *part);
/* True and *out for an optional sign and digits only, within range. */
bool str_to_i64(struct str s, int64_t *out);
/* Valid UTF-8 without surrogates, overlong forms or NUL. */
bool str_is_utf8(struct str s);
/* True: valid UTF-8 that is in NFC as it stands, as what Vietnamese keyboards send is. False: it must be looked at (utf8proc). */
bool str_is_composed(struct str s);
/* Length of the well-formed code point that s begins with; 0: there is none (NUL is none). */
size_t str_utf8_step(struct str s);

/* Eight bytes at once, for loops over long texts. STR_EIGHT(c): eight times c. */
#define STR_EIGHT(c) (0x0101010101010101U * (uint64_t)(c))
static inline uint64_t str_eight(const char *p)
{
	uint64_t v;
	memcpy(&v, p, sizeof v);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	v = __builtin_bswap64(v);
#endif
	return v;
}
/* How many bytes stand before the first one whose top bit is set in `marks`. Marks behind the first need not be right. */
static inline size_t str_eight_plain(uint64_t marks)
{
	marks &= STR_EIGHT(0x80);
	return marks ? (size_t)__builtin_ctzll(marks) / 8 : sizeof marks;
}
/* Number of code points; s must be valid UTF-8. */
size_t str_utf8_len(struct str s);

struct str hex_encode(struct arena *a, const void *bytes, size_t n);
bool hex_decode(struct arena *a, struct str hex, struct str *out);
struct str base64_encode(struct arena *a, const void *bytes, size_t n);
struct str base64url_encode(struct arena *a, const void *bytes, size_t n); /* no padding */
/* Both alphabets, padding optional; false on anything else. */
bool base64_decode(struct arena *a, struct str text, struct str *out);

/* A growing text. buf_str() may be taken at any time; it is NUL-terminated. */
struct buf { struct arena *a; char *p; size_t n, cap; };
struct buf buf_on(struct arena *a);
void buf_put(struct buf *b, struct str s);
void buf_char(struct buf *b, char c);
void buf_int(struct buf *b, int64_t v); /* decimal */
void buf_fmt(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
void buf_vfmt(struct buf *b, const char *fmt, va_list ap) PRINTF_LIKE(2, 0);
/* Room for n more bytes to be written by the caller, who then adds to b->n. */
char *buf_room(struct buf *b, size_t n);
struct str buf_str(struct buf *b);
