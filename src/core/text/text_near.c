/* text_near.c — how close two folded words are (see text.h). Rows of the table are on the stack; a table wider than the
 * limit is never filled. */
#include "core/text/text.h"
#include <string.h>

#define WORD_MAX 63

static int min2(int x, int y) { return x < y ? x : y; }

/* Three rows of the alignment table: this one, the one above, and the one above that (for swapped neighbours). */
struct rows { int cell[3][WORD_MAX + 1]; };

/* Fills row i and returns its least cell. Cells outside the band of the limit count as limit + 1. */
static int fill_row(struct rows *r, struct str x, struct str y, int i, int limit)
{
	int *now = r->cell[i % 3], *up = r->cell[(i + 2) % 3], *up2 = r->cell[(i + 1) % 3];
	int n = (int)y.n, far = limit + 1, least = far;
	for (int j = 0; j <= n; j++)
		now[j] = far;
	int from = i - limit > 0 ? i - limit : 0, to = min2(i + limit, n);
	for (int j = from; j <= to; j++) {
		if (j == 0) {
			now[0] = i;
		} else {
			bool same = x.p[i - 1] == y.p[j - 1];
			now[j] = min2(min2(up[j] + 1, now[j - 1] + 1), up[j - 1] + !same);
			if (i > 1 && j > 1 && x.p[i - 1] == y.p[j - 2] && x.p[i - 2] == y.p[j - 1])
				now[j] = min2(now[j], up2[j - 2] + 1);
			now[j] = min2(now[j], far);
		}
		least = min2(least, now[j]);
	}
	return least;
}

/* The last row of the table, or NULL when every alignment costs more than the limit. */
static const int *last_row(struct rows *r, struct str x, struct str y, int limit)
{
	for (int j = 0; j <= (int)y.n; j++)
		r->cell[0][j] = min2(j, limit + 1);
	for (int i = 1; i <= (int)x.n; i++)
		if (fill_row(r, x, y, i, limit) > limit)
			return NULL;
	return r->cell[x.n % 3];
}

int text_distance(struct str x, struct str y, int limit)
{
	CHECK(limit >= 0 && limit <= TEXT_DISTANCE_MAX);
	size_t gap = x.n > y.n ? x.n - y.n : y.n - x.n;
	if (x.n > WORD_MAX || y.n > WORD_MAX || gap > (size_t)limit)
		return limit + 1;
	struct rows r;
	const int *row = last_row(&r, x, y, limit);
	return row ? row[y.n] : limit + 1;
}

int text_prefix_distance(struct str x, struct str y, int limit)
{
	CHECK(limit >= 0 && limit <= TEXT_DISTANCE_MAX);
	y = str_sub(y, 0, x.n + (size_t)limit);
	if (x.n > WORD_MAX || y.n > WORD_MAX || y.n + (size_t)limit < x.n)
		return limit + 1;
	struct rows r;
	const int *row = last_row(&r, x, y, limit);
	int least = limit + 1;
	for (size_t j = 0; row && j <= y.n; j++)
		least = min2(least, row[j]);
	return least;
}

/* Inserts into a sorted set; a set this small is fastest as a plain array. */
static size_t insert(uint32_t *set, size_t n, uint32_t v)
{
	size_t i = n;
	while (i > 0 && set[i - 1] > v)
		i--;
	if (i > 0 && set[i - 1] == v)
		return n;
	memmove(set + i + 1, set + i, (n - i) * sizeof *set);
	set[i] = v;
	return n + 1;
}

size_t text_trigrams(struct str word, uint32_t out[TEXT_TRIGRAMS_MAX])
{
	size_t n = 0;
	uint32_t piece = (' ' << 8) | ' ';
	for (size_t i = 0; i <= word.n && word.n && n < TEXT_TRIGRAMS_MAX; i++) {
		piece = ((piece << 8) | (i < word.n ? (unsigned char)word.p[i] : ' ')) & 0xFFFFFF;
		n = insert(out, n, piece);
	}
	return n;
}

int text_trigram_similarity(const uint32_t *x, size_t nx, const uint32_t *y, size_t ny)
{
	size_t both = 0, i = 0, j = 0;
	while (i < nx && j < ny) {
		if (x[i] == y[j]) {
			both++;
			i++;
			j++;
		} else if (x[i] < y[j]) {
			i++;
		} else {
			j++;
		}
	}
	size_t either = nx + ny - both;
	return either ? (int)(both * 1000 / either) : 0;
}
