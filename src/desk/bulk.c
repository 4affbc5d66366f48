/* bulk.c — one act on several dossiers of a list: one request, each an act of its own with its own result. */
#include "core/base/json_text.h"
#include "desk/desk_internal.h"
#include "desk/desk_views.h"
#include "dossier/late.h"
#include <stdlib.h>

static const enum dossier_action bulk_actions[] = {ACT_ACCEPT, ACT_ASSIGN, ACT_FINISH, ACT_APPROVE, ACT_ISSUE, ACT_ARCHIVE, ACT_REASSIGN, ACT_TRANSFER};
static const struct choice bulk_choices[] = {
	{"accept", MSG_DESK_ACT_ACCEPT}, {"assign", MSG_DESK_ACT_ASSIGN}, {"finish", MSG_DESK_ACT_FINISH}, {"approve", MSG_DESK_ACT_APPROVE},
	{"issue", MSG_DESK_ACT_ISSUE}, {"archive", MSG_DESK_ACT_ARCHIVE}, {"reassign", MSG_DESK_ACT_REASSIGN}, {"transfer", MSG_DESK_ACT_TRANSFER}};
static const struct field bulk_fields[] = {
	{.name = "chosen", .kind = FIELD_TEXT, .unseen = true, .repeated = true, .max = 80, .most = DESK_PAGE, .label = MSG_DESK_F_CHOSEN},
	{.name = "action", .kind = FIELD_CHOICE, .unseen = true, .required = true, .choices = bulk_choices, .n_choices = ARRAY_LEN(bulk_choices), .label = MSG_DESK_F_ACTION},
	{.name = "to", .kind = FIELD_ID, .label = MSG_DESK_F_TO},
	{.name = "unit", .kind = FIELD_ID, .label = MSG_DESK_F_UNIT_TO},
	{.name = "reason", .kind = FIELD_LONG_TEXT, .max = 4000, .label = MSG_DESK_F_REASON},
	{.name = "late_reason", .kind = FIELD_TEXT, .max = 60, .label = MSG_DESK_F_LATE},
	{.name = "late_confirmed", .kind = FIELD_BOOL, .label = MSG_DESK_F_LATE_CONFIRMED},
};
const struct form bulk_form = {"bulk", bulk_fields, ARRAY_LEN(bulk_fields)};

/* ---- the bar below a list ---- */

bool bulk_offers(struct request *r, const struct desk_list_rows *rows, uint32_t **out, struct err *e)
{
	struct dossier_ids ids = {NEW_ARRAY(r->env.arena, rows->n, struct dossier_id), rows->n};
	uint32_t of = 0;
	for (size_t i = 0; i < rows->n; i++)
		ids.v[i] = rows->v[i].id;
	for (size_t i = 0; i < ARRAY_LEN(bulk_actions); i++)
		of |= 1U << bulk_actions[i];
	*out = NEW_ARRAY(r->env.arena, rows->n, uint32_t);
	return dossier_offers(&r->env, LAW, ids, of, *out, e);
}

struct str bulk_names(struct arena *a, uint32_t offered)
{
	struct buf b = buf_on(a);
	for (size_t i = 0; i < ARRAY_LEN(bulk_actions); i++)
		if (offered >> bulk_actions[i] & 1)
			buf_fmt(&b, "%s%s", b.n ? " " : "", bulk_choices[i].value);
	return buf_str(&b);
}

void bulk_bar(struct request *r, struct html_out *o, const uint32_t *offered, size_t n)
{
	struct ui_bulk_act v[ARRAY_LEN(bulk_actions)];
	size_t n_acts = 0;
	for (size_t i = 0; i < ARRAY_LEN(bulk_actions); i++) {
		int64_t rows = 0;
		for (size_t k = 0; k < n; k++)
			rows += offered[k] >> bulk_actions[i] & 1;
		struct ui_button button = {.label = msg(r->env.lang, desk_action_word(bulk_actions[i])), .weight = n_acts ? UI_QUIET : UI_PRIMARY, .name = STR("action"), .value = str_from(bulk_choices[i].value)};
		if (rows)
			v[n_acts++] = (struct ui_bulk_act){button, rows};
	}
	if (n_acts)
		ui_bulk(o, &(struct ui_bulk){.form = STR("bulk"), .action = STR("/ban-lam-viec/hang-loat"), .acts = v, .n_acts = n_acts});
}

