/* thread.h — how the threads of the program share the processor (ADR 0024). */
#pragma once

/* How long the calling thread, and those that it begins, may go on once it has the processor: 0.1 ms, what is usual, 20 ms. One that wakes takes the
 * processor from those of longer turns at once; from others it may have to wait for the next tick, 4 ms. Linux 6.12; earlier ones take no notice. */
enum thread_turn { TURN_SHORT, TURN_USUAL, TURN_LONG };
void thread_turn(enum thread_turn turn);

/* The calling thread alone (Linux) gets the processor after those that are less nice: `by` steps nicer than it was, of 19 that there are; and in long turns. */
void thread_nice(int by);
/* Jobs and the papers that they draw: nobody waits for them as for a page. Where the processor is short they take a tenth of it; with less, papers come
 * minutes late. */
#define NICE_JOBS 10

/* What `top -H` and profilers call the calling thread; at most 15 bytes. */
void thread_name(const char *name);
