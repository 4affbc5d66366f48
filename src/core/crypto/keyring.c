/* keyring.c — the file of master keys, and data keys wrapped by them. See crypto.h.
 *
 * File: a first line FORMAT, then one line per key, newest first: 8 hex digits of id, a space, 64 hex digits, a space,
 * 8 hex digits of sum (the beginning of SHA-256 of id and key): a flipped bit or a slip in copying is found, not used. The id is random
 * and only says which line to use. */
#include "core/base/file.h"
#include "core/crypto/crypto.h"
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define FORMAT STR("motcua master keys 2")
#define ID_SIZE 4
#define SUM_SIZE 4
#define LINE_SIZE (2 * (ID_SIZE + KEY_SIZE + SUM_SIZE) + 2)
#define KEYS_MAX 64
#define FILE_MAX_BYTES 8192

struct master { uint8_t id[ID_SIZE]; struct key key; };
struct keyring { pthread_rwlock_t lock; size_t n; struct master keys[KEYS_MAX]; };

static struct master master_new(void)
{
	struct master m;
	crypto_random(m.id, sizeof m.id);
	m.key = key_new();
	return m;
}

static struct str line_of(struct arena *a, const struct master *m)
{
	struct str id = {(const char *)m->id, ID_SIZE}, key = {(const char *)m->key.b, KEY_SIZE};
	struct digest sum = crypto_sha256_parts((struct str[]){id, key}, 2);
	return str_fmt(a, "%.*s %.*s %.*s", STR_ARG(hex_encode(a, id.p, id.n)), STR_ARG(hex_encode(a, key.p, key.n)), STR_ARG(hex_encode(a, sum.b, SUM_SIZE)));
}

static bool parse_line(struct arena *a, struct str line, struct master *out)
{
	struct str id, key;
	if (line.n != LINE_SIZE || !hex_decode(a, str_sub(line, 0, 2 * ID_SIZE), &id) || !hex_decode(a, str_sub(line, 2 * ID_SIZE + 1, 2 * KEY_SIZE), &key))
		return false;
	memcpy(out->id, id.p, ID_SIZE);
	memcpy(out->key.b, key.p, KEY_SIZE);
	return str_eq(line, line_of(a, out));
}

static bool parse_file(struct arena *a, struct str text, struct keyring *r, struct err *e)
{
	struct str line;
	if (!str_next(&text, '\n', &line) || !str_eq(line, FORMAT))
		return err_set(e, ERR_INVALID, "the first line is not \"%.*s\"", STR_ARG(FORMAT));
	for (int number = 2; str_next(&text, '\n', &line); number++) {
		if (line.n == 0)
			continue;
		if (r->n == KEYS_MAX || !parse_line(a, line, &r->keys[r->n]))
			return err_set(e, ERR_INVALID, "line %d is damaged; put the copy back that is kept apart", number);
		r->n++;
	}
	return r->n > 0 || err_set(e, ERR_INVALID, "it holds no key");
}

/* The file's text in a wiping arena; refuses what others may read. */
static bool read_private(struct arena *a, const char *path, struct str *out, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return err_set(e, errno == ENOENT ? ERR_NOT_FOUND : ERR_INTERNAL, "%s", strerror(errno));
	struct stat st;
	bool good = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
	if (good && (st.st_mode & 077) != 0)
		good = err_set(e, ERR_DENIED, "others may read it: chmod 600");
	else if (!good || st.st_size > FILE_MAX_BYTES)
		good = err_set(e, ERR_INVALID, "not a small regular file");
	if (good) {
		char *p = arena_alloc(a, FILE_MAX_BYTES);
		ssize_t n = read(fd, p, FILE_MAX_BYTES);
		good = n >= 0 || err_set(e, ERR_INTERNAL, "read: %s", strerror(errno));
		*out = (struct str){p, n > 0 ? (size_t)n : 0};
	}
	close(fd);
	return good;
}