/* ---- doing it ---- */

/* "CODE~REV" as the list showed it. */
static bool read_chosen(struct request *r, struct str chosen, struct dossier_act *x, struct str *code, struct err *e)
{
	ptrdiff_t at = str_find_char(chosen, '~');
	bool found = false;
	if (at <= 0)
		return err_set(e, ERR_INVALID, "not a row of the list");
	*code = str_sub(chosen, 0, (size_t)at);
	if (!str_to_i64(str_sub(chosen, (size_t)at + 1, chosen.n), &x->rev) || x->rev < 1)
		return err_set(e, ERR_INVALID, "not a row of the list");
	if (!dossier_id_of(&r->env, *code, &x->id, &found, e))
		return false;
	return found || err_set(e, ERR_NOT_FOUND, "no such dossier");
}

/* How many of the chosen ones need a reason for being late, were it done now. */
static bool count_late(struct request *r, enum dossier_action a, size_t *n, struct err *e)
{
	*n = 0;
	for (size_t i = 0; a == ACT_ISSUE && i < form_count(r, "chosen"); i++) {
		struct dossier_act x = {0};
		struct dossier_get_row d;
		struct str code;
		struct err none = {0};
		bool may = false;
		if (!read_chosen(r, form_raw_at(r, "chosen", i), &x, &code, &none))
			continue;
		if (!dossier_load(&r->env, x.id, &d, e) || !dossier_may_read(&r->env, &d, &may, e))
			return false;
		*n += may && late_asked(LAW, &d, a, r->env.now);
	}
	return true;
}

bool bulk_check(struct request *r, struct err *e)
{
	int i = form_choice(r, "action");
	size_t n_late = 0;
	if (i >= 0 && !count_late(r, bulk_actions[i], &n_late, e))
		return false;
	if (n_late && form_ok(r) && !form_count(r, "late_reason"))
		return bulk_again(r, e);
	unsigned needs = i >= 0 ? act_shape(bulk_actions[i])->needs : 0;
	if (needs && form_ok(r) && form_count(r, "chosen") && !form_count(r, "to") && !form_count(r, "unit") && !form_count(r, "reason"))
		return bulk_again(r, e); /* straight from the list nothing was asked yet, so nothing is wrong */
	if (form_count(r, "chosen") == 0)
		form_error(r, "chosen", MSG_DESK_NONE_CHOSEN, STR_NONE, STR_NONE);
	if ((needs & AF_TO) && !form_has(r, "to"))
		form_error(r, "to", MSG_DESK_CHOOSE_PERSON, STR_NONE, STR_NONE);
	if ((needs & AF_UNIT) && !form_has(r, "unit"))
		form_error(r, "unit", MSG_DESK_CHOOSE_UNIT, STR_NONE, STR_NONE);
	if ((needs & AF_REASON) && !form_has(r, "reason"))
		form_error(r, "reason", MSG_FIELD_REQUIRED, STR_NONE, STR_NONE);
	if (n_late && !form_has(r, "late_reason"))
		form_error(r, "late_reason", MSG_DOSSIER_LATE_REASON, STR_NONE, STR_NONE);
	desk_late_check(r);
	desk_late_confirmed(r);
	return true;
}

