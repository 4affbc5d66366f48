/* api.c — filing by programs: files first, then the dossier; the same rules and rights as the pages. */
#include "account/account.h"
#include "core/base/json_text.h"
#include "core/db/id.h"
#include "core/text/text.h"
#include "filing/filing_internal.h"
#include <stdlib.h>
#include <unistd.h>

void api_put_time(struct request *r, json_t *o, const char *key, struct opt_instant t)
{
	if (t.has)
		json_put(o, key, instant_format(r->env.arena, t.v));
	else
		json_object_set_new(o, key, json_null());
}

bool api_answer(struct request *r, int status, const json_t *tree)
{
	json_write(&r->body, tree);
	return answer_json(r, status);
}

/* Outside the writer: ids come from the configuration. */
static void begin(struct request *r, struct dossier_id *id, struct key *key, struct str *wrapped)
{
	struct env env = r->env;
	env.ids = filing()->ids;
	dossier_begin(&env, filing()->law, id, key, wrapped);
}

/* ---- POST /files: how large one may be is said by the setting upload_max, before it comes here ---- */

static bool keep_file(struct request *r, struct blob_writer *file, struct str name, struct err *e)
{
	struct filing_state *st = filing_state_of(r);
	const char *mime = NULL;
	struct dossier_id id;
	AUTO_KEY key = {0};
	if (!intake_look(r, "file", filing()->scan, file, name, &mime, e) || !filing_room(r, blob_writer_size(file), e))
		return false;
	if (!mime || !form_ok(r))
		return true;
	begin(r, &id, &key, &st->wrapped);
	st->id.v = id.v;
	st->mime = mime;
	st->name = draft_seal_name(r->env.arena, &key, name);
	return blob_writer_keep(file, &(struct blob_put){.key = &key, .quarantine = true}, &st->blob, e);
}

bool api_file_slow(struct request *r, struct err *e)
{
	struct str name = upload_clean_name(r->env.arena, req_query(r, "name"));
	if (r->uploads)
		return keep_file(r, r->uploads->file, r->uploads->name, e);
	if (!r->raw.n) {
		form_error(r, "file", MSG_FIELD_REQUIRED_FILE, STR_NONE, STR_NONE);
		return true;
	}
	struct blob_writer *file = NULL;
	bool ok = blob_writer_new(&file, filing()->blobs, e) && blob_writer_add(file, r->raw, e) && blob_writer_end(file, e) && keep_file(r, file, name, e);
	blob_writer_free(file);
	return ok;
}

bool api_file_apply(struct request *r, struct err *e)
{
	struct filing_state *st = filing_state_of(r);
	AUTO_JSON content = json_object();
	AUTO_KEY key = {0};
	struct draft_get_row row = {.id = st->id, .wrapped = st->wrapped};
	struct draft_file_id id = {id_new(r->env.ids, r->env.now)};
	if (!draft_key(r->env.arena, &row, &key, e) || !filing_room(r, st->blob.size, e))
		return false;
	if (!form_ok(r))
		return true;
	struct draft_new x = {.purpose = "holder", .procedure = STR(""), .wrapped = st->wrapped, .key = &key, .content = content};
	r->memo = str_fmt(r->env.arena, "{\"id\":\"%lld\",\"type\":\"%s\",\"size\":%lld,\"sha256\":\"%.*s\"}\n", (long long)id.v, st->mime,
		(long long)st->blob.size, STR_ARG(digest_hex(r->env.arena, st->blob.plain)));
	return draft_make(&r->env, st->id, &x, e) && q_draft_file_add(r->env.db, &(struct draft_file_add_in){.id = id, .draft = st->id, .field = STR(""),
		.name = st->name, .type = str_from(st->mime), .size = st->blob.size, .blob = digest_hex(r->env.arena, st->blob.address),
		.plain_hash = digest_hex(r->env.arena, st->blob.plain), .state = STR("kept"), .at = r->env.now}, NULL, e);
}

bool api_file_answer(struct request *r, struct err *e)
{
	(void)e;
	buf_put(&r->body, r->memo);
	return answer_json(r, 201);
}

/* ---- POST /dossiers ---- */

