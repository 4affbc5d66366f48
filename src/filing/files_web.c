/* files_web.c — each file on its own page, kept at once; with JavaScript in pieces that may be interrupted. */
#include "core/db/id.h"
#include "filing/filing_internal.h"
#include "filing/filing_views.h"
#include "gen/assets.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct str base_of(struct request *r) { return str_fmt(r->env.arena, "/nop-ho-so/nhap/%.*s", STR_ARG(req_param(r, "draft"))); }

static const struct field file_fields[] = {{.name = "file", .kind = FIELD_FILE, .required = true, .label = MSG_FILING_FILE}};
const struct form file_form = {"file", file_fields, ARRAY_LEN(file_fields)};
static const struct field file_id_fields[] = {{.name = "file", .kind = FIELD_ID, .required = true, .label = MSG_FILING_FILE}};
const struct form file_id_form = {"file id", file_id_fields, ARRAY_LEN(file_id_fields)};

static const struct outline_slot *slot_at(const struct draft *d, struct str n)
{
	int64_t i = -1;
	return str_to_i64(n, &i) && i >= 0 && (size_t)i < d->flow.n_slots ? &d->flow.slots[i] : NULL;
}

static bool open_slot(struct request *r, struct draft *d, const struct outline_slot **s, struct err *e)
{
	if (!draft_open(&r->env, filing_state_of(r)->id, d, e))
		return false;
	*s = slot_at(d, req_param(r, "n"));
	return *s != NULL || err_set(e, ERR_NOT_FOUND, "no such file field");
}

/* ---- the page ---- */

/* For the browser ".pdf,.jpg,.jpeg", for people "PDF, JPG". */
static struct str accept_words(struct arena *a, const struct eform_field *f, bool people)
{
	struct buf b = buf_on(a);
	const json_t *x = NULL;
	size_t i = 0;
	json_array_foreach(json_object_get(f->def, "accept"), i, x) {
		struct str mime = str_from(json_string_value(x));
		for (size_t k = 0; k < n_scan_types; k++)
			if (str_eq(mime, str_from(scan_types[k].mime)) && !(people && strcmp(scan_types[k].ending, "jpeg") == 0))
				buf_fmt(&b, people ? "%s%s" : "%s.%s", !b.n ? "" : people ? ", " : ",", people ? str_upper(a, str_from(scan_types[k].ending)).p : scan_types[k].ending);
	}
	return buf_str(&b);
}

static void show_kept(struct request *r, struct html_out *o, const struct draft *d, const struct outline_slot *s)
{
	struct arena *a = r->env.arena;
	struct str action = str_fmt(a, "%.*s/tep/%.*s/bo", STR_ARG(base_of(r)), STR_ARG(req_param(r, "n")));
	for (size_t i = 0; i < d->files.n; i++) {
		const struct draft_file_list_row *f = &d->files.v[i];
		if (!str_eq(f->field, s->field) || !str_eq(f->state, STR("kept")))
			continue;
		struct ui_file file = {.name = draft_file_name(a, d, f), .size = f->size, .note = m(r, MSG_FILING_FILE_KEPT)};
		ui_files(o, &file, 1);
		filing_remove(o, action, str_fmt(a, "%lld", (long long)f->id.v), file.name);
	}
}

static void show_upload(struct request *r, struct html_out *o, const struct outline_slot *s, bool first)
{
	struct arena *a = r->env.arena;
	struct str types = accept_words(a, s->f, false), args[] = {accept_words(a, s->f, true), lang_size(a, r->env.lang, s->f->max_size)};
	struct ui_field f = page_field(r, "file", UI_FILE, MSG_FILING_FILE);
	struct ui_button go = {.label = m(r, MSG_FILING_UPLOAD), .icon = UI_ICON_UPLOAD, .weight = first ? UI_PRIMARY : UI_QUIET};
	int64_t n = 0;
	str_to_i64(req_param(r, "n"), &n);
	f.accept = types;
	f.hint = types.n ? msg_fmt(a, r->env.lang, MSG_FIELD_FILE_HINT, args, 2) : STR_NONE;
	f.required = true;
	filing_upload_begin(o, str_fmt(a, "%.*s/tep/%lld", STR_ARG(base_of(r)), (long long)n), str_fmt(a, "%.*s/tai-len", STR_ARG(base_of(r))), n);
	ui_field(o, &f);
	ui_button(o, &go);
	filing_upload_end(o);
}

