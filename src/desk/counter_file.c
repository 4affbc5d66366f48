/* counter_file.c — filing for the person at the counter: who, for whom, what lies there, the receipt.
 *
 * Law: NĐ 61/2018 Điều 17 and NĐ 118/2025 Điều 17 (intake, checking copies against originals, receipt at once); TT 03/2025
 * Mẫu 01 (who is represented, by which paper); TT 01/2023/TT-VPCP Điều 8 (copies against originals, as many images as pages).
 * Each document: does it lie there, was its original seen, how many pages it has, how many images were made of them; what is
 * seen is sealed beside the answers. Sending and acceptance are two acts in one transaction. */
#include "desk/desk_internal.h"
#include "desk/desk_views.h"
#include <stdlib.h>
#include <string.h>

#define DOCS_MAX 40
#define PAGES_MOST 5000

static const struct choice kinds[] = {{"person", MSG_DESK_KIND_PERSON}, {"organisation", MSG_DESK_KIND_ORGANISATION}};
static const struct choice ways_in[] = {{"counter", MSG_DESK_CHANNEL_COUNTER}, {"post", MSG_DESK_CHANNEL_POST}, {"hired", MSG_DESK_CHANNEL_HIRED}};
static const struct choice ways_out[] = {{"counter", MSG_DESK_CHANNEL_COUNTER}, {"online", MSG_DESK_CHANNEL_ONLINE}, {"post", MSG_DESK_CHANNEL_POST}};
/* "pages" and "images" have one value a document, in the order of the documents; blank ones count. */
static const struct field counter_fields[] = {
	{.name = "kind", .kind = FIELD_CHOICE, .required = true, .choices = kinds, .n_choices = ARRAY_LEN(kinds), .label = MSG_DESK_WHO_KIND},
	{.name = "identity", .kind = FIELD_TEXT, .required = true, .max = 300, .label = MSG_DESK_WHO_IDENTITY},
	{.name = "name", .kind = FIELD_TEXT, .max = 200, .label = MSG_DESK_WHO_NAME},
	{.name = "address", .kind = FIELD_TEXT, .max = 300, .label = MSG_DESK_WHO_ADDRESS},
	{.name = "phone", .kind = FIELD_TEXT, .required = true, .max = 30, .label = MSG_DESK_WHO_PHONE},
	{.name = "email", .kind = FIELD_EMAIL, .label = MSG_DESK_WHO_EMAIL},
	{.name = "rep_name", .kind = FIELD_TEXT, .max = 200, .label = MSG_DESK_REP_NAME},
	{.name = "rep_identity", .kind = FIELD_TEXT, .max = 300, .label = MSG_DESK_REP_IDENTITY},
	{.name = "rep_paper", .kind = FIELD_TEXT, .max = 300, .label = MSG_DESK_REP_PAPER},
	{.name = "channel_in", .kind = FIELD_CHOICE, .choices = ways_in, .n_choices = ARRAY_LEN(ways_in), .label = MSG_DESK_CHANNEL},
	{.name = "channel_out", .kind = FIELD_CHOICE, .required = true, .choices = ways_out, .n_choices = ARRAY_LEN(ways_out), .label = MSG_DESK_CHANNEL_OUT},
	{.name = "all_here", .kind = FIELD_BOOL, .label = MSG_DESK_ALL_HERE},
	{.name = "docs", .kind = FIELD_INT, .repeated = true, .most = DOCS_MAX, .low = 0, .high = DOCS_MAX, .label = MSG_DESK_DOCS},
	{.name = "originals", .kind = FIELD_INT, .repeated = true, .most = DOCS_MAX, .low = 0, .high = DOCS_MAX, .label = MSG_DESK_ORIGINALS},
	{.name = "pages", .kind = FIELD_TEXT, .repeated = true, .most = DOCS_MAX, .max = 12, .label = MSG_DESK_PAGES},
	{.name = "images", .kind = FIELD_TEXT, .repeated = true, .most = DOCS_MAX, .max = 12, .label = MSG_DESK_IMAGES},
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

static size_t documents(const struct procedure *p) { return p->documents_n < DOCS_MAX ? p->documents_n : DOCS_MAX; }

/* ---- what was typed ---- */

/* What the chip of an identity card gives when its reader types: "012345678901|old id|NAME|ddmmyyyy|sex|address|…".
 * A plain number stays what it is. */
struct str desk_card_part(struct str typed, size_t want)
{
	struct str part = STR_NONE;
	for (size_t i = 0; i <= want; i++)
		if (!str_next(&typed, '|', &part))
			return STR_NONE;
	return str_trim(part);
}

static struct str identity_of(struct request *r) { return desk_card_part(form_text(r, "identity"), 0); }

static struct str or_card(struct request *r, const char *name, const char *card, size_t part)
{
	struct str typed = form_text(r, name);
	return typed.n ? typed : desk_card_part(form_text(r, card), part);
}
static struct str name_of(struct request *r) { return or_card(r, "name", "identity", 2); }
static struct str address_of(struct request *r) { return or_card(r, "address", "identity", 5); }
static struct str rep_name_of(struct request *r) { return or_card(r, "rep_name", "rep_identity", 2); }

static bool chosen(struct request *r, const char *name, size_t i)
{
	for (size_t k = 0; k < form_count(r, name); k++)
		if (str_eq(form_raw_at(r, name, k), str_fmt(r->env.arena, "%zu", i)))
			return true;
	return false;
}

/* The count typed for the i-th document; false when blank or no number. */
static bool counted(struct request *r, const char *name, size_t i, int64_t *out)
{
	*out = 0;
	return i < form_count(r, name) && str_to_i64(str_trim(form_raw_at(r, name, i)), out);
}

/* A page counted lies there as well. */
static bool lies_here(struct request *r, const struct procedure *p, size_t i)
{
	int64_t pages = 0;
	return chosen(r, "docs", i) || counted(r, "pages", i, &pages) || (form_bool(r, "all_here") && !p->documents[i].condition.n);
}

/* ---- the page ---- */

struct person { struct str identity, name, address, phone, email; bool organisation; };

/* The person of an earlier dossier, so that nothing known is typed again. Reading it is recorded. */
static bool known_person(struct request *r, struct person *out, struct err *e)
{
	struct str code = req_query(r, "nguoi");
	struct dossier_get_row d;
	struct dossier_id id;
	struct applicant who;
	bool found = false, may = false;
	*out = (struct person){0};
	if (!code.n || !http_method_safe(r->method))
		return true;
	if (!dossier_id_of(&r->env, code, &id, &found, e))
		return false;
	if (!found || !dossier_load(&r->env, id, &d, e) || !dossier_may_read(&r->env, &d, &may, e))
		return found ? false : err_set(e, ERR_NOT_FOUND, "no such dossier");
	if (!may)
		return err_set(e, ERR_NOT_FOUND, "not this actor's record");
	if (!dossier_who(&r->env, LAW, &d, &who, e))
		return false;
	*out = (struct person){who.identity, who.name, who.address, who.phone, who.email, who.organisation};
	req_note_read(r, d.id.v);
	return true;
}

/* A card scanned before the rest was typed comes back as the fields it holds. */
static struct str shown_value(struct request *r, const char *name, struct str known)
{
	static const struct { const char *name, *card; size_t part; } parts[] = {{"identity", "identity", 0}, {"name", "identity", 2}, {"address", "identity", 5},
		{"rep_name", "rep_identity", 2}, {"rep_identity", "rep_identity", 0}};
	if (http_method_safe(r->method))
		return known;
	struct str typed = form_raw(r, name);
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		bool own = strcmp(parts[i].name, parts[i].card) == 0;
		if (strcmp(parts[i].name, name) == 0 && str_find_char(form_raw(r, parts[i].card), '|') >= 0 && (own || !typed.n))
			return desk_card_part(form_raw(r, parts[i].card), parts[i].part);
	}
	return typed;
}

