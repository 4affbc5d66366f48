/* thread.c — see thread.h. */
#include "core/base/thread.h"
#include <linux/sched.h>
#include <linux/sched/types.h> /* not beside <sched.h>: both have a struct sched_param */
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

void thread_name(const char *name) { (void)prctl(PR_SET_NAME, name); }

void thread_turn(enum thread_turn turn)
{
	static const __u64 ns[] = {[TURN_SHORT] = 100000, [TURN_USUAL] = 0, [TURN_LONG] = 20000000};
	struct sched_attr how = {.size = sizeof how, .sched_flags = SCHED_FLAG_KEEP_POLICY, .sched_nice = getpriority(PRIO_PROCESS, (id_t)gettid()), .sched_runtime = ns[turn]};
	(void)syscall(SYS_sched_setattr, 0, &how, 0);
}

/* To become nicer is refused to nobody, and past the nicest is the nicest. */
void thread_nice(int by)
{
	id_t me = (id_t)gettid();
	(void)setpriority(PRIO_PROCESS, me, getpriority(PRIO_PROCESS, me) + by);
	thread_turn(TURN_LONG);
}
