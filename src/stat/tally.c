/* tally.c — sums in memory: an open hash over row and cell. Memory from malloc, given back as a whole. See stat_internal.h. */
#include "stat/stat_internal.h"
#include <stdlib.h>

const struct level levels[LEVELS] = {
	[LEVEL_DAY] = {STAT_DAY, false, false, false},
	[LEVEL_MONTH] = {STAT_MONTH, false, false, false}, {STAT_MONTH, true, false, false}, {STAT_MONTH, false, true, false}, {STAT_MONTH, true, false, true}, {STAT_MONTH, true, true, true},
	[LEVEL_OPEN] = {STAT_OPEN, false, false, false}, {STAT_OPEN, true, false, false}, {STAT_OPEN, false, true, false}, {STAT_OPEN, true, false, true}, {STAT_OPEN, true, true, true},
};

struct stat_tally {
	struct slot *v;
	size_t n, room;              /* room: a power of two */
	struct slot **sorted;
	struct arena *names;
	struct str *procedures;      /* number − 1 */
	size_t n_procedures, procedures_room;
	int64_t dossiers;
};

static void *at_least(void *p)
{
	CHECK(p != NULL);
	return p;
}

struct stat_tally *tally_new(void)
{
	struct stat_tally *t = at_least(calloc(1, sizeof *t));
	t->room = 1024;
	t->v = at_least(calloc(t->room, sizeof *t->v));
	t->names = arena_new(0);
	return t;
}

void tally_free(struct stat_tally *t)
{
	if (!t)
		return;
	free(t->v);
	free(t->sorted);
	free(t->procedures);
	arena_free(t->names);
	free(t);
}

/* There are as many as procedures, and the last one asked for comes again. */
int64_t tally_procedure(struct stat_tally *t, struct str procedure)
{
	if (!procedure.n)
		return 0;
	for (size_t i = t->n_procedures; i-- > 0;)
		if (str_eq(t->procedures[i], procedure))
			return (int64_t)i + 1;
	if (t->n_procedures == t->procedures_room) {
		t->procedures_room = t->procedures_room ? 2 * t->procedures_room : 64;
		t->procedures = at_least(realloc(t->procedures, t->procedures_room * sizeof *t->procedures));
	}
	t->procedures[t->n_procedures++] = str_dup(t->names, procedure);
	return (int64_t)t->n_procedures;
}

struct str tally_procedure_name(const struct stat_tally *t, int64_t number) { return number ? t->procedures[number - 1] : STR(""); }

static uint64_t hash(const struct roll_key *k, int64_t cell)
{
	const uint64_t v[] = {(uint64_t)k->agency, (uint64_t)k->unit, (uint64_t)k->officer, (uint64_t)(uint32_t)k->level << 32 | (uint32_t)k->period, (uint64_t)k->procedure, (uint64_t)cell};
	uint64_t h = 0;
	for (size_t i = 0; i < ARRAY_LEN(v); i++) {
		h = (h ^ v[i]) * 0x9E3779B97F4A7C15U;
		h ^= h >> 29;
	}
	return h;
}

/* A slot is taken when its level is not LEVEL_FULL. */
static struct slot *find(struct slot *v, size_t room, const struct roll_key *k, int64_t cell)
{
	size_t i = (size_t)hash(k, cell) & (room - 1);
	while (v[i].key.level && (v[i].cell != cell || memcmp(&v[i].key, k, sizeof *k) != 0))
		i = (i + 1) & (room - 1);
	return &v[i];
}

static void grow(struct stat_tally *t)
{
	size_t room = 2 * t->room;
	struct slot *v = at_least(calloc(room, sizeof *v));
	for (size_t i = 0; i < t->room; i++)
		if (t->v[i].key.level)
			*find(v, room, &t->v[i].key, t->v[i].cell) = t->v[i];
	free(t->v);
	t->v = v;
	t->room = room;
}

void tally_count(struct stat_tally *t, int side, const struct roll_key *key, int64_t cell, int64_t n)
{
	CHECK(key->level > LEVEL_FULL && key->level < LEVELS);
	if (2 * t->n >= t->room)
		grow(t);
	struct slot *s = find(t->v, t->room, key, cell);
	if (!s->key.level) {
		*s = (struct slot){.key = *key, .cell = cell};
		t->n++;
	}
	s->n[side] += n;
}

void tally_entry(struct stat_tally *t, int side, const struct stat_dims *d, const struct stat_entry *x)
{
	int64_t procedure = tally_procedure(t, d->procedure);
	for (int32_t l = LEVEL_DAY; l < LEVELS; l++) {
		const struct level *at = &levels[l];
		if (at->span != x->span)
			continue;
		struct roll_key key = {.agency = d->agency.v, .unit = at->unit ? d->unit.v : 0, .officer = at->officer ? d->officer.v : 0, .level = l,
		                       .period = x->period, .procedure = at->procedure ? procedure : 0};
		tally_count(t, side, &key, x->cell, x->n);
	}
}

void stat_tally_add(struct stat_tally *t, const struct stat_set *x)
{
	t->dossiers++;
	for (size_t i = 0; i < x->n; i++)
		tally_entry(t, SIDE_COUNTED, &x->dims, &x->v[i]);
}

int64_t tally_dossiers(const struct stat_tally *t) { return t->dossiers; }

static void count_row(struct stat_tally *t, int side, const struct group *g, const struct stat_entry *x)
{
	struct roll_key key = {.agency = g->dims.agency.v, .unit = g->dims.unit.v, .officer = g->dims.officer.v, .level = g->level, .period = x->period,
	                       .procedure = tally_procedure(t, g->dims.procedure)};
	tally_count(t, side, &key, x->cell, x->n);
}

bool tally_delta(struct stat_tally *t, int side, struct str groups)
{
	struct group g;
	struct stat_entry x;
	while (groups.n) {
		if (!take_group(&groups, &g))
			return false;
		for (uint64_t i = 0; i < g.n; i++) {
			if (!take_entry(&groups, &x))
				return false;
			if (g.level == LEVEL_FULL)
				tally_entry(t, side, &g.dims, &x);
			else
				count_row(t, side, &g, &x);
		}
	}
	return true;
}

bool tally_cells(struct stat_tally *t, int side, const struct roll_key *key, struct str cells)
{
	int64_t last = 0, cell, n;
	while (cells.n) {
		if (!take_cell(&cells, &last, &cell, &n))
			return false;
		tally_count(t, side, key, cell, n);
	}
	return true;
}

#define BY(x, y) \
	if ((x) != (y)) \
		return (x) < (y) ? -1 : 1

static int compare(const void *a, const void *b)
{
	const struct slot *x = *(struct slot *const *)a, *y = *(struct slot *const *)b;
	BY(x->key.level, y->key.level);
	BY(x->key.agency, y->key.agency);
	BY(x->key.period, y->key.period);
	BY(x->key.unit, y->key.unit);
	BY(x->key.procedure, y->key.procedure);
	BY(x->key.officer, y->key.officer);
	BY(x->cell, y->cell);
	return 0;
}

struct slot **tally_sorted(struct stat_tally *t, size_t *n)
{
	free(t->sorted);
	t->sorted = at_least(malloc((t->n + 1) * sizeof *t->sorted));
	*n = 0;
	for (size_t i = 0; i < t->room; i++)
		if (t->v[i].key.level && (t->v[i].n[SIDE_COUNTED] || t->v[i].n[SIDE_KEPT]))
			t->sorted[(*n)++] = &t->v[i];
	qsort(t->sorted, *n, sizeof *t->sorted, compare);
	return t->sorted;
}
