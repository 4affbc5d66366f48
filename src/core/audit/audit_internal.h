/* audit_internal.h — shared by the files of core/audit only. */
#pragma once
#include "core/audit/audit.h"

struct digest hash_from(struct str bytes); /* zero when the length is wrong */
struct str hash_str(const struct digest *h);
void put_int(struct buf *b, int64_t v);
void put_text(struct buf *b, struct str s);
struct digest day_chain(struct arena *a, struct date day, int64_t entries, const struct digest *root, const struct digest *prev);
/* The day's entries as they stand: how many, the last one's id (0: none), and the root over them. */
struct day_tree { int64_t entries, last; struct digest root; };
bool day_root(struct db *db, struct date day, struct day_tree *out, struct err *e);
struct log_get_row;
struct log_of_day_row;
/* The entries of a day in order of id, as log_of_day gives them. */
bool day_entries(struct db *db, struct date day, struct db_cursor *c, struct err *e);
