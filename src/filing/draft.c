/* draft.c — drafts: their pages, their key, their content. See filing.h. */
#include "filing/filing_internal.h"
#include "core/db/id.h"
#include "core/page/part.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct filing_config config;

const struct filing_config *filing(void) { return &config; }

static struct key memo_key; /* derived once: it takes longer than the sealing */
const struct key *filing_memo_key(void) { return &memo_key; }

bool filing_configure(const struct filing_config *cfg, struct err *e)
{
	config = *cfg;
	memo_key = keyring_lookup_key(cfg->law->keys, STR("filing memo"));
	if (mkdir(cfg->parts_dir, 0700) != 0 && errno != EEXIST)
		return err_set(e, ERR_INTERNAL, "%s: %s", cfg->parts_dir, strerror(errno));
	return true;
}

void json_done(json_t **j) { json_decref(*j); }

struct str json_str(const json_t *object, const char *key)
{
	const json_t *v = json_object_get(object, key);
	return json_is_string(v) ? (struct str){json_string_value(v), json_string_length(v)} : STR_NONE;
}

void json_put(json_t *object, const char *key, struct str value)
{
	json_t *v = json_stringn(value.p ? value.p : "", value.n);
	if (v) /* NULL: not UTF-8, and then the old value stays */
		json_object_set_new(object, key, v);
}

/* ---- flow ---- */

static void add_slots(struct arena *a, struct outline *flow, const struct law_procedure *p, size_t form, const struct eform_field *v, size_t n, struct str prefix)
{
	for (size_t i = 0; i < n; i++) {
		bool parts = v[i].kind >= EFORM_GROUP && v[i].kind != EFORM_ROWS;
		if (!parts && v[i].kind != EFORM_FILE)
			continue;
		struct str path = str_fmt(a, "%.*s%s%.*s", STR_ARG(prefix), prefix.n ? "." : "", STR_ARG(v[i].key));
		if (parts)
			add_slots(a, flow, p, form, v[i].fields, v[i].n, path);
		if (v[i].kind != EFORM_FILE)
			continue;
		struct str field = p->n_forms > 1 ? str_fmt(a, "%.*s.%.*s", STR_ARG(p->forms[form]->id), STR_ARG(path)) : path;
		if (flow->slots)
			flow->slots[flow->n_slots] = (struct outline_slot){.field = field, .path = path, .f = &v[i], .form = form};
		flow->n_slots++;
	}
}

static bool has_questions(const struct eform_section *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->fields[i].kind != EFORM_FILE && s->fields[i].kind != EFORM_NOTE && s->fields[i].kind != EFORM_HEADING)
			return true;
	return false;
}

static void walk(struct arena *a, struct outline *flow, const struct law_procedure *p)
{
	flow->n_pages = flow->n_slots = 0;
	for (size_t i = 0; i < p->n_forms; i++)
		for (size_t k = 0; k < p->forms[i]->n; k++) {
			const struct eform_section *s = &p->forms[i]->sections[k];
			add_slots(a, flow, p, i, s->fields, s->n, STR_NONE);
			if (!has_questions(s))
				continue;
			if (flow->pages)
				flow->pages[flow->n_pages] = (struct outline_page){i, k};
			flow->n_pages++;
		}
}

struct outline outline_of(struct arena *a, const struct law_procedure *p)
{
	struct outline flow = {0};
	walk(a, &flow, p);
	flow.pages = NEW_ARRAY(a, flow.n_pages + 1, struct outline_page);
	flow.slots = NEW_ARRAY(a, flow.n_slots + 1, struct outline_slot);
	walk(a, &flow, p);
	return flow;
}

/* ---- opening and sealing ---- */

static struct str context_of(struct arena *a, const struct draft_get_row *row)
{
	return str_fmt(a, "dossier:%lld", (long long)(row->dossier.v ? row->dossier.v : row->id.v));
}

static struct str aad_of(struct arena *a, struct draft_id id) { return str_fmt(a, "draft:%lld", (long long)id.v); }

void draft_done(struct draft *d)
{
	json_decref(d->content);
	crypto_wipe(&d->key, sizeof d->key);
}

bool draft_key(struct arena *a, const struct draft_get_row *row, struct key *out, struct err *e)
{
	return key_unwrap(filing()->law->keys, context_of(a, row), row->wrapped, out, e);
}

