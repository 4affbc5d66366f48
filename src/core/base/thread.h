/* thread.h — how the threads of the program share the processor. */
#pragma once

/* The calling thread alone (Linux) gets the processor after those that are less nice: `by` steps nicer than it was, of 19 that there are. */
void thread_nice(int by);
/* Jobs and the papers that they draw: nobody waits for them as for a page. Where the processor is short they take a tenth of it; with less, papers come
 * minutes late. */
#define NICE_JOBS 10

/* What `top -H` and profilers call the calling thread; at most 15 bytes. */
void thread_name(const char *name);
