/* files.c — see files.h. */
#include "core/archive/files.h"
#include "core/archive/sealed.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- folders ---- */

static bool make_dir(struct str path, struct err *e)
{
	return mkdir(path.p, 0700) == 0 || errno == EEXIST || err_set(e, ERR_INTERNAL, "cannot make %.*s: %s", STR_ARG(path), strerror(errno));
}

static int is_address(const struct dirent *d)
{
	struct digest ignored;
	return digest_from_hex(str_from(d->d_name), &ignored);
}

struct names { struct dirent **v; int n; };

static void names_free(struct names *x)
{
	for (int i = 0; i < x->n; i++)
		free(x->v[i]);
	free(x->v);
}

/* The files of a folder by name; none when there is no folder. */
static bool names_of(struct str folder, struct names *out, struct err *e)
{
	*out = (struct names){0};
	out->n = scandir(folder.p, &out->v, is_address, alphasort);
	if (out->n >= 0)
		return true;
	out->n = 0;
	return errno == ENOENT || err_set(e, ERR_INTERNAL, "cannot read %.*s: %s", STR_ARG(folder), strerror(errno));
}

static struct str folder_name(struct arena *a, int i) { return i == STORE_FOLDERS - 1 ? STR("quarantine") : str_fmt(a, "%02x", (unsigned)i); }

static bool sync_folder(const struct file_ops *o, struct str folder, struct err *e)
{
	return o->sync_dir(o->ctx, folder.p) == 0 || err_set(e, ERR_INTERNAL, "cannot sync %.*s: %s", STR_ARG(folder), strerror(errno));
}

/* *gone: it was released or removed meanwhile. */
static bool copy_one(const struct file_ops *o, struct str from, struct str to, const char *name, bool sync, bool *gone, struct err *e)
{
	AUTO_ARENA a = arena_new(0);
	bool ok = file_copy(o, str_fmt(a, "%.*s/%s", STR_ARG(from), name), str_fmt(a, "%.*s/%s", STR_ARG(to), name), sync, e);
	*gone = !ok && e->kind == ERR_NOT_FOUND && access(str_fmt(a, "%.*s/%s", STR_ARG(from), name).p, F_OK) != 0;
	if (*gone)
		*e = (struct err){0};
	return ok || *gone;
}

static bool link_one(struct str from, struct str to, const char *name)
{
	AUTO_ARENA a = arena_new(0);
	return link(str_fmt(a, "%.*s/%s", STR_ARG(from), name).p, str_fmt(a, "%.*s/%s", STR_ARG(to), name).p) == 0;
}

/* ---- following ---- */

/* Into gone/quarantine or gone/files, with the time of leaving. */
static bool put_away(const struct follow *f, struct str folder, bool quarantine, const char *name, struct instant now, struct err *e)
{
	AUTO_ARENA a = arena_new(0);
	struct str gone = str_fmt(a, "%.*s/gone", STR_ARG(f->copy)), to = str_fmt(a, "%.*s/%s", STR_ARG(gone), quarantine ? "quarantine" : "files");
	if (!make_dir(gone, e) || !make_dir(to, e))
		return false;
	struct str path = str_fmt(a, "%.*s/%s", STR_ARG(to), name);
	if (f->ops->rename(f->ops->ctx, str_fmt(a, "%.*s/%s", STR_ARG(folder), name).p, path.p) != 0)
		return err_set(e, ERR_INTERNAL, "cannot move %s: %s", name, strerror(errno));
	const struct timespec t = {.tv_sec = now.ms / 1000};
	utimensat(AT_FDCWD, path.p, (const struct timespec[]){t, t}, 0);
	return sync_folder(f->ops, to, e);
}

/* Both lists are sorted: one walk finds what is new and what is gone. */
static bool compare(struct follow *f, int i, struct names *have, struct names *kept, struct instant now, struct err *e)
{
	AUTO_ARENA a = arena_new(0);
	struct str name = folder_name(a, i), from = str_fmt(a, "%.*s/%.*s", STR_ARG(f->store), STR_ARG(name)), to = str_fmt(a, "%.*s/%.*s", STR_ARG(f->copy), STR_ARG(name));
	int x = 0, y = 0;
	bool ok = true, changed = false;
	while (ok && (x < have->n || y < kept->n)) {
		int c = x == have->n ? 1 : y == kept->n ? -1 : strcmp(have->v[x]->d_name, kept->v[y]->d_name);
		bool gone = false;
		if (c > 0)
			ok = put_away(f, to, i == STORE_FOLDERS - 1, kept->v[y]->d_name, now, e);
		if (c < 0)
			ok = make_dir(to, e) && copy_one(f->ops, from, to, have->v[x]->d_name, true, &gone, e);
		changed = changed || c != 0;
		f->files += c < 0 && ok && !gone;
		x += c <= 0;
		y += c >= 0;
	}
	return ok && (!changed || access(to.p, F_OK) != 0 || sync_folder(f->ops, to, e));
}