static bool is_paper(const struct draft *d) { return json_is_true(json_object_get(d->content, "paper")); }

bool draft_open(struct env *env, struct draft_id id, struct draft *out, struct err *e)
{
	bool found = false;
	struct str text;
	*out = (struct draft){0};
	if (!q_draft_get(env->db, env->arena, id, &out->row, &found, e))
		return false;
	out->p = found ? law_find(filing()->law, out->row.procedure) : NULL;
	if (!out->p)
		return err_set(e, ERR_NOT_FOUND, "no such draft");
	if (!draft_key(env->arena, &out->row, &out->key, e) || !crypto_open(env->arena, &out->key, aad_of(env->arena, id), out->row.sealed, &text, e))
		return err_wrap(e, "draft");
	out->content = json_loadb(text.p, text.n, 0, NULL);
	if (!json_is_object(out->content))
		return err_set(e, ERR_INTERNAL, "a draft's content is not JSON");
	out->flow = outline_of(env->arena, out->p);
	if (is_paper(out)) /* its files are the scans taken in at the counter */
		out->flow.n_slots = 0;
	if (out->row.dossier.v && !q_dossier_file_list(env->db, env->arena, out->row.dossier, &out->sent, e))
		return false;
	return q_draft_file_list(env->db, env->arena, id, &out->files, e);
}

static bool seal(struct arena *a, const struct key *key, struct draft_id id, const json_t *content, struct str *out, struct err *e)
{
	char *text = json_dumps(content, JSON_COMPACT);
	if (!text || strlen(text) > DRAFT_MAX) {
		free(text);
		return err_set(e, ERR_TOO_LARGE, "answers of a draft");
	}
	*out = crypto_seal(a, key, aad_of(a, id), str_from(text));
	crypto_wipe(text, strlen(text));
	free(text);
	return true;
}

bool draft_put(struct env *env, struct draft *d, struct err *e)
{
	struct str sealed;
	if (!seal(env->arena, &d->key, d->row.id, d->content, &sealed, e))
		return false;
	return q_draft_save(env->db, &(struct draft_save_in){.id = d->row.id, .account = env->actor->account, .sealed = sealed,
		.step = d->row.step.p ? d->row.step : STR(""), .at = env->now}, NULL, e);
}

bool draft_make(struct env *env, struct draft_id id, const struct draft_new *x, struct err *e)
{
	struct str sealed;
	if (!seal(env->arena, x->key, id, x->content, &sealed, e))
		return false;
	return q_draft_add(env->db, &(struct draft_add_in){.id = id, .account = env->actor->account, .token_hash = x->token_hash,
		.dossier = x->dossier, .purpose = str_from(x->purpose), .procedure = x->procedure, .wrapped = x->wrapped, .sealed = sealed,
		.at = env->now}, NULL, e);
}

bool draft_drop(struct env *env, struct draft_id id, struct err *e)
{
	return q_draft_file_delete_all(env->db, id, NULL, e) && q_draft_delete(env->db, id, NULL, e);
}

struct str draft_seal_name(struct arena *a, const struct key *key, struct str name) { return crypto_seal(a, key, STR("file name"), name); }

struct str draft_file_name(struct arena *a, const struct draft *d, const struct draft_file_list_row *f)
{
	struct str name;
	struct err e = {0};
	return crypto_open(a, &d->key, STR("file name"), f->name, &name, &e) ? name : STR("?");
}

/* ---- content ---- */

static json_t *child(json_t *object, const char *key)
{
	json_t *v = json_object_get(object, key);
	if (json_is_object(v))
		return v;
	json_object_set_new(object, key, json_object());
	return json_object_get(object, key);
}

json_t *draft_part(const struct draft *d, const char *name) { return child(d->content, name); }

json_t *draft_form(const struct draft *d, size_t form)
{
	json_t *answers = child(d->content, "answers");
	return d->p->n_forms == 1 ? answers : child(answers, d->p->forms[form]->id.p);
}

bool draft_seen(const struct draft *d, struct str what) { return json_object_getn(json_object_get(d->content, "seen"), what.p, what.n) != NULL; }

void draft_see(struct draft *d, struct str what) { json_object_setn_new(draft_part(d, "seen"), what.p, what.n, json_true()); }

