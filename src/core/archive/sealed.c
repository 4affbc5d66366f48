/* sealed.c — see sealed.h. */
#include "core/archive/sealed.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SEALED_MAGIC "MCSEAL1\n"
#define MAGIC_SIZE 8
#define PIECE ((size_t)65536)

struct sealed_out {
	struct arena *a;     /* names */
	struct arena *piece;
	const struct file_ops *ops;
	struct str path, part, context;
	struct key key;
	int fd;
	int64_t number, bytes;
	size_t n;
	uint8_t plain[PIECE];
};

struct sealed_in {
	struct arena *a, *piece;
	struct str path, context, plain;
	struct key key;
	int fd;
	int64_t number;
	size_t at;
	bool last;
};

static bool fail(const char *what, struct str path, struct err *e)
{
	return err_set(e, errno == ENOENT ? ERR_NOT_FOUND : errno == EEXIST ? ERR_CONFLICT : ERR_INTERNAL, "cannot %s %.*s: %s", what, STR_ARG(path), strerror(errno));
}

static bool put_all(const struct file_ops *ops, int fd, struct str path, const void *p, size_t n, struct err *e)
{
	for (size_t at = 0; at < n;) {
		ssize_t w = ops->write(ops->ctx, fd, (const char *)p + at, n - at);
		if (w < 0 && errno != EINTR)
			return fail("write", path, e);
		at += w > 0 ? (size_t)w : 0;
	}
	return true;
}

static struct str folder_of(struct arena *a, struct str path)
{
	size_t n = path.n;
	while (n > 1 && path.p[n - 1] != '/')
		n--;
	return n > 1 ? str_dup(a, str_sub(path, 0, n - 1)) : STR(".");
}

static struct str name_of_piece(struct arena *a, struct str context, int64_t number, bool last)
{
	return str_fmt(a, "%.*s %lld%s", STR_ARG(context), (long long)number, last ? " end" : "");
}

/* ---- writing ---- */

static bool put_piece(struct sealed_out *s, bool last, struct err *e)
{
	struct str sealed = crypto_seal(s->piece, &s->key, name_of_piece(s->piece, s->context, s->number++, last), (struct str){(const char *)s->plain, s->n});
	uint8_t head[4] = {(uint8_t)sealed.n, (uint8_t)(sealed.n >> 8), (uint8_t)(sealed.n >> 16), (uint8_t)(last ? 0x80 : 0)};
	bool ok = put_all(s->ops, s->fd, s->part, head, sizeof head, e) && put_all(s->ops, s->fd, s->part, sealed.p, sealed.n, e);
	s->bytes += (int64_t)(sealed.n + sizeof head);
	s->n = 0;
	arena_reset(s->piece);
	return ok;
}

bool sealed_create(struct sealed_out **out, const struct file_ops *ops, struct str path, const struct keyring *keys, struct str context, struct err *e)
{
	struct sealed_out *s = calloc(1, sizeof *s);
	CHECK(s != NULL);
	s->a = arena_new(0);
	s->piece = arena_new_wiping(0);
	s->ops = ops;
	s->path = str_dup(s->a, path);
	s->part = str_cat(s->a, path, STR(".part"));
	s->context = str_dup(s->a, context);
	s->key = key_new();
	ops->remove(ops->ctx, s->part.p); /* what a crash left */
	s->fd = ops->create(ops->ctx, s->part.p);
	struct str wrapped = key_wrap(s->a, keys, context, &s->key);
	if (s->fd < 0 || !put_all(ops, s->fd, s->part, SEALED_MAGIC, MAGIC_SIZE, e) || !put_all(ops, s->fd, s->part, wrapped.p, wrapped.n, e)) {
		if (s->fd < 0)
			fail("make", s->part, e);
		sealed_drop(s);
		return false;
	}
	s->bytes = (int64_t)(MAGIC_SIZE + wrapped.n);
	*out = s;
	return true;
}

bool sealed_write(struct sealed_out *s, const void *p, size_t n, struct err *e)
{
	for (const char *at = p; n > 0;) {
		size_t k = PIECE - s->n < n ? PIECE - s->n : n;
		memcpy(s->plain + s->n, at, k);
		s->n += k;
		at += k;
		n -= k;
		if (s->n == PIECE && !put_piece(s, false, e))
			return false;
	}
	return true;
}

static void free_out(struct sealed_out *s)
{
	if (s->fd >= 0)
		s->ops->close(s->ops->ctx, s->fd);
	arena_free(s->a);
	arena_free(s->piece);
	crypto_wipe(s, sizeof *s);
	free(s);
}

bool sealed_finish(struct sealed_out *s, int64_t *bytes, struct err *e)
{
	const struct file_ops *o = s->ops;
	bool ok = put_piece(s, true, e) && (o->sync(o->ctx, s->fd) == 0 || fail("sync", s->part, e));
	ok = ok && (o->rename(o->ctx, s->part.p, s->path.p) == 0 || fail("rename", s->part, e));
	ok = ok && (o->sync_dir(o->ctx, str_cstr(s->a, folder_of(s->a, s->path))) == 0 || fail("sync the folder of", s->path, e));
	if (bytes)
		*bytes = s->bytes;
	if (!ok)
		o->remove(o->ctx, s->part.p);
	free_out(s);
	return ok;
}

void sealed_drop(struct sealed_out *s)
{
	if (!s)
		return;
	s->ops->remove(s->ops->ctx, s->part.p);
	free_out(s);
}

/* ---- reading ---- */

