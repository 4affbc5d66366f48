/* blob_read.c — reading: authenticated piece by piece. */
#include "core/blob/blob_internal.h"
#include "core/base/file.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct blob_reader {
	int fd;
	struct arena *a;
	struct arena_mark mark;
	struct digest address;
	bool sealed, ended;
	struct key key;  /* of the file */
	int64_t left;    /* stored bytes of its chunks that were not read yet */
	struct crypto_hash *hash; /* of a file that is not sealed: compared at its end */
	uint64_t number;
	struct str rest; /* of the opened chunk */
	char *stored;    /* BLOB_SEALED bytes */
};

bool blob_exists(const struct blob_store *s, struct digest address)
{
	return access(blob_path(s, address, false).p, F_OK) == 0;
}

bool blob_size(const struct blob_store *s, struct digest address, int64_t *size, struct err *e)
{
	struct stat st;
	if (stat(blob_path(s, address, false).p, &st) != 0)
		return blob_fail(e, "size");
	*size = st.st_size;
	return true;
}

static bool read_full(int fd, char *out, size_t want, size_t *got, struct err *e)
{
	for (*got = 0; *got < want;) {
		ssize_t n = read(fd, out + *got, want - *got);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return blob_fail(e, "reading");
		if (n == 0)
			break;
		*got += (size_t)n;
	}
	return true;
}

/* What is kept here is the program's: when it is not what it was, no asker is at fault. */
static bool damaged(struct err *e)
{
	e->kind = ERR_INTERNAL;
	return err_wrap(e, "blob");
}

/* Behind the chunks. */
static bool read_trailer(struct blob_reader *r, struct str header, const struct key *data_key, struct err *e)
{
	char trailer[BLOB_TRAILER];
	AUTO_KEY wrap = blob_wrap_key(data_key, header.p + BLOB_MAGIC_SIZE);
	struct str file_key;
	r->left -= (int64_t)BLOB_TRAILER;
	ssize_t n = r->left < 0 ? 0 : pread(r->fd, trailer, sizeof trailer, (off_t)BLOB_HEADER + r->left);
	if (n < 0)
		return blob_fail(e, "reading");
	if (n != (ssize_t)sizeof trailer)
		return err_set(e, ERR_INTERNAL, "blob: a sealed file without its key");
	if (!crypto_open(r->a, &wrap, header, (struct str){trailer, sizeof trailer}, &file_key, e))
		return damaged(e);
	memcpy(r->key.b, file_key.p, KEY_SIZE);
	return true;
}

static bool read_header(struct blob_reader *r, const struct key *key, struct err *e)
{
	char header[BLOB_HEADER];
	struct stat st;
	size_t n = 0;
	if (!read_full(r->fd, header, sizeof header, &n, e))
		return false;
	if (fstat(r->fd, &st) != 0)
		return blob_fail(e, "size");
	r->left = st.st_size - (int64_t)sizeof header;
	if (n == sizeof header && memcmp(header, BLOB_MAGIC, BLOB_MAGIC_SIZE) == 0)
		return read_trailer(r, (struct str){header, sizeof header}, key, e);
	if (n != sizeof header || memcmp(header, BLOB_MAGIC_1, BLOB_MAGIC_SIZE) != 0)
		return err_set(e, ERR_INTERNAL, "blob: not a sealed file");
	r->key = blob_file_key(key, header + BLOB_MAGIC_SIZE);
	return true;
}

static struct blob_reader *reader_at(int fd, struct digest address, bool sealed)
{
	struct blob_reader *r = calloc(1, sizeof *r);
	CHECK(r != NULL);
	*r = (struct blob_reader){.fd = fd, .a = arena_new_wiping(0), .address = address, .sealed = sealed};
	r->stored = arena_alloc(r->a, BLOB_SEALED);
	return r;
}

static bool reader_new(struct blob_reader **out, const char *path, struct digest address, const struct key *key, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return blob_fail(e, "opening");
	struct blob_reader *r = reader_at(fd, address, key != NULL);
	if (!key)
		r->hash = crypto_hash_new();
	else if (!read_header(r, key, e)) {
		blob_reader_free(r);
		return false;
	}
	r->mark = arena_mark(r->a);
	*out = r;
	return true;
}

bool blob_reader_new(struct blob_reader **out, const struct blob_store *s, struct digest address, const struct key *key, struct err *e)
{
	return reader_new(out, blob_path(s, address, false).p, address, key, e);
}

void blob_reader_free(struct blob_reader *r)
{
	if (!r)
		return;
	close(r->fd);
	arena_free(r->a);
	crypto_hash_free(r->hash);
	crypto_wipe(&r->key, sizeof r->key);
	free(r);
}

static bool open_chunk(struct blob_reader *r, size_t n, struct err *e)
{
	bool last = n < BLOB_SEALED;
	struct blob_aad aad = blob_chunk_aad(r->number++, last);
	arena_rewind(r->a, r->mark);
	r->left -= (int64_t)n;
	r->ended = last;
	return crypto_open(r->a, &r->key, (struct str){aad.b, sizeof aad.b}, (struct str){r->stored, n}, &r->rest, e) || damaged(e);
}

