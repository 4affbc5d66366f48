/* blob.c — storing. See blob.h. */
#include "core/blob/blob_internal.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define TMP_OLD_S (24 * 3600) /* another process may be writing the younger ones */

bool blob_fail(struct err *e, const char *what)
{
	int why = errno;
	enum err_kind kind = why == ENOSPC || why == EDQUOT ? ERR_BUSY : why == ENOENT ? ERR_NOT_FOUND : ERR_INTERNAL;
	return err_set(e, kind, "blob: %s: %s", what, strerror(why));
}

struct blob_path blob_folder(const struct blob_store *s, const char *name)
{
	struct blob_path path;
	snprintf(path.p, sizeof path.p, "%s/%s", s->dir, name);
	return path;
}

static void hex(const uint8_t *b, size_t n, char *out)
{
	for (size_t i = 0; i < n; i++)
		snprintf(out + 2 * i, 3, "%02x", b[i]);
}

struct blob_path blob_path(const struct blob_store *s, struct digest address, bool quarantined)
{
	char name[2 * DIGEST_SIZE + 1];
	struct blob_path path;
	hex(address.b, DIGEST_SIZE, name);
	if (quarantined)
		snprintf(path.p, sizeof path.p, "%s/quarantine/%s", s->dir, name);
	else
		snprintf(path.p, sizeof path.p, "%s/%.2s/%s", s->dir, name, name);
	return path;
}

int blob_lock(const struct blob_store *s, int how, struct err *e)
{
	int fd = open(blob_folder(s, "lock").p, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0) {
		blob_fail(e, "lock");
		return -1;
	}
	while (flock(fd, how) != 0)
		if (errno != EINTR) {
			blob_fail(e, "lock");
			close(fd);
			return -1;
		}
	return fd;
}

struct key blob_file_key(const struct key *data_key, const char *salt)
{
	struct key k;
	crypto_hkdf((struct str){(const char *)data_key->b, KEY_SIZE}, (struct str){salt, BLOB_SALT}, STR("motcua blob 1"), k.b, KEY_SIZE);
	return k;
}

struct blob_aad blob_chunk_aad(uint64_t number, bool last)
{
	struct blob_aad aad;
	for (int i = 0; i < 8; i++)
		aad.b[i] = (char)(number >> (56 - 8 * i));
	aad.b[8] = (char)last;
	return aad;
}

/* ---- the store ---- */

static bool make_folder(const char *path, struct err *e)
{
	return mkdir(path, 0700) == 0 || errno == EEXIST || blob_fail(e, path);
}

static bool make_folders(struct blob_store *s, struct err *e)
{
	if (!make_folder(s->dir, e) || !make_folder(blob_folder(s, "tmp").p, e) || !make_folder(blob_folder(s, "quarantine").p, e))
		return false;
	for (unsigned i = 0; i < 256; i++) {
		char name[3];
		snprintf(name, sizeof name, "%02x", i & 0xff);
		if (!make_folder(blob_folder(s, name).p, e))
			return false;
	}
	return s->ops.sync_dir(s->ops.ctx, s->dir) == 0 || blob_fail(e, "syncing the folder");
}

static bool sweep_tmp(struct blob_store *s, struct err *e)
{
	struct blob_path tmp = blob_folder(s, "tmp");
	DIR *d = opendir(tmp.p);
	if (!d)
		return blob_fail(e, tmp.p);
	int64_t old = instant_clock().ms / 1000 - TMP_OLD_S;
	for (struct dirent *x; (x = readdir(d)) != NULL;) {
		char path[BLOB_PATH_MAX + 300];
		struct stat st;
		snprintf(path, sizeof path, "%s/%s", tmp.p, x->d_name);
		if (lstat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_mtime < old)
			s->ops.remove(s->ops.ctx, path);
	}
	closedir(d);
	return true;
}

