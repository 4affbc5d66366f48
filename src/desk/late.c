/* late.c — why a dossier is late: the fields in which whoever apologises or settles late says it, on the page of one record and for several. */
#include "desk/desk_internal.h"
#include "dossier/late.h"

struct act_shape desk_shape(const struct env *env, const struct dossier_get_row *d, enum dossier_action a)
{
	struct act_shape s = *act_shape(a);
	if (late_asked(LAW, d, a, env->now)) {
		s.asks |= AF_LATE | AF_CONFIRM | AF_REASON;
		s.needs |= AF_LATE | AF_CONFIRM;
		s.key = NULL;
	}
	return s;
}

struct ui_option *desk_late_options(struct request *r, struct str chosen, size_t *n)
{
	struct ui_option *v = NEW_ARRAY(r->env.arena, LAW->n_late + 1, struct ui_option);
	v[0] = (struct ui_option){.value = STR(""), .label = msg(r->env.lang, MSG_FIELD_CHOOSE)};
	*n = 1;
	for (size_t i = 0; i < LAW->n_late; i++) {
		const struct late_reason *x = &LAW->late[i];
		if (late_by_code(LAW, x->code, date_of(r->env.now)) == x)
			v[(*n)++] = (struct ui_option){.value = x->code, .label = late_name(x, r->env.lang), .chosen = str_eq(x->code, chosen)};
	}
	return v;
}

void desk_late_check(struct request *r)
{
	const struct late_reason *x = late_by_code(LAW, form_text(r, "late_reason"), date_of(r->env.now));
	if (form_has(r, "late_reason") && !x)
		form_error(r, "late_reason", MSG_DOSSIER_LATE_REASON, STR_NONE, STR_NONE);
	if (x && x->words && !form_has(r, "reason"))
		form_error(r, "reason", MSG_DOSSIER_LATE_WORDS, STR_NONE, STR_NONE);
}

void desk_late_confirmed(struct request *r)
{
	if (form_has(r, "late_reason") && !form_bool(r, "late_confirmed"))
		form_error(r, "late_confirmed", MSG_DESK_LATE_CONFIRM, STR_NONE, STR_NONE);
}
