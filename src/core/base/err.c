/* err.c — see err.h. */
#include "core/base/err.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool err_set_at(struct err *e, enum err_kind kind, int say, const char *where, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	e->kind = kind;
	e->say = say;
	e->where = where;
	vsnprintf(e->text, sizeof e->text, fmt, ap);
	va_end(ap);
	return false;
}

bool err_wrap(struct err *e, const char *context)
{
	char old[sizeof e->text];
	memcpy(old, e->text, sizeof old);
	int n = snprintf(e->text, sizeof e->text, "%s: ", context);
	if (n > 0 && (size_t)n < sizeof e->text)
		snprintf(e->text + n, sizeof e->text - (size_t)n, "%s", old);
	return false;
}

static const struct { int status; const char *name; } kinds[] = {
	[ERR_NONE] = {200, "none"},           [ERR_INVALID] = {400, "invalid"},
	[ERR_SIGN_IN] = {401, "sign-in"},     [ERR_DENIED] = {403, "denied"},
	[ERR_NOT_FOUND] = {404, "not-found"}, [ERR_CONFLICT] = {409, "conflict"},
	[ERR_TOO_LARGE] = {413, "too-large"}, [ERR_LIMITED] = {429, "limited"},
	[ERR_BUSY] = {503, "busy"},           [ERR_INTERNAL] = {500, "internal"},
};

int err_status(enum err_kind kind)
{
	CHECK((size_t)kind < ARRAY_LEN(kinds));
	return kinds[kind].status;
}

const char *err_kind_name(enum err_kind kind)
{
	CHECK((size_t)kind < ARRAY_LEN(kinds));
	return kinds[kind].name;
}
