/* counter.c — the hall: who must be answered first, what waits to be collected, and filing for the person in front.
 *
 * Law: NĐ 61/2018 Điều 17 and NĐ 118/2025 Điều 17 (intake at the counter, receipt at once), NĐ 45/2020 Điều 11 (8 hours).
 * The dossier on paper is the record of what was said: its form and documents are scanned, the officer ticks what lies
 * there, whether the original was seen and how many pages it has; sending and acceptance are two acts in one transaction. */
#include "core/text/text.h"
#include "desk/desk_internal.h"
#include "desk/desk_views.h"
#include <stdlib.h>
#include <string.h>

#define DOCS_MAX 40

/* ---- the start page ---- */

static bool answer_first(struct request *r, struct html_out *o, struct err *e)
{
	struct desk_filter f = {.view = VIEW_UNIT, .state = STR("received")};
	struct desk_list_rows rows = {0};
	if (!desk_rows(&r->env, &f, DESK_PAGE, &rows, e))
		return false;
	struct str title = msg(r->env.lang, MSG_DESK_ANSWER_FIRST);
	ui_section_begin(o, title);
	if (rows.n)
		desk_table(r, o, title, rows.v, rows.n, false);
	else
		ui_empty(o, &(struct ui_empty){.title = msg(r->env.lang, MSG_DESK_ANSWER_NONE), .icon = UI_ICON_CHECK});
	ui_section_end(o);
	return true;
}

static struct desk_list_row as_list_row(const struct desk_handover_row *x)
{
	return (struct desk_list_row){.id = x->id, .code = x->code, .process = x->process, .procedure_name = x->procedure_name,
		.applicant_name = x->applicant_name, .state = x->state, .step = x->step, .assignee = x->assignee, .sent_at = x->sent_at,
		.due = x->due, .answer_due = x->answer_due, .accepted_at = x->accepted_at, .channel_in = x->channel_in, .rev = x->rev, .by_due = x->by_due};
}

static bool hand_over_list(struct request *r, struct html_out *o, struct err *e)
{
	struct desk_handover_rows rows = {0};
	if (!q_desk_handover(r->env.db, r->env.arena, desk_unit_of(r->env.actor, ROLE_COUNTER), DESK_PAGE, &rows, e))
		return false;
	struct desk_list_row *v = NEW_ARRAY(r->env.arena, rows.n, struct desk_list_row);
	for (size_t i = 0; i < rows.n; i++)
		v[i] = as_list_row(&rows.v[i]);
	struct str title = msg(r->env.lang, MSG_DESK_HAND_OVER_LIST);
	ui_section_begin(o, title);
	if (rows.n)
		desk_table(r, o, title, v, rows.n, false);
	else
		ui_empty(o, &(struct ui_empty){.title = msg(r->env.lang, MSG_DESK_HAND_OVER_NONE), .icon = UI_ICON_INBOX});
	ui_section_end(o);
	return true;
}

bool counter_home(struct request *r, struct err *e)
{
	struct html_out o = page_out(r);
	struct h_capture c = h_capture_begin(&o);
	ui_button(&o, &(struct ui_button){.label = msg(r->env.lang, MSG_DESK_COUNTER_NEW), .url = STR("/quay/nop"), .icon = UI_ICON_PLUS, .key = "n"});
	struct ui_page p = {.title = msg(r->env.lang, MSG_DESK_COUNTER), .staff = true, .width = UI_FULL, .actions = h_capture_end(&o, c)};
	ui_page_begin(&o, &p);
	ui_form_begin(&o, &(struct ui_form){.action = STR("/ban-lam-viec"), .get = true});
	ui_field(&o, &(struct ui_field){.name = STR("tim"), .kind = UI_SEARCH, .label = msg(r->env.lang, MSG_DESK_COUNTER_FIND), .hint = msg(r->env.lang, MSG_DESK_COUNTER_FIND_HINT), .plain = true, .autofocus = true});
	ui_form_end(&o);
	if (!answer_first(r, &o, e) || !hand_over_list(r, &o, e))
		return false;
	ui_page_end(&o, &p);
	return page_answer(r);
}

/* ---- choosing the procedure ---- */

