/* files.h — inside of core/archive: the stored files (core/blob) beside the pieces.
 *
 * The archive's copy has the store's folders: quarantine, 00 … ff. What the store removed goes to gone/ and stays there for the keeping
 * time. A folder is looked through when its own time changed, so following a large store costs 257 calls. */
#pragma once
#include "core/blob/file_ops.h"
#include "core/base/err.h"
#include "core/base/instant.h"

#define STORE_FOLDERS 257
struct follow {
	const struct file_ops *ops;
	struct str store, copy;
	int64_t seen[STORE_FOLDERS]; /* when each folder of the store had changed last; 0: never looked at */
	int64_t files;               /* copied since the start */
};

/* Copies what is new. After true the copy has, durably, every file that the store had when this began. */
MUST_CHECK bool files_follow(struct follow *f, struct instant now, struct err *e);
/* Removes what the store has removed before that time. */
MUST_CHECK bool files_expire(const struct follow *f, struct instant before, struct err *e);
/* Every file of `from` (a store, or an archive's copy with what is gone from it) into a new store `to`; one that is there already stays.
 * link: by a second name of the same bytes, which never change, where the disk is the same. *files counts. */
MUST_CHECK bool files_copy(const struct file_ops *ops, struct str from, struct str to, bool link, int64_t *files, struct err *e);
