/* logic_fuzz.c — any bytes as one line of `motcua logic`: no crash, no leak, always one JSON answer. */
#include "core/logic/logic.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	AUTO_ARENA a = arena_new(0);
	json_error_t why;
	struct str out = logic_line(a, (struct str){(const char *)bytes, n});
	json_t *answer = json_loadb(out.p, out.n, 0, &why);
	if (!answer || json_object_size(answer) != 1)
		abort();
	json_decref(answer);
	return 0;
}
