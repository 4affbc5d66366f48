/* blob_test.c — storing, sealing, hostile bytes, faults of the disk, removal. */
#include "core/blob/blob.h"
#include "core/test/test.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static struct blob_store *store(struct arena *a, struct str *dir)
{
	struct err e = {0};
	struct blob_store *s = NULL;
	*dir = str_cat(a, test_temp_dir(a), STR("/blobs"));
	EXPECT_OK(blob_store_new(&s, *dir, NULL, &e), e);
	return s;
}

static const char *path_of(struct arena *a, struct str dir, struct digest d)
{
	struct str h = digest_hex(a, d);
	return str_fmt(a, "%.*s/%.2s/%.*s", STR_ARG(dir), h.p, STR_ARG(h)).p;
}

static struct str random_bytes(struct arena *a, size_t n) { return crypto_random_str(a, n); }

static void overwrite(const char *path, struct str bytes)
{
	int fd = open(path, O_WRONLY | O_TRUNC);
	EXPECT(fd >= 0 && write(fd, bytes.p, bytes.n) == (ssize_t)bytes.n && close(fd) == 0);
}

TEST(plain_and_sealed_come_back_at_every_size)
{
	static const size_t sizes[] = {0, 1, 65535, 65536, 65537, 131072, 300001};
	struct str dir, got;
	struct err e = {0};
	struct blob_store *s = store(a, &dir);
	AUTO_KEY k = key_new();
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
		for (int sealed = 0; sealed < 2; sealed++) {
			struct str bytes = random_bytes(a, sizes[i]);
			struct blob_info info;
			bool good = false;
			int64_t size = 0;
			EXPECT_OK(blob_store_bytes(s, bytes, &(struct blob_put){.key = sealed ? &k : NULL}, &info, &e), e);
			EXPECT(digest_eq(info.plain, crypto_sha256(bytes)));
			EXPECT(digest_eq(info.address, info.plain) == !sealed);
			EXPECT_INT(info.size, bytes.n);
			EXPECT_OK(blob_read(s, a, info.address, sealed ? &k : NULL, 1 << 20, &got, &e), e);
			EXPECT(str_eq(got, bytes));
			EXPECT_OK(blob_check(s, info.address, &good, &e), e);
			EXPECT(good && blob_exists(s, info.address));
			EXPECT_OK(blob_size(s, info.address, &size, &e), e);
			EXPECT_INT(size, info.stored_size);
			int fd = blob_open(s, info.address, sealed ? &k : NULL, &size, &e);
			char *back = arena_alloc(a, sizes[i] + 1);
			EXPECT(fd >= 0 && size == (int64_t)sizes[i] && read(fd, back, sizes[i] + 1) == (ssize_t)sizes[i]);
			EXPECT(memcmp(back, bytes.p, sizes[i]) == 0);
			close(fd);
		}
	blob_store_free(s);
}

TEST(a_descriptor_is_read_from_its_start)
{
	struct str dir, got;
	struct err e = {0};
	struct blob_store *s = store(a, &dir);
	struct blob_info info;
	const char *path = str_cat(a, dir, STR("/source")).p;
	int fd = open(path, O_RDWR | O_CREAT, 0600);
	EXPECT(write(fd, "xin chào", 9) == 9);
	EXPECT_OK(blob_store_fd(s, fd, &(struct blob_put){0}, &info, &e), e);
	EXPECT_OK(blob_read(s, a, info.address, NULL, 100, &got, &e), e);
	EXPECT_TEXT(got, "xin chào");
	EXPECT(digest_eq(info.plain, crypto_sha256(STR("xin chào"))));
	EXPECT_ERR(blob_store_fd(s, fd, &(struct blob_put){.max = 8}, &info, &e), e, ERR_TOO_LARGE);
	EXPECT_OK(blob_store_fd(s, fd, &(struct blob_put){.max = 9}, &info, &e), e);
	EXPECT_ERR(blob_read(s, a, info.address, NULL, 8, &got, &e), e, ERR_TOO_LARGE);
	close(fd);
	EXPECT_ERR(blob_store_fd(s, -1, &(struct blob_put){0}, &info, &e), e, ERR_INTERNAL);
	blob_store_free(s);
}

