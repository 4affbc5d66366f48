/* late.c — see late.h. */
#include "dossier/late.h"
#include "dossier/doing.h"
#include "gen/messages.h"

static bool is_day(const struct late_reason *x, struct date day) { return x->from.day <= day.day && day.day <= x->to.day; }

static void read_item(struct pack_node at, struct late_reason *out)
{
	static const char *const keys[] = {"no", "code", "name", "name_en", "brief", "brief_en", "valid_from", "valid_to", "words", NULL};
	int64_t no = 0;
	pack_only_keys(at, keys);
	*out = (struct late_reason){.code = pack_text(at, "code", PACK_REQUIRED), .name = pack_text(at, "name", PACK_REQUIRED), .name_en = pack_text(at, "name_en", PACK_REQUIRED),
		.brief = pack_text(at, "brief", PACK_REQUIRED), .brief_en = pack_text(at, "brief_en", PACK_REQUIRED),
		.to = {INT32_MAX}, .words = pack_bool(at, "words")};
	(void)pack_int(at, "no", PACK_REQUIRED, &no);
	out->no = (int)no;
	if (no < 1 || no > LATE_REASONS)
		pack_fault(at, "no is 1 to %d", LATE_REASONS);
	if (!pack_is_id(out->code))
		pack_fault(at, "code is lower-case letters, digits and '-'");
	if (!pack_day(at, "valid_from", false, &out->from))
		pack_fault(at, "valid_from is missing");
	(void)pack_day(at, "valid_to", true, &out->to);
}

bool law_load_late(struct law *l, struct err *e)
{
	struct pack_report report = pack_report_on(l->arena);
	const struct pack_file *f = pack_find(&l->pack, STR("late/reasons.json"));
	AUTO_PACK_JSON tree = NULL;
	struct pack_node root;
	if (!f)
		return err_set(e, ERR_INVALID, "packs: late/reasons.json is missing");
	if (pack_parse(&report, *f, 1, &tree, &root)) {
		struct pack_node items = pack_list(root, "items", &l->n_late);
		l->late = NEW_ARRAY(l->arena, l->n_late + 1, struct late_reason);
		for (size_t i = 0; i < l->n_late; i++) {
			read_item(pack_item(items, i), &l->late[i]);
			for (size_t k = 0; k < i; k++)
				if (l->late[k].no == l->late[i].no && !str_eq(l->late[k].code, l->late[i].code))
					pack_fault(pack_item(items, i), "no %d is another reason's", l->late[i].no);
		}
	}
	return report.faults == 0 || err_set(e, ERR_INVALID, "packs: %.*s", STR_ARG(pack_report_text(l->arena, &report)));
}

const struct late_reason *late_by_code(const struct law *l, struct str code, struct date day)
{
	for (size_t i = 0; i < l->n_late; i++)
		if (str_eq(l->late[i].code, code) && is_day(&l->late[i], day))
			return &l->late[i];
	return NULL;
}

/* A name may change: the last one said. */
const struct late_reason *late_by_no(const struct law *l, int64_t no)
{
	for (size_t i = l->n_late; i-- > 0;)
		if (l->late[i].no == no)
			return &l->late[i];
	return NULL;
}

struct str late_name(const struct late_reason *x, enum lang lang) { return lang == LANG_EN ? x->name_en : x->name; }

static bool has_list(const struct law *l, struct date day)
{
	for (size_t i = 0; i < l->n_late; i++)
		if (is_day(&l->late[i], day))
			return true;
	return false;
}

bool late_asked(const struct law *l, const struct dossier_get_row *d, enum dossier_action a, struct instant now)
{
	struct opt_instant due = dossier_law_due(d->due, d->law_due, d->first_due);
	bool decides = (a == ACT_ISSUE || a == ACT_REFUSE) && d->accepted_at.has && due.has && now.ms > due.v.ms;
	return (a == ACT_APOLOGISE || decides) && has_list(l, date_of(now));
}

bool late_suggested(struct env *env, const struct law *l, const struct dossier_get_row *d, const struct late_reason **out, struct err *e)
{
	struct dossier_opinion_list_rows rows = {0};
	struct date today = date_of(env->now);
	const struct late_reason *said = late_by_no(l, d->late_reason.v);
	*out = said && is_day(said, today) ? said : NULL;
	if (*out)
		return true;
	if (!q_dossier_opinion_list(env->db, env->arena, d->id, &rows, e))
		return err_wrap(e, "opinions");
	for (size_t i = 0; i < rows.n; i++)
		if ((rows.v[i].answered_at.has ? rows.v[i].answered_at.v.ms : env->now.ms) > rows.v[i].due.ms)
			*out = late_by_code(l, STR("coordination"), today);
	return true;
}

/* The one place where a reason is taken: by the apology, and by the end of settlement. Nothing where none is asked for. */
bool late_take(struct doing *g, struct err *e)
{
	const struct late_reason *x = late_by_code(g->law, g->x->late_reason, date_of(g->env->now));
	if (!late_asked(g->law, &g->d, g->x->action, g->env->now))
		return true;
	if (!x)
		return err_say(e, ERR_INVALID, MSG_DOSSIER_LATE_REASON, "late, and no reason of the list");
	if (x->words && !str_trim(g->x->reason).n)
		return err_say(e, ERR_INVALID, MSG_DOSSIER_LATE_WORDS, "%.*s without words", STR_ARG(x->code));
	g->late = x->code;
	return q_dossier_late_reason(g->env->db, g->d.id, x->no, NULL, e) || err_wrap(e, "why it is late");
}
