/* filing.h — the applicant's side: drafts, questions, files, sending, and the pages of one's own dossiers.
 *
 * Owner:      tables draft, draft_file.
 * Law:        NĐ 61/2018 Điều 17, NĐ 45/2020 Điều 9–11, NĐ 118/2025 Điều 16–18 (filing); NĐ 13/2023 (what is kept, how long).
 * Invariants: a draft's key is the key of the dossier it will become, and its id that dossier's id: files are sealed once
 *             and sending twice cannot make two dossiers. Nothing typed is lost by an error. A file counts only when it is
 *             stored; its type is what its content says. A draft is seen by its account or by the holder of its cookie.
 * The app:    calls filing_configure() before serving, puts filing_routes and filing_job_expire in its lists, and asks
 *             filing_needs_blob() before it sweeps the store. Pages take their frame from core/page.
 * Threads:    the configuration does not change while serving; all else as any handler. */
#pragma once
#include "core/blob/blob.h"
#include "core/http/http.h"
#include "core/job/job.h"
#include "core/intake/intake.h"
#include "core/ui/ui.h"
#include "dossier/dossier.h"

/* Where a dossier goes: who receives, who settles, and the first part of its code. */
struct filing_place { struct unit_id receiving_unit, settling_unit; struct agency_id settling_agency; struct str code_prefix; };

struct filing_config {
	const struct law *law;
	struct blob_store *blobs;
	const struct scan_config *scan; /* who looks at content */
	struct id_source *ids;        /* the writer's: files of programs need an id before they come there */
	int64_t unsent_max;           /* bytes of files of one account that stand in no sent dossier; 0: no limit */
	const char *parts_dir;        /* of uploads that are not complete; hidden, mode 0600, at most a day since the last piece */
	struct str origin;            /* "https://mot-cua.example.gov.vn": the address in QR codes; empty: from Host */
	struct filing_bank { struct str bin, account, name; } bank; /* of the agency, for VietQR; empty bin: no transfer */
	bool strangers;               /* may file without signing in */
	/* Is the procedure in force by what the agency published? NULL: by the dates of its pack. */
	bool (*in_force)(void *ctx, struct str procedure);
	void *ctx;
	dossier_sheet_fn *sheet; /* papers drawn when asked for (issue_sheet_draw); NULL: none */
	/* NULL: the centre's reception, and the first division of the first department in force whose head has an account. */
	bool (*place)(struct env *env, const struct law_procedure *p, struct filing_place *out, struct err *e);
};
/* Copied; what it points to must outlive serving. Makes parts_dir when it is missing. */
MUST_CHECK bool filing_configure(const struct filing_config *cfg, struct err *e);

/* Where a dossier of the procedure goes; p may be NULL: of any. */
MUST_CHECK bool filing_where(struct env *env, const struct law_procedure *p, struct filing_place *out, struct err *e);

/* What a program brings to a supplement or a correction: the files that "files" of the JSON body names, which this account
 * sent ahead (POST /api/v1/files), sealed for the dossier; and the answers as they will stand, JSON, with the members of
 * "answers" over those kept (RFC 7396). Neither, or what is wrong, becomes an error at its place. On a worker, before the act. */
struct filing_more { struct dossier_file_new *files; size_t n_files; struct str answers; int64_t rev; }; /* rev: of the record that was corrected */
MUST_CHECK bool filing_sent_ahead(struct request *r, const struct dossier_get_row *d, struct filing_more *out, struct err *e);

/* GET /api/v1/dossiers for an applicant: own dossiers, newest first; `cursor` as the list before gave it. */
MUST_CHECK bool filing_api_list(struct request *r, int64_t limit, struct str cursor, struct err *e);

/* Drafts untouched for thirty days, with their files; files sent ahead by programs after two. At most 200 a call. */
MUST_CHECK bool filing_expire(struct env *env, struct err *e);
/* The same as a daily job. */
extern const struct job_kind filing_job_expire;
/* Removes the pieces of uploads in `dir` that nothing waits for any more: of drafts that are gone, of files that are whole, or
 * untouched for a day (the browser then begins that file again). */
MUST_CHECK bool filing_sweep_parts(struct env *env, const char *dir, int64_t *removed, struct err *e);
/* Does a draft or a dossier hold the stored file? */
MUST_CHECK bool filing_needs_blob(struct env *env, struct digest address, bool *needed, struct err *e);

/* After a rotation of the master key, as dossier_rewrap(): the keys of drafts. */
MUST_CHECK bool filing_rewrap(struct env *env, const struct keyring *keys, const struct rewrap *from, struct rewrap *out, struct err *e);
/* Drops what is being corrected or supplemented for a dossier that is erased, for it holds the dossier's key; and the parts of its pages that are kept. */
MUST_CHECK bool filing_forget(struct env *env, struct dossier_id id, struct err *e);

/* ---- parts of a dossier's page, for the look-up too ---- */

/* All that the parts below hang on but language and build: the dossier's last entry of the log, the changes of the directory, whose names they
 * show, and the day. Read it before the dossier (core/page/part.h). */