TEST(another_key_opens_nothing_and_the_text_is_not_on_disk)
{
	struct str dir, got;
	struct err e = {0};
	struct blob_store *s = store(a, &dir);
	AUTO_KEY k = key_new();
	AUTO_KEY other = key_new();
	struct blob_info info;
	EXPECT_OK(blob_store_bytes(s, STR("Nguyễn Thị Canary"), &(struct blob_put){.key = &k}, &info, &e), e);
	EXPECT_ERR(blob_read(s, a, info.address, &other, 100, &got, &e), e, ERR_INTERNAL);
	EXPECT(blob_open(s, info.address, &other, &info.size, &e) == -1);
	EXPECT_ERR(blob_read(s, a, (struct digest){{1}}, &k, 100, &got, &e), e, ERR_NOT_FOUND);
	struct str stored = test_read_file(a, str_from(path_of(a, dir, info.address)));
	EXPECT(str_find(stored, STR("Canary")) < 0);
	EXPECT_OK(blob_read(s, a, info.address, NULL, 1000, &got, &e), e); /* without a key: the stored bytes */
	EXPECT(str_eq(got, stored));
	blob_store_free(s);
}

/* Cuts, swaps and flips of a sealed file must all be seen. */
TEST(changed_bytes_do_not_open)
{
	struct str dir, got;
	struct err e = {0};
	struct blob_store *s = store(a, &dir);
	AUTO_KEY k = key_new();
	struct blob_info info;
	bool good = true;
	EXPECT_OK(blob_store_bytes(s, random_bytes(a, 150000), &(struct blob_put){.key = &k}, &info, &e), e);
	const char *path = path_of(a, dir, info.address);
	struct str was = test_read_file(a, str_from(path));
	const size_t piece = 65536 + SEAL_OVERHEAD;
	struct str head = str_sub(was, 0, 40), one = str_sub(was, 40, piece), two = str_sub(was, 40 + piece, piece), last = str_sub(was, 40 + 2 * piece, piece);
	struct str bad[] = {STR(""), str_sub(was, 0, 39), head, str_cat(a, head, one), str_cat(a, str_cat(a, head, one), two), str_cat(a, head, last),
	                    str_cat(a, str_cat(a, head, two), str_cat(a, one, last)), str_cat(a, was, STR("x")), str_cat(a, was, last),
	                    str_sub(was, 0, was.n - 1)};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		overwrite(path, bad[i]);
		EXPECT_ERR(blob_read(s, a, info.address, &k, 1 << 20, &got, &e), e, ERR_INTERNAL);
		EXPECT_OK(blob_check(s, info.address, &good, &e), e);
		EXPECT(!good);
	}
	for (size_t at = 0; at < was.n; at += 4099) {
		struct str flipped = str_dup(a, was);
		((char *)(uintptr_t)flipped.p)[at] ^= 1;
		overwrite(path, flipped);
		EXPECT_ERR(blob_read(s, a, info.address, &k, 1 << 20, &got, &e), e, ERR_INTERNAL);
	}
	overwrite(path, was);
	EXPECT_OK(blob_read(s, a, info.address, &k, 1 << 20, &got, &e), e);
	EXPECT_OK(blob_store_bytes(s, STR("not sealed"), &(struct blob_put){0}, &info, &e), e);
	overwrite(path_of(a, dir, info.address), STR("not seaIed"));
	EXPECT_ERR(blob_read(s, a, info.address, NULL, 100, &got, &e), e, ERR_INTERNAL);
	blob_store_free(s);
}

static bool count_one(void *ctx, const struct blob_seen *b, struct err *e)
{
	(void)e;
	EXPECT(b->size > 0);
	++*(int *)ctx;
	return true;
}

static int count(struct blob_store *s)
{
	int n = 0;
	struct err e = {0};
	EXPECT_OK(blob_each(s, count_one, &n, &e), e);
	return n;
}

/* ---- a file that comes piece by piece ---- */

static int in_tmp(struct arena *a, struct str dir, struct str *one)
{
	int n = 0;
	DIR *d = opendir(str_fmt(a, "%.*s/tmp", STR_ARG(dir)).p);
	EXPECT(d != NULL);
	for (struct dirent *x; (x = readdir(d)) != NULL;)
		if (x->d_name[0] != '.') {
			n++;
			*one = str_fmt(a, "%.*s/tmp/%s", STR_ARG(dir), x->d_name);
		}
	closedir(d);
	return n;
}

static struct blob_writer *come(struct blob_store *s, struct str bytes, size_t piece)
{
	struct err e = {0};
	struct blob_writer *w = NULL;
	EXPECT_OK(blob_writer_new(&w, s, &e), e);
	for (size_t i = 0; i < bytes.n; i += piece)
		EXPECT_OK(blob_writer_add(w, str_sub(bytes, i, piece), &e), e);
	return w;
}