static bool read_all(struct sealed_in *s, void *p, size_t n, struct err *e)
{
	for (size_t at = 0; at < n;) {
		ssize_t got = read(s->fd, (char *)p + at, n - at);
		if (got < 0)
			return fail("read", s->path, e);
		if (got == 0)
			return err_set(e, ERR_INVALID, "%.*s ends too soon", STR_ARG(s->path));
		at += (size_t)got;
	}
	return true;
}

static bool get_piece(struct sealed_in *s, struct err *e)
{
	uint8_t head[4];
	if (s->last)
		return err_set(e, ERR_INVALID, "%.*s ends too soon", STR_ARG(s->path));
	if (!read_all(s, head, sizeof head, e))
		return false;
	size_t n = (size_t)head[0] | (size_t)head[1] << 8 | (size_t)head[2] << 16;
	s->last = head[3] == 0x80;
	if (n > PIECE + SEAL_OVERHEAD)
		return err_set(e, ERR_INVALID, "%.*s is damaged", STR_ARG(s->path));
	arena_reset(s->piece);
	char *sealed = arena_alloc(s->piece, n + 1);
	if (!read_all(s, sealed, n, e))
		return false;
	s->at = 0;
	return crypto_open(s->piece, &s->key, name_of_piece(s->piece, s->context, s->number++, s->last), (struct str){sealed, n}, &s->plain, e) || err_wrap(e, s->path.p);
}

bool sealed_open(struct sealed_in **out, struct str path, const struct keyring *keys, struct str context, struct err *e)
{
	char head[MAGIC_SIZE + WRAPPED_SIZE];
	struct sealed_in *s = calloc(1, sizeof *s);
	CHECK(s != NULL);
	s->a = arena_new(0);
	s->piece = arena_new_wiping(0);
	s->path = str_dup(s->a, path);
	s->context = str_dup(s->a, context);
	s->fd = open(s->path.p, O_RDONLY | O_CLOEXEC);
	bool ok = s->fd >= 0 ? read_all(s, head, sizeof head, e) : fail("open", path, e);
	if (ok && memcmp(head, SEALED_MAGIC, MAGIC_SIZE) != 0)
		ok = err_set(e, ERR_INVALID, "%.*s is not a file of a backup", STR_ARG(path));
	if (ok && key_unwrap(keys, context, (struct str){head + MAGIC_SIZE, WRAPPED_SIZE}, &s->key, e)) {
		*out = s;
		return true;
	}
	if (ok)
		err_wrap(e, s->path.p);
	sealed_close(s);
	return false;
}

bool sealed_read(struct sealed_in *s, void *p, size_t n, struct err *e)
{
	for (char *to = p; n > 0;) {
		if (s->at == s->plain.n && !get_piece(s, e))
			return false;
		size_t k = s->plain.n - s->at < n ? s->plain.n - s->at : n;
		memcpy(to, s->plain.p + s->at, k);
		s->at += k;
		to += k;
		n -= k;
	}
	return true;
}

bool sealed_some(struct sealed_in *s, void *p, size_t n, size_t *got, struct err *e)
{
	*got = 0;
	while (s->at == s->plain.n && !s->last)
		if (!get_piece(s, e))
			return false;
	*got = s->plain.n - s->at < n ? s->plain.n - s->at : n;
	return *got == 0 || sealed_read(s, p, *got, e);
}

void sealed_close(struct sealed_in *s)
{
	if (!s)
		return;
	if (s->fd >= 0)
		close(s->fd);
	arena_free(s->a);
	arena_free(s->piece);
	crypto_wipe(s, sizeof *s);
	free(s);
}

/* ---- plain files ---- */

bool file_put(const struct file_ops *o, struct str path, struct str bytes, struct err *e)
{
	AUTO_ARENA a = arena_new(0);
	struct str part = str_cat(a, path, STR(".part"));
	o->remove(o->ctx, part.p);
	int fd = o->create(o->ctx, part.p);
	if (fd < 0)
		return fail("make", part, e);
	bool ok = put_all(o, fd, part, bytes.p, bytes.n, e) && (o->sync(o->ctx, fd) == 0 || fail("sync", part, e));
	o->close(o->ctx, fd);
	return ok && (o->rename(o->ctx, part.p, str_cstr(a, path)) == 0 || fail("rename", part, e)) &&
	       (o->sync_dir(o->ctx, str_cstr(a, folder_of(a, path))) == 0 || fail("sync the folder of", path, e));
}

static bool copy_bytes(const struct file_ops *o, int in, int out, struct str to, bool sync, struct err *e)
{
	char bytes[65536];
	ssize_t n;
	while ((n = read(in, bytes, sizeof bytes)) > 0)
		if (!put_all(o, out, to, bytes, (size_t)n, e))
			return false;
	return n == 0 ? !sync || o->sync(o->ctx, out) == 0 || fail("sync", to, e) : err_set(e, ERR_INTERNAL, "cannot read: %s", strerror(errno));
}

bool file_copy(const struct file_ops *o, struct str from, struct str to, bool sync, struct err *e)
{
	AUTO_ARENA a = arena_new(0);
	int in = open(str_cstr(a, from), O_RDONLY | O_CLOEXEC);
	if (in < 0)
		return fail("open", from, e);
	struct str part = str_cat(a, to, STR(".part"));
	o->remove(o->ctx, part.p);
	int out = o->create(o->ctx, part.p);
	bool ok = out >= 0 ? copy_bytes(o, in, out, part, sync, e) : fail("make", part, e);
	close(in);
	if (out >= 0)
		o->close(o->ctx, out);
	return ok && (o->rename(o->ctx, part.p, str_cstr(a, to)) == 0 || fail("rename", part, e));
}
