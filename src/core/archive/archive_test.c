/* archive_test.c — sealed files and copies of stored files; the rest is tested from outside (tests/backup, tests/powercut). */
#include "core/archive/files.h"
#include "core/archive/sealed.h"
#include "core/blob/blob.h"
#include "core/test/test.h"
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct keyring *keys_in(struct arena *a, struct err *e)
{
	const char *path = str_cat(a, test_temp_dir(a), STR("/master.key")).p;
	return keyring_create(path, e) ? keyring_load(path, e) : NULL;
}

static struct str write_one(struct arena *a, const struct keyring *keys, struct str bytes, struct err *e)
{
	struct str path = str_cat(a, test_temp_dir(a), STR("/one"));
	struct sealed_out *out = NULL;
	EXPECT_OK(sealed_create(&out, &file_ops_system, path, keys, STR("test"), e), *e);
	for (size_t at = 0; at < bytes.n; at += 777)
		EXPECT_OK(sealed_write(out, bytes.p + at, bytes.n - at < 777 ? bytes.n - at : 777, e), *e);
	EXPECT_OK(sealed_finish(out, NULL, e), *e);
	return path;
}

static bool read_back(struct arena *a, const struct keyring *keys, struct str path, struct str bytes, struct err *e)
{
	AUTO_SEALED in = NULL;
	char *got = arena_alloc(a, bytes.n + 1);
	size_t more = 0;
	return sealed_open(&in, path, keys, STR("test"), e) && sealed_read(in, got, bytes.n, e) && memcmp(got, bytes.p, bytes.n) == 0 && sealed_some(in, got, 1, &more, e) && more == 0;
}

TEST(what_is_sealed_opens_again_in_every_size)
{
	static const size_t sizes[] = {0, 1, 65535, 65536, 65537, 131072, 200000};
	struct err e = {0};
	AUTO_KEYRING keys = keys_in(a, &e);
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct str bytes = crypto_random_str(a, sizes[i]);
		EXPECT_OK(read_back(a, keys, write_one(a, keys, bytes, &e), bytes, &e), e);
	}
}

TEST(a_flipped_bit_a_cut_and_a_missing_piece_are_found)
{
	struct err e = {0};
	AUTO_KEYRING keys = keys_in(a, &e);
	struct str bytes = crypto_random_str(a, 150000), path = write_one(a, keys, bytes, &e), whole = test_read_file(a, path);
	for (size_t at = 0; at < whole.n; at += 4999) {
		int fd = open(path.p, O_RDWR);
		char c = (char)(whole.p[at] ^ 16);
		EXPECT(pwrite(fd, &c, 1, (off_t)at) == 1);
		EXPECT(!read_back(a, keys, path, bytes, &e));
		EXPECT(pwrite(fd, whole.p + at, 1, (off_t)at) == 1);
		close(fd);
	}
	EXPECT_OK(read_back(a, keys, path, bytes, &e), e);
	size_t first = 8 + WRAPPED_SIZE + 4 + 65536 + SEAL_OVERHEAD; /* where the second piece begins */
	EXPECT(truncate(path.p, (off_t)first) == 0);
	EXPECT(!read_back(a, keys, path, bytes, &e) && strstr(e.text, "ends too soon"));
	EXPECT(!read_back(a, keys, path, str_sub(bytes, 0, 65536), &e));
}

TEST(another_context_or_key_does_not_open)
{
	struct err e = {0};
	AUTO_KEYRING keys = keys_in(a, &e);
	struct str path = write_one(a, keys, STR("hồ sơ"), &e);
	AUTO_SEALED in = NULL;
	EXPECT(!sealed_open(&in, path, keys, STR("other"), &e));
	const char *other = str_cat(a, test_temp_dir(a), STR("/other.key")).p;
	EXPECT_OK(keyring_create(other, &e), e);
	AUTO_KEYRING strange = keyring_load(other, &e);
	EXPECT(!sealed_open(&in, path, strange, STR("test"), &e));
	EXPECT(strstr(test_read_file(a, path).p, "hồ sơ") == NULL);
}

static struct digest store(struct arena *a, struct blob_store *s, const char *text, bool quarantine)
{
	struct err e = {0};
	struct blob_info info;
	(void)a;
	EXPECT_OK(blob_store_bytes(s, str_from(text), &(struct blob_put){.quarantine = quarantine}, &info, &e), e);
	return info.address;
}

static bool has(struct arena *a, struct str dir, const char *folder, struct digest d)
{
	return access(str_fmt(a, "%.*s/%s/%.*s", STR_ARG(dir), folder, STR_ARG(digest_hex(a, d))).p, F_OK) == 0;
}

/* New files are followed, released ones met again, removed ones kept aside until their time is over; a restore brings all of them. */
TEST(stored_files_are_followed)
{
	struct err e = {0};
	struct str dir = str_cat(a, test_temp_dir(a), STR("/blobs")), copy = str_cat(a, test_temp_dir(a), STR("/files"));
	struct blob_store *s = NULL;
	EXPECT_OK(blob_store_new(&s, dir, NULL, &e), e);
	struct follow f = {.ops = &file_ops_system, .store = dir, .copy = copy};
	struct digest one = store(a, s, "một", false), two = store(a, s, "hai", true);
	struct instant now = instant_clock();
	EXPECT_OK(files_follow(&f, now, &e), e);
	const char *at = str_dup(a, str_sub(digest_hex(a, one), 0, 2)).p;
	EXPECT(has(a, copy, at, one) && has(a, copy, "quarantine", two) && f.files == 2);
	EXPECT_OK(blob_release(s, two, &e) && blob_remove(s, one, &e), e);
	EXPECT_OK(files_follow(&f, now, &e), e);
	EXPECT(!has(a, copy, at, one) && has(a, copy, "gone/files", one) && has(a, copy, "gone/quarantine", two) && has(a, copy, str_dup(a, str_sub(digest_hex(a, two), 0, 2)).p, two));
	struct str again = str_cat(a, test_temp_dir(a), STR("/again"));
	int64_t n = 0;
	EXPECT_OK(files_copy(&file_ops_system, copy, again, false, &n, &e), e);
	EXPECT(n == 3 && has(a, again, at, one) && has(a, again, "quarantine", two));
	EXPECT_OK(files_expire(&f, (struct instant){now.ms - 2000}, &e), e);
	EXPECT(has(a, copy, "gone/files", one));
	EXPECT_OK(files_expire(&f, (struct instant){now.ms + 2000}, &e), e);
	EXPECT(!has(a, copy, "gone/files", one) && !has(a, copy, "gone/quarantine", two));
	blob_store_free(s);
}
