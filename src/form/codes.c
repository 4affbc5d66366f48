/* codes.c — personal id, tax code, phone, e-mail: form.h. */
#include "form/form.h"
#include <string.h>

static bool digits(struct str s, size_t from, size_t n)
{
	if (from + n > s.n)
		return false;
	for (size_t i = from; i < from + n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return true;
}

/* Provinces of the time before 01/7/2025 (an id keeps the province where the birth was registered); from 100 on the
 * codes are countries, whose table is unconfirmed, so any is taken. */
static bool birth_place_ok(struct str s)
{
	static const char gaps[] = " 003 005 007 009 013 016 018 021 023 028 029 032 039 041 043 047 050 053 055 057 059 061 "
	                           "063 065 069 071 073 076 078 081 085 088 090 097 098 099 000 ";
	char code[6] = {' ', s.p[0], s.p[1], s.p[2], ' ', 0};
	return strstr(gaps, code) == NULL;
}

bool personal_id_ok(struct str s) { return s.n == 12 && digits(s, 0, 12) && birth_place_ok(s); }

bool personal_id_fits(struct str id, const struct date *birth, struct str sex)
{
	int g = id.p[3] - '0', yy = (id.p[4] - '0') * 10 + id.p[5] - '0';
	if (birth && date_civil(*birth).year != 1900 + g / 2 * 100 + yy)
		return false;
	return sex.n == 0 || str_eq(sex, g % 2 == 0 ? STR("nam") : STR("nu"));
}

bool tax_code_shaped(struct str s)
{
	if (s.n == 12)
		return personal_id_ok(s);
	bool unit = (s.n == 14 && s.p[10] == '-' && digits(s, 11, 3)) || (s.n == 13 && digits(s, 10, 3));
	return digits(s, 0, 10) && (s.n == 10 || unit) && !(unit && str_ends(s, STR("000")));
}

bool tax_code_ok(struct str s)
{
	static const int weight[] = {31, 29, 23, 19, 17, 13, 7, 5, 3};
	int sum = 0;
	if (!tax_code_shaped(s) || s.n == 12)
		return s.n == 12 && personal_id_ok(s);
	for (size_t i = 0; i < ARRAY_LEN(weight); i++)
		sum += weight[i] * (s.p[i] - '0');
	return s.p[9] - '0' == 10 - sum % 11;
}

/* Mobile 03, 05, 07, 08, 09 (ten digits), fixed lines 02 (eleven), +84 for the 0, 1800 and 1900 services. */
bool phone_ok(struct str s)
{
	char d[16];
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (c == '+' && i == 0 && str_starts(s, STR("+84"))) {
			d[n++] = '0';
			i = 2;
		} else if (c >= '0' && c <= '9' && n < sizeof d) {
			d[n++] = c;
		} else if (!(n && strchr(" .-()", c) && c)) {
			return false;
		}
	}
	struct str t = {d, n};
	if (str_starts(t, STR("1800")) || str_starts(t, STR("1900")))
		return n == 8 || n == 10;
	if (n < 10 || d[0] != '0')
		return false;
	return d[1] == '2' ? n == 11 : n == 10 && strchr("35789", d[1]) != NULL;
}