struct one_file { int64_t id, size; struct str name, type; };

static void put_file(struct arena *a, json_t *answers, struct str path, const struct one_file *f)
{
	struct str rest = path, part, key = STR_NONE;
	json_t *at = answers;
	while (str_next(&rest, '.', &part)) {
		if (key.n)
			at = child(at, key.p);
		key = str_dup(a, part);
	}
	if (!json_is_array(json_object_get(at, key.p)))
		json_object_set_new(at, key.p, json_array());
	json_t *entry = json_object();
	json_put(entry, "file", str_fmt(a, "%lld", (long long)f->id));
	json_put(entry, "name", f->name);
	json_put(entry, "type", f->type);
	json_object_set_new(entry, "size", json_integer(f->size));
	json_array_append_new(json_object_get(at, key.p), entry);
}

/* A file of the dossier is hidden by a new one of the same field. */
static bool stands(const struct draft *d, const struct dossier_file_list_row *f)
{
	bool given = str_eq(f->kind, STR("attachment")) || str_eq(f->kind, STR("supplement"));
	for (size_t i = 0; i < d->files.n; i++)
		given = given && !str_eq(d->files.v[i].field, f->field);
	return given && !f->replaced && !str_eq(f->state, STR("infected"));
}

json_t *draft_merged(struct arena *a, const struct draft *d)
{
	json_t *answers = json_deep_copy(child(d->content, "answers"));
	for (size_t i = 0; i < d->flow.n_slots; i++) {
		const struct outline_slot *s = &d->flow.slots[i];
		json_t *form = d->p->n_forms == 1 ? answers : child(answers, d->p->forms[s->form]->id.p);
		for (size_t k = 0; k < d->files.n; k++) {
			const struct draft_file_list_row *f = &d->files.v[k];
			if (str_eq(f->field, s->field) && str_eq(f->state, STR("kept")))
				put_file(a, form, s->path, &(struct one_file){f->id.v, f->size, draft_file_name(a, d, f), f->type});
		}
		for (size_t k = 0; k < d->sent.n; k++) {
			const struct dossier_file_list_row *f = &d->sent.v[k];
			if (str_eq(f->field, s->field) && stands(d, f))
				put_file(a, form, s->path, &(struct one_file){f->id.v, f->size, STR("-"), f->type});
		}
	}
	return answers;
}

/* Without what is missing in file fields. */
static struct eform_errors without_files(struct arena *a, const struct law_procedure *p, const struct eform_errors *all)
{
	struct outline flow = outline_of(a, p);
	struct eform_errors out = {0};
	for (struct eform_error *x = all->first, *next; x; x = next) {
		bool file = false;
		next = x->next;
		for (size_t i = 0; i < flow.n_slots; i++)
			file = file || str_eq(fault_name(a, x->pointer), flow.slots[i].field);
		if (file)
			continue;
		x->next = NULL;
		*(out.last ? &out.last->next : &out.first) = x;
		out.last = x;
		out.n += !x->warning;
	}
	out.warnings = all->warnings;
	return out;
}

struct eform_errors draft_check(struct env *env, const struct draft *d, json_t **clean)
{
	AUTO_JSON merged = draft_merged(env->arena, d);
	struct eform_errors all = law_check(env->arena, filing()->law, d->p, merged, date_of(env->now), clean);
	return is_paper(d) ? without_files(env->arena, d->p, &all) : all;
}

size_t draft_slot_files(const struct draft *d, const struct outline_slot *s)
{
	size_t n = 0;
	for (size_t i = 0; i < d->files.n; i++)
		n += str_eq(d->files.v[i].field, s->field) && str_eq(d->files.v[i].state, STR("kept"));
	for (size_t i = 0; i < d->sent.n; i++)
		n += str_eq(d->sent.v[i].field, s->field) && stands(d, &d->sent.v[i]);
	return n;
}

/* ---- expiry ---- */

#define DRAFT_IDLE_MS (30 * DAY_MS)
#define HOLDER_MS (2 * DAY_MS)

