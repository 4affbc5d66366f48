/* disk.c — see disk.h. */
#include "disk.h"
#include "core/base/check.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECTOR 512
#define FILES_MAX 32768

struct pending { struct pending *next; int64_t at; size_t n; bool truncate; char bytes[]; };
struct inode { char *bytes; size_t n, cap; struct pending *first, **last; int64_t end; };
struct name { char *path; struct inode *ino; };
struct names { struct name v[FILES_MAX]; size_t n; };
/* ino NULL: the name `path` goes away. `from`: it was called so before. */
struct change { struct change *next; char *path, *from; struct inode *ino; };

static struct {
	struct disk_config cfg;
	pthread_mutex_t mutex;
	struct names now, safe; /* as the program sees it; as the platter has it */
	struct change *first, **last;
	uint64_t random;
	_Atomic int64_t calls;
	struct { struct inode *ino; } fds[1024];
} disk = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static uint64_t random_next(void)
{
	disk.random ^= disk.random << 13;
	disk.random ^= disk.random >> 7;
	disk.random ^= disk.random << 17;
	return disk.random;
}

static char *copy_text(const char *s)
{
	char *t = strdup(s);
	CHECK(t != NULL);
	return t;
}

/* ---- names ---- */

static struct inode *names_get(const struct names *t, const char *path)
{
	for (size_t i = 0; i < t->n; i++)
		if (strcmp(t->v[i].path, path) == 0)
			return t->v[i].ino;
	return NULL;
}

static void names_set(struct names *t, const char *path, struct inode *ino)
{
	size_t i = 0;
	while (i < t->n && strcmp(t->v[i].path, path) != 0)
		i++;
	if (i == t->n && ino) {
		CHECK(t->n < FILES_MAX);
		t->v[t->n++] = (struct name){copy_text(path), ino};
	} else if (i < t->n && ino) {
		t->v[i].ino = ino;
	} else if (i < t->n) {
		free(t->v[i].path);
		t->v[i] = t->v[--t->n];
	}
}

static void change_apply(const struct change *c)
{
	if (c->from)
		names_set(&disk.safe, c->from, NULL);
	names_set(&disk.safe, c->path, c->ino);
}

static void change_add(const char *path, const char *from, struct inode *ino)
{
	struct change *c = calloc(1, sizeof *c);
	CHECK(c != NULL);
	*c = (struct change){.path = copy_text(path), .from = from ? copy_text(from) : NULL, .ino = ino};
	*disk.last = c;
	disk.last = &c->next;
}

static bool lies_in(const char *path, const char *dir)
{
	size_t n = strlen(dir);
	return path && strncmp(path, dir, n) == 0 && path[n] == '/' && strchr(path + n + 1, '/') == NULL;
}

/* ---- bytes ---- */

static void bytes_resize(struct inode *ino, size_t n)
{
	if (n > ino->cap) {
		ino->cap = n * 2;
		ino->bytes = realloc(ino->bytes, ino->cap);
		CHECK(ino->bytes != NULL);
	}
	if (n > ino->n)
		memset(ino->bytes + ino->n, 0, n - ino->n);
	ino->n = n;
}

static void bytes_put(struct inode *ino, int64_t at, const char *p, size_t n)
{
	size_t end = (size_t)at + n;
	if (end > ino->n)
		bytes_resize(ino, end);
	memcpy(ino->bytes + at, p, n);
}

static struct inode *inode_new(void)
{
	struct inode *ino = calloc(1, sizeof *ino);
	CHECK(ino != NULL);
	ino->last = &ino->first;
	return ino;
}

/* Part of a write: each sector got there or did not. */
static void put_torn(struct inode *ino, const struct pending *w)
{
	for (size_t done = 0; done < w->n;) {
		size_t left = SECTOR - (size_t)(w->at + (int64_t)done) % SECTOR;
		size_t n = left < w->n - done ? left : w->n - done;
		if (random_next() % 2)
			bytes_put(ino, w->at + (int64_t)done, w->bytes + done, n);
		done += n;
	}
}

