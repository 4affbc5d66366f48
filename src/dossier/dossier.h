/* dossier.h — a citizen's case from sending to archive: the rules. No HTTP, no HTML.
 *
 * Owner:      tables dossier, dossier_key, dossier_clock, dossier_file, dossier_paper, dossier_fee, dossier_opinion,
 *             dossier_rating, dossier_search.
 * Law:        NĐ 61/2018 Điều 17–22; NĐ 118/2025 Điều 16–24; NĐ 45/2020 Điều 11–14; forms of TT 01/2018 and TT 03/2025.
 * Invariants: a dossier is never deleted; its code never changes; `first_due` never changes once set; its step moves only
 *             by its process; every change is recorded (core/audit) with the dossier as subject; personal data are sealed
 *             under the dossier's own key.
 * Refusals:   what the state, the law or another person's act forbids is ERR_CONFLICT with a message to say; who may not
 *             is ERR_DENIED; another rev than expected is ERR_CONFLICT (MSG_DOSSIER_CHANGED).
 * Memory:     results in env->arena. Functions that change run in a writer's action. */
#pragma once
#include "core/audit/audit.h"
#include "dossier/dossier_sql.h"
#include "dossier/law.h"

/* ---- sending ---- */

struct dossier_file_new { struct str field, name, blob, plain_hash, type; int64_t size; struct opt_int pages; bool originals_seen; };

/* Who files for the applicant, and by which paper (NĐ 118/2025 Điều 16, TT 03/2025 Mẫu 01). No name: the applicant in person. */
struct agent { struct str name, identity, paper; };
/* Who applies: whose the dossier and its result are, whoever files it. identity: personal id or tax code, as checked by the form slice. */
struct applicant { bool organisation; struct str name, identity, address, phone, email; struct agent agent; };

struct dossier_new {
	const struct law_procedure *procedure;
	struct dossier_id id;              /* from dossier_begin(): files were sealed under its key before */
	struct str wrapped_key;
	const json_t *answers;             /* clean, from law_check(); on paper none yet: act `transcribe` brings them */
	const json_t *paper;               /* {"documents":[…]}: what lay on the counter; NULL: not on paper */
	struct applicant who;
	int64_t account;                   /* that files it, for itself or as agent; 0: none (counter, another system, a stranger) */
	int64_t filed_by;                  /* the system account that files for the applicant; 0: none */
	struct str channel_in, channel_out; /* 'online','counter','post','hired','portal' */
	struct str origin, origin_code;    /* of another system; or empty */
	struct unit_id receiving_unit, settling_unit;
	struct agency_id settling_agency;
	struct str code_prefix;            /* identifier of the receiving agency, "H99.12" */
	struct str sealed;                 /* answers and who, by dossier_seal(): then `answers` may be NULL. Empty: sealed while sending */
	const struct dossier_file_new *files;
	size_t n_files;
};
struct dossier_sent { struct dossier_id id; struct str code, secret; struct instant answer_due; bool existed; };

/* An id and a data key for a dossier to be sent: needed before, to seal its files. Any thread. */
void dossier_begin(struct env *env, const struct law *law, struct dossier_id *id, struct key *key, struct str *wrapped);
/* Seals x->answers and x->who into x->sealed, before the writer: the slow half of sending. Any thread. */
void dossier_seal(struct arena *a, const struct key *key, struct dossier_new *x);
/* Sends. With an origin_code already known: existed, and nothing changes. `secret` (20 characters, 80 bits and a check) is
 * given only here; the table holds its hash. */
MUST_CHECK bool dossier_send(struct env *env, const struct law *law, const struct dossier_new *x, struct dossier_sent *out, struct err *e);
/* Dossiers of the same person for the same procedure in the last thirty days, newest first, five at most: a warning. For env->actor: officials see
 * all, others those alone that they may read (whoever types a number need not be its owner). */
MUST_CHECK bool dossier_twins(struct env *env, const struct law *law, struct str identity, struct str procedure, struct dossier_twins_rows *out, struct err *e);

