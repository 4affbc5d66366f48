/* memory.h — malloc() that stops the process for want of memory, as an arena does: for libraries that take an allocator.
 *
 * jansson gives NULL then, which is also what it gives for a member that is not there: an answer that was sent would be called missing.
 * Both programs give it this one before anything else. */
#pragma once
#include "core/base/check.h"
#include <stdlib.h>

static inline void *memory_or_end(size_t n)
{
	void *p = malloc(n);
	CHECK(p != NULL);
	return p;
}
