/* merkle.c — see merkle.h. */
#include "core/audit/merkle.h"
#include <string.h>

static struct digest leaf_node(const struct digest *leaf)
{
	uint8_t in[1 + DIGEST_SIZE] = {0x00};
	memcpy(in + 1, leaf->b, DIGEST_SIZE);
	return crypto_sha256((struct str){(const char *)in, sizeof in});
}

static struct digest inner_node(const struct digest *l, const struct digest *r)
{
	uint8_t in[1 + 2 * DIGEST_SIZE] = {0x01};
	memcpy(in + 1, l->b, DIGEST_SIZE);
	memcpy(in + 1 + DIGEST_SIZE, r->b, DIGEST_SIZE);
	return crypto_sha256((struct str){(const char *)in, sizeof in});
}

/* The stack holds the roots of full subtrees, largest first: one per bit set in n. */
void merkle_add(struct merkle *m, const struct digest *leaf)
{
	struct digest h = leaf_node(leaf);
	for (uint64_t n = m->n; n & 1U; n >>= 1)
		h = inner_node(&m->stack[--m->depth], &h);
	m->stack[m->depth++] = h;
	m->n++;
}

struct digest merkle_root(const struct merkle *m)
{
	if (m->n == 0)
		return crypto_sha256(STR(""));
	struct digest h = m->stack[m->depth - 1];
	for (int i = m->depth - 2; i >= 0; i--)
		h = inner_node(&m->stack[i], &h);
	return h;
}

/* The largest power of two below n (n > 1): where RFC 6962 splits. */
static uint64_t split(uint64_t n)
{
	uint64_t k = 1;
	while (k * 2 < n)
		k *= 2;
	return k;
}

static struct digest subtree(const struct digest *leaves, uint64_t n)
{
	struct merkle m = {0};
	for (uint64_t i = 0; i < n; i++)
		merkle_add(&m, &leaves[i]);
	return merkle_root(&m);
}

void merkle_prove(const struct digest *leaves, uint64_t n, uint64_t index, struct merkle_path *out)
{
	CHECK(index < n);
	*out = (struct merkle_path){.index = index, .n = n};
	struct digest down[64];
	int depth = 0;
	while (n > 1) {
		uint64_t k = split(n);
		bool right = index >= k;
		down[depth++] = right ? subtree(leaves, k) : subtree(leaves + k, n - k);
		leaves += right ? k : 0;
		index -= right ? k : 0;
		n = right ? n - k : k;
	}
	for (int i = 0; i < depth; i++)
		out->node[i] = down[depth - 1 - i];
	out->depth = depth;
}

bool merkle_path_ok(const struct merkle_path *path, const struct digest *leaf, const struct digest *root)
{
	if (path->index >= path->n || path->depth < 0 || path->depth > 64)
		return false;
	struct digest h = leaf_node(leaf);
	uint64_t fn = path->index, sn = path->n - 1;
	for (int i = 0; i < path->depth; i++) {
		if (sn == 0)
			return false;
		if ((fn & 1U) || fn == sn) {
			h = inner_node(&path->node[i], &h);
			while (!(fn & 1U) && fn != 0)
				fn >>= 1, sn >>= 1;
		} else {
			h = inner_node(&h, &path->node[i]);
		}
		fn >>= 1, sn >>= 1;
	}
	return sn == 0 && digest_eq(h, *root);
}
