/* Tests of squeezing: what goes in comes out, and damage is no text. */
#include "core/squeeze/squeeze.h"
#include "core/squeeze/word.h"
#include "core/squeeze/words.h"
#include "core/test/test.h"
#include <pthread.h>
#include <string.h>

static void there_and_back(struct arena *a, struct str s)
{
	struct str out, small = squeeze(a, s);
	EXPECT(unsqueeze(a, small, &out));
	EXPECT(str_eq(out, s));
	EXPECT(small.n <= s.n + 16);
}

TEST(every_text_comes_back)
{
	static const char *const texts[] = {"", "{}", "a", "\x01", "\x08\x01\x02", "\x09 tab first", "một cửa", "{\"from\":\"archive\",\"to\":\"result\",\"state\":\"returned\",\"rev\":10}"};
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		there_and_back(a, str_from(texts[i]));
	uint64_t x = 88172645463325252u;
	char bytes[5000];
	for (size_t n = 0; n < sizeof bytes; n = n * 5 / 4 + 1) {
		for (size_t i = 0; i < n; i++)
			x ^= x << 13, x ^= x >> 7, x ^= x << 17, bytes[i] = (char)(n & 1 ? x : x % 3 + 'a');
		for (int first = 0; n && first < 12; first++) {
			bytes[0] = (char)first;
			there_and_back(a, (struct str){bytes, n});
		}
	}
}

TEST(what_was_written_before_is_the_text_itself)
{
	static const char *const texts[] = {"{\"from\":\"archive\"}", "Thủ tục cấp giấy phép", "0", "\xff\xfe", "\x09"};
	struct str out;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		EXPECT(unsqueeze(a, str_from(texts[i]), &out));
		EXPECT(str_eq(out, str_from(texts[i])));
	}
}

/* What 0.1 wrote: a frame without its magic. It is read for ever. */
TEST(the_first_form_is_still_read)
{
	static const char was[] = "\x01\x20\x37\x6d\x00\x00";
	struct str out, text = STR("{\"from\":\"assign\",\"to\":\"examine\",\"state\":\"processing\"}"), small = squeeze(a, text);
	EXPECT_INT(small.p[0], 2);
	/* The same block below the head that stood there: one byte of length, a last compressed block. */
	uint32_t head = (uint32_t)((small.n - 2) << 3 | 5);
	char bytes[128] = {was[0], was[1], small.p[1], (char)head, (char)(head >> 8), (char)(head >> 16)};
	memcpy(bytes + 6, small.p + 2, small.n - 2);
	EXPECT(unsqueeze(a, (struct str){bytes, small.n + 4}, &out));
	EXPECT(str_eq(out, text));
	/* A longer one keeps it. */
	char *many = arena_alloc(a, 3000);
	memset(many, 'x', 3000);
	EXPECT_INT(squeeze(a, (struct str){many, 3000}).p[0], 1);
}

TEST(a_word_is_one_byte_and_any_other_text_itself)
{
	struct str out;
	for (size_t i = 0; i < ARRAY_LEN(squeeze_words); i++) {
		struct str w = str_from(squeeze_words[i]);
		EXPECT(word_tight(w, &out));
		EXPECT(out.n == 1 && (uint8_t)out.p[0] == WORDS_FIRST + i);
		EXPECT(str_eq(word_loose(out), w));
		/* Neither its beginning nor what begins with it. */
		EXPECT(word_tight(str_sub(w, 0, w.n - 1), &out) && out.n == w.n - 1);
		EXPECT(word_tight(str_cat(a, w, STR("x")), &out) && out.n == w.n + 1 && str_eq(word_loose(out), out));
	}
	EXPECT(word_tight(STR(""), &out) && out.n == 0 && word_loose(out).n == 0);
	EXPECT(word_tight(STR("Đo lường"), &out) && str_eq(out, STR("Đo lường")));
	EXPECT(!word_tight(STR("\x80"), &out) && !word_tight(STR("\xbfx"), &out));
	EXPECT(str_eq(word_loose(STR("\xbf")), STR("\xbf"))); /* damage, or a word of another version: told by its digest */
}

TEST(usual_texts_become_small)
{
	struct str body = STR("{\"from\":\"archive\",\"to\":\"result\",\"state\":\"returned\",\"rev\":10}");
	EXPECT(squeeze(a, body).n < body.n / 2);
	struct str rules = STR("decree=nd-107-2021 form-set=TT01-2018 code-scheme=ma-tt01-2018 online-levels=hai-muc-nd-42-2022");
	EXPECT(squeeze(a, rules).n < rules.n / 2);
}

/* No length of damage reads past the bytes or makes a text longer than it says; the sanitizer looks on. */
TEST(damage_is_told_or_gives_another_text)
{
	struct str text = STR("{\"kind\":\"receipt\",\"from\":\"archive\",\"to\":\"result\",\"state\":\"returned\",\"rev\":10,\"note\":\"đề nghị bổ sung bản sao\"}"), out;
	struct str small = squeeze(a, text);
	EXPECT((uint8_t)small.p[0] < SQUEEZE_PLAIN);
	size_t told = 0, other = 0;
	for (size_t bit = 8; bit < 8 * small.n; bit++) {
		char *bad = (char *)(uintptr_t)str_dup(a, small).p;
		bad[bit / 8] = (char)(bad[bit / 8] ^ 1 << bit % 8);
		bool ok = unsqueeze(a, (struct str){bad, small.n}, &out);
		told += !ok;
		other += ok && !str_eq(out, text);
	}
	EXPECT(told > 0 && told + other > 8 * small.n / 2);
	for (size_t n = 1; n < small.n; n++)
		EXPECT(!unsqueeze(a, str_sub(small, 0, n), &out));
	char unknown[] = "\x03 a dictionary that does not exist yet";
	EXPECT(!unsqueeze(a, str_from(unknown), &out));
}

static void *many(void *arg)
{
	size_t *wrong = arg;
	AUTO_ARENA a = arena_new(0);
	for (int i = 0; i < 2000; i++) {
		struct str out, s = str_fmt(a, "{\"from\":\"assign\",\"to\":\"examine\",\"state\":\"processing\",\"rev\":%d}", i);
		*wrong += !unsqueeze(a, squeeze(a, s), &out) || !str_eq(s, out);
		arena_reset(a);
	}
	return NULL;
}

TEST(threads_do_not_meet)
{
	pthread_t t[12];
	size_t wrong[ARRAY_LEN(t)] = {0};
	for (size_t i = 0; i < ARRAY_LEN(t); i++)
		EXPECT(pthread_create(&t[i], NULL, many, &wrong[i]) == 0);
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		pthread_join(t[i], NULL);
		EXPECT_INT(wrong[i], 0);
	}
}