struct asked { const char *name; enum ui_input kind; enum msg_key label; bool required; enum msg_key hint; };

static void put_field(struct request *r, struct html_out *o, const struct asked *q, struct str known)
{
	struct ui_field f = page_field(r, q->name, q->kind, q->label);
	f.required = q->required;
	f.hint = q->hint ? msg(r->env.lang, q->hint) : STR_NONE;
	f.multiple = q->kind == UI_FILE;
	f.autofocus = strcmp(q->name, known.n ? "phone" : "identity") == 0 && !r->errors.n;
	if (q->kind != UI_FILE && q->kind != UI_CHECK)
		f.value = shown_value(r, q->name, known);
	f.autocomplete = "off"; /* else the browser offers the person before */
	ui_field(o, &f);
}

static void put_choice(struct request *r, struct html_out *o, const char *name, enum msg_key label, const struct choice *c, size_t n, size_t usual)
{
	struct ui_option *v = NEW_ARRAY(r->env.arena, n, struct ui_option);
	struct ui_field f = page_field(r, name, UI_RADIOS, label);
	for (size_t i = 0; i < n; i++)
		v[i] = (struct ui_option){.value = str_from(c[i].value), .label = msg(r->env.lang, (enum msg_key)c[i].label), .chosen = f.value.n ? str_eq(f.value, str_from(c[i].value)) : i == usual};
	f.options = v, f.n_options = n, f.required = true;
	ui_field(o, &f);
}