struct api_file { struct draft_get_row draft; struct draft_file_get_row file; struct str field, name; };
struct api_send {
	const struct law_procedure *p;
	struct str sealed, channel_out, origin, origin_code, wrapped;
	struct applicant who;
	int64_t account;
	struct dossier_id id;
	struct dossier_file_new *files;
	size_t n_files;
};

static struct api_send *send_of(struct request *r)
{
	struct filing_state *st = filing_state_of(r);
	if (!st->api)
		st->api = NEW(r->env.arena, struct api_send);
	return st->api;
}

static int64_t id_of(const json_t *v)
{
	int64_t id = 0;
	if (json_is_integer(v))
		return json_integer_value(v);
	return json_is_string(v) && str_to_i64((struct str){json_string_value(v), json_string_length(v)}, &id) ? id : 0;
}

/* A file that this account sent before; its name in clear. */
static bool find_file(struct request *r, const json_t *item, struct api_file *out, bool *found, struct err *e)
{
	struct str name;
	AUTO_KEY key = {0};
	int64_t id = id_of(json_object_get(item, "file"));
	*found = false;
	if (id <= 0)
		return true;
	if (!q_draft_file_get(r->env.db, r->env.arena, (struct draft_file_id){id}, &out->file, found, e) || !*found)
		return e->kind == ERR_NONE;
	if (!q_draft_get(r->env.db, r->env.arena, out->file.draft, &out->draft, found, e))
		return false;
	*found = *found && out->draft.account == r->env.actor->account && out->draft.account && str_eq(out->draft.purpose, STR("holder"));
	if (!*found)
		return true;
	if (!draft_key(r->env.arena, &out->draft, &key, e) || !crypto_open(r->env.arena, &key, STR("file name"), out->file.name, &name, e))
		return false;
	out->name = name;
	out->field = json_str(item, "field");
	return true;
}

static void place_file(struct arena *a, const struct api_send *x, json_t *answers, const struct outline_slot *s, const struct api_file *f)
{
	struct str rest = s->path, part, key = STR_NONE;
	json_t *at = x->p->n_forms == 1 ? answers : json_object_getn(answers, x->p->forms[s->form]->id.p, x->p->forms[s->form]->id.n);
	while (str_next(&rest, '.', &part)) {
		if (key.n && !json_is_object(json_object_get(at, key.p)))
			json_object_set_new(at, key.p, json_object());
		if (key.n)
			at = json_object_get(at, key.p);
		key = str_dup(a, part);
	}
	if (!json_is_array(json_object_get(at, key.p)))
		json_object_set_new(at, key.p, json_array());
	json_t *entry = json_pack("{s:I}", "size", (json_int_t)f->file.size);
	json_put(entry, "file", str_fmt(a, "%lld", (long long)f->file.id.v));
	json_put(entry, "name", f->name);
	json_put(entry, "type", f->file.type);
	json_array_append_new(json_object_get(at, key.p), entry);
}

/* File members come from "files" only: whoever writes them by hand would name another's file. */
static void drop_slots(const struct api_send *x, const struct outline *flow, json_t *answers)
{
	for (size_t k = 0; k < flow->n_slots; k++) {
		const struct eform *f = x->p->forms[flow->slots[k].form];
		json_t *at = x->p->n_forms == 1 ? answers : json_object_getn(answers, f->id.p, f->id.n);
		struct str rest = flow->slots[k].path, part = STR_NONE, last = STR_NONE;
		while (str_next(&rest, '.', &part)) {
			at = last.n ? json_object_getn(at, last.p, last.n) : at;
			last = part;
		}
		json_object_deln(at, last.p, last.n);
	}
}

