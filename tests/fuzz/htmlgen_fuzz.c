/* htmlgen_fuzz.c — any bytes as a template: C text, or a fault with its line. No value may leave unescaped into a place that was
 * not asked for by `struct html`: the compiled text never holds a raw write of an expression. */
#include "tests/fuzz/fuzz.h"
#include "tools/htmlgen/htmlgen.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	AUTO_ARENA a = arena_new(0);
	struct err e = {0};
	struct htmlgen_keys keys;
	struct buf h = buf_on(a), c = buf_on(a);
	CHECK(htmlgen_keys_read(a, STR("DO_SAVE 0\nLIST_COUNT 1\n"), &keys, &e));
	if (!htmlgen_compile(a, STR("f.html"), (struct str){(const char *)bytes, n}, &keys, &h, &c, &e))
		CHECK(strncmp(e.text, "f.html:", 7) == 0 && strlen(e.text) > 9);
	return 0;
}