/* Dossiers older than `before` whose applicant has this personal number, tax code or telephone, newest first, of every agency: ask
 * dossier_may_read() for each, and go on behind the last, for anybody may file any number of them elsewhere under another's. Look-up is by keyed hash; the clear number is nowhere in the table. */
MUST_CHECK bool dossier_of_person(struct env *env, const struct law *law, struct str number, struct dossier_id before, int64_t limit, struct dossier_of_person_rows *out, struct err *e);

/* ---- reading ---- */

/* ERR_NOT_FOUND when there is none. */
MUST_CHECK bool dossier_load(struct env *env, struct dossier_id id, struct dossier_get_row *out, struct err *e);
/* What was done about the dossier, oldest first; who only looked ("dossier.read", "dossier.read_count") is left out: looks grow without
 * end and must not push acts out of the list. */
MUST_CHECK bool dossier_timeline(struct env *env, struct dossier_id id, struct audit_entries *out, struct err *e);
MUST_CHECK bool dossier_id_of(struct env *env, struct str code, struct dossier_id *out, bool *found, struct err *e);
/* The data key; *erased when it was deleted. Wipe it (AUTO_KEY). */
MUST_CHECK bool dossier_key(struct env *env, const struct law *law, struct dossier_id id, struct key *out, bool *erased, struct err *e);
/* {"answers":{…},"who":{…},"paper":{…} when taken in on paper}: a new reference; json null when erased. */
MUST_CHECK bool dossier_unseal(struct env *env, const struct law *law, const struct dossier_get_row *d, json_t **out, struct err *e);
/* The same with its key at hand; NULL: it was erased. */
MUST_CHECK bool dossier_unseal_by(struct env *env, const struct key *key, const struct dossier_get_row *d, json_t **out, struct err *e);
/* Who applies, from that content; nothing when erased. Texts are copied. */
struct applicant dossier_applicant(struct arena *a, const json_t *content);
/* The same without reading the answers. */
MUST_CHECK bool dossier_who(struct env *env, const struct law *law, const struct dossier_get_row *d, struct applicant *out, struct err *e);
/* The same of one of many that were read at once. */
MUST_CHECK bool dossier_who_listed(struct env *env, const struct law *law, const struct dossier_listed_row *d, struct applicant *out, struct err *e);
/* The agent in a sentence, for pages; empty when there is none. */
struct str dossier_agent_said(struct arena *a, enum lang lang, const struct agent *x);
struct str dossier_file_name(struct env *env, const struct key *key, const struct dossier_file_list_row *f); /* unsealed; "?" when it cannot */
/* What a statutory form is for, as a file's kind: "receipt", "supplement" …; empty for what this program does not issue. */
struct str dossier_paper_kind(struct str set, struct str code);
/* What a paper or note of the dossier says, unsealed; empty when it cannot be. */
struct str dossier_paper_text(struct arena *a, const struct key *key, const struct dossier_paper_list_row *p);
/* Does the secret belong to the dossier? Constant time; spaces, dashes and case do not matter. */
bool dossier_secret_ok(const struct dossier_get_row *d, struct str secret);
/* Its clock, day by day; *known false when the source states no limit. */
struct dossier_clock { bool known, started; struct due due; struct day_cell *cells; size_t n_cells; };
MUST_CHECK bool dossier_explain(struct env *env, const struct law *law, const struct dossier_get_row *d, struct dossier_clock *out, struct err *e);

/* How long a settlement took, in minutes of office time, and what of it passed waiting for the applicant and for other units. opinions: or NULL. */
struct dossier_course { struct instant accepted, settled; struct opt_instant clock_from; const struct dossier_clock_list_rows *clock; const struct dossier_opinion_list_rows *opinions; };
struct dossier_minutes { int64_t total, citizen, others; };
void dossier_times(struct arena *a, const struct calendar *c, const struct dossier_course *x, struct dossier_minutes *out);