/* Puts the files into the answers; unknown ones and unknown fields are errors at their place. */
static bool gather(struct request *r, struct api_send *x, json_t *answers, struct api_file *v, size_t *n, struct err *e)
{
	struct outline flow = outline_of(r->env.arena, x->p);
	const json_t *list = json_object_get(r->json, "files"), *item = NULL;
	size_t i = 0;
	drop_slots(x, &flow, answers);
	json_array_foreach((json_t *)(uintptr_t)list, i, item) {
		const struct outline_slot *slot = NULL;
		bool found = false;
		if (!find_file(r, item, &v[*n], &found, e))
			return false;
		for (size_t k = 0; k < flow.n_slots; k++)
			if (str_eq(flow.slots[k].field, json_str(item, "field")))
				slot = &flow.slots[k];
		if (!slot)
			form_error_text(r, str_fmt(r->env.arena, "files.%zu.field", i), msg(r->env.lang, MSG_FILING_UNKNOWN));
		else if (!found)
			form_error_text(r, str_fmt(r->env.arena, "files.%zu.file", i), msg(r->env.lang, MSG_FILING_BAD_FILE));
		else
			place_file(r->env.arena, x, answers, slot, &v[(*n)++]);
	}
	return true;
}

/* Under the new dossier's key, still in quarantine. */
static bool reseal(struct request *r, const struct key *to, const struct api_file *f, struct dossier_file_new *out, struct err *e)
{
	struct digest address;
	struct blob_info info;
	AUTO_KEY from = {0};
	int64_t size = 0;
	if (!digest_from_hex(f->file.blob, &address) || !draft_key(r->env.arena, &f->draft, &from, e))
		return err_set(e, ERR_INTERNAL, "a file sent before");
	int fd = blob_open_quarantined(filing()->blobs, address, &from, &size, e);
	if (fd < 0)
		return err_wrap(e, "a file sent before");
	bool ok = blob_store_fd(filing()->blobs, fd, &(struct blob_put){.key = to, .quarantine = true}, &info, e);
	close(fd);
	*out = (struct dossier_file_new){.field = f->field, .name = f->name, .type = f->file.type, .size = f->file.size,
		.blob = digest_hex(r->env.arena, info.address), .plain_hash = digest_hex(r->env.arena, info.plain)};
	return ok;
}

static const struct outline_slot *slot_of(const struct outline *flow, struct str field)
{
	for (size_t i = 0; i < flow->n_slots; i++)
		if (str_eq(flow->slots[i].field, field))
			return &flow->slots[i];
	return NULL;
}

/* Each naming is a copy: one file of a hundred megabytes named twenty times would be two thousand. */
static bool named_before(const struct api_file *f, size_t earlier)
{
	for (size_t i = 1; i <= earlier; i++)
		if ((f - i)->file.id.v == f->file.id.v && str_eq((f - i)->field, f->field))
			return true;
	return false;
}

#define AHEAD_MAX 20
static bool take_ahead(struct request *r, const struct outline *flow, const struct key *key, size_t i, struct api_file *f, struct filing_more *out, struct err *e)
{
	const json_t *item = json_array_get(json_object_get(r->json, "files"), i);
	bool found = false, named = json_str(item, "field").n > 0;
	if (!find_file(r, item, f, &found, e))
		return false;
	f->field = found && named ? f->field : STR("supplement");
	if (!found || named_before(f, i))
		form_error_text(r, str_fmt(r->env.arena, "files.%zu.file", i), msg(r->env.lang, MSG_FILING_BAD_FILE));
	else if (named && !slot_of(flow, f->field))
		form_error_text(r, str_fmt(r->env.arena, "files.%zu.field", i), msg(r->env.lang, MSG_FILING_UNKNOWN));
	else
		return reseal(r, key, f, &out->files[out->n_files++], e);
	f->field = STR_NONE;
	return true;
}

/* RFC 7396: members replace, objects are merged, null takes away. */
static void merge_patch(json_t *to, const json_t *patch)
{
	const char *key;
	json_t *v;
	json_object_foreach((json_t *)(uintptr_t)patch, key, v) {
		if (json_is_null(v))
			json_object_del(to, key);
		else if (json_is_object(v) && json_is_object(json_object_get(to, key)))
			merge_patch(json_object_get(to, key), v);
		else
			json_object_set(to, key, v);
	}
}

