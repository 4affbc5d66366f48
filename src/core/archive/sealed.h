/* sealed.h — inside of core/archive: a file that is sealed in pieces and is there whole or not at all.
 *
 * File: SEALED_MAGIC, the wrapped data key, then pieces of at most 64 KB: length (4 bytes, little end first) and seal. A piece is bound
 * to its number and to being the last, so that none can be taken away, doubled or moved. `context` names what the file is: one put in
 * another's place does not open. Threads: one owner. */
#pragma once
#include "core/blob/file_ops.h"
#include "core/crypto/crypto.h"

struct sealed_out;
/* Writes PATH.part; its name comes with sealed_finish(). */
MUST_CHECK bool sealed_create(struct sealed_out **out, const struct file_ops *ops, struct str path, const struct keyring *keys, struct str context, struct err *e);
MUST_CHECK bool sealed_write(struct sealed_out *s, const void *p, size_t n, struct err *e);
/* After true the file lies on the disk under its name. *bytes (may be NULL): its size. Frees in any case. */
MUST_CHECK bool sealed_finish(struct sealed_out *s, int64_t *bytes, struct err *e);
/* Given up: nothing stays. NULL is fine. */
void sealed_drop(struct sealed_out *s);

struct sealed_in;
/* ERR_NOT_FOUND when there is none; ERR_INVALID: it is not such a file, or not for these keys and this context. */
MUST_CHECK bool sealed_open(struct sealed_in **out, struct str path, const struct keyring *keys, struct str context, struct err *e);
/* Exactly n bytes. ERR_INVALID: changed, or shorter. */
MUST_CHECK bool sealed_read(struct sealed_in *s, void *p, size_t n, struct err *e);
/* What comes next, at most n bytes; *got is 0 at the end. */
MUST_CHECK bool sealed_some(struct sealed_in *s, void *p, size_t n, size_t *got, struct err *e);
void sealed_close(struct sealed_in *s);
static inline void sealed_cleanup(struct sealed_in **s) { sealed_close(*s); }
#define AUTO_SEALED __attribute__((cleanup(sealed_cleanup))) struct sealed_in *

/* A small file, whole or not at all; an older one of that name is replaced. */
MUST_CHECK bool file_put(const struct file_ops *ops, struct str path, struct str bytes, struct err *e);
/* Copies; with `sync` the bytes are on the disk, the name after a sync of the folder. ERR_NOT_FOUND: nothing there to copy. */
MUST_CHECK bool file_copy(const struct file_ops *ops, struct str from, struct str to, bool sync, struct err *e);
