/* file_ops.h — the calls by which core/blob changes the disk, so that tests can make a disk that loses power.
 *
 * Each does what the system call of its name does: -1 and errno on failure. `sync_dir` opens the folder, syncs and
 * closes it. Reading is not here: it makes nothing durable. */
#pragma once
#include <stddef.h>
#include <sys/types.h>

struct file_ops {
	int (*create)(void *ctx, const char *path);                            /* new, mode 0600, for reading and writing */
	ssize_t (*write)(void *ctx, int fd, const void *p, size_t n);          /* at the end */
	int (*sync)(void *ctx, int fd);
	int (*close)(void *ctx, int fd);
	int (*rename)(void *ctx, const char *from, const char *to);
	int (*remove)(void *ctx, const char *path);
	int (*sync_dir)(void *ctx, const char *path);
	void *ctx;
	int (*sync_tree)(void *ctx, const char *path);                         /* all files and folders below it; other files there too */
	int (*write_back)(void *ctx, int fd, off_t from, off_t n);             /* begins to write these bytes, waits for as many before them, so that the
	                                                                        * sync at the end is short; promises nothing. NULL: not done */
};

/* The system's own calls. */
extern const struct file_ops file_ops_system;