/* One stay at a step of the process, in milliseconds of office time (TT 01/2018 Điều 17: who, when, how long, how late). */
struct dossier_stay {
	struct str step;                   /* of the process */
	struct instant from;
	struct opt_instant to; int64_t entry; /* the act that left it and its entry in the log; none, 0: the dossier is here */
	int64_t spent_ms, waited_ms;       /* the office's; the applicant's: a supplement, a fee, a result to collect */
	int64_t limit_ms;                  /* the step's share of the time limit, at reception the time for an answer; 0: none stated */
	int64_t late_ms;                   /* what of spent_ms is above it */
};
struct dossier_stays { struct dossier_stay *v; size_t n; };
/* From its timeline, oldest first; a step that was come back to has two. The end of a process is no stay. */
void dossier_stays(struct env *env, const struct law *law, const struct dossier_get_row *d, const struct audit_entries *all, struct dossier_stays *out);

/* Whose a dossier is: the account that filed it (applicant_account), and whoever it names as applicant, known by a number that papers
 * proved (actor.number). Both see it whole and may rate it. `owned`: either. */
bool dossier_owned(const struct actor *me, const struct dossier_get_row *d);
/* Who supplements, corrects, withdraws, stops and says that a fee is paid: the account that filed it; where none did (counter, post, portal, look-up
 * by code), the applicant. Of a dossier filed by an agent that is the agent alone: the authorisation stands until the principal ends it. */
bool dossier_in_hand(const struct actor *me, const struct dossier_get_row *d);
/* The dossiers that the actor owns, newest first, below id `before`. */
MUST_CHECK bool dossier_list_owned(struct env *env, struct dossier_id before, int64_t limit, struct dossier_list_account_rows *out, struct err *e);

/* May the actor see it whole: its owners; the system account that filed it; officials of its receiving unit, its settling agency, a unit asked for an
 * opinion; inspectors of the settling agency. One place for pages, API and files. */
MUST_CHECK bool dossier_may_read(struct env *env, const struct dossier_get_row *d, bool *may, struct err *e);
/* Leaves those of the ids that the actor may read, in their order: two queries, however many. */
struct dossier_ids { struct dossier_id *v; size_t n; };
MUST_CHECK bool dossier_readable(struct env *env, struct dossier_ids *ids, struct err *e);
/* Is there a signed result of one of them? Before, nothing can be issued. */
MUST_CHECK bool dossier_any_signed(struct env *env, struct dossier_ids ids, bool *yes, struct err *e);

/* Papers of a record that are drawn when somebody asks and are not kept: the control slip, the receipt of a fee (item: its
 * id), the application form as the law prints it (item: 0, 1 …). ERR_NOT_FOUND: there is none, or it was erased. */
enum dossier_sheet { SHEET_CONTROL, SHEET_FEE, SHEET_FORM };
typedef bool dossier_sheet_fn(struct env *env, const struct dossier_get_row *d, enum dossier_sheet what, int64_t item, struct str *pdf, struct err *e);
/* What for the actor reads it, for the access record: "work" (has it in hand), "lead", "inspect", "receive", "opinion", "office"
 * (another official of the agency), "admin". The owner is told in words. */
MUST_CHECK bool dossier_read_purpose(struct env *env, struct dossier_id id, const char **out, struct err *e);

/* Open dossiers that wait where nobody is: no one holds the role in the unit, the person left or lost the role, or is away
 * without substitute. Agency 0: of all. */
enum unattended { UNATTENDED_NOBODY, UNATTENDED_LEFT, UNATTENDED_AWAY };
struct dossier_unattended { struct agency_id agency; enum role role; struct unit_id unit; struct person_id assignee; int64_t n; enum unattended why; };
MUST_CHECK bool dossier_unattended(struct env *env, struct agency_id agency, struct dossier_unattended **out, size_t *n, struct err *e);

/* ---- acting ---- */

/* What may be done. The first row follows the process (words of its `actions`); the second stands beside it. */
enum dossier_action {
	ACT_ACCEPT, ACT_ASK_SUPPLEMENT, ACT_REFUSE, ACT_SUPPLEMENT, ACT_WITHDRAW, ACT_ASSIGN, ACT_FINISH, ACT_SUBMIT, ACT_APPROVE,
	ACT_SEND_BACK, ACT_ISSUE, ACT_HAND_OVER, ACT_ARCHIVE,
	ACT_DEMAND_FEE, ACT_CLAIM_PAID, ACT_CONFIRM_PAID, ACT_ASK_OPINION, ACT_ANSWER_OPINION, ACT_APOLOGISE, ACT_REASSIGN,
	ACT_TAKE_BACK, ACT_STOP, ACT_RATE, ACT_CORRECT, ACT_TRANSCRIBE, ACT_TRANSFER, ACT_COUNT
};
const char *dossier_action_name(enum dossier_action a); /* "ask_supplement" */
bool dossier_action_from(struct str name, enum dossier_action *out);

