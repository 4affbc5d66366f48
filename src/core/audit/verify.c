/* verify.c — recomputes the record from its own entries. See audit_verify() in audit.h.
 *
 * Pass 1 walks the entries in order: hash, chain per lane, and the last digest of each row, kept in a hash map
 * (48 bytes a row, in memory: the price of a check without an index on the hot path).
 * Pass 2 recomputes each closed day's root and the chain of days.
 * Pass 3 walks each logged table in order of id and compares every row with its last digest. */
#include "core/audit/audit_internal.h"
#include "core/audit/audit_sql.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct slot { int64_t id; uint32_t table; bool used, seen; struct digest digest; };
struct row_map { struct slot *v; size_t cap, n; };
struct lane_end { int64_t lane, seq; struct digest head; };

struct check {
	struct db *db;
	const struct db_schema *schema;
	struct arena *arena;
	struct row_map rows;
	struct lane_end lanes[256];
	size_t n_lanes;
	struct audit_verify *out;
};

static void fault(struct check *c, const char *fmt, ...) PRINTF_LIKE(2, 3);
static void fault(struct check *c, const char *fmt, ...)
{
	if (!c->out->ok)
		return;
	va_list ap;
	va_start(ap, fmt);
	c->out->ok = false;
	vsnprintf(c->out->first_fault, sizeof c->out->first_fault, fmt, ap);
	va_end(ap);
}

static size_t slot_of(const struct row_map *m, uint32_t table, int64_t id)
{
	uint64_t h = ((uint64_t)id ^ ((uint64_t)table << 56)) * 0x9E3779B97F4A7C15ULL;
	size_t i = (size_t)(h >> 20) & (m->cap - 1);
	while (m->v[i].used && (m->v[i].id != id || m->v[i].table != table))
		i = (i + 1) & (m->cap - 1);
	return i;
}

static void map_grow(struct row_map *m)
{
	struct row_map old = *m;
	m->cap = old.cap ? old.cap * 2 : 4096;
	m->v = calloc(m->cap, sizeof *m->v);
	CHECK(m->v != NULL);
	for (size_t i = 0; i < old.cap; i++)
		if (old.v[i].used)
			m->v[slot_of(m, old.v[i].table, old.v[i].id)] = old.v[i];
	free(old.v);
}

static struct slot *map_at(struct row_map *m, uint32_t table, int64_t id)
{
	if (2 * m->n >= m->cap)
		map_grow(m);
	struct slot *s = &m->v[slot_of(m, table, id)];
	if (!s->used) {
		*s = (struct slot){.id = id, .table = table, .used = true};
		m->n++;
	}
	return s;
}

static bool table_index(const struct db_schema *schema, struct str name, uint32_t *out)
{
	for (uint32_t i = 0; i < schema->n_tables; i++)
		if (str_eq(name, str_from(schema->tables[i]->name))) {
			*out = i;
			return true;
		}
	return false;
}

/* Takes the digests of one entry into the map. */
static bool take_touched(struct check *c, struct str t)
{
	while (t.n) {
		struct str name;
		struct digest digest;
		int64_t id = 0;
		uint32_t table = 0;
		if (!audit_touch_next(&t, &name, &id, &digest) || !table_index(c->schema, name, &table))
			return false;
		map_at(&c->rows, table, id)->digest = digest;
	}
	return true;
}

static struct lane_end *lane_of(struct check *c, int64_t lane)
{
	for (size_t i = 0; i < c->n_lanes; i++)
		if (c->lanes[i].lane == lane)
			return &c->lanes[i];
	if (c->n_lanes == ARRAY_LEN(c->lanes))
		return NULL;
	c->lanes[c->n_lanes] = (struct lane_end){.lane = lane};
	return &c->lanes[c->n_lanes++];
}

static void check_entry(struct check *c, const struct log_all_row *r)
{
	struct audit_entry x = {.id = r->id, .lane = r->lane, .seq = r->seq, .at = r->at, .day = date_of(r->at), .actor = r->actor,
	                        .person = r->person, .unit = r->unit, .role = r->role, .kind = r->kind, .subject = r->subject,
	                        .body = r->body, .hash = hash_from(r->hash)};
	struct lane_end *l = lane_of(c, x.lane);
	if (!l) {
		fault(c, "log_entry %lld: lane %lld is more than there can be", (long long)x.id, (long long)x.lane);
		return;
	}
	/* What an entry follows is in its hash: the entry before as it is in the log. */
	x.prev = l->head;
	bool listed = audit_touched_unpack(c->arena, r->touched, x.subject, &x.touched);
	struct digest want = audit_entry_hash(c->arena, &x);
	if (x.seq != l->seq + 1)
		fault(c, "log_entry %lld: does not follow entry %lld of lane %lld", (long long)x.id, (long long)l->seq, (long long)x.lane);
	else if (!listed || !digest_eq(want, x.hash))
		fault(c, "log_entry %lld: content, or what it follows, does not match its hash", (long long)x.id);
	else if (!take_touched(c, x.touched))
		fault(c, "log_entry %lld: list of rows cannot be read", (long long)x.id);
	*l = (struct lane_end){.lane = x.lane, .seq = x.seq, .head = x.hash};
	c->out->entries++;
}

