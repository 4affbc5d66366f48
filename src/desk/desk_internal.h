/* desk_internal.h — shared by the files of src/desk only. */
#pragma once
#include "core/page/page.h"
#include "desk/desk.h"
#include "desk/desk_sql.h"
#include "directory/directory.h"
#include "filing/filing.h"

const struct desk_facilities *desk_have(void);
#define LAW (desk_have()->law)
#define DESK_PAGE 50
#define DESK_API_MOST 200
#define DESK_MANY 1000 /* counts are exact up to here */

/* ---- views and filters (list.c) ---- */
enum desk_view { VIEW_MINE, VIEW_UNIT, VIEW_SOON, VIEW_LATE, VIEW_SUPPLEMENT, VIEW_SIGN, VIEW_ALL, VIEW_COUNT };
struct desk_filter {
	enum desk_view view;
	struct str q, state, field, channel; /* empty: any. q names people: in an address only sealed (req_seal_query) */
	bool q_lost;                         /* the address has words that another session sealed */
	struct date until; bool has_until;
	bool newest;
	int64_t after_due, after_id;         /* keyset; 0: the first page */
	int64_t before;                      /* rows on the pages before, as the link says: for "51–100 of 134" only */
};
struct desk_filter desk_filter_read(struct request *r);
void desk_filter_cursor(struct str s, struct desk_filter *f);
/* The query of a link to it, "?xem=…", without the cursor and never with the words searched for. */
struct str desk_filter_url(struct arena *a, const struct desk_filter *f, bool cursor);
enum msg_key desk_view_label(enum desk_view v);
const char *desk_view_slug(enum desk_view v);
MUST_CHECK bool desk_rows(struct env *env, const struct desk_filter *f, int64_t limit, struct desk_list_rows *out, struct err *e);
/* The counts beside every page: of the views of an agency, or of a reception, and one's own. As old as five seconds, but for acts done on this node. */
MUST_CHECK bool desk_counted_shared(struct env *env, enum desk_view view, int64_t *n, struct err *e);
/* Something was done there, and may be in anybody's hands now. */
void desk_counts_moved(const struct env *env);
MUST_CHECK bool desk_counted(struct env *env, const struct desk_filter *f, int64_t *n, struct err *e);
MUST_CHECK bool desk_filter_ids(struct env *env, const struct desk_filter *f, struct dossier_ids *out, struct err *e);
/* Every id of the view, in the order chosen. */
MUST_CHECK bool desk_filter_all(struct env *env, const struct desk_filter *f, struct workbook_ids *out, struct err *e);
MUST_CHECK bool desk_filter_export(struct env *env, struct db *db, const struct desk_filter *f, struct db_cursor *c, struct err *e);
/* Rows that the actor may read: of the person whose personal number, tax code or telephone q is (*person), else those whose
 * code, name or procedure have these words. A receipt's code as scanned is a code. */
MUST_CHECK bool desk_search(struct env *env, struct str q, struct desk_list_rows *out, bool *person, struct err *e);
/* The rows of those of the dossiers that the actor may read, in their order: three queries, however many. */
MUST_CHECK bool desk_rows_of(struct env *env, struct dossier_ids ids, struct desk_list_rows *out, struct err *e);
/* The agency in which the actor settles; 0: none. */
int64_t desk_agency_of(const struct actor *a);
/* Where the actor works: the first unit in which the role is held, 0 for none. */
struct unit_id desk_unit_of(const struct actor *a, enum role role);

/* ---- words (words.c) ---- */
enum msg_key desk_state_word(struct str state);
enum msg_key desk_action_word(enum dossier_action a);
enum msg_key desk_channel_word(struct str channel);
enum msg_key desk_role_word(struct str role);
struct str desk_step_name(enum lang lang, struct str process, struct str step);
struct desk_due { enum ui_state state; bool counts; int64_t days; struct str word; };
/* How a dossier stands by its time: amber in the last two working days, red after. */
struct desk_due desk_due(struct env *env, struct str state, struct instant by, bool known);
void desk_due_badge(struct html_out *o, const struct desk_due *d);
/* Office time as people say it: "20 phút", "3 giờ 20 phút", "2 ngày 1 giờ" of eight hours; rounded to the minute, from a day on to the hour. */
struct str desk_office_time(const struct request *r, int64_t ms);
struct str desk_person_name(struct env *env, int64_t person);
struct str desk_unit_name(struct env *env, int64_t unit);
/* s for a link's query, percent-encoded. */
void desk_put_encoded(struct buf *b, struct str s);

