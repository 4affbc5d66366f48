/* internal.h — shared by the files of this slice only. */
#pragma once
#include "dossier/dossier.h"

struct str key_context(struct arena *a, struct dossier_id id); /* "dossier:ID": what a wrapped key is bound to */
/* Applicant and answers as the sealed text. */
struct str seal_content(struct arena *a, const struct key *key, struct dossier_id id, const json_t *answers, const json_t *who, const json_t *paper);
struct applicant applicant_from(struct arena *a, const json_t *who);
/* Answers with a member per form, also when there is one. New reference. */
json_t *answers_by_form(const struct law_procedure *p, json_t *answers);
struct str secret_new(struct arena *a);
struct digest secret_hash(struct str secret);
/* Next number of a yearly sequence; never twice, gaps only after a failed act. */
bool next_number(struct env *env, struct str name, int64_t *out, struct err *e);
bool add_files(struct env *env, struct dossier_id id, const struct key *key, struct str kind, const struct dossier_file_new *f, size_t n, struct err *e);
/* Puts the folded words into the search; empty name: code and procedure only. */
bool search_put(struct env *env, struct dossier_id id, struct str code, struct str procedure, struct str name, struct str origin_code, bool replace, struct err *e);
/* The course of the legal clock as recorded, and what it gives now. */
bool clock_course(struct env *env, const struct dossier_get_row *d, struct clock_course *out, struct err *e);
bool clock_due(struct env *env, const struct law *law, const struct dossier_get_row *d, struct opt_instant *due, struct err *e);
/* Adds an event and sets `due` anew. `restart`: the clock starts (or starts again) now. */
bool clock_event(struct env *env, const struct law *law, struct dossier_get_row *d, const char *kind, struct err *e);
bool clock_now(struct env *env, const struct law *law, struct dossier_get_row *d, struct err *e); /* in *d alone: whoever calls writes it */
bool clock_start(struct env *env, const struct law *law, struct dossier_get_row *d, struct err *e);
/* Where a step waits: unit and person; role as text. */
struct place { struct str role; struct unit_id unit; struct person_id assignee; };
bool place_step(struct env *env, const struct dossier_get_row *d, const struct node *step, struct place *out, struct err *e);
/* May the actor take this step? *instead_of: for whom he or she stands in. */
bool may_take(struct env *env, const struct dossier_get_row *d, const struct node *step, bool *may, struct person_id *instead_of, struct err *e);
/* Office time between two moments; outside the calendar nothing is counted, as nothing is due there. */
int64_t office_ms(const struct calendar *c, struct instant from, struct instant to);

/* Before an act reads: on PostgreSQL acts on the dossier by others wait from here to the commit, so that what is read still stands when it is
 * written (fees that are open, what it adds to the statistics), and env->now is not before the last act. SQLite has one writer. */
MUST_CHECK bool dossier_hold(struct env *env, struct dossier_id id, struct err *e);

/* Statistics (counted.c): what the dossier adds as its rows stand, or before an act as the act has read it. The difference is written with the act. */
struct stat_set;
bool counted_load(struct env *env, struct dossier_id id, struct stat_set *out, struct err *e);
bool counted_before(struct env *env, const struct dossier_get_row *d, struct stat_set *out, struct err *e);
bool counted_change(struct env *env, struct dossier_id id, const struct stat_set *before, struct err *e);
bool counted_new(struct env *env, const struct dossier_new *x, struct instant answer_due, struct err *e);
