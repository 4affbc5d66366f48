/* line.c — sample dossiers in the order in which they were sent, which is that of their ids: rows written in it fill their pages to the end. */
#include "sample/internal.h"
#include <stdlib.h>
#include <string.h>

#define LINE_MOST 500000

void line_join(struct line *l, struct inst *x)
{
	if (l->n == l->cap && l->at > l->cap / 2) {
		memmove(l->v, l->v + l->at, (l->n - l->at) * sizeof(struct inst *));
		l->n -= l->at;
		l->at = 0;
	}
	if (l->n == l->cap) {
		l->cap = l->cap ? 2 * l->cap : 4096;
		l->v = realloc(l->v, l->cap * sizeof(struct inst *));
		CHECK(l->v != NULL);
	}
	l->v[l->n++] = x;
}

bool line_put(struct maker *m, struct inst *x, bool past, struct err *e)
{
	struct arena_mark mark = arena_mark(m->scratch);
	if (!past && !pour_end(m, x, e))
		return false;
	arena_rewind(m->scratch, mark);
	m->out->dossiers++;
	inst_free(x);
	return true;
}

bool line_move(struct line *l, struct maker *m, bool past, struct err *e)
{
	bool ok = true;
	while (ok && l->at < l->n && (l->v[l->at]->over || l->n - l->at > LINE_MOST)) {
		struct inst *x = l->v[l->at++];
		x->late = !x->over;
		ok = x->late || line_put(m, x, past, e);
	}
	return ok;
}

bool line_end(struct line *l, struct maker *m, bool past, struct err *e)
{
	bool ok = true;
	while (ok && l->at < l->n)
		ok = line_put(m, l->v[l->at++], past, e);
	return ok;
}

void line_free(struct line *l)
{
	while (l->at < l->n)
		inst_free(l->v[l->at++]);
	free(l->v);
}
