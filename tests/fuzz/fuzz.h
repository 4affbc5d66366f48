/* fuzz.h — the entry that libFuzzer and replay.c call. Each target is one file that defines it: nothing may crash, leak or
 * run without end, and what the target claims of its answers must hold. */
#pragma once
#include "core/base/arena.h"
#include "core/base/err.h"
#include "core/base/str.h"
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
