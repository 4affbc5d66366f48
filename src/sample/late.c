/* late.c — why a sample dossier is late: by what happened to it and by the time of the year. */
#include "dossier/late.h"
#include "sample/internal.h"
#include <string.h>

enum usual { U_INSPECTION, U_STAFF, U_COORDINATION, U_APPLICANT, U_RULES, U_TECHNICAL, U_FORCE, USUAL };
static const char *const codes[USUAL] = {"inspection", "staff", "coordination", "applicant", "rules", "technical", "force-majeure"};

/* Backlogs at the end of the year; new agencies and levels in 2025; storms in autumn. Another reason would need words of its own. */
static void weigh(const struct inst *x, int64_t w[USUAL])
{
	static const int64_t usual[USUAL] = {26, 22, 14, 12, 10, 9, 3};
	struct civil c = date_civil(date_of(x->t[0]));
	enum course course = x->m->life.course;
	memcpy(w, usual, sizeof usual);
	w[U_COORDINATION] *= course == COURSE_OPINION ? 8 : 1;
	w[U_APPLICANT] *= course == COURSE_SUPPLEMENT ? 4 : 1;
	w[U_STAFF] *= c.month == 12 || c.month == 1 ? 3 : 1;
	w[U_RULES] *= c.year == 2025 && c.month >= 3 && c.month <= 8 ? 3 : 1;
	w[U_FORCE] *= c.month == 9 || c.month == 10 ? 5 : 1;
}

static const char *pick(const struct inst *x)
{
	int64_t w[USUAL], all = 0;
	if (x->m->life.course == COURSE_APOLOGY) /* as the words of its paper say */
		return codes[U_INSPECTION];
	uint64_t chance = mix(x->chance ^ 0x6c617465);
	weigh(x, w);
	for (int i = 0; i < USUAL; i++)
		all += w[i];
	int64_t at = between(&chance, 0, all - 1);
	int i = 0;
	while (i + 1 < USUAL && at >= w[i])
		at -= w[i++];
	return codes[i];
}

int64_t late_at(const struct maker *m, const struct inst *x, int act)
{
	const struct mould *k = x->m;
	bool late = act == k->settle && k->late_due >= 0 && x->t[act].ms > x->due[k->late_due].ms;
	if (!late && (act < 0 || act != k->apology))
		return 0;
	const struct late_reason *why = late_by_code(m->c->law, str_from(pick(x)), date_of(x->t[act]));
	return why ? why->no : 0;
}
