/* catalogue_snapshot.c — see catalogue.h: what is published, in memory, exchanged whole when it changes.
 *
 * Readers hold a view by a count under the lock and never wait for a rebuild; who finds the revision or the day changed builds
 * the next view alone (`building`), then exchanges the pointer. */
#include "catalogue/catalogue.h"
#include "catalogue/catalogue_sql.h"
#include "core/text/text.h"
#include <pthread.h>
#include <stdlib.h>

#define LOOK_EVERY_NS ((int64_t)1000000000)

struct kept {
	struct catalogue_view view; /* first: a view is its kept */
	struct arena *arena;
	struct procedure *all, *now;
	struct catalogue_index *all_index, *now_index;
	int holders;
	bool old;
};

struct catalogue {
	struct catalogue_config cfg;
	pthread_mutex_t lock, building;
	struct kept *kept;
	int64_t db_revision, looked_ns;
};

static void kept_free(struct kept *k)
{
	if (!k)
		return;
	catalogue_index_free(k->all_index);
	catalogue_index_free(k->now_index);
	arena_free(k->arena);
	free(k);
}

static bool on_day(const struct procedure_version_public_row *r, struct date day)
{
	return (!r->valid_from.has || r->valid_from.v.day <= day.day) && (!r->valid_to.has || r->valid_to.v.day >= day.day);
}

static bool read(const struct catalogue_config *cfg, struct arena *a, const struct procedure_version_public_row *r, struct procedure *out)
{
	const struct procedure *known = cfg->known ? cfg->known(cfg->ctx, r->slug, r->bytes) : NULL;
	if (known) {
		*out = *known;
		return true;
	}
	struct pack_report report = pack_report_on(a);
	return procedure_read(&report, (struct pack_file){str_fmt(a, "procedures/%.*s.json", STR_ARG(r->slug)), r->bytes}, out);
}

static bool fill(const struct catalogue_config *cfg, struct arena *a, const struct procedure_version_public_row *r, struct date day, struct catalogue_entry *x)
{
	if (!read(cfg, a, r, &x->p))
		return false;
	x->p.from = r->valid_from.has ? r->valid_from.v : (struct date){INT32_MIN};
	x->p.to = r->valid_to.has ? r->valid_to.v : (struct date){INT32_MAX};
	x->in_force = on_day(r, day);
	x->version = r->id.v;
	x->number = r->number;
	x->hash = r->hash;
	x->note = r->note;
	x->decision_number = r->decision_number;
	x->decision_date = r->decision_date;
	x->bytes = r->bytes;
	x->changed_at = r->ended_at.has ? r->ended_at.v : r->published_at.v;
	return true;
}

struct sorted { struct catalogue_entry entry; struct str key; };

static int by_field_and_name(const void *x, const void *y)
{
	const struct sorted *a = x, *b = y;
	int c = str_cmp(a->entry.p.field_code, b->entry.p.field_code);
	c = c ? c : str_cmp(a->key, b->key);
	return c ? c : str_cmp(a->entry.p.id, b->entry.p.id);
}

/* One entry a procedure: rows come by slug and number, so the last that is in force wins, else the last. */
static size_t choose(const struct catalogue_config *cfg, struct arena *a, const struct procedure_version_public_rows *rows, struct date day, struct sorted *out)
{
	size_t n = 0;
	for (size_t i = 0; i < rows->n;) {
		size_t best = i, k = i;
		for (; k < rows->n && str_eq(rows->v[k].slug, rows->v[i].slug); k++)
			if (on_day(&rows->v[k], day) || !on_day(&rows->v[best], day))
				best = k;
		if (fill(cfg, a, &rows->v[best], day, &out[n].entry)) {
			out[n].key = text_sort_key(a, out[n].entry.p.name);
			n++;
		}
		i = k;
	}
	return n;
}

static struct kept *build(const struct catalogue_config *cfg, struct db *db, struct date day, uint64_t revision, struct err *e)
{
	struct kept *k = calloc(1, sizeof *k);
	CHECK(k != NULL);
	k->arena = arena_new(0);
	struct procedure_version_public_rows rows = {0};
	if (!q_procedure_version_public(db, k->arena, &rows, e)) {
		kept_free(k);
		return NULL;
	}
	struct sorted *list = NEW_ARRAY(k->arena, rows.n + 1, struct sorted);
	size_t n = choose(cfg, k->arena, &rows, day, list), now = 0;
	if (n)
		qsort(list, n, sizeof *list, by_field_and_name);
	struct catalogue_entry *entries = NEW_ARRAY(k->arena, n + 1, struct catalogue_entry);
	k->all = NEW_ARRAY(k->arena, n + 1, struct procedure);
	k->now = NEW_ARRAY(k->arena, n + 1, struct procedure);
	for (size_t i = 0; i < n; i++) {
		entries[i] = list[i].entry;
		k->all[i] = entries[i].p;
		if (entries[i].in_force)
			k->now[now++] = entries[i].p;
	}
	k->all_index = catalogue_index_new(k->all, n);
	k->now_index = catalogue_index_new(k->now, now);
	k->view = (struct catalogue_view){entries, n, now, k->all_index, k->now_index, day, revision};
	return k;
}

