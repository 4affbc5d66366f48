/* entry.c — what an entry and a day hash to: no database, so that a receipt can be checked anywhere. */
#include "core/audit/audit_internal.h"
#include <string.h>

struct digest hash_from(struct str bytes)
{
	struct digest h = {0};
	if (bytes.n == DIGEST_SIZE)
		memcpy(h.b, bytes.p, DIGEST_SIZE);
	return h;
}

struct str hash_str(const struct digest *h) { return (struct str){(const char *)h->b, DIGEST_SIZE}; }

/* Big-endian, so that the bytes hashed are the same on every machine. */
void put_int(struct buf *b, int64_t v)
{
	for (int shift = 56; shift >= 0; shift -= 8)
		buf_char(b, (char)((uint64_t)v >> shift));
}

void put_text(struct buf *b, struct str s)
{
	put_int(b, (int64_t)s.n);
	buf_put(b, s);
}

/* Table name with its NUL, row id, digest. */
void audit_touch_put(struct buf *b, const char *table, int64_t id, const uint8_t digest[DIGEST_SIZE])
{
	buf_put(b, str_from(table));
	buf_char(b, '\0');
	put_int(b, id);
	buf_put(b, (struct str){(const char *)digest, DIGEST_SIZE});
}

bool audit_touch_next(struct str *rest, struct str *table, int64_t *id, struct digest *digest)
{
	ptrdiff_t nul = str_find_char(*rest, '\0');
	uint64_t v = 0;
	if (nul < 0 || rest->n < (size_t)nul + 1 + 8 + DIGEST_SIZE)
		return false;
	const char *p = rest->p + nul + 1;
	for (int i = 0; i < 8; i++)
		v = v << 8 | (uint8_t)p[i];
	*table = str_sub(*rest, 0, (size_t)nul);
	*id = (int64_t)v;
	*digest = hash_from((struct str){p + 8, DIGEST_SIZE});
	*rest = str_sub(*rest, (size_t)nul + 1 + 8 + DIGEST_SIZE, rest->n);
	return true;
}

struct digest audit_entry_hash(struct arena *a, const struct audit_entry *x)
{
	struct buf b = buf_on(a);
	put_text(&b, STR("motcua log 1"));
	const int64_t numbers[] = {x->id, x->lane, x->seq, x->at.ms, x->day.day, x->actor, x->person, x->unit, x->subject};
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		put_int(&b, numbers[i]);
	put_text(&b, x->role);
	put_text(&b, x->kind);
	put_text(&b, x->body);
	put_text(&b, x->touched);
	put_text(&b, hash_str(&x->prev));
	return crypto_sha256(buf_str(&b));
}

/* The chain over days: each day's value covers its root and all days before. */
struct digest day_chain(struct arena *a, struct date day, int64_t entries, const struct digest *root, const struct digest *prev)
{
	struct buf b = buf_on(a);
	put_text(&b, STR("motcua day 1"));
	put_int(&b, day.day);
	put_int(&b, entries);
	buf_put(&b, hash_str(root));
	buf_put(&b, hash_str(prev));
	return crypto_sha256(buf_str(&b));
}
