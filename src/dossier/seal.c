/* seal.c — the dossier's key, its sealed content and its secret. See dossier.h. */
#include "dossier/internal.h"
#include "core/db/id.h"
#include "gen/messages.h"
#include <stdlib.h>
#include <string.h>

struct str key_context(struct arena *a, struct dossier_id id) { return str_fmt(a, "dossier:%lld", (long long)id.v); }

void dossier_begin(struct env *env, const struct law *law, struct dossier_id *id, struct key *key, struct str *wrapped)
{
	*id = (struct dossier_id){id_new(env->ids, env->now)};
	*key = key_new();
	*wrapped = key_wrap(env->arena, law->keys, key_context(env->arena, *id), key);
}

#define WHO "who" /* stands first, so that it is read without the answers */

struct str seal_content(struct arena *a, const struct key *key, struct dossier_id id, const json_t *answers, const json_t *who, const json_t *paper)
{
	json_t *all = json_pack("{s:O,s:O,s:O*}", WHO, (json_t *)(uintptr_t)who, "answers", (json_t *)(uintptr_t)answers, "paper", (json_t *)(uintptr_t)paper);
	char *text = json_dumps(all, JSON_COMPACT);
	CHECK(text != NULL);
	struct str sealed = crypto_seal_text(a, key, key_context(a, id), str_from(text));
	crypto_wipe(text, strlen(text));
	free(text);
	json_decref(all);
	return sealed;
}

bool dossier_key(struct env *env, const struct law *law, struct dossier_id id, struct key *out, bool *erased, struct err *e)
{
	struct dossier_key_get_row row = {0};
	bool found = false;
	if (!q_dossier_key_get(env->db, env->arena, (struct dossier_key_id){id.v}, &row, &found, e))
		return err_wrap(e, "key of a dossier");
	*erased = !found;
	return !found || key_unwrap(law->keys, key_context(env->arena, id), row.wrapped, out, e);
}

static bool open_by(struct env *env, const struct key *key, const struct dossier_get_row *d, struct str *text, struct err *e)
{
	*text = STR_NONE;
	return !key || !d->sealed.p || crypto_open_text(env->arena, key, key_context(env->arena, d->id), d->sealed, text, e) || err_wrap(e, "content of a dossier");
}

/* Nothing when it was erased. */
static bool open_content(struct env *env, const struct law *law, const struct dossier_get_row *d, struct str *text, struct err *e)
{
	AUTO_KEY key = {0};
	bool erased = false;
	return dossier_key(env, law, d->id, &key, &erased, e) && open_by(env, erased ? NULL : &key, d, text, e);
}

static bool content_of(struct str text, json_t **out, struct err *e)
{
	*out = text.p ? json_loadb(text.p, text.n, 0, NULL) : json_null();
	return *out || err_set(e, ERR_INTERNAL, "content of a dossier is not JSON");
}

bool dossier_unseal(struct env *env, const struct law *law, const struct dossier_get_row *d, json_t **out, struct err *e)
{
	struct str text;
	*out = NULL;
	return open_content(env, law, d, &text, e) && content_of(text, out, e);
}

bool dossier_unseal_by(struct env *env, const struct key *key, const struct dossier_get_row *d, json_t **out, struct err *e)
{
	struct str text;
	*out = NULL;
	return open_by(env, key, d, &text, e) && content_of(text, out, e);
}

static bool who_in(struct env *env, struct str text, struct applicant *out, struct err *e)
{
	const struct str first = STR("{\"" WHO "\":");
	bool ahead = str_starts(text, first);
	json_t *x = ahead ? json_loadb(text.p + first.n, text.n - first.n, JSON_DISABLE_EOF_CHECK, NULL) : text.p ? json_loadb(text.p, text.n, 0, NULL) : json_null();
	if (!x)
		return err_set(e, ERR_INTERNAL, "content of a dossier is not JSON");
	*out = applicant_from(env->arena, ahead ? x : json_object_get(x, WHO));
	json_decref(x);
	return true;
}

bool dossier_who(struct env *env, const struct law *law, const struct dossier_get_row *d, struct applicant *out, struct err *e)
{
	struct str text;
	return open_content(env, law, d, &text, e) && who_in(env, text, out, e);
}

bool dossier_who_listed(struct env *env, const struct law *law, const struct dossier_listed_row *d, struct applicant *out, struct err *e)
{
	AUTO_KEY key = {0};
	struct str text = STR_NONE;
	if (d->wrapped.p && !key_unwrap(law->keys, key_context(env->arena, d->id), d->wrapped, &key, e))
		return false;
	return open_by(env, d->wrapped.p ? &key : NULL, &(struct dossier_get_row){.id = d->id, .sealed = d->sealed}, &text, e) && who_in(env, text, out, e);
}

static struct str file_aad(struct arena *a, struct dossier_id id) { return str_fmt(a, "name:%lld", (long long)id.v); }

struct str dossier_file_name(struct env *env, const struct key *key, const struct dossier_file_list_row *f)
{
	struct err e = {0};
	struct str name;
	return crypto_open(env->arena, key, file_aad(env->arena, f->dossier), f->name, &name, &e) ? name : STR("?");
}