/* ---- the work list (inbox.c), its bookmarks (saved.c), as a file (export.c) ---- */
bool desk_inbox(struct request *r, struct err *e);
/* Words that name people go in the body, and into the address only sealed. */
extern const struct form desk_search_words;
bool desk_search_check(struct request *r, struct err *e);
extern const struct form saved_form, saved_none;
bool saved_check(struct request *r, struct err *e);
bool saved_apply(struct request *r, struct err *e);
bool saved_drop(struct request *r, struct err *e);
/* The reader's saved filters, each to be dropped. */
void desk_saved_filters(struct request *r, struct html_out *o);
bool desk_export_page(struct request *r, struct err *e);
/* The same list as a workbook, made by a job (src/workbook). */
bool desk_workbook_apply(struct request *r, struct err *e);
bool desk_workbook_answer(struct request *r, struct err *e);
/* The form that searches: label, hint, value and focus of *look. */
void desk_search_form(struct request *r, struct html_out *o, const struct ui_field *look);

bool desk_unattended_page(struct request *r, struct err *e); /* unattended.c */

/* ---- records (record.c, record_files.c, record_course.c) ---- */
/* The record of the path, when the actor may read it; else ERR_NOT_FOUND. */
MUST_CHECK bool desk_record(struct request *r, struct dossier_get_row *out, struct err *e);
bool desk_row_check(struct request *r, struct err *e);
bool desk_record_page(struct request *r, struct err *e);
bool desk_file_page(struct request *r, struct err *e);
bool desk_preview_page(struct request *r, struct err *e);
bool desk_paper_page(struct request *r, struct err *e);
bool desk_diagram_page(struct request *r, struct err *e);

/* ---- the proposal of a result (proposal.c) ---- */
#define RESULT_PREFIX STR("kq") /* before the names of its fields on the page */
bool desk_proposal_page(struct request *r, struct err *e);
bool desk_draft_page(struct request *r, struct err *e);
/* What came of the result's fields: from the page (a new reference, or NULL) or the API. */
json_t *desk_typed_fields(struct request *r, const struct dossier_get_row *d);
/* Errors of a proposal at its fields. On the page: one more row, or a preview, is answered here. */
MUST_CHECK bool desk_proposal_check(struct request *r, struct err *e);
/* After errors of an act: the page of its own that it has, or the record's. */
bool desk_act_again(struct request *r, struct err *e);

/* ---- the demand of a fee (fee.c) ---- */
bool desk_demand_page(struct request *r, struct err *e);
/* Errors of a demand at its fields. On the page, counting and a sum that nobody saw yet are answered here. */
MUST_CHECK bool desk_demand_check(struct request *r, struct err *e);
/* What counts of the inputs sent by a page or a program: a new reference. */
json_t *desk_fee_inputs(struct request *r, const struct dossier_get_row *d);
/* The inputs as far as the record tells them: a new reference; NULL where no rule is known. */
MUST_CHECK bool desk_fee_told(struct env *env, const struct dossier_get_row *d, json_t **out, struct err *e);

/* ---- the API (api.c) ---- */
extern const struct form desk_list_query, desk_search_body;
bool desk_api_list(struct request *r, struct err *e);
bool desk_api_search(struct request *r, struct err *e);
bool desk_api_actions(struct request *r, struct err *e);
bool desk_api_file(struct request *r, struct err *e);

/* ---- papers on demand, the register (sheets.c) ---- */
bool desk_control_page(struct request *r, struct err *e);
bool desk_fee_page(struct request *r, struct err *e);
bool desk_form_page(struct request *r, struct err *e);
bool desk_register_page(struct request *r, struct err *e);
bool desk_register_pdf(struct request *r, struct err *e);