/* The answers as they will stand: what was sent over what is kept, with the new files at their places. */
static bool correct_answers(struct request *r, const struct dossier_get_row *d, const struct api_send *x, const struct outline *flow,
                            const struct api_file *v, size_t n, struct filing_more *out, struct err *e)
{
	AUTO_JSON sealed = NULL;
	AUTO_JSON clean = NULL;
	AUTO_JSON given = json_deep_copy(json_object_get(r->json, "answers"));
	bool changes = json_object_size(given) > 0;
	for (size_t i = 0; i < n; i++)
		changes = changes || slot_of(flow, v[i].field);
	if (!changes)
		return true;
	if (!dossier_unseal(&r->env, filing()->law, d, &sealed, e))
		return false;
	json_t *answers = json_object_get(sealed, "answers");
	drop_slots(x, flow, given);
	merge_patch(answers, given);
	for (size_t i = 0; i < n; i++)
		if (slot_of(flow, v[i].field))
			place_file(r->env.arena, x, answers, slot_of(flow, v[i].field), &v[i]);
	struct eform_errors errors = law_check(r->env.arena, filing()->law, x->p, answers, date_of(r->env.now), &clean);
	for (const struct eform_error *f = errors.first; f; f = f->next)
		if (!f->warning)
			form_error_text(r, str_fmt(r->env.arena, "answers.%.*s", STR_ARG(fault_name(r->env.arena, f->pointer))), fault_text(r->env.arena, r->env.lang, f));
	out->answers = json_text(r->env.arena, json_incref(clean));
	out->rev = d->rev;
	return true;
}

static bool more_well_formed(struct request *r)
{
	const json_t *files = json_object_get(r->json, "files"), *answers = json_object_get(r->json, "answers");
	if (files && (!json_is_array(files) || json_array_size(files) > AHEAD_MAX))
		form_error_text(r, STR("files"), msg(r->env.lang, MSG_FILING_BAD_FILE));
	if (answers && !json_is_object(answers))
		form_error_text(r, STR("answers"), msg(r->env.lang, MSG_FILING_UNKNOWN));
	if (json_array_size(files) + json_object_size(answers) == 0)
		form_error_text(r, STR("files"), msg(r->env.lang, MSG_FILING_NOTHING_NEW));
	return form_ok(r);
}

bool filing_sent_ahead(struct request *r, const struct dossier_get_row *d, struct filing_more *out, struct err *e)
{
	struct api_send x = {.p = law_find(filing()->law, d->procedure)};
	struct outline flow = x.p ? outline_of(r->env.arena, x.p) : (struct outline){0};
	size_t n = json_array_size(json_object_get(r->json, "files"));
	AUTO_KEY key = {0};
	bool erased = false;
	*out = (struct filing_more){.files = NEW_ARRAY(r->env.arena, AHEAD_MAX, struct dossier_file_new)};
	if (!more_well_formed(r))
		return true;
	if (!dossier_key(&r->env, filing()->law, d->id, &key, &erased, e))
		return false;
	struct api_file *v = NEW_ARRAY(r->env.arena, AHEAD_MAX, struct api_file);
	for (size_t i = 0; i < n && !erased; i++)
		if (!take_ahead(r, &flow, &key, i, &v[i], out, e))
			return false;
	return erased || !x.p || correct_answers(r, d, &x, &flow, v, n, out, e);
}

static void need(struct request *r, const char *field, bool good, enum msg_key say)
{
	if (!good)
		form_error_text(r, str_fmt(r->env.arena, "applicant.%s", field), msg(r->env.lang, say));
}

static bool is_number(struct str identity) { return personal_id_ok(identity) || tax_code_ok(identity); }

static void check_who(struct request *r, const struct applicant *w, bool own_name, bool own_agent)
{
	need(r, "name", w->name.n > 0 && w->name.n <= 800, MSG_FIELD_REQUIRED);
	need(r, "identity", own_name || is_number(w->identity), MSG_FIELD_NOT_PERSONAL_ID);
	need(r, "phone", !w->phone.n || phone_ok(w->phone), MSG_FIELD_NOT_PHONE);
	need(r, "email", !w->email.n || text_email_ok(w->email), MSG_FIELD_NOT_EMAIL);
	if (!json_is_object(json_object_get(json_object_get(r->json, "applicant"), "agent")))
		return;
	need(r, "agent.name", w->agent.name.n > 0 && w->agent.name.n <= 800, MSG_FIELD_REQUIRED);
	need(r, "agent.identity", own_agent || personal_id_ok(w->agent.identity), MSG_FIELD_NOT_PERSONAL_ID);
	need(r, "agent.paper", w->agent.paper.n > 0 && w->agent.paper.n <= 1200, MSG_FIELD_REQUIRED);
}