static bool has_words(struct arena *a, const struct procedure *p, struct str q)
{
	struct str text = text_fold(a, str_fmt(a, "%.*s %.*s %.*s %.*s", STR_ARG(p->name), STR_ARG(p->code), STR_ARG(p->id), STR_ARG(p->field))), word;
	for (size_t i = 0; i < p->search_words.n; i++)
		text = str_fmt(a, "%.*s %.*s", STR_ARG(text), STR_ARG(text_fold(a, p->search_words.p[i])));
	q = text_fold(a, q);
	while (text_next_word(&q, &word))
		if (str_find(text, word) < 0)
			return false;
	return true;
}

bool counter_choose(struct request *r, struct err *e)
{
	struct str q = req_query(r, "q");
	struct html_out o = page_out(r);
	struct ui_crumb crumb = {msg(r->env.lang, MSG_DESK_COUNTER), STR("/quay")};
	struct ui_page p = {.title = msg(r->env.lang, MSG_DESK_CHOOSE_PROCEDURE), .staff = true, .crumbs = &crumb, .n_crumbs = 1};
	struct ui_item *v = NEW_ARRAY(r->env.arena, LAW->n, struct ui_item);
	size_t n = 0;
	(void)e;
	for (int in_force = 1; in_force >= 0; in_force--) /* those of another time last, and marked */
		for (size_t i = 0; i < LAW->n; i++) {
			const struct law_procedure *x = &LAW->procedures[i];
			if (!x->process || procedure_in_force(x->p, date_of(r->env.now)) != (in_force == 1) || !has_words(r->env.arena, x->p, q))
				continue;
			v[n++] = (struct ui_item){.title = x->p->name, .hint = x->p->field, .tag = in_force ? STR_NONE : msg(r->env.lang, MSG_DESK_NOT_IN_FORCE),
				.url = str_fmt(r->env.arena, "/quay/nop/%.*s", STR_ARG(x->p->id))};
		}
	ui_page_begin(&o, &p);
	ui_form_begin(&o, &(struct ui_form){.action = STR("/quay/nop"), .get = true, .live = STR("found")});
	ui_field(&o, &(struct ui_field){.name = STR("q"), .kind = UI_SEARCH, .label = msg(r->env.lang, MSG_DESK_PROCEDURE_FIND), .value = q, .plain = true, .autofocus = true});
	ui_form_end(&o);
	desk_found_begin(&o);
	if (n)
		ui_items(&o, v, n);
	else
		ui_empty(&o, &(struct ui_empty){.title = msg(r->env.lang, MSG_DESK_PROCEDURE_NONE), .icon = UI_ICON_SEARCH});
	desk_found_end(&o);
	ui_page_end(&o, &p);
	return page_answer(r);
}

/* ---- filing ---- */

static const struct choice kinds[] = {{"person", MSG_DESK_KIND_PERSON}, {"organisation", MSG_DESK_KIND_ORGANISATION}};
static const struct choice ways_out[] = {{"counter", MSG_DESK_CHANNEL_COUNTER}, {"online", MSG_DESK_CHANNEL_ONLINE}, {"post", MSG_DESK_CHANNEL_POST}};
static const struct field counter_fields[] = {
	{.name = "kind", .kind = FIELD_CHOICE, .required = true, .choices = kinds, .n_choices = ARRAY_LEN(kinds), .label = MSG_DESK_WHO_KIND},
	{.name = "identity", .kind = FIELD_TEXT, .required = true, .max = 300, .label = MSG_DESK_WHO_IDENTITY},
	{.name = "name", .kind = FIELD_TEXT, .required = true, .max = 200, .label = MSG_DESK_WHO_NAME},
	{.name = "address", .kind = FIELD_TEXT, .required = true, .max = 300, .label = MSG_DESK_WHO_ADDRESS},
	{.name = "phone", .kind = FIELD_TEXT, .required = true, .max = 30, .label = MSG_DESK_WHO_PHONE},
	{.name = "email", .kind = FIELD_EMAIL, .label = MSG_DESK_WHO_EMAIL},
	{.name = "on_behalf", .kind = FIELD_TEXT, .max = 300, .label = MSG_DESK_WHO_ON_BEHALF},
	{.name = "channel_out", .kind = FIELD_CHOICE, .required = true, .choices = ways_out, .n_choices = ARRAY_LEN(ways_out), .label = MSG_DESK_CHANNEL_OUT},
	{.name = "docs", .kind = FIELD_INT, .repeated = true, .most = DOCS_MAX, .low = 0, .high = DOCS_MAX, .label = MSG_DESK_DOCS},
	{.name = "originals", .kind = FIELD_INT, .repeated = true, .most = DOCS_MAX, .low = 0, .high = DOCS_MAX, .label = MSG_DESK_ORIGINALS},
	{.name = "pages", .kind = FIELD_TEXT, .max = 300, .label = MSG_DESK_PAGES},
	{.name = "images", .kind = FIELD_INT, .low = 0, .high = 5000, .label = MSG_DESK_IMAGES},
	{.name = "files", .kind = FIELD_FILE, .repeated = true, .most = 20, .label = MSG_DESK_F_FILES},
	{.name = "twin_seen", .kind = FIELD_BOOL, .label = MSG_DESK_TWIN_SEEN},
};
const struct form counter_form = {"counter", counter_fields, ARRAY_LEN(counter_fields)};

