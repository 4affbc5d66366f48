/* crypto.h — hashes, keyed hashes, random bytes, sealing, and the keys of records.
 *
 * Everything is OpenSSL's; this page only fixes the choices: SHA-256, HMAC-SHA-256, HKDF-SHA-256 (RFC 5869),
 * AES-256-GCM with a random 96-bit nonce (at most 2^32 seals under one key: data keys belong to one record, so that
 * is never near; a master key only wraps data keys).
 *
 * Keys:    a record has a data key; it is stored wrapped by the master key, bound to the record by `context`, so that
 *          a wrapped key moved to another record does not open. Master keys live in one file of mode 0600; the first
 *          line is the one that wraps, older lines still unwrap (rotation: put a new one first, wrap all again, drop
 *          the old).
 * Memory:  keys are structs of the caller: wipe them (AUTO_KEY does) or keep them in arena_new_wiping(). What
 *          crypto_open() gives lies in the arena of the caller: give it a wiping arena when it is secret for long.
 * Threads: no state; a struct keyring may be read by all while keyring_reload() replaces its keys.
 * Failure: random or hash functions that fail stop the process: there is no honest answer without them. */
#pragma once
#include "core/base/err.h"
#include "core/base/str.h"

#define DIGEST_SIZE 32
struct digest { uint8_t b[DIGEST_SIZE]; };
#define DIGEST_STR(d) ((struct str){(const char *)(d).b, DIGEST_SIZE})

struct digest crypto_sha256(struct str data);
/* The hash of the parts one after the other, without a separator. */
struct digest crypto_sha256_parts(const struct str *parts, size_t n);
/* Reads fd from its start to its end (its offset moves). *size may be NULL. */
bool crypto_sha256_fd(int fd, struct digest *out, int64_t *size, struct err *e) MUST_CHECK;
/* 64 lower-case hex digits. */
struct str digest_hex(struct arena *a, struct digest d);
bool digest_from_hex(struct str hex, struct digest *out);
bool digest_eq(struct digest a, struct digest b); /* constant time */

/* A hash fed in pieces. crypto_hash_end() gives the digest and frees; crypto_hash_free() is for giving up. */
struct crypto_hash;
struct crypto_hash *crypto_hash_new(void);
void crypto_hash_add(struct crypto_hash *h, struct str data);
struct digest crypto_hash_end(struct crypto_hash *h);
void crypto_hash_free(struct crypto_hash *h);

struct digest crypto_hmac(struct str key, struct str data);
/* Fills out[0…n); n at most 8160. An empty salt is 32 zero bytes, as the RFC says. */
void crypto_hkdf(struct str key, struct str salt, struct str info, void *out, size_t n);

void crypto_random(void *p, size_t n);
/* n random bytes in the arena. */
struct str crypto_random_str(struct arena *a, size_t n);
/* Time depends on the lengths only. Different lengths are unequal. */
bool crypto_eq(struct str a, struct str b);
void crypto_wipe(void *p, size_t n);

#define KEY_SIZE 32
struct key { uint8_t b[KEY_SIZE]; };
static inline void key_cleanup(struct key *k) { crypto_wipe(k, sizeof *k); }
#define AUTO_KEY __attribute__((cleanup(key_cleanup))) struct key
struct key key_new(void); /* random */
/* A key for one purpose from another: HKDF with `purpose` as info. */
struct key key_derive(const struct key *from, struct str purpose);

#define SEAL_OVERHEAD 28 /* nonce 12, tag 16 */
/* nonce ‖ ciphertext ‖ tag. `aad` is not stored and must be the same when opening. */
struct str crypto_seal(struct arena *a, const struct key *k, struct str aad, struct str plain);
/* The same into plain.n + SEAL_OVERHEAD bytes of the caller's. */
void crypto_seal_into(void *out, const struct key *k, struct str aad, struct str plain);
/* The same with a nonce made from the key, the aad and the text: equal texts under one aad give equal bytes, and whoever sees two seals sees
 * that. For what must come out again as it was (src/sample); opens like any other. */
struct str crypto_seal_same(struct arena *a, const struct key *k, struct str aad, struct str plain);
/* ERR_INVALID when the bytes, the aad or the key are not those of the seal. *out is NUL-terminated. */
bool crypto_open(struct arena *a, const struct key *k, struct str aad, struct str sealed, struct str *out, struct err *e)
	MUST_CHECK;
/* The same for texts of many words, squeezed before they are sealed (ADR 0020): only the length tells that. What crypto_seal() sealed opens too. */
struct str crypto_seal_text(struct arena *a, const struct key *k, struct str aad, struct str plain);
MUST_CHECK bool crypto_open_text(struct arena *a, const struct key *k, struct str aad, struct str sealed, struct str *out, struct err *e);

/* The bytes at `offset` of the key's stream (AES-256-CTR), in place; the same again opens them. For what is still being
 * written, where a tag has no place yet: it hides and proves nothing. One key a stream; no offset with other bytes. */
void crypto_stream(const struct key *k, int64_t offset, void *p, size_t n);

/* The master keys. NULL and *e when the file is missing, readable by others, or not in its form. */
struct keyring;
struct keyring *keyring_load(const char *path, struct err *e);
void keyring_free(struct keyring *r); /* wipes */
static inline void keyring_cleanup(struct keyring **r) { keyring_free(*r); }
#define AUTO_KEYRING __attribute__((cleanup(keyring_cleanup))) struct keyring *
/* A new file with one random key, mode 0600, durable. ERR_CONFLICT when it exists. */
bool keyring_create(const char *path, struct err *e) MUST_CHECK;
/* A new key in front of the others (atomic replace). Wrapped keys of before still open. */
bool keyring_rotate(const char *path, struct err *e) MUST_CHECK;

/* The file again, into a ring that is in use. On failure the ring is as it was. */
bool keyring_reload(struct keyring *r, const char *path, struct err *e) MUST_CHECK;

/* key id (4) ‖ seal of the data key: WRAPPED_SIZE bytes. `context` names table and record ("dossier:123"). */
#define WRAPPED_SIZE (4 + KEY_SIZE + SEAL_OVERHEAD)
struct str key_wrap(struct arena *a, const struct keyring *r, struct str context, const struct key *data_key);
/* The same bytes each time, as crypto_seal_same(). */
struct str key_wrap_same(struct arena *a, const struct keyring *r, struct str context, const struct key *data_key);
/* ERR_INVALID: not a wrapped key of this context; ERR_INTERNAL: its master key is not in the ring. */
bool key_unwrap(const struct keyring *r, struct str context, struct str wrapped, struct key *out, struct err *e) MUST_CHECK;
/* Is it wrapped by another key than the first of the ring? (The rotation command wraps those again.) */
bool key_is_stale(const struct keyring *r, struct str wrapped);
/* The same data key under the first key of the ring. */
bool key_rewrap(struct arena *a, const struct keyring *r, struct str context, struct str wrapped, struct str *out, struct err *e) MUST_CHECK;
/* A walk over all keys of a table after a rotation: each call does some, after row `after`, until `more` is false. */
struct rewrap { int64_t after, done; bool more; };
#define REWRAP_ROWS 200
/* A key derived from the OLDEST master key for look-ups by keyed hash (personal id, phone); rotation does not change
 * it while that line is kept: drop the line only after rebuilding the look-up columns. */
struct key keyring_lookup_key(const struct keyring *r, struct str purpose);
/* The purpose of a personal number or tax code, where what one slice keeps is compared with what another knows of a person. */
#define LOOKUP_NUMBER STR("identity")
