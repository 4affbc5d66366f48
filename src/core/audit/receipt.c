/* receipt.c — proof of one entry, to be checked without this program's word. See audit.h.
 *
 * {"format":1,"entry":{…every hashed member…},"hash":HEX,
 *  "proof":{"day","index","entries","path":[HEX…],"root":HEX,"prev":HEX,"chain":HEX,"stamp":BASE64|null}} */
#include "core/audit/audit_internal.h"
#include "core/audit/audit_sql.h"
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static struct str hash_hex(struct arena *a, const struct hash *h) { return hex_encode(a, h->b, HASH_SIZE); }

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
static bool day_leaves(struct env *env, struct date day, int64_t entry, int64_t n, struct hash **leaves, uint64_t *index, struct err *e)
{
	AUTO_CURSOR c = {0};
	if (!q_log_of_day(env->db, day, &c, e))
		return false;
	*leaves = NEW_ARRAY(env->arena, (size_t)n, struct hash);
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
	struct hash *leaves = NULL;
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

bool audit_receipt(struct env *env, int64_t entry, struct str *json, bool *found, struct err *e)
{
	struct log_get_row r = {0};
	if (!q_log_get(env->db, env->arena, entry, &r, found, e))
		return err_wrap(e, "receipt");
	if (!*found)
		return true;
	struct audit_entry x = {.id = r.id, .lane = r.lane, .seq = r.seq, .at = r.at, .day = r.day, .actor = r.actor,
	                        .person = r.person, .unit = r.unit, .role = r.role, .kind = r.kind, .subject = r.subject,
	                        .body = r.body, .touched = r.touched, .prev = hash_from(r.prev), .hash = hash_from(r.hash)};
	json_t *proof = NULL;
	if (!proof_json(env, &x, &proof, e))
		return err_wrap(e, "receipt");
	json_t *all = json_pack("{s:i,s:o,s:o,s:o}", "format", 1, "entry", entry_json(env->arena, &x), "hash",
	                        text(hash_hex(env->arena, &x.hash)), "proof", proof);
	char *dump = json_dumps(all, JSON_COMPACT);
	CHECK(dump != NULL);
	*json = str_dup(env->arena, str_from(dump));
	free(dump);
	json_decref(all);
	return true;
}

static bool get_int(const json_t *o, const char *key, int64_t *out)
{
	const json_t *v = json_object_get(o, key);
	*out = json_integer_value(v);
	return json_is_integer(v);
}

static bool get_text(const json_t *o, const char *key, struct str *out)
{
	const json_t *v = json_object_get(o, key);
	*out = (struct str){json_string_value(v), json_string_length(v)};
	return json_is_string(v);
}

static bool get_hash(struct arena *a, const json_t *o, const char *key, struct hash *out)
{
	struct str s, bytes;
	if (!get_text(o, key, &s) || s.n != 2 * HASH_SIZE || !hex_decode(a, s, &bytes))
		return false;
	*out = hash_from(bytes);
	return true;
}

static bool entry_parse(struct arena *a, const json_t *o, struct audit_entry *x)
{
	int64_t day = 0;
	struct str touched;
	bool ok = get_int(o, "id", &x->id) && get_int(o, "lane", &x->lane) && get_int(o, "seq", &x->seq) &&
	          get_int(o, "at", &x->at.ms) && get_int(o, "day", &day) && get_int(o, "actor", &x->actor) &&
	          get_int(o, "person", &x->person) && get_int(o, "unit", &x->unit) && get_int(o, "subject", &x->subject) &&
	          get_text(o, "role", &x->role) && get_text(o, "kind", &x->kind) && get_text(o, "body", &x->body) &&
	          get_text(o, "touched", &touched) && base64_decode(a, touched, &x->touched) && get_hash(a, o, "prev", &x->prev);
	x->day.day = (int32_t)day;
	return ok && day == x->day.day;
}

/* Fills path, root, prev, chain, stamp; false when malformed. */
static bool proof_parse(struct arena *a, const json_t *o, struct merkle_path *path, struct hash h[3], struct str *stamp)
{
	int64_t index = 0, n = 0;
	const json_t *list = json_object_get(o, "path"), *s = json_object_get(o, "stamp");
	if (!get_int(o, "index", &index) || !get_int(o, "entries", &n) || !json_is_array(list) || json_array_size(list) > 64 ||
	    index < 0 || n < 1 || !get_hash(a, o, "root", &h[0]) || !get_hash(a, o, "prev", &h[1]) || !get_hash(a, o, "chain", &h[2]))
		return false;
	*path = (struct merkle_path){.index = (uint64_t)index, .n = (uint64_t)n, .depth = (int)json_array_size(list)};
	for (int i = 0; i < path->depth; i++) {
		const char *hex = json_string_value(json_array_get(list, (size_t)i));
		struct str bytes;
		if (!hex || !hex_decode(a, str_from(hex), &bytes) || bytes.n != HASH_SIZE)
			return false;
		path->node[i] = hash_from(bytes);
	}
	return !json_is_string(s) || base64_decode(a, (struct str){json_string_value(s), json_string_length(s)}, stamp);
}

static const char *proof_fault(struct arena *a, const json_t *o, const struct audit_entry *x, struct receipt_report *out)
{
	struct merkle_path path;
	struct hash h[3];
	if (!proof_parse(a, o, &path, h, &out->stamp))
		return "the proof cannot be read";
	if (!merkle_path_ok(&path, &x->hash, &h[0]))
		return "the path does not lead from the entry to the root";
	struct hash chain = day_chain(a, x->day, (int64_t)path.n, &h[0], &h[1]);
	if (!hash_eq(&chain, &h[2]))
		return "the root does not belong to the chain of days";
	out->chain = chain;
	return NULL;
}

static bool receipt_check(struct arena *a, const json_t *all, struct receipt_report *out, struct err *e)
{
	struct audit_entry x = {0};
	if (json_integer_value(json_object_get(all, "format")) != 1 || !entry_parse(a, json_object_get(all, "entry"), &x) ||
	    !get_hash(a, all, "hash", &x.hash))
		return err_set(e, ERR_INVALID, "not a receipt of format 1");
	struct hash want = audit_entry_hash(a, &x);
	const json_t *proof = json_object_get(all, "proof");
	*out = (struct receipt_report){.at = x.at, .kind = str_dup(a, x.kind)};
	if (!hash_eq(&want, &x.hash))
		out->fault = "the entry does not match its hash";
	else if (json_is_object(proof))
		out->fault = proof_fault(a, proof, &x, out);
	out->state = out->fault ? RECEIPT_BROKEN : json_is_object(proof) ? RECEIPT_PROVED : RECEIPT_OPEN;
	return true;
}

bool audit_receipt_check(struct arena *a, struct str json, struct receipt_report *out, struct err *e)
{
	if (json.n > 1 << 20)
		return err_set(e, ERR_INVALID, "too large for a receipt");
	json_t *all = json_loadb(json.p, json.n, JSON_REJECT_DUPLICATES, NULL);
	if (!all)
		return err_set(e, ERR_INVALID, "not JSON");
	bool ok = receipt_check(a, all, out, e);
	json_decref(all);
	return ok;
}
