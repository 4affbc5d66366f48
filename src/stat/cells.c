/* cells.c — counts as bytes: numbers of seven bits a byte, cells by their distance from the one before. See stat_internal.h. */
#include "stat/stat_internal.h"

void put_varint(struct buf *b, uint64_t v)
{
	for (; v >= 128; v >>= 7)
		buf_char(b, (char)(v | 128));
	buf_char(b, (char)v);
}

bool take_varint(struct str *s, uint64_t *v)
{
	*v = 0;
	for (unsigned shift = 0; s->n && shift < 64; shift += 7) {
		uint8_t c = (uint8_t)*s->p++;
		s->n--;
		*v |= (uint64_t)(c & 127) << shift;
		if (c < 128)
			return true;
	}
	return false;
}

bool take_signed(struct str *s, int64_t *v)
{
	uint64_t u = 0;
	bool ok = take_varint(s, &u);
	*v = (int64_t)(u >> 1 ^ (0 - (u & 1)));
	return ok;
}

void put_cell(struct buf *b, int64_t *last, int64_t cell, int64_t n)
{
	put_signed(b, cell - *last);
	put_signed(b, n);
	*last = cell;
}

bool take_cell(struct str *s, int64_t *last, int64_t *cell, int64_t *n)
{
	int64_t step = 0;
	if (!take_signed(s, &step) || !take_signed(s, n) || __builtin_add_overflow(*last, step, cell))
		return false;
	*last = *cell;
	return true;
}

void put_group(struct buf *b, const struct group *g)
{
	put_varint(b, (uint64_t)g->level);
	put_signed(b, g->dims.agency.v);
	put_signed(b, g->dims.unit.v);
	put_signed(b, g->dims.officer.v);
	put_varint(b, g->dims.procedure.n);
	buf_put(b, g->dims.procedure);
	put_varint(b, g->n);
}

bool take_group(struct str *s, struct group *g)
{
	uint64_t level = 0, n = 0;
	if (!take_varint(s, &level) || level >= LEVELS || !take_signed(s, &g->dims.agency.v) || !take_signed(s, &g->dims.unit.v) ||
	    !take_signed(s, &g->dims.officer.v) || !take_varint(s, &n) || n > s->n)
		return false;
	g->level = (int32_t)level;
	g->dims.procedure = (struct str){s->p, (size_t)n};
	*s = (struct str){s->p + n, s->n - (size_t)n};
	return take_varint(s, &g->n);
}

void put_entry(struct buf *b, const struct stat_entry *x)
{
	put_varint(b, x->span);
	put_signed(b, x->period);
	put_signed(b, x->cell);
	put_signed(b, x->n);
}

bool take_entry(struct str *s, struct stat_entry *x)
{
	uint64_t span = 0;
	int64_t period = 0;
	if (!take_varint(s, &span) || span >= STAT_SPANS || !take_signed(s, &period) || period < INT32_MIN || period > INT32_MAX)
		return false;
	x->span = (enum stat_span)span;
	x->period = (int32_t)period;
	return take_signed(s, &x->cell) && take_signed(s, &x->n);
}
