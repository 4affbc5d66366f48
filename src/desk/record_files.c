/* record_files.c — the bytes of a record: its files, their previews, its papers. */
#include "desk/desk_internal.h"

static bool find_file(struct request *r, struct dossier_get_row *d, struct dossier_file_get_row *f, struct err *e)
{
	int64_t id = 0;
	bool found = false;
	if (!desk_record(r, d, e))
		return false;
	if (!req_param_id(r, "id", &id))
		return err_set(e, ERR_NOT_FOUND, "not a file");
	if (!q_dossier_file_get(r->env.db, r->env.arena, (struct dossier_file_id){id}, f, &found, e))
		return false;
	if (!found || f->dossier.v != d->id.v || !str_eq(f->state, STR("clean")))
		return err_set(e, ERR_NOT_FOUND, "no such clean file of this dossier");
	return true;
}

static bool send_file(struct request *r, struct dossier_id id, const struct dossier_file_list_row *f, struct err *e)
{
	AUTO_KEY key = {0};
	bool erased = false;
	struct digest address;
	int64_t size = 0;
	if (!dossier_key(&r->env, LAW, id, &key, &erased, e))
		return false;
	if (erased || !digest_from_hex(f->blob, &address))
		return err_set(e, ERR_NOT_FOUND, "erased");
	struct str name = dossier_file_name(&r->env, &key, f);
	int fd = blob_open(desk_have()->blobs, address, &key, &size, e);
	return fd >= 0 && answer_file(r, fd, size, str_cstr(r->env.arena, f->type), name, true);
}

bool desk_file_page(struct request *r, struct err *e)
{
	struct dossier_get_row d;
	struct dossier_file_get_row f;
	if (!find_file(r, &d, &f, e))
		return false;
	req_note_read(r, d.id.v);
	return send_file(r, d.id, &(struct dossier_file_list_row){.dossier = f.dossier, .name = f.name, .blob = f.blob, .type = f.type}, e);
}

bool desk_preview_page(struct request *r, struct err *e)
{
	struct dossier_get_row d;
	int64_t file = 0, page = 0;
	if (!desk_record(r, &d, e))
		return false;
	if (!req_param_id(r, "id", &file) || !req_param_id(r, "page", &page))
		return err_set(e, ERR_NOT_FOUND, "not a page of a file");
	req_note_read(r, d.id.v);
	return filing_send_preview(r, &d, file, page, true, e);
}

/* The kept file of a paper, or the paper drawn now: the same bytes. */
bool desk_paper_page(struct request *r, struct err *e)
{
	struct dossier_get_row d;
	struct dossier_file_list_rows files = {0};
	int64_t id = 0;
	struct str pdf;
	if (!desk_record(r, &d, e) || !q_dossier_file_list(r->env.db, r->env.arena, d.id, &files, e))
		return false;
	if (!req_param_id(r, "id", &id))
		return err_set(e, ERR_NOT_FOUND, "not a paper");
	req_note_read(r, d.id.v);
	struct str field = str_fmt(r->env.arena, "paper:%lld", (long long)id);
	for (size_t i = 0; i < files.n; i++)
		if (str_eq(files.v[i].field, field))
			return send_file(r, d.id, &files.v[i], e);
	if (!desk_have()->draw)
		return err_say(e, ERR_BUSY, MSG_DESK_PAPER_SOON, "not drawn yet");
	return desk_have()->draw(&r->env, &d, (struct dossier_paper_id){id}, &pdf, e) && answer_bytes(r, 200, "application/pdf", pdf);
}
