/* result_data.c — the result as a document in the layout of decree 30/2020, from the record and the draft that was approved. */
#include "issue/internal.h"
#include <string.h>

/* The draft's text; empty when there is none or it was erased. */
static bool draft_text(struct env *env, const struct dossier_get_row *d, struct str *out, struct err *e)
{
	AUTO_KEY key = {0};
	bool erased = false;
	struct str sealed;
	*out = STR("");
	if (!dossier_key(env, LAW, d->id, &key, &erased, e))
		return false;
	if (erased || !d->proposal.n)
		return true;
	return (base64_decode(env->arena, d->proposal, &sealed) || err_set(e, ERR_INTERNAL, "the draft is not base64")) &&
	       crypto_open(env->arena, &key, STR("proposal"), sealed, out, e);
}

/* A deputy signs for the head of the agency: "KT. GIÁM ĐỐC" above the own title (decree 30, annex I, II.7). */
static bool signer_data(struct env *env, const struct dossier_get_row *d, json_t *x, struct err *e)
{
	struct officers all = {0};
	if (!directory_holders_in_agency(env, ROLE_DIRECTOR, d->settling_agency, d->result_day.v, &all, e))
		return err_wrap(e, "signer");
	for (size_t i = 0; i < all.n; i++) {
		if (all.v[i].person.v != d->signer.v)
			continue;
		set_text(x, "nguoi_ky", all.v[i].name);
		set_text(x, "chuc_vu", all.v[i].title);
		if (all.v[i].is_deputy)
			set_text(x, "quyen_han", msg(LANG_VI, MSG_ISSUE_FOR_DIRECTOR));
		return true;
	}
	struct official o;
	bool found = false;
	if (!directory_person(env, d->signer, &o, &found, e))
		return false;
	if (found) {
		set_text(x, "nguoi_ky", o.name);
		set_text(x, "chuc_vu", o.title);
	}
	return true;
}

static void basis_data(struct env *env, const struct dossier_get_row *d, json_t *x)
{
	const struct law_procedure *p = law_find(LAW, d->procedure);
	json_t *list = json_array();
	for (size_t i = 0; p && i < p->p->legal_basis.n && i < 8; i++) {
		struct str line = msg_fmt(env->arena, LANG_VI, MSG_ISSUE_BASIS, &p->p->legal_basis.p[i], 1);
		json_array_append_new(list, json_stringn(line.p, line.n));
	}
	json_object_set_new(x, "can_cu", list);
}

static void number_data(struct env *env, const struct dossier_get_row *d, json_t *x)
{
	ptrdiff_t dash = str_find_char(d->result_symbol, '-');
	set_text(x, "so", str_fmt(env->arena, "%02lld", (long long)d->result_number.v));
	set_text(x, "ky_hieu", dash < 0 ? d->result_symbol : str_sub(d->result_symbol, (size_t)dash + 1, d->result_symbol.n));
}

/* Answers of the form under their own names: templates of results read the same keys as the forms. What the record says
 * itself is not overwritten. */
static bool answer_data(struct env *env, const struct dossier_get_row *d, json_t *x, struct err *e)
{
	json_t *content = NULL, *answers;
	const char *name;
	json_t *part;
	if (!dossier_unseal(env, LAW, d, &content, e))
		return false;
	answers = json_object_get(content, "answers");
	(void)json_object_update_missing(x, answers);
	json_object_foreach(answers, name, part)
		if (json_is_object(part))
			(void)json_object_update_missing(x, part);
	json_decref(content);
	return true;
}

static void holder_data(json_t *x)
{
	json_t *holder = json_object();
	static const struct { const char *from, *to; } parts[] = {{"ten_nguoi_nop", "ten"}, {"dia_chi", "dia_chi"}, {"dien_thoai", "dien_thoai"}};
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		if (json_object_get(x, parts[i].from))
			json_object_set(holder, parts[i].to, json_object_get(x, parts[i].from));
	json_object_set_new(x, "to_chuc", holder);
	json_object_set(x, "kinh_gui", json_object_get(x, "ten_nguoi_nop"));
	json_object_set(x, "ho_ten", json_object_get(x, "ten_nguoi_nop"));
}

static void text_data(struct env *env, const struct dossier_get_row *d, struct str draft, json_t *x)
{
	bool refuse = str_eq(d->outcome, STR("refuse"));
	struct str about = msg_fmt(env->arena, LANG_VI, refuse ? MSG_ISSUE_ABOUT_REFUSAL : MSG_ISSUE_ABOUT, &d->procedure_name, 1);
	json_t *lines = lines_of(draft);
	if (json_array_size(lines) == 0)
		json_array_append_new(lines, json_string(msg(LANG_VI, refuse ? MSG_ISSUE_REFUSED_PLAIN : MSG_ISSUE_GRANTED_PLAIN).p));
	set_text(x, "trich_yeu", about);
	json_object_set(x, "dieu", lines);
	json_object_set_new(x, "noi_dung", lines);
	json_object_set_new(x, "noi_nhan", json_pack("[s,s]", msg(LANG_VI, MSG_ISSUE_AS_ABOVE).p, msg(LANG_VI, MSG_ISSUE_COPY_COUNTER).p));
}

static bool fill_result(struct env *env, const struct dossier_get_row *d, json_t *x, struct err *e)
{
	struct str draft;
	if (!draft_text(env, d, &draft, e) || !signer_data(env, d, x, e))
		return false;
	struct str head = msg_fmt(env->arena, LANG_VI, MSG_ISSUE_DIRECTOR_OF, (struct str[]){str_from(json_string_value(json_object_get(x, "don_vi")))}, 1);
	set_text(x, "tham_quyen", head);
	set_text(x, "hieu_luc_tu", date_format(env->arena, d->result_day.v));
	number_data(env, d, x);
	basis_data(env, d, x);
	text_data(env, d, draft, x);
	holder_data(x);
	return answer_data(env, d, x, e);
}

bool issue_result_data(struct env *env, const struct dossier_get_row *d, json_t **out, struct err *e)
{
	*out = NULL;
	if (!d->result_number.has || !d->result_day.has)
		return err_set(e, ERR_CONFLICT, "no number is bound yet");
	json_t *x = NULL;
	if (!base_data(env, d, d->result_day.v, true, &x, e))
		return false;
	if (!fill_result(env, d, x, e)) {
		json_decref(x);
		return false;
	}
	*out = x;
	return true;
}