/* On from a file that is kept: to the next that is not, and back to the parts. */
static void show_on(struct request *r, struct html_out *o, const struct draft *d, const struct outline_slot *s, bool kept)
{
	size_t next = (size_t)(s - d->flow.slots) + 1, n = 0;
	struct ui_button v[2];
	while (next < d->flow.n_slots && draft_slot_files(d, &d->flow.slots[next]))
		next++;
	bool more = kept && next < d->flow.n_slots;
	if (more)
		v[n++] = (struct ui_button){.label = m(r, MSG_FILING_NEXT_FILE), .icon = UI_ICON_ARROW_RIGHT, .url = str_fmt(r->env.arena, "%.*s/tep/%zu", STR_ARG(base_of(r)), next)};
	v[n++] = (struct ui_button){.label = m(r, MSG_FILING_BACK_TO_TASKS), .url = base_of(r), .weight = kept && !more ? UI_PRIMARY : UI_LINK};
	ui_buttons(o, v, n);
}

bool file_page(struct request *r, struct err *e)
{
	AUTO_DRAFT d = {0};
	const struct outline_slot *s = NULL;
	if (!open_slot(r, &d, &s, e))
		return false;
	struct html_out o = page_out(r);
	struct ui_crumb crumbs[] = {{m(r, MSG_FILING_TASKS), base_of(r)}};
	struct ui_page page = {.title = s->f->label, .over = d.p->p->name, .width = UI_READ, .crumbs = crumbs, .n_crumbs = 1, .has_errors = r->errors.n > 0,
		.script = ASSET_FILING_JS};
	bool kept = draft_slot_files(&d, s) > 0;
	ui_page_begin(&o, &page);
	page_error_summary(&o, r);
	if (s->f->hint.n)
		filing_hint(&o, s->f->hint);
	show_kept(r, &o, &d, s);
	if (draft_slot_files(&d, s) < s->f->max_count)
		show_upload(r, &o, s, !kept);
	show_on(r, &o, &d, s, kept);
	ui_page_end(&o, &page);
	return page_answer(r);
}

/* ---- taking a file in ---- */

bool filing_room(struct request *r, int64_t more, struct err *e)
{
	struct unsent_bytes_row row = {0};
	bool found = false;
	int64_t account = r->env.actor->account, max = filing()->unsent_max;
	if (!max || !account)
		return true;
	if (!q_unsent_bytes(r->env.db, r->env.arena, account, &row, &found, e))
		return err_wrap(e, "unsent files");
	if (row.n + more > max)
		form_error(r, "file", MSG_FILING_UNSENT_FULL, lang_size(r->env.arena, r->env.lang, max), STR_NONE);
	return true;
}

struct given { struct blob_writer *file; struct str name; };

/* Type by content, then sealed and stored, still in quarantine; or an error at "file". */
static bool take(struct request *r, const struct draft *d, const struct outline_slot *s, const struct given *g, struct err *e)
{
	struct filing_state *st = filing_state_of(r);
	const char *mime = NULL;
	if (blob_writer_size(g->file) > s->f->max_size) {
		form_error(r, "file", MSG_FILING_FILE_TOO_LARGE, lang_size(r->env.arena, r->env.lang, s->f->max_size), STR_NONE);
		return true;
	}
	if (!intake_look(r, "file", filing()->scan, g->file, g->name, &mime, e))
		return false;
	if (mime && !eform_field_takes(s->f, str_from(mime)))
		intake_unwanted(r, "file");
	if (!mime || !form_ok(r))
		return true;
	st->mime = mime;
	st->name = str_dup(r->env.arena, g->name);
	st->stored = true;
	return blob_writer_keep(g->file, &(struct blob_put){.key = &d->key, .quarantine = true, .max = s->f->max_size}, &st->blob, e);
}

bool file_slow(struct request *r, struct err *e)
{
	AUTO_DRAFT d = {0};
	const struct outline_slot *s = NULL;
	struct upload *u = form_file(r, "file");
	if (!u || !open_slot(r, &d, &s, e))
		return u ? false : err_set(e, ERR_INVALID, "no file");
	if (draft_slot_files(&d, s) >= s->f->max_count) {
		form_error(r, "file", MSG_FIELD_TOO_MANY, str_fmt(r->env.arena, "%zu", s->f->max_count), STR_NONE);
		return true;
	}
	return filing_room(r, u->size, e) && (!form_ok(r) || take(r, &d, s, &(struct given){u->file, u->name}, e));
}

static bool add_row(struct request *r, const struct draft *d, const struct outline_slot *s, int64_t size, struct draft_file_id *id, struct err *e)
{
	struct filing_state *st = filing_state_of(r);
	id->v = id_new(r->env.ids, r->env.now);
	return q_draft_file_add(r->env.db, &(struct draft_file_add_in){.id = *id, .draft = d->row.id, .field = s->field,
		.name = draft_seal_name(r->env.arena, &d->key, st->name), .type = st->stored ? str_from(st->mime) : STR(""), .size = size,
		.blob = st->stored ? digest_hex(r->env.arena, st->blob.address) : STR_NONE,
		.plain_hash = st->stored ? digest_hex(r->env.arena, st->blob.plain) : STR_NONE,
		.state = st->stored ? STR("kept") : STR("uploading"), .at = r->env.now}, NULL, e);
}

