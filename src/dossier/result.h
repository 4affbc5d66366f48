/* result.h — result templates as the rules see them: the symbol of their number, and what must be known before they are signed.
 *
 * A template of packs/paper/results may ask: "fields" (those of src/form) are answered with the proposal; "defaults" are rules
 * that read them from the record. What is missing stops the proposal and the decision, so no number is bound to a paper with
 * blanks. A refusal uses packs/paper/ND30-2020/thong-bao.
 * Law: NĐ 30/2020/NĐ-CP Phụ lục I (number and symbol); results by the law of each field, as their templates say. */
#pragma once
#include "dossier/dossier.h"

struct law_result {
	struct str set, id;
	struct str symbol;             /* "GP-SKHCN" */
	const json_t *template;        /* the pack's tree */
	const struct eform *fields;    /* NULL: asks nothing */
};

/* Loads every template of results and the notice; each procedure's must be there. Part of law_load(). */
bool law_load_results(struct law *l, struct err *e);
/* The template of what is proposed for the dossier. Never NULL: each procedure has one, a refusal the notice. */
const struct law_result *law_result_of(const struct law *l, const struct law_procedure *p, bool refuse);
/* Fields as far as `content` ({"answers","who"}) tells them. New reference. */
MUST_CHECK bool law_result_defaults(struct arena *a, const struct law *l, const struct law_procedure *p, const struct law_result *x,
                                    const json_t *content, struct date today, json_t **out, struct err *e);
/* What counts of the fields, and what is wrong or missing; *clean is a new reference. */
struct eform_errors law_result_check(struct arena *a, const struct law *l, const struct law_result *x, const json_t *fields, struct date today, json_t **clean);

/* The proposal as it stands: its text, and its fields. Before there is one: no text, and what the record tells.
 * Erased: no text, an empty object. *fields is a new reference. */
struct dossier_proposal { struct str text; json_t *fields; };
MUST_CHECK bool dossier_proposal(struct env *env, const struct law *law, const struct dossier_get_row *d, bool refuse, struct dossier_proposal *out, struct err *e);
/* What a proposal with `typed` (NULL: nothing) would hold: the proposal as it stands, typed over it, checked. */
MUST_CHECK bool dossier_propose(struct env *env, const struct law *law, const struct dossier_get_row *d, bool refuse, const json_t *typed,
                                json_t **clean, struct eform_errors *errors, struct err *e);
