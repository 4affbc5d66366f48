#include "payment/vietqr.h"
#include <string.h>

static uint16_t crc16(struct str s)
{
	unsigned c = 0xFFFF;
	for (size_t i = 0; i < s.n; i++) {
		c ^= (unsigned)(unsigned char)s.p[i] << 8;
		for (int k = 0; k < 8; k++)
			c = c & 0x8000 ? (c << 1 ^ 0x1021) & 0xFFFF : c << 1 & 0xFFFF;
	}
	return (uint16_t)c;
}

static void put(struct buf *b, int tag, struct str value)
{
	if (value.n)
		buf_fmt(b, "%02d%02zu%.*s", tag, value.n, STR_ARG(value));
}

static bool only(struct str s, const char *allowed, size_t max)
{
	for (size_t i = 0; i < s.n; i++)
		if (!s.p[i] || !strchr(allowed, s.p[i]))
			return false;
	return s.n <= max;
}

#define DIGITS "0123456789"
#define PLAIN DIGITS "ABCDEFGHIJKLMNOPQRSTUVWXYZ -"

static bool is_usable(const struct vietqr *q, struct err *e)
{
	if (q->bin.n != 6 || !only(q->bin, DIGITS, 6))
		return err_set(e, ERR_INVALID, "the bank's number is not 6 digits");
	if (!q->account.n || !only(q->account, DIGITS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", 19))
		return err_set(e, ERR_INVALID, "the account number cannot be written");
	if (q->amount.dong < 0 || q->amount.dong > 9999999999999)
		return err_set(e, ERR_INVALID, "the amount cannot be written");
	if (!only(q->bill, PLAIN, 25) || !only(q->purpose, PLAIN, 25))
		return err_set(e, ERR_INVALID, "bill number or purpose cannot be written");
	return true;
}

bool vietqr_build(struct arena *a, const struct vietqr *q, struct str *out, struct err *e)
{
	if (!is_usable(q, e))
		return false;
	struct buf bank = buf_on(a), merchant = buf_on(a), more = buf_on(a), b = buf_on(a);
	put(&bank, 0, q->bin);
	put(&bank, 1, q->account);
	put(&merchant, 0, STR("A000000727"));
	put(&merchant, 1, buf_str(&bank));
	put(&merchant, 2, q->to_card ? STR("QRIBFTTC") : STR("QRIBFTTA"));
	put(&more, 1, q->bill);
	put(&more, 8, q->purpose);
	put(&b, 0, STR("01"));
	put(&b, 1, q->amount.dong ? STR("12") : STR("11"));
	put(&b, 38, buf_str(&merchant));
	put(&b, 53, STR("704"));
	if (q->amount.dong)
		put(&b, 54, str_fmt(a, "%lld", (long long)q->amount.dong));
	put(&b, 58, STR("VN"));
	put(&b, 62, buf_str(&more));
	buf_put(&b, STR("6304"));
	buf_fmt(&b, "%04X", crc16(buf_str(&b)));
	*out = buf_str(&b);
	return true;
}

bool vietqr_check(struct str s)
{
	AUTO_ARENA a = arena_new(0);
	return s.n > 8 && str_eq(str_sub(s, s.n - 8, 4), STR("6304"))
	       && str_eq(str_sub(s, s.n - 4, 4), str_fmt(a, "%04X", crc16(str_sub(s, 0, s.n - 4))));
}