/* In a savepoint, so that one refusal leaves the others. False only when the database failed. */
static bool bulk_one(struct request *r, enum dossier_action a, struct str chosen, json_t *results, struct err *e)
{
	struct dossier_act x = {.action = a, .to = {form_id(r, "to")}, .unit = {form_id(r, "unit")}, .reason = form_text(r, "reason"), .late_reason = form_text(r, "late_reason")};
	struct dossier_done done = {0};
	struct str code = chosen;
	struct err why = {0};
	AUTO_TX tx = {0};
	if (!db_savepoint(r->env.db, &tx, e))
		return false;
	bool ok = read_chosen(r, chosen, &x, &code, &why) && desk_do(r, &x, &done, &why);
	if (!ok && (why.kind == ERR_INTERNAL || why.kind == ERR_BUSY)) {
		*e = why;
		return false;
	}
	if (ok && !db_commit(&tx, e))
		return false;
	int say = ok ? 0 : why.say ? why.say : (int)msg_of_err(&why);
	json_array_append_new(results, json_pack("{s:s%,s:b,s:i}", "code", code.p, code.n, "ok", ok, "say", say));
	return true;
}

bool bulk_apply(struct request *r, struct err *e)
{
	int choice = form_choice(r, "action");
	json_t *results = json_array();
	bool ok = choice >= 0;
	for (size_t i = 0; ok && i < form_count(r, "chosen"); i++)
		ok = bulk_one(r, bulk_actions[choice], form_text_at(r, "chosen", i), results, e);
	r->memo = json_text(r->env.arena, results);
	return ok;
}

static void bulk_line(struct request *r, struct html_out *o, const struct ui_table *t, const json_t *x)
{
	struct str code = str_from(json_string_value(json_object_get(x, "code")));
	int say = (int)json_integer_value(json_object_get(x, "say"));
	bool ok = json_is_true(json_object_get(x, "ok"));
	ui_row_begin(o, t, &(struct ui_row){0});
	ui_cell_main(o, t, 0, (struct ui_crumb){code, str_fmt(r->env.arena, "/ban-lam-viec/ho-so/%.*s", STR_ARG(code))}, STR_NONE);
	ui_cell_begin(o, t, 1);
	ui_badge_word(o, ok ? UI_DONE : UI_REFUSED, msg(r->env.lang, ok ? MSG_DESK_BULK_OK : MSG_DESK_BULK_NO));
	ui_cell_end(o);
	ui_cell(o, t, 2, say ? page_say(r, say, NULL, 0) : STR(""));
	ui_row_end(o);
}

/* What is accepted or assigned waits in the unit's list, all else in one's own. */
static enum desk_view came_from(struct request *r)
{
	struct str action = form_raw(r, "action");
	return str_eq(action, STR("accept")) || str_eq(action, STR("assign")) ? VIEW_UNIT : VIEW_MINE;
}

bool bulk_answer(struct request *r, struct err *e)
{
	struct html_out o = page_out(r);
	json_t *results = json_loadb(r->memo.p, r->memo.n, 0, NULL);
	struct ui_crumb crumb = {msg(r->env.lang, MSG_DESK_TITLE), STR("/ban-lam-viec")};
	struct ui_page p = {.title = msg(r->env.lang, MSG_DESK_BULK_RESULT), .staff = true, .crumbs = &crumb, .n_crumbs = 1};
	struct ui_column columns[] = {{.head = msg(r->env.lang, MSG_DESK_COL_CODE), .kind = UI_CELL_CODE},
		{.head = msg(r->env.lang, MSG_DESK_COL_RESULT)}, {.head = msg(r->env.lang, MSG_DESK_COL_WHY)}};
	struct ui_table t = {.caption = p.title, .caption_hidden = true, .columns = columns, .n_columns = ARRAY_LEN(columns), .keys = true};
	(void)e;
	ui_page_begin(&o, &p);
	ui_table_begin(&o, &t);
	for (size_t i = 0; i < json_array_size(results); i++)
		bulk_line(r, &o, &t, json_array_get(results, i));
	ui_table_end(&o);
	ui_buttons(&o, &(struct ui_button){.label = msg(r->env.lang, MSG_DESK_BACK_TO_LIST), .url = str_fmt(r->env.arena, "/ban-lam-viec?xem=%s", desk_view_slug(came_from(r)))}, 1);
	ui_page_end(&o, &p);
	json_decref(results);
	return answer_html(r, 200);
}

/* The first of the chosen ones, since a list is mostly of one step; each is judged on its own. None that the actor may read: *known is
 * false, and of *d only the agency is filled. */
