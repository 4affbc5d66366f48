/* thread.h — how the threads of the program share the processor. */
#pragma once

/* The calling thread alone (Linux) gets the processor after those that are less nice. by: 1 to 19; one that is nicer already stays so. */
void thread_nice(int by);
