/* merkle.h — the hash tree of RFC 6962 §2.1 over 32-byte leaves, and proofs that a leaf is in it.
 *
 * leaf node: SHA-256(0x00 ‖ leaf); inner node: SHA-256(0x01 ‖ left ‖ right); the empty tree: SHA-256 of nothing. */
#pragma once
#include "core/crypto/crypto.h"

/* The root of a growing list, in O(log n) memory. Start zeroed. */
struct merkle { uint64_t n; struct digest stack[64]; int depth; };
void merkle_add(struct merkle *m, const struct digest *leaf);
struct digest merkle_root(const struct merkle *m);

/* The path of leaf `index` among `n` leaves: at most 64 hashes, from the leaf upwards. */
struct merkle_path { uint64_t index, n; struct digest node[64]; int depth; };
/* The path for one of the leaves; O(n) hashes. */
void merkle_prove(const struct digest *leaves, uint64_t n, uint64_t index, struct merkle_path *out);
/* Does the path lead from the leaf to the root? */
bool merkle_path_ok(const struct merkle_path *path, const struct digest *leaf, const struct digest *root);

