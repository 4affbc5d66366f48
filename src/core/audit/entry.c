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