static const struct law_procedure *procedure_of(struct request *r, struct err *e)
{
	const struct law_procedure *p = law_find(LAW, req_param(r, "procedure"));
	if (!p || !p->process)
		(void)err_set(e, ERR_NOT_FOUND, "no such procedure");
	return p && p->process ? p : NULL;
}

/* What the chip of an identity card gives when its reader types: "012345678901|old id|NAME|ddmmyyyy|sex|address|…".
 * A plain number stays what it is. */
static struct str card_part(struct str typed, size_t want)
{
	struct str part = STR_NONE;
	for (size_t i = 0; i <= want; i++)
		if (!str_next(&typed, '|', &part))
			return STR_NONE;
	return part;
}

static struct str identity_of(struct request *r) { return str_trim(card_part(form_text(r, "identity"), 0)); }

static struct str or_card(struct request *r, const char *name, size_t part)
{
	struct str typed = form_text(r, name);
	return typed.n ? typed : str_trim(card_part(form_text(r, "identity"), part));
}

static bool chosen(struct request *r, const char *name, size_t i)
{
	for (size_t k = 0; k < form_count(r, name); k++)
		if (str_eq(form_raw_at(r, name, k), str_fmt(r->env.arena, "%zu", i)))
			return true;
	return false;
}

static void put_field(struct request *r, struct html_out *o, const char *name, enum ui_input kind, enum msg_key label, bool required, enum msg_key hint)
{
	struct ui_field f = page_field(r, name, kind, label);
	f.required = required;
	f.hint = hint ? msg(r->env.lang, hint) : STR_NONE;
	f.multiple = kind == UI_FILE;
	f.autofocus = strcmp(name, "identity") == 0;
	ui_field(o, &f);
}

static void put_choice(struct request *r, struct html_out *o, const char *name, enum msg_key label, const struct choice *c, size_t n)
{
	struct ui_option *v = NEW_ARRAY(r->env.arena, n, struct ui_option);
	struct ui_field f = page_field(r, name, UI_RADIOS, label);
	for (size_t i = 0; i < n; i++)
		v[i] = (struct ui_option){.value = str_from(c[i].value), .label = msg(r->env.lang, (enum msg_key)c[i].label), .chosen = f.value.n ? str_eq(f.value, str_from(c[i].value)) : i == 0};
	f.options = v, f.n_options = n, f.required = true;
	ui_field(o, &f);
}

/* Each document: is it here, was its original seen. */
static void put_documents(struct request *r, struct html_out *o, const struct procedure *p)
{
	bool again = !http_method_safe(r->method);
	size_t n = p->documents_n < DOCS_MAX ? p->documents_n : DOCS_MAX;
	struct ui_option *here = NEW_ARRAY(r->env.arena, n, struct ui_option), *seen = NEW_ARRAY(r->env.arena, n, struct ui_option);
	for (size_t i = 0; i < n; i++) {
		struct str value = str_fmt(r->env.arena, "%zu", i);
		here[i] = (struct ui_option){.value = value, .label = p->documents[i].name, .hint = p->documents[i].condition, .chosen = again && chosen(r, "docs", i)};
		seen[i] = (struct ui_option){.value = value, .label = p->documents[i].name, .chosen = again && chosen(r, "originals", i)};
	}
	if (!n)
		return;
	ui_field(o, &(struct ui_field){.name = STR("docs"), .kind = UI_CHECKS, .label = msg(r->env.lang, MSG_DESK_DOCS), .options = here, .n_options = n, .error = page_error(r, "docs"), .plain = true});
	ui_field(o, &(struct ui_field){.name = STR("originals"), .kind = UI_CHECKS, .label = msg(r->env.lang, MSG_DESK_ORIGINALS), .options = seen, .n_options = n, .plain = true});
}

