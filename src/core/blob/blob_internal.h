/* blob_internal.h — what blob.c (store), blob_read.c and blob_keep.c (verify, backup, removal) share. */
#pragma once
#include "core/blob/blob.h"

#define BLOB_CHUNK ((size_t)64 * 1024)
#define BLOB_SEALED (BLOB_CHUNK + SEAL_OVERHEAD)
#define BLOB_MAGIC "MCBLOB1\n"
#define BLOB_MAGIC_SIZE ((size_t)8)
#define BLOB_SALT ((size_t)32)
#define BLOB_HEADER (BLOB_MAGIC_SIZE + BLOB_SALT)
#define BLOB_PATH_MAX 1024

struct blob_store { struct file_ops ops; char dir[BLOB_PATH_MAX - 128]; };
struct blob_path { char p[BLOB_PATH_MAX]; };

struct blob_path blob_path(const struct blob_store *s, struct digest address, bool quarantined);
/* <dir>/name */
struct blob_path blob_folder(const struct blob_store *s, const char *name);
bool blob_fail(struct err *e, const char *what);
/* Removal takes it alone (LOCK_EX), putting in place shared. The descriptor, to be closed; -1 and *e. */
int blob_lock(const struct blob_store *s, int how, struct err *e);
/* The key of one file. */
struct key blob_file_key(const struct key *data_key, const char *salt);
/* What a chunk is bound to. */
struct blob_aad { char b[9]; };
struct blob_aad blob_chunk_aad(uint64_t number, bool last);
