/* scan_testing.h — for tests of slices that take files in: the real motcua-render tells their types. */
#pragma once
#include "core/scan/scan.h"

/* Starts the process; before the test's threads. Lives until scan_testing_close(). No scanner of viruses. */
const struct scan_config *scan_testing_open(struct arena *a);
void scan_testing_close(void);