MUST_CHECK bool filing_mark(struct env *env, struct dossier_id id, struct str *out, struct err *e);
/* The state's word, colour and how far it is: no name, no subject. */
struct str filing_state_word(enum lang lang, const struct dossier_get_row *d);
enum ui_state filing_state_look(const struct dossier_get_row *d);
void filing_show_progress(struct html_out *o, const struct dossier_get_row *d);
/* Who has it now (NĐ 224/2025 Điều 15(1)(g)): agency, unit and, once it is somebody's, the official; while the applicant's answer is waited
 * for, who asked. Not open: it is settled and over, and nobody has it. For the applicant and who holds the look-up secret. */
struct filing_handler { bool open; struct str agency, unit, person; };
MUST_CHECK bool filing_handler(struct env *env, const struct dossier_get_row *d, struct filing_handler *out, struct err *e);
MUST_CHECK bool filing_show_handler(struct request *r, struct html_out *o, const struct dossier_get_row *d, struct err *e);
/* The days of the clock; nothing when it has none. */
void filing_day_strip(struct html_out *o, const struct dossier_clock *c);
/* The day strip and the sentence that explains the date. */
MUST_CHECK bool filing_show_clock(struct request *r, struct html_out *o, const struct dossier_get_row *d, struct err *e);
MUST_CHECK bool filing_show_timeline(struct request *r, struct html_out *o, const struct dossier_get_row *d, const struct audit_entries *all, struct err *e);
/* Files that leave the house: only clean ones are links. `url` is followed by the file's id. With `previews` the reader
 * is the owner, and sees how they look. */
MUST_CHECK bool filing_show_files(struct request *r, struct html_out *o, const struct dossier_get_row *d, struct str url, bool previews, struct err *e);
/* Answers with a clean file of that dossier, or ERR_NOT_FOUND. */
MUST_CHECK bool filing_send_file(struct request *r, const struct dossier_get_row *d, int64_t file, struct err *e);
/* ---- a form of packs as a part of another page (results at the desk) ---- */

/* Its fields, each name after "PREFIX."; errors are those of r->errors under these names. */
void filing_show_form(struct request *r, struct html_out *o, const struct law *law, const struct eform *f, const json_t *answers, struct str prefix);
/* What was typed there, byte for byte: a new reference; NULL when no field of it was sent. */
json_t *filing_typed_form(struct request *r, const struct eform *f, struct str prefix);
/* A button for one more row, or one less, was pressed: `typed` has it, and the page is to be shown again. */
bool filing_rows_changed(struct request *r, json_t *typed, struct str prefix);
/* Errors as those of the form's fields. */
void filing_form_errors(struct request *r, const struct eform_errors *errors, struct str prefix);

/* How a sum of fees comes about, item by item with its basis in law; nothing without items. */
struct fee_bill;
void filing_fee_lines(struct request *r, struct html_out *o, const struct fee_bill *bill);
/* The same of a fee that was demanded, by what is kept of it (fee_detail), and why it is not what the rule gives. */
void filing_fee_told(struct request *r, struct html_out *o, const struct dossier_fee_list_row *f, const json_t *detail);

/* A paper of the office by its kind (dossier_paper_kind), in the words of its printed title. */
struct str filing_paper_word(enum lang lang, struct str kind);
/* Does the dossier name an agent? And of an entry about such a dossier: who did it, the agent, the applicant, or neither of them. */
enum filing_by { FILING_BY_OTHERS, FILING_BY_AGENT, FILING_BY_APPLICANT };
MUST_CHECK bool filing_has_agent(struct env *env, const struct dossier_get_row *d, bool *has, struct err *e);
enum filing_by filing_by(const struct dossier_get_row *d, const struct audit_entry *x);
/* An act of the log in the applicant's words ("dossier.accept"); empty for what is not told. */
struct str filing_event_word(enum lang lang, struct str kind);
/* What is recorded of the dossier, each with its receipt to download at `url`, and the entry's id. */
void filing_show_receipts(struct request *r, struct html_out *o, struct str url, const struct audit_entries *all);
/* Answers with the receipt of that entry (JSON, for `motcua verify --receipt`), or ERR_NOT_FOUND when it is not one of those above. */
MUST_CHECK bool filing_send_receipt(struct request *r, const struct dossier_get_row *d, int64_t entry, struct err *e);
/* Its first pages as pictures, on request; nothing before they were drawn. `url`: of the file itself, in a page that may show it. */
struct html filing_preview(struct html_out *o, const struct dossier_preview_list_rows *all, const struct dossier_file_list_row *f, struct str name, struct str url);
/* Answers with the picture of a page of a clean file of that dossier, or ERR_NOT_FOUND. Inside the house every file is seen, else
 * only those of filing_show_files(). */
MUST_CHECK bool filing_send_preview(struct request *r, const struct dossier_get_row *d, int64_t file, int64_t page, bool inside, struct err *e);
/* A text as a QR code; nothing when it is too long. */
void filing_qr(struct html_out *o, struct str text);

extern const struct route_table filing_routes;