/* ---- acts (act.c, bulk.c) ---- */
enum act_field {
	AF_REASON = 1, AF_TO = 2, AF_UNIT = 4, AF_FEE = 8, AF_OPINION = 16, AF_OUTCOME = 32, AF_TEXT = 64, AF_NAME = 128, AF_AMOUNT = 256,
	AF_METHOD = 512, AF_VOUCHER = 1024, AF_NEW_DUE = 2048, AF_OVERRIDE = 4096, AF_COLLECTOR = 8192, AF_AUTHORISATION = 16384,
	AF_SEEN = 32768, AF_FILES = 65536, AF_SCORE = 131072, AF_EXEMPT = 262144, AF_BASIS = 524288,
	AF_LATE = 1048576, AF_CONFIRM = 2097152,
};
struct act_shape { unsigned asks, needs; const char *key; bool beside; }; /* key: presses the button when nothing is needed */
const struct act_shape *act_shape(enum dossier_action a);
/* The same of this dossier now: a reason for lateness where it needs one (late.c). */
struct act_shape desk_shape(const struct env *env, const struct dossier_get_row *d, enum dossier_action a);
/* Reasons that may be chosen today, after an empty one. */
struct ui_option *desk_late_options(struct request *r, struct str chosen, size_t *n);
/* Is the reason sent one of the list, with words where it needs them; was it confirmed on the page? Errors at the fields. */
void desk_late_check(struct request *r);
void desk_late_confirmed(struct request *r);
/* The fields that the act needs on this dossier, beside those. */
unsigned desk_needs(const struct dossier_get_row *d, enum dossier_action a);
struct dossier_act desk_read_act(struct request *r, enum dossier_action a, struct dossier_id id);
/* The i-th declared field of acts and its bit (unchanged when it belongs to every act); NULL after the last. */
const struct field *act_field(size_t i, unsigned *bit);
/* Whom an act may name in `to`. */
MUST_CHECK bool desk_people(struct env *env, const struct dossier_get_row *d, enum dossier_action act, struct officers *out, struct err *e);
/* Which units an act may name in `unit`. */
MUST_CHECK bool desk_units(struct env *env, const struct dossier_get_row *d, enum dossier_action act, struct units *out, struct err *e);
/* The same of all units of the agency, when they are known. */
struct units desk_units_for(struct env *env, const struct dossier_get_row *d, enum dossier_action act, const struct units *all);
/* dossier_do(), and what the program queues after it. */
MUST_CHECK bool desk_do(struct request *r, const struct dossier_act *x, struct dossier_done *done, struct err *e);
extern const struct form desk_act_form, act_api_form, bulk_form;
bool act_slow(struct request *r, struct err *e);
bool act_check(struct request *r, struct err *e);
bool desk_act_apply(struct request *r, struct err *e);
bool act_api_apply(struct request *r, struct err *e);
bool act_api_check(struct request *r, struct err *e);
bool act_api_answer(struct request *r, struct err *e);
/* Of each row of a list the acts of the bar below it that are open to the reader (dossier_offers); by the names of its buttons; the bar. */
MUST_CHECK bool bulk_offers(struct request *r, const struct desk_list_rows *rows, uint32_t **out, struct err *e);
struct str bulk_names(struct arena *a, uint32_t offered);
void bulk_bar(struct request *r, struct html_out *o, const uint32_t *offered, size_t n);
bool bulk_check(struct request *r, struct err *e);
bool bulk_apply(struct request *r, struct err *e);
bool bulk_answer(struct request *r, struct err *e);
bool bulk_again(struct request *r, struct err *e);
/* Seals the uploads of the field "files" under the key, each with the type of its content, which must be one that a file field of
 * the procedure's forms takes; *out has one entry a file. What is wrong is the form's error at the field. Slow pool. */
struct dossier_files { struct dossier_file_new *v; size_t n; };
MUST_CHECK bool desk_keep_uploads(struct request *r, struct str as, const struct law_procedure *p, const struct key *key, struct dossier_files *out, struct err *e);

/* ---- counter (counter.c, counter_file.c) ---- */
/* The n-th part of what an identity card's reader types, parted by '|'; a plain number is its own part 0. */
struct str desk_card_part(struct str typed, size_t n);
extern const struct form counter_form;
bool counter_home(struct request *r, struct err *e);
bool counter_choose(struct request *r, struct err *e);
bool counter_new(struct request *r, struct err *e);
bool counter_slow(struct request *r, struct err *e);
bool counter_check(struct request *r, struct err *e);
bool counter_apply(struct request *r, struct err *e);
bool counter_answer(struct request *r, struct err *e);
/* A choice of the fields that procedures have; its name is "lv". */
void desk_field_filter(struct request *r, struct html_out *o, struct str now);
/* A table of rows as the inbox shows them. offered: of each row the acts in the bulk bar that are for it (bulk_offers); NULL: rows are not chosen. */
void desk_table(struct request *r, struct html_out *o, struct str caption, const struct desk_list_row *v, size_t n, const uint32_t *offered);
