/* vfs_pass.h — what a file of a shim over SQLite's files hands on unchanged, in this program and in the test of power cuts.
 *
 * Include it after the definition of `real()`, which gives the file beneath. */
#pragma once
#include <sqlite3.h>

static inline int f_size(sqlite3_file *f, sqlite3_int64 *n) { return real(f)->pMethods->xFileSize(real(f), n); }
static inline int f_lock(sqlite3_file *f, int how) { return real(f)->pMethods->xLock(real(f), how); }
static inline int f_unlock(sqlite3_file *f, int how) { return real(f)->pMethods->xUnlock(real(f), how); }
static inline int f_reserved(sqlite3_file *f, int *out) { return real(f)->pMethods->xCheckReservedLock(real(f), out); }
static inline int f_control(sqlite3_file *f, int op, void *arg) { return real(f)->pMethods->xFileControl(real(f), op, arg); }
static inline int f_sector(sqlite3_file *f) { return real(f)->pMethods->xSectorSize(real(f)); }
static inline int f_device(sqlite3_file *f) { return real(f)->pMethods->xDeviceCharacteristics(real(f)); }
static inline int f_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **p) { return real(f)->pMethods->xShmMap(real(f), page, size, extend, p); }
static inline int f_shm_lock(sqlite3_file *f, int at, int n, int flags) { return real(f)->pMethods->xShmLock(real(f), at, n, flags); }
static inline void f_shm_barrier(sqlite3_file *f) { real(f)->pMethods->xShmBarrier(real(f)); }
static inline int f_shm_unmap(sqlite3_file *f, int remove) { return real(f)->pMethods->xShmUnmap(real(f), remove); }
