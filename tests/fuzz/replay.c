/* replay.c — runs a target over a corpus without libFuzzer: `replay FOLDER`. Each file as it is, cut short, and with bytes
 * changed, so that what was once mended stays mended. Ends in "N passed, N failed"; a crash ends the program before that. */
#include "tests/fuzz/fuzz.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INPUT_MAX ((size_t)1 << 20)
#define DAMAGED 12

/* In memory of just its size, so that the sanitizer sees a read behind its end. */
static void run(const uint8_t *p, size_t n)
{
	uint8_t *copy = malloc(n ? n : 1);
	CHECK(copy != NULL);
	if (n)
		memcpy(copy, p, n);
	LLVMFuzzerTestOneInput(copy, n);
	free(copy);
}

static void run_damaged(uint8_t *p, size_t n, size_t round)
{
	size_t at = (round * 2654435761U + n) % n;
	uint8_t before = p[at];
	run(p, n * round / DAMAGED);
	p[at] ^= (uint8_t)(1 + (round * 37 + n) % 255);
	run(p, n);
	p[at] = before;
}

static bool run_file(const char *path, size_t damaged)
{
	static uint8_t bytes[INPUT_MAX];
	FILE *f = fopen(path, "rb");
	if (!f)
		return false;
	size_t n = fread(bytes, 1, sizeof bytes, f);
	fclose(f);
	run(bytes, n);
	for (size_t round = 1; n > 1 && round <= damaged; round++)
		run_damaged(bytes, n, round);
	return true;
}

int main(int argc, char **argv)
{
	DIR *d = argc > 1 ? opendir(argv[1]) : NULL;
	size_t damaged = argc > 2 ? (size_t)atoi(argv[2]) : DAMAGED;
	int passed = 0, failed = 0;
	char path[4096];
	for (struct dirent *x; d && (x = readdir(d));) {
		if (x->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "%s/%s", argv[1], x->d_name);
		*(run_file(path, damaged) ? &passed : &failed) += 1;
	}
	if (d)
		closedir(d);
	printf("%d passed, %d failed\n", passed, failed + (passed == 0));
	return passed == 0 || failed ? 1 : 0;
}
