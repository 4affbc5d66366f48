/* i18n.h — the words of the interface in two languages, and numbers, dates and money as people read them.
 *
 * Keys are enum msg_key of "gen/messages.h", made by tools/msggen from messages/<slice>.vi and .en. Texts are constants of
 * the program. Functions that take an arena allocate in it. */
#pragma once
#include "core/base/env.h"
#include "core/base/err.h"
#include "gen/messages.h"

/* The text with its {1}… unfilled. An unknown key stops the process. */
struct str msg(enum lang lang, enum msg_key key);
/* Whether HTML writes that text as it stands, in a text as in an attribute. */
bool msg_is_plain(enum lang lang, enum msg_key key);
/* Fills {1}…{9}. n must be the number of arguments that the message has. */
struct str msg_fmt(struct arena *a, enum lang lang, enum msg_key key, const struct str *args, size_t n);
/* How many arguments it has. */
size_t msg_args(enum msg_key key);
/* The general sentence for a kind of error: what happened and what to do. */
enum msg_key msg_of_err(const struct err *e);

/* vi: "Thứ Tư, 25/11/2026, 14:00"; en: "Wednesday, 25/11/2026, 14:00". */
struct str lang_instant(struct arena *a, enum lang lang, struct instant t);
/* "Thứ Tư, 25/11/2026" */
struct str lang_date(struct arena *a, enum lang lang, struct date d);
/* T2 … CN; Mon … Sun */
struct str lang_weekday_short(enum lang lang, struct date d);
/* vi "1.200.000 đồng", en with commas */
struct str lang_money(struct arena *a, enum lang lang, struct money m);
/* Grouped digits: vi "1.206", en "1,206". */
struct str lang_number(struct arena *a, enum lang lang, int64_t v);
/* Tenths: vi "1.206,5", en "1,206.5"; without a decimal when there is none. */
struct str lang_tenths(struct arena *a, enum lang lang, int64_t tenths);
/* "850 kB", "1,2 MB" (en "1.2 MB"), in steps of 1024, as Windows counts: a limit of 20 MiB reads "20 MB". Megabytes are cut, not rounded up. */
struct str lang_size(struct arena *a, enum lang lang, int64_t bytes);
/* "vi", "en": the value of lang="…" */
struct str lang_code(enum lang lang);
/* False for anything but those two. */
bool lang_from_code(struct str code, enum lang *out);