static void put_tick(struct request *r, struct html_out *o, const char *name, size_t i, enum msg_key word, struct str document)
{
	struct str id = str_fmt(r->env.arena, "f-%s.%zu", name, i);
	bool on = !http_method_safe(r->method) && chosen(r, name, i);
	desk_tick(o, str_from(name), id, str_fmt(r->env.arena, "%zu", i), msg(r->env.lang, word), document, on);
}

static void put_count(struct request *r, struct html_out *o, const char *name, size_t i, enum msg_key word, struct str document)
{
	struct str at = str_fmt(r->env.arena, "%s.%zu", name, i), id = str_fmt(r->env.arena, "f-%.*s", STR_ARG(at));
	struct str typed = !http_method_safe(r->method) && i < form_count(r, name) ? form_raw_at(r, name, i) : STR("");
	desk_count(o, str_from(name), id, typed, msg(r->env.lang, word), document, page_error(r, str_cstr(r->env.arena, at)));
}

/* One row a document: lies there, original seen, pages, images. */
static void put_documents(struct request *r, struct html_out *o, const struct procedure *p)
{
	enum lang l = r->env.lang;
	struct ui_column columns[] = {{.head = msg(l, MSG_DESK_DOC)}, {.head = msg(l, MSG_DESK_DOC_HERE)}, {.head = msg(l, MSG_DESK_DOC_ORIGINAL)},
		{.head = msg(l, MSG_DESK_DOC_PAGES)}, {.head = msg(l, MSG_DESK_DOC_IMAGES)}};
	struct ui_table t = {.caption = msg(l, MSG_DESK_DOCS), .caption_hidden = true, .columns = columns, .n_columns = ARRAY_LEN(columns)};
	if (!documents(p))
		return;
	ui_table_begin(o, &t);
	for (size_t i = 0; i < documents(p); i++) {
		struct str name = p->documents[i].name;
		ui_row_begin(o, &t, &(struct ui_row){0});
		ui_cell_main(o, &t, 0, (struct ui_crumb){name, STR_NONE}, p->documents[i].condition);
		ui_cell_begin(o, &t, 1), put_tick(r, o, "docs", i, MSG_DESK_DOC_HERE, name), ui_cell_end(o);
		ui_cell_begin(o, &t, 2), put_tick(r, o, "originals", i, MSG_DESK_DOC_SEEN, name), ui_cell_end(o);
		ui_cell_begin(o, &t, 3), put_count(r, o, "pages", i, MSG_DESK_DOC_PAGES, name), ui_cell_end(o);
		ui_cell_begin(o, &t, 4), put_count(r, o, "images", i, MSG_DESK_DOC_IMAGES, name), ui_cell_end(o);
		ui_row_end(o);
	}
	ui_table_end(o);
}

/* What is wrong with a column as a whole stands above the table. */
static void put_column_errors(struct request *r, struct html_out *o)
{
	static const char *const names[] = {"docs", "originals", "pages", "images"};
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (form_error_of(r, names[i]))
			desk_problem(o, str_fmt(r->env.arena, "f-%s", names[i]), page_error(r, names[i]));
}