bool blob_store_new(struct blob_store **out, struct str dir, const struct file_ops *ops, struct err *e)
{
	struct blob_store *s = calloc(1, sizeof *s);
	CHECK(s != NULL);
	if (dir.n == 0 || dir.n >= sizeof s->dir) {
		free(s);
		return err_set(e, ERR_INVALID, "blob: the folder's name is %zu bytes long", dir.n);
	}
	memcpy(s->dir, dir.p, dir.n);
	s->ops = ops ? *ops : file_ops_system;
	if (!make_folders(s, e) || !sweep_tmp(s, e)) {
		free(s);
		return false;
	}
	*out = s;
	return true;
}

void blob_store_free(struct blob_store *s) { free(s); }

/* ---- writing one file ---- */

struct source { int fd; struct str bytes; bool in_memory; int64_t at; };

struct putting {
	struct blob_store *s;
	const struct blob_put *how;
	struct arena *a; /* of what is sealed: no secret */
	char *chunk;     /* BLOB_CHUNK bytes, wiped at the end */
	struct key key;
	struct crypto_hash *plain, *stored;
	struct blob_path tmp;
	int fd;
	struct blob_info info;
};

/* Fills the chunk; fewer bytes only at the end. */
static bool fill(struct source *src, char *out, size_t *n, struct err *e)
{
	*n = 0;
	if (src->in_memory) {
		struct str part = str_sub(src->bytes, (size_t)src->at, BLOB_CHUNK);
		if (part.n)
			memcpy(out, part.p, part.n);
		*n = part.n;
		src->at += (int64_t)part.n;
		return true;
	}
	while (*n < BLOB_CHUNK) {
		ssize_t got = pread(src->fd, out + *n, BLOB_CHUNK - *n, src->at);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return blob_fail(e, "reading what to store");
		if (got == 0)
			break;
		*n += (size_t)got;
		src->at += got;
	}
	return true;
}