static void put_counter_fields(struct request *r, struct html_out *o, const struct procedure *p)
{
	ui_group_begin(o, msg(r->env.lang, MSG_DESK_APPLICANT), STR_NONE);
	put_field(r, o, "identity", UI_TEXT, MSG_DESK_WHO_IDENTITY, true, MSG_DESK_CARD_HINT);
	put_choice(r, o, "kind", MSG_DESK_WHO_KIND, kinds, ARRAY_LEN(kinds));
	put_field(r, o, "name", UI_TEXT, MSG_DESK_WHO_NAME, true, 0);
	put_field(r, o, "address", UI_TEXT, MSG_DESK_WHO_ADDRESS, true, 0);
	put_field(r, o, "phone", UI_PHONE, MSG_DESK_WHO_PHONE, true, 0);
	put_field(r, o, "email", UI_EMAIL, MSG_DESK_WHO_EMAIL, false, 0);
	put_field(r, o, "on_behalf", UI_TEXT, MSG_DESK_WHO_ON_BEHALF, false, MSG_DESK_ON_BEHALF_HINT);
	ui_group_end(o);
	ui_group_begin(o, msg(r->env.lang, MSG_DESK_COMPONENTS), STR_NONE);
	put_documents(r, o, p);
	put_field(r, o, "pages", UI_NUMBER, MSG_DESK_PAGES, false, MSG_DESK_PAGES_HINT);
	put_field(r, o, "images", UI_NUMBER, MSG_DESK_IMAGES, false, 0);
	put_field(r, o, "files", UI_FILE, MSG_DESK_F_FILES, false, 0);
	ui_group_end(o);
	put_choice(r, o, "channel_out", MSG_DESK_CHANNEL_OUT, ways_out, ARRAY_LEN(ways_out));
	if (form_error_of(r, "twin_seen"))
		put_field(r, o, "twin_seen", UI_CHECK, MSG_DESK_TWIN_SEEN, false, 0);
}

bool counter_new(struct request *r, struct err *e)
{
	const struct law_procedure *p = procedure_of(r, e);
	if (!p)
		return false;
	struct html_out o = page_out(r);
	struct ui_crumb crumbs[] = {{msg(r->env.lang, MSG_DESK_COUNTER), STR("/quay")}, {msg(r->env.lang, MSG_DESK_CHOOSE_PROCEDURE), STR("/quay/nop")}};
	struct ui_page page = {.title = p->p->name, .over = msg(r->env.lang, MSG_DESK_COUNTER_NEW), .staff = true, .width = UI_READ, .crumbs = crumbs, .n_crumbs = 2, .has_errors = r->errors.n > 0};
	ui_page_begin(&o, &page);
	page_error_summary(&o, r);
	ui_form_begin(&o, &(struct ui_form){.action = str_fmt(r->env.arena, "/quay/nop/%.*s", STR_ARG(p->p->id)), .upload = true});
	put_counter_fields(r, &o, p->p);
	ui_buttons(&o, &(struct ui_button){.label = msg(r->env.lang, MSG_DESK_FILE_AND_ACCEPT), .icon = UI_ICON_CHECK}, 1);
	ui_form_end(&o);
	ui_page_end(&o, &page);
	return page_answer(r);
}

/* ---- what is kept between the steps of one filing ---- */

struct filing { struct dossier_id id; struct str wrapped; struct dossier_files files; };

static void mark_originals(struct request *r, struct filing *f)
{
	int64_t pages = 0;
	bool seen = form_count(r, "originals") > 0, counted = str_to_i64(form_text(r, "pages"), &pages);
	for (size_t i = 0; i < f->files.n; i++) {
		f->files.v[i].originals_seen = seen;
		if (counted && f->files.n == 1)
			f->files.v[i].pages = OPT_INT(pages);
	}
}

