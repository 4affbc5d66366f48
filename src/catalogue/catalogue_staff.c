/* catalogue_staff.c — officials' pages: propose, review, publish, expire, and many at once. */
#include "catalogue/catalogue_views.h"
#include "catalogue/catalogue_web.h"
#include "core/base/json_text.h"
#include "core/sheet/sheet.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STAFF_ROWS 50

/* ---- list ---- */

static struct str tab_url(struct arena *a, int state, int64_t page)
{
	struct str where = state < 0 ? STR("") : str_fmt(a, "?trang-thai=%d", state);
	return page > 1 ? str_fmt(a, "/quan-tri/thu-tuc%.*s%strang=%lld", STR_ARG(where), where.n ? "&" : "?", (long long)page)
	                : str_cat(a, STR("/quan-tri/thu-tuc"), where);
}

bool staff_list_page(struct request *r, struct err *e)
{
	struct arena *a = r->env.arena;
	int64_t counts[VERSION_STATES], asked = req_query_int(r, "trang-thai", -1), page = req_query_int(r, "trang", 1), total = 0;
	enum version_state state = asked >= 0 && asked < VERSION_STATES ? (enum version_state)asked : VERSION_STATES;
	struct staff_list l = {.may_propose = actor_any(r->env.actor, ALLOW_PROPOSE)};
	page = page < 1 || page > 100000 ? 1 : page;
	if (!catalogue_counts(&r->env, counts, e) ||
	    !catalogue_list(&r->env, state == VERSION_STATES ? NULL : &state, (page - 1) * STAFF_ROWS, STAFF_ROWS, &l.versions, e))
		return false;
	struct html_out o = catalogue_out(r, NAV_NONE);
	for (int s = 0; s < VERSION_STATES; s++) {
		total += counts[s];
		l.tabs[s + 1] = (struct ui_tab){say(&o, state_word((enum version_state)s)), tab_url(a, s, 1), counts[s], true, (int)state == s};
	}
	l.tabs[0] = (struct ui_tab){say(&o, MSG_ALL), tab_url(a, -1, 1), total, true, state == VERSION_STATES};
	total = state == VERSION_STATES ? total : counts[state];
	int which = state == VERSION_STATES ? -1 : (int)state;
	l.pager = (struct ui_pager){.first = (page - 1) * STAFF_ROWS + 1, .last = (page - 1) * STAFF_ROWS + (int64_t)l.versions.n, .total = total};
	if (page > 1)
		l.pager.previous_url = tab_url(a, which, page - 1);
	if (page * STAFF_ROWS < total)
		l.pager.next_url = tab_url(a, which, page + 1);
	catalogue_staff_list(&o, &l);
	return page_answer(r);
}

bool staff_gaps_page(struct request *r, struct err *e)
{
	(void)e;
	AUTO_HELD h = held_of(r);
	struct html_out o = catalogue_out(r, NAV_NONE);
	catalogue_staff_gaps(&o, h.v);
	return page_answer(r);
}

/* ---- one version ---- */

static void compare(struct request *r, const json_t *was, const json_t *now, struct staff_version *s)
{
	s->changes = NEW_ARRAY(r->env.arena, catalogue_columns_n, struct change);
	for (size_t i = 0; i < catalogue_columns_n; i++) {
		const struct column *c = &catalogue_columns[i];
		struct str before = column_get(r->env.arena, c, was), after = column_get(r->env.arena, c, now);
		if (!str_eq(before, after))
			s->changes[s->n_changes++] = (struct change){msg(r->env.lang, c->label), before, after};
	}
}

/* What this version changes, against the newest one that was published before it. */
static bool load_changes(struct request *r, struct staff_version *s, struct err *e)
{
	struct str now, was;
	const struct catalogue_version *before = NULL;
	for (size_t i = 0; i < s->history.n && !before; i++) {
		const struct catalogue_version *x = &s->history.v[i];
		if (x->number < s->v.number && (x->state == VERSION_PUBLISHED || x->state == VERSION_EXPIRED))
			before = x;
	}
	s->new_procedure = before == NULL;
	if (!before)
		return true;
	if (!catalogue_bytes(&r->env, &s->v, &now, e) || !catalogue_bytes(&r->env, before, &was, e))
		return false;
	json_t *x = json_loadb(was.p, was.n, 0, NULL), *y = json_loadb(now.p, now.n, 0, NULL);
	compare(r, x, y, s);
	json_decref(x);
	json_decref(y);
	return true;
}

