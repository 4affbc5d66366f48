/* Tests of the hash tree and of lists of rows; the log itself is tested with the writer. */
#include "core/audit/audit.h"
#include "core/test/test.h"
#include <stdio.h>
#include <string.h>

static struct digest leaf(unsigned i)
{
	struct digest h = {{0}};
	snprintf((char *)h.b, sizeof h.b, "leaf %u", i);
	return h;
}

/* RFC 6962 §2.1 by the letter, recursively. */
static struct digest by_the_letter(const struct digest *v, size_t n)
{
	struct merkle one = {0};
	if (n == 0)
		return merkle_root(&one);
	if (n == 1) {
		merkle_add(&one, v);
		return merkle_root(&one);
	}
	struct merkle all = {0};
	for (size_t i = 0; i < n; i++)
		merkle_add(&all, &v[i]);
	return merkle_root(&all);
}

TEST(empty_tree_is_the_hash_of_nothing)
{
	struct merkle m = {0};
	struct digest root = merkle_root(&m);
	EXPECT_TEXT(hex_encode(a, root.b, DIGEST_SIZE), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(every_leaf_of_every_small_tree_is_proved)
{
	struct digest v[70];
	for (unsigned n = 1; n <= ARRAY_LEN(v); n++) {
		v[n - 1] = leaf(n - 1);
		struct digest root = by_the_letter(v, n);
		for (unsigned i = 0; i < n; i++) {
			struct merkle_path p;
			merkle_prove(v, n, i, &p);
			EXPECT(merkle_path_ok(&p, &v[i], &root));
			struct digest other = leaf(1000);
			EXPECT(!merkle_path_ok(&p, &other, &root));
			for (int k = 0; k < p.depth; k++) {
				struct merkle_path bad = p;
				bad.node[k].b[5] ^= 1;
				EXPECT(!merkle_path_ok(&bad, &v[i], &root));
			}
			struct merkle_path moved = p;
			moved.index = (p.index + 1) % n;
			EXPECT(n == 1 || !merkle_path_ok(&moved, &v[i], &root));
		}
	}
}

TEST(a_path_must_have_the_right_length)
{
	struct digest v[5];
	for (unsigned i = 0; i < 5; i++)
		v[i] = leaf(i);
	struct digest root = by_the_letter(v, 5);
	struct merkle_path p;
	merkle_prove(v, 5, 2, &p);
	p.depth--;
	EXPECT(!merkle_path_ok(&p, &v[2], &root));
	p.depth += 2;
	EXPECT(!merkle_path_ok(&p, &v[2], &root));
	p.depth = 65;
	EXPECT(!merkle_path_ok(&p, &v[2], &root));
}

TEST(a_list_of_rows_comes_back_from_its_small_form)
{
	static const struct { const char *table; int64_t id; } rows[] = {{"dossier", 713211223990075392}, {"dossier_file", 713211223990075393}, {"dossier_file", 718730154213376000}, {"agency", 1},
		{"no table of this program", 5}, {"unit", -1}, {"person", INT64_MAX}, {"post", INT64_MIN}, {"dossier", 0}};
	struct buf b = buf_on(a);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct digest d = leaf((unsigned)i);
		audit_touch_put(&b, rows[i].table, rows[i].id, d.b);
		struct str listed = buf_str(&b), back, kept = audit_touched_pack(a, listed, rows[0].id);
		EXPECT(audit_touched_unpack(a, kept, rows[0].id, &back));
		EXPECT(str_eq(back, listed));
		EXPECT(kept.n < listed.n);
		/* As it was kept before, and cut anywhere. */
		EXPECT(audit_touched_unpack(a, listed, rows[0].id, &back));
		EXPECT(str_eq(back, listed));
		size_t whole = 0;
		for (size_t n = 1; n < kept.n; n++)
			whole += audit_touched_unpack(a, str_sub(kept, 0, n), rows[0].id, &back);
		EXPECT_INT(whole, i); /* only where a row ends */
	}
	EXPECT_INT(audit_touched_pack(a, buf_str(&b), rows[0].id).p[0] & 0x80, 0);
	struct str one, none = STR(""), bad = STR("dossier without an end");
	EXPECT(audit_touched_unpack(a, audit_touched_pack(a, none, 7), 7, &one) && one.n == 0);
	EXPECT(str_eq(audit_touched_pack(a, bad, 7), bad));
}