static void flush(struct inode *ino, bool cut)
{
	for (struct pending *w = ino->first, *next; w; w = next) {
		uint64_t luck = cut ? random_next() % 3 : 0;
		next = w->next;
		if (luck == 0 && w->truncate)
			bytes_resize(ino, (size_t)w->at);
		else if (luck == 0)
			bytes_put(ino, w->at, w->bytes, w->n);
		else if (luck == 1 && !w->truncate)
			put_torn(ino, w);
		free(w);
	}
	ino->first = NULL;
	ino->last = &ino->first;
}

/* ---- the cut ---- */

static void make_parents(char *path)
{
	for (char *slash = path + 1; (slash = strchr(slash, '/')) != NULL; *slash++ = '/') {
		*slash = '\0';
		CHECK(mkdir(path, 0700) == 0 || errno == EEXIST);
	}
}

static void write_file(const char *path, const struct inode *ino)
{
	char to[2048];
	CHECK(strncmp(path, disk.cfg.live, strlen(disk.cfg.live)) == 0);
	CHECK(snprintf(to, sizeof to, "%s%s", disk.cfg.after, path + strlen(disk.cfg.live)) < (int)sizeof to);
	make_parents(to);
	int fd = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	CHECK(fd >= 0 && (ino->n == 0 || write(fd, ino->bytes, ino->n) == (ssize_t)ino->n));
	close(fd);
}

static void leave_platter(void)
{
	size_t n = 0;
	for (struct change *c = disk.first; c; c = c->next)
		n++;
	uint64_t keep = n ? random_next() % (n + 1) : 0;
	for (struct change *c = disk.first; c && keep > 0; c = c->next, keep--)
		change_apply(c);
	for (size_t i = 0; i < disk.safe.n; i++) {
		flush(disk.safe.v[i].ino, true);
		write_file(disk.safe.v[i].path, disk.safe.v[i].ino);
	}
}

static void enter(void)
{
	pthread_mutex_lock(&disk.mutex);
	if (atomic_fetch_add(disk.cfg.calls, 1) + 1 < disk.cfg.cut_at)
		return;
	leave_platter();
	_exit(0);
}

void disk_end(void)
{
	pthread_mutex_lock(&disk.mutex);
	leave_platter();
}

static void leave(void) { pthread_mutex_unlock(&disk.mutex); }

/* ---- what the layers call ---- */

struct inode *disk_open(const char *path, bool create)
{
	enter();
	struct inode *ino = names_get(&disk.now, path);
	if (!ino && create) {
		ino = inode_new();
		names_set(&disk.now, path, ino);
		change_add(path, NULL, ino);
	}
	leave();
	return ino;
}

static void pend(struct inode *ino, int64_t at, const void *p, size_t n, bool truncate)
{
	struct pending *w = malloc(sizeof *w + n);
	CHECK(w != NULL);
	*w = (struct pending){.at = at, .n = n, .truncate = truncate};
	if (n)
		memcpy(w->bytes, p, n);
	*ino->last = w;
	ino->last = &w->next;
}

void disk_write(struct inode *ino, int64_t at, const void *p, size_t n)
{
	enter();
	pend(ino, at < 0 ? ino->end : at, p, n, false);
	ino->end = at < 0 ? ino->end + (int64_t)n : ino->end;
	leave();
}

void disk_truncate(struct inode *ino, int64_t size)
{
	enter();
	pend(ino, size, NULL, 0, true);
	leave();
}

void disk_sync(struct inode *ino)
{
	enter();
	if (!disk.cfg.lying)
		flush(ino, false);
	leave();
}

void disk_rename(const char *from, const char *to)
{
	enter();
	struct inode *ino = names_get(&disk.now, from);
	CHECK(ino != NULL);
	names_set(&disk.now, from, NULL);
	names_set(&disk.now, to, ino);
	change_add(to, from, ino);
	leave();
}

void disk_remove(const char *path)
{
	enter();
	if (names_get(&disk.now, path)) {
		names_set(&disk.now, path, NULL);
		change_add(path, NULL, NULL);
	}
	leave();
}