bool file_apply(struct request *r, struct err *e)
{
	AUTO_DRAFT d = {0};
	const struct outline_slot *s = NULL;
	struct draft_file_id id;
	if (!open_slot(r, &d, &s, e))
		return false;
	r->redirect = str_fmt(r->env.arena, "%.*s/tep/%.*s", STR_ARG(base_of(r)), STR_ARG(req_param(r, "n")));
	if (!filing_room(r, filing_state_of(r)->blob.size, e) || !form_ok(r))
		return e->kind == ERR_NONE;
	return add_row(r, &d, s, filing_state_of(r)->blob.size, &id, e) && draft_put(&r->env, &d, e);
}

bool file_again(struct request *r, struct err *e) { return file_page(r, e); }

bool file_remove(struct request *r, struct err *e)
{
	r->redirect = str_fmt(r->env.arena, "%.*s/tep/%.*s", STR_ARG(base_of(r)), STR_ARG(req_param(r, "n")));
	return q_draft_file_delete(r->env.db, (struct draft_file_id){form_id(r, "file")}, filing_state_of(r)->id, NULL, e);
}

/* ---- in pieces ---- */

bool upload_check(struct request *r, struct err *e)
{
	AUTO_DRAFT d = {0};
	if (!draft_open(&r->env, filing_state_of(r)->id, &d, e))
		return false;
	const json_t *slot = json_object_get(r->json, "slot");
	int64_t n = json_is_integer(slot) ? json_integer_value(slot) : -1, size = json_integer_value(json_object_get(r->json, "size"));
	const struct outline_slot *s = n >= 0 && (size_t)n < d.flow.n_slots ? &d.flow.slots[n] : NULL;
	struct str name = upload_clean_name(r->env.arena, json_str(r->json, "name"));
	if (!s || size <= 0)
		return err_set(e, ERR_INVALID, "an upload needs slot, name and size");
	if (draft_slot_files(&d, s) >= s->f->max_count)
		form_error(r, "file", MSG_FIELD_TOO_MANY, str_fmt(r->env.arena, "%zu", s->f->max_count), STR_NONE);
	if (size > s->f->max_size)
		form_error(r, "file", MSG_FILING_FILE_TOO_LARGE, lang_size(r->env.arena, r->env.lang, s->f->max_size), STR_NONE);
	filing_state_of(r)->name = name;
	return true;
}

bool upload_apply(struct request *r, struct err *e)
{
	AUTO_DRAFT d = {0};
	struct draft_file_id id;
	if (!draft_open(&r->env, filing_state_of(r)->id, &d, e))
		return false;
	const struct outline_slot *s = &d.flow.slots[json_integer_value(json_object_get(r->json, "slot"))];
	int64_t size = json_integer_value(json_object_get(r->json, "size"));
	if (!filing_room(r, size, e) || !form_ok(r))
		return e->kind == ERR_NONE;
	if (!add_row(r, &d, s, size, &id, e))
		return false;
	r->memo = str_fmt(r->env.arena, "%lld", (long long)id.v);
	return true;
}

bool upload_answer(struct request *r, struct err *e)
{
	(void)e;
	struct str url = str_fmt(r->env.arena, "%.*s/tai-len/%.*s", STR_ARG(base_of(r)), STR_ARG(r->memo));
	answer_header(r, "Location", url);
	buf_fmt(&r->body, "{\"id\":\"%.*s\",\"url\":\"%.*s\"}\n", STR_ARG(r->memo), STR_ARG(url));
	return answer_json(r, 201);
}

static bool find_part(struct request *r, struct err *e)
{
	struct filing_state *st = filing_state_of(r);
	int64_t id = 0;
	bool found = false;
	if (!req_param_id(r, "file", &id) || !q_draft_file_get(r->env.db, r->env.arena, (struct draft_file_id){id}, &st->file, &found, e))
		return err_set(e, ERR_NOT_FOUND, "no such upload");
	if (!found || st->file.draft.v != st->id.v)
		return err_set(e, ERR_NOT_FOUND, "no such upload in this draft");
	st->path = str_fmt(r->env.arena, "%s/%lld", filing()->parts_dir, (long long)id);
	return true;
}

static bool is_kept(const struct filing_state *st) { return str_eq(st->file.state, STR("kept")); }

static int64_t part_size(const struct filing_state *st)
{
	struct stat s;
	if (is_kept(st))
		return st->file.size;
	return stat(st->path.p, &s) == 0 ? (int64_t)s.st_size : 0;
}

