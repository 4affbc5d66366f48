/* audit_internal.h — shared by the files of core/audit only. */
#pragma once
#include "core/audit/audit.h"

struct hash hash_from(struct str bytes); /* zero when the length is wrong */
struct str hash_str(const struct hash *h);
void put_int(struct buf *b, int64_t v);
void put_text(struct buf *b, struct str s);
struct hash day_chain(struct arena *a, struct date day, int64_t entries, const struct hash *root, const struct hash *prev);
/* Root over the day's entries as they stand. */
bool day_root(struct db *db, struct date day, int64_t *entries, struct hash *root, struct err *e);