/* `wanted`: is the name one of those whose folders are synced? */
static void apply_changes(bool (*wanted)(const char *path, const char *dir), const char *dir)
{
	struct change **at = &disk.first;
	while (*at && !disk.cfg.lying) {
		struct change *c = *at;
		if (wanted(c->path, dir) || wanted(c->from, dir)) {
			change_apply(c);
			*at = c->next;
		} else {
			at = &c->next;
		}
	}
	while (*at)
		at = &(*at)->next;
	disk.last = at;
}

void disk_sync_dir(const char *dir)
{
	enter();
	apply_changes(lies_in, dir);
	leave();
}

static bool lies_below(const char *path, const char *dir) { return path && strncmp(path, dir, strlen(dir)) == 0 && path[strlen(dir)] == '/'; }

void disk_sync_tree(const char *dir)
{
	enter();
	for (size_t i = 0; i < disk.now.n && !disk.cfg.lying; i++)
		if (lies_below(disk.now.v[i].path, dir))
			flush(disk.now.v[i].ino, false);
	apply_changes(lies_below, dir);
	leave();
}

/* ---- start ---- */

static void import(const char *dir)
{
	DIR *d = opendir(dir);
	CHECK(d != NULL);
	for (struct dirent *x; (x = readdir(d)) != NULL;) {
		char path[2048];
		struct stat st;
		if (x->d_name[0] == '.')
			continue;
		CHECK(snprintf(path, sizeof path, "%s/%s", dir, x->d_name) < (int)sizeof path && lstat(path, &st) == 0);
		if (S_ISDIR(st.st_mode)) {
			import(path);
			continue;
		}
		struct inode *ino = inode_new();
		bytes_resize(ino, (size_t)st.st_size);
		int fd = open(path, O_RDONLY);
		CHECK(fd >= 0 && (st.st_size == 0 || read(fd, ino->bytes, ino->n) == (ssize_t)ino->n));
		close(fd);
		names_set(&disk.now, path, ino);
		names_set(&disk.safe, path, ino);
	}
	closedir(d);
}

void disk_start(const struct disk_config *cfg)
{
	disk.cfg = *cfg;
	disk.cfg.calls = cfg->calls ? cfg->calls : &disk.calls;
	disk.random = cfg->seed * 0x9e3779b97f4a7c15u + 1;
	disk.last = &disk.first;
	import(cfg->live);
}

/* ---- for core/blob ---- */

static int ops_create(void *ctx, const char *path)
{
	int fd = file_ops_system.create(ctx, path);
	if (fd < 0)
		return fd;
	CHECK((size_t)fd < sizeof disk.fds / sizeof *disk.fds);
	disk.fds[fd].ino = disk_open(path, true);
	return fd;
}

static ssize_t ops_write(void *ctx, int fd, const void *p, size_t n)
{
	ssize_t done = file_ops_system.write(ctx, fd, p, n);
	if (done > 0)
		disk_write(disk.fds[fd].ino, -1, p, (size_t)done);
	return done;
}

static int ops_sync(void *ctx, int fd)
{
	(void)ctx;
	disk_sync(disk.fds[fd].ino);
	return 0;
}

static int ops_rename(void *ctx, const char *from, const char *to)
{
	int result = file_ops_system.rename(ctx, from, to);
	if (result == 0)
		disk_rename(from, to);
	return result;
}

static int ops_remove(void *ctx, const char *path)
{
	int result = file_ops_system.remove(ctx, path);
	if (result == 0)
		disk_remove(path);
	return result;
}

static int ops_close(void *ctx, int fd) { return file_ops_system.close(ctx, fd); }

static int ops_sync_dir(void *ctx, const char *path)
{
	(void)ctx;
	disk_sync_dir(path);
	return 0;
}

static int ops_sync_tree(void *ctx, const char *path)
{
	(void)ctx;
	disk_sync_tree(path);
	return 0;
}

const struct file_ops disk_file_ops = {ops_create, ops_write, ops_sync, ops_close, ops_rename, ops_remove, ops_sync_dir, NULL, ops_sync_tree, NULL};
