/* test.c — see test.h. */
#include "core/test/test.h"
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
size_t __sanitizer_get_current_allocated_bytes(void); /* no header of it comes with gcc */
#endif

#define MAX_TESTS 2000

static struct { const char *name, *file; int line, seconds; test_fn *fn; } tests[MAX_TESTS];
static size_t n_tests;
static char temp_dir[64];

void test_register(const char *name, const char *file, int line, int seconds, test_fn *fn)
{
	CHECK(n_tests < MAX_TESTS);
	tests[n_tests].name = name;
	tests[n_tests].file = file;
	tests[n_tests].line = line;
	tests[n_tests].seconds = seconds;
	tests[n_tests++].fn = fn;
}

static void remove_temp_dir(void)
{
	char command[96];
	if (!temp_dir[0])
		return;
	snprintf(command, sizeof command, "rm -rf '%s'", temp_dir);
	if (system(command) != 0)
		fprintf(stderr, "could not remove %s\n", temp_dir);
	temp_dir[0] = '\0';
}

void test_fail(const char *file, int line, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	fprintf(stderr, "%s:%d: ", file, line);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	remove_temp_dir();
	_exit(1);
}

void test_expect_str(const char *file, int line, const char *what, struct str got, struct str want)
{
	if (!str_eq(got, want))
		test_fail(file, line, "%s is\n  \"%.*s\", not\n  \"%.*s\"", what, STR_ARG(got), STR_ARG(want));
}

struct str test_source_dir(struct arena *a)
{
	const char *dir = getenv("MOTCUA_SOURCE_DIR");
	return str_dup(a, str_from(dir ? dir : "."));
}

size_t test_memory(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	return __sanitizer_get_current_allocated_bytes();
#else
	struct mallinfo2 m = mallinfo2();
	return m.uordblks + m.hblkhd;
#endif
}

struct str test_temp_dir(struct arena *a)
{
	if (!temp_dir[0]) {
		snprintf(temp_dir, sizeof temp_dir, "/tmp/motcua-test-XXXXXX");
		CHECK(mkdtemp(temp_dir) != NULL);
	}
	return str_dup(a, str_from(temp_dir));
}

struct str test_read_file(struct arena *a, struct str path)
{
	FILE *f = fopen(str_cstr(a, path), "rb");
	if (!f)
		FAIL("cannot open %.*s", STR_ARG(path));
	struct buf b = buf_on(a);
	size_t n = 0;
	do {
		n = fread(buf_room(&b, 65536), 1, 65536, f);
		b.n += n;
	} while (n > 0);
	fclose(f);
	return buf_str(&b);
}

/* Runs one test in a child; true when it ended well. */
static bool run(size_t i)
{
	fflush(NULL);
	pid_t pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		alarm((unsigned)tests[i].seconds);
		struct arena *a = arena_new(0);
		tests[i].fn(a);
		arena_free(a);
		remove_temp_dir();
		exit(0); /* not _exit: the leak check runs at exit */
	}
	int status = 0;
	waitpid(pid, &status, 0);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return true;
	fprintf(stderr, "FAILED %s (%s:%d)%s%s\n", tests[i].name, tests[i].file, tests[i].line,
	        WIFSIGNALED(status) ? ": " : "", WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "");
	return false;
}

static bool wanted(const char *name, int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (strstr(name, argv[i]))
			return true;
	return argc < 2;
}

int main(int argc, char **argv)
{
	size_t passed = 0, failed = 0;
	bool list = argc == 2 && strcmp(argv[1], "--list") == 0;
	for (size_t i = 0; i < n_tests; i++) {
		if (list)
			printf("%s\n", tests[i].name);
		else if (wanted(tests[i].name, argc, argv))
			*(run(i) ? &passed : &failed) += 1;
	}
	if (!list)
		printf("%zu passed, %zu failed\n", passed, failed);
	return failed != 0;
}
