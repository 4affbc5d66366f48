/* receipt_check.c — a receipt read again: by its own bytes alone. See audit.h and receipt.c for its form. */
#include "core/audit/audit_internal.h"
#include <jansson.h>
#include <string.h>

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

static bool get_hash(struct arena *a, const json_t *o, const char *key, struct digest *out)
{
	struct str s, bytes;
	if (!get_text(o, key, &s) || s.n != 2 * DIGEST_SIZE || !hex_decode(a, s, &bytes))
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
static bool proof_parse(struct arena *a, const json_t *o, struct merkle_path *path, struct digest h[3], struct str *stamp)
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
		if (!hex || !hex_decode(a, str_from(hex), &bytes) || bytes.n != DIGEST_SIZE)
			return false;
		path->node[i] = hash_from(bytes);
	}
	return !json_is_string(s) || base64_decode(a, (struct str){json_string_value(s), json_string_length(s)}, stamp);
}

static const char *proof_fault(struct arena *a, const json_t *o, const struct audit_entry *x, struct receipt_report *out)
{
	struct merkle_path path;
	struct digest h[3];
	if (!proof_parse(a, o, &path, h, &out->stamp))
		return "the proof cannot be read";
	if (!merkle_path_ok(&path, &x->hash, &h[0]))
		return "the path does not lead from the entry to the root";
	struct digest chain = day_chain(a, x->day, (int64_t)path.n, &h[0], &h[1]);
	if (!digest_eq(chain, h[2]))
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
	struct digest want = audit_entry_hash(a, &x);
	const json_t *proof = json_object_get(all, "proof");
	*out = (struct receipt_report){.entry = x.id, .subject = x.subject, .at = x.at, .day = x.day, .kind = str_dup(a, x.kind), .hash = x.hash};
	if (!digest_eq(want, x.hash))
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
