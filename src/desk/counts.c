/* counts.c — the counts of an agency's (or a reception's) lists, which stand beside every page of its people.
 *
 * All who work there see the same ones, so each is asked once in five seconds, not once a page. The lists themselves and one's own counts
 * are read each time. An act of this node makes them anew: for a second nothing is kept, since the act may not have taken hold yet. Another
 * node's are seen within the five seconds. Memory: a fixed table, numbers only; two places in one slot drive each other out. Threads: one mutex. */
#include "desk/desk_internal.h"
#include <pthread.h>

#define PLACES 64
#define KEPT_MS 5000
#define UNSETTLED_MS 1000

struct place_counts { int64_t place, moved_ms, n[VIEW_COUNT], at_ms[VIEW_COUNT]; };
static struct place_counts kept[PLACES];
static pthread_mutex_t kept_mutex = PTHREAD_MUTEX_INITIALIZER;

static int64_t place_of(const struct env *env)
{
	int64_t agency = desk_agency_of(env->actor);
	return agency ? agency : desk_unit_of(env->actor, ROLE_COUNTER).v;
}

/* Under the mutex: the slot, empty when it was another's. */
static struct place_counts *slot_of(int64_t place)
{
	struct place_counts *x = &kept[(uint64_t)place * 0x9E3779B97F4A7C15ULL >> 58];
	if (x->place != place)
		*x = (struct place_counts){.place = place};
	return x;
}

static bool is_fresh(int64_t at_ms, int64_t now_ms, int64_t for_ms) { return at_ms && now_ms >= at_ms && now_ms - at_ms < for_ms; }

bool desk_counted_shared(struct env *env, enum desk_view view, int64_t *n, struct err *e)
{
	int64_t place = place_of(env), now = env->now.ms;
	bool alone = view == VIEW_MINE || view == VIEW_UNIT;
	pthread_mutex_lock(&kept_mutex);
	struct place_counts *x = slot_of(place);
	bool known = !alone && is_fresh(x->at_ms[view], now, KEPT_MS);
	*n = known ? x->n[view] : 0;
	pthread_mutex_unlock(&kept_mutex);
	if (known)
		return true;
	if (!desk_counted(env, &(struct desk_filter){.view = view}, n, e))
		return false;
	if (alone)
		return true;
	pthread_mutex_lock(&kept_mutex);
	x = slot_of(place);
	x->n[view] = *n;
	x->at_ms[view] = is_fresh(x->moved_ms, now, UNSETTLED_MS) ? 0 : now;
	pthread_mutex_unlock(&kept_mutex);
	return true;
}

void desk_counts_moved(const struct env *env)
{
	pthread_mutex_lock(&kept_mutex);
	struct place_counts *x = slot_of(place_of(env));
	*x = (struct place_counts){.place = x->place, .moved_ms = env->now.ms};
	pthread_mutex_unlock(&kept_mutex);
}