TEST(a_file_is_sealed_while_it_comes_and_then_somebodys)
{
	static const size_t sizes[] = {0, 1, 65535, 65536, 65537, 200000}, pieces[] = {1000, 65536, 100001, 1 << 20};
	struct str dir, got;
	struct err e = {0};
	struct blob_store *s = store(a, &dir);
	AUTO_KEY k = key_new();
	AUTO_KEY other = key_new();
	for (size_t i = 0; i < ARRAY_LEN(sizes) * ARRAY_LEN(pieces); i++) {
		struct str bytes = random_bytes(a, sizes[i / ARRAY_LEN(pieces)]);
		struct blob_info info;
		struct blob_writer *w = come(s, bytes, pieces[i % ARRAY_LEN(pieces)]);
		EXPECT_OK(blob_writer_end(w, &e), e);
		EXPECT(blob_writer_size(w) == (int64_t)bytes.n && digest_eq(blob_writer_plain(w), crypto_sha256(bytes)));
		int fd = blob_writer_open(w, 70000, &e);
		size_t want = bytes.n < 70000 ? bytes.n : 70000;
		char *head = arena_alloc(a, 80000);
		EXPECT(fd >= 0 && read(fd, head, 80000) == (ssize_t)want && (want == 0 || memcmp(head, bytes.p, want) == 0));
		close(fd);
		EXPECT_INT(count(s), (int)i);
		EXPECT_OK(blob_writer_keep(w, &(struct blob_put){.key = &k}, &info, &e), e);
		blob_writer_free(w);
		EXPECT_OK(blob_read(s, a, info.address, &k, 1 << 20, &got, &e), e);
		EXPECT(str_eq(got, bytes) && info.size == (int64_t)bytes.n && digest_eq(info.plain, crypto_sha256(bytes)));
		EXPECT_ERR(blob_read(s, a, info.address, &other, 1 << 20, &got, &e), e, ERR_INTERNAL);
	}
	EXPECT_INT(in_tmp(a, dir, &got), 0);
	blob_store_free(s);
}

TEST(a_file_that_nobody_keeps_is_gone_and_never_lay_in_clear)
{
	struct str dir, path;
	struct err e = {0};
	struct blob_info info;
	struct blob_store *s = store(a, &dir);
	AUTO_KEY k = key_new();
	struct str bytes = str_cat(a, STR("Nguyễn Thị Canary"), random_bytes(a, 150000));
	struct blob_writer *w = come(s, bytes, 7000);
	EXPECT_INT(in_tmp(a, dir, &path), 1);
	struct str stored = test_read_file(a, path);
	EXPECT(stored.n > 130000 && str_find(stored, STR("Canary")) < 0);
	blob_writer_free(w);
	w = come(s, bytes, 7000);
	EXPECT_OK(blob_writer_end(w, &e), e);
	EXPECT_ERR(blob_writer_keep(w, &(struct blob_put){.key = &k, .max = 150000}, &info, &e), e, ERR_TOO_LARGE);
	blob_writer_free(w);
	EXPECT_INT(in_tmp(a, dir, &path) + count(s), 0);
	blob_store_free(s);
}

/* Another process opens the store while files come, and after one that was killed. */
TEST(what_a_crash_left_is_tidied_away_and_what_is_being_written_is_not)
{
	struct str dir, path;
	struct err e = {0};
	struct blob_info info;
	struct blob_store *s = store(a, &dir), *again = NULL;
	AUTO_KEY k = key_new();
	struct blob_writer *w = come(s, random_bytes(a, 100000), 5000);
	pid_t killed = fork();
	if (killed == 0) {
		struct blob_writer *lost = come(s, random_bytes(a, 100000), 5000);
		raise(SIGKILL);
		blob_writer_free(lost);
	}
	EXPECT(killed > 0 && waitpid(killed, NULL, 0) == killed);
	EXPECT_INT(in_tmp(a, dir, &path), 2);
	EXPECT_OK(blob_store_new(&again, dir, NULL, &e), e);
	EXPECT_INT(in_tmp(a, dir, &path), 1);
	EXPECT_OK(blob_writer_end(w, &e), e);
	EXPECT_OK(blob_writer_keep(w, &(struct blob_put){.key = &k}, &info, &e), e);
	blob_writer_free(w);
	EXPECT(blob_exists(again, info.address) && in_tmp(a, dir, &path) == 0);
	blob_store_free(again);
	blob_store_free(s);
}

