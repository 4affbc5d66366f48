/* fmt.c — see fmt.h. */
#include "core/base/fmt.h"
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct writing {
	va_list ap;
	char *to;
	size_t room, n; /* n goes on where the room ends */
};

static void put(struct writing *w, const char *p, size_t n)
{
	if (w->n < w->room && n)
		memcpy(w->to + w->n, p, n < w->room - w->n ? n : w->room - w->n);
	w->n += n;
}

static void put_number(struct writing *w, bool negative, uint64_t v, size_t width)
{
	char digits[64];
	size_t i = sizeof digits, least = sizeof digits - width + negative;
	do
		digits[--i] = (char)('0' + v % 10);
	while ((v /= 10) > 0);
	while (i > least)
		digits[--i] = '0';
	if (negative)
		digits[--i] = '-';
	put(w, digits + i, sizeof digits - i);
}

static void put_signed(struct writing *w, int64_t v, size_t width) { put_number(w, v < 0, v < 0 ? -(uint64_t)v : (uint64_t)v, width); }

/* `size`: 0 an int, 1 a long, 2 a long long, 3 a size_t. */
static bool number(struct writing *w, char kind, int size, size_t width)
{
	if (kind == 'd' && size < 3)
		put_signed(w, size == 0 ? va_arg(w->ap, int) : size == 1 ? va_arg(w->ap, long) : va_arg(w->ap, long long), width);
	else if (kind == 'u')
		put_number(w, false, size == 0 ? va_arg(w->ap, unsigned) : size == 1 ? va_arg(w->ap, unsigned long) : size == 2 ? va_arg(w->ap, unsigned long long)
		                                                                                                                : va_arg(w->ap, size_t), width);
	else
		return false;
	return true;
}

static bool text(struct writing *w, bool bounded)
{
	int most = bounded ? va_arg(w->ap, int) : 0;
	const char *p = va_arg(w->ap, const char *);
	if (most < 0 || (!p && !(bounded && most == 0)))
		return false;
	put(w, p, !p ? 0 : bounded ? strnlen(p, (size_t)most) : strlen(p));
	return true;
}

/* What follows a '%'; *rest goes behind it. False: not known here. */
static bool one(struct writing *w, const char **rest)
{
	const char *p = *rest;
	size_t width = 0;
	int size = 0;
	if (p[0] == '0' && p[1] >= '1' && p[1] <= '9')
		width = (size_t)(p[1] - '0'), p += 2;
	if (p[0] == 'l')
		size = p[1] == 'l' ? 2 : 1, p += size;
	else if (p[0] == 'z')
		size = 3, p++;
	bool plain = p == *rest, bounded = plain && p[0] == '.' && p[1] == '*';
	p += bounded ? 2 : 0;
	*rest = p + 1;
	if (*p == 's' && plain)
		return text(w, bounded);
	if (bounded)
		return false;
	if (*p == '%' && plain)
		return put(w, "%", 1), true;
	if (*p == 'c' && plain)
		return put(w, &(char){(char)va_arg(w->ap, int)}, 1), true;
	return number(w, *p, size, width);
}

int fmt_write(char *to, size_t room, const char *fmt, va_list ap)
{
	struct writing w = {.to = to, .room = room};
	const char *at = fmt;
	bool known = true;
	va_copy(w.ap, ap);
	while (known && *at) {
		size_t n = strcspn(at, "%");
		put(&w, at, n);
		at += n;
		if (*at == '%') {
			at++;
			known = one(&w, &at);
		}
	}
	va_end(w.ap);
	if (!known || w.n > INT_MAX)
		return vsnprintf(to, room, fmt, ap);
	to[w.n < room ? w.n : room - 1] = '\0';
	return (int)w.n;
}
