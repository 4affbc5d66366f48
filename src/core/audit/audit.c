/* audit.c — appending to the log and reading it. See audit.h. */
#include "core/audit/audit.h"
#include "core/audit/audit_internal.h"
#include "core/audit/audit_sql.h"
#include <string.h>

bool lane_hold(struct db *db, struct arena *a, int64_t lane, int before, bool *held, struct err *e)
{
	struct log_lane_hold_row row = {0};
	struct log_lane_end_row end;
	bool found = false;
	*held = false;
	if (!q_log_lane_hold(db, a, lane, &row, &found, e))
		return err_wrap(e, "taking a lane of the log");
	*held = row.held != 0;
	return *held || before == 0 || q_log_lane_end(db, a, lane, before, &end, &found, e);
}

bool lane_kept(struct db *db, struct arena *a, const struct lane *end, bool *kept, struct err *e)
{
	struct log_get_row row = {0};
	if (!q_log_get(db, a, end->id, &row, kept, e))
		return err_wrap(e, "looking for an entry of the log");
	struct digest hash = *kept ? hash_from(row.hash) : (struct digest){0};
	*kept = *kept && memcmp(&hash, &end->head, sizeof hash) == 0;
	return true;
}

bool lane_open(struct db *db, struct arena *a, int64_t lane, struct lane *out, struct err *e)
{
	struct log_head_row row = {0};
	bool found = false;
	if (!q_log_head(db, a, lane, &row, &found, e))
		return err_wrap(e, "reading the end of the log");
	*out = (struct lane){.lane = lane};
	if (found)
		*out = (struct lane){.lane = lane, .id = row.id, .seq = row.seq, .at = row.at, .head = hash_from(row.hash)};
	return true;
}

struct instant lane_time(const struct lane *l, struct instant clock) { return clock.ms > l->at.ms ? clock : l->at; }

static bool touched_bytes(struct env *env, struct str *out, struct err *e)
{
	size_t n = 0;
	const struct db_touch *t = db_touched(env->db, &n);
	struct buf b = buf_on(env->arena);
	for (size_t i = 0; i < n; i++) {
		uint8_t digest[DIGEST_SIZE];
		if (!db_row_digest(env->db, t[i].table, t[i].id, digest, e))
			return err_wrap(e, t[i].table->name);
		audit_touch_put(&b, t[i].table->name, t[i].id, digest);
	}
	db_touched_clear(env->db);
	*out = buf_str(&b);
	return true;
}

/* The entry's place in the log. On PostgreSQL other lanes write about the same subject: they wait for each other here, so
 * that the id is asked, and the time raised, after whoever came before has committed. */
static bool take_place(struct env *env, struct audit_entry *x, struct err *e)
{
	struct log_hold_row held;
	struct log_order_row order = {0};
	bool found = false;
	x->id = env->lane->id + 1;
	if (db_engine(env->db) == DB_SQLITE)
		return true;
	if ((x->subject && !q_log_hold(env->db, env->arena, x->subject, &held, &found, e)) || !q_log_order(env->db, env->arena, x->subject, &order, &found, e))
		return false;
	x->id = order.id;
	if (x->subject && order.at.has && order.at.v.ms > env->now.ms)
		env->now = order.at.v;
	return true;
}

static bool entry_add(struct env *env, const struct audit_entry *x, struct err *e)
{
	return q_log_add(env->db,
	                 &(struct log_add_in){.id = x->id, .lane = x->lane, .seq = x->seq, .at = x->at,
	                                      .actor = x->actor, .person = x->person, .unit = x->unit, .role = x->role,
	                                      .kind = x->kind, .subject = x->subject, .body = x->body,
	                                      .touched = audit_touched_pack(env->arena, x->touched, x->subject), .hash = hash_str(&x->hash)},
	                 NULL, e);
}

