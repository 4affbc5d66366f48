/* blob_internal.h — what blob.c (store), blob_read.c and blob_keep.c (verify, backup, removal) share. */
#pragma once
#include "core/blob/blob.h"

#define BLOB_CHUNK ((size_t)64 * 1024)
#define BLOB_SEALED (BLOB_CHUNK + SEAL_OVERHEAD)
#define BLOB_MAGIC "MCBLOB2\n"
#define BLOB_MAGIC_1 "MCBLOB1\n" /* of before: the file's key is made of the data key and the salt, and nothing follows the chunks */
#define BLOB_MAGIC_SIZE ((size_t)8)
#define BLOB_SALT ((size_t)32)
#define BLOB_HEADER (BLOB_MAGIC_SIZE + BLOB_SALT)
#define BLOB_TRAILER ((size_t)KEY_SIZE + SEAL_OVERHEAD) /* the file's key, wrapped by the record's */
#define BLOB_PATH_MAX 1024

struct blob_store { struct file_ops ops; char dir[BLOB_PATH_MAX - 128]; };
struct blob_path { char p[BLOB_PATH_MAX]; };

struct blob_path blob_path(const struct blob_store *s, struct digest address, bool quarantined);
/* <dir>/name */
struct blob_path blob_folder(const struct blob_store *s, const char *name);
bool blob_fail(struct err *e, const char *what);
/* Removal takes it alone (LOCK_EX), putting in place shared. The descriptor, to be closed; -1 and *e. */
int blob_lock(const struct blob_store *s, int how, struct err *e);
void blob_hex(const uint8_t *b, size_t n, char *out);
bool blob_sync_parent(struct blob_store *s, struct blob_path path, struct err *e);
/* Also when the same file is there already: its time becomes now, so that a sweep does not take it away. */
bool blob_move(struct blob_store *s, const char *from, struct blob_path to, struct err *e);
/* The key of a file of before; what wraps the key of one of now. */
struct key blob_file_key(const struct key *data_key, const char *salt);
struct key blob_wrap_key(const struct key *data_key, const char *salt);
/* What a chunk is bound to. */
struct blob_aad { char b[9]; };
struct blob_aad blob_chunk_aad(uint64_t number, bool last);
/* The first bytes of a file that is being written, at most `max`, in a memfd. `body`: of its chunks. -1 and *e. */
int blob_open_start(const char *path, const struct key *file_key, int64_t body, int64_t max, struct err *e);
