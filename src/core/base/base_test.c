#include "core/base/err.h"
#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/base/fmt.h"
#include "core/base/instant.h"
#include "core/base/thread.h"
#include "core/test/test.h"
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

TEST(arena_gives_zeroed_aligned_memory)
{
	for (size_t size = 0; size < 70000; size = size * 2 + 1) {
		char *p = arena_alloc(a, size);
		EXPECT_INT((uintptr_t)p % 16, 0);
		for (size_t i = 0; i < size; i++)
			EXPECT_INT(p[i], 0);
		memset(p, 0xAB, size);
	}
}

TEST(arena_rewind_forgets_what_came_later)
{
	char *keep = arena_alloc(a, 10);
	struct arena_mark m = arena_mark(a);
	size_t used = arena_used(a);
	for (int i = 0; i < 100; i++)
		arena_alloc(a, 5000);
	arena_rewind(a, m);
	EXPECT_INT(arena_used(a), used);
	keep[9] = 1;
}

TEST(arena_reports_its_cap_and_goes_on)
{
	struct arena *small = arena_new(1000);
	EXPECT(!arena_over(small));
	char *p = arena_alloc(small, 2000);
	p[1999] = 1;
	EXPECT(arena_over(small));
	arena_reset(small);
	EXPECT(!arena_over(small));
	arena_free(small);
	arena_free(NULL);
}

TEST(str_next_gives_empty_parts)
{
	struct str rest = STR("a,,b,"), part;
	const char *want[] = {"a", "", "b", ""};
	for (size_t i = 0; i < ARRAY_LEN(want); i++) {
		EXPECT(str_next(&rest, ',', &part));
		EXPECT_TEXT(part, want[i]);
	}
	EXPECT(!str_next(&rest, ',', &part));
}

TEST(str_to_i64_takes_the_whole_range_and_nothing_else)
{
	int64_t v = 0;
	EXPECT(str_to_i64(STR("9223372036854775807"), &v) && v == INT64_MAX);
	EXPECT(str_to_i64(STR("-9223372036854775808"), &v) && v == INT64_MIN);
	EXPECT(str_to_i64(STR("+7"), &v) && v == 7);
	const char *bad[] = {"", "-", "1x", " 1", "9223372036854775808", "-9223372036854775809", "1.0"};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		EXPECT(!str_to_i64(str_from(bad[i]), &v));
}

TEST(utf8_refuses_malformed_text)
{
	EXPECT(str_is_utf8(STR("Sở Khoa học và Công nghệ 🇻🇳")));
	EXPECT_INT(str_utf8_len(STR("Sở")), 2);
	const char *bad[] = {"\x80", "\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE1\xBB", "\xFF"};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		EXPECT(!str_is_utf8(str_from(bad[i])));
	EXPECT(!str_is_utf8((struct str){"a\0b", 3}));
}

/* Eight letters are looked at together: what is wrong is found wherever it stands, and what is right is not refused. */
TEST(utf8_is_judged_alike_at_every_place)
{
	static const struct { const char *p; size_t n; bool good; } pieces[] = {{"\0", 1, false}, {"\x80", 1, false}, {"\xE1\xBB", 2, false},
		{"\x7F", 1, true}, {"\x01", 1, true}, {"\xC4\x91", 2, true}, {"\xE1\xBB\x9F", 3, true}};
	for (size_t before = 0; before < 20; before++)
		for (size_t after = 0; after < 20; after++)
			for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
				char bytes[64];
				memset(bytes, 'x', sizeof bytes);
				memcpy(bytes + before, pieces[i].p, pieces[i].n);
				if (str_is_utf8((struct str){bytes, before + pieces[i].n + after}) != pieces[i].good)
					FAIL("piece %zu after %zu letters, %zu behind it", i, before, after);
			}
}

/* Every sequence of one to four bytes that can begin a code point, against the definition by value. */
TEST(utf8_steps_over_what_the_value_allows)
{
	static const unsigned char edges[] = {0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xFF};
	for (unsigned c = 0; c < 256; c++)
		for (size_t k = 0; k < ARRAY_LEN(edges); k++)
			for (size_t n = 1; n <= 4; n++) {
				unsigned char s[4] = {(unsigned char)c, edges[k], 0x80, 0x80};
				size_t len = c < 0x80 ? 1 : c >> 5 == 6 ? 2 : c >> 4 == 14 ? 3 : c >> 3 == 30 ? 4 : 0;
				uint32_t v = len <= 1 ? c : c & (0xFFU >> (len + 1)), least[] = {1, 1, 0x80, 0x800, 0x10000};
				for (size_t i = 1; i < len; i++)
					v = v << 6 | (s[i] & 0x3FU);
				bool good = len > 0 && len <= n && (len == 1 || edges[k] >> 6 == 2) && v >= least[len] && v <= 0x10FFFF && v >> 11 != 0x1B;
				EXPECT_INT(str_utf8_step((struct str){(char *)s, n}), good ? len : 0);
			}
}