bool audit_record(struct env *env, const struct audit_act *act, int64_t *entry, struct err *e)
{
	CHECK(env->lane != NULL);
	struct lane *l = env->lane;
	struct audit_entry x = {
	        .lane = l->lane, .seq = l->seq + 1, .actor = env->actor->account,
	        .person = env->actor->person, .unit = act->unit, .subject = act->subject,
	        .role = env->actor->program ? STR("program") : str_from(role_name(act->role)), .kind = str_from(act->kind),
	        .body = act->body.n ? act->body : STR("{}"), .prev = l->head};
	if (!touched_bytes(env, &x.touched, e) || !take_place(env, &x, e))
		return err_wrap(e, act->kind);
	x.at = env->now;
	x.day = date_of(env->now);
	x.hash = audit_entry_hash(env->arena, &x);
	if (!entry_add(env, &x, e))
		return err_wrap(e, act->kind);
	*l = (struct lane){.lane = l->lane, .id = x.id, .seq = x.seq, .at = x.at, .head = x.hash};
	if (entry)
		*entry = x.id;
	return true;
}

bool audit_get(struct db *db, struct arena *a, int64_t id, struct audit_entry *out, bool *found, struct err *e)
{
	struct log_get_row r = {0};
	struct log_before_row before = {0};
	bool have_before = false;
	if (!q_log_get(db, a, id, &r, found, e) || (*found && !q_log_before(db, a, r.lane, r.seq, r.id, &before, &have_before, e)))
		return err_wrap(e, "an entry of the log");
	if (!*found)
		return true;
	*out = (struct audit_entry){.id = r.id, .lane = r.lane, .seq = r.seq, .at = r.at, .day = date_of(r.at), .actor = r.actor, .person = r.person, .unit = r.unit, .role = r.role, .kind = r.kind,
	                            .subject = r.subject, .body = r.body, .prev = hash_from(before.hash), .hash = hash_from(r.hash)};
	return audit_touched_unpack(a, r.touched, r.subject, &out->touched) || err_set(e, ERR_INTERNAL, "entry %lld: its list of rows is damaged; run motcua verify", (long long)id);
}

static bool timeline(struct env *env, const struct log_of_subject_in *in, struct audit_entries *out, struct err *e)
{
	struct log_of_subject_rows rows = {0};
	if (!q_log_of_subject(env->db, env->arena, in, &rows, e))
		return err_wrap(e, "timeline");
	out->n = rows.n;
	out->v = NEW_ARRAY(env->arena, rows.n, struct audit_entry);
	for (size_t i = 0; i < rows.n; i++) {
		const struct log_of_subject_row *r = &rows.v[i];
		out->v[i] = (struct audit_entry){.id = r->id, .lane = r->lane, .seq = r->seq, .at = r->at, .actor = r->actor,
		                                 .person = r->person, .unit = r->unit, .subject = in->subject, .role = r->role,
		                                 .kind = r->kind, .body = r->body, .hash = hash_from(r->hash)};
	}
	return true;
}

bool audit_timeline(struct env *env, int64_t subject, int64_t after, int64_t limit, struct audit_entries *out, struct err *e)
{
	return timeline(env, &(struct log_of_subject_in){.subject = subject, .after = after, .without = STR(""), .nor = STR(""), .limit = limit}, out, e);
}

bool audit_timeline_without(struct env *env, int64_t subject, struct str without, struct str nor, int64_t limit, struct audit_entries *out, struct err *e)
{
	return timeline(env, &(struct log_of_subject_in){.subject = subject, .without = without, .nor = nor, .limit = limit}, out, e);
}

bool audit_done_since(struct env *env, struct str subjects, struct instant since, struct str without, struct str nor, struct audit_done_list *out, struct err *e)
{
	struct log_kinds_since_rows rows = {0};
	if (!q_log_kinds_since(env->db, env->arena, &(struct log_kinds_since_in){.subjects = subjects, .since = since, .without = without, .nor = nor}, &rows, e))
		return err_wrap(e, "what was done since");
	*out = (struct audit_done_list){NEW_ARRAY(env->arena, rows.n, struct audit_done), rows.n};
	for (size_t i = 0; i < rows.n; i++)
		out->v[i] = (struct audit_done){rows.v[i].subject, rows.v[i].kind};
	return true;
}

bool audit_last(struct env *env, int64_t subject, int64_t *entry, struct err *e)
{
	struct log_last_of_row row = {0};
	bool found = false;
	if (!q_log_last_of(env->db, env->arena, subject, &row, &found, e))
		return err_wrap(e, "last entry of a subject");
	*entry = row.id;
	return true;
}

