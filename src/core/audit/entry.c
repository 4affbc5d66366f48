/* entry.c — what an entry and a day hash to: no database, so that a receipt can be checked anywhere. */
#include "core/audit/audit_internal.h"
#include <openssl/evp.h>
#include <string.h>

struct hash hash_from(struct str bytes)
{
	struct hash h = {0};
	if (bytes.n == HASH_SIZE)
		memcpy(h.b, bytes.p, HASH_SIZE);
	return h;
}

struct str hash_str(const struct hash *h) { return (struct str){(const char *)h->b, HASH_SIZE}; }

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

struct hash audit_entry_hash(struct arena *a, const struct audit_entry *x)
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
	struct hash h;
	CHECK(EVP_Digest(b.p, b.n, h.b, NULL, EVP_sha256(), NULL) == 1);
	return h;
}

/* The chain over days: each day's value covers its root and all days before. */
struct hash day_chain(struct arena *a, struct date day, int64_t entries, const struct hash *root, const struct hash *prev)
{
	struct buf b = buf_on(a);
	put_text(&b, STR("motcua day 1"));
	put_int(&b, day.day);
	put_int(&b, entries);
	buf_put(&b, hash_str(root));
	buf_put(&b, hash_str(prev));
	struct hash h;
	CHECK(EVP_Digest(b.p, b.n, h.b, NULL, EVP_sha256(), NULL) == 1);
	return h;
}
