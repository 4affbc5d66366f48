/* masthead.c — whose the pages are, for who is not an official: what stands beside the emblem (directory_masthead).
 *
 * It is kept in memory: a page costs no query, and one that is kept whole (ROUTE_PUBLIC_CACHE) falls when the name changes, within MASTHEAD_LOOK_MS, on each
 * node. Threads: any reads; one at a time looks. What was shown once stays until the end: pages under way may be reading it, and names change seldom. */
#include "app/serve.h"
#include "core/base/hash.h"
#include "directory/directory.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct shown { struct shown *before; struct masthead m; uint64_t number; int64_t mark; struct date day; char texts[]; };

static pthread_mutex_t looking = PTHREAD_MUTEX_INITIALIZER;
static struct shown *_Atomic shown;

static uint64_t number_of(const struct masthead *m) { return hash_str(hash_str(HASH_START, m->name), m->over); }

static void show(const struct masthead *m, int64_t mark, struct date day)
{
	struct shown *old = atomic_load(&shown);
	if (old && str_eq(old->m.name, m->name) && str_eq(old->m.over, m->over)) {
		old->mark = mark, old->day = day; /* read by who looks alone */
		return;
	}
	struct shown *x = malloc(sizeof *x + m->name.n + m->over.n);
	CHECK(x != NULL);
	*x = (struct shown){.before = old, .number = number_of(m), .mark = mark, .day = day, .m = {{x->texts, m->name.n}, {x->texts + m->name.n, m->over.n}}};
	if (m->name.n)
		memcpy(x->texts, m->name.p, m->name.n);
	if (m->over.n)
		memcpy(x->texts + m->name.n, m->over.p, m->over.n);
	atomic_store(&shown, x);
}

bool masthead_look(struct env *env, struct err *e)
{
	int64_t mark = 0;
	struct date day = date_of(env->now);
	struct masthead m;
	pthread_mutex_lock(&looking);
	const struct shown *now = atomic_load(&shown);
	bool ok = directory_mark(env, &mark, e);
	if (ok && (!now || now->mark != mark || now->day.day != day.day)) {
		ok = directory_masthead(env, day, &m, e);
		if (ok)
			show(&m, mark, day);
	}
	pthread_mutex_unlock(&looking);
	return ok;
}

struct masthead masthead_now(void)
{
	const struct shown *x = atomic_load(&shown);
	return x ? x->m : (struct masthead){0};
}

uint64_t masthead_number(void)
{
	const struct shown *x = atomic_load(&shown);
	return x ? x->number : 0;
}

void masthead_forget(void)
{
	for (struct shown *x = atomic_exchange(&shown, NULL), *before; x; x = before) {
		before = x->before;
		free(x);
	}
}