static bool plain_chunk(struct blob_reader *r, size_t n, struct err *e)
{
	r->rest = (struct str){r->stored, n};
	crypto_hash_add(r->hash, r->rest);
	if (n)
		return true;
	r->ended = true;
	struct digest d = crypto_hash_end(r->hash);
	r->hash = NULL;
	return digest_eq(d, r->address) || err_set(e, ERR_INTERNAL, "blob: the file does not have its address");
}

ptrdiff_t blob_reader_read(struct blob_reader *r, void *out, size_t max, struct err *e)
{
	while (r->rest.n == 0 && !r->ended) {
		size_t n = 0, want = !r->sealed ? BLOB_CHUNK : r->left < (int64_t)BLOB_SEALED ? (size_t)r->left : BLOB_SEALED;
		bool ok = read_full(r->fd, r->stored, want, &n, e) && (r->sealed ? open_chunk(r, n, e) : plain_chunk(r, n, e));
		if (!ok) {
			r->rest = STR_NONE;
			return -1;
		}
	}
	struct str part = str_sub(r->rest, 0, max);
	if (part.n)
		memcpy(out, part.p, part.n);
	r->rest = str_sub(r->rest, part.n, r->rest.n);
	return (ptrdiff_t)part.n;
}

/* ---- whole files ---- */

/* At most `max` bytes; *more when there are others. */
static bool copy_out(struct blob_reader *r, int fd, int64_t max, int64_t *size, bool *more, struct err *e)
{
	char part[16 * 1024];
	ptrdiff_t n = 1;
	bool ok = true;
	for (*size = 0; ok && n > 0 && *size <= max; *size += n > 0 ? n : 0) {
		n = blob_reader_read(r, part, sizeof part, e);
		size_t room = (size_t)(max - *size);
		ok = n >= 0 && (file_write(fd, (struct str){part, (size_t)n < room ? (size_t)n : room}) || blob_fail(e, "writing a copy in memory"));
	}
	crypto_wipe(part, sizeof part);
	*more = *size > max;
	return ok && (lseek(fd, 0, SEEK_SET) == 0 || blob_fail(e, "copy in memory"));
}

static int copy_of(struct blob_reader *r, int64_t max, int64_t *size, bool *more, struct err *e)
{
	int fd = memfd_create("blob", MFD_CLOEXEC);
	if (fd < 0) {
		blob_fail(e, "memory");
		return -1;
	}
	if (copy_out(r, fd, max, size, more, e))
		return fd;
	close(fd);
	return -1;
}

static int open_sealed(const char *path, struct digest address, const struct key *key, int64_t *size, struct err *e)
{
	struct blob_reader *r = NULL;
	bool more = false;
	if (!reader_new(&r, path, address, key, e))
		return -1;
	int fd = copy_of(r, BLOB_OPEN_MAX, size, &more, e);
	blob_reader_free(r);
	if (fd < 0 || !more)
		return fd;
	close(fd);
	err_set(e, ERR_TOO_LARGE, "blob: more than %lld bytes", (long long)BLOB_OPEN_MAX);
	return -1;
}

int blob_open_start(const char *path, const struct key *file_key, int64_t body, int64_t max, struct err *e)
{
	int64_t size = 0;
	bool more = false;
	int in = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (in < 0 || lseek(in, (off_t)BLOB_HEADER, SEEK_SET) < 0) {
		blob_fail(e, "opening");
		if (in >= 0)
			close(in);
		return -1;
	}
	struct blob_reader *r = reader_at(in, (struct digest){{0}}, true);
	r->key = *file_key;
	r->left = body;
	r->mark = arena_mark(r->a);
	int fd = copy_of(r, max, &size, &more, e);
	blob_reader_free(r);
	return fd;
}

static int open_at(const char *path, struct digest address, const struct key *key, int64_t *size, struct err *e)
{
	if (key)
		return open_sealed(path, address, key, size, e);
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd >= 0 && fstat(fd, &st) == 0) {
		*size = st.st_size;
		return fd;
	}
	blob_fail(e, "opening");
	if (fd >= 0)
		close(fd);
	return -1;
}

int blob_open(const struct blob_store *s, struct digest address, const struct key *key, int64_t *size, struct err *e)
{
	return open_at(blob_path(s, address, false).p, address, key, size, e);
}

int blob_open_quarantined(const struct blob_store *s, struct digest address, const struct key *key, int64_t *size, struct err *e)
{
	return open_at(blob_path(s, address, true).p, address, key, size, e);
}

bool blob_read(const struct blob_store *s, struct arena *a, struct digest address, const struct key *key, int64_t max, struct str *out, struct err *e)
{
	struct blob_reader *r = NULL;
	if (!blob_reader_new(&r, s, address, key, e))
		return false;
	struct buf b = buf_on(a);
	ptrdiff_t n = 0;
	do {
		char *room = buf_room(&b, BLOB_CHUNK);
		n = blob_reader_read(r, room, BLOB_CHUNK, e);
		b.n += n > 0 ? (size_t)n : 0;
	} while (n > 0 && (int64_t)b.n <= max);
	blob_reader_free(r);
	if (n < 0)
		return false;
	if ((int64_t)b.n > max)
		return err_set(e, ERR_TOO_LARGE, "blob: more than %lld bytes", (long long)max);
	*out = buf_str(&b);
	return true;
}