bool staff_version_page(struct request *r, struct err *e)
{
	struct staff_version s = {.r = r};
	int64_t id = 0;
	bool found = false;
	if (!req_param_id(r, "id", &id))
		return err_set(e, ERR_NOT_FOUND, "no such version");
	if (!catalogue_version(&r->env, (struct procedure_version_id){id}, &s.v, &found, e))
		return false;
	if (!found)
		return err_set(e, ERR_NOT_FOUND, "no such version");
	if (!catalogue_read(&r->env, &s.v, &s.p, e) || !catalogue_history(&r->env, s.v.procedure, &s.history, e) || !load_changes(r, &s, e))
		return false;
	const struct actor *who = r->env.actor;
	bool other = (who->person ? who->person : who->account) != s.v.proposed_by;
	s.may_propose = actor_any(who, ALLOW_PROPOSE);
	s.may_review = other && actor_any(who, ROLE_BIT(ROLE_HEAD) | ROLE_BIT(ROLE_ADMIN));
	s.may_publish = other && actor_any(who, ROLE_BIT(ROLE_DIRECTOR) | ROLE_BIT(ROLE_ADMIN));
	struct html_out o = catalogue_out(r, NAV_NONE);
	catalogue_staff_version(&o, &s);
	return page_answer(r);
}

static const struct field reject_fields[] = {{.name = "reason", .kind = FIELD_LONG_TEXT, .required = true, .max = 2000, .label = MSG_CATALOGUE_REASON}};
const struct form form_reject = {"reject", reject_fields, ARRAY_LEN(reject_fields)};
static const struct field publish_fields[] = {
	{.name = "decision_number", .kind = FIELD_TEXT, .required = true, .max = 100, .label = MSG_CATALOGUE_DECISION_NUMBER},
	{.name = "decision_date", .kind = FIELD_DATE, .required = true, .label = MSG_CATALOGUE_DECISION_DATE},
	{.name = "valid_from", .kind = FIELD_DATE, .required = true, .label = MSG_CATALOGUE_VALID_FROM},
	{.name = "valid_to", .kind = FIELD_DATE, .label = MSG_CATALOGUE_VALID_TO},
};
const struct form form_publish = {"publish", publish_fields, ARRAY_LEN(publish_fields)};
static const struct field expire_fields[] = {
	{.name = "last_day", .kind = FIELD_DATE, .required = true, .label = MSG_CATALOGUE_LAST_DAY},
	{.name = "expire_reason", .kind = FIELD_TEXT, .required = true, .max = 500, .label = MSG_CATALOGUE_REASON},
};
const struct form form_expire = {"expire", expire_fields, ARRAY_LEN(expire_fields)};

static struct procedure_version_id version_of(struct request *r)
{
	struct procedure_version_id id = {0};
	req_param_id(r, "id", &id.v);
	return id;
}

/* Days and states that do not fit are shown at the form; the act is rolled back. Others are pages of their own. */
static bool acted(struct request *r, bool ok, const char *field, struct err *e)
{
	if (!ok && e->say && (e->kind == ERR_CONFLICT || e->kind == ERR_INVALID)) {
		form_error(r, field, e->say, STR_NONE, STR_NONE);
		return true;
	}
	r->redirect = str_fmt(r->env.arena, "/quan-tri/thu-tuc/phien-ban/%lld", (long long)version_of(r).v);
	r->memo = r->redirect;
	return ok;
}

bool act_review(struct request *r, struct err *e)
{
	if (!catalogue_review(&r->env, version_of(r), e))
		return false;
	return acted(r, true, "", e);
}

bool act_reject(struct request *r, struct err *e)
{
	bool ok = catalogue_reject(&r->env, version_of(r), form_text(r, "reason"), e);
	return acted(r, ok, "reason", e);
}

static struct opt_date date_given(struct request *r, const char *name)
{
	struct opt_date d = {0};
	d.has = form_date(r, name, &d.v);
	return d;
}

bool act_publish(struct request *r, struct err *e)
{
	struct publication p = {.from = date_given(r, "valid_from"), .to = date_given(r, "valid_to"), .decision_date = date_given(r, "decision_date"),
		.decision_number = form_text(r, "decision_number")};
	bool ok = catalogue_publish(&r->env, version_of(r), &p, e);
	return acted(r, ok, "valid_from", e);
}

