/* fmt.h — vsnprintf for the conversions that most texts of ours are made of, at a fraction of its cost. Internal to the folder; others use
 * str_fmt() and buf_fmt(), which the compiler checks.
 *
 * Known: text, %%, %s, %.*s, %c, and %d %u %ld %lu %lld %llu %zu, also filled with zeros (%02d). Whatever else there is goes to vsnprintf. */
#pragma once
#include <stdarg.h>
#include <stddef.h>

/* As vsnprintf: at most `room` bytes with the NUL at the end (room > 0); returns the bytes of the whole text, negative on failure. */
int fmt_write(char *to, size_t room, const char *fmt, va_list ap) __attribute__((format(printf, 3, 0)));
