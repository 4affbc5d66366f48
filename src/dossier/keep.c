/* keep.c — what the program's jobs do to a dossier: papers, signed results, scanned files. See dossier.h. */
#include "core/db/id.h"
#include "dossier/doing.h"
#include "stat/stat.h"

/* With the dossier held. */
static bool keep_file(struct env *env, const struct law *law, struct dossier_id id, struct str kind, const struct dossier_file_new *f, struct dossier_file_id *out, struct err *e)
{
	AUTO_KEY key = {0};
	bool erased = false, result = str_eq(kind, STR("result"));
	struct dossier_file_list_rows rows = {0};
	struct stat_set before;
	if (!dossier_key(env, law, id, &key, &erased, e))
		return false;
	if (erased)
		return err_set(e, ERR_CONFLICT, "the dossier was erased");
	if ((result && !counted_load(env, id, &before, e)) || !add_files(env, id, &key, kind, f, 1, e) || !q_dossier_file_list(env->db, env->arena, id, &rows, e) ||
	    (result && !counted_change(env, id, &before, e)))
		return err_wrap(e, "keeping a file");
	*out = rows.v[rows.n - 1].id;
	struct str body = str_fmt(env->arena, "{\"kind\":\"%.*s\",\"sha256\":\"%.*s\"}", STR_ARG(kind), STR_ARG(f->plain_hash));
	return audit_record(env, &(struct audit_act){.kind = "dossier.file", .subject = id.v, .body = body}, NULL, e);
}

bool dossier_keep_file(struct env *env, const struct law *law, struct dossier_id id, struct str kind, const struct dossier_file_new *f, struct dossier_file_id *out, struct err *e)
{
	return dossier_hold(env, id, e) && keep_file(env, law, id, kind, f, out, e);
}

static bool has_result(struct env *env, struct dossier_id id, bool *any, struct err *e)
{
	struct dossier_file_list_rows rows = {0};
	if (!q_dossier_file_list(env->db, env->arena, id, &rows, e))
		return err_wrap(e, "files");
	for (size_t i = 0; i < rows.n; i++)
		*any = *any || (str_eq(rows.v[i].kind, STR("result")) && !rows.v[i].replaced);
	return true;
}

bool dossier_signed(struct env *env, const struct law *law, struct dossier_id id, const struct dossier_file_new *result, struct err *e)
{
	bool done = false;
	struct dossier_file_id file;
	if (!dossier_hold(env, id, e) || !has_result(env, id, &done, e))
		return false;
	return done || keep_file(env, law, id, STR("result"), result, &file, e);
}

bool dossier_preview_keep(struct env *env, struct dossier_file_id file, int64_t pages, const struct dossier_preview_new *v, size_t n, struct err *e)
{
	struct dossier_file_get_row f;
	struct dossier_key_get_row key;
	bool found = false, has_key = false;
	if (!q_dossier_file_get(env->db, env->arena, file, &f, &found, e))
		return err_wrap(e, "preview");
	if (found && !q_dossier_key_get(env->db, env->arena, (struct dossier_key_id){f.dossier.v}, &key, &has_key, e))
		return err_wrap(e, "preview");
	for (size_t i = 0; has_key && i < (n ? n : 1); i++) {
		struct dossier_preview_add_in in = {.id = {id_new(env->ids, env->now)}, .file = file, .page = n ? (int64_t)i + 1 : 0, .pages = pages,
			.blob = n ? v[i].blob : STR_NONE, .width = n ? v[i].width : 0, .height = n ? v[i].height : 0};
		if (!q_dossier_preview_add(env->db, &in, NULL, e))
			return err_wrap(e, "preview");
	}
	return true;
}

bool dossier_file_scanned(struct env *env, struct dossier_file_id id, bool clean, struct err *e)
{
	struct dossier_file_get_row f;
	bool found = false;
	if (!q_dossier_file_get(env->db, env->arena, id, &f, &found, e))
		return err_wrap(e, "file");
	if (!found || !str_eq(f.state, STR("quarantine")))
		return true;
	if (!q_dossier_file_state(env->db, id, clean ? STR("clean") : STR("infected"), NULL, e))
		return err_wrap(e, "file");
	return audit_record(env, &(struct audit_act){.kind = clean ? "dossier.file_clean" : "dossier.file_infected", .subject = f.dossier.v}, NULL, e);
}