struct dossier_act {
	struct dossier_id id;
	int64_t rev;               /* as the actor saw it; 0: whatever it is now (API without rev) */
	enum dossier_action action;
	struct str reason;         /* required for refuse, ask_supplement, send_back, reassign, transfer, apologise, stop at the counter; issue: words to late_reason */
	struct str late_reason;    /* a code of the list, where late_asked() (late.h); else not looked at */
	struct person_id to;       /* assign, reassign */
	struct unit_id unit;       /* ask_opinion; transfer: where to */
	int64_t item;              /* the fee or the opinion acted on */
	struct str outcome, text;  /* submit: "result" or "refuse", and the reasons (printed on a refusal); opinions: question or answer */
	const json_t *fields;      /* submit: of the result's template (result.h), over what the record tells; or NULL */
	struct str name;           /* demand_fee; empty: as the rule's items are called */
	struct money amount;       /* demand_fee: 0 for what the rule gives; confirm_paid: what was received, 0 when it was not counted */
	const json_t *inputs;      /* demand_fee: of the rule, by law_fee_check(); or NULL */
	bool exempt;               /* demand_fee: nothing is owed; reason and basis say why */
	struct str basis;          /* demand_fee: the law by which less than the rule is owed */
	struct str method, voucher; /* confirm_paid: "cash" or "transfer" */
	struct instant new_due;    /* apologise */
	bool override_limit;       /* a second or late request for supplement, with its reason in `reason` */
	int score;                 /* rate */
	struct str collector, authorisation; /* hand_over: who came, by which paper; receipt_seen */
	bool receipt_seen;
	const struct dossier_file_new *files; /* supplement, correct */
	size_t n_files;
	const json_t *answers;     /* correct, supplement: the answers anew, clean; or NULL */
};
struct dossier_done { int64_t entry; struct str state, step; int64_t rev; struct dossier_paper_id paper; struct dossier_fee_id fee; struct money amount; /* of a demand */ };

/* Does it, or refuses. */
MUST_CHECK bool dossier_do(struct env *env, const struct law *law, const struct dossier_act *x, struct dossier_done *out, struct err *e);
/* The actions open to the actor now, and only those that have something to act on (a fee that is open, a question to the actor's
 * unit, a signed result): what pages show as buttons and the API lists. Bit per enum dossier_action. */
MUST_CHECK bool dossier_actions(struct env *env, const struct law *law, const struct dossier_get_row *d, uint32_t *out, struct err *e);
/* Of the acts `of` (a bit each; none that needs a fee, a question or a paper to act on) those open to the actor now, for each of the ids: what a list
 * says of its rows, all of which the actor may read. One query, and one more for each person whose work it is. */
MUST_CHECK bool dossier_offers(struct env *env, const struct law *law, struct dossier_ids ids, uint32_t of, uint32_t *out, struct err *e);
/* Does the fee, or the question, wait for the act (claim or confirm payment; answer), of this actor? */
bool dossier_fee_waits(enum dossier_action a, const struct dossier_fee_list_row *x);
bool dossier_opinion_waits(const struct actor *me, const struct dossier_opinion_list_row *x);
/* Marks that the person responsible opened it: take_back ends there. Harmless otherwise. */
MUST_CHECK bool dossier_opened(struct env *env, const struct dossier_get_row *d, struct err *e);

/* ---- the program's own acts ---- */

