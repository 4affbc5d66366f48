/* filing_internal.h — shared by the files of this slice only. */
#pragma once
#include "core/page/page.h"
#include "filing/filing.h"
#include "filing/filing_sql.h"

#define DRAFT_COOKIE "ban-nhap"
#define DRAFT_MAX ((size_t)1024 * 1024) /* bytes of answers */

const struct filing_config *filing(void);
/* Words in the reader's language. */
static inline struct str m(struct request *r, enum msg_key key) { return msg(r->env.lang, key); }

/* ---- the pages that a procedure's forms make ---- */
struct outline_page { size_t form, section; };
/* One file field: `path` inside its form's answers, `field` as the dossier names it. */
struct outline_slot { struct str field, path; const struct eform_field *f; size_t form; };
struct outline { struct outline_page *pages; size_t n_pages; struct outline_slot *slots; size_t n_slots; };
struct outline outline_of(struct arena *a, const struct law_procedure *p);

/* ---- a draft ---- */
struct draft {
	struct draft_get_row row;
	const struct law_procedure *p;
	struct outline flow;
	struct key key;
	json_t *content;                       /* {"answers":{…},"who":{…},"seen":{…}} as typed */
	struct draft_file_list_rows files;     /* kept and uploading */
	struct dossier_file_list_rows sent;    /* of the dossier that is corrected or supplemented */
};
void draft_done(struct draft *d);
#define AUTO_DRAFT __attribute__((cleanup(draft_done))) struct draft
void json_done(json_t **j);
#define AUTO_JSON __attribute__((cleanup(json_done))) json_t *

/* The key of a draft row. Needs no database. */
bool draft_key(struct arena *a, const struct draft_get_row *row, struct key *out, struct err *e);
bool draft_open(struct env *env, struct draft_id id, struct draft *out, struct err *e);
/* The draft of the path, and the address of its pages. */
bool draft_open_path(struct request *r, struct draft *out, struct err *e);
struct str draft_url(struct request *r);
/* Seals the content into the row; in a writer's action. */
bool draft_put(struct env *env, struct draft *d, struct err *e);
struct draft_new { const char *purpose; struct str procedure; struct dossier_id dossier; struct str token_hash, wrapped; const struct key *key; json_t *content; };
bool draft_make(struct env *env, struct draft_id id, const struct draft_new *x, struct err *e);
bool draft_drop(struct env *env, struct draft_id id, struct err *e);
struct str draft_seal_name(struct arena *a, const struct key *key, struct str name);
struct str draft_file_name(struct arena *a, const struct draft *d, const struct draft_file_list_row *f);
json_t *draft_form(const struct draft *d, size_t form); /* answers of one form, made when missing; borrowed */
json_t *draft_part(const struct draft *d, const char *name); /* "who", "seen": made when missing; borrowed */
/* Answers with the files in their places. New reference. */
json_t *draft_merged(struct arena *a, const struct draft *d);
/* Errors of one form of the draft with these answers; *clean (may be NULL) is a new reference. */
struct eform_errors draft_form_errors(struct env *env, const struct draft *d, const json_t *merged, size_t form, json_t **clean);
const struct eform_section *draft_section(const struct draft *d, size_t page);
struct eform_errors draft_check(struct env *env, const struct draft *d, json_t **clean);
size_t draft_slot_files(const struct draft *d, const struct outline_slot *s);
bool draft_seen(const struct draft *d, struct str what);
void draft_see(struct draft *d, struct str what);
struct str json_str(const json_t *object, const char *key);
void json_put(json_t *object, const char *key, struct str value);

/* ---- what a request carries from row to slow to apply ---- */
struct filing_state {
	struct draft_get_row row;
	struct str typed;        /* JSON of what was typed */
	struct str token;        /* a stranger's, to become a cookie */
	struct blob_info blob;
	const char *mime;
	struct str name;
	bool stored;
	struct draft_id id;
	struct str wrapped;
	struct draft_file_get_row file;
	struct str path;         /* of an upload that is not complete */
	void *api;
};
struct filing_state *filing_state_of(struct request *r);
/* Is there room for `more` bytes among the account's unsent files? An error at "file" when not. Worker, and again in the writer. */
MUST_CHECK bool filing_room(struct request *r, int64_t more, struct err *e);