static bool follow_folder(struct follow *f, int i, struct instant now, struct err *e)
{
	AUTO_ARENA a = arena_new(0);
	struct str name = folder_name(a, i), from = str_fmt(a, "%.*s/%.*s", STR_ARG(f->store), STR_ARG(name));
	struct names have, kept;
	struct stat st;
	if (stat(from.p, &st) != 0)
		return errno == ENOENT || err_set(e, ERR_INTERNAL, "cannot look at %.*s: %s", STR_ARG(from), strerror(errno));
	int64_t changed = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
	if (changed == f->seen[i])
		return true;
	if (!names_of(from, &have, e))
		return false;
	bool ok = names_of(str_fmt(a, "%.*s/%.*s", STR_ARG(f->copy), STR_ARG(name)), &kept, e) && compare(f, i, &have, &kept, now, e);
	names_free(&have);
	names_free(&kept);
	/* A change within the clock's last tick has the same time: such a folder is looked at again. */
	f->seen[i] = ok && changed / 1000000 < instant_clock().ms - 1000 ? changed : 0;
	return ok;
}

/* Quarantine first: one that is released meanwhile is then met again under its new name. */
bool files_follow(struct follow *f, struct instant now, struct err *e)
{
	if (!make_dir(f->copy, e))
		return false;
	for (int i = STORE_FOLDERS - 1; i >= 0; i--)
		if (!follow_folder(f, i, now, e))
			return false;
	return true;
}

static bool expire_folder(const struct follow *f, struct str folder, struct instant before, struct err *e)
{
	AUTO_ARENA a = arena_new(0);
	struct names x;
	if (!names_of(folder, &x, e))
		return false;
	for (int i = 0; i < x.n; i++) {
		struct str path = str_fmt(a, "%.*s/%s", STR_ARG(folder), x.v[i]->d_name);
		struct stat st;
		if (stat(path.p, &st) == 0 && (int64_t)st.st_mtim.tv_sec * 1000 < before.ms)
			f->ops->remove(f->ops->ctx, path.p);
	}
	names_free(&x);
	return true;
}

bool files_expire(const struct follow *f, struct instant before, struct err *e)
{
	AUTO_ARENA a = arena_new(0);
	return expire_folder(f, str_fmt(a, "%.*s/gone/files", STR_ARG(f->copy)), before, e) && expire_folder(f, str_fmt(a, "%.*s/gone/quarantine", STR_ARG(f->copy)), before, e);
}

/* ---- a whole store ---- */

/* `folder` NULL: each into the folder of its first byte. */
static bool copy_folder(const struct file_ops *o, struct str from, struct str to, const char *folder, bool linked, int64_t *files, struct err *e)
{
	AUTO_ARENA a = arena_new(0);
	struct names x;
	bool ok = names_of(from, &x, e);
	for (int i = 0; ok && i < x.n; i++) {
		struct arena_mark m = arena_mark(a);
		struct str into = folder ? str_fmt(a, "%.*s/%s", STR_ARG(to), folder) : str_fmt(a, "%.*s/%.2s", STR_ARG(to), x.v[i]->d_name);
		bool gone = access(str_fmt(a, "%.*s/%s", STR_ARG(into), x.v[i]->d_name).p, F_OK) == 0;
		if (!gone) {
			ok = make_dir(into, e) && ((linked && link_one(from, into, x.v[i]->d_name)) || copy_one(o, from, into, x.v[i]->d_name, false, &gone, e));
			*files += ok && !gone;
		}
		arena_rewind(a, m);
	}
	names_free(&x);
	return ok;
}

bool files_copy(const struct file_ops *o, struct str from, struct str to, bool linked, int64_t *files, struct err *e)
{
	AUTO_ARENA a = arena_new(0);
	struct str gone = str_fmt(a, "%.*s/gone/quarantine", STR_ARG(from));
	if (!make_dir(to, e) || !copy_folder(o, str_fmt(a, "%.*s/quarantine", STR_ARG(from)), to, "quarantine", linked, files, e) || !copy_folder(o, gone, to, "quarantine", linked, files, e) ||
	    !copy_folder(o, str_fmt(a, "%.*s/gone/files", STR_ARG(from)), to, NULL, linked, files, e))
		return false;
	for (int i = 0; i < STORE_FOLDERS - 1; i++)
		if (!copy_folder(o, str_fmt(a, "%.*s/%02x", STR_ARG(from), (unsigned)i), to, NULL, linked, files, e))
			return false;
	/* Once for all: a sync a file would take longer than the copying. */
	return o->sync_tree(o->ctx, str_cstr(a, to)) == 0 || err_set(e, ERR_INTERNAL, "cannot sync %.*s: %s", STR_ARG(to), strerror(errno));
}
