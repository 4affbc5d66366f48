/* test.h — the test harness.
 *
 *   TEST(adds_two_numbers) { EXPECT_INT(add(1, 2), 3); }
 *
 * Each test runs in a process of its own, so that a crash or a leak is one failure and nothing leaks from one test to
 * the next. A failed EXPECT ends its test. The last line is "N passed, N failed"; exit 1 when anything failed.
 * Arguments: names (or parts of names) of tests to run; --list. A test that runs over four minutes hangs, and fails
 * (TEST_SLOW: ten minutes). */
#pragma once
#include "core/base/err.h"
#include "core/base/str.h"

typedef void test_fn(struct arena *a);
void test_register(const char *name, const char *file, int line, int seconds, test_fn *fn);

#define TEST_WITH_LIMIT(name, seconds)                                                                              \
	static void test_##name(struct arena *a);                                                                   \
	__attribute__((constructor)) static void test_reg_##name(void)                                              \
	{                                                                                                           \
		test_register(#name, __FILE__, __LINE__, (seconds), test_##name);                                   \
	}                                                                                                           \
	static void test_##name(__attribute__((unused)) struct arena *a)
#define TEST(name) TEST_WITH_LIMIT(name, 240)
#define TEST_SLOW(name) TEST_WITH_LIMIT(name, 600)

void test_fail(const char *file, int line, const char *fmt, ...) PRINTF_LIKE(3, 4) __attribute__((noreturn));
void test_expect_str(const char *file, int line, const char *what, struct str got, struct str want);

#define FAIL(...) test_fail(__FILE__, __LINE__, __VA_ARGS__)
#define EXPECT(cond) ((cond) ? (void)0 : FAIL("not true: %s", #cond))
#define EXPECT_INT(got, want)                                                                                       \
	do {                                                                                                        \
		long long got_ = (long long)(got), want_ = (long long)(want);                                       \
		if (got_ != want_)                                                                                  \
			FAIL("%s is %lld, not %lld", #got, got_, want_);                                            \
	} while (0)
#define EXPECT_STR(got, want) test_expect_str(__FILE__, __LINE__, #got, (got), (want))
#define EXPECT_TEXT(got, cstr) test_expect_str(__FILE__, __LINE__, #got, (got), str_from(cstr))
/* A fallible call that must succeed: EXPECT_OK(f(x, &e), e). */
#define EXPECT_OK(call, e) ((call) ? (void)0 : FAIL("%s: %s (%s)", #call, (e).text, (e).where ? (e).where : "?"))
#define EXPECT_ERR(call, e, want_kind)                                                                              \
	do {                                                                                                        \
		if (call)                                                                                           \
			FAIL("%s succeeded", #call);                                                                \
		if ((e).kind != (want_kind))                                                                        \
			FAIL("%s: kind %s: %s", #call, err_kind_name((e).kind), (e).text);                          \
	} while (0)

/* The folder with the project's sources (fixtures, packs), and a fresh scratch folder removed at the end. */
struct str test_source_dir(struct arena *a);
struct str test_temp_dir(struct arena *a);
/* Bytes that malloc() has given out in this process and not got back. */
size_t test_memory(void);
/* The whole file, or the test fails. */
struct str test_read_file(struct arena *a, struct str path);
