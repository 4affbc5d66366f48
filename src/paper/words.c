#include "core/base/str.h"
#include "paper/paper.h"

static const char *const digit[] = {"không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"};

static void put_word(struct buf *b, const char *w)
{
	if (b->n)
		buf_char(b, ' ');
	buf_put(b, str_from(w));
}

/* Three digits; `whole`: also say the hundreds when they are zero (after a higher group). */
static void put_group(struct buf *b, int n, bool whole)
{
	int h = n / 100, t = n / 10 % 10, u = n % 10;
	if (h || whole) {
		put_word(b, digit[h]);
		put_word(b, "trăm");
	}
	if (t > 1) {
		put_word(b, digit[t]);
		put_word(b, "mươi");
	} else if (t == 1) {
		put_word(b, "mười");
	} else if (u && (h || whole)) {
		put_word(b, "linh");
	}
	if (u)
		put_word(b, u == 1 && t > 1 ? "mốt" : u == 5 && t ? "lăm" : digit[u]);
}

static void put_number(struct buf *b, int64_t n, bool whole)
{
	static const char *const unit[] = {"", "nghìn", "triệu"};
	if (n >= 1000000000) {
		put_number(b, n / 1000000000, whole);
		put_word(b, "tỷ");
		whole = true;
		n %= 1000000000;
	}
	int64_t scale = 1000000;
	for (int i = 2; i >= 0; i--, scale /= 1000) {
		int g = (int)(n / scale % 1000);
		if (!g)
			continue;
		put_group(b, g, whole);
		if (i)
			put_word(b, unit[i]);
		whole = true;
	}
}

struct str paper_money_words(struct arena *a, int64_t dong)
{
	struct buf b = buf_on(a);
	if (dong < 0)
		put_word(&b, "âm");
	if (dong == 0)
		put_word(&b, "không");
	put_number(&b, dong < 0 ? -(dong + 1) + 1 : dong, false);
	put_word(&b, "đồng");
	static const struct { const char *small, *big; } first[] = {
		{"â", "Â"}, {"k", "K"}, {"m", "M"}, {"h", "H"}, {"b", "B"}, {"n", "N"}, {"s", "S"}, {"t", "T"}, {"c", "C"}};
	struct str s = buf_str(&b);
	for (size_t i = 0; i < ARRAY_LEN(first); i++)
		if (str_starts(s, str_from(first[i].small)))
			return str_cat(a, str_from(first[i].big), str_sub(s, str_from(first[i].small).n, s.n));
	return s;
}
