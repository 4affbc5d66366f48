/* hash.h — FNV-1a: where something stands in a table, whether a text is another. Never against who may choose the bytes. */
#pragma once
#include "core/base/str.h"

#define HASH_START 0xcbf29ce484222325U
/* h: HASH_START, or the sum of what stands before. */
static inline uint64_t hash_bytes(uint64_t h, const void *p, size_t n)
{
	const uint8_t *b = p;
	for (size_t i = 0; i < n; i++)
		h = (h ^ b[i]) * 0x100000001b3U;
	return h;
}
static inline uint64_t hash_str(uint64_t h, struct str s) { return hash_bytes(h, s.p, s.n); }