static bool first_chosen(struct request *r, struct dossier_get_row *d, bool *known, struct err *e)
{
	struct dossier_act first = {0};
	struct dossier_get_row x;
	struct str code;
	struct err none = {0};
	*known = false;
	*d = (struct dossier_get_row){.settling_agency = {desk_agency_of(r->env.actor)}};
	if (!form_count(r, "chosen") || !read_chosen(r, form_raw_at(r, "chosen", 0), &first, &code, &none))
		return true;
	if (!dossier_load(&r->env, first.id, &x, e) || !dossier_may_read(&r->env, &x, known, e))
		return false;
	*d = *known ? x : *d;
	return true;
}

static struct ui_option *options_begin(struct request *r, size_t max)
{
	struct ui_option *v = NEW_ARRAY(r->env.arena, max + 1, struct ui_option);
	v[0] = (struct ui_option){.value = STR(""), .label = msg(r->env.lang, MSG_FIELD_CHOOSE)};
	return v;
}

static void choose(struct request *r, struct html_out *o, const char *name, enum msg_key label, struct ui_option *v, size_t n)
{
	struct ui_field f = page_field(r, name, UI_SELECT, label);
	f.options = v, f.n_options = n, f.required = true;
	ui_field(o, &f);
}

static bool choose_person(struct request *r, struct html_out *o, enum dossier_action act, struct err *e)
{
	struct officers all = {0};
	struct dossier_get_row d;
	bool known = false;
	if (!first_chosen(r, &d, &known, e) || !desk_people(&r->env, &d, known ? act : ACT_FINISH, &all, e)) /* any other act: every specialist of the agency */
		return false;
	struct ui_option *v = options_begin(r, all.n);
	for (size_t i = 0; i < all.n; i++)
		v[i + 1] = (struct ui_option){.value = str_fmt(r->env.arena, "%lld", (long long)all.v[i].person.v), .chosen = form_id(r, "to") == all.v[i].person.v,
			.label = all.v[i].absent ? str_fmt(r->env.arena, "%.*s (%.*s)", STR_ARG(all.v[i].name), STR_ARG(msg(r->env.lang, MSG_DESK_ABSENT))) : all.v[i].name};
	choose(r, o, "to", MSG_DESK_F_TO, v, all.n + 1);
	return true;
}

static bool choose_unit(struct request *r, struct html_out *o, enum dossier_action act, struct err *e)
{
	struct units all = {0};
	struct dossier_get_row d;
	bool known = false;
	if (!first_chosen(r, &d, &known, e) || !desk_units(&r->env, &d, act, &all, e))
		return false;
	struct ui_option *v = options_begin(r, all.n);
	for (size_t i = 0; i < all.n; i++)
		v[i + 1] = (struct ui_option){.value = str_fmt(r->env.arena, "%lld", (long long)all.v[i].id.v), .label = all.v[i].name, .chosen = form_id(r, "unit") == all.v[i].id.v};
	choose(r, o, "unit", MSG_DESK_F_UNIT_TO, v, all.n + 1);
	return true;
}

/* Which ones; they come back with the answer. */
static void put_chosen(struct request *r, struct html_out *o)
{
	size_t n = form_count(r, "chosen");
	struct h_capture c = h_capture_begin(o);
	desk_codes_begin(o);
	for (size_t k = 0; k < n; k++) {
		struct str chosen = form_raw_at(r, "chosen", k);
		ptrdiff_t end = str_find_char(chosen, '~');
		desk_code(o, end > 0 ? str_sub(chosen, 0, (size_t)end) : chosen);
	}
	desk_codes_end(o);
	struct html codes = h_capture_end(o, c);
	for (size_t k = 0; k < n; k++)
		ui_field(o, &(struct ui_field){.name = STR("chosen"), .kind = UI_HIDDEN, .value = form_raw_at(r, "chosen", k)});
	if (n)
		ui_facts(o, &(struct ui_fact){.label = msg(r->env.lang, MSG_DESK_F_CHOSEN), .body = codes}, 1);
}

