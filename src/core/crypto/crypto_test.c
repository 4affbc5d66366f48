#include "core/crypto/crypto.h"
#include "core/test/test.h"
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct str hex(struct arena *a, const char *text)
{
	struct str out;
	EXPECT(hex_decode(a, str_from(text), &out));
	return out;
}

TEST(sha256_is_that_of_fips_180)
{
	EXPECT_TEXT(digest_hex(a, crypto_sha256(STR("abc"))), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	EXPECT_TEXT(digest_hex(a, crypto_sha256(STR_NONE)), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	struct str parts[] = {STR("a"), STR_NONE, STR("bc")};
	EXPECT(digest_eq(crypto_sha256_parts(parts, 3), crypto_sha256(STR("abc"))));
	crypto_hash_free(crypto_hash_new());
	crypto_hash_free(NULL);
}

TEST(digest_hex_goes_both_ways_and_takes_nothing_else)
{
	struct digest d = crypto_sha256(STR("x")), back;
	EXPECT(digest_from_hex(digest_hex(a, d), &back) && digest_eq(d, back));
	EXPECT(!digest_from_hex(STR("ab"), &back));
	EXPECT(!digest_from_hex(STR("zz7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"), &back));
	back.b[31] ^= 1;
	EXPECT(!digest_eq(d, back));
}

TEST(sha256_of_a_file_reads_it_from_its_start)
{
	struct str path = str_fmt(a, "%.*s/f", STR_ARG(test_temp_dir(a)));
	int fd = open(path.p, O_RDWR | O_CREAT, 0600);
	struct buf b = buf_on(a);
	for (int i = 0; i < 40000; i++)
		buf_fmt(&b, "%d,", i);
	struct str text = buf_str(&b);
	EXPECT_INT(write(fd, text.p, text.n), text.n);
	struct digest d;
	int64_t size = 0;
	struct err e;
	EXPECT_OK(crypto_sha256_fd(fd, &d, &size, &e), e);
	EXPECT(digest_eq(d, crypto_sha256(text)));
	EXPECT_INT(size, text.n);
	close(fd);
	EXPECT_ERR(crypto_sha256_fd(fd, &d, NULL, &e), e, ERR_INTERNAL);
}

/* RFC 4231 case 2, and case 6 with a key longer than a block. */
TEST(hmac_is_that_of_rfc_4231)
{
	EXPECT_TEXT(digest_hex(a, crypto_hmac(STR("Jefe"), STR("what do ya want for nothing?"))),
		    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	char key[131];
	memset(key, 0xaa, sizeof key);
	EXPECT_TEXT(digest_hex(a, crypto_hmac((struct str){key, sizeof key}, STR("Test Using Larger Than Block-Size Key - Hash Key First"))),
		    "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

/* RFC 5869 cases 1 and 3. */
TEST(hkdf_is_that_of_rfc_5869)
{
	uint8_t out[42];
	struct str key = hex(a, "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b");
	crypto_hkdf(key, hex(a, "000102030405060708090a0b0c"), hex(a, "f0f1f2f3f4f5f6f7f8f9"), out, sizeof out);
	EXPECT_TEXT(hex_encode(a, out, sizeof out),
		    "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
	crypto_hkdf(key, STR_NONE, STR_NONE, out, sizeof out);
	EXPECT_TEXT(hex_encode(a, out, sizeof out),
		    "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
}

TEST(compare_and_random)
{
	EXPECT(crypto_eq(STR("abc"), STR("abc")) && !crypto_eq(STR("abc"), STR("abd")) && !crypto_eq(STR("abc"), STR("ab")));
	EXPECT(crypto_eq(STR_NONE, STR("")));
	EXPECT(!str_eq(crypto_random_str(a, 16), crypto_random_str(a, 16)));
	char secret[8] = "secret";
	crypto_wipe(secret, sizeof secret);
	EXPECT_INT(secret[0] | secret[5], 0);
}

TEST(a_seal_opens_only_unchanged_with_its_key_and_context)
{
	AUTO_KEY k = key_new();
	AUTO_KEY other = key_new();
	struct err e;
	struct str out, sealed = crypto_seal(a, &k, STR("dossier:1"), STR("Nguyễn Thị Mẫu"));
	EXPECT_INT(sealed.n, STR("Nguyễn Thị Mẫu").n + SEAL_OVERHEAD);
	EXPECT_OK(crypto_open(a, &k, STR("dossier:1"), sealed, &out, &e), e);
	EXPECT_TEXT(out, "Nguyễn Thị Mẫu");
	EXPECT_ERR(crypto_open(a, &k, STR("dossier:2"), sealed, &out, &e), e, ERR_INVALID);
	EXPECT_ERR(crypto_open(a, &other, STR("dossier:1"), sealed, &out, &e), e, ERR_INVALID);
	for (size_t i = 0; i < sealed.n; i++) {
		char *bad = (char *)(uintptr_t)str_dup(a, sealed).p;
		bad[i] ^= 0x10;
		EXPECT_ERR(crypto_open(a, &k, STR("dossier:1"), (struct str){bad, sealed.n}, &out, &e), e, ERR_INVALID);
		EXPECT_ERR(crypto_open(a, &k, STR("dossier:1"), str_sub(sealed, 0, i), &out, &e), e, ERR_INVALID);
	}
	EXPECT(!str_eq(sealed, crypto_seal(a, &k, STR("dossier:1"), STR("Nguyễn Thị Mẫu"))));
	struct str same = crypto_seal_same(a, &k, STR("dossier:1"), STR("Nguyễn Thị Mẫu"));
	EXPECT(str_eq(same, crypto_seal_same(a, &k, STR("dossier:1"), STR("Nguyễn Thị Mẫu"))));
	/* Another nonce wherever key, aad or text differ: one nonce for two texts would open both. */
	EXPECT(memcmp(same.p, crypto_seal_same(a, &k, STR("dossier:1"), STR("Nguyễn Thị Mầu")).p, 12) != 0);
	EXPECT(memcmp(same.p, crypto_seal_same(a, &k, STR("dossier:1N"), STR("guyễn Thị Mẫu")).p, 12) != 0);
	EXPECT_OK(crypto_open(a, &k, STR("dossier:1"), same, &out, &e), e);
	EXPECT(str_eq(out, STR("Nguyễn Thị Mẫu")));
}

TEST(an_empty_text_can_be_sealed)
{
	AUTO_KEY k = key_new();
	struct err e;
	struct str out;
	EXPECT_OK(crypto_open(a, &k, STR_NONE, crypto_seal(a, &k, STR_NONE, STR_NONE), &out, &e), e);
	EXPECT_INT(out.n, 0);
}

TEST(derived_keys_differ_by_purpose)
{
	AUTO_KEY k = key_new();
	AUTO_KEY x = key_derive(&k, STR("x"));
	AUTO_KEY x2 = key_derive(&k, STR("x"));
	AUTO_KEY y = key_derive(&k, STR("y"));
	EXPECT(memcmp(x.b, x2.b, KEY_SIZE) == 0 && memcmp(x.b, y.b, KEY_SIZE) != 0);
}

TEST(data_keys_survive_rotation_and_stay_with_their_record)
{
	const char *path = str_fmt(a, "%.*s/master", STR_ARG(test_temp_dir(a))).p;
	struct err e;
	EXPECT_OK(keyring_create(path, &e), e);
	EXPECT_ERR(keyring_create(path, &e), e, ERR_CONFLICT);
	struct keyring *r = keyring_load(path, &e);
	EXPECT(r);
	AUTO_KEY data = key_new();
	AUTO_KEY lookup = keyring_lookup_key(r, STR("person"));
	struct str wrapped = key_wrap(a, r, STR("dossier:7"), &data);
	EXPECT_INT(wrapped.n, WRAPPED_SIZE);
	EXPECT(!key_is_stale(r, wrapped));
	keyring_free(r);
	EXPECT_OK(keyring_rotate(path, &e), e);
	r = keyring_load(path, &e);
	EXPECT(r && key_is_stale(r, wrapped));
	AUTO_KEY back;
	EXPECT_OK(key_unwrap(r, STR("dossier:7"), wrapped, &back, &e), e);
	EXPECT(memcmp(back.b, data.b, KEY_SIZE) == 0);
	EXPECT_ERR(key_unwrap(r, STR("dossier:8"), wrapped, &back, &e), e, ERR_INVALID);
	EXPECT_ERR(key_unwrap(r, STR("dossier:7"), str_sub(wrapped, 0, 10), &back, &e), e, ERR_INVALID);
	EXPECT(!key_is_stale(r, key_wrap(a, r, STR("dossier:7"), &data)));
	struct str anew;
	EXPECT_OK(key_rewrap(a, r, STR("dossier:7"), wrapped, &anew, &e), e);
	EXPECT(!key_is_stale(r, anew));
	EXPECT_OK(key_unwrap(r, STR("dossier:7"), anew, &back, &e), e);
	EXPECT(memcmp(back.b, data.b, KEY_SIZE) == 0);
	EXPECT_ERR(key_rewrap(a, r, STR("dossier:8"), wrapped, &anew, &e), e, ERR_INVALID);
	EXPECT_OK(keyring_rotate(path, &e), e);
	EXPECT(!key_is_stale(r, anew)); /* as loaded */
	EXPECT_OK(keyring_reload(r, path, &e), e);
	EXPECT(key_is_stale(r, anew));
	EXPECT_ERR(keyring_reload(r, "/nowhere", &e), e, ERR_NOT_FOUND);
	EXPECT_OK(key_unwrap(r, STR("dossier:7"), anew, &back, &e), e); /* still as it was */
	AUTO_KEY lookup2 = keyring_lookup_key(r, STR("person"));
	EXPECT(memcmp(lookup.b, lookup2.b, KEY_SIZE) == 0);
	keyring_free(r);
	keyring_free(NULL);
}

TEST(a_key_of_another_ring_is_named)
{
	struct str dir = test_temp_dir(a);
	const char *one = str_fmt(a, "%.*s/one", STR_ARG(dir)).p, *two = str_fmt(a, "%.*s/two", STR_ARG(dir)).p;
	struct err e;
	EXPECT_OK(keyring_create(one, &e), e);
	EXPECT_OK(keyring_create(two, &e), e);
	AUTO_KEYRING r1 = keyring_load(one, &e);
	AUTO_KEYRING r2 = keyring_load(two, &e);
	AUTO_KEY data = key_new();
	AUTO_KEY back;
	EXPECT_ERR(key_unwrap(r2, STR("x"), key_wrap(a, r1, STR("x"), &data), &back, &e), e, ERR_INTERNAL);
}

static void expect_refused(struct arena *a, const char *path, struct str text, mode_t mode, enum err_kind kind)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	EXPECT_INT(write(fd, text.p, text.n), text.n);
	EXPECT_INT(fchmod(fd, mode), 0);
	close(fd);
	struct err e;
	struct keyring *r = keyring_load(path, &e);
	if (r || e.kind != kind)
		FAIL("key file taken, or kind %s: %s: %s", err_kind_name(e.kind), e.text, str_cstr(a, text));
}

TEST(a_key_file_is_refused_when_open_to_others_or_malformed)
{
	const char *path = str_fmt(a, "%.*s/master", STR_ARG(test_temp_dir(a))).p;
	struct err e;
	EXPECT(!keyring_load(path, &e) && e.kind == ERR_NOT_FOUND);
	EXPECT_OK(keyring_create(path, &e), e);
	struct str good = test_read_file(a, str_from(path));
	expect_refused(a, path, good, 0640, ERR_DENIED);
	expect_refused(a, path, str_sub(good, 0, 40), 0600, ERR_INVALID);
	expect_refused(a, path, STR("motcua master keys 2\n"), 0600, ERR_INVALID);
	expect_refused(a, path, STR(""), 0600, ERR_INVALID);
	expect_refused(a, path, STR("motcua master keys 2\nnothex!! 00\n"), 0600, ERR_INVALID);
	struct buf b = buf_on(a);
	while (b.n < 9000)
		buf_put(&b, STR("motcua master keys 2\n"));
	expect_refused(a, path, buf_str(&b), 0600, ERR_INVALID);
}

TEST(each_bit_of_a_key_file_counts)
{
	const char *path = str_fmt(a, "%.*s/master", STR_ARG(test_temp_dir(a))).p;
	struct err e;
	EXPECT_OK(keyring_create(path, &e) && keyring_rotate(path, &e), e);
	struct str good = test_read_file(a, str_from(path));
	for (size_t bit = 0; bit < 8 * good.n; bit++) {
		char *bad = arena_alloc(a, good.n);
		memcpy(bad, good.p, good.n);
		bad[bit / 8] = (char)(bad[bit / 8] ^ 1 << bit % 8);
		expect_refused(a, path, (struct str){bad, good.n}, 0600, ERR_INVALID);
	}
}

/* In any pieces the same stream; twice is nothing; the published first block of AES-256-CTR with a zero counter. */
TEST(a_stream_is_the_same_in_any_pieces)
{
	struct key k = {{0}}, other = key_new();
	char whole[1000] = {0}, pieces[1000] = {0};
	(void)a;
	crypto_stream(&k, 0, whole, sizeof whole);
	EXPECT(memcmp(whole, "\xdc\x95\xc0\x78\xa2\x40\x89\x89\xad\x48\xa2\x14\x92\x84\x20\x87", 16) == 0); /* AES-256 of a zero block, zero key */
	for (size_t at = 0, n = 1; at < sizeof pieces; at += n, n = n % 37 + 1) {
		n = n < sizeof pieces - at ? n : sizeof pieces - at;
		crypto_stream(&k, (int64_t)at, pieces + at, n);
	}
	EXPECT(memcmp(whole, pieces, sizeof whole) == 0);
	crypto_stream(&k, 0, pieces, sizeof pieces);
	for (size_t i = 0; i < sizeof pieces; i++)
		EXPECT(pieces[i] == 0);
	crypto_stream(&other, 0, pieces, sizeof pieces);
	EXPECT(memcmp(whole, pieces, sizeof whole) != 0);
}
