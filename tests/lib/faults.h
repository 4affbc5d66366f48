/* faults.h — the memory that faults.c shares with the test: what fails, and what did. tests/lib/faulty.py says the same in Python. */
#pragma once
#include <stdatomic.h>
#include <stdint.h>

enum fault { FAULT_WRITE = 1, FAULT_SYNC = 2, FAULT_NAME = 4, FAULT_READ = 8, FAULT_QUERY = 16, FAULT_COMMIT = 32, FAULT_ALLOC = 64 };
#define FAULT_PLACES (1 << 16)
struct faults {
	_Atomic int64_t left, hits, clock_s;
	_Atomic int32_t mask, code;
	_Atomic uint64_t places[FAULT_PLACES]; /* those that failed, by hash; 0: free */
};
