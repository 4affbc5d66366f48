/* vfs_powercut.c — a VFS over the usual one that tells disk.c of each write, sync and name. Files without a name and the
 * shared memory of the WAL pass through: a power cut leaves nothing of them. */
#include "core/base/check.h"
#include "disk.h"
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

struct file { sqlite3_file base; struct inode *ino; char dir[1024]; bool sync_dir; };

static sqlite3_vfs *under;

static sqlite3_file *real(sqlite3_file *f) { return (sqlite3_file *)((char *)f + sizeof(struct file)); }
#include "core/db/vfs_pass.h"
static struct file *own(sqlite3_file *f) { return (struct file *)f; }

static int f_close(sqlite3_file *f) { return real(f)->pMethods->xClose(real(f)); }
static int f_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at) { return real(f)->pMethods->xRead(real(f), p, n, at); }

static int f_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
	int code = real(f)->pMethods->xWrite(real(f), p, n, at);
	if (code == SQLITE_OK && own(f)->ino)
		disk_write(own(f)->ino, at, p, (size_t)n);
	return code;
}

static int f_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	int code = real(f)->pMethods->xTruncate(real(f), size);
	if (code == SQLITE_OK && own(f)->ino)
		disk_truncate(own(f)->ino, size);
	return code;
}

/* The real file need not be synced: what survives is disk.c's. As the usual VFS, the folder with the first sync of a new file. */
static int f_sync(sqlite3_file *f, int flags)
{
	(void)flags;
	if (!own(f)->ino)
		return SQLITE_OK;
	disk_sync(own(f)->ino);
	if (own(f)->sync_dir)
		disk_sync_dir(own(f)->dir);
	own(f)->sync_dir = false;
	return SQLITE_OK;
}

static const sqlite3_io_methods methods = {
	.iVersion = 2, .xClose = f_close, .xRead = f_read, .xWrite = f_write, .xTruncate = f_truncate, .xSync = f_sync, .xFileSize = f_size,
	.xLock = f_lock, .xUnlock = f_unlock, .xCheckReservedLock = f_reserved, .xFileControl = f_control, .xSectorSize = f_sector,
	.xDeviceCharacteristics = f_device, .xShmMap = f_shm_map, .xShmLock = f_shm_lock, .xShmBarrier = f_shm_barrier, .xShmUnmap = f_shm_unmap,
};

static int v_open(sqlite3_vfs *v, sqlite3_filename name, sqlite3_file *f, int flags, int *out)
{
	(void)v;
	struct file *x = own(f);
	int code = under->xOpen(under, name, real(f), flags, out);
	*x = (struct file){0};
	if (code != SQLITE_OK)
		return code;
	x->base.pMethods = &methods;
	if (!name || flags & SQLITE_OPEN_DELETEONCLOSE)
		return code;
	x->ino = disk_open(name, true);
	x->sync_dir = (flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL)) != 0;
	CHECK(snprintf(x->dir, sizeof x->dir, "%s", name) < (int)sizeof x->dir && strrchr(x->dir, '/'));
	*strrchr(x->dir, '/') = '\0';
	return code;
}

static int v_delete(sqlite3_vfs *v, const char *name, int sync_dir)
{
	(void)v;
	int code = under->xDelete(under, name, 0);
	char dir[1024];
	if (code != SQLITE_OK)
		return code;
	disk_remove(name);
	CHECK(snprintf(dir, sizeof dir, "%s", name) < (int)sizeof dir && strrchr(dir, '/'));
	*strrchr(dir, '/') = '\0';
	if (sync_dir)
		disk_sync_dir(dir);
	return code;
}

void disk_vfs_register(void)
{
	static sqlite3_vfs vfs;
	under = sqlite3_vfs_find(NULL);
	vfs = *under;
	vfs.zName = "powercut";
	vfs.szOsFile = (int)sizeof(struct file) + under->szOsFile;
	vfs.xOpen = v_open;
	vfs.xDelete = v_delete;
	CHECK(sqlite3_vfs_register(&vfs, 1) == SQLITE_OK);
}