static struct keyring *ring_new(void)
{
	/* Pages of its own, in no core file. */
	struct keyring *r = mmap(NULL, sizeof *r, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(r != MAP_FAILED && madvise(r, sizeof *r, MADV_DONTDUMP) == 0 && pthread_rwlock_init(&r->lock, NULL) == 0);
	return r;
}

/* Readers of a ring that another thread may replace; the lock is not part of what is const. */
static pthread_rwlock_t *lock_of(const struct keyring *r) { return &((struct keyring *)(uintptr_t)r)->lock; }

struct keyring *keyring_load(const char *path, struct err *e)
{
	AUTO_ARENA a = arena_new_wiping(0);
	struct str text = STR_NONE;
	struct keyring *r = ring_new();
	if (read_private(a, path, &text, e) && parse_file(a, text, r, e))
		return r;
	err_wrap(e, path);
	keyring_free(r);
	return NULL;
}

bool keyring_reload(struct keyring *r, const char *path, struct err *e)
{
	AUTO_KEYRING now = keyring_load(path, e);
	if (!now)
		return false;
	pthread_rwlock_wrlock(&r->lock);
	r->n = now->n;
	memcpy(r->keys, now->keys, sizeof r->keys);
	pthread_rwlock_unlock(&r->lock);
	return true;
}

void keyring_free(struct keyring *r)
{
	if (!r)
		return;
	pthread_rwlock_destroy(&r->lock);
	crypto_wipe(r, sizeof *r);
	munmap(r, sizeof *r);
}

static bool sync_folder(struct arena *a, const char *path)
{
	char *copy = strdup(path);
	CHECK(copy);
	const char *folder = str_cstr(a, str_from(dirname(copy)));
	free(copy);
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool good = fd >= 0 && fsync(fd) == 0;
	if (fd >= 0)
		close(fd);
	return good;
}

/* Writes beside, syncs, then link (must be new) or rename (replaces). */
static bool write_ring(const char *path, const struct keyring *r, bool replace, struct err *e)
{
	AUTO_ARENA a = arena_new_wiping(0);
	struct buf b = buf_on(a);
	buf_put(&b, FORMAT);
	for (size_t i = 0; i < r->n; i++)
		buf_fmt(&b, "\n%.*s", STR_ARG(line_of(a, &r->keys[i])));
	buf_char(&b, '\n');
	uint8_t suffix[8];
	crypto_random(suffix, sizeof suffix);
	struct str hex = hex_encode(a, suffix, sizeof suffix);
	const char *temp = str_fmt(a, "%s.%.*s", path, STR_ARG(hex)).p;
	int fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_set(e, ERR_INTERNAL, "%s: %s", temp, strerror(errno));
	bool good = file_write(fd, buf_str(&b)) && fsync(fd) == 0;
	close(fd);
	good = good && (replace ? rename(temp, path) : link(temp, path)) == 0;
	int saved = errno;
	if (!good || !replace)
		unlink(temp);
	if (!good)
		return err_set(e, saved == EEXIST ? ERR_CONFLICT : ERR_INTERNAL, "%s: %s", path, strerror(saved));
	return sync_folder(a, path) || err_set(e, ERR_INTERNAL, "%s: sync of its folder: %s", path, strerror(errno));
}

bool keyring_create(const char *path, struct err *e)
{
	AUTO_KEYRING r = ring_new();
	r->keys[r->n++] = master_new();
	return write_ring(path, r, false, e);
}

bool keyring_rotate(const char *path, struct err *e)
{
	AUTO_KEYRING r = keyring_load(path, e);
	if (!r)
		return false;
	if (r->n == KEYS_MAX)
		return err_set(e, ERR_CONFLICT, "%s: %d keys are enough: wrap all again and drop old ones", path, KEYS_MAX);
	memmove(&r->keys[1], &r->keys[0], r->n * sizeof r->keys[0]);
	r->keys[0] = master_new();
	r->n++;
	return write_ring(path, r, true, e);
}

typedef struct str seal_fn(struct arena *a, const struct key *k, struct str aad, struct str plain);

static struct str wrap(struct arena *a, const struct keyring *r, struct str context, const struct key *data_key, seal_fn *seal)
{
	struct master m;
	pthread_rwlock_rdlock(lock_of(r));
	m = r->keys[0];
	pthread_rwlock_unlock(lock_of(r));
	struct str sealed = seal(a, &m.key, context, (struct str){(const char *)data_key->b, KEY_SIZE});
	crypto_wipe(&m.key, sizeof m.key);
	return str_cat(a, (struct str){(const char *)m.id, ID_SIZE}, sealed);
}

struct str key_wrap(struct arena *a, const struct keyring *r, struct str context, const struct key *data_key) { return wrap(a, r, context, data_key, crypto_seal); }
struct str key_wrap_same(struct arena *a, const struct keyring *r, struct str context, const struct key *data_key) { return wrap(a, r, context, data_key, crypto_seal_same); }

static bool find_master(const struct keyring *r, struct str wrapped, struct master *out, bool *first)
{
	bool found = false;
	pthread_rwlock_rdlock(lock_of(r));
	for (size_t i = 0; i < r->n && !found; i++)
		if (wrapped.n >= ID_SIZE && memcmp(r->keys[i].id, wrapped.p, ID_SIZE) == 0) {
			*out = r->keys[i];
			*first = i == 0;
			found = true;
		}
	pthread_rwlock_unlock(lock_of(r));
	return found;
}

bool key_unwrap(const struct keyring *r, struct str context, struct str wrapped, struct key *out, struct err *e)
{
	struct master m;
	bool first;
	if (wrapped.n != WRAPPED_SIZE)
		return err_set(e, ERR_INVALID, "a wrapped key has %d bytes, not %zu", WRAPPED_SIZE, wrapped.n);
	if (!find_master(r, wrapped, &m, &first))
		return err_set(e, ERR_INTERNAL, "its master key is not in the key file");
	AUTO_ARENA a = arena_new_wiping(0);
	struct str plain;
	bool ok = crypto_open(a, &m.key, context, str_sub(wrapped, ID_SIZE, wrapped.n), &plain, e);
	crypto_wipe(&m.key, sizeof m.key);
	if (!ok)
		return err_wrap(e, "data key");
	memcpy(out->b, plain.p, KEY_SIZE);
	return true;
}

bool key_is_stale(const struct keyring *r, struct str wrapped)
{
	struct master m;
	bool first = false;
	bool found = find_master(r, wrapped, &m, &first);
	crypto_wipe(&m, sizeof m);
	return !found || !first;
}

bool key_rewrap(struct arena *a, const struct keyring *r, struct str context, struct str wrapped, struct str *out, struct err *e)
{
	AUTO_KEY k = {{0}};
	if (!key_unwrap(r, context, wrapped, &k, e))
		return false;
	*out = key_wrap(a, r, context, &k);
	return true;
}

struct key keyring_lookup_key(const struct keyring *r, struct str purpose)
{
	pthread_rwlock_rdlock(lock_of(r));
	struct key k = key_derive(&r->keys[r->n - 1].key, purpose);
	pthread_rwlock_unlock(lock_of(r));
	return k;
}