static bool check_entries(struct check *c, struct err *e)
{
	AUTO_CURSOR cur = {0};
	if (!q_log_all(c->db, 0, &cur, e))
		return false;
	struct log_all_row row;
	struct arena_mark m = arena_mark(c->arena);
	while (db_next(&cur, &row)) {
		check_entry(c, &row);
		arena_rewind(c->arena, m);
	}
	c->out->lanes = (int64_t)c->n_lanes;
	return db_end(&cur, e);
}

struct day_list { struct log_day_all_row *v; size_t n; };

/* The days first, since PostgreSQL allows one open cursor a connection. */
static bool read_days(struct check *c, struct day_list *out, struct err *e)
{
	AUTO_CURSOR cur = {0};
	if (!q_log_day_all(c->db, &cur, e))
		return false;
	struct log_day_all_row row;
	size_t cap = 0;
	while (db_next(&cur, &row)) {
		if (out->n == cap) {
			struct log_day_all_row *more = NEW_ARRAY(c->arena, cap = cap ? 2 * cap : 64, struct log_day_all_row);
			if (out->n)
				memcpy(more, out->v, out->n * sizeof *more);
			out->v = more;
		}
		row.root = str_dup(c->arena, row.root);
		row.prev = str_dup(c->arena, row.prev);
		row.chain = str_dup(c->arena, row.chain);
		out->v[out->n++] = row;
	}
	return db_end(&cur, e);
}

static bool check_days(struct check *c, struct err *e)
{
	struct day_list days = {0};
	struct digest prev = {0};
	if (!read_days(c, &days, e))
		return false;
	for (size_t i = 0; i < days.n; i++) {
		const struct log_day_all_row *d = &days.v[i];
		struct digest want_root = hash_from(d->root), said = hash_from(d->prev), chain = hash_from(d->chain);
		struct day_tree tree;
		if (!day_root(c->db, d->day, &tree, e))
			return false;
		struct digest want = day_chain(c->arena, d->day, tree.entries, &tree.root, &prev);
		const char *day = date_format(c->arena, d->day).p;
		if (tree.entries != d->entries || !digest_eq(tree.root, want_root))
			fault(c, "log_day %s: tree of %lld entries does not give the root kept", day, (long long)tree.entries);
		else if (!d->last.has || d->last.v != tree.last)
			fault(c, "log_day %s: ends with entry %lld, not with the one kept", day, (long long)tree.last);
		else if (!digest_eq(said, prev) || !digest_eq(want, chain))
			fault(c, "log_day %s: does not follow the day before", day);
		prev = chain;
		c->out->days++;
	}
	return true;
}

static bool check_table(struct check *c, uint32_t index, struct err *e)
{
	const struct db_table *t = c->schema->tables[index];
	AUTO_DIGESTS d = {0};
	if (!db_digests_open(c->db, t, &d, e))
		return err_wrap(e, t->name);
	int64_t id = 0;
	struct digest h;
	while (db_digests_next(&d, &id, h.b)) {
		struct slot *s = map_at(&c->rows, index, id);
		struct digest zero = {0};
		if (digest_eq(s->digest, zero))
			fault(c, "%s %lld: the log knows no such row", t->name, (long long)id);
		else if (!digest_eq(s->digest, h))
			fault(c, "%s %lld: the row differs from what the log recorded", t->name, (long long)id);
		s->seen = true;
		c->out->rows++;
	}
	return db_digests_end(&d, e);
}

static void check_missing(struct check *c)
{
	struct digest zero = {0};
	for (size_t i = 0; i < c->rows.cap; i++) {
		const struct slot *s = &c->rows.v[i];
		if (s->used && !s->seen && !digest_eq(s->digest, zero))
			fault(c, "%s %lld: the row is gone", c->schema->tables[s->table]->name, (long long)s->id);
	}
}

static bool check_all(struct check *c, struct err *e)
{
	AUTO_TX tx = {0};
	if (!db_begin_snapshot(c->db, &tx, e) || !check_entries(c, e) || !check_days(c, e))
		return false;
	for (uint32_t i = 0; i < c->schema->n_tables; i++)
		if (c->schema->tables[i]->logged && !check_table(c, i, e))
			return false;
	check_missing(c);
	return true;
}

bool audit_verify(struct db *db, const struct db_schema *schema, struct audit_verify *out, struct err *e)
{
	AUTO_ARENA a = arena_new(0);
	*out = (struct audit_verify){.ok = true};
	struct check c = {.db = db, .schema = schema, .arena = a, .out = out};
	bool ok = check_all(&c, e);
	free(c.rows.v);
	return ok;
}
