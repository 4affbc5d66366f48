/* check.h — broken invariants stop the process.
 *
 * CHECK stays on in production: it prints file, line and condition and aborts; the service manager starts
 * the program again and nothing acknowledged is lost. It is for mistakes of the programmer, never for input. */
#pragma once

void check_failed(const char *file, int line, const char *what) __attribute__((noreturn, cold));
#define CHECK(cond) ((cond) ? (void)0 : check_failed(__FILE__, __LINE__, #cond))

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