bool act_expire(struct request *r, struct err *e)
{
	bool ok = catalogue_expire(&r->env, version_of(r), date_given(r, "last_day").v, form_text(r, "expire_reason"), e);
	return acted(r, ok, "last_day", e);
}

/* After the commit: what is in memory looks again before the person sees the next page. */
bool act_answer(struct request *r, struct err *e)
{
	(void)e;
	catalogue_refresh(catalogue_of(r));
	return answer_redirect(r, r->memo);
}

/* ---- proposing one ---- */

#define LINES(n) {.name = n, .kind = FIELD_LONG_TEXT, .max = 20000}
#define LINE(n) {.name = n, .kind = FIELD_TEXT, .max = 1000}
/* In the order of catalogue_columns; what a value may be is decided there. */
static const struct field propose_fields[] = {
	LINE("slug"), LINE("name"), LINE("code"), LINE("field"), LINE("field_code"), LINE("level"), LINE("competent_agency"), LINE("receiving_agency"),
	LINES("applicants"), LINES("submission"), LINES("steps"), LINE("deadline_words"), LINE("deadline_number"), LINE("deadline_unit"), LINE("starts"),
	LINES("documents"), LINES("fees"), LINES("conditions"), LINES("results"), LINES("legal_basis"), LINE("online"), LINE("reason_partial"), LINES("forms"),
	LINE("process"), LINE("result_template"), LINE("contact_unit"), LINE("contact_phone"), LINE("contact_email"), LINES("search_words"), LINES("source"),
	LINE("note"),
};
const struct form form_propose = {"propose", propose_fields, ARRAY_LEN(propose_fields)};

static json_t *pack_of(const struct catalogue_view *v, struct str slug)
{
	const struct catalogue_entry *x = slug.n ? catalogue_find(v, slug) : NULL;
	return x ? json_loadb(x->bytes.p, x->bytes.n, 0, NULL) : NULL;
}

static const struct { enum msg_key label; } word_labels[][4] = {
	{{MSG_CATALOGUE_UNIT_WORKING_DAY}, {MSG_CATALOGUE_UNIT_DAY}, {MSG_CATALOGUE_UNIT_MONTH}, {MSG_CATALOGUE_UNIT_HOUR}},
	{{MSG_CATALOGUE_STARTS_ACCEPTANCE}, {MSG_CATALOGUE_STARTS_COMPLETE}, {MSG_CATALOGUE_STARTS_FEE}, {0}},
	{{MSG_CATALOGUE_ONLINE_INFORMATION}, {MSG_CATALOGUE_ONLINE_PARTIAL}, {MSG_CATALOGUE_ONLINE_FULL}, {0}},
};

static void give_options(struct html_out *o, const struct column *c, struct ui_field *f)
{
	size_t which = strcmp(c->key, "deadline_unit") == 0 ? 0 : strcmp(c->key, "starts") == 0 ? 1 : 2;
	struct ui_option *v = NEW_ARRAY(o->b->a, 6, struct ui_option);
	v[f->n_options++] = (struct ui_option){.value = STR(""), .label = say(o, MSG_UNKNOWN), .chosen = !f->value.n};
	for (size_t i = 0; c->words[i]; i++)
		v[f->n_options++] = (struct ui_option){.value = str_from(c->words[i]), .label = say(o, word_labels[which][i].label),
			.chosen = str_eq(f->value, str_from(c->words[i]))};
	f->options = v;
}

static enum msg_key hint_of(enum cell_kind k)
{
	return k == CELL_DOCUMENTS ? MSG_CATALOGUE_HINT_DOCUMENTS : k == CELL_FEES ? MSG_CATALOGUE_HINT_FEES : k == CELL_RESULTS ? MSG_CATALOGUE_HINT_RESULTS : MSG_CATALOGUE_HINT_LINES;
}