/* The counter and a system account name the applicant, and the agent where one came: no account files it, and its applicant's finds it by
 * number (dossier_owned). An account is the applicant; with "agent" it is the agent itself, of the applicant named. */
static bool read_who(struct request *r, struct api_send *x, struct err *e)
{
	const json_t *j = json_object_get(r->json, "applicant"), *g = json_object_get(j, "agent");
	struct account acc = {0};
	struct str identity = STR_NONE;
	bool found = false, own = actor_any(r->env.actor, ALLOW_APPLICANTS);
	x->who = (struct applicant){.name = json_str(j, "name"), .identity = json_str(j, "identity"), .address = json_str(j, "address"),
		.phone = json_str(j, "phone"), .email = json_str(j, "email"), .agent = {json_str(g, "name"), json_str(g, "identity"), json_str(g, "paper")}};
	if (own && !account_get(&r->env, (struct account_id){r->env.actor->account}, &acc, &found, e))
		return false;
	x->account = found ? acc.id.v : 0;
	x->who.organisation = x->who.identity.n > 0 && !personal_id_ok(x->who.identity);
	if (own && (!found || !account_identity(&r->env, acc.id, &identity, e)))
		return found ? false : err_set(e, ERR_SIGN_IN, "no such account");
	struct applicant said = x->who;
	if (own)
		filing_for_account(&x->who, &acc, identity, json_is_object(g), &said, said.agent.paper);
	check_who(r, &x->who, own && !json_is_object(g), own);
	return true;
}

static void read_rest(struct request *r, struct api_send *x)
{
	struct str out = json_str(r->json, "channel_out");
	bool system = actor_is(r->env.actor, ROLE_SYSTEM);
	x->channel_out = out.n ? out : STR("online");
	if (out.n && !str_eq(out, STR("online")) && !str_eq(out, STR("counter")) && !str_eq(out, STR("post")))
		form_error_text(r, STR("channel_out"), msg(r->env.lang, MSG_FIELD_NOT_CHOICE));
	if (!system)
		return;
	x->origin = json_str(r->json, "origin");
	x->origin_code = json_str(r->json, "origin_code");
	if (!x->origin.n || x->origin.n > 100)
		form_error_text(r, STR("origin"), msg(r->env.lang, MSG_FIELD_REQUIRED));
	if (!x->origin_code.n || x->origin_code.n > 100)
		form_error_text(r, STR("origin_code"), msg(r->env.lang, MSG_FIELD_REQUIRED));
}

static bool check_answers(struct request *r, struct api_send *x, struct api_file *v, size_t *n, json_t **clean, struct err *e)
{
	AUTO_JSON answers = json_deep_copy(json_object_get(r->json, "answers"));
	if (!json_is_object(answers)) {
		form_error_text(r, STR("answers"), msg(r->env.lang, MSG_FIELD_REQUIRED));
		return true;
	}
	for (size_t i = 0; x->p->n_forms > 1 && i < x->p->n_forms; i++)
		if (!json_is_object(json_object_getn(answers, x->p->forms[i]->id.p, x->p->forms[i]->id.n)))
			json_object_setn_new(answers, x->p->forms[i]->id.p, x->p->forms[i]->id.n, json_object());
	if (!gather(r, x, answers, v, n, e))
		return false;
	struct eform_errors errors = law_check(r->env.arena, filing()->law, x->p, answers, date_of(r->env.now), clean);
	for (const struct eform_error *f = errors.first; f; f = f->next)
		if (!f->warning)
			form_error_text(r, str_fmt(r->env.arena, "answers.%.*s", STR_ARG(fault_name(r->env.arena, f->pointer))), fault_text(r->env.arena, r->env.lang, f));
	return true;
}

