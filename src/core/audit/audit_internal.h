/* audit_internal.h — shared by the files of core/audit only. */
#pragma once
#include "core/audit/audit.h"

struct digest hash_from(struct str bytes); /* zero when the length is wrong */
struct str hash_str(const struct digest *h);
void put_int(struct buf *b, int64_t v);
void put_text(struct buf *b, struct str s);
struct digest day_chain(struct arena *a, struct date day, int64_t entries, const struct digest *root, const struct digest *prev);
/* Root over the day's entries as they stand. */
bool day_root(struct db *db, struct date day, int64_t *entries, struct digest *root, struct err *e);