bool audit_unread(struct env *env, struct str reader, int64_t limit, struct audit_entries *out, struct err *e)
{
	struct log_unread_rows rows = {0};
	if (!q_log_unread(env->db, env->arena, reader, limit, &rows, e))
		return err_wrap(e, "unread entries");
	out->n = rows.n;
	out->v = NEW_ARRAY(env->arena, rows.n, struct audit_entry);
	for (size_t i = 0; i < rows.n; i++) {
		const struct log_unread_row *r = &rows.v[i];
		out->v[i] = (struct audit_entry){.id = r->id, .lane = r->lane, .seq = r->seq, .at = r->at, .actor = r->actor, .person = r->person,
		                                 .unit = r->unit, .subject = r->subject, .role = r->role, .kind = r->kind, .body = r->body};
	}
	return true;
}

/* One lane goes on from the entry before its first to its last. */
static bool move_reader(struct env *env, struct str reader, const struct audit_entries *read, size_t first, struct err *e)
{
	const struct audit_entry *x = &read->v[first], *last = x;
	int64_t changed = 0;
	for (size_t i = first; i < read->n; i++)
		if (read->v[i].lane == x->lane)
			last = &read->v[i];
	struct log_reader_move_in in = {.reader = reader, .lane = x->lane, .seq_before = x->seq - 1, .seq = last->seq, .last = last->id};
	if ((x->seq == 1 && !q_log_reader_begin(env->db, reader, x->lane, NULL, e)) || !q_log_reader_move(env->db, &in, &changed, e))
		return err_wrap(e, "place in the log");
	return changed == 1 || err_set(e, ERR_CONFLICT, "lane %lld was read meanwhile", (long long)x->lane);
}

bool audit_mark_read(struct env *env, struct str reader, const struct audit_entries *read, struct err *e)
{
	for (size_t i = 0; i < read->n; i++) {
		bool is_first = true;
		for (size_t k = 0; k < i && is_first; k++)
			is_first = read->v[k].lane != read->v[i].lane;
		if (is_first && !move_reader(env, reader, read, i, e))
			return false;
	}
	return true;
}

bool day_entries(struct db *db, struct date day, struct db_cursor *c, struct err *e)
{
	return q_log_of_day(db, day, instant_at(day, 0), instant_at((struct date){day.day + 1}, 0), c, e);
}

bool day_root(struct db *db, struct date day, struct day_tree *out, struct err *e)
{
	AUTO_CURSOR c = {0};
	if (!day_entries(db, day, &c, e))
		return false;
	struct merkle m = {0};
	struct log_of_day_row row;
	*out = (struct day_tree){0};
	while (db_next(&c, &row)) {
		struct digest leaf = hash_from(row.hash);
		merkle_add(&m, &leaf);
		out->last = row.id;
	}
	out->entries = (int64_t)m.n;
	out->root = merkle_root(&m);
	return db_end(&c, e);
}

bool audit_close_day(struct env *env, struct date today, bool *closed, struct err *e)
{
	struct log_first_open_row open = {0};
	struct log_day_last_row last = {0};
	bool found = false, have_last = false;
	*closed = false;
	if (!q_log_day_last(env->db, env->arena, &last, &have_last, e) ||
	    !q_log_first_open(env->db, env->arena, have_last ? instant_at((struct date){last.day.day + 1}, 0) : (struct instant){0}, &open, &found, e))
		return err_wrap(e, "closing a day");
	struct date day = found ? date_of(open.at) : today;
	if (day.day >= today.day)
		return true;
	struct digest prev = have_last ? hash_from(last.chain) : (struct digest){0};
	struct day_tree tree;
	if (!day_root(env->db, day, &tree, e))
		return err_wrap(e, "closing a day");
	struct digest chain = day_chain(env->arena, day, tree.entries, &tree.root, &prev);
	*closed = q_log_day_add(env->db,
	                        &(struct log_day_add_in){.day = day, .entries = tree.entries, .root = hash_str(&tree.root),
	                                                 .prev = hash_str(&prev), .chain = hash_str(&chain),
	                                                 .closed_at = env->now, .last = tree.last},
	                        NULL, e);
	return *closed;
}
