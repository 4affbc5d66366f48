/* touched.c — an entry's list of rows as it is kept: names by their places, ids by how far they are from the one before. See audit.h.
 *
 * A row is a byte 1 … NAMED, the place of its table's name in log_tables and one more, or NAMELESS and the name with its NUL; the
 * difference of its id, first to the entry's subject, zigzag, seven bits a byte; the digest. A list that begins otherwise is as it is hashed. */
#include "core/audit/audit_internal.h"
#include "gen/log_tables.h"
#include <string.h>

#define NAMED 0x5e
#define NAMELESS 0x5f

static void put_varint(struct buf *b, int64_t v)
{
	uint64_t u = ((uint64_t)v << 1) ^ (v < 0 ? ~(uint64_t)0 : 0);
	for (; u > 0x7f; u >>= 7)
		buf_char(b, (char)(u | 0x80));
	buf_char(b, (char)u);
}

static bool take_varint(struct str *rest, int64_t *out)
{
	uint64_t u = 0;
	unsigned shift = 0;
	for (; rest->n && shift < 64; shift += 7) {
		uint8_t c = (uint8_t)rest->p[0];
		*rest = str_sub(*rest, 1, rest->n);
		u |= (uint64_t)(c & 0x7f) << shift;
		if (!(c & 0x80)) {
			*out = (int64_t)(u >> 1 ^ (u & 1 ? ~(uint64_t)0 : 0));
			return true;
		}
	}
	return false;
}

static void put_name(struct buf *b, struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(log_tables) && i < NAMED; i++)
		if (str_eq(name, str_from(log_tables[i]))) {
			buf_char(b, (char)(i + 1));
			return;
		}
	buf_char(b, NAMELESS);
	buf_put(b, name);
	buf_char(b, '\0');
}

static bool take_name(struct str *rest, struct str *name)
{
	uint8_t c = (uint8_t)rest->p[0];
	*rest = str_sub(*rest, 1, rest->n);
	if (c != NAMELESS) {
		*name = str_from(c && c <= ARRAY_LEN(log_tables) ? log_tables[c - 1] : NULL);
		return name->p != NULL;
	}
	ptrdiff_t nul = str_find_char(*rest, '\0');
	if (nul < 0)
		return false;
	*name = str_sub(*rest, 0, (size_t)nul);
	*rest = str_sub(*rest, (size_t)nul + 1, rest->n);
	return true;
}

struct str audit_touched_pack(struct arena *a, struct str listed, int64_t subject)
{
	struct buf b = buf_on(a);
	struct str rest = listed, name;
	struct digest d;
	int64_t before = subject, id = 0;
	while (rest.n) {
		if (!audit_touch_next(&rest, &name, &id, &d))
			return listed;
		put_name(&b, name);
		put_varint(&b, (int64_t)((uint64_t)id - (uint64_t)before));
		buf_put(&b, hash_str(&d));
		before = id;
	}
	return buf_str(&b);
}

bool audit_touched_unpack(struct arena *a, struct str kept, int64_t subject, struct str *out)
{
	struct buf b = buf_on(a);
	struct str rest = kept, name;
	int64_t id = subject, far = 0;
	*out = kept;
	if (kept.n == 0 || (uint8_t)kept.p[0] > NAMELESS)
		return true;
	while (rest.n) {
		if (!take_name(&rest, &name) || !take_varint(&rest, &far) || rest.n < DIGEST_SIZE)
			return false;
		id = (int64_t)((uint64_t)id + (uint64_t)far);
		audit_touch_put(&b, str_cstr(a, name), id, (const uint8_t *)rest.p);
		rest = str_sub(rest, DIGEST_SIZE, rest.n);
	}
	*out = buf_str(&b);
	return true;
}
