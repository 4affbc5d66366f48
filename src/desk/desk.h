/* desk.h — the officials' side: work lists, the page of a record with what may be done, bulk acts, the counter, and the
 * API of actions. Pages over the rules of src/dossier; it decides nothing itself.
 *
 * Owner:  table saved_filter; view dossier_desk (of src/dossier, for lists).
 * Law:    NĐ 61/2018 Điều 17–20, NĐ 118/2025 Điều 17–22 (counter, forwarding, hand-over), NĐ 45/2020 Điều 11 (8 hours).
 * Access: dossier_may_read() for every record; reading is recorded by the framework (READS_DOSSIER, READS_LIST).
 * The facilities are set once, before the first request, and only read afterwards. */
#pragma once
#include "core/blob/blob.h"
#include "core/html/html.h"
#include "core/http/http.h"
#include "core/intake/intake.h"
#include "dossier/dossier.h"
#include "dossier/result.h"
#include "filing/filing.h"
#include "issue/issue.h"
#include "workbook/workbook.h"

struct desk_facilities {
	const struct law *law;
	struct blob_store *blobs;
	const struct scan_config *scan; /* who looks at content */
	struct db_pool *pool; /* connections of their own for exports */
	/* A paper that is not kept yet, drawn now (issue_paper_draw); NULL: the page says that it is being made. */
	bool (*draw)(struct env *env, const struct dossier_get_row *d, struct dossier_paper_id paper, struct str *pdf, struct err *e);
	/* The result as it would leave, marked as a draft (issue_draft_draw); NULL: no preview. */
	bool (*draft)(struct env *env, const struct dossier_get_row *d, const struct dossier_proposal *p, struct str *pdf, struct err *e);
	/* Papers drawn when asked for (issue_sheet_draw), and the register (issue_register_rows, issue_register_draw); NULL: none. */
	dossier_sheet_fn *sheet;
	bool (*register_rows)(struct env *env, const struct issue_register *x, int64_t limit, struct issue_register_page *out, struct err *e);
	bool (*register_draw)(struct env *env, const struct issue_register *x, struct str *pdf, struct err *e);
	/* In an action, after each act: what must be drawn, signed or sealed is queued (issue_queue); NULL: nothing is. */
	bool (*queue)(struct env *env, const struct dossier_done *done, struct dossier_id id, struct err *e);
	/* Who settles what the counter receives: agency, unit, and the identifier that codes begin with. */
	bool (*settling)(struct env *env, struct agency_id *agency, struct unit_id *unit, struct str *prefix, struct err *e);
	/* What a program brings to a supplement (filing_sent_ahead); NULL: nothing. */
	bool (*sent_ahead)(struct request *r, const struct dossier_get_row *d, struct filing_more *out, struct err *e);
	/* The applicant's side of the API: own list (filing_api_list), own file (filing_send_file); NULL: officials only. */
	bool (*own_list)(struct request *r, int64_t limit, struct str cursor, struct err *e);
	bool (*own_file)(struct request *r, const struct dossier_get_row *d, int64_t file, struct err *e);
	struct id_source *ids; /* for dossiers filed at the counter */
	struct str public_url; /* "https://motcua.example": for the tracking code on receipts */
};
/* The struct must outlive the server. */
void desk_use(const struct desk_facilities *f);

/* Side navigation of officials: work lists with counts, the counter, saved filters. For the program's page_fill_fn;
 * nothing for people who are no officials. */
void desk_side(struct request *r, struct page_facts *f);

/* For http_hooks.read_apply, on the writer: a record that the person responsible opened cannot be taken back any more. */
MUST_CHECK bool desk_opened(struct request *r, struct err *e);
/* For http_hooks.read_needed, after the page: it must be marked, also when the same person read it minutes ago. */
bool desk_must_mark(const struct request *r);

/* The work list as a workbook: for workbook_config.lists. */
extern const struct workbook_list desk_workbook;

extern const struct route_table desk_routes;