bool counter_slow(struct request *r, struct err *e)
{
	AUTO_KEY key = {0};
	struct filing *f = NEW(r->env.arena, struct filing);
	*f = (struct filing){0};
	r->state = f;
	struct env env = r->env;
	env.ids = desk_have()->ids;
	dossier_begin(&env, LAW, &f->id, &key, &f->wrapped);
	const struct law_procedure *p = procedure_of(r, e);
	if (!p || !desk_keep_uploads(r, STR("paper"), p, &key, &f->files, e))
		return false;
	mark_originals(r, f);
	return true;
}

static void check_pages(struct request *r)
{
	int64_t pages = 0;
	if (!form_has(r, "pages"))
		return;
	if (!str_to_i64(form_text(r, "pages"), &pages) || pages < 1 || pages > 5000)
		form_error(r, "pages", MSG_FIELD_RANGE, STR("1"), STR("5.000"));
	else if (form_has(r, "images") && form_int(r, "images") != pages)
		form_error(r, "images", MSG_DESK_IMAGES_DIFFER, str_fmt(r->env.arena, "%lld", (long long)pages), form_text(r, "images"));
}

/* Documents without a condition must lie there; those with one are for the officer to judge. */
static void check_documents(struct request *r, const struct procedure *p)
{
	for (size_t i = 0; i < p->documents_n && i < DOCS_MAX; i++)
		if (!p->documents[i].condition.n && !chosen(r, "docs", i)) {
			form_error(r, "docs", MSG_DESK_DOC_MISSING, p->documents[i].name, STR_NONE);
			return;
		}
}

bool counter_check(struct request *r, struct err *e)
{
	const struct law_procedure *p = procedure_of(r, e);
	struct dossier_twins_rows twins = {0};
	struct str id = identity_of(r);
	bool organisation = form_choice(r, "kind") == 1;
	if (!p)
		return false;
	if (!(organisation ? tax_code_ok(id) : personal_id_ok(id)))
		form_error(r, "identity", organisation ? MSG_FIELD_NOT_TAX_CODE : MSG_FIELD_NOT_PERSONAL_ID, STR_NONE, STR_NONE);
	if (!phone_ok(form_text(r, "phone")))
		form_error(r, "phone", MSG_FIELD_NOT_PHONE, STR_NONE, STR_NONE);
	check_pages(r);
	check_documents(r, p->p);
	if (!dossier_twins(&r->env, LAW, id, p->p->id, &twins, e))
		return false;
	if (twins.n && !form_bool(r, "twin_seen"))
		form_error(r, "twin_seen", MSG_DESK_TWIN, twins.v[0].code, STR_NONE);
	return true;
}

/* The agency that settles: where the actor's centre forwards to. Its key unit settles. */
static bool settling(struct request *r, struct agency_id *agency, struct unit_id *unit, struct str *prefix, struct err *e)
{
	return desk_have()->settling ? desk_have()->settling(&r->env, agency, unit, prefix, e) : err_set(e, ERR_INTERNAL, "no settling agency is configured");
}

/* What lay on the counter: part of the sealed answers. */
static json_t *paper_answers(struct request *r, const struct procedure *p)
{
	json_t *docs = json_array();
	for (size_t i = 0; i < p->documents_n && i < DOCS_MAX; i++)
		if (chosen(r, "docs", i))
			json_array_append_new(docs, json_pack("{s:s%,s:b}", "document", p->documents[i].name.p, p->documents[i].name.n, "original_seen", chosen(r, "originals", i)));
	int64_t pages = 0;
	(void)str_to_i64(form_text(r, "pages"), &pages);
	return json_pack("{s:b,s:o,s:I}", "on_paper", 1, "documents", docs, "pages", (json_int_t)pages);
}

static bool send_it(struct request *r, const struct law_procedure *p, struct dossier_sent *sent, struct err *e)
{
	struct filing *f = r->state;
	json_t *answers = paper_answers(r, p->p);
	struct dossier_new x = {
		.procedure = p, .id = f->id, .wrapped_key = f->wrapped, .answers = answers, .channel_in = STR("counter"), .channel_out = form_text(r, "channel_out"),
		.receiving_unit = desk_unit_of(r->env.actor, ROLE_COUNTER), .files = f->files.v, .n_files = f->files.n,
		.who = {.organisation = form_choice(r, "kind") == 1, .name = or_card(r, "name", 2), .identity = identity_of(r), .address = or_card(r, "address", 5),
			.phone = form_text(r, "phone"), .email = form_text(r, "email"), .on_behalf = form_text(r, "on_behalf")}};
	bool ok = settling(r, &x.settling_agency, &x.settling_unit, &x.code_prefix, e) && dossier_send(&r->env, LAW, &x, sent, e);
	json_decref(answers);
	return ok;
}

