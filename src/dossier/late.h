/* late.h — why a dossier is late, as a choice: a dated list of the packs (late/reasons.json), asked for where an official apologises or settles late.
 *
 * Law:    NĐ 61/2018 Điều 19(9) asks for the reason in the apology, in words. No coded list was found in the law at hand: the list is the product's own.
 * Kept:   `dossier.late_reason`, the number; the code in the log's entry of the act ("late"); words sealed as a note of the act. None: not stated. */
#pragma once
#include "core/i18n/i18n.h"
#include "dossier/dossier.h"
#include "stat/stat.h"

#define LATE_REASONS STAT_LATE_REASONS /* numbers are 1 … 12: as many as src/stat counts */
struct late_reason {
	int no;                  /* kept and counted by it: never given to another reason */
	struct str code, name, name_en, brief, brief_en; /* brief: at the head of a column */
	struct date from, to;    /* days on which it may be chosen, both included */
	bool words;              /* says nothing without words */
};

/* late/reasons.json into l->late. ERR_INVALID names the fault. */
MUST_CHECK bool law_load_late(struct law *l, struct err *e);
/* That may be chosen on the day; NULL: none. */
const struct late_reason *late_by_code(const struct law *l, struct str code, struct date day);
/* Whenever it was chosen; NULL: not stated. */
const struct late_reason *late_by_no(const struct law *l, int64_t no);
struct str late_name(const struct late_reason *x, enum lang lang);

/* Does the act need a reason from the list, were it done now: an apology; a decision that goes out, or a refusal, after the date that lateness
 * counts against (dossier_law_due()). Never on days without a list. */
bool late_asked(const struct law *l, const struct dossier_get_row *d, enum dossier_action a, struct instant now);
/* What the records say it was, to be confirmed: the reason of the apology; another unit that has not answered its question, or answered it after
 * the day asked for. NULL: they say nothing. */
MUST_CHECK bool late_suggested(struct env *env, const struct law *l, const struct dossier_get_row *d, const struct late_reason **out, struct err *e);