bool api_send_check(struct request *r, struct err *e)
{
	struct api_send *x = send_of(r);
	size_t n = 0, most = json_array_size(json_object_get(r->json, "files"));
	AUTO_KEY key = {0};
	AUTO_JSON clean = NULL;
	if (!req_header(r, "Idempotency-Key").n)
		return err_say(e, ERR_INVALID, MSG_FILING_NO_KEY, "Idempotency-Key is missing");
	x->p = law_find(filing()->law, json_str(r->json, "procedure"));
	if (!x->p || !x->p->process || !x->p->n_forms) {
		form_error_text(r, STR("procedure"), msg(r->env.lang, MSG_FILING_NOT_ONLINE));
		return true;
	}
	struct api_file *v = NEW_ARRAY(r->env.arena, most + 1, struct api_file);
	read_rest(r, x);
	if (!read_who(r, x, e) || !check_answers(r, x, v, &n, &clean, e) || !form_ok(r))
		return e->kind == ERR_NONE;
	begin(r, &x->id, &key, &x->wrapped);
	x->files = NEW_ARRAY(r->env.arena, n + 1, struct dossier_file_new);
	x->n_files = n;
	for (size_t i = 0; i < n; i++)
		if (!reseal(r, &key, &v[i], &x->files[i], e))
			return false;
	struct dossier_new sealing = {.id = x->id, .answers = clean, .who = x->who};
	dossier_seal(r->env.arena, &key, &sealing);
	x->sealed = sealing.sealed;
	return true;
}

bool api_send_apply(struct request *r, struct err *e)
{
	struct api_send *x = send_of(r);
	struct filing_place at;
	struct dossier_sent sent;
	struct dossier_twins_rows twins = {0};
	AUTO_JSON codes = json_array();
	const struct actor *a = r->env.actor;
	struct str in = actor_is(a, ROLE_SYSTEM) ? STR("portal") : actor_is(a, ROLE_COUNTER) ? STR("counter") : STR("online");
	if (!filing_where(&r->env, x->p, &at, e) || !dossier_twins(&r->env, filing()->law, x->who.identity, x->p->p->id, &twins, e))
		return false;
	struct dossier_new d = {.procedure = x->p, .id = x->id, .wrapped_key = x->wrapped, .sealed = x->sealed, .who = x->who, .account = x->account,
		.filed_by = actor_is(a, ROLE_SYSTEM) ? a->account : 0, .channel_in = in, .channel_out = x->channel_out, .origin = x->origin, .origin_code = x->origin_code, .receiving_unit = at.receiving_unit,
		.settling_unit = at.settling_unit, .settling_agency = at.settling_agency, .code_prefix = at.code_prefix, .files = x->files, .n_files = x->n_files};
	struct dossier_get_row now = {.state = STR("received")};
	if (!dossier_send(&r->env, filing()->law, &d, &sent, e) || (sent.existed && !dossier_load(&r->env, sent.id, &now, e)))
		return false;
	for (size_t i = 0; i < twins.n && !sent.existed; i++)
		json_array_append_new(codes, json_stringn(twins.v[i].code.p, twins.v[i].code.n));
	AUTO_JSON out = json_pack("{s:s%,s:O,s:b}", "code", sent.code.p, sent.code.n, "twins", codes, "existed", (int)sent.existed);
	json_put(out, "state", now.state);
	api_put_time(r, out, "due", now.due);
	if (sent.secret.n)
		json_put(out, "secret", sent.secret);
	if (sent.answer_due.ms)
		json_put(out, "answer_due", instant_format(r->env.arena, sent.answer_due));
	r->memo = memo_seal(r, json_text(r->env.arena, json_incref(out)));
	return true;
}

bool api_send_answer(struct request *r, struct err *e)
{
	struct str plain;
	if (!memo_open(r, &plain, e))
		return false;
	AUTO_JSON out = json_loadb(plain.p, plain.n, 0, NULL);
	answer_header(r, "Location", str_fmt(r->env.arena, "/api/v1/dossiers/%.*s", STR_ARG(json_str(out, "code"))));
	return api_answer(r, json_is_true(json_object_get(out, "existed")) ? 200 : 201, out);
}
