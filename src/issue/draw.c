/* draw.c — papers and results from their templates. */
#include "core/base/json_text.h"
#include "dossier/result.h"
#include "issue/internal.h"
#include <stdio.h>

static const struct issue_facilities *facilities;
void issue_use(const struct issue_facilities *f) { facilities = f; }
const struct issue_facilities *issue_have(void)
{
	CHECK(facilities != NULL);
	return facilities;
}

/* ---- papers ---- */

static bool template_of(struct str set, struct str code, struct str *form, struct err *e)
{
	char name[200];
	snprintf(name, sizeof name, "paper/%.*s/%.*s.json", STR_ARG(set), STR_ARG(code));
	const struct pack_file *f = pack_find(&LAW->pack, str_from(name));
	*form = f ? f->bytes : STR_NONE;
	return f || err_set(e, ERR_NOT_FOUND, "no template %s", name);
}

/* Takes the data. */
bool draw_with(struct env *env, struct str set, struct str code, json_t *data, struct instant at, struct str *pdf, struct err *e)
{
	struct str form;
	bool ok = template_of(set, code, &form, e) && issue_have()->render(issue_have()->renderer, env->arena, form, data, at, pdf, e);
	json_decref(data);
	return ok;
}

bool draw_paper(struct env *env, const struct dossier_get_row *d, const struct dossier_paper_list_row *p, struct str *pdf, struct err *e)
{
	json_t *data = NULL;
	return issue_paper_data(env, d, p, &data, e) && draw_with(env, p->form_set, p->form_code, data, p->at, pdf, e);
}

/* `whole`: refused when anything would print as a blank. */
static bool draw_result_as(struct env *env, const struct dossier_get_row *d, const struct dossier_proposal *p, struct instant at, bool whole, struct str *pdf, struct err *e)
{
	const struct law_result *t = law_result_of(LAW, law_find(LAW, d->procedure), str_eq(d->outcome, STR("refuse")));
	json_t *data = NULL;
	if (!issue_result_data(env, d, p, &data, e))
		return false;
	json_t *form = json_copy((json_t *)(uintptr_t)t->template);
	json_object_set_new(form, whole ? "whole" : "draft", json_true());
	bool ok = issue_have()->render(issue_have()->renderer, env->arena, json_text(env->arena, form), data, at, pdf, e);
	json_decref(data);
	return ok;
}

bool draw_result(struct env *env, const struct dossier_get_row *d, struct str *pdf, struct err *e)
{
	if (!d->result_number.has || !d->result_day.has)
		return err_set(e, ERR_CONFLICT, "no number is bound yet");
	return draw_result_as(env, d, NULL, instant_at(d->result_day.v, (int32_t)(8 * 3600000)), true, pdf, e);
}

bool issue_draft_draw(struct env *env, const struct dossier_get_row *d, const struct dossier_proposal *p, struct str *pdf, struct err *e)
{
	return draw_result_as(env, d, p, env->now, false, pdf, e);
}

bool issue_paper_draw(struct env *env, const struct dossier_get_row *d, struct dossier_paper_id paper, struct str *pdf, struct err *e)
{
	struct issue_paper_get_row p;
	bool found = false;
	if (!q_issue_paper_get(env->db, env->arena, paper, &p, &found, e))
		return err_wrap(e, "paper");
	if (!found || p.dossier.v != d->id.v)
		return err_set(e, ERR_NOT_FOUND, "not a paper of this dossier");
	struct dossier_paper_list_row row = {.id = p.id, .dossier = p.dossier, .form_set = p.form_set, .form_code = p.form_code, .number = p.number,
		.at = p.at, .official = p.official, .body = p.body};
	return draw_paper(env, d, &row, pdf, e);
}
