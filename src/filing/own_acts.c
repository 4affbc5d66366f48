/* own_acts.c — what a dossier's owner may do: what comes first, acts, and correcting it over a draft. */
#include "core/db/id.h"
#include "filing/filing_internal.h"
#include "filing/filing_views.h"

static const struct choice acts[] = {{"withdraw", MSG_FILING_WITHDRAW}, {"stop", MSG_FILING_STOP}, {"rate", MSG_FILING_RATE}, {"claim_paid", MSG_FILING_CLAIM}};
static const struct field act_fields[] = {
	{.name = "action", .kind = FIELD_CHOICE, .unseen = true, .required = true, .choices = acts, .n_choices = ARRAY_LEN(acts), .label = MSG_FILING_ACTION},
	{.name = "reason", .kind = FIELD_LONG_TEXT, .max = 2000, .label = MSG_FILING_REASON},
	{.name = "score", .kind = FIELD_INT, .low = 1, .high = 5, .label = MSG_FILING_RATE},
	{.name = "item", .kind = FIELD_ID, .unseen = true, .label = MSG_FILING_FEE},
};
const struct form act_form = {"act", act_fields, ARRAY_LEN(act_fields)};

bool act_apply(struct request *r, struct err *e)
{
	struct dossier_get_row d;
	struct dossier_done done;
	struct str word = form_text(r, "action");
	struct dossier_act act = {.reason = form_text(r, "reason"), .text = form_text(r, "reason"), .score = (int)form_int(r, "score"), .item = form_id(r, "item")};
	if (!dossier_of(r, &d, e) || !dossier_action_from(word, &act.action))
		return e->kind ? false : err_set(e, ERR_INVALID, "no such action");
	if (act.action == ACT_STOP && !act.reason.n)
		form_error(r, "reason", MSG_FIELD_REQUIRED, STR_NONE, STR_NONE);
	if (act.action == ACT_RATE && !form_has(r, "score"))
		form_error(r, "score", MSG_FIELD_REQUIRED_CHOICE, STR_NONE, STR_NONE);
	if (!form_ok(r))
		return true;
	act.id = d.id;
	r->redirect = str_fmt(r->env.arena, "/ho-so/%.*s", STR_ARG(d.code));
	return dossier_do(&r->env, filing()->law, &act, &done, e);
}

void own_act_button(struct request *r, struct html_out *o, const char *action, enum msg_key label, enum ui_weight w)
{
	struct ui_button b = {.label = m(r, label), .weight = w, .name = STR("action"), .value = str_from(action)};
	ui_button(o, &b);
}

static void show_stop(struct request *r, struct html_out *o, struct str to)
{
	struct ui_field why = page_field(r, "reason", UI_LONG_TEXT, MSG_FILING_STOP_WHY);
	why.required = true;
	ui_details_begin(o, m(r, MSG_FILING_STOP), r->errors.n > 0);
	filing_text(o, m(r, MSG_FILING_STOP_TEXT));
	ui_form_begin(o, &(struct ui_form){.action = to});
	ui_field(o, &why);
	own_act_button(r, o, "stop", MSG_FILING_STOP, UI_DANGER);
	ui_form_end(o);
	ui_details_end(o);
}

static void show_rating(struct request *r, struct html_out *o, struct str to)
{
	static const enum msg_key words[] = {MSG_FILING_SCORE_5, MSG_FILING_SCORE_4, MSG_FILING_SCORE_3, MSG_FILING_SCORE_2, MSG_FILING_SCORE_1};
	static const char *const values[] = {"5", "4", "3", "2", "1"};
	struct ui_option v[ARRAY_LEN(words)];
	struct ui_field score = page_field(r, "score", UI_RADIOS, MSG_FILING_RATE), say = page_field(r, "reason", UI_LONG_TEXT, MSG_FILING_RATE_WORDS);
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		v[i] = (struct ui_option){.value = str_from(values[i]), .label = m(r, words[i]), .chosen = str_eq(score.value, str_from(values[i]))};
	score.options = v;
	score.n_options = ARRAY_LEN(v);
	score.required = true;
	ui_section_begin(o, m(r, MSG_FILING_RATE));
	ui_form_begin(o, &(struct ui_form){.action = to});
	ui_field(o, &score);
	ui_field(o, &say);
	own_act_button(r, o, "rate", MSG_FILING_RATE_SEND, UI_QUIET);
	ui_form_end(o);
	ui_section_end(o);
}

static void show_withdraw(struct request *r, struct html_out *o, struct str to)
{
	ui_details_begin(o, m(r, MSG_FILING_WITHDRAW), false);
	filing_text(o, m(r, MSG_FILING_WITHDRAW_TEXT));
	ui_form_begin(o, &(struct ui_form){.action = to});
	own_act_button(r, o, "withdraw", MSG_FILING_WITHDRAW, UI_DANGER);
	ui_form_end(o);
	ui_details_end(o);
}

