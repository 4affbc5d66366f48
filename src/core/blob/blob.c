/* blob.c — the store, its places and names. See blob.h; files are written in blob_write.c. */
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

void blob_hex(const uint8_t *b, size_t n, char *out)
{
	for (size_t i = 0; i < n; i++)
		snprintf(out + 2 * i, 3, "%02x", b[i]);
}

struct blob_path blob_path(const struct blob_store *s, struct digest address, bool quarantined)
{
	char name[2 * DIGEST_SIZE + 1];
	struct blob_path path;
	blob_hex(address.b, DIGEST_SIZE, name);
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

static struct key from_salt(const struct key *data_key, const char *salt, struct str purpose)
{
	struct key k;
	crypto_hkdf((struct str){(const char *)data_key->b, KEY_SIZE}, (struct str){salt, BLOB_SALT}, purpose, k.b, KEY_SIZE);
	return k;
}

struct key blob_file_key(const struct key *data_key, const char *salt) { return from_salt(data_key, salt, STR("motcua blob 1")); }
struct key blob_wrap_key(const struct key *data_key, const char *salt) { return from_salt(data_key, salt, STR("motcua blob 2")); }

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

/* One that is being written is locked by whoever writes it, in this process or another. */
static void drop_left(struct blob_store *s, const char *path)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && flock(fd, LOCK_EX | LOCK_NB) == 0)
		s->ops.remove(s->ops.ctx, path);
	close(fd);
}

static bool sweep_tmp(struct blob_store *s, struct err *e)
{
	struct blob_path tmp = blob_folder(s, "tmp");
	DIR *d = opendir(tmp.p);
	if (!d)
		return blob_fail(e, tmp.p);
	for (struct dirent *x; (x = readdir(d)) != NULL;) {
		char path[BLOB_PATH_MAX + 300];
		snprintf(path, sizeof path, "%s/%s", tmp.p, x->d_name);
		drop_left(s, path);
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

/* ---- in place ---- */

bool blob_sync_parent(struct blob_store *s, struct blob_path path, struct err *e)
{
	*strrchr(path.p, '/') = '\0';
	return s->ops.sync_dir(s->ops.ctx, path.p) == 0 || blob_fail(e, "syncing the folder");
}

bool blob_move(struct blob_store *s, const char *from, struct blob_path to, struct err *e)
{
	int lock = blob_lock(s, LOCK_SH, e);
	if (lock < 0)
		return false;
	bool ok = s->ops.rename(s->ops.ctx, from, to.p) == 0 || blob_fail(e, "renaming");
	close(lock);
	return ok && blob_sync_parent(s, to, e);
}

bool blob_release(struct blob_store *s, struct digest address, struct err *e)
{
	struct blob_path from = blob_path(s, address, true), to = blob_path(s, address, false);
	if (access(from.p, F_OK) == 0)
		return blob_move(s, from.p, to, e) && blob_sync_parent(s, from, e);
	if (access(to.p, F_OK) != 0)
		return blob_fail(e, "releasing");
	return blob_sync_parent(s, to, e); /* the first call may have stopped before this */
}

bool blob_remove(struct blob_store *s, struct digest address, struct err *e)
{
	for (int quarantined = 0; quarantined < 2; quarantined++) {
		struct blob_path path = blob_path(s, address, quarantined == 1);
		if (s->ops.remove(s->ops.ctx, path.p) != 0 && errno != ENOENT)
			return blob_fail(e, "removing");
		if (!blob_sync_parent(s, path, e))
			return false;
	}
	return true;
}