static void put_person(struct request *r, struct html_out *o, const struct person *known)
{
	static const struct asked who[] = {
		{"identity", UI_TEXT, MSG_DESK_WHO_IDENTITY, true, MSG_DESK_CARD_HINT}, {"phone", UI_PHONE, MSG_DESK_WHO_PHONE, true, 0},
		{"name", UI_TEXT, MSG_DESK_WHO_NAME, true, 0}, {"address", UI_TEXT, MSG_DESK_WHO_ADDRESS, true, 0}, {"email", UI_EMAIL, MSG_DESK_WHO_EMAIL, false, 0}};
	static const struct asked instead[] = {
		{"rep_identity", UI_TEXT, MSG_DESK_REP_IDENTITY, false, MSG_DESK_CARD_HINT}, {"rep_name", UI_TEXT, MSG_DESK_REP_NAME, false, 0},
		{"rep_paper", UI_TEXT, MSG_DESK_REP_PAPER, false, MSG_DESK_REP_PAPER_HINT}};
	const struct str values[] = {known->identity, known->phone, known->name, known->address, known->email};
	bool represented = !http_method_safe(r->method) && (form_has(r, "rep_name") || form_has(r, "rep_identity") || form_has(r, "rep_paper"));
	ui_group_begin(o, msg(r->env.lang, MSG_DESK_APPLICANT), STR_NONE);
	for (size_t i = 0; i < ARRAY_LEN(who); i++)
		put_field(r, o, &who[i], values[i]);
	put_choice(r, o, "kind", MSG_DESK_WHO_KIND, kinds, ARRAY_LEN(kinds), known->organisation);
	ui_details_begin(o, msg(r->env.lang, MSG_DESK_REPRESENTED), represented);
	for (size_t i = 0; i < ARRAY_LEN(instead); i++)
		put_field(r, o, &instead[i], STR_NONE);
	ui_details_end(o);
	ui_group_end(o);
}

static void put_counter_fields(struct request *r, struct html_out *o, const struct procedure *p, const struct person *known)
{
	put_person(r, o, known);
	ui_group_begin(o, msg(r->env.lang, MSG_DESK_COMPONENTS), msg(r->env.lang, MSG_DESK_PAGES_HINT));
	if (documents(p)) {
		put_field(r, o, &(struct asked){"all_here", UI_CHECK, MSG_DESK_ALL_HERE, false, 0}, STR_NONE);
		put_column_errors(r, o);
	}
	put_documents(r, o, p);
	put_field(r, o, &(struct asked){"files", UI_FILE, MSG_DESK_F_FILES, false, 0}, STR_NONE);
	ui_group_end(o);
	put_choice(r, o, "channel_out", MSG_DESK_CHANNEL_OUT, ways_out, ARRAY_LEN(ways_out), 0);
	put_choice(r, o, "channel_in", MSG_DESK_CHANNEL, ways_in, ARRAY_LEN(ways_in), 0);
	if (form_error_of(r, "twin_seen"))
		put_field(r, o, &(struct asked){"twin_seen", UI_CHECK, MSG_DESK_TWIN_SEEN, false, 0}, STR_NONE);
}

/* The agency that settles: where the actor's centre forwards to. Its key unit settles. */
static bool settling(struct request *r, struct agency_id *agency, struct unit_id *unit, struct str *prefix, struct err *e)
{
	return desk_have()->settling ? desk_have()->settling(&r->env, agency, unit, prefix, e) : err_set(e, ERR_INTERNAL, "no settling agency is configured");
}

/* Where it comes in and who settles it, before anything is typed. */
static bool put_units(struct request *r, struct html_out *o, struct err *e)
{
	struct agency_id agency;
	struct unit_id unit;
	struct str prefix;
	if (!settling(r, &agency, &unit, &prefix, e))
		return false;
	struct ui_fact v[] = {{.label = msg(r->env.lang, MSG_DESK_RECEIVING_UNIT), .value = desk_unit_name(&r->env, desk_unit_of(r->env.actor, ROLE_COUNTER).v)},
		{.label = msg(r->env.lang, MSG_DESK_SETTLING_UNIT), .value = desk_unit_name(&r->env, unit.v)}};
	ui_facts(o, v, ARRAY_LEN(v));
	return true;
}