/* ---- questions ---- */
struct fault { struct str name, label, text; bool warning; };
struct faults { struct fault *v; size_t n; };
/* In words; only those of the section when it is given. */
struct faults faults_of(struct arena *a, enum lang lang, const struct eform_errors *e, const struct eform_section *only);
struct str fault_text(struct arena *a, enum lang lang, const struct eform_error *x);
struct str fault_name(struct arena *a, struct str pointer); /* "/rows/0/ten" → "rows.0.ten" */
const struct fault *fault_at(const struct faults *f, struct str name);
void faults_summary(struct html_out *o, const struct faults *f);
struct show { struct html_out *o; const struct law *law; struct date today; struct faults faults; bool plain; };
void show_section(struct show *s, const struct eform_section *sec, const json_t *answers);
/* What was typed on a section's page, from the request. New reference. */
json_t *typed_section(struct request *r, const struct eform_section *sec);

/* ---- who files ---- */
/* Fills from the account what is not the person's to write. */
bool who_fill(struct env *env, const struct draft *d, struct applicant *out, struct str *channel_out, bool *complete, struct err *e);
/* What an account files: its own, or, as the agent, what is `other`'s by the paper. Phone and e-mail of the account where none was given. */
struct account;
void filing_for_account(struct applicant *out, const struct account *acc, struct str identity, bool as_agent, const struct applicant *other, struct str paper);
/* Sends, corrects or supplements, and drops the draft. In a writer's action. */
bool send_draft(struct request *r, struct draft *d, const json_t *clean, struct dossier_sent *out, struct err *e);
struct str filing_origin(struct request *r);
/* What is a secret in an answer that is kept with its action id. */
const struct key *filing_memo_key(void);
struct str memo_seal(struct request *r, struct str plain);
bool memo_open(struct request *r, struct str *plain, struct err *e);

/* ---- row checks ---- */
bool may_draft(struct request *r, struct err *e);
bool may_send(struct request *r, struct err *e);   /* also when it was sent already */
bool may_own(struct request *r, struct err *e);
bool may_correct(struct request *r, struct err *e);
bool may_read(struct request *r, struct err *e);
bool dossier_of(struct request *r, struct dossier_get_row *out, struct err *e);

/* ---- handlers ---- */
route_fn start_page, start_check, start_apply, start_answer;
route_fn tasks_page, drop_apply;
route_fn who_page, who_check, who_apply;
route_fn section_page, section_check, section_apply, section_again, section_form, section_answers;
route_fn autosave_check, autosave_apply;
route_fn check_page, send_apply, send_answer;
route_fn file_page, file_slow, file_apply, file_again, file_remove;
route_fn upload_check, upload_apply, upload_answer, upload_offset, upload_receive, upload_slow, upload_kept, upload_done;
route_fn mine_page, own_page, own_file, own_form, own_receipt, own_entry, own_preview, act_apply, act_again, reopen_check, reopen_apply, fee_page;
/* A JSON tree as the answer; null where there is no time (api.c, for api_read.c too). */
bool api_answer(struct request *r, int status, const json_t *tree);
void api_put_time(struct request *r, json_t *o, const char *key, struct opt_instant t);
route_fn api_file_slow, api_file_apply, api_file_answer, api_send_check, api_send_apply, api_send_answer, api_get, api_timeline;
extern const struct form who_form, section_form_none, file_form, file_id_form, act_form;

/* ---- parts of the owner's page (own_….c) ---- */
bool own_asked(const struct dossier_get_row *d); /* waits for its applicant's supplement */
/* What the reader came for stands first: what is asked of them, what is to be paid, the result. */
MUST_CHECK bool own_show_now(struct request *r, struct html_out *o, const struct dossier_get_row *d, struct err *e);
MUST_CHECK bool own_show_acts(struct request *r, struct html_out *o, const struct dossier_get_row *d, struct err *e);
MUST_CHECK bool own_show_readers(struct request *r, struct html_out *o, const struct dossier_get_row *d, struct err *e);
void own_act_button(struct request *r, struct html_out *o, const char *action, enum msg_key label, enum ui_weight w);

/* What the last request for a supplement says; empty when nothing was asked or the dossier was erased. */
MUST_CHECK bool filing_asked_why(struct request *r, const struct dossier_get_row *d, struct str *out, struct err *e);
/* The id of the sealed result that may be downloaded; 0 when there is none yet. */
MUST_CHECK bool filing_result(struct request *r, const struct dossier_get_row *d, int64_t *out, struct err *e);
