/* text_address.c — which e-mail addresses we take: text.h. */
#include "core/text/text.h"
#include <string.h>

static bool is_alnum(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

static bool local_ok(struct str s)
{
	if (s.n == 0 || s.n > 64 || s.p[0] == '.' || s.p[s.n - 1] == '.' || str_find(s, STR("..")) >= 0)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!is_alnum(s.p[i]) && (s.p[i] == '\0' || !strchr("!#$%&'*+-/=?^_`{|}~.", s.p[i])))
			return false;
	return true;
}

static bool label_ok(struct str s)
{
	if (s.n == 0 || s.n > 63 || s.p[0] == '-' || s.p[s.n - 1] == '-')
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!is_alnum(s.p[i]) && s.p[i] != '-')
			return false;
	return true;
}

bool text_email_ok(struct str address)
{
	ptrdiff_t at = str_find_char(address, '@');
	if (at < 0 || address.n > 254 || !local_ok(str_sub(address, 0, (size_t)at)))
		return false;
	struct str rest = str_sub(address, (size_t)at + 1, address.n), label;
	size_t labels = 0;
	if (rest.n == 0 || rest.p[rest.n - 1] == '.')
		return false;
	for (; str_next(&rest, '.', &label); labels++)
		if (!label_ok(label))
			return false;
	return labels >= 2;
}
