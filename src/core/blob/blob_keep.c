/* blob_keep.c — verify, backup, removal: walking over all files. */
#include "core/blob/blob_internal.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

bool blob_is_there(const struct blob_store *s, struct digest address)
{
	/* Once more: it may be released in between. */
	return blob_exists(s, address) || access(blob_path(s, address, true).p, F_OK) == 0 || blob_exists(s, address);
}

bool blob_check(const struct blob_store *s, struct digest address, bool *good, struct err *e)
{
	*good = false;
	int fd = open(blob_path(s, address, false).p, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 && errno == ENOENT)
		fd = open(blob_path(s, address, true).p, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 && errno == ENOENT) /* released in between */
		fd = open(blob_path(s, address, false).p, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return errno == ENOENT || blob_fail(e, "opening");
	struct digest d;
	bool ok = crypto_sha256_fd(fd, &d, NULL, e);
	close(fd);
	*good = ok && digest_eq(d, address);
	return ok;
}

struct walk {
	const struct blob_store *s;
	bool (*each)(void *ctx, const struct blob_seen *b, struct err *e);
	void *ctx;
};

/* Names that are not addresses (editor's leavings, lost+found) are none of ours. */
static bool walk_file(const struct walk *w, const char *folder, const char *name, bool quarantined, struct err *e)
{
	char path[BLOB_PATH_MAX + 300];
	struct stat st;
	struct blob_seen seen = {.quarantined = quarantined, .path = path};
	if (!digest_from_hex(str_from(name), &seen.address))
		return true;
	snprintf(path, sizeof path, "%s/%s", folder, name);
	if (lstat(path, &st) != 0)
		return errno == ENOENT || blob_fail(e, path);
	if (!S_ISREG(st.st_mode))
		return true;
	seen.size = st.st_size;
	seen.changed.ms = (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000;
	return w->each(w->ctx, &seen, e);
}

static bool walk_folder(const struct walk *w, const char *name, bool quarantined, struct err *e)
{
	struct blob_path folder = blob_folder(w->s, name);
	DIR *d = opendir(folder.p);
	bool ok = d != NULL || blob_fail(e, folder.p);
	for (struct dirent *x; ok && (x = readdir(d)) != NULL;)
		ok = walk_file(w, folder.p, x->d_name, quarantined, e);
	if (d)
		closedir(d);
	return ok;
}

bool blob_each(const struct blob_store *s, bool (*each)(void *ctx, const struct blob_seen *b, struct err *e), void *ctx, struct err *e)
{
	struct walk w = {s, each, ctx};
	/* First where files leave from: one that is released meanwhile is met again where it went. */
	if (!walk_folder(&w, "quarantine", true, e))
		return false;
	for (unsigned i = 0; i < 256; i++) {
		char name[3];
		snprintf(name, sizeof name, "%02x", i & 0xff);
		if (!walk_folder(&w, name, false, e))
			return false;
	}
	return true;
}

struct sweeping { struct blob_store *s; const struct blob_sweep *how; int64_t removed; };

static bool old_enough(const struct sweeping *w, const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && (int64_t)st.st_mtim.tv_sec * 1000 + 999 < w->how->now.ms - w->how->wait_ms;
}

static bool sweep_one(void *ctx, const struct blob_seen *b, struct err *e)
{
	struct sweeping *w = ctx;
	bool needed = true;
	if (!old_enough(w, b->path))
		return true;
	if (!w->how->needed(w->how->ctx, b->address, &needed, e))
		return err_wrap(e, "blob sweep");
	if (needed)
		return true;
	int lock = blob_lock(w->s, LOCK_EX, e);
	if (lock < 0)
		return false;
	/* The same bytes may have been stored again while the database was asked. */
	bool ok = true;
	if (old_enough(w, b->path)) {
		ok = w->s->ops.remove(w->s->ops.ctx, b->path) == 0 || errno == ENOENT || blob_fail(e, b->path);
		w->removed += ok;
	}
	close(lock);
	return ok;
}

bool blob_sweep(struct blob_store *s, const struct blob_sweep *how, int64_t *removed, struct err *e)
{
	CHECK(how->wait_ms >= BLOB_SWEEP_MIN_MS);
	struct sweeping w = {.s = s, .how = how};
	bool ok = blob_each(s, sweep_one, &w, e);
	if (removed)
		*removed = w.removed;
	return ok;
}
