/* issue.h — what leaves the agency on paper: statutory forms, results, signature and seal.
 *
 * Owner:  views issue_paper, issue_unsigned, issue_unsealed (of src/dossier); no tables. What was made is kept by
 *         dossier_keep_file() and dossier_signed(), sealed under the dossier's key, and never drawn again.
 * Law:    forms of TT 01/2018/TT-VPCP and TT 03/2025/TT-VPCP; results in the layout of NĐ 30/2020/NĐ-CP; electronic
 *         signature before seal (NĐ 30/2020 Điều 32); PAdES B-T by circular 15/2025/TT-BKHCN.
 * Jobs:   issue.paper (draw, keep), issue.sign (draw, sign by the decider, stamp, keep), issue.seal (the agency's seal after
 *         issue), issue.sweep (daily: what an action did not queue). Each may run again: what is there already is left.
 *         Token or authority away: the job comes back later; number and day were bound before, so nothing is numbered twice.
 *         What cannot be drawn ten times, over two hours, is given up until an administrator asks for it again.
 * Words of papers are Vietnamese only. The facilities are set once, before any job or request. */
#pragma once
#include "core/blob/blob.h"
#include "core/http/http.h"
#include "core/job/job.h"
#include "dossier/dossier.h"
#include "sign/pdf_verify.h"

struct issue_facilities {
	const struct law *law;
	struct blob_store *blobs;
	/* The decider's key and the agency's seal. ERR_BUSY: token away; ERR_NOT_FOUND: no key for them. */
	bool (*signer_key)(void *self, struct arena *a, struct env *env, struct person_id person, struct pades_key *out, struct err *e);
	bool (*seal_key)(void *self, struct arena *a, struct env *env, struct agency_id agency, struct pades_key *out, struct err *e);
	void *self;
	const struct tsa *tsa;          /* NULL: no time-stamp (tests) */
	struct pdf_trust trust;         /* anchors, for the rule "seal only after a good signature"; `now` is set here */
	/* Draws in a process that can be ended: render_paper (src/render/papers.h). ERR_BUSY: not now; the jobs come back. */
	bool (*render)(void *renderer, struct arena *a, struct str form, const json_t *data, struct instant at, struct str *pdf, struct err *e);
	void *renderer;                 /* its first argument */
	struct str public_url;          /* before "/tra-cuu?ma=CODE" in codes on papers */
	bool demo;                      /* marks each page as made-up data */
};
/* The struct must outlive jobs and server. */
void issue_use(const struct issue_facilities *f);

struct dossier_proposal;
/* ---- data for templates: new references ---- */
MUST_CHECK bool issue_paper_data(struct env *env, const struct dossier_get_row *d, const struct dossier_paper_list_row *p, json_t **out, struct err *e);
/* The slip that follows the dossier from hand to hand (TT 01/2018 form 05, TT 03/2025 form 06). */
MUST_CHECK bool issue_control_data(struct env *env, const struct dossier_get_row *d, json_t **out, struct err *e);
/* `p`: another proposal than the one kept, or NULL. */
MUST_CHECK bool issue_result_data(struct env *env, const struct dossier_get_row *d, const struct dossier_proposal *p, json_t **out, struct err *e);

/* ---- drawing now; for pages (desk_facilities.draw). ERR_NOT_FOUND: not a paper of that dossier ---- */
MUST_CHECK bool issue_paper_draw(struct env *env, const struct dossier_get_row *d, struct dossier_paper_id paper, struct str *pdf, struct err *e);
/* The result as it would leave, marked as a draft; what is not known yet is a dotted blank. `p`: as proposed, or NULL. */
MUST_CHECK bool issue_draft_draw(struct env *env, const struct dossier_get_row *d, const struct dossier_proposal *p, struct str *pdf, struct err *e);
/* desk_facilities.sheet, filing_config.sheet: papers drawn when asked for. */
dossier_sheet_fn issue_sheet_draw;
/* The result as it leaves, signed by the decider at `at` with a time-stamp. ERR_BUSY: token or authority away. */
MUST_CHECK bool issue_result_sign(struct env *env, const struct dossier_get_row *d, struct instant at, struct str *pdf, struct err *e);
/* The agency's seal on what the decider signed. cert: SHA-256 of the seal's certificate, hex. ERR_CONFLICT: the signature is not good. */
MUST_CHECK bool issue_result_seal(struct env *env, const struct dossier_get_row *d, struct str pdf, struct instant at, struct str *out, struct str *cert, struct err *e);
/* The register of dossiers accepted in a reception, or settled by an agency (the other id 0), on days from..to; field empty: all.
 * The form of the last day; numbered from the first day of its year. At most ISSUE_REGISTER_MAX rows. */
#define ISSUE_REGISTER_MAX 5000
struct issue_register { struct unit_id reception; struct agency_id agency; struct date from, to; struct str field; };
struct issue_register_page { const struct dossier_id *v; size_t n; int64_t before; /* numbered before the first */ };
MUST_CHECK bool issue_register_rows(struct env *env, const struct issue_register *x, int64_t limit, struct issue_register_page *out, struct err *e);
MUST_CHECK bool issue_register_draw(struct env *env, const struct issue_register *x, struct str *pdf, struct err *e);

/* In an action, after an act (desk_facilities.queue): queues what the act calls for. */
MUST_CHECK bool issue_queue(struct env *env, const struct dossier_done *done, struct dossier_id id, struct err *e);
/* How far the signed result of a dossier is that was decided and not issued; JOB_ABSENT for any other. */
MUST_CHECK bool issue_result_course(struct env *env, const struct dossier_get_row *d, struct job_state *out, struct err *e);

/* /quan-tri/viec-nen: work that was given up. */
extern const struct route_table issue_routes;

#define ISSUE_JOBS 4
extern const struct job_kind issue_jobs[ISSUE_JOBS];