bool add_files(struct env *env, struct dossier_id id, const struct key *key, struct str kind, const struct dossier_file_new *f, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		struct dossier_file_add_in in = {
		        .id = {id_new(env->ids, env->now)}, .dossier = id, .kind = kind, .field = f[i].field,
		        .name = crypto_seal(env->arena, key, file_aad(env->arena, id), f[i].name), .blob = f[i].blob,
		        .plain_hash = f[i].plain_hash, .type = f[i].type, .size = f[i].size, .pages = f[i].pages,
		        .originals_seen = f[i].originals_seen, .at = env->now,
		        .state = str_eq(kind, STR("attachment")) || str_eq(kind, STR("opinion")) ? STR("quarantine") : STR("clean")};
		if (!q_dossier_file_add(env->db, &in, NULL, e))
			return err_wrap(e, "file of a dossier");
	}
	return true;
}

/* Crockford's base 32: no I, L, O, U. 16 characters are the 80 bits that the law of numbers asks for. */
static const char base32[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

struct str secret_new(struct arena *a)
{
	uint8_t bits[10];
	crypto_random(bits, sizeof bits);
	char *out = arena_alloc(a, 17);
	for (size_t i = 0; i < 16; i++) {
		size_t bit = i * 5, byte = bit / 8;
		unsigned pair = (unsigned)bits[byte] << 8 | (byte + 1 < sizeof bits ? bits[byte + 1] : 0);
		out[i] = base32[pair >> (11 - bit % 8) & 31U];
	}
	return (struct str){out, 16};
}

struct digest secret_hash(struct str secret)
{
	char clean[32];
	size_t n = 0;
	for (size_t i = 0; i < secret.n && n < sizeof clean; i++) {
		char c = secret.p[i];
		if (c == '-' || c == ' ')
			continue;
		c = c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
		clean[n++] = c == 'O' ? '0' : c == 'I' || c == 'L' ? '1' : c;
	}
	struct str parts[] = {STR("motcua secret"), {clean, n}};
	return crypto_sha256_parts(parts, 2);
}

bool dossier_secret_ok(const struct dossier_get_row *d, struct str secret)
{
	struct digest h = secret_hash(secret);
	return crypto_eq(DIGEST_STR(h), d->secret_hash);
}

static struct str as_json(struct arena *a, struct str text)
{
	json_t *j = json_stringn(text.p, text.n);
	char *out = j ? json_dumps(j, JSON_ENCODE_ANY) : NULL;
	struct str copy = out ? str_dup(a, str_from(out)) : STR("null");
	free(out);
	json_decref(j);
	return copy;
}

/* What units wrote to each other about the case stands in clear. */
static bool forget_opinions(struct env *env, struct dossier_id id, struct err *e)
{
	struct dossier_opinion_list_rows rows = {0};
	if (!q_dossier_opinion_list(env->db, env->arena, id, &rows, e))
		return false;
	for (size_t i = 0; i < rows.n; i++)
		if (!q_dossier_opinion_erase(env->db, rows.v[i].id, NULL, e))
			return false;
	return true;
}

bool dossier_forget(struct env *env, struct dossier_id id, struct str reason, struct err *e)
{
	struct dossier_get_row d;
	if (!actor_is(env->actor, ROLE_ADMIN) && !env->actor->program)
		return err_set(e, ERR_DENIED, "only an administrator erases");
	if (!reason.n)
		return err_say(e, ERR_INVALID, MSG_DOSSIER_REASON, "no reason");
	if (!dossier_load(env, id, &d, e) || !q_dossier_key_erase(env->db, (struct dossier_key_id){id.v}, NULL, e) ||
	    !q_dossier_preview_erase(env->db, id, NULL, e) ||
	    !q_dossier_erase(env->db, id, NULL, e) || !forget_opinions(env, id, e) ||
	    !search_put(env, id, d.code, d.procedure_name, STR_NONE, d.origin_code, true, e))
		return err_wrap(e, "erasing");
	struct str body = str_fmt(env->arena, "{\"reason\":%.*s}", STR_ARG(as_json(env->arena, reason)));
	return audit_record(env, &(struct audit_act){.kind = "dossier.erase", .subject = id.v, .role = ROLE_ADMIN, .body = body}, NULL, e);
}

bool dossier_rewrap(struct env *env, const struct law *law, const struct rewrap *from, struct rewrap *out, struct err *e)
{
	struct dossier_key_after_rows rows = {0};
	int64_t n = 0;
	if (!q_dossier_key_after(env->db, env->arena, (struct dossier_key_id){from->after}, REWRAP_ROWS, &rows, e))
		return err_wrap(e, "data keys");
	*out = (struct rewrap){.after = from->after, .done = from->done, .more = rows.n == REWRAP_ROWS};
	for (size_t i = 0; i < rows.n; i++) {
		struct dossier_id id = {rows.v[i].id.v};
		struct str wrapped;
		out->after = id.v;
		if (!key_is_stale(law->keys, rows.v[i].wrapped))
			continue;
		if (!key_rewrap(env->arena, law->keys, key_context(env->arena, id), rows.v[i].wrapped, &wrapped, e) ||
		    !q_dossier_key_rewrap(env->db, rows.v[i].id, wrapped, NULL, e))
			return err_wrap(e, "data keys");
		n++;
	}
	out->done += n;
	return n == 0 || audit_record(env, &(struct audit_act){.kind = "dossier.rewrap", .body = str_fmt(env->arena, "{\"keys\":%lld}", (long long)n)}, NULL, e);
}
