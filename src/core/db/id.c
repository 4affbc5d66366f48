/* id.c — see id.h. */
#include "core/db/id.h"

#define COUNTER_BITS 14
#define NODE_BITS 8

void id_source_init(struct id_source *s, int node)
{
	CHECK(node >= 0 && node < ID_NODES);
	atomic_init(&s->last, 0);
	s->node = node;
}

/* `last` counts without the node: time and counter side by side, so that one step is the next counter, and past the
 * last counter the next millisecond. */
int64_t id_new(struct id_source *s, struct instant now)
{
	CHECK(now.ms > ID_EPOCH_MS && now.ms - ID_EPOCH_MS < (int64_t)1 << 41);
	int64_t floor = (now.ms - ID_EPOCH_MS) << COUNTER_BITS, last = atomic_load(&s->last), next;
	do
		next = last >= floor ? last + 1 : floor;
	while (!atomic_compare_exchange_weak(&s->last, &last, next));
	int64_t time = next >> COUNTER_BITS, counter = next & (((int64_t)1 << COUNTER_BITS) - 1);
	return time << (COUNTER_BITS + NODE_BITS) | s->node << COUNTER_BITS | counter;
}

struct instant id_instant(int64_t id) { return (struct instant){(id >> (COUNTER_BITS + NODE_BITS)) + ID_EPOCH_MS}; }

int64_t id_node(int64_t id) { return (id >> COUNTER_BITS) & (((int64_t)1 << NODE_BITS) - 1); }

void id_list_add(struct buf *b, int64_t id) { buf_fmt(b, "%c%lld", b->n ? ',' : '[', (long long)id); }

struct str id_list(struct buf *b)
{
	if (!b->n)
		buf_char(b, '[');
	buf_char(b, ']');
	return buf_str(b);
}
