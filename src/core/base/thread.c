/* thread.c — see thread.h. */
#include "core/base/thread.h"
#include <sys/resource.h>
#include <unistd.h>

/* To become nicer is refused to nobody. */
void thread_nice(int by)
{
	id_t me = (id_t)gettid();
	if (getpriority(PRIO_PROCESS, me) < by)
		(void)setpriority(PRIO_PROCESS, me, by);
}