bool counter_new(struct request *r, struct err *e)
{
	const struct law_procedure *p = procedure_of(r, e);
	struct person known;
	if (!p || !known_person(r, &known, e))
		return false;
	struct html_out o = page_out(r);
	struct ui_crumb crumbs[] = {{msg(r->env.lang, MSG_DESK_COUNTER), STR("/quay")}, {msg(r->env.lang, MSG_DESK_CHOOSE_PROCEDURE), STR("/quay/nop")}};
	struct ui_page page = {.title = p->p->name, .over = msg(r->env.lang, MSG_DESK_COUNTER_NEW), .staff = true, .width = UI_READ, .crumbs = crumbs, .n_crumbs = 2, .has_errors = r->errors.n > 0};
	ui_page_begin(&o, &page);
	page_error_summary(&o, r);
	if (!put_units(r, &o, e))
		return false;
	ui_form_begin(&o, &(struct ui_form){.action = str_fmt(r->env.arena, "/quay/nop/%.*s", STR_ARG(p->p->id)), .upload = true});
	put_counter_fields(r, &o, p->p, &known);
	ui_buttons(&o, &(struct ui_button){.label = msg(r->env.lang, MSG_DESK_FILE_AND_ACCEPT), .icon = UI_ICON_CHECK}, 1);
	ui_form_end(&o);
	ui_page_end(&o, &page);
	return page_answer(r);
}

/* ---- what is kept between the steps of one filing ---- */

struct filing { struct dossier_id id; struct str wrapped; struct dossier_files files; };

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
	return p && desk_keep_uploads(r, STR("paper"), p, &key, &f->files, e);
}

/* ---- checking ---- */

static bool check_count(struct request *r, const char *name, size_t i, int64_t *n)
{
	struct str at = str_fmt(r->env.arena, "%s.%zu", name, i), typed = i < form_count(r, name) ? str_trim(form_raw_at(r, name, i)) : STR("");
	bool good = counted(r, name, i, n);
	if (typed.n && (!good || *n < 1 || *n > PAGES_MOST))
		form_error(r, str_cstr(r->env.arena, at), MSG_FIELD_RANGE, STR("1"), STR("5.000"));
	return typed.n && good;
}

/* As many images as pages (TT 01/2023/TT-VPCP Điều 8). */
static void check_pages(struct request *r, const struct procedure *p)
{
	for (size_t i = 0; i < documents(p); i++) {
		int64_t pages = 0, images = 0;
		bool paper = check_count(r, "pages", i, &pages), scanned = check_count(r, "images", i, &images);
		if (paper && scanned && pages != images)
			form_error(r, str_cstr(r->env.arena, str_fmt(r->env.arena, "images.%zu", i)), MSG_DESK_IMAGES_DIFFER,
				str_fmt(r->env.arena, "%lld", (long long)pages), str_fmt(r->env.arena, "%lld", (long long)images));
	}
}

/* Documents without a condition must lie there; those with one are for the officer to judge. */
static void check_documents(struct request *r, const struct procedure *p)
{
	for (size_t i = 0; i < documents(p); i++)
		if (!p->documents[i].condition.n && !lies_here(r, p, i)) {
			form_error(r, "docs", MSG_DESK_DOC_MISSING, p->documents[i].name, STR_NONE);
			return;
		}
}

static void need(struct request *r, const char *field, struct str value)
{
	if (!value.n && !form_error_of(r, field))
		form_error(r, field, MSG_FIELD_REQUIRED, STR_NONE, STR_NONE);
}

/* Who comes for another says who, and shows by which paper. */
static void check_representative(struct request *r)
{
	struct str id = desk_card_part(form_text(r, "rep_identity"), 0);
	if (!id.n && !form_has(r, "rep_name") && !form_has(r, "rep_paper"))
		return;
	need(r, "rep_name", rep_name_of(r));
	need(r, "rep_paper", form_text(r, "rep_paper"));
	if (!personal_id_ok(id))
		form_error(r, "rep_identity", MSG_FIELD_NOT_PERSONAL_ID, STR_NONE, STR_NONE);
}

