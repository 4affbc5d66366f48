/* blob_write.c — writing one file: sealed piece by piece as it comes, then put in place. */
#include "core/blob/blob_internal.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define WRITE_BACK ((int64_t)8 << 20) /* begun for as many bytes at once; at most twice as many wait for the disk */

struct blob_writer {
	struct blob_store *s;
	struct crypto_hash *plain, *stored;
	struct blob_path tmp;
	int fd, lock;                  /* two of one open file: the second tells others that it is in use until it is in place */
	bool sealed, ended, kept;
	struct key key;                /* the file's own */
	char header[BLOB_HEADER];
	uint64_t number;               /* of the next chunk */
	int64_t begun;                 /* stored bytes whose writing back has begun */
	struct blob_info info;
	size_t n;                      /* bytes of the chunk that is not full yet */
	char *chunk, *out;             /* BLOB_CHUNK and BLOB_SEALED bytes; NULL after the end, which may be long before it is kept */
};

static bool put_bytes(struct blob_writer *w, struct str bytes, struct err *e)
{
	const struct file_ops *ops = &w->s->ops;
	crypto_hash_add(w->stored, bytes);
	w->info.stored_size += (int64_t)bytes.n;
	while (bytes.n) {
		ssize_t n = ops->write(ops->ctx, w->fd, bytes.p, bytes.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return blob_fail(e, "writing");
		bytes = str_sub(bytes, (size_t)n, bytes.n);
	}
	if (!ops->write_back || w->info.stored_size - w->begun < WRITE_BACK)
		return true;
	w->begun += WRITE_BACK;
	return ops->write_back(ops->ctx, w->fd, (off_t)(w->begun - WRITE_BACK), (off_t)WRITE_BACK) == 0 || blob_fail(e, "writing");
}

static bool put_chunk(struct blob_writer *w, struct str bytes, bool last, struct err *e)
{
	w->info.size += (int64_t)bytes.n;
	crypto_hash_add(w->plain, bytes);
	if (!w->sealed)
		return put_bytes(w, bytes, e);
	struct blob_aad aad = blob_chunk_aad(w->number++, last);
	crypto_seal_into(w->out, &w->key, (struct str){aad.b, sizeof aad.b}, bytes);
	return put_bytes(w, (struct str){w->out, bytes.n + SEAL_OVERHEAD}, e);
}

/* Whoever tidies up takes the lock before it removes: in the moment between making and locking it may be gone again. */
static bool make_file(struct blob_writer *w, struct err *e)
{
	char name[40] = "tmp/";
	uint8_t random[16];
	struct stat st;
	crypto_random(random, sizeof random);
	blob_hex(random, sizeof random, name + 4);
	w->tmp = blob_folder(w->s, name);
	w->fd = w->s->ops.create(w->s->ops.ctx, w->tmp.p);
	if (w->fd < 0)
		return blob_fail(e, "making a file");
	w->lock = fcntl(w->fd, F_DUPFD_CLOEXEC, 0);
	if (w->lock < 0 || flock(w->lock, LOCK_SH) != 0 || fstat(w->lock, &st) != 0)
		return blob_fail(e, "making a file");
	return st.st_nlink > 0 || err_set(e, ERR_BUSY, "blob: a new file was tidied away");
}

static bool begin(struct blob_writer **out, struct blob_store *s, bool sealed, struct err *e)
{
	struct blob_writer *w = calloc(1, sizeof *w);
	CHECK(w != NULL);
	w->s = s;
	w->sealed = sealed;
	w->fd = w->lock = -1;
	w->chunk = malloc(BLOB_CHUNK + BLOB_SEALED);
	CHECK(w->chunk != NULL);
	w->out = w->chunk + BLOB_CHUNK;
	w->plain = crypto_hash_new();
	w->stored = crypto_hash_new();
	bool ok = make_file(w, e);
	if (ok && sealed) {
		w->key = key_new();
		memcpy(w->header, BLOB_MAGIC, BLOB_MAGIC_SIZE);
		crypto_random(w->header + BLOB_MAGIC_SIZE, BLOB_SALT);
		ok = put_bytes(w, (struct str){w->header, sizeof w->header}, e);
	}
	if (ok)
		*out = w;
	else
		blob_writer_free(w);
	return ok;
}

bool blob_writer_new(struct blob_writer **out, struct blob_store *s, struct err *e) { return begin(out, s, true, e); }

bool blob_writer_add(struct blob_writer *w, struct str bytes, struct err *e)
{
	CHECK(!w->ended);
	while (bytes.n) {
		size_t n = BLOB_CHUNK - w->n;
		struct str part = str_sub(bytes, 0, n);
		bytes = str_sub(bytes, part.n, bytes.n);
		if (w->n > 0 || part.n < BLOB_CHUNK) {
			memcpy(w->chunk + w->n, part.p, part.n);
			w->n += part.n;
			part = (struct str){w->chunk, w->n};
		}
		if (part.n < BLOB_CHUNK)
			return true;
		w->n = 0;
		if (!put_chunk(w, part, false, e))
			return false;
	}
	return true;
}

static void drop_chunk(struct blob_writer *w)
{
	if (w->chunk)
		crypto_wipe(w->chunk, BLOB_CHUNK);
	free(w->chunk);
	w->chunk = w->out = NULL;
}

/* A sealed file always ends with a chunk that is not full, so that a file cut between chunks is noticed. */
bool blob_writer_end(struct blob_writer *w, struct err *e)
{
	CHECK(!w->ended);
	w->ended = true;
	bool ok = put_chunk(w, (struct str){w->chunk, w->n}, true, e);
	w->info.plain = crypto_hash_end(w->plain);
	w->plain = NULL;
	drop_chunk(w);
	return ok;
}

int64_t blob_writer_size(const struct blob_writer *w) { return w->info.size; }
struct digest blob_writer_plain(const struct blob_writer *w) { return w->info.plain; }

int blob_writer_open(const struct blob_writer *w, int64_t max, struct err *e)
{
	CHECK(w->ended && w->sealed && !w->kept);
	return blob_open_start(w->tmp.p, &w->key, w->info.stored_size - (int64_t)BLOB_HEADER, max, e);
}

static bool put_key(struct blob_writer *w, const struct key *data_key, struct err *e)
{
	char trailer[BLOB_TRAILER];
	AUTO_KEY wrap = blob_wrap_key(data_key, w->header + BLOB_MAGIC_SIZE);
	crypto_seal_into(trailer, &wrap, (struct str){w->header, sizeof w->header}, (struct str){(const char *)w->key.b, KEY_SIZE});
	return put_bytes(w, (struct str){trailer, sizeof trailer}, e);
}

/* Network file systems report some write errors only when it is closed. */
static bool finish(struct blob_writer *w, struct err *e)
{
	const struct file_ops *ops = &w->s->ops;
	bool ok = ops->sync(ops->ctx, w->fd) == 0 || blob_fail(e, "syncing");
	if (ops->close(ops->ctx, w->fd) != 0 && ok)
		ok = blob_fail(e, "closing");
	w->fd = -1;
	return ok;
}

bool blob_writer_keep(struct blob_writer *w, const struct blob_put *how, struct blob_info *out, struct err *e)
{
	CHECK(w->ended && w->fd >= 0 && w->sealed == (how->key != NULL));
	if (how->max && w->info.size > how->max)
		return err_set(e, ERR_TOO_LARGE, "blob: more than %lld bytes", (long long)how->max);
	if ((how->key && !put_key(w, how->key, e)) || !finish(w, e))
		return false;
	w->info.address = crypto_hash_end(w->stored);
	w->stored = NULL;
	w->kept = blob_move(w->s, w->tmp.p, blob_path(w->s, w->info.address, how->quarantine), e);
	if (w->kept)
		*out = w->info;
	return w->kept;
}

void blob_writer_free(struct blob_writer *w)
{
	if (!w)
		return;
	const struct file_ops *ops = &w->s->ops;
	bool made = w->fd >= 0 || w->lock >= 0;
	if (w->fd >= 0)
		ops->close(ops->ctx, w->fd);
	if (made && !w->kept)
		ops->remove(ops->ctx, w->tmp.p);
	if (w->lock >= 0)
		close(w->lock);
	crypto_hash_free(w->plain);
	crypto_hash_free(w->stored);
	drop_chunk(w);
	crypto_wipe(w, sizeof *w);
	free(w);
}

/* ---- what is there already ---- */

static ssize_t read_at(int fd, char *out, int64_t at)
{
	ssize_t n;
	do
		n = pread(fd, out, BLOB_CHUNK, (off_t)at);
	while (n < 0 && errno == EINTR);
	return n;
}

static bool add_fd(struct blob_writer *w, int fd, const struct blob_put *how, struct err *e)
{
	AUTO_ARENA a = arena_new_wiping(0);
	char *part = arena_alloc(a, BLOB_CHUNK);
	ssize_t n;
	for (int64_t at = 0; (n = read_at(fd, part, at)) > 0; at += n) {
		if (how->max && at + n > how->max)
			return err_set(e, ERR_TOO_LARGE, "blob: more than %lld bytes", (long long)how->max);
		if (!blob_writer_add(w, (struct str){part, (size_t)n}, e))
			return false;
	}
	return n == 0 || blob_fail(e, "reading what to store");
}

bool blob_store_fd(struct blob_store *s, int fd, const struct blob_put *how, struct blob_info *out, struct err *e)
{
	struct blob_writer *w = NULL;
	bool ok = begin(&w, s, how->key != NULL, e) && add_fd(w, fd, how, e) && blob_writer_end(w, e) && blob_writer_keep(w, how, out, e);
	blob_writer_free(w);
	return ok;
}

bool blob_store_bytes(struct blob_store *s, struct str bytes, const struct blob_put *how, struct blob_info *out, struct err *e)
{
	struct blob_writer *w = NULL;
	bool ok = begin(&w, s, how->key != NULL, e) && blob_writer_add(w, bytes, e) && blob_writer_end(w, e) && blob_writer_keep(w, how, out, e);
	blob_writer_free(w);
	return ok;
}