/* As it was written before files had keys of their own. */
TEST(files_of_before_open)
{
	struct str dir, got, sealed = STR("MCBLOB1\n"), salt = random_bytes(a, 32), bytes = random_bytes(a, 65536 + 100);
	struct err e = {0};
	struct blob_store *s = store(a, &dir);
	AUTO_KEY k = key_new();
	AUTO_KEY file = {0};
	crypto_hkdf((struct str){(const char *)k.b, KEY_SIZE}, salt, STR("motcua blob 1"), file.b, KEY_SIZE);
	sealed = str_cat(a, str_cat(a, sealed, salt), crypto_seal(a, &file, (struct str){"\0\0\0\0\0\0\0\0\0", 9}, str_sub(bytes, 0, 65536)));
	sealed = str_cat(a, sealed, crypto_seal(a, &file, (struct str){"\0\0\0\0\0\0\0\1\1", 9}, str_sub(bytes, 65536, 100)));
	struct digest address = crypto_sha256(sealed);
	int fd = open(path_of(a, dir, address), O_WRONLY | O_CREAT, 0600);
	EXPECT(fd >= 0 && write(fd, sealed.p, sealed.n) == (ssize_t)sealed.n && close(fd) == 0);
	EXPECT_OK(blob_read(s, a, address, &k, 1 << 20, &got, &e), e);
	EXPECT(str_eq(got, bytes));
	overwrite(path_of(a, dir, address), str_sub(sealed, 0, sealed.n - 128));
	EXPECT_ERR(blob_read(s, a, address, &k, 1 << 20, &got, &e), e, ERR_INTERNAL);
	blob_store_free(s);
}

TEST(quarantine_hides_until_released)
{
	struct str dir;
	struct err e = {0};
	struct blob_store *s = store(a, &dir);
	AUTO_KEY k = key_new();
	struct blob_info info;
	int64_t size = 0;
	bool good = false;
	EXPECT_OK(blob_store_bytes(s, STR("abc"), &(struct blob_put){.key = &k, .quarantine = true}, &info, &e), e);
	EXPECT_OK(blob_check(s, info.address, &good, &e), e);
	EXPECT(good);
	EXPECT(!blob_exists(s, info.address) && blob_open(s, info.address, &k, &size, &e) == -1);
	EXPECT_INT(e.kind, ERR_NOT_FOUND);
	int fd = blob_open_quarantined(s, info.address, &k, &size, &e);
	EXPECT(fd >= 0 && size == 3);
	close(fd);
	EXPECT_OK(blob_release(s, info.address, &e), e);
	EXPECT_OK(blob_release(s, info.address, &e), e);
	EXPECT(blob_exists(s, info.address));
	EXPECT_OK(blob_remove(s, info.address, &e), e);
	EXPECT_OK(blob_remove(s, info.address, &e), e);
	EXPECT_ERR(blob_release(s, info.address, &e), e, ERR_NOT_FOUND);
	blob_store_free(s);
}

static bool needs(void *ctx, struct digest d, bool *needed, struct err *e)
{
	(void)e;
	*needed = digest_eq(d, *(struct digest *)ctx);
	return true;
}

struct releasing { struct blob_store *s; struct digest waits; int shown; };

/* The scanner lets a file go while somebody walks. */
static bool release_first(void *ctx, const struct blob_seen *b, struct err *e)
{
	struct releasing *x = ctx;
	x->shown += digest_eq(b->address, x->waits);
	return blob_release(x->s, x->waits, e);
}

TEST(a_file_released_while_a_backup_walks_is_still_shown)
{
	struct err e = {0};
	struct blob_store *s = NULL;
	struct blob_info low = {0}, high = {0};
	EXPECT_OK(blob_store_new(&s, str_fmt(a, "%s/walked", test_temp_dir(a).p), NULL, &e), e);
	/* The one that waits goes to a folder before that of the other: SHA-256 of "1" is 6b86…, of "2" d473…. */
	EXPECT_OK(blob_store_bytes(s, STR("2"), &(struct blob_put){0}, &high, &e), e);
	EXPECT_OK(blob_store_bytes(s, STR("1"), &(struct blob_put){.quarantine = true}, &low, &e), e);
	EXPECT(low.address.b[0] < high.address.b[0]);
	struct releasing x = {.s = s, .waits = low.address};
	EXPECT_OK(blob_each(s, release_first, &x, &e), e);
	EXPECT(x.shown > 0);
	blob_store_free(s);
}