bool counter_check(struct request *r, struct err *e)
{
	const struct law_procedure *p = procedure_of(r, e);
	struct dossier_twins_rows twins = {0};
	struct str id = identity_of(r);
	bool organisation = form_choice(r, "kind") == 1;
	if (!p)
		return false;
	need(r, "name", name_of(r));
	need(r, "address", address_of(r));
	if (!(organisation ? tax_code_ok(id) : personal_id_ok(id)))
		form_error(r, "identity", organisation ? MSG_FIELD_NOT_TAX_CODE : MSG_FIELD_NOT_PERSONAL_ID, STR_NONE, STR_NONE);
	if (!phone_ok(form_text(r, "phone")))
		form_error(r, "phone", MSG_FIELD_NOT_PHONE, STR_NONE, STR_NONE);
	check_representative(r);
	check_pages(r, p->p);
	check_documents(r, p->p);
	if (!dossier_twins(&r->env, LAW, id, p->p->id, &twins, e))
		return false;
	if (twins.n && !form_bool(r, "twin_seen"))
		form_error(r, "twin_seen", MSG_DESK_TWIN, twins.v[0].code, STR_NONE);
	return true;
}

/* ---- sending ---- */

#define TEXT(s) (s).p ? (s).p : "", (s).n

/* What lay on the counter: sealed beside the answers, which are typed later. */
static json_t *paper_of(struct request *r, const struct procedure *p)
{
	json_t *docs = json_array();
	for (size_t i = 0; i < documents(p); i++) {
		int64_t pages = 0, images = 0;
		(void)(counted(r, "pages", i, &pages) + counted(r, "images", i, &images));
		if (lies_here(r, p, i))
			json_array_append_new(docs, json_pack("{s:s%,s:b,s:I,s:I}", "document", TEXT(p->documents[i].name), "original_seen", chosen(r, "originals", i),
				"pages", (json_int_t)pages, "images", (json_int_t)images));
	}
	return json_pack("{s:o}", "documents", docs);
}

static struct agent agent_of(struct request *r)
{
	return (struct agent){.name = rep_name_of(r), .identity = desk_card_part(form_text(r, "rep_identity"), 0), .paper = form_text(r, "rep_paper")};
}

static bool send_it(struct request *r, const struct law_procedure *p, struct dossier_sent *sent, struct err *e)
{
	struct filing *f = r->state;
	json_t *answers = json_object(), *paper = paper_of(r, p->p);
	struct dossier_new x = {
		.procedure = p, .id = f->id, .wrapped_key = f->wrapped, .answers = answers, .paper = paper, .channel_in = form_has(r, "channel_in") ? form_text(r, "channel_in") : STR("counter"),
		.channel_out = form_text(r, "channel_out"), .receiving_unit = desk_unit_of(r->env.actor, ROLE_COUNTER), .files = f->files.v, .n_files = f->files.n,
		.who = {.organisation = form_choice(r, "kind") == 1, .name = name_of(r), .identity = identity_of(r), .address = address_of(r),
			.phone = form_text(r, "phone"), .email = form_text(r, "email"), .agent = agent_of(r)}};
	bool ok = settling(r, &x.settling_agency, &x.settling_unit, &x.code_prefix, e) && dossier_send(&r->env, LAW, &x, sent, e);
	json_decref(answers);
	json_decref(paper);
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
		{.label = msg(r->env.lang, MSG_DESK_NEXT_PERSON), .url = STR("/quay/nop"), .weight = UI_QUIET, .key = "n"},
		{.label = msg(r->env.lang, MSG_DESK_SAME_PERSON), .url = str_fmt(r->env.arena, "/quay/nop?nguoi=%.*s", STR_ARG(code)), .weight = UI_QUIET, .key = "m"},
		{.label = msg(r->env.lang, MSG_DESK_OPEN_RECORD), .url = str_fmt(r->env.arena, "/ban-lam-viec/ho-so/%.*s", STR_ARG(code)), .weight = UI_QUIET, .key = "o"}};
	ui_buttons(&o, buttons, ARRAY_LEN(buttons));
	ui_page_end(&o, &p);
	return answer_html(r, 200);
}
