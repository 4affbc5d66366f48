/* text.h — small pieces of HTTP text, inside core/http only. Results live in the arena given. */
#pragma once
#include "core/base/err.h"
#include "core/base/str.h"

/* %XX, and '+' as a blank when `plus`. False on a bad escape. The result may hold any byte. */
bool text_unescape(struct arena *a, struct str s, bool plus, struct str *out);
/* %XX for all but unreserved characters and those in `keep`. */
void text_put_escaped(struct buf *b, struct str s, const char *keep);
/* A JSON string with its quotes; invalid UTF-8 becomes U+FFFD. */
void text_put_json(struct buf *b, struct str s);
/* The parameter of a header value: text_parameter("multipart/form-data; boundary=x", "boundary") gives x. Quoted
 * strings are unquoted. False when absent or ill-formed. */
bool text_parameter(struct arena *a, struct str value, const char *name, struct str *out);
/* The part of a header value before ';', trimmed. */
struct str text_main_value(struct str value);
/* The q of a coding in Accept-Encoding, in thousandths; 0 when not acceptable. Absent header: 0. */
int text_coding_quality(struct str accept, const char *coding);
/* Does one of the tags in If-None-Match equal `etag` (without quotes), weakly? */
bool text_etag_matches(struct str header, struct str etag);
/* One range of "bytes=…" over `size` bytes. 1: *from, *to (inclusive) set; 0: ignore the header; -1: 416. */
int text_range(struct str header, int64_t size, int64_t *from, int64_t *to);
/* Constant time. */
bool text_same_bytes(const void *x, const void *y, size_t n);