/* What the answer needs. It is kept with the idempotency key, so the secret in it is sealed under the dossier's key. */
static bool keep_memo(struct request *r, const struct dossier_sent *sent, struct dossier_paper_id paper, struct err *e)
{
	AUTO_KEY key = {0};
	bool erased = false;
	if (!dossier_key(&r->env, LAW, sent->id, &key, &erased, e))
		return false;
	struct str sealed = crypto_seal(r->env.arena, &key, STR("secret"), sent->secret);
	r->memo = str_fmt(r->env.arena, "%.*s %.*s %lld", STR_ARG(sent->code), STR_ARG(base64_encode(r->env.arena, sealed.p, sealed.n)), (long long)paper.v);
	return true;
}

bool counter_apply(struct request *r, struct err *e)
{
	struct dossier_sent sent;
	struct dossier_done done;
	const struct law_procedure *p = procedure_of(r, e);
	if (!p || !send_it(r, p, &sent, e))
		return false;
	struct dossier_act accept = {.id = sent.id, .action = ACT_ACCEPT};
	if (!dossier_do(&r->env, LAW, &accept, &done, e))
		return false;
	if (desk_have()->queue && !desk_have()->queue(&r->env, &done, sent.id, e))
		return false;
	return keep_memo(r, &sent, done.paper, e);
}

static bool read_secret(struct request *r, struct str code, struct str sealed, struct str *out, struct err *e)
{
	AUTO_KEY key = {0};
	struct dossier_id id;
	struct str bytes;
	bool found = false, erased = false;
	*out = STR("");
	if (!dossier_id_of(&r->env, code, &id, &found, e) || !found || !dossier_key(&r->env, LAW, id, &key, &erased, e))
		return found ? false : err_set(e, ERR_NOT_FOUND, "the dossier just filed");
	return erased || (base64_decode(r->env.arena, sealed, &bytes) && crypto_open(r->env.arena, &key, STR("secret"), bytes, out, e));
}

/* Code and secret in large figures, and the receipt to print. The secret is shown here only. */
bool counter_answer(struct request *r, struct err *e)
{
	struct str memo = r->memo, code = STR_NONE, sealed = STR_NONE, secret = STR_NONE, paper = STR_NONE;
	struct html_out o = page_out(r);
	struct ui_page p = {.title = msg(r->env.lang, MSG_DESK_FILED), .staff = true, .width = UI_READ, .no_heading = true};
	(void)(str_next(&memo, ' ', &code) && str_next(&memo, ' ', &sealed) && str_next(&memo, ' ', &paper));
	if (!read_secret(r, code, sealed, &secret, e))
		return false;
	struct str say = msg_fmt(r->env.arena, r->env.lang, MSG_DESK_FILED_SECRET, &secret, 1);
	ui_page_begin(&o, &p);
	ui_confirm(&o, &(struct ui_confirm){.title = p.title, .code_label = msg(r->env.lang, MSG_DESK_COL_CODE), .code = code, .text = say});
	struct ui_button buttons[] = {
		{.label = msg(r->env.lang, MSG_DESK_PRINT_RECEIPT), .url = str_fmt(r->env.arena, "/ban-lam-viec/ho-so/%.*s/giay/%.*s", STR_ARG(code), STR_ARG(paper)), .icon = UI_ICON_PRINT, .key = "p"},
		{.label = msg(r->env.lang, MSG_DESK_OPEN_RECORD), .url = str_fmt(r->env.arena, "/ban-lam-viec/ho-so/%.*s", STR_ARG(code)), .weight = UI_QUIET, .key = "o"},
		{.label = msg(r->env.lang, MSG_DESK_NEXT_PERSON), .url = STR("/quay/nop"), .weight = UI_QUIET, .key = "n"}};
	ui_buttons(&o, buttons, ARRAY_LEN(buttons));
	ui_page_end(&o, &p);
	return answer_html(r, 200);
}