/* A paper or result made by a job is kept; `kind` as in dossier_file. The result of step `decide` signed: state moves on. */
MUST_CHECK bool dossier_keep_file(struct env *env, const struct law *law, struct dossier_id id, struct str kind, const struct dossier_file_new *f, struct dossier_file_id *out, struct err *e);
MUST_CHECK bool dossier_signed(struct env *env, const struct law *law, struct dossier_id id, const struct dossier_file_new *result, struct err *e);
/* A scanned file: clean or infected. */
MUST_CHECK bool dossier_file_scanned(struct env *env, struct dossier_file_id id, bool clean, struct err *e);
/* How a clean file looks, page by page from the first: pictures sealed under the dossier's key. n 0: it cannot be shown. Nothing
 * when it is there already, or the dossier was erased meanwhile. */
struct dossier_preview_new { struct str blob; int64_t width, height; };
MUST_CHECK bool dossier_preview_keep(struct env *env, struct dossier_file_id file, int64_t pages, const struct dossier_preview_new *v, size_t n, struct err *e);
/* Deletes the key and every clear word; the log stays whole. Only ADMIN; reason in the log. */
MUST_CHECK bool dossier_forget(struct env *env, struct dossier_id id, struct str reason, struct err *e);

/* Search: words of code, name and procedure, a row a dossier, written at the end of a batch.
 * In an action of its own after one that erased: the search index is merged, for FTS5 keeps the tokens of deleted rows. */
MUST_CHECK bool dossier_forget_words(struct env *env, struct err *e);
/* Makes the search index anew, a piece an action: from {.more = true} until `more` is false. The first rebuilds the index from its words
 * (SQLite; the writer waits meanwhile), then words are compared with what the dossiers' rows say, and mended. */
struct search_fill { struct dossier_id after; int64_t n, mended; bool begun, more; };
MUST_CHECK bool dossier_search_fill(struct env *env, struct search_fill *at, struct err *e);
/* After a query of the index failed: when the index is malformed, *e says so to people (ERR_BUSY) and the job is due. Always false. */
bool dossier_search_failed(struct env *env, struct err *e);
struct job_kind;
/* The same as a job, which a filing leaves that finds the index malformed, and within a minute a search. */
extern const struct job_kind dossier_search_job;
/* Merges what writing leaves in pieces, so that a search need not look into many and no act has to do it. */
extern const struct job_kind dossier_search_merge_job;
/* After a rotation of the master key: wraps the data keys again, REWRAP_ROWS a call. *out follows *from. */
MUST_CHECK bool dossier_rewrap(struct env *env, const struct law *law, const struct rewrap *from, struct rewrap *out, struct err *e);

/* Statistics: adds what every dossier counts for (a stat_scan_fn); ctx is not used. For stat_compare(), which motcua verify, motcua rebuild
 * and whoever wrote dossiers in bulk call. An erased dossier counts on: what is counted of it says nothing of a person. */
struct stat_tally;
MUST_CHECK bool dossier_stat_scan(struct env *env, void *ctx, struct stat_tally *t, struct err *e);

/* A code by TT 01/2018 Art. 19 and TT 03/2025: PREFIX-YYMMDD-NNNN; five digits past 9999. */
struct str dossier_code(struct arena *a, struct str prefix, struct date day, int64_t n);
bool dossier_code_ok(struct str code);
/* The state's number in the exchange with the National Public Service Portal, 1–10: mới đăng ký, được tiếp nhận, không được
 * tiếp nhận, đang xử lý, yêu cầu bổ sung, yêu cầu nghĩa vụ tài chính, công dân rút, dừng xử lý, đã xử lý xong, đã trả kết quả.
 * Refused after acceptance is 8: 3 is said at intake only. 8 and 9 are seen in fewer systems than the others. */
int dossier_portal_state(const struct dossier_get_row *d);
/* Against which date a settlement is early, on time or late, from the columns of those names: a supplement starts the limit anew (NĐ 61/2018 Điều
 * 19(4)), an apology's new date does not count (Điều 19(9)). None while the clock stands, and without a limit. */
struct opt_instant dossier_law_due(struct opt_instant due, struct opt_instant law_due, struct opt_instant first_due);
/* Due before this moment is amber: the end of the second working day from now. Outside the calendar nothing is amber. */
struct instant dossier_amber_until(const struct law *law, struct instant now);
