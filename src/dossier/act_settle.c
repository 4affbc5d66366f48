/* act_settle.c — the rules of the process's own steps. See doing.h.
 * Law: NĐ 61/2018 Điều 17 (intake), 19 (settlement), 20 (return); NĐ 118/2025 Điều 17–22. */
#include "core/db/id.h"
#include "directory/directory.h"
#include "dossier/doing.h"
#include "dossier/result.h"
#include "gen/messages.h"
#include <stdlib.h>

/* Acceptance starts the clock, unless the procedure counts from the fee and one is open. Both are written by the move after it. */
bool act_accept(struct doing *g, struct err *e)
{
	bool open = false;
	if (!fees_open(g, &open, e))
		return false;
	bool waits = open && g->procedure && g->procedure->clock.fee_pauses;
	g->d.accepted_at = OPT_INSTANT(g->env->now);
	g->accepts = true;
	return (waits || clock_now(g->env, g->law, &g->d, e)) && add_paper(g, "receipt", STR_NONE, e);
}

/* Once, and after acceptance only within the limit (three working days unless special law says otherwise). */
static bool supplement_allowed(struct doing *g, struct err *e)
{
	if (g->x->override_limit)
		return true;
	if (g->d.supplements > 0)
		return err_say(e, ERR_CONFLICT, MSG_DOSSIER_SUPPLEMENT_ONCE, "asked before");
	if (!g->d.accepted_at.has || !g->procedure)
		return true;
	struct clock_rule rule = {.limit = g->procedure->supplement_limit, .convention = CONVENTION_A};
	struct clock_course course = {.start = g->d.accepted_at.v};
	struct due last;
	if (!calendar_due(g->law->calendar, &rule, &course, &last, e))
		return err_wrap(e, "limit of a supplement");
	return g->env->now.ms <= last.at.ms || err_say(e, ERR_CONFLICT, MSG_DOSSIER_SUPPLEMENT_LATE, "asked too late");
}

bool act_ask_supplement(struct doing *g, struct err *e)
{
	if (!supplement_allowed(g, e) || !q_dossier_supplement_count(g->env->db, g->d.id, NULL, e))
		return false;
	if (g->d.clock_from.has && !clock_event(g->env, g->law, &g->d, "supplement_asked", e))
		return false;
	return add_paper(g, "supplement", g->x->reason, e);
}

bool act_refuse(struct doing *g, struct err *e)
{
	return settle(g, STR("refuse"), e) && add_paper(g, "refusal", g->x->reason, e);
}

/* Corrected answers replace the sealed content; the files add to those there are. */
static bool take_answers(struct doing *g, struct err *e)
{
	json_t *old = NULL;
	if (!g->x->answers)
		return true;
	if (!dossier_unseal(g->env, g->law, &g->d, &old, e))
		return false;
	struct str sealed = seal_content(g->env->arena, &g->key, g->d.id, g->x->answers, json_object_get(old, "who"), json_object_get(old, "paper"));
	json_decref(old);
	if (!q_dossier_reseal(g->env->db, g->d.id, sealed, g->d.applicant_name, NULL, e))
		return false;
	g->d.rev++;
	return true;
}

bool act_supplement(struct doing *g, struct err *e)
{
	if (!take_answers(g, e) || !add_files(g->env, g->d.id, &g->key, STR("attachment"), g->x->files, g->x->n_files, e))
		return false;
	return !g->d.clock_from.has || clock_event(g->env, g->law, &g->d, "supplement_complete", e);
}

/* Before acceptance the applicant puts right what was sent; it stays where it waits, and whoever looks at it is told. */
bool act_correct(struct doing *g, struct err *e)
{
	if (!g->x->answers && !g->x->n_files)
		return err_say(e, ERR_INVALID, MSG_DOSSIER_NOTHING_CORRECTED, "neither answers nor files");
	return take_answers(g, e) && add_files(g->env, g->d.id, &g->key, STR("attachment"), g->x->files, g->x->n_files, e) && set_state(g, "received", e);
}

/* What stands on the paper form, typed in by the counter: the answers that the paper had all along. */
bool act_transcribe(struct doing *g, struct err *e)
{
	if (!g->x->answers)
		return err_say(e, ERR_INVALID, MSG_DOSSIER_NOTHING_CORRECTED, "no answers");
	return take_answers(g, e);
}

/* Does the person hold the role in the unit today? */
static bool is_holder(struct doing *g, struct person_id person, enum role role, struct unit_id unit, bool *is, struct err *e)
{
	struct officers all = {0};
	if (!directory_holders(g->env, role, unit, date_of(g->env->now), &all, e))
		return err_wrap(e, "who holds the role");
	for (size_t i = 0; i < all.n; i++)
		*is = *is || all.v[i].person.v == person.v;
	return true;
}