bool upload_offset(struct request *r, struct err *e)
{
	if (!find_part(r, e))
		return false;
	answer_header(r, "Upload-Offset", str_fmt(r->env.arena, "%lld", (long long)part_size(filing_state_of(r))));
	answer_header(r, "Upload-Length", str_fmt(r->env.arena, "%lld", (long long)filing_state_of(r)->file.size));
	answer_header(r, "Cache-Control", STR("no-store"));
	return answer_empty(r, 204);
}

static void seal_part(void *key, int64_t offset, void *bytes, size_t n) { crypto_stream(key, offset, bytes, n); }

/* Pieces lie on the disk hidden under a key of their own, made of the draft's. */
static struct key part_key(const struct draft *d, struct arena *a, struct draft_file_id id)
{
	return key_derive(&d->key, str_fmt(a, "part:%lld", (long long)id.v));
}

bool upload_receive(struct request *r, struct err *e)
{
	struct filing_state *st;
	AUTO_DRAFT d = {0};
	int64_t offset = -1;
	if (!find_part(r, e) || !draft_open(&r->env, filing_state_of(r)->id, &d, e))
		return false;
	st = filing_state_of(r);
	if (!str_to_i64(req_header(r, "Upload-Offset"), &offset) || offset < 0)
		return err_set(e, ERR_INVALID, "Upload-Offset is missing");
	if (is_kept(st) || offset != part_size(st))
		return err_set(e, ERR_CONFLICT, "Upload-Offset is %lld, %lld are here", (long long)offset, (long long)part_size(st));
	r->sink.fd = open(st->path.p, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (r->sink.fd < 0)
		return err_set(e, errno == ENOSPC ? ERR_BUSY : ERR_INTERNAL, "part of an upload: %s", strerror(errno));
	r->sink.offset = offset;
	r->sink.max = st->file.size - offset;
	r->sink.seal = seal_part;
	r->sink.ctx = NEW(r->env.arena, struct key);
	*(struct key *)r->sink.ctx = part_key(&d, r->env.arena, st->file.id);
	return true;
}

/* The pieces, one after the other, under the key of the file that they become. */
static bool add_parts(struct blob_writer *file, const struct key *key, int part, int64_t size, struct err *e)
{
	char b[65536];
	bool ok = true;
	for (int64_t at = 0; ok && at < size;) {
		ssize_t n = pread(part, b, sizeof b, (off_t)at);
		if (n <= 0)
			return err_set(e, ERR_BUSY, "opening an upload: %s", n < 0 ? strerror(errno) : "it is shorter than it was");
		crypto_stream(key, at, b, (size_t)n);
		ok = blob_writer_add(file, (struct str){b, (size_t)n}, e);
		at += n;
	}
	crypto_wipe(b, sizeof b);
	return ok && blob_writer_end(file, e);
}

static bool take_whole(struct request *r, const struct draft *d, const struct outline_slot *s, struct err *e)
{
	struct filing_state *st = filing_state_of(r);
	struct draft_file_list_row row = {.name = st->file.name};
	AUTO_KEY key = part_key(d, r->env.arena, st->file.id);
	struct blob_writer *file = NULL;
	bool ok = blob_writer_new(&file, filing()->blobs, e) && add_parts(file, &key, r->sink.fd, st->file.size, e) &&
	          take(r, d, s, &(struct given){.file = file, .name = draft_file_name(r->env.arena, d, &row)}, e);
	blob_writer_free(file);
	return ok;
}

bool upload_slow(struct request *r, struct err *e)
{
	struct filing_state *st = filing_state_of(r);
	AUTO_DRAFT d = {0};
	if (r->sink.offset < st->file.size)
		return fdatasync(r->sink.fd) == 0 || err_set(e, ERR_BUSY, "part of an upload: %s", strerror(errno));
	if (!draft_open(&r->env, st->id, &d, e))
		return false;
	for (size_t i = 0; i < d.flow.n_slots; i++)
		if (str_eq(d.flow.slots[i].field, st->file.field)) {
			if (!take_whole(r, &d, &d.flow.slots[i], e))
				return false;
			unlink(st->path.p);
			return true;
		}
	return err_set(e, ERR_NOT_FOUND, "the field is gone");
}

bool upload_kept(struct request *r, struct err *e)
{
	struct filing_state *st = filing_state_of(r);
	if (!st->stored)
		return true;
	return q_draft_file_keep(r->env.db, &(struct draft_file_keep_in){.id = st->file.id, .type = str_from(st->mime),
		.blob = digest_hex(r->env.arena, st->blob.address), .plain_hash = digest_hex(r->env.arena, st->blob.plain)}, NULL, e);
}

bool upload_done(struct request *r, struct err *e)
{
	(void)e;
	answer_header(r, "Upload-Offset", str_fmt(r->env.arena, "%lld", (long long)r->sink.offset));
	return answer_empty(r, 204);
}