/* Before it is done: whether some of the chosen rows stay as they are. */
static bool say_for_how_many(struct request *r, struct html_out *o, enum dossier_action act, struct err *e)
{
	struct arena *a = r->env.arena;
	size_t n = form_count(r, "chosen"), open = 0;
	struct dossier_ids ids = {.v = NEW_ARRAY(a, n + 1, struct dossier_id)};
	uint32_t *out = NEW_ARRAY(a, n + 1, uint32_t);
	for (size_t k = 0; k < n; k++) {
		struct dossier_act x = {0};
		struct str code;
		struct err none = {0};
		if (read_chosen(r, form_raw_at(r, "chosen", k), &x, &code, &none))
			ids.v[ids.n++] = x.id;
	}
	if (!dossier_readable(&r->env, &ids, e) || !dossier_offers(&r->env, LAW, ids, 1U << act, out, e))
		return false;
	for (size_t k = 0; k < ids.n; k++)
		open += out[k] != 0;
	struct str counts[] = {str_fmt(a, "%zu", open), str_fmt(a, "%zu", n)};
	if (open < n)
		ui_notice(o, &(struct ui_notice){.tone = UI_WARN, .text = page_say(r, MSG_DESK_BULK_SOME, counts, 2)});
	return true;
}

/* One reason for all that are late: nothing is chosen before, for each has its own record. */
static bool ask_late(struct request *r, struct html_out *o, enum dossier_action act, struct err *e)
{
	size_t late = 0, n = 0;
	if (!count_late(r, act, &late, e))
		return false;
	if (!late)
		return true;
	struct str count = str_fmt(r->env.arena, "%zu", late);
	ui_notice(o, &(struct ui_notice){.tone = UI_WARN, .text = msg_fmt(r->env.arena, r->env.lang, MSG_DESK_LATE_OF_CHOSEN, &count, 1)});
	struct ui_option *v = desk_late_options(r, form_raw(r, "late_reason"), &n);
	choose(r, o, "late_reason", MSG_DESK_F_LATE, v, n);
	struct ui_field words = page_field(r, "reason", UI_LONG_TEXT, MSG_DESK_F_LATE_WORDS), confirm = page_field(r, "late_confirmed", UI_CHECK, MSG_DESK_F_LATE_CONFIRMED);
	confirm.required = true;
	ui_field(o, &words);
	ui_field(o, &confirm);
	return true;
}

/* Asks what the chosen act still needs, with the rows kept. */
bool bulk_again(struct request *r, struct err *e)
{
	struct html_out o = page_out(r);
	int i = form_choice(r, "action");
	unsigned asks = i >= 0 ? act_shape(bulk_actions[i])->asks : 0;
	struct ui_page p = {.title = i >= 0 ? msg(r->env.lang, desk_action_word(bulk_actions[i])) : msg(r->env.lang, MSG_BULK_BAR), .staff = true, .width = UI_READ};
	ui_page_begin(&o, &p);
	page_error_summary(&o, r);
	ui_form_begin(&o, &(struct ui_form){.action = STR("/ban-lam-viec/hang-loat")});
	put_chosen(r, &o);
	if (i >= 0 && !say_for_how_many(r, &o, bulk_actions[i], e))
		return false;
	ui_field(&o, &(struct ui_field){.name = STR("action"), .kind = UI_HIDDEN, .value = form_raw(r, "action")});
	if ((asks & AF_TO) && !choose_person(r, &o, bulk_actions[i], e))
		return false;
	if ((asks & AF_UNIT) && !choose_unit(r, &o, bulk_actions[i], e))
		return false;
	if (asks & AF_REASON) {
		struct ui_field f = page_field(r, "reason", UI_LONG_TEXT, MSG_DESK_F_REASON);
		f.required = true;
		ui_field(&o, &f);
	}
	if (i >= 0 && !ask_late(r, &o, bulk_actions[i], e))
		return false;
	ui_buttons(&o, &(struct ui_button){.label = p.title}, 1);
	ui_form_end(&o);
	ui_page_end(&o, &p);
	return page_answer(r);
}