bool act_assign(struct doing *g, struct err *e)
{
	bool fits = false;
	if (!is_holder(g, g->x->to, ROLE_SPECIALIST, g->d.settling_unit, &fits, e))
		return false;
	if (!fits)
		return err_say(e, ERR_INVALID, MSG_DOSSIER_NOT_OFFICER, "not a specialist of the unit");
	g->d.officer = g->x->to;
	return q_dossier_officer(g->env->db, g->d.id, g->x->to, NULL, e);
}

/* {"text","fields"}, sealed. What the template of the result asks for must be there. */
static bool seal_proposal(struct doing *g, bool refuse, struct str *out, struct err *e)
{
	struct eform_errors wrong = {0};
	json_t *clean = NULL;
	if (!dossier_propose(g->env, g->law, &g->d, refuse, g->x->fields, &clean, &wrong, e))
		return false;
	if (wrong.n) {
		json_decref(clean);
		return err_say(e, ERR_INVALID, MSG_DOSSIER_RESULT_FIELDS, "the result asks for more: %.*s", STR_ARG(wrong.first->pointer));
	}
	json_t *all = json_pack("{s:s%,s:o}", "text", g->x->text.p ? g->x->text.p : "", g->x->text.n, "fields", clean);
	char *text = json_dumps(all, JSON_COMPACT | JSON_SORT_KEYS);
	CHECK(text != NULL);
	*out = crypto_seal_text(g->env->arena, &g->key, STR("proposal"), str_from(text));
	free(text);
	json_decref(all);
	return true;
}

bool act_submit(struct doing *g, struct err *e)
{
	bool refuse = str_eq(g->x->outcome, STR("refuse"));
	if (refuse && str_trim(g->x->text).n == 0)
		return err_say(e, ERR_INVALID, MSG_DOSSIER_REASON, "a refusal without reason");
	struct str draft;
	if (!seal_proposal(g, refuse, &draft, e))
		return false;
	g->d.outcome = refuse ? STR("refuse") : STR("result");
	return q_dossier_propose(g->env->db, g->d.id, g->d.outcome, base64_encode(g->env->arena, draft.p, draft.n), NULL, e);
}

/* No number for a paper that would print blanks: a pack may ask for more than it did when the proposal was written. */
static bool result_complete(struct doing *g, bool refuse, struct err *e)
{
	struct eform_errors wrong = {0};
	json_t *clean = NULL;
	bool ok = dossier_propose(g->env, g->law, &g->d, refuse, NULL, &clean, &wrong, e);
	json_decref(clean);
	return ok && (!wrong.n || err_say(e, ERR_CONFLICT, MSG_DOSSIER_RESULT_INCOMPLETE, "the result lacks %.*s", STR_ARG(wrong.first->pointer)));
}

/* The head's approval only moves on. The decider's binds a number and a day to this dossier, for ever: they stand in the
 * document before it is signed (documents-protocols §1.2). */
bool act_approve(struct doing *g, struct err *e)
{
	int64_t number = 0;
	if (!str_eq(g->d.step_role, STR("director")) || g->d.result_number.has)
		return true;
	struct date today = date_of(g->env->now);
	bool refuse = str_eq(g->d.outcome, STR("refuse"));
	struct str symbol = law_result_of(g->law, g->procedure, refuse)->symbol;
	if (!result_complete(g, refuse, e))
		return false;
	struct str name = str_fmt(g->env->arena, "result:%lld:%.*s:%d", (long long)g->d.settling_agency.v, STR_ARG(symbol), date_civil(today).year);
	if (!next_number(g->env, name, &number, e))
		return false;
	g->d.result_number = OPT_INT(number);
	struct dossier_number_in in = {.id = g->d.id, .number = number, .symbol = symbol, .day = today, .signer = {g->env->actor->person}};
	return q_dossier_number(g->env->db, &in, NULL, e);
}

/* The seal follows a valid signature (NĐ 30/2020 Điều 32): without the signed file there is nothing to issue. */
bool act_issue(struct doing *g, struct err *e)
{
	bool is_signed = false;
	if (!dossier_any_signed(g->env, (struct dossier_ids){&g->d.id, 1}, &is_signed, e))
		return false;
	if (!is_signed)
		return err_say(e, ERR_CONFLICT, MSG_DOSSIER_WAITS_SIGNATURE, "not signed yet");
	return settle(g, g->d.outcome, e);
}

/* Who collects shows the receipt, or an authorisation (NĐ 61/2018 Điều 6). Online results need nobody. */
bool act_hand_over(struct doing *g, struct err *e)
{
	bool online = str_eq(g->d.channel_out, STR("online"));
	if (!online && !g->x->receipt_seen && !g->x->authorisation.n)
		return err_say(e, ERR_INVALID, MSG_DOSSIER_RECEIPT_SEEN, "nothing shown");
	struct str text = str_fmt(g->env->arena, "%.*s\n%.*s", STR_ARG(g->x->collector), STR_ARG(g->x->authorisation));
	return q_dossier_returned(g->env->db, g->d.id, g->env->now, NULL, e) && (online || add_note(g, text, e));
}
