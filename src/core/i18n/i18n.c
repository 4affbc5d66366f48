/* i18n.c — see i18n.h. */
#include "core/i18n/i18n.h"

struct str msg(enum lang lang, enum msg_key key)
{
	CHECK((unsigned)key < MSG_COUNT && (lang == LANG_VI || lang == LANG_EN));
	return msg_rows[key].text[lang];
}

bool msg_is_plain(enum lang lang, enum msg_key key)
{
	CHECK((unsigned)key < MSG_COUNT && (lang == LANG_VI || lang == LANG_EN));
	return msg_rows[key].plain[lang];
}

size_t msg_args(enum msg_key key)
{
	CHECK((unsigned)key < MSG_COUNT);
	return (size_t)msg_rows[key].args;
}

struct str msg_fmt(struct arena *a, enum lang lang, enum msg_key key, const struct str *args, size_t n)
{
	struct str text = msg(lang, key);
	CHECK(n == msg_args(key));
	if (n == 0)
		return text;
	struct buf b = buf_on(a);
	for (ptrdiff_t at; (at = str_find_char(text, '{')) >= 0; text = str_sub(text, (size_t)at + 3, text.n)) {
		buf_put(&b, str_sub(text, 0, (size_t)at));
		buf_put(&b, args[text.p[at + 1] - '1']); /* msggen let only {1}…{n} through */
	}
	buf_put(&b, text);
	return buf_str(&b);
}

enum msg_key msg_of_err(const struct err *e)
{
	static const enum msg_key by_kind[] = {
		[ERR_NONE] = MSG_ERR_INTERNAL,    [ERR_INVALID] = MSG_ERR_INVALID,     [ERR_SIGN_IN] = MSG_ERR_SIGN_IN,
		[ERR_DENIED] = MSG_ERR_DENIED,    [ERR_NOT_FOUND] = MSG_ERR_NOT_FOUND, [ERR_CONFLICT] = MSG_ERR_CONFLICT,
		[ERR_TOO_LARGE] = MSG_ERR_TOO_LARGE, [ERR_LIMITED] = MSG_ERR_LIMITED,  [ERR_BUSY] = MSG_ERR_BUSY,
		[ERR_INTERNAL] = MSG_ERR_INTERNAL,
	};
	if (e->say > 0 && e->say < MSG_COUNT && msg_args((enum msg_key)e->say) == 0)
		return (enum msg_key)e->say;
	CHECK((size_t)e->kind < ARRAY_LEN(by_kind));
	return by_kind[e->kind];
}

static const enum msg_key weekday_long[] = {MSG_DAY_MON, MSG_DAY_TUE, MSG_DAY_WED, MSG_DAY_THU,
                                            MSG_DAY_FRI, MSG_DAY_SAT, MSG_DAY_SUN};
static const enum msg_key weekday_short[] = {MSG_DAY_MON_SHORT, MSG_DAY_TUE_SHORT, MSG_DAY_WED_SHORT, MSG_DAY_THU_SHORT,
                                             MSG_DAY_FRI_SHORT, MSG_DAY_SAT_SHORT, MSG_DAY_SUN_SHORT};

struct str lang_date(struct arena *a, enum lang lang, struct date d)
{
	struct str day = msg(lang, weekday_long[date_weekday(d)]), rest = date_people(a, d);
	return str_fmt(a, "%.*s, %.*s", STR_ARG(day), STR_ARG(rest));
}

struct str lang_instant(struct arena *a, enum lang lang, struct instant t)
{
	struct str day = msg(lang, weekday_long[date_weekday(date_of(t))]), rest = instant_people(a, t);
	return str_fmt(a, "%.*s, %.*s", STR_ARG(day), STR_ARG(rest));
}

struct str lang_weekday_short(enum lang lang, struct date d) { return msg(lang, weekday_short[date_weekday(d)]); }

struct str lang_money(struct arena *a, enum lang lang, struct money m)
{
	struct str digits = lang_number(a, lang, m.dong);
	return msg_fmt(a, lang, MSG_MONEY_DONG, &digits, 1);
}

struct str lang_number(struct arena *a, enum lang lang, int64_t v)
{
	struct str digits = money_people(a, (struct money){v});
	for (char *p = (char *)(uintptr_t)digits.p; lang == LANG_EN && p < digits.p + digits.n; p++)
		if (*p == '.')
			*p = ',';
	return digits;
}

struct str lang_tenths(struct arena *a, enum lang lang, int64_t tenths)
{
	struct str whole = lang_number(a, lang, tenths / 10);
	int64_t rest = tenths < 0 ? -(tenths % 10) : tenths % 10;
	return rest ? str_fmt(a, "%s%.*s%c%lld", tenths < 0 && tenths > -10 ? "-" : "", STR_ARG(whole), lang == LANG_EN ? '.' : ',', (long long)rest) : whole;
}

struct str lang_size(struct arena *a, enum lang lang, int64_t bytes)
{
	const int64_t kb = 1024, mb = kb * kb;
	if (bytes < kb)
		return str_fmt(a, "%lld B", (long long)bytes);
	if (bytes < mb)
		return str_fmt(a, "%lld kB", (long long)((bytes + kb / 2) / kb));
	struct str words = lang_tenths(a, lang, bytes / mb * 10 + bytes % mb * 10 / mb);
	return str_fmt(a, "%.*s MB", STR_ARG(words));
}

struct str lang_code(enum lang lang) { return lang == LANG_EN ? STR("en") : STR("vi"); }

bool lang_from_code(struct str code, enum lang *out)
{
	if (!str_eq(code, STR("vi")) && !str_eq(code, STR("en")))
		return false;
	*out = code.p[0] == 'e' ? LANG_EN : LANG_VI;
	return true;
}