bool staff_propose_page(struct request *r, struct err *e)
{
	(void)e;
	AUTO_HELD h = held_of(r);
	struct html_out o = catalogue_out(r, NAV_NONE);
	bool sent = !http_method_safe(r->method);
	struct str slug = sent ? form_text(r, "slug") : req_query(r, "tu");
	json_t *base = pack_of(h.v, slug);
	struct ui_field *fields = NEW_ARRAY(r->env.arena, catalogue_columns_n + 1, struct ui_field);
	for (size_t i = 0; i < catalogue_columns_n; i++) {
		const struct column *c = &catalogue_columns[i];
		bool lines = c->kind != CELL_TEXT && c->kind != CELL_NUMBER && c->kind != CELL_WORD;
		fields[i] = page_field(r, c->key, c->kind == CELL_WORD ? UI_SELECT : lines ? UI_LONG_TEXT : UI_TEXT, c->label);
		fields[i].required = c->required;
		fields[i].read_only = i == COLUMN_ID && base;
		if (!sent)
			fields[i].value = column_get(r->env.arena, c, base);
		if (lines)
			fields[i].hint = say(&o, hint_of(c->kind));
		if (c->kind == CELL_WORD)
			give_options(&o, c, &fields[i]);
	}
	fields[catalogue_columns_n] = page_field(r, "note", UI_TEXT, MSG_CATALOGUE_NOTE);
	catalogue_staff_propose(&o, r, fields, catalogue_columns_n + 1, base != NULL);
	json_decref(base);
	return page_answer(r);
}

/* r->state: the pack's bytes. */
bool act_propose_check(struct request *r, struct err *e)
{
	AUTO_HELD h = held_of(r);
	struct str *cells = NEW_ARRAY(r->env.arena, catalogue_columns_n, struct str);
	for (size_t i = 0; i < catalogue_columns_n; i++) {
		cells[i] = form_text(r, catalogue_columns[i].key);
		cells[i] = cells[i].p ? cells[i] : STR("");
	}
	json_t *base = pack_of(h.v, cells[COLUMN_ID]), *now = NULL;
	size_t bad = 0;
	enum msg_key why;
	(void)e;
	if (!columns_apply(r->env.arena, base, cells, &now, &bad, &why))
		form_error(r, catalogue_columns[bad].key, (int)why, STR_NONE, STR_NONE);
	else if (base && json_equal(base, now))
		form_error(r, "name", MSG_CATALOGUE_NOTHING_CHANGED, STR_NONE, STR_NONE);
	else if (!pack_is_id(cells[COLUMN_ID]))
		form_error(r, "slug", MSG_CATALOGUE_BAD_SLUG, STR_NONE, STR_NONE);
	else if (!pack_is_id(cells[4]))
		form_error(r, "field_code", MSG_CATALOGUE_BAD_SLUG, STR_NONE, STR_NONE);
	else {
		struct str *bytes = NEW(r->env.arena, struct str);
		*bytes = columns_pack(r->env.arena, now);
		r->state = bytes;
	}
	json_decref(base);
	json_decref(now);
	return true;
}

bool act_propose(struct request *r, struct err *e)
{
	const struct str *bytes = r->state;
	struct procedure_version_id id = {0};
	bool changed = false;
	bool ok = catalogue_propose(&r->env, *bytes, form_text(r, "note"), &id, &changed, e);
	if (!ok && e->kind == ERR_INVALID) {
		form_error_text(r, STR("deadline_words"), str_dup(r->env.arena, str_from(e->text)));
		return true;
	}
	if (ok && !changed)
		form_error(r, "name", MSG_CATALOGUE_NOTHING_CHANGED, STR_NONE, STR_NONE);
	r->memo = str_fmt(r->env.arena, "/quan-tri/thu-tuc/phien-ban/%lld", (long long)id.v);
	r->redirect = r->memo;
	return ok;
}

/* ---- many at once ---- */

static const struct field import_fields[] = {{.name = "file", .kind = FIELD_FILE, .required = true, .max = 8 << 20, .label = MSG_CATALOGUE_IMPORT_FILE}};
const struct form form_import = {"import", import_fields, ARRAY_LEN(import_fields)};

bool staff_import_page(struct request *r, struct err *e)
{
	(void)e;
	struct html_out o = catalogue_out(r, NAV_NONE);
	catalogue_staff_import(&o, r);
	return page_answer(r);
}

bool act_import_check(struct request *r, struct err *e)
{
	AUTO_HELD h = held_of(r);
	struct upload *u = form_file(r, "file");
	struct import_report *report = NEW(r->env.arena, struct import_report);
	enum msg_key why;
	int fd = blob_writer_open(u->file, u->size, e);
	if (fd < 0)
		return err_wrap(e, "a file of procedures");
	if (!import_read(r, h.v, fd, u->size, report, &why))
		form_error(r, "file", (int)why, STR_NONE, STR_NONE);
	close(fd);
	r->state = report;
	return true;
}