bool filing_expire(struct env *env, struct err *e)
{
	struct draft_old_rows old;
	struct instant before = {env->now.ms - DRAFT_IDLE_MS}, holders = {env->now.ms - HOLDER_MS};
	if (!q_draft_old(env->db, env->arena, before, holders, 200, &old, e))
		return false;
	for (size_t i = 0; i < old.n; i++)
		if (!draft_drop(env, old.v[i].id, e))
			return false;
	return true;
}

#define PART_IDLE_MS DAY_MS

static bool part_is_wanted(struct env *env, struct str name, int64_t changed_ms, bool *wanted, struct err *e)
{
	struct draft_file_get_row row = {0};
	bool found = false;
	int64_t id = 0;
	*wanted = !str_to_i64(name, &id); /* not ours */
	if (*wanted || env->now.ms - changed_ms > PART_IDLE_MS)
		return true;
	if (!q_draft_file_get(env->db, env->arena, (struct draft_file_id){id}, &row, &found, e))
		return err_wrap(e, "pieces of uploads");
	*wanted = found && str_eq(row.state, STR("uploading"));
	return true;
}

bool filing_sweep_parts(struct env *env, const char *dir, int64_t *removed, struct err *e)
{
	DIR *d = opendir(dir);
	bool ok = true;
	*removed = 0;
	for (struct dirent *x; ok && d && (x = readdir(d)) != NULL;) {
		struct arena_mark m = arena_mark(env->arena);
		struct stat st;
		bool wanted = true;
		if (fstatat(dirfd(d), x->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode))
			ok = part_is_wanted(env, str_from(x->d_name), (int64_t)st.st_mtim.tv_sec * 1000, &wanted, e);
		if (ok && !wanted && unlinkat(dirfd(d), x->d_name, 0) == 0)
			++*removed;
		arena_rewind(env->arena, m);
	}
	if (d)
		closedir(d);
	return ok;
}

bool filing_rewrap(struct env *env, const struct keyring *keys, const struct rewrap *from, struct rewrap *out, struct err *e)
{
	struct draft_key_after_rows rows = {0};
	if (!q_draft_key_after(env->db, env->arena, (struct draft_id){from->after}, REWRAP_ROWS, &rows, e))
		return err_wrap(e, "keys of drafts");
	*out = (struct rewrap){.after = from->after, .done = from->done, .more = rows.n == REWRAP_ROWS};
	for (size_t i = 0; i < rows.n; i++) {
		struct draft_get_row row = {.id = rows.v[i].id, .dossier = rows.v[i].dossier};
		struct str wrapped;
		out->after = row.id.v;
		if (!key_is_stale(keys, rows.v[i].wrapped))
			continue;
		if (!key_rewrap(env->arena, keys, context_of(env->arena, &row), rows.v[i].wrapped, &wrapped, e) || !q_draft_rewrap(env->db, row.id, wrapped, NULL, e))
			return err_wrap(e, "keys of drafts");
		out->done++;
	}
	return true;
}

bool filing_forget(struct env *env, struct dossier_id id, struct err *e)
{
	struct draft_under_key_rows rows = {0};
	if (!q_draft_under_key(env->db, env->arena, id, (struct draft_id){id.v}, &rows, e))
		return err_wrap(e, "drafts of a dossier");
	for (size_t i = 0; i < rows.n; i++)
		if (!draft_drop(env, rows.v[i].id, e))
			return false;
	page_parts_forget(id.v);
	return true;
}

static bool sweep_parts(struct job_run *run, struct err *e)
{
	int64_t removed = 0;
	return filing_sweep_parts(&run->env, filing()->parts_dir, &removed, e);
}

static bool expire_finish(struct job_run *run, struct err *e) { return filing_expire(&run->env, e); }

const struct job_kind filing_job_expire = {.name = "filing.expire", .fn = sweep_parts, .finish = expire_finish, .every_ms = DAY_MS, .at_ms = 3 * 3600 * 1000};

bool filing_needs_blob(struct env *env, struct digest address, bool *needed, struct err *e)
{
	struct draft_file_by_blob_rows drafts;
	struct filing_file_by_blob_rows files;
	struct str hex = digest_hex(env->arena, address);
	if (!q_draft_file_by_blob(env->db, env->arena, hex, &drafts, e) || !q_filing_file_by_blob(env->db, env->arena, hex, hex, &files, e))
		return false;
	*needed = drafts.n > 0 || files.n > 0;
	return true;
}
