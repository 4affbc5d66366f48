/* disk.h — a disk that loses power, kept beside the real one.
 *
 * The program works on real files as usual; they are what its running processes see. Here stands what would be on the
 * platter: per file the bytes of the last sync and the writes since, in order; per folder the names of the last folder
 * sync and the changes since. At the cut, of the writes not yet synced a random subset lies on the platter, torn at sectors of
 * 512 bytes, and of the changed names a random first part (folders are journalled in order). That state is
 * written into another folder and the process ends at once. A lying disk takes every sync for done and does nothing.
 * Threads: any; one lock. The process ends by _exit: nothing is freed. */
#pragma once
#include "core/blob/file_ops.h"
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct inode;

struct disk_config {
	const char *live, *after;  /* folders; `after` must exist and be empty, and may be a hidden one in `live` */
	uint64_t seed;
	int64_t cut_at;            /* the cut comes at this call */
	_Atomic int64_t *calls;    /* counted here, in memory that processes share: the power goes for all of them. NULL: of this one alone */
	bool lying;
};

/* What lies in `live` now is on the platter. */
void disk_start(const struct disk_config *cfg);
/* The power goes now, and the process goes on: for one that is about to end. */
void disk_end(void);
/* New file, or the one of that name. */
struct inode *disk_open(const char *path, bool create);
void disk_write(struct inode *ino, int64_t at, const void *p, size_t n);
void disk_truncate(struct inode *ino, int64_t size);
void disk_sync(struct inode *ino);
void disk_rename(const char *from, const char *to);
void disk_remove(const char *path);
void disk_sync_dir(const char *dir);
void disk_sync_tree(const char *dir);

/* The file layer's and SQLite's ways to it. The VFS becomes the default of the process. */
extern const struct file_ops disk_file_ops;
void disk_vfs_register(void);