static json_t *text_json(struct str s) { return json_stringn(s.p ? s.p : "", s.n); }

/* Proposes row by row; the report is kept with the act, so that a second click shows it again. */
bool act_import(struct request *r, struct err *e)
{
	const struct import_report *report = r->state;
	json_t *rows = json_array();
	for (size_t i = 0; i < report->n; i++) {
		const struct import_row *x = &report->rows[i];
		struct procedure_version_id id = {0};
		bool changed = false, propose = str_eq(x->kind, STR("new")) || str_eq(x->kind, STR("changed"));
		if (propose && !catalogue_propose(&r->env, x->pack, STR_NONE, &id, &changed, e)) {
			json_decref(rows);
			return false;
		}
		json_array_append_new(rows, json_pack("{s:I,s:o,s:o,s:o,s:o}", "n", (json_int_t)x->number, "slug", text_json(x->slug), "name", text_json(x->name),
			"kind", text_json(propose && !changed ? STR("same") : x->kind), "text", text_json(x->text)));
	}
	r->memo = json_text(r->env.arena, rows);
	return true;
}

bool import_answer(struct request *r, struct err *e)
{
	catalogue_refresh(catalogue_of(r));
	json_t *rows = json_loadb(r->memo.p, r->memo.n, 0, NULL);
	if (!rows)
		return err_set(e, ERR_INTERNAL, "the report cannot be read again");
	struct import_report x = {.rows = NEW_ARRAY(r->env.arena, json_array_size(rows), struct import_row), .n = json_array_size(rows)};
	for (size_t i = 0; i < x.n; i++) {
		const json_t *row = json_array_get(rows, i);
		x.rows[i] = (struct import_row){.number = json_integer_value(json_object_get(row, "n")), .slug = json_member(r->env.arena, row, "slug"),
			.name = json_member(r->env.arena, row, "name"), .kind = json_member(r->env.arena, row, "kind"), .text = json_member(r->env.arena, row, "text")};
		x.same += str_eq(x.rows[i].kind, STR("same"));
		x.faults += str_eq(x.rows[i].kind, STR("fault"));
	}
	x.proposed = (int64_t)x.n - x.same - x.faults;
	json_decref(rows);
	struct html_out o = catalogue_out(r, NAV_NONE);
	catalogue_staff_report(&o, &x);
	return page_answer(r);
}

bool staff_json(struct request *r, struct err *e)
{
	(void)e;
	AUTO_HELD h = held_of(r);
	buf_char(&r->body, '[');
	for (size_t i = 0; i < h.v->n; i++) {
		buf_put(&r->body, i ? STR(",\n") : STR("\n"));
		buf_put(&r->body, str_trim(h.v->entries[i].bytes));
	}
	buf_put(&r->body, STR("\n]\n"));
	answer_header(r, "Content-Disposition", STR("attachment; filename=\"thu-tuc.json\""));
	return answer_json(r, 200);
}

bool staff_xlsx(struct request *r, struct err *e)
{
	AUTO_HELD h = held_of(r);
	struct arena *a = r->env.arena;
	struct sheet s = {msg(r->env.lang, MSG_CATALOGUE_PROCEDURES), NEW_ARRAY(a, h.v->n + 1, struct sheet_row), h.v->n + 1};
	for (size_t i = 0; i <= h.v->n; i++) {
		json_t *pack = i ? json_loadb(h.v->entries[i - 1].bytes.p, h.v->entries[i - 1].bytes.n, 0, NULL) : NULL;
		s.rows[i] = (struct sheet_row){NEW_ARRAY(a, catalogue_columns_n, struct str), catalogue_columns_n};
		for (size_t k = 0; k < catalogue_columns_n; k++)
			s.rows[i].cells[k] = i ? column_get(a, &catalogue_columns[k], pack) : str_from(catalogue_columns[k].key);
		json_decref(pack);
	}
	int fd = -1;
	int64_t size = 0;
	if (!sheet_write(a, &s, &fd, &size, e))
		return false;
	return answer_file(r, fd, size, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", STR("thu-tuc.xlsx"), false);
}
