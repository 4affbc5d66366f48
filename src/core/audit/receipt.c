/* receipt.c — proof of one entry, to be checked without this program's word. See audit.h.
 *
 * {"format":1,"entry":{…every hashed member…},"hash":HEX,
 *  "proof":{"day","index","entries","path":[HEX…],"root":HEX,"prev":HEX,"chain":HEX,"stamp":BASE64|null}} */
#include "core/audit/audit_internal.h"
#include "core/audit/audit_sql.h"
#include "core/base/json_text.h"
#include <stdlib.h>
#include <string.h>

static struct str hash_hex(struct arena *a, const struct digest *h) { return hex_encode(a, h->b, DIGEST_SIZE); }

static json_t *text(struct str s) { return json_stringn(s.p ? s.p : "", s.n); }

static json_t *entry_json(struct arena *a, const struct audit_entry *x)
{
	return json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:o,s:o,s:o,s:o,s:o}", "id", (json_int_t)x->id, "lane",
	                 (json_int_t)x->lane, "seq", (json_int_t)x->seq, "at", (json_int_t)x->at.ms, "day",
	                 (json_int_t)x->day.day, "actor", (json_int_t)x->actor, "person", (json_int_t)x->person, "unit",
	                 (json_int_t)x->unit, "subject", (json_int_t)x->subject, "role", text(x->role), "kind",
	                 text(x->kind), "body", text(x->body), "touched", text(base64_encode(a, x->touched.p, x->touched.n)),
	                 "prev", text(hash_hex(a, &x->prev)));
}

/* The day's leaves and the index of ours among them. */
static bool day_leaves(struct env *env, struct date day, int64_t entry, int64_t n, struct digest **leaves, uint64_t *index, struct err *e)
{
	AUTO_CURSOR c = {0};
	if (!day_entries(env->db, day, &c, e))
		return false;
	*leaves = NEW_ARRAY(env->arena, (size_t)n, struct digest);
	struct log_of_day_row row;
	int64_t i = 0;
	for (; db_next(&c, &row) && i < n; i++) {
		(*leaves)[i] = hash_from(row.hash);
		if (row.id == entry)
			*index = (uint64_t)i;
	}
	return db_end(&c, e) && (i == n || err_set(e, ERR_INTERNAL, "the log of day %d is not what was closed", day.day));
}

static json_t *path_json(struct arena *a, const struct merkle_path *p)
{
	json_t *list = json_array();
	for (int i = 0; i < p->depth; i++)
		json_array_append_new(list, text(hash_hex(a, &p->node[i])));
	return list;
}

static bool proof_json(struct env *env, const struct audit_entry *x, json_t **out, struct err *e)
{
	struct log_day_get_row d = {0};
	bool found = false;
	struct digest *leaves = NULL;
	uint64_t index = 0;
	*out = json_null();
	if (!q_log_day_get(env->db, env->arena, x->day, &d, &found, e))
		return false;
	if (!found)
		return true;
	if (!day_leaves(env, x->day, x->id, d.entries, &leaves, &index, e))
		return false;
	struct merkle_path path;
	merkle_prove(leaves, (uint64_t)d.entries, index, &path);
	struct arena *a = env->arena;
	*out = json_pack("{s:I,s:I,s:I,s:o,s:o,s:o,s:o,s:o}", "day", (json_int_t)x->day.day, "index", (json_int_t)index,
	                 "entries", (json_int_t)d.entries, "path", path_json(a, &path), "root",
	                 text(hex_encode(a, d.root.p, d.root.n)), "prev", text(hex_encode(a, d.prev.p, d.prev.n)), "chain",
	                 text(hex_encode(a, d.chain.p, d.chain.n)), "stamp",
	                 d.stamp.p ? text(base64_encode(a, d.stamp.p, d.stamp.n)) : json_null());
	return true;
}

bool audit_entry_known(struct env *env, int64_t entry, struct digest hash, bool *known, struct err *e)
{
	struct log_get_row r = {0};
	if (!q_log_get(env->db, env->arena, entry, &r, known, e))
		return err_wrap(e, "entry of a receipt");
	struct digest ours = hash_from(r.hash);
	*known = *known && digest_eq(ours, hash);
	return true;
}

bool audit_receipt(struct env *env, int64_t entry, struct str *json, bool *found, struct err *e)
{
	struct audit_entry x = {0};
	if (!audit_get(env->db, env->arena, entry, &x, found, e))
		return err_wrap(e, "receipt");
	if (!*found)
		return true;
	json_t *proof = NULL;
	if (!proof_json(env, &x, &proof, e))
		return err_wrap(e, "receipt");
	json_t *all = json_pack("{s:i,s:o,s:o,s:o}", "format", 1, "entry", entry_json(env->arena, &x), "hash",
	                        text(hash_hex(env->arena, &x.hash)), "proof", proof);
	*json = json_text(env->arena, all);
	return true;
}