static struct str under(struct request *r, const struct dossier_get_row *d, const char *rest)
{
	return str_fmt(r->env.arena, "/ho-so/%.*s/%s", STR_ARG(d->code), rest);
}

bool own_asked(const struct dossier_get_row *d) { return str_eq(d->state, STR("supplement")); }

static bool owes(struct request *r, const struct dossier_get_row *d, bool *out, struct err *e)
{
	struct dossier_fee_list_rows fees = {0};
	*out = false;
	if (!q_dossier_fee_list(r->env.db, r->env.arena, d->id, &fees, e))
		return false;
	for (size_t i = 0; i < fees.n; i++)
		*out = *out || str_eq(fees.v[i].state, STR("demanded"));
	return true;
}

/* What the reader came for stands first: what is own_asked of them, what is to be paid, the result. */
bool own_show_now(struct request *r, struct html_out *o, const struct dossier_get_row *d, struct err *e)
{
	uint32_t open = 0;
	int64_t result = 0;
	bool due = false;
	if (!dossier_actions(&r->env, filing()->law, d, &open, e) || !owes(r, d, &due, e) || !filing_result(r, d, &result, e))
		return false;
	if (own_asked(d) && (open & 1U << ACT_SUPPLEMENT))
		ui_act(o, under(r, d, "sua"), &(struct ui_button){.label = m(r, MSG_FILING_SUPPLEMENT), .icon = UI_ICON_PENCIL});
	if (due && (open & 1U << ACT_CLAIM_PAID))
		ui_buttons(o, &(struct ui_button){.label = m(r, MSG_FILING_PAY), .url = under(r, d, "phi")}, 1);
	if (result)
		ui_buttons(o, &(struct ui_button){.label = m(r, MSG_FILING_GET_RESULT), .icon = UI_ICON_DOWNLOAD, .download = true,
			.url = under(r, d, str_fmt(r->env.arena, "tep/%lld", (long long)result).p)}, 1);
	return true;
}

bool own_show_acts(struct request *r, struct html_out *o, const struct dossier_get_row *d, struct err *e)
{
	uint32_t open = 0;
	struct str to = under(r, d, "hanh-dong");
	if (!dossier_actions(&r->env, filing()->law, d, &open, e))
		return false;
	if (!own_asked(d) && (open & (1U << ACT_SUPPLEMENT | 1U << ACT_CORRECT)))
		ui_act(o, under(r, d, "sua"), &(struct ui_button){.label = m(r, MSG_FILING_CORRECT), .weight = UI_QUIET, .icon = UI_ICON_PENCIL});
	if (open & (1U << ACT_RATE))
		show_rating(r, o, to);
	if (open & (1U << ACT_WITHDRAW))
		show_withdraw(r, o, to);
	if (open & (1U << ACT_STOP))
		show_stop(r, o, to);
	return true;
}

bool reopen_check(struct request *r, struct err *e)
{
	struct dossier_get_row d;
	uint32_t open = 0;
	if (!dossier_of(r, &d, e) || !dossier_actions(&r->env, filing()->law, &d, &open, e))
		return false;
	return (open & (1U << ACT_SUPPLEMENT | 1U << ACT_CORRECT | 1U << ACT_TRANSCRIBE)) != 0 || err_say(e, ERR_CONFLICT, MSG_FILING_CLOSED, "state does not allow it");
}

bool reopen_apply(struct request *r, struct err *e)
{
	struct env *env = &r->env;
	struct dossier_get_row d;
	struct draft_of_dossier_row old;
	struct dossier_key_get_row wrapped;
	AUTO_KEY key = {0};
	AUTO_JSON sealed = NULL;
	bool found = false, has_key = false, erased = false;
	if (!dossier_of(r, &d, e) || !q_draft_of_dossier(env->db, env->arena, d.id, env->actor->account, &old, &found, e))
		return false;
	struct draft_id id = {found ? old.id.v : id_new(env->ids, env->now)};
	r->redirect = str_fmt(env->arena, "/nop-ho-so/nhap/%lld", (long long)id.v);
	if (found)
		return true;
	if (!q_dossier_key_get(env->db, env->arena, (struct dossier_key_id){d.id.v}, &wrapped, &has_key, e) || !dossier_key(env, filing()->law, d.id, &key, &erased, e))
		return false;
	if (!has_key || erased)
		return err_set(e, ERR_CONFLICT, "the dossier was erased");
	if (!dossier_unseal(env, filing()->law, &d, &sealed, e))
		return false;
	AUTO_JSON content = json_pack("{s:O*,s:{},s:{},s:b}", "answers", json_object_get(sealed, "answers"), "who", "seen", "paper",
		json_is_object(json_object_get(sealed, "paper")));
	struct draft_new x = {.purpose = str_eq(d.state, STR("supplement")) ? "supplement" : "correct", .procedure = d.procedure, .dossier = d.id,
		.wrapped = wrapped.wrapped, .key = &key, .content = content};
	return draft_make(env, id, &x, e);
}