static bool put_bytes(struct putting *p, struct str bytes, struct err *e)
{
	crypto_hash_add(p->stored, bytes);
	p->info.stored_size += (int64_t)bytes.n;
	while (bytes.n) {
		ssize_t n = p->s->ops.write(p->s->ops.ctx, p->fd, bytes.p, bytes.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return blob_fail(e, "writing");
		bytes = str_sub(bytes, (size_t)n, bytes.n);
	}
	return true;
}

static bool put_header(struct putting *p, struct err *e)
{
	if (!p->how->key)
		return true;
	char header[BLOB_HEADER];
	memcpy(header, BLOB_MAGIC, BLOB_MAGIC_SIZE);
	crypto_random(header + BLOB_MAGIC_SIZE, BLOB_SALT);
	p->key = blob_file_key(p->how->key, header + BLOB_MAGIC_SIZE);
	return put_bytes(p, (struct str){header, sizeof header}, e);
}

/* A sealed file always ends with a chunk that is not full, so that a file cut between chunks is noticed. */
static bool put_chunks(struct putting *p, struct source *src, struct err *e)
{
	size_t n = BLOB_CHUNK;
	for (uint64_t i = 0; n == BLOB_CHUNK; i++) {
		struct arena_mark mark = arena_mark(p->a);
		if (!fill(src, p->chunk, &n, e))
			return false;
		struct str bytes = {p->chunk, n};
		p->info.size += (int64_t)n;
		if (p->how->max && p->info.size > p->how->max)
			return err_set(e, ERR_TOO_LARGE, "blob: more than %lld bytes", (long long)p->how->max);
		if (!p->how->plain)
			crypto_hash_add(p->plain, bytes);
		if (p->how->key) {
			struct blob_aad aad = blob_chunk_aad(i, n < BLOB_CHUNK);
			bytes = crypto_seal(p->a, &p->key, (struct str){aad.b, sizeof aad.b}, bytes);
		}
		if (!put_bytes(p, bytes, e))
			return false;
		arena_rewind(p->a, mark);
	}
	return true;
}

static bool put_content(struct putting *p, struct source *src, struct err *e)
{
	char name[40] = "tmp/";
	uint8_t random[16];
	crypto_random(random, sizeof random);
	hex(random, sizeof random, name + 4);
	p->tmp = blob_folder(p->s, name);
	p->fd = p->s->ops.create(p->s->ops.ctx, p->tmp.p);
	if (p->fd < 0)
		return blob_fail(e, "making a file");
	bool ok = put_header(p, e) && put_chunks(p, src, e) && (p->s->ops.sync(p->s->ops.ctx, p->fd) == 0 || blob_fail(e, "syncing"));
	/* Network file systems report some write errors only here. */
	if (p->s->ops.close(p->s->ops.ctx, p->fd) != 0 && ok)
		ok = blob_fail(e, "closing");
	return ok;
}

static bool sync_parent(struct blob_store *s, struct blob_path path, struct err *e)
{
	*strrchr(path.p, '/') = '\0';
	return s->ops.sync_dir(s->ops.ctx, path.p) == 0 || blob_fail(e, "syncing the folder");
}

/* Also when the same file is there already: its time becomes now, so that a sweep does not take it away. */
static bool move(struct blob_store *s, const char *from, struct blob_path to, struct err *e)
{
	int lock = blob_lock(s, LOCK_SH, e);
	if (lock < 0)
		return false;
	bool ok = s->ops.rename(s->ops.ctx, from, to.p) == 0 || blob_fail(e, "renaming");
	close(lock);
	return ok && sync_parent(s, to, e);
}

static bool put(struct blob_store *s, struct source *src, const struct blob_put *how, struct blob_info *out, struct err *e)
{
	AUTO_ARENA a = arena_new(0);
	struct putting p = {.s = s, .how = how, .a = a, .fd = -1, .plain = crypto_hash_new(), .stored = crypto_hash_new()};
	p.chunk = arena_alloc(a, BLOB_CHUNK);
	bool ok = put_content(&p, src, e);
	crypto_wipe(&p.key, sizeof p.key);
	crypto_wipe(p.chunk, BLOB_CHUNK);
	p.info.plain = crypto_hash_end(p.plain);
	p.info.plain = how->plain ? *how->plain : p.info.plain;
	p.info.address = crypto_hash_end(p.stored);
	ok = ok && move(s, p.tmp.p, blob_path(s, p.info.address, how->quarantine), e);
	if (!ok && p.fd >= 0)
		s->ops.remove(s->ops.ctx, p.tmp.p);
	if (ok)
		*out = p.info;
	return ok;
}

bool blob_store_fd(struct blob_store *s, int fd, const struct blob_put *how, struct blob_info *out, struct err *e)
{
	return put(s, &(struct source){.fd = fd}, how, out, e);
}

bool blob_store_bytes(struct blob_store *s, struct str bytes, const struct blob_put *how, struct blob_info *out, struct err *e)
{
	return put(s, &(struct source){.fd = -1, .bytes = bytes, .in_memory = true}, how, out, e);
}

bool blob_release(struct blob_store *s, struct digest address, struct err *e)
{
	struct blob_path from = blob_path(s, address, true), to = blob_path(s, address, false);
	if (access(from.p, F_OK) == 0)
		return move(s, from.p, to, e) && sync_parent(s, from, e);
	if (access(to.p, F_OK) != 0)
		return blob_fail(e, "releasing");
	return sync_parent(s, to, e); /* the first call may have stopped before this */
}

bool blob_remove(struct blob_store *s, struct digest address, struct err *e)
{
	for (int quarantined = 0; quarantined < 2; quarantined++) {
		struct blob_path path = blob_path(s, address, quarantined == 1);
		if (s->ops.remove(s->ops.ctx, path.p) != 0 && errno != ENOENT)
			return blob_fail(e, "removing");
		if (!sync_parent(s, path, e))
			return false;
	}
	return true;
}
