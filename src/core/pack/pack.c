/* pack.c — see pack.h: files, embedded and from a folder; the report. Access to values is in pack_node.c. */
#include "core/pack/pack.h"
#include "core/crypto/crypto.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX ((off_t)4 * 1024 * 1024)
#define FILES_MAX 10000
#define DEPTH_MAX 2

/* Written by embed_packs.c at build time: name and bytes of each file, sorted by name. */
extern const struct pack_file PACK_EMBEDDED[];
extern const size_t PACK_EMBEDDED_N;

struct pack pack_embedded(void) { return (struct pack){PACK_EMBEDDED, PACK_EMBEDDED_N}; }

struct reading { struct arena *a; struct pack_file *files; size_t n, cap; };

static void keep_file(struct reading *r, struct str name, struct str bytes)
{
	if (r->n == r->cap) {
		size_t cap = r->cap ? r->cap * 2 : 64;
		struct pack_file *bigger = NEW_ARRAY(r->a, cap, struct pack_file);
		if (r->n)
			memcpy(bigger, r->files, r->n * sizeof *bigger);
		r->files = bigger;
		r->cap = cap;
	}
	r->files[r->n++] = (struct pack_file){name, bytes};
}

static void close_fd(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}
static void close_dir(DIR **d)
{
	if (*d)
		closedir(*d);
}

static bool read_file(struct reading *r, int dir, const char *name, struct str path, struct err *e)
{
	__attribute__((cleanup(close_fd))) int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;
	if (fd < 0 || fstat(fd, &st) != 0)
		return err_set(e, ERR_NOT_FOUND, "%.*s: %s", STR_ARG(path), strerror(errno));
	if (!S_ISREG(st.st_mode))
		return true;
	if (st.st_size > FILE_MAX || r->n >= FILES_MAX)
		return err_set(e, ERR_TOO_LARGE, "%.*s: over 4 MB, or too many files", STR_ARG(path));
	struct buf b = buf_on(r->a);
	size_t want = (size_t)st.st_size;
	while (b.n < want) {
		ssize_t got = read(fd, buf_room(&b, want - b.n), want - b.n);
		if (got < 0)
			return err_set(e, ERR_INTERNAL, "%.*s: %s", STR_ARG(path), strerror(errno));
		if (got == 0)
			break;
		b.n += (size_t)got;
	}
	keep_file(r, path, buf_str(&b));
	return true;
}

static bool read_folder(struct reading *r, int fd, struct str prefix, int depth, struct err *e);

static bool read_entry(struct reading *r, int dir, const char *name, struct str prefix, int depth, struct err *e)
{
	struct stat st;
	if (name[0] == '.' || fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return true;
	struct str path = str_cat(r->a, prefix, str_from(name));
	if (S_ISREG(st.st_mode) && (str_ends(path, STR(".json")) || str_ends(path, STR(".bpmn"))))
		return read_file(r, dir, name, path, e);
	if (!S_ISDIR(st.st_mode) || depth == DEPTH_MAX)
		return true;
	int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	return read_folder(r, fd, str_cat(r->a, path, STR("/")), depth + 1, e);
}

/* Takes over fd. */
static bool read_folder(struct reading *r, int fd, struct str prefix, int depth, struct err *e)
{
	__attribute__((cleanup(close_dir))) DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	if (!d) {
		close_fd(&fd);
		return err_set(e, ERR_NOT_FOUND, "folder %.*s cannot be read", STR_ARG(prefix));
	}
	for (struct dirent *entry = readdir(d); entry; entry = readdir(d))
		if (!read_entry(r, dirfd(d), entry->d_name, prefix, depth, e))
			return false;
	return true;
}

static int by_name(const void *x, const void *y)
{
	return str_cmp(((const struct pack_file *)x)->name, ((const struct pack_file *)y)->name);
}

bool pack_read_dir(struct arena *a, struct str dir, struct pack *out, struct err *e)
{
	struct reading r = {.a = a};
	int fd = open(str_cstr(a, dir), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_set(e, ERR_NOT_FOUND, "%.*s: %s", STR_ARG(dir), strerror(errno));
	if (!read_folder(&r, fd, STR(""), 0, e))
		return false;
	if (r.n)
		qsort(r.files, r.n, sizeof *r.files, by_name);
	*out = (struct pack){r.files, r.n};
	return true;
}

struct pack pack_over(struct arena *a, struct pack base, struct pack over)
{
	struct pack_file *v = NEW_ARRAY(a, base.n + over.n + 1, struct pack_file);
	size_t n = 0, i = 0, k = 0;
	while (i < base.n || k < over.n) {
		int order = i == base.n ? 1 : k == over.n ? -1 : str_cmp(base.files[i].name, over.files[k].name);
		v[n++] = order < 0 ? base.files[i] : over.files[k];
		i += order <= 0;
		k += order >= 0;
	}
	return (struct pack){v, n};
}

const struct pack_file *pack_find(const struct pack *p, struct str name)
{
	for (size_t i = 0; i < p->n; i++)
		if (str_eq(p->files[i].name, name))
			return &p->files[i];
	return NULL;
}

struct str pack_hash(struct arena *a, struct pack_file file)
{
	struct digest d = crypto_sha256(file.bytes);
	return hex_encode(a, &d, sizeof d);
}

struct pack_report pack_report_on(struct arena *a) { return (struct pack_report){.a = a}; }

void pack_report_add(struct pack_report *r, struct pack_finding f)
{
	if (r->n == r->cap) {
		size_t cap = r->cap ? r->cap * 2 : 32;
		struct pack_finding *bigger = NEW_ARRAY(r->a, cap, struct pack_finding);
		if (r->n)
			memcpy(bigger, r->list, r->n * sizeof *bigger);
		r->list = bigger;
		r->cap = cap;
	}
	r->list[r->n++] = f;
	if (f.kind == PACK_FAULT)
		r->faults++;
	else
		r->gaps++;
}

struct str pack_report_text(struct arena *a, const struct pack_report *r)
{
	struct buf b = buf_on(a);
	for (size_t i = 0; i < r->n; i++) {
		const struct pack_finding *f = &r->list[i];
		buf_fmt(&b, "%.*s: %.*s: %.*s\n", STR_ARG(f->file), STR_ARG(f->pointer), STR_ARG(f->text));
	}
	return buf_str(&b);
}
