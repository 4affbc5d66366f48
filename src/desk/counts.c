/* counts.c — the counts of lists that stand beside every page of the desk: an agency's (or a reception's) and one's own.
 *
 * All who work in a place see the same ones, so each is asked once in five seconds, not once a page; one's own are as old for oneself. The lists
 * are read each time. An act of this node makes them anew: those of its place, and everybody's own, for it may lie in anybody's hands now; for a second
 * nothing is kept, since the act may not have taken hold yet. What another node does, or who files, is seen within the five seconds.
 * Memory: a fixed table, numbers only; two places in one slot drive each other out. Threads: one mutex. */
#include "desk/desk_internal.h"
#include <pthread.h>

#define PLACES 512
#define PLACE_BITS 9
#define KEPT_MS 5000
#define UNSETTLED_MS 1000

struct place_counts { int64_t place, moved_ms, n[VIEW_COUNT], at_ms[VIEW_COUNT]; };
_Static_assert(PLACES == 1 << PLACE_BITS, "the slot is the highest bits of a product");
static struct place_counts kept[PLACES];
static int64_t acted_ms; /* the last act of this node, under the mutex */
static pthread_mutex_t kept_mutex = PTHREAD_MUTEX_INITIALIZER;

static bool is_own(enum desk_view view) { return view == VIEW_MINE || view == VIEW_UNIT; }

static int64_t place_of(const struct env *env, bool own)
{
	if (own)
		return -env->actor->person; /* no agency's id */
	int64_t agency = desk_agency_of(env->actor);
	return agency ? agency : desk_unit_of(env->actor, ROLE_COUNTER).v;
}

/* Under the mutex: the slot, empty when it was another's. */
static struct place_counts *slot_of(int64_t place)
{
	struct place_counts *x = &kept[(uint64_t)place * 0x9E3779B97F4A7C15ULL >> (64 - PLACE_BITS)];
	if (x->place != place)
		*x = (struct place_counts){.place = place};
	return x;
}

static bool is_fresh(int64_t at_ms, int64_t now_ms, int64_t for_ms) { return at_ms && now_ms >= at_ms && now_ms - at_ms < for_ms; }

/* An own count is of before the last act, or so soon after it that the act may not be in it. */
static bool is_passed(bool own, int64_t at_ms) { return own && acted_ms && at_ms < acted_ms + UNSETTLED_MS; }

bool desk_counted_shared(struct env *env, enum desk_view view, int64_t *n, struct err *e)
{
	bool own = is_own(view);
	int64_t place = place_of(env, own), now = env->now.ms;
	pthread_mutex_lock(&kept_mutex);
	struct place_counts *x = slot_of(place);
	bool known = is_fresh(x->at_ms[view], now, KEPT_MS) && !is_passed(own, x->at_ms[view]);
	*n = known ? x->n[view] : 0;
	pthread_mutex_unlock(&kept_mutex);
	if (known)
		return true;
	if (!desk_counted(env, &(struct desk_filter){.view = view}, n, e))
		return false;
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
	struct place_counts *x = slot_of(place_of(env, false));
	*x = (struct place_counts){.place = x->place, .moved_ms = env->now.ms};
	acted_ms = env->now.ms;
	pthread_mutex_unlock(&kept_mutex);
}
