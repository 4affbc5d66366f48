/* record_internal.h — one record with all that its page shows; shared by the files record_….c only. */
#pragma once
#include "core/audit/audit.h"
#include "desk/desk_internal.h"

struct sheet {
	struct request *r;
	struct html_out *o;
	struct dossier_get_row d;
	struct key key;
	bool erased;
	json_t *content;             /* {"answers","who"}, or null when erased */
	struct applicant who;        /* from it */
	struct dossier_file_list_rows files;
	struct dossier_preview_list_rows previews;
	struct dossier_fee_list_rows fees;
	struct dossier_opinion_list_rows opinions;
	struct dossier_paper_list_rows papers;
	uint32_t actions;
	struct units units;          /* of the settling agency, when the first act that asks for one is shown */
};
#define WORD(s, k) msg((s)->r->env.lang, (k))

/* The address of the record's page. */
struct str sheet_url(struct sheet *s);
/* What a sealed note or paper says. Empty when it cannot be opened. */
struct str sheet_note(struct sheet *s, int64_t id);
/* Appends the fact when it has a value. */
void sheet_fact(struct ui_fact *v, size_t *n, struct str label, struct str value);
/* Whose turn it is: a person, or the unit that waits for one of its own. */
struct str sheet_holder(struct sheet *s);
/* Filed on paper at the counter: its answers stand on the paper until somebody types them in. */
bool sheet_on_paper(struct sheet *s);
bool sheet_has_answers(struct sheet *s);

/* ---- sections; one that has nothing to show writes nothing ---- */
void sheet_summary(struct sheet *s);
MUST_CHECK bool sheet_clock(struct sheet *s, struct err *e);
void sheet_applicant(struct sheet *s);
void sheet_answers(struct sheet *s);
/* What was taken in at the counter: which document, original seen, pages against images. */
void sheet_counter(struct sheet *s);
/* Reasons and the fields of the result, as proposed; who decides sees it as it would leave. */
MUST_CHECK bool sheet_proposal(struct sheet *s, struct err *e);
void sheet_files(struct sheet *s);
void sheet_papers(struct sheet *s);
void sheet_fees(struct sheet *s);
void sheet_opinions(struct sheet *s);
MUST_CHECK bool sheet_course(struct sheet *s, struct err *e);
/* What the reader may do now, or that there is nothing. */
MUST_CHECK bool sheet_actions(struct sheet *s, struct err *e);
