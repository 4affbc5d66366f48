/* thread.c — see thread.h. */
#include "core/base/thread.h"
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

void thread_name(const char *name) { (void)prctl(PR_SET_NAME, name); }

/* To become nicer is refused to nobody, and past the nicest is the nicest. */
void thread_nice(int by)
{
	id_t me = (id_t)gettid();
	(void)setpriority(PRIO_PROCESS, me, getpriority(PRIO_PROCESS, me) + by);
}