static void exchange(struct catalogue *c, struct kept *next, int64_t db_revision)
{
	pthread_mutex_lock(&c->lock);
	struct kept *old = c->kept;
	c->kept = next;
	c->db_revision = db_revision;
	bool unused = old && old->holders == 0;
	if (old)
		old->old = true;
	pthread_mutex_unlock(&c->lock);
	if (unused)
		kept_free(old);
}

static struct date today(const struct catalogue *c) { return date_of(c->cfg.clock ? c->cfg.clock() : instant_clock()); }

/* With `building` held. */
static bool look(struct catalogue *c, struct db *db, struct err *e)
{
	AUTO_ARENA a = arena_new(0);
	struct catalogue_revision_get_row r = {0};
	bool found = false;
	if (!q_catalogue_revision_get(db, a, &r, &found, e))
		return false;
	struct date day = today(c);
	if (c->kept && c->db_revision == r.revision && c->kept->view.day.day == day.day)
		return true;
	struct kept *next = build(&c->cfg, db, day, c->kept ? c->kept->view.revision + 1 : 1, e);
	if (next)
		exchange(c, next, r.revision);
	return next != NULL;
}

static bool look_with_connection(struct catalogue *c, struct err *e)
{
	struct db *db = db_checkout(c->cfg.pool, e);
	if (!db)
		return false;
	bool ok = look(c, db, e);
	db_checkin(c->cfg.pool, db);
	return ok;
}

bool catalogue_start(struct catalogue **out, const struct catalogue_config *cfg, struct err *e)
{
	struct catalogue *c = calloc(1, sizeof *c);
	CHECK(c != NULL);
	c->cfg = *cfg;
	CHECK(pthread_mutex_init(&c->lock, NULL) == 0 && pthread_mutex_init(&c->building, NULL) == 0);
	if (!look_with_connection(c, e)) {
		catalogue_stop(c);
		return false;
	}
	c->looked_ns = monotonic_ns();
	*out = c;
	return true;
}

void catalogue_stop(struct catalogue *c)
{
	if (!c)
		return;
	kept_free(c->kept);
	pthread_mutex_destroy(&c->lock);
	pthread_mutex_destroy(&c->building);
	free(c);
}

/* A database that cannot be read leaves what is in memory: the catalogue stays readable. */
void catalogue_refresh(struct catalogue *c)
{
	struct err e = {0};
	pthread_mutex_lock(&c->building);
	c->looked_ns = look_with_connection(c, &e) ? monotonic_ns() : monotonic_ns() - LOOK_EVERY_NS / 2;
	pthread_mutex_unlock(&c->building);
}

uint64_t catalogue_revision(struct catalogue *c)
{
	if (pthread_mutex_trylock(&c->building) == 0) {
		bool due = monotonic_ns() - c->looked_ns >= LOOK_EVERY_NS;
		pthread_mutex_unlock(&c->building);
		if (due)
			catalogue_refresh(c);
	}
	pthread_mutex_lock(&c->lock);
	uint64_t revision = c->kept->view.revision;
	pthread_mutex_unlock(&c->lock);
	return revision;
}

const struct catalogue_view *catalogue_hold(struct catalogue *c)
{
	catalogue_revision(c);
	pthread_mutex_lock(&c->lock);
	struct kept *k = c->kept;
	k->holders++;
	pthread_mutex_unlock(&c->lock);
	return &k->view;
}

void catalogue_release(struct catalogue *c, const struct catalogue_view *v)
{
	pthread_mutex_lock(&c->lock);
	struct kept *k = (struct kept *)(uintptr_t)v;
	bool last = --k->holders == 0 && k->old;
	pthread_mutex_unlock(&c->lock);
	if (last)
		kept_free(k);
}

const struct catalogue_entry *catalogue_entry_of(const struct catalogue_view *v, const struct procedure *p)
{
	for (size_t i = 0; i < v->n; i++)
		if (str_eq(v->entries[i].p.id, p->id))
			return &v->entries[i];
	return NULL;
}

struct catalogue_result catalogue_search_all(const struct catalogue_view *v, struct arena *a, const struct catalogue_query *q)
{
	struct catalogue_result r = catalogue_search(v->all, a, q);
	struct catalogue_hit *sorted = NEW_ARRAY(a, r.n + 1, struct catalogue_hit);
	bool *first = NEW_ARRAY(a, r.n + 1, bool);
	size_t n = 0;
	for (size_t i = 0; i < r.n; i++) {
		first[i] = catalogue_entry_of(v, r.hits[i].procedure)->in_force || r.hits[i].score >= CATALOGUE_SCORE_CODE;
		if (first[i])
			sorted[n++] = r.hits[i];
	}
	for (size_t i = 0; i < r.n; i++)
		if (!first[i])
			sorted[n++] = r.hits[i];
	r.hits = sorted;
	return r;
}

const struct catalogue_entry *catalogue_find(const struct catalogue_view *v, struct str code)
{
	const struct procedure *p = catalogue_by_code(v->in_force, code);
	if (!p)
		p = catalogue_by_code(v->all, code);
	return p ? catalogue_entry_of(v, p) : NULL;
}

const struct catalogue_config *catalogue_config(const struct catalogue *c) { return &c->cfg; }