TEST(numbers_are_written_in_full)
{
	static const int64_t v[] = {0, 7, -1, 10, 1000000, INT64_MAX, INT64_MIN};
	for (size_t i = 0; i < ARRAY_LEN(v); i++) {
		struct buf b = buf_on(a);
		buf_int(&b, v[i]);
		EXPECT_STR(buf_str(&b), str_fmt(a, "%lld", (long long)v[i]));
	}
}

TEST(texts_of_any_length_are_put_together)
{
	for (size_t n = 0; n < 600; n++) {
		struct str xs = {memset(arena_alloc(a, n + 1), 'x', n), n};
		struct str got = str_fmt(a, "<%.*s>", STR_ARG(xs));
		EXPECT_INT(got.n, n + 2);
		EXPECT(got.p[0] == '<' && got.p[n + 1] == '>' && got.p[n + 2] == '\0');
		EXPECT_STR(str_cat(a, xs, STR("y")), str_fmt(a, "%.*sy", STR_ARG(xs)));
	}
}

static int write_text(char *to, size_t room, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
static int write_text(char *to, size_t room, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	int n = fmt_write(to, room, fmt, ap);
	va_end(ap);
	return n;
}

/* Each text as the C library writes it, in every room from one byte to more than enough, and nothing behind that room. */
#define EXPECT_AS_PRINTF(...) \
	do { \
		char want[400], got[400]; \
		int n = snprintf(want, sizeof want, __VA_ARGS__); \
		EXPECT_STR(str_fmt(a, __VA_ARGS__), ((struct str){want, (size_t)n})); \
		for (size_t room = 1; room < 200; room++) { \
			memset(got, '~', sizeof got); \
			snprintf(want, room, __VA_ARGS__); \
			EXPECT(write_text(got, room, __VA_ARGS__) == n && got[room] == '~'); \
			EXPECT(memcmp(got, want, (size_t)n < room ? (size_t)n + 1 : room) == 0); \
		} \
	} while (0)

TEST(letters_become_capitals)
{
	EXPECT_TEXT(str_upper(a, STR("h99.12-a{`z")), "H99.12-A{`Z");
	EXPECT_TEXT(str_upper(a, STR("đ@[")), "đ@[");
	EXPECT_INT(str_upper(a, STR_NONE).n, 0);
}

TEST(texts_are_as_printf_writes_them)
{
	static const int64_t v[] = {0, 1, -1, 9, 10, -10, 99, 100, 12345, INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN};
	for (size_t i = 0; i < ARRAY_LEN(v); i++) {
		int small = (int)v[i];
		EXPECT_AS_PRINTF("%d,%02d,%04d,%09d|%u %03u", small, small, small, small, (unsigned)small, (unsigned)small);
		EXPECT_AS_PRINTF("%lld%lu%%%ld %05lld %llu %zu %zd", (long long)v[i], (unsigned long)v[i], (long)v[i], (long long)v[i], (unsigned long long)v[i], (size_t)v[i], (ssize_t)v[i]);
		EXPECT_AS_PRINTF("%x %5d %-3d| %+d %010d %i %.3d %08.2f", (unsigned)small, small, small, small, small, small, small, (double)small);
	}
	EXPECT_AS_PRINTF("100%%, %s%c%s and %.*s%.*s.", "", 'x', "đ", 3, "abcdef", 9, "ab\0c");
	EXPECT_AS_PRINTF("%10s|%-10s|%.2s|%*d|%.*s|%d", "one", "two", "three", 7, 42, -1, "whole", 5);
	EXPECT_STR(str_fmt(a, "<%.*s>", STR_ARG(STR_NONE)), STR("<>"));
	EXPECT_AS_PRINTF("%s", "a text that is longer than the room it gets at first, and has no end that the first sixty-four bytes would show to anyone");
}

TEST(base64_and_hex_come_back)
{
	for (size_t n = 0; n < 40; n++) {
		char bytes[40];
		for (size_t i = 0; i < n; i++)
			bytes[i] = (char)(i * 77 + n);
		struct str raw = {bytes, n}, out;
		EXPECT(base64_decode(a, base64_encode(a, bytes, n), &out));
		EXPECT_STR(out, raw);
		EXPECT(base64_decode(a, base64url_encode(a, bytes, n), &out));
		EXPECT_STR(out, raw);
		EXPECT(hex_decode(a, hex_encode(a, bytes, n), &out));
		EXPECT_STR(out, raw);
	}
	struct str out;
	EXPECT_TEXT(base64_encode(a, "foob", 4), "Zm9vYg==");
	EXPECT(!base64_decode(a, STR("A"), &out) && !base64_decode(a, STR("A*=="), &out));
	EXPECT(!hex_decode(a, STR("abc"), &out) && !hex_decode(a, STR("zz"), &out));
}

TEST(buf_grows_and_formats)
{
	struct buf b = buf_on(a);
	for (int i = 0; i < 1000; i++)
		buf_fmt(&b, "%d,", i);
	struct str s = buf_str(&b), part;
	for (int i = 0; i < 1000; i++) {
		int64_t v = -1;
		EXPECT(str_next(&s, ',', &part) && str_to_i64(part, &v) && v == i);
	}
}

TEST(days_agree_with_a_walk_through_the_calendar)
{
	struct date d = date_from_civil(1, 1, 1);
	int weekday = date_weekday(d);
	for (int y = 1; y <= 2400; y++)
		for (int m = 1; m <= 12; m++)
			for (int day = 1; date_is_civil(y, m, day); day++, d.day++, weekday = (weekday + 1) % 7) {
				struct civil c = date_civil(d);
				EXPECT(c.year == y && c.month == m && c.day == day);
				EXPECT_INT(date_from_civil(y, m, day).day, d.day);
				EXPECT_INT(date_weekday(d), weekday);
			}
	EXPECT_INT(date_weekday(date_from_civil(2026, 11, 24)), 1);
	EXPECT(!date_is_civil(2026, 2, 29) && date_is_civil(2024, 2, 29) && !date_is_civil(1900, 2, 29));
}

TEST(instants_are_written_and_read_in_vietnam)
{
	struct instant t = {0};
	EXPECT(instant_parse(STR("2026-11-25T14:00:00+07:00"), &t));
	EXPECT_INT(t.ms, 1795590000000LL);
	EXPECT_TEXT(instant_format(a, t), "2026-11-25T14:00:00+07:00");
	EXPECT_TEXT(instant_people(a, t), "25/11/2026, 14:00");
	struct instant same = {0};
	EXPECT(instant_parse(STR("2026-11-25 07:00Z"), &same) && same.ms == t.ms);
	EXPECT(instant_parse(STR("2026-11-24T23:30:00.5-07:30"), &same) && same.ms == t.ms + 500);
	EXPECT_TEXT(instant_format(a, same), "2026-11-25T14:00:00.500+07:00");
	const char *bad[] = {"", "2026-11-25", "2026-11-25T14:00:00", "2026-02-30T14:00:00Z", "2026-11-25T24:00:00Z",
	                     "2026-11-25T14:00:00.+07:00", "2026-11-25T14:00:00+07", "2026-11-25T14:00:00Zx"};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		EXPECT(!instant_parse(str_from(bad[i]), &same));
	struct instant before = {-1};
	EXPECT_INT(date_of((struct instant){-VN_OFFSET_MS - 1}).day, -1);
	EXPECT_INT(date_of(before).day, 0);
}

TEST(dates_are_read_as_people_type_them)
{
	struct date d = {0};
	const char *good[] = {"25/11/2026", "25-11-2026", "25.11.2026", " 2026-11-25 "};
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		EXPECT(date_parse_people(str_from(good[i]), &d) && d.day == date_from_civil(2026, 11, 25).day);
	const char *bad[] = {"", "31/02/2026", "25/11/26", "2511/2026", "25/11/2026x", "0/1/2026", "//", "25/11"};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		EXPECT(!date_parse_people(str_from(bad[i]), &d));
}

TEST(money_has_dots)
{
	EXPECT_TEXT(money_people(a, (struct money){1200000}), "1.200.000");
	EXPECT_TEXT(money_people(a, (struct money){0}), "0");
	EXPECT_TEXT(money_people(a, (struct money){-999}), "-999");
	EXPECT_TEXT(money_people(a, (struct money){INT64_MIN}), "-9.223.372.036.854.775.808");
}

TEST(errors_keep_place_and_gain_context)
{
	struct err e = {0};
	EXPECT(!err_set(&e, ERR_CONFLICT, "rev %d", 3));
	EXPECT(!err_wrap(&e, "saving"));
	EXPECT_TEXT(str_from(e.text), "saving: rev 3");
	EXPECT(strstr(e.where, "base_test.c:") != NULL);
	EXPECT_INT(err_status(e.kind), 409);
	for (int i = 0; i < 1000; i++)
		err_wrap(&e, "0123456789");
	EXPECT(strlen(e.text) < sizeof e.text);
}

/* As sched_getattr(2) has it, whose header goes with no other of scheduling. The turn is in nanoseconds, 0 where the kernel does not say (before 6.12). */
struct share { uint32_t size, policy; uint64_t flags; int32_t nice; uint32_t priority; uint64_t turn, deadline, period; };

static struct share share(void)
{
	struct share have = {0};
	EXPECT_INT(syscall(SYS_sched_getattr, 0, &have, (unsigned)sizeof have, 0), 0);
	return have;
}

static void *begun_by_it(void *out)
{
	*(struct share *)out = share();
	return NULL;
}

TEST(a_threads_turns_are_its_own_and_inherited)
{
	struct share before = share(), inherited = {0};
	pthread_t t;
	thread_turn(TURN_SHORT);
	EXPECT_INT(share().turn, before.turn ? 100000 : 0);
	EXPECT_INT(pthread_create(&t, NULL, begun_by_it, &inherited), 0);
	pthread_join(t, NULL);
	EXPECT_INT(inherited.turn, before.turn ? 100000 : 0);
	thread_turn(TURN_USUAL);
	EXPECT_INT(share().turn, before.turn);
	thread_nice(3);
	EXPECT_INT(share().nice, before.nice + 3);
	EXPECT_INT(share().turn, before.turn ? 20000000 : 0);
	thread_turn(TURN_SHORT); /* as nice as it was */
	EXPECT_INT(share().nice, before.nice + 3);
}

/* Who starts the program with `chrt --batch` or `--idle` keeps that. */
TEST(turns_leave_the_policy_of_scheduling_as_it_is)
{
	EXPECT_INT(sched_setscheduler(0, SCHED_BATCH, &(struct sched_param){0}), 0);
	thread_turn(TURN_SHORT);
	thread_nice(1);
	EXPECT_INT(share().policy, SCHED_BATCH);
}

/* As published with FNV-1a. */
TEST(a_hash_is_fnv_1a)
{
	(void)a;
	EXPECT(hash_str(HASH_START, STR("")) == 0xcbf29ce484222325 && hash_str(HASH_START, STR("a")) == 0xaf63dc4c8601ec8c);
	EXPECT(hash_str(HASH_START, STR("foobar")) == 0x85944171f73967e8 && hash_str(hash_str(HASH_START, STR("foo")), STR("bar")) == 0x85944171f73967e8);
}

TEST(a_file_is_replaced_whole_or_not_at_all)
{
	struct err e = {0};
	struct str dir = test_temp_dir(a), path = str_fmt(a, "%.*s/x", STR_ARG(dir)), beside = str_fmt(a, "%.*s/x.new", STR_ARG(dir)), large = {arena_alloc(a, 100000), 100000};
	EXPECT_OK(file_replace(a, path.p, 0600, STR("before"), &e), e);
	signal(SIGXFSZ, SIG_IGN);
	EXPECT_INT(setrlimit(RLIMIT_FSIZE, &(struct rlimit){4096, RLIM_INFINITY}), 0); /* the first call writes a part, the second fails */
	EXPECT_ERR(file_replace(a, path.p, 0600, large, &e), e, ERR_INTERNAL);
	EXPECT(strstr(e.text, "File too large"));
	EXPECT(access(beside.p, F_OK) != 0);
	EXPECT_TEXT(test_read_file(a, path), "before");
	EXPECT_INT(setrlimit(RLIMIT_FSIZE, &(struct rlimit){RLIM_INFINITY, RLIM_INFINITY}), 0);
	EXPECT_OK(file_replace(a, path.p, 0600, large, &e), e);
	EXPECT_INT(test_read_file(a, path).n, large.n);
}
