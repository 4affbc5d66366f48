/* fuzz.h — the entry that libFuzzer and the corpus replay in parts_test.c call. */
#pragma once
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);
