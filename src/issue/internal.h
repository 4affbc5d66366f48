/* internal.h — shared by the files of src/issue only. */
#pragma once
#include "core/i18n/i18n.h"
#include "directory/directory.h"
#include "issue/issue.h"
#include "issue/issue_sql.h"

const struct issue_facilities *issue_have(void);
#define LAW (issue_have()->law)

/* A number that a job of the slice was given. 0: none. */
int64_t issue_payload_id(struct str payload, const char *name);
void set_text(json_t *o, const char *key, struct str value); /* nothing when empty */
/* What every paper says of the dossier: offices, place, applicant, code. `on`: the day of the paper. */
MUST_CHECK bool base_data(struct env *env, const struct dossier_get_row *d, struct date on, bool by_settling, json_t **out, struct err *e);
/* Parts of it: who received it and who settles it, each with the agency above; who applies. */
struct offices { struct agency receiving, receiving_parent, settling, settling_parent; };
MUST_CHECK bool load_offices(struct env *env, struct unit_id receiving, struct agency_id settling, struct offices *o, struct err *e);
void office_data(const struct offices *o, bool by_settling, json_t *out);
void who_data(const struct applicant *w, json_t *out);
void set_sets(struct str procedure, json_t *out); /* how many sets of documents the procedure asks for */
MUST_CHECK bool unseal_paper(struct env *env, const struct dossier_paper_list_row *p, struct str *out, struct err *e);
/* The head of a paper of that agency: who, whose, where. */
MUST_CHECK bool office_head(struct env *env, struct agency_id id, json_t *out, struct err *e);
/* Lines of a text as a list, empty ones left out. */
json_t *lines_of(struct str text);
/* Draws with a template of the packs; takes the data. */
MUST_CHECK bool draw_with(struct env *env, struct str set, struct str code, json_t *data, struct instant at, struct str *pdf, struct err *e);
void set_time(struct env *env, json_t *o, const char *key, struct instant at);
void set_day(struct env *env, json_t *o, const char *key, struct date d);
/* Acceptance, the date first given, the new one of an apology. */
void time_data(struct env *env, const struct dossier_get_row *d, json_t *x);
struct str person_name(struct env *env, struct person_id id); /* empty when unknown */
MUST_CHECK bool draw_paper(struct env *env, const struct dossier_get_row *d, const struct dossier_paper_list_row *p, struct str *pdf, struct err *e);
MUST_CHECK bool draw_result(struct env *env, const struct dossier_get_row *d, struct str *pdf, struct err *e);