TEST(only_the_old_and_unneeded_are_removed)
{
	struct str dir;
	struct err e = {0};
	struct blob_store *s = store(a, &dir);
	struct blob_info kept, gone, young;
	int64_t removed = 0;
	EXPECT_OK(blob_store_bytes(s, STR("kept"), &(struct blob_put){0}, &kept, &e), e);
	EXPECT_OK(blob_store_bytes(s, STR("gone"), &(struct blob_put){0}, &gone, &e), e);
	EXPECT_OK(blob_store_bytes(s, STR("young"), &(struct blob_put){.quarantine = true}, &young, &e), e);
	EXPECT_INT(count(s), 3);
	struct timespec old[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
	EXPECT(utimensat(AT_FDCWD, path_of(a, dir, kept.address), old, 0) == 0);
	EXPECT(utimensat(AT_FDCWD, path_of(a, dir, gone.address), old, 0) == 0);
	struct blob_sweep how = {.now = instant_clock(), .wait_ms = BLOB_SWEEP_MIN_MS, .needed = needs, .ctx = &kept.address};
	/* Stored again: young again. */
	EXPECT_OK(blob_store_bytes(s, STR("gone"), &(struct blob_put){0}, &gone, &e), e);
	EXPECT_OK(blob_sweep(s, &how, &removed, &e), e);
	EXPECT_INT(removed, 0);
	EXPECT(utimensat(AT_FDCWD, path_of(a, dir, gone.address), old, 0) == 0);
	EXPECT_OK(blob_sweep(s, &how, &removed, &e), e);
	EXPECT_INT(removed, 1);
	EXPECT(blob_exists(s, kept.address) && !blob_exists(s, gone.address) && count(s) == 2);
	blob_store_free(s);
}

/* ---- a disk that fails at the nth call ---- */

struct faulty { int at, calls, why; };

static bool fault(struct faulty *f)
{
	if (++f->calls != f->at)
		return false;
	errno = f->why;
	return true;
}
static int f_create(void *c, const char *p) { return fault(c) ? -1 : file_ops_system.create(NULL, p); }
static ssize_t f_write(void *c, int fd, const void *p, size_t n) { return fault(c) ? -1 : file_ops_system.write(NULL, fd, p, n > 7000 ? 7000 : n); }
static int f_sync(void *c, int fd) { return fault(c) ? -1 : file_ops_system.sync(NULL, fd); }
static int f_close(void *c, int fd) { return file_ops_system.close(NULL, fd), fault(c) ? -1 : 0; }
static int f_rename(void *c, const char *x, const char *y) { return fault(c) ? -1 : file_ops_system.rename(NULL, x, y); }
static int f_remove(void *c, const char *p) { (void)c; return file_ops_system.remove(NULL, p); }
static int f_write_back(void *c, int fd, off_t from, off_t n) { return fault(c) ? -1 : file_ops_system.write_back(NULL, fd, from, n); }
static int f_sync_dir(void *c, const char *p) { return fault(c) ? -1 : file_ops_system.sync_dir(NULL, p); }

TEST(a_failing_disk_is_told_and_leaves_nothing_half)
{
	struct faulty f = {0};
	struct file_ops ops = {f_create, f_write, f_sync, f_close, f_rename, f_remove, f_sync_dir, &f, NULL, f_write_back};
	struct err e = {0};
	struct blob_store *s = NULL;
	AUTO_KEY k = key_new();
	struct str bytes = random_bytes(a, 90000), got;
	EXPECT_OK(blob_store_new(&s, str_cat(a, test_temp_dir(a), STR("/b")), &ops, &e), e);
	int n = 1;
	for (bool ok = false; !ok; n++) {
		struct blob_info info;
		f = (struct faulty){.at = n, .why = n % 2 ? ENOSPC : EIO};
		ok = blob_store_bytes(s, bytes, &(struct blob_put){.key = &k}, &info, &e);
		if (!ok)
			EXPECT_INT(e.kind, n % 2 ? ERR_BUSY : ERR_INTERNAL);
		else
			EXPECT_OK(blob_read(s, a, info.address, &k, 1 << 20, &got, &e), e);
	}
	EXPECT(n > 15);
	EXPECT(count(s) <= 2); /* the one that succeeded, and the one renamed before its folder's sync failed */
	blob_store_free(s);
}

static int full(void *c, int fd, off_t from, off_t n)
{
	(void)c, (void)fd, (void)from, (void)n;
	errno = ENOSPC;
	return -1;
}

TEST(what_the_disk_says_while_a_file_comes_is_told)
{
	struct file_ops ops = file_ops_system;
	struct err e = {0};
	struct blob_info info;
	struct blob_store *s = NULL;
	AUTO_KEY k = key_new();
	struct str dir = str_cat(a, test_temp_dir(a), STR("/full")), bytes = random_bytes(a, 9 << 20), one;
	ops.write_back = full;
	EXPECT_OK(blob_store_new(&s, dir, &ops, &e), e);
	EXPECT_ERR(blob_store_bytes(s, bytes, &(struct blob_put){.key = &k}, &info, &e), e, ERR_BUSY);
	EXPECT_INT(in_tmp(a, dir, &one) + count(s), 0);
	blob_store_free(s);
}
